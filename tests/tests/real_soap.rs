//! SOAP against what nobody here wrote: services by spyne, which checks every request against its own schema, and by npm's `soap`; zeep and
//! libxml2 as a second opinion about the same WSDLs; and the WSDLs that the makers of cameras publish.

use linchpin_runtime::{
    ErrorKind,
    http_module::client as open_client,
    soap::{SoapOperation, SoapRequest, SoapVersion, UsernameToken, Wsdl, client_of},
};
use linchpin_tests::servers;
use serde_json::{Map, Value as Json, json};

fn file(name: &str) -> String {
    format!("{}/soap/{name}", env!("CARGO_MANIFEST_DIR"))
}

async fn stock(version: SoapVersion) -> Option<(Wsdl, linchpin_runtime::AnyClient, std::sync::Arc<servers::Server>)> {
    let server = servers::spyne()?;
    let path = if version == SoapVersion::V1_1 { "/soap11" } else { "/soap12" };
    let client = client_of(&format!("{}{path}", server.url())).and_then(|builder| builder.build_any()).expect("a client");
    let (wsdl, problems) = Wsdl::fetch(&format!("{}{path}?wsdl", server.url()), &client).await.expect("it has a WSDL");
    assert!(problems.is_empty() && wsdl.unsupported().is_empty(), "{problems:?} {:?}", wsdl.unsupported());
    Some((wsdl, client, server))
}

fn item() -> Json {
    json!({
        "@id": 7, "name": "<bolt> & \"nut\" é", "price": "0.1234567890123456789", "since": "2026-03-10",
        "tags": { "string": ["a", "b"] }, "grade": "fine",
        "parts": { "Item": [{ "@id": 8, "name": "nut", "price": null }] },
    })
}

#[tokio::test]
async fn spyne_takes_what_is_sent_and_gives_it_back() {
    for version in [SoapVersion::V1_1, SoapVersion::V1_2] {
        let Some((wsdl, client, _server)) = stock(version).await else { return };
        let echo = wsdl.operation("echo").expect("an operation");
        assert_eq!(echo.version(), version);
        let request = SoapRequest::new(&echo).input(json!({ "item": item() })).header("Session", json!({ "key": "k" }));
        let answer = request.send(&client).await.expect("an answer");
        assert_eq!(answer.value()["echoResult"], item(), "{version:?}");
        assert_eq!(answer.headers()["Session"], json!({ "key": "k!" }));

        let find = wsdl.operation("find").expect("an operation");
        let answer = SoapRequest::new(&find).input(json!({ "text": "bolt", "most": 2 })).send(&client).await.expect("an answer");
        let found = answer.value()["findResult"]["Item"].as_array().expect("a list").clone();
        assert_eq!((found.len(), &found[1]["name"], &found[1]["price"]), (2, &json!("bolt 1"), &json!(19.99)));

        let describe = wsdl.operation("describe").expect("an operation");
        let input = json!({ "data": "aGVsbG8=", "number": 1.5, "flag": true, "at": "2026-03-10T09:30:00Z" });
        let answer = SoapRequest::new(&describe).input(input).send(&client).await.expect("an answer");
        assert_eq!(answer.value()["describeResult"], "5 1.5 True 2026-03-10T09:30:00+00:00");

        let shout = wsdl.operation("shout").expect("an operation");
        let answer = SoapRequest::new(&shout).input(json!("hey")).send(&client).await.expect("an answer");
        assert_eq!(answer.value(), "HEY");
    }
}

#[tokio::test]
async fn spynes_faults_are_errors_of_their_kind() {
    for version in [SoapVersion::V1_1, SoapVersion::V1_2] {
        let Some((wsdl, client, _server)) = stock(version).await else { return };
        let fail = wsdl.operation("fail").expect("an operation");
        let call = async |how: &str| SoapRequest::new(&fail).input(json!({ "how": how })).send(&client).await.expect_err("it fails");
        let error = call("client").await;
        assert_eq!((error.kind(), error.message()), (ErrorKind::Invalid, Some("there is no such item")), "{version:?}: {error}");
        let fault = fail.fault(&error).expect("it is one");
        assert_eq!(fault.detail["item"], json!({ "id": "7", "near": "8" }), "{version:?}: {fault:?}");
        assert!(fault.code.starts_with("Client") || fault.subcodes == ["Unknown", "Item"], "{fault:?}");
        let error = call("huge").await;
        assert_eq!(error.kind(), ErrorKind::Invalid, "{version:?}");
        assert!(error.to_string().len() < 1_000);
        assert_eq!(call("server").await.kind(), ErrorKind::Server, "{version:?}");
        assert_eq!(call("anything").await.kind(), ErrorKind::Server, "{version:?}");
    }
}

/// spyne's schema is what refuses here, so the check on our side is left out: what would have been refused is.
#[tokio::test]
async fn what_is_refused_here_is_refused_there() {
    let Some((wsdl, client, server)) = stock(SoapVersion::V1_1).await else { return };
    let find = wsdl.operation("find").expect("an operation");
    let unchecked = client_of(&format!("{}/soap11", server.url())).map(|builder| builder.unchecked_inputs());
    let unchecked = unchecked.and_then(|builder| builder.build_any()).expect("a client");
    for input in [json!({ "text": "" }), json!({ "text": "a", "most": 101 }), json!({ "text": "a", "most": "many" }), json!({ "most": 1 })]
    {
        let error = SoapRequest::new(&find).input(input.clone()).send(&client).await.expect_err("refused here");
        assert_eq!(error.kind(), ErrorKind::Input, "{input}");
        let error = SoapRequest::new(&find).input(input.clone()).send(&unchecked).await.expect_err("refused there");
        assert_eq!(error.kind(), ErrorKind::Invalid, "{input}: {error}");
    }
}

#[tokio::test]
async fn rpc_and_logins_are_taken_by_nodes_soap() {
    let Some(server) = servers::node_soap() else { return };
    let (wsdl, _) = Wsdl::open(file("calculator.wsdl")).expect("it is there");
    let add = wsdl.operation("add").expect("an operation");
    let call = || SoapRequest::new(&add).input(json!({ "numbers": { "number": [1, 2.5, 3] }, "label": "sum" }));
    // The path is that of the WSDL's address, the server the client's.
    let client = client_of(&server.url()).and_then(|builder| builder.build_any()).expect("a client");
    let answer = call().send(&client).await.expect("an answer");
    assert_eq!(answer.value(), &json!({ "sum": 6.5, "label": "SUM" }));
    let bank = client_of(&format!("{}/bank", server.url())).and_then(|builder| builder.build_any()).expect("a client");
    for login in [UsernameToken::text("ann", "t0p-secret"), UsernameToken::digest("ann", "t0p-secret")] {
        let answer = call().login(login).send(&bank).await.expect("it lets her in");
        assert_eq!(answer.value()["sum"], 6.5);
    }
    for login in [UsernameToken::text("ann", "guessed"), UsernameToken::digest("ann", "guessed")] {
        let error = call().login(login).send(&bank).await.expect_err("it does not");
        assert!(matches!(error.kind(), ErrorKind::Invalid | ErrorKind::Authentication | ErrorKind::Server), "{error}");
        assert!(!format!("{error} {error:?}").contains("guessed"), "{error}");
    }
    call().send(&bank).await.expect_err("nobody in particular");
}

/// A question to the oracle about a call.
fn question(ask: &str, wsdl: &str, operation: &SoapOperation, more: Json) -> Json {
    let mut question = json!({
        "ask": ask, "wsdl": file(wsdl), "service": operation.service(), "port": operation.port(), "operation": operation.name(),
    });
    question.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    question
}

fn of(wsdl: &str, name: &str) -> SoapOperation {
    Wsdl::open(file(wsdl)).expect("it is there").0.operation(name).expect("an operation")
}

fn order(customer: Json, payment: (&str, Json), place: Json) -> Json {
    let mut order = json!({
        "@id": "o-1", "@urgent": true, "customer": customer,
        "line": [
            { "sku": "a&b", "amount": 2, "price": { "@currency": "EUR", "#text": "1.50" }, "tags": ["x", "y"] },
            { "sku": "c", "amount": 1, "price": { "@currency": "USD", "#text": "0.10" },
              "part": [{ "sku": "d", "amount": 3, "price": { "@currency": "USD", "#text": "7" } }] },
        ],
        payment.0: payment.1,
        "signature": "aGVsbG8=",
    });
    order.as_object_mut().expect("an object").extend(place.as_object().expect("an object").clone());
    order
}

#[test]
fn zeep_builds_the_same_envelopes() {
    let company = json!({ "@xsi:type": "Company", "@country": "de", "vat": "DE1234567" });
    let person = json!({ "@xsi:type": "Person", "email": "a@b.example", "born": null });
    let cases = [
        ("quote.wsdl", "GetQuote", json!({ "symbol": "A&B <c>" }), json!({})),
        (
            "quote.wsdl",
            "GetQuote",
            json!({ "symbol": "A", "currency": "EUR", "at": "2026-03-10T09:30:00Z" }),
            json!({ "Session": { "Key": "k" } }),
        ),
        ("quote.wsdl", "QuotesSoap12.GetQuote", json!({ "symbol": "A", "at": "2026-03-10T09:30:00Z" }), json!({})),
        ("calculator.wsdl", "add", json!({ "numbers": { "number": [1.5, 2.25] }, "label": "é" }), json!({})),
        ("split/service.wsdl", "find", json!({ "author": { "name": "Ann", "first": "1234567890123" }, "isbn": ["1", "2"] }), json!({})),
        ("split/service.wsdl", "find", json!({}), json!({})),
        ("orders.wsdl", "ping", json!(7), json!({})),
        ("orders.wsdl", "cancel", json!({ "@id": "a" }), json!({})),
    ];
    let questions: Vec<Json> = cases
        .iter()
        .map(|(wsdl, name, input, headers)| {
            let operation = of(wsdl, name);
            let mut request = SoapRequest::new(&operation).input(input.clone());
            for (name, value) in headers.as_object().expect("an object") {
                request = request.header(name, value.clone());
            }
            let envelope = request.envelope().expect("it fits");
            let more = json!({ "input": input, "headers": headers, "envelope": envelope });
            question("build", wsdl, &operation, more)
        })
        .collect();
    let Some(answers) = servers::soap_oracle(&Json::Array(questions)) else { return };
    for ((wsdl, name, input, _), answer) in cases.iter().zip(&answers) {
        assert_eq!(answer["ours"], answer["theirs"], "{wsdl} {name} {input}: {answer}");
        assert!(answer["ours"].is_string(), "{answer}");
    }

    // zeep knows no substitution, so libxml2 says whether what is sent is what the schema asks for.
    let street = json!({ "street": "s", "city": "c" });
    let checked = [
        ("orders.wsdl", "place", order(company.clone(), ("card", json!({ "number": "4111", "days": 3 })), street.clone())),
        (
            "orders.wsdl",
            "place",
            order(person.clone(), ("invoice", json!({})), json!({ "pickup": "2026-03-10", "note": "n", "weight": 0.5 })),
        ),
        (
            "orders.wsdl",
            "place",
            order(
                company,
                ("invoice", json!({})),
                json!({ "street": "s", "city": "c", "window": { "to": "09:00:00", "from": "08:00:00" } }),
            ),
        ),
        ("quote.wsdl", "GetQuote", json!({ "symbol": "A", "at": "2026-03-10T09:30:00.5+01:00" })),
        ("orders.wsdl", "ping", json!("-3")),
    ];
    let questions = checked.iter().map(|(wsdl, name, input)| {
        let operation = of(wsdl, name);
        let envelope = SoapRequest::new(&operation).input(input.clone()).envelope().expect("it fits");
        question("validate", wsdl, &operation, json!({ "envelope": envelope }))
    });
    let books = of("split/service.wsdl", "find");
    let envelope = SoapRequest::new(&books).input(json!({ "isbn": ["1234567890123"] })).envelope().expect("it fits");
    let more = json!({ "envelope": envelope, "schema": file("split/books.xsd") });
    let questions: Vec<Json> = questions.chain([question("validate", "split/service.wsdl", &books, more)]).collect();
    // One that is wrong on purpose, so that it is known that anything is checked.
    let wrong = SoapRequest::new(&of("orders.wsdl", "ping")).input(json!(1)).envelope().expect("it fits").replace(">1<", ">one<");
    let wrong = question("validate", "orders.wsdl", &of("orders.wsdl", "ping"), json!({ "envelope": wrong }));
    let questions: Vec<Json> = questions.into_iter().chain([wrong]).collect();
    let Some(answers) = servers::soap_oracle(&Json::Array(questions)) else { return };
    let (wrong, answers) = answers.split_last().expect("answers");
    assert_eq!(wrong["valid"], false, "{wrong}");
    for answer in answers {
        assert_eq!(answer["valid"], true, "{answer}");
    }
}

/// A value as zeep gives it: attributes by their names, text as `_value_1`, nothing where nothing is.
fn as_zeep(value: &Json) -> Json {
    match value {
        Json::Array(items) => items.iter().map(as_zeep).collect(),
        Json::Object(members) => {
            // An empty text is nothing to zeep.
            let kept = members.iter().filter(|(key, value)| !value.is_null() && *value != "" && *key != "@xsi:type");
            let named = |key: &str| if key == "#text" { "_value_1".to_owned() } else { key.trim_start_matches('@').to_owned() };
            Json::Object(kept.map(|(key, value)| (named(key), as_zeep(value))).collect::<Map<_, _>>())
        }
        Json::Number(number) if number.is_f64() => number.to_string().into(),
        other => other.clone(),
    }
}

#[test]
fn zeep_reads_the_same_answers() {
    let envelope = |body: &str| {
        format!(
            "<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/' xmlns:i='http://www.w3.org/2001/XMLSchema-instance' \
             xmlns:b='urn:books' xmlns:q='http://quotes.example/'><e:Body>{body}</e:Body></e:Envelope>"
        )
    };
    let cases = [
        (
            "quote.wsdl",
            "GetQuote",
            envelope(
                "<q:GetQuoteResponse><q:GetQuoteResult stale='true'><q:symbol> A </q:symbol><q:price i:nil='true'/><q:trades>\
                 <q:Trade><q:at>2026-03-10T09:30:00</q:at><q:amount>7</q:amount></q:Trade></q:trades></q:GetQuoteResult></q:GetQuoteResponse>",
            ),
            ("/GetQuoteResult", "/body/GetQuoteResult"),
        ),
        (
            "split/service.wsdl",
            "find",
            envelope(
                "<b:found><b:book><b:title>T</b:title><b:author><b:name>N</b:name></b:author></b:book><b:book><b:title/><b:author><b:name>M</b:name><b:first>1</b:first></b:author></b:book></b:found>",
            ),
            // zeep gives a member in place of the whole where it is the only one.
            ("/book", ""),
        ),
    ];
    let questions = cases.iter().map(|(wsdl, name, envelope, _)| question("reply", wsdl, &of(wsdl, name), json!({ "envelope": envelope })));
    let Some(answers) = servers::soap_oracle(&questions.collect()) else { return };
    for ((wsdl, name, envelope, (here, there)), answer) in cases.iter().zip(&answers) {
        let ours = of(wsdl, name).read(envelope).expect("an answer");
        let ours = as_zeep(ours.value().pointer(here).expect("a member"));
        let theirs = answer["value"].pointer(there).unwrap_or_else(|| panic!("{answer}"));
        assert_eq!(&ours, theirs, "{wsdl} {name}: {answer}");
    }
}

#[test]
fn the_wsdls_of_onvif_are_read_whole() {
    let Some(folder) = servers::python_package("wsdl") else { return };
    let (mut files, mut operations, mut refused) = (0, 0, Vec::new());
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.extension().is_none_or(|end| end != "wsdl") {
            continue;
        }
        files += 1;
        let (wsdl, problems) = Wsdl::open(&path).expect("it is there");
        // What they say themselves of what is elsewhere, or call by a wrong name.
        for problem in &problems {
            let known = ["ws-discovery.xsd:", "remotediscovery.wsdl:", "recording.wsdl:930", "analytics.wsdl:524"];
            assert!(known.iter().any(|place| problem.to_string().starts_with(place)), "{problem}");
        }
        let ports = wsdl.services().flat_map(|service| service.ports().collect::<Vec<_>>()).collect::<Vec<_>>();
        for operation in ports.iter().flat_map(|port| port.operations()) {
            operations += 1;
            assert!(operation.input_schema()["$schema"].is_string());
            refused.extend(operation.unsupported().map(|problem| format!("{}: {problem}", path.display())));
        }
    }
    assert!(files >= 20 && operations >= 500, "{files} files, {operations} operations");
    assert!(refused.iter().all(|refused| refused.contains("discovery")), "{}", refused.join("\n"));
}

#[tokio::test]
async fn a_wsdl_is_fetched_without_a_server_of_ones_own() {
    let Some(server) = servers::spyne() else { return };
    let client = open_client().and_then(|builder| builder.build_any()).expect("a client");
    let (wsdl, _) = Wsdl::fetch(&format!("{}/soap11?wsdl", server.url()), &client).await.expect("it has a WSDL");
    // spyne writes where it was asked.
    let shout = wsdl.operation("shout").expect("an operation");
    assert!(shout.address().is_some_and(|address| address.starts_with(&server.url())), "{:?}", shout.address());
    assert_eq!(SoapRequest::new(&shout).input(json!("a")).send(&client).await.expect("an answer").value(), "A");
}

/// Values for everything that a schema names, down to some depth, and for what must be there below. None where nobody can say.
fn sample(schema: &Json, definitions: &Json, depth: usize) -> Option<Json> {
    if depth > 24 {
        return None;
    }
    if let Some(name) = schema["$ref"].as_str() {
        return sample(&definitions[name.trim_start_matches("#/$defs/")], definitions, depth);
    }
    // zeep writes out what would be there anyway.
    if let Some(value) = schema.get("const").or(schema.get("default")).or(schema.get("enum").map(|values| &values[0])) {
        return Some(value.clone());
    }
    if let Some(stated) = schema.pointer("/allOf/0/properties/@xsi:type/const") {
        let mut merged = sample(&schema["allOf"][1], definitions, depth)?;
        merged["@xsi:type"] = stated.clone();
        return Some(merged);
    }
    if let (None, Some(any)) = (schema.get("properties"), schema["anyOf"].as_array()) {
        return any.iter().find_map(|one| sample(one, definitions, depth));
    }
    let kind = schema["type"].as_str().or_else(|| schema["type"][0].as_str())?;
    Some(match (kind, schema["format"].as_str()) {
        ("object", _) => {
            let mut members = Map::new();
            let (chosen, excluded) = chosen(schema);
            let required = schema["required"].as_array().into_iter().flatten().filter_map(Json::as_str).chain(chosen).collect::<Vec<_>>();
            for (key, member) in schema["properties"].as_object()? {
                let needed = required.contains(&key.as_str());
                let wanted = needed || member.get("default").is_some() || (depth < 4 && key != "@xsi:type");
                match (wanted && (needed || !excluded.contains(&key.as_str()))).then(|| sample(member, definitions, depth + 1)) {
                    Some(Some(value)) => drop(members.insert(key.clone(), value)),
                    Some(None) if needed => return None,
                    _ => {}
                }
            }
            members.into()
        }
        ("array", _) => json!([sample(&schema["items"], definitions, depth + 1)?]),
        ("boolean", _) => json!(true),
        ("integer", _) => schema.get("minimum").filter(|least| least.as_i64() > Some(0)).cloned().unwrap_or(json!(7)),
        ("number", _) => json!(1.5),
        (_, Some("date-time")) => json!("2026-03-10T09:30:00Z"),
        (_, Some("date")) => json!("2026-03-10"),
        (_, Some("duration")) => json!("P1DT2H"),
        (_, Some("byte")) => json!("aGVsbG8="),
        _ if schema["pattern"].is_string() => json!("0aff"),
        _ => json!("text"),
    })
}

/// The members of the first alternative of each choice, and those of the others.
fn chosen(schema: &Json) -> (Vec<&str>, Vec<&str>) {
    let all = schema["allOf"].as_array().map_or_else(|| vec![schema], |all| all.iter().collect());
    let choices = all.into_iter().filter_map(|one| one["oneOf"].as_array().or(one["anyOf"].as_array()));
    let mut sides = (Vec::new(), Vec::new());
    for choice in choices {
        for (index, one) in choice.iter().enumerate() {
            let names = one["required"].as_array().into_iter().flatten().filter_map(Json::as_str);
            if index == 0 { sides.0.extend(names) } else { sides.1.extend(names) }
        }
    }
    sides
}

#[test]
fn zeep_builds_the_same_envelopes_for_onvif() {
    let Some(folder) = servers::python_package("wsdl") else { return };
    let (mut questions, mut refused) = (Vec::new(), Vec::new());
    for name in ["accesscontrol", "devicemgmt", "doorcontrol", "imaging", "media", "ptz", "recording", "search"] {
        let path = folder.join(format!("{name}.wsdl"));
        let (wsdl, _) = Wsdl::open(&path).expect("it is there");
        for port in wsdl.services().flat_map(|service| service.ports().collect::<Vec<_>>()) {
            for operation in port.operations() {
                let schema = operation.input_schema();
                let Some(input) = sample(&schema, &schema["$defs"], 0) else { continue };
                match SoapRequest::new(&operation).input(input.clone()).envelope() {
                    Ok(envelope) => {
                        let mut question = question("build", "", &operation, json!({ "input": input, "envelope": envelope }));
                        question["wsdl"] = json!(path);
                        questions.push(question);
                    }
                    Err(error) => refused.push(format!("{name} {}: {error} {input}", operation.name())),
                }
            }
        }
    }
    let Some(answers) = servers::soap_oracle(&Json::Array(questions.clone())) else { return };
    let differs = |answer: &&Json| answer["ours"] != answer["theirs"] || !answer["ours"].is_string();
    let all = questions.iter().zip(&answers);
    let wrong: Vec<String> = all
        .filter(|(_, answer)| differs(answer))
        .map(|(question, answer)| format!("{} {}\n{answer}", question["operation"], question["input"]))
        .collect();
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), answers.len(), wrong.join("\n"));
    assert!(refused.is_empty(), "{}", refused.join("\n"));
    assert!(answers.len() >= 200, "{}", answers.len());
}
