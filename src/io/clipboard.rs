//! The clipboard of the terminal that waypost runs in, which may be at the other end of an SSH connection.
//!
//! By default tmux ignores OSC 52 from the programs in it, but accepts a buffer and passes it on (`load-buffer -w`). Any other
//! terminal gets OSC 52. Neither reports whether it accepted the text.

use std::env;
use std::fmt;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustix::fs::OFlags;
use zeroize::Zeroizing;

/// The longest text that is sent, in bytes. Terminals cut or drop longer sequences; the lowest known limit is 74,994 bytes of
/// base64.
pub const MAX_BYTES: usize = 48 * 1024;

/// Where the text was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Copied {
    /// To tmux, which passes it on to its terminal.
    Tmux,
    Terminal,
}

/// A text was not copied.
#[derive(Debug)]
pub enum NotCopied {
    /// The text is too long, with this size in bytes.
    TooLong(usize),
    NoTerminal(io::Error),
}

impl fmt::Display for NotCopied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong(bytes) => write!(f, "It has {bytes} bytes; terminals accept at most {MAX_BYTES}."),
            Self::NoTerminal(_) => f.write_str("There is no terminal to send it to."),
        }
    }
}

impl std::error::Error for NotCopied {}

/// # Errors
/// [`NotCopied`].
pub fn copy(text: &str) -> Result<Copied, NotCopied> {
    if text.len() > MAX_BYTES {
        return Err(NotCopied::TooLong(text.len()));
    }
    if env::var_os("TMUX").is_some_and(|value| !value.is_empty()) && load_buffer(text).is_ok() {
        return Ok(Copied::Tmux);
    }
    let flags = i32::try_from(OFlags::NOCTTY.bits()).unwrap_or(0);
    let mut terminal = OpenOptions::new().write(true).custom_flags(flags).open("/dev/tty").map_err(NotCopied::NoTerminal)?;
    osc52(&mut terminal, text).map_err(NotCopied::NoTerminal)?;
    Ok(Copied::Terminal)
}

/// By standard input: arguments are visible to every user.
fn load_buffer(text: &str) -> io::Result<()> {
    let mut tmux = Command::new("tmux")
        .args(["load-buffer", "-w", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let written = tmux.stdin.take().map_or(Ok(()), |mut stdin| stdin.write_all(text.as_bytes()));
    let status = tmux.wait()?;
    written?;
    if status.success() { Ok(()) } else { Err(io::Error::other("tmux refused")) }
}

/// `OSC 52 ; c ; BASE64 ST`, in one write so that nothing is written in between.
fn osc52(terminal: &mut impl Write, text: &str) -> io::Result<()> {
    let sequence = Zeroizing::new(format!("\x1b]52;c;{}\x1b\\", &*Zeroizing::new(STANDARD.encode(text))));
    terminal.write_all(sequence.as_bytes())?;
    terminal.flush()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sequence_is_that_of_xterm() {
        let mut out = Vec::new();
        osc52(&mut out, "hunter2").unwrap();
        assert_eq!(out, b"\x1b]52;c;aHVudGVyMg==\x1b\\");
    }

    #[test]
    fn a_text_that_is_too_long_is_not_sent() {
        let error = copy(&"a".repeat(MAX_BYTES + 1)).unwrap_err();
        assert_eq!(error.to_string(), "It has 49153 bytes; terminals accept at most 49152.");
    }
}
