//! Real events: with retries, one by one or in number.
//!
//! ```text
//! input ─ reader thread ─► lines ─► lanes (so many in flight) ─► delivered, or the end of the retries
//!             │                        ▲        │                    │              │
//!             │                        └─ wait ◄┘                 history     undelivered
//!             └─ what is not JSON ───────────────────────────────────────────────►──┘
//! ```
//!
//! Memory does not grow with the input: the reader waits for room, and lines that wait for their next attempt are bounded. A
//! waiting line holds no lane up. There is no circuit breaker: with a destination that is down, each line costs its retries,
//! and the undelivered hold the lines to send again later.

mod gate;
mod ids;
mod input;
mod ledger;
mod lines;
mod recorder;
mod room;
mod undelivered;

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;
use jiff::Timestamp;

use super::flight::Flight;
use super::{Problem, Step, Waypost, new_id};
use crate::domain::delivery::retry::{self, Policy, Wait};
use crate::domain::delivery::{Delivery, Outcome};
use crate::domain::destination::Destination;
use crate::domain::event::Event;
use crate::domain::request::{Request, Stamp};

pub use input::MAX_LINE;
pub use lines::{Lines, Streams, Summary, Tally, Unfit};
pub use undelivered::FailedLines;

/// How time passes between two attempts.
pub type Pause = Arc<dyn Fn(Duration) -> BoxFuture<'static, ()> + Send + Sync>;

/// How real events are sent.
#[derive(Clone)]
pub struct Options {
    /// How often a delivery is tried again.
    pub policy: Policy,
    /// The total time of an attempt; the destination's own when `None`.
    pub timeout: Option<Duration>,
    /// How time passes between two attempts.
    pub pause: Pause,
}

impl Default for Options {
    /// As the destination and the design say, in real time.
    fn default() -> Self {
        Self { policy: Policy::default(), timeout: None, pause: Arc::new(|time| Box::pin(tokio::time::sleep(time))) }
    }
}

impl Options {
    fn timeout(&self, to: &Destination) -> Duration {
        self.timeout.unwrap_or_else(|| Duration::from_secs(to.timeout_s().into()))
    }
}

/// How a delivery with retries goes, while it goes.
#[derive(Clone, Debug)]
pub enum SendStep {
    /// Something happened in that attempt, counted from 1.
    Attempt(u32, Step),
    /// That attempt is over, and there will be another one after a wait.
    Waiting(u32, Wait),
}

/// A delivery that ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Sent {
    /// What came of it, attempt by attempt.
    pub delivery: Delivery,
    /// Whether it ended because it was stopped.
    pub stopped: bool,
    /// Why it is not in the history, if it is not.
    pub unrecorded: Option<Problem>,
}

impl Waypost {
    /// Sends an event, again and again as the policy says, and records it. Every attempt has a connection of its own, the same
    /// id and its own time. `stop` ends it early, in flight or between two attempts.
    pub async fn send(
        &self,
        to: &Destination,
        event: &Event,
        options: &Options,
        step: impl Fn(SendStep),
        stop: impl Future<Output = ()>,
    ) -> Sent {
        let mut delivery =
            Delivery { id: new_id(), destination_id: to.id().clone(), event: event.name.clone(), attempts: Vec::new() };
        let flight = Flight::begin(&self.paths, delivery.id.clone(), to, delivery.event.clone());
        let timeout = options.timeout(to);
        let mut stop = pin!(stop);
        let mut stopped = false;
        for number in 1.. {
            let started_at = Timestamp::now();
            let stamp = Stamp { id: delivery.id.clone(), timestamp: started_at.as_second() };
            let request = Request::build(to.settings(), &event.body, &stamp);
            step(SendStep::Attempt(number, Step::Sending(Box::new(request.clone()))));
            let of_attempt = |happened| step(SendStep::Attempt(number, happened));
            let attempt = self.attempt(&flight, to, &request, (started_at, timeout), of_attempt, stop.as_mut()).await;
            stopped = attempt.outcome == Outcome::Stopped;
            let wait = retry::next(number, &options.policy, &attempt, Timestamp::now(), jitter);
            delivery.attempts.push(attempt);
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
        let unrecorded = flight.record().await;
        Sent { delivery, stopped, unrecorded }
    }
}

/// A random number from 0 to 1; without random numbers the middle, which is as good for one sender.
fn jitter() -> f64 {
    let mut random = [0; 4];
    match getrandom::fill(&mut random) {
        Ok(()) => f64::from(u32::from_ne_bytes(random)) / f64::from(u32::MAX),
        Err(_) => 0.5,
    }
}
