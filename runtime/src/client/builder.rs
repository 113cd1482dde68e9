//! What a client does when its builder is told nothing else, and the builder, each of whose methods says what holds without it.

use std::{
    collections::HashMap,
    fmt,
    marker::PhantomData,
    sync::{Arc, Mutex},
    time::Duration,
};

use http::{HeaderMap, HeaderName, HeaderValue, header};
use url::Url;

use super::{AnyClient, Client, configuration};
#[cfg(feature = "cookies")]
use crate::cookies::Jar;
use crate::{
    address,
    api::Api,
    auth::{self, Keeping, TokenStore},
    cache::Cache,
    clock::{Clock, SystemClock},
    connection::{Applied, FieldValues, Setup},
    engine::{Core, Exchanges},
    error::Error,
    gate::RedirectPolicy,
    life::Watch,
    limit::{LimitStore, Limits, Quiet, Sharing, StoreDown},
    observe::Observer,
    operation::{ApiTable, ConnectionTable, ConstantPlace},
    page::Caps,
    retry::{Quotas, RetrySettings},
    shape::{Field, Kind, Leaf},
    transport::{ConnectSettings, Http, HttpClient, ReadLimits},
    value::Secret,
};

/// What a client does when its builder is told nothing else.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) overall: Option<Duration>,
    pub(crate) per_try: Duration,
    pub(crate) idle: Duration,
    pub(crate) read: ReadLimits,
    /// The most bytes of a download.
    pub(crate) download: u64,
    /// The most bytes of one event or line.
    pub(crate) event: u64,
    pub(crate) caps: Caps,
    pub(crate) retry: RetrySettings,
    pub(crate) redirects: RedirectPolicy,
    pub(crate) guard: bool,
    pub(crate) validate: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            overall: Some(Duration::from_secs(300)),
            per_try: Duration::from_secs(60),
            idle: Duration::from_secs(60),
            read: ReadLimits { wire: 64 << 20, decoded: 256 << 20, ratio: 200 },
            download: u64::MAX,
            event: 8 << 20,
            caps: Caps { pages: 10_000, records: u64::MAX },
            retry: RetrySettings::default(),
            redirects: RedirectPolicy::default(),
            guard: false,
            validate: true,
        }
    }
}
/// Makes a client. Each method says what holds when it is not called.
pub struct ClientBuilder<A> {
    table: &'static ApiTable,
    connection: Option<(&'static ConnectionTable, FieldValues)>,
    settings: Settings,
    connect: ConnectSettings,
    base_url: Option<String>,
    user_agent: String,
    headers: Vec<(String, String)>,
    http: Option<Arc<dyn HttpClient>>,
    clock: Option<Arc<dyn Clock>>,
    observer: Option<Arc<dyn Observer>>,
    keeping: Option<Keeping>,
    sharing: Option<Sharing>,
    applied: Option<Applied>,
    certified: bool,
    scope: Option<String>,
    cache: Option<u64>,
    #[cfg(feature = "cookies")]
    cookies: Option<Jar>,
    api: PhantomData<fn() -> A>,
}

/// Without the values of added headers, which may be secret.
impl<A> fmt::Debug for ClientBuilder<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("connector", &self.table.connector)
            .field("version", &self.table.version)
            .field("connection", &self.connection.as_ref().map(|(table, _)| table.name))
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

impl<A> ClientBuilder<A> {
    pub(crate) fn of(table: &'static ApiTable, connection: Option<(&'static ConnectionTable, FieldValues)>) -> Self {
        ClientBuilder {
            table,
            connection,
            settings: Settings::default(),
            connect: ConnectSettings::default(),
            base_url: None,
            user_agent: concat!("linchpin/", env!("CARGO_PKG_VERSION")).to_owned(),
            headers: Vec::new(),
            http: None,
            clock: None,
            observer: None,
            keeping: None,
            sharing: None,
            applied: None,
            certified: false,
            scope: None,
            cache: None,
            #[cfg(feature = "cookies")]
            cookies: None,
            api: PhantomData,
        }
    }

    /// Sends everything to this origin, for stand-ins and for servers of one's own. With a path, it takes the place of the declared path too.
    /// Default: the servers that the spec declares.
    #[must_use]
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Some(url.into());
        self
    }

    /// The longest a call may take with all its tries and waits; for a search, each page. Default: 5 minutes; `None` for no end.
    #[must_use]
    pub fn overall_timeout(mut self, timeout: impl Into<Option<Duration>>) -> Self {
        self.settings.overall = timeout.into();
        self
    }

    /// The longest one try may take, from connecting to the last byte of its answer (of a download: to the first). Default: 60 seconds.
    #[must_use]
    pub fn try_timeout(mut self, timeout: Duration) -> Self {
        self.settings.per_try = timeout;
        self
    }

    /// The longest that connecting may take. Default: 10 seconds.
    #[must_use]
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect.connect_timeout = timeout;
        self
    }

    /// The longest that a download may rest, and that nothing may come where items come one after the other. Default: 60 seconds.
    #[must_use]
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.settings.idle = timeout;
        self
    }

    /// The most bytes of one answer: as they come, and after unpacking. Default: 64 MiB and 256 MiB.
    #[must_use]
    pub fn answer_bytes(mut self, wire: u64, decoded: u64) -> Self {
        (self.settings.read.wire, self.settings.read.decoded) = (wire, decoded);
        self
    }

    /// How many times its size a packed answer may unpack to, beyond its first MiB. Default: 200.
    #[must_use]
    pub fn unpacking_ratio(mut self, ratio: u64) -> Self {
        self.settings.read.ratio = ratio;
        self
    }

    /// The most bytes of one download, and of all that comes one after the other. Default: no limit.
    #[must_use]
    pub fn download_bytes(mut self, bytes: u64) -> Self {
        self.settings.download = bytes;
        self
    }

    /// The most bytes of one event, or of one line, where items come one after the other. Default: 8 MiB.
    #[must_use]
    pub fn event_bytes(mut self, bytes: u64) -> Self {
        self.settings.event = bytes;
        self
    }

    /// The most pages of one search; reaching it is an error. Default: 10,000, or less when the spec says so.
    #[must_use]
    pub fn pages(mut self, most: u32) -> Self {
        self.settings.caps.pages = most;
        self
    }

    /// The most records of one search, and the most items of a call where they come one after the other; reaching it is an error. Default: no limit.
    #[must_use]
    pub fn records(mut self, most: u64) -> Self {
        self.settings.caps.records = most;
        self
    }

    /// How tries are repeated. Default: up to 4 tries where the spec says that it is harmless, see [`RetrySettings`].
    #[must_use]
    pub fn retry(mut self, settings: RetrySettings) -> Self {
        self.settings.retry = settings;
        self
    }

    /// Tries once and no more.
    #[must_use]
    pub fn no_retry(mut self) -> Self {
        self.settings.retry.tries = 1;
        self
    }

    /// Keeps answers of calls that only read, up to so many bytes of memory, for this client and its clones: where a server gives an `ETag`, it is
    /// asked the next time whether anything changed, and what was kept is used where it says that nothing did (304). Nothing is given without
    /// asking, and what says `no-store` is not kept. Default: nothing is kept.
    #[must_use]
    pub fn cache(mut self, bytes: u64) -> Self {
        self.cache = Some(bytes);
        self
    }

    /// Keeps the cookies that servers set, in memory, and sends them back with every later call of this client and its clones: each to the very
    /// origin that set it and to no other, whatever its `Domain` says. The API's servers get theirs where they may see the credential: not where another
    /// server's address or redirect leads to them. Default: no cookie is kept.
    #[cfg(feature = "cookies")]
    #[must_use]
    pub fn share_cookies(mut self) -> Self {
        self.cookies = Some(Jar::default());
        self
    }

    /// Which redirects are followed. Default: [`RedirectPolicy::SameOrigin`].
    #[must_use]
    pub fn redirects(mut self, policy: RedirectPolicy) -> Self {
        self.settings.redirects = policy;
        self
    }

    /// What the client calls itself. Default: `linchpin/` and the version.
    #[must_use]
    pub fn user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.user_agent = user_agent.into();
        self
    }

    /// A header of every call to the API. Default: none.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Refuses addresses that are not on the public internet: private, loopback, link-local and the like. For hosts whose users choose
    /// the address. Through a [proxy](Self::proxy) names are the proxy's to resolve, and only addresses written as numbers are checked. Default: off.
    #[must_use]
    pub fn egress_guard(mut self, on: bool) -> Self {
        (self.settings.guard, self.connect.guard) = (on, on);
        self
    }

    /// Goes through this proxy. Default: none, whatever the environment says.
    #[must_use]
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.connect.proxy = Some(url.into());
        self
    }

    /// Trusts these certificates (PEM) beside the public roots. Default: the public roots.
    #[must_use]
    pub fn add_roots(mut self, pem: &[u8]) -> Self {
        self.connect.roots.extend_from_slice(pem);
        self.connect.roots.push(b'\n');
        self
    }

    /// Sends with this instead of the built-in HTTP client. The settings of connections (proxy, roots, connect timeout, resolving under the
    /// egress guard) are then its own.
    #[must_use]
    pub fn http_client(mut self, client: Arc<dyn HttpClient>) -> Self {
        self.http = Some(client);
        self
    }

    /// Takes time from this clock. Default: the machine's.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = Some(clock);
        self
    }

    /// Tells this observer what happens. Default: nobody; `tracing` has it all the same.
    #[must_use]
    pub fn observer(mut self, observer: Arc<dyn Observer>) -> Self {
        self.observer = Some(observer);
        self
    }

    /// Keeps tokens in this store, under a key that names the person who authorised. Default: in memory, for as long as the client lives.
    #[must_use]
    pub fn token_store(mut self, store: Arc<dyn TokenStore>, key: impl Into<String>) -> Self {
        self.keeping = Some(Keeping { store, key: key.into() });
        self
    }

    /// Counts the spec's limits in this store, together with every client that does so under the same key, in this process and in others; the key
    /// names the account whose calls the API counts. `down` says what holds while the store does not answer. Default: each client counts for
    /// itself, together with its clones.
    #[must_use]
    pub fn limit_store(mut self, store: Arc<dyn LimitStore>, key: impl Into<String>, down: StoreDown) -> Self {
        self.sharing = Some(Sharing { store, key: key.into(), down });
        self
    }

    /// Sends inputs that break the spec's own rules (lengths, ranges, patterns) and lets the server decide. Default: they are refused
    /// before anything is sent.
    #[must_use]
    pub fn unchecked_inputs(mut self) -> Self {
        self.settings.validate = false;
        self
    }

    /// Credentials that no table describes, in place of the connection's.
    pub(crate) fn applied(mut self, applied: Applied) -> Self {
        self.applied = Some(applied);
        self
    }

    /// The connection's certificate is shown although its credentials are brought along.
    pub(crate) fn certified(mut self) -> Self {
        self.certified = true;
        self
    }

    /// What tokens are kept under beside the program's key, in place of the connector and its version.
    pub(crate) fn scope(mut self, scope: String) -> Self {
        self.scope = Some(scope);
        self
    }

    /// The client, without its API's type.
    ///
    /// # Errors
    /// When the connection's values or a setting cannot be used.
    pub fn build_any(self) -> Result<AnyClient, Error> {
        let clock = self.clock.unwrap_or_else(|| Arc::new(SystemClock::new()));
        let rebase = self.base_url.as_deref().map(|url| address::server(url, |_| None)).transpose()?;
        let fields = self.connection.as_ref().map(|(table, fields)| auth::until_taught(table, fields)).unwrap_or_default();
        let template = self.connection.as_ref().and_then(|(table, _)| table.server);
        let servers = servers(self.table, template, &fields, rebase.as_ref())?;
        let (http, outside) = match self.http {
            Some(client) => {
                self.connection.iter().for_each(|(table, fields)| tell_secrets(table, fields, &*client));
                (Http::Other(client.clone()), Http::Other(client))
            }
            None => built_in(self.connect, self.connection.as_ref().filter(|_| self.certified || self.applied.is_none()))?,
        };
        let user_agent = HeaderValue::try_from(self.user_agent).map_err(|_| configuration("the user agent is not a header value"))?;
        let transport = Arc::new(Exchanges {
            http: http.clone(),
            read: ReadLimits { wire: 1 << 20, decoded: 1 << 20, ..self.settings.read },
            timeout: self.settings.per_try,
            guard: self.settings.guard,
            user_agent: user_agent.clone(),
        });
        // Whoever brings credentials need not have filled in any that work.
        let connected = match self.connection.as_ref().filter(|_| self.applied.is_none()) {
            None => None,
            Some((table, fields)) => {
                let base = servers.first().cloned().ok_or_else(|| configuration("the API declares no server"))?;
                let scope = self.scope.unwrap_or_else(|| format!("{}/{}", self.table.connector, self.table.version));
                let servers = server_templates(self.table, template).zip(servers.iter().cloned()).collect();
                let setup = Setup { table, fields: fields.clone(), base, servers, clock: clock.clone(), scope };
                Some(auth::connect(setup, self.keeping, rebase.clone())?)
            }
        };
        let (credentials, session) = connected.map_or((None, None), |connected| (Some(connected.credentials), connected.session));
        let credentials = self.applied.map(auth::fixed).or(credentials);
        let sharing = self.sharing.map(|sharing| Sharing { key: format!("{}/{}", self.table.connector, sharing.key), ..sharing });
        let headers = headers(self.table, user_agent, &self.headers)?;
        let core = Arc::new_cyclic(|this| Core {
            this: this.clone(),
            table: self.table,
            servers,
            fields,
            connection: self.connection.map(|(table, _)| table.name),
            credentials,
            rebase,
            headers,
            http,
            outside,
            cache: self.cache.map(Cache::new),
            #[cfg(feature = "cookies")]
            cookies: self.cookies,
            limits: Limits::new(self.table.limits, sharing.clone()),
            quiet: Quiet::default(),
            sharing,
            own_limits: Mutex::new(HashMap::new()),
            quotas: Quotas::new(self.settings.retry.quota),
            settings: self.settings,
            clock,
            observer: self.observer,
            watch: Watch::default(),
            transport,
        });
        Ok(AnyClient { core, session })
    }
}

impl<A: Api> ClientBuilder<A> {
    /// The client.
    ///
    /// # Errors
    /// When the connection's values or a setting cannot be used.
    pub fn build(self) -> Result<Client<A>, Error> {
        Ok(Client { any: self.build_any()?, api: PhantomData })
    }
}

/// What sends to the API's own servers, and what sends elsewhere: a certificate of the connection's is shown at home only.
fn built_in(settings: ConnectSettings, connection: Option<&(&'static ConnectionTable, FieldValues)>) -> Result<(Http, Http), Error> {
    let outside = Http::new(&settings)?;
    let identity = connection.map(|(table, fields)| auth::identity(table, fields)).transpose()?.flatten();
    match identity {
        None => Ok((outside.clone(), outside)),
        identity => Ok((Http::new(&ConnectSettings { identity, ..settings })?, outside)),
    }
}

/// Tells a client that may write down what it sends what was filled in as a secret.
fn tell_secrets(table: &'static ConnectionTable, fields: &FieldValues, client: &dyn HttpClient) {
    let secret = |field: &&Field| matches!(field.shape().bare().kind, Kind::Leaf(Leaf::Secret));
    let names = table.fields.fields().iter().filter(secret).map(Field::name).chain(["client_secret"]);
    names.filter_map(|name| fields.get(name)).for_each(|value| client.keep_secret(&Secret::from(value)));
}

/// The servers of a table, filled in. A connection may have its own, which takes the place of the first.
fn servers(table: &'static ApiTable, own: Option<&'static str>, fields: &FieldValues, rebase: Option<&Url>) -> Result<Vec<Url>, Error> {
    server_templates(table, own).map(|template| server(table, &template, fields, rebase)).collect()
}

/// Their templates, the API's version filled in.
fn server_templates(table: &'static ApiTable, own: Option<&'static str>) -> impl Iterator<Item = String> {
    let first = own.or(table.servers.first().copied());
    let templates = first.into_iter().chain(table.servers.iter().skip(1).copied());
    templates.map(|template| template.replace("{api}", table.wire_version))
}

/// A server's address, filled in and rebased.
pub(crate) fn server(table: &'static ApiTable, template: &str, fields: &FieldValues, rebase: Option<&Url>) -> Result<Url, Error> {
    let declared = address::server(template, |hole| match hole {
        "api" => Some(table.wire_version.into()),
        _ => fields.get(hole.strip_prefix("connection.").unwrap_or(hole)).map(Into::into),
    });
    let Some(rebase) = rebase else { return declared };
    let mut url = rebase.clone();
    if matches!(rebase.path(), "" | "/") {
        url.set_path(declared?.path());
    }
    Ok(url)
}

/// What every request carries.
fn headers(table: &'static ApiTable, user_agent: HeaderValue, more: &[(String, String)]) -> Result<HeaderMap, Error> {
    let mut headers = HeaderMap::new();
    headers.insert(header::USER_AGENT, user_agent);
    headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
    let declared = table.constants.iter().filter(|constant| constant.place == ConstantPlace::Header);
    let declared = declared.map(|constant| (constant.name, constant.value.replace("{api}", table.wire_version)));
    for (name, value) in declared.chain(more.iter().map(|(name, value)| (name.as_str(), value.clone()))) {
        let name = HeaderName::try_from(name).map_err(|_| configuration("a header's name is not one"))?;
        headers.insert(name, HeaderValue::try_from(value).map_err(|_| configuration("a header's value is not one"))?);
    }
    Ok(headers)
}
