//! Successors that only another API version has: a document cannot name them, so it says in words what they are called.

use std::collections::HashSet;

use crate::model::dotted;
use crate::model::{Life, Model, TypeDefKind};

/// Says in words what cannot be named.
pub(in crate::export) fn in_words(model: &mut Model) {
    let known = everything_named(model);
    let there = |scope: &[String], name: &str| (0..=scope.len()).any(|depth| known.contains(&dotted(&scope[..depth], name)));
    let settle = |life: &mut Option<Life>, scope: &[String]| {
        let Some(life) = life else { return };
        if let Some(successor) = life.successor.take_if(|name| !there(scope, name)) {
            let why = if life.why.trim().is_empty() { String::new() } else { format!(": {}", life.why) };
            life.why = format!("in another version there is `{successor}`{why}");
        }
    };
    for api in &mut model.apis {
        settle(&mut api.life, &[]);
    }
    for connection in &mut model.connections {
        settle(&mut connection.life, &[]);
        connection.fields.iter_mut().for_each(|field| settle(&mut field.life, std::slice::from_ref(&connection.name)));
    }
    for definition in &mut model.types {
        let name = &model.symbols[definition.symbol.0 as usize];
        settle(&mut definition.life, &name.group);
        let scope: Vec<String> = name.group.iter().chain([&name.name]).cloned().collect();
        match &mut definition.kind {
            TypeDefKind::Struct(fields) => fields.iter_mut().for_each(|one| settle(&mut one.life, &scope)),
            TypeDefKind::Enum { variants, .. } => variants.iter_mut().for_each(|one| settle(&mut one.life, &scope)),
            TypeDefKind::Union { variants, .. } => variants.iter_mut().for_each(|one| settle(&mut one.life, &scope)),
        }
    }
    for module in &mut model.modules {
        let name = &model.symbols[module.symbol.0 as usize];
        settle(&mut module.life, &name.group);
        let scope: Vec<String> = name.group.iter().chain([&name.name]).cloned().collect();
        module.inputs.iter_mut().for_each(|input| settle(&mut input.field.life, &scope));
    }
}

/// All names that a successor can have, with their groups and what they belong to.
fn everything_named(model: &Model) -> HashSet<String> {
    let path = |symbol| model.full_name(symbol);
    let mut known: HashSet<String> = model.apis.iter().map(|api| api.name.clone()).collect();
    for connection in &model.connections {
        known.extend(connection.fields.iter().map(|field| format!("{}.{}", connection.name, field.name)));
        known.insert(connection.name.clone());
    }
    for module in &model.modules {
        let owner = path(module.symbol);
        known.extend(module.inputs.iter().map(|input| format!("{owner}.{}", input.field.name)));
        known.insert(owner);
    }
    for definition in &model.types {
        let owner = path(definition.symbol);
        match &definition.kind {
            TypeDefKind::Struct(fields) => known.extend(fields.iter().map(|one| format!("{owner}.{}", one.name))),
            TypeDefKind::Enum { variants, .. } => known.extend(variants.iter().map(|one| format!("{owner}.{}", one.name))),
            TypeDefKind::Union { variants, .. } => known.extend(variants.iter().map(|one| format!("{owner}.{}", one.name))),
        }
        known.insert(owner);
    }
    known
}
