//! Which deliveries were taken: a delivery that comes again within its time is not given again.

use std::{
    collections::{HashMap, VecDeque},
    fmt,
    sync::{Mutex, PoisonError},
    time::SystemTime,
};

use crate::{auth::StoreError, clock::BoxFuture};

/// Remembers deliveries by what they are known by. Several processes that receive for one endpoint share one. What else serves once may be
/// remembered in it, too: an [`Authorizer`](crate::auth::Authorizer) does so with attempts.
pub trait DeliveryLog: Send + Sync + fmt::Debug {
    /// Takes a delivery, unless it was taken already and that time is not over: true when it was not. This is one atomic step.
    fn claim<'a>(&'a self, key: &'a [u8; 32], now: SystemTime, until: SystemTime) -> BoxFuture<'a, Result<bool, StoreError>>;

    /// Lets it come again: it was taken, and could not be dealt with.
    fn release<'a>(&'a self, key: &'a [u8; 32]) -> BoxFuture<'a, Result<(), StoreError>>;

    /// Whether what is taken stays taken when the process that took it dies. Then a service takes a delivery for a minute at a time, and
    /// [extends](Self::extend) that while it deals with it: what nobody deals with any more may come again. Default: it does not.
    fn outlives_processes(&self) -> bool {
        false
    }

    /// A delivery that was taken is being dealt with, and taken until then. Default: nothing, for logs that do not outlive their process.
    fn extend<'a>(&'a self, key: &'a [u8; 32], now: SystemTime, until: SystemTime) -> BoxFuture<'a, Result<(), StoreError>> {
        let _ = (key, now, until);
        Box::pin(async { Ok(()) })
    }

    /// A delivery that was taken is dealt with, and stays taken until then. Default: it is [extended](Self::extend).
    fn settle<'a>(&'a self, key: &'a [u8; 32], now: SystemTime, until: SystemTime) -> BoxFuture<'a, Result<(), StoreError>> {
        self.extend(key, now, until)
    }

    /// Whether a delivery that is taken is dealt with. As long as it is not, dealing with it may fail, and a service that told the API that all is well
    /// would lose it: the API must go on sending it. `soon`: what is taken for longer than that was not taken by a service, and counts as dealt with.
    /// Default: it is, for logs that do not know.
    fn is_settled<'a>(&'a self, key: &'a [u8; 32], now: SystemTime, soon: SystemTime) -> BoxFuture<'a, Result<bool, StoreError>> {
        let _ = (key, now, soon);
        Box::pin(async { Ok(true) })
    }
}

/// Remembers in memory, at most so many. When it is full of deliveries whose time is not over, it takes no more: forgetting one would let it in
/// again.
#[derive(Debug)]
pub struct MemoryDeliveryLog {
    most: usize,
    known: Mutex<Known>,
}

#[derive(Debug, Default)]
struct Known {
    until: HashMap<[u8; 32], Place>,
    /// In the order in which they came, which is nearly that in which their times are over.
    order: VecDeque<([u8; 32], SystemTime)>,
}

#[derive(Debug, Clone, Copy)]
struct Place {
    until: SystemTime,
    settled: bool,
}

impl MemoryDeliveryLog {
    /// For at most so many deliveries at a time, of about 150 bytes each.
    pub fn new(most: usize) -> MemoryDeliveryLog {
        MemoryDeliveryLog { most, known: Mutex::default() }
    }

    fn take(&self, key: [u8; 32], now: SystemTime, until: SystemTime) -> Result<bool, StoreError> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some((oldest, end)) = known.order.front().copied().filter(|(_, end)| *end <= now) {
            known.order.pop_front();
            // It may have been released and taken again since.
            if known.until.get(&oldest).is_some_and(|place| place.until == end) {
                known.until.remove(&oldest);
            }
        }
        if known.until.get(&key).is_some_and(|place| place.until > now) {
            return Ok(false);
        }
        if known.order.len() >= self.most {
            return Err("more deliveries came than are remembered".into());
        }
        known.until.insert(key, Place { until, settled: false });
        known.order.push_back((key, until));
        Ok(true)
    }
}

impl DeliveryLog for MemoryDeliveryLog {
    fn claim<'a>(&'a self, key: &'a [u8; 32], now: SystemTime, until: SystemTime) -> BoxFuture<'a, Result<bool, StoreError>> {
        let taken = self.take(*key, now, until);
        Box::pin(async move { taken })
    }

    fn release<'a>(&'a self, key: &'a [u8; 32]) -> BoxFuture<'a, Result<(), StoreError>> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.until.remove(key);
        known.order.retain(|(other, _)| other != key);
        Box::pin(async { Ok(()) })
    }

    fn settle<'a>(&'a self, key: &'a [u8; 32], _now: SystemTime, _until: SystemTime) -> BoxFuture<'a, Result<(), StoreError>> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = known.until.get_mut(key) {
            place.settled = true;
        }
        Box::pin(async { Ok(()) })
    }

    fn is_settled<'a>(&'a self, key: &'a [u8; 32], now: SystemTime, _soon: SystemTime) -> BoxFuture<'a, Result<bool, StoreError>> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let settled = known.until.get(key).is_some_and(|place| place.settled && place.until > now);
        Box::pin(async move { Ok(settled) })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn at(seconds: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)
    }

    #[test]
    fn what_comes_again_in_its_time_is_known() {
        let log = MemoryDeliveryLog::new(10);
        assert!(log.take([1; 32], at(0), at(10)).expect("room"));
        assert!(!log.take([1; 32], at(9), at(19)).expect("room"));
        assert!(log.take([1; 32], at(10), at(20)).expect("room"), "its time is over");
    }

    #[tokio::test]
    async fn what_was_released_may_come_again() {
        let log = MemoryDeliveryLog::new(10);
        assert!(log.claim(&[1; 32], at(0), at(10)).await.expect("room"));
        log.release(&[1; 32]).await.expect("fine");
        assert!(log.claim(&[1; 32], at(1), at(11)).await.expect("room"));
        assert!(!log.claim(&[1; 32], at(2), at(12)).await.expect("room"));
    }

    #[test]
    fn a_full_log_forgets_nothing_early() {
        let log = MemoryDeliveryLog::new(2);
        assert!(log.take([1; 32], at(0), at(10)).expect("room"));
        assert!(log.take([2; 32], at(0), at(10)).expect("room"));
        assert!(log.take([3; 32], at(5), at(15)).is_err(), "no room");
        assert!(!log.take([1; 32], at(5), at(15)).expect("known"));
        assert!(log.take([3; 32], at(10), at(20)).expect("room again"));
    }
}
