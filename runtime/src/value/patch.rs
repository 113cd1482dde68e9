//! What an update does to a member.

/// What an update does to a member that may be absent and may be null: leave it, erase it, or set it.
///
/// The layout is fixed, so that the table interpreter can read and write it for any `T`.
#[repr(C, u16)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Patch<T> {
    /// Left as it is: the member is not sent.
    #[default]
    Leave,
    /// Erased: `null` is sent.
    Erase,
    /// Set to this.
    Set(T),
}

impl<T> Patch<T> {
    /// Is it left as it is?
    pub const fn is_leave(&self) -> bool {
        matches!(self, Self::Leave)
    }

    /// Is it erased?
    pub const fn is_erase(&self) -> bool {
        matches!(self, Self::Erase)
    }

    /// What it is set to.
    pub fn set(self) -> Option<T> {
        match self {
            Self::Set(value) => Some(value),
            _ => None,
        }
    }

    /// The same, borrowed.
    pub const fn as_ref(&self) -> Patch<&T> {
        match self {
            Self::Leave => Patch::Leave,
            Self::Erase => Patch::Erase,
            Self::Set(value) => Patch::Set(value),
        }
    }
}

impl<T> From<T> for Patch<T> {
    fn from(value: T) -> Self {
        Self::Set(value)
    }
}
