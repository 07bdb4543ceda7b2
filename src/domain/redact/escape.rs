//! What a stretch of text may mean to a program that decodes it: percent-encoding, JSON and its relatives, HTML, quoted-printable, and
//! quotes that are doubled.
//!
//! Whether a text was encoded at all cannot be known: a `%25` may be an escape, or three letters of a secret. Each byte is
//! therefore read in every way that it can be, and [`each`] gives them one after the other.

use super::entities;
use crate::domain::json;

/// The most bytes of an escape: `\ud83d\ude00`, `\u{00000041}`.
pub(super) const LONGEST: usize = 12;

/// The beginning of an escape; empty between two.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Pending {
    bytes: [u8; LONGEST],
    length: u8,
}

impl Pending {
    pub(super) const fn is_empty(self) -> bool {
        self.length == 0
    }

    /// With one byte more; `None` where no escape is as long.
    fn with(mut self, byte: u8) -> Option<Self> {
        *self.bytes.get_mut(usize::from(self.length))? = byte;
        self.length += 1;
        Some(self)
    }

    fn text(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }
}

/// What a text is as an escape.
enum Reading {
    /// Not one, and not the beginning of one.
    None,
    /// The beginning of one.
    Open,
    /// Nothing: a line break that was put in to keep lines short.
    Nothing,
    Byte(u8),
    Char(char),
}

/// Each way to read a byte that comes after the beginning of an escape: what is begun then, and which bytes are meant.
pub(super) fn each(pending: Pending, byte: u8, mut visit: impl FnMut(Pending, &[u8])) {
    let none = Pending::default();
    if pending.is_empty() {
        visit(none, &[byte]);
        if byte == b'+' {
            visit(none, b" ");
        }
    }
    let Some(begun) = pending.with(byte) else { return };
    match read(begun.text()) {
        Reading::None => {}
        Reading::Open => visit(begun, &[]),
        Reading::Nothing => visit(none, &[]),
        Reading::Byte(byte) => visit(none, &[byte]),
        Reading::Char(c) => visit(none, c.encode_utf8(&mut [0; 4]).as_bytes()),
    }
}

/// Whether an escape may begin with that byte.
pub(super) const fn is_lead(byte: u8) -> bool {
    matches!(byte, b'%' | b'=' | b'\\' | b'&' | b'"' | b'\'' | b'$')
}

/// Whether an escape may begin with those two bytes, the second perhaps escaped itself. `false` is certain.
pub(super) fn may_begin(first: u8, second: u8) -> bool {
    is_lead(first) && (is_lead(second) || !matches!(read(&[first, second]), Reading::None))
}

fn read(text: &[u8]) -> Reading {
    match text {
        [b'%' | b'=' | b'\\' | b'&' | b'"' | b'\'' | b'$'] => Reading::Open,
        // Batch files, CSV, SQL and settings files double what has a meaning there.
        [first @ (b'%' | b'"' | b'\'' | b'$'), second] if first == second => Reading::Byte(*first),
        [b'%', b'u', digits @ ..] => unit(digits, 4),
        [b'%', digits @ ..] => byte(digits),
        // Quoted-printable (RFC 2045 §6.7), and its soft line break.
        [b'=', b'\r'] => Reading::Open,
        [b'=', b'\n'] | [b'=', b'\r', b'\n'] => Reading::Nothing,
        [b'=', digits @ ..] => byte(digits),
        [b'\\', rest @ ..] => backslash(text, rest),
        [b'&', rest @ ..] => entity(rest),
        // A shell's way to put a quote between quotes: '\'' or '"'"'.
        [b'\'', rest @ ..] if rest == b"\\''" || rest == b"\"'\"'" => Reading::Byte(b'\''),
        [b'\'', rest @ ..] if b"\\''".starts_with(rest) || b"\"'\"'".starts_with(rest) => Reading::Open,
        _ => Reading::None,
    }
}

/// Two hex digits.
fn byte(digits: &[u8]) -> Reading {
    match (hex_value(digits).and_then(|value| u8::try_from(value).ok()), digits.len()) {
        (Some(_), 1) => Reading::Open,
        (Some(value), 2) => Reading::Byte(value),
        _ => Reading::None,
    }
}

/// A number of hex digits.
fn unit(digits: &[u8], count: usize) -> Reading {
    match hex_value(digits) {
        Some(_) if digits.len() < count => Reading::Open,
        Some(value) if digits.len() == count => char::from_u32(value).map_or(Reading::None, Reading::Char),
        _ => Reading::None,
    }
}

/// The escapes of JSON, and those of the languages that share its backslash.
fn backslash(text: &[u8], rest: &[u8]) -> Reading {
    match rest {
        [b'u' | b'x', b'{', rest @ ..] => match rest.split_last() {
            Some((b'}', digits @ [_, ..])) => unit(digits, digits.len()),
            _ => if_open(hex_value(rest).is_some()),
        },
        [b'u', digits @ ..] if digits.len() < 4 => if_open(hex_value(digits).is_some()),
        [b'u', ..] => match json::escape(text) {
            (length, Some(c)) if length == text.len() => Reading::Char(c),
            // The first half of a pair.
            _ => if_open(is_half(rest)),
        },
        [b'U', digits @ ..] => unit(digits, 8),
        [b'x', digits @ ..] => match digits {
            [] => Reading::Open,
            digits => byte(digits),
        },
        [b'0'..=b'3', digits @ ..] if digits.len() < 3 && digits.iter().all(|digit| matches!(digit, b'0'..=b'7')) => {
            let value = rest.iter().fold(0_u8, |value, digit| value << 3 | (digit & 7));
            if digits.len() == 2 { Reading::Byte(value) } else { Reading::Open }
        }
        [letter @ (b'b' | b'f' | b'n' | b'r' | b't')] => json::escape(&[b'\\', *letter]).1.map_or(Reading::None, Reading::Char),
        [mark] if mark.is_ascii_punctuation() => Reading::Byte(*mark),
        _ => Reading::None,
    }
}

/// Whether `uXXXX` is the first half of a pair, with the beginning of the second after it.
fn is_half(text: &[u8]) -> bool {
    let Some((unit, second)) = text.split_at_checked(5) else { return false };
    let digits = second.strip_prefix(b"\\u").unwrap_or_default();
    matches!(hex_value(&unit[1..]), Some(0xd800..0xdc00))
        && (b"\\u".starts_with(second) || (digits.len() < 4 && hex_value(digits).is_some()))
}

/// `&quot;`, `&#39;`, `&#x27;`.
fn entity(rest: &[u8]) -> Reading {
    let Some((b';', name)) = rest.split_last() else {
        return if_open(rest.iter().enumerate().all(|(at, byte)| byte.is_ascii_alphanumeric() || at == 0 && *byte == b'#'));
    };
    let value = match name {
        [b'#', b'x' | b'X', digits @ ..] if !digits.is_empty() => hex_value(digits).and_then(char::from_u32),
        [b'#', digits @ ..] if !digits.is_empty() => {
            let value = digits.iter().try_fold(0_u32, |value, &digit| Some(value * 10 + char::from(digit).to_digit(10)?));
            value.and_then(char::from_u32)
        }
        name => entities::meaning(name),
    };
    value.map_or(Reading::None, Reading::Char)
}

const fn if_open(is_open: bool) -> Reading {
    if is_open { Reading::Open } else { Reading::None }
}

/// The value of hex digits, of which there are too few to overflow.
fn hex_value(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0_u32, |value, &digit| Some(value << 4 | char::from(digit).to_digit(16)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a whole text means as one escape.
    fn meaning(text: &str) -> Option<Vec<u8>> {
        let (last, first) = text.as_bytes().split_last()?;
        let mut pending = Pending::default();
        for &byte in first {
            let mut begun = None;
            each(pending, byte, |next, _| begun = begun.or((!next.is_empty()).then_some(next)));
            pending = begun?;
        }
        let mut found = None;
        each(pending, *last, |next, meant| found = next.is_empty().then(|| meant.to_vec()));
        found
    }

    #[test]
    fn each_escape_has_its_meaning() {
        for (text, expected) in [
            ("%41", "A"),
            ("%2f", "/"),
            ("%u00e4", "ä"),
            ("%%", "%"),
            ("=41", "A"),
            ("=\r\n", ""),
            ("=\n", ""),
            ("\\u0041", "A"),
            ("\\u00E4", "ä"),
            ("\\ud83d\\ude00", "😀"),
            ("\\u{e4}", "ä"),
            ("\\u{00000041}", "A"),
            ("\\x41", "A"),
            ("\\x{41}", "A"),
            ("\\U0001f600", "😀"),
            ("\\101", "A"),
            ("\\n", "\n"),
            ("\\/", "/"),
            ("\\$", "$"),
            ("&amp;", "&"),
            ("&#38;", "&"),
            ("&#x26;", "&"),
            ("&#0000038;", "&"),
            ("&auml;", "ä"),
            ("&equals;", "="),
            ("\"\"", "\""),
            ("''", "'"),
            ("'\\''", "'"),
            ("'\"'\"'", "'"),
            ("$$", "$"),
            ("+", " "),
        ] {
            assert_eq!(meaning(text).as_deref(), Some(expected.as_bytes()), "{text}");
        }
        for text in [
            "%4g",
            "=4",
            "\\u12",
            "\\ud83d",
            "\\ud83d\\u0041",
            "&nope;",
            "&#;",
            "&#x;",
            "&#xd83d;",
            "\\u{}",
            "\"'",
            "\\q",
            "\\400",
        ] {
            assert_eq!(meaning(text), None, "{text}");
        }
    }
}
