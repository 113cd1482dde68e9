//! How far a file has come, in either direction: what a program is told on the way.

/// How far a file has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// The bytes that have come, those of an earlier process included.
    pub bytes: u64,
    /// How many there will be, where that is known.
    pub total: Option<u64>,
}

/// What a program does with it.
pub(crate) type Listener = Box<dyn FnMut(Progress) + Send>;

/// The same, for what has clones.
pub(crate) type SharedListener = std::sync::Arc<std::sync::Mutex<Option<Listener>>>;
