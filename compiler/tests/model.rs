//! What a spec means: names, types, modules and pages as the later stages see them, and what two API versions share.

use linchpin_compiler::diagnostics::Diagnostics;
use linchpin_compiler::model::{
    Answer, Bounds, Encoding, EnumVariant, Field, Input, Literal, Model, Module, PathPart, Place, RetryClass, Stop, Strategy, Symbol, Type,
    TypeDef, TypeDefKind, project_all,
};
use linchpin_compiler::source::Sources;

const CONNECTOR: &str = "connector acme \"Acme\" { server \"https://api.acme.example\"  names camelCase }\n";

fn read(text: &str) -> (Sources, Diagnostics, Option<Model>) {
    let mut sources = Sources::default();
    sources.add("acme.pin", format!("{CONNECTOR}{text}"));
    let mut diagnostics = Diagnostics::default();
    let model = linchpin_compiler::check(&sources, &mut diagnostics);
    (sources, diagnostics, model)
}

fn model(text: &str) -> Model {
    let (sources, diagnostics, model) = read(text);
    let messages: Vec<String> = diagnostics.sorted(&sources).iter().map(|one| format!("{} {}", one.code.id, one.message)).collect();
    assert!(messages.is_empty(), "{messages:?}");
    model.expect("a spec without errors has a model")
}

fn raised(text: &str) -> Vec<&'static str> {
    let (sources, diagnostics, _) = read(text);
    diagnostics.sorted(&sources).iter().map(|one| one.code.id).collect()
}

fn definition<'m>(model: &'m Model, name: &str) -> &'m TypeDef {
    model.types.iter().find(|one| model.name(one.symbol).name == name).unwrap_or_else(|| panic!("there is no `{name}`"))
}

fn fields<'m>(model: &'m Model, name: &str) -> &'m [Field] {
    if let TypeDefKind::Struct(fields) = &definition(model, name).kind { fields } else { panic!("`{name}` is no struct") }
}

fn values<'m>(model: &'m Model, name: &str) -> &'m [EnumVariant] {
    if let TypeDefKind::Enum { variants, .. } = &definition(model, name).kind { variants } else { panic!("`{name}` is no enum") }
}

fn named<'m>(model: &'m Model, ty: &Type) -> &'m str {
    let Type::Named(symbol) = ty else { panic!("{ty:?} is no named type") };
    &model.name(*symbol).name
}

#[test]
fn names_follow_the_rule_unless_the_wire_name_is_given() {
    let model = model("type Project { planned_start: date  id \"ID\": string  _links: json }");
    let wires: Vec<&str> = fields(&model, "Project").iter().map(|field| field.wire.as_str()).collect();
    assert_eq!(wires, ["plannedStart", "ID", "_links"]);
}

#[test]
fn types_written_in_place_are_named_by_where_they_stand() {
    let model = model(
        "type Project { owner: { name: string }  size: \"small\" | \"large\"  source?: string | [int] }
         type ProjectOwner { id: string }
         action create { POST \"/p\" -> { id: string }  body { owner: { project: Project  other: ProjectOwner } } }",
    );
    let project = fields(&model, "Project");
    assert_eq!(named(&model, &project[0].ty), "ProjectOwner2", "the plain name is taken");
    assert_eq!(values(&model, "ProjectSize").iter().map(|value| value.name.as_str()).collect::<Vec<_>>(), ["small", "large"]);
    let TypeDefKind::Union { tag: None, variants, .. } = &definition(&model, "ProjectSource").kind else { panic!("no untagged union") };
    assert_eq!(variants.iter().map(|variant| variant.name.as_str()).collect::<Vec<_>>(), ["string", "int_list"]);
    let create = &model.modules[0];
    assert_eq!(named(&model, &create.inputs[0].field.ty), "CreateOwner");
    assert_eq!(named(&model, create.answers[0].body.as_ref().expect("it answers")), "CreateOutput");
}

#[test]
fn absent_and_null_are_two_things() {
    let model = model("type Project { a?: int  b: int | null  c?: int | null }");
    let told: Vec<(bool, bool)> = fields(&model, "Project").iter().map(|field| (field.optional, field.nullable)).collect();
    assert_eq!(told, [(true, false), (false, true), (true, true)]);
    assert!(fields(&model, "Project").iter().all(|field| field.ty == Type::Int(Bounds::default())));
}

#[test]
fn a_mixin_gives_fields_inputs_and_pages() {
    let model = model(
        "mixin Stamps { fields { created_at: datetime } }
         mixin Listing {
           query { first \"$$FIRST\": int = 0  limit \"$$LIMIT\": int(1..2000) = 200  order \"ID_Sort\": \"asc\" }
           page offset { advance first  size limit  items data  stop short }
         }
         type Project with Stamps { id: string }
         search find with Listing { GET \"/project/search\" -> [Project] at data  query { name?: string } }",
    );
    assert_eq!(fields(&model, "Project").iter().map(|field| field.name.as_str()).collect::<Vec<_>>(), ["id", "created_at"]);
    let find = &model.modules[0];
    assert_eq!(find.inputs.iter().map(|input| input.field.wire.as_str()).collect::<Vec<_>>(), ["name", "$$FIRST", "$$LIMIT"]);
    assert_eq!(find.inputs[2].field.default.as_deref(), Some("200"));
    assert_eq!((find.constants[0].name.as_str(), &find.constants[0].value), ("ID_Sort", &Literal::Text("asc".to_owned())));
    let page = find.page.as_ref().expect("it pages");
    assert_eq!(page.strategy, Strategy::Offset { advance: "first".to_owned(), size: Some("limit".to_owned()) });
    assert_eq!((&page.stop, page.items.as_slice(), named(&model, &page.item)), (&Stop::Short, &["data".to_owned()][..], "Project"));
}

#[test]
fn paths_through_declared_types_become_wire_paths() {
    let model = model(
        "type Meta { next_cursor?: string }
         type Listing { found_users: [string]  meta_data: Meta }
         search list { GET \"/u\" -> Listing  query { cursor?: string }  page cursor { send cursor  read meta_data.next_cursor  items found_users } }",
    );
    let page = model.modules[0].page.as_ref().expect("it pages");
    assert_eq!(page.items, ["foundUsers"]);
    assert_eq!(page.strategy, Strategy::Cursor { send: "cursor".to_owned(), read: vec!["metaData".to_owned(), "nextCursor".to_owned()] });
    assert_eq!(page.item, Type::String(Bounds::default()));
}

#[test]
fn modules_are_flat() {
    let model = model(
        "group repos \"Repositories\" {
           type Repo { id: string }
           action update @2 \"Change\" {
             PATCH \"/orgs/{org}/repos/{id}\" -> Repo
             path { id: id<Repo>  org: string }
             header { if_match? \"If-Match\": string }
             body { private: bool  color?: string | null  kind: \"repo\"  ...: json }
             from @1 { ask private \"Is it?\" }
           }
         }
         action tag { PUT \"/tag\" -> nothing  body raw \"text/plain\" text: string }",
    );
    let update = &model.modules[0];
    assert_eq!(model.name(update.symbol).group, ["repos"]);
    assert_eq!(
        (update.revision, update.title.as_str(), &update.retry, &update.encoding),
        (2, "Change", &RetryClass::Never, &Encoding::Json)
    );
    let path = [
        PathPart::Text("/orgs/".to_owned()),
        PathPart::Input("org".to_owned()),
        PathPart::Text("/repos/".to_owned()),
        PathPart::Input("id".to_owned()),
    ];
    assert_eq!(update.path, path);
    let places: Vec<(&str, &Place)> = update.inputs.iter().map(|Input { field, place }| (field.name.as_str(), place)).collect();
    let expected = [
        ("org", &Place::Path("simple")),
        ("id", &Place::Path("simple")),
        ("if_match", &Place::Header("simple")),
        ("private", &Place::Body),
        ("color", &Place::Body),
        ("extra", &Place::Body),
    ];
    assert_eq!(places, expected);
    let tag = &model.modules[1];
    assert_eq!(
        (&tag.encoding, &tag.retry, tag.inputs[0].place.clone()),
        (&Encoding::Raw("text/plain".to_owned()), &RetryClass::Idempotent, Place::WholeBody)
    );
    assert!(matches!(&tag.answers[0], Answer { statuses: (200, 299), body: None, .. }));
}

#[test]
fn scripts_become_json_by_spec_names_and_answers_by_wire_names() {
    let model = model(
        "enum Status { current = \"CUR\" }
         type Project { project_id \"ID\": string  status: Status }
         action get { GET \"/p\" -> Project  query { in_status: Status = current }
           example { given { in_status: current }  reply 200 { ID: \"p\\n1\", status: \"CUR\" }  gives { project_id: \"p\\n1\", status: current } } }",
    );
    let get = &model.modules[0];
    assert_eq!(get.inputs[0].field.default.as_deref(), Some("\"CUR\""));
    let example = &get.examples[0];
    assert_eq!(example.given, r#"{"in_status":"current"}"#);
    assert_eq!(example.exchanges[0].body, r#"{"ID":"p\n1","status":"CUR"}"#);
    assert_eq!(example.output, r#"{"project_id":"p\n1","status":"current"}"#);
}

#[test]
fn one_mistake_is_one_diagnostic() {
    let unknown_type = "type Project { id: Strin }
        search list { GET \"/p\" -> [Projct]  query { page: Intt = 1 }  page number { advance page  stop empty }  order id
          example { given { page: 7 }  reply 200 [ { id: 1 } ]  yields [ { id: 2 } ] } }
        action use { POST \"/p\" -> Project  example { reply 200 { id: [] }  gives { id: \"x\" } } }";
    assert_eq!(raised(unknown_type), ["P0201", "P0201", "P0201"]);
    let unbound_hole = "action get { GET \"/p/{id}\" -> json  example { given { id: \"x\" }  reply 200 {} } }";
    assert_eq!(raised(unbound_hole), ["P0501"]);
    let in_a_mixin = "mixin Wrong { query { a: Nothing } }
        action one with Wrong { GET \"/1\" -> json }
        action two with Wrong { GET \"/2\" -> json }";
    assert_eq!(raised(in_a_mixin), ["P0201"]);
    let wrong_default = "search list { GET \"/p\" -> [json]  query { page: int = \"x\" }  page number { advance page  stop empty }
        order none \"why\"  example { given {}  reply 200 [] } }";
    assert_eq!(raised(wrong_default), ["P0411"]);
    let broken_hole = "action get { GET \"/p/{id\" -> json  path { id: string }  example { given { id: \"x\" }  reply 200 {} } }";
    assert_eq!(raised(broken_hole), ["P0111"]);
    let no_end = "type Ship { sister: Ship }  action get { GET \"/s\" -> Ship  example { reply 200 {}  gives {} } }";
    assert_eq!(raised(no_end), ["P0407"]);
    let other_output = "type Ship { id: string }
        action get { GET \"/s\" -> Ship  example { reply 200 { id: \"1\" }  yields [ { id: \"1\" } ] } }";
    assert_eq!(raised(other_output), ["P0805"]);
    let twice = "action get { GET \"/a/{a}\" -> { a: int }  path { a: string } }
        search get { GET \"/b\" -> [json] }
        test \"t\" call get { given { a: \"1\" }  reply 200 { a: 1 }  gives { a: 1 } }";
    assert_eq!(raised(twice), ["P0202"]);
}

#[test]
fn literals_match_the_pattern_of_their_type() {
    let with = |code: &str| {
        format!(
            "type T {{ code?: string(pattern \"^[A-Z]{{2,3}}$\") = \"AB\" }}
             action get {{ GET \"/p\" -> T  example {{ reply 200 {{ code: \"{code}\" }} }} }}"
        )
    };
    assert!(raised(&with("XYZ")).is_empty());
    assert_eq!(raised(&with("xyz")), ["P0801"]);
    assert_eq!(raised("type T { code: string(pattern \"^a$\") = \"b\" }  action get { GET \"/p\" -> T }"), ["P0411"]);
}

#[test]
fn what_could_not_be_read_is_not_missed() {
    let broken = "type Broken { id string }
        type Fine { broken?: Broken }
        action get { GET \"/p\" -> Fine }";
    assert!(raised(broken).iter().all(|id| id.starts_with("P01")), "{:?}", raised(broken));
}

/// What each version shares with which: the names of types and modules and the version they are the same as.
fn shared(model: &Model) -> Vec<Vec<(String, Option<usize>)>> {
    let name = |symbol: Symbol| model.name(symbol).name.clone();
    let of = |projection: &linchpin_compiler::model::Projection<'_>| {
        let types = projection.types.iter().map(|one| (name(one.item.symbol), one.same_as));
        types.chain(projection.modules.iter().map(|one| (name(one.item.symbol), one.same_as))).collect()
    };
    project_all(model).iter().map(of).collect()
}

fn same(projection: &[(String, Option<usize>)], name: &str) -> Option<usize> {
    projection.iter().find(|(one, _)| one == name).unwrap_or_else(|| panic!("there is no `{name}`")).1
}

const THREE: &str = "api v1 { released 2024-01 }  api v2 { released 2025-01 }  api v3 { released 2026-01 }\n";

#[test]
fn versions_share_what_is_the_same_all_the_way_down() {
    let model = model(&format!(
        "{THREE}
         type Folder {{ parent?: Folder  files: [File] }}
         type File {{ folder?: Folder  name: string }}
         type Task {{ owner?: User }}
         type User {{ id: string  mail?: string on v2.. }}
         action get_file {{ GET \"/f\" -> File }}
         action get_task {{ GET \"/t\" -> Task }}
         action find_task {{ GET \"/t\" -> json  query {{ old?: string on v1  name?: string }} from @1 on v1 {{ drop was.old because \"it is\" }} }}"
    ));
    let versions = shared(&model);
    for circle in ["Folder", "File", "get_file"] {
        assert_eq!(
            (same(&versions[0], circle), same(&versions[1], circle), same(&versions[2], circle)),
            (None, Some(0), Some(0)),
            "{circle}"
        );
    }
    for changed in ["Task", "User", "get_task", "find_task"] {
        assert_eq!(
            (same(&versions[0], changed), same(&versions[1], changed), same(&versions[2], changed)),
            (None, None, Some(1)),
            "{changed}"
        );
    }
}

#[test]
fn a_definition_that_returns_to_what_it_was_is_shared_with_the_earliest() {
    let model = model(&format!(
        "{THREE}
         type User on v1 {{ id: string }}
         type User on v2 {{ id: int }}
         type User on v3 {{ id: string }}
         action get_user {{ GET \"/u\" -> User }}"
    ));
    let versions = shared(&model);
    assert_eq!(versions[1], [("User".to_owned(), None), ("get_user".to_owned(), None)]);
    assert_eq!(versions[2], [("User".to_owned(), Some(0)), ("get_user".to_owned(), Some(0))]);
}

#[test]
fn a_version_has_its_own_fields_values_modules_and_tests_only() {
    let model = model(&format!(
        "{THREE}
         enum Status {{ open  closed on v2.. }}
         type Task {{ status: Status  due?: date on v3 }}
         group tasks on v2.. {{ action get_task {{ GET \"/t\" -> Task }} }}
         test \"a task\" call tasks.get_task on v3 {{ reply 200 {{ status: \"open\", due: \"2026-01-31\" }}  gives {{ due: \"2026-01-31\" }} }}"
    ));
    let projections = project_all(&model);
    let counts: Vec<(usize, usize)> = projections.iter().map(|one| (one.modules.len(), one.tests.len())).collect();
    assert_eq!(counts, [(0, 0), (1, 0), (1, 1)]);
    let members = |version: usize| -> Vec<usize> {
        let count = |kind: &TypeDefKind| match kind {
            TypeDefKind::Struct(fields) => fields.len(),
            TypeDefKind::Enum { variants, .. } => variants.len(),
            TypeDefKind::Union { variants, .. } => variants.len(),
        };
        projections[version].types.iter().map(|one| count(&one.item.kind)).collect()
    };
    assert_eq!((members(0), members(1), members(2)), (vec![1, 1], vec![2, 1], vec![2, 2]));
    let module: &Module = &projections[2].modules[0].item;
    assert_eq!(module.on.iter().collect::<Vec<_>>(), [1, 2]);
}

#[test]
fn steps_are_shared_where_all_that_they_call_is() {
    let model = model(
        "api v1 {}  api v2 {}
         type Ticket { id: string  url: url }
         change v2 \"Renamed\" { rename open.label -> name }
         action open { POST \"/tickets\" -> Ticket  body { name: string } }
         action put { PUT \"{url}\" outside  path { url: url }  body raw \"text/plain\" content: file }
         action again { input { url: url  content: file }  steps { put { url  content } } }
         action upload { input { content: file }  steps { ticket = open { name = \"a\" }  put { url = ticket.url  content } } }",
    );
    let [v1, v2] = &project_all(&model)[..] else { panic!("two versions") };
    let found = |projection: &linchpin_compiler::model::Projection<'_>, name: &str| {
        let one = projection.modules.iter().find(|one| model.name(one.item.symbol).name == name).expect("a module");
        let steps = one.item.steps.as_ref().expect("steps");
        (one.same_as, steps.list[0].inputs.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>())
    };
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    assert_eq!(found(v2, "again"), (Some(0), names(&["url", "content"])));
    assert_eq!(found(v1, "upload"), (None, names(&["label"])));
    assert_eq!(found(v2, "upload"), (None, names(&["name"])));
    let modules = model.modules.iter().filter(|module| model.name(module.symbol).name == "again");
    assert_eq!(modules.count(), 1, "versions that come out alike are one module");
}

#[test]
fn a_mistake_in_steps_is_one_mistake() {
    for (text, expected) in [
        ("action a { steps { b } }", vec!["P0206"]),
        ("action a { steps { } }", vec!["P0509"]),
        ("action a { steps { a } }", vec!["P0520"]),
        ("action b { GET \"/b\" }  action a { steps { x = b  b } gives x }", vec!["P0521"]),
        ("action b { GET \"/b\" -> json }  action a { steps { x = b }  gives x.y }", vec!["P0521"]),
        ("action b { GET \"/b\"  query { q: string } }  action a { steps { b } }", vec!["P0803"]),
        ("action b { GET \"/b\"  query { q: string } }  action a { steps { b { p = 1  q = \"x\" } } }", vec!["P0802"]),
        ("action b { GET \"/b\"  query { q: string } }  action a { input { q: [string] }  steps { b { q } } }", vec!["P0522"]),
        ("action b { GET \"/b\"  query { q: string } }  action a { input { q \"Q\": string }  steps { b { q } } }", vec!["P0519"]),
        ("action b { GET \"/b\"  query { q: string } }  action a { input { q: string }  steps { q = b { q } } }", vec!["P0207"]),
        ("search a { steps { b } }  action b { GET \"/b\" }", vec!["P0519"]),
    ] {
        assert_eq!(raised(text), expected, "{text}");
    }
}

/// A number that was mistyped is a mistake, and not as many as it is large.
#[test]
fn a_revision_may_be_any_number() {
    for item in ["action ping @4000000000 { GET \"/ping\" }", "connection key @4000000000 { fields { key: secret }  send bearer key }"] {
        let told = raised(item);
        assert!(!told.is_empty() && told.len() <= 8 && told.iter().all(|code| *code == "P0718"), "{item}: {told:?}");
    }
}

/// A value is tried against a union that is a choice of itself, and that ends.
#[test]
fn a_union_of_itself_has_an_end() {
    let spec = "union Snake { tail: Snake  whole: Snake  head: int }
        type Basket { snake: Snake = \"a\" }
        action get @1 { GET \"/baskets\" -> Basket }";
    assert!(!raised(spec).is_empty(), "there is no such value");
}

#[test]
fn polls_are_bound_in_each_version_by_the_names_that_it_has() {
    let model = model(
        "api v1 { released 2025-01-01 }
         api v2 { released 2026-01-01 }
         type Task { id: id<Task>  life: { changed_at: datetime } }
         change v2 \"Other names\" {
           rename TaskLife.changed -> changed_at
           rename watch.from -> since
         }
         mixin Remembered { cursor time life.changed_at id id lookback 90s  order life.changed_at descending }
         trigger watch @1 with Remembered {
           poll GET \"/tasks\" -> [Task]
           query { since: datetime = cursor.time }
         }",
    );
    let polls: Vec<(u64, String, Vec<String>)> = model
        .modules
        .iter()
        .map(|module| (module.on.0, module.poll.as_ref().expect("it polls")))
        .map(|(on, poll)| (on, poll.text(), poll.inputs.clone()))
        .collect();
    let text = |time: &str| format!("time {time} id id lookback 90s, newest first");
    assert_eq!(polls, [(0b10, text("life.changed_at"), vec!["since".to_owned()]), (0b01, text("life.changed"), vec!["from".to_owned()])]);
}

#[test]
fn subscriptions_are_bound_like_steps() {
    let model = model(
        "type Hook { id: id<Hook>  expires_at?: datetime }
         type Event { id: string }
         action hook { POST \"/hooks\" -> Hook  body { url: url  secret: secret  only?: string } }
         action unhook { DELETE \"/hooks/{id}\"  path { id: id<Hook> } }
         trigger told @1 {
           webhook -> Event when header \"X-Event\" = \"e\"
           verify token { sent header \"X-Token\" }
           input { only?: string }
           subscribe made = hook { url = endpoint.url  secret = endpoint.secret  only }
           expires made.expires_at
           unsubscribe unhook { id = made.id }
         }",
    );
    let told = model.modules.iter().find_map(|module| module.webhook.as_ref()).expect("it is told");
    let given = told.subscribe.as_ref().expect("it subscribes").inputs.iter().map(|(name, _)| name.as_str());
    assert_eq!(given.collect::<Vec<_>>(), ["url", "secret", "only"]);
    assert!(told.expires.is_some() && told.renew.is_none() && told.unsubscribe.is_some());
    assert_eq!(told.text(), "when header \"x-event\" = \"e\"");
    assert_eq!(told.proof.text(), "token { sent header \"x-token\" }");
}

#[test]
fn deliveries_are_json_or_forms() {
    let told = |how: &str| format!("type Event {{ id: string }} trigger told @1 {{ webhook -> Event{how}  verify none \"it is a test\" }}");
    assert_eq!(raised(&told(" as xml")), ["P0510"]);
    for how in ["", " as form", " as json"] {
        assert_eq!(raised(&told(how)), [""; 0], "{how}");
    }
}

#[test]
fn a_secret_goes_to_no_text() {
    let wrong = raised(
        "type Event { id: string }
         action hook { POST \"/hooks\"  body { url: url  secret: string } }
         trigger told @1 {
           webhook -> Event
           verify token { sent header \"X-Token\" }
           subscribe hook { url = endpoint.url  secret = endpoint.secret }
         }",
    );
    assert_eq!(wrong, ["P0522"]);
}
