//! Rows 131 and on: the relay, with everything around it failing.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::support::ca::Ca;
use crate::support::check::expect_nothing;
use crate::support::common::{history, register, registered_at, wait_until};
use crate::support::receiver::{Answer, DEADLINE, RawRequest, Receiver};
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
                // Each is in the queue, or was accepted and left it.
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

/// A relay that runs, and what it says.
struct Relay {
    child: Child,
    stderr: BufReader<ChildStderr>,
}

impl Relay {
    fn spawn(command: &mut Command) -> Self {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        Self { child, stderr }
    }

    fn start(home: &Home) -> Self {
        let mut relay = Self::spawn(&mut home.command(&["relay"]));
        relay.wait_for("Delivering to ");
        relay
    }

    /// Reads what it says up to that.
    fn wait_for(&mut self, part: &str) -> String {
        loop {
            let mut line = String::new();
            assert!(self.stderr.read_line(&mut line).unwrap() > 0, "it ended without {part:?}");
            if line.contains(part) {
                return line;
            }
        }
    }

    fn pid(&self) -> Pid {
        Pid::from_raw(self.child.id().cast_signed()).unwrap()
    }

    fn stop(self) -> Output {
        kill_process(self.pid(), Signal::TERM).unwrap();
        self.end()
    }

    /// Waits until it ends by itself.
    fn end(mut self) -> Output {
        let mut stderr = String::new();
        self.stderr.read_to_string(&mut stderr).unwrap();
        let output = self.child.wait_with_output().unwrap();
        Output { stdout: String::from_utf8(output.stdout).unwrap(), stderr, code: output.status.code() }
    }
}

fn left(home: &Home) -> usize {
    queued(home).len()
}

/// A receiver that accepts everything, and answers nothing before `opened`.
fn waiting_receiver() -> (Receiver, Accepted, Arc<AtomicBool>) {
    let (accepted, opened) = (Accepted::default(), Arc::new(AtomicBool::new(false)));
    let (of_answer, may_answer) = (Arc::clone(&accepted), Arc::clone(&opened));
    let answer = move |request: &RawRequest| {
        while !may_answer.load(Ordering::SeqCst) {
            std::thread::sleep(Duration::from_millis(2));
        }
        of_answer.lock().unwrap().push(request.header("webhook-id").to_owned());
        Answer::status(200)
    };
    (Receiver::scripted(expect_nothing(), vec![Answer::of_request(answer)]), accepted, opened)
}

/// In a mount namespace of its own, after that line of shell, whose `$0` is the state directory.
fn in_namespace(home: &Home, script: &str, args: &[&str]) -> Command {
    let base = home.command(&[]);
    let mut command = Command::new("unshare");
    command.args(["-m", "sh", "-c", &format!("{script} && exec \"$@\""), home.state_dir().to_str().unwrap(), WAYPOST]);
    command.args(args).current_dir(home.path()).env_clear();
    command.envs(base.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command
}

#[test]
#[ignore = "needs unshare: apt-get install util-linux"]
fn h132_on_a_full_disk_a_relay_goes_on_and_says_what_it_cannot_record() {
    const EVENTS: usize = 60;
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let (receiver, accepted, opened) = waiting_receiver();
    let home = registered_at(&receiver, &["--auth", "default"], "");
    let lines = (0..EVENTS).map(|n| format!("{n}\n")).collect::<Vec<_>>().concat();
    let ids = home.waypost_stdin(&["enqueue", "--lines", "-"], lines).exits(0).stdout;
    let script = "cp -a \"$0\" \"$0.whole\" && mount -t tmpfs -o size=2m,mode=0700 none \"$0\" && cp -a \"$0.whole/.\" \"$0\"";
    let mut relay = Relay::spawn(&mut in_namespace(&home, script, &["relay"]));
    receiver.wait_for_requests(2, DEADLINE);
    // As it is in there.
    let pid = relay.child.id().to_string();
    let inside = |args: &[&str], stdin: &[u8]| {
        let base = home.command(&[]);
        let mut command = Command::new("nsenter");
        command.args(["-t", &pid, "-m", WAYPOST]).args(args).env_clear();
        command.envs(base.get_envs().filter_map(|(name, value)| Some((name, value?))));
        run(&mut command, stdin)
    };
    let filler = Path::new("/proc").join(&pid).join("root").join(home.state_dir().strip_prefix("/").unwrap()).join("filler");
    let mut file = fs::File::create(&filler).unwrap();
    while file.write_all(&[0; 4096]).is_ok() {}
    opened.store(true, Ordering::SeqCst);
    let said = relay.wait_for("not recorded; it will be tried again");
    assert!(said.contains("storage space"), "{said}");
    wait_until(DEADLINE, || accepted.lock().unwrap().len() == EVENTS);
    // What cannot be kept is not accepted.
    let long = format!("\"{}\"", "x".repeat(1_000_000));
    let refused = inside(&["enqueue", "-"], long.as_bytes()).exits(5);
    assert!(refused.stderr.contains("storage space"), "{refused:?}");
    inside(&["queue"], b"").exits(0);
    drop(file);
    fs::remove_file(&filler).unwrap();
    relay.wait_for("The database can be used again.");
    wait_until(DEADLINE, || inside(&["queue", "--json"], b"").exits(0).json()["events"].as_array().unwrap().is_empty());
    let listed = inside(&["history", "--json", "--limit", "1000"], b"").exits(0).json();
    assert_eq!(listed["deliveries"].as_array().unwrap().len(), EVENTS);
    assert!(relay.stop().exits(0).stderr.contains("60 delivered; 0 left"));
    let mut accepted = accepted.lock().unwrap().clone();
    accepted.sort();
    let mut ids: Vec<_> = ids.lines().map(str::to_owned).collect();
    ids.sort();
    assert_eq!(accepted, ids, "each once");
}

#[test]
fn a31_relay_once_ends_when_what_was_delivered_cannot_be_written() {
    let (receiver, accepted, opened) = waiting_receiver();
    let home = registered_at(&receiver, &["--auth", "default"], "");
    let queued = home.waypost_stdin(&["enqueue", "--lines", "-"], "1\n".repeat(20)).exits(0).stdout;
    let mut relay = Relay::spawn(&mut home.command(&ONCE));
    relay.wait_for("Delivering to ");
    receiver.wait_for_requests(2, DEADLINE);
    let other = home.open_database();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    opened.store(true, Ordering::SeqCst);
    let ended = relay.end().exits(75);
    assert!(ended.stderr.lines().last().unwrap().contains(home.database().to_str().unwrap()), "{ended:?}");
    let sent = accepted.lock().unwrap().len();
    other.execute_batch("ROLLBACK").unwrap();
    home.waypost(&ONCE).exits(0);
    let accepted = accepted.lock().unwrap();
    assert!(queued.lines().all(|id| accepted.iter().any(|accepted| accepted == id)), "{accepted:?}");
    // It did not go on while it could not write what came of it.
    assert!(sent <= 4 && accepted.len() <= 20 + sent, "{sent}: {accepted:?}");
}

#[test]
#[ignore = "needs unshare: apt-get install util-linux"]
fn h133_in_a_read_only_directory_nothing_is_sent_and_the_queue_can_be_read() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let (receiver, accepted) = receiver();
    let (home, _) = home(&receiver);
    let script = "mount --bind \"$0\" \"$0\" && mount -o remount,bind,ro \"$0\"";
    let with = |args: &[&str]| run(&mut in_namespace(&home, script, args), b"{}");
    let state = home.state_dir();
    for args in [&["relay"][..], &["relay", "--once"], &["enqueue", "-"], &["queue", "hold"], &["queue", "retry", "--dead"]] {
        let out = with(args).exits(5);
        assert!(out.stderr.contains(state.to_str().unwrap()) && out.stderr.contains("ead-only"), "{args:?}: {out:?}");
    }
    with(&["queue"]).exits(0);
    assert_eq!(with(&["queue", "--json"]).exits(0).json()["events"].as_array().unwrap().len(), 3);
    assert_eq!((receiver.requests().len(), accepted.lock().unwrap().len()), (0, 0));
}

#[test]
#[ignore = "needs strace: apt-get install strace"]
fn h134_on_a_network_file_system_the_database_has_a_rollback_journal() {
    let (receiver, _) = receiver();
    let home = registered_at(&receiver, &["--auth", "default"], "");
    // What the kernel answers on NFS.
    let nfs = |args: &[&str]| {
        let base = home.command(&[]);
        let mut command = Command::new("strace");
        command.args(["-f", "-qq", "-o", "/dev/null", "-e", "trace=statfs,fstatfs"]);
        command.args(["-e", "inject=statfs,fstatfs:poke_exit=@arg2=6969000000000000"]);
        command.arg(WAYPOST).args(args).current_dir(home.path()).env_clear();
        command.envs(base.get_envs().filter_map(|(name, value)| Some((name, value?))));
        run(&mut command, b"1")
    };
    let journal = || -> String { home.open_database().pragma_query_value(None, "journal_mode", |row| row.get(0)).unwrap() };
    let log = || fs::read_to_string(home.state_dir().join("waypost.log")).unwrap_or_default();
    let noticed = |ran: Output| ran.stderr.matches("rollback journal").count();
    assert_eq!(noticed(nfs(&["enqueue", "-", "-v"]).exits(0)), 1);
    assert_eq!((journal().as_str(), log().matches("rollback journal").count()), ("delete", 1), "{}", log());
    assert_eq!(noticed(nfs(&["relay", "--once", "-v"]).exits(0)), 1);
    assert_eq!((journal().as_str(), left(&home)), ("delete", 0));
    assert!(log().matches("rollback journal").count() > 1, "{}", log());
    // Moved to a local disk, it is as fast as any.
    home.waypost_stdin(&["enqueue", "-"], "1").exits(0);
    assert_eq!(journal(), "wal");
    assert_eq!(noticed(nfs(&["enqueue", "--lines", "-"]).exits(0)), 1);
    assert_eq!(noticed(nfs(&["relay", "--once", "-q"]).exits(0)) + noticed(nfs(&["enqueue", "-", "-q"]).exits(0)), 0);
    assert_eq!(journal().as_str(), "delete");
}

#[test]
fn h135_what_is_given_up_by_its_age_is_said_counted_and_kept() {
    const EVENTS: usize = 250;
    let receiver = Receiver::scripted(expect_nothing(), vec![Answer::status(500)]);
    let home = registered_at(&receiver, &["--auth", "default"], "");
    home.waypost_stdin(&["enqueue", "--lines", "-"], "1\n".repeat(EVENTS)).exits(0);
    // One was tried before it was too old.
    home.open_database().execute("UPDATE queue SET due_at = due_at + 60000 WHERE seq > 1", []).unwrap();
    home.waypost(&["relay", "--once"]).exits(4);
    home.open_database().execute("UPDATE queue SET due_at = 0, since = since - 7200000", []).unwrap();
    home.waypost(&["queue", "release"]).exits(0);
    let mut relay = Relay::spawn(&mut home.command(&["relay", "--json", "--give-up-after", "1h"]));
    let mut stdout = BufReader::new(relay.child.stdout.take().unwrap()).lines();
    let mut ids = BTreeSet::new();
    while ids.len() < EVENTS {
        let line: Value = serde_json::from_str(&stdout.next().unwrap().unwrap()).unwrap();
        assert_eq!((&line["outcome"], &line["dead_reason"]), (&"dead".into(), &"too_old".into()), "{line}");
        assert_eq!(line["attempts"] == 0, line["why"].is_null(), "{line}");
        assert!(ids.insert(line["id"].as_str().unwrap().to_owned()), "{line}");
        // Those that are lent are given up one by one, as probes.
        if ids.len() > EVENTS - 20 {
            home.waypost(&["queue", "release"]).exits(0);
        }
    }
    relay.stop().exits(0);
    let counts = home.waypost(&["queue", "--json"]).exits(0).json()["counts"].clone();
    assert_eq!((counts["dead"].as_u64(), counts["ready"].as_u64()), (Some(250), Some(0)));
    // What was tried is in the history as well, with its body.
    let tried = history(&home);
    assert!(!tried.is_empty() && tried.len() <= receiver.requests().len(), "{}", tried.len());
    assert_eq!(tried[0]["attempts"].as_array().unwrap().last().unwrap()["request"]["body"], "1", "{}", tried[0]);
}

#[test]
fn h136_what_is_put_right_beside_the_destination_is_noticed_without_an_edit() {
    let (receiver, accepted, opened) = waiting_receiver();
    opened.store(true, Ordering::SeqCst);
    let home = Home::new();
    let ca = home.path().join("ca.pem");
    fs::write(&ca, Ca::new().pem()).unwrap();
    let args = ["--auth", "bearer", "--secret-stdin", "--ca-cert", ca.to_str().unwrap()];
    register(&home, &receiver.url, &args, "a-token-of-some-length");
    home.waypost_stdin(&["enqueue", "--lines", "-"], "1\n2\n3\n4\n5\n6\n").exits(0);
    let mut relay = Relay::start(&home);
    relay.wait_for("Paused for ");
    // At the next probe the CA file is another one.
    fs::copy(receiver.ca(), &ca).unwrap();
    home.waypost(&["queue", "release"]).exits(0);
    wait_until(DEADLINE, || left(&home) == 0);
    // Nothing can be sent without it. It comes again, and no file of waypost's changes.
    fs::remove_file(&ca).unwrap();
    let text = fs::read(home.state_file()).unwrap();
    fs::write(home.state_file(), &text).unwrap();
    let said = relay.wait_for("nothing is delivered");
    assert!(said.contains("ca.pem"), "{said}");
    home.waypost_stdin(&["enqueue", "-"], "7").exits(0);
    fs::copy(receiver.ca(), &ca).unwrap();
    wait_until(DEADLINE, || left(&home) == 0);
    // And so with the key.
    let key = home.state_dir().join("key");
    fs::rename(&key, home.path().join("key")).unwrap();
    fs::write(home.state_file(), &text).unwrap();
    relay.wait_for("nothing is delivered");
    let second = home.waypost_stdin(&["enqueue", "-"], "8").exits(0);
    assert_eq!((left(&home), accepted.lock().unwrap().len()), (1, 7));
    fs::rename(home.path().join("key"), &key).unwrap();
    wait_until(DEADLINE, || left(&home) == 0);
    assert_eq!(accepted.lock().unwrap().last().unwrap(), second.stdout.trim());
    relay.stop().exits(0);
    // Without the key, none starts, and the queue is as it was.
    home.waypost_stdin(&["enqueue", "-"], "9").exits(0);
    fs::remove_file(&key).unwrap();
    home.waypost(&["relay", "--once"]).exits(6);
    assert_eq!((left(&home), accepted.lock().unwrap().len()), (1, 8));
}

#[test]
fn h137_a_pause_that_the_token_endpoint_asks_for_closes_the_gate() {
    for (status, value, why) in [(429, "3600", "asked"), (503, "600", "asked"), (429, "1e99", "")] {
        let answer = move |request: &RawRequest| {
            assert_eq!(request.target(), "/token");
            Answer::status(status).header("retry-after", value)
        };
        let receiver = Receiver::scripted(expect_nothing(), vec![Answer::of_request(answer)]);
        let token_url = receiver.url.replace("/in", "/token");
        let args = ["--auth", "oauth2", "--token-url", &token_url, "--client-id", "me", "--secret-stdin"];
        let home = registered_at(&receiver, &args, "a-client-secret-0123456789");
        home.waypost_stdin(&["enqueue", "--lines", "-"], "1\n2\n3\n").exits(0);
        home.waypost(&["relay", "--once", "--concurrency", "1"]).exits(4);
        let gate = home.waypost(&["queue", "--json"]).exits(0).json()["gate"].clone();
        assert_eq!(gate["why"].as_str().unwrap_or_default(), why, "{status} {value}: {gate}");
        assert_eq!(receiver.requests().len(), if why.is_empty() { 3 } else { 1 }, "{status} {value}");
    }
}

#[test]
fn h138_an_edit_or_a_removal_loses_nothing_that_is_in_flight() {
    let (receiver, accepted, opened) = waiting_receiver();
    let home = registered_at(&receiver, &["--auth", "default"], "");
    home.waypost_stdin(&["enqueue", "-"], "1").exits(0);
    let mut relay = Relay::start(&home);
    receiver.wait_for_requests(1, DEADLINE);
    home.waypost(&["edit", "--timeout", "20"]).exits(0);
    relay.wait_for("The destination was changed");
    home.waypost(&["remove", "--yes"]).exits(0);
    relay.wait_for("nothing is delivered");
    opened.store(true, Ordering::SeqCst);
    wait_until(DEADLINE, || left(&home) == 0);
    relay.stop().exits(0);
    assert_eq!((accepted.lock().unwrap().len(), receiver.requests().len(), history(&home).len()), (1, 1, 1));
}

#[test]
#[ignore = "needs strace: apt-get install strace"]
fn h139_an_idle_relay_sleeps_until_a_commit_wakes_it() {
    let (receiver, _, opened) = waiting_receiver();
    opened.store(true, Ordering::SeqCst);
    let home = registered_at(&receiver, &["--auth", "default"], "");
    home.waypost_stdin(&["enqueue", "-"], "1").exits(0);
    let log = home.path().join("trace");
    let base = home.command(&[]);
    let mut command = Command::new("strace");
    command.args(["-f", "-y", "-o", log.to_str().unwrap(), WAYPOST, "relay"]).current_dir(home.path()).env_clear();
    command.envs(base.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let mut relay = Relay::spawn(&mut command);
    relay.wait_for("Delivering to ");
    wait_until(DEADLINE, || left(&home) == 0);
    let trace = || fs::read_to_string(&log).unwrap();
    // It has come to rest: then it makes no call in ten seconds.
    let mut before = trace();
    let mut begun = Instant::now();
    let at_first = begun;
    while begun.elapsed() < Duration::from_secs(10) {
        std::thread::sleep(Duration::from_millis(100));
        let now = trace();
        if now != before {
            assert!(at_first.elapsed() < DEADLINE, "{}", &now[before.len()..]);
            (before, begun) = (now, Instant::now());
        }
    }
    home.waypost_stdin(&["enqueue", "-"], "2").exits(0);
    receiver.wait_for_requests(2, DEADLINE);
    let after = trace()[before.len()..].to_owned();
    // The kernel's report wakes it, and no timer ends before it looks into the database, which the other process may have locked.
    let reported = after.find("inotify>").unwrap_or_else(|| panic!("{after}"));
    let looked = after.find("waypost.db-shm>").unwrap_or_else(|| panic!("{after}"));
    let sent = after.find("connect(").or_else(|| after.find("sendto(")).or_else(|| after.find("writev(")).unwrap_or(after.len());
    assert!(reported < looked && looked < sent, "{after}");
    let of_timers = |line: &&str| line.contains("epoll_wait") && line.ends_with("= 0") && !line.ends_with(", 0) = 0");
    let timers: Vec<_> = after[..looked].lines().filter(of_timers).collect();
    assert!(timers.is_empty(), "{timers:?} in {after}");
    // Not to strace, which heeds no signal while it traces.
    let traced = before.split_whitespace().next().unwrap().parse().unwrap();
    kill_process(Pid::from_raw(traced).unwrap(), Signal::TERM).unwrap();
    relay.child.wait().unwrap();
}
