//! Changes of a text: parts of it and what stands there instead. What no edit names stays byte for byte.

use std::{borrow::Cow, ops::Range};

/// Edits of one text.
#[derive(Debug, Default)]
pub(crate) struct Edits(Vec<(Range<usize>, String)>);

impl Edits {
    /// Puts another text in a part's place. Parts do not overlap.
    pub(crate) fn replace(&mut self, part: Range<usize>, text: String) {
        self.0.push((part, text));
    }

    /// The text with the edits made.
    pub(crate) fn apply(mut self, text: &str) -> Cow<'_, str> {
        if self.0.is_empty() {
            return Cow::Borrowed(text);
        }
        self.0.sort_by_key(|(part, _)| (part.start, part.end));
        let mut out = String::with_capacity(text.len() + 64);
        let mut end = 0;
        for (part, new) in self.0 {
            debug_assert!(part.start >= end, "edits do not overlap");
            out.push_str(&text[end..part.start]);
            out.push_str(&new);
            end = part.end;
        }
        out.push_str(&text[end..]);
        Cow::Owned(out)
    }
}
