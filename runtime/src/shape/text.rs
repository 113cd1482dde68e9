//! Reading what the macros leave as text: what fields, symbols and variants are called and what is demanded of them. It is read when a
//! type is first used. Memory does not depend on it: whatever stands here, nothing but names and demands comes of it.

use super::{
    attrs::{Attrs, Range},
    table::{Field, Link, Symbol, Variant},
};

/// What starts a part, a piece of a part, and its documentation. The macros write them; no text of a spec has them.
const PART: char = '\u{1d}';
const PIECE: char = '\u{1e}';
const DOCS: char = '\u{1f}';

/// The parts of a table, one after the other.
pub(super) struct Parts(std::str::Split<'static, char>);

/// What is said of one part.
pub(super) struct Part {
    pieces: std::str::Split<'static, char>,
    docs: &'static str,
}

impl Parts {
    pub(super) fn of(text: &'static str) -> Self {
        let mut parts = text.split(PART);
        // Nothing stands before the first part.
        parts.next();
        Self(parts)
    }

    /// The next part; says nothing when there is none.
    pub(super) fn next_part(&mut self) -> Part {
        let part = self.0.next().unwrap_or_default();
        let (said, docs) = part.split_once(DOCS).unwrap_or((part, ""));
        Part { pieces: said.split(PIECE), docs }
    }
}

impl Part {
    fn next_piece(&mut self) -> &'static str {
        self.pieces.next().unwrap_or_default()
    }
}

/// A field: `name! wire`, where `!` says that it must be there, `?` that it may be null, `*` that it keeps what has no field; the name
/// on the wire is left out when it is the same. Then what is demanded of it, a piece each.
pub(super) fn field(mut said: Part, offset: usize, shape: Link) -> Field {
    let first = said.next_piece();
    let (start, wire) = first.split_once(' ').map_or((first, None), |(start, wire)| (start, Some(wire)));
    let name = start.trim_end_matches(['!', '?', '*']);
    let marks = &start[name.len()..];
    let attrs = Attrs {
        required: marks.contains('!'),
        nullable: marks.contains('?'),
        rest: marks.contains('*'),
        ..demanded(&said.pieces.collect::<Vec<_>>())
    };
    let wire = if attrs.rest { "" } else { wire.unwrap_or(name) };
    Field { name, wire, docs: said.docs, offset, shape, attrs }
}

/// What the demands on the items of a list, or the values of a map, start with.
const ITEMS: &str = "items.";

/// What is demanded of a field, and of what is in it. What is demanded of its items is put together before it is kept for good.
fn demanded(demands: &[&'static str]) -> Attrs {
    let (of_items, own): (Vec<&str>, Vec<&str>) = demands.iter().partition(|demand| demand.starts_with(ITEMS));
    let attrs = own.into_iter().fold(Attrs::OPTIONAL, and);
    if of_items.is_empty() {
        return attrs;
    }
    let of_items: Vec<_> = of_items.into_iter().map(|demand| &demand[ITEMS.len()..]).collect();
    attrs.items(Box::leak(Box::new(demanded(&of_items))))
}

/// One more demand: `length 1..255`, `range 0..9`, `pattern ^[A-Z]`, `default "zip"`, `unique`.
fn and(attrs: Attrs, demand: &'static str) -> Attrs {
    let (what, value) = demand.split_once(' ').unwrap_or((demand, ""));
    let (least, greatest) = value.split_once("..").unwrap_or_default();
    match what {
        "length" => attrs.length(number(least, 0), number(greatest, u32::MAX)),
        "range" => attrs.range(number(least, i64::MIN), number(greatest, i64::MAX)),
        "fractions" => Attrs { range: Range::Float(number(least, f64::NEG_INFINITY), number(greatest, f64::INFINITY)), ..attrs },
        "pattern" => attrs.pattern(value),
        "format" => attrs.format(value),
        "default" => attrs.default(value),
        "constant" => attrs.constant(value),
        "unique" => attrs.unique(),
        "deprecated" => attrs.deprecated(value),
        _ => attrs,
    }
}

/// An end of a range; open when it is left out.
fn number<T: std::str::FromStr>(text: &str, open: T) -> T {
    text.parse().unwrap_or(open)
}

/// What stands on the wire for a symbol.
pub trait Wire: Sized + 'static {
    /// As the table has it.
    #[doc(hidden)]
    fn of_text(text: &'static str) -> Self;
}

impl Wire for &'static str {
    fn of_text(text: &'static str) -> Self {
        text
    }
}

impl Wire for i64 {
    fn of_text(text: &'static str) -> Self {
        text.parse().unwrap_or_default()
    }
}

/// A symbol: its name in Rust, its name in the spec where that is not the same in snake case, and what stands on the wire.
pub(super) fn symbol<W: Wire>(mut said: Part) -> Symbol<W> {
    let (ident, named) = (said.next_piece(), said.next_piece());
    Symbol { ident, named, wire: W::of_text(said.next_piece()), docs: said.docs }
}

/// A variant of a union: its name in Rust, and its tag.
pub(super) fn variant(mut said: Part, shape: Link) -> Variant {
    let name = said.next_piece();
    Variant { name, tag: said.next_piece(), docs: said.docs, shape }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shape::Shaped;

    fn read(text: &'static str) -> Field {
        field(Parts::of(text).next_part(), 0, <String as Shaped>::LINK)
    }

    #[test]
    fn a_field_says_what_it_is_called_and_what_is_demanded() {
        let name = read("\u{1d}name!? the wire's\u{1e}length 1..\u{1e}pattern ^[A-Z] .\u{1e}default \"a b\"\u{1f} Docs.\n More.\n");
        assert_eq!((name.name, name.wire, name.docs), ("name", "the wire's", " Docs.\n More.\n"));
        assert!(name.attrs.required && name.attrs.nullable && !name.attrs.rest && !name.attrs.unique);
        assert_eq!(name.attrs.length, Some((1, u32::MAX)));
        assert_eq!((name.attrs.pattern, name.attrs.default), ("^[A-Z] .", "\"a b\""));
        let rest = read("\u{1d}extra*");
        assert_eq!((rest.name, rest.wire), ("extra", ""));
        assert!(rest.attrs.rest && !rest.attrs.required);
    }

    #[test]
    fn demands_reach_into_lists() {
        let lists = read("\u{1d}lists\u{1e}items.length 0..2\u{1e}items.items.range -3..\u{1e}unique\u{1e}items.items.pattern a..b");
        let items = lists.attrs.items.expect("something is demanded of them");
        assert_eq!(items.length, Some((0, 2)));
        let inner = items.items.expect("something is demanded of theirs");
        assert_eq!((inner.range, inner.pattern), (Range::Int(-3, i64::MAX), "a..b"));
        assert!(lists.attrs.unique);
        assert_eq!(read("\u{1d}x\u{1e}fractions -0.5..1").attrs.range, Range::Float(-0.5, 1.0));
    }

    #[test]
    fn what_is_not_said_is_not_known() {
        let nothing = read("");
        assert_eq!((nothing.name, nothing.wire, nothing.docs), ("", "", ""));
        assert!(!nothing.attrs.required);
    }
}
