//! What `Retry-After` asks for: a number of seconds, or a date (RFC 9110 §10.2.3).
//!
//! The diagnosis says it, and the retry obeys it; both read it here, so that they agree.

use std::time::Duration;

use jiff::civil::DateTime;
use jiff::fmt::strtime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};

use super::attempt::{Attempt, Response};
use super::cause::{Cause, TokenCause};
use super::gate::LONGEST_PAUSE;
use crate::domain::text::{ellipsis, visible};

/// The longest wait between two attempts at one event on its own, whatever an endpoint asks for. Among many events, the gate obeys
/// it for up to [`LONGEST_PAUSE`].
pub const LONGEST_WAIT: Duration = Duration::from_mins(1);

/// The pause that the answer to an attempt asks for, or that of the token endpoint, if it asks for one that can be understood; zero
/// for a date that has passed.
#[must_use]
pub fn pause_asked_by(attempt: &Attempt, now: Timestamp) -> Option<Duration> {
    match (&attempt.response, &attempt.cause) {
        (Some(response), _) => RetryAfter::of(response, now)?.wait(now),
        (None, Some(Cause::Token(TokenCause::Refused(_, pause)))) => *pause,
        (None, _) => None,
    }
}

/// The pause that this value of `Retry-After` asks for.
#[must_use]
pub fn pause_asked(value: &str, now: Timestamp) -> Option<Duration> {
    RetryAfter::parse(value, now).wait(now)
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum RetryAfter {
    Seconds(u64),
    At(Timestamp),
    /// Neither, safe to show.
    Unreadable(String),
}

impl RetryAfter {
    /// What the header of an answer asks for; `now` determines the century of a date with a two-digit year.
    pub(super) fn of(response: &Response, now: Timestamp) -> Option<Self> {
        response.header("retry-after").map(|value| Self::parse(value, now))
    }

    fn parse(value: &str, now: Timestamp) -> Self {
        let value = value.trim_matches([' ', '\t']);
        if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
            // A number that is too large for its type is as good as forever.
            return Self::Seconds(value.parse().unwrap_or(u64::MAX));
        }
        // Some servers send a fraction, which the standard does not have: what they mean is plain.
        if let Some((whole, part)) = value.split_once('.')
            && [whole, part].into_iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
        {
            let more = part.bytes().any(|byte| byte != b'0');
            return Self::Seconds(whole.parse().unwrap_or(u64::MAX).saturating_add(u64::from(more)));
        }
        match http_date(value, now) {
            Some(at) => Self::At(at),
            None => Self::Unreadable(ellipsis(&visible(value), 60).into_owned()),
        }
    }

    /// How long that is from `now`; zero for a date that has passed, and `None` for what cannot be read.
    pub(super) fn wait(&self, now: Timestamp) -> Option<Duration> {
        match self {
            Self::Seconds(seconds) => Some(Duration::from_secs(*seconds)),
            Self::At(at) => Some(Duration::from_secs(at.as_second().saturating_sub(now.as_second()).try_into().unwrap_or(0))),
            Self::Unreadable(_) => None,
        }
    }

    /// The same as a sentence.
    pub(super) fn sentence(&self, now: Timestamp) -> String {
        let asks = match self {
            Self::Seconds(seconds) => format!("It asks to wait {seconds} s"),
            Self::At(at) => format!("It asks to wait until {}", at.strftime("%Y-%m-%d %H:%M:%S UTC")),
            Self::Unreadable(text) => return format!("Its Retry-After \"{text}\" is neither a number of seconds nor a date."),
        };
        match self.wait(now) {
            Some(wait) if wait > LONGEST_WAIT => {
                let (one, many) = (LONGEST_WAIT.as_secs(), LONGEST_PAUSE.as_secs() / 3600);
                format!("{asks}; waypost waits at most {one} s with one event, and up to {many} h with many.")
            }
            Some(Duration::ZERO) if matches!(self, Self::At(_)) => format!("{asks}, which has passed."),
            _ => format!("{asks}."),
        }
    }
}

/// A date in one of the three forms that a recipient must accept (RFC 9110 §5.6.7): IMF-fixdate, RFC 850 and asctime. All are
/// in UTC.
pub(super) fn http_date(value: &str, now: Timestamp) -> Option<Timestamp> {
    let parse = |form| -> Option<DateTime> { strtime::parse(form, value).ok()?.to_datetime().ok() };
    let date =
        parse("%a, %d %b %Y %H:%M:%S GMT").or_else(|| rfc850_date(value, now)).or_else(|| parse("%a %b %e %H:%M:%S %Y"))?;
    // The last day of the year 9999 is a date by its form, and later than a timestamp can be.
    Some(TimeZone::UTC.to_timestamp(date).unwrap_or(Timestamp::MAX))
}

/// A year of two digits is of this century, or of the one before where that would be over 50 years ahead.
fn rfc850_date(value: &str, now: Timestamp) -> Option<DateTime> {
    let (day, rest) = value.split_once(", ")?;
    let (date, time) = rest.split_once(' ')?;
    let (date, year) = date.rsplit_once('-').filter(|(_, year)| year.len() == 2)?;
    let year: i16 = year.parse().ok()?;
    let this_year = TimeZone::UTC.to_datetime(now).year();
    let year = this_year - this_year % 100 + year;
    // The weekday is of the year that is meant: it is read with each.
    let of = |year: i16| -> Option<DateTime> {
        let text = format!("{day}, {date}-{year:04} {time}");
        strtime::parse("%A, %d-%b-%Y %H:%M:%S GMT", text).ok()?.to_datetime().ok()
    };
    let limit = TimeZone::UTC.to_datetime(now).checked_add(50.years()).ok()?;
    of(year).filter(|date| *date <= limit).or_else(|| of(year - 100))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-23 09:12:00 UTC, a Monday.
    const NOW: i64 = 1_795_425_120;

    fn now() -> Timestamp {
        Timestamp::from_second(NOW).unwrap()
    }

    fn read(value: &str) -> RetryAfter {
        RetryAfter::parse(value, now())
    }

    #[test]
    fn seconds_are_digits_with_a_fraction_or_without() {
        assert_eq!(read("0"), RetryAfter::Seconds(0));
        assert_eq!(read(" 120\t"), RetryAfter::Seconds(120));
        assert_eq!(read("99999999999999999999999999"), RetryAfter::Seconds(u64::MAX));
        assert_eq!([read("0.5"), read("1.500"), read("2.0")], [1, 2, 2].map(RetryAfter::Seconds));
        assert_eq!(read("99999999999999999999999999.9"), RetryAfter::Seconds(u64::MAX));
        for value in ["", "-5", "+3", "1.", ".5", "1.5.5", "1,5", "-0.5", "1e3", "0x10", "5 s", "soon", "\u{662}"] {
            assert_eq!(read(value), RetryAfter::Unreadable(value.into()));
            assert_eq!(read(value).wait(now()), None);
        }
    }

    #[test]
    fn the_three_forms_of_a_date_mean_the_same() {
        for value in ["Mon, 23 Nov 2026 09:12:42 GMT", "Monday, 23-Nov-26 09:12:42 GMT", "Mon Nov 23 09:12:42 2026"] {
            assert_eq!(read(value), RetryAfter::At("2026-11-23T09:12:42Z".parse().unwrap()), "{value}");
            assert_eq!(read(value).wait(now()), Some(Duration::from_secs(42)), "{value}");
        }
        for value in ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"] {
            assert_eq!(read(value), RetryAfter::At("1994-11-06T08:49:37Z".parse().unwrap()), "{value}");
            assert_eq!(read(value).wait(now()), Some(Duration::ZERO), "{value}");
        }
    }

    #[test]
    fn other_dates_cannot_be_read() {
        for value in [
            "Sun, 06 Nov 1994 08:49:37 +0100",
            "Mon, 23 Nov 2026 09:12:42 CET",
            "Mon, 31 Feb 2026 09:12:42 GMT",
            "Monday, 23-Nov-2026 09:12:42 GMT",
            "2026-11-23T09:12:42Z",
            "Mon, 23 Nov 2026 09:12:42",
        ] {
            assert!(matches!(read(value), RetryAfter::Unreadable(_)), "{value}: {:?}", read(value));
        }
    }

    #[test]
    fn a_year_of_two_digits_is_at_most_50_years_ahead() {
        let year = |value: &str| match read(value) {
            RetryAfter::At(at) => TimeZone::UTC.to_datetime(at).year(),
            other => panic!("{value}: {other:?}"),
        };
        assert_eq!(year("Saturday, 23-Nov-75 09:12:42 GMT"), 2075);
        assert_eq!(year("Wednesday, 23-Nov-77 09:12:42 GMT"), 1977);
    }

    #[test]
    fn a12_the_last_day_there_is_is_far_away() {
        for value in ["Fri, 31 Dec 9999 23:59:59 GMT", "Fri Dec 31 23:59:59 9999"] {
            assert_eq!(read(value), RetryAfter::At(Timestamp::MAX), "{value}");
            assert!(read(value).wait(now()).unwrap() > Duration::from_hours(24 * 365 * 7000));
        }
        assert!(matches!(read("Sat, 01 Jan 10000 00:00:00 GMT"), RetryAfter::Unreadable(_)));
    }

    #[test]
    fn as_a_sentence() {
        let says = |value: &str| read(value).sentence(now());
        assert_eq!(says("30"), "It asks to wait 30 s.");
        assert_eq!(says("3600"), "It asks to wait 3600 s; waypost waits at most 60 s with one event, and up to 24 h with many.");
        assert_eq!(says("Mon, 23 Nov 2026 09:12:42 GMT"), "It asks to wait until 2026-11-23 09:12:42 UTC.");
        let far =
            "It asks to wait until 2027-11-23 09:12:00 UTC; waypost waits at most 60 s with one event, and up to 24 h with many.";
        assert_eq!(says("Tue, 23 Nov 2027 09:12:00 GMT"), far);
        assert_eq!(says("Sun Nov  6 08:49:37 1994"), "It asks to wait until 1994-11-06 08:49:37 UTC, which has passed.");
        assert_eq!(says("so\u{202e}on"), "Its Retry-After \"so\\u{202e}on\" is neither a number of seconds nor a date.");
    }
}
