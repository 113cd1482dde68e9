//! Following moved outputs through a step's values: in whatever text they are used, however deep it stands, and in filters.

use std::borrow::Cow;

use super::{
    edits::Edits,
    expression::{Expressions, Followed, Outputs},
    json::{List, Member, Node, Object, end_of_text, offset, quoted, text_of},
    outputs::MovedOutputs,
    report::{Action, Finding, Problem, Verdict, shown},
    scenario::in_step,
};

/// What following needs and finds.
pub(crate) struct Follower<'f> {
    pub(crate) step: &'f str,
    pub(crate) expressions: &'f dyn Expressions,
    pub(crate) outputs: &'f MovedOutputs<'f>,
    pub(crate) findings: Vec<Finding>,
    pub(crate) problems: Vec<Problem>,
}

impl Follower<'_> {
    /// A step's `mapper` or `parameters`, with its outputs followed.
    pub(crate) fn values<'t>(&mut self, raw: &'t str) -> Cow<'t, str> {
        let mut edits = Edits::default();
        if self.may_use(raw)
            && let Some(object) = Object::read(raw)
        {
            for member in &object.members {
                if let Node::Raw(value) = member.value {
                    self.texts(raw, value, &shown(&member.name()), &mut edits);
                }
            }
        }
        edits.apply(raw)
    }

    /// A step's `filter`. A condition that compares an output with one of its values follows the value's name, too.
    pub(crate) fn filter<'t>(&mut self, raw: &'t str) -> Cow<'t, str> {
        let mut edits = Edits::default();
        if self.may_use(raw)
            && let Some(conditions) = Object::read(raw).and_then(|filter| filter.raw("conditions"))
        {
            let groups = List::read(conditions).unwrap_or_default();
            for group in groups.values().filter_map(raw_of).filter_map(List::read) {
                for condition in group.values().filter_map(raw_of) {
                    self.condition(raw, condition, &mut edits);
                }
            }
        }
        edits.apply(raw)
    }

    fn condition(&mut self, whole: &str, raw: &str, edits: &mut Edits) {
        let compared = Object::read(raw).and_then(|condition| Some((condition.raw("a")?, condition.raw("b")?)));
        let used = compared.and_then(|(a, b)| Some((a, b, self.expressions.output(&text_of(a)?)?)));
        let Some((a, b, (step, path))) = used.filter(|(_, _, (step, path))| self.outputs.has_renamed_values(step, path)) else {
            return self.texts(whole, raw, "filter", edits);
        };
        let outputs = self.outputs.values_followed();
        let followed = self.expressions.follow(&text_of(a).unwrap_or_default(), &outputs).unwrap_or_default();
        self.found("filter", whole, a, followed, edits);
        let value = text_of(b).map(|text| quoted(&text)).unwrap_or_else(|| b.to_owned());
        if let Some(new) = self.outputs.renamed_value(&step, &path, &value) {
            let start = offset(whole, b);
            edits.replace(start..start + b.len(), new.to_owned());
            let reason = format!("the output that it compares with {value} gives {new} now");
            self.findings.push(Finding::new(Verdict::Upgraded, Action::Remapped, "filter", reason));
        }
    }

    fn may_use(&self, raw: &str) -> bool {
        !self.outputs.is_empty() && raw.contains("{{")
    }

    /// Every text in a value, keys left out. It goes through the text once, however deep the value is.
    fn texts(&mut self, whole: &str, raw: &str, field: &str, edits: &mut Edits) {
        let mut at = 0;
        while let Some(start) = raw[at..].find('"').map(|found| at + found) {
            let end = end_of_text(raw, start);
            at = end;
            if raw[end..].trim_start().starts_with(':') {
                continue;
            }
            let literal = &raw[start..end];
            let Some(text) = text_of(literal).filter(|text| text.contains("{{")) else { continue };
            match self.expressions.follow(&text, self.outputs) {
                Ok(followed) => self.found(field, whole, literal, followed, edits),
                Err(error) if self.outputs.are_named_in(&text) => {
                    let message = format!("an expression cannot be read: {error}");
                    self.problems.push(in_step(self.step, field, &message));
                }
                Err(_) => {}
            }
        }
    }

    fn found(&mut self, field: &str, whole: &str, literal: &str, followed: Followed, edits: &mut Edits) {
        if let Some(text) = followed.text {
            for (was, now) in followed.changes {
                let reason = format!("`{}` becomes `{}`", shown(&was), shown(&now));
                self.findings.push(Finding::new(Verdict::Upgraded, Action::Followed, field, reason));
            }
            let start = offset(whole, literal);
            edits.replace(start..start + literal.len(), quoted(&text));
        }
        for reason in followed.review {
            self.findings.push(Finding::review(field, reason));
        }
    }
}

fn raw_of<'a>(node: &Node<'a>) -> Option<&'a str> {
    match node {
        Node::Raw(raw) => Some(raw),
        _ => None,
    }
}

/// A text of a step's values that cannot be read; a step that changes must be read wholly.
pub(crate) fn unreadable(step: &str, members: &[Member<'_>], expressions: &dyn Expressions) -> Option<Problem> {
    for member in members {
        let Some(raw) = raw_of(&member.value).filter(|raw| raw.contains("{{")) else { continue };
        let mut at = 0;
        while let Some(start) = raw[at..].find('"').map(|found| at + found) {
            at = end_of_text(raw, start);
            let is_key = raw[at..].trim_start().starts_with(':');
            let Some(text) = text_of(&raw[start..at]).filter(|text| !is_key && text.contains("{{")) else { continue };
            if let Err(error) = expressions.kind(&text) {
                let message = format!("an expression cannot be read: {error}");
                return Some(in_step(step, &shown(&member.name()), &message));
            }
        }
    }
    None
}

/// Follows the new names of inputs in what the host stores about them: their descriptions and labels.
pub(crate) fn metadata<'t>(raw: &'t str, metadata: &Object<'t>, names: &[(String, String)]) -> Cow<'t, str> {
    let mut edits = Edits::default();
    let is_in = |raw: &&str| names.iter().any(|(old, _)| raw.contains(old.as_str()));
    let renamed = |name: &str| names.iter().find(|(old, _)| old == name).map(|(_, new)| quoted(new));
    let described = metadata.raw("expect").filter(is_in).and_then(List::read).unwrap_or_default();
    for entry in described.values().filter_map(raw_of).filter(is_in).filter_map(Object::read) {
        if let Some(name) = entry.raw("name")
            && let Some(new) = text_of(name).and_then(|text| renamed(&text))
        {
            edits.replace(offset(raw, name)..offset(raw, name) + name.len(), new);
        }
    }
    let restored = metadata.raw("restore").filter(is_in).and_then(Object::read).unwrap_or_default();
    let groups = restored.members.iter().filter_map(|member| raw_of(&member.value)).filter(is_in).filter_map(Object::read);
    for group in groups.chain([restored.clone()]) {
        for member in &group.members {
            if let Some(key) = member.written_key()
                && let Some(new) = renamed(&member.name())
                && names.iter().all(|(_, new)| group.get(new).is_none())
            {
                edits.replace(offset(raw, key)..offset(raw, key) + key.len(), new);
            }
        }
    }
    edits.apply(raw)
}

impl<'a> MovedOutputs<'a> {
    /// Does a text name a step whose outputs moved?
    fn are_named_in(&self, text: &str) -> bool {
        text.split(|letter: char| !letter.is_ascii_digit()).any(|number| !number.is_empty() && self.concerns(number))
    }
}
