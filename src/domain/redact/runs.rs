//! Stretches of base64, base32 and hex.

use super::stretch::{Decoded, Least};

/// An alphabet of which each digit is a number of bits.
struct Code {
    bits: usize,
    /// The value of each byte, or [`NONE`].
    values: [u8; 256],
    /// What may be between two digits beside a line break, once or twice.
    between: &'static [u8],
}

const NONE: u8 = u8::MAX;

static CODES: [Code; 4] = [
    // Standard, URL-safe (RFC 4648 §5) and of mailboxes (RFC 3501 §5.1.3).
    Code {
        bits: 6,
        values: values(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", b"-_,", false),
        between: b"",
    },
    Code { bits: 5, values: values(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", b"", true), between: b"" },
    Code { bits: 5, values: values(b"0123456789ABCDEFGHIJKLMNOPQRSTUV", b"", true), between: b"" },
    Code { bits: 4, values: values(b"0123456789ABCDEF", b"", true), between: b" :-" },
];

/// The value of each digit, of the other two of base64, and of small letters where case does not count.
const fn values(digits: &[u8], others: &[u8], is_folded: bool) -> [u8; 256] {
    let mut values = [NONE; 256];
    let mut value = 0;
    while (value as usize) < digits.len() {
        let digit = digits[value as usize];
        values[digit as usize] = value;
        if is_folded {
            values[digit.to_ascii_lowercase() as usize] = value;
        }
        value += 1;
    }
    let mut at = 0;
    while at < others.len() {
        values[others[at] as usize] = if at == 0 { 62 } else { 63 };
        at += 1;
    }
    values
}

/// The most bytes of a line break and the indentation after it.
const MOST_BETWEEN: usize = 64;

/// Visits each reading of each stretch that means enough: from each digit on with which a byte may begin.
pub(super) fn each(text: &[u8], least: Least, visit: &mut impl FnMut(&Decoded)) {
    for code in &CODES {
        stretches(code, text, least, visit);
    }
}

fn stretches(code: &Code, text: &[u8], least: Least, visit: &mut impl FnMut(&Decoded)) {
    let value = |at: usize| text.get(at).map_or(NONE, |&byte| code.values[usize::from(byte)]);
    let mut at = 0;
    while at < text.len() {
        // Most stretches are words, and too short: they are left before anything is copied.
        let from = at;
        let (mut count, mut end) = (0, at);
        loop {
            if value(at) != NONE {
                (count, at, end) = (count + 1, at + 1, at + 1);
            } else if count > 0 && at < text.len() {
                let next = at + gap(code, &text[at..]);
                if next == at || next < text.len() && value(next) == NONE {
                    break;
                }
                at = next;
            } else {
                break;
            }
        }
        let padded = end + text[end..].iter().take_while(|&&byte| byte == b'=').count();
        let is_last = at.max(padded) == text.len();
        if count * code.bits >= least.of(is_last) * 8 {
            let digits: Vec<(u8, usize)> = (from..end).map(|at| (value(at), at)).filter(|&(value, _)| value != NONE).collect();
            for skipped in 0..8 >> code.bits.trailing_zeros() {
                visit(&decoded(code.bits, digits.get(skipped..).unwrap_or_default(), padded, is_last));
            }
        }
        at = at.max(from + 1);
    }
}

/// The length of what is between two digits.
fn gap(code: &Code, text: &[u8]) -> usize {
    let is_break = matches!(text.first(), Some(b'\r' | b'\n'));
    let is_between = |byte: &&u8| if is_break { byte.is_ascii_whitespace() } else { code.between.contains(byte) };
    let length = text.iter().take(MOST_BETWEEN + 1).take_while(is_between).count();
    if length <= if is_break { MOST_BETWEEN } else { 2 } { length } else { 0 }
}

fn decoded(bits: usize, digits: &[(u8, usize)], end: usize, is_last: bool) -> Decoded {
    let mut decoded = Decoded::new(is_last);
    let (mut value, mut held, mut first) = (0_u32, 0, None);
    for &(digit, at) in digits {
        value = (value << bits | u32::from(digit)) & 0xffff;
        held += bits;
        let from = *first.get_or_insert(at);
        if held >= 8 {
            held -= 8;
            decoded.push(u8::try_from(value >> held & 0xff).unwrap_or_default(), from..at + 1);
            first = (held > 0).then_some(at);
        }
    }
    if !8_usize.is_multiple_of(bits) {
        // The bits that are left are padding.
        decoded.extend_last(end);
    }
    decoded
}
