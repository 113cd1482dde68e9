//! Error answers of all modules: what most of them say is said once, on the connector.

use std::collections::{BTreeSet, HashMap};

use super::maker::Maker;
use super::plan::{Fails, Module, Type};

/// Moves to the connector what most modules share; the modules keep what differs.
pub(super) fn shared(maker: &Maker<'_, '_>, modules: &mut [Module], told: Vec<Vec<(Option<String>, Type)>>) -> Vec<Fails> {
    let usual = usual(&told);
    let mut by_status: HashMap<&str, HashMap<&Type, usize>> = HashMap::new();
    for (status, ty) in told.iter().flatten() {
        if let Some(status) = status {
            *by_status.entry(status).or_default().entry(ty).or_insert(0) += 1;
        }
    }
    // A status whose body is another one than usual, in most modules that have it.
    let mut statuses: Vec<(&str, &Type)> = Vec::new();
    for (status, types) in &by_status {
        let all: usize = types.values().sum();
        let (ty, count) = types.iter().max_by_key(|(ty, count)| (**count, name(maker, ty))).expect("each status has a type");
        if *count * 2 > all && Some(*ty) != usual.as_ref() && (*count > 1 || modules.len() == 1) {
            statuses.push((status, ty));
        }
    }
    statuses.sort_by_key(|(status, ty)| (name(maker, ty), *status));
    let mut shared: Vec<Fails> = Vec::new();
    for (status, ty) in &statuses {
        match shared.iter_mut().find(|fails| fails.ty == **ty) {
            Some(fails) => fails.on.push((*status).to_owned()),
            None => shared.push(maker.fails(ty, vec![(*status).to_owned()])),
        }
    }
    let meant = |status: Option<&str>| -> Option<&Type> {
        let own = status.and_then(|status| statuses.iter().find(|(known, _)| *known == status)).map(|(_, ty)| *ty);
        own.or(usual.as_ref())
    };
    for (module, told) in modules.iter_mut().zip(&told) {
        for (status, ty) in told {
            if meant(status.as_deref()) == Some(ty) {
                continue;
            }
            let on: Vec<String> = status.iter().cloned().collect();
            match module.fails.iter_mut().find(|fails| fails.ty == *ty && !fails.on.is_empty() && !on.is_empty()) {
                Some(fails) => fails.on.extend(on),
                None => module.fails.push(maker.fails(ty, on)),
            }
        }
        // What has a status is asked first.
        module.fails.sort_by_key(|fails| fails.on.is_empty());
    }
    shared.extend(usual.map(|ty| maker.fails(&ty, Vec::new())));
    shared
}

/// The type that most error answers have: one of a default, or one that more than one status has.
fn usual(told: &[Vec<(Option<String>, Type)>]) -> Option<Type> {
    struct Count<'t> {
        ty: &'t Type,
        answers: usize,
        statuses: BTreeSet<Option<&'t str>>,
    }
    let mut counts: Vec<Count<'_>> = Vec::new();
    for (status, ty) in told.iter().flatten() {
        let index = counts.iter().position(|count| count.ty == ty).unwrap_or_else(|| {
            counts.push(Count { ty, answers: 0, statuses: BTreeSet::new() });
            counts.len() - 1
        });
        counts[index].answers += 1;
        counts[index].statuses.insert(status.as_deref());
    }
    let all: usize = counts.iter().map(|count| count.answers).sum();
    let general = counts.iter().rev().filter(|count| count.statuses.len() > 1 || count.statuses.contains(&None));
    let best = general.max_by_key(|count| (count.statuses.contains(&None) && count.answers * 3 > all, count.answers))?;
    (best.answers * 4 > all).then(|| best.ty.clone())
}

fn name(maker: &Maker<'_, '_>, ty: &Type) -> String {
    match ty {
        Type::Named(id) => maker.type_name(*id).to_owned(),
        other => format!("{other:?}"),
    }
}
