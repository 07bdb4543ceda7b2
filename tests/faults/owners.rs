//! Whose the files are, who may read them, and what to do about it where they cannot be changed.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::process::as_nobody;
use crate::support::common::{SECRET, URL, disk, register, registered};
use crate::support::{Home, Output, WAYPOST, run};

const STRANGER: u32 = 54_321;

/// Only root can give files away, and only root can read those of others.
fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

fn chmod(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

#[test]
fn a09_root_uses_no_file_of_another_user() {
    if !is_root() {
        return;
    }
    for (name, code) in [("config/destination.json", 5), ("state/key", 6), ("state/waypost.db", 5)] {
        let home = registered();
        home.waypost(&["test", "--timeout", "1"]);
        let path = home_file(&home, name);
        chown(&path, Some(STRANGER), None).unwrap();
        let _ = fs::remove_file(home.config_dir().join("destination.lock"));
        let before = disk(&home);
        let all: &[&[&str]] = match name {
            "state/waypost.db" => &[&["history"]],
            "state/key" => &[&["secret"], &["test"]],
            _ => &[&["show"], &["secret"], &["test"], &["edit", "--timeout", "5"], &["remove", "--yes"]],
        };
        for args in all {
            let out = home.waypost(args).exits(code);
            assert!(out.stderr.contains(&format!("belongs to another user (uid {STRANGER})")), "{args:?}: {}", out.stderr);
            assert!(!out.stderr.contains(SECRET) && !out.stdout.contains(SECRET), "{out:?}");
            // Nothing is put beside it either: a lock of root's would lock out the owner.
            assert_eq!(disk(&home), before, "{args:?}");
            assert_eq!(fs::metadata(&path).unwrap().uid(), STRANGER);
        }
        // What root itself owns it may use.
        chown(&path, Some(0), None).unwrap();
        home.waypost(&["show"]).exits(0);
        home.waypost(&["secret"]).exits(0);
    }
}

/// Another user could hold the lock for ever, and read the log.
#[test]
fn a09_root_uses_no_lock_and_no_log_of_another_user() {
    if !is_root() {
        return;
    }
    let home = registered();
    for (name, args, code) in [
        ("config/destination.lock", &["edit", "--timeout", "5"][..], 5),
        ("state/waypost.log", &["-v", "test", "--timeout", "1"], 4),
    ] {
        home.waypost(args);
        let path = home_file(&home, name);
        let before = fs::read(&path).unwrap();
        chown(&path, Some(STRANGER), None).unwrap();
        let out = home.waypost(args).exits(code);
        assert!(out.stderr.contains(&format!("{name} belongs to another user (uid {STRANGER})")), "{name}: {}", out.stderr);
        assert_eq!((fs::read(&path).unwrap(), fs::metadata(&path).unwrap().uid()), (before, STRANGER), "{name}");
    }
}

fn home_file(home: &Home, name: &str) -> PathBuf {
    match name.split_once('/').unwrap() {
        ("config", name) => home.config_dir().join(name),
        (_, name) => home.state_dir().join(name),
    }
}

#[test]
fn a09_a_key_that_its_group_may_write_is_refused() {
    let home = registered();
    let key = home.state_dir().join("key");
    for mode in [0o620, 0o640, 0o602, 0o660] {
        chmod(&key, mode);
        for env in [vec![], vec![("WAYPOST_KEY_FILE", key.to_str().unwrap())]] {
            let out = home.run(&["secret"], b"", &env).exits(6);
            assert!(out.stderr.contains(&format!("chmod 600 {}", key.display())), "{mode:o}: {}", out.stderr);
        }
    }
}

#[test]
fn a10_an_older_file_put_back_by_another_user_is_refused() {
    if !is_root() {
        return;
    }
    let home = registered();
    let old = fs::read(home.state_file()).unwrap();
    home.waypost(&["edit", "--url", "https://new.example.com/in"]).exits(0);
    // By another user, who can write the directory.
    fs::remove_file(home.state_file()).unwrap();
    fs::write(home.state_file(), &old).unwrap();
    chmod(&home.state_file(), 0o600);
    chown(home.state_file(), Some(STRANGER), None).unwrap();
    home.waypost(&["test"]).exits(5);
    home.waypost(&["secret"]).exits(5);
}

/// By its user, as a backup or a configuration management does it, it is the file; and a new key ends every older one.
#[test]
fn a10_a_new_key_makes_every_older_file_worthless() {
    let home = registered();
    let old = fs::read(home.state_file()).unwrap();
    home.waypost(&["edit", "--url", "https://new.example.com/in"]).exits(0);
    fs::write(home.state_file(), &old).unwrap();
    assert_eq!(home.waypost(&["secret"]).exits(0).stdout, format!("{SECRET}\n"));
    fs::remove_file(home.state_dir().join("key")).unwrap();
    home.waypost_stdin(&["edit", "--secret-stdin"], SECRET).exits(0);
    fs::write(home.state_file(), &old).unwrap();
    home.waypost(&["secret"]).exits(6);
    home.waypost(&["test"]).exits(6);
}

/// With the directory of that file read-only, in a mount namespace of its own.
fn read_only(home: &Home, file: &Path, args: &[&str], env: &[(&str, &str)]) -> Output {
    let dir = file.parent().unwrap().to_str().unwrap();
    let base = home.command(&[]);
    let mut command = Command::new("unshare");
    let script = "mount --bind \"$0\" \"$0\" && mount -o remount,bind,ro \"$0\" && exec \"$@\"";
    command.args(["-m", "sh", "-c", script, dir, WAYPOST]).args(args).current_dir(home.path()).env_clear();
    command.envs(base.get_envs().filter_map(|(name, value)| Some((name, value?)))).envs(env.iter().copied());
    run(&mut command, b"")
}

#[test]
#[ignore = "needs unshare: apt-get install util-linux"]
fn c30_on_a_read_only_mount_no_chmod_is_advised() {
    let home = registered();
    let key = home.state_dir().join("key");
    for mode in [0o440, 0o640, 0o444] {
        chmod(&key, mode);
        let out = read_only(&home, &key, &["secret"], &[]).exits(6);
        assert!(out.stderr.contains("read-only mount") && out.stderr.contains("defaultMode 0400"), "{mode:o}: {}", out.stderr);
        assert!(!out.stderr.contains("chmod"), "{mode:o}: {}", out.stderr);
        assert_eq!(out.stderr.contains("WAYPOST_KEY_FILE"), mode & 0o004 == 0, "{mode:o}: {}", out.stderr);
        // As it says, with its name that key is used, unless everybody can read it.
        let named = [("WAYPOST_KEY_FILE", key.to_str().unwrap())];
        let out = read_only(&home, &key, &["secret"], &named);
        assert_eq!(out.code, Some(if mode & 0o004 == 0 { 0 } else { 6 }), "{mode:o}: {}", out.stderr);
    }
    chmod(&key, 0o400);
    read_only(&home, &key, &["secret"], &[]).exits(0);
    for mode in [0o440, 0o640, 0o444] {
        chmod(&home.state_file(), mode);
        let out = read_only(&home, &home.state_file(), &["show"], &[]).exits(5);
        assert!(out.stderr.contains("read-only mount") && out.stderr.contains("defaultMode 0400"), "{mode:o}: {}", out.stderr);
        assert!(!out.stderr.contains("chmod") && !out.stderr.contains("KEY_FILE"), "{mode:o}: {}", out.stderr);
    }
    chmod(&home.state_file(), 0o400);
    read_only(&home, &home.state_file(), &["show"], &[]).exits(0);
}

#[test]
#[ignore = "needs setpriv: apt-get install util-linux"]
fn c30_a_file_of_roots_that_the_group_may_read() {
    if !is_root() {
        return;
    }
    let elsewhere = tempfile::tempdir().unwrap();
    chmod(elsewhere.path(), 0o755);
    let key = elsewhere.path().join("key");
    fs::write(&key, [7; 32]).unwrap();
    chown(&key, Some(0), Some(65534)).unwrap();
    chmod(&key, 0o440);
    let home = Home::new();
    let secret = |home: &Home| {
        let mut command = as_nobody(home, &["secret"]);
        command.env("WAYPOST_KEY_FILE", &key);
        run(&mut command, b"")
    };
    let mut command = as_nobody(&home, &["register", "--url", URL, "--auth", "bearer", "--secret-stdin"]);
    run(command.env("WAYPOST_KEY_FILE", &key), SECRET.as_bytes()).exits(0);
    assert_eq!(secret(&home).exits(0).stdout, format!("{SECRET}\n"));
    for mode in [0o460, 0o444] {
        chmod(&key, mode);
        let out = secret(&home).exits(6);
        assert!(out.stderr.contains("Run: sudo chown 65534"), "{mode:o}: {}", out.stderr);
    }
    // Root's state file, which it can read and not change.
    let home = Home::new();
    register(&home, URL, &["--auth", "default"], "");
    run(&mut as_nobody(&home, &["show"]), b"").exits(0);
    chown(home.state_file(), Some(0), Some(65534)).unwrap();
    chmod(&home.state_file(), 0o440);
    let mut command = Command::new("setpriv");
    command.args(["--reuid=65534", "--regid=65534", "--clear-groups", "--", WAYPOST, "show"]).env_clear();
    command.envs(home.command(&[]).get_envs().filter_map(|(name, value)| Some((name, value?))));
    let out = run(command.current_dir(home.path()), b"").exits(5);
    assert!(out.stderr.contains("Run: sudo chown 65534"), "{}", out.stderr);
}
