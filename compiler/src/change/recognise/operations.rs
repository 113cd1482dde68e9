//! Which operation after is which before: the same, under another path, with another method, one that became several, several that
//! became one.

use super::matching::unique_best;
use super::names::{Bag, name_likeness, singular, words};
use super::{Case, SURE};
use crate::change::findings::Evidence;
use crate::change::surface::{Operation, Sense, Surface, anonymous};
use std::collections::HashMap;

/// The most operations that one is taken to have become, or to have been.
const MOST_PARTS: usize = 20;

/// How the operations of two surfaces go together. Numbers are positions in the surfaces.
#[derive(Default)]
pub(in crate::change) struct Pairing {
    pub(in crate::change) same: Vec<(usize, usize)>,
    pub(in crate::change) rekeyed: Vec<(usize, usize, Evidence)>,
    pub(in crate::change) gone: Vec<usize>,
    pub(in crate::change) fresh: Vec<usize>,
    pub(in crate::change) splits: Vec<(usize, Vec<usize>, Evidence)>,
    pub(in crate::change) merges: Vec<(Vec<usize>, usize, Evidence)>,
}

/// Pairs them.
pub(in crate::change) fn pair(old: &Surface, new: &Surface, loose: bool) -> Pairing {
    let mut pairing = Pairing::default();
    let (gone, fresh) = same_keys(old, new, loose, &mut pairing);
    if loose {
        other_methods(old, new, gone, fresh, &mut pairing);
        return pairing;
    }
    let mut gone: Vec<Known<'_>> = gone.into_iter().map(|at| Known::of(old, at)).collect();
    let mut fresh: Vec<Known<'_>> = fresh.into_iter().map(|at| Known::of(new, at)).collect();
    let cases = unique_best(gone.len(), fresh.len(), |one, two| rekeyed_case(&gone[one], &fresh[two]));
    for (one, two, case) in &cases {
        pairing.rekeyed.push((gone[*one].at, fresh[*two].at, case.clone().evidence()));
    }
    let taken: Vec<(usize, usize)> = pairing.rekeyed.iter().map(|(one, two, _)| (*one, *two)).collect();
    gone.retain(|known| !taken.iter().any(|(one, _)| *one == known.at));
    fresh.retain(|known| !taken.iter().any(|(_, two)| *two == known.at));
    several(&gone, &fresh, &mut pairing);
    pairing
}

/// Of a spec and a description, only what has the same path goes together, where that leaves no doubt.
fn other_methods(old: &Surface, new: &Surface, gone: Vec<usize>, mut fresh: Vec<usize>, pairing: &mut Pairing) {
    let paths = |surface: &Surface, at: usize| keys(surface, &surface.operations[at], true).into_iter().map(|(_, _, path)| path);
    for one in gone {
        let own: Vec<String> = paths(old, one).collect();
        let found: Vec<usize> = fresh.iter().copied().filter(|two| paths(new, *two).any(|path| own.contains(&path))).collect();
        match found[..] {
            [two] => {
                fresh.retain(|other| *other != two);
                let reasons = vec!["the same path, and no other method there".to_owned()];
                pairing.rekeyed.push((one, two, Evidence { confidence: 90, reasons }));
            }
            _ => pairing.gone.push(one),
        }
    }
    pairing.fresh = fresh;
}

/// What is compared of an operation, taken apart once.
struct Known<'s> {
    /// Its position in the surface.
    at: usize,
    operation: &'s Operation,
    anonymous: String,
    path: Bag,
    title: Bag,
    docs: Bag,
    /// The words of path and name, each once.
    about: Bag,
    /// Parameters and the fields of the body.
    inputs: Bag,
}

impl<'s> Known<'s> {
    fn of(surface: &'s Surface, at: usize) -> Self {
        let operation = &surface.operations[at];
        let path = path_words(&operation.path);
        let mut about = path.clone();
        about.extend(operation.id.iter().flat_map(|id| words(id)).map(|word| singular(&word)));
        about.sort();
        about.dedup();
        Self {
            at,
            operation,
            anonymous: anonymous(&operation.path),
            path: Bag::of(path),
            title: Bag::of_text(&operation.title),
            docs: Bag::of_text(&operation.docs),
            about: Bag::of(about),
            inputs: Bag::of(all_inputs(surface, operation)),
        }
    }
}

/// Pairs those with the same method and path, whatever the path's holes are called. Gives those that are left. Several modules of a
/// spec may call one operation of a description.
fn same_keys(old: &Surface, new: &Surface, loose: bool, pairing: &mut Pairing) -> (Vec<usize>, Vec<usize>) {
    let mut by_key: HashMap<(Sense, String, String), Vec<usize>> = HashMap::new();
    for (at, operation) in new.operations.iter().enumerate() {
        for key in keys(new, operation, loose) {
            by_key.entry(key).or_default().push(at);
        }
    }
    let mut taken = vec![false; new.operations.len()];
    let mut gone = Vec::new();
    for (at, operation) in old.operations.iter().enumerate() {
        let found: Vec<usize> = keys(old, operation, loose)
            .iter()
            .filter_map(|key| by_key.get(key))
            .flatten()
            .copied()
            .filter(|one| loose || !taken[*one])
            .collect();
        // Several may make one call: the name tells them apart.
        let named = found.iter().find(|one| operation.id.is_some() && new.operations[**one].id == operation.id);
        let exact = || found.iter().find(|one| new.operations[**one].path == operation.path);
        match named.or_else(exact).or(found.first()) {
            Some(one) => {
                taken[*one] = true;
                pairing.same.push((at, *one));
            }
            None => gone.push(at),
        }
    }
    (gone, (0..taken.len()).filter(|at| !taken[*at]).collect())
}

/// What an operation is known by. A spec and a description may divide an address differently between server and path. What stands behind
/// `#` in a path is not sent: it tells operations apart that make one call.
fn keys(surface: &Surface, operation: &Operation, loose: bool) -> Vec<(Sense, String, String)> {
    let sent = |path: &str| path.split_once('#').map_or_else(|| path.to_owned(), |(sent, _)| sent.to_owned());
    let plain = |path: &str| anonymous(&sent(path)).trim_end_matches('/').to_owned();
    let mut keys = vec![(operation.sense, operation.method.clone(), plain(&operation.path))];
    if loose && operation.sense == Sense::Call {
        let server = operation.servers.first().or(surface.servers.first()).map_or("", |server| server.url.as_str());
        let server = server.replace("{api}", &surface.version_wire);
        let base = server.split_once("://").map_or(server.as_str(), |(_, rest)| rest);
        let base = base.find('/').map_or("", |at| &base[at..]);
        let whole = plain(&format!("{}{}", base.trim_end_matches('/'), operation.path));
        if whole != keys[0].2 {
            keys.push((operation.sense, operation.method.clone(), whole));
        }
    }
    keys
}

/// The words of a path that say what it is about.
fn path_words(path: &str) -> Vec<String> {
    let plain = anonymous(path);
    let parts = plain.split('/').filter(|part| !part.starts_with('{') && !is_version(part));
    parts.flat_map(words).map(|word| singular(&word)).collect()
}

fn is_version(part: &str) -> bool {
    part.strip_prefix('v').is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'))
}

fn rekeyed_case(one: &Known<'_>, two: &Known<'_>) -> Option<Case> {
    let (old, new) = (one.operation, two.operation);
    if old.sense != new.sense {
        return None;
    }
    let same_path = one.anonymous == two.anonymous;
    let paths = if same_path { 1000 } else { one.path.likeness(&two.path).unwrap_or_default() };
    let same_id = old.id.is_some() && old.id == new.id;
    let told = one.title.likeness(&two.title).max(one.docs.likeness(&two.docs));
    if !same_id && paths < 400 && told.is_none_or(|told| told < 700) {
        return None;
    }
    let mut case = Case::default();
    if same_id {
        case.weigh(60, 1000, || format!("both are called `{}`", old.id.clone().unwrap_or_default()));
    } else if let (Some(one), Some(two)) = (&old.id, &new.id) {
        case.weigh(25, name_likeness(one, two), || "their names are alike".into());
    }
    case.weigh(35, paths, || if same_path { "the same path".into() } else { "their paths have the same words".into() });
    if let Some(told) = told {
        case.weigh(25, told, || "described alike".into());
    }
    // A method says what is done: reading is not removing.
    let kin = |method: &str| matches!(method, "PUT" | "PATCH" | "POST");
    let method = if old.method == new.method { 1000 } else { u32::from(kin(&old.method) && kin(&new.method)) * 600 };
    case.weigh(20, method, || if old.method == new.method { "the same method".into() } else { "methods that serve the same end".into() });
    let inputs = inputs_in_common(old, new);
    case.weigh(25, inputs.unwrap_or(600), || "they take the same".into());
    (inputs.is_none_or(|inputs| inputs > 200) || same_id).then_some(case)
}

/// What an operation takes, by name.
fn input_names(operation: &Operation) -> Vec<&str> {
    operation.inputs.iter().map(|input| input.name.as_str()).collect()
}

fn inputs_in_common(old: &Operation, new: &Operation) -> Option<u32> {
    let (one, two) = (input_names(old), input_names(new));
    let larger = one.len().max(two.len());
    if larger == 0 {
        return (old.body.is_some() != new.body.is_some()).then_some(0);
    }
    let alike = |a: &str, b: &str| a == b || name_likeness(a, b) > 700;
    let common = one.iter().filter(|a| two.iter().any(|b| alike(a, b))).count();
    // Holes of a path are renamed with it.
    let holes =
        |operation: &Operation| operation.inputs.iter().filter(|input| input.place == crate::change::surface::InputPlace::Path).count();
    let common = common.max(if holes(old) == holes(new) { holes(old) } else { 0 });
    Some((common * 1000 / larger) as u32)
}

/// One that became several, and several that became one; the rest is gone and new.
fn several(gone: &[Known<'_>], fresh: &[Known<'_>], pairing: &mut Pairing) {
    let mut of_gone: Vec<Vec<(usize, Case)>> = vec![Vec::new(); gone.len()];
    let mut of_fresh: Vec<Vec<(usize, Case)>> = vec![Vec::new(); fresh.len()];
    for (one, before) in gone.iter().enumerate() {
        for (two, after) in fresh.iter().enumerate() {
            if let Some(case) = kin_case(before, after) {
                of_gone[one].push((two, case.clone()));
                of_fresh[two].push((one, case));
            }
        }
    }
    let (mut taken_gone, mut taken_fresh) = (vec![false; gone.len()], vec![false; fresh.len()]);
    // Only kin of each other and of nothing else: with more on both sides nobody can say which came of which.
    let alone = |parts: &[(usize, Case)], back: &[Vec<(usize, Case)>]| {
        (2..=MOST_PARTS).contains(&parts.len()) && parts.iter().all(|(part, _)| back[*part].len() == 1)
    };
    for (one, parts) in of_gone.iter().enumerate().filter(|(_, parts)| alone(parts, &of_fresh)) {
        taken_gone[one] = true;
        parts.iter().for_each(|(two, _)| taken_fresh[*two] = true);
        let evidence = weakest(parts.iter().map(|(_, case)| case));
        pairing.splits.push((gone[one].at, parts.iter().map(|(two, _)| fresh[*two].at).collect(), evidence));
    }
    for (two, parts) in of_fresh.iter().enumerate().filter(|(_, parts)| alone(parts, &of_gone)) {
        taken_fresh[two] = true;
        parts.iter().for_each(|(one, _)| taken_gone[*one] = true);
        let evidence = weakest(parts.iter().map(|(_, case)| case));
        pairing.merges.push((parts.iter().map(|(one, _)| gone[*one].at).collect(), fresh[two].at, evidence));
    }
    let left = |all: &[Known<'_>], taken: &[bool]| all.iter().zip(taken).filter(|(_, taken)| !**taken).map(|(known, _)| known.at).collect();
    pairing.gone = left(gone, &taken_gone);
    pairing.fresh = left(fresh, &taken_fresh);
}

fn weakest<'c>(cases: impl Iterator<Item = &'c Case>) -> Evidence {
    let weakest = cases.min_by_key(|case| case.confidence()).cloned().unwrap_or_default();
    // A person should look: several things going together is a guess, however alike they are.
    let mut evidence = weakest.evidence();
    evidence.confidence = evidence.confidence.min(80);
    evidence
}

/// Do an operation before and one after deal with the same, so that one may be part of the other?
fn kin_case(one: &Known<'_>, two: &Known<'_>) -> Option<Case> {
    let (old, new) = (one.operation, two.operation);
    let shorter = one.about.len().min(two.about.len()).max(1);
    let about = (one.about.common(&two.about) * 1000 / shorter) as u32;
    if old.sense != new.sense || about < 300 {
        return None;
    }
    let mut case = Case::default();
    case.weigh(45, about, || "they are about the same".into());
    let group = !old.group.is_empty() && old.group == new.group;
    let home = |path: &str| path.rsplit_once(['/', '.']).map(|(home, _)| home.to_owned());
    let same_home = home(&old.path).is_some_and(|path| !path.is_empty() && Some(path) == home(&new.path));
    case.weigh(20, u32::from(group || same_home) * 1000, || "they stand together".into());
    let smaller = one.inputs.len().min(two.inputs.len());
    if let Some(common) = (one.inputs.common(&two.inputs) * 1000).checked_div(smaller) {
        case.weigh(35, common as u32, || "what one takes the other takes as well".into());
    }
    (case.confidence() >= SURE).then_some(case)
}

/// Parameters and the fields of the body.
fn all_inputs(surface: &Surface, operation: &Operation) -> Vec<String> {
    let mut names: Vec<String> = operation.inputs.iter().map(|input| input.name.to_lowercase()).collect();
    let body = operation.body.iter().flat_map(|body| &body.content).filter_map(|content| content.what.as_ref()).next();
    names.extend(body.into_iter().flat_map(|what| surface.all_fields(what.shape)).map(|field| field.name.to_lowercase()));
    names.sort();
    names.dedup();
    names
}
