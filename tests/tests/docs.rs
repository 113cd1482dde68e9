//! Every `.pin` block of the documentation compiles, and none of the documents names a file that is not there. The Rust blocks
//! are doctests of this crate.

use linchpin_compiler::diagnostics::{Diagnostics, full};
use linchpin_compiler::source::Sources;
use linchpin_tests::snippets::{Snippet, snippets};
use std::path::{Path, PathBuf};

const HEADER: &str = "connector example \"Example\" {\n  server \"https://api.example.com\"\n}\n\n";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests crate lies in the workspace").to_owned()
}

fn documents() -> Vec<(String, String)> {
    let mut paths: Vec<_> = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"].map(PathBuf::from).into();
    let docs = std::fs::read_dir(root().join("docs")).expect("there is a docs folder");
    paths.extend(
        docs.flatten()
            .map(|entry| Path::new("docs").join(entry.file_name()))
            .filter(|path| path.extension().is_some_and(|end| end == "md")),
    );
    paths.sort();
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(root().join(&path)).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        (path.display().to_string(), text)
    };
    paths.into_iter().map(read).collect()
}

/// The mistakes of a block, rendered; empty when it compiles.
fn mistakes(snippet: &Snippet) -> String {
    let whole = snippet.text.contains("connector ");
    let mut sources = Sources::default();
    sources
        .add(format!("{}:{}", snippet.file, snippet.line), if whole { snippet.text.clone() } else { format!("{HEADER}{}", snippet.text) });
    let mut diagnostics = Diagnostics::default();
    linchpin_compiler::check(&sources, &mut diagnostics);
    let errors =
        diagnostics.sorted(&sources).into_iter().filter(|one| whole || one.severity() == linchpin_compiler::diagnostics::Severity::Error);
    errors.map(|one| full::render(one, &sources, false)).collect()
}

#[test]
fn every_pin_block_compiles() {
    let mut wrong = String::new();
    let mut count = 0;
    for (file, text) in documents() {
        for snippet in snippets(&file, &text).into_iter().filter(|snippet| snippet.is("pin")) {
            count += 1;
            let found = mistakes(&snippet);
            if found.is_empty() == snippet.words().any(|word| word == "wrong") {
                wrong.push_str(&format!("{}:{}\n{found}\n", snippet.file, snippet.line));
            }
        }
    }
    assert!(count >= 10, "only {count} blocks were found");
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn links_between_documents_lead_somewhere() {
    let mut wrong = Vec::new();
    for (file, text) in documents() {
        let folder = Path::new(&file).parent().unwrap_or(Path::new("")).to_owned();
        let prose: String = text.split("```").step_by(2).flat_map(|text| text.split('`').step_by(2)).collect();
        for link in prose.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let path = link.split('#').next().unwrap_or(link);
            if !path.is_empty() && !path.contains("://") && !root().join(&folder).join(path).exists() {
                wrong.push(format!("{file}: {link}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
