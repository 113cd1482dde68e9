//! Makes types of schema documents: names are looked up, bases and groups taken in, forms settled. What a type cannot do without and is
//! not there breaks that type, with the place; the others are linked all the same. Chains, groups and sizes are bounded, for schemas may be
//! hostile: a type that another's content names is linked later and not inside it.

use std::{
    collections::{HashMap, hash_map::Entry},
    sync::Arc,
};

use super::{
    Attribute, CHAIN, Complex, Element, Group, Kind, Order, Particle, Term, Type, TypeId, Types,
    attributes::restricted,
    broken,
    declared::{Declared, docs, is_true, qualified},
    fields::fields,
    simple::{Base, Simple, Variety},
};
use crate::{
    error::shorten,
    soap::{
        documents::SchemaPart,
        name::{ENCODING, ENVELOPE11, ENVELOPE12, Name, XSD, is_ncname},
        problem::{Findings, Place, Problem},
        tree::Node,
    },
};

/// The most members that all types have together.
const MEMBERS: usize = 300_000;

/// Links the types of some schemas.
pub(in crate::soap) struct Linker<'d, 'f> {
    types: HashMap<Name, Declared<'d>>,
    pub(super) elements: HashMap<Name, Declared<'d>>,
    pub(super) attributes: HashMap<Name, Declared<'d>>,
    pub(super) groups: HashMap<Name, Declared<'d>>,
    pub(super) attribute_groups: HashMap<Name, Declared<'d>>,
    /// By where they are declared: many types may take in the same.
    pub(super) linked_attributes: HashMap<*const Node, Arc<Attribute>>,
    pub(super) substitutes: HashMap<Name, Vec<Name>>,

    slots: Vec<Option<Type>>,
    named: HashMap<Name, TypeId>,
    waiting: HashMap<TypeId, Declared<'d>>,
    queue: Vec<TypeId>,
    /// Of types that are written in place, the elements around them.
    pub(super) labels: HashMap<TypeId, String>,
    pub(super) linked: HashMap<Name, Arc<Element>>,
    pub(super) linked_groups: HashMap<Name, Result<Term, Problem>>,
    pub(super) references: HashMap<Name, Term>,
    depth: usize,
    members: usize,
    pub(in crate::soap) findings: &'f mut Findings,
}

pub(super) type Found<T> = Result<T, Problem>;

impl<'d, 'f> Linker<'d, 'f> {
    pub(in crate::soap) fn new(schemas: &'d [SchemaPart], findings: &'f mut Findings) -> Self {
        let mut linker = Self {
            types: HashMap::new(),
            elements: HashMap::new(),
            attributes: HashMap::new(),
            groups: HashMap::new(),
            attribute_groups: HashMap::new(),
            linked_attributes: HashMap::new(),
            substitutes: HashMap::new(),
            slots: Vec::new(),
            named: HashMap::new(),
            waiting: HashMap::new(),
            queue: Vec::new(),
            labels: HashMap::new(),
            linked: HashMap::new(),
            linked_groups: HashMap::new(),
            references: HashMap::new(),
            depth: 0,
            members: MEMBERS,
            findings,
        };
        schemas.iter().for_each(|part| linker.declare(part));
        linker
    }

    /// Puts down what a schema declares, under its names.
    fn declare(&mut self, part: &'d SchemaPart) {
        for node in part.root.children.iter().filter(|node| &*node.name.namespace == XSD) {
            let declared = Declared { node, part };
            let table = match &*node.name.local {
                "element" => &mut self.elements,
                "complexType" | "simpleType" => &mut self.types,
                "attribute" => &mut self.attributes,
                "group" => &mut self.groups,
                "attributeGroup" => &mut self.attribute_groups,
                _ => continue,
            };
            match node.attribute("name").filter(|name| is_ncname(name)) {
                Some(local) => {
                    let name = Name::new(part.namespace.clone(), local);
                    // A schema that is taken in twice says the same twice: the first counts.
                    let Entry::Vacant(place) = table.entry(name.clone()) else { continue };
                    place.insert(declared);
                    if let Some(head) = node.attribute("substitutionGroup").and_then(|head| qualified(declared, head)) {
                        self.substitutes.entry(head).or_default().push(name);
                    }
                }
                None => self.findings.wrong(declared.problem(format!("this `xs:{}` has no name", node.name.local))),
            }
        }
    }

    /// Links all types and elements that have names, and all that they lead to.
    pub(in crate::soap) fn finish(mut self) -> Types {
        let mut names: Vec<Name> = self.types.keys().cloned().collect();
        names.sort();
        for name in names {
            let place = self.types[&name].place();
            self.type_named(&name, &place);
        }
        let mut names: Vec<Name> = self.elements.keys().cloned().collect();
        names.sort();
        names.iter().for_each(|name| drop(self.element(name)));
        while let Some(id) = self.queue.pop() {
            self.link(id);
        }
        let unlinked = |slot: Option<Type>| slot.unwrap_or_else(|| nameless(Kind::Any));
        let all: Vec<Type> = self.slots.into_iter().map(unlinked).collect();
        for one in &all {
            if let Kind::Broken(problem) = &one.kind
                && !self.findings.problems.contains(problem)
            {
                self.findings.unsupported(problem.clone());
            }
        }
        Types::new(all, self.named, self.linked, self.labels)
    }

    /// An element that stands at the top of a schema.
    pub(in crate::soap) fn element(&mut self, name: &Name) -> Option<Arc<Element>> {
        if let Some(known) = self.linked.get(name) {
            return Some(known.clone());
        }
        let declared = *self.elements.get(name)?;
        let element = Arc::new(self.element_of(declared, name.clone()));
        self.linked.insert(name.clone(), element.clone());
        Some(element)
    }

    /// The type with this name. One that is not there is broken, and told as wrong.
    pub(in crate::soap) fn type_named(&mut self, name: &Name, from: &Place) -> TypeId {
        if let Some(known) = self.named.get(name) {
            return *known;
        }
        let id = match (&*name.namespace, self.types.get(name)) {
            (_, Some(declared)) => {
                let declared = *declared;
                self.later(declared)
            }
            (XSD, None) if &*name.local == "anyType" => self.put(nameless(Kind::Any)),
            // What an envelope is needs no schema; as a value it is as it comes.
            (ENVELOPE11 | ENVELOPE12, None) => self.put(nameless(Kind::Any)),
            (XSD | ENCODING, None) => match Base::named(&name.local) {
                Some(variety) => self.put(nameless(Kind::Simple(Arc::new(Simple::of(variety))))),
                None if &*name.namespace == ENCODING => {
                    self.put(nameless(broken(format!("`soapenc:{}`: SOAP encoding is not supported", name.local), from.clone())))
                }
                None => self.missing(format!("XML Schema has no type `{}`", name.local), from),
            },
            _ => self.missing(format!("there is no type `{}`", shorten(&name.to_string())), from),
        };
        if let Some(Some(made)) = self.slots.get_mut(id.0) {
            made.name = Some(name.clone());
        }
        self.named.insert(name.clone(), id);
        id
    }

    /// The type of a call in RPC style: one element for each part.
    pub(in crate::soap) fn call(&mut self, parts: Vec<Element>) -> TypeId {
        let particles = parts.into_iter().map(|part| Particle::once(Term::Element(Arc::new(part)))).collect();
        let kind = match Group::new(Order::Sequence, particles) {
            Some(group) => {
                let content = Some(Particle::once(Term::Group(group)));
                let (fields, by_name) = fields(content.as_ref());
                Kind::Complex(Complex { content, fields, by_name, ..Complex::default() })
            }
            None => Kind::Any,
        };
        self.put(nameless(kind))
    }

    pub(super) fn missing(&mut self, message: String, from: &Place) -> TypeId {
        self.findings.wrong(Problem::new(message.clone(), from.clone()));
        self.put(nameless(broken(message, from.clone())))
    }

    fn put(&mut self, made: Type) -> TypeId {
        self.slots.push(Some(made));
        TypeId(self.slots.len() - 1)
    }

    /// A place for a type that is linked later.
    pub(super) fn later(&mut self, declared: Declared<'d>) -> TypeId {
        self.slots.push(None);
        let id = TypeId(self.slots.len() - 1);
        self.waiting.insert(id, declared);
        self.queue.push(id);
        id
    }

    /// Links a type, unless that is done or under way.
    fn link(&mut self, id: TypeId) {
        let Some(declared) = self.waiting.remove(&id) else { return };
        self.depth += 1;
        let mut made = nameless(Kind::Any);
        made.docs = docs(declared.node);
        made.is_abstract = is_true(declared.node.attribute("abstract"));
        made.name = declared.node.attribute("name").map(|local| Name::new(declared.part.namespace.clone(), local));
        let kind = match &*declared.node.name.local {
            _ if self.depth > CHAIN => Err(declared.problem(format!("types derive from each other over more than {CHAIN} steps"))),
            "simpleType" => self.simple(declared, &mut made.base).map(Kind::Simple),
            _ => self.complex(declared, &mut made.base).map(Kind::Complex),
        };
        made.kind = kind.unwrap_or_else(Kind::Broken);
        self.depth -= 1;
        self.slots[id.0] = Some(made);
    }

    /// The base with this name, linked.
    fn base(&mut self, at: Declared<'d>, name: &str) -> Found<(TypeId, &Type)> {
        let name = qualified(at, name).ok_or_else(|| at.problem(format!("`{}` is not a name here", shorten(name))))?;
        let id = self.type_named(&name, &at.place());
        self.link(id);
        match &self.slots[id.0] {
            Some(linked) => Ok((id, linked)),
            None => Err(at.problem(format!("`{}` derives from itself", shorten(&name.to_string())))),
        }
    }

    fn simple(&mut self, at: Declared<'d>, base: &mut Option<TypeId>) -> Found<Arc<Simple>> {
        let inside = |local: &str| at.node.child(XSD, local).map(|node| Declared { node, ..at });
        if let Some(restriction) = inside("restriction") {
            let simple = match restriction.node.attribute("base") {
                Some(name) => {
                    let (id, _) = self.base(restriction, name)?;
                    *base = Some(id);
                    self.text_of(restriction, name)?
                }
                None => self.inline_simple(restriction)?,
            };
            return Ok(restricted(&simple, restriction));
        }
        if let Some(list) = inside("list") {
            let items = match list.node.attribute("itemType") {
                Some(name) => self.text_of(list, name)?,
                None => self.inline_simple(list)?,
            };
            return Ok(Arc::new(Simple::of(Variety::List(items))));
        }
        if inside("union").is_some() {
            return Ok(Arc::new(Simple::of(Variety::Union)));
        }
        Err(at.problem("a simple type is a restriction, a list or a union"))
    }

    pub(super) fn inline_simple(&mut self, at: Declared<'d>) -> Found<Arc<Simple>> {
        let node = at.node.child(XSD, "simpleType").ok_or_else(|| at.problem("it names no type"))?;
        self.simple(Declared { node, ..at }, &mut None)
    }

    /// The simple type with this name, or that of the content of a complex one.
    pub(super) fn text_of(&mut self, at: Declared<'d>, name: &str) -> Found<Arc<Simple>> {
        let (_, linked) = self.base(at, name)?;
        match &linked.kind {
            Kind::Simple(simple) => Ok(simple.clone()),
            Kind::Complex(Complex { text: Some(simple), .. }) => Ok(simple.clone()),
            Kind::Any => Ok(Arc::new(Simple::of(Variety::Atomic(Base::Text)))),
            Kind::Broken(problem) => Err(problem.clone()),
            Kind::Complex(_) => Err(at.problem(format!("`{}` has elements, and text is wanted", shorten(name)))),
        }
    }

    fn complex(&mut self, at: Declared<'d>, base: &mut Option<TypeId>) -> Found<Complex> {
        let too_many = || at.problem("the types have too many members together");
        if self.members == 0 {
            return Err(too_many());
        }
        let inside = |local: &str| at.node.child(XSD, local).map(|node| Declared { node, ..at });
        let mut complex = match (inside("simpleContent"), inside("complexContent")) {
            (Some(content), _) => self.simple_content(content, base)?,
            (None, Some(content)) => self.complex_content(content, base)?,
            (None, None) => self.own(at, Complex::default())?,
        };
        complex.mixed |= is_true(at.node.attribute("mixed"));
        complex.open |= complex.content.as_ref().is_some_and(Particle::is_open);
        let cost = complex.content.as_ref().map_or(0, Particle::size) + complex.attributes.len() + 1;
        let left = self.members.checked_sub(cost);
        self.members = left.unwrap_or_default();
        left.ok_or_else(too_many)?;
        (complex.fields, complex.by_name) = fields(complex.content.as_ref());
        Ok(complex)
    }

    /// What stands inside a `simpleContent` or `complexContent`, and the name of its base.
    fn derivation(content: Declared<'d>) -> Found<(Declared<'d>, &'d str, bool)> {
        let derivation = content.node.children.iter().find(|child| child.name.is(XSD, "extension") || child.name.is(XSD, "restriction"));
        let node = derivation.ok_or_else(|| content.problem("it neither extends nor restricts a type"))?;
        let derived = Declared { node, ..content };
        let name = node.attribute("base").ok_or_else(|| derived.problem("it names no base"))?;
        Ok((derived, name, &*node.name.local == "extension"))
    }

    fn simple_content(&mut self, content: Declared<'d>, base: &mut Option<TypeId>) -> Found<Complex> {
        let (derived, name, _) = Self::derivation(content)?;
        let text = self.text_of(derived, name)?;
        let (id, linked) = self.base(derived, name)?;
        *base = Some(id);
        let attributes = if let Kind::Complex(complex) = &linked.kind { complex.attributes.clone() } else { Arc::from([]) };
        let complex = Complex { text: Some(restricted(&text, derived)), attributes, ..Complex::default() };
        let (attributes, _) = self.attributes(derived, &complex.attributes)?;
        Ok(Complex { attributes, ..complex })
    }

    fn complex_content(&mut self, content: Declared<'d>, base: &mut Option<TypeId>) -> Found<Complex> {
        let (derived, name, extends) = Self::derivation(content)?;
        let (id, linked) = self.base(derived, name)?;
        let mut start = Complex::default();
        match &linked.kind {
            Kind::Complex(complex) => {
                start.attributes = complex.attributes.clone();
                if extends {
                    start.content = complex.content.clone();
                    start.open = complex.open;
                    start.text = complex.text.clone();
                    start.mixed = complex.mixed;
                }
            }
            Kind::Any => {}
            Kind::Broken(problem) => return Err(problem.clone()),
            Kind::Simple(_) => return Err(derived.problem(format!("`{}` is text, and cannot have elements", shorten(name)))),
        }
        *base = Some(id);
        let mut complex = self.own(derived, start)?;
        complex.mixed |= is_true(content.node.attribute("mixed"));
        Ok(complex)
    }

    /// Adds what stands in a type, or in what it adds to its base.
    fn own(&mut self, at: Declared<'d>, mut complex: Complex) -> Found<Complex> {
        let content = at
            .node
            .children
            .iter()
            .find(|child| &*child.name.namespace == XSD && matches!(&*child.name.local, "sequence" | "choice" | "all" | "group"));
        if let Some(node) = content
            && let Some(own) = self.particle(Declared { node, ..at }, 0)?
        {
            complex.content = Some(match complex.content.take() {
                None => own,
                // The base's fields come first.
                Some(base) => self.group(at, Order::Sequence, vec![base, own])?,
            });
        }
        (complex.attributes, _) = self.attributes(at, &complex.attributes)?;
        Ok(complex)
    }
}

fn nameless(kind: Kind) -> Type {
    Type { name: None, base: None, is_abstract: false, docs: String::new(), kind }
}
