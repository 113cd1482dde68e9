//! A WSDL 1.1 and what is in it, by name. What the document says is put together in `model`; calling is for `request`.

use std::{
    collections::HashMap,
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    documents::{self, ALL_BYTES, DOCUMENT_BYTES},
    model::{Model, OperationModel, PortModel, ServiceModel, SoapVersion, model},
    operation::SoapOperation,
    problem::{Findings, Problem},
};
use crate::{
    catalog::nearest,
    client::AnyClient,
    error::{Error, ErrorKind, shorten},
    http_module::HttpRequest,
};

/// What stands for the file of a text without one.
const NO_FILE: &str = "wsdl";
/// How often fetched documents may name further ones.
const ROUNDS: usize = 16;

/// A WSDL 1.1. Cheap to clone.
///
/// Reading never fails: what is wrong is listed with its place, and whatever else there is can be used.
///
/// ```
/// # let text = std::fs::read_to_string("../tests/soap/quote.wsdl").unwrap();
/// use linchpin_runtime::soap::Wsdl;
///
/// let (wsdl, problems) = Wsdl::read(&text);
/// assert!(problems.is_empty() && wsdl.unsupported().is_empty());
/// let operation = wsdl.operation("GetQuote")?;
/// assert_eq!(operation.input_schema()["$defs"]["GetQuote"]["required"][0], "symbol");
/// # Ok::<(), linchpin_runtime::Error>(())
/// ```
#[derive(Clone)]
pub struct Wsdl(Arc<Model>);

impl Wsdl {
    /// Reads a WSDL that takes in no other document.
    pub fn read(text: &str) -> (Wsdl, Vec<Problem>) {
        Self::read_with(text, |_| None)
    }

    /// Reads a WSDL, with the texts of the documents that it takes in: they are asked for by their paths below the WSDL's folder
    /// (`types.xsd`, `xsd/common.xsd`), or by their whole addresses where the WSDL has those.
    pub fn read_with(text: &str, mut find: impl FnMut(&str) -> Option<String>) -> (Wsdl, Vec<Problem>) {
        Self::gather(NO_FILE, text, &mut find)
    }

    /// Reads a file, and what it takes in of its own folder and those below. Nothing else is read, and nothing is fetched.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn open(path: impl AsRef<Path>) -> Result<(Wsdl, Vec<Problem>), Error> {
        let path = path.as_ref();
        let text = text_of(path).ok_or_else(|| configuration(&format!("the file `{}` cannot be read as text", path.display())))?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let folder = folder.canonicalize().map_err(|_| configuration("the WSDL's folder cannot be read"))?;
        let name = path.file_name().map_or(NO_FILE.into(), |name| name.to_string_lossy());
        Ok(Self::gather(&name, &text, &mut |location| inside(&folder, location)))
    }

    /// Fetches a WSDL with a client, under all its guards, and what it takes in from the same origin. The address is whole, or a path below
    /// the client's server (`/quote?wsdl`).
    ///
    /// # Errors
    /// As any call.
    pub async fn fetch(address: &str, client: &impl AsRef<AnyClient>) -> Result<(Wsdl, Vec<Problem>), Error> {
        let client = client.as_ref();
        let text = fetch(address, client).await?;
        let whole = match client.core.servers.first() {
            Some(server) if address.starts_with('/') => format!("{}{address}", server.as_str().trim_end_matches('/')),
            _ => address.to_owned(),
        };
        let origin = |text: &str| url::Url::parse(text).map(|url| url.origin()).ok();
        let mut fetched: HashMap<String, Option<String>> = HashMap::new();
        let mut bytes = text.len();
        for _ in 0..ROUNDS {
            let mut wanted = Vec::new();
            let made = Self::gather(&whole, &text, &mut |location| {
                let known = fetched.get(location);
                if known.is_none() && origin(location).is_some_and(|found| origin(&whole) == Some(found)) {
                    wanted.push(location.to_owned());
                }
                known.cloned().flatten()
            });
            if wanted.is_empty() {
                return Ok(made);
            }
            for location in wanted {
                let text = fetch(&location, client).await?;
                bytes = bytes.saturating_add(text.len());
                if bytes > ALL_BYTES {
                    return Err(Error::new(ErrorKind::Limit, format!("the WSDL and what it takes in are more than {ALL_BYTES} bytes")));
                }
                fetched.insert(location, Some(text));
            }
        }
        Err(Error::new(ErrorKind::Limit, "the WSDL takes in documents that take in others without end"))
    }

    fn gather(file: &str, text: &str, find: &mut documents::Find<'_>) -> (Wsdl, Vec<Problem>) {
        let mut findings = Findings::default();
        let documents = documents::gather(file, text, find, &mut findings);
        let model = model(&documents, &mut findings);
        (Wsdl(Arc::new(model)), findings.problems)
    }

    /// The services, in the document's order.
    pub fn services(&self) -> impl Iterator<Item = Service> + '_ {
        (0..self.0.services.len()).map(|index| Service { model: self.0.clone(), index })
    }

    /// A service by its name.
    ///
    /// # Errors
    /// There is none of that name; the message has those near it.
    pub fn service(&self, name: &str) -> Result<Service, Error> {
        let names = || self.0.services.iter().map(|service| service.name.as_str());
        let index = names().position(|known| known == name);
        let index = index.ok_or_else(|| unknown("the WSDL has no service", name, names()))?;
        Ok(Service { model: self.0.clone(), index })
    }

    /// An operation by its name, or `Port.Operation`, or `Service.Port.Operation`. Where several ports have it, and all mean the same one,
    /// it is that of the first.
    ///
    /// # Errors
    /// There is none of that name, or several that are not the same.
    pub fn operation(&self, name: &str) -> Result<SoapOperation, Error> {
        let all: Vec<SoapOperation> = self.services().flat_map(|service| service.all_operations()).collect();
        // A name may hold dots itself.
        let is_named = |one: &&SoapOperation| {
            let (service, port, own) = (one.service(), one.port(), one.name());
            own == name || format!("{port}.{own}") == name || format!("{service}.{port}.{own}") == name
        };
        let found: Vec<&SoapOperation> = all.iter().filter(is_named).collect();
        let Some(first) = found.first() else {
            return Err(unknown("the WSDL has no operation", name, all.iter().map(SoapOperation::name)));
        };
        if found.iter().any(|one| one.port_type() != first.port_type()) {
            let whole: Vec<String> = found.iter().take(8).map(|one| format!("{}.{}.{}", one.service(), one.port(), one.name())).collect();
            let message = format!("several ports have an operation `{}`: name one of `{}`", shorten(name), whole.join("`, `"));
            return Err(configuration(&message));
        }
        Ok((*first).clone())
    }

    /// Everything in the WSDL that is not supported, with its place. An operation that none of it touches can be called all the same.
    pub fn unsupported(&self) -> &[Problem] {
        &self.0.unsupported
    }
}

impl fmt::Debug for Wsdl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.0.services.iter().map(|service| service.name.as_str()).collect();
        f.debug_struct("Wsdl").field("services", &names).finish_non_exhaustive()
    }
}

/// A service: ports that offer the same, each in its way.
#[derive(Clone)]
pub struct Service {
    model: Arc<Model>,
    index: usize,
}

impl Service {
    fn own(&self) -> &ServiceModel {
        &self.model.services[self.index]
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.own().name
    }

    /// What the WSDL says of it for people.
    pub fn docs(&self) -> &str {
        &self.own().docs
    }

    /// Its ports that are bound to SOAP over HTTP, in the document's order.
    pub fn ports(&self) -> impl Iterator<Item = Port> + '_ {
        (0..self.own().ports.len()).map(|index| Port { model: self.model.clone(), service: self.index, index })
    }

    /// A port by its name.
    ///
    /// # Errors
    /// There is none of that name; the message has those near it.
    pub fn port(&self, name: &str) -> Result<Port, Error> {
        let found = self.ports().find(|port| port.name() == name);
        let names = self.own().ports.iter().map(|port| port.name.as_str());
        found.ok_or_else(|| unknown(&format!("the service `{}` has no port", self.name()), name, names))
    }

    fn all_operations(&self) -> Vec<SoapOperation> {
        self.ports().flat_map(|port| port.operations().collect::<Vec<_>>()).collect()
    }
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service").field("name", &self.name()).finish_non_exhaustive()
    }
}

/// A port: operations at one address, in one version of SOAP.
#[derive(Clone)]
pub struct Port {
    model: Arc<Model>,
    service: usize,
    index: usize,
}

impl Port {
    fn own(&self) -> &PortModel {
        &self.model.services[self.service].ports[self.index]
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.own().name
    }

    /// Its version of SOAP.
    pub fn version(&self) -> SoapVersion {
        self.own().version
    }

    /// Where the WSDL says that it is.
    pub fn address(&self) -> Option<&str> {
        self.own().address.as_deref()
    }

    /// Its operations, in the document's order.
    pub fn operations(&self) -> impl Iterator<Item = SoapOperation> + '_ {
        (0..self.own().operations.len()).map(|index| SoapOperation::new(self.model.clone(), self.service, self.index, index))
    }

    /// An operation by its name.
    ///
    /// # Errors
    /// There is none of that name; the message has those near it.
    pub fn operation(&self, name: &str) -> Result<SoapOperation, Error> {
        let names = || self.own().operations.iter().map(|operation: &OperationModel| operation.name.as_str());
        let index = names().position(|known| known == name);
        let index = index.ok_or_else(|| unknown(&format!("the port `{}` has no operation", self.name()), name, names()))?;
        Ok(SoapOperation::new(self.model.clone(), self.service, self.index, index))
    }
}

impl fmt::Debug for Port {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Port").field("name", &self.name()).field("version", &self.version()).finish_non_exhaustive()
    }
}

fn unknown<'n>(what: &str, name: &str, names: impl Iterator<Item = &'n str>) -> Error {
    let near = nearest(name, names);
    let help = if near.is_empty() { String::new() } else { format!("; near it: `{}`", near.join("`, `")) };
    configuration(&format!("{what} `{}`{help}", shorten(name)))
}

fn configuration(message: &str) -> Error {
    Error::new(ErrorKind::Configuration, message)
}

/// A file of the WSDL's own folder; what links lead out of it is not there.
fn inside(folder: &Path, location: &str) -> Option<String> {
    if location.contains("://") {
        return None;
    }
    let path: PathBuf = folder.join(location).canonicalize().ok()?;
    path.starts_with(folder).then(|| text_of(&path)).flatten()
}

fn text_of(path: &Path) -> Option<String> {
    let size = std::fs::metadata(path).ok()?.len();
    (size <= DOCUMENT_BYTES as u64).then(|| std::fs::read_to_string(path).ok()).flatten()
}

async fn fetch(address: &str, client: &AnyClient) -> Result<String, Error> {
    HttpRequest::get(address).header("accept", "text/xml, application/wsdl+xml, application/xml").send(client).await?.text()
}
