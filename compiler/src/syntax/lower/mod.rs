//! Grammar matches to syntax tree, a file per kind of construct. Nothing else names pest's rules. It resolves no names.

mod block;
mod change;
mod connection;
mod fields;
mod habits;
mod items;
mod mend;
mod module;
mod reader;
mod recover;
mod sign;
mod steps;
mod triggers;
mod types;
mod values;
mod versions;
mod words;

use super::ast;
use super::scan::Scan;
use crate::diagnostics::Diagnostics;
use crate::source::FileId;
use pest::Parser;
use reader::Reader;

/// pest's parser. The rules stay inside this folder.
mod grammar {
    #![allow(missing_docs, reason = "generated from grammar.pest, which says what each rule is")]
    #[derive(pest_derive::Parser)]
    #[grammar = "syntax/grammar.pest"]
    pub(super) struct Grammar;
}
use grammar::{Grammar, Rule};

type Pair<'t> = pest::iterators::Pair<'t, Rule>;

/// The tree of a file. `mended` is its text with balanced brackets, byte for byte in the same places; `scan` knows what was
/// mended, and the comments.
pub(super) fn file(id: FileId, text: &str, mended: &str, scan: Scan, diagnostics: &mut Diagnostics) -> ast::File {
    let mut file = ast::File { id, docs: Vec::new(), items: Vec::new(), comments: Vec::new(), unread: Vec::new() };
    let mut reader = Reader::new(id, text, &scan, diagnostics);
    match Grammar::parse(Rule::file, mended) {
        Ok(pairs) => items::file(&mut reader, pairs, &mut file),
        Err(error) => reader.nothing_matches(&error),
    }
    file.unread = reader.unread;
    file.comments = scan.comments;
    file
}

/// Where statements start in a text without mistakes, in order: for the formatter.
pub(super) fn statement_starts(text: &str) -> Vec<u32> {
    let mut starts = Vec::new();
    for pair in Grammar::parse(Rule::file, text).into_iter().flatten() {
        collect_starts(pair, false, &mut starts);
    }
    starts.sort_unstable();
    starts.dedup();
    starts
}

/// `stands_alone`: the pair is a statement of a block. One that has documentation starts twice: with it and behind it.
fn collect_starts(pair: Pair<'_>, stands_alone: bool, starts: &mut Vec<u32>) {
    let rule = pair.as_rule();
    let mut in_block = matches!(rule, Rule::file | Rule::object | Rule::list | Rule::bounds | Rule::step_list);
    let mut documented = stands_alone && matches!(rule, Rule::item | Rule::field | Rule::variant | Rule::verb);
    for inner in pair.into_inner() {
        let start = inner.as_span().start() as u32;
        let is_doc = matches!(inner.as_rule(), Rule::doc | Rule::file_doc);
        let statement = in_block && !is_doc;
        if in_block || is_doc || documented {
            starts.push(start);
        }
        documented &= is_doc;
        in_block |= inner.as_rule() == Rule::open;
        collect_starts(inner, statement, starts);
    }
}
