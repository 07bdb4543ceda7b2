//! The outcome of the lines of a run.

use std::ops::RangeInclusive;

pub use crate::domain::delivery::pace::Paused;
use crate::domain::problem::Problem;
use crate::ops::lines::InvalidLine;

/// The number of lines in each state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub delivered: u64,
    /// Answered with a status other than 2xx, in the last attempt.
    pub refused: u64,
    /// Not answered, in the last attempt.
    pub failed: u64,
    /// Not JSON, or too long; never sent.
    pub invalid: u64,
    /// In flight at the second stop: the endpoint may have accepted them.
    pub stopped: u64,
    /// Read but never tried, because of the stop.
    pub unsent: u64,
    /// Attempts after the first, of all lines.
    pub retries: u64,
    /// In flight now.
    pub in_flight: usize,
    /// Waiting for a retry now.
    pub waiting: usize,
    /// Read, and not begun yet.
    pub queued: usize,
    /// While more may come: the number of bytes of the lines that were read so far. `None` once the end of the input is known.
    pub reading: Option<u64>,
    /// Nothing is sent now, because the destination asked for a pause or is down.
    pub paused: Option<Paused>,
}

impl Tally {
    /// Lines that were read, empty ones aside.
    #[must_use]
    pub const fn read(&self) -> u64 {
        self.ended() + self.in_flight as u64 + self.waiting as u64 + self.queued as u64
    }

    /// Lines that are done, one way or another.
    #[must_use]
    pub const fn ended(&self) -> u64 {
        self.delivered + self.refused + self.failed + self.invalid + self.stopped + self.unsent
    }
}

/// Why a run gave up: the destination accepts nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GaveUp {
    /// The number of probes in a row that it did not accept.
    pub probes: u32,
    /// The result of the last attempt, in words.
    pub why: String,
}

/// What became of all lines. Every line of the input is either delivered, or in the failed file, or in `lost`, or at or after
/// `unread_from`; without a failed file, those that were not delivered are only counted.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Summary {
    pub tally: Tally,
    /// The first of the invalid lines.
    pub invalid: Vec<InvalidLine>,
    /// Whether it ended because it was stopped.
    pub stopped: bool,
    /// Why it ended before its time, if it gave up.
    pub gave_up: Option<GaveUp>,
    /// The first line that was neither tried nor copied, if the input was not read to its end.
    pub unread_from: Option<u64>,
    /// Why the input could not be read to its end.
    pub unreadable: Option<String>,
    /// Why the failed file could not be written. Sending stopped then.
    pub unwritten: Option<String>,
    /// Lines that were not delivered and are not in the failed file either: it could not be written, or they are too long.
    pub lost: Vec<RangeInclusive<u64>>,
    /// Why deliveries are missing in the history, if some are.
    pub unrecorded: Option<Problem>,
}
