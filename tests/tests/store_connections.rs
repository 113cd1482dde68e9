//! What PostgreSQL and Redis say when they end a connection or are not ready, from servers that speak just enough of their protocols to say it when
//! the test wants it; the real ones are in `real_stores.rs`.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use linchpin_runtime::store::{PostgresSettings, PostgresStore, RedisSettings, RedisStore};
use linchpin_runtime::trigger::StateStore;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// A server, and how many connections were made to it.
struct Fake {
    port: u16,
    connections: Arc<AtomicUsize>,
}

impl Fake {
    /// Serves each connection in a way of its own, by its number.
    async fn start<S: Future<Output = Option<()>> + Send + 'static>(serve: impl Fn(TcpStream, usize) -> S + Send + 'static) -> Fake {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let (port, connections) = (listener.local_addr().expect("an address").port(), Arc::new(AtomicUsize::new(0)));
        let counted = connections.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, counted.fetch_add(1, Ordering::SeqCst)));
            }
        });
        Fake { port, connections }
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

/// A message of PostgreSQL's protocol.
fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 4).expect("short").to_be_bytes();
    [&[kind], &length[..], body].concat()
}

fn postgres_error(severity: &str, code: &str) -> Vec<u8> {
    message(b'E', format!("S{severity}\0V{severity}\0C{code}\0Mit says {code}\0\0").as_bytes())
}

const READY: &[u8] = b"Z\0\0\0\x05I";

/// Takes a connection up to where statements are expected; or says `instead` of that it is ready.
async fn greet(stream: &mut TcpStream, instead: Option<Vec<u8>>) -> Option<()> {
    let length = stream.read_u32().await.ok()?;
    let mut startup = vec![0; length as usize - 4];
    stream.read_exact(&mut startup).await.ok()?;
    if let Some(instead) = instead {
        stream.write_all(&instead).await.ok()?;
        return None;
    }
    stream.write_all(&[&message(b'R', &[0; 4])[..], READY].concat()).await.ok()
}

/// Waits for the end of what a statement sends, and gives what says that it is made and gives no row.
async fn statement(stream: &mut TcpStream) -> Option<Vec<u8>> {
    loop {
        let kind = stream.read_u8().await.ok()?;
        let mut body = vec![0; stream.read_u32().await.ok()? as usize - 4];
        stream.read_exact(&mut body).await.ok()?;
        let done = [message(b'C', b"SELECT 0\0"), READY.to_vec()].concat();
        match kind {
            b'S' => return Some([message(b'1', b""), message(b'2', b""), message(b't', &[0, 0]), message(b'n', b""), done].concat()),
            b'Q' => return Some(done),
            _ => {}
        }
    }
}

/// Says an error as the answer to the first statement, over a connection that stays open; whoever comes anew gets answers.
async fn ending(mut stream: TcpStream, number: usize, error: Vec<u8>) -> Option<()> {
    greet(&mut stream, None).await?;
    loop {
        let nothing = statement(&mut stream).await?;
        let answer = if number == 0 { [&error[..], READY].concat() } else { nothing };
        stream.write_all(&answer).await.ok()?;
    }
}

fn postgres(server: &Fake) -> PostgresStore {
    PostgresSettings::new(format!("postgres://postgres@127.0.0.1:{}/postgres?sslmode=disable", server.port)).open().expect("an address")
}

#[tokio::test]
async fn postgres_says_that_it_ends_a_connection() {
    let ends = [("FATAL", "57P01"), ("FATAL", "57P02"), ("FATAL", "57P05"), ("FATAL", "08P01"), ("ERROR", "08006"), ("PANIC", "XX000")];
    for (severity, code) in ends {
        let error = postgres_error(severity, code);
        let server = Fake::start(move |stream, number| ending(stream, number, error.clone())).await;
        let store = postgres(&server);
        assert_eq!(StateStore::load(&store, "k").await.unwrap_or_else(|error| panic!("{code}: {error}")), None);
        store.create_tables().await.unwrap_or_else(|error| panic!("{code}: {error}"));
        assert_eq!(server.connections(), 2, "{code}");
    }
    // Also what is asked as a text.
    let error = postgres_error("FATAL", "57P01");
    let server = Fake::start(move |stream, number| ending(stream, number, error.clone())).await;
    postgres(&server).create_tables().await.expect("over another connection");
    assert_eq!(server.connections(), 2);
    // What is refused is refused, and no reason to leave.
    for (severity, code) in [("ERROR", "42501"), ("ERROR", "23505")] {
        let error = postgres_error(severity, code);
        let server = Fake::start(move |stream, number| ending(stream, number, error.clone())).await;
        let store = postgres(&server);
        for _ in 0..2 {
            let told = StateStore::load(&store, "k").await.expect_err("refused").to_string();
            assert!(told.contains(&format!("it says {code}")), "{told}");
        }
        assert_eq!(server.connections(), 1, "{code}");
    }
}

#[tokio::test]
async fn postgres_ends_every_connection() {
    let error = postgres_error("FATAL", "57P01");
    let server = Fake::start(move |stream, _| ending(stream, 0, error.clone())).await;
    let told = StateStore::load(&postgres(&server), "k").await.expect_err("no use").to_string();
    assert!(told.contains("it says 57P01"), "{told}");
    assert_eq!(server.connections(), 2, "once more, and no oftener");
}

#[tokio::test]
async fn postgres_is_waited_for_while_it_starts() {
    let starting = async |mut stream: TcpStream, ready: bool| {
        greet(&mut stream, (!ready).then(|| postgres_error("FATAL", "57P03"))).await?;
        loop {
            let nothing = statement(&mut stream).await?;
            stream.write_all(&nothing).await.ok()?;
        }
    };
    let server = Fake::start(move |stream, number| starting(stream, number >= 3)).await;
    assert_eq!(StateStore::load(&postgres(&server), "k").await.expect("it is ready"), None);
    assert_eq!(server.connections(), 4);

    let never = Fake::start(move |stream, _| starting(stream, false)).await;
    let url = format!("postgres://postgres@127.0.0.1:{}/postgres?sslmode=disable", never.port);
    let hasty = PostgresSettings::new(url).timeout(Duration::from_millis(350)).open().expect("an address");
    let told = StateStore::load(&hasty, "k").await.expect_err("never").to_string();
    assert!(told.contains("it says 57P03") && (2..=5).contains(&never.connections()), "{told} {}", never.connections());
}

/// Answers scripts one after the other with these, over whatever connections; the last stays. Everything else is fine.
async fn answering(stream: TcpStream, answers: &'static [&'static str], asked: Arc<AtomicUsize>) -> Option<()> {
    let mut stream = BufReader::new(stream);
    loop {
        let mut words = Vec::new();
        for _ in 0..number(&mut stream, '*').await? {
            let mut word = vec![0; number(&mut stream, '$').await? + 2];
            stream.read_exact(&mut word).await.ok()?;
            words.push(String::from_utf8_lossy(&word).trim().to_owned());
        }
        let answer = match words.first()?.as_str() {
            "EVALSHA" => answers[asked.fetch_add(1, Ordering::SeqCst).min(answers.len() - 1)],
            _ => "+OK",
        };
        // One that has nothing to say is gone.
        if answer.is_empty() {
            return None;
        }
        stream.write_all(format!("{answer}\r\n").as_bytes()).await.ok()?;
    }
}

async fn number(stream: &mut BufReader<TcpStream>, kind: char) -> Option<usize> {
    let mut line = String::new();
    stream.read_line(&mut line).await.ok()?;
    line.strip_prefix(kind)?.trim().parse().ok()
}

/// What a store makes of these answers, how many connections it makes, and how often it asks.
async fn redis(answers: &'static [&'static str]) -> (Result<(), String>, usize, usize) {
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = asked.clone();
    let server = Fake::start(move |stream, _| answering(stream, answers, counted.clone())).await;
    let settings = RedisSettings::new(format!("redis://127.0.0.1:{}/0", server.port)).timeout(Duration::from_millis(900));
    let store: RedisStore = settings.open().expect("an address");
    let loaded = StateStore::load(&store, "k").await.map(|state| assert_eq!(state, None)).map_err(|error| error.to_string());
    (loaded, server.connections(), asked.load(Ordering::SeqCst))
}

const NOTHING: &str = "$-1";

#[tokio::test]
async fn redis_says_that_another_connection_may_do() {
    let readonly = "-READONLY You can't write against a read only replica.";
    let within = "-ERR Error running script (call to f_1): @user_script:3: -READONLY You can't write against a read only replica.";
    for answer in ["", readonly, within] {
        let answers: &[&str] = Box::leak(Box::new([answer, NOTHING]));
        assert_eq!(redis(answers).await, (Ok(()), 2, 2), "{answer}");
    }
    let (told, connections, asked) = redis(&["-READONLY You can't write against a read only replica."]).await;
    assert!(told.as_ref().is_err_and(|told| told.contains("replica")), "{told:?}");
    assert_eq!((connections, asked), (2, 2), "once more, and no oftener");
}

#[tokio::test]
async fn redis_is_waited_for_while_it_is_not_ready() {
    for answer in ["-LOADING Redis is loading the dataset in memory", "-BUSY Redis is busy running a script.", "-MASTERDOWN Link is down"] {
        let answers: &[&str] = Box::leak(Box::new([answer, answer, NOTHING]));
        assert_eq!(redis(answers).await, (Ok(()), 1, 3), "{answer}");
    }
    let (told, connections, asked) = redis(&["-LOADING Redis is loading the dataset in memory"]).await;
    assert!(told.as_ref().is_err_and(|told| told.contains("loading")), "{told:?}");
    assert!(connections == 1 && (3..=10).contains(&asked), "{asked}");
    // What is refused is refused.
    let (told, connections, asked) = redis(&["-NOPERM this user has no permissions to run the 'evalsha' command"]).await;
    assert!(told.is_err_and(|told| told.contains("no permissions")));
    assert_eq!((connections, asked), (1, 1));
}
