//! The steps of an operation that makes several exchanges.

use super::{OperationTable, WaitTable};

/// A call of another operation.
#[derive(Debug)]
pub struct StepTable {
    /// What its output is called in the spec; empty when nothing refers to it.
    pub name: &'static str,
    /// The operation that is called. It has no steps itself.
    pub operation: &'static OperationTable,
    /// What its inputs are given, by their spec names.
    pub inputs: &'static [(&'static str, StepValue)],
    /// Until when it is made again.
    pub wait: Option<WaitTable>,
}

/// What an input of a step is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepValue {
    /// JSON text by spec names.
    Json(&'static str),
    /// What stands there.
    From(StepPath),
    /// A list.
    List(&'static [StepValue]),
    /// An object; what is absent is left out.
    Object(&'static [(&'static str, StepValue)]),
}

/// A path to a value that is known before a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StepPath {
    /// Where it starts.
    pub source: StepSource,
    /// Members to go down, by spec names.
    pub members: &'static [&'static str],
    /// What of the file that stands there.
    pub part: Option<FilePart>,
}

/// Where a path starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepSource {
    /// The operation's own input of this name.
    Input(&'static str),
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

impl StepTable {
    /// A call that is given nothing.
    pub const fn of(operation: &'static OperationTable) -> Self {
        Self { name: "", operation, inputs: &[], wait: None }
    }
}

impl StepPath {
    /// The whole output of the first step.
    pub const FIRST: Self = Self { source: StepSource::Output(0), members: &[], part: None };
}
