//! What differs between what was and what is, and what was promised.

pub mod lock;
