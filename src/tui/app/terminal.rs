//! Taking the terminal and giving it back: once, on every way out, and never waiting for it without end.

use std::io::{self, IsTerminal as _, Write};
use std::panic;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::Duration;

use crossterm::terminal::{disable_raw_mode, enable_raw_mode};
use ratatui::layout::Size;
use rustix::process::{Signal, getpid, kill_process};
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};

use crate::tui::app::screen::{SCREEN, lock};

/// The terminal's settings before it was first taken.
static FIRST: OnceLock<Termios> = OnceLock::new();

/// Held while the terminal changes hands: the loop takes it and gives it back, and so do a signal and a panic.
static CHANGING: Mutex<()> = Mutex::new(());

/// How long a terminal that is given back may take to accept that.
const PATIENCE: Duration = Duration::from_millis(400);

/// Alternate screen, bracketed paste; cleared, since not every terminal has an alternate screen (screen, or tmux when configured so).
const ENTER: &[u8] = b"\x1b[?1049h\x1b[?2004h\x1b[H\x1b[2J";

/// Plain style, bracketed paste off, cursor shown, cleared, main screen.
const LEAVE: &[u8] = b"\x1b[m\x1b[?2004l\x1b[?25h\x1b[H\x1b[2J\x1b[?1049l";

/// Presses of its buttons and its wheel are reported, with places beyond column 223; its moves are not.
const MOUSE_ON: &[u8] = b"\x1b[?1000h\x1b[?1006h";
const MOUSE_OFF: &[u8] = b"\x1b[?1006l\x1b[?1000l";

/// Whether the mouse is reported while the terminal is taken.
static MOUSE: AtomicBool = AtomicBool::new(false);

/// Has the terminal report the mouse, whenever it is taken from now on.
pub fn report_mouse(report: bool) {
    MOUSE.store(report, Ordering::SeqCst);
}

/// Whether the terminal was given back for good. Changed while [`CHANGING`] is held.
static IS_OVER: AtomicBool = AtomicBool::new(false);

/// Takes the terminal: raw mode, alternate screen, bracketed paste. Does not wait until it has accepted that.
///
/// # Errors
/// There is no terminal, or no thread to write to it; or it was given back for good: a SIGCONT may come while the app ends.
pub fn take() -> io::Result<()> {
    let _changing = lock(&CHANGING);
    if IS_OVER.load(Ordering::SeqCst) {
        return Err(io::ErrorKind::NotConnected.into());
    }
    if FIRST.get().is_none()
        && let Ok(settings) = tcgetattr(io::stdin())
    {
        let _ = FIRST.set(settings);
    }
    enable_raw_mode()?;
    if MOUSE.load(Ordering::SeqCst) { SCREEN.take(&[ENTER, MOUSE_ON].concat()) } else { SCREEN.take(ENTER) }
}

/// Takes the terminal back from another program, which may have left it in any state: its settings are those of before it was
/// first taken.
///
/// # Errors
/// As [`take`].
pub fn take_again() -> io::Result<()> {
    if let Some(settings) = FIRST.get() {
        tcsetattr(io::stdin(), OptionalActions::Now, settings)?;
    }
    take()
}

/// Gives the terminal back, and says whether it was taken; if not, does nothing. Never panics, and does what it can on a
/// terminal that has gone, or takes nothing.
pub fn give_back() -> bool {
    let _changing = lock(&CHANGING);
    leave()
}

/// The same, and stops the process before anything else takes the terminal, such as the loop when an editor has ended.
pub fn give_back_and_stop() -> bool {
    let _changing = lock(&CHANGING);
    let taken = leave();
    let _ = kill_process(getpid(), Signal::STOP);
    taken
}

/// As [`give_back`], for the last time.
fn give_back_for_good() {
    let _changing = lock(&CHANGING);
    IS_OVER.store(true, Ordering::SeqCst);
    leave();
}

/// While [`CHANGING`] is held.
fn leave() -> bool {
    let taken = if MOUSE.load(Ordering::SeqCst) {
        SCREEN.give_back(&[MOUSE_OFF, LEAVE].concat(), PATIENCE)
    } else {
        SCREEN.give_back(LEAVE, PATIENCE)
    };
    if taken {
        let _ = disable_raw_mode();
    }
    taken
}

/// Where frames go.
pub struct Out;

impl Write for Out {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        SCREEN.draw(bytes)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Columns and rows of the terminal.
///
/// # Errors
/// There is no terminal.
pub fn size() -> io::Result<Size> {
    // Asked twice for each frame, and crossterm's opens /dev/tty each time. It has an answer for a terminal that has gone, too.
    if let Ok(size) = rustix::termios::tcgetwinsize(io::stdout()) {
        return Ok(Size { width: size.ws_col, height: size.ws_row });
    }
    let (width, height) = crossterm::terminal::size()?;
    Ok(Size { width, height })
}

/// From now on a panic, on whatever thread, gives the terminal back before its message is printed. Then it calls `then`.
pub fn give_back_at_panic(then: impl Fn() + Send + Sync + 'static) {
    let report = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        give_back_for_good();
        // It would wait for ever.
        if SCREEN.is_idle() || !io::stderr().is_terminal() {
            report(info);
        }
        then();
    }));
}

/// Gives the terminal back when dropped.
pub struct Taken(());

impl Taken {
    /// Takes the terminal.
    ///
    /// # Errors
    /// As [`take`].
    pub fn take() -> io::Result<Self> {
        // Before it is taken: taking it may fail halfway.
        let taken = Self(());
        take()?;
        Ok(taken)
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        give_back_for_good();
    }
}
