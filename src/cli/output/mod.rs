//! Where output goes: what was asked for on stdout, everything else that is said on stderr.

pub mod delivery;
pub mod destination;
pub mod progress;

use std::borrow::Cow;
use std::ffi::OsString;
use std::fmt::Write as _;
use std::io::{self, IsTerminal as _, Write as _};

use serde_json::Value;

use crate::cli::args::Globals;
use crate::cli::exit;
use crate::cli::failure::Failure;
use crate::domain::delivery::Outcome;
use crate::domain::field::Notice;
use crate::domain::text::{is_unsafe, visible};
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
    /// As it should be, or not.
    Good(bool),
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

    /// The same, but all of it is said.
    #[must_use]
    pub const fn verbose(self) -> Self {
        Self { measure: Measure::Verbose, ..self }
    }

    /// Without colours and for people, however else they want it.
    #[must_use]
    pub const fn plain() -> Self {
        Self { json: false, measure: Measure::Plain, coloured: false }
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
            Tone::Ended(Outcome::Delivered) | Tone::Good(true) => "1;32",
            Tone::Ended(Outcome::Refused | Outcome::Failed) | Tone::Good(false) => "1;31",
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
    print(&json_text(value), code)
}

/// JSON on lines of its own, in which every character that may not reach a terminal is written as `\uXXXX` (RFC 8259 §7).
fn json_text(value: &Value) -> String {
    let plain = format!("{value:#}\n");
    if !plain.chars().any(|c| is_unsafe(c) && c != '\n') {
        return plain;
    }
    let mut text = String::with_capacity(plain.len() + 64);
    for c in plain.chars() {
        // The line feeds left are those between the parts: within a text they are escaped already.
        if c == '\n' || !is_unsafe(c) {
            text.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            let _ = write!(text, "\\u{unit:04x}");
        }
    }
    text
}

/// Says something on stderr, which may be closed.
pub fn complain(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

fn write_json(failure: &Failure) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(json_text(&failure.json()).as_bytes()).and_then(|()| stdout.flush()) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn json_has_no_character_that_a_terminal_obeys_and_means_the_same() {
        let value = json!({ "a\u{9b}": "x\u{7f}\u{85}\u{202e}\u{200b}\u{e0041}\n\u{1b}é漢", "b": [1] });
        let text = json_text(&value);
        assert!(!text.chars().any(|c| is_unsafe(c) && c != '\n'), "{text:?}");
        assert!(text.contains("\\u202e") && text.contains("\\udb40\\udc41") && text.contains("é漢"), "{text}");
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
        assert_eq!(text.lines().count(), 6);
    }
}
