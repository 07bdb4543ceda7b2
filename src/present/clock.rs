//! Times as a person reads them: on the clock of a time zone, with the date when that is not today.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

/// A time zone, and which day it is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clock {
    pub zone: TimeZone,
    pub today: Date,
}

impl Default for Clock {
    fn default() -> Self {
        Self::new(TimeZone::UTC, Timestamp::UNIX_EPOCH)
    }
}

impl Clock {
    #[must_use]
    pub fn new(zone: TimeZone, now: Timestamp) -> Self {
        let today = zone.to_datetime(now).date();
        Self { zone, today }
    }

    /// `03:14:07` today, `Nov 26 21:03` in this year, else `2025-11-26`.
    #[must_use]
    pub fn time(&self, at: Timestamp) -> String {
        self.by_distance(at, ["%H:%M:%S", "%b %d %H:%M", "%Y-%m-%d"])
    }

    /// In six columns: `03:14` today, `Nov 26` in this year, else `2025`.
    #[must_use]
    pub fn short(&self, at: Timestamp) -> String {
        self.by_distance(at, ["%H:%M", "%b %d", "%Y"])
    }

    /// In the format for a time today, in this year, or in another one.
    fn by_distance(&self, at: Timestamp, [today, this_year, other_year]: [&str; 3]) -> String {
        let at = self.zone.to_datetime(at);
        let format = if at.date() == self.today {
            today
        } else if at.year() == self.today.year() {
            this_year
        } else {
            other_year
        };
        at.strftime(format).to_string()
    }

    /// All of it, with the zone: `2026-11-26 21:03:12 CET`
    #[must_use]
    pub fn moment(&self, at: Timestamp) -> String {
        at.to_zoned_datetime(self.zone.clone()).strftime("%Y-%m-%d %H:%M:%S %Z").to_string()
    }

    /// To the minute, with the zone: `2026-11-26 21:03 CET`
    #[must_use]
    pub fn minute(&self, at: Timestamp) -> String {
        at.to_zoned_datetime(self.zone.clone()).strftime("%Y-%m-%d %H:%M %Z").to_string()
    }

    /// A sentence with its times on this clock: `2026-11-26 20:03 UTC` as `2026-11-26 21:03 CET`. What was found out about a delivery
    /// is recorded in UTC. What is quoted stays as it is.
    #[must_use]
    pub fn in_sentence(&self, text: &str) -> String {
        let mut quoted = false;
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            let taken = if quoted { None } else { self.localised(rest) };
            quoted ^= c == '"';
            match taken {
                Some((length, time)) => {
                    out.push_str(&time);
                    rest = &rest[length..];
                }
                None => {
                    out.push(c);
                    rest = &rest[c.len_utf8()..];
                }
            }
        }
        out
    }

    /// The time in UTC that a text begins with: its length, and how it is on this clock.
    fn localised(&self, text: &str) -> Option<(usize, String)> {
        const ZONE: &str = " UTC";
        for (format, length) in [("%Y-%m-%d %H:%M", 16), ("%Y-%m-%d %H:%M:%S", 19)] {
            let time = text.get(..length).filter(|time| time.starts_with(|c: char| c.is_ascii_digit()));
            let Some(time) = time.filter(|_| text[length..].starts_with(ZONE)) else { continue };
            let at = DateTime::strptime(format, time).and_then(|at| TimeZone::UTC.to_timestamp(at)).ok()?;
            return Some((length + ZONE.len(), if length == 16 { self.minute(at) } else { self.moment(at) }));
        }
        None
    }

    /// As [`Clock::time`], always to the second: `2026-11-26 21:03:12` on another day.
    #[must_use]
    pub fn second(&self, at: Timestamp) -> String {
        let at = self.zone.to_datetime(at);
        at.strftime(if at.date() == self.today { "%H:%M:%S" } else { "%Y-%m-%d %H:%M:%S" }).to_string()
    }

    /// How many days there are until the day of that time; negative after it.
    #[must_use]
    pub fn days_until(&self, at: Timestamp) -> i32 {
        let day = self.zone.to_datetime(at).date();
        // Two dates that exist are never so far apart that it would not fit.
        day.since(self.today).map_or(i32::MAX, |span| span.get_days())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_time_has_the_date_when_it_is_not_today() {
        let clock = Clock::new(TimeZone::fixed(jiff::tz::offset(2)), at("2026-11-28T10:00:00Z"));
        assert_eq!(clock.time(at("2026-11-28T01:14:07Z")), "03:14:07");
        // The day begins at midnight there, not in UTC.
        assert_eq!(clock.time(at("2026-11-27T22:30:00Z")), "00:30:00");
        assert_eq!(clock.time(at("2026-11-27T21:59:59Z")), "Nov 27 23:59");
        assert_eq!(clock.time(at("2025-12-31T12:00:00Z")), "2025-12-31");
        let days = ["2026-11-28T01:14:07Z", "2026-11-27T21:59:59Z", "2025-12-31T12:00:00Z"];
        assert_eq!(days.map(|day| clock.short(at(day))), ["03:14", "Nov 27", "2025"]);
        assert_eq!(clock.second(at("2026-11-28T01:14:07Z")), "03:14:07");
        assert_eq!(clock.second(at("2026-11-27T21:59:59Z")), "2026-11-27 23:59:59");
    }

    #[test]
    fn a_moment_names_its_zone() {
        let berlin = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
        let clock = Clock::new(berlin, at("2026-11-28T10:00:00Z"));
        assert_eq!(clock.moment(at("2026-11-26T20:03:12.5Z")), "2026-11-26 21:03:12 CET");
        assert_eq!(clock.moment(at("2026-07-26T20:03:12Z")), "2026-07-26 22:03:12 CEST");
    }

    #[test]
    fn a_sentence_has_its_times_on_the_clock() {
        let berlin = TimeZone::posix("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
        let clock = Clock::new(berlin, at("2026-11-28T10:00:00Z"));
        for (recorded, shown) in [
            ("It ends in 3 days, at 2026-12-01 23:30 UTC.", "It ends in 3 days, at 2026-12-02 00:30 CET."),
            (
                "until 2026-07-01 10:00:07 UTC, not 2026-07-01 10:00 UTC",
                "until 2026-07-01 12:00:07 CEST, not 2026-07-01 12:00 CEST",
            ),
            (
                "It says: \"2026-12-01 23:30 UTC\" at 2026-12-01 23:30 UTC",
                "It says: \"2026-12-01 23:30 UTC\" at 2026-12-02 00:30 CET",
            ),
            ("2026-13-01 23:30 UTC, é 12-01 23:30 UTC, UTC", "2026-13-01 23:30 UTC, é 12-01 23:30 UTC, UTC"),
            ("", ""),
        ] {
            assert_eq!(clock.in_sentence(recorded), shown);
            assert_eq!(Clock::default().in_sentence(recorded), recorded);
        }
    }

    #[test]
    fn days_are_counted_by_the_calendar() {
        let clock = Clock::new(TimeZone::UTC, at("2026-11-28T23:00:00Z"));
        assert_eq!(
            ["2026-11-28T23:59:00Z", "2026-11-29T00:10:00Z", "2026-11-27T23:59:00Z"].map(|it| clock.days_until(at(it))),
            [0, 1, -1]
        );
        assert_eq!(clock.days_until(at("2027-02-07T00:00:00Z")), 71);
    }
}
