//! The rules that a spec must keep to, as a contents page. Each rule is one short function in the file of its subject.

mod addresses;
mod answers;
mod connections;
mod dates;
mod enums;
mod graphql;
mod inputs;
mod limits;
mod names;
mod pages;
mod parts;
mod recursion;
mod retries;
mod triggers;
mod unions;
mod usage;
mod versions;

use std::collections::{HashMap, HashSet};

use super::{Model, Symbol, Type, TypeDef, TypeDefKind};
use crate::diagnostics::{Diagnostic, Diagnostics};
use crate::source::{Sources, Span};

/// Says which rules a resolved connector breaks.
pub fn check(model: &Model, sources: &Sources, diagnostics: &mut Diagnostics) {
    let mut checker = Checker::new(model, sources, diagnostics);

    // The connector and its servers
    addresses::every_module_has_a_server(&mut checker);
    addresses::servers_are_encrypted_urls(&mut checker);
    addresses::hosts_are_validated(&mut checker);
    addresses::secrets_stay_out_of_urls(&mut checker);
    connections::secrets_are_sent(&mut checker);
    connections::proofs_are_sent(&mut checker);

    // API versions and what exists in them
    dates::versions_live_in_order(&mut checker);
    dates::versions_are_released_in_order(&mut checker);
    dates::deprecation_comes_before_sunset(&mut checker);
    versions::types_exist_where_they_are_used(&mut checker);
    versions::bound_inputs_exist_in_every_version(&mut checker);

    // Types
    names::wire_names_of_fields_are_unique(&mut checker);
    enums::there_is_something_to_choose(&mut checker);
    enums::values_are_unique_and_of_one_kind(&mut checker);
    unions::tags_are_unique(&mut checker);
    unions::tagged_variants_are_structs(&mut checker);
    unions::every_variant_can_be_reached(&mut checker);
    recursion::types_have_an_end(&mut checker);
    usage::types_are_used(&mut checker);

    // Modules
    names::wire_names_of_inputs_are_unique(&mut checker);
    inputs::path_parameters_are_required(&mut checker);
    inputs::bodies_go_with_methods_that_have_one(&mut checker);
    inputs::values_can_stand_in_their_places(&mut checker);
    inputs::outside_is_a_url(&mut checker);
    answers::statuses_do_not_overlap(&mut checker);
    graphql::documents_are_one_call(&mut checker);
    graphql::variables_are_the_inputs(&mut checker);
    graphql::what_is_read_is_selected(&mut checker);
    parts::bodies_in_parts_are_files(&mut checker);
    parts::parts_go_by_their_method(&mut checker);
    parts::sizes_of_parts_add_up(&mut checker);
    answers::items_come_by_themselves(&mut checker);
    answers::events_are_told_apart_by_name(&mut checker);
    answers::only_events_are_resumed(&mut checker);
    answers::headers_are_scalars(&mut checker);
    pages::inputs_of_pages_have_fitting_types(&mut checker);
    pages::short_pages_know_their_size(&mut checker);
    pages::stop_rules_fit_their_strategy(&mut checker);
    pages::paged_searches_have_a_stable_order(&mut checker);
    retries::unsafe_calls_are_not_repeated(&mut checker);
    limits::costs_are_counted(&mut checker);
    limits::costs_fit_their_window(&mut checker);
    triggers::headers_tell_variants_apart(&mut checker);
}

/// The model, and what rules look up in it again and again.
struct Checker<'m> {
    model: &'m Model,
    sources: &'m Sources,
    diagnostics: &'m mut Diagnostics,
    definitions: HashMap<Symbol, Vec<&'m TypeDef>>,
    reported: HashSet<(&'static str, Span)>,
}

impl<'m> Checker<'m> {
    fn new(model: &'m Model, sources: &'m Sources, diagnostics: &'m mut Diagnostics) -> Self {
        let mut definitions: HashMap<Symbol, Vec<&'m TypeDef>> = HashMap::new();
        for definition in &model.types {
            definitions.entry(definition.symbol).or_default().push(definition);
        }
        Self { model, sources, diagnostics, definitions, reported: HashSet::new() }
    }

    /// Records a mistake once: what a mixin says is looked at for each who takes it in.
    fn report(&mut self, diagnostic: Diagnostic) {
        if self.reported.insert((diagnostic.code.id, diagnostic.span())) {
            self.diagnostics.push(diagnostic);
        }
    }

    /// All definitions of a name; none for what could not be resolved.
    fn definitions(&self, symbol: Symbol) -> &[&'m TypeDef] {
        self.definitions.get(&symbol).map_or(&[], Vec::as_slice)
    }

    /// The definition of a named type, where it has any.
    fn definition(&self, ty: &Type) -> Option<&'m TypeDef> {
        if let Type::Named(symbol) = ty { self.definitions(*symbol).first().copied() } else { None }
    }

    /// A name with its groups, as messages show it.
    fn shown(&self, symbol: Symbol) -> String {
        self.model.full_name(symbol)
    }
}

/// Is this what could not be resolved, or made of it?
fn is_unknown(ty: &Type) -> bool {
    match ty {
        Type::Named(symbol) => *symbol == Symbol::UNKNOWN,
        Type::List(inner, _) | Type::Map(inner, _) | Type::Nullable(inner) => is_unknown(inner),
        _ => false,
    }
}

/// Calls `visit` with each name that a type refers to.
fn references(ty: &Type, visit: &mut impl FnMut(Symbol)) {
    match ty {
        Type::Named(symbol) => visit(*symbol),
        Type::List(inner, _) | Type::Map(inner, _) | Type::Nullable(inner) => references(inner, visit),
        _ => {}
    }
}

/// The types that a definition is made of.
fn parts(definition: &TypeDef) -> Vec<&Type> {
    match &definition.kind {
        TypeDefKind::Struct(fields) => fields.iter().map(|field| &field.ty).collect(),
        TypeDefKind::Union { variants, .. } => variants.iter().map(|variant| &variant.ty).collect(),
        TypeDefKind::Enum { .. } => Vec::new(),
    }
}
