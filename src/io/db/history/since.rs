//! What changed since the last delivery that was delivered, for those that are added and were not.

use std::borrow::Cow;

use rusqlite::Connection;

use super::newest::{Newest, last_delivered_in};
use crate::domain::delivery::compare::compare;
use crate::domain::delivery::{Delivery, Outcome};

/// The deliveries with what changed. One that is in the list counts for those after it. What cannot be read is not compared with.
pub(super) fn fill<'a>(connection: &Connection, deliveries: impl Iterator<Item = &'a Delivery>) -> Vec<Cow<'a, Delivery>> {
    // Read once, and only if something failed.
    let mut before: Option<Option<Newest>> = None;
    let mut newest: Option<&Delivery> = None;
    let filled = deliveries.map(|delivery| {
        if delivery.probe.is_none() && delivery.outcome() == Outcome::Delivered {
            newest = Some(delivery);
        }
        if !delivery.is_failure() || delivery.since_last_delivered.is_some() {
            return Cow::Borrowed(delivery);
        }
        let to = &delivery.destination_id;
        let before = before.get_or_insert_with(|| last_delivered_in(connection, to).ok().flatten()).as_ref();
        let recorded = before.map(|before| &before.delivered);
        let ours = newest.filter(|newest| newest.destination_id == *to);
        let Some(last) = ours.or(recorded) else { return Cow::Borrowed(delivery) };
        // Of a connection that was kept the last one knows no certificate.
        let earlier = before.map(|before| before.with_certificate.as_ref().unwrap_or(&before.delivered));
        Cow::Owned(Delivery { since_last_delivered: Some(compare(delivery, last, earlier)), ..delivery.clone() })
    });
    filled.collect()
}
