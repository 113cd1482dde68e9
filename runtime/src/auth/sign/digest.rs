//! Digest access authentication (RFC 7616): the server's challenge is answered once, and every later request carries an answer ahead of being
//! asked. A password that is refused is not tried again within the call.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use http::{HeaderMap, header};
use http_auth::ChallengeParser;
use md5::{Digest as _, Md5};
use ring::digest;

use super::{
    request::{authorize, encoded},
    settings::{Settings, invalid},
};
use crate::{
    auth::{error::AuthError, pkce::unguessable},
    clock::BoxFuture,
    connection::{Applied, Credentials, Transport},
    error::{Error, ErrorKind},
    value::{Secret, bytes},
};

/// A user and a password, and what the server last asked for.
pub(super) struct Digest {
    user: String,
    password: Secret,
    state: Mutex<State>,
}

struct State {
    applied: Arc<Applied>,
    challenge: Option<Challenge>,
    /// How many requests have carried an answer to it.
    count: u32,
}

/// What a server asks for.
#[derive(Clone, Debug, Default, PartialEq)]
struct Challenge {
    realm: String,
    nonce: String,
    opaque: Option<String>,
    algorithm: Algorithm,
    /// The hash takes in both nonces once, for the session.
    session: bool,
    /// How the server wrote it, which may be not at all.
    written: Option<String>,
    quality: Quality,
    stale: bool,
    hashes_user: bool,
}

/// From the weakest to the strongest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Algorithm {
    #[default]
    Md5,
    Sha512Of256,
    Sha256,
}

/// What is protected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Quality {
    /// The server is older than the question (RFC 2069).
    #[default]
    Unsaid,
    /// Method and address.
    Auth,
    /// The body too.
    AuthInt,
}

impl Digest {
    pub(super) fn new(settings: &Settings<'_>, applied: Applied) -> Result<Self, AuthError> {
        let user = settings.must("user")?.expose().to_owned();
        if user.contains(char::is_control) {
            return Err(invalid("user", "holds a control character"));
        }
        let state = State { applied: Arc::new(applied), challenge: None, count: 0 };
        Ok(Digest { user, password: settings.must("password")?, state: Mutex::new(state) })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The value of `Authorization`.
    fn answer(&self, challenge: &Challenge, asked: &Asked<'_>, count: u32, own: &str) -> String {
        let hash = |text: &str| challenge.algorithm.hash(text.as_bytes());
        let whose = hash(&format!("{}:{}:{}", self.user, challenge.realm, self.password.expose()));
        let whose = if challenge.session { hash(&format!("{whose}:{}:{own}", challenge.nonce)) } else { whose };
        let what = match (challenge.quality, asked.body) {
            (Quality::AuthInt, Some(body)) => format!("{}:{}:{}", asked.method, asked.target, challenge.algorithm.hash(body)),
            _ => format!("{}:{}", asked.method, asked.target),
        };
        let nonce = &challenge.nonce;
        let response = match challenge.quality {
            Quality::Unsaid => hash(&format!("{whose}:{nonce}:{}", hash(&what))),
            quality => hash(&format!("{whose}:{nonce}:{count:08x}:{own}:{}:{}", quality.word(), hash(&what))),
        };
        let mut answer = format!("Digest {}", self.named(challenge));
        let mut quoted = |name: &str, value: &str| answer.push_str(&format!(", {name}=\"{}\"", escaped(value)));
        quoted("realm", &challenge.realm);
        quoted("uri", asked.target);
        quoted("nonce", nonce);
        quoted("response", &response);
        challenge.opaque.iter().for_each(|opaque| quoted("opaque", opaque));
        if challenge.session || challenge.quality != Quality::Unsaid {
            quoted("cnonce", own);
        }
        challenge.written.iter().for_each(|algorithm| answer.push_str(&format!(", algorithm={algorithm}")));
        if challenge.quality != Quality::Unsaid {
            answer.push_str(&format!(", qop={}, nc={count:08x}", challenge.quality.word()));
        }
        if challenge.hashes_user { answer + ", userhash=true" } else { answer }
    }

    /// The user as the answer names it. Letters beyond ASCII have a parameter of their own (RFC 7616, 3.4).
    fn named(&self, challenge: &Challenge) -> String {
        match () {
            () if challenge.hashes_user => {
                format!("username=\"{}\"", challenge.algorithm.hash(format!("{}:{}", self.user, challenge.realm).as_bytes()))
            }
            () if self.user.is_ascii() => format!("username=\"{}\"", escaped(&self.user)),
            () => format!("username*=UTF-8''{}", encoded(&self.user)),
        }
    }
}

/// What of a request an answer covers.
struct Asked<'r> {
    method: &'r str,
    target: &'r str,
    body: Option<&'r [u8]>,
}

impl Credentials for Digest {
    fn ready(&self) -> Option<Arc<Applied>> {
        Some(Arc::clone(&self.state().applied))
    }

    /// A challenge that came after what was refused is worth another try.
    fn obtain<'a>(&'a self, stale: Option<u64>, _transport: Arc<dyn Transport>) -> BoxFuture<'a, Result<Arc<Applied>, Error>> {
        let applied = Arc::clone(&self.state().applied);
        let outcome = match stale {
            Some(stale) if applied.generation <= stale => {
                Err(Error::new(ErrorKind::Authentication, "the server refused the connection's user and password").with_status(401))
            }
            _ => Ok(applied),
        };
        Box::pin(async { outcome })
    }

    fn renews(&self) -> bool {
        true
    }

    fn challenged(&self, generation: u64, headers: &HeaderMap) {
        let asked = strongest(headers);
        let mut state = self.state();
        if generation != state.applied.generation {
            return; // somebody else was told already
        }
        let answered = state.challenge.take().is_some();
        if let Some(challenge) = asked.filter(|challenge| challenge.stale || !answered) {
            let applied = Applied { generation: generation + 1, ..Applied::clone(&state.applied) };
            *state = State { applied: Arc::new(applied), challenge: Some(challenge), count: 0 };
        }
    }

    fn signs(&self) -> bool {
        true
    }

    /// Before the server has asked there is nothing to answer, and the request goes without.
    fn sign(&self, request: &mut http::Request<()>, body: Option<&[u8]>) -> Result<(), Error> {
        let (challenge, count) = {
            let mut state = self.state();
            let Some(challenge) = state.challenge.clone() else { return Ok(()) };
            state.count = state.count.wrapping_add(1);
            (challenge, state.count)
        };
        if challenge.quality == Quality::AuthInt && body.is_none() {
            return Err(AuthError::Unsignable { problem: "the server wants the body covered, and it is a stream" }.into());
        }
        let target = request.uri().path_and_query().map_or("/", |target| target.as_str()).to_owned();
        let asked = Asked { method: request.method().as_str(), target: &target, body };
        let answer = Secret::new(self.answer(&challenge, &asked, count, unguessable()?.expose()));
        Ok(authorize(request, answer.expose())?)
    }
}

/// Without what is secret, and without what a server said.
impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Digest").field("generation", &self.state().applied.generation).finish_non_exhaustive()
    }
}

/// The strongest of the challenges that can be answered.
fn strongest(headers: &HeaderMap) -> Option<Challenge> {
    let texts = headers.get_all(header::WWW_AUTHENTICATE).iter().filter_map(|value| value.to_str().ok());
    let challenges = texts.flat_map(|text| ChallengeParser::new(text).map_while(Result::ok));
    let digests = challenges.filter(|challenge| challenge.scheme.eq_ignore_ascii_case("digest"));
    digests.filter_map(|challenge| Challenge::read(&challenge)).max_by_key(|challenge| challenge.algorithm)
}

impl Challenge {
    /// None where it asks for what we do not know: that is not answered.
    fn read(asked: &http_auth::ChallengeRef<'_>) -> Option<Challenge> {
        let mut challenge = Challenge::default();
        for (name, value) in &asked.params {
            let value = value.to_unescaped();
            match name.to_ascii_lowercase().as_str() {
                "realm" => challenge.realm = value,
                "nonce" => challenge.nonce = value,
                "opaque" => challenge.opaque = Some(value),
                "stale" => challenge.stale = value.eq_ignore_ascii_case("true"),
                "userhash" => challenge.hashes_user = value.eq_ignore_ascii_case("true"),
                "qop" => challenge.quality = Quality::best(&value)?,
                "algorithm" => {
                    let (plain, session) = match value.to_ascii_lowercase().strip_suffix("-sess") {
                        Some(plain) => (plain.to_owned(), true),
                        None => (value.to_ascii_lowercase(), false),
                    };
                    challenge.algorithm = Algorithm::named(&plain)?;
                    (challenge.session, challenge.written) = (session, Some(value));
                }
                _ => {}
            }
        }
        (!challenge.nonce.is_empty()).then_some(challenge)
    }
}

impl Algorithm {
    fn named(name: &str) -> Option<Algorithm> {
        match name {
            "md5" => Some(Algorithm::Md5),
            "sha-256" => Some(Algorithm::Sha256),
            "sha-512-256" => Some(Algorithm::Sha512Of256),
            _ => None,
        }
    }

    fn hash(self, text: &[u8]) -> String {
        match self {
            Algorithm::Md5 => bytes::hex(&Md5::digest(text)),
            Algorithm::Sha256 => bytes::hex(digest::digest(&digest::SHA256, text).as_ref()),
            Algorithm::Sha512Of256 => bytes::hex(digest::digest(&digest::SHA512_256, text).as_ref()),
        }
    }
}

impl Quality {
    fn best(offered: &str) -> Option<Quality> {
        let offers = |word: &str| offered.split(',').any(|one| one.trim().eq_ignore_ascii_case(word));
        match () {
            () if offers("auth") => Some(Quality::Auth),
            () if offers("auth-int") => Some(Quality::AuthInt),
            () => None,
        }
    }

    fn word(self) -> &'static str {
        if self == Quality::AuthInt { "auth-int" } else { "auth" }
    }
}

/// As it stands in a quoted string.
fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}

#[cfg(test)]
mod tests {
    use super::super::settings::tests::settings;
    use super::*;

    fn signer(user: &'static str, password: &'static str) -> Digest {
        Digest::new(&settings(&[("user", user), ("password", password)]), Applied::default()).unwrap()
    }

    fn asks(digest: &Digest, generation: u64, challenges: &[&str]) {
        let mut headers = HeaderMap::new();
        for challenge in challenges {
            headers.append(header::WWW_AUTHENTICATE, challenge.parse().unwrap());
        }
        digest.challenged(generation, &headers);
    }

    fn current(digest: &Digest) -> Challenge {
        digest.state().challenge.clone().expect("a challenge")
    }

    const ASKED: Asked<'_> = Asked { method: "GET", target: "/dir/index.html", body: Some(b"") };

    fn parameter<'a>(answer: &'a str, name: &str) -> Option<&'a str> {
        let (_, rest) = answer.split_once(&format!(" {name}="))?;
        Some(rest.split(',').next().unwrap_or_default().trim_matches('"'))
    }

    /// RFC 7616, 3.9.1: the server offers both, and SHA-256 is taken.
    #[test]
    fn the_examples_of_the_rfc() {
        let rest = "realm=\"http-auth@example.org\", qop=\"auth, auth-int\", nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", \
                    opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\"";
        let own = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ";
        let (sha, md5) = (format!("Digest {rest}, algorithm=SHA-256"), format!("Digest {rest}, algorithm=MD5"));
        for (offered, expected) in [
            (vec![md5.as_str(), sha.as_str()], "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
            (vec![md5.as_str()], "8ca523f5e9506fed4657c9700eebdbec"),
        ] {
            let digest = signer("Mufasa", "Circle of Life");
            asks(&digest, 0, &offered);
            let answer = digest.answer(&current(&digest), &ASKED, 1, own);
            assert_eq!(parameter(&answer, "response"), Some(expected));
            assert_eq!((parameter(&answer, "nc"), parameter(&answer, "qop")), (Some("00000001"), Some("auth")));
            assert_eq!(parameter(&answer, "opaque"), Some("FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"));
        }
    }

    /// RFC 2617, 3.5; and without `qop` as RFC 2069 has it (errata 749).
    #[test]
    fn older_servers_are_answered() {
        let digest = signer("Mufasa", "Circle Of Life");
        let start = "Digest realm=\"testrealm@host.com\", nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\"";
        asks(&digest, 0, &[&format!("{start}, qop=\"auth,auth-int\"")]);
        let answer = digest.answer(&current(&digest), &ASKED, 1, "0a4f113b");
        assert_eq!((parameter(&answer, "response"), parameter(&answer, "algorithm")), (Some("6629fae49393a05397450978507c4ef1"), None));
        let digest = signer("Mufasa", "CircleOfLife");
        asks(&digest, 0, &[start]);
        let answer = digest.answer(&current(&digest), &ASKED, 1, "own");
        assert_eq!((parameter(&answer, "response"), parameter(&answer, "cnonce")), (Some("1949323746fe6a43ef61f9606e7febea"), None));
    }

    #[test]
    fn a_challenge_is_answered_once_and_a_stale_one_again() {
        let digest = signer("u", "p");
        let mut request = http::Request::get("https://acme.example/a?b=1").body(()).unwrap();
        digest.sign(&mut request, Some(b"")).unwrap();
        assert!(request.headers().is_empty(), "nothing was asked yet");
        let generation = || digest.ready().unwrap().generation;
        asks(&digest, 0, &["Basic realm=\"x\", Digest realm=\"x\", nonce=\"n1\", qop=\"auth\""]);
        assert_eq!(generation(), 1);
        digest.sign(&mut request, Some(b"")).unwrap();
        digest.sign(&mut request, Some(b"")).unwrap();
        let value = &request.headers()[header::AUTHORIZATION];
        assert!(value.is_sensitive());
        let value = value.to_str().unwrap();
        assert_eq!((parameter(value, "nc"), parameter(value, "uri")), (Some("00000002"), Some("/a?b=1")));
        // One that was on its way before says nothing new.
        asks(&digest, 0, &["Digest realm=\"x\", nonce=\"n0\", qop=\"auth\""]);
        assert_eq!((generation(), current(&digest).nonce.as_str()), (1, "n1"));
        asks(&digest, 1, &["Digest realm=\"x\", nonce=\"n2\", qop=\"auth\", stale=TRUE"]);
        assert_eq!((generation(), current(&digest).nonce.as_str()), (2, "n2"));
        // The password is wrong: not tried again in this call, and the next one begins anew.
        asks(&digest, 2, &["Digest realm=\"x\", nonce=\"n3\", qop=\"auth\""]);
        assert_eq!(generation(), 2);
        assert!(digest.state().challenge.is_none());
    }

    #[test]
    fn what_is_not_known_is_not_answered() {
        let digest = signer("u", "p");
        asks(&digest, 0, &["Digest realm=\"x\", nonce=\"n\", algorithm=SHA-3", "Digest realm=\"x\", nonce=\"n\", qop=\"future\"", "Basic"]);
        assert_eq!(digest.ready().unwrap().generation, 0);
        asks(&digest, 0, &["Digest realm=\"x\", nonce=\"n\", qop=\"auth-int\""]);
        let mut request = http::Request::post("https://acme.example/").body(()).unwrap();
        assert_eq!(digest.sign(&mut request, None).unwrap_err().kind(), ErrorKind::Input);
        digest.sign(&mut request, Some(b"x")).unwrap();
    }

    #[test]
    fn names_stay_in_their_quotes() {
        let challenge = Challenge { realm: "r".into(), nonce: "n".into(), ..Challenge::default() };
        assert_eq!(signer("a\"b\\", "p").named(&challenge), "username=\"a\\\"b\\\\\"");
        assert_eq!(signer("Jäsøn", "p").named(&challenge), "username*=UTF-8''J%C3%A4s%C3%B8n");
        let hashed = Challenge { hashes_user: true, ..challenge };
        assert_eq!(signer("a", "p").named(&hashed), format!("username=\"{}\"", Algorithm::Md5.hash(b"a:r")));
    }

    #[test]
    fn broken_challenges_do_no_harm() {
        let good = [
            r#"Digest realm="a@b", qop="auth, auth-int", algorithm=SHA-256, nonce="7ypf/x", opaque="FQh", userhash=true, stale=true"#,
            r#"Basic realm="x", Digest realm="y", nonce="n""#,
            r#"Digest realm="y", nonce="n", algorithm=MD5-sess, charset=UTF-8"#,
        ];
        let pieces = ["Digest ", "Basic", "realm=", "nonce=", "\"", "\\", ",", "=", "qop=auth", "SHA-512-256", "\t", "x"];
        let mut answered = 0;
        crate::fuzz::feed_text(28, &good, &pieces, |challenge| {
            let Ok(value) = http::HeaderValue::from_str(challenge) else { return };
            let mut headers = HeaderMap::new();
            headers.insert(header::WWW_AUTHENTICATE, value);
            let digest = Digest {
                user: "ann".to_owned(),
                password: Secret::new("pass-word"),
                state: Mutex::new(State { applied: Arc::new(Applied::default()), challenge: None, count: 0 }),
            };
            digest.challenged(0, &headers);
            let mut request = http::Request::new(());
            if digest.sign(&mut request, Some(b"body")).is_ok()
                && let Some(answer) = request.headers().get(header::AUTHORIZATION)
            {
                answered += 1;
                assert!(!String::from_utf8_lossy(answer.as_bytes()).contains("pass-word"));
            }
        });
        assert!(answered > 100, "{answered} were answered: the changes are too coarse to test anything");
    }
}
