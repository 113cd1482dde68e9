//! A delivery's place in the log, from when it is taken until it is dealt with: so that one whose process dies meanwhile may come again.

use std::{
    convert::Infallible,
    pin::pin,
    sync::Arc,
    task::Poll,
    time::{Duration, SystemTime},
};

use super::log::DeliveryLog;
use crate::{auth::StoreError, clock::Clock};

/// For how long a delivery is taken by whoever has to say again that it is being dealt with.
pub(super) const ATTENDED: Duration = Duration::from_secs(60);

/// A delivery's place in the log.
#[derive(Clone, Debug)]
pub(super) struct Taken {
    key: [u8; 32],
    log: Arc<dyn DeliveryLog>,
    clock: Arc<dyn Clock>,
    /// Until when it is to be remembered once it is dealt with, where that is said.
    until: Option<SystemTime>,
}

impl Taken {
    pub(super) fn new(key: [u8; 32], log: Arc<dyn DeliveryLog>, clock: Arc<dyn Clock>, until: Option<SystemTime>) -> Taken {
        Taken { key, log, clock, until }
    }

    /// It may come again.
    pub(super) async fn release(&self) -> Result<(), StoreError> {
        self.log.release(&self.key).await
    }

    /// It is dealt with.
    pub(super) async fn settle(&self) -> Result<(), StoreError> {
        match self.until {
            Some(until) => self.log.settle(&self.key, self.clock.wall(), until).await,
            None => Ok(()),
        }
    }

    /// Deals with it, and says so all the while where that has to be said: when this process dies, it may come again.
    pub(super) async fn attend<T>(&self, dealing: impl Future<Output = T>) -> T {
        let mut dealing = pin!(dealing);
        let Some(last) = self.until.filter(|_| self.log.outlives_processes()) else { return dealing.await };
        let mut telling = pin!(self.tell(last));
        // Both at once: a log that is slow keeps nobody from dealing with it.
        std::future::poll_fn(|context| {
            if let Poll::Ready(done) = dealing.as_mut().poll(context) {
                return Poll::Ready(done);
            }
            let Poll::Pending = telling.as_mut().poll(context);
            Poll::Pending
        })
        .await
    }

    /// Says that it is being dealt with, as long as anybody asks.
    async fn tell(&self, last: SystemTime) -> Infallible {
        loop {
            tokio::time::sleep(ATTENDED / 3).await;
            let now = self.clock.wall();
            if let Err(error) = self.log.extend(&self.key, now, last.min(now + ATTENDED)).await {
                tracing::warn!("the log of deliveries was not told that one is still being dealt with: {error}");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{BoxFuture, SystemClock};

    /// A log that takes what comes and answers nothing afterwards.
    #[derive(Debug)]
    struct Stuck;

    impl DeliveryLog for Stuck {
        fn claim<'a>(&'a self, _: &'a [u8; 32], _: SystemTime, _: SystemTime) -> BoxFuture<'a, Result<bool, StoreError>> {
            Box::pin(async { Ok(true) })
        }

        fn release<'a>(&'a self, _: &'a [u8; 32]) -> BoxFuture<'a, Result<(), StoreError>> {
            Box::pin(std::future::pending())
        }

        fn outlives_processes(&self) -> bool {
            true
        }

        fn extend<'a>(&'a self, _: &'a [u8; 32], _: SystemTime, _: SystemTime) -> BoxFuture<'a, Result<(), StoreError>> {
            Box::pin(std::future::pending())
        }
    }

    #[tokio::test]
    async fn a_log_that_is_stuck_keeps_nobody_from_dealing_with_a_delivery() {
        let until = SystemTime::now() + Duration::from_secs(3600);
        let taken = Taken::new([1; 32], Arc::new(Stuck), Arc::new(SystemClock::new()), Some(until));
        let dealing = tokio::time::sleep(ATTENDED / 3 + Duration::from_millis(500));
        tokio::time::timeout(ATTENDED / 3 + Duration::from_secs(10), taken.attend(dealing)).await.expect("it is dealt with");
    }
}
