//! What Swagger 2.0 says in other words than OpenAPI 3: bodies and forms among the parameters, media types in `consumes` and
//! `produces`, and `collectionFormat`.

use super::{Reader, extensions};
use crate::import::document::{Body, In, Media};
use crate::import::node::Node;
use crate::import::schema::SchemaId;

/// OpenAPI's style and explode for a `collectionFormat`.
pub(super) fn style(place: In, node: &Node) -> (&str, bool) {
    let format = node.get("collectionFormat").and_then(Node::text).unwrap_or("csv");
    match (place, format) {
        (In::Query, "multi") => ("form", true),
        (In::Query, "ssv") => ("spaceDelimited", false),
        (In::Query, "pipes") => ("pipeDelimited", false),
        (In::Query, "tsv") => ("tabDelimited", false),
        (In::Query | In::Cookie, _) => ("form", false),
        _ => ("simple", false),
    }
}

impl<'n> Reader<'n, '_> {
    /// The parameter in `body`, or those in `formData`, as a request body.
    pub(super) fn swagger_body(&mut self, path: &'n Node, operation: &'n Node) -> Option<Body<'n>> {
        let mut all: Vec<&'n Node> = Vec::new();
        for list in [self.list(operation, "parameters"), self.list(path, "parameters")] {
            all.extend(list.iter().filter_map(|item| self.followed(item)));
        }
        let place = |node: &Node| node.get("in").and_then(Node::text).unwrap_or_default().to_owned();
        if let Some(node) = all.iter().copied().find(|node| place(node) == "body") {
            let schema = node.get("schema").map(|schema| self.schema(schema));
            return Some(self.swagger_content_of(node, operation, schema, "application/json"));
        }
        let fields: Vec<&'n Node> = all.into_iter().filter(|node| place(node) == "formData").collect();
        let first = *fields.first()?;
        let file = fields.iter().any(|node| node.get("type").and_then(Node::text) == Some("file"));
        let usual = if file { "multipart/form-data" } else { "application/x-www-form-urlencoded" };
        let schema = self.form_schema(first, &fields);
        Some(self.swagger_content_of(first, operation, Some(schema), usual))
    }

    fn swagger_content_of(&mut self, node: &'n Node, operation: &'n Node, schema: Option<SchemaId>, usual: &'n str) -> Body<'n> {
        let mut media = self.media_types(operation, "consumes");
        if media.is_empty() {
            media.push(usual);
        }
        let content =
            media.into_iter().map(|media| Media { media, schema, by_item: false, examples: None, encoding: None, span: node.span });
        Body {
            description: self.text(node, "description").unwrap_or_default(),
            required: self.flag(node, "required"),
            said_optional: node.get("in").and_then(Node::text) == Some("body") && node.get("required").and_then(Node::bool) == Some(false),
            content: content.collect(),
            extensions: extensions(node),
            span: node.span,
        }
    }

    /// `schema` of an answer in each media type that the operation produces.
    pub(super) fn swagger_content(&mut self, node: &'n Node, operation: &'n Node) -> Vec<Media<'n>> {
        let Some(schema) = node.get("schema") else { return Vec::new() };
        let id = self.schema(schema);
        let mut media = self.media_types(operation, "produces");
        if media.is_empty() {
            media.push("application/json");
        }
        let examples = node.get("examples");
        media
            .into_iter()
            .map(|media| Media { media, schema: Some(id), by_item: false, examples, encoding: None, span: schema.span })
            .collect()
    }

    fn media_types(&mut self, operation: &'n Node, key: &str) -> Vec<&'n str> {
        let node = if operation.get(key).is_some() { operation } else { self.root };
        self.list(node, key).iter().filter_map(Node::text).collect()
    }
}
