//! How a connection obtains its credential, and where it and what else is always sent go.

use super::{all, constant_place, encoding, names, text};
use linchpin_compiler::model::{self, Grant, Send};
use linchpin_runtime::operation as table;
use linchpin_runtime::shape::dynamic::leak;

pub(super) fn constant_send(send: &Send) -> Option<table::Constant> {
    let (place, name, value) = match send {
        Send::Header(name, value) => (table::ConstantPlace::Header, name, value),
        Send::Query(name, value) => (table::ConstantPlace::Query, name, value),
        Send::Cookie(name, value) => (table::ConstantPlace::Cookie, name, value),
        Send::Basic(..) => return None,
    };
    Some(table::Constant { place, name: leak(name.as_str()), value: text(value) })
}

pub(super) fn credential(send: &Send) -> table::Credential {
    match send {
        Send::Header(name, value) => table::Credential::Header(leak(name.as_str()), text(value)),
        Send::Query(name, value) => table::Credential::Query(leak(name.as_str()), text(value)),
        Send::Cookie(name, value) => table::Credential::Cookie(leak(name.as_str()), text(value)),
        Send::Basic(user, password) => table::Credential::Basic(text(user), text(password)),
    }
}

pub(super) fn grant(grant: &Grant) -> table::Grant {
    match grant {
        Grant::Fields => table::Grant::Fields,
        Grant::OAuth2(oauth) => table::Grant::OAuth2(Box::leak(Box::new(oauth2(oauth)))),
        Grant::Exchange(exchange) => table::Grant::Exchange(Box::leak(Box::new(table::Exchange {
            method: leak(exchange.method.as_str()),
            url: text(&exchange.url),
            values: all(exchange.values.iter().map(|(place, name, value)| (constant_place(*place), leak(name.as_str()), text(value)))),
            body: exchange.body.as_ref().map_or(table::BodyEncoding::None, encoding),
            token: names(&exchange.token),
            expires_in: names(&exchange.expires_in),
            expires_at: names(&exchange.expires_at),
        }))),
    }
}

/// The signature of each request.
pub(super) fn sign(sign: &model::Sign) -> &'static table::Sign {
    let kind = table::SignKind::named(sign.kind.variant).expect("the compiler knows no kind that the runtime does not know");
    let settings = all(sign.settings.iter().map(|(name, value)| (leak(name.as_str()), text(value))));
    Box::leak(Box::new(table::Sign { kind, settings }))
}

fn oauth2(oauth: &model::OAuth2) -> table::OAuth2 {
    let extra = oauth.extra.iter().map(|(step, name, value)| {
        let step = match step.as_str() {
            "authorize" => table::OAuth2Step::Authorize,
            "refresh" => table::OAuth2Step::Refresh,
            _ => table::OAuth2Step::Token,
        };
        (step, leak(name.as_str()), text(value))
    });
    table::OAuth2 {
        flow: match oauth.flow {
            model::Flow::Code => table::OAuth2Flow::Code,
            model::Flow::ClientCredentials => table::OAuth2Flow::ClientCredentials,
            model::Flow::Password => table::OAuth2Flow::Password,
            model::Flow::Device => table::OAuth2Flow::Device,
            model::Flow::JwtBearer => table::OAuth2Flow::JwtBearer,
        },
        device: oauth.device.as_ref().map_or("", text),
        assertion: oauth.assertion.as_ref().map(sign),
        client_key: oauth.client_key.as_ref().map(sign),
        authorize: oauth.authorize.as_ref().map_or("", text),
        token: text(&oauth.token),
        refresh: oauth.refresh_url.as_ref().map(text),
        client: match oauth.client {
            model::ClientAuth::Basic => table::ClientAuth::Basic,
            model::ClientAuth::Body => table::ClientAuth::Body,
            model::ClientAuth::None => table::ClientAuth::None,
            model::ClientAuth::PrivateKeyJwt => table::ClientAuth::PrivateKeyJwt,
        },
        json: oauth.json,
        rotation: match oauth.rotation {
            model::Rotation::Rotating => table::Rotation::Rotating,
            model::Rotation::Fixed => table::Rotation::Fixed,
            model::Rotation::None => table::Rotation::None,
        },
        pkce: oauth.pkce,
        scopes: names(&oauth.scopes),
        separator: leak(oauth.separator.as_str()),
        extra: all(extra),
        reads: all(oauth.reads.iter().map(|(name, path)| (leak(name.as_str()), names(path)))),
    }
}
