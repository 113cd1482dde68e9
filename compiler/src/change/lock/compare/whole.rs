//! What holds whatever is called against what was released: where calls go, what every request sends, how errors are told, what is tried
//! again. Limits, which statuses are tried again, and what ends a wait, change what our side does and no shape: they are recorded, and need no words.

use super::{Comparer, Direction, Fit, Trail};
use crate::change::lock::record::{Entry, Fact, Kind};
use crate::change::lock::types::quoted;
use crate::change::lock::whole;
use crate::diagnostics::codes;
use crate::model::RetryClass;

impl<'r> Comparer<'r> {
    pub(super) fn whole_connector(&mut self, then: &'r Entry, now: &'r Entry) {
        for (name, was) in then.group("server") {
            let server = if name.is_empty() { "the server".to_owned() } else { format!("the server `{name}`") };
            let told = |fact: &Fact| quoted(fact.get(""));
            match now.fact("server", name) {
                Some(is) if is == was => {}
                Some(is) => {
                    let message = format!("{server} is {} now; it was released as {}", told(is), told(was));
                    let verb = format!("server {} -> {}", told(was), told(is));
                    self.differs(codes::RELEASED_CALL, is.place, message, (told(is), Some((was.place, told(was)))), Some(verb), Vec::new());
                }
                None => {
                    let message = format!("{server} was released, and is gone");
                    let labels = ("no such server".to_owned(), Some((was.place, told(was))));
                    self.differs(codes::RELEASED_CALL, now.place, message, labels, None, Vec::new());
                }
            }
        }
        let sends = |entry: &Entry| entry.group("send").map(|(name, fact)| format!("{name} = {}", fact.get(""))).collect::<Vec<_>>();
        let (was, is) = (sends(then), sends(now));
        if was != is {
            let told = |sends: &[String]| if sends.is_empty() { "nothing".to_owned() } else { sends.join(", ") };
            let message = format!("every request sends {} now; it was released with {}", told(&is), told(&was));
            let labels = ("sends something else".to_owned(), Some((then.place, "released here".to_owned())));
            self.differs(codes::RELEASED_CALL, now.place, message, labels, None, Vec::new());
        }
        self.failures(then, now);
    }

    /// Whether a call may be sent again decides what happens twice.
    pub(super) fn retry(&mut self, then: &'r Entry, now: &'r Entry) {
        let class = |entry: &Entry| match entry.text("retry") {
            "" => whole::retry(&RetryClass::by_method(entry.text("call").split(' ').next().unwrap_or_default())),
            told => told.to_owned(),
        };
        let (was, is) = (class(then), class(now));
        // Where neither says it, it goes with the method. A lock without what holds for the whole was written before either was recorded.
        let said = !then.text("retry").is_empty() || !now.text("retry").is_empty();
        let recorded = self.then.named(Kind::Whole, &self.then.connector).next().is_some();
        if was == is || !said || !recorded {
            return;
        }
        let place = now.fact("retry", "").map_or(now.place, |fact| fact.place);
        let released = then.fact("retry", "").map_or(then.place, |fact| fact.place);
        let message = format!("`{}` is `retry {is}` now; it was released as `retry {was}`", now.name);
        let labels = (format!("`retry {is}`"), Some((released, format!("`retry {was}`"))));
        self.differs(codes::RELEASED_CALL, place, message, labels, None, Vec::new());
    }

    /// How errors are told. One more answer that is known as an error takes nothing from anybody.
    pub(super) fn failures(&mut self, then: &'r Entry, now: &'r Entry) {
        for (number, was) in then.group("fails") {
            let told = |fact: &Fact| fact.facets.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>().join(" ");
            let Some(is) = failure_of(now, number, was) else {
                let message = format!("the error answer `{}` of `{}` was released, and is gone", told(was), now.name);
                let labels = ("no such error".to_owned(), Some((was.place, "released here".to_owned())));
                self.differs(codes::RELEASED_OUTPUT, now.place, message, labels, None, Vec::new());
                continue;
            };
            let trail = Trail { direction: Direction::Out, path: Vec::new(), root: String::new() };
            // What fails a wait has no type of its own.
            let untyped = was.get("type").is_empty() && is.get("type").is_empty();
            let fit = if untyped { Fit::Same } else { self.fit_text(was.get("type"), is.get("type"), &trail) };
            let elsewhere = TOLD.iter().any(|facet| was.get(facet) != is.get(facet));
            if fit != Fit::Same || elsewhere {
                let message = format!("an error answer of `{}` is `{}` now; it was released as `{}`", now.name, told(is), told(was));
                let labels = (told(is), Some((was.place, told(was))));
                self.differs(codes::RELEASED_OUTPUT, is.place, message, labels, None, Vec::new());
            }
        }
    }
}

/// How an error answer is known and told.
const TOLD: [&str; 5] = ["at", "on", "when", "code", "message"];

/// The error answer that was released as this one. Those of an exchange are tried in turn, so their numbers name them; what fails a wait, which has
/// no type, is named by its condition: one more of it, or another wait before it, moves nothing.
fn failure_of<'r>(now: &'r Entry, number: &str, was: &Fact) -> Option<&'r Fact> {
    if !was.get("type").is_empty() {
        return now.fact("fails", number);
    }
    let alike = || now.group("fails").map(|(_, is)| is).filter(|is| is.get("type").is_empty() && is.get("when") == was.get("when"));
    alike().find(|is| TOLD.iter().all(|facet| is.get(facet) == was.get(facet))).or_else(|| alike().next())
}
