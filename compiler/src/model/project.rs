//! The connector as it stands in one API version. The only place that compares versions.
//!
//! What is just the same as in an earlier version is marked so, to be re-exported and not generated twice. A definition is the
//! same when it reads the same and everything that it refers to is the same; the largest set for which that holds is
//! taken, so that types that refer to each other do not keep each other apart.

use std::collections::{HashMap, HashSet};

use super::{
    Answer, EnumVariant, Failure, Field, Input, Model, Module, Page, Projected, Projection, Step, Steps, Symbol, Test, Type, TypeDef,
    TypeDefKind, UnionVariant, Versions,
};
use crate::source::{FileId, Span};

/// The connector in the version with this index. Nothing is compared with other versions.
pub fn project(model: &Model, version: usize) -> Projection<'_> {
    let types = model.types.iter().filter(|one| one.on.has(version)).map(|one| alone(type_in(one, version)));
    let modules = model.modules.iter().filter(|one| one.on.has(version)).map(|one| alone(module_in(one, version)));
    let tests: Vec<Test> = model.tests.iter().filter(|test| test.on.has(version)).cloned().collect();
    Projection { model, version, types: types.collect(), modules: modules.collect(), tests }
}

/// Every version, oldest first, each item marked with the earliest version in which it is just the same.
pub fn project_all(model: &Model) -> Vec<Projection<'_>> {
    let mut projections: Vec<Projection<'_>> = Vec::new();
    for version in 0..model.apis.len() {
        let mut projection = project(model, version);
        for earlier in &projections {
            share(&mut projection, earlier);
        }
        projections.push(projection);
    }
    projections
}

fn alone<T>(item: T) -> Projected<T> {
    Projected { item, same_as: None }
}

fn type_in(definition: &TypeDef, version: usize) -> TypeDef {
    let kind = match &definition.kind {
        TypeDefKind::Struct(fields) => TypeDefKind::Struct(kept(fields, version, |field: &Field| field.on)),
        TypeDefKind::Enum { closed, variants } => {
            TypeDefKind::Enum { closed: *closed, variants: kept(variants, version, |variant: &EnumVariant| variant.on) }
        }
        TypeDefKind::Union { tag, closed, variants } => {
            TypeDefKind::Union { tag: tag.clone(), closed: *closed, variants: kept(variants, version, |variant: &UnionVariant| variant.on) }
        }
    };
    TypeDef { kind, docs: definition.docs.clone(), life: definition.life.clone(), ..*definition }
}

fn module_in(module: &Module, version: usize) -> Module {
    Module {
        inputs: kept(&module.inputs, version, |input: &Input| input.field.on),
        constants: kept(&module.constants, version, |constant| constant.on),
        examples: kept(&module.examples, version, |example| example.on),
        ..module.clone()
    }
}

fn kept<T: Clone>(all: &[T], version: usize, on: impl Fn(&T) -> Versions) -> Vec<T> {
    all.iter().filter(|one| on(one).has(version)).cloned().collect()
}

/// Marks what is the same in an earlier version, and is not yet marked with a still earlier one.
fn share(later: &mut Projection<'_>, earlier: &Projection<'_>) {
    let same_types = same_types(later, earlier);
    for one in later.types.iter_mut().filter(|one| one.same_as.is_none() && same_types.contains(&one.item.symbol)) {
        one.same_as = Some(earlier.version);
    }
    let same_modules = same_modules(later, earlier, &same_types);
    for one in later.modules.iter_mut().filter(|one| one.same_as.is_none() && same_modules.contains(&(one.item.symbol, one.item.revision)))
    {
        one.same_as = Some(earlier.version);
    }
}

/// The modules that read the same, refer only to types of the set, and call only such modules. No step has steps itself, so two rounds do.
fn same_modules(later: &Projection<'_>, earlier: &Projection<'_>, same_types: &HashSet<Symbol>) -> HashSet<(Symbol, u32)> {
    let key = |module: &Module| (module.symbol, module.revision);
    let before: HashMap<(Symbol, u32), &Module> = earlier.modules.iter().map(|one| (key(&one.item), &one.item)).collect();
    let alike = |module: &&Module| {
        before.get(&key(module)).is_some_and(|other| reads_the_same(module, other))
            && module_references(module).iter().all(|symbol| same_types.contains(symbol))
    };
    let (exchanges, with_steps): (Vec<&Module>, Vec<&Module>) =
        later.modules.iter().map(|one| &one.item).partition(|one| one.is_exchange());
    let mut same: HashSet<(Symbol, u32)> = exchanges.into_iter().filter(alike).map(key).collect();
    let calls_the_same = |module: &&Module| called(module).all(|step| same.contains(&step));
    let more: Vec<(Symbol, u32)> = with_steps.into_iter().filter(alike).filter(calls_the_same).map(key).collect();
    same.extend(more);
    same
}

/// The modules that a module's steps call.
fn called(module: &Module) -> impl Iterator<Item = (Symbol, u32)> + '_ {
    module.calls().map(|step| (step.module, step.revision))
}

/// The largest set of types that read the same and refer only to types of the set.
fn same_types(later: &Projection<'_>, earlier: &Projection<'_>) -> HashSet<Symbol> {
    let before: HashMap<Symbol, &TypeDef> = earlier.types.iter().map(|one| (one.item.symbol, &one.item)).collect();
    let mut same = HashSet::new();
    let mut referrers: HashMap<Symbol, Vec<Symbol>> = HashMap::new();
    let mut different: Vec<Symbol> = Vec::new();
    for definition in later.types.iter().map(|one| &one.item) {
        let symbol = definition.symbol;
        for referred in type_references(definition) {
            referrers.entry(referred).or_default().push(symbol);
        }
        if before.get(&symbol).is_some_and(|other| equal_types(definition, other)) {
            same.insert(symbol);
        } else {
            different.push(symbol);
        }
    }
    while let Some(symbol) = different.pop() {
        let out = referrers.get(&symbol).into_iter().flatten().filter(|referrer| same.remove(referrer));
        different.extend(out);
    }
    same
}

fn equal_types(a: &TypeDef, b: &TypeDef) -> bool {
    a.docs == b.docs && erased_life(&a.life) == erased_life(&b.life) && equal_kinds(&a.kind, &b.kind)
}

fn equal_kinds(a: &TypeDefKind, b: &TypeDefKind) -> bool {
    match (a, b) {
        (TypeDefKind::Struct(a), TypeDefKind::Struct(b)) => pairwise(a, b, equal_fields),
        (TypeDefKind::Enum { closed: a_closed, variants: a }, TypeDefKind::Enum { closed: b_closed, variants: b }) => {
            a_closed == b_closed && pairwise(a, b, equal_values)
        }
        (
            TypeDefKind::Union { tag: a_tag, closed: a_closed, variants: a },
            TypeDefKind::Union { tag: b_tag, closed: b_closed, variants: b },
        ) => a_tag == b_tag && a_closed == b_closed && pairwise(a, b, equal_variants),
        _ => false,
    }
}

fn pairwise<T>(a: &[T], b: &[T], equal: impl Fn(&T, &T) -> bool) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b))
}

/// Fields written at one place are one field; others are compared but for where they stand.
fn equal_fields(a: &Field, b: &Field) -> bool {
    a.span == b.span && a == b || erased_field(a) == erased_field(b)
}

fn equal_values(a: &EnumVariant, b: &EnumVariant) -> bool {
    a.name == b.name && a.value == b.value && a.docs == b.docs && erased_life(&a.life) == erased_life(&b.life)
}

fn equal_variants(a: &UnionVariant, b: &UnionVariant) -> bool {
    a.name == b.name && a.tag == b.tag && a.ty == b.ty && a.docs == b.docs && erased_life(&a.life) == erased_life(&b.life)
}

const NOWHERE: Span = Span { file: FileId(0), start: 0, end: 0 };

fn erased_field(field: &Field) -> Field {
    Field { on: Versions(0), span: NOWHERE, origin: NOWHERE, life: erased_life(&field.life), ..field.clone() }
}

fn erased_life(life: &Option<super::Life>) -> Option<super::Life> {
    life.clone().map(|life| super::Life { span: NOWHERE, ..life })
}

/// Are two modules of one name and revision the same, but for where they stand?
fn reads_the_same(a: &Module, b: &Module) -> bool {
    let words = |module: &Module| (module.title.clone(), module.docs.clone(), erased_life(&module.life));
    let answer = |answer: &Answer| Answer { span: NOWHERE, ..answer.clone() };
    let constant =
        |constant: &super::Constant| super::Constant { field: String::new(), on: Versions(0), span: NOWHERE, ..constant.clone() };
    let examples = |module: &Module| module.examples.iter().map(|example| example.span).collect::<Vec<_>>();
    words(a) == words(b)
        && (a.kind, &a.method, &a.path, &a.connections) == (b.kind, &b.method, &b.path, &b.connections)
        && equal_servers(&a.server, &b.server)
        && pairwise(&a.inputs, &b.inputs, |a, b| a.place == b.place && equal_fields(&a.field, &b.field))
        && pairwise(&a.constants, &b.constants, |a, b| constant(a) == constant(b))
        && pairwise(&a.answers, &b.answers, |a, b| answer(a) == answer(b))
        && (&a.encoding, &a.fails, &a.limits, &a.cost, &a.retry) == (&b.encoding, &b.fails, &b.limits, &b.cost, &b.retry)
        && a.parts == b.parts
        && erased_page(&a.page) == erased_page(&b.page)
        && erased_steps(&a.steps) == erased_steps(&b.steps)
        && erased_poll(&a.poll) == erased_poll(&b.poll)
        && erased_webhook(&a.webhook) == erased_webhook(&b.webhook)
        && examples(a) == examples(b)
}

fn equal_servers(a: &super::ModuleServer, b: &super::ModuleServer) -> bool {
    match (a, b) {
        (super::ModuleServer::Own(a), super::ModuleServer::Own(b)) => a.text == b.text,
        _ => a == b,
    }
}

fn erased_page(page: &Option<Page>) -> Option<Page> {
    let spans = super::PageSpans { strategy: NOWHERE, stop: None };
    page.clone().map(|page| Page { spans, ..page })
}

fn erased_steps(steps: &Option<Steps>) -> Option<Steps> {
    let erased = |step: &Step| Step { span: NOWHERE, ..step.clone() };
    steps.clone().map(|steps| Steps { list: steps.list.iter().map(erased).collect(), ..steps })
}

fn erased_poll(poll: &Option<super::Poll>) -> Option<super::Poll> {
    poll.clone().map(|poll| super::Poll { span: NOWHERE, ..poll })
}

fn erased_webhook(webhook: &Option<super::Webhook>) -> Option<super::Webhook> {
    let erased = |step: &Step| Step { span: NOWHERE, ..step.clone() };
    webhook.clone().map(|webhook| super::Webhook {
        span: NOWHERE,
        subscribe: webhook.subscribe.as_ref().map(erased),
        renew: webhook.renew.as_ref().map(|(step, before)| (erased(step), *before)),
        unsubscribe: webhook.unsubscribe.as_ref().map(erased),
        ..webhook
    })
}

pub(crate) fn module_references(module: &Module) -> Vec<Symbol> {
    let mut found = Vec::new();
    for ty in module.inputs.iter().map(|input| &input.field.ty) {
        references(ty, &mut found);
    }
    let failures = module.fails.iter().map(|Failure { body, .. }| body);
    let answers = module.answers.iter().filter_map(|answer| answer.body.as_ref());
    for ty in failures.chain(answers).chain(module.page.iter().map(|page| &page.item)) {
        references(ty, &mut found);
    }
    found
}

pub(crate) fn type_references(definition: &TypeDef) -> Vec<Symbol> {
    let mut found = Vec::new();
    match &definition.kind {
        TypeDefKind::Struct(fields) => fields.iter().for_each(|field| references(&field.ty, &mut found)),
        TypeDefKind::Union { variants, .. } => variants.iter().for_each(|variant| references(&variant.ty, &mut found)),
        TypeDefKind::Enum { .. } => {}
    }
    found
}

/// The types that a type names.
pub(crate) fn references(ty: &Type, found: &mut Vec<Symbol>) {
    match ty {
        Type::Named(symbol) => found.push(*symbol),
        Type::List(inner, _) | Type::Map(inner, _) | Type::Nullable(inner) => references(inner, found),
        _ => {}
    }
}
