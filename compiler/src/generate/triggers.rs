//! Triggers: the clauses of what a poll remembers or of what makes a delivery genuine, and the traits that poll and receive.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::clauses::{Clauses, Json};
use super::operations::input_index;
use super::scope::Scope;
use super::steps;
use super::types::rust_type;
use crate::model::{
    Challenge, DeliveryCondition, DeliveryPart, DeliveryTime, Module, Poll, PollOrder, Proof, ProofKind, Sent, Type, Wanted, Webhook,
};

/// Says how a trigger learns what is new.
pub(crate) fn said(module: &Module, clauses: &mut Clauses, scope: &Scope<'_>) {
    if let Some(poll) = &module.poll {
        clauses.say_json("poll", self::poll(module, poll));
    }
    if let Some(webhook) = &module.webhook {
        let said = self::webhook(webhook, clauses, scope);
        clauses.say_json("webhook", said);
    }
}

/// The traits of a trigger.
pub(crate) fn traits(module: &Module, name: &Ident, scope: &Scope<'_>) -> TokenStream {
    let item = match (&module.page, module.answers.first().and_then(|answer| answer.body.as_ref())) {
        (Some(page), _) => Some(&page.item),
        (None, Some(Type::List(item, _))) => Some(&**item),
        _ => None,
    };
    let polls = module.poll.is_some().then_some(item).flatten().map(|item| {
        let item = rust_type(item, scope);
        quote!(impl lp::Trigger for #name { type Item = #item; })
    });
    let is_told = module.webhook.is_some().then(|| quote!(impl lp::InstantTrigger for #name {}));
    quote!(#polls #is_told)
}

fn poll(module: &Module, poll: &Poll) -> Json {
    let inputs = Json::array(poll.inputs.iter().map(|name| input_index(module, name).to_string()));
    let order = match poll.order {
        PollOrder::Rising => "rising",
        PollOrder::Falling => "falling",
        PollOrder::Other => "other",
    };
    let said = Json::object().json("inputs", &inputs).json("time", &Json::texts(&poll.time)).json("id", &Json::texts(&poll.id));
    said.number("lookback", poll.lookback).text("order", order)
}

fn webhook(webhook: &Webhook, clauses: &mut Clauses, scope: &Scope<'_>) -> Json {
    let mut call = |step: Option<&crate::model::Step>| step.map(|step| steps::step(step, clauses, scope).finished()).unwrap_or_default();
    let subscribe = call(webhook.subscribe.as_ref());
    let renew = call(webhook.renew.as_ref().map(|(step, _)| step));
    let unsubscribe = call(webhook.unsubscribe.as_ref());
    let expires = webhook.expires.as_ref().map(|path| steps::path(path).finished()).unwrap_or_default();
    let said = Json::object().maybe("by", webhook.by.as_deref()).json("form", if webhook.form { "true" } else { "" });
    let said = said.json("when", &conditions(&webhook.when)).json("proof", &proof(&webhook.proof));
    let said = said.json("challenges", &Json::array(webhook.challenges.iter().map(challenge)));
    let said = said.json("subscribe", &subscribe).json("expires", &expires).json("renew", &renew);
    said.number("renew_before", webhook.renew.as_ref().map(|(_, before)| *before)).json("unsubscribe", &unsubscribe)
}

fn conditions(list: &[DeliveryCondition]) -> String {
    Json::array(list.iter().map(|condition| {
        let said = Json::object().json("part", &part(&condition.part));
        let said = match &condition.value {
            Wanted::Present => said.text("is", "present"),
            Wanted::Text(text) => said.maybe("text", Some(text)),
            Wanted::Secret => said.text("is", "secret"),
        };
        said.finished()
    }))
}

fn proof(proof: &Proof) -> String {
    let said = match &proof.kind {
        ProofKind::None => Json::object().text("kind", "none"),
        ProofKind::Token => Json::object().text("kind", "token"),
        ProofKind::Hmac(hash) => Json::object().text("kind", "hmac").text("hash", hash),
        ProofKind::Jwt(algorithm) => Json::object().text("kind", "jwt").text("algorithm", algorithm),
    };
    let or_none = |said: Option<String>| said.unwrap_or_default();
    let said = said.json("sent", &or_none(proof.sent.as_ref().map(sent))).text("over", &proof.over);
    let said = said.text("key", if proof.key == "text" { "" } else { &proof.key }).text("key_after", &proof.key_after);
    let said = said.json("time", &or_none(proof.time.as_ref().map(time))).json("id", &or_none(proof.id.as_ref().map(part)));
    let digest = proof.digest.as_ref().map(|(claim, written)| Json::texts(&[claim.as_str(), written]));
    said.text("issuer", &proof.issuer).text("audience", &proof.audience).json("digest", &or_none(digest)).finished()
}

fn time(time: &DeliveryTime) -> String {
    let said = Json::object().json("sent", &sent(&time.sent)).json("millis", if time.millis { "true" } else { "" });
    said.number("within", time.within).finished()
}

fn sent(sent: &Sent) -> String {
    let said = Json::object().json("part", &part(&sent.part)).text("split", &sent.split).text("after", &sent.after);
    said.text("as", sent.encoding).finished()
}

fn part(part: &DeliveryPart) -> String {
    let said = match part {
        DeliveryPart::Header(name) => Json::object().text("header", name),
        DeliveryPart::Query(name) => Json::object().text("query", name),
        DeliveryPart::Claim(name) => Json::object().text("claim", name),
        DeliveryPart::Body(path) => Json::object().json("body", &Json::texts(path)),
    };
    said.finished()
}

fn challenge(challenge: &Challenge) -> String {
    let answer = Json::array(challenge.answer.iter().map(|(name, value)| Json::texts(&[name.as_str(), value.as_str()])));
    Json::object().json("part", &part(&challenge.part)).json("when", &conditions(&challenge.when)).json("answer", &answer).finished()
}
