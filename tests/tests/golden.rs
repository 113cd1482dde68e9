//! The specs of `golden/`, which together show every construct: the Rust that they become, as snapshots to be read, and the same Rust
//! compiled and called. The tests that the specs themselves hold run here too.

use linchpin_runtime::connector;

connector!("history");
connector!("names");
connector!("triggers");
connector!("operations");
connector!("types");
connector!("versions");

mod text {
    //! What the specs become.

    use std::path::Path;

    #[test]
    fn specs_become_this_rust() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden");
        let compiled = linchpin_compiler::build_script::compile_folder(&folder).expect("the golden specs compile");
        assert_eq!(compiled.len(), 7);
        for (name, rust) in compiled {
            // The header names the spec from where the build was started.
            let rust = rust.replace(&format!("{}/", folder.display()), "");
            insta::with_settings!({ snapshot_path => "../golden", prepend_module_to_snapshot => false, omit_expression => true }, {
                insta::assert_snapshot!(name, rust);
            });
        }
    }

    #[test]
    fn the_same_text_gives_the_same_bytes() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden");
        let compile = || linchpin_compiler::build_script::compile_folder(&folder).expect("the golden specs compile");
        assert_eq!(compile(), compile());
    }
}

#[expect(deprecated, reason = "version 21 is, and rustc says so wherever it is used")]
mod calls {
    //! What the Rust does.

    use linchpin_runtime::prelude::*;
    use linchpin_runtime::testing::{Reply, StandIn};
    use serde_json::json;

    use super::{history, names, operations, types, versions};

    fn host() -> Host {
        "golden.example".parse().expect("a host")
    }

    #[tokio::test]
    async fn versions_share_what_did_not_change() {
        let server = StandIn::start().await.expect("a stand-in");
        for path in ["/21.0/task/t1", "/22.0/task/t1"] {
            server.on("GET", path, Reply::json(200, &json!({ "id": "t1", "name": "Alpha", "status": "CUR" })));
        }
        let old = versions::v21::Client::builder(versions::Key::new(host(), "k")).base_url(server.url()).build().expect("a client");
        let new = versions::v22::Client::builder(versions::Token::new(host(), "t")).base_url(server.url()).build().expect("a client");

        // One request type, sent to both; a function that takes the old version's types is given the new one's.
        let status_of = |task: versions::v21::Task| -> versions::v21::Status { task.status };
        let from_old: versions::v22::Task = versions::v22::GetTask::new("t1").send(&old).await.expect("an answer");
        let from_new: versions::v21::Task = versions::v21::GetTask::new("t1").send(&new).await.expect("an answer");
        assert_eq!(from_old, from_new);
        let status: versions::v22::Status = status_of(from_new);
        assert_eq!(status, versions::v22::Status::Current);
    }

    #[tokio::test]
    async fn an_older_version_is_the_present_with_the_changes_undone() {
        let server = StandIn::start().await.expect("a stand-in");
        let person = json!({ "id": "p1", "name": "Ann" });
        server.on("GET", "/v1/tasks/t1", Reply::json(200, &json!({ "id": "t1", "name": "Alpha", "status": "done", "people": person })));
        let task = json!({ "id": "t1", "title": "Alpha", "status": "shut", "people": [person], "settings": { "colour": "red" } });
        server.on("GET", "/v2/projects/p/tasks/t1", Reply::json(200, &task));
        let key = || history::Key::new(host(), "k");
        let old = history::v1::Client::builder(key()).base_url(server.url()).build().expect("a client");
        let new = history::v2::Client::builder(key()).base_url(server.url()).build().expect("a client");

        let before: history::v1::Task = history::v1::GetTask::new("t1").send(&old).await.expect("an answer");
        assert_eq!((before.name.as_str(), before.status), ("Alpha", history::v1::Status::Done));
        let now: history::v2::Task = history::v2::GetTask::new("p", "t1").send(&new).await.expect("an answer");
        assert_eq!((now.title.as_str(), now.status, now.settings.size), ("Alpha", history::v2::Status::Shut, 1));
        // What did not change is one type.
        let people: Vec<history::v1::Person> = now.people;
        assert_eq!(Some(&people[0]), before.people.as_ref());
        let _: history::v2::GetPerson = history::v1::GetPerson::new("p1");
    }

    #[tokio::test]
    async fn what_changed_is_another_type() {
        let server = StandIn::start().await.expect("a stand-in");
        server.on("POST", "/22.0/program", Reply::json(200, &json!({ "id": "p1", "name": "Alpha", "portfolio_id": "f1" })));
        let client = versions::v22::Client::builder(versions::Key::new(host(), "k")).base_url(server.url()).build().expect("a client");
        let program = versions::v22::CreateProgram::new("Alpha", "f1").send(&client).await.expect("an answer");
        assert_eq!(program.portfolio_id.to_string(), "f1");
        let received = server.received();
        assert_eq!(received[0].json(), Some(json!({ "name": "Alpha", "portfolio_id": "f1" })));
        // An id read in one version is an id in the other.
        let _ = versions::v21::GetProgram::new(program.id);
    }

    #[tokio::test]
    async fn an_update_leaves_erases_and_sets() {
        let server = StandIn::start().await.expect("a stand-in");
        server.on(
            "PATCH",
            "/v1/things/t1",
            Reply::json(200, &json!({ "ID": "t1", "text": "A", "moment": "2026-01-02T03:04:05Z", "maybe": null, "kind": "thing" })),
        );
        let client = types::Client::builder(types::Key::new(host(), "k")).base_url(server.url()).build().expect("a client");
        let change = types::ChangeThing::new("t1", None::<String>).erase_price().place(types::ChangeThingPlace::new("Main Street"));
        let thing = change.send(&client).await.expect("an answer");
        assert_eq!((thing.count, thing.urgency), (0, types::Urgency::Low));
        let body = server.received()[0].json().expect("a body");
        assert_eq!(body, json!({ "price": null, "place": { "street": "Main Street" }, "maybe": null, "urgency": "HIGH!" }));
    }

    #[tokio::test]
    async fn answers_of_several_shapes_are_an_enum() {
        let server = StandIn::start().await.expect("a stand-in");
        let client = operations::Client::builder(operations::Token::new(host(), "t")).base_url(server.url()).build().expect("a client");
        let create = || operations::Create::new("Alpha").send(&client);
        server.on("POST", "/api/items", Reply::json(202, &json!({ "id": "j1" })));
        assert!(matches!(create().await.expect("an answer"), operations::CreateOutput::Accepted(job) if job.id.to_string() == "j1"));
    }

    #[tokio::test]
    async fn names_that_are_rusts_work() {
        let server = StandIn::start().await.expect("a stand-in");
        server.on("GET", "/client/loop", Reply::json(200, &json!({ "type": "t", "self": "s" })));
        let client = names::Client::builder(names::NoneAtAll::new()).base_url(server.url()).build().expect("a client");
        let answer = names::ClientOperation::new("loop").fn_("f").send_("s").send(&client).await.expect("an answer");
        assert_eq!((answer.type_.as_str(), answer.self_.as_str()), ("t", "s"));
        let mut query = server.received()[0].query();
        query.sort();
        assert_eq!(query, [("fn".to_owned(), "f".to_owned()), ("send".to_owned(), "s".to_owned())]);
    }
}
