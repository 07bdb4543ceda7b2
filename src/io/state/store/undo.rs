//! Undoing a save.

use std::fmt;

use crate::io::state::document::Bytes;

/// Undoes a save: the documents before and after it, with their secrets sealed. They are only in memory, and erased when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Undo {
    before: Bytes,
    after: Bytes,
    generation: u64,
}

impl Undo {
    pub(super) fn before(&self) -> &[u8] {
        &self.before
    }

    pub(super) fn after(&self) -> &[u8] {
        &self.after
    }

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
