//! A test of an upgrade, as the spec has it.

/// What was stored, and what it becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UpgradeTestTable {
    /// What it shows.
    pub title: &'static str,
    /// It is about a connection, not about a module.
    pub is_connection: bool,
    /// The module or connection that it was stored for.
    pub from: &'static str,
    /// Its revision.
    pub from_revision: u32,
    /// The API version on which it was stored; empty for any.
    pub version: &'static str,
    /// What it becomes.
    pub to: &'static str,
    /// What was stored, as JSON.
    pub given: &'static str,
    /// What it becomes, as JSON; empty when not said.
    pub expect: &'static str,
    /// Inputs that a person is asked for.
    pub asks: &'static [&'static str],
    /// Inputs that a person must look at.
    pub reviews: &'static [&'static str],
}

impl UpgradeTestTable {
    /// Says nothing.
    pub const EMPTY: Self = Self {
        title: "",
        is_connection: false,
        from: "",
        from_revision: 1,
        version: "",
        to: "",
        given: "{}",
        expect: "",
        asks: &[],
        reviews: &[],
    };
}
