//! Which API version a description is of: the one that the spec has as its newest, or one that comes after it.

use super::Wanted;
use crate::change::edit::Coming;
use crate::import::document::Document;
use crate::model::Model;

/// The version that comes; none where the description is of the newest that the spec has, or the spec knows of none.
pub(super) fn coming(own: &Model, fresh: &Model, document: &Document<'_>, wanted: &Wanted) -> Option<Coming> {
    let newest = own.apis.last().filter(|api| !api.name.is_empty());
    let name = match (&wanted.version, newest) {
        (Some(name), _) => name.clone(),
        (None, Some(newest)) => newer(&newest.name, fresh, document)?,
        (None, None) => return None,
    };
    if newest.is_some_and(|newest| newest.name == name) {
        return None;
    }
    let title = wanted.title.clone().unwrap_or_else(|| format!("What came with {name}"));
    // Where versions are called otherwise on the wire, the owner's own word is that.
    let speaks = own.apis.iter().any(|api| api.wire != api.name && !api.name.is_empty());
    let wire = fresh.apis.last().filter(|api| !api.name.is_empty()).map(|api| api.wire.clone());
    let wire = wire.or_else(|| speaks.then(|| document.version.to_owned())).filter(|wire| *wire != name);
    Some(Coming { name, wire, released: wanted.released, title })
}

/// What comes after a version, by what the description calls itself: `v2` after `v1`, another date after a date.
fn newer(newest: &str, fresh: &Model, document: &Document<'_>) -> Option<String> {
    let in_address = fresh.apis.last().map(|api| api.name.as_str()).filter(|name| !name.is_empty());
    if is_date(newest) {
        let told = in_address.filter(|name| is_date(name)).unwrap_or(document.version);
        return (is_date(told) && told > newest).then(|| told.to_owned());
    }
    let own = number(newest)?;
    // The address says what is called; the number of the document counts its editions too.
    let told = match in_address {
        Some(name) => number(name)?,
        None => number(document.version)?,
    };
    (told > own).then(|| format!("v{told}"))
}

fn is_date(text: &str) -> bool {
    text.len() == 10 && text.split('-').map(str::len).eq([4, 2, 2]) && text.chars().all(|one| one.is_ascii_digit() || one == '-')
}

/// The first number of `v22`, `22.0.1`.
fn number(text: &str) -> Option<u32> {
    let digits: String = text.trim_start_matches(['v', 'V']).chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}
