//! Which deliveries are meant, from options.

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::cli::failure::Failure;
use crate::domain::delivery::filter::{Filter, FilterError};

/// What `--search` and the options with a kind of term each mean together; times are read in `zone`.
pub fn parse<'a>(
    search: Option<&str>,
    terms: impl IntoIterator<Item = (&'static str, Option<&'a str>)>,
    zone: &TimeZone,
    command: &str,
) -> Result<Filter, Failure> {
    let now = Timestamp::now();
    let wrong = |error: FilterError| match error {
        FilterError::Name { .. } => Failure::usage(error.to_string(), "To search for such a word, put it in double quotes."),
        FilterError::TooMany | FilterError::TooLong => {
            Failure::usage(format!("The filter cannot be used: {error}."), "Use fewer words, or shorter ones.")
        }
        FilterError::Value { .. } => Failure::usage(format!("{error}."), format!("See waypost {command} --help.")),
    };
    let mut filter = Filter::parse(search.unwrap_or_default(), now, zone).map_err(wrong)?;
    for (kind, value) in terms {
        if let Some(value) = value {
            filter.add(kind, value, now, zone).map_err(wrong)?;
        }
    }
    Ok(filter)
}
