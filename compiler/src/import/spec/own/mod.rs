//! Documents that `linchpin export` wrote: everything in them that the language has a word for becomes that word again.
//!
//! ```text
//! nodes of the document ─▶ text of the spec, twice: the first time types are counted, the second time those of one use stand in place
//! ```
//! Nothing is concluded here. What OpenAPI says is read as it stands, what it has no words for from `x-linchpin-…`, and each of those is looked at
//! like any other input: a name must be a name, text is quoted, and what has another shape is listed and passed over. So a document that
//! somebody changed is read too, as far as it says what a spec can say.

mod answers;
mod bodies;
mod connections;
mod connector;
mod fields;
mod literals;
mod modules;
mod names;
mod operations;
mod pages;
mod read;
mod schemas;
mod scripts;
mod steps;
mod triggers;
mod types;

use std::collections::HashMap;

use super::notes::{Notes, Subject};
use super::{Carried, Imported, Options, files, laid_out, only};
use crate::diagnostics::Diagnostics;
use crate::import::document::Document;
use crate::import::node::Node;
use crate::import::tree::Tree;
use crate::model::resolve::names::Convention;
use crate::source::Sources;
use names::Tables;
use operations::Found;
use types::Declared;

/// The extensions that are read here.
const EXTENSIONS: &str = "1";

/// The top of a document that was exported, if it is one that can be read here.
fn origin(tree: &Tree) -> Option<&Node> {
    let origin = tree.root()?.get("x-linchpin")?;
    (origin.get("extensions")?.number()? == EXTENSIONS).then_some(origin)
}

/// The spec of a document that was exported; none for any other document.
pub(super) fn spec<'n>(document: &Document<'n>, tree: &'n Tree, options: &Options) -> Option<Imported> {
    let (root, origin) = (tree.root()?, origin(tree)?);
    let wanted: Vec<bool> = document.operations.iter().map(|operation| only::wants(&options.only, operation)).collect();
    let asked: HashMap<u32, bool> =
        document.operations.iter().zip(&wanted).map(|(operation, wanted)| (operation.span.start, *wanted)).collect();
    let mut own = Own::new(root, origin, options, &|found: &Found<'n>| match (asked.get(&found.at.start), found.path) {
        (Some(asked), _) => *asked,
        (None, Some(_)) => true,
        (None, None) => only::names(&options.only, &found.id),
    });
    own.write();
    own.counted = Some(std::mem::take(&mut own.uses));
    own.uses = vec![0; own.types.len()];
    let mut parts = own.write();
    if own.has_successors && !own.is_whole(&parts) {
        // What was configured for the deprecated cannot follow by itself.
        own.says_what_is_left = true;
        own.uses = vec![0; own.types.len()];
        parts = own.write();
    }
    let modules = own.modules.len();
    let operations = (0..wanted.len()).filter(|index| wanted[*index]).collect();
    let files = laid_out(&own.name, parts);
    let types = own.written;
    let schemas = (0..document.schemas.len() as u32).map(crate::import::schema::SchemaId).collect();
    Some(Imported { name: own.name, files, notes: own.notes.sorted(), carried: Carried { modules, types, schemas, operations } })
}

/// What reading needs at hand.
struct Own<'n> {
    root: &'n Node,
    origin: &'n Node,
    /// `components`, by their kinds and names.
    components: HashMap<&'n str, HashMap<&'n str, &'n Node>>,
    /// The connector's name.
    name: String,
    notes: Notes,
    convention: Convention,
    types: Vec<Declared<'n>>,
    modules: Vec<Found<'n>>,
    /// What names lead to.
    tables: Tables<'n>,
    /// How often each type was named so far.
    uses: Vec<usize>,
    /// How often each is named; none while that is being found out.
    counted: Option<Vec<usize>>,
    /// Schemas that are looked through, and types that are written in place, against circles.
    open: Vec<*const Node>,
    depth: usize,
    /// Of the poll that is being written: what it is called, and its inputs that take the cursor.
    polled: Option<(String, Vec<&'n str>)>,
    /// How many types there are in the spec.
    written: usize,
    /// Nothing was asked for by name, so everything is wanted.
    everything: bool,
    has_successors: bool,
    says_what_is_left: bool,
}

impl<'n> Own<'n> {
    fn new(root: &'n Node, origin: &'n Node, options: &Options, wants: &dyn Fn(&Found<'n>) -> bool) -> Self {
        let mut own = Self {
            root,
            origin,
            components: components(root),
            name: String::new(),
            notes: Notes::default(),
            convention: Convention::AsWritten,
            types: Vec::new(),
            modules: Vec::new(),
            tables: Tables::default(),
            uses: Vec::new(),
            counted: None,
            open: Vec::new(),
            depth: 0,
            polled: None,
            written: 0,
            everything: options.only.is_empty(),
            has_successors: false,
            says_what_is_left: false,
        };
        own.head(options);
        own.declare_types();
        own.declare_modules(wants);
        own.declare_connections();
        own.uses = vec![0; own.types.len()];
        own
    }

    /// Says what could not be read.
    fn odd(&mut self, at: &Node, reason: impl Into<String>) {
        self.notes.push(Subject::Extension, at.span, reason);
    }

    /// The whole spec.
    fn write(&mut self) -> files::Parts {
        let head = self.connector();
        let mut texts = self.connections();
        texts.insert(0, head);
        let head = texts.join("\n\n") + "\n";
        let modules: Vec<(Vec<String>, String)> =
            (0..self.modules.len()).map(|index| (self.modules[index].group.clone(), self.module(index))).collect();
        let types = self.definitions();
        self.written = types.iter().flatten().count();
        let types = types.into_iter().enumerate();
        let types = types.filter(|(index, _)| !self.is_in_place(*index));
        let types = types.filter_map(|(index, text)| Some((self.types[index].group.clone(), text?)));
        let items: Vec<(Vec<String>, String)> = types.chain(modules).collect();
        let mut shared: Vec<String> = items.iter().filter(|(group, _)| group.is_empty()).map(|(_, text)| text.clone()).collect();
        shared.extend(self.tests());
        let shared = if shared.is_empty() { String::new() } else { shared.join("\n\n") + "\n" };
        let groups = self.groups(&items);
        files::Parts { head, shared, groups }
    }

    /// Every type that is wanted: all of the document, or those that what was asked for needs.
    fn definitions(&mut self) -> Vec<Option<String>> {
        let mut texts: Vec<Option<String>> = vec![None; self.types.len()];
        loop {
            let before = texts.iter().flatten().count();
            for (index, text) in texts.iter_mut().enumerate() {
                if text.is_none() && (self.everything || self.uses[index] > 0) {
                    *text = Some(self.definition(index));
                }
            }
            if texts.iter().flatten().count() == before {
                return texts;
            }
        }
    }

    /// Does the spec check as it is?
    fn is_whole(&self, parts: &files::Parts) -> bool {
        let mut sources = Sources::default();
        let groups = parts.groups.iter().map(|(_, text)| text);
        let text: Vec<&str> = [&parts.head, &parts.shared].into_iter().chain(groups).map(String::as_str).collect();
        sources.add("spec.pin", text.join("\n\n"));
        crate::check(&sources, &mut Diagnostics::default()).is_some()
    }
}

fn components(root: &Node) -> HashMap<&str, HashMap<&str, &Node>> {
    let kinds = root.get("components").map_or(&[][..], Node::members).iter();
    kinds.map(|kind| (&*kind.key, kind.value.members().iter().map(|member| (&*member.key, &member.value)).collect())).collect()
}
