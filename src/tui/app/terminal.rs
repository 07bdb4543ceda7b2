//! Taking the terminal and giving it back: once, on every way out, and never waiting for it without end.

use std::io::{self, IsTerminal as _, Write};
use std::panic;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::Duration;

use crossterm::terminal::{disable_raw_mode, enable_raw_mode};
use ratatui::layout::Size;
use rustix::process::Signal;
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};
use signal_hook::low_level::raise;

use crate::tui::app::screen::{SCREEN, lock};

/// The terminal's settings before it was first taken.
static FIRST: OnceLock<Termios> = OnceLock::new();

/// Whose the terminal is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Owner {
    /// Nobody took it yet, or an editor has it.
    Another,
    App,
    /// It was given back for good.
    Shell,
}

/// Held while the terminal changes hands: the loop takes it and gives it back, and so do a signal and a panic.
static OWNER: Mutex<Owner> = Mutex::new(Owner::Another);

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

/// Takes the terminal: raw mode, alternate screen, bracketed paste. Does not wait until it has accepted that.
///
/// # Errors
/// There is no terminal, or no thread to write to it; or it was given back for good.
fn take() -> io::Result<()> {
    if FIRST.get().is_none()
        && let Ok(settings) = tcgetattr(io::stdin())
    {
        let _ = FIRST.set(settings);
    }
    let mut owner = lock(&OWNER);
    if *owner == Owner::Shell {
        return Err(io::ErrorKind::NotConnected.into());
    }
    *owner = Owner::App;
    enter()
}

/// Lets another program have the terminal, until [`take_again`].
pub fn lend() {
    let mut owner = lock(&OWNER);
    if *owner == Owner::App {
        *owner = Owner::Another;
        leave();
    }
}

/// Takes the terminal back from another program, which may have left it in any state: its settings are those of before it was
/// first taken.
///
/// # Errors
/// As [`Taken::take`].
pub fn take_again() -> io::Result<()> {
    if let Some(settings) = FIRST.get() {
        tcsetattr(io::stdin(), OptionalActions::Now, settings)?;
    }
    take()
}

/// Gives the terminal back. Never panics, and does what it can on a terminal that has gone, or takes nothing.
pub fn give_back() {
    let _owner = lock(&OWNER);
    leave();
}

/// Gives the terminal back and stops the process, all at once: nothing takes the terminal in between, such as the loop when an editor
/// has ended. Returns when the process goes on; until [`resume`] the terminal is as the shell left it.
pub fn stop() {
    let _owner = lock(&OWNER);
    leave();
    // To this thread, so that it does not run on until the kernel finds another one to tell.
    let _ = raise(Signal::STOP.as_raw());
}

/// Takes the terminal, which may be in any state, once the process goes on after a stop of whatever kind. Returns whether it did: while
/// an editor has the terminal, it is not ours to take.
pub fn resume() -> bool {
    let owner = lock(&OWNER);
    let ours = *owner == Owner::App;
    if ours {
        leave();
    }
    ours && enter().is_ok()
}

/// As [`give_back`], for the last time.
fn give_back_for_good() {
    let mut owner = lock(&OWNER);
    *owner = Owner::Shell;
    leave();
}

/// While [`OWNER`] is held.
fn enter() -> io::Result<()> {
    enable_raw_mode()?;
    if MOUSE.load(Ordering::SeqCst) { SCREEN.take(&[ENTER, MOUSE_ON].concat()) } else { SCREEN.take(ENTER) }
}

/// While [`OWNER`] is held. Does nothing if the terminal is not taken.
fn leave() {
    let taken = if MOUSE.load(Ordering::SeqCst) {
        SCREEN.give_back(&[MOUSE_OFF, LEAVE].concat(), PATIENCE)
    } else {
        SCREEN.give_back(LEAVE, PATIENCE)
    };
    if taken {
        let _ = disable_raw_mode();
    }
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
    /// There is no terminal, or no thread to write to it.
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
