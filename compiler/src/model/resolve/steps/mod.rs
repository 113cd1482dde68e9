//! Modules with steps: each is bound in every API version that it exists in, and versions in which that comes out differently get a module
//! of their own. What a step is given is `bind`'s; where its value comes from is `source`'s; what fits what is `fit`'s; how a trigger
//! asks to be told is `subscription`'s; until when a step is made again is `wait`'s, and what that looks at is `condition`'s.

mod bind;
mod condition;
mod fit;
mod source;
mod subscription;
mod wait;

use std::collections::HashSet;

use super::flat::Flat;
use super::items::Items;
use super::{Resolver, Site};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{Answer, Connection, Decoding, Module, Steps, Symbol, Type, Versions};
use crate::source::Span;
use crate::syntax::ast::{self, ModuleKind};

/// A module with steps as it comes out in one version.
#[derive(Clone, Debug, PartialEq)]
struct Bound {
    steps: Steps,
    output: Option<Type>,
    connections: Vec<String>,
}

impl<'a> Resolver<'a> {
    /// Says what the steps of every module are. All modules of all versions must be known.
    pub(super) fn steps(&mut self, items: &Items<'a>, modules: &mut Vec<Module>, connections: &[Connection]) {
        let mut called: HashSet<(Symbol, u32)> = HashSet::new();
        for placed in &items.modules {
            let item = placed.item;
            let Some(steps) = &item.body.steps else { continue };
            let versions = modules.iter().filter(|module| module.span == item.name.span).fold(Versions(0), |all, one| all.or(one.on));
            let Some(now) = versions.iter().max() else { continue };
            let mut newest_first: Vec<usize> = versions.iter().collect();
            newest_first.reverse();
            let bound: Vec<(usize, Bound)> = newest_first
                .into_iter()
                .filter_map(|version| {
                    let view = bind::View { modules, own: item.name.span, group: &placed.group, now, version };
                    Some((version, self.bind(item, steps, &view)?))
                })
                .collect();
            settle(item.name.span, &bound, modules);
            // Examples and tests show what the steps send and get, and are checked against these.
            for step in bound.iter().flat_map(|(_, bound)| &bound.steps.list) {
                if called.insert((step.module, step.revision)) {
                    let more = modules.iter().filter(|module| (module.symbol, module.revision) == (step.module, step.revision));
                    self.called.extend(more.cloned());
                }
            }
            for module in modules.iter_mut().filter(|module| module.span == item.name.span && module.on.has(now)) {
                let site = Site {
                    group: placed.group.clone(),
                    name: super::names::pascal(&item.name.value),
                    label: item.name.value.clone(),
                    on: module.on,
                };
                let examples = self.examples(module, &item.body.examples, connections, &site);
                module.examples = examples;
            }
        }
    }

    /// Steps stand in place of everything that an exchange has; `input` and `gives` are for them alone.
    pub(super) fn steps_stand_alone(&mut self, item: &'a ast::Module, flat: &Flat<'a>) {
        let Some(steps) = &item.body.steps else {
            let input = item.body.input.as_ref().filter(|_| flat.webhook.is_none()).map(|(_, span)| ("input", *span));
            let gives = item.body.gives.as_ref().map(|(_, span)| ("gives", *span));
            for (word, span) in input.into_iter().chain(gives) {
                self.report(without_steps(word, span));
            }
            return;
        };
        if item.kind != ModuleKind::Action {
            self.report(
                Diagnostic::new(codes::BESIDE_STEPS, item.name.span, "only an action makes several exchanges")
                    .here("no action")
                    .also(keyword("steps", steps.span), "its steps")
                    .help("make it an `action`; pages and triggers belong to one exchange"),
            );
        }
        for field in item.body.input.iter().flat_map(|(fields, _)| fields) {
            let said = field.wire.as_ref().map(|wire| wire.span).or(field.style.as_ref().map(|style| style.span));
            if let Some(span) = said.or(field.rest.then_some(field.name.span)) {
                self.report(
                    Diagnostic::new(codes::BESIDE_STEPS, span, "an input of a module with steps goes nowhere by itself")
                        .here("said of what is sent")
                        .help("name the input and its type; the modules that the steps call say how it is sent"),
                );
            }
        }
        for (word, span) in beside(flat) {
            let problem = Diagnostic::new(codes::BESIDE_STEPS, span, format!("a module with `steps` has no `{word}` of its own"))
                .here("belongs to an exchange")
                .also(keyword("steps", steps.span), "its exchanges are made here")
                .help(match word {
                    "query" | "path" | "header" | "cookie" | "body" => {
                        "write what the module takes in `input { … }`, and give it to the steps that need it"
                    }
                    "answer" => "write what the module gives behind `gives`, as in `gives done.files`",
                    _ => "say it in the modules that the steps call",
                });
            let plain =
                word == "body" && item.body.input.is_none() && flat.requests.iter().all(|(request, _)| request.encoding.value == "json");
            let members = flat.requests.iter().all(|(request, _)| matches!(request.body, ast::RequestBody::Fields(_)));
            self.report(match plain && members && flat.requests.len() == 1 {
                true => problem.replace("write `input`", keyword(word, span), "input"),
                false => problem,
            });
        }
    }
}

/// Everything that is said of an exchange.
fn beside(flat: &Flat<'_>) -> Vec<(&'static str, Span)> {
    let places = [("path", &flat.path), ("query", &flat.query), ("header", &flat.header), ("cookie", &flat.cookie)];
    let fields = places.into_iter().filter_map(|(word, fields)| fields.first().map(|(field, _)| (word, field.name.span)));
    let mut found: Vec<(&'static str, Span)> = fields.collect();
    found.extend(flat.exchange.map(|exchange| ("call", exchange.method.span.to(exchange.path.span))));
    found.extend(flat.server.map(|server| {
        (
            "server",
            match server {
                ast::ModuleServer::Name(name) => name.span,
                ast::ModuleServer::Url(url) => url.span,
            },
        )
    }));
    found.extend(flat.connections.map(|(_, span)| ("connection", *span)));
    found.extend(flat.requests.first().map(|(request, _)| ("body", request.span)));
    found.extend(flat.answers.first().map(|(answer, _)| ("answer", answer.span)));
    found.extend(flat.fails.first().map(|(fails, _)| ("fails", fails.span)));
    found.extend(flat.parts.map(|parts| ("parts", parts.span)));
    found.extend(flat.page.map(|page| ("page", page.span)));
    found.extend(flat.order.map(|order| ("order", order.span)));
    found.extend(flat.limits.first().map(|limit| ("limit", limit.span)));
    found.extend(flat.cost.map(|cost| ("cost", cost.span)));
    found.extend(flat.retry.map(|retry| ("retry", retry.span)));
    found
}

fn without_steps(word: &str, span: Span) -> Diagnostic {
    let help = match word {
        "input" => "an exchange says where each value goes: write `body { … }`, `query { … }`, `path { … }` or `header { … }`",
        _ => "an exchange says what it gives behind its path: `GET \"/users\" -> [User] at data`",
    };
    Diagnostic::new(codes::BESIDE_STEPS, keyword(word, span), format!("`{word}` belongs to modules with `steps`"))
        .here("no `steps` here")
        .help(help)
}

/// The word that a statement starts with.
pub(super) fn keyword(word: &str, statement: Span) -> Span {
    Span { end: statement.start + word.len() as u32, ..statement }
}

/// Gives the modules of an item what was bound. Versions that differ become modules of their own.
fn settle(own: Span, bound: &[(usize, Bound)], modules: &mut Vec<Module>) {
    let mut at = 0;
    while at < modules.len() {
        let module = &modules[at];
        let (on, here) = (module.on, module.span == own && module.is_exchange());
        let first = bound.iter().find(|(version, _)| here && on.has(*version)).map(|(_, bound)| bound);
        if let Some(first) = first {
            let alike = bound.iter().filter(|(version, other)| on.has(*version) && other == first);
            let alike = alike.fold(Versions(0), |all, (version, _)| all.or(Versions(1 << version)));
            let rest = on.without(alike);
            if !rest.is_empty() {
                let rest = Module { on: rest, ..module.clone() };
                modules.insert(at + 1, rest);
            }
            give(first, alike, &mut modules[at]);
        }
        at += 1;
    }
}

fn give(bound: &Bound, on: Versions, module: &mut Module) {
    let decoding = match &bound.output {
        None => Decoding::Nothing,
        Some(Type::File) => Decoding::Stream,
        Some(_) => Decoding::Json,
    };
    module.on = on;
    module.answers = vec![Answer { statuses: (200, 299), body: bound.output.clone(), at: Vec::new(), decoding, span: module.span }];
    module.connections.clone_from(&bound.connections);
    module.steps = Some(bound.steps.clone());
}
