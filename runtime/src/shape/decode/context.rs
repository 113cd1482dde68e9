//! What one run of the decoder carries along: names, limits, and where it went wrong.

use std::cell::{Cell, RefCell};

use serde::de::Error;

use super::{DecodeError, Limits, Names, error::shortened};
use crate::shape::{Field, Kind, Leaf, Shape};

/// What one run of the decoder carries along.
pub(crate) struct Context {
    pub(super) names: Names,
    pub(super) limits: Limits,
    depth: Cell<usize>,
    failure: RefCell<Failure>,
}

/// Where it went wrong. Filled on the way up, so that nothing is paid for it while all is well.
#[derive(Default)]
pub(super) struct Failure {
    message: Option<String>,
    /// From the inside out.
    path: Vec<String>,
}

impl Context {
    pub(crate) fn new(names: Names, limits: Limits) -> Self {
        Self { names, limits, depth: Cell::new(0), failure: RefCell::default() }
    }

    /// The name by which a field is looked up.
    pub(super) fn name_of(&self, field: &Field) -> &'static str {
        match self.names {
            Names::Wire => field.wire,
            Names::Spec => field.name(),
        }
    }

    /// Fails for good.
    #[cold]
    pub(super) fn fail<E: Error>(&self, message: String) -> E {
        self.failure.borrow_mut().message.get_or_insert(message);
        E::custom("the value does not fit its shape")
    }

    /// Notes on the way up that it went wrong below a field or key.
    #[cold]
    pub(super) fn below<E: Error>(&self, error: E, name: &str) -> E {
        let mut failure = self.failure.borrow_mut();
        failure.message.get_or_insert_with(|| error.to_string());
        failure.path.push(path_segment(name));
        error
    }

    /// Notes on the way up that it went wrong below an item.
    #[cold]
    pub(super) fn below_item<E: Error>(&self, error: E, index: usize) -> E {
        let mut failure = self.failure.borrow_mut();
        failure.message.get_or_insert_with(|| error.to_string());
        failure.path.push(format!("[{index}]"));
        error
    }

    /// Goes one level deeper.
    pub(super) fn enter<E: Error>(&self) -> Result<Level<'_>, E> {
        if self.depth.get() >= self.limits.depth {
            return Err(self.fail(format!("lists and objects stand more than {} deep in each other", self.limits.depth)));
        }
        self.depth.set(self.depth.get() + 1);
        Ok(Level(self))
    }

    pub(super) fn check_items<E: Error>(&self, count: usize) -> Result<(), E> {
        if count <= self.limits.items {
            return Ok(());
        }
        Err(self.fail(format!("more than {} items", self.limits.items)))
    }

    pub(super) fn check_text<E: Error>(&self, text: &str) -> Result<(), E> {
        if text.len() <= self.limits.text {
            return Ok(());
        }
        Err(self.fail(format!("a text of more than {} bytes", self.limits.text)))
    }

    /// Takes out what went wrong, to try something else.
    pub(super) fn take_failure(&self) -> DecodeError {
        let failure = self.failure.take();
        let path = failure.path.iter().rev().fold(String::new(), |path, segment| join(path, segment));
        DecodeError::new(path, failure.message.unwrap_or_default())
    }

    /// What went wrong in a run over `json`.
    pub(super) fn into_error(self, shape: &'static Shape, json: &str, error: &serde_json::Error) -> DecodeError {
        let own = self.failure.borrow().message.is_some() && error.is_data();
        let failure = self.take_failure();
        let path = failure.path().to_owned();
        if own {
            return DecodeError::new(path, failure.message().to_owned());
        }
        let failure = DecodeError::new(path, error.to_string());
        match snippet(json, error) {
            Some(snippet) if !holds_secret(shape) => failure.with_snippet(snippet),
            _ => failure,
        }
    }

    /// What went wrong, in the words of a foreign deserializer.
    pub(super) fn rename<E: Error>(self, error: E) -> E {
        if self.failure.borrow().message.is_none() {
            return error;
        }
        E::custom(self.take_failure())
    }
}

/// Within one level of lists and objects.
pub(super) struct Level<'c>(&'c Context);

impl Drop for Level<'_> {
    fn drop(&mut self) {
        self.0.depth.set(self.0.depth.get() - 1);
    }
}

/// A name as a path shows it.
fn path_segment(name: &str) -> String {
    let is_plain =
        !name.is_empty() && !name.contains(|letter: char| letter == '.' || letter == '[' || letter.is_whitespace() || letter.is_control());
    if is_plain { shortened(name) } else { format!("[{:?}]", shortened(name)) }
}

fn join(path: String, segment: &str) -> String {
    if path.is_empty() || segment.starts_with('[') { path + segment } else { path + "." + segment }
}

/// Some characters around the place of a syntax error.
fn snippet(json: &str, error: &serde_json::Error) -> Option<String> {
    let line = json.split('\n').nth(error.line().checked_sub(1)?)?;
    let at = error.column().min(line.len());
    let start = floor(line, at.saturating_sub(20));
    let end = floor(line, (at + 20).min(line.len()));
    let snippet = &line[start..end];
    (!snippet.is_empty()).then(|| snippet.to_owned())
}

fn floor(text: &str, mut index: usize) -> usize {
    while !text.is_char_boundary(index) {
        index -= 1;
    }
    index
}

/// Can there be a secret in a value of that shape?
fn holds_secret(shape: &'static Shape) -> bool {
    fn visit(shape: &'static Shape, seen: &mut Vec<*const Shape>) -> bool {
        match &shape.kind {
            Kind::Leaf(leaf) => *leaf == Leaf::Secret,
            Kind::Optional(inner, _) | Kind::List(inner, _) | Kind::Boxed(inner) | Kind::Map(inner, _) | Kind::Patch(inner) => {
                visit(inner.get(), seen)
            }
            Kind::Structure(_) | Kind::Union(_) if seen.contains(&std::ptr::from_ref(shape)) => false,
            Kind::Structure(structure) => {
                seen.push(shape);
                structure.fields().iter().any(|field| visit(field.shape(), seen))
            }
            Kind::Union(table) => {
                seen.push(shape);
                table.variants().iter().any(|variant| visit(variant.shape.get(), seen))
            }
            Kind::TextEnum(_) | Kind::IntEnum(_) | Kind::Opaque(_) => false,
        }
    }
    visit(shape, &mut Vec::new())
}
