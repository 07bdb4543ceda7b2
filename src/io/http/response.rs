//! Reads a response, bounded and as it arrives, so that what was read before a stop or a timeout is not lost.

use std::borrow::Cow;
use std::sync::{Mutex, MutexGuard};

use http::header::{CONTENT_LOCATION, LOCATION, RETRY_AFTER};
use http::response::Parts;
use hyper::ext::ReasonPhrase;

use super::limits::{HEAD_KEPT, NAME_KEPT, PROXY_BODY_KEPT, REASON_KEPT, TOKEN_BODY_KEPT, VALUE_KEPT};
use crate::domain::delivery::{BODY_KEPT, Response};
use crate::domain::header::HeaderList;
use crate::domain::redact::Redactor;
use crate::domain::text::cut_mark;
use crate::domain::token::Answer;
use crate::domain::url::credential;
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
    /// As it came: of at most [`HEAD_READ`](super::limits::HEAD_READ) bytes.
    head: Parts,
    /// How many bytes a secret may extend beyond what is kept.
    slack: usize,
    body: Vec<u8>,
    longer: bool,
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
        let Raw { head, slack, mut body, longer } = self.lock().take()?;
        let header = |name| {
            let value = head.headers.get(name).map(|value| &value.as_bytes()[..value.len().min(VALUE_KEPT + slack)]);
            value.map(|value| String::from_utf8_lossy(value).into_owned())
        };
        body.truncate(self.body_kept);
        Some(Answer {
            status: head.status.as_u16(),
            location: header(LOCATION),
            retry_after: header(RETRY_AFTER),
            body: body.into(),
            longer,
        })
    }

    /// Takes the head. `slack` is how many bytes a secret may extend beyond what is kept.
    pub fn head(&self, head: Parts, slack: usize) {
        *self.lock() = Some(Raw { head, slack, body: Vec::new(), longer: false });
    }

    /// The status, once the head has come.
    pub fn status(&self) -> Option<u16> {
        self.lock().as_ref().map(|raw| raw.head.status.as_u16())
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
        let Raw { head, slack, body, longer } = self.lock().take()?;
        let headers = headers_of(&head, slack, redactor);
        let masked = if longer || cut.is_some() { redactor.redact_cut(&body) } else { redactor.redact_bytes(&body) };
        let mut body = match masked {
            Cow::Owned(masked) => masked,
            Cow::Borrowed(_) => body,
        };
        let truncated = longer || body.len() > self.body_kept;
        cut_bytes(&mut body, self.body_kept);
        let mut reason = String::new();
        Text::new(reason_of(&head), REASON_KEPT, slack).finish(redactor, REASON_KEPT, &mut reason);
        let mut response = Response { status: head.status.as_u16(), reason, headers, body, truncated, cut };
        response.mask_decoded(redactor.longest(), |decoded| redactor.redact_cut(decoded).into_owned());
        Some(response)
    }

    fn lock(&self) -> MutexGuard<'_, Option<Raw>> {
        lock(&self.raw)
    }
}

/// A text of the head: what is kept of it, and a little beyond, in which a secret may end.
struct Text<'a> {
    bytes: &'a [u8],
    /// How many bytes it has.
    length: usize,
}

impl<'a> Text<'a> {
    fn new(bytes: &'a [u8], kept: usize, slack: usize) -> Self {
        let most = kept.saturating_add(slack).min(bytes.len());
        Self { bytes: &bytes[..most], length: bytes.len() }
    }

    /// Adds at most that many bytes of it to a text, masked; a mark at the end says how many there were if there were more.
    fn finish(&self, redactor: &Redactor, kept: usize, to: &mut String) {
        let bytes = if self.is_cut() { redactor.redact_cut(self.bytes) } else { redactor.redact_bytes(self.bytes) };
        self.write(&bytes, kept, to);
    }

    /// The same for the name of a header.
    fn finish_name(&self, redactor: &Redactor, to: &mut String) {
        self.write(&redactor.redact_name(self.bytes, self.is_cut()), NAME_KEPT, to);
    }

    const fn is_cut(&self) -> bool {
        self.bytes.len() < self.length
    }

    fn write(&self, masked: &[u8], kept: usize, to: &mut String) {
        let text = String::from_utf8_lossy(masked);
        if self.is_cut() || text.len() > kept {
            to.push_str(&text[..text.floor_char_boundary(kept)]);
            to.push_str(&cut_mark(self.length));
        } else {
            to.push_str(&text);
        }
    }
}

/// What is kept of the headers, masked.
fn headers_of(head: &Parts, slack: usize, redactor: &Redactor) -> HeaderList {
    let bytes = head.headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum::<usize>();
    let mut list = HeaderList::with_capacity(head.headers.len() + 1, bytes.min(HEAD_KEPT + HEAD_KEPT / 4));
    // One for the headers as they came, one for the masked ones, which dots make longer or shorter.
    let (mut room, mut room_written) = (HEAD_KEPT, HEAD_KEPT);
    for (name, value) in &head.headers {
        if room == 0 {
            break;
        }
        let is_url = [LOCATION, CONTENT_LOCATION].contains(name);
        let name = Text::new(name.as_str().as_bytes(), NAME_KEPT, slack);
        let value = Text::new(value.as_bytes(), VALUE_KEPT.min(room), slack);
        room = room.saturating_sub(name.bytes.len().min(NAME_KEPT) + value.bytes.len().min(VALUE_KEPT));
        let before = list.bytes();
        list.push_with(
            |text| name.finish_name(redactor, text),
            |text| {
                let from = text.len();
                value.finish(redactor, VALUE_KEPT.min(room_written), text);
                if is_url {
                    // Like a registered URL: it may be registered next.
                    let shown = credential::shown(&text[from..]).into_owned();
                    text.replace_range(from.., &shown);
                }
            },
        );
        room_written = room_written.saturating_sub(list.bytes() - before);
    }
    let left_out = head.headers.len() - list.len();
    if left_out > 0 {
        list.push("…", &format!("{left_out} more, not kept"));
    }
    list
}

/// The reason as it was written, or else the standard one.
fn reason_of(head: &Parts) -> &[u8] {
    match head.extensions.get::<ReasonPhrase>().map(ReasonPhrase::as_bytes) {
        Some(words) if !words.is_empty() => words,
        _ => head.status.canonical_reason().unwrap_or_default().as_bytes(),
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
        let kept = |text: &str, kept, slack| {
            let mut out = String::new();
            Text::new(text.as_bytes(), kept, slack).finish(&nothing, kept, &mut out);
            out
        };
        assert_eq!(kept("äöü", 3, 10), "ä… (6 bytes)");
        assert_eq!(kept("äöü", 6, 0), "äöü");
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
        reader.head(response.into_parts().0, redactor.longest());
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
        let (name, value) = answer.headers.iter().next().unwrap();
        assert!(name.len() < NAME_KEPT + 20 && name.ends_with(" bytes)"), "{name}");
        assert!(value.len() < VALUE_KEPT + 20 && value.ends_with("… (10 KB)"));
        let last = answer.headers.iter().next_back().unwrap();
        assert_eq!(last, ("…", format!("{} more, not kept", 201 - answer.headers.len()).as_str()));
    }

    #[test]
    fn a38_a_credential_in_the_url_of_a_redirect_is_not_kept() {
        let nothing = Redactor::of_texts(&[]);
        for (location, shown) in [
            ("https://h.example/new?token=Zx81-abcdef012345", "https://h.example/new?token=••••••••"),
            ("/other?a=1&token=Zx81-abcdef012345", "/other?a=1&token=••••••••"),
            ("https://hooks.slack.com/services/T000/B000/Zx81abcdef", "https://hooks.slack.com/services/T000/B000/••••••••"),
            ("https://me:Zx81abcdef@h.example/", "https://••••••••@h.example/"),
            ("https://h.example/v2/in?a=1", "https://h.example/v2/in?a=1"),
        ] {
            for name in ["location", "content-location"] {
                let answer = kept("Found", &[("x-before".into(), "1".into()), (name.into(), location.into())], &nothing);
                assert_eq!(answer.header(name), Some(shown));
                assert_eq!(answer.header("x-before"), Some("1"));
            }
        }
    }

    #[test]
    fn a01_a_secret_across_a_cut_is_masked() {
        let redactor = Redactor::of_texts(&["canary-0123456789".to_owned()]);
        for inside in [1, 5, 10, 16, 17] {
            let location = format!("{}canary-0123456789{}", "x".repeat(VALUE_KEPT - inside), "y".repeat(50_000));
            let answer = kept("OK", &[("location".into(), location)], &redactor);
            assert!(!answer.header("location").unwrap().contains("can"), "{inside}");
        }
    }
}
