//! Detects that the terminal has gone.
//!
//! After an SSH connection drops, crossterm's reader neither returns nor rests, and SIGHUP may be ignored (`nohup`). So a
//! thread of our own waits for the terminal's hang-up. It sleeps in the kernel until then.

use std::os::fd::AsFd;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

/// Whether [`watch`] has seen it go.
static GONE: AtomicBool = AtomicBool::new(false);

/// Calls `gone` once when the terminal on standard input has hung up.
pub fn watch(gone: impl FnOnce() + Send + 'static) {
    // If the thread cannot be started, SIGHUP still reports the hang-up.
    let _ = std::thread::Builder::new().name("hang-up".into()).stack_size(64 * 1024).spawn(move || {
        loop {
            match is_gone(None) {
                Ok(true) => {
                    GONE.store(true, Ordering::SeqCst);
                    return gone();
                }
                Ok(false) | Err(Errno::INTR) => {}
                Err(_) => return,
            }
        }
    });
}

/// Whether the terminal on standard input has hung up.
fn is_gone(timeout: Option<&Timespec>) -> Result<bool, Errno> {
    let stdin = std::io::stdin();
    // No event is asked for: a hang-up and an error are always reported.
    let mut fds = [PollFd::from_borrowed_fd(stdin.as_fd(), PollFlags::empty())];
    poll(&mut fds, timeout)?;
    Ok(fds[0].revents().intersects(PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL))
}

/// As [`silence`], where the terminal has gone. A SIGHUP can be quicker than [`watch`]. Returns whether it has.
#[must_use]
pub fn silence_if_gone() -> bool {
    // By now something else may be in its place, which has not gone.
    let gone = GONE.load(Ordering::SeqCst) || is_gone(Some(&Timespec::default())).unwrap_or(false);
    if gone {
        silence();
    }
    gone
}

/// Puts `/dev/null` in the place of a terminal that has gone: to write to it would panic or fail from here on.
pub fn silence() {
    let Ok(null) = std::fs::OpenOptions::new().read(true).write(true).open("/dev/null") else { return };
    let _ = rustix::stdio::dup2_stdin(&null);
    let _ = rustix::stdio::dup2_stdout(&null);
    let _ = rustix::stdio::dup2_stderr(&null);
}
