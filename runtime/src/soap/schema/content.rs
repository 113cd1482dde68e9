//! Links what stands in a type: elements, in groups, by name or in place.

use std::sync::Arc;

use super::{
    CHAIN, Element, Group, Order, Particle, Term, TypeId, UNBOUNDED,
    declared::{Declared, docs, form, is_true, qualified},
    link::{Found, Linker},
    particle::GROUP_DEPTH,
};
use crate::{
    error::shorten,
    soap::name::{Name, XSD, is_ncname},
};

impl<'d> Linker<'d, '_> {
    pub(super) fn group(&self, at: Declared<'d>, order: Order, particles: Vec<Particle>) -> Found<Particle> {
        let group = Group::new(order, particles).ok_or_else(|| at.problem("its groups are too deep or too large"))?;
        Ok(Particle::once(Term::Group(group)))
    }

    /// A particle; none where it stands zero times.
    pub(super) fn particle(&mut self, at: Declared<'d>, depth: usize) -> Found<Option<Particle>> {
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
            Some(node) => self
                .particle(Declared { node, ..declared }, depth + 1)
                .and_then(|particle| particle.map(|particle| particle.term).ok_or_else(|| declared.problem("the group is empty"))),
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
                if found.len() < 1_000 && member != head && !found.contains(member) {
                    found.push(member.clone());
                    open.push(member);
                }
            }
        }
        found.sort();
        found
    }

    pub(super) fn element_of(&mut self, at: Declared<'d>, name: Name) -> Element {
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
}
