//! Stored connections: which of their fields stay, and what a person must do. Values of fields go through here and are never printed.

use std::borrow::Cow;

use super::{
    json::{List, Member, Node, Object, text_of, whole},
    report::{Action, Finding, Problem, Verdict, shown},
    scenario::in_step,
    table::ConnectionUpgradeTable,
    target::Target,
};
use crate::operation::ApiTable;

/// What becomes of a stored connection.
#[derive(Clone, PartialEq, Eq)]
pub struct UpgradedConnection {
    /// `oauth`
    pub connection: &'static str,
    /// From 1.
    pub revision: u32,
    /// Untouched, upgraded, asks, reconnect or no successor.
    pub verdict: Verdict,
    /// What happens to its fields and why. No value is in it.
    pub findings: Vec<Finding>,
    fields: String,
}

impl UpgradedConnection {
    /// Its fields as JSON, secrets in clear, without those that a person must still fill in.
    pub fn expose_fields(&self) -> &str {
        &self.fields
    }
}

impl std::fmt::Debug for UpgradedConnection {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { connection, revision, verdict, findings, fields: _ } = self;
        let mut debug = formatter.debug_struct("UpgradedConnection");
        debug.field("connection", connection).field("revision", revision).field("verdict", verdict).field("findings", findings);
        debug.finish_non_exhaustive()
    }
}

/// Upgrades a stored connection: its name, its revision, and its fields by spec names as a JSON object.
///
/// # Errors
/// When the fields are no object, or there is no such connection.
pub fn upgrade_connection(table: &'static ApiTable, name: &str, revision: u32, fields: &str) -> Result<UpgradedConnection, Problem> {
    let target = Target::new(table);
    let mut fields = whole(fields).map_err(|_| in_step("", "fields", "they are no JSON object"))?;
    let chain = chain(&target, name, Some(revision));
    let mut findings = Vec::new();
    for table in &chain {
        if let Some(why) = table.gone {
            findings.push(Finding::new(Verdict::NoSuccessor, Action::Step, "", why));
            break;
        }
        fields = kept(table, fields, &mut findings);
        findings.extend(needs(table, &fields));
    }
    let last = chain.iter().rfind(|table| table.gone.is_none());
    let known = table.connections.iter().find(|one| one.name == last.map_or(name, |last| last.connection));
    let Some(known) = known else { return Err(in_step("", "connection", &format!("there is no connection `{}`", shown(name)))) };
    let moved = last.map_or(Verdict::Untouched, |_| Verdict::Upgraded);
    let verdict = findings.iter().map(|finding| finding.verdict).fold(moved, Verdict::max);
    let mut text = String::new();
    Node::Object(fields).write(&mut text);
    Ok(UpgradedConnection {
        connection: known.name,
        revision: last.map_or(revision, |last| last.revision),
        verdict,
        findings,
        fields: text,
    })
}

/// The upgrades that a connection goes through; one that has no way forward is the last.
fn chain(target: &Target, name: &str, revision: Option<u32>) -> Vec<&'static ConnectionUpgradeTable> {
    let mut chain: Vec<&'static ConnectionUpgradeTable> = Vec::new();
    let (mut name, mut revision) = (name.to_owned(), revision);
    while let Some(table) = target.connection_upgrade(&name, revision) {
        chain.push(table);
        if table.gone.is_some() || chain.len() > 32 {
            break;
        }
        (name, revision) = (table.connection.to_owned(), Some(table.revision));
    }
    chain
}

fn kept<'a>(table: &'static ConnectionUpgradeTable, old: Object<'a>, findings: &mut Vec<Finding>) -> Object<'a> {
    let mut members = Vec::new();
    for member in &old.members {
        let name = member.name();
        if let Some((from, to)) = table.keep.iter().find(|(from, _)| *from == name) {
            members.push(Member::new(member.layout(), to, member.value.clone()));
            if from != to {
                findings.push(Finding::new(Verdict::Upgraded, Action::Moved, *from, "").to((*to).to_owned()));
            }
            continue;
        }
        let said = table.drop.iter().find(|(field, _)| *field == name).map(|(_, because)| Cow::Borrowed(*because));
        let reason = said.unwrap_or_else(|| Cow::Owned(format!("{}@{} does not take it", table.connection, table.revision)));
        findings.push(Finding::new(Verdict::Upgraded, Action::Dropped, shown(&name), reason));
    }
    old.with(members)
}

fn needs(table: &'static ConnectionUpgradeTable, fields: &Object<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (asked, question) in table.ask {
        let open = asked.iter().filter(|name| fields.get(name).is_none_or(Node::is_null));
        findings.extend(open.map(|name| Finding::new(Verdict::Asks, Action::Asked, *name, *question)));
    }
    if table.reauthorize {
        let reason = format!("authorise it again as {}", table.connection);
        findings.push(Finding::new(Verdict::Reconnect, Action::Step, "", reason));
    }
    findings
}

/// What becomes of the connection of a stored step, as far as the step says which kind it is: in the description of its parameters.
pub(crate) fn stored_connection(metadata: &Object<'_>, target: &Target) -> Option<Finding> {
    if target.table().connection_upgrades.is_empty() {
        return None;
    }
    let described = ["parameters", "expect"].into_iter().filter_map(|name| metadata.raw(name));
    let lists = described.filter(|raw| raw.contains("account:")).filter_map(List::read);
    let kinds: Vec<String> = lists.flat_map(|list| list.values().filter_map(account).collect::<Vec<_>>()).collect();
    let (name, revision) = kinds.iter().find_map(|kind| connection_name(kind, target))?;
    let chain = chain(target, name, revision);
    let field = "connection";
    if let Some(why) = chain.iter().find_map(|table| table.gone) {
        return Some(Finding::new(Verdict::NoSuccessor, Action::Step, field, format!("{name}: {why}")));
    }
    let last = chain.last()?;
    let title = target.connection(last.connection).map_or(last.connection, |connection| connection.title);
    let title = if title.is_empty() { last.connection } else { title };
    let questions: Vec<&str> = chain.iter().flat_map(|table| table.ask).map(|(_, question)| *question).collect();
    let again = chain.iter().any(|table| table.reauthorize);
    if questions.is_empty() && !again {
        return Some(Finding::new(Verdict::Upgraded, Action::Step, field, format!("{name} becomes {title}, with the fields that it has")));
    }
    let how = if again { "authorise it again" } else { "fill in what it asks for" };
    let asks = questions.iter().map(|question| format!(". {question}")).collect::<String>();
    Some(Finding::new(Verdict::Reconnect, Action::Step, field, format!("{name} becomes {title}: {how}{asks}")))
}

/// `oauth` of `{"name": "__IMTCONN__", "type": "account:acme-oauth"}`
fn account(node: &Node<'_>) -> Option<String> {
    let Node::Raw(raw) = node else { return None };
    let entry = raw.contains("account:").then(|| Object::read(raw))??;
    let name = text_of(entry.raw("name")?)?;
    let kind = text_of(entry.raw("type")?)?;
    ["__IMTCONN__", "account"].contains(&&*name).then(|| kind.strip_prefix("account:").map(str::to_owned))?
}

/// `oauth`, `oauth@2`, `acme-oauth`, `acme:oauth`, `acme.oauth`
fn connection_name<'k>(kind: &'k str, target: &Target) -> Option<(&'k str, Option<u32>)> {
    let own = kind.strip_prefix(target.table().connector).and_then(|rest| rest.strip_prefix(['-', ':', '.', '_']));
    [Some(kind), own].into_iter().flatten().find_map(|kind| {
        let (name, revision) = match kind.split_once('@') {
            Some((name, revision)) => (name, Some(revision.parse().ok()?)),
            None => (kind, None),
        };
        target.connection_upgrade(name, revision).map(|_| (name, revision))
    })
}
