//! Triggers as generated code declares them, with the schemes that programs have too, and whoever delivers to them.
#![allow(
    dead_code,
    missing_docs,
    unreachable_pub,
    unsafe_code,
    reason = "each test uses a part, and the macros that declare shapes write it"
)]

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};
use linchpin_runtime::{
    __codegen_v1::{
        Answer, Challenge, DeliveryPart, Encoded, Hash, InstantTrigger, Json, ModuleKind, Operation, OperationTable, Proof, ProofKind,
        Sent, Shaped, Wanted, Webhook,
    },
    Secret,
    testing::SimulatedClock,
    webhook::{Received, Receiver, Refusal},
    webhook_module::schemes,
};

macro_rules! trigger {
    ($name:ident, $webhook:expr) => {
        linchpin_runtime::structure! {
            /// A trigger.
            pub struct $name "watch" {}
        }
        impl Operation for $name {
            type Output = Json;
            fn table() -> &'static OperationTable {
                const TABLE: &OperationTable = &OperationTable {
                    name: stringify!($name),
                    kind: ModuleKind::Trigger,
                    answers: &[Answer { shape: <Json as Shaped>::LINK, ..Answer::JSON }],
                    output: <Json as Shaped>::LINK,
                    webhook: Some(&$webhook),
                    ..OperationTable::EMPTY
                };
                TABLE
            }
        }
        impl InstantTrigger for $name {}
    };
}

const fn header(name: &'static str, after: &'static str, encoding: Encoded) -> Sent {
    Sent { part: DeliveryPart::Header(name), after, encoding, ..Sent::EMPTY }
}

const HMAC: Proof = Proof { kind: ProofKind::Hmac(Hash::Sha256), over: "{body}", ..Proof::EMPTY };

trigger!(Standard, Webhook { proof: schemes::STANDARD_WEBHOOKS, ..Webhook::EMPTY });
trigger!(GitHub, Webhook { proof: schemes::GITHUB, ..Webhook::EMPTY });
trigger!(Stripe, Webhook { proof: schemes::STRIPE, ..Webhook::EMPTY });
trigger!(
    Slack,
    Webhook {
        proof: schemes::SLACK,
        challenges: &[Challenge {
            when: &[(DeliveryPart::Body(&["type"]), Wanted::Text("url_verification"))],
            ..Challenge::of(DeliveryPart::Body(&["challenge"]))
        }],
        ..Webhook::EMPTY
    }
);
trigger!(SlackCommand, Webhook { form: true, proof: schemes::SLACK, ..Webhook::EMPTY });
trigger!(
    Shopify,
    Webhook {
        when: &[(DeliveryPart::Header("x-shopify-topic"), Wanted::Text("orders/create"))],
        proof: schemes::SHOPIFY,
        ..Webhook::EMPTY
    }
);
trigger!(HubSpot, Webhook { proof: schemes::HUBSPOT, ..Webhook::EMPTY });
trigger!(
    Shared,
    Webhook {
        proof: Proof { kind: ProofKind::Token, sent: header("authorization", "Bearer ", Encoded::Text), ..Proof::EMPTY },
        ..Webhook::EMPTY
    }
);
trigger!(
    Meta,
    Webhook {
        proof: Proof { sent: header("x-hub-signature-256", "sha256=", Encoded::Hex), ..HMAC },
        challenges: &[Challenge {
            when: &[
                (DeliveryPart::Query("hub.mode"), Wanted::Text("subscribe")),
                (DeliveryPart::Query("hub.verify_token"), Wanted::Secret),
            ],
            ..Challenge::of(DeliveryPart::Query("hub.challenge"))
        }],
        ..Webhook::EMPTY
    }
);
trigger!(
    Crc,
    Webhook {
        proof: Proof { sent: header("x-twitter-webhooks-signature", "sha256=", Encoded::Base64), ..HMAC },
        challenges: &[Challenge {
            answer: &[("response_token", "sha256={hmac.base64}")],
            ..Challenge::of(DeliveryPart::Query("crc_token"))
        }],
        ..Webhook::EMPTY
    }
);
trigger!(
    Token,
    Webhook {
        proof: Proof {
            kind: ProofKind::Jwt("HS256"),
            sent: header("authorization", "Bearer ", Encoded::Text),
            audience: "us",
            digest: Some(("body_sha256", Encoded::Hex)),
            id: Some(DeliveryPart::Claim("jti")),
            ..Proof::EMPTY
        },
        ..Webhook::EMPTY
    }
);

trigger!(
    Beside,
    Webhook {
        proof: Proof {
            kind: ProofKind::Jwt("HS256"),
            sent: header("authorization", "Bearer ", Encoded::Text),
            digest: Some(("body_sha256", Encoded::Hex)),
            id: Some(DeliveryPart::Header("x-id")),
            ..Proof::EMPTY
        },
        ..Webhook::EMPTY
    }
);
trigger!(
    Signed,
    Webhook {
        proof: Proof { kind: ProofKind::Jwt("ES256"), sent: header("authorization", "Bearer ", Encoded::Text), ..Proof::EMPTY },
        ..Webhook::EMPTY
    }
);

trigger!(
    Braces,
    Webhook {
        proof: Proof { sent: header("x-code", "", Encoded::Hex), over: "{{id}}{body}", id: Some(DeliveryPart::Header("x-id")), ..HMAC },
        challenges: &[Challenge { answer: &[("said", "{{challenge}} is {challenge}")], ..Challenge::of(DeliveryPart::Query("ask")) }],
        ..Webhook::EMPTY
    }
);

pub fn secrets(texts: &[&str]) -> Vec<Secret> {
    texts.iter().map(|text| Secret::new(*text)).collect()
}

pub fn at(seconds: u64) -> Arc<SimulatedClock> {
    Arc::new(SimulatedClock::at(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)))
}

pub fn receiver<T: InstantTrigger<Output = Json>>(secret: &str, seconds: u64) -> Receiver<Json> {
    T::receiver(secrets(&[secret])).expect("a key").clock(at(seconds))
}

#[derive(Debug)]
pub struct Sender {
    pub method: Method,
    pub uri: &'static str,
    pub headers: HeaderMap,
    pub body: Bytes,
}

pub fn post(body: impl Into<Bytes>) -> Sender {
    Sender { method: Method::POST, uri: "/hook", headers: HeaderMap::new(), body: body.into() }
}

pub fn get(uri: &'static str) -> Sender {
    Sender { method: Method::GET, uri, headers: HeaderMap::new(), body: Bytes::new() }
}

impl Sender {
    pub fn with(mut self, name: &'static str, value: impl AsRef<str>) -> Self {
        self.headers.append(HeaderName::from_static(name), HeaderValue::from_str(value.as_ref()).expect("a header"));
        self
    }

    pub fn at(self, uri: &'static str) -> Self {
        Sender { uri, ..self }
    }

    pub async fn to(&self, receiver: &Receiver<Json>) -> Result<Received<Json>, Refusal> {
        let uri: Uri = self.uri.parse().expect("a URI");
        receiver.receive(&self.method, &uri, &self.headers, &self.body).await
    }

    pub async fn event(&self, receiver: &Receiver<Json>) -> Json {
        match self.to(receiver).await.expect("it is genuine") {
            Received::Event(delivery) => delivery.event,
            other => panic!("no event: {other:?}"),
        }
    }

    pub async fn status(&self, receiver: &Receiver<Json>) -> StatusCode {
        self.to(receiver).await.expect_err("it is refused").status()
    }
}

pub fn code(secret: &str, text: &str) -> Vec<u8> {
    use hmac::{Hmac, KeyInit, Mac};
    let mut mac = Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()).expect("any key");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

pub fn base64(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}
