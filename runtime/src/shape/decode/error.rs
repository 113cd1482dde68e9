//! What is wrong with a text that could not be decoded, and where.

use std::fmt;

/// What is wrong with a text, and where: `data[3].owner.id: expected a string, found 12`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeError {
    path: String,
    message: String,
    snippet: Option<String>,
}

impl DecodeError {
    pub(crate) fn new(path: String, message: String) -> Self {
        Self { path, message, snippet: None }
    }

    pub(crate) fn with_snippet(self, snippet: String) -> Self {
        Self { snippet: Some(snippet), ..self }
    }

    /// Where: `data[3].owner.id`; empty for the whole.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What: `expected a string, found 12`. At most some 40 characters of the value are in it, and nothing of a secret.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Some characters around the place where the text is not well formed, when it is known and no secret can be in it.
    pub fn snippet(&self) -> Option<&str> {
        self.snippet.as_deref()
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(formatter, "{}: ", self.path)?;
        }
        formatter.write_str(&self.message)?;
        match &self.snippet {
            Some(snippet) => write!(formatter, " near `{snippet}`"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for DecodeError {}

/// At most 40 characters of a text.
pub(crate) fn shortened(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
