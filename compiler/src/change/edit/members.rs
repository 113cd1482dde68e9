//! Where the members of a spec are written: fields, inputs and values with their owners, and modules, by place.

use crate::source::Span;
use crate::syntax::ast::{AnswerBody, Field, File, Head, Ident, Item, Module, ModuleBody, RequestBody, TypeExpr, TypeKind, Variant};

/// A field, input or value as it is written.
pub(super) struct Member<'a> {
    /// What it belongs to, groups included: `Task`, `repos.list`.
    pub(super) owner: String,
    /// Its name.
    pub(super) name: &'a Ident,
    pub(super) head: &'a Head,
    /// The whole of it, documentation left out.
    pub(super) span: Span,
    pub(super) what: What<'a>,
}

pub(super) enum What<'a> {
    /// A field; of a module the place where it goes, unless that is the body.
    Field(&'a Field, Option<&'static str>),
    Value(&'a Variant),
}

/// A module and its full name.
pub(super) struct Call<'a> {
    pub(super) name: String,
    pub(super) module: &'a Module,
}

/// Everything that is written in a spec and can change.
#[derive(Default)]
pub(super) struct Members<'a> {
    pub(super) list: Vec<Member<'a>>,
    pub(super) calls: Vec<Call<'a>>,
}

impl<'a> Members<'a> {
    pub(super) fn of(files: &'a [File]) -> Self {
        let mut members = Self::default();
        files.iter().for_each(|file| members.items("", &file.items));
        members
    }

    /// The innermost that a place lies in.
    pub(super) fn at(&self, place: Span) -> Option<&Member<'a>> {
        let holds = |member: &&Member<'a>| holds(member.span, place);
        self.list.iter().filter(holds).min_by_key(|member| member.span.end - member.span.start)
    }

    /// The module that a place lies in.
    pub(super) fn call(&self, place: Span) -> Option<&Call<'a>> {
        self.calls.iter().find(|call| holds(call.module.span, place))
    }

    /// The last that an owner has, of those that go to one place.
    pub(super) fn last_of(&self, owner: &str, place: Option<&str>) -> Option<&Member<'a>> {
        let alike = |member: &&Member<'a>| {
            let goes = match &member.what {
                What::Field(_, goes) => *goes,
                What::Value(_) => None,
            };
            member.owner == owner && goes == place
        };
        self.list.iter().rfind(alike)
    }

    fn items(&mut self, group: &str, items: &'a [Item]) {
        let full = |name: &Ident| if group.is_empty() { name.value.clone() } else { format!("{group}.{}", name.value) };
        for item in items {
            match item {
                Item::Type(item) => self.fields(&full(&item.name), &item.fields, None),
                Item::Enum(item) => {
                    let owner = full(&item.name);
                    for variant in &item.variants {
                        let (name, head, what) = (&variant.name, &variant.head, What::Value(variant));
                        self.list.push(Member { owner: owner.clone(), name, head, span: variant.span, what });
                    }
                }
                Item::Group(item) => self.items(&full(&item.name), &item.items),
                Item::Module(item) => self.module(full(&item.name), item),
                // What a mixin has is written there, whoever takes it in.
                Item::Mixin(item) => {
                    self.fields(&full(&item.name), &item.fields, None);
                    self.inputs(&full(&item.name), &item.body);
                }
                _ => {}
            }
        }
    }

    fn module(&mut self, name: String, module: &'a Module) {
        self.inputs(&name, &module.body);
        self.calls.push(Call { name, module });
    }

    fn inputs(&mut self, name: &str, body: &'a ModuleBody) {
        for (place, fields) in [("path", &body.path), ("query", &body.query), ("header", &body.header), ("cookie", &body.cookie)] {
            self.fields(name, fields, Some(place));
        }
        match body.request.as_ref().map(|request| &request.body) {
            Some(RequestBody::Fields(fields)) => self.fields(name, fields, None),
            Some(RequestBody::Whole(field)) => self.fields(name, std::slice::from_ref(&**field), None),
            None => {}
        }
        let answers = body.exchange.iter().filter_map(|exchange| exchange.answer.as_ref()).chain(&body.answers);
        for answer in answers {
            if let AnswerBody::Type(ty) = &answer.body {
                self.inside(&format!("{name}.output"), ty);
            }
        }
    }

    fn fields(&mut self, owner: &str, fields: &'a [Field], place: Option<&'static str>) {
        for field in fields {
            let (name, head) = (&field.name, &field.head);
            self.list.push(Member { owner: owner.to_owned(), name, head, span: field.span, what: What::Field(field, place) });
            self.inside(&format!("{owner}.{}", field.name.value), &field.ty);
        }
    }

    /// What is written in place.
    fn inside(&mut self, owner: &str, ty: &'a TypeExpr) {
        match &ty.kind {
            TypeKind::Struct(fields) => self.fields(owner, fields, None),
            TypeKind::List(inner) | TypeKind::Map(inner) => self.inside(owner, inner),
            TypeKind::Either(choices) => choices.iter().for_each(|choice| self.inside(owner, choice)),
            _ => {}
        }
    }
}

fn holds(span: Span, place: Span) -> bool {
    span.file == place.file && span.start <= place.start && place.end <= span.end
}
