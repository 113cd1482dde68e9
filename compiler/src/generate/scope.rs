//! Where generated code stands: which version and which module, so that a symbol becomes the path that is right there; and
//! what must be known of the whole before one item can be written (recursion, what is sent).

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::names::{self, Names};
use crate::model::{Field, Literal, Model, Module, Projected, Projection, Symbol, Type, TypeDefKind, UpgradeOf};

/// What is the same in all versions of a connector.
pub(crate) struct Whole<'p> {
    model: &'p Model,
    /// The projections, oldest first.
    pub(crate) projections: &'p [Projection<'p>],
    /// The names in each.
    pub(crate) names: Vec<Names>,
    /// The module of each version.
    pub(crate) versions: Vec<Ident>,
    /// The struct of each connection.
    pub(crate) connections: Vec<String>,
    /// The marker of each kind of id.
    pub(crate) ids: BTreeMap<String, Ident>,
    /// The types that some operation sends, in whatever version: they get `new`, setters and three-state fields.
    pub(crate) sent: BTreeSet<Symbol>,
    /// The upgrades that Rust's types have, by the module and revision that they lead to: indexes into the model's.
    pub(crate) typed: BTreeMap<(Symbol, u32), Vec<usize>>,
    /// Where each revision of a module stands in each projection.
    modules: Vec<BTreeMap<(Symbol, u32), usize>>,
    /// The first symbol of each dotted name.
    symbols: BTreeMap<String, Symbol>,
}

impl<'p> Whole<'p> {
    /// Names everything.
    pub(crate) fn of(model: &'p Model, projections: &'p [Projection<'p>]) -> Self {
        let connections = names::connections(model);
        // Without versions, the connector's module is the version's module too.
        let outer: &[String] = if has_versions(model) { &[] } else { &connections };
        let places = |one: &Projection<'_>| {
            let modules = one.modules.iter().enumerate().rev();
            modules.map(|(index, module)| ((module.item.symbol, module.item.revision), index)).collect()
        };
        let modules: Vec<BTreeMap<(Symbol, u32), usize>> = projections.iter().map(places).collect();
        let mut symbols = BTreeMap::new();
        for (symbol, one) in (0..).map(Symbol).zip(&model.symbols) {
            symbols.entry(one.full()).or_insert(symbol);
        }
        Self {
            model,
            projections,
            names: projections.iter().map(|projection| Names::of(projection, outer)).collect(),
            versions: names::versions(model),
            ids: ids(model),
            sent: sent(model),
            typed: super::upgrades::typed(model, projections, &modules),
            modules,
            symbols,
            connections,
        }
    }

    /// Does Rust's type of what was stored have this upgrade?
    pub(crate) fn is_typed(&self, index: usize) -> bool {
        let upgrade = &self.model.upgrades[index];
        let UpgradeOf::Module(to) = upgrade.to else { return false };
        self.typed.get(&(to, upgrade.to_revision)).is_some_and(|typed| typed.contains(&index))
    }

    /// A revision of a module, as a version has it.
    pub(crate) fn module(&self, version: usize, symbol: Symbol, revision: u32) -> Option<&'p Projected<Module>> {
        self.modules[version].get(&(symbol, revision)).map(|index| &self.projections[version].modules[*index])
    }
}

/// Does the connector have `api` items?
pub(crate) fn has_versions(model: &Model) -> bool {
    model.apis.iter().any(|api| !api.name.is_empty())
}

/// One module of generated code: a version's root, or a group in it.
pub(crate) struct Scope<'p> {
    /// What all versions share.
    pub(crate) whole: &'p Whole<'p>,
    /// The version.
    pub(crate) projection: &'p Projection<'p>,
    /// What each symbol that is a type means in this version: an index into the projection's types.
    types: BTreeMap<Symbol, usize>,
    /// Types that contain themselves, by the number of their circle.
    circles: BTreeMap<Symbol, usize>,
    /// The groups that it stands in.
    group: Vec<String>,
    /// It is the connector's module, outside of the versions.
    outside: bool,
}

impl<'p> Scope<'p> {
    /// A version's root.
    pub(crate) fn root(whole: &'p Whole<'p>, version: usize) -> Self {
        let projection = &whole.projections[version];
        let types = projection.types.iter().enumerate().map(|(index, one)| (one.item.symbol, index)).collect();
        Self { whole, projection, types, circles: circles(projection), group: Vec::new(), outside: false }
    }

    /// Goes to a group.
    pub(crate) fn enter(&mut self, group: &[String]) {
        self.group = group.to_vec();
    }

    /// Goes to the connector's module.
    pub(crate) fn leave_version(&mut self) {
        self.outside = true;
    }

    /// The names of this version.
    pub(crate) fn names(&self) -> &Names {
        &self.whole.names[self.projection.version]
    }

    /// The path to a type of this version.
    pub(crate) fn type_path(&self, symbol: Symbol) -> TokenStream {
        let name = self.names().type_name(symbol);
        let path = self.path_to(&self.projection.model.name(symbol).group);
        quote!(#path #name)
    }

    /// The way from here to a group of this version, with its last colons: `super::super::repos::`.
    pub(crate) fn path_to(&self, group: &[String]) -> TokenStream {
        let common = self.group.iter().zip(group).take_while(|(here, there)| here == there).count();
        let up = self.group[common..].iter().map(|_| quote!(super::));
        let down = group[common..].iter().map(|name| {
            let name = names::module(name);
            quote!(#name::)
        });
        let version = (self.outside && has_versions(self.projection.model)).then(|| {
            let name = &self.whole.versions[self.projection.version];
            quote!(#name::)
        });
        version.into_iter().chain(up).chain(down).collect()
    }

    /// The way from here to the connector's module.
    pub(crate) fn connector(&self) -> TokenStream {
        let version = usize::from(!self.outside && has_versions(self.projection.model));
        (0..self.group.len() + version).map(|_| quote!(super::)).collect()
    }

    /// The marker that tells one kind of id from another.
    pub(crate) fn id_marker(&self, of: &str) -> TokenStream {
        let (connector, marker) = (self.connector(), &self.whole.ids[of]);
        quote!(#connector ids::#marker)
    }

    /// Is a field of this type in the middle of a circle that starts and ends with `owner`?
    pub(crate) fn is_boxed(&self, owner: Symbol, ty: &Type) -> bool {
        match ty {
            Type::Named(symbol) => self.circles.get(symbol).is_some_and(|circle| self.circles.get(&owner) == Some(circle)),
            Type::Nullable(inner) => self.is_boxed(owner, inner),
            _ => false,
        }
    }

    /// The variant of an enum with this value.
    pub(crate) fn enum_variant(&self, symbol: Symbol, is: impl Fn(&Literal) -> bool) -> Option<Ident> {
        let definition = &self.projection.types[*self.types.get(&symbol)?].item;
        let TypeDefKind::Enum { closed, variants } = &definition.kind else { return None };
        let idents = names::variants(variants.iter().map(|one| one.name.as_str()), !closed);
        variants.iter().position(|one| is(&one.value)).and_then(|index| idents.into_iter().nth(index))
    }

    /// What a successor named in a life clause is called in Rust; as written where it is nothing that Rust sees.
    pub(crate) fn successor(&self, written: &str) -> String {
        let model = self.projection.model;
        let (path, member) = match written.rsplit_once('.') {
            Some((path, member)) => (path, Some(member)),
            None => (written, None),
        };
        let named = |path: &str| {
            let symbol = *self.whole.symbols.get(path)?;
            let group: String = model.name(symbol).group.iter().map(|group| names::module(group).to_string() + "::").collect();
            let in_version = |names: &'_ Names| names.find_type(symbol).or_else(|| names.find_operation(symbol)).map(str::to_owned);
            let here = || Some(group.clone() + &in_version(self.names())?);
            // What took the place of something may be in another version.
            let versions = || self.whole.names.iter().zip(&self.whole.versions).rev();
            let there = || versions().find_map(|(names, version)| Some(format!("{version}::{group}{}", in_version(names)?)));
            here().or_else(there)
        };
        let connection = model.connections.iter().rposition(|one| one.name == written).map(|index| self.whole.connections[index].clone());
        let whole = named(written).or(connection);
        let member_of = |path: &str, member: &str| {
            let owner = named(path)?;
            // In a type, fields are in lower case; in an enum, variants are capitalised.
            let is_enum = self.projection.types.iter().any(|one| {
                matches!(one.item.kind, TypeDefKind::Enum { .. })
                    && model.name(one.item.symbol).name == path.rsplit('.').next().unwrap_or(path)
            });
            Some(owner + "::" + &if is_enum { names::camel(member) } else { names::snake(member) })
        };
        let version = || model.apis.iter().position(|one| one.name == written).map(|index| self.whole.versions[index].to_string());
        // What stands deeper goes by the type that it begins at.
        let deeper = || {
            let ends = written.match_indices('.').map(|(at, _)| at).rev();
            ends.filter_map(|at| Some((named(&written[..at])?, &written[at + 1..])))
                .map(|(owner, below)| format!("{owner}::{below}"))
                .next()
        };
        whole.or_else(|| member_of(path, member?)).or_else(version).or_else(deeper).unwrap_or_else(|| written.to_owned())
    }
}

/// All types that the connector's items name, wherever.
fn each_type(model: &Model, mut visit: impl FnMut(&Type)) {
    let modules = model.modules.iter().flat_map(|one| {
        let inputs = one.inputs.iter().map(|input| &input.field.ty);
        let answers = one.answers.iter().filter_map(|answer| answer.body.as_ref());
        let items = one.page.iter().map(|page| &page.item);
        inputs.chain(answers).chain(items).chain(one.fails.iter().map(|failure| &failure.body))
    });
    let types = model.types.iter().flat_map(|one| contained(&one.kind));
    let connections = model.connections.iter().flat_map(|one| one.fields.iter().map(|field| &field.ty));
    let fails = model.connector.fails.iter().map(|failure| &failure.body);
    modules.chain(types).chain(connections).chain(fails).for_each(|ty| inside(ty, &mut visit));
}

/// A type and the types in it.
fn inside(ty: &Type, visit: &mut impl FnMut(&Type)) {
    visit(ty);
    if let Type::List(inner, _) | Type::Map(inner, _) | Type::Nullable(inner) = ty {
        inside(inner, visit);
    }
}

/// The types of a definition's fields or variants.
fn contained(kind: &TypeDefKind) -> Vec<&Type> {
    match kind {
        TypeDefKind::Struct(fields) => fields.iter().map(|field| &field.ty).collect(),
        TypeDefKind::Union { variants, .. } => variants.iter().map(|variant| &variant.ty).collect(),
        TypeDefKind::Enum { .. } => Vec::new(),
    }
}

/// A marker for each kind of id, by the spec's name for it.
fn ids(model: &Model) -> BTreeMap<String, Ident> {
    let mut kinds = BTreeSet::new();
    each_type(model, |ty| {
        if let Type::Id(of) = ty {
            kinds.insert(of.clone());
        }
    });
    let mut taken = names::Taken::with(&["Self"]);
    kinds.into_iter().map(|kind| (kind.clone(), names::ident(&taken.take(names::camel(&kind), "Kind")))).collect()
}

/// The types that operations send: those of their inputs, and what those hold.
fn sent(model: &Model) -> BTreeSet<Symbol> {
    let mut definitions: BTreeMap<Symbol, Vec<&TypeDefKind>> = BTreeMap::new();
    for definition in &model.types {
        definitions.entry(definition.symbol).or_default().push(&definition.kind);
    }
    let mut sent = BTreeSet::new();
    let mut open: Vec<&Type> = model.modules.iter().flat_map(|one| one.inputs.iter().map(|input| &input.field.ty)).collect();
    while let Some(ty) = open.pop() {
        match ty {
            Type::List(inner, _) | Type::Map(inner, _) | Type::Nullable(inner) => open.push(inner),
            Type::Named(symbol) if sent.insert(*symbol) => {
                open.extend(definitions.get(symbol).into_iter().flatten().flat_map(|kind| contained(kind)));
            }
            _ => {}
        }
    }
    sent
}

/// The types that contain themselves by value, each with the number of its circle (strongly connected components, found by
/// Tarjan's algorithm). Lists and maps hold their items elsewhere, so they end a circle.
fn circles(projection: &Projection<'_>) -> BTreeMap<Symbol, usize> {
    let index: BTreeMap<Symbol, usize> = projection.types.iter().enumerate().map(|(index, one)| (one.item.symbol, index)).collect();
    let edges: Vec<Vec<usize>> = projection.types.iter().map(|one| by_value(&one.item.kind, &index)).collect();
    let mut search = Circles { edges: &edges, order: vec![None; edges.len()], low: vec![0; edges.len()], ..Circles::default() };
    for start in 0..edges.len() {
        if search.order[start].is_none() {
            search.from(start);
        }
    }
    let found = search.found.into_iter().enumerate();
    found.flat_map(|(number, members)| members.into_iter().map(move |member| (projection.types[member].item.symbol, number))).collect()
}

/// The types that a definition holds by value.
fn by_value(kind: &TypeDefKind, index: &BTreeMap<Symbol, usize>) -> Vec<usize> {
    fn named(ty: &Type) -> Option<Symbol> {
        match ty {
            Type::Named(symbol) => Some(*symbol),
            Type::Nullable(inner) => named(inner),
            _ => None,
        }
    }
    contained(kind).into_iter().filter_map(named).filter_map(|symbol| index.get(&symbol).copied()).collect()
}

#[derive(Default)]
struct Circles<'e> {
    edges: &'e [Vec<usize>],
    order: Vec<Option<usize>>,
    low: Vec<usize>,
    stack: Vec<usize>,
    on_stack: BTreeSet<usize>,
    next: usize,
    found: Vec<Vec<usize>>,
}

impl Circles<'_> {
    /// Visits everything reachable, with a stack of its own: specs may nest deeper than threads do.
    fn from(&mut self, start: usize) {
        let mut path = vec![(start, 0)];
        self.enter(start);
        while let Some((node, edge)) = path.last_mut() {
            let node = *node;
            if let Some(&target) = self.edges[node].get(*edge) {
                *edge += 1;
                match self.order[target] {
                    None => {
                        self.enter(target);
                        path.push((target, 0));
                    }
                    Some(order) if self.on_stack.contains(&target) => self.low[node] = self.low[node].min(order),
                    Some(_) => {}
                }
            } else {
                path.pop();
                if let Some((parent, _)) = path.last() {
                    self.low[*parent] = self.low[*parent].min(self.low[node]);
                }
                self.leave(node);
            }
        }
    }

    fn enter(&mut self, node: usize) {
        self.order[node] = Some(self.next);
        self.low[node] = self.next;
        self.next += 1;
        self.stack.push(node);
        self.on_stack.insert(node);
    }

    fn leave(&mut self, node: usize) {
        if Some(self.low[node]) != self.order[node] {
            return;
        }
        let at = self.stack.iter().rposition(|one| *one == node).expect("entered above");
        let members = self.stack.split_off(at);
        for member in &members {
            self.on_stack.remove(member);
        }
        if members.len() > 1 || self.edges[node].contains(&node) {
            self.found.push(members);
        }
    }
}

/// Is a field written as three states: leave, erase, set? Only in what is sent, where absent and null mean two things.
pub(crate) fn is_patch(field: &Field) -> bool {
    field.optional && field.nullable && field.default.is_none()
}
