//! What a stretch of text may mean to a program that decodes it: percent-encoding, JSON and its relatives, CSS, HTML,
//! quoted-printable, quotes that are doubled, and UTF-8 that was read as Latin-1.
//!
//! Whether a text was encoded at all cannot be known: a `%25` may be an escape, or three letters of a secret. Each byte is
//! therefore read in every way that it can be, and [`each`] gives them one after the other.

use super::{charset, entities};
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

/// What a text is as an escape. It may be several at a time: `&#112` is whole, or the beginning of `&#1120;`.
#[derive(Clone, Copy)]
pub(super) enum Reading {
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
        if is_space(byte) {
            visit(none, b" ");
        }
        charset::of_byte(byte, |c| visit(none, c.encode_utf8(&mut [0; 4]).as_bytes()));
    }
    let Some(begun) = pending.with(byte) else { return };
    read(begun.text(), |reading| match reading {
        Reading::Open => visit(begun, &[]),
        Reading::Nothing => visit(none, &[]),
        Reading::Byte(byte) => visit(none, &[byte]),
        Reading::Char(c) => visit(none, c.encode_utf8(&mut [0; 4]).as_bytes()),
    });
}

/// Whether the byte is how a space is written in a form, or in the header of a mail.
pub(super) const fn is_space(byte: u8) -> bool {
    matches!(byte, b'+' | b'_')
}

/// Whether an escape may begin with that byte.
pub(super) const fn is_lead(byte: u8) -> bool {
    matches!(byte, b'%' | b'=' | b'\\' | b'&' | b'"' | b'\'' | b'$') || charset::is_lead(byte)
}

/// Whether an escape may begin with those two bytes, the second perhaps escaped itself. `false` is certain.
pub(super) fn may_begin(first: u8, second: u8) -> bool {
    let mut is_escape = false;
    if is_lead(first) {
        read(&[first, second], |_| is_escape = true);
        is_escape |= is_lead(second) && !charset::is_lead(first);
    }
    is_escape
}

/// Everything that the text may be as an escape.
pub(super) fn read(text: &[u8], mut visit: impl FnMut(Reading)) {
    match text {
        [b'%' | b'=' | b'\\' | b'&' | b'"' | b'\'' | b'$'] => visit(Reading::Open),
        // Batch files, CSV, SQL and settings files double what has a meaning there.
        [first @ (b'%' | b'"' | b'\'' | b'$'), second] if first == second => visit(Reading::Byte(*first)),
        [b'%', b'u', digits @ ..] => unit(b'%', digits, visit),
        [b'%', digits @ ..] => byte(digits, visit),
        // Quoted-printable (RFC 2045 §6.7), and its soft line break.
        [b'=', b'\r'] => visit(Reading::Open),
        [b'=', b'\n'] | [b'=', b'\r', b'\n'] => visit(Reading::Nothing),
        [b'=', digits @ ..] => byte(digits, visit),
        [b'\\', rest @ ..] => backslash(rest, visit),
        [b'&', rest @ ..] => entity(rest, visit),
        // A shell's way to put a quote between quotes: '\'' or '"'"'.
        [b'\'', rest @ ..] if rest == b"\\''" || rest == b"\"'\"'" => visit(Reading::Byte(b'\'')),
        [b'\'', rest @ ..] if b"\\''".starts_with(rest) || b"\"'\"'".starts_with(rest) => visit(Reading::Open),
        text => match charset::read(text) {
            (true, _) => visit(Reading::Open),
            (_, Some(byte)) => visit(Reading::Byte(byte)),
            _ => {}
        },
    }
}

/// Two hex digits.
fn byte(digits: &[u8], mut visit: impl FnMut(Reading)) {
    match (hex_value(digits).and_then(|value| u8::try_from(value).ok()), digits.len()) {
        (Some(_), 1) => visit(Reading::Open),
        (Some(value), 2) => visit(Reading::Byte(value)),
        _ => {}
    }
}

/// A number of hex digits that says where it ends, or is as long as it can be.
fn number(digits: &[u8], count: usize, mut visit: impl FnMut(Reading)) {
    match hex_value(digits) {
        Some(_) if digits.len() < count => visit(Reading::Open),
        Some(value) if digits.len() == count => char(value, visit),
        _ => {}
    }
}

fn char(value: u32, mut visit: impl FnMut(Reading)) {
    if let Some(c) = char::from_u32(value) {
        visit(Reading::Char(c));
    }
}

/// Four hex digits, and of the first half of a pair those of the second.
fn unit(lead: u8, digits: &[u8], mut visit: impl FnMut(Reading)) {
    let Some((first, second)) = digits.split_at_checked(4) else { return number(digits, 4, visit) };
    let Some(value) = hex_value(first) else { return };
    let low = match second {
        [] => None,
        [mark] if *mark == lead => None,
        [mark, b'u', low @ ..] if *mark == lead && low.len() <= 4 => Some(low),
        _ => return,
    };
    match (char::from_u32(value), low.filter(|low| low.len() == 4).map(hex_value)) {
        (Some(c), None) if second.is_empty() => visit(Reading::Char(c)),
        (None, None) if value < 0xdc00 && low.is_none_or(|low| hex_value(low).is_some()) => visit(Reading::Open),
        (None, Some(Some(low @ 0xdc00..0xe000))) if value < 0xdc00 => {
            char(0x1_0000 + ((value - 0xd800) << 10) + (low - 0xdc00), visit);
        }
        _ => {}
    }
}

/// The escapes of JSON, and those of the languages that share its backslash.
fn backslash(rest: &[u8], mut visit: impl FnMut(Reading)) {
    match rest {
        // A line that goes on in the next.
        [b'\n'] | [b'\r', b'\n'] => visit(Reading::Nothing),
        [b'\r'] => visit(Reading::Open),
        [b'u' | b'x', b'{', rest @ ..] => match rest.split_last() {
            Some((b'}', digits @ [_, ..])) => number(digits, digits.len(), visit),
            _ if hex_value(rest).is_some() => visit(Reading::Open),
            _ => {}
        },
        [b'u', digits @ ..] => unit(b'\\', digits, visit),
        [b'U', digits @ ..] => number(digits, 8, visit),
        [b'x', digits @ ..] => match digits {
            [] => visit(Reading::Open),
            digits => byte(digits, visit),
        },
        [letter @ (b'n' | b'r' | b't')] => json_letter(*letter, visit),
        [mark] if mark.is_ascii_punctuation() => visit(Reading::Byte(*mark)),
        digits => {
            if let [letter @ (b'b' | b'f')] = digits {
                json_letter(*letter, &mut visit);
            }
            if let [b'0'..=b'7', ..] = digits {
                octal(digits, &mut visit);
            }
            css(digits, visit);
        }
    }
}

fn json_letter(letter: u8, mut visit: impl FnMut(Reading)) {
    if let Some(c) = json::escape(&[b'\\', letter]).1 {
        visit(Reading::Char(c));
    }
}

/// Three octal digits.
fn octal(digits: &[u8], mut visit: impl FnMut(Reading)) {
    let value = digits.iter().try_fold(0_u32, |value, digit| Some(value << 3 | char::from(*digit).to_digit(8)?));
    match (value.and_then(|value| u8::try_from(value).ok()), digits.len()) {
        (Some(_), 1..=2) => visit(Reading::Open),
        (Some(value), 3) => visit(Reading::Byte(value)),
        _ => {}
    }
}

/// One to six hex digits, and a space where another digit follows (CSS Syntax §4.3.7).
fn css(text: &[u8], mut visit: impl FnMut(Reading)) {
    let (digits, is_ended) = match text {
        [digits @ .., b' ' | b'\t' | b'\n'] => (digits, true),
        digits => (digits, false),
    };
    let Some(value) = hex_value(digits).filter(|_| (1..=6).contains(&digits.len())) else { return };
    char(value, &mut visit);
    if !is_ended {
        visit(Reading::Open);
    }
}

/// `&quot;`, `&#39;`, `&#x27;`, for browsers also without the semicolon.
fn entity(rest: &[u8], mut visit: impl FnMut(Reading)) {
    let (name, is_ended) = match rest {
        [name @ .., b';'] => (name, true),
        name => (name, false),
    };
    if !is_ended && name.iter().enumerate().all(|(at, byte)| byte.is_ascii_alphanumeric() || at == 0 && *byte == b'#') {
        visit(Reading::Open);
    }
    let value = match name {
        [b'#', b'x' | b'X', digits @ ..] if !digits.is_empty() => hex_value(digits).and_then(char::from_u32),
        [b'#', digits @ ..] if !digits.is_empty() => {
            let value = digits
                .iter()
                .try_fold(0_u32, |value, &digit| value.checked_mul(10)?.checked_add(char::from(digit).to_digit(10)?));
            value.and_then(char::from_u32)
        }
        name => entities::meaning(name),
    };
    if let Some(c) = value {
        visit(Reading::Char(c));
    }
}

/// The value of hex digits, of which there are too few to overflow.
fn hex_value(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0_u32, |value, &digit| Some(value << 4 | char::from(digit).to_digit(16)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a whole text may mean as one escape.
    fn meanings(text: &str) -> Vec<Vec<u8>> {
        let mut found = Vec::new();
        for end in 1..=text.len() {
            let mut is_open = false;
            read(&text.as_bytes()[..end], |reading| match reading {
                Reading::Open => is_open = true,
                _ if end < text.len() => {}
                Reading::Nothing => found.push(Vec::new()),
                Reading::Byte(byte) => found.push(vec![byte]),
                Reading::Char(c) => found.push(c.to_string().into_bytes()),
            });
            if !is_open && end < text.len() {
                return Vec::new();
            }
        }
        found
    }

    #[test]
    fn each_escape_has_its_meaning() {
        for (text, expected) in [
            ("%41", "A"),
            ("%2f", "/"),
            ("%u00e4", "ä"),
            ("%uD83D%uDE00", "😀"),
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
            ("\\b", "\u{8}"),
            ("\\/", "/"),
            ("\\$", "$"),
            ("\\\n", ""),
            ("\\\r\n", ""),
            ("\\41", "A"),
            ("\\41 ", "A"),
            ("\\000041", "A"),
            ("\\1f600 ", "😀"),
            ("&amp;", "&"),
            ("&amp", "&"),
            ("&#38;", "&"),
            ("&#38", "&"),
            ("&#x26;", "&"),
            ("&#x26", "&"),
            ("&#0000038;", "&"),
            ("&auml;", "ä"),
            ("&equals;", "="),
            ("\"\"", "\""),
            ("''", "'"),
            ("'\\''", "'"),
            ("'\"'\"'", "'"),
            ("$$", "$"),
        ] {
            assert!(meanings(text).contains(&expected.as_bytes().to_vec()), "{text}: {:?}", meanings(text));
        }
        for text in [
            "%4g",
            "%uD83D",
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
            "\\8q",
        ] {
            assert_eq!(meanings(text), Vec::<Vec<u8>>::new(), "{text}");
        }
    }
}
