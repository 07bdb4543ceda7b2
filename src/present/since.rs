//! What changed since a destination last worked, in words.

use super::clock::Clock;
use crate::domain::auth;
use crate::domain::delivery::{Change, SinceLastDelivered};
use crate::domain::text::ellipsis;

/// The label of the line.
pub const LABEL: &str = "Since";

/// What can change without a change of the settings.
const OTHERS: [(&str, &str); 9] = [
    ("waypost", "waypost"),
    ("address", "Address"),
    ("proxy", "Proxy"),
    ("tls_version", "TLS version"),
    ("certificate", "Certificate"),
    ("certificate_issuer", "Certificate's issuer"),
    ("certificate_end", "Certificate's end"),
    ("ca_file", "CA file's content"),
    ("clock", "Clock"),
];

/// The most characters of a value that are shown.
const VALUE_SHOWN: usize = 60;

/// `it last worked (03:02:11): Format hex → base64`. May hold characters that must not reach a terminal.
pub fn line(since: &SinceLastDelivered, clock: &Clock) -> String {
    let changes: Vec<_> = since.changes.iter().map(change).collect();
    let what = if changes.is_empty() { "nothing is known to have changed".to_owned() } else { changes.join("; ") };
    format!("it last worked ({}): {what}", clock.time(since.at))
}

/// `Format hex → base64`, `Signing secret changed`
pub fn change(change: &Change) -> String {
    let label = label(&change.field);
    let value = |value: &str| match change.field.as_str() {
        // Nobody compares all of a hash with the eye.
        "certificate" | "ca_file" => format!("{}…", value.get(..12).unwrap_or(value)),
        _ => ellipsis(value, VALUE_SHOWN).into_owned(),
    };
    match (change.before.as_deref(), change.after.as_deref()) {
        (Some(before), Some(after)) => format!("{label} {} → {}", value(before), value(after)),
        (Some(before), None) => format!("{label} {} removed", value(before)),
        (None, Some(after)) => format!("{label} {} added", value(after)),
        (None, None) => format!("{label} changed"),
    }
}

/// A change by its label, before and after, for a table.
pub fn label(field: &str) -> String {
    if let Some(name) = field.strip_prefix("headers.") {
        return format!("Header {name}");
    }
    let other = OTHERS.into_iter().find(|(id, _)| *id == field).map(|(_, label)| label);
    auth::field(field).map(|field| field.label).or(other).unwrap_or(field).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_in_words() {
        let since = |changes: &[(&str, Option<&str>, Option<&str>)]| SinceLastDelivered {
            at: "2026-11-28T03:02:11Z".parse().unwrap(),
            changes: changes
                .iter()
                .map(|(field, before, after)| Change {
                    field: (*field).into(),
                    before: before.map(str::to_owned),
                    after: after.map(str::to_owned),
                })
                .collect(),
        };
        let clock = Clock::new(jiff::tz::TimeZone::UTC, "2026-11-28T03:14:07Z".parse().unwrap());
        let text = |changes: &[_]| line(&since(changes), &clock);
        assert_eq!(text(&[("format", Some("hex"), Some("base64"))]), "it last worked (03:02:11): Format hex → base64");
        assert_eq!(text(&[]), "it last worked (03:02:11): nothing is known to have changed");
        let several = [
            ("signing_secret", None, None),
            ("headers.X-Env", None, Some("blue")),
            ("ca_cert", Some("/etc/ca.pem"), None),
            ("certificate", Some("0123456789abcdef"), Some("fedcba9876543210")),
        ];
        assert_eq!(
            text(&several),
            "it last worked (03:02:11): Signing secret changed; Header X-Env blue added; CA certificate /etc/ca.pem removed; \
             Certificate 0123456789ab… → fedcba987654…"
        );
    }
}
