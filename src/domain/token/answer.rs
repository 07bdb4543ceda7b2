//! What a token endpoint answered: a token, or why there is none.

use std::time::Duration;

use serde_json::Value;
use zeroize::Zeroizing;

use crate::domain::secret::Secret;
use crate::domain::url::credential;

/// How long a token is kept whose answer does not say how long it is good for.
const UNSAID: Duration = Duration::from_mins(5);
/// The longest that a token is kept, whatever the answer says.
const LONGEST: Duration = Duration::from_hours(24);
/// A token is not used in the last seconds before it expires: the request has to arrive as well.
const MARGIN: Duration = Duration::from_secs(30);

/// A token, and for how long it may be used again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    pub token: Secret,
    /// `None` where it is good for one attempt only.
    pub keep: Option<Duration>,
}

/// The longest answer that is read, in bytes.
pub const MAX_ANSWER: usize = 1024 * 1024;

/// An answer as it came.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub location: Option<String>,
    /// Of its `Retry-After`, as it came.
    pub retry_after: Option<String>,
    /// At most [`MAX_ANSWER`] bytes.
    pub body: Zeroizing<Vec<u8>>,
    /// Whether there was more.
    pub longer: bool,
}

/// Why an answer holds no token. The texts are the endpoint's own: they are to be masked before they are shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// It redirects, and where to. Without the query and the fragment: a token or a code may be there.
    Redirect(u16, Option<String>),
    /// It is longer than [`MAX_ANSWER`].
    TooLong(u16),
    /// It is a page for a browser.
    Html(u16),
    /// It is not a JSON object.
    NotJson(u16),
    /// It names an error (RFC 6749 §5.2), and may describe it.
    Error(Rejected),
    /// Another status than 2xx, without an error in it.
    Status(u16),
    /// It is 2xx, and has no token.
    NoToken,
    /// The token is of that type, which is not bearer. `None` where that is no name, and so might be the token.
    TokenType(Option<String>),
}

/// An error as RFC 6749 §5.2 has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    pub status: u16,
    /// Such as `invalid_client`.
    pub code: String,
    pub description: Option<String>,
}

impl Refusal {
    /// The status of the answer.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::Redirect(status, _)
            | Self::TooLong(status)
            | Self::Html(status)
            | Self::NotJson(status)
            | Self::Status(status)
            | Self::Error(Rejected { status, .. }) => *status,
            Self::NoToken | Self::TokenType(_) => 200,
        }
    }

    /// The same with each text in it changed.
    #[must_use]
    pub fn map_texts(self, change: &impl Fn(String) -> String) -> Self {
        match self {
            Self::Redirect(status, location) => Self::Redirect(status, location.map(change)),
            Self::Error(Rejected { status, code, description }) => {
                Self::Error(Rejected { status, code: change(code), description: description.map(change) })
            }
            Self::TokenType(name) => Self::TokenType(name.map(change)),
            same @ (Self::TooLong(_) | Self::Html(_) | Self::NotJson(_) | Self::Status(_) | Self::NoToken) => same,
        }
    }
}

/// Reads an answer.
///
/// # Errors
/// Why there is no token in it.
pub fn parse(answer: &Answer) -> Result<Grant, Refusal> {
    let Answer { status, location, body, longer, .. } = answer;
    let status = *status;
    if (300..400).contains(&status) {
        return Err(Refusal::Redirect(status, location.as_deref().map(without_credentials)));
    }
    if *longer {
        return Err(Refusal::TooLong(status));
    }
    let succeeded = (200..300).contains(&status);
    let Ok(Value::Object(answer)) = serde_json::from_slice(body) else {
        return Err(match body.trim_ascii_start().first() {
            Some(b'<') => Refusal::Html(status),
            _ if succeeded => Refusal::NotJson(status),
            _ => Refusal::Status(status),
        });
    };
    let text = |key| answer.get(key).and_then(Value::as_str).filter(|text| !text.is_empty());
    if let Some(code) = text("error") {
        let description = text("error_description").map(str::to_owned);
        return Err(Refusal::Error(Rejected { status, code: code.to_owned(), description }));
    }
    if !succeeded {
        return Err(Refusal::Status(status));
    }
    // RFC 6750 §2.1, and what any header can carry.
    let token = text("access_token").filter(|token| token.bytes().all(|byte| byte.is_ascii_graphic()));
    let token = token.ok_or(Refusal::NoToken)?;
    // RFC 6749 requires the type, but a server that leaves it out means the usual one.
    if let Some(other) = text("token_type").filter(|name| !name.eq_ignore_ascii_case("bearer")) {
        return Err(Refusal::TokenType(is_type_name(other).then(|| other.to_owned())));
    }
    Ok(Grant { token: Secret::new(token), keep: keep(answer.get("expires_in")) })
}

fn without_credentials(location: &str) -> String {
    let end = location.find(['?', '#']).unwrap_or(location.len());
    credential::shown(&location[..end]).into_owned()
}

/// Whether it can be the name of a type (RFC 6749 §11.1), and is no longer than those that exist.
fn is_type_name(text: &str) -> bool {
    text.len() <= 16 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte))
}

/// For how long a token is kept, given its `expires_in`: a number of seconds, which some servers write as text.
fn keep(expires_in: Option<&Value>) -> Option<Duration> {
    let seconds = match expires_in {
        Some(Value::Number(number)) => number.as_f64(),
        Some(Value::String(text)) => text.trim().parse().ok().filter(|seconds: &f64| !seconds.is_nan()),
        _ => None,
    };
    let Some(seconds) = seconds else { return Some(UNSAID) };
    let life = Duration::from_secs_f64(seconds.clamp(0.0, LONGEST.as_secs_f64()));
    life.checked_sub(MARGIN).filter(|keep| !keep.is_zero())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(status: u16, body: &[u8]) -> Result<Grant, Refusal> {
        let location = (status == 302).then(|| "https://login.example.com/".to_owned());
        parse(&Answer { status, location, retry_after: None, body: body.to_vec().into(), longer: false })
    }

    fn kept(expires_in: &str) -> Option<u64> {
        let body = format!(r#"{{"access_token":"t","token_type":"Bearer"{expires_in}}}"#);
        of(200, body.as_bytes()).expect("a token").keep.map(|keep| keep.as_secs())
    }

    #[test]
    fn expiry_in_every_way_it_is_written() {
        assert_eq!(kept(r#","expires_in":3600"#), Some(3570));
        assert_eq!(kept(r#","expires_in":"3600""#), Some(3570), "as text");
        assert_eq!(kept(""), Some(300), "missing");
        assert_eq!(kept(r#","expires_in":null"#), Some(300));
        assert_eq!(kept(r#","expires_in":0"#), None);
        assert_eq!(kept(r#","expires_in":-5"#), None);
        assert_eq!(kept(r#","expires_in":30"#), None, "within the margin");
        assert_eq!(kept(r#","expires_in":1e300"#), Some(86_370), "absurd");
        assert_eq!(kept(r#","expires_in":"inf""#), Some(86_370));
    }

    #[test]
    fn answers_without_a_token() {
        assert_eq!(of(302, b""), Err(Refusal::Redirect(302, Some("https://login.example.com/".to_owned()))));
        assert_eq!(of(200, b"\n<!doctype html>"), Err(Refusal::Html(200)));
        assert_eq!(of(200, b"access_token=t"), Err(Refusal::NotJson(200)));
        assert_eq!(of(200, b""), Err(Refusal::NotJson(200)));
        assert_eq!(of(200, b"[]"), Err(Refusal::NotJson(200)));
        assert_eq!(of(503, b"busy"), Err(Refusal::Status(503)));
        assert_eq!(of(500, b"{}"), Err(Refusal::Status(500)));
        assert_eq!(of(200, b"{}"), Err(Refusal::NoToken));
        assert_eq!(of(200, br#"{"access_token":""}"#), Err(Refusal::NoToken));
        assert_eq!(of(200, br#"{"access_token":7}"#), Err(Refusal::NoToken));
        assert_eq!(of(200, br#"{"access_token":"a\r\nx-evil: 1"}"#), Err(Refusal::NoToken));
        assert_eq!(of(200, "{\"access_token\":\"ä\"}".as_bytes()), Err(Refusal::NoToken));
        let mac = br#"{"access_token":"t","token_type":"mac"}"#;
        assert_eq!(of(200, mac), Err(Refusal::TokenType(Some("mac".to_owned()))));
        let exchanged = br#"{"access_token":"bearer","token_type":"canary-t0ken-0123456789"}"#;
        assert_eq!(of(200, exchanged), Err(Refusal::TokenType(None)));
        let error = br#"{"error":"invalid_client","error_description":"no such client"}"#;
        let description = Some("no such client".to_owned());
        let rejected = Rejected { status: 401, code: "invalid_client".to_owned(), description };
        assert_eq!(of(401, error), Err(Refusal::Error(rejected)));
        let long = Answer { status: 200, location: None, retry_after: None, body: b"{".to_vec().into(), longer: true };
        assert_eq!(parse(&long), Err(Refusal::TooLong(200)));
    }

    #[test]
    fn h118_no_credential_of_a_redirect_is_kept() {
        for (location, kept) in [
            ("https://app.example.com/cb#access_token=canary", "https://app.example.com/cb"),
            ("/cb?code=canary", "/cb"),
            ("https://me:canary@login.example.com/", "https://••••••••@login.example.com/"),
            ("", ""),
        ] {
            let (location, body) = (Some(location.into()), Vec::new().into());
            let answer = Answer { status: 302, location, retry_after: None, body, longer: false };
            assert_eq!(parse(&answer), Err(Refusal::Redirect(302, Some(kept.to_owned()))));
        }
    }

    #[test]
    fn what_servers_leave_out_or_write_otherwise() {
        for body in [
            r#"{"access_token":"t"}"#,
            r#"{"access_token":"t","token_type":"BEARER"}"#,
            r#"{"access_token":"t","token_type":null}"#,
        ] {
            assert_eq!(of(200, body.as_bytes()).unwrap().token, Secret::new("t"), "{body}");
        }
    }
}
