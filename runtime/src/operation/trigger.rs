//! What makes a trigger of an operation: what a poll remembers, or what makes a delivery genuine. The rules themselves are `trigger`'s and
//! `webhook`'s.

use super::{StepPath, StepTable};

/// How a trigger that polls tells what is new.
#[derive(Debug)]
pub struct Poll {
    /// The inputs that say from when on items are wanted, by their numbers.
    pub inputs: &'static [u16],
    /// From an item down to when it changed, by spec names.
    pub time: &'static [&'static str],
    /// From an item down to what tells it from others of that time.
    pub id: &'static [&'static str],
    /// How far back each poll looks again, in milliseconds.
    pub lookback: u64,
    /// In which order items come.
    pub order: PollOrder,
}

/// In which order the items of a poll come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PollOrder {
    /// Oldest first: a poll may stop anywhere.
    Rising,
    /// Newest first: a poll is through when it meets what is old.
    Falling,
    /// By something else: a poll is through when all is read.
    Other,
}

/// How a trigger is told of what happens.
#[derive(Debug)]
pub struct Webhook {
    /// The header that tells which variant of the union it is, in lower case; empty: the body does.
    pub by: &'static str,
    /// The body is a form, not JSON.
    pub form: bool,
    /// Which deliveries are this trigger's; all must hold.
    pub when: &'static [(DeliveryPart, Wanted)],
    /// What makes a delivery genuine.
    pub proof: Proof,
    /// Requests that are answered, not delivered.
    pub challenges: &'static [Challenge],
    /// The call that asks for deliveries.
    pub subscribe: Option<&'static StepTable>,
    /// Where what it gave says until when.
    pub expires: Option<StepPath>,
    /// The call that asks for more time.
    pub renew: Option<&'static StepTable>,
    /// How many milliseconds before the end that is made.
    pub renew_before: u64,
    /// The call that asks for no more.
    pub unsubscribe: Option<&'static StepTable>,
}

/// A part of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryPart {
    /// A header, in lower case.
    Header(&'static str),
    /// A parameter of the query.
    Query(&'static str),
    /// A claim of the token that proves it.
    Claim(&'static str),
    /// A member of the body.
    Body(&'static [&'static str]),
}

/// What a part of a delivery must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// There, and not null.
    Present,
    /// This text, number or boolean, as text.
    Text(&'static str),
    /// The secret.
    Secret,
}

/// What makes a delivery genuine.
#[derive(Clone, Debug)]
pub struct Proof {
    /// The kind.
    pub kind: ProofKind,
    /// Where it stands.
    pub sent: Sent,
    /// What a code is made over: `{body}`, `{time}`, `{id}`, `{method}`, `{url}` and text.
    pub over: &'static str,
    /// How the secret's text becomes a key.
    pub key: Encoded,
    /// What stands before it in the secret's text.
    pub key_after: &'static str,
    /// When it was sent.
    pub time: Option<DeliveryTime>,
    /// What tells it from others.
    pub id: Option<DeliveryPart>,
    /// Who must have issued the token; empty: anybody who can sign it.
    pub issuer: &'static str,
    /// Whom it must be for; empty: it does not say.
    pub audience: &'static str,
    /// The claim with the body's SHA-256 digest, and how that is written.
    pub digest: Option<(&'static str, Encoded)>,
}

/// The kinds of proofs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProofKind {
    /// Nothing is verified; the spec says why.
    None,
    /// A keyed code (RFC 2104).
    Hmac(Hash),
    /// The secret itself.
    Token,
    /// A JSON Web Token (RFC 7519) with this algorithm and no other.
    Jwt(&'static str),
}

/// The hash of a keyed code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hash {
    /// SHA-1.
    Sha1,
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

/// How bytes are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoded {
    /// As they are.
    Text,
    /// Two digits a byte, in either case.
    Hex,
    /// RFC 4648, 4.
    Base64,
    /// RFC 4648, 5.
    Base64Url,
}

/// Where a value of a delivery stands, and how it is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sent {
    /// Where.
    pub part: DeliveryPart,
    /// What stands between several; empty: there is one.
    pub split: &'static str,
    /// What stands before it.
    pub after: &'static str,
    /// How it is written.
    pub encoding: Encoded,
}

/// When a delivery was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeliveryTime {
    /// Where it stands.
    pub sent: Sent,
    /// It counts milliseconds since 1970, not seconds.
    pub millis: bool,
    /// How far it may be from now, both ways, in milliseconds.
    pub within: u64,
}

/// A request that shows that the receiver is there.
#[derive(Debug)]
pub struct Challenge {
    /// What is answered.
    pub part: DeliveryPart,
    /// Which requests are challenges; all must hold.
    pub when: &'static [(DeliveryPart, Wanted)],
    /// Members of the answer, with `{challenge}`, `{hmac.hex}` and `{hmac.base64}`; empty: the challenge itself, as text.
    pub answer: &'static [(&'static str, &'static str)],
}

impl Webhook {
    /// Says nothing, and lets nothing through.
    pub const EMPTY: Self = Self {
        by: "",
        form: false,
        when: &[],
        proof: Proof::EMPTY,
        challenges: &[],
        subscribe: None,
        expires: None,
        renew: None,
        renew_before: 0,
        unsubscribe: None,
    };
}

impl Proof {
    /// The secret in a header without a name, which no request has.
    pub const EMPTY: Self = Self {
        kind: ProofKind::Token,
        sent: Sent::EMPTY,
        over: "",
        key: Encoded::Text,
        key_after: "",
        time: None,
        id: None,
        issuer: "",
        audience: "",
        digest: None,
    };
}

impl Sent {
    /// Nowhere.
    pub const EMPTY: Self = Self { part: DeliveryPart::Header(""), split: "", after: "", encoding: Encoded::Text };
}

impl Challenge {
    /// Answers with this part.
    pub const fn of(part: DeliveryPart) -> Self {
        Self { part, when: &[], answer: &[] }
    }
}
