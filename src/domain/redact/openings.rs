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
                openings.add_where(first, |second| escape::may_begin(first, second));
            }
        }
        for form in forms {
            let [first, rest @ ..] = form else { continue };
            for first in plain(*first) {
                openings.add_where(first, |second| {
                    rest.first().is_none_or(|&wanted| escape::is_lead(second) || plain(wanted).any(|byte| byte == second))
                });
            }
        }
        openings
    }

    fn add_where(&mut self, first: u8, may_follow: impl Fn(u8) -> bool) {
        for second in (0..=u8::MAX).filter(|&second| may_follow(second)) {
            let (word, bit) = place(first, second);
            self.0[word] |= bit;
        }
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

/// How a byte of a form may be written without an escape.
fn plain(byte: u8) -> impl Iterator<Item = u8> {
    let plus = (byte == b' ').then_some(b'+');
    [byte.to_ascii_lowercase(), byte.to_ascii_uppercase()].into_iter().chain(plus)
}
