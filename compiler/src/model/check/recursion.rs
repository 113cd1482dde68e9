//! Types that contain themselves.

use std::collections::{HashMap, HashSet};

use super::Checker;
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{Field, Symbol, Type, TypeDef, TypeDefKind};
use crate::source::Span;

/// A value of every type can end: a chain of required fields does not come back to where it began.
///
/// A type is finite when all its required fields are, or one variant of it is; what never turns finite has no values.
pub(super) fn types_have_an_end(checker: &mut Checker<'_>) {
    let finite = finite(checker);
    let endless: Vec<&TypeDef> = checker.model.types.iter().filter(|one| !finite.contains(&one.symbol)).collect();
    let names: HashSet<Symbol> = endless.iter().map(|one| one.symbol).collect();
    let mut reported: Vec<(Symbol, HashSet<Symbol>)> = Vec::new();
    for definition in endless {
        let needed = needed_in_the_end(definition, &names, checker);
        let told = reported.iter().any(|(first, circle)| needed.contains(first) && circle.contains(&definition.symbol));
        if told || !needed.contains(&definition.symbol) {
            continue; // told with another of its circle, or not on a circle itself
        }
        reported.push((definition.symbol, needed));
        let name = checker.shown(definition.symbol);
        let field = endless_field(definition, &names);
        let at = field.map_or(definition.span, |field| field.span);
        let diagnostic = Diagnostic::new(codes::ENDLESS_TYPE, at, format!("a value of `{name}` would have no end"))
            .here("needs another one of these, and so on")
            .also(definition.span, "this type");
        checker.report(match field {
            Some(field) => {
                let after = Span { start: field.span.end, ..field.span };
                let help = format!("make it optional: write `{}?`, or make it a list", field.name);
                diagnostic.help(help).replace("make it optional", after, "?")
            }
            None => diagnostic.help("make one step of the circle optional, or a list"),
        });
    }
}

/// Grows the set of finite types until nothing is added; each type is looked at once per thing that it needs.
fn finite(checker: &Checker<'_>) -> HashSet<Symbol> {
    let mut needed: HashMap<Symbol, Vec<&TypeDef>> = HashMap::new();
    for definition in &checker.model.types {
        for symbol in needs(definition).0 {
            needed.entry(symbol).or_default().push(definition);
        }
    }
    let mut finite: HashSet<Symbol> = HashSet::new();
    let mut open: Vec<&TypeDef> = checker.model.types.iter().collect();
    while let Some(definition) = open.pop() {
        let (parts, all) = needs(definition);
        let known = |symbol: &Symbol| finite.contains(symbol) || checker.definitions(*symbol).is_empty();
        let ends = if all { parts.iter().all(known) } else { parts.is_empty() || parts.iter().any(known) };
        if ends && finite.insert(definition.symbol) {
            open.extend(needed.get(&definition.symbol).into_iter().flatten().filter(|one| !finite.contains(&one.symbol)));
        }
    }
    finite
}

/// The types that a value needs, and whether it needs all of them or one.
fn needs(definition: &TypeDef) -> (Vec<Symbol>, bool) {
    match &definition.kind {
        TypeDefKind::Struct(fields) => (fields.iter().filter_map(needed_by).collect(), true),
        TypeDefKind::Enum { .. } => (Vec::new(), true),
        TypeDefKind::Union { variants, .. } => {
            let named = variants.iter().filter_map(|variant| if let Type::Named(symbol) = &variant.ty { Some(*symbol) } else { None });
            let named: Vec<Symbol> = named.collect();
            if named.len() < variants.len() { (Vec::new(), false) } else { (named, false) }
        }
    }
}

fn needed_by(field: &Field) -> Option<Symbol> {
    match &field.ty {
        Type::Named(symbol) if !field.optional && !field.nullable && *symbol != Symbol::UNKNOWN => Some(*symbol),
        _ => None,
    }
}

fn endless_field<'m>(definition: &'m TypeDef, endless: &HashSet<Symbol>) -> Option<&'m Field> {
    let TypeDefKind::Struct(fields) = &definition.kind else { return None };
    fields.iter().find(|field| needed_by(field).is_some_and(|symbol| endless.contains(&symbol)))
}

/// The endless types that a value needs, itself among them when it stands on a circle.
fn needed_in_the_end(definition: &TypeDef, endless: &HashSet<Symbol>, checker: &Checker<'_>) -> HashSet<Symbol> {
    let mut seen = HashSet::new();
    let mut open = needs(definition).0;
    while let Some(symbol) = open.pop() {
        if endless.contains(&symbol) && seen.insert(symbol) {
            open.extend(checker.definitions(symbol).iter().flat_map(|one| needs(one).0));
        }
    }
    seen
}
