//! Fields of types and inputs of modules, and the defaults that they have.

use std::collections::HashMap;

use super::literals::{Literals, Reading};
use super::types::{name_twice, scope_of};
use super::{Resolver, Site};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{Field, Symbol, Type, TypeDefKind};
use crate::syntax::ast::{self, Ident, ModuleKind, Value};

impl<'a> Resolver<'a> {
    /// A field, but for its default: that needs every type.
    pub(super) fn field(&mut self, field: &'a ast::Field, site: &Site) -> Field {
        let on = self.versions(&field.head, site.on);
        let inner = Site { on, ..site.clone() };
        let ty = self.ty(&field.ty, &inner, &field.name.value);
        let (ty, nullable) = match ty {
            Type::Nullable(inner) => (*inner, true),
            ty => (ty, false),
        };
        if field.rest {
            self.rest_is_json(field, &ty);
        }
        Field {
            name: if field.rest { "extra".to_owned() } else { field.name.value.clone() },
            wire: if field.rest { String::new() } else { self.wire_name(field) },
            docs: super::docs(&field.head.docs),
            on,
            ty,
            optional: field.optional,
            nullable,
            rest: field.rest,
            default: None,
            from: field.from.as_ref().and_then(|path| self.picked_from(path, site)),
            life: self.life(&field.head, &scope_of(site), &field.name),
            span: field.name.span,
            origin: field.name.span,
        }
    }

    fn rest_is_json(&mut self, field: &ast::Field, ty: &Type) {
        if !matches!(ty, Type::Json) && *ty != Type::UNKNOWN {
            self.report(
                Diagnostic::new(codes::REST_NOT_JSON, field.ty.span, "`...` keeps what the type does not name, which may be anything")
                    .here("only `json` fits here")
                    .help("write `...: json`")
                    .replace("write `json`", field.ty.span, "json"),
            );
        }
    }

    fn picked_from(&mut self, path: &'a [Ident], site: &Site) -> Option<Symbol> {
        let symbol = self.find_module(codes::UNKNOWN_MODULE, &site.group, path)?;
        if self.module_kinds.get(&symbol) == Some(&ModuleKind::Search) {
            return Some(symbol);
        }
        let (name, span) = super::symbols::joined(path);
        self.report(
            Diagnostic::new(codes::FROM_NO_SEARCH, span, format!("`{name}` is not a search, so it has no items to pick from"))
                .here("not a search")
                .help("name a `search` after `from`"),
        );
        None
    }

    /// No two fields that share a version have one name, and there is one `...` at most.
    pub(super) fn names_differ<'f>(&mut self, fields: impl Iterator<Item = &'f ast::Field>) {
        let mut seen: HashMap<&str, Vec<(crate::model::Versions, crate::source::Span)>> = HashMap::new();
        for field in fields {
            let on = self.versions(&field.head, self.all_versions);
            let places = seen.entry(&field.name.value).or_default();
            if let Some((_, first)) = places.iter().find(|(other, _)| !other.and(on).is_empty()) {
                let first = *first;
                self.report(name_twice("field", &field.name, first));
            }
            places.push((on, field.name.span));
        }
    }

    /// Reads the defaults of the fields of all types defined so far.
    pub(super) fn settle_defaults(&mut self) {
        for (index, at, value) in std::mem::take(&mut self.pending_defaults) {
            let TypeDefKind::Struct(fields) = &self.types[index].kind else { continue };
            let Some(field) = fields.get(at).cloned() else { continue };
            let default = self.default(&field, value);
            if let TypeDefKind::Struct(fields) = &mut self.types[index].kind {
                fields[at].default = default;
            }
        }
    }

    /// A default as JSON text.
    pub(super) fn default(&mut self, field: &Field, value: &Value) -> Option<String> {
        let reading = Reading::default_value(field.on);
        let (text, problems) = self.literals().read(value, &field.ty, field.nullable, reading);
        // One that does not fit is told of once, and stands for one that does from then on.
        for problem in problems {
            self.report(problem);
        }
        Some(text)
    }

    /// What reads literals against types.
    pub(super) fn literals(&self) -> Literals<'_> {
        Literals { types: &self.types, definitions: &self.definitions, symbols: &self.symbols }
    }
}
