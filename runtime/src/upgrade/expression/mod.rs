//! Expressions in stored texts: what an upgrade must know about the host's syntax, as a trait. The built-in form is in `braces`.
//!
//! Nothing here evaluates: an upgrade works on what is written, never on what it would give.

mod braces;
mod parse;
mod rewrite;

use std::borrow::Cow;

pub use braces::Braces;
pub(super) use rewrite::written;

/// The syntax of expressions in a host's stored texts.
pub trait Expressions: Send + Sync {
    /// What a stored text is.
    ///
    /// # Errors
    /// When it holds an expression that cannot be read.
    fn kind(&self, text: &str) -> Result<TextKind, Unreadable>;

    /// Does the text say that nothing is given?
    fn is_nothing(&self, text: &str) -> bool;

    /// The text that gives the member at `path` of what `text` gives: `{{2.owner.id}}` for `id` of `{{2.owner}}`. None when that cannot be
    /// said, as of a text with several expressions.
    fn member(&self, text: &str, path: &[&str]) -> Option<String>;

    /// Looks through the outputs of other steps that a text uses; `outputs` says what became of each.
    ///
    /// # Errors
    /// When it holds an expression that cannot be read.
    fn follow(&self, text: &str, outputs: &dyn Outputs) -> Result<Followed, Unreadable>;

    /// The output that a text gives as it is, and nothing else: `{{3.status}}`. The step's id and the path.
    fn output(&self, text: &str) -> Option<(String, Vec<Access>)>;
}

/// What a stored text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextKind {
    /// Nothing was given.
    Nothing,
    /// A text that stands for itself.
    Literal,
    /// An expression whose value has the type that it has.
    Mapped,
    /// Expressions mixed with text: it gives a text.
    Mixed,
}

/// What became of the outputs of other steps.
pub trait Outputs {
    /// Does anything differ in the outputs of this step?
    fn concerns(&self, step: &str) -> bool;

    /// What became of an output.
    fn moved(&self, step: &str, path: &[Access]) -> Moved;
}

/// A part of a path into a step's output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Access {
    /// A member.
    Name(String),
    /// An item, from 1.
    Item(u32),
    /// All items.
    All,
}

/// What became of an output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// Where it stands now, where that is elsewhere.
    pub to: Option<Vec<Access>>,
    /// What a person must look at.
    pub review: Vec<String>,
}

/// A text in which outputs were followed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Followed {
    /// The text, where it differs.
    pub text: Option<String>,
    /// What differs in it: the output as it was used, and as it is used now. No text literal is in it, for that may be secret.
    pub changes: Vec<(String, String)>,
    /// What a person must look at.
    pub review: Vec<String>,
}

/// An expression that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// Where, in bytes of the text.
    pub at: usize,
    /// What is wrong.
    pub message: Cow<'static, str>,
}

impl std::fmt::Display for Unreadable {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} at character {}", self.message, self.at + 1)
    }
}

impl std::error::Error for Unreadable {}

/// No expressions: every text stands for itself. For values of programs, which hold none.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoExpressions;

impl Expressions for NoExpressions {
    fn kind(&self, _: &str) -> Result<TextKind, Unreadable> {
        Ok(TextKind::Literal)
    }

    fn is_nothing(&self, _: &str) -> bool {
        false
    }

    fn member(&self, _: &str, _: &[&str]) -> Option<String> {
        None
    }

    fn follow(&self, _: &str, _: &dyn Outputs) -> Result<Followed, Unreadable> {
        Ok(Followed::default())
    }

    fn output(&self, _: &str) -> Option<(String, Vec<Access>)> {
        None
    }
}
