//! Names of headers.

use crate::domain::field::Field;
use crate::domain::problem::{IS_REQUIRED, Problem};
use crate::domain::text::{ellipsis, visible};
use crate::domain::unfilled::template_in;

/// The longest header name accepted, in bytes. Servers' own limits are larger.
const MAX_BYTES: usize = 256;

/// Headers that waypost or the protocol itself sets.
const RESERVED: [&str; 19] = [
    "host",
    "content-length",
    "transfer-encoding",
    "connection",
    "content-type",
    "content-encoding",
    "user-agent",
    "accept",
    "expect",
    "te",
    "trailer",
    "upgrade",
    "keep-alive",
    "cookie",
    "set-cookie",
    "authorization",
    "webhook-id",
    "webhook-timestamp",
    "date",
];

/// A header's name: a token (RFC 9110 §5.1), not reserved. Kept as it was entered; compared and sent in lower case.
#[derive(Clone, Debug)]
pub struct HeaderKey(String);

impl HeaderKey {
    /// Checks a name that was entered into `field`. Of the reserved names, those in `allowed` (in lower case) are accepted.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(field: Field, text: &str, allowed: &[&str]) -> Result<Self, Problem> {
        let example = format!("Enter a name such as {}.", field.placeholder);
        if text.trim().is_empty() {
            let why = format!("It is {}.", field.about);
            return Err(Problem::new(field, IS_REQUIRED, why, example));
        }
        if text.len() > MAX_BYTES {
            let what = format!("has {} bytes, more than {MAX_BYTES}", text.len());
            return Err(Problem::new(field, what, "Servers refuse such long header names.", example));
        }
        if let Some(bad) = text.chars().find(|&c| !is_token(c)) {
            let shown = visible(text);
            let wrong = match template_in(text) {
                Some(_) => "looks like an unfilled template".to_owned(),
                None => format!("contains {}", name_of(bad)),
            };
            let what = format!("\"{}\" {wrong}", ellipsis(&shown, 60));
            return Err(Problem::new(
                field,
                what,
                "A header name consists of letters, digits and !#$%&'*+-.^_`|~ (RFC 9110).",
                example,
            ));
        }
        let lower = text.to_ascii_lowercase();
        if !allowed.contains(&lower.as_str()) && (RESERVED.contains(&lower.as_str()) || lower.starts_with("proxy-")) {
            let why = if lower == "authorization" {
                "Basic Auth and Bearer Token use it."
            } else {
                "waypost or the protocol itself sets that header."
            };
            return Err(Problem::new(field, format!("\"{text}\" is reserved"), why, example));
        }
        Ok(Self(text.to_owned()))
    }

    /// The name as it was entered.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name as it goes over the wire.
    #[must_use]
    pub fn wire(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

impl PartialEq for HeaderKey {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl Eq for HeaderKey {}

const fn is_token(c: char) -> bool {
    c.is_ascii_alphanumeric()
        || matches!(c, '!' | '#' | '$' | '%' | '&' | '\'' | '*' | '+' | '-' | '.' | '^' | '_' | '`' | '|' | '~')
}

fn name_of(c: char) -> String {
    match c {
        ' ' => "a space".into(),
        '\t' => "a tab".into(),
        '\r' | '\n' => "a line break".into(),
        c if c.is_control() => "a control character".into(),
        c => format!("\"{}\"", visible(&c.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::field::FieldSpec;

    const NAME: Field = &FieldSpec { id: "name", about: "the header's name", placeholder: "X-Name", ..FieldSpec::TEXT };

    fn parse(text: &str) -> Result<HeaderKey, Problem> {
        HeaderKey::parse(NAME, text, &[])
    }

    fn for_key(text: &str) -> Result<HeaderKey, Problem> {
        HeaderKey::parse(NAME, text, &["authorization"])
    }

    #[test]
    fn kept_as_entered_sent_in_lower_case() {
        let key = parse("X-Signature").unwrap();
        assert_eq!((key.as_str(), key.wire().as_str()), ("X-Signature", "x-signature"));
        assert_eq!(key, parse("x-SIGNATURE").unwrap());
        assert_ne!(key, parse("X-Signature-2").unwrap());
    }

    #[test]
    fn the_longest_name_is_accepted() {
        let longest = "a".repeat(MAX_BYTES);
        assert_eq!(parse(&longest).unwrap().as_str(), longest);
    }

    #[test]
    fn refused_names_are_shown_escaped() {
        for text in ["", " ", "\t", "a:b", "é", "a\r\nb: c", "a b", "\u{202e}x", &"a".repeat(257)] {
            let error = parse(text).unwrap_err();
            assert!(!error.to_string().chars().any(crate::domain::text::is_unsafe), "{error}");
        }
        assert!(for_key("a\r\nb: c").unwrap_err().what.contains("a\\r\\nb: c"));
    }

    #[test]
    fn what_a_name_cannot_have_is_named() {
        for (text, what) in [
            ("a b", "\"a b\" contains a space"),
            ("a\tb", "\"a\\tb\" contains a tab"),
            ("a\nb", "\"a\\nb\" contains a line break"),
            ("a\rb", "\"a\\rb\" contains a line break"),
            ("a\u{1b}b", "\"a\\x1bb\" contains a control character"),
            ("a:b", "\"a:b\" contains \":\""),
        ] {
            assert_eq!(parse(text).unwrap_err().what, what);
        }
    }

    #[test]
    fn c22_a_template_that_no_name_can_be_is_recognised() {
        for text in ["{{header}}", "<header>", "X-${NAME}", "[header]"] {
            assert_eq!(parse(text).unwrap_err().what, format!("\"{text}\" looks like an unfilled template"));
        }
    }

    #[test]
    fn a_reserved_name_says_what_uses_it() {
        let why = |text| parse(text).unwrap_err().why;
        assert_eq!(why("Authorization"), "Basic Auth and Bearer Token use it.");
        assert_eq!(why("Host"), "waypost or the protocol itself sets that header.");
    }

    #[test]
    fn reserved_names() {
        for text in RESERVED.iter().chain(&["Host", "PROXY-Authorization", "proxy-x"]) {
            let error = parse(text).unwrap_err();
            assert!(error.what.contains("reserved"), "{error}");
        }
        assert!(parse("webhook-signature").is_ok());
        assert!(for_key("Authorization").is_ok());
        assert!(for_key("Cookie").is_err());
    }
}
