//! How the deliveries of some APIs prove themselves. `docs/triggers.md` has the same in the words of specs.

use crate::operation::{DeliveryPart, DeliveryTime, Encoded, Hash, Proof, ProofKind, Sent};

/// How far a signed time may be from now.
const TOLERANCE: u64 = 5 * 60 * 1000;

const fn sent(header: &'static str, split: &'static str, after: &'static str, encoding: Encoded) -> Sent {
    Sent { part: DeliveryPart::Header(header), split, after, encoding }
}

const fn hmac(sent: Sent, over: &'static str) -> Proof {
    Proof { kind: ProofKind::Hmac(Hash::Sha256), sent, over, ..Proof::EMPTY }
}

const fn seconds(sent: Sent) -> Option<DeliveryTime> {
    Some(DeliveryTime { sent, millis: false, within: TOLERANCE })
}

/// [Standard Webhooks](https://www.standardwebhooks.com); secrets begin with `whsec_`.
pub const STANDARD_WEBHOOKS: Proof = Proof {
    key: Encoded::Base64,
    key_after: "whsec_",
    time: seconds(sent("webhook-timestamp", "", "", Encoded::Text)),
    id: Some(DeliveryPart::Header("webhook-id")),
    ..hmac(sent("webhook-signature", " ", "v1,", Encoded::Base64), "{id}.{time}.{body}")
};

/// GitHub.
pub const GITHUB: Proof = Proof {
    id: Some(DeliveryPart::Header("x-github-delivery")),
    ..hmac(sent("x-hub-signature-256", "", "sha256=", Encoded::Hex), "{body}")
};

/// Stripe.
pub const STRIPE: Proof = Proof {
    time: seconds(sent("stripe-signature", ",", "t=", Encoded::Text)),
    id: Some(DeliveryPart::Body(&["id"])),
    ..hmac(sent("stripe-signature", ",", "v1=", Encoded::Hex), "{time}.{body}")
};

/// Slack: events, slash commands and what is pressed in messages.
pub const SLACK: Proof = Proof {
    time: seconds(sent("x-slack-request-timestamp", "", "", Encoded::Text)),
    id: Some(DeliveryPart::Body(&["event_id"])),
    ..hmac(sent("x-slack-signature", "", "v0=", Encoded::Hex), "v0:{time}:{body}")
};

/// Shopify: webhooks and carrier services.
pub const SHOPIFY: Proof = hmac(sent("x-shopify-hmac-sha256", "", "", Encoded::Base64), "{body}");

/// Linear.
pub const LINEAR: Proof = hmac(sent("linear-signature", "", "", Encoded::Hex), "{body}");

/// HubSpot, version 3; the receiver must know its `public_url`.
pub const HUBSPOT: Proof = Proof {
    time: Some(DeliveryTime { sent: sent("x-hubspot-request-timestamp", "", "", Encoded::Text), millis: true, within: TOLERANCE }),
    ..hmac(sent("x-hubspot-signature-v3", "", "", Encoded::Base64), "{method}{url}{body}{time}")
};

/// The secret itself in a header, in lower case: GitLab's `x-gitlab-token`.
pub const fn token(header: &'static str) -> Proof {
    Proof { kind: ProofKind::Token, sent: sent(header, "", "", Encoded::Text), ..Proof::EMPTY }
}

/// Nothing: anybody can send anything. Only for what is proved elsewhere, behind a proxy for example.
pub const UNPROVED: Proof = Proof { kind: ProofKind::None, ..Proof::EMPTY };
