//! Connections as a whole.

use super::Checker;
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{ClientAuth, Connection, Flow, Grant, Send, Template, Type};

/// A secret that a person fills in is sent somewhere.
pub(super) fn secrets_are_sent(checker: &mut Checker<'_>) {
    if !checker.model.whole {
        return;
    }
    for connection in &checker.model.connections {
        let used: Vec<&str> = templates(connection).flat_map(|template| &template.holes).map(String::as_str).collect();
        if used.contains(&"") {
            continue; // a name that was not found may be that of the secret
        }
        for field in connection.fields.iter().filter(|field| field.ty == Type::Secret) {
            let name = field.name.as_str();
            let of_client = match &connection.grant {
                Grant::OAuth2(oauth) if oauth.flow == Flow::Password && name == "password" => true,
                Grant::OAuth2(oauth) if name == "client_secret" => matches!(oauth.client, ClientAuth::Basic | ClientAuth::Body),
                Grant::OAuth2(_) => matches!(name, "refresh_token" | "access_token"),
                _ => false,
            };
            if !of_client && !used.contains(&name) {
                checker.report(
                    Diagnostic::new(codes::SECRET_NOT_SENT, field.span, format!("the secret `{name}` is asked for and never sent"))
                        .here("goes nowhere")
                        .help(format!("write for example `send bearer {name}` in this connection")),
                );
            }
        }
    }
}

/// What is signed is sent: where, only the connection can say.
pub(super) fn proofs_are_sent(checker: &mut Checker<'_>) {
    for connection in &checker.model.connections {
        let Some((sign, hole)) = connection.sign.as_ref().and_then(|sign| Some((sign, sign.must_be_sent()?))) else { continue };
        let sent: Vec<&str> = connection.sends.iter().flat_map(sent).flat_map(|value| &value.holes).map(String::as_str).collect();
        if sent.contains(&"") || sent.contains(&hole) {
            continue;
        }
        let usual = if hole == "signature" { "send header \"X-Signature\" = signature" } else { "send bearer access_token" };
        checker.report(
            Diagnostic::new(codes::PROOF_NOT_SENT, sign.span, format!("`{}` signs, and sends no `{hole}`", connection.name))
                .here("goes nowhere")
                .help(format!("write for example `{usual}` in this connection")),
        );
    }
}

fn sent(send: &Send) -> Vec<&Template> {
    match send {
        Send::Header(_, value) | Send::Query(_, value) | Send::Cookie(_, value) => vec![value],
        Send::Basic(user, password) => vec![user, password],
    }
}

fn templates(connection: &Connection) -> impl Iterator<Item = &Template> {
    let sends = connection.sends.iter().flat_map(sent);
    let granted = match &connection.grant {
        Grant::Fields => Vec::new(),
        Grant::OAuth2(oauth) => {
            let signed = oauth.assertion.iter().chain(&oauth.client_key).flat_map(|sign| &sign.settings).map(|(_, value)| value);
            oauth.extra.iter().map(|(_, _, value)| value).chain([&oauth.token]).chain(signed).collect()
        }
        Grant::Exchange(exchange) => exchange.values.iter().map(|(_, _, value)| value).chain([&exchange.url]).collect(),
    };
    let signed = connection.sign.iter().chain(&connection.tls).flat_map(|sign| &sign.settings).map(|(_, value)| value);
    sends.chain(granted).chain(signed)
}
