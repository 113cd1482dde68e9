//! Random specs whose owner publishes one version after another, told in `change` blocks, and random stored values: the blocks that the
//! compiler offers make the spec right, upgrades are total, nothing is lost in silence, and mapped values come to what given ones do.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Map, Value, json};

/// The types that inputs may have.
const TYPES: [&str; 7] = ["string", "int", "bool", "[string]", "Level", "Place", "decimal"];
const NAMES: [&str; 7] = ["alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta"];

struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % end
    }

    fn is(&mut self, one_in: usize) -> bool {
        self.below(one_in) == 0
    }

    fn ty(&mut self) -> &'static str {
        TYPES[self.below(TYPES.len())]
    }
}

/// An input, as the owner publishes it.
#[derive(Clone, Debug, PartialEq)]
struct Input {
    name: String,
    ty: &'static str,
    optional: bool,
}

impl Input {
    fn random(random: &mut Random, name: &str) -> Self {
        Self { name: name.to_owned(), ty: random.ty(), optional: random.is(3) }
    }

    fn written(&self) -> String {
        format!("{}{}: {}", self.name, if self.optional { "?" } else { "" }, self.ty)
    }
}

/// A spec with three versions: the inputs of each, and how it is written.
struct Published {
    inputs: Vec<Vec<Input>>,
    text: String,
}

fn published(random: &mut Random) -> Published {
    let first: Vec<Input> = NAMES[..4].iter().map(|name| Input::random(random, name)).collect();
    let mut inputs = vec![first];
    let mut changes = String::new();
    for version in [2, 3] {
        let mut verbs = Vec::new();
        let next = next(random, inputs.last().expect("there is the first"), &mut verbs);
        inputs.push(next);
        let turn = random.below(verbs.len().max(1));
        verbs.rotate_left(turn);
        if version == 3 && random.is(2) {
            verbs.push("rename Level.least = \"low\" -> low".to_owned());
        }
        write!(changes, "change v{version} \"It came\" {{ // what the owner said\n  {}\n}}\n", verbs.join("\n  ")).expect("it is a text");
    }
    let present: Vec<String> = inputs[2].iter().map(Input::written).collect();
    let text = format!(
        "connector acme \"Acme\" {{ server \"https://acme.example\" }}\napi v1 {{}}\napi v2 {{}}\napi v3 {{}}\n\n\
         enum Level {{ low  high }}\ntype Place {{ street: string  zip?: string }}\n\n\
         action make @1 \"Make\" {{\n  POST \"/things\"\n  body {{ {} }}\n}}\n\n{changes}",
        present.join("  ")
    );
    Published { inputs, text }
}

/// What the next version takes, and the verbs that tell of it.
fn next(random: &mut Random, before: &[Input], verbs: &mut Vec<String>) -> Vec<Input> {
    let mut next: Vec<Input> = Vec::new();
    for older in before {
        if random.is(6) {
            verbs.push(format!("remove make.{} use none \"nobody needs it\"", older.written()));
            continue;
        }
        let mut newer = older.clone();
        let taken = |name: &str| next.iter().chain(before).any(|one| one.name == name);
        if random.is(4)
            && let Some(name) = NAMES.iter().find(|name| !taken(name))
        {
            verbs.push(format!("rename make.{} -> {name}", older.name));
            newer.name = (*name).to_owned();
        }
        if random.is(3) {
            newer.ty = random.ty();
            if newer.ty != older.ty {
                verbs.push(format!("retype make.{}: {} -> {}", newer.name, older.ty, newer.ty));
            }
        }
        if random.is(4) {
            newer.optional = !older.optional;
            verbs.push(format!("{} make.{}", if newer.optional { "relax" } else { "require" }, newer.name));
        }
        next.push(newer);
    }
    if random.is(2)
        && let Some(name) = NAMES.iter().find(|name| !next.iter().chain(before).any(|one| one.name == **name))
    {
        verbs.push(format!("add make.{name}"));
        next.push(Input::random(random, name));
    }
    next
}

/// The values of a step after its upgrade, and what was told of it.
type Upgraded = (Map<String, Value>, Vec<Value>);

struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let path = std::env::temp_dir().join(format!("linchpin-cli-follows-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn run(&self, arguments: &[&str]) -> String {
        let output = Command::new(env!("CARGO_BIN_EXE_linchpin")).current_dir(&self.0).args(arguments).output().unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(!errors.contains("panicked"), "{errors}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// The spec with all that the compiler offers written into it, until it is right.
    fn mended(&self, spec: &str) -> String {
        let mut text = spec.to_owned();
        for _ in 0..6 {
            fs::write(self.0.join("acme.pin"), &text).unwrap();
            let told = self.run(&["check", "--format", "json", "acme.pin"]);
            let lines = told.lines().filter(|line| line.starts_with('{'));
            let all: Vec<Value> = lines.map(|line| serde_json::from_str(line).unwrap()).collect();
            let Some(first) = all.iter().find(|one| one["severity"] == "error") else { return text };
            let edits = first["fix"]["edits"].as_array().unwrap_or_else(|| panic!("{first} offers nothing\n{text}"));
            let mut edits: Vec<(usize, usize, &str)> = edits
                .iter()
                .map(|edit| {
                    let offset = |side: &str| edit["place"][side]["offset"].as_u64().unwrap() as usize;
                    (offset("start"), offset("end"), edit["text"].as_str().unwrap())
                })
                .collect();
            edits.sort_by_key(|(start, ..)| std::cmp::Reverse(*start));
            edits.into_iter().for_each(|(start, end, with)| text.replace_range(start..end, with));
        }
        panic!("what is offered does not make it right:\n{text}")
    }

    fn write(&self, name: &str, mapper: &Map<String, Value>) {
        let scenario = json!({ "flow": [
            { "id": 1, "module": "other:x", "mapper": {} },
            { "id": 2, "module": "acme@v1:make", "version": 1, "mapper": mapper },
        ] });
        fs::write(self.0.join(name), scenario.to_string()).unwrap();
    }

    /// Upgrades scenarios to a version, and gives the values and findings of the step in each that came there; the others are as they were.
    fn upgraded(&self, names: &[String], to: &str) -> Vec<Option<Upgraded>> {
        let mut arguments = vec!["upgrade", "--spec", "acme.pin", "--format", "json", "--to", to];
        arguments.extend(names.iter().map(String::as_str));
        let told: Value = serde_json::from_str(&self.run(&arguments)).unwrap();
        let scenarios = told["scenarios"].as_array().unwrap().iter();
        let each = scenarios.zip(names).map(|(one, name)| {
            assert_eq!(one["error"], Value::Null, "{one}");
            let now: Value = serde_json::from_str(&read(&self.0.join(name))).unwrap();
            let step = &now["flow"][1];
            let plan = &one["plan"]["steps"][1];
            if step["module"] != format!("acme@{to}:make") {
                assert!(step["module"] == "acme@v1:make" && one["changes"] == false && plan["verdict"] == "no successor", "{one}");
                return None;
            }
            Some((step["mapper"].as_object().unwrap().clone(), plan["findings"].as_array().unwrap().clone()))
        });
        each.collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap()
}

/// A value of a type. No two are alike, so that each can be told from the others.
fn value(random: &mut Random, ty: &str, at: usize) -> Value {
    match ty {
        "string" => json!(format!("text {at}")),
        "int" => json!(100 + at),
        "decimal" => json!(format!("{at}.50")),
        "bool" => json!(random.is(2)),
        "[string]" => json!([format!("item {at}")]),
        "Level" => json!(if random.is(2) { "high" } else { "low" }),
        _ => json!({ "street": format!("street {at}") }),
    }
}

/// Values for the inputs of the first version, and what the mapped ones of them give.
fn stored(random: &mut Random, inputs: &[Input]) -> (Map<String, Value>, BTreeMap<String, Value>) {
    let (mut mapper, mut outputs) = (Map::new(), BTreeMap::new());
    for (at, input) in inputs.iter().enumerate() {
        if input.optional && random.is(2) {
            continue;
        }
        let given = value(random, input.ty, at);
        if random.is(2) {
            mapper.insert(input.name.clone(), json!(format!("{{{{1.out{at}}}}}")));
            outputs.insert(format!("{{{{1.out{at}}}}}"), given);
        } else {
            mapper.insert(input.name.clone(), given);
        }
    }
    (mapper, outputs)
}

/// The value with what it maps in its place.
fn evaluated(value: &Value, outputs: &BTreeMap<String, Value>) -> Value {
    match value {
        Value::String(text) => outputs.get(text).unwrap_or(value).clone(),
        Value::Array(items) => items.iter().map(|item| evaluated(item, outputs)).collect(),
        Value::Object(members) => members.iter().map(|(name, value)| (name.clone(), evaluated(value, outputs))).collect(),
        other => other.clone(),
    }
}

fn is_about(finding: &Value, name: &str) -> bool {
    ["field", "to"].iter().any(|side| finding[side].as_str().is_some_and(|field| field.split('.').next() == Some(name)))
}

/// What must hold of any step: `stored` became `now`, and `findings` were told.
fn is_whole(inputs: &[Input], stored: &Map<String, Value>, now: &Map<String, Value>, findings: &[Value]) -> Result<(), String> {
    for input in inputs.iter().filter(|input| !input.optional && !now.contains_key(&input.name)) {
        if !findings.iter().any(|one| one["verdict"] == "asks" && is_about(one, &input.name)) {
            return Err(format!("`{}` has no value, and nobody is asked", input.name));
        }
    }
    for (name, value) in stored {
        let stands = now.values().any(|one| one == value);
        if !stands && !findings.iter().any(|one| is_about(one, name)) {
            return Err(format!("`{name}` is lost in silence"));
        }
    }
    for (name, value) in now {
        let told = || findings.iter().any(|one| is_about(one, name));
        let Some(input) = inputs.iter().find(|input| input.name == *name) else {
            if told() {
                continue;
            }
            return Err(format!("`{name}` is no input, and nobody is told"));
        };
        // What is mapped is known when it runs.
        let fits = match input.ty {
            _ if value.as_str().is_some_and(|text| text.starts_with("{{")) => true,
            "[string]" => value.is_array(),
            "Place" => value.is_object(),
            "int" => value.is_number() || value.as_str().is_some_and(|text| text.parse::<f64>().is_ok()),
            "bool" => value.is_boolean(),
            "string" | "Level" => value.is_string(),
            _ => !value.is_object(),
        };
        if !fits && !told() {
            return Err(format!("`{name}` is no {}, and nobody is told", input.ty));
        }
    }
    Ok(())
}

/// How many are tried: more where there is time for them.
fn histories(usual: u64) -> u64 {
    std::env::var("LINCHPIN_HISTORIES").ok().and_then(|count| count.parse().ok()).unwrap_or(usual)
}

#[test]
fn configuration_follows_whatever_the_owner_publishes() {
    let folder = Folder::new();
    let (mut compared, mut asked, mut pasted) = (0, 0, 0);
    for seed in 0..histories(25) {
        let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        let published = published(&mut random);
        let spec = folder.mended(&published.text);
        pasted += usize::from(spec != published.text);
        let all: Vec<_> = (0..12).map(|_| stored(&mut random, &published.inputs[0])).collect();
        let halfway: Vec<String> = (0..all.len()).map(|at| format!("halfway{seed}-{at}.json")).collect();
        halfway.iter().zip(&all).for_each(|(name, (mapper, _))| folder.write(name, mapper));
        for ((mapper, _), upgraded) in all.iter().zip(folder.upgraded(&halfway, "v2")) {
            let Some((now, findings)) = upgraded else { continue };
            is_whole(&published.inputs[1], mapper, &now, &findings)
                .unwrap_or_else(|wrong| panic!("{wrong} on v2: seed {seed}\n{spec}\n{mapper:?}\nbecame {now:?}\n{findings:#?}"));
        }
        let names = |kind: &str| (0..all.len()).map(|at| format!("{kind}{seed}-{at}.json")).collect::<Vec<_>>();
        let (mapped, given) = (names("mapped"), names("given"));
        for ((mapper, outputs), (mapped, given)) in all.iter().zip(mapped.iter().zip(&given)) {
            folder.write(mapped, mapper);
            folder.write(given, evaluated(&Value::Object(mapper.clone()), outputs).as_object().unwrap());
        }
        let newest = |names: &[String]| folder.upgraded(names, "v3").into_iter().map(|one| one.expect("it came there")).collect::<Vec<_>>();
        let (of_mapped, of_given) = (newest(&mapped), newest(&given));
        for ((mapper, outputs), ((now, findings), (valued, of_values))) in all.iter().zip(of_mapped.iter().zip(&of_given)) {
            let shown = || format!("seed {seed}\n{spec}\n{mapper:?}\nbecame {now:?}\n{findings:#?}");
            let given = evaluated(&Value::Object(mapper.clone()), outputs);
            is_whole(&published.inputs[2], mapper, now, findings).unwrap_or_else(|wrong| panic!("{wrong}: {}", shown()));
            is_whole(&published.inputs[2], given.as_object().unwrap(), valued, of_values)
                .unwrap_or_else(|wrong| panic!("{wrong}: {}\n{given}\nbecame {valued:?}\n{of_values:#?}", shown()));
            asked += findings.iter().filter(|one| one["verdict"] == "asks").count();
            // What depends on the value is another matter where it is known: it is turned, or its name is another.
            let by_value = |name: &str| {
                let depends = |one: &&Value| one["verdict"] == "review" || one["action"] == "converted" || one["action"] == "remapped";
                findings.iter().chain(of_values).filter(depends).any(|one| is_about(one, name))
            };
            for (name, value) in now.iter().filter(|(name, _)| !by_value(name)) {
                assert_eq!(Some(&evaluated(value, outputs)), valued.get(name), "`{name}`: {}", shown());
                compared += 1;
            }
        }
        let before: Vec<String> = mapped.iter().map(|name| read(&folder.0.join(name))).collect();
        newest(&mapped);
        assert_eq!(before, mapped.iter().map(|name| read(&folder.0.join(name))).collect::<Vec<_>>(), "seed {seed}: not the same again");
    }
    assert!(compared > 300 && asked > 60 && pasted > 8, "{compared} compared, {asked} asked, {pasted} pasted");
}
