//! From XML to JSON by type: lists where several may come, numbers where numbers are, null where an element says that it is nil. What the
//! schema does not name is left out, unless the type is open; what it demands and is not there is an error with its place.

use serde_json::{Map, Value as Json};

use super::{
    encode::TYPE,
    name::{Name, XSI},
    scalar,
    schema::{Base, Complex, Element, Field, Kind, Simple, TypeId, Types},
    tree::Node,
};
use crate::{
    error::{Error, ErrorKind, shorten},
    http_module::xml,
};

/// Reads the value of an element that is what it should be.
pub(super) fn element(types: &Types, element: &Element, node: &Node) -> Result<Json, Error> {
    let mut reader = Reader { types, path: Vec::new(), call: false };
    reader.value(element, node)
}

/// The same of an answer in RPC style. Its parts are known by their local names: they should have no namespace, and services are not agreed
/// on that.
pub(super) fn call(types: &Types, element: &Element, node: &Node) -> Result<Json, Error> {
    let mut reader = Reader { types, path: Vec::new(), call: true };
    reader.value(element, node)
}

/// What stands in an element of which no type says anything: as [`HttpResponse::parsed`](crate::http_module::HttpResponse::parsed) has it.
pub(super) fn untyped(node: &Node) -> Json {
    let attributes = node.attributes.iter().filter(|(name, _)| &*name.namespace != XSI);
    let mut members: Map<String, Json> = attributes.map(|(name, value)| (format!("@{}", name.local), value.clone().into())).collect();
    for child in &node.children {
        xml::add(&mut members, child.name.local.to_string(), untyped(child));
    }
    xml::value(members, &node.text)
}

struct Reader<'t> {
    types: &'t Types,
    path: Vec<String>,
    /// At the top are the parts of a call.
    call: bool,
}

impl Reader<'_> {
    fn value(&mut self, element: &Element, node: &Node) -> Result<Json, Error> {
        if matches!(node.attribute_of(XSI, "nil"), Some("true" | "1")) {
            return Ok(Json::Null);
        }
        let (type_id, stated) = self.chosen(element.type_id, node)?;
        let types = self.types;
        let mut value = match &types.get(type_id).kind {
            Kind::Simple(simple) => self.text(simple, default(element, node), node)?,
            Kind::Complex(complex) => self.complex(complex, element, node)?,
            Kind::Any => untyped(node),
            Kind::Broken(problem) => return Err(Error::new(ErrorKind::Decode, problem.to_string()).with_path(self.place())),
        };
        if let (Some(stated), Some(members)) = (stated, value.as_object_mut()) {
            members.insert(TYPE.to_owned(), stated.into());
        }
        Ok(value)
    }

    /// The type that an element states, if it may stand there; how values name it, if it is another than the declared one.
    fn chosen(&self, declared: TypeId, node: &Node) -> Result<(TypeId, Option<String>), Error> {
        let types = self.types;
        let stated = node.attribute_of(XSI, "type").and_then(|text| node.qualified(text, ""));
        let found = stated.as_ref().and_then(|name| types.named(name)).filter(|id| types.fits(*id, declared));
        let id = found.unwrap_or(declared);
        if types.get(id).is_abstract {
            let said = stated.map_or_else(|| "no type".to_owned(), |name| format!("the type `{}`", shorten(&name.to_string())));
            return Err(self.wrong(&format!("states {said}, where one that derives from an abstract one is wanted")));
        }
        let shown = if id == declared { None } else { types.shown(id, declared) };
        Ok((id, shown))
    }

    fn text(&self, simple: &Simple, text: &str, node: &Node) -> Result<Json, Error> {
        if simple.base() == Base::QName
            && let Some(name) = node.qualified(text, "")
        {
            return Ok(name.to_string().into());
        }
        scalar::read(simple, text).map_err(|wanted| self.wrong(&format!("{wanted}: `{}`", shorten(text.trim()))))
    }

    fn complex(&mut self, complex: &Complex, element: &Element, node: &Node) -> Result<Json, Error> {
        let mut members = self.attributes(complex, node)?;
        if let Some(simple) = &complex.text {
            let text = self.text(simple, default(element, node), node)?;
            if complex.attributes.is_empty() {
                return Ok(text);
            }
            members.insert("#text".to_owned(), text);
            return Ok(members.into());
        }
        self.children(complex, node, &mut members)?;
        for field in &complex.fields {
            if members.contains_key(&field.key) {
                continue;
            }
            if field.required {
                return Err(self.missing(&field.element.name, &field.key, node));
            }
            if field.repeated {
                members.insert(field.key.clone(), Json::Array(Vec::new()));
            }
        }
        let text = node.text.trim();
        if complex.mixed && !text.is_empty() {
            members.insert("#text".to_owned(), text.into());
        }
        Ok(members.into())
    }

    fn attributes(&mut self, complex: &Complex, node: &Node) -> Result<Map<String, Json>, Error> {
        let mut members = Map::new();
        for attribute in complex.attributes.iter() {
            let stated = node.attributes.iter().find(|(name, _)| *name == attribute.name).map(|(_, value)| value.as_str());
            if let Some(text) = stated.or(attribute.fixed.as_deref()).or(attribute.default.as_deref()) {
                self.path.push(attribute.key.clone());
                members.insert(attribute.key.clone(), self.text(&attribute.simple, text, node)?);
                self.path.pop();
            }
        }
        Ok(members)
    }

    fn children(&mut self, complex: &Complex, node: &Node, members: &mut Map<String, Json>) -> Result<(), Error> {
        for child in &node.children {
            let part = |field: &&Field| self.call && self.path.is_empty() && field.element.name.local == child.name.local;
            let Some(field) = complex.field(&child.name).or_else(|| complex.fields.iter().find(part)) else {
                if complex.open {
                    xml::add(members, added(complex, &child.name), untyped(child));
                }
                continue;
            };
            self.child(field, child, members)?;
        }
        Ok(())
    }

    fn child(&mut self, field: &Field, child: &Node, members: &mut Map<String, Json>) -> Result<(), Error> {
        let index = members.get(&field.key).and_then(Json::as_array).map_or(0, Vec::len);
        self.path.push(if field.repeated { format!("{}[{index}]", field.key) } else { field.key.clone() });
        let value = self.value(&field.element, child)?;
        match members.get_mut(&field.key) {
            Some(Json::Array(values)) if field.repeated => values.push(value),
            Some(_) => return Err(self.wrong("comes more than once")),
            None => drop(members.insert(field.key.clone(), if field.repeated { Json::Array(vec![value]) } else { value })),
        }
        self.path.pop();
        Ok(())
    }

    /// Most often such an element is there, in another namespace: that is said, because it cannot be seen.
    fn missing(&self, name: &Name, key: &str, node: &Node) -> Error {
        let other = node.children.iter().find(|child| child.name.local == name.local && child.name != *name);
        let why = match other.map(|other| &*other.name.namespace) {
            Some("") => "; there is one in no namespace".to_owned(),
            Some(namespace) => format!("; there is one in the namespace `{}`", shorten(namespace)),
            None => String::new(),
        };
        self.wrong(&format!("lacks `{key}`{why}"))
    }

    fn wrong(&self, message: &str) -> Error {
        Error::new(ErrorKind::Decode, format!("the answer {message}")).with_path(self.place())
    }

    fn place(&self) -> String {
        self.path.iter().fold("$".to_owned(), |place, step| format!("{place}.{step}"))
    }
}

/// The name of a member that the type does not name: with its namespace where the type has one of that name.
fn added(complex: &Complex, name: &Name) -> String {
    let taken = complex.fields.iter().any(|field| *field.key == *name.local);
    if taken { format!("{{{}}}{}", name.namespace, name.local) } else { name.local.to_string() }
}

/// The text of an element, or what stands for none.
fn default<'n>(element: &'n Element, node: &'n Node) -> &'n str {
    match &element.default {
        Some(default) if node.text.is_empty() => default,
        _ => &node.text,
    }
}
