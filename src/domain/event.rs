//! What is delivered: a JSON body with a name.

use std::fmt;

use serde::de::IgnoredAny;

/// The events that waypost has built in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum BuiltIn {
    /// A few bytes that ask for nothing.
    #[default]
    Ping,
    /// An auto policy as insurance-data systems send it.
    ClientSubmissionAuto,
    /// A homeowners policy as insurance-data systems send it.
    ClientSubmissionHomeowners,
}

/// The longest id that a caller may choose.
pub const MAX_ID: usize = 256;

/// Whether a caller may choose that id: it becomes the `webhook-id`.
#[must_use]
pub fn is_id(id: &str) -> bool {
    (1..=MAX_ID).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.:-".contains(&byte))
}

impl BuiltIn {
    /// In the order of the choice.
    pub const ALL: [Self; 3] = [Self::Ping, Self::ClientSubmissionAuto, Self::ClientSubmissionHomeowners];

    /// Its name in JSON and flags.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ping => "ping",
            Self::ClientSubmissionAuto => "client-submission-auto",
            Self::ClientSubmissionHomeowners => "client-submission-homeowners",
        }
    }

    /// The words on the screen.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Ping => "ping",
            Self::ClientSubmissionAuto => "client-submission auto",
            Self::ClientSubmissionHomeowners => "client-submission homeowners",
        }
    }

    /// The event of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.name() == name)
    }

    /// The event itself. The last newline belongs to the file, not to the body.
    #[must_use]
    pub fn event(self) -> Event {
        let body = match self {
            Self::Ping => include_str!("../../assets/events/ping.json"),
            Self::ClientSubmissionAuto => include_str!("../../assets/events/client-submission-auto.json"),
            Self::ClientSubmissionHomeowners => include_str!("../../assets/events/client-submission-homeowners.json"),
        };
        Event { name: self.name().to_owned(), body: body.trim_end_matches('\n').as_bytes().to_vec() }
    }
}

/// A body to deliver, byte for byte, and what it is called in lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// `ping`, a file's name, …
    pub name: String,
    /// The bytes that are signed and sent.
    pub body: Vec<u8>,
}

/// Where a body ceases to be JSON. Holds nothing of the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotJson {
    /// JSON is UTF-8 (RFC 8259 §8.1); the first byte that is not, from 1.
    Utf8(usize),
    /// There is nothing in it.
    Empty,
    /// It begins with a byte order mark, which a JSON text must not (RFC 8259 §8.1).
    Bom,
    /// Line and column, from 1.
    Syntax(usize, usize),
}

impl fmt::Display for NotJson {
    /// Goes on a sentence that names the body: `is not UTF-8 at byte 3`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Utf8(byte) => write!(f, "is not UTF-8 at byte {byte}"),
            Self::Empty => f.write_str("is empty"),
            Self::Bom => f.write_str("begins with a byte order mark, which is not JSON"),
            Self::Syntax(line, column) => write!(f, "is not JSON at line {line}, column {column}"),
        }
    }
}

/// The check that every event passes before it is sent: one JSON text in UTF-8 (RFC 8259).
///
/// # Errors
/// The text is not JSON.
pub fn check_json(body: &[u8]) -> Result<(), NotJson> {
    std::str::from_utf8(body).map_err(|error| NotJson::Utf8(error.valid_up_to() + 1))?;
    if body.is_empty() {
        return Err(NotJson::Empty);
    }
    if body.starts_with("\u{feff}".as_bytes()) {
        return Err(NotJson::Bom);
    }
    serde_json::from_slice::<IgnoredAny>(body).map_err(|error| NotJson::Syntax(error.line(), error.column()))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_in_utf8_and_nothing_else() {
        for body in ["{}", " [1, 2]\n", "\"ä\"", "1", "null"] {
            assert_eq!(check_json(body.as_bytes()), Ok(()), "{body}");
        }
        assert_eq!(check_json(b"{\"a\": 1,\n \"b\" 2}"), Err(NotJson::Syntax(2, 6)));
        assert_eq!(check_json(b"\"a\xff\""), Err(NotJson::Utf8(3)));
        for body in ["{", " ", "{} {}", "NaN", "\"\t\""] {
            assert!(matches!(check_json(body.as_bytes()), Err(NotJson::Syntax(..))), "{body}");
        }
        assert_eq!(check_json(b""), Err(NotJson::Empty));
        assert_eq!(check_json("\u{feff}{}".as_bytes()), Err(NotJson::Bom));
        assert_eq!(NotJson::Syntax(2, 6).to_string(), "is not JSON at line 2, column 6");
        assert_eq!(NotJson::Utf8(3).to_string(), "is not UTF-8 at byte 3");
    }

    #[test]
    fn built_in_bodies_are_json_of_their_topic() {
        for built_in in BuiltIn::ALL {
            let event = built_in.event();
            let body: serde_json::Value = serde_json::from_slice(&event.body).unwrap();
            let topic = if built_in == BuiltIn::Ping { "ping" } else { "client-submission" };
            assert_eq!(body["topic"], topic);
            assert!(!event.body.ends_with(b"\n"));
            assert_eq!(BuiltIn::from_name(&event.name), Some(built_in));
        }
    }

    #[test]
    fn submissions_have_the_documents_parts() {
        let auto: serde_json::Value = serde_json::from_slice(&BuiltIn::ClientSubmissionAuto.event().body).unwrap();
        let home: serde_json::Value = serde_json::from_slice(&BuiltIn::ClientSubmissionHomeowners.event().body).unwrap();
        for body in [&auto, &home] {
            let policy = &body["data"]["policy"];
            for key in ["provider", "policy_number", "policy_type", "policy_term", "annual_policy_premium"] {
                assert!(!policy[key].is_null(), "{key}");
            }
            assert!(policy["coverage_period"]["start_date"].is_string() && policy["coverage_period"]["end_date"].is_string());
            assert!(body["data"]["document_link"].is_string());
        }
        assert!(auto["data"]["drivers"].is_array() && auto["data"]["vehicles"].is_array());
        assert!(home["data"]["property"].is_object());
    }
}
