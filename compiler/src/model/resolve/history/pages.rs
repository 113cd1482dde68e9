//! How a search paged before: another strategy, or none.

use super::super::Resolver;
use super::super::pages::PageParts;
use super::super::symbols::joined;
use super::problems::contradicts_present;
use super::{Facet, Undoing, Whole};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{Answer, Bounds, DifferenceKind as Kind, Input, Page, Strategy, Type};
use crate::source::Span;
use crate::syntax::ast::{self, Path};

impl<'a> Resolver<'a> {
    /// `page search_issues was offset { … }`
    pub(super) fn undo_page(
        &mut self,
        path: &Path,
        was: &'a ast::Page,
        verb: &ast::Verb,
        undoing: &mut Undoing<'a>,
        whole: &mut Whole<'_>,
    ) {
        let name = self.full_name(path, undoing, whole);
        let Some(ident) = path.last() else { return };
        let before = undoing.before;
        let Some(module) = self.older_module(path, Facet::Pages, undoing, whole) else { return };
        if was.strategy.value == "none" {
            let present = module.page.take();
            if let Some(page) = &present {
                list_whole(page, &mut module.answers);
            }
            return self.did_not_page((&name, joined(path).1), was, present.as_ref(), verb, undoing);
        }
        let now = module.page.as_ref().map_or("no pages", |page| strategy_name(&page.strategy));
        let inputs: Vec<Input> = module.inputs.iter().filter(|input| !input.field.on.and(before).is_empty()).cloned().collect();
        let (kind, constants, on, mut answers) = (module.kind, module.constants.clone(), module.on, module.answers.clone());
        // Where the items of a list stand, its pages say; so they did before.
        if was.items.is_some() && module.page.is_some() {
            let lists = answers.iter_mut().filter(|answer| matches!(answer.body, Some(Type::List(..))));
            lists.for_each(|answer| answer.at.clear());
        }
        let parts = PageParts { kind, name: ident, page: Some(was), inputs: &inputs, constants: &constants, on };
        let page = self.page(&parts, &mut answers);
        let symbol = self.module_target(path, undoing, whole);
        let older = whole.modules.iter_mut().find(|module| Some(module.symbol) == symbol && module.on == on);
        if let Some(module) = older {
            module.page = page;
            module.answers = answers;
        }
        undoing.difference(Kind::Paged, &name, was.strategy.value.clone(), now.to_owned(), verb);
    }

    /// `page search_issues was none`
    fn did_not_page(
        &mut self,
        (name, span): (&str, Span),
        was: &ast::Page,
        present: Option<&Page>,
        verb: &ast::Verb,
        undoing: &mut Undoing<'a>,
    ) {
        let Some(page) = present else {
            return self.report(contradicts_present(name, span, "does not page now, either", None));
        };
        if was.span.end > was.strategy.span.end {
            self.report(
                Diagnostic::new(codes::CHANGE_CONTRADICTS, was.span, "what did not page has nothing that pages could be told by")
                    .here("`none`, and more")
                    .help("write `was none`, or name the strategy that it had"),
            );
        }
        undoing.difference(Kind::Paged, name, "none".to_owned(), strategy_name(&page.strategy).to_owned(), verb);
    }
}

/// The inputs that a strategy is bound to.
pub(super) fn strategy_inputs(strategy: &Strategy) -> Vec<&str> {
    match strategy {
        Strategy::Offset { advance, size } | Strategy::Number { advance, size, .. } => {
            size.iter().chain([advance]).map(String::as_str).collect()
        }
        Strategy::Cursor { send, .. } | Strategy::Keyset { send, .. } => vec![send],
        Strategy::Link { .. } | Strategy::NextUrl { .. } => Vec::new(),
    }
}

/// The same, to be called otherwise.
pub(super) fn strategy_inputs_mut(strategy: &mut Strategy) -> Vec<&mut String> {
    match strategy {
        Strategy::Offset { advance, size } | Strategy::Number { advance, size, .. } => size.iter_mut().chain([advance]).collect(),
        Strategy::Cursor { send, .. } | Strategy::Keyset { send, .. } => vec![send],
        Strategy::Link { .. } | Strategy::NextUrl { .. } => Vec::new(),
    }
}

/// Without pages, the list that they held came as the whole of what is given.
fn list_whole(page: &Page, answers: &mut [Answer]) {
    let is_list = |answer: &&mut Answer| matches!(answer.body, Some(Type::List(..)));
    for answer in answers.iter_mut().take(1).filter(|answer| !is_list(answer)) {
        answer.at.clone_from(&page.items);
        answer.body = Some(Type::List(Box::new(page.item.clone()), Bounds::default()));
    }
}

/// What the language calls a strategy.
pub(super) fn strategy_name(strategy: &Strategy) -> &'static str {
    match strategy {
        Strategy::Offset { .. } => "offset",
        Strategy::Number { .. } => "number",
        Strategy::Cursor { .. } => "cursor",
        Strategy::Link { .. } => "link",
        Strategy::NextUrl { .. } => "next",
        Strategy::Keyset { .. } => "keyset",
    }
}
