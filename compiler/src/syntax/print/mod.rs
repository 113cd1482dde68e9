//! The canonical layout of a file. Only space, line ends and needless commas change: every other character stays.
//!
//! Two spaces a level; what the author broke into lines stays broken, one blank line at most stays; what was written on one
//! line stays so while it fits, otherwise each statement gets a line. Values of enums, the first word after a keyword in
//! connectors, grants and tests, and comments on neighbouring lines are aligned.

mod lines;
mod tokens;

use crate::diagnostics::Diagnostics;
use crate::source::FileId;
use lines::Lines;
use tokens::{Node, Token};

/// The longest line, in characters.
const WIDTH: usize = 120;
const STEP: usize = 2;

/// The text in its canonical layout; nothing where it has mistakes, which are reported.
pub fn format(file: FileId, text: &str, diagnostics: &mut Diagnostics) -> Option<String> {
    let mut found = Diagnostics::default();
    super::parse(file, text, &mut found);
    let failed = found.has_errors();
    diagnostics.extend(found);
    if failed {
        return None;
    }
    let starts = super::lower::statement_starts(text);
    let nodes = tokens::read(text, &starts);
    let mut printer = Printer { lines: Lines::default() };
    printer.block(&nodes, 0, Kind::File);
    Some(printer.lines.finish())
}

/// What a block holds, as far as its layout differs.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    File,
    /// Variants: their `=` are aligned.
    Enum,
    /// Statements whose first argument is aligned.
    Keywords,
    Other,
}

impl Kind {
    /// Told by the words before the brace.
    fn of(before: &[Node]) -> Self {
        let start = before.iter().rposition(|node| node.token().is_some_and(|token| token.starts)).unwrap_or(0);
        let words = || before[start..].iter().filter_map(Node::token).map(|token| token.text.as_str());
        match words().next() {
            Some("enum") => Kind::Enum,
            Some("closed") if words().nth(1) == Some("enum") => Kind::Enum,
            Some("connector" | "oauth2" | "exchange" | "sign" | "tls" | "test" | "example") => Kind::Keywords,
            _ => Kind::Other,
        }
    }
}

struct Printer {
    lines: Lines,
}

impl Printer {
    /// The nodes of a broken block, from the start of a line on.
    fn block(&mut self, nodes: &[Node], depth: usize, kind: Kind) {
        let block = self.lines.new_block();
        let mut one_per_line = false;
        for (index, node) in nodes.iter().enumerate() {
            let token = node.first();
            let before = index.checked_sub(1).map(|before| &nodes[before]);
            let is_first = before.is_none();
            if token.comment && token.newlines == 0 && !is_first {
                self.lines.comment(&token.text);
                continue;
            }
            let after_line = before.is_some_and(|before| before.first().is_line());
            let author_broke = token.newlines > 0 || is_first || after_line;
            if author_broke {
                one_per_line = kind == Kind::File || !fits_flat(&nodes[index..], depth);
            }
            let opens = matches!(node, Node::Group { .. }) && !token.starts && !after_line;
            let breaks = is_first || after_line || token.is_line() || (token.starts && (author_broke || one_per_line));
            if breaks || (author_broke && !opens) {
                let blank = token.newlines > 1 && !is_first;
                // A comment stands with what it is about: between the clauses of a statement as deep as they.
                let about = nodes[index..].iter().map(Node::first).find(|token| !token.comment);
                let continued = about.is_some_and(|token| !token.starts && !token.is_line());
                self.lines.start(depth * STEP + if continued { STEP } else { 0 }, blank, block);
                if token.starts && !token.is_line() && kind != Kind::File {
                    self.mark_column(&nodes[index..], kind);
                }
            } else {
                self.lines.push(gap(before.map(Node::last), node, before.is_some_and(Node::is_listed)));
            }
            self.node(node, &nodes[..index], &nodes[index + 1..], depth);
        }
    }

    /// Where this line is aligned with its neighbours.
    fn mark_column(&mut self, line: &[Node], kind: Kind) {
        let column = match kind {
            Kind::Enum => {
                let equals = line.get(1).and_then(Node::token).is_some_and(|token| token.text == "=" && token.newlines == 0);
                let alone = line[1..].iter().take_while(|node| !node.is_new_line()).all(|node| !node.first().starts);
                (equals && alone).then(|| line[0].flat_width())
            }
            Kind::Keywords => line.get(1).filter(|next| !next.is_new_line()).map(|_| line[0].flat_width()),
            Kind::File | Kind::Other => None,
        };
        self.lines.align_at(column);
    }

    fn node(&mut self, node: &Node, before: &[Node], behind: &[Node], depth: usize) {
        match node {
            Node::Token(token) if token.comment && token.newlines > 0 => self.lines.push(&token.text),
            Node::Token(token) => {
                self.lines.push(&token.text);
                if token.comma && continues_flat(behind) {
                    self.lines.push(",");
                }
            }
            Node::Group { open, children, comma, .. } => {
                let room = WIDTH.saturating_sub(self.lines.width());
                let tail: usize = behind.iter().take_while(|node| stays_on_line(node)).map(|node| node.flat_width() + 1).sum();
                if !node.is_broken() && (!node.is_breakable() || node.flat_width() + tail <= room) {
                    self.lines.push(&node.flat());
                } else {
                    self.lines.push(open);
                    // A comment behind the brace stays there.
                    let (first, rest) = match children.first() {
                        Some(Node::Token(token)) if token.comment && token.newlines == 0 => (Some(token), &children[1..]),
                        _ => (None, &children[..]),
                    };
                    first.into_iter().for_each(|comment| self.lines.comment(&comment.text));
                    self.block(rest, depth + 1, Kind::of(before));
                    self.lines.start(depth * STEP, false, usize::MAX);
                    self.lines.push(node.close());
                }
                if *comma && continues_flat(behind) {
                    self.lines.push(",");
                }
            }
        }
    }
}

/// Whether a comma separates anything: not at the end of its block.
fn continues_flat(behind: &[Node]) -> bool {
    behind.iter().any(|node| !node.first().is_line())
}

/// Whether a node goes on with the line before it.
fn stays_on_line(node: &Node) -> bool {
    let token = node.first();
    !node.is_new_line() && !token.starts && !token.is_line()
}

/// Whether the author's line that starts here fits as it is, groups that are broken anyway apart.
fn fits_flat(nodes: &[Node], depth: usize) -> bool {
    let mut width = depth * STEP;
    for (index, node) in nodes.iter().enumerate() {
        let token = node.first();
        if index > 0 && (node.is_new_line() || token.is_line()) {
            break;
        }
        if node.is_broken() {
            // Statements behind a broken group, or before it, get lines of their own.
            return !nodes[1..].iter().take_while(|node| !node.is_new_line()).any(|node| node.first().starts && !node.first().is_line());
        }
        let before = index.checked_sub(1).map(|before| &nodes[before]);
        width += gap(before.map(Node::last), node, before.is_some_and(Node::is_listed)).len() + node.flat_width();
    }
    width <= WIDTH
}

/// The space between two nodes of one line.
fn gap(before: Option<&Token>, node: &Node, listed: bool) -> &'static str {
    let Some(before) = before else { return "" };
    let next = node.first();
    if next.starts && !before.comma && !listed {
        return "  ";
    }
    tokens::space(before, next)
}
