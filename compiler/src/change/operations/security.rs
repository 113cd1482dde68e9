//! How callers authenticate: what an operation or the whole API needs, and the schemes with their credentials, flows and scopes.

use super::{Differ, Exchange};
use crate::change::compare::{Comparer, Difference};
use crate::change::findings::{Class, Direction, Evidence, Finding, Kind, Level, Part, Side, registry};
use crate::change::recognise::Case;
use crate::change::recognise::matching::unique_best;
use crate::change::recognise::names::name_likeness;
use crate::change::surface::{CredentialField, Flow, Origin, Scheme, Security, Surface, Way};

/// The kinds for one operation, or for all.
struct WayKinds {
    required: &'static Kind,
    dropped: &'static Kind,
    added: &'static Kind,
    removed: &'static Kind,
    replaced: &'static Kind,
    scope_required: &'static Kind,
    scope_not_required: &'static Kind,
}

static OPERATION: WayKinds = WayKinds {
    required: &registry::SECURITY_REQUIRED,
    dropped: &registry::SECURITY_DROPPED,
    added: &registry::SECURITY_WAY_ADDED,
    removed: &registry::SECURITY_WAY_REMOVED,
    replaced: &registry::SECURITY_REPLACED,
    scope_required: &registry::SCOPE_REQUIRED,
    scope_not_required: &registry::SCOPE_NOT_REQUIRED,
};
static GLOBAL: WayKinds = WayKinds {
    required: &registry::GLOBAL_SECURITY_REQUIRED,
    dropped: &registry::GLOBAL_SECURITY_DROPPED,
    added: &registry::GLOBAL_SECURITY_WAY_ADDED,
    removed: &registry::GLOBAL_SECURITY_WAY_REMOVED,
    replaced: &registry::GLOBAL_SECURITY_REPLACED,
    scope_required: &registry::GLOBAL_SCOPE_REQUIRED,
    scope_not_required: &registry::GLOBAL_SCOPE_NOT_REQUIRED,
};

/// What an operation needs. What it leaves to the whole is compared there, once.
pub(super) fn compare_operation(comparer: &Comparer<'_>, exchange: &mut Exchange<'_>) {
    let (old, new) = (&exchange.old.security, &exchange.new.security);
    if comparer.loose() || (!old.said && !new.said) {
        return;
    }
    let before = if old.said { old } else { &comparer.old.security };
    let after = if new.said { new } else { &comparer.new.security };
    for (part, difference) in ways(&OPERATION, before, after) {
        exchange.push(part, Direction::Request, difference);
    }
}

/// What all need, and the schemes.
pub(super) fn compare_whole(differ: &mut Differ<'_>) {
    let (old, new) = (differ.comparer.old, differ.comparer.new);
    if differ.comparer.loose() {
        return;
    }
    // Any connection of a spec will do, so what is said of each says all.
    let listed = old.origin == Origin::Description;
    for (part, difference) in ways(&GLOBAL, &old.security, &new.security).into_iter().filter(|_| listed) {
        differ.found.push(super::finding(difference).at("", part, ""));
    }
    schemes(differ);
}

fn ways(kinds: &WayKinds, old: &Security, new: &Security) -> Vec<(Part, Difference)> {
    let mut found = Vec::new();
    let side = |way: &Way| Side::new(way_text(way), way.at);
    let mut push = |kind: &'static Kind, name: &str, old: Side, new: Side| {
        found.push((Part::Security(name.to_owned()), Difference::new(kind, name, old, new, "")));
    };
    let mut gone: Vec<&Way> = Vec::new();
    let mut taken = vec![false; new.ways.len()];
    for one in &old.ways {
        let at = (0..new.ways.len()).find(|at| !taken[*at] && same_schemes(one, &new.ways[*at]));
        match at {
            Some(at) => {
                taken[at] = true;
                scopes(kinds, one, &new.ways[at], &mut push);
            }
            None => gone.push(one),
        }
    }
    let mut fresh: Vec<&Way> = new.ways.iter().enumerate().filter(|(at, _)| !taken[*at]).map(|(_, way)| way).collect();
    if let ([one], [two]) = (&gone[..], &fresh[..]) {
        push(kinds.replaced, &names(two), side(one), side(two));
        gone.clear();
        fresh.clear();
    }
    // A way without any scheme lets everybody in.
    let open = |security: &Security| security.ways.is_empty() || security.ways.iter().any(|way| way.schemes.is_empty());
    for one in gone {
        let kind = if open(new) { kinds.dropped } else { kinds.removed };
        push(kind, &names(one), side(one), Side::default());
    }
    for two in fresh {
        let kind = match (two.schemes.is_empty(), old.ways.is_empty()) {
            (true, _) => kinds.dropped,
            (false, true) => kinds.required,
            (false, false) => kinds.added,
        };
        push(kind, &names(two), Side::default(), side(two));
    }
    found
}

fn same_schemes(one: &Way, two: &Way) -> bool {
    one.schemes.len() == two.schemes.len() && one.schemes.iter().all(|(name, _)| two.schemes.iter().any(|(other, _)| other == name))
}

fn scopes(kinds: &WayKinds, one: &Way, two: &Way, push: &mut dyn FnMut(&'static Kind, &str, Side, Side)) {
    for (name, before) in &one.schemes {
        let Some((_, after)) = two.schemes.iter().find(|(other, _)| other == name) else { continue };
        for scope in after.iter().filter(|scope| !before.contains(scope)) {
            push(kinds.scope_required, name, Side::default(), Side::new(scope, two.at));
        }
        for scope in before.iter().filter(|scope| !after.contains(scope)) {
            push(kinds.scope_not_required, name, Side::new(scope, one.at), Side::default());
        }
    }
}

fn names(way: &Way) -> String {
    way.schemes.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(" with ")
}

fn way_text(way: &Way) -> String {
    let scheme = |(name, scopes): &(String, Vec<String>)| {
        if scopes.is_empty() { format!("`{name}`") } else { format!("`{name}` ({})", scopes.join(", ")) }
    };
    if way.schemes.is_empty() { "nothing".into() } else { way.schemes.iter().map(scheme).collect::<Vec<_>>().join(" with ") }
}

fn schemes(differ: &mut Differ<'_>) {
    let (old, new) = (differ.comparer.old, differ.comparer.new);
    let mut gone: Vec<&Scheme> = Vec::new();
    for one in &old.schemes {
        match new.schemes.iter().find(|two| two.name == one.name) {
            Some(two) => compare_scheme(differ, one, two),
            None => gone.push(one),
        }
    }
    let mut fresh: Vec<&Scheme> = new.schemes.iter().filter(|two| !old.schemes.iter().any(|one| one.name == two.name)).collect();
    if let ([one], [two], true) = (&gone[..], &fresh[..], replaces(old, new)) {
        let (one, two) = (*one, *two);
        let evidence = Evidence { confidence: 85, reasons: vec!["what needed the one needs the other now".into()] };
        let finding = Finding::new(&registry::SCHEME_REPLACED, &two.name, scheme_side(one), scheme_side(two)).because(evidence);
        differ.found.push(finding.at("", Part::Security(two.name.clone()), ""));
        gone.clear();
        fresh.clear();
    }
    for one in gone {
        let mut finding = Finding::new(&registry::SCHEME_REMOVED, &one.name, scheme_side(one), Side::default());
        // Nobody who calls anything could have used it.
        if !is_used(old, &one.name) {
            finding.class = Class::Compatible;
            finding.level = Level::None;
        }
        differ.found.push(finding.at("", Part::Security(one.name.clone()), ""));
    }
    for two in fresh {
        let finding = Finding::new(&registry::SCHEME_ADDED, &two.name, Side::default(), scheme_side(two));
        differ.found.push(finding.at("", Part::Security(two.name.clone()), ""));
    }
}

fn is_used(surface: &Surface, name: &str) -> bool {
    let in_ways = |security: &Security| security.ways.iter().any(|way| way.schemes.iter().any(|(other, _)| other == name));
    in_ways(&surface.security) || surface.operations.iter().any(|operation| in_ways(&operation.security))
}

/// The scheme that is gone was needed and the new one is, or neither is needed anywhere: a spec's connections.
fn replaces(old: &Surface, new: &Surface) -> bool {
    let lone = |surface: &Surface, other: &Surface| {
        let mut all = surface.schemes.iter().filter(|one| !other.schemes.iter().any(|two| two.name == one.name));
        all.next().is_some_and(|scheme| is_used(surface, &scheme.name) || !scheme.fields.is_empty())
    };
    lone(old, new) && lone(new, old)
}

fn scheme_side(scheme: &Scheme) -> Side {
    let placement = scheme.placement.as_ref().map_or_else(String::new, |placement| format!(" in {placement}"));
    Side::new(format!("`{}` ({}{placement})", scheme.name, scheme.kind), scheme.at).ty(scheme.kind.clone())
}

fn compare_scheme(differ: &mut Differ<'_>, old: &Scheme, new: &Scheme) {
    let mut push = |kind: &'static Kind, before: &str, after: &str, detail: &str, places: (crate::source::Span, crate::source::Span)| {
        let finding = Finding::new(kind, format!("`{}`", new.name), Side::new(before, places.0), Side::new(after, places.1));
        differ.found.push(finding.detail(detail).at("", Part::Security(new.name.clone()), ""));
    };
    let places = (old.at, new.at);
    if old.kind != new.kind {
        push(&registry::SCHEME_TYPE_CHANGED, &old.kind, &new.kind, "", places);
        return;
    }
    if !old.life.deprecated && new.life.deprecated {
        let detail = new.life.successor.as_ref().map_or_else(String::new, |successor| format!("; use `{successor}`"));
        push(&registry::SCHEME_DEPRECATED, "", "", &detail, places);
    }
    if let (Some(before), Some(after)) = (&old.placement, &new.placement)
        && before != after
    {
        let place = |text: &str| text.split(' ').next().unwrap_or_default().to_owned();
        let kind = if place(before) == place(after) { &registry::CREDENTIAL_RENAMED } else { &registry::CREDENTIAL_MOVED };
        push(kind, before, after, "", places);
    }
    flows(old, new, &mut push);
    fields(differ, old, new);
}

type Push<'p> = &'p mut dyn FnMut(&'static Kind, &str, &str, &str, (crate::source::Span, crate::source::Span));

fn flows(old: &Scheme, new: &Scheme, push: Push<'_>) {
    let mut gone: Vec<&Flow> = old.flows.iter().filter(|one| !new.flows.iter().any(|two| two.name == one.name)).collect();
    let mut fresh: Vec<&Flow> = new.flows.iter().filter(|two| !old.flows.iter().any(|one| one.name == two.name)).collect();
    if let ([one], [two]) = (&gone[..], &fresh[..]) {
        push(&registry::FLOW_REPLACED, one.name, two.name, "", (one.at, two.at));
        gone.clear();
        fresh.clear();
    }
    for one in gone {
        push(&registry::FLOW_REMOVED, one.name, "", "", (one.at, new.at));
    }
    for two in fresh {
        push(&registry::FLOW_ADDED, "", two.name, "", (old.at, two.at));
    }
    for one in &old.flows {
        if let Some(two) = new.flows.iter().find(|two| two.name == one.name) {
            compare_flow(one, two, push);
        }
    }
}

fn compare_flow(one: &Flow, two: &Flow, push: Push<'_>) {
    let places = (one.at, two.at);
    let names = |a: &[(&'static str, String)], b: &[(&'static str, String)]| {
        let mut names: Vec<&'static str> = a.iter().chain(b).map(|(name, _)| *name).collect();
        names.sort_unstable();
        names.dedup();
        names
    };
    let value = |list: &[(&'static str, String)], name: &str| {
        list.iter().find(|(other, _)| *other == name).map_or("none".to_owned(), |(_, value)| value.clone())
    };
    for (kind, before, after) in
        [(&registry::FLOW_ADDRESS_CHANGED, &one.urls, &two.urls), (&registry::FLOW_RULE_CHANGED, &one.rules, &two.rules)]
    {
        for name in names(before, after) {
            let (before, after) = (value(before, name), value(after, name));
            if before != after {
                push(kind, &before, &after, name, places);
            }
        }
    }
    let gone: Vec<&String> = one.scopes.iter().filter(|scope| !two.scopes.contains(scope)).collect();
    let fresh: Vec<&String> = two.scopes.iter().filter(|scope| !one.scopes.contains(scope)).collect();
    for scope in gone {
        push(&registry::SCOPE_REMOVED, scope, "", "", places);
    }
    for scope in fresh {
        push(&registry::SCOPE_ADDED, "", scope, "", places);
    }
}

fn fields(differ: &mut Differ<'_>, old: &Scheme, new: &Scheme) {
    let mut gone: Vec<&CredentialField> = old.fields.iter().filter(|one| !new.fields.iter().any(|two| two.name == one.name)).collect();
    let mut fresh: Vec<&CredentialField> = new.fields.iter().filter(|two| !old.fields.iter().any(|one| one.name == two.name)).collect();
    let mut push = |kind: &'static Kind, old: Side, after: Side, detail: &str, evidence: Option<Evidence>| {
        let mut finding = Finding::new(kind, format!("`{}`", new.name), old, after).detail(detail);
        finding.evidence = evidence;
        differ.found.push(finding.at("", Part::Security(new.name.clone()), ""));
    };
    let side = |field: &CredentialField| Side::new(&field.name, field.at).ty(field.kind.clone());
    let lone = gone.len() == 1 && fresh.len() == 1;
    let pairs = unique_best(gone.len(), fresh.len(), |one, two| field_case(gone[one], fresh[two], lone));
    for (one, two, case) in &pairs {
        push(&registry::CREDENTIAL_FIELD_RENAMED, side(gone[*one]), side(fresh[*two]), "", Some(case.clone().evidence()));
    }
    let mut at = 0;
    gone.retain(|_| (!pairs.iter().any(|(one, ..)| *one == at), at += 1).0);
    at = 0;
    fresh.retain(|_| (!pairs.iter().any(|(_, two, _)| *two == at), at += 1).0);
    for one in gone {
        push(&registry::CREDENTIAL_FIELD_REMOVED, side(one), Side::default(), "", None);
    }
    for two in fresh {
        let needed = two.required && !two.default;
        let kind = if needed { &registry::CREDENTIAL_FIELD_REQUIRED_ADDED } else { &registry::CREDENTIAL_FIELD_ADDED };
        push(kind, Side::default(), side(two), "", None);
    }
    for one in &old.fields {
        let Some(two) = new.fields.iter().find(|two| two.name == one.name) else { continue };
        if one.kind != two.kind {
            let sides = (Side { text: one.kind.clone(), ..side(one) }, Side { text: two.kind.clone(), ..side(two) });
            push(&registry::CREDENTIAL_FIELD_CHANGED, sides.0, sides.1, &format!("`{}`", two.name), None);
        } else if !one.required && two.required && !two.default {
            push(&registry::CREDENTIAL_FIELD_REQUIRED_ADDED, side(one), side(two), "", None);
        }
    }
}

fn field_case(one: &CredentialField, two: &CredentialField, lone: bool) -> Option<Case> {
    if one.kind != two.kind {
        return None;
    }
    let mut case = Case::default();
    case.weigh(50, name_likeness(&one.name, &two.name), || "the names are alike".into());
    let secret = one.kind == "secret";
    case.weigh(30, if secret { 1000 } else { 600 }, || format!("the same type, `{}`", one.kind));
    case.weigh(30, u32::from(lone) * 1000, || "the only one that is gone, the only one that is new".into());
    Some(case)
}
