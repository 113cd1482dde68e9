//! Runs an example of a trigger that is told: signs what the example says the API sends, as the API would, and looks at what becomes of it.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{HeaderName, HeaderValue};
use serde_json::Value;

use super::{clock::SimulatedClock, spec_test::compare};
use crate::{
    catalog::Catalog,
    operation::{ApiTable, Encoded, ExampleExchange, ExampleTable, OperationTable, ProofKind, Webhook},
    value::Secret,
    webhook::{Received, Receiver, verify},
};

/// When the examples take place.
const NOW: u64 = 1_800_000_000;
/// Where they do.
const HOME: &str = "https://stand-in.example";

/// Everything that differs from what the example says.
pub(super) async fn run(table: &'static ApiTable, operation: &'static OperationTable, example: &'static ExampleTable) -> Vec<String> {
    let Some(webhook) = operation.webhook else { return vec!["it is not told of anything".to_owned()] };
    match delivered(table, operation, webhook, example).await {
        Ok(differences) => differences,
        Err(problem) => vec![problem],
    }
}

async fn delivered(
    table: &'static ApiTable,
    operation: &'static OperationTable,
    webhook: &'static Webhook,
    example: &'static ExampleTable,
) -> Result<Vec<String>, String> {
    let name = format!("{}@{}", operation.name, operation.revision);
    let secret = secret(webhook);
    let secrets = if webhook.proof.kind == ProofKind::None { Vec::new() } else { vec![secret.clone()] };
    let receiver = Receiver::named(&Catalog::new(table), &name, secrets).map_err(|error| error.to_string())?;
    let start = SystemTime::UNIX_EPOCH + Duration::from_secs(NOW);
    let home = HOME.parse().expect("an address");
    let receiver = receiver.clock(std::sync::Arc::new(SimulatedClock::at(start))).public_url(home);
    let mut differences = Vec::new();
    let mut event = Value::Null;
    for exchange in example.exchanges {
        let request = request(webhook, exchange, &secret)?;
        let (status, body) = match receive(&receiver, &request, request.body()).await {
            Ok(Received::Event(delivery)) => {
                event = delivery.event;
                (200, String::new())
            }
            Ok(Received::Answer(answer)) => (answer.status().as_u16(), String::from_utf8_lossy(answer.body()).into_owned()),
            Ok(Received::Other | Received::Repeated) => (200, String::new()),
            Err(refusal) => {
                if !(400..600).contains(&exchange.status) {
                    differences.push(refusal.to_string());
                }
                (refusal.status().as_u16(), String::new())
            }
        };
        if status != exchange.status {
            differences.push(format!("it is answered with {status}; {} was expected", exchange.status));
        }
        if !exchange.body.is_empty() && exchange.body != body {
            differences.push(format!("it is answered with {body:?}; {:?} was expected", exchange.body));
        }
        // What a spec declares must refuse what was changed on its way.
        if matches!(webhook.proof.kind, ProofKind::Hmac(_)) && (200..300).contains(&exchange.status) && !request.body().is_empty() {
            let mut other = request.body().to_vec();
            other.push(b' ');
            if receive(&receiver, &request, &other).await.is_ok() {
                differences.push("another body proves itself with the same signature".to_owned());
            }
        }
    }
    if !example.output.is_empty() {
        let expected = serde_json::from_str(example.output).map_err(|error| format!("the example's output is not JSON: {error}"))?;
        compare("event", &expected, &event, &mut differences);
    }
    Ok(differences)
}

async fn receive(
    receiver: &Receiver<Value>,
    request: &http::Request<Bytes>,
    body: &[u8],
) -> Result<Received<Value>, crate::webhook::Refusal> {
    receiver.receive(request.method(), request.uri(), request.headers(), body).await
}

/// A delivery as the example says, signed. A request without a body proves nothing: it asks whether somebody is there.
fn request(webhook: &'static Webhook, exchange: &ExampleExchange, secret: &Secret) -> Result<http::Request<Bytes>, String> {
    let (method, target) = if exchange.sends.0.is_empty() { ("POST", "/") } else { exchange.sends };
    let target = target.replace("{secret}", secret.expose());
    let body = match serde_json::from_str::<String>(exchange.request_body) {
        Ok(text) => text,
        Err(_) => exchange.request_body.to_owned(),
    };
    let mut request = http::Request::builder().method(method).uri(target).body(Bytes::from(body)).map_err(|error| error.to_string())?;
    for (name, value) in exchange.request_headers {
        let name = HeaderName::try_from(*name).map_err(|error| error.to_string())?;
        request.headers_mut().insert(name, HeaderValue::try_from(*value).map_err(|error| error.to_string())?);
    }
    if !request.body().is_empty() {
        let home = HOME.parse().expect("an address");
        verify::sign(&webhook.proof, &mut request, Some(&home), secret, NOW * 1000).map_err(|error| error.to_string())?;
    }
    Ok(request)
}

/// A secret written as this API's are.
fn secret(webhook: &Webhook) -> Secret {
    let made_up = match webhook.proof.key {
        Encoded::Text => "made-up",
        Encoded::Hex => "6d6164652d7570",
        Encoded::Base64 | Encoded::Base64Url => "bWFkZS11cCBzZWNyZXQh",
    };
    Secret::new(format!("{}{made_up}", webhook.proof.key_after))
}
