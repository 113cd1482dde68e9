//! The types of a WSDL, linked: what values of each are on the wire. `link` makes them of schema documents; `simple` is texts and numbers,
//! `fields` what an element's members are called. Writing, reading and describing values is for others.

mod attributes;
mod content;
mod declared;
mod fields;
mod link;
mod particle;
mod simple;

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

pub(super) use fields::Field;
pub(super) use link::Linker;
pub(super) use particle::{Group, Order, Particle, Term, UNBOUNDED};
pub(super) use simple::{Base, Simple, Variety};

use super::{
    name::{Name, XSD},
    problem::{Place, Problem},
};

/// One of a WSDL's types.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct TypeId(usize);

/// An element that may stand in a message.
#[derive(Debug)]
pub(super) struct Element {
    pub(super) name: Name,
    pub(super) type_id: TypeId,
    pub(super) nillable: bool,
    /// It stands only for those that may take its place.
    pub(super) is_abstract: bool,
    /// Its value when it is there and empty.
    pub(super) default: Option<String>,
    /// The default is the only value.
    pub(super) fixed: bool,
    pub(super) docs: String,
}

/// A type: what an element or an attribute holds.
#[derive(Debug)]
pub(super) struct Type {
    /// None for one that is written in place.
    pub(super) name: Option<Name>,
    pub(super) base: Option<TypeId>,
    pub(super) is_abstract: bool,
    pub(super) docs: String,
    pub(super) kind: Kind,
}

/// What a type is.
#[derive(Debug)]
pub(super) enum Kind {
    /// Anything.
    Any,
    Simple(Arc<Simple>),
    Complex(Complex),
    /// Nothing that can be written or read; why.
    Broken(Problem),
}

/// An element's attributes and content.
#[derive(Debug, Default)]
pub(super) struct Complex {
    pub(super) content: Option<Particle>,
    /// The elements of the content, each once, under the names that values have for them.
    pub(super) fields: Vec<Field>,
    by_name: HashMap<Name, usize>,
    /// Its content is text.
    pub(super) text: Option<Arc<Simple>>,
    pub(super) attributes: Arc<[Arc<Attribute>]>,
    /// Elements may stand in it that the schema does not name.
    pub(super) open: bool,
    /// Text may stand between its elements.
    pub(super) mixed: bool,
}

impl Complex {
    /// The member that an element is.
    pub(super) fn field(&self, name: &Name) -> Option<&Field> {
        self.fields.get(*self.by_name.get(name)?)
    }
}

/// An attribute of an element.
#[derive(Clone, Debug)]
pub(super) struct Attribute {
    pub(super) name: Name,
    /// `@id`
    pub(super) key: String,
    pub(super) simple: Arc<Simple>,
    pub(super) required: bool,
    pub(super) fixed: Option<String>,
    /// What it is where it is not there.
    pub(super) default: Option<String>,
    pub(super) docs: String,
}

/// The types of a WSDL and its elements that messages may name.
#[derive(Debug, Default)]
pub(super) struct Types {
    all: Vec<Type>,
    named: HashMap<Name, TypeId>,
    elements: HashMap<Name, Arc<Element>>,
    derived: HashMap<TypeId, Vec<TypeId>>,
    labels: HashMap<TypeId, String>,
    /// Types by their local names, those of XML Schema last.
    by_local: HashMap<Arc<str>, Vec<TypeId>>,
}

/// The longest chain of bases that is followed.
pub(super) const CHAIN: usize = 64;

impl Types {
    fn new(all: Vec<Type>, named: HashMap<Name, TypeId>, elements: HashMap<Name, Arc<Element>>, labels: HashMap<TypeId, String>) -> Self {
        let mut derived: HashMap<TypeId, Vec<TypeId>> = HashMap::new();
        for (index, one) in all.iter().enumerate() {
            if let (Some(base), Some(_)) = (one.base, &one.name) {
                derived.entry(base).or_default().push(TypeId(index));
            }
        }
        let mut names: Vec<(&Name, TypeId)> = named.iter().map(|(name, id)| (name, *id)).collect();
        names.sort_by_key(|(name, _)| (*name.namespace == *XSD, *name));
        let mut by_local: HashMap<Arc<str>, Vec<TypeId>> = HashMap::new();
        for (name, id) in names {
            by_local.entry(name.local.clone()).or_default().push(id);
        }
        Self { all, named, elements, derived, labels, by_local }
    }

    pub(super) fn get(&self, id: TypeId) -> &Type {
        &self.all[id.0]
    }

    /// What people may call a type: by its name, or that of the element that it is written in.
    pub(super) fn label(&self, id: TypeId) -> &str {
        match (&self.get(id).name, self.labels.get(&id)) {
            (Some(name), _) => &name.local,
            (None, Some(label)) if !label.is_empty() => label,
            (None, _) => "Object",
        }
    }

    pub(super) fn element(&self, name: &Name) -> Option<&Arc<Element>> {
        self.elements.get(name)
    }

    pub(super) fn elements(&self) -> impl Iterator<Item = &Arc<Element>> {
        self.elements.values()
    }

    pub(super) fn named(&self, name: &Name) -> Option<TypeId> {
        self.named.get(name).copied()
    }

    /// The types with names that derive from this one, itself not among them, in the order of their names.
    pub(super) fn derived(&self, id: TypeId) -> Vec<TypeId> {
        let mut seen = HashSet::from([id]);
        let mut found = Vec::new();
        let mut open = vec![id];
        while let Some(one) = open.pop() {
            let further: Vec<TypeId> =
                self.derived.get(&one).into_iter().flatten().copied().filter(|derived| seen.insert(*derived)).collect();
            found.extend(&further);
            open.extend(further);
        }
        found.sort_by(|one, other| self.get(*one).name.cmp(&self.get(*other).name));
        found
    }

    /// Whether values of a type may stand where another is declared.
    pub(super) fn fits(&self, id: TypeId, declared: TypeId) -> bool {
        if matches!(self.get(declared).kind, Kind::Any) {
            return true;
        }
        let bases = std::iter::successors(Some(id), |id| self.get(*id).base);
        bases.take(CHAIN + 1).any(|base| base == declared)
    }

    /// A type that derives from a declared one, by its local name or `{namespace}name`, as values name it.
    pub(super) fn chosen(&self, text: &str, declared: TypeId) -> Option<TypeId> {
        let fits = |id: &TypeId| self.fits(*id, declared);
        if let Some(name) = Name::from_clark(text) {
            return self.named(&name).filter(fits);
        }
        if self.get(declared).name.as_ref().is_some_and(|name| *name.local == *text) {
            return Some(declared);
        }
        self.by_local.get(text).into_iter().flatten().copied().find(fits)
    }

    /// How values name a type: by its local name if that leads to it, else with its namespace.
    pub(super) fn shown(&self, id: TypeId, declared: TypeId) -> Option<String> {
        let name = self.get(id).name.as_ref()?;
        if self.chosen(&name.local, declared) == Some(id) { Some(name.local.to_string()) } else { Some(name.to_string()) }
    }

    /// What cannot be used of all that a type leads to.
    pub(super) fn broken(&self, from: TypeId) -> Option<&Problem> {
        let mut seen = HashSet::from([from]);
        let mut open = vec![from];
        while let Some(id) = open.pop() {
            match &self.get(id).kind {
                Kind::Broken(problem) => return Some(problem),
                Kind::Complex(complex) => {
                    open.extend(complex.fields.iter().map(|field| field.element.type_id).filter(|id| seen.insert(*id)));
                }
                Kind::Any | Kind::Simple(_) => {}
            }
        }
        None
    }
}

/// Something that the schema says and that is not supported, or makes no sense.
fn broken(message: impl Into<String>, place: Place) -> Kind {
    Kind::Broken(Problem::new(message, place))
}
