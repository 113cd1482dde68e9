//! Asking an API for deliveries, for more time, and for no more: ordinary calls that the spec binds to the trigger.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};
use serde_json::{Value, json};
use url::Url;

use super::Subscribing;
use crate::{
    client::AnyClient,
    error::{Error, ErrorKind},
    operation::{OperationTable, Webhook},
    random,
    shape::{Erased, Names, View},
    steps,
    value::{DateTime, Map, Secret, bytes::hex},
};

/// Where a trigger is told.
#[derive(Clone)]
pub struct Endpoint {
    /// The address that the API shall call.
    pub url: Url,
    /// What it shall prove its deliveries with.
    pub secret: Secret,
}

impl Endpoint {
    /// With a secret that was made up: 32 random bytes, in letters and digits.
    ///
    /// # Errors
    /// When the system gives no randomness.
    pub fn new(url: Url) -> Result<Endpoint, Error> {
        Ok(Endpoint { url, secret: Secret::new(hex(&random::bytes::<32>()?)) })
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Endpoint").field("url", &self.url.as_str()).finish_non_exhaustive()
    }
}

/// What an API gave for a subscription: to be kept, as JSON or by serde, for renewing and ending it. Some APIs give the secret that they sign with, and
/// what is kept has it: `Debug` shows only when it ends.
#[derive(Clone, PartialEq)]
pub struct Subscription {
    trigger: String,
    /// By spec names.
    gave: Value,
    expires: Option<DateTime>,
    /// How long before the end it is to be renewed, in milliseconds.
    before: u64,
}

impl Subscription {
    /// What the API gave, by the spec's names: its id, for one.
    pub fn gave(&self) -> &Value {
        &self.gave
    }

    /// Until when deliveries come; none: until it is ended.
    pub fn expires(&self) -> Option<DateTime> {
        self.expires
    }

    /// When it is to be renewed.
    pub fn renew_at(&self) -> Option<DateTime> {
        let before = std::time::Duration::from_millis(self.before);
        self.expires.map(|end| end.checked_sub(before).unwrap_or(end))
    }
}

impl fmt::Debug for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscription").field("trigger", &self.trigger).field("expires", &self.expires).finish_non_exhaustive()
    }
}

impl Serialize for Subscription {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let expires = self.expires.map(|end| end.to_string());
        json!({ "trigger": self.trigger, "gave": self.gave, "expires": expires, "before": self.before }).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Subscription {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let read = || {
            let expires = match value.get("expires")? {
                Value::Null => None,
                end => Some(end.as_str()?.parse().ok()?),
            };
            let (trigger, before) = (value.get("trigger")?.as_str()?.to_owned(), value.get("before")?.as_u64()?);
            Some(Subscription { trigger, gave: value.get("gave")?.clone(), expires, before })
        };
        read().ok_or_else(|| D::Error::custom("this is not a subscription"))
    }
}

fn webhook(table: &'static OperationTable) -> Result<&'static Webhook, Error> {
    table.webhook.ok_or_else(|| Error::new(ErrorKind::Configuration, "it is not told of anything"))
}

fn undeclared(what: &str) -> Error {
    Error::new(ErrorKind::Configuration, format!("the spec declares no call that {what}: that is done at the API"))
}

pub(super) fn subscribe(
    client: &AnyClient,
    table: &'static OperationTable,
    input: Erased,
    endpoint: Endpoint,
) -> Subscribing<Subscription> {
    let core = client.core.clone();
    Box::pin(async move {
        let made = async {
            let webhook = webhook(table)?;
            let step = webhook.subscribe.ok_or_else(|| undeclared("asks for deliveries"))?;
            let output = steps::call(&core, step, input, Vec::new(), Some(place(&endpoint))).await?;
            described(table, webhook, &output)
        };
        made.await.map_err(|error| error.with_operation(table))
    })
}

pub(super) fn renew(
    client: &AnyClient,
    table: &'static OperationTable,
    input: Erased,
    endpoint: Endpoint,
    subscription: Subscription,
) -> Subscribing<Subscription> {
    let core = client.core.clone();
    Box::pin(async move {
        let made = async {
            let webhook = webhook(table)?;
            let Some(step) = webhook.renew else { return Ok(subscription) };
            let before = remembered(table, webhook, &subscription)?;
            let output = steps::call(&core, step, input, before, Some(place(&endpoint))).await?;
            let same = webhook.subscribe.is_some_and(|subscribe| subscribe.operation.output.get().same(output.shape()));
            // What another call gives says nothing of the id and the end; then both stay.
            if same { described(table, webhook, &output) } else { Ok(subscription) }
        };
        made.await.map_err(|error| error.with_operation(table))
    })
}

pub(super) fn unsubscribe(
    client: &AnyClient,
    table: &'static OperationTable,
    input: Erased,
    endpoint: Endpoint,
    subscription: Subscription,
) -> Subscribing<()> {
    let core = client.core.clone();
    Box::pin(async move {
        let made = async {
            let webhook = webhook(table)?;
            let step = webhook.unsubscribe.ok_or_else(|| undeclared("ends them"))?;
            let before = remembered(table, webhook, &subscription)?;
            match steps::call(&core, step, input, before, Some(place(&endpoint))).await {
                // It is gone already.
                Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Gone) => Ok(()),
                other => other.map(drop),
            }
        };
        made.await.map_err(|error| error.with_operation(table))
    })
}

/// `endpoint` as steps see it.
fn place(endpoint: &Endpoint) -> Erased {
    let mut place: Map<String> = Map::new();
    place.insert("url".to_owned(), endpoint.url.as_str().to_owned());
    place.insert("secret".to_owned(), endpoint.secret.expose().to_owned());
    Erased::new(place)
}

fn described(table: &'static OperationTable, webhook: &Webhook, output: &Erased) -> Result<Subscription, Error> {
    let expires = webhook.expires.and_then(|path| match steps::at(output.as_ref(), path.members)?.view() {
        View::DateTime(end) => Some(*end),
        _ => None,
    });
    Ok(Subscription {
        trigger: table.name.to_owned(),
        gave: crate::dynamic::to_json(output.as_ref())?,
        expires,
        before: webhook.renew_before,
    })
}

/// What `subscribe` gave, as later calls see it.
fn remembered(table: &'static OperationTable, webhook: &Webhook, subscription: &Subscription) -> Result<Vec<Erased>, Error> {
    if subscription.trigger != table.name {
        let message = format!("the subscription is of the trigger `{}`", crate::error::shorten(&subscription.trigger));
        return Err(Error::new(ErrorKind::Input, message));
    }
    let Some(subscribe) = webhook.subscribe else { return Ok(Vec::new()) };
    let gave = Erased::decode(subscribe.operation.output.get(), subscription.gave.to_string().as_bytes(), Names::Spec);
    gave.map(|gave| vec![gave]).map_err(|_| Error::new(ErrorKind::Input, "what was kept of the subscription is not what the API gives"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_api_gave_is_kept_and_not_shown() {
        let kept = json!({ "trigger": "on_paid", "gave": { "id": "we_1", "secret": "whsec_s3cret" }, "expires": null, "before": 0 });
        let subscription: Subscription = serde_json::from_value(kept.clone()).expect("a subscription");
        let shown = format!("{subscription:?}");
        assert!(shown.contains("on_paid") && !shown.contains("s3cret"), "{shown}");
        assert_eq!(serde_json::to_value(&subscription).expect("JSON"), kept);
    }
}
