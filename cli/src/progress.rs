//! What is said, beside the output, while a module waits for a job: how far it is, and when it is asked about again.

use std::time::Duration;

use linchpin_runtime::{Observer, Waiting};

/// Says it on standard error.
#[derive(Debug)]
pub(crate) struct Progress;

impl Observer for Progress {
    fn waiting(&self, waiting: &Waiting) {
        let Waiting { step, steps, module, waited, after, .. } = waiting;
        let whole = |time: &Duration| Duration::from_secs(time.as_secs());
        anstream::eprintln!("step {step} of {steps}, {module}: not done after {:?}, asked again in {:?}", whole(waited), whole(after));
    }
}
