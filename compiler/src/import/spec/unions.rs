//! Values that are one of several things: told apart by a member where the document shows one, otherwise tried in an order in which each
//! can be reached.

use std::collections::{HashMap, HashSet};

use super::flat::Flat;
use super::life;
use super::maker::{Hint, Maker};
use super::names::Names;
use super::notes::Subject;
use super::plan::{Type, TypeKind, Value, Variant, What};
use super::words::{snake, words};
use crate::import::node;
use crate::import::schema::{Discriminator, SchemaId};
use crate::source::Span;

/// A member with more values than this is no tag that a document left unsaid.
const MOST_TAGS: usize = 40;

/// One of several, in the making.
pub(super) struct Choice {
    pub(super) name: String,
    pub(super) schema: Option<SchemaId>,
    pub(super) what: What,
    pub(super) docs: String,
}

impl<'n> Maker<'_, 'n> {
    /// `oneOf` and `anyOf`.
    pub(super) fn choice(&mut self, flat: &Flat<'n>, leaves: &[SchemaId], key: &[SchemaId], hint: &Hint, at: Span) -> What {
        let mut free = Flat { choices: Vec::new(), ..flat.clone() };
        let mut groups = flat.choices.clone();
        groups.retain(|choices| !self.only_require(choices));
        if groups.len() < flat.choices.len() {
            self.note(Subject::Constraint, at, "which members must stand together is a rule that types do not have");
        }
        if groups.len() > 1 {
            self.note(
                Subject::Constraint,
                at,
                "several `oneOf` or `anyOf` at once: the first one decides, the others are not held against values",
            );
            groups[1..].iter().flatten().for_each(|id| self.carry_all(*id));
        }
        let Some(choices) = groups.into_iter().next() else {
            return self.decided(&free, leaves, key, hint, at);
        };
        if let Some(values) = self.constants(&choices) {
            let id = self.declare(key, hint, flat.docs);
            self.types[id.0 as usize].kind = TypeKind::Enum(values);
            self.carried.extend(&choices);
            return What::of(Type::Named(id));
        }
        if free.properties.is_empty() && free.types.iter().any(|one| *one != "object") && self.choices_add_rules_only(&choices) {
            self.note(Subject::Constraint, at, "choices that only narrow a value: they are not held against it");
            return self.decided(&free, leaves, key, hint, at);
        }
        // A circle comes back to the union, so it must be there before its variants are.
        let parent = self.wanted_name(hint);
        let shared = !free.properties.is_empty();
        if let Hint::Component(_) = hint {
            self.declare(key, hint, flat.docs);
        }
        free.discriminator = None;
        let mut nullable = false;
        let mut made: Vec<Choice> = Vec::new();
        for id in &choices {
            let name = self.choice_name(*id).or_else(|| self.member_of_its_own(*id, &choices));
            let place = Hint::place(&parent, name.as_deref().unwrap_or("variant"));
            let what = if shared { self.with_shared(&free, leaves, *id, &place) } else { self.what(&[*id], &place) };
            nullable |= what.nullable;
            self.carried.insert(*id);
            let docs = self.used(&[*id]).docs.to_owned();
            let name = name.unwrap_or_else(|| self.type_word(&what.ty));
            made.push(Choice { name, schema: Some(*id), what, docs });
        }
        let ty = self.assembled(made, flat.discriminator.as_ref(), key, hint, flat.docs, at);
        What { ty, nullable }
    }

    /// A value of several plain types.
    pub(super) fn several_types(&mut self, flat: &Flat<'n>, key: &[SchemaId], hint: &Hint, at: Span) -> Type {
        let parent = self.wanted_name(hint);
        if let Hint::Component(_) = hint {
            self.declare(key, hint, flat.docs);
        }
        let mut made = Vec::new();
        for one in &flat.types {
            let mut free = Flat { types: vec![*one], ..flat.clone() };
            if *one != "string" {
                (free.format, free.pattern, free.encoding) = (free.format.filter(|format| format.starts_with("int")), None, None);
                free.limits.retain(|limit| !limit.keyword.contains("Length"));
            }
            if *one != "object" {
                free.properties.clear();
                free.additional = None;
            }
            let what = self.decided(&free, key, &[], &Hint::place(&parent, one), at);
            made.push(Choice { name: self.type_word(&what.ty), schema: None, what, docs: String::new() });
        }
        self.assembled(made, None, key, hint, flat.docs, at)
    }

    /// A schema with a discriminator: one of those that say they are one of it.
    pub(super) fn inherited(&mut self, id: SchemaId, heirs: Vec<(String, SchemaId)>, leaves: &[SchemaId], hint: &Hint) -> Type {
        let schema = self.schema(id);
        let docs = schema.description;
        let tag = leaves.iter().find_map(|leaf| self.schema(*leaf).discriminator.as_ref()).map(|found| found.property.to_owned());
        let union = self.declare(&[id], hint, docs);
        let mut names = Names::default();
        let mut variants = Vec::new();
        for (told, heir) in heirs {
            let what = self.component(heir);
            if matches!(&what.ty, Type::Named(named) if *named != union && !matches!(self.types[named.0 as usize].kind, TypeKind::Enum(_)))
            {
                let name = names.take(&snake(&self.component_names[&heir], "variant"), "_");
                variants.push(Variant { name, tag: Some(told), ty: what.ty, docs: String::new() });
            }
        }
        self.carried.extend(leaves);
        self.types[union.0 as usize].kind = TypeKind::Union { tag, variants };
        Type::Named(union)
    }

    /// Choices that say nothing but which members must be there.
    fn only_require(&self, choices: &[SchemaId]) -> bool {
        choices.iter().all(|id| {
            let used = self.used(&[*id]);
            let flat = self.merged(&used.leaves);
            used.named.is_empty()
                && flat.types.iter().all(|one| *one == "object")
                && flat.properties.is_empty()
                && flat.additional.is_none()
                && flat.choices.is_empty()
                && flat.values.is_none()
                && !flat.required.is_empty()
        })
    }

    fn choices_add_rules_only(&self, choices: &[SchemaId]) -> bool {
        choices.iter().all(|id| {
            let used = self.used(&[*id]);
            let flat = self.merged(&used.leaves);
            used.named.is_empty()
                && flat.types.is_empty()
                && flat.properties.is_empty()
                && flat.values.is_none()
                && flat.constant.is_none()
                && flat.items.is_empty()
        })
    }

    /// Choices that are all constants: the values of an enum, with their titles and descriptions.
    fn constants(&self, choices: &[SchemaId]) -> Option<Vec<Value>> {
        let mut names = Names::default();
        let mut values = Vec::new();
        for id in choices {
            let schema = self.schema(*id);
            let only = schema.values.and_then(|values| if let [only] = values.items() { Some(only) } else { None });
            let constant = schema.constant.or(only).filter(|node| matches!(node.value, node::Value::Text(_)))?;
            let wire = super::literals::literal(constant)?;
            let name = names.take(&snake(constant.plain()?, "value"), "_");
            let docs = if schema.description.is_empty() { schema.title } else { schema.description };
            values.push(Value { name, wire, docs: docs.split_whitespace().collect::<Vec<_>>().join(" "), life: life::of(schema) });
        }
        Some(values)
    }

    /// A choice beside members that all choices share.
    fn with_shared(&mut self, shared: &Flat<'n>, leaves: &[SchemaId], id: SchemaId, hint: &Hint) -> What {
        let used = self.used(&[id]);
        let opened = self.opened(&used);
        let own = self.merged(&opened);
        let mut flat = own.clone();
        for (name, at, ids) in &shared.properties {
            match flat.properties.iter_mut().find(|(known, _, _)| known == name) {
                // What the choice says of a member is the narrower.
                Some(_) => self.carried.extend(ids),
                None => flat.properties.push((name, *at, ids.clone())),
            }
        }
        flat.required.extend(shared.required.iter());
        flat.additional = flat.additional.or(shared.additional);
        flat.types = vec!["object"];
        let key: Vec<SchemaId> = leaves.iter().chain(&opened).chain([&id]).copied().collect();
        if let Some(what) = self.made.get(&key) {
            return what.clone();
        }
        if flat.choices.is_empty() {
            return self.decided(&flat, &key.clone(), &key, hint, self.schema(id).span);
        }
        let at = self.schema(id).span;
        self.choice(&flat, &key.clone(), &key, hint, at)
    }

    fn choice_name(&self, id: SchemaId) -> Option<String> {
        let used = self.used(&[id]);
        if let [only] = used.named[..] {
            return Some(snake(&self.component_names[&only], "variant"));
        }
        let title = self.schema(id).title;
        (!title.is_empty() && words(title).len() <= 4).then(|| snake(title, "variant"))
    }

    /// A member that only this choice has, one that it needs if there is one.
    fn member_of_its_own(&self, id: SchemaId, choices: &[SchemaId]) -> Option<String> {
        let flat = |id: SchemaId| self.merged(&self.opened(&self.used(&[id])));
        let own = flat(id);
        let others: HashSet<&str> =
            choices.iter().filter(|other| **other != id).flat_map(|other| flat(*other).properties).map(|(name, _, _)| name).collect();
        let mut alone = own.properties.iter().map(|(name, _, _)| *name).filter(|name| !others.contains(name));
        let first = alone.clone().next();
        let found = alone.find(|name| own.required.contains(name)).or(first)?;
        Some(snake(found, "variant"))
    }

    /// What a choice without a name is called: after its type.
    fn type_word(&self, ty: &Type) -> String {
        match ty {
            Type::Scalar("string", _) | Type::Id(_) => "text".to_owned(),
            Type::Scalar("json", _) => "any".to_owned(),
            Type::Scalar(name, _) => (*name).to_owned(),
            Type::Named(id) => match &self.types[id.0 as usize].kind {
                TypeKind::Enum(_) => "value".to_owned(),
                _ if self.types[id.0 as usize].inline => "object".to_owned(),
                _ => snake(self.type_name(*id), "object"),
            },
            Type::List(item, _) => format!("{}_list", self.type_word(&item.ty)),
            Type::Map(_) => "map".to_owned(),
            Type::Literal(text) => snake(text.trim_matches('"'), "value"),
        }
    }

    pub(super) fn wanted_name(&self, hint: &Hint) -> String {
        match hint {
            Hint::Component(id) => self.component_names[id].clone(),
            Hint::Place { parent, own } => format!("{parent}{}", super::words::pascal(own)),
        }
    }

    /// One type of several choices.
    fn assembled(
        &mut self,
        made: Vec<Choice>,
        discriminator: Option<&Discriminator<'n>>,
        key: &[SchemaId],
        hint: &Hint,
        docs: &str,
        at: Span,
    ) -> Type {
        if let Some((tag, variants)) = self.tagged(&made, discriminator) {
            return self.union(key, hint, docs, Some(tag), variants);
        }
        if let Some(discriminator) = discriminator {
            self.note(
                Subject::Schema,
                discriminator.span,
                "not every choice is an object with this member: the choices are tried in order",
            );
        }
        let choices = self.reachable(made, hint, at);
        if let [only] = &choices[..] {
            return self.one_after_all(only.what.ty.clone(), key, hint);
        }
        let mut names = Names::default();
        let variants =
            choices.into_iter().map(|one| Variant { name: names.take(&one.name, "_"), tag: None, ty: one.what.ty, docs: one.docs });
        let variants: Vec<Variant> = variants.collect();
        self.union(key, hint, docs, None, variants)
    }

    /// A union that turned out to be another type is that type. What was made meanwhile may refer to it, so what was declared stays.
    fn one_after_all(&mut self, ty: Type, key: &[SchemaId], hint: &Hint) -> Type {
        let declared = match self.made.get(key) {
            Some(What { ty: Type::Named(id), .. }) if matches!(hint, Hint::Component(_)) => Some(*id),
            _ => None,
        };
        let joined = match &ty {
            Type::Named(id) if self.joined_types.contains(id) => Some(*id),
            _ => None,
        };
        let ty = match (declared, joined) {
            (Some(declared), Some(joined)) => {
                self.types[declared.0 as usize].kind = self.types[joined.0 as usize].kind.clone();
                Type::Named(declared)
            }
            (Some(declared), None) => {
                let only = Variant { name: self.type_word(&ty), tag: None, ty: ty.clone(), docs: String::new() };
                self.types[declared.0 as usize].kind = TypeKind::Union { tag: None, variants: vec![only] };
                ty
            }
            (None, Some(joined)) => {
                let wanted = self.wanted_name(hint);
                if !self.type_names.has(&wanted) {
                    self.types[joined.0 as usize].name = self.type_names.take(&wanted, "");
                }
                ty
            }
            (None, None) => ty,
        };
        self.made.insert(key.to_vec(), What::of(ty.clone()));
        ty
    }

    fn union(&mut self, key: &[SchemaId], hint: &Hint, docs: &str, tag: Option<String>, variants: Vec<Variant>) -> Type {
        let declared = match self.made.get(key) {
            Some(What { ty: Type::Named(id), .. }) if matches!(hint, Hint::Component(_)) => *id,
            _ => self.declare(key, hint, docs),
        };
        self.types[declared.0 as usize].kind = TypeKind::Union { tag, variants };
        Type::Named(declared)
    }

    /// Variants by the values of a member that tells them apart: the one that the document names, or one that all have and that has
    /// other values in each.
    fn tagged(&self, made: &[Choice], discriminator: Option<&Discriminator<'n>>) -> Option<(String, Vec<Variant>)> {
        let structs = made.iter().all(|one| self.struct_fields(&one.what.ty).is_some() || self.is_tagged_union(&one.what.ty));
        if !structs || made.len() < 2 {
            return None;
        }
        if let Some(discriminator) = discriminator {
            let tags = made.iter().map(|one| self.tags(one, discriminator)).collect::<Vec<_>>();
            return distinct(&tags).then(|| (discriminator.property.to_owned(), self.with_tags(made, tags)));
        }
        let first = self.struct_fields(&made[0].what.ty)?;
        for field in first {
            let tags: Vec<Vec<String>> = made.iter().map(|one| self.fixed_values(&one.what.ty, &field.wire)).collect();
            if distinct(&tags) {
                return Some((field.wire.clone(), self.with_tags(made, tags)));
            }
        }
        None
    }

    fn with_tags(&self, made: &[Choice], tags: Vec<Vec<String>>) -> Vec<Variant> {
        let mut names = Names::default();
        let mut variants = Vec::new();
        for (one, tags) in made.iter().zip(tags) {
            let several = tags.len() > 1;
            for tag in tags {
                let wanted = if several { snake(&tag, "variant") } else { one.name.clone() };
                let wanted = if wanted == "object" { snake(&tag, "variant") } else { wanted };
                variants.push(Variant { name: names.take(&wanted, "_"), tag: Some(tag), ty: one.what.ty.clone(), docs: one.docs.clone() });
            }
        }
        variants
    }

    /// The values of the discriminator that stand for a choice.
    fn tags(&self, one: &Choice, discriminator: &Discriminator<'n>) -> Vec<String> {
        let fixed = self.fixed_values(&one.what.ty, discriminator.property);
        let Some(id) = one.schema else { return fixed };
        let named = self.used(&[id]).named;
        let own = self.schema(id).reference.map(|(name, _)| name);
        let raw = own.or_else(|| named.first().and_then(|named| self.raw_name(*named)));
        let target = |target: &str| target.rsplit(['/', '#']).next().unwrap_or(target).to_owned();
        let mapped: Vec<String> =
            discriminator.mapping.iter().filter(|(_, to)| Some(target(to).as_str()) == raw).map(|(value, _)| (*value).to_owned()).collect();
        if !mapped.is_empty() {
            return mapped;
        }
        if !fixed.is_empty() { fixed } else { raw.map(str::to_owned).into_iter().collect() }
    }

    pub(super) fn raw_name(&self, id: SchemaId) -> Option<&'n str> {
        self.document.named.iter().find(|(_, named)| *named == id).map(|(name, _)| *name)
    }

    fn is_tagged_union(&self, ty: &Type) -> bool {
        matches!(ty, Type::Named(id) if matches!(self.types[id.0 as usize].kind, TypeKind::Union { tag: Some(_), .. }))
    }

    /// The few texts that a required member of a struct can be.
    fn fixed_values(&self, ty: &Type, wire: &str) -> Vec<String> {
        let Some(field) = self.struct_fields(ty).and_then(|fields| fields.iter().find(|field| field.wire == wire && !field.rest)) else {
            return Vec::new();
        };
        let plain = |wire: &String| wire.strip_prefix('"').and_then(|text| text.strip_suffix('"')).map(str::to_owned);
        match &field.what.ty {
            Type::Literal(literal) => plain(literal).into_iter().collect(),
            Type::Named(id) => match &self.types[id.0 as usize].kind {
                TypeKind::Enum(values) if values.len() <= MOST_TAGS => values.iter().filter_map(|value| plain(&value.wire)).collect(),
                _ => Vec::new(),
            },
            _ => Vec::new(),
        }
    }
}

/// Each has values, and none has one of another.
fn distinct(tags: &[Vec<String>]) -> bool {
    let mut seen = HashSet::new();
    tags.iter().all(|own| !own.is_empty() && own.iter().all(|tag| seen.insert(tag)))
}

/// By each schema with a discriminator and no choices of its own: the named schemas that are made of it, with the value that stands for each.
pub(super) fn heirs(maker: &Maker<'_, '_>) -> HashMap<SchemaId, Vec<(String, SchemaId)>> {
    let mut found: HashMap<SchemaId, Vec<(String, SchemaId)>> = HashMap::new();
    let bases: HashMap<SchemaId, &Discriminator<'_>> = maker
        .component_names
        .keys()
        .filter_map(|id| {
            let schema = maker.schema(*id);
            let base = schema.one_of.is_empty() && schema.any_of.is_empty();
            Some((*id, schema.discriminator.as_ref().filter(|_| base)?))
        })
        .collect();
    if bases.is_empty() {
        return found;
    }
    for (raw, id) in &maker.document.named {
        let mut seen = vec![*id];
        let mut open = parents(maker, *id);
        while let Some(parent) = open.pop() {
            if seen.contains(&parent) {
                continue;
            }
            seen.push(parent);
            if let Some(base) = bases.get(&parent) {
                let target = |to: &str| to.rsplit(['/', '#']).next().unwrap_or(to) == *raw;
                let mapped: Vec<String> = base.mapping.iter().filter(|(_, to)| target(to)).map(|(value, _)| (*value).to_owned()).collect();
                let own = maker.schema(*id).extensions.iter().find(|(name, _)| name.ends_with("discriminator-value"));
                let own = own.and_then(|(_, node)| node.text()).map_or_else(|| (*raw).to_owned(), str::to_owned);
                let tags = if mapped.is_empty() { vec![own] } else { mapped };
                found.entry(parent).or_default().extend(tags.into_iter().map(|tag| (tag, *id)));
            }
            open.extend(parents(maker, parent));
        }
    }
    found
}

/// The named schemas that `allOf` takes in.
fn parents(maker: &Maker<'_, '_>, id: SchemaId) -> Vec<SchemaId> {
    let parts = maker.schema(id).all_of.iter();
    parts.filter_map(|part| maker.schema(*part).reference.map(|(_, target)| target)).collect()
}
