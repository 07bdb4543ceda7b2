//! Stretches of base64 and hex, decoded: a text that was encoded whole gives away a secret in it, however that is written there.

use std::ops::Range;

use zeroize::Zeroizing;

/// A stretch of digits of one code.
struct Run {
    /// The value of each digit, and where it is.
    digits: Zeroizing<Vec<(u8, usize)>>,
    bits: usize,
}

/// What a run means, read from one of its digits on.
pub(super) struct Decoded<'a> {
    pub(super) bytes: Zeroizing<Vec<u8>>,
    digits: &'a [(u8, usize)],
    bits: usize,
}

impl Decoded<'_> {
    /// Where the digits of a stretch of its bytes are, the line breaks between them included.
    pub(super) fn place(&self, bytes: &Range<usize>) -> Range<usize> {
        let first = bytes.start * 8 / self.bits;
        let last = (bytes.end * 8).div_ceil(self.bits).min(self.digits.len()) - 1;
        self.digits[first].1..self.digits[last].1 + 1
    }
}

/// Visits each reading of each stretch that means at least `least` bytes: base64 from each of four digits on, hex from each of
/// two. The second argument says whether the stretch goes on to the text's end.
pub(super) fn each(text: &[u8], least: usize, mut visit: impl FnMut(&Decoded<'_>, bool)) {
    runs(text, least, 6, base64, |byte| matches!(byte, b'\r' | b'\n'), &mut visit);
    runs(text, least, 4, hex, |byte| matches!(byte, b'\r' | b'\n' | b' ' | b':' | b'-'), &mut visit);
}

fn runs(
    text: &[u8],
    least: usize,
    bits: usize,
    value: fn(u8) -> Option<u8>,
    is_between: fn(u8) -> bool,
    visit: &mut impl FnMut(&Decoded<'_>, bool),
) {
    let enough = (least * 8).div_ceil(bits);
    let mut at = 0;
    while at < text.len() {
        // Most stretches are words, and too short: they are left before anything is copied.
        let from = at;
        let mut count = 0;
        let mut between = 0;
        while let Some(&byte) = text.get(at) {
            if value(byte).is_some() {
                (count, between) = (count + 1, 0);
            } else if count > 0 && between < 2 && is_between(byte) {
                between += 1;
            } else {
                break;
            }
            at += 1;
        }
        if count >= enough {
            let places = text[from..at].iter().zip(from..);
            let digits = places.filter_map(|(&byte, place)| value(byte).map(|digit| (digit, place))).collect();
            let run = Run { digits: Zeroizing::new(digits), bits };
            for skipped in 0..8 / (8 - bits).max(2) {
                visit(&run.decoded(skipped), at == text.len());
            }
        }
        at = at.max(from + 1);
    }
}

impl Run {
    fn decoded(&self, skipped: usize) -> Decoded<'_> {
        let digits = self.digits.get(skipped..).unwrap_or_default();
        let mut bytes = Zeroizing::new(Vec::with_capacity(digits.len() * self.bits / 8));
        let (mut value, mut held) = (0_u32, 0);
        for (digit, _) in digits {
            value = (value << self.bits | u32::from(*digit)) & 0xffff;
            held += self.bits;
            if held >= 8 {
                held -= 8;
                bytes.push(u8::try_from(value >> held & 0xff).unwrap_or_default());
            }
        }
        Decoded { bytes, digits, bits: self.bits }
    }
}

/// Of either alphabet.
fn base64(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    }
}

fn hex(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}
