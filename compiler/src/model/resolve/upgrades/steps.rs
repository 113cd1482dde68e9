//! The steps of a `from` block, with the names in them looked up on both sides.

use super::super::Resolver;
use super::super::literals::Reading;
use super::super::symbols::joined;
use super::super::unknown::{choice, unknown};
use super::Sides;
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{Field, OutputStep, Type, TypeDefKind, Upgrade, UpgradeOf, UpgradeStep, Versions};
use crate::source::Span;
use crate::syntax::ast::{self, FromBody, FromKind, Ident, Path};

impl<'a> Resolver<'a> {
    pub(super) fn upgrade(
        &mut self,
        from: &'a ast::From,
        sides: &Sides,
        of: UpgradeOf,
        revision: u32,
        on: Versions,
        (to, to_revision, to_on): (UpgradeOf, u32, Versions),
    ) -> Upgrade {
        let mut upgrade = Upgrade {
            from: of,
            from_revision: revision,
            on,
            to,
            to_revision,
            to_on,
            input: sides.older.clone(),
            steps: Vec::new(),
            outputs: Vec::new(),
            gone: None,
            cursor_reset: None,
            reauthorize: None,
            stored: Vec::new(),
            lossless: None,
            written: true,
            span: from.span,
        };
        match &from.steps {
            FromBody::Gone(why) => {
                if why.as_ref().is_none_or(|why| why.value.trim().is_empty()) {
                    self.report(
                        Diagnostic::new(codes::NO_REASON, from.span, "`use none` does not say why there is no way forward")
                            .here("a reason must follow")
                            .help("write for example `from @1 use none \"the owner closed this service\"`"),
                    );
                }
                upgrade.gone = Some(why.as_ref().map_or_else(String::new, |why| why.value.clone()));
            }
            FromBody::Steps(steps) => steps.iter().for_each(|step| self.upgrade_step(step, sides, &mut upgrade)),
        }
        upgrade
    }

    fn upgrade_step(&mut self, step: &'a ast::FromStep, sides: &Sides, upgrade: &mut Upgrade) {
        match &step.kind {
            FromKind::Was { .. } => {}
            FromKind::Keep(names) => {
                for name in names {
                    if !(self.is_now(name, sides) && self.was(name, sides)) {
                        continue;
                    }
                    move_step(vec![name.value.clone()], vec![name.value.clone()], upgrade);
                }
            }
            FromKind::Set { to, from } => {
                if self.path_is_now(to, sides) & self.path_was(from, sides) {
                    move_step(strings(from), strings(to), upgrade);
                }
            }
            FromKind::Rename { from, to } => {
                if self.is_now(to, sides) & self.was(from, sides) {
                    move_step(vec![from.value.clone()], vec![to.value.clone()], upgrade);
                }
            }
            FromKind::Remap { to, from, pairs } => self.remap(to, from.as_ref(), pairs, sides, upgrade),
            FromKind::Default { to, value } => {
                if self.path_is_now(to, sides) {
                    let value = self.value_of(to, value, &sides.now);
                    upgrade.steps.push(UpgradeStep::Default { to: strings(to), value });
                }
            }
            FromKind::Ask { fields, question } => {
                self.says_why(question, "a question");
                for field in fields {
                    if !self.is_now(field, sides) {
                        continue;
                    }
                    upgrade.steps.push(UpgradeStep::Ask { to: vec![field.value.clone()], question: question.value.clone() });
                }
            }
            FromKind::Drop { from, because } => {
                self.says_why(because, "a reason");
                if self.path_was(from, sides) {
                    upgrade.steps.push(UpgradeStep::Drop { from: strings(from), because: because.value.clone() });
                }
            }
            FromKind::Review { field, because } => {
                self.says_why(because, "a reason");
                if self.path_is_now(field, sides) {
                    upgrade.steps.push(UpgradeStep::Review { to: strings(field), because: because.value.clone() });
                }
            }
            FromKind::Output { from, to } => self.output_step(step.span, from, to.as_ref(), sides, upgrade),
            FromKind::Reauthorize(why) => {
                if matches!(upgrade.to, UpgradeOf::Module(_)) {
                    self.report(
                        Diagnostic::new(codes::STEP_OUT_OF_PLACE, step.span, "a module has no credentials to ask for again")
                            .here("said of a module")
                            .help("write `reauthorize` in a connection's `from`")
                            .replace("delete it", step.span, ""),
                    );
                }
                upgrade.reauthorize = Some(why.as_ref().map_or_else(String::new, |why| why.value.clone()));
            }
            FromKind::Cursor { how, why } => self.cursor(step.span, how, why.as_ref(), upgrade),
            FromKind::Stored { name, revision } => {
                upgrade.stored.push((name.value.clone(), revision.as_ref().map(|revision| revision.value)));
            }
            FromKind::Lossless => upgrade.lossless = Some(step.span),
        }
    }

    pub(super) fn stands_twice(&mut self, message: String, again: Span, first: Span) {
        self.report(
            Diagnostic::new(codes::STANDS_TWICE, again, message).here("said again here").also(first, "said here").help("keep one of them"),
        );
    }

    /// Values that a person reads are not empty.
    pub(in crate::model::resolve) fn says_why(&mut self, text: &ast::Text, what: &str) {
        if text.value.trim().is_empty() {
            self.report(
                Diagnostic::new(codes::NO_REASON, text.span, format!("{what} without words tells nobody anything"))
                    .here("empty")
                    .help("write what a person should read there"),
            );
        }
    }

    fn remap(&mut self, to: &Path, from: Option<&Path>, pairs: &'a [(ast::Value, ast::Value)], sides: &Sides, upgrade: &mut Upgrade) {
        let from = from.unwrap_or(to);
        if !(self.path_is_now(to, sides) & self.path_was(from, sides)) {
            return;
        }
        let mut read: Vec<(String, String)> = Vec::new();
        let mut places: Vec<Span> = Vec::new();
        for (old, new) in pairs {
            let pair = (self.value_of(from, old, &sides.older), self.value_of(to, new, &sides.now));
            if let Some(first) = read.iter().position(|(other, _)| *other == pair.0) {
                self.stands_twice(format!("what becomes of {} is said twice", pair.0), old.span, places[first]);
                continue;
            }
            places.push(old.span);
            read.push(pair);
        }
        let pairs = read;
        upgrade.steps.push(UpgradeStep::Remap { from: strings(from), to: strings(to), pairs });
    }

    /// A literal against the type that stands at a path.
    fn value_of(&mut self, path: &Path, value: &'a ast::Value, fields: &[Field]) -> String {
        let root = path.first().and_then(|name| fields.iter().find(|field| field.name == name.value));
        let ty = root.map(|field| field.ty.clone()).and_then(|ty| self.inner_type(ty, &path[1..]));
        let all = self.all_versions;
        let (text, problems) = self.literals().read(value, &ty.unwrap_or(Type::Json), true, Reading::given(all));
        problems.into_iter().for_each(|problem| self.report(problem));
        text
    }

    fn inner_type(&self, ty: Type, path: &[Ident]) -> Option<Type> {
        let Some((first, rest)) = path.split_first() else { return Some(ty) };
        let Type::Named(symbol) = ty else { return None };
        let found = self.definitions_of(symbol).find_map(|definition| match &definition.kind {
            TypeDefKind::Struct(fields) => fields.iter().find(|field| field.name == first.value).map(|field| field.ty.clone()),
            _ => None,
        });
        self.inner_type(found?, rest)
    }

    fn output_step(
        &mut self,
        step: Span,
        from: &ast::OutputPath,
        to: Result<&ast::OutputPath, &ast::Text>,
        sides: &Sides,
        upgrade: &mut Upgrade,
    ) {
        if matches!(upgrade.to, UpgradeOf::Connection(_)) {
            self.report(
                Diagnostic::new(codes::STEP_OUT_OF_PLACE, from.span, "a connection has no output")
                    .here("said of a connection")
                    .help("write `output` in a module's `from`")
                    .replace("delete it", step, ""),
            );
            return;
        }
        let from = from.text.clone();
        upgrade.outputs.push(match to {
            Ok(to) => {
                self.output_is_now(to, sides);
                OutputStep::Moved { from, to: to.text.clone() }
            }
            Err(why) => {
                self.says_why(why, "a reason");
                OutputStep::Gone { from, because: why.value.clone() }
            }
        });
    }

    /// What later steps are to read is there.
    fn output_is_now(&mut self, path: &ast::OutputPath, sides: &Sides) {
        let Some(mut ty) = sides.output.clone() else { return };
        let steps = path.text.split(['.', '[', ']']).filter(|step| !step.is_empty() && !step.bytes().all(|byte| byte.is_ascii_digit()));
        for step in steps {
            while let Type::List(inner, _) | Type::Map(inner, _) | Type::Nullable(inner) = ty {
                ty = *inner;
            }
            let Type::Named(symbol) = ty else { return };
            let mut names = Vec::new();
            let mut found = None;
            for definition in self.definitions_of(symbol) {
                let TypeDefKind::Struct(fields) = &definition.kind else { return };
                if fields.iter().any(|field| field.rest) {
                    return;
                }
                names.extend(fields.iter().map(|field| field.name.clone()));
                found = found.or_else(|| fields.iter().find(|field| field.name == step).map(|field| field.ty.clone()));
            }
            let Some(inner) = found else {
                let start = path.span.start + (step.as_ptr() as usize - path.text.as_ptr() as usize) as u32;
                let ident = Ident { value: step.to_owned(), span: Span { start, end: start + step.len() as u32, ..path.span } };
                return self.report(unknown(codes::UNKNOWN_OLD, &ident, "field of the output called", names.iter().map(String::as_str)));
            };
            ty = inner;
        }
    }

    fn cursor(&mut self, step: Span, how: &Ident, why: Option<&ast::Text>, upgrade: &mut Upgrade) {
        let kept = matches!(&upgrade.to, UpgradeOf::Module(symbol) if self.module_kinds.get(symbol) == Some(&ast::ModuleKind::Trigger));
        if !kept {
            return self.report(
                Diagnostic::new(codes::STEP_OUT_OF_PLACE, step, "only a trigger keeps a state between its runs")
                    .here("not said of a trigger")
                    .help("write `cursor` in a trigger's `from`")
                    .replace("delete it", step, ""),
            );
        }
        match (how.value.as_str(), why) {
            ("keep", _) => {}
            ("reset", Some(why)) => upgrade.cursor_reset = Some(why.value.clone()),
            ("reset", None) => self.report(
                Diagnostic::new(codes::NO_REASON, how.span, "`cursor reset` does not say why the trigger starts again")
                    .here("a reason must follow")
                    .help("write for example `cursor reset \"the ids are others\"`"),
            ),
            _ => self.report(choice(codes::UNKNOWN_CHOICE, how, "thing that a cursor can do", &["keep", "reset"])),
        }
    }

    fn is_now(&mut self, name: &Ident, sides: &Sides) -> bool {
        let found = sides.now.iter().any(|field| field.name == name.value);
        if !found {
            let known = sides.now.iter().map(|field| field.name.as_str());
            self.report(unknown(codes::UNKNOWN_OLD, name, "input of the present revision called", known));
        }
        found
    }

    fn path_is_now(&mut self, path: &Path, sides: &Sides) -> bool {
        path.first().is_some_and(|first| self.is_now(first, sides)) && self.path_goes_on(path, &sides.now)
    }

    fn path_was(&mut self, path: &Path, sides: &Sides) -> bool {
        path.first().is_some_and(|first| self.was(first, sides)) && self.path_goes_on(path, &sides.older)
    }

    fn was(&mut self, name: &Ident, sides: &Sides) -> bool {
        let found = sides.older.iter().any(|field| field.name == name.value);
        if !found {
            let known = sides.older.iter().map(|field| field.name.as_str());
            let problem = unknown(codes::UNKNOWN_OLD, name, "input of the older revision called", known);
            let help = format!("what the older revision took and this one does not is declared: `was {}: string`", name.value);
            self.report(if problem.fix.is_some() { problem } else { problem.help(help) });
        }
        found
    }

    /// The rest of a path leads through structs.
    fn path_goes_on(&mut self, path: &Path, fields: &[Field]) -> bool {
        let mut ty = fields.iter().find(|field| field.name == path[0].value).map(|field| field.ty.clone());
        for step in &path[1..] {
            let Some(Type::Named(symbol)) = ty else {
                return matches!(ty, Some(Type::Json)) || {
                    self.report(
                        Diagnostic::new(codes::UNKNOWN_OLD, step.span, format!("`{}` has no members", joined(path).0))
                            .here("goes nowhere")
                            .help("name a member of a struct, or the value as a whole"),
                    );
                    false
                };
            };
            if symbol == crate::model::Symbol::UNKNOWN {
                return true;
            }
            let mut names = Vec::new();
            let mut found = None;
            for definition in self.definitions_of(symbol) {
                if let TypeDefKind::Struct(inner) = &definition.kind {
                    names.extend(inner.iter().map(|field| field.name.clone()));
                    found = found.or_else(|| inner.iter().find(|field| field.name == step.value).map(|field| field.ty.clone()));
                }
            }
            if found.is_none() {
                self.report(unknown(codes::UNKNOWN_OLD, step, "member called", names.iter().map(String::as_str)));
                return false;
            }
            ty = found;
        }
        true
    }
}

fn move_step(from: Vec<String>, to: Vec<String>, upgrade: &mut Upgrade) {
    upgrade.steps.push(UpgradeStep::Move { from, to, coercion: None });
}

fn strings(path: &Path) -> Vec<String> {
    path.iter().map(|name| name.value.clone()).collect()
}
