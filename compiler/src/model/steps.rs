//! The steps of a module that makes several exchanges: which modules it calls, and what each is given.

use super::Symbol;
use crate::source::Span;

/// What a module does instead of one exchange.
#[derive(Clone, Debug, PartialEq)]
pub struct Steps {
    /// In the order in which they are made.
    pub list: Vec<Step>,
    /// What the module gives.
    pub gives: StepPath,
}

/// A call of another module.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// What its output is called; empty when nothing refers to it.
    pub name: String,
    /// The module.
    pub module: Symbol,
    /// Its revision.
    pub revision: u32,
    /// What it is given, by the spec names of its inputs.
    pub inputs: Vec<(String, StepValue)>,
    /// Where it is written.
    pub span: Span,
}

/// What an input of a step is given.
#[derive(Clone, Debug, PartialEq)]
pub enum StepValue {
    /// JSON text by spec names.
    Json(String),
    /// What stands there.
    From(StepPath),
    /// A list.
    List(Vec<StepValue>),
    /// An object; what is absent is left out.
    Object(Vec<(String, StepValue)>),
}

/// A path to a value that is known before a step.
#[derive(Clone, Debug, PartialEq)]
pub struct StepPath {
    /// Where it starts.
    pub source: StepSource,
    /// Members to go down, by spec names.
    pub members: Vec<String>,
    /// What of the file that stands there.
    pub part: Option<FilePart>,
}

/// Where a path starts.
#[derive(Clone, Debug, PartialEq)]
pub enum StepSource {
    /// The module's own input of this name.
    Input(String),
    /// The output of the step with this index.
    Output(usize),
    /// Where a trigger is told: its `url` or its `secret`.
    Endpoint,
}

/// What is known of a file without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FilePart {
    /// Its length in bytes.
    Length,
    /// Its name.
    Name,
    /// Its content type.
    Type,
}
