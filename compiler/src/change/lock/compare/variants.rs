//! Values of enums and variants of unions against those that were released.

use super::{Comparer, Direction, Fit, Trail};
use crate::change::lock::record::{Entry, Fact};
use crate::change::lock::types::quoted;
use crate::diagnostics::codes;

impl<'r> Comparer<'r> {
    pub(super) fn values(&mut self, then: &'r Entry, now: &'r Entry, trail: &Trail) {
        let closed = |entry: &Entry| entry.text("is").starts_with("closed ");
        if closed(now) && !closed(then) {
            let message = format!("`{}` is closed now; it was released open", now.name);
            let labels = ("closed".to_owned(), Some((then.place, "open".to_owned())));
            self.differs(codes::RELEASED_VALUES, now.place, message, labels, None, Vec::new());
        }
        let mut added: Vec<(&str, &Fact)> = now.group("value").filter(|(name, _)| then.fact("value", name).is_none()).collect();
        for (name, fact) in then.group("value") {
            match now.fact("value", name) {
                Some(present) if present == fact => {}
                Some(present) => self.value_renamed(now, (name, fact), (name, present), trail),
                None => match added.iter().position(|(_, other)| *other == fact) {
                    Some(at) => {
                        let is = added.remove(at);
                        self.value_renamed(now, (name, fact), is, trail);
                    }
                    None => self.value_gone(now, name, fact, trail),
                },
            }
        }
        // An open enum is read with any value; a closed one is not, and who matches on it has no arm for this.
        if closed(now) && trail.direction == Direction::Out {
            for (name, fact) in added {
                let message = format!("`{}.{name}` is new, and the enum was released closed: older programs cannot read it", now.name);
                let verb = Some(format!("add {}.{name}", now.name));
                self.differs(codes::RELEASED_VALUES, fact.place, message, ("not released".to_owned(), None), verb, Vec::new());
            }
        }
    }

    fn value_renamed(&mut self, now: &Entry, (old, was): (&str, &Fact), (new, is): (&str, &Fact), trail: &Trail) {
        let (before, after) = (was.get(""), is.get(""));
        let message = match old == new {
            true => format!("`{}.{new}` is {after} on the wire now; it was released as {before}", now.name),
            false => format!("`{}.{new}` was released as `{old}`", now.name),
        };
        let verb = format!("rename {}.{old} = {before} -> {new}", now.name);
        let lines = match trail.direction {
            Direction::In if old != new && trail.path.iter().all(|name| name != "[]") => {
                let name = trail.path.join(".");
                let root = trail.root.split_once(':').map_or(trail.root.as_str(), |(head, _)| head);
                let was = if trail.path.len() == 1 { format!("was {root}: string") } else { format!("was {}", trail.root) };
                vec![was, format!("remap {name} {{ \"{old}\" -> \"{new}\" }}")]
            }
            _ => self.reviewed(old, trail),
        };
        let labels = (format!("was `{old}` = {before}"), Some((was.place, "released here".to_owned())));
        self.differs(codes::RELEASED_VALUES, is.place, message, labels, Some(verb), if old == new { Vec::new() } else { lines });
    }

    fn value_gone(&mut self, now: &Entry, name: &str, fact: &Fact, trail: &Trail) {
        let message = format!("`{}.{name}` is gone; it was released as {}", now.name, fact.get(""));
        let verb = format!("remove {}.{name} = {} use none \"…\"", now.name, fact.get(""));
        let labels = (format!("has no `{name}`"), Some((fact.place, "released here".to_owned())));
        let lines = self.reviewed(name, trail);
        self.differs(codes::RELEASED_VALUES, now.place, message, labels, Some(verb), lines);
    }

    /// What was configured with a value that is none any more, a person looks at.
    fn reviewed(&self, value: &str, trail: &Trail) -> Vec<String> {
        match trail.direction {
            Direction::Out => Vec::new(),
            Direction::In => {
                let path: Vec<&str> = trail.path.iter().map(String::as_str).take_while(|name| *name != "[]").collect();
                vec![format!("review {} \"`{value}` is no longer a value\"", path.join("."))]
            }
        }
    }

    pub(super) fn union(&mut self, then: &'r Entry, now: &'r Entry, trail: &Trail) {
        let (was, is) = (then.text("is"), now.text("is"));
        let loosened = was.strip_prefix("closed ") == Some(is);
        if was != is && !loosened {
            let message = format!("`{}` is a `{is}` now; it was released as a `{was}`", now.name);
            let labels = (is.to_owned(), Some((then.place, was.to_owned())));
            self.differs(codes::RELEASED_VALUES, now.place, message, labels, None, Vec::new());
        }
        for (name, fact) in then.group("variant") {
            match now.fact("variant", name) {
                Some(present) => self.variant(now, name, fact, present, trail),
                None => {
                    let message = format!("the variant `{}.{name}` is gone; it was released as `{}`", now.name, fact.get("type"));
                    let labels = (format!("has no `{name}`"), Some((fact.place, "released here".to_owned())));
                    let renamed = now
                        .group("variant")
                        .find(|(other, new)| new.get("tag") == fact.get("tag") && new.has("tag") && then.fact("variant", other).is_none());
                    let verb = renamed.map(|(new, _)| format!("rename {}.{name} {} -> {new}", now.name, quoted(fact.get("tag"))));
                    self.differs(codes::RELEASED_VALUES, now.place, message, labels, verb, self.reviewed(name, trail));
                }
            }
        }
        if is.starts_with("closed ") && trail.direction == Direction::Out {
            for (name, fact) in now.group("variant").filter(|(name, _)| then.fact("variant", name).is_none()) {
                let message = format!("`{}.{name}` is new, and the union was released closed", now.name);
                let verb = Some(format!("add {}.{name}", now.name));
                self.differs(codes::RELEASED_VALUES, fact.place, message, ("not released".to_owned(), None), verb, Vec::new());
            }
        }
    }

    fn variant(&mut self, now: &Entry, name: &str, was: &Fact, is: &Fact, trail: &Trail) {
        let fit = self.fit_text(was.get("type"), is.get("type"), trail);
        let told = |fact: &Fact| format!("{}{}", fact.get("tag"), fact.get("position"));
        let (before, after) = match fit {
            Fit::Same if told(was) == told(is) => return,
            Fit::Same => (told(was), told(is)),
            _ => (was.get("type").to_owned(), is.get("type").to_owned()),
        };
        let message = format!("the variant `{}.{name}` is `{after}` now; it was released as `{before}`", now.name);
        self.differs(codes::RELEASED_VALUES, is.place, message, (after, Some((was.place, before))), None, Vec::new());
    }
}
