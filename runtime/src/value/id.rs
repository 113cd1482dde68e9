//! Identifiers that cannot be given where another thing's is wanted.

use std::{convert::Infallible, fmt, hash, marker::PhantomData, str::FromStr};

/// The identifier of a `T`: a text or a number, as the API has it.
///
/// ```
/// # use linchpin_runtime::value::Id;
/// struct Project;
/// let id: Id<Project> = "p1".into();
/// assert_eq!(id.to_string(), "p1");
/// assert_eq!(Id::<Project>::from(7).as_number(), Some(7));
/// ```
#[repr(transparent)]
pub struct Id<T: 'static> {
    value: IdValue,
    of: PhantomData<fn() -> T>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum IdValue {
    Number(i64),
    Text(Box<str>),
}

impl<T> Id<T> {
    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        match &self.value {
            IdValue::Text(text) => Some(text),
            IdValue::Number(_) => None,
        }
    }

    /// The number, if it is one.
    pub fn as_number(&self) -> Option<i64> {
        match &self.value {
            IdValue::Number(number) => Some(*number),
            IdValue::Text(_) => None,
        }
    }

    /// The same identifier, taken for that of a `U`.
    pub fn cast<U>(self) -> Id<U> {
        Id { value: self.value, of: PhantomData }
    }
}

impl<T> Clone for Id<T> {
    fn clone(&self) -> Self {
        Self { value: self.value.clone(), of: PhantomData }
    }
}

impl<T> fmt::Debug for Id<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.value {
            IdValue::Number(number) => number.fmt(formatter),
            IdValue::Text(text) => text.fmt(formatter),
        }
    }
}

impl<T> fmt::Display for Id<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.value {
            IdValue::Number(number) => number.fmt(formatter),
            IdValue::Text(text) => formatter.pad(text),
        }
    }
}

impl<T> PartialEq for Id<T> {
    fn eq(&self, other: &Self) -> bool {
        self.value == other.value
    }
}

impl<T> Eq for Id<T> {}

impl<T> PartialOrd for Id<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Id<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.value.cmp(&other.value)
    }
}

impl<T> hash::Hash for Id<T> {
    fn hash<H: hash::Hasher>(&self, state: &mut H) {
        self.value.hash(state);
    }
}

impl<T> From<&str> for Id<T> {
    fn from(text: &str) -> Self {
        Self { value: IdValue::Text(text.into()), of: PhantomData }
    }
}

impl<T> From<String> for Id<T> {
    fn from(text: String) -> Self {
        Self { value: IdValue::Text(text.into()), of: PhantomData }
    }
}

impl<T> From<i64> for Id<T> {
    fn from(number: i64) -> Self {
        Self { value: IdValue::Number(number), of: PhantomData }
    }
}

impl<T> From<&Id<T>> for Id<T> {
    fn from(id: &Id<T>) -> Self {
        id.clone()
    }
}

impl<T> FromStr for Id<T> {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(text.into())
    }
}
