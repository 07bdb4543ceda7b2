//! Progress on stderr, drawn in place: a line for a delivery, and a bar for many.

use std::cell::Cell;
use std::collections::VecDeque;
use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::time::{Duration, Instant};

use jiff::Timestamp;

use crate::cli::output::Out;
use crate::domain::destination::Destination;
use crate::domain::text::{ellipsis, visible};
use crate::ops::Step;
use crate::ops::relay::{Paused, Tally};

/// How often a bar is drawn.
pub const INTERVAL: Duration = Duration::from_millis(200);

/// The rate is an average over that many drawings: about five seconds.
const WINDOW: usize = 25;

/// The width of the bar itself.
const CELLS: u64 = 16;

/// One line on stderr that says what a delivery is doing, and disappears when it ends.
pub struct ProgressLine {
    host: Option<String>,
    shown: Cell<bool>,
}

impl ProgressLine {
    /// Shown on a terminal only.
    pub fn new(to: &Destination, out: Out) -> Self {
        let host = out.shows_progress().then(|| visible(&to.url().authority()).into_owned());
        Self { host, shown: Cell::new(false) }
    }

    pub fn step(&self, step: &Step) {
        if let Step::Began(phase) = step {
            self.show(phase.label());
        }
    }

    pub fn show(&self, what: &str) {
        if let Some(host) = &self.host {
            self.shown.set(true);
            let _ = write!(io::stderr().lock(), "\r\x1b[K{host}: {what} …");
        }
    }

    pub fn clear(&self) {
        if self.shown.replace(false) {
            let _ = write!(io::stderr().lock(), "\r\x1b[K");
        }
    }
}

impl Drop for ProgressLine {
    fn drop(&mut self) {
        self.clear();
    }
}

/// The bar of `send --lines`: how far, with what outcomes, how fast, how long.
pub struct Bar {
    /// How many bytes the input has, where that is known.
    bytes: Option<u64>,
    seen: VecDeque<(Instant, u64)>,
    drawn: String,
}

impl Bar {
    pub const fn new(bytes: Option<u64>) -> Self {
        Self { bytes, seen: VecDeque::new(), drawn: String::new() }
    }

    pub fn draw(&mut self, tally: &Tally, now: Instant) {
        let width = rustix::termios::tcgetwinsize(io::stderr()).map_or(80, |size| usize::from(size.ws_col)).max(20);
        let text = ellipsis(&self.text(tally, now), width - 1).into_owned();
        if text != self.drawn {
            let _ = write!(io::stderr().lock(), "\r\x1b[K{text}");
            self.drawn = text;
        }
    }

    pub fn clear(&mut self) {
        if !self.drawn.is_empty() {
            let _ = write!(io::stderr().lock(), "\r\x1b[K");
            self.drawn.clear();
        }
    }

    fn text(&mut self, tally: &Tally, now: Instant) -> String {
        let (done, read) = (tally.ended(), tally.read());
        let total = self.total(tally);
        let mut text = String::new();
        if let Some(total) = total.filter(|&total| total > 0) {
            let full = usize::try_from(done * CELLS / total).unwrap_or(0);
            let rest = usize::try_from(CELLS).unwrap_or(0).saturating_sub(full);
            let _ = write!(text, "[{}{}] {:>3}%  ", "#".repeat(full), "-".repeat(rest), done * 100 / total);
        }
        let _ = write!(text, "{done} of {read}");
        if tally.reading.is_some() {
            text.push_str(" read");
        }
        if let Some(paused) = tally.paused {
            let _ = write!(text, "; paused for {}", paused_for(paused));
        }
        let bad = [(tally.refused, "refused"), (tally.failed, "failed"), (tally.invalid, "invalid")];
        for (at, (count, what)) in bad.iter().filter(|(count, _)| *count > 0).enumerate() {
            let _ = write!(text, "{} {count} {what}", if at == 0 { ';' } else { ',' });
        }
        let _ = write!(text, "; {} in flight", tally.in_flight);
        if tally.waiting > 0 {
            let _ = write!(text, ", {} waiting", tally.waiting);
        }
        let rate = self.rate(done, now);
        let _ = write!(text, "; {rate}/s");
        let left = total.map_or(0, |total| total.saturating_sub(done));
        if let Some(seconds) = left.checked_div(rate).filter(|_| left > 0) {
            let _ = write!(text, ", about {} left", duration(seconds + 1));
        }
        text
    }

    /// The number of events in the input: of all that were read at its end, before that by their length in a file of known size.
    fn total(&self, tally: &Tally) -> Option<u64> {
        let read = tally.read();
        let Some(bytes) = tally.reading else { return Some(read) };
        let whole = u128::from(self.bytes?);
        let total = u128::from(read) * whole / u128::from(bytes.max(1));
        // A file may grow while it is read; and what has more to come is not done.
        Some(u64::try_from(total).unwrap_or(u64::MAX).max(read + 1))
    }

    fn rate(&mut self, ended: u64, now: Instant) -> u64 {
        self.seen.push_back((now, ended));
        if self.seen.len() > WINDOW {
            self.seen.pop_front();
        }
        let Some(&(since, before)) = self.seen.front() else { return 0 };
        per_second(ended.saturating_sub(before), now.duration_since(since))
    }
}

/// How long the pause still is, as `45 s`.
pub fn paused_for(paused: Paused) -> String {
    let left = Duration::try_from(paused.until.duration_since(Timestamp::now())).unwrap_or_default();
    duration(left.saturating_add(Duration::from_millis(500)).as_secs())
}

/// `45 s`, `12 min`, `3 h`
fn duration(seconds: u64) -> String {
    match seconds {
        0..=99 => format!("{seconds} s"),
        100..=5999 => format!("{} min", seconds.div_ceil(60)),
        _ => format!("{} h", seconds.div_ceil(3600)),
    }
}

/// The rate; 0 before any time has passed.
pub fn per_second(count: u64, time: Duration) -> u64 {
    let rate = (u128::from(count) * 1000).checked_div(time.as_millis()).unwrap_or(0);
    u64::try_from(rate).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::delivery::gate::Why;

    #[test]
    fn c18_the_bar_says_how_many_of_those_read_are_done() {
        // Without a known size there is no total before the end.
        let mut bar = Bar::new(None);
        let begin = Instant::now();
        let mut tally = Tally { in_flight: 2, queued: 38, reading: Some(400), ..Tally::default() };
        assert_eq!(bar.text(&tally, begin), "0 of 40 read; 2 in flight; 0/s");
        tally = Tally { delivered: 10, refused: 6, failed: 3, invalid: 1, waiting: 4, queued: 14, ..tally };
        assert_eq!(
            bar.text(&tally, begin + Duration::from_secs(2)),
            "20 of 40 read; 6 refused, 3 failed, 1 invalid; 2 in flight, 4 waiting; 10/s"
        );
        tally.reading = None;
        assert_eq!(
            bar.text(&tally, begin + Duration::from_secs(2)),
            "[########--------]  50%  20 of 40; 6 refused, 3 failed, 1 invalid; 2 in flight, 4 waiting; 10/s, about 3 s left"
        );
        tally = Tally { delivered: 39, refused: 0, failed: 0, in_flight: 0, waiting: 0, queued: 0, ..tally };
        let text = bar.text(&tally, begin + Duration::from_secs(4));
        assert!(text.starts_with("[################] 100%  40 of 40; 1 invalid; 0 in flight; 10/s"), "{text}");
    }

    #[test]
    fn c18_a_file_is_known_by_its_size_and_never_done_before_its_end() {
        let mut bar = Bar::new(Some(4000));
        let begin = Instant::now();
        let reading = Tally { queued: 100, reading: Some(1000), ..Tally::default() };
        assert!(bar.text(&reading, begin).starts_with("[----------------]   0%  0 of 100 read; 0 in flight; 0/s"));
        let text = bar.text(&Tally { delivered: 100, queued: 0, ..reading }, begin + Duration::from_secs(10));
        assert!(text.starts_with("[####------------]  25%  100 of 100 read; 0 in flight; 10/s, about 31 s left"), "{text}");
        // All that was read is done, and as long as the file was, which has grown.
        for bytes in [3999, 4000, 4001, 1_000_000] {
            let text = bar.text(&Tally { delivered: 500, reading: Some(bytes), ..Tally::default() }, begin);
            assert!(text.contains("]  99%  500 of 500 read"), "{text}");
        }
    }

    #[test]
    fn c16_a_pause_is_shown() {
        let paused = Paused { until: Timestamp::now() + jiff::SignedDuration::from_mins(5), why: Why::Down };
        let text = Bar::new(None).text(&Tally { paused: Some(paused), ..Tally::default() }, Instant::now());
        assert!(text.contains("; paused for 5 min; "), "{text}");
        assert_eq!([duration(0), duration(99), duration(121), duration(86_400)], ["0 s", "99 s", "3 min", "24 h"]);
    }

    #[test]
    fn the_rate_is_that_of_the_last_moments() {
        let mut bar = Bar::new(None);
        let begin = Instant::now();
        for second in 0..60 {
            let rate = bar.rate(if second < 30 { second * 1000 } else { 30_000 }, begin + Duration::from_secs(second));
            assert!(second != 29 || rate == 1000, "{rate}");
            assert!(second != 59 || rate == 0, "{rate}");
        }
    }
}
