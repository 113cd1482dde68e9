//! Connections of a spec as ways to authenticate.

use crate::change::surface::{CredentialField, Flow, Life, Scheme, Security, Sunset, Way};
use crate::model::{self, ClientAuth, Connection, Field, Grant, Model, OAuth2, Rotation, Send, Sign, TLS, Type};

/// The connections of a version.
pub(super) fn schemes(model: &Model, version: usize) -> Vec<Scheme> {
    model.connections.iter().filter(|one| one.on.has(version)).map(|one| scheme(one, version)).collect()
}

/// Any connection will do.
pub(super) fn security(model: &Model, version: usize) -> Security {
    let ways = model.connections.iter().filter(|one| one.on.has(version));
    let ways = ways.map(|one| Way { schemes: vec![(one.name.clone(), Vec::new())], at: one.span }).collect();
    Security { ways, said: true }
}

/// What a module says of connections of its own.
pub(super) fn security_of(names: &[String], at: crate::source::Span) -> Security {
    let ways = names.iter().map(|name| {
        let schemes = if name == "none" { Vec::new() } else { vec![(name.clone(), Vec::new())] };
        Way { schemes, at }
    });
    Security { ways: ways.collect(), said: !names.is_empty() }
}

fn scheme(connection: &Connection, version: usize) -> Scheme {
    let fields = connection.fields.iter().filter(|field| field.on.has(version)).map(field);
    let kind = match (&connection.grant, scheme_of(connection)) {
        (Grant::Fields, Some(scheme)) => scheme,
        (Grant::Fields, None) if proves_by_tls_alone(connection) => TLS.scheme,
        (Grant::Fields, _) if connection.sends.iter().any(|send| matches!(send, Send::Basic(..))) => "basic",
        (Grant::Fields, _) if is_bearer(connection) => "bearer",
        (Grant::Fields, _) => "api key",
        (Grant::OAuth2(_), _) => "oauth2",
        (Grant::Exchange(_), _) => "token exchange",
    };
    let flows = match &connection.grant {
        Grant::OAuth2(oauth2) => vec![flow(oauth2)],
        _ => connection.sign.iter().chain(&connection.tls).map(signature).collect(),
    };
    Scheme {
        name: connection.name.clone(),
        kind: kind.to_owned(),
        placement: placement_of(connection),
        fields: fields.collect(),
        flows,
        life: life(connection.life.as_ref()),
        at: connection.span,
    }
}

fn proves_by_tls_alone(connection: &Connection) -> bool {
    connection.tls.is_some() && connection.sign.is_none() && connection.sends.is_empty()
}

/// What a signature by itself is called; one that is sent like a key looks like a key.
fn scheme_of(connection: &Connection) -> Option<&'static str> {
    connection.sign.as_ref().map(|sign| sign.kind.scheme).filter(|scheme| !scheme.is_empty())
}

fn is_bearer(connection: &Connection) -> bool {
    connection.sends.iter().any(
        |send| matches!(send, Send::Header(name, value) if name.eq_ignore_ascii_case("authorization") && value.text.starts_with("Bearer ")),
    )
}

/// A signature by itself stands in `Authorization`.
fn placement_of(connection: &Connection) -> Option<String> {
    let own = connection.sign.as_ref().map(|_| "header Authorization".to_owned());
    connection.sends.first().map(placement).or(own)
}

/// What a signature is set by, apart from what a person fills in.
fn signature(sign: &Sign) -> Flow {
    let settings = sign.kind.settings.iter().filter_map(|setting| Some((setting.name, sign.setting(setting.name)?.text.clone())));
    Flow { name: sign.kind.name, urls: Vec::new(), rules: settings.collect(), scopes: Vec::new(), at: sign.span }
}

fn placement(send: &Send) -> String {
    match send {
        Send::Header(name, _) => format!("header {name}"),
        Send::Query(name, _) => format!("query {name}"),
        Send::Cookie(name, _) => format!("cookie {name}"),
        Send::Basic(..) => "header Authorization".into(),
    }
}

fn field(field: &Field) -> CredentialField {
    let kind = match &field.ty {
        Type::Secret => "secret",
        Type::Host => "host",
        Type::Url => "url",
        Type::Int(_) => "int",
        Type::Bool => "bool",
        _ => "string",
    };
    CredentialField {
        name: field.name.clone(),
        kind: kind.to_owned(),
        required: !field.optional,
        default: field.default.is_some(),
        at: field.span,
    }
}

fn flow(oauth2: &OAuth2) -> Flow {
    let urls = [
        ("authorize", oauth2.authorize.as_ref()),
        ("device", oauth2.device.as_ref()),
        ("token", Some(&oauth2.token)),
        ("refresh", oauth2.refresh_url.as_ref()),
    ];
    let client = match oauth2.client {
        ClientAuth::Basic => "basic",
        ClientAuth::Body => "in the body",
        ClientAuth::None => "none",
        ClientAuth::PrivateKeyJwt => "signed token",
    };
    let rotation = match oauth2.rotation {
        Rotation::Rotating => "replaced at every use",
        Rotation::Fixed => "kept",
        Rotation::None => "none",
    };
    let rules = [("client authentication", client), ("PKCE", if oauth2.pkce { "yes" } else { "no" }), ("refresh token", rotation)];
    Flow {
        name: match oauth2.flow {
            model::Flow::Code => "code",
            model::Flow::ClientCredentials => "client credentials",
            model::Flow::Password => "password",
            model::Flow::Device => "device",
            model::Flow::JwtBearer => "JWT bearer",
        },
        urls: urls.into_iter().filter_map(|(name, url)| Some((name, url?.text.clone()))).collect(),
        rules: rules.into_iter().map(|(name, value)| (name, value.to_owned())).collect(),
        scopes: oauth2.scopes.clone(),
        at: oauth2.token.span,
    }
}

/// A deprecation of the spec.
pub(super) fn life(life: Option<&crate::model::Life>) -> Life {
    life.map_or_else(Life::default, |life| Life {
        deprecated: true,
        sunset: life.sunset.map_or(Sunset::None, Sunset::On),
        stability: None,
        successor: life.successor.clone(),
    })
}
