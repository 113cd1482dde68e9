//! From bytes to frames: server-sent events by the rules of the WHATWG (HTML, 9.2.6), and lines. Pure, in any pieces, within a bound. What a frame
//! holds is `item`'s to read.

use std::{collections::VecDeque, time::Duration};

use crate::{
    error::{Error, ErrorKind},
    operation::Framing,
};

/// What came by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Frame {
    /// An event's name, `message` where it has none; empty for a line.
    pub(crate) name: String,
    pub(crate) data: String,
    /// The id of the last event that had one, this one included.
    pub(crate) id: String,
    /// On which line it begins, from 1.
    pub(crate) line: u64,
}

/// Reads frames of bytes as they come.
#[derive(Debug)]
pub(crate) struct Frames {
    framing: Framing,
    /// The most bytes of one frame.
    most: u64,
    pending: VecDeque<Frame>,
    /// The line that has not ended.
    line: Vec<u8>,
    lines: u64,
    /// The last byte was a carriage return, so a line feed that follows ends no line.
    returned: bool,
    event: Event,
    /// The id of the last event that is whole.
    id: String,
    /// The id that the next event has.
    next_id: String,
    /// How long the server asks to wait before it is asked again.
    retry: Option<Duration>,
}

/// An event that has not ended.
#[derive(Debug, Default)]
struct Event {
    name: String,
    data: String,
    /// Whether there was any data, an empty one included.
    some: bool,
    line: u64,
}

impl Frames {
    pub(crate) fn new(framing: Framing, most: u64) -> Frames {
        Frames {
            framing,
            most,
            pending: VecDeque::new(),
            line: Vec::new(),
            lines: 0,
            returned: false,
            event: Event::default(),
            id: String::new(),
            next_id: String::new(),
            retry: None,
        }
    }

    /// The next frame that is whole.
    pub(crate) fn next(&mut self) -> Option<Frame> {
        self.pending.pop_front()
    }

    /// The id to go on from.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    pub(crate) fn set_id(&mut self, id: String) {
        self.next_id.clone_from(&id);
        self.id = id;
    }

    /// How long the server asks to wait before it is asked again.
    pub(crate) fn retry(&self) -> Option<Duration> {
        self.retry
    }

    /// Takes in what came.
    pub(crate) fn push(&mut self, mut bytes: &[u8]) -> Result<(), Error> {
        let events = self.framing == Framing::Events;
        let ends = |byte: &u8| *byte == b'\n' || (events && *byte == b'\r');
        while !bytes.is_empty() {
            if std::mem::take(&mut self.returned) && bytes[0] == b'\n' {
                bytes = &bytes[1..];
                continue;
            }
            let Some(at) = bytes.iter().position(ends) else {
                self.line.extend_from_slice(bytes);
                return self.bounded();
            };
            self.line.extend_from_slice(&bytes[..at]);
            self.bounded()?;
            self.returned = bytes[at] == b'\r';
            bytes = &bytes[at + 1..];
            self.end_line();
        }
        Ok(())
    }

    /// The connection ended. The last line need not be ended; an event must be, or it is not whole.
    pub(crate) fn finish(&mut self) {
        if self.framing == Framing::Lines && !self.line.is_empty() {
            self.end_line();
        }
        self.begin_anew();
    }

    /// Whether the end of the connection makes what there is a frame.
    pub(crate) fn ends_with_one(&self) -> bool {
        self.framing == Framing::Lines && self.line.iter().any(|byte| !byte.is_ascii_whitespace())
    }

    /// What is not whole will not be.
    pub(crate) fn begin_anew(&mut self) {
        self.line.clear();
        self.returned = false;
        self.event = Event::default();
        self.next_id.clone_from(&self.id);
        self.lines = 0;
    }

    fn bounded(&self) -> Result<(), Error> {
        if (self.line.len() + self.event.data.len()) as u64 <= self.most {
            return Ok(());
        }
        let what = match self.framing {
            Framing::Events => "event",
            Framing::Lines => "line",
        };
        let message = format!("the {what} on line {} is longer than {} bytes, the most this client reads", self.lines + 1, self.most);
        Err(Error::new(ErrorKind::Limit, message))
    }

    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        self.lines += 1;
        let text = String::from_utf8_lossy(&line);
        // A mark of the byte order may stand before all else.
        let text = if self.lines == 1 { text.strip_prefix('\u{feff}').unwrap_or(&text) } else { &text };
        match self.framing {
            Framing::Lines => self.plain(text),
            Framing::Events if text.is_empty() => self.dispatch(),
            Framing::Events => self.field(text),
        }
    }

    /// A line that is a frame. Empty ones keep a connection open; records may begin with a separator (RFC 7464).
    fn plain(&mut self, text: &str) {
        let text = text.strip_prefix('\u{1e}').unwrap_or(text);
        let text = text.strip_suffix('\r').unwrap_or(text);
        if !text.trim().is_empty() {
            self.pending.push_back(Frame { data: text.to_owned(), line: self.lines, ..Frame::default() });
        }
    }

    fn field(&mut self, text: &str) {
        if self.event.line == 0 {
            self.event.line = self.lines;
        }
        let (name, value) = text.split_once(':').unwrap_or((text, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match name {
            "event" => value.clone_into(&mut self.event.name),
            "data" => {
                if self.event.some {
                    self.event.data.push('\n');
                }
                self.event.some = true;
                self.event.data.push_str(value);
            }
            "id" if !value.contains('\0') => value.clone_into(&mut self.next_id),
            "retry" if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) => {
                self.retry = value.parse().ok().map(Duration::from_millis);
            }
            // Comments have no name, and what is not known is passed over.
            _ => {}
        }
    }

    fn dispatch(&mut self) {
        let event = std::mem::take(&mut self.event);
        self.id.clone_from(&self.next_id);
        if event.some {
            let name = if event.name.is_empty() { "message".to_owned() } else { event.name };
            self.pending.push_back(Frame { name, data: event.data, id: self.id.clone(), line: event.line });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames(framing: Framing, text: &str, piece: usize) -> Vec<Frame> {
        let mut frames = Frames::new(framing, 1000);
        text.as_bytes().chunks(piece).for_each(|piece| frames.push(piece).expect("short enough"));
        frames.finish();
        std::iter::from_fn(|| frames.next()).collect()
    }

    /// Name, data and id of each event, however the text comes in pieces.
    fn events(text: &str) -> Vec<(String, String, String)> {
        let whole = frames(Framing::Events, text, 10_000);
        for piece in 1..7 {
            assert_eq!(frames(Framing::Events, text, piece), whole, "in pieces of {piece}");
        }
        whole.into_iter().map(|frame| (frame.name, frame.data, frame.id)).collect()
    }

    fn event(name: &str, data: &str, id: &str) -> (String, String, String) {
        (name.into(), data.into(), id.into())
    }

    /// The examples of the standard.
    #[test]
    fn the_examples_of_the_standard() {
        assert_eq!(
            events(
                "data: This is the first message.\n\ndata: This is the second message, it\ndata: has two lines.\n\ndata: This is the third message.\n\n"
            ),
            [
                event("message", "This is the first message.", ""),
                event("message", "This is the second message, it\nhas two lines.", ""),
                event("message", "This is the third message.", "")
            ]
        );
        assert_eq!(
            events("event: add\ndata: 73857293\n\nevent: remove\ndata: 2153\n\nevent: add\ndata: 113411\n\n"),
            [event("add", "73857293", ""), event("remove", "2153", ""), event("add", "113411", "")]
        );
        assert_eq!(events("data: YHOO\ndata: +2\ndata: 10\n\n"), [event("message", "YHOO\n+2\n10", "")]);
        assert_eq!(
            events(": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n"),
            [event("message", "first event", "1"), event("message", "second event", ""), event("message", " third event", "")]
        );
        assert_eq!(events("data\n\ndata\ndata\n\ndata:"), [event("message", "", ""), event("message", "\n", "")]);
        assert_eq!(events("data:test\n\ndata: test\n\n"), [event("message", "test", ""), event("message", "test", "")]);
    }

    #[test]
    fn lines_end_in_three_ways_and_an_event_that_does_not_end_is_none() {
        assert_eq!(
            events("\u{feff}data: a\r\rdata: b\r\n\r\nid: 7\n\ndata: c\n\nid: x\0y\ndata: d\n\ndata: lost\n"),
            [event("message", "a", ""), event("message", "b", ""), event("message", "c", "7"), event("message", "d", "7")]
        );
    }

    #[test]
    fn waits_are_whole_numbers() {
        let mut frames = Frames::new(Framing::Events, 100);
        frames.push(b"retry: 1500\n\nretry: soon\nretry: -1\nretry\n").expect("short enough");
        assert_eq!(frames.retry(), Some(Duration::from_millis(1500)));
    }

    #[test]
    fn lines_are_frames() {
        let text = "{\"a\":1}\r\n\n\u{1e}{\"a\":2}\n  \n{\"a\":3}";
        for piece in 1..9 {
            let found = frames(Framing::Lines, text, piece);
            let told: Vec<_> = found.iter().map(|frame| (frame.data.as_str(), frame.line)).collect();
            assert_eq!(told, [("{\"a\":1}", 1), ("{\"a\":2}", 3), ("{\"a\":3}", 5)]);
        }
    }

    #[test]
    fn no_frame_is_longer_than_the_bound() {
        for text in ["data: 0123456789\n".repeat(8), ": ".to_owned() + &"x".repeat(120), "x".repeat(120)] {
            let mut frames = Frames::new(Framing::Events, 64);
            let refused = text.as_bytes().chunks(5).find_map(|piece| frames.push(piece).err());
            assert_eq!(refused.expect("too long").kind(), ErrorKind::Limit, "{text}");
        }
        let mut lines = Frames::new(Framing::Lines, 64);
        assert!(lines.push(&[b'x'; 65]).is_err());
        let mut comments = Frames::new(Framing::Events, 64);
        (0..1000).for_each(|_| comments.push(b": still here\n").expect("comments are not kept"));
    }

    #[test]
    fn broken_streams_do_no_harm() {
        let good = ["id: 7\nevent: made\ndata: {\"a\":1}\ndata: more\n\nretry: 500\n: a comment\n\ndata\n\n", "{\"a\":1}\r\n\n{\"a\":2}"];
        let pieces = ["data:", "\n", "\r", "\r\n", "\n\n", "id:", "event: x", "retry: 9", ":", "\u{feff}", "\u{0}", "\u{e9}"];
        crate::fuzz::feed_text(46, &good, &pieces, |text| {
            for framing in [Framing::Events, Framing::Lines] {
                let mut frames = Frames::new(framing, 4096);
                let mut given = 0;
                for piece in text.as_bytes().chunks(7) {
                    if frames.push(piece).is_err() {
                        break;
                    }
                    while let Some(frame) = frames.next() {
                        given += 1;
                        assert!(frame.data.len() <= 4096 && !frame.id.contains('\0'), "{text}");
                    }
                }
                frames.finish();
                assert!(given <= text.len(), "{text}");
            }
        });
    }
}
