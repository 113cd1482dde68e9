//! The `from` blocks: what an older revision took, and what is said to happen to it. What is not said is derived later.

mod numbers;
mod steps;
mod tests;

use std::collections::HashMap;

use super::items::{Items, Placed};
use super::symbols::joined;
use super::{Resolver, Site};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{Connection, Encoding, Field, Input, Module, Place, Symbol, Type, Upgrade, UpgradeOf, Versions};
use crate::source::Span;
use crate::syntax::ast::{self, FromBody, FromKind};

/// The two sides of an upgrade.
struct Sides {
    /// What was stored.
    older: Vec<Field>,
    /// What it becomes.
    now: Vec<Field>,
    /// What the present gives: its answer's type.
    output: Option<Type>,
}

impl<'a> Resolver<'a> {
    /// All upgrades that are written. Modules of API versions that had an older revision are given its number and inputs.
    pub(super) fn upgrades(&mut self, items: &Items<'a>, modules: &mut Vec<Module>, connections: &[Connection]) -> Vec<Upgrade> {
        let mut upgrades = Vec::new();
        for placed in &items.modules {
            for from in &placed.item.body.from {
                upgrades.extend(self.module_upgrade(placed, from, modules));
            }
        }
        self.number_revisions(items, modules);
        for placed in &items.connections {
            for from in &placed.item.from {
                upgrades.extend(self.connection_upgrade(placed.item, from, connections));
            }
        }
        self.stand_once(&upgrades);
        upgrades
    }

    fn module_upgrade(&mut self, placed: &Placed<'a, &'a ast::Module>, from: &'a ast::From, modules: &mut Vec<Module>) -> Option<Upgrade> {
        let item = placed.item;
        let symbol = self.module_table.find(&placed.group, &item.name.value)?;
        let own = |module: &&Module| module.symbol == symbol && module.span == item.name.span;
        let present = modules.iter().filter(own).max_by_key(|module| module.on).cloned()?;
        let on = self.stored_on(from);
        let revision = from.revision.as_ref().map_or(1, |revision| revision.value);
        let of = match &from.of {
            None => symbol,
            Some(path) => self.find_module(codes::UNKNOWN_MODULE, &placed.group, path)?,
        };
        if of == symbol && !self.is_older(from, &Present::of_module(item, &present), on) {
            return None;
        }
        let newest = present.on.iter().max()?;
        let now = fields_in(present.inputs.iter().map(|input| &input.field), newest);
        let site = Site {
            group: placed.group.clone(),
            name: super::names::pascal(&format!("{}_r{revision}", item.name.value)),
            label: item.name.value.clone(),
            // What no version of the API had stands beside what it becomes.
            on: if from.on.is_some() { on } else { Versions(1 << newest) },
        };
        let base = self.older_inputs(of, symbol, revision, on, &present, newest, modules);
        let has_body = present.encoding != Encoding::None;
        let before = base.clone();
        let older = self.older_shape(from, base, &now, of == symbol, has_body, &site);
        if of == symbol && from.on.is_some() {
            renumber(symbol, on, revision, &before, &older, modules);
        }
        let output =
            present.page.as_ref().map(|page| page.item.clone()).or_else(|| present.answers.iter().find_map(|answer| answer.body.clone()));
        let older = older.into_iter().map(|input| input.field).collect();
        let sides = Sides { older, now, output };
        Some(self.upgrade(
            from,
            &sides,
            UpgradeOf::Module(of),
            revision,
            on,
            (UpgradeOf::Module(symbol), present.revision, Versions(1 << newest)),
        ))
    }

    fn connection_upgrade(&mut self, item: &'a ast::Connection, from: &'a ast::From, connections: &[Connection]) -> Option<Upgrade> {
        let present = connections.iter().find(|one| one.span == item.name.span)?;
        let on = self.stored_on(from);
        let revision = from.revision.as_ref().map_or(1, |revision| revision.value);
        let of = match &from.of {
            None => present.name.clone(),
            Some(path) => {
                let (name, span) = joined(path);
                let ident = ast::Ident { value: name, span };
                self.connection_exists(&ident, connections).then_some(ident.value)?
            }
        };
        let same = of == present.name;
        if same && !self.is_older(from, &Present::of_connection(item, present), on) {
            return None;
        }
        let other = connections.iter().filter(|one| one.name == of).max_by_key(|one| one.revision);
        let newest = present.on.iter().max()?;
        let base = if same { present.fields.clone() } else { other.map_or_else(Vec::new, |one| one.fields.clone()) };
        let base = base.into_iter().map(|field| Input { field, place: Place::Body }).collect();
        let site = Site {
            group: Vec::new(),
            name: super::names::pascal(&format!("{}_r{revision}", item.name.value)),
            label: item.name.value.clone(),
            // What a person filled in has no type in Rust.
            on: Versions(0),
        };
        let now = present.fields.clone();
        let older = self.older_shape(from, base, &now, same, true, &site);
        let sides = Sides { older: older.into_iter().map(|input| input.field).collect(), now, output: None };
        let to = (UpgradeOf::Connection(present.name.clone()), present.revision, Versions(1 << newest));
        Some(self.upgrade(from, &sides, UpgradeOf::Connection(of), revision, on, to))
    }

    fn stored_on(&mut self, from: &ast::From) -> Versions {
        let head = ast::Head { on: from.on.clone(), ..ast::Head::default() };
        self.versions(&head, self.all_versions)
    }

    /// An older revision has a lower number, or is that of an API version which the present one is not.
    fn is_older(&mut self, from: &ast::From, present: &Present, on: Versions) -> bool {
        let revision = from.revision.as_ref().map_or(1, |revision| revision.value);
        let other_version = from.on.is_some() && on.and(Versions(1 << present.on.iter().max().unwrap_or(0))).is_empty();
        if revision < present.revision || revision == present.revision && other_version {
            return true;
        }
        let span = from.revision.as_ref().map_or(from.span, |revision| revision.span);
        let next = revision.saturating_add(1);
        let problem = Diagnostic::new(
            codes::NOT_OLDER,
            span,
            format!("revision {revision} is not older than the one it stands in, which is {}", present.revision),
        )
        .here("not older")
        .also(present.written, "the present one");
        let problem = match self.apis.len() {
            1 => problem.help(format!("give the present one the next number, `@{next}`")),
            _ => problem.help(format!(
                "give the present one the next number, `@{next}`, or name the API versions that had this one, as in `from @{revision} on {}`",
                self.apis[0].name
            )),
        };
        let mends = revision == present.revision;
        let (edit, text) = match present.number {
            Some(number) => (number, format!("@{next}")),
            None => (Span { start: present.written.end, ..present.written }, format!(" @{next}")),
        };
        self.report(if mends { problem.replace(format!("write `@{next}`"), edit, text) } else { problem });
        false
    }

    /// What was taken before anything is said of it.
    #[allow(clippy::too_many_arguments, reason = "what was stored, and where to look for it")]
    fn older_inputs(
        &self,
        of: Symbol,
        symbol: Symbol,
        revision: u32,
        on: Versions,
        present: &Module,
        newest: usize,
        modules: &[Module],
    ) -> Vec<Input> {
        let in_version =
            |module: &Module, version: usize| module.inputs.iter().filter(|input| input.field.on.has(version)).cloned().collect::<Vec<_>>();
        let others = modules.iter().filter(|module| module.symbol == of && !module.on.and(on).is_empty());
        if of == symbol {
            let version = if on == self.all_versions { newest } else { on.iter().max().unwrap_or(newest) };
            let there = others.filter(|module| module.on.has(version)).max_by_key(|module| module.revision);
            return in_version(there.unwrap_or(present), version);
        }
        let there = others.filter(|module| module.revision == revision).max_by_key(|module| module.on);
        there.map_or_else(Vec::new, |module| in_version(module, module.on.and(on).iter().max().unwrap_or(newest)))
    }

    /// What the older revision took: what is there, without what only the present has, and with what is said to have been.
    fn older_shape(
        &mut self,
        from: &'a ast::From,
        mut base: Vec<Input>,
        now: &[Field],
        same: bool,
        has_body: bool,
        site: &Site,
    ) -> Vec<Input> {
        let FromBody::Steps(steps) = &from.steps else { return base };
        if same {
            let new = only_now(steps, now, &base);
            base.retain(|input| !new.contains(&input.field.name));
        }
        let mut declared: HashMap<&str, Span> = HashMap::new();
        for step in steps {
            match &step.kind {
                FromKind::Was { place, field } => {
                    if let Some(first) = declared.insert(&field.name.value, field.name.span) {
                        self.stands_twice(format!("`was {}` stands twice", field.name.value), field.name.span, first);
                        continue;
                    }
                    let mut older = self.field(field, site);
                    self.settle_defaults();
                    older.default = field.default.as_ref().and_then(|value| self.default(&older, value));
                    base.retain(|input| input.field.name != older.name);
                    base.push(Input { field: older, place: old_place(place.as_ref(), has_body) });
                }
                FromKind::Rename { from, to } if !base.iter().any(|input| input.field.name == from.value) => {
                    let Some(field) = now.iter().find(|field| field.name == to.value) else { continue };
                    let wire = self.convention.wire(&from.value);
                    let renamed = Field { name: from.value.clone(), wire, span: from.span, on: site.on, ..field.clone() };
                    base.push(Input { field: renamed, place: old_place(None, has_body) });
                }
                FromKind::Keep(names) => {
                    for name in names {
                        let there = base.iter().any(|input| input.field.name == name.value);
                        let field = now.iter().find(|field| field.name == name.value);
                        if let Some(field) = field.filter(|_| !there) {
                            base.push(Input { field: field.clone(), place: old_place(None, has_body) });
                        }
                    }
                }
                _ => {}
            }
        }
        base
    }

    /// Configuration has one way forward.
    fn stand_once(&mut self, upgrades: &[Upgrade]) {
        let mut seen: HashMap<(String, String, u32), Vec<&Upgrade>> = HashMap::new();
        let key = |of: &UpgradeOf| format!("{of:?}");
        for upgrade in upgrades {
            let places = seen.entry((key(&upgrade.from), key(&upgrade.to), upgrade.from_revision)).or_default();
            if let Some(first) = places.iter().find(|other| !other.on.and(upgrade.on).is_empty()) {
                let first = first.span;
                self.report(
                    Diagnostic::new(
                        codes::STANDS_TWICE,
                        upgrade.span,
                        format!("two blocks say what becomes of revision {}", upgrade.from_revision),
                    )
                    .here("the second one")
                    .also(first, "the first one")
                    .help("keep one of them, or say with `on` for which API versions each is"),
                );
            }
            places.push(upgrade);
        }
    }
}

/// The revision that a block stands in.
struct Present {
    revision: u32,
    on: Versions,
    /// The name of what it is one of.
    written: Span,
    /// Its number, where one is written.
    number: Option<Span>,
}

impl Present {
    fn of_module(item: &ast::Module, present: &Module) -> Self {
        let number = item.revision.as_ref().map(|revision| revision.span);
        Self { revision: present.revision, on: present.on, written: item.name.span, number }
    }

    fn of_connection(item: &ast::Connection, present: &Connection) -> Self {
        let number = item.revision.as_ref().map(|revision| revision.span);
        Self { revision: present.revision, on: present.on, written: item.name.span, number }
    }
}

/// Gives the modules of API versions the number of the older revision that they had, and its inputs: without what it did not have,
/// and with what it had besides. Versions that differ among each other go on to do so.
fn renumber(symbol: Symbol, on: Versions, revision: u32, before: &[Input], older: &[Input], modules: &mut Vec<Module>) {
    let kept = |one: &Input| older.iter().any(|input| input.field.span == one.field.span);
    let gone: Vec<Span> = before.iter().filter(|input| !kept(input)).map(|input| input.field.origin).collect();
    let had: Vec<&Input> = older.iter().filter(|input| !before.iter().any(|one| one.field.span == input.field.span)).collect();
    let mut at = 0;
    while at < modules.len() {
        let module = &mut modules[at];
        let common = module.on.and(on);
        at += 1;
        if module.symbol != symbol || common.is_empty() {
            continue;
        }
        if module.on != common {
            let rest = Module { on: module.on.without(common), ..module.clone() };
            module.on = common;
            modules.insert(at, rest);
        }
        let module = &mut modules[at - 1];
        module.revision = revision;
        if gone.is_empty() && had.is_empty() {
            continue;
        }
        module.inputs.retain(|input| !gone.contains(&input.field.origin));
        module
            .inputs
            .extend(had.iter().map(|input| Input { field: Field { on: common, ..input.field.clone() }, place: input.place.clone() }));
        if module.encoding == Encoding::None && module.inputs.iter().any(|input| input.place == Place::Body) {
            module.encoding = Encoding::Json;
        }
        module.examples.clear();
    }
}

/// What the older revision did not have: what is said to come from elsewhere.
fn only_now(steps: &[ast::FromStep], now: &[Field], base: &[Input]) -> Vec<String> {
    let unchanged = |name: &str| {
        let new = now.iter().find(|field| field.name == name);
        let old = base.iter().map(|input| &input.field).find(|field| field.name == name);
        // What is other about it, an older version had: a question or a default is about the value it needs now.
        let facets = |field: &Field| (field.optional, field.nullable, field.ty.clone(), field.default.clone());
        matches!((new, old), (Some(new), Some(old)) if facets(new) == facets(old))
    };
    let mut names = Vec::new();
    for step in steps {
        match &step.kind {
            FromKind::Set { to, from } if from.first().map(|name| &name.value) != to.first().map(|name| &name.value) => {
                names.extend(to.first().filter(|_| to.len() == 1).map(|name| name.value.clone()));
            }
            FromKind::Rename { to, .. } => names.push(to.value.clone()),
            FromKind::Remap { to, from: Some(from), .. } if from.first().map(|name| &name.value) != to.first().map(|name| &name.value) => {
                names.extend(to.first().map(|name| name.value.clone()));
            }
            FromKind::Ask { fields, .. } => names.extend(fields.iter().map(|name| name.value.clone()).filter(|name| unchanged(name))),
            FromKind::Default { to, .. } => names.extend(to.first().map(|name| name.value.clone()).filter(|name| unchanged(name))),
            _ => {}
        }
    }
    names
}

fn old_place(place: Option<&ast::Ident>, has_body: bool) -> Place {
    match place.map(|place| place.value.as_str()) {
        Some("path") => Place::Path("simple"),
        Some("query") => Place::Query("form_explode"),
        Some("header") => Place::Header("simple"),
        Some("cookie") => Place::Cookie("form_explode"),
        None if !has_body => Place::Query("form_explode"),
        _ => Place::Body,
    }
}

fn fields_in<'f>(fields: impl Iterator<Item = &'f Field>, version: usize) -> Vec<Field> {
    fields.filter(|field| field.on.has(version)).cloned().collect()
}
