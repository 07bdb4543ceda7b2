//! Signals that end a process, caught: a program that has the terminal, or a delivery in flight, has things to do first.

use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;

use rustix::process::Signal;
use signal_hook::iterator::backend::SignalDelivery;
use signal_hook::iterator::exfiltrator::SignalOnly;

/// What asks a process to end by default and can be caught (signal(7)), but for SIGPIPE, which is ignored, and SIGXFSZ, which is
/// outlived.
const ENDING: [Signal; 9] = [
    Signal::HUP,
    Signal::INT,
    Signal::QUIT,
    Signal::USR1,
    Signal::USR2,
    Signal::ALARM,
    Signal::TERM,
    Signal::VTALARM,
    Signal::PROF,
];

/// The first of the real-time signals that the C library leaves to programs.
const REAL_TIME: i32 = 34;

/// What the system answers where a signal cannot be caught.
const INVAL: i32 = rustix::io::Errno::INVAL.raw_os_error();

/// The same, where only Linux has them: SIGSTKFLT, SIGIO, SIGPWR, and the real-time signals but for the two that the C library keeps.
#[cfg(target_os = "linux")]
fn of_linux() -> impl Iterator<Item = i32> {
    [Signal::STKFLT, Signal::IO, Signal::POWER].map(Signal::as_raw).into_iter().chain(REAL_TIME..=64)
}

#[cfg(not(target_os = "linux"))]
fn of_linux() -> impl Iterator<Item = i32> {
    std::iter::empty()
}

/// The numbers of the signals that ask a process to end.
pub fn ending() -> impl Iterator<Item = i32> {
    ENDING.map(Signal::as_raw).into_iter().chain(of_linux())
}

/// The numbers of those that report a fault or a limit of the process, by default with a core. SIGSEGV, SIGILL and SIGFPE cannot be
/// caught by safe code.
pub fn faults() -> impl Iterator<Item = i32> {
    [Signal::TRAP, Signal::ABORT, Signal::BUS, Signal::XCPU, Signal::SYS].map(Signal::as_raw).into_iter()
}

/// The exit code by which a shell reports a signal.
#[must_use]
pub fn exit_code(signal: i32) -> u8 {
    u8::try_from(128 + signal).unwrap_or(u8::MAX)
}

/// Caught signals. Readable (poll(2)) while there are any.
#[derive(Debug)]
pub struct Caught(SignalDelivery<UnixStream, SignalOnly>);

impl Caught {
    /// Catches these from now on, for the rest of the process.
    ///
    /// # Errors
    /// The system's.
    pub fn catch(signals: impl IntoIterator<Item = i32>) -> io::Result<Self> {
        let (read, write) = UnixStream::pair()?;
        let caught = SignalDelivery::with_pipe(read, write, SignalOnly, std::iter::empty::<i32>())?;
        for signal in signals {
            match caught.handle().add_signal(signal) {
                // A real-time signal may be kept by what the process runs under, as valgrind does: nobody else can send it then.
                Err(error) if signal >= REAL_TIME && error.raw_os_error() == Some(INVAL) => {}
                added => added?,
            }
        }
        Ok(Self(caught))
    }

    /// The numbers of those that came since the last call; never waits.
    pub fn take(&mut self) -> Vec<i32> {
        self.0.pending().collect()
    }
}

impl AsFd for Caught {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.get_read().as_fd()
    }
}

/// Ends the process at once, whatever its other threads wait for.
pub fn end(code: u8) -> ! {
    signal_hook::low_level::exit(code.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ends_a_process_is_caught_but_for_what_cannot_or_must_not_be() {
        let all: Vec<i32> = ending().chain(faults()).collect();
        for signal in [Signal::HUP, Signal::INT, Signal::QUIT, Signal::USR1, Signal::ALARM, Signal::TERM] {
            assert!(all.contains(&signal.as_raw()), "{signal:?}");
        }
        for signal in [Signal::KILL, Signal::STOP, Signal::SEGV, Signal::CHILD, Signal::WINCH, Signal::TSTP, Signal::CONT] {
            assert!(!all.contains(&signal.as_raw()), "{signal:?}");
        }
        assert_eq!((exit_code(15), exit_code(64)), (143, 192));
    }
}
