//! What stands in parentheses after a type: ranges, patterns, formats.

use super::Resolver;
use super::pattern;
use super::unknown::listed;
use crate::diagnostics::{Diagnostic, codes};
use crate::model::Bounds;
use crate::source::{Span, Spanned};
use crate::syntax::ast::{self, Text};

/// What a type can be bounded by.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Bounded {
    /// `string`: its length in characters, and a pattern.
    Text,
    /// `int`: its value.
    Whole,
    /// `float`, `decimal`: their value.
    Number,
    /// `[T]`: the number of items, and that they differ.
    Items,
    /// `map<T>`: the number of entries.
    Entries,
    /// Nothing.
    Nothing,
}

impl Bounded {
    fn takes_range(self) -> bool {
        self != Self::Nothing
    }

    fn counts(self) -> bool {
        matches!(self, Self::Text | Self::Items | Self::Entries)
    }
}

impl Resolver<'_> {
    /// Reads ranges, pattern and `unique`; says what does not fit the type.
    pub(super) fn bounds(&mut self, written: Option<&ast::Bounds>, bounded: Bounded, what: &str) -> Bounds {
        let Some(written) = written else { return Bounds::default() };
        if written.format.is_some() {
            self.misfit(&written.format, what, "a format", "a format belongs to dates, times, durations and bytes");
        }
        if !bounded.takes_range() {
            self.no_range(written, what);
        }
        let bounds = Bounds {
            min: self.limit(written.min.as_ref(), bounded, what),
            max: self.limit(written.max.as_ref(), bounded, what),
            pattern: self.pattern(written.pattern.as_ref(), bounded, what),
            unique: written.unique,
        };
        if written.unique && bounded != Bounded::Items {
            self.misfit_at(written.span, what, "`unique`", "`unique` belongs to lists");
        }
        self.range_is_not_empty(&bounds, written);
        bounds
    }

    fn no_range(&mut self, written: &ast::Bounds, what: &str) {
        let ends = (written.min.as_ref().map(|end| end.span), written.max.as_ref().map(|end| end.span));
        let span = match ends {
            (Some(min), Some(max)) => Some(min.to(max)),
            (min, max) => min.or(max),
        };
        self.misfit_at(span, what, "a range", "ranges belong to strings, numbers, lists and maps");
    }

    fn limit(&mut self, written: Option<&Spanned<String>>, bounded: Bounded, what: &str) -> Option<String> {
        let written = written?;
        if !bounded.takes_range() {
            return None;
        }
        let text = written.value.as_str();
        let fits = match bounded {
            Bounded::Whole => text.parse::<i64>().is_ok(),
            Bounded::Number => text.parse::<f64>().is_ok_and(f64::is_finite),
            _ => text.parse::<u64>().is_ok(),
        };
        if !fits {
            let whole = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
            let help = match bounded {
                _ if bounded.counts() && !text.starts_with('-') && whole => {
                    "it is too large: at most `18446744073709551615` can stand here"
                }
                _ if bounded.counts() => "a length is a whole number from 0",
                Bounded::Number => "it is too large: at most `1.7976931348623157e308` can stand here",
                _ if whole => "it is too large: whole numbers go from `-9223372036854775808` to `9223372036854775807`",
                _ => "write a whole number",
            };
            self.misfit_at(Some(written.span), what, &format!("the end `{text}`"), help);
        }
        fits.then(|| text.to_owned())
    }

    fn pattern(&mut self, written: Option<&Text>, bounded: Bounded, what: &str) -> Option<String> {
        let written = written?;
        if bounded != Bounded::Text {
            self.misfit_at(Some(written.span), what, "a pattern", "patterns belong to strings");
            return None;
        }
        if let Err(problem) = pattern::check(&written.value) {
            self.report(
                Diagnostic::new(codes::BAD_PATTERN, written.span, format!("this pattern does not compile: {problem}"))
                    .here("not a regular expression")
                    .help("patterns are regular expressions without look-around and back-references"),
            );
            return None;
        }
        Some(written.value.clone())
    }

    fn range_is_not_empty(&mut self, bounds: &Bounds, written: &ast::Bounds) {
        let ends = (bounds.min.as_deref().and_then(number), bounds.max.as_deref().and_then(number));
        let ((Some(low), Some(high)), Some(min), Some(max)) = (ends, &written.min, &written.max) else { return };
        if [min, max].iter().any(|end| self.sources.text(end.span) != end.value) {
            return; // a number that could not be read, which was reported
        }
        if low > high {
            let turned = format!("{}..{}", max.value, min.value);
            self.report(
                Diagnostic::new(codes::EMPTY_RANGE, min.span.to(max.span), format!("nothing lies between {} and {}", min.value, max.value))
                    .here("the lower end is above the upper end")
                    .help(format!("write `{turned}`"))
                    .replace(format!("write `{turned}`"), min.span.to(max.span), turned),
            );
        }
    }

    fn misfit(&mut self, written: &Option<Text>, what: &str, part: &str, help: &str) {
        self.misfit_at(written.as_ref().map(|text| text.span), what, part, help);
    }

    /// A bound that its type cannot have.
    pub(super) fn misfit_at(&mut self, span: Option<Span>, what: &str, part: &str, help: &str) {
        let Some(span) = span else { return };
        self.report(
            Diagnostic::new(codes::BOUNDS_DO_NOT_FIT, span, format!("{part} does not fit `{what}`"))
                .here("does not belong here")
                .help(help),
        );
    }

    /// The format of a date, duration or bytes; the usual one is left out.
    pub(super) fn format(&mut self, written: Option<&ast::Bounds>, what: &str, formats: &[&str], usual: &str) -> Option<String> {
        let written = written?;
        if written.min.is_some() || written.max.is_some() || written.pattern.is_some() || written.unique {
            self.misfit_at(written.span, what, "a range or pattern", "only `format \"…\"` belongs here");
        }
        let format = written.format.as_ref()?;
        let strftime = formats.contains(&"%…") && format.value.contains('%');
        if !strftime && !formats.contains(&format.value.as_str()) {
            self.report(
                Diagnostic::new(codes::UNKNOWN_FORMAT, format.span, format!("`{}` is not a format of `{what}`", format.value))
                    .here("unknown format")
                    .help(format!("there is {}", listed(formats))),
            );
            return None;
        }
        (format.value != usual).then(|| format.value.clone())
    }
}

fn number(text: &str) -> Option<f64> {
    text.parse().ok()
}
