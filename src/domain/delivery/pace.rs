//! When the next attempt may begin: the gate of the destination, how many may be in flight after it has opened, and the rate.

use std::time::Duration;

use jiff::Timestamp;

use super::fault::Fault;
use super::gate::{Admission, Gate, Pass, Ramp, State, Why};
use super::rate::{Pacer, Rate};
use super::{Attempt, retry};

/// Whether an attempt may begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    Now(Pass),
    /// Not before that time.
    At(Timestamp),
    /// Not before an answer has come, or the gate is changed.
    AfterAnswer,
}

/// Nothing is sent now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Paused {
    pub until: Timestamp,
    pub why: Why,
}

#[derive(Debug)]
pub struct Pace {
    gate: Gate,
    ramp: Ramp,
    pacer: Option<Pacer>,
    /// The number of events that the destination has accepted.
    accepted: u64,
}

impl Pace {
    #[must_use]
    pub fn new(rate: Option<Rate>, now: Timestamp) -> Self {
        Self { gate: Gate::default(), ramp: Ramp::new(now), pacer: rate.map(Pacer::new), accepted: 0 }
    }

    /// Asks for a turn, which is taken by [`Pace::begin`] or given back.
    pub fn turn(&mut self, in_flight: usize, now: Timestamp) -> Turn {
        if in_flight as u64 >= self.ramp.limit(now) {
            return self.ramp.grows_at(now).map_or(Turn::AfterAnswer, Turn::At);
        }
        if let Some(at) = self.pacer.as_ref().and_then(|pacer| pacer.wait(now)) {
            return Turn::At(at);
        }
        match self.gate.admit(now) {
            Admission::Go(pass) | Admission::Probe(pass) => Turn::Now(pass),
            Admission::Wait(_) if in_flight > 0 && matches!(self.gate.state(), State::Probing { .. }) => Turn::AfterAnswer,
            Admission::Wait(until) => Turn::At(until),
            Admission::Never => Turn::AfterAnswer,
        }
    }

    /// An attempt begins.
    pub fn begin(&mut self, now: Timestamp) {
        if let Some(pacer) = &mut self.pacer {
            pacer.went(now);
        }
    }

    /// Gives a turn back whose attempt came to nothing.
    pub fn give_back(&mut self, pass: Pass, now: Timestamp) {
        self.gate.give_back(pass, now);
    }

    /// Notes why an attempt failed, if it was the destination's fault, before [`Pace::ended`].
    pub fn note_failure(&mut self, last: &Attempt) {
        if matches!(Fault::of(last), Some(Fault::Destination | Fault::Gone)) {
            self.gate.note_failure(last.failure());
        }
    }

    /// An attempt ended with that fault, if it says anything, and asked for that pause, if it did; `random` is from 0 to 1.
    pub fn ended(&mut self, pass: Pass, fault: Option<Fault>, pause: Option<Duration>, now: Timestamp, random: f64) {
        let Some(fault) = fault else { return self.gate.give_back(pass, now) };
        let was_open = self.is_open();
        self.gate.record(pass, fault, pause, now, random);
        if self.is_open() != was_open {
            self.ramp.restart();
        }
        if fault == Fault::None {
            self.accepted += 1;
            self.ramp.accepted();
        }
    }

    /// Whether no more events can be delivered in this run, as that attempt, the last one, shows: the destination is gone, or it
    /// did not accept a probe for what a person has to fix, or as many probes in a row as an event is retried, at least one.
    #[must_use]
    pub fn is_hopeless(&self, pass: Pass, last: &Attempt, retries: u32) -> bool {
        match Fault::of(last) {
            Some(Fault::Gone) => true,
            Some(Fault::Destination) if pass.is_probe() && !self.is_open() => {
                !retry::is_transient(last) || self.gate.failed_probes() >= retries.max(1)
            }
            _ => false,
        }
    }

    #[must_use]
    pub const fn accepted(&self) -> u64 {
        self.accepted
    }

    #[must_use]
    pub const fn failed_probes(&self) -> u32 {
        self.gate.failed_probes()
    }

    #[must_use]
    pub const fn is_open(&self) -> bool {
        matches!(self.gate.state(), State::Open)
    }

    #[must_use]
    pub const fn gate(&self) -> &Gate {
        &self.gate
    }

    /// Takes over a gate that was stored, or changed by someone else. If that opens it, events go out gently.
    pub fn set_gate(&mut self, gate: Gate) {
        let was_open = self.is_open();
        self.gate = gate;
        if self.is_open() && !was_open {
            self.ramp.restart();
        }
    }

    /// Until when the gate is closed, and why, if it is.
    #[must_use]
    pub const fn paused(&self) -> Option<Paused> {
        match self.gate.state() {
            State::Closed { until, why, .. } => Some(Paused { until: *until, why: *why }),
            _ => None,
        }
    }
}
