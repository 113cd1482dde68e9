//! Which type a value has: one of the language's own, a list, a map, or a type that is declared.

use super::flat::Flat;
use super::maker::{Hint, Maker};
use super::notes::Subject;
use super::plan::{Bounds, Type, What};
use super::words::singular;
use crate::import::node::Value;
use crate::import::schema::SchemaId;
use crate::source::Span;

impl<'n> Maker<'_, 'n> {
    /// The type of what all these schemas say together.
    pub(super) fn what(&mut self, ids: &[SchemaId], hint: &Hint) -> What {
        let used = self.used(ids);
        self.carried.extend(ids);
        let plain = used.leaves.iter().all(|leaf| self.says_only_its_type(*leaf));
        let mut what = match (&used.named[..], &used.leaves[..]) {
            ([only], leaves) if leaves.is_empty() || plain => self.component(*only),
            ([], leaves) => self.made_of(leaves, hint, None),
            _ => {
                let leaves = self.opened(&used);
                self.made_of(&leaves, hint, None)
            }
        };
        what.nullable |= used.nullable;
        what
    }

    fn says_only_its_type(&self, id: SchemaId) -> bool {
        let flat = self.merged(&[id]);
        flat.properties.is_empty()
            && flat.values.is_none()
            && flat.constant.is_none()
            && flat.choices.is_empty()
            && flat.items.is_empty()
            && flat.required.is_empty()
            && flat.additional.is_none()
            && flat.limits.is_empty()
            && flat.pattern.is_none()
    }

    /// The type of a named schema.
    pub(super) fn component(&mut self, id: SchemaId) -> What {
        if let Some(what) = self.made.get(&vec![id]) {
            return what.clone();
        }
        if !self.in_progress.insert(id) {
            let at = self.schema(id).span;
            self.note(Subject::Schema, at, "this contains itself without an object between, which no type can: `json` stands for it");
            return What::of(Type::json());
        }
        let used = self.inside(id);
        let what = match (&used.named[..], &used.leaves[..]) {
            ([only], []) => self.component(*only),
            _ => {
                let leaves = self.opened(&used);
                self.made_of(&leaves, &Hint::Component(id), Some(id))
            }
        };
        self.in_progress.remove(&id);
        self.made.insert(vec![id], what.clone());
        what
    }

    /// The type of merged rules.
    fn made_of(&mut self, leaves: &[SchemaId], hint: &Hint, component: Option<SchemaId>) -> What {
        let key = component.map_or_else(|| leaves.to_vec(), |id| vec![id]);
        if component.is_none()
            && let Some(what) = self.made.get(&key)
        {
            return what.clone();
        }
        let at = component.or(leaves.first().copied()).map_or(self.nowhere(), |id| self.schema(id).span);
        self.rules_left(leaves);
        if let Some(heirs) = component.and_then(|id| self.heirs.get(&id).cloned()) {
            return What::of(self.inherited(component.expect("heirs have one"), heirs, leaves, hint));
        }
        let flat = self.merged(leaves);
        self.decided(&flat, leaves, &key, hint, at)
    }

    pub(super) fn decided(&mut self, flat: &Flat<'n>, leaves: &[SchemaId], key: &[SchemaId], hint: &Hint, at: Span) -> What {
        let is = |word: &str| flat.types.contains(&word);
        if let Some(constant) = flat.constant {
            return What::of(self.constant(constant, flat));
        }
        if flat.values.is_some_and(|values| values.items().iter().any(|value| value.value != Value::Null)) {
            return What::of(self.enumeration(flat, key, hint, at));
        }
        if !flat.choices.is_empty() {
            return self.choice(flat, leaves, key, hint, at);
        }
        if flat.types.len() > 1 {
            return What::of(self.several_types(flat, key, hint, at));
        }
        if !flat.properties.is_empty() && (flat.types.is_empty() || is("object")) {
            return What::of(self.structure(flat, leaves, key, hint));
        }
        if let Some(choices) = self.items_that_are_choices(flat) {
            self.note(Subject::Schema, at, "`items` to choose from and no `type: array`: the value is one of them");
            return self.what(&choices, hint);
        }
        if is("array") || (flat.types.is_empty() && (!flat.items.is_empty() || !flat.prefix_items.is_empty())) {
            return What::of(self.list(flat, hint, at));
        }
        if is("object") || (flat.types.is_empty() && (flat.additional.is_some() || !self.pattern_members(leaves).is_empty())) {
            return What::of(self.map(flat, leaves, hint));
        }
        What::of(self.scalar(flat, at))
    }

    /// Converters of older schemas have `items` where these had a list of types to choose from; examples show one of them and no list.
    fn items_that_are_choices(&self, flat: &Flat<'n>) -> Option<Vec<SchemaId>> {
        let untyped = flat.types.is_empty() && flat.limits.is_empty() && !flat.unique && flat.prefix_items.is_empty();
        let [only] = flat.items[..] else { return None };
        (untyped && self.used(&[only]).named.is_empty() && self.real_choices(self.schema(only)).len() > 1).then(|| vec![only])
    }

    fn list(&mut self, flat: &Flat<'n>, hint: &Hint, at: Span) -> Type {
        if !flat.prefix_items.is_empty() {
            self.note(Subject::Constraint, at, "a list with a type for each position: its items are `json`");
            self.carried.extend(&flat.prefix_items);
            return Type::List(Box::new(What::of(Type::json())), self.counts(flat, "Items"));
        }
        let item = if flat.items.is_empty() { What::of(Type::json()) } else { self.what(&flat.items, &self.item_hint(hint)) };
        Type::List(Box::new(item), self.counts(flat, "Items"))
    }

    /// What an item is called after: one of what the list is called.
    fn item_hint(&self, hint: &Hint) -> Hint {
        match hint {
            Hint::Component(id) => {
                let name = &self.component_names[id];
                let one = singular(name);
                if one == *name { Hint::place(name, "item") } else { Hint::place(&one, "") }
            }
            Hint::Place { parent, own } => Hint::place(parent, &singular(own)),
        }
    }

    fn map(&mut self, flat: &Flat<'n>, leaves: &[SchemaId], hint: &Hint) -> Type {
        let patterns = self.pattern_members(leaves);
        let held = match (flat.additional.filter(|id| self.schema(*id).verdict.is_none()), &patterns[..]) {
            (Some(id), _) => Some(id),
            (None, [only]) => Some(*only),
            _ => None,
        };
        let hint = match hint {
            Hint::Component(id) => Hint::place(&self.component_names[id].clone(), "value"),
            Hint::Place { parent, own } => Hint::place(parent, &singular(own)),
        };
        let what = held.map_or(What::of(Type::json()), |id| self.what(&[id], &hint));
        Type::Map(Box::new(what))
    }

    /// The schemas of `patternProperties`.
    fn pattern_members(&self, leaves: &[SchemaId]) -> Vec<SchemaId> {
        let applied = leaves.iter().flat_map(|leaf| &self.schema(*leaf).applied);
        applied.filter(|applied| applied.keyword == "patternProperties").map(|applied| applied.schema).collect()
    }

    /// `minItems` and `maxItems`.
    pub(super) fn counts(&mut self, flat: &Flat<'n>, of: &str) -> Bounds {
        let mut bounds = Bounds { unique: flat.unique && of == "Items", ..Bounds::default() };
        let (min, max) = (format!("min{of}"), format!("max{of}"));
        for limit in &flat.limits {
            let count = limit.value.parse::<f64>().ok().filter(|count| *count >= 0.0 && count.fract() == 0.0 && *count < 1e15);
            let Some(count) = count else { continue };
            if limit.keyword == min && count > 0.0 {
                bounds.min = Some(format!("{count}"));
            } else if limit.keyword == max {
                bounds.max = Some(format!("{count}"));
            }
        }
        self.ends_in_order(&mut bounds, flat);
        bounds
    }

    /// Bounds between which nothing lies are a mistake of the document.
    pub(super) fn ends_in_order(&mut self, bounds: &mut Bounds, flat: &Flat<'n>) {
        let number = |text: &Option<String>| text.as_ref().and_then(|text| text.parse::<f64>().ok());
        if let (Some(min), Some(max)) = (number(&bounds.min), number(&bounds.max))
            && min > max
        {
            let at = flat.limits.first().map_or(self.nowhere(), |limit| limit.span);
            self.note(Subject::Constraint, at, format!("nothing lies between {min} and {max}"));
            (bounds.min, bounds.max) = (None, None);
        }
    }

    /// Rules that the language has no word for.
    fn rules_left(&mut self, leaves: &[SchemaId]) {
        for leaf in leaves {
            let schema = self.schema(*leaf);
            let mut left: Vec<(Span, String)> = Vec::new();
            left.extend(schema.not.map(|id| (self.schema(id).span, "`not` forbids values, which no type can".to_owned())));
            for applied in &schema.applied {
                let why = match applied.keyword {
                    "patternProperties" | "contentSchema" | "unevaluatedProperties" | "unevaluatedItems" => continue,
                    "if" | "then" | "else" | "dependentSchemas" => "depends on another member, and a type's rules do not",
                    _ => "is a rule that types do not have",
                };
                left.push((applied.span, format!("`{}` {why}", applied.keyword)));
            }
            if schema.types.first().is_some_and(|one| !["array", "null"].contains(one))
                && (schema.items.is_some() || !schema.prefix_items.is_empty())
            {
                left.push((schema.span, format!("`items` beside `type: {}`: the type counts", schema.types[0])));
            }
            if !schema.dependent_required.is_empty() {
                left.push((schema.span, "`dependentRequired` depends on another member, and a type's rules do not".to_owned()));
            }
            for limit in &schema.limits {
                let keyword = limit.keyword;
                match keyword {
                    "multipleOf" if limit.value != "1" => {
                        left.push((limit.span, format!("`multipleOf: {}` is a rule that numbers do not have", limit.value)))
                    }
                    "minProperties" | "maxProperties" | "minContains" | "maxContains" => {
                        left.push((limit.span, format!("`{keyword}: {}` is a rule that types do not have", limit.value)));
                    }
                    _ => {}
                }
            }
            for (at, reason) in left {
                self.note(Subject::Constraint, at, reason);
            }
        }
    }

    /// A place for what stands nowhere: the top of the document.
    pub(super) fn nowhere(&self) -> Span {
        Span { file: crate::source::FileId(0), start: 0, end: 0 }
    }
}
