//! What is said of deliveries: which are the trigger's, what makes them genuine, and which requests are only answered.

use std::collections::HashSet;

use crate::diagnostics::{Diagnostic, codes};
use crate::model::resolve::Resolver;
use crate::model::resolve::connector::segments;
use crate::model::resolve::flat::Flat;
use crate::model::resolve::unknown::choice;
use crate::model::{Challenge, DeliveryCondition, DeliveryPart, DeliveryTime, Proof, ProofKind, Sent, Wanted, Webhook};
use crate::source::Span;
use crate::syntax::ast::{self, DeliveryPartKind, Ident, ModuleKind, ValueKind};

const KINDS: [&str; 4] = ["hmac", "token", "jwt", "none"];
const HASHES: [&str; 4] = ["sha1", "sha256", "sha384", "sha512"];
const TOKENS: [&str; 9] = ["HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "ES256", "ES384", "EdDSA"];
const ENCODINGS: [&str; 4] = ["text", "hex", "base64", "base64url"];
/// How far a delivery's time may be off where the spec does not say.
const USUAL_TOLERANCE: u64 = 300_000;

impl<'a> Resolver<'a> {
    /// What is delivered to a trigger; its subscription is bound when all modules are known.
    pub(in crate::model::resolve) fn webhook(&mut self, item: &'a ast::Module, flat: &Flat<'a>) -> Option<Webhook> {
        let written = flat.webhook.filter(|_| item.kind == ModuleKind::Trigger && flat.exchange.is_none())?;
        let proof = match flat.verify {
            Some(verify) => self.proof(verify),
            None => {
                self.report(
                    Diagnostic::new(codes::NOT_PROVED, written.span, format!("anybody could deliver to `{}`", item.name.value))
                        .here("nothing says how a delivery is proved genuine")
                        .help("write `verify hmac sha256 { … }`, `verify token { … }`, `verify jwt … { … }`, or `verify none \"why\"`"),
                );
                return None;
            }
        };
        let by = written.by.as_ref().map(|header| {
            self.header_is_legal(header);
            header.value.to_lowercase()
        });
        self.delivery_is_read(&written.answer);
        let form = written.answer.encoding.as_ref().is_some_and(|encoding| encoding.value == "form");
        let when = written.when.iter().map(|condition| self.condition(condition)).collect();
        let challenges = flat.challenges.iter().map(|challenge| self.challenge(challenge)).collect();
        let span = written.span;
        Some(Webhook { by, form, when, proof: proof?, challenges, subscribe: None, expires: None, renew: None, unsubscribe: None, span })
    }

    /// Deliveries are JSON or forms; nothing else is ever read.
    fn delivery_is_read(&mut self, answer: &ast::Answer) {
        let read = |encoding: &str| encoding == "form" || encoding == "json" || encoding.ends_with("/json") || encoding.ends_with("+json");
        if let Some(encoding) = answer.encoding.as_ref().filter(|encoding| !read(&encoding.value)) {
            self.report(
                Diagnostic::new(codes::UNKNOWN_ENCODING, encoding.span, format!("a delivery cannot be read as `{}`", encoding.value))
                    .here("neither JSON nor a form")
                    .help("leave it out where JSON is delivered, or write `as form`"),
            );
        }
    }

    fn proof(&mut self, verify: &'a ast::Verify) -> Option<Proof> {
        let kind = self.proof_kind(verify)?;
        let mut proof = Proof {
            kind,
            why: verify.why.as_ref().map_or_else(String::new, |text| text.value.clone()),
            sent: None,
            over: String::new(),
            key: "text".to_owned(),
            key_after: String::new(),
            time: None,
            id: None,
            issuer: verify.issuer.as_ref().map_or_else(String::new, |text| text.value.clone()),
            audience: verify.audience.as_ref().map_or_else(String::new, |text| text.value.clone()),
            digest: None,
        };
        self.only_what_the_kind_has(verify, &proof.kind);
        if proof.kind == ProofKind::None {
            return Some(proof);
        }
        let Some(sent) = &verify.sent else {
            self.report(
                Diagnostic::new(codes::NOT_PROVED, verify.kind.span, "nothing says where the proof stands")
                    .here("no `sent`")
                    .help("write for example `sent header \"X-Signature\" as hex` inside it"),
            );
            return None;
        };
        proof.sent = Some(self.sent(sent, matches!(proof.kind, ProofKind::Hmac(_))));
        proof.time = verify.time.as_ref().map(|time| self.time(time));
        proof.id = verify.id.as_ref().map(|part| self.part(part));
        if let Some((encoding, after, _)) = &verify.key {
            proof.key = self.encoding_of(Some(encoding), "text").to_owned();
            proof.key_after = after.as_ref().map_or_else(String::new, |after| after.value.clone());
        }
        if let Some((claim, encoding, _)) = &verify.digest {
            proof.digest = Some((claim.value.clone(), self.encoding_of(encoding.as_ref(), "hex")));
        }
        if matches!(proof.kind, ProofKind::Hmac(_)) {
            proof.over = self.over(verify)?;
        }
        Some(proof)
    }

    fn proof_kind(&mut self, verify: &ast::Verify) -> Option<ProofKind> {
        let mut algorithm = |known: &[&str], usual: &str| match &verify.algorithm {
            Some(word) if known.contains(&word.value.as_str()) => Some(word.value.clone()),
            Some(word) => {
                self.report(choice(codes::UNKNOWN_CHOICE, word, "algorithm", known));
                None
            }
            None => {
                self.report(
                    Diagnostic::new(
                        codes::NOT_PROVED,
                        verify.kind.span,
                        format!("`{}` does not say by which algorithm", verify.kind.value),
                    )
                    .here("no algorithm")
                    .help(format!("write `verify {} {usual} {{ … }}`", verify.kind.value)),
                );
                None
            }
        };
        match verify.kind.value.as_str() {
            "hmac" => algorithm(&HASHES, "sha256").map(ProofKind::Hmac),
            "jwt" => algorithm(&TOKENS, "HS256").map(ProofKind::Jwt),
            "token" => Some(ProofKind::Token),
            "none" => {
                if verify.why.as_ref().is_none_or(|why| why.value.trim().is_empty()) {
                    self.report(
                        Diagnostic::new(codes::NO_REASON, verify.span, "`verify none` does not say why nothing is verified")
                            .here("a reason must follow")
                            .help("write for example `verify none \"the API signs nothing; only the proxy in front can reach this\"`"),
                    );
                }
                Some(ProofKind::None)
            }
            _ => {
                self.report(choice(codes::UNKNOWN_CHOICE, &verify.kind, "kind of proof", &KINDS));
                None
            }
        }
    }

    /// A statement that a kind of proof does not read would promise what nobody keeps.
    fn only_what_the_kind_has(&mut self, verify: &ast::Verify, kind: &ProofKind) {
        let (hmac, jwt) = (matches!(kind, ProofKind::Hmac(_)), matches!(kind, ProofKind::Jwt(_)));
        let proved = *kind != ProofKind::None;
        let said = [
            ("sent", verify.sent.as_ref().map(|sent| sent.span), proved),
            ("over", verify.over.as_ref().map(|over| over.span), hmac),
            ("key", verify.key.as_ref().map(|(.., span)| *span), hmac),
            // Beside a code or a token's own signature, anybody could write another time.
            ("time", verify.time.as_ref().map(|time| time.span), hmac || jwt),
            ("id", verify.id.as_ref().map(|id| id.span), proved),
            ("issuer", verify.issuer.as_ref().map(|text| text.span), jwt),
            ("audience", verify.audience.as_ref().map(|text| text.span), jwt),
            ("body", verify.digest.as_ref().map(|(.., span)| *span), jwt),
        ];
        for (word, span) in said.into_iter().filter(|(.., fits)| !fits).filter_map(|(word, span, _)| Some((word, span?))) {
            self.report(
                Diagnostic::new(codes::NOT_PROVED, span, format!("`{word}` proves nothing with `verify {}`", verify.kind.value))
                    .here("would not be looked at")
                    .help("leave it out"),
            );
        }
        let Some(time) = verify.time.as_ref().filter(|_| jwt) else { return };
        if !matches!(time.sent.part.kind, DeliveryPartKind::Claim(_)) {
            self.report(
                Diagnostic::new(codes::TIME_NOT_SIGNED, time.sent.part.span, "this time is not part of what the token signs")
                    .here("anybody could write another")
                    .help("name a claim of the token: `time claim \"iat\" seconds within 5m`"),
            );
        }
    }

    /// What the code is made over. What the proof reads of time and id must be in it: otherwise anybody could write others.
    fn over(&mut self, verify: &'a ast::Verify) -> Option<String> {
        let Some(over) = &verify.over else {
            self.report(
                Diagnostic::new(codes::NOT_PROVED, verify.kind.span, "nothing says what the code is made over")
                    .here("no `over`")
                    .help("write `over \"{body}\"`, or what the API's owner documents, as in `over \"{time}.{body}\"`"),
            );
            return None;
        };
        let known = ["body", "time", "id", "method", "url"].map(str::to_owned);
        let template = self.template(over, &known);
        let names: HashSet<&str> = template.holes.iter().map(String::as_str).collect();
        let mut demand = |there: bool, hole: &str, span: Span, problem: &str, help: &str| {
            if there != names.contains(hole) {
                self.report(
                    Diagnostic::new(codes::TIME_NOT_SIGNED, if there { span } else { over.span }, problem)
                        .here(if there { "not in what is signed" } else { "a hole without a value" })
                        .also(if there { over.span } else { verify.kind.span }, if there { "this is signed" } else { "of this proof" })
                        .help(help),
                );
            }
        };
        if !names.contains(crate::model::resolve::templates::UNKNOWN_HOLE) {
            let body = over.span;
            if !names.contains("body") {
                demand(true, "body", body, "the body is not part of what is signed", "write `{body}` where it belongs");
            }
            let time = verify.time.as_ref().map(|time| time.span);
            demand(
                time.is_some(),
                "time",
                time.unwrap_or(over.span),
                if time.is_some() { "this time is not part of what is signed" } else { "nothing says where `{time}` stands" },
                if time.is_some() {
                    "write `{time}` in `over` where it belongs; a time outside of the signature proves nothing"
                } else {
                    "write for example `time header \"X-Timestamp\" seconds within 5m`"
                },
            );
            // An id may stand outside: then what was signed tells deliveries apart.
            if verify.id.is_none() {
                demand(false, "id", over.span, "nothing says where `{id}` stands", "write for example `id header \"X-Delivery\"`");
            }
        }
        Some(template.text)
    }

    fn sent(&mut self, sent: &ast::Sent, is_code: bool) -> Sent {
        let text = |text: &Option<ast::Text>| text.as_ref().map_or_else(String::new, |text| text.value.clone());
        if let (true, None) = (is_code, &sent.encoding) {
            self.report(
                Diagnostic::new(codes::NOT_PROVED, sent.span, "nothing says how the code is written")
                    .here("hex or base64?")
                    .help("write `as hex` or `as base64` behind it"),
            );
        }
        Sent {
            part: self.part(&sent.part),
            split: text(&sent.split),
            after: text(&sent.after),
            encoding: self.encoding_of(sent.encoding.as_ref(), "text"),
        }
    }

    fn time(&mut self, time: &ast::DeliveryTime) -> DeliveryTime {
        let millis = match time.unit.as_ref() {
            Some(unit) if unit.value == "seconds" => false,
            Some(unit) if unit.value == "millis" => true,
            Some(unit) => {
                self.report(choice(codes::UNKNOWN_CHOICE, unit, "unit", &["seconds", "millis"]));
                false
            }
            None => false,
        };
        let within = time.within.as_ref().map_or(USUAL_TOLERANCE, |within| within.value);
        DeliveryTime { sent: self.sent(&time.sent, false), millis, within }
    }

    fn encoding_of(&mut self, written: Option<&Ident>, usual: &'static str) -> &'static str {
        let Some(written) = written else { return usual };
        let found = ENCODINGS.into_iter().find(|known| *known == written.value);
        if found.is_none() {
            self.report(choice(codes::UNKNOWN_CHOICE, written, "encoding", &ENCODINGS));
        }
        found.unwrap_or(usual)
    }

    fn part(&mut self, part: &ast::DeliveryPart) -> DeliveryPart {
        match &part.kind {
            DeliveryPartKind::Header(name) => {
                self.header_is_legal(name);
                DeliveryPart::Header(name.value.to_lowercase())
            }
            DeliveryPartKind::Query(name) => DeliveryPart::Query(name.value.clone()),
            DeliveryPartKind::Claim(name) => DeliveryPart::Claim(name.value.clone()),
            DeliveryPartKind::Body(path) => DeliveryPart::Body(segments(Some(path))),
        }
    }

    fn condition(&mut self, condition: &ast::DeliveryCondition) -> DeliveryCondition {
        let value = match condition.equals.as_ref().map(|value| (&value.kind, value.span)) {
            None => Wanted::Present,
            Some((ValueKind::Text(text) | ValueKind::Number(text), _)) => Wanted::Text(text.clone()),
            Some((ValueKind::Bool(value), _)) => Wanted::Text(value.to_string()),
            Some((ValueKind::Name(path), _)) if path.len() == 1 && path[0].value == "secret" => Wanted::Secret,
            Some((_, span)) => {
                self.report(
                    Diagnostic::new(
                        codes::VALUE_DOES_NOT_FIT,
                        span,
                        "a part of a delivery is compared with text, a number, a boolean or `secret`",
                    )
                    .here("cannot be compared with this")
                    .help("write the text in quotes"),
                );
                Wanted::Present
            }
        };
        DeliveryCondition { part: self.part(&condition.part), value }
    }

    fn challenge(&mut self, challenge: &ast::Challenge) -> Challenge {
        let known = ["challenge", "hmac.hex", "hmac.base64"].map(str::to_owned);
        let answer: Vec<(String, String)> =
            challenge.answer.iter().map(|(name, template)| (name.value.clone(), self.template(template, &known).text)).collect();
        let part = self.part(&challenge.part);
        let when: Vec<DeliveryCondition> = challenge.when.iter().map(|condition| self.condition(condition)).collect();
        if matches!(part, DeliveryPart::Body(_)) && when.is_empty() {
            self.report(
                Diagnostic::new(codes::CHALLENGE, challenge.span, "a delivery with this member would be answered and not given")
                    .here("nothing tells the challenge from a delivery")
                    .help("write for example `challenge body.challenge when body.type = \"url_verification\"`"),
            );
        }
        Challenge { part, when, answer }
    }
}
