//! Recognising that what is gone and what is new are one thing. Every conclusion comes with what speaks for it and how sure it is; what
//! is not sure enough stays gone and new.

pub(super) mod matching;
pub(super) mod moves;
pub(super) mod names;
pub(super) mod operations;

use super::findings::Evidence;

/// The least confidence, in percent, at which something is taken for one thing.
pub(super) const SURE: u32 = 65;

/// Collects what speaks for a conclusion.
#[derive(Clone, Debug, Default)]
pub(super) struct Case {
    weight: u32,
    of: u32,
    reasons: Vec<String>,
}

impl Case {
    /// Something that speaks for it by `permille` of `weight`; said when it speaks clearly.
    pub(super) fn weigh(&mut self, weight: u32, permille: u32, reason: impl FnOnce() -> String) {
        self.of += weight;
        self.weight += weight * permille.min(1000) / 1000;
        if permille >= 500 {
            self.reasons.push(reason());
        }
    }

    /// How sure it is, in percent.
    pub(super) fn confidence(&self) -> u32 {
        (self.weight * 100).checked_div(self.of).unwrap_or_default()
    }

    /// What to show.
    pub(super) fn evidence(self) -> Evidence {
        let confidence = self.confidence().min(99) as u8;
        Evidence { confidence, reasons: self.reasons }
    }
}
