//! One real event, with retries. [`super::relay`] sends many.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::BoxFuture;
use jiff::Timestamp;

use super::attempt::{Step, Try};
use super::id::new_id;
use super::waypost::Waypost;
use crate::domain::delivery::gate::later;
use crate::domain::delivery::rate::Rate;
use crate::domain::delivery::retry::{self, Policy, Wait};
use crate::domain::delivery::{Delivery, Outcome};
use crate::domain::destination::Destination;
use crate::domain::event::Event;
use crate::domain::problem::Problem;
use crate::domain::request::{Request, Stamp};

/// What time it is.
pub type Now = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// How time passes between two attempts.
pub type Pause = Arc<dyn Fn(Duration) -> BoxFuture<'static, ()> + Send + Sync>;

/// How real events are sent.
#[derive(Clone)]
pub struct Options {
    /// How often a delivery is tried again.
    pub policy: Policy,
    /// The total time of an attempt; the destination's own when `None`.
    pub timeout: Option<Duration>,
    /// The most attempts in a time, of many events.
    pub rate: Option<Rate>,
    /// The time that waits are measured by.
    pub now: Now,
    pub pause: Pause,
}

impl Default for Options {
    /// As the destination and the design say, in real time.
    fn default() -> Self {
        // A clock that is set during a run changes no wait.
        let (began, clock) = (Timestamp::now(), Instant::now());
        Self {
            policy: Policy::default(),
            timeout: None,
            rate: None,
            now: Arc::new(move || later(began, clock.elapsed())),
            pause: Arc::new(|time| Box::pin(tokio::time::sleep(time))),
        }
    }
}

impl Options {
    pub(super) fn timeout(&self, to: &Destination) -> Duration {
        self.timeout.unwrap_or_else(|| Duration::from_secs(to.timeout_s().into()))
    }
}

/// What happens during a delivery with retries.
#[derive(Clone, Debug)]
pub enum SendStep {
    /// Something happened in that attempt, counted from 1.
    Attempt(u32, Step),
    /// That attempt ended, and another one follows after a wait.
    Waiting(u32, Wait),
}

/// A delivery that ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Sent {
    pub delivery: Delivery,
    /// Whether it ended because it was stopped.
    pub stopped: bool,
    /// Why it is not in the history, if it is not.
    pub unrecorded: Option<Problem>,
}

impl Waypost {
    /// Sends an event, tries again as the policy says, and records it. Every attempt has a connection of its own, the same id and
    /// its own timestamp. `stop` ends it early, in flight or between two attempts.
    pub async fn send(
        &self,
        to: &Destination,
        event: &Event,
        options: &Options,
        step: impl Fn(SendStep),
        stop: impl Future<Output = ()>,
    ) -> Sent {
        let id = new_id();
        let mut in_flight = self.begin(id.clone(), to, &event.name);
        let settings = Arc::new(to.settings().clone());
        let timeout = options.timeout(to);
        let mut stop = pin!(stop);
        let mut stopped = false;
        for number in 1.. {
            let started_at = Timestamp::now();
            let stamp = Stamp { id: id.clone(), event: event.name.clone(), timestamp: started_at.as_second() };
            let request = Arc::new(Request::build(&settings, &event.body, &stamp, &to.auth().credential()));
            step(SendStep::Attempt(number, Step::Sending(Box::new((*request).clone()))));
            let attempt = Try { to: Arc::clone(&settings), request, started_at, timeout };
            let of_attempt = |happened| step(SendStep::Attempt(number, happened));
            stopped = self.attempt(&mut in_flight, attempt, of_attempt, stop.as_mut()).await == Outcome::Stopped;
            let last = in_flight.delivery().last();
            let wait = last.and_then(|last| retry::next(number, &options.policy, last, Timestamp::now(), jitter));
            let Some(wait) = wait else { break };
            let pause = (options.pause)(wait.duration);
            step(SendStep::Waiting(number, wait));
            tokio::select! {
                () = pause => {}
                () = stop.as_mut() => {
                    stopped = true;
                    break;
                }
            }
        }
        self.compare(&mut in_flight).await;
        let delivery = in_flight.delivery().clone();
        let unrecorded = self.record(in_flight).await;
        Sent { delivery, stopped, unrecorded }
    }
}

/// A random number from 0 to 1; without random numbers the middle, which serves one sender as well.
pub(super) fn jitter() -> f64 {
    let mut random = [0; 4];
    match getrandom::fill(&mut random) {
        Ok(()) => f64::from(u32::from_ne_bytes(random)) / f64::from(u32::MAX),
        Err(_) => 0.5,
    }
}
