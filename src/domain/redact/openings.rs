//! A first look at a text: whether a form may begin with two given bytes.
//!
//! Every byte of every answer is looked at, and almost none begins a secret. Comparing each with every form took a quarter of
//! the time when sending in bulk.

use zeroize::Zeroizing;

use super::escape;

/// How many words of 64 bits hold a bit for each pair of bytes.
const WORDS: usize = 256 * 256 / 64;

/// The pairs of bytes with which a form, plain or escaped, may begin. They reveal a part of the secret.
pub(super) struct Openings(Zeroizing<Vec<u64>>);

impl Openings {
    pub(super) fn of<'a>(forms: impl Iterator<Item = &'a [u8]>) -> Self {
        let mut openings = Self(Zeroizing::new(vec![0; WORDS]));
        let mut forms = forms.peekable();
        if forms.peek().is_some() {
            for first in (0..=u8::MAX).filter(|&byte| escape::is_lead(byte)) {
                (0..=u8::MAX).filter(|&second| escape::may_begin(first, second)).for_each(|second| openings.add(first, second));
            }
        }
        for form in forms {
            let [first, rest @ ..] = form else { continue };
            for first in (0..=u8::MAX).filter(|&byte| is_plain(*first, byte)) {
                for second in 0..=u8::MAX {
                    // A byte of another character set may stand for two of the form.
                    let may_follow = |&wanted: &u8| first >= 0x80 || escape::is_lead(second) || is_plain(wanted, second);
                    if rest.first().is_none_or(may_follow) {
                        openings.add(first, second);
                    }
                }
            }
        }
        openings
    }

    fn add(&mut self, first: u8, second: u8) {
        let (word, bit) = place(first, second);
        self.0[word] |= bit;
    }

    /// Whether a form may begin so. `false` is certain.
    pub(super) fn may_be(&self, first: u8, second: u8) -> bool {
        let (word, bit) = place(first, second);
        self.0[word] & bit != 0
    }
}

fn place(first: u8, second: u8) -> (usize, u64) {
    let at = usize::from(first) << 8 | usize::from(second);
    (at / 64, 1 << (at % 64))
}

/// Whether a byte of a form may be written so without an escape: beyond ASCII, as any in another character set.
const fn is_plain(byte: u8, written: u8) -> bool {
    match byte {
        0x80.. => written >= 0x80,
        b' ' => written == b' ' || escape::is_space(written),
        _ => byte.eq_ignore_ascii_case(&written),
    }
}
