//! Which of what is gone goes with which of what is new: only where each is clearly the other's best.

use super::{Case, SURE};

/// By how much the best must be ahead of the next, in percent.
const AHEAD: u32 = 8;
/// More than this on both sides together is a rewrite, in which likenesses mean nothing.
const MOST: usize = 4000;

/// Pairs of positions with the case for each. `judge` gives none where it cannot be.
pub(crate) fn unique_best(old: usize, new: usize, mut judge: impl FnMut(usize, usize) -> Option<Case>) -> Vec<(usize, usize, Case)> {
    if old == 0 || new == 0 || old * new > MOST * MOST {
        return Vec::new();
    }
    let mut cases: Vec<(usize, usize, Case)> = Vec::new();
    for one in 0..old {
        for two in 0..new {
            cases.extend(judge(one, two).filter(|case| case.confidence() >= SURE).map(|case| (one, two, case)));
        }
    }
    // The surest first; among equals the first in the sources.
    cases.sort_by_key(|(one, two, case)| (std::cmp::Reverse(case.confidence()), *one, *two));
    let mut chosen: Vec<(usize, usize, Case)> = Vec::new();
    for at in 0..cases.len() {
        let (one, two, case) = &cases[at];
        let taken = |old: usize, new: usize| chosen.iter().any(|(a, b, _)| *a == old || *b == new);
        if taken(*one, *two) {
            continue;
        }
        let rival = cases
            .iter()
            .filter(|(a, b, _)| (a == one) != (b == two))
            .filter(|(a, b, _)| !taken(*a, *b))
            .map(|(.., case)| case.confidence())
            .max();
        if rival.is_none_or(|rival| case.confidence() >= rival + AHEAD) {
            chosen.push((*one, *two, case.clone()));
        }
    }
    chosen.sort_by_key(|(one, two, _)| (*one, *two));
    chosen
}
