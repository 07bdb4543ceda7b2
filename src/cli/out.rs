//! Where output goes: what was asked for on stdout, everything else that is said on stderr.

use std::borrow::Cow;
use std::ffi::OsString;
use std::io::{self, IsTerminal as _, Write as _};

use serde_json::Value;

use super::args::Globals;
use super::exit;
use super::failure::Failure;
use crate::domain::field::Notice;
use crate::domain::outcome::Outcome;
use crate::domain::text::visible;
use crate::ops::{self, Problem};

/// How to print.
#[derive(Clone, Copy, Debug)]
pub struct Out {
    /// One JSON object.
    pub json: bool,
    /// How much.
    pub measure: Measure,
    coloured: bool,
}

/// How much is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Nothing but errors, beside what was asked for.
    Quiet,
    /// What helps.
    Plain,
    /// The request and the times, too.
    Verbose,
}

/// What a piece of text is, for its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// How a delivery ended.
    Ended(Outcome),
    /// The name of what stands beside it.
    Label,
}

impl Out {
    /// As the options and the terminal say.
    #[must_use]
    pub fn new(globals: &Globals) -> Self {
        let coloured = match globals.color.as_str() {
            "always" => true,
            "never" => false,
            _ => {
                let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
                let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
                io::stdout().is_terminal() && !set("NO_COLOR") && !dumb
            }
        };
        let measure = match (globals.quiet, globals.verbose) {
            (true, _) => Measure::Quiet,
            (false, true) => Measure::Verbose,
            (false, false) => Measure::Plain,
        };
        Self { json: globals.json, measure, coloured }
    }

    /// Before the options are understood: a script that wants JSON wants its errors so, too.
    #[must_use]
    pub fn before_options(argv: &[OsString]) -> Self {
        let json = argv.iter().take_while(|arg| *arg != "--").any(|arg| arg == "--json");
        Self { json, measure: Measure::Plain, coloured: false }
    }

    /// The text, coloured where colours are wanted.
    #[must_use]
    pub fn paint(self, text: &str, tone: Tone) -> Cow<'_, str> {
        if !self.coloured {
            return Cow::Borrowed(text);
        }
        let code = match tone {
            Tone::Ended(Outcome::Delivered) => "1;32",
            Tone::Ended(Outcome::Refused | Outcome::Failed) => "1;31",
            Tone::Ended(Outcome::Stopped) => "1;33",
            Tone::Label => "2",
        };
        Cow::Owned(format!("\x1b[{code}m{text}\x1b[m"))
    }

    /// Says something beside what was asked for.
    pub fn say(self, text: &str) {
        if self.measure != Measure::Quiet && !self.json {
            complain(text);
        }
    }

    /// Says what is worth knowing about inputs.
    pub fn say_notices(self, notices: &[Notice]) {
        for notice in notices {
            self.say(&format!("note: {}.", visible(&notice.to_string())));
        }
    }

    /// Says what went wrong without undoing what went well.
    pub fn say_problem(lead: &str, problem: &Problem) {
        complain(&format!("{lead}: {}", visible(&problem.to_string())));
    }

    /// Tells of a failure, and gives its code.
    pub fn fail(self, failure: &Failure) -> u8 {
        let code = failure.code();
        // Where stdout is what fails, stderr has to do.
        if self.json && write_json(failure).is_ok() {
            return code;
        }
        for line in failure.lines() {
            complain(&format!("error: {line}"));
        }
        code
    }
}

/// Prints what was asked for, and gives the code back. A reader that has seen enough changes nothing; that nothing could
/// be written is told, and a code of success becomes [`exit::DISK`].
///
/// # Errors
/// Standard output cannot be written, and all else went well.
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
                complain(&line);
            }
            Ok(code)
        }
    }
}

/// Prints a JSON object on lines of its own. As [`print`].
///
/// # Errors
/// As [`print`].
pub fn print_json(value: &Value, code: u8) -> Result<u8, Failure> {
    print(&format!("{value:#}\n"), code)
}

/// Says something on stderr, which may be closed.
pub fn complain(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

fn write_json(failure: &Failure) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    match writeln!(stdout, "{:#}", failure.json()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        done => done,
    }
}

/// Standard output cannot be written.
pub fn unwritten(error: &io::Error) -> Failure {
    Failure::Other {
        code: exit::DISK,
        field: None,
        message: format!("Standard output cannot be written. The system says: {}.", ops::reason(error)),
        fix: "What was to be done is done; look at where the output goes.".into(),
    }
}
