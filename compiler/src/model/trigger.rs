//! What makes a trigger: what a poll remembers, or how deliveries are proved genuine and subscribed to.

use super::{Step, StepPath};
use crate::source::Span;

/// How a trigger that polls tells what is new.
#[derive(Clone, Debug, PartialEq)]
pub struct Poll {
    /// The inputs that say from when on items are wanted.
    pub inputs: Vec<String>,
    /// From an item down to when it changed, by spec names.
    pub time: Vec<String>,
    /// From an item down to what tells it from others of that time.
    pub id: Vec<String>,
    /// How far back each poll looks again, in milliseconds.
    pub lookback: u64,
    /// In which order items come.
    pub order: PollOrder,
    /// The `cursor` statement.
    pub span: Span,
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
#[derive(Clone, Debug, PartialEq)]
pub struct Webhook {
    /// The header that tells which variant of the union it is, in lower case.
    pub by: Option<String>,
    /// The body is a form, not JSON.
    pub form: bool,
    /// Which deliveries are this trigger's.
    pub when: Vec<DeliveryCondition>,
    /// What makes a delivery genuine.
    pub proof: Proof,
    /// Requests that are answered, not delivered.
    pub challenges: Vec<Challenge>,
    /// The call that asks for deliveries.
    pub subscribe: Option<Step>,
    /// Where it says until when.
    pub expires: Option<StepPath>,
    /// The call that asks for more time, and how many milliseconds before the end it is made.
    pub renew: Option<(Step, u64)>,
    /// The call that asks for no more.
    pub unsubscribe: Option<Step>,
    /// The `webhook` statement.
    pub span: Span,
}

impl Webhook {
    /// The headers that tell a delivery from others and prove it, with the value of those that have one.
    pub fn headers(&self) -> Vec<(String, Option<String>)> {
        let mut names: Vec<(String, Option<String>)> = Vec::new();
        let mut name = |part: &DeliveryPart, value: Option<String>| {
            if let DeliveryPart::Header(header) = part
                && !names.iter().any(|(known, _)| known == header)
            {
                names.push((header.clone(), value));
            }
        };
        for condition in &self.when {
            name(&condition.part, if let Wanted::Text(text) = &condition.value { Some(text.clone()) } else { None });
        }
        if let Some(header) = &self.by {
            name(&DeliveryPart::Header(header.clone()), None);
        }
        let proof = &self.proof;
        proof.sent.iter().chain(proof.time.as_ref().map(|time| &time.sent)).for_each(|sent| name(&sent.part, None));
        proof.id.iter().for_each(|part| name(part, None));
        names
    }
}

/// A part of a delivery.
#[derive(Clone, Debug, PartialEq)]
pub enum DeliveryPart {
    /// A header, in lower case.
    Header(String),
    /// A parameter of the query.
    Query(String),
    /// A claim of the token.
    Claim(String),
    /// A member of the body.
    Body(Vec<String>),
}

/// What a part must be.
#[derive(Clone, Debug, PartialEq)]
pub struct DeliveryCondition {
    /// The part.
    pub part: DeliveryPart,
    /// What it must be.
    pub value: Wanted,
}

/// What a part of a delivery must be.
#[derive(Clone, Debug, PartialEq)]
pub enum Wanted {
    /// There, and not null.
    Present,
    /// This text, number or boolean, as text.
    Text(String),
    /// The secret.
    Secret,
}

/// What makes a delivery genuine.
#[derive(Clone, Debug, PartialEq)]
pub struct Proof {
    /// The kind.
    pub kind: ProofKind,
    /// Why nothing is verified, where nothing is.
    pub why: String,
    /// Where it stands; none where nothing is verified.
    pub sent: Option<Sent>,
    /// What a code is made over, its holes `body`, `time`, `id`, `method` and `url`.
    pub over: String,
    /// How the secret's text becomes a key: `text`, `base64` or `hex`.
    pub key: String,
    /// What stands before it in the secret's text.
    pub key_after: String,
    /// When it was sent.
    pub time: Option<DeliveryTime>,
    /// What tells it from others.
    pub id: Option<DeliveryPart>,
    /// Who must have issued the token.
    pub issuer: String,
    /// Whom it must be for.
    pub audience: String,
    /// The claim with the body's SHA-256 digest, and how that is written.
    pub digest: Option<(String, &'static str)>,
}

/// The kinds of proofs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProofKind {
    /// Nothing is verified, and the spec says why.
    None,
    /// A keyed code with this hash: `sha1`, `sha256`, `sha384`, `sha512`.
    Hmac(String),
    /// The secret itself.
    Token,
    /// A JSON Web Token with this algorithm.
    Jwt(String),
}

/// Where a value of a delivery stands, and how it is written.
#[derive(Clone, Debug, PartialEq)]
pub struct Sent {
    /// Where.
    pub part: DeliveryPart,
    /// What stands between several; empty: there is one.
    pub split: String,
    /// What stands before it.
    pub after: String,
    /// `text`, `hex`, `base64` or `base64url`.
    pub encoding: &'static str,
}

/// When a delivery was sent.
#[derive(Clone, Debug, PartialEq)]
pub struct DeliveryTime {
    /// Where it stands.
    pub sent: Sent,
    /// It counts milliseconds since 1970, not seconds.
    pub millis: bool,
    /// How far it may be from now, both ways, in milliseconds.
    pub within: u64,
}

/// A request that shows that the receiver is there.
#[derive(Clone, Debug, PartialEq)]
pub struct Challenge {
    /// What is answered.
    pub part: DeliveryPart,
    /// Which requests are challenges.
    pub when: Vec<DeliveryCondition>,
    /// Members of the answer and their templates; empty: the challenge itself, as text.
    pub answer: Vec<(String, String)>,
}
