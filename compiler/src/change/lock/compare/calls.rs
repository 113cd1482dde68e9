//! Modules and connections as a whole against what was released: calls, answers, pages, and how one connects.

use super::{Comparer, Direction, Fit, Trail};
use crate::change::lock::record::{Entry, Fact, Kind};
use crate::change::lock::types::quoted;
use crate::diagnostics::codes;

impl<'r> Comparer<'r> {
    pub(super) fn module(&mut self, then: &'r Entry, now: &'r Entry) {
        let name = &now.name;
        self.whole(then, now, "kind", "the kind of", None);
        let (was, is) = (quoted_call(then), quoted_call(now));
        let moved = [then, now].iter().all(|entry| entry.text("call").contains(" /")).then(|| format!("move {name} {was} -> {is}"));
        self.whole(then, now, "call", "the call of", moved);
        self.whole(then, now, "server", "the server of", None);
        self.whole(then, now, "encoding", "the body of", None);
        let page = then.text("page");
        let page = if page.is_empty() { "none" } else { page };
        let verb = (!now.text("page").is_empty()).then(|| format!("page {name} was {page}"));
        self.whole(then, now, "page", "the paging of", verb);
        self.whole(then, now, "cursor", "the cursor of", None);
        self.whole(then, now, "proof", "what makes deliveries genuine for", None);
        self.callers(then, now);
        self.answers(then, now);
        self.constants(then, now);
        self.retry(then, now);
        self.failures(then, now);
        self.fields("input", then, now, &Trail { direction: Direction::In, path: Vec::new(), root: String::new() });
    }

    /// A fact of which there is one.
    fn whole(&mut self, then: &Entry, now: &Entry, group: &'static str, what: &str, verb: Option<String>) {
        let (was, is) = (then.text(group), now.text(group));
        if was == is {
            return;
        }
        let shown = |text: &str| if text.is_empty() { "none".to_owned() } else { format!("`{text}`") };
        let message = format!("{what} `{}` is {} now; it was released as {}", now.name, shown(is), shown(was));
        let place = now.fact(group, "").map_or(now.place, |fact| fact.place);
        let released = then.fact(group, "").map_or(then.place, |fact| fact.place);
        let code = if now.kind == Kind::Connection { codes::RELEASED_CONNECTION } else { codes::RELEASED_CALL };
        let lines = match (now.kind, group) {
            (Kind::Connection, _) => vec!["reauthorize \"…\"".to_owned()],
            (_, "cursor") => vec!["cursor reset \"…\"".to_owned()],
            _ => Vec::new(),
        };
        self.differs(code, place, message, (shown(is), Some((released, shown(was)))), verb, lines);
    }

    /// Connections that could call it still can.
    fn callers(&mut self, then: &Entry, now: &Entry) {
        let (was, is) = (then.text("connections"), now.text("connections"));
        let all = |text: &str| text.split(", ").map(str::to_owned).collect::<Vec<_>>();
        if was == is || is.is_empty() || !was.is_empty() && all(was).iter().all(|one| all(is).contains(one)) {
            return;
        }
        let before = if was.is_empty() { "any" } else { was };
        let message = format!("only {is} can call `{}` now; it was released for {before}", now.name);
        let place = now.fact("connections", "").map_or(now.place, |fact| fact.place);
        let released = then.fact("connections", "").map_or(then.place, |fact| fact.place);
        self.differs(codes::RELEASED_CALL, place, message, (is.to_owned(), Some((released, before.to_owned()))), None, Vec::new());
    }

    fn answers(&mut self, then: &'r Entry, now: &'r Entry) {
        let removed: Vec<(&str, &Fact)> = then.group("answer").filter(|(status, _)| now.fact("answer", status).is_none()).collect();
        let added: Vec<(&str, &Fact)> = now.group("answer").filter(|(status, _)| then.fact("answer", status).is_none()).collect();
        for (status, fact) in then.group("answer") {
            if let Some(present) = now.fact("answer", status) {
                self.output(now, fact, present);
            }
        }
        if let (Some(was), Some(is)) = (then.fact("items", ""), now.fact("items", "")) {
            self.output(now, was, is);
        }
        let Some((status, fact)) = added.first() else {
            for (status, fact) in removed {
                let message = format!("`{}` does not answer with {status} any more", now.name);
                let labels = ("no such answer".to_owned(), Some((fact.place, "released here".to_owned())));
                self.differs(codes::RELEASED_CALL, now.place, message, labels, None, Vec::new());
            }
            return;
        };
        let before = removed.iter().map(|(status, _)| *status).collect::<Vec<_>>().join(", ");
        let one = removed.len() == 1 && added.len() == 1;
        let verb = one.then(|| status_verb(&now.name, (&before, removed[0].1), (status, fact))).flatten();
        let was = if before.is_empty() { then.group("answer").map(|(status, _)| status).collect::<Vec<_>>().join(", ") } else { before };
        let message = format!("`{}` answers with {status} now; it was released with {was}", now.name);
        let released = removed.first().map_or(then.place, |(_, fact)| fact.place);
        self.differs(codes::RELEASED_CALL, fact.place, message, ((*status).to_owned(), Some((released, was))), verb, Vec::new());
        if one {
            let trail = Trail { direction: Direction::Out, path: Vec::new(), root: String::new() };
            self.fit_text(removed[0].1.get("type"), fact.get("type"), &trail);
        }
    }

    /// What comes back.
    fn output(&mut self, now: &Entry, was: &Fact, is: &Fact) {
        // Later steps of a search see its items one by one, not the page around them.
        let trail = Trail { direction: Direction::Out, path: Vec::new(), root: String::new() };
        let is_page = now.fact("items", "").is_some_and(|items| items.get("type") != is.get("type"));
        let fit = self.fit_text(was.get("type"), is.get("type"), &trail);
        let told = |fact: &Fact| {
            let at = if fact.has("at") { format!(" at {}", fact.get("at")) } else { String::new() };
            let coded = if fact.has("as") { format!(" as {}", fact.get("as")) } else { String::new() };
            format!("{}{at}{coded}", fact.get("type"))
        };
        let elsewhere = was.get("at") != is.get("at") || was.get("as") != is.get("as");
        if fit == Fit::Same && !elsewhere {
            return;
        }
        let what = if is_page { "the answer" } else { "the output" };
        let message = format!("{what} of `{}` is `{}` now; it was released as `{}`", now.name, told(is), told(was));
        self.differs(codes::RELEASED_OUTPUT, is.place, message, (told(is), Some((was.place, told(was)))), None, Vec::new());
    }

    fn constants(&mut self, then: &Entry, now: &Entry) {
        for (name, fact) in then.group("constant") {
            let message = match now.fact("constant", name) {
                Some(present) if present == fact => continue,
                Some(present) => {
                    format!("`{}` always sends {name} = {} now; it was released with {}", now.name, present.get(""), fact.get(""))
                }
                None => format!("`{}` does not send {name} = {} any more", now.name, fact.get("")),
            };
            let place = now.fact("constant", name).map_or(now.place, |fact| fact.place);
            let labels = ("sends something else".to_owned(), Some((fact.place, "released here".to_owned())));
            self.differs(codes::RELEASED_CALL, place, message, labels, None, Vec::new());
        }
        for (name, fact) in now.group("constant").filter(|(name, _)| then.fact("constant", name).is_none()) {
            let message = format!("`{}` always sends {name} = {} now; it was released without", now.name, fact.get(""));
            let labels = ("not released".to_owned(), Some((then.place, "released without".to_owned())));
            self.differs(codes::RELEASED_CALL, fact.place, message, labels, None, Vec::new());
        }
    }

    pub(super) fn connection(&mut self, then: &'r Entry, now: &'r Entry) {
        for (group, what) in [
            ("grant", "the way to authenticate of"),
            ("authorize", "the authorization endpoint of"),
            ("token", "the token endpoint of"),
            ("refresh", "the refresh endpoint of"),
        ] {
            self.whole(then, now, group, what, None);
        }
        for (scope, fact) in now.group("scope").filter(|(scope, _)| then.fact("scope", scope).is_none()) {
            let message = format!("`{}` asks for the scope `{scope}`, which nobody has consented to", now.name);
            let again = vec!["reauthorize \"…\"".to_owned()];
            self.differs(codes::RELEASED_CONNECTION, fact.place, message, ("not released".to_owned(), None), None, again);
        }
        self.credential("send", "sends", then, now);
        if then.text("grant") == now.text("grant") {
            self.credential("sign", "signs with", then, now);
        }
        self.fields("field", then, now, &Trail { direction: Direction::In, path: Vec::new(), root: String::new() });
    }
}

impl<'r> Comparer<'r> {
    /// What is sent, or signed, of a connection is all one.
    fn credential(&mut self, group: &'static str, does: &str, then: &'r Entry, now: &'r Entry) {
        let all = |entry: &Entry| {
            let all: Vec<String> = entry.group(group).map(|(name, fact)| format!("{name} = {}", fact.get(""))).collect();
            if all.is_empty() { "nothing".to_owned() } else { all.join(", ") }
        };
        let (was, is) = (all(then), all(now));
        if was != is {
            let message = format!("`{}` {does} {is} now; it was released with {was}", now.name);
            let labels = (format!("{does} something else"), Some((then.place, "released here".to_owned())));
            self.differs(codes::RELEASED_CONNECTION, now.place, message, labels, None, Vec::new());
        }
    }
}

/// `POST "/programs"`
fn quoted_call(entry: &Entry) -> String {
    let (method, path) = entry.text("call").split_once(' ').unwrap_or(("GET", ""));
    format!("{method} {}", quoted(path))
}

/// What says that another status answers; nothing where what comes back is another type as well, which a verb cannot say.
fn status_verb(module: &str, (before, was): (&str, &Fact), (after, is): (&str, &Fact)) -> Option<String> {
    let returning = match (was.get("type"), is.get("type")) {
        (was, is) if was == is => String::new(),
        ("nothing", ty) => format!(" returning {ty}{}", if is.has("at") { format!(" at {}", is.get("at")) } else { String::new() }),
        _ => return None,
    };
    Some(format!("status {module} {before} -> {after}{returning}"))
}
