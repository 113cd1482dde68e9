//! The document as a whole: what it is called, where calls go, tags, components.

use super::Exporter;
use super::extensions::{self, life_object, said};
use super::json::{Object, Value};
use super::operations::Operations;

/// The version of these extensions; another number is for readers of another kind.
const EXTENSIONS: i64 = 1;

impl Exporter<'_> {
    /// All of it.
    pub(super) fn document(&self, operations: Operations) -> Object {
        let connector = &self.projection.model.connector;
        let docs = connector.docs_url.as_ref().map(|url| Object::new().with("url", url));
        let document = Object::new().with("openapi", "3.1.0").with("info", self.info()).maybe("externalDocs", docs);
        let document = document.unless_empty("servers", self.servers()).unless_empty("security", self.security(&[]));
        let document = document.unless_empty("tags", self.tags()).with("paths", operations.paths);
        let document = document.unless_empty("webhooks", self.webhooks()).with("components", self.components());
        let retry = Object::new().unless_empty("statuses", extensions::statuses(&connector.retry_statuses));
        let retry = retry.maybe("honour", connector.honour.as_ref());
        let document = document.with("x-linchpin", self.origin()).unless_empty("x-linchpin-servers", self.templates());
        let document =
            document.unless_empty("x-linchpin-retry", retry).unless_empty("x-linchpin-limits", extensions::limits(&connector.limits));
        let document = document.unless_empty("x-linchpin-connections", self.silent());
        let document =
            document.unless_empty("x-linchpin-fails", self.fails(&connector.fails)).maybe("x-linchpin-served", connector.served.as_ref());
        document.unless_empty("x-linchpin-operations", operations.others).unless_empty("x-linchpin-tests", self.tests())
    }

    fn info(&self) -> Object {
        let (connector, api) = (&self.projection.model.connector, &self.projection.model.apis[self.projection.version]);
        let version = if api.name.is_empty() { "1" } else { &api.name };
        Object::new().with("title", &connector.title).with("version", version).unless_empty("description", said(&connector.docs))
    }

    /// Which connector this is, and which of its versions.
    fn origin(&self) -> Object {
        let model = self.projection.model;
        let api = &model.apis[self.projection.version];
        let version = (!api.name.is_empty()).then(|| {
            let object = Object::new().with("name", &api.name).with("wire", &api.wire).unless_empty("description", said(&api.docs));
            let object = object
                .maybe("released", api.released.map(|date| date.to_string()))
                .maybe("unsupported", api.unsupported.map(|date| date.to_string()));
            object.maybe("removed", api.removed.map(|date| date.to_string())).maybe("life", api.life.as_ref().map(life_object))
        });
        let names = Some(model.connector.names).filter(|names| *names != "as_written");
        let object = Object::new().with("extensions", EXTENSIONS).with("connector", &model.connector.name);
        object.maybe("names", names).maybe("api", version)
    }

    fn tags(&self) -> Vec<Object> {
        let tag = |group: &crate::model::GroupDef| {
            let tag = Object::new().with("name", group.path.join(".")).unless_empty("description", said(&group.docs));
            tag.with("x-linchpin-title", &group.title)
        };
        self.projection.model.groups.iter().map(tag).collect()
    }

    fn components(&self) -> Object {
        let components = Object::new().unless_empty("schemas", self.schemas()).unless_empty("responses", self.shared_failures());
        components.unless_empty("parameters", self.sent()).unless_empty("securitySchemes", self.schemes())
    }

    fn tests(&self) -> Value {
        let test = |test: &crate::model::Test| {
            Object::new().with("module", self.module_name(test.module)).joined(extensions::script(&test.script))
        };
        Value::from(self.projection.tests.iter().map(test).collect::<Vec<_>>())
    }
}
