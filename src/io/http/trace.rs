//! Where an attempt is: told by the parts that it passes through, read by the one who waits for it.

use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::mpsc::UnboundedSender;

use super::cert::Certificate;
use crate::domain::outcome::{Phase, Timings};

/// What happens while an attempt is in flight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// A phase began.
    Began(Phase),
    /// It ended well, after that time.
    Ended(Phase, Duration),
}

/// The life of one attempt so far.
#[derive(Debug)]
pub struct Trace {
    seen: Mutex<Seen>,
    live: UnboundedSender<Progress>,
}

/// What was seen of an attempt.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// The phase that it is in, or ended in.
    pub phase: Option<Phase>,
    /// When that phase began, while it lasts.
    began: Option<Instant>,
    /// Of the phases that ended.
    pub timings: Timings,
    /// Whether there is a proxy in between.
    pub through_proxy: bool,
    /// What the name stands for.
    pub addresses: Vec<SocketAddr>,
    /// The address that was connected to, where the connection tells.
    pub connected: Option<SocketAddr>,
    /// The server's certificate, good or bad.
    pub certificate: Option<Certificate>,
    /// `TLS 1.3`
    pub tls_version: Option<&'static str>,
    /// Whether the server asked for a certificate from us.
    pub client_certificate_asked: bool,
}

impl Trace {
    /// A life that has not begun, telling `live` of its phases.
    pub fn new(live: UnboundedSender<Progress>) -> Self {
        Self { seen: Mutex::default(), live }
    }

    /// Enters a phase, which ends the one before. A phase never comes back: an answer may come before the request is written
    /// whole, and then the rest of the writing does not count.
    pub fn begin(&self, phase: Phase) {
        let mut seen = self.lock();
        if seen.phase.is_some_and(|current| current >= phase) {
            return;
        }
        self.end_current(&mut seen);
        seen.phase = Some(phase);
        seen.began = Some(Instant::now());
        self.tell(Progress::Began(phase));
    }

    /// Ends the phase that it is in: the last, or the one in which the attempt failed. A failed phase has its time, too.
    pub fn end(&self, well: bool) {
        let mut seen = self.lock();
        if well {
            self.end_current(&mut seen);
        } else if let (Some(phase), Some(began)) = (seen.phase, seen.began.take()) {
            seen.timings.set(phase, millis(began.elapsed()));
        }
    }

    /// Notes something that was seen.
    pub fn note(&self, note: impl FnOnce(&mut Seen)) {
        note(&mut self.lock());
    }

    /// What was seen until now.
    pub fn seen(&self) -> Seen {
        self.lock().clone()
    }

    fn end_current(&self, seen: &mut Seen) {
        if let (Some(phase), Some(began)) = (seen.phase, seen.began.take()) {
            let took = began.elapsed();
            seen.timings.set(phase, millis(took));
            self.tell(Progress::Ended(phase, took));
        }
    }

    fn tell(&self, progress: Progress) {
        // Nobody may be listening any more: the attempt was stopped.
        let _ = self.live.send(progress);
    }

    fn lock(&self) -> MutexGuard<'_, Seen> {
        // A panic elsewhere leaves plain data behind, which is still good to read.
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A duration in milliseconds.
pub fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}
