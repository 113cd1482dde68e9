//! Spellings: the connector's `names` rule, and names made from other names.

use super::Resolver;
use super::items::Items;
use super::unknown::choice;
use crate::diagnostics::codes;
use crate::syntax::ast;

/// How a spec's names are spelled on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Convention {
    Camel,
    Pascal,
    Snake,
    Kebab,
    Screaming,
    AsWritten,
}

pub(crate) const CONVENTIONS: [(&str, Convention); 6] = [
    ("camelCase", Convention::Camel),
    ("PascalCase", Convention::Pascal),
    ("snake_case", Convention::Snake),
    ("kebab-case", Convention::Kebab),
    ("SCREAMING_SNAKE_CASE", Convention::Screaming),
    ("as_written", Convention::AsWritten),
];

impl Convention {
    /// The rule of this name.
    pub(crate) fn of(word: &str) -> Option<Self> {
        CONVENTIONS.iter().find(|(name, _)| *name == word).map(|(_, convention)| *convention)
    }

    /// Its name in specs.
    pub(crate) fn word(self) -> &'static str {
        CONVENTIONS.iter().find(|(_, convention)| *convention == self).map_or("as_written", |(name, _)| name)
    }

    /// The wire name of a spec's name.
    pub(crate) fn wire(self, name: &str) -> String {
        let bare = name.trim_start_matches('_');
        let (underscores, words) = (&name[..name.len() - bare.len()], bare.split('_').filter(|word| !word.is_empty()));
        let spelled = match self {
            Self::AsWritten => return name.to_owned(),
            Self::Snake => words.map(str::to_lowercase).collect::<Vec<_>>().join("_"),
            Self::Kebab => words.map(str::to_lowercase).collect::<Vec<_>>().join("-"),
            Self::Screaming => words.map(str::to_uppercase).collect::<Vec<_>>().join("_"),
            Self::Pascal => words.map(capitalised).collect(),
            Self::Camel => words.enumerate().map(|(index, word)| if index == 0 { word.to_owned() } else { capitalised(word) }).collect(),
        };
        format!("{underscores}{spelled}")
    }
}

impl<'a> Resolver<'a> {
    /// The connector's `names` rule.
    pub(super) fn convention_of(&mut self, items: &Items<'a>) -> Convention {
        let written = items.connectors.first().and_then(|connector| connector.names.as_ref());
        let Some(written) = written else { return Convention::AsWritten };
        let found = Convention::of(&written.value);
        if found.is_none() {
            self.report(choice(codes::UNKNOWN_NAMES_RULE, written, "rule for names", &CONVENTIONS.map(|(name, _)| name)));
            // How anything is spelled on the wire is not known then.
            self.whole = false;
        }
        found.unwrap_or(Convention::AsWritten)
    }

    /// The wire name of a field: its own, or what the rule makes of its name.
    pub(super) fn wire_name(&self, field: &ast::Field) -> String {
        field.wire.as_ref().map_or_else(|| self.convention.wire(&field.name.value), |wire| wire.value.clone())
    }
}

/// `planned_start` as `PlannedStart`.
pub(crate) fn pascal(name: &str) -> String {
    name.split(|c: char| !c.is_alphanumeric()).map(capitalised).collect()
}

/// `PlannedStart` as `planned_start`; anything that is no letter or digit becomes an underscore.
pub(crate) fn snake(name: &str) -> String {
    let mut out = String::new();
    let mut lower_before = false;
    for c in name.chars() {
        if c.is_uppercase() && lower_before {
            out.push('_');
        }
        lower_before = c.is_lowercase() || c.is_ascii_digit();
        if c.is_alphanumeric() {
            out.extend(c.to_lowercase());
        } else if !out.ends_with('_') {
            out.push('_');
        }
    }
    out.trim_matches('_').to_owned()
}

/// `list_for_org` as `List for org`.
pub(crate) fn title(name: &str) -> String {
    capitalised(&name.replace('_', " "))
}

fn capitalised(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wire_names_follow_the_convention() {
        assert_eq!(Convention::Camel.wire("planned_start_2"), "plannedStart2");
        assert_eq!(Convention::Camel.wire("_id"), "_id");
        assert_eq!(Convention::Pascal.wire("display_name"), "DisplayName");
        assert_eq!(Convention::Kebab.wire("per_page"), "per-page");
        assert_eq!(Convention::Screaming.wire("per_page"), "PER_PAGE");
        assert_eq!(Convention::AsWritten.wire("perPage"), "perPage");
    }

    #[test]
    fn names_are_made_from_names() {
        assert_eq!(pascal("create_program"), "CreateProgram");
        assert_eq!(snake("PullRequestEvent"), "pull_request_event");
        assert_eq!(snake("not-planned"), "not_planned");
    }
}
