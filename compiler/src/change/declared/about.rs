//! Whether a finding is about what a change is declared of. Names are the spec's or the wire's, on either side; what is written in place
//! has no name of its own, and goes by the operation in which it is felt.

use super::Declared;
use crate::change::findings::{Finding, Part, Side, Site};

/// Is it about the subject itself?
pub(super) fn subject(finding: &Finding, declared: &Declared) -> bool {
    declared.subject.is_empty() || names(declared).any(|name| is_named(finding, declared, name))
}

/// Is it felt in an operation of the subject's module?
pub(super) fn operation(finding: &Finding, declared: &Declared) -> bool {
    finding.sites.iter().any(|site| declared.exchanges.contains(&site.operation))
}

/// Is everything of it felt inside the subject?
pub(super) fn inside(finding: &Finding, declared: &Declared) -> bool {
    let is_type = !declared.subject.contains('.') && declared.exchanges.is_empty();
    let elsewhere = |site: &Site| !declared.exchanges.is_empty() && !declared.exchanges.contains(&site.operation);
    let passes = |site: &Site| !elsewhere(site) && names(declared).any(|name| steps(site).any(|step| letters(step) == letters(leaf(name))));
    !is_type && !finding.sites.is_empty() && finding.sites.iter().all(passes)
}

fn names(declared: &Declared) -> impl Iterator<Item = &String> {
    std::iter::once(&declared.subject).chain(&declared.also)
}

fn leaf(name: &str) -> &str {
    name.rsplit(['.', ' ']).next().unwrap_or_default()
}

fn is_named(finding: &Finding, declared: &Declared, name: &String) -> bool {
    let (sides, leaf) = ([&finding.old, &finding.new], leaf(name));
    let whole = |side: &&Side| side.spec_name.as_ref() == Some(name) || side.text == *name || side.path == *name;
    let in_owner = |side: &&Side| !side.path.is_empty() && letters(&side.path) == letters(name);
    if sides.iter().any(whole) || sides.iter().any(in_owner) {
        return true;
    }
    if name == leaf && !declared.exchanges.is_empty() {
        return operation(finding, declared);
    }
    let called = |text: &str| letters(text) == letters(leaf);
    let by_side = sides.iter().any(|side| side.spec_name.as_deref().is_some_and(called) || called(&side.text));
    let by_site = || finding.sites.iter().any(|site| steps(site).last().is_some_and(called));
    // Where the owner has no name on either side, as in a body or a description, the member's own has to do.
    let bare = sides.iter().all(|side| !side.path.contains('.'));
    (by_side || called(&finding.name) || by_site()) && bare && (declared.exchanges.is_empty() || operation(finding, declared))
}

/// The names on the way to a site, the parameter's included.
fn steps(site: &Site) -> impl Iterator<Item = &str> {
    let parameter = match &site.part {
        Part::Parameter(name) => name.split(' ').nth(1),
        _ => None,
    };
    parameter.into_iter().chain(site.path.split('.').map(|step| step.trim_end_matches("[]")).filter(|step| !step.is_empty()))
}

/// A name without what tells its parts from each other: types that are written in place are called after where they stand.
fn letters(name: &str) -> String {
    name.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
