//! Lines in the making: indentation, blank lines, aligned columns and comments.

use super::WIDTH;

/// The lines of a file.
#[derive(Default)]
pub(super) struct Lines {
    lines: Vec<Line>,
    blocks: usize,
}

struct Line {
    indentation: usize,
    text: String,
    comment: Option<String>,
    /// A blank line stands before it.
    blank: bool,
    /// Which block it belongs to.
    block: usize,
    /// Where its neighbours' text is aligned with it: behind so many characters.
    column: Option<usize>,
}

impl Lines {
    /// A number for a block, so that only lines of one block are aligned.
    pub(super) fn new_block(&mut self) -> usize {
        self.blocks += 1;
        self.blocks
    }

    /// Starts a line.
    pub(super) fn start(&mut self, indentation: usize, blank: bool, block: usize) {
        self.lines.push(Line { indentation, text: String::new(), comment: None, blank, block, column: None });
    }

    /// Adds to the last line.
    pub(super) fn push(&mut self, text: &str) {
        if let Some(line) = self.lines.last_mut() {
            line.text.push_str(text);
        }
    }

    /// Puts a comment behind the last line.
    pub(super) fn comment(&mut self, text: &str) {
        if let Some(line) = self.lines.last_mut() {
            line.comment = Some(text.to_owned());
        }
    }

    /// Says where the last line is aligned.
    pub(super) fn align_at(&mut self, column: Option<usize>) {
        if let Some(line) = self.lines.last_mut() {
            line.column = column;
        }
    }

    /// How wide the last line is so far.
    pub(super) fn width(&self) -> usize {
        self.lines.last().map_or(0, Line::width)
    }

    /// The text of all lines.
    pub(super) fn finish(mut self) -> String {
        self.align_columns();
        let mut out = String::new();
        let comments = self.comment_columns();
        for (line, column) in self.lines.iter().zip(comments) {
            if line.blank {
                out.push('\n');
            }
            let mut text = format!("{:indentation$}{}", "", line.text, indentation = line.indentation);
            if let Some(comment) = &line.comment {
                let width = text.chars().count();
                text.push_str(&" ".repeat(column.saturating_sub(width).max(2)));
                text.push_str(comment);
            }
            out.push_str(text.trim_end());
            out.push('\n');
        }
        out
    }

    /// Widens the gap at `column` so that neighbours of one block stand under each other. Documentation may stand between
    /// them; a blank line, a line of another kind or one that would get too long ends the run.
    fn align_columns(&mut self) {
        let mut run: Vec<usize> = Vec::new();
        for index in 0..self.lines.len() {
            let line = &self.lines[index];
            let documents = line.column.is_none() && line.text.starts_with("//");
            let neighbour = run.last().is_none_or(|last| self.lines[*last].block == line.block) && !line.blank;
            let aligned = line.column.is_some();
            if !neighbour || !(aligned || documents) {
                self.align_run(&std::mem::take(&mut run));
            }
            if aligned {
                run.push(index);
            }
        }
        self.align_run(&run);
    }

    fn align_run(&mut self, run: &[usize]) {
        let Some(widest) = run.iter().filter_map(|index| self.lines[*index].column).max() else { return };
        let too_long = |index: &usize| {
            let line = &self.lines[*index];
            line.width() + widest - line.column.unwrap_or(widest) > WIDTH
        };
        if run.iter().any(too_long) {
            return;
        }
        for index in run {
            let line = &mut self.lines[*index];
            let column = line.column.unwrap_or(widest);
            let at = line.text.char_indices().nth(column).map_or(line.text.len(), |(at, _)| at);
            line.text.insert_str(at, &" ".repeat(widest - column));
        }
    }

    /// The column of each line's comment: the same for neighbouring lines.
    fn comment_columns(&self) -> Vec<usize> {
        let mut columns = vec![0; self.lines.len()];
        let mut start = 0;
        while start < self.lines.len() {
            let run = self.lines[start..].iter().enumerate();
            let block = self.lines[start].block;
            let goes_on = |(index, line): &(usize, &Line)| *index == 0 || (!line.blank && line.block == block);
            let length = run.take_while(|one| one.1.comment.is_some() && goes_on(one)).count();
            let column = self.lines[start..start + length].iter().map(|line| line.width() + 2).max().unwrap_or(0);
            columns[start..start + length].fill(column);
            start += length.max(1);
        }
        columns
    }
}

/// What stands behind the last line end.
pub(super) fn last_line(text: &str) -> &str {
    text.rsplit('\n').next().unwrap_or(text)
}

impl Line {
    fn width(&self) -> usize {
        match last_line(&self.text) {
            last if last.len() == self.text.len() => self.indentation + last.chars().count(),
            // A text over several lines is kept as it was written.
            last => last.chars().count(),
        }
    }
}
