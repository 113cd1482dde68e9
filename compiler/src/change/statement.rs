//! Findings as the verbs of a `change` block: what each says, of which target, and which facet of it, so that two that contradict each
//! other can be told. It writes nothing; putting statements into a spec is the editor's.

use super::findings::{Finding, Part, Side, Site};
use super::surface::{Operation, Sense, Surface};

/// One statement.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Statement {
    /// What it is about, as it is called after the change: `Issue.assignee`, `create_team`.
    pub target: String,
    /// Which facet of it.
    pub facet: Facet,
    /// As the language has it.
    pub text: String,
}

/// What about a target a statement says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "they are called what they are")]
pub enum Facet {
    Presence,
    Name,
    Type,
    Optional,
    Default,
    Place,
    Call,
    Status,
    Pages,
    Connection,
    Server,
    Meaning,
}

impl Facet {
    /// What is there or not has no other facet that could change beside.
    fn is_of_member(self) -> bool {
        matches!(self, Facet::Name | Facet::Type | Facet::Optional | Facet::Default | Facet::Place)
    }
}

impl Statement {
    /// Do both say how one thing was before, and not the same, so that which of them is undone first matters?
    pub fn contradicts(&self, other: &Statement) -> bool {
        let covers = |one: Facet, two: Facet| one == Facet::Presence && two.is_of_member();
        let facets = self.facet == other.facet || covers(self.facet, other.facet) || covers(other.facet, self.facet);
        self.target == other.target && facets && self.text != other.text
    }
}

/// The statement of a finding; none where no verb tells of it.
pub fn statement(finding: &Finding, new: &Surface) -> Option<Statement> {
    let Place { owner, member } = place(finding, new)?;
    let target = if member.is_empty() { owner.clone() } else { format!("{owner}.{member}") };
    let (id, old, after) = (finding.kind.id, &finding.old, &finding.new);
    let id = id.strip_prefix("request-").or_else(|| id.strip_prefix("response-")).unwrap_or(id);
    let was = || old_name(old);
    let beside = |name: &str| if member.is_empty() { name.to_owned() } else { format!("{owner}.{name}") };
    let parts = |text: &str| text.split(", ").map(|one| snake(one.trim_matches(['`', '"']))).collect::<Vec<_>>();
    let (facet, text) = match id {
        "operation-added" => (Facet::Presence, format!("add {owner}")),
        id if id.starts_with("operation-removed") => (Facet::Presence, format!("remove action {owner} @1 {{ {} }}", call(&old.text))),
        "operation-rekeyed" | "operation-method-changed" => {
            (Facet::Call, format!("move {owner} {} -> {}", call(&old.text), call(&after.text)))
        }
        "operation-renamed" => (Facet::Name, format!("rename {} -> {}", snake(&old.text), snake(&after.text))),
        "path-parameter-renamed" => (Facet::Name, format!("rename {owner}.{} -> {}", snake(&old.text), snake(&after.text))),
        "operation-split" => (Facet::Presence, format!("split {owner} -> {}", parts(&after.text).join(", "))),
        "operation-merged" => (Facet::Presence, format!("merge {} -> {owner}", parts(&old.text).join(", "))),
        "field-renamed" | "parameter-renamed" => (Facet::Name, format!("rename {} -> {member}", beside(&was()))),
        "field-moved" => (Facet::Place, format!("move {} -> {}", beside(&was()), after.text)),
        "parameter-moved" => (Facet::Place, format!("move {target} {} -> {}", old.text, after.text)),
        "became-list" | "became-single" => {
            let target = beside(&was());
            (Facet::Presence, format!("remove {target}?: {} use {owner}.{member}", ty(old)))
        }
        "field-split" => (Facet::Presence, format!("split {}: {} -> {}", beside(&was()), ty(old), parts(&after.text).join(", "))),
        "field-merged" => (Facet::Presence, format!("merge {owner} {{ {} }} -> {member}", typed(&parts(&old.text), &ty(old)))),
        "value-renamed" => (Facet::Name, format!("rename {owner}.{} = {} -> {}", snake(&old.text), old.text, value(&after.text))),
        "values-merged" => (Facet::Presence, format!("merge {owner} {{ {} }} -> {}", parts(&old.text).join(", "), value(&after.text))),
        id if id.contains("value-added") && !id.starts_with("tag") => (Facet::Presence, format!("add {target}")),
        id if id.contains("value-removed") && !id.starts_with("tag") => (Facet::Presence, format!("remove {target} = {}", old.text)),
        "field-removed" | "parameter-removed" => (Facet::Presence, format!("remove {target}?: {}", ty(old))),
        "field-required-removed" => (Facet::Presence, format!("remove {target}: {}", ty(old))),
        id if (id.starts_with("field") || id.starts_with("parameter")) && id.contains("added") => {
            (Facet::Presence, format!("add {target}"))
        }
        id if id.contains("became-required") => (Facet::Optional, format!("require {target}")),
        id if id.contains("became-optional") => (Facet::Optional, format!("relax {target}")),
        id if id.starts_with("default-") => {
            (Facet::Default, format!("default {target} {} -> {}", literal(&old.text), literal(&after.text)))
        }
        id if is_type(id) => (Facet::Type, format!("retype {target}: {} -> {}", shown(old), shown(after))),
        "status-changed" | "success-status-changed" | "error-status-changed" => {
            (Facet::Status, format!("status {owner} {} -> {}", old.text, after.text))
        }
        // Another success that was there all along takes its place.
        "success-status-removed" => match other_success(finding, new) {
            Some(status) => (Facet::Status, format!("status {owner} {} -> {status}", old.text)),
            None => (Facet::Meaning, format!("meaning {owner} \"does not answer {} any more\"", old.text)),
        },
        // The shape of a module names no status that it may answer besides.
        id if id.contains("status-added") => (Facet::Meaning, format!("meaning {owner} \"may answer {} now\"", after.text)),
        id if id.contains("status-removed") => (Facet::Meaning, format!("meaning {owner} \"does not answer {} any more\"", old.text)),
        "paging-added" => (Facet::Pages, format!("page {owner} was none")),
        "page-scheme-changed" | "paging-removed" => (Facet::Pages, format!("page {owner} was {}", literal(&old.text))),
        id if id.starts_with("server-") => (Facet::Server, format!("server {:?} -> {:?}", old.text, after.text)),
        "security-replaced" | "global-security-replaced" | "scheme-replaced" | "scheme-type-changed" => {
            (Facet::Connection, format!("auth {} -> {}", snake(&old.text), snake(&after.text)))
        }
        "meaning-changed" => (Facet::Meaning, format!("meaning {target} {:?}", after.text)),
        _ => return None,
    };
    let target = if facet == Facet::Status { format!("{target} {}{}", old.text, after.text) } else { target };
    Some(Statement { target, facet, text })
}

/// The module's name that an operation has or would have.
pub fn module_name(operation: &Operation) -> String {
    match &operation.id {
        Some(id) => id.split('.').map(snake).collect::<Vec<_>>().join("."),
        None => snake(&format!("{} {}", operation.method, operation.path)),
    }
}

fn other_success(finding: &Finding, new: &Surface) -> Option<String> {
    let site = finding.sites.first()?;
    let named = |operation: &&Operation| site.operation == format!("{} {}", operation.method, operation.path);
    let answers = &new.operations.iter().find(named)?.answers;
    answers.iter().find(|answer| answer.is_success()).map(|answer| answer.status.clone())
}

struct Place {
    owner: String,
    member: String,
}

/// Members of named types go by the type; all else by the operation in which it is felt.
fn place(finding: &Finding, new: &Surface) -> Option<Place> {
    let site = finding.sites.first();
    let is_value = finding.kind.id.contains("value");
    let path = [&finding.new, &finding.old].into_iter().map(|side| side.path.as_str()).find(|path| path.contains('.'));
    if let Some((owner, member)) = path.and_then(|path| path.rsplit_once('.')).filter(|_| !is_value) {
        return Some(Place { owner: owner.split('.').map(pascal).collect::<Vec<_>>().join("."), member: snake(member) });
    }
    let Some(site) = site else { return Some(Place { owner: String::new(), member: String::new() }) };
    let owner = owner_of(site, new);
    let within = steps(site);
    Some(match (&site.part, is_value) {
        (_, true) => {
            let value = if finding.new.text.is_empty() { &finding.old.text } else { &finding.new.text };
            Place { owner: std::iter::once(owner).chain(within).collect::<Vec<_>>().join("."), member: self::value(value) }
        }
        (Part::Whole | Part::Security(_), _) => Place { owner, member: String::new() },
        _ if within.is_empty() => Place { owner, member: String::new() },
        _ => Place { owner, member: within.join(".") },
    })
}

fn owner_of(site: &Site, new: &Surface) -> String {
    let named = |operation: &&Operation| match operation.sense {
        Sense::Call => site.operation == format!("{} {}", operation.method, operation.path),
        Sense::Event => site.operation == operation.path,
    };
    new.operations.iter().find(named).map_or_else(|| snake(&site.operation), module_name)
}

/// The names on the way from the operation.
fn steps(site: &Site) -> Vec<String> {
    let parameter = match &site.part {
        Part::Parameter(name) => name.split(' ').nth(1),
        _ => None,
    };
    let path = site.path.split('.').map(|step| step.trim_end_matches("[]")).filter(|step| !step.is_empty());
    parameter.into_iter().chain(path).map(snake).collect()
}

fn is_type(id: &str) -> bool {
    let starts = [
        "type-",
        "became-",
        "no-longer-",
        "constant-",
        "m",
        "exclusive-",
        "pattern",
        "unique",
        "content-",
        "contains",
        "any-of",
        "one-of",
        "all-of",
        "not-",
        "tag-",
        "opened",
        "closed",
        "output-granularity",
    ];
    starts.iter().any(|start| id.starts_with(start)) && !id.starts_with("meaning")
}

fn old_name(side: &Side) -> String {
    snake(side.spec_name.as_ref().unwrap_or(&side.text))
}

fn ty(side: &Side) -> String {
    side.ty.as_deref().map_or_else(|| "json".into(), language)
}

/// A type's words, which may be a description's, as the language has it; what it has no word for may be anything.
pub fn language(ty: &str) -> String {
    if let Some(inner) = ty.strip_suffix(" | null") {
        return format!("{} | null", language(inner));
    }
    if let Some(inner) = ty.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return format!("[{}]", language(inner));
    }
    match ty {
        "string" | "bool" | "int" | "float" | "json" => ty.to_owned(),
        "boolean" => "bool".into(),
        "integer" | "integer (int64)" | "integer (int32)" => "int".into(),
        "number" | "number (float)" | "number (double)" => "float".into(),
        "string (date-time)" => "datetime".into(),
        "string (date)" => "date".into(),
        "string (uuid)" => "uuid".into(),
        "string (uri)" => "url".into(),
        "any" | "object" | "array" | "" => "json".into(),
        text if text.starts_with("string (") => "string".into(),
        name if name.chars().all(|letter| letter.is_alphanumeric() || "-_.".contains(letter)) => pascal(name),
        _ => "json".into(),
    }
}

/// The type, or what is said where there is none.
fn shown(side: &Side) -> String {
    language(side.ty.as_deref().unwrap_or(&side.text))
}

fn literal(text: &str) -> String {
    if text.is_empty() { "none".into() } else { text.to_owned() }
}

fn value(wire: &str) -> String {
    snake(wire.trim_matches('"'))
}

fn typed(names: &[String], ty: &str) -> String {
    names.iter().map(|name| format!("{name}: {ty}")).collect::<Vec<_>>().join("  ")
}

/// `GET "/pets"`
fn call(text: &str) -> String {
    match text.split_once(' ') {
        Some((method, path)) => format!("{method} {path:?}"),
        None => text.to_owned(),
    }
}

/// A name as fields, values and modules have it: `merge_commit_sha`.
pub fn snake(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut before = ' ';
    for letter in name.chars() {
        let starts = letter.is_uppercase() && (before.is_lowercase() || before.is_ascii_digit());
        if (starts || !letter.is_alphanumeric()) && !out.is_empty() && !out.ends_with('_') {
            out.push('_');
        }
        if letter.is_alphanumeric() {
            out.extend(letter.to_lowercase());
        }
        before = letter;
    }
    let name = out.trim_end_matches('_');
    if name.starts_with(|first: char| first.is_ascii_digit()) { format!("n{name}") } else { name.to_owned() }
}

/// A name as types have it: `PullRequest`.
pub fn pascal(name: &str) -> String {
    let snake = snake(name);
    let words = snake.split('_').filter(|word| !word.is_empty());
    words.map(|word| format!("{}{}", word[..1].to_uppercase(), &word[1..])).collect()
}
