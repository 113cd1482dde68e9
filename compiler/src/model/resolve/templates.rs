//! Templates: text with holes, and whether what the holes name exists.

use super::Resolver;
use super::symbols::joined;
use super::unknown::unknown_at;
use crate::diagnostics::codes;
use crate::model::Template;
use crate::source::Span;
use crate::syntax::ast::{self, TemplatePart};

/// Stands for a hole whose name was not found; rules say nothing about it.
pub(super) const UNKNOWN_HOLE: &str = "";

impl Resolver<'_> {
    /// A template whose holes must be among those given.
    pub(super) fn template(&mut self, written: &ast::Template, known: &[String]) -> Template {
        self.template_with(written, |name| known.iter().any(|one| one == name).then(|| name.to_owned()), known)
    }

    /// A template whose holes are given their full names, or none when there is no such thing.
    pub(super) fn template_with(&mut self, written: &ast::Template, rename: impl Fn(&str) -> Option<String>, known: &[String]) -> Template {
        let mut template = Template { text: String::new(), holes: Vec::new(), span: written.span };
        for part in &written.parts {
            match part {
                TemplatePart::Text(text) => template.text.push_str(&escaped(text)),
                TemplatePart::Hole(path, span) => self.hole(path, *span, &rename, known, &mut template),
            }
        }
        template
    }

    fn hole(
        &mut self,
        path: &[ast::Ident],
        span: Span,
        rename: &impl Fn(&str) -> Option<String>,
        known: &[String],
        template: &mut Template,
    ) {
        if path.is_empty() {
            return;
        }
        let (name, named_at) = joined(path);
        if let Some(full) = rename(&name) {
            template.text.push_str(&format!("{{{full}}}"));
            template.holes.push(full);
        } else {
            let at = if named_at.start >= span.start && named_at.end <= span.end { named_at } else { span };
            let known = known.iter().map(String::as_str);
            template.holes.push(UNKNOWN_HOLE.to_owned());
            self.report(unknown_at(codes::UNKNOWN_HOLE, at, &name, "value called", known));
        }
    }
}

/// Braces that are text stay text in the tables.
fn escaped(text: &str) -> String {
    text.replace('{', "{{").replace('}', "}}")
}
