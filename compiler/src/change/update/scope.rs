//! Which operations of a description a spec is to have: those that it has, and of the others those that are wanted.

use std::collections::HashSet;

use super::{Wanted, key_of};
use crate::change::recognise::operations::pair;
use crate::change::surface::{Surface, anonymous, holes};
use crate::import::document::Document;
use crate::import::spec::wants;

/// What belongs to a spec.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// New operations that are taken in, as findings call them: `GET /pets`.
    pub taken: HashSet<String>,
    /// Those that are not.
    pub uncovered: Vec<String>,
}

/// Which new operations are taken in. Those that globs name; without globs all that the owner added since the older description, or, where that
/// is not known, all of them if the spec has more than half of what there is: so much is no selection.
pub(super) fn of(old: &Surface, fresh: &Surface, before: Option<&Surface>, document: &Document<'_>, wanted: &Wanted) -> Scope {
    let mut new = fresh.clone();
    align(old, &mut new);
    let pairing = pair(old, &new, false);
    let covered = new.operations.len() - pairing.fresh.len();
    let known: Option<HashSet<String>> = before.map(|before| before.operations.iter().map(key_of).collect());
    let most = |covered: usize, all: usize| covered * 2 > all;
    // A selection stays one: what the owner adds to the rest is not wanted either.
    let whole = match &known {
        Some(known) => most(old.operations.iter().filter(|one| known.contains(&key_of(one))).count(), known.len()),
        None => most(covered, new.operations.len()),
    };
    let mut scope = Scope::default();
    for at in pairing.fresh {
        let operation = &new.operations[at];
        let name = format!("{} {}", operation.method, operation.path);
        let told = || document.operations.iter().find(|one| one.method == operation.method && one.path == fresh.operations[at].path);
        let is_wanted = match (&wanted.only[..], &known) {
            ([], Some(known)) => whole && !known.contains(&key_of(operation)),
            ([], None) => whole,
            (globs, _) => told().is_some_and(|one| wants(globs, one)),
        };
        if is_wanted {
            scope.taken.insert(name);
        } else {
            scope.uncovered.push(name);
        }
    }
    scope
}

/// A spec may divide an address otherwise between server and path, and call the holes otherwise: what makes the same call gets the same path.
pub(super) fn align(old: &Surface, new: &mut Surface) {
    let pairing = pair(old, new, true_address(old, new));
    for (one, two) in pairing.same {
        let (before, after) = (&old.operations[one], &mut new.operations[two]);
        let same_holes = holes(&before.path).len() == holes(&after.path).len();
        if same_holes && before.path != after.path && anonymous(&before.path) != anonymous(&after.path) {
            after.path.clone_from(&before.path);
        }
    }
}

/// Do the two divide addresses otherwise?
fn true_address(old: &Surface, new: &Surface) -> bool {
    let base = |surface: &Surface| surface.servers.first().map(|server| server.url.clone());
    base(old) != base(new)
}
