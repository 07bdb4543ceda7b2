//! The clock that times are shown on, and read on.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::cli::output::{self, Out, Verbosity};
use crate::domain::text::visible;
use crate::ops::Waypost;
use crate::present::clock::Clock;

/// The user's time zone. Prints what is wrong with the configured one: to be called once per run.
pub fn zone(waypost: &Waypost, out: Out) -> TimeZone {
    let (zone, trouble) = waypost.time_zone();
    if let Some(trouble) = trouble.filter(|_| out.verbosity != Verbosity::Quiet) {
        output::print_stderr(&format!("note: {}.", visible(&trouble)));
    }
    zone
}

/// The clock of that zone, as of now.
pub fn clock(waypost: &Waypost, out: Out) -> Clock {
    now_in(zone(waypost, out))
}

/// The clock of a zone, as of now.
pub fn now_in(zone: TimeZone) -> Clock {
    Clock::new(zone, Timestamp::now())
}
