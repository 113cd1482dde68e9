//! Security schemes as connections: what a person fills in, where it goes, and which modules take which.

use super::literals::quoted;
use super::maker::Maker;
use super::names::Names;
use super::notes::Subject;
use super::plan::{Connection, Field, Grant, Type};
use super::servers::{Servers, field};
use super::words::{snake, title};
use crate::import::document::{Flow, In, Operation, Requirement, Scheme, SchemeKind};
use crate::source::Span;

/// The longest line of scopes.
const SCOPES: usize = 100;

/// Connections, and which of them each way of the document is.
#[derive(Clone, Debug, Default)]
pub(super) struct Connections {
    pub(super) list: Vec<Connection>,
    /// The schemes of a way, sorted, and the connections that it may be.
    ways: Vec<(Vec<String>, Vec<String>)>,
    /// The connection of those who need not say who they are, where one must be there for the address.
    open: Option<String>,
}

/// What credentials are called. A hole of an address that has such a name gets another.
pub(super) const CREDENTIALS: [&str; 12] = [
    "key",
    "user",
    "username",
    "password",
    "token",
    "credential",
    "client_id",
    "client_secret",
    "access_key_id",
    "secret_access_key",
    "certificate",
    "private_key",
];

impl<'n> Maker<'_, 'n> {
    /// A connection for each way in that is asked for.
    pub(super) fn connections(&mut self, operations: &[&Operation<'n>], servers: &Servers) -> Connections {
        let mut connections = Connections::default();
        let mut names = Names::default();
        names.take("none", "_");
        let document = self.document;
        let own = operations.iter().filter_map(|one| one.security.as_ref()).flatten();
        let all: Vec<&Requirement<'n>> = document.security.iter().flatten().chain(own).collect();
        let mut scopes: Vec<(&str, &str)> = Vec::new();
        for (name, wanted) in all.iter().flat_map(|one| &one.schemes) {
            scopes.extend(wanted.iter().map(|scope| (*name, *scope)));
        }
        let mut wanted: Vec<Vec<&str>> = Vec::new();
        for requirement in &all {
            let key = key(requirement);
            if !key.is_empty() && !wanted.contains(&key) {
                wanted.push(key);
            }
        }
        // Schemes that nothing asks for are still how one gets in.
        if wanted.is_empty() && all.is_empty() {
            wanted = document.schemes.iter().map(|scheme| vec![scheme.name]).collect();
        }
        for way in wanted {
            let made = self.way(&way, &scopes, &all, &mut names);
            let owned: Vec<String> = way.iter().map(|name| (*name).to_owned()).collect();
            connections.ways.push((owned, made.iter().map(|one| one.name.clone()).collect()));
            connections.list.extend(made);
        }
        self.addressed(&mut connections, servers, &mut names, operations);
        connections
    }

    /// Every connection has the fields that the address needs; where there is none, there is one for them.
    fn addressed(&mut self, connections: &mut Connections, servers: &Servers, names: &mut Names, operations: &[&Operation<'n>]) {
        if servers.fields.is_empty() {
            return;
        }
        let is_open = |security: &Option<Vec<Requirement<'_>>>| {
            security.as_ref().is_some_and(|ways| ways.is_empty() || ways.iter().any(|way| way.schemes.is_empty()))
        };
        let public = operations.iter().any(|one| is_open(&one.security)) || is_open(&self.document.security);
        if connections.list.is_empty() || public {
            let name = names.take("address", "_");
            connections.open = Some(name.clone());
            connections.list.push(Connection { name, title: "Address only".to_owned(), ..Connection::default() });
        }
        for connection in &mut connections.list {
            // What is signed for a place, a region, is sent there: that is one field. Names of credentials are no address's.
            connection.fields.retain(|field| !servers.fields.iter().any(|other| other.name == field.name));
            connection.fields.splice(0..0, servers.fields.iter().cloned());
        }
    }

    /// The connections that one way in can be: several where a scheme has several flows.
    fn way(&mut self, schemes: &[&str], scopes: &[(&str, &str)], all: &[&Requirement<'n>], names: &mut Names) -> Vec<Connection> {
        let document = self.document;
        let mut parts: Vec<Vec<Connection>> = Vec::new();
        for name in schemes {
            let Some(scheme) = document.schemes.iter().find(|scheme| scheme.name == *name) else {
                let at = all.iter().find(|one| one.schemes.iter().any(|(known, _)| known == name)).map_or(self.nowhere(), |one| one.span);
                self.note(Subject::Security, at, format!("`{name}` is no security scheme of the document"));
                continue;
            };
            let wanted: Vec<&str> = scopes.iter().filter(|(known, _)| known == name).map(|(_, scope)| *scope).collect();
            let made = self.scheme(scheme, &wanted);
            if !made.is_empty() {
                parts.push(made);
            }
        }
        let mut parts = parts.into_iter();
        let Some(mut made) = parts.next() else { return Vec::new() };
        for more in parts {
            let Some(second) = more.into_iter().next() else { continue };
            made.iter_mut().for_each(|first| join(first, &second));
        }
        made.iter_mut().for_each(|one| one.name = names.take(&one.name, "_"));
        made
    }

    fn scheme(&mut self, scheme: &Scheme<'n>, scopes: &[&str]) -> Vec<Connection> {
        let name = snake(scheme.name, "connection");
        let named = |suffix: &str| if name.ends_with(suffix) || suffix.is_empty() { name.clone() } else { format!("{name}_{suffix}") };
        let plain = |fields: Vec<Field>, sends: Vec<String>| Connection {
            name: name.clone(),
            title: title(&name),
            docs: scheme.description.to_owned(),
            fields,
            grant: None,
            tls: None,
            sends,
        };
        let at = scheme.span;
        match &scheme.kind {
            SchemeKind::ApiKey { .. } if scheme.is_aws_signature() => {
                let mut region = text("region", at);
                region.docs = "Where it runs: `us-east-1`.".to_owned();
                let fields = vec![region, text("access_key_id", at), secret("secret_access_key", at)];
                let lines = ["service = \"execute-api\"", "region = region", "key = access_key_id", "secret = secret_access_key"];
                vec![Connection { grant: signature("aws4", &lines), ..plain(fields, Vec::new()) }]
            }
            SchemeKind::ApiKey { place, name: wire } => {
                let word = prefix(scheme.description).or_else(|| {
                    let told = self.document.description;
                    prefix(told).filter(|_| told.to_lowercase().contains("authorization"))
                });
                if let Some(word) = word.filter(|_| *place == In::Header && wire.eq_ignore_ascii_case("authorization")) {
                    return vec![match word.to_lowercase().as_str() {
                        "bearer" => plain(vec![secret("token", at)], vec!["bearer token".to_owned()]),
                        _ => plain(vec![secret("key", at)], vec![format!("header {} = \"{word} {{key}}\"", quoted(wire))]),
                    }];
                }
                let key = secret("key", at);
                let send = match place {
                    In::Query => format!("query {} = key", quoted(wire)),
                    In::Cookie => format!("cookie {} = key", quoted(wire)),
                    _ => format!("header {} = key", quoted(wire)),
                };
                vec![plain(vec![key], vec![send])]
            }
            SchemeKind::Http { scheme: word, .. } if word == "basic" => {
                vec![plain(vec![text("user", at), secret("password", at)], vec!["basic user password".to_owned()])]
            }
            SchemeKind::Http { scheme: word, .. } if word == "digest" => {
                let fields = vec![text("user", at), secret("password", at)];
                vec![Connection { grant: signature("digest", &["user = user", "password = password"]), ..plain(fields, Vec::new()) }]
            }
            SchemeKind::Http { scheme: word, .. } if word == "bearer" => {
                vec![plain(vec![secret("token", at)], vec!["bearer token".to_owned()])]
            }
            SchemeKind::Http { scheme: word, .. }
                if !word.is_empty() && !["hoba", "negotiate", "mutual", "dpop", "vapid"].contains(&word.as_str()) =>
            {
                self.note(Subject::Security, at, format!("`{word}` is no scheme that is known here: the whole credential is asked for"));
                let word = super::words::capitalised(word);
                vec![plain(vec![secret("credential", at)], vec![format!("header \"Authorization\" = \"{word} {{credential}}\"")])]
            }
            SchemeKind::OAuth2(flows) => self.flows(flows, scopes, &named, &plain, at),
            SchemeKind::OpenId(_) => {
                self.note(Subject::Security, at, "the endpoints of OpenID Connect stand elsewhere: an access token is asked for");
                vec![plain(vec![secret("token", at)], vec!["bearer token".to_owned()])]
            }
            SchemeKind::MutualTls => {
                let mut certificate = secret("certificate", at);
                certificate.docs = "The client's certificate, in PEM.".to_owned();
                let lines = ["certificate = certificate", "key = private_key"].map(str::to_owned).to_vec();
                let tls = Some(Grant { head: "tls".to_owned(), lines });
                vec![Connection { tls, ..plain(vec![certificate, secret("private_key", at)], Vec::new()) }]
            }
            SchemeKind::Http { scheme: word, .. } => {
                self.note(
                    Subject::Security,
                    at,
                    format!("`{word}` authentication signs or answers each request, which no connection does"),
                );
                Vec::new()
            }
            SchemeKind::Other(word) => {
                self.note(Subject::Security, at, format!("`{word}` is no type of security scheme"));
                Vec::new()
            }
        }
    }

    fn flows(
        &mut self,
        flows: &[Flow<'n>],
        scopes: &[&str],
        named: &dyn Fn(&str) -> String,
        plain: &dyn Fn(Vec<Field>, Vec<String>) -> Connection,
        at: Span,
    ) -> Vec<Connection> {
        let mut made = Vec::new();
        let kinds = flows.iter().filter(|flow| flow.name != "implicit").count();
        let suffix = |word: &str| if kinds > 1 { named(word) } else { named("") };
        for flow in flows {
            let token = flow.token.map(str::trim).filter(|url| is_endpoint(url));
            let authorize = flow.authorize.map(str::trim).filter(|url| is_endpoint(url));
            let grant = |kind: &str, lines: Vec<String>| Some(Grant { head: format!("oauth2 {kind}"), lines });
            match (flow.name, authorize, token) {
                ("authorizationCode", Some(authorize), Some(token)) => {
                    let mut lines = vec![format!("authorize {}", url(authorize)), format!("token {}", url(token))];
                    lines.extend(flow.refresh.filter(|one| is_endpoint(one) && *one != token).map(|one| format!("refresh {}", url(one))));
                    lines.extend(scope_lines(flow, scopes));
                    let (name, grant) = (suffix("code"), grant("code", lines));
                    made.push(Connection { title: title(&name), name, grant, ..plain(client(at), vec!["bearer access_token".to_owned()]) });
                }
                ("clientCredentials", _, Some(token)) => {
                    let mut lines = vec![format!("token {}", url(token))];
                    lines.extend(scope_lines(flow, scopes));
                    let (name, grant) = (suffix("machine"), grant("client_credentials", lines));
                    made.push(Connection { title: title(&name), name, grant, ..plain(client(at), vec!["bearer access_token".to_owned()]) });
                }
                ("password", _, Some(token)) => {
                    let mut lines = vec![format!("token {}", url(token)), "client none".to_owned()];
                    lines.extend(scope_lines(flow, scopes));
                    let fields = vec![text("username", at), secret("password", at)];
                    let (name, grant) = (suffix("password"), grant("password", lines));
                    made.push(Connection { title: title(&name), name, grant, ..plain(fields, vec!["bearer access_token".to_owned()]) });
                }
                ("implicit", ..) => {
                    let why = "the implicit flow gives tokens to browsers alone";
                    if kinds == 0 {
                        self.note(Subject::Security, flow.span, format!("{why}: an access token is asked for"));
                        made.push(plain(vec![secret("token", at)], vec!["bearer token".to_owned()]));
                    } else {
                        self.note(Subject::Security, flow.span, format!("{why}; there is another way in"));
                    }
                }
                _ => {
                    self.note(
                        Subject::Security,
                        flow.span,
                        "a flow without whole addresses of its endpoints: an access token is asked for",
                    );
                    made.push(plain(vec![secret("token", at)], vec!["bearer token".to_owned()]));
                }
            }
        }
        if made.is_empty() {
            self.note(Subject::Security, at, "OAuth 2.0 without a flow: an access token is asked for");
            made.push(plain(vec![secret("token", at)], vec!["bearer token".to_owned()]));
        }
        made
    }
}

/// The word that stands before the credential in the header `Authorization`, where a description shows one: `Authorization: Bearer <token>`,
/// or says so: with the prefix "Token".
fn prefix(description: &str) -> Option<&str> {
    let is_word = |word: &str| (2..=24).contains(&word.len()) && word.chars().all(|c| c.is_ascii_alphabetic() || c == '-');
    let is_hole = |rest: &str| rest.trim_start_matches(['\'', '"', '`']).starts_with(['<', '{', '[', '$']);
    let known = |word: &str| ["bearer", "token", "jwt"].contains(&word.to_lowercase().as_str());
    let lower = description.to_ascii_lowercase();
    let behind = |phrase: &str| lower.match_indices(phrase).map(|(at, _)| &description[at + phrase.len()..]).collect::<Vec<_>>();
    let shown = behind("authorization: ").into_iter().chain(behind("bearer <").iter().map(|_| "Bearer <")).find_map(|rest| {
        let (word, rest) = rest.trim_start_matches(['\'', '"', '`']).split_once(' ')?;
        (is_word(word) && (is_hole(rest) || known(word) && rest.starts_with(|c: char| c.is_ascii_alphanumeric()))).then_some(word)
    });
    let told = || {
        ["prefix ", "prefixed by ", "prefixed with "].into_iter().flat_map(behind).find_map(|rest| {
            let quote = rest.chars().next().filter(|c| "'\"`".contains(*c))?;
            rest[1..].split(quote).next().map(str::trim).filter(|word| is_word(word))
        })
    };
    let bearer = || lower.starts_with("bearer token").then_some("Bearer");
    shown.or_else(told).or_else(bearer)
}

impl Connections {
    /// The connections that an operation names: none when any will do.
    pub(super) fn of(&self, security: Option<&[Requirement<'_>]>, usual: Option<&[Requirement<'_>]>) -> Option<Vec<String>> {
        let ways = security.or(usual)?;
        let mut named: Vec<String> = Vec::new();
        let mut open = ways.is_empty();
        for way in ways {
            open |= way.schemes.is_empty();
            let key: Vec<String> = key(way).into_iter().map(str::to_owned).collect();
            let found = self.ways.iter().find(|(known, _)| *known == key).map_or(&[][..], |(_, names)| names);
            named.extend(found.iter().filter(|name| !named.contains(name)).cloned().collect::<Vec<_>>());
        }
        if open || (named.is_empty() && !ways.is_empty() && security.is_some()) {
            named.push(self.open.clone().unwrap_or_else(|| "none".to_owned()));
        }
        let all = self.list.iter().all(|one| named.contains(&one.name)) && !named.iter().any(|name| name == "none");
        (!named.is_empty() && !all && !self.list.is_empty()).then_some(named)
    }

    /// Does a connection send this header, query parameter or cookie?
    pub(super) fn sends(&self, place: &str, wire: &str) -> bool {
        let sent = format!("{place} {}", quoted(wire)).to_lowercase();
        self.list.iter().flat_map(|one| &one.sends).any(|send| send.to_lowercase().starts_with(&sent))
    }
}

fn key<'n>(requirement: &Requirement<'n>) -> Vec<&'n str> {
    let mut names: Vec<&'n str> = requirement.schemes.iter().map(|(name, _)| *name).collect();
    names.sort_unstable();
    names
}

/// One connection that does what two do.
fn join(first: &mut Connection, second: &Connection) {
    let mut names = Names::default();
    first.fields.iter().for_each(|field| drop(names.take(&field.name, "_")));
    let mut renamed: Vec<(String, String)> = Vec::new();
    for field in &second.fields {
        let own = if names.has(&field.name) { format!("{}_{}", second.name, field.name) } else { field.name.clone() };
        let name = names.take(&own, "_");
        renamed.push((field.name.clone(), name.clone()));
        first.fields.push(Field { name, ..field.clone() });
    }
    for send in &second.sends {
        let word = |text: &str| renamed.iter().find(|(old, _)| old == text).map_or_else(|| text.to_owned(), |(_, new)| new.clone());
        let send = match send.rsplit_once(" = ") {
            Some((head, value)) => format!("{head} = {}", word(value)),
            None => send.split(' ').map(word).collect::<Vec<_>>().join(" "),
        };
        if !first.sends.contains(&send) {
            first.sends.push(send);
        }
    }
    if first.grant.is_none() {
        first.grant.clone_from(&second.grant);
    }
    if first.tls.is_none() {
        first.tls.clone_from(&second.tls);
    }
    first.name = format!("{}_and_{}", first.name, second.name);
    first.title = title(&first.name);
    if first.docs.is_empty() {
        first.docs.clone_from(&second.docs);
    }
}

fn secret(name: &str, at: Span) -> Field {
    field(name, name, Type::scalar("secret"), String::new(), at)
}

fn text(name: &str, at: Span) -> Field {
    field(name, name, Type::scalar("string"), String::new(), at)
}

fn signature(kind: &str, lines: &[&str]) -> Option<Grant> {
    Some(Grant { head: format!("sign {kind}"), lines: lines.iter().map(|line| (*line).to_owned()).collect() })
}

fn client(at: Span) -> Vec<Field> {
    vec![text("client_id", at), secret("client_secret", at)]
}

fn is_endpoint(url: &str) -> bool {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    rest.is_some_and(|rest| !rest.is_empty() && !url.contains(['{', '}', ' ']))
}

fn url(text: &str) -> String {
    let text = match text.strip_prefix("http://") {
        Some(rest) if !rest.starts_with("localhost") && !rest.starts_with("127.0.0.1") => format!("https://{rest}"),
        _ => text.to_owned(),
    };
    quoted(&text)
}

/// The scopes that operations ask for, in the order in which the flow lists them; what it does not list comes behind.
fn scope_lines(flow: &Flow<'_>, wanted: &[&str]) -> Vec<String> {
    let mut scopes: Vec<&str> = flow.scopes.iter().map(|(name, _)| *name).filter(|name| wanted.contains(name)).collect();
    for scope in wanted {
        if !scopes.contains(scope) {
            scopes.push(scope);
        }
    }
    let mut lines: Vec<String> = Vec::new();
    for (index, scope) in scopes.iter().enumerate() {
        let comma = if index + 1 < scopes.len() { "," } else { "" };
        let scope = format!("{}{comma}", quoted(scope));
        match lines.last_mut() {
            None => lines.push(format!("scopes {scope}")),
            Some(line) if line.len() + scope.len() < SCOPES => line.push_str(&format!(" {scope}")),
            Some(_) => lines.push(scope),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::prefix;

    #[test]
    fn a_description_shows_what_stands_before_a_credential() {
        assert_eq!(prefix("The following syntax is required:\n\n  Authorization: Bearer <token>"), Some("Bearer"));
        assert_eq!(prefix("Token-based authentication with required prefix \"Token\""), Some("Token"));
        assert_eq!(prefix("Send `Authorization: GenieKey {your key}`."), Some("GenieKey"));
        assert_eq!(prefix("Pass it in the Authorization header,\nprefixed by `Token `:"), Some("Token"));
        assert_eq!(prefix("Bearer Token authentication"), Some("Bearer"));
        assert_eq!(prefix("Give it as 'Bearer <key>'."), Some("Bearer"));
        assert_eq!(prefix("Send `Authorization: your API key`."), None);
        assert_eq!(prefix("The key that was issued to you, with no prefix."), None);
    }
}
