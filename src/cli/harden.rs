//! No memory of this process goes to the disk by itself: a core would hold the secret as it is. And no limit of the system ends
//! it in the middle of a write.

use rustix::process::{Resource, Rlimit, Signal, setrlimit};
use tokio::signal::unix::{SignalKind, signal};

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

/// Lets a write beyond the limit on file sizes fail, which is told like a full disk, where SIGXFSZ would end the process (setrlimit(2)).
/// What the system refuses is left as it is.
pub fn outlive_file_limit() {
    // Once caught, it stays caught when the runtime is gone; nobody needs to know when it comes.
    if let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_io().build() {
        let _within = runtime.enter();
        let _ = signal(SignalKind::from_raw(Signal::XFSZ.as_raw()));
    }
}
