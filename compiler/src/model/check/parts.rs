//! Bodies that go in parts.

use super::Checker;
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{Decoding, Encoding, Module, Parts, PartsBy, Place, Type};
use crate::syntax::ast::ModuleKind;
use crate::syntax::text::byte_count;

/// Only a file can be cut, and only where it is all that is sent; what comes back is one answer.
pub(super) fn bodies_in_parts_are_files(checker: &mut Checker<'_>) {
    for (module, parts) in in_parts(checker) {
        let file = module.inputs.iter().any(|input| input.place == Place::WholeBody && matches!(input.field.ty, Type::File));
        let (problem, help) = if !file || !matches!(module.encoding, Encoding::Raw(_)) {
            ("what goes in parts is a file that is the whole body", "write `body raw \"application/octet-stream\" content: file`")
        } else if module.kind != ModuleKind::Action {
            ("only an action sends a file in parts", "make it an action")
        } else if module.answers.len() > 1 || matches!(module.answers[0].decoding, Decoding::Stream | Decoding::Items(_)) {
            ("what comes of a file that went in parts is one answer", "write the one answer that comes when it is whole, `-> T`, or none")
        } else {
            continue;
        };
        checker.report(Diagnostic::new(codes::PARTS_MISFIT, parts.span, problem).here("declared here").help(help));
    }
}

/// Each way has its methods.
pub(super) fn parts_go_by_their_method(checker: &mut Checker<'_>) {
    for (module, parts) in in_parts(checker) {
        let wanted = match parts.by {
            PartsBy::ContentRange if matches!(module.method.as_str(), "PUT" | "POST") => continue,
            PartsBy::Tus if module.method == "PATCH" => continue,
            PartsBy::ContentRange => "PUT",
            PartsBy::Tus => "PATCH",
        };
        let problem = format!("parts go by {wanted} in the way `{}`, and this is a {}", parts.by.word(), module.method);
        let problem = Diagnostic::new(codes::PARTS_MISFIT, module.spans.method, problem).here("another method");
        checker.report(problem.also(parts.span, "in parts").help(format!("write `{wanted}`")));
    }
}

/// There is something in each part, and all but the last are of a size that the API takes.
pub(super) fn sizes_of_parts_add_up(checker: &mut Checker<'_>) {
    for (_, parts) in in_parts(checker) {
        let (size, multiple) = (parts.size, parts.multiple);
        let problem = if size == 0 || multiple == 0 {
            Some(("a part holds at least a byte".to_owned(), "write for example `of 10MiB`".to_owned()))
        } else if !size.is_multiple_of(multiple) {
            let near = (size / multiple).max(1).saturating_mul(multiple);
            let problem = format!("{} is no multiple of {}", byte_count(size), byte_count(multiple));
            Some((problem, format!("write `of {}`", byte_count(near))))
        } else if parts.by == PartsBy::Tus && !parts.next.is_empty() {
            Some(("tus says in a header how much there is".to_owned(), "leave `next` out".to_owned()))
        } else {
            None
        };
        if let Some((problem, help)) = problem {
            checker.report(Diagnostic::new(codes::PARTS_MISFIT, parts.span, problem).here("declared here").help(help));
        }
    }
}

fn in_parts<'m>(checker: &Checker<'m>) -> Vec<(&'m Module, &'m Parts)> {
    checker.model.modules.iter().filter_map(|module| Some((module, module.parts.as_ref()?))).collect()
}
