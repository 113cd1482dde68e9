//! The requests of one try: the first, and those that redirects lead to. The origin gate says where each may go and what goes along; the credential
//! joins here and nowhere else.

use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use url::Url;

use super::{Core, Refused};
use crate::{
    answer::{self, Answered, Failed, Speaker},
    body::Payload,
    call::Prepared,
    connection::Applied,
    error::{Error, ErrorKind},
    gate::{self, Passage},
    http_module::Redirects,
    limit::Admitted,
    retry::Outcome,
    transport::{About, Incoming, Outgoing, SendFailure, guard_literal},
};

/// Redirects that one request may follow.
const HOPS: u32 = 5;

/// One request of a chain of redirects.
struct Hop {
    method: Method,
    url: Url,
    passage: Passage,
    /// The caller's headers and body go along.
    whole: bool,
    /// Whoever redirected here may have done what the call asks: it told to read something now.
    acted: bool,
}

impl Hop {
    /// It goes to a server that may see the credential.
    fn is_home(&self) -> bool {
        self.whole && self.passage == Passage::WithCredentials
    }
}

impl Core {
    /// A request, and those that its redirects lead to.
    pub(super) async fn hops(
        &self,
        call: &Prepared,
        url: &Url,
        applied: Option<&Applied>,
        permits: &mut Option<Admitted>,
    ) -> Result<Answered, Refused> {
        let mut hop = Hop { method: call.method.clone(), url: url.clone(), passage: call.passage, whole: true, acted: false };
        for _ in 0..=HOPS {
            let incoming = self.hop(call, &hop, applied).await.map_err(|refused| refused.behind(&hop))?;
            match location(&incoming, &hop, call.redirects) {
                Some(location) => hop = self.follow(call, hop, applied, &incoming, location).map_err(refused_here)?,
                None => {
                    // Another server does not speak for this API: it neither knows its limits nor silences it.
                    let speaker = Speaker { ours: hop.is_home(), acted: hop.acted };
                    if speaker.ours {
                        self.learn(call.operation, incoming.status.as_u16(), &incoming.headers, permits.as_ref()).await;
                    }
                    let received = answer::receive(self, call, hop.url, incoming, speaker, permits).await;
                    return received.map_err(|failed| Refused::of(failed, speaker));
                }
            }
        }
        Err(refused_here(Error::new(ErrorKind::Limit, "the server redirects too often")))
    }

    /// The origin gate for one redirect.
    fn follow(&self, call: &Prepared, hop: Hop, applied: Option<&Applied>, incoming: &Incoming, location: &str) -> Result<Hop, Error> {
        let (mut url, passage) = gate::redirect(&hop.url, location, hop.passage, self.settings.redirects)?;
        let leaves = !gate::same_origin(&url, &hop.url);
        if let Some(applied) = applied.filter(|_| leaves) {
            withhold(&mut url, applied);
        }
        let method = method_after(incoming.status, &hop.method);
        let acted = hop.acted || method != hop.method;
        if leaves && method != Method::GET && method != Method::HEAD {
            return Err(Error::new(ErrorKind::UnsafeAddress, "a redirect leads a call that changes something to another origin"));
        }
        if !call.payload.is_whole() {
            return Err(
                Error::new(ErrorKind::Transport, "the server redirects, and the stream has been sent already").with_retryable(false)
            );
        }
        Ok(Hop { method, url, passage, whole: hop.whole && !leaves, acted })
    }

    async fn hop(&self, call: &Prepared, hop: &Hop, applied: Option<&Applied>) -> Result<Incoming, Refused> {
        let sent = {
            let outgoing = self.outgoing(call, hop, applied).await.map_err(refused_here)?;
            if self.settings.guard {
                guard_literal(&outgoing.url).map_err(refused_here)?;
            }
            let http = if hop.is_home() { &self.http } else { &self.outside };
            http.send(outgoing)
        };
        let incoming = sent.await.map_err(|failure| match failure {
            SendFailure::NotSent(error) => Refused { error, outcome: Outcome::NotSent, stated: None, speaker: Speaker::default() },
            SendFailure::Broken(error) => Refused { error, outcome: Outcome::Broken, stated: None, speaker: Speaker::default() },
        })?;
        #[cfg(feature = "cookies")]
        if let Some(jar) = &self.cookies {
            jar.learn(&hop.url, &incoming.headers, hop.is_home());
        }
        self.heed_challenge(hop, applied, &incoming);
        Ok(incoming)
    }

    /// Only a server that may see the credential may ask for it.
    fn heed_challenge(&self, hop: &Hop, applied: Option<&Applied>, incoming: &Incoming) {
        let asked = hop.is_home() && incoming.status == StatusCode::UNAUTHORIZED;
        if let (true, Some(applied), Some(credentials)) = (asked, applied, &self.credentials) {
            credentials.challenged(applied.generation, &incoming.headers);
        }
    }

    /// Puts together what goes out. The credential joins here and nowhere else, and only past the gate.
    async fn outgoing(&self, call: &Prepared, hop: &Hop, applied: Option<&Applied>) -> Result<Outgoing, Error> {
        if !hop.whole {
            let (mut headers, body) = (self.headers_for(Passage::Bare), Payload::default().open().await?);
            self.add_kept_cookies(hop, &mut headers)?;
            return Ok(Outgoing::new(hop.method.clone(), hop.url.clone(), headers, body, About::call(call.operation, None, &[])));
        }
        let mut url = hop.url.clone();
        let applied = applied.filter(|_| hop.is_home());
        let mut headers = call.headers.clone();
        if let Some(applied) = applied {
            for (name, value) in &applied.headers {
                headers.insert(name.clone(), value.clone());
            }
            apply_query(&mut url, applied);
        }
        if let Some(cookie) = cookies(&call.cookies, applied)? {
            headers.insert(header::COOKIE, cookie);
        }
        self.add_kept_cookies(hop, &mut headers)?;
        let payload = if hop.method == call.method { &call.payload } else { &Payload::default() };
        if payload.is_empty() {
            headers.remove(header::CONTENT_TYPE);
        }
        self.sign(&mut headers, &mut url, hop, payload, applied.is_some())?;
        let body = payload.open().await?;
        if body.length() == Some(0) && matches!(hop.method, Method::POST | Method::PUT | Method::PATCH) {
            headers.insert(header::CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        let signed = self.credentials.as_ref().filter(|_| applied.is_some()).map_or(&[][..], |credentials| credentials.signed_query());
        let about = About::call(call.operation, applied, signed);
        Ok(Outgoing::new(hop.method.clone(), url, headers, body, about))
    }

    /// What this very origin set before goes back to it, if the program wants that. A session is a credential: where a stranger's address or redirect
    /// leads to a server that may see the credential, neither goes along.
    #[cfg(feature = "cookies")]
    fn add_kept_cookies(&self, hop: &Hop, headers: &mut HeaderMap) -> Result<(), Error> {
        let Some(jar) = &self.cookies else { return Ok(()) };
        let led = || {
            let url = self.declared(hop.url.clone());
            self.servers.iter().any(|server| gate::same_origin(server, &url))
        };
        if hop.is_home() || !led() { jar.add(&hop.url, headers) } else { Ok(()) }
    }

    #[cfg(not(feature = "cookies"))]
    #[allow(clippy::unused_self, clippy::unnecessary_wraps, reason = "the feature says what it does")]
    fn add_kept_cookies(&self, _hop: &Hop, _headers: &mut HeaderMap) -> Result<(), Error> {
        Ok(())
    }

    fn sign(&self, headers: &mut HeaderMap, url: &mut Url, hop: &Hop, payload: &Payload, home: bool) -> Result<(), Error> {
        let Some(credentials) = self.credentials.as_ref().filter(|credentials| home && credentials.signs()) else { return Ok(()) };
        let unsigned = || Error::new(ErrorKind::Input, "the request cannot be signed");
        let mut request = http::Request::new(());
        *request.method_mut() = hop.method.clone();
        *request.uri_mut() = url.as_str().parse().map_err(|_| unsigned())?;
        *request.headers_mut() = std::mem::take(headers);
        credentials.sign(&mut request, payload.in_memory().as_deref())?;
        let signed = Url::parse(&request.uri().to_string()).map_err(|_| unsigned())?;
        if !gate::same_origin(&signed, url) {
            return Err(Error::new(ErrorKind::UnsafeAddress, "signing must not change the request's origin"));
        }
        *url = signed;
        *headers = std::mem::take(request.headers_mut());
        Ok(())
    }
}

impl Refused {
    fn of(failed: Failed, speaker: Speaker) -> Refused {
        match failed {
            Failed::Unread(error) => Refused { error, outcome: Outcome::Broken, stated: None, speaker },
            Failed::Answer(error, status) => Refused { stated: error.retry_after(), error, outcome: Outcome::Status(status), speaker },
        }
    }

    /// The same, told from before the redirects that led to it: a call that was acted on has been sent.
    fn behind(self, hop: &Hop) -> Refused {
        let outcome = if hop.acted && self.outcome == Outcome::NotSent { Outcome::Broken } else { self.outcome };
        Refused { outcome, ..self }
    }
}

fn refused_here(error: Error) -> Refused {
    Refused { error: error.with_retryable(false), outcome: Outcome::NotSent, stated: None, speaker: Speaker::default() }
}

/// Where a redirect leads. A method that changes something is only repeated where the status says so.
fn location<'a>(incoming: &'a Incoming, hop: &Hop, chosen: Option<Redirects>) -> Option<&'a str> {
    let reads = hop.method == Method::GET || hop.method == Method::HEAD;
    let (may_turn, may_repeat) = match chosen {
        None => (reads, true),
        Some(Redirects::Never) => (false, false),
        Some(Redirects::Reads) => (reads, reads),
        Some(Redirects::All) => (true, true),
    };
    let redirects = match incoming.status {
        StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND => may_turn,
        StatusCode::SEE_OTHER | StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT => may_repeat,
        _ => false,
    };
    incoming.headers.get(header::LOCATION).filter(|_| redirects)?.to_str().ok()
}

/// 303 says to read; 301 and 302 turn a POST into a GET, as every browser does (RFC 9110, 15.4.2 and 15.4.3).
fn method_after(status: StatusCode, method: &Method) -> Method {
    let turns = match status {
        StatusCode::SEE_OTHER => method != Method::HEAD,
        StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND => method == Method::POST,
        _ => false,
    };
    if turns { Method::GET } else { method.clone() }
}

/// A next link may hold the parameter already, when the server repeats what it was sent.
fn apply_query(url: &mut Url, applied: &Applied) {
    if applied.query.is_empty() {
        return;
    }
    let ours = |name: &str| applied.query.iter().any(|(known, _)| known == name);
    let kept: Vec<(String, String)> =
        url.query_pairs().filter(|(name, _)| !ours(name)).map(|(name, value)| (name.into(), value.into())).collect();
    if kept.len() != url.query_pairs().count() {
        url.query_pairs_mut().clear().extend_pairs(kept);
    }
    let secret = applied.query.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    url.query_pairs_mut().extend_pairs(secret);
}

/// A server that repeats in its redirect what it was asked repeats the secret, too: it goes nowhere else, whatever it is called there.
fn withhold(url: &mut Url, applied: &Applied) {
    let ours = |value: &str| applied.query.iter().any(|(_, secret)| !secret.is_empty() && secret.as_str() == value);
    if url.query_pairs().any(|(_, value)| ours(&value)) {
        let kept: Vec<(String, String)> =
            url.query_pairs().filter(|(_, value)| !ours(value)).map(|(name, value)| (name.into(), value.into())).collect();
        url.query_pairs_mut().clear().extend_pairs(kept);
    }
}

fn cookies(own: &str, applied: Option<&Applied>) -> Result<Option<HeaderValue>, Error> {
    if own.is_empty() && applied.is_none_or(|applied| applied.cookies.is_empty()) {
        return Ok(None);
    }
    let mut all = own.to_owned();
    for (name, value) in applied.iter().flat_map(|applied| &applied.cookies) {
        if !all.is_empty() {
            all.push_str("; ");
        }
        all.push_str(name);
        all.push('=');
        all.push_str(value);
    }
    let mut value = HeaderValue::try_from(all).map_err(|_| Error::new(ErrorKind::Input, "a cookie holds a character that it must not"))?;
    value.set_sensitive(true);
    Ok(Some(value))
}
