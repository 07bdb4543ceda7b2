//! The time zone of this machine.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;

use jiff::tz::TimeZone;

/// The rules of the machine's zone, or a link to them (localtime(5)).
const LOCAL: &str = "/etc/localtime";

/// The zone of `TZ`, else that of this machine, else UTC.
///
/// Without `TZ` the file says it all. [`TimeZone::system`] also finds its name, which is shown nowhere, and for that lists every file
/// of the time zone database: more system calls than all else that a program does to start.
#[must_use]
pub fn local() -> TimeZone {
    let named = env::var_os("TZ");
    if named.as_deref().is_some_and(is_device) {
        return TimeZone::UTC;
    }
    let rules = if named.is_some() { None } else { fs::read(LOCAL).ok() };
    rules.and_then(|rules| TimeZone::tzif("", &rules).ok()).unwrap_or_else(TimeZone::system)
}

/// Whether `TZ` names a device, a pipe or a socket, which the library would read to an end that may never come.
fn is_device(named: &OsStr) -> bool {
    let path = named.as_bytes().strip_prefix(b":").unwrap_or(named.as_bytes());
    fs::metadata(OsStr::from_bytes(path)).is_ok_and(|found| !found.is_file() && !found.is_dir())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a29_what_may_have_no_end_is_not_read() {
        for device in ["/dev/zero", ":/dev/full", "/dev/null", "../../../../../../../../dev/zero"] {
            assert!(is_device(OsStr::new(device)), "{device}");
        }
        for name in ["", "UTC", ":Europe/Berlin", "EST5EDT", "/etc", "/etc/passwd", "/missing"] {
            assert!(!is_device(OsStr::new(name)), "{name}");
        }
    }

    #[test]
    fn it_is_the_zone_that_the_library_finds() {
        let (ours, theirs) = (local(), TimeZone::system());
        for at in ["1999-07-01T12:00:00Z", "2026-01-15T12:00:00Z", "2026-07-15T12:00:00Z", "2060-07-15T12:00:00Z"] {
            let at: jiff::Timestamp = at.parse().unwrap();
            let shown = |zone: &TimeZone| at.to_zoned_datetime(zone.clone()).strftime("%Y-%m-%d %H:%M:%S %Z").to_string();
            assert_eq!(shown(&ours), shown(&theirs));
        }
    }
}
