//! Conditions of a wait: what they look at, what it can be compared with, and what is missing in half of one.

use super::super::Resolver;
use super::super::literals::{Naming, Reading};
use super::super::symbols::joined;
use super::super::unknown::unknown;
use super::bind::View;
use super::source::Both;
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{Literal, Type, TypeDefKind, Versions, WaitCondition};
use crate::source::Span;
use crate::syntax::ast::{self, Ident, Path, Value, ValueKind};

/// What a step that waits gives, in the present and in the version.
pub(super) struct Told<'t> {
    pub(super) now: Option<&'t Type>,
    pub(super) then: Option<&'t Type>,
    /// Its answers differ, so that only their statuses can be told apart before it is done.
    pub(super) several: bool,
}

impl<'a> Resolver<'a> {
    pub(super) fn wait_condition(
        &mut self,
        condition: &'a ast::WaitCondition,
        told: &Told<'_>,
        step: &ast::Step,
        view: &View<'_>,
    ) -> Option<WaitCondition> {
        if let (None, false, Some(then)) = (&condition.equals, condition.present, told.then)
            && let Some(problem) = self.value_alone(&condition.path, then, view)
        {
            self.report(problem);
            return None;
        }
        let (members, both) = self.wait_path(&condition.path, told, step, view)?;
        if condition.equals.is_none() && !condition.present {
            self.half_a_condition(&condition.path, &both.then);
            return None;
        }
        if let Some(Value { kind: ValueKind::Name(name), span }) = &condition.equals
            && let [word] = name.as_slice()
            && word.value == "present"
            && self.is_no_value(word, &both.then)
        {
            let (path, at) = joined(&condition.path);
            let write = format!("write `{path} present`");
            let between = Span { start: at.end, ..*span };
            self.report(
                Diagnostic::new(codes::WAIT_CONDITION, *span, "`present` is no value, but asks whether there is one")
                    .here("behind `=`")
                    .help(&write)
                    .replace(write, between, " present"),
            );
            return None;
        }
        let Some(value) = &condition.equals else { return Some(WaitCondition { members, equals: None }) };
        let (ty, nullable) = match both.then {
            Type::Nullable(inner) => (*inner, true),
            ty => (ty, false),
        };
        if !self.can_equal(&ty) {
            let ((name, span), ty) = (joined(&condition.path), self.type_shown(&ty));
            let problem =
                Diagnostic::new(codes::WAIT_CONDITION, span, format!("`{name}` is `{ty}`, which is equal to nothing that can be written"))
                    .here("cannot be compared")
                    .help("compare a text, a whole number, `true` or `false`, or a value of an enum")
                    .help(format!("or ask whether it is there: `{name} present`"));
            self.report(problem);
            return None;
        }
        // Of an open enum, too: what it does not have never comes as far as this spec knows.
        self.is_among(value, &ty, view)?;
        let reading = Reading { misfit: codes::WAIT_CONDITION, naming: Naming::Wire, ..Reading::given(Versions(1 << view.version)) };
        let (text, problems) = self.literals().read(value, &ty, nullable, reading);
        let good = problems.is_empty();
        for problem in problems {
            self.report(problem);
        }
        good.then_some(WaitCondition { members, equals: Some(text) })
    }

    fn is_no_value(&self, word: &Ident, ty: &Type) -> bool {
        let Type::Named(symbol) = ty else { return true };
        self.definitions_of(*symbol).all(|one| match &one.kind {
            TypeDefKind::Enum { variants, .. } => variants.iter().all(|variant| variant.name != word.value),
            _ => true,
        })
    }

    /// A path with nothing behind it.
    fn half_a_condition(&mut self, path: &Path, ty: &Type) {
        let (name, span) = joined(path);
        let problem = Diagnostic::new(codes::WAIT_INCOMPLETE, span, format!("`{name}` alone is no condition")).here("what of it?");
        let end = Span { start: span.end, ..span };
        self.report(match ty {
            Type::Bool => problem.help(format!("write `{name} = true`")).replace(format!("write `{name} = true`"), end, " = true"),
            Type::Named(symbol) if self.first_value(*symbol).is_some() => {
                let value = self.first_value(*symbol).unwrap_or_default();
                problem.help(format!("say which value ends the wait, for example `{name} = {value}`"))
            }
            ty if self.can_equal(ty) => {
                problem.help(format!("write `{name} present`, or `{name} = …` with a value; the condition on a status is `status 200`"))
            }
            _ => problem.help(format!("write `{name} present`")).replace(format!("write `{name} present`"), end, " present"),
        });
    }

    /// A value of an enum, without what is to have it.
    fn value_alone(&self, path: &Path, ty: &Type, view: &View<'_>) -> Option<Diagnostic> {
        let [value] = path.as_slice() else { return None };
        let fields = self.fields_of(ty, view.version)?;
        let has_value = |field: &crate::model::Field| match &field.ty {
            Type::Named(symbol) => self.definitions_of(*symbol).any(|one| match &one.kind {
                TypeDefKind::Enum { variants, .. } => variants.iter().any(|variant| variant.name == value.value),
                _ => false,
            }),
            _ => false,
        };
        let named = fields.iter().any(|field| field.name == value.value);
        let field = fields.iter().find(|field| has_value(field)).filter(|_| !named)?;
        let whole = format!("{} = {}", field.name, value.value);
        let problem = Diagnostic::new(codes::WAIT_INCOMPLETE, value.span, format!("`{}` alone is no condition", value.value));
        Some(problem.here("what is to be it?").help(format!("write `{whole}`")).replace(format!("write `{whole}`"), value.span, whole))
    }

    fn first_value(&self, symbol: crate::model::Symbol) -> Option<String> {
        self.definitions_of(symbol).find_map(|one| match &one.kind {
            TypeDefKind::Enum { variants, .. } => variants.first().map(|variant| variant.name.clone()),
            _ => None,
        })
    }

    /// A text in quotes where an enum stands is one of its values on the wire.
    fn is_among(&mut self, value: &Value, ty: &Type, view: &View<'_>) -> Option<()> {
        let (ValueKind::Text(text), Type::Named(symbol)) = (&value.kind, ty) else { return Some(()) };
        let defined = self.definitions_of(*symbol).filter(|one| one.on.has(view.version));
        let all = defined.filter_map(|one| if let TypeDefKind::Enum { variants, .. } = &one.kind { Some(variants) } else { None });
        let known: Vec<String> = all
            .flatten()
            .filter(|variant| variant.on.has(view.version))
            .filter_map(|variant| if let Literal::Text(text) = &variant.value { Some(text.clone()) } else { None })
            .collect();
        if known.is_empty() || known.contains(text) {
            return Some(());
        }
        let written = Ident { value: text.clone(), span: value.span };
        self.report(unknown(codes::UNKNOWN_ENUM_VALUE, &written, "value on the wire", known.iter().map(String::as_str)));
        None
    }

    fn can_equal(&self, ty: &Type) -> bool {
        match ty {
            Type::String(_) | Type::Int(_) | Type::Bool | Type::Uuid | Type::Id(_) | Type::Literal(_) | Type::Json => true,
            Type::Named(symbol) => self.definitions_of(*symbol).all(|one| matches!(one.kind, TypeDefKind::Enum { .. })),
            ty => *ty == Type::UNKNOWN,
        }
    }

    /// Members of what the step gives, by their names in the version, and what stands there.
    pub(super) fn wait_path(&mut self, path: &Path, told: &Told<'_>, step: &ast::Step, view: &View<'_>) -> Option<(Vec<String>, Both)> {
        let (name, span) = joined(path);
        if told.several {
            self.report(
                Diagnostic::new(codes::WAIT_CONDITION, span, "the answers have several types, so no member of them can be looked at")
                    .here("of which answer?")
                    .also(joined(&step.module).1, "answers with several types")
                    .help("tell them apart by their status: `until status 200`"),
            );
            return None;
        }
        let (Some(now), Some(then)) = (told.now, told.then) else {
            self.report(
                Diagnostic::new(codes::WAIT_CONDITION, span, format!("there is no `{name}`: the module answers with nothing"))
                    .here("nothing to look at")
                    .also(joined(&step.module).1, "answers with nothing")
                    .help("say in that module what it answers with, or go by its status: `until status 200`"),
            );
            return None;
        };
        if let [own, next, ..] = path.as_slice()
            && step.name.as_ref().is_some_and(|name| name.value == own.value)
            && !self.has_members_in(now, own, view)
        {
            let whole = Span { end: next.span.start, ..own.span };
            let rest = joined(&path[1..]).0;
            self.report(
                Diagnostic::new(
                    codes::UNKNOWN_IN_STEPS,
                    own.span,
                    "a condition looks at what its own step gives, which is not named in it",
                )
                .here("the step itself")
                .help(format!("write `{rest}`"))
                .replace(format!("write `{rest}`"), whole, ""),
            );
            return None;
        }
        let mut both = Both { now: now.clone(), then: then.clone() };
        let mut members = Vec::new();
        for name in path {
            both = match (both.now, both.then) {
                (Type::File, _) | (_, Type::File) => {
                    self.report(no_members_of_a_file(name));
                    return None;
                }
                (now, then) => Both { now, then },
            };
            let (member, next, ..) = self.step_member(name, both, view)?;
            members.push(member);
            both = next;
        }
        Some((members, both))
    }

    /// Whether a type has a member of a name that has members itself.
    fn has_members_in(&self, ty: &Type, name: &Ident, view: &View<'_>) -> bool {
        let plain = |ty: &Type| if let Type::Nullable(inner) = ty { (**inner).clone() } else { ty.clone() };
        let Some(fields) = self.fields_of(&plain(ty), view.now) else { return true };
        let member = fields.iter().find(|field| field.name == name.value).map(|field| plain(&field.ty));
        member.is_some_and(|ty| matches!(ty, Type::Map(..)) || self.fields_of(&ty, view.now).is_some())
    }
}

fn no_members_of_a_file(name: &Ident) -> Diagnostic {
    Diagnostic::new(codes::WAIT_CONDITION, name.span, "a file is not looked into")
        .here("of a file")
        .help("go by the status of the answer: `until status 200`")
}
