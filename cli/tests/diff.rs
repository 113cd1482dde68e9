//! `linchpin diff` as a person runs it: what it prints in each format, and the status that it ends with.

mod common;

use common::{Folder, linchpin, linchpin_in};
use serde_json::Value;

/// One of the pairs that show each kind of change.
fn pair(name: &str) -> [String; 2] {
    ["before", "after"].map(|side| format!("{}/../tests/changes/{name}/{side}.yaml", env!("CARGO_MANIFEST_DIR")))
}

fn diff(name: &str, options: &[&str]) -> common::Run {
    let [old, new] = pair(name);
    let arguments = ["diff", "--today", "2026-11-01", &old, &new].into_iter().chain(options.iter().copied());
    linchpin(arguments.collect::<Vec<_>>())
}

#[test]
fn a_rename_is_told_as_such_with_what_speaks_for_it() {
    let run = diff("R6_field_renamed", &[]);
    assert_eq!((run.status, run.err.as_str()), (1, ""));
    assert!(run.out.contains("✗ field `name` is called `full_name` now  [request-field-renamed, wire only]"), "{}", run.out);
    assert!(run.out.contains("% sure: the same type, `string`"), "{}", run.out);
    assert!(run.out.contains("1 finding: 1 breaking, 0 deprecation, 0 compatible"), "{}", run.out);
    assert!(!run.out.contains('\x1b'), "no colours where nobody sees them");
}

#[test]
fn the_status_says_whether_the_threshold_is_reached() {
    let status = |name: &str, threshold: &str| diff(name, &["--fail-on", threshold]).status;
    assert_eq!(["breaking", "deprecation", "any", "none"].map(|one| status("R5_removed", one)), [1, 1, 1, 0]);
    assert_eq!(["breaking", "deprecation", "any", "none"].map(|one| status("E2_deprecated", one)), [0, 1, 1, 0]);
    assert_eq!(["breaking", "deprecation", "any", "none"].map(|one| status("E1_added", one)), [0, 0, 1, 0]);
    let [old, _] = pair("E1_added");
    assert_eq!(linchpin(["diff", &old, &old, "--fail-on", "any"]).status, 0);
}

#[test]
fn json_and_sarif_have_the_places_of_both_sides() {
    let run = diff("R6_field_renamed", &["--format", "json"]);
    let report: Value = serde_json::from_str(&run.out).expect("JSON");
    assert_eq!(report["counts"]["breaking"], 1);
    let finding = &report["findings"][0];
    assert_eq!(
        (finding["id"].as_str(), finding["level"].as_str(), finding["cost"].as_str()),
        (Some("request-field-renamed"), Some("none"), Some("wire only"))
    );
    assert_eq!((finding["old"]["text"].as_str(), finding["new"]["text"].as_str()), (Some("name"), Some("full_name")));
    for (side, word, file) in [("old", "name", &pair("R6_field_renamed")[0]), ("new", "full_name", &pair("R6_field_renamed")[1])] {
        let place = &finding[side]["place"];
        let (at, length) = (place["offset"].as_u64().expect("a number") as usize, place["length"].as_u64().expect("a number") as usize);
        assert_eq!(&std::fs::read_to_string(file).expect("the fixture")[at..at + length], word);
    }
    assert!(finding["evidence"]["confidence"].as_u64().is_some_and(|percent| percent >= 65));
    assert_eq!(finding["sites"][0]["operation"], "POST /pets");
    let run = diff("R6_field_renamed", &["--format", "sarif"]);
    let log: Value = serde_json::from_str(&run.out).expect("JSON");
    let result = &log["runs"][0]["results"][0];
    assert_eq!((result["ruleId"].as_str(), result["level"].as_str()), (Some("request-field-renamed"), Some("error")));
    assert_eq!(result["relatedLocations"].as_array().map(Vec::len), Some(1));
    let run = diff("R6_field_renamed", &["--format", "markdown"]);
    assert!(run.out.contains("### Breaking (1)\n\n| change | where | level | cost | kind |\n"), "{}", run.out);
}

#[test]
fn versions_of_one_spec_are_compared() {
    let spec = format!("{}/../tests/changes/V2_breaking/spec.pin", env!("CARGO_MANIFEST_DIR"));
    let run = linchpin(["diff", &format!("{spec}@v1"), "@v2"]);
    assert_eq!(run.status, 1);
    assert!(run.out.contains("v2 breaks with v1 in 1 way"), "{}", run.out);
    assert!(run.out.contains("field `age` is gone"), "{}", run.out);
    let run = linchpin(["diff", &format!("{spec}@v1"), "@v7"]);
    assert_eq!((run.status, run.err.contains("has no API version `v7`; it has v1, v2")), (2, true), "{}", run.err);
}

#[test]
fn a_spec_is_held_against_what_it_covers_of_a_description() {
    let folder = Folder::new("diff");
    let spec = folder.write(
        "acme.pin",
        "connector acme \"Acme\" { server \"https://api.acme.example/v1\" }\n\n/// A pet.\ntype Pet { id: id<Pet>  name: string  tag?: string }\n\n\
         /// Gets a pet.\naction get_pet @1 \"Get a pet\" { GET \"/pets/{id}\" -> Pet  path { id: id<Pet> } }\n",
    );
    let described = |pet: &str, more: &str| {
        format!(
            "openapi: 3.0.3\ninfo: {{ title: Acme, version: '1' }}\nservers: [{{ url: 'https://api.acme.example' }}]\npaths:\n  /v1/pets/{{petId}}:\n    get:\n      \
             parameters: [{{ name: petId, in: path, required: true, schema: {{ type: integer }} }}{more}]\n      responses: {{ '200': {{ description: found, content: \
             {{ application/json: {{ schema: {{ type: object, required: [id, name], properties: {{ id: {{ type: integer }}, {pet} }} }} }} }} }} }}\n  /v1/other: {{ get: {{ responses: {{}} }} }}\n"
        )
    };
    let same = folder.write(
        "same.yaml",
        &described("name: { type: string }, tag: { type: string, nullable: false }, more: { type: array, items: {} }", ""),
    );
    let run = linchpin(["diff", &spec, &same, "--fail-on", "any"]);
    assert_eq!((run.status, run.out.contains("Nothing differs.")), (0, true), "{}", run.out);
    let other = folder.write(
        "other.yaml",
        &described("name: { type: boolean }", ", { name: tenant, in: header, required: true, schema: { type: string } }"),
    );
    let run = linchpin(["diff", &spec, &other]);
    assert_eq!(run.status, 1);
    for expected in ["header parameter `tenant` is new, and required", "the type was string and is boolean now", "field `tag` is gone"] {
        assert!(run.out.contains(expected), "{expected}: {}", run.out);
    }
    assert!(run.out.contains("3 findings"), "{}", run.out);
    let posted = folder.write(
        "posted.yaml",
        &described("name: { type: string }, tag: { type: string }", "")
            .replace("    get:\n      parameters", "    post:\n      parameters"),
    );
    let run = linchpin(["diff", &spec, &posted]);
    assert!(run.out.contains("GET /pets/{id} is now POST /v1/pets/{petId}  [operation-method-changed"), "{}", run.out);
}

#[test]
fn what_cannot_be_used_is_said_and_ends_with_two() {
    let folder = Folder::new("diff-odd");
    let torn = folder.write("torn.yaml", "openapi: 3.0.3\n  info: x\n");
    let other = folder.write("other.yaml", "name: x\n");
    let [good, _] = pair("E1_added");
    for (file, expected) in [(torn.as_str(), "error[I0101]"), (other.as_str(), "error[I0102]"), ("gone.yaml", "gone.yaml: ")] {
        let run = linchpin(["diff", &good, file]);
        assert_eq!((run.status, run.out.as_str()), (2, ""), "{file}");
        assert!(run.err.contains(expected), "{}", run.err);
    }
    let run = linchpin(["diff", &format!("{good}@v2"), &good]);
    assert_eq!((run.status, run.err.contains("`@v2` names a version of a spec")), (2, true), "{}", run.err);
}

const TASKS: &str = "//! Tasks.\n\nconnector tasks \"Tasks\" {\n  server \"https://tasks.example\"\n}\n\napi v1 {}\n\n/// A task.\ntype Task {\n  id: string  // given by the API\n  /// In hours.\n  work?: int\n}\n\naction read @1 \"Read a task\" {\n  GET \"/tasks/{id}\" -> Task\n  path { id: string }\n}\n";

/// The spec in a folder, and a copy in which a line is another.
fn tasks(line: &str, other: &str) -> Folder {
    let folder = Folder::new("edit");
    folder.write("tasks.pin", TASKS);
    let newer = TASKS.replace(line, other).replace("api v1 {}", "api v1 {}\napi v2 {}");
    assert_ne!(newer, TASKS);
    folder.write("newer.pin", &newer);
    folder
}

#[test]
fn an_edit_writes_the_change_and_the_present() {
    let folder = tasks("work?: int", "work?: float");
    let run = linchpin_in(&folder, ["diff", "tasks.pin", "newer.pin", "--edit", "--dry-run"]);
    assert_eq!(run.status, 0, "{}", run.err);
    insta::assert_snapshot!(run.out);
    assert_eq!(folder.read("tasks.pin"), TASKS, "nothing is written");
    let run = linchpin_in(&folder, ["diff", "tasks.pin", "newer.pin", "--edit", "--title", "Half hours"]);
    assert_eq!((run.status, run.err.as_str()), (0, "change v2: 1 statement written\n"));
    let text = folder.read("tasks.pin");
    assert!(text.contains("change v2 \"Half hours\" {\n  retype Task.work: int -> float\n}"), "{text}");
    assert!(text.contains("work?: float") && text.contains("// given by the API"), "{text}");
    assert_eq!(folder.files(), ["newer.pin", "tasks.pin"], "nothing is left beside it");
    let again = linchpin_in(&folder, ["diff", "tasks.pin", "newer.pin", "--edit"]);
    assert_eq!((again.status, again.out.as_str()), (0, "nothing differs\n"));
}

#[test]
fn an_edited_file_keeps_its_line_ends() {
    let folder = tasks("work?: int", "work?: float");
    let path = folder.path("tasks.pin");
    let text = std::fs::read_to_string(&path).expect("it is there");
    std::fs::write(&path, text.replace('\n', "\r\n")).expect("it can be written");
    let run = linchpin_in(&folder, ["diff", "tasks.pin", "newer.pin", "--edit", "--dry-run"]);
    let untouched = run.out.lines().filter(|line| line.starts_with('-')).count();
    assert!(untouched < text.lines().count(), "not all lines differ: {}", run.out);
    let run = linchpin_in(&folder, ["diff", "tasks.pin", "newer.pin", "--edit"]);
    assert_eq!(run.status, 0, "{}", run.err);
    let edited = std::fs::read_to_string(&path).expect("it is there");
    assert!(edited.contains("change "), "{edited}");
    assert_eq!(edited.matches('\n').count(), edited.matches("\r\n").count(), "{edited:?}");
    let run = linchpin_in(&folder, ["fmt", "--check", "tasks.pin"]);
    assert_eq!((run.status, run.out.as_str()), (0, ""), "the layout says nothing of line ends");
}

#[test]
fn what_cannot_be_edited_is_left_as_it_is() {
    let folder = tasks("work?: int", "work?: float");
    for (arguments, said) in [
        (&["tasks.pin", "newer.pin", "--edit", "--as", "not a name"][..], "`not a name` cannot be the name of an API version"),
        (&["tasks.pin", "newer.pin", "--edit", "--as", ""], "`` cannot be the name of an API version"),
        (&["tasks.pin", "newer.pin", "--edit", "--as", "v2 {} api v3"], "cannot be the name of an API version"),
        (&["tasks.pin", "newer.pin", "--edit", "--as", "v1"], "`v1` is the oldest version of the spec"),
        (&["newer.pin", "tasks.pin", "--edit", "tasks.pin"], "tasks.pin is NEW"),
    ] {
        let run = linchpin_in(&folder, ["diff"].iter().chain(arguments));
        assert_eq!(run.status, 2, "{}", run.out);
        assert!(run.err.contains(said), "{}", run.err);
        assert_eq!(folder.read("tasks.pin"), TASKS);
    }
    let [old, new] = pair("R5_removed");
    let run = linchpin(["diff", &old, &new, "--edit"]);
    assert_eq!(run.status, 2);
    assert!(run.err.contains("is no spec, so there is nothing to edit"), "{}", run.err);
}

/// Two operations of a description, each with a schema of its own where the spec has one type.
fn described(read: &str, list: &str) -> String {
    let schema = |fields: &str| format!("{{ type: object, required: [id], properties: {{ id: {{ type: string }}, {fields} }} }}");
    let answer =
        |schema: &str| format!("responses: {{ '200': {{ description: found, content: {{ application/json: {{ schema: {schema} }} }} }} }}");
    format!(
        "openapi: 3.0.3\ninfo: {{ title: Tasks, version: '2' }}\nservers: [{{ url: 'https://tasks.example' }}]\npaths:\n  \
         /tasks/{{id}}:\n    get:\n      parameters: [{{ name: id, in: path, required: true, schema: {{ type: string }} }}]\n      {}\n  \
         /tasks:\n    get:\n      {}\n",
        answer(&schema(read)),
        answer(&format!("{{ type: array, items: {} }}", schema(list)))
    )
}

#[test]
fn a_type_that_several_operations_share_is_edited_where_all_agree() {
    let spec = TASKS.to_owned() + "\nsearch list @1 \"List tasks\" {\n  GET \"/tasks\" -> [Task]\n}\n";
    let edited = |read: &str, list: &str| {
        let folder = Folder::new("edit-shared");
        folder.write("tasks.pin", &spec);
        folder.write("new.yaml", &described(read, list));
        let run = linchpin_in(&folder, ["diff", "tasks.pin", "new.yaml", "--edit"]);
        assert_eq!(run.status, 0, "{}", run.err);
        folder.read("tasks.pin")
    };
    let (work, none) = ("work: { type: integer }", "note: { type: string }");
    let both = edited(none, none);
    assert!(both.contains("remove Task.work?: int") && !both.contains("Left to you"), "{both}");
    let one = edited(work, none);
    assert!(one.contains("  work?: int") && !one.contains("  remove "), "{one}");
    assert!(one.contains("// Left to you: field `work` is gone (response-field-removed): not so in GET /tasks/{id}."), "{one}");
    let other = edited("work: { type: boolean }", work);
    assert!(!other.contains("retype") && other.contains("not so in GET /tasks."), "{other}");
    let comes = edited(&format!("{work}, due: {{ type: string }}"), work);
    assert!(!comes.contains("not so in"), "{comes}");
}
