//! What is shown when something is wrong: what, why, and how to fix it.

use std::fmt;

use super::field::{CA_CERT, Field};
use super::url::credential;

/// What kind of problem it is. The exit code depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProblemKind {
    /// Usage, or an invalid input.
    Usage,
    /// A file, the disk or the output.
    Disk,
    /// The secret cannot be opened.
    Secret,
    NothingRegistered,
    AlreadyRegistered,
    /// Another waypost is saving, or has saved.
    Busy,
    /// The queue engine, NATS, cannot be used.
    Engine,
}

/// What is wrong with a field that needs a value and has none.
pub const IS_REQUIRED: &str = "is required";

/// Why something could not be done. Holds no secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", sentences(&[&field.map_or_else(|| self.message(), |field| format!("{}: {}", field.label, self.message())), &fix.text]))]
pub struct Problem {
    pub kind: ProblemKind,
    /// The input it is about.
    pub field: Option<Field>,
    /// A clause without a full stop.
    pub what: String,
    /// A sentence; empty where `what` says it all.
    pub why: String,
    pub fix: Fix,
}

impl Problem {
    /// A problem of no single input: `what` is a clause, `why` and the text of `fix` are sentences.
    pub fn of_kind(kind: ProblemKind, what: impl Into<String>, why: impl Into<String>, fix: impl Into<Fix>) -> Self {
        Self { kind, field: None, what: what.into(), why: why.into(), fix: fix.into() }
    }

    /// An invalid input.
    pub fn new(field: Field, what: impl Into<String>, why: impl Into<String>, fix: impl Into<Fix>) -> Self {
        // It may quote the input, and a URL can be entered anywhere.
        let what = credential::shown_in(&what.into());
        Self { field: Some(field), ..Self::of_kind(ProblemKind::Usage, what, why, fix) }
    }

    /// What and why.
    #[must_use]
    pub fn message(&self) -> String {
        sentences(&[&format!("{}.", self.what), &self.why])
    }
}

/// Sentences one after another, without the empty ones.
pub(crate) fn sentences(texts: &[&str]) -> String {
    texts.iter().copied().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" ")
}

/// How to fix something: what to do in words, and where waypost itself can do it, which of its actions does.
///
/// The words name no key and no flag. Each front end adds its own way to the action.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fix {
    /// A sentence in the imperative; empty where there is nothing to fix.
    pub text: String,
    pub action: Option<FixAction>,
}

/// What waypost offers as a fix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FixAction {
    /// Change that field of the destination: to those values where what was seen proves them, else to what the user knows.
    EditDestination { field: Field, changes: Vec<FieldChange> },
    /// Trust the topmost certificate that the server sent, once the user has compared it.
    TrustCa,
    /// Register a destination.
    Register,
    /// Edit the registered destination, or remove it and register another.
    EditOrRemove,
    /// Use other directories for the files.
    SetDirectories,
    /// Decide by a text that the answer must contain.
    ExpectText,
    /// Have the receiver listen on another address or port.
    ListenElsewhere,
}

/// A value of a field of the destination that is proposed in place of another. Never that of a secret, nor a URL with a credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldChange {
    pub field: Field,
    pub before: String,
    pub after: String,
}

impl FieldChange {
    pub(crate) fn new(field: Field, before: impl Into<String>, after: impl Into<String>) -> Self {
        Self { field, before: before.into(), after: after.into() }
    }
}

impl Fix {
    /// The same fix, done by `action`.
    #[must_use]
    pub fn by(self, action: FixAction) -> Self {
        Self { action: Some(action), ..self }
    }

    /// The same fix, done by editing that field of the destination.
    #[must_use]
    pub fn by_editing(self, field: Field) -> Self {
        self.by(FixAction::EditDestination { field, changes: Vec::new() })
    }

    /// The same fix, done by those changes; at least one.
    #[must_use]
    pub fn by_changing(self, changes: Vec<FieldChange>) -> Self {
        match changes.first().map(|first| first.field) {
            Some(field) => self.by(FixAction::EditDestination { field, changes }),
            None => self,
        }
    }

    /// The changes that are proposed.
    #[must_use]
    pub fn changes(&self) -> &[FieldChange] {
        match &self.action {
            Some(FixAction::EditDestination { changes, .. }) => changes,
            _ => &[],
        }
    }

    /// The field of the destination whose change is the fix.
    #[must_use]
    pub const fn field(&self) -> Option<Field> {
        match self.action {
            Some(FixAction::EditDestination { field, .. }) => Some(field),
            Some(FixAction::TrustCa) => Some(CA_CERT),
            Some(
                FixAction::Register
                | FixAction::EditOrRemove
                | FixAction::SetDirectories
                | FixAction::ExpectText
                | FixAction::ListenElsewhere,
            )
            | None => None,
        }
    }

    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.text.is_empty()
    }
}

impl fmt::Display for Fix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl From<String> for Fix {
    fn from(text: String) -> Self {
        Self { text, action: None }
    }
}

impl From<&str> for Fix {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::field;

    #[test]
    fn a_problem_of_a_field_starts_with_its_label() {
        let problem = Problem::new(field::URL, "is empty", "It is needed.", "Enter one.");
        assert_eq!(problem.to_string(), "URL: is empty. It is needed. Enter one.");
        let problem = Problem::of_kind(ProblemKind::Disk, "the disk is full", "It is small.", "Free some space.");
        assert_eq!(problem.to_string(), "the disk is full. It is small. Free some space.");
        let problem = Problem::of_kind(ProblemKind::Busy, "it is busy", "", "Wait.");
        assert_eq!(problem.to_string(), "it is busy. Wait.");
    }

    #[test]
    fn a_fix_carries_its_action() {
        let fix = Fix::from("Enter it.").by_editing(field::URL);
        assert_eq!((fix.to_string().as_str(), fix.field()), ("Enter it.", Some(field::URL)));
        assert_eq!(Fix::from("Register.").by(FixAction::Register).field(), None);
    }
}
