//! The steps of an operation that makes several exchanges: a clause each, and the operation that it calls by its type.

use quote::quote;

use super::clauses::{Clauses, Json};
use super::names;
use super::scope::Scope;
use super::types::json_text;
use crate::model::{FilePart, Step, StepPath, StepSource, StepValue, Steps, Wait, WaitCondition, WaitUntil};

/// Says what the steps are, and what comes of them.
pub(crate) fn steps(steps: &Steps, clauses: &mut Clauses, scope: &Scope<'_>) {
    for one in &steps.list {
        let said = step(one, clauses, scope);
        clauses.say_json("step", said);
    }
    clauses.say_json("gives", path(&steps.gives));
}

/// What the documentation says of them.
pub(crate) fn docs(steps: &Steps, scope: &Scope<'_>) -> String {
    let called: Vec<String> = steps.list.iter().map(|step| format!("`{}`", scope.projection.model.full_name(step.module))).collect();
    let told = match called.as_slice() {
        [only] => format!("It calls {only}."),
        called => format!("It calls {}, in this order.", called.join(", ")),
    };
    let waits = steps.list.iter().filter_map(|step| step.wait.as_ref()).map(|wait| wait.most).reduce(u64::saturating_add);
    match waits {
        Some(most) => format!("{told} It waits until what it begins is done, {} at most.", crate::syntax::text::duration(most)),
        None => told,
    }
}

pub(crate) fn step(step: &Step, clauses: &mut Clauses, scope: &Scope<'_>) -> Json {
    let operation = names::ident(&scope.names().operation(step.module, step.revision).operation);
    let path = scope.path_to(&scope.projection.model.name(step.module).group);
    let shape = clauses.number(&quote!(#path #operation));
    let said = Json::object().text("name", &step.name).number("shape", shape).json("inputs", &Json::array(step.inputs.iter().map(member)));
    said.json("wait", &step.wait.as_ref().map_or_else(String::new, wait))
}

/// Until when it is made again, times in milliseconds.
fn wait(wait: &Wait) -> String {
    let until = wait.until.iter().map(|until| match until {
        WaitUntil::Status((from, to)) => Json::object().json("on", &format!("[{from},{to}]")).finished(),
        WaitUntil::When(condition) => Json::object().json("when", &wait_condition(condition)).finished(),
    });
    let fails = wait.fails.iter().map(|failure| {
        let said = Json::object().json("when", &wait_condition(&failure.when));
        said.json("code", &Json::texts(&failure.code)).json("message", &Json::texts(&failure.message)).finished()
    });
    let said = Json::object().number("every", wait.every).number("up_to", wait.up_to).json("until", &Json::array(until));
    let said = said.json("fails", &Json::array(fails)).number("most", wait.most);
    said.number("times", wait.times.map(u64::from)).finished()
}

fn wait_condition(condition: &WaitCondition) -> String {
    Json::object().json("path", &Json::texts(&condition.members)).maybe("equals", condition.equals.as_deref()).finished()
}

fn member((name, given): &(String, StepValue)) -> String {
    Json::array([json_text(name), value(given)])
}

fn value(value: &StepValue) -> String {
    let object = Json::object();
    let object = match value {
        StepValue::Json(json) => object.text("json", json),
        StepValue::From(from) => object.json("from", &path(from).finished()),
        // Said even when they are empty: the name tells what it is.
        StepValue::List(items) => return format!("{{\"list\":{}}}", Json::array(items.iter().map(self::value))),
        StepValue::Object(given) => return format!("{{\"object\":{}}}", Json::array(given.iter().map(member))),
    };
    object.finished()
}

pub(crate) fn path(path: &StepPath) -> Json {
    let object = match &path.source {
        StepSource::Input(name) => Json::object().text("input", name),
        StepSource::Output(index) => Json::object().number("output", *index as u64),
        StepSource::Endpoint => Json::object().json("endpoint", "true"),
    };
    let part = match path.part {
        None => "",
        Some(FilePart::Length) => "length",
        Some(FilePart::Name) => "name",
        Some(FilePart::Type) => "type",
    };
    object.json("members", &Json::texts(&path.members)).text("part", part)
}
