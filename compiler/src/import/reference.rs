//! `$ref`: which file and which place in it a reference means. Other files are those of the description's own folder; nothing else is
//! ever read, and nothing from the network.

use super::node::{Node, Value};

/// A reference, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// The file, as a path from the description's folder with `/`.
    pub file: String,
    /// The names on the way from the top of that file.
    pub pointer: Vec<String>,
}

/// Why a reference is not followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It names a host or an absolute path, or leads out of the folder.
    Outside,
    /// What stands after `#` is not a JSON pointer.
    NotAPointer,
}

/// What a reference that stands in `file` means.
pub fn parse(text: &str, file: &str) -> Result<Reference, Refused> {
    let (path, fragment) = text.split_once('#').unwrap_or((text, ""));
    let file = if path.is_empty() { file.to_owned() } else { joined(file, &unescaped(path))? };
    Ok(Reference { file, pointer: pointer(fragment)? })
}

/// The path that `path` names, seen from `file`. It stays inside of the folder.
fn joined(file: &str, path: &str) -> Result<String, Refused> {
    if path.contains(':') || path.starts_with(['/', '\\']) {
        return Err(Refused::Outside);
    }
    let mut parts: Vec<&str> = file.split('/').collect();
    parts.pop();
    for part in path.split(['/', '\\']) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop().ok_or(Refused::Outside)?;
            }
            name => parts.push(name),
        }
    }
    Ok(parts.join("/"))
}

fn pointer(fragment: &str) -> Result<Vec<String>, Refused> {
    if fragment.is_empty() || fragment == "/" {
        return Ok(Vec::new());
    }
    let rest = fragment.strip_prefix('/').ok_or(Refused::NotAPointer)?;
    Ok(rest.split('/').map(|part| unescaped(part).replace("~1", "/").replace("~0", "~")).collect())
}

/// `%7B` and the like; what is not valid UTF-8 afterwards stays as it was.
fn unescaped(text: &str) -> String {
    if !text.contains('%') {
        return text.to_owned();
    }
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = (bytes[at] == b'%').then(|| text.get(at + 1..at + 3)).flatten().and_then(|hex| u8::from_str_radix(hex, 16).ok());
        out.push(hex.unwrap_or(bytes[at]));
        at += if hex.is_some() { 3 } else { 1 };
    }
    String::from_utf8(out).unwrap_or_else(|_| text.to_owned())
}

/// What stands at a pointer below a node.
pub fn at<'n>(root: &'n Node, pointer: &[String]) -> Option<&'n Node> {
    pointer.iter().try_fold(root, |node, name| match &node.value {
        Value::List(items) => name.parse::<usize>().ok().and_then(|index| items.get(index)),
        _ => node.get(name),
    })
}

#[cfg(test)]
mod tests {
    use super::{Refused, parse};

    #[test]
    fn references_stay_inside_the_folder() {
        let file = |text, from| parse(text, from).map(|reference| reference.file);
        assert_eq!(file("#/a", "api.yaml"), Ok("api.yaml".into()));
        assert_eq!(file("schemas/pet.yaml#/Pet", "api.yaml"), Ok("schemas/pet.yaml".into()));
        assert_eq!(file("../api.yaml", "schemas/pet.yaml"), Ok("api.yaml".into()));
        assert_eq!(file("../secret.yaml", "api.yaml"), Err(Refused::Outside));
        assert_eq!(file("a/../../secret.yaml", "api.yaml"), Err(Refused::Outside));
        assert_eq!(file("..%2fsecret.yaml", "api.yaml"), Err(Refused::Outside));
        assert_eq!(file("/etc/passwd", "api.yaml"), Err(Refused::Outside));
        assert_eq!(file("https://example.com/api.yaml", "api.yaml"), Err(Refused::Outside));
        assert_eq!(file("C:\\x.yaml", "api.yaml"), Err(Refused::Outside));
        assert_eq!(file("#Pet", "api.yaml"), Err(Refused::NotAPointer));
    }

    #[test]
    fn pointers_are_unescaped() {
        let pointer = |text| parse(text, "api.yaml").map(|reference| reference.pointer);
        assert_eq!(pointer("#/paths/~1pets~1%7Bid%7D/get"), Ok(vec!["paths".into(), "/pets/{id}".into(), "get".into()]));
        assert_eq!(pointer("#/a~01/%zz"), Ok(vec!["a~1".into(), "%zz".into()]));
        assert_eq!(pointer("other.yaml"), Ok(vec![]));
    }
}
