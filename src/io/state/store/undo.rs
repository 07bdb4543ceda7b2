//! Undoing a save.

use std::fmt;

use super::{Saved, StateError, Store, replace};
use crate::io::fs::lock;
use crate::io::state::document::Bytes;

/// Undoes a save: the documents before and after it, with their secrets sealed. They are only in memory, and erased when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Undo {
    before: Bytes,
    after: Bytes,
    generation: u64,
}

impl Undo {
    pub(super) fn new(before: &[u8], after: &[u8], generation: u64) -> Self {
        Self { before: before.to_vec().into(), after: after.to_vec().into(), generation }
    }

    /// The generation that the save made.
    #[must_use]
    pub const fn generation(&self) -> u64 {
        self.generation
    }
}

impl fmt::Debug for Undo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Undo(of {}: {} bytes)", self.generation, self.before.len())
    }
}

impl Store {
    /// Puts back the document from before a save; `None` if what the save wrote is not there any more, byte for byte.
    ///
    /// # Errors
    /// [`StateError`].
    pub fn undo(&self, undo: &Undo) -> Result<Option<Saved>, StateError> {
        let (replacing, document) = self.begin(lock::WAIT)?;
        if replacing.before().0 != Some(undo.after.as_slice()) {
            return Ok(None);
        }
        let generation = document.generation().wrapping_add(1);
        let had_entry = document.entry().is_some();
        let after = self.parse(Some(&undo.before), 0)?.numbered(generation);
        replace(replacing, &after, generation, had_entry).map(Some)
    }
}
