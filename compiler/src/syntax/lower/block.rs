//! The statements of a block, one after another: what each kind of block holds, and what stands twice.

use super::reader::Reader;
use super::{Pair, Rule};
use crate::diagnostics::{Diagnostic, codes};
use crate::source::Span;
use crate::syntax::METHODS;

/// A kind of block.
pub(super) struct Block {
    /// Reads one of its statements and nothing more.
    pub(super) lone: Rule,
    /// One of its statements, in words: "statement of a module".
    pub(super) statement: &'static str,
    /// The words its statements start with; none where any name may stand.
    pub(super) starts: &'static [&'static str],
    /// What people may write out of habit, and what it is called here.
    pub(super) habits: &'static [(&'static str, &'static str)],
    /// Words kept for later, and what to do meanwhile.
    pub(super) reserved: &'static [(&'static str, &'static str)],
    /// Whether `///` may stand above its statements.
    pub(super) documented: bool,
    /// Statements that may stand several times.
    pub(super) repeat: &'static [Rule],
}

/// Lists of words as one; to give it a wrong length does not compile.
const fn joined<const N: usize>(lists: [&[&'static str]; 3]) -> [&'static str; N] {
    let mut all = [""; N];
    let (mut list, mut length) = (0, 0);
    while list < lists.len() {
        let mut at = 0;
        while at < lists[list].len() {
            all[length] = lists[list][at];
            (at, length) = (at + 1, length + 1);
        }
        list += 1;
    }
    assert!(length == N);
    all
}

/// Something that is no keyword: fields, entries, bindings.
const fn plain(lone: Rule, statement: &'static str, repeat: &'static [Rule]) -> Block {
    Block { lone, statement, starts: &[], habits: &[], reserved: &[], documented: false, repeat }
}

pub(super) static ITEM: Block = Block {
    lone: Rule::lone_item,
    statement: "item",
    starts: &[
        "action",
        "search",
        "trigger",
        "type",
        "enum",
        "union",
        "closed",
        "mixin",
        "group",
        "connection",
        "connector",
        "api",
        "use",
        "test",
        "change",
    ],
    habits: &[
        ("struct", "type"),
        ("object", "type"),
        ("model", "type"),
        ("message", "type"),
        ("record", "type"),
        ("import", "use"),
        ("include", "use"),
        ("operation", "action"),
        ("endpoint", "action"),
        ("auth", "connection"),
        ("version", "api"),
        ("namespace", "group"),
        ("module", "group"),
        ("service", "connector"),
        ("list", "search"),
        ("changes", "change"),
        ("changelog", "change"),
        ("migration", "change"),
    ],
    reserved: &[],
    documented: true,
    repeat: &[Rule::item],
};
pub(super) static CONNECTOR: Block = Block {
    lone: Rule::lone_connector_statement,
    statement: "statement of a connector",
    starts: &["docs", "server", "names", "send", "limit", "retry", "fails", "served"],
    habits: &[("base_url", "server"), ("url", "server"), ("host", "server"), ("header", "send"), ("rate_limit", "limit")],
    reserved: &[],
    documented: false,
    repeat: &[Rule::server, Rule::send, Rule::limit, Rule::fails],
};
pub(super) static API: Block = Block {
    lone: Rule::lone_api_statement,
    statement: "statement of an API version",
    starts: &["released", "unsupported", "removed", "deprecated"],
    habits: &[],
    reserved: &[],
    documented: false,
    repeat: &[],
};
pub(super) static CONNECTION: Block = Block {
    lone: Rule::lone_connection_statement,
    statement: "statement of a connection",
    starts: &["fields", "oauth2", "exchange", "sign", "tls", "send", "probe", "server", "from", "deprecated"],
    habits: &[("oauth", "oauth2"), ("signature", "sign"), ("mtls", "tls"), ("test", "probe"), ("upgrade", "from")],
    reserved: &[],
    documented: false,
    repeat: &[Rule::send, Rule::from_block],
};
pub(super) static OAUTH2: Block = Block {
    lone: Rule::lone_oauth2_statement,
    statement: "statement of `oauth2`",
    starts: &["authorize", "device", "assertion", "token", "refresh", "client", "body", "pkce", "scopes", "separator", "with", "read"],
    habits: &[("scope", "scopes")],
    reserved: &[],
    documented: false,
    repeat: &[Rule::extra, Rule::read_as],
};
pub(super) static EXCHANGE: Block = Block {
    lone: Rule::lone_exchange_statement,
    statement: "statement of `exchange`",
    starts: &["query", "header", "body", "token", "expires"],
    habits: &[],
    reserved: &[],
    documented: false,
    repeat: &[],
};
const MODULE_STARTS: [&str; 37] = joined([
    &[],
    &METHODS,
    &[
        "poll",
        "path",
        "query",
        "header",
        "cookie",
        "body",
        "answers",
        "fails",
        "page",
        "parts",
        "order",
        "limit",
        "cost",
        "retry",
        "server",
        "connection",
        "example",
        "from",
        "steps",
        "input",
        "gives",
        "cursor",
        "webhook",
        "verify",
        "challenge",
        "subscribe",
        "expires",
        "renew",
        "unsubscribe",
        "deprecated",
    ],
]);
pub(super) static MODULE: Block = Block {
    lone: Rule::lone_module_statement,
    statement: "statement of a module",
    starts: &MODULE_STARTS,
    habits: &[
        ("headers", "header"),
        ("params", "query"),
        ("request", "body"),
        ("response", "answers"),
        ("inputs", "input"),
        ("weight", "cost"),
        ("points", "cost"),
        ("upgrade", "from"),
    ],
    reserved: RESERVED_IN_MODULES,
    documented: false,
    repeat: &[Rule::fails, Rule::limit, Rule::example, Rule::from_block, Rule::challenge],
};
pub(super) static VERIFY: Block = Block {
    lone: Rule::lone_verify_statement,
    statement: "statement of `verify`",
    starts: &["sent", "over", "key", "time", "id", "issuer", "audience", "body"],
    habits: &[("signature", "sent"), ("header", "sent"), ("signed", "over"), ("secret", "key"), ("timestamp", "time")],
    reserved: &[],
    documented: false,
    repeat: &[],
};
/// All methods but `HEAD` and `OPTIONS`.
const MIXIN_STARTS: [&str; 26] = joined([
    &["fields"],
    METHODS.split_at(5).0,
    &[
        "poll",
        "path",
        "query",
        "header",
        "cookie",
        "body",
        "answers",
        "fails",
        "page",
        "parts",
        "order",
        "limit",
        "cost",
        "retry",
        "server",
        "connection",
        "cursor",
        "webhook",
        "verify",
        "challenge",
    ],
]);
pub(super) static MIXIN: Block = Block {
    lone: Rule::lone_mixin_statement,
    statement: "statement of a mixin",
    starts: &MIXIN_STARTS,
    habits: &[("headers", "header"), ("params", "query")],
    reserved: RESERVED_IN_MODULES,
    documented: false,
    repeat: &[Rule::fails, Rule::limit, Rule::example, Rule::challenge],
};
const RESERVED_IN_MODULES: &[(&str, &str)] = &[("rust", "say it with the statements there are")];
pub(super) static PAGE: Block = Block {
    lone: Rule::lone_page_statement,
    statement: "statement of `page`",
    starts: &["advance", "size", "send", "read", "key", "items", "stop", "start", "cap"],
    habits: &[("limit", "size"), ("max", "cap")],
    reserved: &[],
    documented: false,
    repeat: &[],
};
pub(super) static SCRIPT: Block = Block {
    lone: Rule::lone_script_statement,
    statement: "statement of an example or test",
    starts: &["given", "connection", "sends", "reply", "yields", "gives", "fails", "expect", "asks", "reviews"],
    habits: &[("returns", "gives"), ("expects", "expect"), ("replies", "reply"), ("input", "given")],
    reserved: &[],
    documented: false,
    repeat: &[Rule::sends, Rule::reply],
};
pub(super) static CHANGE: Block = Block {
    lone: Rule::lone_change_statement,
    statement: "statement of a change",
    starts: &[
        "add", "remove", "rename", "move", "require", "relax", "retype", "default", "merge", "split", "status", "page", "auth", "server",
        "meaning",
    ],
    habits: &[
        ("delete", "remove"),
        ("drop", "remove"),
        ("removed", "remove"),
        ("added", "add"),
        ("new", "add"),
        ("renamed", "rename"),
        ("required", "require"),
        ("optional", "relax"),
        ("type", "retype"),
        ("behaviour", "meaning"),
    ],
    reserved: &[("enum", "name the value by its enum, as in `add Status.archived` or `rename Status.old = \"OLD\" -> new`")],
    documented: true,
    repeat: &[Rule::verb],
};
pub(super) static FROM: Block = Block {
    lone: Rule::lone_from_statement,
    statement: "statement of `from`",
    starts: &[
        "was",
        "keep",
        "set",
        "rename",
        "remap",
        "default",
        "ask",
        "drop",
        "review",
        "output",
        "reauthorize",
        "cursor",
        "stored",
        "lossless",
    ],
    habits: &[("remove", "drop"), ("map", "remap"), ("move", "set"), ("require", "ask"), ("old", "was")],
    reserved: &[],
    documented: true,
    repeat: &[
        Rule::was,
        Rule::keep,
        Rule::set,
        Rule::rename_step,
        Rule::remap,
        Rule::default_step,
        Rule::ask,
        Rule::drop,
        Rule::review,
        Rule::output_step,
        Rule::stored,
    ],
};
pub(super) static MERGED: Block =
    Block { documented: true, ..plain(Rule::lone_merge_member, "field or value", &[Rule::field, Rule::variant]) };
pub(super) static REMAPPED: Block = plain(Rule::lone_remap_pair, "pair of values", &[Rule::remap_pair]);
pub(super) static TYPE: Block = Block { documented: true, ..plain(Rule::lone_type_statement, "field", &[Rule::field]) };
pub(super) static FIELD: Block = Block { documented: true, ..plain(Rule::lone_field, "field", &[Rule::field]) };
pub(super) static ENUM: Block = Block { documented: true, ..plain(Rule::lone_enum_statement, "variant", &[Rule::variant]) };
pub(super) static STEPS: Block = plain(Rule::lone_step, "step", &[Rule::step]);
pub(super) static STEP_MEMBER: Block = plain(Rule::lone_step_member, "value that is given", &[Rule::step_member]);
pub(super) static STEP_VALUE: Block = plain(Rule::lone_step_value, "value", &[Rule::step_value]);
pub(super) static ANSWERS: Block = plain(Rule::lone_status_answer, "answer", &[Rule::status_answer]);
pub(super) static SCOPE: Block = plain(Rule::lone_scope, "scope", &[Rule::scope]);
pub(super) static PARAMETER: Block = plain(Rule::lone_parameter, "parameter", &[Rule::parameter]);
pub(super) static BIND: Block = plain(Rule::lone_bind, "member", &[Rule::bind]);
pub(super) static CHALLENGE_MEMBER: Block = plain(Rule::lone_challenge_member, "member", &[Rule::challenge_member]);
pub(super) static SIGN: Block = plain(Rule::lone_sign_statement, "setting", &[Rule::setting, Rule::sign_part]);
pub(super) static ENTRY: Block = plain(Rule::lone_entry, "member", &[Rule::entry]);
pub(super) static ELEMENT: Block = plain(Rule::lone_element, "value", &[Rule::value]);
pub(super) static BOUND: Block = Block { starts: &["pattern", "format", "unique"], ..plain(Rule::lone_bound, "bound", &[]) };

/// Takes a statement into the tree.
pub(super) type Lower<'f, 't> = dyn FnMut(&mut Reader<'t>, Pair<'_>) + 'f;

impl<'t> Reader<'t> {
    /// Reads the statements of a block in turn. What could not be read is reported, mended where that is possible, and
    /// otherwise left out.
    pub(super) fn block<'p>(&mut self, pairs: impl Iterator<Item = Pair<'p>>, block: &Block, lower: &mut Lower<'_, 't>) {
        let mut seen: Vec<(Rule, Span)> = Vec::new();
        let mut once = |reader: &mut Reader<'t>, pair: Pair<'_>| {
            if reader.stands_first(&pair, block, &mut seen) {
                lower(reader, pair);
            }
        };
        let mut held: Option<Pair<'p>> = None;
        let mut last_bad: Option<Span> = None;
        let mut pairs = pairs.filter(|pair| !is_mark(pair.as_rule())).peekable();
        while let Some(pair) = pairs.next() {
            if pair.as_rule() == Rule::bad {
                let before = held.take();
                // Lines that stand deeper than a statement go on with it.
                let mut more = Vec::new();
                let attached =
                    before.as_ref().map(|before| self.span(before)).filter(|before| self.is_attached(*before, *before, self.span(&pair)));
                let mut last = self.span(&pair);
                while let (Some(before), Some(next)) = (attached, pairs.peek()) {
                    let plain = next.as_rule() == Rule::bad && next.clone().into_inner().all(|part| part.as_rule() != Rule::doc);
                    let span = self.span(next);
                    if !plain || !self.is_attached(before, last, span) {
                        break;
                    }
                    last = span;
                    more.extend(pairs.next());
                }
                let bad_follows = !more.is_empty() || pairs.peek().is_some_and(|next| next.as_rule() == Rule::bad);
                self.stray_documentation(&pair, block, bad_follows);
                if !self.bad(pair, before, &more, block, &mut last_bad, &mut once) {
                    more.into_iter().for_each(|one| _ = self.bad(one, None, &[], block, &mut last_bad, &mut once));
                }
                continue;
            }
            last_bad = None;
            if let Some(before) = held.replace(pair) {
                once(self, before);
            }
        }
        if let Some(last) = held {
            once(self, last);
        }
    }

    /// False, with a report, for the second statement of a kind that may stand once.
    fn stands_first(&mut self, pair: &Pair<'_>, block: &Block, seen: &mut Vec<(Rule, Span)>) -> bool {
        let rule = pair.as_rule();
        if block.repeat.contains(&rule) {
            return true;
        }
        let span = self.span(pair);
        let Some((_, first)) = seen.iter().find(|(one, _)| *one == rule) else {
            seen.push((rule, span));
            return true;
        };
        let words = pair.as_str().split_whitespace().next().unwrap_or_default().to_owned();
        let keyword = |span: Span| Span { end: (span.start + words.len() as u32).min(span.end), ..span };
        let diagnostic = Diagnostic::new(codes::STANDS_TWICE, keyword(span), format!("`{words}` stands twice in one block"))
            .here("the second one")
            .also(keyword(*first), "the first one")
            .help("keep one of them");
        self.report(diagnostic);
        false
    }
}

/// Tokens that are no statements: the brace itself, and what stands before it.
fn is_mark(rule: Rule) -> bool {
    matches!(rule, Rule::open | Rule::word | Rule::string | Rule::EOI | Rule::close_list)
}
