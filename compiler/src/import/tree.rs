//! All files of one description as nodes: the document itself and those of its folder that it refers to, directly or not.
//! Reads no disk; whoever calls brings the texts.

use std::collections::HashMap;

use super::node::{Node, Value};
use super::reference::{self, Reference, Refused};
use super::{codes, json, yaml};
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::source::{FileId, Sources, Span};

/// Gives the text of another file of the description's folder by its path from there, or none.
pub type Folder<'f> = dyn FnMut(&str) -> Option<String> + 'f;

/// The files of one description.
#[derive(Clone, Debug)]
pub struct Tree {
    /// Their texts, for messages.
    pub sources: Sources,
    files: Vec<File>,
    by_path: HashMap<String, usize>,
}

#[derive(Clone, Debug)]
struct File {
    path: String,
    root: Option<Node>,
}

/// Reads a description: `name` is what messages call it, and its last part is its name in its folder.
pub fn parse(name: &str, text: String, folder: &mut Folder<'_>, diagnostics: &mut Diagnostics) -> Tree {
    let (above, own) = name.rsplit_once('/').map_or(("", name), |(above, own)| (above, own));
    let mut tree = Tree { sources: Sources::default(), files: Vec::new(), by_path: HashMap::new() };
    tree.add(name, own.to_owned(), text, diagnostics);
    let mut next = 0;
    while next < tree.files.len() {
        for (span, wanted) in tree.wanted(next) {
            if tree.by_path.contains_key(&wanted) {
                continue;
            }
            let shown = if above.is_empty() { wanted.clone() } else { format!("{above}/{wanted}") };
            match folder(&wanted) {
                Some(text) => tree.add(&shown, wanted, text, diagnostics),
                None => {
                    diagnostics.push(Diagnostic::new(codes::NO_SUCH_FILE, span, format!("`{wanted}` is not in the description's folder")));
                    tree.absent(wanted);
                }
            }
        }
        next += 1;
    }
    tree
}

impl Tree {
    fn add(&mut self, shown: &str, path: String, text: String, diagnostics: &mut Diagnostics) {
        let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
        let file = self.sources.add(shown, text);
        let text = &self.sources.file(file).text;
        let json = text.trim_start().starts_with(['{', '[']);
        // What begins like JSON may still be YAML in flow style.
        let parsed = match json.then(|| json::parse(file, text)) {
            Some(Ok(node)) => Ok(node),
            Some(Err(mistake)) if path.ends_with(".json") => Err(mistake),
            Some(Err(mistake)) => yaml::parse(file, text).map_err(|_| mistake),
            None => yaml::parse(file, text),
        };
        let root = parsed.map_err(|mistake| diagnostics.push(*mistake)).ok();
        self.by_path.insert(path.clone(), self.files.len());
        self.files.push(File { path, root });
    }

    fn absent(&mut self, path: String) {
        // It keeps its number apart from the sources' numbers of files that follow, so it gets an empty text.
        self.sources.add(path.clone(), "");
        self.by_path.insert(path.clone(), self.files.len());
        self.files.push(File { path, root: None });
    }

    /// The other files that a file refers to, in the order written.
    fn wanted(&self, index: usize) -> Vec<(Span, String)> {
        let file = &self.files[index];
        let mut found = Vec::new();
        let mut open: Vec<&Node> = file.root.iter().collect();
        while let Some(node) = open.pop() {
            match &node.value {
                Value::List(items) => open.extend(items.iter().rev()),
                Value::Map(members) => {
                    for member in members.iter().rev() {
                        open.push(&member.value);
                    }
                    let text = node.get("$ref").and_then(|text| Some((text.span, text.text()?)));
                    if let Some((span, text)) = text.filter(|(_, text)| !text.starts_with('#')) {
                        found.extend(reference::parse(text, &file.path).ok().map(|reference| (span, reference.file)));
                    }
                }
                _ => {}
            }
        }
        found
    }

    /// The document itself.
    pub fn root(&self) -> Option<&Node> {
        self.files.first().and_then(|file| file.root.as_ref())
    }

    /// What a reference that stands in `file` means.
    pub fn reference(&self, text: &str, file: FileId) -> Result<Reference, Refused> {
        reference::parse(text, &self.files[file.0 as usize].path)
    }

    /// Could the file that a reference names be read? If not, that has been reported.
    pub fn has_file(&self, reference: &Reference) -> bool {
        self.by_path.get(&reference.file).is_some_and(|index| self.files[*index].root.is_some())
    }

    /// The JSON pointer of what stands at a place, `/paths/~1pets/get`.
    pub fn pointer(&self, at: crate::source::Span) -> String {
        let mut pointer = String::new();
        let mut node = self.files.get(at.file.0 as usize).and_then(|file| file.root.as_ref());
        while let Some(here) = node {
            node = match &here.value {
                Value::Map(members) => {
                    // The last that starts at or before it holds it, if any does.
                    let found =
                        members.partition_point(|member| member.key_span.start <= at.start).checked_sub(1).map(|index| &members[index]);
                    let found = found.filter(|member| at.start < member.value.span.end.max(member.key_span.end));
                    found.map(|member| {
                        pointer.push('/');
                        pointer.push_str(&member.key.replace('~', "~0").replace('/', "~1"));
                        &member.value
                    })
                }
                Value::List(items) => {
                    let index = items.partition_point(|item| item.span.start <= at.start).checked_sub(1);
                    index.filter(|index| at.start < items[*index].span.end).map(|index| {
                        pointer.push_str(&format!("/{index}"));
                        &items[index]
                    })
                }
                _ => None,
            };
        }
        pointer
    }

    /// What stands where a reference leads.
    pub fn target(&self, reference: &Reference) -> Option<&Node> {
        let index = self.by_path.get(&reference.file)?;
        reference::at(self.files[*index].root.as_ref()?, &reference.pointer)
    }
}
