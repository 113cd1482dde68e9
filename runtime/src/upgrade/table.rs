//! The tables that say how stored configuration follows a change. Data only: what is done with them stands in the files beside.
//!
//! As everywhere, a table is written as what it says over the `EMPTY` of its kind.

use crate::shape::{Link, Shaped};

use super::coercion::Kind;

/// Spec names from the top, `["owner", "id"]`; `"[]"` stands for each item of a list.
pub type Path = &'static [&'static str];

/// How configuration stored for an older revision of a module, or for another module that this one replaces, becomes this one's.
#[derive(Debug)]
pub struct UpgradeTable {
    /// The module that it was stored for.
    pub from_module: &'static str,
    /// The revision that it was stored for.
    pub from_revision: u32,
    /// The API versions at which it was stored; empty for any.
    pub versions: &'static [&'static str],
    /// The API version whose configuration it becomes; empty where it was stored for any.
    pub to_version: &'static str,
    /// The module that it becomes.
    pub module: &'static str,
    /// The revision that it becomes.
    pub revision: u32,
    /// What the older revision took.
    pub input: Link,
    /// What becomes of each of its inputs.
    pub steps: &'static [UpgradeStep],
    /// What becomes of its outputs where later steps use them.
    pub outputs: &'static [OutputStep],
    /// There is no way forward, and why.
    pub gone: Option<&'static str>,
    /// What becomes of a trigger's stored state.
    pub cursor: Cursor,
    /// Other names under which hosts stored it, as they wrote them, with the version that they wrote beside it: `workfront-workfront:searchv3`.
    pub stored: &'static [(&'static str, Option<u32>)],
    /// Its shape is the same and what it does is not: a person must look at the step, and why.
    pub meaning: Option<&'static str>,
}

/// What becomes of one input. The order of the steps does not matter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum UpgradeStep {
    /// It keeps its name.
    Keep {
        /// Its name in both.
        field: &'static str,
        /// What becomes of its type.
        coercion: Coercion,
    },
    /// It has another name, or stands elsewhere.
    Move {
        /// Where it stood.
        from: Path,
        /// Where it stands.
        to: Path,
        /// What becomes of its type.
        coercion: Coercion,
    },
    /// Its values have other names.
    Remap {
        /// Where it stood.
        from: Path,
        /// Where it stands.
        to: Path,
        /// Old and new value, each as JSON.
        pairs: &'static [(&'static str, &'static str)],
        /// What becomes of values that are not named.
        other: Other,
    },
    /// It takes this value where none was given.
    Default {
        /// Where it stands.
        to: Path,
        /// The value as JSON.
        value: &'static str,
    },
    /// A person must say it where nothing gives it.
    Ask {
        /// Where it stands.
        to: Path,
        /// What they are asked.
        question: &'static str,
    },
    /// It is lost, and said to be.
    Drop {
        /// Where it stood.
        from: Path,
        /// Why that is right.
        because: &'static str,
    },
    /// It looks the same and means something else: a person must look at it.
    Review {
        /// Where it stood.
        from: Path,
        /// What is different.
        because: &'static str,
    },
    /// It can be null no longer: a null that was stored is left out.
    NotNull {
        /// Where it stands.
        to: Path,
    },
}

/// What becomes of values that a [`UpgradeStep::Remap`] does not name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Other {
    /// They stay as they are.
    Keep,
    /// They stay, and a person must look at them.
    Review,
}

/// What becomes of an input's type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coercion {
    /// Nothing.
    None,
    /// It becomes this, by the platform's table.
    To(Kind),
}

/// What becomes of an output where later steps use it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum OutputStep {
    /// It has another name, or stands elsewhere.
    Move {
        /// Where it stood.
        from: Path,
        /// Where it stands.
        to: Path,
    },
    /// One became a list or a list became one: the first item stands for the one. The list is where `"[]"` stands in one of the two.
    First {
        /// Where it stood.
        from: Path,
        /// Where it stands.
        to: Path,
    },
    /// Its values have other names.
    Remap {
        /// Where it stands.
        at: Path,
        /// Old and new value, each as JSON.
        pairs: &'static [(&'static str, &'static str)],
    },
    /// It looks the same and means something else.
    Review {
        /// Where it stands.
        at: Path,
        /// What is different.
        because: &'static str,
    },
    /// It is not there any more.
    Gone {
        /// Where it stood.
        from: Path,
        /// Why, and what to use instead.
        because: &'static str,
    },
}

/// What becomes of a trigger's stored state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cursor {
    /// It goes on where it was.
    Keep,
    /// It starts anew, and why.
    Reset(&'static str),
}

/// How a stored connection becomes one of another kind or revision.
#[derive(Debug)]
pub struct ConnectionUpgradeTable {
    /// The connection that it was made for.
    pub from: &'static str,
    /// The revision that it was made for.
    pub from_revision: u32,
    /// The connection that it becomes.
    pub connection: &'static str,
    /// The revision that it becomes.
    pub revision: u32,
    /// Fields that stay: the old name and the new one.
    pub keep: &'static [(&'static str, &'static str)],
    /// Fields that a person must fill in, and what they are asked.
    pub ask: &'static [(&'static [&'static str], &'static str)],
    /// Fields that are lost, and why that is right.
    pub drop: &'static [(&'static str, &'static str)],
    /// A person must authorise it again, and why; an empty text where nobody says.
    pub reauthorize: Option<&'static str>,
    /// There is no way forward, and why.
    pub gone: Option<&'static str>,
}

impl UpgradeTable {
    /// Says nothing.
    pub const EMPTY: Self = Self {
        from_module: "",
        from_revision: 1,
        versions: &[],
        to_version: "",
        module: "",
        revision: 1,
        input: <() as Shaped>::LINK,
        steps: &[],
        outputs: &[],
        gone: None,
        cursor: Cursor::Keep,
        stored: &[],
        meaning: None,
    };
}

impl ConnectionUpgradeTable {
    /// Says nothing.
    pub const EMPTY: Self =
        Self { from: "", from_revision: 1, connection: "", revision: 1, keep: &[], ask: &[], drop: &[], reauthorize: None, gone: None };
}

impl UpgradeStep {
    /// The input that it reads.
    pub fn source(&self) -> Option<&[&'static str]> {
        match self {
            Self::Keep { field, .. } => Some(std::slice::from_ref(field)),
            Self::Move { from, .. } | Self::Remap { from, .. } | Self::Drop { from, .. } | Self::Review { from, .. } => Some(from),
            Self::Default { .. } | Self::Ask { .. } | Self::NotNull { .. } => None,
        }
    }

    /// The input that it gives.
    pub fn target(&self) -> Option<&[&'static str]> {
        match self {
            Self::Keep { field, .. } => Some(std::slice::from_ref(field)),
            Self::Move { to, .. } | Self::Remap { to, .. } | Self::Default { to, .. } | Self::Ask { to, .. } => Some(to),
            Self::Drop { .. } | Self::Review { .. } | Self::NotNull { .. } => None,
        }
    }
}
