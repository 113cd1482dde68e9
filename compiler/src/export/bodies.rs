//! Request bodies: what a module sends in one, in the encoding that it has.

use super::Exporter;
use super::examples::{Given, is_body, named};
use super::extensions::{self, said};
use super::json::{Object, Value};
use crate::model::{ConstantPlace, Encoding, Field, Module, Place};

impl Exporter<'_> {
    /// The body of a module, if it has one.
    pub(super) fn body(&self, module: &Module, given: &[Given]) -> Option<Object> {
        let media = match &module.encoding {
            Encoding::None => return None,
            Encoding::Json | Encoding::Graphql(_) => "application/json",
            Encoding::Form => "application/x-www-form-urlencoded",
            Encoding::Multipart => "multipart/form-data",
            Encoding::Xml(_) => "application/xml",
            Encoding::Raw(media) | Encoding::JsonAs(media) => media,
        };
        // The media type does not always tell which word of the language it was.
        let encoding = match &module.encoding {
            Encoding::JsonAs(_) => Some(Object::new().with("as", "json")),
            Encoding::Raw(_) => Some(Object::new().with("as", "raw")),
            Encoding::Xml(root) => Some(Object::new().with("as", "xml").with("root", root)),
            Encoding::Graphql(document) => Some(Object::new().with("as", "graphql").with("document", document)),
            _ => None,
        };
        if let Some(whole) = module.inputs.iter().find(|input| input.place == Place::WholeBody) {
            return Some(self.whole_body(&whole.field, media, given).maybe("x-linchpin-body", encoding));
        }
        let schema = self.members(module);
        let schema = match &module.encoding {
            Encoding::Xml(root) => schema.with("xml", Object::new().with("name", root)),
            Encoding::Graphql(_) => graphql(schema),
            _ => schema,
        };
        let required = schema.get("required").is_some();
        let examples = named(given.iter().map(|one| (one.title.clone(), self.example_body(module, one))));
        let content = Object::new().with("schema", schema).unless_empty("examples", examples);
        let body = Object::new().flag("required", required).with("content", Object::new().with(media, content));
        Some(body.maybe("x-linchpin-body", encoding))
    }

    fn whole_body(&self, field: &Field, media: &str, given: &[Given]) -> Object {
        let mut schema = self.field_schema(field);
        // It has no name on the wire; what it is called in the spec is said at the body.
        let name = field.name.as_str();
        let values = given.iter().filter_map(|one| Some((one.title.clone(), one.values.get(name)?.clone())));
        schema = schema.without("x-linchpin-name").without("description");
        let content = Object::new().with("schema", schema).unless_empty("examples", named(values));
        let body = Object::new().unless_empty("description", said(&field.docs)).flag("required", !field.optional);
        body.with("content", Object::new().with(media, content))
            .with("x-linchpin-whole", name)
            .maybe("x-linchpin-wire", self.odd_wire(field))
    }

    /// The members of a body, constants too.
    fn members(&self, module: &Module) -> Object {
        let mut schema = self.structure(module.inputs.iter().filter(|input| is_body(input)).map(|input| &input.field));
        let constants = module.constants.iter().filter(|constant| constant.place == ConstantPlace::Body);
        for constant in constants {
            schema
                .object("properties")
                .set(&constant.name, extensions::constant(&constant.value).maybe("x-linchpin-name", extensions::constant_name(constant)));
            match schema.get_mut("required") {
                Some(Value::List(required)) => required.push((&constant.name).into()),
                _ => schema.set("required", vec![&constant.name]),
            }
        }
        schema
    }

    fn example_body(&self, module: &Module, given: &Given) -> Value {
        let mut body = Object::new();
        for field in module.inputs.iter().filter(|input| is_body(input)).map(|input| &input.field) {
            let default = || field.default.as_deref().and_then(Value::parse);
            if let Some(value) = given.values.get(&field.name).cloned().or_else(default) {
                body.set(&field.wire, value);
            }
        }
        for constant in module.constants.iter().filter(|constant| constant.place == ConstantPlace::Body) {
            body.set(&constant.name, super::schemas::literal(&constant.value));
        }
        match &module.encoding {
            Encoding::Graphql(document) => Object::new().with("query", document).with("variables", body).into(),
            _ => body.into(),
        }
    }
}

/// A GraphQL request, as others see it: a document, and the members as its variables.
fn graphql(variables: Object) -> Object {
    let properties = Object::new().with("query", Object::new().with("type", "string")).with("variables", variables);
    Object::new().with("type", "object").with("properties", properties).with("required", vec!["query", "variables"])
}
