//! What the differ found, written into a spec: every line of some specs is changed in turn, and the change is written back into the spec as
//! it was. No comment is lost, the layout is the canonical one, and where nothing was left to a person both versions are what they were.

use std::fs;
use std::path::{Path, PathBuf};

use linchpin_compiler::change::edit::{Coming, Edited, edit};
use linchpin_compiler::change::findings::Report;
use linchpin_compiler::change::surface::Surface;
use linchpin_compiler::change::{Options, diff, from_spec};
use linchpin_compiler::diagnostics::Diagnostics;
use linchpin_compiler::model::Model;
use linchpin_compiler::model::project::project;
use linchpin_compiler::source::{FileId, Sources};
use linchpin_compiler::syntax::{parse, print};

const CONNECTOR: &str = "connector acme \"Acme\" { server \"https://api.acme.example\" }\n";

/// The fixtures of history and those of the command, each with a comment on every line that can have one.
fn specs() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = root.join("tests/history/undone");
    let entries = fs::read_dir(&folder).expect("the fixtures are there").flatten().map(|entry| entry.path());
    let mut paths: Vec<PathBuf> = entries.filter(|path| path.extension().is_some_and(|end| end == "pin")).collect();
    paths.extend(["shop", "harbor"].map(|name| root.join(format!("../cli/tests/specs/{name}.pin"))));
    paths.sort();
    let read = |path: &PathBuf| {
        let text = fs::read_to_string(path).expect("the fixture is text");
        let text = if text.contains("connector ") { text } else { format!("{text}\n{CONNECTOR}") };
        (path.file_stem().expect("it has a name").to_string_lossy().into_owned(), commented(&text))
    };
    paths.iter().map(read).collect()
}

fn commented(text: &str) -> String {
    let line = |(at, line): (usize, &str)| {
        let bare = line.trim();
        if bare.is_empty() || bare.contains("//") && !bare.contains("://") || bare.starts_with("//") {
            return line.to_owned();
        }
        format!("{line} // remark {at}")
    };
    let text: Vec<String> = text.lines().enumerate().map(line).collect();
    print::format(FileId(0), &text.join("\n"), &mut Diagnostics::default()).expect("a fixture with comments is a spec")
}

fn checked(text: &str) -> Option<(Sources, Model)> {
    let mut sources = Sources::default();
    sources.add("acme.pin", text);
    let model = linchpin_compiler::check(&sources, &mut Diagnostics::default())?;
    Some((sources, model))
}

fn newest((sources, model): &(Sources, Model)) -> Surface {
    from_spec::surface(&project(model, model.apis.len() - 1), sources)
}

/// The spec with one line changed in some way, so far as that is a spec still.
fn mutants(text: &str) -> Vec<String> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let others = [
            String::new(),
            line.replacen("?:", ":", 1),
            line.replacen(": ", "?: ", 1),
            line.replacen(": string", ": int", 1),
            line.replacen(": int", ": float", 1),
            line.replacen(" POST ", " PUT ", 1).replacen("  POST ", "  PUT ", 1),
            line.replacen("/tasks/", "/jobs/", 1),
            line.replacen("= 20", "= 30", 1),
        ];
        for other in others.iter().filter(|other| other.as_str() != *line && !line.trim().is_empty() && !line.trim().starts_with("//")) {
            let text: Vec<&str> = lines.iter().enumerate().map(|(one, line)| if one == at { other.as_str() } else { line }).collect();
            found.push(text.join("\n"));
        }
    }
    found
}

fn comments(text: &str) -> Vec<String> {
    let file = parse(FileId(0), text, &mut Diagnostics::default());
    let mut found: Vec<String> =
        file.comments.iter().map(|one| text[one.span.start as usize..one.span.end as usize].trim_end().to_owned()).collect();
    found.sort();
    found
}

fn edited(old: &(Sources, Model), report: &Report, new: &Surface) -> Result<Edited, String> {
    let coming = Coming { name: "v99".into(), wire: None, released: None, title: "Something else".into() };
    edit(&old.0, report, new, &coming)
}

#[test]
fn what_is_found_is_written_back() {
    let (mut written, mut whole) = (0, 0);
    for (name, text) in specs() {
        let old = checked(&text).unwrap_or_else(|| panic!("{name} does not check\n{text}"));
        let before = newest(&old);
        for mutant in mutants(&text) {
            let Some(new) = checked(&mutant) else { continue };
            let after = newest(&new);
            let report = diff(&before, &after, &Options::default());
            if report.findings.is_empty() {
                continue;
            }
            let edited = edited(&old, &report, &after).unwrap_or_else(|error| panic!("{name}: {error}\n{mutant}"));
            let result = &edited.sources.file(FileId(0)).text;
            let kept = comments(result);
            for comment in comments(&text) {
                assert!(kept.contains(&comment), "{name} loses {comment}\n{result}");
            }
            let again = print::format(FileId(0), result, &mut Diagnostics::default());
            assert_eq!(again.as_ref(), Some(result), "{name}: formatting again changes nothing");
            written += 1;
            let Some(both) = checked(result).filter(|_| edited.left.is_empty()) else { continue };
            whole += 1;
            let version = |at: usize| from_spec::surface(&project(&both.1, at), &both.0);
            let count = both.1.apis.len();
            for (side, ours, theirs) in [("before", version(count - 2), &before), ("after", version(count - 1), &after)] {
                let rest = diff(&ours, theirs, &Options::default());
                let real = |id: &str| !id.starts_with("version-");
                let rest: Vec<_> =
                    rest.findings.iter().filter(|one| real(one.kind.id)).map(|one| format!("{}: {}", one.kind.id, one.message)).collect();
                assert!(rest.is_empty(), "{name}, {side}: {rest:?}\n{result}");
            }
        }
    }
    println!("{written} edits, {whole} of them whole and undone again");
    assert!(whole > 50, "only {whole} of {written} say everything");
}
