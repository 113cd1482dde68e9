//! What keeps a verb from being undone, in words.

use super::super::Resolver;
use super::members::Parting;
use super::targets::Owner;
use super::{Undoing, Whole};
use crate::diagnostics::{Diagnostic, codes};
use crate::source::Span;
use crate::syntax::ast::Ident;

impl<'a> Resolver<'a> {
    /// Says what kept a member from being parted: that it, or all it belongs to, came later.
    pub(super) fn parted_of(
        &mut self,
        found: Result<(), Parting>,
        (owner, target): (&Owner, &str),
        span: Span,
        undoing: &Undoing<'_>,
        whole: &mut Whole<'_>,
    ) {
        let before = self.owner_versions(owner, whole).and(undoing.before);
        if matches!(found, Err(Parting::Missing)) && before.is_empty() {
            let name = target.rsplit_once('.').map_or(target, |(owner, _)| owner).to_owned();
            return self.report(self.owner_came_later(owner, &name, span, undoing, whole));
        }
        let member = target.rsplit_once('.').map(|(_, member)| member).filter(|_| matches!(found, Err(Parting::Missing)));
        if let Some(member) = member {
            let known = self.names_in(owner, undoing.version, whole);
            let near = crate::diagnostics::nearest::nearest(member, known.iter().map(String::as_str));
            let written = self.sources.text(span);
            let kept = written.rsplit_once('.').map_or_else(String::new, |(owner, _)| format!("{owner}."));
            let missing = missing(target, span, undoing);
            return self.report(match near {
                Some(near) => missing.help(format!("write `{near}`")).replace(format!("write `{near}`"), span, format!("{kept}{near}")),
                None => missing.help("name things as they are in this version; `remove` says what only older versions had"),
            });
        }
        self.parted(found, target, span, undoing);
    }

    /// Says what kept a member from being parted.
    pub(super) fn parted(&mut self, found: Result<(), Parting>, target: &str, span: Span, undoing: &Undoing<'_>) {
        let version = &undoing.item.version;
        match found {
            Ok(()) => {}
            Err(Parting::Missing) => {
                let help = "name things as they are in this version; `remove` says what only older versions had";
                self.report(missing(target, span, undoing).help(help));
            }
            Err(Parting::NotBefore(first)) => self.report(
                Diagnostic::new(codes::CHANGE_CONTRADICTS, span, format!("`{target}` did not exist before `{}`", version.value))
                    .here("said to have been otherwise before")
                    .also(first, "exists only from a later version on")
                    .help("delete one of them"),
            ),
        }
    }

    /// What did not exist had no parts either.
    pub(super) fn owner_came_later(&self, owner: &Owner, name: &str, span: Span, undoing: &Undoing<'_>, whole: &Whole<'_>) -> Diagnostic {
        let problem = Diagnostic::new(
            codes::CHANGE_CONTRADICTS,
            span,
            format!("`{name}` did not exist before `{}`, so nothing of it was otherwise", undoing.name()),
        )
        .here("part of what is new");
        let declared = match owner {
            Owner::Type(symbol) => self.definitions_of(*symbol).next().map(|one| one.span),
            Owner::Module(symbol) => whole.modules.iter().find(|one| one.symbol == *symbol).map(|one| one.span),
            Owner::Connection(_) => None,
        };
        let problem = match declared {
            Some(declared) => problem.also(declared, "new with this version, or a later one"),
            None => problem,
        };
        problem.help("delete this, or say in which version the whole came")
    }

    pub(super) fn no_member(&self, owner: &Owner, name: &Ident, whole: &Whole<'_>) -> Diagnostic {
        let known = self.member_names(owner, whole);
        let what = format!("field of `{}` called", self.owner_name(owner));
        super::super::unknown::unknown(codes::UNKNOWN_TARGET, name, &what, known.iter().map(String::as_str))
    }
}

pub(super) fn missing(target: &str, span: Span, undoing: &Undoing<'_>) -> Diagnostic {
    Diagnostic::new(codes::UNKNOWN_TARGET, span, format!("there is no `{target}` in `{}`", undoing.name()))
        .here("not there")
        .also(undoing.item.version.span, "this version")
}

/// What a change says of the present is not so.
pub(super) fn contradicts_present(name: &str, span: Span, problem: &str, present: Option<Span>) -> Diagnostic {
    let diagnostic = Diagnostic::new(codes::CHANGE_CONTRADICTS, span, format!("`{name}` {problem}")).here("contradicts how it is");
    let diagnostic = match present {
        Some(present) => diagnostic.also(present, "as it is in this version"),
        None => diagnostic,
    };
    diagnostic.help("a change says how this version differs from the one before: mend the present, or the change")
}
