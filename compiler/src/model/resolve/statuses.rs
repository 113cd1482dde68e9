//! Statuses of answers: `200`, `2xx`.

use super::Resolver;
use crate::source::Spanned;

impl Resolver<'_> {
    /// The range that a status names; the parser says what is none.
    pub(super) fn status(&self, written: &Spanned<String>) -> Option<(u16, u16)> {
        range(&written.value)
    }

    /// The ranges of those that can be read.
    pub(super) fn statuses(&self, written: &[Spanned<String>]) -> Vec<(u16, u16)> {
        written.iter().filter_map(|status| self.status(status)).collect()
    }
}

pub(super) fn range(text: &str) -> Option<(u16, u16)> {
    if !text.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    if let Some(class) = text.strip_suffix("xx") {
        let class: u16 = class.parse().ok().filter(|class| (1..=5).contains(class))?;
        return Some((class * 100, class * 100 + 99));
    }
    text.parse().ok().filter(|status| (100..=599).contains(status)).map(|status| (status, status))
}

#[cfg(test)]
mod tests {
    use super::range;

    #[test]
    fn statuses_and_classes_are_read() {
        assert_eq!(range("404"), Some((404, 404)));
        assert_eq!(range("5xx"), Some((500, 599)));
        assert_eq!((range("600"), range("9xx"), range("+1xx"), range("")), (None, None, None, None));
    }
}
