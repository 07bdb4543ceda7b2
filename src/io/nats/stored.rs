//! Messages where they are stored, without lending them.

use async_nats::jetstream::ErrorCode;
use async_nats::jetstream::message::StreamMessage;
use async_nats::jetstream::stream::RawMessage;
use serde::Deserialize;
use serde_json::{Value, json};

use super::connect::Nats;
use super::error::NatsError;
use super::event::QueuedEvent;

#[derive(Deserialize)]
struct Answer {
    message: RawMessage,
}

/// The newest one of a subject.
///
/// # Errors
/// [`NatsError`].
pub async fn newest(nats: &Nats, stream: &str, subject: &str) -> Result<Option<QueuedEvent>, NatsError> {
    get(nats, stream, &json!({ "last_by_subj": subject })).await
}

/// The one of that sequence.
///
/// # Errors
/// [`NatsError`].
pub async fn at(nats: &Nats, stream: &str, sequence: u64) -> Result<Option<QueuedEvent>, NatsError> {
    get(nats, stream, &json!({ "seq": sequence })).await
}

/// The first one from that sequence on.
///
/// # Errors
/// [`NatsError`].
pub async fn from(nats: &Nats, stream: &str, subjects: &str, sequence: u64) -> Result<Option<QueuedEvent>, NatsError> {
    get(nats, stream, &json!({ "seq": sequence, "next_by_subj": subjects })).await
}

async fn get(nats: &Nats, stream: &str, request: &Value) -> Result<Option<QueuedEvent>, NatsError> {
    match nats.ask::<Answer>(format!("STREAM.MSG.GET.{stream}"), request).await? {
        Ok(Answer { message }) => {
            let message = StreamMessage::try_from(message).map_err(|error| NatsError::Other { why: error.to_string() })?;
            let nanoseconds = message.time.unix_timestamp_nanos();
            Ok(Some(QueuedEvent::stored(message.sequence, nanoseconds, &message.subject, message.headers, message.payload)))
        }
        Err(error) if [ErrorCode::NO_MESSAGE_FOUND, ErrorCode::STREAM_NOT_FOUND].contains(&error.error_code()) => Ok(None),
        Err(error) => Err(NatsError::of_answer(&error)),
    }
}

/// Deletes a message; whether there was one.
///
/// # Errors
/// [`NatsError`].
pub async fn delete(nats: &Nats, stream: &str, sequence: u64) -> Result<bool, NatsError> {
    match nats.ask::<Value>(format!("STREAM.MSG.DELETE.{stream}"), &json!({ "seq": sequence })).await? {
        Ok(_) => Ok(true),
        Err(error) if [ErrorCode::NO_MESSAGE_FOUND, ErrorCode::SEQUENCE_NOT_FOUND].contains(&error.error_code()) => Ok(false),
        Err(error) if error.to_string().contains("no message found") => Ok(false),
        Err(error) => Err(NatsError::of_answer(&error)),
    }
}
