//! From a frame to an item: which variant its name tells, what ends them, what in it reports an error.

use std::borrow::Cow;

use bytes::Bytes;
use serde_json::Value;

use super::frames::{Frame, Frames};
use crate::{
    answer::{self, Answered, Content},
    error::{Error, ErrorKind},
    operation::{Framing, ItemStream},
    shape::{self, Erased, Kind, Leaf, Names, Shape, UnionStyle},
};

/// What a frame is.
pub(super) enum Item {
    Is(Erased),
    /// It is for nobody here.
    Passed,
    /// There are no more.
    End,
}

/// Reads a frame. `answered` is the head of the answer that it came in.
pub(super) fn read(answered: &mut Answered, items: &'static ItemStream, frame: &Frame) -> Result<Item, Error> {
    let shape = item_shape(answered.answer.shape.get());
    if items.end.is_some_and(|end| frame.data.trim() == end) {
        return Ok(Item::End);
    }
    let is_text = matches!(shape.bare().kind, Kind::Leaf(Leaf::String));
    // What only keeps the connection open holds nothing.
    if !is_text && frame.data.trim().is_empty() {
        return Ok(Item::Passed);
    }
    let here = |error: Error| error.located(&format!("{} on line {}", what(items.framing), frame.line));
    reports_an_error(answered, frame).map_err(here)?;
    let text = match is_text {
        true => Cow::Owned(Value::from(frame.data.as_str()).to_string()),
        false => Cow::Borrowed(frame.data.as_str()),
    };
    let text = match (items.named, tag(shape)) {
        (true, Some((tag, known))) if known(&frame.name) => named(&text, answered.answer.at, tag, &frame.name).map_err(here)?,
        (true, _) => return Ok(Item::Passed),
        (false, _) => text,
    };
    let at = answered.answer.at;
    let decoded = shape::decode_at(shape, text.as_bytes(), at, Names::Wire, shape::Limits::DEFAULT);
    decoded.map(Item::Is).map_err(|error| here(answer::undecodable(&error).with_status(answered.status)))
}

fn what(framing: Framing) -> &'static str {
    match framing {
        Framing::Events => "the event",
        Framing::Lines => "the item",
    }
}

/// An API may report in the middle of what it sends that something went wrong.
fn reports_an_error(answered: &mut Answered, frame: &Frame) -> Result<(), Error> {
    if answer::conditions(answered).is_empty() {
        return Ok(());
    }
    let bytes = Bytes::copy_from_slice(frame.data.as_bytes());
    answered.content = Content::Bytes(bytes.clone());
    answer::check_conditions(answered, &bytes)
}

/// The member that tells variants apart, and whether a variant has that name.
fn tag(shape: &'static Shape) -> Option<(&'static str, impl Fn(&str) -> bool)> {
    let Kind::Union(union) = &shape.bare().kind else { return None };
    let UnionStyle::Tagged(tag) = union.style else { return None };
    Some((tag, move |name: &str| union.open || union.variants().iter().any(|variant| variant.tag == name)))
}

/// The same with the event's name as the member that tells what it is.
fn named<'t>(text: &str, at: &[&str], tag: &str, name: &str) -> Result<Cow<'t, str>, Error> {
    let mut value: Value = serde_json::from_str(text).unwrap_or_default();
    let place = at.iter().try_fold(&mut value, |value, member| value.get_mut(*member));
    let Some(Value::Object(members)) = place else {
        return Err(Error::new(ErrorKind::Decode, "it is no object, so its name cannot tell what it is"));
    };
    members.insert(tag.to_owned(), name.into());
    Ok(Cow::Owned(value.to_string()))
}

fn item_shape(list: &'static Shape) -> &'static Shape {
    match list.bare().kind {
        Kind::List(item, _) => item.get(),
        _ => list,
    }
}

/// All items of an answer that has come whole, as the list that they are.
pub(crate) fn gather(answered: &Answered, items: &'static ItemStream, bytes: &Bytes) -> Result<Erased, Error> {
    check_type(answered, items.framing)?;
    let mut head = answered.head();
    let mut frames = Frames::new(items.framing, u64::MAX);
    frames.push(bytes)?;
    frames.finish();
    let mut ended = items.end.is_none();
    Erased::build(answered.answer.shape.get(), |slot| {
        let mut list = slot.list();
        while let Some(frame) = frames.next() {
            match read(&mut head, items, &frame)? {
                Item::Is(item) => list.push(|slot| Ok::<_, Error>(slot.put_erased(item)))?,
                Item::Passed => {}
                Item::End => {
                    ended = true;
                    break;
                }
            }
        }
        if ended { Ok(list.finish()) } else { Err(unended()) }
    })
}

/// What should end them did not come.
pub(super) fn unended() -> Error {
    Error::new(ErrorKind::Transport, "the answer broke off before what ends it")
}

/// A page of HTML, or the API's own error, is not taken for items.
pub(super) fn check_type(answered: &Answered, framing: Framing) -> Result<(), Error> {
    match framing {
        Framing::Events => answer::expect_type(answered, &[b"text/event-stream"], "a stream of events"),
        Framing::Lines => answer::expect_type(answered, &[b"json", b"text/plain", b"octet-stream"], "lines of JSON"),
    }
}
