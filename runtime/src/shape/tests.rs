//! What the tables promise: round trips, paths in errors, limits, and that nothing leaks or is dropped twice whatever comes in. The
//! last is only seen under valgrind or AddressSanitizer; `sanitize.sh` runs these tests there.
#![expect(unsafe_code, reason = "the macros write it")]
#![allow(missing_docs, unreachable_pub, dead_code, reason = "the types are only for the tests")]

use serde_json::json;

use super::{
    DecodeError, Erased, ErasedRef, Limits, Names, PageRequest, Shaped, decode_at, decode_json, decode_json_limited, decode_page,
    encode_json, validate, violations,
};
use crate::__codegen_v1 as lp;

lp::structure! {
    /// A project.
    pub struct Project "Project" {
        pub id: lp::Id<Project> = "id! ID";
        pub name: String = "name!" "length 1..10" "pattern ^[A-Z]";
        pub status: Option<Status> = "status";
        pub updated: Option<lp::DateTime> = "updated lastUpdateDate" "format %Y-%m-%dT%H:%M:%S:%3f%z";
        pub parent: Option<Box<Project>> = "parent";
        pub budget: Option<lp::Decimal> = "budget!?";
        pub tags: Vec<String> = "tags!" "default []" "unique";
        pub limit: i64 = "limit! $$LIMIT" "default 200" "range 1..2000";
        pub patch: lp::Patch<lp::Secret> = "patch?";
        pub r#match: Option<Vec<Event>> = "match events";
        pub order: Option<String> = "order" "constant \"asc\"";
        pub by_name: Option<lp::Map<Source>> = "by_name byName";
        pub extra: lp::Map<lp::Json> = "extra*";
    }
}
lp::open_enum! { pub enum Status "Status" { Current = "CUR", InWork = "WRK", Cpp "c++" = "CPP" } }
lp::closed_enum! { pub enum Level "Level" int { Low = 1, High = 2 } }
lp::structure! { pub struct Push "Push" { pub count: i64 = "count!"; pub level: Option<Level> = "level"; } }
lp::tagged_union! { pub enum Event "Event" by "type" { Push(Push) = "push", Made(Box<Project>) = "made" } }
lp::untagged_union! { pub enum Source "Source" { Push(Push), Name(String), Many(Vec<Source>) } }
lp::structure! {
    pub struct Items "Items" {
        pub at: Vec<lp::DateTime> = "at!" "format epoch";
        pub words: Vec<Vec<String>> = "words!" "items.length 0..2" "items.items.length 1..3" "items.items.pattern ^[a-z]";
        pub counts: lp::Map<Option<i64>> = "counts!" "items.range 1..9";
    }
}
lp::answers! { pub enum Answer "Answer" { Made(Project), Nothing(()) } }

const FULL: &str = r#"{"ID":"p1","name":"Alpha","status":"CUR","lastUpdateDate":"2014-08-28T11:00:00:000-0400","parent":{"ID":7,"name":"B","budget":null,"tags":[],"$$LIMIT":200},"budget":12.500,"tags":["a","b"],"$$LIMIT":5,"patch":"hush","events":[{"type":"push","count":4,"level":2},{"type":"made","ID":"p2","name":"C","budget":null,"tags":[],"$$LIMIT":200},{"new":[1],"type":"other"}],"order":"asc","byName":{"x":{"count":1},"y":"text","z":["t",{"count":2}]},"more":{"any":[1,null]}}"#;

fn full() -> Project {
    decode_json(FULL.as_bytes(), Names::Wire).unwrap()
}

fn error<T: Shaped + std::fmt::Debug>(json: &str) -> String {
    decode_json::<T>(json.as_bytes(), Names::Wire).unwrap_err().to_string()
}

#[test]
fn what_comes_goes_back_byte_for_byte() {
    let project = full();
    assert_eq!(String::from_utf8(encode_json(&project, Names::Wire)).unwrap(), FULL);
    assert_eq!(project.budget.as_ref().unwrap().as_str(), "12.500");
    assert_eq!(project.status, Some(Status::Current));
    assert_eq!(project.parent.as_ref().unwrap().limit, 200);
    assert!(matches!(&project.r#match.as_ref().unwrap()[2], Event::Other(value) if value["type"] == "other"));
    assert_eq!(project.extra.get("more"), Some(&json!({ "any": [1, null] })));
    assert_eq!(project.clone(), project);
}

#[test]
fn spec_names_go_both_ways_too() {
    let spec = encode_json(&full(), Names::Spec);
    let value: serde_json::Value = serde_json::from_slice(&spec).unwrap();
    assert_eq!((&value["id"], &value["status"], &value["limit"]), (&json!("p1"), &json!("current"), &json!(5)));
    assert_eq!(decode_json::<Project>(&spec, Names::Spec).unwrap(), full());
    assert_eq!(decode_json::<Status>(b"\"c++\"", Names::Spec).unwrap(), Status::Cpp);
    assert_eq!(decode_json::<Status>(b"\"in_work\"", Names::Spec).unwrap(), Status::InWork);
}

#[test]
fn a_value_that_the_spec_does_not_know_is_kept() {
    let status = decode_json::<Status>(b"\"brand new\"", Names::Wire).unwrap();
    assert_eq!(status, Status::Other("brand new".to_owned()));
    assert_eq!(encode_json(&status, Names::Wire), b"\"brand new\"");
}

#[test]
fn the_order_of_keys_does_not_matter_and_the_last_of_two_counts() {
    let mut entries: Vec<(String, serde_json::Value)> = serde_json::from_str::<serde_json::Map<_, _>>(FULL).unwrap().into_iter().collect();
    entries.retain(|(name, _)| name != "budget");
    for _ in 0..entries.len() {
        entries.rotate_left(1);
        let body: Vec<_> = entries.iter().map(|(name, value)| format!("{name:?}:{value}")).collect();
        let json = format!("{{\"budget\":1,\"name\":\"Old\",{},\"budget\":12.500}}", body.join(","));
        assert_eq!(decode_json::<Project>(json.as_bytes(), Names::Wire).unwrap(), full());
    }
}

#[test]
fn errors_say_where_and_what() {
    let required = r#""budget":null,"name":"B""#;
    assert_eq!(error::<Vec<Project>>(&format!(r#"[{{"ID":1,{required},"tags":["a",5]}}]"#)), "[0].tags[1]: expected a string, found 5");
    assert_eq!(error::<Project>(r#"{"ID":1,"budget":null}"#), "name: missing");
    assert_eq!(error::<Project>(r#"{"ID":1,"name":"B"}"#), "budget: missing");
    assert_eq!(
        error::<Project>(&format!(r#"{{"ID":1,{required},"parent":{{"ID":[]}}}}"#)),
        "parent.ID: expected an identifier, found a list"
    );
    assert_eq!(error::<Project>(&format!(r#"{{"ID":1,{required},"order":"desc"}}"#)), "order: expected \"asc\"");
    assert_eq!(error::<Project>(&format!(r#"{{"ID":1,{required},"events":[{{"type":"push"}}]}}"#)), "events[0].count: missing");
    assert_eq!(error::<Level>("3"), "expected a whole number, found 3");
    assert_eq!(error::<lp::Map<i64>>(r#"{"a b":"x"}"#), r#"["a b"]: expected a whole number, found "x""#);
    assert!(error::<Vec<i64>>("[1,2").contains("EOF"));
    assert!(error::<i64>("1 2").contains("trailing"));
    let secret = error::<Project>(&format!(r#"{{"ID":1,{required},"patch":12345}}"#));
    assert!(secret.starts_with("patch: expected a string") && !secret.contains("12345"), "{secret}");
    let long = "x".repeat(1000);
    assert!(error::<i64>(&format!("{long:?}")).len() < 100);
}

#[test]
fn null_absent_and_set_are_three_things() {
    let patch =
        |json: &str| decode_json::<Project>(format!(r#"{{"ID":1,"name":"B","budget":null{json}}}"#).as_bytes(), Names::Wire).unwrap();
    for (given, written) in [("", ""), (r#","patch":null"#, r#""patch":null"#), (r#","patch":"s""#, r#""patch":"s""#)] {
        let json = String::from_utf8(encode_json(&patch(given), Names::Wire)).unwrap();
        assert_eq!(json.contains("\"patch\""), !written.is_empty());
        assert!(json.contains(written), "{json}");
    }
    assert_eq!(patch(r#","tags":null"#).tags, Vec::<String>::new());
}

#[test]
fn secrets_are_seen_on_the_wire_only() {
    let project = full();
    assert!(String::from_utf8(encode_json(&project, Names::Wire)).unwrap().contains("hush"));
    assert!(!format!("{project:?} {project:#?}").contains("hush"));
    assert!(!serde_json::to_string(&project).unwrap().contains("hush"));
}

#[test]
fn serde_reads_and_writes_through_the_tables() {
    let project: Project = serde_json::from_str(FULL).unwrap();
    assert_eq!(project, full());
    let value = serde_json::to_value(&project).unwrap();
    assert_eq!(value["byName"]["z"][1]["count"], 2);
    let error = serde_json::from_str::<Vec<Project>>(r#"[{"ID":true}]"#).unwrap_err().to_string();
    assert!(error.starts_with("ID: expected an identifier, found true"), "{error}");
}

#[test]
fn too_much_is_refused() {
    let limits = Limits { depth: 3, text: 5, items: 2 };
    let decode =
        |json: &str| decode_json_limited::<Source>(json.as_bytes(), Names::Wire, limits).map_err(|error: DecodeError| error.to_string());
    assert!(decode(r#"["a",["b"]]"#).is_ok());
    assert!(decode(r#"[[[["a"]]]]"#).is_err());
    assert!(decode(r#""too long""#).is_err());
    assert!(decode(r#"["a","b","c"]"#).is_err());
    let deep = "[".repeat(100_000);
    assert!(decode_json::<Source>(deep.as_bytes(), Names::Wire).is_err());
    assert!(decode_json::<lp::Json>(deep.as_bytes(), Names::Wire).is_err());
}

#[test]
fn a_page_is_taken_apart_in_one_pass() {
    let json = br#"{"meta":{"next":"abc","total":2,"skipped":[1]},"data":{"items":[{"count":1},{"count":2}]},"more":false}"#;
    let picks: &[&[&str]] = &[&["meta", "next"], &["meta", "total"], &["more"], &["none", "such"]];
    let request = PageRequest { items: &["data", "items"], item: Push::shape(), picks, limits: Limits::DEFAULT };
    let page = decode_page(json, &request).unwrap();
    assert_eq!(page.picks, [Some(json!("abc")), Some(json!(2)), Some(json!(false)), None]);
    let items = page.items.into_vec::<Push>().unwrap();
    assert_eq!(items.iter().map(|push| push.count).collect::<Vec<_>>(), [1, 2]);
    let error = decode_page(br#"{"data":{"items":[{"count":1},{"count":"x"}]}}"#, &request).unwrap_err();
    assert_eq!(error.path(), "data.items[1].count");
    assert!(!decode_page(b"{}", &request).unwrap().found);
    let inside = decode_at(Push::shape(), br#"{"a":{"b":{"count":3}}}"#, &["a", "b"], Names::Wire, Limits::DEFAULT).unwrap();
    assert_eq!(inside.into::<Push>().unwrap().count, 3);
}

#[test]
fn values_are_checked_against_the_spec() {
    let mut project = full();
    assert_eq!(validate(ErasedRef::of(&project)), Ok(()));
    project.name = "lower and far too long".to_owned();
    project.limit = 0;
    project.tags = vec!["a".to_owned(), "a".to_owned()];
    project.order = Some("desc".to_owned());
    project.parent.as_mut().unwrap().name.clear();
    let paths: Vec<_> = violations(ErasedRef::of(&project)).iter().map(|violation| violation.path().to_owned()).collect();
    assert_eq!(paths, ["name", "name", "parent.name", "parent.name", "tags", "limit", "order"]);
}

#[test]
fn what_is_known_of_items_goes_for_each_of_them() {
    const GOOD: &str = r#"{"at":[0,1700000000],"words":[["ab","c"],[]],"counts":{"a":9,"b":null}}"#;
    let mut items: Items = decode_json(GOOD.as_bytes(), Names::Wire).unwrap();
    assert_eq!(String::from_utf8(encode_json(&items, Names::Wire)).unwrap(), GOOD);
    assert_eq!(violations(ErasedRef::of(&items)), []);
    items.words = vec![vec![String::new()], vec!["abc".to_owned(), "abcd".to_owned(), "ABC".to_owned()]];
    items.counts.insert("a", Some(10));
    let paths: Vec<_> = violations(ErasedRef::of(&items)).iter().map(|violation| violation.path().to_owned()).collect();
    assert_eq!(paths, ["words[0][0]", "words[0][0]", "words[1]", "words[1][1]", "words[1][2]", "counts.a"]);
    assert_eq!(crate::api::preset::<lp::DateTime>("0", "epoch"), "1970-01-01T00:00:00Z".parse().unwrap());
}

#[test]
fn an_erased_value_gives_itself_to_its_own_type_only() {
    let erased = Erased::new(full());
    let copy = erased.clone();
    let erased = erased.into::<Push>().unwrap_err();
    assert_eq!(erased.into::<Project>().unwrap(), full());
    let mut copy = copy;
    assert!(copy.set_field(1, Erased::new(5_i64)).is_err());
    copy.set_field(1, Erased::new("Beta".to_owned())).unwrap();
    assert_eq!(copy.as_ref().field(1).and_then(ErasedRef::get::<String>).unwrap(), "Beta");
}

#[test]
fn items_without_size_and_boxes_of_them_are_values_too() {
    assert_eq!(decode_json::<Vec<()>>(b"[null,null]", Names::Wire).unwrap().len(), 2);
    assert_eq!(decode_json::<Option<Box<()>>>(b"null", Names::Wire).unwrap(), None);
    assert_eq!(decode_json::<Answer>(b"null", Names::Wire).unwrap(), Answer::Nothing(()));
}

/// Changes a valid text at random (by a fixed seed) and decodes it: whatever comes out, nothing may leak, be read or be dropped that is not
/// there, and what decodes must go round.
#[test]
fn broken_texts_are_refused_or_go_round() {
    let rounds = std::env::var("LINCHPIN_FUZZ_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(3000);
    let pieces: &[&str] = &[
        "null",
        "{}",
        "[]",
        "\"\"",
        "1e99",
        "-1",
        "18446744073709551615",
        "true",
        ",",
        ":",
        "}",
        "]",
        "\"ID\":1,",
        "\"\\ud800\"",
        "0.5",
        "\u{e9}",
    ];
    let mut random = fastrand::Rng::with_seed(7);
    let mut decoded = 0;
    for _ in 0..rounds {
        let mut text = FULL.as_bytes().to_vec();
        for _ in 0..random.usize(1..4) {
            let start = random.usize(..text.len());
            let end = (start + random.usize(..8)).min(text.len());
            let piece = if random.bool() { pieces[random.usize(..pieces.len())].as_bytes().to_vec() } else { vec![random.u8(32..127)] };
            text.splice(start..end, piece);
        }
        if random.u8(..10) == 0 {
            text.truncate(random.usize(..text.len()));
        }
        if let Ok(project) = decode_json::<Project>(&text, Names::Wire) {
            decoded += 1;
            let again: Project = decode_json(&encode_json(&project.clone(), Names::Wire), Names::Wire).unwrap();
            assert_eq!(again, project);
        }
        let _ = decode_json::<Vec<Source>>(&text, Names::Spec);
    }
    assert!(decoded > rounds / 50, "{decoded} of {rounds} decoded: the changes are too coarse to test anything");
}

/// The same of pages, which are taken apart in one pass.
#[test]
fn broken_pages_do_no_harm() {
    let picks: &[&[&str]] = &[&["meta", "next"], &["meta", "total"], &["more"], &["none", "such"]];
    let request = PageRequest { items: &["data", "items"], item: Push::shape(), picks, limits: Limits::DEFAULT };
    let good = br#"{"meta":{"next":"abc","total":2,"skipped":[1]},"data":{"items":[{"count":1},{"count":2}]},"more":false}"#;
    let pieces = ["null", "{}", "[", "]", "{", "}", "\"", ",", ":", "1e99", "\"items\":", "\"meta\":{", "\\ud800", "\u{e9}"];
    let mut found = 0;
    crate::fuzz::feed(43, &[good], &pieces, |json| {
        if let Ok(page) = decode_page(json, &request) {
            found += usize::from(page.found);
            assert_eq!(page.picks.len(), picks.len());
            drop(page.items.into_vec::<Push>());
        }
    });
    assert!(found > crate::fuzz::rounds() as usize / 20, "{found} had items: the changes are too coarse to test anything");
}
