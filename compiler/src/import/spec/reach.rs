//! Unions that are tried in order, once it is known which types are one: each variant must have values that no earlier one takes. What asks
//! for more goes first, and of two that take the same one is made. The first look, at choices as the document has them, is `choices`'s.

use super::choices::{same_kind, wider};
use super::maker::Maker;
use super::names::Names;
use super::notes::Subject;
use super::plan::{Field, Type, TypeId, TypeItem, TypeKind, Variant, What};
use super::words::pascal;

/// Types nest no deeper than this where one is looked for in another; below it they are taken to differ.
const DEEP: usize = 6;
/// A name of two that is longer than this says too much.
const LONG: usize = 40;

impl Maker<'_, '_> {
    /// Gives every union variants that can be reached.
    pub(super) fn settle_unions(&mut self) {
        for index in 0..self.types.len() {
            let TypeKind::Union { tag: None, variants } = &self.types[index].kind else { continue };
            let variants = self.settled(variants.clone());
            self.types[index].kind = match &variants[..] {
                // A union of one is that one, where it has a place of its own.
                [Variant { ty: Type::Named(only), .. }] if only.0 as usize != index && self.is_joined(*only) => {
                    self.types[only.0 as usize].kind.clone()
                }
                _ => TypeKind::Union { tag: None, variants },
            };
        }
    }

    fn is_joined(&self, id: TypeId) -> bool {
        self.joined_types.contains(&id)
    }

    fn settled(&mut self, mut variants: Vec<Variant>) -> Vec<Variant> {
        // Each step moves one forward or makes one of two; the count only guards against types that take each other in a circle.
        for _ in 0..variants.len() * variants.len() {
            let hidden = |later: &usize| (0..*later).find(|first| self.takes(&variants[*first].ty, &variants[*later].ty, DEEP));
            let Some((first, later)) = (1..variants.len()).find_map(|later| Some((hidden(&later)?, later))) else { break };
            let more = variants.remove(later);
            if self.takes(&more.ty, &variants[first].ty, DEEP) {
                variants[first] = self.one_of_two(variants[first].clone(), more);
            } else {
                variants.insert(first, more);
            }
        }
        variants
    }

    /// Does every value of the one fit the other? As the check of a spec has it.
    fn takes(&self, first: &Type, later: &Type, deep: usize) -> bool {
        if deep == 0 {
            return false;
        }
        match (first, later) {
            (Type::Scalar("json", _), _) | (Type::Scalar("float", _), Type::Scalar("int", _)) => true,
            (a, b) if a == b => true,
            (Type::List(first, _), Type::List(later, _)) | (Type::Map(first), Type::Map(later)) => self.takes_what(first, later, deep - 1),
            _ => match (self.struct_fields(first), self.struct_fields(later)) {
                (Some(first), Some(later)) => self.takes_members(first, later, deep - 1),
                _ => self.is_text(first) && (self.is_text(later) || matches!(later, Type::Literal(text) if text.starts_with('"'))),
            },
        }
    }

    fn takes_what(&self, first: &What, later: &What, deep: usize) -> bool {
        (first.nullable || !later.nullable) && self.takes(&first.ty, &later.ty, deep)
    }

    fn takes_members(&self, first: &[Field], later: &[Field], deep: usize) -> bool {
        let absent = |field: &Field| field.optional || field.default.is_some();
        first.iter().filter(|field| !field.rest).all(|field| match later.iter().find(|other| other.wire == field.wire && !other.rest) {
            Some(other) => (absent(field) || !absent(other)) && self.takes_what(&field.what, &other.what, deep),
            None => absent(field),
        })
    }

    /// Does it take any text?
    fn is_text(&self, ty: &Type) -> bool {
        match ty {
            Type::Scalar(name, _) => *name == "string",
            Type::Named(id) => match &self.types[id.0 as usize].kind {
                TypeKind::Enum(values) => values.iter().all(|value| value.wire.starts_with('"')),
                _ => false,
            },
            _ => false,
        }
    }

    fn one_of_two(&mut self, one: Variant, other: Variant) -> Variant {
        if let Some(at) = self.struct_fields(&one.ty).and_then(<[Field]>::first).map(|field| field.at) {
            self.note(Subject::Schema, at, "nothing tells these choices apart: one type has the members of all");
        }
        let name = name_of_two(&one.name, &other.name);
        let ty = self.joined_type(&one.ty, &other.ty, &pascal(&name), DEEP);
        let docs = if one.docs.is_empty() { other.docs } else { one.docs };
        Variant { name, tag: None, ty, docs }
    }

    /// The narrowest type that has the values of both, as far as types say.
    fn joined_type(&mut self, one: &Type, other: &Type, name: &str, deep: usize) -> Type {
        if same_kind(one, other) {
            return wider(one.clone(), other.clone());
        }
        if deep == 0 {
            return Type::json();
        }
        match (one, other) {
            (Type::List(one, bounds), Type::List(other, _)) => {
                Type::List(Box::new(self.joined_what(one, other, name, deep - 1)), bounds.clone())
            }
            (Type::Map(one), Type::Map(other)) => Type::Map(Box::new(self.joined_what(one, other, name, deep - 1))),
            (Type::Scalar("int" | "float", _), Type::Scalar("int" | "float", _)) => Type::scalar("float"),
            _ => match (self.struct_fields(one), self.struct_fields(other)) {
                (Some(first), Some(second)) => {
                    let (first, second) = (first.to_vec(), second.to_vec());
                    self.joined_struct((one, first), second, name, deep - 1)
                }
                _ => {
                    let text = |ty: &Type| self.is_text(ty) || matches!(ty, Type::Literal(text) if text.starts_with('"'));
                    if text(one) && text(other) { Type::scalar("string") } else { Type::json() }
                }
            },
        }
    }

    fn joined_what(&mut self, one: &What, other: &What, name: &str, deep: usize) -> What {
        What { ty: self.joined_type(&one.ty, &other.ty, name, deep), nullable: one.nullable || other.nullable }
    }

    /// A struct with the members of two; what only one of them has may be absent.
    fn joined_struct(&mut self, (one, mut fields): (&Type, Vec<Field>), more: Vec<Field>, name: &str, deep: usize) -> Type {
        for field in fields.iter_mut().filter(|field| !more.iter().any(|other| other.wire == field.wire)) {
            field.optional |= field.default.is_none();
        }
        let mut names = Names::default();
        fields.iter().for_each(|field| drop(names.take(&field.name, "_")));
        for mut field in more {
            match fields.iter_mut().find(|known| known.wire == field.wire) {
                Some(known) => {
                    known.optional |= field.optional;
                    known.what = self.joined_what(&known.what, &field.what, &format!("{name}{}", pascal(&field.name)), deep);
                }
                None => {
                    field.name = names.take(&field.name, "_");
                    field.optional |= field.default.is_none();
                    fields.push(field);
                }
            }
        }
        // There is one `...` at most, and it stands last.
        fields.sort_by_key(|field| field.rest);
        let id = match one {
            Type::Named(id) if self.is_joined(*id) => *id,
            _ => self.joined_item(name),
        };
        self.types[id.0 as usize].kind = TypeKind::Struct(fields);
        Type::Named(id)
    }

    fn joined_item(&mut self, name: &str) -> TypeId {
        let id = TypeId(self.types.len() as u32);
        let name = self.type_names.take(name, "");
        let kind = TypeKind::Struct(Vec::new());
        self.types.push(TypeItem { name, own: String::new(), docs: String::new(), kind, life: None, inline: false });
        self.joined_types.insert(id);
        id
    }
}

/// `labeled_event` and `unlabeled_event` are a `labeled_or_unlabeled_event`; where that is long, the first stands for both.
fn name_of_two(one: &str, other: &str) -> String {
    let (first, second): (Vec<&str>, Vec<&str>) = (one.split('_').collect(), other.split('_').collect());
    let shared = first.iter().rev().zip(second.iter().rev()).take_while(|(a, b)| a == b).count();
    let (own, others) = (&first[..first.len() - shared], &second[..second.len() - shared]);
    if own.is_empty() || others.is_empty() || one.contains("_or_") {
        return one.to_owned();
    }
    let name = own.iter().chain(&["or"]).chain(others).chain(&first[first.len() - shared..]).copied().collect::<Vec<_>>().join("_");
    if name.len() <= LONG { name } else { one.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_that_are_one_are_called_after_both() {
        assert_eq!(name_of_two("labeled_event", "unlabeled_event"), "labeled_or_unlabeled_event");
        assert_eq!(name_of_two("event", "long_event"), "event");
        assert_eq!(name_of_two("moved_column_in_project_event", "added_to_project_event"), "moved_column_in_project_event");
    }
}
