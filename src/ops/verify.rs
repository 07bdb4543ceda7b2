//! Was a request that a receiver got made with the registered auth, and if not, which mistake is it?

use std::fmt;
use std::path::Path;

use jiff::Timestamp;

use super::waypost::Waypost;
use crate::domain::destination::Settings;
use crate::domain::field::Field;
use crate::domain::mangling::{self, Correction};
use crate::domain::problem::Problem;
use crate::domain::redact::Redactor;
use crate::domain::request::Request;
use crate::domain::secret::Secret;
use crate::domain::signature::explain::{self, Explanation};
use crate::domain::signature::verify::Received;
use crate::io::fs::file::{self, Links};

/// The largest body that is verified, in bytes: it is hashed a few hundred times.
pub const MAX_BODY: usize = 16 * 1024 * 1024;

/// A request as a receiver got it.
#[derive(Clone, Copy, Debug)]
pub struct ReceivedRequest<'a> {
    pub method: &'a str,
    /// The path with its query; the registered one when `None`.
    pub target: Option<&'a str>,
    pub headers: &'a [(String, String)],
    pub body: &'a [u8],
    /// When it was received (Unix seconds); now when `None`.
    pub at: Option<i64>,
}

impl<'a> ReceivedRequest<'a> {
    /// A `POST` to the registered path, received now.
    #[must_use]
    pub const fn new(headers: &'a [(String, String)], body: &'a [u8]) -> Self {
        Self { method: Request::METHOD, target: None, headers, body, at: None }
    }

    /// With the registered path where none was given, and when it was received.
    fn received(&self, settings: &'a Settings) -> (Received<'a>, i64) {
        let target = self.target.unwrap_or_else(|| settings.url().target());
        let received = Received { method: self.method, target, headers: self.headers, body: self.body };
        (received, self.at.unwrap_or_else(|| Timestamp::now().as_second()))
    }
}

/// The result of a verification.
#[derive(Debug)]
pub struct Verified {
    /// Whether it is valid, and if not, which mistake it is.
    pub explanation: Explanation,
    /// The value that the signature's header should have; only when it was asked for, and where there is one.
    pub expected: Option<Secret>,
    redactor: Redactor,
}

impl Verified {
    /// Whether a text contains the registered secret, in any form.
    #[must_use]
    pub fn reveals_the_secret(&self, text: &str) -> bool {
        self.redactor.redact(text) != text
    }
}

/// Verifies a request against a destination's settings. `reveal` asks for the expected signature as well.
#[must_use]
pub fn verify(settings: &Settings, request: &ReceivedRequest<'_>, reveal: bool) -> Verified {
    let (received, now) = request.received(settings);
    Verified {
        explanation: explain::explain(settings, &received, now),
        expected: if reveal { explain::expected(settings, &received) } else { None },
        redactor: Redactor::new(settings),
    }
}

impl Waypost {
    /// The field of the registered secret, and the secret corrected: without what looks mangled in it. With a request, only a correction
    /// that the request proves right.
    ///
    /// # Errors
    /// Nothing is registered, its secret cannot be opened, or the file cannot be read.
    pub fn corrected_secret(&self, request: Option<&ReceivedRequest<'_>>) -> Result<Option<(Field, Correction)>, Problem> {
        let destination = self.destination()?;
        let settings = destination.settings();
        let Some(request) = request else {
            let registered = settings.auth().secret();
            return Ok(registered.and_then(|(field, secret)| Some((field, mangling::correction(secret.expose())?))));
        };
        let (received, now) = request.received(settings);
        Ok(explain::corrected(settings, &received, now))
    }
}

/// Reads a body to verify from a file.
///
/// # Errors
/// Why it cannot be read, in words.
pub fn body_file(path: &Path) -> Result<Vec<u8>, String> {
    file::read(path, Links::Follow, MAX_BODY)
        .map(|bytes| bytes.to_vec())
        .map_err(|error| format!("{}. {}", error.what(), error.why()))
}

/// A line that is not a header. It does not contain the line's text, which may be a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAHeader {
    /// Its number, from 1.
    pub line: usize,
    /// Why not, without a full stop.
    pub why: &'static str,
}

impl fmt::Display for NotAHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {} {}", self.line, self.why)
    }
}

/// Parses headers, one per line: `Name: value` (RFC 9112 §5). Empty lines are skipped.
///
/// # Errors
/// The first line that is not a header.
pub fn header_lines(text: &str) -> Result<Vec<(String, String)>, NotAHeader> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines.map(|(index, line)| header(line).map_err(|why| NotAHeader { line: index + 1, why })).collect()
}

fn header(line: &str) -> Result<(String, String), &'static str> {
    let (name, value) = line.split_once(':').ok_or("has no colon")?;
    // A token of RFC 9110 §5.6.2: servers refuse whitespace before the colon, too.
    let is_token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    if name.is_empty() {
        return Err("has no name before the colon");
    }
    if !name.chars().all(is_token) {
        return Err("has no valid header name before the colon");
    }
    Ok((name.to_owned(), value.trim_matches([' ', '\t', '\r']).to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::draft::Draft;
    use crate::domain::field;

    #[test]
    fn headers_are_read_as_written() {
        let text = "X-Signature: abc\r\n\nwebhook-id:msg_1\nEmpty:\nUrl:\thttps://h/?a: b \n";
        let headers = header_lines(text).unwrap();
        let headers: Vec<_> = headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(headers, [("X-Signature", "abc"), ("webhook-id", "msg_1"), ("Empty", ""), ("Url", "https://h/?a: b")]);
    }

    #[test]
    fn a_line_that_is_not_a_header_is_named_by_its_number_only() {
        for (text, line) in [("hunter2", 1), ("a: b\n\n: hunter2", 3), ("hunter 2: x", 1), ("a : hunter2", 1), ("ä: hunter2", 1)]
        {
            let error = header_lines(text).unwrap_err();
            assert_eq!(error.line, line, "{text}");
            assert!(!error.to_string().contains("hunter"), "{error}");
        }
    }

    #[test]
    fn the_default_target_is_the_registered_one() {
        for (url, target) in
            [("https://h.example", "/"), ("https://h.example/in", "/in"), ("https://h.example/a/b?c=d/e", "/a/b?c=d/e")]
        {
            let settings = Draft::default().with(field::URL, url).check().unwrap().settings;
            assert_eq!(settings.url().target(), target);
        }
    }
}
