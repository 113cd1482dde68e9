//! Security of a description: schemes, flows, and what is required.

use super::life;
use crate::change::surface::{Flow, InputPlace, Scheme, Security, Way};
use crate::import::document::{self, In, Requirement, SchemeKind};
use crate::model::AWS4;

/// A requirement in ways; none when nothing is said.
pub(super) fn security(requirements: Option<&[Requirement<'_>]>) -> Security {
    let Some(requirements) = requirements else { return Security::default() };
    // `{}` among the ways says that one may call without any.
    let ways = requirements.iter().map(|one| Way {
        schemes: one
            .schemes
            .iter()
            .map(|(name, scopes)| ((*name).to_owned(), scopes.iter().map(|one| (*one).to_owned()).collect()))
            .collect(),
        at: one.span,
    });
    Security { ways: ways.collect(), said: true }
}

/// A scheme.
pub(super) fn scheme(scheme: &document::Scheme<'_>) -> Scheme {
    let (kind, placement, flows) = match &scheme.kind {
        SchemeKind::ApiKey { .. } if scheme.is_aws_signature() => {
            (AWS4.scheme.to_owned(), Some("header Authorization".to_owned()), Vec::new())
        }
        SchemeKind::ApiKey { place, name } => ("api key".to_owned(), Some(format!("{} {name}", place_of(*place).name())), Vec::new()),
        SchemeKind::Http { scheme, .. } => (scheme.clone(), Some("header Authorization".to_owned()), Vec::new()),
        SchemeKind::OAuth2(flows) => ("oauth2".to_owned(), None, flows.iter().map(flow).collect()),
        SchemeKind::OpenId(url) => (format!("openid connect {url}"), None, Vec::new()),
        SchemeKind::MutualTls => ("mutual TLS".to_owned(), None, Vec::new()),
        SchemeKind::Other(word) => ((*word).to_owned(), None, Vec::new()),
    };
    let deprecated = scheme.extensions.iter().any(|(name, value)| *name == "x-deprecated" && value.bool() == Some(true));
    let life = crate::change::surface::Life { deprecated, ..life(&document::Life::default()) };
    Scheme { name: scheme.name.to_owned(), kind, placement, fields: Vec::new(), flows, life, at: scheme.span }
}

/// Where a parameter goes.
pub(super) fn place_of(place: In) -> InputPlace {
    match place {
        In::Path => InputPlace::Path,
        In::Query => InputPlace::Query,
        In::Header => InputPlace::Header,
        In::Cookie => InputPlace::Cookie,
    }
}

fn flow(flow: &document::Flow<'_>) -> Flow {
    let urls = [("authorize", flow.authorize), ("token", flow.token), ("refresh", flow.refresh)];
    let name = match flow.name {
        "authorizationCode" => "code",
        "clientCredentials" => "client credentials",
        other => other,
    };
    Flow {
        name,
        urls: urls.into_iter().filter_map(|(name, url)| Some((name, url?.to_owned()))).collect(),
        rules: Vec::new(),
        scopes: flow.scopes.iter().map(|(name, _)| (*name).to_owned()).collect(),
        at: flow.span,
    }
}
