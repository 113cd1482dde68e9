//! Triggers: the table of what a poll remembers or of what makes a delivery genuine, and the traits that poll and receive.

use proc_macro2::{Ident, Literal as Token, TokenStream};
use quote::quote;

use super::operations::input_index;
use super::scope::Scope;
use super::steps;
use super::tables::{member, members, some, text, texts};
use super::types::rust_type;
use crate::model::{
    Challenge, DeliveryCondition, DeliveryPart, DeliveryTime, Module, Poll, PollOrder, Proof, ProofKind, Sent, Type, Wanted, Webhook,
};

/// The `poll` or `webhook` of a table.
pub(crate) fn table(module: &Module, scope: &Scope<'_>) -> TokenStream {
    let poll = member(module.poll.as_ref(), |poll| {
        let poll = some(&self::poll(module, poll));
        quote!(poll: #poll,)
    });
    let webhook = member(module.webhook.as_ref(), |webhook| {
        let webhook = some(&self::webhook(webhook, scope));
        quote!(webhook: #webhook,)
    });
    quote!(#poll #webhook)
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

fn poll(module: &Module, poll: &Poll) -> TokenStream {
    let inputs = poll.inputs.iter().map(|name| input_index(module, name));
    let (time, id) = (texts(&poll.time), texts(&poll.id));
    let lookback = Token::u64_unsuffixed(poll.lookback);
    let order = match poll.order {
        PollOrder::Rising => quote!(Rising),
        PollOrder::Falling => quote!(Falling),
        PollOrder::Other => quote!(Other),
    };
    quote!(&lp::Poll { inputs: &[#(#inputs),*], time: #time, id: #id, lookback: #lookback, order: lp::PollOrder::#order })
}

fn webhook(webhook: &Webhook, scope: &Scope<'_>) -> TokenStream {
    let by = member(webhook.by.as_ref(), |header| quote!(by: #header,));
    let form = webhook.form.then(|| quote!(form: true,));
    let when = conditions(&webhook.when);
    let proof = proof(&webhook.proof);
    let challenges = members(&webhook.challenges, |list| {
        let list = list.iter().map(challenge);
        quote!(challenges: &[#(#list),*],)
    });
    let call = |name: &str, step: Option<&crate::model::Step>| {
        member(step, |step| {
            let (name, step) = (super::names::ident(name), steps::step(step, scope));
            let step = some(&quote!(&#step));
            quote!(#name: #step,)
        })
    };
    let subscribe = call("subscribe", webhook.subscribe.as_ref());
    let renew = call("renew", webhook.renew.as_ref().map(|(step, _)| step));
    let before = member(webhook.renew.as_ref(), |(_, before)| {
        let before = Token::u64_unsuffixed(*before);
        quote!(renew_before: #before,)
    });
    let unsubscribe = call("unsubscribe", webhook.unsubscribe.as_ref());
    let expires = member(webhook.expires.as_ref(), |path| {
        let path = some(&steps::path(path));
        quote!(expires: #path,)
    });
    quote!(&lp::Webhook { #by #form #when #proof #challenges #subscribe #expires #renew #before #unsubscribe ..lp::Webhook::EMPTY })
}

fn conditions(list: &[DeliveryCondition]) -> TokenStream {
    members(list, |list| {
        let list = list.iter().map(|condition| {
            let part = part(&condition.part);
            let value = match &condition.value {
                Wanted::Present => quote!(lp::Wanted::Present),
                Wanted::Text(text) => quote!(lp::Wanted::Text(#text)),
                Wanted::Secret => quote!(lp::Wanted::Secret),
            };
            quote!((#part, #value))
        });
        quote!(when: &[#(#list),*],)
    })
}

fn proof(proof: &Proof) -> TokenStream {
    let kind = match &proof.kind {
        ProofKind::None => quote!(None),
        ProofKind::Token => quote!(Token),
        ProofKind::Hmac(hash) => {
            let hash = hash_name(hash);
            quote!(Hmac(lp::Hash::#hash))
        }
        ProofKind::Jwt(algorithm) => quote!(Jwt(#algorithm)),
    };
    let sent = member(proof.sent.as_ref(), |one| {
        let one = sent(one);
        quote!(sent: #one,)
    });
    let over = text(&proof.over, |over| quote!(over: #over,));
    let issuer = text(&proof.issuer, |issuer| quote!(issuer: #issuer,));
    let audience = text(&proof.audience, |audience| quote!(audience: #audience,));
    let key = (proof.key != "text").then(|| {
        let key = encoding(&proof.key);
        quote!(key: lp::Encoded::#key,)
    });
    let key_after = text(&proof.key_after, |after| quote!(key_after: #after,));
    let time = member(proof.time.as_ref(), |time| {
        let time = some(&self::time(time));
        quote!(time: #time,)
    });
    let id = member(proof.id.as_ref(), |id| {
        let id = some(&part(id));
        quote!(id: #id,)
    });
    let digest = member(proof.digest.as_ref(), |(claim, written)| {
        let written = encoding(written);
        let digest = some(&quote!((#claim, lp::Encoded::#written)));
        quote!(digest: #digest,)
    });
    quote!(proof: lp::Proof { kind: lp::ProofKind::#kind, #sent #over #key #key_after #time #id #issuer #audience #digest ..lp::Proof::EMPTY },)
}

fn hash_name(hash: &str) -> TokenStream {
    match hash {
        "sha1" => quote!(Sha1),
        "sha384" => quote!(Sha384),
        "sha512" => quote!(Sha512),
        _ => quote!(Sha256),
    }
}

fn encoding(name: &str) -> TokenStream {
    match name {
        "hex" => quote!(Hex),
        "base64" => quote!(Base64),
        "base64url" => quote!(Base64Url),
        _ => quote!(Text),
    }
}

fn time(time: &DeliveryTime) -> TokenStream {
    let (sent, millis, within) = (sent(&time.sent), time.millis, Token::u64_unsuffixed(time.within));
    quote!(lp::DeliveryTime { sent: #sent, millis: #millis, within: #within })
}

fn sent(sent: &Sent) -> TokenStream {
    let (part, written) = (part(&sent.part), encoding(sent.encoding));
    let split = text(&sent.split, |split| quote!(split: #split,));
    let after = text(&sent.after, |after| quote!(after: #after,));
    quote!(lp::Sent { part: #part, encoding: lp::Encoded::#written, #split #after ..lp::Sent::EMPTY })
}

fn part(part: &DeliveryPart) -> TokenStream {
    match part {
        DeliveryPart::Header(name) => quote!(lp::DeliveryPart::Header(#name)),
        DeliveryPart::Query(name) => quote!(lp::DeliveryPart::Query(#name)),
        DeliveryPart::Claim(name) => quote!(lp::DeliveryPart::Claim(#name)),
        DeliveryPart::Body(path) => {
            let path = texts(path);
            quote!(lp::DeliveryPart::Body(#path))
        }
    }
}

fn challenge(challenge: &Challenge) -> TokenStream {
    let part = part(&challenge.part);
    let when = conditions(&challenge.when);
    let answer = members(&challenge.answer, |answer| {
        let answer = answer.iter().map(|(name, value)| quote!((#name, #value)));
        quote!(answer: &[#(#answer),*],)
    });
    quote!(lp::Challenge { #when #answer ..lp::Challenge::of(#part) })
}
