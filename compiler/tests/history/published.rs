//! Versions that an owner publishes one after the other, at random, and a spec that tells of them in `change` blocks.

/// Numbers that are the same each time.
pub(crate) struct Random(pub u64);

impl Random {
    pub(crate) fn seeded(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }

    pub(crate) fn one<'t>(&mut self, of: &[&'t str]) -> &'t str {
        of[self.below(of.len())]
    }
}

pub(crate) const NAMES: [&str; 5] = ["a", "b", "c", "d", "e"];
const MORE: [&str; 9] = ["a", "b", "c", "d", "e", "f", "g", "h", "i"];

/// May a name that something had be that of another thing in the next version?
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Names {
    Reused,
    Apart,
}

/// A spec, and what each of its versions has: the fields of a type, and the inputs of a module.
pub(crate) struct Published {
    pub(crate) text: String,
    pub(crate) versions: Vec<(Vec<Field>, Vec<Field>)>,
}

/// A field of a version, as an owner publishes it.
#[derive(Clone, PartialEq)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) wire: Option<String>,
    pub(crate) ty: &'static str,
    pub(crate) optional: bool,
    pub(crate) default: Option<String>,
}

impl Field {
    fn new(random: &mut Random, name: &str) -> Self {
        let ty = random.one(&["int", "string", "float"]);
        let ty = ["int", "string", "float"].into_iter().find(|one| *one == ty).expect("it is one of them");
        let default = (random.below(3) == 0).then(|| value(random, ty));
        let optional = default.is_none() && random.below(3) == 0;
        let wire = (random.below(4) == 0).then(|| format!("wire-{name}-{}", random.below(99)));
        Self { name: name.to_owned(), wire, ty, optional, default }
    }

    fn written(&self) -> String {
        let wire = self.wire.as_ref().map_or_else(String::new, |wire| format!(" {wire:?}"));
        let default = self.default.as_ref().map_or_else(String::new, |default| format!(" = {default}"));
        format!("{}{}{wire}: {}{default}", self.name, if self.optional { "?" } else { "" }, self.ty)
    }
}

fn value(random: &mut Random, ty: &str) -> String {
    let number = random.below(9);
    if ty == "string" { format!("\"{number}\"") } else { number.to_string() }
}

/// What the next version is, and the verbs that tell of it.
fn published_next(random: &mut Random, owner: &str, before: &[Field], names: Names, verbs: &mut Vec<String>) -> Vec<Field> {
    let had = |name: &str| names == Names::Apart && before.iter().any(|one| one.name == name);
    let all: &[&str] = if names == Names::Apart { &MORE } else { &NAMES };
    let mut next: Vec<Field> = Vec::new();
    let mut kept: Vec<&Field> = Vec::new();
    for field in before {
        match random.below(6) {
            0 => verbs.push(format!("remove {owner}.{} use none \"gone\"", field.written())),
            _ => kept.push(field),
        }
    }
    for older in &kept {
        let mut newer = (*older).clone();
        let taken = |name: &str| next.iter().any(|one| one.name == name) || kept.iter().any(|one| one.name == name && one != older);
        if random.below(3) == 0
            && let Some(name) = all.iter().map(|name| (*name).to_owned()).find(|name| *name != older.name && !taken(name) && !had(name))
        {
            let wire = older.wire.as_ref().map_or_else(String::new, |wire| format!(" {wire:?}"));
            verbs.push(format!("rename {owner}.{}{wire} -> {name}", older.name));
            (newer.name, newer.wire) = (name, None);
        }
        let target = format!("{owner}.{}", newer.name);
        let mut implied = newer.default.clone();
        if random.below(4) == 0 {
            let other = Field::new(random, "x");
            if other.ty != newer.ty {
                verbs.push(format!("retype {target}: {} -> {}", newer.ty, other.ty));
                newer.ty = other.ty;
                newer.default = newer.default.and_then(|_| (random.below(2) == 0).then(|| value(random, other.ty)));
                let number = |text: &String| !text.starts_with('"');
                implied = newer.default.clone().filter(|default| number(default) == (older.ty != "string"));
            }
        } else if random.below(4) == 0 && !newer.optional {
            newer.default = Some(value(random, newer.ty));
            implied = newer.default.clone();
        }
        if implied != older.default {
            let shown = |default: &Option<String>| default.clone().unwrap_or_else(|| "none".to_owned());
            verbs.push(format!("default {target} {} -> {}", shown(&older.default), shown(&newer.default)));
        } else if newer.default.is_none() && older.default.is_none() && random.below(3) == 0 {
            verbs.push(format!("{} {target}", if newer.optional { "require" } else { "relax" }));
            newer.optional = !newer.optional;
        }
        next.push(newer);
    }
    for name in all.iter().copied() {
        if random.below(4) == 0 && next.len() < 6 && !had(name) && !next.iter().any(|one| one.name == name) {
            next.push(Field::new(random, name));
            verbs.push(format!("add {owner}.{name}"));
        }
    }
    next
}

/// What an owner publishes: four versions.
pub(crate) fn published(seed: u64, names: Names) -> Published {
    let mut random = Random::seeded(seed);
    let start = |random: &mut Random| NAMES[..3].iter().map(|name| Field::new(random, name)).collect::<Vec<_>>();
    let mut told = vec![(start(&mut random), start(&mut random))];
    let mut changes = Vec::new();
    for version in 2..=4 {
        let mut verbs = Vec::new();
        let (fields, inputs) = told.last().expect("there is the first");
        let next =
            (published_next(&mut random, "T", fields, names, &mut verbs), published_next(&mut random, "m", inputs, names, &mut verbs));
        told.push(next);
        let turn = random.below(verbs.len().max(1));
        verbs.rotate_left(turn);
        let (one, two) = verbs.split_at(random.below(verbs.len() + 1));
        for verbs in [one, two] {
            changes.push(format!("change v{version} {{\n  {}\n}}\n", verbs.join("\n  ")));
        }
    }
    let turn = random.below(changes.len());
    changes.rotate_left(turn);
    let written = |fields: &[Field]| fields.iter().map(Field::written).collect::<Vec<_>>().join("  ");
    let (fields, inputs) = told.last().expect("there is the last");
    let text = format!(
        "connector acme {{ server \"https://api.acme.example\" }}\napi v1 {{}} api v2 {{}} api v3 {{}} api v4 {{}}\ntype T {{ {} }}\naction m {{ POST \"/m\" -> T body {{ {} }} }}\n{}",
        written(fields),
        written(inputs),
        changes.concat()
    );
    Published { text, versions: told }
}
