//! The terminal while it does not echo.

use std::io;
use std::sync::{Mutex, PoisonError};

use rustix::termios::{LocalModes, OptionalActions, QueueSelector, Termios, tcflush, tcgetattr, tcsetattr};

/// Its settings before it was taken, while it is.
static BEFORE: Mutex<Option<Termios>> = Mutex::new(None);

/// The terminal while it does not echo; dropping it gives it back.
pub struct Taken(());

impl Taken {
    /// Nothing here waits until the terminal has shown what was written: it may show nothing.
    pub fn take() -> io::Result<Self> {
        let before = tcgetattr(io::stdin())?;
        let mut quiet = before.clone();
        quiet.local_modes.remove(LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG | LocalModes::IEXTEN);
        *BEFORE.lock().unwrap_or_else(PoisonError::into_inner) = Some(before);
        let taken = Self(());
        tcsetattr(io::stdin(), OptionalActions::Now, &quiet)?;
        Ok(taken)
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        give_back();
    }
}

/// Gives the terminal back, if it is taken: for an end without drops. What was typed after the answer is thrown away.
pub fn give_back() {
    if let Some(before) = BEFORE.lock().unwrap_or_else(PoisonError::into_inner).take() {
        let _ = tcflush(io::stdin(), QueueSelector::IFlush);
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, &before);
    }
}
