//! The connectors that are written by hand, against the API descriptions that their owners publish.
//!
//! The descriptions are no part of the repository: `LINCHPIN_CORPUS` says where they lie, `../shared/corpus` beside the workspace
//! unless it is set. Where they are missing, these tests say that they are skipped.

use std::path::{Path, PathBuf};

use linchpin_compiler::diagnostics::{Diagnostics, short};
use linchpin_compiler::model::Model;
use linchpin_compiler::model::project::project_all;
use linchpin_compiler::syntax::ast::ModuleKind;
use linchpin_compiler::{build_script, check};
use linchpin_tests::corpus;
use linchpin_tests::openapi_check::{Document, Exception, Verdict, compare, judge};

/// Where the document of 2022-11-28 is not what GitHub answers, or says less than is known.
const GITHUB: &[Exception] = &[
    Exception {
        place: "webhooks.create.config",
        saying: "required here, optional there",
        why: "the only kind of hook that can still be made calls an address",
    },
    Exception {
        place: "webhooks.CreateConfig.url",
        saying: "required here, optional there",
        why: "the only kind of hook that can still be made calls an address",
    },
    Exception {
        place: "contents.download_*",
        saying: "no success answer with this status there",
        why: "the document shows the redirect; what is meant is the file that it leads to",
    },
    Exception {
        place: "actions.download_*",
        saying: "no success answer with this status there",
        why: "the document shows the redirect; what is meant is the file that it leads to",
    },
    Exception {
        place: "contents.get_file answer",
        saying: "an object here, array there",
        why: "one path answers for folders and for files; this module is for files, and fails for a folder",
    },
    Exception {
        place: "contents.list_directory answer",
        saying: "a list here, object there",
        why: "one path answers for folders and for files; this module is for folders, and fails for a file",
    },
    Exception {
        place: "contents.Signature.*",
        saying: "required here, optional there",
        why: "git needs name and e-mail address; the document says so where a file is written, not where one is deleted",
    },
    Exception {
        place: "Issue.labels[]",
        saying: "an object here, string there",
        why: "answers hold objects; plain names are for requests",
    },
];

/// Where Slack's document is behind the API, or describes it loosely.
const SLACK: &[Exception] = &[
    Exception {
        place: "*.token",
        saying: "required * parameter there, missing here",
        why: "the connection sends the token, in the header that Slack asks for",
    },
    Exception {
        place: "channels.*",
        saying: "no path * there",
        why: "retired in 2021; the document has only `conversations`, which took its place",
    },
    Exception {
        place: "groups.*",
        saying: "no path * there",
        why: "retired in 2021; the document has only `conversations`, which took its place",
    },
    Exception {
        place: "im.*",
        saying: "no path * there",
        why: "retired in 2021; the document has only `conversations`, which took its place",
    },
    Exception { place: "files.get_upload_url", saying: "no path * there", why: "it came after the document" },
    Exception { place: "files.complete_upload", saying: "no path * there", why: "it came after the document" },
    Exception { place: "*", saying: "POST here, GET there", why: "Slack takes POST wherever it takes GET, with the parameters in a form" },
    Exception {
        place: "chat.*",
        saying: "sends application/json here, application/x-www-form-urlencoded there",
        why: "Slack takes JSON for its writing methods, and blocks need no second encoding in it",
    },
    Exception {
        place: "chat.*.blocks",
        saying: "a list here, string there",
        why: "in JSON, blocks are a list; in a form they are JSON as text",
    },
    Exception {
        place: "chat.*.attachments",
        saying: "a list here, string there",
        why: "in JSON, attachments are a list; in a form they are JSON as text",
    },
    Exception { place: "chat.update.link_names", saying: "a boolean here, string there", why: "the same switch as in `chat.postMessage`" },
    Exception {
        place: "chat.schedule_message.post_at",
        saying: "a time in seconds here, string there",
        why: "the document writes down the form's text; what is meant is seconds",
    },
    Exception { place: "*.ts", saying: "an id here, number there", why: "a message's time is its name: as a number it would lose digits" },
    Exception {
        place: "*.thread_ts",
        saying: "an id here, number there",
        why: "a message's time is its name: as a number it would lose digits",
    },
    Exception { place: "*.latest", saying: "* here, number there", why: "a message's time is its name: as a number it would lose digits" },
    Exception { place: "*.oldest", saying: "* here, number there", why: "a message's time is its name: as a number it would lose digits" },
    Exception { place: "files.list.count", saying: "an integer here, string there", why: "in a form a number is text" },
    Exception { place: "files.list.page", saying: "an integer here, string there", why: "in a form a number is text" },
    Exception { place: "files.list.ts_from", saying: "an integer here, number there", why: "whole seconds are enough to find files" },
    Exception { place: "files.list.ts_to", saying: "an integer here, number there", why: "whole seconds are enough to find files" },
    Exception {
        place: "chat.*",
        saying: "required here, optional there",
        why: "without it Slack refuses: channel_not_found, no_text or message_not_found",
    },
    Exception {
        place: "conversations.*",
        saying: "required here, optional there",
        why: "without it Slack refuses: channel_not_found or invalid_name_required",
    },
    Exception { place: "files.*.file", saying: "required here, optional there", why: "without it Slack refuses: file_not_found" },
    Exception {
        place: "reactions.*",
        saying: "required here, optional there",
        why: "the module is for messages, which conversation and time name",
    },
    Exception {
        place: "pins.*",
        saying: "required here, optional there",
        why: "the module is for messages, which conversation and time name",
    },
    Exception { place: "reminders.*.reminder", saying: "required here, optional there", why: "without it Slack refuses: not_found" },
    Exception { place: "users.info.user", saying: "required here, optional there", why: "without it Slack refuses: user_not_found" },
    Exception {
        place: "users.set_profile_field.*",
        saying: "required here, optional there",
        why: "the module changes one field; the other form of the method takes a whole profile instead",
    },
    Exception { place: "bookmarks.*", saying: "no path /bookmarks.* there", why: "bookmarks came after the document" },
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests crate lies in the workspace").to_owned()
}

fn model(connector: &str) -> Model {
    let path = root().join("connectors/specs").join(connector);
    let sources = build_script::load(&path).expect("the spec can be read");
    let mut diagnostics = Diagnostics::default();
    let model = check(&sources, &mut diagnostics);
    let problems: Vec<String> = diagnostics.sorted(&sources).iter().map(|one| short::render(one, &sources)).collect();
    model.unwrap_or_else(|| panic!("{connector} has mistakes:\n{}", problems.join("\n")))
}

/// Holds every version of a connector against its document. A difference is an exception's if any version has it.
fn against(model: &Model, document: &Document, exceptions: &[Exception]) -> Verdict {
    let mut findings = Vec::new();
    for projection in project_all(model) {
        let version = &model.apis[projection.version].name;
        findings.extend(compare(&projection, &document.at_version(version)));
    }
    findings.sort();
    findings.dedup();
    judge(findings, exceptions)
}

fn report(connector: &str, model: &Model, verdict: &Verdict) {
    println!("{connector}: {} modules, {} types", model.modules.len(), model.types.len());
    for (finding, why) in &verdict.accepted {
        println!("  accepted: {finding} ({why})");
    }
    let unexpected: Vec<String> = verdict.unexpected.iter().map(ToString::to_string).collect();
    assert!(unexpected.is_empty(), "{connector} differs from its owner's document:\n  {}", unexpected.join("\n  "));
    let unused: Vec<&str> = verdict.unused.iter().map(|one| one.place).collect();
    assert!(unused.is_empty(), "{connector} no longer needs the exceptions for {}", unused.join(", "));
}

#[test]
fn github_is_what_its_owner_says() {
    let Some(corpus) = corpus::part("github_is_what_its_owner_says", "openapi/big") else { return };
    let model = model("github");
    let document = Document::read(&corpus.join("github.json")).expect("the document can be read");
    report("github", &model, &against(&model, &document, GITHUB));
}

#[test]
fn slack_is_what_its_owner_says() {
    let Some(corpus) = corpus::part("slack_is_what_its_owner_says", "openapi/big") else { return };
    let model = model("slack");
    let document = Document::read(&corpus.join("slack.json")).expect("the document can be read");
    report("slack", &model, &against(&model, &document, SLACK));
}

/// The comparison would notice: the same spec against a document from which something was taken.
#[test]
fn a_difference_is_noticed() {
    let Some(corpus) = corpus::part("a_difference_is_noticed", "openapi/big") else { return };
    let model = model("slack");
    let document = Document::read(&corpus.join("slack.json")).expect("the document can be read");
    let verdict = against(&model, &document, &SLACK[1..]);
    assert!(verdict.unexpected.iter().any(|finding| finding.place == "auth.test.token"), "the missing token is reported");
    let verdict = against(&model, &document.without("/components/schemas/objs_channel"), SLACK);
    assert!(verdict.unexpected.is_empty(), "a schema that nothing names makes no difference");
    let verdict = against(&model, &document.without("/components/schemas/objs_team/properties/domain"), SLACK);
    let places: Vec<&str> = verdict.unexpected.iter().map(|finding| finding.place.as_str()).collect();
    assert_eq!(places, ["Team.domain"]);
}

/// A person who reads the connector finds every module and every value explained, and an example of each.
#[test]
fn everything_is_described_and_shown() {
    let specs = std::fs::read_dir(root().join("connectors/specs")).expect("the connectors' specs");
    let names = specs.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut bare = Vec::new();
    for connector in names.filter(|name| !name.ends_with(".lock")) {
        let model = model(&connector);
        for module in &model.modules {
            let name = &model.name(module.symbol).name;
            let searches = module.kind == ModuleKind::Search && module.page.is_some();
            let missing = [
                (module.docs.is_empty(), "no description"),
                // Examples show the present.
                (module.examples.is_empty() && module.on.has(model.apis.len() - 1), "no example"),
                (searches && module.order.is_none(), "pages without an order"),
            ];
            bare.extend(missing.iter().filter(|(missing, _)| *missing).map(|(_, what)| format!("{connector} {name}: {what}")));
            let inputs = module.inputs.iter().map(|input| &input.field).filter(|field| field.docs.is_empty());
            bare.extend(inputs.map(|field| format!("{connector} {name}.{}: no description", field.name)));
        }
        for definition in &model.types {
            let name = &model.name(definition.symbol).name;
            bare.extend(undescribed(definition).into_iter().map(|member| format!("{connector} {name}{member}: no description")));
        }
    }
    assert!(bare.is_empty(), "\n  {}", bare.join("\n  "));
}

/// What of a definition has no description: itself, its fields, its values.
fn undescribed(definition: &linchpin_compiler::model::TypeDef) -> Vec<String> {
    use linchpin_compiler::model::TypeDefKind::{Enum, Struct, Union};
    let members: Vec<(&str, &str)> = match &definition.kind {
        Struct(fields) => fields.iter().map(|one| (one.name.as_str(), one.docs.as_str())).collect(),
        Enum { variants, .. } => variants.iter().map(|one| (one.name.as_str(), one.docs.as_str())).collect(),
        Union { variants, .. } => variants.iter().map(|one| (one.name.as_str(), one.docs.as_str())).collect(),
    };
    let own = definition.docs.is_empty().then(String::new);
    own.into_iter().chain(members.into_iter().filter(|(_, docs)| docs.is_empty()).map(|(name, _)| format!(".{name}"))).collect()
}
