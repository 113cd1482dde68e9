//! Operations of a description: parameters, bodies, answers, webhooks and callbacks.

use super::security::{place_of, security};
use super::shapes::used;
use super::{life, servers};
use crate::change::surface::{Answer, Body, Content, Input, Operation, Sense};
use crate::import::document::{self, Document, Origin, Parameter};

/// An operation. How it pages is concluded later.
pub(super) fn operation(one: &document::Operation<'_>, document: &Document<'_>) -> Operation {
    let sense = if one.origin == Origin::Path { Sense::Call } else { Sense::Event };
    let path = match &one.origin {
        Origin::Callback(name) => format!("{name} {}", one.path),
        _ => one.path.to_owned(),
    };
    Operation {
        sense,
        id: one.id.map(str::to_owned),
        title: one.summary.to_owned(),
        docs: one.description.to_owned(),
        group: one.tags.iter().map(|tag| (*tag).to_owned()).collect(),
        method: one.method.to_owned(),
        path,
        inputs: one.parameters.iter().map(|one| input(one, document)).collect(),
        body: one.body.as_ref().map(|body| self::body(body, document)),
        answers: one.answers.iter().map(|one| answer(one, document)).collect(),
        callbacks: one.callbacks.iter().map(|one| operation(one, document)).collect(),
        security: security(one.security.as_deref()),
        servers: servers(&one.servers),
        page: None,
        module: None,
        life: life(&one.life),
        place: one.span,
        path_place: one.path_span,
    }
}

fn input(one: &Parameter<'_>, document: &Document<'_>) -> Input {
    let style = match one.media {
        Some(media) => media.to_owned(),
        None if one.explode => format!("{} exploded", one.style),
        None => one.style.to_owned(),
    };
    Input {
        name: one.name.to_owned(),
        spec_name: None,
        place: place_of(one.place),
        required: one.required,
        style: Some(style),
        docs: one.description.to_owned(),
        what: one.schema.map(|id| used(document, id)),
        life: life(&one.life),
        at: one.span,
    }
}

fn body(body: &document::Body<'_>, document: &Document<'_>) -> Body {
    Body { required: body.required, content: content(&body.content, document), at: body.span }
}

fn answer(answer: &document::Answer<'_>, document: &Document<'_>) -> Answer {
    Answer {
        status: answer.status.to_uppercase().replace("DEFAULT", "default"),
        content: content(&answer.content, document),
        headers: answer.headers.iter().map(|header| input(header, document)).collect(),
        at: answer.span,
    }
}

fn content(content: &[document::Media<'_>], document: &Document<'_>) -> Vec<Content> {
    let one = |media: &document::Media<'_>| Content {
        media: media_type(media.media),
        what: media.schema.map(|id| used(document, id)),
        at: media.span,
    };
    content.iter().map(one).collect()
}

/// Without a charset: it says how text is written, not what comes.
fn media_type(text: &str) -> String {
    let mut parts = text.split(';').map(str::trim);
    let name = parts.next().unwrap_or_default().to_lowercase();
    parts.filter(|part| !part.to_lowercase().starts_with("charset")).fold(name, |name, part| format!("{name}; {part}"))
}
