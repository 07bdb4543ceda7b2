//! Adding events: kept by JetStream when it returns.

use std::time::Duration;

use async_nats::HeaderMap;
use async_nats::jetstream::context::PublishErrorKind;
use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::{self, ErrorCode};
use bytes::Bytes;
use futures_util::future::join_all;

use super::connect::Nats;
use super::error::NatsError;
use super::event::{EVENT_NAME, MESSAGE_ID, subject};
use super::stream::{self, EVENT_PREFIX};

/// How often an event is published that is not acknowledged, and how long to wait in between: a server restarts within that time.
/// Under the same id, JetStream stores it once.
const TRIES: u32 = 3;
const AGAIN: Duration = Duration::from_secs(1);

/// The number of events whose acknowledgement is waited for at a time.
const AT_ONCE: usize = 256;

/// An event to be published.
#[derive(Clone, Debug)]
pub struct NewEvent {
    pub id: String,
    pub event: String,
    pub body: Bytes,
}

/// The queue, open for adding events.
#[derive(Clone, Debug)]
pub struct Publisher {
    nats: Nats,
}

impl Publisher {
    /// Creates the stream if there is none.
    ///
    /// # Errors
    /// [`NatsError`].
    pub async fn open(nats: &Nats) -> Result<Self, NatsError> {
        stream::provide(nats, &stream::events()).await?;
        Ok(Self { nats: nats.clone() })
    }

    #[must_use]
    pub const fn nats(&self) -> &Nats {
        &self.nats
    }

    /// Publishes an event; whether there was one of that id within the duplicate window.
    ///
    /// # Errors
    /// [`NatsError`]. Unless it was too long or the stream is full, it may be in the queue all the same.
    pub async fn publish(&self, event: &NewEvent) -> Result<bool, NatsError> {
        let mut tries = 1;
        loop {
            match self.nats.store(subject(EVENT_PREFIX, &event.event), headers(event), event.body.clone()).await {
                Ok(is_duplicate) => return Ok(is_duplicate && tries == 1),
                Err(NatsError::NoAnswer | NatsError::Lost { .. } | NatsError::NoJetStream) if tries < TRIES => {
                    tries += 1;
                    tokio::time::sleep(AGAIN).await;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Publishes events side by side. Of the first ones, whether each is a duplicate; and why no more are kept, if not all.
    pub async fn publish_all(&self, events: &[NewEvent]) -> (Vec<bool>, Option<NatsError>) {
        let mut kept = Vec::with_capacity(events.len());
        for part in events.chunks(AT_ONCE) {
            for published in join_all(part.iter().map(|event| self.publish(event))).await {
                match published {
                    Ok(is_duplicate) => kept.push(is_duplicate),
                    Err(error) => return (kept, Some(error)),
                }
            }
        }
        (kept, None)
    }
}

fn headers(event: &NewEvent) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(MESSAGE_ID, event.id.as_str());
    headers.insert(EVENT_NAME, event.event.replace(['\r', '\n'], " "));
    headers
}

impl Nats {
    /// Has a message stored; whether it was stored before.
    pub(super) async fn store(&self, subject: String, headers: HeaderMap, body: Bytes) -> Result<bool, NatsError> {
        let most = self.client().max_payload();
        let bytes = body.len() + size(&headers);
        if bytes > most {
            return Err(NatsError::TooLong { bytes, most });
        }
        let mut message = PublishMessage::build().payload(body);
        if !headers.is_empty() {
            message = message.headers(headers);
        }
        let stored = async {
            let acknowledged = match self.jetstream().send_publish(subject, message).await {
                Ok(acknowledged) => acknowledged.await,
                Err(error) => Err(error),
            };
            acknowledged.map(|acknowledged| acknowledged.duplicate).map_err(|error| {
                if error.kind() == PublishErrorKind::StreamNotFound {
                    return NatsError::NoJetStream;
                }
                let answer = std::error::Error::source(&error).and_then(|source| source.downcast_ref::<jetstream::Error>());
                match answer {
                    Some(answer) if is_full(answer) => NatsError::Full { why: answer.to_string() },
                    _ => NatsError::of(&error),
                }
            })
        };
        self.heed(stored).await
    }
}

fn is_full(answer: &jetstream::Error) -> bool {
    let why = answer.to_string();
    why.contains("maximum") && !matches!(answer.error_code(), ErrorCode::STREAM_MESSAGE_EXCEEDS_MAXIMUM)
        || answer.error_code() == ErrorCode::STORAGE_RESOURCES_EXCEEDED
}

/// The bytes of headers as they are sent.
fn size(headers: &HeaderMap) -> usize {
    if headers.is_empty() {
        return 0;
    }
    let line = |name: &str, value: &str| name.len() + value.len() + 4;
    let lines = headers.iter().flat_map(|(name, values)| values.iter().map(move |value| line(name.as_ref(), value.as_str())));
    "NATS/1.0\r\n\r\n".len() + lines.sum::<usize>()
}
