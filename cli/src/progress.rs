//! What is said, beside the output, while a module waits for a job: how far it is, and when it is asked about again.

use std::time::Duration;

use linchpin_runtime::{Observer, Waiting};

/// Says it on standard error.
#[derive(Debug)]
pub(crate) struct Progress;

impl Observer for Progress {
    fn waiting(&self, waiting: &Waiting) {
        anstream::eprintln!("{}", told(waiting));
    }
}

fn told(waiting: &Waiting) -> String {
    let Waiting { step, steps, module, waited, after, .. } = waiting;
    let so_far = if waited.as_secs() == 0 { "yet".to_owned() } else { format!("after {}", shown(*waited)) };
    let again = if after.as_millis() == 0 { "at once".to_owned() } else { format!("in {}", shown(*after)) };
    format!("step {step} of {steps}, {module}: not done {so_far}, asked again {again}")
}

/// In whole seconds; what is shorter, in thousandths.
fn shown(time: Duration) -> String {
    match (time.as_secs(), time.subsec_millis()) {
        (0, millis) => format!("{millis}ms"),
        (seconds @ 0..60, _) => format!("{seconds}s"),
        (seconds @ 60..3600, _) => format!("{}m {}s", seconds / 60, seconds % 60),
        (seconds, _) => format!("{}h {}m", seconds / 3600, seconds % 3600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_as_people_say_them() {
        let times = [Duration::from_millis(250), Duration::from_millis(2_900), Duration::from_secs(125), Duration::from_secs(7_265)];
        assert_eq!(times.map(shown), ["250ms", "2s", "2m 5s", "2h 1m"]);
    }
}
