//! A time as it is typed: how long ago, a clock time, a date, or both.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan as _};

/// What a time looks like.
pub(super) const FORM: &str = "how long ago (30m, 24h, 7d), a time (21:03), a date (2026-11-26) or both (2026-11-26T21:03)";

/// Which end of a day, or of a minute, a time without the rest means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bound {
    From,
    To,
}

/// The moment that is meant.
pub(super) fn parse(text: &str, bound: Bound, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    if let Some(ago) = duration(text) {
        return now.checked_sub(ago).ok();
    }
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Some(moment);
    }
    let today = zone.to_datetime(now).date();
    if let Some(time) = clock(text) {
        let at = zone.to_timestamp(today.to_datetime(time)).ok()?;
        // Later today there is nothing yet: yesterday's is meant.
        return if at > now { zone.to_timestamp(today.yesterday().ok()?.to_datetime(time)).ok() } else { Some(at) };
    }
    let day = match text {
        "today" => Some(today),
        "yesterday" => today.yesterday().ok(),
        _ => date(text),
    };
    if let Some(day) = day {
        // Until a day means with it.
        let day = if bound == Bound::To { day.checked_add(1.day()).ok()? } else { day };
        return zone.to_timestamp(day.to_datetime(Time::midnight())).ok();
    }
    let (day, time) = text.split_once(['T', 't', ' '])?;
    zone.to_timestamp(DateTime::from_parts(date(day)?, clock(time)?)).ok()
}

/// `30m`, a number of seconds, or several of them: `1h30m`.
fn duration(text: &str) -> Option<SignedDuration> {
    let mut seconds = 0_i64;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let number: i64 = rest[..digits].parse().ok()?;
        let mut after = rest[digits..].chars();
        let unit = match after.next() {
            None | Some('s') => 1,
            Some('m') => 60,
            Some('h') => 60 * 60,
            Some('d') => 24 * 60 * 60,
            Some('w') => 7 * 24 * 60 * 60,
            Some(_) => return None,
        };
        seconds = seconds.checked_add(number.checked_mul(unit)?)?;
        rest = after.as_str();
    }
    (!text.is_empty()).then(|| SignedDuration::from_secs(seconds))
}

/// `21:03` or `21:03:59`
fn clock(text: &str) -> Option<Time> {
    let parts: Vec<&str> = text.split(':').collect();
    let number = |text: &str| text.parse::<i8>().ok().filter(|_| (1..=2).contains(&text.len()));
    match parts.as_slice() {
        [hour, minute] => Time::new(number(hour)?, number(minute)?, 0, 0).ok(),
        [hour, minute, second] => Time::new(number(hour)?, number(minute)?, number(second)?, 0).ok(),
        _ => None,
    }
}

/// `2026-11-26`
fn date(text: &str) -> Option<Date> {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts.as_slice() else { return None };
    Date::new(year.parse().ok().filter(|_| year.len() == 4)?, month.parse().ok()?, day.parse().ok()?).ok()
}
