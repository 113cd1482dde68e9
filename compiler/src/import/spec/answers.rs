//! What comes back: a type per status, and error answers.

use super::bodies::{Form, essence, form};
use super::flat::Flat;
use super::maker::{Hint, Maker};
use super::notes::Subject;
use super::plan::{Answer, Bounds, Fails, Field, Type, TypeKind, What};
use crate::import::document::{self, Operation};
use crate::import::schema::SchemaId;

/// The answers of an operation.
#[derive(Clone, Debug, Default)]
pub(super) struct Answers {
    pub(super) list: Vec<Answer>,
    /// By status as the language writes it, or nothing for every other.
    pub(super) fails: Vec<(Option<String>, Type)>,
}

impl<'n> Maker<'_, 'n> {
    /// Success and failure, told apart by status.
    pub(super) fn answers(&mut self, operation: &Operation<'n>, parent: &str) -> Answers {
        let mut answers = Answers::default();
        let status = |answer: &document::Answer<'n>| spelled(answer.status);
        let good: Vec<&document::Answer<'n>> =
            operation.answers.iter().filter(|one| status(one).is_some_and(|status| status.starts_with('2'))).collect();
        let redirects: Vec<&document::Answer<'n>> =
            operation.answers.iter().filter(|one| status(one).is_some_and(|status| status.starts_with('3'))).collect();
        let default = operation.answers.iter().find(|one| one.status.eq_ignore_ascii_case("default"));
        let mut told = Vec::new();
        for answer in &good {
            let came = if good.len() == 1 { self.one_by_one(answer, status(answer).unwrap_or_default(), parent, operation) } else { None };
            told.push(came.unwrap_or_else(|| self.success(answer, status(answer).unwrap_or_default(), parent, good.len() > 1)));
        }
        let mut default_is_good = false;
        if good.is_empty() {
            let fallen = default.filter(|one| redirects.is_empty() && !self.looks_like_an_error(one));
            match (fallen, redirects.first()) {
                (Some(answer), _) => {
                    default_is_good = true;
                    told.push(self.success(answer, "2xx".to_owned(), parent, false));
                }
                (None, Some(redirect)) => {
                    self.note(
                        Subject::Content,
                        redirect.span,
                        "a redirect is followed, to another origin only where the client is told to: what it leads to comes as a stream",
                    );
                    told.push(Answer { status: "2xx".to_owned(), what: Some(What::of(Type::scalar("file"))), encoding: None });
                }
                (None, None) => told.push(Answer { status: "2xx".to_owned(), what: None, encoding: None }),
            }
        }
        answers.list = as_few(told);
        for answer in &operation.answers {
            let status = status(answer);
            let is_failure = status.as_ref().map_or(!default_is_good, |status| status.starts_with(['4', '5']));
            if is_failure && let Some(ty) = self.failure(answer, parent) {
                answers.fails.push((status, ty));
            }
        }
        for answer in &operation.answers {
            if spelled(answer.status).is_none() && !answer.status.eq_ignore_ascii_case("default") {
                self.note(Subject::Content, answer.span, format!("`{}` is no status", answer.status));
            }
            if let Some(links) = answer.links {
                self.note(Subject::Link, links.span, "links from one answer to other operations");
            }
        }
        answers
    }

    /// An answer whose items come one after the other, where its media type says so and its schema what they are. Of a server-sent event OpenAPI 3.2
    /// gives the schema of the whole, with `event` and `id` beside its `data`; elsewhere a schema is that of the data.
    fn one_by_one(&mut self, answer: &document::Answer<'n>, status: String, parent: &str, operation: &Operation<'n>) -> Option<Answer> {
        // Of several types the best is chosen, and noted, once: only where this one is alone it is looked at here.
        let [media] = answer.content.as_slice() else { return None };
        let framing = framing(media.media)?;
        let mut schemas: Vec<SchemaId> = media.schema.into_iter().collect();
        let whole = media.by_item && framing == "events";
        if whole && let Some(data) = self.flat(&schemas).properties.into_iter().find(|(name, ..)| *name == "data") {
            schemas = data.2;
        } else if whole && !self.flat(&schemas).choices.is_empty() {
            self.note(Subject::Content, media.span, "events that differ in more than their data: they come as they are");
            return None;
        }
        let flat = self.flat(&schemas);
        if !whole && flat.properties.is_empty() && flat.items.is_empty() && flat.choices.is_empty() {
            self.note(Subject::Content, media.span, format!("`{}` of which the schema says no items: it comes as it is", media.media));
            return None;
        }
        let what = self.what(&schemas, &Hint::place(parent, "output"));
        let mut item = match what.ty {
            Type::List(item, _) if !media.by_item => *item,
            ty => What::of(ty),
        };
        self.without_files(&mut item, media.span);
        let ends = [answer.description, operation.description].iter().any(|text| text.contains("[DONE]"));
        let end = if ends { " end \"[DONE]\"" } else { "" };
        let what = What::of(Type::List(Box::new(item), Bounds::default()));
        Some(Answer { status, what: Some(what), encoding: Some(format!("{framing}{end}")) })
    }

    fn flat(&self, schemas: &[SchemaId]) -> Flat<'n> {
        self.merged(&self.opened(&self.used(schemas)))
    }

    fn success(&mut self, answer: &document::Answer<'n>, status: String, parent: &str, several: bool) -> Answer {
        let own = if several { format!("output_{status}") } else { "output".to_owned() };
        let Some(media) = self.chosen(&answer.content, "read") else { return Answer { status, what: None, encoding: None } };
        if ["204", "205"].contains(&status.as_str()) {
            self.note(Subject::Content, media.span, format!("a body of an answer with {status}, which never has one"));
            media.schema.into_iter().for_each(|id| self.carry_all(id));
            return Answer { status, what: None, encoding: None };
        }
        let schemas: Vec<SchemaId> = media.schema.into_iter().collect();
        let stream = Answer { status: status.clone(), what: Some(What::of(Type::scalar("file"))), encoding: None };
        let media_form = form(media.media);
        let typed = |what: What, encoding: Option<String>| Answer { status: status.clone(), what: Some(what), encoding };
        match media_form {
            _ if self.is_stream(&schemas) || media.by_item => stream,
            Form::Json if schemas.is_empty() && essence(media.media).contains('*') => stream,
            Form::Json => {
                let mut what = if schemas.is_empty() { What::of(Type::json()) } else { self.what(&schemas, &Hint::place(parent, &own)) };
                self.without_files(&mut what, media.span);
                typed(what, None)
            }
            Form::Xml if !schemas.is_empty() => {
                let mut what = self.what(&schemas, &Hint::place(parent, &own));
                self.without_files(&mut what, media.span);
                if matches!(what.ty, Type::Named(_)) {
                    return typed(what, Some("xml".to_owned()));
                }
                self.note(Subject::Content, media.span, "an XML document that is no object: it comes as it is");
                stream
            }
            Form::Text if essence(media.media).starts_with("text/") && !essence(media.media).contains('*') => {
                self.kept_as_it_is(media, &schemas);
                typed(What::of(Type::scalar("string")), Some(format!("\"{}\"", essence(media.media))))
            }
            _ => {
                self.kept_as_it_is(media, &schemas);
                stream
            }
        }
    }

    fn kept_as_it_is(&mut self, media: &document::Media<'n>, schemas: &[SchemaId]) {
        let used = self.used(schemas);
        let leaves = self.opened(&used);
        if !self.merged(&leaves).properties.is_empty() || !self.merged(&leaves).items.is_empty() {
            self.note(Subject::Content, media.span, format!("`{}` is not taken apart: it comes as it is", media.media));
        }
        schemas.iter().for_each(|id| self.carry_all(*id));
    }

    /// A default answer whose type has a name of an error, or says nothing at all.
    fn looks_like_an_error(&self, answer: &document::Answer<'n>) -> bool {
        let Some(id) = answer.content.iter().find_map(|media| media.schema) else { return true };
        let named = self.used(&[id]).named;
        let error = |text: &str| ["error", "problem", "fault", "exception"].iter().any(|word| text.to_lowercase().contains(word));
        named.iter().any(|id| error(&self.component_names[id])) || error(answer.description)
    }

    /// The type of an error's body; none where nothing is said of it.
    fn failure(&mut self, answer: &document::Answer<'n>, parent: &str) -> Option<Type> {
        let media = answer.content.iter().find(|media| form(media.media) == Form::Json && media.schema.is_some())?;
        let id = media.schema?;
        let what = self.what(&[id], &Hint::place(parent, "failure"));
        match what.ty {
            Type::Scalar("json" | "file", _) => None,
            ty => Some(ty),
        }
    }

    /// Where the code and the message of an error stand, by the names of its members.
    pub(super) fn fails(&self, ty: &Type, on: Vec<String>) -> Fails {
        let (code, message) = (
            self.told_by(ty, &["code", "error_code", "type", "error", "kind", "status", "status_code"]),
            self.told_by(
                ty,
                &["message", "error_description", "error_message", "detail", "description", "title", "msg", "error", "reason"],
            ),
        );
        let code = code.filter(|code| Some(code) != message.as_ref());
        Fails { ty: ty.clone(), on, code, message }
    }

    /// The path to the first member of these names that holds something plain; also one below `error`.
    fn told_by(&self, ty: &Type, names: &[&str]) -> Option<String> {
        let fields = self.struct_fields(ty)?;
        let plain = |field: &Field| match &field.what.ty {
            Type::Scalar(name, _) => ["string", "int"].contains(name),
            Type::Named(id) => matches!(self.types[id.0 as usize].kind, TypeKind::Enum(_)),
            Type::Literal(_) => true,
            _ => false,
        };
        let direct = |fields: &[Field]| {
            names.iter().find_map(|name| fields.iter().find(|field| field.name == *name && plain(field)).map(|field| field.name.clone()))
        };
        if let Some(found) = direct(fields) {
            return Some(found);
        }
        for outer in fields.iter().filter(|field| ["error", "errors", "fault", "problem"].contains(&field.name.as_str())) {
            if let Some(found) = self.struct_fields(&outer.what.ty).and_then(direct) {
                return Some(format!("{}.{found}", outer.name));
            }
        }
        None
    }

    pub(super) fn struct_fields(&self, ty: &Type) -> Option<&[Field]> {
        match ty {
            Type::Named(id) => match &self.types[id.0 as usize].kind {
                TypeKind::Struct(fields) => Some(fields),
                _ => None,
            },
            _ => None,
        }
    }
}

/// How items stand in a body of a media type, one after the other.
fn framing(media: &str) -> Option<&'static str> {
    match essence(media).as_str() {
        "text/event-stream" => Some("events"),
        "application/x-ndjson"
        | "application/ndjson"
        | "application/jsonl"
        | "application/x-jsonl"
        | "application/jsonlines"
        | "application/x-jsonlines"
        | "application/json-lines"
        | "application/json-seq"
        | "application/stream+json" => Some("lines"),
        _ => None,
    }
}

/// `2XX` as `2xx`; none for what is no status.
fn spelled(status: &str) -> Option<String> {
    let lower = status.to_ascii_lowercase();
    let class = lower.len() == 3 && lower.ends_with("xx") && lower.starts_with(|c: char| ('1'..='5').contains(&c));
    let number = lower.parse::<u16>().is_ok_and(|number| (100..=599).contains(&number));
    (class || number).then_some(lower)
}

/// One answer for all statuses where all are alike; otherwise the narrow ones before their class.
fn as_few(mut told: Vec<Answer>) -> Vec<Answer> {
    let mut seen = std::collections::HashSet::new();
    told.retain(|one| seen.insert(one.status.clone()));
    told.sort_by_key(|one| one.status.ends_with("xx"));
    let first = told[0].clone();
    if told.iter().all(|one| one.what == first.what && one.encoding == first.encoding) {
        told.truncate(1);
    }
    told
}
