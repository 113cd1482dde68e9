//! Where calls go: another host, another base path, a template with another hole.

use super::{Differ, Exchange};
use crate::change::compare::{Comparer, Difference};
use crate::change::findings::{Direction, Kind, Part, Side, registry};
use crate::change::surface::{Selector, Server, holes};

/// The servers of an operation that has its own, now or before.
pub(super) fn compare_operation(comparer: &Comparer<'_>, exchange: &mut Exchange<'_>) {
    let (old, new) = (&exchange.old.servers, &exchange.new.servers);
    if comparer.loose() || (old.is_empty() && new.is_empty()) {
        return;
    }
    let before = if old.is_empty() { &comparer.old.servers } else { old };
    let after = if new.is_empty() { &comparer.new.servers } else { new };
    for difference in differences(before, after) {
        exchange.push(Part::Whole, Direction::Request, difference);
    }
}

/// The servers of all.
pub(super) fn compare_whole(differ: &mut Differ<'_>) {
    let (old, new) = (differ.comparer.old, differ.comparer.new);
    if differ.comparer.loose() {
        return;
    }
    for difference in differences(&old.servers, &new.servers) {
        differ.found.push(super::finding(difference).at("", Part::Whole, ""));
    }
    let name = |selector: Selector| match selector {
        Selector::Server => "server's address",
        Selector::Header => "headers",
        Selector::Query => "query",
    };
    if let (Some((before, one)), Some((after, two))) = (old.selector, new.selector)
        && before != after
    {
        let sides = (Side::new(name(before), one), Side::new(name(after), two));
        let finding = crate::change::findings::Finding::new(&registry::VERSION_SELECTOR_MOVED, "version", sides.0, sides.1);
        differ.found.push(finding.at("", Part::Whole, ""));
    }
}

fn differences(old: &[Server], new: &[Server]) -> Vec<Difference> {
    let mut found = Vec::new();
    let mut gone: Vec<&Server> = old.iter().filter(|one| !new.iter().any(|two| plain(two) == plain(one))).collect();
    let mut fresh: Vec<&Server> = new.iter().filter(|two| !old.iter().any(|one| plain(one) == plain(two))).collect();
    let side = |server: &Server| Side::new(&server.url, server.at);
    let mut push = |kind: &'static Kind, old: Side, new: Side, detail: String| {
        let mut difference = Difference::new(kind, "server", old, new, "");
        difference.detail = detail;
        found.push(difference);
    };
    while let (Some(one), Some(two)) = (gone.first().copied(), fresh.first().copied()) {
        let (before, after) = (holes(&one.url), holes(&two.url));
        let added: Vec<String> = after.iter().filter(|hole| !before.contains(hole)).map(|hole| format!("`{hole}`")).collect();
        match (added.is_empty(), before == after) {
            (false, _) => push(&registry::SERVER_TEMPLATE_CHANGED, side(one), side(two), added.join(", ")),
            _ => push(&registry::SERVER_CHANGED, side(one), side(two), String::new()),
        }
        gone.remove(0);
        fresh.remove(0);
    }
    for one in gone {
        push(&registry::SERVER_REMOVED, side(one), Side::default(), String::new());
    }
    for two in fresh {
        push(&registry::SERVER_ADDED, Side::default(), side(two), String::new());
    }
    found
}

fn plain(server: &Server) -> &str {
    server.url.trim_end_matches('/')
}
