//! Which text is the id of what, by evidence: `GET /projects/{project_id}` answers with a `Project`, and a `Project` has an `id` of the same
//! type. What has no such evidence stays text.

use std::collections::{BTreeMap, BTreeSet};

use super::plan::{Answer, Bounds, Field, Module, ModuleKind, Spec, Type, TypeId, TypeItem, TypeKind, What};
use super::words::{pascal, singular, snake};

/// What an operation shows: at this address is that thing, which has its id in that field.
struct Evidence {
    address: String,
    of: TypeId,
    field: usize,
    noun: String,
}

/// Gives ids their type.
pub(super) fn told(spec: &mut Spec) {
    let evidence = agreed(spec.modules.iter().filter_map(|module| shown(spec, module)).collect());
    let addresses: BTreeMap<&str, TypeId> = evidence.iter().map(|one| (one.address.as_str(), one.of)).collect();
    let names = names(spec, &evidence);
    for module in &mut spec.modules {
        for (hole, of) in holes(&module.path).filter_map(|(hole, address)| Some((hole, *addresses.get(address.as_str())?))) {
            module.path_inputs.iter_mut().filter(|field| field.name == hole).for_each(|field| becomes_id(&mut field.what, of));
        }
        module.inputs_mut().for_each(|field| named(field, &names));
    }
    for one in &evidence {
        if let TypeKind::Struct(fields) = &mut spec.types[one.of.0 as usize].kind {
            becomes_id(&mut fields[one.field].what, one.of);
        }
    }
    for item in &mut spec.types {
        if let TypeKind::Struct(fields) = &mut item.kind {
            fields.iter_mut().for_each(|field| named(field, &names));
        }
    }
}

/// What a module shows of ids, if it gets one thing by its id.
fn shown(spec: &Spec, module: &Module) -> Option<Evidence> {
    let [Answer { what: Some(What { ty: Type::Named(of), nullable: false }), .. }] = module.answers[..] else { return None };
    let (hole, address) = holes(&module.path).last().filter(|_| module.path.trim_end_matches('/').ends_with('}'))?;
    let input = module.path_inputs.iter().find(|field| field.name == hole)?;
    let told_to_be_more =
        input.docs.to_lowercase().split(|c: char| !c.is_alphanumeric()).any(|word| ["or", "slug", "username"].contains(&word));
    if module.method != "GET" || module.kind == ModuleKind::Trigger || !is_plain(&input.what) || told_to_be_more {
        return None;
    }
    let noun = match hole.strip_suffix("_id") {
        Some(noun) => noun.to_owned(),
        None if hole == "id" => singular(&collection(&module.path)?),
        None => return None,
    };
    let field = key(spec.item(of), hole)?;
    Some(Evidence { address, of, field, noun })
}

/// The field of a type that holds its id. A type without a name of its own has no ids.
fn key(item: &TypeItem, hole: &str) -> Option<usize> {
    let TypeKind::Struct(fields) = &item.kind else { return None };
    let found = |name: &str| fields.iter().position(|field| field.name == name);
    let field = found("id").or_else(|| found(hole))?;
    (!item.inline && is_plain(&fields[field].what)).then_some(field)
}

/// The evidence that nothing contradicts: an address has one thing.
fn agreed(all: Vec<Evidence>) -> Vec<Evidence> {
    let mut things: BTreeMap<String, BTreeSet<TypeId>> = BTreeMap::new();
    for one in &all {
        things.entry(one.address.clone()).or_default().insert(one.of);
    }
    all.into_iter().filter(|one| things[&one.address].len() == 1).collect()
}

/// Names such as `project_id` that can mean one thing alone, and whose type is called so.
fn names(spec: &Spec, evidence: &[Evidence]) -> BTreeMap<String, TypeId> {
    let mut things: BTreeMap<&str, BTreeSet<TypeId>> = BTreeMap::new();
    for one in evidence {
        things.entry(&one.noun).or_default().insert(one.of);
    }
    let one_thing = |(noun, all): (&str, BTreeSet<TypeId>)| {
        let of = all.into_iter().next().expect("a noun comes with a thing");
        (spec.item(of).name == pascal(noun)).then(|| (format!("{noun}_id"), of))
    };
    things.into_iter().filter(|(_, all)| all.len() == 1).filter_map(one_thing).collect()
}

/// A field that is called after a thing holds its id; one that is called after several, theirs.
fn named(field: &mut Field, names: &BTreeMap<String, TypeId>) {
    match &mut field.what.ty {
        Type::List(item, _) => {
            if let Some(of) = field.name.strip_suffix('s').and_then(|name| names.get(name)) {
                becomes_id(item, *of);
            }
        }
        _ if field.default.is_none() => {
            if let Some(of) = names.get(&field.name) {
                becomes_id(&mut field.what, *of);
            }
        }
        _ => {}
    }
}

fn becomes_id(what: &mut What, of: TypeId) {
    if is_plain(what) {
        what.ty = Type::Id(of);
    }
}

/// Is it text of which nothing else is said? What rules stand beside it would be lost.
fn is_plain(what: &What) -> bool {
    what.ty == Type::Scalar("string", Bounds::default())
}

/// The holes of a path by name, each with the address that ends in it, whatever the holes in that are called.
fn holes(path: &str) -> impl Iterator<Item = (&str, String)> {
    let mut address = String::new();
    path.split('/').filter(|part| !part.is_empty()).filter_map(move |part| {
        let hole = part.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
        address.push('/');
        address.push_str(if hole.is_some() { "{}" } else { part });
        hole.map(|hole| (hole, address.clone()))
    })
}

/// What stands before the last hole of a path.
fn collection(path: &str) -> Option<String> {
    let before = path.trim_end_matches('/').rsplit_once('/')?.0.rsplit('/').next()?;
    (!before.starts_with('{')).then(|| snake(before, "")).filter(|noun| !noun.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_alike_whatever_their_holes_are_called() {
        let found: Vec<(&str, String)> = holes("/orgs/{org}/projects/{id}/").collect();
        assert_eq!(found, [("org", "/orgs/{}".to_owned()), ("id", "/orgs/{}/projects/{}".to_owned())]);
        assert_eq!(collection("/orgs/{org}/projects/{id}/").as_deref(), Some("projects"));
        assert_eq!(collection("/{id}"), None);
    }
}
