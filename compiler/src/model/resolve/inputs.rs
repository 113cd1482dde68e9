//! Inputs of modules: path holes bound, constants told from inputs, each given its place and style.

use super::flat::Flat;
use super::types::literal;
use super::unknown::choice;
use super::{Resolver, Site};
use crate::diagnostics::nearest::nearest;
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{Constant, ConstantPlace, Field, Input, Literal, PathPart, Place, Type, Versions};
use crate::source::Span;
use crate::syntax::ast::{self, Ident, RequestBody, TemplatePart, TypeKind};

/// Where the values of a module go, as they are read.
pub(super) struct Inputs {
    pub(super) list: Vec<Input>,
    pub(super) constants: Vec<Constant>,
}

impl<'a> Resolver<'a> {
    /// The path and the inputs of a module, path parameters first.
    pub(super) fn inputs(&mut self, item: &'a ast::Module, flat: &Flat<'a>) -> (Vec<PathPart>, Inputs) {
        let mut inputs = Inputs { list: Vec::new(), constants: Vec::new() };
        let every = flat.path.iter().chain(&flat.query).chain(&flat.header).chain(&flat.cookie).map(|(field, _)| *field);
        let body = flat.requests.iter().flat_map(|(request, _)| request_fields(request));
        let given = item.body.input.iter().flat_map(|(fields, _)| fields);
        self.names_differ(every.chain(body).chain(given));
        let path = self.path(item, flat, &mut inputs);
        for (field, at) in &flat.query {
            self.input(field, &flat.sites[*at], ConstantPlace::Query, &mut inputs);
        }
        for (field, at) in &flat.header {
            self.input(field, &flat.sites[*at], ConstantPlace::Header, &mut inputs);
        }
        for (field, at) in &flat.cookie {
            self.input(field, &flat.sites[*at], ConstantPlace::Cookie, &mut inputs);
        }
        for field in item.body.input.iter().flat_map(|(fields, _)| fields) {
            let field = self.input_field(field, &flat.sites[0]);
            inputs.list.push(Input { field, place: Place::Steps });
        }
        for (request, at) in &flat.requests {
            let site = &flat.sites[*at];
            match &request.body {
                RequestBody::Fields(fields) => fields.iter().for_each(|field| self.input(field, site, ConstantPlace::Body, &mut inputs)),
                RequestBody::Whole(field) => {
                    let field = self.input_field(field, site);
                    inputs.list.push(Input { field, place: Place::WholeBody });
                }
            }
        }
        (path, inputs)
    }

    fn path(&mut self, item: &'a ast::Module, flat: &Flat<'a>, inputs: &mut Inputs) -> Vec<PathPart> {
        let Some(exchange) = flat.exchange else { return Vec::new() };
        let mut parts = Vec::new();
        let mut bound: Vec<&str> = Vec::new();
        for part in &exchange.path.parts {
            match part {
                TemplatePart::Text(text) => parts.push(PathPart::Text(text.clone())),
                TemplatePart::Hole(path, span) => {
                    let Some(hole) = path.last() else { continue };
                    bound.push(&hole.value);
                    parts.push(self.hole_input(item, flat, exchange, path, *span, inputs));
                }
            }
        }
        for (field, at) in flat.path.iter().filter(|(field, _)| !bound.contains(&field.name.value.as_str())) {
            if misspelt_hole(flat, &field.name.value, &bound).is_none() {
                self.report(no_such_hole(field, exchange));
            }
            // It is declared all the same: what gives it a value has no mistake.
            let field = self.input_field(field, &flat.sites[*at]);
            inputs.list.push(Input { field, place: Place::Path("simple") });
        }
        parts
    }

    fn hole_input(
        &mut self,
        item: &ast::Module,
        flat: &Flat<'a>,
        exchange: &ast::Exchange1,
        path: &[Ident],
        span: Span,
        inputs: &mut Inputs,
    ) -> PathPart {
        let name = super::symbols::joined(path).0;
        let declared: Vec<_> = flat.path.iter().filter(|(field, _)| field.name.value == name).collect();
        if inputs.list.iter().any(|input| input.field.name == name) {
            return PathPart::Input(name);
        }
        for (field, at) in &declared {
            if let Some(text) = constant_text(field) {
                return PathPart::Text(text);
            }
            let style = self.style(field, ConstantPlace::Query, true);
            let field = self.input_field(field, &flat.sites[*at]);
            inputs.list.push(Input { field, place: Place::Path(style) });
        }
        if declared.is_empty() {
            let bound: Vec<&str> = holes(exchange).collect();
            let meant = flat.path.iter().find(|(field, _)| misspelt_hole(flat, &field.name.value, &bound) == Some(name.as_str()));
            self.report(match meant {
                Some((field, _)) => misspelt_declaration(field, &name, span),
                None => undeclared_hole(item, exchange, &name, span),
            });
            inputs.list.push(Input { field: unbound(&name, span, flat.sites[0].on), place: Place::Path("simple") });
        }
        PathPart::Input(name)
    }

    fn input(&mut self, field: &'a ast::Field, site: &Site, place: ConstantPlace, inputs: &mut Inputs) {
        // In a body it is what the API's own users add: custom fields, for example.
        if field.rest && place != ConstantPlace::Body {
            self.report(
                Diagnostic::new(codes::REST_IN_INPUT, field.name.span, "`...` belongs to types and bodies")
                    .here("not among these inputs")
                    .help("for further query parameters write `more?: map<string> style form explode`"),
            );
            return;
        }
        if let TypeKind::Literal(value) = &field.ty.kind
            && !field.optional
            && let Some(value) = literal(value)
        {
            let name = self.wire_name(field);
            if place == ConstantPlace::Header {
                self.header_name_is_legal(&name, field.wire.as_ref().map_or(field.name.span, |wire| wire.span));
            }
            let on = self.versions(&field.head, site.on);
            self.life(&field.head, &super::types::scope_of(site), &field.name);
            return inputs.constants.push(Constant { place, field: field.name.value.clone(), name, value, on, span: field.name.span });
        }
        let style = self.style(field, place, false);
        let place = match place {
            ConstantPlace::Query => Place::Query(style),
            ConstantPlace::Header => Place::Header(style),
            ConstantPlace::Cookie => Place::Cookie(style),
            ConstantPlace::Body => Place::Body,
        };
        let resolved = self.input_field(field, site);
        if matches!(place, Place::Header(_)) {
            self.header_name_is_legal(&resolved.wire, field.wire.as_ref().map_or(field.name.span, |wire| wire.span));
        }
        inputs.list.push(Input { field: resolved, place });
    }

    fn input_field(&mut self, written: &'a ast::Field, site: &Site) -> Field {
        let mut field = self.field(written, site);
        self.settle_defaults();
        let from_cursor = written.default.as_ref().is_some_and(super::triggers::is_cursor);
        field.default = written.default.as_ref().filter(|_| !from_cursor).and_then(|value| self.default(&field, value));
        // The trigger fills it in; what is configured says nothing of it.
        field.optional |= from_cursor;
        field
    }

    fn style(&mut self, field: &ast::Field, place: ConstantPlace, path: bool) -> &'static str {
        let (usual, allowed): (_, &[&str]) = match place {
            _ if path => ("simple", &["simple", "label", "matrix", "json", "comma"]),
            ConstantPlace::Query => ("form_explode", &["form", "space", "pipe", "deep", "brackets", "comma", "json"]),
            ConstantPlace::Header => ("simple", &["simple", "comma", "json"]),
            ConstantPlace::Cookie => ("form_explode", &["form", "comma", "json"]),
            ConstantPlace::Body => ("form_explode", &["form", "space", "pipe", "deep", "brackets", "comma", "json"]),
        };
        let Some(style) = &field.style else { return usual };
        if !allowed.contains(&style.name.value.as_str()) {
            self.report(choice(codes::STYLE_DOES_NOT_FIT, &style.name, "style for this place:", allowed));
            return usual;
        }
        let explode = |usual: bool| style.explode.unwrap_or(usual);
        match style.name.value.as_str() {
            "form" if explode(true) => "form_explode",
            "form" => "form",
            "comma" if path || place == ConstantPlace::Header => "simple",
            "comma" => "form",
            "simple" if explode(false) => "simple_explode",
            "label" if explode(false) => "label_explode",
            "label" => "label",
            "matrix" if explode(false) => "matrix_explode",
            "matrix" => "matrix",
            "space" => "space",
            "pipe" => "pipe",
            "deep" => "deep",
            "brackets" => "brackets",
            "json" => "json",
            _ => "simple",
        }
    }
}

fn request_fields(request: &ast::Request) -> &[ast::Field] {
    match &request.body {
        RequestBody::Fields(fields) => fields,
        RequestBody::Whole(field) => std::slice::from_ref(field),
    }
}

fn constant_text(field: &ast::Field) -> Option<String> {
    let TypeKind::Literal(value) = &field.ty.kind else { return None };
    Some(match literal(value)? {
        Literal::Text(text) => text,
        Literal::Int(number) => number.to_string(),
        Literal::Bool(value) => value.to_string(),
    })
}

/// The input of a hole that nothing declares: said once, and silent from then on.
fn unbound(name: &str, span: Span, on: Versions) -> Field {
    Field {
        name: name.to_owned(),
        wire: name.to_owned(),
        docs: String::new(),
        on,
        ty: Type::UNKNOWN,
        optional: false,
        nullable: false,
        rest: false,
        default: Some("null".to_owned()),
        from: None,
        life: None,
        span,
        origin: span,
    }
}

/// A path with its holes, as written.
pub(super) fn template_text(template: &ast::Template) -> String {
    let text = |part: &TemplatePart| match part {
        TemplatePart::Text(text) => text.clone(),
        TemplatePart::Hole(path, _) => format!("{{{}}}", super::symbols::joined(path).0),
    };
    template.parts.iter().map(text).collect()
}

/// The names in the holes of a path.
fn holes(exchange: &ast::Exchange1) -> impl Iterator<Item = &str> {
    exchange.path.parts.iter().filter_map(|part| match part {
        TemplatePart::Hole(path, _) => path.last().map(|hole| hole.value.as_str()),
        TemplatePart::Text(_) => None,
    })
}

/// The hole that a declaration without one means: the nearest that nothing else declares or means.
fn misspelt_hole<'h>(flat: &Flat<'_>, declared: &str, holes: &[&'h str]) -> Option<&'h str> {
    let is_declared = |hole: &str| flat.path.iter().any(|(field, _)| field.name.value == hole);
    if holes.contains(&declared) {
        return None;
    }
    let open: Vec<&str> = holes.iter().copied().filter(|hole| !is_declared(hole)).collect();
    let meant = nearest(declared, open.iter().copied())?;
    let lost = flat.path.iter().map(|(field, _)| field.name.value.as_str()).filter(|name| !holes.contains(name));
    let first = lost.into_iter().find(|name| nearest(name, open.iter().copied()) == Some(meant))?;
    (first == declared).then_some(meant)
}

/// One mistake, though two things do not fit: a hole that is not declared and a declaration without a hole.
fn misspelt_declaration(field: &ast::Field, hole: &str, span: Span) -> Diagnostic {
    let name = &field.name;
    Diagnostic::new(
        codes::NO_SUCH_HOLE,
        name.span,
        format!("the path has no hole for `{}`, and nothing declares its hole `{hole}`", name.value),
    )
    .here("spelled otherwise in the path")
    .also(span, "this hole")
    .help(format!("write `{hole}`"))
    .replace(format!("write `{hole}`"), name.span, hole)
}

fn undeclared_hole(item: &ast::Module, exchange: &ast::Exchange1, name: &str, span: Span) -> Diagnostic {
    let (after, text) = match item.body.path.last() {
        Some(last) => (last.span, format!("  {name}: string")),
        None => (exchange.span, format!("\n  path {{ {name}: string }}")),
    };
    let at = Span { start: after.end, ..after };
    Diagnostic::new(codes::HOLE_NOT_DECLARED, span, format!("nothing declares the path parameter `{name}`"))
        .here("which type does it have?")
        .help(format!("add `path {{ {name}: string }}`"))
        .replace(format!("declare `{name}: string`"), at, text)
}

fn no_such_hole(field: &ast::Field, exchange: &ast::Exchange1) -> Diagnostic {
    Diagnostic::new(codes::NO_SUCH_HOLE, field.name.span, format!("the path has no hole for `{}`", field.name.value))
        .here("goes nowhere")
        .also(exchange.path.span, "the path")
        .help(format!("write `{{{}}}` where it belongs in the path, or move it into `query {{ … }}`", field.name.value))
}
