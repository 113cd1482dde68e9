//! Spans and metrics as a collector gets them: through `tracing` and OpenTelemetry's own exporters, wired as docs/production.md says, over HTTP.

use std::sync::Arc;
use std::time::Duration;

use linchpin_runtime::prelude::*;
use linchpin_runtime::testing::{Reply, StandIn};
use linchpin_runtime::{Attempt, Observer, RetrySettings};
use linchpin_tests::collector::{Collector, Point, Span};
use opentelemetry::KeyValue;
use opentelemetry::metrics::{Histogram, MeterProvider as _};
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::{MetricExporter, Protocol, SpanExporter, WithExportConfig as _};
use opentelemetry_sdk::metrics::SdkMeterProvider;
use opentelemetry_sdk::trace::SdkTracerProvider;
use serde_json::json;
use tracing_subscriber::layer::SubscriberExt as _;

linchpin_runtime::connector!("metered");

const SECRET: &str = "k-hunter2";
const ASKED: &str = "a private question";

/// OpenTelemetry's metric of HTTP clients, from what the runtime tells.
#[derive(Debug)]
struct Durations(Histogram<f64>);

impl Observer for Durations {
    fn tried(&self, attempt: &Attempt) {
        let mut attributes = vec![
            KeyValue::new("http.request.method", attempt.method),
            KeyValue::new("server.address", attempt.server.clone()),
            KeyValue::new("url.template", attempt.template.clone()),
        ];
        attributes.extend(attempt.port.map(|port| KeyValue::new("server.port", i64::from(port))));
        attributes.extend(attempt.status.map(|status| KeyValue::new("http.response.status_code", i64::from(status))));
        attributes.extend(attempt.error.map(|kind| KeyValue::new("error.type", format!("{kind:?}"))));
        self.0.record(attempt.duration.as_secs_f64(), &attributes);
    }
}

fn tracer(collector: &Collector) -> SdkTracerProvider {
    let exporter = SpanExporter::builder().with_http().with_protocol(Protocol::HttpBinary);
    let exporter = exporter.with_endpoint(format!("{}/v1/traces", collector.url())).build().expect("an exporter");
    SdkTracerProvider::builder().with_batch_exporter(exporter).build()
}

fn meter(collector: &Collector) -> SdkMeterProvider {
    let exporter = MetricExporter::builder().with_http().with_protocol(Protocol::HttpBinary);
    let exporter = exporter.with_endpoint(format!("{}/v1/metrics", collector.url())).build().expect("an exporter");
    SdkMeterProvider::builder().with_periodic_exporter(exporter).build()
}

fn client(server: &StandIn, observer: Arc<dyn Observer>) -> metered::Client {
    let key = metered::Key::new("metered.example".parse::<linchpin_runtime::Host>().expect("a host"), SECRET);
    let quick = RetrySettings { first: Duration::from_millis(1), ..RetrySettings::default() };
    metered::Client::builder(key).base_url(server.url()).retry(quick).observer(observer).build().expect("a client")
}

/// A search that is answered at the second try, and a loan that is refused, in a span of the program's own.
async fn work(server: &StandIn, observer: Arc<dyn Observer>) {
    server.on("GET", "/items", Reply::status(503));
    let item = json!({ "id": "i1", "title": "Rust in the hull" });
    server.on("GET", "/items", Reply::json(200, &json!({ "items": [item] })));
    server.on("POST", "/items/i1/loans", Reply::json(403, &json!({ "message": format!("{SECRET} may not lend") })));
    let client = client(server, observer);
    let _within = tracing::info_span!("work").entered();
    metered::FindItems::new().title(ASKED).send(&client).await.expect("the second try is answered");
    let refused = metered::LendItem::new("i1").send(&client).await.expect_err("it is refused");
    assert_eq!(refused.kind(), ErrorKind::Permission);
}

fn with<'s>(spans: &'s [Span], template: &str) -> Vec<&'s Span> {
    spans.iter().filter(|span| span.attributes.get("url.template").is_some_and(|one| one == template)).collect()
}

fn said<'s>(span: &'s Span, name: &str) -> &'s str {
    span.attributes.get(name).map_or("", String::as_str)
}

#[tokio::test]
async fn a_collector_gets_spans_and_metrics_under_opentelemetrys_names() {
    // What the exporters send with is built without a choice of its own; a program makes it once.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let (collector, server) = (Collector::start(), StandIn::start().await.expect("it listens"));
    let (tracer, meter) = (tracer(&collector), meter(&collector));
    let durations = meter.meter("program").f64_histogram("http.client.request.duration").with_unit("s").build();
    {
        let layer = tracing_opentelemetry::layer().with_tracer(tracer.tracer("program"));
        let _here = tracing::subscriber::set_default(tracing_subscriber::registry().with(layer));
        work(&server, Arc::new(Durations(durations))).await;
    }
    tracer.force_flush().expect("spans are sent");
    meter.force_flush().expect("metrics are sent");

    let spans = collector.spans();
    let (found, lent) = (with(&spans, "/items"), with(&spans, "/items/{item}/loans"));
    assert_eq!((found.len(), lent.len()), (2, 1), "{spans:?}");
    let address = server.url();
    let port = address.rsplit(':').next().expect("a port");
    for span in found.iter().chain(&lent) {
        assert_eq!(span.kind, 3, "a client's");
        assert!(span.has_parent, "it stands in the program's own");
        assert_eq!((said(span, "server.address"), said(span, "server.port"), said(span, "url.scheme")), ("127.0.0.1", port, "http"));
    }
    let outcome = |span: &Span| {
        let attribute = |name: &str| said(span, name).to_owned();
        (
            span.name.clone(),
            span.status,
            attribute("http.request.method"),
            attribute("http.response.status_code"),
            attribute("http.request.resend_count"),
            attribute("error.type"),
        )
    };
    let text = |text: &str| text.to_owned();
    assert_eq!(outcome(found[0]), (text("GET /items"), 2, text("GET"), text("503"), text("0"), text("Server")));
    assert_eq!(outcome(found[1]), (text("GET /items"), 0, text("GET"), text("200"), text("1"), text("")));
    assert_eq!(outcome(lent[0]), (text("POST /items/{item}/loans"), 2, text("POST"), text("403"), text("0"), text("Permission")));

    let points: Vec<Point> = collector.points().into_iter().filter(|point| point.metric == "http.client.request.duration").collect();
    assert!(points.iter().all(|point| point.unit == "s" && point.count == 1), "{points:?}");
    let mut told: Vec<_> = points
        .iter()
        .map(|point| {
            let attribute = |name: &str| point.attributes.get(name).cloned().unwrap_or_default();
            (attribute("http.request.method"), attribute("url.template"), attribute("http.response.status_code"), attribute("error.type"))
        })
        .collect();
    told.sort();
    assert_eq!(
        told,
        [
            (text("GET"), text("/items"), text("200"), text("")),
            (text("GET"), text("/items"), text("503"), text("Server")),
            (text("POST"), text("/items/{item}/loans"), text("403"), text("Permission")),
        ]
    );

    for secret in [SECRET, ASKED, "a+private+question", "a%20private%20question", "Bearer", "authorization", "title="] {
        assert!(!collector.was_sent(secret), "`{secret}` was sent");
    }
    assert!(collector.was_sent("http.request.method"), "what is looked through is what was sent");
}
