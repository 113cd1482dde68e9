//! Findings as edits, where the newer side is another spec of the same API with names of its own: what is written there is taken over, and
//! what has a name here keeps it. Which is which tells the wire.

mod members;
mod modules;
mod scripts;
mod texts;
mod unions;

pub use texts::with_texts;

use std::collections::{HashMap, HashSet};

use super::foreign::{Foreign, Taken};
use super::members::{Call, Members};
use super::proposal::Proposal;
use super::wire::{Found, Wire};
use crate::change::findings::{Finding, Part, Site};
use crate::change::surface::Surface;
use crate::diagnostics::Edit;
use crate::source::{Sources, Span};
use crate::syntax::ast::{File, Item};

/// A newer spec, and how it goes together with this one.
pub struct Newer<'a> {
    pub(super) sources: &'a Sources,
    pub(super) files: &'a [File],
    /// Operations as findings call them, `GET /pets`, with the modules that make them: here and there.
    pub(super) modules: HashMap<String, Vec<(String, String)>>,
    /// Named types, here and there.
    pub(super) types: Vec<(String, String)>,
}

impl<'a> Newer<'a> {
    /// `pairs` are positions of operations that are the same, in the surfaces.
    pub fn new(
        sources: &'a Sources,
        files: &'a [File],
        pairs: &[(usize, usize)],
        (old, new): (&Surface, &Surface),
        types: Vec<(String, String)>,
    ) -> Self {
        let mut modules: HashMap<String, Vec<(String, String)>> = HashMap::new();
        for (one, two) in pairs {
            let after = &new.operations[*two];
            let ids = (old.operations[*one].id.clone().unwrap_or_default(), after.id.clone().unwrap_or_default());
            modules.entry(format!("{} {}", after.method, after.path)).or_default().push(ids);
        }
        Self { sources, files, modules, types }
    }
}

/// Makes proposals.
pub(super) struct Follower<'f> {
    spec: &'f Sources,
    files: &'f [File],
    members: &'f Members<'f>,
    here: Wire<'f>,
    newer: &'f Newer<'f>,
    theirs: Members<'f>,
    there: Wire<'f>,
    foreign: Foreign<'f>,
    connections: HashSet<&'f str>,
}

impl<'f> Follower<'f> {
    pub(super) fn new(spec: &'f Sources, files: &'f [File], members: &'f Members<'f>, newer: &'f Newer<'f>) -> Self {
        let mut own = HashSet::new();
        files.iter().for_each(|file| item_names(&file.items, &mut own));
        let items = files.iter().flat_map(|file| &file.items);
        let connections = items.filter_map(|item| if let Item::Connection(one) = item { Some(one.name.value.as_str()) } else { None });
        let (here, there) = (Wire::of(files), Wire::of(newer.files));
        // What is written in place has a name for the compiler only, and a union takes no struct's place.
        let is_pair = |(one, two): &&(String, String)| match (here.named(one, ""), there.named(two, "")) {
            (Some((one, _)), Some((two, _))) => std::mem::discriminant(&one) == std::mem::discriminant(&two),
            _ => false,
        };
        let mut pairs: Vec<(String, String)> = newer.types.iter().filter(is_pair).cloned().collect();
        let alike = here.alike(&there, &pairs);
        pairs.extend(alike);
        Self {
            spec,
            files,
            members,
            here,
            newer,
            theirs: Members::of(newer.files),
            there,
            foreign: Foreign::new(newer.files, newer.sources, &pairs, &own),
            connections: connections.collect(),
        }
    }

    /// The items that are needed and not here.
    pub(super) fn missing(&self, needs: &[String]) -> Vec<(String, String)> {
        self.foreign.missing(needs)
    }

    /// What another proposal does with a module's input, done in its examples and tests too.
    pub(super) fn with_scripts(&self, finding: &Finding, mut proposal: Proposal) -> Proposal {
        let id = finding.kind.id;
        let member = finding.old.place.and_then(|place| self.members.at(place));
        let Some(member) = member.filter(|member| self.members.calls.iter().any(|call| call.name == member.owner)) else { return proposal };
        let (owner, name) = (&member.owner, &member.name.value);
        let edits = if id.contains("-removed") {
            self.given_no_more(owner, name)
        } else if id.contains("-renamed") {
            let now = finding.new.spec_name.clone().unwrap_or_else(|| crate::change::statement::snake(&finding.new.text));
            self.given_as(owner, name, &now)
        } else if id.contains("became-required") {
            self.field_there(finding).map(|theirs| self.given_too(owner, name, theirs.field)).unwrap_or_default()
        } else {
            Vec::new()
        };
        proposal.edits.extend(edits);
        proposal
    }

    /// The proposal for a finding; none where it is not for this file to make.
    pub(super) fn of(&self, finding: &Finding) -> Option<Proposal> {
        let id = finding.kind.id;
        let id = id.strip_prefix("request-").or_else(|| id.strip_prefix("response-")).unwrap_or(id);
        let is_member = id.starts_with("field-") || id.starts_with("parameter-");
        match id {
            "operation-added" => self.module_added(finding),
            "operation-deprecated" | "operation-deprecated-with-sunset" => self.module_deprecated(finding),
            "field-renamed" | "parameter-renamed" => self.member_renamed(finding),
            "operation-reactivated" => self.module_undeprecated(finding),
            "field-reactivated" | "parameter-reactivated" => self.member_undeprecated(finding),
            id if id.starts_with("sunset-") => self.module_sunset(finding),
            "server-changed" => self.server(finding),
            "page-scheme-changed" | "paging-added" | "paging-removed" => self.page(finding),
            "body-added" | "body-required-added" => self.body_added(finding),
            "body-removed" => self.body_removed(finding),
            id if id.contains("success-status") || id.starts_with("media-type") => match finding.sites.first()?.part {
                Part::Body(_) => self.body_replaced(finding),
                _ => self.answers(finding),
            },
            id if is_member && id.contains("deprecated") => self.member_deprecated(finding),
            id if is_member && id.contains("added") => self.member_added(finding),
            "became-list" | "became-single" if finding.evidence.is_some() => self.member_replaced(finding),
            id if id.starts_with("default-") => self.default(finding),
            "parameter-style-changed" => self.style(finding),
            "became-nullable" | "became-not-nullable" => self.nullable(finding, id == "became-nullable"),
            id if id.contains("value-added") && !id.starts_with("tag") => self.value_added(finding).or_else(|| self.retyped(finding)),
            id if id.starts_with("one-of-") || id.starts_with("any-of-") || id.starts_with("tag-") => {
                self.union(finding).or_else(|| self.retyped(finding))
            }
            // A value of an enum is a thing of its own, which the others know what to do with.
            id if id.contains("value-") && self.is_value(finding) => None,
            id if is_of_type(id) => self.retyped(finding),
            _ => None,
        }
    }

    fn is_value(&self, finding: &Finding) -> bool {
        let member = finding.old.place.and_then(|place| self.members.at(place));
        member.is_some_and(|member| matches!(member.what, super::members::What::Value(_)))
    }

    fn text(&self, span: Span) -> &str {
        self.spec.text(span)
    }

    fn their_text(&self, span: Span) -> &str {
        self.newer.sources.text(span)
    }

    /// The modules of a site, here and there.
    fn modules(&self, site: &Site) -> Option<(&Call<'f>, &Call<'f>)> {
        let (here, there) = self.newer.modules.get(&site.operation)?.first()?;
        let called = |members: &'_ Members<'f>, name: &str| members.calls.iter().position(|call| call.name == *name);
        Some((&self.members.calls[called(self.members, here)?], &self.theirs.calls[called(&self.theirs, there)?]))
    }

    /// The field that a finding is about, here.
    fn field_here(&self, finding: &Finding) -> Option<Found<'f>> {
        let by_site = finding.sites.iter().find_map(|site| {
            let (here, _) = self.modules(site)?;
            self.here.field((&here.name, here.module), site)
        });
        by_site.or_else(|| {
            let member = self.members.at(finding.old.place?)?;
            let super::members::What::Field(field, _) = &member.what else { return None };
            Some(Found { owner: member.owner.clone(), field })
        })
    }

    /// The same there.
    fn field_there(&self, finding: &Finding) -> Option<Found<'f>> {
        finding.sites.iter().find_map(|site| {
            let (_, there) = self.modules(site)?;
            self.there.field((&there.name, there.module), site)
        })
    }
}

/// Says that another type is needed.
fn is_of_type(id: &str) -> bool {
    let starts = [
        "type-",
        "became-list",
        "became-single",
        "became-enum",
        "no-longer-enum",
        "constant-",
        "maximum",
        "minimum",
        "max-",
        "min-",
        "exclusive-",
        "pattern",
        "unique",
        "one-of-",
        "any-of-",
        "became-choice",
        "no-longer-choice",
        "value-",
        "values-",
        "tag-",
        "multiple",
        "extensible-",
        "closed",
        "opened",
    ];
    starts.iter().any(|start| id.starts_with(start))
}

fn item_names(items: &[Item], names: &mut HashSet<String>) {
    for item in items {
        match item {
            Item::Type(item) => names.insert(item.name.value.clone()),
            Item::Enum(item) => names.insert(item.name.value.clone()),
            Item::Union(item) => names.insert(item.name.value.clone()),
            Item::Mixin(item) => names.insert(item.name.value.clone()),
            Item::Group(group) => {
                item_names(&group.items, names);
                continue;
            }
            _ => continue,
        };
    }
}

fn replace(span: Span, text: impl Into<String>) -> Edit {
    Edit { span, text: text.into() }
}

fn behind(span: Span) -> Span {
    Span { start: span.end, ..span }
}

/// Between two spans.
fn between(one: Span, two: Span) -> Span {
    Span { start: one.end, end: two.start, ..one }
}

fn proposal(edits: Vec<Edit>, statement: String, taken: Taken) -> Option<Proposal> {
    let mut proposal = Proposal::new(edits, statement)?;
    proposal.needs = taken.needs;
    Some(proposal)
}
