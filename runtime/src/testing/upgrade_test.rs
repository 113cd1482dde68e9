//! Runs a test of an upgrade that a spec has: what was stored, and what it becomes. Generated tests call this.

use serde_json::{Map, Value, json};

use crate::{
    catalog::Catalog,
    operation::{ApiTable, UpgradeTestTable},
    upgrade::{Action, Finding, Upgrader, Verdict},
};

/// Runs a test of an upgrade and panics with what differs.
///
/// # Panics
/// When what was stored does not become what the test says.
pub fn upgrade_test(table: &'static ApiTable, test: &UpgradeTestTable) {
    let differences = run(table, test);
    assert!(differences.is_empty(), "{}\n  {}", test.title, differences.join("\n  "));
}

/// Everything that differs from what the test says.
pub(crate) fn run(table: &'static ApiTable, test: &UpgradeTestTable) -> Vec<String> {
    let outcome = if test.is_connection { connection(table, test) } else { module(table, test) };
    let (config, findings) = match outcome {
        Ok(outcome) => outcome,
        Err(problem) => return vec![problem],
    };
    let mut differences = Vec::new();
    if !test.expect.is_empty() {
        let expect: Value = serde_json::from_str(test.expect).unwrap_or_default();
        if config != expect {
            differences.push(format!("it becomes {config}\n  not        {expect}"));
        }
    }
    differences.extend(named(&findings, Action::Asked, test.asks, "asks for"));
    differences.extend(named(&findings, Action::Questioned, test.reviews, "wants a look at"));
    differences
}

type Outcome = Result<(Value, Vec<Finding>), String>;

fn module(table: &'static ApiTable, test: &UpgradeTestTable) -> Outcome {
    let app = if test.version.is_empty() { table.connector.to_owned() } else { format!("{}@{}", table.connector, test.version) };
    let given: Value = serde_json::from_str(test.given).map_err(|error| format!("`given` is not JSON: {error}"))?;
    let step =
        json!({ "id": 1, "module": format!("{app}:{}", test.from), "version": test.from_revision, "parameters": {}, "mapper": given });
    let upgraded = Upgrader::new(table).upgrade_step(&step.to_string()).map_err(|problem| problem.to_string())?;
    if let Some(problem) = upgraded.problem {
        return Err(problem.to_string());
    }
    let plan = upgraded.plan;
    if plan.verdict == Verdict::NoSuccessor {
        return Err(plan.findings.iter().map(|finding| finding.reason.to_string()).collect::<Vec<_>>().join("; "));
    }
    let at = plan.to.as_ref().map(|at| at.module.to_string()).unwrap_or_default();
    if at != test.to {
        return Err(format!("it becomes `{at}`, not `{}`", test.to));
    }
    let config = upgraded.text.map_or(given, |text| {
        let step: Value = serde_json::from_str(&text).unwrap_or_default();
        step.get("mapper").cloned().unwrap_or_else(|| Value::Object(Map::new()))
    });
    Ok((config, plan.findings))
}

fn connection(table: &'static ApiTable, test: &UpgradeTestTable) -> Outcome {
    let upgraded =
        Catalog::new(table).upgrade_connection(test.from, test.from_revision, test.given).map_err(|problem| problem.to_string())?;
    if upgraded.connection != test.to {
        return Err(format!("it becomes `{}`, not `{}`", upgraded.connection, test.to));
    }
    let fields = serde_json::from_str(upgraded.expose_fields()).map_err(|error| format!("it becomes no JSON: {error}"))?;
    Ok((fields, upgraded.findings.clone()))
}

/// What is asked or to be looked at against what the test names.
fn named(findings: &[Finding], action: Action, wanted: &[&str], does: &str) -> Vec<String> {
    let found: Vec<&str> =
        findings.iter().filter(|finding| finding.action == action).map(|finding| finding.to.as_deref().unwrap_or(&finding.field)).collect();
    let mut differences = Vec::new();
    for name in wanted.iter().filter(|name| !found.contains(name)) {
        differences.push(format!("it does not say that it {does} `{name}`"));
    }
    for name in found.iter().filter(|name| !wanted.contains(name)) {
        differences.push(format!("it {does} `{name}`, which the test does not say"));
    }
    differences
}
