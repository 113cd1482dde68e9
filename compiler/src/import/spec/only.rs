//! Which operations are wanted: globs over what they are called.

use crate::import::document::Operation;

/// Is an operation among those that globs name? By its id, its path, or its tag with the id behind it.
pub(crate) fn wants(globs: &[String], operation: &Operation<'_>) -> bool {
    if globs.is_empty() {
        return true;
    }
    let id = operation.id.unwrap_or_default();
    let mut names: Vec<String> = vec![id.to_owned(), operation.path.to_owned(), format!("{} {}", operation.method, operation.path)];
    names.extend(operation.tags.iter().map(|tag| format!("{tag}/{}", id.strip_prefix(&format!("{tag}/")).unwrap_or(id))));
    globs.iter().any(|glob| names.iter().any(|name| fits(glob.as_bytes(), name.as_bytes())))
}

/// Is an operation of this id among those that globs name?
pub(super) fn names(globs: &[String], id: &str) -> bool {
    globs.is_empty() || globs.iter().any(|glob| fits(glob.as_bytes(), id.as_bytes()))
}

/// `*` stands for any text, `?` for one letter.
fn fits(glob: &[u8], name: &[u8]) -> bool {
    let (mut at, mut from) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while from < name.len() {
        match glob.get(at) {
            Some(b'*') => {
                star = Some((at, from));
                at += 1;
            }
            Some(b'?') => (at, from) = (at + 1, from + 1),
            Some(letter) if letter.eq_ignore_ascii_case(&name[from]) => (at, from) = (at + 1, from + 1),
            _ => match star {
                // The last star takes one letter more.
                Some((after, taken)) => {
                    star = Some((after, taken + 1));
                    (at, from) = (after + 1, taken + 1);
                }
                None => return false,
            },
        }
    }
    glob[at..].iter().all(|letter| *letter == b'*')
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn globs_stand_for_names() {
        let fits = |glob: &str, name: &str| fits(glob.as_bytes(), name.as_bytes());
        assert!(
            fits("repos/*", "repos/list-for-org") && fits("*", "") && fits("/pets/*/food", "/pets/{id}/food") && fits("get?et", "getPet")
        );
        assert!(!fits("repos/*", "orgs/list") && !fits("a", "ab") && !fits("a?", "a"));
    }
}
