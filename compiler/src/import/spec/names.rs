//! Names that are free: each given once, and the next one with a number behind it.

use std::collections::HashSet;

/// Names given in one scope. Two that differ in case alone would be one in Rust, so they count as the same.
#[derive(Clone, Debug, Default)]
pub(super) struct Names(HashSet<String>);

impl Names {
    /// The wanted name, or the first free one made of it: `Pet`, `Pet2`; `name`, `name_2`.
    pub(super) fn take(&mut self, wanted: &str, separator: &str) -> String {
        if self.0.insert(key(wanted)) {
            return wanted.to_owned();
        }
        let mut numbered = (2..).map(|number| format!("{wanted}{separator}{number}"));
        let free = numbered.find(|name| !self.0.contains(&key(name))).expect("numbers do not end");
        self.0.insert(key(&free));
        free
    }

    /// The first of several names that is free, otherwise the first with a number.
    pub(super) fn take_first(&mut self, wanted: &[String], separator: &str) -> String {
        let free = wanted.iter().find(|name| !self.0.contains(&key(name)));
        match free {
            Some(free) => self.take(free, separator),
            None => self.take(&wanted[0], separator),
        }
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.0.contains(&key(name))
    }
}

fn key(name: &str) -> String {
    name.to_ascii_lowercase().replace('_', "")
}
