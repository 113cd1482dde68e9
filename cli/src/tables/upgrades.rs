//! How stored configuration follows, as tables: what the model says of each upgrade up to a version.

use super::{Shapes, all, names};
use linchpin_compiler::model::{
    Coercion, Model, OutputStep, Projection, Symbol, Type, TypeDefKind, Upgrade, UpgradeOf, UpgradeStep, project,
};
use linchpin_runtime::shape::dynamic::leak;
use linchpin_runtime::shape::{Link, Shape};
use linchpin_runtime::upgrade::Kind;
use linchpin_runtime::upgrade::table;
use std::collections::HashMap;

/// The tables of modules, and those of connections.
pub(super) fn tables(
    projection: &Projection<'_>,
    shapes: &Shapes,
) -> (&'static [&'static table::UpgradeTable], &'static [&'static table::ConnectionUpgradeTable]) {
    let model = projection.model;
    let until_now = |upgrade: &&Upgrade| upgrade.to_on.iter().min().is_some_and(|first| first <= projection.version);
    let upgrades = || model.upgrades.iter().enumerate().filter(|(_, upgrade)| until_now(upgrade));
    let mut older = Older { model, version: projection.version, shapes: HashMap::new() };
    let modules: Vec<_> = upgrades()
        .filter(|(_, upgrade)| matches!(upgrade.to, UpgradeOf::Module(_)))
        .map(|(index, upgrade)| {
            let input = older.input(upgrade, shapes).or_else(|| shapes.older.get(&index).copied());
            &*Box::leak(Box::new(module_table(model, upgrade, input)))
        })
        .collect();
    let connections = upgrades().filter_map(|(_, upgrade)| connection_table(upgrade)).map(|table| &*Box::leak(Box::new(table)));
    (all(modules.into_iter()), all(connections))
}

/// Can what an upgrade starts from be described with the types of this version?
pub(super) fn is_described(upgrade: &Upgrade, projection: &Projection<'_>) -> bool {
    fn named(ty: &Type, found: &mut Vec<Symbol>) {
        match ty {
            Type::Named(symbol) => found.push(*symbol),
            Type::List(inner, _) | Type::Map(inner, _) | Type::Nullable(inner) => named(inner, found),
            _ => {}
        }
    }
    let mut open = Vec::new();
    upgrade.input.iter().for_each(|field| named(&field.ty, &mut open));
    let mut seen: Vec<Symbol> = Vec::new();
    while let Some(symbol) = open.pop() {
        if seen.contains(&symbol) {
            continue;
        }
        seen.push(symbol);
        match projection.type_of(symbol).map(|one| &one.item.kind) {
            None => return false,
            Some(TypeDefKind::Struct(fields)) => fields.iter().for_each(|field| named(&field.ty, &mut open)),
            Some(TypeDefKind::Union { variants, .. }) => variants.iter().for_each(|variant| named(&variant.ty, &mut open)),
            Some(TypeDefKind::Enum { .. }) => {}
        }
    }
    true
}

/// The shapes of older versions, made as they are needed.
struct Older<'m> {
    model: &'m Model,
    version: usize,
    shapes: HashMap<usize, Shapes>,
}

impl Older<'_> {
    /// What a revision took that some version still has.
    fn input(&mut self, upgrade: &Upgrade, shapes: &Shapes) -> Option<&'static Shape> {
        let UpgradeOf::Module(symbol) = upgrade.from else { return None };
        let key = (symbol, upgrade.from_revision);
        let has = |version: &usize| {
            self.model.modules.iter().any(|one| one.symbol == symbol && one.revision == upgrade.from_revision && one.on.has(*version))
        };
        let version = upgrade.on.iter().filter(has).last()?;
        if version == self.version {
            return shapes.inputs.get(&key).copied();
        }
        let model = self.model;
        let there = self.shapes.entry(version).or_insert_with(|| Shapes::of(&project(model, version)));
        there.inputs.get(&key).copied()
    }
}

fn module_table(model: &Model, upgrade: &Upgrade, input: Option<&'static Shape>) -> table::UpgradeTable {
    let named: Vec<&str> = upgrade.on.iter().filter_map(|version| model.apis.get(version)).map(|api| api.name.as_str()).collect();
    let any = named.len() == model.apis.len();
    table::UpgradeTable {
        from_module: shown(model, &upgrade.from),
        from_revision: upgrade.from_revision,
        versions: if any { &[] } else { all(named.into_iter().map(leak)) },
        to_version: upgrade
            .to_on
            .iter()
            .max()
            .filter(|_| !any)
            .and_then(|version| model.apis.get(version))
            .map_or("", |api| leak(api.name.as_str())),
        module: shown(model, &upgrade.to),
        revision: upgrade.to_revision,
        input: input.map_or(table::UpgradeTable::EMPTY.input, Link::to),
        steps: all(upgrade.steps.iter().map(|one| step(one, upgrade))),
        outputs: all(upgrade.outputs.iter().map(output)),
        gone: upgrade.gone.as_deref().map(leak),
        cursor: upgrade.cursor_reset.as_deref().map_or(table::Cursor::Keep, |why| table::Cursor::Reset(leak(why))),
        stored: all(upgrade.stored.iter().map(|(name, revision)| (leak(name.as_str()), *revision))),
        meaning: upgrade.meaning().map(leak),
    }
}

fn shown(model: &Model, of: &UpgradeOf) -> &'static str {
    match of {
        UpgradeOf::Connection(name) => leak(name.as_str()),
        UpgradeOf::Module(symbol) => leak(model.full_name(*symbol)),
    }
}

fn step(step: &UpgradeStep, upgrade: &Upgrade) -> table::UpgradeStep {
    match step {
        UpgradeStep::Move { from, to, coercion: how } => match (from.as_slice(), from == to) {
            ([field], true) => table::UpgradeStep::Keep { field: leak(field.as_str()), coercion: coercion(*how) },
            _ => table::UpgradeStep::Move { from: names(from), to: names(to), coercion: coercion(*how) },
        },
        UpgradeStep::Remap { from, to, pairs } => {
            table::UpgradeStep::Remap { from: names(from), to: names(to), pairs: value_pairs(pairs), other: table::Other::Keep }
        }
        UpgradeStep::Default { to, value } => table::UpgradeStep::Default { to: names(to), value: leak(value.as_str()) },
        UpgradeStep::Ask { to, question } => table::UpgradeStep::Ask { to: names(to), question: leak(question.as_str()) },
        UpgradeStep::Drop { from, because } => table::UpgradeStep::Drop { from: names(from), because: leak(because.as_str()) },
        UpgradeStep::NotNull { to } => table::UpgradeStep::NotNull { to: names(to) },
        UpgradeStep::Review { to, because } => {
            table::UpgradeStep::Review { from: names(&upgrade.source_of(to)), because: leak(because.as_str()) }
        }
    }
}

fn coercion(coercion: Option<Coercion>) -> table::Coercion {
    let Some(kind) = coercion else { return table::Coercion::None };
    table::Coercion::To(match kind {
        Coercion::Array => Kind::Array,
        Coercion::Boolean => Kind::Boolean,
        Coercion::Buffer => Kind::Buffer,
        Coercion::Collection => Kind::Collection,
        Coercion::Date => Kind::Date,
        Coercion::Number => Kind::Number,
        Coercion::Text => Kind::Text,
        Coercion::Time => Kind::Time,
    })
}

fn value_pairs(pairs: &[(String, String)]) -> &'static [(&'static str, &'static str)] {
    all(pairs.iter().map(|(old, new)| (leak(old.as_str()), leak(new.as_str()))))
}

fn output(step: &OutputStep) -> table::OutputStep {
    let (path, from_first) = OutputStep::path(step.from());
    let from = names(&path);
    match step {
        OutputStep::Gone { because, .. } => table::OutputStep::Gone { from, because: leak(because.as_str()) },
        OutputStep::Moved { to, .. } => match OutputStep::path(to) {
            (to, to_first) if from_first || to_first => table::OutputStep::First { from, to: names(&to) },
            (to, _) => table::OutputStep::Move { from, to: names(&to) },
        },
        OutputStep::Renamed { pairs, .. } => table::OutputStep::Remap { at: from, pairs: value_pairs(pairs) },
        OutputStep::Differs { because, .. } => table::OutputStep::Review { at: from, because: leak(because.as_str()) },
    }
}

fn connection_table(upgrade: &Upgrade) -> Option<table::ConnectionUpgradeTable> {
    let (UpgradeOf::Connection(from), UpgradeOf::Connection(to)) = (&upgrade.from, &upgrade.to) else { return None };
    let parts = upgrade.connection_parts();
    Some(table::ConnectionUpgradeTable {
        from: leak(from.as_str()),
        from_revision: upgrade.from_revision,
        connection: leak(to.as_str()),
        revision: upgrade.to_revision,
        keep: all(parts.keep.iter().map(|(old, new)| (leak(old.as_str()), leak(new.as_str())))),
        ask: all(parts.ask.iter().map(|(fields, question)| (names(fields), leak(question.as_str())))),
        drop: all(parts.drop.iter().map(|(field, why)| (leak(field.as_str()), leak(why.as_str())))),
        reauthorize: upgrade.reauthorize.as_deref().map(leak),
        gone: upgrade.gone.as_deref().map(leak),
    })
}
