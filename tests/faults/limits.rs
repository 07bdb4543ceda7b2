//! Limits of the system: threads, files, memory, and what is not there at all.

use std::process::Command;

use crate::support::check::expect_nothing;
use crate::support::common::registered_at;
use crate::support::receiver::Receiver;
use crate::support::{Home, Output, WAYPOST, run};

/// After that line of shell, as that user.
fn limited(home: &Home, user: Option<u32>, before: &str, args: &[&str]) -> Output {
    let base = home.command(&[]);
    let mut command = Command::new(if user.is_some() { "setpriv" } else { "bash" });
    if let Some(user) = user {
        command.args([&format!("--reuid={user}"), "--clear-groups", "--", "bash"]);
    }
    command.args(["-c", &format!("{before}; exec \"$0\" \"$@\""), WAYPOST]).args(args).current_dir(home.path()).env_clear();
    command.envs(base.get_envs().filter_map(|(name, value)| Some((name, value?))));
    run(&mut command, b"")
}

#[track_caller]
fn in_words(out: &Output, at: &str) {
    // Before waypost runs at all.
    if out.code == Some(127) && out.stderr.contains("error while loading shared libraries") {
        return;
    }
    for text in [&out.stdout, &out.stderr] {
        assert!(!text.contains("panicked") && !text.contains("Please report"), "{at}: {out:?}");
    }
    assert!(matches!(out.code, Some(0 | 4 | 5)), "{at}: {out:?}");
}

#[test]
fn a08_few_files_end_in_words() {
    let receiver = Receiver::start(expect_nothing());
    let home = registered_at(&receiver, &["--auth", "default"], "");
    std::fs::write(home.path().join("lines"), "{\"n\":1}\n{\"n\":2}\n").unwrap();
    for args in [["test"].as_slice(), &["send", "--lines", "lines"], &["history"]] {
        let mut said = false;
        for files in 3..=16 {
            let out = limited(&home, None, &format!("ulimit -n {files}"), args);
            in_words(&out, &format!("{args:?} with {files} files"));
            said |= out.code == Some(5) && out.stderr.contains("ulimit -n");
        }
        assert!(said, "{args:?}");
    }
}

#[test]
#[ignore = "needs setpriv: apt-get install util-linux"]
fn a08_few_threads_end_in_words() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let receiver = Receiver::start(expect_nothing());
    let home = registered_at(&receiver, &["--auth", "default"], "");
    std::fs::write(home.path().join("lines"), "{\"n\":1}\n{\"n\":2}\n").unwrap();
    // The limit counts the processes of a user: one that nobody else is.
    let user = 2_000_000 + std::process::id();
    super::process::give_to(home.path(), user);
    for args in [["test"].as_slice(), &["send", "--lines", "lines"]] {
        let mut said = false;
        for threads in 1..=10 {
            let out = limited(&home, Some(user), &format!("ulimit -u {threads}"), args);
            in_words(&out, &format!("{args:?} with {threads} threads"));
            said |= out.code == Some(5) && out.stderr.contains("ulimit -u");
        }
        assert!(said, "{args:?}");
    }
}

#[test]
fn a08_without_a_home_or_streams() {
    let receiver = Receiver::start(expect_nothing());
    let home = registered_at(&receiver, &["--auth", "default"], "");
    for before in ["unset HOME", "exec 0<&-", "exec 2>&-", "exec 0<&- 2>&-", "unset HOME; exec 0<&-"] {
        for args in [["test"].as_slice(), &["show"], &["history"]] {
            in_words(&limited(&home, None, before, args), &format!("{before}: {args:?}"));
        }
    }
    // Without stdout there is nothing to print to, which is an error of the output or, where it was given to /dev/null, none.
    in_words(&limited(&home, None, "exec 1>&-", &["show"]), "no stdout");
}
