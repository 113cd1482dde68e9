//! The rules that a spec must keep to, as a contents page. Each rule is one short function in the file of its subject.

use super::Model;
use crate::diagnostics::Diagnostics;
use crate::source::Sources;

/// Says which rules a resolved connector breaks.
pub fn check(model: &Model, sources: &Sources, diagnostics: &mut Diagnostics) {
    let _ = (model, sources, diagnostics);
}
