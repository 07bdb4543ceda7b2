//! One attempt: the CAs read, the request sent, what came of it noted; and the record of the delivery that it belongs to.

use std::future::Future;
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::in_flight::InFlight;
use super::task::blocking;
use super::waypost::Waypost;
use crate::domain::delivery::compare::compare;
use crate::domain::delivery::diagnosis;
use crate::domain::delivery::{Attempt, Cause, Delivery, Outcome, Phase, TlsCause};
use crate::domain::destination::{Destination, Settings};
use crate::domain::problem::Problem;
use crate::domain::request::Request;
use crate::domain::text::visible;
use crate::io::db::history;
use crate::io::fs::file::{self, Links};
use crate::io::http::{self, Client, NetworkConfig, Progress, ProxyEnv, Trust};
use crate::io::state::token::TokenCache;

/// How long reading the last delivery that was delivered may take.
const COMPARED_WITHIN: Duration = Duration::from_millis(500);

/// What happens during an attempt.
#[derive(Clone, Debug)]
pub enum Step {
    /// The request is built and goes out now.
    Sending(Box<Request>),
    Began(Phase),
    /// A phase ended, after the given number of milliseconds.
    Ended(Phase, f64),
}

/// What an attempt needs besides its delivery.
pub(super) struct Try {
    pub to: Arc<Settings>,
    pub request: Arc<Request>,
    pub started_at: Timestamp,
    /// The total time that it may take.
    pub timeout: Duration,
}

impl Waypost {
    /// A delivery that begins, and is recorded whatever happens.
    pub(super) fn begin(&self, id: String, to: &Destination, event: &str) -> InFlight {
        let paths = self.paths.clone();
        let delivery = Delivery::new(id, to, event.to_owned());
        let abandoned = move |delivery| {
            if let Err(error) = history::append(&paths, &delivery) {
                tracing::warn!(why = %error, "not recorded");
            }
        };
        InFlight::new(delivery, Arc::new(abandoned))
    }

    /// Makes one attempt and adds it to its delivery. `stop` ends it early.
    pub(super) async fn attempt(
        &self,
        in_flight: &mut InFlight,
        attempt: Try,
        step: impl Fn(Step),
        stop: impl Future<Output = ()>,
    ) -> Outcome {
        in_flight.begin(&attempt.to, &attempt.request, attempt.started_at);
        let mut ended = self.try_once(&attempt, step, stop).await;
        self.note_known_end(in_flight.delivery(), &mut ended).await;
        let outcome = ended.outcome;
        in_flight.end(ended);
        outcome
    }

    /// Notes whether the end of the certificate was noticed before. The history is asked only where there is a notice.
    async fn note_known_end(&self, delivery: &Delivery, attempt: &mut Attempt) {
        let Some(tls) = &mut attempt.tls else { return };
        let Some(end) = diagnosis::ends_soon_after(tls, attempt.started_at) else { return };
        let (paths, to) = (self.paths.clone(), delivery.destination_id.clone());
        let met = blocking(move || history::certificate_met(&paths, &to, end)).await.ok().flatten();
        tls.end_noticed = met.is_some_and(|met| diagnosis::ends_soon_after(tls, met).is_some());
    }

    async fn try_once(&self, attempt: &Try, step: impl Fn(Step), stop: impl Future<Output = ()>) -> Attempt {
        let Try { to, request, started_at, timeout } = attempt;
        let mut stop = pin!(stop);
        // Reading the CAs touches the disk, which may be slow or gone: stop and timeout hold for that, too.
        let sender = tokio::select! {
            sender = self.sender(to, *timeout) => sender,
            () = &mut stop => return http::stopped_before_sending(to, request, *started_at),
        };
        match sender {
            Ok(sender) => {
                let progress = |progress| step(Step::from(progress));
                sender.attempt(to, request, *started_at, *timeout, progress, stop).await
            }
            Err(cause) => http::failed_before_sending(to, request, *started_at, cause),
        }
    }

    /// Compares a delivery that failed with the last that was delivered, if that can be read in a moment: what is to be shown must
    /// not wait for a slow disk.
    pub(super) async fn compare(&self, in_flight: &mut InFlight) {
        let delivery = in_flight.delivery_mut();
        if !delivery.is_failure() {
            return;
        }
        let (paths, to) = (self.paths.clone(), delivery.destination_id.clone());
        let reading = blocking(move || history::last_delivered(&paths, &to).ok().flatten());
        if let Ok(Some(before)) = tokio::time::timeout(COMPARED_WITHIN, reading).await {
            delivery.since_last_delivered = Some(compare(delivery, &before.delivered, before.with_certificate.as_ref()));
        }
    }

    /// Records a delivery, on a thread of its own: a slow disk must not block the keys. The problem, if there is one, changes
    /// nothing about the delivery.
    pub(super) async fn record(&self, in_flight: InFlight) -> Option<Problem> {
        let paths = self.paths.clone();
        // It is finished on that thread: should the runtime end before, it is recorded all the same.
        let problem = blocking(move || history::append(&paths, &in_flight.finish())).await.err().map(Problem::from);
        if let Some(problem) = &problem {
            tracing::warn!(why = %problem.what, "not recorded");
        }
        problem
    }

    /// The client for a destination, with its CAs read within that time.
    ///
    /// # Errors
    /// What keeps anything from being sent.
    pub(super) async fn sender(&self, to: &Settings, within: Duration) -> Result<Client, Cause> {
        let own = self.own.clone().filter(|own| own.authority == to.url().authority());
        let (settings, cache) = (to.clone(), TokenCache::new(self.paths.clone()));
        let reading = blocking(move || {
            let trust = match (settings.ca_cert(), &own) {
                (Some(path), _) => Trust::Only(ca_file(path)?),
                (None, Some(own)) => Trust::Only(own.ca_pem.clone()),
                (None, None) => Trust::System,
            };
            let client = match own {
                // The demo's receiver is on this machine: no proxy has any business with it.
                Some(_) => {
                    Client::with(&settings, &trust, NetworkConfig { proxies: ProxyEnv::default(), ..NetworkConfig::default() })
                }
                None => Client::new(&settings, &trust),
            };
            Ok(client?.with_token_cache(cache))
        });
        tokio::time::timeout(within, reading).await.unwrap_or_else(|_| {
            let late = format!("within {} s they could not be read from the disk", within.as_secs());
            Err(Cause::Tls(match to.ca_cert() {
                Some(path) => TlsCause::CaFile(format!("{}: {late}", visible(&path.to_string_lossy()))),
                None => TlsCause::NoCaStore(late),
            }))
        })
    }
}

impl From<Progress> for Step {
    fn from(progress: Progress) -> Self {
        match progress {
            Progress::Began(phase) => Self::Began(phase),
            Progress::Ended(phase, took) => Self::Ended(phase, took.as_secs_f64() * 1000.0),
        }
    }
}

fn ca_file(path: &Path) -> Result<Vec<u8>, Cause> {
    file::read(path, Links::Follow, http::MAX_CA_BYTES)
        .map(|bytes| bytes.to_vec())
        .map_err(|error| Cause::Tls(TlsCause::CaFile(format!("{}: {}", visible(&path.to_string_lossy()), error.kind))))
}
