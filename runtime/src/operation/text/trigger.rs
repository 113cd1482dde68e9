//! What is said of triggers: `poll {…}` and `webhook {…}`.

use super::super::{
    Challenge, DeliveryPart, DeliveryTime, Encoded, Hash, Poll, PollOrder, Proof, ProofKind, Sent, StepTable, Wanted, Webhook,
};
use super::{Said, keep, leak};

impl Said {
    pub(super) fn poll(&self) -> Option<Poll> {
        let order = match self.text("order") {
            "rising" => PollOrder::Rising,
            "falling" => PollOrder::Falling,
            "other" => PollOrder::Other,
            _ => return None,
        };
        let inputs = self.items("inputs").iter().map(|index| u16::try_from(index.json.as_u64()?).ok()).collect::<Option<_>>()?;
        Some(Poll { inputs: leak(inputs), time: self.texts("time"), id: self.texts("id"), lookback: self.number("lookback")?, order })
    }

    pub(super) fn webhook(&self) -> Option<Webhook> {
        Some(Webhook {
            by: self.text("by"),
            form: self.flag("form"),
            when: self.conditions()?,
            proof: self.get("proof").proof()?,
            challenges: leak(self.items("challenges").iter().map(Said::challenge).collect::<Option<_>>()?),
            subscribe: self.call("subscribe")?,
            expires: self.there("expires", Said::path)?,
            renew: self.call("renew")?,
            renew_before: self.number("renew_before").unwrap_or_default(),
            unsubscribe: self.call("unsubscribe")?,
        })
    }

    fn call(&self, name: &str) -> Option<Option<&'static StepTable>> {
        self.there(name, |step| step.step().map(keep))
    }

    fn conditions(&self) -> Option<&'static [(DeliveryPart, Wanted)]> {
        Some(leak(self.items("when").iter().map(Said::condition).collect::<Option<_>>()?))
    }

    fn condition(&self) -> Option<(DeliveryPart, Wanted)> {
        let wanted = match (self.maybe("text"), self.text("is")) {
            (Some(text), _) => Wanted::Text(text),
            (None, "present") => Wanted::Present,
            (None, "secret") => Wanted::Secret,
            _ => return None,
        };
        Some((self.get("part").part()?, wanted))
    }

    fn part(&self) -> Option<DeliveryPart> {
        let (kind, _) = self.json.as_object()?.iter().next()?;
        Some(match kind.as_str() {
            "header" => DeliveryPart::Header(self.text("header")),
            "query" => DeliveryPart::Query(self.text("query")),
            "claim" => DeliveryPart::Claim(self.text("claim")),
            "body" => DeliveryPart::Body(self.texts("body")),
            _ => return None,
        })
    }

    fn proof(&self) -> Option<Proof> {
        let kind = match self.text("kind") {
            "none" => ProofKind::None,
            "token" => ProofKind::Token,
            "hmac" => ProofKind::Hmac(self.hash()?),
            "jwt" => ProofKind::Jwt(self.maybe("algorithm")?),
            _ => return None,
        };
        let digest = self.there("digest", |said| {
            let (claim, written) = said.pair()?;
            Some((claim, encoded(written)?))
        });
        Some(Proof {
            kind,
            sent: self.there("sent", Said::sent)?.unwrap_or(Sent::EMPTY),
            over: self.text("over"),
            key: self.maybe("key").map_or(Some(Encoded::Text), encoded)?,
            key_after: self.text("key_after"),
            time: self.there("time", Said::delivery_time)?,
            id: self.there("id", Said::part)?,
            issuer: self.text("issuer"),
            audience: self.text("audience"),
            digest: digest?,
        })
    }

    fn hash(&self) -> Option<Hash> {
        Some(match self.text("hash") {
            "sha1" => Hash::Sha1,
            "sha256" => Hash::Sha256,
            "sha384" => Hash::Sha384,
            "sha512" => Hash::Sha512,
            _ => return None,
        })
    }

    fn delivery_time(&self) -> Option<DeliveryTime> {
        Some(DeliveryTime { sent: self.get("sent").sent()?, millis: self.flag("millis"), within: self.number("within")? })
    }

    fn sent(&self) -> Option<Sent> {
        let encoding = encoded(self.text("as"))?;
        Some(Sent { part: self.get("part").part()?, split: self.text("split"), after: self.text("after"), encoding })
    }

    fn challenge(&self) -> Option<Challenge> {
        Some(Challenge { part: self.get("part").part()?, when: self.conditions()?, answer: self.pairs("answer") })
    }
}

fn encoded(said: &str) -> Option<Encoded> {
    Some(match said {
        "text" => Encoded::Text,
        "hex" => Encoded::Hex,
        "base64" => Encoded::Base64,
        "base64url" => Encoded::Base64Url,
        _ => return None,
    })
}
