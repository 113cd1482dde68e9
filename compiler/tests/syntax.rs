//! The syntax layer on whole files: what it reads, how it tells of mistakes, what it does with damaged text, and that the
//! formatter changes nothing but space.

use linchpin_compiler::diagnostics::{Diagnostics, Fix, full};
use linchpin_compiler::source::{FileId, Sources};
use linchpin_compiler::syntax::{self, ast, edit, print};
use std::path::{Path, PathBuf};

/// How many mistakes one deletion may cause. Deleting a token can make two: a name that is missing where it was declared, and
/// what is left of its line.
const MOST_MISTAKES: usize = 3;

fn folder(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn files(path: &str) -> Vec<(String, String)> {
    let entries = std::fs::read_dir(folder(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    let mut found: Vec<_> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|end| end == "pin" || end == "md"))
        .map(|path| {
            (
                path.file_name().expect("a file has a name").to_string_lossy().into_owned(),
                std::fs::read_to_string(&path).expect("the file is text"),
            )
        })
        .collect();
    found.sort();
    assert!(!found.is_empty(), "{path} holds no files");
    found
}

struct Parsed {
    sources: Sources,
    file: ast::File,
    diagnostics: Diagnostics,
}

fn parse(name: &str, text: &str) -> Parsed {
    let mut sources = Sources::default();
    let id = sources.add(name, text);
    let mut diagnostics = Diagnostics::default();
    let file = syntax::parse(id, text, &mut diagnostics);
    Parsed { sources, file, diagnostics }
}

impl Parsed {
    fn codes(&self) -> Vec<&'static str> {
        self.diagnostics.sorted(&self.sources).iter().map(|one| one.code.id).collect()
    }

    fn rendered(&self) -> String {
        self.diagnostics.sorted(&self.sources).iter().map(|one| full::render(one, &self.sources, false)).collect()
    }

    fn fixes(&self) -> Vec<Fix> {
        self.diagnostics.sorted(&self.sources).iter().filter_map(|one| one.fix.clone()).collect()
    }
}

fn format(text: &str) -> Option<String> {
    print::format(FileId(0), text, &mut Diagnostics::default())
}

/// Everything but space and commas.
fn letters(text: &str) -> String {
    text.chars().filter(|one| !one.is_whitespace() && *one != ',').collect()
}

#[test]
fn fixtures_have_no_mistakes() {
    for (name, text) in files("tests/fixtures") {
        let parsed = parse(&name, &text);
        assert_eq!(parsed.rendered(), "", "{name}");
        assert!(parsed.file.unread.is_empty(), "{name}");
    }
}

#[test]
fn modules_are_read_as_they_are_written() {
    let text = &files("tests/fixtures").into_iter().find(|(name, _)| name == "modules.pin").expect("the fixture is there").1;
    let parsed = parse("modules.pin", text);
    let ast::Item::Group(group) = &parsed.file.items[1] else { panic!("a group stands second") };
    let ast::Item::Module(module) = &group.items[1] else { panic!("a module stands second in it") };
    assert_eq!((module.kind, module.name.value.as_str()), (ast::ModuleKind::Search, "list_for_org"));
    assert_eq!(module.head.docs[0].value, "Lists.");
    assert_eq!(module.revision.as_ref().map(|one| one.value), Some(3));
    assert_eq!(module.with.iter().map(|name| name.value.as_str()).collect::<Vec<_>>(), ["Listing", "Other"]);
    assert!(matches!(&module.head.on.as_ref().expect("it has versions").parts[..], [ast::OnPart::Range(Some(_), Some(_))]));
    assert!(matches!(module.head.life.as_ref().expect("it is deprecated").successor, ast::Successor::Path(ref path) if path.len() == 2));
    let body = &module.body;
    let exchange = body.exchange.as_ref().expect("it calls");
    assert!(exchange.leads == Some(ast::Leads::Outside) && !exchange.poll);
    assert!(
        matches!(&exchange.path.parts[..], [ast::TemplatePart::Text(start), ast::TemplatePart::Hole(org, hole), ast::TemplatePart::Text(_)]
        if start == "/orgs/" && org[0].value == "org" && parsed.sources.text(*hole) == "{org}")
    );
    let answer = exchange.answer.as_ref().expect("it answers");
    assert_eq!(answer.at.as_ref().expect("at a path").segments.len(), 2);
    assert!(matches!(&body.server, Some(ast::ModuleServer::Name(name)) if name.value == "upload"));
    assert_eq!(body.connections.as_ref().expect("it names connections").0.len(), 2);
    assert_eq!((body.path.len(), body.query.len(), body.header.len(), body.cookie.len()), (1, 1, 1, 1));
    assert_eq!(body.page.as_ref().and_then(|page| page.header.as_ref()).map(|header| header.value.as_str()), Some("Link"));
    assert!(body.order.as_ref().is_some_and(|order| order.by.is_none() && order.why.is_some()));
    assert_eq!(body.examples.len(), 2);
    assert_eq!(body.examples[0].script.exchanges[0].reply.headers[0].1.value, "<…>; rel=next");
}

#[test]
fn a_text_may_go_over_lines() {
    for (written, value) in [
        ("\"\"\"\n    query {\n      a(b: \"c\\n\")\n\n    }\n  \"\"\"", "query {\n  a(b: \"c\\n\")\n\n}"),
        ("\"\"\"one line\"\"\"", "one line"),
        ("\"\"\"\"\"\"", ""),
        ("\"\"\"  first\r\n  second\r\n\"\"\"", "  first\nsecond"),
        ("\"\"\" \\\"\"\" \"\"\"", " \"\"\" "),
    ] {
        let text = format!("test \"t\" call m {{ given {{ a: {written} }}  reply 200 }}");
        let parsed = parse("t.pin", &text);
        assert_eq!(parsed.rendered(), "", "{text}");
        let ast::Item::Test(test) = &parsed.file.items[0] else { panic!("a test") };
        let Some(ast::Value { kind: ast::ValueKind::Object(entries), .. }) = &test.script.given else { panic!("an object is given") };
        assert!(matches!(&entries[0].1.kind, ast::ValueKind::Text(text) if text == value), "{:?}", entries[0].1.kind);
    }
}

#[test]
fn the_formatter_leaves_a_text_over_lines_as_it_is() {
    let text = "action one {
  POST \"/graphql\" -> One at data.one
  body graphql \"\"\"
      query One($id: ID!) {
    one(id: $id) { id }   # as it is  \"
      }
  \"\"\" { id: string }
  retry safe
}

action two { POST \"/graphql\" -> One at data.two  body graphql \"\"\"{ two { id } }\"\"\" {} }
";
    assert_eq!(format(text).as_deref(), Some(text));
    let crooked = text.replace("\n  body", "\n body").replace("  retry", "      retry").replace(" { id: string }", "    { id:string }");
    assert_eq!(format(&crooked).as_deref(), Some(text));
}

#[test]
fn a_text_without_an_end_is_one_mistake() {
    for text in [
        "action a {\n  POST \"/g\" -> T at data.a\n  body graphql \"\"\"\n    query { a(b: \"c\") }\n  { }\n}\naction b { GET \"/b\" }\n",
        "action a { body graphql \"\"\"",
        "action a { body graphql \"\"\"é",
        "action a { body graphql \"\"\"\n  é\"\n}",
    ] {
        let parsed = parse("t.pin", text);
        assert!(
            parsed.codes().contains(&"P0105") && parsed.rendered().contains("this text has no closing quotes"),
            "{}",
            parsed.rendered()
        );
        assert!(parsed.codes().len() <= 3, "{}", parsed.rendered());
    }
    let whole = parse(
        "t.pin",
        "action a {\n  POST \"/g\" -> T at data.a\n  body graphql \"\"\"\n    query { a }\n  { }\n}\naction b { GET \"/b\" }\n",
    );
    assert_eq!((whole.codes(), whole.file.items.len()), (vec!["P0105"], 2), "{}", whole.rendered());
}

#[test]
fn values_and_escapes_are_resolved() {
    let parsed = parse("t.pin", "test \"t\" call m { given { a: [\"x\\n\\u{1F600}\", -2.5, null, b.c] }  reply 200 }");
    let ast::Item::Test(test) = &parsed.file.items[0] else { panic!("a test") };
    let Some(ast::Value { kind: ast::ValueKind::Object(entries), .. }) = &test.script.given else { panic!("an object is given") };
    let ast::ValueKind::List(values) = &entries[0].1.kind else { panic!("a list") };
    assert!(matches!(&values[0].kind, ast::ValueKind::Text(text) if text == "x\n😀"));
    assert!(matches!(&values[1].kind, ast::ValueKind::Number(number) if number == "-2.5"));
    assert!(matches!(values[2].kind, ast::ValueKind::Null));
    assert!(matches!(&values[3].kind, ast::ValueKind::Name(path) if path.len() == 2));
}

#[test]
fn keywords_are_names_too() {
    for word in ["type", "query", "from", "limit", "id", "on", "style", "deprecated", "use", "with", "map", "null", "page", "explode"] {
        for text in [
            format!("type T {{ {word}: string  b: int }}"),
            format!("type T {{ a: string  {word}?: string  b: int }}"),
            format!("type T {{ a: string = x {word} \"W\": string on v1 {word}2: int }}"),
            format!("enum {word} {{ a  {word}  b }}"),
        ] {
            let parsed = parse("t.pin", &text);
            assert_eq!(parsed.rendered(), "", "{text}");
        }
    }
}

/// Many an API has inputs called `since` and `until`, and a step is given them by their names alone.
#[test]
fn the_words_of_a_wait_are_inputs_too() {
    for word in ["every", "until", "fails", "at", "most", "when", "status", "present", "code", "message"] {
        for given in [word.to_owned(), format!("since {word}"), format!("since {word} limit"), format!("{word}  since = since  limit")] {
            let text = format!("action a {{ steps {{ begin {{ {given} }} every 2s until {word} present at most 1h }} }}");
            let parsed = parse("t.pin", &text);
            assert_eq!(parsed.rendered(), "", "{text}");
            let ast::Item::Module(module) = &parsed.file.items[0] else { panic!("{text}") };
            let steps = module.body.steps.as_ref().expect("it has steps");
            let names: Vec<&str> = steps.list[0].members.iter().map(|member| member.name.value.as_str()).collect();
            assert_eq!(names, given.replace("= since", "").split_whitespace().collect::<Vec<_>>(), "{text}");
            assert!(steps.list[0].wait.is_some(), "{text}");
        }
    }
}

#[test]
fn spans_end_with_what_was_written() {
    let text = "type A { a: string // note\n  b: int, }\n// end\n";
    let parsed = parse("t.pin", text);
    let ast::Item::Type(item) = &parsed.file.items[0] else { panic!("a type") };
    assert_eq!(parsed.sources.text(item.span), "type A { a: string // note\n  b: int, }");
    assert_eq!(parsed.sources.text(item.fields[0].span), "a: string");
    assert_eq!(parsed.sources.text(item.fields[1].span), "b: int");
    assert_eq!(parsed.file.comments.iter().map(|one| one.trailing).collect::<Vec<_>>(), [true, false]);
}

#[test]
fn mistakes_are_told_where_they_are() {
    for (name, text) in files("tests/mistakes") {
        let rendered = parse(&name, &text).rendered();
        insta::assert_snapshot!(name.trim_end_matches(".pin"), rendered);
    }
}

#[test]
fn a_mended_statement_is_in_the_tree() {
    let parsed = parse("t.pin", "serach find \"Find\" wiht L {\n  qeury { a: string }\n}\nenm E { a = \"A\" }");
    assert_eq!(parsed.codes(), ["P0102", "P0101", "P0102", "P0102"]);
    let [ast::Item::Module(module), ast::Item::Enum(item)] = &parsed.file.items[..] else { panic!("both are read") };
    assert_eq!((module.with.len(), module.body.query.len(), item.variants.len()), (1, 1, 1));
    assert_eq!(parsed.sources.text(module.body.query[0].span), "a: string");
    assert!(parsed.file.unread.is_empty());
}

#[test]
fn a_statement_behind_a_mended_one_on_its_line_is_read_too() {
    let text = "connection c { oauth2 code { clent basic  scopes \"a\", \"b\"  token \"https://a.example/t\" } }";
    let parsed = parse("t.pin", text);
    assert_eq!(parsed.codes(), ["P0102"], "{}", parsed.rendered());
    let [ast::Item::Connection(item)] = &parsed.file.items[..] else { panic!("it is read") };
    let Some(ast::Grant::OAuth2(grant)) = &item.grant else { panic!("it has a grant") };
    assert_eq!(grant.scopes.len(), 2);
    assert_eq!(parsed.sources.text(grant.token.as_ref().expect("a token endpoint stands there").span), "\"https://a.example/t\"");
    let (mended, applied) = edit::apply(FileId(0), text, &parsed.fixes());
    assert_eq!((applied, parse("t.pin", &mended).rendered().as_str()), (1, ""), "{mended}");
}

#[test]
fn a_byte_order_mark_is_no_text() {
    let parsed = parse("t.pin", "\u{feff}//! The file.\nenum E { a }\n");
    assert_eq!(parsed.rendered(), "");
    assert_eq!(parsed.file.docs.len(), 1);
    assert_eq!(parse("t.pin", "\u{feff}enm E { a }").codes(), ["P0102"]);
}

#[test]
fn a_semicolon_is_taken_away() {
    let text = "type T { a: string;\n  b: int;\n}";
    let parsed = parse("t.pin", text);
    assert!(parsed.codes().iter().all(|code| *code == "P0101"), "{}", parsed.rendered());
    let (mended, applied) = edit::apply(FileId(0), text, &parsed.fixes());
    assert_eq!((mended.as_str(), applied), ("type T { a: string\n  b: int\n}", 2));
}

/// The fixtures of this layer's codes: one mistake, told once, gone when its fix is applied.
#[test]
fn each_fixture_has_its_mistake_and_no_other() {
    for (name, text) in files("../tests/errors").into_iter().filter(|(name, _)| name.starts_with("P01")) {
        let parsed = parse(&name, &text);
        assert_eq!(parsed.codes(), [&name[..5]], "{name}\n{}", parsed.rendered());
        let fixes = parsed.fixes();
        let (mended, applied) = edit::apply(FileId(0), &text, &fixes);
        assert_eq!(applied, fixes.len(), "{name}");
        if applied > 0 {
            assert_eq!(parse(&name, &mended).rendered(), "", "{name}: the fix leaves a mistake in\n{mended}");
        }
    }
}

#[test]
fn pages_show_the_mistake_and_the_remedy() {
    for (name, text) in files("errors").into_iter().filter(|(name, _)| name.starts_with("P01")) {
        let mut blocks = text.split("```pin").skip(1).map(|block| block.split("\n```").next().unwrap_or_default());
        let wrong = blocks.next().and_then(|block| block.strip_prefix(",wrong\n")).unwrap_or_else(|| panic!("{name} shows no mistake"));
        assert_eq!(parse(&name, wrong).codes(), [&name[..5]], "{name}");
        let right = blocks.next().unwrap_or_else(|| panic!("{name} shows no remedy"));
        assert_eq!(parse(&name, right).rendered(), "", "{name}");
    }
}

/// Lines and tokens of a text, as byte ranges.
fn pieces(text: &str) -> Vec<(usize, usize)> {
    let mut pieces = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        pieces.push((at, at + line.len()));
        at += line.len();
    }
    let mut start = 0;
    for (at, one) in text.char_indices().chain([(text.len(), ' ')]) {
        let word = one.is_alphanumeric() || one == '_';
        if !word {
            if start < at {
                pieces.push((start, at));
            }
            if !one.is_whitespace() {
                pieces.push((at, at + one.len_utf8()));
            }
            start = at + one.len_utf8();
        }
    }
    pieces
}

#[test]
fn one_deletion_makes_few_mistakes() {
    for (name, text) in files("tests/fixtures") {
        let mut worst = Vec::new();
        for (start, end) in pieces(&text) {
            let damaged = format!("{}{}", &text[..start], &text[end..]);
            let parsed = parse(&name, &damaged);
            if parsed.codes().len() > MOST_MISTAKES {
                let (line, column) = parsed.sources.file(FileId(0)).line_column(start as u32);
                worst.push(format!("{name}:{line}:{column}: without `{}`\n{}", &text[start..end], parsed.rendered()));
            }
        }
        assert!(worst.is_empty(), "{} deletions\n{}", worst.len(), worst.join("\n"));
    }
}

#[test]
fn formatting_keeps_everything_and_is_stable() {
    for (name, text) in files("tests/fixtures") {
        let formatted = format(&text).expect("fixtures have no mistakes");
        assert_eq!(letters(&formatted), letters(&text), "{name}");
        assert_eq!(format(&formatted).as_ref(), Some(&formatted), "{name}");
        assert!(!formatted.contains("\n\n\n") && formatted.ends_with('\n') && !formatted.contains(" \n"), "{name}");
    }
}

#[test]
fn what_belongs_together_stays_together() {
    let text = "change v2 {\n  add a.b\n  /// What it was.\n  remove A.b?: string use none \"why\"\n  /// What it did.\n  \
                remove action find @1 { GET \"/x\" }\n}\n\naction list {\n  GET \"/x\"\n  from @1 {\n    output a[1].b -> c[].d\n  }\n}\n";
    assert_eq!(format(text).as_deref(), Some(text));
}

/// Space is thrown about: what is formatted is stable and keeps its letters, whatever the author's lines were.
#[test]
fn formatting_is_stable_on_any_layout() {
    for (name, text) in files("tests/fixtures") {
        for seed in 0..12 {
            let shaken = shake(&text, seed);
            let Some(formatted) = format(&shaken) else {
                panic!("{name}, {seed}: other space, other meaning\n{}", parse(&name, &shaken).rendered());
            };
            assert_eq!(letters(&formatted), letters(&shaken), "{name}, {seed}");
            assert_eq!(format(&formatted).as_ref(), Some(&formatted), "{name}, {seed}\n{shaken}");
        }
        for (start, end) in pieces(&text).into_iter().step_by(7) {
            let damaged = format!("{}{}", &text[..start], &text[end..]);
            if let Some(formatted) = format(&damaged) {
                assert_eq!(letters(&formatted), letters(&damaged), "{name}, {start}");
                assert_eq!(format(&formatted).as_ref(), Some(&formatted), "{name}, {start}");
            }
        }
    }
}

/// A comment on a line of its own, put before any piece of a text, stays before that and stands as deep as it does.
#[test]
fn a_comment_stands_with_what_it_is_about() {
    let (mut tried, files) = (0, [files("tests/fixtures"), files("tests/export")].concat());
    for (name, text) in files.iter().filter(|(name, _)| name.ends_with(".pin")) {
        for (start, _) in pieces(text).into_iter().step_by(47) {
            let commented = format!("{}\n// why\n{}", &text[..start], &text[start..]);
            let in_text = text[..start].matches("\"\"\"").count() % 2 == 1 || text[..start].ends_with('/');
            let Some(formatted) = format(&commented).filter(|_| !in_text) else { continue };
            assert_eq!(format(&formatted).as_ref(), Some(&formatted), "{name}, {start}");
            let indentation = |line: &str| line.len() - line.trim_start().len();
            let mut lines = formatted.lines().skip_while(|line| line.trim() != "// why");
            let (Some(comment), Some(next)) = (lines.next(), lines.find(|line| !line.trim().is_empty())) else { continue };
            let closes = next.trim_start().starts_with(['}', ']', ')']);
            assert_eq!(indentation(comment), indentation(next) + if closes { 2 } else { 0 }, "{name}, {start}\n{comment}\n{next}");
            tried += 1;
        }
    }
    assert!(tried > 100, "only {tried} comments");
}

/// Replaces runs of blanks outside strings, comments and documentation by others, and now and then by a line end.
fn shake(text: &str, seed: u64) -> String {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut random = |below: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    };
    let mut shaken = String::new();
    for line in text.lines() {
        // A life clause must stay where it is told apart: lines with one are left alone.
        if line.contains("//") || line.contains('"') || line.contains("deprecated") {
            shaken.push_str(line);
        } else {
            for part in line.trim().split(' ').filter(|part| !part.is_empty()) {
                shaken.push_str(part);
                shaken.push_str([" ", "  ", "   ", "\n", " \n\n\n ", "\t"][random(6) as usize]);
            }
        }
        shaken.push('\n');
    }
    shaken
}

#[test]
fn a_file_with_mistakes_is_not_formatted() {
    let mut diagnostics = Diagnostics::default();
    assert_eq!(print::format(FileId(0), "type A { a string }", &mut diagnostics), None);
    assert!(diagnostics.has_errors());
}

#[test]
fn layout_follows_the_author_within_the_width() {
    let text = "type A { a: int,b:string   c : {d:int} }\nenum E {\n a=\"A\"\n bbb = \"B\" }\n\n\n\nconnector x { docs \"d\" // one\n server \"https://s\" }";
    let expected = "type A { a: int, b: string  c: { d: int } }\nenum E {\n  a   = \"A\"\n  bbb = \"B\"\n}\n\nconnector x {\n  docs   \"d\"  // one\n  server \"https://s\"\n}\n";
    assert_eq!(format(text).as_deref(), Some(expected));
    let long = format!("type A {{ {} }}", (0..20).map(|index| format!("field_{index}: string")).collect::<Vec<_>>().join("  "));
    let lines = format(&long).expect("it has no mistakes");
    assert_eq!(lines.lines().count(), 22);
}

#[test]
fn hostile_text_gives_a_tree_in_good_time() {
    let repeated = [
        "{",
        "}",
        "[",
        "(",
        "\"",
        "'",
        "“",
        "map<",
        "id<",
        "a: {",
        "x group a {",
        "search x {",
        "type A { a: ",
        "a|",
        "/// x\n",
        "/* ",
        "\\",
        "\"\\",
        "(x}",
        "type type type ",
        "x query { ",
        "é",
        "\u{a0}",
        "\0",
        "..",
        "@",
        "a: int on v1, ",
        "x\n",
        "\"\n",
        "given { a: [ ",
        "-> ",
        "// x\n}",
        "type A { a: { ",
        "x { y ",
        "{ x } } ",
        "= ",
        "GET \"/x\" -> map<[{ a: ",
        "steps { a { b until c ",
        "\n  /x",
    ];
    let started = std::time::Instant::now();
    for piece in repeated {
        for count in [1, 32, 33, 300] {
            for text in [piece.repeat(count), format!("type A {{ {}", piece.repeat(count)), format!("{}\n}}}}", piece.repeat(count))] {
                let parsed = parse("hostile.pin", &text);
                for one in parsed.diagnostics.sorted(&parsed.sources) {
                    let span = one.span();
                    assert!(text.is_char_boundary(span.start as usize) && text.is_char_boundary(span.end as usize), "{piece:?}");
                }
            }
        }
    }
    // Lines that go on with a statement which nobody can read.
    let deeper = format!("action a {{\n  GET \"/x\"\n{}}}\n", "    or x = y\n".repeat(12_000));
    assert_eq!(parse("hostile.pin", &deeper).codes().len(), 1);
    // Half a minute is far more than it takes and far less than anything that grows faster than the text.
    assert!(started.elapsed().as_secs() < 30, "{:?}", started.elapsed());
}
