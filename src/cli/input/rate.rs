//! `--rate`.

use crate::cli::failure::Failure;
use crate::domain::delivery::rate::{BadRate, Rate};
use crate::domain::text::{ellipsis, visible};

/// `5/s`, `30/m`, `100/h`
pub fn rate(text: &str) -> Result<Rate, Failure> {
    text.parse().map_err(|error| {
        let (why, fix) = match error {
            BadRate::Form => ("is not a rate", "Use the form N/s, N/m or N/h, such as 5/s, 0.5/s, 30/m or 100/h."),
            BadRate::Range => ("is out of range", "Use the form N/s, N/m or N/h, from one a day to 1000000/s."),
        };
        Failure::usage(format!("--rate: \"{}\" {why}.", ellipsis(&visible(text), 60)), fix)
    })
}
