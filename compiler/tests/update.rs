//! A spec that people went on with follows its owner's next description: what they made of it stays, what the owner changed is edited in.

use linchpin_compiler::change::update::{Described, Updated, Wanted, update};
use linchpin_compiler::diagnostics::{Diagnostics, Severity};
use linchpin_compiler::import;
use linchpin_compiler::source::Sources;

const BEFORE: &str = r##"openapi: 3.0.3
info: { title: Depot, version: "1.4" }
servers: [{ url: "https://depot.example/v1" }]
tags: [{ name: parts }, { name: crates }]
paths:
  /orgs/{org}/parts:
    get:
      operationId: parts/list-for-org
      tags: [parts]
      summary: List parts
      parameters:
        - { name: org, in: path, required: true, schema: { type: string } }
        - { name: sort, in: query, schema: { type: string, enum: [name, age] } }
        - { name: page, in: query, schema: { type: integer } }
      responses: { "200": { description: ok, content: { application/json: { schema: { type: array, items: { $ref: "#/components/schemas/Part" } } } } } }
    post:
      operationId: parts/create
      tags: [parts]
      summary: Create a part
      parameters: [{ name: org, in: path, required: true, schema: { type: string } }]
      requestBody: { required: true, content: { application/json: { schema: { type: object, required: [title], properties: { title: { type: string }, notes: { type: string }, weight: { type: integer } } } } } }
      responses: { "201": { description: made, content: { application/json: { schema: { $ref: "#/components/schemas/Part" } } } } }
  /crates/{id}:
    get:
      operationId: crates/get
      tags: [crates]
      summary: Get a crate
      parameters: [{ name: id, in: path, required: true, schema: { type: string } }]
      responses: { "200": { description: ok, content: { application/json: { schema: { $ref: "#/components/schemas/Crate" } } } } }
components:
  schemas:
    Part: { type: object, required: [id, title], properties: { id: { type: string }, title: { type: string }, state: { type: string, enum: [new, worn] }, made_at: { type: string }, maker: { $ref: "#/components/schemas/Maker" } } }
    Maker: { type: object, required: [login], properties: { login: { type: string }, mail: { type: string } } }
    Crate: { type: object, required: [id], properties: { id: { type: string }, parts: { type: array, items: { $ref: "#/components/schemas/Part" } } } }
"##;

/// What a person made of the import: other names, groups, types, texts, a finer type, paging, an order, a deprecation, a test, a module of their own.
const SPEC: &str = r#"//! The depot, as we know it.

connector depot "Depot" {
  server "https://depot.example/{api}"
}

api v1 {}

// Types first.

/// Somebody who makes parts.
type Person {
  user "login": string
  // never shown
  email? "mail": string
}

/// How worn it is.
enum Wear { fresh = "new"  worn = "worn" }

/// A part on a shelf.
type Part {
  id: id<Part>
  /// What it is called, in English.
  name "title": string
  wear? "state": Wear
  made_at?: datetime
  made_by? "maker": Person  // since we ask for it
}

group stock "What we have" {
  /// Everything that an organisation has.
  search organisation_parts @1 "Parts of an organisation" {
    GET "/orgs/{organisation}/parts" -> [Part]
    path { organisation: string }
    query { order_by? "sort": "name" | "age"  page: int = 1 }
    page number { advance page  stop empty }
    order id
  }

  action make_part @1 "Make a part" {
    POST "/orgs/{organisation}/parts" -> Part
    path { organisation: string }
    body { name "title": string  notes?: string  weight?: int }
    example { given { organisation: "acme", name: "Bolt", notes: "M6" }  reply 201 { id: "p1", title: "Bolt" } }
  }
}

/// A crate.
type Box { id: string  content? "parts": [Part] }

action open_box @1 "Open a box" {
  deprecated use none "boxes go"
  GET "/crates/{box}" -> Box
  path { box: string }
}

test "parts come" call stock.organisation_parts {
  given  { organisation: "acme" }
  sends  GET "/v1/orgs/acme/parts?page=1"
  reply  200 [ { id: "p1", title: "Bolt" } ]
  sends  GET "/v1/orgs/acme/parts?page=2"
  reply  200 []
  yields [ { id: "p1", name: "Bolt" } ]
}
"#;

fn spec(text: &str) -> Sources {
    let mut sources = Sources::default();
    sources.add("depot.pin", text);
    sources
}

fn follow(spec: &Sources, after: &str, before: Option<&str>, wanted: &Wanted) -> Updated {
    let parse = |text: &str| import::parse("depot.yaml", text.to_owned(), &mut |_| None, &mut Diagnostics::default());
    let (new, old) = (parse(after), before.map(parse));
    let read = |tree| import::read(tree, &mut Diagnostics::default()).expect("a description");
    let document = read(&new);
    let first = old.as_ref().map(|tree| (read(tree), tree));
    let since = first.as_ref().map(|(document, tree)| Described { document, tree });
    update(spec, Described { document: &document, tree: &new }, since, wanted).expect("it can be followed")
}

fn text(updated: &Updated) -> &str {
    &updated.sources.iter().next().expect("one file").1.text
}

/// The lines that only one of two texts has.
fn differing<'t>(before: &'t str, after: &'t str) -> (Vec<&'t str>, Vec<&'t str>) {
    let only = |one: &'t str, other: &str| one.lines().filter(|line| !other.lines().any(|own| own == *line)).map(str::trim).collect();
    (only(before, after), only(after, before))
}

fn changed(pairs: &[(&str, &str)]) -> String {
    pairs.iter().fold(BEFORE.to_owned(), |text, (was, now)| {
        assert!(text.contains(was), "the description has no {was}");
        text.replacen(was, now, 1)
    })
}

fn checks(updated: &Updated) {
    let mut diagnostics = Diagnostics::default();
    linchpin_compiler::check(&updated.sources, &mut diagnostics);
    let mistakes: Vec<_> = diagnostics.sorted(&updated.sources).into_iter().filter(|one| one.severity() == Severity::Error).collect();
    assert!(mistakes.is_empty(), "{mistakes:?}\n{}", text(updated));
}

#[test]
fn the_spec_of_the_tests_is_as_the_formatter_has_it_and_follows_what_it_has() {
    let mut diagnostics = Diagnostics::default();
    assert!(linchpin_compiler::check(&spec(SPEC), &mut diagnostics).is_some(), "{diagnostics:?}");
    for before in [None, Some(BEFORE)] {
        let updated = follow(&spec(SPEC), BEFORE, before, &Wanted::default());
        assert_eq!(text(&updated), SPEC);
        assert!(updated.changed.is_empty() && updated.written.is_empty() && updated.left.is_empty(), "{:?}", updated.left);
    }
}

#[test]
fn what_the_owner_added_comes_where_its_kin_stand_and_nothing_else_moves() {
    let after = changed(&[
        (
            "state: { type: string, enum: [new, worn] }",
            "state: { type: string, enum: [new, worn, lost] }, colour: { type: string, description: Which. }",
        ),
        (
            "- { name: page, in: query",
            "- { name: shelf, in: query, schema: { $ref: \"#/components/schemas/Shelf\" } }\n        - { name: page, in: query",
        ),
        (
            "  /crates/{id}:",
            "  /parts/{id}:\n    delete: { operationId: parts/delete, tags: [parts], summary: Delete a part, parameters: [{ name: id, in: path, required: true, schema: { type: string } }], responses: { \"204\": { description: gone } } }\n  /crates/{id}:",
        ),
        ("    Maker:", "    Shelf: { type: string, enum: [top, low] }\n    Maker:"),
    ]);
    for before in [None, Some(BEFORE)] {
        let updated = follow(&spec(SPEC), &after, before, &Wanted::default());
        checks(&updated);
        let (gone, fresh) = differing(SPEC, text(&updated));
        assert_eq!(
            gone,
            ["enum Wear { fresh = \"new\"  worn = \"worn\" }", "query { order_by? \"sort\": \"name\" | \"age\"  page: int = 1 }"]
        );
        let expected =
            ["/// Which.", "colour?: string", "lost", "action delete @1 \"Delete a part\" {", "DELETE \"/parts/{id}\"", "shelf?:"];
        for line in expected {
            assert!(fresh.iter().any(|one| one.contains(line)), "no {line} in\n{}", text(&updated));
        }
        let group = text(&updated).split("group stock").nth(1).and_then(|rest| rest.split("\n}").next()).unwrap_or_default();
        assert!(group.contains("action delete @1"), "it stands in the group of its kin:\n{}", text(&updated));
        let again = follow(&updated.sources, &after, before, &Wanted::default());
        assert_eq!(text(&again), text(&updated));
    }
}

#[test]
fn another_version_gets_a_change_that_tells_of_the_past() {
    let after = changed(&[
        ("https://depot.example/v1", "https://depot.example/v2"),
        (
            "required: [title], properties: { title: { type: string }, notes: { type: string }, weight",
            "required: [title, weight], properties: { title: { type: string }, weight",
        ),
        ("name: sort, in: query", "name: sort_by, in: query"),
        ("maker: { $ref: \"#/components/schemas/Maker\" }", "makers: { type: array, items: { $ref: \"#/components/schemas/Maker\" } }"),
    ]);
    let updated = follow(&spec(SPEC), &after, Some(BEFORE), &Wanted { title: Some("Parts have weight".into()), ..Wanted::default() });
    let now = text(&updated);
    assert_eq!(updated.version.as_deref(), Some("v2"));
    for line in [
        "api v2 {}",
        "change v2 \"Parts have weight\" {",
        "  remove stock.make_part.notes?: string",
        "  require stock.make_part.weight",
        "  rename stock.organisation_parts.order_by \"sort\" -> order_by",
        "  remove Part.made_by? \"maker\": Person use Part.makers",
        "  add Part.makers",
        "  // since we ask for it",
        "makers?: [Person]",
        "weight: int",
    ] {
        assert!(now.contains(line), "no {line} in\n{now}");
    }
    // What was configured without a weight: only a person can say, and is asked with the block to write.
    let asked: Vec<String> = updated.asks.sorted(&updated.sources).iter().map(|one| format!("{} {:?}", one.message, one.help)).collect();
    assert!(asked.iter().any(|one| one.contains("`weight` needs a value") && one.contains("ask weight")), "{asked:?}");
}

#[test]
fn what_people_marked_stays_whatever_the_description_says() {
    let spec_text =
        SPEC.replace("  // never shown\n", "  // kept: the owner forgot to describe it\n").replace("\"mail\": string", "\"post\": string");
    let updated = follow(&spec(&spec_text), BEFORE, None, &Wanted::default());
    assert!(text(&updated).contains("email? \"post\": string"), "{}", text(&updated));
    assert!(updated.kept.iter().any(|one| one.message.contains("post")), "{:?}", updated.kept);
}

#[test]
fn a_selection_stays_one_and_tells_what_it_leaves_out() {
    let short = SPEC.split("group stock").next().unwrap_or_default().to_owned()
        + "type Box { id: string  content? \"parts\": [Part] }\n\naction open_box @1 \"Open a box\" {\n  GET \"/crates/{box}\" -> Box\n  path { box: string }\n}\n";
    let updated = follow(&spec(&short), BEFORE, None, &Wanted::default());
    assert_eq!(text(&updated), short);
    assert_eq!(updated.uncovered, ["GET /orgs/{org}/parts", "POST /orgs/{org}/parts"]);
    let with = follow(&spec(&short), BEFORE, None, &Wanted { only: vec!["parts/create".into()], ..Wanted::default() });
    checks(&with);
    assert!(text(&with).contains("POST \"/orgs/{org}/parts\" -> Part"), "{}", text(&with));
    assert_eq!(with.uncovered, ["GET /orgs/{org}/parts"]);
}

/// Few descriptions tell of deliveries, so only what the owner told of and took back goes.
#[test]
fn triggers_of_people_stay_until_the_owner_takes_them_back() {
    let trigger = "trigger on_worn @1 \"A part is worn\" {\n    webhook -> Part\n    verify token { sent header \"X-Token\" }\n  }";
    let spec = spec(&format!("{SPEC}\ngroup webhooks \"Webhooks\" {{\n  {trigger}\n}}\n"));
    let alone = follow(&spec, BEFORE, None, &Wanted::default());
    assert!(text(&alone).contains(trigger), "{}", text(&alone));
    let delivered = "post: { operationId: worn, requestBody: { content: { application/json: { schema: { $ref: \"#/components/schemas/Part\" } } } }, responses: { \"200\": { description: taken } } }";
    let after = BEFORE.replace("3.0.3", "3.1.0");
    let before = after.replace("components:\n", &format!("webhooks:\n  worn:\n    {delivered}\ncomponents:\n"));
    let updated = follow(&spec, &after, Some(&before), &Wanted::default());
    checks(&updated);
    assert!(!text(&updated).contains("on_worn"), "{}", text(&updated));
}

#[test]
fn released_modules_get_their_next_revision() {
    let unversioned = SPEC.replace("/{api}\"", "/v1\"").replace("\napi v1 {}\n", "");
    let mut sources = spec(&unversioned);
    let model = linchpin_compiler::check(&sources, &mut Diagnostics::default()).expect("it checks");
    let locked = linchpin_compiler::change::lock::record(&model, &sources);
    sources.add_lock("depot.lock", locked.text);
    let after = changed(&[("required: [title], properties", "required: [title, weight], properties")]);
    let updated = follow(&sources, &after, None, &Wanted::default());
    checks(&updated);
    let now = text(&updated);
    assert!(now.contains("action make_part @2") && now.contains("ask weight") && now.contains("was weight?: int"), "{now}");
    assert!(now.contains("weight: 1"), "the example gives it:\n{now}");
    assert_eq!(updated.questions.len(), 1, "{:?}", updated.questions);
}

#[test]
fn the_owners_texts_come_when_they_are_wanted_or_nobody_touched_them() {
    let described =
        |text: &str| changed(&[("title: { type: string }, state", &format!("title: {{ type: string, description: {text} }}, state"))]);
    let kept = follow(&spec(SPEC), &described("Its title."), None, &Wanted::default());
    assert_eq!(text(&kept), SPEC);
    let wanted = follow(&spec(SPEC), &described("Its title."), None, &Wanted { docs: true, ..Wanted::default() });
    assert!(text(&wanted).contains("/// Its title.\n  name \"title\": string"), "{}", text(&wanted));
    // As the owner had it before: nobody touched it.
    let untouched = SPEC.replace("What it is called, in English.", "Its title.");
    let followed = follow(&spec(&untouched), &described("What it says."), Some(&described("Its title.")), &Wanted::default());
    assert!(text(&followed).contains("/// What it says.\n  name \"title\": string"), "{}", text(&followed));
}
