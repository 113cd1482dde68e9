//! The steps of a module that makes several exchanges, each by calling another module.

use super::{Ident, Path, Value};
use crate::source::{Span, Spanned};

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
    /// Until when it is made again.
    pub wait: Option<Wait>,
    /// The whole step.
    pub span: Span,
}

/// `every 2s up to 1m until status = finished fails when status = failed message error.text at most 30m`
#[derive(Clone, Debug)]
pub struct Wait {
    /// `every 2s`: the first pause, in milliseconds.
    pub every: Option<Spanned<u64>>,
    /// `up to 1m`: pauses grow until then.
    pub up_to: Option<Spanned<u64>>,
    /// What ends it; any of these.
    pub until: Vec<WaitUntil>,
    /// What ends it badly.
    pub fails: Vec<WaitFailure>,
    /// `at most 30m`
    pub most: Option<Spanned<u64>>,
    /// `500 times`
    pub times: Option<Spanned<u64>>,
    /// A clause that stands again, or before one that it should follow.
    pub misplaced: Option<Span>,
    /// All clauses.
    pub span: Span,
}

/// What ends a wait.
#[derive(Clone, Debug)]
pub enum WaitUntil {
    /// `until status 200`
    Statuses(Vec<Spanned<String>>),
    /// `until status = finished`
    When(WaitCondition),
}

/// `status = finished`, `url present`: of what the step gave, by the spec's names.
#[derive(Clone, Debug)]
pub struct WaitCondition {
    /// From the top of what it gave.
    pub path: Path,
    /// What it must be.
    pub equals: Option<Value>,
    /// It must be there and not null.
    pub present: bool,
    /// The whole condition.
    pub span: Span,
}

/// `fails when status = failed code error.code message error.text`
#[derive(Clone, Debug)]
pub struct WaitFailure {
    /// When.
    pub when: WaitCondition,
    /// Where the API says in a word why.
    pub code: Option<Path>,
    /// Where it says so in a sentence.
    pub message: Option<Path>,
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
