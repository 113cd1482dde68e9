//! The lock, by edits of a released spec: what each comes to, the words that are offered for it, and whether they do.

mod skipped;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use linchpin_compiler::change::lock::{self, Locked};
use linchpin_compiler::diagnostics::{Diagnostics, Severity, full};
use linchpin_compiler::source::Sources;
use linchpin_compiler::syntax::edit;

const RELEASED: &str = include_str!("lock/released.pin");
const EDITS: &str = include_str!("lock/edits.txt");
const EVERYTHING: &str = include_str!("export/everything.pin");
const V1: &str = "api v1 at \"v1.0\" { released 2025-10-23 }\n";

/// One edit of the released spec.
struct Edit<'t> {
    title: &'t str,
    replaced: Vec<(String, String)>,
    /// Where no API version is new, and where one is.
    expected: Vec<(&'t str, &'t str)>,
}

fn edits() -> Vec<Edit<'static>> {
    let blocks = EDITS.split("\n= ").skip(1);
    blocks.map(one).collect()
}

fn one(block: &'static str) -> Edit<'static> {
    let (title, rest) = block.split_once('\n').expect("a title and what is expected");
    let lines = |sign: &str| -> Vec<String> {
        let marked = rest.lines().filter_map(|line| line.strip_prefix(sign));
        marked.map(|line| line.strip_prefix(' ').unwrap_or(line).replace("\\n", "\n")).collect()
    };
    let (old, new) = (lines("-"), lines("+"));
    assert_eq!(old.len(), new.len(), "{title}");
    let expected = ["here", "v2"].into_iter().filter_map(|mode| {
        let line = rest.lines().find_map(|line| line.strip_prefix(mode)?.strip_prefix(' '))?;
        Some((mode, line))
    });
    Edit { title, replaced: old.into_iter().zip(new).collect(), expected: expected.collect() }
}

fn sources(text: &str, lock: Option<&str>) -> Sources {
    let mut sources = Sources::default();
    sources.add("acme.pin", text);
    if let Some(lock) = lock {
        sources.add_lock("acme.lock", lock);
    }
    sources
}

/// The lock of a spec, or its mistakes.
fn locked(text: &str, lock: Option<&str>) -> Result<Locked, (Sources, Diagnostics)> {
    let sources = sources(text, lock);
    let mut diagnostics = Diagnostics::default();
    match linchpin_compiler::check(&sources, &mut diagnostics) {
        Some(model) => Ok(lock::record(&model, &sources)),
        None => Err((sources, diagnostics)),
    }
}

fn shown((sources, diagnostics): &(Sources, Diagnostics)) -> String {
    diagnostics.sorted(sources).iter().map(|one| full::render(one, sources, false)).collect::<Vec<_>>().join("\n")
}

fn must_lock(text: &str, lock: Option<&str>) -> Locked {
    locked(text, lock).unwrap_or_else(|wrong| panic!("{}", shown(&wrong)))
}

/// What an edit comes to, in the words of the list, and what is said.
fn outcome(text: &str, released: &str) -> (String, String) {
    let wrong = match locked(text, Some(released)) {
        Ok(locked) if locked.text == released => return ("same".to_owned(), String::new()),
        Ok(_) => return ("added".to_owned(), String::new()),
        Err(wrong) => wrong,
    };
    let first = wrong.1.sorted(&wrong.0)[0];
    let code = first.code.id;
    let mut said = format!("{}\n", first.message);
    first.help.iter().for_each(|help| writeln!(said, "{help}").expect("text can be written"));
    let mended = mended(text.to_owned(), released);
    let end = if mended.is_some() { "mended" } else { "more" };
    (format!("{code} {end}"), said)
}

/// The spec with all that is offered written into it, if that makes it right. What is offered may need more words in turn.
fn mended(mut text: String, released: &str) -> Option<String> {
    for _ in 0..5 {
        let (sources, diagnostics) = match locked(&text, Some(released)) {
            Ok(_) => return Some(text),
            Err(wrong) => wrong,
        };
        let (id, _) = sources.iter().next()?;
        let errors = diagnostics.sorted(&sources).into_iter().filter(|one| one.severity() == Severity::Error);
        let fixes: Vec<_> = errors.filter_map(|one| one.fix.as_ref()).collect();
        let (next, applied) = edit::apply(id, &text, fixes);
        if applied == 0 {
            return None;
        }
        text = next;
    }
    None
}

#[test]
fn each_edit_comes_to_what_the_list_says() {
    let released = must_lock(RELEASED, None).text;
    let mut wrong = String::new();
    let mut told = String::new();
    let edits = edits();
    assert!(edits.len() >= 60, "{}", edits.len());
    for edit in &edits {
        let mut text = RELEASED.to_owned();
        for (old, new) in &edit.replaced {
            assert!(text.contains(old.as_str()), "{}: nothing reads `{old}`", edit.title);
            text = text.replacen(old, new, 1);
        }
        for (mode, expected) in &edit.expected {
            let text = match *mode {
                "v2" => {
                    text.replacen("{ released 2025-10-23 }\n", "{ released 2025-10-23 }\napi v2 at \"v2.0\" { released 2026-05-08 }\n", 1)
                }
                _ => text.clone(),
            };
            let (came, said) = outcome(&text, &released);
            if came != *expected {
                writeln!(wrong, "{} ({mode}): {came}, not {expected}\n{said}", edit.title).expect("text can be written");
            }
            if !said.is_empty() {
                writeln!(told, "== {} ({mode}): {came}\n{said}", edit.title).expect("text can be written");
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false, snapshot_path => "lock" }, {
        insta::assert_snapshot!("words", told);
    });
}

#[test]
fn the_lock_reads_like_a_spec() {
    let released = must_lock(RELEASED, None);
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false, snapshot_path => "lock" }, {
        insta::assert_snapshot!("released", released.text);
    });
    assert_eq!(must_lock(RELEASED, Some(&released.text)).text, released.text);
}

/// The spec after an edit is mended, and its lock.
/// How a call is made is the spec's own: nothing that was stored for a module, or written against it, depends on that.
#[test]
fn how_a_call_is_made_is_not_recorded() {
    let lock = must_lock(EVERYTHING, None).text;
    for (was, is) in [
        ("every 500ms up to 1m", "every 2s"),
        ("of 10MiB multiple", "of 20MiB multiple"),
        ("nodes { id note }", "nodes { id note pinned }"),
    ] {
        let edited = EVERYTHING.replacen(was, is, 1);
        assert_ne!(edited, EVERYTHING, "{was}");
        assert_eq!(must_lock(&edited, Some(&lock)).text, lock, "{was}");
    }
    for (was, is) in [("cost 5 read", "cost 7 read"), ("at most 2h 99 times", "at most 3h")] {
        let edited = EVERYTHING.replacen(was, is, 1);
        assert_ne!(edited, EVERYTHING, "{was}");
        assert_ne!(must_lock(&edited, Some(&lock)).text, lock, "`{was}` is recorded");
    }
}

fn followed(old: &str, new: &str, lock: &str, text: &str) -> (String, String) {
    assert!(text.contains(old), "nothing reads `{old}`");
    let text = mended(text.replacen(old, new, 1), lock).expect("the words that are offered mend it");
    let locked = must_lock(&text, Some(lock)).text;
    assert_eq!(must_lock(&text, Some(&locked)).text, locked, "locking twice changes nothing");
    (text, locked)
}

#[test]
fn older_revisions_stay_recorded_with_their_types() {
    let released = must_lock(RELEASED, None).text;
    let (text, lock) = followed("street: string  zip?: string", "street: string", &released, RELEASED);
    for line in ["[module.\"create_project @1\"]", "[module.\"create_project @2\"]", "[type.\"Address~1\"]", "type = \"Address~1\""] {
        assert!(lock.contains(line), "{line}: {lock}");
    }
    let (text, lock) = followed("note?:    string", "remark?:  string", &lock, &text);
    assert!(lock.contains("[module.\"create_project @3\"]") && lock.contains("[module.\"create_project @2\"]"), "{lock}");
    // What the first revision was is still known: a block that says otherwise is wrong.
    let forgets = text.replacen("from @1 {", "from @1 { was team: bool  drop was.team because \"no\" ", 1);
    let (sources, diagnostics) = locked(&forgets, Some(&lock)).expect_err("revision 1 had no team");
    assert!(diagnostics.sorted(&sources).iter().any(|one| one.code.id == "P1011"), "{}", shown(&(sources, diagnostics)));
}

#[test]
fn a_new_version_changes_only_what_it_changes() {
    let released = must_lock(RELEASED, None).text;
    let v2 = format!(
        "{V1}api v2 at \"v2.0\" {{ released 2026-05-08 }}\n\nchange v2 \"No mail\" {{ remove Person.mail?: string use none \"gone\" }}\n"
    );
    let text = RELEASED.replacen(V1, &v2, 1).replacen("  mail?: string", "", 1);
    let lock = must_lock(&text, Some(&released)).text;
    let old: Vec<&str> = released.lines().collect();
    let new: Vec<&str> = lock.lines().filter(|line| !old.contains(line)).collect();
    assert_eq!(new, ["v2 = \"v2.0\"", "[type.\"Person on ..v1\"]", "[type.\"Person on v2..\"]"]);
}

#[test]
fn a_lower_revision_is_an_error() {
    let two =
        RELEASED.replacen("action archive @1", "action archive @2", 1).replacen("  answers { 204", "  from @1 { }\n  answers { 204", 1);
    let released = must_lock(&two, None).text;
    let (sources, diagnostics) = locked(RELEASED, Some(&released)).expect_err("the revision went back");
    assert_eq!(diagnostics.sorted(&sources)[0].code.id, "P1005", "{}", shown(&(sources.clone(), diagnostics.clone())));
}

/// A folder of its own; gone at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("linchpin-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder for tests");
        Self(folder)
    }

    fn file(&self, name: &str, text: &str) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, text).expect("a file for tests");
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// What git makes of three texts, and whether it could; none where there is no git.
fn merged(base: &str, ours: &str, theirs: &str) -> Option<(String, bool)> {
    let folder = Folder::new("merge");
    let paths = [folder.file("ours", ours), folder.file("base", base), folder.file("theirs", theirs)];
    let done = Command::new("git").args(["merge-file", "-p"]).args(paths.iter().map(Path::new)).output().ok()?;
    Some((String::from_utf8(done.stdout).expect("text"), done.status.success()))
}

#[test]
fn locks_of_two_branches_merge() {
    let released = must_lock(RELEASED, None).text;
    let ours = RELEASED.replacen("mail?: string", "mail?: string  phone?: string", 1);
    let theirs = RELEASED.replacen("group teams {", "action ping @1 \"Ping\" { GET \"/ping\" }\n\ngroup teams {", 1);
    let both = ours.replacen("group teams {", "action ping @1 \"Ping\" { GET \"/ping\" }\n\ngroup teams {", 1);
    let lock = |text: &str| must_lock(text, Some(&released)).text;
    let Some((text, clean)) = merged(&released, &lock(&ours), &lock(&theirs)) else {
        skipped::skipped("the merge of locks", "there is no git");
        return;
    };
    assert!(clean, "{text}");
    assert_eq!(text, lock(&both), "the merge is what locking both would give");
}

#[test]
fn a_conflict_is_said_as_such_at_its_place() {
    let released = must_lock(RELEASED, None).text;
    let ours = must_lock(&RELEASED.replacen("mail?: string", "mail?: string  phone?: string", 1), Some(&released)).text;
    let theirs = must_lock(&RELEASED.replacen("mail?: string", "mail?: string  phone?: int", 1), Some(&released)).text;
    let Some((text, clean)) = merged(&released, &ours, &theirs) else {
        skipped::skipped("the merge of locks", "there is no git");
        return;
    };
    assert!(!clean);
    let (sources, diagnostics) = locked(RELEASED, Some(&text)).expect_err("the merge is not finished");
    let found = diagnostics.sorted(&sources);
    assert_eq!(found.iter().map(|one| one.code.id).collect::<Vec<_>>(), ["P1002"], "{text}");
    assert!(sources.text(found[0].span()).starts_with("<<<<<<<"));
    assert!(sources.text(found[0].labels[1].span).starts_with(">>>>>>>"));
}

#[test]
fn a_damaged_lock_is_read_or_reported() {
    let released = must_lock(RELEASED, None).text;
    let lines: Vec<&str> = released.lines().collect();
    for gone in 0..lines.len() {
        let text: String = lines.iter().enumerate().filter(|(line, _)| *line != gone).map(|(_, line)| format!("{line}\n")).collect();
        let _ = locked(RELEASED, Some(&text));
    }
    for (at, _) in released.char_indices().step_by(37) {
        let cut = &released[..at];
        let _ = locked(RELEASED, Some(cut));
        let _ = locked(RELEASED, Some(&format!("{cut}{}", &released[(at + 5).min(released.len())..])));
    }
    let (sources, diagnostics) = locked(RELEASED, Some("")).expect_err("nothing is in it");
    assert_eq!(diagnostics.sorted(&sources)[0].code.id, "P1001");
}
