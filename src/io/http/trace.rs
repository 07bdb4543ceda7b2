//! The progress of an attempt: reported by the layers that it passes through, read by the one who waits for it.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use tokio::sync::mpsc::UnboundedSender;

use super::certificate::Certificate;
use crate::domain::delivery::{Phase, Timings};
use crate::io::sync::lock;

/// What happens while an attempt is in flight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// A phase began.
    Began(Phase),
    /// A phase succeeded, after that time.
    Ended(Phase, Duration),
}

/// The progress of one attempt so far.
#[derive(Debug)]
pub struct Trace {
    observed: Mutex<Observed>,
    live: Option<UnboundedSender<Progress>>,
    /// The phase that follows once the connection is ready: `Wait` if there is no body to send.
    pub on_ready: Phase,
}

/// The trace of the attempt that a connection is serving: a kept connection serves several, one after the other.
#[derive(Clone, Debug)]
pub struct CurrentTrace(Arc<Mutex<Arc<Trace>>>);

impl Default for CurrentTrace {
    /// Without an attempt yet.
    fn default() -> Self {
        Self::new(Arc::new(Trace::new(&[], None)))
    }
}

impl CurrentTrace {
    pub fn new(trace: Arc<Trace>) -> Self {
        Self(Arc::new(Mutex::new(trace)))
    }

    pub fn set(&self, trace: Arc<Trace>) {
        *lock(&self.0) = trace;
    }

    pub fn trace(&self) -> Arc<Trace> {
        Arc::clone(&lock(&self.0))
    }
}

/// What was observed of an attempt.
#[derive(Clone, Debug, Default)]
pub struct Observed {
    /// The current phase, or the one in which it ended.
    pub phase: Option<Phase>,
    /// When that phase began, until it ends.
    began: Option<Instant>,
    pub timings: Timings,
    pub through_proxy: bool,
    /// The addresses of the name.
    pub addresses: Vec<SocketAddr>,
    /// The address that was connected to, if the connection reports it.
    pub connected: Option<SocketAddr>,
    /// The server's certificate, valid or not.
    pub certificate: Option<Certificate>,
    /// The other certificates that it sent, in its order.
    pub intermediates: Vec<Certificate>,
    /// The certificates of the destination's CA file that may have issued one of them.
    pub issuers: Vec<Certificate>,
    /// `TLS 1.3`
    pub tls_version: Option<&'static str>,
    /// The negotiated cipher suite, if a session ticket revealed it.
    pub cipher: Option<String>,
    /// Whether the server asked for a client certificate.
    pub client_certificate_asked: bool,
}

impl Trace {
    /// The trace of an attempt that has not begun, for a request with that body. It sends its phases to `live`.
    pub fn new(body: &[u8], live: Option<UnboundedSender<Progress>>) -> Self {
        let on_ready = if body.is_empty() { Phase::Wait } else { Phase::Write };
        Self { observed: Mutex::default(), live, on_ready }
    }

    /// Begins a phase, which ends the previous one. A phase never repeats: a response may arrive before the request is completely
    /// written, and the rest of the writing does not count then.
    pub fn begin(&self, phase: Phase) {
        let mut observed = self.lock();
        if observed.phase.is_some_and(|current| current >= phase) {
            return;
        }
        self.end_current(&mut observed);
        observed.phase = Some(phase);
        observed.began = Some(Instant::now());
        self.tell(Progress::Began(phase));
    }

    /// Ends the current phase: the last one, or the one in which the attempt failed. A failed phase has a timing, too.
    pub fn end(&self, well: bool) {
        let mut observed = self.lock();
        if well {
            self.end_current(&mut observed);
        } else if let (Some(phase), Some(began)) = (observed.phase, observed.began.take()) {
            observed.timings.set(phase, millis(began.elapsed()));
        }
    }

    pub fn note(&self, note: impl FnOnce(&mut Observed)) {
        note(&mut self.lock());
    }

    pub fn observed(&self) -> Observed {
        self.lock().clone()
    }

    fn end_current(&self, observed: &mut Observed) {
        if let (Some(phase), Some(began)) = (observed.phase, observed.began.take()) {
            let took = began.elapsed();
            observed.timings.set(phase, millis(took));
            self.tell(Progress::Ended(phase, took));
        }
    }

    fn tell(&self, progress: Progress) {
        if let Some(live) = &self.live {
            // The receiver may be gone: the attempt was stopped.
            let _ = live.send(progress);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Observed> {
        lock(&self.observed)
    }
}

pub fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1000.0
}
