//! What OpenAPI has no words for, as `x-linchpin-…` members. `docs/export.md` lists them all.

use super::Exporter;
use super::json::{Object, Value, texts};
use super::schemas::literal;
use crate::change::day::Day;
use crate::model::{
    ConstantPlace, Cost, Failure, FilePart, ItemStream, Life, Limit, Module, Order, Page, Parts, Poll, PollOrder, RetryClass, Script,
    ScriptExchange, Step, StepPath, StepSource, StepValue, Steps, Stop, Strategy, Wait, WaitCondition, WaitUntil,
};
use crate::syntax::ast::ModuleKind;
use crate::syntax::text::status;

/// Documentation as it was written; nothing where there is only space.
pub(super) fn said(docs: &str) -> &str {
    if docs.trim().is_empty() { "" } else { docs }
}

/// With the deprecation of what a schema, parameter or operation describes.
pub(super) fn with_life(object: Object, life: Option<&Life>) -> Object {
    let Some(life) = life else { return object };
    let object = object.with("deprecated", true).maybe("x-sunset", life.sunset.map(|date| Day::last(date).to_string()));
    object.with("x-linchpin-life", life_object(life))
}

/// A deprecation. `use` is null where nothing takes the place.
pub(super) fn life_object(life: &Life) -> Object {
    let successor = life.successor.as_ref().map_or(Value::Null, Value::from);
    let object =
        Object::new().maybe("since", life.since.map(|date| date.to_string())).maybe("sunset", life.sunset.map(|date| date.to_string()));
    object.with("use", successor).unless_empty("why", life.why.as_str())
}

/// How items come one after the other.
pub(super) fn items(items: &ItemStream) -> Object {
    let object = Object::new().with("as", items.framing.word()).flag("by_name", items.named);
    object.maybe("end", items.end.as_ref()).flag("resume", items.resume)
}

/// How a body goes in parts.
pub(super) fn parts(parts: &Parts) -> Object {
    let object = Object::new().with("by", parts.by.word()).with("size", parts.size).with("multiple", parts.multiple);
    object.unless_empty("next", texts(&parts.next))
}

/// What a module is.
pub(super) fn kind(module: &Module) -> &'static str {
    match module.kind {
        ModuleKind::Action => "action",
        ModuleKind::Search => "search",
        ModuleKind::Trigger => "trigger",
    }
}

/// Statuses as the language writes them: `429`, `5xx`.
pub(super) fn statuses(ranges: &[(u16, u16)]) -> Value {
    Value::List(ranges.iter().map(|range| Value::Text(status(*range))).collect())
}

/// Limits on the number of calls.
pub(super) fn limits(limits: &[Limit]) -> Value {
    let one = |limit: &Limit| match limit {
        Limit::Concurrent(count) => Object::new().with("concurrent", *count),
        Limit::Window { count, millis, moving, points } => {
            Object::new().with("count", *count).with("millis", *millis).flag("moving", *moving).flag("points", *points)
        }
        Limit::Headers { remaining, reset, kind, points } => {
            Object::new().with("remaining", remaining).with("reset", reset).with("kind", kind).flag("points", *points)
        }
    };
    Value::List(limits.iter().map(|limit| one(limit).into()).collect())
}

/// What a call costs.
pub(super) fn cost(cost: &Cost) -> Object {
    Object::new().with("points", i64::from(cost.points)).maybe("header", cost.header.as_ref())
}

/// How a search pages.
pub(super) fn page(page: &Page) -> Object {
    let named = |name: &str| Object::new().with("strategy", name);
    let strategy = match &page.strategy {
        Strategy::Offset { advance, size } => named("offset").with("advance", advance).maybe("size", size.as_ref()),
        Strategy::Number { advance, size, start } => {
            named("number").with("advance", advance).maybe("size", size.as_ref()).with("start", *start)
        }
        Strategy::Cursor { send, read } => named("cursor").with("send", send).with("read", texts(read)),
        Strategy::Link { header } => named("link").with("header", header),
        Strategy::NextUrl { read } => named("next").with("read", texts(read)),
        Strategy::Keyset { send, key } => named("keyset").with("send", send).with("key", key),
    };
    let (stop, at) = match &page.stop {
        Stop::Absent => ("absent", None),
        Stop::Empty => ("empty", None),
        Stop::Short => ("short", None),
        Stop::More(path) => ("more", Some(path)),
        Stop::Total(path) => ("total", Some(path)),
    };
    let page_object = strategy.with("items", texts(&page.items)).with("stop", stop);
    page_object.maybe("stopAt", at.map(|path| texts(path))).with("cap", i64::from(page.cap))
}

/// What a poll remembers, and who takes it.
pub(super) fn cursor(poll: &Poll) -> Object {
    let order = match poll.order {
        PollOrder::Rising => "oldest first",
        PollOrder::Falling => "newest first",
        PollOrder::Other => "other",
    };
    let object = Object::new().with("time", texts(&poll.time)).with("id", texts(&poll.id)).with("order", order);
    let lookback = (poll.lookback > 0).then(|| i64::try_from(poll.lookback).unwrap_or(i64::MAX));
    object.maybe("lookbackMillis", lookback).unless_empty("inputs", texts(&poll.inputs))
}

/// What keeps pages from shifting, or why nothing does.
pub(super) fn order(order: &Order) -> Value {
    match order {
        Order::By(field) => field.into(),
        Order::None(why) => Object::new().with("none", why).into(),
    }
}

/// Whether a call may be made again.
pub(super) fn retry(class: &RetryClass) -> Value {
    match class {
        RetryClass::Safe => "safe".into(),
        RetryClass::Idempotent => "idempotent".into(),
        RetryClass::Never => "never".into(),
        RetryClass::Key(header) => Object::new().with("key", header).into(),
    }
}

/// What is always sent besides what is asked for, by place.
pub(super) fn place(place: ConstantPlace) -> &'static str {
    match place {
        ConstantPlace::Query => "query",
        ConstantPlace::Header => "header",
        ConstantPlace::Cookie => "cookie",
        ConstantPlace::Body => "body",
    }
}

impl Exporter<'_> {
    /// Error answers, as the spec tells them apart.
    pub(super) fn fails(&self, failures: &[Failure]) -> Value {
        let one = |failure: &Failure| {
            let when = failure.when.as_ref().map(|(path, value)| {
                let equals = value.as_deref().and_then(Value::parse);
                Object::new().with("at", texts(path)).maybe("is", equals)
            });
            let object = Object::new().unless_empty("statuses", statuses(&failure.statuses)).maybe("when", when);
            let object = object.with("schema", self.schema(&failure.body)).unless_empty("at", texts(&failure.at));
            object.unless_empty("code", texts(&failure.code)).unless_empty("message", texts(&failure.message))
        };
        Value::List(failures.iter().map(|failure| one(failure).into()).collect())
    }

    /// A call of another module.
    pub(super) fn step(&self, step: &Step) -> Object {
        let mut inputs = Object::new();
        for (name, value) in &step.inputs {
            inputs.set(name, step_value(value));
        }
        let object = Object::new().unless_empty("name", step.name.as_str()).with("module", self.module_name(step.module));
        object.with("revision", i64::from(step.revision)).with("inputs", inputs).maybe("wait", step.wait.as_ref().map(wait))
    }

    /// The exchanges that a module makes by calling others.
    pub(super) fn steps(&self, steps: &Steps) -> Object {
        let list = steps.list.iter().map(|step| self.step(step));
        Object::new().with("list", list.collect::<Vec<_>>()).with("gives", step_path(&steps.gives))
    }
}

/// Until when a step is made again.
fn wait(wait: &Wait) -> Object {
    let until = wait.until.iter().map(|until| match until {
        WaitUntil::Status(range) => Object::new().with("status", statuses(&[*range])),
        WaitUntil::When(condition) => wait_condition(condition),
    });
    let fails = wait.fails.iter().map(|failure| {
        let when = wait_condition(&failure.when);
        when.unless_empty("code", texts(&failure.code)).unless_empty("message", texts(&failure.message))
    });
    let object = Object::new().with("everyMillis", wait.every).maybe("upToMillis", wait.up_to);
    let object = object.with("until", until.collect::<Vec<_>>()).unless_empty("fails", fails.collect::<Vec<_>>());
    object.with("mostMillis", wait.most).maybe("times", wait.times.map(u64::from))
}

fn wait_condition(condition: &WaitCondition) -> Object {
    let is = condition.equals.as_deref().and_then(Value::parse);
    Object::new().with("members", texts(&condition.members)).maybe("is", is)
}

fn step_value(value: &StepValue) -> Value {
    match value {
        StepValue::Json(text) => Object::new().with("value", Value::parse(text).unwrap_or(Value::Null)).into(),
        StepValue::From(path) => step_path(path).into(),
        StepValue::List(items) => Object::new().with("list", items.iter().map(step_value).collect::<Vec<_>>()).into(),
        StepValue::Object(members) => {
            let object = members.iter().fold(Object::new(), |object, (name, value)| object.with(name, step_value(value)));
            Object::new().with("object", object).into()
        }
    }
}

pub(super) fn step_path(path: &StepPath) -> Object {
    let object = match &path.source {
        StepSource::Input(name) => Object::new().with("input", name),
        StepSource::Output(step) => Object::new().with("step", *step as u64),
        StepSource::Endpoint => Object::new().with("endpoint", true),
    };
    let part = path.part.map(|part| match part {
        FilePart::Length => "length",
        FilePart::Name => "name",
        FilePart::Type => "type",
    });
    object.unless_empty("members", texts(&path.members)).maybe("part", part)
}

/// An example or test, whole: by the spec's names where it speaks of inputs and outputs, as on the wire where it speaks of exchanges.
pub(super) fn script(script: &Script) -> Object {
    let json = |text: &str| (!text.is_empty()).then(|| Value::parse(text).unwrap_or_else(|| text.into()));
    let connection = script.connection.as_ref().map(|(name, fields)| Object::new().with("name", name).maybe("fields", json(fields)));
    let fails = script.fails.as_ref().map(|(kind, code)| Object::new().with("kind", kind).maybe("code", code.as_ref()));
    let object = Object::new().unless_empty("title", script.title.as_str()).maybe("given", json(&script.given));
    let exchanges: Vec<Object> = script.exchanges.iter().map(exchange).collect();
    object.maybe("connection", connection).with("exchanges", exchanges).maybe("output", json(&script.output)).maybe("fails", fails)
}

fn exchange(exchange: &ScriptExchange) -> Object {
    let sends = exchange.sends.as_ref().map(|(method, target)| format!("{method} {target}"));
    let body = (!exchange.request_body.is_empty()).then(|| body_value(&exchange.request_body));
    let object = Object::new().maybe("sends", sends).unless_empty("headers", headers(&exchange.request_headers)).maybe("body", body);
    let reply = Object::new().with("status", i64::from(exchange.status)).unless_empty("headers", headers(&exchange.headers));
    object.with("reply", reply.maybe("body", exchange.body_value.as_ref().map(|_| answer_value(exchange))))
}

/// A body: JSON where it was written so, text otherwise.
pub(super) fn answer_value(exchange: &ScriptExchange) -> Value {
    use crate::syntax::ast::ValueKind;
    match exchange.body_value.as_ref().map(|value| &value.kind) {
        Some(ValueKind::Text(_)) | None => exchange.body.as_str().into(),
        Some(_) => body_value(&exchange.body),
    }
}

fn body_value(text: &str) -> Value {
    Value::parse(text).unwrap_or_else(|| text.into())
}

fn headers(headers: &[(String, String)]) -> Vec<Object> {
    headers.iter().map(|(name, value)| Object::new().with("name", name).with("value", value)).collect()
}

/// What a module always sends, as a schema.
pub(super) fn constant(value: &crate::model::Literal) -> Object {
    Object::new().with("const", literal(value))
}

/// What the spec calls a constant, where that is not its name on the wire.
pub(super) fn constant_name(constant: &crate::model::Constant) -> Option<&String> {
    (constant.field != constant.name).then_some(&constant.field)
}
