//! A clock that goes on by what is waited for, so that hours pass at once. It stands still while a request is in flight, and goes
//! from one wait to the next in their order: how busy the machine is does not show on it.

use std::collections::BTreeSet;
use std::future::Future;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::watch;

#[derive(Clone)]
pub struct Clock(watch::Sender<State>);

struct State {
    now: Timestamp,
    in_flight: usize,
    /// When each wait ends. The number tells those apart that end together.
    waits: BTreeSet<(Timestamp, u64)>,
    count: u64,
}

impl Clock {
    pub fn new() -> Self {
        Self(watch::Sender::new(State { now: Timestamp::UNIX_EPOCH, in_flight: 0, waits: BTreeSet::new(), count: 0 }))
    }

    pub fn now(&self) -> Timestamp {
        self.0.borrow().now
    }

    pub fn in_flight(&self, count: usize) {
        self.0.send_if_modified(|state| std::mem::replace(&mut state.in_flight, count) != count);
    }

    /// Ready when that time has passed.
    pub fn pause(&self, time: Duration) -> impl Future<Output = ()> + Send + use<> {
        let (wait, mut changes) = (Wait::begin(self, time), self.0.subscribe());
        async move {
            tokio::task::yield_now().await;
            let is_next = |state: &State| state.in_flight == 0 && state.waits.first() == Some(&wait.end);
            let _ = changes.wait_for(is_next).await;
            wait.clock.0.send_modify(|state| state.now = state.now.max(wait.end.0));
        }
    }
}

/// A wait, until it is over or dropped.
struct Wait {
    clock: Clock,
    end: (Timestamp, u64),
}

impl Wait {
    fn begin(clock: &Clock, time: Duration) -> Self {
        let mut end = (Timestamp::MAX, 0);
        clock.0.send_modify(|state| {
            end = (state.now + time, state.count);
            state.count += 1;
            state.waits.insert(end);
        });
        Self { clock: clock.clone(), end }
    }
}

impl Drop for Wait {
    fn drop(&mut self) {
        self.clock.0.send_modify(|state| {
            state.waits.remove(&self.end);
        });
    }
}
