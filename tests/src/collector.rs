//! A collector of OpenTelemetry's protocol on loopback, as far as tests need one: it takes traces and metrics over HTTP as protobuf, and keeps what it is
//! sent. The messages are decoded by the types of OpenTelemetry's own description.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use opentelemetry_proto::tonic::collector::{metrics::v1::ExportMetricsServiceRequest, trace::v1::ExportTraceServiceRequest};
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue, any_value::Value};
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use prost::Message;

/// A collector that runs until the test ends, on a thread of its own: who exports may block theirs.
#[derive(Clone, Debug)]
pub struct Collector {
    url: String,
    kept: Arc<Mutex<Kept>>,
}

/// What it was sent.
#[derive(Debug, Default)]
struct Kept {
    spans: Vec<Span>,
    points: Vec<Point>,
    bytes: Vec<u8>,
}

/// A span.
#[derive(Clone, Debug)]
pub struct Span {
    /// Its name.
    pub name: String,
    /// `SPAN_KIND_CLIENT` is 3.
    pub kind: i32,
    /// `STATUS_CODE_ERROR` is 2.
    pub status: i32,
    /// Attributes as text.
    pub attributes: BTreeMap<String, String>,
    /// Whether it stands in another.
    pub has_parent: bool,
}

/// A point of a histogram.
#[derive(Clone, Debug)]
pub struct Point {
    /// The metric.
    pub metric: String,
    /// Its unit.
    pub unit: String,
    /// How much was counted.
    pub count: u64,
    /// Attributes as text.
    pub attributes: BTreeMap<String, String>,
}

impl Collector {
    /// Starts one.
    ///
    /// # Panics
    /// When there is no free port.
    pub fn start() -> Collector {
        let kept = Arc::new(Mutex::new(Kept::default()));
        let router = Router::new().route("/v1/traces", post(traces)).route("/v1/metrics", post(metrics)).with_state(kept.clone());
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.set_nonblocking(true).expect("it can be set");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async move {
                let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
                axum::serve(listener, router).await
            })
        });
        Collector { url, kept }
    }

    /// `http://127.0.0.1:PORT`
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The spans that came, in their order.
    pub fn spans(&self) -> Vec<Span> {
        self.kept().spans.clone()
    }

    /// The points that came, in their order.
    pub fn points(&self) -> Vec<Point> {
        self.kept().points.clone()
    }

    /// Whether a text is anywhere in what came, as bytes.
    pub fn was_sent(&self, text: &str) -> bool {
        self.kept().bytes.windows(text.len()).any(|window| window == text.as_bytes())
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        lock(&self.kept)
    }
}

fn lock(kept: &Mutex<Kept>) -> MutexGuard<'_, Kept> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn traces(State(kept): State<Arc<Mutex<Kept>>>, body: Bytes) -> StatusCode {
    let Ok(request) = ExportTraceServiceRequest::decode(body.clone()) else { return StatusCode::BAD_REQUEST };
    let mut kept = lock(&kept);
    kept.bytes.extend_from_slice(&body);
    let spans = request.resource_spans.into_iter().flat_map(|resource| resource.scope_spans).flat_map(|scope| scope.spans);
    kept.spans.extend(spans.map(|span| Span {
        name: span.name,
        kind: span.kind,
        status: span.status.map_or(0, |status| status.code),
        attributes: texts(span.attributes),
        has_parent: !span.parent_span_id.is_empty(),
    }));
    StatusCode::OK
}

async fn metrics(State(kept): State<Arc<Mutex<Kept>>>, body: Bytes) -> StatusCode {
    let Ok(request) = ExportMetricsServiceRequest::decode(body.clone()) else { return StatusCode::BAD_REQUEST };
    let mut kept = lock(&kept);
    kept.bytes.extend_from_slice(&body);
    for metric in request.resource_metrics.into_iter().flat_map(|resource| resource.scope_metrics).flat_map(|scope| scope.metrics) {
        let Some(Data::Histogram(histogram)) = metric.data else { continue };
        kept.points.extend(histogram.data_points.into_iter().map(|point| Point {
            metric: metric.name.clone(),
            unit: metric.unit.clone(),
            count: point.count,
            attributes: texts(point.attributes),
        }));
    }
    StatusCode::OK
}

fn texts(attributes: Vec<KeyValue>) -> BTreeMap<String, String> {
    attributes.into_iter().map(|pair| (pair.key, pair.value.map(text).unwrap_or_default())).collect()
}

fn text(value: AnyValue) -> String {
    match value.value {
        Some(Value::StringValue(text)) => text,
        Some(Value::IntValue(number)) => number.to_string(),
        Some(Value::BoolValue(value)) => value.to_string(),
        Some(Value::DoubleValue(number)) => number.to_string(),
        other => format!("{other:?}"),
    }
}
