//! What becomes of an event, told to the queue that machines share.

use std::time::Duration;

use jiff::Timestamp;

use super::super::source::Settlement;
use crate::domain::delivery::Delivery;
use crate::domain::delivery::schedule::Progress;
use crate::io::nats::{Lending, NatsError, QueuedEvent};

/// An event that was settled, and is not answered for.
pub struct Unsettled {
    pub lending: Lending,
    pub event: QueuedEvent,
    pub delivery: Delivery,
    pub progress: Progress,
    pub settlement: Settlement,
}

pub enum Settled {
    /// It is answered for; `None`: it was given back.
    Done(Option<(Delivery, Settlement)>),
    Failed(Box<Unsettled>, NatsError),
}

impl Unsettled {
    pub async fn settle(self) -> Settled {
        let Self { lending, event, delivery, progress, settlement } = &self;
        let settled = match settlement {
            Settlement::Ack => lending.delivered(event).await,
            Settlement::Defer(until) => lending.defer(event, *until, left(*until), *progress, delivery).await,
            Settlement::Dead(reason) => lending.bury(event, *reason, *progress, delivery).await,
            Settlement::Return => Ok(()),
        };
        match settled {
            Ok(()) => Settled::Done(Some((self.delivery, self.settlement))),
            Err(error) => Settled::Failed(Box::new(self), error),
        }
    }
}

pub async fn give_back(lending: Lending, event: QueuedEvent) -> Settled {
    lending.give_back(&event).await;
    Settled::Done(None)
}

/// The server has forgotten that it has ended, and it is not sent again.
pub async fn end_again(lending: Lending, event: QueuedEvent) -> Settled {
    if let Err(error) = lending.delivered(&event).await {
        tracing::debug!(why = %error, id = event.id, "it is redelivered later");
    }
    Settled::Done(None)
}

fn left(until: Timestamp) -> Duration {
    Duration::try_from(until.duration_since(Timestamp::now())).unwrap_or_default()
}
