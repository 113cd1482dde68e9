//! Inputs of modules: whether a value can stand where it goes.

use super::Checker;
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{Encoding, Field, Input, Module, ModuleServer, PathPart, Place, Type, TypeDefKind};
use crate::source::Span;

/// A path has no gaps: its parameters are always there.
pub(super) fn path_parameters_are_required(checker: &mut Checker<'_>) {
    for module in &checker.model.modules {
        let gaps =
            module.inputs.iter().filter(|input| matches!(input.place, Place::Path(_)) && (input.field.optional || input.field.nullable));
        for Input { field, .. } in gaps {
            let how = if field.optional { "be absent" } else { "be null" };
            let problem = Diagnostic::new(
                codes::PATH_PARAMETER_OPTIONAL,
                field.span,
                format!("the path parameter `{}` may {how}, and a path has no gaps", field.name),
            )
            .here(format!("may {how}"))
            .also(module.spans.path, "stands in this path")
            .help("make it required, or describe the shorter path in a module of its own");
            let mark = Span { start: field.span.end, end: field.span.end + 1, ..field.span };
            let marked = field.optional && checker.sources.file(mark.file).text.get(mark.start as usize..mark.end as usize) == Some("?");
            checker.report(if marked { problem.replace("make it required", mark, "") } else { problem });
        }
    }
}

/// GET and HEAD send no body (RFC 9110, 9.3.1).
pub(super) fn bodies_go_with_methods_that_have_one(checker: &mut Checker<'_>) {
    for module in &checker.model.modules {
        let bodiless = matches!(module.method.as_str(), "GET" | "HEAD");
        let Some(body) = module.spans.body.filter(|_| bodiless) else { continue };
        checker.report(
            Diagnostic::new(
                codes::BODY_WITH_GET,
                body,
                format!("`{}` is sent with a body, which servers and proxies may drop", module.method),
            )
            .here("may never arrive")
            .also(module.spans.method, "the method")
            .help("move the values into `query { … }`, or use the method that the API documents"),
        );
    }
}

/// Files stream, so they stand only in multipart and raw bodies; structs do not fit into a header or a path.
pub(super) fn values_can_stand_in_their_places(checker: &mut Checker<'_>) {
    for module in &checker.model.modules {
        for input in &module.inputs {
            if let Some(problem) = misplaced(checker, module, input) {
                checker.report(problem);
            }
        }
    }
    for definition in &checker.model.types {
        let TypeDefKind::Struct(fields) = &definition.kind else { continue };
        for field in fields.iter().filter(|field| holds_file(&field.ty)) {
            checker.report(
                out_of_place(field, "a `file` is a stream, so it cannot be part of a type")
                    .help("take the file as an input of the module, in `body multipart { … }` or `body raw \"…\" content: file`"),
            );
        }
    }
}

fn misplaced(checker: &Checker<'_>, module: &Module, input: &Input) -> Option<Diagnostic> {
    let field = &input.field;
    let problem = match (&input.place, &module.encoding) {
        // The modules that the steps call say where it goes.
        (Place::Steps, _) => return None,
        (Place::Body, Encoding::Multipart) => return None,
        (Place::WholeBody, Encoding::Raw(_)) if fits_raw(&field.ty) => return None,
        (Place::WholeBody, Encoding::Raw(_)) => "a raw body is text, bytes or a file",
        (Place::Body | Place::WholeBody, _) if holds_file(&field.ty) => return Some(file_in_body(checker, module, field)),
        _ if holds_file(&field.ty) => "a `file` is a stream, so it stands in a multipart or raw body only",
        (Place::WholeBody, Encoding::Form | Encoding::Multipart) if !is_object(checker, &field.ty) => {
            "such a body is made of members, so it is a struct or a map"
        }
        (Place::Path(style) | Place::Header(style), _) if *style != "json" && has_structs_inside(checker, &field.ty) => {
            "a list of structs cannot be written in a path or header"
        }
        _ => return None,
    };
    let help = match &input.place {
        Place::WholeBody => "give it a fitting type, or change the encoding of the body",
        _ => "move it into a body, or write `style json` where the API takes JSON in this place",
    };
    Some(out_of_place(field, problem).help(help))
}

fn file_in_body(checker: &Checker<'_>, module: &Module, field: &Field) -> Diagnostic {
    let problem =
        out_of_place(field, "a `file` is a stream, so it stands in a multipart or raw body only").help("write `body multipart { … }`");
    match module.spans.body {
        Some(body) if checker.sources.text(body) == "body" => {
            problem.replace("send multipart", Span { start: body.end, ..body }, " multipart")
        }
        Some(body) => problem.replace("send multipart", body, "multipart"),
        None => problem,
    }
}

fn out_of_place(field: &Field, problem: &str) -> Diagnostic {
    Diagnostic::new(codes::VALUE_OUT_OF_PLACE, field.span, format!("`{}` cannot stand here: {problem}", field.name))
        .here("cannot be sent like this")
}

fn holds_file(ty: &Type) -> bool {
    match ty {
        Type::File => true,
        Type::List(inner, _) | Type::Map(inner, _) | Type::Nullable(inner) => holds_file(inner),
        _ => false,
    }
}

fn fits_raw(ty: &Type) -> bool {
    matches!(ty, Type::File | Type::String(_) | Type::Bytes(_) | Type::Json) || super::is_unknown(ty)
}

fn is_object(checker: &Checker<'_>, ty: &Type) -> bool {
    match ty {
        Type::Map(..) | Type::Json => true,
        Type::Named(_) => checker.definition(ty).is_none_or(|definition| !matches!(definition.kind, TypeDefKind::Enum { .. })),
        _ => false,
    }
}

fn has_structs_inside(checker: &Checker<'_>, ty: &Type) -> bool {
    let (Type::List(inner, _) | Type::Map(inner, _)) = ty else { return false };
    checker.definition(inner).is_some_and(|definition| matches!(definition.kind, TypeDefKind::Struct(_)))
}

/// A call to another origin, or to an address that an answer gave, says by its first hole where it goes.
pub(super) fn outside_is_a_url(checker: &mut Checker<'_>) {
    for module in &checker.model.modules {
        let word = match module.server {
            ModuleServer::Outside => "outside",
            ModuleServer::Inside => "inside",
            _ => continue,
        };
        let first = match module.path.first() {
            Some(PathPart::Input(name)) => module.inputs.iter().find(|input| input.field.name == *name),
            _ => None,
        };
        if !first.is_some_and(|input| input.field.ty == Type::Url || super::is_unknown(&input.field.ty)) {
            checker.report(
                Diagnostic::new(
                    codes::OUTSIDE_NO_URL,
                    module.spans.path,
                    format!("a call `{word}` goes to a URL that is given, and this path does not begin with one"),
                )
                .here("where does it go?")
                .help(format!("write for example `GET \"{{url}}\" {word}` with `path {{ url: url }}`")),
            );
        }
    }
}
