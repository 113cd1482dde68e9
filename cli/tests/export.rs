//! `linchpin export`: where the document goes, and what is said beside it.

mod common;

use common::{Folder, linchpin};
use serde_json::Value;

fn connector(name: &str) -> String {
    format!("{}/../connectors/specs/{name}", env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn the_newest_version_goes_to_standard_output_and_what_is_left_out_does_not() {
    let run = linchpin(["export", "openapi", &connector("jira.pin")]);
    let document: Value = serde_json::from_str(&run.out).expect("JSON and nothing else");
    assert_eq!((run.status, document["info"]["version"].as_str()), (0, Some("v3_jql")));
    let lines: Vec<&str> = run.err.lines().collect();
    assert_eq!(lines[0], "not in the document: other API versions (v3): a document describes one; `--api-version` chooses it");
    assert!(lines.iter().any(|line| line.starts_with("not in the document: 1 `change` block: ")), "{lines:?}");
    assert!(lines.iter().all(|line| line.starts_with("not in the document: ")), "{lines:?}");
}

#[test]
fn a_file_can_be_written_and_compared_with_its_spec() {
    let folder = Folder::new("export");
    let (spec, file) = (connector("stripe.pin"), folder.path("stripe.json"));
    let run = linchpin(["export", "openapi", &spec, "--api-version", "2022-11-15", "-o", &file]);
    assert_eq!((run.status, run.out.as_str()), (0, ""));
    let compared = linchpin(["diff", &format!("{spec}@2022-11-15"), &file, "--fail-on", "any"]);
    assert_eq!((compared.status, compared.err.as_str()), (0, ""), "{}", compared.out);
    assert!(compared.out.contains("Nothing differs."), "{}", compared.out);
}

#[test]
fn what_cannot_be_done_is_said() {
    let run = linchpin(["export", "openapi", &connector("jira.pin"), "--api-version", "v9"]);
    assert_eq!((run.status, run.err.as_str()), (2, "linchpin: `jira` has no API version `v9`; it has v3, v3_jql\n"));
    let run = linchpin(["export", "openapi", &connector("jira.pin"), "-o", "/nowhere/at/all.json"]);
    assert!(run.status == 2 && run.err.contains("/nowhere/at/all.json"), "{}", run.err);
}
