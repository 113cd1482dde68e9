//! Applies fixes to text by span.

use crate::diagnostics::{Edit, Fix};
use crate::source::FileId;

/// The text of one file with the fixes applied, and how many were. A fix whose edits overlap those of one before it is left
/// out as a whole, and so is one that edits another file too.
pub fn apply<'f>(file: FileId, text: &str, fixes: impl IntoIterator<Item = &'f Fix>) -> (String, usize) {
    let mut accepted: Vec<&Edit> = Vec::new();
    let mut applied = 0;
    for fix in fixes {
        let fits = fix.edits.iter().enumerate().all(|(index, edit)| {
            edit.span.file == file
                && text.get(edit.span.start as usize..edit.span.end as usize).is_some()
                && accepted.iter().copied().chain(&fix.edits[..index]).all(|other| !overlap(edit, other))
        });
        if fits {
            accepted.extend(&fix.edits);
            applied += 1;
        }
    }
    accepted.sort_by_key(|edit| (edit.span.start, edit.span.end));
    let mut result = String::with_capacity(text.len());
    let mut at = 0;
    for edit in accepted {
        result.push_str(&text[at..edit.span.start as usize]);
        result.push_str(&edit.text);
        at = edit.span.end as usize;
    }
    result.push_str(&text[at..]);
    (result, applied)
}

/// Two edits of one place overlap too, even if both only insert: their order would be a guess.
fn overlap(one: &Edit, other: &Edit) -> bool {
    one.span.start == other.span.start || (one.span.start < other.span.end && other.span.start < one.span.end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Span;

    fn fix(edits: &[(u32, u32, &str)]) -> Fix {
        let edit = |&(start, end, text): &(u32, u32, &str)| Edit { span: Span { file: FileId(0), start, end }, text: text.to_owned() };
        Fix { title: String::new(), edits: edits.iter().map(edit).collect() }
    }

    #[test]
    fn several_fixes_apply_at_once_in_any_order() {
        let fixes = [fix(&[(6, 11, "there")]), fix(&[(0, 5, "hi"), (11, 11, "!")])];
        assert_eq!(apply(FileId(0), "hello world", &fixes), ("hi there!".to_owned(), 2));
    }

    #[test]
    fn an_overlapping_fix_is_left_out_as_a_whole() {
        let fixes = [fix(&[(0, 5, "hi")]), fix(&[(4, 7, "x"), (8, 9, "y")]), fix(&[(0, 0, "z")])];
        assert_eq!(apply(FileId(0), "hello world", &fixes), ("hi world".to_owned(), 1));
    }

    #[test]
    fn a_fix_of_another_file_or_beyond_the_end_is_left_out() {
        let mut other = fix(&[(0, 1, "x")]);
        other.edits[0].span.file = FileId(1);
        assert_eq!(apply(FileId(0), "ab", &[other, fix(&[(1, 9, "x")])]), ("ab".to_owned(), 0));
    }
}
