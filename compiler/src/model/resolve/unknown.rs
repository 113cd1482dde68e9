//! Words about names that are not there, with the nearest spelling.

use crate::diagnostics::nearest::nearest;
use crate::diagnostics::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::ast::Ident;

/// "`beerer` is not a connection", with the nearest of those that there are.
pub(super) fn unknown<'c>(code: Code, name: &Ident, what: &str, known: impl IntoIterator<Item = &'c str>) -> Diagnostic {
    unknown_at(code, name.span, &name.value, what, known)
}

/// The same for text that is no single identifier.
pub(super) fn unknown_at<'c>(code: Code, span: Span, name: &str, what: &str, known: impl IntoIterator<Item = &'c str>) -> Diagnostic {
    let diagnostic = Diagnostic::new(code, span, format!("there is no {what} `{name}`")).here(not_one(what));
    let known: Vec<&str> = known.into_iter().collect();
    match nearest(name, known.iter().copied()) {
        Some(near) => diagnostic.help(format!("write `{near}`")).replace(format!("write `{near}`"), span, near),
        None if known.is_empty() || known.len() > 12 => diagnostic,
        None => diagnostic.help(format!("there is {}", listed(&known))),
    }
}

/// What is said at the name itself.
fn not_one(what: &str) -> String {
    let article = if what.starts_with(['a', 'e', 'i', 'o', 'u', 'A', 'H', 'O']) { "an" } else { "a" };
    if what.ends_with("called") || what.ends_with(':') { "no such name".to_owned() } else { format!("not {article} {what}") }
}

/// A word that must be one of a few: all of them are told when none is near.
pub(super) fn choice(code: Code, word: &Ident, what: &str, choices: &[&str]) -> Diagnostic {
    let diagnostic = unknown(code, word, what, choices.iter().copied());
    if diagnostic.help.is_empty() { diagnostic.help(format!("there is {}", listed(choices))) } else { diagnostic }
}

/// "`a`, `b` and `c`"
pub(super) fn listed(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        Some((last, before)) if !before.is_empty() => format!("{} and {last}", before.join(", ")),
        _ => quoted.concat(),
    }
}
