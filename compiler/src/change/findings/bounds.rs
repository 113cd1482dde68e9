//! The kinds of findings about bounds and about rules that hold a shape. They are many and alike: what binds the sender of a value more
//! breaks requests, what binds it less breaks answers.

use super::kind::Class::{Breaking, Compatible};
use super::kind::Cost::{Default, Lossless, Person};
use super::kind::Level::{Module, None};
use super::kind::{Both, Kind};

/// What became of a bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Move {
    /// There was none.
    Set,
    /// It allows more values.
    Loosened,
    /// It allows fewer values, or others.
    Tightened,
    /// There is none any more.
    Removed,
}

/// The kinds for one keyword.
#[derive(Debug)]
pub struct BoundKinds {
    /// JSON Schema's word.
    pub keyword: &'static str,
    /// In the order of [`Move`].
    kinds: [Both; 4],
}

macro_rules! strict {
    ($direction:literal, $id:expr, $text:expr, request) => {
        Kind { id: concat!($direction, "-", $id), class: Breaking, level: Module, cost: Person, rows: "R14", text: $text, covers: &[] }
    };
    ($direction:literal, $id:expr, $text:expr, response) => {
        Kind { id: concat!($direction, "-", $id), class: Breaking, level: Module, cost: Default, rows: "S8", text: $text, covers: &[] }
    };
    ($direction:literal, $id:expr, $text:expr, harmless) => {
        Kind { id: concat!($direction, "-", $id), class: Compatible, level: None, cost: Lossless, rows: "", text: $text, covers: &[] }
    };
}

/// A bound. `words` are those that only describe an answer: nobody refuses one for its pattern.
macro_rules! bound {
    ($keyword:literal $name:literal $looser:literal $tighter:literal) => {
        bound!($keyword $name $looser $tighter response)
    };
    ($keyword:literal $name:literal $looser:literal $tighter:literal words) => {
        bound!($keyword $name $looser $tighter harmless)
    };
    ($keyword:literal $name:literal $looser:literal $tighter:literal $answer:ident) => {
        BoundKinds {
            keyword: $keyword,
            kinds: [
                Both {
                    request: strict!("request", concat!($name, "-set"), concat!($name, " is {new} now; there was none"), request),
                    response: strict!("response", concat!($name, "-set"), concat!($name, " is {new} now; there was none"), harmless),
                },
                Both {
                    request: strict!("request", concat!($name, "-", $looser), concat!($name, " was {old} and is {new} now"), harmless),
                    response: strict!("response", concat!($name, "-", $looser), concat!($name, " was {old} and is {new} now"), $answer),
                },
                Both {
                    request: strict!("request", concat!($name, "-", $tighter), concat!($name, " was {old} and is {new} now"), request),
                    response: strict!("response", concat!($name, "-", $tighter), concat!($name, " was {old} and is {new} now"), harmless),
                },
                Both {
                    request: strict!("request", concat!($name, "-removed"), concat!("there is no ", $name, " any more; it was {old}"), harmless),
                    response: strict!("response", concat!($name, "-removed"), concat!("there is no ", $name, " any more; it was {old}"), $answer),
                },
            ],
        }
    };
}

/// Every bound.
pub static BOUNDS: &[BoundKinds] = &[
    bound!("maximum" "maximum" "raised" "lowered"),
    bound!("minimum" "minimum" "lowered" "raised"),
    bound!("exclusiveMaximum" "exclusive-maximum" "raised" "lowered"),
    bound!("exclusiveMinimum" "exclusive-minimum" "lowered" "raised"),
    bound!("maxLength" "max-length" "raised" "lowered"),
    bound!("minLength" "min-length" "lowered" "raised"),
    bound!("maxItems" "max-items" "raised" "lowered"),
    bound!("minItems" "min-items" "lowered" "raised"),
    bound!("maxProperties" "max-properties" "raised" "lowered"),
    bound!("minProperties" "min-properties" "lowered" "raised"),
    bound!("maxContains" "max-contains" "raised" "lowered"),
    bound!("minContains" "min-contains" "lowered" "raised"),
    bound!("multipleOf" "multiple-of" "loosened" "changed"),
    bound!("pattern" "pattern" "generalized" "changed" words),
    bound!("uniqueItems" "unique-items" "loosened" "changed"),
];

/// The kinds for a rule that holds a shape.
#[derive(Debug)]
pub struct RuleKinds {
    /// JSON Schema's word.
    pub keyword: &'static str,
    /// There was none.
    pub added: Both,
    /// There is none any more.
    pub removed: Both,
}

macro_rules! rule {
    ($keyword:literal $name:literal) => {
        RuleKinds {
            keyword: $keyword,
            added: Both {
                request: strict!("request", concat!($name, "-added"), concat!("a new rule, ", $keyword, ": {new}"), request),
                response: strict!("response", concat!($name, "-added"), concat!("a new rule, ", $keyword, ": {new}"), harmless),
            },
            removed: Both {
                request: strict!("request", concat!($name, "-removed"), concat!("no longer a rule, ", $keyword, ": {old}"), harmless),
                response: strict!("response", concat!($name, "-removed"), concat!("no longer a rule, ", $keyword, ": {old}"), response),
            },
        }
    };
}

/// Every rule.
pub static RULES: &[RuleKinds] = &[
    rule!("contains" "contains"),
    rule!("if" "if"),
    rule!("then" "then"),
    rule!("else" "else"),
    rule!("propertyNames" "property-names"),
    rule!("unevaluatedItems" "unevaluated-items"),
    rule!("unevaluatedProperties" "unevaluated-properties"),
    rule!("contentSchema" "content-schema"),
    rule!("patternProperties" "pattern-property"),
    rule!("dependentSchemas" "dependent-schema"),
];

/// The kinds for what became of a bound.
pub fn bound(keyword: &str, moved: Move) -> Option<&'static Both> {
    BOUNDS.iter().find(|one| one.keyword == keyword).map(|one| &one.kinds[moved as usize])
}

/// The kinds for a rule.
pub fn rule(keyword: &str) -> Option<&'static RuleKinds> {
    RULES.iter().find(|one| one.keyword == keyword)
}

/// Every kind of this file.
pub(super) fn all() -> impl Iterator<Item = &'static Both> {
    BOUNDS.iter().flat_map(|one| &one.kinds).chain(RULES.iter().flat_map(|one| [&one.added, &one.removed]))
}
