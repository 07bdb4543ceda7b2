//! The signals that end a command, each with the exit code by which a shell reports it.

use std::future::poll_fn;
use std::io;
use std::task::Poll;

use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::cli::exit;
use crate::cli::failure::Failure;

/// Caught signals.
pub struct Signals(Vec<(Signal, u8)>);

impl Signals {
    /// Catches SIGHUP, SIGINT and SIGTERM from now on. One that is ignored stays ignored: `nohup` means it, and so does a shell
    /// that starts something in the background.
    pub fn catch() -> Result<Self, Failure> {
        Self::register().map_err(|error| Failure::bug(format!("Signals cannot be caught: {error}.")))
    }

    fn register() -> io::Result<Self> {
        let ignored = ignored();
        let kinds = [(SignalKind::hangup(), 129), (SignalKind::interrupt(), exit::INTERRUPTED), (SignalKind::terminate(), 143)];
        let wanted = kinds.into_iter().filter(|(kind, _)| ignored & bit(kind.as_raw_value()) == 0);
        Ok(Self(wanted.map(|(kind, code)| Ok((signal(kind)?, code))).collect::<io::Result<_>>()?))
    }

    /// The code of the next one.
    pub async fn next(&mut self) -> u8 {
        poll_fn(|context| {
            for (stream, code) in &mut self.0 {
                if stream.poll_recv(context).is_ready() {
                    return Poll::Ready(*code);
                }
            }
            Poll::Pending
        })
        .await
    }
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
