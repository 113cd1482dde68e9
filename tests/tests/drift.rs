//! Drift brings the edit that ends it: pasted where it says, the spec compiles, and what the server says is news no more.

use std::path::Path;
use std::sync::{Arc, Mutex};

use linchpin_compiler::diagnostics::{Diagnostics, full};
use linchpin_compiler::model::Model;
use linchpin_compiler::source::Sources;
use linchpin_runtime::life::Drift;
use linchpin_runtime::prelude::*;
use linchpin_runtime::testing::{Reply, StandIn};
use linchpin_runtime::{Notice, Observer};
use serde_json::json;

linchpin_runtime::connector!("kinto");

#[derive(Debug, Default)]
struct Watch(Mutex<Vec<Drift>>);

impl Observer for Watch {
    fn noticed(&self, notice: &Notice) {
        if let Notice::Drift(drift) = notice {
            self.0.lock().expect("unpoisoned").push(Drift::clone(drift));
        }
    }
}

/// The drift of a server that answers with these headers.
async fn drift(headers: &[(&str, &str)]) -> Drift {
    let server = StandIn::start().await.expect("it listens");
    let hello = Reply::json(200, &json!({ "project_name": "kinto", "project_version": "26.5.0" }));
    server.on("GET", "/v1/", headers.iter().fold(hello, |reply, (name, value)| reply.header(name, value)));
    let watch = Arc::new(Watch::default());
    let open = kinto::Open { host: "kinto.example".parse().expect("a host") };
    let client = kinto::Client::builder(open).base_url(server.url()).observer(watch.clone()).build().expect("a client");
    kinto::Hello::new().send(&client).await.expect("an answer");
    let mut drifts = watch.0.lock().expect("unpoisoned");
    assert_eq!(drifts.len(), 1);
    drifts.remove(0)
}

fn compiled(text: &str) -> Model {
    let mut sources = Sources::default();
    sources.add("kinto.pin", text);
    let mut diagnostics = Diagnostics::default();
    let model = linchpin_compiler::check(&sources, &mut diagnostics);
    let said: String = diagnostics.sorted(&sources).into_iter().map(|one| full::render(one, &sources, false)).collect();
    model.unwrap_or_else(|| panic!("{said}\n{text}"))
}

#[tokio::test]
async fn the_edit_compiles_where_it_says_that_it_belongs() {
    let spec = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("specs/kinto.pin")).expect("the spec");
    let place = "action hello \"Say hello\" { ";
    assert!(spec.contains(place));
    for headers in [
        &[("deprecation", "true")][..],
        &[("deprecation", "@1688169599"), ("sunset", "Sun, 30 Jun 2024 23:59:59 UTC")],
        &[("sunset", "2020-02-29")],
        &[("x-deprecation-notice", "Say \"hello\" \\ no {more}: // use \u{e9}verything, soon")],
        &[("warning", "299 - \"this is deprecated, \\\"use\\\" `v2`\"")],
        &[("link", "<https://kinto.example/v2/?a={b}&c=\\>; rel=successor-version"), ("deprecated", "2027-01-01")],
    ] {
        let drift = drift(headers).await;
        assert_eq!(drift.place, "action `hello` @1");
        let model = compiled(&spec.replace(place, &format!("{place} {} ", drift.edit)));
        let life = model.modules[0].life.as_ref().unwrap_or_else(|| panic!("`{}` declares nothing", drift.edit));
        assert_eq!(life.sunset.is_some(), drift.signal.sunset.is_some(), "{}", drift.edit);
    }
}
