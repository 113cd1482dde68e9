//! How `linchpin upgrade` says what it found: for people, by what they must do; for programs, as JSON.

use super::Done;
use linchpin_runtime::upgrade::{Action, Finding, Plan, StepPlan, Verdict};
use serde_json::{Value, json};
use std::fmt::Write;

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

/// Adds a line to a text.
macro_rules! line {
    ($text:expr, $($line:tt)*) => {
        writeln!($text, $($line)*).expect("memory takes every text")
    };
}

/// The report for people.
pub(super) fn text(done: &[Done], only_plan: bool) -> String {
    let mut text = String::new();
    let out = &mut text;
    for one in done {
        match &one.plan {
            Ok(plan) => scenario(out, one, plan, only_plan),
            Err(message) => line!(out, "{BOLD}{}{PLAIN}\n  left alone: {message}\n", one.path.display()),
        }
    }
    summary(out, done, only_plan);
    text
}

fn scenario(out: &mut String, done: &Done, plan: &Plan, only_plan: bool) {
    let name = if plan.name.is_empty() { String::new() } else { format!("  \"{}\"", plan.name) };
    line!(out, "{BOLD}{}{PLAIN}{name}", done.path.display());
    if !plan.problems.is_empty() {
        line!(out, "\n  {BOLD}LEFT ALONE{PLAIN}  this scenario is not changed, because something in it is not understood");
        plan.problems.iter().for_each(|problem| line!(out, "    !  {problem}"));
    }
    for (verdict, heading, meaning) in GROUPS {
        let mut steps = plan.steps.iter().filter(|step| step.verdict == verdict).peekable();
        if steps.peek().is_some() {
            line!(out, "\n  {BOLD}{heading}{PLAIN}  {meaning}");
            steps.for_each(|one| step(out, one));
        }
    }
    let (noted, untouched): (Vec<&StepPlan>, Vec<&StepPlan>) =
        plan.steps.iter().filter(|step| step.verdict == Verdict::Untouched).partition(|step| !step.findings.is_empty());
    if !noted.is_empty() {
        line!(out, "\n  {BOLD}UNTOUCHED, FOR NOW{PLAIN}  these steps stay as they are, and use something that ends");
        noted.into_iter().for_each(|one| step(out, one));
    }
    let untouched: Vec<&str> = untouched.into_iter().map(|step| step.id.as_str()).collect();
    match untouched.as_slice() {
        [] => {}
        [one] => line!(out, "\n  {BOLD}UNTOUCHED{PLAIN}  step {one}"),
        many => line!(out, "\n  {BOLD}UNTOUCHED{PLAIN}  steps {}", many.join(", ")),
    }
    match &done.backup {
        Some(backup) => line!(out, "\n  written; what it was is kept in {}", backup.display()),
        None if only_plan && done.changes => line!(out, "\n  not written, for this is only the plan"),
        None => {}
    }
    line!(out, "");
}

fn step(out: &mut String, step: &StepPlan) {
    let name = if step.name.is_empty() { String::new() } else { format!(" \"{}\"", step.name) };
    let module = match (&step.from, &step.to) {
        (Some(from), Some(to)) if from == to => format!("  {}:{from}", step.app),
        (Some(from), Some(to)) => format!("  {}:{from} -> {to}", step.app),
        _ => format!("  {}, which uses outputs of other steps", step.app),
    };
    line!(out, "    {BOLD}step {}{name}{PLAIN}{module}", step.id);
    if let Some(deadline) = &step.deadline {
        line!(out, "       by {}: {}", deadline.date, deadline.what);
    }
    let rows: Vec<(bool, String, String)> = step.findings.iter().map(|finding| row(&step.id, finding)).collect();
    let width = rows.iter().map(|(_, field, _)| field.chars().count()).max().unwrap_or(0).min(36);
    // What a person must act on stands first.
    for (marked, field, what) in rows.iter().filter(|row| row.0).chain(rows.iter().filter(|row| !row.0)) {
        let mark = if *marked { '!' } else { ' ' };
        line!(out, "{}", format!("    {mark}  {field:width$}  {what}").trim_end());
    }
    if step.findings.is_empty() && step.from != step.to {
        line!(out, "       all fields stay as they are");
    }
}

/// Is it marked, the field, and what happens to it.
fn row(step: &str, finding: &Finding) -> (bool, String, String) {
    let field = match (&finding.to, finding.field.as_str()) {
        (_, "") => "the step".to_owned(),
        (None, field) => field.to_owned(),
        (Some(to), field) => format!("{field} -> {to}"),
    };
    let reason = &*finding.reason;
    let what = match finding.action {
        Action::Asked => format!("fill in: {reason} [{step}.{}]", finding.place()),
        Action::Questioned => format!("check: {reason}"),
        Action::Dropped => format!("left out: {reason}"),
        Action::Moved if reason.is_empty() => "has another name or place, its value stays".to_owned(),
        Action::Moved
        | Action::Converted
        | Action::Remapped
        | Action::Defaulted
        | Action::Answered
        | Action::Kept
        | Action::Followed
        | Action::Step => reason.to_owned(),
    };
    (finding.verdict > Verdict::Upgraded, field, what)
}

fn summary(out: &mut String, done: &[Done], only_plan: bool) {
    let plans: Vec<&Plan> = done.iter().filter_map(|one| one.plan.as_ref().ok()).collect();
    let steps = || plans.iter().flat_map(|plan| &plan.steps);
    let count = |verdict: Verdict| steps().filter(|step| step.verdict == verdict).count();
    let findings = |action: Action| steps().flat_map(|step| &step.findings).filter(|one| one.action == action).count();
    let points = steps().flat_map(|step| &step.findings).filter(|one| one.verdict == Verdict::Review).count();
    let left_alone = done.iter().filter(|one| one.plan.as_ref().map_or(true, |plan| !plan.problems.is_empty())).count();

    let written = plans.iter().filter(|plan| plan.problems.is_empty()).flat_map(|plan| &plan.steps);
    let follow = written.filter(|step| changes(step)).count();
    let verb = if only_plan { "would change" } else { "changed" };
    line!(
        out,
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
        line!(out, "You need not do anything{}.", if only_plan && follow > 0 { " but run this again without --plan" } else { "" });
        return;
    }
    line!(out, "You must {} (marked `!` above).", to_do.join(", "));
    let first = steps().filter(|step| step.verdict > Verdict::Upgraded).filter_map(|step| step.deadline.as_ref()).min();
    if let Some(deadline) = first {
        line!(out, "The first date is {}: {}.", deadline.date, deadline.what);
    }
    if findings(Action::Asked) > 0 {
        line!(out, "What is to be filled in can be answered here: --answer QUESTION=VALUE, with the question as it stands in brackets.");
    }
    if only_plan && follow > 0 {
        line!(out, "Run this again without --plan to change the scenarios; each is kept in a backup beside it.");
    }
}

/// Does an upgrade change the text of a step, and not only its connection, or what is asked of a person?
fn changes(step: &StepPlan) -> bool {
    let is_edit = |finding: &Finding| {
        let edits =
            [Action::Moved, Action::Converted, Action::Remapped, Action::Defaulted, Action::Answered, Action::Dropped, Action::Followed];
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

#[cfg(test)]
mod tests {
    use super::*;
    use linchpin_runtime::upgrade::{At, Deadline};

    fn at(module: &'static str, revision: u32) -> Option<At> {
        Some(At { module: module.into(), revision, version: None })
    }

    fn planned(id: &str, name: &str, to: (&'static str, u32), verdict: Verdict, findings: Vec<Finding>) -> StepPlan {
        let deadline = (verdict > Verdict::Upgraded).then(|| Deadline { date: "2028-10", what: "v21 is no longer supported".into() });
        let (id, name, from) = (id.into(), name.into(), at("create_program", 1));
        StepPlan { id, name, app: "acme".into(), from, to: at(to.0, to.1), verdict, findings, deadline }
    }

    fn found(verdict: Verdict, action: Action, field: &str, to: Option<&str>, reason: &'static str) -> Finding {
        Finding { verdict, action, field: field.into(), to: to.map(Into::into), reason: reason.into() }
    }

    #[test]
    fn a_reader_new_to_it_can_say_what_they_must_do() {
        use Verdict::{Asks, NoSuccessor, Reconnect, Review, Untouched, Upgraded};
        let moved = || found(Upgraded, Action::Moved, "title", Some("name"), "");
        let steps = vec![
            planned("1", "", ("create_program", 1), Untouched, vec![]),
            planned(
                "3",
                "Make it",
                ("create_program", 2),
                Asks,
                vec![
                    moved(),
                    found(Upgraded, Action::Moved, "owner.id", Some("owner_id"), "`{{2.owner}}` becomes `{{2.owner.id}}`"),
                    found(Upgraded, Action::Dropped, "owner.name", None, "the API never read it"),
                    found(Asks, Action::Asked, "portfolio_id", None, "Since v22 every program needs a portfolio"),
                ],
            ),
            planned(
                "4",
                "",
                ("create_program", 2),
                Review,
                vec![
                    moved(),
                    found(Review, Action::Step, "", None, "the trigger starts anew: items have other ids"),
                    found(Review, Action::Questioned, "budget", None, "it is in thousands now"),
                ],
            ),
            planned(
                "5",
                "",
                ("create_program", 2),
                Reconnect,
                vec![found(Reconnect, Action::Step, "connection", None, "key becomes OAuth 2.0: authorise it again")],
            ),
            planned("6", "Blur", ("create_program", 1), NoSuccessor, vec![found(NoSuccessor, Action::Step, "", None, "the service ended")]),
            planned("7", "", ("create_program", 2), Upgraded, vec![]),
        ];
        let plan = Plan { name: "Intake".into(), steps, problems: vec![] };
        let done = Done { path: "intake.json".into(), plan: Ok(plan), backup: None, changes: true };
        let text = text(&[done], true).replace(BOLD, "").replace(PLAIN, "");
        assert_eq!(text, EXPECTED, "{text}");
    }

    const EXPECTED: &str = r#"intake.json  "Intake"

  REPLACE BY HAND  nothing takes the place of these steps; they stay as they are and stop working
    step 6 "Blur"  acme:create_program@1
       by 2028-10: v21 is no longer supported
    !  the step  the service ended

  RECONNECT  these steps follow, and need their connection made anew or authorised again
    step 5  acme:create_program@1 -> create_program@2
       by 2028-10: v21 is no longer supported
    !  connection  key becomes OAuth 2.0: authorise it again

  FILL IN  these steps follow, and lack something that only a person knows
    step 3 "Make it"  acme:create_program@1 -> create_program@2
       by 2028-10: v21 is no longer supported
    !  portfolio_id          fill in: Since v22 every program needs a portfolio [3.portfolio_id]
       title -> name         has another name or place, its value stays
       owner.id -> owner_id  `{{2.owner}}` becomes `{{2.owner.id}}`
       owner.name            left out: the API never read it

  CHECK  these steps follow, and may mean something else than before: look at the marked fields
    step 4  acme:create_program@1 -> create_program@2
       by 2028-10: v21 is no longer supported
    !  the step       the trigger starts anew: items have other ids
    !  budget         check: it is in thousands now
       title -> name  has another name or place, its value stays

  NOTHING TO DO  these steps follow by themselves
    step 7  acme:create_program@1 -> create_program@2
       all fields stay as they are

  UNTOUCHED  step 1

  not written, for this is only the plan

In all  6 steps of 1 scenario: 4 would change, 2 untouched
You must replace by hand 1 step without a successor, reconnect 1 step, fill in 1 field, check 2 points (marked `!` above).
The first date is 2028-10: v21 is no longer supported.
What is to be filled in can be answered here: --answer QUESTION=VALUE, with the question as it stands in brackets.
Run this again without --plan to change the scenarios; each is kept in a backup beside it.
"#;
}
