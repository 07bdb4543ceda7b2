//! Which deliveries are meant, from options.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::cli::failure::Failure;
use crate::cli::output::clock::now_in;
use crate::cli::output::{self, Out, Verbosity};
use crate::domain::delivery::filter::{Filter, FilterError, has_open_quote};
use crate::domain::text::{ellipsis, visible};

/// What `--search` and the options with a kind of term each mean together; times are read in `zone`.
pub fn parse<'a>(
    search: Option<&str>,
    terms: impl IntoIterator<Item = (&'static str, Option<&'a str>)>,
    zone: &TimeZone,
    command: &str,
    out: Out,
) -> Result<Filter, Failure> {
    let now = Timestamp::now();
    let wrong = |error: FilterError| match error {
        FilterError::Name { .. } => Failure::usage(error.to_string(), "To search for such a word, put it in double quotes."),
        FilterError::TooMany | FilterError::TooLong => {
            Failure::usage(format!("The filter cannot be used: {error}."), "Use fewer words, or shorter ones.")
        }
        FilterError::Value { kind: "since" | "until", ref value } if value.starts_with('-') => Failure::usage(
            format!("{error}."),
            format!("{} already means that long ago.", ellipsis(&visible(value.trim_start_matches('-')), 40)),
        ),
        FilterError::Value { .. } => Failure::usage(format!("{error}."), format!("See waypost {command} --help.")),
    };
    if search.is_some_and(has_open_quote) && out.verbosity != Verbosity::Quiet {
        output::print_stderr("note: --search: a quotation mark is not closed; it is searched for as part of its word.");
    }
    let mut filter = Filter::parse(search.unwrap_or_default(), now, zone).map_err(wrong)?;
    for (kind, value) in terms {
        if let Some(value) = value {
            filter.add(kind, value, now, zone).map_err(wrong)?;
        }
    }
    check_times(&filter, now, zone, out)?;
    Ok(filter)
}

/// Times between which no delivery can be: nothing would be found, and nobody would know why.
fn check_times(filter: &Filter, now: Timestamp, zone: &TimeZone, out: Out) -> Result<(), Failure> {
    let shown = |at: Timestamp| now_in(zone.clone()).moment(at);
    let Some(since) = filter.since else { return Ok(()) };
    if let Some(until) = filter.until.filter(|until| *until <= since) {
        let order = if until < since { "is before" } else { "is the same as" };
        return Err(Failure::usage(
            format!("--until ({}) {order} --since ({}).", shown(until), shown(since)),
            "--since is the earlier of the two: --since 2h --until 1h.",
        ));
    }
    // No error: clocks are set back, and a script may have the time from another machine.
    if since > now && out.verbosity != Verbosity::Quiet {
        output::print_stderr(&format!("note: --since ({}) is in the future.", shown(since)));
    }
    Ok(())
}
