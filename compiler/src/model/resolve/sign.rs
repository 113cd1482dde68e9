//! Signatures: which kind, and whether its settings are known, complete and over fields that may be asked.

use super::Resolver;
use super::templates::UNKNOWN_HOLE;
use super::unknown::{choice, listed};
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{Field, REQUEST_HOLES, SIGN_KINDS, Setter, Setting, Sign, SignKind, Template, Type};
use crate::source::Span;
use crate::syntax::ast::{self, Ident, SendValue};
use crate::syntax::text::milliseconds;

impl Resolver<'_> {
    /// The signature of a connection; none when its kind is not known.
    pub(super) fn sign(&mut self, item: &ast::Connection, fields: &[Field], names: &[String]) -> Option<Sign> {
        let written = item.sign.as_ref()?;
        let Some(kind) = SIGN_KINDS.iter().find(|kind| kind.name == written.kind.value) else {
            let kinds: Vec<&str> = SIGN_KINDS.iter().map(|kind| kind.name).collect();
            self.passed_over = true;
            self.report(choice(codes::UNKNOWN_CHOICE, &written.kind, "kind of signature", &kinds));
            return None;
        };
        self.gives_nothing_of_the_same_name(kind, fields);
        Some(self.signed_by(written, kind, fields, names))
    }

    /// The settings of a kind that is known.
    pub(super) fn signed_by(&mut self, written: &ast::Sign, kind: &'static SignKind, fields: &[Field], names: &[String]) -> Sign {
        let mut settings = self.settings(written, kind, fields, names);
        settings.extend(self.parts(written, kind, names));
        Sign { kind, settings, span: written.kind.span }
    }

    /// A field must not be hidden by what the signature itself gives.
    fn gives_nothing_of_the_same_name(&mut self, kind: &SignKind, fields: &[Field]) {
        for field in fields.iter().filter(|field| kind.gives.contains(&field.name.as_str())) {
            let message = format!("`{}` is what `{}` gives, so no field can be called that", field.name, kind.clause());
            self.report(
                Diagnostic::new(codes::RESERVED_NAME, field.span, message)
                    .here("taken already")
                    .help(format!("write for example `api_{}`", field.name)),
            );
        }
    }

    fn settings(&mut self, written: &ast::Sign, kind: &SignKind, fields: &[Field], known: &[String]) -> Vec<(String, Template)> {
        let mut found: Vec<(&str, Span, Template)> = Vec::new();
        for (name, value) in &written.settings {
            let Some(setting) = kind.settings.iter().find(|setting| setting.name == name.value) else {
                self.unknown_setting(name, kind);
                continue;
            };
            if let Some((_, first, _)) = found.iter().find(|(known, ..)| *known == setting.name) {
                let first = *first;
                self.report(
                    Diagnostic::new(codes::STANDS_TWICE, name.span, format!("`{}` stands twice in one block", name.value))
                        .here("the second one")
                        .also(first, "the first one")
                        .help("keep one of them"),
                );
                continue;
            }
            let value = self.setting(setting, value, fields, known, kind);
            found.push((setting.name, name.span, value));
        }
        self.nothing_is_missing(written, kind, &found);
        let order = |name: &str| kind.settings.iter().position(|setting| setting.name == name);
        found.sort_by_key(|(name, ..)| order(name));
        found.into_iter().map(|(name, _, value)| (name.to_owned(), value)).collect()
    }

    fn unknown_setting(&mut self, name: &Ident, kind: &SignKind) {
        let names: Vec<&str> = kind.settings.iter().map(|setting| setting.name).collect();
        self.report(choice(codes::UNKNOWN_SETTING, name, &format!("setting of `{}` called", kind.clause()), &names));
    }

    fn nothing_is_missing(&mut self, written: &ast::Sign, kind: &SignKind, found: &[(&str, Span, Template)]) {
        let missing = kind.settings.iter().filter(|setting| setting.required && !found.iter().any(|(name, ..)| *name == setting.name));
        let missing: Vec<&str> = missing.map(|setting| setting.name).collect();
        let misspelt = written.settings.iter().any(|(name, _)| !kind.settings.iter().any(|setting| setting.name == name.value));
        if missing.is_empty() || misspelt {
            return; // what is misspelt may be what is missing, and is told already
        }
        let lines: Vec<String> = missing.iter().map(|name| format!("`{name} = …`")).collect();
        self.report(
            Diagnostic::new(
                codes::INCOMPLETE_SIGN,
                written.kind.span,
                format!("`{}` does not say its {}", kind.clause(), listed(&missing)),
            )
            .here("incomplete")
            .help(format!("add {}", lines.join(" and "))),
        );
    }

    fn setting(&mut self, setting: &Setting, value: &SendValue, fields: &[Field], known: &[String], kind: &SignKind) -> Template {
        match (setting.value, value) {
            (Setter::Choice(choices), SendValue::Name(word)) => self.word(setting, word, choices),
            (Setter::Choice(choices), SendValue::Template(template)) => {
                self.not_so(template.span, format!("`{}` is one of {}, without quotes", setting.name, listed(choices)))
            }
            (Setter::Time, SendValue::Name(time)) => match milliseconds(&time.value) {
                Some(time_of) if time_of >= 1000 => plain((time_of / 1000).to_string(), time.span),
                _ => self.not_so(time.span, format!("`{}` is a length of time such as `10m`", setting.name)),
            },
            (Setter::Time, SendValue::Template(template)) => {
                self.not_so(template.span, format!("`{}` is a length of time such as `10m`, without quotes", setting.name))
            }
            (Setter::Text, value) => self.send_value(value, known),
            (Setter::Secret, value) => {
                let template = self.send_value(value, known);
                self.is_secret(setting, &template, fields);
                template
            }
            (Setter::Request, value) => {
                let given = kind.gives.iter().filter(|hole| **hole != "signature").chain(REQUEST_HOLES);
                let holes: Vec<String> = known.iter().cloned().chain(given.map(|hole| (*hole).to_owned())).collect();
                self.send_value(value, &holes)
            }
        }
    }

    fn word(&mut self, setting: &Setting, word: &Ident, choices: &'static [&'static str]) -> Template {
        if !choices.contains(&word.value.as_str()) {
            self.report(choice(codes::UNKNOWN_CHOICE, word, &format!("`{}` called", setting.name), choices));
        }
        plain(word.value.clone(), word.span)
    }

    fn not_so(&mut self, span: Span, message: String) -> Template {
        self.report(Diagnostic::new(codes::UNKNOWN_CHOICE, span, message).here("not one of them"));
        plain(String::new(), span)
    }

    /// What signs must not be printed, so it comes from fields that are `secret`, and from nothing else.
    fn is_secret(&mut self, setting: &Setting, value: &Template, fields: &[Field]) {
        if value.holes.iter().any(|hole| hole == UNKNOWN_HOLE) {
            return;
        }
        let open = value.holes.iter().find_map(|hole| fields.iter().find(|field| field.name == *hole && field.ty != Type::Secret));
        let diagnostic = match (open, value.holes.is_empty()) {
            (Some(field), _) => {
                let message = format!("`{}` takes the field `{}`, which is no `secret`", setting.name, field.name);
                Diagnostic::new(codes::OPEN_SECRET, value.span, message)
                    .here("used to sign")
                    .also(field.span, "shown in the clear")
                    .help(format!("write `{}: secret`", field.name))
            }
            (None, true) => Diagnostic::new(codes::OPEN_SECRET, value.span, format!("`{}` stands in the spec itself", setting.name))
                .here("everybody can read it")
                .help(format!("add `{}: secret` to the fields, and name it here", setting.name)),
            (None, false) => return,
        };
        self.report(diagnostic);
    }

    fn parts(&mut self, written: &ast::Sign, kind: &SignKind, names: &[String]) -> Vec<(String, Template)> {
        let mut members: Vec<(String, Template)> = Vec::new();
        for (part, binds) in &written.parts {
            let Some((_, own)) = kind.parts.iter().find(|(name, _)| *name == part.value) else {
                let parts: Vec<&str> = kind.parts.iter().map(|(name, _)| *name).collect();
                self.report(choice(codes::UNKNOWN_SETTING, part, &format!("part of `{}` called", kind.clause()), &parts));
                continue;
            };
            for (name, wire, value) in binds {
                let wire = wire.as_ref().map_or(&name.value, |wire| &wire.value);
                let full = format!("{}.{wire}", part.value);
                if own.contains(&wire.as_str()) {
                    let message = format!("`{}` sets `{wire}` itself", kind.clause());
                    self.report(Diagnostic::new(codes::RESERVED_NAME, name.span, message).here("cannot be given").help("leave it out"));
                } else if members.iter().any(|(known, _)| *known == full) {
                    let message = format!("`{wire}` stands twice in one block");
                    self.report(Diagnostic::new(codes::STANDS_TWICE, name.span, message).here("the second one").help("keep one of them"));
                } else {
                    members.push((full, self.send_value(value, names)));
                }
            }
        }
        members
    }

    /// A connection proves who calls in one way.
    pub(super) fn proves_once(&mut self, item: &ast::Connection) {
        let Some(grant) = item.grant.as_ref().map(ast::Grant::span) else { return };
        let second = item.beside.or(item.sign.as_ref().map(|sign| sign.span));
        if let Some(second) = second {
            self.passed_over |= item.beside.is_some();
            self.report(
                Diagnostic::new(codes::TWO_PROOFS, second, format!("`{}` proves in two ways who is calling", item.name.value))
                    .here("the second way")
                    .also(grant, "the first way")
                    .help("make two connections of it, and let people choose"),
            );
        }
    }
}

fn plain(text: String, span: Span) -> Template {
    Template { text, holes: Vec::new(), span }
}
