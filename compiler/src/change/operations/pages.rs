//! Paging as a whole: another scheme is one change, however many parameters and fields it is made of.

use super::{Exchange, Item};
use crate::change::compare::Difference;
use crate::change::findings::{Direction, Evidence, Part, Side, registry};
use crate::change::surface::Page;

/// Puts what belongs to a change of the paging scheme together.
pub(super) fn recognise(exchange: &Exchange<'_>, items: &mut Vec<Item>) {
    // What is concluded is no match for what is said.
    if exchange.old.module.is_some() != exchange.new.module.is_some() {
        return;
    }
    let (Some(old), Some(new)) = (&exchange.old.page, &exchange.new.page) else { return paging_came_or_went(exchange, items) };
    if let (Some(total), None) = (&old.total, &new.total) {
        let field = |item: &Item| item.difference.name == *total && item.difference.kind.id.ends_with("-removed");
        let place = items.iter().find(|item| field(item)).and_then(|item| item.difference.old.place);
        items.retain(|item| !field(item));
        if place.is_some() || exchange.old.module.is_some() {
            let old = Side { place: place.or(Some(exchange.old.place)), ..Side::words(total.as_str()) };
            items.push(whole(Difference::new(&registry::PAGE_TOTAL_REMOVED, total, old, Side::default(), "")));
        }
    }
    if old.scheme != new.scheme {
        items.retain(|item| !belongs(item, old, new));
        let sides = (Side::new(old.scheme, old.at), Side::new(new.scheme, new.at));
        let mut difference = Difference::new(&registry::PAGE_SCHEME_CHANGED, &exchange.name, sides.0, sides.1, "");
        difference.evidence = evidence(old, new);
        items.push(whole(difference));
    }
}

/// Only where the sources say so, and it is not concluded.
fn paging_came_or_went(exchange: &Exchange<'_>, items: &mut Vec<Item>) {
    let (kind, page) = match (&exchange.old.page, &exchange.new.page) {
        (Some(page), None) => (&registry::PAGING_REMOVED, page),
        (None, Some(page)) => (&registry::PAGING_ADDED, page),
        _ => return,
    };
    if page.signs.is_empty() && exchange.old.module.is_some() && exchange.new.module.is_some() {
        let side = Side::new(page.scheme, page.at);
        let (old, new) = if kind.id == "paging-removed" { (side, Side::default()) } else { (Side::default(), side) };
        items.push(whole(Difference::new(kind, &exchange.name, old, new, "")));
    }
}

fn whole(difference: Difference) -> Item {
    Item { part: Part::Whole, direction: Direction::Response, path: String::new(), difference, key: None }
}

/// A parameter or field that is gone or new because the scheme is another.
fn belongs(item: &Item, old: &Page, new: &Page) -> bool {
    let id = item.difference.kind.id;
    let name = &item.difference.name;
    let told = |page: &Page| page.signs.iter().any(|sign| sign.contains(&format!("`{name}`"))) || page.inputs.contains(name);
    let top = !item.path.contains(['.', '[']) && item.part != Part::Whole;
    let renamed = id.ends_with("-renamed") && told(new) && old.inputs.contains(&item.difference.old.text);
    top && ((id.ends_with("-removed") && told(old)) || (id.ends_with("-added") && told(new)) || renamed)
}

fn evidence(old: &Page, new: &Page) -> Option<Evidence> {
    if old.signs.is_empty() && new.signs.is_empty() {
        return None;
    }
    let reasons = vec![format!("before: {}", old.signs.join(", ")), format!("after: {}", new.signs.join(", "))];
    Some(Evidence { confidence: 80, reasons })
}
