//! The exchanges by which a credential is got: over the client's own transport, and through none of the layers of a call.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, header};
use url::Url;

use crate::{
    body::Payload,
    clock::BoxFuture,
    connection::Transport,
    error::{Error, ErrorKind},
    transport::{About, Http, Outgoing, ReadLimits, Reader, SendFailure, guard_literal},
};

/// The exchanges of `auth` over the client's own transport: under its limits and guard, with no credential, retry or redirect.
#[derive(Debug)]
pub(crate) struct Exchanges {
    pub(crate) http: Http,
    pub(crate) read: ReadLimits,
    pub(crate) timeout: Duration,
    pub(crate) guard: bool,
    pub(crate) user_agent: HeaderValue,
}

impl Exchanges {
    async fn run(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, Error> {
        let (parts, body) = request.into_parts();
        let url =
            Url::parse(&parts.uri.to_string()).map_err(|_| Error::new(ErrorKind::Configuration, "the endpoint's address is not a URL"))?;
        if self.guard {
            guard_literal(&url)?;
        }
        let mut headers = parts.headers;
        headers.entry(header::USER_AGENT).or_insert(self.user_agent.clone());
        let payload = Payload::of(body).open().await?;
        let incoming =
            self.http.send(Outgoing::new(parts.method, url, headers, payload, About::Credential)).await.map_err(SendFailure::into_error)?;
        let bytes = Reader::new(&incoming.headers, incoming.body, self.read)?.all().await?;
        let mut response = http::Response::new(bytes);
        *response.status_mut() = incoming.status;
        *response.headers_mut() = incoming.headers;
        Ok(response)
    }
}

impl Transport for Exchanges {
    fn exchange<'a>(&'a self, request: http::Request<Bytes>) -> BoxFuture<'a, Result<http::Response<Bytes>, Error>> {
        Box::pin(async move {
            let late = |_| Err(Error::new(ErrorKind::Timeout, "the endpoint took too long"));
            let answer = tokio::time::timeout(self.timeout, self.run(request)).await.unwrap_or_else(late);
            // Otherwise it reads as if the API's server were meant, which may well be there.
            answer.map_err(|error| error.located("while a credential is obtained"))
        })
    }
}
