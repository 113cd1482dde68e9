//! What makes a trigger of a module, as the tables that the runtime executes.

use super::{all, names, steps};
use linchpin_compiler::model::{self, ProofKind, Symbol};
use linchpin_runtime::operation as table;
use linchpin_runtime::shape::dynamic::leak;
use std::collections::HashMap;

/// What a poll remembers.
pub(super) fn poll(poll: &model::Poll, index: impl Fn(&str) -> u16) -> &'static table::Poll {
    Box::leak(Box::new(table::Poll {
        inputs: all(poll.inputs.iter().map(|name| index(name))),
        time: names(&poll.time),
        id: names(&poll.id),
        lookback: poll.lookback,
        order: match poll.order {
            model::PollOrder::Rising => table::PollOrder::Rising,
            model::PollOrder::Falling => table::PollOrder::Falling,
            model::PollOrder::Other => table::PollOrder::Other,
        },
    }))
}

/// How a trigger is told.
pub(super) fn webhook(
    webhook: &model::Webhook,
    exchanges: &HashMap<(Symbol, u32), &'static table::OperationTable>,
) -> &'static table::Webhook {
    let call = |step: Option<&model::Step>| step.map(|step| &*Box::leak(Box::new(steps::one(step, exchanges))));
    Box::leak(Box::new(table::Webhook {
        by: webhook.by.as_deref().map_or("", leak),
        form: webhook.form,
        when: conditions(&webhook.when),
        proof: proof(&webhook.proof),
        challenges: all(webhook.challenges.iter().map(|challenge| table::Challenge {
            part: part(&challenge.part),
            when: conditions(&challenge.when),
            answer: all(challenge.answer.iter().map(|(name, value)| (leak(name.as_str()), leak(value.as_str())))),
        })),
        subscribe: call(webhook.subscribe.as_ref()),
        expires: webhook.expires.as_ref().map(steps::path),
        renew: call(webhook.renew.as_ref().map(|(step, _)| step)),
        renew_before: webhook.renew.as_ref().map_or(0, |(_, before)| *before),
        unsubscribe: call(webhook.unsubscribe.as_ref()),
    }))
}

fn proof(proof: &model::Proof) -> table::Proof {
    table::Proof {
        kind: match &proof.kind {
            ProofKind::None => table::ProofKind::None,
            ProofKind::Token => table::ProofKind::Token,
            ProofKind::Jwt(algorithm) => table::ProofKind::Jwt(leak(algorithm.as_str())),
            ProofKind::Hmac(hash) => table::ProofKind::Hmac(match hash.as_str() {
                "sha1" => table::Hash::Sha1,
                "sha384" => table::Hash::Sha384,
                "sha512" => table::Hash::Sha512,
                _ => table::Hash::Sha256,
            }),
        },
        sent: proof.sent.as_ref().map_or(table::Sent::EMPTY, sent),
        over: leak(proof.over.as_str()),
        key: encoded(&proof.key),
        key_after: leak(proof.key_after.as_str()),
        time: proof.time.as_ref().map(|time| table::DeliveryTime { sent: sent(&time.sent), millis: time.millis, within: time.within }),
        id: proof.id.as_ref().map(part),
        issuer: leak(proof.issuer.as_str()),
        audience: leak(proof.audience.as_str()),
        digest: proof.digest.as_ref().map(|(claim, written)| (leak(claim.as_str()), encoded(written))),
    }
}

fn sent(sent: &model::Sent) -> table::Sent {
    table::Sent {
        part: part(&sent.part),
        split: leak(sent.split.as_str()),
        after: leak(sent.after.as_str()),
        encoding: encoded(sent.encoding),
    }
}

fn encoded(name: &str) -> table::Encoded {
    match name {
        "hex" => table::Encoded::Hex,
        "base64" => table::Encoded::Base64,
        "base64url" => table::Encoded::Base64Url,
        _ => table::Encoded::Text,
    }
}

fn part(part: &model::DeliveryPart) -> table::DeliveryPart {
    match part {
        model::DeliveryPart::Header(name) => table::DeliveryPart::Header(leak(name.as_str())),
        model::DeliveryPart::Query(name) => table::DeliveryPart::Query(leak(name.as_str())),
        model::DeliveryPart::Claim(name) => table::DeliveryPart::Claim(leak(name.as_str())),
        model::DeliveryPart::Body(path) => table::DeliveryPart::Body(names(path)),
    }
}

fn conditions(list: &[model::DeliveryCondition]) -> &'static [(table::DeliveryPart, table::Wanted)] {
    all(list.iter().map(|condition| {
        let wanted = match &condition.value {
            model::Wanted::Present => table::Wanted::Present,
            model::Wanted::Text(text) => table::Wanted::Text(leak(text.as_str())),
            model::Wanted::Secret => table::Wanted::Secret,
        };
        (part(&condition.part), wanted)
    }))
}
