//! Exit codes.

use crate::domain::delivery::{Cause, Delivery, Outcome};
use crate::ops::ProblemKind;

/// For `--help`, the manual and the documentation.
pub const CODES: [(&str, &str); 14] = [
    ("0", "done; for a delivery: delivered"),
    ("1", "internal error (a bug)"),
    ("2", "usage or invalid input; the message names the field"),
    ("3", "refused by the endpoint; for verify: not valid; for probe: not verified"),
    ("4", "the endpoint was not reached"),
    ("5", "error of the state file, the disk or the output"),
    ("6", "a secret cannot be opened"),
    ("7", "nothing is registered"),
    ("8", "a destination is already registered"),
    ("9", "the queue engine (--nats) cannot be used"),
    ("75", "locked by another waypost; try again"),
    ("101", "crashed (a bug)"),
    ("130", "stopped by ^C (128 + the signal's number)"),
    ("143", "stopped by SIGTERM; 129 by SIGHUP"),
];

/// Done.
pub const DONE: u8 = 0;
/// A bug.
pub const BUG: u8 = 1;
/// Usage, or an input that is not valid.
pub const USAGE: u8 = 2;
/// The endpoint refused.
pub const REFUSED: u8 = 3;
/// The endpoint was not reached.
pub const FAILED: u8 = 4;
/// The state file or the disk.
pub const DISK: u8 = 5;
/// The secret cannot be opened.
pub const SECRET: u8 = 6;
/// Nothing is registered.
pub const NOTHING_REGISTERED: u8 = 7;
/// Something is registered already.
pub const ALREADY_REGISTERED: u8 = 8;
/// The queue engine cannot be used.
pub const ENGINE: u8 = 9;
/// Another waypost is saving (`EX_TEMPFAIL` of sysexits.h).
pub const BUSY: u8 = 75;
/// A panic, as Rust has it.
pub const PANICKED: u8 = 101;
/// The terminal has closed: as a shell reports SIGHUP.
pub const HUNG_UP: u8 = 129;
/// Stopped by the user: as a shell reports SIGINT.
pub const INTERRUPTED: u8 = 130;

/// The exit code of a problem.
#[must_use]
pub const fn for_problem(kind: ProblemKind) -> u8 {
    match kind {
        ProblemKind::Usage => USAGE,
        ProblemKind::Disk => DISK,
        ProblemKind::Secret => SECRET,
        ProblemKind::NothingRegistered => NOTHING_REGISTERED,
        ProblemKind::AlreadyRegistered => ALREADY_REGISTERED,
        ProblemKind::Busy => BUSY,
        ProblemKind::Engine => ENGINE,
    }
}

/// The exit code of a delivery; `stopped_by` is that of the signal that stopped it.
#[must_use]
pub fn for_delivery(delivery: &Delivery, stopped_by: Option<u8>) -> u8 {
    match delivery.outcome() {
        Outcome::Delivered => DONE,
        Outcome::Refused => REFUSED,
        Outcome::Stopped => stopped_by.unwrap_or(INTERRUPTED),
        // A variable that cannot be read as a proxy is a wrong input: nothing was tried.
        Outcome::Failed if delivery.last().is_some_and(|last| matches!(last.cause, Some(Cause::BadProxy(_)))) => USAGE,
        Outcome::Failed => FAILED,
    }
}

/// The word for a code in JSON.
#[must_use]
pub const fn name(code: u8) -> &'static str {
    match code {
        USAGE => "usage",
        REFUSED => "refused",
        FAILED => "failed",
        DISK => "disk",
        SECRET => "secret",
        NOTHING_REGISTERED => "nothing-registered",
        ALREADY_REGISTERED => "already-registered",
        BUSY => "busy",
        ENGINE => "engine",
        BUG => "bug",
        _ => "stopped",
    }
}
