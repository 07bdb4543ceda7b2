//! A request that somebody received, judged by the registered auth.

use std::fmt;

use super::{Problem, Waypost};
use crate::domain::redact::Redactor;
use crate::domain::secret::Secret;
use crate::domain::signature::explain::{self, Explanation};
use crate::domain::signature::verify::Received;

/// What a request was found to be.
#[derive(Debug)]
pub struct Judged {
    /// Whether it is valid, and if not, which mistake it is.
    pub explanation: Explanation,
    /// The value that the signature's header should have; only when it was asked for, and where there is one.
    pub expected: Option<Secret>,
    redactor: Redactor,
}

impl Judged {
    /// Whether the registered secret stands in a text, in any form.
    #[must_use]
    pub fn tells_the_secret(&self, text: &str) -> bool {
        self.redactor.redact(text) != text
    }
}

impl Waypost {
    /// Judges a request that was received at `now` (Unix seconds). `reveal` asks for the expected signature as well.
    ///
    /// # Errors
    /// Nothing is registered, its secret cannot be opened, or the file cannot be read.
    pub fn verify(&self, received: &Received<'_>, now: i64, reveal: bool) -> Result<Judged, Problem> {
        let destination = self.destination()?;
        let settings = destination.settings();
        Ok(Judged {
            explanation: explain::explain(settings, received, now),
            expected: if reveal { explain::expected(settings, received) } else { None },
            redactor: Redactor::new(settings),
        })
    }
}

/// A line that is no header. Its text is not told: it may hold a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAHeader {
    /// Which line, from 1 on.
    pub line: usize,
    /// Why not, without a full stop.
    pub why: &'static str,
}

impl fmt::Display for NotAHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {} {}", self.line, self.why)
    }
}

/// Headers as they are written, one a line: `Name: value` (RFC 9112 §5). Empty lines are left out.
///
/// # Errors
/// The first line that is none.
pub fn header_lines(text: &str) -> Result<Vec<(String, String)>, NotAHeader> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines.map(|(index, line)| header(line).map_err(|why| NotAHeader { line: index + 1, why })).collect()
}

fn header(line: &str) -> Result<(String, String), &'static str> {
    let (name, value) = line.split_once(':').ok_or("has no colon")?;
    // A token of RFC 9110 §5.6.2: a blank before the colon is refused by servers, too.
    let is_token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    if name.is_empty() {
        return Err("has no name before the colon");
    }
    if !name.chars().all(is_token) {
        return Err("has something else than a header's name before the colon");
    }
    Ok((name.to_owned(), value.trim_matches([' ', '\t', '\r']).to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_read_as_they_are_written() {
        let text = "X-Signature: abc\r\n\nwebhook-id:msg_1\nEmpty:\nUrl:\thttps://h/?a: b \n";
        let headers = header_lines(text).unwrap();
        let headers: Vec<_> = headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(headers, [("X-Signature", "abc"), ("webhook-id", "msg_1"), ("Empty", ""), ("Url", "https://h/?a: b")]);
    }

    #[test]
    fn what_is_no_header_is_named_by_its_line_alone() {
        for (text, line) in [("hunter2", 1), ("a: b\n\n: hunter2", 3), ("hunter 2: x", 1), ("a : hunter2", 1), ("ä: hunter2", 1)]
        {
            let error = header_lines(text).unwrap_err();
            assert_eq!(error.line, line, "{text}");
            assert!(!error.to_string().contains("hunter"), "{error}");
        }
    }
}
