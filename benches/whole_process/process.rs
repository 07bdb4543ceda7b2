//! What the kernel knows about a process, from /proc (proc(5)).

use std::fs;
use std::path::Path;
use std::time::Duration;

use super::stats::Sample;
use super::support::WAYPOST;
use super::table::Table;
use super::world::World;

/// What all threads of a process have used so far.
#[derive(Clone, Copy, Debug)]
pub struct Used {
    /// Voluntary context switches: each is one wakeup.
    pub waits: u64,
    /// CPU time in nanoseconds.
    pub cpu_ns: u64,
}

pub fn used(pid: u32) -> Used {
    let mut used = Used { waits: 0, cpu_ns: 0 };
    for task in fs::read_dir(format!("/proc/{pid}/task")).unwrap() {
        let task = task.unwrap().path();
        let status = fs::read_to_string(task.join("status")).unwrap();
        used.waits += field(&status, "voluntary_ctxt_switches:");
        used.cpu_ns += on_cpu(&task);
    }
    used
}

/// The CPU time of a thread in nanoseconds.
fn on_cpu(task: &Path) -> u64 {
    let schedstat = fs::read_to_string(task.join("schedstat")).unwrap_or_default();
    schedstat.split(' ').next().and_then(|ns| ns.parse().ok()).unwrap_or(0)
}

/// Accurate to a few milliseconds: the kernel updates it at each tick.
pub fn cpu_of_this_thread() -> Duration {
    Duration::from_nanos(on_cpu(Path::new("/proc/thread-self")))
}

/// The CPU time of the children that have ended, accurate to a hundredth of a second.
pub fn cpu_of_children() -> Duration {
    let stat = fs::read_to_string("/proc/self/stat").unwrap();
    // The name of the program is in parentheses, and may have spaces; after it the third field is next.
    let (_, rest) = stat.rsplit_once(") ").unwrap();
    let fields: Vec<&str> = rest.split(' ').collect();
    let ticks = |at: usize| -> u64 { fields[at - 3].parse().unwrap() };
    Duration::from_millis((ticks(16) + ticks(17)) * 10)
}

/// Resident memory in kilobytes: all of it, and the part that no file backs.
pub fn memory(pid: u32) -> (u64, u64) {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    (field(&status, "VmRSS:"), field(&status, "RssAnon:"))
}

/// The peak of its resident memory in kilobytes; `None` once it has ended.
pub fn most_memory(pid: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    status.contains("VmHWM:").then(|| field(&status, "VmHWM:"))
}

fn field(status: &str, name: &str) -> u64 {
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[expect(clippy::cast_precision_loss, reason = "a file's size is far below 2^52")]
pub fn binary_size(_: &World, table: &mut Table) {
    let size = fs::metadata(WAYPOST).unwrap().len();
    // What the design asks for is 10, missed since NATS is built in: see docs/performance.md. This holds what there is.
    table.at_most("binary, stripped", "MB", 13.5, &Sample::new(vec![size as f64 / 1e6]), &[]);
}
