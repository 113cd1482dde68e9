//! How a search pages: a strategy bound to inputs and to places in the answer.

use super::Resolver;
use super::unknown::{choice, unknown};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{Answer, Constant, Decoding, Input, Page, PageSpans, Stop, Strategy, Type, Versions};
use crate::source::Span;
use crate::syntax::ast::{self, Ident, ModuleKind, WirePath};

/// What paging is bound to.
pub(super) struct PageParts<'p> {
    pub(super) kind: ModuleKind,
    pub(super) name: &'p Ident,
    pub(super) page: Option<&'p ast::Page>,
    pub(super) inputs: &'p [Input],
    pub(super) constants: &'p [Constant],
    pub(super) on: Versions,
}

/// The most pages that are fetched unless the spec says otherwise.
const USUAL_CAP: u32 = 10_000;

const STRATEGIES: [&str; 6] = ["offset", "number", "cursor", "link", "next", "keyset"];

impl Resolver<'_> {
    /// The page of a search; moves the answer down to its items where `items` says where they stand.
    pub(super) fn page(&mut self, parts: &PageParts<'_>, answers: &mut [Answer]) -> Option<Page> {
        let Some(page) = parts.page else {
            self.search_has_items(parts, answers);
            return None;
        };
        if parts.kind == ModuleKind::Action {
            self.report(page_of_action(page, parts.name));
            return None;
        }
        let strategy = self.strategy(page, parts, answers);
        let stop = self.stop(page, answers, parts.on);
        let (items, item) = self.items(page, parts, answers)?;
        Some(Page {
            items,
            item,
            strategy: strategy?,
            stop: stop?,
            cap: self.cap(page),
            spans: PageSpans { strategy: page.strategy.span, stop: page.stop.as_ref().map(|(_, _, span)| *span) },
        })
    }

    fn search_has_items(&mut self, parts: &PageParts<'_>, answers: &[Answer]) {
        let item = answers.first().and_then(|answer| answer.body.as_ref());
        let listed = item.is_some_and(|ty| matches!(ty, Type::List(..)) || *ty == Type::UNKNOWN);
        // What is to come item by item and is no list is told as that.
        let by_item = answers.first().is_some_and(|answer| matches!(answer.decoding, Decoding::Items(_)));
        if parts.kind == ModuleKind::Search && !listed && !by_item {
            self.report(no_items(parts.name, answers.first().map(|answer| answer.span)));
        }
    }

    fn items(&mut self, page: &ast::Page, parts: &PageParts<'_>, answers: &mut [Answer]) -> Option<(Vec<String>, Type)> {
        let answer = answers.first_mut()?;
        let body = answer.body.clone()?;
        if let Type::List(item, _) = &body {
            let item = (**item).clone();
            if let Some(path) = &page.items {
                let wire = super::connector::segments(Some(path));
                if answer.at.is_empty() {
                    answer.at = wire;
                } else if answer.at != wire {
                    self.report(items_twice(path, answer));
                }
            }
            return Some((answer.at.clone(), item));
        }
        if body == Type::UNKNOWN {
            return Some((answer.at.clone(), Type::UNKNOWN));
        }
        let Some(path) = &page.items else {
            self.report(no_items(parts.name, Some(answer.span)));
            return None;
        };
        let (at, span) = (answer.at.clone(), path.span);
        match self.answer_path(path, Some(&body), &at, parts.on) {
            (wire, Some(Type::List(item, _))) => Some((wire, *item)),
            (wire, None) => Some((wire, Type::Json)),
            (wire, Some(ty)) if ty == Type::UNKNOWN => Some((wire, ty)),
            (_, Some(_)) => {
                self.report(
                    Diagnostic::new(codes::ITEMS_NO_LIST, span, "the items of a page are a list")
                        .here("no list stands here")
                        .help("name the member that holds the list, or give that member the type `[T]`"),
                );
                None
            }
        }
    }

    fn strategy(&mut self, page: &ast::Page, parts: &PageParts<'_>, answers: &[Answer]) -> Option<Strategy> {
        match page.strategy.value.as_str() {
            "offset" => {
                Some(Strategy::Offset { advance: self.page_input(page, &page.advance, "advance", parts)?, size: self.size(page, parts)? })
            }
            "number" => {
                let advance = self.page_input(page, &page.advance, "advance", parts)?;
                let start = page.start.as_ref().map_or(1, |start| i64::try_from(start.value).unwrap_or(i64::MAX));
                Some(Strategy::Number { advance, size: self.size(page, parts)?, start })
            }
            "cursor" => {
                let send = self.page_input(page, &page.send, "send", parts);
                let read = self.page_read(page, answers, parts.on);
                Some(Strategy::Cursor { send: send?, read: read? })
            }
            "link" => {
                let header = page.header.as_ref();
                if let Some(header) = header {
                    self.header_is_legal(header);
                }
                Some(Strategy::Link { header: header.map_or_else(|| "link".to_owned(), |header| header.value.to_lowercase()) })
            }
            "next" => Some(Strategy::NextUrl { read: self.page_read(page, answers, parts.on)? }),
            "keyset" => {
                let send = self.page_input(page, &page.send, "send", parts);
                let key = self.key(page, parts, answers);
                Some(Strategy::Keyset { send: send?, key: key? })
            }
            _ => {
                self.report(choice(codes::UNKNOWN_STRATEGY, &page.strategy, "page strategy", &STRATEGIES));
                None
            }
        }
    }

    /// None when it is said and unknown; otherwise the input with the page size, if one is named.
    fn size(&mut self, page: &ast::Page, parts: &PageParts<'_>) -> Option<Option<String>> {
        match &page.size {
            None => Some(None),
            Some(_) => self.page_input(page, &page.size, "size", parts).map(Some),
        }
    }

    fn page_input(&mut self, page: &ast::Page, written: &Option<Ident>, clause: &str, parts: &PageParts<'_>) -> Option<String> {
        let Some(name) = written else {
            self.report(incomplete(page, clause, &format!("{clause} INPUT")));
            return None;
        };
        let found = parts.inputs.iter().any(|input| input.field.name == name.value);
        if !found {
            let constant =
                parts.constants.iter().find(|constant| constant.name == name.value || self.convention.wire(&name.value) == constant.name);
            let known = parts.inputs.iter().map(|input| input.field.name.as_str());
            let diagnostic = unknown(codes::UNKNOWN_PAGE_INPUT, name, "input called", known);
            self.report(match constant {
                Some(constant) => diagnostic.also(constant.span, "this is always the same, so it cannot move"),
                None => diagnostic,
            });
        }
        found.then(|| name.value.clone())
    }

    fn page_read(&mut self, page: &ast::Page, answers: &[Answer], on: Versions) -> Option<Vec<String>> {
        let Some(path) = &page.read else {
            self.report(incomplete(page, "read", "read next_cursor"));
            return None;
        };
        Some(self.whole_answer_path(path, answers, on))
    }

    /// A path from the top of the first answer.
    fn whole_answer_path(&mut self, path: &WirePath, answers: &[Answer], on: Versions) -> Vec<String> {
        let first = answers.first();
        let at = first.map_or(&[][..], |answer| &answer.at);
        self.answer_path(path, first.and_then(|answer| answer.body.as_ref()), at, on).0
    }

    fn key(&mut self, page: &ast::Page, parts: &PageParts<'_>, answers: &[Answer]) -> Option<String> {
        let Some(key) = &page.key else {
            self.report(incomplete(page, "key", "key id"));
            return None;
        };
        let item = answers.first().and_then(|answer| answer.body.clone());
        let Some(Type::List(item, _)) = item else { return Some(self.convention.wire(&key.value)) };
        let Type::Named(symbol) = *item else { return Some(self.convention.wire(&key.value)) };
        let mut fields = Vec::new();
        for definition in self.definitions_of(symbol).filter(|one| !one.on.and(parts.on).is_empty()) {
            let crate::model::TypeDefKind::Struct(own) = &definition.kind else { return Some(key.value.clone()) };
            fields.extend(own.iter().map(|field| (field.name.clone(), field.wire.clone())));
        }
        let found = fields.iter().find(|(name, _)| *name == key.value).map(|(_, wire)| wire.clone());
        if found.is_none() && !fields.is_empty() {
            self.report(unknown(codes::UNKNOWN_ORDER, key, "field of the item called", fields.iter().map(|(name, _)| name.as_str())));
        }
        found.or_else(|| Some(key.value.clone()))
    }

    fn stop(&mut self, page: &ast::Page, answers: &[Answer], on: Versions) -> Option<Stop> {
        let Some((rule, path, span)) = &page.stop else {
            if matches!(page.strategy.value.as_str(), "offset" | "number") {
                self.report(incomplete(page, "stop", "stop short"));
                return None;
            }
            return Some(if page.strategy.value == "keyset" { Stop::Empty } else { Stop::Absent });
        };
        let path = path.as_ref().map(|path| self.whole_answer_path(path, answers, on));
        match (rule.value.as_str(), path) {
            ("short", _) => Some(Stop::Short),
            ("empty", _) => Some(Stop::Empty),
            ("absent", _) => Some(Stop::Absent),
            ("more", Some(path)) => Some(Stop::More(path)),
            ("total", Some(path)) => Some(Stop::Total(path)),
            ("more" | "total", None) => {
                self.report(stop_without_path(rule, *span));
                None
            }
            _ => {
                self.report(choice(codes::UNKNOWN_CHOICE, rule, "rule to stop", &["short", "empty", "absent", "more", "total"]));
                None
            }
        }
    }

    fn cap(&mut self, page: &ast::Page) -> u32 {
        let Some(cap) = &page.cap else { return USUAL_CAP };
        if cap.value == 0 {
            self.report(
                Diagnostic::new(codes::ZERO_CAP, cap.span, "a cap of no pages fetches nothing")
                    .here("must be at least 1")
                    .help(format!("write a number from 1, or leave `cap` out: {USUAL_CAP} is the rule")),
            );
        }
        u32::try_from(cap.value).unwrap_or(u32::MAX).max(1)
    }
}

fn incomplete(page: &ast::Page, clause: &str, example: &str) -> Diagnostic {
    let strategy = &page.strategy;
    let message = format!("paging by `{}` needs `{clause}`", strategy.value);
    Diagnostic::new(codes::PAGE_INCOMPLETE, strategy.span, message).here(format!("no `{clause}` in here")).help(format!("add `{example}`"))
}

fn stop_without_path(rule: &Ident, span: Span) -> Diagnostic {
    Diagnostic::new(codes::PAGE_INCOMPLETE, span, format!("`stop {}` needs the member of the answer that tells", rule.value))
        .here("which member?")
        .help(format!("write for example `stop {} {}`", rule.value, if rule.value == "more" { "has_more" } else { "total_count" }))
}

fn page_of_action(page: &ast::Page, name: &Ident) -> Diagnostic {
    Diagnostic::new(codes::PAGE_OF_ACTION, page.strategy.span, "an action gives one thing, so it has no pages")
        .here("only searches page")
        .also(name.span, "an action")
        .help("make it a `search`, or delete `page`")
}

fn no_items(name: &Ident, answer: Option<Span>) -> Diagnostic {
    let diagnostic = Diagnostic::new(codes::NO_ITEMS, name.span, format!("the search `{}` does not say where its items stand", name.value));
    let diagnostic = diagnostic.here("gives items");
    match answer {
        Some(span) if span != name.span => diagnostic.also(span, "no list is answered here"),
        _ => diagnostic,
    }
    .help("write `-> [T]` or `-> [T] at data`, or name the list with `items` in `page`")
}

fn items_twice(path: &WirePath, answer: &Answer) -> Diagnostic {
    Diagnostic::new(codes::ITEMS_TWICE, path.span, "the answer and the page disagree where the items stand")
        .here("one place")
        .also(answer.span, "another place")
        .help("leave `items` out: `[T] at …` says it already")
}
