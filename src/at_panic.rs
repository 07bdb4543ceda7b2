//! What is still done when a panic ends the program: the terminal is given back, a delivery in flight is recorded, what was
//! made for a while is taken away.
//!
//! A panic is a bug, and the program does not go on behind it. Its hook does what is left to do and ends the process, from
//! whichever thread it is called. So nothing unwinds, and more is done than unwinding could do: it runs through one thread
//! only, and leaves alone what the others have under way. The release build has neither the tables nor the code for it, an
//! eighth of the program.

use std::panic;
use std::process;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// The exit code of a program that panicked, as Rust has it.
const PANICKED: i32 = 101;

/// How long what is left to do may take. A disk that hangs must not keep the program.
const LAST_DEEDS: Duration = Duration::from_secs(2);

static LEFT: Mutex<Vec<Deed>> = Mutex::new(Vec::new());
static NUMBER: AtomicU64 = AtomicU64::new(0);
static ENDING: AtomicBool = AtomicBool::new(false);

struct Deed {
    number: u64,
    before_words: bool,
    what: Box<dyn FnOnce() + Send>,
}

/// Something to do at a panic, until this is dropped.
#[derive(Debug)]
#[must_use = "dropped, it is not done"]
pub struct Left(u64);

impl Left {
    /// To be done, in the order in which it was asked for, when the panic has been told. It may wait: all of it has two seconds.
    pub fn to_do(what: impl FnOnce() + Send + 'static) -> Self {
        Self::add(false, Box::new(what))
    }

    /// To be done before the panic is told: what the words need, as a terminal that shows them. It must not wait.
    pub fn to_do_before_words(what: impl FnOnce() + Send + 'static) -> Self {
        Self::add(true, Box::new(what))
    }

    fn add(before_words: bool, what: Box<dyn FnOnce() + Send>) -> Self {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        lock().push(Deed { number, before_words, what });
        Self(number)
    }
}

impl Drop for Left {
    fn drop(&mut self) {
        let mut left = lock();
        let deed = left.iter().position(|deed| deed.number == self.0).map(|at| left.remove(at));
        // Not under the lock: what it holds may do as it likes when it is dropped.
        drop(left);
        drop(deed);
    }
}

fn lock() -> MutexGuard<'static, Vec<Deed>> {
    LEFT.lock().unwrap_or_else(PoisonError::into_inner)
}

fn take(before_words: bool) -> Vec<Deed> {
    lock().extract_if(.., |deed| deed.before_words == before_words).collect()
}

/// From now on a panic, on any thread, ends the program with 101, behind what is left to do.
pub fn end_the_program() {
    let say = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if ENDING.swap(true, Ordering::SeqCst) {
            // One panic is told of. Another one, or one of what is left to do, must not end the program before that is done.
            loop {
                thread::park();
            }
        }
        for deed in take(true) {
            (deed.what)();
        }
        say(info);
        let (done, ended) = channel();
        // On a thread of its own, since it may wait for what this one holds.
        let deeds = thread::Builder::new().spawn(move || {
            for deed in take(false) {
                (deed.what)();
            }
            let _ = done.send(());
        });
        if deeds.is_ok() {
            let _ = ended.recv_timeout(LAST_DEEDS);
        }
        process::exit(PANICKED);
    }));
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn what_was_dropped_is_not_left() {
        // Other tests of this process have theirs in it, too.
        let mine = Arc::new(());
        let held = |what: &Arc<()>| {
            let what = Arc::clone(what);
            move || drop(what)
        };
        let (first, second) = (Left::to_do(held(&mine)), Left::to_do_before_words(held(&mine)));
        assert_eq!(Arc::strong_count(&mine), 3);
        drop(first);
        assert_eq!(Arc::strong_count(&mine), 2);
        assert!(lock().iter().any(|deed| deed.number == second.0 && deed.before_words));
        drop(second);
        assert_eq!(Arc::strong_count(&mine), 1);
    }
}
