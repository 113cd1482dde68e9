//! Answers by status.

use super::Checker;
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{Answer, Decoding, Framing, ItemStream, Module, Type, TypeDefKind};
use crate::syntax::ast::ModuleKind;

/// No status has two answers, except that a single status may stand out from its class.
pub(super) fn statuses_do_not_overlap(checker: &mut Checker<'_>) {
    for module in &checker.model.modules {
        for (index, answer) in module.answers.iter().enumerate() {
            if let Some(first) = module.answers[..index].iter().find(|first| overlap(first, answer)) {
                checker.report(
                    Diagnostic::new(codes::ANSWERS_OVERLAP, answer.span, "this status has an answer already")
                        .here("never looked at")
                        .also(first.span, "taken first")
                        .help("delete one of them, or put the narrower status before the class"),
                );
            }
        }
    }
}

/// Items that come one after the other are those of a list, and all that a module gives.
pub(super) fn items_come_by_themselves(checker: &mut Checker<'_>) {
    for (module, answer, items) in streams(checker) {
        let word = items.framing.word();
        let body = answer.body.as_ref().filter(|body| !super::is_unknown(body));
        let problem = match body {
            Some(body) if !matches!(body, Type::List(..)) => Some((
                format!("what comes as {word} is many items, and this is one"),
                format!("write the list of what each of the {word} holds: `-> [T] as {word}`"),
            )),
            _ if module.kind == ModuleKind::Trigger => {
                Some((format!("a trigger takes no {word}: it polls, or it is told"), format!("make it an action that gives the {word}")))
            }
            _ if module.answers.len() > 1 => Some((
                format!("items as {word} are one answer among several"),
                format!("let the {word} be the only answer; what else may come is an error, `fails …`"),
            )),
            _ if module.page.is_some() => {
                Some((format!("items that come as {word} have no pages"), "leave `page` out: they come until they end".to_owned()))
            }
            _ => None,
        };
        if let Some((problem, help)) = problem {
            checker.report(Diagnostic::new(codes::ITEMS_MISFIT, answer.span, problem).here("declared here").help(help));
        }
    }
}

/// A name can only tell apart what has a tag, and only events have one.
pub(super) fn events_are_told_apart_by_name(checker: &mut Checker<'_>) {
    for (_, answer, items) in streams(checker) {
        let Some(Type::List(item, _)) = answer.body.as_ref().filter(|_| items.named) else { continue };
        let tagged = checker.definition(item).is_some_and(|one| matches!(&one.kind, TypeDefKind::Union { tag: Some(_), .. }));
        let problem = match (items.framing, tagged || super::is_unknown(item)) {
            (Framing::Lines, _) => {
                Some(("lines have no name", "leave `by name` out; a member of the lines can tell them apart, `union … by`"))
            }
            (Framing::Events, false) => Some((
                "there are no variants that the name of an event could tell apart",
                "give a `union Event by \"type\" { … }`, or leave `by name` out",
            )),
            (Framing::Events, true) => None,
        };
        if let Some((problem, help)) = problem {
            checker.report(Diagnostic::new(codes::ITEMS_MISFIT, answer.span, problem).here("declared here").help(help));
        }
    }
}

/// Only events carry the id to go on from, and only what changes nothing is asked again.
pub(super) fn only_events_are_resumed(checker: &mut Checker<'_>) {
    for (module, answer, items) in streams(checker) {
        let problem = match items.framing {
            _ if !items.resume => continue,
            Framing::Lines => "lines have no ids to go on from".to_owned(),
            Framing::Events if module.method != "GET" => format!("a {} is not asked again for the events that follow", module.method),
            Framing::Events => continue,
        };
        let problem = Diagnostic::new(codes::ITEMS_MISFIT, answer.span, problem).here("declared here");
        checker.report(problem.help("leave `resume` out"));
    }
}

/// What is read from headers is a struct of texts and numbers.
pub(super) fn headers_are_scalars(checker: &mut Checker<'_>) {
    for module in &checker.model.modules {
        for answer in module.answers.iter().filter(|answer| answer.decoding == Decoding::Headers) {
            let Some(ty) = answer.body.as_ref().filter(|ty| !super::is_unknown(ty)) else { continue };
            let wrong = match checker.definition(ty).map(|definition| &definition.kind) {
                Some(TypeDefKind::Struct(fields)) => fields.iter().find(|field| !is_scalar(checker, &field.ty)).map(|field| field.span),
                Some(_) => Some(answer.span),
                None if matches!(ty, Type::Named(_)) => None,
                None => Some(answer.span),
            };
            if let Some(span) = wrong {
                checker.report(
                    Diagnostic::new(codes::HEADERS_SCALAR, span, "a header holds one value, and this is read from headers")
                        .here("no single value")
                        .also(answer.span, "read `as headers`")
                        .help("write for example `-> { status_url \"Location\": url } as headers`, a member for each header"),
                );
            }
        }
    }
}

fn streams<'m>(checker: &Checker<'m>) -> Vec<(&'m Module, &'m Answer, &'m ItemStream)> {
    let of = |module: &'m Module| module.answers.iter().map(move |answer| (module, answer));
    let all = checker.model.modules.iter().flat_map(of);
    all.filter_map(|(module, answer)| if let Decoding::Items(items) = &answer.decoding { Some((module, answer, items)) } else { None })
        .collect()
}

fn overlap(first: &Answer, later: &Answer) -> bool {
    let covers = first.statuses.0 <= later.statuses.0 && later.statuses.1 <= first.statuses.1;
    covers && first.span != later.span
}

fn is_scalar(checker: &Checker<'_>, ty: &Type) -> bool {
    match ty {
        Type::List(..) | Type::Map(..) | Type::File | Type::Json | Type::Bytes(_) => false,
        Type::Nullable(inner) => is_scalar(checker, inner),
        Type::Named(_) => checker.definition(ty).is_none_or(|definition| matches!(definition.kind, TypeDefKind::Enum { .. })),
        _ => true,
    }
}
