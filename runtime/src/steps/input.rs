//! What a step is given: values of the operation's own input and of earlier outputs, put together as the called operation's input.
//!
//! Values are handed on as JSON by the spec's names, which both sides know. Files are not: they go on as they are, unread.

use std::collections::HashMap;

use crate::{
    body::Body,
    download::Download,
    error::{Error, ErrorKind},
    limit::Admitted,
    operation::{FilePart, OperationTable, StepPath, StepSource, StepTable, StepValue},
    shape::{Attrs, Erased, ErasedRef, Filled, Kind, Leaf, Names, PatchView, Shape, Slot, View, write_named},
};

/// What is known before a step.
#[derive(Debug)]
pub(super) struct Known {
    pub(super) input: Given,
    /// What each step gave; none where nothing needs it any more.
    pub(super) outputs: Vec<Option<Erased>>,
    /// Lengths of files in the input that some step asks for.
    pub(super) lengths: HashMap<&'static str, u64>,
    /// Where a trigger is told.
    pub(super) endpoint: Option<Erased>,
}

/// The operation's own input.
#[derive(Debug)]
pub(super) enum Given {
    /// All of it.
    Whole(Erased),
    /// What is still needed of it, by the spec's names.
    Parts(Vec<(&'static str, Erased)>),
}

impl Given {
    /// An input, present or not.
    pub(super) fn field(&self, name: &str) -> Option<ErasedRef<'_>> {
        match self {
            Given::Whole(whole) => match whole.as_ref().view() {
                View::Structure(fields) => fields.fields().find(|(field, _)| field.name() == name).map(|(_, value)| value),
                _ => None,
            },
            Given::Parts(parts) => parts.iter().find(|(part, _)| *part == name).map(|(_, value)| value.as_ref()),
        }
    }
}

/// What stands at a path.
enum Found<'a> {
    Absent,
    Value(ErasedRef<'a>),
    /// A file's length.
    Length(u64),
    /// A file's name or type.
    Text(String),
}

/// Where a value goes.
#[derive(Clone, Copy)]
struct Target {
    shape: &'static Shape,
    attrs: &'static Attrs,
}

impl Known {
    /// The input of the operation that a step calls.
    pub(super) fn input_of(&self, step: &StepTable) -> Result<Erased, Error> {
        let shape = step.operation.input.get();
        let mut json = Vec::with_capacity(256);
        let mut files: Vec<(usize, ErasedRef<'_>)> = Vec::new();
        json.push(b'{');
        for (name, value) in step.inputs {
            let Some(index) = shape.fields().iter().position(|field| field.name() == *name) else { continue };
            let field = &shape.fields()[index];
            let target = Target { shape: field.shape(), attrs: &field.attrs };
            let file = self.file(value);
            match file {
                Some(file) => {
                    files.push((index, file));
                    // Something stands there until the file does.
                    key(&mut json, name);
                    json.extend_from_slice(b"\"\"");
                }
                None => self.member(&mut json, name, value, Some(target)),
            }
        }
        json.push(b'}');
        let decoded = Erased::decode(shape, &json, Names::Spec);
        let mut input = decoded.map_err(|error| {
            let made = Error::new(ErrorKind::Input, format!("what the step is given does not fit: {}", error.message()));
            if error.path().is_empty() { made } else { made.with_path(error.path()) }
        })?;
        for (index, file) in files {
            let body = Erased::build(shape.fields()[index].shape(), |slot| put(slot, Some(file)))?;
            if input.set_field(index, body).is_err() {
                return Err(Error::new(ErrorKind::Input, "what the step is given is no file"));
            }
        }
        Ok(input)
    }

    /// The place among calls that run at once that a file of an earlier step holds while it comes. Later steps share it: one of them may be what reads
    /// the file, and each would otherwise wait for what only its own end sets free.
    pub(super) fn place(&self) -> Admitted {
        let mut outputs = self.outputs.iter().flatten();
        outputs.find_map(|output| place_in(output.as_ref())).unwrap_or_default()
    }

    /// What the operation gives when all steps are made.
    pub(super) fn gives(mut self, table: &'static OperationTable) -> Result<Erased, Error> {
        let shape = table.output.get();
        if let StepPath { source: StepSource::Output(index), members: [], part: None } = table.gives
            && self.outputs.get(index).and_then(Option::as_ref).is_some_and(|output| output.shape().same(shape))
            && let Some(output) = self.outputs.swap_remove(index)
        {
            return Ok(output);
        }
        match self.found(table.gives) {
            Found::Absent => Erased::build(shape, |slot| put(slot, None)),
            Found::Value(value) => Erased::build(shape, |slot| put(slot, Some(value))),
            Found::Length(length) => decoded(shape, length.to_string().as_bytes()),
            Found::Text(text) => decoded(shape, serde_json::Value::from(text).to_string().as_bytes()),
        }
    }

    /// The file that a value is, if it is one.
    fn file(&self, value: &'static StepValue) -> Option<ErasedRef<'_>> {
        let StepValue::From(path) = value else { return None };
        match self.found(*path) {
            Found::Value(value) if matches!(value.view(), View::Opaque(_)) => Some(value),
            _ => None,
        }
    }

    fn found(&self, path: StepPath) -> Found<'_> {
        let value = match path.source {
            StepSource::Input(name) => self.input.field(name).and_then(ErasedRef::present),
            StepSource::Output(index) => self.outputs.get(index).and_then(|output| output.as_ref()?.as_ref().present()),
            StepSource::Endpoint => self.endpoint.as_ref().and_then(|endpoint| endpoint.as_ref().present()),
        };
        let Some(value) = value.and_then(|value| at(value, path.members)) else { return Found::Absent };
        match path.part {
            None => Found::Value(value),
            Some(FilePart::Length) => {
                let input = if let StepSource::Input(name) = path.source { self.lengths.get(name).copied() } else { None };
                let length = input.or_else(|| value.get::<Download>().and_then(Download::length));
                length.map_or(Found::Absent, Found::Length)
            }
            Some(part) => stated(value, part).map_or(Found::Absent, |text| Found::Text(text.to_owned())),
        }
    }

    /// A member of an object, if it is there.
    fn member(&self, json: &mut Vec<u8>, name: &str, value: &'static StepValue, target: Option<Target>) {
        let before = json.len();
        key(json, name);
        if !self.value(json, value, target) {
            json.truncate(before);
        }
    }

    /// Writes a value; false when it is absent, and nothing was written.
    fn value(&self, json: &mut Vec<u8>, value: &'static StepValue, target: Option<Target>) -> bool {
        match value {
            StepValue::Json(text) => json.extend_from_slice(text.as_bytes()),
            StepValue::From(path) => match self.found(*path) {
                Found::Absent => return self.erased(json, *path, target),
                Found::Value(value) => {
                    let (names, format) = manner(target);
                    write_named(json, value, names, format);
                }
                Found::Length(length) => json.extend_from_slice(length.to_string().as_bytes()),
                Found::Text(text) => json.extend_from_slice(serde_json::Value::from(text).to_string().as_bytes()),
            },
            StepValue::List(items) => {
                json.push(b'[');
                let item = target.and_then(inside);
                for item_value in *items {
                    comma(json, b'[');
                    if !self.value(json, item_value, item) {
                        json.extend_from_slice(b"null");
                    }
                }
                json.push(b']');
            }
            StepValue::Object(members) => {
                json.push(b'{');
                for (name, value) in *members {
                    self.member(json, name, value, target.and_then(|target| member_of(target, name)));
                }
                json.push(b'}');
            }
        }
        true
    }

    /// "Erase it" is not the same as nothing, where both sides know the difference.
    fn erased(&self, json: &mut Vec<u8>, path: StepPath, target: Option<Target>) -> bool {
        let StepPath { source: StepSource::Input(name), members: [], part: None } = path else { return false };
        let given = self.input.field(name);
        let erase = given.is_some_and(|value| matches!(value.view(), View::Patch(PatchView::Erase)));
        if erase && target.is_some_and(|target| target.attrs.nullable) {
            json.extend_from_slice(b"null");
            return true;
        }
        false
    }
}

/// The place that a file in a value holds.
fn place_in(value: ErasedRef<'_>) -> Option<Admitted> {
    let value = value.present()?;
    match value.view() {
        View::Opaque(_) => value.get::<Download>().and_then(Download::place).map(|place| place.of_all()).filter(|place| place.all.hold()),
        View::Structure(fields) => fields.fields().find_map(|(_, field)| place_in(field)),
        View::Union(_, _, inner) => place_in(inner),
        _ => None,
    }
}

/// What stands at a path of names, if there is anything.
pub(crate) fn at<'a>(value: ErasedRef<'a>, names: &[&str]) -> Option<ErasedRef<'a>> {
    names.iter().try_fold(value.present()?, |value, name| match value.view() {
        View::Structure(fields) => fields.fields().find(|(field, _)| field.name() == *name)?.1.present(),
        View::Map(entries) => entries.get(name)?.present(),
        _ => None,
    })
}

/// A file's name or type, as it was stated.
fn stated(file: ErasedRef<'_>, part: FilePart) -> Option<&str> {
    match (file.get::<Body>(), file.get::<Download>()) {
        (Some(body), _) if part == FilePart::Name => body.stated_name(),
        (Some(body), _) => body.stated_type(),
        (_, Some(download)) if part == FilePart::Name => download.file_name(),
        (_, download) => download.and_then(Download::content_type),
    }
}

/// By which names and in which format a target reads: what is free JSON or text takes what the wire says.
fn manner(target: Option<Target>) -> (Names, &'static str) {
    match target {
        None => (Names::Wire, ""),
        Some(target) => match target.shape.bare().kind {
            Kind::Leaf(Leaf::Json | Leaf::String) => (Names::Wire, ""),
            _ => (Names::Spec, target.attrs.format),
        },
    }
}

/// Where the items of a list or map go.
fn inside(target: Target) -> Option<Target> {
    match &target.shape.bare().kind {
        Kind::List(item, _) | Kind::Map(item, _) => Some(Target { shape: item.get(), attrs: target.attrs }),
        _ => None,
    }
}

fn member_of(target: Target, name: &str) -> Option<Target> {
    match &target.shape.bare().kind {
        Kind::Structure(_) => target
            .shape
            .bare()
            .fields()
            .iter()
            .find(|field| field.name() == name)
            .map(|field| Target { shape: field.shape(), attrs: &field.attrs }),
        _ => inside(target),
    }
}

fn key(json: &mut Vec<u8>, name: &str) {
    comma(json, b'{');
    json.extend_from_slice(serde_json::Value::from(name).to_string().as_bytes());
    json.push(b':');
}

fn comma(json: &mut Vec<u8>, open: u8) {
    if json.last() != Some(&open) {
        json.push(b',');
    }
}

fn decoded(shape: &'static Shape, json: &[u8]) -> Result<Erased, Error> {
    Erased::decode(shape, json, Names::Spec)
        .map_err(|error| Error::new(ErrorKind::Decode, format!("what the steps give does not fit: {}", error.message())))
}

/// Puts a value into a place for one that may be wrapped in another way. A file that came in is sent on as a stream.
fn put<'x>(slot: Slot<'x>, value: Option<ErasedRef<'_>>) -> Result<Filled<'x>, Error> {
    let shape = slot.shape();
    match (&shape.kind, value) {
        (Kind::Optional(..), None) => Ok(slot.put_none()),
        (Kind::Patch(_), None) => Ok(slot.put_leave()),
        (Kind::Optional(..), value) => slot.fill_some(|slot| put(slot, value)),
        (Kind::Patch(_), value) => slot.fill_patch(|slot| put(slot, value)),
        (Kind::Boxed(_), value) => slot.fill_box(|slot| put(slot, value)),
        (_, None) => Err(Error::new(ErrorKind::Decode, "what the steps give is not there")),
        (_, Some(value)) if value.shape().same(shape) => Ok(slot.put_erased(value.to_owned())),
        (Kind::Opaque(_), Some(value)) => match value.get::<Download>() {
            Some(download) => Ok(slot.put_erased(Erased::new(Body::from_download(download.clone())))),
            None => Err(Error::new(ErrorKind::Input, "what the step is given is no file")),
        },
        (_, Some(value)) => decoded(shape, &value.encode_json(Names::Spec)).map(|value| slot.put_erased(value)),
    }
}
