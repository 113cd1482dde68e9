//! How single APIs prove their deliveries: published examples, and codes made as their documents say.

mod deliveries;

use std::sync::Arc;

use bytes::Bytes;
use deliveries::*;
use http::StatusCode;
use linchpin_runtime::{
    __codegen_v1::{InstantTrigger, Json},
    webhook::{MemoryDeliveryLog, Received},
};

// ── published examples ──────────────────────────────────────────────────────────────────────────────────────────────

#[tokio::test]
async fn the_examples_of_standard_webhooks() {
    let receiver = receiver::<Standard>("whsec_plJ3nmyCDGBKInavdOK15jsl", 1_731_705_121);
    let sent = post(r#"{"event_type":"ping","data":{"success":true}}"#)
        .with("webhook-id", "msg_loFOjxBNrRLzqYUf")
        .with("webhook-timestamp", "1731705121")
        .with("webhook-signature", "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0=");
    assert_eq!(sent.event(&receiver).await["event_type"], "ping");

    let receiver = self::receiver::<Standard>("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", 1_614_265_330);
    let several = "v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc= v2,AAAA v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    let sent = post(r#"{"test": 2432232314}"#)
        .with("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek")
        .with("webhook-timestamp", "1614265330")
        .with("webhook-signature", several);
    assert_eq!(sent.event(&receiver).await["test"], 2_432_232_314_u64);
}

#[tokio::test]
async fn the_example_of_github() {
    // GitHub's example signs a text that is no JSON: it proves itself, and cannot be read.
    let receiver = receiver::<GitHub>("It's a Secret to Everybody", 0);
    let signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    let sent = post("Hello, World!").with("x-hub-signature-256", signature);
    assert_eq!(sent.status(&receiver).await, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(post("Hello, World?").with("x-hub-signature-256", signature).status(&receiver).await, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn the_example_of_slack() {
    let body = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar\
        &user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands\
        %2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
    let sent = post(body)
        .with("x-slack-request-timestamp", "1531420618")
        .with("x-slack-signature", "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503");
    let event = sent.event(&receiver::<SlackCommand>("8f742231b10e8888abcd99yyyzzz85a5", 1_531_420_618)).await;
    assert_eq!((&event["command"], &event["text"]), (&"/webhook-collect".into(), &"".into()));
}

#[tokio::test]
async fn a_code_of_shopify() {
    let sent = post(r#"{"id":1234567890,"email":"customer@example.com","total_price":"123.45"}"#)
        .with("x-shopify-topic", "orders/create")
        .with("x-shopify-hmac-sha256", "QNyObTlKbMx2qDlPF/ZOZcBqg5OgPg+2oky3zldc0Gw=");
    assert_eq!(sent.event(&receiver::<Shopify>("test-webhook-secret", 0)).await["total_price"], "123.45");
}

// ── schemes without a published example ─────────────────────────────────────────────────────────────────────────────

#[tokio::test]
async fn hubspot_signs_method_url_body_and_time() {
    let receiver = receiver::<HubSpot>("s", 1000).public_url("https://hooks.example".parse().expect("a URL"));
    let body = r#"{"eventId":1}"#;
    for (uri, signed) in [("/hub?a=b%20c", "/hub?a=b%20c"), ("/hub?a=b%3Ac%2c", "/hub?a=b:c,"), ("/hub?a=%3A", "/hub?a=%3A")] {
        let code = code("s", &format!("POSThttps://hooks.example{signed}{body}1000500"));
        let sent = post(body).at(uri).with("x-hubspot-request-timestamp", "1000500").with("x-hubspot-signature-v3", base64(&code));
        let fresh = receiver.clone().log(Arc::new(MemoryDeliveryLog::new(10)));
        assert_eq!(sent.event(&fresh).await["eventId"], 1, "{uri}");
    }
    let code = base64(&code("s", &format!("POSThttps://hooks.example/hub{body}1000500")));
    let elsewhere = post(body).at("/other").with("x-hubspot-request-timestamp", "1000500").with("x-hubspot-signature-v3", &code);
    assert_eq!(elsewhere.status(&receiver).await, StatusCode::UNAUTHORIZED);
    let untold = self::receiver::<HubSpot>("s", 1000);
    let sent = post(body).at("/hub").with("x-hubspot-request-timestamp", "1000500").with("x-hubspot-signature-v3", &code);
    assert_eq!(sent.status(&untold).await, StatusCode::INTERNAL_SERVER_ERROR, "nobody said what the URL is");
}

/// What HubSpot signs of a URL can be written in several ways: written in another, a delivery is still the one that came.
#[tokio::test]
async fn a_url_that_is_written_in_another_way_makes_no_other_delivery() {
    let receiver = receiver::<HubSpot>("s", 1000).public_url("https://hooks.example".parse().expect("a URL"));
    let code = base64(&code("s", r#"POSThttps://hooks.example/in/hub?a=b:c{"eventId":1}1000500"#));
    let sent = |uri: &'static str| {
        post(r#"{"eventId":1}"#).at(uri).with("x-hubspot-request-timestamp", "1000500").with("x-hubspot-signature-v3", &code)
    };
    assert!(matches!(sent("/in/hub?a=b:c").to(&receiver).await, Ok(Received::Event(_))));
    for again in ["/in/hub?a=b%3Ac", "/in/hub?a=b%3ac", "/in%2Fhub?a=b:c", "/in/hub%3Fa=b:c"] {
        assert!(matches!(sent(again).to(&receiver).await, Ok(Received::Repeated)), "{again}");
    }
}

/// Servers of HTTP/2 know an address by which they are called, which behind a proxy is another than the API calls and signs.
#[tokio::test]
async fn the_address_that_the_receiver_was_told_is_the_one_that_counts() {
    let told = receiver::<HubSpot>("s", 1000).public_url("https://hooks.example".parse().expect("a URL"));
    let signed = |url: &str| base64(&code("s", &format!(r#"POST{url}{{"eventId":1}}1000500"#)));
    let sent = |uri: &'static str, url: &str| {
        post(r#"{"eventId":1}"#).at(uri).with("x-hubspot-request-timestamp", "1000500").with("x-hubspot-signature-v3", signed(url))
    };
    let behind = sent("http://10.0.0.7:8080/hub?a=b", "https://hooks.example/hub?a=b");
    assert_eq!(behind.event(&told).await["eventId"], 1);
    let others = sent("https://another.example/hub", "https://another.example/hub");
    assert_eq!(others.status(&told).await, StatusCode::UNAUTHORIZED, "what was signed for another address is not for this one");
    let untold = receiver::<HubSpot>("s", 1000);
    assert_eq!(others.event(&untold).await["eventId"], 1, "nobody told it, so the request's own counts");
}

#[tokio::test]
async fn stripe_signs_time_and_body_with_several_codes() {
    let receiver = Stripe::receiver(secrets(&["whsec_old", "whsec_new"])).expect("keys").clock(at(1_700_000_000));
    let body = r#"{"id":"evt_1","type":"charge.succeeded"}"#;
    let code = hex(&code("whsec_new", &format!("1700000000.{body}")));
    let wrong = "0".repeat(64);
    let sent = post(body).with("stripe-signature", format!("t=1700000000,v1={wrong},v1={code},v0={wrong}"));
    assert_eq!(sent.event(&receiver).await["id"], "evt_1");
    let twice = post(body).with("stripe-signature", format!("t=1700000000,t=1700000001,v1={code}"));
    assert_eq!(twice.status(&receiver).await, StatusCode::UNAUTHORIZED, "two times are none");
}

#[tokio::test]
async fn a_shared_secret_is_compared_whole() {
    let receiver = Shared::receiver(secrets(&["old secret", "new secret"])).expect("keys").clock(at(0));
    for (number, secret) in ["old secret", "new secret"].iter().enumerate() {
        let sent = post(format!(r#"{{"n":{number}}}"#)).with("authorization", format!("Bearer {secret}"));
        assert_eq!(sent.event(&receiver).await["n"], number);
    }
    for wrong in ["Bearer new secre", "Bearer new secret2", "Bearer ", "Bearer", "new secret", "bearer new secret", ""] {
        assert_eq!(post("{}").with("authorization", wrong).status(&receiver).await, StatusCode::UNAUTHORIZED, "{wrong:?}");
    }
}

#[tokio::test]
async fn tokens_are_for_us_for_this_body_and_for_a_time() {
    use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
    use sha2::Digest;
    let body = r#"{"n":1}"#;
    let digest = hex(&sha2::Sha256::digest(body));
    let claims = |exp: u64, aud: &str, jti: &str| serde_json::json!({ "exp": exp, "aud": aud, "body_sha256": digest, "jti": jti });
    let made = |algorithm, claims: &Json, key: &str| {
        encode(&Header::new(algorithm), claims, &EncodingKey::from_secret(key.as_bytes())).expect("a token")
    };
    let receiver = receiver::<Token>("s", 1000);
    let sent = |token: String| post(body).with("authorization", format!("Bearer {token}"));
    let good = made(Algorithm::HS256, &claims(1100, "us", "a"), "s");
    assert_eq!(sent(good.clone()).event(&receiver).await["n"], 1);
    assert!(matches!(sent(good.clone()).to(&receiver).await, Ok(Received::Repeated)));
    let mut other_body = sent(good);
    other_body.body = Bytes::from_static(br#"{"n":2}"#);
    assert_eq!(other_body.status(&receiver).await, StatusCode::UNAUTHORIZED);
    let mut endless = claims(1100, "us", "e");
    endless.as_object_mut().expect("claims").remove("exp");
    let none =
        format!("{}.{}.", base64(br#"{"alg":"none"}"#).trim_end_matches('='), base64(claims(1100, "us", "f").to_string().as_bytes()));
    for (what, token) in [
        ("run out", made(Algorithm::HS256, &claims(900, "us", "b"), "s")),
        ("for others", made(Algorithm::HS256, &claims(1100, "them", "c"), "s")),
        ("another key", made(Algorithm::HS256, &claims(1100, "us", "d"), "t")),
        ("another algorithm", made(Algorithm::HS512, &claims(1100, "us", "d"), "s")),
        ("without an end", made(Algorithm::HS256, &endless, "s")),
        ("unsigned", none),
        ("no token", "x.y.z".to_owned()),
    ] {
        assert_eq!(sent(token).status(&receiver).await, StatusCode::UNAUTHORIZED, "{what}");
    }
}

/// A token that is for one body says nothing of an id in a header: that could be written anew beside it.
#[tokio::test]
async fn an_id_beside_a_token_opens_no_door() {
    use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
    use sha2::Digest;
    let claims = serde_json::json!({ "exp": 1100, "body_sha256": hex(&sha2::Sha256::digest("{}")) });
    let token = encode(&Header::new(Algorithm::HS256), &claims, &EncodingKey::from_secret(b"s")).expect("a token");
    let receiver = receiver::<Beside>("s", 1000);
    let sent = |id: &str| post("{}").with("authorization", format!("Bearer {token}")).with("x-id", id);
    assert!(matches!(sent("1").to(&receiver).await, Ok(Received::Event(_))));
    assert!(matches!(sent("2").to(&receiver).await, Ok(Received::Repeated)));
}

/// Whoever saw a code of ECDSA can make a second one of it that is as good (the other root), without the key. It is the same delivery.
#[tokio::test]
async fn a_token_with_another_code_over_the_same_makes_no_other_delivery() {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
    use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
    let pem = include_str!("keys/ec_pkcs8.pem");
    let der: String = pem.lines().filter(|line| !line.starts_with("-----")).collect();
    let der = base64::engine::general_purpose::STANDARD.decode(der).expect("base64");
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &der, &ring::rand::SystemRandom::new()).expect("a key");
    // RFC 5480: what stands before the point of a public key of P-256.
    let mut public =
        vec![0x30, 0x59, 0x30, 0x13, 6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1, 6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7, 3, 0x42, 0];
    public.extend_from_slice(pair.public_key().as_ref());
    let public = format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", base64(&public));

    let key = EncodingKey::from_ec_pem(pem.as_bytes()).expect("a key");
    let token = encode(&Header::new(Algorithm::ES256), &serde_json::json!({ "exp": 1100 }), &key).expect("a token");
    let (signed, signature) = token.rsplit_once('.').expect("three parts");
    let mut signature = URL_SAFE_NO_PAD.decode(signature).expect("base64");
    negate(&mut signature[32..]);
    let other = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(&signature));
    assert_ne!(token, other);

    let receiver = receiver::<Signed>(&public, 1000);
    let sent = |token: &str| post("{}").with("authorization", format!("Bearer {token}"));
    assert!(matches!(sent(&token).to(&receiver).await, Ok(Received::Event(_))));
    assert!(matches!(sent(&other).to(&receiver).await, Ok(Received::Repeated)));
}

/// What is left of a number when it is taken from the order of P-256.
fn negate(number: &mut [u8]) {
    let order: [u8; 32] = [
        0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84,
        0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
    ];
    let mut borrow = 0;
    for (digit, from) in number.iter_mut().zip(order).rev() {
        let left = i16::from(from) - i16::from(*digit) - borrow;
        borrow = i16::from(left < 0);
        *digit = left.rem_euclid(256) as u8;
    }
}
