//! Rows 53 and 54, and how output is written.

use std::fs::File;
use std::process::Stdio;

use crate::schema;
use crate::support::Home;
use crate::support::check::expect_nothing;
use crate::support::common::{SECRET, URL, refused, registered, registered_at};
use crate::support::receiver::{Answer, Receiver};

/// Runs with that standard output, and gives code and stderr.
fn into(home: &Home, args: &[&str], stdout: Stdio) -> (Option<i32>, String) {
    let child = home.command(args).stdin(Stdio::null()).stdout(stdout).stderr(Stdio::piped()).spawn().unwrap();
    let output = child.wait_with_output().unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

/// A pipe whose reader has gone, as after `| head -1`.
fn closed_pipe() -> Stdio {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    writer.into()
}

const PRINTING: [&[&str]; 8] = [
    &["show"],
    &["show", "--json"],
    &["secret"],
    &["test", "--dry-run"],
    &["completions", "bash"],
    &["man"],
    &["--help"],
    &["edit", "--timeout", "3", "--json"],
];

#[test]
fn h53_a_closed_pipe_changes_nothing() {
    let home = registered();
    for args in PRINTING {
        assert_eq!(into(&home, args, closed_pipe()), (Some(0), String::new()), "{args:?}");
    }
    let receiver = Receiver::scripted(expect_nothing(), vec![Answer::status(500)]);
    let home = registered_at(&receiver, &["--auth", "default"], "");
    for args in [["test", "-v"], ["test", "--json"]] {
        assert_eq!(into(&home, &args, closed_pipe()), (Some(3), String::new()), "{args:?}");
    }
    assert_eq!(into(&Home::new(), &["show", "--json"], closed_pipe()), (Some(7), String::new()));
}

#[test]
fn h53_a_full_device_is_reported() {
    let home = registered();
    let full = || Stdio::from(File::options().write(true).open("/dev/full").unwrap());
    for args in PRINTING {
        let (code, stderr) = into(&home, args, full());
        assert_eq!(code, Some(5), "{args:?}: {stderr}");
        assert!(stderr.contains("Cannot write to standard output") && !stderr.contains("panicked"), "{stderr}");
        assert!(!stderr.contains(SECRET), "{stderr}");
    }
    // An operation that has a code of its own keeps it.
    let (code, stderr) = into(&Home::new(), &["show", "--json"], full());
    assert_eq!(code, Some(7), "{stderr}");
    assert!(stderr.contains("No destination"), "{stderr}");
    let receiver = Receiver::scripted(expect_nothing(), vec![Answer::status(500)]);
    let home = registered_at(&receiver, &["--auth", "default"], "");
    let (code, stderr) = into(&home, &["test"], full());
    assert!(code == Some(3) && stderr.contains("standard output"), "{code:?}: {stderr}");
}

#[test]
fn h54_no_terminal() {
    let home = Home::new();
    for args in [[].as_slice(), &["demo"]] {
        let text = refused(&home, args, "", 2, None);
        for command in
            ["register", "edit", "show", "secret", "remove", "test", "verify", "listen", "snippet", "completions", "man"]
        {
            assert!(text.contains(command), "{text}");
        }
    }
}

#[test]
fn quiet_says_nothing_but_errors() {
    let receiver = Receiver::scripted(expect_nothing(), vec![Answer::status(200), Answer::status(500)]);
    let home = Home::new();
    let ca = receiver.ca().to_str().unwrap();
    for (args, code) in [
        (["register", "-q", "--url", &receiver.url, "--auth", "default", "--ca-cert", ca].as_slice(), 0),
        (&["edit", "-q", "--timeout", "9"], 0),
        (&["test", "-q"], 0),
        (&["test", "-q"], 3),
        (&["remove", "-q", "--yes"], 0),
    ] {
        let out = home.waypost(args).exits(code);
        assert_eq!(out.stdout, "", "{args:?}");
        let said = usize::from(code != 0);
        assert_eq!(out.stderr.lines().count(), said, "{args:?}: {}", out.stderr);
        assert!(code == 0 || out.stderr.starts_with("error: refused 500"), "{}", out.stderr);
    }
    assert!(home.waypost(&["show", "-q"]).exits(7).stderr.starts_with("error: "));
}

#[test]
fn verbose_adds_the_request_and_the_times() {
    let receiver = Receiver::start(expect_nothing());
    let home = registered_at(&receiver, &["--auth", "default"], "");
    let plain = home.waypost(&["test"]).exits(0).stdout;
    let verbose = home.waypost(&["test", "-v"]).exits(0).stdout;
    for part in ["\nTiming\n", "\nRequest\n", "TLS ", "webhook-timestamp: ", "Connected to "] {
        assert!(verbose.contains(part) && !plain.contains(part), "{part:?}\n{plain}\n{verbose}");
    }
}

#[test]
fn colours_only_where_they_are_wanted() {
    let home = registered();
    let coloured = |args: &[&str], env: &[(&str, &str)]| home.run(args, b"", env).exits(0).stdout.contains('\x1b');
    assert!(!coloured(&["show"], &[]));
    assert!(coloured(&["show", "--color", "always"], &[("NO_COLOR", "1")]));
    assert!(!coloured(&["show", "--color", "never"], &[]));
    assert!(!coloured(&["show", "--json", "--color", "always"], &[]));
    let on_a_terminal = |args: &[&str], env: &[(&str, &str)]| {
        let pty = env.iter().fold(home.pty(args), |pty, (name, value)| pty.env(name, value));
        let mut pty = pty.start();
        assert_eq!(pty.wait_exit().code, Some(0));
        pty.raw().contains(&0x1b)
    };
    assert!(on_a_terminal(&["show"], &[]));
    assert!(!on_a_terminal(&["show"], &[("NO_COLOR", "1")]));
    assert!(!on_a_terminal(&["show"], &[("TERM", "dumb")]));
    assert!(!on_a_terminal(&["show", "--color", "never"], &[]));
}

#[test]
fn the_app_obeys_the_color_flag() {
    let home = registered();
    let coloured = |args: &[&str], env: &[(&str, &str)]| {
        let mut pty = env.iter().fold(home.pty(args), |pty, (name, value)| pty.env(name, value)).start();
        pty.wait_for("[ Edit ]");
        pty.type_text("d");
        pty.wait_for("[ Keep ]");
        pty.key(crate::support::pty::Key::Esc);
        pty.gone("[ Keep ]");
        pty.type_text("q");
        assert_eq!(pty.wait_exit().code, Some(0));
        String::from_utf8_lossy(&pty.raw()).split("\x1b[").skip(1).any(|rest| {
            let codes = rest.split_once('m').map_or("", |(codes, _)| codes);
            codes.split(';').any(|code| matches!(code.parse(), Ok(30..=38_u8 | 40..=48 | 90..=97 | 100..=107)))
        })
    };
    assert!(coloured(&[], &[]));
    assert!(!coloured(&["--color", "never"], &[]));
    assert!(!coloured(&[], &[("NO_COLOR", "1")]));
    assert!(coloured(&["--color", "always"], &[("NO_COLOR", "1")]));
}

#[test]
fn columns_are_aligned() {
    let text = registered().waypost(&["show"]).exits(0).stdout;
    let columns: Vec<_> = text.lines().map(|line| line.len() - line.split_once("  ").unwrap().1.trim_start().len()).collect();
    assert!(columns.len() > 5 && columns.windows(2).all(|pair| pair[0] == pair[1]), "{text}");
    assert!(text.contains("••••••••3f2a"), "{text}");
}

#[test]
fn progress_is_on_the_terminal_and_gone_at_the_end() {
    let receiver = Receiver::start(expect_nothing());
    let home = registered_at(&receiver, &["--auth", "default"], "");
    let mut pty = home.pty(&["test", "--json"]).start();
    assert_eq!(pty.wait_exit().code, Some(0));
    let raw = String::from_utf8_lossy(&pty.raw()).into_owned();
    assert!(raw.contains("TLS …") && raw.contains("wait …"), "{raw:?}");
    assert!(!pty.screen_text().contains('…'), "{}", pty.screen_text());
    pty.assert_terminal_whole();
    let mut quiet = home.pty(&["test", "-q"]).start();
    assert_eq!(quiet.wait_exit().code, Some(0));
    assert_eq!(quiet.raw(), b"");
}

#[test]
fn what_is_shown_fits_its_schema() {
    let home = Home::new();
    let auths: [(&[&str], &str); 5] = [
        (&["--auth", "default"], ""),
        (&["--auth", "hmac", "--header-key", "X", "--generate-secret"], ""),
        (&["--auth", "basic", "--username", "u", "--secret-stdin"], "pw"),
        (&["--auth", "bearer", "--secret-stdin"], "token"),
        (&["--auth", "api-key", "--key", "k", "--add-to", "query", "--secret-stdin", "--timeout", "3"], "value"),
    ];
    for (args, secret) in auths {
        let json = home.waypost_stdin(&[&["register", "--json", "--url", URL], args].concat(), secret).exits(0).json();
        schema::assert_valid("show", &json);
        schema::assert_valid("show", &home.waypost(&["show", "--json"]).exits(0).json());
        schema::assert_valid("show", &home.waypost(&["edit", "--json", "--url", URL]).exits(0).json());
        let removed = home.waypost(&["remove", "--yes", "--json"]).exits(0).json();
        schema::assert_valid("show", &removed);
        assert_eq!(removed["removed"], true);
    }
    for (args, code) in
        [(["show", "--json"].as_slice(), 7), (&["edit", "--json", "--token", "x"], 2), (&["register", "--json"], 2)]
    {
        schema::assert_valid("show", &home.waypost(args).exits(code).json());
        schema::assert_valid("test", &home.waypost(args).exits(code).json());
    }
}

/// A long value goes on below itself, by the width of the terminal or of COLUMNS; in a pipe a row is a line.
#[test]
fn values_are_wrapped_to_the_terminal_and_whole_in_a_pipe() {
    let home = Home::new();
    home.waypost(&["register", "--url", "https://localhost:1/in", "--auth", "default"]).exits(0);
    let piped = home.waypost(&["test"]).exits(4).stdout;
    let why = piped.lines().find(|line| line.starts_with("Why")).unwrap_or_else(|| panic!("{piped}"));
    assert!(why.len() > 80, "{why}");
    for (command, columns) in [(home.pty(&["test"]), 80), (home.pty(&["test"]).env("COLUMNS", "60"), 60)] {
        let mut pty = command.start();
        assert_eq!(pty.wait_exit().code, Some(4));
        let shown = pty.screen_text();
        let rows: Vec<&str> = shown.lines().map(str::trim_end).collect();
        let at = rows.iter().position(|row| row.starts_with("Why ")).unwrap_or_else(|| panic!("{shown}"));
        assert!(rows[at + 1].starts_with("       ") && !rows[at + 1].trim().is_empty(), "{shown}");
        assert!(rows.iter().all(|row| row.chars().count() <= columns), "{shown}");
    }
}
