//! Writes what the differ found into a spec: the newer version's `api` and `change`, and the present as it is now. Each finding is tried by
//! itself: one whose statement the spec does not bear is left to a person, in a comment that says so. It reads and writes no file.

mod follow;
mod foreign;
mod members;
mod proposal;
mod wire;
mod writer;

pub use follow::{Newer, with_texts};

use super::findings::{Finding, Part, Report, Site};
use super::surface::{Origin, Surface};
use crate::diagnostics::{Diagnostic, Diagnostics, Edit, Severity, codes};
use crate::source::{FileId, Sources, Span};
use crate::syntax::ast::{Comment, Date, File, Item};
use crate::syntax::parse_all;
use follow::Follower;
use members::Members;
use proposal::{After, Proposal};
use writer::Writer;

/// The version that comes.
#[derive(Clone, Debug)]
pub struct Coming {
    /// `v22`
    pub name: String,
    /// What `{api}` stands for, where it is not the name.
    pub wire: Option<String>,
    /// When it was released.
    pub released: Option<Date>,
    /// What the owner announced.
    pub title: String,
}

/// A spec that has been edited.
#[derive(Debug)]
pub struct Edited {
    /// All files, as they are to be.
    pub sources: Sources,
    /// Those that are others than before.
    pub changed: Vec<FileId>,
    /// How many findings became statements.
    pub stated: usize,
    /// What is left to a person.
    pub left: Vec<String>,
    /// The same by finding, with what is in the way where that is known.
    pub open: Vec<Open>,
    /// What the compiler still asks for: how stored configuration follows.
    pub asks: Diagnostics,
}

/// A finding that is left to a person.
#[derive(Clone, Debug)]
pub struct Open {
    /// Which.
    pub finding: Finding,
    /// Why it was not written.
    pub why: Option<String>,
}

/// Edits a spec so that it says the version that comes.
pub fn edit(spec: &Sources, report: &Report, new: &Surface, coming: &Coming) -> Result<Edited, String> {
    let mut diagnostics = Diagnostics::default();
    let files = parse_all(spec, &mut diagnostics);
    let model = crate::check(spec, &mut diagnostics).ok_or("the spec has mistakes")?;
    let frame = Frame::of(&files, spec, &model, coming)?;
    let members = Members::of(&files);
    // A newer spec says itself how things are written.
    let newer = if new.origin == Origin::Spec { parse_all(&report.new, &mut Diagnostics::default()) } else { Vec::new() };
    let after = After { surface: new, sources: &report.new, members: Members::of(&newer) };
    let mut writer = Writer::new(spec, &files, Some(&frame), None);
    let same = |finding: &&Finding| !finding.kind.id.starts_with("version-");
    let mut proposals = Vec::new();
    for finding in report.findings.iter().filter(same) {
        match (not_so_elsewhere(finding), proposal::of(finding, &members, spec, &after)) {
            (Some(others), _) => writer.leave(finding, Some(format!("not so in {others}"))),
            (None, Some(proposal)) => proposals.push((finding, proposal)),
            (None, None) => writer.leave(finding, None),
        }
    }
    writer.take(proposals);
    writer.finish()
}

/// Edits a spec so that it says what a newer one of the same API says that was made without it: what is called otherwise there keeps its
/// name here. Without a version that comes the present is edited, and no story told.
pub fn follow(spec: &Sources, report: &Report, newer: &Newer<'_>, new: &Surface, coming: Option<&Coming>) -> Result<Edited, String> {
    let mut diagnostics = Diagnostics::default();
    let files = parse_all(spec, &mut diagnostics);
    let model = crate::check_alone(spec).ok_or("the spec has mistakes")?;
    let frame = coming.map(|coming| Frame::of(&files, spec, &model, coming)).transpose()?;
    let members = Members::of(&files);
    let after = After { surface: new, sources: &report.new, members: Members::default() };
    let follower = Follower::new(spec, &files, &members, newer);
    let mut writer = Writer::new(spec, &files, frame.as_ref(), Some(&follower));
    let mut proposals = Vec::new();
    for finding in &report.findings {
        let proposal = || {
            let own = || proposal::of(finding, &members, spec, &after).map(|proposal| follower.with_scripts(finding, proposal));
            follower.of(finding).or_else(own)
        };
        match not_so_elsewhere(finding) {
            Some(others) => writer.leave(finding, Some(format!("not so in {others}"))),
            None => match proposal() {
                Some(proposal) => proposals.push((finding, proposal)),
                None => writer.leave(finding, None),
            },
        }
    }
    writer.take(proposals);
    writer.finish()
}

/// Where the version that comes is written.
struct Frame {
    place: Span,
    /// What stands above the block: `api` items.
    head: String,
    name: String,
    title: String,
}

/// Can a version be called that?
fn is_version(name: &str) -> bool {
    let mut sources = Sources::default();
    sources.add("", format!("api {name} {{}}"));
    let mut diagnostics = Diagnostics::default();
    let files = parse_all(&sources, &mut diagnostics);
    let named = |item: &Item| matches!(item, Item::Api(api) if api.name.value == name);
    !diagnostics.has_errors() && matches!(&files[..], [file] if file.items.len() == 1 && file.items.iter().all(named))
}

impl Frame {
    fn of(files: &[File], spec: &Sources, model: &crate::model::Model, coming: &Coming) -> Result<Self, String> {
        let apis = files.iter().flat_map(|file| &file.items).filter_map(|item| if let Item::Api(api) = item { Some(api) } else { None });
        let known: Vec<_> = apis.collect();
        if !is_version(&coming.name) {
            return Err(format!("`{}` cannot be the name of an API version: that is a word as in `v22`, or a date", coming.name));
        }
        if let [only] = &known[..]
            && only.name.value == coming.name
        {
            return Err(format!("`{}` is the oldest version of the spec; what comes after it has another name", coming.name));
        }
        let is_known = known.last().is_some_and(|last| last.name.value == coming.name);
        if !is_known && known.iter().any(|api| api.name.value == coming.name) {
            return Err(format!("`{}` is not the newest version of the spec, so its change is written already", coming.name));
        }
        let mut head = String::new();
        if known.is_empty() {
            head += "api v1 {}\n\n";
        }
        if !is_known {
            let wire = coming.wire.as_ref().map(|wire| format!(" at {wire:?}")).unwrap_or_default();
            let released = coming.released.map(|date| format!(" released {date} ")).unwrap_or_default();
            head += &format!("api {}{wire} {{{released}}}\n\n", coming.name);
        }
        let connector = || {
            files.iter().flat_map(|file| &file.items).find_map(|item| match item {
                Item::Connector(connector) if connector.span.file == model.connector.span.file => Some(connector.span),
                _ => None,
            })
        };
        let place = known.last().map(|last| last.span).or_else(connector).ok_or("the spec has no connector")?;
        let place = behind_comment(files, spec, Span { start: place.end, ..place });
        Ok(Self { place, head, name: coming.name.clone(), title: coming.title.clone() })
    }

    /// The text of the block.
    fn block(&self, accepted: &[Proposal], left: &[String]) -> Edit {
        let mut text = format!("\n\n{}change {} {:?} {{\n", self.head, self.name, self.title);
        for proposal in accepted.iter().filter(|proposal| !proposal.statement.is_empty()) {
            for line in proposal.comments.iter().chain(&proposal.docs).map(String::as_str).chain(proposal.statement.lines()) {
                text += &format!("  {line}\n");
            }
        }
        for line in left {
            text += &format!("  // Left to you: {line}.\n");
        }
        text += "}\n";
        Edit { span: self.place, text }
    }
}

/// The place, or the end of a comment that stands behind it on its line.
fn behind_comment(files: &[File], spec: &Sources, place: Span) -> Span {
    let file = spec.file(place.file);
    let comments = files.iter().filter(|one| one.id == place.file).flat_map(|one| &one.comments);
    let same = |comment: &&Comment| {
        comment.trailing && comment.span.start >= place.end && file.line_of(comment.span.start) == file.line_of(place.end)
    };
    let end = comments.filter(same).map(|comment| comment.span.end).max();
    let between = |end: &u32| spec.text(Span { start: place.end, end: *end, ..place }).trim_start().starts_with("//");
    end.filter(between).map_or(place, |end| Span { start: end, end, ..place })
}

/// With the lines that would be empty.
fn whole_lines(text: &str, span: Span) -> Span {
    let (before, behind) = (&text[..span.start as usize], &text[span.end as usize..]);
    let blank = |text: &str| text.chars().all(|letter| letter == ' ' || letter == '\t');
    let start = before.rfind('\n').map_or(0, |at| at + 1);
    match behind.find('\n') {
        Some(end) if blank(&before[start..]) && blank(behind[..end].trim_end_matches('\r')) => {
            Span { start: start as u32, end: span.end + end as u32 + 1, ..span }
        }
        _ => span,
    }
}

/// The operations that use the same type as it was: editing it would be wrong for them. One more optional field that comes is in nobody's
/// way.
fn not_so_elsewhere(finding: &Finding) -> Option<String> {
    let id = finding.kind.id;
    let comes = id.starts_with("response-") && id.contains("added") && !id.contains("required");
    let is_sent = |site: &&Site| matches!(site.part, Part::Parameter(_) | Part::Body(_));
    // One that became many is also compared item by item.
    let is_own = |site: &&Site| {
        let within = |own: &Site| (&own.operation, &own.part) == (&site.operation, &site.part) && site.path.starts_with(own.path.as_str());
        finding.sites.iter().any(within)
    };
    let others = finding.unlike.iter().filter(|site| !is_own(site) && (!comes || is_sent(site)));
    let mut names: Vec<&str> = others.map(|site| site.operation.as_str()).collect();
    names.dedup();
    match names.as_slice() {
        [] => None,
        [only] => Some((*only).to_owned()),
        [first, second] => Some(format!("{first} and {second}")),
        [first, second, rest @ ..] => Some(format!("{first}, {second} and {} more", rest.len())),
    }
}

/// Only a person can say it.
fn is_asked(diagnostic: &Diagnostic) -> bool {
    diagnostic.severity() != Severity::Error || diagnostic.code == codes::INCOMPLETE_UPGRADE
}

fn text_of(comment: &Comment, spec: &Sources) -> String {
    spec.text(comment.span).trim_end().to_owned()
}
