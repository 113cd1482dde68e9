//! Which of what is gone goes with which of what is new: only where each is clearly the other's best.

use super::{Case, SURE};

/// By how much the best must be ahead of the next, in percent.
const AHEAD: u32 = 8;
/// With more pairs than this to judge, it is a rewrite, in which likenesses mean nothing.
const MOST: usize = 1_500_000;

/// Pairs of positions with the case for each. `judge` gives none where it cannot be.
pub(crate) fn unique_best(old: usize, new: usize, mut judge: impl FnMut(usize, usize) -> Option<Case>) -> Vec<(usize, usize, Case)> {
    if old == 0 || new == 0 || old * new > MOST {
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
    let mut rivals = Rivals::of(&cases, old, new);
    let mut chosen: Vec<(usize, usize, Case)> = Vec::new();
    for (one, two, case) in &cases {
        if rivals.old_taken[*one] || rivals.new_taken[*two] {
            continue;
        }
        if rivals.best_besides(*one, *two, &cases).is_none_or(|rival| case.confidence() >= rival + AHEAD) {
            rivals.old_taken[*one] = true;
            rivals.new_taken[*two] = true;
            chosen.push((*one, *two, case.clone()));
        }
    }
    chosen.sort_by_key(|(one, two, _)| (*one, *two));
    chosen
}

/// Which cases are about which positions, the surest first.
struct Rivals {
    by_old: Vec<Vec<usize>>,
    by_new: Vec<Vec<usize>>,
    old_taken: Vec<bool>,
    new_taken: Vec<bool>,
}

impl Rivals {
    fn of(cases: &[(usize, usize, Case)], old: usize, new: usize) -> Self {
        let (mut by_old, mut by_new) = (vec![Vec::new(); old], vec![Vec::new(); new]);
        for (at, (one, two, _)) in cases.iter().enumerate() {
            by_old[*one].push(at);
            by_new[*two].push(at);
        }
        Self { by_old, by_new, old_taken: vec![false; old], new_taken: vec![false; new] }
    }

    /// How sure the best other case for either position is, among what is not taken.
    fn best_besides(&self, one: usize, two: usize, cases: &[(usize, usize, Case)]) -> Option<u32> {
        let free = |at: &&usize| {
            let (old, new, _) = &cases[**at];
            (*old, *new) != (one, two) && !self.old_taken[*old] && !self.new_taken[*new]
        };
        let best = |list: &[usize]| list.iter().find(free).map(|at| cases[*at].2.confidence());
        best(&self.by_old[one]).max(best(&self.by_new[two]))
    }
}

#[cfg(test)]
mod tests {
    use super::{Case, unique_best};

    fn sure(percent: u32) -> Option<Case> {
        let mut case = Case::default();
        case.weigh(100, percent * 10, || "so it is said".into());
        Some(case)
    }

    #[test]
    fn only_what_is_clearly_best_is_paired() {
        let pairs = |table: &[&[u32]]| -> Vec<(usize, usize)> {
            let found = unique_best(table.len(), table[0].len(), |one, two| sure(table[one][two]));
            found.into_iter().map(|(one, two, _)| (one, two)).collect()
        };
        assert_eq!(pairs(&[&[90, 10], &[10, 80]]), [(0, 0), (1, 1)]);
        assert_eq!(pairs(&[&[90, 88]]), [], "two that are as good as each other are none");
        assert_eq!(pairs(&[&[90, 70], &[88, 70]]), [], "nor may one be taken by two");
        assert_eq!(pairs(&[&[95, 70], &[70, 70]]), [(0, 0), (1, 1)], "what is taken is no rival any more");
        assert_eq!(pairs(&[&[60]]), [], "not sure enough");
        assert_eq!(unique_best(2000, 2000, |_, _| sure(99)).len(), 0, "a rewrite");
    }
}
