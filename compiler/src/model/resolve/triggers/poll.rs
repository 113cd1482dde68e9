//! Polls: the cursor bound to fields of the item and to inputs, in each API version that the trigger is in.
//!
//! Names are written as they are in the present. In an older version what bears another name there is found by where it is written.

use super::is_cursor;
use crate::diagnostics::{Diagnostic, codes};
use crate::model::resolve::Resolver;
use crate::model::resolve::flat::Flat;
use crate::model::resolve::items::Items;
use crate::model::resolve::symbols::joined;
use crate::model::resolve::unknown::{unknown, unknown_at};
use crate::model::{Field, Module, Poll, PollOrder, Type, Versions};
use crate::source::Span;
use crate::syntax::ast::{self, ModuleKind, Path, ValueKind};

/// What a trigger that polls says of it.
#[derive(Clone)]
pub(in crate::model::resolve) struct Written<'a> {
    /// The name of the trigger.
    own: Span,
    cursor: &'a ast::Cursor,
    order: PollOrder,
    /// The inputs that take the cursor, by where they are named.
    inputs: Vec<Span>,
}

impl<'a> Resolver<'a> {
    /// Notes what a poll remembers, to be bound when all versions are known.
    pub(in crate::model::resolve) fn polls(&mut self, item: &'a ast::Module, flat: &Flat<'a>) {
        let is_poll = item.kind == ModuleKind::Trigger && flat.exchange.is_some_and(|exchange| exchange.poll);
        // Where `poll` is all that lacks, that is said and nothing of the rest.
        let may_poll = item.kind == ModuleKind::Trigger && flat.exchange.is_some();
        let inputs = self.cursor_inputs(flat, may_poll);
        if !is_poll {
            return;
        }
        let Some(cursor) = flat.cursor else {
            self.report(
                Diagnostic::new(codes::NO_CURSOR, item.name.span, format!("`{}` polls and remembers nothing of it", item.name.value))
                    .here("would give everything again")
                    .help(
                        "write for example `cursor time updated_at id id`: the fields of an item that say when it changed and which it is",
                    ),
            );
            return;
        };
        let Some(order) = self.poll_order(item, cursor, flat) else { return };
        if inputs.is_empty() && order != PollOrder::Falling {
            self.report(not_sent(cursor));
        }
        self.polls.push(Written { own: item.name.span, cursor, order, inputs });
    }

    /// The inputs whose default is the cursor; elsewhere than in a poll there is none.
    fn cursor_inputs(&mut self, flat: &Flat<'a>, is_poll: bool) -> Vec<Span> {
        let places = flat.path.iter().chain(&flat.query).chain(&flat.header).chain(&flat.cookie).map(|(field, _)| *field);
        let members = flat.requests.iter().flat_map(|(request, _)| match &request.body {
            ast::RequestBody::Fields(fields) => fields.as_slice(),
            ast::RequestBody::Whole(field) => std::slice::from_ref(&**field),
        });
        let mut found = Vec::new();
        for field in places.chain(members) {
            let Some(value) = field.default.as_ref().filter(|value| is_cursor(value)) else { continue };
            let ValueKind::Name(path) = &value.kind else { continue };
            let (text, span) = joined(path);
            if text != "cursor.time" {
                self.report(unknown_at(codes::CURSOR_INPUT, span, &text, "part of the cursor called", ["cursor.time"]));
            } else if !is_poll {
                self.report(
                    Diagnostic::new(codes::CURSOR_INPUT, span, "only a trigger that polls has a cursor")
                        .here("nothing to take here")
                        .help("make the input optional, or give it a default of its own"),
                );
            } else {
                found.push(field.name.span);
            }
        }
        found
    }

    /// How the items of a poll are sorted, which must be said.
    fn poll_order(&mut self, item: &ast::Module, cursor: &ast::Cursor, flat: &Flat<'a>) -> Option<PollOrder> {
        let time = joined(&cursor.time).0;
        let problem = |span: Span, text: String| {
            Diagnostic::new(codes::POLL_ORDER, span, text).here("items could be lost between pages").help(format!(
                "write `order {time}` where the API gives the oldest first, `order {time} descending` where the newest, or \
                               `order id` where items keep their places"
            ))
        };
        let Some(order) = flat.order else {
            self.report(problem(cursor.span, format!("`{}` does not say in which order items come", item.name.value)));
            return None;
        };
        let Some(by) = &order.by else {
            self.report(problem(order.span, "without an order no poll can tell what it has not seen".to_owned()));
            return None;
        };
        Some(match (by.value == time, order.descending) {
            (true, false) => PollOrder::Rising,
            (true, true) => PollOrder::Falling,
            _ => PollOrder::Other,
        })
    }

    /// Binds every poll. All modules of all versions must be known.
    pub(in crate::model::resolve) fn triggers(&mut self, items: &Items<'a>, modules: &mut Vec<Module>) {
        for written in std::mem::take(&mut self.polls) {
            self.bind_poll(&written, modules);
        }
        self.subscriptions(items, modules);
    }

    fn bind_poll(&mut self, written: &Written<'a>, modules: &mut Vec<Module>) {
        let mut at = 0;
        let versions = modules.iter().filter(|module| module.span == written.own).fold(Versions(0), |all, one| all.or(one.on));
        let Some(now) = versions.iter().max() else { return };
        while at < modules.len() {
            if modules[at].span != written.own || modules[at].poll.is_some() {
                at += 1;
                continue;
            }
            let bound: Vec<(usize, Poll)> =
                modules[at].on.iter().filter_map(|version| Some((version, self.poll_in(written, now, version, modules)?))).collect();
            // Versions in which the cursor has other names get a module of their own.
            let Some((_, first)) = bound.last().cloned() else { return };
            let alike =
                bound.iter().filter(|(_, other)| *other == first).fold(Versions(0), |all, (version, _)| all.or(Versions(1 << version)));
            let rest = modules[at].on.without(alike);
            if !rest.is_empty() && bound.len() as u32 == modules[at].on.0.count_ones() {
                let rest = Module { on: rest, ..modules[at].clone() };
                modules.insert(at + 1, rest);
                modules[at].on = alike;
            }
            modules[at].poll = Some(first);
            at += 1;
        }
    }

    fn poll_in(&mut self, written: &Written<'a>, now: usize, version: usize, modules: &[Module]) -> Option<Poll> {
        let own = |version: usize| modules.iter().find(|module| module.span == written.own && module.on.has(version));
        let (here, there) = (own(now)?, own(version)?);
        let (item_now, item_then) = (item_of(here)?, item_of(there)?);
        let time = self.cursor_path(&written.cursor.time, &item_now, &item_then, now, version, Role::Time)?;
        let id = self.cursor_path(&written.cursor.id, &item_now, &item_then, now, version, Role::Id)?;
        let mut inputs = Vec::new();
        for input in &there.inputs {
            let field = &input.field;
            if written.inputs.contains(&field.origin) && field.on.has(version) {
                if !matches!(field.ty, Type::DateTime(_) | Type::Date(_)) && field.ty != Type::UNKNOWN {
                    self.report(
                        Diagnostic::new(codes::CURSOR_INPUT, field.span, format!("`{}` takes a time, and its type is none", field.name))
                            .here("not `datetime` or `date`")
                            .also(written.cursor.span, "the cursor")
                            .help(format!(
                                "write `{}: datetime = cursor.time`, with `(format \"…\")` where it is written in another way",
                                field.name
                            )),
                    );
                }
                inputs.push(field.name.clone());
            }
        }
        let lookback = written.cursor.lookback.as_ref().map_or(0, |lookback| lookback.value);
        Some(Poll { inputs, time, id, lookback, order: written.order, span: written.cursor.span })
    }

    /// A path from an item down to a field that each item has, by the names of the version.
    fn cursor_path(
        &mut self,
        path: &Path,
        item_now: &Type,
        item_then: &Type,
        now: usize,
        version: usize,
        role: Role,
    ) -> Option<Vec<String>> {
        let (mut here, mut there) = (item_now.clone(), item_then.clone());
        let mut names = Vec::new();
        let mut field: Option<Field> = None;
        for name in path {
            if here == Type::UNKNOWN || there == Type::UNKNOWN {
                return None;
            }
            let (Some(fields), Some(older)) = (self.fields_of(&here, now), self.fields_of(&there, version)) else {
                self.report(
                    Diagnostic::new(codes::CURSOR_FIELD, name.span, format!("nothing says that an item has a `{}`", name.value))
                        .here("not a struct that the spec knows")
                        .help("give the items a `type` with this field"),
                );
                return None;
            };
            let Some(found) = fields.iter().find(|field| field.name == name.value) else {
                self.report(unknown(codes::CURSOR_FIELD, name, "field of an item called", fields.iter().map(|field| field.name.as_str())));
                return None;
            };
            let then =
                older.iter().find(|field| field.origin == found.origin).or_else(|| older.iter().find(|field| field.name == found.name));
            let Some(then) = then else {
                let version = self.apis.get(version).map_or("", |api| api.name.as_str());
                self.report(
                    Diagnostic::new(codes::NOT_IN_VERSION, name.span, format!("items have no `{}` in {version}", name.value))
                        .here("not in every version of this trigger")
                        .also(found.span, "declared here")
                        .help("write the trigger once more for those versions, with `on`, and another cursor"),
                );
                return None;
            };
            if then.optional || then.nullable {
                self.report(
                    Diagnostic::new(
                        codes::CURSOR_FIELD,
                        name.span,
                        format!("`{}` may be absent, and the cursor needs it of every item", name.value),
                    )
                    .here("may be absent")
                    .also(then.span, "declared here")
                    .help("name a field that each item has, or make it required in a type for this trigger"),
                );
                return None;
            }
            names.push(then.name.clone());
            (here, there) = (found.ty.clone(), then.ty.clone());
            field = Some(then.clone());
        }
        let field = field?;
        if !role.takes(&field.ty) {
            let (what, wanted) = match role {
                Role::Time => ("says when an item changed", "`datetime` or `date`"),
                Role::Id => ("tells items apart", "text, a number or an id"),
            };
            let span = path.last().map_or(field.span, |name| name.span);
            self.report(
                Diagnostic::new(codes::CURSOR_FIELD, span, format!("`{}` {what}, so it must be {wanted}", joined(path).0))
                    .here("of another type")
                    .also(field.span, "declared here")
                    .help("name another field, or give it the type that it has"),
            );
            return None;
        }
        Some(names)
    }
}

/// What a field of an item is to the cursor.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Time,
    Id,
}

impl Role {
    fn takes(self, ty: &Type) -> bool {
        match self {
            Role::Time => matches!(ty, Type::DateTime(_) | Type::Date(_)),
            Role::Id => matches!(ty, Type::String(_) | Type::Int(_) | Type::Id(_) | Type::Uuid | Type::Url | Type::Decimal(_)),
        }
    }
}

/// What a poll gives: items of its pages, or of the list that it answers with.
fn item_of(module: &Module) -> Option<Type> {
    match (&module.page, module.answers.first().and_then(|answer| answer.body.as_ref())) {
        (Some(page), _) => Some(page.item.clone()),
        (None, Some(Type::List(item, _))) => Some((**item).clone()),
        _ => None,
    }
}

fn not_sent(cursor: &ast::Cursor) -> Diagnostic {
    Diagnostic::new(codes::CURSOR_NOT_SENT, cursor.span, "nothing tells the API from when on items are wanted")
        .here("every poll would read everything")
        .help("give an input the cursor, as in `query { since: datetime = cursor.time }`, or write `order … descending` where the newest come first")
}
