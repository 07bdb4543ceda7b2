//! Sending again what was sent before.

use std::future::Future;

use super::probe::plain_name;
use super::{Problem, ProblemKind, Step, Tested, Waypost};
use crate::domain::delivery::Delivery;
use crate::domain::destination::Destination;
use crate::domain::event::Event;
use crate::domain::text::{ellipsis, visible};
use crate::io::history::{self, REQUEST_BODY_KEPT};

impl Waypost {
    /// A delivery of the history.
    ///
    /// # Errors
    /// There is no such delivery, or the history cannot be read.
    pub fn delivery(&self, id: &str) -> Result<Delivery, Problem> {
        history::find(&self.paths, id)?.ok_or_else(|| Problem {
            kind: ProblemKind::Usage,
            field: None,
            what: format!("There is no delivery {} in the history", shown(id)),
            why: "It was never there, or newer ones took its place: the history is bounded.".into(),
            fix: "Look at the history for the id.".into(),
        })
    }

    /// The event of a delivery in the history, as it was sent; of a probe, a ping.
    ///
    /// # Errors
    /// There is no such delivery, its body was not kept whole, or the history cannot be read.
    pub fn event_of(&self, id: &str) -> Result<Event, Problem> {
        let delivery = self.delivery(id)?;
        match delivery.attempts.into_iter().next_back() {
            Some(attempt) if attempt.request.is_whole() => {
                Ok(Event { name: plain_name(&delivery.event).to_owned(), body: attempt.request.body })
            }
            _ => Err(Problem {
                kind: ProblemKind::Usage,
                field: None,
                what: format!("The delivery {} cannot be sent again", shown(id)),
                why: format!("Its body is longer than the {} KiB that the history keeps of one.", REQUEST_BODY_KEPT / 1024),
                fix: "Send the event from where it came.".into(),
            }),
        }
    }

    /// Sends the event of a delivery in the history once more: the same body, under a new id, to the destination of now.
    ///
    /// # Errors
    /// As of [`Waypost::event_of`]; nothing was sent then.
    pub async fn resend(
        &self,
        to: &Destination,
        id: &str,
        step: impl Fn(Step),
        stop: impl Future<Output = ()>,
    ) -> Result<Tested, Problem> {
        let event = self.event_of(id)?;
        Ok(self.test(to, &event, step, stop).await)
    }
}

fn shown(id: &str) -> String {
    ellipsis(&visible(id), 80).into_owned()
}
