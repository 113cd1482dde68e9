//! The envelope: around what is sent, and off what comes back. What stands in its body is `encode`'s and `decode`'s.

use indexmap::IndexMap;
use serde_json::{Map, Value as Json};

use super::{
    decode,
    encode::Writer,
    model::SoapVersion,
    name::{ENVELOPE11, ENVELOPE12, Name},
    operation::SoapOperation,
    security::Token,
    tree::{self, Node},
};
use crate::{
    catalog::nearest,
    error::{Error, ErrorKind, shorten},
    xml,
};

impl SoapVersion {
    pub(super) fn namespace(self) -> &'static str {
        match self {
            Self::V1_1 => ENVELOPE11,
            Self::V1_2 => ENVELOPE12,
        }
    }
}

/// The envelope of a call.
pub(super) fn write(
    operation: &SoapOperation,
    input: &Json,
    headers: &[(String, Json)],
    token: Option<&Token>,
    checked: bool,
) -> Result<String, Error> {
    let mut writer = Writer::new(operation.types(), checked);
    if let Some(token) = token {
        token.write(&mut writer.out)?;
    }
    for (name, value) in headers {
        header(&mut writer, operation, name, value)?;
    }
    let head = std::mem::take(&mut writer.out);
    match &operation.own().input.body {
        // Nothing given is an object without members.
        Some(element) if input.is_null() && !element.nillable => writer.element(element, &Json::Object(Map::new()))?,
        Some(element) => writer.element(element, input)?,
        None if input.is_null() || input.as_object().is_some_and(Map::is_empty) => {}
        None => return Err(Error::new(ErrorKind::Input, "the operation takes no input")),
    }
    let body = std::mem::take(&mut writer.out);
    let mut out = "<?xml version=\"1.0\" encoding=\"utf-8\"?>".to_owned();
    out.push_str(&format!("<soap:Envelope xmlns:soap=\"{}\"", operation.version().namespace()));
    for (namespace, prefix) in writer.prefixes() {
        out.push_str(&format!(" xmlns:{prefix}=\""));
        xml::escape(&mut out, namespace)?;
        out.push('"');
    }
    out.push('>');
    if !head.is_empty() {
        out.push_str(&format!("<soap:Header>{head}</soap:Header>"));
    }
    out.push_str(&format!("<soap:Body>{body}</soap:Body></soap:Envelope>"));
    Ok(out)
}

/// A header by the name of its element: one that the WSDL declares for the operation, or any other element of its schemas.
fn header(writer: &mut Writer<'_>, operation: &SoapOperation, name: &str, value: &Json) -> Result<(), Error> {
    let declared = operation.own().input.headers.iter().find(|header| *header.name.local == *name || header.name.to_string() == name);
    let element = match (declared, Name::from_clark(name)) {
        (Some(declared), _) => Some(declared),
        (None, Some(name)) => operation.types().element(&name),
        (None, None) => {
            let mut found: Vec<_> = operation.types().elements().filter(|element| *element.name.local == *name).collect();
            found.sort_by(|one, other| one.name.cmp(&other.name));
            found.first().copied()
        }
    };
    let Some(element) = element else {
        let near = nearest(name, operation.types().elements().map(|element| &*element.name.local));
        let help = if near.is_empty() { String::new() } else { format!("; near it: `{}`", near.join("`, `")) };
        return Err(Error::new(ErrorKind::Input, format!("the WSDL has no header and no element `{}`{help}", shorten(name))));
    };
    if let Some(problem) = operation.types().broken(element.type_id) {
        return Err(Error::new(ErrorKind::Configuration, format!("the header `{}` cannot be sent: {problem}", shorten(name))));
    }
    writer.element(element, value)
}

/// An envelope that came.
#[derive(Debug)]
pub(super) struct Envelope {
    root: Node,
}

impl Envelope {
    /// Reads one, of either version: a server that does not know the version asked in answers in its own.
    pub(super) fn read(text: &str) -> Result<Self, Error> {
        let root = tree::read(text).map_err(|error| {
            let kind = if error.limit { ErrorKind::Limit } else { ErrorKind::Decode };
            Error::new(kind, format!("the answer is no envelope: {} (line {})", shorten(&error.message), error.line))
        })?;
        let (namespace, local) = (&*root.name.namespace, &*root.name.local);
        if local != "Envelope" || ![ENVELOPE11, ENVELOPE12].contains(&namespace) {
            let shown = shorten(&root.name.to_string());
            return Err(Error::new(ErrorKind::Decode, format!("the answer is no SOAP envelope: its root is `{shown}`")));
        }
        if root.child(namespace, "Body").is_none() {
            return Err(Error::new(ErrorKind::Decode, "the answer's envelope has no body"));
        }
        Ok(Self { root })
    }

    pub(super) fn version(&self) -> SoapVersion {
        if &*self.root.name.namespace == ENVELOPE11 { SoapVersion::V1_1 } else { SoapVersion::V1_2 }
    }

    fn body(&self) -> &[Node] {
        self.root.child(&self.root.name.namespace, "Body").map_or(&[], |body| &body.children)
    }

    /// The fault in it, if it is one.
    pub(super) fn fault(&self) -> Option<&Node> {
        self.body().iter().find(|node| node.name.is(&self.root.name.namespace, "Fault"))
    }

    /// What the operation gives.
    pub(super) fn output(&self, operation: &SoapOperation) -> Result<Json, Error> {
        let Some(output) = &operation.own().output else { return Ok(Json::Null) };
        let wanted = operation.version();
        if self.version() != wanted {
            return Err(Error::new(ErrorKind::Decode, format!("the answer is in {:?} of SOAP, and {wanted:?} was asked", self.version())));
        }
        let Some(element) = &output.body else { return Ok(Json::Null) };
        let node = self.body().first();
        // In RPC style the element's name means nothing (SOAP 1.1, 7.1).
        let fits = |node: &&Node| operation.own().rpc || node.name == element.name;
        let Some(node) = node.filter(fits) else {
            let found = node.map_or_else(|| "nothing".to_owned(), |node| format!("`{}`", shorten(&node.name.to_string())));
            return Err(Error::new(ErrorKind::Decode, format!("the answer's body holds {found}, and `{}` is wanted", element.name)));
        };
        let read = if operation.own().rpc { decode::call } else { decode::element };
        read(operation.types(), element, node)
    }

    /// The headers in it: those that the WSDL declares for the answer by type, others as they are; where several have a name, a list.
    pub(super) fn headers(&self, operation: &SoapOperation) -> Map<String, Json> {
        let nodes = self.root.child(&self.root.name.namespace, "Header").map_or(&[][..], |header| &header.children);
        let declared = |node: &Node| operation.own().output.as_ref()?.headers.iter().find(|header| header.name == node.name);
        let value = |node: &Node| {
            let typed = declared(node).and_then(|element| decode::element(operation.types(), element, node).ok());
            typed.unwrap_or_else(|| decode::untyped(node))
        };
        let mut named: IndexMap<String, Vec<Json>> = IndexMap::new();
        for node in nodes {
            named.entry(node.name.local.to_string()).or_default().push(value(node));
        }
        let one = |values: &mut Vec<Json>| if values.len() == 1 { values.pop() } else { None };
        named.into_iter().map(|(name, mut values)| (name, one(&mut values).unwrap_or(Json::Array(values)))).collect()
    }
}
