//! What ends when: API versions, and everything that a spec calls deprecated, with what takes its place. Gathered from models, compared
//! with a day that is given; how it is shown is left to others.

use std::collections::{BTreeSet, HashSet};

use super::day::Day;
use crate::model::project::{module_references, project, type_references};
use crate::model::{Api, Field, Life, Literal, Model, Module, Projection, Symbol, TypeDefKind, Versions};
use crate::source::Span;
use crate::syntax::ast::Date;

/// Something that ends or is deprecated.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// `github`
    pub connector: String,
    /// `GitHub`
    pub title: String,
    /// What it is.
    pub kind: Kind,
    /// `2022-11-28`, `users.find@1`, `Issue.assignee`
    pub name: String,
    /// The API versions that have it; empty where the connector has no versions, and for a version itself.
    pub versions: Vec<String>,
    /// When a version was released, or since when something else is deprecated.
    pub since: Option<Date>,
    /// From when a version is no longer supported.
    pub unsupported: Option<Date>,
    /// From when it no longer works.
    pub end: Option<Date>,
    /// The API version with which it ends: it has no date of its own, and no other version has it.
    pub ends_with: Option<String>,
    /// What to use instead.
    pub successor: Option<String>,
    /// Why.
    pub why: String,
    /// Where the spec says it.
    pub span: Span,
}

/// What ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A version of the API.
    Version,
    /// A way to connect.
    Connection,
    /// An action, search or trigger.
    Module,
    /// A type.
    Type,
    /// A field of a type, an input of a module, or a field of a connection.
    Field,
    /// A value of an enum, or a variant of a union.
    Value,
}

impl Kind {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Version => "API version",
            Kind::Connection => "connection",
            Kind::Module => "module",
            Kind::Type => "type",
            Kind::Field => "field",
            Kind::Value => "value",
        }
    }
}

impl Entry {
    /// The date by which somebody must have acted: when support ends, or else when it stops.
    pub fn deadline(&self) -> Option<Date> {
        match (self.unsupported, self.end) {
            (Some(unsupported), Some(end)) => Some(if Day::first(end) < Day::first(unsupported) { end } else { unsupported }),
            (unsupported, end) => unsupported.or(end),
        }
    }

    /// Days from a day to the deadline, or to the first day of its month; negative when it has passed.
    pub fn days_left(&self, today: Day) -> Option<i64> {
        let deadline = self.deadline()?;
        let (first, last) = (Day::first(deadline).0 - today.0, Day::last(deadline).0 - today.0);
        Some(if first > 0 { first } else { last.min(0) })
    }

    /// Where it belongs, for order: by deadline, what has none last.
    fn order(&self) -> impl Ord + use<> {
        let day = |date: Option<Date>| date.map_or(i64::MAX, |date| Day::first(date).0);
        (day(self.deadline()), self.connector.clone(), self.kind, day(self.since), self.name.clone())
    }
}

/// A step of stored configuration, as far as it tells what it uses.
#[derive(Clone, Debug, Default)]
pub struct Use {
    /// The API version it was stored for, where it says so.
    pub version: Option<String>,
    /// Its module.
    pub module: String,
    /// The module's revision.
    pub revision: u32,
    /// The kinds of connections it may use: `key`, `key@1`, `acme-key`.
    pub connections: Vec<String>,
    /// Every name that occurs in its values, or in what others take from its output.
    pub words: BTreeSet<String>,
}

/// Everything of a connector that ends or is deprecated, by date.
pub fn outlook(model: &Model) -> Vec<Entry> {
    Gathering::of(model).entries()
}

/// Of that, what is used; `uses` are of this connector. What cannot be told from a step counts as used.
pub fn outlook_of(model: &Model, uses: &[Use]) -> Vec<Entry> {
    let gathering = Gathering::of(model);
    let views: Vec<Projection<'_>> = (0..model.apis.len()).map(|version| project(model, version)).collect();
    let used: Vec<(Reach, &Use)> = uses.iter().map(|one| (Reach::of(model, &views, one), one)).collect();
    let is_used = |found: &Found<'_>| used.iter().any(|(reach, one)| reach.includes(model, found, one));
    Gathering { found: gathering.found.into_iter().filter(is_used).collect(), ..gathering }.entries()
}

/// Entries of several connectors in one order; with `within`, only those whose deadline is at most that many days away, or has passed.
pub fn merged(entries: impl IntoIterator<Item = Entry>, today: Day, within: Option<u32>) -> Vec<Entry> {
    let is_near = |entry: &Entry| within.is_none_or(|within| entry.days_left(today).is_some_and(|left| left <= i64::from(within)));
    let mut entries: Vec<Entry> = entries.into_iter().filter(is_near).collect();
    entries.sort_by_cached_key(Entry::order);
    entries
}

/// A date that comes or has passed, for whoever builds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// What is said.
    pub message: String,
    /// Where the spec says it.
    pub span: Span,
    /// The date has passed.
    pub passed: bool,
}

/// A notice for each thing whose own date is at most `ahead` days away, or has passed.
pub fn notices(model: &Model, today: Day, ahead: u32) -> Vec<Notice> {
    let own = outlook(model).into_iter().filter(|entry| entry.ends_with.is_none());
    merged(own, today, Some(ahead)).iter().filter_map(|entry| notice(entry, today)).collect()
}

fn notice(entry: &Entry, today: Day) -> Option<Notice> {
    let (deadline, left) = (entry.deadline()?, entry.days_left(today)?);
    let is_support = entry.unsupported == Some(deadline);
    let passed = left < 0;
    let what = match (is_support, passed) {
        (true, false) => "is no longer supported from",
        (true, true) => "has not been supported since",
        (false, false) => "stops working on",
        (false, true) => "was to stop working on",
    };
    let when = match left {
        0 => ", now".to_owned(),
        1 => ", tomorrow".to_owned(),
        2.. => format!(", in {left} days"),
        _ => String::new(),
    };
    let instead = match (&entry.successor, entry.kind) {
        (Some(successor), _) => format!("; use `{successor}`"),
        (None, Kind::Version) => String::new(),
        (None, _) => "; nothing takes its place".to_owned(),
    };
    let message = format!("{} `{}` of `{}` {what} {deadline}{when}{instead}", entry.kind.word(), entry.name, entry.connector);
    Some(Notice { message, span: entry.span, passed })
}

/// Something found in a model.
struct Found<'m> {
    kind: Kind,
    name: String,
    on: Versions,
    dates: Dates<'m>,
    span: Span,
    /// The type that it is or belongs to.
    ty: Option<Symbol>,
    /// The module that it is or belongs to.
    module: Option<(Symbol, u32)>,
    /// Its own name, and what it is on the wire.
    words: [String; 2],
}

#[derive(Clone, Copy)]
enum Dates<'m> {
    Version(&'m Api, usize),
    Life(&'m Life),
}

struct Gathering<'m> {
    model: &'m Model,
    found: Vec<Found<'m>>,
}

impl<'m> Gathering<'m> {
    fn of(model: &'m Model) -> Self {
        let mut all = Gathering { model, found: Vec::new() };
        all.versions();
        for connection in &model.connections {
            let name = format!("{}@{}", connection.name, connection.revision);
            let words = [connection.name.clone(), connection.revision.to_string()];
            all.life(Kind::Connection, name, connection.on, &connection.life, words, (None, None));
            for field in &connection.fields {
                all.field(&connection.name, field, connection.on, (None, None));
            }
        }
        for module in &model.modules {
            all.module(module);
        }
        for definition in &model.types {
            let (symbol, name) = (definition.symbol, model.full_name(definition.symbol));
            let own = model.name(symbol).name.clone();
            all.life(Kind::Type, name.clone(), definition.on, &definition.life, [own.clone(), own], (Some(symbol), None));
            all.members(&name, definition.on, &definition.kind, symbol);
        }
        all
    }

    /// Versions that end, and those that are deprecated; a lone version that lives is no news.
    fn versions(&mut self) {
        let model = self.model;
        for (index, api) in model.apis.iter().enumerate() {
            let ends = api.unsupported.is_some() || api.removed.is_some() || api.life.is_some();
            if ends && !api.name.is_empty() {
                self.found.push(Found {
                    kind: Kind::Version,
                    name: api.name.clone(),
                    on: Versions(1 << index),
                    dates: Dates::Version(api, index),
                    span: api.span,
                    ty: None,
                    module: None,
                    words: [api.name.clone(), api.wire.clone()],
                });
            }
        }
    }

    fn module(&mut self, module: &'m Module) {
        let (key, name) = ((module.symbol, module.revision), self.model.full_name(module.symbol));
        let own = self.model.name(module.symbol).name.clone();
        let at = (None, Some(key));
        self.life(Kind::Module, format!("{name}@{}", module.revision), module.on, &module.life, [own.clone(), own], at);
        for input in &module.inputs {
            self.field(&name, &input.field, module.on, at);
        }
    }

    fn members(&mut self, owner: &str, on: Versions, kind: &'m TypeDefKind, symbol: Symbol) {
        let at = (Some(symbol), None);
        match kind {
            TypeDefKind::Struct(fields) => fields.iter().for_each(|field| self.field(owner, field, on, at)),
            TypeDefKind::Enum { variants, .. } => {
                for one in variants {
                    let wire = match &one.value {
                        Literal::Text(text) => text.clone(),
                        Literal::Int(number) => number.to_string(),
                        Literal::Bool(value) => value.to_string(),
                    };
                    let words = [one.name.clone(), wire];
                    self.life(Kind::Value, format!("{owner}.{}", one.name), one.on.and(on), &one.life, words, at);
                }
            }
            TypeDefKind::Union { variants, .. } => {
                for one in variants {
                    let words = [one.name.clone(), one.tag.clone()];
                    self.life(Kind::Value, format!("{owner}.{}", one.name), one.on.and(on), &one.life, words, at);
                }
            }
        }
    }

    fn field(&mut self, owner: &str, field: &'m Field, on: Versions, at: (Option<Symbol>, Option<(Symbol, u32)>)) {
        let words = [field.name.clone(), field.wire.clone()];
        self.life(Kind::Field, format!("{owner}.{}", field.name), field.on.and(on), &field.life, words, at);
    }

    fn life(
        &mut self,
        kind: Kind,
        name: String,
        on: Versions,
        life: &'m Option<Life>,
        words: [String; 2],
        (ty, module): (Option<Symbol>, Option<(Symbol, u32)>),
    ) {
        let Some(life) = life else { return };
        // What changed between versions is defined once for each, with the one clause that was written.
        let again = self.found.iter_mut().find(|one| one.span == life.span && one.name == name);
        match again {
            Some(one) => one.on = one.on.or(on),
            None => self.found.push(Found { kind, name, on, dates: Dates::Life(life), span: life.span, ty, module, words }),
        }
    }

    fn entries(&self) -> Vec<Entry> {
        let mut entries: Vec<Entry> = self.found.iter().map(|found| self.entry(found)).collect();
        entries.sort_by_cached_key(Entry::order);
        entries
    }

    fn entry(&self, found: &Found<'_>) -> Entry {
        let connector = &self.model.connector;
        let mut entry = Entry {
            connector: connector.name.clone(),
            title: connector.title.clone(),
            kind: found.kind,
            name: found.name.clone(),
            versions: Vec::new(),
            since: None,
            unsupported: None,
            end: None,
            ends_with: None,
            successor: None,
            why: String::new(),
            span: found.span,
        };
        match found.dates {
            Dates::Version(api, index) => self.version(&mut entry, api, index),
            Dates::Life(life) => {
                entry.versions = self.names(found.on);
                (entry.since, entry.end) = (life.since, life.sunset);
                (entry.successor, entry.why) = (life.successor.clone(), life.why.clone());
                if life.sunset.is_none() {
                    self.end_with_version(&mut entry, found.on);
                }
            }
        }
        entry
    }

    fn version(&self, entry: &mut Entry, api: &Api, index: usize) {
        entry.since = api.released;
        entry.unsupported = api.unsupported;
        entry.end = api.removed;
        if let Some(life) = &api.life {
            entry.end = entry.end.or(life.sunset);
            (entry.successor, entry.why) = (life.successor.clone(), life.why.clone());
        }
        // The newest version is what to move to, unless it ends itself.
        let newer = self.model.apis.iter().skip(index + 1).next_back();
        entry.successor = entry.successor.take().or_else(|| newer.map(|api| api.name.clone()));
    }

    /// What has no date of its own ends with the last version that has it.
    fn end_with_version(&self, entry: &mut Entry, on: Versions) {
        let ends: Option<Vec<(&Api, Date)>> =
            on.iter().filter_map(|index| self.model.apis.get(index)).map(|api| Some((api, api.unsupported.or(api.removed)?))).collect();
        let Some((api, end)) = ends.and_then(|ends| ends.into_iter().max_by_key(|(_, end)| Day::first(*end))) else { return };
        if self.model.apis.last().is_some_and(|newest| newest.name != api.name) {
            entry.end = Some(end);
            entry.ends_with = Some(api.name.clone());
        }
    }

    fn names(&self, on: Versions) -> Vec<String> {
        let named = on.iter().filter_map(|index| self.model.apis.get(index)).filter(|api| !api.name.is_empty());
        named.map(|api| api.name.clone()).collect()
    }
}

/// What a step reaches: its module, and the types that this refers to.
struct Reach {
    modules: HashSet<(Symbol, u32)>,
    types: HashSet<Symbol>,
    on: Versions,
}

impl Reach {
    fn of(model: &Model, views: &[Projection<'_>], one: &Use) -> Self {
        let named = |module: &&Module| model.full_name(module.symbol) == one.module;
        // A revision that no version has any more was stored for some version that had it.
        let known = model.modules.iter().filter(named).any(|module| module.revision == one.revision);
        let is_it = |module: &&Module| named(module) && (!known || module.revision == one.revision);
        let stored =
            model.apis.iter().position(|api| one.version.as_ref().is_some_and(|version| api.name == *version || api.wire == *version));
        let mut reach = Reach { modules: HashSet::new(), types: HashSet::new(), on: Versions(0) };
        for view in views.iter().filter(|view| stored.is_none_or(|stored| view.version == stored)) {
            let modules: Vec<&Module> = view.modules.iter().map(|one| &one.item).filter(is_it).collect();
            if !modules.is_empty() {
                reach.on = reach.on.or(Versions(1 << view.version));
                reach.modules.extend(modules.iter().map(|module| (module.symbol, module.revision)));
                reach.types.extend(referred(view, modules.iter().flat_map(|module| module_references(module)).collect()));
            }
        }
        reach
    }

    fn includes(&self, model: &Model, found: &Found<'_>, one: &Use) -> bool {
        if self.on.and(found.on).is_empty() {
            return false;
        }
        let is_named = || found.words.iter().any(|word| one.words.contains(word));
        match found.kind {
            Kind::Version => true,
            Kind::Connection => one.connections.iter().any(|kind| is_connection(model, kind, &found.words)),
            Kind::Module => found.module.is_some_and(|module| self.modules.contains(&module)),
            Kind::Type => found.ty.is_some_and(|ty| self.types.contains(&ty)),
            Kind::Field | Kind::Value => match (found.module, found.ty) {
                (Some(module), _) => self.modules.contains(&module) && is_named(),
                (_, Some(ty)) => self.types.contains(&ty) && is_named(),
                _ => false,
            },
        }
    }
}

/// The types that some refer to, and all that these refer to.
fn referred(view: &Projection<'_>, mut open: Vec<Symbol>) -> HashSet<Symbol> {
    let mut found = HashSet::new();
    while let Some(symbol) = open.pop() {
        if found.insert(symbol) {
            open.extend(view.type_of(symbol).into_iter().flat_map(|definition| type_references(&definition.item)));
        }
    }
    found
}

/// `key`, `key@1`, `acme-key`, `acme:key`
fn is_connection(model: &Model, kind: &str, [name, revision]: &[String; 2]) -> bool {
    let own = kind.strip_prefix(model.connector.name.as_str()).and_then(|rest| rest.strip_prefix(['-', ':', '.', '_']));
    [Some(kind), own].into_iter().flatten().any(|kind| match kind.split_once('@') {
        Some((named, at)) => named == name && at == revision,
        None => kind == name,
    })
}
