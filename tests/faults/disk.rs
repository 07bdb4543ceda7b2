//! Rows 31 and 33: every call of a save that touches the files fails, or is the last thing that the process does.
//!
//! A successful run is traced first; then each of its calls on the home is made to fail in a run of its own.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::app::{App, Typed};
use crate::support::common::{SECRET, URL, registered};
use crate::support::pty::{self, Key};
use crate::support::{Home, Output, WAYPOST, run};

/// Calls that can fail for want of a disk. Not close and fcntl: what they say of a disk was said by fsync before.
const CALLS: &str = "?open,openat,?stat,?lstat,?newfstatat,statx,read,write,?pwrite64,fsync,?fdatasync,?rename,?renameat,\
                     ?renameat2,?unlink,unlinkat,fchmod,?chmod,?fchmodat,?mkdir,mkdirat,?link,linkat,flock,ftruncate,getdents64,?readlink,?readlinkat";

/// A call on the home, as strace injects a fault into it: its name, and how many of that name came before it in the process.
#[derive(Clone, Debug)]
struct Call {
    name: String,
    nth: usize,
    line: String,
    /// The new file is in place when it is made.
    renamed: bool,
}

const EDIT: [&str; 3] = ["edit", "--timeout", "5"];
const REGISTER: [&str; 6] = ["register", "--url", URL, "--auth", "bearer", "--secret-stdin"];

/// A save: of a change, or the first one, which makes everything.
#[derive(Clone, Copy)]
struct Save {
    args: &'static [&'static str],
    home: fn() -> Home,
}

const SAVES: [Save; 2] = [Save { args: &EDIT, home: registered }, Save { args: &REGISTER, home: Home::new }];

fn strace(home: &Home, options: &[&str], args: &[&str]) -> Output {
    let base = home.command(&[]);
    let mut command = Command::new("strace");
    command.args(["-f", "-y"]).args(options).arg(WAYPOST).args(args).current_dir(home.path()).env_clear();
    command.envs(base.get_envs().filter_map(|(name, value)| Some((name, value?))));
    run(&mut command, SECRET.as_bytes())
}

fn calls(save: Save) -> Vec<Call> {
    let home = (save.home)();
    let log = home.path().join("trace");
    let options = ["-o", log.to_str().unwrap(), "-e", &format!("trace={CALLS}")];
    strace(&home, &options, save.args).exits(0);
    let dirs = [home.config_dir(), home.state_dir()].map(|dir| dir.to_str().unwrap().to_owned());
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut renamed = false;
    let mut calls = Vec::new();
    for line in fs::read_to_string(&log).unwrap().lines() {
        let Some((name, _)) = line.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ').split_once('(') else { continue };
        let nth = seen.entry(name.to_owned()).or_default();
        *nth += 1;
        // A mention of the home before the result: the program's own path and libraries are none of the save's.
        if dirs.iter().any(|dir| line.contains(dir)) {
            calls.push(Call { name: name.to_owned(), nth: *nth, line: line.to_owned(), renamed });
        }
        renamed |= name.starts_with("rename") && line.contains("destination.json\")");
    }
    assert!(renamed && calls.iter().filter(|call| call.renamed).count() >= 2, "{calls:#?}");
    assert!(calls.iter().any(|call| call.name == "write") && calls.len() > 30, "{calls:#?}");
    calls
}

/// Runs the save with that at that call.
fn injected(save: Save, call: &Call, what: &str) -> (Home, Option<Vec<u8>>, Output) {
    let home = (save.home)();
    let before = fs::read(home.state_file()).ok();
    let (name, nth) = (&call.name, call.nth);
    let options = ["-qq", "-o", "/dev/null", "-e", &format!("trace={name}"), "-e", &format!("inject={name}:{what}:when={nth}")];
    let out = strace(&home, &options, save.args);
    (home, before, out)
}

/// Files that are neither those of a home nor what was there before.
fn temps(home: &Home) -> Vec<PathBuf> {
    let entries = |dir: &Path| fs::read_dir(dir).into_iter().flatten().map(|entry| entry.unwrap().path()).collect::<Vec<_>>();
    let all = [home.config_dir(), home.state_dir()].iter().flat_map(|dir| entries(dir)).collect::<Vec<_>>();
    let known = ["destination.json", "destination.lock", "key", "state.lock"];
    all.into_iter().filter(|path| !known.iter().any(|name| path.ends_with(name))).collect()
}

/// The destination can be used: it is the old one or the new one, whole.
#[track_caller]
fn assert_usable(home: &Home, save: Save, before: Option<&[u8]>, at: &str) {
    let code = if fs::exists(home.state_file()).unwrap() { 0 } else { 7 };
    let shown = home.waypost(&["secret"]);
    assert_eq!(shown.code, Some(code), "{at}: {shown:?}");
    if code == 0 {
        assert_eq!(shown.stdout, format!("{SECRET}\n"), "{at}");
    }
    assert!(code == 0 || before.is_none(), "{at}: what was saved is lost");
    // The next save goes through, and sweeps what was left.
    let args: &[&str] = if code == 0 { &EDIT } else { save.args };
    let again = home.waypost_stdin(args, SECRET);
    assert_eq!(again.code, Some(0), "{at}: {again:?}");
    assert_eq!(temps(home), Vec::<PathBuf>::new(), "{at}");
}

#[test]
#[ignore = "needs strace: apt-get install strace"]
fn h31_a_fault_at_any_call_of_a_save_leaves_the_old_file_or_the_new() {
    for save in SAVES {
        for call in calls(save) {
            for errno in ["ENOSPC", "EIO"] {
                let (home, before, out) = injected(save, &call, &format!("error={errno}"));
                let at = format!("{errno} at {}: {out:?}", call.line);
                let after = fs::read(home.state_file()).ok();
                // What cannot be removed is swept by the next save.
                assert!(temps(&home).is_empty() || call.name.starts_with("unlink"), "{at}: {:?}", temps(&home));
                assert!(!out.stderr.contains("panicked") && !out.stderr.contains(SECRET), "{at}");
                let of_settings = call.line.contains("/config.json\"");
                if of_settings || call.renamed && call.line.contains("/state") {
                    // The user's settings keep nothing from working. A kept token that no settings can use is removed if that can be.
                    assert_ne!(after, before, "{at}");
                    assert_eq!(out.code, Some(0), "{at}");
                } else if call.renamed {
                    // After the rename the new file is there; a later fault can undo it only together with a power cut.
                    assert_ne!(after, before, "{at}");
                    let warned = out.stderr.contains("is saved, but may not survive a power failure");
                    assert_eq!((out.code, warned), (Some(5), true), "{at}");
                } else if out.code == Some(0) {
                    // A look whose answer was not needed, or the sweeping beside a key that is there already.
                    let beside = call.line.contains("/state") && (before.is_some() || call.name.starts_with("unlink"));
                    assert!(call.name.contains("stat") || beside, "{at}");
                    assert_ne!(after, before, "{at}");
                } else {
                    assert_eq!(after, before, "{at}");
                    // A key that cannot be read is a secret that cannot be opened.
                    let key = call.line.contains("/state/key") && ["openat", "statx", "read"].contains(&call.name.as_str());
                    assert!(out.code == Some(5) || (key && out.code == Some(6)), "{at}");
                    let reason = if errno == "EIO" { "nput/output error" } else { "o space left on device" };
                    assert!(out.stderr.contains(reason), "{at}");
                }
                assert_usable(&home, save, before.as_deref(), &at);
            }
        }
    }
}

#[test]
#[ignore = "needs strace: apt-get install strace"]
fn h31_a_file_system_that_syncs_no_directory_is_no_fault() {
    for save in SAVES {
        let of_directories = |call: &Call| call.name == "fsync" && !call.line.contains(".waypost-tmp>");
        let calls: Vec<_> = calls(save).into_iter().filter(of_directories).collect();
        assert!(!calls.is_empty());
        for call in calls {
            for errno in ["EINVAL", "EOPNOTSUPP"] {
                let (home, before, out) = injected(save, &call, &format!("error={errno}"));
                let at = format!("{errno} at {}: {out:?}", call.line);
                assert_eq!((out.code, out.stderr.contains("power cut")), (Some(0), false), "{at}");
                assert_ne!(fs::read(home.state_file()).ok(), before, "{at}");
                assert_usable(&home, save, before.as_deref(), &at);
            }
        }
    }
}

#[test]
#[ignore = "needs strace: apt-get install strace"]
fn h33_a_kill_at_any_call_of_a_save_leaves_the_old_file_or_the_new() {
    for save in SAVES {
        for call in calls(save) {
            let (home, before, out) = injected(save, &call, "signal=KILL");
            let at = format!("SIGKILL at {}: {out:?}", call.line);
            assert_eq!(out.code, None, "{at}");
            let after = fs::read(home.state_file()).ok();
            if call.renamed {
                assert_ne!(after, before, "{at}");
            } else if !call.name.starts_with("rename") {
                assert_eq!(after, before, "{at}");
            }
            assert_usable(&home, save, before.as_deref(), &at);
        }
    }
}

/// The app, with that done to its calls.
fn app_with(home: &Home, options: &[&str]) -> App {
    let terminal = pty::Command::new("strace", home.path())
        .args(&[&["-f", "-qq", "-o", "/dev/null"], options, &[WAYPOST]].concat())
        .env("WAYPOST_CONFIG_DIR", home.config_dir().to_str().unwrap())
        .env("WAYPOST_STATE_DIR", home.state_dir().to_str().unwrap());
    let mut app = App::start(terminal);
    app.open_form();
    app.fill_in("https://typed.example/in", &Typed::Bearer { pasted: "mF_9.B5f-4.1JqM" });
    app.key(Key::Ctrl('o'));
    app
}

#[test]
#[ignore = "needs strace: apt-get install strace"]
fn h31_in_the_app_the_form_keeps_what_was_typed() {
    for (calls, errno) in [("fsync", "ENOSPC"), ("fchmod", "EIO"), ("?rename,?renameat,?renameat2", "ENOSPC")] {
        let home = Home::new();
        let mut app = app_with(&home, &["-e", &format!("trace={calls}"), "-e", &format!("inject={calls}:error={errno}")]);
        app.wait_for("Not saved: ");
        assert_eq!(app.value_of("URL"), "https://typed.example/in");
        app.wait_for("15 chars");
        assert_eq!(temps(&home), Vec::<PathBuf>::new());
        assert!(!home.state_file().exists());
    }
}

#[test]
#[ignore = "needs strace: apt-get install strace"]
fn h31_in_the_app_an_unconfirmed_save_is_reported() {
    let home = Home::new();
    let dir = home.config_dir();
    let options = ["-P", dir.to_str().unwrap(), "-e", "trace=fsync", "-e", "inject=fsync:error=EIO"];
    let mut app = app_with(&home, &options);
    // Where it wraps hangs on the length of the path in it.
    let warned = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ").contains("may not survive a power failure");
    app.wait_until(|screen| warned(screen.contents()));
    assert!(home.state_file().exists());
    assert_eq!(home.waypost(&["secret"]).exits(0).stdout, "mF_9.B5f-4.1JqM\n");
}
