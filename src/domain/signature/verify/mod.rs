//! Whether a request that was received is one of ours: the check that the destination's own receiver should make.
//!
//! It is strict where a lenient receiver could be misled (a repeated header, a repeated parameter), and
//! says what is wrong in words. A reason never holds a secret, a part of one, or the signature that was expected.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::domain::auth::{ApiKeyPlace, Auth};
use crate::domain::destination::Settings;
use crate::domain::header::HeaderKey;
use crate::domain::mask::DOTS;
use crate::domain::request::Request;
use crate::domain::secret::Secret;
use crate::domain::signature::SigningSecret;
use crate::domain::text::visible;

/// A request as it came.
#[derive(Clone, Copy)]
pub struct Received<'a> {
    /// `POST`, as it was written.
    pub method: &'a str,
    /// The path, with the query where there is one.
    pub target: &'a str,
    /// Names in any case, in any order.
    pub headers: &'a [(String, String)],
    /// The bytes.
    pub body: &'a [u8],
}

impl Received<'_> {
    /// The first value of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// What the check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is ours.
    Accepted {
        /// What shows it, a sentence without a full stop.
        how: String,
    },
    /// It is not ours, or that cannot be known.
    Rejected {
        /// What is wrong, a sentence without a full stop.
        why: String,
    },
}

impl Verdict {
    /// Whether the request is ours.
    #[must_use]
    pub const fn is_accepted(&self) -> bool {
        matches!(self, Self::Accepted { .. })
    }

    /// Why, either way.
    #[must_use]
    pub fn reason(&self) -> &str {
        match self {
            Self::Accepted { how } => how,
            Self::Rejected { why } => why,
        }
    }
}

/// Checks a request that was received at `now` (Unix seconds) against what is registered.
#[must_use]
pub fn check(settings: &Settings, received: &Received<'_>, now: i64) -> Verdict {
    let result = match (received.method, settings.auth()) {
        (Request::METHOD, Auth::Default) => Ok("nothing to check: no authentication is registered".to_owned()),
        (Request::METHOD, Auth::Hmac { header_key, secret }) => signature(header_key, secret, received, now),
        (Request::METHOD, Auth::Basic { username, password }) => basic(username, password, received),
        (Request::METHOD, Auth::Bearer { token }) => bearer(token, received),
        (Request::METHOD, Auth::ApiKey { place: ApiKeyPlace::Header(key), value }) => key_in_header(key, value, received),
        (Request::METHOD, Auth::ApiKey { place: ApiKeyPlace::Query(key), value }) => key_in_query(key, value, received),
        (other, _) => Err(format!("the method is {}; deliveries are sent by {}", visible(other), Request::METHOD)),
    };
    match result {
        Ok(how) => Verdict::Accepted { how },
        Err(why) => Verdict::Rejected { why },
    }
}

/// The target as it may be shown and kept. Of its parameters only those that stand in the registered URL keep their values:
/// any other may be a key, be it right, wrong, or sent where none belongs.
#[must_use]
pub fn shown_target(settings: Option<&Settings>, target: &str) -> String {
    let Some((path, query)) = target.split_once('?') else { return visible(target).into_owned() };
    let known: Vec<&str> = settings.and_then(|to| to.url().query()).unwrap_or_default().split('&').collect();
    let shown: Vec<_> = query
        .split('&')
        .map(|pair| match pair.split_once('=') {
            Some((name, value)) if !value.is_empty() && !known.contains(&pair) => format!("{name}={DOTS}"),
            None if !pair.is_empty() && !known.contains(&pair) => DOTS.to_owned(),
            _ => pair.to_owned(),
        })
        .collect();
    visible(&format!("{path}?{}", shown.join("&"))).into_owned()
}

fn signature(key: &HeaderKey, secret: &SigningSecret, received: &Received<'_>, now: i64) -> Result<String, String> {
    let name = key.wire();
    let value = only(received, &name)?;
    let id = optional(received, "webhook-id")?;
    let timestamp = optional(received, "webhook-timestamp")?;
    secret.verify(value, id, timestamp, received.body, now).map_err(|mismatch| mismatch.to_string())?;
    Ok(format!("the signature in {name} is right"))
}

/// RFC 7617 §2; the scheme's name in any case (RFC 9110 §11.1).
fn basic(username: &str, password: &Secret, received: &Received<'_>) -> Result<String, String> {
    let encoded = credentials(received, "Basic")?;
    let pair = STANDARD.decode(encoded).map(Zeroizing::new).map_err(|_| "what follows \"Basic \" is not base64")?;
    let pair = std::str::from_utf8(&pair).map_err(|_| "the user name and password are not UTF-8")?;
    let (name, word) = pair.split_once(':').ok_or("there is no colon between the user name and the password")?;
    // Both are compared whatever the first says, so that the time reveals nothing about either.
    let name_is_right = Secret::new(name) == Secret::new(username);
    let word_is_right = Secret::new(word) == *password;
    match (name_is_right, word_is_right) {
        (true, true) => Ok("the user name and password in authorization are right".to_owned()),
        (true, false) => Err("the password is not the registered one".to_owned()),
        (false, true) => Err("the user name is not the registered one".to_owned()),
        (false, false) => Err("neither the user name nor the password is the registered one".to_owned()),
    }
}

fn bearer(token: &Secret, received: &Received<'_>) -> Result<String, String> {
    let given = Secret::new(credentials(received, "Bearer")?);
    same(&given, token, "the token in authorization is right", "the token is not the registered one")
}

fn key_in_header(key: &HeaderKey, value: &Secret, received: &Received<'_>) -> Result<String, String> {
    let name = key.wire();
    let given = Secret::new(only(received, &name)?);
    same(&given, value, &format!("the key in {name} is right"), &format!("the key in {name} is not the registered one"))
}

fn key_in_query(key: &str, value: &Secret, received: &Received<'_>) -> Result<String, String> {
    let name = visible(key);
    let query = received.target.split_once('?').map_or("", |(_, query)| query);
    let mut found = url::form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name == key);
    let given = found.next().ok_or_else(|| format!("the query has no parameter {name}"))?.1;
    if found.next().is_some() {
        return Err(format!("the query has the parameter {name} more than once"));
    }
    same(
        &Secret::new(given),
        value,
        &format!("the key in the query's {name} is right"),
        &format!("the key in the query's {name} is not the registered one"),
    )
}

fn same(given: &Secret, registered: &Secret, right: &str, wrong: &str) -> Result<String, String> {
    if given == registered { Ok(right.to_owned()) } else { Err(wrong.to_owned()) }
}

/// The credentials in `authorization`, after the scheme.
fn credentials<'a>(received: &Received<'a>, scheme: &str) -> Result<&'a str, String> {
    let value = only(received, "authorization")?;
    let (found, rest) = value.split_once(' ').unwrap_or((value, ""));
    if !found.eq_ignore_ascii_case(scheme) {
        // The value may be a bare secret: it is not quoted.
        return Err(format!("the header authorization does not begin with \"{scheme} \""));
    }
    let rest = rest.trim_matches(' ');
    if rest.is_empty() { Err(format!("nothing follows \"{scheme} \" in authorization")) } else { Ok(rest) }
}

/// The value of a header that must stand exactly once: of two, programs read one or the other.
fn only<'a>(received: &Received<'a>, name: &str) -> Result<&'a str, String> {
    optional(received, name)?.ok_or_else(|| format!("the header {name} is missing"))
}

fn optional<'a>(received: &Received<'a>, name: &str) -> Result<Option<&'a str>, String> {
    let mut values = received.headers.iter().filter(|(key, _)| key.eq_ignore_ascii_case(name));
    let first = values.next().map(|(_, value)| value.as_str());
    if values.next().is_some() { Err(format!("the header {name} appears more than once")) } else { Ok(first) }
}

#[cfg(test)]
mod tests;
