//! What is said of a step that waits, read into its table.

use super::{Said, leak};
use crate::operation::{Condition, WaitFailure, WaitTable, WaitUntil};

pub(super) fn wait(said: &Said) -> Option<WaitTable> {
    Some(WaitTable {
        every: said.number("every")?,
        up_to: said.number("up_to"),
        until: leak(said.items("until").iter().map(until).collect::<Option<_>>()?),
        fails: leak(said.items("fails").iter().map(failure).collect::<Option<_>>()?),
        most: said.number("most")?,
        times: said.number("times"),
    })
}

fn until(said: &Said) -> Option<WaitUntil> {
    match said.there("on", Said::statuses)? {
        Some(statuses) => Some(WaitUntil::Status(statuses)),
        None => condition(said).map(WaitUntil::When),
    }
}

fn condition(said: &Said) -> Option<Condition> {
    let when = said.get("when");
    when.json.is_object().then(|| Condition { path: when.texts("path"), equals: when.maybe("equals") })
}

fn failure(said: &Said) -> Option<WaitFailure> {
    Some(WaitFailure { when: condition(said)?, code: said.texts("code"), message: said.texts("message") })
}
