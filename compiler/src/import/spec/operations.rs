//! Operations as modules.

use super::connections::Connections;
use super::life;
use super::maker::Maker;
use super::notes::Subject;
use super::plan::{Module, ModuleKind, Spec};
use super::servers::Servers;
use super::words::{pascal, plural, singular, title};
use super::{examples, failures, module_names, texts};
use crate::import::document::{Operation, Origin};
use crate::syntax::METHODS;

impl<'n> Maker<'_, 'n> {
    /// All operations as modules of the spec, with the groups that they are in.
    pub(super) fn operations(
        &mut self,
        operations: &[&Operation<'n>],
        servers: &Servers,
        connections: &Connections,
        spec: &mut Spec,
    ) -> Vec<usize> {
        let callable: Vec<&Operation<'n>> = operations.iter().copied().filter(|one| self.can_be_called(one)).collect();
        let (groups, names) = module_names::named(self.document, &callable);
        spec.groups = groups;
        let mut failures = Vec::new();
        let mut kept = Vec::new();
        for (operation, (group, name)) in callable.iter().zip(names) {
            let parent = group.map_or_else(|| pascal(&name), |group| self.parent(&spec.groups[group].name, &name));
            let mut inputs = self.inputs(operation, connections, &parent);
            let body = self.body(operation, &mut inputs, &parent);
            let answers = self.answers(operation, &parent);
            failures.push(answers.fails);
            let mut module = Module {
                kind: ModuleKind::Action,
                title: self.title(operation, &name, group.map(|group| spec.groups[group].title.as_str())),
                with: Vec::new(),
                docs: documentation(operation),
                name,
                group,
                life: life::told(&operation.life, &operation.extensions, operation.description),
                method: operation.method,
                path: inputs.path,
                server: servers.of(operation),
                connections: connections.of(operation.security.as_deref(), self.document.security.as_deref()),
                path_inputs: inputs.path_inputs,
                query: inputs.query,
                header: inputs.header,
                cookie: inputs.cookie,
                body,
                answers: answers.list,
                page: None,
                order: None,
                fails: Vec::new(),
                example: None,
                told: None,
            };
            self.page(operation, &mut module);
            module.example = examples::example(self, operation, &module);
            spec.modules.push(module);
            kept.push(operations.iter().position(|one| std::ptr::eq(*one, *operation)).expect("it is one of them"));
        }
        spec.fails = failures::shared(self, &mut spec.modules, failures);
        kept.extend(self.webhooks(operations, spec));
        kept
    }

    fn can_be_called(&mut self, operation: &Operation<'n>) -> bool {
        let why = match &operation.origin {
            // What the API sends is a trigger.
            Origin::Webhook | Origin::Callback(_) => return false,
            Origin::Path if !METHODS.contains(&operation.method) => "a method that modules do not call",
            Origin::Path => return true,
        };
        self.note(Subject::Operation, operation.span, why);
        false
    }

    /// What types written in a module are called after: its own name, with its group's where another group has such a module.
    fn parent(&self, group: &str, name: &str) -> String {
        let own = pascal(name);
        let with_group = pascal(&format!("{group}_{name}"));
        // Short names such as `list` would say nothing at the top of the spec.
        if name.contains('_') { own } else { with_group }
    }

    /// The summary; otherwise the name, with what the group is of where it is a verb alone.
    fn title(&self, operation: &Operation<'_>, name: &str, group: Option<&str>) -> String {
        const OF_ONE: [&str; 12] =
            ["create", "get", "read", "retrieve", "show", "update", "partial_update", "replace", "delete", "destroy", "remove", "patch"];
        let told = texts::title(operation.summary);
        let is_verb = |name: &str| OF_ONE.contains(&name) || !name.contains('_') && module_names::is_verb(operation, name);
        told.unwrap_or_else(|| match group.map(str::to_lowercase).filter(|group| plural(group) == *group) {
            Some(group) if is_verb(name) => title(&format!("{name} {}", singular(&group))),
            Some(group) if ["list", "search", "find"].contains(&name) => title(&format!("{name} {}", plural(&group))),
            _ => title(name),
        })
    }
}

/// The description; the summary where the title could not hold it.
pub(super) fn documentation(operation: &Operation<'_>) -> String {
    let (summary, description) = (operation.summary.trim(), operation.description.trim());
    let title = texts::title(summary).unwrap_or_default();
    let told = description.trim_end_matches('.').eq_ignore_ascii_case(title.as_str());
    let kept = summary.trim_end_matches('.').eq_ignore_ascii_case(&title) || description.contains(summary);
    let rest = if kept { String::new() } else { summary.to_owned() };
    match (rest.is_empty(), description.is_empty() || told) {
        (true, true) => String::new(),
        (true, false) => description.to_owned(),
        (false, true) => rest,
        (false, false) => format!("{rest}\n\n{description}"),
    }
}
