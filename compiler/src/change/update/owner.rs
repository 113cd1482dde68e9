//! Which differences between a spec and a newer description are the owner's. With the owner's older description that is known. Without it, what
//! is new and what the description contradicts is the owner's; where the spec only says more than the description, or asks for less, a person may
//! have meant it, and it stays.

use super::marks::Marks;
use super::{Fresh, Scope};
use crate::change::findings::{Finding, Part, Report, Site};
use crate::change::surface::Surface;
use crate::change::{Options, diff};

pub(super) struct Owner<'o> {
    pub(super) described: &'o Surface,
    pub(super) before: Option<&'o Fresh>,
    pub(super) scope: &'o Scope,
}

/// New in the description, whatever stands in the spec.
const NEW: &[&str] = &[
    "field-added",
    "field-required-added",
    "field-required-added-with-default",
    "parameter-added",
    "parameter-required-added",
    "parameter-required-added-with-default",
    "value-added",
    "value-added-to-closed",
    "extensible-value-added",
    "one-of-added",
    "any-of-added",
    "became-enum",
    "server-changed",
    "body-added",
    "body-required-added",
    "operation-deprecated",
    "operation-deprecated-with-sunset",
    "field-deprecated",
    "field-deprecated-with-sunset",
    "parameter-deprecated",
    "parameter-deprecated-with-sunset",
];

/// What a person may have said on purpose, and no description says: only what the owner took back since the older description counts.
const TOLD_BY_PEOPLE: &[&str] = &[
    "operation-reactivated",
    "field-reactivated",
    "parameter-reactivated",
    "sunset-removed",
    "paging-removed",
    "page-total-removed",
    // Few descriptions tell of deliveries.
    "event-removed",
];

impl Owner<'_> {
    /// Leaves the owner's in the report, and gives the others.
    pub(super) fn sift(&self, report: &mut Report, old: &Surface, new: &Surface, marks: &Marks<'_>) -> Vec<Finding> {
        let (owners, kept): (Vec<Finding>, Vec<Finding>) = {
            let contradicted = match self.before {
                Some(before) => {
                    let mut after = new.clone();
                    super::scope::align(&before.surface, &mut after);
                    diff(&before.surface, &after, &Options::default()).findings
                }
                None => diff(old, self.described, &Options::default()).findings,
            };
            let all = std::mem::take(&mut report.findings).into_iter().filter(|one| self.is_in_scope(one));
            all.partition(|one| !marks.keep(one) && self.is_owners(one, &contradicted))
        };
        report.findings = owners;
        kept
    }

    /// What is ours to say, and operations that nobody asked for, are no difference at all.
    fn is_in_scope(&self, finding: &Finding) -> bool {
        let id = finding.kind.id;
        match id {
            "operation-added" => finding.sites.iter().any(|site| self.scope.taken.contains(&site.operation)),
            "operation-renamed" | "path-parameter-renamed" | "poll-order-changed" | "rate-limit-changed" => false,
            // Operations share what the spec says of their errors, whatever each says of its own.
            _ if !finding.unlike.is_empty() && finding.sites.iter().all(is_of_error) => false,
            _ => !id.starts_with("version-") && !id.starts_with("response-error-") && !id.starts_with("response-header-"),
        }
    }

    fn is_owners(&self, finding: &Finding, others: &[Finding]) -> bool {
        let id = stem(finding.kind.id);
        if finding.kind.id == "operation-added" {
            return true;
        }
        if self.before.is_some() {
            return others.iter().any(|one| is_announced(one, finding));
        }
        // Of a type that people refined the description knows less, not more.
        let is_plain = !finding.old.text.contains(['(', '|']);
        let is_finer = id == "type-narrowed" && is_plain;
        let is_new = NEW.contains(&id) || is_finer || is_bound(id) && !id.ends_with("-removed");
        is_new || !TOLD_BY_PEOPLE.contains(&id) && others.iter().any(|one| is_same(one, finding))
    }
}

/// The same difference, found between the owner's descriptions: what is there now stands at one place, what is gone was felt there.
fn is_announced(one: &Finding, other: &Finding) -> bool {
    let same_kind = stem(one.kind.id) == stem(other.kind.id)
        || family(stem(one.kind.id)).is_some_and(|family| Some(family) == self::family(stem(other.kind.id)));
    let same_place = one.new.place.is_some() && one.new.place == other.new.place;
    let in_common = || one.sites.iter().any(|site| other.sites.iter().any(|other| felt_alike(site, other)));
    same_kind && (same_place || in_common())
}

fn is_of_error(site: &Site) -> bool {
    matches!(&site.part, Part::Answer(status, _) if !status.starts_with('2'))
}

/// A bound that the description has.
fn is_bound(id: &str) -> bool {
    ["maximum", "minimum", "max-", "min-", "exclusive-", "pattern-", "unique-"].iter().any(|start| id.starts_with(start))
}

/// The same difference, found with the spec and with the description.
fn is_same(one: &Finding, other: &Finding) -> bool {
    let (kinds, places) = ((stem(one.kind.id), stem(other.kind.id)), (one.old.place, other.old.place));
    let same_kind = kinds.0 == kinds.1 || family(kinds.0).is_some() && family(kinds.0) == family(kinds.1);
    let same_name = one.name == other.name;
    let in_common = || one.sites.iter().any(|site| other.sites.iter().any(|other| felt_alike(site, other)));
    same_kind && (places.0.is_some() && places.0 == places.1 || same_name && in_common())
}

fn felt_alike(one: &Site, other: &Site) -> bool {
    let is_same_part = std::mem::discriminant(&one.part) == std::mem::discriminant(&other.part);
    one.operation == other.operation && is_same_part && one.path == other.path
}

/// Kinds that tell of one thing in different words.
fn family(id: &str) -> Option<&'static str> {
    let families =
        ["became-required", "type-", "field-removed", "parameter-removed", "operation-removed", "one-of-", "status", "page", "paging"];
    families.into_iter().find(|family| id.contains(family) || *family == "field-removed" && id == "field-required-removed")
}

fn stem(id: &str) -> &str {
    id.strip_prefix("request-").or_else(|| id.strip_prefix("response-")).unwrap_or(id)
}
