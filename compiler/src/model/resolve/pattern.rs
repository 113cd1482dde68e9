//! Patterns of strings: whether one compiles, and whether a literal matches it. The engine is the runtime's, so that what passes here
//! passes there. It has no look-around and no back-references, and always ends in linear time.

use regex_lite::Regex;

/// Says what is wrong with a pattern.
pub(crate) fn check(pattern: &str) -> Result<(), String> {
    Regex::new(pattern).map(drop).map_err(|error| error.to_string())
}

/// Does the text match? A pattern that does not compile was reported where it stands, and takes anything.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    Regex::new(pattern).map_or(true, |pattern| pattern.is_match(text))
}

#[cfg(test)]
mod tests {
    use super::{check, matches};

    #[test]
    fn good_patterns_pass() {
        for pattern in
            ["", "^a+b*$", "[a-z0-9-]{1,63}", r"^\d{4}-\d\d$", "(?:a|b)+?", "(?i)x", "[]a]", "[^]]+", "(?<year>\\d+)", "[[:alpha:]_]"]
        {
            assert_eq!(check(pattern), Ok(()), "{pattern}");
        }
    }

    #[test]
    fn what_the_runtime_could_not_compile_is_told() {
        for pattern in ["(", "a)", "[a", "*a", "a{3,1}", "(?=a)", r"(a)\1", "[z-a]", "a\\", r"\p{L}+"] {
            assert!(check(pattern).is_err(), "{pattern}");
        }
    }

    #[test]
    fn a_text_matches_or_does_not() {
        assert!(matches("^[A-Z]{3}$", "ABC") && !matches("^[A-Z]{3}$", "ABCD"));
        assert!(matches("b", "abc"), "a pattern without anchors is found anywhere, as it is when the program runs");
        assert!(matches("(", "anything"));
    }
}
