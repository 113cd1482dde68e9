//! Modules and their parts: what another spec says of them.

use std::collections::BTreeMap;

use super::{Follower, behind, proposal, replace};
use crate::change::edit::foreign::with_docs;
use crate::change::edit::proposal::{self as proposals, Proposal};
use crate::change::findings::Finding;
use crate::source::Span;
use crate::syntax::ast::{File, Group, Item, Module, ModuleKind, RequestBody};

impl<'f> Follower<'f> {
    /// Into the group where its kin stand.
    pub(super) fn module_added(&self, finding: &Finding) -> Option<Proposal> {
        let there = finding.new.spec_name.as_ref()?;
        let call = self.theirs.calls.iter().find(|call| call.name == *there)?;
        let (their_group, wanted) = there.rsplit_once('.').unwrap_or(("", there));
        let group = self.group_for(their_group);
        let name = self.free_module(&group, wanted);
        let mut taken = self.foreign.module(call.module, &name);
        self.without_connections(call.module, &mut taken.text);
        let full = if group.is_empty() { name } else { format!("{group}.{name}") };
        let (place, text) = if group.is_empty() {
            (self.behind_modules()?, format!("\n\n{}", taken.text))
        } else if let Some(here) = self.group(&group) {
            (Span { start: here.span.end - 1, end: here.span.end - 1, ..here.span }, format!("\n\n{}\n", taken.text))
        } else {
            let head = find_group(self.newer.files, their_group).map(|group| self.group_head(group))?;
            (self.end_of_last_file()?, format!("\n\n{head} {{\n{}\n}}\n", taken.text))
        };
        proposal(vec![replace(place, text)], format!("add {full}"), taken)
    }

    /// The group here that has most of what a group there has; otherwise the one of that name.
    fn group_for(&self, theirs: &str) -> String {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for (here, there) in self.newer.modules.values().flatten() {
            let group = |name: &'_ str| name.rsplit_once('.').map_or(0, |(group, _)| group.len());
            if &there[..group(there)] == theirs {
                *counts.entry(&here[..group(here)]).or_default() += 1;
            }
        }
        let most = counts.into_iter().max_by_key(|(name, count)| (*count, std::cmp::Reverse(*name)));
        most.map_or_else(|| theirs.to_owned(), |(name, _)| name.to_owned())
    }

    fn free_module(&self, group: &str, wanted: &str) -> String {
        let taken = |name: &str| {
            let full = if group.is_empty() { name.to_owned() } else { format!("{group}.{name}") };
            self.members.calls.iter().any(|call| call.name == full)
        };
        let numbered = (2..).map(|number| format!("{wanted}_{number}"));
        std::iter::once(wanted.to_owned()).chain(numbered).find(|name| !taken(name)).unwrap_or_default()
    }

    /// Connections that are not here are not named: whoever can call the connector can call it.
    fn without_connections(&self, module: &Module, text: &mut String) {
        let Some((names, span)) = &module.body.connections else { return };
        let known = names.iter().all(|name| name.value == "none" || self.connections.contains(name.value.as_str()));
        if !known && let Some(at) = text.find(self.their_text(*span)) {
            text.replace_range(at..at + self.their_text(*span).len(), "");
        }
    }

    fn group(&self, name: &str) -> Option<&'f Group> {
        find_group(self.files, name)
    }

    fn group_head(&self, group: &Group) -> String {
        let end = group.title.as_ref().map_or(group.name.span, |title| title.span).end;
        self.their_text(Span { end, ..with_docs(&group.head, group.span) }).to_owned()
    }

    /// Behind the last module that belongs to no group.
    fn behind_modules(&self) -> Option<Span> {
        let last =
            self.files.iter().flat_map(|file| &file.items).filter_map(|item| if let Item::Module(one) = item { Some(one) } else { None });
        last.max_by_key(|module| (module.span.file, module.span.end)).map(|module| behind(module.span)).or_else(|| self.end_of_last_file())
    }

    fn end_of_last_file(&self) -> Option<Span> {
        let file = self.files.iter().rfind(|file| !file.items.is_empty())?;
        let end = self.spec.file(file.id).text.len() as u32;
        Some(Span { file: file.id, start: end, end })
    }

    pub(super) fn module_deprecated(&self, finding: &Finding) -> Option<Proposal> {
        let (here, there) = self.modules(finding.sites.first()?)?;
        let life = there.module.head.life.as_ref().filter(|_| here.module.head.life.is_none())?;
        let at = here.module.body.exchange.as_ref()?.span;
        let text = format!("{}\n  ", self.their_text(life.span));
        Proposal::new(vec![replace(Span { end: at.start, ..at }, text)], String::new())
    }

    /// The owner took it back.
    pub(super) fn module_undeprecated(&self, finding: &Finding) -> Option<Proposal> {
        let (here, _) = self.modules(finding.sites.first()?)?;
        let life = here.module.head.life.as_ref()?;
        Proposal::new(vec![replace(life.span, "")], String::new())
    }

    /// Another day on which it ends, or none.
    pub(super) fn module_sunset(&self, finding: &Finding) -> Option<Proposal> {
        let (here, there) = self.modules(finding.sites.first()?)?;
        let (own, theirs) = (here.module.head.life.as_ref()?.sunset.as_ref()?, there.module.head.life.as_ref());
        let edit = match theirs.and_then(|life| life.sunset.as_ref()) {
            Some(sunset) => replace(own.span, self.their_text(sunset.span)),
            None => {
                let life = here.module.head.life.as_ref()?.span;
                let word = life.start + self.text(life).find("sunset")? as u32;
                replace(Span { start: word, ..own.span }, "")
            }
        };
        Proposal::new(vec![edit], String::new())
    }

    /// The same server at another address.
    pub(super) fn server(&self, finding: &Finding) -> Option<Proposal> {
        let (own, theirs) = (finding.old.place?, finding.new.place?);
        let (was, now) = (self.text(own), self.their_text(theirs));
        let is_plain = |text: &str| text.starts_with('"') && !text.contains("{connection");
        if !is_plain(was) || !is_plain(now) {
            return None;
        }
        Proposal::new(vec![replace(own, now)], format!("server {was} -> {now}"))
    }

    /// How it pages, and with that whether it is a search.
    pub(super) fn page(&self, finding: &Finding) -> Option<Proposal> {
        let (here, there) = self.modules(finding.sites.first()?)?;
        let (own, theirs) = (&here.module.body.page, &there.module.body.page);
        let text = theirs.as_ref().map(|page| self.their_text(page.span).to_owned());
        let mut edits = match (own, text) {
            (Some(page), Some(text)) => vec![replace(page.span, text)],
            (Some(page), None) => vec![replace(page.span, "")],
            (None, Some(text)) => vec![replace(self.end_of_body(here.module)?, format!("\n  {text}\n"))],
            (None, None) => return None,
        };
        if let Some(order) = here.module.body.order.as_ref().filter(|_| theirs.is_none()) {
            edits.push(replace(order.span, ""));
        }
        if theirs.is_some() && here.module.kind == ModuleKind::Action {
            let start = here.module.span;
            let word = Span { end: start.start + "action".len() as u32, ..start };
            edits.extend((self.text(word) == "action").then(|| replace(word, "search")));
        }
        let was = own.as_ref().map_or_else(|| "none".to_owned(), |page| self.text(page.span).trim_start_matches("page").trim().to_owned());
        Proposal::new(edits, format!("page {} was {was}", here.name))
    }

    fn end_of_body(&self, module: &Module) -> Option<Span> {
        let end = module.span.end.checked_sub(1)?;
        Some(Span { start: end, end, ..module.span })
    }

    pub(super) fn body_added(&self, finding: &Finding) -> Option<Proposal> {
        let (here, there) = self.modules(finding.sites.first()?)?;
        let request = there.module.body.request.as_ref()?;
        if here.module.body.request.is_some() {
            return None;
        }
        let taken = self.foreign.part(request.span, &there.module.body);
        let statement = match &request.body {
            RequestBody::Fields(fields) => {
                fields.iter().map(|field| format!("add {}.{}", here.name, field.name.value)).collect::<Vec<_>>().join("\n")
            }
            RequestBody::Whole(field) => format!("add {}.{}", here.name, field.name.value),
        };
        let place = behind(here.module.body.exchange.as_ref()?.span);
        proposal(vec![replace(place, format!("\n  {}", taken.text))], statement, taken)
    }

    pub(super) fn body_removed(&self, finding: &Finding) -> Option<Proposal> {
        let (here, _) = self.modules(finding.sites.first()?)?;
        let request = here.module.body.request.as_ref()?;
        let fields: &[_] = match &request.body {
            RequestBody::Fields(fields) => fields,
            RequestBody::Whole(field) => std::slice::from_ref(&**field),
        };
        let statement = fields.iter().map(|field| format!("remove {}.{}", here.name, proposals::as_it_stood(self.spec, field)));
        let mut proposal = Proposal::new(vec![replace(request.span, "")], statement.collect::<Vec<_>>().join("\n"))?;
        proposal.takes_out = true;
        Some(proposal)
    }

    /// The whole body as it is there: no verb tells of that.
    pub(super) fn body_replaced(&self, finding: &Finding) -> Option<Proposal> {
        let (here, there) = self.modules(finding.sites.first()?)?;
        let (own, theirs) = (here.module.body.request.as_ref()?, there.module.body.request.as_ref()?);
        let taken = self.foreign.part(theirs.span, &there.module.body);
        if taken.text == self.text(own.span) {
            return None;
        }
        proposal(vec![replace(own.span, taken.text.as_str())], String::new(), taken).map(Proposal::in_place_only)
    }

    /// All answers as they are there.
    pub(super) fn answers(&self, finding: &Finding) -> Option<Proposal> {
        let (here, there) = self.modules(finding.sites.first()?)?;
        let (own, theirs) = (here.module.body.exchange.as_ref()?, there.module.body.exchange.as_ref()?);
        if own.leads.or(theirs.leads).is_some() {
            return None;
        }
        // Behind the address: what comes back.
        let tail = |exchange: &crate::syntax::ast::Exchange1| Span { start: exchange.path.span.end, ..exchange.span };
        let mut taken = self.foreign.part(tail(theirs), &there.module.body);
        let mut edits = Vec::new();
        if taken.text.trim() != self.text(tail(own)).trim() {
            edits.push(replace(tail(own), taken.text.as_str()));
        }
        let (before, after) = (block(here.module, &|span| self.text(span)), block(there.module, &|span| self.their_text(span)));
        if let Some(after) = after {
            let several = self.foreign.part(after, &there.module.body);
            taken.needs.extend(several.needs);
            match before {
                Some(before) if self.text(before) == several.text => {}
                Some(before) => edits.push(replace(before, several.text)),
                None => match edits.first_mut() {
                    Some(edit) => edit.text += &format!("\n  {}", several.text),
                    None => edits.push(replace(behind(own.span), format!("\n  {}", several.text))),
                },
            }
        } else if let Some(before) = before {
            edits.push(replace(before, ""));
        }
        if edits.is_empty() {
            return None;
        }
        let told = finding.kind.id == "response-success-status-changed";
        let statement = if told { format!("status {} {} -> {}", here.name, finding.old.text, finding.new.text) } else { String::new() };
        let proposal = proposal(edits, statement, taken)?;
        Some(if told { proposal } else { proposal.in_place_only() })
    }
}

/// `answers { … }` with its braces.
fn block<'t>(module: &Module, text: &dyn Fn(Span) -> &'t str) -> Option<Span> {
    let (first, last) = (module.body.answers.first()?.span, module.body.answers.last()?.span);
    let before = text(Span { start: module.span.start, end: first.start, ..module.span });
    let behind = text(Span { start: last.end, ..module.span });
    let start = module.span.start + before.rfind("answers")? as u32;
    Some(Span { start, end: last.end + behind.find('}')? as u32 + 1, ..module.span })
}

fn find_group<'a>(files: &'a [File], name: &str) -> Option<&'a Group> {
    fn within<'a>(items: &'a [Item], name: &str) -> Option<&'a Group> {
        let (first, rest) = name.split_once('.').map_or((name, None), |(first, rest)| (first, Some(rest)));
        items.iter().find_map(|item| match (item, rest) {
            (Item::Group(group), None) if group.name.value == first => Some(group),
            (Item::Group(group), Some(rest)) if group.name.value == first => within(&group.items, rest),
            _ => None,
        })
    }
    files.iter().find_map(|file| within(&file.items, name))
}
