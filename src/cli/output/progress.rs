//! Progress on stderr, drawn in place: a line for a delivery, and a bar for many.

use std::cell::Cell;
use std::collections::VecDeque;
use std::fmt::Write as _;
use std::io::{self, Read, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::cli::output::Out;
use crate::domain::destination::Destination;
use crate::domain::text::{ellipsis, visible};
use crate::ops::Step;
use crate::ops::relay::Tally;

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

/// Counts the bytes that are read through it.
pub struct Counted<R> {
    inner: R,
    bytes: Arc<AtomicU64>,
}

impl<R> Counted<R> {
    /// A reader, and the number of bytes read so far.
    pub fn new(inner: R) -> (Self, Arc<AtomicU64>) {
        let bytes = Arc::new(AtomicU64::new(0));
        (Self { inner, bytes: Arc::clone(&bytes) }, bytes)
    }
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(into)?;
        self.bytes.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

/// The bar of `send --lines`: how far, with what outcomes, how fast.
pub struct Bar {
    bytes: Arc<AtomicU64>,
    /// How many bytes the input has, where that is known.
    total: Option<u64>,
    seen: VecDeque<(Instant, u64)>,
    drawn: String,
}

impl Bar {
    pub fn new(bytes: Arc<AtomicU64>, total: Option<u64>) -> Self {
        Self { bytes, total: total.filter(|&total| total > 0), seen: VecDeque::new(), drawn: String::new() }
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
        let mut text = String::new();
        if let Some(total) = self.total {
            // A file may grow while it is read.
            let done = self.bytes.load(Ordering::Relaxed).min(total);
            let full = usize::try_from(done * CELLS / total).unwrap_or(0);
            let rest = usize::try_from(CELLS).unwrap_or(0) - full;
            let _ = write!(text, "[{}{}] {:>3}%  ", "#".repeat(full), "-".repeat(rest), done * 100 / total);
        }
        let _ = write!(text, "{} delivered, {} refused, {} failed", tally.delivered, tally.refused, tally.failed);
        if tally.invalid > 0 {
            let _ = write!(text, ", {} invalid", tally.invalid);
        }
        let _ = write!(text, "; {} in flight", tally.in_flight);
        if tally.waiting > 0 {
            let _ = write!(text, ", {} waiting", tally.waiting);
        }
        let _ = write!(text, "; {}/s", self.rate(tally.ended(), now));
        text
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

/// The rate; 0 before any time has passed.
pub fn per_second(count: u64, time: Duration) -> u64 {
    let rate = (u128::from(count) * 1000).checked_div(time.as_millis()).unwrap_or(0);
    u64::try_from(rate).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_says_how_far_and_how_fast() {
        let (mut reader, bytes) = Counted::new(&[0_u8; 50][..]);
        let mut bar = Bar::new(bytes, Some(100));
        let begin = Instant::now();
        let mut tally = Tally { in_flight: 2, ..Tally::default() };
        assert_eq!(bar.text(&tally, begin), "[----------------]   0%  0 delivered, 0 refused, 0 failed; 2 in flight; 0/s");
        io::copy(&mut reader, &mut io::sink()).unwrap();
        tally = Tally { delivered: 90, refused: 6, failed: 3, invalid: 1, waiting: 4, ..tally };
        assert_eq!(
            bar.text(&tally, begin + Duration::from_secs(2)),
            "[########--------]  50%  90 delivered, 6 refused, 3 failed, 1 invalid; 2 in flight, 4 waiting; 50/s"
        );
    }

    #[test]
    fn the_rate_is_that_of_the_last_moments() {
        let mut bar = Bar::new(Arc::default(), None);
        let begin = Instant::now();
        for second in 0..60 {
            let rate = bar.rate(if second < 30 { second * 1000 } else { 30_000 }, begin + Duration::from_secs(second));
            assert!(second != 29 || rate == 1000, "{rate}");
            assert!(second != 59 || rate == 0, "{rate}");
        }
    }
}
