//! One version of a connector as the goal of upgrades: its tables by what they are looked up by, and its dates.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    sync::{Arc, OnceLock},
};

use super::{
    endings::gives_what_ends,
    report::{Action, Deadline, Finding, StepPlan, Verdict, shown},
    scenario::StoredStep,
    table::{ConnectionUpgradeTable, UpgradeStep, UpgradeTable},
};
use crate::{
    catalog::Catalog,
    operation::{ApiDates, ApiTable, ConnectionTable, OperationTable},
};

/// A version of a connector, indexed.
#[derive(Clone)]
pub(crate) struct Target {
    table: &'static ApiTable,
    versions: &'static [ApiDates],
    upgrades: HashMap<&'static str, Vec<&'static UpgradeTable>>,
    /// Those that ask for something, by what they lead to.
    asking: HashMap<&'static str, Vec<&'static UpgradeTable>>,
    operations: HashMap<&'static str, Vec<&'static OperationTable>>,
    /// The operations that give something which ends; found when it is first asked for.
    ending: Arc<OnceLock<HashSet<usize>>>,
}

impl Target {
    pub(crate) fn new(table: &'static ApiTable) -> Self {
        let mut target = Self {
            table,
            versions: table.versions,
            upgrades: HashMap::new(),
            asking: HashMap::new(),
            operations: HashMap::new(),
            ending: Arc::default(),
        };
        for upgrade in table.upgrades {
            target.upgrades.entry(upgrade.from_module).or_default().push(upgrade);
            if upgrade.steps.iter().any(|step| matches!(step, UpgradeStep::Ask { .. })) {
                target.asking.entry(upgrade.module).or_default().push(upgrade);
            }
        }
        for operation in table.operations {
            target.operations.entry(operation.name).or_default().push(operation);
        }
        target
    }

    /// `acme v2`
    pub(crate) fn name(&self) -> String {
        let table = self.table;
        if table.version.is_empty() { table.connector.to_owned() } else { format!("{} {}", table.connector, table.version) }
    }

    pub(crate) fn version(&self) -> &'static str {
        self.table.version
    }

    /// The upgrade from a module at a revision: the first that there is from the API version that it was stored for on. Where that is
    /// not known, `fits` tells by what was stored.
    pub(crate) fn from(
        &self,
        module: &str,
        revision: u32,
        version: Option<&str>,
        fits: &dyn Fn(&UpgradeTable) -> bool,
    ) -> Option<&'static UpgradeTable> {
        let tables = self.upgrades.get(module)?.iter().copied().filter(|table| table.from_revision == revision);
        let Some(stored) = version.and_then(|version| self.place(version)) else {
            let mut tables: Vec<_> = tables.collect();
            // The newest first: what was stored for it is what is most often met.
            tables.sort_by_key(|table| std::cmp::Reverse(self.last_place(table)));
            return tables.iter().find(|table| fits(table)).or(tables.first()).copied();
        };
        let starts = |table: &UpgradeTable| match table.versions {
            [] => Some(stored),
            versions => versions.iter().filter_map(|version| self.place(version)).filter(|place| *place >= stored).min(),
        };
        tables
            .filter_map(|table| Some((starts(table)?, table.versions.is_empty(), table)))
            .min_by_key(|(place, any, _)| (*place, *any))
            .map(|(_, _, table)| table)
    }

    fn place(&self, version: &str) -> Option<usize> {
        self.versions.iter().position(|dates| dates.version == version)
    }

    fn last_place(&self, table: &UpgradeTable) -> Option<usize> {
        table.versions.iter().filter_map(|version| self.place(version)).max()
    }

    /// The tables that a host stored under names of its own, with those names.
    pub(crate) fn stored_names(&self) -> impl Iterator<Item = (&'static str, Option<u32>, &'static UpgradeTable)> {
        let tables = self.table.upgrades.iter().copied();
        tables.flat_map(|table| table.stored.iter().map(move |(name, revision)| (*name, *revision, table)))
    }

    /// The upgrades to a module at a revision that ask for something.
    pub(crate) fn asking(&self, module: &str, revision: u32) -> impl Iterator<Item = &'static UpgradeTable> {
        self.asking.get(module).into_iter().flatten().copied().filter(move |table| table.revision == revision)
    }

    pub(crate) fn operation(&self, module: &str, revision: u32) -> Option<&'static OperationTable> {
        self.operations.get(module)?.iter().copied().find(|operation| operation.revision == revision)
    }

    /// Does an operation of this version give anything that ends?
    pub(crate) fn gives_what_ends(&self, operation: &'static OperationTable) -> bool {
        // There is one table of each, so its address names it.
        let address = |one: &'static OperationTable| std::ptr::from_ref(one).addr();
        let find = || self.table.operations.iter().copied().filter(|one| gives_what_ends(one)).map(address).collect();
        self.ending.get_or_init(find).contains(&address(operation))
    }

    pub(crate) fn connection(&self, name: &str) -> Option<&'static ConnectionTable> {
        self.table.connections.iter().copied().filter(|connection| connection.name == name).max_by_key(|connection| connection.revision)
    }

    pub(crate) fn connection_upgrade(&self, name: &str, revision: Option<u32>) -> Option<&'static ConnectionUpgradeTable> {
        let fits = |table: &&ConnectionUpgradeTable| table.from == name && revision.is_none_or(|revision| table.from_revision == revision);
        self.table.connection_upgrades.iter().copied().find(fits)
    }

    pub(crate) fn table(&self) -> &'static ApiTable {
        self.table
    }

    /// Why there is no such module.
    pub(crate) fn unknown(&self, module: &str, revision: u32) -> String {
        let wanted = if self.operations.contains_key(module) { format!("{module}@{revision}") } else { module.to_owned() };
        match Catalog::new(self.table).module(&wanted) {
            Err(error) => format!("{error}, and no upgrade from it is known"),
            Ok(_) => format!("{} is not known", shown(module)),
        }
    }

    /// A step that was stored for a version that is newer than the goal, or that is not known.
    pub(crate) fn is_ahead(&self, version: &str) -> Option<Finding> {
        let reason = match (self.place(version), self.place(self.table.version)) {
            (Some(stored), Some(goal)) if stored > goal => format!("it was stored for {version}, which is newer than {}", self.name()),
            (None, _) if self.versions.len() > 1 => format!("{} has no version {}", self.table.connector, shown(version)),
            _ => return None,
        };
        Some(Finding::new(Verdict::Review, Action::Step, "", format!("{reason}; it stays as it is")))
    }

    /// By when the upgrade of a step matters.
    pub(crate) fn deadline(&self, plan: &StepPlan, first: Option<&'static UpgradeTable>) -> Option<Deadline> {
        let from = plan.from.as_ref().filter(|_| plan.verdict > Verdict::Untouched || first.is_some() || plan.from != plan.to)?;
        let life = self.operation(&from.module, from.revision).and_then(|operation| operation.life);
        let sunset = life
            .and_then(|life| life.sunset)
            .map(|date| Deadline { date, what: Cow::Owned(format!("{}@{} stops working", from.module, from.revision)) });
        let stored = match &from.version {
            Some(version) => self.versions.iter().find(|dates| dates.version == version),
            // It was stored for one of these; the newest is the one that ends last.
            None => first.and_then(|table| self.versions.iter().rfind(|version| table.versions.contains(&version.version))),
        };
        let ends = stored.filter(|table| table.version != self.table.version).and_then(|table| {
            let name = table.version;
            let removed = table.removed.map(|date| Deadline { date, what: Cow::Owned(format!("{name} stops answering")) });
            let unsupported = table.unsupported.map(|date| Deadline { date, what: Cow::Owned(format!("{name} is no longer supported")) });
            Deadline::sooner(removed, unsupported)
        });
        Deadline::sooner(sunset, ends)
    }

    /// `workfront@v22:create_program`, with the application called as the stored step calls it.
    pub(crate) fn stored_name(&self, stored: &StoredStep<'_>, plan: &StepPlan, is_alias: bool) -> String {
        let was = stored.module_name();
        let app = if is_alias { self.table.connector } else { was.split(['@', ':']).next().unwrap_or_default() };
        let Some(to) = &plan.to else { return was.into_owned() };
        match &to.version {
            Some(version) => format!("{app}@{version}:{}", to.module),
            None => format!("{app}:{}", to.module),
        }
    }
}
