//! Answers that are kept, so that the server need not send again what has not changed: asked each time (`If-None-Match`), never given without
//! being asked, kept in memory for one connection only. What may be kept and what may be given is decided here, without a network.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use indexmap::IndexMap;

use crate::{
    answer::{Answered, Content},
    budget::Budget,
    call::Prepared,
    engine::Core,
    error::Error,
    operation::{Decoding, RetryClass},
};

/// What a kept answer takes beside its bytes, more or less.
const OVERHEAD: usize = 512;

/// The answers that one client and its clones keep: the one that was used longest ago goes first.
#[derive(Debug)]
pub(crate) struct Cache {
    most: usize,
    kept: Mutex<Store>,
}

#[derive(Debug, Default)]
struct Store {
    /// By address, the one that was used last at the end.
    answers: IndexMap<String, Arc<Kept>>,
    bytes: usize,
}

/// An answer, and what asked for it as far as that matters.
#[derive(Debug)]
struct Kept {
    tag: HeaderValue,
    /// The request's headers that the answer depends on.
    vary: Vec<(HeaderName, Option<HeaderValue>)>,
    headers: HeaderMap,
    body: Bytes,
    size: usize,
}

impl Cache {
    pub(crate) fn new(most: u64) -> Cache {
        Cache { most: usize::try_from(most).unwrap_or(usize::MAX), kept: Mutex::default() }
    }

    /// Whether a call only reads, as a whole, and leaves conditions to us.
    pub(crate) fn serves(&self, call: &Prepared) -> bool {
        let own = [header::RANGE, header::IF_MATCH, header::IF_NONE_MATCH, header::IF_MODIFIED_SINCE, header::IF_UNMODIFIED_SINCE];
        let plain = call.method == Method::GET && call.payload.is_empty() && !call.partial && !call.streamed;
        let read = |decoding: Decoding| !matches!(decoding, Decoding::Stream | Decoding::Nothing);
        plain
            && call.operation.retry == RetryClass::Safe
            && call.operation.answers.iter().all(|answer| read(answer.decoding))
            && !own.iter().any(|name| call.headers.contains_key(name))
    }

    fn find(&self, call: &Prepared) -> Option<Arc<Kept>> {
        let mut store = self.store();
        let at = store.answers.get_index_of(call.url.as_str())?;
        let last = store.answers.len() - 1;
        store.answers.move_index(at, last);
        let kept = store.answers.get(call.url.as_str())?;
        let same = kept.vary.iter().all(|(name, value)| call.headers.get(name) == value.as_ref());
        same.then(|| kept.clone())
    }

    /// Keeps an answer if it may be kept, and forgets what stood in its place.
    fn keep(&self, call: &Prepared, answered: &Answered) {
        let kept = Kept::of(call, answered).filter(|kept| kept.size <= self.most);
        let mut store = self.store();
        if let Some(old) = store.answers.shift_remove(call.url.as_str()) {
            store.bytes -= old.size;
        }
        let Some(kept) = kept else { return };
        store.bytes += kept.size;
        store.answers.insert(call.url.as_str().to_owned(), Arc::new(kept));
        while store.bytes > self.most {
            let Some((_, oldest)) = store.answers.shift_remove_index(0) else { break };
            store.bytes -= oldest.size;
        }
    }

    fn store(&self) -> MutexGuard<'_, Store> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Kept {
    fn of(call: &Prepared, answered: &Answered) -> Option<Kept> {
        let Content::Bytes(body) = &answered.content else { return None };
        // What came from elsewhere is kept under no address of ours, and what reports an error is no answer.
        if answered.status != 200 || answered.url != call.url || !crate::answer::conditions(answered).is_empty() && is_error(answered, body)
        {
            return None;
        }
        let tag = answered.headers.get(header::ETAG)?.clone();
        if directives(&answered.headers).any(|directive| directive.eq_ignore_ascii_case("no-store")) {
            return None;
        }
        let vary = varying(&answered.headers)?;
        let vary = vary.into_iter().map(|name| (name.clone(), call.headers.get(name).cloned())).collect();
        let headers = answered.headers.clone();
        let written: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
        let size = body.len() + written + call.url.as_str().len() + OVERHEAD;
        Some(Kept { tag, vary, headers, body: body.clone(), size })
    }

    /// The answer again, after the server said that it is as it was. What it says of it now goes before what it said then (RFC 9111, 4.3.4).
    fn again(&self, now: Answered) -> Answered {
        let mut headers = self.headers.clone();
        for name in now.headers.keys().filter(|name| !name.as_str().starts_with("content-")) {
            headers.remove(name);
            now.headers.get_all(name).iter().for_each(|value| {
                headers.append(name.clone(), value.clone());
            });
        }
        Answered { status: 200, headers, content: Content::Bytes(self.body.clone()), kept: true, ..now }
    }
}

fn is_error(answered: &Answered, body: &Bytes) -> bool {
    crate::answer::check_conditions(answered, body).is_err()
}

fn directives(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    words(headers, header::CACHE_CONTROL).map(|directive| directive.split('=').next().unwrap_or(directive).trim())
}

fn words(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = &str> {
    headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(',')).map(str::trim)
}

/// The request's headers that an answer depends on; none where nobody can know (`*`).
fn varying(headers: &HeaderMap) -> Option<Vec<HeaderName>> {
    let all = words(headers, header::VARY).filter(|name| !name.is_empty());
    all.map(|name| if name == "*" { None } else { HeaderName::try_from(name).ok() }).collect()
}

/// Sends a call that reads, and gives what was kept where the server says that it is as it was.
pub(crate) async fn read(core: &Core, cache: &Cache, call: &Prepared, budget: &Budget) -> Result<Answered, Error> {
    if let Some(kept) = cache.find(call) {
        let mut asking = Prepared { conditional: true, ..call.clone() };
        asking.headers.insert(header::IF_NONE_MATCH, kept.tag.clone());
        let answered = core.admitted(&asking, budget).await?;
        if answered.status != 304 {
            cache.keep(call, &answered);
            return Ok(answered);
        }
        let same = answered.headers.get(header::ETAG).is_none_or(|tag| weakly_equal(tag, &kept.tag));
        if same && answered.url == call.url {
            return Ok(kept.again(answered));
        }
        // It is of something else: asked again, as if nothing had been kept.
    }
    let answered = core.admitted(call, budget).await?;
    cache.keep(call, &answered);
    Ok(answered)
}

/// As `If-None-Match` compares (RFC 9110, 13.1.2).
fn weakly_equal(one: &HeaderValue, other: &HeaderValue) -> bool {
    let opaque = |tag: &HeaderValue| tag.as_bytes().strip_prefix(b"W/").unwrap_or(tag.as_bytes()).to_vec();
    opaque(one) == opaque(other)
}
