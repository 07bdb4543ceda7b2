//! Work that may block, off the runtime's thread.

use std::future::pending;
use std::panic::resume_unwind;

/// Runs `work` on a thread where it may block. If it panics, so does the caller.
pub(super) async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    match tokio::task::spawn_blocking(work).await {
        Ok(value) => value,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => resume_unwind(panic),
            // The runtime is shutting down and polls nothing any more.
            Err(_) => pending().await,
        },
    }
}
