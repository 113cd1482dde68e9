//! Vectors for each dialect, good and malformed; the public vectors of structured dates; changes at random that must do no harm.

use std::io::Write;

use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;

use super::{Drifted, Signal, Source, date, drift, header, served};
use crate::{
    operation::{ApiDates, ApiTable, Life, OperationTable, Operations},
    value::Date,
};

fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
    let pair = |(name, value): &(&'static str, &str)| (HeaderName::from_static(name), HeaderValue::from_bytes(value.as_bytes()).unwrap());
    pairs.iter().map(pair).collect()
}

fn read(pairs: &[(&'static str, &str)]) -> Option<Signal> {
    let headers = headers(pairs);
    let found = header::read(&headers, "1.0");
    assert!(found.is_none() || header::may_say_something(&headers), "the quick look misses {pairs:?}");
    found
}

/// Since, sunset, successor, info.
fn told(pairs: &[(&'static str, &str)]) -> Option<[String; 4]> {
    let signal = read(pairs)?;
    let day = |day: Option<Date>| day.map(|day| day.to_string()).unwrap_or_default();
    Some([day(signal.since), day(signal.sunset), signal.successor.unwrap_or_default(), signal.info.unwrap_or_default()])
}

fn refused(status: u16, code: Option<&str>, message: Option<&str>, body: &[u8]) -> Option<Signal> {
    super::refused(status, code, message, body, &HeaderMap::new())
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

#[test]
fn structured_dates_are_read_as_the_public_vectors_say() {
    let corpus = std::env::var("LINCHPIN_CORPUS").unwrap_or_else(|_| "../shared/corpus".into());
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let file = root.join(corpus).join("protocols/structured-fields/date.json");
    let Ok(text) = std::fs::read_to_string(&file) else {
        // Past the test harness, which keeps what passing tests print to itself.
        let _ = writeln!(
            std::io::stderr(),
            "skipped the public vectors of structured dates: there is no {} (set LINCHPIN_CORPUS)",
            file.display()
        );
        return;
    };
    let vectors: Vec<Value> = serde_json::from_str(&text).unwrap();
    let mut seen = 0;
    for vector in vectors.iter().filter(|vector| vector["header_type"] == "item") {
        let name = vector["name"].as_str().unwrap();
        let raw = vector["raw"].as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect::<Vec<_>>().join(", ");
        let read = date::structured(&raw);
        seen += 1;
        if vector["must_fail"] == true {
            assert_eq!(read, None, "{name}");
        } else if !(vector["can_fail"] == true && read.is_none()) {
            assert_eq!(read, vector["expected"][0]["value"].as_i64(), "{name}");
        }
    }
    assert!(seen >= 15, "only {seen} vectors");
}

#[test]
fn deprecation_is_read_in_every_dialect() {
    for (value, since) in [
        ("@1688169599", "2023-06-30"),
        (" @1688169599;a=1;b ", "2023-06-30"),
        ("@-1659578233", "1917-05-30"),
        ("@253402214400", "9999-12-31"),
        ("true", ""),
        ("?1", ""),
        ("\"true\"", ""),
        ("Wed, 27 Nov 2019 14:34:29 GMT", "2019-11-27"),
        ("Wed, 27 Nov 2019 14:34:29 UTC", "2019-11-27"),
        ("Mon, 27 Nov 2019 14:34:29 GMT", "2019-11-27"),
        ("Sun, 11 Nov 2018 23:59:59 +0200", "2018-11-11"),
        ("Wednesday, 27-Nov-19 14:34:29 GMT", "2019-11-27"),
        ("Wed Nov 27 14:34:29 2019", "2019-11-27"),
        ("2019-11-27", "2019-11-27"),
        ("2019-11-27T23:34:29Z", "2019-11-27"),
        ("2019-11-27T23:34:29-05:00", "2019-11-28"),
    ] {
        let [read, ..] = told(&[("deprecation", value)]).unwrap_or_else(|| panic!("{value:?} says nothing"));
        assert_eq!(read, since, "{value}");
    }
}

#[test]
fn what_is_malformed_says_nothing() {
    for value in [
        "",
        " ",
        "@",
        "@-",
        "@ 1",
        "@1.5",
        "@abc",
        "@1688169599,@1",
        "@1688169599 x",
        "@1688169599;A=1",
        "@1000000000000000",
        "@999999999999999",
        "\t@1688169599",
        "false",
        "?0",
        "soon",
        "Wed, 32 Nov 2019 14:34:29 GMT",
        "27 Nov",
        "2019-13-01",
        "\u{e9}",
    ] {
        assert_eq!(told(&[("deprecation", value)]), None, "{value:?}");
        assert_eq!(told(&[("sunset", value)]), None, "{value:?}");
    }
    assert_eq!(told(&[("sunset", "true")]), None, "a sunset is a day");
    assert_eq!(told(&[("deprecation", &format!("@{}", "1".repeat(5000)))]), None);
}

#[test]
fn the_first_to_say_a_thing_is_believed_and_links_explain() {
    let link = "</v1?a=<b>, c>; title=\"a, b; \\\"rel=deprecation\\\"\"; rel=next, <https://a.example/policy>; rel=\"x Deprecation\"; type=\"text/html\", \
                </v2/items>;REL=successor-version";
    let all = told(&[
        ("deprecation", "@1688169599"),
        ("sunset", "Sun, 30 Jun 2024 23:59:59 UTC"),
        ("link", "<https://a.example/policy>; rel=\"x Deprecation\", </v2/items>;REL=successor-version"),
        ("deprecated", "2020-01-01"),
    ]);
    let expected = ["2023-06-30", "2024-06-30", "/v2/items", "https://a.example/policy"];
    assert_eq!(all, Some(expected.map(str::to_owned)));
    let [.., info] = told(&[("deprecation", "true"), ("link", link)]).unwrap();
    assert_eq!(info, "", "a target that is broken ends the links");
    let quoted =
        "</a>; title=\"x, <y>; rel=deprecation\"; rel=next, </b>; anchor=\"/other\"; rel=deprecation, </c>; rel=sunset; rel=deprecation";
    assert_eq!(told(&[("deprecation", "true"), ("link", quoted)]).unwrap()[3], "/c");
    assert_eq!(told(&[("link", "<https://a.example/policy>; rel=deprecation")]), None, "RFC 9745, 3: not by itself");
    let sources = read(&[("sunset", "2027-01-01"), ("deprecation", "true")]).unwrap().sources;
    assert_eq!(sources, [Source::Header("deprecation"), Source::Header("sunset")]);
}

#[test]
fn warnings_are_signals_when_they_speak_of_an_end() {
    let said = |value: &str| told(&[("warning", value)]).map(|[.., info]| info);
    let salesforce = "This API is deprecated and will be removed by Summer '22.";
    assert_eq!(said(&format!("299 - \"{salesforce}\"")).as_deref(), Some(salesforce));
    let several = "199 agent \"x, \\\"y\\\"\" \"Wed, 27 Nov 2019 14:34:29 GMT\", 299 kube \"policy/v1beta1 is deprecated in v1.21+\"";
    assert_eq!(said(several).as_deref(), Some("policy/v1beta1 is deprecated in v1.21+"));
    for nothing in ["299 - \"cached\"", "110 - \"deprecated\"", "299", "299 -", "299 - \"deprecated", "299 - deprecated", "", ",,,"] {
        assert_eq!(said(nothing), None, "{nothing}");
    }
}

#[test]
fn vendors_are_understood() {
    for (name, value, since, info) in [
        ("x-shopify-api-deprecated-reason", "Shop.products, Shop.productVariants", "", "Shop.products, Shop.productVariants"),
        ("x-api-deprecation-date", "2026-09-20", "2026-09-20", ""),
        ("x-api-deprecation-date", "September 20, 2026", "2026-09-20", ""),
        ("x-api-deprecation-info", "https://a.example/why", "", "https://a.example/why"),
        ("deprecated", "true", "", ""),
        ("deprecated", "Use v2", "", "Use v2"),
        ("paypal-deprecated", "TRUE", "", ""),
        ("x-api-warn", "This endpoint is deprecated.", "", "This endpoint is deprecated."),
        ("x-deprecation-notice", "Custom objects move to /v2.", "", "Custom objects move to /v2."),
        ("api-deprecated-versions", "0.9, v1.0", "", ""),
        ("alert", r#"{"code":"soft-eol","message":"Bye.","url":"https://a.example"}"#, "", "Bye. https://a.example"),
    ] {
        let read = told(&[(name, value)]).unwrap_or_else(|| panic!("{name}: {value} says nothing"));
        assert_eq!((read[0].as_str(), read[3].as_str()), (since, info), "{name}: {value}");
    }
    let both = told(&[("api-deprecated-versions", "1.0"), ("api-supported-versions", "2.0, 3.0")]);
    assert_eq!(both.unwrap()[3], "the server supports 2.0, 3.0");
    for (name, value) in [
        ("api-deprecated-versions", "0.9, 1.01"),
        ("api-supported-versions", "2.0"),
        ("deprecated", "false"),
        ("paypal-deprecated", ""),
        ("x-api-warn", "slow"),
        ("alert", "soft-eol"),
        ("alert", r#"{"code":"other"}"#),
        ("alert", r#"{"code":7"#),
        ("x-shopify-api-version", "2024-04"),
    ] {
        assert_eq!(told(&[(name, value)]), None, "{name}: {value}");
    }
    assert!(read(&[("alert", r#"{"code":"hard-eol"}"#)]).unwrap().gone);
}

#[test]
fn refusals_say_that_something_has_ended() {
    let slack = br#"{"ok":false,"error":"method_deprecated","response_metadata":{"messages":["[ERROR] This method is retired; use conversations.info"]}}"#;
    let said = |status, code, body: &[u8]| refused(status, code, None, body).map(|signal| signal.info.unwrap_or_default());
    assert_eq!(said(200, Some("method_deprecated"), slack).unwrap(), "[ERROR] This method is retired; use conversations.info");
    assert_eq!(refused(200, None, None, slack).unwrap().sources, [Source::Body], "the code is found where nobody said where it is");
    let jira =
        br#"{"errorMessages":["The requested API has been removed. Please migrate to the /rest/api/3/search/jql API."],"errors":{}}"#;
    assert!(said(410, None, jira).unwrap().contains("/rest/api/3/search/jql"));
    assert_eq!(said(410, None, b"Gone, use v2").unwrap(), "Gone, use v2");
    assert_eq!(said(410, None, b"<html>gone</html>").unwrap(), "");
    assert_eq!(refused(410, None, None, b"").unwrap().sources, [Source::Status(410)]);
    let net = br#"{"error":{"code":"UnsupportedApiVersion","message":"The HTTP resource does not support the API version 1.0."}}"#;
    assert!(said(400, None, net).unwrap().contains("does not support"));
    let rest = br#"[{"message":"API version no longer supported","errorCode":"UNSUPPORTED_API_VERSION"}]"#;
    assert_eq!(said(400, None, rest).unwrap(), "API version no longer supported");
    let soap = b"<soapenv:Fault><faultcode>sf:UNSUPPORTED_API_VERSION</faultcode></soapenv:Fault>";
    assert!(refused(500, None, None, soap).unwrap().gone);
    for (status, body) in [(400, &b"{\"error\":\"invalid\"}"[..]), (404, b""), (500, b"\xff\xfe"), (400, b"[]"), (200, b"{\"ok\":false}")] {
        assert_eq!(refused(status, None, None, body), None, "{status}");
    }
}

const OLD: OperationTable = OperationTable { name: "items.old", method: "GET", path: "/old", ..OperationTable::EMPTY };
static PLAIN: OperationTable = OLD;
static DECLARED: OperationTable = OperationTable {
    life: Some(&Life { since: Some("2026-01"), sunset: Some("2027-03"), successor: Some("items.list"), why: "renamed" }),
    ..OLD
};
static LIST: OperationTable = OperationTable { name: "items.list", method: "GET", path: "/v2/items", ..OperationTable::EMPTY };
static READ: OperationTable = OperationTable { name: "items.read", method: "GET", path: "/v2/items/{0}", ..OperationTable::EMPTY };
const OPERATIONS: Operations = Operations::Tables(&[&PLAIN, &LIST, &READ]);
const API: ApiTable = ApiTable { version: "v1", wire_version: "1.0", operations: OPERATIONS, ..ApiTable::EMPTY };
static OPEN: ApiTable = API;
static ENDING: ApiTable = ApiTable { unsupported: Some("2027-06-30"), ..API };

fn edit(operation: &'static OperationTable, api: &'static ApiTable, pairs: &[(&'static str, &str)]) -> Option<String> {
    drift::of_signal(operation, api, &read(pairs).expect("a signal"), day("2026-11-26")).map(|drift| drift.edit)
}

#[test]
fn what_the_spec_declares_is_no_drift() {
    assert_eq!(edit(&DECLARED, &OPEN, &[("deprecation", "true")]), None);
    assert_eq!(edit(&DECLARED, &OPEN, &[("sunset", "Wed, 31 Mar 2027 23:59:59 GMT")]), None, "a day of the declared month");
    assert_eq!(edit(&PLAIN, &ENDING, &[("sunset", "2027-06-30")]), None, "the end of the version");
    let gone = Signal { gone: true, info: Some("removed".into()), ..Signal::default() };
    assert!(drift::of_signal(&DECLARED, &OPEN, &gone, day("2027-03-01")).is_none());
    assert!(drift::of_signal(&DECLARED, &OPEN, &gone, day("2027-02-28")).is_some_and(|drift| drift.what == Drifted::Gone));
}

#[test]
fn drift_brings_the_clause_that_declares_it() {
    let plain = |pairs: &[(&'static str, &str)]| edit(&PLAIN, &OPEN, pairs).unwrap();
    assert_eq!(plain(&[("deprecation", "true")]), r#"deprecated since 2026-11-26 use none "the server says so""#);
    assert_eq!(
        plain(&[
            ("deprecation", "@1688169599"),
            ("sunset", "2027-01-31"),
            ("link", "<https://a.example/v2/items?x=1>; rel=successor-version")
        ]),
        r#"deprecated since 2023-06-30 sunset 2027-01-31 use items.list "see https://a.example/v2/items?x=1""#
    );
    assert_eq!(
        plain(&[("x-deprecation-notice", "Use `GET /api/v2/items/{id}` or \"items.list\".")]),
        r#"deprecated since 2026-11-26 use items.read "Use `GET /api/v2/items/{id}` or \"items.list\".""#
    );
    assert_eq!(
        edit(&DECLARED, &OPEN, &[("sunset", "2027-09-30")]).unwrap(),
        r#"deprecated since 2026-01 sunset 2027-09-30 use items.list "renamed""#,
        "the rest stays as the spec has it"
    );
    assert_eq!(plain(&[("sunset", "2020-01-31")]), r#"deprecated since 2020-01-31 sunset 2020-01-31 use none "the server says so""#);
    let slip = drift::of_signal(&DECLARED, &OPEN, &read(&[("sunset", "2027-09-30")]).unwrap(), day("2026-11-26")).unwrap();
    assert_eq!(slip.what, Drifted::Sunset { declared: Some("2027-03"), announced: day("2027-09-30") });
    assert_eq!(slip.place, "action `items.old` @1");
}

#[test]
fn a_bare_410_may_be_about_one_thing_only() {
    let gone = |body: &[u8]| drift::of_signal(&PLAIN, &OPEN, &refused(410, None, None, body).unwrap(), day("2026-11-26"));
    assert_eq!(gone(b"item 7 was deleted"), None);
    let drift = gone(b"The requested API has been removed. Please migrate to the /rest/v2/items API.").unwrap();
    assert_eq!(drift.what, Drifted::Gone);
    assert!(drift.edit.starts_with("deprecated since 2026-11-26 sunset 2026-11-26 use items.list \"The requested"), "{}", drift.edit);
}

#[test]
fn what_the_headers_of_a_refusal_announce_goes_before_its_body() {
    let hard = headers(&[("alert", r#"{"code":"hard-eol","message":"Bye."}"#), ("deprecation", "@1688169599")]);
    let signal = super::refused(410, None, None, br#"{"message":"no longer exists"}"#, &hard).unwrap();
    assert_eq!((signal.since, signal.info.as_deref()), (Some(day("2023-06-30")), Some("Bye.")));
    assert_eq!(drift::of_signal(&PLAIN, &OPEN, &signal, day("2026-11-26")).unwrap().what, Drifted::Gone);
    let one_thing = super::refused(410, None, None, b"item 7 was deleted", &headers(&[("deprecation", "true")])).unwrap();
    assert_eq!(drift::of_signal(&PLAIN, &OPEN, &one_thing, day("2026-11-26")).unwrap().what, Drifted::Undeclared);
}

#[test]
fn the_version_served_is_compared_with_the_one_asked_for() {
    static TOLD: ApiTable = ApiTable { served: Some("x-version"), versions: &[ApiDates { version: "v2.0", ..ApiDates::EMPTY }], ..API };
    let other = |api: &ApiTable, name, value| served::other(api, &headers(&[(name, value)])).map(str::to_owned);
    assert_eq!(other(&TOLD, "x-version", " 1.0 "), None);
    assert_eq!(other(&TOLD, "x-version", ""), None);
    assert_eq!(other(&TOLD, "x-version", "2.0").as_deref(), Some("2.0"));
    assert_eq!(other(&OPEN, "x-shopify-api-version", "2.0").as_deref(), Some("2.0"), "known without a declaration");
    assert_eq!(other(&ApiTable::EMPTY, "x-shopify-api-version", "2.0"), None, "no version was asked for");
    let edit = |served| drift::of_version(&PLAIN, &TOLD, served, day("2026-11-26")).edit;
    assert_eq!(edit("2.0"), "removed 2026-11-26");
    assert_eq!(edit("2025-01"), "removed 2026-11-26\napi 2025-01 { }");
    assert_eq!(edit("3.0 \"x\""), "removed 2026-11-26\napi 3-0-x at \"3.0 \\\"x\\\"\" { }");
}

/// Changes valid values at random (by a fixed seed): nothing may panic, and texts stay bounded and on one line.
#[test]
fn broken_values_do_no_harm() {
    let rounds = std::env::var("LINCHPIN_FUZZ_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(3000);
    let valid = [
        "@1688169599;a=1",
        "Wed, 27 Nov 2019 14:34:29 UTC",
        "299 - \"deprecated, \\\"soon\\\"\" \"Wed, 27 Nov 2019 14:34:29 GMT\"",
        "<https://a.example/v2/items>; rel=\"successor-version deprecation\"; title=\"a, b\", </b>; rel=sunset",
        r#"{"code":"soft-eol","message":"migrate to /v2/items","url":"https://a.example"}"#,
        r#"{"ok":false,"error":"method_deprecated","response_metadata":{"messages":["use items.list"]}}"#,
        "1.0, 2.0",
        "2026-11-27T23:34:29Z",
    ];
    let names = [
        "deprecation",
        "sunset",
        "warning",
        "link",
        "alert",
        "deprecated",
        "api-deprecated-versions",
        "x-api-warn",
        "x-deprecation-notice",
    ];
    let pieces =
        ["@", "-", "\"", "\\", "<", ">", ";", ",", "=", "9999999999999999", "GMT", "deprecated", "\u{e9}", "\u{20ac}", "\t", "/v2/items/"];
    let mut random = fastrand::Rng::with_seed(11);
    let mut found = 0;
    for _ in 0..rounds {
        let mut text = valid[random.usize(..valid.len())].as_bytes().to_vec();
        for _ in 0..random.usize(..4) {
            let start = random.usize(..=text.len());
            let end = (start + random.usize(..6)).min(text.len());
            text.splice(start..end, pieces[random.usize(..pieces.len())].bytes());
        }
        if random.u8(..20) == 0 {
            text = text.repeat(200);
        }
        let mut map = HeaderMap::new();
        for _ in 0..random.usize(1..5) {
            let Ok(value) = HeaderValue::from_bytes(&text) else { break };
            map.append(HeaderName::from_static(names[random.usize(..names.len())]), value);
        }
        let signals = [header::read(&map, "1.0"), refused(random.u16(200..600), None, None, &text)];
        for signal in signals.into_iter().flatten() {
            found += 1;
            for shown in signal.info.iter().chain(&signal.successor) {
                assert!(shown.chars().count() <= 301 && !shown.contains(char::is_control), "{shown:?}");
            }
            if let Some(drift) = drift::of_signal(&PLAIN, &OPEN, &signal, day("2026-11-26")) {
                assert!(!drift.edit.contains('\n') && drift.edit.len() < 4000, "{}", drift.edit);
            }
        }
    }
    assert!(found > rounds / 10, "{found} signals in {rounds} rounds: the changes are too coarse to test anything");
}
