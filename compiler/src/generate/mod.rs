//! From projections to Rust: types and tables, no behaviour. One file per kind of item.
//!
//! A projection is taken as it is: no version is compared with another here and nothing is found wrong. What did not change
//! since an earlier version is re-exported from there.

mod api;
mod clauses;
mod connections;
mod docs;
mod enums;
mod examples;
mod file;
mod names;
mod operations;
mod pages;
mod parts;
mod scope;
mod steps;
mod structs;
mod tables;
mod triggers;
mod types;
mod unions;
mod upgrades;

use std::collections::BTreeMap;

use proc_macro2::TokenStream;
use quote::quote;

use crate::model::{Model, Projected, Projection, TypeDef, TypeDefKind};
use docs::{deprecation, documentation};
use scope::{Scope, Whole, has_versions};

pub use file::file;
pub use parts::Part;

/// The module of a connector, from its projections, oldest first.
pub fn generate(model: &Model, projections: &[Projection<'_>]) -> TokenStream {
    let whole = Whole::of(model, projections);
    let name = names::module(&model.connector.name);
    let docs = documentation(&connector_docs(model), &model.connector.title);
    let ids = ids(&whole);
    let mut taken = names::Taken::default();
    let mut versions = TokenStream::new();
    let mut tests = TokenStream::new();
    for version in 0..projections.len() {
        let mut scope = Scope::root(&whole, version);
        versions.extend(version_module(&mut scope));
        tests.extend(examples::tests(&scope, &mut taken));
    }
    let connections = connections(&whole, model);
    let tests = examples::module(&tests);
    // A program need not use everything; deprecated items name each other; their dates are no semantic versions.
    quote! {
        #docs
        #[allow(dead_code, deprecated, unreachable_pub, unused_imports, clippy::all)]
        pub mod #name {
            use ::linchpin_runtime::__codegen_v1 as lp;
            #connections
            #ids
            #versions
            #tests
        }
    }
}

/// A connector of more tokens than this is laid out in several files: half a megabyte of text or so.
const MOST_TOKENS: usize = 100_000;

/// The same in several files where it is large: what stands in the connector's own, and the groups that do not.
pub fn in_parts(model: &Model, tokens: TokenStream) -> (TokenStream, Vec<Part>) {
    if parts::count(&tokens) <= MOST_TOKENS {
        return (tokens, Vec::new());
    }
    let groups: std::collections::BTreeSet<String> =
        model.groups.iter().filter_map(|group| group.path.first()).map(|name| names::module(name).to_string()).collect();
    parts::parted(tokens, 1 + usize::from(has_versions(model)), &|name| groups.contains(name))
}

fn connector_docs(model: &Model) -> String {
    let connector = &model.connector;
    let said = if connector.docs.trim().is_empty() { format!("{}.", connector.title) } else { connector.docs.clone() };
    match &connector.docs_url {
        Some(url) => format!("{}\n\nIts owner documents it at {url}", said.trim_end()),
        None => said,
    }
}

fn connections(whole: &Whole<'_>, model: &Model) -> TokenStream {
    // Fields of connections are of plain types, which any version's scope names alike.
    let connection_scope = |index: usize| whole.projections.iter().position(|one| model.connections[index].on.has(one.version));
    let each = model.connections.iter().enumerate().filter_map(|(index, connection)| {
        let mut scope = Scope::root(whole, connection_scope(index)?);
        scope.leave_version();
        Some(connections::connection(connection, &names::ident(&whole.connections[index]), &scope))
    });
    each.collect()
}

/// What tells the ids of one kind of thing from another's. All versions share them: an id outlives the version it was read in.
fn ids(whole: &Whole<'_>) -> TokenStream {
    if whole.ids.is_empty() {
        return TokenStream::new();
    }
    let markers = whole.ids.iter().map(|(of, marker)| {
        let docs = docs::safe(&format!("Marks the ids of `{of}`."));
        quote! {
            #[doc = #docs]
            #[derive(Debug)]
            pub enum #marker {}
        }
    });
    quote! {
        #[doc = "What ids are ids of: `Id<Project>` cannot be given where `Id<User>` is wanted."]
        pub mod ids {
            #(#markers)*
        }
    }
}

/// A version's module; what stands in it, where the connector has no versions.
fn version_module(scope: &mut Scope<'_>) -> TokenStream {
    let model = scope.projection.model;
    let api = api::api(scope);
    let items = Items::of(scope);
    let root = items.module(&[], scope);
    if !has_versions(model) {
        return quote!(#api #root);
    }
    let version = &model.apis[scope.projection.version];
    let name = &scope.whole.versions[scope.projection.version];
    let released = version.released.map(|date| format!(", released {date}")).unwrap_or_default();
    let docs = documentation(&version.docs, &format!("{} {}{released}.", model.connector.title, version.name));
    let life = deprecation(version.life.as_ref(), |written| scope.successor(written));
    quote! {
        #docs
        #life
        pub mod #name {
            use ::linchpin_runtime::__codegen_v1 as lp;
            #api
            #root
        }
    }
}

/// The items of one version by group.
struct Items {
    by_group: BTreeMap<Vec<String>, TokenStream>,
    /// What each group takes from which earlier version.
    shared: BTreeMap<(Vec<String>, usize), Vec<TokenStream>>,
    /// The groups in which something names `lp`.
    own: std::collections::BTreeSet<Vec<String>>,
}

impl Items {
    fn of(scope: &mut Scope<'_>) -> Self {
        let mut items = Self { by_group: BTreeMap::new(), shared: BTreeMap::new(), own: std::collections::BTreeSet::new() };
        let projection = scope.projection;
        for definition in &projection.types {
            let group = &projection.model.name(definition.item.symbol).group;
            scope.enter(group);
            items.definition(definition, group, scope);
        }
        for module in &projection.modules {
            let group = &projection.model.name(module.item.symbol).group;
            scope.enter(group);
            let called = scope.names().operation(module.item.symbol, module.item.revision);
            let tokens = match module.same_as {
                None => operations::operation(&module.item, scope),
                Some(version) => {
                    let there = scope.whole.names[version].operation(module.item.symbol, module.item.revision);
                    items.share(group, version, &there.operation, &called.operation);
                    if operations::has_own_output(&module.item) {
                        items.share(group, version, &there.output, &called.output);
                    }
                    operations::offered(&names::ident(&called.operation), &module.item, scope)
                }
            };
            items.own.insert(group.clone());
            let items = items.by_group.entry(group.clone()).or_default();
            items.extend(tokens);
            items.extend(upgrades::of_operation(&module.item, scope));
        }
        scope.enter(&[]);
        items
    }

    fn definition(&mut self, definition: &Projected<TypeDef>, group: &[String], scope: &Scope<'_>) {
        let symbol = definition.item.symbol;
        if let Some(version) = definition.same_as {
            let there = scope.whole.names[version].type_name(symbol).to_string();
            let here = scope.names().type_name(symbol).to_string();
            self.share(group, version, &there, &here);
            return;
        }
        self.own.insert(group.to_vec());
        self.by_group.entry(group.to_vec()).or_default().extend(type_item(&definition.item, scope));
    }

    /// Takes an item from an earlier version.
    fn share(&mut self, group: &[String], version: usize, there: &str, here: &str) {
        let (from, to) = (names::ident(there), names::ident(here));
        let taken = if there == here { quote!(#from) } else { quote!(#from as #to) };
        self.shared.entry((group.to_vec(), version)).or_default().push(taken);
    }

    /// What stands in a group, its inner groups included.
    fn module(&self, group: &[String], scope: &mut Scope<'_>) -> TokenStream {
        scope.enter(group);
        let shared: TokenStream = (0..scope.projection.version).filter_map(|version| self.reexports(group, version, scope)).collect();
        let own = self.by_group.get(group);
        let inner: TokenStream = inner_groups(scope.projection.model, group).map(|inner| self.group(inner, scope)).collect();
        quote!(#shared #own #inner)
    }

    fn reexports(&self, group: &[String], version: usize, scope: &Scope<'_>) -> Option<TokenStream> {
        let names = self.shared.get(&(group.to_vec(), version))?;
        let connector = scope.connector();
        let version = &scope.whole.versions[version];
        let path = group.iter().map(|name| names::module(name));
        Some(quote!(pub use #connector #version::#(#path::)*{#(#names),*};))
    }

    fn group(&self, group: &crate::model::GroupDef, scope: &mut Scope<'_>) -> TokenStream {
        let inner = self.module(&group.path, scope);
        if inner.is_empty() {
            return inner;
        }
        let name = names::module(group.path.last().map_or("", String::as_str));
        let docs = documentation(&group.docs, &format!("{}.", group.title.trim_end_matches('.')));
        let prelude = self.own.contains(&group.path).then(|| {
            quote!(
                use ::linchpin_runtime::__codegen_v1 as lp;
            )
        });
        quote! {
            #docs
            pub mod #name {
                #prelude
                #inner
            }
        }
    }
}

/// The groups right inside a group.
fn inner_groups<'m>(model: &'m Model, group: &[String]) -> impl Iterator<Item = &'m crate::model::GroupDef> {
    let depth = group.len();
    model.groups.iter().filter(move |one| one.path.len() == depth + 1 && one.path[..depth] == *group)
}

fn type_item(definition: &TypeDef, scope: &Scope<'_>) -> TokenStream {
    match &definition.kind {
        TypeDefKind::Struct(fields) => structs::structure(definition, fields, scope),
        TypeDefKind::Enum { closed, variants } => enums::enumeration(definition, *closed, variants, scope),
        TypeDefKind::Union { tag, closed, variants } => unions::union(definition, tag.as_deref(), *closed, variants, scope),
    }
}

/// The name of a connector's file in `OUT_DIR`, by which `connector!` takes it in: that of its module, without the `_` of one that
/// would be called as a word of Rust.
pub fn file_stem(model: &Model) -> String {
    names::file_stem(&module_name(model)).to_owned()
}

/// The name of a connector's module, and of the folder in `OUT_DIR` that holds its parts.
pub fn module_name(model: &Model) -> String {
    names::module(&model.connector.name).to_string()
}
