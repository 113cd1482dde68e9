//! What a job goes on from, perhaps in another process: which operation, what was given and what its steps gave, as far as it is still needed, and
//! where a wait stands. Texts of JSON stand in it as texts, so that whatever keeps it changes no number and no order of members.

use std::{collections::HashMap, fmt, time::SystemTime};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{
    asked,
    course::{Course, WaitState},
    input::{Given, Known},
};
use crate::{
    catalog::Catalog,
    checkpoint::{Of, outputs_from, read_text, stored},
    error::{Error, ErrorKind},
    operation::{ApiTable, FilePart, OperationTable, StepSource, StepTable, WaitUntil},
    shape::{Erased, ErasedRef, Names, PatchView, Shape, View},
    value::{DateTime, bytes},
};

/// What its text begins with; another when it is written in another way.
const FORM: u32 = 1;

/// Where a job stands: a value to keep, as JSON or by serde, and to go on from with [`Job::resume`](super::Job::resume).
///
/// It holds what later steps need of the input and of earlier answers, in clear: addresses that are secret by themselves, as signed links are, and
/// secrets that were given. Keep it where you keep tokens. A digest tells when it is not as it was written; it keeps nobody out who may write it,
/// and so an address in it passes the same gates as one that just came.
#[derive(Clone, PartialEq)]
pub struct JobCheckpoint {
    of: Of,
    input: Vec<(String, String)>,
    lengths: Vec<(String, u64)>,
    /// For each step that is made what it gave, if that is still needed.
    outputs: Vec<Option<String>>,
    wait: Option<(DateTime, u32, u32)>,
    ask_at: Option<DateTime>,
    digest: String,
}

impl JobCheckpoint {
    /// The operation, by its name in the spec.
    pub fn operation(&self) -> (&str, u32) {
        (&self.of.operation, self.of.revision)
    }

    /// The connector, and the version of its API; empty where it has none.
    pub fn api(&self) -> (&str, &str) {
        (&self.of.connector, &self.of.version)
    }

    /// How many of its steps are made, and how many there are.
    pub fn made(&self) -> (usize, usize) {
        (self.outputs.len(), self.of.steps.len())
    }

    /// When to go on; none: at once.
    pub fn ask_at(&self) -> Option<DateTime> {
        self.ask_at
    }

    pub(super) fn of(api: &'static ApiTable, course: &Course) -> Result<JobCheckpoint, Error> {
        let (table, made) = (course.table, course.made());
        let mut input = Vec::new();
        for path in asked(table, made) {
            match path.source {
                StepSource::Input(name) if path.part == Some(FilePart::Length) && course.known.lengths.contains_key(name) => {}
                StepSource::Input(name) => {
                    // What is absent stays so: written as null, it would be a value to erase.
                    let given = course.known.input.field(name).filter(|value| !is_absent(*value));
                    if let Some(value) = given.filter(|_| !input.iter().any(|(known, _)| known == name)) {
                        input.push((name.to_owned(), text(value, name)?));
                    }
                }
                StepSource::Output(_) | StepSource::Endpoint => {}
            }
        }
        let mut lengths: Vec<(String, u64)> = course.known.lengths.iter().map(|(name, length)| ((*name).to_owned(), *length)).collect();
        lengths.sort();
        let wait = course.wait.map(|wait| Ok::<_, Error>((date(wait.since)?, wait.calls, wait.unclear))).transpose()?;
        let mut made = JobCheckpoint {
            of: Of::new(api, table),
            input,
            lengths,
            outputs: outputs_of(table, &course.known.outputs)?,
            wait,
            ask_at: course.ask_at.map(date).transpose()?,
            digest: String::new(),
        };
        made.digest = made.sum();
        Ok(made)
    }

    /// The course that it is of.
    pub(super) fn course(&self, api: &'static ApiTable) -> Result<Course, Error> {
        if self.digest != self.sum() {
            return Err(unfit("the checkpoint is not as it was written"));
        }
        let Of { connector, version, operation, revision, .. } = &self.of;
        if (connector.as_str(), version.as_str()) != (api.connector, api.version) {
            let (theirs, ours) = (api_name(connector, version), api_name(api.connector, api.version));
            return Err(unfit(format!("the checkpoint is of `{theirs}`, and this client is of `{ours}`")));
        }
        let found = Catalog::new(api).module(&format!("{operation}@{revision}"));
        let table = found.map_err(|error| unfit(format!("the checkpoint is of an operation that is not there: {error}")))?.table();
        if self.of != Of::new(api, table) || self.outputs.len() >= table.steps.len() {
            return Err(unfit("the operation has other steps than when the checkpoint was written").with_operation(table));
        }
        self.known(table).map_err(|error| error.with_operation(table))
    }

    fn known(&self, table: &'static OperationTable) -> Result<Course, Error> {
        let fields = table.input.fields();
        let field = |name: &str| fields.iter().find(|field| field.name() == name).ok_or_else(|| unfit("the operation has other inputs"));
        let parts = self.input.iter().map(|(name, text)| {
            let field = field(name)?;
            Ok((field.name(), value(field.shape(), text)?))
        });
        let parts = parts.collect::<Result<Vec<_>, Error>>()?;
        let lengths = self.lengths.iter().map(|(name, length)| Ok((field(name)?.name(), *length)));
        let lengths = lengths.collect::<Result<HashMap<_, _>, Error>>()?;
        let outputs = outputs(table.steps, &self.outputs)?;
        let known = Known { input: Given::Parts(parts), outputs, lengths, endpoint: None };
        let wait = self.wait.map(|(since, calls, unclear)| WaitState { since: since.into(), calls, unclear });
        Ok(Course { table, known, wait, ask_at: self.ask_at.map(Into::into), measured: true })
    }

    /// Everything but the digest, in one order.
    fn parts(&self) -> Value {
        let wait = self.wait.map(|(since, calls, unclear)| json!([since.to_string(), calls, unclear]));
        let ask_at = self.ask_at.map(|at| at.to_string());
        let [connector, version, operation, revision, steps] = self.of.to_values();
        json!([FORM, connector, version, operation, revision, steps, self.input, self.lengths, self.outputs, wait, ask_at])
    }

    fn sum(&self) -> String {
        bytes::format(Sha256::digest(self.parts().to_string()).as_slice(), "hex")
    }

    fn to_value(&self) -> Value {
        json!({ "job": self.parts(), "digest": self.digest })
    }

    fn from_value(value: &Value) -> Option<JobCheckpoint> {
        let digest = value.get("digest")?.as_str()?.to_owned();
        let [form, of @ .., input, lengths, outputs, wait, ask_at] = value.get("job")?.as_array()?.as_slice() else { return None };
        let number = |value: &Value| u32::try_from(value.as_u64()?).ok();
        let time = |value: &Value| value.as_str()?.parse::<DateTime>().ok();
        let wait = match wait {
            Value::Null => None,
            wait => Some((time(wait.get(0)?)?, number(wait.get(1)?)?, number(wait.get(2)?)?)),
        };
        let pairs = |value: &Value| {
            value.as_array()?.iter().map(|pair| Some((read_text(pair.get(0)?)?, pair.get(1)?.clone()))).collect::<Option<Vec<_>>>()
        };
        (form.as_u64()? == u64::from(FORM)).then_some(())?;
        Some(JobCheckpoint {
            of: Of::from_values(of)?,
            input: pairs(input)?.into_iter().map(|(name, value)| Some((name, read_text(&value)?))).collect::<Option<_>>()?,
            lengths: pairs(lengths)?.into_iter().map(|(name, value)| Some((name, value.as_u64()?))).collect::<Option<_>>()?,
            outputs: outputs_from(outputs)?,
            wait,
            ask_at: if ask_at.is_null() { None } else { Some(time(ask_at)?) },
            digest,
        })
    }
}

/// Nothing of what was given, and nothing that came: both may be secret.
impl fmt::Debug for JobCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JobCheckpoint")
            .field("api", &self.api())
            .field("operation", &self.operation())
            .field("made", &self.made())
            .field("ask_at", &self.ask_at)
            .finish_non_exhaustive()
    }
}

stored!(JobCheckpoint, "this is not the checkpoint of a job");

/// `acme v2`, or `acme` where it has no versions.
fn api_name(connector: &str, version: &str) -> String {
    format!("{connector} {version}").trim_end().to_owned()
}

fn unfit(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::Checkpoint, message)
}

fn date(time: SystemTime) -> Result<DateTime, Error> {
    DateTime::try_from(time).map_err(|_| unfit("the clock shows a time that no date has"))
}

/// What the steps that are made gave, as far as those that are left need it.
pub(super) fn outputs_of(table: &'static OperationTable, outputs: &[Option<Erased>]) -> Result<Vec<Option<String>>, Error> {
    let mut kept = vec![None; outputs.len()];
    for path in asked(table, outputs.len()) {
        let StepSource::Output(index) = path.source else { continue };
        let Some(output) = outputs.get(index).and_then(Option::as_ref) else { continue };
        kept[index] = Some(text(output.as_ref(), table.steps[index].operation.name)?);
    }
    Ok(kept)
}

/// What the steps gave, from what was kept.
pub(super) fn outputs(steps: &'static [StepTable], kept: &[Option<String>]) -> Result<Vec<Option<Erased>>, Error> {
    let each = kept.iter().zip(steps).map(|(output, step)| output.as_ref().map(|text| value(given_by(step), text)).transpose());
    each.collect()
}

/// The shape of what a step gives: where it waits for a status, of the answer with that.
fn given_by(step: &'static StepTable) -> &'static Shape {
    let until = step.wait.iter().flat_map(|wait| wait.until);
    let mut statuses = until.filter_map(|until| if let WaitUntil::Status(statuses) = until { Some(statuses) } else { None });
    let answered = statuses.find_map(|until| {
        let mut answers = step.operation.answers.iter();
        answers.find(|answer| answer.statuses.0 <= until.1 && until.0 <= answer.statuses.1)
    });
    answered.map_or_else(|| step.operation.output.get(), |answer| answer.shape.get())
}

/// Nothing was given; to erase something is something.
fn is_absent(value: ErasedRef<'_>) -> bool {
    value.present().is_none() && !matches!(value.view(), View::Patch(PatchView::Erase))
}

fn text(value: ErasedRef<'_>, what: &str) -> Result<String, Error> {
    if holds_file(value) {
        return Err(unfit(format!("`{what}` is a file that a later step needs, and no file is kept: go on in this process")));
    }
    Ok(String::from_utf8_lossy(&value.encode_json(Names::Wire)).into_owned())
}

fn holds_file(value: ErasedRef<'_>) -> bool {
    let Some(value) = value.present() else { return false };
    match value.view() {
        View::Opaque(_) => true,
        View::List(items) => items.iter().any(holds_file),
        View::Map(entries) => entries.iter().any(|(_, entry)| holds_file(entry)),
        View::Structure(fields) => fields.fields().any(|(_, field)| holds_file(field)),
        View::Union(_, _, inner) => holds_file(inner),
        _ => false,
    }
}

fn value(shape: &'static Shape, text: &str) -> Result<Erased, Error> {
    Erased::decode(shape, text.as_bytes(), Names::Wire)
        .map_err(|error| unfit(format!("what the checkpoint holds does not fit: {}", error.message())))
}
