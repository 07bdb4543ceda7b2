//! The gate of a destination: a destination that is down, or asks for a pause, is asked once, not once per event.
//!
//! ```text
//!             an answer with Retry-After, or 5 failures in a row
//!        ┌──────────────────────────────────────────► closed until T
//!      open ◄──────────── delivered ─────┐              │        ▲
//!        ▲                               │   time is over        │ failed, refused
//!        │                               │   one event goes      │
//!        │                               └────────── probing ────┘
//!        └── release ── held ◄── hold          gone ◄── 410, from any state; only a release opens it
//! ```
//!
//! The gate is a value: small, comparable, and the same text wherever it is stored, so that several workers can share one by
//! compare-and-swap. It has no clock and no random numbers. A worker that wants to send an event asks [`Gate::admit`], and gives the
//! [`Pass`] back with what came of it.

mod ramp;
mod shared;

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::fault::Fault;
pub use ramp::Ramp;

/// The number of the destination's failures in a row that close the gate.
pub const FAILURES: u32 = 5;

/// For how long failures close it the first time, in seconds. Each probe that fails doubles it, unless its answer asks for a pause:
/// that pause says how long the next wait is, and nothing about the one after it.
const FIRST_S: f64 = 10.0;

/// The longest time for which failures close it, in seconds, before it is spread.
const LONGEST_S: f64 = 300.0;

/// Such a time varies by at most this part of it, so that many workers do not come back at once.
const SPREAD: f64 = 0.2;

/// The longest pause that a destination can ask for.
pub const LONGEST_PAUSE: Duration = Duration::from_hours(24);

/// The shortest: `Retry-After: 0` does not mean at once and for ever.
pub const SHORTEST_PAUSE: Duration = Duration::from_secs(1);

/// How long a probe may be in flight: longer than any attempt. The worker that took it has crashed by then.
const PROBE_LEASE: Duration = Duration::from_secs(150);

/// Whether events may go to a destination.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gate {
    state: State,
    /// Counts the changes of the state: a pass of an earlier one is of an attempt that began before.
    epoch: u64,
    /// Of the destination, in a row, while it is open.
    failures: u32,
    /// In a row, since it was last open.
    failed_probes: u32,
    /// How often failures that asked for no pause closed it since it was last open. Each doubles the time of the next.
    closings: u32,
    /// The operator opened it, and the destination has accepted nothing since, as far as is known.
    #[serde(default)]
    is_released: bool,
    /// Why the last attempt failed that was the destination's fault, in a few words, masked. Empty where nothing is known.
    #[serde(default)]
    failure: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    #[default]
    Open,
    /// Nothing goes out before `until`; then one event does, as a probe.
    Closed { since: Timestamp, until: Timestamp, why: Why },
    /// The probe is in flight, or lost when `until` has passed.
    Probing { since: Timestamp, until: Timestamp, why: Why },
    /// The destination answered 410.
    Gone,
    /// By the operator.
    Held,
}

/// Why the gate closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// An answer carried `Retry-After`.
    Asked,
    /// Too many failures in a row.
    Down,
}

/// The right to make one attempt; given back by [`Gate::record`] or [`Gate::give_back`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pass {
    epoch: u64,
    is_probe: bool,
}

impl Pass {
    #[must_use]
    pub const fn is_probe(self) -> bool {
        self.is_probe
    }
}

/// Whether an event may go now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    Go(Pass),
    /// It may go, and no other until this one has ended.
    Probe(Pass),
    /// Not before that time. While a probe is in flight it may be earlier: when that has ended.
    Wait(Timestamp),
    /// Not before the operator opens the gate.
    Never,
}

impl Gate {
    #[must_use]
    pub const fn state(&self) -> &State {
        &self.state
    }

    /// The number of probes in a row that did not open it.
    #[must_use]
    pub const fn failed_probes(&self) -> u32 {
        self.failed_probes
    }

    /// Whether it is open because the operator says so: nothing shows yet that the destination accepts events.
    #[must_use]
    pub const fn is_released(&self) -> bool {
        self.is_released
    }

    /// Why the destination did not accept the last attempt, in a few words, if that is why the gate is closed.
    #[must_use]
    pub fn failure(&self) -> Option<&str> {
        let is_closed = !matches!(self.state, State::Open | State::Held);
        (is_closed && !self.failure.is_empty()).then_some(&self.failure)
    }

    /// Notes why an attempt failed, before [`Gate::record`] says whether that closes it.
    pub fn note_failure(&mut self, why: String) {
        self.failure = why;
    }

    /// Asks whether an event may go at that time. A probe changes the gate: it is the only one.
    pub fn admit(&mut self, now: Timestamp) -> Admission {
        self.follow_clock(now);
        let (until, why) = match self.state {
            State::Open => return Admission::Go(Pass { epoch: self.epoch, is_probe: false }),
            State::Gone | State::Held => return Admission::Never,
            State::Closed { until, why, .. } | State::Probing { until, why, .. } => (until, why),
        };
        if now < until {
            return Admission::Wait(until);
        }
        self.change(State::Probing { since: now, until: later(now, PROBE_LEASE), why });
        Admission::Probe(Pass { epoch: self.epoch, is_probe: true })
    }

    /// Takes a pass back with what came of the attempt. `pause` is the wait that the answer asked for, if it did; `random` is a
    /// number from 0 to 1.
    pub fn record(&mut self, pass: Pass, fault: Fault, pause: Option<Duration>, now: Timestamp, random: f64) {
        if matches!(self.state, State::Gone | State::Held) {
            return;
        }
        let is_current = pass.epoch == self.epoch;
        match fault {
            Fault::Gone => self.change(State::Gone),
            Fault::Event if is_current && pass.is_probe => self.give_back(pass, now),
            Fault::Event => {}
            Fault::None => self.delivered(is_current),
            Fault::Destination => self.failed(pass, is_current, pause, now, random),
        }
    }

    /// Takes a pass back whose attempt came to nothing: it was stopped, or never made. The next event may be the probe at once.
    pub fn give_back(&mut self, pass: Pass, now: Timestamp) {
        if let State::Probing { why, .. } = self.state
            && pass.epoch == self.epoch
        {
            self.change(State::Closed { since: now, until: now, why });
        }
    }

    /// The worker that had a probe in flight crashed: the destination may have been asked, and is left alone for as long as after
    /// a probe that it did not accept. Only for who knows that no other worker has the probe.
    pub fn recover(&mut self, random: f64) {
        if let State::Probing { since, why, .. } = self.state {
            self.change(State::Closed { since, until: later(since, self.interval(random)), why });
        }
    }

    /// The destination was changed: what it answered before says nothing any more. Whatever closed the gate, except the operator,
    /// one event may go at once, as a probe.
    pub fn destination_changed(&mut self, now: Timestamp) {
        self.failure.clear();
        match self.state {
            State::Held => {}
            State::Open => self.change(State::Open),
            State::Closed { why, .. } | State::Probing { why, .. } => self.change(State::Closed { since: now, until: now, why }),
            State::Gone => self.change(State::Closed { since: now, until: now, why: Why::Down }),
        }
    }

    /// Whether it is another state than that of `other`: the failures that are counted while it is open make no difference.
    #[must_use]
    pub const fn differs(&self, other: &Self) -> bool {
        self.epoch != other.epoch
    }

    /// Closes it until [`Gate::release`].
    pub fn hold(&mut self) {
        self.change(State::Held);
    }

    /// Opens it, whatever closed it.
    pub fn release(&mut self) {
        self.open(true);
    }

    fn delivered(&mut self, is_current: bool) {
        match self.state {
            State::Open => (self.failures, self.is_released) = (0, false),
            State::Probing { .. } if is_current => self.open(false),
            // It began before the gate closed. It shows that the destination is up, and nothing about a pause it asked for.
            State::Closed { why: Why::Down, .. } | State::Probing { why: Why::Down, .. } => self.open(false),
            State::Closed { .. } | State::Probing { .. } | State::Gone | State::Held => {}
        }
    }

    fn failed(&mut self, pass: Pass, is_current: bool, pause: Option<Duration>, now: Timestamp, random: f64) {
        let pause = pause.map(|pause| pause.clamp(SHORTEST_PAUSE, LONGEST_PAUSE));
        match (&self.state, pause) {
            (State::Probing { .. }, pause) if is_current && pass.is_probe => {
                self.failed_probes = self.failed_probes.saturating_add(1);
                self.close(now, pause, random);
            }
            // The probe decides.
            (State::Probing { .. }, _) => {}
            (State::Open, Some(_)) => self.close(now, pause, random),
            // What began before the gate closed and opened again is an old story.
            (State::Open, None) if is_current => {
                self.failures = self.failures.saturating_add(1);
                if self.failures >= FAILURES {
                    self.close(now, None, random);
                }
            }
            (State::Closed { until, .. }, Some(pause)) if later(now, pause) > *until => self.close(now, Some(pause), random),
            (State::Open | State::Closed { .. } | State::Gone | State::Held, _) => {}
        }
    }

    fn close(&mut self, now: Timestamp, pause: Option<Duration>, random: f64) {
        let (why, wait) = match pause {
            Some(pause) => (Why::Asked, pause),
            None => {
                let wait = self.interval(random);
                self.closings = self.closings.saturating_add(1);
                (Why::Down, wait)
            }
        };
        self.change(State::Closed { since: now, until: later(now, wait), why });
    }

    fn open(&mut self, is_released: bool) {
        self.change(State::Open);
        (self.failed_probes, self.closings, self.is_released) = (0, 0, is_released);
        self.failure.clear();
    }

    fn change(&mut self, state: State) {
        self.state = state;
        self.epoch = self.epoch.wrapping_add(1);
        self.failures = 0;
    }

    /// 10 s, doubled each time up to 5 min, ±20 %.
    fn interval(&self, random: f64) -> Duration {
        let doublings = i32::try_from(self.closings.min(16)).unwrap_or(16);
        let seconds = (FIRST_S * 2_f64.powi(doublings)).min(LONGEST_S);
        Duration::from_secs_f64(seconds * (1.0 - SPREAD + 2.0 * SPREAD * random.clamp(0.0, 1.0)))
    }

    /// A clock that was set back must not make a wait longer: what is left of it counts from the new time.
    fn follow_clock(&mut self, now: Timestamp) {
        if let State::Closed { since, until, .. } | State::Probing { since, until, .. } = &mut self.state
            && now < *since
        {
            let length = Duration::try_from(until.duration_since(*since)).unwrap_or_default();
            (*since, *until) = (now, later(now, length));
        }
    }
}

/// That much later, or the end of time.
pub(crate) fn later(at: Timestamp, by: Duration) -> Timestamp {
    SignedDuration::try_from(by).ok().and_then(|by| at.checked_add(by).ok()).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests;
