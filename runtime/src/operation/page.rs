//! Tables of pages: where the items stand, what is asked for next, and when it ends.

use crate::shape::Link;

/// How a search pages. Field numbers are indexes into the input.
#[derive(Debug)]
pub struct Page {
    /// Where the items stand in the decoded answer.
    pub items: Items,
    /// The strategy.
    pub strategy: Strategy,
    /// When it ends, beside what the strategy itself says.
    pub stop: Stop,
    /// The most pages.
    pub cap: u32,
}

/// Where the items of a page stand: wire members from the top of the answer, and the item's shape.
#[derive(Debug)]
pub struct Items {
    /// Empty when the answer is the list.
    pub at: &'static [&'static str],
    /// The shape of one item.
    pub shape: Link,
}

/// The six page strategies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strategy {
    /// The field moves by the number of items received.
    Offset {
        /// The field that moves.
        advance: u16,
        /// The field with the page size.
        size: Option<u16>,
    },
    /// The field moves by one.
    Number {
        /// The field that moves.
        advance: u16,
        /// The field with the page size.
        size: Option<u16>,
        /// The first page's number.
        start: i64,
    },
    /// The next cursor stands in the answer.
    Cursor {
        /// The field that carries it.
        send: u16,
        /// Where it stands.
        read: &'static [&'static str],
    },
    /// The next URL stands in a Link header, `rel="next"` (RFC 8288).
    LinkHeader {
        /// The header's name, in lower case.
        header: &'static str,
    },
    /// The next URL stands in the answer.
    NextUrl {
        /// Where it stands.
        read: &'static [&'static str],
    },
    /// The last item's key is the next cursor.
    Keyset {
        /// The field that carries it.
        send: u16,
        /// The wire name of the item's key.
        key: &'static str,
    },
}

/// When paging ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// No cursor, no link.
    Absent,
    /// A page with no items.
    Empty,
    /// A page with fewer items than asked for.
    Short,
    /// This member is false or absent.
    More(&'static [&'static str]),
    /// As many items as this member says were seen.
    Total(&'static [&'static str]),
}
