//! What was released against what is: module by module and connection by connection, in each API version that the lock knows.
//! It finds what differs and what of it matters; which words explain it is told by `words`.

mod calls;
mod fields;
mod variants;
mod whole;

use std::collections::{HashMap, HashSet};

use super::explain;
use super::record::{Entry, Kind, Record};
use super::types::{self, Shape};
use crate::diagnostics::{Code, Fix, codes};
use crate::model::Model;
use crate::source::Span;

/// Something that was released otherwise.
#[derive(Clone, Debug)]
pub(super) struct Difference {
    pub(super) code: Code,
    /// In the spec.
    pub(super) span: Span,
    pub(super) message: String,
    /// What is said at the place in the spec.
    pub(super) here: String,
    /// Where it is recorded, and how it was.
    pub(super) released: Option<(Span, String)>,
    /// What says it in a `change`.
    pub(super) verb: Option<String>,
    /// Whose shape it is part of, with what says it in a `from` there.
    pub(super) affected: Vec<(Root, Vec<String>)>,
    /// What to do where neither `change` nor `from` says it.
    pub(super) advice: Option<(String, Option<Fix>)>,
}

/// A module or connection of the present.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Root {
    pub(super) kind: Kind,
    pub(super) name: String,
    pub(super) revision: u32,
}

/// Which way values go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Direction {
    /// Configured, and sent.
    In,
    /// Received.
    Out,
}

/// How one came from a module to where one is.
#[derive(Clone, Debug)]
pub(super) struct Trail {
    pub(super) direction: Direction,
    /// Names from the outside in, `[]` for the items of a list.
    pub(super) path: Vec<String>,
    /// How the input was declared at which the path begins.
    pub(super) root: String,
}

/// A pair of types that stand for each other.
type Pair<'r> = (&'r Entry, &'r Entry, Trail);

/// How a type compares with the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fit {
    Same,
    Narrower,
    Other,
}

/// Where one is while comparing.
pub(super) struct Comparer<'r> {
    pub(super) then: &'r Record,
    pub(super) now: &'r Record,
    /// The version, as the lock counts and as the spec does.
    then_version: usize,
    now_version: usize,
    root: Root,
    /// Inputs go here unless said.
    usual_place: &'static str,
    /// Types that need to be looked into.
    differ: HashSet<&'r str>,
    open: Vec<Pair<'r>>,
    found: Vec<Difference>,
}

/// Everything that differs and matters.
pub(super) fn compare(then: &Record, now: &Record, model: &Model) -> Vec<Difference> {
    let root = Root { kind: Kind::Module, name: String::new(), revision: 0 };
    let mut comparer = Comparer {
        then,
        now,
        then_version: 0,
        now_version: 0,
        root,
        usual_place: "body",
        differ: HashSet::new(),
        open: Vec::new(),
        found: Vec::new(),
    };
    for (then_version, (name, wire)) in then.apis.iter().enumerate() {
        let Some(now_version) = version_now(then, now, then_version) else {
            comparer.found.push(explain::version_gone(name, then, model));
            continue;
        };
        if !name.is_empty() && now.apis[now_version].1 != *wire {
            comparer.found.push(explain::version_renamed(name, wire, then, &model.apis[now_version]));
        }
        comparer.then_version = then_version;
        comparer.now_version = now_version;
        comparer.version(model);
    }
    comparer.found
}

/// The version of the spec that is one of the lock's. What was released before there were versions is the oldest.
pub(super) fn version_now(then: &Record, now: &Record, version: usize) -> Option<usize> {
    let name = &then.apis[version].0;
    if name.is_empty() { Some(0) } else { now.apis.iter().position(|(other, _)| other == name) }
}

impl<'r> Comparer<'r> {
    fn version(&mut self, model: &Model) {
        let (then, now, at) = (self.then, self.now, self.then_version);
        self.differ = self.types_that_differ();
        for entry in then.entries.iter().filter(|entry| entry.kind != Kind::Type && entry.on.has(at)) {
            match now.find(entry.kind, &entry.name, entry.revision, self.now_version) {
                Some(present) if present.same_facts(entry) && !types_of(entry).any(|name| self.differ.contains(name)) => {}
                Some(present) => self.root(entry, present),
                None => {
                    if let Some(gone) = explain::missing(entry, then, now, self.now_version, model) {
                        self.push(gone);
                    }
                }
            }
        }
    }

    /// The types that are not what they were in this version, and those that name one of them: only they need to be looked into.
    fn types_that_differ(&self) -> HashSet<&'r str> {
        let of_version = |entry: &&&'r Entry| entry.kind == Kind::Type && entry.on.has(self.then_version);
        let entries: Vec<&'r Entry> = self.then.entries.iter().collect();
        let mut named_by: HashMap<&str, Vec<&'r str>> = HashMap::new();
        let mut open: Vec<&'r str> = Vec::new();
        for entry in entries.iter().filter(of_version) {
            types_of(entry).for_each(|name| named_by.entry(name).or_default().push(&entry.name));
            let same = |present: &Entry| present.same_facts(entry);
            if !self.now.type_in(&entry.name, self.now_version).is_some_and(same) {
                open.push(&entry.name);
            }
        }
        let mut differ = HashSet::new();
        while let Some(name) = open.pop() {
            if differ.insert(name) {
                open.extend(named_by.get(name).into_iter().flatten());
            }
        }
        differ
    }

    fn root(&mut self, then: &'r Entry, now: &'r Entry) {
        self.root = Root { kind: now.kind, name: now.name.clone(), revision: now.revision };
        self.usual_place = match (now.kind, now.text("encoding")) {
            (Kind::Connection | Kind::Whole, _) => "",
            (_, "") => "query",
            _ => "body",
        };
        match now.kind {
            Kind::Whole => self.whole_connector(then, now),
            Kind::Connection => self.connection(then, now),
            _ => self.module(then, now),
        }
        let mut seen: HashSet<(*const Entry, *const Entry, Direction)> = HashSet::new();
        while let Some((then, now, trail)) = self.open.pop() {
            if seen.insert((then, now, trail.direction)) && (!then.same_facts(now) || !self.is_leaf(then)) {
                self.definitions(then, now, &trail);
            }
        }
    }

    fn is_leaf(&self, entry: &Entry) -> bool {
        entry.text("is").ends_with("enum")
    }

    fn definitions(&mut self, then: &'r Entry, now: &'r Entry, trail: &Trail) {
        let (was, is) = (then.text("is"), now.text("is"));
        let family = |text: &str| text.trim_start_matches("closed ").split(' ').next().unwrap_or_default().to_owned();
        if family(was) != family(is) {
            let message = format!("`{}` is {} now; it was released as {}", now.name, article(is), article(was));
            self.differs(codes::RELEASED_VALUES, now.place, message, (article(is), Some((then.place, article(was)))), None, Vec::new());
            return;
        }
        match family(is).as_str() {
            "type" => self.fields("field", then, now, trail),
            "enum" => self.values(then, now, trail),
            _ => self.union(then, now, trail),
        }
    }

    /// How a type compares with the one before; what they name is compared later.
    fn fit(&mut self, then: &Shape, now: &Shape, trail: &Trail) -> Fit {
        match (then, now) {
            (Shape::Plain(was, before), Shape::Plain(is, after)) => {
                if was != is || before.format() != after.format() {
                    return Fit::Other;
                }
                narrower(before.lie_within(after), trail)
            }
            (Shape::List(was, before), Shape::List(is, after)) | (Shape::Map(was, before), Shape::Map(is, after)) => {
                let inner = self.fit(was, is, &trail.step("[]"));
                inner.max(narrower(before.lie_within(after), trail))
            }
            (Shape::Nullable(was), Shape::Nullable(is)) => self.fit(was, is, trail),
            (Shape::Named(was), Shape::Named(is)) if was == is && !self.differ.contains(was.as_str()) && !was.contains('~') => Fit::Same,
            (Shape::Named(was), Shape::Named(is)) => {
                let pair = (self.then.type_in(was, self.then_version), self.now.type_in(is, self.now_version));
                let (Some(then), Some(now)) = pair else { return Fit::Other };
                if was != is && self.is_another(was, is) {
                    return Fit::Other;
                }
                self.open.push((then, now, trail.clone()));
                Fit::Same
            }
            _ => Fit::Other,
        }
    }

    /// Both types were released and are there now, so one took the place of the other: none was renamed.
    fn is_another(&self, was: &str, is: &str) -> bool {
        let still = self.now.type_in(was, self.now_version);
        let before = self.then.type_in(is, self.then_version);
        matches!((still, before), (Some(still), Some(before)) if !still.same_facts(before))
    }

    fn fit_text(&mut self, then: &str, now: &str, trail: &Trail) -> Fit {
        if then == "nothing" || now == "nothing" {
            return if then == now { Fit::Same } else { Fit::Other };
        }
        match (types::parse(then), types::parse(now)) {
            (Some(then), Some(now)) => self.fit(&then, &now, trail),
            _ => Fit::Other,
        }
    }

    /// Records that something differs in what is compared right now.
    fn differs(
        &mut self,
        code: Code,
        span: Span,
        message: String,
        (here, released): (String, Option<(Span, String)>),
        verb: Option<String>,
        lines: Vec<String>,
    ) {
        let affected = vec![(self.root.clone(), lines)];
        self.push(Difference { code, span, message, here, released, verb, affected, advice: None });
    }

    /// What several versions and modules share is told once.
    fn push(&mut self, difference: Difference) {
        let same = |one: &&mut Difference| {
            one.code == difference.code && one.span == difference.span && one.message == difference.message && one.verb == difference.verb
        };
        let Some(known) = self.found.iter_mut().find(same) else { return self.found.push(difference) };
        for (root, lines) in difference.affected {
            match known.affected.iter_mut().find(|(other, _)| *other == root) {
                Some((_, all)) => {
                    let new: Vec<String> = lines.into_iter().filter(|line| !all.contains(line)).collect();
                    all.extend(new);
                }
                None => known.affected.push((root, lines)),
            }
        }
    }

    /// A type of the lock as the present spec can write it: by its name where that is what it was, in full otherwise.
    pub(super) fn spelled(&self, text: &str, depth: usize) -> String {
        types::parse(text).map_or_else(|| text.to_owned(), |shape| self.spelled_shape(text, &shape, depth))
    }

    fn spelled_shape(&self, text: &str, shape: &Shape, depth: usize) -> String {
        let limits = |whole: &str| whole.rfind([']', '>']).map_or(String::new(), |at| whole[at + 1..].to_owned());
        match shape {
            Shape::Plain(..) => text.to_owned(),
            Shape::Named(name) => self.spelled_name(name, depth),
            Shape::List(inner, _) => {
                let behind = limits(text.trim_end_matches(" | null"));
                let item = text.get(1..text.len() - behind.len() - 1).unwrap_or("json");
                format!("[{}]{behind}", self.spelled_shape(item, inner, depth))
            }
            Shape::Map(inner, _) => {
                let behind = limits(text);
                let item = text.get(4..text.len() - behind.len() - 1).unwrap_or("json");
                format!("map<{}>{behind}", self.spelled_shape(item, inner, depth))
            }
            Shape::Nullable(inner) => format!("{} | null", self.spelled_shape(text.trim_end_matches(" | null"), inner, depth)),
        }
    }

    fn spelled_name(&self, name: &str, depth: usize) -> String {
        let Some(then) = self.then.type_in(name, self.then_version) else { return "json".to_owned() };
        let same = |now: &Entry| then.same_facts(now);
        if !name.contains('~') && self.now.type_in(name, self.now_version).is_some_and(same) {
            return name.to_owned();
        }
        match then.text("is") {
            "type" if depth < 3 => {
                let fields = then.group("field").filter(|(name, _)| *name != "...");
                let fields: Vec<String> = fields.map(|(name, fact)| self.declared(name, fact, depth + 1)).collect();
                format!("{{ {} }}", fields.join("  "))
            }
            is if is.ends_with("enum") => "string".to_owned(),
            _ => "json".to_owned(),
        }
    }
}

impl Trail {
    /// One step further in.
    fn step(&self, name: &str) -> Trail {
        let mut path = self.path.clone();
        path.push(name.to_owned());
        Trail { path, ..self.clone() }
    }

    /// `issues[].title`
    pub(super) fn text(&self) -> String {
        let mut out = String::new();
        for name in &self.path {
            if name != "[]" && !out.is_empty() {
                out.push('.');
            }
            out.push_str(name);
        }
        out
    }

    /// What an older input needs to be said where something inside of it differs.
    fn declares(&self) -> Vec<String> {
        if self.direction == Direction::In && self.path.len() > 1 { vec![format!("was {}", self.root)] } else { Vec::new() }
    }
}

/// The types that an entry names, and some words of the language.
fn types_of(entry: &Entry) -> impl Iterator<Item = &str> {
    let texts = entry.facts.values().map(|fact| fact.get("type")).filter(|text| !text.is_empty());
    texts.map(|text| {
        let mut name = text;
        while let Some(inner) = name.strip_prefix('[').or_else(|| name.strip_prefix("map<")) {
            name = inner;
        }
        &name[..name.find([']', '>', '(', ' ']).unwrap_or(name.len())]
    })
}

fn narrower(lies_within: bool, trail: &Trail) -> Fit {
    if lies_within || trail.direction == Direction::Out { Fit::Same } else { Fit::Narrower }
}

fn article(is: &str) -> String {
    let open = if is.starts_with("enum") { "an" } else { "a" };
    format!("{open} {is}")
}
