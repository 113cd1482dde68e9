//! A spec follows its owner's new description: what the description says is made a spec of its own, compared with the spec that there is,
//! and what the owner changed is edited in. What people made of the spec stays: which is which tells the wire.
//!
//! ```text
//! description ─▶ import ─▶ spec ─┐
//!                                ├─▶ diff ─▶ the owner's part of it ─▶ edits ─▶ spec
//! spec that there is ────────────┘
//! ```
//! It reads and writes no file.

mod marks;
mod owner;
mod report;
mod revise;
mod scope;
mod version;

use std::collections::BTreeSet;

use super::edit::{self, Coming, Edited, Newer, Open};
use super::findings::{Finding, Report};
use super::operations::key_of;
use super::recognise::operations::pair;
use super::surface::Surface;
use super::{Options, diff, from_description, from_spec};
use crate::diagnostics::Diagnostics;
use crate::import::document::Document;
use crate::import::spec::{self, Imported};
use crate::import::tree::Tree;
use crate::model::Model;
use crate::model::project::project;
use crate::model::resolve::names::Convention;
use crate::source::{FileId, Sources};
use crate::syntax::ast::{Date, Item};
use crate::syntax::parse_all;
use marks::Marks;
use owner::Owner;
pub use report::{json as report_json, text as report_text};
pub use scope::Scope;

/// So often the result is compared again: what one edit made room for is found the next time.
const ROUNDS: usize = 6;

/// An owner's description.
#[derive(Clone, Copy)]
pub struct Described<'d, 'n> {
    /// What it says.
    pub document: &'d Document<'n>,
    /// Where that is written.
    pub tree: &'n Tree,
}

/// What is wanted of an update.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// New operations to take in: globs over ids, paths and `tag/id`. Without any it depends on how much of the description the spec has.
    pub only: Vec<String>,
    /// The name of the API version that the description is of; concluded from both unless given.
    pub version: Option<String>,
    /// When it was released.
    pub released: Option<Date>,
    /// What the owner announced.
    pub title: Option<String>,
    /// The owner's texts take the place of those in the spec.
    pub docs: bool,
}

/// What became of a spec.
#[derive(Debug)]
pub struct Updated {
    /// All files, as they are to be.
    pub sources: Sources,
    /// Those that are others than before.
    pub changed: Vec<FileId>,
    /// The version whose change was written; none where the present was edited.
    pub version: Option<String>,
    /// What was written.
    pub written: Vec<Finding>,
    /// What is left to a person.
    pub left: Vec<Open>,
    /// Where the spec says more or something else, and the description does not contradict it.
    pub kept: Vec<Finding>,
    /// Operations of the description that the spec does not have and that were not asked for.
    pub uncovered: Vec<String>,
    /// Questions to users that were written, and that a person has to word: where they stand.
    pub questions: Vec<String>,
    /// What the compiler still asks for.
    pub asks: Diagnostics,
    /// What the description says and no spec can hold.
    pub imported: Imported,
    /// The texts that findings speak of after.
    pub after: Sources,
}

/// Makes a spec follow a description. With the owner's description before it is known what the owner changed; without it, what is new and what
/// the description contradicts is taken for it.
pub fn update(spec: &Sources, new: Described<'_, '_>, since: Option<Described<'_, '_>>, wanted: &Wanted) -> Result<Updated, String> {
    let first = crate::check(spec, &mut Diagnostics::default()).ok_or("the spec has mistakes")?;
    let rule = names_rule(spec);
    let fresh = Fresh::of(new, &first, rule)?;
    let before = since.map(|since| Fresh::of(since, &first, rule)).transpose()?;
    let described = from_description::surface(new.document, new.tree);
    let coming = version::coming(&first, &fresh.model, new.document, wanted);
    let mut result = Round { sources: spec.clone(), ..Round::default() };
    let mut scope = Scope::default();
    for round in 0..ROUNDS {
        let model = crate::check_alone(&result.sources).ok_or("the edited spec has mistakes")?;
        let old = newest(&model, &result.sources);
        if round == 0 {
            scope = scope::of(&old, &fresh.surface, before.as_ref().map(|before| &before.surface), new.document, wanted);
        }
        let owner = Owner { described: &described, before: before.as_ref(), scope: &scope };
        let next = one_round(&result, &old, &fresh, &owner, coming.as_ref())?;
        let goes_on = !next.1.changed.is_empty();
        result = result.with(next);
        if !goes_on {
            break;
        }
    }
    result.sources = with_texts(result.sources, &fresh, before.as_ref(), wanted.docs)?;
    let (sources, asks) = checked(&result.sources, spec, coming.is_none() && !result.written.is_empty());
    let changed = spec.iter().filter(|(id, file)| file.text != sources.file(*id).text).map(|(id, _)| id).collect();
    Ok(Updated {
        changed,
        version: coming.map(|coming| coming.name).filter(|_| !result.written.is_empty()),
        written: result.written,
        left: result.left,
        kept: result.kept,
        uncovered: scope.uncovered,
        questions: questions(spec, &sources),
        asks,
        imported: fresh.imported,
        after: fresh.sources,
        sources,
    })
}

/// A spec that was made of a description just now.
struct Fresh {
    imported: Imported,
    sources: Sources,
    model: Model,
    surface: Surface,
}

impl Fresh {
    /// In the spelling of a spec that there is.
    fn of(described: Described<'_, '_>, own: &Model, names: Option<&'static str>) -> Result<Self, String> {
        let options = spec::Options { name: Some(own.connector.name.clone()), names, ..spec::Options::default() };
        let imported = spec::spec(described.document, described.tree, &options);
        let mut sources = Sources::default();
        imported.files.iter().for_each(|(name, text)| {
            sources.add(name.clone(), text.clone());
        });
        let mut diagnostics = Diagnostics::default();
        let model = crate::check(&sources, &mut diagnostics).ok_or_else(|| {
            let first = diagnostics.sorted(&sources).into_iter().next().map(|one| one.message.clone()).unwrap_or_default();
            format!("no spec can be made of the description: {first}")
        })?;
        let surface = newest(&model, &sources);
        Ok(Self { imported, sources, model, surface })
    }
}

/// How the spec spells names on the wire.
fn names_rule(spec: &Sources) -> Option<&'static str> {
    let files = parse_all(spec, &mut Diagnostics::default());
    let connector =
        files.iter().flat_map(|file| &file.items).find_map(|item| if let Item::Connector(one) = item { Some(one) } else { None })?;
    let told = connector.names.as_ref().map_or("as_written", |names| names.value.as_str());
    Convention::of(told).map(Convention::word)
}

fn newest(model: &Model, sources: &Sources) -> Surface {
    from_spec::surface(&project(model, model.apis.len() - 1), sources)
}

#[derive(Default)]
struct Round {
    sources: Sources,
    written: Vec<Finding>,
    left: Vec<Open>,
    kept: Vec<Finding>,
}

impl Round {
    /// What is left and kept is told by the last that looked; what was written adds up.
    fn with(self, (report, edited, kept): (Report, Edited, Vec<Finding>)) -> Self {
        let open: BTreeSet<String> = edited.open.iter().map(|open| told(&open.finding)).collect();
        let mut written = self.written;
        if !edited.changed.is_empty() {
            written.extend(report.findings.into_iter().filter(|finding| !open.contains(&told(finding))));
        }
        Self { sources: edited.sources, written, left: edited.open, kept }
    }
}

fn told(finding: &Finding) -> String {
    format!("{} {} {:?}", finding.kind.id, finding.message, finding.sites)
}

fn one_round(
    before: &Round,
    old: &Surface,
    fresh: &Fresh,
    owner: &Owner<'_>,
    coming: Option<&Coming>,
) -> Result<(Report, Edited, Vec<Finding>), String> {
    let Paired { new, mut report, pairs } = Paired::of(old, fresh);
    let own = parse_all(&before.sources, &mut Diagnostics::default());
    let kept = owner.sift(&mut report, old, &new, &Marks::new(&before.sources, &own));
    let files = parse_all(&fresh.sources, &mut Diagnostics::default());
    let newer = Newer::new(&fresh.sources, &files, &pairs, (old, &new), report.types.clone());
    let edited = edit::follow(&before.sources, &report, &newer, &new, coming)?;
    Ok((report, edited, kept))
}

/// A spec and one that was made just now, held against each other.
struct Paired {
    new: Surface,
    report: Report,
    /// Operations that go together.
    pairs: Vec<(usize, usize)>,
}

impl Paired {
    fn of(old: &Surface, fresh: &Fresh) -> Self {
        let mut new = fresh.surface.clone();
        scope::align(old, &mut new);
        let report = diff(old, &new, &Options::default());
        let pairing = pair(old, &new, false);
        let mut pairs = pairing.same;
        pairs.extend(pairing.rekeyed.iter().map(|(one, two, _)| (*one, *two)));
        Self { new, report, pairs }
    }
}

/// The owner's texts, where they are wanted: everywhere, or where the spec still has the owner's of before.
fn with_texts(sources: Sources, fresh: &Fresh, before: Option<&Fresh>, all: bool) -> Result<Sources, String> {
    if !all && before.is_none() {
        return Ok(sources);
    }
    let model = crate::check_alone(&sources).ok_or("the edited spec has mistakes")?;
    let old = newest(&model, &sources);
    let parsed = |fresh: &Fresh| parse_all(&fresh.sources, &mut Diagnostics::default());
    let (files, older) = (parsed(fresh), before.map(parsed));
    let paired = Paired::of(&old, fresh);
    let newer = Newer::new(&fresh.sources, &files, &paired.pairs, (&old, &paired.new), paired.report.types);
    let before = before.zip(older.as_ref()).map(|(before, files)| {
        let paired = Paired::of(&old, before);
        Newer::new(&before.sources, files, &paired.pairs, (&old, &paired.new), paired.report.types)
    });
    Ok(edit::with_texts(&sources, &newer, before.as_ref(), all).unwrap_or(sources))
}

/// Questions that were written and that only a person can word.
fn questions(before: &Sources, after: &Sources) -> Vec<String> {
    let mut found = Vec::new();
    for (id, file) in after.iter() {
        let known = before.iter().find(|(own, _)| *own == id).map_or("", |(_, file)| file.text.as_str());
        for (at, line) in file.text.lines().enumerate().filter(|(_, line)| line.contains("\"…\"")) {
            if !known.lines().any(|own| own == line) {
                found.push(format!("{}:{}: {}", file.name, at + 1, line.trim()));
            }
        }
    }
    found
}

/// The result with the lock of the spec, and what the compiler asks for then.
fn checked(sources: &Sources, spec: &Sources, in_place: bool) -> (Sources, Diagnostics) {
    let mut sources = sources.clone();
    if let Some(lock) = spec.lock() {
        let file = spec.file(lock);
        sources.add_lock(file.name.clone(), file.text.clone());
        if in_place {
            sources = revise::revised(sources);
        }
    }
    let mut asks = Diagnostics::default();
    crate::check(&sources, &mut asks);
    (sources, asks)
}
