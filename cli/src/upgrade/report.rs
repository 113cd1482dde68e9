//! How `linchpin upgrade` says what it found: for people, by what they must do; for programs, as JSON.

use super::Done;
use crate::output::say;
use linchpin_runtime::upgrade::{Action, Finding, Plan, StepPlan, Verdict};
use serde_json::{Value, json};

/// What a person must do about a step, from the most to the least: a heading and what it means.
const GROUPS: [(Verdict, &str, &str); 5] = [
    (Verdict::NoSuccessor, "REPLACE BY HAND", "nothing takes the place of these steps; they stay as they are and stop working"),
    (Verdict::Reconnect, "RECONNECT", "these steps follow, and need their connection made anew or authorised again"),
    (Verdict::Asks, "FILL IN", "these steps follow, and lack something that only a person knows"),
    (Verdict::Review, "CHECK", "these steps follow, and may mean something else than before: look at the marked fields"),
    (Verdict::Upgraded, "NOTHING TO DO", "these steps follow by themselves"),
];

const BOLD: &str = "\x1b[1m";
const PLAIN: &str = "\x1b[0m";

/// The report for people.
pub(super) fn text(done: &[Done], only_plan: bool) {
    for one in done {
        match &one.plan {
            Ok(plan) => scenario(one, plan, only_plan),
            Err(message) => say!("{BOLD}{}{PLAIN}\n  left alone: {message}\n", one.path.display()),
        }
    }
    summary(done, only_plan);
}

fn scenario(done: &Done, plan: &Plan, only_plan: bool) {
    let name = if plan.name.is_empty() { String::new() } else { format!("  \"{}\"", plan.name) };
    say!("{BOLD}{}{PLAIN}{name}", done.path.display());
    if !plan.problems.is_empty() {
        say!("\n  {BOLD}LEFT ALONE{PLAIN}  this scenario is not changed, because something in it is not understood");
        plan.problems.iter().for_each(|problem| say!("    !  {problem}"));
    }
    for (verdict, heading, meaning) in GROUPS {
        let mut steps = plan.steps.iter().filter(|step| step.verdict == verdict).peekable();
        if steps.peek().is_some() {
            say!("\n  {BOLD}{heading}{PLAIN}  {meaning}");
            steps.for_each(step);
        }
    }
    let untouched: Vec<&str> = plan.steps.iter().filter(|step| step.verdict == Verdict::Untouched).map(|step| step.id.as_str()).collect();
    match untouched.as_slice() {
        [] => {}
        [one] => say!("\n  {BOLD}UNTOUCHED{PLAIN}  step {one}"),
        many => say!("\n  {BOLD}UNTOUCHED{PLAIN}  steps {}", many.join(", ")),
    }
    match &done.backup {
        Some(backup) => say!("\n  written; what it was is kept in {}", backup.display()),
        None if only_plan && done.changes => say!("\n  not written, for this is only the plan"),
        None => {}
    }
    say!("");
}

fn step(step: &StepPlan) {
    let name = if step.name.is_empty() { String::new() } else { format!(" \"{}\"", step.name) };
    let module = match (&step.from, &step.to) {
        (Some(from), Some(to)) if from == to => format!("  {}:{from}", step.app),
        (Some(from), Some(to)) => format!("  {}:{from} -> {to}", step.app),
        _ => format!("  {}, which uses outputs of other steps", step.app),
    };
    say!("    {BOLD}step {}{name}{PLAIN}{module}", step.id);
    if let Some(deadline) = &step.deadline {
        say!("       by {}: {}", deadline.date, deadline.what);
    }
    let rows: Vec<(bool, String, String)> = step.findings.iter().map(row).collect();
    let width = rows.iter().map(|(_, field, _)| field.chars().count()).max().unwrap_or(0).min(36);
    // What a person must act on stands first.
    for (marked, field, what) in rows.iter().filter(|row| row.0).chain(rows.iter().filter(|row| !row.0)) {
        let mark = if *marked { '!' } else { ' ' };
        say!("{}", format!("    {mark}  {field:width$}  {what}").trim_end());
    }
    if step.findings.is_empty() && step.from != step.to {
        say!("       all fields stay as they are");
    }
}

/// Is it marked, the field, and what happens to it.
fn row(finding: &Finding) -> (bool, String, String) {
    let field = match (&finding.to, finding.field.as_str()) {
        (_, "") => "the step".to_owned(),
        (None, field) => field.to_owned(),
        (Some(to), field) => format!("{field} -> {to}"),
    };
    let reason = &*finding.reason;
    let what = match finding.action {
        Action::Asked => format!("fill in: {reason}"),
        Action::Questioned => format!("check: {reason}"),
        Action::Dropped => format!("left out: {reason}"),
        Action::Moved if reason.is_empty() => "has another name or place, its value stays".to_owned(),
        Action::Moved | Action::Converted | Action::Remapped | Action::Defaulted | Action::Kept | Action::Followed | Action::Step => {
            reason.to_owned()
        }
    };
    (finding.verdict > Verdict::Upgraded, field, what)
}

fn summary(done: &[Done], only_plan: bool) {
    let plans: Vec<&Plan> = done.iter().filter_map(|one| one.plan.as_ref().ok()).collect();
    let steps = || plans.iter().flat_map(|plan| &plan.steps);
    let count = |verdict: Verdict| steps().filter(|step| step.verdict == verdict).count();
    let findings = |action: Action| steps().flat_map(|step| &step.findings).filter(|one| one.action == action).count();
    let points = steps().flat_map(|step| &step.findings).filter(|one| one.verdict == Verdict::Review).count();
    let left_alone = done.iter().filter(|one| one.plan.as_ref().map_or(true, |plan| !plan.problems.is_empty())).count();

    let written = plans.iter().filter(|plan| plan.problems.is_empty()).flat_map(|plan| &plan.steps);
    let follow = written.filter(|step| changes(step)).count();
    let verb = if only_plan { "would change" } else { "changed" };
    say!(
        "{BOLD}In all{PLAIN}  {} of {}: {follow} {verb}, {} untouched",
        number(steps().count(), "step"),
        number(done.len(), "scenario"),
        steps().count() - follow
    );
    let to_do: Vec<String> = [
        (left_alone, "scenario", "mend", "left alone"),
        (count(Verdict::NoSuccessor), "step", "replace by hand", "without a successor"),
        (count(Verdict::Reconnect), "step", "reconnect", ""),
        (findings(Action::Asked), "field", "fill in", ""),
        (points, "point", "check", ""),
    ]
    .into_iter()
    .filter(|(count, ..)| *count > 0)
    .map(|(count, noun, verb, rest)| format!("{verb} {} {rest}", number(count, noun)).trim_end().to_owned())
    .collect();
    if to_do.is_empty() {
        say!("You need not do anything{}.", if only_plan && follow > 0 { " but run this again without --plan" } else { "" });
        return;
    }
    say!("You must {} (marked `!` above).", to_do.join(", "));
    let first = steps().filter(|step| step.verdict > Verdict::Upgraded).filter_map(|step| step.deadline.as_ref()).min();
    if let Some(deadline) = first {
        say!("The first date is {}: {}.", deadline.date, deadline.what);
    }
    if only_plan && follow > 0 {
        say!("Run this again without --plan to change the scenarios; each is kept in a backup beside it.");
    }
}

/// Does an upgrade change the text of a step, and not only its connection, or what is asked of a person?
fn changes(step: &StepPlan) -> bool {
    let is_edit = |finding: &Finding| {
        let edits = [Action::Moved, Action::Converted, Action::Remapped, Action::Defaulted, Action::Dropped, Action::Followed];
        edits.contains(&finding.action)
    };
    step.verdict < Verdict::NoSuccessor && (step.from != step.to || step.findings.iter().any(is_edit))
}

fn number(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// The report for programs.
pub(super) fn json(done: &[Done]) -> Value {
    let one = |done: &Done| {
        let (plan, error) = match &done.plan {
            Ok(plan) => (plan.to_json(), Value::Null),
            Err(error) => (Value::Null, Value::from(error.as_str())),
        };
        json!({
            "file": done.path.display().to_string(),
            "error": error,
            "changes": done.changes,
            "backup": done.backup.as_ref().map(|backup| backup.display().to_string()),
            "plan": plan,
        })
    };
    json!({ "scenarios": done.iter().map(one).collect::<Vec<_>>() })
}
