//! A map that keeps the order of its entries.

use std::fmt;

use indexmap::IndexSet;

/// A map from text that keeps the order in which entries came.
///
/// The layout is fixed (keys, then values), so that the table interpreter can read and write it for any `T`.
#[repr(C)]
#[derive(Clone)]
pub struct Map<T> {
    keys: IndexSet<String>,
    pub(crate) values: Vec<T>,
}

impl<T> Map<T> {
    /// An empty map.
    pub fn new() -> Self {
        Self { keys: IndexSet::new(), values: Vec::new() }
    }

    /// How many entries there are.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Is there none?
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The value under a key.
    pub fn get(&self, key: &str) -> Option<&T> {
        self.values.get(self.keys.get_index_of(key)?)
    }

    /// The value under a key, to be changed.
    pub fn get_mut(&mut self, key: &str) -> Option<&mut T> {
        self.values.get_mut(self.keys.get_index_of(key)?)
    }

    /// Is there an entry under this key?
    pub fn contains_key(&self, key: &str) -> bool {
        self.keys.contains(key)
    }

    /// Puts a value under a key and gives back what was there. A key that was there keeps its place.
    pub fn insert(&mut self, key: impl Into<String>, value: T) -> Option<T> {
        let (index, is_new) = self.keys.insert_full(key.into());
        if is_new {
            self.values.push(value);
            return None;
        }
        Some(std::mem::replace(&mut self.values[index], value))
    }

    /// Takes an entry out; the order of the others stays.
    pub fn remove(&mut self, key: &str) -> Option<T> {
        let (index, _) = self.keys.shift_remove_full(key)?;
        Some(self.values.remove(index))
    }

    /// The entries in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &T)> {
        self.keys.iter().map(String::as_str).zip(&self.values)
    }

    /// The keys in order.
    pub fn keys(&self) -> impl ExactSizeIterator<Item = &str> {
        self.keys.iter().map(String::as_str)
    }

    /// The values in order.
    pub fn values(&self) -> impl ExactSizeIterator<Item = &T> {
        self.values.iter()
    }
}

impl<T> Default for Map<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: fmt::Debug> fmt::Debug for Map<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_map().entries(self.iter()).finish()
    }
}

/// The order of entries does not matter.
impl<T: PartialEq> PartialEq for Map<T> {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().all(|(key, value)| other.get(key) == Some(value))
    }
}

impl<T: Eq> Eq for Map<T> {}

impl<K: Into<String>, T> FromIterator<(K, T)> for Map<T> {
    fn from_iter<I: IntoIterator<Item = (K, T)>>(entries: I) -> Self {
        let mut map = Self::new();
        map.extend(entries);
        map
    }
}

impl<K: Into<String>, T> Extend<(K, T)> for Map<T> {
    fn extend<I: IntoIterator<Item = (K, T)>>(&mut self, entries: I) {
        for (key, value) in entries {
            self.insert(key, value);
        }
    }
}

impl<K: Into<String>, T, const N: usize> From<[(K, T); N]> for Map<T> {
    fn from(entries: [(K, T); N]) -> Self {
        entries.into_iter().collect()
    }
}

impl<T> IntoIterator for Map<T> {
    type Item = (String, T);
    type IntoIter = std::iter::Zip<indexmap::set::IntoIter<String>, std::vec::IntoIter<T>>;

    fn into_iter(self) -> Self::IntoIter {
        self.keys.into_iter().zip(self.values)
    }
}
