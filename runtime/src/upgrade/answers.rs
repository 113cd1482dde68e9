//! Answers to the questions that upgrades ask, by the step or the module that asks and the field: `3.portfolio_id`,
//! `create_program.portfolio_id`.

use std::collections::BTreeMap;

use super::{
    apply::Config,
    config::{Taken, put},
    json::Node,
    report::{Action, Finding, Verdict},
};

/// Answers by question.
#[derive(Clone, Debug, Default)]
pub(crate) struct Answers(BTreeMap<String, String>);

impl Answers {
    /// The value as JSON text.
    pub(crate) fn insert(&mut self, question: String, json: String) {
        self.0.insert(question, json);
    }

    /// The answer to a question of one step, or else to that of all steps of its module.
    fn of(&self, step: &str, module: &str, field: &str) -> Option<&String> {
        let of_step = || self.0.get(&format!("{step}.{field}")).filter(|_| !step.is_empty());
        of_step().or_else(|| self.0.get(&format!("{module}.{field}")))
    }

    /// Fills in what is answered. True where anything was.
    pub(crate) fn fill_in(&self, step: &str, module: &str, config: &mut Config<'_>, findings: &mut [Finding]) -> bool {
        let mut answered = false;
        let open = findings.iter_mut().filter(|finding| finding.action == Action::Asked);
        for finding in open {
            let Some(answer) = self.of(step, module, finding.place()) else { continue };
            let path: Vec<String> = finding.place().split('.').map(str::to_owned).collect();
            let path: Vec<&str> = path.iter().map(String::as_str).collect();
            // What is mapped comes first: a value that is fixed is no answer to what a host lets map.
            let section = &mut config[0];
            let layout = section.layout();
            let filled = put(section, &path, Taken::Value(Node::New(answer.clone())), layout);
            *finding = match filled {
                Ok(()) => Finding::new(Verdict::Upgraded, Action::Answered, finding.place(), "it is what was answered"),
                Err(why) => Finding::new(Verdict::Asks, Action::Asked, finding.place(), format!("the answer cannot be filled in: {why}")),
            };
            answered |= finding.action == Action::Answered;
        }
        answered
    }
}
