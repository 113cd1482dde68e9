//! Objects with members: types of their own, and the members of a body.

use super::defaults;
use super::flat::Flat;
use super::life;
use super::maker::{Hint, Maker};
use super::names::Names;
use super::notes::Subject;
use super::plan::{Field, Type, TypeKind, What};
use super::words::snake;
use crate::import::schema::SchemaId;
use crate::source::Span;

/// Which way the values of some members go, and what may be among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Way {
    /// Members that only the server sets are left out, and those that may not be sent are not required.
    pub(super) sent: bool,
    /// Values may come from a server.
    pub(super) received: bool,
    /// Streams can stand among them.
    pub(super) files: bool,
}

impl<'n> Maker<'_, 'n> {
    /// A type of its own.
    pub(super) fn structure(&mut self, flat: &Flat<'n>, leaves: &[SchemaId], key: &[SchemaId], hint: &Hint) -> Type {
        let id = self.declare(key, hint, flat.docs);
        // A type that is called `…Output` says where it stands; what is in it needs no such word.
        let name = match hint {
            Hint::Place { parent, own } if super::type_names::DULL.contains(&own.split("_2").next().unwrap_or(own)) => parent.clone(),
            _ => self.type_name(id).to_owned(),
        };
        let mut way = Way { sent: false, received: false, files: false };
        way.sent = leaves.iter().chain(key).any(|leaf| self.in_requests.contains(leaf));
        way.received = leaves.iter().chain(key).any(|leaf| self.in_answers.contains(leaf));
        let fields = self.members(flat, &name, way);
        self.types[id.0 as usize].kind = TypeKind::Struct(fields);
        self.types[id.0 as usize].life = key.iter().find_map(|id| life::of(self.schema(*id)));
        Type::Named(id)
    }

    /// The members of an object, by free names.
    pub(super) fn members(&mut self, flat: &Flat<'n>, parent: &str, way: Way) -> Vec<Field> {
        let mut names = Names::default();
        let mut fields = Vec::new();
        for (wire, at, ids) in &flat.properties {
            let name = names.take(&field_name(wire), "_");
            let required = flat.required.contains(wire);
            fields.push(self.member(name, wire, *at, ids, required, parent, way));
        }
        self.required_without_members(flat);
        if let Some(additional) = flat.additional {
            let typed = self.schema(additional).verdict.is_none() && !self.used(&[additional]).leaves.is_empty();
            if typed {
                let at = self.schema(additional).span;
                self.note(Subject::Constraint, at, "members beyond those that are named have a type of their own: they are kept as `json`");
                self.carry_all(additional);
            }
            fields.push(rest(self.schema(additional).span));
        }
        fields
    }

    #[expect(clippy::too_many_arguments, reason = "what is said of one member, each named where it is called")]
    fn member(&mut self, name: String, wire: &str, at: Span, ids: &[SchemaId], required: bool, parent: &str, way: Way) -> Field {
        let used = self.used(ids);
        let mut what = self.what(ids, &Hint::place(parent, &name));
        if !way.files {
            self.without_files(&mut what, at);
        }
        let fixed_by_server = used.read_only && way.sent;
        let never_comes = used.write_only && way.received;
        let mut field = Field {
            name,
            wire: wire.to_owned(),
            optional: !required || fixed_by_server || never_comes,
            what,
            default: None,
            style: None,
            docs: used.docs.to_owned(),
            life: used.deprecated.and_then(|id| life::of(self.schema(id))),
            rest: false,
            at,
        };
        if let Some(default) = used.default {
            self.defaulted(&mut field, default, !way.sent);
        }
        field
    }

    /// A default: what stands for an absent value, or words where the server is to decide.
    pub(super) fn defaulted(&mut self, field: &mut Field, node: &'n crate::import::node::Node, ours: bool) {
        if node.value == crate::import::node::Value::Null || (!field.optional && !ours) {
            return;
        }
        match defaults::literal(&self.types, &field.what, node) {
            Some(literal) if ours && field.optional => {
                field.default = Some(literal);
                field.optional = false;
            }
            Some(_) if !field.optional => {}
            // That nothing given is nothing goes without saying.
            Some(literal) if ["\"\"", "[]", "{}"].contains(&literal.as_str()) => {}
            Some(literal) => {
                let told = field.docs.to_lowercase().contains("default");
                if !told {
                    let stop = if field.docs.is_empty() || field.docs.trim_end().ends_with(['.', '!', '?', ':']) { "" } else { "." };
                    field.docs = format!("{}{stop} Unless given: `{literal}`.", field.docs.trim_end()).trim().to_owned();
                }
            }
            None => self.note(Subject::Default, node.span, format!("the default of `{}` is no value of its type", field.wire)),
        }
    }

    /// Streams cannot stand in a type: they are text there.
    pub(super) fn without_files(&mut self, what: &mut What, at: Span) {
        match &mut what.ty {
            Type::Scalar("file", _) => {
                self.note(Subject::Schema, at, "bytes inside of an object: they come as text, as they are on the wire");
                what.ty = Type::scalar("string");
            }
            Type::List(item, _) | Type::Map(item) => self.without_files(item, at),
            _ => {}
        }
    }

    fn required_without_members(&mut self, flat: &Flat<'n>) {
        let missing: Vec<&str> =
            flat.required.iter().copied().filter(|name| !flat.properties.iter().any(|(known, _, _)| known == name)).collect();
        if !missing.is_empty() && !flat.properties.is_empty() {
            let mut missing = missing;
            missing.sort_unstable();
            let at = flat.properties[0].1;
            self.note(Subject::Constraint, at, format!("required, but nothing says what it is: `{}`", missing.join("`, `")));
        }
    }

    /// Counts all that a schema holds as carried over, where it is kept as it comes.
    pub(super) fn carry_all(&mut self, id: SchemaId) {
        let mut open = vec![id];
        let mut seen = std::collections::HashSet::new();
        while let Some(id) = open.pop() {
            if seen.insert(id) {
                open.extend(super::maker::parts(self.schema(id)));
            }
        }
        self.kept_raw.extend(seen);
    }
}

/// Makes one step of each circle of required members optional; says which.
pub(super) fn broken_circles(types: &mut [super::plan::TypeItem]) -> Vec<(Span, String)> {
    let mut broken = Vec::new();
    loop {
        let finite = finite(types);
        let Some(endless) = (0..types.len()).find(|index| !finite[*index]) else { return broken };
        let needs_endless = |field: &Field| needed(field).is_some_and(|id| !finite[id]);
        match &mut types[endless].kind {
            TypeKind::Struct(fields) => {
                let field = fields.iter_mut().find(|field| needs_endless(field)).expect("an endless struct needs one");
                field.optional = true;
                broken.push((field.at, field.wire.clone()));
            }
            // A union is endless only when all that it can be are.
            TypeKind::Union { variants, .. } => {
                variants.push(super::plan::Variant {
                    name: "any".to_owned(),
                    tag: Some("any".to_owned()),
                    ty: Type::Map(Box::new(What::of(Type::json()))),
                    docs: String::new(),
                });
            }
            TypeKind::Enum(_) => return broken,
        }
    }
}

fn finite(types: &[super::plan::TypeItem]) -> Vec<bool> {
    let mut finite = vec![false; types.len()];
    loop {
        let mut grown = false;
        for (index, item) in types.iter().enumerate().filter(|(index, _)| !finite[*index]).collect::<Vec<_>>() {
            let ends = match &item.kind {
                TypeKind::Struct(fields) => fields.iter().filter_map(needed).all(|id| finite[id]),
                TypeKind::Enum(_) => true,
                TypeKind::Union { variants, .. } => {
                    variants.is_empty() || variants.iter().any(|variant| !matches!(variant.ty, Type::Named(id) if !finite[id.0 as usize]))
                }
            };
            if ends {
                finite[index] = true;
                grown = true;
            }
        }
        if !grown {
            return finite;
        }
    }
}

/// The type that a field's value cannot be without.
fn needed(field: &Field) -> Option<usize> {
    match field.what.ty {
        Type::Named(id) if !field.optional && !field.what.nullable => Some(id.0 as usize),
        _ => None,
    }
}

/// What a member is called.
pub(super) fn field_name(wire: &str) -> String {
    let name = snake(wire, "field");
    // An underscore in front tells `_id` from `id`.
    if wire.starts_with('_') && !name.starts_with('_') && wire.len() > 1 && wire[1..].starts_with(|c: char| c.is_ascii_alphabetic()) {
        return format!("_{name}");
    }
    name
}

fn rest(at: Span) -> Field {
    Field {
        name: "...".to_owned(),
        wire: String::new(),
        optional: false,
        what: What::of(Type::json()),
        default: None,
        style: None,
        docs: String::new(),
        life: None,
        rest: true,
        at,
    }
}
