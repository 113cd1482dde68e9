//! What a server says against what the spec says. What the spec declares is no news; everything else is drift, and names the edit that
//! would declare it.

use super::{
    body::is_of_the_operation,
    edit::{self, Clause},
    signal::{Signal, Source},
};
use crate::{
    operation::{ApiTable, OperationTable},
    value::Date,
};

/// Something that a server says and the spec does not.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Drift {
    /// What was called: `repos.list_for_org`.
    pub operation: &'static str,
    /// Its revision.
    pub revision: u32,
    /// What differs.
    pub what: Drifted,
    /// What the server said.
    pub signal: Signal,
    /// The item of the spec that the edit belongs to: ``action `repos.get` @1``, ``api `2024-04` ``.
    pub place: String,
    /// What to write there.
    pub edit: String,
}

/// What differs from the spec.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Drifted {
    /// The spec does not say that it is deprecated.
    Undeclared,
    /// It stops on another day than the spec says, or the spec says none.
    Sunset {
        /// What the spec says: `2028-10` or `2028-10-31`.
        declared: Option<&'static str>,
        /// What the server says.
        announced: Date,
    },
    /// It has stopped, and the spec says that it is still there.
    Gone,
    /// The server answered with another API version than was asked for.
    Version {
        /// The version asked for, as on the wire.
        asked: &'static str,
        /// The version that was served.
        served: String,
    },
}

impl Drifted {
    /// What differs, in words.
    pub(crate) fn sentence(&self) -> String {
        match self {
            Drifted::Undeclared => "the server says that this is deprecated, and the spec does not".to_owned(),
            Drifted::Sunset { declared: None, announced } => {
                format!("the server says that this ends on {announced}, and the spec names no day")
            }
            Drifted::Sunset { declared: Some(declared), announced } => {
                format!("the server says that this ends on {announced}, and the spec says {declared}")
            }
            Drifted::Gone => "the server says that this has ended, and the spec says that it is there".to_owned(),
            Drifted::Version { asked, served } => format!("the server was asked for version {asked} and answered in version {served}"),
        }
    }
}

/// Where a signal differs from what the spec declares for the operation or for its API version.
pub(super) fn of_signal(operation: &'static OperationTable, api: &'static ApiTable, signal: &Signal, today: Date) -> Option<Drift> {
    let ends = || ends(operation, api);
    let announced = signal.sources.iter().any(|source| !matches!(source, Source::Status(_)));
    let what = if signal.gone && is_of_the_operation(signal) {
        let declared = ends().any(|end| has_come(end, today));
        (!declared).then_some(Drifted::Gone)?
    } else if !announced {
        return None;
    } else if let Some(announced) = signal.sunset {
        match ends().find(|end| covers(end, announced)) {
            Some(_) => return None,
            None if operation.life.is_some() || api.life.is_some() => Drifted::Sunset { declared: ends().next(), announced },
            None => match ends().next() {
                Some(declared) => Drifted::Sunset { declared: Some(declared), announced },
                None => Drifted::Undeclared,
            },
        }
    } else {
        let declared = operation.life.is_some() || api.life.is_some() || ends().any(|end| has_come(end, today));
        (!declared).then_some(Drifted::Undeclared)?
    };
    let clause = Clause::of(operation, api, signal, today);
    let place = format!("{} `{}` @{}", edit::kind(operation.kind), operation.name, operation.revision);
    Some(Drift { operation: operation.name, revision: operation.revision, what, signal: signal.clone(), place, edit: clause.to_string() })
}

/// The drift of an answer in another API version.
pub(super) fn of_version(operation: &'static OperationTable, api: &'static ApiTable, served: &str, today: Date) -> Drift {
    let served = crate::error::shorten(served);
    let known = api.versions.iter().any(|one| one.version.trim_start_matches('v') == served.trim_start_matches('v'));
    let end = if api.removed.is_some() { String::new() } else { format!("removed {today}") };
    let edit = if known { end } else { format!("{end}\napi {} {{ }}", edit::version_name(&served)).trim_start().to_owned() };
    Drift {
        operation: operation.name,
        revision: operation.revision,
        what: Drifted::Version { asked: api.wire_version, served },
        signal: Signal::default(),
        place: format!("api `{}`", api.version),
        edit,
    }
}

/// When the spec says that it ends: the operation's own date first.
fn ends(operation: &'static OperationTable, api: &'static ApiTable) -> impl Iterator<Item = &'static str> {
    let own = operation.life.and_then(|life| life.sunset);
    [own, api.life.and_then(|life| life.sunset), api.removed, api.unsupported].into_iter().flatten()
}

/// Is a day the declared one? A declared month is any of its days.
fn covers(declared: &str, day: Date) -> bool {
    day.to_string().starts_with(declared)
}

/// Has a declared day, or a month's first, come?
fn has_come(declared: &str, today: Date) -> bool {
    declared <= today.to_string().as_str()
}
