//! The steps of a module that makes several exchanges: which modules it calls, and what each is given.

use super::Symbol;
use crate::source::Span;
use crate::syntax::text::{duration, status};

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
    /// Until when it is made again.
    pub wait: Option<Wait>,
    /// Where it is written.
    pub span: Span,
}

/// A step that is made again until something holds. Times are in milliseconds.
#[derive(Clone, Debug, PartialEq)]
pub struct Wait {
    /// The pause between two calls; where pauses grow, the first.
    pub every: u64,
    /// The longest pause, where they grow.
    pub up_to: Option<u64>,
    /// What ends it; any of these.
    pub until: Vec<WaitUntil>,
    /// What ends it badly.
    pub fails: Vec<WaitFailure>,
    /// The longest time, from its first call on.
    pub most: u64,
    /// The most calls.
    pub times: Option<u32>,
}

impl Wait {
    /// `every 2s until status = "FINISHED" at most 30m`, as the language writes it, but with values as on the wire.
    pub fn text(&self) -> String {
        let mut text = format!("every {}", duration(self.every));
        if let Some(most) = self.up_to {
            text.push_str(&format!(" up to {}", duration(most)));
        }
        self.untils().for_each(|until| text.push_str(&format!(" {until}")));
        self.fails.iter().for_each(|failure| text.push_str(&format!(" fails when {}", failure.text())));
        format!("{text} {}", self.at_most())
    }

    /// `until status = "FINISHED" at most 30m`: what whoever calls notices of it, failures apart.
    pub(crate) fn ends(&self) -> String {
        let mut all: Vec<String> = self.untils().collect();
        all.sort();
        all.push(self.at_most());
        all.join(" ")
    }

    fn untils(&self) -> impl Iterator<Item = String> {
        self.until.iter().map(|until| match until {
            WaitUntil::Status(range) => format!("until status {}", status(*range)),
            WaitUntil::When(when) => format!("until {}", when.text()),
        })
    }

    fn at_most(&self) -> String {
        let times = self.times.map_or_else(String::new, |times| format!(" {times} times"));
        format!("at most {}{times}", duration(self.most))
    }
}

impl WaitFailure {
    /// `status = "FAILED" code error.code`
    pub(crate) fn text(&self) -> String {
        let paths = [("code", &self.code), ("message", &self.message)].into_iter().filter(|(_, path)| !path.is_empty());
        let told: String = paths.map(|(word, path)| format!(" {word} {}", path.join("."))).collect();
        format!("{}{told}", self.when.text())
    }
}

impl WaitCondition {
    pub(crate) fn text(&self) -> String {
        let path = self.members.join(".");
        self.equals.as_ref().map_or_else(|| format!("{path} present"), |value| format!("{path} = {value}"))
    }
}

/// What ends a wait.
#[derive(Clone, Debug, PartialEq)]
pub enum WaitUntil {
    /// An answer with a status from..=to.
    Status((u16, u16)),
    /// A condition on the answer.
    When(WaitCondition),
}

/// A member of what a step gave that must be something.
#[derive(Clone, Debug, PartialEq)]
pub struct WaitCondition {
    /// Members from its top, by spec names.
    pub members: Vec<String>,
    /// JSON text, as on the wire; none: there and not null.
    pub equals: Option<String>,
}

/// A condition under which what is waited for has failed, and where the answer says why, by spec names.
#[derive(Clone, Debug, PartialEq)]
pub struct WaitFailure {
    /// When.
    pub when: WaitCondition,
    /// Where the API's own word for it stands; empty: nowhere.
    pub code: Vec<String>,
    /// Where its sentence stands; empty: nowhere.
    pub message: Vec<String>,
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
