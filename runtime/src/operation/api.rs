//! The table of one API version: its servers, what goes with every request, and all that it has.

use crate::upgrade::table::{ConnectionUpgradeTable, UpgradeTable};

use super::{ConnectionTable, Constant, Failure, Life, Limit, Operations, Statuses};

/// One API version of one connector.
#[derive(Debug)]
pub struct ApiTable {
    /// `workfront`
    pub connector: &'static str,
    /// `Adobe Workfront`
    pub title: &'static str,
    /// The spec's documentation.
    pub docs: &'static str,
    /// `v22`; empty when the connector has no versions.
    pub version: &'static str,
    /// What `{api}` stands for.
    pub wire_version: &'static str,
    /// Templates over `{api}` and `{connection.FIELD}`.
    pub servers: &'static [&'static str],
    /// Sent with every request.
    pub constants: &'static [Constant],
    /// Limits per connection.
    pub limits: &'static [Limit],
    /// Which statuses are tried again, and which header says how long to wait.
    pub retry: RetryPolicy,
    /// Error answers of every operation.
    pub failures: &'static [Failure],
    /// The ways to connect.
    pub connections: &'static [&'static ConnectionTable],
    /// Every operation of this version.
    pub operations: Operations,
    /// `YYYY-MM-DD` or `YYYY-MM`, empty when not known.
    pub released: &'static str,
    /// From when it is no longer supported.
    pub unsupported: Option<&'static str>,
    /// From when it no longer answers.
    pub removed: Option<&'static str>,
    /// Set when the version is deprecated.
    pub life: Option<&'static Life>,
    /// The header in which the server says which version it served, in lower case.
    pub served: Option<&'static str>,
    /// Every version of the API with its dates, the oldest first.
    pub versions: &'static [ApiDates],
    /// How configuration stored for older revisions of modules becomes this version's.
    pub upgrades: &'static [&'static UpgradeTable],
    /// How older connections become this version's.
    pub connection_upgrades: &'static [&'static ConnectionUpgradeTable],
}

/// When an API version lives. Dates are `YYYY-MM-DD` or `YYYY-MM`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ApiDates {
    /// `v22`
    pub version: &'static str,
    /// Empty when not known.
    pub released: &'static str,
    /// From when it is no longer supported.
    pub unsupported: Option<&'static str>,
    /// From when it no longer answers.
    pub removed: Option<&'static str>,
}

/// Which statuses are tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// For example 429 and 500..=599.
    pub statuses: &'static [Statuses],
    /// For example `retry-after`, in lower case.
    pub honour: Option<&'static str>,
}

impl ApiDates {
    /// Says nothing.
    pub const EMPTY: Self = Self { version: "", released: "", unsupported: None, removed: None };
}

impl ApiTable {
    /// Says nothing.
    pub const EMPTY: Self = Self {
        connector: "",
        title: "",
        docs: "",
        version: "",
        wire_version: "",
        servers: &[],
        constants: &[],
        limits: &[],
        retry: RetryPolicy::EMPTY,
        failures: &[],
        connections: &[],
        operations: Operations::NONE,
        released: "",
        unsupported: None,
        removed: None,
        life: None,
        served: None,
        versions: &[],
        upgrades: &[],
        connection_upgrades: &[],
    };
}

impl RetryPolicy {
    /// No status is tried again.
    pub const EMPTY: Self = Self { statuses: &[], honour: None };
}
