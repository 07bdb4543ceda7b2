//! The gate that all workers share: a key of the bucket, changed by compare-and-swap and watched.

use std::time::Duration;

use bytes::Bytes;
use futures_util::future::BoxFuture;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::delivery::gate::{Gate, State};
use crate::io::nats::{Bucket, Entry, NatsError, Watch};

/// Its key.
pub const KEY: &str = "gate";

/// How long to wait before NATS is asked again.
const AGAIN: Duration = Duration::from_secs(1);

/// The value of the key.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StoredGate {
    pub gate: Gate,
    /// The destination to which it belongs; empty before the first relay.
    #[serde(default)]
    pub destination: String,
}

impl StoredGate {
    /// What an entry contains; one that cannot be read is open, and the next answers say how things are.
    #[must_use]
    pub fn of(entry: Option<&Entry>) -> Self {
        entry.and_then(|entry| serde_json::from_slice(&entry.value).ok()).unwrap_or_default()
    }

    #[must_use]
    pub fn to_value(&self) -> Bytes {
        // Plain data: this cannot fail.
        serde_json::to_vec(self).unwrap_or_default().into()
    }
}

/// Changes the gate as an operator does, also when others change it at the same time.
///
/// # Errors
/// [`NatsError`]; then it may be as it was.
pub async fn operate(bucket: &Bucket, change: impl Fn(&mut StoredGate)) -> Result<StoredGate, NatsError> {
    loop {
        let entry = bucket.get(KEY).await?;
        let mut stored = StoredGate::of(entry.as_ref());
        change(&mut stored);
        match bucket.put(KEY, stored.to_value(), entry.map(|entry| entry.revision)).await {
            Ok(_) => return Ok(stored),
            Err(NatsError::Changed) => {}
            Err(error) => return Err(error),
        }
    }
}

/// What it was told by an earlier destination counts no more: one worker changes it, for all. As it is then.
///
/// # Errors
/// [`NatsError`].
pub async fn belong_to(bucket: Bucket, destination: String) -> Result<(StoredGate, Option<u64>), NatsError> {
    loop {
        let entry = bucket.get(KEY).await?;
        let mut stored = StoredGate::of(entry.as_ref());
        let revision = entry.map(|entry| entry.revision);
        if stored.destination == destination {
            return Ok((stored, revision));
        }
        if !stored.destination.is_empty() {
            stored.gate.destination_changed(Timestamp::now());
        }
        stored.destination.clone_from(&destination);
        match bucket.put(KEY, stored.to_value(), revision).await {
            Ok(revision) => return Ok((stored, Some(revision))),
            Err(NatsError::Changed) => {}
            Err(error) => return Err(error),
        }
    }
}

/// What happened to it.
pub enum Happened {
    /// It is another one now.
    Gate(Gate),
    /// The probe that was asked for is this worker's.
    Probe,
}

pub struct SharedGate {
    bucket: Bucket,
    watch: Watch,
    /// As it is stored, as far as is known.
    stored: StoredGate,
    revision: Option<u64>,
    /// What the worker made of it, if that is still to be stored.
    wanted: Option<Gate>,
    storing: Option<BoxFuture<'static, Outcome>>,
}

enum Outcome {
    Ours(StoredGate, u64),
    /// Another one was faster than that change.
    Theirs(Option<Entry>, Gate),
    /// Another one changed it.
    Seen(Option<Entry>),
}

impl SharedGate {
    /// Opens it for that destination.
    ///
    /// # Errors
    /// [`NatsError`].
    pub async fn open(bucket: &Bucket, destination: &str) -> Result<Self, NatsError> {
        let watch = bucket.watch(KEY);
        let (stored, revision) = belong_to(bucket.clone(), destination.to_owned()).await?;
        Ok(Self { bucket: bucket.clone(), watch, stored, revision, wanted: None, storing: None })
    }

    pub const fn bucket(&self) -> &Bucket {
        &self.bucket
    }

    /// Goes on from what [`belong_to`] stored.
    pub fn take_over(&mut self, (stored, revision): (StoredGate, Option<u64>)) {
        if revision > self.revision {
            (self.stored, self.revision) = (stored, revision);
        }
    }

    pub const fn gate(&self) -> &Gate {
        &self.stored.gate
    }

    /// Whether something is still to be stored.
    pub const fn is_storing(&self) -> bool {
        self.storing.is_some() || self.wanted.is_some()
    }

    /// The worker changed its copy.
    pub fn change(&mut self, gate: &Gate) {
        self.wanted = Some(gate.clone());
        self.store();
    }

    fn store(&mut self) {
        if self.storing.is_some() {
            return;
        }
        if let Some(gate) = self.wanted.take() {
            let wanted = StoredGate { gate, destination: self.stored.destination.clone() };
            self.storing = Some(Box::pin(store(self.bucket.clone(), wanted, self.revision)));
        }
    }

    /// Waits until something happened. Cancel-safe.
    pub async fn happened(&mut self) -> Happened {
        loop {
            let outcome = match &mut self.storing {
                Some(storing) => {
                    let outcome = storing.await;
                    self.storing = None;
                    outcome
                }
                None => {
                    if self.watch.changed().await.is_err() {
                        std::future::pending::<()>().await;
                    }
                    Outcome::Seen(self.watch.borrow_and_update().clone())
                }
            };
            if let Some(happened) = self.take(outcome) {
                return happened;
            }
        }
    }

    fn take(&mut self, outcome: Outcome) -> Option<Happened> {
        match outcome {
            Outcome::Ours(stored, revision) => {
                let is_probe = matches!(stored.gate.state(), State::Probing { .. });
                (self.stored, self.revision) = (stored, Some(revision));
                // What it changed meanwhile comes on top.
                self.store();
                (is_probe && self.storing.is_none()).then_some(Happened::Probe)
            }
            Outcome::Seen(entry) => {
                let revision = entry.as_ref().map(|entry| entry.revision);
                (revision.is_none() || revision > self.revision).then(|| self.theirs(entry.as_ref(), None))
            }
            Outcome::Theirs(entry, ours) => {
                let ours = self.wanted.take().unwrap_or(ours);
                Some(self.theirs(entry.as_ref(), Some(&ours)))
            }
        }
    }

    /// Goes on from what is stored, and from what this worker has to add.
    fn theirs(&mut self, entry: Option<&Entry>, ours: Option<&Gate>) -> Happened {
        (self.stored, self.revision) = (StoredGate::of(entry), entry.map(|entry| entry.revision));
        let merged = ours.and_then(|ours| ours.on_top_of(&self.stored.gate));
        if let Some(gate) = &merged {
            self.change(gate);
        }
        Happened::Gate(merged.unwrap_or_else(|| self.stored.gate.clone()))
    }
}

/// Stores it on top of that revision, until it is known what became of it.
async fn store(bucket: Bucket, wanted: StoredGate, revision: Option<u64>) -> Outcome {
    let value = wanted.to_value();
    let is_probe = matches!(wanted.gate.state(), State::Probing { .. });
    loop {
        let changed = match bucket.put(KEY, value.clone(), revision).await {
            Ok(revision) => return Outcome::Ours(wanted, revision),
            Err(NatsError::Changed) => true,
            Err(error) => {
                tracing::debug!(why = %error, "the gate is not stored");
                false
            }
        };
        let found = loop {
            if !changed {
                tokio::time::sleep(AGAIN).await;
            }
            if let Ok(found) = bucket.get(KEY).await {
                break found;
            }
            tokio::time::sleep(AGAIN).await;
        };
        match found {
            // It was stored, and the answer was lost.
            Some(found) if found.value == value => return Outcome::Ours(wanted, found.revision),
            found if changed || is_probe || found.as_ref().map(|found| found.revision) != revision => {
                return Outcome::Theirs(found, wanted.gate);
            }
            _ => {}
        }
    }
}
