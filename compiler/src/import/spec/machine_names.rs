//! Names that a tool gave, and no person would: `InlineResponse200`, `Successfuloperation63`, `Row4` beside `Row`. What has one is called after
//! where it is found, as what has none is.

use std::collections::{HashSet, VecDeque};

use super::names::Names;
use super::plan::{Held, Module, Spec, Type, TypeId, TypeItem, TypeKind};
use super::words::{pascal, singular, snake};

/// What tools call things of which they know nothing, with a number or without.
const NAMELESS: [&str; 7] =
    ["successfuloperation", "inlineresponse", "inlineresponsedefault", "inlineobject", "inlinemodel", "requestbody", "responsebody"];
/// What says nothing where a number stands behind it.
const DULL: [&str; 16] = [
    "response", "result", "object", "input", "output", "body", "data", "item", "items", "model", "schema", "error", "request", "params",
    "value", "values",
];

/// Gives such types a name of their place.
pub(super) fn replaced(spec: &mut Spec, taken: &mut Names) {
    let given: Vec<String> = spec.types.iter().map(|item| item.name.clone()).collect();
    let mut renaming = Renaming { all: given.iter().cloned().collect(), given, taken, seen: HashSet::new(), open: VecDeque::new() };
    let wanted: Vec<(TypeId, Vec<String>)> = spec.modules.iter().flat_map(|module| places(spec, module)).collect();
    for (id, names) in wanted {
        renaming.visit(spec, id, names, false);
    }
    // From the whole to its parts, so that a part is called after the new name of the whole.
    while let Some(id) = renaming.open.pop_front() {
        let item = spec.item(id);
        let (before, parent) = (renaming.given[id.0 as usize].clone(), item.name.clone());
        for (own, part) in parts(item) {
            let written_there = spec.item(part).name.strip_prefix(&before).filter(|_| spec.item(part).inline && before != parent);
            let name = written_there.map_or_else(|| format!("{parent}{}", pascal(&own)), |rest| format!("{parent}{rest}"));
            let called_after = written_there.is_some();
            renaming.visit(spec, part, vec![name], called_after);
        }
    }
}

struct Renaming<'t> {
    /// What each was called before.
    given: Vec<String>,
    /// The same, to look up.
    all: HashSet<String>,
    taken: &'t mut Names,
    seen: HashSet<TypeId>,
    open: VecDeque<TypeId>,
}

impl Renaming<'_> {
    /// Where a type is first found. It gets the best name that is free if a tool gave its own, or if it was called after the whole that it stands in.
    fn visit(&mut self, spec: &mut Spec, id: TypeId, names: Vec<String>, called_after: bool) {
        if !self.seen.insert(id) {
            return;
        }
        self.open.push_back(id);
        let item = &mut spec.types[id.0 as usize];
        if !called_after && !is_of_a_tool(item, &self.all) {
            return;
        }
        if let Some(free) = names.into_iter().find(|name| !name.is_empty() && !self.taken.has(name)) {
            item.name = self.taken.take(&free, "");
        }
    }
}

/// Did nobody think of this name? A version, as in `PaymentV2`, is no number that a tool counts with.
fn is_of_a_tool(item: &TypeItem, all: &HashSet<String>) -> bool {
    if item.inline {
        return false;
    }
    let stem = item.name.trim_end_matches(|c: char| c.is_ascii_digit());
    let plain = stem.to_ascii_lowercase();
    let counted = stem.len() < item.name.len() && !stem.ends_with(['V', 'v']);
    NAMELESS.contains(&plain.as_str()) || counted && (DULL.contains(&plain.as_str()) || all.contains(stem))
}

/// What a module takes and gives, with names for it, best first.
fn places(spec: &Spec, module: &Module) -> Vec<(TypeId, Vec<String>)> {
    let short = !module.name.contains('_');
    let group = module.group.filter(|_| short).map(|group| spec.groups[group].name.as_str()).unwrap_or_default();
    let parent = pascal(&format!("{group}_{}", module.name));
    let mut nouns = module.path.split('/').filter(|part| !part.is_empty() && !part.starts_with('{'));
    let noun = nouns.next_back().map(|noun| pascal(&singular(&snake(noun, "")))).unwrap_or_default();
    let ends_in_hole = module.path.trim_end_matches('/').ends_with('}');
    let mut found = Vec::new();
    for what in module.answers.iter().filter_map(|answer| answer.what.as_ref()) {
        let listed = matches!(what.ty, Type::List(..));
        let of_noun = listed
            || ends_in_hole
            || module.method == "POST" && spec.modules.iter().any(|other| other.path.starts_with(&format!("{}/{{", module.path)));
        let names = if of_noun { vec![noun.clone(), format!("{parent}Output")] } else { vec![format!("{parent}Output")] };
        found.extend(inner(&what.ty).map(|id| (id, names)));
    }
    if let Some(Held::Whole(field)) = module.body.as_ref().map(|body| &body.held) {
        found.extend(inner(&field.what.ty).map(|id| (id, vec![format!("{parent}Body")])));
    }
    found.extend(module.fails.iter().filter_map(|fails| inner(&fails.ty)).map(|id| (id, vec![format!("{parent}Failure")])));
    for field in module.inputs() {
        found.extend(inner(&field.what.ty).map(|id| (id, vec![format!("{parent}{}", pascal(&singular(&field.name)))])));
    }
    found
}

/// The types in a type, with what they are called there.
fn parts(item: &TypeItem) -> Vec<(String, TypeId)> {
    match &item.kind {
        TypeKind::Struct(fields) => {
            let one = |name: &str, ty: &Type| if matches!(ty, Type::List(..)) { singular(name) } else { name.to_owned() };
            fields.iter().filter_map(|field| Some((one(&field.name, &field.what.ty), inner(&field.what.ty)?))).collect()
        }
        TypeKind::Union { variants, .. } => {
            variants.iter().filter_map(|variant| Some((variant.name.clone(), inner(&variant.ty)?))).collect()
        }
        TypeKind::Enum(_) => Vec::new(),
    }
}

/// The named type that a type is, or is made of.
fn inner(ty: &Type) -> Option<TypeId> {
    match ty {
        Type::Named(id) => Some(*id),
        Type::List(item, _) | Type::Map(item) => inner(&item.ty),
        Type::Scalar(..) | Type::Literal(_) | Type::Id(_) => None,
    }
}
