//! What can happen: keys, results of effects, signals. Plain data.

use std::fmt;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use jiff::Timestamp;
use zeroize::Zeroizing;

use crate::domain::delivery::{Delivery, Phase};
use crate::domain::event::Event;
use crate::domain::field::{Field, Notice};
use crate::domain::mangling::Correction;
use crate::domain::request::Request;
use crate::domain::secret::Secret;
use crate::domain::signature::explain::Explanation;
use crate::ops::probe::{Case, Report};
use crate::ops::queue::Entry;
use crate::ops::{Changed, Listing, Problem, Removed, Saved, Snapshot, Undone, Witness};
use crate::tui::screens::main::known::Measured;
use crate::tui::screens::queue::state::{Change, Reading};
use crate::tui::screens::receiver::arrived::Arrived;

/// The id of an effect, by which a result is matched to what is still waited for.
pub type Id = u64;

#[derive(Clone, Debug, PartialEq)]
pub enum Msg {
    Key(Press),
    Paste(Pasted),
    Mouse(Mouse),
    /// The terminal has this number of columns and rows.
    Resize(u16, u16),
    /// The milliseconds since the delivery in flight began; comes only while there is one.
    Tick(u64),
    /// The next delivery of a watch is due; what time it is.
    Due(Id, Timestamp),
    /// The state file was read again.
    Loaded(Id, Box<Snapshot>),
    Saved(Id, Result<Box<Saved>, Problem>),
    /// A CA is trusted, or not.
    Trusted(Id, Result<Box<Saved>, Problem>),
    /// The file of a field was looked at; its path.
    FileChecked(Id, Field, String, Result<Vec<Notice>, Problem>),
    /// The names that complete a path that was typed so.
    Completed(Id, Field, String, Vec<String>),
    Removed(Id, Result<Removed, Problem>),
    /// A removal or an edit was undone, or not: the state file as it is then.
    Undone(Id, Result<Box<(Undone, Snapshot)>, Problem>),
    Generated(Result<Secret, Problem>),
    /// The request of a delivery is made and goes out now.
    Sending(Id, Box<Request>),
    /// A phase of the delivery began.
    Began(Id, Phase),
    /// A phase of the delivery ended, after that number of milliseconds.
    Ended(Id, Phase, f64),
    Delivered(Id, Box<Delivery>),
    /// A delivery was not even begun; why.
    NotSent(Id, Problem),
    /// A delivery that ended is recorded.
    Recorded,
    /// A delivery that ended could not be recorded.
    Unrecorded(Id, Problem),
    /// A page of the history was read.
    Listed(Id, Result<Box<Listing>, Problem>),
    /// A part of the queue was read.
    QueueRead(Id, Result<Box<Reading>, Problem>),
    /// An event of the queue was read, with its body.
    QueuedShown(Id, Result<Box<(Entry, Vec<u8>)>, Problem>),
    /// The queue was changed, or not.
    QueueChanged(Change, Result<(), Problem>),
    /// How the destination and the queue are doing was read.
    Measured(Id, Box<Measured>),
    Cleared(Id, Result<(), Problem>),
    /// A text was sent to the clipboard; where to, in words.
    Copied(Result<String, Problem>),
    /// A body was written to the file of that name.
    Wrote(Result<String, Problem>),
    /// A body was kept as an own event; the own events that there are now.
    Kept(Result<(Event, Vec<Event>), Problem>),
    /// The editor gave a body back.
    EditedOutside(Result<Vec<u8>, Problem>),
    /// The pager has ended.
    Paged(Result<(), Problem>),
    /// A request was judged, or could not be; why.
    Explained(Id, Result<Box<Explanation>, String>),
    /// The registered secret, corrected; `None` if nothing in it looks mangled.
    Corrected(Id, Option<(Field, Box<Correction>)>),
    /// The probe sends that now.
    Probing(Id, Case),
    Probed(Id, Result<Box<Report>, Problem>),
    /// The receiver listens at that URL, or cannot be started.
    Listening(Id, Result<String, Problem>),
    /// The receiver got a request.
    Arrived(Id, Box<Arrived>),
    /// The demo's receiver saw a request.
    Witnessed(Witness),
    /// The first frame is on the screen: what it left out can be read.
    Started,
    /// This or another process changed the registration or the history.
    Changed(Changed),
    /// The app was stopped and goes on: what is on the terminal is unknown.
    Resumed,
    /// Somebody asks the process to end, with that exit code.
    Terminate(u8),
}

/// A pasted text, which may be a secret: `Debug` shows only how long it is, and it is zeroed when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Pasted(Zeroizing<String>);

impl Pasted {
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    #[must_use]
    pub fn text(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Pasted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Pasted({} bytes)", self.0.len())
    }
}

/// What the mouse did, and where: columns and rows count from the upper left corner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mouse {
    pub act: MouseAct,
    pub column: u16,
    pub row: u16,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MouseAct {
    Click,
    /// A further click in the same place, soon after the one before.
    ClickAgain,
    WheelUp,
    WheelDown,
}

/// A key, as the key table names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Press {
    Char(char),
    /// With Ctrl; the letter in lower case.
    Ctrl(char),
    Enter,
    Tab,
    BackTab,
    Esc,
    Up,
    Down,
    Left,
    Right,
    WordLeft,
    WordRight,
    Home,
    End,
    PageUp,
    PageDown,
    /// The character before the cursor.
    Backspace,
    /// The character under the cursor.
    Delete,
}

impl Press {
    /// What a terminal's key event means. Alt-x is Esc, then x: a terminal sends the same bytes for both. `^H` is
    /// Backspace, as older terminals send it.
    #[must_use]
    pub fn of(event: KeyEvent) -> Vec<Self> {
        if event.kind == KeyEventKind::Release {
            return Vec::new();
        }
        let ctrl = event.modifiers.contains(KeyModifiers::CONTROL);
        let press = match event.code {
            KeyCode::Char('h') if ctrl => Self::Backspace,
            // On most terminals ^J is the line feed of a paste into a program that did not ask for bracketed paste, never Enter.
            KeyCode::Char('j' | 'm' | 'i') if ctrl => return Vec::new(),
            KeyCode::Char(c) if ctrl => Self::Ctrl(c.to_ascii_lowercase()),
            KeyCode::Char(c) => Self::Char(c),
            KeyCode::Enter => Self::Enter,
            KeyCode::Tab => Self::Tab,
            KeyCode::BackTab => Self::BackTab,
            KeyCode::Esc => Self::Esc,
            KeyCode::Up => Self::Up,
            KeyCode::Down => Self::Down,
            KeyCode::Left if ctrl => Self::WordLeft,
            KeyCode::Right if ctrl => Self::WordRight,
            KeyCode::Left => Self::Left,
            KeyCode::Right => Self::Right,
            KeyCode::Home => Self::Home,
            KeyCode::End => Self::End,
            KeyCode::PageUp => Self::PageUp,
            KeyCode::PageDown => Self::PageDown,
            KeyCode::Backspace => Self::Backspace,
            KeyCode::Delete => Self::Delete,
            _ => return Vec::new(),
        };
        if event.modifiers.contains(KeyModifiers::ALT) && press != Self::Esc { vec![Self::Esc, press] } else { vec![press] }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alt_is_esc_and_then_the_key() {
        assert_eq!(Press::of(KeyEvent::new(KeyCode::Char('x'), KeyModifiers::ALT)), [Press::Esc, Press::Char('x')]);
        assert_eq!(Press::of(KeyEvent::new(KeyCode::Char('h'), KeyModifiers::CONTROL)), [Press::Backspace]);
        assert_eq!(Press::of(KeyEvent::new(KeyCode::Char('j'), KeyModifiers::CONTROL)), []);
        assert_eq!(Press::of(KeyEvent::new(KeyCode::Char('G'), KeyModifiers::CONTROL)), [Press::Ctrl('g')]);
        assert_eq!(Press::of(KeyEvent::new(KeyCode::F(1), KeyModifiers::NONE)), []);
    }
}
