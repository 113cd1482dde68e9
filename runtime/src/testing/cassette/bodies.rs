//! Bodies by their layout: JSON and lines of it, events, forms, forms in parts, XML. Each is taken apart as far as its names go, and stays letter by
//! letter otherwise. Which names are secret is `scrub`'s.

use std::borrow::Cow;

use quick_xml::{
    Reader, Writer,
    events::{BytesStart, BytesText, Event, attributes::Attribute},
};
use serde_json::value::RawValue;

use super::{
    file::Content,
    scrub::{SCRUBBED, Scope},
};

/// What begins a part whose boundary was made up anew for one request.
const BOUNDARY: &str = "boundary";

impl Scope<'_> {
    /// What may be kept of a body of this content type; none of an empty one.
    pub(super) fn content(&self, content_type: &str, body: &[u8]) -> Option<Content> {
        match boundary(content_type) {
            Some(boundary) => Content::of(&self.parts(boundary, body)),
            None => Content::of(&self.whole(content_type, body)),
        }
    }

    fn whole<'b>(&self, content_type: &str, body: &'b [u8]) -> Cow<'b, [u8]> {
        match std::str::from_utf8(body) {
            Ok("") => body.into(),
            Ok(text) => self.text(content_type, text).into_bytes().into(),
            // What is not text cannot be looked into.
            Err(_) if self.all() => SCRUBBED.as_bytes().into(),
            Err(_) => body.into(),
        }
    }

    /// A body that is text.
    pub(super) fn text(&self, content_type: &str, text: &str) -> String {
        let bare = text.trim_start_matches('\u{feff}');
        let scrubbed = if content_type.contains("x-www-form-urlencoded") {
            self.pairs(text)
        } else if let Ok(json) = serde_json::from_str::<&RawValue>(bare) {
            self.json_text(json)
        } else if self.all() {
            SCRUBBED.to_owned()
        } else if is_xml(content_type, bare) {
            // What cannot be read to its end may hold anything.
            self.xml(bare).unwrap_or_else(|| SCRUBBED.to_owned())
        } else {
            self.lines(text)
        };
        self.anywhere(&scrubbed)
    }

    /// The parts of a form (RFC 7578), with the same boundary every time.
    fn parts(&self, boundary: &str, body: &[u8]) -> Vec<u8> {
        let delimiter = format!("--{boundary}");
        let mut pieces = split(body, delimiter.as_bytes()).into_iter();
        let mut out = pieces.next().unwrap_or_default().to_vec();
        for piece in pieces {
            out.extend_from_slice(b"--");
            out.extend_from_slice(BOUNDARY.as_bytes());
            match find(piece, b"\r\n\r\n") {
                Some(end) if !piece.starts_with(b"--") => {
                    let (head, content) = piece.split_at(end + 4);
                    let (content, line_end) = content.split_at(content.len() - usize::from(content.ends_with(b"\r\n")) * 2);
                    out.extend_from_slice(head);
                    out.extend_from_slice(&self.part(&String::from_utf8_lossy(head), content));
                    out.extend_from_slice(line_end);
                }
                _ => out.extend_from_slice(piece),
            }
        }
        out
    }

    fn part<'b>(&self, head: &str, content: &'b [u8]) -> Cow<'b, [u8]> {
        let names_secret = parameter(head, "name").is_some_and(|name| self.names_secret(name));
        if names_secret || self.all() {
            return SCRUBBED.as_bytes().into();
        }
        let stated =
            head.lines().filter_map(|line| line.split_once(':')).find(|(name, _)| name.trim().eq_ignore_ascii_case("content-type"));
        self.whole(stated.map_or("", |(_, value)| value.trim()), content)
    }

    /// A document. None when it is not one.
    fn xml(&self, text: &str) -> Option<String> {
        let mut reader = Reader::from_str(text);
        let mut writer = Writer::new(Vec::with_capacity(text.len()));
        let mut depth = 0_usize;
        // Where the secret element around this place was opened, and whether what stands in its place is written.
        let mut secret: Option<(usize, bool)> = None;
        loop {
            let event = reader.read_event().ok()?;
            let event = match event {
                Event::Eof => break,
                Event::Start(start) => {
                    depth += 1;
                    if secret.is_none() && self.names_secret(start.local_name().as_ref()) {
                        secret = Some((depth, false));
                    }
                    Event::Start(self.attributes(start, secret.is_some())?)
                }
                Event::Empty(start) => {
                    let within = secret.is_some() || self.names_secret(start.local_name().as_ref());
                    Event::Empty(self.attributes(start, within)?)
                }
                Event::End(end) => {
                    secret = secret.filter(|(opened, _)| *opened < depth);
                    depth = depth.checked_sub(1)?;
                    Event::End(end)
                }
                Event::Text(text) if secret.is_none() || text.trim().is_empty() => Event::Text(text),
                Event::Text(_) | Event::CData(_) | Event::GeneralRef(_) if secret.is_some_and(|(_, written)| !written) => {
                    secret = secret.map(|(opened, _)| (opened, true));
                    Event::Text(BytesText::new(SCRUBBED))
                }
                Event::Text(_) | Event::CData(_) | Event::GeneralRef(_) | Event::Comment(_) | Event::PI(_) if secret.is_some() => continue,
                other => other,
            };
            writer.write_event(event).ok()?;
        }
        (depth == 0).then(|| String::from_utf8(writer.into_inner()).ok()).flatten()
    }

    /// The start of an element, as it is but for the values of attributes that are secret.
    fn attributes<'t>(&self, start: BytesStart<'t>, within: bool) -> Option<BytesStart<'t>> {
        let attributes: Vec<Attribute<'_>> = start.attributes().collect::<Result<_, _>>().ok()?;
        let is_secret = |attribute: &Attribute<'_>| match attribute.key.as_ref() {
            key if key == "xmlns" || key.starts_with("xmlns:") => false,
            _ => within || self.names_secret(attribute.key.local_name().as_ref()),
        };
        if !attributes.iter().any(is_secret) {
            return Some(start);
        }
        let name = start.name();
        let mut scrubbed = BytesStart::new(name.as_ref().to_owned());
        for attribute in &attributes {
            let value = if is_secret(attribute) { SCRUBBED.into() } else { attribute.value.clone() };
            scrubbed.push_attribute(Attribute { key: attribute.key, value });
        }
        Some(scrubbed)
    }

    /// Lines and events, whose data may be JSON. The data of an event may stand on several lines; JSON then goes onto one.
    fn lines(&self, text: &str) -> String {
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        while at < lines.len() {
            let data = lines[at..].iter().take_while(|line| line.starts_with("data:")).count();
            let (event, others) = lines[at..].split_at(data.max(1));
            match self.event(event) {
                Some(line) => out.push_str(&line),
                None => event.iter().for_each(|line| out.push_str(&self.line(line))),
            }
            at = lines.len() - others.len();
        }
        out
    }

    /// Several lines of data, when they are JSON together.
    fn event(&self, lines: &[&str]) -> Option<String> {
        let joined: String = lines.iter().map(|line| line.strip_prefix("data:").unwrap_or(line)).collect();
        let json = serde_json::from_str::<&RawValue>(&joined).ok().filter(|_| lines.len() > 1)?;
        let last = lines.last()?;
        Some(format!("data: {}{}", self.json_text(json), &last[last.trim_end_matches(['\r', '\n']).len()..]))
    }

    fn line<'t>(&self, line: &'t str) -> Cow<'t, str> {
        let bare = line.strip_prefix("data:").unwrap_or(line).trim_matches([' ', '\t', '\r', '\n', '\u{1e}']);
        match serde_json::from_str::<&RawValue>(bare) {
            Ok(json) => line.replacen(bare, &self.json_text(json), 1).into(),
            Err(_) => line.into(),
        }
    }

    fn json_text(&self, json: &RawValue) -> String {
        let mut out = String::with_capacity(json.get().len());
        self.json(json, self.all(), 0, &mut out);
        out
    }

    /// The parameters of addresses that stand in a text, wherever they do: what a link that is signed opens, it opens for everybody.
    pub(super) fn addresses<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let (mut out, mut kept) = (String::new(), 0);
        for (equals, _) in text.match_indices('=') {
            if equals < kept || !self.is_secret_parameter(&text[kept..equals]) {
                continue;
            }
            let value = &text[equals + 1..];
            let length = value.find(ends_value).unwrap_or(value.len());
            if length > 0 {
                out.push_str(&text[kept..=equals]);
                out.push_str(SCRUBBED);
                kept = equals + 1 + length;
            }
        }
        if kept == 0 { text.into() } else { (out + &text[kept..]).into() }
    }

    /// Does a text end with the name of a parameter that is secret, and what stands before one?
    fn is_secret_parameter(&self, text: &str) -> bool {
        let name = text.rsplit(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '%'))).next().unwrap_or_default();
        let before = &text[..text.len() - name.len()];
        // An ampersand as some write it in JSON.
        let name = if before.ends_with('\\') { name.strip_prefix("u0026").unwrap_or_default() } else { name };
        let opens = before.ends_with(['?', '&', ';', '#', '\\']);
        opens && self.names_secret(name)
    }
}

fn ends_value(c: char) -> bool {
    c.is_whitespace() || matches!(c, '&' | ';' | '#' | '"' | '\'' | '<' | '>' | '\\')
}

fn is_xml(content_type: &str, text: &str) -> bool {
    content_type.split(';').next().is_some_and(|kind| kind.trim().ends_with("xml") && !kind.contains("html")) || text.starts_with("<?xml")
}

/// The type of a body with a boundary that is the same every time.
pub(super) fn with_same_boundary(content_type: &str) -> Cow<'_, str> {
    boundary(content_type).map_or_else(|| content_type.into(), |one| content_type.replace(one, BOUNDARY).into())
}

/// The boundary of a form in parts.
fn boundary(content_type: &str) -> Option<&str> {
    let is_parts = content_type.get(..10).is_some_and(|start| start.eq_ignore_ascii_case("multipart/"));
    parameter(content_type, "boundary").filter(|boundary| is_parts && !boundary.is_empty())
}

/// A parameter of a header, without its quotes.
fn parameter<'h>(header: &'h str, name: &str) -> Option<&'h str> {
    let parameters = header.split([';', '\r', '\n']).filter_map(|parameter| parameter.split_once('='));
    parameters.into_iter().find(|(one, _)| one.trim().eq_ignore_ascii_case(name)).map(|(_, value)| value.trim().trim_matches('"'))
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

fn split<'b>(mut bytes: &'b [u8], delimiter: &[u8]) -> Vec<&'b [u8]> {
    let mut pieces = Vec::new();
    while let Some(at) = find(bytes, delimiter) {
        pieces.push(&bytes[..at]);
        bytes = &bytes[at + delimiter.len()..];
    }
    pieces.push(bytes);
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::cassette::scrub::Scrubber;

    /// What stays of a text in which each secret has `s3cr3t` in it.
    fn kept(content_type: &str, text: &str) -> String {
        let mut scrubber = Scrubber::default();
        scrubber.name("e_mail");
        let kept = scrubber.scope_of_nothing().text(content_type, text);
        assert!(!kept.contains("s3cr3t"), "{kept}");
        kept
    }

    #[test]
    fn of_xml_the_rest_stays_letter_by_letter() {
        let document = "<?xml version='1.0'?><!-- c -->\n<s:Envelope xmlns:s=\"urn:s\" a = '1'>\n  <wsse:Password Type=\"s3cr3t\">s3cr3t&amp;s3cr3t</wsse:Password>\
            <p:eMail xmlns:p=\"urn:p\"><first>s3cr3t</first><!-- s3cr3t --><![CDATA[s3cr3t]]></p:eMail><note secret='s3cr3t' b=\"&lt;\">1 &lt; 2</note><sessionId/></s:Envelope>";
        assert_eq!(
            kept("text/xml; charset=utf-8", document),
            "<?xml version='1.0'?><!-- c -->\n<s:Envelope xmlns:s=\"urn:s\" a = '1'>\n  <wsse:Password Type=\"scrubbed\">scrubbed</wsse:Password>\
            <p:eMail xmlns:p=\"urn:p\"><first>scrubbed</first></p:eMail><note secret=\"scrubbed\" b=\"&lt;\">1 &lt; 2</note><sessionId/></s:Envelope>"
        );
        assert_eq!(kept("application/soap+xml", "<a><password>s3cr3t</a>"), "scrubbed", "what is broken is not kept");
        assert_eq!(kept("application/xml", "<a><password>s3cr3t</password>"), "scrubbed");
        assert_eq!(kept("text/html", "<p>1 < 2<br>"), "<p>1 < 2<br>", "a page is no XML");
    }

    #[test]
    fn lines_and_events_are_looked_into() {
        assert_eq!(
            kept("application/x-ndjson", "{\"password\": \"s3cr3t\", \"n\": 1.0}\r\n\n{\"n\":2}\nno JSON"),
            "{\"password\":\"scrubbed\",\"n\":1.0}\r\n\n{\"n\":2}\nno JSON"
        );
        assert_eq!(
            kept(
                "text/event-stream",
                ": hi\nevent: new\ndata: {\"apiKey\":\"s3cr3t\"}\n\ndata: {\ndata:  \"secret\": \"s3cr3t\"\ndata: }\n\ndata: a\ndata: b\n\n"
            ),
            ": hi\nevent: new\ndata: {\"apiKey\":\"scrubbed\"}\n\ndata: {\"secret\":\"scrubbed\"}\n\ndata: a\ndata: b\n\n"
        );
        assert_eq!(kept("application/json-seq", "\u{1e}{\"pwd\":\"s3cr3t\"}\n"), "\u{1e}{\"pwd\":\"scrubbed\"}\n");
        assert_eq!(kept("application/json", "\u{feff}{\"pwd\":\"s3cr3t\"}"), "{\"pwd\":\"scrubbed\"}");
    }

    #[test]
    fn what_signs_an_address_is_found_in_every_text() {
        for (text, wanted) in [
            ("see https://a.example/f?X-Amz-Signature=s3cr3t&n=1.", "see https://a.example/f?X-Amz-Signature=scrubbed&n=1."),
            (r#"{"url":"https://a.example/?n=1\u0026sig=s3cr3t"}"#, r#"{"url":"https://a.example/?n=1\u0026sig=scrubbed"}"#),
            (r#"{"url":"https://a.example/#access_token=s3cr3t"}"#, r#"{"url":"https://a.example/#access_token=scrubbed"}"#),
            ("<a href='https://a.example/?n=1&amp;sig=s3cr3t'>x</a>", "<a href='https://a.example/?n=1&amp;sig=scrubbed'>x</a>"),
            ("</items?page=2&e_mail=s3cr3t>; rel=\"next\"", "</items?page=2&e_mail=scrubbed>; rel=\"next\""),
            ("/items?cursor=abc==&page_token=t&sig=&a", "/items?cursor=abc==&page_token=t&sig=&a"),
        ] {
            assert_eq!(kept("text/plain", text), wanted);
        }
    }

    #[test]
    fn of_a_form_in_parts_files_stay() {
        let form = |boundary: &str, password: &str, meta: &str| {
            let text = format!(
                "--{boundary}\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\n{password}\r\n--{boundary}\r\n\
                 content-disposition: form-data; name=meta\r\nContent-Type: application/json\r\n\r\n{meta}\r\n--{boundary}\r\n\
                 Content-Disposition: form-data; name=\"file\"; filename=\"password\"\r\n\r\n"
            );
            [text.as_bytes(), b"\xff\r\n\r\n--", format!("\r\n--{boundary}--\r\n").as_bytes()].concat()
        };
        let scrubber = Scrubber::default();
        let scope = scrubber.scope_of_nothing();
        let scrubbed = scope.content("multipart/form-data; boundary=\"x7\"", &form("x7", "s3cr3t", "{\"secret\":\"s3cr3t\"}"));
        let scrubbed = scrubbed.expect("a body").bytes().expect("it is one");
        assert_eq!(scrubbed, form(BOUNDARY, SCRUBBED, "{\"secret\":\"scrubbed\"}"));
        assert_eq!(with_same_boundary("multipart/form-data; boundary=x7"), "multipart/form-data; boundary=boundary");
    }

    #[test]
    fn broken_bodies_do_no_harm() {
        let good = [
            "<a><password x='1'>p&amp;q</password><b/></a>",
            "data: {\"secret\":1}\n\ndata: {\ndata: }\n\n",
            "{\"a\":[1,{\"pwd\":\"x\"}]}\n{\"b\":2}\n",
            "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--B--\r\n",
            "https://a.example/?sig=1&b=2",
        ];
        let pieces = [
            "<", ">", "<a>", "</a>", "&", ";", "=", "sig=", "?sig=", "\"", "{", "[", "data:", "data:{\n", "\n", "--B", "\r\n\r\n",
            "\\u0026",
        ];
        let mut scrubber = Scrubber::default();
        scrubber.name("b");
        let scope = scrubber.scope_of_nothing();
        let room = crate::fuzz::Room { times: 400, beside: 64 * 1024 };
        let good: Vec<&[u8]> = good.iter().map(|one| one.as_bytes()).collect();
        crate::fuzz::feed_within(room, 45, &good, &pieces, |body| {
            for content_type in ["text/xml", "application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=B", ""]
            {
                let once = scope.content(content_type, body).map(|content| content.bytes().expect("it is one"));
                let Some(once) = once else { continue };
                let twice = scope.content(&with_same_boundary(content_type), &once).map(|content| content.bytes().expect("it is one"));
                assert_eq!(twice.as_ref(), Some(&once), "what is scrubbed is equal to itself, scrubbed");
            }
        });
    }
}
