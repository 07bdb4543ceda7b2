//! The bar of `send --lines`: how far, what came of it, and how fast; on stderr, in place.

use std::collections::VecDeque;
use std::fmt::Write as _;
use std::io::{self, Read, Write as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::domain::text::ellipsis;
use crate::ops::relay::Tally;

/// How often it is drawn.
pub const EVERY: Duration = Duration::from_millis(200);

/// The rate is that of the last so many drawings: about five seconds.
const WINDOW: usize = 25;

/// How wide the bar itself is.
const CELLS: u64 = 16;

/// Counts the bytes that are read through it.
pub struct Counted<R> {
    inner: R,
    bytes: Arc<AtomicU64>,
}

impl<R> Counted<R> {
    /// A reader, and its count.
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

/// The bar.
pub struct Bar {
    bytes: Arc<AtomicU64>,
    /// How many there will be, where that is known.
    total: Option<u64>,
    seen: VecDeque<(Instant, u64)>,
    drawn: String,
}

impl Bar {
    /// Of an input of `total` bytes, of which `bytes` are read.
    #[must_use]
    pub fn new(bytes: Arc<AtomicU64>, total: Option<u64>) -> Self {
        Self { bytes, total: total.filter(|&total| total > 0), seen: VecDeque::new(), drawn: String::new() }
    }

    /// Draws it, where it is another than what stands there.
    pub fn draw(&mut self, tally: &Tally, now: Instant) {
        let width = rustix::termios::tcgetwinsize(io::stderr()).map_or(80, |size| usize::from(size.ws_col)).max(20);
        let text = ellipsis(&self.text(tally, now), width - 1).into_owned();
        if text != self.drawn {
            let _ = write!(io::stderr().lock(), "\r\x1b[K{text}");
            self.drawn = text;
        }
    }

    /// Takes it off the screen.
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
        if tally.unfit > 0 {
            let _ = write!(text, ", {} unfit", tally.unfit);
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

/// So many in that time, by the second; nothing of no time.
#[must_use]
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
        tally = Tally { delivered: 90, refused: 6, failed: 3, unfit: 1, waiting: 4, ..tally };
        assert_eq!(
            bar.text(&tally, begin + Duration::from_secs(2)),
            "[########--------]  50%  90 delivered, 6 refused, 3 failed, 1 unfit; 2 in flight, 4 waiting; 50/s"
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
