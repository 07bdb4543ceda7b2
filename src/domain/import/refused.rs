//! Why a text is not read, and where.

use std::fmt;

/// A text that is refused. Holds nothing of it but a character that a shell would act on, or the name of an option.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// A clause without a full stop.
    pub what: String,
    /// A sentence.
    pub fix: &'static str,
}

impl Refused {
    /// Refused for what is at that byte of the text.
    pub(super) fn at(text: &str, at: usize, what: impl Into<String>, fix: &'static str) -> Self {
        let before = &text[..at];
        let line_start = before.rfind('\n').map_or(0, |end| end + 1);
        Self { line: before.matches('\n').count() + 1, column: before[line_start..].chars().count() + 1, what: what.into(), fix }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.what)
    }
}
