//! Paths into answers. Through types that the spec declares they are written by spec names and checked; beyond those they are
//! members as on the wire.

use super::Resolver;
use super::connector::segments;
use super::unknown::unknown;
use crate::diagnostics::codes;
use crate::model::{Field, Type, TypeDefKind, Versions};
use crate::syntax::ast::{Text, WirePath};

/// What a step goes down to.
enum Step {
    /// A member that the spec declares: its wire name and type.
    Member(String, Type),
    /// Nothing is known from here on.
    Open,
    /// There is no such member.
    Missing(Vec<String>),
}

impl Resolver<'_> {
    /// The wire path from the top of an answer, and the type it leads to where that is declared. The answer's body has the
    /// type `body` and stands `at` its own path.
    pub(super) fn answer_path(&mut self, path: &WirePath, body: Option<&Type>, at: &[String], on: Versions) -> (Vec<String>, Option<Type>) {
        let raw = segments(Some(path));
        let inside = raw.len() > at.len() && raw[..at.len()] == *at;
        let Some(body) = body.filter(|_| inside) else { return (raw, None) };
        let mut wire = at.to_vec();
        let mut ty = body.clone();
        for (index, segment) in path.segments.iter().enumerate().skip(at.len()) {
            match self.step(&ty, segment, on) {
                Step::Member(name, next) => {
                    wire.push(name);
                    ty = next;
                }
                Step::Open => {
                    wire.extend_from_slice(&raw[index..]);
                    return (wire, None);
                }
                Step::Missing(known) => {
                    let known = known.iter().map(String::as_str);
                    self.report(unknown(codes::NO_SUCH_MEMBER, segment, "member of the answer called", known));
                    return (raw, None);
                }
            }
        }
        (wire, Some(ty))
    }

    fn step(&self, ty: &Type, segment: &Text, on: Versions) -> Step {
        match ty {
            Type::Nullable(inner) => self.step(inner, segment, on),
            Type::Map(item, _) => Step::Member(segment.value.clone(), (**item).clone()),
            Type::Named(symbol) => {
                let mut fields: Vec<&Field> = Vec::new();
                for definition in self.definitions_of(*symbol).filter(|one| !one.on.and(on).is_empty()) {
                    let TypeDefKind::Struct(own) = &definition.kind else { return Step::Open };
                    fields.extend(own);
                }
                member(&fields, segment)
            }
            Type::Json | Type::List(..) => Step::Open,
            _ => Step::Missing(Vec::new()),
        }
    }
}

fn member(fields: &[&Field], segment: &Text) -> Step {
    let named = fields.iter().find(|field| field.name == segment.value && !field.rest);
    let found = named.or_else(|| fields.iter().find(|field| field.wire == segment.value && !field.rest));
    match found {
        Some(field) => Step::Member(field.wire.clone(), field.ty.clone()),
        None if fields.is_empty() || fields.iter().any(|field| field.rest) => Step::Open,
        None => Step::Missing(fields.iter().map(|field| field.name.clone()).collect()),
    }
}
