//! The 64 kinds of API change, by example: for each a pair of small descriptions or specs in `tests/changes/<row>_<what>/`, and what the
//! differ finds, as people see it. What no two descriptions can show is declared.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use linchpin_compiler::change::declared::{self, Declared, Verb};
use linchpin_compiler::change::findings::Report;
use linchpin_compiler::change::surface::{NOWHERE, Surface};
use linchpin_compiler::change::{Options, diff, from_description, from_spec, render};
use linchpin_compiler::diagnostics::{Diagnostics, short};
use linchpin_compiler::import;
use linchpin_compiler::model::project::project;
use linchpin_compiler::source::Sources;
use linchpin_compiler::syntax::ast::Date;

/// What the owner tells of a case that cannot be seen.
fn told(case: &str) -> Vec<Declared> {
    let text = str::to_owned;
    let (subject, verb) = match case {
        "E8_meaning" => ("GET /pets", Verb::Meaning(text("archived pets are no longer among the found"))),
        "E11_consistency" => ("GET /pets", Verb::Consistency(text("a pet that was just made may be missing for some seconds"))),
        "V4_retired" => ("v1", Verb::VersionRetired),
        "V5_default_moved" => ("", Verb::VersionDefault(text("v1"), text("v2"))),
        "V6_falls_forward" => ("", Verb::VersionFallsForward(text("2024-01"), text("2025-01"))),
        "V8_event_version" => ("petSold", Verb::EventVersion(text("v1"), text("v2"))),
        "V9_staged" => ("", Verb::Staged(text("by region, from 2026-08-01 on"))),
        _ => return Vec::new(),
    };
    let one = |subject: &str, verb| Declared {
        version: text("v2"),
        title: text("What the owner announced"),
        subject: subject.to_owned(),
        also: Vec::new(),
        exchanges: Vec::new(),
        verb,
        reason: String::new(),
        place: NOWHERE,
    };
    vec![one(subject, verb)]
}

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/changes");
    let entries = fs::read_dir(folder).expect("the folder of fixtures is there").map(|entry| entry.expect("it can be read").path());
    let mut cases: Vec<PathBuf> = entries.filter(|path| path.is_dir() && !path.ends_with("snapshots")).collect();
    cases.sort();
    cases
}

fn name(case: &Path) -> String {
    case.file_name().expect("it has a name").to_string_lossy().into_owned()
}

fn find(case: &Path, stem: &str) -> Option<(String, String)> {
    let names = ["yaml", "json", "pin"].map(|extension| format!("{stem}.{extension}"));
    names.into_iter().find_map(|name| fs::read_to_string(case.join(&name)).ok().map(|text| (name, text)))
}

fn surface(file: &(String, String), version: Option<usize>) -> Surface {
    let mut diagnostics = Diagnostics::default();
    if file.0.ends_with(".pin") {
        let mut sources = Sources::default();
        sources.add(file.0.clone(), file.1.clone());
        let model = linchpin_compiler::check(&sources, &mut diagnostics);
        let model = model.unwrap_or_else(|| {
            panic!("{:?}", diagnostics.sorted(&sources).iter().map(|one| short::render(one, &sources)).collect::<Vec<_>>())
        });
        let version = version.unwrap_or(model.apis.len() - 1);
        return from_spec::surface(&project(&model, version), &sources);
    }
    let tree = import::parse(&file.0, file.1.clone(), &mut |_| None, &mut diagnostics);
    let document = import::read(&tree, &mut diagnostics).expect("fixtures are descriptions");
    let found: Vec<_> = diagnostics.sorted(&tree.sources).iter().map(|one| short::render(one, &tree.sources)).collect();
    assert!(found.is_empty(), "{found:?}");
    from_description::surface(&document, &tree)
}

fn report(case: &Path) -> Report {
    let options = Options { today: Some(Date { year: 2026, month: 11, day: Some(1) }), ..Options::default() };
    let (old, new) = match find(case, "spec") {
        Some(spec) => (surface(&spec, Some(0)), surface(&spec, None)),
        None => {
            let side = |stem: &str| find(case, stem).unwrap_or_else(|| panic!("{}: no {stem}", case.display()));
            (surface(&side("before"), None), surface(&side("after"), None))
        }
    };
    let mut report = diff(&old, &new, &options);
    declared::join(&mut report, &told(&name(case)), &Sources::default());
    report
}

#[test]
fn each_kind_of_change_is_found() {
    let mut told = BTreeSet::new();
    let mut wrong = Vec::new();
    for case in cases() {
        let name = name(&case);
        let row = name.split('_').next().unwrap_or_default().to_owned();
        let report = report(&case);
        if report.findings.iter().any(|finding| finding.kind.rows.split(' ').any(|one| one == row)) {
            told.insert(row);
        } else {
            wrong.push(format!("{name}: {:?}", report.findings.iter().map(|finding| finding.kind.id).collect::<Vec<_>>()));
        }
        let shown = render::text(&report, false);
        assert_eq!(shown, render::text(&self::report(&case), false), "{name}: the same texts, the same findings");
        insta::with_settings!({ snapshot_path => "../../tests/changes/snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(name, shown);
        });
    }
    assert!(wrong.is_empty(), "no finding tells of the row:\n{}", wrong.join("\n"));
    for (letter, count) in [("R", 19), ("S", 15), ("A", 10), ("E", 11), ("V", 9)] {
        for number in 1..=count {
            let row = format!("{letter}{number}");
            assert!(told.contains(&row), "no fixture shows {row}");
        }
    }
}

#[test]
fn nothing_differs_from_itself() {
    for case in cases() {
        let Some(before) = find(&case, "before").or_else(|| find(&case, "spec")) else { continue };
        let report = diff(&surface(&before, None), &surface(&before, None), &Options::default());
        assert!(report.findings.is_empty(), "{}: {:?}", name(&case), report.findings.first().map(|finding| &finding.message));
    }
}

/// What breaks one way must not be harmless the other way for the same reason: turned round, a pair differs still.
#[test]
fn turned_round_a_pair_differs_still() {
    for case in cases().iter().filter(|case| find(case, "before").is_some() && told(&name(case)).is_empty()) {
        let side = |stem: &str| surface(&find(case, stem).expect("both are there"), None);
        let options = Options::default();
        let forth = diff(&side("before"), &side("after"), &options);
        let back = diff(&side("after"), &side("before"), &options);
        assert_eq!(forth.findings.is_empty(), back.findings.is_empty(), "{}", name(case));
    }
}

/// What is found and declared is one finding, and no guess any more.
#[test]
fn what_is_declared_confirms_what_is_found() {
    let case = cases().into_iter().find(|case| name(case) == "R6_field_renamed").expect("it is a case");
    let mut report = report(&case);
    let mut sources = Sources::default();
    let file = sources.add("acme.pin", "\n  rename Pet.name -> full_name\n");
    let place = linchpin_compiler::source::Span { file, start: 3, end: 9 };
    let verb = Verb::Rename("full_name".into());
    let one = Declared {
        version: "v2".into(),
        title: "Names in full".into(),
        subject: "Pet.name".into(),
        also: Vec::new(),
        exchanges: Vec::new(),
        verb,
        reason: "Half a name\nis no name.".into(),
        place,
    };
    declared::join(&mut report, &[one], &sources);
    let [finding] = &report.findings[..] else { panic!("one finding, not {}", report.findings.len()) };
    let evidence = finding.evidence.as_ref().expect("it has evidence");
    assert_eq!(evidence.confidence, 100);
    assert_eq!(evidence.reasons, ["declared for v2: Names in full at acme.pin:2", "Half a name is no name."]);
}

/// The table of kinds in the guide is the registry.
#[test]
fn the_guide_lists_every_kind() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/changes.md");
    let guide = fs::read_to_string(&path).expect("the guide is there");
    let (above, _) = guide.split_once("<!-- kinds -->").expect("the table has its place");
    let mut table = String::from("<!-- kinds -->\n| id | class | level | cost | rows |\n|---|---|---|---|---|\n");
    for kind in linchpin_compiler::change::findings::all() {
        table += &format!("| `{}` | {} | {} | {} | {} |\n", kind.id, kind.class.name(), kind.level.name(), kind.cost.name(), kind.rows);
    }
    let whole = format!("{above}{table}");
    if std::env::var_os("UPDATE_GUIDE").is_some() {
        fs::write(&path, &whole).expect("it can be written");
    }
    assert_eq!(fs::read_to_string(&path).expect("the guide is there"), whole, "run this test with UPDATE_GUIDE=1");
}
