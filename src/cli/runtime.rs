//! The tokio runtime of a command, and a stop by a signal.

use std::cell::Cell;
use std::future::Future;
use std::io;
use std::panic;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::LocalBoxFuture;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Notify;

use crate::cli::failure::Failure;
use crate::cli::signals::Signals;
use crate::ops::start_with_thread;

/// A runtime on this thread alone: neither a command nor an idle app has work for more.
///
/// # Errors
/// The system refuses threads or files, without which the libraries below would panic or report another cause. Their first thread is
/// started here and kept: more work than threads then waits.
pub fn new() -> Result<Runtime, Failure> {
    room_for_files().map_err(|error| Failure::limit(&error))?;
    let runtime = Builder::new_current_thread().enable_all().thread_keep_alive(Duration::MAX).build();
    let runtime = runtime.map_err(|error| Failure::limit(&error))?;
    let first = start_with_thread(|| runtime.spawn_blocking(|| ()));
    first.map_err(|error| Failure::limit(&error))?;
    Ok(runtime)
}

/// Opens as many files at once as a command needs, and closes them.
fn room_for_files() -> io::Result<()> {
    const PIPES: usize = 6;
    (0..PIPES).map(|_| io::pipe()).collect::<io::Result<Vec<_>>>().map(drop)
}

pub fn run<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = new()?;
    let done = runtime.block_on(work);
    // Dropping it would wait for its threads: one may be in a lookup that the system's resolver does not give up.
    runtime.shutdown_background();
    done
}

/// A future that is ready when anything panics from now on, on whatever thread, after its message is printed. For a command with
/// tasks whose end is not awaited.
pub fn panicked() -> impl Future<Output = ()> {
    let told = Arc::new(Notify::new());
    let by_hook = Arc::clone(&told);
    let report = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        report(info);
        by_hook.notify_one();
    }));
    async move { told.notified().await }
}

/// Runs `work` with a future that is ready at the first signal. Returns the exit code of the signal that came, if one did.
pub fn run_until_signal<T>(
    work: impl AsyncFnOnce(LocalBoxFuture<'_, ()>) -> Result<T, Failure>,
) -> Result<(T, Option<u8>), Failure> {
    let signal = Cell::new(None);
    let done = run(async {
        let mut signals = Signals::catch()?;
        work(Box::pin(async { signal.set(Some(signals.next().await)) })).await
    })?;
    Ok((done, signal.get()))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn h48_a_panic_that_nobody_waits_for_is_noticed() {
        let runtime = new().unwrap();
        runtime.block_on(async {
            for elsewhere in [false, true] {
                let panicked = panicked();
                if elsewhere {
                    std::thread::spawn(|| panic!("on purpose"));
                } else {
                    tokio::spawn(async { panic!("on purpose") });
                }
                tokio::time::timeout(Duration::from_secs(20), panicked).await.unwrap();
            }
        });
    }
}
