//! Reads a multipart form (RFC 7578, RFC 2046) that is in memory. What is not well-formed is refused, not guessed at.

use bytes::Bytes;

use super::inbound::InboundPart;

/// The most parts.
const PARTS: usize = 1_000;
/// The most bytes of a part's head.
const HEAD: usize = 8 * 1024;

/// The parts, or what is wrong.
pub(super) fn read(content_type: &str, body: &Bytes) -> Result<Vec<InboundPart>, &'static str> {
    let (kind, parameters) = content_type.split_once(';').unwrap_or((content_type, ""));
    if !kind.trim().eq_ignore_ascii_case("multipart/form-data") {
        return Err("the delivery is no multipart form");
    }
    let boundary = parameter(parameters, "boundary").filter(|boundary| (1..=70).contains(&boundary.len()));
    let boundary = boundary.ok_or("the multipart form does not say what separates its parts")?;
    let opening = format!("--{boundary}");
    let between = format!("\r\n--{boundary}");
    // The first one may stand at the very begin.
    let mut at = match body.strip_prefix(opening.as_bytes()) {
        Some(_) => opening.len(),
        None => find(body, between.as_bytes(), 0).ok_or("the multipart form does not begin")? + between.len(),
    };
    let mut parts = Vec::new();
    while !body[at..].starts_with(b"--") {
        let start = at + line_end(&body[at..])?;
        let end = find(body, between.as_bytes(), start.saturating_sub(2)).ok_or("the multipart form does not end")?;
        if parts.len() == PARTS {
            return Err("the multipart form has more than 1,000 parts");
        }
        parts.push(part(body, start, end.max(start))?);
        at = end + between.len();
    }
    Ok(parts)
}

/// What follows a boundary on its line: nothing, or space.
fn line_end(rest: &[u8]) -> Result<usize, &'static str> {
    let space = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    if rest[space..].starts_with(b"\r\n") { Ok(space + 2) } else { Err("a part of the multipart form does not begin on a line of its own") }
}

fn part(body: &Bytes, start: usize, end: usize) -> Result<InboundPart, &'static str> {
    let whole = &body[start..end];
    let (head, content) = match find(whole, b"\r\n\r\n", 0) {
        _ if whole.starts_with(b"\r\n") => (0, 2),
        Some(at) => (at, at + 4),
        None => return Err("a part of the multipart form has no content"),
    };
    if head > HEAD {
        return Err("the head of a part is too long");
    }
    let head = std::str::from_utf8(&whole[..head]).map_err(|_| "the head of a part is no text")?;
    let header = |wanted: &str| {
        let lines = head.split("\r\n").filter_map(|line| line.split_once(':'));
        lines.filter(|(name, _)| name.trim().eq_ignore_ascii_case(wanted)).map(|(_, value)| value.trim()).next()
    };
    let disposition = header("content-disposition").ok_or("a part of the multipart form has no name")?;
    let (kind, parameters) = disposition.split_once(';').unwrap_or((disposition, ""));
    let name = parameter(parameters, "name").filter(|_| kind.trim().eq_ignore_ascii_case("form-data"));
    Ok(InboundPart {
        name: name.ok_or("a part of the multipart form has no name")?,
        file_name: parameter(parameters, "filename"),
        content_type: header("content-type").map(str::to_owned),
        content: body.slice(start + content..end),
    })
}

/// A parameter of a header's value, in quotes or not.
fn parameter(parameters: &str, wanted: &str) -> Option<String> {
    let mut rest = parameters;
    loop {
        rest = rest.trim_start_matches([';', ' ', '\t']);
        let (name, value) = rest.split_once('=')?;
        let (value, after) = match value.trim_start().strip_prefix('"') {
            Some(quoted) => unquoted(quoted)?,
            None => {
                let end = value.find(';').unwrap_or(value.len());
                (value[..end].trim().to_owned(), &value[end..])
            }
        };
        if name.trim().eq_ignore_ascii_case(wanted) {
            return Some(value);
        }
        rest = after;
    }
}

/// A text up to its closing quote, and what follows. Browsers escape quotes as `%22`, others with a backslash.
fn unquoted(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Some((value, &text[at + 1..])),
            '\\' if text[at + 1..].starts_with(['"', '\\']) => value.push(letters.next()?.1),
            _ => value.push(letter),
        }
    }
    None
}

fn find(text: &[u8], wanted: &[u8], from: usize) -> Option<usize> {
    text.get(from..)?.windows(wanted.len()).position(|window| window == wanted).map(|at| from + at)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KIND: &str = "multipart/form-data; charset=utf-8; boundary=\"B:1\"";

    fn shown(body: &str) -> Result<Vec<String>, &'static str> {
        let parts = read(KIND, &Bytes::copy_from_slice(body.as_bytes()))?;
        let show = |part: InboundPart| {
            format!("{} {:?} {:?} {}", part.name, part.file_name, part.content_type, String::from_utf8_lossy(&part.content))
        };
        Ok(parts.into_iter().map(show).collect())
    }

    #[test]
    fn texts_and_files_are_read() {
        let body = "--B:1\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\none\r\n--\r\n--B:1 \r\ncontent-type: text/csv\r\n\
                    CONTENT-DISPOSITION: form-data; filename=\"x \\\"y;.csv\"; name=b\r\n\r\n\r\n--B:1--\r\nafter";
        assert_eq!(shown(body), Ok(vec!["a None None one\r\n--".into(), "b Some(\"x \\\"y;.csv\") Some(\"text/csv\") ".into()]));
        assert_eq!(shown("before\r\n--B:1--"), Ok(vec![]));
    }

    #[test]
    fn what_is_not_well_formed_is_refused() {
        for body in [
            "",
            "--B:1",
            "--B:1\r\n",
            "--B:2--",
            "--B:1\r\nContent-Disposition: form-data; name=a\r\n\r\nx",
            "--B:1\r\nContent-Disposition: form-data; name=a\r\n--B:1--",
            "--B:1\r\nContent-Disposition: attachment; name=a\r\n\r\nx\r\n--B:1--",
            "--B:1\r\n\r\nx\r\n--B:1--",
            "--B:1x\r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n--B:1--",
            "--B:1\r\nContent-Disposition: form-data; name=\"a\r\n\r\nx\r\n--B:1--",
        ] {
            assert!(shown(body).is_err(), "{body}");
        }
        assert!(read("multipart/form-data", &Bytes::new()).is_err() && read("text/plain; boundary=B", &Bytes::new()).is_err());
        let many = "--B:1\r\nContent-Disposition: form-data; name=a\r\n\r\n\r\n".repeat(PARTS + 1) + "--B:1--";
        assert!(shown(&many).is_err());
    }

    #[test]
    fn broken_bodies_do_no_harm() {
        let good = "--B:1\r\nContent-Disposition: form-data; name=\"a\"; filename=\"x;.csv\"\r\nContent-Type: text/csv\r\n\r\none\r\n--B:1\r\n\
                    Content-Disposition: form-data; name=b\r\n\r\ntwo\r\n--B:1--";
        let pieces =
            ["--B:1", "\r\n", "--", "\r\n\r\n", "\"", ";", "name=", ":", "Content-Disposition: form-data; name=a\r\n", "\u{e9}", "="];
        let mut found = 0;
        crate::fuzz::feed(47, &[good.as_bytes()], &pieces, |bytes| {
            let body = Bytes::copy_from_slice(bytes);
            if let Ok(parts) = read("multipart/form-data; boundary=\"B:1\"", &body) {
                found += 1;
                assert!(parts.len() <= PARTS);
            }
            let _ = std::str::from_utf8(bytes).map(|text| read(text, &Bytes::from_static(b"--B:1--")).is_ok());
        });
        assert!(found > 100, "{found} were read: the changes are too coarse to test anything");
    }
}
