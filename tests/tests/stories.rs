//! Changes that owners of real APIs made, from end to end: each folder of `stories/` holds a spec before and after the edit that
//! follows one, a stored scenario before and after its upgrade, what the plan says, and what rustc says to a caller that moves on.
//!
//! `LINCHPIN_STORIES=write` writes what is said now into the folders, to be read and committed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::{env, fs};

use linchpin_compiler::build_script::load;
use linchpin_compiler::diagnostics::full;
use linchpin_compiler::{Compiled, compile};
use serde_json::Value;

/// One folder.
struct Story {
    name: String,
    folder: PathBuf,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests crate lies in the workspace").to_owned()
}

fn stories() -> Vec<Story> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("stories");
    let entries = fs::read_dir(&folder).expect("there are stories").map(|entry| entry.expect("a folder can be read").path());
    let mut stories: Vec<Story> = entries
        .filter(|path| path.is_dir())
        .map(|folder| Story { name: folder.file_name().expect("it has a name").to_string_lossy().into_owned(), folder })
        .collect();
    stories.sort_by(|one, other| one.name.cmp(&other.name));
    assert!(stories.len() >= 5, "only {} stories", stories.len());
    stories
}

impl Story {
    fn read(&self, file: &str) -> String {
        let path = self.folder.join(file);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// The Rust of one of its specs, or what is wrong with it.
    fn compiled(&self, file: &str) -> Result<String, String> {
        let sources = load(&self.folder.join(file)).map_err(|error| error.to_string())?;
        let Compiled { module, diagnostics, .. } = compile(&sources);
        let mistakes: String = diagnostics.sorted(&sources).into_iter().map(|one| full::render(one, &sources, false)).collect();
        module.map(|module| module.text).filter(|_| mistakes.is_empty()).ok_or(mistakes)
    }

    fn rust(&self, file: &str) -> String {
        self.compiled(file).unwrap_or_else(|mistakes| panic!("{mistakes}"))
    }

    /// Compares with what is kept in a file, or writes it there.
    fn keeps(&self, file: &str, now: &str) -> Result<(), String> {
        let path = self.folder.join(file);
        if env::var_os("LINCHPIN_STORIES").is_some_and(|value| value == "write") {
            fs::write(&path, now).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        }
        let kept = fs::read_to_string(&path).unwrap_or_default();
        if kept == now { Ok(()) } else { Err(format!("── {}/{file} ──\n{kept}\n── is now ──\n{now}", self.name)) }
    }
}

fn none_of(wrong: &[String]) {
    assert!(wrong.is_empty(), "{}\n\n`LINCHPIN_STORIES=write` writes it anew", wrong.join("\n\n"));
}

#[test]
fn the_specs_are_right_before_and_after_the_edit() {
    let files = ["before.pin", "after.pin"];
    let wrong: Vec<String> = stories().iter().flat_map(|story| files.map(|file| story.compiled(file))).filter_map(Result::err).collect();
    none_of(&wrong);
}

mod scenarios {
    //! Stored scenarios, by the command that people use.

    use super::*;

    #[test]
    fn follow_the_edit() {
        let command = command();
        let scratch = scratch("scenarios");
        let mut wrong = Vec::new();
        for story in stories() {
            let folder = scratch.join(&story.name);
            fs::create_dir_all(&folder).expect("a folder for the test");
            let before = story.read("scenario.before.json");
            for (from, to) in [("scenario.before.json", "scenario.json"), ("after.pin", "after.pin")] {
                fs::write(folder.join(to), story.read(from)).expect("a file for the test");
            }
            let upgrade = |more: &[&str]| said(&command, &folder, more);
            let plan = upgrade(&["--plan"]);
            assert_eq!(fs::read_to_string(folder.join("scenario.json")).expect("it was written"), before, "a plan writes nothing");
            wrong.extend(story.keeps("plan.txt", &plan).err());

            upgrade(&[]);
            let after = fs::read_to_string(folder.join("scenario.json")).expect("it was written");
            wrong.extend(story.keeps("scenario.after.json", &after).err());
            let kept = fs::read_to_string(folder.join("scenario.json.bak")).ok();
            assert_eq!(kept, (before != after).then_some(before), "{}: what it was is kept, where something changed", story.name);

            upgrade(&[]);
            let again = fs::read_to_string(folder.join("scenario.json")).expect("it was written");
            assert_eq!(again, after, "{}: what was upgraded is upgraded", story.name);
        }
        none_of(&wrong);
    }

    /// What `linchpin upgrade` says. A scenario that it cannot read fails the test.
    fn said(command: &Path, folder: &Path, more: &[&str]) -> String {
        let mut upgrade = Command::new(command);
        let output = upgrade.args(["upgrade", "scenario.json", "--spec", "after.pin"]).args(more).current_dir(folder).output();
        let output = output.expect("the command runs");
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(errors.is_empty() && output.status.code().is_some_and(|code| code < 2), "{}: {errors}", folder.display());
        String::from_utf8(output.stdout).expect("it speaks UTF-8")
    }

    /// The `linchpin` command, built as this test was.
    fn command() -> PathBuf {
        let built = cargo(&root(), &["build", "-p", "linchpin-cli", "--bin", "linchpin"]);
        let executable = |line: Value| line["executable"].as_str().map(PathBuf::from);
        messages(&built).filter_map(executable).last().expect("the command was built")
    }
}

mod callers {
    //! Programs that call a connector, when their `use` line moves to the spec after the edit.

    use super::*;

    /// A connector and a program that calls it.
    struct Program {
        story: String,
        connector: String,
        caller: String,
    }

    #[test]
    fn are_told_by_rustc_what_changed() {
        let stories = stories();
        let before: Vec<Program> = stories
            .iter()
            .map(|story| Program { story: story.name.clone(), connector: story.rust("before.pin"), caller: story.read("caller.rs") })
            .collect();
        let said = rustc(&before);
        assert!(said.is_empty(), "callers are right before the edit: {said:#?}");

        let mut after: Vec<Program> =
            before.into_iter().zip(&stories).map(|(program, story)| Program { connector: story.rust("after.pin"), ..program }).collect();
        let with_versions: Vec<&Program> = after.iter().filter(|one| moved(&one.caller, &one.connector) != one.caller).collect();
        let staying = rustc(with_versions.iter().copied());
        let broken: Vec<_> = staying.iter().filter(|(_, said)| said.iter().any(|message| message.starts_with("error"))).collect();
        assert!(broken.is_empty(), "who stays with the older version is not broken: {broken:#?}");
        let with_versions: Vec<String> = with_versions.into_iter().map(|program| program.story.clone()).collect();

        after.iter_mut().for_each(|program| program.caller = moved(&program.caller, &program.connector));
        let mut said = rustc(&after);
        said.retain(|_, messages| messages.iter().any(|message| message.starts_with("error")));
        // Where anything is wrong, rustc does not get as far as warnings: the others are looked at again without it.
        after.retain(|program| !said.contains_key(&program.story));
        said.extend(rustc(&after));
        let mut wrong = Vec::new();
        for story in &stories {
            let words = |said: &BTreeMap<String, Vec<String>>| {
                said.get(&story.name).map_or_else(|| "rustc has nothing to say.\n".to_owned(), |all| all.join("\n"))
            };
            let told = match with_versions.contains(&story.name) {
                true => format!("── on the older version ──\n\n{}\n── moved to the newer ──\n\n{}", words(&staying), words(&said)),
                false => words(&said),
            };
            wrong.extend(story.keeps("rustc.txt", &told).err());
        }
        none_of(&wrong);
    }

    /// A caller whose `use` line names the newest version of the connector.
    fn moved(caller: &str, connector: &str) -> String {
        let newest = connector.lines().filter_map(|line| line.strip_prefix("    pub mod ")?.strip_suffix(" {")).rfind(is_version);
        let Some(newest) = newest else { return caller.to_owned() };
        let line = |line: &str| {
            let parts = line.split("::").map(|part| if line.starts_with("use super::") && is_version(&part) { newest } else { part });
            parts.collect::<Vec<_>>().join("::") + "\n"
        };
        caller.lines().map(line).collect()
    }

    /// `v21`, `v2026_03_10`
    fn is_version(name: &&str) -> bool {
        name.strip_prefix('v').is_some_and(|rest| rest.starts_with(|letter: char| letter.is_ascii_digit()))
    }

    /// What rustc says to each caller, all of them in one crate.
    fn rustc<'p>(programs: impl IntoIterator<Item = &'p Program>) -> BTreeMap<String, Vec<String>> {
        let folder = scratch("callers");
        let runtime = root().join("runtime");
        let manifest = format!(
            "[package]\nname = \"stories\"\nversion = \"0.0.0\"\nedition = \"2024\"\npublish = false\n\n[dependencies]\n\
             linchpin-runtime = {{ path = {:?} }}\n\n[profile.dev]\ndebug = \"line-tables-only\"\n\n[workspace]\n",
            runtime.display().to_string()
        );
        fs::create_dir_all(folder.join("src")).expect("a folder for the test");
        fs::write(folder.join("Cargo.toml"), manifest).expect("a file for the test");
        // The same versions of what the runtime depends on, so that nothing is fetched.
        fs::copy(root().join("Cargo.lock"), folder.join("Cargo.lock")).expect("the workspace has a lock file");
        let mut library = String::new();
        for Program { story, connector, caller } in programs {
            library
                .push_str(&format!("pub mod story_{story} {{\n    include!(\"story_{story}/connector.rs\");\n    pub mod caller;\n}}\n"));
            let inner = folder.join(format!("src/story_{story}"));
            fs::create_dir_all(&inner).expect("a folder for the test");
            fs::write(inner.join("connector.rs"), connector).expect("a file for the test");
            fs::write(inner.join("caller.rs"), caller).expect("a file for the test");
        }
        fs::write(folder.join("src/lib.rs"), library).expect("a file for the test");
        let checked = cargo(&folder, &["check", "--offline"]);
        let mut said: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let mut seen = BTreeSet::new();
        for message in messages(&checked).filter(|line| line["reason"] == "compiler-message") {
            let Some((story, text)) = in_caller(&message["message"]) else { continue };
            if seen.insert((story.clone(), text.clone())) {
                said.entry(story).or_default().push(text);
            }
        }
        let stderr = String::from_utf8_lossy(&checked.stderr);
        assert!(checked.status.success() || !said.is_empty(), "{stderr}");
        said
    }

    /// A message about a caller, as rustc says it, without what it shows of generated code. Any other message fails the test.
    fn in_caller(message: &Value) -> Option<(String, String)> {
        let spans = message["spans"].as_array()?;
        let span = spans.iter().find(|span| span["is_primary"] == true)?;
        let file = span["file_name"].as_str()?;
        let story = file.strip_prefix("src/story_").and_then(|rest| rest.strip_suffix("/caller.rs"));
        let story = story.unwrap_or_else(|| panic!("rustc speaks of generated code: {}", message["rendered"]));
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let code =
            message["code"]["code"].as_str().filter(|code| code.starts_with('E')).map_or_else(String::new, |code| format!("[{code}]"));
        let mut said = format!("{}{code}: {}\n", text(&message["level"]), text(&message["message"]));
        let line = span["line_start"].as_u64()?.to_string();
        let shown = text(&span["text"][0]["text"]);
        let column = |name: &str| span["text"][0][name].as_u64().unwrap_or(1) as usize;
        let (start, end) = (column("highlight_start"), column("highlight_end"));
        let label = text(&span["label"]);
        let gutter = " ".repeat(line.len());
        said.push_str(&format!("{gutter}--> caller.rs:{line}:{start}\n{line} | {shown}\n"));
        let marker = "^".repeat(end.saturating_sub(start).max(1));
        said.push_str(format!("{gutter} | {}{marker} {label}", " ".repeat(start - 1)).trim_end());
        said.push('\n');
        for child in message["children"].as_array().into_iter().flatten() {
            let place = |span: &Value| span["file_name"].as_str().is_some_and(|file| !file.ends_with("caller.rs"));
            let elsewhere = child["spans"].as_array().is_some_and(|spans| spans.iter().any(place));
            let words = text(&child["message"]).lines().map(str::trim).collect::<Vec<_>>().join(" ");
            if !elsewhere && !words.contains("#[warn(") {
                said.push_str(&format!("{gutter} = {}: {words}\n", text(&child["level"])));
            }
        }
        // Which names rustc writes with their paths depends on what else it has seen.
        Some((story.to_owned(), said.replace("std::convert::", "")))
    }
}

/// A folder for the test below cargo's own, where built things stay from one run to the next.
fn scratch(name: &str) -> PathBuf {
    let folder = target().join("stories").join(name);
    if name != "callers" {
        let _ = fs::remove_dir_all(&folder);
    }
    folder
}

fn target() -> PathBuf {
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |folder| root().join(folder))
}

/// Runs cargo, and gives what it says as JSON, a line for each message.
fn cargo(folder: &Path, arguments: &[&str]) -> Output {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(arguments).args(["--quiet", "--message-format", "json"]).current_dir(folder);
    cargo.env("CARGO_TARGET_DIR", target()).output().expect("cargo runs")
}

fn messages(output: &Output) -> impl Iterator<Item = Value> {
    output.stdout.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok())
}
