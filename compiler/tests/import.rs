//! Reading API descriptions: what each construct becomes, every code by example, and that no text whatever makes it panic.

mod corpus;

use std::fs;
use std::path::{Path, PathBuf};

use linchpin_compiler::change::from_description;
use linchpin_compiler::diagnostics::Diagnostics;
use linchpin_compiler::import::document::{Document, Form, In, Origin, SchemeKind};
use linchpin_compiler::import::schema::{Schema, SchemaId};
use linchpin_compiler::import::tree::Tree;
use linchpin_compiler::import::{codes, parse, read};

fn tree(name: &str, text: &str) -> (Tree, Diagnostics) {
    let mut diagnostics = Diagnostics::default();
    let tree = parse(name, text.to_owned(), &mut |_| None, &mut diagnostics);
    (tree, diagnostics)
}

/// Reads and makes a surface, which must do with whatever was read.
fn through(name: &str, text: &str) -> Vec<&'static str> {
    let (tree, mut diagnostics) = tree(name, text);
    if let Some(document) = read(&tree, &mut diagnostics) {
        let surface = from_description::surface(&document, &tree);
        assert_eq!(surface.shapes.len(), document.schemas.len());
    }
    diagnostics.sorted(&tree.sources).iter().map(|one| one.code.id).collect()
}

fn fixtures() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/import");
    let entries = fs::read_dir(folder).expect("the folder of fixtures is there").map(|entry| entry.expect("it can be read").path());
    let mut paths: Vec<PathBuf> = entries.collect();
    paths.sort();
    let text = |path: &PathBuf| fs::read_to_string(path).expect("it can be read");
    paths.iter().map(|path| (path.file_name().expect("it has a name").to_string_lossy().into_owned(), text(path))).collect()
}

#[test]
fn every_code_has_a_page_and_a_fixture_that_raises_it_alone() {
    let fixtures = fixtures();
    for code in codes::ALL {
        assert!(fixtures.iter().any(|(name, _)| name.starts_with(code.id)), "{}: no fixture", code.id);
        assert!(code.page.len() > 100, "{}: no page", code.id);
    }
    for (name, text) in &fixtures {
        let id = name.split('_').next().unwrap_or_default();
        assert_eq!(through(name, text), [id], "{name}");
    }
}

const PETS: &str = r##"
openapi: 3.1.0
info: { title: Pets, version: 2.0 }
servers: [{ url: "https://{tenant}.acme.example", variables: { tenant: { default: www } } }]
security: [{ key: [] }, {}]
paths:
  /pets/{id}:
    parameters: [{ name: id, in: path, required: true, schema: { type: string, format: uuid } }]
    get:
      operationId: getPet
      deprecated: true
      x-sunset: 2027-06-30
      x-stability-level: beta
      parameters:
        - { name: fields, in: query, explode: false, schema: { type: array, items: { type: string } } }
        - { name: filter, in: query, content: { application/json: { schema: { type: object } } } }
      responses:
        200:
          description: found
          headers: { X-Count: { required: true, schema: { type: integer } } }
          content:
            application/json: { schema: { $ref: "#/components/schemas/Pet" } }
            text/csv: {}
        4XX: { description: no }
        default: { description: else }
      callbacks:
        sold: { "{$request.query.url}": { post: { responses: { "200": { description: taken } } } } }
webhooks:
  petBorn: { post: { requestBody: { content: { application/json: { schema: { type: object } } } } } }
components:
  securitySchemes:
    key: { type: apiKey, in: header, name: X-Key }
    oauth: { type: oauth2, flows: { authorizationCode: { authorizationUrl: /a, tokenUrl: /t, scopes: { read: reads } } } }
  schemas:
    Pet:
      type: object
      required: [name]
      properties:
        name: { type: string, maxLength: 100, pattern: "^[A-Z]", default: Rex, readOnly: true }
        age: { type: [integer, "null"], exclusiveMinimum: 0 }
        parent: { anyOf: [{ $ref: "#/components/schemas/Pet" }, { type: "null" }] }
        kind: { enum: [dog, cat], x-extensible-enum: [dog] }
        pair: { oneOf: [{ $ref: "#/components/schemas/Pet" }], discriminator: { propertyName: kind, mapping: { d: Pet } } }
      additionalProperties: false
      x-note: kept
"##;

fn named<'d, 'n>(document: &'d Document<'n>, name: &str) -> &'d Schema<'n> {
    let (_, id) = document.named.iter().find(|(one, _)| *one == name).expect("it is named");
    &document.schemas[id.0 as usize]
}

fn schema<'d, 'n>(document: &'d Document<'n>, id: Option<SchemaId>) -> &'d Schema<'n> {
    &document.schemas[id.expect("it has a schema").0 as usize]
}

#[test]
fn operations_are_read_whole() {
    let (tree, mut diagnostics) = tree("pets.yaml", PETS);
    let document = read(&tree, &mut diagnostics).expect("it is a description");
    assert!(diagnostics.sorted(&tree.sources).is_empty());
    assert_eq!((document.form, document.title, document.version), (Form::OpenApi31, "Pets", "2.0"));
    assert_eq!(document.servers[0].variables[0].default, "www");
    assert_eq!(document.security.as_ref().map(Vec::len), Some(2));
    let get = &document.operations[0];
    assert_eq!((get.method, get.path, get.id), ("GET", "/pets/{id}", Some("getPet")));
    assert_eq!((get.life.deprecated, get.life.sunset, get.life.stability), (true, Some("2027-06-30"), Some("beta")));
    let parameters: Vec<_> =
        get.parameters.iter().map(|one| (one.name, one.place, one.required, one.style, one.explode, one.media)).collect();
    assert_eq!(
        parameters,
        [
            ("id", In::Path, true, "simple", false, None),
            ("fields", In::Query, false, "form", false, None),
            ("filter", In::Query, false, "form", true, Some("application/json")),
        ]
    );
    assert_eq!(get.answers.iter().map(|one| one.status).collect::<Vec<_>>(), ["200", "4XX", "default"]);
    assert_eq!(
        get.answers[0].content.iter().map(|one| (one.media, one.schema.is_some())).collect::<Vec<_>>(),
        [("application/json", true), ("text/csv", false)]
    );
    assert!(get.answers[0].headers[0].required);
    assert_eq!(get.callbacks[0].origin, Origin::Callback("sold"));
    assert_eq!((&document.operations[1].origin, document.operations[1].path), (&Origin::Webhook, "petBorn"));
    let (line, column) = tree.sources.file(get.span.file).line_column(get.span.start);
    assert_eq!((line, column), (9, 5), "where `get` stands");
    assert!(matches!(&document.schemes[1].kind, SchemeKind::OAuth2(flows) if flows[0].scopes == [("read", "reads")]));
}

#[test]
fn schemas_are_read_whole_and_may_be_circular() {
    let (tree, mut diagnostics) = tree("pets.yaml", PETS);
    let document = read(&tree, &mut diagnostics).expect("it is a description");
    let pet = named(&document, "Pet");
    let property = |name: &str| schema(&document, pet.properties.iter().find(|one| one.name == name).map(|one| one.schema));
    assert_eq!(pet.required[0].0, "name");
    assert_eq!(schema(&document, pet.additional.map(|(id, _)| id)).verdict, Some(false));
    assert_eq!(pet.extensions[0].0, "x-note");
    let name = property("name");
    assert_eq!(name.limits.iter().map(|one| (one.keyword, one.value)).collect::<Vec<_>>(), [("maxLength", "100")]);
    assert_eq!((name.pattern.map(|(text, _)| text), name.read_only), (Some("^[A-Z]"), true));
    assert_eq!(property("age").types, ["integer", "null"]);
    assert_eq!(property("age").limits[0].keyword, "exclusiveMinimum");
    let parent = schema(&document, property("parent").any_of.first().copied());
    assert_eq!(parent.reference.map(|(name, id)| (name, &document.schemas[id.0 as usize].span)), Some(("Pet", &pet.span)));
    assert_eq!(property("pair").discriminator.as_ref().map(|one| one.property), Some("kind"));
    let surface = from_description::surface(&document, &tree);
    let field = |name: &str| surface.shapes.iter().find_map(|shape| shape.field(name)).expect("it is a field").what.clone();
    assert!(field("parent").nullable, "`anyOf` with null is null's spelling");
    assert_eq!(surface.type_text(&field("parent")), "Pet | null");
    assert!(field("age").nullable);
}

#[test]
fn swagger_says_the_same_in_other_words() {
    let text = r##"{"swagger": "2.0", "info": {"title": "Pets", "version": "1"}, "host": "api.acme.example", "basePath": "/v1/", "schemes": ["http", "https"],
        "consumes": ["application/json"], "produces": ["application/json"],
        "securityDefinitions": {"login": {"type": "oauth2", "flow": "accessCode", "authorizationUrl": "/a", "tokenUrl": "/t", "scopes": {}}, "user": {"type": "basic"}},
        "paths": {"/pets": {
            "get": {"parameters": [{"name": "tags", "in": "query", "type": "array", "items": {"type": "string"}, "collectionFormat": "multi"},
                                   {"name": "limit", "in": "query", "type": "integer", "maximum": 100, "exclusiveMaximum": true}],
                    "responses": {"200": {"description": "found", "schema": {"type": "array", "items": {"$ref": "#/definitions/Pet"}}}}},
            "post": {"parameters": [{"name": "pet", "in": "body", "required": true, "schema": {"$ref": "#/definitions/Pet"}}], "responses": {}},
            "put": {"parameters": [{"name": "photo", "in": "formData", "type": "file", "required": true}, {"name": "note", "in": "formData", "type": "string"}], "consumes": [], "responses": {}}}},
        "definitions": {"Pet": {"type": "object", "x-nullable": true, "discriminator": "kind"}}}"##;
    let (tree, mut diagnostics) = tree("pets.json", text);
    let document = read(&tree, &mut diagnostics).expect("it is a description");
    assert!(diagnostics.sorted(&tree.sources).is_empty());
    assert_eq!(document.servers[0].url, "https://api.acme.example/v1");
    let [get, post, put] = &document.operations[..] else { panic!("three operations") };
    assert_eq!((get.parameters[0].style, get.parameters[0].explode), ("form", true));
    assert_eq!(schema(&document, get.parameters[1].schema).limits[0].keyword, "exclusiveMaximum");
    assert_eq!(get.answers[0].content[0].media, "application/json");
    assert!(post.parameters.is_empty() && post.body.as_ref().is_some_and(|body| body.required));
    let form = put.body.as_ref().map(|body| &body.content[0]).expect("a form");
    assert_eq!(form.media, "multipart/form-data");
    let form = schema(&document, form.schema);
    assert_eq!(form.properties.iter().map(|one| one.name).collect::<Vec<_>>(), ["photo", "note"]);
    assert_eq!(form.required[0].0, "photo");
    assert!(matches!(&document.schemes[0].kind, SchemeKind::OAuth2(flows) if flows[0].name == "authorizationCode"));
    assert!(named(&document, "Pet").nullable);
}

#[test]
fn other_files_of_the_folder_are_read_once() {
    let mut asked = Vec::new();
    let mut folder = |name: &str| {
        asked.push(name.to_owned());
        (name == "parts/pet.yaml").then(|| {
            "Pet: { type: object, properties: { friend: { $ref: '#/Pet' }, owner: { $ref: '../api.yaml#/components/schemas/Owner' } } }"
                .to_owned()
        })
    };
    let text = "openapi: 3.0.0\ninfo: { title: Pets, version: '1' }\npaths: {}\ncomponents: { schemas: { Pet: { $ref: 'parts/pet.yaml#/Pet' }, Other: { $ref: './parts/pet.yaml#/Pet' }, Owner: { type: object } } }\n";
    let mut diagnostics = Diagnostics::default();
    let tree = parse("specs/api.yaml", text.to_owned(), &mut folder, &mut diagnostics);
    let document = read(&tree, &mut diagnostics).expect("it is a description");
    assert_eq!(asked, ["parts/pet.yaml"]);
    assert!(diagnostics.sorted(&tree.sources).is_empty());
    let pet = schema(&document, named(&document, "Pet").reference.map(|(_, id)| id));
    let owner = schema(&document, pet.properties.get(1).map(|one| one.schema));
    assert_eq!(owner.reference.map(|(_, id)| id), document.named.iter().find(|(name, _)| *name == "Owner").map(|(_, id)| *id));
    assert_eq!(tree.sources.file(pet.span.file).name, "specs/parts/pet.yaml");
}

#[test]
fn yaml_is_read_by_its_core_schema() {
    let text = "a: &x { n: no, y: yes, v: 1.0, o: 0x1f, t: 2024-01-01 }\nb: { <<: *x, n: 3 }\nc: |\n  é\n  f\nd: ~\n";
    let (tree, _) = tree("a.yaml", text);
    let root = tree.root().expect("it is YAML");
    assert_eq!(
        root.json(),
        r#"{"a":{"n":"no","y":"yes","v":1.0,"o":"0x1f","t":"2024-01-01"},"b":{"n":3,"y":"yes","v":1.0,"o":"0x1f","t":"2024-01-01"},"c":"é\nf\n","d":null}"#
    );
    let d = root.members().iter().find(|member| &*member.key == "d").expect("it is there");
    assert_eq!(tree.sources.text(d.key_span), "d", "places are bytes, whatever stands before them");
}

#[test]
fn a_bomb_of_aliases_is_refused() {
    let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..10 {
        let before = level - 1;
        text.push_str(&format!("a{level}: &a{level} [{}]\n", vec![format!("*a{before}"); 10].join(", ")));
    }
    assert_eq!(through("bomb.yaml", &text), ["I0101"]);
}

#[test]
fn no_text_makes_it_panic() {
    let deep = "[".repeat(100_000);
    let nested = format!("openapi: 3.0.0\nx: {}\n", "{a: ".repeat(3000));
    for (name, text) in
        [("deep.json", deep.as_str()), ("deep.yaml", deep.as_str()), ("nested.yaml", &nested), ("empty.yaml", ""), ("null.json", "null")]
    {
        assert!(!through(name, text).is_empty(), "{name}");
    }
    // Cut off anywhere, and with one letter turned into another anywhere.
    for end in (0..PETS.len()).step_by(7).filter(|end| PETS.is_char_boundary(*end)) {
        through("cut.yaml", &PETS[..end]);
    }
    for at in (1..PETS.len()).step_by(5) {
        let mut bytes = PETS.as_bytes().to_vec();
        bytes[at] = b"{}[]:,\"'&*!|>%@ \n#-7x"[at % 21];
        through("turned.yaml", &String::from_utf8_lossy(&bytes));
    }
    // Members of every kind where others are expected.
    for value in ["null", "true", "7", "[]", "{}", "[null]", "[7]", "{a: 7}", "text", "{$ref: 7}", "{$ref: '#'}", "[{$ref: '#/paths'}]"] {
        for key in ["info", "servers", "security", "paths", "tags", "webhooks", "components", "host", "definitions", "parameters"] {
            for start in ["openapi: 3.0.0", "openapi: 3.1.0", "swagger: '2.0'"] {
                through("odd.yaml", &format!("{start}\n{key}: {value}\n"));
            }
        }
        for key in ["parameters", "requestBody", "responses", "callbacks", "security", "servers", "deprecated", "tags", "x-sunset"] {
            through("odd.yaml", &format!("openapi: 3.1.0\npaths: {{ /a: {{ get: {{ {key}: {value} }}, {key}: {value} }} }}\n"));
        }
        let keys = [
            "type",
            "properties",
            "required",
            "items",
            "allOf",
            "oneOf",
            "not",
            "enum",
            "discriminator",
            "additionalProperties",
            "minimum",
            "pattern",
            "if",
        ];
        for key in keys {
            through("odd.yaml", &format!("openapi: 3.1.0\ncomponents: {{ schemas: {{ A: {{ {key}: {value} }} }} }}\n"));
        }
    }
}

#[test]
fn published_descriptions_are_read() {
    let Some(_) = corpus::part("the reading of the corpus", "openapi") else { return };
    let files = corpus::descriptions();
    let (mut operations, mut schemas, mut odd) = (0, 0, 0);
    for path in &files {
        let (tree, mut diagnostics) = tree(&path.to_string_lossy(), &fs::read_to_string(path).expect("it can be read"));
        let document = read(&tree, &mut diagnostics).unwrap_or_else(|| panic!("{} is a description", path.display()));
        operations += document.operations.len();
        schemas += document.schemas.len();
        odd += diagnostics.sorted(&tree.sources).len();
        assert!(!diagnostics.has_errors(), "{}", path.display());
        from_description::surface(&document, &tree);
    }
    println!("{} descriptions read: {operations} operations, {schemas} schemas, {odd} oddities reported", files.len());
}
