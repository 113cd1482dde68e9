//! What a WSDL says of services, ports and operations, put together: bindings joined to their port types, messages to their elements.
//! An operation that says something that is not supported stays, with the reason, which is told when it is used.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, OnceLock},
};

use super::{
    documents::{Definitions, Documents},
    name::{Name, WSDL, WSDL_SOAP11, WSDL_SOAP12, is_ncname},
    problem::{Findings, Place, Problem},
    schema::{Element, Linker, Types},
    tree::{Node, words},
};
use crate::error::shorten;

/// A version of SOAP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SoapVersion {
    /// SOAP 1.1: `text/xml`, the action in a header of its own.
    V1_1,
    /// SOAP 1.2: `application/soap+xml`, the action in the content type.
    V1_2,
}

#[derive(Debug, Default)]
pub(super) struct Model {
    pub(super) types: Types,
    pub(super) services: Vec<ServiceModel>,
    pub(super) unsupported: Vec<Problem>,
}

#[derive(Debug)]
pub(super) struct ServiceModel {
    pub(super) name: String,
    pub(super) docs: String,
    pub(super) ports: Vec<PortModel>,
}

#[derive(Debug)]
pub(super) struct PortModel {
    pub(super) name: String,
    /// Where the WSDL says that the service is. Data: no credential follows it.
    pub(super) address: Option<String>,
    pub(super) version: SoapVersion,
    pub(super) port_type: Name,
    pub(super) operations: Vec<OperationModel>,
}

#[derive(Debug)]
pub(super) struct OperationModel {
    pub(super) name: String,
    pub(super) docs: Arc<str>,
    pub(super) action: Option<String>,
    /// In RPC style the name of the answer's element is not looked at.
    pub(super) rpc: bool,
    pub(super) input: Message,
    /// None for one that is not answered.
    pub(super) output: Option<Message>,
    /// Something in the WSDL's own words is in the way of calling it.
    pub(super) refused: Option<Problem>,
    /// The same, and what is broken of its types, once somebody asked.
    pub(super) obstacle: OnceLock<Option<Problem>>,
}

/// What stands in an envelope.
#[derive(Debug, Default)]
pub(super) struct Message {
    pub(super) body: Option<Arc<Element>>,
    pub(super) headers: Vec<Arc<Element>>,
}

/// The most that is looked at to put ports together: a binding at many ports, and a message of many operations, is read for each.
const LOOKS: usize = 2_000_000;
/// What an operation, and a part of a call, counts for beside the elements that say what it is: it is kept.
const KEPT: usize = 20;

/// Puts a WSDL together.
pub(super) fn model(documents: &Documents, findings: &mut Findings) -> Model {
    let tables = Tables::new(&documents.definitions);
    let linker = Linker::new(&documents.schemas, findings);
    let mut making = Making { tables, linker, declared: HashMap::new(), looks: LOOKS };
    let mut services = Vec::new();
    for definitions in &documents.definitions {
        for node in definitions.root.all(WSDL, "service") {
            services.push(making.service(At { node, definitions }));
        }
    }
    for binding in making.tables.unused(documents) {
        // Interfaces of devices are published without a service, for whoever knows where theirs is.
        let ports: Vec<PortModel> = making.bound(binding, &binding.name(), binding, None).into_iter().collect();
        if !ports.is_empty() {
            services.push(ServiceModel { name: binding.name(), docs: binding.docs(), ports });
        }
    }
    let types = making.linker.finish();
    Model { types, services, unsupported: findings.unsupported.clone() }
}

/// A part of a WSDL and the document that it stands in.
#[derive(Clone, Copy)]
struct At<'d> {
    node: &'d Node,
    definitions: &'d Definitions,
}

impl<'d> At<'d> {
    fn to(self, node: &'d Node) -> Self {
        Self { node, ..self }
    }

    fn place(self) -> Place {
        Place::new(&self.definitions.file, self.node.line)
    }

    fn problem(self, message: impl Into<String>) -> Problem {
        Problem::new(message, self.place())
    }

    fn namespace(self) -> &'d str {
        self.definitions.root.attribute("targetNamespace").unwrap_or_default()
    }

    fn name(self) -> String {
        self.node.attribute("name").unwrap_or_default().to_owned()
    }

    /// A reference to another part of the WSDL.
    fn reference(self, attribute: &str) -> Option<Name> {
        let name = self.node.qualified(self.node.attribute(attribute)?, self.namespace())?;
        // Where the default namespace is that of WSDL itself, a name without a prefix is meant to be the document's.
        Some(if &*name.namespace == WSDL { Name::new(self.namespace(), name.local) } else { name })
    }

    fn docs(self) -> String {
        words(self.node.all(WSDL, "documentation"))
    }

    /// What of this part must be understood and is not.
    fn required(self) -> Option<Problem> {
        let is_required = |node: &&Node| matches!(node.attribute_of(WSDL, "required"), Some("true" | "1"));
        let known = |node: &&Node| [WSDL, WSDL_SOAP11, WSDL_SOAP12].contains(&&*node.name.namespace);
        let found = self.node.children.iter().filter(is_required).find(|node| !known(node))?;
        Some(self.to(found).problem(format!("`{}` must be understood, and is not supported", shorten(&found.name.to_string()))))
    }
}

/// The parts of a WSDL by their names.
struct Tables<'d> {
    messages: HashMap<Name, At<'d>>,
    port_types: HashMap<Name, At<'d>>,
    bindings: HashMap<Name, At<'d>>,
}

impl<'d> Tables<'d> {
    fn new(all: &'d [Definitions]) -> Self {
        let mut tables = Self { messages: HashMap::new(), port_types: HashMap::new(), bindings: HashMap::new() };
        for definitions in all {
            for node in definitions.root.children.iter().filter(|node| &*node.name.namespace == WSDL) {
                let at = At { node, definitions };
                let table = match &*node.name.local {
                    "message" => &mut tables.messages,
                    "portType" => &mut tables.port_types,
                    "binding" => &mut tables.bindings,
                    _ => continue,
                };
                table.entry(Name::new(at.namespace(), at.name())).or_insert(at);
            }
        }
        tables
    }

    /// The bindings to SOAP that no port names, in the documents' order.
    fn unused(&self, documents: &'d Documents) -> Vec<At<'d>> {
        let nodes = |definitions: &'d Definitions| definitions.root.children.iter().map(move |node| At { node, definitions });
        let all = || documents.definitions.iter().flat_map(nodes);
        let ports =
            all().filter(|at| at.node.name.is(WSDL, "service")).flat_map(|at| at.node.all(WSDL, "port").map(move |node| at.to(node)));
        let used: HashSet<Name> = ports.filter_map(|port| port.reference("binding")).collect();
        let is_soap = |at: &At<'d>| [WSDL_SOAP11, WSDL_SOAP12].iter().any(|namespace| at.node.child(namespace, "binding").is_some());
        let bindings = all().filter(|at| at.node.name.is(WSDL, "binding"));
        bindings.filter(|at| is_soap(at) && !used.contains(&Name::new(at.namespace(), at.name()))).collect()
    }
}

struct Making<'d, 'f> {
    tables: Tables<'d>,
    linker: Linker<'d, 'f>,
    /// The operations of each port type.
    declared: HashMap<Name, HashMap<&'d str, Operation<'d>>>,
    /// How much may still be looked at.
    looks: usize,
}

/// An operation of a port type.
#[derive(Clone)]
struct Operation<'d> {
    at: At<'d>,
    docs: Arc<str>,
    /// There are several of that name.
    overloaded: bool,
}

/// The operations of a port type by their names.
fn operations(port_type: At<'_>) -> HashMap<&str, Operation<'_>> {
    let mut all: HashMap<&str, Operation<'_>> = HashMap::new();
    for node in port_type.node.all(WSDL, "operation") {
        let at = port_type.to(node);
        all.entry(node.attribute("name").unwrap_or_default()).and_modify(|known| known.overloaded = true).or_insert_with(|| Operation {
            at,
            docs: at.docs().into(),
            overloaded: false,
        });
    }
    all
}

type Found<T> = Result<T, Problem>;

/// One direction of an operation: where its messages are declared and how they are sent.
struct Direction<'d> {
    declared: At<'d>,
    bound: Option<At<'d>>,
    /// In RPC style, the element around the parts.
    call: Option<String>,
}

impl<'d> Making<'d, '_> {
    fn service(&mut self, at: At<'d>) -> ServiceModel {
        let ports = at.node.all(WSDL, "port").filter_map(|node| self.port(at.to(node))).collect();
        ServiceModel { name: at.name(), docs: at.docs(), ports }
    }

    /// None for a port that is not SOAP.
    fn port(&mut self, at: At<'d>) -> Option<PortModel> {
        let binding = at.reference("binding").and_then(|name| self.tables.bindings.get(&name).copied());
        let Some(binding) = binding else {
            self.linker.findings.wrong(at.problem(format!("the binding of the port `{}` is not there", shorten(&at.name()))));
            return None;
        };
        let address = [WSDL_SOAP11, WSDL_SOAP12].iter().find_map(|namespace| at.node.child(namespace, "address"));
        let address = address.and_then(|address| address.attribute("location")).map(str::to_owned);
        self.bound(at, &at.name(), binding, address)
    }

    /// A port with its binding.
    fn bound(&mut self, at: At<'d>, name: &str, binding: At<'d>, address: Option<String>) -> Option<PortModel> {
        let of = |namespace, version| binding.node.child(namespace, "binding").map(|node| (node, namespace, version));
        let soap = of(WSDL_SOAP11, SoapVersion::V1_1).or_else(|| of(WSDL_SOAP12, SoapVersion::V1_2));
        let Some((soap, namespace, version)) = soap else {
            self.linker.findings.unsupported(at.problem(format!("the port `{}` is not bound to SOAP", shorten(name))));
            return None;
        };
        let transport = soap.attribute("transport").unwrap_or(TRANSPORTS[0]);
        if !TRANSPORTS.contains(&transport) {
            let message = format!("the port `{}` goes over `{}` and not over HTTP", shorten(name), shorten(transport));
            self.linker.findings.unsupported(at.problem(message));
            return None;
        }
        let Some((port_type, declared)) =
            binding.reference("type").and_then(|name| self.tables.port_types.get(&name).map(|at| (name.clone(), *at)))
        else {
            self.linker
                .findings
                .wrong(binding.problem(format!("the port type of the binding `{}` is not there", shorten(&binding.name()))));
            return None;
        };
        if let Err(problem) = self.look(binding, binding.node.children.len()) {
            self.linker.findings.wrong(problem);
            return None;
        }
        self.declared.entry(port_type.clone()).or_insert_with(|| operations(declared));
        let rpc = soap.attribute("style") == Some("rpc");
        let binding = Binding { at: binding, port_type: port_type.clone(), required: binding.required(), namespace, rpc };
        let operations = binding.at.node.all(WSDL, "operation").filter_map(|node| self.operation(&binding, binding.at.to(node)));
        let operations = operations.collect();
        Some(PortModel { name: name.to_owned(), address, version, port_type, operations })
    }

    fn operation(&mut self, binding: &Binding<'d>, bound: At<'d>) -> Option<OperationModel> {
        let name = bound.name();
        let Some(Operation { at: declared, docs, overloaded }) =
            self.declared.get(&binding.port_type).and_then(|all| all.get(name.as_str())).cloned()
        else {
            let message = format!("the operation `{}` is bound, and its port type does not have it", shorten(&name));
            self.linker.findings.wrong(bound.problem(message));
            return None;
        };
        if let Err(problem) = self.look(bound, bound.node.children.len() + declared.node.children.len() + KEPT) {
            self.linker.findings.wrong(problem);
            return None;
        }
        let soap = bound.node.child(binding.namespace, "operation");
        let style = soap.and_then(|soap| soap.attribute("style"));
        let rpc = style.map_or(binding.rpc, |style| style == "rpc");
        let action = soap.and_then(|soap| soap.attribute("soapAction")).filter(|action| !action.is_empty()).map(str::to_owned);
        let mut made =
            OperationModel { name, docs, action, rpc, input: Message::default(), output: None, refused: None, obstacle: OnceLock::new() };
        let filled = if overloaded {
            Err(declared.problem(format!("the operation `{}` is there several times, which is not supported", shorten(&made.name))))
        } else {
            self.messages(binding, bound, declared, &mut made)
        };
        if let Err(problem) = filled {
            self.linker.findings.unsupported(problem.clone());
            made.refused = Some(problem);
        }
        Some(made)
    }

    fn messages(&mut self, binding: &Binding<'d>, bound: At<'d>, declared: At<'d>, made: &mut OperationModel) -> Found<()> {
        if !is_ncname(&made.name) {
            return Err(bound.problem("the operation's name is not one"));
        }
        binding.required.clone().or_else(|| bound.required()).map_or(Ok(()), Err)?;
        let position = |local: &str| declared.node.children.iter().position(|child| child.name.is(WSDL, local));
        let (input, output) = (position("input"), position("output"));
        let Some(input) = input.filter(|input| output.is_none_or(|output| *input < output)) else {
            return Err(declared.problem(format!("the operation `{}` is called by the service, which is not supported", made.name)));
        };
        let direction = |index: usize, local: &'static str, suffix: &str| Direction {
            declared: declared.to(&declared.node.children[index]),
            bound: bound.node.child(WSDL, local).map(|node| bound.to(node)),
            call: made.rpc.then(|| format!("{}{suffix}", made.name)),
        };
        let (input, output) = (direction(input, "input", ""), output.map(|index| direction(index, "output", "Response")));
        made.input = self.message(binding, &input)?;
        made.output = output.map(|output| self.message(binding, &output)).transpose()?;
        Ok(())
    }

    fn message(&mut self, binding: &Binding<'d>, direction: &Direction<'d>) -> Found<Message> {
        let name = direction.declared.reference("message").ok_or_else(|| direction.declared.problem("it names no message"))?;
        let parts = self.parts(direction.declared, &name)?;
        let mut message = Message::default();
        let mut chosen: Option<Vec<&str>> = None;
        let mut namespace = "";
        let mut apart: Vec<&str> = Vec::new();
        if let Some(bound) = direction.bound {
            self.look(bound, bound.node.children.len())?;
            bound.required().map_or(Ok(()), Err)?;
            for node in &bound.node.children {
                let at = bound.to(node);
                match &*node.name.local {
                    "body" if &*node.name.namespace == binding.namespace => {
                        is_literal(at)?;
                        chosen = node.attribute("parts").map(|parts| parts.split_whitespace().collect());
                        namespace = node.attribute("namespace").unwrap_or_default();
                    }
                    "header" if &*node.name.namespace == binding.namespace => {
                        is_literal(at)?;
                        let header = at.reference("message").unwrap_or_else(|| name.clone());
                        let part = node.attribute("part").unwrap_or_default();
                        if header == name {
                            apart.push(part);
                        }
                        message.headers.push(self.header(at, &header, part)?);
                    }
                    "multipartRelated" => return Err(at.problem("attachments (`mime:multipartRelated`) are not supported")),
                    _ => {}
                }
            }
        }
        let in_body = |part: &&At<'d>| match &chosen {
            Some(chosen) => chosen.contains(&part.node.attribute("name").unwrap_or_default()),
            None => !apart.contains(&part.node.attribute("name").unwrap_or_default()),
        };
        let parts: Vec<At<'d>> = parts.iter().filter(in_body).copied().collect();
        message.body = match &direction.call {
            Some(call) => Some(self.call(Name::new(namespace, call.as_str()), &parts)?),
            None => self.document(direction.declared, &parts)?,
        };
        Ok(message)
    }

    /// Counts what is looked at; an error once it is too much, and ever after.
    fn look(&mut self, at: At<'d>, many: usize) -> Found<()> {
        match self.looks.checked_sub(many) {
            Some(left) => self.looks = left,
            None => {
                self.looks = 0;
                return Err(at.problem("the operations of all ports, and the parts of their messages, are too many together"));
            }
        }
        Ok(())
    }

    fn parts(&mut self, from: At<'d>, name: &Name) -> Found<Vec<At<'d>>> {
        let message = self.tables.messages.get(name).copied();
        let message = message.ok_or_else(|| from.problem(format!("there is no message `{}`", shorten(&name.to_string()))))?;
        self.look(from, message.node.children.len())?;
        Ok(message.node.all(WSDL, "part").map(|node| message.to(node)).collect())
    }

    fn header(&mut self, at: At<'d>, message: &Name, part: &str) -> Found<Arc<Element>> {
        let parts = self.parts(at, message)?;
        let found = parts.into_iter().find(|one| one.node.attribute("name") == Some(part));
        let found = found.ok_or_else(|| at.problem(format!("the header's part `{}` is not there", shorten(part))))?;
        self.part_element(found)
    }

    /// The element that a part names.
    fn part_element(&mut self, part: At<'d>) -> Found<Arc<Element>> {
        if part.node.attribute("element").is_none() && part.node.attribute("type").is_some() {
            return Err(part.problem(format!("the part `{}` has a type and no element, which is not supported here", part.name())));
        }
        let name = part.reference("element").ok_or_else(|| part.problem("this part names no element"))?;
        // A name without a prefix means none, and is often meant to be the document's.
        let bare = part.node.qualified(part.node.attribute("element").unwrap_or_default(), "");
        let found = bare.and_then(|bare| self.linker.element(&bare)).or_else(|| self.linker.element(&name));
        found.ok_or_else(|| {
            let problem = part.problem(format!("there is no element `{}`", shorten(&name.to_string())));
            self.linker.findings.wrong(problem.clone());
            problem
        })
    }

    fn document(&mut self, at: At<'d>, parts: &[At<'d>]) -> Found<Option<Arc<Element>>> {
        match parts {
            [] => Ok(None),
            [one] => self.part_element(*one).map(Some),
            [_, second, ..] => Err(second.problem(format!("a body of several parts in document style (at line {})", at.node.line))),
        }
    }

    /// The element of a call in RPC style: each part is an element without a namespace.
    fn call(&mut self, name: Name, parts: &[At<'d>]) -> Found<Arc<Element>> {
        let mut elements = Vec::new();
        if let Some(part) = parts.first() {
            self.look(*part, parts.len() * KEPT)?;
        }
        for part in parts {
            let local = part.node.attribute("name").filter(|name| is_ncname(name));
            let local = local.ok_or_else(|| part.problem("this part has no name"))?;
            if part.node.attribute("type").is_none() {
                return Err(part.problem(format!("the part `{local}` names an element, and a type is wanted in RPC style")));
            }
            let type_name = part.node.qualified(part.node.attribute("type").unwrap_or_default(), "");
            let type_name = type_name.ok_or_else(|| part.problem(format!("the type of the part `{local}` is not a name here")))?;
            let type_id = self.linker.type_named(&type_name, &part.place());
            elements.push(plain(Name::new("", local), type_id));
        }
        let type_id = self.linker.call(elements);
        Ok(Arc::new(plain(name, type_id)))
    }
}

/// How the operations of a port are sent.
struct Binding<'d> {
    at: At<'d>,
    port_type: Name,
    /// What of it must be understood and is not.
    required: Option<Problem>,
    namespace: &'static str,
    rpc: bool,
}

const TRANSPORTS: [&str; 2] = ["http://schemas.xmlsoap.org/soap/http", "http://www.w3.org/2003/05/soap/bindings/HTTP/"];

fn is_literal(at: At<'_>) -> Found<()> {
    match at.node.attribute("use") {
        Some("encoded") => Err(at.problem("`use=\"encoded\"` (SOAP encoding) is not supported; `literal` is")),
        _ => Ok(()),
    }
}

fn plain(name: Name, type_id: super::schema::TypeId) -> Element {
    Element { name, type_id, nillable: false, is_abstract: false, default: None, fixed: false, docs: String::new() }
}
