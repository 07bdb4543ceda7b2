//! Taking back a removal: the file as it was, its secrets still sealed.

use std::fmt;

use zeroize::Zeroizing;

use super::{Document, Loaded, Saved, StateError, begin, open, read, replace};
use crate::io::fs::lock;
use crate::io::fs::paths::Paths;

/// A state file as it was, with its secrets sealed. It is only in memory, and erased when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Former(Zeroizing<Vec<u8>>);

impl fmt::Debug for Former {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Former({} bytes)", self.0.len())
    }
}

/// The state file as it is now, if it is of that generation.
///
/// # Errors
/// [`StateError`].
pub fn former(paths: &Paths, generation: u64) -> Result<Option<Former>, StateError> {
    let path = paths.destination_file();
    let Some(bytes) = read(&path)? else { return Ok(None) };
    let is_meant = Document::parse(&path, &bytes)?.generation() == generation;
    Ok(is_meant.then_some(Former(bytes)))
}

/// Registers again what a file had. `check` gets what is registered now.
///
/// # Errors
/// What `check` refuses with, and [`StateError`]; in both cases the file is untouched.
pub fn restore<E: From<StateError>>(
    paths: &Paths,
    former: &Former,
    check: impl FnOnce(&Loaded) -> Result<(), E>,
) -> Result<Saved, E> {
    let path = paths.destination_file();
    let (_lock, before, document) = begin(paths, lock::WAIT)?;
    let loaded = open(paths, &document)?;
    check(&loaded)?;
    let generation = loaded.generation().wrapping_add(1);
    let after = Document::parse(&path, &former.0)?.numbered(generation);
    Ok(replace(&path, before.as_deref().map(Vec::as_slice), &after, generation)?)
}
