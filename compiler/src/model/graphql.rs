//! GraphQL documents as far as a spec is held against them: the one operation, its variables, and what it selects. Arguments, directives and
//! types are left to the server, which knows the schema. The runtime reads documents too, that a program writes, and wants less of them.

mod tokens;

use std::collections::BTreeMap;

use tokens::{Token, Tokens};

/// The deepest selection that is read.
const DEPTH: usize = 64;

/// A document with one operation.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Document {
    /// It changes something.
    pub(crate) mutates: bool,
    pub(crate) variables: Vec<Variable>,
    selection: Selection,
    fragments: BTreeMap<String, Selection>,
}

/// A variable that a document declares.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Variable {
    /// Without the `$`.
    pub(crate) name: String,
    /// As it is written.
    pub(crate) ty: String,
    /// It may not be left out.
    pub(crate) required: bool,
}

/// What is selected of one thing.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Selection {
    /// By the names that they have in the answer.
    fields: Vec<(String, Option<Selection>)>,
    /// Names of fragments.
    spreads: Vec<String>,
    /// What is selected if it is of some type.
    inline: Vec<Selection>,
}

/// What stands at a place of the answer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found<'d> {
    /// Things of which this is selected; several where several fragments select of them.
    Selected(Vec<&'d Selection>),
    /// Values without parts, as far as the document shows.
    Leaf,
    /// Nothing: this name is not selected there.
    Missing(String),
}

/// Reads a document, or says what is wrong with it.
pub(crate) fn read(text: &str) -> Result<Document, String> {
    if text.chars().any(|letter| letter.is_control() && !matches!(letter, '\n' | '\r' | '\t')) {
        return Err("it holds a control character".to_owned());
    }
    let mut reader = Reader { tokens: Tokens::new(text), fragments: BTreeMap::new() };
    let mut operation = None;
    while let Some((token, at)) = reader.tokens.next()? {
        match token {
            Token::Name("fragment") => reader.fragment()?,
            Token::Name("subscription") => {
                return Err(reader.tokens.wrong(at, "a subscription needs a connection that stays, which is no call"));
            }
            Token::Sign('{') | Token::Name("query" | "mutation") if operation.is_some() => {
                return Err(reader.tokens.wrong(at, "a second operation; a module calls one"));
            }
            Token::Sign('{') => operation = Some((false, Vec::new(), reader.selection(DEPTH)?)),
            Token::Name(word @ ("query" | "mutation")) => {
                let variables = reader.head()?;
                operation = Some((word == "mutation", variables, reader.selection(DEPTH)?));
            }
            _ => return Err(reader.tokens.wrong(at, "here `query`, `mutation` or `fragment` is expected")),
        }
    }
    let (mutates, variables, selection) = operation.ok_or("it has no operation")?;
    let document = Document { mutates, variables, selection, fragments: reader.fragments };
    document.fragments_are_there()?;
    Ok(document)
}

impl Document {
    /// What stands at a path of the answer, `data` first.
    pub(crate) fn at(&self, path: &[String]) -> Found<'_> {
        let Some((data, path)) = path.split_first() else { return Found::Leaf };
        if data != "data" {
            return Found::Missing(data.clone());
        }
        let mut here = vec![&self.selection];
        for name in path {
            match self.member(&here, name) {
                Found::Selected(inside) => here = inside,
                other => return other,
            }
        }
        Found::Selected(here)
    }

    /// What is selected of a member.
    pub(crate) fn member<'d>(&'d self, selections: &[&'d Selection], name: &str) -> Found<'d> {
        let mut found = Vec::new();
        for selection in selections {
            self.each_part(selection, &mut Vec::new(), &mut |part| {
                found.extend(part.fields.iter().filter(|(known, _)| known == name).map(|(_, inside)| inside.as_ref()));
            });
        }
        let inside: Vec<&Selection> = found.iter().filter_map(|inside| *inside).collect();
        match (found.is_empty(), inside.is_empty()) {
            (true, _) => Found::Missing(name.to_owned()),
            (_, true) => Found::Leaf,
            _ => Found::Selected(inside),
        }
    }

    /// The names that a selection gives, for who misspelled one.
    pub(crate) fn names<'d>(&'d self, selections: &[&'d Selection]) -> Vec<&'d str> {
        let mut names = Vec::new();
        for selection in selections {
            self.each_part(selection, &mut Vec::new(), &mut |part| names.extend(part.fields.iter().map(|(name, _)| name.as_str())));
        }
        names
    }

    /// A selection and what its fragments select of the same thing, each once.
    fn each_part<'d>(&'d self, selection: &'d Selection, through: &mut Vec<&'d str>, visit: &mut dyn FnMut(&'d Selection)) {
        visit(selection);
        for part in &selection.inline {
            self.each_part(part, through, visit);
        }
        for name in &selection.spreads {
            if !through.contains(&name.as_str()) {
                through.push(name);
                if let Some(fragment) = self.fragments.get(name) {
                    self.each_part(fragment, through, visit);
                }
            }
        }
    }

    fn fragments_are_there(&self) -> Result<(), String> {
        let mut unknown = None;
        let mut look = vec![&self.selection];
        look.extend(self.fragments.values());
        while let Some(selection) = look.pop() {
            unknown = unknown.or(selection.spreads.iter().find(|name| !self.fragments.contains_key(*name)));
            look.extend(&selection.inline);
            look.extend(selection.fields.iter().filter_map(|(_, inside)| inside.as_ref()));
        }
        unknown.map_or(Ok(()), |name| Err(format!("it has no fragment `{name}`")))
    }
}

struct Reader<'d> {
    tokens: Tokens<'d>,
    fragments: BTreeMap<String, Selection>,
}

impl<'d> Reader<'d> {
    /// `fragment Name on Type { … }`
    fn fragment(&mut self) -> Result<(), String> {
        let name = self.tokens.name("the fragment's name")?;
        self.tokens.word("on")?;
        self.tokens.name("a type")?;
        self.directives()?;
        self.tokens.sign('{')?;
        let selection = self.selection(DEPTH)?;
        self.fragments.insert(name.to_owned(), selection);
        Ok(())
    }

    /// `Name ($first: Int = 1) @live {`
    fn head(&mut self) -> Result<Vec<Variable>, String> {
        let mut variables = Vec::new();
        if let Some(Token::Name(_)) = self.tokens.peek()? {
            self.tokens.next()?;
        }
        if self.tokens.take('(')? {
            while !self.tokens.take(')')? {
                variables.push(self.variable()?);
            }
        }
        self.directives()?;
        self.tokens.sign('{')?;
        Ok(variables)
    }

    fn variable(&mut self) -> Result<Variable, String> {
        self.tokens.sign('$')?;
        let name = self.tokens.name("the variable's name")?.to_owned();
        self.tokens.sign(':')?;
        let ty = self.ty()?;
        let has_default = self.tokens.take('=')?;
        if has_default {
            self.value(DEPTH)?;
        }
        self.directives()?;
        Ok(Variable { required: ty.ends_with('!') && !has_default, name, ty })
    }

    fn ty(&mut self) -> Result<String, String> {
        let mut lists = 0;
        while self.tokens.take('[')? {
            lists += 1;
        }
        let mut ty = self.tokens.name("a type")?.to_owned();
        for _ in 0..lists {
            self.bang(&mut ty)?;
            self.tokens.sign(']')?;
            ty = format!("[{ty}]");
        }
        self.bang(&mut ty)?;
        Ok(ty)
    }

    fn bang(&mut self, ty: &mut String) -> Result<(), String> {
        if self.tokens.take('!')? {
            ty.push('!');
        }
        Ok(())
    }

    /// What stands behind an opening brace, to the closing one.
    fn selection(&mut self, depth: usize) -> Result<Selection, String> {
        let depth = depth.checked_sub(1).ok_or("it selects deeper than is read")?;
        let mut selection = Selection::default();
        while !self.tokens.take('}')? {
            if self.tokens.take('.')? {
                self.spread(&mut selection, depth)?;
                continue;
            }
            // The alias, where there is one: that is the name in the answer.
            let name = self.tokens.name("a field")?.to_owned();
            if self.tokens.take(':')? {
                self.tokens.name("a field")?;
            }
            self.arguments(depth)?;
            self.directives()?;
            let inside = if self.tokens.take('{')? { Some(self.selection(depth)?) } else { None };
            selection.fields.push((name, inside));
        }
        if selection == Selection::default() {
            return Err("it selects nothing of something".to_owned());
        }
        Ok(selection)
    }

    /// `...Name` · `... on Type { … }` · `... { … }`, behind the first dot.
    fn spread(&mut self, selection: &mut Selection, depth: usize) -> Result<(), String> {
        self.tokens.sign('.')?;
        self.tokens.sign('.')?;
        match self.tokens.peek()? {
            Some(Token::Name(name)) if name != "on" => {
                self.tokens.next()?;
                self.directives()?;
                selection.spreads.push(name.to_owned());
            }
            on => {
                if on == Some(Token::Name("on")) {
                    self.tokens.next()?;
                    self.tokens.name("a type")?;
                }
                self.directives()?;
                self.tokens.sign('{')?;
                selection.inline.push(self.selection(depth)?);
            }
        }
        Ok(())
    }

    fn arguments(&mut self, depth: usize) -> Result<(), String> {
        if self.tokens.take('(')? {
            while !self.tokens.take(')')? {
                self.tokens.name("an argument")?;
                self.tokens.sign(':')?;
                self.value(depth)?;
            }
        }
        Ok(())
    }

    fn directives(&mut self) -> Result<(), String> {
        while self.tokens.take('@')? {
            self.tokens.name("a directive")?;
            self.arguments(DEPTH)?;
        }
        Ok(())
    }

    fn value(&mut self, depth: usize) -> Result<(), String> {
        let depth = depth.checked_sub(1).ok_or("a value is nested deeper than is read")?;
        match self.tokens.next()? {
            Some((Token::Name(_) | Token::Literal, _)) => Ok(()),
            Some((Token::Sign('$'), _)) => self.tokens.name("a variable").map(drop),
            Some((Token::Sign('['), _)) => {
                while !self.tokens.take(']')? {
                    self.value(depth)?;
                }
                Ok(())
            }
            Some((Token::Sign('{'), _)) => {
                while !self.tokens.take('}')? {
                    self.tokens.name("a member")?;
                    self.tokens.sign(':')?;
                    self.value(depth)?;
                }
                Ok(())
            }
            Some((_, at)) => Err(self.tokens.wrong(at, "here a value is expected")),
            None => Err(self.tokens.end("a value")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "query List($first: Int! = 2, $in: [Filter!]!, $after: String @x) {
        # a comment }
        team(key: \"a } \\\" b\") { all: issues(first: $first, filter: {or: [$in], n: -1.5e3}) @include(if: true) {
            nodes { id ...Named ... on Bug { level } } pageInfo { hasNextPage endCursor } } } }
        fragment Named on Issue { title owner { name } ...Named }";

    fn path(text: &str) -> Vec<String> {
        text.split('.').map(str::to_owned).collect()
    }

    #[test]
    fn variables_have_types_and_may_be_required() {
        let document = read(LIST).expect("a document");
        let shown: Vec<_> = document.variables.iter().map(|one| format!("{} {} {}", one.name, one.ty, one.required)).collect();
        assert_eq!(shown, ["first Int! false", "in [Filter!]! true", "after String false"]);
        assert!(!document.mutates && read("mutation { a }").expect("a document").mutates);
    }

    #[test]
    fn what_is_selected_is_found_by_its_name_in_the_answer() {
        let document = read(LIST).expect("a document");
        let names = |at: &str| match document.at(&path(at)) {
            Found::Selected(here) => document.names(&here).join(" "),
            other => format!("{other:?}"),
        };
        assert_eq!(names("data"), "team");
        assert_eq!(names("data.team.all.nodes"), "id level title owner");
        assert_eq!(names("data.team.all.nodes.owner"), "name");
        assert_eq!(names("data.team.all.pageInfo.endCursor"), "Leaf");
        assert_eq!(names("data.team.issues"), "Missing(\"issues\")");
        assert_eq!(names("team"), "Missing(\"team\")");
    }

    #[test]
    fn damaged_documents_are_mistakes_or_documents() {
        let text = format!("{LIST}\u{e9} mutation ($a: [In!]! = [{{b: \"\"\"x\\\"\"\"\"\"\"}}]) {{ ... {{ a }} ...on T @x {{ b }} }}");
        let letters: Vec<char> = text.chars().collect();
        for at in 0..letters.len() {
            let cut: String = letters[..at].iter().collect();
            let without: String = letters.iter().enumerate().filter(|(index, _)| *index != at).map(|(_, letter)| *letter).collect();
            for damaged in [cut, without] {
                if let Ok(document) = read(&damaged) {
                    let _ = document.at(&path("data.team.all.nodes.owner.name"));
                }
            }
        }
    }

    #[test]
    fn mistakes_are_told_with_their_place() {
        for (text, said) in [
            ("", "it has no operation"),
            ("fragment F on T { a }", "it has no operation"),
            ("query A { a } query B { b }", "line 1, column 15"),
            ("subscription { a }", "a subscription"),
            ("query {\n  a(b: ) }", "line 2, column 8"),
            ("query { }", "selects nothing"),
            ("query { a { } }", "selects nothing"),
            ("query { a", "ends"),
            ("query { ...Lost }", "no fragment `Lost`"),
            ("query ($a Int) { a }", "line 1, column 11"),
            ("query ($a: [Int) { a }", "line 1, column 16"),
            ("query { a(b: \"x) }", "no end"),
            ("query { \u{1F600} }", "line 1, column 9"),
            ("type T { a: Int }", "line 1, column 1"),
            ("query { a(b: \"\u{1e}\") }", "a control character"),
        ] {
            let error = read(text).expect_err(text);
            assert!(error.contains(said), "{text}: {error}");
        }
        assert!(read(&format!("query {}a{}", "{ a ".repeat(500), "}".repeat(500))).is_err());
        assert!(read(&format!("query {{ a(b: {}", "[".repeat(100_000))).is_err());
    }
}
