//! Random specs with random histories, over few names so that verbs meet: nothing panics, the formatter keeps every letter and is
//! stable, and where no mistake is found every version is whole.

use linchpin_compiler::diagnostics::{Diagnostics, full};
use linchpin_compiler::model::{Model, PathPart, Place, Symbol, Type, TypeDefKind, project_all};
use linchpin_compiler::source::{FileId, Sources};
use linchpin_compiler::syntax::print;
use std::collections::HashSet;

#[path = "history/published.rs"]
mod published;

use published::{Field, NAMES, Names, Published, Random, published};

impl Random {
    /// Fills a template: each letter in angle brackets stands for something of that kind.
    fn fill(&mut self, template: &str) -> String {
        let mut text = String::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('<').filter(|(_, after)| after.as_bytes().get(1) == Some(&b'>')) {
            text.push_str(before);
            let piece = match &after[..1] {
                "o" => self.one(&OWNERS).to_owned(),
                "n" => self.one(&NAMES).to_owned(),
                "m" => self.one(&MODULES).to_owned(),
                "t" => self.one(&TYPES).to_owned(),
                "v" => self.one(&["v1", "v2", "v3", "v2", "v3", "v9"]).to_owned(),
                "c" => self.one(&["key", "token"]).to_owned(),
                "l" => self.one(&["1", "\"a\"", "true", "none", "null", "x"]).to_owned(),
                "p" => self.one(&["path", "query", "header", "body"]).to_owned(),
                "u" => self.one(&["/m/{a}", "/n", "/n/{b}", "/{c}/{a}"]).to_owned(),
                "g" => self.one(&["GET", "POST"]).to_owned(),
                "r" => self.one(&["@1", "@2", "@3", ""]).to_owned(),
                "f" => self.one(&["from", "from", "from ma", "from mb", "from key"]).to_owned(),
                "s" => self.one(&["", "", "on v1", "on v1, v2", "on v2.."]).to_owned(),
                other => panic!("<{other}> is nothing"),
            };
            text.push_str(&piece);
            rest = &after[2..];
        }
        text + rest
    }
}

const OWNERS: [&str; 12] = ["T", "T", "S", "E", "W", "ma", "mb", "g.G", "T.d", "mb.d", "g.mg", "key"];
const MODULES: [&str; 4] = ["ma", "mb", "g.mg", "mo"];
const TYPES: [&str; 8] = ["int", "string", "T", "E", "[int]", "{ a: int  b?: S }", "string | null", "W"];

const VERBS: [&str; 30] = [
    "add <o>.<n>",
    "add <m>, <o>",
    "add <o>.<n>, <o>.<n>",
    "remove <o>.<n>: <t>",
    "remove <o>.<n>?: <t> = <l> in <p> use <o>.<n> \"why\"",
    "remove <o>.<n>: <t> use none \"why\"",
    "remove <o>.<n> = <l>",
    "remove <o>.<n>",
    "remove action <m> @1 { <g> \"/r\" -> <t>  query { <n>: int } }",
    "remove action mo <r> { <g> \"/r\" -> <t>  deprecated since 2026-01-01 use none \"why\" }",
    "remove type R { <n>: <t> }",
    "rename <o>.<n> -> <n>",
    "rename <o>.<n> \"W\" -> <n>",
    "rename <o>.<n> = \"V\" -> <n>",
    "rename mo -> <m>",
    "rename <m> -> <o>",
    "move <m> <g> \"<u>\" -> <g> \"<u>\"",
    "move <m>.<n> <p> -> <p>",
    "move <o>.<n> -> d.<n>",
    "require <o>.<n>",
    "require <o>.<n> = <l>",
    "relax <o>.<n>",
    "retype <o>.<n>: <t> -> <t>",
    "default <o>.<n> <l> -> <l>",
    "split <o>.<n>: <t> -> <o>.<n>, <o>.<n>",
    "merge <o> { <n>: <t>  <n>: <t> } -> <n>",
    "merge E { <n>, <n> = \"V\" } -> <n>",
    "status <m> 201 -> 200 returning <t>",
    "page <m> was offset { advance <n>  size <n>  stop short }",
    "auth <c> -> <c>",
];

const STEPS: [&str; 18] = [
    "was <n>: <t>",
    "was <p> <n>?: <t>",
    "keep <n>, <n>",
    "set <n> = was.<n>",
    "set d.<n> = was.<n>.<n>",
    "rename <n> -> <n>",
    "remap <n> { <l> -> <l>  <l> -> <l> }",
    "remap <n> = was.<n> { \"a\" -> a }",
    "default <n> = <l>",
    "default d.<n> = <l>",
    "ask <n>, <n> \"What?\"",
    "drop was.<n> because \"why\"",
    "review <n> \"why\"",
    "output <n>.<n> -> <n>[1].<n>",
    "output <n> -> none \"why\"",
    "cursor reset \"why\"",
    "stored \"x:y\" <r>",
    "lossless",
];

fn lines(random: &mut Random, of: &[&str], most: usize) -> String {
    (0..random.below(most + 1))
        .map(|_| {
            let template = random.one(of).to_owned();
            format!("  {}\n", random.fill(&template))
        })
        .collect()
}

fn from(random: &mut Random) -> String {
    if random.below(3) > 0 {
        return String::new();
    }
    let head = random.fill("<f> <r> <s>");
    format!("  {head} {{ // why\n{}  }}\n", lines(random, &STEPS, 4))
}

fn spec(seed: u64) -> String {
    let mut random = Random::seeded(seed);
    let field = |random: &mut Random| random.fill("<t>");
    let mut text = String::from("connector acme \"Acme\" { server \"https://api.acme.example\" }\napi v1 {}\napi v2 {}\napi v3 {}\n");
    text.push_str("connection key @1 { fields { key: secret } send header \"X\" = key }\n");
    text.push_str("connection token @1 { fields { token: secret } send bearer token }\n");
    let optional = |random: &mut Random| if random.below(3) == 0 { "?" } else { "" };
    text.push_str(&format!(
        "type T {{ a: string  b{}: int  c: {}  d: {{ a: int  b{}: string }} }}\n",
        optional(&mut random),
        field(&mut random),
        optional(&mut random)
    ));
    text.push_str("type S { a: string  b: E }\nenum E { a  b = \"B\"  c }\nunion W by \"kind\" { a: S  b: T }\n");
    text.push_str(&format!(
        "action ma @{} {{\n  GET \"/m/{{a}}\" -> T\n  path {{ a: string }}\n{}}}\n",
        1 + random.below(3),
        from(&mut random)
    ));
    text.push_str(&format!(
        "search mb @{} {{\n  POST \"/n\" -> [T]\n  query {{ b: int = 0  c: int = 5 }}\n  body {{ a{}: E  d: {{ a: int  b: {} }} }}\n  page offset {{ advance b  size c  stop short }}\n  order none \"why\"\n{}}}\n",
        1 + random.below(3),
        optional(&mut random),
        field(&mut random),
        from(&mut random)
    ));
    text.push_str(&format!(
        "group g {{\n  type G {{ a: W  b: S }}\n  action mg @1 {{ GET \"/g\" -> G  query {{ a{}: int }} }}\n",
        optional(&mut random)
    ));
    if random.below(3) == 0 {
        text.push_str(&format!("  change v2 {{\n{}  }}\n", lines(&mut random, &VERBS, 2)));
    }
    text.push_str("}\n");
    for _ in 0..1 + random.below(3) {
        let head = random.fill("change <v>");
        text.push_str(&format!("/// Docs.\n{head} \"What\" {{ // said\n{}}}\n", lines(&mut random, &VERBS, 4)));
    }
    text
}

fn letters(text: &str) -> String {
    text.chars().filter(|one| !one.is_whitespace() && *one != ',').collect()
}

/// What is wrong with a model that no mistake was found in.
fn holes(model: &Model) -> Vec<String> {
    let mut wrong = Vec::new();
    for projection in project_all(model) {
        let version = &model.apis[projection.version].name;
        let there: HashSet<Symbol> = projection.types.iter().map(|one| one.item.symbol).collect();
        let exists = |ty: &Type, what: &str| {
            let mut ty = ty;
            while let Type::List(inner, _) | Type::Map(inner, _) | Type::Nullable(inner) = ty {
                ty = inner;
            }
            match ty {
                Type::Named(symbol) if !there.contains(symbol) => Some(format!("{version}: {what} uses a type that is not there")),
                _ => None,
            }
        };
        let mut names: Vec<(String, String)> = Vec::new();
        for one in &projection.types {
            let owner = format!("type {:?}", model.name(one.item.symbol));
            match &one.item.kind {
                TypeDefKind::Struct(fields) => {
                    wrong.extend(fields.iter().filter_map(|field| exists(&field.ty, &owner)));
                    names.extend(fields.iter().map(|field| (owner.clone(), field.name.clone())));
                }
                TypeDefKind::Enum { variants, .. } => names.extend(variants.iter().map(|one| (owner.clone(), one.name.clone()))),
                TypeDefKind::Union { variants, .. } => {
                    wrong.extend(variants.iter().filter_map(|one| exists(&one.ty, &owner)));
                    names.extend(variants.iter().map(|one| (owner.clone(), one.name.clone())));
                }
            }
        }
        for module in projection.modules.iter().map(|one| &one.item) {
            let owner = format!("module {:?} @{}", model.name(module.symbol), module.revision);
            names.push((owner.clone(), String::from("itself")));
            wrong.extend(module.inputs.iter().filter_map(|input| exists(&input.field.ty, &owner)));
            wrong.extend(module.answers.iter().filter_map(|answer| answer.body.as_ref()).filter_map(|ty| exists(ty, &owner)));
            names.extend(module.inputs.iter().map(|input| (owner.clone(), input.field.name.clone())));
            for part in &module.path {
                let PathPart::Input(name) = part else { continue };
                let bound = module.inputs.iter().any(|input| input.field.name == *name && matches!(input.place, Place::Path(_)));
                if !bound {
                    wrong.push(format!("{version}: the path of {owner} has no `{name}`"));
                }
            }
        }
        let mut seen = HashSet::new();
        wrong.extend(names.iter().filter(|(_, name)| name.contains('\0')).map(|name| format!("{version}: {name:?} is hidden")));
        wrong.extend(
            names.into_iter().filter_map(|name| if seen.insert(name.clone()) { None } else { Some(format!("{version}: {name:?} twice")) }),
        );
    }
    wrong
}

/// How many are tried: more where there is time for them.
fn histories(usual: u64) -> u64 {
    std::env::var("LINCHPIN_HISTORIES").ok().and_then(|count| count.parse().ok()).unwrap_or(usual)
}

#[test]
fn no_history_makes_it_panic() {
    for seed in 0..histories(200) {
        let text = spec(seed);
        let outcome = std::panic::catch_unwind(|| {
            let mut sources = Sources::default();
            sources.add("random.pin", text.as_str());
            let mut diagnostics = Diagnostics::default();
            let model = linchpin_compiler::check(&sources, &mut diagnostics);
            let told: String = diagnostics.sorted(&sources).iter().map(|one| full::render(one, &sources, false)).collect();
            let wrong = model.filter(|_| !diagnostics.has_errors()).map(|model| holes(&model));
            if wrong.is_some() {
                let rust = linchpin_compiler::compile(&sources).module.expect("what has no mistake compiles");
                syn::parse_file(&rust.text).expect("it is Rust");
            }
            (told, wrong, print::format(FileId(0), &text, &mut Diagnostics::default()))
        });
        let (told, wrong, formatted) = outcome.unwrap_or_else(|_| panic!("seed {seed} panics:\n{text}"));
        assert!(!told.contains('\0'), "seed {seed} shows what is hidden:\n{text}\n{told}");
        if let Some(wrong) = wrong {
            assert!(wrong.is_empty(), "seed {seed}: {wrong:#?}\n{text}");
        }
        if let Some(formatted) = formatted {
            assert_eq!(letters(&formatted), letters(&text), "seed {seed}");
            let again = print::format(FileId(0), &formatted, &mut Diagnostics::default());
            assert_eq!(again.as_ref(), Some(&formatted), "seed {seed}\n{text}");
        }
    }
}

/// What a version has, without its order.
fn found(model: &Model, version: usize, name: &str) -> Vec<String> {
    let projection = linchpin_compiler::model::project(model, version);
    let of_type = projection.types.iter().filter(|one| model.name(one.item.symbol).name == name).flat_map(|one| match &one.item.kind {
        TypeDefKind::Struct(fields) => fields.iter().collect::<Vec<_>>(),
        _ => Vec::new(),
    });
    let of_module = projection.modules.iter().filter(|one| model.name(one.item.symbol).name == name);
    let fields = of_type.chain(of_module.flat_map(|one| one.item.inputs.iter().map(|input| &input.field)));
    let shown = fields.map(|field| {
        let ty = format!("{:?}", field.ty).split('(').next().unwrap_or_default().to_lowercase();
        format!("{}{} {:?}: {ty} {:?}", field.name, if field.optional { "?" } else { "" }, field.wire, field.default)
    });
    let mut shown: Vec<String> = shown.collect();
    shown.sort();
    shown
}

fn expected(fields: &[Field]) -> Vec<String> {
    let shown = fields.iter().map(|field| {
        let wire = field.wire.as_ref().unwrap_or(&field.name);
        format!("{}{} {wire:?}: {} {:?}", field.name, if field.optional { "?" } else { "" }, field.ty, field.default)
    });
    let mut shown: Vec<String> = shown.collect();
    shown.sort();
    shown
}

/// An owner publishes one version after another; from the last one and the changes, each is found again.
#[test]
fn what_was_published_is_found_again() {
    for seed in 0..histories(300) {
        let Published { text, versions } = published(seed, Names::Reused);
        let mut sources = Sources::default();
        sources.add("published.pin", text.as_str());
        let mut diagnostics = Diagnostics::default();
        let files = linchpin_compiler::syntax::parse_all(&sources, &mut diagnostics);
        let model = linchpin_compiler::model::resolve(&files, &sources, &mut diagnostics);
        let wrong: String = diagnostics.sorted(&sources).iter().map(|one| full::render(one, &sources, false)).collect();
        assert_eq!(wrong, "", "seed {seed}\n{text}");
        for (version, (fields, inputs)) in versions.iter().enumerate() {
            assert_eq!(found(&model, version, "T"), expected(fields), "seed {seed}, v{}\n{text}", version + 1);
            assert_eq!(found(&model, version, "m"), expected(inputs), "seed {seed}, v{}\n{text}", version + 1);
        }
    }
}
