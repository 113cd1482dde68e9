//! Steps that are made again until something holds: what ends them, what fails them, and that they have an end.

use super::super::Resolver;
use super::super::symbols::joined;
use super::bind::View;
use super::condition::Told;
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{Module, RetryClass, Type, Wait, WaitFailure, WaitUntil};
use crate::source::Span;
use crate::syntax::ast::{self, Path};

impl<'a> Resolver<'a> {
    /// The rule of a step that waits, in the version that is bound. None when it is wrong, which is reported.
    pub(super) fn wait(
        &mut self,
        step: &'a ast::Step,
        written: &'a ast::Wait,
        now: &Module,
        then: &Module,
        view: &View<'_>,
    ) -> Option<Wait> {
        let safe = self.may_be_repeated(step, then);
        let times = self.has_an_end(written);
        let (mut until, mut ends) = (Vec::new(), Vec::new());
        let mut good = true;
        let (here, there) = (gives(now, Some(written)), gives(then, Some(written)));
        let told = Told { now: here, then: there, several: differ(then) };
        for one in &written.until {
            match one {
                ast::WaitUntil::Statuses(statuses) => {
                    let ranges = self.statuses(statuses);
                    good &= self.are_answered(statuses, &ranges, then);
                    ends.extend(statuses.iter().map(|status| status.span));
                    until.extend(ranges.into_iter().map(WaitUntil::Status));
                }
                ast::WaitUntil::When(condition) => match self.wait_condition(condition, &told, step, view) {
                    Some(when) => {
                        ends.push(condition.span);
                        until.push(WaitUntil::When(when));
                    }
                    None => good = false,
                },
            }
        }
        let mut fails = Vec::new();
        for one in &written.fails {
            let when = self.wait_condition(&one.when, &told, step, view);
            let mut text = |path: &Option<Path>| match path {
                None => Some(Vec::new()),
                Some(path) => self.wait_path(path, &told, step, view).map(|(members, _)| members),
            };
            let (code, message) = (text(&one.code), text(&one.message));
            match (when, code, message) {
                (Some(when), Some(code), Some(message)) => fails.push(WaitFailure { when, code, message }),
                _ => good = false,
            }
        }
        good &= self.conditions_differ(&until, &ends, &fails, written);
        let (every, most) = times?;
        let up_to = written.up_to.as_ref().map(|most| most.value);
        let times = written.times.as_ref().map(|times| u32::try_from(times.value).unwrap_or(u32::MAX));
        (good && safe && !until.is_empty()).then_some(Wait { every, up_to, until, fails, most, times })
    }

    /// What acts each time it is called must not be called to see how far something is.
    fn may_be_repeated(&mut self, step: &ast::Step, module: &Module) -> bool {
        let (name, span) = joined(&step.module);
        if module.parts.is_some() {
            self.report(
                Diagnostic::new(codes::UNSAFE_WAIT, span, format!("`{name}` sends a file in parts, which is no question to ask again"))
                    .also(module.span, "declared here")
                    .help("send it in a step of its own, and wait on a `GET` behind it"),
            );
            return false;
        }
        if module.retry == RetryClass::Safe {
            return true;
        }
        self.report(
            Diagnostic::new(codes::UNSAFE_WAIT, span, format!("`{name}` is called again and again, and may act each time"))
                .here(format!("a `{}` that nothing calls safe", module.method))
                .also(module.span, "declared here")
                .help("ask by a `GET`; or write `retry safe` in that module, if it only reads"),
        );
        false
    }

    /// How often it is called, and how long at most.
    fn has_an_end(&mut self, written: &ast::Wait) -> Option<(u64, u64)> {
        let start = Span { end: written.span.start + 1, ..written.span };
        if let Some(span) = written.misplaced {
            self.report(
                Diagnostic::new(codes::WAIT_INCOMPLETE, span, "this clause of a wait is out of place")
                    .here("stands again, or too late")
                    .help("the order is `every`, `until`, `fails when`, `at most`; the first and the last stand once"),
            );
        }
        if written.until.is_empty() {
            self.report(
                Diagnostic::new(codes::WAIT_INCOMPLETE, start, "nothing says until when this step is made again")
                    .here("no `until`")
                    .help("write for example `until status = finished`, `until url present` or `until status 200`"),
            );
        }
        let Some(every) = &written.every else {
            self.report(
                Diagnostic::new(codes::WAIT_INCOMPLETE, start, "nothing says how often this step is made")
                    .here("no `every`")
                    .help("write for example `every 2s`, or `every 2s up to 1m` where pauses are to grow"),
            );
            return None;
        };
        let Some(most) = &written.most else {
            let span = written.times.as_ref().map_or(every.span, |times| times.span);
            self.report(
                Diagnostic::new(codes::ENDLESS_WAIT, span, "this step may be made for ever")
                    .here(if written.times.is_some() {
                        "a number of calls bounds no time: servers say how long to pause"
                    } else {
                        "no `at most`"
                    })
                    .help("write behind it how long it may take, for example `at most 30m`"),
            );
            return None;
        };
        if let Some(up_to) = written.up_to.as_ref().filter(|up_to| up_to.value < every.value) {
            self.report(contradiction(up_to.span, "pauses cannot grow up to less than the first", every.span));
            return None;
        }
        if most.value < every.value {
            self.report(contradiction(most.span, "the whole wait is shorter than its first pause", every.span));
            return None;
        }
        if let Some(times) = written.times.as_ref().filter(|times| times.value == 0) {
            self.report(contradiction(times.span, "it is never called", every.span));
            return None;
        }
        Some((every.value, most.value))
    }

    /// Statuses that end a wait are such that the module answers with.
    fn are_answered(&mut self, written: &[crate::source::Spanned<String>], ranges: &[(u16, u16)], module: &Module) -> bool {
        let answers = |range: &(u16, u16)| module.answers.iter().any(|answer| overlap(answer.statuses, *range));
        let Some(at) = ranges.iter().position(|range| !answers(range)) else { return true };
        let span = written.get(at).map_or(module.span, |status| status.span);
        self.report(
            Diagnostic::new(codes::WAIT_CONDITION, span, "the module never answers with this status")
                .here("never comes")
                .also(module.span, "declared here")
                .help("name a status that stands in its `answers`; any other is an error"),
        );
        false
    }

    /// What ends a wait stands once, and does not fail it.
    fn conditions_differ(&mut self, until: &[WaitUntil], ends: &[Span], fails: &[WaitFailure], written: &ast::Wait) -> bool {
        let failing = fails.iter().map(|one| WaitUntil::When(one.when.clone()));
        let all: Vec<WaitUntil> = until.iter().cloned().chain(failing).collect();
        // Failures that are wrong are missing among `fails`, so that none can be told by its place.
        let failing = written.fails.iter().map(|one| one.when.span);
        let spans: Vec<Span> = ends.iter().copied().chain(failing).collect();
        if spans.len() != all.len() {
            return true;
        }
        let again = (1..all.len()).find_map(|at| Some((at, all[..at].iter().position(|one| *one == all[at])?)));
        let Some((again, first)) = again else { return true };
        let both = again >= until.len() && first < until.len();
        let (problem, help) = match both {
            true => ("the same condition ends the wait and fails it", "say behind `fails when` what only a failure shows"),
            false => ("the same condition stands twice", "keep one of them"),
        };
        self.report(
            Diagnostic::new(codes::WAIT_CONDITION, spans[again], problem)
                .here("the same again")
                .also(spans[first], "stands here")
                .help(help),
        );
        false
    }

    /// A wait where a call is made once.
    pub(super) fn waits_for_nothing(&mut self, step: &ast::Step) {
        if let Some(wait) = &step.wait {
            let span = Span { end: wait.span.start + 1, ..wait.span };
            self.report(
                Diagnostic::new(codes::WAIT_INCOMPLETE, span, "asking for deliveries is one call, which is made once")
                    .here("waited for")
                    .help("leave the wait out"),
            );
        }
    }
}

/// What a step gives: where it waits for a status, the answer with that.
pub(super) fn gives<'m>(module: &'m Module, wait: Option<&ast::Wait>) -> Option<&'m Type> {
    let awaited = |answer: &&crate::model::Answer| statuses_of(wait).any(|range| overlap(answer.statuses, range));
    let answer = module.answers.iter().find(awaited).or(module.answers.first())?;
    answer.body.as_ref()
}

/// Whether what a step gives depends on the answer that comes: where it waits for a status, only answers with that count.
pub(super) fn gives_several(module: &Module, wait: Option<&ast::Wait>) -> bool {
    let by_status = statuses_of(wait).next().is_some();
    let counts = |answer: &&crate::model::Answer| !by_status || statuses_of(wait).any(|range| overlap(answer.statuses, range));
    let mut bodies = module.answers.iter().filter(counts).map(|answer| &answer.body);
    let first = bodies.next();
    bodies.any(|body| Some(body) != first)
}

fn statuses_of(wait: Option<&ast::Wait>) -> impl Iterator<Item = (u16, u16)> {
    let until = wait.into_iter().flat_map(|wait| &wait.until);
    let statuses = until.flat_map(|until| match until {
        ast::WaitUntil::Statuses(statuses) => statuses.as_slice(),
        ast::WaitUntil::When(_) => &[],
    });
    statuses.filter_map(|status| super::super::statuses::range(&status.value))
}

fn differ(module: &Module) -> bool {
    module.answers.iter().any(|answer| answer.body != module.answers[0].body)
}

fn overlap(one: (u16, u16), other: (u16, u16)) -> bool {
    one.0 <= other.1 && other.0 <= one.1
}

fn contradiction(span: Span, problem: &str, every: Span) -> Diagnostic {
    Diagnostic::new(codes::WAIT_INCOMPLETE, span, problem)
        .here("contradicts")
        .also(every, "the first pause")
        .help("pauses grow from `every` to `up to`, and `at most` is for all of them together")
}
