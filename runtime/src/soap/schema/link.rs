//! Makes types of schema documents: names are looked up, bases and groups taken in, forms settled. What a type cannot do without and is
//! not there breaks that type, with the place; the others are linked all the same. Chains, groups and sizes are bounded, for schemas may be
//! hostile: a type that another's content names is linked later and not inside it.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use indexmap::IndexMap;

use super::{
    Attribute, CHAIN, Complex, Element, Group, Kind, Order, Particle, Term, Type, TypeId, Types, UNBOUNDED, broken, fields::fields,
    particle::GROUP_DEPTH,
    simple::{Base, Bound, Facets, Simple, Variety},
};
use crate::{
    error::shorten,
    soap::{
        documents::SchemaPart,
        name::{ENCODING, ENVELOPE11, ENVELOPE12, Name, XML, XSD, is_ncname},
        problem::{Findings, Place, Problem},
        tree::Node,
    },
};

/// The most members that all types have together.
const MEMBERS: usize = 300_000;

/// A declaration and the schema that it stands in.
#[derive(Clone, Copy)]
struct Declared<'d> {
    node: &'d Node,
    part: &'d SchemaPart,
}

impl Declared<'_> {
    fn place(&self) -> Place {
        Place::new(&self.part.file, self.node.line)
    }

    fn problem(&self, message: impl Into<String>) -> Problem {
        Problem::new(message, self.place())
    }
}

/// Links the types of some schemas.
pub(in crate::soap) struct Linker<'d, 'f> {
    types: HashMap<Name, Declared<'d>>,
    elements: HashMap<Name, Declared<'d>>,
    attributes: HashMap<Name, Declared<'d>>,
    groups: HashMap<Name, Declared<'d>>,
    attribute_groups: HashMap<Name, Declared<'d>>,
    substitutes: HashMap<Name, Vec<Name>>,

    slots: Vec<Option<Type>>,
    named: HashMap<Name, TypeId>,
    waiting: HashMap<TypeId, Declared<'d>>,
    queue: Vec<TypeId>,
    /// Of types that are written in place, the elements around them.
    labels: HashMap<TypeId, String>,
    linked: HashMap<Name, Arc<Element>>,
    linked_groups: HashMap<Name, Result<Term, Problem>>,
    references: HashMap<Name, Term>,
    depth: usize,
    members: usize,
    pub(in crate::soap) findings: &'f mut Findings,
}

type Found<T> = Result<T, Problem>;

impl<'d, 'f> Linker<'d, 'f> {
    pub(in crate::soap) fn new(schemas: &'d [SchemaPart], findings: &'f mut Findings) -> Self {
        let mut linker = Self {
            types: HashMap::new(),
            elements: HashMap::new(),
            attributes: HashMap::new(),
            groups: HashMap::new(),
            attribute_groups: HashMap::new(),
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
                    table.entry(name.clone()).or_insert(declared);
                    if let Some(head) = node.attribute("substitutionGroup").and_then(|head| qualified(declared, head)) {
                        let members = self.substitutes.entry(head).or_default();
                        if !members.contains(&name) {
                            members.push(name);
                        }
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

    fn missing(&mut self, message: String, from: &Place) -> TypeId {
        self.findings.wrong(Problem::new(message.clone(), from.clone()));
        self.put(nameless(broken(message, from.clone())))
    }

    fn put(&mut self, made: Type) -> TypeId {
        self.slots.push(Some(made));
        TypeId(self.slots.len() - 1)
    }

    /// A place for a type that is linked later.
    fn later(&mut self, declared: Declared<'d>) -> TypeId {
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

    fn inline_simple(&mut self, at: Declared<'d>) -> Found<Arc<Simple>> {
        let node = at.node.child(XSD, "simpleType").ok_or_else(|| at.problem("it names no type"))?;
        self.simple(Declared { node, ..at }, &mut None)
    }

    /// The simple type with this name, or that of the content of a complex one.
    fn text_of(&mut self, at: Declared<'d>, name: &str) -> Found<Arc<Simple>> {
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
        let inside = |local: &str| at.node.child(XSD, local).map(|node| Declared { node, ..at });
        let mut complex = match (inside("simpleContent"), inside("complexContent")) {
            (Some(content), _) => self.simple_content(content, base)?,
            (None, Some(content)) => self.complex_content(content, base)?,
            (None, None) => self.own(at, Complex::default())?,
        };
        complex.mixed |= is_true(at.node.attribute("mixed"));
        complex.open |= complex.content.as_ref().is_some_and(Particle::is_open);
        let cost = complex.content.as_ref().map_or(0, Particle::size) + complex.attributes.len() + 1;
        self.members = self.members.checked_sub(cost).ok_or_else(|| at.problem("the types have too many members together"))?;
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
        let content = at.node.children.iter().find(|child| {
            &*child.name.namespace == XSD && matches!(&*child.name.local, "sequence" | "choice" | "all" | "group")
        });
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

    fn group(&self, at: Declared<'d>, order: Order, particles: Vec<Particle>) -> Found<Particle> {
        let group = Group::new(order, particles).ok_or_else(|| at.problem("its groups are too deep or too large"))?;
        Ok(Particle::once(Term::Group(group)))
    }

    /// A particle; none where it stands zero times.
    fn particle(&mut self, at: Declared<'d>, depth: usize) -> Found<Option<Particle>> {
        if depth > GROUP_DEPTH {
            return Err(at.problem("its groups are too deep or too large"));
        }
        let (min, max) = self.occurs(at);
        if max == 0 {
            return Ok(None);
        }
        let term = match &*at.node.name.local {
            "element" => self.element_term(at)?,
            "any" => Term::Any,
            "group" => self.group_term(at, depth)?,
            "sequence" => self.group_of(at, Order::Sequence, depth)?,
            "choice" => self.group_of(at, Order::Choice, depth)?,
            "all" => self.group_of(at, Order::All, depth)?,
            other => return Err(at.problem(format!("`xs:{other}` has no place in a type's content"))),
        };
        Ok(Some(Particle { min, max, term }))
    }

    fn occurs(&mut self, at: Declared<'d>) -> (u32, u32) {
        let mut read = |attribute: &str| match at.node.attribute(attribute) {
            None => 1,
            Some("unbounded") if attribute == "maxOccurs" => UNBOUNDED,
            Some(text) => text.parse().unwrap_or_else(|_| {
                self.findings.wrong(at.problem(format!("`{attribute}` is not a number")));
                1
            }),
        };
        let (min, max) = (read("minOccurs"), read("maxOccurs"));
        (min.min(max), max)
    }

    fn group_of(&mut self, at: Declared<'d>, order: Order, depth: usize) -> Found<Term> {
        let mut particles = Vec::new();
        for node in at.node.children.iter().filter(|child| &*child.name.namespace == XSD && &*child.name.local != "annotation") {
            particles.extend(self.particle(Declared { node, ..at }, depth + 1)?);
        }
        Ok(self.group(at, order, particles)?.term)
    }

    /// A group that is named here and declared elsewhere.
    fn group_term(&mut self, at: Declared<'d>, depth: usize) -> Found<Term> {
        let name = at.node.attribute("ref").and_then(|name| qualified(at, name)).ok_or_else(|| at.problem("it names no group"))?;
        if let Some(known) = self.linked_groups.get(&name) {
            return known.clone();
        }
        let Some(declared) = self.groups.get(&name).copied() else {
            let problem = at.problem(format!("there is no group `{}`", shorten(&name.to_string())));
            self.findings.wrong(problem.clone());
            return Err(problem);
        };
        self.linked_groups.insert(name.clone(), Err(at.problem(format!("the group `{}` holds itself", shorten(&name.to_string())))));
        let content = declared.node.children.iter().find(|child| &*child.name.namespace == XSD && &*child.name.local != "annotation");
        let term = match content {
            Some(node) => self.particle(Declared { node, ..declared }, depth + 1).and_then(|particle| {
                particle.map(|particle| particle.term).ok_or_else(|| declared.problem("the group is empty"))
            }),
            None => Err(declared.problem("the group is empty")),
        };
        self.linked_groups.insert(name, term.clone());
        term
    }

    fn element_term(&mut self, at: Declared<'d>) -> Found<Term> {
        if let Some(reference) = at.node.attribute("ref") {
            let name = qualified(at, reference).ok_or_else(|| at.problem(format!("`{}` is not a name here", shorten(reference))))?;
            // How a .NET service says that data sets bring their own schema along.
            if name.is(XSD, "schema") {
                return Ok(Term::Any);
            }
            return self.reference(at, &name);
        }
        let local = at.node.attribute("name").filter(|name| is_ncname(name)).ok_or_else(|| at.problem("this element has no name"))?;
        let namespace = form(at, "elementFormDefault");
        Ok(Term::Element(Arc::new(self.element_of(at, Name::new(namespace, local)))))
    }

    /// An element that is declared elsewhere, or one of those that may take its place.
    fn reference(&mut self, at: Declared<'d>, name: &Name) -> Found<Term> {
        if let Some(known) = self.references.get(name) {
            return Ok(known.clone());
        }
        let Some(head) = self.element(name) else {
            let problem = at.problem(format!("there is no element `{}`", shorten(&name.to_string())));
            self.findings.wrong(problem.clone());
            return Err(problem);
        };
        let members = self.members_of(name);
        let term = if members.is_empty() {
            Term::Element(head)
        } else {
            let own = (!head.is_abstract).then_some(head);
            let others = members.iter().filter_map(|member| self.element(member)).filter(|member| !member.is_abstract).collect::<Vec<_>>();
            let particles = own.into_iter().chain(others).map(|element| Particle::once(Term::Element(element))).collect();
            self.group(at, Order::Choice, particles)?.term
        };
        self.references.insert(name.clone(), term.clone());
        Ok(term)
    }

    fn members_of(&self, head: &Name) -> Vec<Name> {
        let mut found: Vec<Name> = Vec::new();
        let mut open = vec![head];
        while let Some(name) = open.pop() {
            for member in self.substitutes.get(name).into_iter().flatten() {
                if member != head && !found.contains(member) && found.len() < 1_000 {
                    found.push(member.clone());
                    open.push(member);
                }
            }
        }
        found.sort();
        found
    }

    fn element_of(&mut self, at: Declared<'d>, name: Name) -> Element {
        let fixed = at.node.attribute("fixed");
        Element {
            name,
            type_id: self.type_of_element(at),
            nillable: is_true(at.node.attribute("nillable")),
            is_abstract: is_true(at.node.attribute("abstract")),
            default: fixed.or(at.node.attribute("default")).map(str::to_owned),
            fixed: fixed.is_some(),
            docs: docs(at.node),
        }
    }

    fn type_of_element(&mut self, at: Declared<'d>) -> TypeId {
        let mut at = at;
        for _ in 0..CHAIN {
            if let Some(name) = at.node.attribute("type") {
                return match qualified(at, name) {
                    Some(name) => self.type_named(&name, &at.place()),
                    None => self.missing(format!("`{}` is not a name here", shorten(name)), &at.place()),
                };
            }
            if let Some(node) = at.node.child(XSD, "complexType").or_else(|| at.node.child(XSD, "simpleType")) {
                let id = self.later(Declared { node, ..at });
                self.labels.insert(id, at.node.attribute("name").unwrap_or_default().to_owned());
                return id;
            }
            // It has the type of the one whose place it takes.
            let head = at.node.attribute("substitutionGroup").and_then(|head| qualified(at, head));
            match head.and_then(|head| self.elements.get(&head)) {
                Some(head) => at = *head,
                None => break,
            }
        }
        self.type_named(&Name::new(XSD, "anyType"), &at.place())
    }

    /// The attributes that stand in a type, after those of its base.
    fn attributes(&mut self, at: Declared<'d>, base: &Arc<[Attribute]>) -> Found<(Arc<[Attribute]>, bool)> {
        let mut own = Vec::new();
        let mut open = false;
        let mut groups = HashSet::new();
        let mut stack = vec![at];
        while let Some(one) = stack.pop() {
            for node in one.node.children.iter().filter(|child| &*child.name.namespace == XSD) {
                let inner = Declared { node, ..one };
                match &*node.name.local {
                    "attribute" => own.push(inner),
                    "anyAttribute" => open = true,
                    "attributeGroup" => {
                        let name = node.attribute("ref").and_then(|name| qualified(inner, name));
                        let group = name.as_ref().and_then(|name| self.attribute_groups.get(name));
                        let group = *group.ok_or_else(|| inner.problem("there is no such attribute group"))?;
                        if groups.insert(name) {
                            stack.push(group);
                        }
                    }
                    _ => {}
                }
            }
        }
        if own.is_empty() {
            return Ok((base.clone(), open));
        }
        let mut all: IndexMap<Name, Attribute> = base.iter().map(|attribute| (attribute.name.clone(), attribute.clone())).collect();
        for one in own {
            let attribute = self.attribute(one)?;
            if one.node.attribute("use") == Some("prohibited") {
                all.shift_remove(&attribute.name);
            } else {
                all.insert(attribute.name.clone(), attribute);
            }
        }
        Ok((all.into_values().collect(), open))
    }

    fn attribute(&mut self, at: Declared<'d>) -> Found<Attribute> {
        let required = at.node.attribute("use") == Some("required");
        let (declared, name) = match at.node.attribute("ref") {
            Some(reference) => {
                let name = qualified(at, reference).ok_or_else(|| at.problem(format!("`{}` is not a name here", shorten(reference))))?;
                (self.attributes.get(&name).copied(), name)
            }
            None => {
                let local = at.node.attribute("name").filter(|name| is_ncname(name));
                let local = local.ok_or_else(|| at.problem("this attribute has no name"))?;
                (Some(at), Name::new(form(at, "attributeFormDefault"), local))
            }
        };
        let simple = match declared {
            Some(declared) => match declared.node.attribute("type") {
                Some(name) => self.text_of(declared, name)?,
                None if declared.node.child(XSD, "simpleType").is_some() => self.inline_simple(declared)?,
                None => Arc::new(Simple::of(Variety::Atomic(Base::Text))),
            },
            // `xml:lang` and the like are nobody's to declare, and SOAP encoding's stand in types that are broken anyway.
            None if [XML, ENCODING].contains(&&*name.namespace) => Arc::new(Simple::of(Variety::Atomic(Base::Text))),
            None => return Err(at.problem(format!("there is no attribute `{}`", shorten(&name.to_string())))),
        };
        let fixed = at.node.attribute("fixed").map(str::to_owned);
        Ok(Attribute { key: format!("@{}", name.local), name, simple, required, fixed, docs: docs(at.node) })
    }
}

fn nameless(kind: Kind) -> Type {
    Type { name: None, base: None, is_abstract: false, docs: String::new(), kind }
}

/// A name in a value. Where a schema without a namespace is included, its own names are in that of the includer.
fn qualified(at: Declared<'_>, text: &str) -> Option<Name> {
    let own = if at.part.root.attribute("targetNamespace").is_none() { &*at.part.namespace } else { "" };
    at.node.qualified(text, own)
}

/// The namespace of what is declared inside a type.
fn form(at: Declared<'_>, default: &str) -> Arc<str> {
    let stated = at.node.attribute("form").or_else(|| at.part.root.attribute(default));
    if stated == Some("qualified") { at.part.namespace.clone() } else { "".into() }
}

fn is_true(text: Option<&str>) -> bool {
    matches!(text, Some("true" | "1"))
}

/// The most characters of documentation that are kept.
const DOCS: usize = 2_000;

/// What the schema says for people.
pub(in crate::soap) fn docs(node: &Node) -> String {
    let texts = node.all(XSD, "annotation").flat_map(|annotation| annotation.all(XSD, "documentation"));
    let words: Vec<&str> = texts.flat_map(|text| text.text.split_whitespace()).collect();
    words.join(" ").chars().take(DOCS).collect()
}

/// A simple type with the facets of a restriction.
fn restricted(base: &Arc<Simple>, at: Declared<'_>) -> Arc<Simple> {
    let mut values = Vec::new();
    let mut facets = base.facets.clone();
    for facet in at.node.children.iter().filter(|child| &*child.name.namespace == XSD) {
        let Some(value) = facet.attribute("value") else { continue };
        let bound = |exclusive| value.parse().ok().map(|value| Bound { value, exclusive });
        match &*facet.name.local {
            "enumeration" => values.push(value.to_owned()),
            "length" => (facets.min_length, facets.max_length) = (value.parse().ok(), value.parse().ok()),
            "minLength" => facets.min_length = value.parse().ok(),
            "maxLength" => facets.max_length = value.parse().ok(),
            "minInclusive" => facets.least = bound(false).or(facets.least),
            "minExclusive" => facets.least = bound(true).or(facets.least),
            "maxInclusive" => facets.greatest = bound(false).or(facets.greatest),
            "maxExclusive" => facets.greatest = bound(true).or(facets.greatest),
            _ => {}
        }
    }
    if values.is_empty() && same(&facets, &base.facets) {
        return base.clone();
    }
    let values = if values.is_empty() { base.values.clone() } else { values.into() };
    Arc::new(Simple { variety: base.variety.clone(), values, facets })
}

fn same(one: &Facets, other: &Facets) -> bool {
    let bound = |bound: &Option<Bound>| bound.as_ref().map(|bound| (bound.value.to_bits(), bound.exclusive));
    (one.min_length, one.max_length, bound(&one.least), bound(&one.greatest))
        == (other.min_length, other.max_length, bound(&other.least), bound(&other.greatest))
}
