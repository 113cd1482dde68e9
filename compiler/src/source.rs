//! Source files, spans and line indexes. Reads nothing from disk: whoever calls the compiler brings the text.

/// Which source file a span lies in: an index into [`Sources`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// A half-open range of bytes in one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The smallest span that covers both; they must lie in one file.
    pub fn to(self, other: Span) -> Span {
        Span { file: self.file, start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

/// A value and where it was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub span: Span,
}

/// One file of a connector's spec.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// The name shown in messages, a path relative to where the build was started.
    pub name: String,
    /// The whole text.
    pub text: String,
    /// Where the first bytes stood that are not UTF-8, if there are any; the text has `\u{fffd}` in their place.
    pub not_utf8: Option<Span>,
    line_starts: Vec<u32>,
}

impl SourceFile {
    fn new(name: String, text: String) -> Self {
        let line_starts = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at as u32 + 1)).collect();
        Self { name, text, not_utf8: None, line_starts }
    }

    /// The zero-based line that a byte lies in.
    pub fn line_of(&self, at: u32) -> usize {
        self.line_starts.partition_point(|start| *start <= at) - 1
    }

    /// One-based line and column (in characters) of a byte.
    pub fn line_column(&self, at: u32) -> (usize, usize) {
        let line = self.line_of(at);
        let start = self.line_starts[line] as usize;
        let end = (at as usize).clamp(start, self.text.len());
        (line + 1, self.text.get(start..end).map_or(end - start, |text| text.chars().count()) + 1)
    }

    /// The text of a zero-based line, without its line end.
    pub fn line_text(&self, line: usize) -> &str {
        let start = self.line_starts[line] as usize;
        let end = self.line_starts.get(line + 1).map_or(self.text.len(), |next| *next as usize);
        self.text[start..end].trim_end_matches(['\n', '\r'])
    }

    /// The first byte of a zero-based line.
    pub fn line_start(&self, line: usize) -> u32 {
        self.line_starts[line]
    }
}

/// All files that one compilation reads.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    files: Vec<SourceFile>,
    lock: Option<FileId>,
}

impl Sources {
    /// Adds a file and says which one it became.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) -> FileId {
        self.files.push(SourceFile::new(name.into(), text.into()));
        FileId(self.files.len() as u32 - 1)
    }

    /// Adds a file as it was read, whatever its bytes are.
    pub fn add_bytes(&mut self, name: impl Into<String>, bytes: Vec<u8>) -> FileId {
        match String::from_utf8(bytes) {
            Ok(text) => self.add(name, text),
            Err(error) => {
                let start = error.utf8_error().valid_up_to() as u32;
                let id = self.add(name, String::from_utf8_lossy(error.as_bytes()));
                let length = '\u{fffd}'.len_utf8() as u32;
                self.files[id.0 as usize].not_utf8 = Some(Span { file: id, start, end: start + length });
                id
            }
        }
    }

    /// Adds the lock, or another in its place: what the connector has released. It is no file of the spec, but messages point into it.
    pub fn add_lock(&mut self, name: impl Into<String>, text: impl Into<String>) {
        match self.lock {
            Some(id) => self.files[id.0 as usize] = SourceFile::new(name.into(), text.into()),
            None => self.lock = Some(self.add(name, text)),
        }
    }

    /// The lock, where there is one.
    pub fn lock(&self) -> Option<FileId> {
        self.lock
    }

    /// The file with this number.
    pub fn file(&self, id: FileId) -> &SourceFile {
        &self.files[id.0 as usize]
    }

    /// All files of the spec with their numbers, in the order they were added.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        let files = self.files.iter().enumerate().map(|(index, file)| (FileId(index as u32), file));
        files.filter(|(id, _)| Some(*id) != self.lock)
    }

    /// The text under a span.
    pub fn text(&self, span: Span) -> &str {
        &self.file(span.file).text[span.start as usize..span.end as usize]
    }
}
