//! Small pieces of the language as text, for all that write it: strings, names, lengths of time, sizes. Units are read here too, so that each stands
//! once. The formatter keeps what people wrote and needs none.

/// Milliseconds of each unit of time, the largest first.
const TIMES: [(u64, &str); 5] = [(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1_000, "s"), (1, "ms")];
/// Bytes of each unit of size, the largest first.
const SIZES: [(u64, &str); 3] = [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];

/// A string in quotes, with the language's escapes: nothing in it ends the line or stays unseen.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' | '\\' => out.extend(['\\', letter]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            _ if letter.is_control() || is_unseen(letter) => out.push_str(&format!("\\u{{{:x}}}", u32::from(letter))),
            _ => out.push(letter),
        }
    }
    out.push('"');
    out
}

/// A text in three quotes, line by line at this indentation, if it has several lines and is the same when it is read again; otherwise as any string.
#[cfg(any(test, feature = "import"))]
pub(crate) fn in_lines(text: &str, indentation: usize) -> String {
    let space = " ".repeat(indentation);
    let line = |line: &str| if line.is_empty() { "\n".to_owned() } else { format!("\n{space}{line}") };
    let inside: String = text.replace("\"\"\"", "\\\"\"\"").split('\n').map(line).collect();
    let inside = format!("{inside}\n{}", " ".repeat(indentation.saturating_sub(2)));
    let seen = |letter: char| letter == '\n' || !letter.is_control() && !is_unseen(letter);
    let fits = text.trim_end().contains('\n') && text.chars().all(seen) && over_lines(&inside) == text;
    if fits { format!("\"\"\"{inside}\"\"\"") } else { quoted(text) }
}

/// What stands between three quotes, without the indentation that all of its lines have, and without the empty line at its begin and its end.
pub(crate) fn over_lines(written: &str) -> String {
    let text = written.replace("\\\"\"\"", "\"\"\"");
    let mut lines: Vec<&str> = text.split('\n').map(|line| line.strip_suffix('\r').unwrap_or(line)).collect();
    let indentation = |line: &&str| line.len() - line.trim_start_matches([' ', '\t']).len();
    // What stands behind the quotes is on no line of its own.
    let common = lines.iter().skip(1).filter(|line| !line.trim().is_empty()).map(indentation).min().unwrap_or(0);
    for line in lines.iter_mut().skip(1) {
        *line = &line[indentation(line).min(common)..];
    }
    if lines.len() > 1 && lines.last().is_some_and(|line| line.trim().is_empty()) {
        lines.pop();
    }
    if lines.len() > 1 && lines[0].trim().is_empty() {
        lines.remove(0);
    }
    lines.join("\n")
}

/// Characters without a shape, or that turn the direction of what follows.
pub(crate) fn is_unseen(letter: char) -> bool {
    matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff0}'..='\u{fffb}')
}

/// Is this a name of the language?
pub(crate) fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// A name as it is, anything else in quotes.
pub(crate) fn word_or_quoted(text: &str) -> String {
    if is_word(text) { text.to_owned() } else { quoted(text) }
}

/// A path into an answer: `data.items`, with quotes where a member is no word. The word `body` at its start stands for no member.
pub(crate) fn wire_path(path: &[impl AsRef<str>]) -> String {
    let written = |(at, name): (usize, &str)| if at == 0 && name == "body" { quoted(name) } else { word_or_quoted(name) };
    path.iter().map(AsRef::as_ref).enumerate().map(written).collect::<Vec<_>>().join(".")
}

/// `200`, or `2xx` for all of a class.
pub(crate) fn status((from, to): (u16, u16)) -> String {
    if from == to { from.to_string() } else { format!("{}xx", from / 100) }
}

/// Milliseconds in the largest unit that holds them without a rest.
pub(crate) fn duration(millis: u64) -> String {
    if millis == 0 { "0ms".to_owned() } else { in_units(millis, &TIMES) }
}

/// The milliseconds of `10s`.
pub(crate) fn milliseconds(text: &str) -> Option<u64> {
    counted(text, &TIMES).filter(|milliseconds| *milliseconds > 0)
}

/// `320KiB`: bytes in the largest unit that holds them without a rest.
pub(crate) fn byte_count(bytes: u64) -> String {
    if bytes == 0 { "0".to_owned() } else { in_units(bytes, &SIZES) }
}

/// The bytes of `320KiB`, `4096B` or `4096`.
pub(crate) fn bytes(text: &str) -> Option<u64> {
    counted(text, &SIZES).or_else(|| text.strip_suffix('B').unwrap_or(text).parse().ok())
}

fn in_units(number: u64, units: &[(u64, &str)]) -> String {
    let whole = units.iter().find(|(length, _)| number.is_multiple_of(*length));
    whole.map_or_else(|| number.to_string(), |(length, unit)| format!("{}{unit}", number / length))
}

fn counted(text: &str, units: &[(u64, &str)]) -> Option<u64> {
    let (number, unit) = text.split_at(text.bytes().take_while(u8::is_ascii_digit).count());
    let (length, _) = units.iter().find(|(_, word)| *word == unit)?;
    number.parse::<u64>().ok()?.checked_mul(*length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_a_unit() {
        assert_eq!(milliseconds("500ms"), Some(500));
        assert_eq!(milliseconds("1d"), Some(86_400_000));
        assert_eq!(milliseconds("10"), None);
        assert_eq!(milliseconds("0s"), None);
        assert_eq!(milliseconds("99999999999999999d"), None);
    }

    #[test]
    fn sizes_may_have_a_unit() {
        assert_eq!(["4096", "4096B", "320KiB", "1GiB"].map(bytes), [4096, 4096, 320 << 10, 1 << 30].map(Some));
        assert_eq!(["", "B", "KiB", "10MB", "99999999999999999GiB"].map(bytes), [None; 5]);
    }

    #[test]
    fn what_is_written_is_read_again() {
        for number in [1, 999, 1000, 1024, 60_000, 61_000, 320 << 10, 86_400_000, 5 << 30, u64::MAX] {
            assert_eq!((milliseconds(&duration(number)), bytes(&byte_count(number))), (Some(number), Some(number)));
        }
        assert_eq!((duration(0), byte_count(0)), ("0ms".to_owned(), "0".to_owned()));
        assert_eq!((duration(90_000), byte_count(10 << 20)), ("90s".to_owned(), "10MiB".to_owned()));
    }

    #[test]
    fn a_text_over_lines_is_read_again() {
        let document = "query A {\n  a(b: \"c\")\n\n  d\n}";
        assert_eq!(in_lines(document, 4), "\"\"\"\n    query A {\n      a(b: \"c\")\n\n      d\n    }\n  \"\"\"");
        for text in [document, "a\nb\n", "\na\nb", "a \"\"\" b\nc", "a\n \nb", "a\\\nb\\", "\"\"\"\"\na"] {
            let written = in_lines(text, 6);
            let inside = written.strip_prefix("\"\"\"").and_then(|rest| rest.strip_suffix("\"\"\"")).unwrap_or_else(|| panic!("{written}"));
            assert_eq!(over_lines(inside), text);
        }
        for text in ["one line", "one line\n", "  all\n  deep", "a\r\nb", "a\n\u{202e}b", "", "\n"] {
            assert_eq!(in_lines(text, 6), quoted(text), "it would be another");
        }
    }

    #[test]
    fn paths_have_quotes_where_members_are_no_words() {
        assert_eq!(wire_path(&["data", "next-link", "0", "body"]), r#"data."next-link"."0".body"#);
        assert_eq!(wire_path(&["body", "items"]), r#""body".items"#);
    }
}
