//! How a search pages, as a clause.

use super::clauses::{Clauses, Json};
use super::operations::input_index;
use super::scope::Scope;
use super::types::rust_type;
use crate::model::{Module, Page, Stop, Strategy};

/// Says how a search pages.
pub(crate) fn page(module: &Module, clauses: &mut Clauses, scope: &Scope<'_>) {
    let Some(page) = &module.page else { return };
    let shape = clauses.number(&rust_type(&page.item, scope));
    let (stop, told) = stop(&page.stop);
    let said = strategy(module, page).json("at", &Json::texts(&page.items)).number("shape", shape);
    clauses.say_json("page", said.text("stop", stop).json("told", &Json::texts(told)).number("cap", u64::from(page.cap)));
}

fn strategy(module: &Module, page: &Page) -> Json {
    let index = |name: &String| input_index(module, name);
    let by = |strategy: &str| Json::object().text("by", strategy);
    match &page.strategy {
        Strategy::Offset { advance, size } => by("offset").number("advance", index(advance)).number("size", size.as_ref().map(index)),
        Strategy::Number { advance, size, start } => {
            by("number").number("advance", index(advance)).number("size", size.as_ref().map(index)).json("start", &start.to_string())
        }
        Strategy::Cursor { send, read } => by("cursor").number("send", index(send)).json("read", &Json::texts(read)),
        Strategy::Link { header } => by("link").text("header", header),
        Strategy::NextUrl { read } => by("next_url").json("read", &Json::texts(read)),
        Strategy::Keyset { send, key } => by("keyset").number("send", index(send)).text("key", key),
    }
}

/// When it ends, and where that is told.
fn stop(stop: &Stop) -> (&'static str, &[String]) {
    match stop {
        Stop::Absent => ("absent", &[]),
        Stop::Empty => ("empty", &[]),
        Stop::Short => ("short", &[]),
        Stop::More(path) => ("more", path),
        Stop::Total(path) => ("total", path),
    }
}
