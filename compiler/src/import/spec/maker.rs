//! What making a spec of a document needs at hand: the document, the types made so far, names given, and what was left out.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::names::Names;
use super::notes::{Notes, Subject};
use super::plan::{Type, TypeId, TypeItem, TypeKind, What};
use super::words::pascal;
use crate::import::document::{Document, Operation};
use crate::import::node::Node;
use crate::import::schema::{Schema, SchemaId};
use crate::import::tree::Tree;
use crate::source::Span;

/// The state of one import.
pub(super) struct Maker<'d, 'n> {
    pub(super) document: &'d Document<'n>,
    pub(super) tree: &'n Tree,
    pub(super) notes: Notes,
    pub(super) types: Vec<TypeItem>,
    /// What a type is called; names of named schemas are kept free for them.
    pub(super) type_names: Names,
    pub(super) component_names: HashMap<SchemaId, String>,
    /// Types by the schemas that they were made of.
    pub(super) made: HashMap<Vec<SchemaId>, What>,
    pub(super) in_progress: HashSet<SchemaId>,
    /// By a schema with a discriminator and no choices: those that say they are one of it, each with its tag.
    pub(super) heirs: HashMap<SchemaId, Vec<(String, SchemaId)>>,
    pub(super) in_requests: HashSet<SchemaId>,
    pub(super) in_answers: HashSet<SchemaId>,
    /// Each schema that a field, variant, input or answer was made of.
    pub(super) carried: HashSet<SchemaId>,
    /// Schemas whose values are kept as they come.
    pub(super) kept_raw: HashSet<SchemaId>,
    /// Structs that hold the members of several, which nothing tells apart.
    pub(super) joined_types: HashSet<TypeId>,
    /// How often each schema is referred to; empty until it is asked for.
    pub(super) reference_counts: HashMap<SchemaId, usize>,
    /// Enums without a name of their own, by what they are called and what they offer; those that several places share.
    pub(super) enums_in_place: HashMap<(String, Vec<String>), TypeId>,
    pub(super) shared_enums: BTreeMap<TypeId, String>,
    /// Formats without a type here: where the first stands, and how many there are.
    pub(super) formats: BTreeMap<String, (Span, usize)>,
}

/// What a type that has no name of its own is called after.
#[derive(Clone, Debug)]
pub(super) enum Hint {
    /// A named schema.
    Component(SchemaId),
    /// Where it stands: what it belongs to, and what it is called there.
    Place { parent: String, own: String },
}

impl Hint {
    pub(super) fn place(parent: &str, own: &str) -> Self {
        Self::Place { parent: parent.to_owned(), own: own.to_owned() }
    }
}

impl<'d, 'n> Maker<'d, 'n> {
    pub(super) fn new(document: &'d Document<'n>, tree: &'n Tree, operations: &[&Operation<'n>]) -> Self {
        let component_names = component_names(document);
        let mut maker = Self {
            document,
            tree,
            notes: Notes::default(),
            types: Vec::new(),
            type_names: Names::default(),
            component_names,
            made: HashMap::new(),
            in_progress: HashSet::new(),
            heirs: HashMap::new(),
            in_requests: HashSet::new(),
            in_answers: HashSet::new(),
            carried: HashSet::new(),
            kept_raw: HashSet::new(),
            joined_types: HashSet::new(),
            reference_counts: HashMap::new(),
            enums_in_place: HashMap::new(),
            shared_enums: BTreeMap::new(),
            formats: BTreeMap::new(),
        };
        let names: Vec<String> = maker.component_names.values().cloned().collect();
        for name in names {
            maker.type_names.take(&name, "");
        }
        maker.heirs = super::unions::heirs(&maker);
        maker.in_requests = maker.reached(operations.iter().flat_map(|one| request_roots(one)));
        maker.in_answers = maker.reached(operations.iter().flat_map(|one| answer_roots(one)));
        maker
    }

    pub(super) fn note(&mut self, subject: Subject, at: Span, reason: impl Into<String>) {
        self.notes.push(subject, at, reason);
    }

    /// A type of its own, empty until it is known what it holds; `key` is how it is found again.
    pub(super) fn declare(&mut self, key: &[SchemaId], hint: &Hint, docs: &str) -> TypeId {
        let id = TypeId(self.types.len() as u32);
        let (name, own, inline) = match hint {
            Hint::Component(component) => (self.component_names[component].clone(), String::new(), false),
            Hint::Place { parent, own } => (self.type_names.take(&format!("{parent}{}", pascal(own)), ""), own.clone(), true),
        };
        let kind = TypeKind::Struct(Vec::new());
        self.types.push(TypeItem { name, own, docs: docs.to_owned(), kind, life: None, inline });
        self.made.insert(key.to_vec(), What::of(Type::Named(id)));
        id
    }

    pub(super) fn type_name(&self, id: TypeId) -> &str {
        &self.types[id.0 as usize].name
    }

    /// The value of an example that stands elsewhere in the document.
    pub(super) fn example_at(&self, reference: &str) -> Option<&'n Node> {
        let found = self.tree.reference(reference, crate::source::FileId(0)).ok()?;
        self.tree.target(&found)?.get("value")
    }

    /// Lists the formats that are only a word here.
    pub(super) fn unused_formats(&mut self) {
        for (format, (at, count)) in std::mem::take(&mut self.formats) {
            self.note(Subject::Constraint, at, format!("`format: {format}` is plain text here ({count} times)"));
        }
    }

    /// Every schema that some schemas are made of, themselves included.
    fn reached(&self, roots: impl Iterator<Item = SchemaId>) -> HashSet<SchemaId> {
        let mut seen = HashSet::new();
        let mut open: Vec<SchemaId> = roots.collect();
        while let Some(id) = open.pop() {
            if seen.insert(id) {
                open.extend(parts(self.schema(id)));
                open.extend(self.heirs.get(&id).into_iter().flatten().map(|(_, heir)| *heir));
            }
        }
        seen
    }
}

/// The schemas that a schema names or holds.
pub(super) fn parts(schema: &Schema<'_>) -> Vec<SchemaId> {
    let mut parts: Vec<SchemaId> = schema.properties.iter().map(|property| property.schema).collect();
    parts.extend(schema.reference.map(|(_, target)| target));
    parts.extend(schema.additional.map(|(id, _)| id));
    parts.extend(schema.items);
    for several in [&schema.prefix_items, &schema.all_of, &schema.one_of, &schema.any_of] {
        parts.extend(several);
    }
    parts.extend(schema.applied.iter().map(|applied| applied.schema));
    parts
}

/// The schemas of an operation's request.
pub(super) fn request_roots<'o>(operation: &'o Operation<'_>) -> impl Iterator<Item = SchemaId> + 'o {
    let parameters = operation.parameters.iter().filter_map(|one| one.schema);
    parameters.chain(operation.body.iter().flat_map(|body| &body.content).filter_map(|media| media.schema))
}

/// The schemas of an operation's answers.
pub(super) fn answer_roots<'o>(operation: &'o Operation<'_>) -> impl Iterator<Item = SchemaId> + 'o {
    operation.answers.iter().flat_map(|answer| &answer.content).filter_map(|media| media.schema)
}

/// What each named schema is called: by the last part of its name, and by more parts where that is not enough to tell two apart.
fn component_names(document: &Document<'_>) -> HashMap<SchemaId, String> {
    let mut named: Vec<(SchemaId, &str)> = Vec::new();
    let mut known: HashSet<SchemaId> = HashSet::new();
    for (name, id) in &document.named {
        if known.insert(*id) {
            named.push((*id, name));
        }
    }
    for schema in &document.schemas {
        let Some((name, target)) = schema.reference else { continue };
        // A reference into the middle of something else names nothing.
        let stem = name.split('.').next().unwrap_or_default();
        let is_name = stem.len() > 1 && !stem.starts_with(|c: char| c.is_ascii_digit()) && !["schema", "items"].contains(&stem);
        if is_name && known.insert(target) {
            named.push((target, stem));
        }
    }
    let split: Vec<(SchemaId, Vec<&str>)> = named.iter().map(|(id, name)| (*id, segments(name))).collect();
    let mut depth: Vec<usize> = vec![1; split.len()];
    let name = |index: usize, depth: &[usize]| {
        let parts = &split[index].1;
        pascal(&parts[parts.len().saturating_sub(depth[index])..].join("."))
    };
    for _ in 0..6 {
        let mut places: HashMap<String, Vec<usize>> = HashMap::new();
        (0..split.len()).for_each(|index| places.entry(name(index, &depth).to_ascii_lowercase()).or_default().push(index));
        let clashing = places.into_values().filter(|all| all.len() > 1).flatten().filter(|index| depth[*index] < split[*index].1.len());
        let clashing: Vec<usize> = clashing.collect();
        if clashing.is_empty() {
            break;
        }
        clashing.into_iter().for_each(|index| depth[index] += 1);
    }
    let mut all: Vec<String> = (0..split.len()).map(|index| name(index, &depth)).collect();
    without_common_words(&mut all);
    let mut taken = Names::default();
    let named = (0..split.len()).map(|index| {
        let wanted = std::mem::take(&mut all[index]);
        (split[index].0, taken.take(if wanted.is_empty() { "Unnamed" } else { &wanted }, ""))
    });
    named.collect()
}

/// So many names tell that words in front of nearly all of them are no part of a name.
const MANY_NAMES: usize = 12;

/// Names without the words that nearly all begin with: of `AcmeCloudV1Task`, `AcmeCloudV1Project`, … that is `AcmeCloudV1`.
fn without_common_words(names: &mut [String]) {
    if names.len() < MANY_NAMES {
        return;
    }
    let nearly_all = |prefix: &str| names.iter().filter(|name| name.starts_with(prefix)).count() * 10 >= names.len() * 8;
    let longest = |name: &String| {
        let prefixes = word_starts(name).into_iter().rev().map(|end| name[..end].to_owned());
        prefixes.into_iter().find(|prefix| !word_starts(prefix).is_empty() && nearly_all(prefix))
    };
    let Some(prefix) = names.iter().take(MANY_NAMES).filter_map(longest).max_by_key(String::len) else { return };
    let others: HashSet<String> = names.iter().filter(|name| !name.starts_with(&prefix)).map(|name| name.to_ascii_lowercase()).collect();
    for name in names.iter_mut() {
        let rest = name.strip_prefix(&prefix).filter(|rest| !rest.is_empty() && !others.contains(&rest.to_ascii_lowercase()));
        if let Some(rest) = rest.map(str::to_owned) {
            *name = rest;
        }
    }
}

/// Where words begin in `PascalCase`, behind the first.
fn word_starts(name: &str) -> Vec<usize> {
    let bytes = name.as_bytes();
    (1..bytes.len()).filter(|at| bytes[*at].is_ascii_uppercase() && !bytes[*at - 1].is_ascii_uppercase()).collect()
}

/// `io.k8s.api.core.v1.Pod` in parts; a name with one dot or a version behind it is one part.
fn segments(name: &str) -> Vec<&str> {
    let parts: Vec<&str> = name.split(['.', '/', ':']).filter(|part| !part.is_empty()).collect();
    let last_names = parts.last().is_some_and(|last| last.starts_with(|c: char| c.is_ascii_alphabetic()) && last.len() > 2);
    if parts.len() > 2 && last_names { parts } else { vec![name] }
}

#[cfg(test)]
mod tests {
    use super::without_common_words;

    #[test]
    fn words_in_front_of_nearly_all_names_are_left_out() {
        let things = ["Task", "Project", "Board", "Card", "List", "Member", "Team", "Label", "Note", "File", "Role"];
        let mut names: Vec<String> = things.iter().map(|name| format!("AcmeCloudV1{name}")).chain(["Role".to_owned()]).collect();
        without_common_words(&mut names);
        assert_eq!(names[..3], ["Task", "Project", "Board"]);
        assert_eq!(names[10..], ["AcmeCloudV1Role", "Role"], "what another is called stays whole");
        let mut names: Vec<String> = things.iter().map(|name| format!("Task{name}")).chain(["Role".to_owned()]).collect();
        without_common_words(&mut names);
        assert_eq!(names[0], "TaskTask", "one word may well be what they are about");
    }
}
