//! What things are called in Rust: cases, keywords and collisions. Every rule is a function of the spec alone, so a name
//! never depends on the order in which something was looked at.
//!
//! A spec name becomes a Rust name by its case (`create_program` is `CreateProgram`, `Alpha` stays `Alpha`). Where two want
//! one name, types come before operations and operations before the enums of their answers; the later one takes a suffix
//! that says what it is (`ClientType`, `CreateProgramOperation`), then a number. A keyword takes a trailing underscore.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, Span};

use crate::model::{Model, Projection, Symbol};

/// Strict and reserved keywords of every edition; as names they take an underscore.
const KEYWORDS: &[&str] = &[
    "Self", "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn", "else", "enum",
    "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod", "move", "mut", "override",
    "priv", "pub", "ref", "return", "self", "static", "struct", "super", "trait", "true", "try", "type", "typeof", "unsafe", "unsized",
    "use", "virtual", "where", "while", "yield",
];

/// Names that every version's module has of itself, and names that a reader expects to mean what they mean in Rust.
const RESERVED_TYPES: &[&str] = &[
    "Api",
    "AsMut",
    "AsRef",
    "Box",
    "Client",
    "Clone",
    "Copy",
    "Default",
    "DoubleEndedIterator",
    "Drop",
    "Eq",
    "Err",
    "ExactSizeIterator",
    "Extend",
    "Fn",
    "FnMut",
    "FnOnce",
    "From",
    "FromIterator",
    "Into",
    "IntoIterator",
    "Iterator",
    "None",
    "Ok",
    "Option",
    "Ord",
    "PartialEq",
    "PartialOrd",
    "Result",
    "Self",
    "Send",
    "Sized",
    "Some",
    "String",
    "Sync",
    "ToOwned",
    "ToString",
    "TryFrom",
    "TryInto",
    "Unpin",
    "Vec",
];

/// Modules that generated code has of itself.
const RESERVED_MODULES: &[&str] = &["core", "ids", "lp", "spec_tests", "std"];

/// Methods that a setter must not hide.
const RESERVED_SETTERS: &[&str] =
    &["borrow", "clone", "default", "eq", "fmt", "from", "into", "items", "ne", "new", "pages", "send", "to_owned", "try_from", "try_into"];

/// Words that people write in a case of their own.
const OWN_CASE: &[(&str, &str)] = &[("oauth", "OAuth"), ("oauth2", "OAuth2"), ("github", "GitHub")];

/// Names already given in one scope.
#[derive(Clone, Debug, Default)]
pub(crate) struct Taken(BTreeSet<String>);

impl Taken {
    /// A scope in which these are given.
    pub(crate) fn with(names: &[&str]) -> Self {
        Self(names.iter().map(|name| (*name).to_owned()).collect())
    }

    /// Gives the wanted name, or the nearest one that is free.
    pub(crate) fn take(&mut self, wanted: String, suffix: &str) -> String {
        let first = [wanted.clone(), format!("{wanted}{suffix}")].into_iter();
        let more = (2..).map(|number| format!("{wanted}{suffix}{number}"));
        let free = first.chain(more).find(|name| !self.0.contains(name)).expect("numbers do not end");
        self.0.insert(free.clone());
        free
    }
}

/// The names of one version: what each symbol is called in Rust.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    types: BTreeMap<Symbol, String>,
    operations: BTreeMap<(Symbol, u32), OperationNames>,
}

/// The names of one operation.
#[derive(Clone, Debug)]
pub(crate) struct OperationNames {
    /// Its input struct.
    pub(crate) operation: String,
    /// The enum of its answers, if it has one.
    pub(crate) output: String,
}

impl Names {
    /// The names of everything in one version. `outer` are the names that its root scope shares with the connector's.
    pub(crate) fn of(projection: &Projection<'_>, outer: &[String]) -> Self {
        let model = projection.model;
        let mut scopes: BTreeMap<&[String], Taken> = BTreeMap::new();
        let mut root = Taken::with(RESERVED_TYPES);
        root.0.extend(outer.iter().cloned());
        scopes.insert(&[], root);
        let mut names = Self::default();
        for definition in &projection.types {
            let symbol = definition.item.symbol;
            let name = model.name(symbol);
            let scope = scopes.entry(&name.group).or_insert_with(|| Taken::with(RESERVED_TYPES));
            names.types.insert(symbol, scope.take(camel(&name.name), "Type"));
        }
        let mut newest: BTreeMap<Symbol, u32> = BTreeMap::new();
        for module in &projection.modules {
            let revision = newest.entry(module.item.symbol).or_default();
            *revision = (*revision).max(module.item.revision);
        }
        for module in &projection.modules {
            let (symbol, revision) = (module.item.symbol, module.item.revision);
            let name = model.name(symbol);
            let scope = scopes.entry(&name.group).or_insert_with(|| Taken::with(RESERVED_TYPES));
            let operation = scope.take(revised(camel(&name.name), revision, newest[&symbol]), "Operation");
            names.operations.insert((symbol, revision), OperationNames { operation, output: String::new() });
        }
        for module in &projection.modules {
            let key = (module.item.symbol, module.item.revision);
            let scope = scopes.entry(&model.name(key.0).group).or_default();
            let one = names.operations.get_mut(&key).expect("named above");
            one.output = scope.take(format!("{}Output", one.operation), "");
        }
        names
    }

    /// The name of a type in this version.
    pub(crate) fn type_name(&self, symbol: Symbol) -> Ident {
        ident(self.types.get(&symbol).expect("resolving keeps only types that the version has"))
    }

    /// The name of a type, where this version has one.
    pub(crate) fn find_type(&self, symbol: Symbol) -> Option<&str> {
        self.types.get(&symbol).map(String::as_str)
    }

    /// The names of an operation in this version.
    pub(crate) fn operation(&self, symbol: Symbol, revision: u32) -> &OperationNames {
        &self.operations[&(symbol, revision)]
    }

    /// The newest revision of an operation, where this version has one.
    pub(crate) fn newest_revision(&self, symbol: Symbol) -> Option<u32> {
        self.operations.range((symbol, 0)..=(symbol, u32::MAX)).next_back().map(|((_, revision), _)| *revision)
    }

    /// The name of an operation's newest revision, where this version has one.
    pub(crate) fn find_operation(&self, symbol: Symbol) -> Option<&str> {
        self.operations.range((symbol, 0)..=(symbol, u32::MAX)).next_back().map(|(_, names)| names.operation.as_str())
    }
}

/// The struct of each connection, in the order of the model.
pub(crate) fn connections(model: &Model) -> Vec<String> {
    let mut taken = Taken::with(RESERVED_TYPES);
    let newest = |name: &str| model.connections.iter().filter(|one| one.name == name).map(|one| one.revision).max().unwrap_or(1);
    let named = |one: &crate::model::Connection| revised(camel(&one.name), one.revision, newest(&one.name));
    model.connections.iter().map(|one| taken.take(named(one), "Connection")).collect()
}

/// The module of each API version, in the order of the model.
pub(crate) fn versions(model: &Model) -> Vec<Ident> {
    let mut taken = Taken::with(RESERVED_MODULES);
    model.apis.iter().map(|api| ident(&taken.take(version(&api.name), "_"))).collect()
}

/// `v22`, `v2022_11_28`
fn version(name: &str) -> String {
    let starts_with_digit = name.starts_with(|first: char| first.is_ascii_digit());
    snake(&if starts_with_digit { format!("v{name}") } else { name.to_owned() })
}

/// An older revision beside a newer one says which it is.
fn revised(name: String, revision: u32, newest: u32) -> String {
    if revision == newest { name } else { format!("{name}Rev{revision}") }
}

/// The module of a group or of a connector.
pub(crate) fn module(name: &str) -> Ident {
    let name = snake(name);
    ident(&if RESERVED_MODULES.contains(&name.as_str()) { format!("{name}_") } else { name })
}

/// A module's name without the `_` that tells it from a word of Rust.
pub(crate) fn file_stem(module: &str) -> &str {
    module.strip_suffix('_').filter(|bare| self::module(bare) == module).unwrap_or(module)
}

/// The names of a struct's fields, in order.
pub(crate) fn fields<'a>(names: impl Iterator<Item = &'a str>) -> Vec<Ident> {
    let mut taken = Taken::default();
    names.map(|name| ident(&taken.take(snake(name), "_"))).collect()
}

/// The names of a struct's setters: those of its fields, except where one would hide a method.
pub(crate) fn setters() -> Taken {
    Taken::with(RESERVED_SETTERS)
}

/// The names of an enum's variants, in order. `open` keeps `Other` free.
pub(crate) fn variants<'a>(names: impl Iterator<Item = &'a str>, open: bool) -> Vec<Ident> {
    let mut taken = Taken::with(if open { &["Other", "Self"] } else { &["Self"] });
    names.map(|name| ident(&taken.take(camel(name), "Value"))).collect()
}

/// A name as an identifier; it is one already.
pub(crate) fn ident(name: &str) -> Ident {
    Ident::new(name, Span::call_site())
}

/// The words of a name: split at what is no letter or digit, and where a lower-case letter meets an upper-case one.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = vec![String::new()];
    let mut before = ' ';
    let letters: Vec<char> = name.chars().collect();
    for (index, &letter) in letters.iter().enumerate() {
        let ends_acronym = before.is_ascii_uppercase() && letters.get(index + 1).is_some_and(char::is_ascii_lowercase);
        let starts = letter.is_ascii_uppercase() && (before.is_ascii_lowercase() || before.is_ascii_digit() || ends_acronym);
        if starts || !letter.is_ascii_alphanumeric() {
            words.push(String::new());
        }
        if letter.is_ascii_alphanumeric() {
            words.last_mut().expect("never empty").push(letter);
        }
        before = letter;
    }
    words.retain(|word| !word.is_empty());
    words
}

/// `CreateProgram`; a name that is written so already stays as it is.
pub(crate) fn camel(name: &str) -> String {
    let written = name.starts_with(|first: char| first.is_ascii_uppercase())
        && name.chars().all(|letter| letter.is_ascii_alphanumeric())
        && name.chars().any(|letter| letter.is_ascii_lowercase());
    legal(if written { name.to_owned() } else { words(name).iter().map(|word| capitalised(word)).collect() })
}

fn capitalised(word: &str) -> String {
    let word = word.to_ascii_lowercase();
    if let Some((_, own)) = OWN_CASE.iter().find(|(plain, _)| *plain == word) {
        return (*own).to_owned();
    }
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + letters.as_str())
}

/// `create_program`; a name without upper-case letters keeps its underscores.
pub(crate) fn snake(name: &str) -> String {
    let written = name.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_');
    legal(if written { name.to_owned() } else { words(name).join("_").to_ascii_lowercase() })
}

/// Whatever the name, a legal identifier.
fn legal(name: String) -> String {
    if name.is_empty() || name == "_" {
        "unnamed".to_owned()
    } else if name.starts_with(|first: char| first.is_ascii_digit()) {
        format!("_{name}")
    } else if KEYWORDS.contains(&name.as_str()) {
        format!("{name}_")
    } else {
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_called_as_its_connector() {
        assert_eq!(["box_", "foo_", "foo", "core_"].map(file_stem), ["box", "foo_", "foo", "core"]);
    }

    #[test]
    fn cases() {
        let camels =
            ["create_program", "HTTPMethod", "URL", "issue-event", "oauth2", "api_key", "2fa", "Self", "self", "Project", "v2_beta", ""];
        let camels: Vec<_> = camels.into_iter().map(camel).collect();
        assert_eq!(
            camels,
            [
                "CreateProgram",
                "HTTPMethod",
                "Url",
                "IssueEvent",
                "OAuth2",
                "ApiKey",
                "_2fa",
                "Self_",
                "Self_",
                "Project",
                "V2Beta",
                "unnamed"
            ]
        );
        let snakes = ["type", "plannedStart", "HTTPMethod", "name_2", "self", "+1", "@odata.nextLink", "__a", "_"];
        let snakes: Vec<_> = snakes.into_iter().map(snake).collect();
        assert_eq!(snakes, ["type_", "planned_start", "http_method", "name_2", "self_", "_1", "odata_next_link", "__a", "unnamed"]);
        assert_eq!(["2022-11-28", "v1.0", "v22", "beta"].map(version), ["v2022_11_28", "v1_0", "v22", "beta"]);
    }

    #[test]
    fn the_later_one_takes_the_suffix() {
        let mut taken = Taken::with(RESERVED_TYPES);
        let given: Vec<_> = ["Client", "Client", "Client", "Project"].into_iter().map(|name| taken.take(name.into(), "Type")).collect();
        assert_eq!(given, ["ClientType", "ClientType2", "ClientType3", "Project"]);
        assert_eq!(variants(["other", "Other", "current"].into_iter(), true), ["OtherValue", "OtherValue2", "Current"]);
        assert_eq!(fields(["userName", "user_name"].into_iter()), ["user_name", "user_name_"]);
    }
}
