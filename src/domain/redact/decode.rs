//! A text decoded as a whole: one that was encoded whole gives away a secret in it, however that is written there.

use super::escape::{self, Reading};
use super::stretch::{Decoded, End, Least};
use super::{lists, runs};

/// Visits each reading of each stretch of a code that means enough.
pub(super) fn each(text: &[u8], end: End, least: Least, mut visit: impl FnMut(&Decoded)) {
    runs::each(text, least, &mut visit);
    lists::each(text, end, least, &mut visit);
    wide(text, least, &mut visit);
}

/// UTF-16, in either order of its bytes, from the first of them on or the second. Where nothing that is looked for has other
/// letters, only its stretches of ASCII: of bytes that are no text, each reading would be a text in letters of all scripts.
fn wide(text: &[u8], least: Least, visit: &mut impl FnMut(&Decoded)) {
    // Of a text in letters that all need two bytes, the forms know how it is written.
    if text.iter().filter(|&&byte| byte == 0).nth(1).is_none() {
        return;
    }
    for (from, read) in
        [(0, u16::from_le_bytes as fn([u8; 2]) -> u16), (1, u16::from_le_bytes), (0, u16::from_be_bytes), (1, u16::from_be_bytes)]
    {
        let units = text[from..].chunks_exact(2).map(|pair| read([pair[0], pair[1]]));
        let mut decoded = Decoded::new(true);
        let mut at = from;
        for c in char::decode_utf16(units) {
            // Half of a character is at the end of what was cut off.
            let Ok(c) = c.or_else(|_| if at + 4 > text.len() { Err(()) } else { Ok(char::REPLACEMENT_CHARACTER) }) else { break };
            let end = at + 2 * c.len_utf16();
            if c.is_ascii() || !least.is_ascii {
                decoded.push_char(c, &(at..end));
            } else {
                visit_stretch(std::mem::replace(&mut decoded, Decoded::new(true)), false, least, visit);
            }
            at = end;
        }
        visit_stretch(decoded, true, least, visit);
    }
}

fn visit_stretch(mut decoded: Decoded, is_last: bool, least: Least, visit: &mut impl FnMut(&Decoded)) {
    decoded.is_last = is_last;
    if decoded.bytes.len() >= least.of(is_last) {
        visit(&decoded);
    }
}

/// What the escapes of each kind begin with.
pub(super) const KINDS: [fn(u8) -> bool; 6] = [
    |byte| byte == b'%',
    |byte| byte == b'\\',
    |byte| byte == b'&',
    |byte| byte == b'=',
    |byte| matches!(byte, b'"' | b'\'' | b'$'),
    |byte| byte >= 0x80,
];

/// A text without its escapes of one kind, of which each is read in one way: as the longest that it can be. Enough for what was
/// written in the few characters of a code, which are no escapes themselves. `None` where that makes no stretch of a code longer.
pub(super) fn unescaped(text: &[u8], end: End, is_kind: fn(u8) -> bool) -> Option<Decoded> {
    if !text.iter().any(|&byte| is_kind(byte)) {
        return None;
    }
    let is_wide = text.contains(&0);
    let mut decoded = Decoded::new(true);
    let mut counts = false;
    let mut kept = 0;
    let mut at = 0;
    while at < text.len() {
        let (escape, is_open) = if is_kind(text[at]) { longest(&text[at..]) } else { (None, false) };
        if is_open && end == End::Cut {
            counts = true;
            break;
        }
        let Some((length, meant)) = escape else {
            at += 1;
            continue;
        };
        decoded.push_all(text, kept..at);
        let place = at..at + length;
        counts |= is_wide || changes_a_code(&text[place.clone()], meant);
        match meant {
            Reading::Open | Reading::Nothing => {}
            Reading::Byte(byte) => decoded.push(byte, place),
            Reading::Char(c) => decoded.push_char(c, &place),
        }
        at += length;
        kept = at;
    }
    decoded.push_all(text, kept..at);
    counts.then_some(decoded)
}

/// Whether a stretch of a code goes on through an escape, or is apart from what is beside it, only where that is decoded.
fn changes_a_code(escape: &[u8], meant: Reading) -> bool {
    let c = match meant {
        Reading::Open | Reading::Nothing => return true,
        Reading::Byte(byte) => char::from(byte),
        Reading::Char(c) => c,
    };
    c.is_ascii() && (escape.iter().any(u8::is_ascii_alphanumeric) || matches!(c, '+' | '/' | '-' | '_' | ',' | '='))
}

/// The longest escape with which a text begins, and whether the text ends before it is known.
fn longest(text: &[u8]) -> (Option<(usize, Reading)>, bool) {
    let mut found = None;
    let mut is_open = text.first().is_some_and(|&first| escape::is_lead(first));
    let mut length = 0;
    while is_open && length < text.len() {
        length += 1;
        is_open = false;
        let mut meant = None;
        escape::read(&text[..length], |reading| match reading {
            Reading::Open => is_open = length < escape::LONGEST,
            reading => meant = meant.or(Some(reading)),
        });
        found = meant.map(|meant| (length, meant)).or(found);
    }
    (found, is_open)
}
