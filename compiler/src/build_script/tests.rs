//! What is found on disk, read, written and left alone.

use super::*;

/// A folder of its own with these files; gone at the end.
struct Folder(PathBuf);

impl Folder {
    fn with(name: &str, files: &[(&str, &str)]) -> Self {
        let folder = env::temp_dir().join(format!("linchpin-build-{name}-{}", process::id()));
        let _ = fs::remove_dir_all(&folder);
        for (file, text) in files {
            let path = folder.join(file);
            fs::create_dir_all(path.parent().expect("it lies in the folder")).expect("a folder for tests");
            fs::write(path, text).expect("a file for tests");
        }
        Self(folder)
    }

    fn names(&self, paths: impl IntoIterator<Item = String>) -> Vec<String> {
        let root = name_of(&self.0) + "/";
        paths.into_iter().map(|path| path.replace(&root, "")).collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn uses_are_found_and_nothing_else() {
    let text = r#"use "a.pin", use  "../b.pin" // use "no.pin"
            deprecated since 2020-01 use none "c.pin"  connector a { docs "use \"x\"" }  use"d.pin" "not this""#;
    assert_eq!(uses(text).collect::<Vec<_>>(), ["a.pin", "../b.pin", "d.pin"]);
    assert_eq!(uses("use \"open\nuse \"é.pin\"").collect::<Vec<_>>(), ["open", "é.pin"]);
}

#[test]
fn a_file_or_folder_is_a_connector_unless_others_use_it() {
    let folder = Folder::with(
        "connectors",
        &[
            ("specs/zebra.pin", "use \"shared/paging.pin\""),
            ("specs/acme/acme.pin", "use \"../common.pin\" use \"types.pin\""),
            ("specs/acme/types.pin", ""),
            ("specs/shared/paging.pin", ""),
            ("specs/common.pin", ""),
            ("specs/notes.txt", ""),
        ],
    );
    let found = connectors(&folder.0.join("specs")).expect("it can be read");
    assert_eq!(folder.names(found.iter().map(|path| name_of(path))), ["specs/acme", "specs/zebra.pin"]);
    let sources = load(&folder.0.join("specs/acme")).expect("it can be read");
    let names = folder.names(sources.iter().map(|(_, file)| file.name.clone()));
    assert_eq!(names, ["specs/acme/acme.pin", "specs/acme/types.pin", "specs/common.pin"]);
}

#[test]
fn nothing_outside_of_the_specs_is_read() {
    let folder = Folder::with(
        "outside",
        &[("secret.pin", "secret"), ("specs/acme.pin", "use \"../secret.pin\" use \"/etc/hostname\" use \"x/../../secret.pin\"")],
    );
    #[cfg(unix)]
    std::os::unix::fs::symlink("../secret.pin", folder.0.join("specs/link.pin")).expect("a link");
    fs::write(folder.0.join("specs/other.pin"), "use \"link.pin\"").expect("a file for tests");
    for spec in ["specs/acme.pin", "specs/other.pin"] {
        let sources = load(&folder.0.join(spec)).expect("it can be read");
        assert_eq!(folder.names(sources.iter().map(|(_, file)| file.name.clone())), [spec]);
    }
}

#[cfg(feature = "import")]
#[test]
fn a_description_reads_its_own_folder_only() {
    let text = "openapi: 3.0.0\na: {$ref: parts/a.yaml}\nb: {$ref: ../secret.yaml}\nc: {$ref: link.yaml}\nd: {$ref: gone.yaml}\n";
    let folder =
        Folder::with("description", &[("api/api.yaml", text), ("api/parts/a.yaml", "x: {$ref: ../api.yaml}"), ("secret.yaml", "s: 1")]);
    #[cfg(unix)]
    std::os::unix::fs::symlink("../secret.yaml", folder.0.join("api/link.yaml")).expect("a link");
    let mut diagnostics = Diagnostics::default();
    let tree = load_description(&folder.0.join("api/api.yaml"), &mut diagnostics).expect("it can be read");
    let read = tree.sources.iter().filter(|(_, file)| !file.text.is_empty()).map(|(_, file)| file.name.clone());
    assert_eq!(folder.names(read), ["api/api.yaml", "api/parts/a.yaml"]);
    assert_eq!(diagnostics.sorted(&tree.sources).len(), 2);
}

#[test]
fn a_file_that_is_not_utf8_is_a_mistake_with_a_place() {
    let folder = Folder::with("latin", &[("specs/good.pin", "connector good \"Good\" { server \"https://good.example\" }")]);
    fs::write(folder.0.join("specs/latin.pin"), b"// one\n// Stra\xdfe\nconnector latin {").expect("a file for tests");
    let found = connectors(&folder.0.join("specs")).expect("both can be read");
    assert_eq!(found.len(), 2);
    let sources = load(&found[1]).expect("it can be read");
    let diagnostics = compile(&sources).diagnostics;
    let told: Vec<String> = diagnostics.sorted(&sources).into_iter().map(|one| short::render(one, &sources)).collect();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("latin.pin:2:8: error[P0115]"), "{told:?}");
}

#[test]
fn a_spec_is_held_to_the_lock_beside_it() {
    let spec = "connector acme \"Acme\" { server \"https://api.acme.example\" }\naction ping @1 \"Ping\" { GET \"/ping\" }\n";
    let lock = "lock = 1\nconnector = \"acme\"\n\n[module.\"ping @1\"]\nanswer.2xx = { type = \"nothing\" }\ncall = \"GET /pong\"\nkind = \"action\"\n";
    let folder = Folder::with(
        "lock",
        &[
            ("one/acme.pin", spec),
            ("one/acme.lock", lock),
            ("two/acme/main.pin", spec),
            ("two/acme/acme.lock", lock),
            ("three/acme.pin", spec),
        ],
    );
    for specs in ["one", "two"] {
        let mistakes = compile_folder(&folder.0.join(specs)).expect_err("the path is another");
        assert!(mistakes.contains("error[P1009]") && mistakes.contains("acme.lock:6:1"), "{mistakes}");
    }
    assert!(compile_folder(&folder.0.join("three")).is_ok(), "a spec without a lock is not compared");
    fs::create_dir(folder.0.join("three/acme.lock")).expect("a folder can be made");
    let mistakes = compile_folder(&folder.0.join("three")).expect_err("what cannot be read is not passed over");
    assert!(mistakes.contains("acme.lock: it is no file"), "{mistakes}");
}

#[test]
fn an_error_of_the_disk_names_the_file_once() {
    let folder = Folder::with("missing", &[("specs/acme.txt", "")]);
    for path in [folder.0.join("specs/no.pin"), folder.0.join("specs")] {
        let error = load(&path).expect_err("there is nothing to read").to_string();
        assert_eq!(error.matches(&*path.to_string_lossy()).count(), 1, "{error}");
    }
}

#[test]
fn unchanged_text_is_not_written_again() {
    let folder = Folder::with("written", &[("acme.rs", "old")]);
    let path = folder.0.join("acme.rs");
    let long_ago = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1);
    fs::File::options().write(true).open(&path).and_then(|file| file.set_modified(long_ago)).expect("a time can be set");
    write_if_changed(&path, "old").expect("nothing to do");
    assert_eq!(fs::metadata(&path).and_then(|meta| meta.modified()).expect("it is there"), long_ago);
    write_if_changed(&path, "new").expect("it can be written");
    assert_eq!(fs::read_to_string(&path).expect("it is there"), "new");
    assert_eq!(entries(&folder.0).expect("it can be read").len(), 1);
}

const GROUPED: &str = r#"connector acme "Acme" { server "https://acme.example" }
        group repos "Repositories" {
          type Repo { id: id<Repo>  owner: users.User }
          action get @1 "Get" { GET "/repos/{id}" -> Repo  path { id: string } }
          action store @1 "Store" { PUT "/repos/{id}" -> nothing  path { id: string }  body raw "text/plain" text: string }
        }
        group users "Users" {
          type User { id: id<User> }
          type Badge { text: string }
          search badges @1 "Badges" { GET "/badges" -> [Badge] }
        }
        action both @1 "Both" {
          input { id: string  text: string }
          steps { repos.store { id  text }  found = repos.get { id } }
          gives found.owner
        }"#;

#[test]
fn only_what_is_named_is_generated_and_what_it_needs() {
    let folder = Folder::with("only", &[("specs/acme.pin", GROUPED)]);
    let text = |patterns: &[&str]| {
        let build = Build::new().specs(folder.0.join("specs")).out_dir(&folder.0).today("2026-01-01").only(patterns.iter().copied());
        let good = build.compile_all().map_err(|error| error.to_string())?;
        assert!(good, "the spec has no mistakes");
        Ok::<String, String>(fs::read_to_string(folder.0.join("acme.rs")).expect("it was written"))
    };
    let holds = |text: &str| {
        ["Get ", "Store ", "Badges ", "Both ", "Repo ", "User ", "Badge "].map(|name| text.contains(&format!("pub struct {name}")))
    };
    assert_eq!(holds(&text(&[]).expect("all of it")), [true; 7]);
    assert_eq!(holds(&text(&["repos/get"]).expect("a module")), [true, false, false, false, true, true, false]);
    assert_eq!(holds(&text(&["users"]).expect("a group")), [false, false, true, false, false, false, true]);
    assert_eq!(holds(&text(&["acme/both"]).expect("one with steps")), [true, true, false, true, true, true, false]);
    assert_eq!(holds(&text(&["repos/s*", "*/badges"]).expect("several")), [false, true, true, false, false, false, true]);
    let mistake = text(&["users", "repo/*", "xyzzy"]).expect_err("two of them name nothing");
    assert_eq!(mistake, "`only` names `repo/*`, which is no module; did you mean `repos/*`?; `only` names `xyzzy`, which is no module");
}

#[test]
fn what_is_excepted_is_left_out_unless_others_call_it() {
    let folder = Folder::with("except", &[("specs/acme.pin", GROUPED)]);
    let build = || Build::new().specs(folder.0.join("specs")).out_dir(&folder.0).today("2026-01-01");
    let text = |build: Build| {
        let good = build.compile_all().map_err(|error| error.to_string())?;
        assert!(good, "the spec has no mistakes");
        Ok::<String, String>(fs::read_to_string(folder.0.join("acme.rs")).expect("it was written"))
    };
    let holds = |text: &str| {
        ["Get ", "Store ", "Badges ", "Both ", "Repo ", "User ", "Badge "].map(|name| text.contains(&format!("pub struct {name}")))
    };
    assert_eq!(holds(&text(build().except(["users"])).expect("a group less")), [true, true, false, true, true, true, false]);
    assert_eq!(holds(&text(build().except(["acme/both"])).expect("a module less")), [true, true, true, false, true, true, true]);
    assert_eq!(holds(&text(build().except(["repos"])).expect("what is called stays")), [true; 7]);
    assert_eq!(holds(&text(build().only(["repos"]).except(["*/store"])).expect("both")), [true, false, false, false, true, true, false]);
    let mistake = text(build().except(["user"])).expect_err("it names nothing");
    assert_eq!(mistake, "`except` names `user`, which is no module; did you mean `users/*`?");
}

#[test]
fn a_large_connector_is_laid_out_by_group_and_what_is_stale_goes() {
    let modules = |group: &str, count: usize| -> String {
        let one = |at: usize| {
            format!("action {group}_{at} @1 \"A\" {{ POST \"/{group}/{at}\" -> nothing body {{ a: string b?: int c?: [string] }} }}\n")
        };
        format!("group {group} \"Some\" {{\n{}}}\n", (0..count).map(one).collect::<String>())
    };
    let spec = |counts: [usize; 2]| {
        format!("connector big \"Big\" {{ server \"https://big.example\" }}\n{}{}", modules("ones", counts[0]), modules("twos", counts[1]))
    };
    let folder = Folder::with("parts", &[("specs/big.pin", &spec([400, 200])), ("big/kept.rs", "// Somebody's own.")]);
    let build = || {
        let build = Build::new().specs(folder.0.join("specs")).out_dir(&folder.0).today("2026-01-01");
        assert!(build.compile_all().expect("it can be built"));
        let files = entries(&folder.0.join("big")).expect("it has a folder");
        files.iter().map(|file| file.file_name().unwrap_or_default().to_string_lossy().into_owned()).collect::<Vec<_>>()
    };
    assert_eq!(build(), ["kept.rs", "ones.rs", "twos.rs"]);
    let own = fs::read_to_string(folder.0.join("big.rs")).expect("it was written");
    assert!(own.contains("pub mod ones;") && own.contains("pub mod twos;") && !own.contains("pub struct Ones1"), "{own}");
    let (ones, twos) = (folder.0.join("big/ones.rs"), folder.0.join("big/twos.rs"));
    let long_ago = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1);
    for file in [&ones, &twos] {
        fs::File::options().write(true).open(file).and_then(|file| file.set_modified(long_ago)).expect("a time can be set");
    }
    fs::write(folder.0.join("specs/big.pin"), spec([400, 201])).expect("a file for tests");
    build();
    let modified = |file: &Path| fs::metadata(file).and_then(|meta| meta.modified()).expect("it is there");
    assert!(modified(&ones) == long_ago && modified(&twos) > long_ago, "only the group that changed is written");
    fs::write(folder.0.join("specs/big.pin"), spec([4, 2])).expect("a file for tests");
    assert_eq!(build(), ["kept.rs"], "a small connector is one file, and somebody's own file stays");
}

#[test]
fn time_alone_breaks_a_build_only_where_that_is_asked_for() {
    let spec = r#"connector acme "Acme" { server "https://acme.example" }
            action old @1 "Old" { deprecated since 2020-01 sunset 2026-12-01 use new "renamed"  GET "/old" -> nothing }
            action new @1 "New" { GET "/new" -> nothing }"#;
    let folder = Folder::with("endings", &[("specs/acme.pin", spec)]);
    let build = || Build::new().specs(folder.0.join("specs")).out_dir(&folder.0);
    let good = |build: Build| build.compile_all().expect("it can be read");
    assert!(good(build().today("2026-11-26")));
    assert!(good(build().today("2036-11-26")));
    assert!(good(build().today("2026-12-01").deny_past_sunset(true)), "the day itself has not passed");
    assert!(!good(build().today("2026-12-02").deny_past_sunset(true)));
    let error = build().today("26.11.2026").compile_all().expect_err("no day");
    assert_eq!(error.to_string(), "`26.11.2026` is not a day such as `2026-11-26`");

    let sources = load(&folder.0.join("specs/acme.pin")).expect("it can be read");
    let model = compile(&sources).model.expect("no mistakes");
    let notices = outlook::notices(&model, Day::parse("2026-11-26").expect("a day"), 90);
    let lines: Vec<String> = folder.names(notices.iter().map(|one| ending(one, &sources)));
    assert_eq!(lines, ["specs/acme.pin:2:35: module `old@1` of `acme` stops working on 2026-12-01, in 5 days; use `new`"]);
}
