//! A module against the owner's operation: method and path, parameters, body, answers.

use std::borrow::Cow;

use linchpin_compiler::model::{Answer, ConstantPlace, Decoding, Encoding, Input, Module, PathPart, Place};
use serde_json::Value;

use super::document::Operation;
use super::shapes::{Comparison, Direction};

/// The media type of JSON.
const JSON: &str = "application/json";

/// Holds one module against its operation.
pub(super) fn compare(comparison: &mut Comparison<'_>, module: &Module) {
    // What an API sends of itself is no operation of the document.
    if module.webhook.is_some() {
        return;
    }
    let name = comparison.name(module.symbol);
    let path = path_of(module);
    let document = comparison.document;
    if !document.has_path(&path) {
        return comparison.findings.add(&name, format!("no path {path} there"));
    }
    let method = module.method.to_ascii_lowercase();
    let own = document.operation(&path, &method);
    // An API may take POST, with a form, wherever it takes GET; the inputs are then held against the query.
    let moved = own.is_none() && method == "post";
    let Some(operation) = own.or_else(|| document.operation(&path, "get").filter(|_| moved)) else {
        return comparison.findings.add(&name, format!("no {} {path} there", module.method));
    };
    if moved {
        comparison.findings.add(&name, "POST here, GET there");
    }
    if operation.is_deprecated() && module.life.is_none() {
        comparison.findings.add(&name, "deprecated there, not here");
    }
    parameters(comparison, module, &name, &operation, moved);
    if !moved {
        body(comparison, module, &name, &operation);
    }
    for answer in &module.answers {
        self::answer(comparison, answer, &name, &operation);
    }
}

/// The path with its holes by their wire names, as documents write it.
fn path_of(module: &Module) -> String {
    let wire =
        |name: &str| module.inputs.iter().find(|input| input.field.name == name).map_or(name.to_owned(), |input| input.field.wire.clone());
    let part = |part: &PathPart| match part {
        PathPart::Text(text) => text.clone(),
        PathPart::Input(name) => format!("{{{}}}", wire(name)),
    };
    module.path.iter().map(part).collect()
}

/// Where a document says that an input goes; none for the body.
fn place_of(input: &Input, moved: bool) -> Option<&'static str> {
    match input.place {
        Place::Path(_) => Some("path"),
        Place::Query(_) => Some("query"),
        Place::Header(_) => Some("header"),
        Place::Cookie(_) => Some("cookie"),
        Place::Body | Place::WholeBody => moved.then_some("query"),
        Place::Steps => None,
    }
}

fn parameters(comparison: &mut Comparison<'_>, module: &Module, name: &str, operation: &Operation<'_>, moved: bool) {
    let document = comparison.document;
    let find = |place: &str, wire: &str| operation.parameters(document).find(|one| one["in"] == place && one["name"] == wire);
    let mut given: Vec<(&str, &str)> = Vec::new();
    for input in &module.inputs {
        let Some(place) = place_of(input, moved) else { continue };
        let field = &input.field;
        let label = format!("{name}.{}", field.name);
        given.push((place, &field.wire));
        let Some(parameter) = find(place, &field.wire) else {
            comparison.findings.add(&label, format!("no such {place} parameter there"));
            continue;
        };
        comparison.presence(field, &label, parameter["required"] == true, Direction::Input);
        comparison.compare(&field.ty, &[&parameter["schema"]], Direction::Input, &label);
    }
    for constant in &module.constants {
        let place = match constant.place {
            ConstantPlace::Query => "query",
            ConstantPlace::Header => "header",
            ConstantPlace::Cookie => "cookie",
            ConstantPlace::Body => continue,
        };
        given.push((place, &constant.name));
        if find(place, &constant.name).is_none() {
            comparison.findings.add(&format!("{name}.{}", constant.name), format!("no such {place} parameter there"));
        }
    }
    for parameter in operation.parameters(document).filter(|one| one["required"] == true) {
        let (place, wire) = (parameter["in"].as_str().unwrap_or_default(), parameter["name"].as_str().unwrap_or_default());
        if !given.contains(&(place, wire)) {
            comparison.findings.add(&format!("{name}.{wire}"), format!("required {place} parameter there, missing here"));
        }
    }
}

fn body(comparison: &mut Comparison<'_>, module: &Module, name: &str, operation: &Operation<'_>) {
    let there = operation.body(comparison.document);
    let fields: Vec<_> = module.inputs.iter().filter(|input| input.place == Place::Body).map(|input| &input.field).collect();
    let whole = module.inputs.iter().find(|input| input.place == Place::WholeBody);
    let Some(content) = there.and_then(|body| body["content"].as_object()) else {
        if whole.is_some() || !fields.is_empty() {
            comparison.findings.add(name, "no body there");
        }
        return;
    };
    if whole.is_none() && fields.is_empty() {
        if there.is_some_and(|body| body["required"] == true) {
            comparison.findings.add(name, "a body is required there");
        }
        return;
    }
    let media = media_type(&module.encoding);
    let (media, schema) = match (content.get(media), content.iter().next()) {
        (Some(found), _) => (media, &found["schema"]),
        (None, Some((other, found))) => (other.as_str(), &found["schema"]),
        (None, None) => return comparison.findings.add(name, "no body there"),
    };
    if media != media_type(&module.encoding) {
        comparison.findings.add(name, format!("sends {} here, {media} there", media_type(&module.encoding)));
    }
    match whole {
        Some(input) => comparison.compare(&input.field.ty, &[schema], Direction::Input, &format!("{name}.{}", input.field.name)),
        None => comparison.body_members(fields, name, schema),
    }
}

fn media_type(encoding: &Encoding) -> &str {
    match encoding {
        Encoding::None | Encoding::Json | Encoding::Graphql(_) => JSON,
        Encoding::Form => "application/x-www-form-urlencoded",
        Encoding::Multipart => "multipart/form-data",
        Encoding::Xml(_) => "application/xml",
        Encoding::Raw(media) | Encoding::JsonAs(media) => media,
    }
}

fn answer(comparison: &mut Comparison<'_>, answer: &Answer, name: &str, operation: &Operation<'_>) {
    let document = comparison.document;
    let contents = operation.answers(document, answer.statuses);
    if contents.is_empty() {
        return comparison.findings.add(name, "no success answer with this status there");
    }
    let (Some(body), Decoding::Json) = (&answer.body, &answer.decoding) else { return };
    let schemas: Vec<&Value> = contents.iter().filter_map(|content| content.get(JSON)?.get("schema")).collect();
    if schemas.is_empty() {
        return comparison.findings.add(name, "answers with JSON here, with nothing there");
    }
    let mut found: Vec<Cow<'_, Value>> = schemas.into_iter().map(Cow::Borrowed).collect();
    for member in &answer.at {
        found = found.iter().flat_map(|schema| members(comparison, schema, member)).map(Cow::Owned).collect();
    }
    if found.is_empty() {
        return comparison.findings.add(name, format!("the answer has no `{}` there", answer.at.join(".")));
    }
    let found: Vec<&Value> = found.iter().map(Cow::as_ref).collect();
    comparison.compare(body, &found, Direction::Output, &format!("{name} answer"));
}

/// What a member of an answer may be.
fn members(comparison: &Comparison<'_>, schema: &Value, member: &str) -> Vec<Value> {
    let shapes = comparison.document.shapes(schema).any_of;
    shapes.iter().filter_map(|shape| shape["properties"].get(member)).cloned().collect()
}
