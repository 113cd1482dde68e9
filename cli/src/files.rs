//! Files of a spec that were edited: shown as a unified diff, or written, all of them or none.

use crate::output::say;
use linchpin_compiler::source::{FileId, SourceFile, Sources};
use similar::TextDiff;
use std::path::{Path, PathBuf};

/// What would change, as `patch` reads it.
pub(crate) fn show(before: &Sources, after: &Sources, changed: &[FileId]) {
    changed.iter().for_each(|id| show_one(before.file(*id), after.file(*id)));
}

fn show_one(before: &SourceFile, after: &SourceFile) {
    let lines = TextDiff::from_lines(&before.text, &after.text);
    say!("{}", lines.unified_diff().header(&before.name, &after.name).to_string().trim_end_matches('\n'));
}

/// All beside the files first, then each in its place: a failure before that leaves everything as it was.
pub(crate) fn write(sources: &Sources, changed: &[FileId]) -> Result<(), String> {
    let beside = |name: &str| PathBuf::from(format!("{name}.new"));
    for id in changed {
        let file = sources.file(*id);
        std::fs::write(beside(&file.name), &file.text).map_err(|error| {
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
