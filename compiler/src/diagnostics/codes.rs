//! The registry of diagnostic codes. A code's page is `compiler/errors/<id>.md`; its fixture is in `tests/errors/<id>*.pin`.

use super::Severity;

/// One kind of mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    /// `P0301`
    pub id: &'static str,
    /// Error or warning.
    pub severity: Severity,
    /// A few words: "unknown connection".
    pub title: &'static str,
    /// The page that `linchpin explain` shows.
    pub page: &'static str,
}

macro_rules! codes {
    ($($name:ident = $id:literal $severity:ident $title:literal;)*) => {
        $(
            #[doc = $title]
            pub const $name: Code = Code {
                id: $id,
                severity: Severity::$severity,
                title: $title,
                page: include_str!(concat!("../../errors/", $id, ".md")),
            };
        )*
        /// Every code, in order of id.
        pub const ALL: &[Code] = &[$($name),*];
    };
}

// P01xx text and grammar · P02xx names and references · P03xx connections, servers, credentials · P04xx types and fields ·
// P05xx operations: paths, places, bodies, answers · P06xx paging, retry, limits · P07xx versions and life ·
// P08xx examples and tests · P09xx files and the connector as a whole. Ids are never reused. One line each, in order.
codes! {
}
