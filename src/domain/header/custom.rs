//! The headers that a destination adds to its requests: as they are entered, and as they hold.

use std::fmt;

use zeroize::Zeroizing;

use super::fill::{Piece, pieces};
use super::key::HeaderKey;
use crate::domain::field::{HEADERS, Notice};
use crate::domain::mask::DOTS;
use crate::domain::problem::Problem;
use crate::domain::secret::Secret;
use crate::domain::unfilled::template_in;

/// The most headers that a destination adds.
pub const MAX_HEADERS: usize = 20;

/// The longest value, in bytes.
const MAX_VALUE_BYTES: usize = 4096;

/// Reserved names that a person may give all the same: two take the place of a default header, and a cookie is a credential
/// that waypost itself never sends.
const ALLOWED: [&str; 3] = ["content-type", "user-agent", "cookie"];

/// Words in a name by which its value is a secret.
const SOUNDS_SECRET: [&str; 5] = ["token", "secret", "key", "cookie", "password"];

/// The fewest bytes of a word that is masked wherever it is: a shorter one is part of ordinary texts.
const LONG_WORD: usize = 8;

/// A header as it is entered. Its value is in a buffer that is zeroed on drop, whether or not it is a secret.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct HeaderEntry {
    /// As it was entered.
    pub name: String,
    /// Empty where a secret stays as it is, or cannot be opened.
    pub value: Secret,
    /// Whether the value is sealed and never shown.
    pub is_secret: bool,
}

impl HeaderEntry {
    /// A header whose value is shown.
    pub fn plain(name: impl Into<String>, value: impl Into<Secret>) -> Self {
        Self { name: name.into(), value: value.into(), is_secret: false }
    }

    /// A header whose value is sealed and never shown.
    pub fn secret(name: impl Into<String>, value: impl Into<Secret>) -> Self {
        Self { name: name.into(), value: value.into(), is_secret: true }
    }

    /// Whether that is its name, in any case.
    #[must_use]
    pub fn is_named(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// Name and value as they are shown: dots for a secret.
    #[must_use]
    pub fn shown(&self) -> String {
        format!("{}: {}", self.name, if self.is_secret { DOTS } else { self.value.expose() })
    }
}

impl fmt::Debug for HeaderEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown())
    }
}

/// A header that a destination adds to each request, valid by construction.
#[derive(Clone, PartialEq, Eq)]
pub struct CustomHeader {
    key: HeaderKey,
    value: Secret,
    is_secret: bool,
}

impl CustomHeader {
    /// Its name.
    #[must_use]
    pub const fn key(&self) -> &HeaderKey {
        &self.key
    }

    /// Its value as it was entered, placeholders included; `None` where it is a secret.
    #[must_use]
    pub fn plain(&self) -> Option<&str> {
        (!self.is_secret).then(|| self.value.expose())
    }

    /// Its value, where it is a secret.
    #[must_use]
    pub fn secret(&self) -> Option<&Secret> {
        self.is_secret.then_some(&self.value)
    }

    /// As it would be entered, the secret included.
    #[must_use]
    pub fn entry(&self) -> HeaderEntry {
        HeaderEntry { name: self.key.as_str().to_owned(), value: self.value.clone(), is_secret: self.is_secret }
    }

    /// What must be masked in what comes back: the secret value; and its longer words, as a receiver may take a scheme before a
    /// token, or the name before the value of a cookie, away.
    pub(crate) fn wire_forms(&self) -> Vec<Zeroizing<Vec<u8>>> {
        let Some(secret) = self.secret() else { return Vec::new() };
        let words = secret.expose().split([' ', ';', ',', '=']).filter(|word| word.len() >= LONG_WORD);
        [secret.expose()].into_iter().chain(words).map(|text| Zeroizing::new(text.as_bytes().to_vec())).collect()
    }

    /// The same with a stand-in for a secret.
    #[must_use]
    pub(crate) fn without_secret(&self) -> Self {
        let value = if self.is_secret { Secret::new("0".repeat(8)) } else { self.value.clone() };
        Self { value, ..self.clone() }
    }
}

impl fmt::Debug for CustomHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.entry().fmt(f)
    }
}

/// Checks all headers of a destination. `taken` has the names, in lower case, of those that the auth type sends.
///
/// # Errors
/// What is wrong with the first header that is wrong. Never quotes a value.
pub(crate) fn check(entries: &[HeaderEntry], taken: &[String], notices: &mut Vec<Notice>) -> Result<Vec<CustomHeader>, Problem> {
    let mut headers: Vec<CustomHeader> = Vec::new();
    for entry in entries {
        let header = one(entry, taken)?;
        if headers.iter().any(|other| other.key == header.key) {
            return Err(Problem::new(
                HEADERS,
                format!("{} is there twice", header.key.as_str()),
                "The receiver would see one of them, or both as one.",
                "Remove one of them.",
            ));
        }
        notices.extend(notice(&header));
        headers.push(header);
    }
    if headers.len() > MAX_HEADERS {
        return Err(Problem::new(
            HEADERS,
            format!("there are {}, more than {MAX_HEADERS}", headers.len()),
            "Servers limit the headers of a request.",
            "Remove those that the receiver does not need.",
        ));
    }
    Ok(headers)
}

fn one(entry: &HeaderEntry, taken: &[String]) -> Result<CustomHeader, Problem> {
    let lower = entry.name.to_ascii_lowercase();
    if lower == "authorization" {
        return Err(Problem::new(
            HEADERS,
            "Authorization is a matter of the auth type",
            "There its credentials are sealed, and checked before they are sent.",
            "Choose Bearer Token, Basic Auth, or Api Key with the key Authorization.",
        ));
    }
    let key = HeaderKey::parse(HEADERS, &entry.name, &ALLOWED)?;
    if taken.contains(&lower) {
        return Err(Problem::new(
            HEADERS,
            format!("{} is a header of the auth type", key.as_str()),
            "It would be sent twice.",
            "Enter another name, or leave it to the auth type.",
        ));
    }
    value(&key, entry)?;
    if lower == "content-type" && (entry.is_secret || !is_json_type(entry.value.expose())) {
        return Err(Problem::new(
            HEADERS,
            format!("{} is not a JSON type", key.as_str()),
            "Events are JSON.",
            "Enter a type that ends in /json or +json, such as application/cloudevents+json.",
        ));
    }
    Ok(CustomHeader { key, value: entry.value.clone(), is_secret: entry.is_secret })
}

/// Visible ASCII with spaces inside.
fn value(key: &HeaderKey, entry: &HeaderEntry) -> Result<(), Problem> {
    let (name, text) = (key.as_str(), entry.value.expose());
    let error = |what: String, why: &str, fix: &str| Err(Problem::new(HEADERS, what, why, fix));
    if text.is_empty() {
        let (what, fix) = if entry.is_secret {
            ("the secret value of", "Enter its value, or remove the header.")
        } else {
            ("the value of", "Enter a value, or remove the header.")
        };
        return error(format!("{what} {name} is required"), "Many servers drop a header without a value.", fix);
    }
    if text.len() > MAX_VALUE_BYTES {
        let what = format!("the value of {name} has {} bytes, more than {MAX_VALUE_BYTES}", text.len());
        return error(what, "Servers refuse headers of that size.", "Enter a shorter one.");
    }
    if let Some(position) = text.chars().position(|c| c != ' ' && !c.is_ascii_graphic()) {
        let what = format!("the value of {name} has a character at position {} that it cannot have", position + 1);
        let why = "A value consists of visible ASCII characters and spaces: anything else ends it early, or is read differently.";
        return error(what, why, "Remove that character, or encode it as the receiver expects.");
    }
    if text.trim() != text {
        let what = format!("the value of {name} starts or ends with a space");
        return error(what, "Servers remove it.", "Remove the space.");
    }
    Ok(())
}

/// `…/json` or `…+json`, with or without parameters (RFC 6839 §3.1).
fn is_json_type(value: &str) -> bool {
    let essence = value.split(';').next().unwrap_or_default().trim_end().to_ascii_lowercase();
    let is_token =
        |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&byte));
    essence
        .split_once('/')
        .is_some_and(|(kind, subtype)| is_token(kind) && is_token(subtype) && (subtype == "json" || subtype.ends_with("+json")))
}

fn notice(header: &CustomHeader) -> Option<Notice> {
    let (name, value) = (header.key.as_str(), header.plain()?);
    let lower = header.key.wire();
    if pieces(value).iter().any(|piece| !matches!(piece, Piece::Literal(_))) {
        return None;
    }
    if template_in(value).is_some() {
        return Some(Notice::new(HEADERS, format!("the value of {name} looks like an unfilled template, and is sent as it is")));
    }
    SOUNDS_SECRET
        .iter()
        .any(|word| lower.contains(word))
        .then(|| Notice::new(HEADERS, format!("the value of {name} is stored and shown as it is; a secret one is sealed")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errors(entries: &[HeaderEntry]) -> String {
        check(entries, &["x-signature".to_owned()], &mut Vec::new()).unwrap_err().to_string()
    }

    fn accepted(name: &str, value: &str) -> bool {
        check(&[HeaderEntry::plain(name, value)], &[], &mut Vec::new()).is_ok()
    }

    fn notices(name: &str, value: &str) -> usize {
        let mut notices = Vec::new();
        check(&[HeaderEntry::plain(name, value)], &[], &mut notices).unwrap();
        notices.len()
    }

    #[test]
    fn h55_names_of_headers() {
        for (name, part) in [
            ("", "is required"),
            ("a b", "contains a space"),
            ("a\r\nb", "contains a line break"),
            ("a:b", "contains \":\""),
            ("ä", "contains"),
            ("Host", "is reserved"),
            ("content-length", "is reserved"),
            ("Webhook-Id", "is reserved"),
            ("set-cookie", "is reserved"),
            ("proxy-authorization", "is reserved"),
            ("AUTHORIZATION", "Bearer Token, Basic Auth, or Api Key"),
            ("X-Signature", "is a header of the auth type"),
            (&"a".repeat(257), "more than 256"),
        ] {
            let error = errors(&[HeaderEntry::plain(name, "v")]);
            assert!(error.starts_with("Headers: ") && error.contains(part), "{name}: {error}");
        }
    }

    #[test]
    fn h56_values_of_headers() {
        for (value, part) in [
            ("", "is required"),
            (" v", "starts or ends with a space"),
            ("v ", "starts or ends with a space"),
            (" ", "starts or ends with a space"),
            ("hunter2\r\nx-evil: 1", "a character at position 8"),
            ("hunter2\tb", "a character at position 8"),
            ("hunter2ä", "a character at position 8"),
            (&"hunter2".repeat(600), "has 4200 bytes, more than 4096"),
        ] {
            for entry in [HeaderEntry::plain("X-Env", value), HeaderEntry::secret("X-Env", value)] {
                let error = errors(std::slice::from_ref(&entry));
                assert!(error.contains(part) && !error.contains("hunter2"), "{value}: {error}");
            }
        }
        assert!(accepted("X-Env", &"v".repeat(4096)) && accepted("X-Env", "a  b: {x} \"é\"".replace('é', "e").as_str()));
    }

    #[test]
    fn h57_duplicates_and_the_21st() {
        let twice = [HeaderEntry::plain("X-Env", "a"), HeaderEntry::secret("x-ENV", "b")];
        assert!(errors(&twice).contains("x-ENV is there twice"));
        let many: Vec<_> = (0..=MAX_HEADERS).map(|n| HeaderEntry::plain(format!("x-{n}"), "v")).collect();
        assert!(errors(&many).contains("there are 21, more than 20"));
        assert!(check(&many[1..], &[], &mut Vec::new()).is_ok());
    }

    #[test]
    fn another_json_type_and_another_user_agent() {
        for value in
            ["application/json", "application/cloudevents+json; charset=utf-8", "text/json", "Application/VND.x+JSON ;v=1"]
        {
            assert!(accepted("Content-Type", value), "{value}");
        }
        for value in ["text/plain", "json", "/json", "application/jsonx", "application/x-www-form-urlencoded", "{event}/json"] {
            assert!(!accepted("Content-Type", value), "{value}");
        }
        assert!(accepted("User-Agent", "GitHub-Hookshot/1 (x)") && accepted("Cookie", "a=b; c=d"));
    }

    #[test]
    fn what_is_worth_a_notice() {
        assert_eq!((notices("X-Env", "test"), notices("Idempotency-Key", "{id}"), notices("X-Event", "a {event}")), (0, 0, 0));
        assert_eq!((notices("X-Api-Token", "abc"), notices("X-Env", "{{env}}"), notices("Cookie", "a=b")), (1, 1, 1));
    }

    #[test]
    fn debug_shows_no_secret() {
        let headers = check(&[HeaderEntry::secret("X-Env", "hunter2")], &[], &mut Vec::new()).unwrap();
        assert!(!format!("{headers:?} {:?}", headers[0].entry()).contains("hunter2"));
    }
}
