//! What an answer holds that its shape does not know: members for which there is no field, and values that an open enum keeps as they came. Both are
//! let be; they are noted for whoever wants to know that an API has grown. Who does not pays one look at a flag.

use std::cell::{Cell, RefCell};

use super::error::shortened;
use crate::shape::Shape;

/// The most that is noted of one answer.
const MOST: usize = 100;

/// Something unknown.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Strange {
    /// The type, by its name in the spec.
    pub(crate) shape: &'static str,
    /// A member of it, or a value.
    pub(crate) is_member: bool,
    /// Its name, or what it says, shortened.
    pub(crate) text: String,
}

thread_local! {
    static NOTES: Cell<bool> = const { Cell::new(false) };
    static NOTED: RefCell<Vec<Strange>> = const { RefCell::new(Vec::new()) };
}

/// Does something and gives what was noted meanwhile, each once; with `notes` off, nothing is.
pub(crate) fn noting<T>(notes: bool, decode: impl FnOnce() -> T) -> (T, Vec<Strange>) {
    if !notes {
        return (decode(), Vec::new());
    }
    let _off = Off(NOTES.replace(true));
    let done = decode();
    (done, NOTED.take())
}

/// Whatever happens, nobody notes who was not asked to.
struct Off(bool);

impl Drop for Off {
    fn drop(&mut self) {
        NOTES.set(self.0);
    }
}

/// A member that no field takes.
#[inline]
pub(super) fn member(shape: &'static Shape, name: &str) {
    if NOTES.get() {
        note(shape, true, name);
    }
}

/// A value that is none of an open enum's.
#[inline]
pub(super) fn value(shape: &'static Shape, text: &str) {
    if NOTES.get() {
        note(shape, false, text);
    }
}

/// How much is noted, to go back to when what was tried does not fit.
#[inline]
pub(super) fn mark() -> usize {
    if NOTES.get() { NOTED.with_borrow(Vec::len) } else { 0 }
}

pub(super) fn back_to(mark: usize) {
    if NOTES.get() {
        NOTED.with_borrow_mut(|noted| noted.truncate(mark));
    }
}

#[cold]
fn note(shape: &'static Shape, is_member: bool, text: &str) {
    let strange = Strange { shape: shape.name, is_member, text: shortened(text) };
    NOTED.with_borrow_mut(|noted| {
        if noted.len() < MOST && !noted.contains(&strange) {
            noted.push(strange);
        }
    });
}
