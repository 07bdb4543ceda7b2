//! A first look at a text: whether a form may begin with two given bytes.
//!
//! Every byte of every answer is looked at, and almost none begins a secret. Comparing each with every form took a quarter of
//! the time when sending in bulk.

use zeroize::Zeroizing;

/// How many words of 64 bits hold a bit for each pair of bytes.
const WORDS: usize = 256 * 256 / 64;

/// What begins an escape, which may encode any byte of a form.
const LEADS: [u8; 3] = [b'%', b'\\', b'&'];

/// The pairs of bytes with which a form, plain or escaped, may begin. They reveal a part of the secret.
pub struct Openings(Zeroizing<Vec<u64>>);

impl Openings {
    pub fn of<'a>(forms: impl Iterator<Item = &'a [u8]>) -> Self {
        let mut openings = Self(Zeroizing::new(vec![0; WORDS]));
        for (at, form) in forms.enumerate() {
            if at == 0 {
                for lead in LEADS {
                    openings.add_all(lead);
                }
            }
            let [first, rest @ ..] = form else { continue };
            for first in plain(*first) {
                match rest {
                    [] => openings.add_all(first),
                    [second, ..] => {
                        for second in plain(*second).chain(LEADS) {
                            openings.add(first, second);
                        }
                    }
                }
            }
        }
        openings
    }

    fn add_all(&mut self, first: u8) {
        for second in 0..=u8::MAX {
            self.add(first, second);
        }
    }

    fn add(&mut self, first: u8, second: u8) {
        let (word, bit) = place(first, second);
        self.0[word] |= bit;
    }

    /// Whether a form may begin so. `false` is certain.
    pub fn may_be(&self, first: u8, second: u8) -> bool {
        let (word, bit) = place(first, second);
        self.0[word] & bit != 0
    }
}

/// Whether a form may begin with that byte. `false` is certain.
pub fn may_begin(form: &[u8], first: u8) -> bool {
    LEADS.contains(&first) || form.first().is_some_and(|byte| plain(*byte).any(|it| it == first))
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
