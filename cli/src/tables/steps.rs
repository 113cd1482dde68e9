//! The steps of a module that makes several exchanges, as the tables that the runtime executes.

use super::all;
use linchpin_compiler::model::{self, StepSource, StepValue, Steps, Symbol, Wait, WaitCondition, WaitUntil};
use linchpin_runtime::operation as table;
use linchpin_runtime::shape::dynamic::leak;
use std::collections::HashMap;

/// A table for each step. The modules that they call have theirs already.
pub(super) fn tables(steps: &Steps, exchanges: &HashMap<(Symbol, u32), &'static table::OperationTable>) -> &'static [table::StepTable] {
    all(steps.list.iter().map(|step| one(step, exchanges)))
}

/// The table of one call.
pub(super) fn one(step: &model::Step, exchanges: &HashMap<(Symbol, u32), &'static table::OperationTable>) -> table::StepTable {
    table::StepTable {
        name: leak(step.name.as_str()),
        operation: exchanges[&(step.module, step.revision)],
        inputs: members(&step.inputs),
        wait: step.wait.as_ref().map(wait),
    }
}

fn wait(wait: &Wait) -> table::WaitTable {
    table::WaitTable {
        every: wait.every,
        up_to: wait.up_to,
        until: all(wait.until.iter().map(|until| match until {
            WaitUntil::Status((from, to)) => table::WaitUntil::Status(table::Statuses(*from, *to)),
            WaitUntil::When(when) => table::WaitUntil::When(condition(when)),
        })),
        fails: all(wait.fails.iter().map(|failure| table::WaitFailure {
            when: condition(&failure.when),
            code: super::names(&failure.code),
            message: super::names(&failure.message),
        })),
        most: wait.most,
        times: wait.times,
    }
}

fn condition(condition: &WaitCondition) -> table::Condition {
    table::Condition { path: super::names(&condition.members), equals: condition.equals.as_deref().map(leak) }
}

fn members(members: &[(String, StepValue)]) -> &'static [(&'static str, table::StepValue)] {
    all(members.iter().map(|(name, given)| (leak(name.as_str()), value(given))))
}

fn value(value: &StepValue) -> table::StepValue {
    match value {
        StepValue::Json(json) => table::StepValue::Json(leak(json.as_str())),
        StepValue::From(from) => table::StepValue::From(path(from)),
        StepValue::List(items) => table::StepValue::List(all(items.iter().map(self::value))),
        StepValue::Object(given) => table::StepValue::Object(members(given)),
    }
}

/// A path to a value that is known before a step.
pub(super) fn path(path: &model::StepPath) -> table::StepPath {
    table::StepPath {
        source: match &path.source {
            StepSource::Input(name) => table::StepSource::Input(leak(name.as_str())),
            StepSource::Output(index) => table::StepSource::Output(*index),
            StepSource::Endpoint => table::StepSource::Endpoint,
        },
        members: super::names(&path.members),
        part: path.part.map(|part| match part {
            model::FilePart::Length => table::FilePart::Length,
            model::FilePart::Name => table::FilePart::Name,
            model::FilePart::Type => table::FilePart::Type,
        }),
    }
}
