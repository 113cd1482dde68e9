//! Where the outputs of upgraded steps stand now, for the expressions of later steps.

use std::{borrow::Cow, collections::HashMap};

use super::{
    expression::{Access, Moved, Outputs},
    table::OutputStep,
};

/// What became of the outputs of a scenario's steps, by the steps' ids.
#[derive(Debug, Default)]
pub(crate) struct MovedOutputs<'a>(HashMap<&'a str, Hops>);

/// The output tables of the upgrades that a step went through, in order.
type Hops = Vec<&'static [OutputStep]>;

impl<'a> MovedOutputs<'a> {
    /// Says that this step went through these upgrades.
    pub(crate) fn insert(&mut self, step: &'a str, hops: impl Iterator<Item = &'static [OutputStep]>) {
        let hops: Hops = hops.filter(|outputs| !outputs.is_empty()).collect();
        if !hops.is_empty() {
            self.0.insert(step, hops);
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The new name of a value that this output had.
    pub(crate) fn renamed_value(&self, step: &str, path: &[Access], value: &str) -> Option<&'static str> {
        let mut path = Cow::Borrowed(path);
        let mut renamed = None;
        for outputs in self.0.get(step)? {
            for output in *outputs {
                if let OutputStep::Remap { at, pairs } = output
                    && matches!(find(at, &path), Found::Here { rest: 0, .. })
                {
                    let wanted = renamed.unwrap_or(value);
                    renamed = pairs.iter().find(|(old, _)| *old == wanted).map(|(_, new)| *new).or(renamed);
                }
            }
            if let Some(to) = hop(outputs, &path, &mut Vec::new()) {
                path = Cow::Owned(to);
            }
        }
        renamed
    }

    /// Have values of this output got other names?
    pub(crate) fn has_renamed_values(&self, step: &str, path: &[Access]) -> bool {
        let hops = self.0.get(step).map(Vec::as_slice).unwrap_or_default();
        let here = |output: &&OutputStep| matches!(output, OutputStep::Remap { at, .. } if matches!(find(at, path), Found::Here { .. }));
        hops.iter().any(|outputs| outputs.iter().any(|output| here(&output)))
    }

    /// The same outputs, where renamed values need no looking at: the caller renames them.
    pub(crate) fn values_followed(&self) -> ValuesFollowed<'_> {
        ValuesFollowed(self)
    }

    fn follow(&self, step: &str, path: &[Access], with_values: bool) -> Moved {
        let mut now = Cow::Borrowed(path);
        let mut review = Vec::new();
        for outputs in self.0.get(step).into_iter().flatten() {
            if with_values {
                values_to_review(outputs, &now, &mut review);
            }
            if let Some(to) = hop(outputs, &now, &mut review) {
                now = Cow::Owned(to);
            }
        }
        let to = (*now != *path).then(|| now.into_owned());
        Moved { to, review }
    }
}

impl Outputs for MovedOutputs<'_> {
    fn concerns(&self, step: &str) -> bool {
        self.0.contains_key(step)
    }

    fn moved(&self, step: &str, path: &[Access]) -> Moved {
        self.follow(step, path, true)
    }
}

/// See [`MovedOutputs::values_followed`].
pub(crate) struct ValuesFollowed<'a>(&'a MovedOutputs<'a>);

impl Outputs for ValuesFollowed<'_> {
    fn concerns(&self, step: &str) -> bool {
        self.0.concerns(step)
    }

    fn moved(&self, step: &str, path: &[Access]) -> Moved {
        self.0.follow(step, path, false)
    }
}

/// Where a table's path is found in a path that an expression uses.
enum Found {
    /// It is elsewhere.
    No,
    /// The expression uses something that it is part of.
    Above,
    /// It is what the expression uses, or above it: which items were picked, and how many parts lie below.
    Here { items: Vec<(usize, Access)>, rest: usize },
}

/// One upgrade: where the output stands then, where that is elsewhere.
fn hop(outputs: &[OutputStep], path: &[Access], review: &mut Vec<String>) -> Option<Vec<Access>> {
    let mut best: Option<(usize, &OutputStep)> = None;
    for output in outputs {
        let from = match output {
            OutputStep::Move { from, .. } | OutputStep::First { from, .. } | OutputStep::Gone { from, .. } => *from,
            OutputStep::Review { at, .. } => *at,
            OutputStep::Remap { .. } => continue,
        };
        match (find(from, path), output) {
            (Found::No, _) => {}
            (Found::Above, _) => review.push(part_differs(output)),
            (Found::Here { .. }, OutputStep::Review { because, .. }) => review.push((*because).to_owned()),
            (Found::Here { .. }, _) => {
                if best.is_none_or(|(length, _)| from.len() > length) {
                    best = Some((from.len(), output));
                }
            }
        }
    }
    match best?.1 {
        OutputStep::Gone { from, because } => {
            review.push(format!("`{}` is not given any more: {because}", dotted(from)));
            None
        }
        OutputStep::Move { from, to } | OutputStep::First { from, to } => match find(from, path) {
            Found::Here { items, rest } => moved(from, to, items, &path[path.len() - rest..], review),
            _ => None,
        },
        OutputStep::Remap { .. } | OutputStep::Review { .. } => None,
    }
}

fn values_to_review(outputs: &[OutputStep], path: &[Access], review: &mut Vec<String>) {
    for output in outputs {
        if let OutputStep::Remap { at, pairs } = output
            && matches!(find(at, path), Found::Here { .. })
        {
            let names: Vec<String> = pairs.iter().map(|(old, new)| format!("{old} is {new}")).collect();
            review.push(format!("values of `{}` have other names now: {}", dotted(at), names.join(", ")));
        }
    }
}

fn part_differs(output: &OutputStep) -> String {
    match output {
        OutputStep::Move { from, to } | OutputStep::First { from, to } => {
            format!("it is used as a whole, and in it `{}` is now `{}`", dotted(from), dotted(to))
        }
        OutputStep::Gone { from, because } => {
            format!("it is used as a whole, and in it `{}` is not given any more: {because}", dotted(from))
        }
        OutputStep::Review { at, because } => format!("it is used as a whole, and in it `{}` differs: {because}", dotted(at)),
        OutputStep::Remap { at, .. } => format!("it is used as a whole, and in it the values of `{}` have other names", dotted(at)),
    }
}

/// A table's path as it is read.
pub(crate) fn dotted(path: &[&str]) -> String {
    let mut text = String::with_capacity(path.iter().map(|part| part.len() + 1).sum());
    for part in path {
        if !text.is_empty() && *part != "[]" {
            text.push('.');
        }
        text.push_str(part);
    }
    text
}

/// An item may be picked where the table does not say that there is a list, and the other way round.
fn find(from: &[&str], path: &[Access]) -> Found {
    let mut items = Vec::new();
    let mut parts = path.iter().peekable();
    for (depth, part) in from.iter().enumerate() {
        if *part == "[]" {
            if let Some(Access::Item(_) | Access::All) = parts.peek() {
                items.extend(parts.next().map(|item| (depth, item.clone())));
            } else if parts.peek().is_none() {
                return Found::Above;
            }
            continue;
        }
        while let Some(Access::Item(_) | Access::All) = parts.peek() {
            items.extend(parts.next().map(|item| (depth, item.clone())));
        }
        match parts.next() {
            None => return Found::Above,
            Some(Access::Name(name)) if name == part => {}
            Some(_) => return Found::No,
        }
    }
    Found::Here { items, rest: parts.len() }
}

/// The new path: picked items go where the new path has lists, and where it has more lists the first item is meant.
fn moved(from: &[&str], to: &[&str], items: Vec<(usize, Access)>, rest: &[Access], review: &mut Vec<String>) -> Option<Vec<Access>> {
    let lists = to.iter().filter(|part| **part == "[]").count();
    let said: usize = from.iter().filter(|part| **part == "[]").count();
    let mut items = items.into_iter().peekable();
    let mut path = Vec::with_capacity(to.len() + rest.len() + 1);
    for (depth, part) in to.iter().enumerate() {
        if *part == "[]" {
            path.push(items.next().map_or(Access::Item(1), |(_, item)| item));
            continue;
        }
        // An item that was picked where neither path says that there is a list: it is picked at the same depth.
        if lists == 0 && said == 0 && items.peek().is_some_and(|(at, _)| *at == depth) {
            path.extend(items.next().map(|(_, item)| item));
        }
        path.push(Access::Name((*part).to_owned()));
    }
    for (_, item) in items {
        if item != Access::Item(1) {
            review.push(format!("`{}` is one value now, at `{}`, and this takes another than the first", dotted(from), dotted(to)));
            return None;
        }
    }
    // A list that became one: the expression may have picked an item behind the path.
    let rest = match rest {
        [Access::Item(1), below @ ..] if said > 0 && lists < said => below,
        _ => rest,
    };
    path.extend(rest.iter().cloned());
    Some(path)
}

#[cfg(test)]
mod tests {
    use super::super::expression::{Braces, Expressions};
    use super::*;

    const STEPS: &[OutputStep] = &[
        OutputStep::Move { from: &["portfolio", "id"], to: &["portfolio_id"] },
        OutputStep::Move { from: &["items", "[]", "label"], to: &["items", "[]", "name"] },
        OutputStep::Move { from: &["kind"], to: &["details", "kind"] },
        OutputStep::First { from: &["assignee"], to: &["assignees", "[]"] },
        OutputStep::First { from: &["periods", "[]", "end"], to: &["period_end"] },
        OutputStep::Gone { from: &["merge_commit"], because: "ask for the commit itself" },
        OutputStep::Remap { at: &["status"], pairs: &[("\"js\"", "\"javascript\"")] },
        OutputStep::Review { at: &["total"], because: "it is an estimate now" },
    ];

    fn followed(text: &str) -> (String, Vec<String>) {
        let mut outputs = MovedOutputs::default();
        outputs.insert("3", [STEPS].into_iter());
        let followed = Braces.follow(text, &outputs).unwrap();
        (followed.text.unwrap_or_else(|| text.to_owned()), followed.review)
    }

    #[test]
    fn outputs_that_moved_are_followed_wherever_they_are_used() {
        for (before, after) in [
            ("{{3.portfolio.id}}", "{{3.portfolio_id}}"),
            ("a {{ 3.portfolio.id }}-{{4.portfolio.id}}", "a {{ 3.portfolio_id }}-{{4.portfolio.id}}"),
            ("{{3.portfolio.name}}", "{{3.portfolio.name}}"),
            ("{{upper(3.portfolio.id + \"3.portfolio.id\")}}", "{{upper(3.portfolio_id + \"3.portfolio.id\")}}"),
            ("{{get(3; portfolio.id)}}", "{{get(3; portfolio_id)}}"),
            ("{{get(3; \"portfolio.id\")}}", "{{get(3; portfolio_id)}}"),
            ("{{get(3.portfolio; id)}}", "{{get(3; portfolio_id)}}"),
            ("{{get(get(3; portfolio); id)}}", "{{get(3; portfolio_id)}}"),
            ("{{3.items[2].label}}", "{{3.items[2].name}}"),
            ("{{join(3.items[].label; \", \")}}", "{{join(3.items[].name; \", \")}}"),
            ("{{map(3.items; label; id; 3.kind)}}", "{{map(3.items; name; id; 3.details.kind)}}"),
            ("{{map(3.items[]; id; label; 1)}}", "{{map(3.items[]; id; name; 1)}}"),
            ("{{get(map(3.items; label); 1)}}", "{{get(map(3.items; name); 1)}}"),
            ("{{3.kind}}", "{{3.details.kind}}"),
            ("{{3.assignee.login}}", "{{3.assignees[1].login}}"),
            ("{{3.periods[1].end}}", "{{3.period_end}}"),
            ("{{3 + 1}}", "{{3 + 1}}"),
            ("{{if(3.kind = \"a\"; 3.assignee; (3.portfolio.id))}}", "{{if(3.details.kind = \"a\"; 3.assignees[1]; (3.portfolio_id))}}"),
        ] {
            assert_eq!(followed(before), (after.to_owned(), vec![]), "{before}");
        }
    }

    #[test]
    fn what_cannot_be_followed_is_for_a_person() {
        for (text, reason) in [
            ("{{3.portfolio}}", "used as a whole"),
            ("{{3}}", "used as a whole"),
            ("{{toString(3.items)}}", "used as a whole"),
            ("{{3.merge_commit.id}}", "ask for the commit itself"),
            ("{{3.periods[2].end}}", "another than the first"),
            ("{{3.periods[].end}}", "another than the first"),
            ("{{upper(3.status)}}", "\"js\" is \"javascript\""),
            ("{{3.total}}", "estimate"),
            ("{{get(3; 1.x)}}", "computed"),
            ("{{map(3.items; upper(2.x))}}", "computed"),
        ] {
            let (after, review) = followed(text);
            assert_eq!(after, text);
            assert!(review.iter().any(|one| one.contains(reason)), "{text}: {review:?}");
        }
    }

    #[test]
    fn upgrades_one_after_the_other() {
        let mut outputs = MovedOutputs::default();
        let second: &[OutputStep] = &[
            OutputStep::Move { from: &["portfolio_id"], to: &["parent", "id"] },
            OutputStep::Remap { at: &["status"], pairs: &[("\"javascript\"", "\"javascript_typescript\"")] },
        ];
        outputs.insert("3", [STEPS, second].into_iter());
        assert_eq!(Braces.follow("{{3.portfolio.id}}", &outputs).unwrap().text.as_deref(), Some("{{3.parent.id}}"));
        let status = [Access::Name("status".into())];
        assert_eq!(outputs.renamed_value("3", &status, "\"js\""), Some("\"javascript_typescript\""));
        assert_eq!(outputs.renamed_value("3", &status, "\"rust\""), None);
        assert!(outputs.has_renamed_values("3", &status));
    }
}
