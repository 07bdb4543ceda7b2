//! Taking back a removal or an edit: the document as it was, its secrets still sealed.

use std::fmt;

use super::{Loaded, Saved, StateError, Store, replace};
use crate::io::fs::lock;
use crate::io::state::document::Bytes;

/// A document as it was, with its secrets sealed. It is only in memory, and erased when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Former(Bytes);

impl fmt::Debug for Former {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Former({} bytes)", self.0.len())
    }
}

impl Store {
    /// The document as it is now, if it is of that generation.
    ///
    /// # Errors
    /// [`StateError`].
    pub fn former(&self, generation: u64) -> Result<Option<Former>, StateError> {
        let (Some(bytes), _) = self.storage.read(&self.paths)? else { return Ok(None) };
        let is_meant = self.parse(Some(&bytes), 0)?.generation() == generation;
        Ok(is_meant.then_some(Former(bytes)))
    }

    /// Registers again what a document has. `check` gets what is registered now.
    ///
    /// # Errors
    /// What `check` refuses with, and [`StateError`]; in both cases the document is untouched.
    pub fn restore<E: From<StateError>>(
        &self,
        former: &Former,
        check: impl FnOnce(&Loaded) -> Result<(), E>,
    ) -> Result<Saved, E> {
        let (replacing, document) = self.begin(lock::WAIT)?;
        let loaded = self.open(&document)?;
        check(&loaded)?;
        let generation = loaded.generation().wrapping_add(1);
        let after = self.parse(Some(&former.0), 0)?.numbered(generation);
        Ok(replace(replacing, &after, generation)?)
    }
}
