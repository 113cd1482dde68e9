//! How much reading odd texts may cost, counted in steps of the parser and not in time: whatever stands in a text, some steps for each of
//! its bytes. Alone in its program, for the bound on steps holds for all parsers of it.

use linchpin_compiler::diagnostics::{Diagnostics, short};
use linchpin_compiler::source::Sources;
use linchpin_compiler::syntax::parse;
use std::num::NonZeroUsize;
use std::sync::Mutex;

const HEAD: &str = "connector acme \"Acme\" { server \"https://acme.example\" }\n";

/// Many steps for a byte; a block in a block in a block costs less than this.
const STEPS: usize = 100;

/// The bound is one for all threads.
static BOUND: Mutex<()> = Mutex::new(());

/// A spec without mistakes, of about this many bytes.
fn good(bytes: usize) -> String {
    let one = |at: usize| {
        format!(
            "/// A thing.\ntype T{at} {{ id: string  name \"na\": string(1..255) = \"x\"  other?: [int] }}\n\
             action a{at} @1 \"Do\" {{ GET \"/a/{{id}}\" -> T{at}  path {{ id: string }} }}\n"
        )
    };
    let mut text = String::new();
    for at in 0.. {
        if text.len() >= bytes {
            return text;
        }
        text += &one(at);
    }
    text
}

/// What opens something, in front of what never closes it.
const CONTEXTS: [&str; 10] = [
    "",
    "type T { a: ",
    "type T { a: string(",
    "type T { a: json = ",
    "enum E {",
    "group a {",
    "change v2 { ",
    "action a { from @1 {",
    "action a { example { given ",
    "action a { example { given { a: ",
];

const QUOTES: [&str; 6] =
    ["type T { a: string = \"", "type T { a: string(pattern \"", "action a { GET \"", "change v2 \"", "type T { a \"", "enum E { a = \""];

fn texts() -> Vec<(String, String)> {
    let mut texts = Vec::new();
    for context in CONTEXTS {
        for bracket in ["{", "[", "(", "map<", "([{", "{}"] {
            let many = bracket.repeat(2_000);
            texts.push((format!("{context}{bracket}…"), format!("{HEAD}{context}{many}\n")));
            texts.push((format!("{context}{bracket}… in front"), format!("{HEAD}{context}{many}\n{}", good(5_000))));
        }
        let lines = "{\n".repeat(2_000);
        texts.push((format!("{context}{{ on lines"), format!("{HEAD}{context}{lines}")));
        let deep = format!("{}?{}", "{ a: ".repeat(28), " }".repeat(28));
        texts.push((format!("{context}{deep}"), format!("{HEAD}{context}{}", format!("{deep}\n").repeat(20))));
    }
    for quote in QUOTES {
        texts.push((format!("{quote} in front"), format!("{HEAD}{quote}\n{}", good(30_000))));
        texts.push((format!("{quote} behind"), format!("{HEAD}{}{quote}", good(30_000))));
        texts.push((
            format!("{quote} on one line"),
            format!("{HEAD}{quote}{}", good(30_000).replace("/// A thing.", "").replace('\n', " ")),
        ));
        texts.push((format!("{quote} on each line"), format!("{HEAD}{}", format!("{quote}\n").repeat(500))));
        texts.push((format!("{quote} }} on each line"), format!("{HEAD}{}", format!("{quote} }}\n").repeat(500))));
    }
    for (name, piece) in [("words", "foo "), ("documentation", "/// x\n"), ("signs", "?;"), ("strings", "\"a\" ")] {
        for context in CONTEXTS {
            texts.push((format!("{context}{name}"), format!("{HEAD}{context}{}", piece.repeat(5_000 / piece.len()))));
        }
    }
    texts
}

/// What is said of a text, and how much of it is in its tree; nothing when the steps did not suffice for the file as a whole.
fn read(text: &str, steps: usize) -> Option<(Vec<String>, usize)> {
    let _alone = BOUND.lock().expect("no test failed while it held this");
    pest::set_call_limit(NonZeroUsize::new(steps));
    let mut sources = Sources::default();
    let id = sources.add("acme.pin", text);
    let mut diagnostics = Diagnostics::default();
    let file = parse(id, text, &mut diagnostics);
    let given_up = file.unread.iter().any(|span| (span.start, span.end as usize) == (0, text.len()));
    let told = diagnostics.sorted(&sources).iter().map(|one| short::render(one, &sources)).collect();
    (!given_up).then_some((told, file.items.len()))
}

#[test]
fn every_text_is_read_in_some_steps_for_each_of_its_bytes() {
    let texts = texts();
    assert!(texts.len() > 150, "{}", texts.len());
    let mut wrong = Vec::new();
    for (name, text) in &texts {
        // Where the steps do not suffice for a statement that is read again, it is not mended.
        let [some, many] = [1, 4].map(|times| read(text, text.len() * STEPS * times));
        if some.is_none() || some != many {
            wrong.push(name.as_str());
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn what_is_too_deep_is_said_and_no_more_is_made_of_it() {
    for bracket in ["{", "[", "("] {
        let text = format!("{HEAD}type T {{ a: string({}", bracket.repeat(10_000));
        let (told, _) = read(&text, text.len() * STEPS).expect("it is read");
        assert!(told.iter().any(|line| line.contains("brackets stand in each other more than 32 deep")), "{told:#?}");
        assert!(told.len() <= 40, "{} mistakes", told.len());
    }
}
