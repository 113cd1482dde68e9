//! The universal `soap` module: what goes out for which value, what comes back of which answer, where calls go. What servers that nobody here
//! wrote make of it is in the tests of the whole.

use std::path::PathBuf;

use linchpin_runtime::{
    ErrorKind,
    soap::{SoapOperation, SoapRequest, SoapVersion, UsernameToken, Wsdl, client_of},
    testing::{Reply, StandIn},
};
use serde_json::{Value as Json, json};

fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/soap").join(name)
}

fn wsdl(name: &str) -> Wsdl {
    let (wsdl, problems) = Wsdl::open(file(name)).expect("it is there");
    assert!(problems.is_empty(), "{problems:?}");
    assert!(wsdl.unsupported().is_empty(), "{:?}", wsdl.unsupported());
    wsdl
}

fn operation(name: &str, operation: &str) -> SoapOperation {
    wsdl(name).operation(operation).expect("it has the operation")
}

/// The body of the envelope that goes out.
fn body(of: &SoapOperation, input: Json) -> String {
    let envelope = SoapRequest::new(of).input(input).envelope().expect("it fits");
    envelope.split_once("<soap:Body>").expect("a body").1.split_once("</soap:Body>").expect("an end").0.to_owned()
}

fn refused(of: &SoapOperation, input: Json) -> String {
    let error = SoapRequest::new(of).input(input).envelope().expect_err("it does not fit");
    assert_eq!(error.kind(), ErrorKind::Input);
    error.to_string()
}

/// An operation whose input is the element `in` of a schema without a namespace.
fn of_types(types: &str) -> SoapOperation {
    let text = format!(
        "<d:definitions xmlns:d='http://schemas.xmlsoap.org/wsdl/' xmlns:s='http://schemas.xmlsoap.org/wsdl/soap/' xmlns:t='urn:t' \
         xmlns:x='http://www.w3.org/2001/XMLSchema' targetNamespace='urn:t'><d:types><x:schema>{types}</x:schema></d:types>\
         <d:message name='i'><d:part name='p' element='in'/></d:message><d:portType name='P'><d:operation name='go'><d:input message='t:i'/>\
         </d:operation></d:portType><d:binding name='B' type='t:P'><s:binding transport='http://schemas.xmlsoap.org/soap/http'/>\
         <d:operation name='go'><d:input><s:body use='literal'/></d:input></d:operation></d:binding></d:definitions>"
    );
    let (wsdl, problems) = Wsdl::read(&text);
    assert!(problems.is_empty(), "{problems:?}");
    // No service names the binding, so it is offered under its own name.
    wsdl.operation("B.B.go").expect("an operation")
}

fn order() -> Json {
    json!({
        "@id": "o-1", "@by": "Ann",
        "customer": { "@xsi:type": "Company", "@country": "de", "email": "a@b.example", "vat": "DE1234567" },
        "street": "1 <High> St", "city": "Town",
        "line": [
            { "sku": "a", "price": { "@currency": "EUR", "#text": 1.5 }, "tags": ["x", "y"] },
            { "sku": "b", "amount": 2, "price": { "@currency": "USD", "#text": "0.10" }, "part": [{ "sku": "c", "price": { "@currency": "USD", "#text": 1 } }] },
        ],
        "note": "fragile", "weight": 0.5,
        "card": { "number": "4111", "days": 3 },
        "window": { "from": "08:00:00" },
    })
}

const ORDER: &str = "<ns1:order id=\"o-1\" by=\"Ann\">\
    <customer xsi:type=\"ns1:Company\" country=\"de\"><email>a@b.example</email><vat>DE1234567</vat></customer>\
    <street>1 &lt;High&gt; St</street><city>Town</city>\
    <line><sku>a</sku><amount>1</amount><price currency=\"EUR\">1.5</price><tags>x y</tags></line>\
    <line><sku>b</sku><amount>2</amount><price currency=\"USD\">0.10</price>\
    <part><sku>c</sku><amount>1</amount><price currency=\"USD\">1</price></part></line>\
    <note>fragile</note><weight>0.5</weight>\
    <ns1:card><days>3</days><ns1:number>4111</ns1:number></ns1:card>\
    <window><from>08:00:00</from></window></ns1:order>";

#[test]
fn elements_stand_in_the_schemas_order_and_namespaces() {
    assert_eq!(body(&operation("orders.wsdl", "place"), order()), ORDER);
    assert_eq!(body(&operation("orders.wsdl", "ping"), json!(7)), "<ns1:ping>7</ns1:ping>");
    assert_eq!(body(&operation("orders.wsdl", "cancel"), json!({ "@id": "a" })), "<ns1:cancel id=\"a\"></ns1:cancel>");
    let quote = operation("quote.wsdl", "GetQuote");
    assert_eq!(body(&quote, json!({ "symbol": "A&B" })), "<ns1:GetQuote><ns1:symbol>A&amp;B</ns1:symbol></ns1:GetQuote>");
    let add = operation("calculator.wsdl", "add");
    // What may be anything says what it is; a type of the WSDL is named.
    let types = "<x:element name='in'><x:complexType><x:sequence><x:element name='a'/><x:element name='b' type='x:anyType'/></x:sequence></x:complexType></x:element>\
        <x:complexType name='Point'><x:sequence><x:element name='x' type='x:QName'/></x:sequence></x:complexType>";
    let any = of_types(types);
    assert_eq!(
        body(&any, json!({ "a": 1.5, "b": { "@xsi:type": "Point", "x": "{urn:q}n" } })),
        "<in><a xsi:type=\"xsd:double\">1.5</a><b xsi:type=\"Point\"><x>ns3:n</x></b></in>"
    );
    assert_eq!(
        body(&add, json!({ "label": "x", "numbers": { "number": [1, 2.5] } })),
        "<ns1:add><numbers><ns2:number>1</ns2:number><ns2:number>2.5</ns2:number></numbers><label>x</label></ns1:add>"
    );
    let find = operation("split/service.wsdl", "find");
    assert_eq!(
        body(&find, json!({ "author": { "name": "Ann" }, "isbn": ["1", "2"] })),
        "<ns1:find><ns1:author><ns1:name>Ann</ns1:name></ns1:author><ns1:isbn>1</ns1:isbn><ns1:isbn>2</ns1:isbn></ns1:find>"
    );
}

#[test]
fn an_input_that_does_not_fit_is_told_with_its_place() {
    let place = operation("orders.wsdl", "place");
    let with = |pointer: &str, value: Json| {
        let mut order = order();
        *order.pointer_mut(pointer).expect("a member") = value;
        refused(&place, order)
    };
    for (pointer, value, expected) in [
        ("/line/0/price/#text", json!("much"), "takes a decimal number at `$.line[0].price`"),
        ("/line/1/price/@currency", json!("GBP"), "takes one of `EUR`, `USD` at `$.line[1].price.@currency`"),
        ("/line/1/amount", json!(0), "takes a whole number of at least 1 at `$.line[1].amount`"),
        ("/customer/@xsi:type", json!("Robot"), "has the type `Robot`, which is none that may stand here at `$.customer`"),
        ("/customer", json!({ "email": "x" }), "needs the member `@xsi:type`: one of `Company`, `Person` at `$.customer`"),
        ("/customer/vat", json!("DE1"), "must have a length of at least 9 at `$.customer.vat`"),
        ("/line", json!([]), "needs the member `line` at `$`"),
        ("/note", Json::Null, "needs the member `note` at `$`"),
        ("/street", Json::Null, "needs the member `street` at `$`"),
        ("/city", json!(["a", "b"]), "takes one value, not a list at `$.city`"),
        ("/@id", Json::Null, "needs the member `@id` at `$`"),
        ("/card/days", json!(300), "takes a whole number from 0 to 255 at `$.card.days`"),
        ("/window/from", json!({ "#text": "08:00:00", "@zone": "Z" }), "takes a time, `09:30:00` at `$.window.from`"),
        ("/window/from", json!("eight"), "takes a time, `09:30:00` at `$.window.from`"),
    ] {
        let message = with(pointer, value);
        assert!(message.ends_with(expected), "{pointer}: {message}");
    }
    let mut misspelt = order();
    misspelt["weigth"] = json!(1);
    assert!(refused(&place, misspelt).contains("has no member `weigth` (near it: `weight`)"));
    let mut both = order();
    both["pickup"] = json!("2026-03-10");
    assert!(refused(&place, both).contains("`pickup` cannot stand beside the other members"));
    let mut two = order();
    two["invoice"] = json!({});
    assert!(refused(&place, two).contains("`invoice` cannot stand beside the other members"));
    assert!(
        refused(&operation("split/service.wsdl", "find"), json!({ "isbn": ["1", "2", "3", "4"] })).contains("more values than may come")
    );
    assert!(refused(&place, json!("text")).contains("takes an object"));
}

#[test]
fn answers_are_read_by_type() {
    let quote = operation("quote.wsdl", "GetQuote");
    let soap = "http://schemas.xmlsoap.org/soap/envelope/";
    let answer = format!(
        "<e:Envelope xmlns:e='{soap}' xmlns='http://quotes.example/' xmlns:i='http://www.w3.org/2001/XMLSchema-instance'>\
         <e:Header><Session><Key>k</Key></Session></e:Header>\
         <e:Body><GetQuoteResponse><GetQuoteResult stale='1'><symbol>ACME</symbol><price i:nil='true'/>\
         <trades><Trade><at>2026-03-10T09:30:00</at><amount>7</amount><later>x</later></Trade><Trade i:nil='true'/></trades>\
         </GetQuoteResult></GetQuoteResponse></e:Body></e:Envelope>"
    );
    let read = quote.read(&answer).expect("it is an answer");
    let expected = json!({ "GetQuoteResult": {
        "@stale": true, "symbol": "ACME", "price": null,
        "trades": { "Trade": [{ "at": "2026-03-10T09:30:00", "amount": 7 }, null] },
    } });
    assert_eq!(read.value(), &expected);
    assert_eq!(read.headers()["Session"], json!({ "Key": "k" }));

    #[derive(serde::Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Answer {
        get_quote_result: Quote,
    }
    #[derive(serde::Deserialize)]
    struct Quote {
        symbol: String,
        price: Option<f64>,
    }
    let typed: Answer = read.into().expect("it is of the type");
    assert_eq!((typed.get_quote_result.symbol.as_str(), typed.get_quote_result.price), ("ACME", None));

    let place = operation("orders.wsdl", "place");
    let answer = format!(
        "<e:Envelope xmlns:e='{soap}'><e:Body><o:receipt xmlns:o='urn:orders'><accepted>1</accepted>\
         <refused><why>none</why><x:code xmlns:x='urn:x' y='1'>7</x:code></refused><accepted>2</accepted></o:receipt></e:Body></e:Envelope>"
    );
    let expected = json!({ "accepted": ["1", "2"], "refused": [{ "why": "none", "code": { "@y": "1", "#text": "7" } }] });
    assert_eq!(place.read(&answer).expect("an answer").value(), &expected);

    // What RPC answers are called means nothing, and not all services know that parts have no namespace.
    let add = operation("calculator.wsdl", "add");
    let answer = format!("<e:Envelope xmlns:e='{soap}'><e:Body><x><sum>3.5</sum><label xmlns='urn:x'>L</label></x></e:Body></e:Envelope>");
    assert_eq!(add.read(&answer).expect("an answer").value(), &json!({ "sum": 3.5, "label": "L" }));
}

#[test]
fn an_answer_that_does_not_fit_is_told_with_its_place() {
    let quote = operation("quote.wsdl", "GetQuote");
    let soap = "http://schemas.xmlsoap.org/soap/envelope/";
    let read = |namespace: &str, result: &str| {
        let answer = format!(
            "<e:Envelope xmlns:e='{soap}'><e:Body><GetQuoteResponse xmlns='http://quotes.example/'><GetQuoteResult xmlns='{namespace}'>{result}\
             </GetQuoteResult></GetQuoteResponse></e:Body></e:Envelope>"
        );
        let error = quote.read(&answer).expect_err("it does not fit");
        assert_eq!(error.kind(), ErrorKind::Decode);
        error.to_string()
    };
    let own = "http://quotes.example/";
    assert!(read(own, "<price>1</price>").contains("lacks `symbol` at `$.GetQuoteResult`"));
    assert!(read(own, "<symbol>A</symbol><price>much</price>").contains("is not a decimal number: `much` at `$.GetQuoteResult.price`"));
    assert!(
        read(own, "<symbol>A</symbol><symbol>B</symbol><price>1</price>").contains("comes more than once at `$.GetQuoteResult.symbol`")
    );
    let other = read(own, "<symbol xmlns=''>A</symbol><price>1</price>");
    assert!(other.contains("lacks `symbol`; there is one in no namespace"), "{other}");
    let mismatched = format!("<e:Envelope xmlns:e='{soap}'><e:Body><GetQuoteResponse xmlns='urn:other'/></e:Body></e:Envelope>");
    let error = quote.read(&mismatched).expect_err("another element").to_string();
    assert!(error.contains("holds `{urn:other}GetQuoteResponse`, and `{http://quotes.example/}GetQuoteResponse` is wanted"), "{error}");
}

#[test]
fn names_lead_to_operations_and_mistakes_to_near_ones() {
    let quotes = wsdl("quote.wsdl");
    let first = quotes.operation("GetQuote").expect("the first port's");
    assert_eq!((first.service(), first.port(), first.version()), ("QuoteService", "QuotesSoap", SoapVersion::V1_1));
    assert_eq!(quotes.operation("QuotesSoap12.GetQuote").expect("the other's").version(), SoapVersion::V1_2);
    assert_eq!(quotes.operation("QuoteService.QuotesSoap12.GetQuote").expect("the other's").version(), SoapVersion::V1_2);
    assert_eq!(first.docs(), "What something costs now, or cost then.");
    let service = quotes.service("QuoteService").expect("a service");
    assert_eq!(service.ports().map(|port| port.name().to_owned()).collect::<Vec<_>>(), ["QuotesSoap", "QuotesSoap12"]);
    for (error, near) in [
        (quotes.operation("GetQote").expect_err("no such"), "no operation `GetQote`; near it: `GetQuote`"),
        (quotes.service("QuoteServce").expect_err("no such"), "no service `QuoteServce`; near it: `QuoteService`"),
        (service.port("QuotesSoap1").expect_err("no such"), "no port `QuotesSoap1`; near it: `QuotesSoap`, `QuotesSoap12`"),
    ] {
        assert!(error.to_string().contains(near), "{error}");
    }
}

#[test]
fn schemas_describe_what_is_taken_and_given() {
    let place = operation("orders.wsdl", "place");
    let schema = place.input_schema();
    let order = &schema["$defs"]["Order"];
    assert_eq!(schema["$ref"], "#/$defs/Order");
    assert_eq!(order["required"], json!(["@id", "customer", "line"]));
    assert_eq!(order["properties"]["line"], json!({ "type": "array", "items": { "$ref": "#/$defs/Line" } }));
    assert_eq!(order["properties"]["customer"], json!({ "$ref": "#/$defs/Party.any" }));
    assert_eq!(schema["$defs"]["Party.any"]["anyOf"][0]["allOf"][0]["properties"]["@xsi:type"], json!({ "const": "Company" }));
    assert_eq!(schema["$defs"]["Line"]["properties"]["amount"], json!({ "type": "integer", "minimum": 1, "default": 1 }));
    assert_eq!(schema["$defs"]["Money"]["properties"]["@currency"]["enum"], json!(["EUR", "USD"]));
    assert_eq!(order["properties"]["@urgent"], json!({ "type": "boolean", "default": false }));
    assert_eq!(order["allOf"][0], json!({ "anyOf": [{ "required": ["pickup"] }, { "required": ["street", "city"] }] }));
    assert_eq!(order["allOf"][1], json!({ "oneOf": [{ "required": ["card"] }, { "required": ["invoice"] }] }));
    // A schema that boon takes, and that says of the values above what sending says of them.
    let mut compiler = boon::Compiler::new();
    let mut schemas = boon::Schemas::new();
    compiler.add_resource("mem:///order", schema.clone()).expect("a schema");
    let index = compiler.compile("mem:///order", &mut schemas).expect("it compiles");
    assert!(schemas.validate(&self::order(), index).is_ok());
    let mut wrong = self::order();
    wrong["line"][0]["price"]["@currency"] = json!("GBP");
    assert!(schemas.validate(&wrong, index).is_err());
    let quote = operation("quote.wsdl", "GetQuote");
    assert_eq!(quote.input_schema()["$defs"]["GetQuote"]["properties"]["symbol"]["maxLength"], 12);
    assert_eq!(
        quote.output_schema()["$defs"]["Quote"]["properties"]["price"],
        json!({ "anyOf": [{ "type": ["number", "string"] }, { "type": "null" }] })
    );
    assert_eq!(quote.header_schemas()[0].0, "Session");
}

fn answer(version: SoapVersion, inner: &str) -> Reply {
    let (namespace, kind) = match version {
        SoapVersion::V1_1 => ("http://schemas.xmlsoap.org/soap/envelope/", "text/xml; charset=utf-8"),
        SoapVersion::V1_2 => ("http://www.w3.org/2003/05/soap-envelope", "application/soap+xml; charset=utf-8"),
    };
    Reply::status(200).header("content-type", kind).body(format!("<e:Envelope xmlns:e='{namespace}'><e:Body>{inner}</e:Body></e:Envelope>"))
}

const QUOTED: &str = "<GetQuoteResponse xmlns='http://quotes.example/'><GetQuoteResult><symbol>A</symbol><price>1.5</price></GetQuoteResult></GetQuoteResponse>";

#[tokio::test]
async fn each_version_has_its_headers() {
    for (port, version, kind, action) in [
        ("QuotesSoap", SoapVersion::V1_1, "text/xml; charset=utf-8", Some("\"http://quotes.example/GetQuote\"")),
        ("QuotesSoap12", SoapVersion::V1_2, "application/soap+xml; charset=utf-8; action=\"http://quotes.example/GetQuote\"", None),
    ] {
        let service = StandIn::start().await.expect("a stand-in");
        let client = client_of(&service.url()).and_then(|builder| builder.build_any()).expect("a client");
        service.on("POST", "/quotes.asmx", answer(version, QUOTED));
        let of = operation("quote.wsdl", &format!("{port}.GetQuote"));
        let request = SoapRequest::new(&of).input(json!({ "symbol": "A" })).header("Session", json!({ "Key": "k" }));
        let answer = request.send(&client).await.expect("an answer");
        assert_eq!(answer.value()["GetQuoteResult"]["price"], 1.5);
        let request = service.received().pop().expect("it arrived");
        assert_eq!((request.header("content-type"), request.header("soapaction")), (Some(kind), action));
        let sent = String::from_utf8_lossy(&request.body).into_owned();
        assert!(sent.contains("<soap:Header><ns1:Session><ns1:Key>k</ns1:Key></ns1:Session></soap:Header>"), "{sent}");
    }
}

#[tokio::test]
async fn a_login_travels_in_the_envelope() {
    let service = StandIn::start().await.expect("a stand-in");
    service.on("POST", "/own", answer(SoapVersion::V1_1, QUOTED));
    let client = client_of(&format!("{}/own", service.url())).and_then(|builder| builder.build_any()).expect("a client");
    let call = |login: UsernameToken| SoapRequest::new(&operation("quote.wsdl", "GetQuote")).input(json!({ "symbol": "A" })).login(login);
    let mut nonces = Vec::new();
    for (login, expected, hidden) in [
        (UsernameToken::text("ann", "p&w"), "#PasswordText\">p&amp;w<", None),
        (UsernameToken::digest("ann", "p&w"), "#PasswordDigest\">", Some("p&amp;w")),
        (UsernameToken::digest("ann", "p&w"), "<wsu:Created>", Some("p&amp;w")),
    ] {
        let request = call(login);
        assert!(!format!("{request:?}").contains("p&w"));
        request.send(&client).await.expect("an answer");
        let sent = String::from_utf8_lossy(&service.received().pop().expect("it arrived").body).into_owned();
        assert!(sent.contains(expected) && sent.contains("soap:mustUnderstand=\"1\""), "{sent}");
        assert!(hidden.is_none_or(|hidden| !sent.contains(hidden)), "{sent}");
        nonces.extend(sent.split_once("Base64Binary\">").map(|(_, rest)| rest.split('<').next().unwrap_or_default().to_owned()));
    }
    assert!(nonces.len() == 2 && nonces[0] != nonces[1], "{nonces:?}");
}

#[tokio::test]
async fn a_call_without_an_answer_needs_none() {
    let cancel = operation("orders.wsdl", "cancel");
    assert!(cancel.is_one_way());
    let call = async |reply: Reply| {
        let service = StandIn::start().await.expect("a stand-in");
        service.on("POST", "/soap", reply);
        let client = client_of(&service.url()).and_then(|builder| builder.build_any()).expect("a client");
        SoapRequest::new(&cancel).input(json!({ "@id": "a" })).send(&client).await
    };
    for reply in [Reply::status(202), answer(SoapVersion::V1_1, ""), Reply::status(200).header("content-type", "text/plain").body("ok")] {
        assert_eq!(call(reply).await.expect("it was taken").value(), &Json::Null);
    }
    let error = call(Reply::status(500).header("content-type", "text/html").body("<h1>")).await.expect_err("it failed");
    assert_eq!((error.kind(), error.status().map(|status| status.as_u16())), (ErrorKind::Server, Some(500)));
}

#[tokio::test]
async fn only_what_may_be_repeated_is() {
    let service = StandIn::start().await.expect("a stand-in");
    let client = client_of(&service.url()).and_then(|builder| builder.build_any()).expect("a client");
    let of = operation("quote.wsdl", "GetQuote");
    let call = || SoapRequest::new(&of).input(json!({ "symbol": "A" }));
    service.on("POST", "/quotes.asmx", Reply::status(503).header("retry-after", "0"));
    let error = call().send(&client).await.expect_err("it is not there");
    assert_eq!((error.kind(), service.received().len()), (ErrorKind::Server, 1));
    call().repeatable().send(&client).await.expect_err("it is not there");
    assert_eq!(service.received().len(), 5);
}

#[tokio::test]
async fn a_fetched_wsdl_takes_in_what_lies_beside_it_only() {
    let (home, other) = (StandIn::start().await.expect("a stand-in"), StandIn::start().await.expect("a stand-in"));
    let text = |name: &str| std::fs::read_to_string(file(name)).expect("a file");
    let interface = text("split/interface.wsdl").replace(
        "<xs:schema><xs:import",
        &format!("<xs:schema><xs:import namespace='urn:other' schemaLocation='{}/other.xsd'/><xs:import", other.url()),
    );
    for (path, body) in [
        ("/w/service.wsdl", text("split/service.wsdl")),
        ("/w/interface.wsdl", interface),
        ("/w/books.xsd", text("split/books.xsd")),
        ("/w/common/base.xsd", text("split/common/base.xsd")),
    ] {
        home.on("GET", path, Reply::status(200).header("content-type", "text/xml").body(body));
    }
    let client = client_of(&home.url()).and_then(|builder| builder.build_any()).expect("a client");
    let (wsdl, problems) = Wsdl::fetch("/w/service.wsdl", &client).await.expect("it is there");
    assert!(wsdl.operation("find").expect("an operation").unsupported().is_none());
    assert_eq!(problems.len(), 1);
    assert!(problems[0].to_string().contains("nothing is fetched from elsewhere"), "{}", problems[0]);
    assert!(other.received().is_empty());
}

/// Reads what stands in the body of an answer, for an operation that gives the element `out` of `urn:t`.
fn given(types: &str, answer: &str) -> Json {
    let text = format!(
        "<d:definitions xmlns:d='http://schemas.xmlsoap.org/wsdl/' xmlns:s='http://schemas.xmlsoap.org/wsdl/soap/' xmlns:t='urn:t' \
         xmlns:x='http://www.w3.org/2001/XMLSchema' targetNamespace='urn:t'><d:types><x:schema targetNamespace='urn:t'>\
         <x:element name='out'><x:complexType>{types}</x:complexType></x:element></x:schema></d:types>\
         <d:message name='o'><d:part name='p' element='t:out'/></d:message><d:portType name='P'><d:operation name='go'><d:input message='t:o'/>\
         <d:output message='t:o'/></d:operation></d:portType><d:binding name='B' type='t:P'>\
         <s:binding transport='http://schemas.xmlsoap.org/soap/http'/><d:operation name='go'><d:input><s:body use='literal'/></d:input>\
         <d:output><s:body use='literal'/></d:output></d:operation></d:binding></d:definitions>"
    );
    let (wsdl, problems) = Wsdl::read(&text);
    assert!(problems.is_empty(), "{problems:?}");
    let answer = format!(
        "<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/' xmlns:t='urn:t' xmlns:o='urn:o'><e:Body>{answer}</e:Body></e:Envelope>"
    );
    wsdl.operation("go").expect("an operation").read(&answer).unwrap_or_else(|error| panic!("{answer}: {error}")).into_value()
}

#[test]
fn what_a_service_adds_does_not_become_what_the_schema_names() {
    let open = "<x:sequence><x:element name='id' type='x:int'/><x:element name='tag' type='x:int' minOccurs='0' maxOccurs='unbounded'/>\
                <x:any minOccurs='0' maxOccurs='unbounded' processContents='lax'/></x:sequence>";
    let expected = json!({ "id": 1, "{urn:o}id": "x", "tag": [2], "{urn:o}tag": ["y", "z"], "more": "w" });
    let (own, added) = ("<id>1</id><tag>2</tag>", "<o:id>x</o:id><o:tag>y</o:tag><o:tag>z</o:tag><o:more>w</o:more>");
    for inside in [format!("{own}{added}"), format!("{added}{own}")] {
        assert_eq!(given(open, &format!("<t:out>{inside}</t:out>")), expected, "{inside}");
    }
}

#[test]
fn attributes_of_one_name_in_two_namespaces_are_two() {
    let types = "<x:attribute name='lang' type='x:int'/><x:attribute ref='xml:lang'/>";
    let expected = json!({ "@lang": 7, "@{http://www.w3.org/XML/1998/namespace}lang": "de" });
    assert_eq!(given(types, "<t:out xml:lang='de' lang='7'/>"), expected);
    let of = of_types(&format!("<x:element name='in'><x:complexType>{types}</x:complexType></x:element>"));
    assert_eq!(body(&of, expected), "<in lang=\"7\" xml:lang=\"de\"></in>");
    assert_eq!(body(&of, json!({ "@lang": 7 })), "<in lang=\"7\"></in>");
}

#[test]
fn headers_of_one_name_are_a_list() {
    let envelope = "<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/'><e:Header><w>a</w><v>b</v><w>c</w></e:Header><e:Body>\
                    <r><sum>3</sum><label>x</label></r></e:Body></e:Envelope>";
    let answer = operation("calculator.wsdl", "add").read(envelope).expect("an answer");
    assert_eq!(Json::Object(answer.headers().clone()), json!({ "w": ["a", "c"], "v": "b" }));
}
