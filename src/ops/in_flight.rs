//! A delivery from its first attempt until it is recorded, so that nothing that was sent goes unrecorded.

use std::mem::take;
use std::sync::Arc;
use std::thread;

use jiff::{SignedDuration, Timestamp};

use crate::domain::delivery::{Attempt, Delivery, Phase, diagnosis};
use crate::domain::destination::Settings;
use crate::domain::request::Request;
use crate::io::http;

/// What is done with a delivery that ends without [`InFlight::finish`].
pub(super) type Abandoned = Arc<dyn Fn(Delivery) + Send + Sync>;

/// A delivery under way. Dropped before it is finished (a panic, or the end of the runtime), it is handed over as it is, with the
/// attempt under way as stopped.
pub(super) struct InFlight {
    /// With the attempts that have ended.
    delivery: Delivery,
    current: Option<(Arc<Settings>, Arc<Request>, Timestamp)>,
    /// `None` once it is finished.
    abandoned: Option<Abandoned>,
}

impl InFlight {
    pub fn new(delivery: Delivery, abandoned: Abandoned) -> Self {
        Self { delivery, current: None, abandoned: Some(abandoned) }
    }

    /// Notes that an attempt begins.
    pub fn begin(&mut self, to: &Arc<Settings>, request: &Arc<Request>, started_at: Timestamp) {
        self.current = Some((Arc::clone(to), Arc::clone(request), started_at));
    }

    /// Adds the attempt that ended.
    pub fn end(&mut self, attempt: Attempt) {
        self.current = None;
        self.delivery.attempts.push(attempt);
    }

    pub const fn delivery(&self) -> &Delivery {
        &self.delivery
    }

    /// To change what is recorded.
    pub const fn delivery_mut(&mut self) -> &mut Delivery {
        &mut self.delivery
    }

    /// Takes the delivery, which is the caller's to record from now on.
    pub fn finish(mut self) -> Delivery {
        self.abandoned = None;
        self.take()
    }

    fn take(&mut self) -> Delivery {
        let Delivery { id, event, attempts, probe, since_last_delivered, .. } = &mut self.delivery;
        Delivery {
            id: take(id),
            event: take(event),
            attempts: take(attempts),
            probe: probe.take(),
            since_last_delivered: since_last_delivered.take(),
            // These are shared.
            destination_id: self.delivery.destination_id.clone(),
            settings_fingerprint: Arc::clone(&self.delivery.settings_fingerprint),
            sent_with: Arc::clone(&self.delivery.sent_with),
        }
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        let Some(abandoned) = self.abandoned.take() else { return };
        if let Some((to, request, started_at)) = self.current.take() {
            self.delivery.attempts.push(interrupted(&to, &request, started_at));
        }
        if !self.delivery.attempts.is_empty() {
            abandoned(self.take());
        }
    }
}

/// An attempt that was under way when its task panicked or was dropped.
fn interrupted(to: &Settings, request: &Request, started_at: Timestamp) -> Attempt {
    let took = Timestamp::now().duration_since(started_at).max(SignedDuration::ZERO);
    let diagnosis = if thread::panicking() { diagnosis::of_panic() } else { diagnosis::of_stop(Some(Phase::Wait)) };
    Attempt { duration_ms: took.as_secs_f64() * 1000.0, diagnosis, ..http::stopped_before_sending(to, request, started_at) }
}
