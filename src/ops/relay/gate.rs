//! What the reader of the input may still do, and what it has done: so that a line is either kept or unread, never both.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::undelivered::Fate;

/// What the reader does with the lines that come, in place of handing them over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mode {
    /// Nothing in its place.
    #[default]
    HandOver,
    /// Give them to the undelivered.
    Keep,
    /// Read no more.
    Leave,
}

/// A line that is with the undelivered: its number, and why it was never sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kept {
    /// It is not fit to be sent.
    Unfit(u64, String),
    /// It came after the stop.
    Unsent(u64),
}

impl Kept {
    /// Of its line.
    pub const fn number(&self) -> u64 {
        match self {
            Self::Unfit(number, _) | Self::Unsent(number) => *number,
        }
    }
}

/// Between the reader and who may leave the input: what is kept is kept before it is left, or not at all.
#[derive(Clone, Debug, Default)]
pub struct Gate(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    mode: Mode,
    /// The last line that was kept. Those before it have been told of.
    last: Option<Kept>,
    /// The line that is being kept piece by piece.
    long: Option<Fate>,
}

impl Gate {
    /// From the reader's next line on. A later mode stands; there is no way back.
    pub fn keep_all(&self) {
        let mut state = self.lock();
        state.mode = state.mode.max(Mode::Keep);
    }

    /// Nothing is kept from now on. A line of which not all pieces came is taken back: it is not kept. Gives the last that is.
    pub fn leave(&self) -> Option<Kept> {
        let mut state = self.lock();
        state.mode = Mode::Leave;
        if let Some(long) = state.long.take() {
            long.set_torn();
        }
        state.last.take()
    }

    /// Whether it stands like that.
    pub fn is(&self, mode: Mode) -> bool {
        self.lock().mode == mode
    }

    /// Keeps a line, unless the input has been left; whether it was kept.
    pub fn keep(&self, what: Kept, keep: impl FnOnce()) -> bool {
        self.unless_left(|state| {
            keep();
            state.last = Some(what);
        })
    }

    /// Begins to keep a line that comes in pieces, unless the input has been left.
    pub fn begin_long(&self, fate: &Fate, keep: impl FnOnce()) -> bool {
        self.unless_left(|state| {
            keep();
            state.long = Some(fate.clone());
        })
    }

    /// All of its pieces came; whether that was before the input was left.
    pub fn end_long(&self, fate: &Fate, what: Kept) -> bool {
        self.unless_left(|state| {
            state.long = None;
            state.last = Some(what);
            fate.set_whole();
        })
    }

    fn unless_left(&self, then: impl FnOnce(&mut State)) -> bool {
        let mut state = self.lock();
        let open = state.mode < Mode::Leave;
        if open {
            then(&mut state);
        }
        open
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::super::undelivered::long;
    use super::*;

    #[test]
    fn a_line_is_kept_before_the_input_is_left_or_not_at_all() {
        let gate = Gate::default();
        gate.keep_all();
        assert!(gate.is(Mode::Keep) && gate.keep(Kept::Unsent(7), || {}));
        assert_eq!(gate.leave(), Some(Kept::Unsent(7)));
        gate.keep_all();
        assert!(gate.is(Mode::Leave));
        assert!(!gate.keep(Kept::Unfit(8, String::new()), || panic!("kept behind the end")));
        let (_, _, fate) = long();
        assert!(!gate.begin_long(&fate, || panic!("begun behind the end")));
    }

    #[test]
    fn a_long_line_is_kept_whole_or_not_at_all() {
        let gate = Gate::default();
        let (_, _, whole) = long();
        assert!(gate.begin_long(&whole, || {}) && gate.end_long(&whole, Kept::Unfit(1, String::new())));
        let (_, _, torn) = long();
        assert!(gate.begin_long(&torn, || {}));
        assert_eq!(gate.leave().map(|last| last.number()), Some(1));
        assert!(whole.is_whole() && torn.is_torn());
        assert!(!gate.end_long(&torn, Kept::Unfit(2, String::new())) && !torn.is_whole());
    }
}
