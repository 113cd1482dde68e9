//! What holds whatever is called, as facts: servers, what every request sends, error answers, limits, and what is tried again; of the
//! whole connector, and of a module where it says its own.

use super::present::{key, shaped_facets, wire_path};
use super::record::{Fact, Facts};
use crate::model::{Connector, Failure, Limit, Model, Module, RetryClass, Send, Wait};
use crate::source::Span;
use crate::syntax::text::duration;

/// What a connector says for all of its modules in one version.
pub(super) fn of_connector(model: &Model, version: usize) -> Facts {
    let connector = &model.connector;
    let mut facts = Facts::new();
    for server in connector.servers_in(version) {
        let name = server.name.as_deref().unwrap_or_default();
        facts.insert(key("server", name), Fact::plain(&server.url.text, server.url.span));
    }
    for send in &connector.sends {
        let (name, text) = sent(send);
        facts.insert(key("send", name), Fact::plain(text, connector.span));
    }
    failures(model, &connector.fails, connector.span, &mut facts);
    limits(&connector.limits, connector.span, &mut facts);
    tried_again(connector, &mut facts);
    facts
}

/// What a module says in place of that, or besides.
pub(super) fn of_module(model: &Model, module: &Module, facts: &mut Facts) {
    failures(model, &module.fails, module.span, facts);
    waits(module, facts);
    limits(&module.limits, module.span, facts);
    if let Some(cost) = &module.cost {
        let read = cost.header.as_ref().map(|header| format!(" read header {header}")).unwrap_or_default();
        let place = module.spans.cost.unwrap_or(module.span);
        facts.insert(key("cost", ""), Fact::plain(format!("{}{read}", cost.points), place));
    }
    if module.is_exchange() && module.retry != RetryClass::by_method(&module.method) {
        facts.insert(key("retry", ""), Fact::plain(retry(&module.retry), module.spans.retry.unwrap_or(module.span)));
    }
}

/// What is sent, and its value.
pub(super) fn sent(send: &Send) -> (String, String) {
    match send {
        Send::Header(name, value) => (format!("header {name}"), value.text.clone()),
        Send::Query(name, value) => (format!("query {name}"), value.text.clone()),
        Send::Cookie(name, value) => (format!("cookie {name}"), value.text.clone()),
        Send::Basic(user, password) => ("basic".to_owned(), format!("{} {}", user.text, password.text)),
    }
}

/// Error answers are tried in turn, so their numbers name them.
fn failures(model: &Model, fails: &[Failure], place: Span, facts: &mut Facts) {
    for (number, failure) in fails.iter().enumerate() {
        let mut facets = shaped_facets(model, Some(&failure.body), &failure.at, "");
        let when = failure.when.as_ref().map(|(path, equals)| match equals {
            Some(value) => format!("{} = {value}", wire_path(path)),
            None => format!("{} present", wire_path(path)),
        });
        facets.extend((!failure.statuses.is_empty()).then(|| ("on", ranges(&failure.statuses))));
        facets.extend(when.map(|when| ("when", when)));
        facets.extend((!failure.code.is_empty()).then(|| ("code", wire_path(&failure.code))));
        facets.extend((!failure.message.is_empty()).then(|| ("message", wire_path(&failure.message))));
        facts.insert(key("fails", (number + 1).to_string()), Fact { facets, place });
    }
}

/// What ends each wait and how long it may take; what fails it is an error answer like others. Pauses only servers notice.
fn waits(module: &Module, facts: &mut Facts) {
    let steps = module.steps.iter().flat_map(|steps| &steps.list);
    let waits: Vec<(&Wait, Span)> = steps.filter_map(|step| Some((step.wait.as_ref()?, step.span))).collect();
    for (number, (wait, place)) in waits.iter().enumerate() {
        facts.insert(key("wait", (number + 1).to_string()), Fact::plain(wait.ends(), *place));
    }
    let failures = waits.iter().flat_map(|(wait, place)| wait.fails.iter().map(move |failure| (failure, *place)));
    for (number, (failure, place)) in failures.enumerate() {
        let mut facets = vec![("when", failure.when.text())];
        facets.extend((!failure.code.is_empty()).then(|| ("code", failure.code.join("."))));
        facets.extend((!failure.message.is_empty()).then(|| ("message", failure.message.join("."))));
        facts.insert(key("fails", (number + 1).to_string()), Fact { facets, place });
    }
}

fn limits(limits: &[Limit], place: Span, facts: &mut Facts) {
    for (number, limit) in limits.iter().enumerate() {
        let text = match limit {
            Limit::Concurrent(count) => format!("{count} concurrent"),
            Limit::Window { count, millis, moving, points } => {
                format!("{count}{} per {}{}", points_word(*points), duration(*millis), if *moving { " moving" } else { "" })
            }
            Limit::Headers { remaining, reset, kind, points } => {
                format!("by headers{} remaining {remaining} reset {kind} {reset}", points_word(*points))
            }
        };
        facts.insert(key("limit", (number + 1).to_string()), Fact::plain(text, place));
    }
}

fn points_word(points: bool) -> &'static str {
    if points { " points" } else { "" }
}

fn tried_again(connector: &Connector, facts: &mut Facts) {
    if connector.retry_statuses.is_empty() && connector.honour.is_none() {
        return;
    }
    let honour = connector.honour.as_ref().map(|header| format!(" honour {header}")).unwrap_or_default();
    let text = format!("{}{honour}", ranges(&connector.retry_statuses));
    facts.insert(key("retry", ""), Fact::plain(text.trim_start(), connector.span));
}

/// `429 500-599`
fn ranges(statuses: &[(u16, u16)]) -> String {
    let one = |(from, to): &(u16, u16)| if from == to { from.to_string() } else { format!("{from}-{to}") };
    statuses.iter().map(one).collect::<Vec<_>>().join(" ")
}

/// The class as the language writes it.
pub(super) fn retry(class: &RetryClass) -> String {
    match class {
        RetryClass::Safe => "safe".to_owned(),
        RetryClass::Idempotent => "idempotent".to_owned(),
        RetryClass::Key(header) => format!("key header {header}"),
        RetryClass::Never => "never".to_owned(),
    }
}
