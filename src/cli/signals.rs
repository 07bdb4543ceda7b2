//! The signals that end a command, each with the exit code by which a shell reports it.
//!
//! ```text
//! signal ──▶ thread ──▶ runtime ──▶ the command, which stops in good order
//!              └─ if the runtime does not answer: the end
//! ```
//! A command that writes to a pipe that is not read, or to a terminal that takes nothing, waits for ever. So a thread of its own
//! hears the signals, and from the first one on it asks the runtime again and again whether it is still alive.

use std::io;
use std::sync::mpsc;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::Signal;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::cli::exit;
use crate::cli::failure::Failure;
use crate::cli::input::echo;
use crate::ops::signals::{self, Caught};

/// How long a command may do nothing but wait for something that is no event of its runtime, once a signal came.
const ANSWER: Duration = Duration::from_secs(1);

/// The time between two such questions.
const PAUSE: Duration = Duration::from_millis(100);

/// Where signals are reported. There is one thread for the process; commands come and go.
static LISTENER: Mutex<Listener> = Mutex::new(Listener { started: false, to_runtime: None, child_has_terminal: false });

struct Listener {
    /// Whether the thread runs.
    started: bool,
    /// `None` while nothing is to be stopped in good order: a signal ends the process as if it were not caught.
    to_runtime: Option<UnboundedSender<Heard>>,
    /// Whether ^C is for another program, such as a pager.
    child_has_terminal: bool,
}

enum Heard {
    Signal(u8),
    AreYouAlive(mpsc::Sender<()>),
}

fn listener() -> MutexGuard<'static, Listener> {
    LISTENER.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Caught signals, until it is dropped.
pub struct Signals(UnboundedReceiver<u8>);

impl Signals {
    /// Catches what would end the process from now on. A signal that is ignored stays ignored: `nohup` means it, and so does a
    /// shell that starts something in the background. Only inside a runtime.
    pub fn catch() -> Result<Self, Failure> {
        Self::register().map_err(|error| Failure::limit(&error))
    }

    fn register() -> io::Result<Self> {
        let mut listener = listener();
        if !listener.started {
            let ignored = ignored();
            let caught = Caught::catch(signals::ending().filter(|&number| ignored & bit(number) == 0))?;
            std::thread::Builder::new().name("signals".into()).stack_size(64 * 1024).spawn(move || listen(caught))?;
            listener.started = true;
        }
        let (to_runtime, mut heard) = unbounded_channel();
        let (to_command, codes) = unbounded_channel();
        tokio::spawn(async move {
            while let Some(heard) = heard.recv().await {
                match heard {
                    // The command has ended, or is about to.
                    Heard::Signal(code) => drop(to_command.send(code)),
                    Heard::AreYouAlive(answer) => drop(answer.send(())),
                }
            }
        });
        listener.to_runtime = Some(to_runtime);
        Ok(Self(codes))
    }

    /// The code of the next one.
    pub async fn next(&mut self) -> u8 {
        match self.0.recv().await {
            Some(code) => code,
            None => std::future::pending().await,
        }
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        listener().to_runtime = None;
    }
}

/// From now on ^C is for a child that uses the terminal, until this is dropped. For the end of a command: SIGINT stays caught.
pub fn leave_interrupts_to_a_child() -> impl Drop {
    struct Left;
    impl Drop for Left {
        fn drop(&mut self) {
            listener().child_has_terminal = false;
        }
    }
    listener().child_has_terminal = true;
    let _ = signal_hook::flag::register(Signal::INT.as_raw(), Arc::default());
    Left
}

/// The thread.
fn listen(mut caught: Caught) {
    let mut first = None;
    loop {
        let timeout = first.and_then(|_| Timespec::try_from(PAUSE).ok());
        let _ = poll(&mut [PollFd::new(&caught, PollFlags::IN)], timeout.as_ref());
        for code in caught.take().into_iter().map(signals::exit_code) {
            if code == exit::INTERRUPTED && listener().child_has_terminal {
                continue;
            }
            first.get_or_insert(code);
            let told = listener().to_runtime.as_ref().is_some_and(|runtime| runtime.send(Heard::Signal(code)).is_ok());
            if !told {
                end(code);
            }
        }
        if let Some(code) = first
            && !is_alive()
        {
            end(code);
        }
    }
}

/// Whether the runtime answers within [`ANSWER`]; it does not while its thread waits for a write.
fn is_alive() -> bool {
    let asked = Instant::now();
    let (answer, answered) = mpsc::channel();
    if let Some(runtime) = &listener().to_runtime {
        let _ = runtime.send(Heard::AreYouAlive(answer));
    }
    if answered.recv_timeout(ANSWER).is_ok() {
        return true;
    }
    // There is no runtime any more: what is left to do, such as printing what came of it, has as long.
    std::thread::sleep(ANSWER.saturating_sub(asked.elapsed()));
    false
}

fn end(code: u8) -> ! {
    echo::give_back();
    signals::end(code)
}

/// The mask of ignored signals as the system reports it (proc(5)), else 0.
fn ignored() -> u64 {
    std::fs::read_to_string("/proc/self/status").ok().and_then(|status| mask(&status)).unwrap_or(0)
}

fn mask(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("SigIgn:"))?;
    u64::from_str_radix(line.trim(), 16).ok()
}

fn bit(number: i32) -> u64 {
    u32::try_from(number - 1).ok().and_then(|shift| 1_u64.checked_shl(shift)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mask_is_read() {
        let mask = mask("Name:\tx\nSigBlk:\t0000000000000000\nSigIgn:\t0000000000001001\nSigCgt:\t0\n").unwrap();
        assert_eq!(mask, bit(1) | bit(13));
        assert_eq!(mask & bit(2), 0);
        assert_eq!(super::mask("nothing"), None);
    }
}
