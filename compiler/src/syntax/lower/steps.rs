//! `steps`: calls of other modules in a row, what each is given, and until when one is made again.

use super::block::{STEP_MEMBER, STEP_VALUE, STEPS};
use super::reader::Reader;
use super::{Pair, Rule, values};
use crate::syntax::ast::{self, StepValueKind, ValueKind};

/// `steps { … }`
pub(super) fn steps(reader: &mut Reader<'_>, pair: Pair<'_>) -> ast::Steps {
    let span = reader.span(&pair);
    let mut list = Vec::new();
    reader.block(pair.into_inner(), &STEPS, &mut |reader, pair| list.extend(step(reader, pair)));
    ast::Steps { list, span }
}

pub(super) fn step(reader: &mut Reader<'_>, pair: Pair<'_>) -> Option<ast::Step> {
    let span = reader.span(&pair);
    let (mut name, mut module, mut given, mut repeated) = (None, None, Vec::new(), None);
    for part in pair.into_inner() {
        match part.as_rule() {
            Rule::step_name => name = part.into_inner().next().map(|word| reader.ident(&word)),
            Rule::path => module = Some(reader.path(part)),
            Rule::step_members => given = members(reader, part),
            Rule::wait => repeated = Some(wait(reader, part)),
            _ => {}
        }
    }
    Some(ast::Step { name, module: module?, members: given, wait: repeated, span })
}

fn wait(reader: &mut Reader<'_>, pair: Pair<'_>) -> ast::Wait {
    let span = reader.span(&pair);
    let mut wait =
        ast::Wait { every: None, up_to: None, until: Vec::new(), fails: Vec::new(), most: None, times: None, misplaced: None, span };
    let mut last = 0;
    for clause in pair.into_inner() {
        let rule = clause.as_rule();
        // `every` and `at most` stand once, the others as often as there is something to say.
        let rank = match rule {
            Rule::wait_every => 1,
            Rule::wait_until => 2,
            Rule::wait_fails => 3,
            _ => 4,
        };
        if rank < last || rank == last && (rank == 1 || rank == 4) {
            wait.misplaced.get_or_insert(reader.span(&clause));
        }
        last = rank;
        for part in clause.into_inner() {
            match (rule, part.as_rule()) {
                (Rule::wait_every, Rule::duration) => wait.every = reader.duration(&part),
                (Rule::wait_every, _) => wait.up_to = first(part).and_then(|most| reader.duration(&most)),
                (Rule::wait_until, Rule::wait_status) => {
                    let statuses = part.into_inner().map(|status| reader.status(&status)).collect();
                    wait.until.push(ast::WaitUntil::Statuses(statuses));
                }
                (Rule::wait_until, _) => wait.until.extend(condition(reader, part).map(ast::WaitUntil::When)),
                (Rule::wait_fails, Rule::wait_condition) => {
                    wait.fails.extend(condition(reader, part).map(|when| ast::WaitFailure { when, code: None, message: None }));
                }
                (Rule::wait_fails, Rule::wait_when) => {}
                (Rule::wait_fails, told) => {
                    let path = first(part).map(|path| reader.path(path));
                    if let Some(failure) = wait.fails.last_mut() {
                        *(if told == Rule::wait_code { &mut failure.code } else { &mut failure.message }) = path;
                    }
                }
                (Rule::wait_most, Rule::duration) => wait.most = reader.duration(&part),
                _ => wait.times = first(part).and_then(|count| reader.count(&count)),
            }
        }
    }
    wait
}

fn condition(reader: &mut Reader<'_>, pair: Pair<'_>) -> Option<ast::WaitCondition> {
    let span = reader.span(&pair);
    let (mut path, mut equals, mut present) = (None, None, false);
    for part in pair.into_inner() {
        match part.as_rule() {
            Rule::path => path = Some(reader.path(part)),
            Rule::value => equals = values::value(reader, part),
            Rule::present => present = true,
            _ => {}
        }
    }
    Some(ast::WaitCondition { path: path?, equals, present, span })
}

fn first(pair: Pair<'_>) -> Option<Pair<'_>> {
    pair.into_inner().next()
}

fn members(reader: &mut Reader<'_>, pair: Pair<'_>) -> Vec<ast::StepMember> {
    let mut members = Vec::new();
    reader.block(pair.into_inner(), &STEP_MEMBER, &mut |reader, pair| members.extend(member(reader, pair)));
    members
}

fn member(reader: &mut Reader<'_>, pair: Pair<'_>) -> Option<ast::StepMember> {
    let mut inner = pair.into_inner();
    let name = reader.ident(&inner.next()?);
    let value = inner.next().and_then(|to| to.into_inner().next()).and_then(|value| given(reader, value));
    Some(ast::StepMember { name, value })
}

fn given(reader: &mut Reader<'_>, pair: Pair<'_>) -> Option<ast::StepValue> {
    let part = pair.into_inner().next()?;
    let span = reader.token(&part);
    let kind = match part.as_rule() {
        Rule::step_members => StepValueKind::Object(members(reader, part)),
        Rule::step_list => {
            let mut items = Vec::new();
            reader.block(part.into_inner(), &STEP_VALUE, &mut |reader, pair| items.extend(given(reader, pair)));
            StepValueKind::List(items)
        }
        Rule::path => path(reader, part),
        _ => StepValueKind::Literal(values::literal(reader, &part)),
    };
    Some(ast::StepValue { kind, span })
}

/// `true`, `false` and `null` are spelled like names.
fn path(reader: &mut Reader<'_>, pair: Pair<'_>) -> StepValueKind {
    let span = reader.token(&pair);
    let kind = match pair.as_str() {
        "null" => ValueKind::Null,
        "true" => ValueKind::Bool(true),
        "false" => ValueKind::Bool(false),
        _ => return StepValueKind::Path(reader.path(pair)),
    };
    StepValueKind::Literal(ast::Value { kind, span })
}
