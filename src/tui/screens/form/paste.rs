//! What a pasted text loses on its way into a field, and what a pasted command brought.

use zeroize::Zeroizing;

use crate::domain::field::Field;

/// What a pasted curl command brought.
#[derive(Clone, PartialEq)]
pub struct PastedCommand {
    /// What was taken, in words.
    pub taken: String,
    /// What was not taken, and why.
    pub not_taken: Vec<String>,
    /// The JSON that it sends, to be kept as an event.
    pub body: Option<Zeroizing<Vec<u8>>>,
}

impl std::fmt::Debug for PastedCommand {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PastedCommand").field("taken", &self.taken).finish_non_exhaustive()
    }
}

/// A pasted text as it goes into a field, and the note about what was removed. What a field's own rule removes is removed only
/// where the field is empty: in the middle of a text it was meant.
pub fn cleaned(field: Field, text: &str, empty: bool) -> (&str, Option<String>) {
    if !field.trim {
        let clean = text.strip_suffix("\r\n").or_else(|| text.strip_suffix(['\n', '\r'])).unwrap_or(text);
        let note = (clean.len() != text.len()).then(|| "the trailing line break was removed".to_owned());
        return (clean, note);
    }
    let trimmed = field.trimmed(text);
    let spaces = (trimmed.len() != text.len()).then_some("whitespace around the paste was removed");
    let (clean, notice) = if empty { (field.clean)(trimmed) } else { (trimmed, None) };
    let note = spaces.into_iter().chain(notice).collect::<Vec<_>>().join(", and ");
    (clean, (!note.is_empty()).then_some(note))
}
