//! Files of a spec that were edited: shown as a unified diff, or written, all of them or none.

use crate::output::say;
use linchpin_compiler::source::{FileId, SourceFile, Sources};
use similar::TextDiff;
use std::borrow::Cow;
use std::path::{Path, PathBuf};

/// What would change, as `patch` reads it.
pub(crate) fn show(before: &Sources, after: &Sources, changed: &[FileId]) {
    changed.iter().for_each(|id| show_one(before.file(*id), after.file(*id)));
}

fn show_one(before: &SourceFile, after: &SourceFile) {
    let text = with_line_ends_of(&before.text, &after.text);
    let lines = TextDiff::from_lines(before.text.as_str(), &text);
    say!("{}", lines.unified_diff().header(&before.name, &after.name).to_string().trim_end_matches('\n'));
}

/// All beside the files first, then each in its place: a failure before that leaves everything as it was.
pub(crate) fn write(before: &Sources, sources: &Sources, changed: &[FileId]) -> Result<(), String> {
    let beside = |name: &str| PathBuf::from(format!("{name}.new"));
    for id in changed {
        let file = sources.file(*id);
        let was = before.iter().find(|(_, one)| one.name == file.name).map_or("", |(_, one)| one.text.as_str());
        std::fs::write(beside(&file.name), &*with_line_ends_of(was, &file.text)).map_err(|error| {
            changed.iter().for_each(|id| drop(std::fs::remove_file(beside(&sources.file(*id).name))));
            format!("{}: {error}", file.name)
        })?;
    }
    for id in changed {
        let name = &sources.file(*id).name;
        std::fs::rename(beside(name), Path::new(name)).map_err(|error| format!("{name}: {error}"))?;
    }
    Ok(())
}

/// A text whose lines end as most of another's do.
pub(crate) fn with_line_ends_of<'t>(was: &str, text: &'t str) -> Cow<'t, str> {
    let (all, long) = (was.matches('\n').count(), was.matches("\r\n").count());
    if long * 2 > all { Cow::Owned(text.replace("\r\n", "\n").replace('\n', "\r\n")) } else { Cow::Borrowed(text) }
}
