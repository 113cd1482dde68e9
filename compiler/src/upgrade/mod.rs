//! How stored configuration follows: what `from` blocks leave unsaid is derived from both sides, and the whole is proved total.
//!
//! Between two API versions, everything that the owner renamed, relaxed, added or turned into a compatible type is followed
//! without a word in the spec. What cannot be derived is an error that shows the block to write.

mod compare;
mod outputs;
mod prove;
mod stub;

use std::collections::{HashMap, HashSet};

use crate::diagnostics::Diagnostics;
use crate::model::{
    Difference, DifferenceKind, Field, Model, Module, Symbol, Type, TypeDef, TypeDefKind, Upgrade, UpgradeOf, UpgradeStep, Versions,
};
use crate::source::Span;
use compare::{Comparison, Missing};

/// Completes the upgrades of a model, and says where there is no way forward.
pub fn derive(model: &mut Model, diagnostics: &mut Diagnostics) {
    let upgrades = {
        let view = View::of(model);
        let mut upgrades: Vec<Upgrade> = model.upgrades.clone();
        upgrades.iter_mut().for_each(|upgrade| {
            narrow(&view, upgrade);
            complete(&view, upgrade, diagnostics);
        });
        let derived = between_versions(&view, &upgrades, diagnostics);
        upgrades.extend(derived);
        let derived = to_successors(&view, &upgrades);
        upgrades.extend(derived);
        prove::revisions_have_a_way_forward(&view, &upgrades, diagnostics);
        prove::successors_take_the_configuration(&view, &upgrades, diagnostics);
        prove::upgrades_arrive(&view, &upgrades, diagnostics);
        prove::claims_of_no_loss_hold(&view, &upgrades, diagnostics);
        upgrades
    };
    model.upgrades = upgrades;
}

/// The model, and what is looked up in it again and again.
pub(crate) struct View<'m> {
    pub(crate) model: &'m Model,
    definitions: HashMap<Symbol, Vec<&'m TypeDef>>,
    modules: HashMap<Symbol, Vec<&'m Module>>,
    by_place: HashMap<Span, Vec<&'m Module>>,
    by_name: HashMap<String, Vec<usize>>,
    /// What changes say, by version and by all names that begin what they speak of: of `a.b.c` it is told under `a`, `a.b` and itself.
    differences: Vec<HashMap<&'m str, Vec<&'m Difference>>>,
}

impl<'m> View<'m> {
    fn of(model: &'m Model) -> Self {
        let mut definitions: HashMap<Symbol, Vec<&'m TypeDef>> = HashMap::new();
        for definition in &model.types {
            definitions.entry(definition.symbol).or_default().push(definition);
        }
        let mut view = Self {
            model,
            definitions,
            modules: HashMap::new(),
            by_place: HashMap::new(),
            by_name: HashMap::new(),
            differences: vec![HashMap::new(); model.apis.len()],
        };
        for (index, module) in model.modules.iter().enumerate() {
            view.modules.entry(module.symbol).or_default().push(module);
            view.by_place.entry(module.span).or_default().push(module);
            let name = view.name(module.symbol);
            view.by_name.entry(name).or_default().push(index);
        }
        for (version, difference) in model.changes.iter().flat_map(|change| change.differences.iter().map(|one| (change.version, one))) {
            let target = difference.target.as_str();
            let ends = target.match_indices('.').map(|(at, _)| at).chain([target.len()]);
            ends.for_each(|end| view.differences[version].entry(&target[..end]).or_default().push(difference));
        }
        view
    }

    /// What a type is in one version.
    fn definition(&self, symbol: Symbol, version: usize) -> Option<&'m TypeDefKind> {
        let all = self.definitions.get(&symbol)?;
        all.iter().find(|one| one.on.has(version)).or_else(|| all.first()).map(|one| &one.kind)
    }

    /// The fields of a struct in one version; none for anything else.
    fn fields(&self, symbol: Symbol, version: usize) -> Option<Vec<&'m Field>> {
        match self.definition(symbol, version)? {
            TypeDefKind::Struct(fields) => Some(fields.iter().filter(|field| field.on.has(version) || field.on.is_empty()).collect()),
            _ => None,
        }
    }

    /// Where below these fields something stands now that stood elsewhere.
    fn moved_below(&self, fields: &[&'m Field], origin: Span, version: usize, depth: usize) -> Option<Vec<String>> {
        for field in fields {
            if field.origin == origin {
                return Some(vec![field.name.clone()]);
            }
            let Type::Named(symbol) = &field.ty else { continue };
            let Some(inner) = self.fields(*symbol, version).filter(|_| depth > 0) else { continue };
            if let Some(mut path) = self.moved_below(&inner, origin, version, depth - 1) {
                path.insert(0, field.name.clone());
                return Some(path);
            }
        }
        None
    }

    /// What the changes after one version, up to another, say that something means now.
    fn meant(&self, target: &str, then: usize, now: usize) -> Option<String> {
        let said = (then + 1..=now).flat_map(|version| self.said_of(version, target));
        let said = said.filter(|one| one.kind == DifferenceKind::Meant && one.target == target);
        let notes: Vec<&str> = said.map(|one| one.note.as_str()).collect();
        (!notes.is_empty()).then(|| notes.join(" "))
    }

    fn newest(&self) -> usize {
        self.model.apis.len() - 1
    }

    /// A module's name with its groups.
    fn name(&self, symbol: Symbol) -> String {
        self.model.full_name(symbol)
    }

    /// The modules that one version has.
    fn modules_in(&self, version: usize) -> impl Iterator<Item = &'m Module> {
        self.model.modules.iter().filter(move |module| module.on.has(version))
    }

    /// A module as one version has it: its revisions.
    fn revisions_in(&self, symbol: Symbol, version: usize) -> impl Iterator<Item = &'m Module> {
        self.modules.get(&symbol).into_iter().flatten().copied().filter(move |module| module.on.has(version))
    }

    /// One revision of a module in one version.
    fn revision_in(&self, symbol: Symbol, revision: u32, version: usize) -> Option<&'m Module> {
        self.revisions_in(symbol, version).find(|module| module.revision == revision)
    }

    /// What a module is in another version: what is written apart for each version has another place; what was undone has the place of the
    /// present.
    fn counterparts(&self, module: &Module, version: usize) -> impl Iterator<Item = &'m Module> {
        self.all_counterparts(module).filter(move |one| one.on.has(version))
    }

    /// What a module is in any version, those that it is itself included.
    fn all_counterparts(&self, module: &Module) -> impl Iterator<Item = &'m Module> {
        let (symbol, span) = (module.symbol, module.span);
        let same_place = self.by_place.get(&span).into_iter().flatten().copied();
        let others = self.modules.get(&symbol).into_iter().flatten().copied().filter(move |one| one.span != span);
        same_place.chain(others)
    }

    /// The modules of a name with its groups: where they stand in the model.
    fn named(&self, name: &str) -> &[usize] {
        self.by_name.get(name).map_or(&[], Vec::as_slice)
    }

    /// What the changes of a version say of a thing, or of what belongs to it.
    fn said_of(&self, version: usize, name: &str) -> std::slice::Iter<'_, &'m Difference> {
        self.differences.get(version).and_then(|said| said.get(name)).map_or(&[][..], Vec::as_slice).iter()
    }
}

/// The inputs of a module in one version.
fn inputs(module: &Module, version: usize) -> Vec<&Field> {
    module.inputs.iter().map(|input| &input.field).filter(|field| field.on.has(version)).collect()
}

/// A block starts from the newest of the versions that it names; what those before had otherwise is followed up to there first.
fn narrow(view: &View<'_>, upgrade: &mut Upgrade) {
    let UpgradeOf::Module(symbol) = &upgrade.from else { return };
    let in_version = |version: usize| view.revision_in(*symbol, upgrade.from_revision, version);
    let Some((newest, module)) = upgrade.on.iter().filter_map(|version| Some((version, in_version(version)?))).last() else { return };
    let alike = upgrade.on.iter().filter(|version| {
        let Some(older) = in_version(*version) else { return true };
        let mut comparison = Comparison::new(view, *version, newest);
        comparison.inputs(&inputs(older, *version), &inputs(module, newest), &[]);
        let (steps, missing, unused) = comparison.finish();
        missing.is_empty() && unused.is_empty() && steps.iter().all(is_identity)
    });
    upgrade.on = Versions(alike.fold(0, |bits, version| bits | 1 << version));
}

/// Adds to a written upgrade what it does not say, and reports what cannot be derived.
fn complete(view: &View<'_>, upgrade: &mut Upgrade, diagnostics: &mut Diagnostics) {
    if upgrade.gone.is_some() {
        return;
    }
    let now = upgrade.to_on.iter().max().unwrap_or(view.newest());
    let then = if upgrade.on.has(now) { now } else { upgrade.on.iter().max().unwrap_or(now) };
    let Some((missing, unused)) = unsaid(view, upgrade, then, now) else { return };
    if let (UpgradeOf::Module(from), UpgradeOf::Module(to)) = (&upgrade.from, &upgrade.to) {
        let older = view.revision_in(*from, upgrade.from_revision, then).filter(|_| from != to || then != now);
        let newer = view.revision_in(*to, upgrade.to_revision, now);
        if let (Some(older), Some(newer)) = (older, newer) {
            outputs::derive(view, (older, then), (newer, now), &mut upgrade.outputs);
        }
    }
    if !missing.is_empty() || !unused.is_empty() {
        diagnostics.push(stub::incomplete(upgrade, &missing, &unused));
    }
}

/// Adds what can be derived, and gives what then still needs words: what is missing, and what goes nowhere.
fn unsaid(view: &View<'_>, upgrade: &mut Upgrade, then: usize, now: usize) -> Option<(Vec<Missing>, Vec<Vec<String>>)> {
    let target = target_fields(view, upgrade, now)?;
    changes_say(view, upgrade, then, now);
    let older = upgrade.input.clone();
    let older: Vec<&Field> = older.iter().collect();
    let mut comparison = Comparison::new(view, then, now);
    comparison.inputs(&older, &target, &upgrade.steps);
    let (steps, missing, mut unused) = comparison.finish();
    add(&mut upgrade.steps, steps);
    unused.retain(|path| !noted_as_removed(view, upgrade, then, now, path));
    // Credentials that a connection no longer takes are forgotten with it.
    let is_connection = matches!(upgrade.to, UpgradeOf::Connection(_));
    Some((missing, if is_connection { Vec::new() } else { unused }))
}

/// Adds derived steps to written ones; a written move whose value must become another kind of thing says so itself.
fn add(written: &mut Vec<UpgradeStep>, derived: Vec<UpgradeStep>) {
    for step in derived {
        let same = |one: &&mut UpgradeStep| match (one, &step) {
            (UpgradeStep::Move { from, to, .. }, UpgradeStep::Move { from: other, to: target, .. }) => from == other && to == target,
            _ => false,
        };
        match written.iter_mut().find(same) {
            Some(one) => *one = step,
            None => written.push(step),
        }
    }
}

/// A written block need not repeat what changes say: values to write down, and what means something else.
fn changes_say(view: &View<'_>, upgrade: &mut Upgrade, then: usize, now: usize) {
    let (UpgradeOf::Module(from), UpgradeOf::Module(to)) = (&upgrade.from, &upgrade.to) else { return };
    let newer = view.revision_in(*to, upgrade.to_revision, now);
    let Some(newer) = newer.filter(|_| from == to) else { return };
    for version in then + 1..=now {
        let said: Vec<Vec<String>> = upgrade.steps.iter().filter_map(target_of).map(<[String]>::to_vec).collect();
        upgrade.steps.extend(
            known_defaults(view, newer, version)
                .into_iter()
                .filter(|step| target_of(step).is_none_or(|to| !said.iter().any(|one| one == to))),
        );
        upgrade.steps.extend(meanings(view, newer, version));
    }
}

fn target_of(step: &UpgradeStep) -> Option<&[String]> {
    match step {
        UpgradeStep::Default { to, .. } | UpgradeStep::Ask { to, .. } => Some(to),
        _ => None,
    }
}

/// Is an old value left out for a reason that a change gives? It is noted as dropped.
fn noted_as_removed(view: &View<'_>, upgrade: &mut Upgrade, then: usize, now: usize, path: &[String]) -> bool {
    let UpgradeOf::Module(symbol) = &upgrade.from else { return false };
    let Some(older) = view.revision_in(*symbol, upgrade.from_revision, then) else { return false };
    let Some(because) = (then + 1..=now).find_map(|version| removal_note(view, older, version, path)) else { return false };
    upgrade.steps.push(UpgradeStep::Drop { from: path.to_vec(), because });
    true
}

fn target_fields<'m>(view: &View<'m>, upgrade: &Upgrade, version: usize) -> Option<Vec<&'m Field>> {
    match &upgrade.to {
        UpgradeOf::Module(symbol) => {
            let module = view.revision_in(*symbol, upgrade.to_revision, version)?;
            Some(inputs(module, version))
        }
        UpgradeOf::Connection(name) => {
            let one = view.model.connections.iter().find(|one| one.name == *name && one.revision == upgrade.to_revision)?;
            Some(one.fields.iter().collect())
        }
    }
}

/// What follows from changes alone, from each API version to the next.
fn between_versions(view: &View<'_>, written: &[Upgrade], diagnostics: &mut Diagnostics) -> Vec<Upgrade> {
    let mut derived = Vec::new();
    let mut told: HashMap<(&UpgradeOf, u32), Vec<&Upgrade>> = HashMap::new();
    for upgrade in written {
        told.entry((&upgrade.from, upgrade.from_revision)).or_default().push(upgrade);
    }
    for now in 1..view.model.apis.len() {
        let then = now - 1;
        for older in view.modules_in(then) {
            let from = UpgradeOf::Module(older.symbol);
            let written = told.get(&(&from, older.revision));
            let block = written.and_then(|all| all.iter().find(|upgrade| upgrade.on.has(then))).copied();
            let newer = view.counterparts(older, now).max_by_key(|module| (module.span == older.span, module.revision == older.revision));
            match newer {
                Some(newer) if block.is_some() => {
                    derived.extend(block.and_then(|block| passed_over(view, block, (older, then), (newer, now))))
                }
                None if block.is_some() => {}
                Some(newer) => derived.extend(follow(view, (older, then), (newer, now), diagnostics)),
                None => derived.extend(retired(view, older, then)),
            }
        }
    }
    derived
}

/// What a block that leads to a newer version leaves open about the next one: what follows by itself, or else that it stays.
fn passed_over(view: &View<'_>, block: &Upgrade, (older, then): (&Module, usize), (newer, now): (&Module, usize)) -> Option<Upgrade> {
    let to = block.to_on.iter().max().filter(|to| *to > now && block.gone.is_none())?;
    let mut diagnostics = Diagnostics::default();
    let followed = follow(view, (older, then), (newer, now), &mut diagnostics)?;
    if !diagnostics.has_errors() {
        return Some(followed);
    }
    let (next, to) = (&view.model.apis[now].name, &view.model.apis[to].name);
    let gone = format!("what becomes of it is told for {to}, and not for {next}");
    Some(Upgrade { gone: Some(gone), steps: Vec::new(), outputs: Vec::new(), ..followed })
}

/// From a version to the next; nothing when configuration stays as it is.
fn follow(
    view: &View<'_>,
    (older, then): (&Module, usize),
    (newer, now): (&Module, usize),
    diagnostics: &mut Diagnostics,
) -> Option<Upgrade> {
    let mut comparison = Comparison::new(view, then, now);
    let known = known_defaults(view, newer, now);
    comparison.inputs(&inputs(older, then), &inputs(newer, now), &known);
    let (mut steps, missing, unused) = comparison.finish();
    let mut outputs = Vec::new();
    outputs::derive(view, (older, then), (newer, now), &mut outputs);
    let (dropped, lost): (Vec<_>, Vec<_>) =
        unused.into_iter().map(|path| (removal_note(view, older, now, &path), path)).partition(|(note, _)| note.is_some());
    let said = meanings(view, newer, now);
    let changes_nothing =
        said.is_empty() && steps.iter().all(is_identity) && known.is_empty() && dropped.is_empty() && lost.is_empty() && outputs.is_empty();
    if changes_nothing && missing.is_empty() && older.symbol == newer.symbol && older.revision == newer.revision {
        return None;
    }
    steps.extend(known);
    for (note, path) in dropped {
        steps.push(UpgradeStep::Drop { from: path, because: note.unwrap_or_default() });
    }
    let mut upgrade = Upgrade { steps, outputs, span: newer.span, ..derived((older, Versions(1 << then), then), (newer, now)) };
    let unused: Vec<Vec<String>> = lost.into_iter().map(|(_, path)| path).collect();
    if !missing.is_empty() || !unused.is_empty() {
        let lines = lines_of_a_block(view, (older, then), (newer, now));
        diagnostics.push(stub::needs_words(view, newer, &upgrade, then, &lines, stub::told(&missing, &unused)));
    }
    upgrade.steps.extend(said);
    Some(upgrade)
}

/// What a block needs to say that is written for an older version: it stands in the present, and leads there.
fn lines_of_a_block(view: &View<'_>, (older, then): (&Module, usize), (newer, now): (&Module, usize)) -> Vec<String> {
    let same = |module: &&Module| module.span == newer.span;
    let present = view.model.modules.iter().filter(same).filter_map(|module| Some((module.on.iter().max()?, module)));
    let (now, newer) = present.max_by_key(|(version, _)| *version).unwrap_or((now, newer));
    let mut upgrade = derived((older, Versions(1 << then), then), (newer, now));
    unsaid(view, &mut upgrade, then, now).map_or_else(Vec::new, |(missing, unused)| stub::lines(&missing, &unused))
}

/// Values that a change gives to what became required.
fn known_defaults(view: &View<'_>, newer: &Module, now: usize) -> Vec<UpgradeStep> {
    let name = view.name(newer.symbol);
    let of_input = view.said_of(now, &name).filter_map(|difference| {
        let input = difference.target.strip_prefix(&name)?.strip_prefix('.')?;
        let required = difference.kind == DifferenceKind::Required && !difference.note.is_empty();
        // What the server did for an absent value is written down, so that it goes on doing so.
        let frozen = difference.kind == DifferenceKind::Defaulted && difference.before != "none";
        let value = if required { difference.note.clone() } else { difference.before.clone() };
        (required || frozen).then(|| UpgradeStep::Default { to: input.split('.').map(str::to_owned).collect(), value })
    });
    of_input.collect()
}

/// What a change says of an input that it removes; none where it gives neither a successor nor a reason.
fn removal_note(view: &View<'_>, older: &Module, now: usize, path: &[String]) -> Option<String> {
    let target = format!("{}.{}", view.name(older.symbol), path.join("."));
    let found = view.said_of(now, &target).find(|difference| difference.kind == DifferenceKind::Removed && difference.target == target);
    let name = view.name(older.symbol);
    let moved = |difference: &Difference| {
        let of_module = difference.target.strip_prefix(&name).is_some_and(|rest| rest.starts_with('.'));
        difference.kind == DifferenceKind::Moved && of_module && path.first() == Some(&difference.before)
    };
    // What moved is deprecated in favour of its new place, and must come there.
    let is_moved = view.said_of(now, &name).any(|difference| moved(difference));
    let from_life = || {
        let field = older.inputs.iter().map(|input| &input.field).find(|field| path.first() == Some(&field.name))?;
        let life = field.life.as_ref()?;
        Some(life.successor.as_ref().map_or_else(|| life.why.clone(), |use_this| format!("use {use_this}: {}", life.why)))
    };
    found.map(|difference| difference.note.clone()).filter(|note| !note.is_empty()).or_else(|| if is_moved { None } else { from_life() })
}

/// What a change says of meaning, a person should look at.
fn meanings(view: &View<'_>, newer: &Module, now: usize) -> Vec<UpgradeStep> {
    let name = view.name(newer.symbol);
    let meant = view.said_of(now, &name).filter(|difference| difference.kind == DifferenceKind::Meant);
    let of_module = meant.filter_map(|difference| {
        let input = difference.target.strip_prefix(&name).filter(|rest| rest.is_empty() || rest.starts_with('.'))?;
        let to = input.split('.').filter(|part| !part.is_empty()).map(str::to_owned).collect();
        Some(UpgradeStep::Review { to, because: difference.note.clone() })
    });
    of_module.collect()
}

/// A module that the next version does not have, where its deprecation says that nothing takes its place.
fn retired(view: &View<'_>, older: &Module, then: usize) -> Option<Upgrade> {
    let life = older.life.as_ref().filter(|life| life.successor.is_none())?;
    let span = view.modules.get(&older.symbol).and_then(|all| all.first()).map_or(older.span, |module| module.span);
    Some(Upgrade { gone: Some(life.why.clone()), span, ..derived((older, Versions(1 << then), then), (older, then + 1)) })
}

/// Deprecated modules whose successor takes just what they took need no word.
fn to_successors(view: &View<'_>, known: &[Upgrade]) -> Vec<Upgrade> {
    let mut found = Vec::new();
    let known: HashSet<(&UpgradeOf, &UpgradeOf)> = known.iter().map(|upgrade| (&upgrade.from, &upgrade.to)).collect();
    for (older, newer, version) in prove::successions(view) {
        if known.contains(&(&UpgradeOf::Module(older.symbol), &UpgradeOf::Module(newer.symbol))) {
            continue;
        }
        let now = newer.on.iter().max().unwrap_or(version);
        let mut comparison = Comparison::new(view, version, now);
        comparison.inputs(&inputs(older, version), &inputs(newer, now), &[]);
        let (steps, missing, unused) = comparison.finish();
        if missing.is_empty() && unused.is_empty() {
            let mut outputs = Vec::new();
            outputs::derive(view, (older, version), (newer, now), &mut outputs);
            found.push(Upgrade { steps, outputs, span: older.span, ..derived((older, older.on, version), (newer, now)) });
        }
    }
    found
}

/// What is derived from two modules, before anything happens to what was stored.
fn derived((older, on, then): (&Module, Versions, usize), (newer, now): (&Module, usize)) -> Upgrade {
    Upgrade {
        from: UpgradeOf::Module(older.symbol),
        from_revision: older.revision,
        on,
        to: UpgradeOf::Module(newer.symbol),
        to_revision: newer.revision,
        to_on: Versions(1 << now),
        input: inputs(older, then).into_iter().cloned().collect(),
        steps: Vec::new(),
        outputs: Vec::new(),
        gone: None,
        cursor_reset: None,
        reauthorize: None,
        stored: Vec::new(),
        lossless: None,
        written: false,
        span: newer.span,
    }
}

fn is_identity(step: &UpgradeStep) -> bool {
    matches!(step, UpgradeStep::Move { from, to, coercion: None } if from == to)
}
