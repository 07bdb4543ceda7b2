//! `--rate 5/s`: how many attempts go out in a time, and when the next one may.

use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

use jiff::Timestamp;

use super::gate::later;

/// The time between two attempts that a rate can mean, in seconds: a million a second to one a day.
const INTERVALS_S: RangeInclusive<f64> = 1e-6..=86_400.0;

/// A timer fires late; an attempt that is late by less than this does not delay the ones after it.
const CATCH_UP: Duration = Duration::from_millis(20);

/// A number of attempts in a time, evenly spaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// From one attempt to the next.
    interval: Duration,
}

/// It is not a rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadRate {
    /// Not of the form `5/s`.
    Form,
    /// Zero, less than one a day, or more than a million a second.
    Range,
}

impl FromStr for Rate {
    type Err = BadRate;

    /// `5/s`, `30/m`, `100/h`, `0.5/s`
    fn from_str(text: &str) -> Result<Self, BadRate> {
        let (count, unit) = text.split_once('/').ok_or(BadRate::Form)?;
        let unit = match unit {
            "s" => 1.0,
            "m" => 60.0,
            "h" => 3600.0,
            _ => return Err(BadRate::Form),
        };
        // f64 also reads `inf`, `nan`, `1e99` and signs.
        if !count.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
            return Err(BadRate::Form);
        }
        let count: f64 = count.parse().map_err(|_| BadRate::Form)?;
        let seconds = unit / count;
        if INTERVALS_S.contains(&seconds) { Ok(Self { interval: Duration::from_secs_f64(seconds) }) } else { Err(BadRate::Range) }
    }
}

/// Spaces attempts by a rate: the first goes at once, each other an interval after the one before.
#[derive(Clone, Debug)]
pub struct Pacer {
    rate: Rate,
    /// When the next attempt may go.
    next: Option<Timestamp>,
}

impl Pacer {
    #[must_use]
    pub const fn new(rate: Rate) -> Self {
        Self { rate, next: None }
    }

    /// When an attempt may go; `None` if it may now.
    #[must_use]
    pub fn wait(&self, now: Timestamp) -> Option<Timestamp> {
        // No more than an interval ahead, should the clock have been set back.
        self.next.filter(|next| *next > now).map(|next| next.min(later(now, self.rate.interval)))
    }

    /// An attempt goes now.
    pub fn went(&mut self, now: Timestamp) {
        let late = self.next.map_or(Duration::MAX, |next| Duration::try_from(now.duration_since(next)).unwrap_or(Duration::MAX));
        let from = self.next.filter(|_| late <= CATCH_UP).unwrap_or(now);
        self.next = Some(later(from, self.rate.interval));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millisecond(1_795_425_120_000 + ms).unwrap()
    }

    /// The times in ms at which attempts go in that long, if each goes `late` after it may.
    fn times(rate: &str, ms: i64, late: i64) -> Vec<i64> {
        let mut pacer = Pacer::new(rate.parse().unwrap());
        let mut now = at(0);
        let mut times = Vec::new();
        while now < at(ms) {
            match pacer.wait(now) {
                Some(until) => now = later(until, Duration::from_millis(late.unsigned_abs())),
                None => {
                    pacer.went(now);
                    times.push(now.as_millisecond() - at(0).as_millisecond());
                }
            }
        }
        times
    }

    #[test]
    fn what_is_a_rate() {
        for (text, ms) in
            [("5/s", 200), ("0.5/s", 2000), (".5/s", 2000), ("2./s", 500), ("30/m", 2000), ("100/h", 36_000), ("1/h", 3_600_000)]
        {
            assert_eq!(text.parse::<Rate>().map(|rate| rate.interval.as_millis()), Ok(ms), "{text}");
        }
        for text in [
            "",
            "5",
            "/s",
            "5/",
            "5/x",
            "5/d",
            "5/S",
            "5/sec",
            "-1/s",
            "+5/s",
            "NaN/s",
            "nan/s",
            "inf/s",
            "1e99/s",
            "5e0/s",
            "5 /s",
            " 5/s",
            "5/s ",
            "5//s",
            "5/s/s",
            "5.5.5/s",
            "./s",
            "0x5/s",
            "\u{665}/s",
            "5,5/s",
            "1_000/s",
            "s/5",
            "5/1s",
        ] {
            assert_eq!(text.parse::<Rate>(), Err(BadRate::Form), "{text:?}");
        }
        let many = "9".repeat(400) + "/s";
        for text in ["0/s", "0.0/m", "0.00000000001/s", "0.01/h", "1000001/s", "99999999999999/s", &many] {
            assert_eq!(text.parse::<Rate>(), Err(BadRate::Range), "{text:?}");
        }
    }

    #[test]
    fn smooth_from_the_first_on() {
        assert_eq!(times("2/s", 3000, 0), [0, 500, 1000, 1500, 2000, 2500]);
        assert_eq!(times("0.5/s", 6000, 0), [0, 2000, 4000]);
    }

    #[test]
    fn late_timers_do_not_slow_it_down() {
        let times = times("100/s", 10_000, 3);
        assert!((999..=1001).contains(&times.len()), "{}", times.len());
    }

    #[test]
    fn a_pause_is_not_made_up_for() {
        let mut pacer = Pacer::new("10/s".parse().unwrap());
        pacer.went(at(0));
        pacer.went(at(60_000));
        assert_eq!(pacer.wait(at(60_000)), Some(at(60_100)));
    }

    proptest! {
        #[test]
        fn whatever_the_clock_does_the_wait_is_no_longer_than_an_interval(jumps in prop::collection::vec(-5000..5000_i64, 1..50)) {
            let mut pacer = Pacer::new("4/s".parse().unwrap());
            let mut now = 0;
            for jump in jumps {
                now += jump;
                match pacer.wait(at(now)) {
                    Some(until) => prop_assert!(until > at(now) && until <= at(now + 250)),
                    None => pacer.went(at(now)),
                }
            }
        }

        /// Also where the attempts come late: never more in any second than the rate, but for what a late timer shifts.
        #[test]
        fn no_burst(lates in prop::collection::vec(0..2000_i64, 2..60)) {
            let mut pacer = Pacer::new("4/s".parse().unwrap());
            let (mut now, mut times) = (0, Vec::new());
            for late in lates {
                if let Some(until) = pacer.wait(at(now)) {
                    now = until.as_millisecond() - at(0).as_millisecond();
                }
                now += late;
                pacer.went(at(now));
                times.push(now);
            }
            for pair in times.windows(2) {
                prop_assert!(pair[1] - pair[0] >= 250 - 20, "{times:?}");
            }
        }
    }
}
