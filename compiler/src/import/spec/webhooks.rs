//! Webhooks and callbacks as triggers that are told. A description says what is delivered; which deliveries are which is concluded from fixed
//! values, and what makes them genuine from the names of headers. Where those say nothing, a proof stands there that nothing passes until somebody
//! says what the owner documents.

use super::bodies::{Form, form};
use super::literals::quoted;
use super::maker::{Hint, Maker};
use super::names::Names;
use super::notes::Subject;
use super::plan::{Answer, Group, Module, ModuleKind, Spec, Told};
use super::words::{pascal, snake, title};
use super::{life, texts};
use crate::import::document::{In, Operation, Origin};
use crate::import::schema::SchemaId;

/// Members whose one value tells what happened.
const TELLING: [&str; 8] = ["action", "event", "event_type", "eventType", "type", "topic", "kind", "event_name"];

/// Proofs by the header that they stand in.
const PROOFS: [(&str, &str); 7] = [
    ("x-hub-signature-256", "hmac sha256 { sent header \"X-Hub-Signature-256\" after \"sha256=\" as hex  over \"{body}\" }"),
    (
        "webhook-signature",
        "hmac sha256 { sent header \"webhook-signature\" split \" \" after \"v1,\" as base64  over \"{id}.{time}.{body}\"  \
         key base64 after \"whsec_\"  time header \"webhook-timestamp\" seconds within 5m  id header \"webhook-id\" }",
    ),
    (
        "stripe-signature",
        "hmac sha256 { sent header \"Stripe-Signature\" split \",\" after \"v1=\" as hex  over \"{time}.{body}\"  \
         time header \"Stripe-Signature\" split \",\" after \"t=\" seconds within 5m }",
    ),
    (
        "x-slack-signature",
        "hmac sha256 { sent header \"X-Slack-Signature\" after \"v0=\" as hex  over \"v0:{time}:{body}\"  \
         time header \"X-Slack-Request-Timestamp\" seconds within 5m }",
    ),
    ("x-shopify-hmac-sha256", "hmac sha256 { sent header \"X-Shopify-Hmac-Sha256\" as base64  over \"{body}\" }"),
    (
        "x-hubspot-signature-v3",
        "hmac sha256 { sent header \"X-HubSpot-Signature-v3\" as base64  over \"{method}{url}{body}{time}\"  \
         time header \"X-HubSpot-Request-Timestamp\" millis within 5m }",
    ),
    ("x-gitlab-token", "token { sent header \"X-Gitlab-Token\" }"),
];

/// What nothing passes that nobody has set up.
pub(super) const UNKNOWN: &str = "token { sent header \"Authorization\" after \"Bearer \" }";

impl<'n> Maker<'_, 'n> {
    /// All that the API sends by itself, in a group of its own. Gives the operations that became triggers, by their place.
    pub(super) fn webhooks(&mut self, operations: &[&Operation<'n>], spec: &mut Spec) -> Vec<usize> {
        let mut made = Vec::new();
        let mut kept = Vec::new();
        let mut names = Names::default();
        for (index, operation) in operations.iter().enumerate() {
            if operation.origin == Origin::Webhook
                && let Some(module) = self.delivered(operation, operation.path, &mut names)
            {
                made.push(module);
                kept.push(index);
            }
            for callback in &operation.callbacks {
                let name = if let Origin::Callback(name) = callback.origin { name } else { callback.path };
                made.extend(self.delivered(callback, name, &mut names));
            }
        }
        if made.is_empty() {
            return kept;
        }
        let mut taken = Names::default();
        spec.groups.iter().for_each(|group| drop(taken.take(&group.name, "_")));
        let docs = "What the API tells of by itself.".to_owned();
        spec.groups.push(Group { name: taken.take("webhooks", "_"), title: "Webhooks".to_owned(), docs });
        let group = Some(spec.groups.len() - 1);
        spec.modules.extend(made.into_iter().map(|module| Module { group, ..module }));
        kept
    }

    fn delivered(&mut self, operation: &Operation<'n>, called: &str, names: &mut Names) -> Option<Module> {
        let Some(media) = operation.body.as_ref().and_then(|body| self.chosen(&body.content, "delivered")) else {
            self.note(Subject::Operation, operation.span, "nothing is delivered that a trigger could give");
            return None;
        };
        let as_form = form(media.media) == Form::Urlencoded;
        if form(media.media) != Form::Json && !as_form {
            self.note(Subject::Operation, operation.span, format!("`{}` is delivered, and a trigger reads JSON and forms", media.media));
            return None;
        }
        let name = names.take(&snake(&format!("on_{called}"), "on_event"), "_");
        let schemas: Vec<SchemaId> = media.schema.into_iter().collect();
        let when = self.which(operation, &schemas);
        let what = if schemas.is_empty() {
            super::plan::What::of(super::plan::Type::json())
        } else {
            self.what(&schemas, &Hint::place(&pascal(&name), "event"))
        };
        let encoding = as_form.then(|| "form".to_owned());
        Some(Module {
            kind: ModuleKind::Trigger,
            with: Vec::new(),
            title: texts::title(operation.summary).unwrap_or_else(|| title(called)),
            docs: super::operations::documentation(operation),
            name,
            group: None,
            life: life::told(&operation.life, &operation.extensions, operation.description),
            method: "",
            path: String::new(),
            server: None,
            connections: None,
            path_inputs: Vec::new(),
            query: Vec::new(),
            header: Vec::new(),
            cookie: Vec::new(),
            body: None,
            answers: vec![Answer { status: "2xx".to_owned(), what: Some(what), encoding }],
            page: None,
            order: None,
            fails: Vec::new(),
            example: None,
            told: Some(Told { when, verify: self.proof(operation) }),
        })
    }

    /// Which deliveries are of this kind: headers and members that can only have one value.
    fn which(&mut self, operation: &Operation<'n>, schemas: &[SchemaId]) -> Vec<String> {
        let mut when = Vec::new();
        for parameter in operation.parameters.iter().filter(|parameter| parameter.place == In::Header) {
            let only = parameter.schema.and_then(|schema| self.only_text(&[schema]));
            let event = only.or_else(|| self.event_of_github(parameter.name, operation));
            when.extend(event.map(|event| format!("when header {} = {}", quoted(parameter.name), quoted(&event))));
        }
        let used = self.used(schemas);
        let leaves = self.opened(&used);
        let flat = self.merged(&leaves);
        for (name, _, ids) in flat.properties.iter().filter(|(name, ..)| TELLING.contains(name) && flat.required.contains(name)) {
            when.extend(self.only_text(ids).map(|value| format!("when body.{name} = {}", quoted(&value))));
        }
        when
    }

    /// The one text that a value can be.
    fn only_text(&self, schemas: &[SchemaId]) -> Option<String> {
        let used = self.used(schemas);
        let leaves = self.opened(&used);
        let flat = self.merged(&leaves);
        let text = match (flat.constant, flat.values.map(|values| values.items())) {
            (Some(constant), _) => constant.text(),
            (None, Some([only])) => only.text(),
            _ => None,
        };
        text.filter(|text| text.chars().all(|letter| !letter.is_control())).map(str::to_owned)
    }

    /// GitHub's description gives one example for the header that tells events apart; the operation's id begins with the event.
    fn event_of_github(&self, header: &str, operation: &Operation<'n>) -> Option<String> {
        let event = operation.id?.split('/').next()?.replace('-', "_");
        header.eq_ignore_ascii_case("x-github-event").then_some(event)
    }

    fn proof(&mut self, operation: &Operation<'n>) -> &'static str {
        let stated =
            operation.parameters.iter().filter(|parameter| parameter.place == In::Header).find_map(|parameter| {
                PROOFS.iter().find(|(header, _)| parameter.name.eq_ignore_ascii_case(header)).map(|(_, proof)| *proof)
            });
        if stated.is_none() {
            let text = "what makes a delivery genuine: a bearer token is demanded until the spec says what the owner documents";
            self.note(Subject::Security, operation.span, text);
        }
        stated.unwrap_or(UNKNOWN)
    }
}
