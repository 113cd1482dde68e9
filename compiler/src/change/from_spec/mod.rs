//! The surface of a connector spec as it stands in one API version.

mod connections;
mod operations;
mod shapes;

use super::surface::{Origin, Release, Selector, Server, Surface};
use crate::model::{Limit, Model, Projection, Send, Template};
use crate::source::{Sources, Span};

/// What a spec lets be seen.
pub fn surface(projection: &Projection<'_>, sources: &Sources) -> Surface {
    let model = projection.model;
    let mut shapes = shapes::Shapes::new(projection);
    let operations = projection.modules.iter().map(|one| operations::operation(&one.item, projection, &mut shapes)).collect();
    Surface {
        sources: sources.clone(),
        origin: Origin::Spec,
        title: model.connector.title.clone(),
        version: model.apis[projection.version].name.clone(),
        version_wire: model.apis[projection.version].wire.clone(),
        operations,
        shapes: shapes.finish(),
        servers: model
            .connector
            .servers
            .iter()
            .filter(|server| server.on.has(projection.version))
            .map(|server| self::server(&server.url))
            .collect(),
        schemes: connections::schemes(model, projection.version),
        security: connections::security(model, projection.version),
        releases: releases(model, projection.version),
        limits: model.connector.limits.iter().map(|limit| (limit_text(limit), model.connector.span)).collect(),
        selector: selector(model),
    }
}

/// A server. Its `{api}` stays: that another version has another address is no news.
fn server(url: &Template) -> Server {
    Server { url: url.text.clone(), at: url.span }
}

/// The versions up to this one: those to come say nothing of it.
fn releases(model: &Model, version: usize) -> Vec<Release> {
    let known = model.apis.iter().take(version + 1).filter(|api| !api.name.is_empty());
    let release = known.map(|api| Release {
        name: api.name.clone(),
        released: api.released,
        unsupported: api.unsupported,
        removed: api.removed,
        place: api.span,
    });
    release.collect()
}

fn limit_text(limit: &Limit) -> String {
    match limit {
        Limit::Concurrent(count) => format!("{count} at once"),
        Limit::Window { count, millis, points, .. } => format!("{count}{} per {millis} ms", if *points { " points" } else { "" }),
        Limit::Headers { remaining, .. } => format!("as header {remaining} says"),
    }
}

fn selector(model: &Model) -> Option<(Selector, Span)> {
    let holds = |template: &Template| template.holes.iter().any(|hole| hole == "api");
    if let Some(server) = model.connector.servers.iter().find(|server| holds(&server.url)) {
        return Some((Selector::Server, server.url.span));
    }
    model.connector.sends.iter().find_map(|send| match send {
        Send::Header(_, value) if holds(value) => Some((Selector::Header, value.span)),
        Send::Query(_, value) if holds(value) => Some((Selector::Query, value.span)),
        _ => None,
    })
}
