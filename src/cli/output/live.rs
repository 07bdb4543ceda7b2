//! What is shown of a run of many events while it goes on.

use std::cell::{Cell, RefCell};
use std::convert::Infallible;
use std::future::pending;
use std::time::Instant;

use crate::cli::output::progress::{Bar, INTERVAL, paused_for};
use crate::cli::output::{Out, Verbosity};
use crate::domain::delivery::gate::Why;
use crate::domain::text::visible;
use crate::ops::relay::{GaveUp, Paused, Tally};

/// A bar on a terminal, and what `-v` adds.
pub struct Live {
    out: Out,
    tally: Cell<Tally>,
    bar: RefCell<Option<Bar>>,
}

impl Live {
    /// `bytes` is the size of the input, where that is known.
    pub fn new(bytes: Option<u64>, out: Out) -> Self {
        Self { out, tally: Cell::default(), bar: RefCell::new(out.shows_progress().then(|| Bar::new(bytes))) }
    }

    pub fn progress(&self, now: &Tally) {
        if let Some(paused) =
            now.paused.filter(|_| now.paused != self.tally.get().paused && self.out.verbosity == Verbosity::Verbose)
        {
            self.say(&pausing(paused, None));
        }
        self.tally.set(*now);
    }

    /// The newest tally.
    pub const fn tally(&self) -> Tally {
        self.tally.get()
    }

    /// Draws the bar again and again.
    pub async fn draw(&self) -> Infallible {
        let mut ticks = tokio::time::interval(INTERVAL);
        loop {
            ticks.tick().await;
            match self.bar.borrow_mut().as_mut() {
                Some(bar) => bar.draw(&self.tally.get(), Instant::now()),
                None => break,
            }
        }
        pending().await
    }

    /// A line in place of the bar.
    pub fn say(&self, text: &str) {
        self.clear();
        self.out.say(text);
    }

    pub fn clear(&self) {
        if let Some(bar) = self.bar.borrow_mut().as_mut() {
            bar.clear();
        }
    }
}

/// `Paused for 60 s: the endpoint asked for it (503 Service Unavailable). Then one event goes out as a probe.`
pub fn pausing(paused: Paused, failure: Option<&str>) -> String {
    let why = match paused.why {
        Why::Asked => "the endpoint asked for it",
        Why::Down => "too many attempts in a row failed",
    };
    let failure = failure.map(|failure| format!(" ({})", visible(failure))).unwrap_or_default();
    format!("Paused for {}: {why}{failure}. Then one event goes out as a probe.", paused_for(paused))
}

/// A remark about what was in flight when the run ended.
pub fn stopped_in_flight(count: u64) -> String {
    let (were, them) = if count == 1 { ("was", "it") } else { ("were", "them") };
    format!("{count} {were} in flight at the end: the endpoint may have accepted {them}.")
}

/// `Gave up: the endpoint did not accept a probe 3 times in a row. The last time: There was no answer.`
pub fn gave_up(gave_up: &GaveUp) -> String {
    let why = visible(&gave_up.why);
    match gave_up.probes {
        0 => format!("Gave up: {why}"),
        1 => format!("Gave up: the endpoint did not accept a probe. {why}"),
        probes => format!("Gave up: the endpoint did not accept a probe {probes} times in a row. The last time: {why}"),
    }
}
