//! Rows 120 to 130: the queue, with everything around it failing.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::support::check::expect_nothing;
use crate::support::common::registered_at;
use crate::support::receiver::{Answer, DEADLINE, Receiver};
use crate::support::{Home, Output, WAYPOST, run};

fn lines(count: usize) -> String {
    (0..count).map(|n| format!("{{\"n\":{n}}}\n")).collect::<Vec<_>>().concat()
}

fn count(home: &Home) -> u64 {
    let counts = home.waypost(&["queue", "--json", "--limit", "0"]).exits(0).json()["counts"].clone();
    ["ready", "waiting", "in_flight"].iter().map(|state| counts[state].as_u64().unwrap()).sum()
}

/// The number of times that each id was accepted.
type Accepted = Arc<Mutex<BTreeMap<String, u32>>>;

/// A receiver that refuses that share of the requests with 503, and counts what it accepts.
fn counting(refused: u32) -> (Receiver, Accepted) {
    let accepted = Accepted::default();
    let (of_answer, asked) = (Arc::clone(&accepted), Mutex::new(0_u32));
    let answer = move |request: &crate::support::receiver::RawRequest| {
        let mut asked = asked.lock().unwrap();
        *asked += 1;
        // Never five in a row.
        if (*asked * refused) % 100 < refused {
            return Answer::status(503);
        }
        *of_answer.lock().unwrap().entry(request.header("webhook-id").to_owned()).or_default() += 1;
        Answer::status(200)
    };
    (Receiver::scripted(expect_nothing(), vec![Answer::of_request(answer)]), accepted)
}

fn start(home: &Home, args: &[&str]) -> Child {
    home.command(args).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// `events` events, and a relay that is killed each `every`, until `kills`; then all that is left is delivered.
fn kill_again_and_again(events: usize, every: Duration, kills: usize) {
    const CONCURRENCY: usize = 8;
    let (receiver, accepted) = counting(20);
    let home = registered_at(&receiver, &["--auth", "default"], "");
    let queued = home.waypost_stdin(&["enqueue", "--lines", "-"], lines(events)).exits(0).stdout;
    let ids: BTreeSet<&str> = queued.lines().collect();
    assert_eq!(ids.len(), events);
    for _ in 0..kills {
        let mut relay = start(&home, &["relay"]);
        let before = accepted.lock().unwrap().len();
        let begun = Instant::now();
        // It has begun to deliver when it is killed.
        while begun.elapsed() < every || (accepted.lock().unwrap().len() == before && begun.elapsed() < DEADLINE) {
            std::thread::sleep(Duration::from_millis(2));
            if count_of(&accepted) >= events {
                break;
            }
        }
        relay.kill().unwrap();
        relay.wait().unwrap();
    }
    let begun = Instant::now();
    while count(&home) > 0 {
        assert!(begun.elapsed() < 4 * DEADLINE, "{} left", count(&home));
        home.open_database().execute("UPDATE queue SET due_at = 0", []).unwrap();
        home.waypost(&["queue", "release"]).exits(0);
        home.waypost(&["relay", "--once"]);
    }
    let accepted = accepted.lock().unwrap();
    let lost: Vec<_> = ids.iter().filter(|id| !accepted.contains_key(**id)).collect();
    assert!(lost.is_empty(), "lost: {lost:?}");
    assert_eq!(accepted.len(), events, "only what was queued");
    let twice: u32 = accepted.values().map(|count| count - 1).sum();
    assert!(twice as usize <= kills * 2 * CONCURRENCY, "{twice} delivered twice by {kills} kills");
    assert!(accepted.values().all(|count| *count as usize <= 1 + kills));
}

fn count_of(accepted: &Accepted) -> usize {
    accepted.lock().unwrap().len()
}

#[test]
fn h120_killed_again_and_again_a_relay_loses_nothing() {
    kill_again_and_again(600, Duration::from_millis(80), 6);
}

#[test]
#[ignore = "takes a minute"]
fn h120_killed_each_second_for_half_a_minute() {
    kill_again_and_again(10_000, Duration::from_secs(1), 30);
}

/// strace on `enqueue`, with those options.
fn strace(home: &Home, options: &[&str], args: &[&str]) -> Output {
    let base = home.command(&[]);
    let mut command = Command::new("strace");
    command.args(["-f", "-y"]).args(options).arg(WAYPOST).args(args).current_dir(home.path()).env_clear();
    command.envs(base.get_envs().filter_map(|(name, value)| Some((name, value?))));
    run(&mut command, b"{}")
}

const ENQUEUE: [&str; 4] = ["enqueue", "-", "--id", "one"];

const CALLS: &str =
    "?open,openat,read,write,?pread64,?pwrite64,fsync,?fdatasync,ftruncate,?unlink,unlinkat,?mkdir,mkdirat,?link,linkat";

/// The calls of an `enqueue` on the state directory: the name, how many of that name came before, and the line.
fn calls(home: &Home) -> Vec<(String, usize, String)> {
    let log = home.path().join("trace");
    let options = ["-o", log.to_str().unwrap(), "-e", &format!("trace={CALLS}")];
    strace(home, &options, &ENQUEUE).exits(0);
    let dir = home.state_dir().to_str().unwrap().to_owned();
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut calls = Vec::new();
    for line in fs::read_to_string(&log).unwrap().lines() {
        let Some((name, _)) = line.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ').split_once('(') else { continue };
        let nth = seen.entry(name.to_owned()).or_default();
        *nth += 1;
        if line.contains(&dir) || line.contains("\"one\\n\"") {
            calls.push((name.to_owned(), *nth, line.to_owned()));
        }
    }
    calls
}

/// A home whose queue has one event, of another id.
fn with_queue() -> Home {
    let home = Home::new();
    home.waypost_stdin(&["enqueue", "-", "--id", "zero"], "{}").exits(0);
    home
}

#[test]
#[ignore = "needs strace: apt-get install strace"]
fn h121_the_answer_comes_after_the_disk_has_it() {
    for home in [Home::new(), with_queue()] {
        let calls = calls(&home);
        let at = |found: &dyn Fn(&str, &str) -> bool| calls.iter().rposition(|(name, _, line)| found(name, line));
        let answered = at(&|name, line| name == "write" && line.contains("\"one\\n\"")).unwrap();
        let written = at(&|name, line| name.starts_with("pwrite") && line.contains("waypost.db-wal")).unwrap();
        let synced = at(&|name, line| name.ends_with("sync") && line.contains("waypost.db-wal")).unwrap();
        assert!(written < synced && synced < answered, "{calls:#?}");
    }
}

#[test]
#[ignore = "needs strace: apt-get install strace"]
fn h122_killed_or_failing_at_any_call_enqueue_never_says_what_is_not_so() {
    let mut tried = 0;
    for (make, has_another) in [(Home::new as fn() -> Home, false), (with_queue, true)] {
        for (name, nth, line) in calls(&make()) {
            let error = if name.contains("read") || name.contains("open") { "error=EIO" } else { "error=ENOSPC" };
            for what in ["signal=KILL", error] {
                let home = make();
                let options =
                    ["-qq", "-o", "/dev/null", "-e", &format!("trace={name}"), "-e", &format!("inject={name}:{what}:when={nth}")];
                let out = strace(&home, &options, &ENQUEUE);
                let at = format!("{what} at {line}: {out:?}");
                tried += 1;
                assert!(!out.stderr.contains("panicked"), "{at}");
                assert!(matches!(out.code, None | Some(0 | 5 | 75)), "{at}");
                let listed = home.waypost(&["queue", "--json"]).exits(0).json();
                let in_queue = |id: &str| listed["events"].as_array().unwrap().iter().any(|event| event["id"] == id);
                // What was answered is there; what was there stays.
                assert!(!out.stdout.contains("one") || in_queue("one"), "{at}");
                assert!(out.code != Some(0) || in_queue("one"), "{at}");
                assert!(!has_another || in_queue("zero"), "{at}");
                // And the next one goes through: whether it is new or not.
                home.waypost_stdin(&ENQUEUE, "{}").exits(0);
                assert_eq!(count(&home), 1 + u64::from(has_another), "{at}");
            }
        }
    }
    assert!(tried > 80, "{tried}");
}

#[test]
fn h123_twenty_at_once() {
    let home = Home::new();
    std::thread::scope(|scope| {
        for n in 0..20 {
            let home = &home;
            scope.spawn(move || {
                for m in 0..5 {
                    home.waypost_stdin(&["enqueue", "-", "--id", &format!("{n}-{m}")], "{}").exits(0);
                }
                home.waypost_stdin(&["enqueue", "--lines", "-"], lines(20)).exits(0);
            });
        }
    });
    assert_eq!(count(&home), 20 * 25);
}

#[test]
fn h124_a_database_that_cannot_be_used_is_never_overwritten() {
    type Break = fn(&Path);
    let breaks: [(&str, Break, &str); 4] = [
        ("garbage", |path| fs::write(path, "not a database at all, but a longer text".repeat(200)).unwrap(), "damaged"),
        ("truncated", |path| fs::File::options().write(true).open(path).unwrap().set_len(5000).unwrap(), ""),
        (
            "newer",
            |path| rusqlite::Connection::open(path).unwrap().pragma_update(None, "user_version", 99).unwrap(),
            "version 99",
        ),
        (
            "another",
            |path| {
                let _ = fs::remove_file(path);
                let database = rusqlite::Connection::open(path).unwrap();
                database.execute_batch("CREATE TABLE t (a); INSERT INTO t VALUES (1);").unwrap();
                drop(database);
                let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
                fs::set_permissions(path, mode).unwrap();
            },
            "another program",
        ),
    ];
    let receiver = Receiver::start(expect_nothing());
    for (what, damage, says) in breaks {
        let home = registered_at(&receiver, &["--auth", "default"], "");
        home.waypost_stdin(&["enqueue", "--lines", "-"], lines(100)).exits(0);
        home.waypost(&["queue"]).exits(0);
        damage(&home.database());
        let before = fs::read(home.database()).unwrap();
        for args in [&["enqueue", "-"][..], &["relay", "--once"], &["queue"], &["queue", "hold"], &["queue", "drop", "x"]] {
            let out = home.waypost_stdin(args, "{}");
            assert_eq!((out.code, out.stderr.contains(says)), (Some(5), true), "{what} {args:?}: {out:?}");
        }
        assert_eq!(fs::read(home.database()).unwrap(), before, "{what}");
    }
    assert_eq!(receiver.requests().len(), 0);
}

#[test]
fn h125_what_can_be_read_of_a_damaged_database_is_rescued() {
    let home = Home::new();
    let bodies: Vec<String> = (0..2000).map(|n| format!("{{\"n\":{n},\"s\":\"{}\"}}", "x".repeat(200))).collect();
    home.waypost_stdin(&["enqueue", "--lines", "-"], bodies.join("\n")).exits(0);
    home.waypost_stdin(&["enqueue", "-"], "{\"last\":\n[1,\r\n2]}\n").exits(0);
    // A whole one: everything, and never over a file that exists.
    let out = home.waypost(&["queue", "rescue", "all.jsonl"]).exits(0);
    assert!(out.stderr.contains("2001 events written"), "{}", out.stderr);
    let text = fs::read_to_string(home.path().join("all.jsonl")).unwrap();
    assert!(text.starts_with(&bodies[0]) && text.ends_with("\n{\"last\": [1,  2]}\n") && text.lines().count() == 2001);
    let again = home.waypost(&["queue", "rescue", "all.jsonl"]).exits(5);
    assert!(again.stderr.contains("The file all.jsonl cannot be written. A file of that name exists"), "{}", again.stderr);
    // Some pages in the middle are overwritten.
    home.waypost(&["queue"]).exits(0);
    let mut bytes = fs::read(home.database()).unwrap();
    let page = usize::from(u16::from_be_bytes([bytes[16], bytes[17]]));
    let middle = bytes.len() / 2 / page * page;
    bytes[middle..middle + 2 * page].fill(0x5a);
    fs::write(home.database(), &bytes).unwrap();
    let out = home.waypost(&["queue", "rescue", "some.jsonl", "--json"]).exits(0);
    let rescued = fs::read_to_string(home.path().join("some.jsonl")).unwrap();
    let count = rescued.lines().count();
    assert!(
        out.json()["events"] == count && count > 500 && rescued.lines().all(|line| text.lines().any(|whole| whole == line)),
        "{count}"
    );
    assert_eq!(fs::read(home.database()).unwrap(), bytes, "it is not touched");
    let other = Home::new();
    fs::copy(home.path().join("some.jsonl"), other.path().join("some.jsonl")).unwrap();
    other.waypost(&["enqueue", "--lines", "some.jsonl"]).exits(0);
    // Nothing at all can be read, or there is nothing.
    fs::write(home.database(), "garbage".repeat(1000)).unwrap();
    home.waypost(&["queue", "rescue", "none.jsonl"]).exits(5);
    assert!(!home.path().join("none.jsonl").exists());
    Home::new().waypost(&["queue", "rescue", "none.jsonl"]).exits(5);
}

/// What has to be rescued is a file of one's own: a pipe would be waited for, and a link leads somewhere else.
#[test]
fn a23_something_else_in_the_place_of_the_database_is_neither_read_nor_waited_for() {
    type Plant = fn(&Path);
    let plants: [(&str, Plant); 5] = [
        ("a pipe", |path| {
            assert!(std::process::Command::new("mkfifo").args(["-m", "600"]).arg(path).status().unwrap().success());
        }),
        ("a directory", |path| fs::create_dir(path).unwrap()),
        ("a symbolic link", |path| std::os::unix::fs::symlink("/dev/zero", path).unwrap()),
        ("can be read or changed by others", |path| {
            fs::write(path, "").unwrap();
            fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
        }),
        ("o such file", |_| {}),
    ];
    for (says, plant) in plants {
        let home = Home::new();
        home.waypost(&["register", "--url", "https://h.example/in", "--auth", "default"]).exits(0);
        fs::create_dir_all(home.state_dir()).unwrap();
        plant(&home.database());
        let rescue = ["queue", "rescue", "out.jsonl"];
        let out = home.waypost(&rescue).exits(5);
        assert!(out.stderr.contains(says) && !home.path().join("out.jsonl").exists(), "{says}: {}", out.stderr);
        if says != "o such file" {
            for args in [&["enqueue", "-"][..], &["queue"], &["relay", "--once"], &["history"]] {
                assert!(home.waypost_stdin(args, "{}").exits(5).stderr.contains(says), "{args:?} {says}");
            }
        }
    }
    for args in [&["queue", "rescue", "-"][..], &["send", "--lines", "-", "--failed", "-"], &["listen", "--ca-out", "-"]] {
        assert!(with_queue().waypost(args).exits(2).stderr.contains("not to standard output"), "{args:?}");
    }
}

#[test]
fn a32_what_is_beside_the_database_is_held_to_the_same() {
    type Plant = fn(&Path);
    let plants: [(&str, Plant); 4] = [
        ("a pipe", |path| {
            assert!(std::process::Command::new("mkfifo").args(["-m", "600"]).arg(path).status().unwrap().success());
        }),
        ("a directory", |path| fs::create_dir(path).unwrap()),
        ("a symbolic link", |path| std::os::unix::fs::symlink("/dev/zero", path).unwrap()),
        ("can be read or changed by others", |path| {
            fs::write(path, "").unwrap();
            fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
        }),
    ];
    let home = with_queue();
    for suffix in ["-wal", "-shm", "-journal"] {
        let path = home.state_dir().join(format!("waypost.db{suffix}"));
        let kept = home.path().join("kept");
        for (says, plant) in plants {
            let is_kept = fs::rename(&path, &kept).is_ok();
            plant(&path);
            for args in [&["enqueue", "-"][..], &["queue"], &["queue", "hold"], &["history"], &["queue", "rescue", "out.jsonl"]] {
                let out = home.waypost_stdin(args, "{}").exits(5);
                assert!(out.stderr.contains(says) && out.stderr.contains(path.to_str().unwrap()), "{args:?}: {out:?}");
            }
            fs::remove_file(&path).or_else(|_| fs::remove_dir(&path)).unwrap();
            if is_kept {
                fs::rename(&kept, &path).unwrap();
            }
            assert_eq!(count(&home), 1, "{says}");
        }
    }
}

#[test]
fn h126_locked_by_another_program_it_waits_and_then_says_so() {
    let home = with_queue();
    let database = home.open_database();
    database.execute_batch("BEGIN IMMEDIATE").unwrap();
    // Readers are not held up.
    assert_eq!(count(&home), 1);
    let (receiver, accepted) = counting(0);
    home.waypost(&["register", "--url", &receiver.url, "--auth", "default", "--ca-cert", receiver.ca().to_str().unwrap()])
        .exits(0);
    let out = home.waypost(&["relay", "--once"]).exits(75);
    assert!(out.stderr.contains("waypost.db"), "{}", out.stderr);
    std::thread::scope(|scope| {
        // It gets its turn when the other one is done.
        let waiting = scope.spawn(|| home.waypost_stdin(&["enqueue", "-"], "{}"));
        std::thread::sleep(Duration::from_millis(300));
        database.execute_batch("COMMIT").unwrap();
        waiting.join().unwrap().exits(0);
    });
    home.waypost(&["relay", "--once"]).exits(0);
    assert_eq!(count_of(&accepted), 2);
}

#[test]
fn h127_whatever_retry_after_says() {
    for (value, waits) in [
        ("0", true),
        ("99999999999999999999999999", true),
        ("-5", false),
        ("1e99", false),
        ("Wed, 21 Oct 2099 07:28:00 GMT", true),
        ("Wed, 21 Oct 2015 07:28:00 GMT", true),
        ("soon", false),
    ] {
        let receiver =
            Receiver::scripted(expect_nothing(), vec![Answer::status(503).header("retry-after", value), Answer::status(200)]);
        let home = registered_at(&receiver, &["--auth", "default"], "");
        home.waypost_stdin(&["enqueue", "-"], "{}").exits(0);
        home.waypost(&["relay", "--once"]).exits(4);
        let gate = home.waypost(&["queue", "--json"]).exits(0).json()["gate"].clone();
        assert_eq!((gate["state"] == "closed", gate["until"].is_string()), (waits, waits), "{value}: {gate}");
        home.waypost(&["queue", "release"]).exits(0);
        home.open_database().execute("UPDATE queue SET due_at = 0", []).unwrap();
        home.waypost(&["relay", "--once"]).exits(0);
    }
}

#[test]
fn h128_times_of_another_clock_hold_nothing_up() {
    let (receiver, accepted) = counting(0);
    let home = registered_at(&receiver, &["--auth", "default"], "");
    home.waypost_stdin(&["enqueue", "--lines", "-"], lines(3)).exits(0);
    let day = 86_400_000_i64;
    let database = home.open_database();
    for (seq, by) in [(1, day), (2, -day), (3, 400 * day)] {
        let sql = "UPDATE queue SET due_at = due_at + ?2, since = since + ?2, enqueued_at = enqueued_at + ?2 WHERE seq = ?1";
        database.execute(sql, (seq, by)).unwrap();
    }
    drop(database);
    home.waypost(&["queue"]).exits(0);
    home.waypost(&["relay", "--once"]).exits(0);
    assert_eq!(count_of(&accepted), 3);
}

#[test]
fn h129_a_hundred_thousand_waiting_events() {
    let home = Home::new();
    home.waypost_stdin(&["enqueue", "--lines", "-", "-q"], lines(100_000)).exits(0);
    let begun = Instant::now();
    let json = home.waypost(&["queue", "--json"]).exits(0).json();
    assert_eq!((json["counts"]["ready"].as_u64(), json["events"].as_array().unwrap().len()), (Some(100_000), 20));
    // One that is down is asked a few times, and memory does not grow with what waits.
    let receiver = Receiver::scripted(expect_nothing(), vec![Answer::status(500)]);
    home.waypost(&["register", "--url", &receiver.url, "--auth", "default", "--ca-cert", receiver.ca().to_str().unwrap()])
        .exits(0);
    let mut relay = start(&home, &["relay"]);
    receiver.wait_for_requests(5, DEADLINE);
    let rss = || -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", relay.id())).unwrap();
        status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap().trim().trim_end_matches(" kB").parse().unwrap()
    };
    assert!(rss() < 60 * 1024, "{} kB", rss());
    relay.kill().unwrap();
    relay.wait().unwrap();
    assert!(begun.elapsed() < 4 * DEADLINE && receiver.requests().len() < 20, "{}", receiver.requests().len());
}

#[test]
fn h130_what_cannot_be_recorded_is_not_sent_again() {
    let (receiver, accepted) = counting(0);
    let home = registered_at(&receiver, &["--auth", "default"], "");
    home.waypost_stdin(&["enqueue", "--lines", "-"], lines(40)).exits(0);
    let mut relay = home.command(&["relay"]).stdin(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let begun = Instant::now();
    while count(&home) > 0 {
        assert!(begun.elapsed() < DEADLINE);
    }
    // Another program has the database now: what ends cannot be written.
    let database = home.open_database();
    let insert = "INSERT INTO queue (id, event, enqueued_at, since, due_at, body) VALUES (?1, 'e', 0, ?2, 0, X'7B7D')";
    database.execute_batch("BEGIN IMMEDIATE").unwrap();
    let now = jiff::Timestamp::now().as_millisecond();
    for n in 0..5 {
        database.execute(insert, (format!("late-{n}"), now)).unwrap();
    }
    database.execute_batch("COMMIT; BEGIN IMMEDIATE").unwrap();
    while count_of(&accepted) < 45 {
        assert!(begun.elapsed() < 4 * DEADLINE, "{}", count_of(&accepted));
        std::thread::sleep(Duration::from_millis(5));
    }
    std::thread::sleep(Duration::from_secs(2));
    assert_eq!(count(&home), 5);
    database.execute_batch("COMMIT").unwrap();
    while count(&home) > 0 {
        assert!(begun.elapsed() < 4 * DEADLINE, "{} left", count(&home));
    }
    relay.kill().unwrap();
    relay.wait().unwrap();
    assert!(accepted.lock().unwrap().values().all(|count| *count == 1));
}
