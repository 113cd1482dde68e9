//! Examples and tests: what they give, send, answer and expect, checked against their module and turned into text.

use std::collections::{HashMap, HashSet};

use super::items::Items;
use super::literals::Reading;
use super::names::pascal;
use super::scalars;
use super::symbols::joined;
use super::unknown::{choice, listed};
use super::{Resolver, Site};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{Connection, Decoding, Encoding, Failure, Field, Module, Script, ScriptExchange, Test, Type, Versions};
use crate::source::Span;
use crate::syntax::ast::{self, Ident, ModuleKind, Value, ValueKind};
use crate::syntax::text::status;

/// Kinds of errors that a test can expect.
const FAILURES: [&str; 17] = [
    "configuration",
    "input",
    "transport",
    "timeout",
    "authentication",
    "permission",
    "not_found",
    "conflict",
    "invalid",
    "rate_limited",
    "gone",
    "server",
    "decode",
    "limit",
    "paging",
    "unsafe_address",
    "failed",
];

impl<'a> Resolver<'a> {
    /// The examples that stand in a module.
    pub(super) fn examples(
        &mut self,
        module: &Module,
        written: &'a [ast::Example],
        connections: &[Connection],
        site: &Site,
    ) -> Vec<Script> {
        let script = |(index, example): (usize, &'a ast::Example)| {
            let number = if index == 0 { String::new() } else { format!(" {}", index + 1) };
            let title = example.title.as_ref().map_or_else(|| format!("{}{number}", module.title), |title| title.value.clone());
            self.script(title, &example.script, module, connections, site.on, example.span)
        };
        written.iter().enumerate().map(script).collect()
    }

    /// The examples of modules that the newest version does not have. Changes must be undone.
    pub(super) fn examples_of_the_past(&mut self, items: &Items<'a>, modules: &mut [Module], connections: &[Connection]) {
        let newest = self.apis.len() - 1;
        for placed in &items.modules {
            let item = placed.item;
            if item.body.steps.is_some() || item.body.examples.is_empty() {
                continue;
            }
            let Some(module) = modules.iter_mut().filter(|one| one.span == item.name.span).max_by_key(|one| one.on) else { continue };
            let Some(last) = module.on.iter().max().filter(|last| *last != newest) else { continue };
            let on = self.alike(module, last);
            let site = Site { group: placed.group.clone(), name: pascal(&item.name.value), label: item.name.value.clone(), on };
            module.examples = self.examples(module, &item.body.examples, connections, &site);
        }
    }

    /// The tests that stand at the top level.
    pub(super) fn tests(&mut self, items: &Items<'a>, modules: &[Module], connections: &[Connection]) -> Vec<Test> {
        let mut titles: HashMap<&str, Span> = HashMap::new();
        let mut by_symbol: HashMap<crate::model::Symbol, Vec<&Module>> = HashMap::new();
        for module in modules {
            by_symbol.entry(module.symbol).or_default().push(module);
        }
        let mut tests = Vec::new();
        for placed in items.tests.iter().filter(|placed| placed.item.upgrade.is_none()) {
            let item = placed.item;
            if let Some(first) = titles.insert(&item.title.value, item.title.span) {
                self.report(same_title(item, first));
            }
            let on = self.placed_versions(&placed.heads, &item.head);
            let Some(symbol) = self.find_module(codes::UNKNOWN_MODULE, &placed.group, &item.module) else { continue };
            if self.is_declared_twice(symbol) {
                continue; // which one it tests, nobody can tell
            }
            let candidates = by_symbol.get(&symbol).into_iter().flatten().filter(|module| !module.on.and(on).is_empty());
            let Some(module) = candidates.max_by_key(|module| (module.revision, module.on)).copied() else {
                self.report(tests_nothing(item));
                continue;
            };
            let mut on = module.on.and(on);
            // A test that names no version shows the present.
            if let (None, true, Some(newest)) = (&item.head.on, !items.changes.is_empty(), on.iter().max()) {
                on = on.and(self.alike(module, newest));
            }
            let script = self.script(item.title.value.clone(), &item.script, module, connections, on, item.title.span);
            if item.script.output.is_none() && item.script.fails.is_none() && item.script.exchanges.iter().all(|one| one.sends.is_none()) {
                self.report(expects_nothing(item));
            }
            tests.push(Test { module: symbol, on, script });
        }
        tests
    }

    fn script(
        &mut self,
        title: String,
        script: &ast::Script,
        module: &Module,
        connections: &[Connection],
        on: Versions,
        span: Span,
    ) -> Script {
        let given = self.given(script, module, on, span);
        let connection =
            script.connection.as_ref().and_then(|(name, fields)| self.script_connection(name, fields.as_ref(), connections, on));
        let made = steps_made(script, module);
        let exchanges = script.exchanges.iter().zip(made).map(|(exchange, index)| match self.called_in_step(module, index, on) {
            Some(called) => self.exchange_text(exchange, &called, on),
            None => self.exchange_text(exchange, module, on),
        });
        let exchanges: Vec<ScriptExchange> = exchanges.collect();
        self.delivery_fits(script, module, on);
        let output = script.output.as_ref().map_or_else(String::new, |(word, value)| self.output(word, value, &exchanges, module, on));
        let fails = script.fails.as_ref().map(|(kind, code)| {
            if !FAILURES.contains(&kind.value.as_str()) {
                self.report(choice(codes::UNKNOWN_FAILURE, kind, "kind of error", &FAILURES));
            }
            (kind.value.clone(), code.as_ref().map(|code| code.value.clone()))
        });
        Script { title, given, connection, exchanges, output, fails, on, span }
    }

    /// The module that the step with this number calls, where the module tested has steps.
    fn called_in_step(&self, module: &Module, index: usize, on: Versions) -> Option<Module> {
        let step = module.steps.as_ref()?.list.get(index)?;
        let is_called = |one: &&Module| one.symbol == step.module && one.revision == step.revision && !one.on.and(on).is_empty();
        self.called.iter().find(is_called).cloned()
    }

    fn given(&mut self, script: &ast::Script, module: &Module, on: Versions, span: Span) -> String {
        let fields: Vec<&Field> = module.inputs.iter().map(|input| &input.field).filter(|field| !field.on.and(on).is_empty()).collect();
        let nothing = Value { kind: ValueKind::Object(Vec::new()), span };
        let value = script.given.as_ref().unwrap_or(&nothing);
        let expects_refusal = script.fails.as_ref().is_some_and(|(kind, _)| kind.value == "input");
        // What a delivery holds does not depend on what was asked for.
        let partial = expects_refusal || module.webhook.is_some();
        let reading = Reading { partial, ..Reading::given(on) };
        let (text, problems) = self.literals().read_object(value, &fields, reading);
        for problem in problems.into_iter().filter(|problem| !expects_refusal || problem.code == codes::UNKNOWN_MEMBER) {
            self.report(problem);
        }
        text
    }

    fn script_connection(
        &mut self,
        name: &Ident,
        fields: Option<&Value>,
        connections: &[Connection],
        on: Versions,
    ) -> Option<(String, String)> {
        if !self.connection_exists(name, connections) {
            return None;
        }
        let connection = connections.iter().filter(|connection| connection.name == name.value).max_by_key(|connection| connection.revision);
        let text = match (fields, connection) {
            (Some(value), Some(connection)) => {
                let fields: Vec<&Field> = connection.fields.iter().collect();
                let (text, problems) = self.literals().read_object(value, &fields, Reading { partial: true, ..Reading::given(on) });
                for problem in problems {
                    self.report(problem);
                }
                text
            }
            _ => "{}".to_owned(),
        };
        Some((name.value.clone(), text))
    }

    fn exchange_text(&mut self, exchange: &ast::ScriptExchange, module: &Module, on: Versions) -> ScriptExchange {
        let sends = exchange.sends.as_ref();
        if let Some(sends) = sends.filter(|sends| sends.method.value != module.method && !module.method.is_empty()) {
            self.report(other_method(sends, module));
        }
        let pair = |(name, value): &(ast::Text, ast::Text)| (name.value.clone(), value.value.clone());
        let reply = &exchange.reply;
        ScriptExchange {
            sends: sends.map(|sends| (sends.method.value.clone(), sends.target.value.clone())),
            request_headers: sends.map_or_else(Vec::new, |sends| sends.headers.iter().map(pair).collect()),
            request_body: sends.and_then(|sends| sends.body.as_ref()).map_or_else(String::new, |body| self.json(body, on)),
            status: reply.status.value,
            headers: reply.headers.iter().map(pair).collect(),
            body: self.reply_body(reply, module, on),
            body_value: reply.body.clone(),
        }
    }

    /// What an API delivers, and a trigger gives, must fit what it says it gives. A header or a form says it in another way.
    fn delivery_fits(&mut self, script: &ast::Script, module: &Module, on: Versions) {
        let typed = module.webhook.as_ref().is_some_and(|told| told.by.is_none() && !told.form) && script.output.is_some();
        let answer = module.answers.first().filter(|_| typed);
        let sent = script.exchanges.last().and_then(|exchange| exchange.sends.as_ref()?.body.as_ref());
        if let (Some(answer), Some(value)) = (answer, sent)
            && let (Some(ty), Some(inner)) = (&answer.body, at(value, &answer.at))
        {
            let (_, problems) = self.literals().read(inner, ty, false, Reading::answer(on));
            for problem in problems {
                self.report(problem);
            }
        }
    }

    fn json(&mut self, value: &Value, on: Versions) -> String {
        let (text, problems) = self.literals().read_json(value, Reading::answer(on));
        for problem in problems {
            self.report(problem);
        }
        text
    }

    /// The answer's text. A success answer must fit the module's type for that status.
    fn reply_body(&mut self, reply: &ast::Reply, module: &Module, on: Versions) -> String {
        let status = reply.status.value;
        let found = module.answers.iter().find(|answer| (answer.statuses.0..=answer.statuses.1).contains(&status));
        // What a trigger that is told replies is no event.
        let answer = found.filter(|answer| module.webhook.is_none() && answer.decoding != Decoding::Headers);
        if found.is_none() && (200..300).contains(&status) {
            self.report(unanswered(reply, module));
        }
        let Some(value) = &reply.body else {
            return String::new();
        };
        if let ValueKind::Text(text) = &value.kind {
            return text.clone();
        }
        let text = self.json(value, on);
        let fails = module.fails.iter().chain(&self.failures).any(|failure| holds(failure, value));
        // A GraphQL server gives null and says why.
        let refused = matches!(module.encoding, Encoding::Graphql(_)) && at(value, &["errors".to_owned()]).is_some();
        if let Some(answer) = answer.filter(|_| !fails)
            && let (Some(ty), Some(inner)) = (&answer.body, at(value, &answer.at))
            && !(refused && matches!(inner.kind, ValueKind::Null))
        {
            let (_, problems) = self.literals().read(inner, ty, false, Reading::answer(on));
            for problem in problems {
                self.report(problem);
            }
        }
        text
    }

    fn output(&mut self, word: &Ident, value: &Value, exchanges: &[ScriptExchange], module: &Module, on: Versions) -> String {
        let wanted = if module.kind == ModuleKind::Action || module.webhook.is_some() { "gives" } else { "yields" };
        if word.value != wanted {
            self.report(other_output(word, wanted, module));
            return String::new();
        }
        let status = exchanges.last().map_or(200, |exchange| exchange.status);
        let answer =
            module.answers.iter().find(|answer| (answer.statuses.0..=answer.statuses.1).contains(&status)).or(module.answers.first());
        let body = answer.and_then(|answer| answer.body.as_ref());
        if wanted == "yields" && module.page.is_none() && !body.is_some_and(|ty| matches!(ty, Type::List(..)) || *ty == Type::UNKNOWN) {
            // What its items are is not known, which was reported.
            return String::new();
        }
        let ty = match (&module.page, body.cloned()) {
            (Some(page), _) => Some(Type::List(Box::new(page.item.clone()), Default::default())),
            (None, ty) => ty,
        };
        let (text, problems) = match &ty {
            Some(ty) => self.literals().read(value, ty, matches!(ty, Type::Nullable(_)), Reading::expected(on)),
            None => self.literals().read_json(value, Reading::expected(on)),
        };
        for problem in problems {
            self.report(problem);
        }
        if ty.is_none() && !matches!(value.kind, ValueKind::Null) {
            self.report(gives_nothing(value, module));
        }
        text
    }
}

/// Which step each exchange of a script is one of. A step that waits has several: as long as what is sent is said and the same or, where it is
/// not said, as there are more exchanges than the steps behind it need.
fn steps_made(script: &ast::Script, module: &Module) -> Vec<usize> {
    let steps = module.steps.as_ref().map_or(&[][..], |steps| &steps.list);
    let exchanges = &script.exchanges;
    let sent = |index: usize| exchanges[index].sends.as_ref().map(|sends| (&sends.method.value, &sends.target.value));
    let mut made: Vec<usize> = Vec::new();
    for index in 0..exchanges.len() {
        let step = match made.last() {
            None => 0,
            Some(last) if steps.get(*last).is_none_or(|step| step.wait.is_none()) => last + 1,
            Some(last) => {
                let again = match (sent(index - 1), sent(index)) {
                    (Some(before), Some(this)) => before == this,
                    _ => exchanges.len() - index > steps.len() - (last + 1),
                };
                if again { *last } else { last + 1 }
            }
        };
        made.push(step);
    }
    made
}

/// What stands at a path of a literal.
fn at<'v>(value: &'v Value, path: &[String]) -> Option<&'v Value> {
    let Some((first, rest)) = path.split_first() else { return Some(value) };
    let ValueKind::Object(members) = &value.kind else { return None };
    at(&members.iter().find(|(key, _)| key.value == *first)?.1, rest)
}

/// Is the answer an error whatever its status?
fn holds(failure: &Failure, body: &Value) -> bool {
    let Some((path, equals)) = &failure.when else { return false };
    let Some(found) = at(body, path) else { return false };
    match (equals, &found.kind) {
        (None, kind) => !matches!(kind, ValueKind::Null),
        (Some(wanted), ValueKind::Text(text)) => *wanted == scalars::quoted(text),
        (Some(wanted), ValueKind::Bool(value)) => *wanted == value.to_string(),
        (Some(wanted), ValueKind::Number(number)) => wanted == number,
        (Some(wanted), ValueKind::Null) => wanted == "null",
        _ => false,
    }
}

pub(super) fn same_title(item: &ast::Test, first: Span) -> Diagnostic {
    Diagnostic::new(codes::SAME_TITLE, item.title.span, "two tests have one title")
        .here("the same again")
        .also(first, "first given here")
        .help("say in the title what is different about this one")
}

fn tests_nothing(item: &ast::Test) -> Diagnostic {
    let (name, span) = joined(&item.module);
    Diagnostic::new(codes::TEST_IN_NO_VERSION, span, format!("`{name}` exists in none of the versions that this test is for"))
        .here("not in these versions")
        .help("change the test's `on`, or test a module that exists there")
}

pub(super) fn expects_nothing(item: &ast::Test) -> Diagnostic {
    Diagnostic::new(codes::EXPECTS_NOTHING, item.title.span, "this test expects nothing, so it cannot fail")
        .here("no expectation")
        .help("add `sends …`, `gives …`, `yields …` or `fails …`")
}

fn other_method(sends: &ast::Sends, module: &Module) -> Diagnostic {
    Diagnostic::new(codes::OTHER_METHOD, sends.method.span, format!("the module sends `{}`, not `{}`", module.method, sends.method.value))
        .here("another method")
        .also(module.spans.method, "sent here")
        .help(format!("write `{}`", module.method))
        .replace(format!("write `{}`", module.method), sends.method.span, module.method.clone())
}

fn unanswered(reply: &ast::Reply, module: &Module) -> Diagnostic {
    let statuses: HashSet<String> = module.answers.iter().map(|answer| status(answer.statuses)).collect();
    let mut statuses: Vec<&str> = statuses.iter().map(String::as_str).collect();
    statuses.sort_unstable();
    let problem = Diagnostic::new(
        codes::STATUS_NOT_ANSWERED,
        reply.status.span,
        format!("the module has no answer for the status {}", reply.status.value),
    )
    .here("not among its answers")
    .also(module.span, "declared here")
    .help(format!("it answers with {}", listed(&statuses)));
    match statuses.as_slice() {
        [only] if !only.ends_with("xx") => problem.replace(format!("write `{only}`"), reply.status.span, *only),
        _ => problem,
    }
}

fn other_output(word: &Ident, wanted: &str, module: &Module) -> Diagnostic {
    let what = match (wanted, module.webhook.is_some()) {
        ("gives", true) => "a delivery gives one event",
        ("gives", false) => "an action gives one thing",
        _ => "a search yields items",
    };
    Diagnostic::new(codes::OTHER_OUTPUT, word.span, format!("{what}: write `{wanted}`"))
        .here(format!("not `{}`", word.value))
        .also(module.span, "declared here")
        .help(format!("write `{wanted}`"))
        .replace(format!("write `{wanted}`"), word.span, wanted)
}

fn gives_nothing(value: &Value, module: &Module) -> Diagnostic {
    Diagnostic::new(codes::VALUE_DOES_NOT_FIT, value.span, "the module answers with nothing, so there is nothing to compare")
        .here("cannot come")
        .also(module.span, "declared here")
        .help("leave this out, or say what the module answers with")
}
