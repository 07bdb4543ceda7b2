//! What lends the events of the queue to workers, on however many machines.

use std::collections::VecDeque;
use std::time::Duration;

use async_nats::{StatusCode, Subscriber};
use futures_util::StreamExt as _;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use super::connect::Nats;
use super::error::NatsError;
use super::event::QueuedEvent;
use super::stream::{self, EVENTS};

/// Its name.
pub const CONSUMER: &str = "relay";

/// How long an event may be lent without a sign of life, besides the time that an attempt may take.
const ACK_WAIT_BEYOND: Duration = Duration::from_secs(15);

/// How many events may be lent or wait for their own time.
const MAX_ACK_PENDING: i64 = 20_000;

/// How long a request for events stays open.
const EXPIRES: Duration = Duration::from_secs(30);

/// The consumer as JetStream tells it.
#[derive(Clone, Debug, Deserialize)]
pub struct ConsumerInfo {
    config: Settings,
    /// Lent, or waiting for their own time.
    pub num_ack_pending: u64,
    /// Not lent so far.
    pub num_pending: u64,
    ack_floor: Floor,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
struct Floor {
    stream_seq: u64,
}

#[derive(Clone, Debug, Deserialize)]
struct Settings {
    #[serde(default)]
    deliver_subject: String,
    #[serde(default)]
    ack_policy: String,
    #[serde(default)]
    ack_wait: u64,
    #[serde(default)]
    max_deliver: i64,
    #[serde(default)]
    max_ack_pending: i64,
    #[serde(default)]
    filter_subject: String,
    #[serde(default)]
    filter_subjects: Vec<String>,
    #[serde(default)]
    headers_only: bool,
    #[serde(default)]
    max_batch: i64,
    #[serde(default)]
    backoff: Vec<u64>,
}

impl ConsumerInfo {
    /// How long an event stays lent without a sign of life.
    #[must_use]
    pub const fn ack_wait(&self) -> Duration {
        Duration::from_nanos(self.config.ack_wait)
    }
}

/// Creates the consumer if there is none; `timeout` is that of an attempt.
///
/// # Errors
/// [`NatsError`].
pub async fn provide(nats: &Nats, timeout: Duration) -> Result<ConsumerInfo, NatsError> {
    stream::provide(nats, &stream::events()).await?;
    if let Some(found) = info(nats).await? {
        return checked(found);
    }
    let ack_wait = u64::try_from((timeout + ACK_WAIT_BEYOND).as_nanos()).unwrap_or(u64::MAX);
    let request = json!({ "stream_name": EVENTS, "config": {
        "durable_name": CONSUMER, "ack_policy": "explicit", "deliver_policy": "all", "replay_policy": "instant", "ack_wait": ack_wait,
        "max_deliver": -1, "max_ack_pending": MAX_ACK_PENDING,
    }});
    match nats.ask(format!("CONSUMER.DURABLE.CREATE.{EVENTS}.{CONSUMER}"), &request).await? {
        Ok(info) => Ok(info),
        // Another one was faster, or there is one that takes the events away.
        Err(error) => match info(nats).await? {
            Some(found) => checked(found),
            None => Err(NatsError::of_answer(&error)),
        },
    }
}

/// The consumer, if there is one.
///
/// # Errors
/// [`NatsError`].
pub async fn info(nats: &Nats) -> Result<Option<ConsumerInfo>, NatsError> {
    use async_nats::jetstream::ErrorCode;
    match nats.ask(format!("CONSUMER.INFO.{EVENTS}.{CONSUMER}"), &json!({})).await? {
        Ok(info) => Ok(Some(info)),
        Err(error) if [ErrorCode::CONSUMER_NOT_FOUND, ErrorCode::STREAM_NOT_FOUND].contains(&error.error_code()) => Ok(None),
        Err(error) => Err(NatsError::of_answer(&error)),
    }
}

/// Removes what every worker has answered for, and the stream still has: a server that is killed may remember the answers and not
/// the removal. Such events are not lent again, and would count as ready for ever.
///
/// # Errors
/// [`NatsError`].
pub async fn sweep(nats: &Nats) -> Result<(), NatsError> {
    let (Some(consumer), Some(events)) = (info(nats).await?, stream::info(nats, EVENTS).await?) else { return Ok(()) };
    let answered = consumer.ack_floor.stream_seq;
    if events.state.messages == 0 || events.state.first_sequence > answered {
        return Ok(());
    }
    tracing::info!(answered, "removes events that were answered for");
    // Up to that one, without it.
    let swept = nats.ask::<Value>(format!("STREAM.PURGE.{EVENTS}"), &json!({ "seq": answered + 1 })).await?;
    swept.map(drop).map_err(|error| NatsError::of_answer(&error))
}

fn checked(found: ConsumerInfo) -> Result<ConsumerInfo, NatsError> {
    let Settings { deliver_subject, ack_policy, max_deliver, max_ack_pending, filter_subject, backoff, .. } = &found.config;
    let Settings { filter_subjects, headers_only, max_batch, .. } = &found.config;
    let anew = || format!("That cannot be changed. Remove it, and it is created again: nats consumer rm {EVENTS} {CONSUMER}");
    let edit = |flags: &str| format!("Change it: nats consumer edit {EVENTS} {CONSUMER} {flags}");
    let (differences, fix) = if !deliver_subject.is_empty() {
        ("it is a push consumer, not a pull consumer".to_owned(), anew())
    } else if ack_policy != "explicit" {
        (format!("its ack policy is {ack_policy}, not explicit"), anew())
    } else if !filter_subject.is_empty() {
        (format!("its filter excludes all events except those of {filter_subject}"), anew())
    } else if !filter_subjects.is_empty() {
        (format!("its filter excludes all events except those of {}", filter_subjects.join(", ")), anew())
    } else if *headers_only {
        ("it delivers events without their bodies".to_owned(), anew())
    } else if *max_batch > 0 {
        (format!("only {max_batch} events can be requested at a time"), anew())
    } else if *max_deliver > 0 {
        (format!("it drops an event after {max_deliver} attempts"), edit("--max-deliver=-1"))
    } else if !backoff.is_empty() {
        ("it has a backoff list".to_owned(), edit("--backoff=none"))
    } else if *max_ack_pending > 0 && *max_ack_pending < MAX_ACK_PENDING {
        (format!("only {max_ack_pending} events may wait"), edit(&format!("--max-pending={MAX_ACK_PENDING}")))
    } else {
        return Ok(found);
    };
    Err(NatsError::Differs { name: format!("The consumer {CONSUMER}"), differences, fix })
}

/// Asks for events, no more than are wanted.
#[derive(Debug)]
pub struct Puller {
    nats: Nats,
    answers: Subscriber,
    /// Where answers go to: this and the number of the request.
    inbox: String,
    requests: VecDeque<Request>,
    number: u64,
    connection: watch::Receiver<u64>,
}

#[derive(Debug)]
struct Request {
    number: u64,
    /// How many events are still to come.
    left: usize,
    until: Instant,
}

/// What has come.
#[derive(Debug)]
pub enum Pulled {
    Event(Box<QueuedEvent>),
    /// A request has ended: there are no more events now.
    Nothing,
    /// A request is lost, or all of them with the connection.
    Lost,
    /// The consumer is not there any more.
    Gone,
}

impl Puller {
    /// # Errors
    /// [`NatsError`].
    pub async fn open(nats: &Nats) -> Result<Self, NatsError> {
        let inbox = nats.client().new_inbox();
        let subscribing = async { nats.client().subscribe(format!("{inbox}.*")).await.map_err(|error| NatsError::of(&error)) };
        let answers = nats.heed(subscribing).await?;
        Ok(Self { nats: nats.clone(), answers, inbox, requests: VecDeque::new(), number: 0, connection: nats.connections() })
    }

    /// The number of events that are asked for and have not come.
    #[must_use]
    pub fn asked(&self) -> usize {
        self.requests.iter().map(|request| request.left).sum()
    }

    /// Asks for that many more; with `at_once`, only for what is there.
    pub async fn ask(&mut self, count: usize, at_once: bool) {
        self.number += 1;
        let expires = u64::try_from(EXPIRES.as_nanos()).unwrap_or(u64::MAX);
        let request =
            if at_once { json!({ "batch": count, "no_wait": true }) } else { json!({ "batch": count, "expires": expires }) };
        let subject = format!("$JS.API.CONSUMER.MSG.NEXT.{EVENTS}.{CONSUMER}");
        let reply = format!("{}.{}", self.inbox, self.number);
        // Not sent, it is asked for anew when the time is over.
        if let Err(error) = self.nats.client().publish_with_reply(subject, reply, request.to_string().into()).await {
            tracing::warn!(why = %error, "no event is asked for");
        }
        let until = Instant::now() + EXPIRES + Duration::from_secs(5);
        self.requests.push_back(Request { number: self.number, left: count, until });
    }

    /// Waits for what comes. Cancel-safe.
    pub async fn next(&mut self) -> Pulled {
        loop {
            let lost_at = self.requests.front().map(|request| request.until);
            let lost = async {
                match lost_at {
                    Some(at) => sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                biased;
                message = self.answers.next() => {
                    let Some(message) = message else { return Pulled::Gone };
                    if let Some(pulled) = self.take(message) {
                        return pulled;
                    }
                }
                // Established again: what was asked for over the old one is forgotten.
                Ok(()) = self.connection.changed() => {
                    self.requests.clear();
                    return Pulled::Lost;
                }
                () = lost => {
                    self.requests.pop_front();
                    return Pulled::Lost;
                }
            }
        }
    }

    fn take(&mut self, message: async_nats::Message) -> Option<Pulled> {
        let Some(status) = message.status else {
            if let Some(request) = self.requests.front_mut() {
                request.left = request.left.saturating_sub(1);
                if request.left == 0 {
                    self.requests.pop_front();
                }
            }
            return QueuedEvent::lent(message).map(|event| Pulled::Event(Box::new(event)));
        };
        if status == StatusCode::IDLE_HEARTBEAT {
            return None;
        }
        let number = message.subject.rsplit('.').next().and_then(|number| number.parse().ok());
        self.requests.retain(|request| Some(request.number) != number);
        let said = message.description.unwrap_or_default();
        if status == StatusCode::NO_RESPONDERS || said.contains("Deleted") {
            return Some(Pulled::Gone);
        }
        Some(Pulled::Nothing)
    }
}
