//! What several diagnoses name: the endpoint, a time, the credentials, a header.

use jiff::Timestamp;

use crate::domain::delivery::Response;
use crate::domain::destination::Settings;
use crate::domain::text::{ellipsis, visible};

/// `hooks.example.com:8443`, always with the port.
pub(super) fn host_and_port(to: &Settings) -> String {
    format!("{}:{}", to.url().bare_host(), to.url().port())
}

/// `2026-11-23 09:12 UTC`
pub(super) fn date(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// A detail in the library's or the peer's words, after a colon; empty without one.
pub(super) fn because(detail: &str) -> String {
    let detail = detail.trim().trim_end_matches('.');
    if detail.is_empty() { String::new() } else { format!(": {}", ellipsis(&visible(detail), 200)) }
}

/// A header's value, safe to show.
pub(super) fn shown(response: &Response, name: &str) -> Option<String> {
    response.header(name).map(|value| ellipsis(&visible(value.trim()), 100).into_owned())
}

/// The credentials as the user knows them: `the signing secret (ends 3f2a)`. `None` without any.
pub(super) fn credentials(to: &Settings) -> Option<String> {
    let name = to.auth().in_words()?;
    Some(match to.auth().hint() {
        Some(hint) => format!("{name} (ends {hint})"),
        None => name,
    })
}
