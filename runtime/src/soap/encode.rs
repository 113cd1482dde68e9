//! From JSON to XML by type: elements in the schema's order, each in its namespace. What does not fit is an error with its place in the
//! value. The envelope around it is `envelope`'s.

use serde_json::{Map, Value as Json};

use super::{
    members::Members,
    name::{Name, XML, XSD, XSI},
    scalar,
    schema::{Base, Complex, Element, Group, Kind, Order, Particle, Simple, Term, TypeId, Types},
};
use crate::{
    catalog::nearest,
    error::{Error, ErrorKind, shorten},
    xml,
};

/// The deepest nesting of a value.
const DEPTH: usize = 64;

/// The most names that a message shows.
const SHOWN: usize = 12;

/// The member of a value that names its type, where another than the declared one is meant.
pub(super) const TYPE: &str = "@xsi:type";

/// Writes elements, and remembers which namespaces they used.
pub(super) struct Writer<'t> {
    types: &'t Types,
    pub(super) out: String,
    prefixes: Vec<(String, String)>,
    path: Vec<Step>,
    /// Values are held against their types before anything is sent.
    checked: bool,
}

enum Step {
    Member(String),
    Item(usize),
}

impl<'t> Writer<'t> {
    pub(super) fn new(types: &'t Types, checked: bool) -> Self {
        Self { types, out: String::new(), prefixes: Vec::new(), path: Vec::new(), checked }
    }

    /// The namespaces in use with their prefixes, to be declared around.
    pub(super) fn prefixes(&self) -> &[(String, String)] {
        &self.prefixes
    }

    /// Writes an element with a value.
    pub(super) fn element(&mut self, element: &Element, value: &Json) -> Result<(), Error> {
        if self.path.len() > DEPTH {
            return Err(Error::new(ErrorKind::Limit, format!("the input nests deeper than {DEPTH}")));
        }
        let tag = self.tag(&element.name);
        if value.is_null() {
            return self.nothing(element, &tag);
        }
        if element.fixed && element.default.as_deref().is_some_and(|fixed| value.as_str().is_some_and(|given| given != fixed)) {
            return Err(self.wrong(&format!("is always `{}`", shorten(element.default.as_deref().unwrap_or_default()))));
        }
        let (type_id, stated) = self.chosen(element.type_id, value)?;
        self.out.push('<');
        self.out.push_str(&tag);
        if let Some(stated) = stated {
            self.state_type(&stated);
        }
        let types = self.types;
        match &types.get(type_id).kind {
            Kind::Simple(simple) => {
                // Nothing that was given beside the text is left out in silence.
                let alone = |members: &&Map<String, Json>| members.keys().all(|key| key == "#text" || key == TYPE);
                let text = value.as_object().filter(alone).and_then(|members| members.get("#text")).unwrap_or(value);
                self.text(simple, text)?;
            }
            Kind::Complex(complex) => self.complex(complex, value)?,
            Kind::Any => self.anything(value)?,
            Kind::Broken(problem) => return Err(Error::new(ErrorKind::Configuration, problem.to_string())),
        }
        self.out.push_str("</");
        self.out.push_str(&tag);
        self.out.push('>');
        Ok(())
    }

    fn nothing(&mut self, element: &Element, tag: &str) -> Result<(), Error> {
        if !element.nillable && self.checked {
            return Err(self.wrong("may not be null"));
        }
        let xsi = self.prefix(XSI);
        self.out.push_str(&format!("<{tag} {xsi}:nil=\"true\"/>"));
        Ok(())
    }

    /// The type that a value names, or the declared one.
    fn chosen(&self, declared: TypeId, value: &Json) -> Result<(TypeId, Option<Name>), Error> {
        let types = self.types;
        let wanted = value.as_object().and_then(|members| members.get(TYPE)).and_then(Json::as_str);
        let Some(wanted) = wanted else {
            if types.get(declared).is_abstract {
                let names: Vec<String> =
                    types.derived(declared).into_iter().filter_map(|id| types.shown(id, declared)).take(SHOWN).collect();
                return Err(self.wrong(&format!("needs the member `{TYPE}`: one of `{}`", names.join("`, `"))));
            }
            return Ok((declared, None));
        };
        let found = types
            .chosen(wanted, declared)
            .ok_or_else(|| self.wrong(&format!("has the type `{}`, which is none that may stand here", shorten(wanted))))?;
        if types.get(found).is_abstract {
            return Err(self.wrong(&format!("has the type `{}`, which only others derive from", shorten(wanted))));
        }
        let name = (found != declared).then(|| types.get(found).name.clone()).flatten();
        Ok((found, name))
    }

    fn state_type(&mut self, name: &Name) {
        let (xsi, name) = (self.prefix(XSI), self.tag(name));
        self.out.push_str(&format!(" {xsi}:type=\"{name}\""));
    }

    fn text(&mut self, simple: &Simple, value: &Json) -> Result<(), Error> {
        let text = self.written(simple, value)?;
        self.out.push('>');
        xml::escape(&mut self.out, &text).map_err(|error| error.with_path(self.place()))
    }

    /// A simple value as text. A name in a namespace gets a prefix, which only the writer knows.
    fn written(&mut self, simple: &Simple, value: &Json) -> Result<String, Error> {
        let text = scalar::write(simple, value, self.checked).map_err(|wanted| self.wrong(&wanted))?;
        match Name::from_clark(&text).filter(|_| simple.base() == Base::QName) {
            Some(name) => Ok(self.tag(&name)),
            None => Ok(text),
        }
    }

    fn complex(&mut self, complex: &Complex, value: &Json) -> Result<(), Error> {
        let empty = Map::new();
        let (members, alone) = match value {
            Json::Object(members) => (members, None),
            // A text without attributes.
            other if complex.text.is_some() => (&empty, Some(other)),
            _ => return Err(self.wrong("takes an object")),
        };
        self.known(complex, members)?;
        self.attributes(complex, members)?;
        if let Some(simple) = &complex.text {
            let text = members.get("#text").or(alone).unwrap_or(&Json::Null);
            let text = if text.is_null() { &Json::String(String::new()) } else { text };
            return self.text(simple, text);
        }
        self.out.push('>');
        let mut members = Members::new(complex, members);
        if let Some(content) = &complex.content {
            self.particle(content, &mut members)?;
        }
        self.all_written(&members)
    }

    /// A member that the type does not have is a mistake of the caller's: it would silently not be sent.
    fn known(&self, complex: &Complex, members: &Map<String, Json>) -> Result<(), Error> {
        let keys = || {
            let fields = complex.fields.iter().map(|field| field.key.as_str());
            fields.chain(complex.attributes.iter().map(|attribute| attribute.key.as_str()))
        };
        let is_known = |key: &str| key == TYPE || (key == "#text" && complex.text.is_some()) || keys().any(|known| known == key);
        let Some(unknown) = members.keys().find(|key| !is_known(key)) else { return Ok(()) };
        if unknown == "#text" {
            return Err(self.wrong("takes no text beside its elements"));
        }
        let near = nearest(unknown, keys());
        let help = match near.as_slice() {
            [] if keys().next().is_none() => "it takes none".to_owned(),
            [] => format!("it takes `{}`", keys().take(SHOWN).collect::<Vec<_>>().join("`, `")),
            near => format!("near it: `{}`", near.join("`, `")),
        };
        Err(self.wrong(&format!("has no member `{}` ({help})", shorten(unknown))))
    }

    fn attributes(&mut self, complex: &Complex, members: &Map<String, Json>) -> Result<(), Error> {
        for attribute in complex.attributes.iter() {
            let given = members.get(&attribute.key).filter(|value| !value.is_null());
            let fixed = attribute.fixed.as_ref().filter(|_| attribute.required).map(|fixed| Json::String(fixed.clone()));
            let Some(value) = given.cloned().or(fixed) else {
                if attribute.required && self.checked {
                    return Err(self.wrong(&format!("needs the member `{}`", attribute.key)));
                }
                continue;
            };
            self.path.push(Step::Member(attribute.key.clone()));
            let text = self.written(&attribute.simple, &value)?;
            let tag = self.tag(&attribute.name);
            self.out.push_str(&format!(" {tag}=\""));
            xml::escape_attribute(&mut self.out, &text).map_err(|error| error.with_path(self.place()))?;
            self.out.push('"');
            self.path.pop();
        }
        Ok(())
    }

    /// Writes what stands here as often as there are values for it.
    fn particle<'v>(&mut self, particle: &'v Particle, members: &mut Members<'v>) -> Result<(), Error> {
        match &particle.term {
            Term::Any => Ok(()),
            Term::Element(element) => self.elements(particle, element, members),
            Term::Group(group) => {
                let mut rounds = 0;
                while rounds < particle.max && (members.any_left(particle) || rounds == 0 && particle.min > 0) {
                    let before = members.written_in_all();
                    self.round(group, members)?;
                    rounds += 1;
                    // A round that takes nothing would go on for ever.
                    if members.written_in_all() == before {
                        break;
                    }
                }
                Ok(())
            }
        }
    }

    fn elements<'v>(&mut self, particle: &'v Particle, element: &'v Element, members: &mut Members<'v>) -> Result<(), Error> {
        let Some(field) = members.field(element) else { return Ok(()) };
        let most = usize::try_from(particle.max).unwrap_or(usize::MAX);
        let (done, left) = (members.written(field), members.left(field));
        let now = &left[..left.len().min(most)];
        if now.is_empty() && particle.min > 0 {
            return self.absent(element, &field.key);
        }
        for (index, value) in now.iter().enumerate() {
            self.path.push(Step::Member(field.key.clone()));
            if field.repeated {
                self.path.push(Step::Item(done + index));
            }
            if value.is_array() && !self.takes_list(element) {
                return Err(self.wrong("takes one value, not a list"));
            }
            self.element(element, value)?;
            if field.repeated {
                self.path.pop();
            }
            self.path.pop();
        }
        members.count(field, now.len());
        Ok(())
    }

    /// An element that must be there and has no value.
    fn absent(&mut self, element: &Element, key: &str) -> Result<(), Error> {
        if let Some(default) = &element.default {
            let tag = self.tag(&element.name);
            self.out.push_str(&format!("<{tag}>"));
            xml::escape(&mut self.out, default)?;
            self.out.push_str(&format!("</{tag}>"));
            return Ok(());
        }
        if !self.checked {
            return Ok(());
        }
        Err(self.wrong(&format!("needs the member `{key}`")))
    }

    fn takes_list(&self, element: &Element) -> bool {
        match &self.types.get(element.type_id).kind {
            Kind::Simple(simple) => matches!(simple.variety, super::schema::Variety::List(_)),
            Kind::Complex(complex) => complex.text.is_some(),
            Kind::Any | Kind::Broken(_) => false,
        }
    }

    fn round<'v>(&mut self, group: &'v Group, members: &mut Members<'v>) -> Result<(), Error> {
        if group.order != Order::Choice {
            return group.particles.iter().try_for_each(|particle| self.particle(particle, members));
        }
        let meant = group.particles.iter().filter(|particle| members.any_left(particle));
        // Of several that could be meant, the first of those that take the most of what is there.
        let Some(best) = meant.rev().max_by_key(|particle| members.given_for(particle)) else {
            let optional = |particle: &Particle| particle.min == 0 || matches!(&particle.term, Term::Any);
            if group.particles.iter().any(optional) || !self.checked {
                return Ok(());
            }
            let names: Vec<&str> = group.particles.iter().flat_map(|particle| members.keys(particle)).take(SHOWN).collect();
            return Err(self.wrong(&format!("needs one of the members `{}`", names.join("`, `"))));
        };
        self.particle(best, members)
    }

    fn all_written(&self, members: &Members<'_>) -> Result<(), Error> {
        let Some(field) = members.without_a_place() else { return Ok(()) };
        let why = if field.repeated { "has more values than may come here" } else { "cannot stand beside the other members" };
        Err(self.wrong(&format!("`{}` {why}", field.key)))
    }

    /// A value whose type nobody states: texts, numbers and flags say what they are.
    fn anything(&mut self, value: &Json) -> Result<(), Error> {
        let (local, text) = match value {
            Json::String(text) => ("string", text.clone()),
            Json::Bool(flag) => ("boolean", flag.to_string()),
            Json::Number(number) if number.is_f64() => ("double", number.to_string()),
            Json::Number(number) => ("long", number.to_string()),
            Json::Object(members) if members.is_empty() => {
                self.out.push('>');
                return Ok(());
            }
            _ => return Err(self.wrong(&format!("may be anything, so it needs the member `{TYPE}`, a type of the WSDL"))),
        };
        self.state_type(&Name::new(XSD, local));
        self.out.push('>');
        xml::escape(&mut self.out, &text).map_err(|error| error.with_path(self.place()))
    }

    /// A name with the prefix of its namespace.
    pub(super) fn tag(&mut self, name: &Name) -> String {
        if name.namespace.is_empty() { name.local.to_string() } else { format!("{}:{}", self.prefix(&name.namespace), name.local) }
    }

    pub(super) fn prefix(&mut self, namespace: &str) -> String {
        if let Some((_, prefix)) = self.prefixes.iter().find(|(known, _)| known == namespace) {
            return prefix.clone();
        }
        let prefix = match namespace {
            XML => return "xml".to_owned(),
            XSI => "xsi".to_owned(),
            XSD => "xsd".to_owned(),
            _ => format!("ns{}", self.prefixes.len() + 1),
        };
        self.prefixes.push((namespace.to_owned(), prefix.clone()));
        prefix
    }

    fn wrong(&self, message: &str) -> Error {
        Error::new(ErrorKind::Input, format!("the input {message}")).with_path(self.place())
    }

    fn place(&self) -> String {
        let mut place = "$".to_owned();
        for step in &self.path {
            match step {
                Step::Member(key) => place.push_str(&format!(".{key}")),
                Step::Item(index) => place.push_str(&format!("[{index}]")),
            }
        }
        place
    }
}
