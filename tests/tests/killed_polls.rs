//! A program that polls and is killed, again and again and at every point: between the poll and the work, in the middle of the work, before the state
//! is kept, while it is, and after. Meanwhile things happen at the API. What must hold: nothing is lost; with a state in files nothing comes twice
//! once its state was kept, and with work and state in one transaction nothing comes twice at all.
//!
//! The program is this very test program, told by its environment what to do.

use std::collections::{HashMap, HashSet};
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::{Query, State};
use linchpin_runtime::prelude::*;
use linchpin_runtime::store::{PostgresStore, tokio_postgres};
use linchpin_runtime::trigger::{FileStateStore, PollState, Start, StateStore};
use linchpin_tests::renewal;
use linchpin_tests::servers::{self, Server};
use serde_json::{Value as Json, json};

linchpin_runtime::connector!("triggers");

/// What a process is to do: where the API is, where state and work are, and the point at which it dies.
const TASK: &str = "LINCHPIN_KILLED_POLLS";
/// How often a program is started and killed.
const LIVES: usize = 40;
const KEY: &str = "tickets of p";

/// Where a program dies by itself; otherwise it is killed from outside, at any time.
const POINTS: [&str; 6] = ["any", "after the poll", "within the work", "after the work", "after keeping", "any"];

// ── the API ─────────────────────────────────────────────────────────────────────────────────────────────────────────

/// Tickets as they are now: by id, the millisecond at which they changed last.
type Tickets = Arc<Mutex<HashMap<u64, i64>>>;

/// An API to which something happens every few milliseconds.
async fn api() -> (String, Tickets) {
    let tickets = Tickets::default();
    let app = Router::new().route("/tickets", axum::routing::get(page)).with_state(tickets.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    tokio::spawn(async move { axum::serve(listener, app).await });
    (url, tickets)
}

/// The newest first, forty at a time.
async fn page(State(tickets): State<Tickets>, Query(asked): Query<HashMap<String, String>>) -> axum::Json<Json> {
    let number = |name: &str| asked.get(name).and_then(|value| value.parse::<i64>().ok()).unwrap_or(0);
    let (since, from) = (number("since") * 1000, number("cursor") as usize);
    let mut found: Vec<(i64, u64)> =
        tickets.lock().expect("unpoisoned").iter().map(|(id, at)| (*at, *id)).filter(|one| one.0 >= since).collect();
    found.sort_unstable_by(|one, other| other.cmp(one));
    let shown = |(at, id): &(i64, u64)| json!({ "id": id.to_string(), "title": at.to_string(), "changed_at": time(*at) });
    let data: Vec<Json> = found.iter().skip(from).take(40).map(shown).collect();
    let next = (from + 40 < found.len()).then(|| (from + 40).to_string());
    axum::Json(json!({ "data": data, "next": next }))
}

fn time(millis: i64) -> String {
    let seconds = DateTime::from_epoch_seconds(millis / 1000).expect("a time").to_string();
    format!("{}.{:03}Z", seconds.trim_end_matches('Z'), millis % 1000)
}

/// One ticket more, or one that changes.
fn happen(tickets: &Tickets, number: u64) {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970").as_millis() as i64;
    let id = if number.is_multiple_of(3) { number / 2 } else { number };
    tickets.lock().expect("unpoisoned").insert(id, now);
}

// ── the program ─────────────────────────────────────────────────────────────────────────────────────────────────────

/// A program's life: it polls until it dies, or, when it is told to finish, until nothing is new.
#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_is_told_to_poll() {
    let Ok(task) = std::env::var(TASK) else { return };
    let [kind, place, url, point] = task.split('|').collect::<Vec<_>>()[..] else { panic!("four words: {task}") };
    let client = triggers::Client::open().base_url(url).build().expect("a client");
    println!("\nready");
    let mut database = match kind {
        "postgres" => Some(connect(place).await),
        _ => None,
    };
    let mut polls = 0;
    loop {
        polls += 1;
        let die = |at: &str| {
            if at == point && polls > 1 {
                std::process::abort();
            }
        };
        let found = match &mut database {
            None => poll_with_files(Path::new(place), &client, &die).await,
            Some(database) => poll_in_a_transaction(database, place, &client, &die).await,
        };
        if point == "finish" && found == 0 {
            return;
        }
    }
}

async fn poll(client: &triggers::Client, state: &PollState) -> (Vec<String>, PollState) {
    let polled = triggers::WatchTickets::new().project("p").poll(client, state).await.expect("a poll");
    (polled.items.iter().map(|one| format!("{} {}", one.id, one.title)).collect(), polled.state)
}

/// The state in a file, the work in another: a line for each ticket, and one when the state was kept.
async fn poll_with_files(folder: &Path, client: &triggers::Client, die: &impl Fn(&str)) -> usize {
    let store = FileStateStore::new(folder.join("states"));
    let state = store.load(KEY).await.expect("whatever happened, it can be read").unwrap_or(PollState::start(Start::All));
    let (items, next) = poll(client, &state).await;
    let mut log = OpenOptions::new().append(true).create(true).open(folder.join("work")).expect("the work");
    log.write_all(b"poll\n").expect("written");
    if !items.is_empty() {
        die("after the poll");
    }
    for (number, item) in items.iter().enumerate() {
        log.write_all(format!("{item}\n").as_bytes()).expect("written");
        if number == items.len() / 2 {
            die("within the work");
        }
    }
    if !items.is_empty() {
        die("after the work");
    }
    store.keep(KEY, &next).await.expect("it is kept");
    if !items.is_empty() {
        die("after keeping");
    }
    log.write_all(b"kept\n").expect("written");
    items.len()
}

async fn connect(url: &str) -> tokio_postgres::Client {
    let (database, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.expect("it connects");
    tokio::spawn(connection);
    database
}

/// State and work in one transaction.
async fn poll_in_a_transaction(database: &mut tokio_postgres::Client, url: &str, client: &triggers::Client, die: &impl Fn(&str)) -> usize {
    let store = PostgresStore::open(url).expect("an address");
    let transaction = database.transaction().await.expect("it begins");
    let state = store.load_state_in(&transaction, KEY).await.expect("it is read").unwrap_or(PollState::start(Start::All));
    let (items, next) = poll(client, &state).await;
    if !items.is_empty() {
        die("after the poll");
    }
    for (number, item) in items.iter().enumerate() {
        transaction.execute("INSERT INTO work (what) VALUES ($1)", &[item]).await.expect("it is done");
        if number == items.len() / 2 {
            die("within the work");
        }
    }
    if !items.is_empty() {
        die("after the work");
    }
    store.keep_state_in(&transaction, KEY, &next).await.expect("it is kept");
    if !items.is_empty() {
        die("after keeping");
    }
    transaction.commit().await.expect("it is committed");
    items.len()
}

// ── the lives ───────────────────────────────────────────────────────────────────────────────────────────────────────

fn start(kind: &str, place: &str, url: &str, point: &str) -> Child {
    renewal::start("a_process_that_is_told_to_poll", &[(TASK, &format!("{kind}|{place}|{url}|{point}"))])
}

/// Starts and kills the program while things happen, then lets it finish; gives the tickets as they are at the end.
async fn lives(kind: &str, place: &str) -> HashMap<u64, i64> {
    let (url, tickets) = api().await;
    let happening = tokio::spawn({
        let tickets = tickets.clone();
        async move {
            for number in 1.. {
                happen(&tickets, number);
                tokio::time::sleep(Duration::from_millis(4)).await;
            }
        }
    });
    for life in 0..LIVES {
        let point = POINTS[life % POINTS.len()];
        let mut child = start(kind, place, &url, point);
        tokio::task::block_in_place(|| renewal::said(&mut child, "ready"));
        // Another time of the day for each life, so that it is hit in another place.
        tokio::time::sleep(Duration::from_millis(if point == "any" { 3 + (life as u64 * 7) % 60 } else { 400 })).await;
        let _ = child.kill();
        assert!(!child.wait().expect("it ends").success(), "it was killed, or killed itself");
    }
    happening.abort();
    assert!(happening.await.is_err());
    let mut last = start(kind, place, &url, "finish");
    assert!(tokio::task::block_in_place(|| last.wait()).expect("it ends").success());
    let tickets = tickets.lock().expect("unpoisoned").clone();
    assert!(tickets.len() > 200, "{} tickets: nothing happened", tickets.len());
    tickets
}

fn folder() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("killed_polls");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder");
    folder
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_state_in_files_nothing_is_lost_and_nothing_that_was_kept_comes_again() {
    let folder = folder();
    let tickets = lives("files", folder.to_str().expect("text")).await;
    let log = fs::read_to_string(folder.join("work")).expect("the work");
    let (mut kept, mut given, mut cut_short) = (HashSet::new(), HashSet::new(), 0);
    for poll in log.split("poll\n") {
        // What was cut in the middle of a line was not dealt with.
        let whole = poll.rfind('\n').map_or("", |end| &poll[..end]);
        let items: Vec<&str> = whole.lines().filter(|line| *line != "kept").collect();
        for item in &items {
            assert!(!kept.contains(item), "`{item}` came again after its state was kept");
            given.insert(*item);
        }
        match whole.lines().last() {
            Some("kept") => kept.extend(items),
            Some(_) => cut_short += 1,
            None => {}
        }
    }
    for (id, at) in tickets {
        assert!(given.contains(format!("{id} {at}").as_str()), "ticket {id} was lost as it became at {at}");
    }
    assert!(cut_short >= LIVES / 3, "{cut_short} polls were cut short of {LIVES} lives: too few to show anything");
    let files: Vec<_> = fs::read_dir(folder.join("states")).expect("the states").flatten().map(|file| file.file_name()).collect();
    assert!(files.iter().any(|name| name == "tickets%20of%20p.json"), "{files:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn with_work_and_state_in_one_transaction_each_comes_once() {
    let Some(server) = servers::postgres() else { return };
    let url = address(&server);
    PostgresStore::open(&url).expect("an address").create_tables().await.expect("tables");
    let database = connect(&url).await;
    database.batch_execute("CREATE TABLE work (what text NOT NULL)").await.expect("a table");
    let tickets = lives("postgres", &url).await;
    let rows = database.query("SELECT what, count(*) FROM work GROUP BY what", &[]).await.expect("the work");
    let done: HashMap<String, i64> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    assert!(done.values().all(|times| *times == 1), "twice: {:?}", done.iter().find(|(_, times)| **times > 1));
    for (id, at) in tickets {
        assert!(done.contains_key(&format!("{id} {at}")), "ticket {id} was lost as it became at {at}");
    }
}

fn address(server: &Server) -> String {
    format!("postgres://postgres@127.0.0.1:{}/postgres", server.port())
}
