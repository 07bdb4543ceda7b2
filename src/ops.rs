//! Register, edit, remove, test: the domain and the world put together; the only thing that both front ends call.

use crate::domain::destination::Destination;
use crate::domain::draft::Draft;
use crate::domain::field::{Field, FieldError};
use crate::domain::outcome::Delivery;

/// What kind of problem it is; the exit code hangs on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// Usage, or an input that is not valid.
    Usage,
    /// The state file or the disk.
    Disk,
    /// The secret cannot be opened.
    Secret,
    /// Nothing is registered.
    NothingRegistered,
    /// Something is registered already.
    AlreadyRegistered,
    /// Another waypost is saving.
    Busy,
}

/// Why something could not be done: what, why, and how to mend it. Holds no secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what}. {why} {fix}")]
pub struct Problem {
    /// What kind it is.
    pub code: Code,
    /// The input it is about.
    pub field: Option<Field>,
    /// Without a full stop.
    pub what: String,
    /// A sentence.
    pub why: String,
    /// A sentence.
    pub fix: String,
}

impl From<FieldError> for Problem {
    fn from(error: FieldError) -> Self {
        Self { code: Code::Usage, field: Some(error.field), what: error.what, why: error.why, fix: error.fix }
    }
}

/// What was saved.
#[derive(Clone, Debug, PartialEq)]
pub struct Saved {
    /// As it stands in the file now.
    pub destination: Destination,
    /// Of the file.
    pub generation: u64,
    /// Something to know that does not undo the save.
    pub warning: Option<Problem>,
}

/// What is registered, as far as it could be read.
#[derive(Clone, Debug, PartialEq)]
pub enum State {
    /// Nothing.
    Empty,
    /// A destination.
    Open(Box<Destination>),
    /// A destination whose secret cannot be opened: the rest of it, and why.
    Locked(Box<Draft>, Problem),
    /// The state file cannot be read, and why. It is never written over.
    Unreadable(Problem),
}

/// What the files say when the app starts.
#[derive(Clone, Debug, PartialEq)]
pub struct Situation {
    /// What is registered.
    pub state: State,
    /// Of the state file.
    pub generation: u64,
    /// The newest first; the first page.
    pub deliveries: Vec<Delivery>,
    /// How many there are.
    pub deliveries_in_all: usize,
}

/// What the demo's receiver saw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witness {
    /// `webhook-id` of the request.
    pub id: Option<String>,
    /// Whether its check of the auth passed.
    pub accepted: bool,
    /// In words.
    pub text: String,
}
