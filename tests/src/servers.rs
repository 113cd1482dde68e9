//! Real servers, which nobody here wrote, started for the tests that need them.
//!
//! `tests/servers/install.sh` installs them. Each listens on 127.0.0.1 at a free port, in a process group of its own, which is ended by
//! its id when the last test drops it. Where a server is not installed, a test says so and passes, except in CI (`CI=true`), where it
//! fails: a check that did not run must not look like one that did.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use crate::corpus::skipped::skipped;

/// How long a server may take to come up: reading a description of several megabytes takes its time on a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(240);

/// A running server.
#[derive(Debug)]
pub struct Server {
    child: Child,
    port: u16,
    services: &'static [&'static str],
    name: &'static str,
    /// What it keeps, removed when it ends.
    data: Option<PathBuf>,
}

impl Server {
    /// `http://127.0.0.1:PORT`
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Where it listens on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The address of one of the services of a server that runs several.
    pub fn service(&self, service: &str) -> String {
        let place = self.services.iter().position(|one| *one == service).expect("a service of this server");
        format!("http://127.0.0.1:{}", self.port + place as u16)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The group's id is the child's: workers that the server started end with it.
        let group = format!("-{}", self.child.id());
        let ended = Command::new("kill").args(["-KILL", "--", &group]).status();
        if !ended.is_ok_and(|status| status.success()) {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
        if let Some(data) = &self.data {
            let _ = std::fs::remove_dir_all(data);
        }
    }
}

/// GitHub, Slack and Linear, emulated: the services `github`, `slack` and `linear`, at neighbouring ports. `tests/servers/seed.yaml` says what is there.
pub fn emulate() -> Option<Arc<Server>> {
    const SERVICES: &[&str] = &["github", "slack", "linear"];
    static SLOT: Slot = Slot::new(SERVICES);
    SLOT.shared("emulate", |port| {
        let mut command = node("node_modules/emulate/dist/index.js")?;
        command.args(["start", "--port", &port.to_string(), "--seed", "seed.yaml", "--service", &SERVICES.join(",")]);
        Ok(command)
    })
}

/// Stripe, emulated, which tells this address of everything and signs with this secret. Each test has its own.
pub fn emulated_stripe(tell: &str, secret: &str) -> Option<Server> {
    let seed = std::env::temp_dir().join(format!("linchpin-stripe-{}-{}.yaml", std::process::id(), unique()));
    let text = format!("stripe:\n  webhooks:\n    - url: {tell}\n      events: [\"*\"]\n      secret: {secret}\n");
    let command = |port: u16| {
        std::fs::write(&seed, &text).map_err(|error| error.to_string())?;
        let mut command = node("node_modules/emulate/dist/index.js")?;
        command.args(["start", "--port", &port.to_string(), "--service", "stripe", "--seed"]).arg(&seed);
        Ok(command)
    };
    let started = start("emulate", &["stripe"], command);
    let _ = std::fs::remove_file(&seed);
    started.map_or_else(|reason| skip("emulate", &reason), Some)
}

/// An OpenID provider; see `tests/servers/oidc.mjs` for its clients.
pub fn oidc_provider() -> Option<Arc<Server>> {
    static SLOT: Slot = Slot::new(&[]);
    SLOT.shared("oidc-provider", |port| node_script("oidc.mjs", "oidc-provider", port))
}

/// WireMock; programmed over `/__admin`.
pub fn wiremock() -> Option<Arc<Server>> {
    static SLOT: Slot = Slot::new(&[]);
    SLOT.shared("wiremock", |port| {
        let jar = installed("node_modules/wiremock/build/wiremock-standalone-3.13.2.jar")?;
        let java = Command::new("java").arg("-version").stdout(Stdio::null()).stderr(Stdio::null()).status();
        if !java.is_ok_and(|status| status.success()) {
            return Err("there is no Java runtime".to_owned());
        }
        let mut command = Command::new("java");
        command.arg("-jar").arg(jar).args(["--port", &port.to_string(), "--bind-address", "127.0.0.1", "--disable-banner"]);
        Ok(command)
    })
}

/// moto: Amazon Web Services, emulated; signatures are checked once `POST /moto-api/reset-auth` has said so.
pub fn moto() -> Option<Arc<Server>> {
    static SLOT: Slot = Slot::new(&[]);
    SLOT.shared("moto", |port| {
        let mut command = Command::new(installed(".venv/bin/moto_server")?);
        command.args(["-H", "127.0.0.1", "-p", &port.to_string()]);
        Ok(command)
    })
}

/// httpbin.
pub fn httpbin() -> Option<Arc<Server>> {
    static SLOT: Slot = Slot::new(&[]);
    SLOT.shared("httpbin", |port| {
        let mut command = Command::new(installed(".venv/bin/python")?);
        command.args(["-m", "gunicorn", "--workers", "2", "--threads", "4", "--bind", &format!("127.0.0.1:{port}"), "httpbin:app"]);
        Ok(command)
    })
}

/// A SOAP service by spyne, which writes its own WSDL and checks requests against its schema: `/soap11` and `/soap12`.
pub fn spyne() -> Option<Arc<Server>> {
    static SLOT: Slot = Slot::new(&[]);
    SLOT.shared("spyne", |port| {
        let mut command = python("spyne_service.py", "spyne")?;
        command.arg(port.to_string());
        Ok(command)
    })
}

/// SOAP services by the npm package `soap`: `/rpc`, and `/bank`, which asks for a login by WS-Security.
pub fn node_soap() -> Option<Arc<Server>> {
    static SLOT: Slot = Slot::new(&[]);
    SLOT.shared("soap", |port| node_script("soap_service.mjs", "soap", port))
}

/// What zeep and libxml2 say to questions about WSDLs; see `tests/servers/soap_oracle.py`.
pub fn soap_oracle(questions: &serde_json::Value) -> Option<Vec<serde_json::Value>> {
    let mut command = match python("soap_oracle.py", "zeep") {
        Ok(command) => command,
        Err(reason) => return skip("zeep", &reason),
    };
    command.current_dir(folder()).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut asked = command.spawn().expect("it starts");
    let mut input = asked.stdin.take().expect("it listens");
    let questions = questions.to_string();
    let writing = std::thread::spawn(move || input.write_all(questions.as_bytes()));
    let answered = asked.wait_with_output().expect("it ends");
    writing.join().expect("it wrote").expect("it was read");
    let said = String::from_utf8_lossy(&answered.stderr);
    Some(serde_json::from_slice(&answered.stdout).unwrap_or_else(|error| panic!("{error}: {said}")))
}

/// The folder in which a Python package that is installed for the tests has its files.
pub fn python_package(name: &str) -> Option<PathBuf> {
    let found = site_packages().map(|packages| packages.join(name)).filter(|path| path.exists());
    found.map_or_else(|| skip(name, "it is not installed"), Some)
}

/// Kinto, which announces that it ends on this day; from then on it refuses everything.
pub fn kinto(ends: &str) -> Option<Arc<Server>> {
    static BEFORE: Slot = Slot::new(&[]);
    static AFTER: Slot = Slot::new(&[]);
    // Two days are in use: one that has passed, and one that nobody here will see.
    let slot = if ends < "2025" { &AFTER } else { &BEFORE };
    slot.shared("kinto", |port| {
        let mut command = Command::new(installed(".venv/bin/kinto")?);
        command.args(["start", "--ini", "kinto.ini", "--port", &port.to_string()]);
        // A value of Kinto's settings is JSON where it can be: without quotes, a date is none.
        command.env("KINTO_EOS", format!("\"{ends}\""));
        Ok(command)
    })
}

/// Kinto again, which asks for quiet after each of its answers: for so many seconds.
pub fn kinto_that_backs_off(seconds: u32) -> Option<Server> {
    let command = |port: u16| {
        let mut command = Command::new(installed(".venv/bin/kinto")?);
        command.args(["start", "--ini", "kinto.ini", "--port", &port.to_string()]);
        command.env("KINTO_EOS", "\"2099-12-31\"").env("KINTO_BACKOFF", seconds.to_string());
        Ok(command)
    };
    start("kinto", &[], command).map_or_else(|reason| skip("kinto", &reason), Some)
}

/// The reference server of tus 1.0.
pub fn tus() -> Option<Arc<Server>> {
    static SLOT: Slot = Slot::new(&[]);
    SLOT.shared("tus", |port| node_script("tus.mjs", "@tus/server", port))
}

/// Prism, which plays the API that a description describes and says of each request whether it fits. Each test has its own.
pub fn prism(description: &Path) -> Option<Server> {
    let command = |port: u16| {
        let mut command = node("node_modules/@stoplight/prism-cli/dist/index.js")?;
        command.args(["mock", "--host", "127.0.0.1", "--port", &port.to_string(), "--verboseLevel", "error", "--seed", "linchpin"]);
        command.arg(description.canonicalize().map_err(|error| error.to_string())?);
        Ok(command)
    };
    start("prism", &[], command).map_or_else(|reason| skip("prism", &reason), Some)
}

/// PostgreSQL, with an empty database `postgres` that belongs to the user `postgres` and asks for no password. Each test has its own.
pub fn postgres() -> Option<Server> {
    postgres_with(None)
}

/// A certificate and its key, in PEM, by which a server of one's own proves that it is `localhost`.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The certificate, which is its own root.
    pub certificate: String,
    /// The key.
    pub key: String,
}

/// The same, over TLS for those who ask for it.
pub fn postgres_with(identity: Option<&Identity>) -> Option<Server> {
    let data = std::env::temp_dir().join(format!("linchpin-postgres-{}-{}", std::process::id(), unique()));
    let started = make_cluster(&data).and_then(|programs| {
        let tls = identity.map(|identity| write_identity(&data, identity)).transpose()?;
        let server = start("postgres", &[], |port| {
            let mut command = as_nobody_special(&programs.join("postgres"));
            command.arg("-D").arg(&data).args(["-p", &port.to_string(), "-h", "127.0.0.1", "-k", ""]);
            // Nothing here outlives the test.
            command.args(["-c", "fsync=off", "-c", "full_page_writes=off", "-c", "max_connections=50"]);
            if let Some((certificate, key)) = &tls {
                let file = |name: &str, path: &Path| format!("{name}={}", path.display());
                command.args(["-c", "ssl=on", "-c", &file("ssl_cert_file", certificate), "-c", &file("ssl_key_file", key)]);
            }
            Ok(command)
        })?;
        // It accepts connections before it answers them.
        let mut asked = Command::new(programs.join("pg_isready"));
        asked.args(["-q", "-h", "127.0.0.1", "-p", &server.port.to_string()]);
        let deadline = Instant::now() + PATIENCE;
        while run(&mut asked).is_err() {
            assert!(Instant::now() < deadline, "postgres did not come up");
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(server)
    });
    match started {
        Ok(mut server) => {
            server.data = Some(data);
            Some(server)
        }
        Err(reason) => {
            let _ = std::fs::remove_dir_all(&data);
            skip("postgres", &reason)
        }
    }
}

/// Redis, which keeps nothing on disk. Each test has its own.
pub fn redis() -> Option<Server> {
    redis_with(None)
}

/// The same, over TLS and nothing else.
pub fn redis_with(identity: Option<&Identity>) -> Option<Server> {
    let data = std::env::temp_dir().join(format!("linchpin-redis-{}-{}", std::process::id(), unique()));
    let tls = identity.map(|identity| {
        std::fs::create_dir_all(&data).map_err(|error| error.to_string())?;
        write_identity(&data, identity)
    });
    let tls = match tls.transpose() {
        Ok(tls) => tls,
        Err(reason) => return skip("redis", &reason),
    };
    let started = start("redis", &[], |port| {
        let there = Command::new("redis-server").arg("--version").stdout(Stdio::null()).status();
        there.map_err(|error| format!("redis-server: {error}"))?;
        let mut command = Command::new("redis-server");
        command.args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]);
        match &tls {
            None => command.args(["--port", &port.to_string()]),
            Some((certificate, key)) => {
                command.args(["--port", "0", "--tls-port", &port.to_string(), "--tls-auth-clients", "no"]);
                command.arg("--tls-cert-file").arg(certificate).arg("--tls-ca-cert-file").arg(certificate).arg("--tls-key-file").arg(key)
            }
        };
        Ok(command)
    });
    match started {
        Ok(mut server) => {
            server.data = Some(data);
            Some(server)
        }
        Err(reason) => skip("redis", &reason),
    }
}

/// Makes what a PostgreSQL server works on, and gives the folder of its programs.
fn make_cluster(data: &Path) -> Result<PathBuf, String> {
    let programs = postgres_programs().ok_or("PostgreSQL is not installed")?;
    std::fs::create_dir_all(data).map_err(|error| error.to_string())?;
    if is_root() {
        run(Command::new("chown").arg("postgres").arg(data))?;
    }
    let mut make = as_nobody_special(&programs.join("initdb"));
    run(make.arg("-D").arg(data).args(["--username", "postgres", "--auth", "trust", "--no-sync", "--encoding", "UTF8", "--locale", "C"]))?;
    Ok(programs)
}

/// Writes a certificate and its key where only the server's user reads the key.
fn write_identity(data: &Path, identity: &Identity) -> Result<(PathBuf, PathBuf), String> {
    let (certificate, key) = (data.join("server.crt"), data.join("server.key"));
    std::fs::write(&certificate, &identity.certificate).map_err(|error| error.to_string())?;
    std::fs::write(&key, &identity.key).map_err(|error| error.to_string())?;
    run(Command::new("chmod").arg("600").arg(&key))?;
    // The user of the folder: PostgreSQL's own, when root runs the tests.
    run(Command::new("chown").arg("--reference").arg(data).arg(&key).arg(&certificate))?;
    Ok((certificate, key))
}

/// Debian keeps the programs of each version apart, and outside the path.
fn postgres_programs() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut versions: Vec<PathBuf> = versions.map(|version| version.path().join("bin")).collect();
    versions.sort();
    folders.extend(versions);
    let whole = |folder: &PathBuf| ["initdb", "postgres", "pg_isready"].iter().all(|program| folder.join(program).exists());
    folders.into_iter().rev().find(whole)
}

/// PostgreSQL refuses to run as root; Debian's package brings a user for it.
fn as_nobody_special(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("runuser");
    command.args(["-u", "postgres", "--"]).arg(program);
    command
}

fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0)
}

fn run(command: &mut Command) -> Result<(), String> {
    let output = command.current_dir("/").output().map_err(|error| error.to_string())?;
    if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
}

fn unique() -> u32 {
    static COUNT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed)
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("servers")
}

fn installed(path: &str) -> Result<PathBuf, String> {
    let path = folder().join(path);
    if path.exists() { Ok(path) } else { Err(format!("{} is missing", path.display())) }
}

/// A script, if the package that it is about is there.
fn python(script: &str, package: &str) -> Result<Command, String> {
    let packages = site_packages().ok_or_else(|| "there is no Python".to_owned())?;
    if !packages.join(package).exists() {
        return Err(format!("the package {package} is missing"));
    }
    let mut command = Command::new(installed(".venv/bin/python")?);
    command.arg(installed(script)?);
    Ok(command)
}

fn site_packages() -> Option<PathBuf> {
    let versions = std::fs::read_dir(folder().join(".venv/lib")).ok()?;
    versions.flatten().map(|version| version.path().join("site-packages")).find(|path| path.exists())
}

/// A script of ours that serves at a port, if the package that it is about is there.
fn node_script(script: &str, package: &str, port: u16) -> Result<Command, String> {
    installed(&format!("node_modules/{package}/package.json"))?;
    let mut command = node(script)?;
    command.arg(port.to_string());
    Ok(command)
}

fn node(script: &str) -> Result<Command, String> {
    let mut command = Command::new(installed("node_modules/node/bin/node")?);
    command.arg(installed(script)?);
    Ok(command)
}

/// One server that the tests of a program share while any of them holds it, with the services that it runs side by side.
struct Slot {
    running: Mutex<Weak<Server>>,
    services: &'static [&'static str],
}

impl Slot {
    const fn new(services: &'static [&'static str]) -> Self {
        Self { running: Mutex::new(Weak::new()), services }
    }

    fn shared(&self, name: &'static str, command: impl Fn(u16) -> Result<Command, String>) -> Option<Arc<Server>> {
        let mut slot = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(running) = slot.upgrade() {
            return Some(running);
        }
        match start(name, self.services, command) {
            Ok(server) => {
                let server = Arc::new(server);
                *slot = Arc::downgrade(&server);
                Some(server)
            }
            Err(reason) => skip(name, &reason),
        }
    }
}

/// Says that a test was skipped; in CI that is a failure.
fn skip<S>(name: &str, reason: &str) -> Option<S> {
    let test = std::thread::current().name().unwrap_or("a test").to_owned();
    let message = format!("{name} is not available: {reason}; run tests/servers/install.sh");
    assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "{message}");
    skipped(&test, &message);
    None
}

fn start(
    name: &'static str,
    services: &'static [&'static str],
    command: impl Fn(u16) -> Result<Command, String>,
) -> Result<Server, String> {
    let port = free_ports(services.len().max(1) as u16);
    let child = command(port)?
        .current_dir(folder())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .spawn()
        .map_err(|error| format!("it does not start: {error}"))?;
    let mut server = Server { child, port, services, name, data: None };
    let log = server.drain();
    for port in port..=port + services.len().saturating_sub(1) as u16 {
        server.wait(port, &log);
    }
    Ok(server)
}

/// The first of some neighbouring ports that are free now. Another program may take one before the server does; then the server ends,
/// and the test fails with what it said.
fn free_ports(count: u16) -> u16 {
    (0..64)
        .find_map(|_| {
            let first = TcpListener::bind("127.0.0.1:0").ok()?;
            let port = first.local_addr().ok()?.port();
            let free = |offset| port.checked_add(offset).is_some_and(|port| TcpListener::bind(("127.0.0.1", port)).is_ok());
            (1..count).all(free).then_some(port)
        })
        .expect("there are free ports")
}

impl Server {
    /// Reads what the server says, so that it never waits for a reader; kept for the message of a failed start.
    fn drain(&mut self) -> Arc<Mutex<Vec<u8>>> {
        let log = Arc::new(Mutex::new(Vec::new()));
        let outputs: [Option<Box<dyn Read + Send>>; 2] =
            [self.child.stdout.take().map(|out| Box::new(out) as _), self.child.stderr.take().map(|out| Box::new(out) as _)];
        for mut output in outputs.into_iter().flatten() {
            let log = Arc::clone(&log);
            std::thread::spawn(move || {
                let mut buffer = [0; 4096];
                while let Ok(read @ 1..) = output.read(&mut buffer) {
                    let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
                    if log.len() < 64 * 1024 {
                        log.extend_from_slice(&buffer[..read]);
                    }
                }
            });
        }
        log
    }

    /// Waits until the server accepts connections. One that is installed and does not come up is a failure everywhere.
    fn wait(&mut self, port: u16, log: &Mutex<Vec<u8>>) {
        let deadline = Instant::now() + PATIENCE;
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        while TcpStream::connect_timeout(&address, Duration::from_secs(1)).is_err() {
            let ended = self.child.try_wait().ok().flatten();
            if ended.is_some() || Instant::now() > deadline {
                let log = log.lock().unwrap_or_else(PoisonError::into_inner);
                panic!("{} did not come up ({ended:?}):\n{}", self.name, String::from_utf8_lossy(&log));
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}
