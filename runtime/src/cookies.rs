//! Cookies that servers set in one call and get back in the next (RFC 6265), for one client and its clones: what servers keep sessions by that have no
//! token. What a cookie says, and when it is over, the crate `cookie_store` knows; to whom it goes back is decided here, and narrower than in browsers.

use std::{
    convert::Infallible,
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
};

use cookie_store::{Cookie, CookieStore, RawCookie};
use http::{HeaderMap, HeaderValue, header};
use indexmap::IndexMap;
use url::{Origin, Url};

use crate::error::{Error, ErrorKind};

/// The longest `Set-Cookie` that is read, and the most cookies and origins that are kept (RFC 6265, 6.1, asks for 4,096 bytes and 50 cookies).
const LONGEST: usize = 4096;
const MOST_COOKIES: usize = 50;
const MOST_ORIGINS: usize = 100;

/// The cookies of one client, by the origin that set them. A program has no list of the names under which strangers register theirs, so
/// `Domain` widens nothing: what one origin set no other gets, be it below the same domain or at another port.
#[derive(Default)]
pub(crate) struct Jar(Mutex<IndexMap<Origin, Kept>>);

/// What one origin set.
#[derive(Default)]
struct Kept {
    store: CookieStore,
    /// It is the API's own, whose place no stranger takes.
    ours: bool,
}

impl Jar {
    /// Keeps what an answer sets: of a server that may see the credential, or of another. What is too long, or too much, is not kept; where there are
    /// too many origins, the stranger that was heard of longest ago goes.
    pub(crate) fn learn(&self, url: &Url, headers: &HeaderMap, ours: bool) {
        let mut set = headers.get_all(header::SET_COOKIE).iter().peekable();
        if set.peek().is_none() {
            return;
        }
        let mut jar = self.lock();
        let last = match jar.get_index_of(&url.origin()) {
            Some(known) => {
                let last = jar.len() - 1;
                jar.move_index(known, last);
                last
            }
            None => {
                if jar.len() >= MOST_ORIGINS {
                    let Some(oldest) = jar.values().position(|kept| !kept.ours) else { return };
                    jar.shift_remove_index(oldest);
                }
                jar.insert_full(url.origin(), Kept::default()).0
            }
        };
        let kept = &mut jar[last];
        kept.ours |= ours;
        let store = &mut kept.store;
        for cookie in set.take(MOST_COOKIES).filter(|cookie| cookie.len() <= LONGEST) {
            let Some(mut cookie) = cookie.to_str().ok().and_then(|text| RawCookie::parse(text).ok()) else { continue };
            cookie.unset_domain();
            let Ok(cookie) = Cookie::try_from_raw_cookie(&cookie, url).map(Cookie::into_owned) else { continue };
            if store.iter_any().count() >= MOST_COOKIES {
                forget_what_is_over(store);
            }
            // Of one name there is another for every path (RFC 6265, 5.3).
            let known = store.iter_any().any(|kept| kept.name() == cookie.name() && *kept.path == *cookie.path);
            if known || store.iter_any().count() < MOST_COOKIES {
                // What may not be set from here is not.
                let _ = store.insert(cookie, url);
            }
        }
    }

    /// Adds what goes back to this address; what the request says itself stands.
    pub(crate) fn add(&self, url: &Url, headers: &mut HeaderMap) -> Result<(), Error> {
        let jar = self.lock();
        let Some(Kept { store, .. }) = jar.get(&url.origin()) else { return Ok(()) };
        // Bytes: what a request says itself may hold others than ASCII, a credential too.
        let mut all = headers.get(header::COOKIE).map(|own| own.as_bytes().to_vec()).unwrap_or_default();
        let own: Vec<Vec<u8>> = all.split(|byte| *byte == b';').filter_map(name_of).map(<[u8]>::to_vec).collect();
        for (name, value) in store.get_request_values(url).filter(|(name, _)| !own.iter().any(|known| known == name.as_bytes())) {
            let between = if all.is_empty() { "" } else { "; " };
            all.extend_from_slice(format!("{between}{name}={value}").as_bytes());
        }
        if all.is_empty() {
            return Ok(());
        }
        let mut value =
            HeaderValue::try_from(all).map_err(|_| Error::new(ErrorKind::Input, "a cookie holds a character that it must not"))?;
        value.set_sensitive(true);
        headers.insert(header::COOKIE, value);
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, IndexMap<Origin, Kept>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn name_of(pair: &[u8]) -> Option<&[u8]> {
    let end = pair.iter().position(|byte| *byte == b'=')?;
    Some(pair[..end].trim_ascii())
}

fn forget_what_is_over(store: &mut CookieStore) {
    let left = store.iter_unexpired().cloned().map(Ok::<_, Infallible>);
    let Ok(left) = CookieStore::from_cookies(left, false);
    *store = left;
}

/// Without what is in it.
impl fmt::Debug for Jar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Jar").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    fn set(jar: &Jar, from: &str, cookies: &[&str]) {
        let mut headers = HeaderMap::new();
        for cookie in cookies {
            headers.append(header::SET_COOKIE, HeaderValue::from_str(cookie).unwrap());
        }
        jar.learn(&url(from), &headers, false);
    }

    fn sent(jar: &Jar, to: &str) -> String {
        let mut headers = HeaderMap::new();
        jar.add(&url(to), &mut headers).unwrap();
        assert!(headers.get(header::COOKIE).is_none_or(HeaderValue::is_sensitive));
        let mut pairs: Vec<&str> = headers.get(header::COOKIE).map_or("", |value| value.to_str().unwrap()).split("; ").collect();
        pairs.sort_unstable();
        pairs.join("; ")
    }

    #[test]
    fn a_cookie_goes_back_to_its_origin_and_nowhere_else() {
        let jar = Jar::default();
        set(&jar, "https://acme.example/login", &["sid=1; Path=/; HttpOnly", "wide=2; Domain=example; Path=/", "deep=3; Path=/deep"]);
        assert_eq!(sent(&jar, "https://acme.example/"), "sid=1; wide=2");
        assert_eq!(sent(&jar, "https://acme.example/deep/er"), "deep=3; sid=1; wide=2");
        for elsewhere in ["https://other.example/", "https://a.acme.example/", "https://acme.example:8443/", "http://acme.example/"] {
            assert_eq!(sent(&jar, elsewhere), "", "{elsewhere}");
        }
        set(&jar, "https://acme.example/logout", &["sid=; Path=/; Max-Age=0", "wide=4; Path=/"]);
        assert_eq!(sent(&jar, "https://acme.example/"), "wide=4");
    }

    #[test]
    fn what_the_request_says_itself_stands() {
        let jar = Jar::default();
        set(&jar, "https://acme.example/", &["a=theirs; Path=/", "b=theirs; Path=/"]);
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, HeaderValue::from_static("a=ours"));
        jar.add(&url("https://acme.example/"), &mut headers).unwrap();
        assert_eq!(headers[header::COOKIE], "a=ours; b=theirs");
        headers.insert(header::COOKIE, HeaderValue::from_bytes("a=\u{e9}".as_bytes()).unwrap());
        jar.add(&url("https://acme.example/"), &mut headers).unwrap();
        assert_eq!(headers[header::COOKIE].as_bytes(), "a=\u{e9}; b=theirs".as_bytes(), "also where it is not ASCII");
    }

    #[test]
    fn a_jar_is_bounded() {
        let jar = Jar::default();
        let many: Vec<String> = (0..500).map(|number| format!("c{number}=x; Path=/")).collect();
        for some in many.chunks(10) {
            set(&jar, "https://acme.example/", &some.iter().map(String::as_str).collect::<Vec<_>>());
        }
        assert_eq!(sent(&jar, "https://acme.example/").split("; ").count(), MOST_COOKIES);
        set(&jar, "https://acme.example/", &["c0=new; Path=/", &format!("c1={}; Path=/", "y".repeat(LONGEST))]);
        let kept = sent(&jar, "https://acme.example/");
        assert!(kept.contains("c0=new") && kept.contains("c1=x"), "{kept}");
        // Of one name there can be one for every path.
        for number in 0..500 {
            set(&jar, "https://acme.example/", &[&format!("c0=x; Path=/{number}")]);
        }
        assert_eq!(jar.lock()[&url("https://acme.example/").origin()].store.iter_any().count(), MOST_COOKIES);
        for number in 0..2 * MOST_ORIGINS {
            set(&jar, &format!("https://host{number}.example/"), &["a=1"]);
        }
        assert_eq!(jar.lock().len(), MOST_ORIGINS);
    }

    #[test]
    fn strangers_take_no_place_of_the_apis() {
        let jar = Jar::default();
        let stranger = |number: usize| format!("https://host{number}.example/");
        (0..MOST_ORIGINS).for_each(|number| set(&jar, &stranger(number), &["a=1"]));
        let mut headers = HeaderMap::new();
        headers.insert(header::SET_COOKIE, HeaderValue::from_static("sid=1"));
        jar.learn(&url("https://acme.example/"), &headers, true);
        assert_eq!(sent(&jar, "https://acme.example/"), "sid=1");
        // Of strangers, whoever was heard of last is the one that matters.
        assert_eq!((sent(&jar, &stranger(0)), sent(&jar, &stranger(1))), (String::new(), "a=1".to_owned()));
        (0..3 * MOST_ORIGINS).for_each(|number| set(&jar, &stranger(number), &["a=1"]));
        assert_eq!((sent(&jar, "https://acme.example/"), sent(&jar, &stranger(3 * MOST_ORIGINS - 1))), ("sid=1".into(), "a=1".into()));
        assert_eq!(jar.lock().len(), MOST_ORIGINS);
    }

    #[test]
    fn broken_cookies_do_no_harm() {
        let good = [
            "sid=31d4d96e; Path=/; Domain=acme.example; Max-Age=60; Secure; HttpOnly; SameSite=Lax",
            "a=b; Expires=Wed, 21 Oct 2099 07:28:00 GMT",
        ];
        let pieces = ["=", ";", ",", "Path=", "Expires=", "Max-Age=-1", "99999999999999999999", "\u{e9}", "\"", "__Host-"];
        let address = url("https://acme.example/a/b");
        crate::fuzz::feed_text(51, &good, &pieces, |cookie| {
            let jar = Jar::default();
            let Ok(value) = HeaderValue::from_bytes(cookie.as_bytes()) else { return };
            jar.learn(&address, &HeaderMap::from_iter([(header::SET_COOKIE, value)]), false);
            let mut headers = HeaderMap::new();
            jar.add(&address, &mut headers).expect("what was read can be written");
            let mut elsewhere = HeaderMap::new();
            jar.add(&url("https://evil.example/a/b"), &mut elsewhere).expect("nothing to add");
            assert!(elsewhere.is_empty());
        });
    }
}
