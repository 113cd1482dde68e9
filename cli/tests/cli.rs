//! The `linchpin` command as a person runs it: what it prints, where, and the status that it ends with.

mod common;

use common::{Folder, linchpin, spec};
use serde_json::Value;

#[test]
fn check_says_nothing_wrong_of_a_good_spec() {
    let run = linchpin(["check", &spec("shop.pin")]);
    assert_eq!((run.status, run.out.as_str(), run.err.as_str()), (0, "", "1 spec checked, no mistakes\n"));
    for format in ["short", "json"] {
        let run = linchpin(["check", "--format", format, &spec("shop.pin")]);
        assert_eq!((run.status, run.out.as_str(), run.err.as_str()), (0, "", ""), "{format}");
    }
}

#[test]
fn check_shows_every_mistake_with_its_source() {
    let run = linchpin(["check", &spec("broken.pin"), &spec("shop.pin")]);
    assert_eq!(run.status, 1);
    assert!(run.out.contains("error[P0201]: there is no type `strng`\n"), "{}", run.out);
    assert!(run.out.contains("3 │ type Thing { name: strng }"), "{}", run.out);
    assert!(run.out.contains("help: write `string`"), "{}", run.out);
    assert!(run.out.contains("error[P0501]"), "{}", run.out);
    assert!(!run.out.contains('\x1b'), "no colours where nobody sees them");
    assert_eq!(run.err, "2 specs checked: 3 errors, 1 warning\n");
}

#[test]
fn check_prints_a_line_for_each_mistake() {
    let run = linchpin(["check", "--format", "short", &spec("broken.pin")]);
    assert_eq!((run.status, run.err.as_str()), (1, ""));
    let lines: Vec<_> = run.out.lines().map(|line| line.rsplit_once("broken.pin:").expect("a place").1).collect();
    let expected = [
        "3:20: error[P0201]: there is no type `strng`",
        "6:16: error[P0501]: nothing declares the path parameter `thing`",
        "6:28: error[P0201]: there is no type `Thig`",
        "12:8: warning[P0609]: nothing keeps the items of `find` in order while pages are counted",
    ];
    assert_eq!(lines, expected);
}

#[test]
fn check_prints_json_that_tools_read() {
    let run = linchpin(["check", "--format", "json", &spec("broken.pin")]);
    assert_eq!((run.status, run.err.as_str()), (1, ""));
    let mistakes: Vec<Value> = run.out.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(mistakes.iter().map(|one| one["code"].as_str().expect("a code")).collect::<Vec<_>>(), ["P0201", "P0501", "P0201", "P0609"]);
    let text = std::fs::read_to_string(spec("broken.pin")).expect("the spec");
    let place = &mistakes[0]["labels"][0]["place"];
    let offset = |end: &str| place[end]["offset"].as_u64().expect("a number") as usize;
    assert_eq!(&text[offset("start")..offset("end")], "strng");
    assert_eq!(mistakes[0]["fix"]["edits"][0]["text"], "string");
}

#[test]
fn check_prints_one_sarif_log_for_all_specs() {
    let run = linchpin(["check", "--format", "sarif", &spec("broken.pin"), &spec("torn.pin")]);
    assert_eq!((run.status, run.err.as_str()), (1, ""));
    let log: Value = serde_json::from_str(&run.out).expect("JSON");
    assert_eq!(log["version"], "2.1.0");
    let results = log["runs"][0]["results"].as_array().expect("results");
    assert_eq!(results.len(), 5);
    let rules = log["runs"][0]["tool"]["driver"]["rules"].as_array().expect("rules");
    for result in results {
        let rule = &rules[result["ruleIndex"].as_u64().expect("a number") as usize];
        assert_eq!(rule["id"], result["ruleId"]);
    }
    let region = &results[0]["locations"][0]["physicalLocation"]["region"];
    assert_eq!((&region["startLine"], &region["startColumn"]), (&Value::from(3), &Value::from(20)));

    let run = linchpin(["check", "--format", "sarif", &spec("shop.pin")]);
    let log: Value = serde_json::from_str(&run.out).expect("JSON");
    assert_eq!((run.status, &log["runs"][0]["results"]), (0, &Value::Array(Vec::new())));
}

#[test]
fn warnings_fail_where_they_are_denied() {
    let folder = Folder::new("warnings");
    let file = folder.write("api.pin", "connector api \"API\" { server \"https://api.example\" }\n\ntype Unused { id: string }\n\naction ping @1 \"Ping\" {\n  GET \"/ping\" -> nothing\n}\n");
    let run = linchpin(["check", &file]);
    assert_eq!((run.status, run.err.as_str()), (0, "1 spec checked: 0 errors, 1 warning\n"));
    assert_eq!(linchpin(["check", "--deny-warnings", &file]).status, 1);
}

#[test]
fn a_wrong_command_line_ends_with_2() {
    for arguments in [&["check"][..], &[], &["chekc"], &["check", "--format", "xml", "a.pin"], &["call", "a.pin"]] {
        let run = linchpin(arguments);
        assert_eq!((run.status, run.out.as_str()), (2, ""), "{arguments:?}");
        assert!(!run.err.is_empty(), "{arguments:?}");
    }
    for command in ["check", "fmt", "serve"] {
        let run = linchpin([command, "no/such.pin"]);
        assert_eq!((run.status, run.out.as_str()), (2, ""), "{command}");
        assert!(run.err.starts_with("linchpin: no/such.pin: "), "{}", run.err);
    }
    assert_eq!(linchpin(["--help"]).status, 0);
    assert_eq!(linchpin(["--version"]).out, format!("linchpin {}\n", env!("CARGO_PKG_VERSION")));
}

const SLOPPY: &str = "connector   api \"API\" {\n server \"https://api.example\" // the only one\n}\n";
const TIDY: &str = "connector api \"API\" {\n  server \"https://api.example\"  // the only one\n}\n";

#[test]
fn fmt_writes_the_canonical_layout_and_says_which_files() {
    let folder = Folder::new("fmt");
    let file = folder.write("api.pin", SLOPPY);
    let run = linchpin(["fmt", "--check", &file]);
    assert_eq!((run.status, run.out), (1, format!("{file} would change\n")));
    assert_eq!(folder.read("api.pin"), SLOPPY, "--check writes nothing");

    let run = linchpin(["fmt", &file]);
    assert_eq!((run.status, run.out), (0, format!("{file}\n")));
    assert_eq!(folder.read("api.pin"), TIDY);
    for arguments in [&["fmt", file.as_str()][..], &["fmt", "--check", file.as_str()]] {
        let run = linchpin(arguments);
        assert_eq!((run.status, run.out.as_str(), run.err.as_str()), (0, "", ""), "{arguments:?}");
    }
    assert_eq!(folder.files(), ["api.pin"], "nothing is left beside it");
}

#[test]
fn fmt_leaves_a_broken_file_alone_and_formats_the_others() {
    let folder = Folder::new("fmt-broken");
    let torn = "connector   torn \"Torn\" {\n  server \"https://api.example\"\n";
    let (torn_file, file) = (folder.write("torn.pin", torn), folder.write("api.pin", SLOPPY));
    let run = linchpin(["fmt", &torn_file, &file]);
    assert_eq!((run.status, run.out), (1, format!("{file}\n")));
    assert!(run.err.contains("error[P0103]"), "{}", run.err);
    assert_eq!((folder.read("torn.pin").as_str(), folder.read("api.pin").as_str()), (torn, TIDY));
}

#[test]
fn explain_knows_every_code_that_it_lists() {
    let list = linchpin(["explain"]);
    assert_eq!(list.status, 0);
    let codes: Vec<_> = list.out.lines().map(|line| line.split_once("  ").expect("a code and a title")).collect();
    assert!(codes.len() > 100, "{}", codes.len());
    let (code, title) = codes[0];
    let page = linchpin(["explain", &code.to_lowercase()]);
    assert_eq!(page.status, 0);
    assert!(page.out.starts_with(&format!("# {code}: {title}\n")), "{}", page.out);
}

#[test]
fn explain_points_from_an_unknown_code_to_one_like_it() {
    let run = linchpin(["explain", "P0100"]);
    assert_eq!((run.status, run.out.as_str()), (2, ""));
    assert_eq!(run.err, "linchpin: there is no code `P0100`; did you mean `P0101`? `linchpin explain` lists all\n");
    let run = linchpin(["explain", "nonsense"]);
    assert_eq!((run.status, run.err.as_str()), (2, "linchpin: there is no code `NONSENSE`; `linchpin explain` lists all\n"));
}

#[test]
fn expand_shows_a_module_in_one_version_with_its_types() {
    let newest = linchpin(["expand", &spec("shop.pin"), "find_articles"]);
    assert_eq!(newest.status, 0, "{}", newest.err);
    assert!(newest.out.contains("\n/// Finds articles.\nsearch find_articles @1 \"Find articles\" {\n"), "{}", newest.out);
    assert!(newest.out.contains("limit: int(1..100) = 2"), "{}", newest.out);
    assert!(newest.out.contains("\ntype Article { id: "), "{}", newest.out);
    assert!(!newest.out.contains("stock"), "the newest version has none: {}", newest.out);
    let older = linchpin(["expand", &spec("shop.pin"), "find_articles@1", "--api", "v1"]);
    assert!(older.out.contains("  stock?: int"), "{}", older.out);

    let styles = linchpin(["expand", &spec("harbor.pin"), "find_ships"]);
    assert!(styles.out.contains("style brackets") && styles.out.contains("style form joined"), "{}", styles.out);
    // It is a spec.
    let folder = Folder::new("expanded");
    folder.write("one.pin", &styles.out);
    let again = linchpin(["check", &folder.path("one.pin")]);
    assert_eq!(again.status, 0, "{}{}", again.out, again.err);

    let misspelt = linchpin(["expand", &spec("shop.pin"), "find_article"]);
    assert_eq!((misspelt.status, misspelt.out.as_str()), (2, ""));
    assert_eq!(misspelt.err, "linchpin: there is no module `find_article`; did you mean `find_articles`?\n");
    let unknown = linchpin(["expand", &spec("shop.pin"), "find_articles", "--api", "v3"]);
    assert_eq!((unknown.status, unknown.err.as_str()), (2, "linchpin: `shop` has no API version `v3`; it has v1, v2\n"));
    let unversioned = linchpin(["expand", &spec("club.pin"), "who_am_i", "--api", "v3"]);
    assert_eq!(unversioned.err, "linchpin: `club` has no API version `v3`; it tells of none, so name none\n");
    let broken = linchpin(["expand", &spec("broken.pin"), "get"]);
    assert_eq!(broken.status, 2);
    assert!(broken.err.contains("error[P0201]") && broken.err.ends_with("broken.pin has mistakes\n"), "{}", broken.err);
}

#[test]
fn check_shows_the_mistakes_of_the_rest_where_a_file_is_missing() {
    let folder = Folder::new("check-missing");
    let (gone, empty) = (folder.path("gone.pin"), folder.path("empty"));
    std::fs::create_dir(&empty).expect("a folder");
    let run = linchpin(["check", &gone, &spec("broken.pin"), &empty, &spec("shop.pin")]);
    assert_eq!(run.status, 2, "what was named and cannot be read is worse than a mistake");
    assert!(run.out.contains("error[P0201]: there is no type `strng`\n"), "{}", run.out);
    let told: Vec<&str> = run.err.lines().collect();
    assert!(told[0].starts_with("2 specs checked: "), "{}", run.err);
    assert!(told[1].contains("gone.pin: ") && told[2].contains("empty: the folder holds no .pin file"), "{}", run.err);
    let run = linchpin(["check", "--format", "short", &gone, &spec("broken.pin")]);
    assert!(run.status == 2 && run.out.contains("error[P0201]"), "{}{}", run.out, run.err);
}

#[test]
fn a_reader_that_stops_reading_is_no_fault() {
    let run = common::unread(["explain"]);
    assert_eq!((run.status, run.err.as_str()), (141, ""));
}

#[test]
fn a_module_that_is_like_no_other_is_answered_with_those_of_its_group() {
    let github = spec("../../../connectors/specs/github");
    let run = linchpin(["expand", &github, "releases.nonsense"]);
    assert_eq!(run.status, 2);
    assert!(run.err.contains("`releases` has releases.list, releases.get_latest, "), "{}", run.err);
    let run = linchpin(["expand", &github, "nonsense"]);
    assert!(run.err.trim_end().ends_with(" more") && run.err.len() < 1000, "{}", run.err);
}

#[test]
fn what_the_readme_types_works() {
    let root = spec("../../..");
    let text = std::fs::read_to_string(format!("{root}/README.md")).expect("there is a README").replace("\\\n", " ");
    let commands: Vec<Vec<&str>> = text
        .lines()
        .filter_map(|line| line.strip_prefix("linchpin "))
        .map(|line| line.split(" #").next().unwrap_or_default().split_whitespace().collect())
        .collect();
    let names: Vec<&str> = commands.iter().map(|command| command[0]).collect();
    for name in ["check", "diff", "expand", "export", "serve", "call", "outlook", "upgrade"] {
        assert!(names.contains(&name), "the README shows `linchpin {name}`");
    }
    let serve = commands.iter().find(|command| command[0] == "serve").expect("looked for above");
    let served = common::Served::start(&format!("../../../{}", serve[1]));
    let folder = Folder::new("readme");
    folder.write("scenario.json", r#"{"flow":[]}"#);
    for command in commands.iter().filter(|command| command[0] != "serve") {
        let arguments = command.iter().flat_map(|one| match *one {
            "http://127.0.0.1:8080" => vec![served.url.clone()],
            file @ ("scenario.json" | "outlook.svg" | "stripe.json") => vec![folder.path(file)],
            // The shell's doing.
            "connectors/specs/*" => {
                ["github", "microsoft_graph", "slack", "workfront"].map(|one| format!("{root}/connectors/specs/{one}")).into()
            }
            spec if spec.starts_with("connectors/") => vec![format!("{root}/{spec}")],
            other => vec![other.to_owned()],
        });
        let run = linchpin(arguments);
        // What differs breaks something, which `diff` says by its status.
        let expected = i32::from(command[0] == "diff");
        assert_eq!(run.status, expected, "{command:?}: {}", run.err);
    }
}
