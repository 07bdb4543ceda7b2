//! Answers that contain the secret.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use waypost::domain::mask::DOTS;
use waypost::domain::redact::Redactor;

use super::{SECRET, holds, holds_secret, with_bearer};

pub static REDACTOR: LazyLock<Redactor> = LazyLock::new(|| Redactor::new(&with_bearer()));

/// The ways in which other programs write a text.
const WAYS: [fn(&[u8]) -> String; 12] = [
    |text| String::from_utf8_lossy(text).into_owned(),
    |text| each(text, |byte| format!("%{byte:02x}")),
    |text| each(text, |byte| format!("%25{byte:02X}")),
    |text| each(text, |byte| format!("\\u{byte:04x}")),
    |text| each(text, |byte| format!("\\\\u{byte:04x}")),
    |text| each(text, |byte| format!("&#x{byte:x};")),
    |text| each(text, |byte| format!("&#{byte};")),
    |text| each(text, |byte| format!("{byte:02x}")),
    |text| format!("{text:?}"),
    |text| STANDARD.encode(text),
    |text| URL_SAFE_NO_PAD.encode(text),
    |text| STANDARD.encode(STANDARD.encode(text)),
];

fn each(text: &[u8], write: fn(u8) -> String) -> String {
    text.iter().map(|&byte| write(byte)).collect()
}

/// The secret, written in one of these ways.
pub fn written(way: u8) -> String {
    WAYS[usize::from(way) % WAYS.len()](SECRET.as_bytes())
}

/// An answer that has the secret between any bytes, written in one of many ways: the secret is masked, masking again changes nothing, and
/// everything else stays as it was. At the end of an answer that is cut off, the beginning of the secret is masked.
pub fn bytes(bytes: &[u8]) {
    let Some((&[way, cut], bytes)) = bytes.split_first_chunk() else { return };
    let secret = written(way);
    let (before, after) = bytes.split_at(bytes.len() / 2);
    let answer = [before, secret.as_bytes(), after].concat();
    for text in [bytes, &answer] {
        for masked in [REDACTOR.redact_bytes(text), REDACTOR.redact_cut(text)] {
            assert!(!holds_secret(&masked), "{}", masked.escape_ascii());
            assert!(is_with_dots(&masked, text), "{} is not of {}", masked.escape_ascii(), text.escape_ascii());
            assert_eq!(REDACTOR.redact_bytes(&masked), masked, "{}", text.escape_ascii());
        }
    }
    assert!(!holds(&REDACTOR.redact_bytes(&answer), secret.as_bytes()), "{}", answer.escape_ascii());
    // Four characters of it are enough to be masked.
    let begun = &SECRET.as_bytes()[..4 + usize::from(cut) % (SECRET.len() - 4)];
    let masked = REDACTOR.redact_cut(&[before, begun].concat()).into_owned();
    assert!(!masked.ends_with(begun), "{}", masked.escape_ascii());
}

/// Whether a text is another one with dots in place of some of its parts. A text with dots of its own always counts as one.
fn is_with_dots(masked: &[u8], text: &[u8]) -> bool {
    if find(text, "•".as_bytes()).is_some() {
        return true;
    }
    let mut rest = text;
    let mut kept = masked;
    let mut is_first = true;
    while let Some(at) = find(kept, DOTS.as_bytes()) {
        let Some(found) = find(rest, &kept[..at]).filter(|&found| !is_first || found == 0) else { return false };
        (rest, kept, is_first) = (&rest[found + at..], &kept[at + DOTS.len()..], false);
    }
    if is_first { rest == kept } else { rest.ends_with(kept) }
}

fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    if part.is_empty() { Some(0) } else { text.windows(part.len()).position(|window| window == part) }
}
