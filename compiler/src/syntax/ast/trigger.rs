//! What makes a trigger of a module: what a poll remembers, or what is delivered and how it is proved genuine.

use super::{Answer, Ident, Path, Step, Template, Text, Value, WirePath};
use crate::source::{Span, Spanned};

/// `cursor time last_update id id lookback 2m`: what a poll remembers of what it gave.
#[derive(Clone, Debug)]
pub struct Cursor {
    /// The field of an item that says when it changed, from the item down.
    pub time: Path,
    /// The field of an item that tells it from others of that time.
    pub id: Path,
    /// How far back each poll looks again, in milliseconds.
    pub lookback: Option<Spanned<u64>>,
    /// The whole statement.
    pub span: Span,
}

/// `webhook -> IssueEvent by header "X-GitHub-Event" when header "X-GitHub-Event" = "issues"`
#[derive(Clone, Debug)]
pub struct Webhook {
    /// What is delivered.
    pub answer: Answer,
    /// `by header "X"`: the header that tells which variant of a union it is.
    pub by: Option<Text>,
    /// `when …`: which deliveries are this trigger's; all of them must hold.
    pub when: Vec<DeliveryCondition>,
    /// The whole statement.
    pub span: Span,
}

/// `when header "X" = "issues"`, `when body.type = "event_callback"`, `when query "token" = secret`, `when body.id present`
#[derive(Clone, Debug)]
pub struct DeliveryCondition {
    /// What is looked at.
    pub part: DeliveryPart,
    /// What it must be; none: present.
    pub equals: Option<Value>,
    /// The whole clause.
    pub span: Span,
}

/// A part of a delivery: `header "X"`, `query "x"`, `claim "iat"` (of a token), or a member of its body.
#[derive(Clone, Debug)]
pub struct DeliveryPart {
    /// Which.
    pub kind: DeliveryPartKind,
    /// Where it stands.
    pub span: Span,
}

/// The kinds of parts.
#[derive(Clone, Debug)]
pub enum DeliveryPartKind {
    /// `header "X-Hub-Signature-256"`
    Header(Text),
    /// `query "hub.challenge"`
    Query(Text),
    /// `claim "iat"`
    Claim(Text),
    /// `body.challenge`
    Body(WirePath),
}

/// `verify hmac sha256 { … }`, `verify token { … }`, `verify jwt HS256 { … }`, `verify none "why"`
#[derive(Clone, Debug)]
pub struct Verify {
    /// `hmac`, `token`, `jwt`, `none`
    pub kind: Ident,
    /// `sha256`, `HS256`
    pub algorithm: Option<Ident>,
    /// Why nothing is verified.
    pub why: Option<Text>,
    /// `sent header "X" split "," after "v1=" as hex`: where the proof stands.
    pub sent: Option<Sent>,
    /// `over "{id}.{time}.{body}"`: what the code is made over.
    pub over: Option<Template>,
    /// `key base64 after "whsec_"`: how the secret's text becomes a key.
    pub key: Option<(Ident, Option<Text>, Span)>,
    /// `time header "X" seconds within 5m`
    pub time: Option<DeliveryTime>,
    /// `id header "X"`: what tells a delivery from others.
    pub id: Option<DeliveryPart>,
    /// `issuer "…"` of a token.
    pub issuer: Option<Text>,
    /// `audience "…"` of a token.
    pub audience: Option<Text>,
    /// `body claim "sha256" as hex`: the claim that holds a digest of the body.
    pub digest: Option<(Text, Option<Ident>, Span)>,
    /// The whole statement.
    pub span: Span,
}

/// `header "X" split "," after "v1=" as hex`
#[derive(Clone, Debug)]
pub struct Sent {
    /// Where it stands.
    pub part: DeliveryPart,
    /// `split ","`: what stands between several.
    pub split: Option<Text>,
    /// `after "v1="`: what stands before it.
    pub after: Option<Text>,
    /// `as hex`
    pub encoding: Option<Ident>,
    /// The whole clause.
    pub span: Span,
}

/// `header "X" split "," after "t=" seconds within 5m`
#[derive(Clone, Debug)]
pub struct DeliveryTime {
    /// Where it stands.
    pub sent: Sent,
    /// `seconds` or `millis`
    pub unit: Option<Ident>,
    /// `within 5m`, in milliseconds.
    pub within: Option<Spanned<u64>>,
    /// The whole statement.
    pub span: Span,
}

/// `challenge query "crc_token" when … answer { response_token = "sha256={hmac.base64}" }`
#[derive(Clone, Debug)]
pub struct Challenge {
    /// What is to be answered.
    pub part: DeliveryPart,
    /// Which requests are challenges, where the part alone does not tell.
    pub when: Vec<DeliveryCondition>,
    /// The members of the answer; none: the challenge itself, as text.
    pub answer: Vec<(Text, Template)>,
    /// The whole statement.
    pub span: Span,
}

/// `subscribe`, `renew` and `unsubscribe`: calls of other modules.
#[derive(Clone, Debug)]
pub struct Subscription {
    /// The call, written as a step.
    pub step: Step,
    /// `before 1h` (renew), in milliseconds.
    pub before: Option<Spanned<u64>>,
    /// The whole statement.
    pub span: Span,
}
