//! What another spec writes, taken over into this one: its text, with the names of types as they are called here, and the items that are
//! not here yet. It decides nothing about where that goes.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::wire::dotted;
use crate::source::{Sources, Span};
use crate::syntax::ast::{
    AnswerBody, EnumItem, Field, File, Head, Ident, Item, Mixin, Module, ModuleBody, RequestBody, TypeExpr, TypeItem, TypeKind, UnionItem,
};

/// Another spec's items, and what they are called here.
pub(super) struct Foreign<'a> {
    sources: &'a Sources,
    items: HashMap<String, Definition<'a>>,
    /// Their names here.
    names: BTreeMap<String, String>,
    /// Those that this spec has.
    known: HashSet<String>,
}

/// An item that others name.
#[derive(Clone, Copy)]
enum Definition<'a> {
    Type(&'a TypeItem),
    Enum(&'a EnumItem),
    Union(&'a UnionItem),
    Mixin(&'a Mixin),
}

/// A text for this spec, and the items that it needs, by their names there.
#[derive(Clone, Debug, Default)]
pub(super) struct Taken {
    pub(super) text: String,
    pub(super) needs: Vec<String>,
}

/// Where a name stands, and which.
type Named = (Span, String);

impl<'a> Foreign<'a> {
    /// `pairs` says which type here is which there; `own` is what is called anything here.
    pub(super) fn new(files: &'a [File], sources: &'a Sources, pairs: &[(String, String)], own: &HashSet<String>) -> Self {
        let mut items = HashMap::new();
        for item in files.iter().flat_map(|file| &file.items) {
            let (name, definition) = match item {
                Item::Type(item) => (&item.name, Definition::Type(item)),
                Item::Enum(item) => (&item.name, Definition::Enum(item)),
                Item::Union(item) => (&item.name, Definition::Union(item)),
                Item::Mixin(item) => (&item.name, Definition::Mixin(item)),
                _ => continue,
            };
            items.insert(name.value.clone(), definition);
        }
        let mut names: BTreeMap<String, String> = BTreeMap::new();
        for (here, there) in pairs {
            // Of several the one that kept its name, otherwise the first.
            if !names.contains_key(there) || here == there {
                names.insert(there.clone(), here.clone());
            }
        }
        let known: HashSet<String> = names.keys().cloned().collect();
        let mut used: HashSet<String> = own.clone();
        let mut rest: Vec<&String> = items.keys().filter(|name| !known.contains(*name)).collect();
        rest.sort();
        for name in rest {
            let free = std::iter::once(name.clone()).chain((2..).map(|number| format!("{name}{number}"))).find(|one| !used.contains(one));
            let free = free.unwrap_or_else(|| name.clone());
            used.insert(free.clone());
            names.insert(name.clone(), free);
        }
        Self { sources, items, names, known }
    }

    pub(super) fn ty(&self, ty: &TypeExpr) -> Taken {
        let mut names = Vec::new();
        in_type(ty, &mut names);
        self.taken(ty.span, &names)
    }

    /// A field with its documentation.
    pub(super) fn field(&self, field: &Field) -> Taken {
        let mut names = Vec::new();
        in_field(field, &mut names);
        self.taken(with_docs(&field.head, field.span), &names)
    }

    /// A part of a module or mixin: a body, an answer.
    pub(super) fn part(&self, span: Span, body: &ModuleBody) -> Taken {
        let mut names = Vec::new();
        in_body(body, &mut names);
        names.retain(|(at, _)| span.start <= at.start && at.end <= span.end && span.file == at.file);
        self.taken(span, &names)
    }

    /// A module under a name of its own here.
    pub(super) fn module(&self, module: &Module, name: &str) -> Taken {
        let mut names = Vec::new();
        in_body(&module.body, &mut names);
        names.extend(module.with.iter().map(|with| (with.span, with.value.clone())));
        let mut taken = self.taken(with_docs(&module.head, module.span), &names);
        if module.name.value != name {
            let (start, whole) = (module.name.span, with_docs(&module.head, module.span));
            // Nothing that is replaced stands before a module's name.
            let at = (start.start - whole.start) as usize;
            taken.text.replace_range(at..at + module.name.value.len(), name);
        }
        taken
    }

    /// The items that are needed and not here: each with its name there and its text, those that name others before them.
    pub(super) fn missing(&self, needs: &[String]) -> Vec<(String, String)> {
        let (mut seen, mut found) = (HashSet::new(), Vec::new());
        let mut open: Vec<String> = needs.iter().rev().cloned().collect();
        while let Some(name) = open.pop() {
            if self.known.contains(&name) || !seen.insert(name.clone()) {
                continue;
            }
            let Some(definition) = self.items.get(&name) else { continue };
            let taken = self.definition(definition, &name);
            open.extend(taken.needs.iter().rev().cloned());
            found.push((name, taken.text));
        }
        found
    }

    /// What something is called here.
    pub(super) fn name<'n>(&'n self, there: &'n str) -> &'n str {
        self.names.get(there).map_or(there, String::as_str)
    }

    fn definition(&self, definition: &Definition<'_>, name: &str) -> Taken {
        let mut names = Vec::new();
        let (head, ident, span) = match definition {
            Definition::Type(item) => {
                item.fields.iter().for_each(|field| in_field(field, &mut names));
                names.extend(item.with.iter().map(|with| (with.span, with.value.clone())));
                (&item.head, &item.name, item.span)
            }
            Definition::Enum(item) => (&item.head, &item.name, item.span),
            Definition::Union(item) => {
                item.variants.iter().for_each(|field| in_field(field, &mut names));
                (&item.head, &item.name, item.span)
            }
            Definition::Mixin(item) => {
                item.fields.iter().for_each(|field| in_field(field, &mut names));
                in_body(&item.body, &mut names);
                (&item.head, &item.name, item.span)
            }
        };
        names.push((ident.span, name.to_owned()));
        let mut taken = self.taken(with_docs(head, span), &names);
        taken.needs.retain(|need| need != name);
        taken
    }

    fn taken(&self, span: Span, names: &[Named]) -> Taken {
        let mut names: Vec<&Named> = names.iter().filter(|(_, name)| self.items.contains_key(name)).collect();
        names.sort_by_key(|(span, _)| span.start);
        let (mut text, mut at) = (String::new(), span.start);
        for (place, name) in &names {
            text += self.sources.text(Span { start: at, end: place.start, ..span });
            text += self.name(name);
            at = place.end;
        }
        text += self.sources.text(Span { start: at, ..span });
        let needs = names.into_iter().map(|(_, name)| name.clone()).filter(|name| !self.known.contains(name)).collect();
        Taken { text, needs }
    }
}

/// From the first line of documentation on.
pub(super) fn with_docs(head: &Head, span: Span) -> Span {
    Span { start: head.docs.first().map_or(span.start, |line| line.span.start.min(span.start)), ..span }
}

fn in_type(ty: &TypeExpr, names: &mut Vec<Named>) {
    match &ty.kind {
        TypeKind::Name(path) => names.extend(whole(path).map(|span| (span, dotted(path)))),
        TypeKind::Id(of) => names.push((of.span, of.value.clone())),
        TypeKind::List(inner) | TypeKind::Map(inner) => in_type(inner, names),
        TypeKind::Either(choices) => choices.iter().for_each(|choice| in_type(choice, names)),
        TypeKind::Struct(fields) => fields.iter().for_each(|field| in_field(field, names)),
        TypeKind::Literal(_) | TypeKind::Null => {}
    }
}

fn whole(path: &[Ident]) -> Option<Span> {
    Some(path.first()?.span.to(path.last()?.span))
}

fn in_field(field: &Field, names: &mut Vec<Named>) {
    in_type(&field.ty, names);
}

fn in_body(body: &ModuleBody, names: &mut Vec<Named>) {
    for fields in [&body.path, &body.query, &body.header, &body.cookie] {
        fields.iter().for_each(|field| in_field(field, names));
    }
    match body.request.as_ref().map(|request| &request.body) {
        Some(RequestBody::Fields(fields)) => fields.iter().for_each(|field| in_field(field, names)),
        Some(RequestBody::Whole(field)) => in_field(field, names),
        None => {}
    }
    let answers = body.exchange.iter().filter_map(|exchange| exchange.answer.as_ref()).chain(&body.answers);
    for answer in answers {
        if let AnswerBody::Type(ty) = &answer.body {
            in_type(ty, names);
        }
    }
    body.fails.iter().for_each(|fails| in_type(&fails.body, names));
}
