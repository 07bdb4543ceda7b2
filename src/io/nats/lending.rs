//! Events that are lent to this worker: kept until each has ended, and answered for.

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_nats::jetstream::ErrorCode;
use async_nats::{HeaderMap, RequestErrorKind, Subject};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::sync::oneshot;

use super::connect::Nats;
use super::error::NatsError;
use super::event::{EVENT_ID, EVENT_NAME, MESSAGE_ID, QueuedEvent, subject};
use super::stored;
use super::stream::{DEAD_PREFIX, PROGRESS, PROGRESS_PREFIX};
use crate::domain::delivery::Delivery;
use crate::domain::delivery::schedule::{DeadReason, Progress};
use crate::io::db::record;
use crate::io::sync::lock;
use jiff::Timestamp;

/// The most bytes of what is known of an event.
const MAX_RECORD: usize = 64 * 1024;

/// The same in the headers of a dead letter.
const MAX_DEAD_RECORD: usize = 16 * 1024;

/// How often a sign of life is sent while an event may stay lent without one.
const SIGNS: u32 = 3;

/// That an event has ended.
const ACK: &[u8] = b"+ACK";

pub(super) const DEAD_REASON: &str = "Waypost-Dead-Reason";
pub(super) const DEAD_ATTEMPTS: &str = "Waypost-Attempts";
pub(super) const DEAD_SINCE: &str = "Waypost-Queued-At";
pub(super) const DEAD_RECORD: &str = "Waypost-Record";

/// How many events are remembered that have ended: a server that is killed forgets what it was told in the last moments.
const REMEMBERED: usize = 10_000;

/// Of those, the ones that are told again when it is back.
const TOLD_AGAIN: usize = 1000;

/// The events that this worker has, each with where to answer.
#[derive(Clone, Debug)]
pub struct Lending {
    nats: Nats,
    lent: Arc<Mutex<HashMap<u64, Subject>>>,
    ended: Arc<Mutex<Ended>>,
    /// Dropped by the last one, it ends the signs of life.
    _end: Arc<oneshot::Sender<()>>,
}

/// What is known of an event that waits for another attempt.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Known {
    pub attempts: u32,
    pub refusals: u32,
    pub due_at: Timestamp,
    /// The record of the delivery.
    delivery: String,
}

/// The newest events that have ended.
#[derive(Debug, Default)]
struct Ended {
    /// By what tells them from others, also in a stream that is made anew.
    known: HashSet<(u64, Timestamp)>,
    order: VecDeque<(u64, Timestamp, Subject)>,
}

impl Ended {
    fn add(&mut self, event: &QueuedEvent, reply: Subject) {
        if self.known.insert((event.sequence, event.published)) {
            self.order.push_back((event.sequence, event.published, reply));
        }
        if self.order.len() > REMEMBERED
            && let Some((sequence, published, _)) = self.order.pop_front()
        {
            self.known.remove(&(sequence, published));
        }
    }
}

impl Known {
    #[must_use]
    pub fn delivery(&self) -> Option<Delivery> {
        record::from_record(self.delivery.as_bytes())
    }
}

impl Lending {
    /// Gives a sign of life for each event that is lent, in time.
    #[must_use]
    pub fn start(nats: &Nats, ack_wait: Duration) -> Self {
        let lent = Arc::<Mutex<HashMap<u64, Subject>>>::default();
        let (end, is_over) = oneshot::channel();
        let ended = Arc::<Mutex<Ended>>::default();
        let (of_task, of_ended, of_client) = (Arc::clone(&lent), Arc::clone(&ended), nats.client().clone());
        let mut connections = nats.connections();
        let signs = async move {
            loop {
                tokio::select! {
                    () = tokio::time::sleep((ack_wait / SIGNS).max(Duration::from_millis(100))) => {}
                    Ok(()) = connections.changed() => {
                        let replies: Vec<Subject> =
                            lock(&of_ended).order.iter().rev().take(TOLD_AGAIN).map(|(_, _, reply)| reply.clone()).collect();
                        for reply in replies {
                            let _ = of_client.publish(reply, Bytes::from_static(ACK)).await;
                        }
                    }
                }
                let replies: Vec<Subject> = lock(&of_task).values().cloned().collect();
                for reply in replies {
                    // Away, the server waits as well.
                    let _ = of_client.publish(reply, Bytes::from_static(b"+WPI")).await;
                }
            }
        };
        nats.spawn(async move {
            tokio::select! {
                () = signs => {}
                // Ready with an error, when the sender is dropped.
                _ = is_over => {}
            }
        });
        Self { nats: nats.clone(), lent, ended, _end: Arc::new(end) }
    }

    /// An event has come.
    pub fn keep(&self, event: &QueuedEvent) {
        if let Some(reply) = &event.reply {
            lock(&self.lent).insert(event.sequence, reply.clone());
        }
    }

    /// Whether it has ended here already, which the server has forgotten.
    #[must_use]
    pub fn has_ended(&self, event: &QueuedEvent) -> bool {
        lock(&self.ended).known.contains(&(event.sequence, event.published))
    }

    /// What is known of an event from earlier attempts, here or elsewhere.
    ///
    /// # Errors
    /// [`NatsError`].
    pub async fn known(&self, event: &QueuedEvent) -> Result<Option<Known>, NatsError> {
        if event.lent <= 1 { Ok(None) } else { known(&self.nats, event.sequence).await }
    }

    /// It was delivered: it leaves the queue.
    ///
    /// # Errors
    /// [`NatsError`]; then it is still lent.
    pub async fn delivered(&self, event: &QueuedEvent) -> Result<(), NatsError> {
        self.answer(event, Bytes::from_static(ACK)).await?;
        self.forget(event).await;
        Ok(())
    }

    /// It is to be lent again, to whichever worker, after `delay`.
    ///
    /// # Errors
    /// [`NatsError`]; then it is still lent.
    pub async fn defer(
        &self,
        event: &QueuedEvent,
        due_at: Timestamp,
        delay: Duration,
        progress: Progress,
        delivery: &Delivery,
    ) -> Result<(), NatsError> {
        let most = MAX_RECORD.min(self.nats.client().max_payload() / 4);
        let known = Known {
            attempts: progress.attempts,
            refusals: progress.refusals,
            due_at,
            delivery: String::from_utf8(shortened(delivery, most)).unwrap_or_default(),
        };
        let body = serde_json::to_vec(&known).unwrap_or_default();
        self.nats.store(format!("{PROGRESS_PREFIX}{}", event.sequence), HeaderMap::new(), body.into()).await?;
        self.answer(event, nak(delay)).await
    }

    /// It is given up: a dead letter first, and then no event any more.
    ///
    /// # Errors
    /// [`NatsError`]; then it is still lent, and may be a dead letter.
    pub async fn bury(
        &self,
        event: &QueuedEvent,
        reason: DeadReason,
        progress: Progress,
        delivery: &Delivery,
    ) -> Result<(), NatsError> {
        let mut headers = HeaderMap::new();
        // Buried twice, it is one dead letter.
        headers.insert(MESSAGE_ID, format!("dead.{}.{}", event.sequence, event.id));
        headers.insert(EVENT_ID, event.id.as_str());
        headers.insert(EVENT_NAME, event.event.as_str());
        headers.insert(DEAD_REASON, reason.name());
        headers.insert(DEAD_ATTEMPTS, progress.attempts.to_string());
        headers.insert(DEAD_SINCE, event.published.to_string());
        let place = subject(DEAD_PREFIX, &event.event);
        let mut whole = headers.clone();
        let text = String::from_utf8(shortened(delivery, MAX_DEAD_RECORD)).unwrap_or_default();
        whole.insert(DEAD_RECORD, text.replace(['\r', '\n'], " "));
        let mut only_id = HeaderMap::new();
        only_id.insert(EVENT_ID, event.id.as_str());
        // An event may be as long as the server allows, and there is room for less then; it came without headers of ours.
        let mut kept = Ok(false);
        for headers in [whole, headers, only_id, HeaderMap::new()] {
            kept = self.nats.store(place.clone(), headers, event.body.clone()).await;
            if !matches!(kept, Err(NatsError::TooLong { .. })) {
                break;
            }
        }
        kept?;
        self.answer(event, Bytes::from_static(ACK)).await?;
        self.forget(event).await;
        Ok(())
    }

    /// It was not tried: another worker may have it at once.
    pub async fn give_back(&self, event: &QueuedEvent) {
        if self.answer(event, nak(Duration::ZERO)).await.is_err() {
            // Without a sign of life it is lent again later.
            lock(&self.lent).remove(&event.sequence);
        }
    }

    /// Answers for an event, and waits until that is known.
    async fn answer(&self, event: &QueuedEvent, answer: Bytes) -> Result<(), NatsError> {
        let Some(reply) = event.reply.clone() else { return Ok(()) };
        let is_end = answer == ACK;
        let asking = async {
            match self.nats.client().request(reply.clone(), answer).await {
                Ok(_) => Ok(()),
                // Its leader is being elected, or the server starts.
                Err(error) if error.kind() == RequestErrorKind::NoResponders => Err(NatsError::NoAnswer),
                Err(error) => Err(NatsError::of(&error)),
            }
        };
        self.nats.heed(asking).await?;
        lock(&self.lent).remove(&event.sequence);
        if is_end {
            lock(&self.ended).add(event, reply);
        }
        Ok(())
    }

    /// What is known of an event that has ended goes, too.
    async fn forget(&self, event: &QueuedEvent) {
        if event.lent > 1
            && let Err(error) = forget(&self.nats, event.sequence).await
        {
            tracing::debug!(why = %error, sequence = event.sequence, "its progress stays for 30 days");
        }
    }
}

fn nak(delay: Duration) -> Bytes {
    if delay.is_zero() {
        return Bytes::from_static(b"-NAK");
    }
    let nanoseconds = u64::try_from(delay.as_nanos()).unwrap_or(u64::MAX);
    format!("-NAK {}", json!({ "delay": nanoseconds })).into()
}

/// What is known of the event of that sequence.
///
/// # Errors
/// [`NatsError`].
pub async fn known(nats: &Nats, sequence: u64) -> Result<Option<Known>, NatsError> {
    let found = stored::newest(nats, PROGRESS, &format!("{PROGRESS_PREFIX}{sequence}")).await?;
    Ok(found.and_then(|message| serde_json::from_slice(&message.body).ok()))
}

/// Deletes what is known of it.
///
/// # Errors
/// [`NatsError`].
pub async fn forget(nats: &Nats, sequence: u64) -> Result<(), NatsError> {
    let request = json!({ "filter": format!("{PROGRESS_PREFIX}{sequence}") });
    match nats.ask::<serde_json::Value>(format!("STREAM.PURGE.{PROGRESS}"), &request).await? {
        Ok(_) => Ok(()),
        Err(error) if error.error_code() == ErrorCode::STREAM_NOT_FOUND => Ok(()),
        Err(error) => Err(NatsError::of_answer(&error)),
    }
}

/// The record of a delivery without its bodies: of all attempts, of the last one, or of none, as there is room.
fn shortened(delivery: &Delivery, most: usize) -> Vec<u8> {
    let mut short = delivery.clone();
    for attempt in &mut short.attempts {
        attempt.request.body = Vec::new();
    }
    loop {
        let record = record::to_record(&short);
        if record.len() <= most || short.attempts.is_empty() {
            return record;
        }
        let left = short.attempts.len() / 2;
        short.attempts.drain(..short.attempts.len() - left);
    }
}
