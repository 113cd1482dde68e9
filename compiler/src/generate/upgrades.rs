//! Upgrades of stored configuration as tables, and typed: the older input becomes the present one.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, Literal as Token, TokenStream};
use quote::{ToTokens, format_ident, quote};

use super::names;
use super::scope::Scope;
use super::structs::{RustField, Use, constructors, rust_fields};
use super::tables::{member, members, texts};
use super::types::shape;
use crate::model::{Coercion, Field, Model, Module, OutputStep, Projected, Projection, Symbol, Upgrade, UpgradeOf, UpgradeStep};

/// What is older: a struct that an API version has, or one that is made for it.
enum Older {
    /// An operation of an API version.
    Lives(TokenStream),
    /// Beside the present one.
    Made(Ident),
}

/// The upgrades that Rust's types have: an older input becomes one thing, and what is written goes before what is derived.
pub(crate) fn typed(
    model: &Model,
    projections: &[Projection<'_>],
    modules: &[BTreeMap<(Symbol, u32), usize>],
) -> BTreeMap<(Symbol, u32), Vec<usize>> {
    let mut taken = BTreeSet::new();
    let mut typed: BTreeMap<(Symbol, u32), Vec<usize>> = BTreeMap::new();
    let find = |version: usize, symbol: Symbol, revision: u32| {
        modules[version].get(&(symbol, revision)).map(|index| &projections[version].modules[*index])
    };
    for (index, upgrade) in model.upgrades.iter().enumerate() {
        let (UpgradeOf::Module(from), UpgradeOf::Module(to), None) = (&upgrade.from, &upgrade.to, &upgrade.gone) else { continue };
        let place = living(upgrade, projections.len(), &find).map_or(usize::MAX, |(version, _)| version);
        if taken.insert((place, *from, upgrade.from_revision)) {
            typed.entry((*to, upgrade.to_revision)).or_default().push(index);
        }
    }
    typed
}

/// The upgrades that lead to an operation of this version, with the inputs of revisions that no version has.
pub(crate) fn of_operation(module: &Module, scope: &Scope<'_>) -> TokenStream {
    let name = names::ident(&scope.names().operation(module.symbol, module.revision).operation);
    let version = scope.projection.version;
    let mut tokens = TokenStream::new();
    for index in scope.whole.typed.get(&(module.symbol, module.revision)).into_iter().flatten() {
        let upgrade = &scope.projection.model.upgrades[*index];
        if !upgrade.to_on.has(version) {
            continue;
        }
        let (source, definition) = match older(upgrade, &name, scope) {
            Older::Lives(path) => (path, TokenStream::new()),
            Older::Made(ident) => (quote!(#ident), made(&ident, upgrade, scope)),
        };
        let table = table(upgrade, &source, scope);
        tokens.extend(quote! {
            #definition
            impl lp::Upgrade for #source {
                type Into = #name;
                const TABLE: &'static lp::UpgradeTable = &#table;
            }
        });
    }
    tokens
}

/// The version that has the older revision first, as others share it from there, and the version it is looked up in.
fn living<'p>(
    upgrade: &Upgrade,
    versions: usize,
    find: &dyn Fn(usize, Symbol, u32) -> Option<&'p Projected<Module>>,
) -> Option<(usize, usize)> {
    let UpgradeOf::Module(symbol) = upgrade.from else { return None };
    let on: Vec<usize> = upgrade.on.iter().filter(|version| *version < versions).collect();
    on.into_iter().rev().find_map(|version| {
        let found = find(version, symbol, upgrade.from_revision)?;
        Some((found.same_as.unwrap_or(version), version))
    })
}

fn lives(upgrade: &Upgrade, scope: &Scope<'_>) -> Option<(usize, usize)> {
    let whole = scope.whole;
    living(upgrade, whole.projections.len(), &|version, symbol, revision| whole.module(version, symbol, revision))
}

fn older(upgrade: &Upgrade, present: &Ident, scope: &Scope<'_>) -> Older {
    match (lives(upgrade, scope), &upgrade.from) {
        (Some((_, version)), UpgradeOf::Module(symbol)) => Older::Lives(operation_path(*symbol, upgrade.from_revision, version, scope)),
        (_, UpgradeOf::Module(symbol)) if upgrade.to != UpgradeOf::Module(*symbol) => {
            let name = names::camel(&scope.projection.model.name(*symbol).name);
            Older::Made(format_ident!("{name}Rev{}", upgrade.from_revision))
        }
        _ => Older::Made(format_ident!("{present}Rev{}", upgrade.from_revision)),
    }
}

/// The way from here to an operation of a version.
fn operation_path(symbol: Symbol, revision: u32, version: usize, scope: &Scope<'_>) -> TokenStream {
    let group = &scope.projection.model.name(symbol).group;
    let name = names::ident(&scope.whole.names[version].operation(symbol, revision).operation);
    if version == scope.projection.version {
        let path = scope.path_to(group);
        return quote!(#path #name);
    }
    let connector = scope.connector();
    let module = &scope.whole.versions[version];
    let groups = group.iter().map(|group| names::module(group));
    quote!(#connector #module::#(#groups::)* #name)
}

/// The input of a revision that no version has any more.
fn made(name: &Ident, upgrade: &Upgrade, scope: &Scope<'_>) -> TokenStream {
    let inputs: Vec<&Field> = upgrade.input.iter().collect();
    let fields = rust_fields(&inputs, None, Use::Sent, scope);
    let lines: TokenStream = fields.iter().map(RustField::input).collect();
    let constructors = constructors(name, &fields, scope);
    let (from, spec_name) = (shown(&upgrade.from, scope), name.to_string());
    let docs = format!("What revision {} of `{from}` took.", upgrade.from_revision);
    quote! {
        lp::structure! {
            #[doc = #docs]
            pub struct #name #spec_name {
                #lines
            }
        }
        #constructors
    }
}

fn shown(of: &UpgradeOf, scope: &Scope<'_>) -> String {
    match of {
        UpgradeOf::Connection(name) => name.clone(),
        UpgradeOf::Module(symbol) => scope.projection.model.full_name(*symbol),
    }
}

fn table(upgrade: &Upgrade, source: &TokenStream, scope: &Scope<'_>) -> TokenStream {
    let input = shape(source);
    let said = says(upgrade, scope);
    quote!(lp::UpgradeTable { #said input: #input, ..lp::UpgradeTable::EMPTY })
}

/// Everything but what the older revision took.
fn says(upgrade: &Upgrade, scope: &Scope<'_>) -> TokenStream {
    let (from, to) = (shown(&upgrade.from, scope), shown(&upgrade.to, scope));
    let (from_revision, revision) = (Token::u32_unsuffixed(upgrade.from_revision), Token::u32_unsuffixed(upgrade.to_revision));
    let apis = &scope.projection.model.apis;
    let named: Vec<&str> = upgrade.on.iter().filter_map(|version| apis.get(version)).map(|api| api.name.as_str()).collect();
    let any = named.len() == apis.len();
    let versions = members(if any { &[] } else { &named }, |names| {
        let names = texts(names);
        quote!(versions: #names,)
    });
    let to_version = member(upgrade.to_on.iter().max().filter(|_| !any).and_then(|version| apis.get(version)), |api| {
        let name = &api.name;
        quote!(to_version: #name,)
    });
    let steps = upgrade.steps.iter().map(|one| step(one, upgrade));
    let steps = quote!(steps: &[#(#steps),*],);
    let outputs = members(&upgrade.outputs, |outputs| {
        let outputs = outputs.iter().map(output);
        quote!(outputs: &[#(#outputs),*],)
    });
    let gone = member(upgrade.gone.as_ref(), |why| quote!(gone: lp::Some(#why),));
    let cursor = member(upgrade.cursor_reset.as_ref(), |why| quote!(cursor: lp::Cursor::Reset(#why),));
    let stored = members(&upgrade.stored, |stored| {
        let stored = stored.iter().map(|(name, revision)| {
            let revision = super::tables::option(revision.as_ref(), |revision| Token::u32_unsuffixed(*revision).into_token_stream());
            quote!((#name, #revision))
        });
        quote!(stored: &[#(#stored),*],)
    });
    let meaning = member(upgrade.meaning(), |because| quote!(meaning: lp::Some(#because),));
    quote! {
        from_module: #from,
        from_revision: #from_revision,
        #versions
        #to_version
        module: #to,
        revision: #revision,
        #steps
        #outputs
        #gone
        #cursor
        #stored
        #meaning
    }
}

fn step(step: &UpgradeStep, upgrade: &Upgrade) -> TokenStream {
    match step {
        UpgradeStep::Move { from, to, coercion: how } => {
            let how = coercion(*how);
            match (from.as_slice(), from == to) {
                ([field], true) => quote!(lp::UpgradeStep::Keep { field: #field, coercion: #how }),
                _ => {
                    let (from, to) = (texts(from), texts(to));
                    quote!(lp::UpgradeStep::Move { from: #from, to: #to, coercion: #how })
                }
            }
        }
        UpgradeStep::Remap { from, to, pairs } => {
            let (from, to) = (texts(from), texts(to));
            let pairs = pairs.iter().map(|(old, new)| quote!((#old, #new)));
            quote!(lp::UpgradeStep::Remap { from: #from, to: #to, pairs: &[#(#pairs),*], other: lp::Other::Keep })
        }
        UpgradeStep::Default { to, value } => {
            let to = texts(to);
            quote!(lp::UpgradeStep::Default { to: #to, value: #value })
        }
        UpgradeStep::Ask { to, question } => {
            let to = texts(to);
            quote!(lp::UpgradeStep::Ask { to: #to, question: #question })
        }
        UpgradeStep::Drop { from, because } => {
            let from = texts(from);
            quote!(lp::UpgradeStep::Drop { from: #from, because: #because })
        }
        UpgradeStep::Review { to, because } => {
            let from = texts(&upgrade.source_of(to));
            quote!(lp::UpgradeStep::Review { from: #from, because: #because })
        }
        UpgradeStep::NotNull { to } => {
            let to = texts(to);
            quote!(lp::UpgradeStep::NotNull { to: #to })
        }
    }
}

fn coercion(coercion: Option<Coercion>) -> TokenStream {
    match coercion {
        None => quote!(lp::Coercion::None),
        Some(kind) => {
            let kind = format_ident!("{}", format!("{kind:?}"));
            quote!(lp::Coercion::To(lp::Kind::#kind))
        }
    }
}

fn output(step: &OutputStep) -> TokenStream {
    let (from, from_first) = OutputStep::path(step.from());
    let from = texts(&from);
    match step {
        OutputStep::Gone { because, .. } => quote!(lp::OutputStep::Gone { from: #from, because: #because }),
        OutputStep::Moved { to, .. } => {
            let (to, to_first) = OutputStep::path(to);
            let to = texts(&to);
            match from_first || to_first {
                true => quote!(lp::OutputStep::First { from: #from, to: #to }),
                false => quote!(lp::OutputStep::Move { from: #from, to: #to }),
            }
        }
        OutputStep::Renamed { pairs, .. } => {
            let pairs = pairs.iter().map(|(old, new)| quote!((#old, #new)));
            quote!(lp::OutputStep::Remap { at: #from, pairs: &[#(#pairs),*] })
        }
        OutputStep::Differs { because, .. } => quote!(lp::OutputStep::Review { at: #from, because: #because }),
    }
}

/// The members of an API's table that say how configuration follows up to this version.
pub(crate) fn api(scope: &Scope<'_>) -> TokenStream {
    let version = scope.projection.version;
    let until_now = |upgrade: &Upgrade| upgrade.to_on.iter().min().is_some_and(|first| first <= version);
    let all = scope.projection.model.upgrades.iter().enumerate().filter(|(_, upgrade)| until_now(upgrade));
    let (modules, connections): (Vec<_>, Vec<_>) = all.partition(|(_, one)| matches!(one.to, UpgradeOf::Module(_)));
    let modules = members(&modules, |upgrades| {
        let tables = upgrades.iter().map(|(index, upgrade)| module_table(*index, upgrade, scope));
        quote!(upgrades: &[#(#tables),*],)
    });
    let connections = members(&connections, |upgrades| {
        let tables = upgrades.iter().map(|(_, upgrade)| connection_table(upgrade));
        quote!(connection_upgrades: &[#(#tables),*],)
    });
    quote!(#modules #connections)
}

fn module_table(index: usize, upgrade: &Upgrade, scope: &Scope<'_>) -> TokenStream {
    let source = match (lives(upgrade, scope), &upgrade.from, &upgrade.to) {
        (Some((_, version)), UpgradeOf::Module(symbol), _) => operation_path(*symbol, upgrade.from_revision, version, scope),
        (None, _, UpgradeOf::Module(to)) if upgrade.gone.is_none() => {
            let Some(version) = upgrade.to_on.iter().max() else { return TokenStream::new() };
            let present = names::ident(&scope.whole.names[version].operation(*to, upgrade.to_revision).operation);
            let Older::Made(name) = older(upgrade, &present, scope) else { return TokenStream::new() };
            let group = &scope.projection.model.name(*to).group;
            beside(&name, group, version, scope)
        }
        _ => quote!(()),
    };
    if scope.whole.is_typed(index) {
        return quote!(<#source as lp::Upgrade>::TABLE);
    }
    let table = table(upgrade, &source, scope);
    quote!(&#table)
}

/// The tests of upgrades, as Rust's tests: `version` leads from the tests' module to the newest version's.
pub(crate) fn tests(scope: &Scope<'_>, version: &TokenStream, taken: &mut names::Taken) -> TokenStream {
    let apis = &scope.projection.model.apis;
    let each = scope.projection.model.upgrade_tests.iter().map(|test| {
        let name = names::ident(&taken.take(names::snake(&test.title), "_"));
        let (title, given, expect) = (&test.title, &test.given, &test.expect);
        let (from, to) = (shown(&test.from, scope), shown(&test.to, scope));
        let from_revision = Token::u32_unsuffixed(test.from_revision);
        let is_connection = matches!(test.to, UpgradeOf::Connection(_)).then(|| quote!(is_connection: true,));
        let stored = test.stored.iter().max().and_then(|version| apis.get(version)).filter(|api| !api.name.is_empty());
        let any = test.stored.iter().count() == apis.len();
        let stored = member(stored.filter(|_| !any), |api| {
            let name = &api.name;
            quote!(version: #name,)
        });
        let expect = super::tables::text(expect, |expect| quote!(expect: #expect,));
        let asks = members(&test.asks, |names| {
            let names = texts(names);
            quote!(asks: #names,)
        });
        let reviews = members(&test.reviews, |names| {
            let names = texts(names);
            quote!(reviews: #names,)
        });
        quote! {
            #[test]
            fn #name() {
                lp::upgrade_test(<#version Api as lp::Api>::TABLE, &lp::UpgradeTestTable {
                    title: #title,
                    #is_connection
                    from: #from,
                    from_revision: #from_revision,
                    #stored
                    to: #to,
                    given: #given,
                    #expect
                    #asks
                    #reviews
                    ..lp::UpgradeTestTable::EMPTY
                });
            }
        }
    });
    each.collect()
}

/// The way from here to a struct that stands beside an operation of a version.
fn beside(name: &Ident, group: &[String], version: usize, scope: &Scope<'_>) -> TokenStream {
    if version == scope.projection.version {
        let path = scope.path_to(group);
        return quote!(#path #name);
    }
    let connector = scope.connector();
    let module = &scope.whole.versions[version];
    let groups = group.iter().map(|group| names::module(group));
    quote!(#connector #module::#(#groups::)* #name)
}

fn connection_table(upgrade: &Upgrade) -> TokenStream {
    let (UpgradeOf::Connection(from), UpgradeOf::Connection(to)) = (&upgrade.from, &upgrade.to) else { return TokenStream::new() };
    let (from_revision, revision) = (Token::u32_unsuffixed(upgrade.from_revision), Token::u32_unsuffixed(upgrade.to_revision));
    let parts = upgrade.connection_parts();
    let keep = parts.keep.iter().map(|(old, new)| quote!((#old, #new)));
    let ask = parts.ask.iter().map(|(fields, question)| {
        let fields = texts(fields);
        quote!((#fields, #question))
    });
    let drop = parts.drop.iter().map(|(field, because)| quote!((#field, #because)));
    let reauthorize = member(upgrade.reauthorize.as_ref(), |why| quote!(reauthorize: lp::Some(#why),));
    let gone = member(upgrade.gone.as_ref(), |why| quote!(gone: lp::Some(#why),));
    quote! {
        &lp::ConnectionUpgradeTable {
            from: #from,
            from_revision: #from_revision,
            connection: #to,
            revision: #revision,
            keep: &[#(#keep),*],
            ask: &[#(#ask),*],
            drop: &[#(#drop),*],
            #reauthorize
            #gone
            ..lp::ConnectionUpgradeTable::EMPTY
        }
    }
}
