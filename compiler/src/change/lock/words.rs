//! The words that explain a difference: verbs for the `change` of an API version that the lock does not know yet, or else the next
//! revision with a `from` block. Printed as the block to paste, and offered as an edit.

use super::compare::{Difference, Root};
use super::record::{Kind, Record};
use crate::diagnostics::{Diagnostic, Diagnostics, Edit, Fix};
use crate::model::{self, Api, DifferenceKind, Model};
use crate::source::{FileId, Sources, Span};

/// Reports all differences.
pub(super) fn report(
    mut differences: Vec<Difference>,
    then: &Record,
    now: &Record,
    model: &Model,
    sources: &Sources,
    diagnostics: &mut Diagnostics,
) {
    differences.sort_by(|one, other| (one.span, one.code.id, &one.message).cmp(&(other.span, other.code.id, &other.message)));
    let unreleased = unreleased(then, now).and_then(|name| model.apis.iter().find(|api| api.name == name));
    let mut words = Words { model, sources, unreleased, told: Vec::new(), all: &differences };
    for difference in &differences {
        diagnostics.push(words.diagnostic(difference));
    }
}

/// The newest API version, where the lock does not know it: what differs came with it.
fn unreleased<'r>(then: &Record, now: &'r Record) -> Option<&'r str> {
    let (newest, _) = now.apis.last()?;
    let known = newest.is_empty() || then.apis.iter().any(|(name, _)| name == newest);
    (!known).then_some(newest)
}

struct Words<'w> {
    model: &'w Model,
    sources: &'w Sources,
    unreleased: Option<&'w Api>,
    /// Blocks that were shown with an earlier difference.
    told: Vec<Root>,
    all: &'w [Difference],
}

impl Words<'_> {
    fn diagnostic(&mut self, difference: &Difference) -> Diagnostic {
        let mut found = Diagnostic::new(difference.code, difference.span, &difference.message).here(&difference.here);
        if let Some((span, was)) = &difference.released {
            found = found.also(*span, was);
        }
        if let Some((advice, fix)) = &difference.advice {
            found = found.help(advice);
            found.fix = fix.clone().map(|fix| self.revisions_replaced(fix));
            return found;
        }
        let is_connection = difference.affected.iter().any(|(root, _)| root.kind == Kind::Connection);
        let is_whole = !difference.affected.is_empty() && difference.affected.iter().all(|(root, _)| root.kind == Kind::Whole);
        match (self.unreleased, &difference.verb) {
            (Some(api), Some(verb)) if !is_connection => match self.told_otherwise(api, verb) {
                Some(told) => found
                    .also(told.span, "says otherwise")
                    .help(format!("mend what the change of `{}` says: it is undone, and does not come to what was released", api.name)),
                None => self.verb(found, api, verb, difference),
            },
            _ if is_whole => {
                let name = &self.model.connector.name;
                found.help(format!(
                    "if it is meant, and right for what was released too, take what was released of the whole out of the lock: `linchpin lock --drop {name}`"
                ))
            }
            _ => self.block(found, difference),
        }
    }

    /// What the version's `change` says already of what a verb would speak of.
    fn told_otherwise(&self, api: &Api, verb: &str) -> Option<&model::Difference> {
        let (word, rest) = verb.split_once(' ')?;
        let target = rest.split([' ', ':']).next()?;
        let of_api = |change: &&model::Change| self.model.apis.get(change.version).is_some_and(|one| one.name == api.name);
        let mut said = self.model.changes.iter().filter(of_api).flat_map(|change| &change.differences);
        let kind = match word {
            "rename" => return said.find(|one| gives_name(one, target, rest)),
            "move" => DifferenceKind::Moved,
            "retype" => DifferenceKind::Retyped,
            "default" => DifferenceKind::Defaulted,
            "status" => DifferenceKind::Status,
            "page" => DifferenceKind::Paged,
            _ => return None,
        };
        said.find(|one| one.kind == kind && one.target == target)
    }

    /// A verb of the version's `change`; the first that is told brings the edit for all.
    fn verb(&mut self, found: Diagnostic, api: &Api, verb: &str, difference: &Difference) -> Diagnostic {
        let found = found.help(format!("if it came with `{0}`, say so:\nchange {0} \"…\" {{\n  {verb}\n}}", api.name));
        let with_verb = |one: &&Difference| {
            let is_new = one.verb.as_ref().is_some_and(|verb| self.told_otherwise(api, verb).is_none());
            is_new && one.advice.is_none() && one.affected.iter().all(|(root, _)| root.kind != Kind::Connection)
        };
        let mut all = self.all.iter().filter(with_verb).peekable();
        if all.peek().is_none_or(|first| !std::ptr::eq(*first, difference)) {
            return found;
        }
        let mut verbs: Vec<&String> = Vec::new();
        for verb in all.filter_map(|one| one.verb.as_ref()) {
            // What goes in and out is told for both.
            if !verbs.contains(&verb) {
                verbs.push(verb);
            }
        }
        let lines: String = verbs.iter().map(|verb| format!("  {verb}\n")).collect();
        let place = self.behind_item(api.span);
        let text = format!("\n\nchange {} \"…\" {{\n{lines}}}", api.name);
        found.fix(format!("say it in a change of `{}`", api.name), vec![Edit { span: place, text }])
    }

    /// The next revision of everything affected, with what says what becomes of the one before.
    fn block(&mut self, mut found: Diagnostic, difference: &Difference) -> Diagnostic {
        // The connector as a whole has no revision; what is left of it is told when the rest is mended.
        let of_revisions: Vec<&Root> = difference.affected.iter().map(|(root, _)| root).filter(|root| root.kind != Kind::Whole).collect();
        let new: Vec<&Root> = of_revisions.iter().copied().filter(|root| !self.told.contains(root)).collect();
        let Some(first) = new.first().copied() else {
            let names: Vec<String> = of_revisions.iter().map(|root| format!("`{}`", root.name)).collect();
            return found.help(format!("the block shown for {} says this, too", names.join(", ")));
        };
        let others = of_revisions.len() - 1;
        let shared = if others == 0 { String::new() } else { format!(" (and the same for {others} more that use it)") };
        let next = first.revision + 1;
        found = found.help(format!(
            "make `{}` `@{next}`, and say inside it what becomes of revision {}{shared}:\n{}",
            first.name,
            first.revision,
            self.from(first)
        ));
        let edits: Vec<Edit> = new.iter().flat_map(|root| self.edits(root)).collect();
        self.told.extend(new.into_iter().cloned());
        if edits.is_empty() { found } else { found.fix("give what changed the next revision", edits) }
    }

    /// `from @1 { … }` with all that is other about something.
    fn from(&self, root: &Root) -> String {
        let mut lines: Vec<String> = Vec::new();
        let of_root = self.all.iter().flat_map(|one| &one.affected).filter(|(other, _)| other == root).flat_map(|(_, lines)| lines);
        for line in of_root {
            if !lines.contains(line) {
                lines.push(line.clone());
            }
        }
        // What was is declared first.
        lines.sort_by_key(|line| !line.starts_with("was "));
        if root.kind == Kind::Connection && lines.is_empty() {
            lines.push("reauthorize \"…\"".to_owned());
        }
        match lines.is_empty() {
            true => format!("from @{} {{ }}", root.revision),
            false => format!("from @{} {{\n  {}\n}}", root.revision, lines.join("\n  ")),
        }
    }

    fn edits(&self, root: &Root) -> Vec<Edit> {
        let places: Vec<(Span, Span)> = match root.kind {
            Kind::Connection => {
                let of = self.model.connections.iter().filter(|one| one.name == root.name && one.revision == root.revision);
                of.map(|one| (one.span, one.end)).collect()
            }
            _ => {
                let of =
                    self.model.modules.iter().filter(|one| one.revision == root.revision && self.model.full_name(one.symbol) == root.name);
                of.map(|one| (one.span, one.spans.end)).collect()
            }
        };
        let mut places = places;
        places.sort();
        places.dedup();
        let block = self.from(root).replace('\n', "\n  ");
        let edit = |(name, end): (Span, Span)| {
            let revision = Edit { span: self.revision_behind(name), text: format!(" @{}", root.revision + 1) };
            [revision, Edit { span: end, text: format!("  {block}\n") }]
        };
        places.into_iter().flat_map(edit).collect()
    }

    /// An edit that puts a revision behind a name takes the one away that stands there.
    fn revisions_replaced(&self, mut fix: Fix) -> Fix {
        for edit in fix.edits.iter_mut().filter(|edit| edit.span.start == edit.span.end && edit.text.starts_with(" @")) {
            edit.span = self.revision_behind(Span { start: edit.span.end, ..edit.span });
        }
        fix
    }

    /// The revision that stands behind a name, with the space before it; empty where none does.
    fn revision_behind(&self, name: Span) -> Span {
        let text = &self.sources.file(name.file).text[name.end as usize..];
        let trimmed = text.trim_start_matches([' ', '\t']);
        let end = match trimmed.strip_prefix('@') {
            Some(digits) => text.len() - digits.trim_start_matches(|letter: char| letter.is_ascii_digit()).len(),
            None => 0,
        };
        Span { file: name.file, start: name.end, end: name.end + end as u32 }
    }

    /// Behind the item whose name this is: behind its block, or its line where it has none.
    fn behind_item(&self, name: Span) -> Span {
        let text = &self.sources.file(name.file).text;
        let end = block_end(&text[name.end as usize..]);
        let at = name.end + end as u32;
        Span { file: FileId(name.file.0), start: at, end: at }
    }
}

/// Has a field the name, or what it is on the wire, from this statement, which `rename a.old -> new` would give another?
fn gives_name(said: &model::Difference, target: &str, rename: &str) -> bool {
    let Some(((owner, _), (_, new))) = target.rsplit_once('.').zip(rename.rsplit_once(" -> ")) else { return false };
    let name = match said.kind {
        DifferenceKind::Renamed => &said.before,
        DifferenceKind::Moved => said.target.rsplit('.').next().unwrap_or_default(),
        _ => return false,
    };
    name == new && said.target.rsplit_once('.').is_some_and(|(other, _)| other == owner)
}

/// The length of what stands before the end of an item's block; of the line where no block begins in it. Strings and comments
/// are stepped over.
fn block_end(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut in_string = false;
    let mut escaped = false;
    let mut letters = text.char_indices().peekable();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' if !escaped => in_string = !in_string,
            _ if in_string => escaped = letter == '\\' && !escaped,
            '/' if text[at..].starts_with("//") => while letters.next_if(|(_, letter)| *letter != '\n').is_some() {},
            '\n' if depth == 0 => return at,
            '{' => depth += 1,
            '}' if depth <= 1 => return at + 1,
            '}' => depth -= 1,
            _ => {}
        }
        if !in_string {
            escaped = false;
        }
    }
    text.len()
}
