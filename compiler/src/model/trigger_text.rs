//! Triggers as the language writes them: for locks, documents and differences, where one text must mean one thing.

use super::{Challenge, DeliveryCondition, DeliveryPart, Poll, PollOrder, Proof, ProofKind, Sent, Wanted, Webhook};
use crate::syntax::text::{duration, quoted, word_or_quoted};

impl Poll {
    /// `time changed_at id id lookback 2m, oldest first`
    pub fn text(&self) -> String {
        let lookback = if self.lookback == 0 { String::new() } else { format!(" lookback {}", duration(self.lookback)) };
        let order = match self.order {
            PollOrder::Rising => "oldest first",
            PollOrder::Falling => "newest first",
            PollOrder::Other => "in another order",
        };
        format!("time {} id {}{lookback}, {order}", self.time.join("."), self.id.join("."))
    }
}

impl Webhook {
    /// `by header "x-event" when header "x-event" = "issues"`; empty where everything is delivered alike.
    pub fn text(&self) -> String {
        let mut words: Vec<String> = self.form.then(|| "as form".to_owned()).into_iter().collect();
        words.extend(self.by.as_ref().map(|header| format!("by header {}", quoted(header))));
        words.extend(self.when.iter().map(DeliveryCondition::text));
        words.join(" ")
    }
}

impl Proof {
    /// The whole statement; beside [`text`](Self::text) it says why nothing is verified, which decides nothing.
    pub fn statement(&self) -> String {
        if self.kind == ProofKind::None { format!("none {}", quoted(&self.why)) } else { self.text() }
    }

    /// `hmac sha256 { sent header "x-signature" as hex  over "{body}" }`
    pub fn text(&self) -> String {
        let mut parts: Vec<String> = self.sent.iter().map(|sent| format!("sent {}", sent.text())).collect();
        let mut say = |word: &str, text: &str| {
            if !text.is_empty() {
                parts.push(format!("{word} {}", quoted(text)));
            }
        };
        say("over", &self.over);
        say("issuer", &self.issuer);
        say("audience", &self.audience);
        if self.key != "text" || !self.key_after.is_empty() {
            let after = if self.key_after.is_empty() { String::new() } else { format!(" after {}", quoted(&self.key_after)) };
            parts.push(format!("key {}{after}", self.key));
        }
        parts.extend(self.time.as_ref().map(|time| {
            let unit = if time.millis { "millis" } else { "seconds" };
            format!("time {} {unit} within {}", time.sent.text(), duration(time.within))
        }));
        parts.extend(self.id.as_ref().map(|id| format!("id {}", id.text())));
        parts.extend(self.digest.as_ref().map(|(claim, encoding)| format!("body claim {} as {encoding}", quoted(claim))));
        let kind = match &self.kind {
            ProofKind::None => return "none".to_owned(),
            ProofKind::Hmac(hash) => format!("hmac {hash}"),
            ProofKind::Token => "token".to_owned(),
            ProofKind::Jwt(algorithm) => format!("jwt {algorithm}"),
        };
        format!("{kind} {{ {} }}", parts.join("  "))
    }
}

impl Challenge {
    /// `query "crc_token" answer { response_token = "sha256={hmac.base64}" }`
    pub fn text(&self) -> String {
        let mut words = vec![self.part.text()];
        words.extend(self.when.iter().map(DeliveryCondition::text));
        if !self.answer.is_empty() {
            let members = self.answer.iter().map(|(name, value)| format!("{name} = {}", quoted(value)));
            words.push(format!("answer {{ {} }}", members.collect::<Vec<_>>().join("  ")));
        }
        words.join(" ")
    }
}

impl Sent {
    fn text(&self) -> String {
        let mut text = self.part.text();
        for (word, value) in [("split", &self.split), ("after", &self.after)] {
            if !value.is_empty() {
                text.push_str(&format!(" {word} {}", quoted(value)));
            }
        }
        if self.encoding != "text" {
            text.push_str(&format!(" as {}", self.encoding));
        }
        text
    }
}

impl DeliveryCondition {
    fn text(&self) -> String {
        let part = self.part.text();
        match &self.value {
            Wanted::Present => format!("when {part} present"),
            Wanted::Text(text) => format!("when {part} = {}", quoted(text)),
            Wanted::Secret => format!("when {part} = secret"),
        }
    }
}

impl DeliveryPart {
    /// `header "x-event"`, `body.type`
    pub fn text(&self) -> String {
        match self {
            DeliveryPart::Header(name) => format!("header {}", quoted(name)),
            DeliveryPart::Query(name) => format!("query {}", quoted(name)),
            DeliveryPart::Claim(name) => format!("claim {}", quoted(name)),
            DeliveryPart::Body(path) => {
                let steps = path.iter().map(|name| word_or_quoted(name));
                std::iter::once("body".to_owned()).chain(steps).collect::<Vec<_>>().join(".")
            }
        }
    }
}
