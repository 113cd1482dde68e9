//! Simple types: texts, numbers, dates, lists of them, and what restricts them. Reading and writing their values is `scalar`'s.

use std::sync::Arc;

/// A type whose values are text on the wire.
#[derive(Clone, Debug)]
pub(in crate::soap) struct Simple {
    pub(in crate::soap) variety: Variety,
    /// The only values, if not empty.
    pub(in crate::soap) values: Arc<[String]>,
    pub(in crate::soap) facets: Facets,
}

/// One value, several with spaces between, or one of several types.
#[derive(Clone, Debug)]
pub(in crate::soap) enum Variety {
    Atomic(Base),
    List(Arc<Simple>),
    /// Which of the types a value is of cannot be told, so it is a text.
    Union,
}

/// What restricts values, as far as it is checked here.
#[derive(Clone, Debug, Default)]
pub(in crate::soap) struct Facets {
    pub(in crate::soap) min_length: Option<u64>,
    pub(in crate::soap) max_length: Option<u64>,
    pub(in crate::soap) least: Option<Bound>,
    pub(in crate::soap) greatest: Option<Bound>,
}

/// A bound of numbers.
#[derive(Clone, Debug)]
pub(in crate::soap) struct Bound {
    pub(in crate::soap) value: f64,
    /// The bound itself is no value.
    pub(in crate::soap) exclusive: bool,
}

/// The types that XML Schema brings along, as far as they differ for values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::soap) enum Base {
    /// Text as it is.
    Text,
    /// Text without spaces around.
    Token,
    Uri,
    Bool,
    Decimal,
    /// A whole number within these bounds; none: of any size.
    Int(Option<i128>, Option<i128>),
    Float,
    DateTime,
    Date,
    Time,
    Duration,
    /// Parts of dates: `gYear`, `gMonthDay`, …
    Calendar,
    Base64,
    Hex,
    /// A name in a namespace.
    QName,
}

impl Base {
    /// A type of XML Schema by its name.
    pub(in crate::soap) fn named(local: &str) -> Option<Variety> {
        let int = |least: i128, greatest: i128| Base::Int(Some(least), Some(greatest));
        Some(Variety::Atomic(match local {
            "string" | "anySimpleType" | "anyAtomicType" => Base::Text,
            "normalizedString" | "token" | "language" | "Name" | "NCName" | "NMTOKEN" | "ID" | "IDREF" | "ENTITY" => Base::Token,
            "anyURI" => Base::Uri,
            "boolean" => Base::Bool,
            "decimal" => Base::Decimal,
            "integer" => Base::Int(None, None),
            "long" => int(i64::MIN.into(), i64::MAX.into()),
            "int" => int(i32::MIN.into(), i32::MAX.into()),
            "short" => int(i16::MIN.into(), i16::MAX.into()),
            "byte" => int(i8::MIN.into(), i8::MAX.into()),
            "nonNegativeInteger" => Base::Int(Some(0), None),
            "positiveInteger" => Base::Int(Some(1), None),
            "nonPositiveInteger" => Base::Int(None, Some(0)),
            "negativeInteger" => Base::Int(None, Some(-1)),
            "unsignedLong" => int(0, u64::MAX.into()),
            "unsignedInt" => int(0, u32::MAX.into()),
            "unsignedShort" => int(0, u16::MAX.into()),
            "unsignedByte" => int(0, u8::MAX.into()),
            "float" | "double" => Base::Float,
            "dateTime" | "dateTimeStamp" => Base::DateTime,
            "date" => Base::Date,
            "time" => Base::Time,
            "duration" | "dayTimeDuration" | "yearMonthDuration" => Base::Duration,
            "gYear" | "gYearMonth" | "gMonth" | "gMonthDay" | "gDay" => Base::Calendar,
            "base64Binary" => Base::Base64,
            "hexBinary" => Base::Hex,
            "QName" | "NOTATION" => Base::QName,
            "NMTOKENS" | "IDREFS" | "ENTITIES" => return Some(Variety::List(Arc::new(Simple::of(Variety::Atomic(Base::Token))))),
            _ => return None,
        }))
    }
}

impl Simple {
    pub(in crate::soap) fn of(variety: Variety) -> Self {
        Self { variety, values: Arc::from([]), facets: Facets::default() }
    }

    /// The first type of values; of a list, that of its items.
    pub(in crate::soap) fn base(&self) -> Base {
        match &self.variety {
            Variety::Atomic(base) => *base,
            Variety::List(items) => match items.variety {
                Variety::Atomic(base) => base,
                _ => Base::Text,
            },
            Variety::Union => Base::Text,
        }
    }
}
