//! The ids of many deliveries: random, as that of one is, but without a system call for each.

/// How many are made of one call.
const AT_ONCE: usize = 64;

const BYTES: usize = 16;

/// Makes ids, each once.
pub struct Ids {
    random: [u8; AT_ONCE * BYTES],
    /// How many bytes have not been used.
    left: usize,
}

impl Ids {
    /// Nothing is made yet.
    pub const fn new() -> Self {
        Self { random: [0; AT_ONCE * BYTES], left: 0 }
    }

    /// The next `webhook-id`.
    pub fn next(&mut self) -> String {
        if self.left == 0 && getrandom::fill(&mut self.random).is_ok() {
            self.left = self.random.len();
        }
        let from = self.random.len() - self.left;
        match self.random[from..].first_chunk::<BYTES>() {
            Some(bytes) => {
                self.left -= BYTES;
                crate::ops::id_of(uuid::Builder::from_random_bytes(*bytes).into_uuid())
            }
            // The system has no random numbers now, and ends what asks it for one.
            None => crate::ops::new_id(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn each_id_is_made_once_and_looks_like_any_other() {
        let mut ids = Ids::new();
        let made: HashSet<String> = (0..=3 * AT_ONCE).map(|_| ids.next()).collect();
        assert_eq!(made.len(), 3 * AT_ONCE + 1);
        for id in made.iter().chain([&crate::ops::new_id()]) {
            let hex = id.strip_prefix("msg_").unwrap();
            assert!(hex.len() == 32 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()), "{id}");
            // RFC 9562 §5.4: version 4.
            assert_eq!(&hex[12..13], "4", "{id}");
        }
    }
}
