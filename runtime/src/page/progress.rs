//! Where a paged search stands and what comes next: a pure decision over what a page held. Fetching and decoding are its siblings'.

use std::{
    collections::HashSet,
    fmt,
    hash::{BuildHasher, RandomState},
};

use serde_json::{Value, json};
use url::Url;

use crate::{
    checkpoint::stored,
    error::{Error, ErrorKind, shorten},
    gate,
    operation::{Page, Stop, Strategy},
};

/// What the request of a page carries.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Position {
    /// What the caller asked for.
    First,
    /// This value in the field that the strategy moves.
    Field(Value),
    /// This URL, which the server gave.
    Url(String),
}

/// A place in a search to go on from later, perhaps in another process: kept by whoever keeps the work. It holds what the server gave to find
/// the next page, which for some APIs is confidential.
#[derive(Clone, PartialEq)]
pub struct Checkpoint {
    pub(crate) operation: String,
    pub(crate) position: Position,
    pub(crate) pages: u32,
    pub(crate) records: u64,
    /// Items of the page that were taken already.
    pub(crate) taken: usize,
}

/// Without what the server gave: an address may repeat the query that a key is in.
impl fmt::Debug for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Checkpoint");
        shown.field("search", &self.operation).field("pages", &self.pages).field("records", &self.records);
        shown.field("taken", &self.taken).finish_non_exhaustive()
    }
}

impl Checkpoint {
    fn to_value(&self) -> Value {
        let mut value = json!({ "search": self.operation, "pages": self.pages, "records": self.records, "taken": self.taken });
        match &self.position {
            Position::First => {}
            Position::Field(cursor) => value["cursor"] = cursor.clone(),
            Position::Url(url) => value["url"] = url.as_str().into(),
        }
        value
    }

    fn from_value(value: &Value) -> Option<Checkpoint> {
        let position = match (value.get("cursor"), value.get("url")) {
            (None, None) => Position::First,
            (Some(cursor), None) => Position::Field(cursor.clone()),
            (None, Some(url)) => Position::Url(url.as_str()?.to_owned()),
            (Some(_), Some(_)) => return None,
        };
        Some(Checkpoint {
            operation: value.get("search")?.as_str()?.to_owned(),
            position,
            pages: u32::try_from(value.get("pages")?.as_u64()?).ok()?,
            records: value.get("records")?.as_u64()?,
            taken: usize::try_from(value.get("taken")?.as_u64()?).ok()?,
        })
    }
}

stored!(Checkpoint, "this is not a checkpoint");

/// What the decision needs to know of a page.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    /// Items it held.
    pub(crate) items: usize,
    /// Its address, against which a next link is read.
    pub(crate) from: Option<Url>,
    /// The cursor, the next URL, or the last item's key.
    pub(crate) cursor: Option<Value>,
    /// What stands where [`Stop::More`] points.
    pub(crate) more: bool,
    /// What stands where [`Stop::Total`] points.
    pub(crate) total: Option<u64>,
}

impl Facts {
    /// A next link as a whole address; it must not leave the origin of its page.
    fn whole(&self, link: String) -> Result<String, Error> {
        let unknown = || Error::new(ErrorKind::Paging, "the address of the page is not known, and a next link is read against it");
        gate::next_link(self.from.as_ref().ok_or_else(unknown)?, &link).map(String::from)
    }
}

/// What the caller bounds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Caps {
    /// The most pages.
    pub(crate) pages: u32,
    /// The most records.
    pub(crate) records: u64,
}

/// Where a search stands.
#[derive(Debug)]
pub(crate) struct Progress {
    page: &'static Page,
    /// The page size that was asked for, as far as the input says.
    size: Option<u64>,
    /// What the moving field was at the start.
    start: i64,
    caps: Caps,
    pages: u32,
    records: u64,
    position: Position,
    seen: HashSet<u64>,
    hasher: RandomState,
    total: Option<u64>,
    shifted: bool,
}

impl Progress {
    /// Before the first page. `given` is what the input holds in the field that moves.
    pub(crate) fn new(page: &'static Page, given: Option<i64>, size: Option<u64>, caps: Caps) -> Progress {
        let start = match page.strategy {
            Strategy::Number { start, .. } => given.unwrap_or(start),
            _ => given.unwrap_or(0),
        };
        let caps = Caps { pages: caps.pages.min(page.cap), ..caps };
        Progress {
            page,
            size: size.filter(|&size| size > 0),
            start,
            caps,
            pages: 0,
            records: 0,
            position: Position::First,
            seen: HashSet::new(),
            hasher: RandomState::new(),
            total: None,
            shifted: false,
        }
    }

    /// Goes on from a checkpoint, which must be of this search.
    pub(crate) fn resume(&mut self, search: &str, checkpoint: Checkpoint) -> Result<(), Error> {
        if checkpoint.operation != search {
            let message = format!("the checkpoint is of the search `{}`", shorten(&checkpoint.operation));
            return Err(Error::new(ErrorKind::Input, message));
        }
        (self.position, self.pages, self.records) = (checkpoint.position, checkpoint.pages, checkpoint.records);
        Ok(())
    }

    /// Where to go on from.
    pub(crate) fn checkpoint(&self, search: impl Into<String>) -> Checkpoint {
        Checkpoint { operation: search.into(), position: self.position.clone(), pages: self.pages, records: self.records, taken: 0 }
    }

    /// What the next request carries.
    pub(crate) fn position(&self) -> &Position {
        &self.position
    }

    /// Pages and records before the current position.
    pub(crate) fn counted(&self) -> (u32, u64) {
        (self.pages, self.records)
    }

    /// Whether the total that the API states has changed on the way: records have come or gone, and offsets have shifted.
    pub(crate) fn has_shifted(&self) -> bool {
        self.shifted
    }

    /// How many more records may be given, and whether another page may be asked for.
    pub(crate) fn room(&self) -> Result<u64, Error> {
        if self.pages >= self.caps.pages {
            let message = format!("there are more than {} pages, the most this search may read", self.caps.pages);
            return Err(Error::new(ErrorKind::Limit, message));
        }
        match self.caps.records.saturating_sub(self.records) {
            0 => Err(self.too_many()),
            room => Ok(room),
        }
    }

    /// The error of a search that holds more records than allowed.
    pub(crate) fn too_many(&self) -> Error {
        Error::new(ErrorKind::Limit, format!("there are more than {} records, the most this search may read", self.caps.records))
    }

    /// Takes in a page. True when another follows; its position is [`Progress::position`].
    pub(crate) fn advance(&mut self, facts: Facts) -> Result<bool, Error> {
        self.pages += 1;
        self.records += facts.items as u64;
        self.shifted |= matches!((self.total, facts.total), (Some(before), Some(now)) if before != now);
        self.total = facts.total.or(self.total);
        match self.following(&facts)? {
            None => Ok(false),
            Some(next) => {
                let hash = self.hasher.hash_one(match &next {
                    Position::First => String::new(),
                    Position::Field(value) => value.to_string(),
                    Position::Url(url) => url.clone(),
                });
                if !self.seen.insert(hash) || self.position == next {
                    return self.came_again(&facts);
                }
                self.position = next;
                Ok(true)
            }
        }
    }

    /// Some APIs repeat the last cursor beside an empty page and mean the end. With items it would go on for ever.
    fn came_again(&self, facts: &Facts) -> Result<bool, Error> {
        if facts.items == 0 {
            return Ok(false);
        }
        let message = format!("page {} leads back to a page that was read already", self.pages);
        Err(Error::new(ErrorKind::Paging, message))
    }

    fn following(&self, facts: &Facts) -> Result<Option<Position>, Error> {
        if self.stops(facts) {
            return Ok(None);
        }
        match self.page.strategy {
            Strategy::Offset { .. } => Ok(self.next_offset(facts)),
            Strategy::Number { .. } => Ok(self.current().checked_add(1).map(|next| Position::Field(next.into()))),
            Strategy::Cursor { .. } | Strategy::Keyset { .. } => self.next_cursor(facts).map(|cursor| cursor.map(Position::Field)),
            Strategy::LinkHeader { .. } | Strategy::NextUrl { .. } => match self.next_cursor(facts)? {
                None => Ok(None),
                Some(Value::String(link)) => facts.whole(link).map(|url| Some(Position::Url(url))),
                Some(_) => Err(Error::new(ErrorKind::Decode, "the next page's URL is not text")),
            },
        }
    }

    /// What the search says about its end.
    fn stops(&self, facts: &Facts) -> bool {
        let empty = facts.items == 0;
        let counts = matches!(self.page.strategy, Strategy::Offset { .. } | Strategy::Number { .. });
        match self.page.stop {
            // A count alone never says that it is the last, so an empty page has to.
            Stop::Absent | Stop::Empty if counts => empty,
            Stop::Absent => false,
            Stop::Empty => empty,
            Stop::Short => empty || self.size.is_some_and(|size| (facts.items as u64) < size),
            Stop::More(_) => !facts.more,
            Stop::Total(_) => match facts.total {
                Some(total) => self.covered(facts) >= total,
                None => empty && counts,
            },
        }
    }

    /// How many of the total lie before the next page. Pages may hold fewer items than asked for (some are not ours to see), so for counted
    /// pages the position is what counts, not the items.
    fn covered(&self, facts: &Facts) -> u64 {
        let items = facts.items as u64;
        match (self.page.strategy, self.size) {
            (Strategy::Offset { .. }, _) => u64::try_from(self.current()).unwrap_or(0).saturating_add(self.step(items)),
            (Strategy::Number { start, .. }, Some(size)) => {
                u64::try_from(self.current().saturating_sub(start).saturating_add(1)).unwrap_or(0).saturating_mul(size)
            }
            (Strategy::Number { .. }, None) if items == 0 => u64::MAX,
            _ => self.records,
        }
    }

    /// How far an offset moves: by what came; over an empty middle page, by what was asked for.
    fn step(&self, items: u64) -> u64 {
        if items == 0 { self.size.unwrap_or(u64::MAX) } else { items }
    }

    fn next_offset(&self, facts: &Facts) -> Option<Position> {
        let step = i64::try_from(self.step(facts.items as u64)).ok()?;
        self.current().checked_add(step).map(|next| Position::Field(next.into()))
    }

    /// The value that the moving field has on the current page.
    fn current(&self) -> i64 {
        match &self.position {
            Position::Field(value) => value.as_i64().unwrap_or(self.start),
            _ => self.start,
        }
    }

    fn next_cursor(&self, facts: &Facts) -> Result<Option<Value>, Error> {
        match &facts.cursor {
            None | Some(Value::Null | Value::Bool(false)) => Ok(None),
            Some(Value::String(text)) if text.is_empty() => Ok(None),
            Some(cursor @ (Value::String(_) | Value::Number(_))) => Ok(Some(cursor.clone())),
            Some(_) => Err(Error::new(ErrorKind::Decode, "the cursor of the next page is neither text nor a number")),
        }
    }
}

/// The target of `rel="next"` in a Link header (RFC 8288, 3).
pub(crate) fn link_next(header: &str) -> Option<&str> {
    let mut rest = header;
    loop {
        let (target, after) = rest.split_once('<')?.1.split_once('>')?;
        let (parameters, following) = until_comma(after);
        if is_next(parameters) {
            return Some(target);
        }
        rest = following;
    }
}

/// The parameters of one link and what follows its comma; commas in quotes do not count.
fn until_comma(text: &str) -> (&str, &str) {
    let mut quoted = false;
    for (at, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => return (&text[..at], &text[at + 1..]),
            _ => {}
        }
    }
    (text, "")
}

fn is_next(parameters: &str) -> bool {
    parameters.split(';').filter_map(|parameter| parameter.split_once('=')).any(|(name, value)| {
        let relations = value.trim().trim_matches('"');
        name.trim().eq_ignore_ascii_case("rel") && relations.split_ascii_whitespace().any(|relation| relation.eq_ignore_ascii_case("next"))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{operation::Items, shape::Shaped};

    const CAPS: Caps = Caps { pages: u32::MAX, records: u64::MAX };

    fn progress(strategy: Strategy, stop: Stop, size: Option<u64>) -> Progress {
        let items = Items { at: &[], shape: <serde_json::Value as Shaped>::LINK };
        let page = Box::leak(Box::new(Page { items, strategy, stop, cap: 100 }));
        Progress::new(page, None, size, CAPS)
    }

    fn items(items: usize) -> Facts {
        Facts { items, ..Facts::default() }
    }

    fn cursor(items: usize, cursor: serde_json::Value) -> Facts {
        Facts { items, cursor: Some(cursor), ..Facts::default() }
    }

    const OFFSET: Strategy = Strategy::Offset { advance: 0, size: Some(1) };
    const NUMBER: Strategy = Strategy::Number { advance: 0, size: Some(1), start: 1 };
    const CURSOR: Strategy = Strategy::Cursor { send: 0, read: &["next"] };
    const LINK: Strategy = Strategy::LinkHeader { header: "link" };

    #[test]
    fn a_next_link_is_read_against_its_page_and_stays_with_it() {
        let linked = |from: Option<&str>, link: &str| {
            let from = from.map(|from| from.parse().expect("a URL"));
            let mut progress = progress(LINK, Stop::Absent, None);
            progress.advance(Facts { from, ..cursor(1, json!(link)) }).map(|_| progress.position().clone())
        };
        let page = Some("https://acme.example/v1/items?page=1");
        let Position::Url(next) = linked(page, "?page=2").expect("goes on") else { panic!("it is an address") };
        assert_eq!(next, "https://acme.example/v1/items?page=2");
        assert_eq!(linked(page, "https://other.example/").expect_err("elsewhere").kind(), ErrorKind::UnsafeAddress);
        // Without the page's address there is nothing to hold it against.
        assert_eq!(linked(None, "https://other.example/").expect_err("against what?").kind(), ErrorKind::Paging);
    }

    #[test]
    fn an_offset_moves_by_what_came_and_ends_at_a_short_page() {
        let mut progress = progress(OFFSET, Stop::Short, Some(10));
        assert!(progress.advance(items(10)).expect("goes on"));
        assert_eq!(progress.position(), &Position::Field(json!(10)));
        assert!(!progress.advance(items(3)).expect("ends"));
        assert_eq!(progress.counted(), (2, 13));
    }

    #[test]
    fn an_empty_middle_page_does_not_lose_what_follows() {
        let total = |items| Facts { items, total: Some(30), ..Facts::default() };
        let mut offset = progress(OFFSET, Stop::Total(&["total"]), Some(10));
        let goes_on: Vec<bool> = [10, 0, 10].map(|n| offset.advance(total(n)).expect("fine")).into();
        assert_eq!(goes_on, [true, true, false]);

        let mut number = progress(NUMBER, Stop::Total(&["total"]), Some(10));
        let goes_on: Vec<bool> = [10, 0, 10].map(|n| number.advance(total(n)).expect("fine")).into();
        assert_eq!(goes_on, [true, true, false]);

        let mut by_cursor = progress(CURSOR, Stop::Absent, None);
        assert!(by_cursor.advance(cursor(10, json!("a"))).expect("goes on"));
        assert!(by_cursor.advance(cursor(0, json!("b"))).expect("goes on"));
        assert!(!by_cursor.advance(cursor(10, json!(null))).expect("ends"));
    }

    #[test]
    fn a_repeated_cursor_and_a_cycle_are_errors() {
        let mut repeated = progress(CURSOR, Stop::Absent, None);
        assert!(repeated.advance(cursor(1, json!("a"))).expect("goes on"));
        assert_eq!(repeated.advance(cursor(1, json!("a"))).expect_err("repeats").kind(), ErrorKind::Paging);

        let mut cycle = progress(CURSOR, Stop::Absent, None);
        for name in ["a", "b", "c"] {
            assert!(cycle.advance(cursor(1, json!(name))).expect("goes on"));
        }
        assert_eq!(cycle.advance(cursor(1, json!("b"))).expect_err("a cycle").kind(), ErrorKind::Paging);
    }

    #[test]
    fn the_last_cursor_beside_an_empty_page_is_the_end() {
        let mut progress = progress(CURSOR, Stop::Absent, None);
        assert!(progress.advance(cursor(1, json!("a"))).expect("goes on"));
        assert!(!progress.advance(cursor(0, json!("a"))).expect("ends"));
    }

    #[test]
    fn pages_and_records_are_capped_aloud() {
        let mut pages = progress(CURSOR, Stop::Absent, None);
        for n in 0..100 {
            assert!(pages.room().is_ok());
            assert!(pages.advance(cursor(0, json!(n))).expect("goes on"));
        }
        assert_eq!(pages.room().expect_err("the cap").kind(), ErrorKind::Limit);

        let mut records = progress(CURSOR, Stop::Absent, None);
        records.caps.records = 15;
        assert!(records.advance(cursor(10, json!("a"))).expect("goes on"));
        assert_eq!(records.room().expect("room"), 5);
        assert!(records.advance(cursor(5, json!("b"))).expect("goes on"));
        assert_eq!(records.room().expect_err("the cap").kind(), ErrorKind::Limit);
    }

    #[test]
    fn number_more_and_keyset() {
        let mut number = progress(NUMBER, Stop::More(&["more"]), None);
        assert!(number.advance(Facts { items: 0, more: true, ..Facts::default() }).expect("goes on"));
        assert_eq!(number.position(), &Position::Field(json!(2)));
        assert!(!number.advance(items(5)).expect("ends"));

        let mut keyset = progress(Strategy::Keyset { send: 0, key: "id" }, Stop::Empty, None);
        assert!(keyset.advance(cursor(2, json!(17))).expect("goes on"));
        assert_eq!(keyset.position(), &Position::Field(json!(17)));
        assert!(!keyset.advance(items(0)).expect("ends"));
    }

    #[test]
    fn a_total_that_changes_is_noticed() {
        let mut progress = progress(OFFSET, Stop::Total(&["total"]), Some(10));
        assert!(progress.advance(Facts { items: 10, total: Some(30), ..Facts::default() }).expect("goes on"));
        assert!(!progress.has_shifted());
        assert!(progress.advance(Facts { items: 10, total: Some(29), ..Facts::default() }).expect("goes on"));
        assert!(progress.has_shifted());
    }

    #[test]
    fn numbers_at_the_end_of_their_range_end_the_search() {
        let mut offset = progress(OFFSET, Stop::More(&["more"]), None);
        offset.position = Position::Field(json!(i64::MAX - 1));
        assert!(!offset.advance(Facts { items: 10, more: true, ..Facts::default() }).expect("ends"));
    }

    #[test]
    fn checkpoints_survive_being_stored() {
        for position in [Position::First, Position::Field(json!("abc")), Position::Field(json!(7)), Position::Url("https://a/?p=2".into())]
        {
            let checkpoint = Checkpoint { operation: "list".into(), position, pages: 3, records: 250, taken: 12 };
            let stored = serde_json::to_string(&checkpoint).expect("it is written");
            assert_eq!(serde_json::from_str::<Checkpoint>(&stored).expect("it is read"), checkpoint);
            let shown = format!("{checkpoint:?}");
            assert!(shown.contains("250") && !shown.contains("abc") && !shown.contains("p=2"), "{shown}");
        }
        assert!(serde_json::from_str::<Checkpoint>("{}").is_err());
    }

    #[test]
    fn link_headers() {
        for (header, next) in [
            (r#"<https://a/?p=2>; rel="next", <https://a/?p=9>; rel="last""#, Some("https://a/?p=2")),
            (r#"<https://a/?p=1>; rel="prev", <https://a/?a=1,2>; title="x, y"; rel=next"#, Some("https://a/?a=1,2")),
            (r#"</b>; REL="last next""#, Some("/b")),
            (r#"<https://a>; rel="nextish""#, None),
            ("<", None),
            ("", None),
            (r#"<a>; rel="prev", x"#, None),
        ] {
            assert_eq!(link_next(header), next, "{header}");
        }
    }

    #[test]
    fn broken_link_headers_do_no_harm() {
        let good = [r#"<https://a/?p=2>; rel="next", <https://a/?p=9>; rel="last""#, r#"</b>; REL="last next"; title="x, y""#];
        crate::fuzz::feed_text(22, &good, &["<", ">", ",", ";", "\"", "rel=next", "=", "\u{e9}"], |header| {
            if let Some(target) = link_next(header) {
                assert!(header.contains(&format!("<{target}>")) && !target.contains('>'), "{header}");
            }
        });
    }
}
