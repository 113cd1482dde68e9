//! Writes what the differ found into a spec: the newer version's `api` and `change`, and the present as it is now. Each finding is tried by
//! itself: one whose statement the spec does not bear is left to a person, in a comment that says so. It reads and writes no file.

mod members;
mod proposal;

use std::collections::{HashMap, HashSet};

use super::findings::{Finding, Part, Report, Site};
use super::surface::{Origin, Surface};
use crate::diagnostics::{Diagnostic, Diagnostics, Edit, Fix, Severity, codes};
use crate::source::{FileId, Sources, Span};
use crate::syntax::ast::{Comment, Date, File, Item};
use crate::syntax::{edit, parse_all, print};
use members::Members;
use proposal::{After, Proposal};

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
    /// What the compiler still asks for: how stored configuration follows.
    pub asks: Diagnostics,
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
    let mut writer = Writer { spec, files: &files, frame: &frame, known: HashSet::new(), accepted: Vec::new(), left: Vec::new() };
    writer.know();
    let same = |finding: &&Finding| !finding.kind.id.starts_with("version-");
    for finding in report.findings.iter().filter(same) {
        if let Some(others) = not_so_elsewhere(finding) {
            writer.left.push(format!("{} ({}): not so in {others}", finding.message, finding.kind.id));
            continue;
        }
        let proposal = proposal::of(finding, &members, spec, &after);
        let fits = proposal.is_some_and(|proposal| writer.takes(proposal));
        if !fits {
            writer.left.push(format!("{} ({})", finding.message, finding.kind.id));
        }
    }
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
            let released = coming.released.map(|date| format!(" released {} ", super::options::date_text(date))).unwrap_or_default();
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
        for proposal in accepted {
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

struct Writer<'w> {
    spec: &'w Sources,
    files: &'w [File],
    frame: &'w Frame,
    /// What is wrong as soon as there is another version, whatever is said of it: something is there `on` the one before only.
    known: HashSet<String>,
    accepted: Vec<Proposal>,
    left: Vec<String>,
}

impl Writer<'_> {
    fn know(&mut self) {
        let Some(sources) = self.written(&[]) else { return };
        let mut diagnostics = Diagnostics::default();
        crate::check(&sources, &mut diagnostics);
        self.known = diagnostics.sorted(&sources).into_iter().filter(|one| !is_asked(one)).map(|one| one.message.clone()).collect();
    }

    /// Takes a proposal if the spec bears it: nothing is wrong then but what only a person can say.
    fn takes(&mut self, mut proposal: Proposal) -> bool {
        if self.accepted.iter().any(|one| one.statement == proposal.statement) {
            return true;
        }
        self.carry(&mut proposal);
        // What is put in on lines of its own leaves a comment where it is, behind what it speaks of.
        for edit in proposal.edits.iter_mut().filter(|edit| edit.text.starts_with('\n')) {
            edit.span = behind_comment(self.files, self.spec, edit.span);
        }
        self.accepted.push(proposal);
        let fits = self.written(&[]).is_some_and(|sources| {
            let mut diagnostics = Diagnostics::default();
            crate::check(&sources, &mut diagnostics);
            diagnostics.sorted(&sources).into_iter().all(|one| is_asked(one) || self.known.contains(&one.message))
        });
        if !fits {
            self.accepted.pop();
        }
        fits
    }

    /// Comments in what is taken out go along into the block.
    fn carry(&self, proposal: &mut Proposal) {
        for edit in proposal.edits.iter_mut().filter(|edit| proposal.takes_out && edit.span.start < edit.span.end) {
            let file = self.spec.file(edit.span.file);
            let comments = self.files.iter().filter(|one| one.id == edit.span.file).flat_map(|one| &one.comments);
            let line = |at: u32| file.line_of(at);
            for comment in comments {
                let inside = comment.span.start >= edit.span.start && comment.span.end <= edit.span.end;
                let behind = comment.trailing && comment.span.start >= edit.span.end && line(comment.span.start) == line(edit.span.end);
                if inside || behind {
                    proposal.comments.push(text_of(comment, self.spec));
                    edit.span.end = edit.span.end.max(comment.span.end);
                }
            }
            let whole = whole_lines(&file.text, edit.span);
            if whole != edit.span && !edit.text.is_empty() {
                edit.text.push('\n');
            }
            edit.span = whole;
        }
    }

    /// The spec with everything that was taken; none where edits are in each other's way or the result is no spec.
    fn written(&self, left: &[String]) -> Option<Sources> {
        let mut by_file: HashMap<FileId, Vec<Edit>> = HashMap::new();
        let edits = self.accepted.iter().flat_map(|proposal| proposal.edits.iter().cloned());
        for edit in edits.chain([self.frame.block(&self.accepted, left)]) {
            let edits = by_file.entry(edit.span.file).or_default();
            // What is put in at one place stands there in the order in which it was found.
            match edits.iter_mut().find(|other| other.span == edit.span && edit.span.start == edit.span.end) {
                Some(other) => other.text += &edit.text,
                None => edits.push(edit),
            }
        }
        let mut sources = Sources::default();
        for (id, file) in self.spec.iter() {
            let Some(edits) = by_file.get(&id) else {
                sources.add(file.name.clone(), file.text.clone());
                continue;
            };
            let fixes: Vec<Fix> = edits.iter().map(|edit| Fix { title: String::new(), edits: vec![edit.clone()] }).collect();
            let (text, applied) = edit::apply(id, &file.text, &fixes);
            let text = (applied == fixes.len()).then(|| print::format(id, &text, &mut Diagnostics::default())).flatten()?;
            sources.add(file.name.clone(), text);
        }
        Some(sources)
    }

    fn finish(self) -> Result<Edited, String> {
        let sources = self.written(&self.left).ok_or("what the differ found cannot be written as a spec")?;
        let mut asks = Diagnostics::default();
        crate::check(&sources, &mut asks);
        if let Some(mistake) = asks.sorted(&sources).into_iter().find(|one| !is_asked(one) && !self.known.contains(&one.message)) {
            return Err(format!("the edited spec would be wrong: {}", crate::diagnostics::short::render(mistake, &sources).trim_end()));
        }
        let changed = self.spec.iter().filter(|(id, file)| file.text != sources.file(*id).text).map(|(id, _)| id).collect();
        Ok(Edited { changed, stated: self.accepted.len(), left: self.left, asks, sources })
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
    let others = finding.unlike.iter().filter(|site| !comes || is_sent(site));
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
