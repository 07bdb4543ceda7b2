//! What the front ends show of a destination, a delivery and a timing: as rows, the same for the app, the command line and the
//! accessible mode. Each decides how a row looks.

pub mod clock;
pub mod compare;
pub mod delivery;
pub mod destination;
pub mod queue;
pub mod since;
pub mod summary;
pub mod timing;

use crate::domain::auth::AuthType;
use crate::domain::field::Choice;
use crate::domain::problem::Fix;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub label: &'static str,
    pub value: Value,
}

/// Texts are as they are stored: they may hold characters that must not reach a terminal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    Text(String),
    Url(String),
    Path(String),
    AuthType(AuthType),
    Choice(&'static Choice),
    /// A secret that is never shown; `hint` is its end, where that may be shown. Not set where it cannot be opened.
    Secret {
        is_set: bool,
        hint: Option<String>,
    },
    /// A header that is added to requests; `value` is `None` for a secret one.
    Header {
        name: String,
        value: Option<String>,
    },
    Timeout {
        seconds: String,
        is_default: bool,
    },
    /// Each front end renders the action of the fix in its own terms.
    Fix(Fix),
}

impl Row {
    const fn new(label: &'static str, value: Value) -> Self {
        Self { label, value }
    }

    fn text(label: &'static str, text: impl Into<String>) -> Self {
        Self::new(label, Value::Text(text.into()))
    }
}
