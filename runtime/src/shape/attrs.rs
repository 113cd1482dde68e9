//! What is known of a field beside its name and shape. [`super::text`] reads them from the tables that the
//! macros write; shapes that are declared at run time build them: `Attrs::REQUIRED.length(1, 255)`.

/// What is known of a field beside its name and shape.
#[derive(Clone, Copy, Debug)]
pub struct Attrs {
    /// It must be there.
    pub required: bool,
    /// It may be null.
    pub nullable: bool,
    /// It keeps the members that have no field.
    pub rest: bool,
    /// Its items all differ.
    pub unique: bool,
    /// Set when it is deprecated.
    pub deprecated: Option<Ending>,
    /// Least and greatest number of characters or items.
    pub length: Option<(u32, u32)>,
    /// Least and greatest value.
    pub range: Range,
    /// A regular expression that some part of the text matches.
    pub pattern: &'static str,
    /// How a time is written.
    pub format: &'static str,
    /// What stands for it when it is absent, as JSON text; empty for nothing.
    pub default: &'static str,
    /// The only value it may have, as JSON text; empty for any.
    pub constant: &'static str,
    /// What is known of the items of a list or the values of a map, where anything is. Their format is the field's own.
    pub items: Option<&'static Attrs>,
}

/// The end of a field, as its deprecation says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ending(&'static str);

impl Ending {
    /// When it stops, `YYYY-MM-DD` or `YYYY-MM`.
    pub fn sunset(self) -> Option<&'static str> {
        self.0.split(' ').next().filter(|date| !matches!(*date, "" | "-"))
    }

    /// What to use instead.
    pub fn successor(self) -> Option<&'static str> {
        self.0.split_once(' ').map(|(_, successor)| successor).filter(|successor| !matches!(*successor, "" | "-"))
    }
}

/// Least and greatest value.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Range {
    /// Any value.
    Any,
    /// Integers, both ends included.
    Int(i64, i64),
    /// Fractions, both ends included.
    Float(f64, f64),
}

impl Attrs {
    /// A field that may be absent.
    pub const OPTIONAL: Self = Self {
        required: false,
        nullable: false,
        rest: false,
        unique: false,
        deprecated: None,
        length: None,
        range: Range::Any,
        pattern: "",
        format: "",
        default: "",
        constant: "",
        items: None,
    };
    /// A field that must be there.
    pub const REQUIRED: Self = Self { required: true, ..Self::OPTIONAL };
    /// The field that keeps the members that have no field: a `Map<T>`.
    pub const REST: Self = Self { rest: true, ..Self::OPTIONAL };

    /// It may be null.
    pub const fn nullable(self) -> Self {
        Self { nullable: true, ..self }
    }

    /// Least and greatest number of characters of a text or items of a list; `u32::MAX` for no end.
    pub const fn length(self, least: u32, greatest: u32) -> Self {
        Self { length: Some((least, greatest)), ..self }
    }

    /// Least and greatest value, both included; the ends of `i64` for no end.
    pub const fn range(self, least: i64, greatest: i64) -> Self {
        Self { range: Range::Int(least, greatest), ..self }
    }

    /// Least and greatest value of a fraction, both included; infinities for no end.
    pub const fn range_float(self, least: f64, greatest: f64) -> Self {
        Self { range: Range::Float(least, greatest), ..self }
    }

    /// A regular expression that some part of the text matches.
    pub const fn pattern(self, pattern: &'static str) -> Self {
        Self { pattern, ..self }
    }

    /// The items of the list all differ.
    pub const fn unique(self) -> Self {
        Self { unique: true, ..self }
    }

    /// How a time is written: `epoch`, `epoch_ms`, or `%Y-%m-%d` and the like. Without it: RFC 3339, ISO 8601.
    pub const fn format(self, format: &'static str) -> Self {
        Self { format, ..self }
    }

    /// What stands for it when it is absent, as JSON text.
    pub const fn default(self, json: &'static str) -> Self {
        Self { default: json, ..self }
    }

    /// The only value it may have, as JSON text.
    pub const fn constant(self, json: &'static str) -> Self {
        Self { constant: json, ..self }
    }

    /// What is known of the items of the list or the values of the map.
    pub const fn items(self, items: &'static Attrs) -> Self {
        Self { items: Some(items), ..self }
    }

    /// It is deprecated: `2028-03 Issue.assignees`, when it stops and what to use instead, a `-` for what nobody says.
    pub const fn deprecated(self, ending: &'static str) -> Self {
        Self { deprecated: Some(Ending(ending)), ..self }
    }
}
