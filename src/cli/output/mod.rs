//! Where output goes: requested data to stdout, everything else to stderr.

pub mod clock;
pub mod delivery;
pub mod destination;
pub mod json;
pub mod live;
pub mod pager;
pub mod progress;
pub mod rows;
pub mod terminal;

use std::borrow::Cow;
use std::ffi::OsString;
use std::io::{self, Write as _};

use serde_json::Value;

use crate::cli::exit;
use crate::cli::failure::Failure;
use crate::cli::globals::{Color, Globals};
use crate::cli::help::emphasized;
use crate::domain::delivery::Outcome;
use crate::domain::field::Notice;
use crate::domain::text::visible;
use crate::ops::{self, Problem};
use crate::present::clock::Clock;

/// On a network file system.
pub const SLOW_QUEUE: &str = "note: the file system of the state directory has no shared memory (is it a network file system?): the \
queue uses a rollback journal, which is slower. Put the state directory on a local disk.";

/// How to print.
#[derive(Clone, Copy, Debug)]
pub struct Out {
    /// One JSON object.
    pub json: bool,
    /// How much.
    pub verbosity: Verbosity,
    coloured: bool,
    /// The columns of the terminal that is written to; `None` for a file or a pipe, whose lines are not wrapped.
    columns: Option<usize>,
}

/// How much is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verbosity {
    /// Only errors and requested data.
    Quiet,
    /// What helps.
    Normal,
    /// The request and the times, too.
    Verbose,
}

/// What a piece of text is, for its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// How a delivery ended.
    Ended(Outcome),
    /// The label of a value.
    Label,
    /// As it should be, or not.
    Good(bool),
}

impl Out {
    /// As the options and the terminal say.
    pub fn new(globals: &Globals) -> Self {
        let coloured = match globals.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto => terminal::is_coloured(),
        };
        let verbosity = match (globals.quiet, globals.verbose) {
            (true, _) => Verbosity::Quiet,
            (false, true) => Verbosity::Verbose,
            (false, false) => Verbosity::Normal,
        };
        let columns = terminal::size().and_then(|_| terminal::width());
        Self { json: globals.json, verbosity, coloured, columns }
    }

    /// The same, but verbose.
    pub const fn verbose(self) -> Self {
        Self { verbosity: Verbosity::Verbose, ..self }
    }

    /// Without colours and for people, whatever the options say.
    pub const fn plain() -> Self {
        Self { json: false, verbosity: Verbosity::Normal, coloured: false, columns: None }
    }

    /// Before the options are understood: a script that wants JSON wants its errors so, too.
    pub fn before_options(argv: &[OsString]) -> Self {
        let json = argv.iter().take_while(|arg| *arg != "--").any(|arg| arg == "--json");
        Self { json, verbosity: Verbosity::Normal, coloured: terminal::is_coloured(), columns: None }
    }

    /// Help, with bold headings where colours are wanted.
    pub fn emphasize(self, help: &str) -> Cow<'_, str> {
        if self.coloured { Cow::Owned(emphasized(help)) } else { Cow::Borrowed(help) }
    }

    /// The text, coloured where colours are wanted.
    pub fn paint(self, text: &str, tone: Tone) -> Cow<'_, str> {
        if !self.coloured {
            return Cow::Borrowed(text);
        }
        let code = match tone {
            Tone::Ended(Outcome::Delivered) | Tone::Good(true) => "1;32",
            Tone::Ended(Outcome::Refused | Outcome::Failed) | Tone::Good(false) => "1;31",
            Tone::Ended(Outcome::Stopped) => "1;33",
            Tone::Label => "2",
        };
        Cow::Owned(format!("\x1b[{code}m{text}\x1b[m"))
    }

    /// Whether progress can be drawn on stderr.
    pub fn shows_progress(self) -> bool {
        self.verbosity != Verbosity::Quiet && terminal::can_redraw_stderr()
    }

    /// Prints on stderr, unless it is quiet or prints JSON.
    pub fn say(self, text: &str) {
        if self.verbosity != Verbosity::Quiet && !self.json {
            print_stderr(text);
        }
    }

    /// Prints the notices about inputs, with times on that clock.
    pub fn say_notices(self, notices: &[Notice], clock: &Clock) {
        for notice in notices {
            self.say(&format!("note: {}.", visible(&clock.in_sentence(&notice.to_string()))));
        }
    }

    /// Prints a failure, and returns its code.
    pub fn fail(self, failure: &Failure) -> u8 {
        let code = failure.code();
        // Where stdout is what fails, stderr has to do.
        if self.json && write_json(failure).is_ok() {
            return code;
        }
        for line in failure.lines() {
            print_stderr(&format!("error: {line}"));
        }
        code
    }
}

/// Prints data on stdout, and returns the code. A closed pipe changes nothing: the reader has seen enough. Fails with
/// [`exit::DISK`] where stdout cannot be written; if `code` is a failure already, it stays, and the error is printed.
pub fn print(text: &str, code: u8) -> Result<u8, Failure> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Ok(()) => Ok(code),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(code),
        Err(error) => {
            let failure = unwritten(&error);
            if code == exit::DONE {
                return Err(failure);
            }
            for line in failure.lines() {
                print_stderr(&line);
            }
            Ok(code)
        }
    }
}

/// Prints a JSON object over several lines, as [`print`] does.
pub fn print_json(object: Value, code: u8) -> Result<u8, Failure> {
    print(&json::document(object), code)
}

/// Prints what went wrong with something that does not undo the rest.
pub fn print_problem(lead: &str, problem: &Problem) {
    print_stderr(&format!("{lead}: {}", visible(&problem.to_string())));
}

/// Prints a line on stderr, which may be closed.
pub fn print_stderr(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

fn write_json(failure: &Failure) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(json::document(failure.json()).as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        done => done,
    }
}

/// Standard output cannot be written.
pub fn unwritten(error: &io::Error) -> Failure {
    Failure::Other {
        code: exit::DISK,
        field: None,
        message: format!("Cannot write to standard output: {}.", ops::reason(error)),
        fix: "The command ran, but its output was lost. Check where it goes.".into(),
    }
}
