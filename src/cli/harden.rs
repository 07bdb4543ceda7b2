//! No memory of this process goes to the disk by itself: a core would hold the secret as it is. And no limit of the system ends
//! it in the middle of a write.

use std::sync::Arc;

use rustix::process::{Resource, Rlimit, Signal, setrlimit};

/// Forbids cores of this process, and debuggers of the same user; what it starts inherits the limit alone. What the system
/// refuses is left as it is: it is a precaution, and no reason not to run.
pub fn forbid_cores() {
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
    #[cfg(target_os = "linux")]
    {
        // A core that a limit cannot keep: one that the system pipes into a collector (core(5)).
        let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
    }
}

/// Lets a write beyond the limit on file sizes fail, which is reported like a full disk, where SIGXFSZ would end the process (setrlimit(2)).
/// What the system refuses is left as it is.
pub fn outlive_file_limit() {
    // Only that it is caught matters, not when.
    let _ = signal_hook::flag::register(Signal::XFSZ.as_raw(), Arc::default());
}
