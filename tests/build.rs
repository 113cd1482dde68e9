//! Compiles the specs of `golden/` and of `specs/`, and those that the documentation shows under a name (```` ```pin acme.pin ````).

#[path = "src/snippets.rs"]
#[allow(dead_code, unreachable_pub, reason = "the library of this package uses the rest")]
mod snippets;

use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    // The dates in these specs are to be read, not heeded: a build of the tests warns of nothing, whatever the day.
    let build = || linchpin_compiler::Build::new().today("2020-01-01");
    build().specs("golden").run();
    build().specs("specs").run();
    let out_dir = || PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    build().specs("../connectors/specs").by_feature().out_dir(out_dir().join("by_feature")).run();
    let parts = out_dir().join("parts");
    build().specs("../connectors/specs").only(["slack/files/upload", "github/issues/*", "stripe/get_charge"]).out_dir(parts).run();
    let shown = out_dir().join("shown");
    fs::create_dir_all(&shown)?;
    for document in ["../README.md", "../docs/first-connector.md", "../docs/triggers.md", "../docs/long-work.md", "../docs/jobs.md"] {
        println!("cargo::rerun-if-changed={document}");
        save_specs(document, &shown)?;
    }
    build().specs(shown).run();
    Ok(())
}

fn save_specs(document: &str, folder: &Path) -> io::Result<()> {
    let text = fs::read_to_string(document)?;
    for snippet in snippets::snippets(document, &text).iter().filter(|snippet| snippet.is("pin")) {
        if let Some(name) = snippet.words().find(|word| word.ends_with(".pin")) {
            fs::write(folder.join(name), &snippet.text)?;
        }
    }
    Ok(())
}
