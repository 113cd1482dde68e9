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

/// How long a server may take to come up: reading a description of several megabytes takes its time on a machine that is busy.
const PATIENCE: Duration = Duration::from_secs(240);

/// A running server.
#[derive(Debug)]
pub struct Server {
    child: Child,
    port: u16,
    services: &'static [&'static str],
    name: &'static str,
}

impl Server {
    /// `http://127.0.0.1:PORT`
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
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
    }
}

/// GitHub and Slack, emulated: the services `github` and `slack`, at neighbouring ports. `tests/servers/seed.yaml` says what is there.
pub fn emulate() -> Option<Arc<Server>> {
    const SERVICES: &[&str] = &["github", "slack"];
    static SLOT: Slot = Slot::new(SERVICES);
    SLOT.shared("emulate", |port| {
        let mut command = node("node_modules/emulate/dist/index.js")?;
        command.args(["start", "--port", &port.to_string(), "--seed", "seed.yaml", "--service", &SERVICES.join(",")]);
        Ok(command)
    })
}

/// An OpenID provider; see `tests/servers/oidc.mjs` for its clients.
pub fn oidc_provider() -> Option<Arc<Server>> {
    static SLOT: Slot = Slot::new(&[]);
    SLOT.shared("oidc-provider", |port| {
        installed("node_modules/oidc-provider/package.json")?;
        let mut command = node("oidc.mjs")?;
        command.arg(port.to_string());
        Ok(command)
    })
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

/// The reference server of tus 1.0.
pub fn tus() -> Option<Arc<Server>> {
    static SLOT: Slot = Slot::new(&[]);
    SLOT.shared("tus", |port| {
        let mut command = node("tus.mjs")?;
        installed("node_modules/@tus/server")?;
        command.arg(port.to_string());
        Ok(command)
    })
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

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("servers")
}

fn installed(path: &str) -> Result<PathBuf, String> {
    let path = folder().join(path);
    if path.exists() { Ok(path) } else { Err(format!("{} is missing", path.display())) }
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

/// Says that a test was skipped, past the test harness, which keeps what passing tests print to itself.
fn skip<S>(name: &str, reason: &str) -> Option<S> {
    let test = std::thread::current().name().unwrap_or("a test").to_owned();
    let message = format!("{name} is not available: {reason}; run tests/servers/install.sh");
    assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "{message}");
    let _ = writeln!(std::io::stderr(), "skipped {test}: {message}");
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
    let mut server = Server { child, port, services, name };
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
