//! What an upgrade did, or would do: per step a verdict, and per field what happened and why. No stored value is in it but which outputs
//! an expression uses.

use std::{borrow::Cow, fmt};

use serde_json::{Value, json};

/// What becomes of a step, from the least to the most that a person must do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// Nothing changes.
    Untouched,
    /// It follows, and nobody need do anything.
    Upgraded,
    /// It follows, and a person must look whether it is still meant so.
    Review,
    /// It follows, and a person must fill something in.
    Asks,
    /// Its connection must be made anew or authorised again.
    Reconnect,
    /// There is no way forward; it stays as it is.
    NoSuccessor,
}

/// A module at a revision, in an API version where the stored step names one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct At {
    /// `create_program`
    pub module: Cow<'static, str>,
    /// From 1.
    pub revision: u32,
    /// `v21`
    pub version: Option<String>,
}

/// What becomes of one stored step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepPlan {
    /// Its id in the scenario; empty when it has none.
    pub id: String,
    /// What its author calls it; empty when it has no name.
    pub name: String,
    /// The application that it is of, as stored: `workfront`.
    pub app: String,
    /// What it was stored for; none when it is a step of an application that is not ours.
    pub from: Option<At>,
    /// What it becomes; the same where nothing changes.
    pub to: Option<At>,
    /// What becomes of it.
    pub verdict: Verdict,
    /// What happens to its fields and why, in the order of its fields.
    pub findings: Vec<Finding>,
    /// By when it matters.
    pub deadline: Option<Deadline>,
}

/// What happens to one field of a step, or to the step, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What that means for a person.
    pub verdict: Verdict,
    /// What happens.
    pub action: Action,
    /// The field as it is in the step now, before the upgrade: `owner.id`; empty for the step itself.
    pub field: String,
    /// Where it stands afterwards, where that is elsewhere.
    pub to: Option<String>,
    /// Why, for people.
    pub reason: Cow<'static, str>,
}

/// What happens to a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Action {
    /// It has another name or stands elsewhere.
    Moved,
    /// Its value is written as another type.
    Converted,
    /// Its value has another name.
    Remapped,
    /// It is filled in.
    Defaulted,
    /// It is left out.
    Dropped,
    /// It stays as it is.
    Kept,
    /// It uses an output of another step, which moved.
    Followed,
    /// A person must fill it in.
    Asked,
    /// It is what a person answered.
    Answered,
    /// A person must look at it.
    Questioned,
    /// The step changes as a whole: its API version, its trigger's state, its connection, its module.
    Step,
}

/// By when something matters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Deadline {
    /// `YYYY-MM-DD` or `YYYY-MM`.
    pub date: &'static str,
    /// What happens then.
    pub what: Cow<'static, str>,
}

/// What becomes of a scenario.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// What its author calls it; empty when it has no name.
    pub name: String,
    /// All its steps, in the order of their flow.
    pub steps: Vec<StepPlan>,
    /// Why it is left alone as a whole: what is in it that an upgrade would have to understand and does not.
    pub problems: Vec<Problem>,
}

/// Something that is not understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The id of the step that it is in; empty for the scenario itself.
    pub step: String,
    /// Where in the step.
    pub field: String,
    /// What is wrong.
    pub message: String,
}

impl Plan {
    /// What the step with the most to do needs.
    pub fn verdict(&self) -> Verdict {
        self.steps.iter().map(|step| step.verdict).max().unwrap_or(Verdict::Untouched)
    }

    /// Must a person do something?
    pub fn needs_a_person(&self) -> bool {
        self.verdict() > Verdict::Upgraded || !self.problems.is_empty()
    }

    /// How many steps there are of a verdict.
    pub fn count(&self, verdict: Verdict) -> usize {
        self.steps.iter().filter(|step| step.verdict == verdict).count()
    }

    /// All of it as JSON.
    pub fn to_json(&self) -> Value {
        let problem = |problem: &Problem| json!({ "step": problem.step, "field": problem.field, "message": problem.message });
        json!({
            "name": self.name,
            "verdict": self.verdict().name(),
            "steps": self.steps.iter().map(StepPlan::to_json).collect::<Vec<_>>(),
            "problems": self.problems.iter().map(problem).collect::<Vec<_>>(),
        })
    }
}

impl StepPlan {
    /// All of it as JSON.
    pub fn to_json(&self) -> Value {
        let finding = |finding: &Finding| {
            json!({
                "verdict": finding.verdict.name(), "action": finding.action.name(), "field": finding.field, "to": finding.to,
                "reason": finding.reason,
            })
        };
        let at = |at: &At| json!({ "module": at.module, "revision": at.revision, "version": at.version });
        json!({
            "id": self.id,
            "name": self.name,
            "app": self.app,
            "from": self.from.as_ref().map(at),
            "to": self.to.as_ref().map(at),
            "verdict": self.verdict.name(),
            "findings": self.findings.iter().map(finding).collect::<Vec<_>>(),
            "deadline": self.deadline.as_ref().map(|deadline| json!({ "date": deadline.date, "what": deadline.what })),
        })
    }

    pub(crate) fn add(&mut self, finding: Finding) {
        self.verdict = self.verdict.max(finding.verdict);
        self.findings.push(finding);
    }
}

impl Finding {
    pub(crate) fn new(verdict: Verdict, action: Action, field: impl Into<String>, reason: impl Into<Cow<'static, str>>) -> Self {
        Self { verdict, action, field: field.into(), to: None, reason: reason.into() }
    }

    pub(crate) fn to(self, to: String) -> Self {
        let to = (to != self.field).then_some(to);
        Self { to, ..self }
    }

    pub(crate) fn review(field: impl Into<String>, reason: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Verdict::Review, Action::Questioned, field, reason)
    }

    /// Where it stands afterwards.
    pub fn place(&self) -> &str {
        self.to.as_deref().unwrap_or(&self.field)
    }
}

impl Verdict {
    /// As in reports: `no successor`.
    pub fn name(self) -> &'static str {
        match self {
            Verdict::Untouched => "untouched",
            Verdict::Upgraded => "upgraded",
            Verdict::Review => "review",
            Verdict::Asks => "asks",
            Verdict::Reconnect => "reconnect",
            Verdict::NoSuccessor => "no successor",
        }
    }
}

impl Action {
    /// As in reports.
    pub fn name(self) -> &'static str {
        match self {
            Action::Moved => "moved",
            Action::Converted => "converted",
            Action::Remapped => "remapped",
            Action::Defaulted => "filled in",
            Action::Dropped => "dropped",
            Action::Kept => "kept",
            Action::Followed => "followed",
            Action::Asked => "asked",
            Action::Answered => "answered",
            Action::Questioned => "to be reviewed",
            Action::Step => "step",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.name())
    }
}

impl fmt::Display for At {
    /// `create_program@2`, `create_program@2 (v22)`
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}@{}", self.module, self.revision)?;
        match &self.version {
            Some(version) => write!(formatter, " ({version})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Problem {}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.step.as_str(), self.field.as_str()) {
            ("", "") => {}
            ("", field) => write!(formatter, "{field}: ")?,
            (step, "") => write!(formatter, "step {step}: ")?,
            (step, field) => write!(formatter, "step {step}, {field}: ")?,
        }
        formatter.write_str(&self.message)
    }
}

/// The most characters of a stored text that a report shows.
const SHOWN: usize = 60;

/// A stored text as a report may show it: short, on one line, without control characters and changes of direction.
pub(crate) fn shown(text: &str) -> String {
    if text.len() <= SHOWN && text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return text.to_owned();
    }
    let mut letters = text.chars().map(|letter| if letter.is_control() || is_direction(letter) { ' ' } else { letter });
    let mut short: String = letters.by_ref().take(SHOWN).collect();
    if letters.next().is_some() {
        short.push('…');
    }
    short
}

fn is_direction(letter: char) -> bool {
    matches!(letter, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
