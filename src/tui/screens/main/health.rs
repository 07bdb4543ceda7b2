//! How the destination is doing, by the newest deliveries.

use jiff::Timestamp;

use crate::domain::delivery::probe::Verdict;
use crate::domain::delivery::{Delivery, Outcome};
use crate::domain::destination::DestinationId;

/// Whether it works.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Standing {
    #[default]
    NeverTested,
    /// The newest delivery was delivered, then.
    Works(Timestamp),
    /// Since the first of the failures that are the newest.
    Failing(Timestamp),
}

/// What a probe found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Probed {
    pub verdict: Verdict,
    /// How many of its requests ended as they should.
    pub good: usize,
    pub planned: usize,
    pub at: Timestamp,
}

/// Of the deliveries to what is registered; what the user stopped is not among them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Health {
    /// The milliseconds that each took, the newest first; `None` where it was not delivered.
    pub bars: Vec<Option<u64>>,
    pub standing: Standing,
    /// The time within which half of what was delivered was, in milliseconds.
    pub p50_ms: Option<f64>,
    /// The time within which 95 of 100 were.
    pub p95_ms: Option<f64>,
    /// The newest probe.
    pub probe: Option<Probed>,
    /// When the certificate that was seen last expires.
    pub certificate_end: Option<Timestamp>,
}

impl Health {
    /// `deliveries` are the newest first.
    #[must_use]
    pub fn of(deliveries: &[Delivery], to: &DestinationId) -> Self {
        let ours = deliveries.iter().filter(|delivery| delivery.destination_id == *to && delivery.probe.is_none());
        let attempts: Vec<_> = ours.filter_map(Delivery::last).filter(|attempt| attempt.outcome != Outcome::Stopped).collect();
        let delivered = |outcome| outcome == Outcome::Delivered;
        let standing = match attempts.first() {
            None => Standing::NeverTested,
            Some(newest) if delivered(newest.outcome) => Standing::Works(newest.started_at),
            Some(_) => {
                let failures = attempts.iter().take_while(|attempt| !delivered(attempt.outcome));
                failures.last().map_or(Standing::NeverTested, |first| Standing::Failing(first.started_at))
            }
        };
        let mut times: Vec<f64> =
            attempts.iter().filter(|attempt| delivered(attempt.outcome)).map(|attempt| attempt.duration_ms).collect();
        times.sort_by(f64::total_cmp);
        let bars = attempts.iter().map(|attempt| delivered(attempt.outcome).then(|| whole(attempt.duration_ms))).collect();
        let mut probes = deliveries.iter().filter(|delivery| delivery.destination_id == *to);
        let probe = probes.find_map(|delivery| Some((delivery.probe.as_ref()?, delivery.at())));
        let probe = probe.map(|(probe, at)| {
            let (verdict, good, planned) = (probe.verdict(), probe.good(), probe.planned);
            Probed { verdict, good, planned, at }
        });
        let certificate_end = attempts.iter().find_map(|attempt| attempt.tls.as_ref()?.not_after);
        Self { bars, standing, p50_ms: percentile(&times, 50), p95_ms: percentile(&times, 95), probe, certificate_end }
    }

    /// How many were delivered.
    #[must_use]
    pub fn delivered(&self) -> usize {
        self.bars.iter().flatten().count()
    }
}

/// The nearest rank.
fn percentile(sorted: &[f64], percent: usize) -> Option<f64> {
    sorted.get((sorted.len() * percent).div_ceil(100).checked_sub(1)?).copied()
}

fn whole(ms: f64) -> u64 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a delivery takes two minutes at most")]
    let whole = ms.round() as u64;
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_is_a_value_that_was_seen() {
        let times: Vec<f64> = (1..=40).map(f64::from).collect();
        assert_eq!((percentile(&times, 50), percentile(&times, 95)), (Some(20.0), Some(38.0)));
        assert_eq!((percentile(&[7.0], 50), percentile(&[7.0], 95)), (Some(7.0), Some(7.0)));
        assert_eq!(percentile(&[], 50), None);
    }
}
