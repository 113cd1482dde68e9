//! `use "…"`: whoever reads the files follows it; here it is only seen that what it names was read.

use crate::diagnostics::{Diagnostic, Diagnostics, codes};
use crate::source::Sources;
use crate::syntax::ast::{self, Item};

/// Every file that a `use` names is among the sources. One outside of the folder of specs never is.
pub(super) fn used_files_exist(files: &[ast::File], sources: &Sources, diagnostics: &mut Diagnostics) {
    for file in files {
        check_items(&file.items, &sources.file(file.id).name, sources, diagnostics);
    }
}

fn check_items(items: &[Item], from: &str, sources: &Sources, diagnostics: &mut Diagnostics) {
    for item in items {
        match item {
            Item::Group(group) => check_items(&group.items, from, sources, diagnostics),
            Item::Use(used) => {
                let path = beside(from, &used.path.value);
                if !sources.iter().any(|(_, file)| file.name == path) {
                    let message = format!("there is no file `{path}`");
                    let diagnostic = Diagnostic::new(codes::NO_SUCH_FILE, used.path.span, message).here("not a file of the specs");
                    diagnostics
                        .push(diagnostic.help("the path starts at the file that it is written in, and stays in the folder of specs"));
                }
            }
            _ => {}
        }
    }
}

/// The name of a file, written relative to another.
fn beside(from: &str, written: &str) -> String {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in written.split('/') {
        match part {
            "." | "" => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            other => parts.push(other),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_start_at_the_file() {
        assert_eq!(beside("specs/acme/acme.pin", "../shared/./paging.pin"), "specs/shared/paging.pin");
        assert_eq!(beside("acme.pin", "types.pin"), "types.pin");
        assert_eq!(beside("../specs/acme.pin", "../../x.pin"), "../../x.pin");
    }
}
