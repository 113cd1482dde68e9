//! Decoding what stands inside an answer: the items of a page and the few members that say how it goes on, in one pass over the text.

use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::{DecodeError, Limits, Names, context::Context, seed::Seed, text_of};
use crate::shape::{Erased, ErasedList, Shape};

/// What to take from an answer.
#[derive(Clone, Copy, Debug)]
pub struct PageRequest<'a> {
    /// Where the items stand: members from the top; none when the answer is the list.
    pub items: &'a [&'a str],
    /// What the items are.
    pub item: &'static Shape,
    /// Other members to take, at most 64: the cursor, the total.
    pub picks: &'a [&'a [&'a str]],
    /// What is refused as too much.
    pub limits: Limits,
}

/// What was taken from an answer.
#[derive(Debug)]
pub struct DecodedPage {
    /// The items; none stands for null too.
    pub items: ErasedList,
    /// The list was there, or null.
    pub found: bool,
    /// The other members, in the order asked for; none where absent.
    pub picks: Vec<Option<Value>>,
}

/// Takes the items and some members from an answer in one pass over it.
pub fn decode_page(json: &[u8], request: &PageRequest<'_>) -> Result<DecodedPage, DecodeError> {
    let text = text_of(json)?;
    let context = Context::new(Names::Wire, request.limits);
    let mut page = DecodedPage { items: ErasedList::new(request.item), found: false, picks: vec![None; request.picks.len()] };
    let picks = request.picks.iter().take(64).enumerate().fold(0, |mask, (index, _)| mask | 1 << index);
    let mut reader = serde_json::Deserializer::from_str(text);
    let walked = Walk { request, page: &mut page, context: &context, level: 0, items: true, picks }
        .deserialize(&mut reader)
        .and_then(|()| reader.end());
    match walked {
        Ok(()) => Ok(page),
        Err(error) => Err(context.into_error(request.item, text, &error)),
    }
}

/// Decodes what stands at a path: members from the top.
pub fn decode_at(shape: &'static Shape, json: &[u8], at: &[&str], names: Names, limits: Limits) -> Result<Erased, DecodeError> {
    if at.is_empty() {
        return Erased::decode_limited(shape, json, names, limits);
    }
    let text = text_of(json)?;
    let context = Context::new(names, limits);
    let mut reader = serde_json::Deserializer::from_str(text);
    let found = At { shape, at, context: &context }.deserialize(&mut reader).and_then(|found| reader.end().map(|()| found));
    match found {
        Ok(Some(value)) => Ok(value),
        Ok(None) => Err(DecodeError::new(at.join("."), "missing".to_owned())),
        Err(error) => Err(context.into_error(shape, text, &error)),
    }
}

/// At some level of the answer: which of the paths lead on from here.
struct Walk<'w, 'a> {
    request: &'w PageRequest<'a>,
    page: &'w mut DecodedPage,
    context: &'w Context,
    level: usize,
    items: bool,
    picks: u64,
}

impl Walk<'_, '_> {
    fn items_here(&self) -> bool {
        self.items && self.request.items.len() == self.level
    }

    fn is_active(&self, pick: usize) -> bool {
        self.picks & 1 << pick != 0
    }

    fn some_pick_here(&self) -> bool {
        self.request.picks.iter().take(64).enumerate().any(|(pick, path)| self.is_active(pick) && path.len() == self.level)
    }

    /// Keeps a value for the paths that end here, and what is in it for those that go on.
    fn keep(&mut self, value: &Value) {
        for (pick, path) in self.request.picks.iter().take(64).enumerate().filter(|(pick, _)| self.picks & 1 << pick != 0) {
            let found = path[self.level..].iter().try_fold(value, |value, member| value.get(member));
            self.page.picks[pick] = found.cloned();
        }
    }
}

impl<'de> DeserializeSeed<'de> for Walk<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(mut self, deserializer: D) -> Result<(), D::Error> {
        if self.items_here() || !self.some_pick_here() || self.items {
            return deserializer.deserialize_any(self);
        }
        self.keep(&Value::deserialize(deserializer)?);
        Ok(())
    }
}

impl<'de> Visitor<'de> for Walk<'_, '_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an answer")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        if !self.items_here() {
            while items.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(());
        }
        self.page.found = true;
        let _level = self.context.enter()?;
        loop {
            let index = self.page.items.len();
            let context = self.context;
            let pushed = self.page.items.push(|slot| match items.next_element_seed(Seed::new(slot, context)) {
                Ok(Some(filled)) => Ok(filled),
                Ok(None) => Err(None),
                Err(error) => Err(Some(error)),
            });
            match pushed {
                Ok(()) => self.context.check_items(self.page.items.len())?,
                Err(None) => return Ok(()),
                Err(Some(error)) => return Err(self.context.below_item(error, index)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<(), A::Error> {
        if self.items_here() {
            return Err(self.context.fail("expected a list, found an object".to_owned()));
        }
        let _level = self.context.enter()?;
        while let Some(key) = entries.next_key::<std::borrow::Cow<'de, str>>()? {
            let leads_on = |path: &[&str]| path.get(self.level).is_some_and(|member| *member == key);
            let items = self.items && leads_on(self.request.items);
            let picks = self
                .request
                .picks
                .iter()
                .take(64)
                .enumerate()
                .fold(0, |mask, (pick, path)| if self.is_active(pick) && leads_on(path) { mask | 1 << pick } else { mask });
            if !items && picks == 0 {
                entries.next_value::<IgnoredAny>()?;
                continue;
            }
            let below = Walk { request: self.request, page: &mut *self.page, context: self.context, level: self.level + 1, items, picks };
            entries.next_value_seed(below).map_err(|error| self.context.below(error, &key))?;
        }
        Ok(())
    }

    fn visit_unit<E: Error>(mut self) -> Result<(), E> {
        self.page.found |= self.items_here();
        self.keep(&Value::Null);
        Ok(())
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        self.scalar(value.into())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        self.scalar(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        self.scalar(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        self.scalar(value.into())
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<(), E> {
        self.scalar(value.into())
    }
}

impl Walk<'_, '_> {
    fn scalar<E: Error>(mut self, value: Value) -> Result<(), E> {
        if self.items_here() {
            return Err(self.context.fail(format!("expected a list, found {}", super::error::shortened(&value.to_string()))));
        }
        self.keep(&value);
        Ok(())
    }
}

/// At some level on the way to one value.
struct At<'a> {
    shape: &'static Shape,
    at: &'a [&'a str],
    context: &'a Context,
}

impl<'de> DeserializeSeed<'de> for At<'_> {
    type Value = Option<Erased>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<Erased>, D::Error> {
        if self.at.is_empty() {
            return Erased::build(self.shape, |slot| Seed::new(slot, self.context).deserialize(deserializer)).map(Some);
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for At<'_> {
    type Value = Option<Erased>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Option<Erased>, A::Error> {
        let _level = self.context.enter()?;
        let Some((member, at)) = self.at.split_first() else { return Ok(None) };
        let mut found = None;
        while let Some(key) = entries.next_key::<std::borrow::Cow<'de, str>>()? {
            if key != *member {
                entries.next_value::<IgnoredAny>()?;
                continue;
            }
            let below = At { shape: self.shape, at, context: self.context };
            found = entries.next_value_seed(below).map_err(|error| self.context.below(error, member))?;
        }
        Ok(found)
    }

    fn visit_unit<E: Error>(self) -> Result<Option<Erased>, E> {
        Ok(None)
    }
}
