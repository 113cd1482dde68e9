//! Faults: what a service says went wrong, as the one error type. What stands in them is foreign text: bounded, and without the password
//! that was sent.

use bytes::Bytes;
use http::HeaderMap;
use serde_json::{Map, Value as Json};

use super::{
    decode,
    envelope::Envelope,
    model::SoapVersion,
    name::{ENVELOPE11, ENVELOPE12, XML},
    schema::Types,
    tree::Node,
};
use crate::{
    answer,
    error::{Error, ErrorKind, shorten},
    http_module::xml,
    value::Secret,
};

/// The namespace of WS-Security 1.0, whose codes say that a login is not accepted.
pub(super) const WSSE: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";

/// What a service says went wrong. It is behind the [`Error`] of a call: [`SoapOperation::fault`](super::SoapOperation::fault).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Fault {
    /// `Client` and `Server` of SOAP 1.1, with what stands after a dot; `Sender` and `Receiver` of SOAP 1.2; or the service's own.
    pub code: String,
    /// What it is more precisely (SOAP 1.2), from outside in.
    pub subcodes: Vec<String>,
    /// The service's words.
    pub reason: String,
    /// Who says so, if that is said.
    pub actor: Option<String>,
    /// What the service adds, by element; null when there is nothing.
    pub detail: Json,
}

/// Bounds of what is read of a fault.
const SUBCODES: usize = 8;

impl Fault {
    pub(super) fn read(body: &Bytes, types: &Types) -> Option<Self> {
        let envelope = Envelope::read(std::str::from_utf8(body).ok()?).ok()?;
        Some(Self::of(envelope.fault()?, envelope.version(), types, &shorten))
    }

    /// `shown` is what may be seen of a text, bounded.
    fn of(node: &Node, version: SoapVersion, types: &Types, shown: &dyn Fn(&str) -> String) -> Self {
        match version {
            SoapVersion::V1_1 => Self::of_1_1(node, types, shown),
            SoapVersion::V1_2 => Self::of_1_2(node, types, shown),
        }
    }

    /// The members have no namespace, though some servers give them that of the envelope.
    fn of_1_1(node: &Node, types: &Types, shown: &dyn Fn(&str) -> String) -> Self {
        let child = |local: &str| node.child("", local).or_else(|| node.child(ENVELOPE11, local));
        let text = |local: &str| child(local).map(|child| shown(child.text.trim()));
        Self {
            code: text("faultcode").map(|code| local(&code)).unwrap_or_default(),
            subcodes: Vec::new(),
            reason: text("faultstring").unwrap_or_default(),
            actor: text("faultactor").filter(|actor| !actor.is_empty()),
            detail: child("detail").map_or(Json::Null, |detail| read_detail(detail, types)),
        }
    }

    fn of_1_2(node: &Node, types: &Types, shown: &dyn Fn(&str) -> String) -> Self {
        let child = |local: &str| node.child(ENVELOPE12, local);
        let value = |node: &Node| node.child(ENVELOPE12, "Value").map(|value| local(&shown(value.text.trim()))).unwrap_or_default();
        let code = child("Code");
        let within = std::iter::successors(code, |node| node.child(ENVELOPE12, "Subcode"));
        let texts: Vec<&Node> = child("Reason").map(|reason| reason.all(ENVELOPE12, "Text").collect()).unwrap_or_default();
        let english = texts.iter().find(|text| text.attribute_of(XML, "lang").is_some_and(|lang| lang.starts_with("en")));
        let actor = child("Role").or_else(|| child("Node")).map(|role| shown(role.text.trim()));
        Self {
            code: code.map(value).unwrap_or_default(),
            subcodes: within.skip(1).take(SUBCODES).map(value).collect(),
            reason: english.or(texts.first()).map(|text| shown(text.text.trim())).unwrap_or_default(),
            actor: actor.filter(|actor| !actor.is_empty()),
            detail: child("Detail").map_or(Json::Null, |detail| read_detail(detail, types)),
        }
    }

    /// The most precise code that there is.
    fn precise(&self) -> &str {
        self.subcodes.last().filter(|code| !code.is_empty()).unwrap_or(&self.code)
    }

    fn kind(&self, security: bool, status: u16) -> ErrorKind {
        let precise = self.precise();
        if security && matches!(precise, "FailedAuthentication" | "InvalidSecurityToken" | "FailedCheck" | "SecurityTokenUnavailable") {
            return ErrorKind::Authentication;
        }
        match self.code.split('.').next().unwrap_or_default() {
            "Client" | "Sender" | "MustUnderstand" | "VersionMismatch" | "DataEncodingUnknown" => ErrorKind::Invalid,
            "Server" | "Receiver" => ErrorKind::Server,
            // Many services put a code of their own there.
            _ if status >= 500 => ErrorKind::Server,
            _ => ErrorKind::Invalid,
        }
    }
}

/// A code without its prefix.
fn local(code: &str) -> String {
    code.rsplit_once(':').map_or(code, |(_, local)| local).to_owned()
}

fn read_detail(detail: &Node, types: &Types) -> Json {
    if detail.children.is_empty() {
        return decode::untyped(detail);
    }
    let mut members = Map::new();
    for child in &detail.children {
        let element = types.element(&child.name).filter(|element| types.broken(element.type_id).is_none());
        let typed = element.and_then(|element| decode::element(types, element, child).ok());
        let value = typed.unwrap_or_else(|| decode::untyped(child));
        xml::add(&mut members, child.name.local.to_string(), value);
    }
    members.into()
}

/// What is known of an answer that is a fault.
pub(super) struct Faulty<'a> {
    pub(super) name: &'a str,
    pub(super) status: u16,
    pub(super) headers: &'a HeaderMap,
    pub(super) body: &'a Bytes,
    pub(super) types: &'a Types,
    /// What must not be seen again.
    pub(super) secret: Option<&'a Secret>,
}

impl Faulty<'_> {
    /// The fault as an error.
    pub(super) fn error(&self, node: &Node, version: SoapVersion) -> Error {
        let fault = self.fault(node, version);
        let security = is_of_security(node, version);
        let kind = fault.kind(security, self.status);
        let hint = match fault.code.as_str() {
            "VersionMismatch" => ": it does not take this version of SOAP",
            "MustUnderstand" => ": it does not know a header that it must understand",
            _ => "",
        };
        let message = format!("`{}` was answered with a fault{hint}", self.name);
        let (code, reason, body) = self.said(&fault);
        let id = answer::request_id(self.headers);
        Error::new(kind, message).with_status(self.status).with_request_id(id).with_api(code, reason, body, None)
    }

    /// Adds what a fault says to an error that the status makes: `403` stays what it is.
    pub(super) fn add_to(&self, error: Error, node: &Node, version: SoapVersion) -> Error {
        let (code, reason, body) = self.said(&self.fault(node, version));
        error.with_api(code, reason, body, None)
    }

    fn fault(&self, node: &Node, version: SoapVersion) -> Fault {
        // The secret is taken out first: of one that is cut, a part would stay.
        Fault::of(node, version, self.types, &|text| shorten(&self.without_secret(text)))
    }

    fn said(&self, fault: &Fault) -> (Option<String>, Option<String>, Bytes) {
        let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        (some(fault.precise()), some(&fault.reason), self.kept())
    }

    /// The body as an error keeps it: nobody may read the password out of it either.
    pub(super) fn kept(&self) -> Bytes {
        match self.secret {
            Some(secret) if !secret.is_empty() => Bytes::from(self.without_secret(&String::from_utf8_lossy(self.body))),
            _ => self.body.clone(),
        }
    }

    fn without_secret(&self, text: &str) -> String {
        match self.secret {
            Some(secret) if !secret.is_empty() => {
                let mut escaped = String::new();
                let plain = text.replace(secret.expose(), Secret::REDACTED);
                match crate::xml::escape(&mut escaped, secret.expose()) {
                    Ok(()) => plain.replace(&escaped, Secret::REDACTED),
                    Err(_) => plain,
                }
            }
            _ => text.to_owned(),
        }
    }
}

/// Whether the most precise code is one of WS-Security's.
fn is_of_security(node: &Node, version: SoapVersion) -> bool {
    let holder = match version {
        SoapVersion::V1_1 => node.child("", "faultcode").or_else(|| node.child(ENVELOPE11, "faultcode")),
        SoapVersion::V1_2 => {
            let within = std::iter::successors(node.child(ENVELOPE12, "Code"), |node| node.child(ENVELOPE12, "Subcode"));
            within.take(SUBCODES + 1).last().and_then(|code| code.child(ENVELOPE12, "Value"))
        }
    };
    let name = holder.and_then(|holder| holder.qualified(&holder.text, ""));
    name.is_some_and(|name| &*name.namespace == WSSE)
}
