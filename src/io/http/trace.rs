//! Where an attempt is: told by the parts that it passes through, read by the one who waits for it.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::mpsc::UnboundedSender;

use super::cert::Certificate;
use crate::domain::delivery::{Phase, Timings};

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
    live: Option<UnboundedSender<Progress>>,
    /// What comes when the connection is ready to be written to: `Wait` where there is nothing to send after the head.
    pub on_ready: Phase,
}

/// The attempt that a connection is made for: one connection may serve several, one after the other.
#[derive(Clone, Debug)]
pub struct Current(Arc<Mutex<Arc<Trace>>>);

impl Current {
    /// Begins with that attempt.
    pub fn new(trace: Arc<Trace>) -> Self {
        Self(Arc::new(Mutex::new(trace)))
    }

    /// Goes over to another attempt.
    pub fn set(&self, trace: Arc<Trace>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = trace;
    }

    /// The attempt that it is now.
    pub fn trace(&self) -> Arc<Trace> {
        Arc::clone(&self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
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
    /// The cipher suite that TLS agreed on, where a ticket told it.
    pub cipher: Option<String>,
    /// Whether the server asked for a certificate from us.
    pub client_certificate_asked: bool,
}

impl Trace {
    /// A life that has not begun, of a request with such a body, telling `live` of its phases.
    pub fn new(body: &[u8], live: Option<UnboundedSender<Progress>>) -> Self {
        let on_ready = if body.is_empty() { Phase::Wait } else { Phase::Write };
        Self { seen: Mutex::default(), live, on_ready }
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
        if let Some(live) = &self.live {
            // Nobody may be listening any more: the attempt was stopped.
            let _ = live.send(progress);
        }
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
