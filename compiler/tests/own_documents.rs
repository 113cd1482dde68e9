//! Documents of ours as others may hand them in: changed by hand or by tools, or made to do harm. Whatever has another shape than it should is
//! listed with its place, nothing panics, and text stays text.

use std::path::Path;

use linchpin_compiler::diagnostics::{Diagnostics, Severity, short};
use linchpin_compiler::export::openapi;
use linchpin_compiler::import::spec::{Imported, Options, report_json, spec};
use linchpin_compiler::import::tree::Tree;
use linchpin_compiler::model::Model;
use linchpin_compiler::model::project::project;
use linchpin_compiler::source::{FileId, Sources};
use linchpin_compiler::syntax::print::format;
use linchpin_compiler::{build_script, import};
use serde_json::{Value, json};

/// The document of the spec that holds everything.
fn everything() -> Value {
    serde_json::from_str(&everything_as_written()).expect("it is JSON")
}

fn everything_as_written() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/export/everything.pin");
    let sources = build_script::load(&path).expect("it can be read");
    let model = linchpin_compiler::check(&sources, &mut Diagnostics::default()).expect("it checks");
    openapi(&project(&model, model.apis.len() - 1)).text
}

fn imported(document: &Value, options: &Options) -> (Imported, Tree) {
    read(document.to_string(), options)
}

fn read(text: String, options: &Options) -> (Imported, Tree) {
    let mut diagnostics = Diagnostics::default();
    let tree = import::parse("acme.json", text, &mut |_| None, &mut diagnostics);
    let imported = {
        let document = import::read(&tree, &mut diagnostics).expect("it is a document");
        spec(&document, &tree, options)
    };
    (imported, tree)
}

fn checked(imported: &Imported) -> Result<Model, String> {
    let mut sources = Sources::default();
    imported.files.iter().for_each(|(name, text)| {
        sources.add(name.clone(), text.clone());
    });
    let mut diagnostics = Diagnostics::default();
    let model = linchpin_compiler::check(&sources, &mut diagnostics);
    let mistakes: Vec<String> = diagnostics
        .sorted(&sources)
        .iter()
        .filter(|one| one.severity() == Severity::Error)
        .map(|one| short::render(one, &sources))
        .collect();
    model.ok_or_else(|| mistakes.join("\n"))
}

/// Where members of ours stand, as JSON pointers, in the order of the document; what is below them too.
fn ours(value: &Value, at: &str, inside: bool, found: &mut Vec<String>) {
    let step = |key: &str| format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                let inside = inside || key.starts_with("x-linchpin");
                if inside {
                    found.push(step(key));
                }
                ours(value, &step(key), inside, found);
            }
        }
        Value::Array(items) => items.iter().enumerate().for_each(|(index, item)| {
            if inside {
                found.push(step(&index.to_string()));
            }
            ours(item, &step(&index.to_string()), inside, found);
        }),
        _ => {}
    }
}

/// Text that would be an item of its own if it got out of its quotes, out of a comment, or out of its place.
const HOSTILE: &str = "x\" }\n}\ntype Smuggled { a: string }\n/* ` \\ {smuggled} //! \u{202e}";

#[test]
fn nothing_that_is_written_into_an_extension_gets_out_of_it() {
    let whole = everything();
    let mut places = Vec::new();
    ours(&whole, "", false, &mut places);
    assert!(places.len() > 600, "only {} places", places.len());
    // Several at once, far apart: what gets out of one place is seen whatever became of the others.
    let apart = places.len() / 16;
    let shapes = [json!(null), json!({ "a": [HOSTILE] }), json!(["x", 1]), json!(-1.5e300), json!(true)];
    let (mut tried, mut listed) = (0, 0);
    for first in 0..=apart {
        for shape in [&json!(HOSTILE), &shapes[first % shapes.len()]] {
            let mut document = whole.clone();
            for place in places.iter().skip(first).step_by(apart) {
                if let Some(value) = document.pointer_mut(place) {
                    *value = shape.clone();
                    tried += 1;
                }
            }
            let (imported, _) = imported(&document, &Options::default());
            listed += imported.notes.len();
            for (name, text) in &imported.files {
                let file = linchpin_compiler::syntax::parse(FileId(0), text, &mut Diagnostics::default());
                let declares = format!("{file:?}").contains("value: \"Smuggled\"");
                assert!(!declares, "{first}: {name} declares what it should quote:\n{text}");
            }
        }
    }
    assert!(tried > places.len() && listed > places.len() / 2, "{tried} changes at {} places, {listed} notes", places.len());
}

#[test]
fn what_has_another_shape_is_listed_with_its_place() {
    let cases = [
        ("/x-linchpin/names", json!("shouting"), "no rule for names"),
        ("/x-linchpin/api/released", json!("yesterday"), "no date"),
        ("/x-linchpin-retry/statuses", json!(["599x"]), "no status"),
        ("/x-linchpin-limits/0", json!({ "concurrent": 0 }), "too little"),
        ("/paths/~1things~1{thing_id}~1({id})/patch/x-linchpin-cost", json!({ "points": "many" }), "a cost that says too little"),
        ("/paths/~1things~1{thing_id}~1({id})/patch/x-linchpin-cost/header", json!("not a header"), "cannot be the name of a header"),
        ("/paths/~1tus~1{id}/patch/x-linchpin-parts/by", json!("luck"), "one of `content_range`"),
        ("/paths/~1tus~1{id}/patch/x-linchpin-parts/size", json!("many"), "a whole number is wanted"),
        ("/x-linchpin-fails/1/when", json!(7), "an object is wanted"),
        ("/paths/~1things/get/x-linchpin-page/strategy", json!("guess"), "one of `offset`"),
        ("/paths/~1things/get/x-linchpin-module/kind", json!("sermon"), "one of `action`"),
        ("/paths/~1things/get/x-linchpin-module/revision", json!(10_000_000_u32), "a revision from 1 to 99"),
        ("/paths/~1things/get/x-linchpin-order", json!("a b"), "no name"),
        ("/paths/~1things~1{id}/patch/x-linchpin-retry/key", json!("not a header"), "cannot be the name of a header"),
        ("/components/schemas/Thing/properties/price/x-linchpin-type", json!("decimal; rust"), "no type of the language"),
        ("/components/schemas/Thing/properties/at_epoch/x-linchpin-type", json!("datetime(format 7)"), "no type of the language"),
        ("/components/securitySchemes/key/x-linchpin-connection/name", json!("a-b"), "no name"),
        ("/paths/~1changes/post/x-linchpin-cursor/order", json!("sideways"), "one of `oldest first`"),
        ("/paths/~1changes/post/x-linchpin-cursor/time", json!(["a b"]), "without the fields"),
        ("/paths/~1changes/post/x-linchpin-cursor/inputs", json!([{}]), "something else than strings"),
        ("/paths/~1changes/post/x-linchpin-cursor", json!({}), "how it tells what is new"),
        ("/webhooks/on_change/post/x-linchpin-webhook/verify", json!("hope"), "no `verify` of the language"),
        ("/webhooks/on_change/post/x-linchpin-webhook/challenges/0", json!(true), "no `challenge` of the language"),
        ("/webhooks/on_change/post/x-linchpin-webhook/renew/beforeMillis", json!("soon"), "a whole number is wanted"),
        ("/webhooks/on_change/post/x-linchpin-webhook/subscribe/module", json!("hooks.destroy"), "a module that is not there"),
        ("/webhooks/on_form/post/x-linchpin-webhook", json!([]), "what makes a delivery genuine is not said"),
    ];
    let whole = everything();
    for (place, value, reason) in cases {
        let mut document = whole.clone();
        let place = if document.pointer(place).is_some() { place.to_owned() } else { place.replace("at_epoch", "atEpoch") };
        *document.pointer_mut(&place).unwrap_or_else(|| panic!("{place} is not there")) = value;
        let (imported, tree) = imported(&document, &Options::default());
        let report: Value = serde_json::from_str(&report_json(&imported, &tree)).expect("it is JSON");
        let notes = report["not_carried_over"].as_array().expect("a list");
        let (above, _) = place.rsplit_once('/').expect("a pointer");
        let here = |note: &&Value| {
            note["reason"].as_str().is_some_and(|one| one.contains(reason))
                && note["pointer"].as_str().is_some_and(|one| one.starts_with(above))
        };
        assert!(notes.iter().any(|note| here(&note)), "{place}: {reason} is not among {notes:#?}");
    }
}

/// What is written as the language writes it is one statement, or nothing of it is taken over.
#[test]
fn statements_are_one_statement() {
    let whole = everything();
    let proof = "token { sent header \"X-Token\" }";
    let told = |key: &str, text: &str| {
        let mut document = whole.clone();
        document["webhooks"]["on_json"]["post"]["x-linchpin-webhook"][key] = json!(text);
        let (imported, _) = imported(&document, &Options::default());
        let taken = !imported.notes.iter().any(|note| note.reason.contains("of the language"));
        (taken, checked(&imported).map(|model| format!("{model:?}")))
    };
    for (key, text) in [("verify", proof.to_owned()), ("verify", format!("  {proof}\n")), ("of", "when body.kind = \"a\"".to_owned())] {
        let (taken, model) = told(key, &text);
        assert!(taken && model.is_ok(), "{key} {text:?}: {model:?}");
    }
    for (key, text) in [
        ("verify", format!("{proof} connection open")),
        ("verify", format!("{proof} verify none \"twice\"")),
        ("verify", format!("{proof} // and more")),
        ("verify", format!("{proof} }}\ntype Smuggled {{ a: string }}\ntrigger more {{ webhook -> json  verify {proof}")),
        ("verify", "token {".to_owned()),
        ("verify", String::new()),
        ("of", "at somewhere.else".to_owned()),
        ("of", "when body.a present verify none \"smuggled\"".to_owned()),
        ("of", "} trigger more { webhook -> json".to_owned()),
    ] {
        let (taken, model) = told(key, &text);
        let model = model.unwrap_or_else(|mistakes| panic!("{key} {text:?}: {mistakes}"));
        assert!(!taken && !model.to_lowercase().contains("smuggled"), "{key} {text:?} is taken over");
    }
}

/// Deliveries that others added to a document of ours are triggers that nothing reaches until somebody says how they prove themselves.
#[test]
fn deliveries_that_others_added_are_read_too() {
    let mut document = everything();
    let schema = json!({ "$ref": "#/components/schemas/Created" });
    document["webhooks"]["thing-gone"] = json!({ "post": {
        "operationId": "thingGone",
        "parameters": [{ "name": "X-Event", "in": "header", "schema": { "type": "string" } }],
        "requestBody": { "content": { "application/x-www-form-urlencoded": { "schema": schema } } },
        "responses": { "200": { "description": "It was taken." } }
    } });
    let (imported, _) = imported(&document, &Options::default());
    let text: String = imported.files.iter().map(|(_, text)| text.as_str()).collect();
    checked(&imported).unwrap_or_else(|mistakes| panic!("{mistakes}\n{text}"));
    let wanted = "webhook -> Created as form\n  verify token { sent header \"Authorization\" after \"Bearer \" }";
    assert!(text.contains("trigger thing_gone @1") && text.contains(wanted), "no `{wanted}` in:\n{text}");
    assert!(imported.notes.iter().any(|note| note.reason.contains("what makes a delivery genuine")), "{:?}", imported.notes);
}

#[test]
fn what_others_added_is_read_too() {
    let mut document = everything();
    document["paths"]["/fruit/{fruit-id}"]["get"] = json!({
        "operationId": "getFruit",
        "summary": "Get a fruit",
        "parameters": [{ "name": "fruit-id", "in": "path", "required": true, "schema": { "type": "string" } }],
        "responses": { "200": { "description": "It.", "content": { "application/json": { "schema": { "$ref": "#/components/schemas/fresh-fruit" } } } } }
    });
    document["components"]["schemas"]["fresh-fruit"] = json!({
        "type": "object",
        "required": ["ripe"],
        "properties": {
            "ripe": { "type": "boolean" },
            "kind": { "type": "string", "enum": ["apple", "pear"] },
            "cut-in": { "oneOf": [{ "type": "string" }, { "type": "integer" }] }
        }
    });
    document["components"]["schemas"]["Thing"]["properties"]["weightInGrams"] = json!({ "type": ["integer", "null"], "minimum": 0 });
    let (imported, _) = imported(&document, &Options::default());
    let text: String = imported.files.iter().map(|(_, text)| text.as_str()).collect();
    checked(&imported).unwrap_or_else(|mistakes| panic!("{mistakes}\n{text}"));
    for wanted in ["action get_fruit @1 \"Get a fruit\"", "GET \"/fruit/{fruit_id}\"", "type FreshFruit", "weightInGrams?: int(0..) | null"]
    {
        assert!(text.contains(wanted), "no `{wanted}` in:\n{text}");
    }
    assert!(imported.notes.iter().any(|note| note.reason.contains("no type of the language by itself")), "{:?}", imported.notes);
}

/// Circles and depths end: through references, through choices, and through schemas in schemas.
#[test]
fn what_has_no_end_gets_one() {
    let mut document = everything();
    let schemas = document["components"]["schemas"].as_object_mut().expect("an object");
    for at in 0..4_000 {
        schemas.insert(format!("alias{at}"), json!({ "$ref": format!("#/components/schemas/alias{}", (at + 1) % 4_000) }));
    }
    let choice = json!({ "name": "it", "schema": { "$ref": "#/components/schemas/Snake" } });
    schemas.insert("Snake".into(), json!({ "anyOf": [{ "$ref": "#/components/schemas/Snake" }], "x-linchpin-variants": [choice] }));
    let circle = |of: &str| json!({ "type": "object", "x-linchpin-inline": true, "properties": { "_": { "$ref": format!("#/components/schemas/{of}") } } });
    schemas.insert("Round".into(), circle("About"));
    schemas.insert("About".into(), circle("Round"));
    let deep = (0..200).fold(json!({ "type": "string" }), |inner, _| json!({ "type": "array", "items": inner }));
    schemas["Thing"]["properties"]["deep"] = deep;
    schemas["Thing"]["properties"]["alias"] = json!({ "$ref": "#/components/schemas/alias7" });
    schemas["Thing"]["properties"]["snake"] = json!({ "$ref": "#/components/schemas/Snake" });
    document["paths"]["/things"]["get"]["x-linchpin-examples"][0]["given"]["cursor"] = json!("it");
    document["paths"]["/things"]["get"]["parameters"][0]["schema"] = json!({ "$ref": "#/components/schemas/Snake" });
    let (imported, _) = imported(&document, &Options::default());
    let said = |reason: &str| imported.notes.iter().any(|note| note.reason.contains(reason));
    assert!(said("nested more than 48 deep"), "{:?}", imported.notes);
}

#[test]
fn only_what_is_named_is_read() {
    let options = Options { only: vec!["things.get".into(), "form".into()], name: Some("smaller".into()), ..Options::default() };
    let (imported, _) = imported(&everything(), &options);
    assert_eq!((imported.name.as_str(), imported.carried.modules), ("smaller", 2));
    let text = &imported.files[0].1;
    checked(&imported).unwrap_or_else(|mistakes| panic!("{mistakes}\n{text}"));
    assert!(text.contains("type Thing ") && !text.contains("Filter"), "only what they need:\n{text}");
}

#[test]
fn the_spec_is_laid_out_as_the_formatter_has_it() {
    let (imported, _) = read(everything_as_written(), &Options::default());
    for (name, text) in &imported.files {
        assert_eq!(format(FileId(0), text, &mut Diagnostics::default()).as_ref(), Some(text), "{name}");
    }
    insta::assert_snapshot!("everything_again", imported.files[0].1);
}

/// Extensions of another number are for readers of another kind: the document is read like any other.
#[test]
fn other_extensions_are_none() {
    let mut document = everything();
    document["x-linchpin"]["extensions"] = json!(2);
    let (imported, _) = imported(&document, &Options::default());
    assert!(imported.files.iter().all(|(_, text)| !text.contains("thing_two") && !text.contains("retry key")));
}
