//! Connections as security schemes. A connection that sends several things becomes several schemes, which are needed together.

use super::Exporter;
use super::extensions::{life_object, place, said};
use super::json::{Object, Value, texts};
use super::parameters::key;
use crate::import::document::GATEWAY;
use crate::model::{Connection, Encoding, Exchange, Flow, Grant, InOpenApi, Model, OAuth2, Rotation, Send, Sign, Template};

/// The name that stands for a call without a connection.
const NOBODY: &str = "none";

impl Exporter<'_> {
    /// The connections of this version.
    pub(super) fn connections(&self) -> impl Iterator<Item = &Connection> {
        let version = self.projection.version;
        self.projection.model.connections.iter().filter(move |one| one.on.has(version))
    }

    /// `components.securitySchemes`
    pub(super) fn schemes(&self) -> Object {
        let mut schemes = Object::new();
        for connection in self.connections() {
            for (index, (name, scheme)) in self.schemes_of(connection).into_iter().enumerate() {
                schemes.set(name, if index == 0 { self.described(scheme, connection) } else { scheme });
            }
        }
        schemes
    }

    /// Connections that send nothing, which no scheme stands for, with their places among all.
    pub(super) fn silent(&self) -> Vec<Object> {
        let all = self.connections().enumerate().filter(|(_, connection)| self.schemes_of(connection).is_empty());
        all.map(|(at, connection)| self.described(Object::new(), connection).with("at", at as u64)).collect()
    }

    /// Those that a module names, where `security` cannot tell them from calls that anyone may make.
    pub(super) fn named_silent(&self, names: &[String]) -> Value {
        let silent = |name: &String| self.connections().any(|one| one.name == *name && self.schemes_of(one).is_empty());
        if names.iter().any(silent) { texts(names) } else { Value::List(Vec::new()) }
    }

    /// What a call needs: any of the connections, or any of those named.
    pub(super) fn security(&self, names: &[String]) -> Vec<Object> {
        let way = |connection: &Connection| {
            let scopes = |at: usize| match &connection.grant {
                Grant::OAuth2(oauth2) if at == 0 => texts(&oauth2.scopes),
                _ => Value::List(Vec::new()),
            };
            let schemes = self.schemes_of(connection).into_iter().enumerate();
            schemes.fold(Object::new(), |way, (at, (name, _))| way.with(name, scopes(at)))
        };
        if names.is_empty() {
            return self.connections().map(way).collect();
        }
        let ways_of = |name: &String| -> Vec<Object> {
            if name == NOBODY {
                return vec![Object::new()];
            }
            self.connections().filter(|connection| connection.name == *name).map(way).collect()
        };
        names.iter().flat_map(ways_of).collect()
    }

    fn schemes_of(&self, connection: &Connection) -> Vec<(String, Object)> {
        let name = scheme_name(self.projection.model, connection);
        let bearer = |send: &Send| matches!(send, Send::Header(header, value) if header.eq_ignore_ascii_case("authorization") && value.text == "Bearer {access_token}");
        let sent: Vec<Object> = match &connection.grant {
            Grant::OAuth2(oauth2) => {
                // Where the token goes is the flow's affair, unless it is somewhere else.
                let others = connection.sends.iter().filter(|send| !bearer(send) && !sends_token(send));
                std::iter::once(self.flows(oauth2, connection)).chain(others.map(send_scheme)).collect()
            }
            _ => connection.sign.iter().filter_map(sign_scheme).chain(connection.sends.iter().map(send_scheme)).collect(),
        };
        let sent = sent.into_iter().chain(connection.tls.iter().map(|_| Object::new().with("type", "mutualTLS")));
        let numbered = |at: usize| if at == 0 { name.clone() } else { format!("{name}.{}", at + 1) };
        sent.enumerate().map(|(at, scheme)| (numbered(at), scheme)).collect()
    }

    /// What a scheme has no words for: the form that a person fills in, and how the credential is obtained and sent.
    fn described(&self, scheme: Object, connection: &Connection) -> Object {
        let fields = self.structure(connection.fields.iter().filter(|field| field.on.has(self.projection.version)));
        let sends: Vec<Object> = connection.sends.iter().map(send_object).collect();
        let grant = match &connection.grant {
            Grant::Fields => Object::new(),
            Grant::OAuth2(oauth2) => Object::new().with("oauth2", oauth2_object(oauth2)),
            Grant::Exchange(exchange) => Object::new().with("exchange", exchange_object(exchange)),
        };
        let grant = grant.maybe("sign", connection.sign.as_ref().map(sign_object));
        let grant = grant.maybe("tls", connection.tls.as_ref().map(sign_object));
        let probe = connection.probe.as_ref().map(|(method, path)| format!("{method} {}", path.text));
        let life = connection.life.as_ref();
        let own = Object::new().with("name", &connection.name).with("title", &connection.title);
        let own = own.with("revision", i64::from(connection.revision)).with("fields", fields).with("sends", sends).joined(grant);
        let own = own.maybe("probe", probe).maybe("server", connection.server.as_ref().map(|server| &server.text));
        let scheme = scheme.unless_empty("description", said(&connection.docs)).flag("x-deprecated", life.is_some());
        scheme.maybe("x-linchpin-life", life.map(life_object)).with("x-linchpin-connection", own)
    }

    fn flows(&self, oauth2: &OAuth2, connection: &Connection) -> Object {
        let address = |template: &Template| self.address(template, connection);
        let scopes = oauth2.scopes.iter().fold(Object::new(), |scopes, scope| scopes.with(scope, ""));
        let flow = Object::new().maybe("authorizationUrl", oauth2.authorize.as_ref().filter(|_| oauth2.flow == Flow::Code).map(address));
        let flow = flow.with("tokenUrl", address(&oauth2.token)).maybe("refreshUrl", oauth2.refresh_url.as_ref().map(address));
        // OpenAPI 3.2 has a word for devices; for what is signed it has none, and the nearest is a client that needs nobody.
        let name = match oauth2.flow {
            Flow::Code => "authorizationCode",
            Flow::ClientCredentials | Flow::JwtBearer => "clientCredentials",
            Flow::Password => "password",
            Flow::Device => "clientCredentials",
        };
        Object::new().with("type", "oauth2").with("flows", Object::new().with(name, flow.with("scopes", scopes)))
    }

    /// A template as a URL: what has a default is filled in, other holes have their braces escaped, because a URL may hold none.
    fn address(&self, template: &Template, connection: &Connection) -> String {
        let mut text = self.version_filled_in(&template.text);
        for field in &connection.fields {
            if let Some(Value::Text(default)) = field.default.as_deref().and_then(Value::parse) {
                text = text.replace(&format!("{{{}}}", field.name), &default).replace(&format!("{{connection.{}}}", field.name), &default);
            }
        }
        text.replace('{', "%7B").replace('}', "%7D")
    }
}

/// The scheme of a connection; an older revision beside a newer one says which it is.
fn scheme_name(model: &Model, connection: &Connection) -> String {
    let newest = model.connections.iter().filter(|one| one.name == connection.name).map(|one| one.revision).max();
    let plain = newest == Some(connection.revision);
    key(&if plain { connection.name.clone() } else { format!("{}-{}", connection.name, connection.revision) })
}

fn sends_token(send: &Send) -> bool {
    match send {
        Send::Header(_, value) | Send::Query(_, value) | Send::Cookie(_, value) => value.holes.iter().any(|hole| hole == "access_token"),
        Send::Basic(..) => false,
    }
}

fn send_scheme(send: &Send) -> Object {
    let api_key = |place: &str, name: &String| Object::new().with("type", "apiKey").with("in", place).with("name", name);
    let http = |scheme: &str| Object::new().with("type", "http").with("scheme", scheme);
    match send {
        Send::Header(name, value) if name.eq_ignore_ascii_case("authorization") && value.text.starts_with("Bearer ") => http("bearer"),
        Send::Header(name, _) => api_key("header", name),
        Send::Query(name, _) => api_key("query", name),
        Send::Cookie(name, _) => api_key("cookie", name),
        Send::Basic(..) => http("basic"),
    }
}

fn send_object(send: &Send) -> Object {
    let named =
        |place: &str, name: &String, value: &Template| Object::new().with("in", place).with("name", name).with("value", &value.text);
    match send {
        Send::Header(name, value) => named("header", name, value),
        Send::Query(name, value) => named("query", name, value),
        Send::Cookie(name, value) => named("cookie", name, value),
        Send::Basic(user, password) => Object::new().with("in", "basic").with("user", &user.text).with("password", &password.text),
    }
}

/// What OpenAPI has for a signature; none where what it sends stands among `sends`.
fn sign_scheme(sign: &Sign) -> Option<Object> {
    let key = || Object::new().with("type", "apiKey").with("in", "header").with("name", "Authorization");
    match sign.kind.openapi {
        InOpenApi::ApiGateway => Some(key().with(GATEWAY, sign.kind.scheme)),
        InOpenApi::Http(scheme) => Some(Object::new().with("type", "http").with("scheme", scheme)),
        InOpenApi::Authorization => Some(key()),
        InOpenApi::Sent => None,
    }
}

fn sign_object(sign: &Sign) -> Object {
    let settings = sign.settings.iter().fold(Object::new(), |settings, (name, value)| settings.with(name, &value.text));
    Object::new().with("kind", sign.kind.name).with("settings", settings)
}

fn oauth2_object(oauth2: &OAuth2) -> Object {
    let refresh = match oauth2.rotation {
        Rotation::Rotating => "rotating",
        Rotation::Fixed => "fixed",
        Rotation::None => "none",
    };
    let text = |template: &Option<Template>| template.as_ref().map(|template| template.text.clone());
    let named = oauth2.scope_names.iter().zip(&oauth2.scopes);
    let named = named.map(|(name, scope)| Object::new().with("name", name).with("scope", scope)).collect::<Vec<_>>();
    let object = Object::new()
        .with("grant", oauth2.flow.name())
        .maybe("authorize", text(&oauth2.authorize))
        .maybe("device", text(&oauth2.device))
        .with("token", &oauth2.token.text);
    let object = object.maybe("refreshAt", text(&oauth2.refresh_url)).with("client", oauth2.client.name()).with("refresh", refresh);
    let extra = oauth2.extra.iter().map(|(to, name, value)| Object::new().with("to", to).with("name", name).with("value", &value.text));
    let reads = oauth2.reads.iter().fold(Object::new(), |reads, (name, path)| reads.with(name, texts(path)));
    let object = object.with("body", if oauth2.json { "json" } else { "form" }).with("pkce", oauth2.pkce);
    let object = object.maybe("pkceReason", oauth2.pkce_reason.as_ref()).unless_empty("scopes", named);
    let object = object
        .maybe("assertion", oauth2.assertion.as_ref().map(sign_object))
        .maybe("clientKey", oauth2.client_key.as_ref().map(sign_object));
    object.with("separator", &oauth2.separator).unless_empty("with", extra.collect::<Vec<_>>()).unless_empty("reads", reads)
}

fn exchange_object(exchange: &Exchange) -> Object {
    let value = |(to, name, value): &(crate::model::ConstantPlace, String, Template)| {
        Object::new().with("in", place(*to)).with("name", name).with("value", &value.text)
    };
    let body = exchange.body.as_ref().map(|body| if *body == Encoding::Form { "form" } else { "json" });
    let object = Object::new().with("call", format!("{} {}", exchange.method, exchange.url.text)).maybe("body", body);
    let object = object.with("values", exchange.values.iter().map(value).collect::<Vec<_>>()).with("token", texts(&exchange.token));
    object.unless_empty("expiresIn", texts(&exchange.expires_in)).unless_empty("expiresAt", texts(&exchange.expires_at))
}
