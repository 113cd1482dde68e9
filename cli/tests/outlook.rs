//! `linchpin outlook` as a person calls it: the table, JSON and the picture; what is near; what a scenario uses.

mod common;

use common::{Folder, linchpin, spec};
use serde_json::Value;
use std::path::Path;

const TODAY: [&str; 2] = ["--today", "2026-11-26"];

fn outlook(more: &[&str]) -> String {
    let path = spec("outlook.pin");
    let run = linchpin([&["outlook", &path], &TODAY[..], more].concat());
    assert_eq!((run.status, run.err.as_str()), (0, ""));
    run.out
}

#[test]
fn the_table_has_the_nearest_end_first() {
    insta::assert_snapshot!(outlook(&[]));
}

#[test]
fn programs_get_json() {
    insta::assert_snapshot!(outlook(&["--format", "json"]));
}

#[test]
fn the_picture_is_the_same_every_time() {
    let picture = outlook(&["--format", "svg"]);
    assert_eq!(picture.matches("<g>").count(), 8, "a row for each");
    assert!(picture.contains(">Acme &amp; Sons<"), "text is escaped");
    insta::assert_snapshot!(picture);
}

/// Runs the command that the guide shows above the picture.
#[test]
fn the_picture_of_the_guide_is_what_is_printed() {
    let root = spec("../../..");
    let read = |name: &str| std::fs::read_to_string(format!("{root}/{name}")).expect("a document");
    let guide = read("docs/life.md");
    let command = guide.lines().find(|line| line.starts_with("cd connectors/specs ") && line.contains(" linchpin outlook "));
    let (_, command) = command.expect("the guide says how the picture is made").split_once(" linchpin ").expect("looked for above");
    let folder = Folder::new("outlook-guide");
    let arguments = command.split_whitespace().map(|word| match word {
        "../../docs/outlook.svg" => folder.path("outlook.svg"),
        spec if Path::new(&format!("{root}/connectors/specs/{spec}")).exists() => format!("{root}/connectors/specs/{spec}"),
        other => other.to_owned(),
    });
    let run = linchpin(arguments);
    assert_eq!((run.status, run.err.as_str()), (0, ""));
    assert!(folder.read("outlook.svg") == read("docs/outlook.svg"), "`{command}` makes another picture: make it anew, and look at it");
}

#[test]
fn the_name_of_the_file_says_the_format() {
    let folder = Folder::new("outlook");
    let path = folder.path("ends.svg");
    assert_eq!(outlook(&["-o", &path]), "");
    assert!(folder.read("ends.svg").starts_with("<svg "));
    assert_eq!(outlook(&["-o", &folder.path("ends.json")]), "");
    assert!(serde_json::from_str::<Value>(&folder.read("ends.json")).is_ok());
}

fn names(out: &str) -> Vec<String> {
    let json: Value = serde_json::from_str(out).expect("JSON");
    json["entries"].as_array().expect("entries").iter().map(|one| one["name"].as_str().expect("a name").to_owned()).collect()
}

#[test]
fn within_keeps_what_is_near_or_has_passed() {
    let near = |days: &str| names(&outlook(&["--format", "json", "--within", days]));
    assert_eq!(near("0"), ["blur@1", "v1"]);
    assert_eq!(near("28"), ["blur@1", "v1", "get_thing.full"]);
    assert_eq!(near("66"), ["blur@1", "v1", "get_thing.full"], "2027-02 starts in 67 days");
    assert_eq!(near("67"), ["blur@1", "v1", "get_thing.full", "v2", "Thing.owner"]);
}

#[test]
fn a_scenario_shows_what_it_uses() {
    let folder = Folder::new("outlook-uses");
    let used = |steps: &str, more: &[&str]| {
        let path = folder.write("scenario.json", &format!(r#"{{"flow":[{steps}]}}"#));
        names(&outlook(&[&["--format", "json", "--scenario", &path], more].concat()))
    };
    let get = |version: &str, mapper: &str| {
        format!(
            r#"{{"id":1,"module":"acme{version}:get_thing","version":1,"mapper":{mapper},
                 "metadata":{{"parameters":[{{"name":"__IMTCONN__","type":"account:acme-key"}}]}}}}"#
        )
    };
    let mail = r#"{"id":2,"module":"mail:send","mapper":{"to":"{{1.owner.name}}","text":"done"}}"#;
    assert_eq!(used(mail, &[]), [""; 0], "other applications are none of these connectors");
    assert_eq!(used(&get("@v3", r#"{"id":"7"}"#), &[]), ["key@1"], "the newest version, and nothing that is deprecated");
    assert_eq!(used(&get("@v2", r#"{"id":"7"}"#), &[]), ["v2", "key@1"]);
    assert_eq!(used(&get("@v2", r#"{"id":"7","full":true}"#), &[]), ["get_thing.full", "v2", "key@1"]);
    assert_eq!(used(&[get("@v1", r#"{"id":"7"}"#), mail.to_owned()].join(","), &[]), ["v1", "Thing.owner", "key@1"]);
    let named = get("", r#"{"id":"7"}"#).replace("acme:get", "acme-acme:get").replace("acme-key", "other");
    assert_eq!(used(&named, &[]), [""; 0]);
    assert_eq!(used(&named, &["--app", "acme-acme=acme"]), ["v1", "v2"], "without a version, any that has the module");
}

#[test]
fn what_cannot_be_read_is_said() {
    let path = spec("outlook.pin");
    let run = linchpin(["outlook", &path, "--today", "2026-02-30"]);
    assert_eq!(run.status, 2);
    assert!(run.err.contains("write a day such as 2026-11-26"), "{}", run.err);
    let folder = Folder::new("outlook-bad");
    let scenario = folder.write("scenario.json", "[]");
    let run = linchpin(["outlook", &path, "--scenario", &scenario]);
    assert_eq!(run.status, 2);
    assert!(run.err.contains("it is no JSON object"), "{}", run.err);
    let scenario = folder.write("scenario.json", r#"{"flow":[]}"#);
    let run = linchpin(["outlook", &path, "--scenario", &scenario, "--app", "x=acne"]);
    assert_eq!((run.status, run.err.as_str()), (2, "linchpin: no spec is of the connector `acne`\n"));
    let run = linchpin(["outlook", &path, "--scenario", &scenario, "--today", "2026-11-26"]);
    assert_eq!(run.out, "Nothing ends, of 1 connector, seen from 2026-11-26.\n");
}
