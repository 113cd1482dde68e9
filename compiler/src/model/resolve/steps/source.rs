//! Where the values of steps come from: the module's own inputs, outputs of earlier steps, and what stands in them.
//!
//! Names are written as they are in the present. In an older version what bears another name there is found by where it is written.

use super::super::Resolver;
use super::super::symbols::joined;
use super::super::unknown::unknown;
use super::bind::{Known, View};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{Field, FilePart, StepPath, StepSource, Type, TypeDefKind, WaitUntil};
use crate::source::Span;
use crate::syntax::ast::{Ident, Path};

/// A value that a path leads to.
pub(super) struct Source {
    pub(super) path: StepPath,
    /// Its type in the version that is bound.
    pub(super) ty: Type,
    /// It may be absent or null.
    pub(super) absent: bool,
    /// What says so, for messages.
    pub(super) because: Span,
}

/// A type in the present and in the version that is bound.
pub(super) struct Both {
    pub(super) now: Type,
    pub(super) then: Type,
}

impl Resolver<'_> {
    /// What a path leads to; none when it leads nowhere, which is reported.
    pub(super) fn source(&mut self, path: &Path, view: &View<'_>, known: &mut Known<'_>) -> Option<Source> {
        let first = path.first()?;
        if let (true, [of, part]) = (known.endpoint && first.value == "endpoint", path.as_slice()) {
            return self.endpoint(of, part);
        }
        let made = known.made.iter().rposition(|made| made.name.is_some_and(|name| name.value == first.value));
        let (source, mut both, mut absent, mut because) = match made {
            Some(index) => {
                let made = &mut known.made[index];
                made.used = true;
                let (Some(now), Some(then)) = (made.now.clone(), made.then.clone()) else {
                    let module = made.module;
                    self.report(gives_nothing(first, module));
                    return None;
                };
                (StepSource::Output(index), Both { now, then }, false, first.span)
            }
            None => {
                let field = self.own_input(first, view, known)?;
                let (now, then) = field;
                let absent = then.optional && then.default.is_none() || then.nullable;
                known.used.insert(now.span);
                let both = Both { now: now.ty.clone(), then: then.ty.clone() };
                (StepSource::Input(then.name.clone()), both, absent, then.span)
            }
        };
        let mut found = StepPath { source, members: Vec::new(), part: None };
        for name in &path[1..] {
            if both.then == Type::File {
                let part = self.file_part(name)?;
                absent |= part != FilePart::Length || matches!(found.source, StepSource::Output(_));
                found.part = Some(part);
                let ty = if part == FilePart::Length { Type::Int(Default::default()) } else { Type::String(Default::default()) };
                both = Both { now: ty.clone(), then: ty };
                because = name.span;
                continue;
            }
            let (member, next, may_lack, declared) = self.step_member(name, both, view)?;
            found.members.push(member);
            if may_lack && !waited_for(&found, known) {
                (absent, because) = (true, declared);
            }
            both = next;
        }
        if let Type::Nullable(inner) = both.then {
            absent |= !waited_for(&found, known);
            both.then = *inner;
        }
        Some(Source { path: found, ty: both.then, absent, because })
    }

    /// `endpoint.url`, `endpoint.secret`
    fn endpoint(&mut self, of: &Ident, part: &Ident) -> Option<Source> {
        let ty = match part.value.as_str() {
            "url" => Type::Url,
            "secret" => Type::Secret,
            _ => {
                self.report(unknown(codes::UNKNOWN_IN_STEPS, part, "member of an endpoint called", ["url", "secret"]));
                return None;
            }
        };
        let path = StepPath { source: StepSource::Endpoint, members: vec![part.value.clone()], part: None };
        Some(Source { path, ty, absent: false, because: of.span })
    }

    /// An input of the module itself: as it is now, and as it is in the version.
    fn own_input<'v>(&mut self, name: &Ident, view: &View<'v>, known: &Known<'_>) -> Option<(&'v Field, &'v Field)> {
        let inputs = |version| view.own_in(version).into_iter().flat_map(|module| &module.inputs).map(|input| &input.field);
        let in_version = |version: usize| inputs(version).filter(move |field| field.on.has(version));
        let Some(now) = in_version(view.now).find(|field| field.name == name.value) else {
            let later = known.later.iter().find(|later| later.value == name.value);
            let steps = known.made.iter().filter_map(|made| made.name).map(|name| name.value.as_str());
            let known = in_version(view.now).map(|field| field.name.as_str()).chain(steps);
            let problem = unknown(codes::UNKNOWN_IN_STEPS, name, "input or earlier step", known);
            self.report(match later {
                Some(later) => {
                    Diagnostic::new(codes::UNKNOWN_IN_STEPS, name.span, format!("the step `{}` is not made before this one", name.value))
                        .here("not known yet")
                        .also(later.span, "made here")
                        .help("move that step up")
                }
                None => problem,
            });
            return None;
        };
        let then = in_version(view.version).find(|field| field.origin == now.origin);
        let then = then.or_else(|| in_version(view.version).find(|field| field.name == now.name));
        if then.is_none() {
            self.report(not_in(name, "input", now.span, self.version_name(view)));
        }
        Some((now, then?))
    }

    /// A member of what was found so far: its name in the version, its types, whether it may be lacking, and where it is declared.
    pub(super) fn step_member(&mut self, name: &Ident, both: Both, view: &View<'_>) -> Option<(String, Both, bool, Span)> {
        let strip = |ty: Type| match ty {
            Type::Nullable(inner) => (*inner, true),
            ty => (ty, false),
        };
        let ((now, _), (then, null)) = (strip(both.now), strip(both.then));
        if let (Type::Map(now, _), Type::Map(then, _)) = (&now, &then) {
            return Some((name.value.clone(), Both { now: (**now).clone(), then: (**then).clone() }, true, name.span));
        }
        if now == Type::UNKNOWN || then == Type::UNKNOWN {
            return None;
        }
        let (Some(here), Some(there)) = (self.fields_of(&now, view.now), self.fields_of(&then, view.version)) else {
            self.report(no_members(name));
            return None;
        };
        let Some(field) = here.iter().find(|field| field.name == name.value) else {
            let known = here.iter().map(|field| field.name.as_str());
            self.report(unknown(codes::UNKNOWN_IN_STEPS, name, "member called", known));
            return None;
        };
        let same = |other: &&Field| other.origin == field.origin;
        let Some(found) = there.iter().find(|other| same(other)).or_else(|| there.iter().find(|other| other.name == field.name)) else {
            self.report(not_in(name, "member", field.span, self.version_name(view)));
            return None;
        };
        let lacking = null || found.optional || found.nullable;
        Some((found.name.clone(), Both { now: field.ty.clone(), then: found.ty.clone() }, lacking, found.span))
    }

    /// The fields that a struct has in a version; none for what is no struct.
    pub(in crate::model::resolve) fn fields_of(&self, ty: &Type, version: usize) -> Option<Vec<Field>> {
        let Type::Named(symbol) = ty else { return None };
        let definition = self.definitions_of(*symbol).find(|one| one.on.has(version))?;
        let TypeDefKind::Struct(fields) = &definition.kind else { return None };
        Some(fields.iter().filter(|field| field.on.has(version) && !field.rest).cloned().collect())
    }

    fn file_part(&mut self, name: &Ident) -> Option<FilePart> {
        match name.value.as_str() {
            "length" => Some(FilePart::Length),
            "name" => Some(FilePart::Name),
            "type" => Some(FilePart::Type),
            _ => {
                self.report(unknown(codes::UNKNOWN_IN_STEPS, name, "member of a file called", ["length", "name", "type"]));
                None
            }
        }
    }

    /// ` in v1`, where the connector has versions and this is not the newest that the module is in.
    pub(super) fn version_name(&self, view: &View<'_>) -> String {
        let name = self.apis.get(view.version).map_or("", |api| api.name.as_str());
        if name.is_empty() || view.version == view.now { String::new() } else { format!(" in {name}") }
    }
}

/// Whatever ends the wait of the step that it stands in, it is there then.
fn waited_for(path: &StepPath, known: &Known<'_>) -> bool {
    let StepSource::Output(index) = path.source else { return false };
    let Some(wait) = known.made.get(index).and_then(|made| made.wait.as_ref()) else { return false };
    wait.until.iter().all(|until| match until {
        WaitUntil::When(when) => when.members.starts_with(&path.members) && when.equals.as_deref() != Some("null"),
        WaitUntil::Status(_) => false,
    })
}

fn gives_nothing(name: &Ident, module: &Path) -> Diagnostic {
    Diagnostic::new(codes::UNKNOWN_IN_STEPS, name.span, format!("the step `{}` gives nothing", name.value))
        .here("nothing to take")
        .also(joined(module).1, "answers with nothing")
        .help("say in that module what it answers with, as in `-> Ticket`")
}

fn no_members(name: &Ident) -> Diagnostic {
    Diagnostic::new(codes::UNKNOWN_IN_STEPS, name.span, format!("what stands before `.{}` has no members that the spec knows", name.value))
        .here("nothing known by this name")
        .help("only structs, maps and files have members: give it a type that says what it holds")
}

pub(super) fn not_in(name: &Ident, what: &str, declared: Span, version: String) -> Diagnostic {
    let version = if version.is_empty() { " here".to_owned() } else { version };
    Diagnostic::new(codes::NOT_IN_VERSION, name.span, format!("there is no {what} `{}`{version}", name.value))
        .here("not in every version of this module")
        .also(declared, "declared here")
        .help("write the module once more for those versions, with `on`, and other steps")
}
