//! What servers say about the end of things: one parser for every dialect, and what differs from the spec.
//!
//! Everything here is a pure function of an answer, a table and a date, except `watch`, which is the engine's hook. What an observer is
//! told stands in `observe`; which error a refusal becomes is `answer`'s.
//!
//! | dialect | read by |
//! |---|---|
//! | `Deprecation: @1688169599` (RFC 9745), `true`, dates of every form | `header`, `date` |
//! | `Sunset` (RFC 8594) | `header`, `date` |
//! | `Link` with `deprecation`, `sunset`, `successor-version` (RFC 8288): they explain a signal, and are none by themselves (RFC 9745, 3) | `link` |
//! | `Warning: 299 - "…"` (RFC 7234, 5.5) | `warning` |
//! | what single vendors send | `vendor` |
//! | 410, `method_deprecated`, unsupported versions | `body` |
//! | the version that was served | `served` |

mod body;
mod date;
mod drift;
mod edit;
mod header;
mod link;
mod served;
mod signal;
#[cfg(test)]
mod tests;
mod vendor;
mod warning;
mod watch;

pub use drift::{Drift, Drifted};
pub use header::read;
pub use signal::{Signal, Source};
pub use watch::{SignalCount, UnknownCount};

pub(crate) use body::refused;
pub(crate) use watch::Watch;
