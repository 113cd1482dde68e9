//! Sending through the proxy that a program names, over reqwest: it knows how proxies are spoken to, with and without TLS and credentials.

use std::sync::Arc;

use super::{ConnectSettings, Incoming, IncomingBody, Outgoing, SendFailure, Source, configuration, failure, guard::Resolver};
use crate::error::Error;

/// reqwest, with one proxy for everything.
#[derive(Clone, Debug)]
pub(crate) struct Proxied(reqwest::Client);

impl Proxied {
    pub(super) fn new(settings: &ConnectSettings, proxy: &str, tls: rustls::ClientConfig) -> Result<Proxied, Error> {
        let proxy = reqwest::Proxy::all(proxy).map_err(|_| configuration("the proxy's address is not a URL"))?;
        let mut builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .no_proxy()
            .proxy(proxy)
            .connect_timeout(settings.connect_timeout)
            .tls_backend_preconfigured(tls);
        if settings.guard {
            builder = builder.dns_resolver(Arc::new(Resolver { guard: true }));
        }
        let made = builder.build().map_err(|error| configuration("the HTTP client cannot be made").with_source(&error.without_url()))?;
        Ok(Proxied(made))
    }

    /// Sends one request and waits for the head of the answer.
    pub(super) async fn send(&self, request: Outgoing) -> Result<Incoming, SendFailure> {
        let mut outgoing = reqwest::Request::new(request.method, request.url);
        *outgoing.headers_mut() = request.headers;
        match request.body.into_bytes() {
            Ok(bytes) if bytes.is_empty() => {}
            Ok(bytes) => *outgoing.body_mut() = Some(bytes.into()),
            Err(body) => *outgoing.body_mut() = Some(reqwest::Body::wrap(body)),
        }
        let mut response = self.0.execute(outgoing).await.map_err(failed)?;
        let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
        Ok(Incoming { status, headers, body: IncomingBody(Source::Proxied(Box::new(response))) })
    }
}

/// Sorts what reqwest says. Its text names the URL unless it is told not to, and a URL may hold something secret.
pub(super) fn failed(error: reqwest::Error) -> SendFailure {
    let error = error.without_url();
    failure(&error, error.is_connect(), error.is_timeout())
}
