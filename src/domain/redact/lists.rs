//! Bytes written as numbers: `[112, 97]`, `0x70, 0x61`, `{"0":112,"1":97}`, `01110000 01100001`.

use std::ops::Range;

use super::stretch::{Decoded, End, Least};

/// The bases that numbers are written in, with what may be before each.
const BASES: [(u32, &[u8]); 4] = [(10, b""), (16, b"0x"), (8, b"0o"), (2, b"0b")];

/// The most bytes between two numbers: a line break and an indentation.
const MOST_BETWEEN: usize = 64;

/// The most digits of a byte in base 2, and of a character in the others.
const MOST_DIGITS: usize = 8;

/// Numbers of one base, and where each is.
type Numbers = Vec<(u32, Range<usize>)>;

/// Visits each list of enough numbers, and every other number of it: the rest may be where each is.
pub(super) fn each(text: &[u8], end: End, least: Least, visit: &mut impl FnMut(&Decoded)) {
    let mut lists = BASES.map(|_| Numbers::new());
    let mut at = 0;
    while at < text.len() {
        let from = at;
        at += text[at..].iter().take_while(|byte| !byte.is_ascii_alphanumeric()).count();
        let is_separated = at - from <= MOST_BETWEEN && text[from..at].is_ascii();
        let place = at..at + text[at..].iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
        at = place.end;
        if place.is_empty() || end == End::Cut && at == text.len() {
            break;
        }
        for (numbers, (base, prefix)) in lists.iter_mut().zip(BASES) {
            let value = number(&text[place.clone()], base, prefix).map(|value| match value {
                // As Java shows bytes, which have a sign.
                1..=128 if base == 10 && is_minus(text, place.start) => 256 - value,
                value => value,
            });
            if !is_separated || value.is_none() {
                visit_list(numbers, least, false, visit);
            }
            numbers.extend(value.map(|value| (value, place.clone())));
        }
    }
    for numbers in &mut lists {
        visit_list(numbers, least, true, visit);
    }
}

/// Whether the number at that place has a minus before it, which is not between two.
fn is_minus(text: &[u8], at: usize) -> bool {
    at > 0 && text[at - 1] == b'-' && !at.checked_sub(2).is_some_and(|before| text[before].is_ascii_digit())
}

fn number(text: &[u8], base: u32, prefix: &[u8]) -> Option<u32> {
    let has_prefix = !prefix.is_empty() && text.len() > 2 && text[..2].eq_ignore_ascii_case(prefix);
    let digits = if has_prefix { &text[2..] } else { text };
    if digits.len() > MOST_DIGITS {
        return None;
    }
    let add = |value: u32, &digit: &u8| value.checked_mul(base)?.checked_add(char::from(digit).to_digit(base)?);
    digits.iter().try_fold(0, add).filter(|&value| char::from_u32(value).is_some())
}

fn visit_list(numbers: &mut Numbers, least: Least, is_last: bool, visit: &mut impl FnMut(&Decoded)) {
    for (from, step) in [(0, 1), (0, 2), (1, 2)] {
        if numbers.len() / step < least.of(is_last) {
            break;
        }
        let mut decoded = Decoded::new(is_last);
        for (value, place) in numbers.iter().skip(from).step_by(step) {
            match u8::try_from(*value) {
                Ok(byte) => decoded.push(byte, place.clone()),
                Err(_) => decoded.push_char(char::from_u32(*value).unwrap_or(char::REPLACEMENT_CHARACTER), place),
            }
        }
        visit(&decoded);
    }
    numbers.clear();
}
