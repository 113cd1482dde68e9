//! Statuses of answers: `200`, `2xx`.

use super::Resolver;
use crate::diagnostics::{Diagnostic, codes};
use crate::source::Spanned;

impl Resolver<'_> {
    /// The range that a status names.
    pub(super) fn status(&mut self, written: &Spanned<String>) -> Option<(u16, u16)> {
        let range = range(&written.value);
        if range.is_none() {
            self.report(
                Diagnostic::new(codes::BAD_STATUS, written.span, format!("`{}` is not an HTTP status", written.value))
                    .here("neither a status nor a class of them")
                    .help("write a status such as `404`, or a class such as `5xx`"),
            );
        }
        range
    }

    /// The ranges of those that can be read.
    pub(super) fn statuses(&mut self, written: &[Spanned<String>]) -> Vec<(u16, u16)> {
        written.iter().filter_map(|status| self.status(status)).collect()
    }
}

fn range(text: &str) -> Option<(u16, u16)> {
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
