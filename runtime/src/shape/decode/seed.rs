//! The one seed and the one visitor that decode every shape.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::{context::Context, leaf, structure, union};
use crate::shape::{
    Kind, Leaf,
    memory::{Filled, MapEntries, Slot},
};

/// Decodes into a slot.
pub(crate) struct Seed<'c, 'x> {
    pub(super) slot: Slot<'x>,
    pub(super) context: &'c Context,
    /// How times are written here.
    pub(super) format: &'static str,
    /// What stands for null here, as JSON text; empty for nothing.
    pub(super) default: &'static str,
}

impl<'c, 'x> Seed<'c, 'x> {
    pub(crate) fn new(slot: Slot<'x>, context: &'c Context) -> Self {
        Self { slot, context, format: "", default: "" }
    }

    /// The same for a value inside this one.
    #[inline]
    fn inner<'y>(slot: Slot<'y>, context: &'c Context, format: &'static str) -> Seed<'c, 'y> {
        Seed { slot, context, format, default: "" }
    }
}

impl<'de, 'x> DeserializeSeed<'de> for Seed<'_, 'x> {
    type Value = Filled<'x>;

    #[inline]
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Filled<'x>, D::Error> {
        match &self.slot.shape().kind {
            Kind::Leaf(Leaf::Decimal | Leaf::Json) => self.deserialize_special(deserializer),
            Kind::Leaf(_) | Kind::Structure(_) | Kind::List(..) | Kind::Map(..) | Kind::TextEnum(_) | Kind::IntEnum(_) => {
                deserializer.deserialize_any(AnyVisitor(self))
            }
            _ => self.deserialize_special(deserializer),
        }
    }
}

impl<'x> Seed<'_, 'x> {
    /// What does not take just any value as it comes. Apart, so that the rest is short enough to be compiled into its callers.
    #[inline(never)]
    fn deserialize_special<'de, D: Deserializer<'de>>(self, deserializer: D) -> Result<Filled<'x>, D::Error> {
        match &self.slot.shape().kind {
            Kind::Optional(..) | Kind::Patch(_) => deserializer.deserialize_option(OptionVisitor(self)),
            Kind::Leaf(Leaf::Decimal) => leaf::decimal(self, deserializer),
            Kind::Leaf(Leaf::Json) => leaf::json(self, deserializer),
            Kind::Boxed(_) => {
                let Self { slot, context, format, default } = self;
                slot.fill_box(|slot| Seed { slot, context, format, default }.deserialize(deserializer))
            }
            Kind::Union(table) => union::decode(self, table, deserializer),
            Kind::Opaque(table) => leaf::opaque(self, table, deserializer),
            Kind::Leaf(_) | Kind::Structure(_) | Kind::List(..) | Kind::Map(..) | Kind::TextEnum(_) | Kind::IntEnum(_) => {
                deserializer.deserialize_any(AnyVisitor(self))
            }
        }
    }
}

/// Decodes options and patches.
struct OptionVisitor<'c, 'x>(Seed<'c, 'x>);

impl<'de, 'x> Visitor<'de> for OptionVisitor<'_, 'x> {
    type Value = Filled<'x>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value or null")
    }

    fn visit_none<E: Error>(self) -> Result<Filled<'x>, E> {
        Ok(match self.0.slot.shape().kind {
            Kind::Patch(_) => self.0.slot.put_erase(),
            _ => self.0.slot.put_none(),
        })
    }

    fn visit_unit<E: Error>(self) -> Result<Filled<'x>, E> {
        self.visit_none()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Filled<'x>, D::Error> {
        let Seed { slot, context, format, .. } = self.0;
        match slot.shape().kind {
            Kind::Patch(_) => slot.fill_patch(|slot| Seed::inner(slot, context, format).deserialize(deserializer)),
            _ => slot.fill_some(|slot| Seed::inner(slot, context, format).deserialize(deserializer)),
        }
    }
}

/// Decodes everything else: what comes decides the method, and the shape whether it fits.
pub(super) struct AnyVisitor<'c, 'x>(pub(super) Seed<'c, 'x>);

impl<'de, 'x> Visitor<'de> for AnyVisitor<'_, 'x> {
    type Value = Filled<'x>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(leaf::expected(self.0.slot.shape()))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Filled<'x>, E> {
        match self.0.slot.shape().kind {
            Kind::Leaf(Leaf::Bool) => Ok(self.0.slot.put(value)),
            _ => Err(leaf::unexpected(&self.0, &value.to_string())),
        }
    }

    #[inline]
    fn visit_i64<E: Error>(self, value: i64) -> Result<Filled<'x>, E> {
        leaf::int(self.0, value)
    }

    #[inline]
    fn visit_u64<E: Error>(self, value: u64) -> Result<Filled<'x>, E> {
        match i64::try_from(value) {
            Ok(value) => leaf::int(self.0, value),
            Err(_) => leaf::large_int(self.0, value),
        }
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Filled<'x>, E> {
        leaf::float(self.0, value)
    }

    #[inline]
    fn visit_str<E: Error>(self, text: &str) -> Result<Filled<'x>, E> {
        leaf::text(self.0, text)
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Filled<'x>, E> {
        leaf::text(self.0, &text)
    }

    fn visit_unit<E: Error>(self) -> Result<Filled<'x>, E> {
        if !self.0.default.is_empty() {
            return structure::put_default(self.0);
        }
        match self.0.slot.shape().kind {
            Kind::Leaf(Leaf::Unit) => Ok(self.0.slot.put(())),
            _ => Err(leaf::unexpected(&self.0, "null")),
        }
    }

    fn visit_none<E: Error>(self) -> Result<Filled<'x>, E> {
        self.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Filled<'x>, D::Error> {
        self.0.deserialize(deserializer)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Filled<'x>, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Filled<'x>, E> {
        match self.0.slot.shape().kind {
            Kind::Leaf(Leaf::Bytes) => Ok(self.0.slot.put(bytes::Bytes::copy_from_slice(bytes))),
            _ => Err(leaf::unexpected(&self.0, "bytes")),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Filled<'x>, A::Error> {
        let Seed { slot, context, format, .. } = self.0;
        let Kind::List(..) = slot.shape().kind else {
            return Err(leaf::unexpected(&Seed::inner(slot, context, format), "a list"));
        };
        let _level = context.enter()?;
        let mut builder = slot.list();
        let mut ended = false;
        while !ended {
            let index = builder.len();
            // A slot that was handed out must be filled, so the end of the list is told as an error that is none.
            let pushed = builder.push(|slot| match items.next_element_seed(Seed::inner(slot, context, format)) {
                Ok(Some(filled)) => Ok(filled),
                Ok(None) => Err(None),
                Err(error) => Err(Some(error)),
            });
            match pushed {
                Ok(()) => context.check_items(builder.len())?,
                Err(None) => ended = true,
                Err(Some(error)) => return Err(context.below_item(error, index)),
            }
        }
        Ok(builder.finish())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Filled<'x>, A::Error> {
        let Seed { slot, context, format, .. } = self.0;
        match slot.shape().kind {
            Kind::Structure(_) => {
                let _level = context.enter()?;
                structure::decode(slot, context, entries)
            }
            Kind::Map(item, _) => {
                let _level = context.enter()?;
                let mut map = MapEntries::new(item.get());
                while let Some(key) = entries.next_key::<String>()? {
                    context.check_items(map.len() + 1)?;
                    context.check_text(&key)?;
                    let name = key.clone();
                    map.insert(key, |slot| entries.next_value_seed(Seed::inner(slot, context, format)))
                        .map_err(|error| context.below(error, &name))?;
                }
                Ok(slot.put_map(map))
            }
            _ => Err(leaf::unexpected(&Seed::inner(slot, context, format), "an object")),
        }
    }
}
