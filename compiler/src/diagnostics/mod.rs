//! Mistakes in specs: what they are, where they stand, and what to type instead.

pub mod codes;
pub mod full;
pub mod json;
pub(crate) mod json_value;
pub mod nearest;
pub mod sarif;
pub mod short;

use crate::source::{Sources, Span};
pub use codes::Code;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Nothing is generated.
    Error,
    /// Something a person should look at.
    Warning,
}

impl Severity {
    /// "error" or "warning".
    pub fn name(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        }
    }
}

/// One mistake.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// Which kind of mistake; it knows its severity and its page.
    pub code: Code,
    /// One sentence with the names in backticks.
    pub message: String,
    /// The narrowest place, then the other parties.
    pub labels: Vec<Label>,
    /// What to do, in words one can type.
    pub help: Vec<String>,
    /// An edit that mends it.
    pub fix: Option<Fix>,
}

/// A place and what is to be said of it.
#[derive(Clone, Debug)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What, in a few words; may be empty.
    pub text: String,
}

/// A machine-applicable edit.
#[derive(Clone, Debug, PartialEq)]
pub struct Fix {
    /// What it does: "write `bearer`".
    pub title: String,
    /// Replacements that do not overlap.
    pub edits: Vec<Edit>,
}

/// Replaces the text under a span.
#[derive(Clone, Debug, PartialEq)]
pub struct Edit {
    /// What goes; empty for an insertion.
    pub span: Span,
    /// What comes.
    pub text: String,
}

impl Diagnostic {
    /// A mistake at its narrowest place.
    pub fn new(code: Code, span: Span, message: impl Into<String>) -> Self {
        let labels = vec![Label { span, text: String::new() }];
        Self { code, message: message.into(), labels, help: Vec::new(), fix: None }
    }

    /// Says something at the main place.
    pub fn here(mut self, text: impl Into<String>) -> Self {
        self.labels[0].text = text.into();
        self
    }

    /// Points at another party.
    pub fn also(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    /// Says what to do.
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help.push(text.into());
        self
    }

    /// Offers an edit that replaces one place.
    pub fn replace(self, title: impl Into<String>, span: Span, text: impl Into<String>) -> Self {
        self.fix(title, vec![Edit { span, text: text.into() }])
    }

    /// Offers an edit.
    pub fn fix(mut self, title: impl Into<String>, edits: Vec<Edit>) -> Self {
        self.fix = Some(Fix { title: title.into(), edits });
        self
    }

    /// Its severity.
    pub fn severity(&self) -> Severity {
        self.code.severity
    }

    /// The main place.
    pub fn span(&self) -> Span {
        self.labels[0].span
    }
}

/// All mistakes of one compilation.
#[derive(Clone, Debug, Default)]
pub struct Diagnostics {
    list: Vec<Diagnostic>,
}

/// At least one error was found; nothing may be generated.
#[derive(Clone, Copy, Debug)]
pub struct Failed;

impl Diagnostics {
    /// Records one.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.list.push(diagnostic);
    }

    /// Takes in all of another compilation's.
    pub fn extend(&mut self, others: Diagnostics) {
        self.list.extend(others.list);
    }

    /// Stops a pipeline between stages when an error was found.
    pub fn gate(&self) -> Result<(), Failed> {
        if self.has_errors() { Err(Failed) } else { Ok(()) }
    }

    /// True when at least one is an error.
    pub fn has_errors(&self) -> bool {
        self.list.iter().any(|one| one.severity() == Severity::Error)
    }

    /// All of them, by file and place.
    pub fn sorted(&self, _sources: &Sources) -> Vec<&Diagnostic> {
        let mut sorted: Vec<_> = self.list.iter().collect();
        sorted.sort_by_key(|one| (one.span(), one.code.id));
        sorted
    }
}
