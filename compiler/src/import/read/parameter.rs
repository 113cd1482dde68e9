//! Parameters and headers of OpenAPI: place, style, and what they hold.

use super::{Reader, extensions};
use crate::import::codes;
use crate::import::document::{Form, In, Parameter};
use crate::import::node::Node;
use crate::import::schema::SchemaId;

impl<'n> Reader<'n, '_> {
    /// Parameters of an operation: its own and those of its path that it does not replace. In Swagger those of the body and of forms
    /// are left out here.
    pub(super) fn parameters(&mut self, path: &'n Node, operation: &'n Node) -> Vec<Parameter<'n>> {
        let own = self.parameter_list(operation);
        let mut all: Vec<Parameter<'n>> = self.parameter_list(path);
        all.retain(|one| !own.iter().any(|other| (other.place, other.name) == (one.place, one.name)));
        all.extend(own);
        all
    }

    fn parameter_list(&mut self, node: &'n Node) -> Vec<Parameter<'n>> {
        let mut found: Vec<Parameter<'n>> = Vec::new();
        for item in self.list(node, "parameters") {
            let Some(node) = self.followed(item) else { continue };
            let Some(parameter) = self.parameter(node) else { continue };
            if found.iter().any(|other| (other.place, other.name) == (parameter.place, parameter.name)) {
                self.report(codes::DECLARED_TWICE, item, format!("`{}` is declared twice; the first counts", parameter.name));
                continue;
            }
            found.push(parameter);
        }
        found
    }

    fn parameter(&mut self, node: &'n Node) -> Option<Parameter<'n>> {
        let Some(name) = self.text(node, "name") else {
            self.report(codes::MISSING, node, "a parameter without a `name`");
            return None;
        };
        let place = match self.text(node, "in") {
            Some("path") => In::Path,
            Some("query") => In::Query,
            Some("header") => In::Header,
            Some("cookie") => In::Cookie,
            Some("body" | "formData") if self.form == Form::Swagger2 => return None,
            other => {
                let message = format!("parameter `{name}` is in `{}`, which is no place", other.unwrap_or_default());
                self.report(codes::UNKNOWN_WORD, node, message);
                return None;
            }
        };
        Some(self.placed(name, place, node))
    }

    /// A header of an answer.
    pub(super) fn header(&mut self, name: &'n str, node: &'n Node) -> Parameter<'n> {
        self.placed(name, In::Header, node)
    }

    fn placed(&mut self, name: &'n str, place: In, node: &'n Node) -> Parameter<'n> {
        let (style, explode) = self.style(place, node);
        let (schema, media) = self.held(node);
        Parameter {
            name,
            place,
            description: self.text(node, "description").unwrap_or_default(),
            required: place == In::Path || self.flag(node, "required"),
            style,
            explode,
            allow_reserved: self.flag(node, "allowReserved"),
            allow_empty: self.flag(node, "allowEmptyValue"),
            schema,
            media,
            life: self.life(node),
            extensions: extensions(node),
            span: node.get("name").map_or(node.span, |name| name.span),
        }
    }

    fn style(&mut self, place: In, node: &'n Node) -> (&'n str, bool) {
        if self.form == Form::Swagger2 {
            return super::swagger::style(place, node);
        }
        let usual = if matches!(place, In::Query | In::Cookie) { "form" } else { "simple" };
        let style = self.text(node, "style").unwrap_or(usual);
        let explode = if node.get("explode").is_some() { self.flag(node, "explode") } else { style == "form" };
        (style, explode)
    }

    /// `schema`, or the one media type of `content`.
    fn held(&mut self, node: &'n Node) -> (Option<SchemaId>, Option<&'n str>) {
        if self.form == Form::Swagger2 {
            return (Some(self.schema(node)), None);
        }
        if let Some(schema) = node.get("schema") {
            return (Some(self.schema(schema)), None);
        }
        let Some(media) = self.map(node, "content").and_then(|content| content.members().first()) else { return (None, None) };
        (media.value.get("schema").map(|schema| self.schema(schema)), Some(&media.key))
    }
}
