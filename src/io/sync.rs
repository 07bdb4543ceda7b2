//! Shared memory between threads.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks a mutex, also after another holder panicked: the values are consistent between any two statements.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
