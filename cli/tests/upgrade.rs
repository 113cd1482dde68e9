//! `linchpin upgrade` as a person calls it: what it says, what it writes, how it exits.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const SPEC: &str = r#"//! Acme: an API with a past.

connector acme "Acme" {
  server "https://acme.example/{api}"
}

api v1 at "1" { released 2024-01-01  unsupported 2026-10-01 }
api v2 at "2" { released 2025-06-01 }

/// Finds things.
search find @1 "Find things" {
  GET "/things" -> [string]
  query { text?: string }
}

/// Blurs.
action blur @1 "Blur" {
  deprecated since 2025-06-01 sunset 2026-12-01 use none "the service ended"
  POST "/blur"
}
"#;

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("linchpin-cli-upgrade-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        fs::write(path.join("acme.pin"), SPEC).unwrap();
        Self(path)
    }

    fn scenario(&self, name: &str, steps: &str) {
        fs::write(self.0.join(name), format!(r#"{{"name":"Intake","flow":[{steps}]}}"#)).unwrap();
    }

    /// Exit status, output and errors of `linchpin upgrade …` in this folder.
    fn upgrade(&self, arguments: &[&str]) -> (i32, String, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_linchpin"));
        let output = command.current_dir(&self.0).arg("upgrade").args(arguments).args(["--spec", "acme.pin"]).output().unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
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

const FIND: &str =
    r#"{"id":1,"module":"acme@v1:find","version":1,"mapper":{"text":"{{2.x}}"},"metadata":{"designer":{"name":"Look it up"}}}"#;
const BLUR: &str = r#"{"id":2,"module":"acme@v1:blur","version":1,"mapper":{}}"#;
const MAIL: &str = r#"{"id":3,"module":"mail:send","version":1,"mapper":{}}"#;

#[test]
fn a_plan_says_what_a_person_must_do_and_writes_nothing() {
    let folder = Folder::new("plan");
    folder.scenario("intake.json", &[FIND, BLUR, MAIL].join(","));
    let before = read(&folder.0.join("intake.json"));
    let (status, output, errors) = folder.upgrade(&["intake.json", "--plan"]);
    assert_eq!(errors, "");
    assert_eq!(
        output,
        r#"intake.json  "Intake"

  REPLACE BY HAND  nothing takes the place of these steps; they stay as they are and stop working
    step 2  acme:blur@1 (v1)
       by 2026-10-01: v1 is no longer supported
    !  the step  the service ended

  NOTHING TO DO  these steps follow by themselves
    step 1 "Look it up"  acme:find@1 (v1) -> find@1 (v2)
       by 2026-10-01: v1 is no longer supported
       all fields stay as they are

  UNTOUCHED  step 3

  not written, for this is only the plan

In all  3 steps of 1 scenario: 1 would change, 2 untouched
You must replace by hand 1 step without a successor (marked `!` above).
The first date is 2026-10-01: v1 is no longer supported.
Run this again without --plan to change the scenarios; each is kept in a backup beside it.
"#
    );
    assert_eq!((status, read(&folder.0.join("intake.json"))), (1, before));
}

#[test]
fn an_upgrade_writes_and_keeps_what_was() {
    let folder = Folder::new("write");
    folder.scenario("intake.json", FIND);
    let before = read(&folder.0.join("intake.json"));
    let (status, output, _) = folder.upgrade(&["intake.json"]);
    assert!(output.contains("what it was is kept in") && output.contains("You need not do anything."), "{output}");
    assert_eq!(status, 0);
    assert_eq!(read(&folder.0.join("intake.json")), before.replace("acme@v1", "acme@v2"));
    assert_eq!(read(&folder.0.join("intake.json.bak")), before);
    let (status, output, _) = folder.upgrade(&["intake.json"]);
    assert!(status == 0 && output.contains("UNTOUCHED  step 1"), "{output}");
    assert!(!folder.0.join("intake.json.bak.2").exists(), "what does not change is not written");
}

#[test]
fn what_is_not_understood_is_left_alone_and_the_others_are_upgraded() {
    let folder = Folder::new("alone");
    folder.scenario("good.json", FIND);
    folder.scenario("bad.json", &FIND.replace("\"version\":1", "\"version\":\"x\""));
    fs::write(folder.0.join("worse.json"), "{").unwrap();
    let (status, output, _) = folder.upgrade(&["bad.json", "worse.json", "none.json", "good.json"]);
    assert_eq!(status, 2);
    assert!(output.contains("LEFT ALONE") && output.contains("step 1, version: it is no revision"), "{output}");
    assert!(output.contains("worse.json: it is no JSON") && output.contains("none.json: it cannot be read"), "{output}");
    assert!(output.contains("You must mend 3 scenarios left alone (marked `!` above)."), "{output}");
    assert!(read(&folder.0.join("good.json")).contains("acme@v2"));
    assert!(read(&folder.0.join("bad.json")).contains("acme@v1"));
}

#[test]
fn programs_get_json() {
    let folder = Folder::new("json");
    folder.scenario("intake.json", &[FIND, BLUR].join(","));
    let (status, output, _) = folder.upgrade(&["intake.json", "--plan", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&output).unwrap();
    assert_eq!(status, 1);
    let scenario = &report["scenarios"][0];
    assert_eq!((&scenario["changes"], &scenario["backup"]), (&true.into(), &serde_json::Value::Null));
    assert_eq!(scenario["plan"]["verdict"], "no successor");
    assert_eq!(scenario["plan"]["steps"][0]["to"]["version"], "v2");
}

#[test]
fn versions_and_applications_are_named() {
    let folder = Folder::new("named");
    folder.scenario("intake.json", &FIND.replace("acme@v1", "acme-legacy"));
    let (status, _, errors) = folder.upgrade(&["intake.json", "--to", "v9"]);
    assert_eq!((status, errors.as_str()), (2, "linchpin: no spec has the API version `v9`; there are `v1`, `v2`\n"));
    let (_, output, _) = folder.upgrade(&["intake.json", "--plan", "--format", "json", "--app", "acme-legacy=acme", "--to", "v1"]);
    assert!(output.contains("\"module\": \"find\""), "{output}");
    let (status, _, errors) = folder.upgrade(&["intake.json", "--app", "acme-legacy=none"]);
    assert_eq!((status, errors.as_str()), (2, "linchpin: no spec is of the connector `none`\n"));
}

#[test]
fn outputs_that_end_are_named_where_they_are_used() {
    let folder = Folder::new("endings");
    let things = r#"
type Thing {
  owners: [Owner]
  owner?: Owner deprecated since 2025-06-01 sunset 2027-03 use Thing.owners "One became several."
}

type Owner { mail: string  phone?: string deprecated since 2025-06-01 use none "Nobody answers." }

search list @1 "List things" {
  GET "/list" -> [Thing]
}
"#;
    fs::write(folder.0.join("acme.pin"), format!("{SPEC}{things}")).unwrap();
    let list = r#"{"id":1,"module":"acme@v1:list","version":1,"mapper":{}}"#;
    let mail = r#"{"id":2,"module":"mail:send","version":1,"filter":{"conditions":[[{"a":"{{1.owner.mail}}","o":"exist"}]]},"mapper":{"to":"{{1.owner.mail}}, {{1.owners[1].phone}}","cc":["{{first(1.owners).mail}}"]}}"#;
    let find = r#"{"id":3,"module":"acme@v2:find","version":1,"mapper":{"text":"{{map(1.owners; phone)}}"}}"#;
    folder.scenario("intake.json", &[list, mail, find].join(","));
    let (status, output, errors) = folder.upgrade(&["intake.json", "--plan"]);
    assert_eq!((status, errors.as_str()), (0, ""), "{output}");
    insta::assert_snapshot!(output);
    let (_, json, _) = folder.upgrade(&["intake.json", "--plan", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let step = &json["scenarios"][0]["plan"]["steps"][1];
    assert_eq!((step["verdict"].as_str(), step["deadline"]["date"].as_str()), (Some("untouched"), Some("2027-03")), "{step}");
    folder.upgrade(&["intake.json"]);
    assert!(read(&folder.0.join("intake.json")).contains("{{1.owner.mail}}, {{1.owners[1].phone}}"), "what is noted stays as it is");
}

/// A block that leads from `v1` to `v3` says nothing of `v2`.
#[test]
fn a_version_that_a_block_passes_over_is_no_version_that_changed_nothing() {
    let folder = Folder::new("passed-over");
    let spec = r#"connector acme "Acme" { server "https://acme.example" }
api v1 {}
api v2 {}
api v3 {}

action make @1 "Make" {
  POST "/things"
  body { title: string  due: date }
  from @1 on v1 { ask due "When?" }
}
change v2 "x" { add make.until  rename make.name -> title }
change v3 "y" { rename make.until -> due }
"#;
    fs::write(folder.0.join("acme.pin"), spec).unwrap();
    let step = r#"{"id":1,"module":"acme@v1:make","version":1,"mapper":{"name":"Alpha"}}"#;
    folder.scenario("one.json", step);
    let (status, output, _) = folder.upgrade(&["one.json", "--to", "v2"]);
    assert!(status == 1 && output.contains("what becomes of it is told for v3, and not for v2"), "{output}");
    assert!(read(&folder.0.join("one.json")).contains(step));
    let (status, _, _) = folder.upgrade(&["one.json"]);
    assert_eq!(status, 1);
    assert!(read(&folder.0.join("one.json")).contains(r#""module":"acme@v3:make","version":1,"mapper":{"title":"Alpha"}"#));
}

/// What the outputs of a step hold may be called otherwise, mean something else or be another kind of thing.
#[test]
fn what_later_steps_compare_and_use_follows_the_values_of_an_output() {
    let folder = Folder::new("values");
    let spec = r#"connector acme "Acme" { server "https://acme.example/{api}" }
api v1 {}
api v2 {}

enum State { open  moving = "ONWAY"  done }
type Place { street: string }
type Parcel { id: string  state: State  weight: int  place: Place }

change v2 "Tidied" {
  rename  State.on_way = "ONWAY" -> moving
  merge   State { on_time = "OK", late = "LATE" } -> done
  retype  Parcel.place: string -> Place
  meaning Parcel.weight "it is in grams now"
}

action get @1 "Get" {
  GET "/parcels/{id}" -> Parcel
  path { id: string }
}
"#;
    fs::write(folder.0.join("acme.pin"), spec).unwrap();
    let get = r#"{"id":1,"module":"acme@v1:get","version":1,"mapper":{"id":"7"}}"#;
    let filter = |value: &str| {
        format!(r#"{{"id":2,"module":"mail:send","filter":{{"conditions":[[{{"a":"{{{{1.state}}}}","o":"text:equal","b":"{value}"}}]]}}}}"#)
    };
    for (before, after) in [("on_way", "moving"), ("late", "done"), ("open", "open")] {
        folder.scenario("filter.json", &format!("{get},{}", filter(before)));
        let (status, _, errors) = folder.upgrade(&["filter.json"]);
        assert_eq!((status, errors.as_str()), (0, ""), "{before}");
        assert!(read(&folder.0.join("filter.json")).ends_with(&format!("{}]}}", filter(after))), "{before}");
    }
    let mail = r#"{"id":2,"module":"mail:send","mapper":{"state":"{{1.state}}","weight":"{{1.weight}}","place":"{{1.place}}"}}"#;
    folder.scenario("used.json", &format!("{get},{mail}"));
    let (status, output, _) = folder.upgrade(&["used.json", "--plan"]);
    assert_eq!(status, 1);
    for line in [
        r#"state   check: `1.state`: values of `state` have other names now: "late" is "done", "on_time" is "done", "on_way" is "moving""#,
        "weight  check: `1.weight`: it is in grams now",
        "place   check: `1.place`: it is an object now, and was text",
    ] {
        assert!(output.contains(line), "{line}\n{output}");
    }
}

const ASKS: &str = r#"
type Program { id: string }

action create @2 "Create a program" {
  POST "/programs" -> Program
  body { name: string  portfolio_id: string  labels?: [string] }
  from @1 on v1 { ask portfolio_id "Which portfolio?" }
}

change v2 "Programs belong to portfolios" { require create.portfolio_id }
"#;

fn creates(folder: &Folder) {
    fs::write(folder.0.join("acme.pin"), format!("{SPEC}{ASKS}")).unwrap();
    let step = |id: u8| format!(r#"{{"id":{id},"module":"acme@v1:create","version":1,"mapper":{{"name":"Alpha"}}}}"#);
    folder.scenario("intake.json", &[step(3), step(4)].join(","));
}

#[test]
fn questions_are_answered_on_the_command_line() {
    let folder = Folder::new("answers");
    creates(&folder);
    let (status, plan, _) = folder.upgrade(&["intake.json", "--plan"]);
    assert_eq!(status, 1);
    assert!(plan.contains("portfolio_id  fill in: Which portfolio? [3.portfolio_id]"), "{plan}");
    assert!(plan.contains("--answer QUESTION=VALUE"), "{plan}");
    let before = read(&folder.0.join("intake.json"));
    let (status, _, errors) = folder.upgrade(&["intake.json", "--answer", "3.portfolioid=p1"]);
    assert_eq!((status, errors.as_str()), (2, "linchpin: nothing asks `3.portfolioid`; did you mean `3.portfolio_id`?\n"));
    assert_eq!(read(&folder.0.join("intake.json")), before, "nothing is written then");

    fs::write(folder.0.join("answers.json"), r#"{"create.portfolio_id": "p-all"}"#).unwrap();
    let (status, output, _) = folder.upgrade(&["intake.json", "--answers", "answers.json", "--answer", "3.portfolio_id={{1.p}}"]);
    assert_eq!(status, 0, "{output}");
    let text = read(&folder.0.join("intake.json"));
    assert!(text.contains(r#""mapper":{"name":"Alpha","portfolio_id":"{{1.p}}"}"#), "{text}");
    assert!(text.contains(r#""mapper":{"name":"Alpha","portfolio_id":"p-all"}"#), "{text}");
}

#[test]
fn a_question_that_stayed_open_is_answered_later() {
    let folder = Folder::new("answers-later");
    creates(&folder);
    assert_eq!(folder.upgrade(&["intake.json"]).0, 1);
    let (status, output, _) = folder.upgrade(&["intake.json", "--answer", "create.portfolio_id=7"]);
    assert_eq!(status, 0, "{output}");
    let text = read(&folder.0.join("intake.json"));
    assert_eq!(text.matches(r#""mapper":{"name":"Alpha","portfolio_id":7}"#).count(), 2, "{text}");
    assert_eq!(folder.upgrade(&["intake.json", "--plan"]).0, 0);
}
