//! Counts and times of many deliveries. Probes are not among them.

use super::outcome::Outcome;

/// How many ended in which way, and how long those took that were answered.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Stats {
    pub delivered: usize,
    pub refused: usize,
    pub failed: usize,
    /// By the user: they count neither as a success nor against it.
    pub stopped: usize,
    /// Of the last attempts that got an answer, in milliseconds, the shortest first.
    times: Vec<f64>,
}

/// How many took at most so long, and longer than the bucket before.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bucket {
    pub le_ms: f64,
    pub count: usize,
}

impl Stats {
    /// Of the last attempts: how each ended, and how many milliseconds it took.
    #[must_use]
    pub fn new(attempts: impl IntoIterator<Item = (Outcome, f64)>) -> Self {
        let mut stats = Self::default();
        for (outcome, ms) in attempts {
            let count = match outcome {
                Outcome::Delivered => &mut stats.delivered,
                Outcome::Refused => &mut stats.refused,
                Outcome::Failed => &mut stats.failed,
                Outcome::Stopped => &mut stats.stopped,
            };
            *count += 1;
            if matches!(outcome, Outcome::Delivered | Outcome::Refused) {
                stats.times.push(ms);
            }
        }
        stats.times.sort_by(f64::total_cmp);
        stats
    }

    /// The number that ended by themselves.
    #[must_use]
    pub const fn ended(&self) -> usize {
        self.delivered + self.refused + self.failed
    }

    #[must_use]
    pub const fn total(&self) -> usize {
        self.ended() + self.stopped
    }

    /// Those that were delivered, of those that ended by themselves; from 0 to 1.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "the history is bounded")]
    pub fn success_rate(&self) -> Option<f64> {
        (self.ended() > 0).then(|| self.delivered as f64 / self.ended() as f64)
    }

    /// The time within which that share of the answers came: a value that was measured (the nearest rank).
    #[must_use]
    pub fn percentile(&self, percent: usize) -> Option<f64> {
        self.times.get((self.times.len() * percent).div_ceil(100).checked_sub(1)?).copied()
    }

    /// The longest.
    #[must_use]
    pub fn max(&self) -> Option<f64> {
        self.times.last().copied()
    }

    /// Buckets of 1, 2 and 5 milliseconds, 10, 20 and 50 and so on, from the first that is not empty to the last.
    #[must_use]
    pub fn histogram(&self) -> Vec<Bucket> {
        let mut buckets = Vec::new();
        let mut rest = self.times.as_slice();
        let mut power = 1.0;
        while !rest.is_empty() {
            for step in [1.0, 2.0, 5.0] {
                let le_ms = step * power;
                let count = rest.partition_point(|ms| *ms <= le_ms);
                if count > 0 || (!buckets.is_empty() && !rest.is_empty()) {
                    buckets.push(Bucket { le_ms, count });
                }
                rest = &rest[count..];
            }
            power *= 10.0;
        }
        buckets
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_rates_and_times() {
        let answered = (1..=100).map(|ms| (if ms <= 90 { Outcome::Delivered } else { Outcome::Refused }, f64::from(ms)));
        let stats = Stats::new(answered.chain([(Outcome::Failed, 15_000.0), (Outcome::Stopped, 3.0)]));
        assert_eq!((stats.delivered, stats.refused, stats.failed, stats.stopped), (90, 10, 1, 1));
        assert_eq!((stats.ended(), stats.total()), (101, 102));
        assert!((stats.success_rate().unwrap() - 90.0 / 101.0).abs() < 1e-9);
        assert_eq!([50, 95, 99].map(|it| stats.percentile(it)), [Some(50.0), Some(95.0), Some(99.0)]);
        assert_eq!(stats.max(), Some(100.0), "what got no answer is no latency");
        let histogram: Vec<_> = stats.histogram().iter().map(|it| (it.le_ms, it.count)).collect();
        assert_eq!(histogram, [(1.0, 1), (2.0, 1), (5.0, 3), (10.0, 5), (20.0, 10), (50.0, 30), (100.0, 50)]);
        let nothing = Stats::new([]);
        assert_eq!(
            (nothing.success_rate(), nothing.percentile(50), nothing.max(), nothing.histogram()),
            (None, None, None, vec![])
        );
        let one = Stats::new([(Outcome::Delivered, 0.0)]);
        assert_eq!(one.histogram(), [Bucket { le_ms: 1.0, count: 1 }]);
    }
}
