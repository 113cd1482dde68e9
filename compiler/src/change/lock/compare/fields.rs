//! Fields and inputs against those that were released: which is which, and what is other about each.

use super::{Comparer, Direction, Fit, Trail};
use crate::change::lock::record::{Entry, Fact, Kind};
use crate::change::lock::types::quoted;
use crate::diagnostics::{Code, codes, nearest};

/// A field before and after.
struct Both<'f> {
    /// What they belong to, as a verb names it.
    owner: &'f str,
    was: (&'f str, &'f Fact),
    is: (&'f str, &'f Fact),
    code: Code,
}

impl<'r> Comparer<'r> {
    /// Compares the fields of a struct, the inputs of a module, or what a person fills in for a connection.
    pub(super) fn fields(&mut self, group: &'static str, then: &'r Entry, now: &'r Entry, trail: &Trail) {
        let code = match (now.kind, trail.direction) {
            (Kind::Connection, _) => codes::RELEASED_CONNECTION,
            (_, Direction::In) => codes::RELEASED_INPUT,
            (_, Direction::Out) => codes::RELEASED_OUTPUT,
        };
        let mut added: Vec<(&str, &Fact)> = now.group(group).filter(|(name, _)| then.fact(group, name).is_none()).collect();
        let removed: Vec<(&str, &Fact)> = then.group(group).filter(|(name, _)| now.fact(group, name).is_none()).collect();
        for (name, fact) in then.group(group) {
            if let Some(present) = now.fact(group, name) {
                self.field(&Both { owner: &now.name, was: (name, fact), is: (name, present), code }, trail);
            }
        }
        for was in &removed {
            let alone = removed.len() == 1 && added.len() == 1;
            let Some(at) = added.iter().position(|is| is_renamed(*was, *is, alone)) else {
                self.removed(now, *was, code, trail);
                continue;
            };
            let is = added.remove(at);
            let both = Both { owner: &now.name, was: *was, is, code };
            self.renamed(&both, trail);
            self.field(&both, trail);
        }
        for (name, fact) in added {
            self.added(now, name, fact, code, trail);
        }
    }

    /// A field as a `was` or a `remove` declares it.
    pub(in crate::change::lock) fn declared(&self, name: &str, fact: &Fact, depth: usize) -> String {
        let optional = if fact.has("optional") { "?" } else { "" };
        let wire = if fact.has("wire") { format!(" {}", quoted(fact.get("wire"))) } else { String::new() };
        let null = if fact.has("null") { " | null" } else { "" };
        let default = if fact.has("default") { format!(" = {}", fact.get("default")) } else { String::new() };
        format!("{name}{optional}{wire}: {}{null}{default}", self.spelled(fact.get("type"), depth))
    }

    /// The same behind the place where it went, if that is not the usual one.
    fn placed(&self, name: &str, fact: &Fact) -> String {
        let declared = self.declared(name, fact, 0);
        match fact.get("in") {
            "" | "whole body" => declared,
            place if place == self.usual_place => declared,
            place => format!("{place} {declared}"),
        }
    }

    fn in_words(&self, name: &str, fact: &Fact) -> String {
        match fact.get("in") {
            "" => self.declared(name, fact, 9),
            place => format!("in {place}: {}", self.declared(name, fact, 9)),
        }
    }

    fn removed(&mut self, now: &Entry, (name, fact): (&str, &Fact), code: Code, trail: &Trail) {
        let here = trail.step(name);
        let was = self.in_words(name, fact);
        let message = format!("`{}.{name}` is gone; it was released as `{was}`", now.name);
        let place = match fact.get("in") {
            "" | "whole body" => String::new(),
            place if place == self.usual_place => String::new(),
            place => format!(" in {place}"),
        };
        let verb = format!("remove {}.{}{place} use none \"…\"", now.name, self.declared(name, fact, 0));
        let lines = match trail.direction {
            _ if now.kind == Kind::Connection => vec![format!("was {}", self.placed(name, fact))],
            Direction::Out => vec![format!("output {} -> none \"…\"", here.text())],
            Direction::In if trail.path.is_empty() => {
                vec![format!("was {}", self.placed(name, fact)), format!("drop was.{name} because \"…\"")]
            }
            Direction::In => with(here.declares(), format!("drop was.{} because \"…\"", here.text())),
        };
        let verb = (name != "...").then_some(verb);
        let lines = if name == "..." { Vec::new() } else { lines };
        self.differs(code, now.place, message, (format!("has no `{name}`"), Some((fact.place, "released here".to_owned()))), verb, lines);
    }

    fn added(&mut self, now: &Entry, name: &str, fact: &Fact, code: Code, trail: &Trail) {
        if trail.direction == Direction::Out || fact.has("optional") || fact.has("default") || name == "..." || is_constant(fact) {
            return;
        }
        let here = trail.step(name);
        let message = format!("`{}.{name}` is required, and was not released: what is stored has no value for it", now.name);
        let lines = if trail.path.is_empty() {
            vec![format!("ask {name} \"…\"")]
        } else {
            with(here.declares(), format!("ask {} \"…\"", here.path[0]))
        };
        self.differs(code, fact.place, message, ("new, and required".to_owned(), None), Some(format!("add {}.{name}", now.name)), lines);
    }

    fn renamed(&mut self, both: &Both<'_>, trail: &Trail) {
        let ((old, was), (new, is)) = (both.was, both.is);
        let message = format!("`{}.{new}` was released as `{old}`", both.owner);
        // The older wire name, even if it is the present one: the rule for names would give another.
        let verb = format!("rename {}.{old} {} -> {new}", both.owner, quoted(wire(old, was)));
        let (from, to) = (trail.step(old), trail.step(new));
        let lines = match trail.direction {
            Direction::Out => vec![format!("output {} -> {}", from.text(), to.text())],
            Direction::In if trail.path.is_empty() => vec![format!("was {}", self.placed(old, was)), format!("set {new} = was.{old}")],
            Direction::In => with(from.declares(), format!("set {} = was.{}", to.text(), from.text())),
        };
        let labels = (format!("renamed from `{old}`?"), Some((was.place, "released here".to_owned())));
        self.differs(both.code, is.place, message, labels, Some(verb), lines);
    }

    /// What is other about one field.
    fn field(&mut self, both: &Both<'_>, trail: &Trail) {
        let ((old, was), (name, is)) = (both.was, both.is);
        let inner = Trail {
            path: trail.step(name).path,
            root: if trail.path.is_empty() { self.placed(old, was) } else { trail.root.clone() },
            direction: trail.direction,
        };
        let fit = self.fit_text(was.get("type"), is.get("type"), &inner);
        if was.facets == is.facets {
            return;
        }
        let target = format!("{}.{name}", both.owner);
        self.typed(both, &target, fit, &inner);
        self.optional(both, &target, &inner);
        self.defaulted(both, &target, fit, &inner);
        self.on_the_wire(both, &target, &inner);
    }

    fn typed(&mut self, both: &Both<'_>, target: &str, fit: Fit, trail: &Trail) {
        let (was, is) = (both.was.1, both.is.1);
        let nulls = was.has("null") != is.has("null");
        if fit == Fit::Same && !nulls {
            return;
        }
        let null = |fact: &Fact| if fact.has("null") { " | null" } else { "" };
        let (before, after) = (format!("{}{}", was.get("type"), null(was)), format!("{}{}", is.get("type"), null(is)));
        let narrower = if fit == Fit::Narrower { ", which lets through less" } else { "" };
        let message = format!("`{target}` is `{after}` now{narrower}; it was released as `{before}`");
        let verb = format!("retype {target}: {}{} -> {after}", self.spelled(was.get("type"), 0), null(was));
        self.facet(both, message, (after.clone(), before), Some(verb), trail, &[]);
    }

    fn optional(&mut self, both: &Both<'_>, target: &str, trail: &Trail) {
        let (was, is) = (both.was.1.has("optional"), both.is.1.has("optional"));
        let name = both.is.0;
        let labels = |optional: bool| (if optional { "optional" } else { "required" }).to_owned();
        match (was, is) {
            (true, false) => {
                let message = format!("`{target}` is required now; it was released as optional");
                let needs = both.is.1.get("default").is_empty() && trail.direction == Direction::In && trail.path.len() == 1;
                let ask = if needs { vec![format!("ask {name} \"…\"")] } else { Vec::new() };
                self.facet(both, message, (labels(is), labels(was)), Some(format!("require {target}")), trail, &ask);
            }
            (false, true) => {
                let message = format!("`{target}` is optional now; it was released as required");
                self.facet(both, message, (labels(is), labels(was)), Some(format!("relax {target}")), trail, &[]);
            }
            _ => {}
        }
    }

    fn defaulted(&mut self, both: &Both<'_>, target: &str, fit: Fit, trail: &Trail) {
        let (was, is) = (both.was.1, both.is.1);
        let text = |fact: &Fact| if fact.has("default") { fact.get("default").to_owned() } else { "none".to_owned() };
        let (before, after) = (text(was), text(is));
        // What was required was always stored: a default added now is never used for it.
        let never_absent = !was.has("optional") && !was.has("default");
        if before == after || trail.direction == Direction::Out || never_absent {
            return;
        }
        let message = format!("the default of `{target}` is {after} now; it was released as {before}");
        let verb = format!("default {target} {before} -> {after}");
        let keep = match was.has("default") && trail.path.len() == 1 {
            // What the server did for an absent value may be no value of another type.
            true if fit != Fit::Same => vec![format!("ask {} \"…\"", both.is.0)],
            true => vec![format!("default {} = {before}", both.is.0)],
            false => Vec::new(),
        };
        self.facet(both, message, (format!("default {after}"), format!("default {before}")), Some(verb), trail, &keep);
    }

    fn on_the_wire(&mut self, both: &Both<'_>, target: &str, trail: &Trail) {
        let ((old, was), (name, is)) = (both.was, both.is);
        if was.get("in") != is.get("in") {
            let message = format!("`{target}` goes into the {} now; it was released in the {}", is.get("in"), was.get("in"));
            let whole = was.get("in") == "whole body" || is.get("in") == "whole body";
            let verb = (!whole).then(|| {
                let wire = quoted(wire(old, was));
                format!("move {target} {} {wire} -> {}", was.get("in"), is.get("in"))
            });
            self.facet(both, message, (is.get("in").to_owned(), was.get("in").to_owned()), verb, trail, &[]);
        } else if was.get("style") != is.get("style") {
            let message = format!("`{target}` is written in another style than it was released with");
            let usual = |text: &str| if text.is_empty() { "the usual style".to_owned() } else { format!("style `{text}`") };
            self.facet(both, message, (usual(is.get("style")), usual(was.get("style"))), None, trail, &[]);
        }
        if wire(old, was) != wire(name, is) && old == name {
            let message = format!("`{target}` is called `{}` on the wire now; it was released as `{}`", wire(name, is), wire(old, was));
            let verb = format!("rename {target} {} -> {name}", quoted(wire(old, was)));
            self.facet(both, message, (wire(name, is).to_owned(), wire(old, was).to_owned()), Some(verb), trail, &[]);
        }
    }

    /// Something other about a field that is still there.
    fn facet(
        &mut self,
        both: &Both<'_>,
        message: String,
        (here, was): (String, String),
        verb: Option<String>,
        trail: &Trail,
        more: &[String],
    ) {
        let same_name = both.was.0 == both.is.0;
        let mut lines = match trail.direction {
            Direction::Out => Vec::new(),
            Direction::In if trail.path.len() == 1 && same_name => vec![format!("was {}", self.placed(both.was.0, both.was.1))],
            Direction::In => trail.declares(),
        };
        lines.extend_from_slice(more);
        self.differs(both.code, both.is.1.place, message, (here, Some((both.was.1.place, was))), verb, lines);
    }
}

fn with(mut lines: Vec<String>, line: String) -> Vec<String> {
    lines.push(line);
    lines
}

/// The name that travels.
pub(super) fn wire<'f>(name: &'f str, fact: &'f Fact) -> &'f str {
    if fact.has("wire") { fact.get("wire") } else { name }
}

/// A literal is always sent, and nobody configures it.
fn is_constant(fact: &Fact) -> bool {
    let text = fact.get("type");
    text.starts_with(['"', '-']) || text.starts_with(|first: char| first.is_ascii_digit()) || text == "true" || text == "false"
}

/// Is it the same under another name? What travels under the same name is; else what is just alike, and is called nearly so or is the
/// only one.
fn is_renamed((old, was): (&str, &Fact), (new, is): (&str, &Fact), alone: bool) -> bool {
    let others = |fact: &Fact| fact.facets.iter().filter(|(name, _)| *name != "wire").cloned().collect::<Vec<_>>();
    if wire(old, was) == wire(new, is) {
        return true;
    }
    others(was) == others(is) && (alone || nearest::nearest(old, [new]).is_some())
}
