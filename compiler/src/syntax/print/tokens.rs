//! What the formatter arranges: tokens, and groups of them in brackets.

/// A token with what stood around it.
#[derive(Clone, Debug, Default)]
pub(super) struct Token {
    pub(super) text: String,
    /// Line ends before it.
    pub(super) newlines: usize,
    /// Whether any space stood before it.
    pub(super) spaced: bool,
    /// Whether a comma stood behind it.
    pub(super) comma: bool,
    /// Whether a statement starts with it.
    pub(super) starts: bool,
    /// A `//` comment.
    pub(super) comment: bool,
    /// `///` or `//!`.
    pub(super) documentation: bool,
    /// The bracket of `assignees[1]` or `groups[]`, which belongs to the word before it.
    pub(super) index: bool,
}

impl Token {
    /// A text over several lines.
    pub(super) fn is_tall(&self) -> bool {
        self.text.contains('\n')
    }

    /// How much of its last line it takes.
    fn width(&self) -> usize {
        super::lines::last_line(&self.text).chars().count()
    }

    /// Takes the rest of its line.
    pub(super) fn is_line(&self) -> bool {
        self.documentation || self.comment
    }
}

/// A token or a group in brackets.
#[derive(Clone, Debug)]
pub(super) enum Node {
    /// A token.
    Token(Token),
    /// `{ … }`, `[ … ]`, `( … )`
    Group {
        /// The opening bracket.
        open: String,
        /// The opening bracket as a token.
        head: Token,
        /// The closing bracket as a token.
        foot: Token,
        /// What stands between them.
        children: Vec<Node>,
        /// Whether a comma stood behind it.
        comma: bool,
    },
}

impl Node {
    pub(super) fn token(&self) -> Option<&Token> {
        match self {
            Node::Token(token) => Some(token),
            Node::Group { .. } => None,
        }
    }

    /// The token or the opening bracket.
    pub(super) fn first(&self) -> &Token {
        match self {
            Node::Token(token) => token,
            Node::Group { head, .. } => head,
        }
    }

    /// Whether the author began a line with it. An opening bracket belongs to the line before it, wherever it was written.
    pub(super) fn is_new_line(&self) -> bool {
        self.first().newlines > 0 && (self.first().starts || matches!(self, Node::Token(_)))
    }

    /// The token or the closing bracket.
    pub(super) fn last(&self) -> &Token {
        match self {
            Node::Token(token) => token,
            Node::Group { foot, .. } => foot,
        }
    }

    /// The closing bracket.
    pub(super) fn close(&self) -> &str {
        &self.last().text
    }

    /// Whether what follows is an element of the same list, told by a comma.
    pub(super) fn is_listed(&self) -> bool {
        match self {
            Node::Token(token) => token.comma,
            Node::Group { comma, .. } => *comma,
        }
    }

    /// Whether what it holds may get lines of its own: statements, members, elements, but no bounds and no type.
    pub(super) fn is_breakable(&self) -> bool {
        let Node::Group { children, open, .. } = self else { return false };
        open != "(" && children.iter().any(|node| node.first().starts)
    }

    /// Whether it has to take several lines: the author broke it, or something in it takes the rest of a line.
    pub(super) fn is_broken(&self) -> bool {
        let Node::Group { children, foot, .. } = self else { return false };
        let takes_lines = |node: &Node| node.first().is_line() || node.first().is_tall() || node.is_broken();
        let author_broke = || foot.newlines > 0 || children.iter().any(|node| node.first().newlines > 0);
        children.iter().any(takes_lines) || (self.is_breakable() && author_broke())
    }

    pub(super) fn flat_width(&self) -> usize {
        match self {
            Node::Token(token) => token.width() + usize::from(token.comma),
            Node::Group { .. } => self.flat().chars().count(),
        }
    }

    /// On one line, without the comma behind it.
    pub(super) fn flat(&self) -> String {
        let Node::Group { open, children, .. } = self else {
            return self.first().text.clone();
        };
        let mut text = open.clone();
        let padded = !children.is_empty()
            && (open == "{" || (open == "[" && children.iter().any(|node| matches!(node, Node::Group { open, .. } if open == "{"))));
        text.push_str(if padded { " " } else { "" });
        for (index, node) in children.iter().enumerate() {
            if let Some(before) = index.checked_sub(1).map(|before| &children[before]) {
                let statement = open == "{" && node.first().starts && !before.is_listed();
                text.push_str(if statement { "  " } else { space(before.last(), node.first()) });
            }
            text.push_str(&node.flat());
            if node.is_listed() && index + 1 < children.len() {
                text.push(',');
            }
        }
        text.push_str(if padded { " " } else { "" });
        text.push_str(self.close());
        text
    }
}

/// The space between two tokens of one statement.
pub(super) fn space(before: &Token, next: &Token) -> &'static str {
    if before.comma {
        return " ";
    }
    let glued_dot = !next.spaced && (before.text.ends_with('.') || next.text.starts_with('.'));
    let tight =
        glued_dot || next.index || matches!(next.text.as_str(), ":" | "?" | ">" | "(" | "<") || matches!(before.text.as_str(), "<" | "@");
    if tight { "" } else { " " }
}

/// The nodes of a text without mistakes. `starts` are the places where statements start, in order.
pub(super) fn read(text: &str, starts: &[u32]) -> Vec<Node> {
    let mut reader = Reader { text, at: 0, starts };
    reader.nodes().0
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    starts: &'t [u32],
}

impl Reader<'_> {
    /// Nodes up to a closing bracket or the end; with the closing bracket.
    fn nodes(&mut self) -> (Vec<Node>, Token) {
        let mut nodes: Vec<Node> = Vec::new();
        loop {
            let (newlines, spaced, comma) = self.space();
            if comma && let Some(last) = nodes.last_mut() {
                set_comma(last);
            }
            let start = self.at;
            let token = Token { newlines, spaced, starts: self.starts.binary_search(&(start as u32)).is_ok(), ..self.token() };
            match token.text.as_str() {
                "" | "}" | "]" | ")" => return (nodes, token),
                "{" | "[" | "(" => {
                    let (children, foot) = self.nodes();
                    let index = token.text == "[" && !token.spaced && is_position(&children) && nodes.last().is_some_and(ends_word);
                    let head = Token { index, ..token.clone() };
                    nodes.push(Node::Group { open: token.text, head, foot, children, comma: false });
                }
                _ => nodes.push(Node::Token(token)),
            }
        }
    }

    /// Skips space: how many line ends, whether there was any, whether a comma was among it.
    fn space(&mut self) -> (usize, bool, bool) {
        let rest = &self.text[self.at..];
        let length = rest.find(|one: char| !matches!(one, ' ' | '\t'..='\r' | ',' | '\u{feff}')).unwrap_or(rest.len());
        let space = &rest[..length];
        self.at += length;
        (space.matches('\n').count(), !space.is_empty(), space.contains(','))
    }

    fn token(&mut self) -> Token {
        let rest = &self.text[self.at..];
        let length = match rest.as_bytes() {
            [] => 0,
            [b'/', b'/', ..] => rest.find('\n').unwrap_or(rest.len()),
            [b'"', ..] => string_length(rest),
            [b'-', b'>', ..] => 2,
            [b'{' | b'}' | b'[' | b']' | b'(' | b')' | b':' | b'?' | b'=' | b'|' | b'<' | b'>', ..] => 1,
            [b'@', ..] => 1,
            _ => run_length(rest),
        };
        self.at += length;
        let text = rest[..length].trim_end().to_owned();
        let line = text.starts_with("//");
        let documentation = text.starts_with("//!") || (text.starts_with("///") && !text.starts_with("////"));
        Token { comment: line && !documentation, documentation, text, ..Token::default() }
    }
}

/// `[1]`, `[]`
fn is_position(children: &[Node]) -> bool {
    let digits = |node: &Node| node.token().is_some_and(|token| token.text.bytes().all(|byte| byte.is_ascii_digit()));
    children.is_empty() || children.len() == 1 && digits(&children[0])
}

fn ends_word(node: &Node) -> bool {
    node.token().is_some_and(|token| !token.comma && token.text.ends_with(|letter: char| letter.is_ascii_alphanumeric() || letter == '_'))
}

/// A comma behind a token or group; a comment takes none.
fn set_comma(node: &mut Node) {
    match node {
        Node::Token(token) if token.is_line() => {}
        Node::Token(token) => token.comma = true,
        Node::Group { comma, foot, .. } => {
            *comma = true;
            foot.comma = true;
        }
    }
}

fn string_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    if bytes.starts_with(b"\"\"\"") {
        let mut at = 3;
        while let Some(end) = text[at..].find("\"\"\"").map(|end| at + end) {
            at = end + 3;
            if bytes[end - 1] != b'\\' {
                return at;
            }
        }
        return text.len();
    }
    let mut at = 1;
    while at < bytes.len() && bytes[at] != b'"' {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    (at + 1).min(text.len())
}

/// Words, numbers, dates, ranges and dotted names, with positions in lists: up to space, a bracket or a sign.
fn run_length(text: &str) -> usize {
    let ends = |at: usize, one: char| {
        one.is_whitespace() || "\"{}[]():?=|<>,@".contains(one) || text[at..].starts_with("->") || text[at..].starts_with("//")
    };
    let first = text.chars().next().map_or(0, char::len_utf8);
    let mut from = first;
    loop {
        let end = text[from..].char_indices().map(|(at, one)| (from + at, one)).find(|(at, one)| ends(*at, *one));
        let Some((at, _)) = end else { return text.len().max(first) };
        let Some(position) = position_length(&text[..at], &text[at..]) else { return at };
        from = at + position;
    }
}

/// `[1]` or `[]` right behind a name: a position in a list.
fn position_length(before: &str, text: &str) -> Option<usize> {
    let inside = text.strip_prefix('[')?;
    let digits = inside.bytes().take_while(u8::is_ascii_digit).count();
    let of_name = before.ends_with(|one: char| one.is_ascii_alphanumeric() || one == '_' || one == ']');
    (of_name && inside[digits..].starts_with(']')).then_some(digits + 2)
}
