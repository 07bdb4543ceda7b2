//! The progress of an attempt: reported by the steps that it takes, read by the one who waits for it.

use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

use rustls::pki_types::CertificateDer;
use tokio::sync::mpsc::UnboundedSender;

use super::certificate::Certificate;
use super::response::ResponseReader;
use super::signed::Mismatch;
use crate::domain::delivery::{ClientCertificate, DialResult, Phase, ProxyUsed, Timings, Tried};
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
    /// The answer of a proxy that does not connect to the endpoint.
    pub proxy_answer: ResponseReader,
}

/// What was observed of an attempt.
#[derive(Clone, Debug, Default)]
pub struct Observed {
    /// The current phase, or the one in which it ended.
    pub phase: Option<Phase>,
    /// When that phase began, until it ends.
    began: Option<Instant>,
    pub timings: Timings,
    /// The proxy that it goes through; its answer is added at the end.
    pub proxy: Option<ProxyUsed>,
    /// Whether the proxy was given a user name and a password.
    pub proxy_credentials: bool,
    /// The beginning of what the proxy wrote.
    pub proxy_heard: Vec<u8>,
    /// The addresses of the name.
    pub addresses: Vec<SocketAddr>,
    /// The address that was connected to.
    pub connected: Option<SocketAddr>,
    /// Each address that was tried, of the proxy where there is one.
    dials: Vec<Dial>,
    /// The server's certificate, valid or not.
    pub certificate: Option<Certificate>,
    /// The other certificates that it sent, in its order.
    pub intermediates: Vec<Certificate>,
    /// All of them as they came, the server's own first, where nothing that is trusted issued it.
    pub chain: Vec<CertificateDer<'static>>,
    /// The certificates of the destination's CA file that may have issued one of them.
    pub issuers: Vec<Certificate>,
    /// Which of them has a signature by another key, if the verifier found one.
    pub mismatch: Option<Mismatch>,
    /// `TLS 1.3`
    pub tls_version: Option<&'static str>,
    /// The negotiated cipher suite, as IANA names it.
    pub cipher: Option<String>,
    /// Whether the server asked for a client certificate.
    pub client_certificate_asked: bool,
    /// The CAs that it named when it asked, at most a few.
    pub client_cas: Vec<String>,
    /// The client certificate that is set.
    pub client_certificate: Option<ClientCertificate>,
    /// Whether the server was given it.
    pub client_certificate_presented: bool,
}

/// An address that is being tried.
#[derive(Clone, Debug)]
struct Dial {
    address: SocketAddr,
    began: Instant,
    ended: Option<(DialResult, Duration)>,
}

impl Observed {
    /// What came of each address. One that had not ended gave no answer, or was given up when another one connected.
    pub fn tried(&self) -> Vec<Tried> {
        let connected = self.dials.iter().find_map(|dial| match &dial.ended {
            Some((DialResult::Connected, took)) => Some(dial.began + *took),
            _ => None,
        });
        let tried = |dial: &Dial| {
            let (result, took) = match (&dial.ended, connected) {
                (Some((result, took)), _) => (result.clone(), *took),
                (None, Some(at)) => (DialResult::GivenUp, at.saturating_duration_since(dial.began)),
                (None, None) => (DialResult::NoAnswer, dial.began.elapsed()),
            };
            Tried { address: dial.address, result, ms: millis(took) }
        };
        self.dials.iter().map(tried).collect()
    }
}

impl Trace {
    /// The trace of an attempt that has not begun, for a request with that body. It sends its phases to `live`.
    pub fn new(body: &[u8], live: Option<UnboundedSender<Progress>>) -> Self {
        let on_ready = if body.is_empty() { Phase::Wait } else { Phase::Write };
        Self { observed: Mutex::default(), live, on_ready, proxy_answer: ResponseReader::of_proxy() }
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

    /// Forgets the phases so far: what was sent over a connection that was closed is sent again over another.
    pub fn restart(&self) {
        let mut observed = self.lock();
        observed.phase = None;
        observed.began = None;
        observed.timings = Timings::default();
    }

    /// Forgets everything so far: the same is done again from the beginning.
    pub fn begin_anew(&self) {
        *self.lock() = Observed::default();
    }

    /// Notes that an address is tried, and gives the number of that.
    pub fn dial_begins(&self, address: SocketAddr) -> usize {
        let mut observed = self.lock();
        observed.dials.push(Dial { address, began: Instant::now(), ended: None });
        observed.dials.len() - 1
    }

    pub fn dial_ends(&self, number: usize, result: DialResult) {
        if let Some(dial) = self.lock().dials.get_mut(number) {
            dial.ended = Some((result, dial.began.elapsed()));
        }
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
