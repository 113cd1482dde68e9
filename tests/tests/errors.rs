//! Every diagnostic code, by example: a fixture that raises it and nothing else, with its full rendering; its fix, applied; and its
//! page, whose wrong example raises it and whose right one is clean.

use std::fs;
use std::path::{Path, PathBuf};

use linchpin_compiler::diagnostics::{Code, Diagnostics, codes, full};
use linchpin_compiler::source::Sources;
use linchpin_compiler::syntax::edit;

/// Taken in where an example is only about something else than the connector.
const CONNECTOR: &str = "connector acme \"Acme\" { server \"https://api.acme.example\" }\n";

struct Fixture {
    name: String,
    code: &'static Code,
    text: String,
    /// What stands in a file of that name beside it.
    lock: Option<String>,
}

impl Fixture {
    fn sources(&self) -> Sources {
        self.with(&self.text)
    }

    /// The same with another text.
    fn with(&self, text: &str) -> Sources {
        let mut sources = sources(&format!("{}.pin", self.name), text, is_alone(self.code));
        if let Some(lock) = &self.lock {
            sources.add_lock(format!("{}.lock", self.name), lock);
        }
        sources
    }
}

fn folder(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn code(id: &str) -> Option<&'static Code> {
    codes::ALL.iter().find(|code| code.id == id)
}

fn fixtures() -> Vec<Fixture> {
    let files = fs::read_dir(folder("errors")).expect("the folder of fixtures is there");
    let mut paths: Vec<PathBuf> = files.map(|file| file.expect("the folder can be read").path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "pin"));
    paths.sort();
    paths.iter().map(|path| fixture(path)).collect()
}

fn fixture(path: &Path) -> Fixture {
    let name = path.file_stem().and_then(|name| name.to_str()).expect("fixtures have plain names").to_owned();
    let id = name.split('_').next().unwrap_or_default();
    let code = code(id).unwrap_or_else(|| panic!("{name}: there is no code {id}"));
    let lock = fs::read_to_string(path.with_extension("lock")).ok();
    Fixture { code, text: fs::read_to_string(path).expect("the fixture can be read"), name, lock }
}

/// A spec of one text, with a connector beside it where the text has none and is not about that.
fn sources(name: &str, text: &str, alone: bool) -> Sources {
    let mut sources = Sources::default();
    sources.add(name, text);
    if !alone && !text.lines().any(|line| line.trim_start().starts_with("connector ")) {
        sources.add("connector.pin", CONNECTOR);
    }
    sources
}

fn found(sources: &Sources) -> Diagnostics {
    let mut diagnostics = Diagnostics::default();
    linchpin_compiler::check(sources, &mut diagnostics);
    diagnostics
}

fn ids(diagnostics: &Diagnostics, sources: &Sources) -> Vec<&'static str> {
    diagnostics.sorted(sources).iter().map(|one| one.code.id).collect()
}

fn rendered(diagnostics: &Diagnostics, sources: &Sources) -> String {
    diagnostics.sorted(sources).iter().map(|one| full::render(one, sources, false)).collect::<Vec<_>>().join("\n")
}

fn is_alone(code: &Code) -> bool {
    *code == codes::NO_CONNECTOR
}

#[test]
fn each_fixture_raises_its_code_and_nothing_else() {
    let mut wrong = Vec::new();
    for fixture in fixtures() {
        let sources = fixture.sources();
        let diagnostics = found(&sources);
        let raised = ids(&diagnostics, &sources);
        if raised.is_empty() || raised.iter().any(|id| *id != fixture.code.id) {
            wrong.push(format!("{} raises {raised:?}\n{}", fixture.name, rendered(&diagnostics, &sources)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_fixture_is_rendered() {
    for fixture in fixtures() {
        let sources = fixture.sources();
        let text = rendered(&found(&sources), &sources);
        insta::with_settings!({ description => fixture.text.clone(), omit_expression => true, prepend_module_to_snapshot => false,
            snapshot_path => "../errors/rendered" }, { insta::assert_snapshot!(fixture.name.clone(), text) });
    }
}

#[test]
fn each_fix_mends_what_it_is_for() {
    let mut offered = 0;
    for fixture in fixtures() {
        let sources = fixture.sources();
        let diagnostics = found(&sources);
        let (id, source) = sources.iter().next().expect("there is the fixture itself");
        let fixes: Vec<_> = diagnostics.sorted(&sources).into_iter().filter_map(|one| one.fix.as_ref()).collect();
        if fixes.is_empty() {
            continue;
        }
        offered += 1;
        let (mended, applied) = edit::apply(id, &source.text, fixes.iter().copied());
        assert!(applied > 0, "{}: no fix could be applied", fixture.name);
        let sources = fixture.with(&mended);
        let left = found(&sources);
        let raised = ids(&left, &sources);
        let fully = applied == fixes.len();
        assert!(!fully || !raised.contains(&fixture.code.id), "{} is not mended:\n{mended}\n{}", fixture.name, rendered(&left, &sources));
        let only_warnings = left.sorted(&sources).iter().all(|one| one.severity() != linchpin_compiler::diagnostics::Severity::Error);
        assert!(!fully || only_warnings, "{}: the fix breaks something:\n{mended}\n{}", fixture.name, rendered(&left, &sources));
    }
    assert!(offered >= 30, "only {offered} fixtures offer a fix");
}

#[test]
fn each_code_has_a_fixture() {
    let fixtures = fixtures();
    let without: Vec<_> =
        codes::ALL.iter().filter(|code| !fixtures.iter().any(|fixture| fixture.code.id == code.id)).map(|code| code.id).collect();
    assert!(without.is_empty(), "no fixture raises {without:?}");
    assert!(codes::ALL.len() >= 60);
}

#[test]
fn codes_are_in_order_and_distinct() {
    assert!(codes::ALL.windows(2).all(|pair| pair[0].id < pair[1].id));
}

/// An example on a page: what stands behind the three backticks, and its text.
struct PageExample {
    tags: String,
    text: String,
}

fn examples(page: &str) -> Vec<PageExample> {
    let blocks = page.split("```").skip(1).step_by(2);
    let examples = blocks.filter_map(|block| block.split_once('\n'));
    examples.map(|(tags, text)| PageExample { tags: tags.trim().to_owned(), text: text.to_owned() }).collect()
}

/// The lock of a spec.
fn recorded(text: &str) -> String {
    let sources = sources("released.pin", text, false);
    let mut diagnostics = Diagnostics::default();
    let model = linchpin_compiler::check(&sources, &mut diagnostics);
    let model = model.unwrap_or_else(|| panic!("{}", rendered(&diagnostics, &sources)));
    linchpin_compiler::change::lock::record(&model, &sources).text
}

#[test]
fn pages_say_what_is_wrong_and_what_is_right() {
    let mut wrong = Vec::new();
    for code in codes::ALL {
        let examples = examples(code.page);
        if !code.page.starts_with(&format!("# {}: {}\n", code.id, code.title)) {
            wrong.push(format!("{} does not begin with its id and title", code.id));
        }
        if !examples.iter().any(|example| example.tags.contains("wrong")) || !examples.iter().any(|example| example.tags == "pin") {
            wrong.push(format!("{} needs a wrong and a right example", code.id));
        }
        let mut lock = None;
        for example in &examples {
            match example.tags.as_str() {
                // What was released before the examples behind it, as a lock or as the spec that it is of.
                "toml,lock" => lock = Some(example.text.clone()),
                "pin,released" => lock = Some(recorded(&example.text)),
                _ => {}
            }
            if !example.tags.starts_with("pin") || example.tags.contains("released") {
                continue;
            }
            let mut sources = sources("page.pin", &example.text, example.tags.contains("alone"));
            lock.iter().for_each(|lock| sources.add_lock("page.lock", lock));
            let diagnostics = found(&sources);
            let raised = ids(&diagnostics, &sources);
            let expected = example.tags.contains("wrong");
            if expected != raised.contains(&code.id) || !expected && !raised.is_empty() {
                wrong.push(format!("{} ({}) raises {raised:?}\n{}", code.id, example.tags, rendered(&diagnostics, &sources)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What remains of a text that lost a piece: cut short, or without one of its lines or words.
fn damaged(text: &str) -> Vec<String> {
    let cuts = text.char_indices().step_by(5).map(|(at, _)| text[..at].to_owned());
    let lines = (0..text.lines().count())
        .map(|gone| text.lines().enumerate().filter(|(line, _)| *line != gone).map(|(_, line)| format!("{line}\n")).collect());
    let words: Vec<&str> = text.split(' ').collect();
    let words = (0..words.len()).map(|gone| [&words[..gone], &words[gone + 1..]].concat().join(" "));
    cuts.chain(lines).chain(words).collect()
}

#[test]
fn damaged_fixtures_never_panic() {
    for fixture in fixtures() {
        for text in damaged(&fixture.text) {
            let mut sources = sources("damaged.pin", &text, false);
            fixture.lock.iter().for_each(|lock| sources.add_lock("damaged.lock", lock));
            let diagnostics = found(&sources);
            for one in diagnostics.sorted(&sources) {
                assert!(!one.message.is_empty() && !full::render(one, &sources, false).is_empty(), "{}: {text}", fixture.name);
            }
        }
    }
}
