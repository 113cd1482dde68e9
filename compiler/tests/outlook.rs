//! What ends when, and what a build says of it, on days that are given.

#![allow(missing_docs, reason = "a test")]

use linchpin_compiler::change::day::Day;
use linchpin_compiler::change::outlook::{Use, notices, outlook, outlook_of};
use linchpin_compiler::diagnostics::{Diagnostics, short};
use linchpin_compiler::model::Model;
use linchpin_compiler::source::Sources;

const SPEC: &str = r#"
connector acme "Acme" { server "https://acme.example/{api}" }
api v1 { released 2024-01-01  unsupported 2027-02  removed 2027-09-01 }
api v2 { released 2026-01-01 }
connection key @1 "Key" {
  deprecated since 2026-01-01 use token "Keys never expire."
  fields { key: secret  region?: string deprecated since 2026-01-01 sunset 2027-01-01 use none "There is one region." }
  send header "X-Key" = key
}
connection token @1 "Token" {
  fields { token: secret }
  send bearer token
  from key @1 { ask token "Make one." reauthorize  drop region because "There is one region." }
}
union Event by "type" {
  made "made": Made
  lost "lost": Lost deprecated since 2026-01-01 sunset 2026-11-27 use Event.made "Nothing is lost."
}
type Made { at: string }
type Lost { at: string }
type Old { deprecated since 2026-01-01 sunset 2026-11-25 use Made "renamed"  at: string }
action get @1 "Get" { GET "/get" -> { event: Event  old?: Old on v1 } }
action stop @1 "Stop" on v1 { deprecated since 2026-01-01 use none "Nobody stops."  POST "/stop" -> nothing }
"#;

fn model(text: &str) -> Model {
    let mut sources = Sources::default();
    sources.add("acme.pin", text);
    let mut diagnostics = Diagnostics::default();
    let model = linchpin_compiler::check(&sources, &mut diagnostics);
    let said: Vec<String> = diagnostics.sorted(&sources).iter().map(|one| short::render(one, &sources)).collect();
    model.unwrap_or_else(|| panic!("{}", said.join("\n")))
}

fn day(text: &str) -> Day {
    Day::parse(text).unwrap()
}

#[test]
fn everything_that_a_spec_says_ends_is_gathered_by_date() {
    let entries: Vec<String> = outlook(&model(SPEC))
        .iter()
        .map(|entry| {
            let date = |date| format!("{:?}", Option::map(date, Day::first).map(|day: Day| day.to_string()));
            let with = entry.ends_with.as_ref().map_or_else(String::new, |with| format!(" with {with}"));
            format!("{} {} {}{with}", entry.kind.word(), entry.name, date(entry.deadline()))
        })
        .collect();
    let expected = [
        "type Old Some(\"2026-11-25\")",
        "value Event.lost Some(\"2026-11-27\")",
        "field key.region Some(\"2027-01-01\")",
        "API version v1 Some(\"2027-02-01\")",
        "module stop@1 Some(\"2027-02-01\") with v1",
        "connection key@1 None",
    ];
    assert_eq!(entries, expected);
}

#[test]
fn builds_are_told_of_each_date_that_is_near_or_has_passed() {
    let model = model(SPEC);
    let said = |today: &str, ahead: u32| -> Vec<(String, bool)> {
        notices(&model, day(today), ahead).into_iter().map(|one| (one.message, one.passed)).collect()
    };
    assert_eq!(said("2026-08-26", 90), []);
    let near = said("2026-11-26", 90);
    let messages: Vec<&str> = near.iter().map(|(message, _)| message.as_str()).collect();
    let expected = [
        "type `Old` of `acme` was to stop working on 2026-11-25; use `Made`",
        "value `Event.lost` of `acme` stops working on 2026-11-27, tomorrow; use `Event.made`",
        "field `key.region` of `acme` stops working on 2027-01-01, in 36 days; nothing takes its place",
        "API version `v1` of `acme` is no longer supported from 2027-02, in 67 days; use `v2`",
    ];
    assert_eq!(messages, expected, "what has no date of its own is no matter of a build");
    assert_eq!(near.iter().map(|(_, passed)| *passed).collect::<Vec<_>>(), [true, false, false, false]);
    assert_eq!(said("2026-11-26", 0).len(), 1);
    assert_eq!(said("2026-11-27", 0).len(), 2);
    let within = said("2027-02-28", 0);
    assert_eq!(within[3].0, "API version `v1` of `acme` is no longer supported from 2027-02, now; use `v2`");
    assert!(!within[3].1, "a month has not passed before its last day has");
    assert_eq!(said("2027-03-01", 0)[3].0, "API version `v1` of `acme` has not been supported since 2027-02; use `v2`");
}

#[test]
fn what_a_step_uses_is_told_by_its_module_and_its_words() {
    let model = model(SPEC);
    let names = |one: Use| outlook_of(&model, &[one]).into_iter().map(|entry| entry.name).collect::<Vec<_>>();
    let get = Use { module: "get".into(), revision: 1, version: Some("v1".into()), ..Use::default() };
    assert_eq!(names(get.clone()), ["Old", "v1"]);
    assert_eq!(names(Use { words: ["lost".into()].into(), ..get.clone() }), ["Old", "Event.lost", "v1"]);
    assert_eq!(names(Use { connections: vec!["acme:key@1".into()], version: Some("v2".into()), ..get.clone() }), ["key@1"]);
    assert_eq!(names(Use { connections: vec!["key@2".into()], version: Some("v2".into()), ..get }), [""; 0]);
    assert_eq!(names(Use { module: "stop".into(), revision: 1, ..Use::default() }), ["v1", "stop@1"]);
    assert_eq!(names(Use { module: "unknown".into(), revision: 1, ..Use::default() }), [""; 0]);
}

#[test]
fn the_header_of_the_version_served_needs_versions() {
    let said = |text: &str| {
        let mut sources = Sources::default();
        sources.add("acme.pin", text);
        let mut diagnostics = Diagnostics::default();
        let model = linchpin_compiler::check(&sources, &mut diagnostics);
        let said: Vec<String> = diagnostics.sorted(&sources).iter().map(|one| short::render(one, &sources)).collect();
        (model.and_then(|model| model.connector.served), said.join("\n"))
    };
    let rest = r#" action get @1 "Get" { GET "/get" -> nothing }"#;
    let connector = |clause: &str| format!("connector acme \"Acme\" {{\n  server \"https://acme.example\"\n  {clause}\n}}\n");
    let good = connector(r#"served header "X-Served""#) + " api v1 { }" + rest;
    assert_eq!(said(&good), (Some("x-served".into()), String::new()));
    let (_, lonely) = said(&(connector(r#"served header "X-Served""#) + rest));
    assert!(lonely.contains("error[P0703]: the version served cannot be compared"), "{lonely}");
    let (_, illegal) = said(&(connector(r#"served header "X Served""#) + " api v1 { }" + rest));
    assert!(illegal.contains("error[P0311]"), "{illegal}");
    let (_, incomplete) = said(&(connector(r#"served "X-Served""#) + " api v1 { }" + rest));
    assert!(incomplete.contains("`header` is missing"), "{incomplete}");
    let (_, misspelt) = said(&(connector(r#"servd header "X-Served""#) + " api v1 { }" + rest));
    assert!(misspelt.contains("error[P0102]"), "{misspelt}");
}

#[test]
fn what_moved_is_deprecated_where_it_stood() {
    let moved = model(
        r#"
        connector acme "Acme" { server "https://acme.example" }
        api v1 { released 2024-01-01  unsupported 2027-02-01 }
        api v2 { released 2026-01-01 }
        type Invoice { id: string  parent: Parent }
        type Parent { subscription?: string }
        action get @1 "Get" { GET "/get" -> Invoice }
        action put @1 "Put" { PUT "/put"  body { owner: { id: string } } }
        change v2 "Invoices have parents" {
          move Invoice.subscription -> parent.subscription
          move put.owner_id -> owner.id
        }
        "#,
    );
    let entries: Vec<_> = outlook(&moved).into_iter().filter(|entry| entry.kind.word() == "field").collect();
    let told: Vec<String> =
        entries.iter().map(|entry| format!("{} -> {}", entry.name, entry.successor.clone().unwrap_or_default())).collect();
    assert_eq!(told, ["Invoice.subscription -> Invoice.parent.subscription", "put.owner_id -> put.owner.id"]);
    assert!(entries.iter().all(|entry| entry.versions == ["v1"] && entry.deadline().is_some()));
}
