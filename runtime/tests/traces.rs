//! What `tracing` is told of a call: OpenTelemetry's names, and nothing that is secret.

mod support;

use std::{
    fmt::Debug,
    sync::{Arc, Mutex},
};

use linchpin_runtime::{
    prelude::*,
    testing::{Reply, StandIn},
};
use support::*;
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span::{Attributes, Id, Record},
};

/// Keeps every field of every span and event.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<(String, String)>>>);

impl Visit for Kept {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.lock().expect("unpoisoned").push((field.name().to_owned(), format!("{value:?}")));
    }
}

impl Subscriber for Kept {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        span.record(&mut self.clone());
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        values.record(&mut self.clone());
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        event.record(&mut self.clone());
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

#[tokio::test]
async fn spans_have_the_names_of_opentelemetry_and_no_secret() {
    let server = StandIn::start().await.expect("it listens");
    server.on("POST", "/api/1.0/items", Reply::status(403).body(format!("{SECRET} is wrong")));
    let kept = Kept::default();
    {
        let _here = tracing::subscriber::set_default(kept.clone());
        let input = CreateItem { name: SECRET.into(), note: Patch::Leave };
        input.send(&client(&server)).await.expect_err("forbidden");
    }
    let kept = kept.0.lock().expect("unpoisoned");
    let said = |name: &str| kept.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    assert_eq!(said("http.request.method"), Some("\"POST\""));
    assert_eq!(said("url.template"), Some("\"/items\""));
    assert_eq!(said("http.response.status_code"), Some("403"));
    assert_eq!(said("http.request.resend_count"), Some("0"));
    assert_eq!(said("error.type"), Some("\"Permission\""));
    assert_eq!(said("otel.kind"), Some("\"client\""));
    assert_eq!(said("otel.name"), Some("\"POST /items\""));
    assert_eq!(said("otel.status_code"), Some("\"ERROR\""));
    assert_eq!(said("url.scheme"), Some("\"http\""));
    assert!(said("server.port").is_some());
    assert!(said("server.address").is_some());
    assert!(kept.iter().all(|(name, value)| !name.contains(SECRET) && !value.contains(SECRET)), "{kept:?}");
}

#[tokio::test]
async fn spans_of_graphql_name_the_operation_and_hold_neither_document_nor_variables() {
    use linchpin_runtime::graphql_module::GraphqlRequest;
    let server = StandIn::start().await.expect("it listens");
    let partial = serde_json::json!({"data": {"a": null}, "errors": [{"message": SECRET, "extensions": {"code": "ODD", "echo": SECRET}}]});
    server.on("POST", "/api/1.0/graphql", Reply::json(200, &partial));
    let kept = Kept::default();
    {
        let _here = tracing::subscriber::set_default(kept.clone());
        let document = format!("mutation Change($x: String) {{ a(b: \"{SECRET}\", c: $x) }}");
        let call = GraphqlRequest::new("/graphql", document).variable("x", SECRET);
        call.send::<serde_json::Value>(&client(&server)).await.expect("in part");
    }
    let kept = kept.0.lock().expect("unpoisoned");
    let said = |name: &str| kept.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
    assert_eq!((said("graphql.operation.name"), said("graphql.operation.type")), (Some("\"Change\""), Some("\"mutation\"")));
    assert_eq!((said("errors"), said("code")), (Some("1"), Some("\"ODD\"")));
    assert!(kept.iter().all(|(name, value)| !name.contains(SECRET) && !value.contains(SECRET)), "{kept:?}");
}
