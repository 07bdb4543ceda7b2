//! Work off the runtime's thread, and the threads for it.

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

/// The system refuses a thread, by that error.
pub(super) fn refused(error: &io::Error) -> Problem {
    let what = Limit::of(error).unwrap_or(Limit::Threads).what();
    Problem::of_kind(ProblemKind::Disk, what, format!("{}.", reason(error)), Limit::fix_of(error))
}

/// Starts what has a thread of its own, in a library that panics where the system refuses one. While nothing else runs: what another
/// thread panics with is not printed until then.
///
/// To find out beforehand that there is room for a thread means to wait for one: milliseconds on a busy machine.
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
