//! What values look like, in the neutral form of a surface: JSON's types with constraints. Where a shape is used is kept apart from what
//! it is, so that one shape serves many uses and is compared once.

use super::surface::{Life, Surface};
use crate::source::Span;

/// A shape of a surface: an index into [`Surface::shapes`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ShapeId(pub u32);

/// A shape in use: in a field, a list, a body.
#[derive(Clone, Debug)]
pub struct Use {
    /// The shape.
    pub shape: ShapeId,
    /// May be null.
    pub nullable: bool,
    /// The value that stands for an absent one, as JSON text.
    pub default: Option<String>,
    /// Only comes from the API.
    pub read_only: bool,
    /// Only goes to the API.
    pub write_only: bool,
    /// Deprecation and the like.
    pub life: Life,
    /// What it is for.
    pub docs: String,
    /// Where it is written.
    pub at: Span,
}

/// A shape.
#[derive(Clone, Debug, Default)]
pub struct Shape {
    /// Its name, if it has one.
    pub name: Option<String>,
    /// A title, which names it for people only.
    pub title: String,
    /// What it is for.
    pub docs: String,
    /// Types of JSON but `null`; empty for any.
    pub types: Vec<String>,
    /// `date-time`, `int64`, …
    pub format: Option<String>,
    /// Members of an object.
    pub fields: Vec<Field>,
    /// Members that must be there though nothing is said of them.
    pub required_only: Vec<String>,
    /// Other members.
    pub rest: Rest,
    /// Items of a list.
    pub items: Option<Use>,
    /// The first items, each for itself.
    pub prefix_items: Vec<Use>,
    /// The values to choose from.
    pub values: Option<Values>,
    /// The one value, as JSON text.
    pub constant: Option<String>,
    /// Bounds, patterns and the like.
    pub bounds: Vec<Bound>,
    /// It is all of these.
    pub all_of: Vec<Use>,
    /// It is exactly one of these.
    pub one_of: Vec<Use>,
    /// It is at least one of these.
    pub any_of: Vec<Use>,
    /// It is not this.
    pub not: Option<Use>,
    /// What tells the choices apart.
    pub tag: Option<Tag>,
    /// Other rules that hold a shape.
    pub rules: Vec<Condition>,
    /// A member, and those that must be there with it.
    pub dependent_required: Vec<(String, Vec<String>)>,
    /// How text stands for bytes.
    pub content_encoding: Option<String>,
    /// What the text holds.
    pub content_media_type: Option<String>,
    /// Where it is written.
    pub at: Option<Span>,
}

/// A member of an object.
#[derive(Clone, Debug)]
pub struct Field {
    /// Its name on the wire.
    pub name: String,
    /// Its name in the spec.
    pub spec_name: Option<String>,
    /// Must be there.
    pub required: bool,
    /// What it holds.
    pub what: Use,
    /// Where its name is written.
    pub at: Span,
}

/// Members that no field names.
#[derive(Clone, Debug, Default)]
pub enum Rest {
    /// Anything.
    #[default]
    Open,
    /// None are allowed.
    Closed,
    /// Each of this shape.
    Of(Use),
}

/// The values of an enum.
#[derive(Clone, Debug)]
pub struct Values {
    /// Each with its place.
    pub list: Vec<Value>,
    /// Others may come without notice.
    pub open: bool,
}

/// A value of an enum.
#[derive(Clone, Debug)]
pub struct Value {
    /// On the wire, as JSON text.
    pub wire: String,
    /// Its name in the spec.
    pub spec_name: Option<String>,
    /// What it means.
    pub docs: String,
    /// Where it is written.
    pub at: Span,
}

/// A bound.
#[derive(Clone, Debug)]
pub struct Bound {
    /// JSON Schema's word: `maxLength`, `pattern`, …
    pub keyword: &'static str,
    /// As written.
    pub value: String,
    /// Where it is written.
    pub at: Span,
}

/// What tells the choices of a union apart.
#[derive(Clone, Debug)]
pub struct Tag {
    /// The member that tells.
    pub property: String,
    /// Its values and the shape that each stands for.
    pub mapping: Vec<(String, String)>,
    /// Where it is written.
    pub at: Span,
}

/// A rule that holds a shape.
#[derive(Clone, Debug)]
pub struct Condition {
    /// JSON Schema's word: `contains`, `if`, …
    pub keyword: &'static str,
    /// The member or pattern that it is about; empty where there is one rule only.
    pub name: String,
    /// The shape.
    pub what: Use,
    /// Where it is written.
    pub at: Span,
}

impl Shape {
    /// It says nothing of what a value is: only words, if anything.
    pub fn is_annotation(&self) -> bool {
        self.types.is_empty()
            && self.format.is_none()
            && self.fields.is_empty()
            && self.required_only.is_empty()
            && matches!(self.rest, Rest::Open)
            && self.items.is_none()
            && self.prefix_items.is_empty()
            && self.values.is_none()
            && self.constant.is_none()
            && self.bounds.is_empty()
            && self.all_of.is_empty()
            && self.one_of.is_empty()
            && self.any_of.is_empty()
            && self.not.is_none()
            && self.rules.is_empty()
            && self.dependent_required.is_empty()
    }

    /// A field by its name on the wire.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// Is it a list?
    pub fn is_list(&self) -> bool {
        self.types.iter().any(|one| one == "array") || (self.types.is_empty() && self.items.is_some())
    }

    /// Is it an object?
    pub fn is_object(&self) -> bool {
        self.types.iter().any(|one| one == "object") || (self.types.is_empty() && !self.fields.is_empty())
    }
}

impl Surface {
    /// A type in words: `[Pet]`, `string (date-time)`, `Pet | null`.
    pub fn type_text(&self, what: &Use) -> String {
        let text = self.shape_text(what.shape, 0);
        if what.nullable { format!("{text} | null") } else { text }
    }

    fn shape_text(&self, id: ShapeId, depth: usize) -> String {
        let shape = self.shape(id);
        if depth > 3 {
            return "…".into();
        }
        if shape.is_list() {
            let item = shape.items.as_ref().map_or_else(|| "any".into(), |item| self.shape_text(item.shape, depth + 1));
            return format!("[{item}]");
        }
        if let Some(name) = &shape.name {
            return name.clone();
        }
        if let Some(constant) = &shape.constant {
            return constant.clone();
        }
        let choices = if shape.one_of.is_empty() { &shape.any_of } else { &shape.one_of };
        if !choices.is_empty() {
            let texts: Vec<_> = choices.iter().take(4).map(|choice| self.shape_text(choice.shape, depth + 1)).collect();
            return texts.join(" | ");
        }
        if let [only] = &shape.all_of[..] {
            return self.shape_text(only.shape, depth + 1);
        }
        if let (Rest::Of(what), true) = (&shape.rest, shape.fields.is_empty()) {
            return format!("map<{}>", self.shape_text(what.shape, depth + 1));
        }
        let types = match &shape.types[..] {
            [] if !shape.fields.is_empty() || !shape.all_of.is_empty() => "object".to_owned(),
            [] => "any".to_owned(),
            types => types.join(" | "),
        };
        match &shape.format {
            Some(format) => format!("{types} ({format})"),
            None => types,
        }
    }

    /// All fields of an object, those of its `all_of` included; its own first. Each name once.
    pub fn all_fields(&self, id: ShapeId) -> Vec<&Field> {
        let mut found: Vec<&Field> = Vec::new();
        let mut open = vec![id];
        let mut seen = Vec::new();
        while let Some(id) = open.pop() {
            if seen.contains(&id) {
                continue;
            }
            seen.push(id);
            let shape = self.shape(id);
            for field in &shape.fields {
                if !found.iter().any(|other| other.name == field.name) {
                    found.push(field);
                }
            }
            open.extend(shape.all_of.iter().rev().map(|part| part.shape));
        }
        found
    }
}
