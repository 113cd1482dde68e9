//! For tests of programs that use connectors, and of connectors themselves: a stand-in server on loopback, faults, a clock that does not wait.

mod cassette;
mod clock;
mod deliveries;
mod examples;
mod faults;
mod script;
mod spec_test;
mod stand_in;
mod steps;
mod upgrade_test;

pub use cassette::Cassette;
pub use clock::SimulatedClock;
pub use faults::FaultSchedule;
pub use script::{Received, Reply, Route};
pub use spec_test::spec_test;
pub use stand_in::StandIn;
pub use upgrade_test::upgrade_test;
