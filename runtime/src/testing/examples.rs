//! What a table's examples and tests say of requests and answers, as the routes of a stand-in. Serving them is `stand_in`'s.

use std::collections::HashMap;

use bytes::Bytes;
use http::{HeaderValue, header};
use serde_json::{Map, Value};
use url::{Position, Url};

use super::{
    script::{Reply, Route},
    spec_test, steps,
};
use crate::{
    address, call,
    client::AnyClient,
    operation::{
        ApiTable, BodyEncoding, ConnectionTable, Decoding, ExampleExchange, ExampleTable, Framing, Grant, OperationTable, Segment,
        ServerChoice, Strategy,
    },
    shape::{Erased, Names},
};

/// What a stand-in for an API answers. Where two examples ask the same, the one that succeeds is heard, or else the first.
pub(super) fn of_table(table: &'static ApiTable, home: &str) -> Vec<Route> {
    let mut routes: Vec<Route> = Vec::new();
    let mut asking = Asking { table, home, clients: HashMap::new() };
    // What an API sends of itself, nobody asks for.
    let all = || {
        table
            .operations
            .iter()
            .filter(|operation| operation.webhook.is_none())
            .flat_map(|operation| operation.examples.iter().map(move |example| (operation, example)))
    };
    for (operation, example) in all().filter(|(_, one)| succeeds(one)).chain(all().filter(|(_, one)| !succeeds(one))) {
        let more = asking.routes(operation, example);
        let new = more.into_iter().filter(|route| !routes.iter().any(|known| known.is_for_the_same(route))).collect::<Vec<_>>();
        routes.extend(new);
    }
    let asked = table.operations.iter().filter(|operation| operation.webhook.is_none());
    routes.extend(asked.filter_map(|operation| anything_else(table, operation, home)));
    for (operation, target) in steps::led_to(table) {
        let route = shown(table, operation, home).map(|reply| Route::new(operation.method, &target).of(operation).reply(reply));
        routes.extend(route.filter(|route| !routes.iter().any(|known| known.is_for_the_same(route))));
    }
    routes.extend(table.connections.iter().filter_map(|connection| token_endpoint(table, connection)));
    routes.extend(table.connections.iter().filter_map(|connection| device_endpoint(table, connection)));
    routes
}

/// Does the example show how it goes well?
fn succeeds(example: &ExampleTable) -> bool {
    example.fails.is_none() && example.exchanges.last().is_some_and(|exchange| (200..300).contains(&exchange.status))
}

/// What an example says of requests and answers, in its order. Links to further pages lead to `home`, where they lead to the API's own
/// server.
pub(super) fn routes(table: &'static ApiTable, operation: &'static OperationTable, example: &ExampleTable, home: &str) -> Vec<Route> {
    let route = |(operation, exchange): (&'static OperationTable, &ExampleExchange)| {
        let (method, target) = sent(table, exchange).unwrap_or_else(|| (operation.method, any_target(table, operation)));
        Route::new(method, &target).of(operation).reply(answer(table, operation, exchange, home))
    };
    steps::made(operation, example).into_iter().zip(example.exchanges).map(route).collect()
}

/// Method and target that an exchange says are sent; `{api}` in it stands for the version.
pub(super) fn sent(table: &'static ApiTable, exchange: &ExampleExchange) -> Option<(&'static str, String)> {
    match exchange.sends {
        ("" | "*", _) | (_, "") => None,
        (method, target) => Some((method, target.replace("{api}", table.wire_version))),
    }
}

/// Finds out what examples ask for that say only what is given.
struct Asking<'h> {
    table: &'static ApiTable,
    home: &'h str,
    /// By connection and its fields: making one takes a while.
    clients: HashMap<Option<(&'static str, &'static str)>, Option<AnyClient>>,
}

/// A request: the target, and the body where it is JSON.
struct Asked {
    target: String,
    body: Option<Value>,
}

impl Asking<'_> {
    fn routes(&mut self, operation: &'static OperationTable, example: &'static ExampleTable) -> Vec<Route> {
        let asked = self.asked(operation, example);
        let mut routes: Vec<Route> = Vec::new();
        for (operation, exchange) in steps::made(operation, example).into_iter().zip(example.exchanges) {
            let route = self.route(operation, example, exchange, asked.as_ref());
            let route = route.of(operation).reply(answer(self.table, operation, exchange, self.home));
            // One request twice is answered in turn, and then from the beginning.
            match routes.iter_mut().find(|known| known.is_for_the_same(&route)) {
                Some(known) => known.replies.extend(route.replies),
                None => routes.push(route.again()),
            }
        }
        routes
    }

    fn route(
        &self,
        operation: &'static OperationTable,
        example: &ExampleTable,
        exchange: &ExampleExchange,
        asked: Option<&Asked>,
    ) -> Route {
        if let Some((method, target)) = sent(self.table, exchange) {
            return Route::new(method, &target).body(serde_json::from_str(exchange.request_body).ok());
        }
        match asked {
            Some(asked) if example.exchanges.len() == 1 => Route::new(operation.method, &asked.target).body(asked.body.clone()),
            // What further pages are asked for with is not known; they come in their order.
            Some(asked) => Route::new(operation.method, asked.target.split('?').next().unwrap_or_default()),
            None => Route::new(operation.method, &any_target(self.table, operation)),
        }
    }

    /// None where nothing is sent, because the input is refused for example.
    fn asked(&mut self, operation: &'static OperationTable, example: &'static ExampleTable) -> Option<Asked> {
        let (table, home) = (self.table, self.home);
        let permitted = spec_test::permitted(table, operation).map(|connection| (connection.name, ""));
        let client = self.clients.entry(example.connection.or(permitted));
        let client = client.or_insert_with(|| spec_test::client(table, operation, example, home).ok()).as_ref()?;
        let given = if example.given.is_empty() { "{}" } else { example.given };
        let input = Erased::decode(operation.input.get(), given.as_bytes(), Names::Spec).ok()?;
        let prepared = call::prepare(&client.core, operation, input.as_ref(), &[]).ok()?;
        let is_json = matches!(operation.body, BodyEncoding::Json | BodyEncoding::JsonAs(_) | BodyEncoding::Graphql(_));
        let body = prepared.payload.in_memory().filter(|_| is_json).and_then(|body| serde_json::from_slice(&body).ok());
        Some(Asked {
            target: prepared.url[Position::BeforePath..Position::AfterQuery].to_owned(),
            body: if operation.is_graphql() { body.map(|mut body: Value| body["variables"].take()) } else { body },
        })
    }
}

/// What answers a request of the operation that no example shows: its first example, or the last page of one.
fn anything_else(table: &'static ApiTable, operation: &'static OperationTable, home: &str) -> Option<Route> {
    if !operation.steps.is_empty() {
        return None;
    }
    Some(Route::new(operation.method, &any_target(table, operation)).of(operation).reply(shown(table, operation, home)?))
}

/// How an operation answers for all that examples tell.
fn shown(table: &'static ApiTable, operation: &'static OperationTable, home: &str) -> Option<Reply> {
    let good = || operation.examples.iter().filter(|example| succeeds(example));
    let example = good().find(|example| example.exchanges.len() == 1).or_else(|| good().next());
    let exchange = example.and_then(|example| example.exchanges.last()).or_else(|| steps::shown(table, operation, succeeds))?;
    Some(answer(table, operation, exchange, home))
}

/// Gives a token to whoever asks: what is shown for it is not looked at.
fn token_endpoint(table: &'static ApiTable, connection: &'static ConnectionTable) -> Option<Route> {
    let mut answer = Value::Object(Map::new());
    let token = "stand-in-token";
    match &connection.grant {
        Grant::Fields => None,
        Grant::OAuth2(oauth) => {
            let told: [(&str, Value); 3] = [("access_token", token.into()), ("token_type", "Bearer".into()), ("expires_in", 3600.into())];
            for (name, value) in told {
                let read = oauth.reads.iter().find(|(read, _)| *read == name);
                put(&mut answer, read.map_or(&[name], |(_, path)| path), value);
            }
            Some(Route::new("POST", &any_path(table, oauth.token)).reply(Reply::json(200, &answer)))
        }
        Grant::Exchange(exchange) => {
            put(&mut answer, exchange.token, token.into());
            put(&mut answer, exchange.expires_in, 3600.into());
            put(&mut answer, exchange.expires_at, "2999-01-01T00:00:00Z".into());
            let server = if exchange.url.starts_with('/') { table.servers.first().copied().unwrap_or_default() } else { "" };
            let path = format!("{}{}", any_path(table, server).trim_end_matches('/'), any_path(table, exchange.url));
            Some(Route::new(exchange.method, &path).reply(Reply::json(200, &answer)))
        }
    }
}

/// Gives a code for another device to whoever asks; the token endpoint takes it at once.
fn device_endpoint(table: &'static ApiTable, connection: &'static ConnectionTable) -> Option<Route> {
    let Grant::OAuth2(oauth) = &connection.grant else { return None };
    let code = serde_json::json!({
        "device_code": "stand-in-device",
        "user_code": "STAN-DIN",
        "verification_uri": "https://stand-in.example/device",
        "expires_in": 600,
        "interval": 1,
    });
    (!oauth.device.is_empty()).then(|| Route::new("POST", &any_path(table, oauth.device)).reply(Reply::json(200, &code)))
}

/// Sets a member at a path; an empty path is none.
fn put(json: &mut Value, path: &[&str], value: Value) {
    let Some((last, way)) = path.split_last() else { return };
    let inner = way.iter().fold(json, |json, step| &mut json[*step]);
    inner[*last] = value;
}

/// The path of a template of a URL, any value in its holes.
fn any_path(table: &'static ApiTable, template: &str) -> String {
    let template = template.replace("{api}", table.wire_version);
    let path = match template.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("", |at| &rest[at..]),
        // A hole that is the whole address.
        None if template.starts_with('{') => template.find('/').map_or("", |at| &template[at..]),
        None => &template,
    };
    let path = path.split('?').next().unwrap_or_default();
    path.split('/').map(|step| if step.contains('{') { "*" } else { step }).collect::<Vec<_>>().join("/")
}

fn server_template(table: &'static ApiTable, operation: &'static OperationTable) -> Option<&'static str> {
    match operation.server {
        ServerChoice::Own(template) => Some(template),
        ServerChoice::Named(index) => table.servers.get(usize::from(index)).copied(),
        ServerChoice::Default | ServerChoice::Outside | ServerChoice::Inside => table.servers.first().copied(),
    }
}

/// The server that the operation is called at, as far as the table alone can tell.
fn server(table: &'static ApiTable, operation: &'static OperationTable) -> Option<Url> {
    let value = |hole: &str| Some(if hole == "api" { table.wire_version.into() } else { "stand-in".into() });
    address::server(server_template(table, operation)?, value).ok()
}

/// A client follows links to its own server only, and that is the stand-in here.
fn lead_home(table: &'static ApiTable, operation: &'static OperationTable, mut reply: Reply, home: &str) -> Reply {
    let (Some(page), Some(server)) = (operation.page, server(table, operation)) else { return reply };
    let away = server.origin().ascii_serialization();
    match page.strategy {
        Strategy::LinkHeader { header } => {
            let links = reply.headers.get(header).and_then(|links| links.to_str().ok()).map(|links| links.replace(&away, home));
            if let Some(Ok(links)) = links.map(HeaderValue::try_from) {
                reply.headers.insert(header, links);
            }
        }
        Strategy::NextUrl { read } => {
            let Ok(mut body) = serde_json::from_slice::<Value>(&reply.body) else { return reply };
            let next = read.iter().try_fold(&mut body, |value, member| value.get_mut(*member));
            if let Some(Value::String(next)) = next
                && let Some(rest) = next.strip_prefix(&away)
            {
                *next = format!("{home}{rest}");
                reply.body = Bytes::from(body.to_string());
            }
        }
        _ => {}
    }
    reply
}

/// The operation's path with any value in its holes.
fn any_target(table: &'static ApiTable, operation: &'static OperationTable) -> String {
    let mut target = any_path(table, server_template(table, operation).unwrap_or_default()).trim_end_matches('/').to_owned();
    for segment in operation.segments() {
        match segment {
            Segment::Text(text) => target.push_str(text),
            Segment::Field(_) => target.push('*'),
        }
    }
    // A hole that is only a part of its step, as in `{base}...{head}`, takes the whole step.
    target.split('/').map(|step| if step.contains('*') { "*" } else { step }).collect::<Vec<_>>().join("/")
}

/// The answer of an exchange.
fn answer(table: &'static ApiTable, operation: &'static OperationTable, exchange: &ExampleExchange, home: &str) -> Reply {
    steps::lead_home(table, operation, lead_home(table, operation, reply(operation, exchange), home), home)
}

fn reply(operation: &'static OperationTable, exchange: &ExampleExchange) -> Reply {
    let mut reply = Reply::status(exchange.status).body(exchange.body);
    for (name, value) in exchange.headers {
        reply = reply.header(name, value);
    }
    if !reply.headers.contains_key(header::CONTENT_TYPE) && !exchange.body.is_empty() {
        let decoding = operation.answers.iter().find(|answer| (answer.statuses.0..=answer.statuses.1).contains(&exchange.status));
        let content_type = match decoding.map(|answer| answer.decoding) {
            Some(Decoding::Xml) => "application/xml",
            Some(Decoding::Text(content_type)) => content_type,
            Some(Decoding::Stream) => "application/octet-stream",
            Some(Decoding::Items(items)) => match items.framing {
                Framing::Events => "text/event-stream",
                Framing::Lines => "application/x-ndjson",
            },
            _ => "application/json",
        };
        reply = reply.header("content-type", content_type);
    }
    reply
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const API: ApiTable = ApiTable { wire_version: "v2.0", ..ApiTable::EMPTY };

    #[test]
    fn paths_of_templates_take_any_value_in_their_holes() {
        for (template, path) in [
            ("https://{host}/oauth/{api}/token?x=1", "/oauth/v2.0/token"),
            ("https://login.example/{tenant}/x", "/*/x"),
            ("{instance}/services/a-{b}", "/services/*"),
            ("https://api.example", ""),
            ("/login", "/login"),
        ] {
            assert_eq!(any_path(&API, template), path, "{template}");
        }
    }

    #[test]
    fn the_version_stands_in_what_is_sent() {
        let exchange = ExampleExchange { sends: ("GET", "/api/{api}/x?y=1"), ..ExampleExchange::EMPTY };
        assert_eq!(sent(&API, &exchange), Some(("GET", "/api/v2.0/x?y=1".to_owned())));
        assert_eq!(sent(&API, &ExampleExchange::EMPTY), None);
    }

    #[test]
    fn members_are_put_where_they_are_read() {
        let mut json = json!({});
        put(&mut json, &["data", "token"], "t".into());
        put(&mut json, &["data", "ttl"], 1.into());
        put(&mut json, &[], 2.into());
        assert_eq!(json, json!({"data": {"token": "t", "ttl": 1}}));
    }
}
