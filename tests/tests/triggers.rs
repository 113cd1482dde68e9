//! Triggers end to end: generated Rust against a stand-in. The spec is `golden/triggers.pin`, whose own tests run in `golden.rs`.

use linchpin_runtime::connector;

connector!("triggers");

mod calls {
    //! What the Rust does.

    use std::time::Duration;

    use linchpin_runtime::prelude::*;
    use linchpin_runtime::testing::{Reply, Route, StandIn};
    use linchpin_runtime::trigger::{FileStateStore, PollState, Start, StateStore};
    use linchpin_runtime::webhook::{Endpoint, Subscription};
    use serde_json::{Value as Json, json};

    use super::triggers::{self, Client, OnHappening, WatchTickets};

    fn client(server: &StandIn) -> Client {
        Client::open().base_url(server.url()).build().expect("a client")
    }

    fn ticket(id: u32, at: &str) -> Json {
        json!({ "id": id, "title": format!("T{id}"), "changed_at": at })
    }

    fn page(tickets: &[Json], next: Option<&str>) -> Reply {
        Reply::json(200, &json!({ "data": tickets, "next": next }))
    }

    /// In the folder that cargo gives tests, under a name of its own.
    fn folder(name: &str) -> std::path::PathBuf {
        let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = std::fs::remove_dir_all(&folder);
        folder
    }

    #[tokio::test]
    async fn a_state_goes_through_a_store_and_gives_each_change_once() {
        let server = StandIn::start().await.expect("a stand-in");
        let before = [ticket(2, "2026-01-02T00:00:02Z"), ticket(1, "2026-01-02T00:00:01Z")];
        // Later: one that changed, one of the very time that was seen last, and what is known.
        let now = [ticket(1, "2026-01-02T00:00:03Z"), ticket(3, "2026-01-02T00:00:02Z"), ticket(2, "2026-01-02T00:00:02Z")];
        server.route(Route::new("GET", "/tickets").reply(page(&before, None)).reply(page(&now, None)));
        let (client, store) = (client(&server), FileStateStore::new(folder("states")));
        assert!(store.load("A/../b").await.expect("it can be read").is_none());
        let start: DateTime = "2026-01-01T00:00:00Z".parse().expect("a time");
        let first = WatchTickets::new().project("p").poll(&client, &PollState::start(Start::Since(start))).await.expect("a poll");
        assert_eq!(first.items.iter().map(|one| one.title.as_str()).collect::<Vec<_>>(), ["T2", "T1"]);
        store.keep("A/../b", &first.state).await.expect("it is kept");

        let state = store.load("A/../b").await.expect("it can be read").expect("it is there");
        assert_eq!(state, first.state);
        let second = WatchTickets::new().project("p").poll(&client, &state).await.expect("a poll");
        assert_eq!(second.items.iter().map(|one| one.title.as_str()).collect::<Vec<_>>(), ["T1", "T3"]);
        let asked = &server.received()[1];
        // The last time less the lookback of two minutes, as the input writes it.
        assert_eq!(asked.query(), [("project".into(), "p".into()), ("since".into(), "1767311882".into())]);
        let files: Vec<_> = std::fs::read_dir(folder_of(&store)).expect("a folder").flatten().map(|one| one.file_name()).collect();
        assert_eq!(files, ["%41%2f%2e%2e%2fb.json"], "no key leaves the folder, and nothing half written stays");
    }

    fn folder_of(store: &FileStateStore) -> String {
        let shown = format!("{store:?}");
        shown.split('"').nth(1).expect("a path").to_owned()
    }

    #[tokio::test]
    async fn a_broken_state_is_an_error_and_no_new_start() {
        let folder = folder("broken");
        std::fs::create_dir_all(&folder).expect("a folder");
        std::fs::write(folder.join("k.json"), "{\"trigger\":").expect("written");
        assert!(FileStateStore::new(&folder).load("k").await.is_err());
    }

    #[tokio::test]
    async fn a_poll_that_fails_gives_nothing() {
        let server = StandIn::start().await.expect("a stand-in");
        server.on("GET", "/tickets?cursor=c", Reply::status(400));
        server.on("GET", "/tickets", page(&[ticket(2, "2026-01-02T00:00:02Z")], Some("c")));
        let start = PollState::start(Start::All);
        let error = WatchTickets::new().poll(&client(&server), &start).await.expect_err("the second page fails");
        assert_eq!((error.kind(), error.operation()), (ErrorKind::Invalid, Some("watch_tickets")));
    }

    #[tokio::test]
    async fn by_name_items_are_json() {
        let server = StandIn::start().await.expect("a stand-in");
        server.on("GET", "/tickets", page(&[ticket(2, "2026-01-02T00:00:02Z")], None));
        let client = client(&server);
        let polled = client.any().poll("watch_tickets", json!({ "project": "p" }), &PollState::start(Start::All)).await.expect("a poll");
        assert_eq!(polled.items[0]["title"], "T2");
        let wrong = client.any().poll("watch_ticket", json!({}), &polled.state).await.expect_err("no such trigger");
        assert!(wrong.to_string().contains("watch_tickets"), "{wrong}");
        let hook =
            client.any().poll("create_hook", json!({ "project": "p", "url": "https://a.example", "secret": "s" }), &polled.state).await;
        assert_eq!(hook.expect_err("it does not poll").kind(), ErrorKind::Configuration);
        let schema = client.catalog().module("watch_tickets").expect("there").input_schema();
        let properties = &schema["$defs"]["watch_tickets"]["properties"];
        assert!(properties["project"].is_object() && properties["since"].is_null(), "{schema}");
    }

    #[tokio::test]
    async fn a_subscription_is_made_renewed_and_ended() {
        let server = StandIn::start().await.expect("a stand-in");
        server.on("POST", "/hooks", Reply::json(201, &json!({ "id": "h1", "expires_at": "2026-01-02T03:00:00Z" })));
        server.on("POST", "/hooks/h1", Reply::json(200, &json!({ "id": "h1", "expires_at": "2026-01-09T03:00:00Z" })));
        server.on("DELETE", "/hooks/h1", Reply::status(404));
        let client = client(&server);
        let endpoint = Endpoint::new("https://program.example/hook".parse().expect("a URL")).expect("a secret");
        assert!(endpoint.secret.expose().len() >= 32 && !format!("{endpoint:?}").contains(endpoint.secret.expose()));
        let made = OnHappening::new("p").subscribe(&client, &endpoint).await.expect("made");
        let sent = server.received()[0].json().expect("JSON");
        assert_eq!(sent, json!({ "project": "p", "url": "https://program.example/hook", "secret": endpoint.secret.expose() }));
        let ends: DateTime = "2026-01-02T03:00:00Z".parse().expect("a time");
        assert_eq!((made.expires(), made.renew_at()), (Some(ends), ends.checked_sub(Duration::from_secs(3600))));

        let kept: Subscription = serde_json::from_str(&serde_json::to_string(&made).expect("JSON")).expect("read again");
        let renewed = OnHappening::new("p").renew(&client, &endpoint, &kept).await.expect("renewed");
        assert_eq!(renewed.expires().map(|end| end.to_string()).as_deref(), Some("2026-01-09T03:00:00Z"));
        OnHappening::new("p").unsubscribe(&client, &endpoint, &renewed).await.expect("it is gone already");
        let targets: Vec<_> = server.received().iter().map(|one| format!("{} {}", one.method, one.target)).collect();
        assert_eq!(targets, ["POST /hooks", "POST /hooks/h1", "DELETE /hooks/h1"]);

        let other: Subscription =
            serde_json::from_value(json!({ "trigger": "other", "gave": {}, "expires": null, "before": 0 })).expect("one");
        let error = OnHappening::new("p").renew(&client, &endpoint, &other).await.expect_err("another trigger's");
        assert_eq!(error.kind(), ErrorKind::Input);
        let by_hand = triggers::OnForm::new().subscribe(&client, &endpoint).await.expect_err("nothing is declared");
        assert_eq!(by_hand.kind(), ErrorKind::Configuration);
    }
}
