//! Limits of the system: threads, files, memory, and what is not there at all.

use std::io::{BufRead as _, Read as _};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use waypost::domain::import::from_curl;

use crate::support::check::expect_nothing;
use crate::support::common::{registered, registered_at};
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
    for args in [
        ["test"].as_slice(),
        &["send", "--lines", "lines"],
        &["enqueue", "--lines", "lines"],
        &["relay", "--once"],
        &["resend", "last"],
    ] {
        let mut said = false;
        for threads in 1..=10 {
            let out = limited(&home, Some(user), &format!("ulimit -u {threads}"), args);
            let at = format!("{args:?} with {threads} threads");
            in_words(&out, &at);
            // It is not the receiver's fault, nor the input's.
            let limited = out.code == Some(5) && out.stderr.contains("No thread can be started");
            assert!(limited || out.code == Some(0) || out.code == Some(127), "{at}: {out:?}");
            said |= limited && out.stderr.contains("ulimit -u");
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

#[test]
fn a08_little_memory_ends_in_words_or_by_sigabrt() {
    let receiver = Receiver::start(expect_nothing());
    let home = registered_at(&receiver, &["--auth", "default"], "");
    for args in [["test"].as_slice(), &["show"], &["history"]] {
        for kib in [4_000, 8_000, 12_000, 16_000, 20_000, 24_000, 28_000, 32_000, 48_000, 64_000] {
            let out = limited(&home, None, &format!("ulimit -c 0; ulimit -v {kib}"), args);
            let at = format!("{args:?} with {kib} KiB");
            // An allocation that fails ends every Rust program. Below that, the system does not even load it.
            let aborted = out.code.is_none() && (out.stderr.is_empty() || out.stderr.contains("memory allocation of"));
            let not_loaded = out.code == Some(126) || out.code == Some(127);
            if !aborted && !not_loaded {
                in_words(&out, &at);
            }
            assert!(!out.stderr.contains("panicked") && !out.stderr.contains("Please report"), "{at}: {out:?}");
        }
    }
}

#[test]
#[ignore = "needs unshare: apt-get install util-linux"]
fn a08_without_proc_or_dev_null() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let receiver = Receiver::start(expect_nothing());
    let home = registered_at(&receiver, &["--auth", "default"], "");
    for hidden in ["/proc", "/dev"] {
        for args in [["test"].as_slice(), &["show"], &["history"], &["listen", "--port", "x"]] {
            let base = home.command(&[]);
            let mut command = Command::new("unshare");
            let script = format!("mount -t tmpfs none {hidden} && exec \"$0\" \"$@\"");
            command.args(["--mount", "sh", "-c", &script, WAYPOST]).args(args).current_dir(home.path()).env_clear();
            command.envs(base.get_envs().filter_map(|(name, value)| Some((name, value?))));
            let out = run(&mut command, b"");
            let at = format!("no {hidden}: {args:?}");
            if out.code != Some(2) {
                in_words(&out, &at);
            }
            assert!(!out.stderr.contains("panicked") && !out.stderr.contains("Please report"), "{at}: {out:?}");
        }
    }
}

/// `listen` and a question have a thread of their own.
#[test]
#[ignore = "needs setpriv: apt-get install util-linux"]
fn a08_few_threads_for_listen_and_for_a_question() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let home = registered();
    let user = 3_000_000 + std::process::id();
    super::process::give_to(home.path(), user);
    let line = |threads: u32, args: &str| format!("ulimit -u {threads}; exec \"$0\" {args}");
    let mut said = 0;
    for threads in 1..=8 {
        let base = home.command(&[]);
        let mut command = Command::new("setpriv");
        command.args([
            &format!("--reuid={user}"),
            "--clear-groups",
            "--",
            "bash",
            "-c",
            &line(threads, "listen --addr 127.0.0.1:0"),
        ]);
        command.arg(WAYPOST).current_dir(home.path()).env_clear().stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.envs(base.get_envs().filter_map(|(name, value)| Some((name, value?)))).spawn().unwrap();
        let mut stderr = std::io::BufReader::new(child.stderr.take().unwrap());
        let (mut first, mut rest) = (String::new(), String::new());
        stderr.read_line(&mut first).unwrap();
        if !first.contains("error") {
            // It has all that it needs.
            rustix::process::kill_process(rustix::process::Pid::from_child(&child), rustix::process::Signal::TERM).unwrap();
        }
        stderr.read_to_string(&mut rest).unwrap();
        let code = child.wait().unwrap().code();
        let at = format!("{threads} threads: {code:?} {first}{rest}");
        assert!(matches!(code, Some(0 | 5 | 143)) && !at.contains("panicked") && !at.contains("Please report"), "{at}");
        said += u32::from(code == Some(5) && at.contains("ulimit -u"));
    }
    assert!(said > 0, "no limit was met");
    let mut said = 0;
    for threads in 1..=4 {
        let pty = crate::support::pty::Command::new("setpriv", home.path())
            .env("WAYPOST_CONFIG_DIR", home.config_dir().to_str().unwrap())
            .env("WAYPOST_STATE_DIR", home.state_dir().to_str().unwrap());
        let user = format!("--reuid={user}");
        let mut pty = pty.args(&[&user, "--clear-groups", "--", "bash", "-c", &line(threads, "remove"), WAYPOST]).start();
        pty.wait_until(|screen| ["error", "?", "[y/N]"].iter().any(|part| screen.contents().contains(part)));
        let text = pty.screen_text();
        if !text.contains("error") {
            pty.type_text("n\r");
        }
        let code = pty.wait_exit().code;
        let text = format!("{threads} threads: {code:?} {}", pty.screen_text());
        assert!(matches!(code, Some(0 | 1 | 5)) && !text.contains("panicked") && !text.contains("Please report"), "{text}");
        said += u32::from(code == Some(5) && text.contains("ulimit -u"));
    }
    assert!(said > 0, "no limit was met");
}

/// The app starts threads of its own, before its first frame and after it.
#[test]
#[ignore = "needs setpriv: apt-get install util-linux"]
fn a08_few_threads_for_the_app() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let home = registered();
    let user = 4_000_000 + std::process::id();
    super::process::give_to(home.path(), user);
    let mut said = 0;
    for threads in 1..=8 {
        let pty = crate::support::pty::Command::new("setpriv", home.path())
            .env("WAYPOST_CONFIG_DIR", home.config_dir().to_str().unwrap())
            .env("WAYPOST_STATE_DIR", home.state_dir().to_str().unwrap());
        let user = format!("--reuid={user}");
        let line = format!("ulimit -u {threads}; exec \"$0\"");
        let mut pty = pty.args(&[&user, "--clear-groups", "--", "bash", "-c", &line, WAYPOST]).start();
        pty.wait_until(|screen| ["error", "q quit"].iter().any(|part| screen.contents().contains(part)));
        if !pty.screen_text().contains("error") {
            pty.type_text("q");
        }
        let code = pty.wait_exit().code;
        let text = format!("{threads} threads: {code:?} {}", pty.screen_text());
        assert!(matches!(code, Some(0 | 5)) && !text.contains("panicked") && !text.contains("Please report"), "{text}");
        // Nothing is wrong with the terminal.
        assert!(!text.contains("terminal failed"), "{text}");
        said += u32::from(code == Some(5) && text.contains("No thread can be started") && text.contains("ulimit -u"));
    }
    assert!(said > 2, "the limit was met by {said} of those that met one in waypost's own threads");
}

/// What a person pastes may come from anywhere: it is read in time, and what is said of it can be read.
#[test]
fn a25_a_command_of_thousands_of_parts_is_read_at_once_and_said_little_of() {
    let many = |part: &dyn Fn(usize) -> String| (0..10_000).map(part).collect::<String>();
    for (what, rest) in [
        ("data", " -d x".repeat(100_000)),
        ("options", many(&|n| format!(" --a{n}"))),
        ("headers", many(&|n| format!(" -H 'A{n}: b'"))),
        ("reserved headers", many(&|n| format!(" -H 'Proxy-{n}: b'"))),
        ("headers without a colon", many(&|_| " -H A".into())),
        ("quotation marks", many(&|_| "''".into())),
        ("continued lines", many(&|_| "\\\n".into())),
    ] {
        let begun = Instant::now();
        let imported = from_curl(&format!("curl -d '{{}}'{rest} https://h.example/")).unwrap();
        assert!(begun.elapsed() < Duration::from_secs(20), "{what}: {:?}", begun.elapsed());
        assert!(imported.not_taken.len() <= 51, "{what}: {}", imported.not_taken.len());
    }
}
