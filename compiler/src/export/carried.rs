//! What a document carries: one API version, as if there had never been another; and what it means that two connectors are the same.
//!
//! Whatever is written comes from [`carried`], so what the document has no place for is left out in one place: `change` blocks, upgrades
//! and their tests, other versions, and successors that only another version has, which become words.

mod same;
pub(super) mod successors;

pub use same::same;

use crate::model::{
    Connection, Field, GroupDef, Model, Module, ModuleServer, Projection, Symbol, Test, Type, TypeDef, TypeDefKind, Versions,
};

/// The only version that there is.
const ALONE: Versions = Versions(1);

/// The connector of one projection, with nothing of other versions.
pub fn carried(projection: &Projection<'_>) -> Model {
    let (whole, version) = (projection.model, projection.version);
    let mut connector = whole.connector.clone();
    connector.servers.retain(|server| server.on.has(version));
    let mut model = Model {
        connector,
        apis: vec![whole.apis[version].clone()],
        connections: whole.connections.iter().filter(|one| one.on.has(version)).map(|one| connection(one, version)).collect(),
        symbols: whole.symbols.clone(),
        types: projection.types.iter().map(|one| one.item.clone()).collect(),
        modules: projection.modules.iter().map(|one| module(&one.item, whole, version)).collect(),
        groups: Vec::new(),
        tests: projection.tests.clone(),
        changes: Vec::new(),
        upgrades: Vec::new(),
        upgrade_tests: Vec::new(),
        whole: whole.whole,
    };
    model.groups = groups(whole, &model);
    only_what_is_there(&mut model);
    alone(&mut model);
    successors::in_words(&mut model);
    model
}

fn connection(connection: &Connection, version: usize) -> Connection {
    let fields = connection.fields.iter().filter(|field| field.on.has(version)).cloned().collect();
    Connection { fields, ..connection.clone() }
}

/// Servers are counted among those of this version.
fn module(module: &Module, whole: &Model, version: usize) -> Module {
    let server = match &module.server {
        ModuleServer::Named(index) => {
            ModuleServer::Named(whole.connector.servers.iter().take(*index).filter(|server| server.on.has(version)).count())
        }
        other => other.clone(),
    };
    Module { server, ..module.clone() }
}

/// Groups that hold something in this version, and those around them.
fn groups(whole: &Model, model: &Model) -> Vec<GroupDef> {
    let symbols = model.types.iter().map(|one| one.symbol).chain(model.modules.iter().map(|one| one.symbol));
    let held: Vec<&[String]> = symbols.map(|symbol| whole.name(symbol).group.as_slice()).collect();
    whole.groups.iter().filter(|group| held.iter().any(|path| path.starts_with(&group.path))).cloned().collect()
}

/// Connections that modules name, and searches to pick from, are those that this version has.
fn only_what_is_there(model: &mut Model) {
    let connections: Vec<String> = model.connections.iter().map(|one| one.name.clone()).chain(["none".to_owned()]).collect();
    for module in &mut model.modules {
        module.connections.retain(|name| connections.contains(name));
    }
    let modules: Vec<Symbol> = model.modules.iter().map(|module| module.symbol).collect();
    each_field(model, &mut |field| field.from = field.from.filter(|search| modules.contains(search)));
    model.tests.retain(|test: &Test| modules.contains(&test.module));
}

/// Everything is in the one version.
fn alone(model: &mut Model) {
    model.connector.servers.iter_mut().for_each(|server| server.on = ALONE);
    model.connections.iter_mut().for_each(|connection| connection.on = ALONE);
    for definition in &mut model.types {
        definition.on = ALONE;
        match &mut definition.kind {
            TypeDefKind::Struct(_) => {}
            TypeDefKind::Enum { variants, .. } => variants.iter_mut().for_each(|variant| variant.on = ALONE),
            TypeDefKind::Union { variants, .. } => variants.iter_mut().for_each(|variant| variant.on = ALONE),
        }
    }
    for module in &mut model.modules {
        module.on = ALONE;
        module.constants.iter_mut().for_each(|constant| constant.on = ALONE);
        module.examples.iter_mut().for_each(|example| example.on = ALONE);
    }
    for test in &mut model.tests {
        (test.on, test.script.on) = (ALONE, ALONE);
    }
    each_field(model, &mut |field| field.on = ALONE);
}

/// Every field: of types, inputs and connections.
fn each_field(model: &mut Model, visit: &mut impl FnMut(&mut Field)) {
    for definition in &mut model.types {
        if let TypeDefKind::Struct(fields) = &mut definition.kind {
            fields.iter_mut().for_each(&mut *visit);
        }
    }
    model.modules.iter_mut().flat_map(|module| &mut module.inputs).for_each(|input| visit(&mut input.field));
    model.connections.iter_mut().flat_map(|connection| &mut connection.fields).for_each(&mut *visit);
}

/// Every type where one is used.
fn each_type(model: &mut Model, visit: &mut impl FnMut(&mut Type)) {
    for TypeDef { kind, .. } in &mut model.types {
        if let TypeDefKind::Union { variants, .. } = kind {
            variants.iter_mut().for_each(|variant| visit(&mut variant.ty));
        }
    }
    for module in &mut model.modules {
        module.answers.iter_mut().filter_map(|answer| answer.body.as_mut()).for_each(&mut *visit);
        module.page.iter_mut().for_each(|page| visit(&mut page.item));
        module.fails.iter_mut().for_each(|failure| visit(&mut failure.body));
    }
    model.connector.fails.iter_mut().for_each(|failure| visit(&mut failure.body));
    each_field(model, &mut |field| visit(&mut field.ty));
}
