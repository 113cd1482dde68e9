//! `linchpin login`: what a browser would do is done here by hand, once as it should be and in the ways that must not work.

mod common;

use common::{Folder, Served, linchpin, spec};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStdout, Command, Stdio};
use url::Url;

/// A login that waits for the browser.
struct Login {
    child: Child,
    out: BufReader<ChildStdout>,
    authorize: Url,
}

impl Login {
    fn start(served: &Served, tokens: &str) -> Login {
        let mut command = Command::new(env!("CARGO_BIN_EXE_linchpin"));
        command.args(["login", &spec("club.pin"), "--base-url", &served.url, "--tokens", tokens, "--as", "ann", "--no-browser"]);
        command.args(["--field", "client_id=c1", "--field", "client_secret=very-secret"]);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
        let mut out = BufReader::new(child.stdout.take().expect("piped"));
        let mut line = String::new();
        while !line.starts_with("open ") {
            line.clear();
            assert!(out.read_line(&mut line).expect("it prints") > 0, "it ended before it named the address");
        }
        let authorize = line.trim_start_matches("open ").trim().parse().expect("an address");
        Login { child, out, authorize }
    }

    fn parameter(&self, name: &str) -> String {
        let pair = self.authorize.query_pairs().find(|(known, _)| known == name);
        pair.map(|(_, value)| value.into_owned()).unwrap_or_else(|| panic!("no {name} in {}", self.authorize))
    }

    /// What the browser would ask for; the status and the page.
    fn visit(&self, method: &str, path_and_query: &str) -> String {
        let back: Url = self.parameter("redirect_uri").parse().expect("an address");
        let mut stream = TcpStream::connect(("127.0.0.1", back.port().expect("a port"))).expect("it listens");
        write!(stream, "{method} {path_and_query} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n").expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers");
        answer
    }

    fn end(mut self) -> (i32, String, String) {
        let status = self.child.wait().expect("it ends").code().expect("by itself");
        let (mut out, mut err) = (String::new(), String::new());
        self.out.read_to_string(&mut out).expect("text");
        self.child.stderr.take().expect("piped").read_to_string(&mut err).expect("text");
        (status, out, err)
    }
}

fn who_am_i(served: &Served, tokens: &str, who: &str) -> common::Run {
    let fields = ["--field", "client_id=c1", "--field", "client_secret=very-secret"];
    let start = ["call", &spec("club.pin"), "who_am_i", "--base-url", &served.url, "--tokens", tokens, "--as", who];
    linchpin(start.into_iter().chain(fields))
}

#[test]
fn a_person_logs_in_once_and_calls_follow() {
    let served = Served::start("club.pin");
    let folder = Folder::new("login");
    let tokens = folder.path("tokens");
    let before = who_am_i(&served, &tokens, "ann");
    assert_eq!((before.status, before.out.as_str()), (1, ""), "nobody is logged in");

    let login = Login::start(&served, &tokens);
    assert_eq!(login.parameter("code_challenge_method"), "S256");
    assert_eq!(login.parameter("response_type"), "code");
    let state = login.parameter("state");
    // Others that knock are turned away, and keep nobody from logging in.
    assert!(login.visit("GET", "/favicon.ico").starts_with("HTTP/1.1 404"));
    assert!(login.visit("GET", "/callback?code=evil&state=guessed").starts_with("HTTP/1.1 400"));
    assert!(login.visit("GET", &format!("/callback?code=evil&state=guessed&state={state}")).starts_with("HTTP/1.1 400"));
    assert!(login.visit("POST", &format!("/callback?code=c&state={state}")).starts_with("HTTP/1.1 404"));
    let page = login.visit("GET", &format!("/callback?code=c0de&state={state}"));
    assert!(page.starts_with("HTTP/1.1 200") && page.contains("You are back") && !page.contains("c0de"), "{page}");
    let (status, out, err) = login.end();
    assert_eq!((status, out.as_str(), err.as_str()), (0, "logged in to The club, A member, as ann\n", ""));

    let after = who_am_i(&served, &tokens, "ann");
    assert_eq!((after.status, after.err.as_str()), (0, ""));
    assert!(after.out.contains("Ann"), "{}", after.out);
    assert_eq!(who_am_i(&served, &tokens, "bob").status, 1, "a login is one person's");
    let asked = served.stop().out;
    assert_eq!(asked.matches("POST /token").count(), 1, "{asked}");
}

#[test]
fn a_person_who_refuses_is_told_of() {
    let served = Served::start("club.pin");
    let folder = Folder::new("login-refused");
    let tokens = folder.path("tokens");
    let login = Login::start(&served, &tokens);
    let state = login.parameter("state");
    let page = login.visit("GET", &format!("/callback?error=access_denied&error_description=No%20thanks&state={state}"));
    assert!(page.contains("refused"), "{page}");
    let (status, out, err) = login.end();
    assert_eq!((status, out.as_str()), (1, ""));
    assert!(err.contains("access_denied") && err.contains("No thanks"), "{err}");
}

#[test]
fn nobody_who_comes_in_time_and_nothing_to_log_in_to_are_told() {
    let folder = Folder::new("login-late");
    let tokens = folder.path("tokens");
    let start = ["login", &spec("club.pin"), "--tokens", &tokens, "--no-browser", "--wait", "0"];
    let late = linchpin(start.into_iter().chain(["--field", "client_id=c1", "--field", "client_secret=s"]));
    assert_eq!(late.status, 1);
    assert!(late.err.contains("in time"), "{}", late.err);
    let none = linchpin(["login", &spec("shop.pin"), "--no-browser"]);
    assert_eq!(none.status, 2);
    assert!(none.err.contains("oauth2 code"), "{}", none.err);
    let missing = linchpin(["login", &spec("club.pin"), "--no-browser"]);
    assert!(missing.err.contains("--field client_id=") && missing.err.contains("CLUB_CLIENT_SECRET"), "{}", missing.err);
}

#[test]
fn a_person_logs_in_on_another_device() {
    let served = Served::start("cinema.pin");
    let folder = Folder::new("device");
    let tokens = folder.path("tokens");
    let start = |verb: &'static str, module: Option<&'static str>| {
        let spec = spec("cinema.pin");
        let rest = ["--base-url", &served.url, "--tokens", &tokens, "--field", "client_id=tv"];
        linchpin([verb, &spec].into_iter().chain(module).chain(rest))
    };
    let before = start("call", Some("what_is_on"));
    assert_ne!(before.status, 0, "nobody has logged in: {}", before.out);
    let login = start("login", None);
    assert_eq!(login.status, 0, "{}", login.err);
    assert_eq!(
        login.out,
        "open https://stand-in.example/device on any device\nenter STAN-DIN\nlogged in to The cinema, A screen, as default\n"
    );
    let on = start("call", Some("what_is_on"));
    assert!(on.status == 0 && on.out.contains("Metropolis"), "{} {}", on.out, on.err);
}
