//! Base64 in the name of a header, which has no case: HTTP libraries read every name in lower case, and what base64 meant cannot be
//! decoded any more.
//!
//! So a name is searched for the digits themselves, in either case: of the secret, and of the secret as hex or base64, after any text
//! and before any other.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use zeroize::Zeroizing;

use super::scan::{Forms, WORD_BELOW};
use crate::domain::signature::hex;

/// What to search a name for in addition to those forms.
pub(super) fn forms(of: &Forms) -> Forms {
    let mut digits: Vec<Zeroizing<Vec<u8>>> = Vec::new();
    for secret in of.all().iter().filter(|form| form.len() >= WORD_BELOW) {
        let as_hex = Zeroizing::new(hex(secret));
        let texts = [STANDARD, URL_SAFE_NO_PAD].map(|engine| Zeroizing::new(engine.encode(secret)));
        let upper = Zeroizing::new(as_hex.to_uppercase());
        let written = [&as_hex, &upper].into_iter().chain(&texts).map(|text| text.as_bytes());
        for text in [secret.as_slice()].into_iter().chain(written) {
            digits.extend((0..3).flat_map(|before| digits_of(text, before)));
        }
    }
    digits.retain(|digits| digits.len() >= WORD_BELOW);
    digits.dedup();
    Forms::new(digits)
}

/// The base64 digits of a text that comes after `before` other bytes, in both alphabets: only the digits that this text alone decides.
fn digits_of(text: &[u8], before: usize) -> [Zeroizing<Vec<u8>>; 2] {
    let mut bytes = Zeroizing::new(vec![0; before]);
    bytes.extend_from_slice(text);
    let (from, to) = ((before * 8).div_ceil(6), bytes.len() * 8 / 6);
    [STANDARD_NO_PAD, URL_SAFE_NO_PAD].map(|engine| {
        let digits = Zeroizing::new(engine.encode(&bytes));
        Zeroizing::new(digits.as_bytes()[from..to].to_vec())
    })
}
