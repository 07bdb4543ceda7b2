//! What is written to the terminal, by a thread of its own: a terminal can take nothing for as long as it likes (^S, a
//! connection that stalls), and only that thread waits for it.
//!
//! ```text
//! frame, control sequence ──▶ queue ──▶ thread ──▶ write(2), which may wait for ever
//!        ▲                                │
//!        └── the next frame, once all is taken
//! ```
//! At most one frame is queued or being written. The loop draws the next one when that is taken, from the model as it is by
//! then: what a slow terminal misses is the states in between.

use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use tokio::sync::Notify;

/// The terminal on standard output.
pub static SCREEN: Screen = Screen::new();

pub struct Screen {
    /// Whether the thread runs. Changed under the lock.
    started: AtomicBool,
    state: Mutex<State>,
    /// There is something to write.
    work: Condvar,
    /// Everything was written.
    rest: Condvar,
    /// The same, for the loop.
    drawn: Notify,
}

struct State {
    /// Whether it is ours now.
    taken: bool,
    queue: Vec<u8>,
    writing: bool,
    failed: Option<Errno>,
    /// Whether the loop waits to draw.
    awaited: bool,
}

/// Locks what no panic leaves half changed.
pub fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

impl State {
    const fn is_idle(&self) -> bool {
        self.queue.is_empty() && !self.writing
    }
}

impl Screen {
    const fn new() -> Self {
        let state = State { taken: false, queue: Vec::new(), writing: false, failed: None, awaited: false };
        Self {
            started: AtomicBool::new(false),
            state: Mutex::new(state),
            work: Condvar::new(),
            rest: Condvar::new(),
            drawn: Notify::const_new(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }

    /// Writes `enter`, and whatever is drawn from now on.
    ///
    /// # Errors
    /// The thread cannot be started.
    pub fn take(&'static self, enter: &[u8]) -> io::Result<()> {
        let mut state = self.lock();
        if !self.started.load(Ordering::SeqCst) {
            std::thread::Builder::new().name("screen".into()).stack_size(64 * 1024).spawn(|| self.write_all())?;
            self.started.store(true, Ordering::SeqCst);
        }
        state.taken = true;
        self.push(&mut state, enter);
        Ok(())
    }

    /// Writes `leave`, and nothing after it; waits for that as long as `patience` lasts. Returns whether it was ours.
    pub fn give_back(&self, leave: &[u8], patience: Duration) -> bool {
        let mut state = self.lock();
        let taken = std::mem::replace(&mut state.taken, false);
        if taken {
            self.push(&mut state, leave);
            let _ = self.rest.wait_timeout_while(state, patience, |state| !state.is_idle());
        }
        taken
    }

    /// Draws a frame, unless the terminal is somebody else's. Never waits.
    ///
    /// # Errors
    /// That of an earlier write.
    pub fn draw(&self, frame: &[u8]) -> io::Result<()> {
        let mut state = self.lock();
        if let Some(error) = state.failed {
            return Err(error.into());
        }
        if state.taken {
            self.push(&mut state, frame);
        }
        Ok(())
    }

    /// Whether the terminal has taken everything.
    pub fn is_idle(&self) -> bool {
        self.lock().is_idle()
    }

    /// Ready once the terminal has taken everything. For one task.
    ///
    /// # Errors
    /// That of a write.
    pub async fn idle(&self) -> io::Result<()> {
        loop {
            {
                let mut state = self.lock();
                if let Some(error) = state.failed {
                    return Err(error.into());
                }
                if state.is_idle() {
                    return Ok(());
                }
                state.awaited = true;
            }
            self.drawn.notified().await;
        }
    }

    fn push(&self, state: &mut State, bytes: &[u8]) {
        state.queue.extend_from_slice(bytes);
        self.work.notify_one();
    }

    /// The thread.
    fn write_all(&self) {
        let mut state = self.lock();
        loop {
            while state.queue.is_empty() {
                state = self.work.wait(state).unwrap_or_else(std::sync::PoisonError::into_inner);
            }
            let bytes = std::mem::take(&mut state.queue);
            state.writing = true;
            drop(state);
            let written = write(&bytes);
            state = self.lock();
            state.writing = false;
            state.failed = written.err().or(state.failed);
            if state.queue.is_empty() {
                self.rest.notify_all();
                if std::mem::take(&mut state.awaited) {
                    self.drawn.notify_one();
                }
            }
        }
    }
}

/// In one write, so that no terminal shows half of a frame. The standard library's handle ends a write at the last line feed, and
/// frames move down by line feeds.
fn write(mut bytes: &[u8]) -> Result<(), Errno> {
    let stdout = io::stdout();
    while !bytes.is_empty() {
        match rustix::io::write(&stdout, bytes) {
            Ok(count) => bytes = &bytes[count..],
            Err(Errno::INTR) => {}
            // Another program has made the terminal that it shares with this one non-blocking.
            Err(Errno::AGAIN) => {
                let _ = poll(&mut [PollFd::new(&stdout, PollFlags::OUT)], None);
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
