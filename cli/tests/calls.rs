//! `linchpin serve` and `linchpin call` together: the second calls what the first serves from the spec's examples.

mod common;

use common::{Folder, Run, Served, linchpin, linchpin_fed, spec};
use serde_json::{Value, json};

/// Calls a module of the shop, with a connection that has all its fields.
fn call<'a>(served: &Served, module: &str, more: impl IntoIterator<Item = &'a str>) -> Run {
    let start =
        ["call", &spec("shop.pin"), module, "--base-url", &served.url, "--field", "host=shop.example", "--field", "token=t0p-secret"];
    linchpin(start.map(str::to_owned).into_iter().chain(more.into_iter().map(str::to_owned)))
}

fn output(run: &Run) -> Value {
    assert_eq!((run.status, run.err.as_str()), (0, ""));
    serde_json::from_str(&run.out).expect("JSON")
}

#[test]
fn serve_says_where_it_listens_and_at_the_end_what_it_was_asked() {
    let served = Served::start("shop.pin");
    assert!(served.url.starts_with("http://127.0.0.1:"), "{}", served.url);
    let taken = linchpin(["serve", &spec("shop.pin"), "--port", served.url.rsplit_once(':').expect("a port").1]);
    assert_eq!((taken.status, taken.out.as_str()), (2, ""), "the port is taken: {}", taken.err);
    assert_eq!(call(&served, "drop_article", ["--set", "article=a9"]).status, 1);
    let run = served.stop();
    assert_eq!((run.status, run.err.as_str()), (0, ""));
    assert_eq!(run.out, "stop it with Ctrl-C\nDELETE /api/articles/a9\n");
}

#[test]
fn inputs_are_set_one_by_one_or_given_as_json() {
    let served = Served::start("shop.pin");
    let dinghy = json!({"id": "a4", "name": "Dinghy", "price": "900.00"});
    let set = ["--set", "name=42", "--set", "price=900.10", "--set", r#"tags=["a","b"]"#, "--set", "kind=food"];
    assert_eq!(output(&call(&served, "add_article", set)), dinghy, "text that looks like a number is text");
    let text = r#"{"name": "Dinghy", "price": "900"}"#;
    assert_eq!(output(&call(&served, "add_article", ["--input", text])), dinghy);
    let shop = spec("shop.pin");
    let arguments = [
        "call",
        &shop,
        "add_article@1",
        "--input",
        "-",
        "--set",
        "name=Other",
        "--base-url",
        &served.url,
        "--field",
        "host=h.example",
        "--field",
        "token=t",
    ];
    assert_eq!(output(&linchpin_fed(arguments, text)), dinghy);

    assert_eq!(served.stop().out, "stop it with Ctrl-C\nPOST /api/articles\nPOST /api/articles\nPOST /api/articles\n");
}

#[test]
fn a_search_gives_its_first_page_or_all_items_a_line_each() {
    let served = Served::start("shop.pin");
    let page = output(&call(&served, "find_articles", ["--set", "limit=2"]));
    assert_eq!((page["articles"].as_array().map(Vec::len), &page["next"]), (Some(2), &json!("c2")));
    let run = call(&served, "find_articles", ["--set", "limit=2", "--all"]);
    assert_eq!((run.status, run.err.as_str()), (0, ""));
    let ids: Vec<_> = run.out.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON")["id"].clone()).collect();
    assert_eq!(ids, ["a1", "a2", "a3"]);
}

#[test]
fn files_are_sent_and_saved() {
    let served = Served::start("shop.pin");
    let folder = Folder::new("files");
    let picture = folder.write("buoy.png", "a picture");
    let run = call(&served, "store_picture", ["--set", "article=a1", "--file", &format!("file={picture}")]);
    assert_eq!((run.status, run.out.as_str(), run.err.as_str()), (0, "", ""));
    let missing = call(&served, "store_picture", ["--set", "article=a1", "--file", "file=no/such.png"]);
    assert_eq!(missing.status, 2);
    assert!(missing.err.starts_with("linchpin: no/such.png: "), "{}", missing.err);

    let target = folder.path("prices.csv");
    let run = call(&served, "fetch_prices", ["--save", &target]);
    assert_eq!((run.status, run.out), (0, format!("14 bytes in {target}\n")));
    assert_eq!(folder.read("prices.csv"), "article,price\n");

    // The server proposes `../list.csv`: only the name counts, in the folder where the command runs.
    let inner = Folder::new("inner");
    let run = common::linchpin_in(
        &inner,
        ["call", &spec("shop.pin"), "fetch_prices", "--base-url", &served.url, "--field", "host=h.example", "--field", "token=t"],
    );
    assert_eq!((run.status, run.out.as_str()), (0, "14 bytes in list.csv\n"), "{}", run.err);
    assert_eq!(inner.files(), ["list.csv"]);
}

#[test]
fn what_the_server_refuses_ends_with_1_and_its_words() {
    let served = Served::start("shop.pin");
    let run = call(&served, "drop_article", ["--set", "article=a9"]);
    assert_eq!((run.status, run.out.as_str()), (1, ""));
    assert_eq!(run.err, "drop_article: the server answered 404 Not Found (There is no a9.)\n");
    let run = call(&served, "add_article", ["--set", "name=Dinghy", "--set", "price=cheap"]);
    assert_eq!(run.status, 1);
    assert!(run.err.ends_with("at `price`\n") && run.err.contains("cheap"), "{}", run.err);
    let run = call(&served, "add_article", ["--set", "name="]);
    assert_eq!(run.status, 1, "{}", run.err);
    assert_eq!(served.stop().out, "stop it with Ctrl-C\nDELETE /api/articles/a9\n", "a wrong input is not sent");
}

#[test]
fn a_misspelt_name_is_answered_with_the_right_one() {
    let served = Served::start("shop.pin");
    let cases: [(&str, &[&str], &str); 11] = [
        ("find_article", &[], "there is no module `find_article`; did you mean `find_articles`?"),
        ("find_articles@first", &[], "`first` is not a revision; write `find_articles@1`"),
        ("find_articles", &["--set", "nam=x"], "there is no input `nam`; did you mean `name`?"),
        ("add_article", &["--input", r#"{"name": "x", "price": "1", "tgas": []}"#], "there is no input `tgas`; did you mean `tags`?"),
        ("add_article", &["--set", "name"], "`name` has no `=`; write NAME=VALUE"),
        ("add_article", &["--input", "[1]"], "the input must be a JSON object: --input '{\"name\": \"Alpha\"}'"),
        ("add_article", &["--file", "name=/dev/null"], "`name` is no file; write `--set name=…`"),
        ("add_article", &["--all"], "`add_article` gives no pages, so `--all` means nothing"),
        ("add_article", &["--save", "here"], "`add_article` gives no file, so there is nothing to save"),
        ("find_articles", &["--field", "tokne=x"], "no connection has a field `tokne`; did you mean `token`?"),
        ("find_articles", &["--connection", "kee"], "there is no connection `kee`; did you mean `key`?"),
    ];
    for (module, more, message) in cases {
        let run = call(&served, module, more.iter().copied());
        assert_eq!(
            (run.status, run.out.as_str(), run.err.as_str()),
            (2, "", format!("linchpin: {message}\n").as_str()),
            "{module} {more:?}"
        );
    }
    assert!(served.stop().out.ends_with("stop it with Ctrl-C\n"), "nothing was sent");
}

#[test]
fn missing_connection_fields_are_named_with_the_ways_to_give_them() {
    let served = Served::start("shop.pin");
    let shop = spec("shop.pin");
    let run = linchpin(["call", &shop, "find_articles", "--base-url", &served.url, "--field", "host=shop.example"]);
    assert_eq!(run.status, 2);
    assert_eq!(run.err, "linchpin: `API key` needs --field token=… (or SHOP_TOKEN in the environment)\n");
    let run = common::linchpin_with(
        [("SHOP_TOKEN", "t0p-secret"), ("SHOP_HOST", "shop.example")],
        ["call", &shop, "find_articles", "--base-url", &served.url],
    );
    assert_eq!(run.status, 0, "{}", run.err);
    let run = linchpin(["call", &shop, "find_articles", "--base-url", &served.url, "--field", "host=ev/il", "--field", "token=t0p-secret"]);
    assert_ne!(run.status, 0);
    assert!(!run.err.contains("t0p-secret"), "{}", run.err);
}

/// Calls a module of the harbor with a token that the stand-in gives first.
fn harbor(served: &Served, connection: &str, module: &str, set: &[&str]) -> Run {
    let fields: &[&str] = match connection {
        "machine" => &["host=harbor.example", "tenant=t1", "client_id=c", "client_secret=s"],
        _ => &["host=harbor.example", "user=u", "password=p"],
    };
    let harbor = spec("harbor.pin");
    let mut arguments = vec!["call", &harbor, module, "--base-url", &served.url, "--connection", connection];
    arguments.extend(fields.iter().flat_map(|field| ["--field", field]));
    arguments.extend(set.iter().flat_map(|input| ["--set", input]));
    linchpin(arguments)
}

#[test]
fn the_stand_in_answers_what_an_example_gives_as_it_says_however_often() {
    let served = Served::start("harbor.pin");
    for _ in 0..2 {
        assert_eq!(output(&harbor(&served, "machine", "get_ship", &["ship=s1"]))["name"], "Aurora");
        let missing = harbor(&served, "machine", "get_ship", &["ship=zz"]);
        assert!(missing.err.contains("no_ship"), "{}", missing.err);
        assert_eq!(output(&harbor(&served, "machine", "find_ships", &["flag=MT"]))[0]["id"], "s2");
        assert_eq!(output(&harbor(&served, "machine", "find_ships", &[]))[0]["id"], "s1");
        assert_eq!(output(&harbor(&served, "machine", "add_ship", &["name=Aurora"]))["id"], "s1");
        assert_eq!(harbor(&served, "machine", "add_ship", &["name=Boreas"]).status, 1);
    }
    // What no example gives is answered as the first one that goes well.
    assert_eq!(output(&harbor(&served, "machine", "get_ship", &["ship=s7"]))["name"], "Aurora");
    assert_eq!(output(&harbor(&served, "machine", "add_ship", &["name=Calm"]))["id"], "s1");
    assert_eq!(output(&harbor(&served, "machine", "find_ships", &["flag=PA", "page=4"]))[0]["id"], "s1");
    assert!(served.stop().out.contains("POST /t1/token?kind=machine\nGET /rest/2/ships/s1\n"));
}

#[test]
fn the_stand_in_gives_a_token_for_credentials() {
    let served = Served::start("harbor.pin");
    assert_eq!(output(&harbor(&served, "session", "get_ship", &["ship=s1"]))["name"], "Aurora");
    assert_eq!(served.stop().out, "stop it with Ctrl-C\nPOST /rest/2/login\nGET /rest/2/ships/s1\n");
}
