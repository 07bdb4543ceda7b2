//! Ids of deliveries (`webhook-id`): `msg_` and a random UUID.

/// How many ids are made from one call of the system's random numbers.
const AT_ONCE: usize = 64;

const BYTES: usize = 16;

/// A new id.
pub(super) fn new_id() -> String {
    named(uuid::Uuid::new_v4())
}

/// A new id of a probe, whose requests have ids of their own.
pub(super) fn new_probe_id() -> String {
    format!("prb_{}", uuid::Uuid::new_v4().simple())
}

fn named(uuid: uuid::Uuid) -> String {
    let mut id = String::with_capacity(36);
    id.push_str("msg_");
    id.push_str(uuid.simple().encode_lower(&mut [0; 32]));
    id
}

/// Makes many ids without a system call for each.
pub(super) struct IdGenerator {
    random: [u8; AT_ONCE * BYTES],
    /// The number of bytes that have not been used.
    left: usize,
}

impl IdGenerator {
    pub const fn new() -> Self {
        Self { random: [0; AT_ONCE * BYTES], left: 0 }
    }

    pub fn next(&mut self) -> String {
        if self.left == 0 && getrandom::fill(&mut self.random).is_ok() {
            self.left = self.random.len();
        }
        let from = self.random.len() - self.left;
        match self.random[from..].first_chunk::<BYTES>() {
            Some(bytes) => {
                self.left -= BYTES;
                named(uuid::Builder::from_random_bytes(*bytes).into_uuid())
            }
            // The system has no random numbers now; uuid panics where it has none at all.
            None => new_id(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn ids_are_unique_and_look_alike() {
        let mut ids = IdGenerator::new();
        let made: HashSet<String> = (0..=3 * AT_ONCE).map(|_| ids.next()).collect();
        assert_eq!(made.len(), 3 * AT_ONCE + 1);
        for id in made.iter().chain([&new_id()]) {
            let hex = id.strip_prefix("msg_").unwrap();
            assert!(hex.len() == 32 && hex.bytes().all(|byte| byte.is_ascii_hexdigit()), "{id}");
            // RFC 9562 §5.4: version 4.
            assert_eq!(&hex[12..13], "4", "{id}");
        }
    }
}
