//! Work on threads other than that of the runtime.

use std::future::pending;
use std::io;
use std::panic::{self, AssertUnwindSafe, resume_unwind};
use std::thread;

use crate::domain::problem::{Problem, ProblemKind};
use crate::io::fs::reason;
use crate::io::limit::Limit;

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

/// The problem of a thread that the system refused with that error.
pub(super) fn refused(error: &io::Error) -> Problem {
    let what = Limit::of(error).unwrap_or(Limit::Threads).what();
    Problem::of_kind(ProblemKind::Disk, what, format!("{}.", reason(error)), Limit::fix_of(error))
}

/// Calls a library that starts a thread, and that panics if the system refuses one. Call this only while nothing else runs: until it
/// returns, the message of a panic in another thread is not printed.
///
/// To check beforehand whether a thread can be started would mean to wait for one: milliseconds on a busy machine.
///
/// # Errors
/// The system refuses the thread.
pub fn start_with_thread<T>(start: impl FnOnce() -> T) -> io::Result<T> {
    let report = panic::take_hook();
    panic::set_hook(Box::new(|_| ()));
    let started = panic::catch_unwind(AssertUnwindSafe(start));
    panic::set_hook(report);
    started.or_else(|panicked| match thread::Builder::new().spawn(|| ()) {
        Err(refused) => Err(refused),
        Ok(_) => resume_unwind(panicked),
    })
}
