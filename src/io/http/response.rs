//! Reads a response, bounded and as it arrives, so that what was read before a stop or a timeout is not lost.

use std::sync::{Mutex, MutexGuard};

use crate::domain::delivery::{BODY_KEPT, Response};
use crate::domain::redact::Redactor;
use crate::io::sync::lock;

/// How many bytes of all header values are kept; a longer value is cut and marked.
const HEADERS_KEPT: usize = 64 * 1024;

/// A response as far as it was read, not yet masked.
#[derive(Debug, Default)]
pub struct ResponseReader(Mutex<Option<Raw>>);

#[derive(Debug)]
struct Raw {
    status: u16,
    reason: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
    longer: bool,
}

impl ResponseReader {
    pub fn head(&self, response: &reqwest::Response) {
        let status = response.status();
        let written = response.extensions().get::<hyper::ext::ReasonPhrase>().map(hyper::ext::ReasonPhrase::as_bytes);
        let reason = match written {
            Some(words) if !words.is_empty() => String::from_utf8_lossy(words).into_owned(),
            _ => status.canonical_reason().unwrap_or_default().to_owned(),
        };
        let headers = response
            .headers()
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect();
        *self.lock() = Some(Raw { status: status.as_u16(), reason, headers, body: Vec::new(), longer: false });
    }

    /// Adds a chunk of the body, and returns whether more is needed: `slack` bytes beyond what is kept, in which a secret may end,
    /// and at least one to know whether there is more.
    pub fn piece(&self, piece: &[u8], slack: usize) -> bool {
        let mut raw = self.lock();
        let Some(raw) = raw.as_mut() else { return false };
        let limit = BODY_KEPT + slack.max(1);
        let room = limit.saturating_sub(raw.body.len());
        raw.body.extend_from_slice(&piece[..piece.len().min(room)]);
        raw.longer |= raw.body.len() > BODY_KEPT;
        raw.body.len() < limit
    }

    /// The response as it is recorded, with every form of the secret masked. `cut` says why the body ended early.
    pub fn finish(&self, redactor: &Redactor, cut: Option<String>) -> Option<Response> {
        let raw = self.lock().take()?;
        let mut room = HEADERS_KEPT;
        let mut headers = Vec::with_capacity(raw.headers.len());
        for (name, value) in raw.headers {
            let value = cut_text(redactor.redact(&value), room);
            room = room.saturating_sub(value.len());
            headers.push((redactor.redact(&name), value));
        }
        let mut body =
            if raw.longer || cut.is_some() { redactor.redact_cut(&raw.body) } else { redactor.redact_bytes(&raw.body) };
        let truncated = raw.longer || body.len() > BODY_KEPT;
        cut_bytes(&mut body, BODY_KEPT);
        Some(Response { status: raw.status, reason: redactor.redact(&raw.reason), headers, body, truncated, cut })
    }

    fn lock(&self) -> MutexGuard<'_, Option<Raw>> {
        lock(&self.0)
    }
}

fn cut_text(mut text: String, max: usize) -> String {
    if text.len() > max {
        text.truncate(text.floor_char_boundary(max));
        text.push('…');
    }
    text
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
        assert_eq!(cut_text("äöü".into(), 3), "ä…");
    }
}
