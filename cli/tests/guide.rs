//! Guides of `docs/`, followed to the letter: their files are written into an empty folder, their commands run there in order, and what
//! they print is what stands in the guide. With `UPDATE_GUIDE=1` the guide gets what they print.

mod common;

use common::{Folder, linchpin_in};
use std::fs;
use std::path::{Path, PathBuf};

fn guide(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs").join(name)
}

/// The value of `name=…` behind a fence.
fn word<'t>(info: &'t str, name: &str) -> Option<&'t str> {
    let (_, rest) = info.split_once(&format!("{name}="))?;
    match rest.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next(),
        None => rest.split(' ').next(),
    }
}

/// What a command prints: everything on its output, then everything about its mistakes.
fn printed(folder: &Folder, command: &str) -> String {
    let words = words(command);
    match words[0].as_str() {
        "linchpin" => {
            let run = linchpin_in(folder, &words[1..]);
            format!("{}{}", run.out, run.err)
        }
        "cat" => folder.read(&words[1]),
        other => panic!("the guide calls `{other}`"),
    }
}

/// As a shell has them: quotes hold words together.
fn words(command: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (at, part) in command.split('"').enumerate() {
        if at % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}

/// Does what a block says; gives the block as it should stand.
fn follow(folder: &Folder, info: &str, body: &str) -> String {
    if let Some(name) = word(info, "file") {
        folder.write(name, body);
    } else if let Some(name) = word(info, "into") {
        let text = folder.read(name);
        let below = word(info, "below").expect("it says where");
        let at = text.find(below).and_then(|at| Some(at + text[at..].find('\n')? + 1)).unwrap_or_else(|| panic!("no `{below}` in {name}"));
        folder.write(name, &format!("{}{body}{}", &text[..at], &text[at..]));
    } else if info == "console" {
        let command = body.lines().next().and_then(|line| line.strip_prefix("$ ")).expect("a command");
        let told = printed(folder, command);
        let lines: String = told.trim_end().lines().map(|line| format!("{}\n", line.trim_end())).collect();
        return format!("$ {command}\n{lines}");
    }
    body.to_owned()
}

#[test]
fn the_api_changed() {
    is_what_happens("the-api-changed.md", 6);
}

#[test]
fn from_openapi() {
    is_what_happens("from-openapi.md", 8);
}

fn is_what_happens(name: &str, commands: usize) {
    let text = fs::read_to_string(guide(name)).expect("the guide is there");
    let folder = Folder::new(name);
    let mut whole = String::new();
    let mut count = 0;
    let mut rest = text.as_str();
    while let Some((prose, behind)) = rest.split_once("\n```") {
        let (info, behind) = behind.split_once('\n').expect("a block has a first line");
        let (body, behind) = behind.split_once("```").expect("a block ends");
        count += usize::from(info == "console");
        whole += &format!("{prose}\n```{info}\n{}```", follow(&folder, info, body));
        rest = behind;
    }
    whole += rest;
    assert!(count >= commands, "only {count} commands");
    if std::env::var_os("UPDATE_GUIDE").is_some() {
        fs::write(guide(name), &whole).expect("it can be written");
    }
    assert_eq!(fs::read_to_string(guide(name)).expect("the guide is there"), whole, "run this test with UPDATE_GUIDE=1");
}
