//! The syntax of patterns: enough of a reader to say that a regular expression compiles, without an engine in the compiler.
//!
//! The language is that of the `regex` crate, which has no look-around and no back-references.

use std::iter::Peekable;
use std::str::Chars;

/// Says what is wrong with a pattern.
pub(super) fn check(pattern: &str) -> Result<(), String> {
    let mut reader = Reader { chars: pattern.chars().peekable(), depth: 0, repeatable: false };
    while let Some(c) = reader.chars.next() {
        reader.step(c)?;
    }
    if reader.depth > 0 { Err("a `(` is not closed".to_owned()) } else { Ok(()) }
}

struct Reader<'p> {
    chars: Peekable<Chars<'p>>,
    depth: usize,
    /// True after something that can be repeated.
    repeatable: bool,
}

impl Reader<'_> {
    fn step(&mut self, c: char) -> Result<(), String> {
        match c {
            '(' => self.open()?,
            ')' => self.close()?,
            '[' => self.class()?,
            '\\' => self.escape()?,
            '*' | '+' | '?' => self.repeat(c)?,
            '{' => self.count()?,
            '|' => self.repeatable = false,
            _ => self.repeatable = c != '^',
        }
        Ok(())
    }

    fn open(&mut self) -> Result<(), String> {
        self.depth += 1;
        self.repeatable = false;
        if self.chars.next_if_eq(&'?').is_none() {
            return Ok(());
        }
        match self.chars.next() {
            Some('=' | '!') => Err("look-ahead is not supported".to_owned()),
            Some('<') if matches!(self.chars.peek(), Some('=' | '!')) => Err("look-behind is not supported".to_owned()),
            Some('P' | '<') => self.chars.find(|c| *c == '>').map(|_| ()).ok_or_else(|| "a group's name is not closed".to_owned()),
            Some(c) if c == ':' || c.is_ascii_lowercase() || c == '-' => self.flags(c),
            _ => Err("`(?` is followed by nothing that is known".to_owned()),
        }
    }

    fn flags(&mut self, first: char) -> Result<(), String> {
        let mut c = first;
        loop {
            match c {
                ':' => return Ok(()),
                ')' => return self.close(),
                'i' | 'm' | 's' | 'x' | 'u' | 'U' | 'R' | '-' => {}
                other => return Err(format!("`{other}` is not a flag")),
            }
            c = self.chars.next().ok_or("a group is not closed")?;
        }
    }

    fn close(&mut self) -> Result<(), String> {
        self.depth = self.depth.checked_sub(1).ok_or("a `)` closes nothing")?;
        self.repeatable = true;
        Ok(())
    }

    fn class(&mut self) -> Result<(), String> {
        self.chars.next_if_eq(&'^');
        let mut before = None;
        let mut first = true;
        loop {
            let c = self.chars.next().ok_or("a `[` is not closed")?;
            match c {
                ']' if !first => break,
                '[' if self.chars.peek() == Some(&':') => {
                    self.chars.find(|c| *c == ']').ok_or("a `[:` is not closed")?;
                }
                '\\' => {
                    self.chars.next().ok_or("a `\\` stands at the end")?;
                    before = None;
                }
                '-' => before = self.range(before)?,
                _ => before = Some(c),
            }
            first = false;
        }
        self.repeatable = true;
        Ok(())
    }

    fn range(&mut self, from: Option<char>) -> Result<Option<char>, String> {
        let Some(from) = from else { return Ok(None) };
        match self.chars.next_if(|c| !matches!(c, ']' | '\\' | '[')) {
            Some(to) if to < from => Err(format!("the range `{from}-{to}` runs backwards")),
            _ => Ok(None),
        }
    }

    fn escape(&mut self) -> Result<(), String> {
        self.repeatable = true;
        match self.chars.next() {
            None => Err("a `\\` stands at the end".to_owned()),
            Some(c) if c.is_ascii_digit() && c != '0' => Err("back-references are not supported".to_owned()),
            Some('p' | 'P') if self.chars.next_if_eq(&'{').is_some() => {
                self.chars.find(|c| *c == '}').map(|_| ()).ok_or_else(|| "a `\\p{` is not closed".to_owned())
            }
            Some(c) if c.is_ascii_alphabetic() && !"dDsSwWbBAzntrfvxupP".contains(c) => Err(format!("`\\{c}` is not known")),
            Some('x' | 'u') if self.chars.next_if_eq(&'{').is_some() => {
                self.chars.find(|c| *c == '}').map(|_| ()).ok_or_else(|| "a `\\x{` is not closed".to_owned())
            }
            Some(_) => Ok(()),
        }
    }

    fn repeat(&mut self, c: char) -> Result<(), String> {
        if !self.repeatable {
            return Err(format!("`{c}` repeats nothing"));
        }
        self.chars.next_if_eq(&'?');
        self.repeatable = false;
        Ok(())
    }

    fn count(&mut self) -> Result<(), String> {
        if !self.repeatable {
            return Err("`{` repeats nothing".to_owned());
        }
        let mut text = String::new();
        loop {
            match self.chars.next() {
                Some('}') => break,
                Some(c) => text.push(c),
                None => return Err("a `{` is not closed".to_owned()),
            }
        }
        let (low, high) = text.split_once(',').unwrap_or((&text, &text));
        let low: u32 = low.trim().parse().map_err(|_| format!("`{{{text}}}` is not a count"))?;
        let high =
            if high.trim().is_empty() { u32::MAX } else { high.trim().parse().map_err(|_| format!("`{{{text}}}` is not a count"))? };
        if low > high {
            return Err(format!("`{{{text}}}` counts backwards"));
        }
        self.chars.next_if_eq(&'?');
        self.repeatable = false;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn good_patterns_pass() {
        for pattern in [
            "",
            "^a+b*$",
            "[a-z0-9-]{1,63}",
            r"^\d{4}-\d\d$",
            "(?:a|b)+?",
            "(?i)x",
            r"\p{L}+",
            "[]a]",
            "[^]]+",
            "(?<year>\\d+)",
            "[[:alpha:]_]",
        ] {
            assert_eq!(check(pattern), Ok(()), "{pattern}");
        }
    }

    #[test]
    fn bad_patterns_are_told_why() {
        for (pattern, why) in [
            ("(", "closed"),
            ("a)", "closes nothing"),
            ("[a", "closed"),
            ("*a", "repeats nothing"),
            ("a{3,1}", "backwards"),
            ("(?=a)", "look-ahead"),
            (r"(a)\1", "back-references"),
            ("[z-a]", "backwards"),
            ("a\\", "at the end"),
            ("a**", "repeats nothing"),
        ] {
            assert!(check(pattern).is_err_and(|problem| problem.contains(why)), "{pattern}");
        }
    }
}
