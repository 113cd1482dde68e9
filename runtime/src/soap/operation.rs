//! An operation of a WSDL: what it is called, what it takes and gives. Calling it is `request`'s.

use std::{fmt, sync::Arc};

use bytes::Bytes;
use http::HeaderMap;
use serde_json::{Value as Json, json};

use super::{
    envelope::Envelope,
    fault::{Fault, Faulty},
    json_schema::json_schema,
    model::{Model, OperationModel, PortModel, SoapVersion},
    name::Name,
    problem::Problem,
    response::SoapResponse,
    schema::{Element, Types},
};
use crate::error::{Error, ErrorKind};

/// An operation of a WSDL at one port. Cheap to clone.
#[derive(Clone)]
pub struct SoapOperation {
    model: Arc<Model>,
    service: usize,
    port: usize,
    index: usize,
}

impl SoapOperation {
    pub(super) fn new(model: Arc<Model>, service: usize, port: usize, index: usize) -> Self {
        Self { model, service, port, index }
    }

    fn port_model(&self) -> &PortModel {
        &self.model.services[self.service].ports[self.port]
    }

    pub(super) fn own(&self) -> &OperationModel {
        &self.port_model().operations[self.index]
    }

    pub(super) fn types(&self) -> &Types {
        &self.model.types
    }

    pub(super) fn port_type(&self) -> &Name {
        &self.port_model().port_type
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.own().name
    }

    /// The name of its service.
    pub fn service(&self) -> &str {
        &self.model.services[self.service].name
    }

    /// The name of its port.
    pub fn port(&self) -> &str {
        &self.port_model().name
    }

    /// What the WSDL says of it for people.
    pub fn docs(&self) -> &str {
        &self.own().docs
    }

    /// Its version of SOAP.
    pub fn version(&self) -> SoapVersion {
        self.port_model().version
    }

    /// Where the WSDL says that it is. A client with a server of its own goes there instead.
    pub fn address(&self) -> Option<&str> {
        self.port_model().address.as_deref()
    }

    /// What it is called in `SOAPAction`.
    pub fn action(&self) -> Option<&str> {
        self.own().action.as_deref()
    }

    /// Whether it is answered at all.
    pub fn is_one_way(&self) -> bool {
        self.own().output.is_none()
    }

    /// JSON Schema (2020-12) of what it takes: members are elements by their local names, attributes as `@name`, the text beside them as
    /// `#text`.
    pub fn input_schema(&self) -> Json {
        json_schema(self.types(), self.own().input.body.as_deref())
    }

    /// JSON Schema (2020-12) of what it gives.
    pub fn output_schema(&self) -> Json {
        json_schema(self.types(), self.own().output.as_ref().and_then(|output| output.body.as_deref()))
    }

    /// The headers that the WSDL declares for a call, each with the JSON Schema of its value.
    pub fn header_schemas(&self) -> Vec<(String, Json)> {
        let headers = self.own().input.headers.iter();
        headers.map(|header| (header.name.local.to_string(), json_schema(self.types(), Some(header)))).collect()
    }

    /// All of it as JSON, for hosts that show it.
    pub fn describe(&self) -> Json {
        json!({
            "name": self.name(), "service": self.service(), "port": self.port(), "docs": self.docs(),
            "input": self.input_schema(), "output": self.output_schema(),
            "unsupported": self.unsupported().map(ToString::to_string),
        })
    }

    /// Why it cannot be called, if it cannot.
    pub fn unsupported(&self) -> Option<&Problem> {
        let own = self.own();
        let found = || {
            let elements = own.input.body.iter().chain(&own.input.headers).chain(own.output.iter().flat_map(|output| &output.body));
            let broken = |element: &Arc<Element>| self.types().broken(element.type_id);
            own.refused.as_ref().or_else(|| elements.into_iter().find_map(broken)).cloned()
        };
        // Large types are looked through once, not with each call.
        own.obstacle.get_or_init(found).as_ref()
    }

    /// An error when it cannot be called.
    pub(super) fn check(&self) -> Result<(), Error> {
        match self.unsupported() {
            Some(problem) => Err(Error::new(ErrorKind::Configuration, format!("`{}` cannot be called: {problem}", self.name()))),
            None => Ok(()),
        }
    }

    /// Reads the envelope of an answer that came some other way.
    ///
    /// # Errors
    /// It is a fault, or not what the WSDL says.
    pub fn read(&self, envelope: &str) -> Result<SoapResponse, Error> {
        self.check()?;
        let read = Envelope::read(envelope)?;
        if let Some(fault) = read.fault() {
            let body = Bytes::copy_from_slice(envelope.as_bytes());
            let faulty =
                Faulty { name: self.name(), status: 0, headers: &HeaderMap::new(), body: &body, types: self.types(), secret: None };
            return Err(faulty.error(fault, read.version()));
        }
        Ok(SoapResponse::new(read.output(self)?, read.headers(self)))
    }

    /// The fault behind an error of this operation, its details read by the types that the WSDL has for them.
    pub fn fault(&self, error: &Error) -> Option<Fault> {
        Fault::read(error.body_bytes()?, self.types())
    }
}

impl fmt::Debug for SoapOperation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SoapOperation")
            .field("service", &self.service())
            .field("port", &self.port())
            .field("name", &self.name())
            .finish_non_exhaustive()
    }
}
