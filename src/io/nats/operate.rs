//! What an operator sees of the queue on NATS, and does to it.

use std::time::Duration;

use async_nats::HeaderMap;
use bytes::Bytes;
use futures_util::stream;
use futures_util::{StreamExt as _, TryStreamExt as _};
use jiff::Timestamp;

use super::connect::Nats;
use super::consumer;
use super::error::NatsError;
use super::event::{EVENT_ID, EVENT_NAME, MESSAGE_ID, QueuedEvent, header, subject};
use super::lending::{self, DEAD_ATTEMPTS, DEAD_REASON, DEAD_RECORD, DEAD_SINCE, Known};
use super::stored;
use super::stream::{DEAD, EVENT_PREFIX, EVENTS, PROGRESS, info};
use crate::domain::delivery::Delivery;
use crate::domain::delivery::schedule::DeadReason;
use crate::io::db::record;

/// How many messages are asked for at a time.
const AT_ONCE: usize = 64;

/// How many messages are looked through for an id.
const LOOKED_THROUGH: u64 = 20_000;

/// How long the workers have to say that they are there.
const HERE_WITHIN: Duration = Duration::from_millis(500);

/// Where workers answer.
const WORKERS: &str = "waypost.workers";

/// How much is in the queue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Numbers {
    pub ready: u64,
    /// For their own time.
    pub waiting: u64,
    pub in_flight: u64,
    pub dead: u64,
    pub bytes: u64,
    pub oldest: Option<Timestamp>,
}

/// An event in the queue.
#[derive(Clone, Debug)]
pub struct Waiting {
    pub event: QueuedEvent,
    /// Of its attempts, if there was one.
    pub known: Option<Known>,
}

/// An event that was given up.
#[derive(Clone, Debug)]
pub struct Letter {
    pub event: QueuedEvent,
    pub since: Timestamp,
    pub attempts: u64,
    pub reason: DeadReason,
    pub delivery: Option<Delivery>,
}

impl Letter {
    fn read(event: QueuedEvent) -> Self {
        let of = |name: &str| header(&event.headers, name);
        let record = of(DEAD_RECORD).and_then(|json| record::from_record(json.as_bytes()));
        Self {
            since: of(DEAD_SINCE).and_then(|at| at.parse().ok()).unwrap_or(event.published),
            attempts: of(DEAD_ATTEMPTS).and_then(|count| count.parse().ok()).unwrap_or(0),
            reason: of(DEAD_REASON).and_then(DeadReason::from_name).unwrap_or(DeadReason::Refused),
            delivery: record.map(|delivery| Delivery { id: event.id.clone(), ..delivery }),
            event,
        }
    }
}

/// Counts. Without streams, it is empty.
///
/// # Errors
/// [`NatsError`].
pub async fn numbers(nats: &Nats) -> Result<Numbers, NatsError> {
    let Some(events) = info(nats, EVENTS).await? else { return Ok(Numbers::default()) };
    let dead = info(nats, DEAD).await?.map_or(0, |info| info.state.messages);
    let tried = info(nats, PROGRESS).await?.map_or(0, |info| info.state.messages);
    let messages = events.state.messages;
    let (lent, ready) = consumer::info(nats).await?.map_or((0, messages), |info| (info.num_ack_pending, info.num_pending));
    // What was tried and is in flight again is counted among those that wait, until it has ended.
    let waiting = tried.min(lent);
    Ok(Numbers {
        ready,
        waiting,
        in_flight: lent - waiting,
        dead,
        bytes: events.state.bytes,
        oldest: (messages > 0 && lent + ready > 0).then(|| timestamp(events.state.first_timestamp.unix_timestamp_nanos())),
    })
}

fn timestamp(nanoseconds: i128) -> Timestamp {
    Timestamp::from_nanosecond(nanoseconds).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// Events in the order in which they were published; without the first `skip`, at most `limit`, and whether there are more.
///
/// # Errors
/// [`NatsError`].
pub async fn waiting(nats: &Nats, skip: usize, limit: usize) -> Result<(Vec<Waiting>, bool), NatsError> {
    let (events, more) = page(nats, EVENTS, skip, limit).await?;
    let known = stream::iter(events).map(async |event| {
        let known = lending::known(nats, event.sequence).await?;
        Ok(Waiting { event, known })
    });
    let found: Vec<Result<Waiting, NatsError>> = known.buffered(AT_ONCE).collect().await;
    Ok((found.into_iter().collect::<Result<_, _>>()?, more))
}

/// Dead letters, in the same way.
///
/// # Errors
/// [`NatsError`].
pub async fn letters(nats: &Nats, skip: usize, limit: usize) -> Result<(Vec<Letter>, bool), NatsError> {
    let (events, more) = page(nats, DEAD, skip, limit).await?;
    Ok((events.into_iter().map(Letter::read).collect(), more))
}

async fn page(nats: &Nats, name: &str, skip: usize, limit: usize) -> Result<(Vec<QueuedEvent>, bool), NatsError> {
    let mut found = Vec::new();
    let mut skip = skip;
    let mut from = 0;
    while let Some(event) = stored::from(nats, name, ">", from).await? {
        from = event.sequence + 1;
        if skip > 0 {
            skip -= 1;
        } else if found.len() == limit {
            return Ok((found, true));
        } else {
            found.push(event);
        }
    }
    Ok((found, false))
}

/// The events of a stream whose ids begin so, up to `most`; among the first of a long queue.
///
/// # Errors
/// [`NatsError`].
pub async fn named(nats: &Nats, name: &str, id: &str, most: usize) -> Result<Vec<QueuedEvent>, NatsError> {
    let mut out: Vec<QueuedEvent> = Vec::new();
    let (mut from, mut looked_at) = (0, 0);
    // Where many have left, the next one may be far away.
    while let Some(next) = stored::from(nats, name, ">", from).await? {
        let (first, end) = (next.sequence, next.sequence + AT_ONCE as u64);
        let others = stream::iter(first + 1..end).map(|sequence| stored::at(nats, name, sequence)).buffered(AT_ONCE);
        let found: Vec<Option<QueuedEvent>> = others.try_collect().await?;
        for event in std::iter::once(next).chain(found.into_iter().flatten()) {
            looked_at += 1;
            if event.id == id {
                return Ok(vec![event]);
            }
            if event.id.starts_with(id) {
                out.push(event);
            }
        }
        if out.len() >= most || looked_at >= LOOKED_THROUGH {
            break;
        }
        from = end;
    }
    out.truncate(most);
    Ok(out)
}

/// The names of the streams of [`named`].
pub const STREAMS: [&str; 2] = [DEAD, EVENTS];

/// What is known of an event, wherever it is.
///
/// # Errors
/// [`NatsError`].
pub async fn whole(nats: &Nats, name: &str, event: QueuedEvent) -> Result<Result<Waiting, Letter>, NatsError> {
    if name == DEAD {
        return Ok(Err(Letter::read(event)));
    }
    let known = lending::known(nats, event.sequence).await?;
    Ok(Ok(Waiting { event, known }))
}

/// Queues a dead letter anew under its id.
///
/// # Errors
/// [`NatsError`]; then it is a dead letter, and may be in the queue as well: done again, it is queued once.
pub async fn retry(nats: &Nats, letter: &QueuedEvent) -> Result<(), NatsError> {
    let mut headers = HeaderMap::new();
    headers.insert(MESSAGE_ID, format!("retry.{}.{}", letter.sequence, letter.published.as_nanosecond()));
    headers.insert(EVENT_ID, letter.id.as_str());
    headers.insert(EVENT_NAME, letter.event.as_str());
    nats.store(subject(EVENT_PREFIX, &letter.event), headers, letter.body.clone()).await?;
    stored::delete(nats, DEAD, letter.sequence).await?;
    Ok(())
}

/// Deletes an event, or a dead letter.
///
/// # Errors
/// [`NatsError`].
pub async fn delete(nats: &Nats, name: &str, event: &QueuedEvent) -> Result<bool, NatsError> {
    let was_there = stored::delete(nats, name, event.sequence).await?;
    if name == EVENTS {
        lending::forget(nats, event.sequence).await?;
    }
    Ok(was_there)
}

/// Answers requests for a worker, for as long as the connection lasts.
///
/// # Errors
/// [`NatsError`].
pub async fn be_here(nats: &Nats) -> Result<(), NatsError> {
    let client = nats.client().clone();
    let mut asked = client.subscribe(WORKERS).await.map_err(|error| NatsError::of(&error))?;
    nats.spawn(async move {
        while let Some(message) = asked.next().await {
            if let Some(reply) = message.reply {
                // Who asked has gone.
                let _ = client.publish(reply, Bytes::new()).await;
            }
        }
    });
    Ok(())
}

/// Whether a worker is there.
pub async fn is_anyone_here(nats: &Nats) -> bool {
    let asking = nats.client().request(WORKERS, Bytes::new());
    matches!(tokio::time::timeout(HERE_WITHIN, asking).await, Ok(Ok(_)))
}
