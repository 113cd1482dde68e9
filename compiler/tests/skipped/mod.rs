//! What a test says that cannot run here.

use std::io::Write as _;

/// Says so past the test harness, which keeps what passing tests print to itself.
pub(crate) fn skipped(what: &str, why: &str) {
    let _ = writeln!(std::io::stderr(), "skipped {what}: {why}");
}
