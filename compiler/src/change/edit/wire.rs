//! Finds what a finding speaks of in a spec by the wire: the operation, the part of it, and the names on the way. What things are called in
//! Rust tells nothing here, because people call them as they like.

use std::collections::HashMap;

use crate::change::findings::{Part, Site};
use crate::model::resolve::names::Convention;
use crate::source::Span;
use crate::syntax::ast::{
    Answer, AnswerBody, EnumItem, Field, File, Item, Mixin, Module, RequestBody, TypeExpr, TypeItem, TypeKind, UnionItem,
};

/// A named type as it is written.
#[derive(Clone, Copy)]
pub(super) enum Named<'a> {
    Type(&'a TypeItem),
    Enum(&'a EnumItem),
    Union(&'a UnionItem),
}

/// Fields that stand together.
#[derive(Clone)]
pub(super) struct Owner<'a> {
    /// `Task`, `repos.list`, `Task.plan`; of a mixin's, what takes it in.
    pub(super) name: String,
    /// Where they go, of a module.
    pub(super) place: Option<&'static str>,
    pub(super) fields: &'a [Field],
    /// What is taken in besides.
    mixed: Vec<&'a [Field]>,
    /// The whole of what holds them.
    pub(super) span: Span,
}

/// Where a path leads.
#[derive(Clone)]
pub(super) enum At<'a> {
    /// Fields.
    Fields(Owner<'a>),
    /// A type, the group in which it is written, and what it would be the owner of.
    Type(&'a TypeExpr, String, String),
}

/// A field and those beside it.
#[derive(Clone)]
pub(super) struct Found<'a> {
    pub(super) owner: String,
    pub(super) field: &'a Field,
}

/// A spec by its wire names.
pub(super) struct Wire<'a> {
    convention: Convention,
    named: HashMap<String, (Named<'a>, String)>,
    mixins: HashMap<String, &'a Mixin>,
}

impl<'a> Wire<'a> {
    pub(super) fn of(files: &'a [File]) -> Self {
        let connector = files.iter().flat_map(|file| &file.items).find_map(|item| match item {
            Item::Connector(connector) => connector.names.as_ref(),
            _ => None,
        });
        let convention = connector.and_then(|names| Convention::of(&names.value));
        let mut wire = Self { convention: convention.unwrap_or(Convention::AsWritten), named: HashMap::new(), mixins: HashMap::new() };
        files.iter().for_each(|file| wire.items("", &file.items));
        wire
    }

    fn items(&mut self, group: &str, items: &'a [Item]) {
        let full = |name: &str| if group.is_empty() { name.to_owned() } else { format!("{group}.{name}") };
        for item in items {
            let (name, named) = match item {
                Item::Type(item) => (&item.name.value, Named::Type(item)),
                Item::Enum(item) => (&item.name.value, Named::Enum(item)),
                Item::Union(item) => (&item.name.value, Named::Union(item)),
                Item::Mixin(mixin) => {
                    self.mixins.insert(full(&mixin.name.value), mixin);
                    continue;
                }
                Item::Group(inner) => {
                    self.items(&full(&inner.name.value), &inner.items);
                    continue;
                }
                _ => continue,
            };
            self.named.entry(full(name)).or_insert((named, group.to_owned()));
        }
    }

    /// The name of a field on the wire.
    pub(super) fn name(&self, field: &Field) -> String {
        field.wire.as_ref().map_or_else(|| self.convention.wire(&field.name.value), |wire| wire.value.clone())
    }

    /// A type by its name, as it is written inside of a group; and its full name.
    pub(super) fn named(&self, name: &str, group: &str) -> Option<(Named<'a>, String)> {
        let inside = format!("{group}.{name}");
        let full = if self.named.contains_key(&inside) { inside } else { name.to_owned() };
        self.named.get(&full).map(|(named, _)| (*named, full))
    }

    /// Types here and there that nothing was held against and that hold the same by their names on the wire, each the other's only one.
    pub(super) fn alike(&self, there: &Wire<'_>, known: &[(String, String)]) -> Vec<(String, String)> {
        let free = |wire: &Wire<'_>, taken: &dyn Fn(&str) -> bool| {
            let mut by_members: HashMap<Vec<String>, Vec<String>> = HashMap::new();
            for (name, (named, _)) in wire.named.iter().filter(|(name, _)| !taken(name)) {
                let members = wire.members(*named);
                if members.len() > 1 {
                    by_members.entry(members).or_default().push(name.clone());
                }
            }
            by_members
        };
        let ours = free(self, &|_| false);
        let theirs = free(there, &|name| known.iter().any(|(_, own)| own == name));
        let mut pairs: Vec<(String, String)> = theirs
            .into_iter()
            .filter_map(|(members, names)| match (&names[..], ours.get(&members).map(Vec::as_slice)) {
                ([theirs], Some([ours])) => Some((ours.clone(), theirs.clone())),
                _ => None,
            })
            .collect();
        pairs.sort();
        pairs
    }

    /// What a type holds, its kind first.
    fn members(&self, named: Named<'_>) -> Vec<String> {
        let (kind, mut names): (&str, Vec<String>) = match named {
            Named::Type(item) => ("type", item.fields.iter().map(|field| self.name(field)).collect()),
            Named::Enum(_) | Named::Union(_) => return Vec::new(),
        };
        names.sort();
        names.insert(0, kind.to_owned());
        names
    }

    /// The named type that a type is, null and lists left aside.
    pub(super) fn named_by(&self, at: &At<'a>) -> Option<(Named<'a>, String)> {
        let At::Type(ty, group, _) = at else { return None };
        match &bare(ty).kind {
            TypeKind::Name(path) => self.named(&dotted(path), group),
            TypeKind::List(inner) | TypeKind::Map(inner) => self.named_by(&At::Type(inner, group.clone(), String::new())),
            _ => None,
        }
    }

    /// The field at the end of a site's path.
    pub(super) fn field(&self, module: (&str, &'a Module), site: &Site) -> Option<Found<'a>> {
        let (found, rest) = self.start(module, site)?;
        match (found, rest.is_empty()) {
            (Start::Field(found), true) => Some(found),
            (Start::Field(found), false) => self.follow(self.at_field(&found, module.0), &rest)?.0,
            (Start::At(at), _) => self.follow(at, &rest)?.0,
        }
    }

    /// Where a site's path leads, its last name left out: what would hold a field of that name.
    pub(super) fn holder(&self, module: (&str, &'a Module), site: &Site, name: &str) -> Option<Owner<'a>> {
        let path = site.path.strip_suffix(name).unwrap_or(&site.path).trim_end_matches('.').to_owned();
        match self.at(module, &Site { path, ..site.clone() })? {
            At::Fields(owner) => Some(owner),
            at => self.fields_of(&at),
        }
    }

    /// Where a site's path leads.
    pub(super) fn at(&self, module: (&str, &'a Module), site: &Site) -> Option<At<'a>> {
        let (found, rest) = self.start(module, site)?;
        let at = match found {
            Start::Field(found) => self.at_field(&found, module.0),
            Start::At(at) => at,
        };
        Some(self.follow(at, &rest)?.1)
    }

    fn at_field(&self, found: &Found<'a>, of: &str) -> At<'a> {
        let group = of.rsplit_once('.').map_or("", |(group, _)| group);
        At::Type(&found.field.ty, group.to_owned(), format!("{}.{}", found.owner, found.field.name.value))
    }

    /// The part of an operation, and the path from there.
    fn start(&self, (name, module): (&str, &'a Module), site: &Site) -> Option<(Start<'a>, String)> {
        let group = name.rsplit_once('.').map_or("", |(group, _)| group).to_owned();
        match &site.part {
            Part::Parameter(parameter) => {
                let (place, wire) = parameter.split_once(' ')?;
                let owner = self.inputs(name, module, place)?;
                let is =
                    |field: &&Field| if place == "path" { field.name.value == wire } else { self.name(field).eq_ignore_ascii_case(wire) };
                let field = owner.all().find(is)?;
                Some((Start::Field(Found { owner: name.to_owned(), field }), site.path.clone()))
            }
            Part::Body(_) => {
                let at = match module.body.request.as_ref().map(|request| &request.body) {
                    Some(RequestBody::Whole(field)) => At::Type(&field.ty, group, format!("{name}.{}", field.name.value)),
                    _ => At::Fields(self.inputs(name, module, "body")?),
                };
                Some((Start::At(at), site.path.clone()))
            }
            Part::Answer(status, _) => {
                let answer = answer(module, status)?;
                let AnswerBody::Type(ty) = &answer.body else { return None };
                let mut rest = site.path.as_str();
                for segment in answer.at.iter().flat_map(|at| &at.segments) {
                    rest = rest.strip_prefix(segment.value.as_str())?;
                    rest = rest.strip_prefix('.').unwrap_or(rest);
                }
                Some((Start::At(At::Type(ty, group, format!("{name}.output"))), rest.to_owned()))
            }
            _ => None,
        }
    }

    /// The inputs of a module that go to one place.
    pub(super) fn inputs(&self, name: &str, module: &'a Module, place: &str) -> Option<Owner<'a>> {
        let of = |body: &'a crate::syntax::ast::ModuleBody| -> Option<(Option<&'static str>, &'a [Field])> {
            Some(match place {
                "path" => (Some("path"), &body.path),
                "query" => (Some("query"), &body.query),
                "header" => (Some("header"), &body.header),
                "cookie" => (Some("cookie"), &body.cookie),
                "body" => match body.request.as_ref().map(|request| &request.body) {
                    Some(RequestBody::Fields(fields)) => (None, fields),
                    _ => (None, &[]),
                },
                _ => return None,
            })
        };
        let group = name.rsplit_once('.').map_or("", |(group, _)| group);
        let mixins = module.with.iter().filter_map(|with| {
            let inside = format!("{group}.{}", with.value);
            self.mixins.get(&inside).or_else(|| self.mixins.get(&with.value)).copied()
        });
        let mixed = mixins.filter_map(|mixin| of(&mixin.body)).map(|(_, fields)| fields).collect();
        let (place, fields) = of(&module.body)?;
        Some(Owner { name: name.to_owned(), place, fields, mixed, span: module.span })
    }

    /// Goes along a path: the last field on it, and what stands at its end.
    fn follow(&self, from: At<'a>, path: &str) -> Option<(Option<Found<'a>>, At<'a>)> {
        let (mut at, mut rest, mut last) = (from, path, None);
        while !rest.is_empty() {
            if let Some(end) = rest.strip_prefix('[').and_then(|inner| inner.find(']')) {
                at = self.inside(&at, |kind| if let TypeKind::List(inner) = kind { Some(inner) } else { None }).unwrap_or(at);
                rest = &rest[end + 2..];
            } else if let Some(behind) = rest.strip_prefix("{}") {
                at = self.inside(&at, |kind| if let TypeKind::Map(inner) = kind { Some(inner) } else { None })?;
                rest = behind;
            } else if rest.starts_with('(') {
                let end = rest.find(')')?;
                at = self.choice(&at, &rest[1..end])?;
                rest = &rest[end + 1..];
            } else {
                let owner = match &at {
                    At::Fields(owner) => owner.clone(),
                    at => self.fields_of(at)?,
                };
                let fits = |field: &&Field| {
                    let wire = self.name(field);
                    rest.strip_prefix(wire.as_str())
                        .is_some_and(|behind| behind.is_empty() || behind.starts_with(['.', '[', '{', '(', '<']))
                };
                let field = owner.all().filter(|field| !field.rest).filter(fits).max_by_key(|field| self.name(field).len())?;
                rest = &rest[self.name(field).len()..];
                let group = self.group_of(&owner, &at);
                at = At::Type(&field.ty, group, format!("{}.{}", owner.name, field.name.value));
                last = Some(Found { owner: owner.name.clone(), field });
            }
            rest = rest.strip_prefix('.').unwrap_or(rest);
        }
        Some((last, at))
    }

    /// The group in which the types of fields are looked up.
    fn group_of(&self, owner: &Owner<'a>, at: &At<'a>) -> String {
        match (self.named.get(&owner.name), at) {
            (Some((_, group)), _) => group.clone(),
            (None, At::Type(_, group, _)) => group.clone(),
            _ => owner.name.rsplit_once('.').map_or("", |(group, _)| group).to_owned(),
        }
    }

    fn inside(&self, at: &At<'a>, pick: impl Fn(&'a TypeKind) -> Option<&'a TypeExpr>) -> Option<At<'a>> {
        let At::Type(ty, group, owner) = at else { return None };
        pick(&bare(ty).kind).map(|inner| At::Type(inner, group.clone(), owner.clone()))
    }

    fn choice(&self, at: &At<'a>, name: &str) -> Option<At<'a>> {
        let (Named::Union(item), full) = self.named_by(at)? else { return None };
        let group = full.rsplit_once('.').map_or("", |(group, _)| group);
        let variant = item.variants.iter().find(|variant| matches!(&variant.ty.kind, TypeKind::Name(path) if dotted(path) == name))?;
        Some(At::Type(&variant.ty, group.to_owned(), String::new()))
    }

    /// The fields of what stands somewhere, if it has any.
    pub(super) fn fields_of(&self, at: &At<'a>) -> Option<Owner<'a>> {
        let At::Type(ty, group, owner) = at else {
            let At::Fields(owner) = at else { return None };
            return Some(owner.clone());
        };
        match &bare(ty).kind {
            TypeKind::Struct(fields) => Some(Owner { name: owner.clone(), place: None, fields, mixed: Vec::new(), span: bare(ty).span }),
            TypeKind::Name(path) => {
                let (Named::Type(item), full) = self.named(&dotted(path), group)? else { return None };
                let mixed = item.with.iter().filter_map(|with| self.mixins.get(&with.value)).map(|mixin| mixin.fields.as_slice()).collect();
                Some(Owner { name: full, place: None, fields: &item.fields, mixed, span: item.span })
            }
            TypeKind::List(inner) => self.fields_of(&At::Type(inner, group.clone(), owner.clone())),
            _ => None,
        }
    }
}

enum Start<'a> {
    Field(Found<'a>),
    At(At<'a>),
}

impl<'a> Owner<'a> {
    /// Its own, then those that are taken in.
    pub(super) fn all(&self) -> impl Iterator<Item = &'a Field> + use<'a, '_> {
        self.fields.iter().chain(self.mixed.iter().copied().flatten())
    }
}

/// The answer of a status; the only one where none is named.
pub(super) fn answer<'a>(module: &'a Module, status: &str) -> Option<&'a Answer> {
    let class = |text: &str| text.chars().next().filter(char::is_ascii_digit);
    let all = || module.body.exchange.iter().filter_map(|exchange| exchange.answer.as_ref()).chain(&module.body.answers);
    let is = |answer: &&Answer| answer.status.as_ref().is_some_and(|own| own.value.eq_ignore_ascii_case(status));
    let loosely =
        |answer: &&Answer| answer.status.as_ref().is_none_or(|own| own.value.ends_with("xx") && class(&own.value) == class(status));
    let success = status.starts_with('2');
    all().find(is).or_else(|| all().find(|answer| success && loosely(answer)))
}

/// A type without "or null".
pub(super) fn bare(ty: &TypeExpr) -> &TypeExpr {
    match &ty.kind {
        TypeKind::Either(choices) => {
            let mut real = choices.iter().filter(|choice| !matches!(choice.kind, TypeKind::Null));
            match (real.next(), real.next()) {
                (Some(only), None) => bare(only),
                _ => ty,
            }
        }
        _ => ty,
    }
}

/// A name as it is written.
pub(super) fn dotted(path: &[crate::syntax::ast::Ident]) -> String {
    path.iter().map(|part| part.value.as_str()).collect::<Vec<_>>().join(".")
}
