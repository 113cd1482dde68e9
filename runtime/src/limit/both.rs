//! A call that needs a place of its operation and one of the API. It takes the operation's first, so that it does not keep the API's from calls that
//! could be made meanwhile. A call that goes on within the API's place of another has them the other way around: so that the two never wait for one
//! another, who waits for the API gives up the operation's place to whoever has the API's and waits for that.

use std::{
    future::poll_fn,
    pin::{Pin, pin},
    task::Poll,
    time::Duration,
};

use tokio::sync::watch;

use super::{Admitted, Limits, Permits, Refusal};
use crate::clock::Clock;

/// After how long an operation's place is given up for which other processes may wait: nobody hears of them.
const OFFERED_AFTER: Duration = Duration::from_secs(1);

/// How many calls have the API's place and wait for the operation's.
#[derive(Debug, Default)]
pub(super) struct Pressing(watch::Sender<usize>);

/// One of them.
struct Press<'p>(&'p Pressing);

impl Pressing {
    fn press(&self) -> Press<'_> {
        self.0.send_modify(|count| *count += 1);
        Press(self)
    }

    /// Until there are some.
    async fn some(&self) {
        // It is open as long as this is there.
        let _ = self.0.subscribe().wait_for(|count| *count > 0).await;
    }
}

impl Drop for Press<'_> {
    fn drop(&mut self) {
        self.0.0.send_modify(|count| *count -= 1);
    }
}

/// What a call asks for.
pub(crate) struct Call<'c> {
    pub(crate) clock: &'c dyn Clock,
    pub(crate) until: Option<Duration>,
    pub(crate) cost: u32,
    /// The places that it shares.
    pub(crate) shares: &'c Admitted,
}

impl Call<'_> {
    /// Waits for a place and room under the limits of an operation and under those of its API.
    pub(crate) async fn admitted(&self, own: &Limits, all: &Limits) -> Result<Admitted, Refusal> {
        if self.shares.all.hold() {
            let _press = own.pressing.press();
            let own = self.place(own, &self.shares.own).await?;
            return Ok(Admitted { own, all: self.place(all, &self.shares.all).await? });
        }
        let lined_up = self.place(own, &self.shares.own).await?;
        let mut in_line = pin!(self.place(all, &self.shares.all));
        // What holds no place keeps nobody out.
        if !lined_up.hold() {
            return Ok(Admitted { own: lined_up, all: in_line.await? });
        }
        if let Some(all) = before(in_line.as_mut(), offered(own)).await {
            return Ok(Admitted { own: lined_up, all: all? });
        }
        // The API's comes first from now on. It stays counted under the operation's rates.
        let counted = lined_up.counted();
        drop(lined_up);
        let all = in_line.await?;
        let _press = own.pressing.press();
        let own = own.place_again(self.clock, self.until, counted).await?;
        Ok(Admitted { own, all })
    }

    async fn place(&self, limits: &Limits, shares: &Permits) -> Result<Permits, Refusal> {
        limits.admit(self.clock, self.until, self.cost, shares).await
    }
}

/// What comes of one, if it does not come after the other.
async fn before<T>(mut one: Pin<&mut impl Future<Output = T>>, other: impl Future<Output = ()>) -> Option<T> {
    let mut other = pin!(other);
    poll_fn(|context| match one.as_mut().poll(context) {
        Poll::Ready(one) => Poll::Ready(Some(one)),
        Poll::Pending => other.as_mut().poll(context).map(|()| None),
    })
    .await
}

/// Until an operation's place is to be given up.
async fn offered(own: &Limits) {
    let pressed = own.pressing.some();
    match &own.shared {
        None => pressed.await,
        Some(_) => tokio::time::timeout(OFFERED_AFTER, pressed).await.unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{
        clock::SystemClock,
        limit::{LimitStore, MemoryLimitStore, Sharing, StoreDown},
        operation::Limit,
    };

    const ONE: &[Limit] = &[Limit::Concurrent(1)];
    /// Long before a call's time is over.
    const SOON: Duration = Duration::from_secs(20);

    /// The limits of an operation and of its API, in one process.
    fn process(store: Option<&MemoryLimitStore>) -> Arc<(Limits, Limits)> {
        let limits = |key: &str| {
            let sharing = store.map(|store| {
                let store: Arc<dyn LimitStore> = Arc::new(store.clone());
                Sharing { store, key: key.to_owned(), down: StoreDown::Refuse }
            });
            Limits::new(ONE, sharing).expect("there are some")
        };
        Arc::new((limits("operation"), limits("api")))
    }

    async fn admitted(process: &(Limits, Limits), shares: &Admitted) -> Admitted {
        let clock = SystemClock::new();
        let call = Call { clock: &clock, until: None, cost: 1, shares };
        call.admitted(&process.0, &process.1).await.expect("it is let in")
    }

    /// A file is loading in one process, and goes into an operation whose only place a call has that waits for the API's only one.
    async fn neither_waits_for_ever(first: Arc<(Limits, Limits)>, second: Arc<(Limits, Limits)>) {
        let clock = SystemClock::new();
        let loading = first.1.admit(&clock, None, 1, &Permits::default()).await.expect("the API's place");
        let plain = tokio::spawn(async move { admitted(&second, &Admitted::default()).await });
        // It has the operation's place by now, and if not, nothing is shown, but nothing fails.
        tokio::time::sleep(Duration::from_millis(200)).await;
        let shares = Admitted { all: loading, own: Permits::default() };
        let sharing = tokio::time::timeout(SOON, admitted(&first, &shares)).await.expect("it gets the operation's place");
        assert!(!plain.is_finished(), "there is one place, and it is taken");
        drop((sharing, shares));
        let plain = tokio::time::timeout(SOON, plain).await.expect("now it is its turn").expect("no panic");
        assert!(plain.own.hold() && plain.all.hold());
    }

    #[tokio::test]
    async fn a_call_within_another_and_one_beside_it_do_not_wait_for_one_another() {
        let process = process(None);
        neither_waits_for_ever(process.clone(), process).await;
    }

    #[tokio::test]
    async fn nor_do_they_in_two_processes() {
        let store = MemoryLimitStore::default();
        neither_waits_for_ever(process(Some(&store)), process(Some(&store))).await;
    }

    /// Who waits for the API's place is counted once under the operation's rates, however long it is and whatever is pressed for meanwhile.
    #[tokio::test]
    async fn waiting_is_not_counted_again() {
        const RATE: Limit = Limit::Window { count: 2, millis: 600_000, moving: false, points: false };
        const KINDS: [&[Limit]; 2] = [&[RATE], &[RATE, Limit::Concurrent(1)]];
        for (limits, shared) in KINDS.into_iter().flat_map(|limits| [(limits, false), (limits, true)]) {
            let sharing =
                shared.then(|| Sharing { store: Arc::new(MemoryLimitStore::default()), key: "o".to_owned(), down: StoreDown::Refuse });
            let process = Arc::new((Limits::new(limits, sharing).expect("some"), Limits::new(ONE, None).expect("some")));
            let clock = SystemClock::new();
            let first = process.1.admit(&clock, None, 1, &Permits::default()).await.expect("the API's place");
            let waits = process.clone();
            let waiting = tokio::spawn(async move {
                let clock = SystemClock::new();
                let call = Call { clock: &clock, until: Some(SOON), cost: 1, shares: &Admitted::default() };
                call.admitted(&waits.0, &waits.1).await
            });
            tokio::time::sleep(OFFERED_AFTER * 3 / 2).await;
            let press = process.0.pressing.press();
            tokio::time::sleep(Duration::from_millis(20)).await;
            drop((press, first));
            let got = waiting.await.expect("no panic").unwrap_or_else(|refusal| panic!("{limits:?} {shared}: {refusal:?}"));
            drop(got);
            let call = Call { clock: &clock, until: Some(clock.now() + SOON), cost: 1, shares: &Admitted::default() };
            call.admitted(&process.0, &process.1).await.unwrap_or_else(|refusal| panic!("a second {limits:?} {shared}: {refusal:?}"));
        }
    }

    #[tokio::test]
    async fn many_get_both_in_the_end() {
        let process = process(None);
        let calls: Vec<_> = (0..200)
            .map(|number| {
                let process = process.clone();
                tokio::spawn(async move {
                    let outer = match number % 3 {
                        0 => process.1.admit(&SystemClock::new(), None, 1, &Permits::default()).await.expect("a place"),
                        _ => Permits::default(),
                    };
                    tokio::task::yield_now().await;
                    let shares = Admitted { all: outer, own: Permits::default() };
                    let both = admitted(&process, &shares).await;
                    tokio::task::yield_now().await;
                    drop(both);
                })
            })
            .collect();
        for call in calls {
            tokio::time::timeout(SOON, call).await.expect("nobody waits for ever").expect("no panic");
        }
        assert_eq!(*process.0.pressing.0.borrow(), 0);
    }
}
