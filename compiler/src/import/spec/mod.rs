//! A description becomes a spec.
//!
//! ```text
//! document ─▶ plan (names, types, modules, connections) ─▶ text ─▶ formatted files
//! ```
//! Whatever cannot be carried over is listed with its place and the reason. What is written is for people to go on with: nothing in it
//! refers to the document that it came from.

mod answers;
mod bodies;
mod choices;
mod connections;
mod convention;
mod defaults;
mod enums;
mod examples;
mod failures;
mod files;
mod flat;
mod ids;
mod inputs;
mod life;
mod limits;
mod literals;
mod machine_names;
mod maker;
mod mixins;
mod module_names;
mod names;
mod notes;
mod only;
mod operations;
mod own;
mod pages;
mod plan;
mod print;
mod reach;
mod report;
mod scalars;
mod servers;
mod sharing;
mod structs;
mod successors;
mod texts;
mod type_names;
mod types;
mod unions;
mod webhooks;
mod wording;
mod words;

pub use notes::{Note, Subject};
#[cfg(feature = "diff")]
pub(crate) use only::wants;
pub use report::{json as report_json, text as report_text};

use super::document::{Document, Operation};
use super::schema::SchemaId;
use super::tree::Tree;
use crate::diagnostics::Diagnostics;
use crate::source::FileId;
use crate::syntax::print::format;
use maker::Maker;
use plan::Spec;
use print::Printer;
use std::collections::HashSet;

/// What is wanted of an import.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Only the operations that these globs name; all when there are none.
    pub only: Vec<String>,
    /// The connector's name; taken from the title unless given.
    pub name: Option<String>,
    /// How names are spelled on the wire; the rule that most follow unless given.
    pub names: Option<&'static str>,
}

/// A spec, and what it does not hold.
#[derive(Clone, Debug)]
pub struct Imported {
    /// The connector's name.
    pub name: String,
    /// The files by their names, without a folder; one when it is short.
    pub files: Vec<(String, String)>,
    /// What could not be carried over.
    pub notes: Vec<Note>,
    /// What was.
    pub carried: Carried,
}

/// What was carried over.
#[derive(Clone, Debug, Default)]
pub struct Carried {
    /// How many modules there are.
    pub modules: usize,
    /// How many types.
    pub types: usize,
    /// The schemas of which something was made, or whose values are kept as they come.
    pub schemas: HashSet<SchemaId>,
    /// The operations, by their place in [`Document::operations`].
    pub operations: Vec<usize>,
}

/// Makes a spec of a document.
pub fn spec<'n>(document: &Document<'n>, tree: &'n Tree, options: &Options) -> Imported {
    if let Some(imported) = own::spec(document, tree, options) {
        return imported;
    }
    let wanted: Vec<usize> =
        (0..document.operations.len()).filter(|index| only::wants(&options.only, &document.operations[*index])).collect();
    let operations: Vec<&Operation<'n>> = wanted.iter().map(|index| &document.operations[*index]).collect();
    let mut maker = Maker::new(document, tree, &operations);
    let mut spec = Spec { name: connector_name(document.title, options), title: title(document), docs: about(document), ..Spec::default() };
    spec.docs_url = document.docs_url.map(str::to_owned);
    (spec.retry, spec.limits) = limits::told(&operations);
    let servers = maker.servers(&operations);
    let connections = maker.connections(&operations, &servers);
    let kept = maker.operations(&operations, &servers, &connections, &mut spec);
    maker.share(&mut spec);
    maker.settle_unions();
    maker.unused_formats();
    (spec.servers, spec.api, spec.connections) = (servers.list, servers.api, connections.list);
    spec.types = std::mem::take(&mut maker.types);
    endless(&mut spec, &mut maker);
    machine_names::replaced(&mut spec, &mut maker.type_names);
    ids::told(&mut spec);
    successors::told(&mut spec);
    let (rule, convention) = convention::named(options.names).unwrap_or_else(|| convention::of(&spec));
    spec.names = rule;
    let used = files::uses(&spec);
    wording::tidy(&mut spec, &used);
    mixins::shared(&mut spec, &mut maker.type_names);
    let used = files::uses(&spec);
    let mut printer = Printer::new(&spec, convention, &used);
    let parts = files::parts(&spec, &mut printer, &used);
    let mut schemas = std::mem::take(&mut maker.carried);
    schemas.extend(&maker.kept_raw);
    Imported {
        files: laid_out(&spec.name, parts),
        name: spec.name,
        carried: Carried {
            modules: spec.modules.len(),
            types: used.len(),
            schemas,
            operations: kept.into_iter().map(|index| wanted[index]).collect(),
        },
        notes: maker.notes.sorted(),
    }
}

/// Formatted files: one, or a folder's.
fn laid_out(spec_name: &str, parts: files::Parts) -> Vec<(String, String)> {
    let all: Vec<&str> =
        [&parts.head, &parts.shared].into_iter().chain(parts.groups.iter().map(|(_, text)| text)).map(String::as_str).collect();
    let lines: usize = all.iter().map(|text| text.lines().count()).sum();
    if lines <= files::LONG {
        let text = all.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n");
        return vec![(format!("{spec_name}.pin"), formatted(&text))];
    }
    let mut names = names::Names::default();
    let mut found = vec![(format!("{}.pin", names.take(spec_name, "_")), formatted(&parts.head))];
    if !parts.shared.is_empty() {
        found.push((format!("{}.pin", names.take("shared", "_")), formatted(&parts.shared)));
    }
    found.extend(parts.groups.iter().map(|(name, text)| (format!("{}.pin", names.take(name, "_")), formatted(text))));
    found
}

/// The formatter's layout; text that it does not read stays, and the check will say what is wrong with it.
fn formatted(text: &str) -> String {
    format(FileId(0), text, &mut Diagnostics::default()).unwrap_or_else(|| text.to_owned())
}

/// Types that would need another of themselves without end: one step of the circle may be absent.
fn endless(spec: &mut Spec, maker: &mut Maker<'_, '_>) {
    for (at, name) in structs::broken_circles(&mut spec.types) {
        maker.note(
            Subject::Constraint,
            at,
            format!("`{name}` is required, and would need another one of its kind without end: it may be absent"),
        );
    }
}

fn connector_name(title: &str, options: &Options) -> String {
    let wanted = options.name.as_deref().unwrap_or_else(|| title.split([':', '(', '|', '[']).next().unwrap_or(title));
    let dull = [
        "api",
        "apis",
        "rest",
        "the",
        "specification",
        "spec",
        "reference",
        "public",
        "openapi",
        "official",
        "documentation",
        "definition",
    ];
    let is_version =
        |word: &str| word.strip_prefix('v').is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit()));
    let all: Vec<String> =
        words::words(&wanted.replace("'s ", " ").replace("’s ", " ")).iter().map(|word| word.to_ascii_lowercase()).collect();
    let kept: Vec<String> = all
        .iter()
        .filter(|word| options.name.is_some() || !dull.contains(&word.as_str()) && !is_version(word))
        .take(if options.name.is_some() { usize::MAX } else { 3 })
        .cloned()
        .collect();
    let name = words::snake(&if kept.is_empty() { all.join("_") } else { kept.join("_") }, "api");
    if name.is_empty() { "api".to_owned() } else { name }
}

fn title(document: &Document<'_>) -> String {
    texts::title(document.title).unwrap_or_else(|| "API".to_owned())
}

/// What the file says it is for: the title, and the first paragraph of the description.
fn about(document: &Document<'_>) -> String {
    let plain = texts::plain(document.description);
    let first =
        plain.trim().split("\n\n").find(|paragraph| !paragraph.trim_start().starts_with(['#', '!', '[', '|', '-'])).unwrap_or_default();
    let first = first.split("```").next().unwrap_or_default();
    let title = title(document);
    if first.trim().is_empty() { format!("{title}.") } else { format!("{title}: {}", first.trim()) }
}
