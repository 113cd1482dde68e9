//! The change blocks of a spec and the differ agree: what differs between two of its versions is what is declared for them, no more and no
//! less. Tried on the fixtures of history, on the connectors that have versions, and on random histories.

#[path = "history/published.rs"]
mod published;

use published::{Names, Published};

use std::fs;
use std::path::{Path, PathBuf};

use linchpin_compiler::change::declared::{self, Declared};
use linchpin_compiler::change::findings::{Finding, Report};
use linchpin_compiler::change::{Options, diff, from_spec, told};
use linchpin_compiler::diagnostics::Diagnostics;
use linchpin_compiler::model::Model;
use linchpin_compiler::model::project::project;
use linchpin_compiler::source::Sources;

const EVERYTHING: &str = include_str!("export/everything.pin");
const CONNECTOR: &str = "connector acme \"Acme\" { server \"https://api.acme.example\" }\n";

struct Spec {
    name: String,
    sources: Sources,
    model: Model,
}

fn spec(name: &str, files: &[PathBuf]) -> Spec {
    let mut sources = Sources::default();
    let mut whole = String::new();
    for file in files {
        let text = fs::read_to_string(file).expect("specs can be read");
        whole += &text;
        sources.add(file.file_name().expect("it has a name").to_string_lossy(), text);
    }
    if !whole.contains("connector ") {
        sources.add("connector.pin", CONNECTOR);
    }
    let mut diagnostics = Diagnostics::default();
    let model = linchpin_compiler::check(&sources, &mut diagnostics).unwrap_or_else(|| panic!("{name} does not check"));
    Spec { name: name.to_owned(), sources, model }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())).flatten();
    let mut found: Vec<PathBuf> =
        entries.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|end| end == "pin")).collect();
    found.sort();
    assert!(!found.is_empty(), "{} holds no specs", folder.display());
    found
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

impl Spec {
    fn report(&self, old: usize, new: usize) -> (Report, Vec<Declared>) {
        let surface = |version| from_spec::surface(&project(&self.model, version), &self.sources);
        let mut report = diff(&surface(old), &surface(new), &Options::default());
        let declared = told::between(&self.model, old, new);
        let unseen = declared::join(&mut report, &declared, &self.sources).into_iter().cloned().collect();
        (report, unseen)
    }
}

fn is_declared(finding: &Finding) -> bool {
    finding
        .evidence
        .as_ref()
        .is_some_and(|one| one.confidence == 100 && one.reasons.iter().any(|reason| reason.starts_with("declared for")))
}

/// What shows nowhere, and why that is right.
const INVISIBLE: &[(&str, &str, &str)] = &[
    ("undone/swapped", "Size.small", "our names for two values swap, on the wire nothing does"),
    ("undone/swapped", "Size.large", "likewise"),
];

/// Specs whose differences are said by another means than `change`, and by which.
const ELSEWHERE: &[(&str, &str)] =
    &[("undone/revisions", "`from @1 on v1, v2` says what that version had"), ("followed/versions", "likewise")];

impl Spec {
    /// Is it marked with versions where it is written: `esm_id?: string on v22..`, an item's head above its call included?
    fn is_marked(&self, finding: &Finding) -> bool {
        [&finding.old, &finding.new].into_iter().filter_map(|side| side.place).any(|place| {
            let file = self.sources.file(place.file);
            let mut lines = file.text[..place.start as usize].lines().rev();
            let rest = file.text[place.start as usize..].lines().next().unwrap_or_default();
            let begun = lines.next().unwrap_or_default();
            let whole = finding.kind.id.starts_with("operation-");
            let head = lines.find(|line| !line.is_empty() && !line.starts_with(' ')).filter(|_| whole).unwrap_or_default();
            format!("{begun}{rest}").contains(" on v") || head.contains(" on v")
        })
    }
}

/// What nothing declares, and what shows nowhere.
fn strays(spec: &Spec) -> Vec<String> {
    let mut strays = Vec::new();
    for new in 1..spec.model.apis.len() {
        let (report, unseen) = spec.report(new - 1, new);
        let version = &spec.model.apis[new].name;
        for finding in report
            .findings
            .iter()
            .filter(|finding| !is_declared(finding) && !spec.is_marked(finding) && !finding.kind.id.starts_with("version-"))
        {
            let side = |side: &linchpin_compiler::change::findings::Side| format!("{:?} {:?} {:?}", side.text, side.spec_name, side.path);
            let sites = finding.sites.first().map(|site| site.text()).unwrap_or_default();
            strays.push(format!(
                "{} {version}: undeclared {} | {} | {} | {} | {sites}",
                spec.name,
                finding.kind.id,
                finding.message,
                side(&finding.old),
                side(&finding.new)
            ));
        }
        // A type shows where something uses it, and its uses are declared themselves.
        let is_type = |one: &&Declared| !one.subject.contains('.') && one.exchanges.is_empty();
        let is_known = |one: &&Declared| INVISIBLE.iter().any(|(name, subject, _)| *name == spec.name && *subject == one.subject);
        strays.extend(
            unseen
                .iter()
                .filter(|one| !is_type(one) && !is_known(one))
                .map(|one| format!("{} {version}: unseen {} {:?} {:?}", spec.name, one.subject, one.verb, one.exchanges)),
        );
    }
    strays
}

#[test]
fn versions_of_a_spec_differ_as_it_declares() {
    let mut found = Vec::new();
    for kind in ["undone", "followed"] {
        for file in files(&root().join("tests/history").join(kind)) {
            let name = file.file_stem().expect("it has a name").to_string_lossy().into_owned();
            let name = format!("{kind}/{name}");
            if ELSEWHERE.iter().all(|(other, _)| *other != name) {
                found.extend(strays(&spec(&name, &[file])));
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn workfronts_past_differs_as_it_is_declared() {
    let found = strays(&spec("workfront", &files(&root().join("../connectors/specs/workfront"))));
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// How many are tried: more where there is time for them.
fn histories(usual: u64) -> u64 {
    std::env::var("LINCHPIN_HISTORIES").ok().and_then(|count| count.parse().ok()).unwrap_or(usual)
}

/// The strays of random histories, and how many changes they declare.
fn random_strays(names: Names) -> (Vec<String>, usize) {
    let (mut found, mut declared) = (Vec::new(), 0);
    for seed in 0..histories(150) {
        let Published { text, versions } = published::published(seed, names);
        let mut sources = Sources::default();
        sources.add("published.pin", text.as_str());
        let files = linchpin_compiler::syntax::parse_all(&sources, &mut Diagnostics::default());
        let model = linchpin_compiler::model::resolve(&files, &sources, &mut Diagnostics::default());
        let spec = Spec { name: format!("seed {seed}"), sources, model };
        assert_eq!(spec.model.apis.len(), versions.len(), "{text}");
        declared += spec.model.changes.iter().map(|change| change.differences.len()).sum::<usize>();
        let strays = strays(&spec);
        found.extend(strays);
    }
    (found, declared)
}

/// A guess may stand against what is told: where something is gone and something else got a new name, the one may pass for the other. And
/// what is called as something else was in the version before is that, as far as the differ sees.
#[test]
fn random_histories_differ_as_they_are_declared() {
    for (names, most_in_a_hundred) in [(Names::Apart, 1), (Names::Reused, 5)] {
        let (strays, declared) = random_strays(names);
        assert!(declared > 1000, "only {declared}");
        assert!(strays.len() * 100 <= declared * most_in_a_hundred, "{} of {declared}:\n{}", strays.len(), strays.join("\n"));
    }
}

/// How a spec makes a call is its own, and no change of the API.
#[test]
fn how_a_call_is_made_is_no_finding() {
    let surface = |text: &str| {
        let mut sources = Sources::default();
        sources.add("everything.pin", text);
        let model = linchpin_compiler::check(&sources, &mut Diagnostics::default()).expect("it checks");
        from_spec::surface(&project(&model, model.apis.len() - 1), &sources)
    };
    let released = surface(EVERYTHING);
    for (was, is) in [
        ("every 500ms up to 1m", "every 2s"),
        ("of 10MiB multiple", "of 20MiB multiple"),
        ("nodes { id note }", "nodes { id note pinned }"),
        ("cost 5 read", "cost 7 read"),
    ] {
        let edited = EVERYTHING.replacen(was, is, 1);
        assert_ne!(edited, EVERYTHING, "{was}");
        let report = diff(&released, &surface(&edited), &Options::default());
        assert!(report.findings.is_empty(), "{was}: {}", report.findings[0].kind.id);
    }
    // How long a call may take is noticed by whoever makes it.
    let longer = surface(&EVERYTHING.replacen("at most 2h 99 times", "at most 3h", 1));
    let kinds: Vec<&str> = diff(&released, &longer, &Options::default()).findings.iter().map(|one| one.kind.id).collect();
    assert_eq!(kinds, ["wait-changed"]);
}
