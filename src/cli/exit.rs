//! Exit codes.

use crate::ops::Code;

/// Done.
pub const DONE: u8 = 0;
/// A bug.
pub const BUG: u8 = 1;
/// Usage, or an input that is not valid.
pub const USAGE: u8 = 2;
/// The state file or the disk.
pub const DISK: u8 = 5;
/// The secret cannot be opened.
pub const SECRET: u8 = 6;
/// Nothing is registered.
pub const NOTHING_REGISTERED: u8 = 7;
/// Something is registered already.
pub const ALREADY_REGISTERED: u8 = 8;
/// Another waypost is saving (`EX_TEMPFAIL` of sysexits.h).
pub const BUSY: u8 = 75;

/// The exit code of a problem.
#[must_use]
pub const fn of(code: Code) -> u8 {
    match code {
        Code::Usage => USAGE,
        Code::Disk => DISK,
        Code::Secret => SECRET,
        Code::NothingRegistered => NOTHING_REGISTERED,
        Code::AlreadyRegistered => ALREADY_REGISTERED,
        Code::Busy => BUSY,
    }
}
