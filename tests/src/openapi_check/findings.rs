//! What was found, and what of it a person has accepted.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// One difference between a spec and the owner's document.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// A module, an input (`issues.create.title`), a type's field (`Issue.labels`) or an enum's value.
    pub place: String,
    /// What differs. "Here" is the spec, "there" the document.
    pub saying: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.saying)
    }
}

/// A difference that is meant.
#[derive(Clone, Copy, Debug)]
pub struct Exception {
    /// Which places; `*` stands for any text.
    pub place: &'static str,
    /// Which differences; `*` stands for any text.
    pub saying: &'static str,
    /// Why the spec is right all the same.
    pub why: &'static str,
}

/// What became of all findings.
#[derive(Debug, Default)]
pub struct Verdict {
    /// Findings that are meant, each with its reason.
    pub accepted: Vec<(Finding, &'static str)>,
    /// Findings that are not.
    pub unexpected: Vec<Finding>,
    /// Exceptions that no finding needs any more.
    pub unused: Vec<Exception>,
}

/// Holds findings against exceptions.
pub fn judge(findings: Vec<Finding>, exceptions: &[Exception]) -> Verdict {
    let mut verdict = Verdict::default();
    let mut used = vec![false; exceptions.len()];
    for finding in findings {
        match exceptions.iter().position(|one| matches(one.place, &finding.place) && matches(one.saying, &finding.saying)) {
            Some(index) => {
                used[index] = true;
                verdict.accepted.push((finding, exceptions[index].why));
            }
            None => verdict.unexpected.push(finding),
        }
    }
    verdict.unused = exceptions.iter().zip(used).filter(|(_, used)| !used).map(|(one, _)| *one).collect();
    verdict
}

/// Does the text match a pattern in which `*` stands for any text?
fn matches(pattern: &str, text: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(text) = text.strip_prefix(head) else { return false };
    (0..=text.len()).filter(|at| text.is_char_boundary(*at)).any(|at| matches(rest, &text[at..]))
}

/// Findings while they are gathered.
#[derive(Default)]
pub(super) struct Findings {
    certain: BTreeSet<Finding>,
    /// Missing at one of the places where a shared type is used: a finding only if it is nowhere.
    missing: BTreeMap<String, String>,
    present: BTreeSet<String>,
}

impl Findings {
    /// A difference.
    pub(super) fn add(&mut self, place: &str, saying: impl Into<String>) {
        self.certain.insert(Finding { place: place.to_owned(), saying: saying.into() });
    }

    /// Something optional that one use of a shared type does not have.
    pub(super) fn missing(&mut self, place: &str, saying: impl Into<String>) {
        self.missing.insert(place.to_owned(), saying.into());
    }

    /// One use of a shared type has it.
    pub(super) fn present(&mut self, place: &str) {
        self.present.insert(place.to_owned());
    }

    /// All that differs.
    pub(super) fn into_list(self) -> Vec<Finding> {
        let Findings { mut certain, missing, present } = self;
        let nowhere = missing.into_iter().filter(|(place, _)| !present.contains(place));
        certain.extend(nowhere.map(|(place, saying)| Finding { place, saying }));
        certain.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(place: &str) -> Finding {
        Finding { place: place.to_owned(), saying: "is not there".to_owned() }
    }

    #[test]
    fn a_star_stands_for_any_text() {
        assert!(matches("*.token", "chat.update.token"));
        assert!(matches("chat.*.ts", "chat.update.ts"));
        assert!(!matches("chat.*.ts", "chat.update.ts2"));
        assert!(!matches("chat", "chat.update"));
    }

    #[test]
    fn an_exception_is_used_or_it_is_reported() {
        let exceptions =
            [Exception { place: "a.*", saying: "*", why: "it is meant" }, Exception { place: "c", saying: "*", why: "it was meant once" }];
        let verdict = judge(vec![finding("a.b"), finding("b")], &exceptions);
        assert_eq!(verdict.accepted, [(finding("a.b"), "it is meant")]);
        assert_eq!(verdict.unexpected, [finding("b")]);
        assert_eq!(verdict.unused.iter().map(|one| one.place).collect::<Vec<_>>(), ["c"]);
    }

    #[test]
    fn what_one_use_has_is_not_missing() {
        let mut findings = Findings::default();
        findings.missing("Team.members", "is not there");
        findings.missing("Team.owner", "is not there");
        findings.present("Team.members");
        assert_eq!(findings.into_list(), [finding("Team.owner")]);
    }
}
