//! How a trigger asks to be told: the calls in `subscribe`, `renew` and `unsubscribe`, bound like steps. `endpoint` stands for where it is
//! told, and the name of `subscribe` for what that call gave.

use std::collections::HashSet;

use super::super::Resolver;
use super::super::items::Items;
use super::bind::{Known, View};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{Module, Step, StepPath, Type, Versions, Webhook};
use crate::syntax::ast::{self, ModuleKind};

impl<'a> Resolver<'a> {
    /// Binds the subscriptions of all triggers. All modules of all versions must be known.
    pub(in crate::model::resolve) fn subscriptions(&mut self, items: &Items<'a>, modules: &mut Vec<Module>) {
        for placed in items.modules.iter().filter(|placed| placed.item.kind == ModuleKind::Trigger) {
            let (item, body) = (placed.item, &placed.item.body);
            if body.input.is_none() && body.subscribe.is_none() && body.renew.is_none() && body.unsubscribe.is_none() {
                continue;
            }
            let own = item.name.span;
            let versions =
                modules.iter().filter(|one| one.span == own && one.webhook.is_some()).fold(Versions(0), |all, one| all.or(one.on));
            let Some(now) = versions.iter().max() else { continue };
            let bound: Vec<(usize, Webhook)> = versions
                .iter()
                .filter_map(|version| {
                    let view = View { modules, own, group: &placed.group, now, version };
                    let webhook = view.own_in(version)?.webhook.clone()?;
                    Some((version, self.bind_subscription(item, webhook, &view)?))
                })
                .collect();
            settle(own, &bound, modules);
        }
    }

    fn bind_subscription(&mut self, item: &'a ast::Module, webhook: Webhook, view: &View<'_>) -> Option<Webhook> {
        let body = &item.body;
        let mut known = Known { made: Vec::new(), later: Vec::new(), used: HashSet::new(), endpoint: true };
        let subscribe = match &body.subscribe {
            Some(written) => Some(self.call(&written.step, view, &mut known)?),
            None => {
                self.subscription_starts(item);
                None
            }
        };
        let expires = match &body.expires {
            Some((path, _)) if subscribe.is_some() => Some(self.end(path, view, &mut known)?),
            _ => None,
        };
        let renew = match &body.renew {
            Some(written) => {
                if body.expires.is_none() {
                    self.report(
                        Diagnostic::new(
                            codes::SUBSCRIPTION,
                            super::keyword("renew", written.span),
                            "nothing says until when the subscription lasts",
                        )
                        .here("renewed before what?")
                        .help("write for example `expires hook.expires_at`, with the name of what `subscribe` gave"),
                    );
                }
                Some((self.call(&written.step, view, &mut known)?, written.before.as_ref().map_or(0, |before| before.value)))
            }
            None => None,
        };
        let unsubscribe = match &body.unsubscribe {
            Some(written) => Some(self.call(&written.step, view, &mut known)?),
            None => None,
        };
        if view.version == view.now && subscribe.is_some() {
            self.nothing_is_unused(item, view, &known);
        }
        Some(Webhook { subscribe, expires, renew, unsubscribe, ..webhook })
    }

    /// What ends or is renewed was begun.
    fn subscription_starts(&mut self, item: &ast::Module) {
        let body = &item.body;
        let said = [
            ("renew", body.renew.as_ref().map(|one| one.span)),
            ("unsubscribe", body.unsubscribe.as_ref().map(|one| one.span)),
            ("expires", body.expires.as_ref().map(|(_, span)| *span)),
            ("input", body.input.as_ref().map(|(_, span)| *span)),
        ];
        for (word, span) in said.into_iter().filter_map(|(word, span)| Some((word, span?))) {
            self.report(
                Diagnostic::new(codes::SUBSCRIPTION, super::keyword(word, span), format!("`{word}` belongs to a trigger that subscribes"))
                    .here("nothing is subscribed to")
                    .help("write the call that asks for deliveries: `subscribe hook = create_hook { url = endpoint.url }`"),
            );
        }
    }

    fn call(&mut self, step: &'a ast::Step, view: &View<'_>, known: &mut Known<'a>) -> Option<Step> {
        self.waits_for_nothing(step);
        self.bound_step(step, None, view, known)?.0
    }

    /// Where it stands until when a subscription lasts.
    fn end(&mut self, path: &ast::Path, view: &View<'_>, known: &mut Known<'a>) -> Option<StepPath> {
        let source = self.source(path, view, known)?;
        if !matches!(source.ty, Type::DateTime(_)) && source.ty != Type::UNKNOWN {
            let span = super::super::symbols::joined(path).1;
            self.report(
                Diagnostic::new(codes::SUBSCRIPTION, span, "the end of a subscription is a time")
                    .here("not a `datetime`")
                    .also(source.because, "declared here")
                    .help("name the member of what `subscribe` gave that says when it ends"),
            );
            return None;
        }
        Some(source.path)
    }
}

/// Gives the triggers what was bound. Versions that differ become modules of their own.
fn settle(own: crate::source::Span, bound: &[(usize, Webhook)], modules: &mut Vec<Module>) {
    let mut at = 0;
    while at < modules.len() {
        let on = modules[at].on;
        let here = modules[at].span == own && modules[at].webhook.as_ref().is_some_and(|one| one.subscribe.is_none());
        if let Some(first) = bound.iter().rev().find(|(version, _)| here && on.has(*version)).map(|(_, bound)| bound) {
            let alike = bound.iter().filter(|(version, other)| on.has(*version) && other == first);
            let alike = alike.fold(Versions(0), |all, (version, _)| all.or(Versions(1 << version)));
            let rest = on.without(alike);
            if !rest.is_empty() {
                let rest = Module { on: rest, ..modules[at].clone() };
                modules.insert(at + 1, rest);
                modules[at].on = alike;
            }
            modules[at].webhook = Some(first.clone());
        }
        at += 1;
    }
}
