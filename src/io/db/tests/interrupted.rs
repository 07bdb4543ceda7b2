//! What becomes of the history when a call of a writer fails, or is its last.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

use crate::domain::delivery::filter::Filter;
use crate::domain::delivery::record::tests::delivery;
use crate::io::db::history::{Start, append, append_all, page};
use crate::io::fs::paths::Paths;

/// Where the process that another test starts is to append.
const CHILD_DIR_VAR: &str = "WAYPOST_TEST_CHILD_DIR";

/// The system calls of a writer that change something.
const CALLS: [&str; 8] = ["openat", "pwrite64", "ftruncate", "fdatasync", "fsync", "unlink", "linkat", "fchmod"];

fn paths(dir: &Path) -> Paths {
    Paths { config_dir: dir.join("config"), state_dir: dir.join("state"), key_file_override: None }
}

/// Not a test of its own: what the others run under strace.
#[test]
#[ignore = "runs as the child of another test"]
fn child_appends() {
    let Some(dir) = std::env::var_os(CHILD_DIR_VAR).map(PathBuf::from) else { return };
    append_all(&paths(&dir), &[delivery("msg_2"), delivery("msg_3")]).unwrap();
}

/// Runs the child, and does `what` to its `nth` call of that name in the state directory.
fn child(dir: &Path, call: &str, what: &str, nth: u32) -> ExitStatus {
    let files = ["", "/waypost.db", "/waypost.db-wal", "/waypost.db-shm"].map(|file| format!("{}/state{file}", dir.display()));
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-o", "/dev/null"]);
    strace.args(files.iter().flat_map(|file| ["-P", file]));
    strace.args(["-e", &format!("trace={call}"), "-e", &format!("inject={call}:{what}:when={nth}")]);
    strace.arg(std::env::current_exe().unwrap()).args(["--exact", "io::db::tests::interrupted::child_appends", "--ignored"]);
    strace.env(CHILD_DIR_VAR, dir).output().unwrap().status
}

/// Every call in turn, with a history of one delivery and without any. What was appended is there whole or not at all, and the
/// next delivery is recorded.
fn at_any_call(what: &str) {
    for (call, before) in CALLS.iter().flat_map(|call| [(call, 0), (call, 1)]) {
        for nth in 1.. {
            let dir = tempfile::tempdir().unwrap();
            let paths = paths(dir.path());
            if before == 1 {
                append(&paths, &delivery("msg_1")).unwrap();
            }
            let status = child(dir.path(), call, what, nth);
            let at = format!("{what} at {call} {nth}, {before} before: {status}");
            let read = page(&paths, &Filter::default(), Start::Newest, 9).unwrap_or_else(|error| panic!("{at}: {error}"));
            assert!(read.total == before || read.total == before + 2, "{at}: {}", read.total);
            assert_eq!((read.deliveries.len() as u64, read.unreadable), (read.total, 0), "{at}");
            assert!(read.total > before || !status.success(), "{at}: lost without a word");
            append(&paths, &delivery("msg_4")).unwrap_or_else(|error| panic!("{at}: {error}"));
            assert_eq!(page(&paths, &Filter::default(), Start::Newest, 9).unwrap().total, read.total + 1, "{at}");
            if status.success() && what.starts_with("signal") {
                assert!(nth > 1 || before == 1 || !["openat", "pwrite64"].contains(call), "{at}: nothing was interrupted");
                break;
            }
            if nth > 20 {
                break;
            }
        }
    }
}

#[test]
#[ignore = "needs strace: apt-get install strace"]
fn h33_a_kill_at_any_call_leaves_a_history_that_can_be_read() {
    at_any_call("signal=KILL");
}

#[test]
#[ignore = "needs strace: apt-get install strace"]
fn h31_an_error_at_any_call_leaves_a_history_that_can_be_read() {
    at_any_call("error=ENOSPC");
}
