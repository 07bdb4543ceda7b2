//! An event as a message: its id, its name, its age.

use async_nats::{HeaderMap, Message, Subject};
use bytes::Bytes;
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use super::stream::{DEAD_PREFIX, EVENT_PREFIX};
use crate::domain::event::is_id;
use crate::domain::text::{ellipsis, visible};

/// By which JetStream recognises a message that is published twice.
pub(super) const MESSAGE_ID: &str = "Nats-Msg-Id";

/// The id of an event that is queued anew, which the header above must not be: it is remembered.
pub(super) const EVENT_ID: &str = "Waypost-Id";

/// The name of the event in the history; without it, the rest of the subject is.
pub(super) const EVENT_NAME: &str = "Waypost-Event";

/// The longest name.
const MAX_NAME: usize = 128;

/// An event that the queue has lent.
#[derive(Clone, Debug)]
pub struct QueuedEvent {
    /// In its stream.
    pub sequence: u64,
    /// The same on every machine, however often it is lent.
    pub id: String,
    pub event: String,
    pub published: Timestamp,
    /// How often it was lent, with this time.
    pub lent: u32,
    pub body: Bytes,
    /// Where to answer; `None` for one that is only looked at.
    pub(super) reply: Option<Subject>,
    pub(super) headers: HeaderMap,
}

impl AsRef<[u8]> for QueuedEvent {
    fn as_ref(&self) -> &[u8] {
        &self.body
    }
}

impl QueuedEvent {
    /// `None` for what is no message of a stream.
    pub(super) fn lent(message: Message) -> Option<Self> {
        let reply = message.reply.clone()?;
        let place = Place::of_reply(&reply)?;
        let headers = message.headers.unwrap_or_default();
        Some(Self {
            reply: Some(reply),
            lent: place.lent,
            ..Self::stored(place.sequence, place.nanoseconds, &message.subject, headers, message.payload)
        })
    }

    /// One that is looked at where it is stored.
    pub(super) fn stored(sequence: u64, nanoseconds: i128, subject: &str, headers: HeaderMap, body: Bytes) -> Self {
        let of_subject = || {
            let name = [EVENT_PREFIX, DEAD_PREFIX].iter().find_map(|prefix| subject.strip_prefix(prefix));
            name.unwrap_or(subject)
        };
        let name = header(&headers, EVENT_NAME).unwrap_or_else(of_subject);
        Self {
            sequence,
            id: id(&headers, subject, sequence, nanoseconds),
            event: ellipsis(&visible(name), MAX_NAME).into_owned(),
            published: Timestamp::from_nanosecond(nanoseconds).unwrap_or(Timestamp::UNIX_EPOCH),
            lent: 0,
            body,
            reply: None,
            headers,
        }
    }
}

/// Where a message is in its stream, as the subject for the answer says.
struct Place {
    lent: u32,
    sequence: u64,
    nanoseconds: i128,
}

impl Place {
    /// `$JS.ACK.STREAM.CONSUMER.LENT.SEQUENCE.CONSUMER-SEQUENCE.NANOSECONDS.PENDING`; newer servers may put a domain and an account
    /// after ACK, and a token at the end.
    fn of_reply(reply: &str) -> Option<Self> {
        let parts: Vec<&str> = reply.strip_prefix("$JS.ACK.")?.split('.').collect();
        let from = if parts.len() >= 9 { 4 } else { 2 };
        Some(Self {
            lent: parts.get(from)?.parse().ok()?,
            sequence: parts.get(from + 1)?.parse().ok()?,
            nanoseconds: parts.get(from + 3)?.parse().ok()?,
        })
    }
}

/// A header, however it is capitalised.
pub(super) fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let found = headers.iter().find(|(known, _)| AsRef::<str>::as_ref(*known).eq_ignore_ascii_case(name));
    found.and_then(|(_, values)| values.first()).map(async_nats::HeaderValue::as_str).filter(|value| !value.is_empty())
}

/// What the publisher named it, as far as that can be a `webhook-id`; else made from what stays the same.
fn id(headers: &HeaderMap, subject: &str, sequence: u64, nanoseconds: i128) -> String {
    let named = header(headers, EVENT_ID).or_else(|| header(headers, MESSAGE_ID));
    match named {
        Some(id) if is_id(id) => id.to_owned(),
        Some(other) => hashed(other.as_bytes()),
        None => hashed(format!("{subject}\n{sequence}\n{nanoseconds}").as_bytes()),
    }
}

fn hashed(text: &[u8]) -> String {
    let hash = Sha256::digest(text);
    hash.iter().take(16).fold("msg_".to_owned(), |id, byte| format!("{id}{byte:02x}"))
}

/// The subject of an event of that name: what a subject cannot contain becomes `_`.
pub(super) fn subject(prefix: &str, event: &str) -> String {
    let token = |part: &str| -> String {
        let safe = part.chars().map(|c| if c.is_ascii_alphanumeric() || c == '-' || c == '_' { c } else { '_' });
        if part.is_empty() { "_".to_owned() } else { safe.take(MAX_NAME).collect() }
    };
    // What follows the colon is the number of a line.
    let name = event.rsplit_once(':').map_or(event, |(name, _)| name);
    format!("{prefix}{}", name.split('.').map(token).collect::<Vec<_>>().join("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lent(reply: &str, headers: &[(&str, &str)]) -> QueuedEvent {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, *value);
        }
        let message = Message {
            subject: "waypost.events.order.created".into(),
            reply: Some(reply.into()),
            payload: Bytes::from_static(b"{}"),
            headers: Some(map),
            status: None,
            description: None,
            length: 2,
        };
        QueuedEvent::lent(message).unwrap()
    }

    const FIRST: &str = "$JS.ACK.WAYPOST.relay.1.42.43.1795425120000000000.7";

    #[test]
    fn an_id_is_the_same_however_often_the_event_is_lent() {
        let again = "$JS.ACK.WAYPOST.relay.5.42.99.1795425120000000000.0";
        let elsewhere = "$JS.ACK.hub.ACC.WAYPOST.relay.5.42.99.1795425120000000000.0.token";
        let first = lent(FIRST, &[]);
        assert_eq!((first.sequence, first.lent, first.event.as_str()), (42, 1, "order.created"));
        assert!(is_id(&first.id), "{}", first.id);
        assert_eq!(first.id, lent(again, &[]).id);
        assert_eq!((first.id.as_str(), 5), (lent(elsewhere, &[]).id.as_str(), lent(elsewhere, &[]).lent));
        assert_ne!(first.id, lent("$JS.ACK.WAYPOST.relay.1.43.44.1795425120000000000.7", &[]).id);
        assert_ne!(first.id, lent("$JS.ACK.WAYPOST.relay.1.42.43.1795425120000000001.7", &[]).id);
    }

    #[test]
    fn the_publisher_names_it_and_nothing_of_that_can_break_a_request() {
        assert_eq!(lent(FIRST, &[("Nats-Msg-Id", "order-1")]).id, "order-1");
        assert_eq!(lent(FIRST, &[("nats-msg-id", "order-1"), ("Waypost-Id", "order-2")]).id, "order-2");
        let odd = lent(FIRST, &[("Nats-Msg-Id", "bestellung 1 ü")]);
        assert!(is_id(&odd.id) && odd.id.starts_with("msg_"), "{}", odd.id);
        assert_eq!(odd.id, lent(FIRST, &[("Nats-Msg-Id", "bestellung 1 ü")]).id);
        assert_eq!(lent(FIRST, &[("Waypost-Event", "Bestellung")]).event, "Bestellung");
        assert!(lent(FIRST, &[("Waypost-Event", &"x".repeat(1000))]).event.chars().count() <= MAX_NAME + 1);
    }

    #[test]
    fn a_name_becomes_a_subject() {
        for (name, expected) in [
            ("order", "p.order"),
            ("order.created", "p.order.created"),
            ("orders:12", "p.orders"),
            ("a b*>", "p.a_b__"),
            ("..", "p._._._"),
            ("", "p._"),
        ] {
            assert_eq!(subject("p.", name), expected, "{name}");
        }
    }
}
