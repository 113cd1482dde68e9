//! A call of an operation: its input put into an envelope, where it goes, and what comes back sorted.

use std::time::Duration;

use bytes::Bytes;
use http::header;
use serde::Serialize;
use serde_json::Value as Json;
use url::Url;

use super::{
    envelope::{self, Envelope},
    fault::Faulty,
    model::SoapVersion,
    operation::SoapOperation,
    response::{self, SoapResponse},
    security::UsernameToken,
};
use crate::{
    answer::{Answered, Content},
    auth,
    body::Body,
    client::AnyClient,
    engine::Core,
    error::{Error, ErrorKind, shorten},
    gate::Passage,
    http_module::{HttpRequest, prepare},
    operation::{Answer, Decoding, OperationTable, RetryClass, Statuses},
    transport::Http,
};

/// A call of a WSDL's operation.
///
/// ```no_run
/// # async fn example(text: &str) -> Result<(), linchpin_runtime::Error> {
/// use linchpin_runtime::soap::{SoapRequest, Wsdl, client_of};
/// use serde_json::json;
///
/// let (wsdl, _) = Wsdl::read(text);
/// let client = client_of("https://quotes.example/soap")?.build_any()?;
/// let answer = SoapRequest::new(&wsdl.operation("GetQuote")?).input(json!({ "symbol": "ACME" })).send(&client).await?;
/// println!("{}", answer.value()["price"]);
/// # Ok(())
/// # }
/// ```
///
/// It goes to the client's server: to its path, or, when it has none, to the path of the WSDL's address. Only a client without a server
/// goes where the WSDL says, and has no credential to lose.
#[derive(Clone)]
pub struct SoapRequest {
    operation: SoapOperation,
    input: Json,
    headers: Vec<(String, Json)>,
    login: Option<UsernameToken>,
    address: Option<String>,
    timeout: Option<Duration>,
    repeatable: bool,
    http_headers: Vec<(String, String)>,
}

impl SoapRequest {
    /// A call without input.
    pub fn new(operation: &SoapOperation) -> Self {
        Self {
            operation: operation.clone(),
            input: Json::Null,
            headers: Vec::new(),
            login: None,
            address: None,
            timeout: None,
            repeatable: false,
            http_headers: Vec::new(),
        }
    }

    /// Sets the input, as [`SoapOperation::input_schema`] has it.
    #[must_use]
    pub fn input(mut self, input: Json) -> Self {
        self.input = input;
        self
    }

    /// Sets the input from a value of the program's own type.
    ///
    /// # Errors
    /// The value cannot be made JSON.
    pub fn input_of(self, input: &impl Serialize) -> Result<Self, Error> {
        let json = serde_json::to_value(input);
        Ok(self.input(json.map_err(|error| Error::new(ErrorKind::Input, "the input is not JSON").with_source(&error))?))
    }

    /// Adds a header of the envelope, by the name of its element: one that the WSDL declares for the operation, or another element of its
    /// schemas (`{namespace}name` where several have the name).
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: Json) -> Self {
        self.headers.push((name.into(), value));
        self
    }

    /// Adds a header of HTTP.
    #[must_use]
    pub fn http_header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.http_headers.push((name.into(), value.into()));
        self
    }

    /// Logs in with a token in the envelope, beside what the client's connection sends. It goes to the client's own server only.
    #[must_use]
    pub fn login(mut self, login: UsernameToken) -> Self {
        self.login = Some(login);
        self
    }

    /// Goes to another address: whole, or a path below the client's server. The client's credential goes along only to its own server.
    #[must_use]
    pub fn address(mut self, address: impl Into<String>) -> Self {
        self.address = Some(address.into());
        self
    }

    /// The longest that one try may take, from 1 to 300 seconds. Default: 40.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Says that doing it twice is the same as doing it once, so that it may be tried again. Default: a call is never repeated, unless
    /// nothing of it was sent.
    #[must_use]
    pub fn repeatable(mut self) -> Self {
        self.repeatable = true;
        self
    }

    /// The envelope as it would be sent, without the login: to look at, or to send some other way.
    ///
    /// # Errors
    /// The input does not fit the WSDL, or the operation cannot be called.
    pub fn envelope(&self) -> Result<String, Error> {
        self.operation.check()?;
        envelope::write(&self.operation, &self.input, &self.headers, None, true)
    }

    /// Sends it and reads the answer.
    ///
    /// # Errors
    /// As any call. An input that does not fit the WSDL is of [`ErrorKind::Input`], with its place; an operation with something that is not
    /// supported of [`ErrorKind::Configuration`]; in both cases nothing was sent. A fault is [`ErrorKind::Invalid`] where the caller is to
    /// blame, [`ErrorKind::Server`] where the service is, and [`ErrorKind::Authentication`] where the login is not accepted; its code and
    /// its words are [`Error::code`] and [`Error::message`], all of it is [`SoapOperation::fault`].
    pub async fn send(self, client: &impl AsRef<AnyClient>) -> Result<SoapResponse, Error> {
        let core = &client.as_ref().core;
        let table = &TABLES[usize::from(self.repeatable)];
        let prepared = self.prepared(core, table).map_err(|error| error.with_operation(table))?;
        let answered = match core.execute(&prepared).await {
            Ok(answered) => answered,
            Err(error) => return Err(self.explained(error)),
        };
        self.sorted(answered).await.map_err(|error| error.with_operation(table))
    }

    fn prepared(&self, core: &Core, table: &'static OperationTable) -> Result<crate::call::Prepared, Error> {
        self.operation.check()?;
        let address = match &self.address {
            Some(address) => address.clone(),
            None => destination(self.operation.address(), core.servers.first())?,
        };
        let mut request = HttpRequest::post(address);
        for (name, value) in &self.http_headers {
            request = request.header(name, value);
        }
        if let Some(timeout) = self.timeout {
            request = request.timeout(timeout);
        }
        let token = self.login.as_ref().map(|login| login.token(core.clock.wall())).transpose()?;
        let text = envelope::write(&self.operation, &self.input, &self.headers, token.as_ref(), core.settings.validate)?;
        let (kind, action) = self.content_type()?;
        if let Some(action) = action {
            request = request.header("soapaction", action);
        }
        let request = request.header("accept", ACCEPTED).raw(Body::from(text).content_type(kind));
        let prepared = prepare(core, &request, table)?;
        if let Some(login) = &self.login {
            may_carry(login, core, &prepared)?;
        }
        Ok(prepared)
    }

    /// The content type, and the value of `SOAPAction` where that is a header.
    fn content_type(&self) -> Result<(String, Option<String>), Error> {
        let action = self.operation.action().unwrap_or_default();
        if action.contains(['"', '\\']) || action.chars().any(char::is_control) {
            return Err(Error::new(ErrorKind::Configuration, "the WSDL's action holds a character that a header must not"));
        }
        Ok(match self.operation.version() {
            SoapVersion::V1_1 => ("text/xml; charset=utf-8".to_owned(), Some(format!("\"{action}\""))),
            SoapVersion::V1_2 if action.is_empty() => ("application/soap+xml; charset=utf-8".to_owned(), None),
            SoapVersion::V1_2 => (format!("application/soap+xml; charset=utf-8; action=\"{action}\""), None),
        })
    }

    /// An answer whose status may be that of a success or of a fault.
    async fn sorted(&self, answered: Answered) -> Result<SoapResponse, Error> {
        let (status, headers) = (answered.status, answered.headers);
        let body = match answered.content {
            Content::Bytes(body) => body,
            Content::Stream(download) => download.bytes().await?,
        };
        let good = (200..300).contains(&status);
        if good && self.operation.is_one_way() && body.is_empty() {
            return Ok(SoapResponse::empty());
        }
        let text = response::text(&headers, &body);
        // What a fault's error keeps is read again later, without the headers.
        let body = match &text {
            Ok(text) if *text.as_bytes() != *body => Bytes::copy_from_slice(text.as_bytes()),
            _ => body,
        };
        let envelope = text.and_then(|text| Envelope::read(&text));
        let envelope = match envelope {
            Ok(envelope) => envelope,
            // A one-way call was taken, whatever a server adds.
            Err(_) if good && self.operation.is_one_way() => return Ok(SoapResponse::empty()),
            Err(error) if good => return Err(error.with_status(status)),
            Err(_) => return Err(refused(status, &headers)),
        };
        if let Some(fault) = envelope.fault() {
            return Err(self.faulty(status, &headers, &body).error(fault, envelope.version()));
        }
        if !good {
            return Err(refused(status, &headers));
        }
        let value = envelope.output(&self.operation).map_err(|error| error.with_status(status))?;
        Ok(SoapResponse::new(value, envelope.headers(&self.operation)))
    }

    /// An error by its status, with what the fault in its body says.
    fn explained(&self, error: Error) -> Error {
        let Some(stated) = error.body_bytes().cloned() else { return error };
        let text = response::text_of_error(&stated);
        let envelope = Envelope::read(&text).ok();
        let body = Bytes::from(text);
        match envelope.as_ref().and_then(|envelope| Some((envelope.fault()?, envelope.version()))) {
            Some((fault, version)) => {
                let status = error.status().map_or(0, |status| status.as_u16());
                self.faulty(status, &http::HeaderMap::new(), &body).add_to(error, fault, version)
            }
            None if self.login.is_some() => error.with_body(self.faulty(0, &http::HeaderMap::new(), &stated).kept()),
            None => error,
        }
    }

    fn faulty<'a>(&'a self, status: u16, headers: &'a http::HeaderMap, body: &'a Bytes) -> Faulty<'a> {
        let secret = self.login.as_ref().map(UsernameToken::password);
        Faulty { name: self.operation.name(), status, headers, body, types: self.operation.types(), secret }
    }
}

impl std::fmt::Debug for SoapRequest {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("SoapRequest").field("operation", &self.operation).field("login", &self.login).finish_non_exhaustive()
    }
}

const ACCEPTED: &str = "text/xml, application/soap+xml, application/xml;q=0.9";

/// A status that says that the call failed, without a fault.
fn refused(status: u16, headers: &http::HeaderMap) -> Error {
    let kind = if status >= 500 { ErrorKind::Server } else { ErrorKind::Invalid };
    let stated = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("no stated type");
    Error::new(kind, format!("the server answered {status} and no fault ({})", shorten(stated)))
        .with_status(status)
        .with_request_id(crate::answer::request_id(headers))
}

/// Where a call goes. The client's server counts, and of the WSDL's address only the path, where the server has none.
fn destination(stated: Option<&str>, server: Option<&Url>) -> Result<String, Error> {
    let Some(server) = server else {
        let stated =
            stated.ok_or_else(|| Error::new(ErrorKind::Configuration, "neither the WSDL nor the client says where the service is"));
        return stated.map(str::to_owned);
    };
    let mut url = server.clone();
    if url.path() == "/"
        && let Some(stated) = stated.and_then(|stated| Url::parse(stated).ok())
        && matches!(stated.scheme(), "http" | "https")
    {
        url.set_path(stated.path());
        url.set_query(stated.query());
    }
    Ok(url.into())
}

/// A login in the envelope is held to what holds for a credential: to the client's own server, encrypted.
fn may_carry(login: &UsernameToken, core: &Core, prepared: &crate::call::Prepared) -> Result<(), Error> {
    if prepared.passage != Passage::WithCredentials {
        let message = "the login would go to another server than the client's; make the client with `soap::client_of`";
        return Err(Error::new(ErrorKind::UnsafeAddress, message));
    }
    auth::encrypted(&prepared.url)?;
    if let Http::Other(client) = &core.http {
        client.keep_secret(login.password());
        // In the envelope it stands escaped.
        let mut escaped = String::new();
        crate::xml::escape(&mut escaped, login.password().expose())?;
        client.keep_secret(&escaped.into());
    }
    Ok(())
}

/// The tables: by whether the call may be repeated. A fault comes with 500, or with 400 in SOAP 1.2, and is an answer; what other statuses
/// say, HTTP says.
static TABLES: [OperationTable; 2] = [table(RetryClass::Never), table(RetryClass::Idempotent)];

const fn table(retry: RetryClass) -> OperationTable {
    OperationTable { name: "soap", title: "SOAP", method: "POST", retry, answers: &ANSWERS, ..OperationTable::EMPTY }
}

static ANSWERS: [Answer; 3] = [answer(200, 299), answer(400, 400), answer(500, 500)];

const fn answer(first: u16, last: u16) -> Answer {
    Answer { statuses: Statuses(first, last), decoding: Decoding::Nothing, ..Answer::EMPTY }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clients_server_counts() {
        for (stated, server, expected) in [
            (Some("http://evil.example/soap?x=1"), Some("https://acme.example"), Some("https://acme.example/soap?x=1")),
            (Some("http://evil.example/soap"), Some("https://acme.example/own"), Some("https://acme.example/own")),
            (Some("jms:queue"), Some("https://acme.example"), Some("https://acme.example/")),
            (Some("REPLACE_WITH_ACTUAL_URL"), Some("https://acme.example/own"), Some("https://acme.example/own")),
            (Some("http://acme.example/soap"), None, Some("http://acme.example/soap")),
            (None, None, None),
        ] {
            let server = server.map(|server| Url::parse(server).unwrap());
            assert_eq!(destination(stated, server.as_ref()).ok().as_deref(), expected, "{stated:?}");
        }
    }
}
