//! One delivery: sent, then recorded.

use std::future::Future;
use std::path::Path;
use std::pin::pin;
use std::time::Duration;

use jiff::Timestamp;

use super::flight::Flight;
use super::{Problem, Step, Tested, Waypost};
use crate::domain::delivery::{Attempt, Cause, Delivery, TlsCause};
use crate::domain::destination::{Destination, Settings};
use crate::domain::event::Event;
use crate::domain::request::{Request, Stamp};
use crate::domain::text::visible;
use crate::io::fs::file::{self, Links};
use crate::io::http::{self, Progress, ProxyEnv, Sender, Surroundings, Trust};
use crate::io::state::store;

/// The most bytes that a file of CA certificates may have; a whole system's store has a quarter of a megabyte.
pub(super) const MAX_CA_BYTES: usize = 4 * 1024 * 1024;

impl Waypost {
    /// Sends an event as a test, one attempt, and records it. `stop` ends it early.
    pub async fn test(&self, to: &Destination, event: &Event, step: impl Fn(Step), stop: impl Future<Output = ()>) -> Tested {
        self.test_and_tell(to, event, step, |_| {}, stop).await
    }

    /// As [`Waypost::test`]; what came of it is told before it is recorded: the disk may be slower than the answer.
    pub async fn test_and_tell(
        &self,
        to: &Destination,
        event: &Event,
        step: impl Fn(Step),
        tell: impl FnOnce(&Delivery),
        stop: impl Future<Output = ()>,
    ) -> Tested {
        let started_at = Timestamp::now();
        let stamp = Stamp { id: super::new_id(), timestamp: started_at.as_second() };
        let flight = Flight::begin(&self.paths, stamp.id.clone(), to, event.name.clone());
        let request = Request::build(to.settings(), &event.body, &stamp);
        step(Step::Sending(Box::new(request.clone())));
        let timeout = Duration::from_secs(to.timeout_s().into());
        let attempt = self.attempt(&flight, to, &request, (started_at, timeout), step, stop).await;
        let delivery =
            Delivery { id: stamp.id, destination_id: to.id().clone(), event: event.name.clone(), attempts: vec![attempt] };
        tell(&delivery);
        let unrecorded = flight.record().await;
        Tested { delivery, unrecorded }
    }

    /// Whether the state file is still of that generation.
    ///
    /// # Errors
    /// It was changed, or cannot be read.
    pub async fn is_still(&self, generation: u64) -> Result<(), Problem> {
        let paths = self.paths.clone();
        let loaded = tokio::task::spawn_blocking(move || store::load(&paths)).await;
        match loaded {
            Ok(Ok(loaded)) if loaded.generation() == generation => Ok(()),
            Ok(Ok(_)) => Err(Problem::overtaken()),
            Ok(Err(error)) => Err(error.into()),
            Err(error) => Err(Problem::unrecorded(&error.to_string())),
        }
    }

    /// One attempt of that flight, begun then and ended after so long.
    pub(super) async fn attempt(
        &self,
        flight: &Flight,
        to: &Destination,
        request: &Request,
        (started_at, timeout): (Timestamp, Duration),
        step: impl Fn(Step),
        stop: impl Future<Output = ()>,
    ) -> Attempt {
        flight.attempts(to.settings(), request, started_at).await;
        let attempt = self.attempt_alone(to, request, (started_at, timeout), step, stop).await;
        flight.attempted(attempt.clone()).await;
        attempt
    }

    async fn attempt_alone(
        &self,
        to: &Destination,
        request: &Request,
        (started_at, timeout): (Timestamp, Duration),
        step: impl Fn(Step),
        stop: impl Future<Output = ()>,
    ) -> Attempt {
        let mut stop = pin!(stop);
        // Reading the CAs touches the disk, which may be slow or gone: it too ends with the user's stop and the timeout.
        let sender = tokio::select! {
            sender = self.sender(to.settings()) => sender,
            () = &mut stop => return http::stopped_before_sending(to.settings(), request, started_at),
            () = tokio::time::sleep(timeout) => Err(Cause::TimedOut(timeout.as_secs().try_into().unwrap_or(u16::MAX))),
        };
        let sender = match sender {
            Ok(sender) => sender,
            Err(cause) => return http::failed_before_sending(to.settings(), request, started_at, cause),
        };
        let progress = |progress| step(Step::from(progress));
        sender.attempt(to.settings(), request, started_at, timeout, progress, stop).await
    }

    /// What sends to a destination, with its CAs read.
    ///
    /// # Errors
    /// What keeps anything from being sent.
    pub(super) async fn sender(&self, to: &Settings) -> Result<Sender, Cause> {
        let own = self.own.clone().filter(|own| own.authority == to.url().authority());
        let to = to.clone();
        let made = tokio::task::spawn_blocking(move || {
            let trust = match (to.ca_cert(), &own) {
                (Some(path), _) => Trust::Only(ca_file(path)?),
                (None, Some(own)) => Trust::Only(own.ca_pem.clone()),
                (None, None) => Trust::System,
            };
            match own {
                // The demo's receiver is on this machine: no proxy has any business with it.
                Some(_) => Sender::with(&to, &trust, Surroundings { proxies: ProxyEnv::default(), ..Surroundings::default() }),
                None => Sender::new(&to, &trust),
            }
        });
        made.await.unwrap_or_else(|error| Err(Cause::Other(error.to_string())))
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
    file::read(path, Links::Follow, MAX_CA_BYTES)
        .map(|bytes| bytes.to_vec())
        .map_err(|error| Cause::Tls(TlsCause::CaFile(format!("{}: {}", visible(&path.to_string_lossy()), error.kind))))
}
