//! What is still done when a panic ends the program: the terminal is given back, a delivery in flight is recorded, what was
//! made for a while is taken away.
//!
//! A panic is a bug, and the program does not go on behind it. Its hook does what is left to do and ends the process, from
//! whichever thread it is called. So nothing unwinds, and the release build has neither the tables nor the code for that, a
//! sixth of the program.
//!
//! The hook stops the thread that panicked, and the others run on until the end. What they would begin, draw or print then has to
//! ask [`is_ending`], or to find taken what a deed has taken.

use std::panic;
use std::process;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// The exit code of a program that panicked, as Rust has it.
const PANICKED: i32 = 101;

/// How long each kind of what is left to do may take. A disk that hangs must not keep the program.
const LAST_DEEDS: Duration = Duration::from_secs(2);

static LEFT: Mutex<Vec<Deed>> = Mutex::new(Vec::new());
static NUMBER: AtomicU64 = AtomicU64::new(0);
static ENDING: AtomicBool = AtomicBool::new(false);

struct Deed {
    number: u64,
    when: When,
    what: Box<dyn FnOnce() + Send>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum When {
    BeforeWords,
    Then,
    AtLast,
}

/// Something to do at a panic, until this is dropped.
#[derive(Debug)]
#[must_use = "dropped, it is not done"]
pub struct Left(u64);

impl Left {
    /// To be done before the panic is told, by the thread that panicked: what the words need, as a terminal that shows them. It
    /// must neither wait nor panic.
    pub fn to_do_before_words(what: impl FnOnce() + Send + 'static) -> Self {
        Self::add(When::BeforeWords, what)
    }

    /// To be done then, on a thread of its own. All of these together have two seconds.
    pub fn to_do(what: impl FnOnce() + Send + 'static) -> Self {
        Self::add(When::Then, what)
    }

    /// To be done behind all others: what takes away what they may need.
    pub fn to_do_at_last(what: impl FnOnce() + Send + 'static) -> Self {
        Self::add(When::AtLast, what)
    }

    fn add(when: When, what: impl FnOnce() + Send + 'static) -> Self {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        lock().push(Deed { number, when, what: Box::new(what) });
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

fn take(when: When) -> Vec<Deed> {
    lock().extract_if(.., |deed| deed.when == when).collect()
}

/// Whether a panic is ending the program. Nothing that reaches the outside is to be begun any more.
#[must_use]
pub fn is_ending() -> bool {
    ENDING.load(Ordering::SeqCst)
}

/// Ends the program with that code, unless a panic is ending it: its code is the one that counts.
pub fn end_with(code: u8) -> ! {
    if is_ending() {
        wait_for_the_end();
    }
    process::exit(code.into())
}

fn wait_for_the_end() -> ! {
    loop {
        thread::park();
    }
}

/// From now on a panic, on any thread, ends the program with 101, behind what is left to do.
pub fn end_the_program() {
    let say = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        if ENDING.swap(true, Ordering::SeqCst) {
            // One panic is told of. That of another thread, or of one of the deeds, must not end the program before the rest is
            // done.
            wait_for_the_end();
        }
        for deed in take(When::BeforeWords) {
            (deed.what)();
        }
        let (done, ended) = channel();
        // Beside the words, which nobody may be reading.
        let others = thread::Builder::new().spawn(move || {
            do_all(take(When::Then), LAST_DEEDS);
            do_all(take(When::AtLast), LAST_DEEDS);
            let _ = done.send(());
            thread::sleep(LAST_DEEDS);
            process::exit(PANICKED);
        });
        if others.is_err() {
            // There are no more threads.
            for deed in take(When::Then).into_iter().chain(take(When::AtLast)) {
                (deed.what)();
            }
        }
        say(info);
        let _ = ended.recv_timeout(LAST_DEEDS * 2);
        process::exit(PANICKED);
    }));
}

/// Each on a thread of its own: one that waits for what another thread holds, or panics, takes no other with it.
fn do_all(deeds: Vec<Deed>, within: Duration) {
    let (done, ended) = channel::<()>();
    for Deed { what, .. } in deeds {
        let done = done.clone();
        let on_its_own = thread::Builder::new().spawn(move || {
            what();
            drop(done);
        });
        // Nothing to be done about it: what could not be begun is gone with its thread.
        drop(on_its_own);
    }
    drop(done);
    // Nothing is ever sent: it ends when the last sender is gone, or when the time is over.
    let _ = ended.recv_timeout(within);
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
        assert!(lock().iter().any(|deed| deed.number == second.0 && deed.when == When::BeforeWords));
        drop(second);
        assert_eq!(Arc::strong_count(&mine), 1);
    }

    #[test]
    fn one_that_hangs_keeps_neither_the_others_nor_the_end() {
        let (told, heard) = channel();
        let deed = |what: Box<dyn FnOnce() + Send>| Deed { number: 0, when: When::Then, what };
        let tell = move || {
            let _ = told.send(());
        };
        do_all(vec![deed(Box::new(|| wait_for_the_end())), deed(Box::new(tell))], Duration::from_millis(20));
        assert!(heard.recv_timeout(Duration::from_secs(20)).is_ok());
    }
}
