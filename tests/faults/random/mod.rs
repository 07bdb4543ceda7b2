//! The whole program with random input: keys on a terminal, and argument lists. Checks what must hold whatever a user does.
//!
//! `WAYPOST_RANDOM_SECONDS` says for how long (default: half a minute each), and `WAYPOST_RANDOM_SEED`, which each run prints, repeats
//! a run's choices.

mod arguments;
mod keys;
mod typed;

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// A secret that can be recognised.
const SECRET: &str = "Canary+/0123456789-sEcRet~tail";

/// Numbers that look random and are the same in each run with one seed (Steele, Lea and Flood, `SplitMix`, 2014).
pub struct Random(pub u64);

impl Random {
    fn of_this_run() -> Self {
        let seed = std::env::var("WAYPOST_RANDOM_SEED").ok().and_then(|seed| seed.parse().ok());
        let seed = seed.unwrap_or_else(|| {
            let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
            now.as_secs() ^ u64::from(now.subsec_nanos())
        });
        println!("WAYPOST_RANDOM_SEED={seed}");
        Self(seed)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(end).unwrap()).unwrap()
    }

    fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    fn of<'a, T>(&mut self, choices: &'a [T]) -> &'a T {
        &choices[self.below(choices.len())]
    }
}

/// When the run is over.
fn end() -> Instant {
    let seconds = std::env::var("WAYPOST_RANDOM_SECONDS").ok().and_then(|seconds| seconds.parse().ok());
    Instant::now() + Duration::from_secs(seconds.unwrap_or(30))
}
