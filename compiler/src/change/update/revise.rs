//! What was released and is another now, where no API version came: the module gets its next revision, as the lock asks for it. What only a person
//! can say stays a question in the block.

use crate::diagnostics::{Diagnostics, Fix, Severity, codes};
use crate::source::{FileId, Sources};
use crate::syntax::{edit, print};

/// So often the lock is asked again: a revision may want another.
const ROUNDS: usize = 4;

/// The spec with the blocks that its lock asks for; as it was where they would not do.
pub(super) fn revised(sources: Sources) -> Sources {
    let mut best = sources;
    for _ in 0..ROUNDS {
        let mut diagnostics = Diagnostics::default();
        crate::check(&best, &mut diagnostics);
        let fixes: Vec<Fix> =
            diagnostics.sorted(&best).into_iter().filter(|one| is_of_lock(one)).filter_map(|one| one.fix.clone()).collect();
        let Some(next) = with(&best, &fixes) else { break };
        let mut after = Diagnostics::default();
        crate::check(&next, &mut after);
        let is_sound = after
            .sorted(&next)
            .into_iter()
            .all(|one| one.severity() != Severity::Error || is_of_lock(one) || one.code == codes::INCOMPLETE_UPGRADE);
        if !is_sound {
            break;
        }
        best = next;
    }
    best
}

fn is_of_lock(one: &crate::diagnostics::Diagnostic) -> bool {
    one.severity() == Severity::Error && one.code.id.starts_with("P10")
}

/// Edits of one module are one fix each time; those that are in each other's way wait for the next round.
fn with(sources: &Sources, fixes: &[Fix]) -> Option<Sources> {
    let mut next = Sources::default();
    let mut applied = 0;
    for (id, file) in sources.iter() {
        let of = |id: FileId| fixes.iter().filter(move |fix| fix.edits.iter().all(|edit| edit.span.file == id));
        let (text, count) = edit::apply(id, &file.text, of(id));
        applied += count;
        let text = if count == 0 { text } else { print::format(id, &text, &mut Diagnostics::default())? };
        next.add(file.name.clone(), text);
    }
    if let Some(lock) = sources.lock() {
        next.add_lock(sources.file(lock).name.clone(), sources.file(lock).text.clone());
    }
    (applied > 0).then_some(next)
}
