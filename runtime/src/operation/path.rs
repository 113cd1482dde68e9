//! The path of an operation: text with the numbers of inputs in braces, read piece by piece where a request is made of it.

/// A piece of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Segment {
    /// Sent as it is.
    Text(&'static str),
    /// The input field with this index, percent-encoded as one path segment.
    Field(u16),
}

/// The pieces of a path, in order.
#[derive(Clone, Debug)]
pub struct Segments(pub(super) &'static str);

impl Iterator for Segments {
    type Item = Segment;

    #[inline]
    fn next(&mut self) -> Option<Segment> {
        let text = self.0;
        let brace = text.find('{').unwrap_or(text.len());
        if brace > 0 {
            self.0 = &text[brace..];
            return Some(Segment::Text(&text[..brace]));
        }
        let inner = text.strip_prefix('{')?;
        if let Some(rest) = inner.strip_prefix('{') {
            self.0 = rest;
            return Some(Segment::Text("{"));
        }
        let (index, rest) = inner.split_once('}').unwrap_or((inner, ""));
        self.0 = rest;
        // What is no number is no input's: the call says that it has no value.
        Some(Segment::Field(index.parse().unwrap_or(u16::MAX)))
    }
}

#[cfg(test)]
mod tests {
    use super::{Segment::*, *};

    fn read(text: &'static str) -> Vec<Segment> {
        Segments(text).collect()
    }

    #[test]
    fn a_path_is_text_and_numbers_of_inputs() {
        assert_eq!(read("/a/{0}/b/{12}...{3}"), [Text("/a/"), Field(0), Text("/b/"), Field(12), Text("..."), Field(3)]);
        assert_eq!(read("{0}"), [Field(0)]);
        assert_eq!(read(""), []);
    }

    #[test]
    fn a_brace_is_written_twice() {
        assert_eq!(read("/a{{b}{0}"), [Text("/a"), Text("{"), Text("b}"), Field(0)]);
    }

    #[test]
    fn what_is_not_a_number_names_no_input() {
        assert_eq!(read("/{x}/{1"), [Text("/"), Field(u16::MAX), Text("/"), Field(1)]);
    }
}
