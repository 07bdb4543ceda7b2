//! Reads a response, bounded and as it arrives, so that what was read before a stop or a timeout is not lost.

use std::sync::{Mutex, MutexGuard};

use http::response::Parts;

use super::limits::{HEAD_KEPT, NAME_KEPT, PROXY_BODY_KEPT, REASON_KEPT, TOKEN_BODY_KEPT, VALUE_KEPT};
use crate::domain::delivery::{BODY_KEPT, Response};
use crate::domain::redact::Redactor;
use crate::domain::text::cut_mark;
use crate::domain::token::Answer;
use crate::io::sync::lock;

/// A response as far as it was read, not yet masked.
#[derive(Debug)]
pub struct ResponseReader {
    raw: Mutex<Option<Raw>>,
    /// The most bytes of the body that are kept.
    body_kept: usize,
}

#[derive(Debug)]
struct Raw {
    status: u16,
    reason: Text,
    headers: Vec<(Text, Text)>,
    /// The number of headers that there is no room for.
    left_out: usize,
    body: Vec<u8>,
    longer: bool,
}

/// A text of the head, cut as it arrives: a little beyond what is kept of it, in which a secret may end.
#[derive(Debug)]
struct Text {
    bytes: Vec<u8>,
    /// How many bytes it had.
    length: usize,
}

impl Text {
    fn new(bytes: &[u8], kept: usize, slack: usize) -> Self {
        let most = kept.saturating_add(slack).min(bytes.len());
        Self { bytes: bytes[..most].to_vec(), length: bytes.len() }
    }

    /// At most that many bytes of it, masked; a mark at the end says how many there were if there were more.
    fn finish(self, redactor: &Redactor, kept: usize) -> String {
        let cut = self.bytes.len() < self.length;
        let bytes = if cut { redactor.redact_cut(&self.bytes) } else { redactor.redact_bytes(&self.bytes) };
        let mut text = String::from_utf8_lossy(&bytes).into_owned();
        if cut || text.len() > kept {
            text.truncate(text.floor_char_boundary(kept));
            text.push_str(&cut_mark(self.length));
        }
        text
    }
}

impl Default for ResponseReader {
    fn default() -> Self {
        Self { raw: Mutex::default(), body_kept: BODY_KEPT }
    }
}

impl ResponseReader {
    /// For a proxy's own answer.
    pub fn of_proxy() -> Self {
        Self { body_kept: PROXY_BODY_KEPT, ..Self::default() }
    }

    /// For a token endpoint's.
    pub fn of_token() -> Self {
        Self { body_kept: TOKEN_BODY_KEPT, ..Self::default() }
    }

    /// Forgets what was read.
    pub fn clear(&self) {
        *self.lock() = None;
    }

    /// The whole answer of a token endpoint, not masked.
    pub fn answer(&self) -> Option<Answer> {
        let Raw { status, headers, mut body, longer, .. } = self.lock().take()?;
        let location = headers.into_iter().find(|(name, _)| name.bytes == b"location");
        body.truncate(self.body_kept);
        Some(Answer {
            status,
            location: location.map(|(_, value)| String::from_utf8_lossy(&value.bytes).into_owned()),
            body: body.into(),
            longer,
        })
    }

    /// Takes the head. `slack` is how many bytes a secret may extend beyond what is kept.
    pub fn head(&self, head: &Parts, slack: usize) {
        let written = head.extensions.get::<hyper::ext::ReasonPhrase>().map(hyper::ext::ReasonPhrase::as_bytes);
        let reason = match written {
            Some(words) if !words.is_empty() => words,
            _ => head.status.canonical_reason().unwrap_or_default().as_bytes(),
        };
        let mut headers = Vec::with_capacity(head.headers.len());
        let mut room = HEAD_KEPT;
        for (name, value) in &head.headers {
            if room == 0 {
                break;
            }
            let name = Text::new(name.as_str().as_bytes(), NAME_KEPT, slack);
            let value = Text::new(value.as_bytes(), VALUE_KEPT.min(room), slack);
            room = room.saturating_sub(name.bytes.len().min(NAME_KEPT) + value.bytes.len().min(VALUE_KEPT));
            headers.push((name, value));
        }
        let left_out = head.headers.len() - headers.len();
        let reason = Text::new(reason, REASON_KEPT, slack);
        *self.lock() = Some(Raw { status: head.status.as_u16(), reason, headers, left_out, body: Vec::new(), longer: false });
    }

    /// The status, once the head has come.
    pub fn status(&self) -> Option<u16> {
        self.lock().as_ref().map(|raw| raw.status)
    }

    /// Adds a chunk of the body, and returns whether more is needed: `slack` bytes beyond what is kept, in which a secret may end,
    /// and at least one to know whether there is more.
    pub fn piece(&self, piece: &[u8], slack: usize) -> bool {
        let mut raw = self.lock();
        let Some(raw) = raw.as_mut() else { return false };
        let limit = self.body_kept + slack.max(1);
        let room = limit.saturating_sub(raw.body.len());
        raw.body.extend_from_slice(&piece[..piece.len().min(room)]);
        raw.longer |= raw.body.len() > self.body_kept;
        raw.body.len() < limit
    }

    /// The response as it is recorded, with every form of the secret masked. `cut` says why the body ended early.
    pub fn finish(&self, redactor: &Redactor, cut: Option<String>) -> Option<Response> {
        let raw = self.lock().take()?;
        let mut room = HEAD_KEPT;
        let mut headers = Vec::with_capacity(raw.headers.len() + 1);
        for (name, value) in raw.headers {
            let (name, value) = (name.finish(redactor, NAME_KEPT), value.finish(redactor, VALUE_KEPT.min(room)));
            room = room.saturating_sub(name.len() + value.len());
            headers.push((name, value));
        }
        if raw.left_out > 0 {
            headers.push(("…".to_owned(), format!("{} more, not kept", raw.left_out)));
        }
        let mut body =
            if raw.longer || cut.is_some() { redactor.redact_cut(&raw.body) } else { redactor.redact_bytes(&raw.body) };
        let truncated = raw.longer || body.len() > self.body_kept;
        cut_bytes(&mut body, self.body_kept);
        let reason = raw.reason.finish(redactor, REASON_KEPT);
        let mut response = Response { status: raw.status, reason, headers, body, truncated, cut };
        response.mask_decoded(redactor.longest(), |decoded| redactor.redact_cut(decoded));
        Some(response)
    }

    fn lock(&self) -> MutexGuard<'_, Option<Raw>> {
        lock(&self.raw)
    }
}

/// Truncates bytes, at the start of a character if it would be split.
fn cut_bytes(bytes: &mut Vec<u8>, max: usize) {
    if bytes.len() <= max {
        return;
    }
    let mut end = max;
    // A UTF-8 character has three continuation bytes at most; more are not text.
    while end > max - 3 && bytes[end] & 0b1100_0000 == 0b1000_0000 {
        end -= 1;
    }
    bytes.truncate(end);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_do_not_tear_characters() {
        let mut bytes = "aé€".as_bytes().to_vec();
        cut_bytes(&mut bytes, 5);
        assert_eq!(bytes, "aé".as_bytes());
        let mut bytes = "aé€".as_bytes().to_vec();
        cut_bytes(&mut bytes, 6);
        assert_eq!(bytes, "aé€".as_bytes());
        let mut bytes = vec![0x80; 10];
        cut_bytes(&mut bytes, 8);
        assert!(bytes.len() >= 5);
        let nothing = Redactor::of_texts(&[]);
        assert_eq!(Text::new("äöü".as_bytes(), 3, 10).finish(&nothing, 3), "ä… (6 bytes)");
        assert_eq!(Text::new("äöü".as_bytes(), 6, 0).finish(&nothing, 6), "äöü");
    }

    /// What is kept of an answer with that head.
    fn kept(reason: &str, headers: &[(String, String)], redactor: &Redactor) -> Response {
        let mut response = http::Response::new(());
        let reason = hyper::ext::ReasonPhrase::try_from(reason.as_bytes()).unwrap();
        response.extensions_mut().insert(reason);
        for (name, value) in headers {
            let name = http::HeaderName::from_bytes(name.as_bytes()).unwrap();
            response.headers_mut().append(name, value.parse().unwrap());
        }
        let reader = ResponseReader::default();
        reader.head(&response.into_parts().0, redactor.longest());
        reader.finish(redactor, None).unwrap()
    }

    #[test]
    fn a01_a_head_is_capped_and_says_so() {
        let nothing = Redactor::of_texts(&[]);
        let answer = kept(&"\\".repeat(380_000), &[], &nothing);
        assert!(answer.reason.len() < REASON_KEPT + 20 && answer.reason.ends_with("… (380 KB)"));
        let headers: Vec<_> = (0..200).map(|n| (format!("x-{n}-{}", "n".repeat(300)), "v".repeat(10_000))).collect();
        let answer = kept("OK", &headers, &nothing);
        let size: usize = answer.headers.iter().map(|(name, value)| name.len() + value.len()).sum();
        assert!(size < HEAD_KEPT + 1024, "{size}");
        let (name, value) = &answer.headers[0];
        assert!(name.len() < NAME_KEPT + 20 && name.ends_with(" bytes)"), "{name}");
        assert!(value.len() < VALUE_KEPT + 20 && value.ends_with("… (10 KB)"));
        let (name, value) = answer.headers.last().unwrap();
        assert_eq!((name.as_str(), value.as_str()), ("…", format!("{} more, not kept", 201 - answer.headers.len()).as_str()));
    }

    #[test]
    fn a01_a_secret_across_a_cut_is_masked() {
        let redactor = Redactor::of_texts(&["canary-0123456789".to_owned()]);
        for inside in [1, 5, 10, 16, 17] {
            let location = format!("{}canary-0123456789{}", "x".repeat(VALUE_KEPT - inside), "y".repeat(50_000));
            let answer = kept("OK", &[("location".into(), location)], &redactor);
            assert!(!answer.headers[0].1.contains("can"), "{inside}");
        }
    }
}
