//! The schemas against a validator that others wrote: what decodes and validates fits the schema, and what does not, does not.
#![expect(unsafe_code, reason = "the macros write it")]
#![allow(missing_docs, unreachable_pub, dead_code, reason = "the types are only for the tests")]

use serde_json::{Value, json};

use super::json_schema;
use crate::__codegen_v1 as lp;
use crate::shape::{Erased, Names, Shape, Shaped, validate};

lp::structure! {
    /// A project.
    pub struct Project "Project" {
        /// Its id.
        pub id: lp::Id<Project> = "id! ID";
        pub name: String = "name!" "length 1..10" "pattern ^[A-Z]";
        pub status: Option<Status> = "status" "default \"CUR\"";
        pub level: Option<Level> = "level";
        pub at: Option<lp::DateTime> = "at";
        pub due: Option<lp::Date> = "due";
        pub stamps: Vec<lp::DateTime> = "stamps!" "default []" "format epoch";
        pub opens: Option<lp::Time> = "opens";
        pub key: Option<lp::Uuid> = "key" "deprecated";
        pub site: Option<lp::Url> = "site";
        pub took: Option<lp::Duration> = "took";
        pub parent: Option<Box<Project>> = "parent";
        pub budget: Option<lp::Decimal> = "budget!?";
        pub tags: Vec<String> = "tags!" "unique" "length 0..3" "items.length 1..4";
        pub limit: i64 = "limit! $$LIMIT" "default 200" "range 1..2000";
        pub share: Option<f64> = "share" "fractions 0.0..1.5";
        pub password: lp::Patch<lp::Secret> = "password?";
        pub order: Option<String> = "order" "constant \"asc\"";
        pub events: Option<Vec<Event>> = "events";
        pub shut: Option<Shut> = "shut";
        pub sources: Option<lp::Map<Source>> = "sources" "length 0..2";
        pub extra: lp::Map<i64> = "extra*";
    }
}
lp::open_enum! { pub enum Status "Status" { Current = "CUR", InWork = "WRK" } }
lp::closed_enum! { pub enum Level "Level" int { Low = 1, High = 2 } }
lp::structure! { pub struct Push "Push" { pub count: i64 = "count!"; } }
lp::structure! { pub struct Pull "Pull" { pub name: String = "name!"; } }
lp::tagged_union! { pub enum Event "Event" by "type" { Push(Push) = "push", Pull(Pull) = "7" } }
lp::tagged_union! { pub enum Shut "Shut" by "type" closed { Push(Push) = "push", Pull(Pull) = "pull" } }
lp::untagged_union! { pub enum Source "Source" { Push(Push), Name(String), Many(Vec<Source>) } }

fn fits(schema: &Value, value: &Value) -> bool {
    let mut compiler = boon::Compiler::new();
    compiler.enable_format_assertions();
    compiler.add_resource("mem:///schema.json", schema.clone()).expect("it is a resource");
    let mut schemas = boon::Schemas::new();
    let index = compiler.compile("mem:///schema.json", &mut schemas).expect("the schema fits its metaschema");
    schemas.validate(value, index).is_ok()
}

fn is_taken(shape: &'static Shape, value: &Value, names: Names) -> bool {
    Erased::decode(shape, value.to_string().as_bytes(), names).is_ok_and(|value| validate(value.as_ref()).is_ok())
}

fn project(member: &str, value: Value) -> Value {
    let mut project = json!({ "ID": "p1", "name": "Alpha", "budget": "12.50", "tags": ["a"] });
    project[member] = value;
    project
}

#[test]
fn what_fits_the_schema_is_what_is_taken() {
    let good = [
        ("ID", json!(7)),
        ("status", json!("NEW")),
        ("status", json!(null)),
        ("level", json!(2)),
        ("at", json!("2026-01-02T03:04:05Z")),
        ("due", json!("2026-01-02")),
        ("stamps", json!([0, 1_700_000_000])),
        ("stamps", json!(null)),
        ("opens", json!("12:30")),
        ("key", json!("67e55044-10b1-426f-9247-bb680e5fe0c8")),
        ("site", json!("https://acme.example/a")),
        ("took", json!("PT90S")),
        ("parent", project("name", json!("B"))),
        ("budget", json!(null)),
        ("budget", json!(1.5)),
        ("$$LIMIT", json!(null)),
        ("share", json!(1.5)),
        ("password", json!(null)),
        ("order", json!("asc")),
        ("events", json!([{ "type": "push", "count": 1 }, { "type": 7, "name": "x" }, { "type": "new", "count": [] }, 5])),
        ("shut", json!({ "type": "pull", "name": "x" })),
        ("sources", json!({ "a": { "count": 1 }, "b": ["x", [{ "count": 2 }]] })),
        ("more", json!(1)),
    ];
    let bad = [
        ("ID", json!(true)),
        ("name", json!("alpha")),
        ("name", json!("")),
        ("name", json!("A far too long name")),
        ("name", json!(null)),
        ("status", json!(5)),
        ("level", json!(3)),
        ("at", json!("2026-01-02")),
        ("due", json!("2026-02-30")),
        ("stamps", json!(["soon"])),
        ("opens", json!("24:00")),
        ("key", json!("x")),
        ("site", json!("no url")),
        ("took", json!("long")),
        ("parent", json!({ "ID": 1 })),
        ("budget", json!("12,50")),
        ("tags", json!(["a", "a"])),
        ("tags", json!(["a", "b", "c", "d"])),
        ("tags", json!([""])),
        ("tags", json!(["abcde"])),
        ("$$LIMIT", json!(0)),
        ("share", json!(1.6)),
        ("password", json!(1)),
        ("order", json!("desc")),
        ("events", json!([{ "type": "push" }])),
        ("shut", json!({ "type": "new" })),
        ("shut", json!({ "name": "x" })),
        ("sources", json!({ "a": { "number": 1 } })),
        ("sources", json!({ "a": "", "b": "", "c": "" })),
        ("more", json!("x")),
    ];
    let schema = json_schema(Project::shape(), Names::Wire);
    for (taken, cases) in [(true, good.as_slice()), (false, bad.as_slice())] {
        for (member, value) in cases {
            let value = project(member, value.clone());
            assert_eq!(is_taken(Project::shape(), &value, Names::Wire), taken, "decoding {value}");
            assert_eq!(fits(&schema, &value), taken, "{value} and the schema\n{schema:#}");
        }
    }
    for member in ["ID", "name", "budget", "tags"] {
        let mut value = project("name", json!("B"));
        value.as_object_mut().unwrap().remove(member);
        assert!(!is_taken(Project::shape(), &value, Names::Wire) && !fits(&schema, &value), "{member}");
    }
}

#[test]
fn a_schema_by_spec_names_takes_what_a_call_by_name_takes() {
    let schema = json_schema(Project::shape(), Names::Spec);
    let value = json!({ "id": 1, "name": "B", "budget": 1, "tags": [], "status": "in_work", "level": "high", "limit": 5 });
    assert!(fits(&schema, &value) && is_taken(Project::shape(), &value, Names::Spec));
    assert!(!fits(&schema, &json!({ "ID": 1, "name": "B", "budget": 1, "tags": [] })));
    assert_eq!(schema["$defs"]["Project"]["properties"]["status"]["default"], "current");
}

#[test]
fn what_people_read_is_in_the_schema() {
    let schema = json_schema(Project::shape(), Names::Wire);
    let project = &schema["$defs"]["Project"];
    assert_eq!(project["description"], "A project.");
    assert_eq!(project["properties"]["ID"], json!({ "type": ["string", "integer"], "description": "Its id." }));
    assert_eq!(project["properties"]["key"]["deprecated"], true);
    assert_eq!(project["properties"]["password"], json!({ "type": ["string", "null"], "writeOnly": true }));
    assert_eq!(project["properties"]["order"]["anyOf"][0]["const"], "asc");
    assert_eq!(project["properties"]["$$LIMIT"]["default"], 200);
    assert_eq!(project["required"], json!(["ID", "name", "budget", "tags"]));
}
