//! Long texts on a terminal go through the user's pager.

use std::io::{self, IsTerminal as _, Write as _};
use std::process::{Command, Stdio};

use super::terminal;
use crate::cli::failure::Failure;
use crate::cli::signals;

/// What a shell reports for a command that it does not find.
const NOT_FOUND: i32 = 127;

/// The pager where `PAGER` names none. With [`LESS`] it shows colours, and leaves the text on the screen.
const DEFAULT: &str = "less";
const LESS: &str = "FRX";

/// Prints requested data as [`super::print`] does, through the pager where the terminal has fewer rows than the text.
pub fn print(text: &str, code: u8) -> Result<u8, Failure> {
    match command().filter(|_| is_long(text)) {
        Some(pager) if page(&pager, text) => Ok(code),
        _ => super::print(text, code),
    }
}

/// `None` where it would have no use.
fn command() -> Option<String> {
    if !io::stdout().is_terminal() || !io::stdin().is_terminal() || !terminal::can_move() {
        return None;
    }
    let pager = std::env::var("PAGER").unwrap_or_else(|_| DEFAULT.to_owned());
    (!matches!(pager.trim(), "" | "cat")).then_some(pager)
}

fn is_long(text: &str) -> bool {
    let Some((columns, rows)) = terminal::size() else { return false };
    // The shell's prompt takes a row, too.
    let needed = text.lines().map(|line| line.chars().count().div_ceil(columns).max(1)).take(rows).sum::<usize>();
    needed >= rows
}

/// Whether it was shown. Whoever closes the pager has seen enough.
fn page(pager: &str, text: &str) -> bool {
    let _its_own = signals::leave_interrupts_to_a_child();
    let mut shell = Command::new("sh");
    shell.args(["-c", pager]).stdin(Stdio::piped());
    if std::env::var_os("LESS").is_none() {
        shell.env("LESS", LESS);
    }
    let Ok(mut child) = shell.spawn() else { return false };
    if let Some(mut stdin) = child.stdin.take() {
        let _ = stdin.write_all(text.as_bytes());
    }
    child.wait().is_ok_and(|status| status.code() != Some(NOT_FOUND))
}
