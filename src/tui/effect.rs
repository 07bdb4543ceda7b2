//! What is to be done in the world, as plain data; [`crate::tui::app::run`] performs it and brings the result back as a [`crate::tui::msg::Msg`].

use jiff::tz::TimeZone;

use crate::domain::delivery::Attempt;
use crate::domain::destination::DestinationId;
use crate::domain::draft::Draft;
use crate::domain::event::Event;
use crate::domain::field::{Field, Values};
use crate::domain::rotation::KeepOld;
use crate::domain::secret::Secret;
use crate::ops::{Listen, Undo};
use crate::tui::msg::{Id, Pasted};
use crate::tui::screens::queue::state::Change;

/// What deliveries are looked for, as it was typed: an hour ago is an hour before it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    pub text: String,
    pub zone: TimeZone,
}

/// A body, or the file that has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    Bytes(Vec<u8>),
    /// The path as it was typed.
    File(String),
}

/// A request as a receiver got it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToVerify {
    /// Path and query, where they were given; else those of the registered URL.
    pub target: Option<String>,
    pub headers: Vec<(String, String)>,
    pub body: Body,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Save what was entered: as a new destination, or over the one of that generation.
    Save {
        /// Comes back with the result.
        id: Id,
        draft: Box<Draft>,
        /// Whether secrets that were left empty stay as they are.
        keeps_secrets: bool,
        /// The generation of the state file that was edited; `None` to register.
        over: Option<u64>,
        /// What becomes of a secret that is replaced.
        keep: KeepOld,
        /// A body to keep as an own event.
        event: Option<Pasted>,
    },
    /// Look at the file of a field, given the [`TLS_FILES`](crate::domain::field::TLS_FILES).
    CheckFile {
        /// Comes back with the result.
        id: Id,
        field: Field,
        files: [Option<String>; 3],
    },
    /// List the names that complete a path.
    CompletePath {
        /// Comes back with the result.
        id: Id,
        field: Field,
        /// As it was typed.
        text: String,
        /// From the root.
        path: String,
    },
    /// Trust the CA that was presented at an attempt, for the destination of that generation.
    TrustCa {
        /// Comes back with the result.
        id: Id,
        /// Of the state file.
        generation: u64,
        attempt: Box<Attempt>,
    },
    /// Remove the destination of that generation.
    Remove {
        /// Comes back with the result.
        id: Id,
        /// Of the state file.
        generation: u64,
    },
    /// Undo a removal or an edit.
    Undo {
        /// Comes back with the result.
        id: Id,
        undo: Undo,
    },
    /// Read the state file again.
    Load {
        /// Comes back with the result.
        id: Id,
    },
    Generate {
        field: Field,
        choices: Values,
    },
    /// Send an event to the destination, as one attempt.
    Send {
        /// Comes back with everything about it.
        id: Id,
        /// Of the state file that has the destination: another by now is not sent to.
        generation: u64,
        event: Event,
        /// The id of the delivery that is sent again.
        again: Option<String>,
    },
    /// The same, for a watch.
    SendWatched {
        /// As of [`Effect::Send`].
        id: Id,
        /// As of [`Effect::Send`].
        generation: u64,
        event: Event,
    },
    /// Say when that time has passed; only the newest is waited for.
    Due {
        /// Of the watch.
        id: Id,
        after_s: u32,
    },
    /// Ring the terminal's bell.
    Bell,
    /// Send pings with right, wrong and missing credentials, to see whether the endpoint checks them.
    Probe {
        /// Comes back with the result.
        id: Id,
        /// As of [`Effect::Send`].
        generation: u64,
    },
    /// Start a receiver on this machine.
    Listen {
        /// Comes back with all that it reports.
        id: Id,
        how: Listen,
    },
    /// Stop the receiver.
    StopListening,
    /// Stop the delivery of that id.
    Stop {
        /// Of the effect that sent it.
        id: Id,
    },
    /// Read deliveries: those after the newest `skip`, of those that are looked for.
    List {
        /// Comes back with the result.
        id: Id,
        /// `None` for all.
        query: Option<Query>,
        /// How many are there already.
        skip: usize,
    },
    /// Read the queue: its numbers, and the events after the first `skip`.
    ReadQueue {
        /// Comes back with the result.
        id: Id,
        skip: usize,
    },
    /// Read an event of the queue with its body.
    ShowQueued {
        /// Comes back with the result.
        id: Id,
        /// Its id.
        event: String,
    },
    ChangeQueue(Change),
    /// Read how the destination and the queue are doing.
    Measure {
        /// Comes back with the result.
        id: Id,
        of: Option<DestinationId>,
    },
    ClearHistory {
        /// Comes back with the result.
        id: Id,
    },
    /// Send a text to the clipboard.
    Copy(String),
    /// Send a secret to the clipboard.
    CopySecret(Secret),
    /// Write bytes to a new file.
    Write {
        path: String,
        bytes: Vec<u8>,
        /// It is only the beginning of what was answered.
        part: bool,
    },
    /// Keep a body as an own event.
    Keep {
        name: String,
        body: Vec<u8>,
    },
    /// Find out whether a request was made with the registered settings, and if not, which mistake it is.
    Explain {
        /// Comes back with the result.
        id: Id,
        request: ToVerify,
    },
    /// Open the registered secret, which looks mangled, and correct it. With a request: find the correction that the request was made
    /// with.
    CorrectSecret {
        /// Comes back with the result.
        id: Id,
        request: Option<ToVerify>,
    },
    /// Open a body in the user's editor, which gets the terminal.
    EditOutside {
        body: Vec<u8>,
    },
    /// Show a text in the user's pager, which gets the terminal.
    Page {
        text: String,
    },
    /// Clear the terminal and draw everything.
    Repaint,
    /// Give the terminal back and stop until SIGCONT.
    Suspend,
    /// End the app, with that exit code.
    Quit(u8),
}

impl Effect {
    /// Whether it sends something to the destination, or changes what is registered or recorded.
    #[must_use]
    pub const fn changes(&self) -> bool {
        matches!(
            self,
            Self::Save { .. }
                | Self::Remove { .. }
                | Self::Undo { .. }
                | Self::TrustCa { .. }
                | Self::Send { .. }
                | Self::SendWatched { .. }
                | Self::Probe { .. }
                | Self::ClearHistory { .. }
                | Self::ChangeQueue(_)
                | Self::Keep { .. }
        )
    }
}
