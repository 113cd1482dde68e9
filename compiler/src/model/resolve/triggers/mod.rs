//! Triggers: what a poll remembers, and what is delivered. Which of both a trigger is, and that it is whole, is said here; how a poll is
//! bound in each API version is `poll`'s, what is said of deliveries `webhook`'s. Subscriptions are calls, so `steps` binds them.

mod poll;
mod webhook;

use super::Resolver;
use super::flat::Flat;
use crate::diagnostics::{Diagnostic, codes};
use crate::source::Span;
use crate::syntax::ast::{self, ModuleKind, ValueKind};

pub(super) use poll::Written;

/// Is a default `cursor.time`, or meant to be?
pub(super) fn is_cursor(value: &ast::Value) -> bool {
    matches!(&value.kind, ValueKind::Name(path) if path.len() > 1 && path[0].value == "cursor")
}

impl<'a> Resolver<'a> {
    /// A trigger polls or is told, and what belongs to the one is not said of the other.
    pub(super) fn trigger_is_whole(&mut self, item: &'a ast::Module, flat: &Flat<'a>) {
        let polls = item.kind == ModuleKind::Trigger && flat.exchange.is_some();
        let told = item.kind == ModuleKind::Trigger && flat.webhook.is_some();
        if polls || item.kind != ModuleKind::Trigger {
            for (word, span) in of_deliveries(item, flat) {
                self.report(out_of_place(word, span, if polls { "a trigger that polls" } else { "a module that is called" }));
            }
        }
        if !polls && let Some(cursor) = flat.cursor {
            self.report(out_of_place("cursor", cursor.span, if told { "a trigger that is told" } else { "a module that is called" }));
        }
        if item.kind != ModuleKind::Trigger || item.body.steps.is_some() {
            return;
        }
        match (flat.exchange, flat.webhook) {
            (Some(exchange), None) if !exchange.poll => self.report(no_source(item, Some(exchange))),
            (None, None) => self.report(no_source(item, None)),
            (None, Some(webhook)) => self.delivery_has_no_exchange(webhook, flat),
            _ => {}
        }
    }

    /// What is said of requests has no meaning where none is made.
    fn delivery_has_no_exchange(&mut self, webhook: &ast::Webhook, flat: &Flat<'a>) {
        let places = [("path", &flat.path), ("query", &flat.query), ("header", &flat.header), ("cookie", &flat.cookie)];
        let mut found: Vec<(&str, Span)> =
            places.into_iter().filter_map(|(word, fields)| fields.first().map(|(field, _)| (word, field.name.span))).collect();
        found.extend(flat.requests.first().map(|(request, _)| ("body", request.span)));
        found.extend(flat.answers.first().map(|(answer, _)| ("answers", answer.span)));
        found.extend(flat.parts.map(|parts| ("parts", parts.span)));
        found.extend(flat.page.map(|page| ("page", page.span)));
        found.extend(flat.order.map(|order| ("order", order.span)));
        found.extend(flat.cost.map(|cost| ("cost", cost.span)));
        found.extend(flat.retry.map(|retry| ("retry", retry.span)));
        for (word, span) in found {
            let problem =
                Diagnostic::new(codes::OUTSIDE_TRIGGER, span, format!("a trigger that is told sends nothing, so it has no `{word}`"))
                    .here("belongs to a call")
                    .also(webhook.span, "is told here")
                    .help("write what the trigger takes in `input { … }`, and give it to the call in `subscribe`");
            self.report(problem);
        }
    }
}

/// Every statement that is about deliveries.
fn of_deliveries(item: &ast::Module, flat: &Flat<'_>) -> Vec<(&'static str, Span)> {
    let body = &item.body;
    let mut found: Vec<(&'static str, Span)> = Vec::new();
    found.extend(flat.webhook.map(|webhook| ("webhook", webhook.span)));
    found.extend(flat.verify.map(|verify| ("verify", verify.span)));
    found.extend(flat.challenges.first().map(|challenge| ("challenge", challenge.span)));
    found.extend(body.subscribe.as_ref().map(|one| ("subscribe", one.span)));
    found.extend(body.expires.as_ref().map(|(_, span)| ("expires", *span)));
    found.extend(body.renew.as_ref().map(|one| ("renew", one.span)));
    found.extend(body.unsubscribe.as_ref().map(|one| ("unsubscribe", one.span)));
    found
}

fn out_of_place(word: &str, span: Span, of: &str) -> Diagnostic {
    let help = match word {
        "cursor" => "only a trigger that polls has a cursor: `trigger watch … { poll GET … }`",
        _ => "only a trigger that is told has it: `trigger on … { webhook -> Event  verify … }`",
    };
    Diagnostic::new(codes::OUTSIDE_TRIGGER, super::steps::keyword(word, span), format!("`{word}` has no meaning for {of}"))
        .here("does not belong here")
        .help(help)
}

fn no_source(item: &ast::Module, exchange: Option<&ast::Exchange1>) -> Diagnostic {
    let name = &item.name;
    let problem = Diagnostic::new(codes::NO_SOURCE, name.span, format!("`{}` does not say how it hears of anything", name.value))
        .here("neither polls nor is told")
        .help("write `poll` before its call and a `cursor`, or `webhook -> Event` and `verify`");
    match exchange {
        Some(exchange) => {
            let before = Span { end: exchange.method.span.start, start: exchange.method.span.start, ..exchange.method.span };
            problem.also(exchange.method.span, "called once, when asked").replace("write `poll` before the call", before, "poll ")
        }
        None => problem,
    }
}
