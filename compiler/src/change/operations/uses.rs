//! Where a type of a spec is used and what was found of it is not so. Types of a spec serve several operations, and what one operation's
//! description says of a type need not hold for the others; whoever edits the type must know.

use std::collections::{HashMap, HashSet};

use super::{Exchange, Found};
use crate::change::compare::Comparer;
use crate::change::findings::Site;

/// Notes with each finding the uses of the same old shape that show no such difference. All shapes have been compared.
pub(super) fn note(found: &mut Found, exchanges: &[Exchange<'_>], comparer: &Comparer<'_>) {
    let mut others: HashMap<usize, Vec<usize>> = HashMap::new();
    let mut wanted: HashSet<usize> = HashSet::new();
    for ((key, _), finding) in &found.shared {
        let unlike = comparer.unlike(*key);
        wanted.extend(&unlike);
        others.entry(*finding).or_default().extend(unlike);
    }
    if wanted.is_empty() {
        return;
    }
    let uses = uses(exchanges, comparer, &wanted);
    for (finding, pairs) in others {
        let sites = pairs.iter().flat_map(|pair| uses.get(pair).into_iter().flatten().cloned());
        let unlike = &mut found.list[finding].unlike;
        unlike.extend(sites);
        unlike.sort();
        unlike.dedup();
    }
}

/// Where each of these pairs is used.
fn uses(exchanges: &[Exchange<'_>], comparer: &Comparer<'_>, wanted: &HashSet<usize>) -> HashMap<usize, Vec<Site>> {
    let mut uses: HashMap<usize, Vec<Site>> = HashMap::new();
    for exchange in exchanges {
        for root in &exchange.roots {
            for (pair, path) in comparer.below(root.pair).into_iter().filter(|(pair, _)| wanted.contains(pair)) {
                let site = Site { operation: exchange.name.clone(), part: root.part.clone(), path };
                uses.entry(pair).or_default().push(site);
            }
        }
    }
    uses
}
