//! Planning and making the upgrade of steps and scenarios: which tables a step goes through, and what comes of it.

use std::{borrow::Cow, collections::HashMap, sync::Arc};

use super::{
    answers::Answers,
    apply::{Config, apply, open_questions},
    carry::carry,
    connection::stored_connection,
    edits::Edits,
    endings::Endings,
    expression::{Braces, Expressions},
    follow::{Follower, metadata, unreadable},
    json::{Node, Object, Sort, offset, quoted, sort},
    outputs::MovedOutputs,
    report::{Action, At, Deadline, Finding, Plan, Problem, StepPlan, Verdict, shown},
    scenario::{self, StoredStep, in_step},
    table::{Cursor, UpgradeStep, UpgradeTable},
    target::Target,
};
use crate::operation::{ApiTable, OperationTable};

/// More upgrades one after the other than any module has had: tables that lead in a circle end here.
const HOPS: usize = 64;

/// Upgrades stored steps and scenarios to the present of some connectors. Made once, used for any number of steps.
#[derive(Clone)]
pub struct Upgrader {
    targets: Vec<Target>,
    apps: HashMap<String, usize>,
    expressions: Arc<dyn Expressions>,
    answers: Answers,
}

/// A scenario after its upgrade.
#[derive(Clone, Debug)]
pub struct Upgraded {
    /// The scenario; none when nothing in it changes, or when it is left alone because of a problem.
    pub text: Option<String>,
    /// What was done, and what a person must do.
    pub plan: Plan,
}

/// A step after its upgrade.
#[derive(Clone, Debug)]
pub struct UpgradedStep {
    /// The step; none when nothing in it changes, or when it is left alone because of a problem.
    pub text: Option<String>,
    /// What was done, and what a person must do.
    pub plan: StepPlan,
    /// Why it is left alone.
    pub problem: Option<Problem>,
}

/// A step, and the tables that it goes through.
struct Staged<'u> {
    target: Option<&'u Target>,
    /// It was stored under a name that the host gave it.
    is_alias: bool,
    chain: Vec<&'static UpgradeTable>,
    plan: StepPlan,
    problem: Option<Problem>,
}

impl Upgrader {
    /// Upgrades to this version of a connector.
    pub fn new(table: &'static ApiTable) -> Self {
        Self { targets: Vec::new(), apps: HashMap::new(), expressions: Arc::new(Braces), answers: Answers::default() }.and(table)
    }

    /// The table of a connector, by its name or another under which steps call it.
    pub(super) fn table_of(&self, connector: &str) -> Option<&'static ApiTable> {
        self.apps.get(connector).map(|at| self.targets[*at].table())
    }

    /// And to this version of another connector.
    #[must_use]
    pub fn and(mut self, table: &'static ApiTable) -> Self {
        self.apps.insert(table.connector.to_owned(), self.targets.len());
        self.targets.push(Target::new(table));
        self
    }

    /// Stored steps call a connector by this name, too: `workfront-workfront`.
    #[must_use]
    pub fn with_app(mut self, app: impl Into<String>, connector: &str) -> Self {
        if let Some(at) = self.apps.get(connector) {
            self.apps.insert(app.into(), *at);
        }
        self
    }

    /// Stored texts hold expressions in another syntax than `{{…}}`.
    #[must_use]
    pub fn with_expressions(self, expressions: impl Expressions + 'static) -> Self {
        Self { expressions: Arc::new(expressions), ..self }
    }

    /// Answers a question: that of one step, `3.portfolio_id`, or of all steps of a module that ask it, `create_program.portfolio_id`. The
    /// first goes before the second.
    #[must_use]
    pub fn with_answer(mut self, question: impl Into<String>, value: &serde_json::Value) -> Self {
        self.answers.insert(question.into(), value.to_string());
        self
    }

    /// What becomes of a stored scenario.
    ///
    /// # Errors
    /// When the text is no scenario.
    pub fn plan(&self, scenario: &str) -> Result<Plan, Problem> {
        self.upgrade(scenario).map(|upgraded| upgraded.plan)
    }

    /// Upgrades a stored scenario. What does not change stays byte for byte.
    ///
    /// # Errors
    /// When the text is no scenario.
    pub fn upgrade(&self, scenario: &str) -> Result<Upgraded, Problem> {
        let read = scenario::read(scenario)?;
        let staged: Vec<Staged<'_>> = read.steps.iter().map(|step| self.stage(step)).collect();
        let mut outputs = MovedOutputs::default();
        let mut plan = Plan { name: shown(&read.name), ..Plan::default() };
        for (stored, staged) in read.steps.iter().zip(&staged) {
            outputs.insert(stored.id, staged.chain.iter().map(|table| table.outputs));
        }
        plan.problems.extend(repeated(&read.steps, &outputs));
        let mut endings = Endings::new(&outputs);
        for (stored, staged) in read.steps.iter().zip(&staged) {
            if let Some(operation) = staged.ends_at().filter(|_| scenario.contains("{{")) {
                endings.insert(stored.id, operation);
            }
        }
        let mut edits = Edits::default();
        for (stored, staged) in read.steps.iter().zip(staged) {
            let mut step = self.finish(scenario, stored, staged, &outputs, &mut edits, &mut plan.problems);
            endings.note(stored, &*self.expressions, &mut step);
            plan.steps.push(step);
        }
        let changed = (plan.problems.is_empty()).then(|| edits.apply(scenario));
        let text = changed.filter(|text| **text != *scenario).map(Cow::into_owned);
        Ok(Upgraded { text, plan })
    }

    /// What becomes of a step that is stored by itself.
    ///
    /// # Errors
    /// When the text is no step.
    pub fn plan_step(&self, step: &str) -> Result<StepPlan, Problem> {
        self.upgrade_step(step).map(|upgraded| upgraded.plan)
    }

    /// Upgrades a step that is stored by itself: `{"module": "acme:create_item", "version": 1, "mapper": {…}}`. Other steps that use its
    /// output are not seen here; [`Upgrader::upgrade`] sees them.
    ///
    /// # Errors
    /// When the text is no step.
    pub fn upgrade_step(&self, step: &str) -> Result<UpgradedStep, Problem> {
        let stored = scenario::read_step(step)?;
        let staged = self.stage(&stored);
        let (mut edits, mut problems) = (Edits::default(), Vec::new());
        let plan = self.finish(step, &stored, staged, &MovedOutputs::default(), &mut edits, &mut problems);
        let problem = problems.into_iter().next();
        let changed = problem.is_none().then(|| edits.apply(step));
        let text = changed.filter(|text| **text != *step).map(Cow::into_owned);
        Ok(UpgradedStep { text, plan, problem })
    }

    /// Finds out which tables a step goes through.
    fn stage(&self, stored: &StoredStep<'_>) -> Staged<'_> {
        let name = stored.module_name();
        let (app, module) = name.split_once(':').unwrap_or(("", &name));
        let (app, version) = app.split_once('@').map_or((app, None), |(app, version)| (app, Some(version)));
        let plan = StepPlan {
            id: shown(stored.id),
            name: stored.label(),
            app: shown(app),
            from: None,
            to: None,
            verdict: Verdict::Untouched,
            findings: Vec::new(),
            deadline: None,
        };
        let mut staged = Staged { target: None, is_alias: false, chain: Vec::new(), plan, problem: None };
        let alias = self.alias(&name, revision(stored));
        let Some(target) = alias.map(|(target, _)| target).or_else(|| self.apps.get(app).map(|at| &self.targets[*at])) else {
            return staged;
        };
        let Some(revision) = revision(stored) else {
            staged.problem = Some(in_step(stored.id, "version", "it is no revision: a whole number from 1"));
            return staged;
        };
        let given = GivenNames::of(stored);
        if let Some((_, table)) = alias {
            staged.is_alias = true;
            staged.target = Some(target);
            staged.plan.from = Some(at(module, revision, None));
            staged.plan.to = staged.plan.from.clone();
            staged.follow(target, table.from_module, table.from_revision, table.versions.last().copied(), &given);
            return staged;
        }
        staged.target = Some(target);
        staged.plan.from = Some(at(module, revision, version));
        staged.plan.to = staged.plan.from.clone();
        if let Some(finding) = version.and_then(|version| target.is_ahead(version)) {
            staged.plan.add(finding);
            return staged;
        }
        staged.follow(target, module, revision, version, &given);
        staged
    }

    /// What a step was stored for that the host calls by a name of its own.
    fn alias(&self, name: &str, revision: Option<u32>) -> Option<(&Target, &'static UpgradeTable)> {
        self.targets.iter().find_map(|target| {
            let mut named = target.stored_names();
            let found = named.find(|(stored, at, _)| *stored == name && (at.is_none() || *at == revision))?;
            Some((target, found.2))
        })
    }

    /// Makes the edits of a step, and completes its plan.
    fn finish(
        &self,
        text: &str,
        stored: &StoredStep<'_>,
        staged: Staged<'_>,
        outputs: &MovedOutputs<'_>,
        edits: &mut Edits,
        problems: &mut Vec<Problem>,
    ) -> StepPlan {
        let Staged { target, is_alias, chain, mut plan, problem } = staged;
        problems.extend(problem);
        let expressions = &*self.expressions;
        let mut follower = Follower { step: stored.id, expressions, outputs, findings: Vec::new(), problems: Vec::new() };
        let raw = |name: &str| stored.members.raw(name);
        let [mapper, parameters] = ["mapper", "parameters"].map(|name| raw(name).map(|raw| (raw, follower.values(raw))));
        let filter = raw("filter").map(|raw| (raw, follower.filter(raw)));
        problems.append(&mut follower.problems);
        follower.findings.into_iter().for_each(|finding| plan.add(finding));

        let mut put = |raw: &str, now: Cow<'_, str>| {
            if now != raw {
                let start = offset(text, raw);
                edits.replace(start..start + raw.len(), now.into_owned());
            }
        };
        if let Some((raw, now)) = filter {
            put(raw, now);
        }
        let sections = [&mapper, &parameters].map(|section| section.as_ref().map_or("{}", |(_, now)| now));
        if let Some(target) = target {
            let connection = stored_connection(&stored.metadata, target);
            let ends = connection.and_then(|(finding, ends)| {
                plan.add(finding);
                ends
            });
            plan.deadline = Deadline::sooner(target.deadline(&plan, chain.first().copied()), ends);
        }
        let Some(mut config) = objects(sections, stored, &plan, problems) else { return plan };
        if chain.is_empty() {
            if let (Some(target), Some(at)) = (target, &plan.to) {
                let mut asked: Vec<_> =
                    target.asking(&at.module, at.revision).flat_map(|table| open_questions(table, &config, expressions)).collect();
                if self.answers.fill_in(&plan.id, &at.module, &mut config, &mut asked) {
                    let mut now = String::new();
                    Node::Object(config[0].clone()).write(&mut now);
                    asked.into_iter().for_each(|finding| plan.add(finding));
                    let missing = match mapper {
                        Some((raw, _)) => {
                            put(raw, Cow::Owned(now));
                            String::new()
                        }
                        None => stored.members.insertion("mapper", &now),
                    };
                    if let Some((raw, now)) = parameters {
                        put(raw, now);
                    }
                    let module = target.stored_name(stored, &plan, is_alias);
                    put(stored.module, Cow::Owned(format!("{}{missing}", quoted(&module))));
                    return plan;
                }
                asked.into_iter().for_each(|finding| plan.add(finding));
            }
            for (raw, now) in [mapper, parameters].into_iter().flatten() {
                put(raw, now);
            }
        } else {
            if problems.iter().all(|problem| problem.step != plan.id) {
                problems.extend(config.iter().find_map(|section| unreadable(stored.id, &section.members, expressions)));
            }
            let mut findings = Vec::new();
            for table in &chain {
                let found;
                (config, found) = apply(table, config, expressions);
                findings = carry(findings, found, table);
                if let Cursor::Reset(why) = table.cursor {
                    findings.push(Finding::new(Verdict::Review, Action::Step, "", format!("the trigger starts anew: {why}")));
                }
            }
            let module = plan.to.as_ref().map_or_else(String::new, |at| at.module.clone().into_owned());
            self.answers.fill_in(&plan.id, &module, &mut config, &mut findings);
            findings.into_iter().for_each(|finding| plan.add(finding));
            plan.verdict = plan.verdict.max(Verdict::Upgraded);
            let mut missing = String::new();
            for (name, section, was) in [("mapper", &config[0], &mapper), ("parameters", &config[1], &parameters)] {
                let mut now = String::with_capacity(256);
                Node::Object(section.clone()).write(&mut now);
                match was {
                    Some((raw, _)) if sort(raw) == Sort::Object || !section.members.is_empty() => put(raw, Cow::Owned(now)),
                    None if !section.members.is_empty() => missing.push_str(&stored.members.insertion(name, &now)),
                    _ => {}
                }
            }
            if let Some(raw) = raw("metadata") {
                put(raw, metadata(raw, &stored.metadata, &new_names(&chain)));
            }
            let revision = plan.to.as_ref().map_or(1, |at| at.revision).to_string();
            match raw("version") {
                Some(raw) => put(raw, Cow::Owned(revision)),
                None => missing.insert_str(0, &stored.members.insertion("version", &revision)),
            }
            let module = target.map_or_else(String::new, |target| target.stored_name(stored, &plan, is_alias));
            put(stored.module, Cow::Owned(format!("{}{missing}", quoted(&module))));
            return plan;
        }
        if let Some(target) = target.filter(|_| plan.from != plan.to) {
            plan.verdict = plan.verdict.max(Verdict::Upgraded);
            put(stored.module, Cow::Owned(quoted(&target.stored_name(stored, &plan, is_alias))));
        }
        plan
    }
}

impl Staged<'_> {
    /// What the step is after its upgrade, if it gives something that ends.
    fn ends_at(&self) -> Option<&'static OperationTable> {
        let (target, at) = (self.target?, self.plan.to.as_ref()?);
        target.operation(&at.module, at.revision).filter(|operation| target.gives_what_ends(operation))
    }

    /// Goes from table to table.
    fn follow(&mut self, target: &Target, module: &str, revision: u32, version: Option<&str>, given: &GivenNames) {
        let (mut name, mut at): (Cow<'_, str>, u32) = (Cow::Borrowed(module), revision);
        // Where a table says which version's configuration it gives, that is known from there on.
        let mut stands_at: Option<&str> = version;
        while let Some(table) = target.from(&name, at, stands_at, &|table| given.fit(table)).filter(|_| self.chain.len() < HOPS) {
            if let Some(why) = table.gone {
                return self.stays(why.to_owned());
            }
            self.chain.push(table);
            if let Some(because) = table.meaning {
                self.plan.add(Finding::new(Verdict::Review, Action::Step, "", because));
            }
            (name, at) = (Cow::Borrowed(table.module), table.revision);
            if !table.to_version.is_empty() {
                stands_at = Some(table.to_version);
            }
        }
        let life = target.operation(module, revision).and_then(|operation| operation.life).filter(|_| !self.chain.is_empty());
        if let Some(life) = life {
            let since = life.since.map(|since| format!(" since {since}")).unwrap_or_default();
            let reason = format!("deprecated{since}: {}", life.why);
            self.plan.add(Finding::new(Verdict::Upgraded, Action::Step, "", reason));
        }
        match target.operation(&name, at) {
            None if self.chain.is_empty() => return self.stays(target.unknown(&name, at)),
            None => {
                let reason = format!("its upgrades lead to {}@{at}, which {} does not have", shown(&name), target.name());
                return self.stays(reason);
            }
            Some(operation) => self.at_the_end(operation),
        }
        if self.plan.verdict < Verdict::NoSuccessor {
            let version = version.map(|_| target.version());
            self.plan.to = Some(At { module: Cow::Owned(name.into_owned()), revision: at, version: version.map(str::to_owned) });
        }
    }

    /// The module that a step ends at may be deprecated itself, with nothing declared that leads on.
    fn at_the_end(&mut self, operation: &'static OperationTable) {
        let Some(life) = operation.life else { return };
        match life.successor {
            None if self.chain.is_empty() => self.stays(life.why.to_owned()),
            None => {
                self.plan.add(Finding::new(Verdict::Review, Action::Step, "", format!("what it becomes is deprecated, too: {}", life.why)))
            }
            Some(successor) => {
                let reason = format!("deprecated: {}. Use `{successor}` instead; a person must set it up", life.why);
                self.plan.add(Finding::new(Verdict::Review, Action::Step, "", reason));
            }
        }
    }

    fn stays(&mut self, reason: String) {
        self.chain.clear();
        self.plan.add(Finding::new(Verdict::NoSuccessor, Action::Step, "", reason));
    }
}

/// The names of the values that a step holds.
struct GivenNames(Vec<String>);

impl GivenNames {
    fn of(stored: &StoredStep<'_>) -> Self {
        let mapper = stored.members.raw("mapper").and_then(Object::read);
        Self(mapper.map_or_else(Vec::new, |mapper| mapper.members.iter().map(|member| member.name().into_owned()).collect()))
    }

    /// Can all of them have been stored for what this table starts from?
    fn fit(&self, table: &UpgradeTable) -> bool {
        let fields = table.input.fields();
        self.0.iter().all(|name| fields.iter().any(|field| field.name() == name))
    }
}

fn at(module: &str, revision: u32, version: Option<&str>) -> At {
    At { module: Cow::Owned(shown(module)), revision, version: version.map(shown) }
}

/// A step that names no revision is of the first.
pub(crate) fn revision(stored: &StoredStep<'_>) -> Option<u32> {
    match stored.members.raw("version") {
        None | Some("null") => Some(1),
        Some(raw) => raw.parse().ok().filter(|revision| *revision > 0),
    }
}

/// The values of a step as objects. Where there are none, as for a router, there is nothing to do.
fn objects<'t>(sections: [&'t str; 2], stored: &StoredStep<'_>, plan: &StepPlan, problems: &mut Vec<Problem>) -> Option<Config<'t>> {
    let mut objects = [Object::default(), Object::default()];
    // Values of other applications are none of our business.
    if plan.from.is_none() {
        return Some(objects);
    }
    for (at, (name, raw)) in ["mapper", "parameters"].into_iter().zip(sections).enumerate() {
        objects[at] = match Object::read(raw) {
            Some(object) => object,
            None if sort(raw) == Sort::Null => Object::default(),
            None => {
                problems.push(in_step(stored.id, name, "it is no object"));
                return None;
            }
        };
        if let Some(twice) = objects[at].repeated() {
            problems.push(in_step(stored.id, &shown(&twice), "it stands there twice"));
            return None;
        }
    }
    Some(objects)
}

/// Two steps with one id, when something depends on which is meant.
fn repeated(steps: &[StoredStep<'_>], outputs: &MovedOutputs<'_>) -> Option<Problem> {
    if outputs.is_empty() {
        return None;
    }
    let mut ids: Vec<&str> = steps.iter().map(|step| step.id).filter(|id| !id.is_empty()).collect();
    ids.sort_unstable();
    let twice = ids.windows(2).find(|pair| pair[0] == pair[1] && super::expression::Outputs::concerns(outputs, pair[0]))?;
    Some(in_step(twice[0], "id", "two steps have this id, so it is not clear whose output is used"))
}

/// Inputs whose names differ after all, at the top.
fn new_names(chain: &[&'static UpgradeTable]) -> Vec<(String, String)> {
    let mut names: Vec<(String, String)> = Vec::new();
    for table in chain {
        for step in table.steps {
            let (UpgradeStep::Move { from: [from], to: [to], .. } | UpgradeStep::Remap { from: [from], to: [to], .. }) = step else {
                continue;
            };
            match names.iter_mut().find(|(_, now)| now == from) {
                Some((_, now)) => *now = (*to).to_owned(),
                None if from != to => names.push(((*from).to_owned(), (*to).to_owned())),
                None => {}
            }
        }
    }
    names
}

impl std::fmt::Debug for Upgrader {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_list().entries(self.targets.iter().map(Target::name)).finish()
    }
}

impl Deadline {
    /// The earlier of two.
    pub(crate) fn sooner(one: Option<Deadline>, other: Option<Deadline>) -> Option<Deadline> {
        one.into_iter().chain(other).min()
    }
}
