//! Inputs that go into a path, a query, a header or a cookie, and what is always sent there.

use super::Exporter;
use super::examples::{Given, named};
use super::extensions::{self, said, with_life};
use super::json::{Object, Value};
use crate::model::{ConstantPlace, Input, Module, PathPart, Place, Send, Template};

impl Exporter<'_> {
    /// The parameters of a module. `holes` are the names that its path has for its holes, in order.
    pub(super) fn parameters(&self, module: &Module, holes: &[String], given: &[Given]) -> Vec<Object> {
        let mut parameters: Vec<Object> = Vec::new();
        for input in &module.inputs {
            let (place, style) = match input.place {
                Place::Path(style) => ("path", style),
                Place::Query(style) => ("query", style),
                Place::Header(style) => ("header", style),
                Place::Cookie(style) => ("cookie", style),
                Place::Body | Place::WholeBody | Place::Steps => continue,
            };
            let wire = if place == "path" { hole_of(module, &input.field.name, holes) } else { Some(input.field.wire.clone()) };
            // A hole that is the whole address is no part of the path.
            let Some(wire) = wire else { continue };
            parameters.push(self.parameter(input, place, style, &wire, given));
        }
        for constant in module.constants.iter().filter(|constant| constant.place != ConstantPlace::Body) {
            let parameter = Object::new().with("name", &constant.name).with("in", extensions::place(constant.place));
            let parameter = parameter.maybe("x-linchpin-name", extensions::constant_name(constant)).with("required", true);
            parameters.push(parameter.with("schema", extensions::constant(&constant.value)));
        }
        let sends = self.projection.model.connector.sends.iter().filter_map(send_name);
        parameters.extend(sends.map(|(_, name)| Object::new().with("$ref", format!("#/components/parameters/{}", key(name)))));
        parameters
    }

    pub(super) fn parameter(&self, input: &Input, place: &str, style: &str, wire: &str, given: &[Given]) -> Object {
        let field = &input.field;
        let required = place == "path" || (!field.optional && field.default.is_none());
        let parameter = Object::new().with("name", wire).with("in", place);
        let parameter = parameter.unless_empty("description", said(&field.docs)).flag("required", required);
        let parameter = with_life(parameter, field.life.as_ref()).maybe("x-linchpin-name", (field.name != wire).then_some(&field.name));
        let parameter = parameter.maybe("x-linchpin-from", field.from.map(|search| self.module_name(search)));
        let parameter = parameter.flag("x-linchpin-optional", field.optional && field.default.is_some());
        let parameter = if place == "path" { parameter.maybe("x-linchpin-wire", self.odd_wire(field)) } else { parameter };
        let schema = self.schema(&field.ty);
        let schema = if field.nullable { super::schemas::nullable(schema) } else { schema };
        // Readers look for the end of a value at the one or the other.
        let schema = with_life(schema.maybe("default", field.default.as_deref().and_then(Value::parse)), field.life.as_ref());
        let schema = schema.without("x-linchpin-life");
        let values = given.iter().filter_map(|one| Some((one.title.clone(), one.values.get(&field.name)?.clone())));
        let examples = named(values);
        if style == "json" {
            let media = Object::new().with("schema", schema).unless_empty("examples", examples);
            return parameter.with("content", Object::new().with("application/json", media));
        }
        styled(parameter, style).with("schema", schema).unless_empty("examples", examples)
    }

    /// `components.parameters`: what is sent with every request.
    pub(super) fn sent(&self) -> Object {
        let mut parameters = Object::new();
        for send in &self.projection.model.connector.sends {
            let Some((place, name)) = send_name(send) else { continue };
            let (Send::Header(_, value) | Send::Query(_, value) | Send::Cookie(_, value)) = send else { continue };
            let schema = Object::new().with("type", "string").maybe("const", self.known_text(value));
            let parameter = Object::new().with("name", name).with("in", place).with("required", true).with("schema", schema);
            parameters.set(key(name), parameter.with("x-linchpin-send", &value.text));
        }
        parameters
    }

    /// What a template comes to, where it holds nothing that a person fills in.
    pub(super) fn known_text(&self, template: &Template) -> Option<String> {
        let plain = template.holes.iter().all(|hole| hole == "api");
        plain.then(|| self.version_filled_in(&template.text).replace("{{", "{").replace("}}", "}"))
    }
}

/// The place and the name of what is always sent.
fn send_name(send: &Send) -> Option<(&'static str, &String)> {
    match send {
        Send::Header(name, _) => Some(("header", name)),
        Send::Query(name, _) => Some(("query", name)),
        Send::Cookie(name, _) => Some(("cookie", name)),
        Send::Basic(..) => None,
    }
}

/// A name as the key of a component.
pub(super) fn key(name: &str) -> String {
    name.chars().map(|letter| if letter.is_ascii_alphanumeric() || "._-".contains(letter) { letter } else { '_' }).collect()
}

/// What the path calls the hole of this input.
fn hole_of(module: &Module, name: &str, holes: &[String]) -> Option<String> {
    let inputs = module.path.iter().filter_map(|part| if let PathPart::Input(name) = part { Some(name) } else { None });
    let left_out = inputs.clone().count() - holes.len();
    let position = inputs.into_iter().position(|one| one == name)?;
    holes.get(position.checked_sub(left_out)?).cloned()
}

/// The spec's word for a style in OpenAPI's. What is usual in a place is said too: it costs a line and leaves no doubt.
fn styled(parameter: Object, style: &str) -> Object {
    let (word, explode) = match style {
        "form_explode" => ("form", true),
        "form" => ("form", false),
        "space" => ("spaceDelimited", false),
        "pipe" => ("pipeDelimited", false),
        "deep" => ("deepObject", true),
        // The nearest that OpenAPI has; the brackets stay empty.
        "brackets" => return styled(parameter, "deep").with("x-linchpin-style", "brackets"),
        "simple_explode" => ("simple", true),
        "label" => ("label", false),
        "label_explode" => ("label", true),
        "matrix" => ("matrix", false),
        "matrix_explode" => ("matrix", true),
        _ => ("simple", false),
    };
    parameter.with("style", word).with("explode", explode)
}
