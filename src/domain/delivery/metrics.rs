//! What a relay counts, in the text format of Prometheus. Every series exists from the start: what is missing cannot be alerted on.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{Attempt, Outcome, Phase};

/// The upper bounds of the histogram, in seconds.
const BOUNDS: [f64; 11] = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0, 60.0];

const CLASSES: [&str; 5] = ["2xx", "3xx", "4xx", "5xx", "none"];

/// How a delivery ends.
const ENDS: [&str; 2] = ["delivered", "dead"];

/// What is read when it is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gauges {
    pub ready: u64,
    pub waiting: u64,
    pub in_flight: u64,
    pub dead: u64,
    /// Of the oldest event that is not dead.
    pub oldest_age_s: u64,
    pub gate_open: bool,
}

/// The counters of a run.
#[derive(Clone, Debug)]
pub struct Metrics {
    /// By end and class of the last status.
    deliveries: BTreeMap<(&'static str, &'static str), u64>,
    /// By outcome, and the phase in which it failed; empty where none did.
    attempts: BTreeMap<(&'static str, &'static str), u64>,
    buckets: [u64; BOUNDS.len()],
    sum_s: f64,
    count: u64,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut attempts = BTreeMap::new();
        for outcome in [Outcome::Delivered, Outcome::Refused] {
            attempts.insert((outcome.name(), ""), 0);
        }
        for phase in Phase::ALL {
            attempts.insert((Outcome::Failed.name(), phase.name()), 0);
        }
        let deliveries = ENDS.iter().flat_map(|end| CLASSES.iter().map(|class| ((*end, *class), 0))).collect();
        Self { deliveries, attempts, buckets: [0; BOUNDS.len()], sum_s: 0.0, count: 0 }
    }
}

impl Metrics {
    /// Counts an attempt.
    pub fn attempted(&mut self, attempt: &Attempt) {
        let phase = if attempt.outcome == Outcome::Failed { attempt.phase.map(Phase::name) } else { None };
        *self.attempts.entry((attempt.outcome.name(), phase.unwrap_or_default())).or_default() += 1;
        let seconds = attempt.duration_ms / 1000.0;
        for (bucket, bound) in self.buckets.iter_mut().zip(BOUNDS) {
            *bucket += u64::from(seconds <= bound);
        }
        self.sum_s += seconds;
        self.count += 1;
    }

    /// Counts a delivery that ended, by its last attempt.
    pub fn ended(&mut self, delivered: bool, last: Option<&Attempt>) {
        let class = match last.and_then(Attempt::status) {
            Some(200..=299) => CLASSES[0],
            Some(300..=399) => CLASSES[1],
            Some(400..=499) => CLASSES[2],
            Some(500..) => CLASSES[3],
            _ => CLASSES[4],
        };
        *self.deliveries.entry((ENDS[usize::from(!delivered)], class)).or_default() += 1;
    }

    /// All of it as text (<https://prometheus.io/docs/instrumenting/exposition_formats/>).
    #[must_use]
    pub fn text(&self, gauges: &Gauges, version: &str) -> String {
        let mut out = String::new();
        let head = |out: &mut String, name: &str, kind: &str, help: &str| {
            let _ = writeln!(out, "# HELP waypost_{name} {help}\n# TYPE waypost_{name} {kind}");
        };
        head(
            &mut out,
            "deliveries_total",
            "counter",
            "Events that left the queue or became dead letters, since the relay began.",
        );
        for ((outcome, class), count) in &self.deliveries {
            let _ = writeln!(out, "waypost_deliveries_total{{outcome=\"{outcome}\",code_class=\"{class}\"}} {count}");
        }
        head(&mut out, "attempts_total", "counter", "Attempts, by outcome and the phase in which they failed.");
        for ((outcome, phase), count) in &self.attempts {
            let _ = writeln!(out, "waypost_attempts_total{{outcome=\"{outcome}\",phase=\"{phase}\"}} {count}");
        }
        head(&mut out, "attempt_duration_seconds", "histogram", "Time of an attempt.");
        for (bound, count) in BOUNDS.iter().zip(self.buckets) {
            let _ = writeln!(out, "waypost_attempt_duration_seconds_bucket{{le=\"{bound}\"}} {count}");
        }
        let (sum, count) = (self.sum_s, self.count);
        let _ = writeln!(out, "waypost_attempt_duration_seconds_bucket{{le=\"+Inf\"}} {count}");
        let _ = writeln!(out, "waypost_attempt_duration_seconds_sum {sum}\nwaypost_attempt_duration_seconds_count {count}");
        head(&mut out, "queue_events", "gauge", "Events in the queue, by state.");
        let states =
            [("ready", gauges.ready), ("waiting", gauges.waiting), ("in_flight", gauges.in_flight), ("dead", gauges.dead)];
        for (state, count) in states {
            let _ = writeln!(out, "waypost_queue_events{{state=\"{state}\"}} {count}");
        }
        head(&mut out, "oldest_event_age_seconds", "gauge", "Age of the oldest event that is not dead.");
        let _ = writeln!(out, "waypost_oldest_event_age_seconds {}", gauges.oldest_age_s);
        head(&mut out, "gate_open", "gauge", "Whether events go out: 1 if the gate is open.");
        let _ = writeln!(out, "waypost_gate_open {}", u8::from(gauges.gate_open));
        head(&mut out, "in_flight", "gauge", "Attempts that are under way.");
        let _ = writeln!(out, "waypost_in_flight {}", gauges.in_flight);
        head(&mut out, "build_info", "gauge", "The version.");
        let _ = writeln!(out, "waypost_build_info{{version=\"{version}\"}} 1");
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::delivery::retry::tests::fixtures::{answered, causes, failed};

    #[test]
    fn every_series_exists_from_the_start() {
        let names = |text: &str| -> Vec<String> {
            text.lines()
                .filter(|line| !line.starts_with('#'))
                .filter_map(|line| Some(line.rsplit_once(' ')?.0.to_owned()))
                .collect()
        };
        let mut metrics = Metrics::default();
        let before = names(&metrics.text(&Gauges::default(), "0.1.0"));
        for status in [200, 302, 404, 503] {
            metrics.attempted(&answered(status, None));
            metrics.ended(status == 200, Some(&answered(status, None)));
        }
        let (transient, _) = causes();
        let failed = failed(transient[0].clone());
        metrics.ended(false, Some(&failed));
        let text = metrics.text(&Gauges { ready: 3, gate_open: true, ..Gauges::default() }, "0.1.0");
        assert_eq!(names(&text), before);
        for line in [
            "waypost_deliveries_total{outcome=\"delivered\",code_class=\"2xx\"} 1",
            "waypost_deliveries_total{outcome=\"dead\",code_class=\"none\"} 1",
            "waypost_attempts_total{outcome=\"refused\",phase=\"\"} 3",
            "waypost_attempt_duration_seconds_count 4",
            "waypost_queue_events{state=\"ready\"} 3",
            "waypost_gate_open 1",
            "waypost_build_info{version=\"0.1.0\"} 1",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} in {text}");
        }
    }
}
