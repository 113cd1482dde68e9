//! Code blocks of Markdown files, with where they stand.

/// A fenced block.
#[derive(Debug)]
pub struct Snippet {
    /// The file's name.
    pub file: String,
    /// The line of the opening fence, from 1.
    pub line: usize,
    /// What stands after the backticks, for example `pin acme.pin`.
    pub info: String,
    /// The text between the fences.
    pub text: String,
}

impl Snippet {
    /// The words of the info string, separated by spaces or commas.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.info.split([' ', ',']).filter(|word| !word.is_empty())
    }

    /// Is it written in this language?
    pub fn is(&self, language: &str) -> bool {
        self.words().next() == Some(language)
    }
}

/// The blocks of one Markdown text, in order.
pub fn snippets(file: &str, markdown: &str) -> Vec<Snippet> {
    let mut found = Vec::new();
    let mut open: Option<Snippet> = None;
    for (index, line) in markdown.lines().enumerate() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(info)) => {
                open = Some(Snippet { file: file.to_owned(), line: index + 1, info: info.trim().to_owned(), text: String::new() });
            }
            (Some(_), Some("")) => found.extend(open.take()),
            (Some(snippet), _) => {
                snippet.text.push_str(line);
                snippet.text.push('\n');
            }
            (None, None) => {}
        }
    }
    found
}
