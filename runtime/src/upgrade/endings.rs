//! Outputs that come still and have an announced end: which of them the later steps of a scenario use. What becomes of outputs that an
//! upgrade moves, `outputs` says.

use std::{
    borrow::Cow,
    cell::RefCell,
    collections::{HashMap, HashSet},
};

use super::{
    expression::{Access, Expressions, Moved, Outputs, written},
    json::{Object, end_of_text, text_of},
    outputs::MovedOutputs,
    report::{Action, Deadline, Finding, StepPlan, Verdict, shown},
    scenario::StoredStep,
};
use crate::{
    operation::OperationTable,
    shape::{Ending, Kind, Shape},
};

/// The steps that give something which ends, with what they give after their upgrade.
pub(crate) struct Endings<'e> {
    moved: &'e MovedOutputs<'e>,
    outputs: HashMap<&'e str, &'static Shape>,
    found: RefCell<Vec<(String, Ending)>>,
}

impl<'e> Endings<'e> {
    pub(crate) fn new(moved: &'e MovedOutputs<'e>) -> Self {
        Self { moved, outputs: HashMap::new(), found: RefCell::default() }
    }

    /// Says what this step gives.
    pub(crate) fn insert(&mut self, step: &'e str, operation: &OperationTable) {
        self.outputs.insert(step, operation.output.get());
    }

    /// Adds to a step's plan what it uses that ends. It is used as it was, so nobody need act now.
    pub(crate) fn note(&self, stored: &StoredStep<'_>, expressions: &dyn Expressions, plan: &mut StepPlan) {
        if self.outputs.is_empty() {
            return;
        }
        for section in ["filter", "mapper", "parameters"] {
            let Some(raw) = stored.members.raw(section).filter(|raw| raw.contains("{{")) else { continue };
            if section == "filter" {
                self.note_texts(raw, section, expressions, plan);
                continue;
            }
            for member in Object::read(raw).unwrap_or_default().members {
                let mut value = String::new();
                member.value.write(&mut value);
                self.note_texts(&value, &shown(&member.name()), expressions, plan);
            }
        }
    }

    fn note_texts(&self, raw: &str, field: &str, expressions: &dyn Expressions, plan: &mut StepPlan) {
        let mut at = 0;
        while let Some(start) = raw[at..].find('"').map(|found| at + found) {
            at = end_of_text(raw, start);
            let Some(text) = text_of(&raw[start..at]).filter(|text| text.contains("{{")) else { continue };
            // What cannot be read is reported where it matters.
            let _ = expressions.follow(&text, self);
            for (used, ending) in self.found.take() {
                note(field, &used, ending, plan);
            }
        }
    }
}

fn note(field: &str, used: &str, ending: Ending, plan: &mut StepPlan) {
    let stops = ending.sunset().map_or_else(String::new, |date| format!(" and stops coming {date}"));
    let instead = ending.successor().map_or_else(|| "; nothing takes its place".to_owned(), |successor| format!("; use `{successor}`"));
    let finding = Finding::new(Verdict::Untouched, Action::Kept, field, format!("it uses `{used}`, which is deprecated{stops}{instead}"));
    if plan.findings.contains(&finding) {
        return;
    }
    plan.add(finding);
    let ends = ending.sunset().map(|date| Deadline { date, what: Cow::Owned(format!("`{used}` stops coming")) });
    plan.deadline = Deadline::sooner(plan.deadline.take(), ends);
}

/// Nothing moves: what is used is only looked at.
impl Outputs for Endings<'_> {
    fn concerns(&self, step: &str) -> bool {
        self.outputs.contains_key(step)
    }

    fn moved(&self, step: &str, path: &[Access]) -> Moved {
        let now = self.moved.values_followed().moved(step, path).to;
        let now = now.as_deref().unwrap_or(path);
        if let Some(ending) = self.outputs.get(step).and_then(|output| ending_on(output, now)) {
            self.found.borrow_mut().push((format!("{}{}", shown(step), shown(&written(now, true))), ending));
        }
        Moved { to: None, review: Vec::new() }
    }
}

/// The end of the first thing along a path that has one.
fn ending_on(shape: &'static Shape, path: &[Access]) -> Option<Ending> {
    let (first, below) = path.split_first()?;
    match (&shape.bare().kind, first) {
        (Kind::List(item, _), Access::Item(_) | Access::All) => ending_on(item.get(), below),
        // A search gives its items one by one.
        (Kind::List(item, _), Access::Name(_)) => ending_on(item.get(), path),
        (Kind::Map(value, _), Access::Name(_)) => ending_on(value.get(), below),
        (Kind::Structure(structure), Access::Name(name)) => {
            let field = structure.fields().iter().find(|field| field.name() == name)?;
            field.attrs.deprecated.or_else(|| ending_on(field.shape(), below))
        }
        (Kind::Union(union), Access::Name(_)) => union.variants().iter().find_map(|variant| ending_on(variant.shape(), path)),
        _ => None,
    }
}

/// Does an operation give anything that ends?
pub(crate) fn gives_what_ends(operation: &OperationTable) -> bool {
    let mut seen: HashSet<*const Shape> = HashSet::new();
    let mut open = vec![operation.output.get()];
    while let Some(shape) = open.pop() {
        let shape = shape.bare();
        if !seen.insert(shape) {
            continue;
        }
        match &shape.kind {
            Kind::List(part, _) | Kind::Map(part, _) => open.push(part.get()),
            Kind::Structure(structure) if structure.fields().iter().any(|field| field.attrs.deprecated.is_some()) => return true,
            Kind::Structure(structure) => open.extend(structure.fields().iter().map(|field| field.shape())),
            Kind::Union(union) => open.extend(union.variants().iter().map(|variant| variant.shape())),
            _ => {}
        }
    }
    false
}
