//! Tests of upgrades: what was stored, and what it becomes.

use super::super::Resolver;
use super::super::items::{Items, Placed};
use super::super::literals::Reading;
use super::super::scripts::{expects_nothing, same_title};
use super::super::symbols::joined;
use super::super::unknown::unknown;
use crate::diagnostics::{Diagnostic, codes};
use crate::model::{Connection, Field, Module, Upgrade, UpgradeOf, UpgradeTest, Versions};
use crate::syntax::ast::{self, Ident, Value, ValueKind};

impl<'a> Resolver<'a> {
    /// All tests of upgrades.
    pub(in super::super) fn upgrade_tests(
        &mut self,
        items: &Items<'a>,
        upgrades: &[Upgrade],
        modules: &[Module],
        connections: &[Connection],
    ) -> Vec<UpgradeTest> {
        let mut tests = Vec::new();
        for placed in &items.tests {
            let first = items.tests.iter().map(|one| &one.item.title).find(|title| title.value == placed.item.title.value);
            match &placed.item.upgrade {
                None => self.says_nothing_of_upgrades(placed.item),
                Some(from) => {
                    if let Some(first) = first.filter(|first| first.span != placed.item.title.span) {
                        self.report(same_title(placed.item, first.span));
                    }
                    tests.extend(self.upgrade_test(placed, from, upgrades, modules, connections));
                }
            }
        }
        tests
    }

    /// `expect`, `asks` and `reviews` are about upgrades.
    fn says_nothing_of_upgrades(&mut self, item: &ast::Test) {
        let script = &item.script;
        let places = script.expect.iter().map(|value| value.span).chain(script.asks.iter().chain(&script.reviews).map(|name| name.span));
        for span in places {
            self.report(
                Diagnostic::new(codes::OTHER_TEST, span, "this is said of upgrades, and this test calls a module")
                    .here("not of a call")
                    .also(item.title.span, "a test of a call")
                    .help("write `gives { … }` or `yields [ … ]`; `test \"…\" upgrade MODULE from @1 { … }` tests an upgrade"),
            );
        }
    }

    /// What is sent, answered and given is about calls.
    fn says_nothing_of_calls(&mut self, item: &ast::Test) {
        let script = &item.script;
        let exchanges = script.exchanges.iter().map(|exchange| exchange.sends.as_ref().map_or(exchange.reply.span, |sends| sends.span));
        let ends = script.output.iter().map(|(word, _)| word.span).chain(script.fails.iter().map(|(kind, _)| kind.span));
        let connection = script.connection.iter().map(|(name, _)| name.span);
        for span in exchanges.chain(ends).chain(connection) {
            self.report(
                Diagnostic::new(codes::OTHER_TEST, span, "this is said of calls, and this test upgrades configuration")
                    .here("not of an upgrade")
                    .also(item.title.span, "a test of an upgrade")
                    .help("write `expect { … }`, `asks …` or `reviews …`; `test \"…\" call MODULE { … }` tests a call"),
            );
        }
    }

    fn upgrade_test(
        &mut self,
        placed: &Placed<'a, &'a ast::Test>,
        from: &'a ast::UpgradeFrom,
        upgrades: &[Upgrade],
        modules: &[Module],
        connections: &[Connection],
    ) -> Option<UpgradeTest> {
        let item = placed.item;
        self.says_nothing_of_calls(item);
        let on = self.placed_versions(&placed.heads, &item.head);
        let (name, span) = joined(&item.module);
        let is_connection = connections.iter().any(|connection| connection.name == name);
        let to = match is_connection {
            true => UpgradeOf::Connection(name.clone()),
            false => UpgradeOf::Module(self.find_module(codes::UNKNOWN_MODULE, &placed.group, &item.module)?),
        };
        let of = match &from.of {
            None => to.clone(),
            Some(path) if is_connection => UpgradeOf::Connection(joined(path).0),
            Some(path) => UpgradeOf::Module(self.find_module(codes::UNKNOWN_MODULE, &placed.group, path)?),
        };
        let revision = from.revision.as_ref().map_or(1, |revision| revision.value);
        let named = |one: &&Upgrade| one.from == of && one.to == to && one.from_revision == revision;
        let told = upgrades.iter().filter(named).find(|one| !one.on.and(on).is_empty());
        let (older, now, stored) = match told {
            Some(upgrade) => (upgrade.input.clone(), self.now(upgrade, modules, connections), upgrade.on.and(on)),
            None => match self.followed(&of, &to, revision, on, modules) {
                Some(sides) => sides,
                None => {
                    self.report(
                        Diagnostic::new(
                            codes::TEST_IN_NO_VERSION,
                            from.span,
                            format!("nothing says what becomes of revision {revision} for `{name}`"),
                        )
                        .here("no such upgrade")
                        .also(span, "becomes this")
                        .help(format!("write inside `{name}` what becomes of it: `from @{revision} {{ … }}`")),
                    );
                    return None;
                }
            },
        };
        if item.script.expect.is_none() && item.script.asks.is_empty() && item.script.reviews.is_empty() {
            self.report(expects_nothing(item));
        }
        let given = item.script.given.as_ref().map_or_else(|| "{}".to_owned(), |value| self.configuration(value, &older));
        let expect = item.script.expect.as_ref().map_or_else(String::new, |value| self.configuration(value, &now));
        Some(UpgradeTest {
            title: item.title.value.clone(),
            from: of,
            from_revision: revision,
            to,
            stored,
            given,
            expect,
            asks: self.inputs_named(&item.script.asks, &now),
            reviews: self.inputs_named(&item.script.reviews, &now),
            span: item.title.span,
        })
    }

    fn now(&self, upgrade: &Upgrade, modules: &[Module], connections: &[Connection]) -> Vec<Field> {
        match &upgrade.to {
            UpgradeOf::Connection(name) => connections
                .iter()
                .find(|one| one.name == *name && one.revision == upgrade.to_revision)
                .map_or_else(Vec::new, |one| one.fields.clone()),
            UpgradeOf::Module(symbol) => {
                let Some(version) = upgrade.to_on.iter().max() else { return Vec::new() };
                let module = modules.iter().find(|one| one.symbol == *symbol && one.on.has(version) && one.revision == upgrade.to_revision);
                module.map_or_else(Vec::new, |module| super::fields_in(module.inputs.iter().map(|input| &input.field), version))
            }
        }
    }

    /// Both sides of what follows by itself, from one API version to the newest.
    fn followed(
        &self,
        of: &UpgradeOf,
        to: &UpgradeOf,
        revision: u32,
        on: Versions,
        modules: &[Module],
    ) -> Option<(Vec<Field>, Vec<Field>, Versions)> {
        let (UpgradeOf::Module(older), UpgradeOf::Module(newer)) = (of, to) else { return None };
        let newer = modules.iter().filter(|one| one.symbol == *newer).max_by_key(|one| one.on)?;
        let newest = newer.on.iter().max()?;
        let then = on.iter().filter(|version| *version != newest).max()?;
        let there = modules.iter().find(|one| one.symbol == *older && one.revision == revision && one.on.has(then))?;
        let fields = |module: &Module, version: usize| super::fields_in(module.inputs.iter().map(|input| &input.field), version);
        Some((fields(there, then), fields(newer, newest), Versions(1 << then)))
    }

    /// Configuration: any JSON may stand where a value does, for it may be mapped; its names are those of the inputs.
    fn configuration(&mut self, value: &'a Value, fields: &[Field]) -> String {
        if let ValueKind::Object(members) = &value.kind {
            let open = fields.iter().any(|field| field.rest);
            for (key, _) in members.iter().filter(|(key, _)| !open && !fields.iter().any(|field| field.name == key.value)) {
                let known = fields.iter().map(|field| field.name.as_str());
                self.report(unknown(codes::UNKNOWN_MEMBER, key, "input called", known));
            }
        }
        let all = self.all_versions;
        let (text, problems) = self.literals().read_json(value, Reading::answer(all));
        problems.into_iter().for_each(|problem| self.report(problem));
        text
    }

    fn inputs_named(&mut self, names: &[Ident], fields: &[Field]) -> Vec<String> {
        for name in names.iter().filter(|name| !fields.iter().any(|field| field.name == name.value)) {
            let known = fields.iter().map(|field| field.name.as_str());
            self.report(unknown(codes::UNKNOWN_MEMBER, name, "input called", known));
        }
        names.iter().map(|name| name.value.clone()).collect()
    }
}
