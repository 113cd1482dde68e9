//! What a test says that cannot run here.
#![allow(unreachable_pub, reason = "others take it in")]

use std::io::Write as _;

/// Says so past the test harness, which keeps what passing tests print to itself.
pub fn skipped(what: &str, why: &str) {
    let _ = writeln!(std::io::stderr(), "skipped {what}: {why}");
}
