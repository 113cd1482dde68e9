//! Hostile WSDLs and services: what they must not get, where they must not lead, what they must not make us hold. And whatever they say,
//! nothing panics.

use std::time::Instant;

use linchpin_runtime::{
    Error, ErrorKind,
    http_module::{self, Login},
    soap::{SoapOperation, SoapRequest, UsernameToken, Wsdl, client_of},
    testing::{Reply, StandIn},
};
use serde_json::json;

const SOAP11: &str = "http://schemas.xmlsoap.org/soap/envelope/";
const SOAP12: &str = "http://www.w3.org/2003/05/soap-envelope";

fn text(name: &str) -> String {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/soap").join(name);
    std::fs::read_to_string(path).expect("it is there")
}

fn quote() -> SoapOperation {
    Wsdl::read(&text("quote.wsdl")).0.operation("GetQuote").expect("an operation")
}

/// What comes of a call that is answered like this.
async fn answered(reply: Reply) -> Error {
    let service = StandIn::start().await.expect("a stand-in");
    service.on("POST", "/quotes.asmx", reply);
    let client = client_of(&service.url()).and_then(|builder| builder.build_any()).expect("a client");
    let login = UsernameToken::text("ann", "t0p-secret");
    let request = SoapRequest::new(&quote()).input(json!({ "symbol": "A" })).login(login);
    request.send(&client).await.expect_err("it is no good answer")
}

fn xml(status: u16, body: impl Into<String>) -> Reply {
    Reply::status(status).header("content-type", "text/xml; charset=utf-8").body(body.into())
}

fn fault11(code: &str, reason: &str, detail: &str) -> String {
    format!(
        "<e:Envelope xmlns:e='{SOAP11}' xmlns:w='http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd'><e:Body>\
         <e:Fault><faultcode>{code}</faultcode><faultstring>{reason}</faultstring><detail>{detail}</detail></e:Fault></e:Body></e:Envelope>"
    )
}

fn fault12(code: &str, subcode: &str, reason: &str) -> String {
    format!(
        "<e:Envelope xmlns:e='{SOAP12}' xmlns:q='urn:q'><e:Body><e:Fault><e:Code><e:Value>e:{code}</e:Value>\
         <e:Subcode><e:Value>q:{subcode}</e:Value></e:Subcode></e:Code><e:Reason><e:Text xml:lang='de'>nein</e:Text>\
         <e:Text xml:lang='en'>{reason}</e:Text></e:Reason><e:Detail><q:more a='1'>x</q:more></e:Detail></e:Fault></e:Body></e:Envelope>"
    )
}

#[tokio::test]
async fn faults_are_errors_of_their_kind() {
    for (status, body, kind, code) in [
        (500, fault11("e:Client", "no such", ""), ErrorKind::Invalid, "Client"),
        (500, fault11("e:Client.Input.Symbol", "no such", ""), ErrorKind::Invalid, "Client.Input.Symbol"),
        (500, fault11("e:Server", "broken", ""), ErrorKind::Server, "Server"),
        (200, fault11("e:Server", "broken", ""), ErrorKind::Server, "Server"),
        (500, fault11("e:VersionMismatch", "other", ""), ErrorKind::Invalid, "VersionMismatch"),
        (500, fault11("e:MustUnderstand", "what", ""), ErrorKind::Invalid, "MustUnderstand"),
        (500, fault11("w:FailedAuthentication", "no", ""), ErrorKind::Authentication, "FailedAuthentication"),
        (500, fault11("E-17", "own code", ""), ErrorKind::Server, "E-17"),
        (400, fault12("Sender", "Symbol", "no such"), ErrorKind::Invalid, "Symbol"),
        (500, fault12("Receiver", "Down", "broken"), ErrorKind::Server, "Down"),
        // What HTTP says counts, and the fault says why.
        (403, fault11("e:Client", "not yours", ""), ErrorKind::Permission, "Client"),
        (503, fault11("e:Server", "later", ""), ErrorKind::Server, "Server"),
    ] {
        let error = answered(xml(status, body)).await;
        assert_eq!((error.kind(), error.code(), error.status().map(|status| status.as_u16())), (kind, Some(code), Some(status)), "{error}");
        assert!(error.operation() == Some("soap"));
    }
}

#[tokio::test]
async fn a_fault_is_read_by_its_types() {
    let detail = "<UnknownSymbol xmlns='http://quotes.example/'><symbol>A</symbol><known>1</known></UnknownSymbol><other>x</other>";
    let error = answered(xml(500, fault11("e:Client", "no such symbol", detail))).await;
    let fault = quote().fault(&error).expect("it is one");
    assert_eq!((fault.code.as_str(), fault.reason.as_str()), ("Client", "no such symbol"));
    assert_eq!(fault.detail, json!({ "UnknownSymbol": { "symbol": "A", "known": [1] }, "other": "x" }));
    let error = answered(xml(400, fault12("Sender", "Symbol", "no such"))).await;
    let fault = quote().fault(&error).expect("it is one");
    assert_eq!((fault.code.as_str(), fault.subcodes.as_slice(), fault.reason.as_str()), ("Sender", &["Symbol".to_owned()][..], "no such"));
    assert_eq!(fault.detail, json!({ "more": { "@a": "1", "#text": "x" } }));
}

#[tokio::test]
async fn a_fault_is_read_in_its_own_letters() {
    let text = fault11("e:Client", "d\u{e9}j\u{e0} vu", "<x>\u{e9}</x>");
    let bytes: Vec<u8> = text.chars().map(|letter| u8::try_from(u32::from(letter)).expect("a letter of Latin 1")).collect();
    let declared = [b"<?xml version='1.0' encoding='ISO-8859-1'?>".as_slice(), &bytes].concat();
    for (kind, body) in [("text/xml; charset=iso-8859-1", bytes), ("text/xml", declared)] {
        // An answer by its status alone is explained by a fault in it, too.
        for (status, of) in [(500, ErrorKind::Invalid), (403, ErrorKind::Permission)] {
            let error = answered(Reply::status(status).header("content-type", kind).body(body.clone())).await;
            assert_eq!((error.kind(), error.message()), (of, Some("d\u{e9}j\u{e0} vu")), "{kind} {status}: {error}");
            let fault = quote().fault(&error).unwrap_or_else(|| panic!("{kind} {status}: it is one"));
            assert_eq!((fault.reason.as_str(), &fault.detail["x"]), ("d\u{e9}j\u{e0} vu", &json!("\u{e9}")));
        }
    }
}

#[tokio::test]
async fn a_wsdl_is_not_fetched_without_end() {
    let server = StandIn::start().await.expect("a stand-in");
    let schema = |inside: &str| format!("<x:schema xmlns:x='http://www.w3.org/2001/XMLSchema'>{inside}</x:schema>");
    let includes: String = (0..12).map(|n| format!("<x:include schemaLocation='{n}.xsd'/>")).collect();
    let wsdl =
        format!("<d:definitions xmlns:d='http://schemas.xmlsoap.org/wsdl/'><d:types>{}</d:types></d:definitions>", schema(&includes));
    server.on("GET", "/a.wsdl", xml(200, wsdl));
    let long = bytes::Bytes::from(schema(&format!("<!--{}-->", "x".repeat(15 << 20))));
    for n in 0..12 {
        server.on("GET", &format!("/{n}.xsd"), Reply::status(200).header("content-type", "text/xml").body(long.clone()));
    }
    let client = client_of(&server.url()).and_then(|builder| builder.build_any()).expect("a client");
    let error = Wsdl::fetch("/a.wsdl", &client).await.expect_err("it is too much");
    assert_eq!(error.kind(), ErrorKind::Limit, "{error}");
    assert!(server.received().len() <= 7, "{} were fetched", server.received().len());
}

#[tokio::test]
async fn a_fault_is_bounded_and_shows_no_password() {
    let huge = format!("<x>{}</x>", "y".repeat(3 << 20));
    let error = answered(xml(500, fault11("e:Client", &"z\n".repeat(100_000), &huge))).await;
    assert_eq!((error.kind(), error.code()), (ErrorKind::Invalid, Some("Client")));
    assert!(error.to_string().len() < 1_000 && format!("{error:?}").len() < 2_000);
    assert!(error.body_bytes().is_none() && quote().fault(&error).is_none());

    // A service that says back what it was sent says it wherever the words are cut.
    for length in (200..520).step_by(3) {
        let echo = format!("{}t0p-secret", "y".repeat(length));
        let error = answered(xml(500, fault11("e:Client", &echo, ""))).await;
        let fault = quote().fault(&error).expect("it is one");
        assert!(!format!("{error} {:?} {fault:?}", error.message()).contains("t0p"), "{length}: {error}");
    }
    for (status, said) in [(403, "<html>t0p-secret</html>"), (503, "you sent t0p-secret")] {
        let error = answered(Reply::status(status).header("content-type", "text/html").body(said)).await;
        let body = String::from_utf8_lossy(error.body_bytes().expect("it is kept"));
        assert!(!body.contains("t0p-secret") && body.contains("[redacted]"), "{body}");
    }
    let echo = "you said t0p-secret";
    let error = answered(xml(500, fault11("e:Client", echo, echo))).await;
    let fault = quote().fault(&error).expect("it is one");
    let all = format!("{error} {error:?} {fault:?} {}", String::from_utf8_lossy(error.body_bytes().expect("it is kept")));
    assert!(!all.contains("t0p-secret") && all.contains("[redacted]"), "{all}");
}

#[tokio::test]
async fn what_is_no_answer_is_told_and_not_taken() {
    let good = "<GetQuoteResponse xmlns='http://quotes.example/'/>";
    let envelope = |namespace: &str, body: &str| format!("<e:Envelope xmlns:e='{namespace}'><e:Body>{body}</e:Body></e:Envelope>");
    let bomb = format!("<!DOCTYPE a [<!ENTITY x 'y'>]>{}", envelope(SOAP11, "&x;"));
    let deep = envelope(SOAP11, &format!("{}{}", "<a>".repeat(200), "</a>".repeat(200)));
    let html = Reply::status(200).header("content-type", "text/html").body("<html/>");
    let attached = Reply::status(200).header("content-type", "multipart/related; type=\"application/xop+xml\"").body("--x");
    for (reply, kind, says) in [
        (xml(200, bomb), ErrorKind::Decode, "declares a document type"),
        (xml(200, deep), ErrorKind::Limit, "deeper than 128"),
        (html, ErrorKind::Decode, "the answer is text/html, not XML"),
        (attached, ErrorKind::Decode, "attachments"),
        (xml(200, "<html/>"), ErrorKind::Decode, "its root is `html`"),
        (xml(200, envelope("urn:own", good)), ErrorKind::Decode, "its root is `{urn:own}Envelope`"),
        (xml(200, envelope(SOAP12, good)), ErrorKind::Decode, "is in V1_2 of SOAP, and V1_1 was asked"),
        (xml(200, envelope(SOAP11, "")), ErrorKind::Decode, "holds nothing"),
        (xml(200, envelope(SOAP11, "<GetQuoteResponse/>")), ErrorKind::Decode, "holds `GetQuoteResponse`"),
        (xml(200, format!("<e:Envelope xmlns:e='{SOAP11}'/>")), ErrorKind::Decode, "has no body"),
        (xml(200, envelope(SOAP11, "<a>")), ErrorKind::Decode, "not well-formed"),
        (xml(500, "<html>"), ErrorKind::Server, "the server answered 500 and no fault"),
        (xml(400, envelope(SOAP11, good)), ErrorKind::Invalid, "the server answered 400 and no fault"),
        (Reply::status(302).header("location", "/elsewhere"), ErrorKind::Decode, "302"),
        (Reply::status(200), ErrorKind::Decode, "no envelope"),
        (Reply::status(200).header("content-type", "text/xml").body(&b"\xff\xfe<\0"[..]), ErrorKind::Decode, "not text in UTF-8"),
    ] {
        let error = answered(reply).await;
        assert_eq!(error.kind(), kind, "{error}");
        assert!(error.to_string().contains(says), "{error}");
    }
}

#[tokio::test]
async fn an_answer_over_the_clients_bound_is_refused() {
    let service = StandIn::start().await.expect("a stand-in");
    service.on("POST", "/quotes.asmx", xml(500, fault11("e:Client", "x", &"y".repeat(100_000))));
    let client = client_of(&service.url()).map(|builder| builder.answer_bytes(10_000, 10_000)).and_then(|builder| builder.build_any());
    let error = SoapRequest::new(&quote()).input(json!({ "symbol": "A" })).send(&client.expect("a client")).await.expect_err("too much");
    assert_eq!(error.kind(), ErrorKind::Limit);
}

#[tokio::test]
async fn the_address_of_a_wsdl_gets_no_credential() {
    let (home, thief) = (StandIn::start().await.expect("a stand-in"), StandIn::start().await.expect("a stand-in"));
    for server in [&home, &thief] {
        server.on("POST", "/soap", xml(500, fault11("e:Client", "no", "")));
    }
    let stolen = text("quote.wsdl").replace("http://quotes.example/quotes.asmx", &format!("{}/soap", thief.url()));
    let of = Wsdl::read(&stolen).0.operation("GetQuote").expect("an operation");
    let call = || SoapRequest::new(&of).input(json!({ "symbol": "A" }));
    let token = || UsernameToken::text("ann", "t0p-secret");

    // The client's server counts.
    let login = Login::basic("ann", "t0p-secret");
    let client = http_module::client_of(&home.url(), &login).and_then(|builder| builder.build_any()).expect("a client");
    call().login(token()).send(&client).await.expect_err("a fault");
    assert!(thief.received().is_empty());
    let request = home.received().pop().expect("it arrived");
    assert!(request.header("authorization").is_some() && String::from_utf8_lossy(&request.body).contains("t0p-secret"));

    // Sent there on purpose, it goes without.
    call().address(format!("{}/soap", thief.url())).send(&client).await.expect_err("a fault");
    let request = thief.received().pop().expect("it arrived");
    assert!(request.header("authorization").is_none(), "{request:?}");
    let error = call().address(format!("{}/soap", thief.url())).login(token()).send(&client).await.expect_err("it must not");
    assert_eq!((error.kind(), thief.received().len()), (ErrorKind::UnsafeAddress, 1));

    // A client without a server goes there, and has nothing to lose.
    let open = http_module::client().and_then(|builder| builder.build_any()).expect("a client");
    let error = call().login(token()).send(&open).await.expect_err("it must not");
    assert_eq!((error.kind(), thief.received().len()), (ErrorKind::UnsafeAddress, 1));
    let guarded =
        http_module::client().map(|builder| builder.egress_guard(true)).and_then(|builder| builder.build_any()).expect("a client");
    assert_eq!(call().send(&guarded).await.expect_err("a private address").kind(), ErrorKind::UnsafeAddress);
    assert_eq!(thief.received().len(), 1);

    // Nor does a login travel in the clear.
    let clear = client_of("http://quotes.example").and_then(|builder| builder.build_any()).expect("a client");
    let error = call().login(token()).send(&clear).await.expect_err("it must not");
    assert!(error.kind() != ErrorKind::Transport, "{error}");
}

#[tokio::test]
async fn a_redirect_takes_no_login_along() {
    let (home, thief) = (StandIn::start().await.expect("a stand-in"), StandIn::start().await.expect("a stand-in"));
    home.on("POST", "/quotes.asmx", Reply::status(307).header("location", &format!("{}/soap", thief.url())));
    let client = client_of(&home.url()).and_then(|builder| builder.build_any()).expect("a client");
    let request = SoapRequest::new(&quote()).input(json!({ "symbol": "A" })).login(UsernameToken::text("ann", "t0p-secret"));
    request.send(&client).await.expect_err("it redirects");
    assert!(thief.received().is_empty());
}

fn wsdl_of(types: &str) -> (Wsdl, Vec<String>) {
    let text = format!(
        "<d:definitions xmlns:d='http://schemas.xmlsoap.org/wsdl/' xmlns:s='http://schemas.xmlsoap.org/wsdl/soap/' xmlns:t='urn:t' \
         xmlns:x='http://www.w3.org/2001/XMLSchema' xmlns:e='http://schemas.xmlsoap.org/soap/encoding/' targetNamespace='urn:t'>\
         <d:types><x:schema targetNamespace='urn:t'>{types}</x:schema></d:types>\
         <d:message name='i'><d:part name='p' element='t:in'/></d:message>\
         <d:portType name='P'><d:operation name='go'><d:input message='t:i'/><d:output message='t:i'/></d:operation></d:portType>\
         <d:binding name='B' type='t:P'><s:binding transport='http://schemas.xmlsoap.org/soap/http'/><d:operation name='go'>\
         <s:operation soapAction='go'/><d:input><s:body use='literal'/></d:input><d:output><s:body use='literal'/></d:output></d:operation>\
         </d:binding><d:service name='S'><d:port name='P' binding='t:B'><s:address location='http://s.example/'/></d:port></d:service></d:definitions>"
    );
    let (wsdl, problems) = Wsdl::read(&text);
    (wsdl, problems.iter().map(ToString::to_string).collect())
}

#[test]
fn bombs_and_circles_in_a_wsdl_end() {
    let bomb = format!("<!DOCTYPE d [<!ENTITY a 'x'><!ENTITY b '&a;&a;'>]>{}", text("quote.wsdl"));
    let (wsdl, problems) = Wsdl::read(&bomb);
    assert!(problems[0].message().contains("declares a document type") && wsdl.services().next().is_none());

    let doubling: String = (0..60)
        .map(|n| format!("<x:group name='g{n}'><x:sequence><x:group ref='t:g{0}'/><x:group ref='t:g{0}'/></x:sequence></x:group>", n + 1))
        .collect();
    let chain: String = (0..5_000)
        .map(|n| {
            format!("<x:complexType name='c{n}'><x:complexContent><x:extension base='t:c{}'/></x:complexContent></x:complexType>", n + 1)
        })
        .collect();
    let long: String = (0..5_000)
        .map(|n| {
            format!(
                "<x:complexType name='l{n}'><x:sequence><x:element name='a' type='t:l{}' minOccurs='0'/></x:sequence></x:complexType>",
                n + 1
            )
        })
        .collect();
    let wide: String = (0..2_000)
        .map(|n| format!("<x:complexType name='w{n}'><x:complexContent><x:extension base='t:w'/></x:complexContent></x:complexType>"))
        .collect();
    let members: String = (0..2_000).map(|n| format!("<x:element name='m{n}' minOccurs='0' type='x:int'/>")).collect();
    let attributes: String = (0..60)
        .map(|n| {
            format!(
                "<x:attributeGroup name='a{n}'><x:attributeGroup ref='t:a{0}'/><x:attributeGroup ref='t:a{0}'/></x:attributeGroup>",
                n + 1
            )
        })
        .collect();
    let nested = format!("{}<x:element name='a'/>{}", "<x:sequence>".repeat(60), "</x:sequence>".repeat(60));
    let element = |of: &str| format!("<x:element name='in' type='t:{of}'/>");
    for (name, types, usable) in [
        ("a type of itself", "<x:element name='in' type='t:n'/><x:complexType name='n'><x:sequence><x:element name='n' type='t:n' minOccurs='0'/></x:sequence></x:complexType>".to_owned(), true),
        ("bases in a circle", format!("{}<x:complexType name='a'><x:complexContent><x:extension base='t:b'/></x:complexContent></x:complexType><x:complexType name='b'><x:complexContent><x:extension base='t:a'/></x:complexContent></x:complexType>", element("a")), false),
        ("simple bases in a circle", format!("{}<x:simpleType name='a'><x:restriction base='t:b'/></x:simpleType><x:simpleType name='b'><x:restriction base='t:a'/></x:simpleType>", element("a")), false),
        ("groups in a circle", format!("{}<x:complexType name='a'><x:group ref='t:g'/></x:complexType><x:group name='g'><x:sequence><x:group ref='t:g'/></x:sequence></x:group>", element("a")), false),
        ("groups that double", format!("{}{doubling}<x:group name='g60'><x:sequence><x:element name='e'/></x:sequence></x:group><x:complexType name='a'><x:group ref='t:g0'/></x:complexType>", element("a")), false),
        ("attribute groups that double", format!("{}{attributes}<x:attributeGroup name='a60'><x:attribute name='e'/></x:attributeGroup><x:complexType name='a'><x:attributeGroup ref='t:a0'/></x:complexType>", element("a")), true),
        ("a long chain of bases", format!("{}{chain}<x:complexType name='c5000'/>", element("c0")), false),
        ("a long chain of members", format!("{}{long}<x:complexType name='l5000'/>", element("l0")), true),
        ("many that extend a wide one", format!("{}{wide}<x:complexType name='w'><x:sequence>{members}</x:sequence></x:complexType>", element("w")), true),
        ("sequences in sequences", format!("{}<x:complexType name='a'>{nested}</x:complexType>", element("a")), false),
        ("substitution in a circle", "<x:element name='in'><x:complexType><x:sequence><x:element ref='t:p'/></x:sequence></x:complexType></x:element><x:element name='p' substitutionGroup='t:q'/><x:element name='q' substitutionGroup='t:p'/>".to_owned(), true),
        ("a name that ends a tag", "<x:element name='in'><x:complexType><x:sequence><x:element name='a&gt;&lt;b'/></x:sequence></x:complexType></x:element>".to_owned(), false),
        ("as many as can be counted", "<x:element name='in'><x:complexType><x:sequence minOccurs='4000000000' maxOccurs='unbounded'><x:element name='a' fixed='1' minOccurs='4000000000' maxOccurs='unbounded'/></x:sequence></x:complexType></x:element>".to_owned(), true),
    ] {
        let start = Instant::now();
        let (wsdl, problems) = wsdl_of(&types);
        let operation = wsdl.operation("go").expect("it is there");
        assert_eq!(operation.unsupported().is_none(), usable, "{name}: {:?} {problems:?}", operation.unsupported());
        let schema = operation.input_schema().to_string();
        let _ = SoapRequest::new(&operation).input(json!({})).envelope();
        assert!(start.elapsed().as_secs() < 120 && schema.len() < 40_000_000, "{name}: {:?}, {} bytes", start.elapsed(), schema.len());
        if !usable {
            assert!(!problems.is_empty() || !wsdl.unsupported().is_empty(), "{name}: nobody says why");
        }
    }
}

/// A WSDL of these parts: what stands in the schema, the messages, the port type, the binding and the service.
fn wsdl_with(schema: &str, messages: &str, declared: &str, bound: &str, ports: &str) -> String {
    format!(
        "<d:definitions xmlns:d='http://schemas.xmlsoap.org/wsdl/' xmlns:s='http://schemas.xmlsoap.org/wsdl/soap/' xmlns:t='urn:t' \
         xmlns:x='http://www.w3.org/2001/XMLSchema' targetNamespace='urn:t'><d:types><x:schema targetNamespace='urn:t'>{schema}</x:schema></d:types>\
         {messages}<d:portType name='P'>{declared}</d:portType><d:binding name='B' type='t:P'>\
         <s:binding style='rpc' transport='http://schemas.xmlsoap.org/soap/http'/>{bound}</d:binding><d:service name='S'>{ports}</d:service></d:definitions>"
    )
}

/// What a WSDL says once and means many times is counted as often as it is meant.
#[test]
fn a_wsdl_does_not_grow_by_being_read() {
    let repeat = |count: usize, of: &dyn Fn(usize) -> String| (0..count).map(of).collect::<String>();
    let ports = |count| repeat(count, &|n| format!("<d:port name='p{n}' binding='t:B'/>"));
    let one_port = ports(1);
    let message = |parts| format!("<d:message name='m'>{}</d:message>", repeat(parts, &|n| format!("<d:part name='p{n}' type='x:int'/>")));
    let declared = |count| repeat(count, &|n| format!("<d:operation name='o{n}'><d:input message='t:m'/></d:operation>"));
    let bound = |count| repeat(count, &|n| format!("<d:operation name='o{n}'><d:input><s:body use='literal'/></d:input></d:operation>"));
    let words = format!("<d:documentation>{}</d:documentation>", "word ".repeat(100_000));
    let told = format!("<d:operation name='o0'>{words}<d:input message='t:m'/></d:operation>");
    let heads = repeat(60_000, &|n| format!("<x:element name='e{n}' substitutionGroup='t:head'/>"));
    let described = format!(
        "<x:attributeGroup name='g'><x:attribute name='a'><x:annotation><x:documentation>{}</x:documentation></x:annotation></x:attribute></x:attributeGroup>{}",
        "word ".repeat(100_000),
        repeat(5_000, &|n| format!("<x:complexType name='c{n}'><x:attributeGroup ref='t:g'/></x:complexType>"))
    );
    for (name, too_many, wsdl) in [
        ("many ports of one binding", true, wsdl_with("", &message(1), &declared(1_000), &bound(1_000), &ports(3_000))),
        ("many operations of one message", true, wsdl_with("", &message(5_000), &declared(3_000), &bound(3_000), &one_port)),
        ("many operations that are looked up", false, wsdl_with("", &message(1), &declared(20_000), &bound(20_000), &one_port)),
        ("one operation with much to say, at many ports", false, wsdl_with("", &message(1), &told, &bound(1), &ports(20_000))),
        ("many in one's place", false, wsdl_with(&heads, "", "", "", "")),
        ("an attribute with much to say, in many types", false, wsdl_with(&described, "", "", "", "")),
    ] {
        let start = Instant::now();
        let (read, problems) = Wsdl::read(&wsdl);
        let took = start.elapsed();
        let operations: usize = read.services().map(|service| service.ports().map(|port| port.operations().count()).sum::<usize>()).sum();
        assert!(took.as_secs() < 10, "{name}: {took:?} for {} bytes", wsdl.len());
        assert!(operations <= 100_000, "{name}: {operations} operations of {} bytes", wsdl.len());
        let said = problems.iter().any(|problem| problem.message().contains("too many together"));
        assert_eq!(said, too_many, "{name}: {problems:?}");
    }
}

#[test]
fn what_is_not_supported_is_named_when_it_is_used() {
    for (from, to, says) in [
        ("use=\"literal\"", "use=\"encoded\"", "`use=\"encoded\"` (SOAP encoding) is not supported; `literal` is"),
        ("element=\"tns:GetQuote\"", "type=\"tns:Quote\"", "the part `parameters` has a type and no element"),
        ("element=\"tns:GetQuote\"", "element=\"tns:GetQuotes\"", "there is no element `{http://quotes.example/}GetQuotes`"),
        ("type=\"tns:Quote\"", "type=\"tns:Quotation\"", "there is no type `{http://quotes.example/}Quotation`"),
        ("<soap:operation ", "<x:policy xmlns:x='urn:x' wsdl:required='true'/><soap:operation ", "`{urn:x}policy` must be understood"),
    ] {
        let (wsdl, _) = Wsdl::read(&text("quote.wsdl").replacen(from, to, 1));
        let operation = wsdl.operation("GetQuote").expect("it is there");
        let error = SoapRequest::new(&operation).input(json!({ "symbol": "A" })).envelope().expect_err(says);
        assert_eq!(error.kind(), ErrorKind::Configuration);
        let message = error.to_string();
        assert!(message.contains(says) && message.contains("`GetQuote` cannot be called: wsdl:"), "{message}");
    }
    let (wsdl, _) =
        Wsdl::read(&text("quote.wsdl").replacen("transport=\"http://schemas.xmlsoap.org/soap/http\"", "transport=\"urn:mail\"", 1));
    assert!(wsdl.unsupported()[0].to_string().contains("goes over `urn:mail`"), "{:?}", wsdl.unsupported());
    assert_eq!(wsdl.operation("GetQuote").expect("the other port's").port(), "QuotesSoap12");
}

#[test]
fn a_file_outside_of_the_folder_is_not_read() {
    let folder = std::env::temp_dir().join(format!("linchpin-soap-{}", std::process::id()));
    let inner = folder.join("inner");
    std::fs::create_dir_all(&inner).expect("a folder");
    std::fs::write(folder.join("secret.xsd"), "<x:schema xmlns:x='http://www.w3.org/2001/XMLSchema'><x:element name='secret'/></x:schema>")
        .expect("a file");
    #[cfg(unix)]
    std::os::unix::fs::symlink(folder.join("secret.xsd"), inner.join("link.xsd")).expect("a link");
    for location in ["../secret.xsd", "link.xsd", "/etc/passwd", "file:///etc/passwd", "http://127.0.0.1:9/x.xsd"] {
        let types = format!("<x:include schemaLocation='{location}'/><x:element name='in' type='x:int'/>");
        let path = inner.join("service.wsdl");
        let text = text("quote.wsdl").replace(
            "<wsdl:types>",
            &format!("<wsdl:types><x:schema xmlns:x='http://www.w3.org/2001/XMLSchema' targetNamespace='urn:t'>{types}</x:schema>"),
        );
        std::fs::write(&path, text).expect("a file");
        let (_, problems) = Wsdl::open(&path).expect("it is there");
        assert_eq!(problems.len(), 1, "{location}: {problems:?}");
        assert!(problems[0].to_string().starts_with("service.wsdl:"), "{}", problems[0]);
    }
    std::fs::remove_dir_all(&folder).expect("it can go");
}

/// Bounded random changes of texts: values and elements taken out, doubled, moved, replaced by others that mean something, and now and then
/// any letters.
struct Mutations(fastrand::Rng);

const WORDS: [&str; 16] =
    ["", "0", "-1", "99999999999999999999", "unbounded", "tns:", ":", "xs:int", "true", "encoded", "rpc", "a b", "é", "&#0;", "<", "\u{0}"];

impl Mutations {
    fn of(&mut self, text: &str) -> String {
        let mut changed = text.to_owned();
        for _ in 0..self.0.usize(1..4) {
            let kind = self.0.u8(0..12);
            let (from, to) = self.piece(&changed, kind);
            let piece = changed[from..to].to_owned();
            match self.0.u8(0..4) {
                0 => changed.replace_range(from..to, ""),
                1 => changed.insert_str(from, &piece),
                2 => changed.replace_range(from..to, WORDS[self.0.usize(..WORDS.len())]),
                _ => {
                    let (from, to) = self.piece(&changed, kind);
                    changed.replace_range(from..to, &piece);
                }
            }
        }
        changed
    }

    /// The value of an attribute, an element without content, a text, or any run of letters.
    fn piece(&mut self, text: &str, kind: u8) -> (usize, usize) {
        let within = |at: usize| (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
        let start = within(self.0.usize(..text.len().max(1)));
        let after = |from: usize, stop: &str| text[from..].find(stop).map(|length| from + length);
        let quote = if text.contains('"') { "\"" } else { "'" };
        let found = match kind {
            0..=5 => after(start, &format!("={quote}")).map(|at| at + 2).and_then(|from| Some((from, after(from, quote)?))),
            6..=8 => after(start, "/>").and_then(|end| Some((text[..end].rfind('<')?, end + 2))),
            9 | 10 => after(start, ">").map(|at| at + 1).and_then(|from| Some((from, after(from, "<")?))),
            _ => None,
        };
        found.unwrap_or((start, within(start + self.0.usize(0..20)).max(start)))
    }
}

#[test]
fn whatever_they_say_nothing_panics() {
    let rounds = std::env::var("LINCHPIN_FUZZ_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(200);
    let mut mutations = Mutations(fastrand::Rng::with_seed(7));
    let books = text("split/books.xsd");
    let answer = format!(
        "<e:Envelope xmlns:e='{SOAP11}' xmlns='http://quotes.example/' xmlns:i='http://www.w3.org/2001/XMLSchema-instance'><e:Header><Session/></e:Header>\
         <e:Body><GetQuoteResponse><GetQuoteResult stale='1' i:type='Quote'><symbol>A</symbol><price i:nil='true'/><trades><Trade>\
         <at>2026-03-10T09:30:00</at><amount>7</amount></Trade></trades></GetQuoteResult></GetQuoteResponse></e:Body></e:Envelope>"
    );
    let (mut envelopes, mut values, mut faults) = (0, 0, 0);
    for round in 0..rounds {
        for name in ["quote.wsdl", "orders.wsdl", "calculator.wsdl", "split/interface.wsdl"] {
            let (wsdl, _) = Wsdl::read_with(&mutations.of(&text(name)), |_| (round % 2 == 0).then(|| books.clone()));
            let operations: Vec<SoapOperation> = wsdl
                .services()
                .flat_map(|service| service.ports().flat_map(|port| port.operations().collect::<Vec<_>>()).collect::<Vec<_>>())
                .collect();
            for operation in operations {
                let _ = operation.describe();
                for input in [
                    json!(null),
                    json!({ "symbol": "A" }),
                    json!({ "numbers": { "number": [1] }, "label": "x" }),
                    json!([1]),
                    json!({ "@id": "a", "line": [{}] }),
                ] {
                    envelopes += usize::from(SoapRequest::new(&operation).input(input).envelope().is_ok());
                }
                let _ = operation.read(&answer);
            }
        }
        let quote = quote();
        values += usize::from(quote.read(&mutations.of(&answer)).is_ok());
        for fault in [fault11("e:Client", "x", "<a/>"), fault12("Sender", "x", "y")] {
            if let Err(error) = quote.read(&mutations.of(&fault)) {
                let _ = format!("{error} {error:?}");
                faults += usize::from(quote.fault(&error).is_some());
            }
        }
    }
    // Not all was nonsense, or this would say nothing.
    assert!(envelopes > rounds && values > rounds / 10 && faults > rounds / 2, "{envelopes} envelopes, {values} values, {faults} faults");
}
