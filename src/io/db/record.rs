//! A delivery as the text that the database stores, which has a limit.

use std::borrow::Cow;

use crate::domain::delivery::record::{self, Record};
use crate::domain::delivery::{Attempt, Delivery};
use crate::domain::header::HeaderList;

/// The most bytes of a request's body that are stored; see [`crate::domain::delivery::SentRequest::is_whole`].
pub const REQUEST_BODY_KEPT: usize = 64 * 1024;

/// The largest record, in bytes.
const MAX_RECORD: usize = 8 * 1024 * 1024;

/// Room for the record of an event that was delivered at once, without its bodies.
const USUAL_RECORD: usize = 2 * 1024;

/// The record of a delivery. Bodies of requests are shortened, then the oldest attempts left out, and at last every text of the
/// last attempt is shortened, until it is not too large.
pub(in crate::io) fn to_record(delivery: &Delivery) -> Vec<u8> {
    let mut stored = Cow::Borrowed(delivery);
    let mut json = Vec::with_capacity(room(delivery));
    for limit in [REQUEST_BODY_KEPT, 4 * 1024, 0] {
        // Most bodies are short, and copying each delivery would be the most expensive part of recording it.
        if stored.attempts.iter().any(|attempt| attempt.request.body.len() > limit) {
            for attempt in &mut stored.to_mut().attempts {
                shorten(&mut attempt.request.body, limit);
            }
        }
        write_record(&stored, &mut json);
        if json.len() <= MAX_RECORD {
            return json;
        }
    }
    while json.len() > MAX_RECORD && stored.attempts.len() > 1 {
        let half = stored.attempts.len() / 2;
        stored.to_mut().attempts.drain(..half);
        write_record(&stored, &mut json);
    }
    for limit in [16 * 1024, 1024, 64] {
        if json.len() <= MAX_RECORD {
            break;
        }
        stored.to_mut().attempts.iter_mut().for_each(|attempt| shorten_all(attempt, limit));
        write_record(&stored, &mut json);
    }
    json
}

/// Room for a record, so that it is not moved again and again while it grows: for its bodies, and the quotes in them.
fn room(delivery: &Delivery) -> usize {
    let bodies = delivery.attempts.iter().map(|attempt| {
        attempt.request.body.len().min(REQUEST_BODY_KEPT) + attempt.response.as_ref().map_or(0, |response| response.body.len())
    });
    let bodies: usize = bodies.sum();
    (USUAL_RECORD + bodies + bodies / 4).min(MAX_RECORD)
}

fn write_record(delivery: &Delivery, json: &mut Vec<u8>) {
    json.clear();
    // Plain data with strings as keys: this cannot fail.
    let _ = serde_json::to_writer(json, &Record::new(delivery));
}

pub(in crate::io) fn from_record(json: &[u8]) -> Option<Delivery> {
    record::from_json(&serde_json::from_slice(json).ok()?)
}

/// Shortens a body, not within a character if it is UTF-8.
pub(super) fn shorten(body: &mut Vec<u8>, limit: usize) {
    if body.len() <= limit {
        return;
    }
    let end = std::str::from_utf8(body).map_or(limit, |text| text.floor_char_boundary(limit));
    body.truncate(end);
}

/// Shortens what a peer decides on: no text is then longer than `limit`, and no list has more parts.
fn shorten_all(attempt: &mut Attempt, limit: usize) {
    let cut = |text: &mut String| text.truncate(text.floor_char_boundary(limit));
    let begin = |text: &str| text[..text.floor_char_boundary(limit)].to_owned();
    let cut_headers = |headers: &mut HeaderList| {
        *headers = headers.iter().take(limit).map(|(name, value)| (begin(name), begin(value))).collect();
    };
    cut(&mut attempt.diagnosis.why);
    cut(&mut attempt.diagnosis.fix.text);
    cut(&mut attempt.request.url);
    cut_headers(&mut attempt.request.headers);
    attempt.addresses.truncate(limit);
    if let Some(tls) = &mut attempt.tls {
        tls.names.truncate(limit);
        tls.names.iter_mut().for_each(cut);
        tls.issuer.iter_mut().for_each(cut);
    }
    if let Some(response) = &mut attempt.response {
        cut(&mut response.reason);
        cut_headers(&mut response.headers);
        response.truncated |= response.body.len() > limit;
        shorten(&mut response.body, limit);
        response.cut.iter_mut().for_each(cut);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::delivery::record::tests::delivery;

    /// Characters that take one, two, six and more bytes in JSON.
    fn text(most: usize) -> impl Strategy<Value = String> {
        (prop::sample::select(vec!["a", "\\", "\u{1}", "\u{e9}", "\u{1f600}"]), 0..most)
            .prop_map(|(part, count)| part.repeat(count))
    }

    #[test]
    fn a02_one_attempt_of_any_size_is_read_again() {
        let mut long = delivery("msg_1");
        long.attempts.truncate(1);
        let response = long.attempts[0].response.as_mut().unwrap();
        response.reason = "\\".repeat(MAX_RECORD);
        response.headers = vec![("\u{1}".repeat(1_000), "\\".repeat(1_000)); 1_000].into_iter().collect();
        let json = to_record(&long);
        assert!(json.len() <= MAX_RECORD, "{} bytes", json.len());
        assert_eq!(from_record(&json).unwrap().outcome(), long.outcome());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(8))]

        #[test]
        fn a02_a_record_has_a_limit_and_is_read_again(
            attempts in 1_usize..40,
            reason in text(400_000),
            why in text(100_000),
            header in (text(2_000), text(2_000), 0_usize..400),
            body in text(70_000),
            name in (text(500), 0_usize..400),
        ) {
            let mut long = delivery("msg_1");
            let mut attempt = long.attempts.swap_remove(0);
            attempt.diagnosis.why = why;
            attempt.request.body = body.into_bytes();
            let response = attempt.response.as_mut().unwrap();
            response.reason = reason;
            response.headers = vec![(header.0, header.1); header.2].into_iter().collect();
            attempt.tls.as_mut().unwrap().names = vec![name.0; name.1];
            // Else a case takes gigabytes of memory.
            let size = serde_json::to_vec(&Record::new(&Delivery { attempts: vec![attempt.clone()], ..long.clone() })).unwrap().len();
            long.attempts = vec![attempt; attempts.min(1 + 12_000_000 / size)];
            let json = to_record(&long);
            prop_assert!(json.len() <= MAX_RECORD, "{} bytes", json.len());
            let read = from_record(&json).unwrap();
            prop_assert_eq!((&read.id, read.outcome()), (&long.id, long.outcome()));
            prop_assert!(!read.attempts.is_empty() && read.attempts.len() <= long.attempts.len());
        }
    }
}
