//! `linchpin lock` as a person runs it: it records, says what it records, refuses what nothing explains, and leaves alone what is right.

mod common;

use common::{Folder, linchpin, linchpin_in, spec};
use std::time::{Duration, SystemTime};

fn shop(folder: &Folder) -> String {
    let text = std::fs::read_to_string(spec("shop.pin")).expect("the spec");
    folder.write("shop.pin", &text)
}

/// A module that the shop has not.
const PING: &str = "\naction ping @1 \"Ping\" {\n  GET \"/ping\" -> nothing\n}\n";

#[test]
fn the_first_lock_records_everything_and_the_next_nothing() {
    let folder = Folder::new("lock");
    let file = shop(&folder);
    let run = linchpin(["lock", "--check", &file]);
    assert_eq!(run.status, 1, "{}", run.out);
    assert_eq!(folder.files(), ["shop.pin"]);

    let run = linchpin(["lock", &file]);
    assert_eq!(run.status, 0, "{}{}", run.out, run.err);
    assert!(run.out.contains("shop.lock: recorded:\n") && run.out.contains(" modules\n"), "{}", run.out);
    assert_eq!(folder.files(), ["shop.lock", "shop.pin"]);

    let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1);
    let lock = std::fs::File::options().write(true).open(folder.path("shop.lock")).expect("the lock");
    lock.set_modified(long_ago).expect("a time can be set");
    for arguments in [&["lock", &file][..], &["lock", "--check", &file]] {
        let run = linchpin(arguments);
        assert!(run.status == 0 && run.out.ends_with("shop.lock: all is recorded\n"), "{}", run.out);
    }
    let modified = std::fs::metadata(folder.path("shop.lock")).and_then(|meta| meta.modified()).expect("it is there");
    assert_eq!(modified, long_ago, "an unchanged lock is not written again");
}

/// As Git has it on Windows.
#[test]
fn a_lock_keeps_its_line_ends() {
    let folder = Folder::new("lock-ends");
    let file = shop(&folder);
    linchpin(["lock", &file]);
    folder.write("shop.lock", &folder.read("shop.lock").replace('\n', "\r\n"));
    let run = linchpin(["lock", "--check", &file]);
    assert!(run.status == 0 && run.out.ends_with("shop.lock: all is recorded\n"), "{}", run.out);
    folder.write("shop.pin", &format!("{}{PING}", folder.read("shop.pin")));
    let run = linchpin(["lock", &file]);
    assert!(run.status == 0 && run.out.ends_with("shop.lock: recorded:\n  module ping @1\n"), "{}", run.out);
    let lock = folder.read("shop.lock");
    assert_eq!(lock.matches('\n').count(), lock.matches("\r\n").count(), "{lock:?}");
}

#[test]
fn what_is_added_is_named() {
    let folder = Folder::new("lock-added");
    let file = shop(&folder);
    linchpin(["lock", &file]);
    folder.write("shop.pin", &format!("{}{PING}", folder.read("shop.pin")));
    assert_eq!(linchpin(["check", &file]).status, 0, "a new module needs no words");
    let run = linchpin(["lock", "--check", &file]);
    assert!(run.status == 1 && run.out.ends_with("shop.lock: not recorded:\n  module ping @1\n"), "{}", run.out);
    let run = linchpin(["lock", &file]);
    assert!(run.status == 0 && run.out.ends_with("shop.lock: recorded:\n  module ping @1\n"), "{}", run.out);
}

#[test]
fn what_is_gone_is_refused_until_it_is_dropped() {
    let folder = Folder::new("lock-gone");
    let file = shop(&folder);
    let text = folder.read("shop.pin");
    folder.write("shop.pin", &format!("{text}{PING}"));
    linchpin(["lock", &file]);
    let before = folder.read("shop.lock");
    folder.write("shop.pin", &text);
    assert_eq!(linchpin(["check", &file]).status, 1);
    let run = linchpin(["lock", &file]);
    assert!(run.status == 1 && run.err.contains("error[P1004]: the module `ping` was released, and is gone"), "{}", run.err);
    assert_eq!(folder.read("shop.lock"), before);
    let run = linchpin(["lock", "--drop", "pong", &file]);
    assert!(run.status == 2 && run.err.contains("records no API version, module or connection `pong`"), "{}", run.err);
    let run = linchpin(["lock", "--drop", "ping", &file]);
    assert!(run.status == 0 && run.out.ends_with("  what is no longer there\n"), "{}{}", run.out, run.err);
    assert!(!folder.read("shop.lock").contains("ping"));
    assert_eq!(linchpin(["check", &file]).status, 0);
}

#[test]
fn what_holds_for_the_whole_is_forgotten_by_the_connectors_name() {
    let folder = Folder::new("lock-whole");
    let file = shop(&folder);
    linchpin(["lock", &file]);
    let text = folder.read("shop.pin");
    let moved = text.replacen("server \"", "server \"https://other.example\" // ", 1);
    folder.write("shop.pin", &moved);
    let run = linchpin(["lock", &file]);
    assert!(run.status == 1 && run.err.contains("error[P1009]: the server is"), "{}", run.err);
    assert!(run.err.contains("linchpin lock --drop shop"), "{}", run.err);
    let run = linchpin(["lock", "--drop", "shop", &file]);
    assert!(run.status == 0 && folder.read("shop.lock").contains("server = \"https://other.example\""), "{}{}", run.out, run.err);
}

#[test]
fn a_lock_from_before_the_whole_was_recorded_is_completed() {
    let folder = Folder::new("lock-older");
    let file = shop(&folder);
    folder.write("shop.pin", &format!("{}{}", folder.read("shop.pin"), PING.replace("GET", "retry never\n  GET")));
    linchpin(["lock", &file]);
    let lock = folder.read("shop.lock");
    let sections: Vec<&str> = lock.split("\n\n").filter(|section| !section.starts_with("[whole.")).collect();
    folder.write("shop.lock", &sections.join("\n\n").replace("retry = \"never\"\n", ""));
    let run = linchpin(["lock", "--check", &file]);
    assert!(run.status == 1 && run.out.contains("not recorded:\n  the connector\n"), "{}{}", run.out, run.err);
    let run = linchpin(["lock", &file]);
    assert!(run.status == 0 && folder.read("shop.lock") == lock, "{}{}", run.out, run.err);
}

#[test]
fn the_lock_of_a_folder_lies_in_it() {
    let folder = Folder::new("lock-folder");
    std::fs::create_dir(folder.path("shop")).expect("a folder");
    std::fs::copy(spec("shop.pin"), folder.path("shop/main.pin")).expect("copied");
    assert_eq!(linchpin_in(&folder, ["lock", "shop"]).status, 0);
    assert!(std::path::Path::new(&folder.path("shop/shop.lock")).is_file());
    assert_eq!(linchpin_in(&folder, ["lock", "--check", "shop/"]).status, 0);
}

#[test]
fn the_locks_that_a_shell_names_with_the_specs_are_stepped_over() {
    let folder = Folder::new("lock-globbed");
    let file = shop(&folder);
    linchpin(["lock", &file]);
    let lock = folder.path("shop.lock");
    for command in [&["lock", "--check"][..], &["check"], &["fmt", "--check"], &["outlook"]] {
        let run = linchpin(command.iter().copied().chain([lock.as_str(), &file]));
        assert_eq!(run.status, 0, "{command:?}: {}{}", run.out, run.err);
        let run = linchpin(command.iter().copied().chain([lock.as_str()]));
        assert_eq!(run.status, 2, "{command:?}: {}{}", run.out, run.err);
        assert_eq!(run.err, format!("linchpin: {lock}: a lock is no spec; name the spec beside it\n"));
    }
}

#[test]
fn the_locks_of_our_own_connectors_record_all() {
    let specs = std::fs::read_dir(spec("../../../connectors/specs")).expect("the connectors' specs");
    let specs: Vec<String> = specs.map(|one| one.expect("a spec").path().to_string_lossy().into_owned()).collect();
    let run = linchpin(["lock", "--check"].into_iter().chain(specs.iter().map(String::as_str)));
    assert_eq!(run.status, 0, "run `linchpin lock connectors/specs/*`, and read what it adds:\n{}{}", run.out, run.err);
    assert!(run.out.lines().count() >= 9, "{}", run.out);
}
