//! Completions, the manual and `--help`.

use std::path::Path;
use std::process::Command;

use crate::support::check::expect_bearer;
use crate::support::common::{SECRET, history, registered_at};
use crate::support::receiver::Receiver;
use crate::support::{Home, WAYPOST, run};

const COMMANDS: [&str; 21] = [
    "register",
    "edit",
    "show",
    "export",
    "secret",
    "remove",
    "test",
    "send",
    "enqueue",
    "relay",
    "queue",
    "history",
    "resend",
    "curl",
    "probe",
    "verify",
    "listen",
    "snippet",
    "demo",
    "completions",
    "man",
];

/// The words that bash offers for a line that ends in the word being typed.
fn completed(home: &Home, line: &[&str]) -> Vec<String> {
    let script = home.waypost(&["completions", "bash"]).exits(0).stdout;
    std::fs::write(home.path().join("completions"), script).unwrap();
    let words: Vec<_> = line.iter().map(|word| format!("'{word}'")).collect();
    let test = format!(
        "set -u; PATH={}:$PATH; source ./completions; COMP_TYPE=9; COMP_WORDS=({}); COMP_CWORD={}; COMPREPLY=(); \
         _clap_complete_waypost waypost \"${{COMP_WORDS[COMP_CWORD]}}\" \"${{COMP_WORDS[COMP_CWORD-1]}}\"; printf '%s\n' \"${{COMPREPLY[@]}}\"",
        Path::new(WAYPOST).parent().unwrap().display(),
        words.join(" "),
        line.len() - 1
    );
    let mut bash = Command::new("bash");
    bash.args(["--norc", "--noprofile", "-c", &test]).current_dir(home.path());
    bash.envs(home.command(&[]).get_envs().filter_map(|(name, value)| Some((name, value?))));
    let out = run(&mut bash, b"").exits(0);
    assert_eq!(out.stderr, "");
    out.stdout.lines().map(str::to_owned).collect()
}

#[test]
#[ignore = "needs bash: apt-get install bash"]
fn bash_completes_commands_flags_values_and_ids() {
    let receiver = Receiver::start(expect_bearer(SECRET));
    let home = registered_at(&receiver, &["--auth", "bearer", "--secret-stdin"], SECRET);
    let first = completed(&home, &["waypost", ""]);
    let commands: Vec<_> = first.iter().take_while(|word| !word.starts_with('-')).collect();
    for command in COMMANDS {
        assert!(commands.contains(&&command.to_owned()), "{command} in {commands:?}");
    }
    assert!(first.iter().skip(commands.len()).all(|word| word.starts_with('-')), "commands come first: {first:?}");
    let flags = completed(&home, &["waypost", "register", "--sec"]);
    assert_eq!(flags, ["--secret-header", "--secret-stdin", "--secret-file", "--secret-env"]);
    let types = completed(&home, &["waypost", "register", "--auth", "b"]);
    assert_eq!(types, ["basic", "bearer"]);
    assert_eq!(completed(&home, &["waypost", "test", "--event", "pi"]), ["ping"]);

    home.waypost(&["test"]).exits(0);
    let id = history(&home)[0]["id"].as_str().unwrap().to_owned();
    for command in [&["resend"][..], &["curl"], &["history", "show"]] {
        let line = [&["waypost"], command, &["msg_"]].concat();
        assert_eq!(completed(&home, &line), std::slice::from_ref(&id), "{command:?}");
    }
}

#[test]
fn every_shell_has_its_script() {
    let home = Home::new();
    for (shell, part) in [("bash", "complete -o"), ("zsh", "#compdef waypost"), ("fish", "complete --keep-order")] {
        let script = home.waypost(&["completions", shell]).exits(0).stdout;
        assert!(script.contains(part) && script.contains("_WAYPOST_COMPLETE"), "{shell}: {script}");
    }
}

#[test]
#[ignore = "needs zsh: apt-get install zsh"]
fn in_the_directories_of_zsh_the_script_completes_at_the_first_tab() {
    let home = Home::new();
    let dir = home.path().join("functions");
    std::fs::create_dir(&dir).unwrap();
    std::fs::write(dir.join("_waypost"), home.waypost(&["completions", "zsh"]).exits(0).stdout).unwrap();
    // As compinit and the line editor leave it; what would be listed is printed.
    let tab = r#"compdef() {}; _describe() { print -l -- "${(@P)3}" }; words=(waypost compl); CURRENT=2
        fpath=(./functions $fpath); autoload -Uz _waypost; _waypost"#;
    let mut zsh = Command::new("zsh");
    let programs = std::path::Path::new(WAYPOST).parent().unwrap().display().to_string();
    zsh.args(["-fc", tab]).current_dir(home.path()).env("PATH", programs + ":/usr/bin:/bin");
    let listed = run(&mut zsh, b"").exits(0).stdout;
    assert!(listed.starts_with("completions:"), "{listed}");
}

#[test]
#[ignore = "needs man: apt-get install man-db groff-base"]
fn man_renders_the_manual_without_a_warning() {
    let home = Home::new();
    std::fs::write(home.path().join("waypost.1"), home.waypost(&["man"]).exits(0).stdout).unwrap();
    let mut man = Command::new("man");
    man.args(["--warnings", "-l", "./waypost.1"]).current_dir(home.path());
    man.envs([("LC_ALL", "C.UTF-8"), ("MANWIDTH", "80"), ("MANPAGER", "cat"), ("MANROFFOPT", "-ww")]);
    let out = run(&mut man, b"").exits(0);
    assert_eq!(out.stderr, "");
    for part in [
        "EXIT STATUS",
        "waypost register",
        "events/*.json",
        "state.lock",
        "--secret-stdin",
        "FILES",
        "ENVIRONMENT",
        "EXAMPLES",
        "BUGS",
    ] {
        assert!(out.stdout.contains(part), "{part} in {}", out.stdout);
    }
}

/// Every code and every command of `--help` is in the manual, and every code of the design in both.
#[test]
fn help_and_manual_say_the_same() {
    let home = Home::new();
    let help = home.waypost(&["--help"]).exits(0).stdout;
    let man = home.waypost(&["man"]).exits(0).stdout.replace("\\-", "-");
    for (code, meaning) in waypost::cli::exit::CODES {
        assert!(help.lines().any(|line| line.trim_start().starts_with(code) && line.ends_with(meaning)), "{code} in {help}");
        assert!(man.contains(&format!("\\fB{code}\\fR\n{meaning}")), "{code} in {man}");
    }
    let codes: Vec<_> = waypost::cli::exit::CODES.map(|(code, _)| code).into();
    for code in ["0", "1", "2", "3", "4", "5", "6", "7", "8", "75", "101", "130"] {
        assert!(codes.contains(&code), "{code}");
    }
    for command in COMMANDS {
        assert!(help.contains(&format!("\n  {command} ")), "{help}");
        assert!(man.contains(&format!(".SS waypost {command}\n")), "{man}");
    }
    for file in ["destination.json", "destination.lock", "events/*.json", "key", "waypost.db", "waypost.log", "state.lock"] {
        assert!(man.contains(&format!("\\fB{file}\\fR\n")), "{file} in {man}");
    }
    // No stray request, and no control character, in what man reads.
    for line in man.lines() {
        let known = [".TH", ".SH", ".SS", ".TP", ".PP", ".ie", ".el", ".br", ".RS", ".RE", ".IP", ".nf", ".fi"];
        assert!(!line.starts_with('.') || known.iter().any(|request| line.starts_with(request)), "{line}");
    }
}

/// Including those that `-h` leaves out.
#[test]
fn the_manual_says_what_every_option_is_for() {
    let page = Home::new().waypost(&["man"]).exits(0).stdout;
    let lines: Vec<&str> = page.lines().collect();
    let options: Vec<usize> = (0..lines.len()).filter(|at| lines[*at].starts_with("\\fB\\-")).collect();
    assert!(options.len() > 60, "{}", options.len());
    for at in options {
        assert!(lines[at + 1].chars().any(char::is_alphabetic), "{} says nothing", lines[at]);
    }
}
