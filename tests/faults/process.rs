//! The process itself: no core, no debugger of the same user; the log; a key of one's own.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use crate::support::check::expect_nothing;
use crate::support::common::{SECRET, URL, disk, refused_with, register, registered, registered_at};
use crate::support::receiver::{Answer, DEADLINE, Receiver};
use crate::support::{Home, WAYPOST, run};

/// A delivery in flight, from a shell that allows cores of any size.
fn in_flight(receiver: &Receiver, home: &Home) -> Child {
    let base = home.command(&[]);
    let mut command = Command::new("sh");
    command.args(["-c", "ulimit -S -c \"$(ulimit -H -c)\"; exec \"$0\" test", WAYPOST]).current_dir(home.path()).env_clear();
    command.envs(base.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    receiver.wait_for_request(DEADLINE);
    child
}

#[test]
fn h21_a_crash_leaves_no_core() {
    let receiver = Receiver::scripted(expect_nothing(), vec![Answer::Stall]);
    let home = registered_at(&receiver, &["--auth", "bearer", "--secret-stdin"], SECRET);
    let mut child = in_flight(&receiver, &home);
    let limits = fs::read_to_string(format!("/proc/{}/limits", child.id())).unwrap();
    let core: Vec<_> = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap().split_whitespace().collect();
    assert_eq!(core[4..6], ["0", "0"], "{limits}");
    kill_process(Pid::from_raw(child.id().cast_signed()).unwrap(), Signal::ABORT).unwrap();
    let status = child.wait().unwrap();
    assert_eq!((status.signal(), status.core_dumped()), (Some(Signal::ABORT.as_raw()), false));
}

/// As a user who is not root, which the tests may be; the files of the home are given to that user.
pub fn as_nobody(home: &Home, args: &[&str]) -> Command {
    program_as_nobody(home, WAYPOST, args)
}

fn program_as_nobody(home: &Home, program: &str, args: &[&str]) -> Command {
    let mut command = Command::new(program);
    if rustix::process::geteuid().is_root() {
        give_to(home.path(), 65534);
        command = Command::new("setpriv");
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups", "--", program]);
    }
    let base = home.command(&[]);
    command.args(args).current_dir(home.path()).env_clear();
    command.envs(base.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command
}

pub fn give_to(path: &Path, user: u32) {
    std::os::unix::fs::lchown(path, Some(user), Some(user)).unwrap();
    if path.is_dir() && !path.is_symlink() {
        for entry in fs::read_dir(path).unwrap() {
            give_to(&entry.unwrap().path(), user);
        }
    }
}

#[test]
#[ignore = "needs setpriv: apt-get install util-linux"]
fn h21_no_debugger_of_the_same_user_looks_in() {
    let receiver = Receiver::scripted(expect_nothing(), vec![Answer::Stall]);
    let home = registered_at(&receiver, &["--auth", "bearer", "--secret-stdin"], SECRET);
    let mut child = as_nobody(&home, &["test"]).stdout(Stdio::null()).spawn().unwrap();
    receiver.wait_for_request(DEADLINE);
    // Of a process that may not be dumped these belong to root, whatever user runs it (proc(5)), and ptrace is refused.
    let owners = ["mem", "environ", "maps"].map(|name| fs::metadata(format!("/proc/{}/{name}", child.id())).unwrap().uid());
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(owners, [0; 3]);
}

#[test]
#[ignore = "needs setpriv: apt-get install util-linux"]
fn a_secret_by_the_number_of_a_descriptor() {
    // What a shell hands over for <(…) is a path below /proc/self, which a process that may not be dumped has to get at still.
    let home = Home::new();
    let script = format!("printf %s {SECRET} | \"$0\" register --url {URL} --auth bearer --secret-file /dev/stdin");
    run(&mut program_as_nobody(&home, "sh", &["-c", &script, WAYPOST]), b"").exits(0);
    assert_eq!(run(&mut as_nobody(&home, &["secret"]), b"").exits(0).stdout, format!("{SECRET}\n"));
}

#[test]
#[ignore = "needs setpriv: apt-get install util-linux"]
fn h32_read_only_directories() {
    let receiver = Receiver::start(expect_nothing());
    let home = registered_at(&receiver, &["--auth", "bearer", "--secret-stdin"], SECRET);
    let mut command = as_nobody(&home, &["test"]);
    run(&mut command, b"").exits(0);
    let dirs = [home.config_dir(), home.state_dir()];
    for dir in &dirs {
        fs::set_permissions(dir, fs::Permissions::from_mode(0o500)).unwrap();
    }
    for file in ["waypost.db", "state.lock"] {
        fs::set_permissions(home.state_dir().join(file), fs::Permissions::from_mode(0o400)).unwrap();
    }
    let before = disk(&home);
    // What is recorded can still be read.
    let listed = run(&mut as_nobody(&home, &["history", "--json"]), b"").exits(0).json();
    assert_eq!(listed["deliveries"].as_array().map(Vec::len), Some(1), "{listed}");
    // A save says why not, and changes nothing.
    for args in [["edit", "--timeout", "5"].as_slice(), &["remove", "--yes"]] {
        let out = run(&mut as_nobody(&home, args), b"").exits(5);
        assert!(out.stderr.contains("ermission denied") && out.stderr.contains(dirs[0].to_str().unwrap()), "{}", out.stderr);
    }
    // A delivery arrives all the same.
    let out = run(&mut as_nobody(&home, &["test"]), b"").exits(0);
    assert!(out.stderr.starts_with("not recorded: ") && out.stdout.starts_with("delivered"), "{out:?}");
    assert!(out.stderr.contains("ermission denied"), "{out:?}");
    assert_eq!(receiver.requests().len(), 2);
    let after = disk(&home);
    assert_eq!(after, before);
    // Nothing registered yet, and nowhere to put it.
    let fresh = Home::new();
    fs::create_dir(fresh.config_dir()).unwrap();
    fs::set_permissions(fresh.config_dir(), fs::Permissions::from_mode(0o500)).unwrap();
    let out = run(&mut as_nobody(&fresh, &["register", "--url", URL, "--auth", "default"]), b"").exits(5);
    assert!(out.stderr.contains("ermission denied"), "{}", out.stderr);
    for dir in dirs {
        fs::set_permissions(dir, fs::Permissions::from_mode(0o700)).unwrap();
    }
}

#[test]
fn a_log_is_kept_only_where_it_is_asked_for() {
    let receiver = Receiver::start(expect_nothing());
    let home = registered_at(&receiver, &["--auth", "bearer", "--secret-stdin"], SECRET);
    let log = home.state_dir().join("waypost.log");
    home.waypost(&["test"]).exits(0);
    home.run(&["show"], b"", &[("RUST_LOG", "")]).exits(0);
    assert!(!log.exists());
    home.waypost(&["test", "-v"]).exits(0);
    home.waypost(&["edit", "-v", "--timeout", "9"]).exits(0);
    let text = fs::read_to_string(&log).unwrap();
    let host = receiver.url.trim_start_matches("https://").trim_end_matches("/in");
    for said in [
        "begins version=",
        "loaded generation=1 registered=true",
        "attempt begins id=\"msg_",
        &format!("to={host}"),
        "outcome=\"delivered\" status=200 duration_ms=",
        "wait_ms=",
        "saved generation=2 durable=true",
        "ends code=0",
    ] {
        assert!(text.contains(said), "{said} is not in {text}");
    }
    // Ours alone, unless it is said otherwise.
    assert!(text.lines().all(|line| line.contains(" waypost::")), "{text}");
    assert_eq!(fs::metadata(&log).unwrap().permissions().mode() & 0o7777, 0o600);
    home.run(&["test"], b"", &[("RUST_LOG", "waypost::io::http=info")]).exits(0);
    let more = fs::read_to_string(&log).unwrap().split_off(text.len());
    assert!(!more.is_empty() && more.lines().all(|line| line.contains(" waypost::io::http::")), "{more}");
    // What cannot be understood is as if nothing were said.
    home.run(&["show"], b"", &[("RUST_LOG", "a=b=c")]).exits(0);
    assert!(fs::read_to_string(&log).unwrap()[text.len() + more.len()..].contains(" waypost::"));
}

#[test]
fn a_log_that_cannot_be_written_is_reported_and_changes_nothing_else() {
    let home = registered();
    fs::create_dir(home.state_dir().join("waypost.log")).unwrap();
    let out = home.waypost(&["show", "-v"]).exits(0);
    assert!(out.stderr.starts_with("not logged: ") && out.stdout.contains(URL), "{out:?}");
    // What is not on files has no log.
    let home = Home::new();
    home.waypost(&["man", "-v"]).exits(0);
    assert!(!home.state_dir().exists());
}

#[test]
fn h29_a_key_file_named_by_the_user() {
    let home = Home::new();
    let key = home.path().join("credential");
    let key_text = key.to_str().unwrap().to_owned();
    let env = [("WAYPOST_KEY_FILE", key_text.as_str())];
    let args = ["register", "--url", URL, "--auth", "bearer", "--secret-stdin"];
    // Never made.
    let out = home.run(&args, SECRET.as_bytes(), &env).exits(6);
    assert!(out.stderr.contains("WAYPOST_KEY_FILE") && !key.exists() && !home.state_file().exists(), "{}", out.stderr);
    // Of the wrong length, or open to others.
    for (bytes, mode, says) in [(vec![1; 31], 0o600, "32 "), (vec![1; 33], 0o600, "32 "), (vec![1; 32], 0o644, "chmod 600")] {
        fs::write(&key, bytes).unwrap();
        fs::set_permissions(&key, fs::Permissions::from_mode(mode)).unwrap();
        let out = home.run(&args, SECRET.as_bytes(), &env).exits(6);
        assert!(out.stderr.contains(says) && !home.state_file().exists(), "{}", out.stderr);
    }
    // A credential may be read-only, and a link.
    fs::set_permissions(&key, fs::Permissions::from_mode(0o400)).unwrap();
    let link = home.path().join("link");
    symlink("credential", &link).unwrap();
    let linked = [("WAYPOST_KEY_FILE", link.to_str().unwrap())];
    home.run(&args, SECRET.as_bytes(), &linked).exits(0);
    assert!(!home.state_dir().join("key").exists());
    assert_eq!(home.run(&["secret"], b"", &env).exits(0).stdout, format!("{SECRET}\n"));
    // Without it, or with another, the secret stays closed and the file as it is.
    let before = disk(&home);
    home.waypost(&["secret"]).exits(6);
    let other = home.path().join("other");
    fs::write(&other, [2; 32]).unwrap();
    fs::set_permissions(&other, fs::Permissions::from_mode(0o600)).unwrap();
    home.run(&["secret"], b"", &[("WAYPOST_KEY_FILE", other.to_str().unwrap())]).exits(6);
    fs::remove_file(&other).unwrap();
    assert_eq!(disk(&home), before);
}

#[test]
fn h34_a_hundred_parallel_edits() {
    let home = registered();
    let codes: Vec<(i32, String)> = std::thread::scope(|scope| {
        let edits: Vec<_> = (0..100)
            .map(|n| {
                let home = &home;
                scope.spawn(move || {
                    let out = home.waypost(&["edit", "--timeout", &(n + 1).to_string()]);
                    (out.code.unwrap(), out.stderr)
                })
            })
            .collect();
        edits.into_iter().map(|edit| edit.join().unwrap()).collect()
    });
    let saved = codes.iter().filter(|(code, _)| *code == 0).count();
    for (code, stderr) in &codes {
        assert!(*code == 0 || (*code == 75 && stderr.contains("destination.lock")), "{code}: {stderr}");
    }
    let json: serde_json::Value = serde_json::from_slice(&fs::read(home.state_file()).unwrap()).unwrap();
    assert!(saved > 0);
    assert_eq!(json["generation"], saved + 1, "each that was reported as saved is");
    assert_eq!(home.waypost(&["secret"]).exits(0).stdout, format!("{SECRET}\n"));
}

#[test]
fn h27_links_of_every_kind() {
    for (link, hops, there) in [("../real.json", 1, true), ("hop", 2, true), ("../gone.json", 1, false), ("hop", 2, false)] {
        let home = Home::new();
        fs::create_dir(home.config_dir()).unwrap();
        if there {
            register(&home, URL, &["--auth", "default"], "");
        }
        let target = home.path().join(if hops == 2 { "deep.json" } else { link.trim_start_matches("../") });
        if there {
            fs::rename(home.state_file(), &target).unwrap();
        }
        symlink(link, home.state_file()).unwrap();
        if hops == 2 {
            symlink(&target, home.config_dir().join("hop")).unwrap();
        }
        let args: &[&str] = if there { &["edit", "--timeout", "7"] } else { &["register", "--url", URL, "--auth", "default"] };
        home.waypost(args).exits(0);
        assert_eq!(fs::read_link(home.state_file()).unwrap(), Path::new(link));
        assert!(fs::symlink_metadata(&target).unwrap().is_file(), "{link}");
        assert_eq!(fs::metadata(&target).unwrap().permissions().mode() & 0o7777, 0o600);
        home.waypost(&["show"]).exits(0);
    }
    // Links that lead to each other.
    let home = Home::new();
    fs::create_dir(home.config_dir()).unwrap();
    symlink("destination.json", home.state_file()).unwrap();
    refused_with(&home, &["show"], "", 5, None, home.state_file().to_str().unwrap());
}
