//! Puts proposals into a spec: as many as it bears. They are tried together, and in halves where something is in the way, so that one
//! that the spec does not bear costs a few checks, and what needs another is tried with it.

use std::collections::{HashMap, HashSet};

use super::follow::Follower;
use super::proposal::Proposal;
use super::{Edited, Frame, Open, behind_comment, is_asked, text_of, whole_lines};
use crate::change::findings::Finding;
use crate::diagnostics::{Diagnostics, Edit, Fix};
use crate::source::{FileId, Sources, Span};
use crate::syntax::ast::{File, Item};
use crate::syntax::{edit, print};

pub(super) struct Writer<'w> {
    spec: &'w Sources,
    files: &'w [File],
    /// None where the present is edited and no story told.
    frame: Option<&'w Frame>,
    follower: Option<&'w Follower<'w>>,
    /// What is wrong as soon as there is another version, whatever is said of it: something is there `on` the one before only.
    known: HashSet<String>,
    accepted: Vec<Proposal>,
    left: Vec<String>,
    open: Vec<Open>,
}

impl<'w> Writer<'w> {
    pub(super) fn new(spec: &'w Sources, files: &'w [File], frame: Option<&'w Frame>, follower: Option<&'w Follower<'w>>) -> Self {
        let (known, accepted) = (HashSet::new(), Vec::new());
        let mut writer = Self { spec, files, frame, follower, known, accepted, left: Vec::new(), open: Vec::new() };
        if let Some(sources) = writer.written(&[], true) {
            let mut diagnostics = Diagnostics::default();
            crate::check(&sources, &mut diagnostics);
            writer.known = diagnostics.sorted(&sources).into_iter().filter(|one| !is_asked(one)).map(|one| one.message.clone()).collect();
        }
        writer
    }

    /// A person must see to it.
    pub(super) fn leave(&mut self, finding: &Finding, why: Option<String>) {
        let reason = why.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
        self.left.push(format!("{} ({}){reason}", finding.message, finding.kind.id));
        self.open.push(Open { finding: finding.clone(), why });
    }

    /// Takes what the spec bears: nothing is wrong then but what only a person can say.
    pub(super) fn take(&mut self, proposals: Vec<(&Finding, Proposal)>) {
        let mut prepared = Vec::new();
        for (finding, proposal) in proposals {
            if proposal.in_place_only && self.frame.is_some() {
                self.leave(finding, Some("no verb of a `change` tells of it".to_owned()));
                continue;
            }
            prepared.push((finding, self.prepared(proposal)));
        }
        let refused = self.take_all(prepared);
        // What was in the way may have gone by now.
        let refused = if refused.is_empty() { refused } else { self.take_one_by_one(refused) };
        for (finding, proposal) in refused {
            let why = self.why_not(proposal);
            self.leave(finding, why);
        }
    }

    fn prepared(&self, mut proposal: Proposal) -> Proposal {
        self.carry(&mut proposal);
        // What is put in on lines of its own leaves a comment where it is, behind what it speaks of.
        for edit in proposal.edits.iter_mut().filter(|edit| edit.text.starts_with('\n')) {
            edit.span = behind_comment(self.files, self.spec, edit.span);
        }
        proposal
    }

    /// Those that are not borne.
    fn take_all<'f>(&mut self, mut proposals: Vec<(&'f Finding, Proposal)>) -> Vec<(&'f Finding, Proposal)> {
        proposals.retain(|(_, proposal)| !self.has(proposal));
        if proposals.is_empty() {
            return proposals;
        }
        let before = self.accepted.len();
        for (_, proposal) in &proposals {
            if !self.has(proposal) {
                self.accepted.push(proposal.clone());
            }
        }
        if self.fits() {
            return Vec::new();
        }
        self.accepted.truncate(before);
        if proposals.len() == 1 {
            return proposals;
        }
        let second = proposals.split_off(proposals.len() / 2);
        let mut refused = self.take_all(proposals);
        refused.extend(self.take_all(second));
        refused
    }

    fn take_one_by_one<'f>(&mut self, proposals: Vec<(&'f Finding, Proposal)>) -> Vec<(&'f Finding, Proposal)> {
        let mut refused = Vec::new();
        for (finding, proposal) in proposals {
            refused.extend(self.take_all(vec![(finding, proposal)]));
        }
        refused
    }

    fn has(&self, proposal: &Proposal) -> bool {
        let same = |one: &Proposal| one.statement == proposal.statement && (!one.statement.is_empty() || one.edits == proposal.edits);
        self.accepted.iter().any(same)
    }

    fn fits(&self) -> bool {
        self.written(&[], true).is_some_and(|sources| {
            let mut diagnostics = Diagnostics::default();
            crate::check(&sources, &mut diagnostics);
            diagnostics.sorted(&sources).into_iter().all(|one| is_asked(one) || self.known.contains(&one.message))
        })
    }

    /// What would be wrong with it.
    fn why_not(&mut self, proposal: Proposal) -> Option<String> {
        self.accepted.push(proposal);
        let sources = self.written(&[], true);
        self.accepted.pop();
        let sources = sources?;
        let mut diagnostics = Diagnostics::default();
        crate::check(&sources, &mut diagnostics);
        let first = diagnostics.sorted(&sources).into_iter().find(|one| !is_asked(one) && !self.known.contains(&one.message))?;
        Some(format!("the spec would be wrong: {}", first.message))
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
    fn written(&self, left: &[String], trial: bool) -> Option<Sources> {
        let mut by_file: HashMap<FileId, Vec<Edit>> = HashMap::new();
        let edits = self.accepted.iter().flat_map(|proposal| proposal.edits.iter().cloned());
        let told = self.accepted.iter().any(|proposal| !proposal.statement.is_empty()) || self.follower.is_none() || trial;
        let block = self.frame.filter(|_| told).map(|frame| frame.block(&self.accepted, left));
        // What is needed stands before what needs it, where both come to one place.
        for edit in self.needed().into_iter().chain(edits).chain(block) {
            let edits = by_file.entry(edit.span.file).or_default();
            if edits.contains(&edit) {
                continue;
            }
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
            let text = if self.follower.is_some() { without_empty_blocks(&text, &file.text) } else { text };
            let text = (applied == fixes.len()).then(|| print::format(id, &text, &mut Diagnostics::default())).flatten()?;
            sources.add(file.name.clone(), text);
        }
        Some(sources)
    }

    /// The items that what was taken names, each behind the item of the first that names it.
    fn needed(&self) -> Vec<Edit> {
        let Some(follower) = self.follower else { return Vec::new() };
        let (mut seen, mut edits) = (HashSet::new(), Vec::new());
        for proposal in self.accepted.iter().filter(|proposal| !proposal.needs.is_empty()) {
            let Some(place) = proposal.edits.first().map(|edit| edit.span) else { continue };
            for (name, text) in follower.missing(&proposal.needs) {
                if seen.insert(name) {
                    edits.push(self.beside(place, &text));
                }
            }
        }
        edits
    }

    /// A new item before the group or behind the item in which a place lies.
    fn beside(&self, place: Span, text: &str) -> Edit {
        let file = self.files.iter().find(|file| file.id == place.file);
        let spans = file.into_iter().flat_map(|file| &file.items).filter_map(|item| match item {
            Item::Group(group) => Some((super::foreign::with_docs(&group.head, group.span), true)),
            Item::Module(one) => Some((one.span, false)),
            Item::Type(one) => Some((one.span, false)),
            Item::Union(one) => Some((one.span, false)),
            Item::Mixin(one) => Some((one.span, false)),
            Item::Enum(one) => Some((one.span, false)),
            _ => None,
        });
        let inside = |span: &Span| span.start <= place.start && place.start <= span.end;
        match spans.into_iter().find(|(span, _)| inside(span)) {
            Some((span, true)) => Edit { span: Span { end: span.start, ..span }, text: format!("{text}\n\n") },
            Some((span, false)) => {
                let span = behind_comment(self.files, self.spec, Span { start: span.end, ..span });
                Edit { span, text: format!("\n\n{text}\n") }
            }
            None => Edit { span: Span { start: place.end, ..place }, text: format!("\n\n{text}\n") },
        }
    }

    pub(super) fn finish(self) -> Result<Edited, String> {
        let left: &[String] = if self.follower.is_some() { &[] } else { &self.left };
        let sources = self.written(left, false).ok_or("what the differ found cannot be written as a spec")?;
        let mut asks = Diagnostics::default();
        crate::check(&sources, &mut asks);
        if let Some(mistake) = asks.sorted(&sources).into_iter().find(|one| !is_asked(one) && !self.known.contains(&one.message)) {
            return Err(format!("the edited spec would be wrong: {}", crate::diagnostics::short::render(mistake, &sources).trim_end()));
        }
        let changed = self.spec.iter().filter(|(id, file)| file.text != sources.file(*id).text).map(|(id, _)| id).collect();
        Ok(Edited { changed, stated: self.accepted.len(), left: self.left, open: self.open, asks, sources })
    }
}

/// Blocks of inputs that lost all they held go with it.
fn without_empty_blocks(text: &str, before: &str) -> String {
    const BLOCKS: [&str; 4] = ["path", "query", "header", "cookie"];
    let mut out = text.to_owned();
    for block in BLOCKS {
        let mut from = 0;
        while let Some(at) = out[from..].find(block).map(|at| at + from) {
            let behind = &out[at + block.len()..];
            let inner = behind.trim_start().strip_prefix('{').map(str::trim_start);
            let starts = out[..at].chars().rev().find(|letter| *letter != ' ').is_none_or(|letter| letter == '\n' || letter == '}');
            let Some(rest) = inner.and_then(|inner| inner.strip_prefix('}')).filter(|_| starts) else {
                from = at + block.len();
                continue;
            };
            let end = out.len() - rest.len();
            // What was empty before a person left empty.
            if before.contains(&out[at..end]) {
                from = end;
                continue;
            }
            out.replace_range(at..end, "");
            from = at;
        }
    }
    out
}
