//! Which step of an operation failed, and what was done before it.

use std::fmt;

use crate::operation::{OperationTable, StepTable};

/// The step that failed of an operation that makes several exchanges.
#[derive(Clone, Copy, Debug)]
pub struct FailedStep {
    of: &'static OperationTable,
    index: usize,
}

impl FailedStep {
    pub(crate) fn new(of: &'static OperationTable, index: usize) -> FailedStep {
        FailedStep { of, index }
    }

    /// The operation that it is a step of.
    pub(crate) fn of(self) -> &'static OperationTable {
        self.of
    }

    fn step(&self) -> &'static StepTable {
        &self.of.steps[self.index]
    }

    /// Which it is, from 1.
    pub fn number(&self) -> usize {
        self.index + 1
    }

    /// The name of its output in the spec, where something refers to it.
    pub fn name(&self) -> Option<&'static str> {
        Some(self.step().name).filter(|name| !name.is_empty())
    }

    /// The module that it calls.
    pub fn module(&self) -> &'static str {
        self.step().operation.name
    }

    /// The modules that were called before it. They did what they do, and nothing has undone it.
    pub fn done(&self) -> impl ExactSizeIterator<Item = &'static str> + use<> {
        self.of.steps[..self.index].iter().map(|step| step.operation.name)
    }
}

/// `step 3 of 3, done (files.complete_upload)`
impl fmt::Display for FailedStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "step {} of {}", self.number(), self.of.steps.len())?;
        match self.name() {
            Some(name) => write!(f, ", `{name}` ({})", self.module()),
            None => write!(f, " ({})", self.module()),
        }
    }
}
