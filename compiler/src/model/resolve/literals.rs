//! Literals against types: defaults, examples, tests. Gives JSON text, and says what does not fit.

use std::collections::{HashMap, HashSet};

use super::scalars;
use super::unknown::unknown_at;
use crate::diagnostics::{Code, Diagnostic, Label, codes};
use crate::model::{Bounds, EnumVariant, Field, Literal, Symbol, SymbolName, Type, TypeDef, TypeDefKind, UnionVariant, Versions};
use crate::source::Span;
use crate::syntax::ast::{Text, Value, ValueKind};

/// Reads literals against types.
#[derive(Clone, Copy)]
pub(super) struct Literals<'m> {
    pub(super) types: &'m [TypeDef],
    pub(super) definitions: &'m HashMap<Symbol, Vec<usize>>,
    pub(super) symbols: &'m [SymbolName],
}

/// How members are named in a literal.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Naming {
    /// By the spec.
    Spec,
    /// As on the wire.
    Wire,
}

/// What is read, and how strictly.
#[derive(Clone, Copy)]
pub(super) struct Reading {
    pub(super) naming: Naming,
    /// Members that the type requires may be missing.
    pub(super) partial: bool,
    /// Members that the type does not name are let through.
    pub(super) lenient: bool,
    /// The code of a value that does not fit.
    pub(super) misfit: Code,
    /// The versions it is read for.
    pub(super) on: Versions,
    /// How many choices of unions the value stands in, one right inside of the other.
    pub(super) choices: usize,
}

/// So many at most: a union that is a choice of itself would never end.
const MOST_CHOICES: usize = 6;

impl Reading {
    /// A field's default: as on the wire, whole.
    pub(super) fn default_value(on: Versions) -> Self {
        Self { naming: Naming::Wire, partial: false, lenient: false, misfit: codes::DEFAULT_DOES_NOT_FIT, on, choices: 0 }
    }

    /// What a test or an example gives.
    pub(super) fn given(on: Versions) -> Self {
        Self { naming: Naming::Spec, partial: false, lenient: false, misfit: codes::VALUE_DOES_NOT_FIT, on, choices: 0 }
    }

    /// What is expected: only the members named are compared.
    pub(super) fn expected(on: Versions) -> Self {
        Self { partial: true, ..Self::given(on) }
    }

    /// An answer: by wire names; more than the type names may come.
    pub(super) fn answer(on: Versions) -> Self {
        Self { naming: Naming::Wire, lenient: true, ..Self::given(on) }
    }
}

/// JSON text and what was wrong.
struct Writer {
    text: String,
    problems: Vec<Diagnostic>,
}

impl<'m> Literals<'m> {
    /// Reads a value of a type.
    pub(super) fn read(self, value: &Value, ty: &Type, nullable: bool, reading: Reading) -> (String, Vec<Diagnostic>) {
        let mut writer = Writer { text: String::new(), problems: Vec::new() };
        if nullable && matches!(value.kind, ValueKind::Null) {
            writer.text.push_str("null");
        } else {
            self.value(value, ty, reading, &mut writer);
        }
        (writer.text, writer.problems)
    }

    /// Reads an object of these fields, the inputs of a module for example.
    pub(super) fn read_object(self, value: &Value, fields: &[&Field], reading: Reading) -> (String, Vec<Diagnostic>) {
        let mut writer = Writer { text: String::new(), problems: Vec::new() };
        self.object(value, fields, &[], None, "object", reading, &mut writer);
        (writer.text, writer.problems)
    }

    /// Reads anything that is JSON.
    pub(super) fn read_json(self, value: &Value, reading: Reading) -> (String, Vec<Diagnostic>) {
        self.read(value, &Type::Json, true, reading)
    }

    fn value(self, value: &Value, ty: &Type, reading: Reading, writer: &mut Writer) {
        match ty {
            Type::Nullable(_) if matches!(value.kind, ValueKind::Null) => writer.text.push_str("null"),
            Type::Nullable(inner) => self.value(value, inner, reading, writer),
            Type::List(item, bounds) => self.list(value, item, bounds, reading, writer),
            Type::Map(item, bounds) => self.map(value, item, bounds, reading, writer),
            Type::Json => self.json(value, reading, writer),
            Type::Named(symbol) if *symbol == Symbol::UNKNOWN => self.anything(value, writer),
            Type::Named(symbol) => self.named(value, *symbol, reading, writer),
            scalar => match scalars::read(value, scalar) {
                Ok(text) => writer.text.push_str(&text),
                Err(problem) => {
                    writer.misfit(value, reading, problem);
                    writer.suggest(value, scalar);
                }
            },
        }
    }

    fn list(self, value: &Value, item: &Type, bounds: &Bounds, reading: Reading, writer: &mut Writer) {
        let ValueKind::List(values) = &value.kind else { return writer.misfit(value, reading, "a list is wanted: `[…]`".into()) };
        let reading = Reading { choices: 0, ..reading };
        if let Some(problem) = scalars::count_misfit(values.len(), bounds, "items") {
            writer.misfit(value, reading, problem);
        }
        writer.separated('[', ']', values.iter(), |value, writer| self.value(value, item, reading, writer));
    }

    fn map(self, value: &Value, item: &Type, bounds: &Bounds, reading: Reading, writer: &mut Writer) {
        let ValueKind::Object(members) = &value.kind else { return writer.misfit(value, reading, "a map is wanted: `{ … }`".into()) };
        let reading = Reading { choices: 0, ..reading };
        if let Some(problem) = scalars::count_misfit(members.len(), bounds, "entries") {
            writer.misfit(value, reading, problem);
        }
        writer.separated('{', '}', members.iter(), |(key, value), writer| {
            writer.key(&key.value);
            self.value(value, item, reading, writer);
        });
    }

    fn json(self, value: &Value, reading: Reading, writer: &mut Writer) {
        if let ValueKind::Name(path) = &value.kind {
            let (name, span) = super::symbols::joined(path);
            let problem = Diagnostic::new(reading.misfit, span, format!("`{name}` is not JSON")).here("a bare name");
            let quoted = format!("\"{name}\"");
            writer.problems.push(problem.help(format!("write `{quoted}`")).replace(format!("write `{quoted}`"), span, quoted));
        }
        match &value.kind {
            ValueKind::List(values) => writer.separated('[', ']', values.iter(), |value, writer| self.json(value, reading, writer)),
            ValueKind::Object(members) => writer.separated('{', '}', members.iter(), |(key, value), writer| {
                writer.key(&key.value);
                self.json(value, reading, writer);
            }),
            _ => self.anything(value, writer),
        }
    }

    /// Writes without judging.
    fn anything(self, value: &Value, writer: &mut Writer) {
        match &value.kind {
            ValueKind::Null => writer.text.push_str("null"),
            ValueKind::Bool(value) => writer.text.push_str(if *value { "true" } else { "false" }),
            ValueKind::Number(number) => writer.text.push_str(number),
            ValueKind::Text(text) => writer.text.push_str(&scalars::quoted(text)),
            ValueKind::Name(path) => writer.text.push_str(&scalars::quoted(&super::symbols::joined(path).0)),
            ValueKind::List(values) => writer.separated('[', ']', values.iter(), |value, writer| self.anything(value, writer)),
            ValueKind::Object(members) => writer.separated('{', '}', members.iter(), |(key, value), writer| {
                writer.key(&key.value);
                self.anything(value, writer);
            }),
        }
    }

    fn named(self, value: &Value, symbol: Symbol, reading: Reading, writer: &mut Writer) {
        let found = self.definitions.get(&symbol).into_iter().flatten().map(|index| &self.types[*index]);
        let found: Vec<&TypeDef> = found.filter(|one| !one.on.and(reading.on).is_empty()).collect();
        let name = self.symbols[symbol.0 as usize].name.as_str();
        match found.first().map(|one| &one.kind) {
            None => self.anything(value, writer),
            Some(TypeDefKind::Struct(_)) => self.structure(value, &found, name, reading, writer),
            Some(TypeDefKind::Enum { .. }) => enumeration(value, &found, name, reading, writer),
            Some(TypeDefKind::Union { tag, closed, .. }) => {
                let all =
                    found.iter().filter_map(|one| if let TypeDefKind::Union { variants, .. } = &one.kind { Some(variants) } else { None });
                let variants: Vec<&UnionVariant> = all.flatten().filter(|variant| !variant.on.and(reading.on).is_empty()).collect();
                match tag {
                    Some(tag) => self.tagged(value, tag, *closed, &variants, reading, writer),
                    None => self.untagged(value, &variants, *closed, name, reading, writer),
                }
            }
        }
    }

    fn structure(self, value: &Value, found: &[&TypeDef], name: &str, reading: Reading, writer: &mut Writer) {
        let all = found.iter().filter_map(|one| if let TypeDefKind::Struct(fields) = &one.kind { Some(fields) } else { None });
        let fields: Vec<&Field> = all.flatten().filter(|field| !field.on.and(reading.on).is_empty()).collect();
        self.object(value, &fields, &[], found.first().map(|one| one.span), name, reading, writer);
    }

    #[expect(clippy::too_many_arguments, reason = "one recursive walk; its parts are named at each call")]
    fn object(
        self,
        value: &Value,
        fields: &[&Field],
        also: &[&str],
        declared: Option<Span>,
        name: &str,
        reading: Reading,
        writer: &mut Writer,
    ) {
        let ValueKind::Object(members) = &value.kind else {
            return writer.misfit(value, reading, format!("`{name}` is an object: `{{ … }}`"));
        };
        let reading = Reading { choices: 0, ..reading };
        let named = |field: &Field| if reading.naming == Naming::Spec { field.name.clone() } else { field.wire.clone() };
        let by_name: HashMap<String, &Field> =
            fields.iter().rev().filter(|field| !field.rest).map(|field| (named(field), *field)).collect();
        let open = reading.lenient || fields.iter().any(|field| field.rest);
        writer.separated('{', '}', members.iter(), |(key, value), writer| {
            writer.key(&key.value);
            match by_name.get(&key.value) {
                Some(field) if field.nullable && matches!(value.kind, ValueKind::Null) => writer.text.push_str("null"),
                Some(field) => {
                    if reading.naming == Naming::Spec && !everywhere(field, fields, reading.on) {
                        writer.problems.push(not_everywhere(key, field));
                    }
                    let before = writer.problems.len();
                    self.value(value, &field.ty, reading, writer);
                    writer.point_at(field.span, before);
                }
                None if open || also.contains(&key.value.as_str()) => self.json(value, reading, writer),
                None => {
                    self.anything(value, writer);
                    let known = fields.iter().filter(|field| !field.rest).map(|field| named(field)).collect::<Vec<_>>();
                    writer.problems.push(unknown_member(key, name, &known, declared));
                }
            }
        });
        if !reading.partial {
            let given: HashSet<&str> = members.iter().map(|(key, _)| key.value.as_str()).collect();
            let missing = fields.iter().filter(|field| is_required(field, fields, reading) && !given.contains(named(field).as_str()));
            // A type without an end is a mistake where it is declared, and no literal can be of it.
            for field in missing.filter(|field| !self.is_endless(&field.ty)) {
                writer.problems.push(missing_member(&named(field), field, value.span, name));
            }
        }
    }

    /// Does every value of the type hold another one of it?
    fn is_endless(self, ty: &Type) -> bool {
        let Type::Named(first) = ty else { return false };
        let (mut seen, mut open) = (HashSet::new(), vec![*first]);
        while let Some(symbol) = open.pop() {
            let structs = self.definitions.get(&symbol).into_iter().flatten().filter_map(|index| match &self.types[*index].kind {
                TypeDefKind::Struct(fields) => Some(fields),
                _ => None,
            });
            for field in structs.flatten().filter(|field| !field.optional && !field.nullable) {
                match &field.ty {
                    Type::Named(symbol) if symbol == first => return true,
                    Type::Named(symbol) if seen.insert(*symbol) => open.push(*symbol),
                    _ => {}
                }
            }
        }
        false
    }

    fn tagged(self, value: &Value, tag: &str, closed: bool, variants: &[&UnionVariant], reading: Reading, writer: &mut Writer) {
        let ValueKind::Object(members) = &value.kind else { return writer.misfit(value, reading, "an object is wanted: `{ … }`".into()) };
        let told = members.iter().find(|(key, _)| key.value == tag).map(|(_, value)| value);
        let Some(told) = told else {
            if reading.partial {
                return self.anything(value, writer);
            }
            return writer.misfit(value, reading, format!("the member `{tag}` must tell which of the union it is"));
        };
        let text = match &told.kind {
            ValueKind::Text(text) => text.clone(),
            ValueKind::Number(number) => number.clone(),
            ValueKind::Name(path) => super::symbols::joined(path).0,
            _ => String::new(),
        };
        match variants.iter().find(|variant| variant.tag == text) {
            Some(variant) => self.variant(value, tag, &variant.ty, reading, writer),
            None if !closed => self.json(value, reading, writer),
            None => {
                let known = variants.iter().map(|variant| variant.tag.as_str());
                writer.problems.push(unknown_at(reading.misfit, told.span, &text, "variant", known));
            }
        }
    }

    /// The struct of a tagged variant, in whose object the tag stands too.
    fn variant(self, value: &Value, tag: &str, ty: &Type, reading: Reading, writer: &mut Writer) {
        let definition = match ty {
            Type::Named(symbol) => {
                self.definitions.get(symbol).and_then(|all| all.iter().find(|index| !self.types[**index].on.and(reading.on).is_empty()))
            }
            _ => None,
        };
        match definition.map(|index| &self.types[*index]) {
            Some(TypeDef { kind: TypeDefKind::Struct(fields), span, symbol, .. }) => {
                let fields: Vec<&Field> = fields.iter().filter(|field| field.wire != tag && !field.on.and(reading.on).is_empty()).collect();
                self.object(value, &fields, &[tag], Some(*span), &self.symbols[symbol.0 as usize].name, reading, writer);
            }
            _ => self.value(value, ty, reading, writer),
        }
    }

    fn untagged(self, value: &Value, variants: &[&UnionVariant], closed: bool, name: &str, reading: Reading, writer: &mut Writer) {
        let variants = if reading.choices < MOST_CHOICES { variants } else { &[] };
        let inner = Reading { choices: reading.choices + 1, ..reading };
        let tried = variants.iter().map(|variant| self.read(value, &variant.ty, false, inner));
        let fitting = tried.filter(|(_, problems)| problems.is_empty()).map(|(text, _)| text).next();
        match fitting {
            Some(text) => writer.text.push_str(&text),
            None if closed || !matches!(value.kind, ValueKind::Object(_)) => {
                writer.misfit(value, reading, format!("no variant of `{name}` has this shape"))
            }
            None => self.json(value, reading, writer),
        }
    }
}

fn is_required(field: &Field, all: &[&Field], reading: Reading) -> bool {
    if field.optional || field.rest || field.default.is_some() || reading.naming == Naming::Spec && matches!(field.ty, Type::Literal(_)) {
        return false;
    }
    let same = all.iter().filter(|other| other.name == field.name && !other.optional && other.default.is_none());
    let covered = same.fold(0, |bits, other| bits | other.on.0);
    reading.on.0 & !covered == 0
}

/// Is there a field of this name in each of the versions?
fn everywhere(field: &Field, all: &[&Field], on: Versions) -> bool {
    let there = all.iter().filter(|other| other.name == field.name).fold(0, |bits, other| bits | other.on.0);
    on.0 & !there == 0
}

fn not_everywhere(key: &Text, field: &Field) -> Diagnostic {
    Diagnostic::new(codes::NOT_IN_VERSION, key.span, format!("this is run in API versions that have no `{}`", key.value))
        .here("not in every version")
        .also(field.span, "declared here")
        .help("leave it out, or write a `test` that says with `on` in which versions it runs")
}

fn enumeration(value: &Value, found: &[&TypeDef], name: &str, reading: Reading, writer: &mut Writer) {
    let all = found.iter().filter_map(|one| if let TypeDefKind::Enum { variants, .. } = &one.kind { Some(variants) } else { None });
    let variants: Vec<&EnumVariant> = all.flatten().filter(|variant| !variant.on.and(reading.on).is_empty()).collect();
    let closed = found.iter().all(|one| matches!(one.kind, TypeDefKind::Enum { closed: true, .. }));
    let of_text = |variant: &&EnumVariant| matches!(variant.value, Literal::Text(_));
    match &value.kind {
        ValueKind::Number(_) if variants.iter().any(of_text) => {
            return writer.misfit(value, reading, format!("the values of `{name}` are texts"));
        }
        ValueKind::Text(_) if !variants.iter().all(of_text) => {
            return writer.misfit(value, reading, format!("the values of `{name}` are numbers"));
        }
        _ => {}
    }
    let (matching, known): (Option<&&EnumVariant>, bool) = match &value.kind {
        ValueKind::Name(path) if path.len() == 1 => (variants.iter().find(|variant| variant.name == path[0].value), true),
        ValueKind::Text(text) => (variants.iter().find(|variant| variant.value == Literal::Text(text.clone())), closed),
        ValueKind::Number(number) => {
            (variants.iter().find(|variant| Some(&variant.value) == number.parse().ok().map(Literal::Int).as_ref()), closed)
        }
        _ => return writer.misfit(value, reading, format!("a value of `{name}` is wanted")),
    };
    match (matching, &value.kind) {
        (Some(variant), _) => writer.text.push_str(&match reading.naming {
            Naming::Wire => scalars::literal_text(&variant.value),
            Naming::Spec => scalars::quoted(&variant.name),
        }),
        (None, ValueKind::Text(text)) if !known => writer.text.push_str(&scalars::quoted(text)),
        (None, ValueKind::Number(number)) if !known => writer.text.push_str(number),
        (None, kind) => {
            let written = match kind {
                ValueKind::Text(text) | ValueKind::Number(text) => text.clone(),
                ValueKind::Name(path) => super::symbols::joined(path).0,
                _ => String::new(),
            };
            let problem =
                unknown_at(codes::UNKNOWN_ENUM_VALUE, value.span, &written, "value", variants.iter().map(|variant| variant.name.as_str()));
            writer.text.push_str("null");
            writer.problems.push(match found.first() {
                Some(definition) if !definition.inline => problem.also(definition.span, "declared here"),
                _ => problem,
            });
        }
    }
}

fn unknown_member(key: &Text, name: &str, known: &[String], declared: Option<Span>) -> Diagnostic {
    let what = if name == "object" { "input".to_owned() } else { format!("member of `{name}` called") };
    let mut problem = unknown_at(codes::UNKNOWN_MEMBER, key.span, &key.value, &what, known.iter().map(String::as_str));
    problem.labels[0].text = "not declared".to_owned();
    match declared {
        Some(span) => problem.also(span, "declared here"),
        None => problem,
    }
}

fn missing_member(name: &str, field: &Field, span: Span, owner: &str) -> Diagnostic {
    let what = if owner == "object" { "input".to_owned() } else { format!("member of `{owner}`") };
    Diagnostic::new(codes::MISSING_MEMBER, span, format!("the required {what} `{name}` is missing"))
        .here(format!("no `{name}` in here"))
        .also(field.span, "declared here as required")
        .help(format!("add `{name}: …`, or make it optional by writing `{}?`", field.name))
}

impl Writer {
    fn key(&mut self, key: &str) {
        self.text.push_str(&scalars::quoted(key));
        self.text.push(':');
    }

    fn separated<T>(&mut self, open: char, close: char, parts: impl Iterator<Item = T>, mut write: impl FnMut(T, &mut Self)) {
        self.text.push(open);
        for (index, part) in parts.enumerate() {
            if index > 0 {
                self.text.push(',');
            }
            write(part, self);
        }
        self.text.push(close);
    }

    /// Says where the field is declared, in problems that point nowhere else yet.
    fn point_at(&mut self, declared: Span, from: usize) {
        for problem in self.problems[from..].iter_mut().filter(|problem| problem.labels.len() == 1) {
            problem.labels.push(Label { span: declared, text: "declared here".to_owned() });
        }
    }

    /// What could be written instead: a bare name in quotes where text is wanted, or an example.
    fn suggest(&mut self, value: &Value, ty: &Type) {
        let Some(problem) = self.problems.pop() else { return };
        let bare = match (&value.kind, ty) {
            (ValueKind::Name(path), Type::String(_) | Type::Id(_) | Type::Secret | Type::File) => {
                Some(scalars::quoted(&super::symbols::joined(path).0))
            }
            _ => None,
        };
        self.problems.push(match bare {
            // Text of the wrong length or form: no example of ours would be any better.
            None if matches!((&value.kind, ty), (ValueKind::Text(_), Type::String(_))) => problem,
            Some(text) => problem.help(format!("write `{text}`")).replace(format!("write `{text}`"), value.span, text),
            None => problem.help(format!("write for example `{}`", scalars::example(ty))),
        });
    }

    fn misfit(&mut self, value: &Value, reading: Reading, problem: String) {
        self.text.push_str("null");
        self.problems.push(Diagnostic::new(reading.misfit, value.span, problem).here("does not fit"));
    }
}
