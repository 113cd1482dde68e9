//! What must hold for any stored value: `set` and `rename` over a mapped value are the same over what it gives, nothing is lost in silence,
//! what is upgraded stays, and what has nothing to do with an upgrade stays byte for byte.

#[path = "support/evaluate.rs"]
mod evaluate;
#[path = "support/upgrades.rs"]
mod upgrades;

use evaluate::evaluate;
use fastrand::Rng;
use linchpin_runtime::{
    __codegen_v1::UpgradeStep,
    upgrade::{StepPlan, Upgrader, Verdict},
};
use serde_json::{Map, Value, json};
use upgrades::{PROGRAM_1_TO_2, V22, V23};

const ROUNDS: u64 = 3_000;

fn pick<T: Clone>(random: &mut Rng, from: &[T]) -> T {
    from[random.usize(..from.len())].clone()
}

/// What earlier steps gave.
fn outputs(random: &mut Rng) -> Map<String, Value> {
    let person = |random: &mut Rng| json!({ "id": format!("u{}", random.u8(..)), "name": pick(random, &["Ann", "Bob", ""]) });
    let people: Vec<Value> = (0..random.usize(1..4)).map(|_| person(random)).collect();
    let one = json!({ "owner": person(random), "people": people, "title": "Alpha \"x\"", "deep": { "owner": person(random) }, "n": 7 });
    Map::from_iter([("1".to_owned(), one), ("2".to_owned(), person(random))])
}

/// An expression that gives an object or nothing.
fn object_expression(random: &mut Rng, depth: u8) -> String {
    match random.u8(..if depth == 0 { 5 } else { 9 }) {
        0 => "1.owner".into(),
        1 => "1.deep.owner".into(),
        2 => format!("1.people[{}]", random.u8(1..4)),
        3 => "2".into(),
        4 => "1.missing".into(),
        5 => "first(1.people)".into(),
        6 => "get(1.people; 1)".into(),
        7 => "get(1; deep.owner)".into(),
        _ => format!("ifempty({}; {})", object_expression(random, depth - 1), object_expression(random, depth - 1)),
    }
}

fn text_value(random: &mut Rng) -> Value {
    match random.u8(..5) {
        0 => json!("{{1.title}}"),
        1 => json!("a {{upper(1.title)}} b {{1.n}}"),
        2 => json!("{{1.title + \"; }\" + 1.n}}"),
        3 => json!("plain } { text \u{e9}\n"),
        _ => json!(""),
    }
}

fn owner_value(random: &mut Rng) -> Value {
    match random.u8(..6) {
        0 => Value::Null,
        1 => json!({ "id": text_value(random) }),
        2 => json!({ "id": text_value(random), "name": text_value(random), "more": 1 }),
        _ => json!(format!("{{{{{}}}}}", object_expression(random, 3))),
    }
}

/// Values for every input of the first revision, some of them, and some that are no input.
fn mapper(random: &mut Rng) -> Map<String, Value> {
    let mut mapper = Map::new();
    let candidates = [
        ("title", text_value(random)),
        ("owner", owner_value(random)),
        ("priority", pick(random, &[json!("3"), json!(3), json!("{{1.n}}"), json!("soon"), json!(true), Value::Null])),
        ("language", pick(random, &[json!("javascript"), json!("rust"), json!("{{1.title}}"), json!(["typescript", "rust"])])),
        ("lines", pick(random, &[json!([]), json!([{ "code": "a", "note": "n" }, { "code": null }]), json!("{{1.people}}"), json!([7])])),
        ("legacy", json!(random.bool())),
        ("budget", pick(random, &[json!(1.5), json!("{{1.n}}")])),
        ("visibility", text_value(random)),
        ("stray", json!({ "a": [1, "{{1.n}}"] })),
        ("name", json!("stray")),
    ];
    for (name, value) in candidates {
        if random.bool() {
            mapper.insert(name.to_owned(), value);
        }
    }
    mapper
}

fn step(mapper: &Map<String, Value>) -> String {
    json!({ "id": 3, "module": "acme:create_program", "version": 1, "mapper": mapper }).to_string()
}

fn upgraded(upgrader: &Upgrader, step: &str) -> (Value, StepPlan) {
    let upgraded = upgrader.upgrade_step(step).unwrap();
    assert_eq!(upgraded.problem, None, "{step}");
    let text = upgraded.text.unwrap_or_else(|| step.to_owned());
    (serde_json::from_str::<Value>(&text).unwrap_or_else(|error| panic!("{text}: {error}")), upgraded.plan)
}

#[test]
fn over_a_mapped_value_as_over_what_it_gives() {
    let upgrader = Upgrader::new(&V22);
    let mut random = Rng::with_seed(1);
    let mut compared = 0;
    for _ in 0..ROUNDS {
        let outputs = outputs(&mut random);
        let stored = Map::from_iter([("title".to_owned(), text_value(&mut random)), ("owner".to_owned(), owner_value(&mut random))]);
        let (symbolic, plan) = upgraded(&upgrader, &step(&stored));
        if plan.verdict == Verdict::Review {
            continue;
        }
        let given = evaluate(&Value::Object(stored.clone()), &outputs);
        let (valued, _) = upgraded(&upgrader, &step(given.as_object().unwrap()));
        let gives = |field: &str| evaluate(&symbolic["mapper"][field], &outputs);
        for field in ["name", "owner_id", "visibility"] {
            assert_eq!(gives(field), valued["mapper"][field], "{field} of {stored:?}\nbecame {symbolic}");
        }
        compared += 1;
    }
    assert!(compared > ROUNDS / 2, "only {compared}");
}

/// The paths of all values without parts.
fn leaves(value: &Value, path: &str, found: &mut Vec<(String, Value)>) {
    match value {
        Value::Object(members) => members.iter().for_each(|(name, value)| {
            leaves(value, &if path.is_empty() { name.clone() } else { format!("{path}.{name}") }, found);
        }),
        Value::Array(items) => items.iter().for_each(|item| leaves(item, &format!("{path}[]"), found)),
        // Nothing was given.
        Value::Null => {}
        Value::String(text) if text.is_empty() => {}
        other => found.push((path.to_owned(), other.clone())),
    }
}

/// Is a finding's field the value, what it stands in, or a part of it?
fn is_about(field: &str, path: &str) -> bool {
    let within = |one: &str, other: &str| one.strip_prefix(other).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']));
    !field.is_empty() && (within(field, path) || within(path, field))
}

#[test]
fn every_old_value_is_used_or_its_loss_is_told() {
    for (seed, upgrader) in [(2, Upgrader::new(&V22)), (3, Upgrader::new(&V23))] {
        let mut random = Rng::with_seed(seed);
        for _ in 0..ROUNDS {
            let stored = mapper(&mut random);
            let (now, plan) = upgraded(&upgrader, &step(&stored));
            let (mut before, mut after) = (Vec::new(), Vec::new());
            leaves(&Value::Object(stored.clone()), "", &mut before);
            leaves(&now["mapper"], "", &mut after);
            for (path, value) in before {
                let stands = after.iter().any(|(_, now)| *now == value);
                let told = plan.findings.iter().any(|finding| is_about(&finding.field, &path));
                assert!(stands || told, "`{path}` of {stored:?} is lost: {now}\n{:?}", plan.findings);
            }
        }
    }
}

#[test]
fn what_is_upgraded_stays() {
    for (seed, upgrader) in [(4, Upgrader::new(&V22)), (5, Upgrader::new(&V23))] {
        let mut random = Rng::with_seed(seed);
        for _ in 0..ROUNDS {
            let scenario = scenario(&mut random);
            let Some(text) = upgrader.upgrade(&scenario).unwrap().text else { continue };
            let again = upgrader.upgrade(&text).unwrap();
            assert_eq!(again.text, None, "{scenario}\nbecame {text}");
        }
    }
}

/// A scenario with a step to upgrade between others, which use its output; in an odd layout.
fn scenario(random: &mut Rng) -> String {
    let uses = pick(random, &["{{3.portfolio.id}}", "{{upper(3.portfolio.id + 1.n)}}", "{{1.n}}", "x", "{{3.portfolio.name}}"]);
    let space = pick(random, &["", " ", "\n\t", "  \r\n"]);
    let mapper = Value::Object(mapper(random));
    format!(
        "{{{space}\"flow\":[{space}{{\"id\":1,\"module\":\"other:x\",\"n\":1.50e+1,\"mapper\":{{}}}}{space},{space}{{\"id\":3,{space}\"module\"{space}:\
         \"acme:create_program\",\"version\":{space}1,\"mapper\":{mapper}}},{{\"id\":4,\"module\":\"other:y\",\"mapper\"{space}:{{\"a\\u0062\":{space}{}}}}}]{space}}}{space}",
        json!(uses)
    )
}

#[test]
fn what_has_nothing_to_do_with_it_stays_byte_for_byte() {
    let upgrader = Upgrader::new(&V22);
    let mut random = Rng::with_seed(6);
    for _ in 0..ROUNDS {
        let scenario = scenario(&mut random);
        let text = upgrader.upgrade(&scenario).unwrap().text.expect("the step changes");
        // Put back what may change: the mapper and the version of the step, and the output that moved.
        let (head, tail) = scenario.split_once("acme:create_program").unwrap();
        let (now_head, now_tail) = text.split_once("acme:create_program").unwrap();
        assert_eq!(now_head, head);
        let behind = tail.find("},{\"id\":4").unwrap();
        let now_behind = now_tail.find("},{\"id\":4").unwrap();
        assert_eq!(now_tail[now_behind..].replace("3.portfolio_id", "3.portfolio.id"), tail[behind..]);
        // What stands between the module and the mapper.
        let mapper = tail.find("\"mapper\"").unwrap();
        assert_eq!(now_tail[..mapper], tail[..mapper].replace('1', "2"));
    }
}

/// The table of the tests covers every input, as the compiler proves of real ones; else the laws above would say less than they seem to.
#[test]
fn the_table_is_total() {
    for field in PROGRAM_1_TO_2.input.fields() {
        let used = PROGRAM_1_TO_2.steps.iter().filter_map(UpgradeStep::source).any(|path| path[0] == field.name());
        assert!(used, "{}", field.name());
    }
}

/// Texts that nobody would write, in every place: an error or an answer, and in good time.
#[test]
fn hostile_texts() {
    let upgrader = Upgrader::new(&V22);
    let mut random = Rng::with_seed(7);
    let parts =
        ["{{", "}}", "(", ")", ";", "\"", "`", "[", "]", ".", "3", "get", "map", " ", "+", "and", "\\", "é", "3.portfolio.id", "\u{0}"];
    for _ in 0..20_000 {
        let text: String = (0..random.usize(1..14)).map(|_| pick(&mut random, &parts)).collect();
        let text = json!(text);
        let step = format!(r#"{{"id":3,"module":"acme:create_program","mapper":{{"owner":{text},"title":{text}}}}}"#);
        let later =
            format!(r#"{{"id":4,"module":"a:b","filter":{{"conditions":[[{{"a":{text},"b":{text}}}]]}},"mapper":{{"x":[{text}]}}}}"#);
        let upgraded = upgrader.upgrade(&format!(r#"{{"flow":[{step},{later}]}}"#)).unwrap();
        if let Some(text) = upgraded.text {
            serde_json::from_str::<Value>(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
        }
    }
    let wide = "{{3.portfolio.id}}".repeat(20_000);
    let scenario = format!(r#"{{"flow":[{{"id":3,"module":"acme:create_program"}},{{"id":4,"module":"a:b","mapper":{{"x":"{wide}"}}}}]}}"#);
    let text = upgrader.upgrade(&scenario).unwrap().text.unwrap();
    assert_eq!(text.matches("{{3.portfolio_id}}").count(), 20_000);
    let deep = format!("{{{{{}1{}}}}}", "get(".repeat(50_000), "; a)".repeat(50_000));
    let step = format!(r#"{{"id":3,"module":"acme:create_program","mapper":{{"title":"{deep}"}}}}"#);
    let problem = upgrader.upgrade_step(&step).unwrap().problem.unwrap().to_string();
    assert!(problem.contains("too deep") && problem.len() < 300, "{problem}");
}
