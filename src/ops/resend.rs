//! Sending events of the history again: one of them, and which ones of many.

use std::collections::HashSet;
use std::future::Future;

use super::attempt::Step;
use super::test::Tested;
use super::waypost::Waypost;
use crate::domain::delivery::Delivery;
pub use crate::domain::delivery::again::{Chosen, LeftOut};
use crate::domain::delivery::filter::Filter;
use crate::domain::destination::Destination;
use crate::domain::event::Event;
use crate::domain::problem::{Problem, ProblemKind};
use crate::domain::text::{ellipsis, visible};
use crate::io::db::history::PastEvents;
use crate::io::db::record::REQUEST_BODY_KEPT;

/// What is sent again, as it was when it was chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// The oldest first.
    pub chosen: Vec<Chosen>,
    pub left_out: Vec<(String, LeftOut)>,
    /// How many of the chosen went to another destination.
    pub elsewhere: u64,
}

impl Waypost {
    /// The event of a delivery in the history, as it was sent; a ping for a probe.
    ///
    /// # Errors
    /// There is no such delivery, its body was not stored whole, or the history cannot be read.
    pub fn event_of(&self, id: &str) -> Result<Event, Problem> {
        Ok(whole(&self.delivery(id)?)?.event_again())
    }

    /// Sends the event of a delivery in the history once more: the same body under the same id, by which the receiver recognises it,
    /// to the current destination. Of a probe it sends the ping, under a new id.
    ///
    /// # Errors
    /// As of [`Waypost::event_of`], or the event is in the queue; nothing was sent then.
    pub async fn resend(
        &self,
        to: &Destination,
        id: &str,
        step: impl Fn(Step),
        stop: impl Future<Output = ()>,
    ) -> Result<Tested, Problem> {
        let delivery = self.delivery(id)?;
        let (event, id) = (whole(&delivery)?.event_again(), delivery.id_again());
        if self.choose_named(to, &[delivery.id.as_str()])?.left_out.iter().any(|(_, why)| *why == LeftOut::Queued) {
            return Err(Problem::of_kind(
                ProblemKind::Usage,
                format!("The event {} is already on its way", shown(&delivery.id)),
                "It waits in the queue.",
                format!("See waypost queue show {}", shown(&delivery.id)),
            ));
        }
        Ok(self.test_and_report(to, &event, id, step, |_| {}, stop).await)
    }

    /// The events that a filter means and that were not delivered since, without tests of waypost's own.
    ///
    /// # Errors
    /// The history cannot be read.
    pub fn choose(&self, to: &Destination, filter: &Filter) -> Result<Selection, Problem> {
        let Some(history) = PastEvents::open(&self.paths)? else { return Ok(Selection::default()) };
        let (chosen, left_out) = history.choose(filter)?.end();
        readable(&history, to, Selection { chosen, left_out, elsewhere: 0 })
    }

    /// The events of those deliveries, by ids or unambiguous beginnings of ids: each once, in their order.
    ///
    /// # Errors
    /// There is no such delivery, it is a probe, its body was not stored whole, or the history cannot be read.
    pub fn choose_named(&self, to: &Destination, ids: &[impl AsRef<str>]) -> Result<Selection, Problem> {
        let Some(history) = PastEvents::open(&self.paths)? else {
            let first = ids.first().map(|id| self.delivery(id.as_ref()));
            return first.transpose().map(|_| Selection::default());
        };
        let mut once = HashSet::new();
        let mut named = Selection::default();
        for id in ids {
            let delivery = self.delivery(id.as_ref())?;
            if delivery.probe.is_some() && ids.len() > 1 {
                return Err(Problem::of_kind(
                    ProblemKind::Usage,
                    format!("{} is a probe", shown(&delivery.id)),
                    "It was not an event.",
                    "Leave it out.",
                ));
            }
            whole(&delivery)?;
            if once.insert(delivery.id.clone()) {
                named.chosen.extend(history.newest(&delivery.id)?);
            }
        }
        readable(&history, to, named)
    }

    /// Reads the chosen deliveries, one after the other, as they are now.
    ///
    /// # Errors
    /// The history cannot be read, or `each` fails.
    pub fn each_chosen<E: From<Problem>>(
        &self,
        chosen: &[Chosen],
        mut each: impl FnMut(&Delivery) -> Result<(), E>,
    ) -> Result<(), E> {
        let Some(history) = PastEvents::open(&self.paths).map_err(Problem::from)? else { return Ok(()) };
        for it in chosen {
            if let Ok(delivery) = history.read(it).map_err(Problem::from)? {
                each(&delivery)?;
            }
        }
        Ok(())
    }
}

/// Leaves out what cannot be sent.
fn readable(history: &PastEvents, to: &Destination, selection: Selection) -> Result<Selection, Problem> {
    let mut left = Selection { chosen: Vec::new(), ..selection };
    for it in selection.chosen {
        match history.read(&it)? {
            Ok(delivery) => {
                left.elsewhere += u64::from(delivery.destination_id != *to.id());
                left.chosen.push(it);
            }
            Err(why) => left.left_out.push((it.id, why)),
        }
    }
    Ok(left)
}

/// The delivery, if its whole body is there to be sent again.
fn whole(delivery: &Delivery) -> Result<&Delivery, Problem> {
    if delivery.is_whole() {
        return Ok(delivery);
    }
    Err(Problem::of_kind(
        ProblemKind::Usage,
        format!("The delivery {} cannot be sent again", shown(&delivery.id)),
        format!("The history stores only the first {} KiB of its body.", REQUEST_BODY_KEPT / 1024),
        "Send the event from its source.",
    ))
}

fn shown(id: &str) -> String {
    ellipsis(&visible(id), 80).into_owned()
}
