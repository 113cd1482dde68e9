//! OAuth 2.0: its choices, its endpoints, and whether the pieces are complete.

use super::Resolver;
use super::unknown::choice;
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{ASSERTION, CLIENT_KEY, ClientAuth, FLOWS, Field, Flow, OAuth2, Rotation, Template};
use crate::syntax::ast::{self, Ident};

impl Resolver<'_> {
    /// The grant; none when its kind or its token endpoint is not known.
    pub(super) fn oauth2(&mut self, written: &ast::OAuth2, fields: &[Field], names: &[String]) -> Option<OAuth2> {
        let flow = self.choose(Some(&written.kind), "OAuth 2.0 grant", &FLOWS, Flow::Code);
        let known_kind = FLOWS.iter().any(|(name, _)| *name == written.kind.value);
        let all = [ClientAuth::Basic, ClientAuth::Body, ClientAuth::None, ClientAuth::PrivateKeyJwt];
        let usual = if flow == Flow::JwtBearer { ClientAuth::None } else { ClientAuth::Basic };
        let client = self.choose(written.client.as_ref(), "way for a client to show who it is", &all.map(|one| (one.name(), one)), usual);
        if known_kind {
            self.endpoints_are_there(written, flow);
            self.client_fields_are_there(written, fields, flow, client);
            self.signed_where_needed(written, flow, client);
        }
        let rotation = self.choose(
            written.refresh.as_ref(),
            "way to refresh",
            &[("rotating", Rotation::Rotating), ("fixed", Rotation::Fixed), ("none", Rotation::None)],
            if flow.asks_a_person() { Rotation::Fixed } else { Rotation::None },
        );
        let json = self.choose(written.body.as_ref(), "encoding of the token request", &[("form", false), ("json", true)], false);
        Some(OAuth2 {
            authorize: written.authorize.as_ref().map(|url| self.template(url, names)),
            token: written.token.as_ref().map_or_else(|| nowhere(written), |url| self.template(url, names)),
            refresh_url: written.refresh_url.as_ref().map(|url| self.template(url, names)),
            pkce: flow == Flow::Code && self.pkce(written),
            pkce_reason: written.pkce.as_ref().and_then(|(_, why)| why.as_ref()).map(|why| why.value.clone()),
            scope_names: scope_names(written),
            scopes: written.scopes.iter().map(|scope| scope.value.clone()).collect(),
            separator: written.separator.as_ref().map_or_else(|| " ".to_owned(), |separator| separator.value.clone()),
            extra: self.extra(written, names),
            reads: written.reads.iter().map(|(name, path)| (name.value.clone(), super::connector::segments(Some(path)))).collect(),
            device: written.device.as_ref().map(|url| self.template(url, names)),
            assertion: written.assertion.as_ref().map(|sign| self.signed_by(sign, &ASSERTION, fields, names)),
            client_key: written.client_key.as_ref().map(|sign| self.signed_by(sign, &CLIENT_KEY, fields, names)),
            flow,
            client,
            json,
            rotation,
        })
    }

    fn choose<T: Copy>(&mut self, written: Option<&Ident>, what: &str, choices: &[(&str, T)], usual: T) -> T {
        let Some(written) = written else { return usual };
        let found = choices.iter().find(|(name, _)| *name == written.value);
        if found.is_none() {
            let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
            self.report(choice(codes::UNKNOWN_CHOICE, written, what, &names));
        }
        found.map_or(usual, |(_, value)| *value)
    }

    fn endpoints_are_there(&mut self, written: &ast::OAuth2, flow: Flow) {
        if written.token.is_none() {
            self.lacks(written, "token", "`token \"https://…\"`");
        }
        if flow == Flow::Code && written.authorize.is_none() {
            self.lacks(written, "authorization", "`authorize \"https://…\"`");
        }
        if flow == Flow::Device && written.device.is_none() {
            self.lacks(written, "device authorization", "`device \"https://…\"`");
        }
    }

    fn lacks(&mut self, written: &ast::OAuth2, what: &str, statement: &str) {
        self.report(
            Diagnostic::new(codes::INCOMPLETE_GRANT, written.kind.span, format!("this grant has no {what} endpoint"))
                .here(format!("needs {statement}"))
                .help(format!("add {statement}")),
        );
    }

    /// What signs tokens stands where tokens are signed, and nowhere else.
    fn signed_where_needed(&mut self, written: &ast::OAuth2, flow: Flow, client: ClientAuth) {
        let clauses = [
            (
                "assertion",
                flow == Flow::JwtBearer,
                written.assertion.as_ref(),
                "assertion { alg = RS256  key = private_key  claims { … } }",
            ),
            (
                "client private_key_jwt",
                client == ClientAuth::PrivateKeyJwt,
                written.client_key.as_ref(),
                "client private_key_jwt { alg = RS256  key = private_key }",
            ),
        ];
        for (clause, wanted, there, example) in clauses {
            let diagnostic = match there {
                None if wanted => Diagnostic::new(codes::INCOMPLETE_GRANT, written.kind.span, "this grant does not say what it signs with")
                    .here(format!("needs `{clause} {{ … }}`"))
                    .help(format!("write `{example}`")),
                Some(there) if !wanted => Diagnostic::new(codes::INCOMPLETE_GRANT, there.kind.span, "nothing is signed with this")
                    .here("has no use here")
                    .help(if clause == "assertion" {
                        "an assertion belongs to `oauth2 jwt_bearer`"
                    } else {
                        "write `client private_key_jwt { … }`"
                    }),
                _ => continue,
            };
            self.report(diagnostic);
        }
    }

    fn client_fields_are_there(&mut self, written: &ast::OAuth2, fields: &[Field], flow: Flow, client: ClientAuth) {
        // Without a client of one's own there is still a person's password, or what was signed.
        let of_client: &[(&str, &str)] = match (client, flow) {
            (ClientAuth::None, Flow::Password | Flow::JwtBearer) => &[],
            (ClientAuth::None | ClientAuth::PrivateKeyJwt, _) => &[("client_id", "string")],
            _ => &[("client_id", "string"), ("client_secret", "secret")],
        };
        let of_person: &[(&str, &str)] = if flow == Flow::Password { &[("username", "string"), ("password", "secret")] } else { &[] };
        let wanted = of_client.iter().chain(of_person);
        let missing = wanted.filter(|(name, _)| !fields.iter().any(|field| field.name == *name));
        let missing: Vec<String> = missing.map(|(name, ty)| format!("{name}: {ty}")).collect();
        if !missing.is_empty() {
            let missing = missing.join("  ");
            self.report(
                Diagnostic::new(codes::NO_CLIENT_FIELDS, written.kind.span, format!("this grant of OAuth 2.0 needs the field `{missing}`"))
                    .here("nobody is asked for it")
                    .help(format!("write `fields {{ {missing} }}` in this connection")),
            );
        }
    }

    fn pkce(&mut self, written: &ast::OAuth2) -> bool {
        let Some((method, why)) = &written.pkce else { return true };
        let used = self.choose(Some(method), "method of PKCE", &[("S256", true), ("none", false)], true);
        if !used && why.is_none() {
            self.report(
                Diagnostic::new(codes::PKCE_NONE, method.span, "`pkce none` does not say why")
                    .here("a reason must follow")
                    .help("write for example `pkce none \"the server refuses code_challenge\"`; or leave it out, S256 is the rule"),
            );
        }
        used
    }

    fn extra(&mut self, written: &ast::OAuth2, names: &[String]) -> Vec<(String, String, Template)> {
        const STEPS: [&str; 3] = ["authorize", "token", "refresh"];
        let mut extra = Vec::new();
        for (step, parameters) in &written.extra {
            if !STEPS.contains(&step.value.as_str()) {
                self.report(choice(codes::UNKNOWN_CHOICE, step, "request of OAuth 2.0", &STEPS));
            }
            for (name, wire, value) in parameters {
                let wire = wire.as_ref().map_or(&name.value, |wire| &wire.value).clone();
                extra.push((step.value.clone(), wire, self.template(value, names)));
            }
        }
        extra
    }
}

/// What the scopes are called, where all of them have names.
fn scope_names(written: &ast::OAuth2) -> Vec<String> {
    let all = written.scope_names.len() == written.scopes.len();
    written.scope_names.iter().filter(|_| all).map(|name| name.value.clone()).collect()
}

fn nowhere(written: &ast::OAuth2) -> Template {
    Template { text: String::new(), holes: Vec::new(), span: written.kind.span }
}
