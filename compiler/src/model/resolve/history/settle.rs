//! After the verbs of one version: names that clash, paths that lost their inputs, and types written in place that nothing uses
//! in some version.

use std::collections::HashMap;

use super::super::Resolver;
use super::members::{show, take_twice};
use super::owners::Members;
use super::targets::Owner;
use super::{Undoing, Whole};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{Field, Module, PathPart, Place, Symbol, Type, TypeDef, TypeDefKind, Versions};
use crate::source::Span;

impl Resolver<'_> {
    /// What verbs put in gets its name, for those that go by older names.
    pub(super) fn show_hidden(&mut self, touched: &[Owner], version: usize, whole: &mut Whole<'_>) {
        for owner in touched {
            self.in_members(owner, version - 1, whole, &mut |members| match members {
                Members::Fields(list) => show(list),
                Members::Variants(list) => show(list),
                Members::Union(list) => show(list),
                Members::Inputs(list, _) => show(list),
            });
        }
        whole.modules.iter_mut().for_each(super::modules::show_bound);
    }

    /// No older version has two things of one name.
    pub(super) fn stands_once_before(&mut self, touched: &[Owner], undoing: &Undoing<'_>, whole: &mut Whole<'_>) {
        let version = undoing.version - 1;
        for (at, owner) in touched.iter().enumerate() {
            if touched[..at].contains(owner) {
                continue;
            }
            let mut found = Vec::new();
            self.in_members(owner, version, whole, &mut |members| {
                found.extend(match members {
                    Members::Fields(list) => take_twice(list, version),
                    Members::Variants(list) => take_twice(list, version),
                    Members::Union(list) => take_twice(list, version),
                    Members::Inputs(list, _) => take_twice(list, version),
                });
            });
            for (name, later, earlier) in found {
                let target = format!("{}.{name}", self.owner_name(owner));
                self.report(still_there(&target, later, earlier, undoing.name()));
            }
        }
    }

    /// The holes of older paths have an input each, and no input of a path lacks its hole.
    pub(super) fn paths_hold_their_inputs(&mut self, touched: &[Owner], undoing: &Undoing<'_>, whole: &mut Whole<'_>) {
        let version = undoing.version - 1;
        for owner in touched {
            let Owner::Module(symbol) = owner else { continue };
            let mut problems = Vec::new();
            for module in whole.modules.iter().filter(|module| module.symbol == *symbol && module.on.has(version)) {
                let name = self.owner_name(owner);
                for input in module.inputs.iter().filter(|input| input.field.on.has(version)) {
                    let hole = module.path.contains(&PathPart::Input(input.field.name.clone()));
                    let in_path = matches!(input.place, Place::Path(_));
                    if hole != in_path {
                        problems.push(other_path(&name, module, &input.field, in_path));
                    }
                }
            }
            problems.into_iter().for_each(|problem| self.report(problem));
        }
    }

    /// A type that is written in place exists where the thing does whose type it is.
    pub(super) fn narrow_inline(&mut self, whole: &Whole<'_>) {
        let mut outside: Vec<(Symbol, Versions)> = Vec::new();
        for module in whole.modules.iter() {
            module.inputs.iter().for_each(|input| uses(&input.field.ty, input.field.on.and(module.on), &mut outside));
            let answers = module.answers.iter().filter_map(|answer| answer.body.as_ref());
            let types = answers.chain(module.fails.iter().map(|failure| &failure.body)).chain(module.page.iter().map(|page| &page.item));
            types.for_each(|ty| uses(ty, module.on, &mut outside));
        }
        let fields = whole.connections.iter().flat_map(|one| one.fields.iter().map(move |field: &Field| (&field.ty, one.on)));
        let fails = whole.connector.fails.iter().map(|failure| (&failure.body, self.all_versions));
        fields.chain(fails).for_each(|(ty, on)| uses(ty, on, &mut outside));
        loop {
            let mut used: HashMap<Symbol, Versions> = HashMap::new();
            let inside: Vec<(Symbol, Versions)> = self.types.iter().flat_map(uses_of).collect();
            for (symbol, on) in outside.iter().chain(&inside) {
                let all = used.entry(*symbol).or_insert(Versions(0));
                *all = all.or(*on);
            }
            let mut narrowed = false;
            for definition in self.types.iter_mut().filter(|one| one.inline) {
                let on = definition.on.and(used.get(&definition.symbol).copied().unwrap_or(Versions(0)));
                narrowed |= on != definition.on;
                definition.on = on;
            }
            if !narrowed {
                return;
            }
        }
    }
}

fn uses(ty: &Type, on: Versions, found: &mut Vec<(Symbol, Versions)>) {
    let mut named = Vec::new();
    crate::model::project::references(ty, &mut named);
    found.extend(named.into_iter().map(|symbol| (symbol, on)));
}

fn uses_of(definition: &TypeDef) -> Vec<(Symbol, Versions)> {
    let mut found = Vec::new();
    match &definition.kind {
        TypeDefKind::Struct(fields) => fields.iter().for_each(|field| uses(&field.ty, field.on.and(definition.on), &mut found)),
        TypeDefKind::Union { variants, .. } => {
            variants.iter().for_each(|variant| uses(&variant.ty, variant.on.and(definition.on), &mut found));
        }
        TypeDefKind::Enum { .. } => {}
    }
    found
}

fn still_there(target: &str, later: Span, earlier: Span, version: &str) -> Diagnostic {
    Diagnostic::new(codes::CHANGE_CONTRADICTS, later, format!("before `{version}` there would be two of the name `{target}`"))
        .here("this one")
        .also(earlier, "and this one")
        .help("for what got another type write `retype`; what only came with this version, `add`")
}

fn other_path(name: &str, module: &Module, field: &Field, in_path: bool) -> Diagnostic {
    let problem =
        if in_path { "went into the path, which has no place for it" } else { "did not go into the path, which has a place for it" };
    let was = if in_path { format!("/…/{{{}}}", field.name) } else { "/…".to_owned() };
    let (method, is) = (&module.method, super::modules::path_text(&module.path));
    Diagnostic::new(codes::CHANGE_CONTRADICTS, field.span, format!("before, `{}` of `{name}` {problem}", field.name))
        .here("another place before")
        .also(module.spans.path, "the path, now and before")
        .help(format!("say how the path was: `move {name} {method} \"{was}\" -> {method} \"{is}\"`"))
}
