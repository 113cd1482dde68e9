//! An API description imported and called, all of it, against a mock server that is driven by the same description: what the importer wrote
//! must be what the owner's document says, as somebody else reads it.
//!
//! The mock server says of each request whether it fits the document, and of each of its own answers too: an answer that does not fit
//! the document's own type is the document's fault. Inputs are made in `samples`; what is on the wire is seen by `recorder`.

mod recorder;
mod samples;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use linchpin_cli::tables;
use linchpin_compiler::diagnostics::{Diagnostics, short};
use linchpin_compiler::import;
use linchpin_compiler::import::spec::{Options, spec};
use linchpin_compiler::model::Model;
use linchpin_compiler::model::project::project;
use linchpin_compiler::source::Sources;
use linchpin_runtime::auth::{Kept, StoreError, Token, TokenStore};
use linchpin_runtime::connection::FieldValues;
use linchpin_runtime::operation::{ApiTable, ConnectionTable, Decoding, OperationTable, Operations, ServerChoice};
use linchpin_runtime::{AnyClient, Catalog, Error, ErrorKind, Module, RedirectPolicy};
use serde_json::Value;

use crate::corpus;
use recorder::{Recorder, Seen};
use samples::{Samples, Wanted};

/// Where the descriptions lie; says so where there are none.
pub fn description(file: &str) -> Option<PathBuf> {
    corpus::part(&format!("the calls of {file}"), &format!("openapi/{file}"))
}

/// What came of calling a module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The mock server took the requests, and its answers were read.
    Good,
    /// So it was when the mock server made up an answer; the example that the document shows does not fit its own types.
    Misfit,
    /// A request does not fit the document, or an answer cannot be read although it is made by the document's types.
    Bad(String),
    /// There is no input: a value that matches some pattern, say, that nothing shows.
    NoInput(String),
}

/// Imports a description and calls every module of it, with the inputs that it needs and then with all that it takes.
pub async fn call_all(path: &Path, server: &str) -> Vec<(&'static str, Outcome)> {
    let raw: Value = serde_json::from_str(&std::fs::read_to_string(path).expect("it can be read")).expect("it is JSON");
    let model = imported(path);
    let table = at(tables::api(&project(&model, model.apis.len() - 1)), server);
    let mut caller = Caller { table, recorder: Arc::new(Recorder::new()), clients: HashMap::new(), samples: Samples::of(&raw) };
    let mut outcomes = Vec::new();
    // What an API sends of itself, nobody asks a server for.
    for module in Catalog::new(table).modules().filter(|module| module.table().webhook.is_none()) {
        outcomes.push((module.name(), caller.outcome(module).await));
    }
    outcomes
}

/// Calls modules, with a client per connection.
struct Caller {
    table: &'static ApiTable,
    recorder: Arc<Recorder>,
    clients: HashMap<&'static str, AnyClient>,
    samples: Samples,
}

impl Caller {
    async fn outcome(&mut self, module: Module) -> Outcome {
        let schema = module.input_schema();
        let (least, most) = match (self.samples.input(&schema, Wanted::Least), self.samples.input(&schema, Wanted::Most)) {
            (Ok(least), Ok(most)) => (least, most),
            (Err(name), _) | (_, Err(name)) => return Outcome::NoInput(name),
        };
        let all = self.call(module, &most).await;
        if least == most || !matches!(all, Outcome::Good | Outcome::Misfit) {
            return all;
        }
        match self.call(module, &least).await {
            // Members of which one must be given are a rule that no type has.
            Outcome::Bad(why) if why.contains("must have required property") => all,
            Outcome::Good => all,
            other => other,
        }
    }

    async fn call(&mut self, module: Module, input: &Value) -> Outcome {
        match self.attempt(module, input).await {
            Tried::Undecoded(_) => {
                self.recorder.generated(true);
                let made_up = self.attempt(module, input).await;
                self.recorder.generated(false);
                match made_up {
                    Tried::Good => Outcome::Misfit,
                    Tried::Undecoded(why) if is_no_better(&why) => Outcome::Misfit,
                    Tried::Undecoded(why) | Tried::Failed(why) => Outcome::Bad(format!("{why} ({input})")),
                }
            }
            Tried::Good => Outcome::Good,
            Tried::Failed(why) => Outcome::Bad(format!("{why} ({input})")),
        }
    }

    async fn attempt(&mut self, module: Module, input: &Value) -> Tried {
        let client = self.client(module);
        let files = module.table().answers.iter().all(|answer| matches!(answer.decoding, Decoding::Stream));
        let answer = match files {
            true => client.download(module.name(), input.clone()).await.map(drop),
            false => client.call(module.name(), input.clone()).await.map(drop),
        };
        judged(answer, self.recorder.last())
    }

    fn client(&mut self, module: Module) -> AnyClient {
        let named = module.table().connections.first().copied();
        let connection = self.table.connections.iter().find(|one| named.is_none_or(|named| one.name == named));
        let key = connection.map_or("", |one| one.name);
        if let Some(client) = self.clients.get(key) {
            return client.clone();
        }
        let given = connection.map(|one| (one.name, fields(one)));
        let client = AnyClient::builder(self.table, given)
            .and_then(|builder| {
                builder
                    .http_client(self.recorder.clone())
                    .no_retry()
                    .redirects(RedirectPolicy::DropCredentials)
                    .token_store(Arc::new(Authorised), "key")
                    .build_any()
            })
            .unwrap_or_else(|error| panic!("`{key}` cannot be used: {error}"));
        self.clients.insert(key, client.clone());
        client
    }
}

/// Somebody has authorised every connection already.
#[derive(Debug)]
struct Authorised;

impl TokenStore for Authorised {
    fn load<'a>(&'a self, _key: &'a str) -> Later<'a, Option<Token>> {
        Box::pin(async { Ok(Some(Token::new("token", SystemTime::now()))) })
    }

    fn keep<'a>(&'a self, _key: &'a str, _replacing: Option<u64>, _token: Token) -> Later<'a, Kept> {
        Box::pin(async { Ok(Kept::Ours) })
    }

    fn forget<'a>(&'a self, _key: &'a str) -> Later<'a, ()> {
        Box::pin(async { Ok(()) })
    }
}

type Later<'a, T> = std::pin::Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// Values for all that a person fills in.
fn fields(connection: &ConnectionTable) -> FieldValues {
    let mut values = FieldValues::new();
    for field in connection.fields.get().fields() {
        let value = if field.name().contains("host") { "mocked.example" } else { "text" };
        values.set(field.name(), value);
    }
    values
}

/// Said of an answer that the mock server finds wrong itself.
const CONTRADICTORY: &str = ", which does not fit the description";

/// Is an answer that the mock server made up none of its document's either? It says so where the document contradicts itself (an `enum` of
/// texts beside `type: array`); and it makes addresses with host names that are longer than any, and numbers like `-.` by patterns.
fn is_no_better(why: &str) -> bool {
    why.ends_with(CONTRADICTORY) || ["expected a URL", "expected a decimal number"].iter().any(|known| why.contains(known))
}

/// What one call came to.
enum Tried {
    Good,
    Undecoded(String),
    Failed(String),
}

/// By what a call gave and what the mock server said of it.
fn judged(answer: Result<(), Error>, seen: Option<Seen>) -> Tried {
    let Some(seen) = seen else {
        return Tried::Failed(answer.map_or_else(|error| format!("nothing was sent: {error}"), |()| "nothing was sent".to_owned()));
    };
    if let [first, ..] = &seen.of_request[..] {
        return Tried::Failed(format!("refused: {first} in `{}`", seen.target));
    }
    match answer {
        Ok(()) => Tried::Good,
        Err(error) => {
            let at = error.path().unwrap_or_default();
            let misfits = if seen.of_answer.is_empty() { "" } else { CONTRADICTORY };
            let told = format!("{error} at `{at}` in the answer to `{}`{misfits}", seen.target);
            if error.kind() == ErrorKind::Decode { Tried::Undecoded(told) } else { Tried::Failed(told) }
        }
    }
}

fn imported(path: &Path) -> Model {
    let mut diagnostics = Diagnostics::default();
    let tree = linchpin_compiler::build_script::load_description(path, &mut diagnostics).expect("it can be read");
    let document = import::read(&tree, &mut diagnostics).expect("it is a description");
    let imported = spec(&document, &tree, &Options::default());
    let mut sources = Sources::default();
    for (file, text) in imported.files {
        sources.add(file, text);
    }
    let mut found = Diagnostics::default();
    let model = linchpin_compiler::check(&sources, &mut found);
    model.unwrap_or_else(|| {
        panic!("{}", found.sorted(&sources).iter().map(|one| short::render(one, &sources)).collect::<Vec<_>>().join("\n"))
    })
}

/// The API as the mock server has it: below no path, and without the limits that are for real servers.
fn at(table: &'static ApiTable, server: &str) -> &'static ApiTable {
    let server: &'static str = Box::leak(server.to_owned().into_boxed_str());
    let operations = table.operations.iter().map(|one| {
        let server = match one.server {
            ServerChoice::Own(_) => ServerChoice::Default,
            other => other,
        };
        &*Box::leak(Box::new(OperationTable { server, limits: &[], ..*one }))
    });
    Box::leak(Box::new(ApiTable {
        servers: Vec::leak(vec![server; table.servers.len().max(1)]),
        operations: Operations::Tables(Vec::leak(operations.collect())),
        limits: &[],
        ..*table
    }))
}
