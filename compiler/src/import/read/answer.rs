//! Request bodies and answers of OpenAPI: content per media type, headers, links.

use super::{Reader, extensions};
use crate::import::document::{Answer, Body, Form, Media};
use crate::import::node::{Member, Node};

impl<'n> Reader<'n, '_> {
    /// The request body of an operation.
    pub(super) fn body(&mut self, path: &'n Node, operation: &'n Node) -> Option<Body<'n>> {
        if self.form == Form::Swagger2 {
            return self.swagger_body(path, operation);
        }
        let node = self.map(operation, "requestBody")?;
        let node = self.followed(node)?;
        Some(Body {
            description: self.text(node, "description").unwrap_or_default(),
            required: self.flag(node, "required"),
            said_optional: node.get("required").and_then(Node::bool) == Some(false),
            content: self.content(node),
            extensions: extensions(node),
            span: operation.get("requestBody").map_or(node.span, |body| body.span),
        })
    }

    fn content(&mut self, node: &'n Node) -> Vec<Media<'n>> {
        let members = self.map(node, "content").map_or(&[][..], Node::members);
        members.iter().map(|member| self.media(member)).collect()
    }

    fn media(&mut self, member: &'n Member) -> Media<'n> {
        let node = &member.value;
        Media {
            media: &member.key,
            // Of a body whose items come one after the other, OpenAPI 3.2 gives the schema of one.
            schema: node.get("schema").or_else(|| node.get("itemSchema")).map(|schema| self.schema(schema)),
            by_item: node.get("schema").is_none() && node.get("itemSchema").is_some(),
            examples: node.get("examples").or_else(|| node.get("example")),
            encoding: node.get("encoding"),
            span: member.key_span,
        }
    }

    /// The answers of an operation.
    pub(super) fn answers(&mut self, operation: &'n Node) -> Vec<Answer<'n>> {
        let members = self.map(operation, "responses").map_or(&[][..], Node::members);
        let members = members.iter().filter(|member| !member.key.starts_with("x-"));
        members.filter_map(|member| self.answer(member, operation)).collect()
    }

    fn answer(&mut self, member: &'n Member, operation: &'n Node) -> Option<Answer<'n>> {
        let node = self.followed(&member.value)?;
        let content = if self.form == Form::Swagger2 { self.swagger_content(node, operation) } else { self.content(node) };
        let headers = self.map(node, "headers").map_or(&[][..], Node::members);
        let headers = headers.iter().filter_map(|header| Some((&*header.key, self.followed(&header.value)?, header.key_span)));
        let headers: Vec<_> = headers.collect();
        Some(Answer {
            status: &member.key,
            description: self.text(node, "description").unwrap_or_default(),
            content,
            headers: headers
                .into_iter()
                .map(|(name, node, span)| crate::import::document::Parameter { span, ..self.header(name, node) })
                .collect(),
            links: node.get("links"),
            extensions: extensions(node),
            span: member.key_span,
        })
    }
}
