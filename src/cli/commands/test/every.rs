//! `waypost test --every`: one attempt after the other, a line for each, until a signal.

use std::io::{self, IsTerminal as _};
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use tokio::time::{MissedTickBehavior, interval};

use crate::cli::exit;
use crate::cli::failure::Failure;
use crate::cli::output::progress::ProgressLine;
use crate::cli::output::{self, Out, Tone, Verbosity, clock, delivery, json, rows};
use crate::cli::runtime;
use crate::cli::signals::Signals;
use crate::domain::delivery::{Attempt, Delivery, Outcome};
use crate::domain::destination::Destination;
use crate::domain::event::Event;
use crate::domain::text::visible;
use crate::ops::Waypost;
use crate::present::{self, timing};

/// The attention of somebody who looks elsewhere.
const BELL: &str = "\x07";

/// What is sent again and again.
pub struct Watch<'a> {
    pub to: &'a Destination,
    pub event: &'a Event,
    pub expect: Option<&'a str>,
    /// From the beginning of an attempt to that of the next; an attempt that takes longer skips those it runs over.
    pub every: Duration,
}

impl Watch<'_> {
    /// Returns the code of the signal that ended it.
    pub fn run(&self, waypost: &Waypost, out: Out) -> Result<u8, Failure> {
        runtime::run(async {
            let mut signals = Signals::catch()?;
            let mut ticks = interval(self.every);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
            let mut last = None;
            let zone = clock::zone(waypost, out);
            loop {
                tokio::select! {
                    biased;
                    code = signals.next() => return Ok(code),
                    _ = ticks.tick() => {}
                }
                let mut ended_by = None;
                let progress = ProgressLine::new(self.to, out);
                let stop = async { ended_by = Some(signals.next().await) };
                let tested = waypost.test_expecting(self.to, self.event, self.expect, |step| progress.step(&step), stop).await;
                drop(progress);
                if let Some(problem) = &tested.unrecorded {
                    output::print_problem("not recorded", problem);
                }
                if let (Some(code), Outcome::Stopped) = (ended_by, tested.delivery.outcome()) {
                    return Ok(code);
                }
                report(&tested.delivery, &mut last, &zone, out)?;
                if let Some(code) = ended_by {
                    return Ok(code);
                }
            }
        })
    }
}

/// A line for an attempt. The cause and the fix follow where it ended in another way than the one before.
fn report(delivery: &Delivery, last: &mut Option<String>, zone: &TimeZone, out: Out) -> Result<(), Failure> {
    if out.json {
        output::print(&format!("{}\n", json::line(delivery::json(delivery))), exit::DONE)?;
        return Ok(());
    }
    let Some(attempt) = delivery.last() else { return Ok(()) };
    let end = format!("{} {}", attempt.outcome.name(), present::delivery::end(attempt).unwrap_or_default());
    let changed = last.as_ref().is_some_and(|last| *last != end);
    let is_news = changed || (last.is_none() && attempt.outcome != Outcome::Delivered);
    *last = Some(end);
    if out.verbosity == Verbosity::Quiet && !is_news {
        return Ok(());
    }
    let mut text = line(attempt, zone, out);
    if is_news && attempt.outcome != Outcome::Delivered {
        text.push_str(&rows::text(&present::delivery::rows(delivery, &clock::now_in(zone.clone())), out));
    }
    if changed && io::stdout().is_terminal() {
        text.push_str(BELL);
    }
    output::print(&text, exit::DONE).map(drop)
}

fn line(attempt: &Attempt, zone: &TimeZone, out: Out) -> String {
    let now = clock::now_in(zone.clone()).time(Timestamp::now());
    let outcome = format!("{:<9}", attempt.outcome.name());
    let outcome = out.paint(&outcome, Tone::Ended(attempt.outcome));
    let end = present::delivery::end(attempt).map(|end| format!("  {}", visible(&end))).unwrap_or_default();
    format!("{now}  {outcome}{end}  {}\n", timing::duration(attempt.duration_ms))
}
