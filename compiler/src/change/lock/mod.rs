//! The lock: what a connector has released, recorded beside its spec, and the rule that a released shape changes only with words.
//!
//! ```text
//! model ─▶ present ─▶ record ◀─ read ◀─ acme.lock
//!                       └─▶ compare ─▶ words (the block to paste) ─▶ diagnostics
//! ```
//! Reading and writing files is left to the build script and the command; what a shape *means* for stored configuration to
//! the stage `upgrade`.

mod compare;
mod explain;
mod present;
mod read;
mod record;
mod retain;
mod types;
mod whole;
mod words;
mod write;

use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::model::Model;
use crate::source::Sources;
pub use record::{Entry, Kind, Record};

/// Compares a checked connector with its lock, where it has one.
pub fn check(model: &Model, sources: &Sources, diagnostics: &mut Diagnostics) {
    let Some(file) = sources.lock() else { return };
    let present = present::record(model);
    if write::text(&present) == sources.file(file).text {
        return;
    }
    let Some(released) = read::read(file, Some(&present), sources, diagnostics) else { return };
    if released.connector != present.connector {
        return diagnostics.push(another(model, &released));
    }
    let mut differences = compare::compare(&released, &present, model);
    explain::upgrades_agree(&released, &present, model, &mut differences);
    words::report(differences, &released, &present, model, sources, diagnostics);
}

/// What `linchpin lock` does with one spec.
#[derive(Clone, Debug)]
pub struct Locked {
    /// The lock as it must be written.
    pub text: String,
    /// What it records that the lock of before did not, a line each.
    pub added: Vec<String>,
}

/// The lock that records the present of a connector as released, and goes on recording what was released before. The model has been
/// checked against the lock of before.
pub fn record(model: &Model, sources: &Sources) -> Locked {
    let present = present::record(model);
    let before = sources.lock().and_then(|file| read::read(file, Some(&present), sources, &mut Diagnostics::default()));
    let all = match &before {
        Some(before) => retain::with_past(before, present),
        None => present,
    };
    let added = retain::added(before.as_ref(), &all);
    Locked { text: write::text(&all), added }
}

/// A lock's text without what is named (API versions, modules, connections), and the names that it does not have. Nothing when there is no
/// lock, or one that cannot be read.
pub fn without(sources: &Sources, names: &[String], diagnostics: &mut Diagnostics) -> Option<(String, Vec<String>)> {
    let released = read::read(sources.lock()?, None, sources, diagnostics)?;
    let unknown = names.iter().filter(|name| !released.has(name)).cloned().collect();
    Some((write::text(&retain::without(released, names)), unknown))
}

fn another(model: &Model, released: &Record) -> Diagnostic {
    let (was, is) = (&released.connector, &model.connector.name);
    Diagnostic::new(codes::LOCK_OF_ANOTHER, model.connector.span, format!("the lock is that of `{was}`, and this is `{is}`"))
        .here(format!("called `{is}`"))
        .also(released.place, format!("released as `{was}`"))
        .help(format!("call the connector `{was}` again: stored steps name it; or delete the lock if it is another's"))
}
