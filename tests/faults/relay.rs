//! Rows 131 and on: the relay, with everything around it failing.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;
use std::sync::{Arc, Mutex};

use serde_json::Value;

use crate::support::check::expect_nothing;
use crate::support::common::{history, registered_at};
use crate::support::receiver::{Answer, RawRequest, Receiver};
use crate::support::{Home, Output, WAYPOST, run};

/// The ids that were accepted, each as often as it was.
type Accepted = Arc<Mutex<Vec<String>>>;

/// A receiver that answers the second event of a home with 503 once, and accepts everything else.
fn receiver() -> (Receiver, Accepted) {
    let accepted = Accepted::default();
    let (of_answer, refused) = (Arc::clone(&accepted), Mutex::new(BTreeSet::new()));
    let answer = move |request: &RawRequest| {
        let id = request.header("webhook-id").to_owned();
        if request.body == b"2" && refused.lock().unwrap().insert(id.clone()) {
            return Answer::status(503);
        }
        of_answer.lock().unwrap().push(id);
        Answer::status(200)
    };
    (Receiver::scripted(expect_nothing(), vec![Answer::of_request(answer)]), accepted)
}

/// A home with three events in its queue, and their ids.
fn home(receiver: &Receiver) -> (Home, Vec<String>) {
    let home = registered_at(receiver, &["--auth", "default"], "");
    let queued = home.waypost_stdin(&["enqueue", "--lines", "-"], "1\n2\n3\n").exits(0).stdout;
    (home, queued.lines().map(str::to_owned).collect())
}

const ONCE: [&str; 4] = ["relay", "--once", "--concurrency", "2"];

/// Those after which the disk may be another one. Between two of them, a kill leaves what it leaves at the later one.
const CALLS: &str = "?open,openat,read,write,?pread64,?pwrite64,fsync,?fdatasync,ftruncate,?unlink,unlinkat";

/// strace on a relay, with those options; it sees nothing but the calls on the files of the database.
fn strace(home: &Home, options: &[&str]) -> Output {
    let base = home.command(&[]);
    let mut command = Command::new("strace");
    command.args(["-f", "-qq"]);
    for suffix in ["", "-wal", "-shm", "-journal"] {
        command.arg("-P").arg(format!("{}{suffix}", home.database().display()));
    }
    command.args(options).arg(WAYPOST).args(ONCE).current_dir(home.path()).env_clear();
    command.envs(base.get_envs().filter_map(|(name, value)| Some((name, value?))));
    run(&mut command, b"")
}

/// The calls of a relay on the database: each name, and how often a thread makes it. strace counts for each thread.
fn calls(receiver: &Receiver) -> BTreeMap<String, usize> {
    let (home, _) = home(receiver);
    let log = home.path().join("trace");
    strace(&home, &["-o", log.to_str().unwrap(), "-e", &format!("trace={CALLS}")]).exits(4);
    let mut of_thread: BTreeMap<(String, String), usize> = BTreeMap::new();
    for line in fs::read_to_string(&log).unwrap().lines() {
        let Some((thread, call)) = line.split_once(' ') else { continue };
        let Some((name, _)) = call.trim_start().split_once('(') else { continue };
        if name.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            *of_thread.entry((thread.to_owned(), name.to_owned())).or_default() += 1;
        }
    }
    let mut calls = BTreeMap::new();
    for ((_, name), count) in of_thread {
        let most = calls.entry(name).or_default();
        *most = count.max(*most);
    }
    calls
}

fn queued(home: &Home) -> BTreeSet<String> {
    let listed = home.waypost(&["queue", "--json"]).exits(0).json();
    let events = listed["events"].as_array().unwrap();
    events.iter().map(|event| event["id"].as_str().unwrap().to_owned()).collect()
}

#[test]
#[ignore = "needs strace: apt-get install strace"]
fn h131_killed_or_failing_at_any_call_a_relay_loses_nothing() {
    let (receiver, accepted) = receiver();
    let times = |id: &String| accepted.lock().unwrap().iter().filter(|accepted| *accepted == id).count();
    let mut tried = 0;
    for (name, count) in calls(&receiver) {
        for nth in 1..=count {
            for what in ["signal=KILL", "error=EIO", "error=ENOSPC"] {
                if what == "error=ENOSPC" && !name.contains("write") && name != "ftruncate" {
                    continue;
                }
                let (home, ids) = home(&receiver);
                let inject = format!("inject={name}:{what}:when={nth}");
                let out = strace(&home, &["-o", "/dev/null", "-e", &format!("trace={name}"), "-e", &inject]);
                let at = format!("{inject}: {out:?}");
                tried += 1;
                assert!(!out.stderr.contains("panicked"), "{at}");
                assert!(matches!(out.code, None | Some(0 | 4 | 5 | 75)), "{at}");
                // Each is in the queue, or was accepted and is no more.
                let left = queued(&home);
                for id in &ids {
                    assert!(left.contains(id) || times(id) > 0, "{id} is lost: {at}");
                }
                let before: Vec<_> = ids.iter().map(times).collect();
                // What is left is delivered, what was recorded is not sent again.
                home.open_database().execute("UPDATE queue SET due_at = 0", []).unwrap();
                home.waypost(&["queue", "release"]).exits(0);
                let mut again = home.waypost(&ONCE);
                if again.code == Some(4) {
                    home.open_database().execute("UPDATE queue SET due_at = 0", []).unwrap();
                    again = home.waypost(&ONCE);
                }
                assert_eq!((again.code, queued(&home)), (Some(0), BTreeSet::new()), "{again:?} after {at}");
                for (id, before) in ids.iter().zip(before) {
                    assert_eq!(times(id), before + usize::from(left.contains(id)), "{id}: {at}");
                    let delivered = |entry: &&Value| entry["id"] == id.as_str() && entry["attempts"][0]["outcome"].is_string();
                    assert_eq!(history(&home).iter().filter(delivered).count(), 1, "{id}: {at}");
                }
            }
        }
    }
    assert!(tried > 60, "{tried}");
}
