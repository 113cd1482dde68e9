//! The steps of a module that makes several exchanges, each by calling another module.

use super::{Ident, Path, Value};
use crate::source::Span;

/// `steps { … }`
#[derive(Clone, Debug)]
pub struct Steps {
    /// In the order in which they are made.
    pub list: Vec<Step>,
    /// The whole statement.
    pub span: Span,
}

/// `ticket = files.get_upload_url { filename  length = content.length }`
#[derive(Clone, Debug)]
pub struct Step {
    /// What its output is called in what follows.
    pub name: Option<Ident>,
    /// The module that is called.
    pub module: Path,
    /// What it is given.
    pub members: Vec<StepMember>,
    /// The whole step.
    pub span: Span,
}

/// `length = content.length`; `filename` alone is the input of that name.
#[derive(Clone, Debug)]
pub struct StepMember {
    /// What it is called there.
    pub name: Ident,
    /// What it is given; none: the module's own input of the same name.
    pub value: Option<StepValue>,
}

/// What is given.
#[derive(Clone, Debug)]
pub struct StepValue {
    /// What it is.
    pub kind: StepValueKind,
    /// Where it stands.
    pub span: Span,
}

/// The kinds of what is given.
#[derive(Clone, Debug)]
pub enum StepValueKind {
    /// `"text"`, `42`, `true`, `null`
    Literal(Value),
    /// `channel`, `ticket.upload_url`, `content.length`; also a value of an enum, where one is wanted.
    Path(Path),
    /// `[a, b]`
    List(Vec<StepValue>),
    /// `{ id = ticket.file_id  title }`
    Object(Vec<StepMember>),
}
