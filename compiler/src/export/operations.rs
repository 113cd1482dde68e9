//! Modules as operations, and their paths.

use std::collections::HashMap;

use super::Exporter;
use super::extensions::{self, said, with_life};
use super::json::{Object, Value};
use crate::model::{Module, ModuleServer, PathPart, Place, RetryClass};

/// The methods that OpenAPI 3.1 knows.
const METHODS: [&str; 8] = ["GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE"];

/// Operations by path, and modules that no path of OpenAPI is right for.
#[derive(Default)]
pub(super) struct Operations {
    /// `paths`
    pub(super) paths: Object,
    /// Modules that make several exchanges, or go to an address that they are given whole.
    pub(super) others: Vec<Object>,
    /// Why each of those is none, for people.
    pub(super) notes: Vec<String>,
    /// The paths so far, by what they are when the names of holes do not count.
    taken: HashMap<String, Vec<Taken>>,
}

struct Taken {
    path: String,
    holes: Vec<String>,
    methods: Vec<String>,
}

impl Exporter<'_> {
    /// All modules of the version.
    pub(super) fn operations(&self) -> Operations {
        let mut operations = Operations::default();
        for module in self.projection.modules.iter().map(|one| &one.item).filter(|module| module.webhook.is_none()) {
            match path_of(module) {
                Ok(parts) => self.at_path(module, parts, &mut operations),
                Err(why) => {
                    let id = self.operation_id(module);
                    operations.notes.push(format!("module `{id}` {why}: it stands in `x-linchpin-operations`, which only Linchpin reads"));
                    operations.others.push(self.without_path(module));
                }
            }
        }
        operations
    }

    fn at_path(&self, module: &Module, parts: &[PathPart], operations: &mut Operations) {
        let (mut path, mut anonymous, mut holes) = (String::new(), String::new(), Vec::new());
        for part in parts {
            match part {
                PathPart::Text(text) => [&mut path, &mut anonymous].map(|out| out.push_str(text)),
                PathPart::Input(name) => {
                    holes.push(name.clone());
                    path.push_str(&format!("{{{name}}}"));
                    [anonymous.push_str("{}"), ()]
                }
            };
        }
        let known = operations.taken.entry(anonymous).or_default();
        if let Some(free) = known.iter_mut().find(|taken| !taken.methods.contains(&module.method)) {
            // OpenAPI has a path once, with one name for each hole.
            free.methods.push(module.method.clone());
            (path, holes) = (free.path.clone(), free.holes.clone());
        } else {
            if !known.is_empty() {
                // Several modules make one call: what stands behind `#` is not sent, and tells them apart.
                path = format!("{path}#{}", self.operation_id(module));
            }
            known.push(Taken { path: path.clone(), holes: holes.clone(), methods: vec![module.method.clone()] });
        }
        let braces = parts.iter().any(|part| matches!(part, PathPart::Text(text) if text.contains(['{', '}', '#'])));
        let operation = self.operation(module, &holes).maybe("x-linchpin-path", braces.then(|| template(parts)));
        operations.paths.object(&path).set(module.method.to_lowercase(), operation);
    }

    fn operation(&self, module: &Module, holes: &[String]) -> Object {
        let given = self.given(module);
        let operation = self.headed(module).unless_empty("parameters", self.parameters(module, holes, &given));
        let operation = operation.maybe("requestBody", self.body(module, &given)).with("responses", self.answers(module));
        let operation = self.secured(operation, module).unless_empty("servers", self.servers_of(module));
        self.extended(operation, module)
    }

    /// With the connections that may make this call, where not any may.
    pub(super) fn secured(&self, operation: Object, module: &Module) -> Object {
        let security = (!module.connections.is_empty()).then(|| self.security(&module.connections));
        operation.maybe("security", security).unless_empty("x-linchpin-connections", self.named_silent(&module.connections))
    }

    /// A module with what can be said of it where there is no path.
    fn without_path(&self, module: &Module) -> Object {
        let call = template(&module.path);
        let (steps, inputs) = (module.steps.as_ref(), self.structure(module.inputs.iter().map(|input| &input.field)));
        let operation = if steps.is_some() {
            self.headed(module).with("x-linchpin-inputs", inputs).with("responses", self.answers(module))
        } else {
            let (given, holes) = (self.given(module), self.holes(module));
            let operation = self.headed(module).with("x-linchpin-call", format!("{} {call}", module.method));
            let operation = operation.unless_empty("parameters", self.parameters(module, &holes, &given));
            let operation = operation.maybe("requestBody", self.body(module, &given)).with("responses", self.answers(module));
            self.secured(operation, module)
        };
        self.extended(operation.maybe("x-linchpin-steps", steps.map(|steps| self.steps(steps))), module)
    }

    fn holes(&self, module: &Module) -> Vec<String> {
        module.path.iter().filter_map(|part| if let PathPart::Input(name) = part { Some(name.clone()) } else { None }).collect()
    }

    pub(super) fn headed(&self, module: &Module) -> Object {
        let group = &self.projection.model.name(module.symbol).group;
        let tags: Vec<String> = if group.is_empty() { Vec::new() } else { vec![group.join(".")] };
        let operation =
            Object::new().unless_empty("tags", tags).with("operationId", self.operation_id(module)).with("summary", &module.title);
        with_life(operation.unless_empty("description", said(&module.docs)), module.life.as_ref())
    }

    /// Of a module that calls another origin, the input that is its address, if the path below it stands in the document.
    fn outside(&self, module: &Module) -> Option<Value> {
        (module.server == ModuleServer::Outside).then(|| match (path_of(module), &module.path[..]) {
            (Ok(_), [PathPart::Input(address), ..]) => {
                let input = module.inputs.iter().find(|input| input.field.name == *address && matches!(input.place, Place::Path(_)));
                input.map_or(Value::Bool(true), |input| self.parameter(input, "path", "simple", address, &[]).into())
            }
            _ => Value::Bool(true),
        })
    }

    /// What OpenAPI has no words for.
    pub(super) fn extended(&self, operation: Object, module: &Module) -> Object {
        let name = &self.projection.model.name(module.symbol).name;
        let told = Object::new().with("name", name).with("kind", extensions::kind(module)).with("revision", i64::from(module.revision));
        let retry = (module.is_exchange() && module.retry != RetryClass::usual(&module.method, &module.encoding))
            .then(|| extensions::retry(&module.retry));
        let examples: Vec<Object> = module.examples.iter().map(extensions::script).collect();
        let operation = operation.with("x-linchpin-module", told).maybe("x-linchpin-page", module.page.as_ref().map(extensions::page));
        let operation = operation.maybe("x-linchpin-parts", module.parts.as_ref().map(extensions::parts));
        let operation = operation.maybe("x-linchpin-order", module.order.as_ref().map(extensions::order));
        let operation = operation.maybe("x-linchpin-cursor", module.poll.as_ref().map(extensions::cursor));
        let operation = operation.maybe("x-linchpin-retry", retry);
        let operation = operation.unless_empty("x-linchpin-limits", extensions::limits(&module.limits));
        let operation = operation.maybe("x-linchpin-cost", module.cost.as_ref().map(extensions::cost));
        let operation = operation.unless_empty("x-linchpin-fails", self.fails(&module.fails));
        let server = if let ModuleServer::Named(index) = module.server { self.projection.model.connector.servers.get(index) } else { None };
        let operation = operation.maybe("x-linchpin-server", server.and_then(|server| server.name.as_ref()));
        let operation = operation.flag("x-linchpin-inside", module.server == ModuleServer::Inside);
        operation.maybe("x-linchpin-outside", self.outside(module)).unless_empty("x-linchpin-examples", Value::from(examples))
    }
}

/// A path as the language writes it: braces that are text are doubled.
fn template(parts: &[PathPart]) -> String {
    let part = |part: &PathPart| match part {
        PathPart::Text(text) => text.replace('{', "{{").replace('}', "}}"),
        PathPart::Input(name) => format!("{{{name}}}"),
    };
    parts.iter().map(part).collect()
}

/// The path that a module has below its server, or why it has none.
fn path_of(module: &Module) -> Result<&[PathPart], &'static str> {
    if module.steps.is_some() {
        return Err("makes several exchanges");
    }

    if !METHODS.contains(&module.method.as_str()) {
        return Err("has a method that OpenAPI 3.1 does not know");
    }
    match (&module.server, &module.path[..]) {
        (ModuleServer::Outside, [PathPart::Input(_), rest @ ..]) if matches!(rest.first(), Some(PathPart::Text(text)) if text.starts_with('/')) => {
            Ok(rest)
        }
        (ModuleServer::Outside | ModuleServer::Inside, _) => Err("is given its whole address"),
        (_, path) => Ok(path),
    }
}
