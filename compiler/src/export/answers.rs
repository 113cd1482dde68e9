//! What comes back: successes by status with what stands around what is read, and errors.

use super::Exporter;
use super::extensions::{self, answer_value};
use super::json::{Object, Value, texts};
use crate::model::{Answer, Decoding, Failure, Module, Stop, Strategy, Type, TypeDefKind};

impl Exporter<'_> {
    /// The answers of a module, by status.
    pub(super) fn answers(&self, module: &Module) -> Object {
        let mut answers = Object::new();
        for answer in &module.answers {
            answers.set(status(answer.statuses), self.success(answer, module));
        }
        // A module's own errors come before those of the connector.
        let own = module.fails.iter().flat_map(|failure| failure_keys(failure).into_iter().map(move |key| (key, failure)));
        let mut keys: Vec<String> = Vec::new();
        for (key, _) in own.clone().chain(self.connector_failures()) {
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        for key in keys {
            let own: Vec<&Failure> = own.clone().filter(|(other, _)| *other == key).map(|(_, failure)| failure).collect();
            let answer = if own.is_empty() {
                Object::new().with("$ref", format!("#/components/responses/{}", response_key(&key)))
            } else {
                let all = self.connector_failures().filter(|(other, _)| *other == key).map(|(_, failure)| failure);
                self.failure(&own.into_iter().chain(all).collect::<Vec<_>>())
            };
            if answers.get(&key).is_none() {
                let success = key.starts_with('2');
                answers.set(key, if success { answer.with("x-linchpin-answer", false) } else { answer });
            }
        }
        answers
    }

    /// `components.responses`: the errors of all modules.
    pub(super) fn shared_failures(&self) -> Object {
        let mut responses = Object::new();
        for (key, _) in self.connector_failures() {
            let all: Vec<&Failure> = self.connector_failures().filter(|(other, _)| *other == key).map(|(_, failure)| failure).collect();
            responses.set(response_key(&key), self.failure(&all));
        }
        responses
    }

    fn connector_failures(&self) -> impl Iterator<Item = (String, &Failure)> {
        let failures = self.projection.model.connector.fails.iter();
        failures.flat_map(|failure| failure_keys(failure).into_iter().map(move |key| (key, failure)))
    }

    /// Errors that share a status: any of their shapes.
    fn failure(&self, failures: &[&Failure]) -> Object {
        let mut shapes: Vec<Object> = failures.iter().map(|failure| within(self.schema(&failure.body), &failure.at, &[])).collect();
        shapes.dedup();
        let schema = if shapes.len() == 1 { shapes.remove(0) } else { Object::new().with("anyOf", shapes) };
        let condition = failures.iter().find_map(|failure| failure.when.as_ref());
        let description = match condition {
            Some((path, Some(value))) => format!("An error, which may come with any status: `{}` is `{value}`.", path.join(".")),
            Some((path, None)) => format!("An error, which may come with any status: `{}` is present.", path.join(".")),
            None => "An error.".to_owned(),
        };
        let content = Object::new().with("application/json", Object::new().with("schema", schema));
        Object::new().with("description", description).with("content", content)
    }

    fn success(&self, answer: &Answer, module: &Module) -> Object {
        let media = match &answer.decoding {
            Decoding::Nothing | Decoding::Headers => None,
            Decoding::Json => Some("application/json"),
            Decoding::Xml => Some("application/xml"),
            Decoding::Text(media) => Some(media.as_str()),
            Decoding::Stream => Some("application/octet-stream"),
            Decoding::Items(items) => Some(items.framing.media()),
        };
        let items = if let Decoding::Items(items) = &answer.decoding { Some(extensions::items(items)) } else { None };
        // Of items that come by themselves, what is read stands at that place in each.
        let at: &[String] = if items.is_some() { &[] } else { &answer.at };
        let description = if answer.body.is_none() { "It is done." } else { "It is done; this is what came of it." };
        let content = media.map(|media| {
            let schema = answer.body.as_ref().map(|body| self.around(body, at, module));
            // What comes item by item is shown in one piece of text, which is none of them.
            let examples = if items.is_some() { Object::new() } else { examples(answer, module) };
            let content = Object::new().maybe("schema", schema).unless_empty("examples", examples);
            Object::new().with(media, content)
        });
        let mut headers = self.headers(module);
        let read = answer.body.as_ref().filter(|_| answer.decoding == Decoding::Headers).map(|body| self.schema(body));
        for (name, schema) in self.read_from_headers(answer) {
            headers.set(name, schema);
        }
        let response = Object::new().with("description", description).unless_empty("headers", headers).maybe("content", content);
        let response = response.maybe("x-linchpin-headers", read);
        let odd = !(200..300).contains(&answer.statuses.0);
        response.unless_empty("x-linchpin-at", texts(&answer.at)).maybe("x-linchpin-items", items).flag("x-linchpin-answer", odd)
    }

    /// Headers that are what the answer gives.
    fn read_from_headers(&self, answer: &Answer) -> Vec<(String, Object)> {
        let (Decoding::Headers, Some(Type::Named(symbol))) = (&answer.decoding, &answer.body) else { return Vec::new() };
        let defined = self.projection.types.iter().find(|one| one.item.symbol == *symbol).map(|one| &one.item.kind);
        let Some(TypeDefKind::Struct(fields)) = defined else { return Vec::new() };
        let header = |field: &crate::model::Field| {
            let object = Object::new().unless_empty("description", field.docs.as_str()).flag("required", !field.optional);
            (field.wire.clone(), object.with("schema", self.schema(&field.ty)))
        };
        fields.iter().map(header).collect()
    }

    /// Headers that a caller reads.
    fn headers(&self, module: &Module) -> Object {
        let text = || Object::new().with("schema", Object::new().with("type", "string"));
        let mut headers = Object::new();
        if let Some(Strategy::Link { header }) = module.page.as_ref().map(|page| &page.strategy) {
            headers.set(header, text().with("description", "Where the next page is (RFC 8288)."));
        }
        if let Some(served) = &self.projection.model.connector.served {
            headers.set(served, text().with("description", "The API version that the server says it served."));
        }
        headers
    }

    /// The whole of an answer: what is read, and beside it what paging reads. Where all of it is read, its type names both.
    fn around(&self, body: &Type, at: &[String], module: &Module) -> Object {
        let beside = read_by_paging(module).into_iter().filter(|(path, _)| !path.starts_with(at));
        within(self.schema(body), at, &beside.collect::<Vec<_>>())
    }
}

/// What paging reads from an answer, and where.
fn read_by_paging(module: &Module) -> Vec<(&[String], Object)> {
    let Some(page) = &module.page else { return Vec::new() };
    let any_of = |words: &[&str]| Object::new().with("type", words.to_vec());
    let mut found: Vec<(&[String], Object)> = match &page.strategy {
        Strategy::Cursor { read, .. } => vec![(read, any_of(&["string", "integer", "null"]))],
        Strategy::NextUrl { read } => vec![(read, any_of(&["string", "null"]))],
        _ => Vec::new(),
    };
    match &page.stop {
        Stop::More(path) => found.push((path, any_of(&["boolean", "null"]))),
        Stop::Total(path) => found.push((path, any_of(&["integer", "null"]))),
        _ => {}
    }
    found
}

/// What stands around a schema: `[Project] at data` is an object with a member `data`; `beside` may stand there too.
fn within(schema: Object, at: &[String], beside: &[(&[String], Object)]) -> Object {
    if at.is_empty() {
        return schema;
    }
    let mut whole = Object::new();
    put(&mut whole, at, schema, true);
    for (path, what) in beside {
        put(&mut whole, path, what.clone(), false);
    }
    whole
}

/// Puts a schema where a path leads, objects on the way.
fn put(object: &mut Object, path: &[String], what: Object, required: bool) {
    let Some((first, rest)) = path.split_first() else { return };
    object.set("type", "object");
    let properties = object.object("properties");
    if rest.is_empty() {
        properties.set(first, what);
    } else {
        put(properties.object(first), rest, what, required);
    }
    if required {
        object.set("required", vec![first]);
    }
}

/// `200`, `2XX`
fn status((from, to): (u16, u16)) -> String {
    if from == to { from.to_string() } else { format!("{}XX", from / 100) }
}

/// The keys under which an error stands; `default` where it may come with any status.
fn failure_keys(failure: &Failure) -> Vec<String> {
    if failure.statuses.is_empty() { vec!["default".to_owned()] } else { failure.statuses.iter().map(|one| status(*one)).collect() }
}

fn response_key(status: &str) -> String {
    if status == "default" { "error".to_owned() } else { format!("error-{status}") }
}

/// The first answer of each example that has this status. What steps are answered is not what the module gives.
fn examples(answer: &Answer, module: &Module) -> Object {
    if module.steps.is_some() {
        return Object::new();
    }
    let (from, to) = answer.statuses;
    let scripts = module.examples.iter().filter(|script| script.fails.is_none());
    let found = scripts.filter_map(|script| {
        let exchange = script.exchanges.first().filter(|exchange| (from..=to).contains(&exchange.status))?;
        Some((script.title.clone(), answer_value(exchange)))
    });
    super::examples::named(found.filter(|(_, value)| *value != Value::from("")))
}
