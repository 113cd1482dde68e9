//! What is wrong with a WSDL or not supported of it, and where.

use std::{fmt, sync::Arc};

/// Where something stands in a WSDL or in a schema that it takes in.
#[derive(Clone, PartialEq, Eq)]
pub struct Place {
    file: Arc<str>,
    line: u32,
}

impl Place {
    pub(super) fn new(file: &Arc<str>, line: u32) -> Self {
        Self { file: file.clone(), line }
    }

    /// The file as the WSDL names it; `wsdl` for a text without a name.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// From 1.
    pub fn line(&self) -> u32 {
        self.line
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)
    }
}

impl fmt::Debug for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A mistake, or something that is not supported, with its place. `Display` gives both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    message: String,
    place: Place,
}

impl Problem {
    pub(super) fn new(message: impl Into<String>, place: Place) -> Self {
        Self { message: message.into(), place }
    }

    /// What is wrong.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Where.
    pub fn place(&self) -> &Place {
        &self.place
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)
    }
}

/// The most of either list that is kept: past it nobody reads on, and a hostile document would fill the memory.
const KEPT: usize = 500;

/// What reading a WSDL finds.
#[derive(Debug, Default)]
pub(super) struct Findings {
    pub(super) problems: Vec<Problem>,
    pub(super) unsupported: Vec<Problem>,
}

impl Findings {
    pub(super) fn wrong(&mut self, problem: Problem) {
        keep(&mut self.problems, problem);
    }

    pub(super) fn unsupported(&mut self, problem: Problem) {
        keep(&mut self.unsupported, problem);
    }
}

fn keep(list: &mut Vec<Problem>, problem: Problem) {
    if list.len() < KEPT && !list.contains(&problem) {
        list.push(problem);
    }
}
