//! Runs an example of a spec end to end: a real client, a stand-in on loopback, and what the example says of requests and output. Generated
//! tests call this.

use std::{sync::Arc, time::SystemTime};

use serde_json::Value;
use url::Url;

use super::{
    clock::SimulatedClock,
    examples,
    script::{Received, pairs, steps as path_steps},
    stand_in::StandIn,
    steps,
};
use crate::{
    api::Api,
    auth::{Kept, StoreError, Token, TokenStore},
    catalog::Catalog,
    client::AnyClient,
    clock::BoxFuture,
    connection::{Applied, FieldValues},
    error::{Error, ErrorKind},
    operation::{ApiTable, ConnectionTable, ExampleExchange, ExampleTable, OperationTable},
    shape::{Kind, Leaf},
    trigger::{PollState, Start},
};

/// Runs an example and panics with what differs.
///
/// # Panics
/// When the module does not do what the example says.
pub fn spec_test<A: Api>(module: &str, example: &'static ExampleTable) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime can be made");
    let differences = runtime.block_on(run(A::TABLE, module, example));
    assert!(differences.is_empty(), "{module}: {}\n  {}", example.title, differences.join("\n  "));
}

/// Everything that differs from what the example says.
pub(crate) async fn run(table: &'static ApiTable, module: &str, example: &'static ExampleTable) -> Vec<String> {
    match Catalog::new(table).module(module) {
        Err(error) => vec![error.to_string()],
        Ok(module) if module.table().webhook.is_some() => super::deliveries::run(table, module.table(), example).await,
        Ok(module) => match exchange(table, module.table(), example).await {
            Err(problem) => vec![problem],
            Ok((received, outcome, home)) => {
                let mut differences = compare_requests(table, module.table(), &received, example);
                differences.extend(compare_outcome(outcome, example, &home));
                differences
            }
        },
    }
}

type Outcome = Result<Value, Error>;

async fn exchange(
    table: &'static ApiTable,
    operation: &'static OperationTable,
    example: &'static ExampleTable,
) -> Result<(Vec<Received>, Outcome, String), String> {
    let stand_in = StandIn::start().await.map_err(|error| format!("the stand-in does not start: {error}"))?;
    for (route, exchange) in examples::routes(table, operation, example, &stand_in.url()).into_iter().zip(example.exchanges) {
        // Pages that the example lists are told apart by what it says they send, or else come in its order.
        let loose = super::script::Route { query: if exchange.sends.1.is_empty() { Vec::new() } else { route.query.clone() }, ..route };
        stand_in.route(loose);
    }
    let client = client(table, operation, example, &stand_in.url())?;
    let given = if example.given.is_empty() { "{}" } else { example.given };
    let mut given: Value = serde_json::from_str(given).map_err(|error| format!("`given` is not JSON: {error}"))?;
    lead_in(operation, &mut given, &stand_in.url());
    let outcome = outcome(&client, operation, example, given).await;
    Ok((stand_in.received(), outcome, stand_in.url()))
}

/// A URL of another origin that the operation is given as a whole leads to the stand-in, its path and query as they are.
fn lead_in(operation: &'static OperationTable, given: &mut Value, home: &str) {
    for name in steps::addresses_given(operation) {
        let Some(Value::String(address)) = given.get_mut(name) else { continue };
        if let Some(here) = steps::at_home(address, home) {
            *address = here;
        }
    }
}

/// The first connection that may call the operation.
pub(super) fn permitted(table: &'static ApiTable, operation: &'static OperationTable) -> Option<&'static ConnectionTable> {
    let permitted =
        |connection: &&&'static ConnectionTable| operation.connections.is_empty() || operation.connections.contains(&connection.name);
    table.connections.iter().find(permitted).copied()
}

/// A client of a stand-in, with the connection that an example names or else one that was made up.
pub(super) fn client(
    table: &'static ApiTable,
    operation: &'static OperationTable,
    example: &ExampleTable,
    url: &str,
) -> Result<AnyClient, String> {
    let connection = match example.connection {
        Some((name, fields)) => Some((name, given_fields(fields)?)),
        None => permitted(table, operation).map(|connection| (connection.name, made_up(connection))),
    };
    let signs = |name: &str| table.connections.iter().any(|one| one.name == name && one.sign.is_some());
    let unsigned = example.connection.is_none() && connection.as_ref().is_some_and(|(name, _)| signs(name));
    let mut builder = AnyClient::builder(table, connection).map_err(|error| error.to_string())?;
    if unsigned {
        builder = builder.applied(Applied::default()); // no key can be made up
    }
    let pages = u32::try_from(example.exchanges.len()).unwrap_or(u32::MAX).max(1);
    // What an example waits for, its test does not.
    builder = builder.clock(Arc::new(SimulatedClock::at(SystemTime::now())));
    let builder = builder.base_url(url).no_retry().pages(pages).token_store(Arc::new(MadeUp), "");
    builder.build_any().map_err(|error| format!("the client cannot be made: {error}"))
}

fn given_fields(fields: &str) -> Result<FieldValues, String> {
    let given: Value = serde_json::from_str(fields).map_err(|error| format!("the connection's fields are not JSON: {error}"))?;
    let mut values = FieldValues::new();
    for (name, value) in given.as_object().into_iter().flatten() {
        values.set(name, value.as_str().map_or_else(|| value.to_string(), str::to_owned));
    }
    Ok(values)
}

/// Values that fit what each field is.
fn made_up(connection: &'static ConnectionTable) -> FieldValues {
    let mut values = FieldValues::new();
    for field in connection.fields.fields() {
        let value = match field.shape().bare().kind {
            Kind::Leaf(Leaf::Host) => "stand-in.example",
            Kind::Leaf(Leaf::Url) => "https://stand-in.example",
            Kind::Leaf(Leaf::Int) => "1",
            Kind::Leaf(Leaf::Bool) => "true",
            Kind::Leaf(Leaf::Uuid) => "00000000-0000-4000-8000-000000000000",
            _ => "made-up",
        };
        let text = if field.attrs.default.is_empty() { value.to_owned() } else { literal_text(field.attrs.default) };
        values.set(field.name(), text);
    }
    values
}

fn literal_text(json: &str) -> String {
    serde_json::from_str::<String>(json).unwrap_or_else(|_| json.to_owned())
}

/// Keeps a token that was never obtained: an example shows a call, not how its connection came about.
#[derive(Debug)]
struct MadeUp;

impl TokenStore for MadeUp {
    fn load<'a>(&'a self, _key: &'a str) -> BoxFuture<'a, Result<Option<Token>, StoreError>> {
        Box::pin(async { Ok(Some(Token::new("made-up", SystemTime::now()))) })
    }

    fn keep<'a>(&'a self, _key: &'a str, _replacing: Option<u64>, _token: Token) -> BoxFuture<'a, Result<Kept, StoreError>> {
        Box::pin(async { Ok(Kept::Ours) })
    }

    fn forget<'a>(&'a self, _key: &'a str) -> BoxFuture<'a, Result<(), StoreError>> {
        Box::pin(async { Ok(()) })
    }
}

/// A search is read to the last page that the example has, and gives its items; anything else gives its output.
async fn outcome(client: &AnyClient, operation: &'static OperationTable, example: &ExampleTable, given: Value) -> Outcome {
    let name = format!("{}@{}", operation.name, operation.revision);
    if let Some(poll) = operation.poll {
        let fields = operation.input.fields();
        let inputs = poll.inputs.iter().filter_map(|index| fields.get(usize::from(*index)));
        let since = inputs.into_iter().find_map(|field| {
            let given = given.get(field.name())?;
            Some((field.attrs.format, given.as_str().map_or_else(|| given.to_string(), str::to_owned)))
        });
        let start = match since {
            None => Start::All,
            Some((format, text)) => Start::Since(
                text.parse()
                    .or_else(|_| crate::value::DateTime::parse(&text, format))
                    .map_err(|_| Error::new(ErrorKind::Input, "what the example gives for the cursor is no time"))?,
            ),
        };
        return client.poll(&name, given, &PollState::start(start)).await.map(|polled| Value::Array(polled.items));
    }
    let lists = serde_json::from_str::<Value>(example.output).is_ok_and(|output| output.is_array());
    if operation.page.is_none() || !(lists || example.output.is_empty()) {
        return client.call(&name, given).await;
    }
    let (mut pages, mut items) = (client.pages(&name, given)?, Vec::new());
    loop {
        match pages.try_next().await {
            Ok(Some(page)) => items.extend(page),
            Ok(None) => return Ok(Value::Array(items)),
            // The example shows no further page.
            Err(error) if error.kind() == ErrorKind::Limit && error.status().is_none() => return Ok(Value::Array(items)),
            Err(error) => return Err(error),
        }
    }
}

fn compare_outcome(outcome: Outcome, example: &ExampleTable, home: &str) -> Vec<String> {
    match (outcome, example.fails) {
        (Ok(_), Some((kind, _))) => vec![format!("it succeeds; the error `{kind}` was expected")],
        (Err(error), None) => vec![format!("it fails: {error}")],
        (Err(error), Some((kind, code))) => {
            let mut differences = Vec::new();
            if snake_case(&format!("{:?}", error.kind())) != kind {
                differences.push(format!("it fails with `{:?}`; `{kind}` was expected: {error}", error.kind()));
            }
            if code.is_some() && error.code() != code {
                differences.push(format!("the error's code is {:?}; {code:?} was expected", error.code()));
            }
            differences
        }
        (Ok(mut output), None) if !example.output.is_empty() => match serde_json::from_str::<Value>(example.output) {
            Err(error) => vec![format!("the example's output is not JSON: {error}")],
            Ok(expected) => {
                let mut differences = Vec::new();
                lead_back(&expected, &mut output, home);
                compare("output", &expected, &output, &mut differences);
                differences
            }
        },
        (Ok(_), None) => Vec::new(),
    }
}

/// An address that was led to the stand-in is the one that the example names.
fn lead_back(expected: &Value, found: &mut Value, home: &str) {
    match (expected, found) {
        (Value::String(expected), Value::String(found)) if steps::at_home(expected, home).as_deref() == Some(found.as_str()) => {
            found.clone_from(expected);
        }
        (Value::Object(expected), Value::Object(found)) => {
            expected.iter().for_each(|(name, expected)| found.get_mut(name).into_iter().for_each(|found| lead_back(expected, found, home)));
        }
        (Value::Array(expected), Value::Array(found)) => {
            expected.iter().zip(found).for_each(|(expected, found)| lead_back(expected, found, home));
        }
        _ => {}
    }
}

fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for (index, letter) in name.chars().enumerate() {
        if letter.is_uppercase() && index > 0 {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}

/// What the example says must be there; members that it does not name may be anything.
pub(super) fn compare(path: &str, expected: &Value, found: &Value, differences: &mut Vec<String>) {
    match (expected, found) {
        (Value::Object(expected), Value::Object(found)) => {
            for (name, expected) in expected {
                let path = format!("{path}.{name}");
                match found.get(name) {
                    Some(found) => compare(&path, expected, found, differences),
                    None if expected.is_null() => {}
                    None => differences.push(format!("{path} is absent; {expected} was expected")),
                }
            }
        }
        (Value::Array(expected), Value::Array(found)) if expected.len() == found.len() => {
            for (index, (expected, found)) in expected.iter().zip(found).enumerate() {
                compare(&format!("{path}[{index}]"), expected, found, differences);
            }
        }
        (Value::Array(expected), Value::Array(found)) => {
            differences.push(format!("{path} has {} items; {} were expected", found.len(), expected.len()));
        }
        _ if same_scalar(expected, found) => {}
        _ => differences.push(format!("{path} is {found}; {expected} was expected")),
    }
}

/// `1` and `1.0` are the same; a decimal may be text or number. An address that a later step goes to leads to the stand-in.
fn same_scalar(one: &Value, other: &Value) -> bool {
    let number = |value: &Value| value.as_f64();
    let home = |found: &str| {
        Url::parse(found).ok().filter(|url| url.host_str() == Some("127.0.0.1")).map(|url| url.origin().ascii_serialization())
    };
    let led = |one: &str, other: &str| home(other).is_some_and(|home| steps::at_home(one, &home).as_deref() == Some(other));
    one == other
        || one.as_str().zip(other.as_str()).is_some_and(|(one, other)| led(one, other))
        || (one.is_number() && other.is_number() && number(one) == number(other))
}

fn compare_requests(
    table: &'static ApiTable,
    operation: &'static OperationTable,
    received: &[Received],
    example: &ExampleTable,
) -> Vec<String> {
    let mut differences = Vec::new();
    if received.len() != example.exchanges.len() && !example.exchanges.is_empty() {
        let targets: Vec<_> = received.iter().map(|request| format!("{} {}", request.method, request.target)).collect();
        differences.push(format!("{} requests were sent, not {}: {}", received.len(), example.exchanges.len(), targets.join(", ")));
    }
    let made = steps::made(operation, example).into_iter().zip(example.exchanges);
    for (request, (operation, exchange)) in received.iter().zip(made) {
        compare_request(table, operation, request, exchange, &mut differences);
    }
    differences
}

fn compare_request(
    table: &'static ApiTable,
    operation: &'static OperationTable,
    request: &Received,
    exchange: &ExampleExchange,
    differences: &mut Vec<String>,
) {
    if let Some((method, target)) = examples::sent(table, exchange)
        && (request.method != method || !same_target(&request.target, &target))
    {
        differences.push(format!("it sends {} {}; {method} {target} was expected", request.method, decoded(&request.target)));
    }
    for (name, value) in exchange.request_headers {
        let found = request.header(name);
        if found != Some(*value) {
            differences.push(format!("the header `{name}` is {found:?}; {value:?} was expected"));
        }
    }
    if !exchange.request_body.is_empty() {
        compare_body(operation, request, exchange.request_body, differences);
    }
}

/// Paths step by step, queries in any order; both decoded.
fn same_target(one: &str, other: &str) -> bool {
    let apart = |target: &str| {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let mut query = pairs(query);
        query.sort_unstable();
        (path_steps(path), query)
    };
    apart(one) == apart(other)
}

fn decoded(target: &str) -> String {
    percent_encoding::percent_decode_str(target).decode_utf8_lossy().into_owned()
}

/// Of a GraphQL call an example shows the variables: the document is the spec's.
fn compare_body(operation: &OperationTable, request: &Received, expected: &str, differences: &mut Vec<String>) {
    let expected: Value = match serde_json::from_str(expected) {
        Ok(expected) => expected,
        Err(_) => Value::String(expected.to_owned()),
    };
    let found = body_value(request);
    let found = if operation.is_graphql() { found["variables"].clone() } else { found };
    if found == expected || same_form(request, &expected, &found) {
        return;
    }
    differences.push(format!("the request's body is {found}; {expected} was expected"));
}

/// A body as JSON has it, or else its text.
fn body_value(request: &Received) -> Value {
    if let Some(json) = request.json() {
        return json;
    }
    let text = String::from_utf8_lossy(&request.body).into_owned();
    if request.is_of_type("x-www-form-urlencoded") {
        return Value::Object(pairs(&text).into_iter().map(|(name, value)| (name, Value::String(value))).collect());
    }
    if request.is_of_type("multipart/form-data") {
        return multipart(&text);
    }
    Value::String(text)
}

/// The parts of a form by name, their contents as text.
fn multipart(text: &str) -> Value {
    let boundary = text.lines().next().unwrap_or_default().to_owned();
    let parts = text.split(&boundary).filter_map(|part| {
        let (head, content) = part.split_once("\r\n\r\n")?;
        let name = head.split("name=\"").nth(1)?.split('"').next()?;
        Some((name.to_owned(), Value::String(content.strip_suffix("\r\n").unwrap_or(content).to_owned())))
    });
    Value::Object(parts.collect())
}

/// In a form every value is text.
fn same_form(request: &Received, expected: &Value, found: &Value) -> bool {
    let is_form = request.is_of_type("x-www-form-urlencoded") || request.is_of_type("multipart/form-data");
    let (Some(expected), Some(found), true) = (expected.as_object(), found.as_object(), is_form) else { return false };
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    expected.len() == found.len() && expected.iter().all(|(name, value)| found.get(name).is_some_and(|found| text(found) == text(value)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_is_named_is_compared() {
        let found = json!({"id": "p1", "size": 2.0, "tags": ["a"], "more": true});
        for (expected, differs) in [
            (json!({"id": "p1", "size": 2}), 0),
            (json!({"id": "p2", "gone": 1}), 2),
            (json!({"tags": []}), 1),
            (json!({"absent": null}), 0),
        ] {
            let mut differences = Vec::new();
            compare("output", &expected, &found, &mut differences);
            assert_eq!(differences.len(), differs, "{differences:?}");
        }
    }

    #[test]
    fn addresses_that_lead_to_the_stand_in_are_the_same() {
        let same = |one: &str, other: &str| same_scalar(&json!(one), &json!(other));
        assert!(same("https://api.example/status/7?x=1", "http://127.0.0.1:3000/status/7?x=1"));
        assert!(!same("https://api.example/status/7", "http://127.0.0.1:3000/status/8"));
        assert!(!same("https://api.example/status/7", "https://other.example/status/7"));
    }

    #[test]
    fn targets_are_compared_decoded_and_in_any_order() {
        assert!(same_target("/a%20b?x=1&%24%24y=%C3%BC", "/a b?$$y=ü&x=1"));
        assert!(!same_target("/a%2Fb", "/a/b"));
        assert!(!same_target("/a?x=1", "/a?x=1&x=1"));
    }

    #[test]
    fn kinds_are_named_as_specs_do() {
        assert_eq!(snake_case(&format!("{:?}", ErrorKind::NotFound)), "not_found");
    }
}
