//! The egress guard: which addresses a connection may be made to. What counts as public is the origin gate's.

use std::{
    error::Error as StdError,
    fmt,
    future::Future,
    net::{IpAddr, SocketAddr},
    pin::Pin,
    task::{Context, Poll},
};

use hyper_util::client::legacy::connect::dns;
use url::{Host, Url};

use crate::{
    error::{Error, ErrorKind},
    gate,
};

/// The egress guard for addresses that are written as numbers: no resolver is asked for those.
pub(crate) fn guard_literal(url: &Url) -> Result<(), Error> {
    let literal = match url.host() {
        Some(Host::Ipv4(v4)) => Some(IpAddr::V4(v4)),
        Some(Host::Ipv6(v6)) => Some(IpAddr::V6(v6)),
        _ => None,
    };
    if literal.is_some_and(|address| !gate::is_public(address)) { Err(not_public()) } else { Ok(()) }
}

pub(super) fn not_public() -> Error {
    Error::new(ErrorKind::UnsafeAddress, "the server's address is not on the public internet")
}

/// Why a name was refused. Libraries carry it up to where failures are sorted.
#[derive(Debug)]
pub(super) struct NotPublic;

impl fmt::Display for NotPublic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name resolves to an address that is not public")
    }
}

impl StdError for NotPublic {}

type Refused = Box<dyn StdError + Send + Sync>;
type Resolving<T> = Pin<Box<dyn Future<Output = Result<T, Refused>> + Send>>;

/// Resolves once, under the guard to public addresses only; the connection is made to exactly these.
#[derive(Clone, Debug)]
pub(super) struct Resolver {
    pub(super) guard: bool,
}

impl Resolver {
    async fn resolve(self, name: impl AsRef<str>) -> Result<std::vec::IntoIter<SocketAddr>, Refused> {
        let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_ref(), 0)).await?.collect();
        // One private address among public ones is an attempt to get at it: all are refused.
        if self.guard && !found.iter().all(|address| gate::is_public(address.ip())) {
            return Err(Box::new(NotPublic));
        }
        Ok(found.into_iter())
    }
}

impl tower_service::Service<dns::Name> for Resolver {
    type Response = std::vec::IntoIter<SocketAddr>;
    type Error = Refused;
    type Future = Resolving<Self::Response>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Refused>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, name: dns::Name) -> Self::Future {
        Box::pin(self.clone().resolve(name.as_str().to_owned()))
    }
}

impl reqwest::dns::Resolve for Resolver {
    fn resolve(&self, name: reqwest::dns::Name) -> reqwest::dns::Resolving {
        let found = self.clone().resolve(name.as_str().to_owned());
        Box::pin(async move { Ok(Box::new(found.await?) as reqwest::dns::Addrs) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literal_addresses_are_guarded() {
        for (address, public) in
            [("http://127.0.0.1/", false), ("http://[::1]:80/", false), ("http://0x7f.1/", false), ("https://8.8.8.8/", true)]
        {
            let url = Url::parse(address).expect("a URL");
            assert_eq!(guard_literal(&url).is_ok(), public, "{address}");
        }
    }
}
