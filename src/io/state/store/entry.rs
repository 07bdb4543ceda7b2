//! The document as an entry of the bucket that machines share: replaced if it is still of the revision that was read.

use zeroize::Zeroizing;

use crate::io::nats::{NatsError, Shared};
use crate::io::state::document::{Bytes, MAX_BYTES};
use crate::io::state::error::StateError;
use crate::io::state::origin::Origin;

/// The key of the document in the bucket.
pub const KEY: &str = "destination";

/// The document, if there is one, and its revision, which one that was removed has, too.
pub(super) fn read(shared: &Shared) -> Result<(Option<Bytes>, u64), StateError> {
    let (value, revision) = shared.with_bucket(|bucket| async move { bucket.newest(KEY).await })?;
    if value.as_ref().is_some_and(|value| value.len() > MAX_BYTES) {
        return Err(too_long());
    }
    Ok((value.map(|value| Zeroizing::new(value.to_vec())), revision))
}

/// Replaces the document of that revision by `after`.
pub(super) fn replace(shared: &Shared, revision: u64, after: &[u8]) -> Result<(), StateError> {
    if after.len() > MAX_BYTES {
        return Err(too_long());
    }
    let (after, revision) = (bytes::Bytes::copy_from_slice(after), (revision > 0).then_some(revision));
    match shared.with_bucket(move |bucket| async move { bucket.put(KEY, after, revision).await }) {
        Ok(_) => Ok(()),
        Err(NatsError::Changed) => Err(StateError::Changed { at: Origin::Entry }),
        Err(error) => Err(error.into()),
    }
}

fn too_long() -> StateError {
    let problem = format!("the entry is longer than {MAX_BYTES} bytes");
    StateError::Syntax { at: Origin::Entry, line: 1, column: 1, problem }
}
