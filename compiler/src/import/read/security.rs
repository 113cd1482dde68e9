//! Security: schemes with their flows and scopes, and what a document or operation requires.

use super::{Reader, extensions};
use crate::import::codes;
use crate::import::document::{Flow, Form, In, Requirement, Scheme, SchemeKind};
use crate::import::node::Node;

impl<'n> Reader<'n, '_> {
    /// `security`; none when nothing is said, which is not the same as an empty list.
    pub(super) fn requirements(&mut self, node: &'n Node) -> Option<Vec<Requirement<'n>>> {
        node.get("security")?;
        let list = self.list(node, "security");
        Some(list.iter().map(|one| self.requirement(one)).collect())
    }

    fn requirement(&mut self, node: &'n Node) -> Requirement<'n> {
        let schemes = node.members().iter().map(|member| {
            let scopes = member.value.items().iter().filter_map(Node::plain).collect();
            (&*member.key, scopes)
        });
        Requirement { schemes: schemes.collect(), span: node.span }
    }

    /// The document's security schemes.
    pub(super) fn schemes(&mut self, root: &'n Node) -> Vec<Scheme<'n>> {
        let found = match self.form {
            Form::Swagger2 => self.map(root, "securityDefinitions"),
            _ => self.map(root, "components").and_then(|components| self.map(components, "securitySchemes")),
        };
        let mut schemes = Vec::new();
        for member in found.map_or(&[][..], Node::members) {
            let Some(node) = self.followed(&member.value) else { continue };
            let kind = self.scheme_kind(node);
            let description = self.text(node, "description").unwrap_or_default();
            schemes.push(Scheme { name: &member.key, kind, description, extensions: extensions(node), span: member.key_span });
        }
        schemes
    }

    fn scheme_kind(&mut self, node: &'n Node) -> SchemeKind<'n> {
        let word = self.text(node, "type").unwrap_or_default();
        match word {
            "apiKey" => {
                let name = self.text(node, "name").unwrap_or_default();
                let place = match self.text(node, "in") {
                    Some("query") => In::Query,
                    Some("cookie") => In::Cookie,
                    _ => In::Header,
                };
                SchemeKind::ApiKey { place, name }
            }
            "basic" => SchemeKind::Http { scheme: "basic".into(), format: "" },
            "http" => {
                let scheme = self.text(node, "scheme").unwrap_or_default().to_lowercase();
                SchemeKind::Http { scheme, format: self.text(node, "bearerFormat").unwrap_or_default() }
            }
            "oauth2" => SchemeKind::OAuth2(self.flows(node)),
            "openIdConnect" => SchemeKind::OpenId(self.text(node, "openIdConnectUrl").unwrap_or_default()),
            "mutualTLS" => SchemeKind::MutualTls,
            other => {
                self.report(codes::UNKNOWN_WORD, node, format!("`{other}` is no type of security scheme"));
                SchemeKind::Other(other)
            }
        }
    }

    fn flows(&mut self, node: &'n Node) -> Vec<Flow<'n>> {
        if self.form == Form::Swagger2 {
            let name = self.text(node, "flow").and_then(flow_name);
            return name.map(|name| self.flow(name, node)).into_iter().collect();
        }
        let flows = self.map(node, "flows").map_or(&[][..], Node::members);
        flows.iter().filter_map(|member| Some(self.flow(flow_name(&member.key)?, &member.value))).collect()
    }

    fn flow(&mut self, name: &'static str, node: &'n Node) -> Flow<'n> {
        let scopes = self.map(node, "scopes").map_or(&[][..], Node::members);
        let scopes = scopes.iter().map(|member| (&*member.key, member.value.plain().unwrap_or_default()));
        Flow {
            name,
            authorize: self.text(node, "authorizationUrl"),
            token: self.text(node, "tokenUrl"),
            refresh: self.text(node, "refreshUrl"),
            scopes: scopes.collect(),
            span: node.span,
        }
    }
}

/// OpenAPI's word for a flow; Swagger has others for two of them.
fn flow_name(word: &str) -> Option<&'static str> {
    match word {
        "authorizationCode" | "accessCode" => Some("authorizationCode"),
        "clientCredentials" | "application" => Some("clientCredentials"),
        "implicit" => Some("implicit"),
        "password" => Some("password"),
        _ => None,
    }
}
