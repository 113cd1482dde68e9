//! Upgrading stored configuration: steps and scenarios that were set up for older revisions of modules become those of the present.
//!
//! The tables (in [`table`]) say how each older revision becomes the next. An [`Upgrader`] follows them: for a whole [scenario](Upgrader::upgrade),
//! for [one step](Upgrader::upgrade_step) of a host's database, for [a connection](upgrade_connection), and for values of [Rust types](Upgrade).
//! It changes what must change and leaves every other byte as it was, and it says what a person must do and by when.
//!
//! Stored configuration is foreign data: nothing in it is evaluated, depth and size are limited, and no value is printed.

mod answers;
mod apply;
mod carry;
mod coercion;
mod config;
mod connection;
mod cursor;
mod edits;
mod endings;
mod expression;
mod file;
mod follow;
mod json;
mod outputs;
mod report;
mod scenario;
pub mod table;
mod target;
mod typed;
mod upgrader;
mod uses;

pub use coercion::{Decision, Kind, decide};
pub use connection::{UpgradedConnection, upgrade_connection};
pub use cursor::FollowedState;
pub use expression::{Access, Braces, Expressions, Followed, Moved, NoExpressions, Outputs, TextKind, Unreadable};
pub use file::{FileError, ScenarioFile};
pub use report::{Action, At, Deadline, Finding, Plan, Problem, StepPlan, Verdict};
pub use typed::{Unfinished, Upgrade, UpgradedInput};
pub use upgrader::{Upgraded, UpgradedStep, Upgrader};
pub use uses::{StepUse, uses};

use crate::catalog::Catalog;

impl Catalog {
    /// Upgrades stored configuration to this version. Made once, it serves any number of steps.
    pub fn upgrader(&self) -> Upgrader {
        Upgrader::new(self.table())
    }

    /// What becomes of a stored scenario; for many, see [`Catalog::upgrader`].
    ///
    /// # Errors
    /// When the text is no scenario.
    pub fn plan(&self, scenario: &str) -> Result<Plan, Problem> {
        self.upgrader().plan(scenario)
    }

    /// Upgrades a stored scenario; for many, see [`Catalog::upgrader`].
    ///
    /// # Errors
    /// When the text is no scenario.
    pub fn upgrade(&self, scenario: &str) -> Result<Upgraded, Problem> {
        self.upgrader().upgrade(scenario)
    }

    /// Upgrades a stored connection; see [`upgrade_connection`].
    ///
    /// # Errors
    /// When the fields are no object, or there is no such connection.
    pub fn upgrade_connection(&self, name: &str, revision: u32, fields: &str) -> Result<UpgradedConnection, Problem> {
        upgrade_connection(self.table(), name, revision, fields)
    }
}
