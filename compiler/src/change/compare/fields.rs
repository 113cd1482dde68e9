//! Members of objects and items of lists: gone, new, renamed, split, merged; one that became many.

use super::{Alike, Comparer, Difference, Key, Local, member_path, pair_in_passes};
use crate::change::findings::{Class, Cost, Direction, Evidence, Side, registry};
use crate::change::recognise::Case;
use crate::change::recognise::matching::unique_best;
use crate::change::recognise::names::{docs_likeness, docs_same, name_likeness, plural_of, words};
use crate::change::shape::{Field, Rest, Shape, Use};
use crate::change::surface::{NOWHERE, Surface};

/// The most pairs of fields that are held against each other; with more, it is another type.
const MOST_JUDGED: usize = 20_000;

impl Comparer<'_> {
    /// What a value is made of.
    pub(super) fn compare_parts(&mut self, key: Key, old: &Shape, new: &Shape, local: &mut Local) {
        let (before, after) = self.compare_all_of(key, old, new, local);
        self.compare_fields(key, &before, &after, (old, new), local);
        self.compare_required_only(key, old, new, local);
        match (&old.items, &new.items) {
            (Some(one), Some(two)) => self.link(key, one, two, "[]", local),
            // A list of one became one: what was in it is compared with what is there now.
            _ => self.link_across_cardinality(key, old, new, local),
        }
        for (at, (one, two)) in old.prefix_items.iter().zip(&new.prefix_items).enumerate() {
            self.link(key, one, two, &format!("[{at}]"), local);
        }
        self.compare_rest(key, old, new, local);
    }

    fn link_across_cardinality(&mut self, key: Key, old: &Shape, new: &Shape, local: &mut Local) {
        let became = |id: &str| local.differences.iter().any(|one| one.segment.is_empty() && one.kind.id.ends_with(id));
        match (&old.items, &new.items) {
            (None, Some(item)) if became("became-list") => self.link_shapes(key, key.old, item.shape, "[]", local),
            (Some(item), None) if became("became-single") => self.link_shapes(key, item.shape, key.new, "", local),
            _ => {}
        }
    }

    /// Pairs the parts of two `all_of`, and gives the fields that remain to be compared here.
    fn compare_all_of<'a>(&mut self, key: Key, old: &'a Shape, new: &'a Shape, local: &mut Local) -> (Vec<Field>, Vec<Field>) {
        let pairs = paired(self.old, &old.all_of, self.new, &new.all_of);
        for (one, two) in &pairs {
            self.link(key, &old.all_of[*one], &new.all_of[*two], "", local);
        }
        let rest_old: Vec<&Use> =
            old.all_of.iter().enumerate().filter(|(at, _)| !pairs.iter().any(|(one, _)| one == at)).map(|(_, part)| part).collect();
        let rest_new: Vec<&Use> =
            new.all_of.iter().enumerate().filter(|(at, _)| !pairs.iter().any(|(_, two)| two == at)).map(|(_, part)| part).collect();
        if rest_old.is_empty() && rest_new.is_empty() {
            return (old.fields.clone(), new.fields.clone());
        }
        let fields = |surface: &Surface, shape: &Shape, rest: &[&Use]| {
            let mut fields = shape.fields.clone();
            for field in rest.iter().flat_map(|part| surface.all_fields(part.shape)) {
                if !fields.iter().any(|other| other.name == field.name) {
                    fields.push(field.clone());
                }
            }
            fields
        };
        let (before, after) = (fields(self.old, old, &rest_old), fields(self.new, new, &rest_new));
        if !self.loose() {
            // What one side writes in a part and the other at the object itself, or in another part, is only written elsewhere.
            let elsewhere = |surface: &Surface, own: &Shape, other: &Shape, rest: &[&Use]| -> Vec<String> {
                let own = own.fields.iter().filter(|field| other.field(&field.name).is_none()).map(|field| field.name.clone());
                own.chain(rest.iter().flat_map(|part| surface.all_fields(part.shape)).map(|field| field.name.clone())).collect()
            };
            let (there_old, there_new) = (elsewhere(self.old, old, new, &rest_old), elsewhere(self.new, new, old, &rest_new));
            for part in rest_old {
                self.part_gone(key, part, &there_new, local);
            }
            for part in rest_new {
                self.part_new(key, part, &there_old, local);
            }
        }
        (before, after)
    }

    /// A part whose fields are all there still is only written elsewhere.
    fn part_gone(&self, key: Key, part: &Use, there: &[String], local: &mut Local) {
        let shape = self.old.shape(part.shape);
        let fields = self.old.all_fields(part.shape);
        let kind = if shape.is_annotation() {
            &registry::ALL_OF_WORDS_REMOVED
        } else if !fields.is_empty() && fields.iter().all(|field| there.contains(&field.name)) {
            return;
        } else {
            &registry::ALL_OF_REMOVED
        };
        let old = Side::new(self.old.type_text(part), part.at);
        local.differences.push(Difference::new(kind.of(key.direction), "", old, Side::default(), ""));
    }

    fn part_new(&self, key: Key, part: &Use, there: &[String], local: &mut Local) {
        let shape = self.new.shape(part.shape);
        let fields = self.new.all_fields(part.shape);
        let kind = if shape.is_annotation() {
            &registry::ALL_OF_WORDS_ADDED
        } else if !fields.is_empty() && fields.iter().all(|field| there.contains(&field.name)) {
            return;
        } else {
            &registry::ALL_OF_ADDED
        };
        let new = Side::new(self.new.type_text(part), part.at);
        local.differences.push(Difference::new(kind.of(key.direction), "", Side::default(), new, ""));
    }

    fn compare_fields(&mut self, key: Key, before: &[Field], after: &[Field], shapes: (&Shape, &Shape), local: &mut Local) {
        let mut gone: Vec<&Field> = Vec::new();
        for field in before {
            match after.iter().find(|other| other.name == field.name) {
                Some(other) => self.compare_field(key, field, other, shapes, local),
                None => gone.push(field),
            }
        }
        let mut fresh: Vec<&Field> = after.iter().filter(|field| !before.iter().any(|other| other.name == field.name)).collect();
        // What only comes from the API is never sent, and the other way round.
        let sent = |field: &&Field| match key.direction {
            Direction::Request => !field.what.read_only,
            Direction::Response => !field.what.write_only,
        };
        gone.retain(sent);
        if !key.negated {
            self.recognise_renames(key, &mut gone, &mut fresh, (before, after), shapes, local);
            self.recognise_cardinality(key, &mut gone, &mut fresh, after, shapes, local);
            self.recognise_splits(key, &mut gone, &mut fresh, shapes, local);
        }
        for field in gone.into_iter().filter(|_| !self.new_is_part()) {
            let kind = if field.required { &registry::FIELD_REQUIRED_REMOVED } else { &registry::FIELD_REMOVED };
            let old = self.old_side(field, shapes.0);
            let mut difference = Difference::new(kind.of(key.direction), &field.name, old, Side::default(), &field.name);
            difference.field = Some(field.what.clone());
            local.differences.push(difference);
        }
        for field in fresh {
            self.field_new(key, field, shapes, local);
        }
    }

    fn field_new(&mut self, key: Key, field: &Field, shapes: (&Shape, &Shape), local: &mut Local) {
        // A spec need not have what is optional; what the API insists on, it must send.
        if self.new_is_part() || (self.old_is_part() && (!field.required || key.direction == Direction::Response)) {
            return;
        }
        // Which choice of a union it is, the union of the spec says.
        if self.loose() && self.tags.get(&key.old).is_some_and(|tag| *tag == field.name) {
            return;
        }
        let unsent = key.direction == Direction::Request && field.what.read_only;
        let kind = match (field.required && !unsent, &field.what.default) {
            (false, _) => &registry::FIELD_ADDED,
            (true, None) => &registry::FIELD_REQUIRED_ADDED,
            (true, Some(_)) => &registry::FIELD_REQUIRED_ADDED_WITH_DEFAULT,
        };
        let mut new = self.new_side(field, shapes.1);
        if let (true, Some(default)) = (field.required, &field.what.default) {
            new.text = default.clone();
        }
        let mut difference = Difference::new(kind.of(key.direction), &field.name, Side::default(), new, &field.name);
        difference.field = Some(field.what.clone());
        local.differences.push(difference);
    }

    fn compare_field(&mut self, key: Key, old: &Field, new: &Field, shapes: (&Shape, &Shape), local: &mut Local) {
        self.compare_required(key, old, new, shapes, local);
        self.link(key, &old.what, &new.what, &new.name, local);
    }

    fn compare_required(&mut self, key: Key, old: &Field, new: &Field, shapes: (&Shape, &Shape), local: &mut Local) {
        let kind = match (old.required, new.required) {
            (false, true) if self.old_is_part() && key.direction == Direction::Response => return,
            (true, false) if self.new_is_part() || (self.old_is_part() && key.direction == Direction::Request) => return,
            (false, true) if self.new_is_part() => return,
            // What a spec has a value for need not come.
            (true, false) if self.old_is_part() && old.what.default.is_some() => return,
            (false, true) if new.what.default.is_some() && key.direction == Direction::Request => {
                &registry::FIELD_BECAME_REQUIRED_WITH_DEFAULT
            }
            (false, true) => &registry::FIELD_BECAME_REQUIRED,
            (true, false) => &registry::FIELD_BECAME_OPTIONAL,
            _ => return,
        };
        let (before, mut after) = (self.old_side(old, shapes.0), self.new_side(new, shapes.1));
        if let Some(default) = new.what.default.as_ref().filter(|_| new.required) {
            after.text = default.clone();
        }
        let mut difference = Difference::new(kind.of(key.direction), &new.name, before, after, &new.name);
        let unsent = match key.direction {
            Direction::Request => new.what.read_only,
            Direction::Response => new.what.write_only,
        };
        if unsent {
            difference.class = Some(Class::Compatible);
            difference.cost = Some(Cost::Lossless);
        }
        local.differences.push(difference);
    }

    /// Names that must be there of which nothing else is said: only where the other side does say something does it count.
    fn compare_required_only(&mut self, key: Key, old: &Shape, new: &Shape, local: &mut Local) {
        for name in new.required_only.iter().filter(|name| !old.required_only.contains(name)) {
            let Some(field) = self.old.all_fields(key.old).into_iter().find(|field| field.name == *name).cloned() else { continue };
            let there = self.new.all_fields(key.new).into_iter().find(|field| field.name == *name).cloned();
            let Some(there) = there.filter(|there| !field.required && !there.required) else { continue };
            let other = Field { required: true, ..there };
            self.compare_required(key, &field, &other, (old, new), local);
        }
    }

    fn compare_rest(&mut self, key: Key, old: &Shape, new: &Shape, local: &mut Local) {
        match (&old.rest, &new.rest) {
            (Rest::Of(one), Rest::Of(two)) => self.link(key, one, two, "{}", local),
            (Rest::Closed, Rest::Open | Rest::Of(_)) if !self.loose() => {
                let kind = registry::OPENED.of(key.direction);
                local.differences.push(Difference::new(kind, "", shape_side(old), shape_side(new), ""));
            }
            (Rest::Open | Rest::Of(_), Rest::Closed) if !self.loose() => {
                let kind = registry::CLOSED.of(key.direction);
                local.differences.push(Difference::new(kind, "", shape_side(old), shape_side(new), ""));
            }
            _ => {}
        }
    }

    fn recognise_renames(
        &mut self,
        key: Key,
        gone: &mut Vec<&Field>,
        fresh: &mut Vec<&Field>,
        all: (&[Field], &[Field]),
        shapes: (&Shape, &Shape),
        local: &mut Local,
    ) {
        let (lone, counts) = (gone.len() == 1 && fresh.len() == 1, (gone.len(), fresh.len()));
        if counts.0 * counts.1 == 0 || counts.0 * counts.1 > MOST_JUDGED {
            return;
        }
        let pairs = unique_best(counts.0, counts.1, |one, two| self.rename_case(gone[one], fresh[two], lone, all));
        for (one, two, case) in &pairs {
            let (old, new) = (gone[*one], fresh[*two]);
            let kind = registry::FIELD_RENAMED.of(key.direction);
            let mut difference = Difference::new(kind, &new.name, self.old_side(old, shapes.0), self.new_side(new, shapes.1), &new.name);
            difference.evidence = Some(case.clone().evidence());
            local.differences.push(difference);
            self.compare_field(key, old, new, shapes, local);
        }
        drop_taken(gone, |at| pairs.iter().any(|(one, ..)| *one == at));
        drop_taken(fresh, |at| pairs.iter().any(|(_, two, _)| *two == at));
    }

    fn rename_case(&self, old: &Field, new: &Field, lone: bool, all: (&[Field], &[Field])) -> Option<Case> {
        let mut case = Case::default();
        if old.spec_name.is_some() && old.spec_name == new.spec_name {
            let name = old.spec_name.clone().unwrap_or_default();
            case.weigh(100, 980, || format!("the spec calls both `{name}`"));
            return Some(case);
        }
        if !self.same_type(&old.what, &new.what) {
            return None;
        }
        let likeness = name_likeness(&old.name, &new.name);
        let docs = docs_likeness(&old.what.docs, &new.what.docs);
        if likeness < 350 && docs.is_none_or(|docs| docs < 700) && !(lone && same_name(self.old, &old.what, self.new, &new.what)) {
            return None;
        }
        let ty = self.new.type_text(&new.what);
        let telling = self.new.shape(new.what.shape).name.is_some() || self.new.shape(new.what.shape).format.is_some();
        case.weigh(20, if telling { 1000 } else { 600 }, || format!("the same type, `{ty}`"));
        let (by_name, by_docs) = if docs_same(&old.what.docs, &new.what.docs) { (25, 50) } else { (45, 25) };
        case.weigh(by_name, likeness, || "the names are alike".into());
        if let Some(docs) = docs {
            case.weigh(by_docs, docs, || "described alike".into());
        }
        case.weigh(5, if old.required == new.required { 1000 } else { 0 }, || "as required as before".into());
        let place = |fields: &[Field], name: &str| fields.iter().position(|field| field.name == name);
        let stays = place(all.0, &old.name) == place(all.1, &new.name);
        case.weigh(10, if stays { 1000 } else { 0 }, || "in the same position".into());
        case.weigh(10, if lone { 1000 } else { 0 }, || "the only one that is gone, the only one that is new".into());
        Some(case)
    }

    /// `assignee` gone, `assignees` there: new, or as it was all along.
    fn recognise_cardinality(
        &mut self,
        key: Key,
        gone: &mut Vec<&Field>,
        fresh: &mut Vec<&Field>,
        after: &[Field],
        shapes: (&Shape, &Shape),
        local: &mut Local,
    ) {
        let mut taken = Vec::new();
        for (at, old) in gone.iter().enumerate() {
            let many = after.iter().find(|field| plural_of(&old.name, &field.name) && self.is_list_of(&field.what, &old.what));
            let one = after.iter().find(|field| plural_of(&field.name, &old.name) && self.is_one_of(&old.what, &field.what));
            let (kind, new, words) = match (many, one) {
                (Some(new), _) => (&registry::BECAME_LIST, new, "a list of the same type, by the plural of the name"),
                (_, Some(new)) => (&registry::BECAME_SINGLE, new, "one of the same type, by the singular of the name"),
                _ => continue,
            };
            taken.push((at, new.name.clone()));
            let mut difference =
                Difference::new(kind.of(key.direction), &new.name, self.old_side(old, shapes.0), self.new_side(new, shapes.1), &new.name);
            difference.evidence = Some(Evidence { confidence: 90, reasons: vec![words.into()] });
            local.differences.push(difference);
        }
        drop_taken(gone, |at| taken.iter().any(|(one, _)| *one == at));
        fresh.retain(|field| !taken.iter().any(|(_, name)| *name == field.name));
    }

    fn is_list_of(&self, list: &Use, one: &Use) -> bool {
        self.new.shape(list.shape).items.as_ref().is_some_and(|item| self.same_type(one, item))
    }

    fn is_one_of(&self, list: &Use, one: &Use) -> bool {
        self.old.shape(list.shape).items.as_ref().is_some_and(|item| self.same_type(item, one))
    }

    /// `name` gone, `first_name` and `last_name` new; or the other way round.
    fn recognise_splits(&mut self, key: Key, gone: &mut Vec<&Field>, fresh: &mut Vec<&Field>, shapes: (&Shape, &Shape), local: &mut Local) {
        let parts_of = |whole: &Field, parts: &[&Field], same: &dyn Fn(&Field) -> bool| -> Vec<usize> {
            let wanted = words(&whole.name);
            let holds = |field: &Field| {
                let own = words(&field.name);
                own.len() > wanted.len() && wanted.iter().all(|word| own.contains(word)) && same(field)
            };
            (0..parts.len()).filter(|at| holds(parts[*at])).collect()
        };
        if let [whole] = gone[..] {
            let parts = parts_of(whole, fresh, &|field| self.same_type(&whole.what, &field.what));
            if parts.len() > 1 {
                let text = listed(parts.iter().map(|at| &fresh[*at].name));
                let new = Side { text, ..self.new_side(fresh[parts[0]], shapes.1) };
                self.one_for_several(&registry::FIELD_SPLIT, key, whole.name.clone(), self.old_side(whole, shapes.0), new, local);
                gone.clear();
                drop_taken(fresh, |at| parts.contains(&at));
                return;
            }
        }
        if let [whole] = fresh[..] {
            let parts = parts_of(whole, gone, &|field| self.same_type(&field.what, &whole.what));
            if parts.len() > 1 {
                let text = listed(parts.iter().map(|at| &gone[*at].name));
                let old = Side { text, ..self.old_side(gone[parts[0]], shapes.0) };
                self.one_for_several(&registry::FIELD_MERGED, key, whole.name.clone(), old, self.new_side(whole, shapes.1), local);
                fresh.clear();
                drop_taken(gone, |at| parts.contains(&at));
            }
        }
    }

    fn one_for_several(
        &self,
        kind: &'static crate::change::findings::Both,
        key: Key,
        name: String,
        old: Side,
        new: Side,
        local: &mut Local,
    ) {
        let mut difference = Difference::new(kind.of(key.direction), &name, old, new, &name);
        let reasons = vec![format!("the others hold the words of `{name}` and have its type")];
        difference.evidence = Some(Evidence { confidence: 75, reasons });
        local.differences.push(difference);
    }

    fn old_side(&self, field: &Field, of: &Shape) -> Side {
        side(self.old, field, of)
    }

    fn new_side(&self, field: &Field, of: &Shape) -> Side {
        side(self.new, field, of)
    }
}

fn side(surface: &Surface, field: &Field, of: &Shape) -> Side {
    let path = member_path(of, field.spec_name.as_ref().unwrap_or(&field.name));
    Side::new(&field.name, field.at).ty(surface.type_text(&field.what)).spec_name(field.spec_name.clone()).path(path)
}

fn shape_side(shape: &Shape) -> Side {
    Side::new(shape.name.clone().unwrap_or_default(), shape.at.unwrap_or(NOWHERE))
}

fn listed<'a>(names: impl Iterator<Item = &'a String>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn drop_taken<T>(list: &mut Vec<T>, taken: impl Fn(usize) -> bool) {
    let mut at = 0;
    list.retain(|_| {
        at += 1;
        !taken(at - 1)
    });
}

/// Two uses of types of one name.
fn same_name(old: &Surface, one: &Use, new: &Surface, two: &Use) -> bool {
    let (one, two) = (&old.shape(one.shape).name, &new.shape(two.shape).name);
    one.is_some() && one == two
}

/// Parts that go together: those of one name, then those that have fields in common, then those in one position.
fn paired(old: &Surface, before: &[Use], new: &Surface, after: &[Use]) -> Vec<(usize, usize)> {
    let passes: [Alike; 3] = [
        |old, one, new, two| old.shape(one).name.is_some() && old.shape(one).name == new.shape(two).name,
        |old, one, new, two| {
            let (one, two) = (old.shape(one), new.shape(two));
            one.name.is_none() && two.name.is_none() && one.fields.iter().any(|field| two.field(&field.name).is_some())
        },
        |old, one, new, two| {
            let (one, two) = (old.shape(one), new.shape(two));
            one.name.is_none()
                && two.name.is_none()
                && one.is_annotation() == two.is_annotation()
                && one.fields.is_empty() == two.fields.is_empty()
        },
    ];
    let mut pairs = pair_in_passes((old, before), (new, after), &passes);
    pairs.sort_unstable();
    pairs
}
