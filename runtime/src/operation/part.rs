//! Tables of parts: how a body goes piece by piece.

/// How a body goes in parts. The server says after each how much of it there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parts {
    /// How a part says where it belongs.
    pub by: PartsBy,
    /// Bytes of a part.
    pub size: u64,
    /// Every part but the last is a multiple of this.
    pub multiple: u64,
    /// Where an answer lists the ranges that are still missing; empty where a `Range` header says what is there.
    pub next: &'static [&'static str],
}

/// How a part says where it belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PartsBy {
    /// By `Content-Range`, to the same address each time.
    ContentRange,
    /// As tus 1.0 has it, by `Upload-Offset`.
    Tus,
}
