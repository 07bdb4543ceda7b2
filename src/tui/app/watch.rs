//! What ends the app, or suspends it, from outside: signals, and a terminal that has gone.
//!
//! A thread waits for both in the kernel. It needs nothing of the loop, so it ends the process even where the loop cannot. A
//! terminal that has gone it sees by itself: after an SSH connection drops, crossterm's reader neither returns nor rests, and
//! SIGHUP may be ignored (`nohup`).

use std::io;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::process::Signal;
use tokio::sync::mpsc::UnboundedSender;

use crate::ops::signals::{self, Caught};
use crate::tui::app::terminal;
use crate::tui::msg::Msg;

/// Whether [`watch`] has seen the terminal go.
static GONE: AtomicBool = AtomicBool::new(false);

/// How long the app may take to end in good order: a delivery in flight is recorded, an editor closed. With the time that the
/// terminal may take to be given back it ends within two seconds.
const GRACE: Duration = Duration::from_millis(1500);

/// Catches the signals that [`watch`] answers; until then they are kept.
///
/// # Errors
/// The system's.
pub fn catch() -> io::Result<Caught> {
    Caught::catch(signals::ending().chain(signals::faults()).chain([Signal::TSTP, Signal::CONT].map(Signal::as_raw)))
}

/// Answers signals from now on, and the terminal's hang-up.
///
/// # Errors
/// The thread cannot be started.
pub fn watch(signals: Caught, to_loop: UnboundedSender<Msg>) -> io::Result<()> {
    let watch = Watch { signals, to_loop, ends: None };
    std::thread::Builder::new().name("signals".into()).stack_size(64 * 1024).spawn(|| watch.run()).map(drop)
}

struct Watch {
    signals: Caught,
    to_loop: UnboundedSender<Msg>,
    /// When the process ends at the latest, and with what code.
    ends: Option<(Instant, u8)>,
}

impl Watch {
    fn run(mut self) {
        loop {
            let left = self.ends.map(|(at, _)| at.saturating_duration_since(Instant::now()));
            let timeout = left.and_then(|left| Timespec::try_from(left).ok());
            let events = {
                let stdin = io::stdin();
                // Of the terminal no event is asked for: a hang-up and an error are always reported.
                let terminal = PollFd::from_borrowed_fd(stdin.as_fd(), PollFlags::empty());
                let mut fds = [PollFd::new(&self.signals, PollFlags::IN), terminal];
                // By then `/dev/null` is in its place.
                let count = if GONE.load(Ordering::SeqCst) { 1 } else { 2 };
                poll(&mut fds[..count], timeout.as_ref()).map(|_| fds[1].revents())
            };
            if let Some((at, code)) = self.ends
                && at <= Instant::now()
            {
                terminal::give_back();
                signals::end(code);
            }
            match events {
                Ok(events) if is_hang_up(events) => {
                    GONE.store(true, Ordering::SeqCst);
                    silence();
                    self.end(129);
                }
                Ok(_) | Err(Errno::INTR) => {}
                Err(_) => return,
            }
            for signal in self.signals.take() {
                self.answer(signal);
            }
        }
    }

    fn answer(&mut self, signal: i32) {
        if signal == Signal::TSTP.as_raw() {
            terminal::stop();
        } else if signal == Signal::CONT.as_raw() {
            if terminal::resume() {
                let _ = self.to_loop.send(Msg::Resumed);
            }
        } else if signal == Signal::INT.as_raw() {
            // It may be meant for an editor: the loop decides.
            let _ = self.to_loop.send(Msg::Terminate(signals::exit_code(signal)));
        } else {
            self.end(signals::exit_code(signal));
        }
    }

    fn end(&mut self, code: u8) {
        self.ends.get_or_insert((Instant::now() + GRACE, code));
        // If the loop has ended, the receiver is gone.
        let _ = self.to_loop.send(Msg::Terminate(code));
    }
}

const fn is_hang_up(events: PollFlags) -> bool {
    events.intersects(PollFlags::HUP.union(PollFlags::ERR).union(PollFlags::NVAL))
}

/// Whether the terminal on standard input has hung up.
fn is_gone() -> bool {
    let stdin = io::stdin();
    let mut fds = [PollFd::from_borrowed_fd(stdin.as_fd(), PollFlags::empty())];
    poll(&mut fds, Some(&Timespec::default())).is_ok() && is_hang_up(fds[0].revents())
}

/// As [`silence`], where the terminal has gone. A SIGHUP can be quicker than [`watch`]. Returns whether it has.
#[must_use]
pub fn silence_if_gone() -> bool {
    // By now something else may be in its place, which has not gone.
    let gone = GONE.load(Ordering::SeqCst) || is_gone();
    if gone {
        silence();
    }
    gone
}

/// Puts `/dev/null` in the place of a terminal that has gone: to write to it would panic or fail from here on. In that of its
/// keys comes a socket on which nothing ever arrives: the thread that reads them would read the end of `/dev/null` again and again.
fn silence() {
    static NO_KEYS: OnceLock<(UnixStream, UnixStream)> = OnceLock::new();
    if let Ok(pair) = UnixStream::pair() {
        // The other side stays open: its end could be read as well.
        let _ = rustix::stdio::dup2_stdin(&NO_KEYS.get_or_init(|| pair).0);
    }
    let Ok(null) = std::fs::OpenOptions::new().write(true).open("/dev/null") else { return };
    let _ = rustix::stdio::dup2_stdout(&null);
    let _ = rustix::stdio::dup2_stderr(&null);
}
