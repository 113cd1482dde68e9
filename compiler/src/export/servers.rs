//! Where calls go. What a connection's fields say of an address becomes a variable of the server.

use super::Exporter;
use super::extensions::said;
use super::json::{Object, Value};
use crate::model::{Module, ModuleServer, Server, Template};

impl Exporter<'_> {
    /// Where everything goes that says nothing of its own, and where some connections send it.
    pub(super) fn servers(&self) -> Vec<Object> {
        let first = self.projection.model.connector.servers_in(self.projection.version).next();
        let own = self.connections().filter_map(|connection| {
            let server = self.server(connection.server.as_ref()?);
            Some(server.with("description", format!("With the connection `{}`.", connection.name)))
        });
        first.map(|server| self.server(&server.url)).into_iter().chain(own).collect()
    }

    /// All servers by their names, as templates.
    pub(super) fn templates(&self) -> Vec<Object> {
        let servers = self.projection.model.connector.servers_in(self.projection.version);
        servers.map(|server: &Server| Object::new().maybe("name", server.name.as_ref()).with("url", &server.url.text)).collect()
    }

    /// Where a module goes, if not where everything goes.
    pub(super) fn servers_of(&self, module: &Module) -> Vec<Object> {
        let servers = &self.projection.model.connector.servers;
        match &module.server {
            ModuleServer::Default | ModuleServer::Inside => Vec::new(),
            ModuleServer::Named(index) => servers.get(*index).map(|server| self.server(&server.url)).into_iter().collect(),
            ModuleServer::Own(template) => vec![self.server(template)],
            ModuleServer::Outside => {
                let variable =
                    Object::new().with("default", "https://example.com").with("description", "The address, which the caller is told.");
                vec![Object::new().with("url", "{address}").with("variables", Object::new().with("address", variable))]
            }
        }
    }

    fn server(&self, template: &Template) -> Object {
        let mut url = self.version_filled_in(&template.text);
        let mut variables = Object::new();
        for hole in template.holes.iter().filter(|hole| *hole != "api") {
            let name = hole.strip_prefix("connection.").unwrap_or(hole);
            url = url.replace(&format!("{{{hole}}}"), &format!("{{{name}}}"));
            variables.set(name, self.variable(name));
        }
        let server = Object::new().with("url", url).unless_empty("variables", variables);
        server.maybe("x-linchpin-template", (!template.holes.is_empty()).then_some(&template.text))
    }

    /// OpenAPI wants a value for each variable: the field's default, or a placeholder.
    fn variable(&self, name: &str) -> Object {
        let field = self.connections().flat_map(|connection| &connection.fields).find(|field| field.name == name);
        let default = field.and_then(|field| match field.default.as_deref().and_then(Value::parse)? {
            Value::Text(text) => Some(text),
            other => Some(other.to_string()),
        });
        let placeholder = || format!("{}.example.com", name.replace('_', "-"));
        let docs = field.map_or("", |field| said(&field.docs));
        Object::new().with("default", default.unwrap_or_else(placeholder)).unless_empty("description", docs)
    }
}
