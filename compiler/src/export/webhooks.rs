//! Instant triggers as `webhooks`: what the API sends, said from its side. What makes a delivery genuine has no words in OpenAPI.

use super::Exporter;
use super::json::{Object, Value};
use crate::model::{Module, Webhook};

impl Exporter<'_> {
    /// `webhooks`: each instant trigger under its name.
    pub(super) fn webhooks(&self) -> Object {
        let mut webhooks = Object::new();
        for module in self.projection.modules.iter().map(|one| &one.item) {
            if let Some(webhook) = &module.webhook {
                webhooks.set(self.operation_id(module), Object::new().with("post", self.delivery(module, webhook)));
            }
        }
        webhooks
    }

    fn delivery(&self, module: &Module, webhook: &Webhook) -> Object {
        let answer = module.answers.first();
        let at = answer.map_or(&[][..], |answer| &answer.at);
        let schema = answer.and_then(|answer| Some(within(self.schema(answer.body.as_ref()?), at)));
        let media = if webhook.form { "application/x-www-form-urlencoded" } else { "application/json" };
        let content = schema.map(|schema| Object::new().with(media, Object::new().with("schema", schema)));
        let body = content.map(|content| Object::new().with("required", true).with("content", content));
        let operation = self.headed(module).unless_empty("parameters", parameters(webhook)).maybe("requestBody", body);
        let taken = Object::new().with("description", "It was taken.");
        let operation = operation.with("responses", Object::new().with("2XX", taken)).with("x-linchpin-webhook", self.told(webhook, at));
        let inputs = self.structure(module.inputs.iter().map(|input| &input.field));
        let operation = if module.inputs.is_empty() { operation } else { operation.with("x-linchpin-inputs", inputs) };
        let operation = self.secured(operation, module).unless_empty("servers", self.servers_of(module));
        self.extended(operation, module)
    }

    /// What proves a delivery, which it is, and how it is asked for, as the language writes it.
    fn told(&self, webhook: &Webhook, at: &[String]) -> Object {
        let challenges: Vec<Value> = webhook.challenges.iter().map(|challenge| Value::Text(challenge.text())).collect();
        let object = Object::new()
            .unless_empty("of", webhook.text())
            .unless_empty("at", super::json::texts(at))
            .with("verify", webhook.proof.statement());
        let object = object.unless_empty("challenges", Value::List(challenges));
        let call = |step: &crate::model::Step| self.step(step);
        let object = object.maybe("subscribe", webhook.subscribe.as_ref().map(call));
        let object = object.maybe("expires", webhook.expires.as_ref().map(super::extensions::step_path));
        let renew =
            webhook.renew.as_ref().map(|(step, before)| call(step).with("beforeMillis", i64::try_from(*before).unwrap_or(i64::MAX)));
        object.maybe("renew", renew).maybe("unsubscribe", webhook.unsubscribe.as_ref().map(call))
    }
}

/// The headers that tell a delivery from others and prove it.
fn parameters(webhook: &Webhook) -> Value {
    let parameter = |(header, value): (String, Option<String>)| {
        let schema = Object::new().with("type", "string").maybe("const", value);
        Value::from(Object::new().with("name", header).with("in", "header").with("required", true).with("schema", schema))
    };
    Value::List(webhook.headers().into_iter().map(parameter).collect())
}

/// What is delivered stands inside of other members.
fn within(schema: Object, at: &[String]) -> Object {
    at.iter().rev().fold(schema, |schema, name| {
        let properties = Object::new().with(name, schema);
        Object::new().with("type", "object").with("properties", properties).with("required", Value::List(vec![Value::Text(name.clone())]))
    })
}
