//! What is exported is imported again: a description that became a spec, and every connector in every API version, are the same connector after they
//! were a document. [`same`] says what that means; the Rust of both is compared as well, byte for byte.
//!
//! The descriptions are no part of the repository: `LINCHPIN_CORPUS` says where they lie, `../shared/corpus` beside the workspace unless it is
//! set. Where they are missing, their test says that it is skipped. `LINCHPIN_ONLY` names those to try, by a part of their path.

mod corpus;
mod specs;

use std::fs;
use std::path::Path;

use linchpin_compiler::diagnostics::{Diagnostics, Severity, short};
use linchpin_compiler::export::{Exported, carried, openapi, same};
use linchpin_compiler::import::spec::{Imported, Options, spec};
use linchpin_compiler::model::Model;
use linchpin_compiler::model::project::project;
use linchpin_compiler::source::Sources;
use linchpin_compiler::{build_script, generate, import};
use specs::root;

fn checked(sources: &Sources) -> Result<Model, String> {
    let mut diagnostics = Diagnostics::default();
    let model = linchpin_compiler::check(sources, &mut diagnostics);
    let sorted = diagnostics.sorted(sources);
    let mistakes: Vec<String> =
        sorted.iter().filter(|one| one.severity() == Severity::Error).map(|one| short::render(one, sources)).collect();
    model.ok_or_else(|| format!("{} mistakes\n    {}", mistakes.len(), mistakes[..mistakes.len().min(6)].join("\n    ")))
}

fn sources(imported: &Imported) -> Sources {
    let mut sources = Sources::default();
    imported.files.iter().for_each(|(name, text)| {
        sources.add(name.clone(), text.clone());
    });
    sources
}

/// A document of ours as a spec.
fn imported(text: &str) -> Imported {
    let mut diagnostics = Diagnostics::default();
    let tree = import::parse("exported.json", text.to_owned(), &mut |_| None, &mut diagnostics);
    let document = import::read(&tree, &mut diagnostics).expect("what was exported is a document");
    spec(&document, &tree, &Options::default())
}

/// Lets one version of a connector become a document and a spec again; says what is not the same.
fn tried(name: &str, model: &Model, version: usize) -> Result<(), String> {
    let projection = project(model, version);
    let Exported { text, .. } = openapi(&projection);
    let again = imported(&text);
    if let Ok(out) = std::env::var("LINCHPIN_OUT") {
        let into = Path::new(&out).join(name.replace(['/', ' '], "-"));
        fs::create_dir_all(&into).expect("a folder");
        fs::write(into.join("exported.json"), &text).expect("it can be written");
        again.files.iter().for_each(|(file, text)| fs::write(into.join(file), text).expect("it can be written"));
    }
    let other = checked(&sources(&again))?;
    let (one, two) = (same(carried(&projection)), same(carried(&project(&other, 0))));
    different(&format!("{one:#?}"), &format!("{two:#?}"), "the model")?;
    different(&rust(&one), &rust(&two), "its Rust")?;
    // What was imported is exported as it was.
    different(&same_lines(&text), &same_lines(&openapi(&project(&other, 0)).text), "the document of the spec that was imported")?;
    let unsaid: Vec<&str> =
        again.notes.iter().map(|note| note.reason.as_str()).filter(|reason| !reason.contains("is no part of a document")).collect();
    if unsaid.is_empty() { Ok(()) } else { Err(format!("notes: {unsaid:?}")) }
}

/// The lines of a document in an order of their own: neither the order of operations and types nor whether a type was written in place is part of
/// what is the same.
fn same_lines(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.contains("x-linchpin-inline"));
    let mut lines: Vec<&str> = lines.map(|line| line.trim_end_matches(',')).collect();
    lines.sort_unstable();
    lines.join("\n")
}

fn rust(model: &Model) -> String {
    generate::file("same.pin", generate::generate(model, &[project(model, 0)]))
}

/// Where two texts part.
fn different(one: &str, two: &str, what: &str) -> Result<(), String> {
    if one == two {
        return Ok(());
    }
    let (a, b): (Vec<&str>, Vec<&str>) = (one.lines().collect(), two.lines().collect());
    let at = a.iter().zip(&b).position(|(a, b)| a != b).unwrap_or(a.len().min(b.len()));
    let around = |lines: &[&str]| lines[at.saturating_sub(6)..(at + 6).min(lines.len())].join("\n      ");
    Err(format!("{what} differs at line {at}:\n      {}\n    and then\n      {}", around(&a), around(&b)))
}

/// What differs is seen, and what decides nothing is not.
#[test]
fn the_same_is_what_means_the_same() {
    let text = fs::read_to_string(root().join("tests/export/everything.pin")).expect("it can be read");
    let form = |text: &str| {
        let mut sources = Sources::default();
        sources.add("everything.pin", text);
        let model = checked(&sources).unwrap_or_else(|mistakes| panic!("{mistakes}"));
        format!("{:?}", same(carried(&project(&model, model.apis.len() - 1))))
    };
    let changed = |what: &str, with: &str| {
        assert!(text.contains(what), "there is no `{what}`");
        form(&text.replacen(what, with, 1))
    };
    let whole = form(&text);
    for (what, with) in [
        ("/// Like blood.", "/// Like wine."),
        ("red   = \"R\"", "red   = \"RED\""),
        ("string(1..255, pattern", "string(1..254, pattern"),
        ("parent?: Thing | null", "parent?: Thing"),
        ("\"odd-name\"", "\"odder-name\""),
        ("colour_hint: \"x\"", "colour_hint: \"y\""),
        ("sort \"$sort\"", "sorted \"$sort\""),
        ("stop more data.hasMore  cap 50", "stop more data.hasMore  cap 51"),
        ("order none \"they never change\"", "order none \"they do not change\""),
        ("none \"the server refuses code_challenge\"", "none \"the server knows no PKCE\""),
        ("things \"https://acme.example/things\"", "all_things \"https://acme.example/things\""),
        ("retry key header \"Idempotency-Key\"", "retry key header \"Idempotent\""),
        ("fails Problem on 409, 422", "fails Problem on 409"),
        ("given { thing: \"t1\"", "given { thing: \"t2\""),
        ("b = [1]", "b = [2]"),
        ("sunset 2028-02", "sunset 2028-01"),
        ("server upload \"https://upload", "server upload \"https://up"),
        ("since_when: datetime(format \"epoch\") = cursor.time", "since_when?: datetime(format \"epoch\")"),
        ("id id.high lookback 90s", "id id.low lookback 90s"),
        ("id id.high lookback 90s", "id id.high lookback 91s"),
        ("order moment.seen_at descending", "order moment.seen_at"),
        ("= \"chan\\\"ged\"", "= \"changed\""),
        ("when query \"mode\" = 7", "when query \"mode\" = 8"),
        ("at body.\"body\".content when", "at body.content when"),
        ("by header \"X-Kind\" when header \"X-Tenant\" present", "by header \"X-Kind\""),
        ("as form when", "when"),
        ("verify hmac sha512", "verify hmac sha256"),
        (" millis within 10m", " seconds within 10m"),
        ("body claim \"body_sha256\" as base64", "body claim \"body_sha256\" as hex"),
        ("only the proxy\\nin front", "only the proxies\\nin front"),
        ("when query \"hub.verify_token\" = secret", "when query \"hub.verify_token\" present"),
        ("encryptedToken = \"{{sha256}}={hmac.hex}\"", "encryptedToken = \"{{sha256}}={hmac.base64}\""),
        ("secret = endpoint.secret  kind = green", "secret = endpoint.secret  kind = red"),
        ("expires hook.end", "expires hook.begin"),
        ("} before 36h", "} before 35h"),
        ("why = \"no longer\" }", "why = \"no more\" }"),
    ] {
        assert!(changed(what, with) != whole, "`{what}` and `{with}` are the same");
    }
    for (what, with) in [
        ("enum Colour {", "// Red and green.\nenum Colour {"),
        ("type Person { first_name: string  ...: json  nick_name?: string = \"Al\" }", ""),
        ("keep host, client_id, client_secret", "keep host, client_secret, client_id"),
    ] {
        let moved = "type Person { first_name: string  ...: json  nick_name?: string = \"Al\" }";
        let form = if with.is_empty() { form(&(text.replacen(what, with, 1) + "\n" + moved + "\n")) } else { changed(what, with) };
        assert!(form == whole, "`{what}` and `{with}` differ");
    }
}

#[test]
fn connectors_are_the_same_after_they_were_documents() {
    let (mut tried_all, mut failures) = (0, Vec::new());
    // Beside all connectors, each kind of signature and grant, and each kind of wait.
    let more = ["vault", "jobs"].map(|name| root().join(format!("../tests/specs/{name}.pin")));
    for path in specs::specs().into_iter().chain(more) {
        let model = checked(&build_script::load(&path).expect("specs can be read")).expect("connectors check");
        for (version, api) in model.apis.iter().enumerate() {
            let name = format!("{} {}", model.connector.name, api.name);
            tried_all += 1;
            if let Err(why) = tried(&name, &model, version) {
                failures.push(format!("{name}: {why}"));
            }
        }
    }
    println!("{} of {tried_all} versions are the same again", tried_all - failures.len());
    assert!(failures.is_empty(), "{} of {tried_all} versions:\n{}", failures.len(), failures.join("\n"));
}

#[test]
fn descriptions_are_the_same_after_they_were_specs() {
    let Some(folder) = corpus::part("the round trip of the corpus", "openapi") else { return };
    let only = std::env::var("LINCHPIN_ONLY").unwrap_or_default();
    let (mut documents, mut failures) = (0, Vec::new());
    for path in corpus::descriptions().into_iter().filter(|path| path.to_string_lossy().contains(&only)) {
        documents += 1;
        let name = path.strip_prefix(&folder).expect("it lies there").display().to_string();
        let mut diagnostics = Diagnostics::default();
        let tree = build_script::load_description(&path, &mut diagnostics).expect("it can be read");
        let document = import::read(&tree, &mut diagnostics).expect("descriptions of the corpus are read");
        let first = spec(&document, &tree, &Options::default());
        let outcome = checked(&sources(&first)).and_then(|model| tried(&name, &model, 0));
        println!("{name}: {}", if outcome.is_ok() { "the same" } else { "differs" });
        if let Err(why) = outcome {
            failures.push(format!("{name}: {why}"));
        }
    }
    println!("{} of {documents} descriptions are the same again", documents - failures.len());
    assert!(failures.is_empty(), "{} of {documents} descriptions:\n{}", failures.len(), failures.join("\n"));
}
