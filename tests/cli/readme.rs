//! The examples of "From a script" run as they stand.

use std::process::Command;

use crate::common::history;
use crate::support::check::{Check, expect_bearer, expect_hmac};
use crate::support::receiver::{Answer, Receiver};
use crate::support::{Home, Output, WAYPOST, run};
use waypost::tui::keys::{Context, TABLE};

/// The section of that title.
fn section(title: &str) -> String {
    let whole = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let section = whole.split(&format!("\n## {title}\n")).nth(1).unwrap();
    section.split("\n## ").next().unwrap().to_owned()
}

/// The code blocks of that language in "From a script", in order.
fn blocks(language: &str) -> Vec<String> {
    blocks_of("From a script", language)
}

fn blocks_of(title: &str, language: &str) -> Vec<String> {
    let section = section(title);
    let mut out = Vec::new();
    for part in section.split("```").skip(1).step_by(2) {
        if let Some(code) = part.strip_prefix(&format!("{language}\n")) {
            out.push(code.to_owned());
        }
    }
    out
}

/// A script in a home, with `waypost` in its path and the CA of a receiver trusted.
fn sh(home: &Home, receiver: &Receiver, script: &str, env: &[(&str, &str)]) -> Output {
    let bin = home.path().join("bin");
    if !bin.exists() {
        std::fs::create_dir(&bin).unwrap();
        std::os::unix::fs::symlink(WAYPOST, bin.join("waypost")).unwrap();
    }
    let mut command = Command::new("sh");
    command.args(["-c", script]).current_dir(home.path()).env_clear().envs(env.iter().copied());
    let base = home.command(&[]);
    command.envs(base.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.env("PATH", format!("{}:{}", bin.display(), std::env::var("PATH").unwrap()));
    command.env("SSL_CERT_FILE", receiver.ca());
    run(&mut command, b"")
}

#[test]
fn the_shell_example_runs_as_it_stands() {
    let script = &blocks("sh")[0];
    let receiver =
        Receiver::scripted(expect_bearer("a-token-of-some-length"), vec![Answer::Checked, Answer::Checked, Answer::status(401)]);
    let home = Home::new();
    let env = [("WEBHOOK_URL", receiver.url.as_str()), ("WEBHOOK_TOKEN", "a-token-of-some-length")];
    // The first time it registers, the second time it edits, and the third time the endpoint refuses.
    for code in [0, 0, 1] {
        sh(&home, &receiver, script, &env).exits(code);
    }
    assert_eq!(receiver.requests().iter().filter(|request| request.verdict.is_ok()).count(), 3);
    assert_eq!(history(&home).len(), 3);
    assert_eq!(home.waypost(&["show", "--json"]).exits(0).json()["destination"]["timeout_s"], 10);
}

/// The commands of the playbook: its variables replaced by the shell's.
fn tasks() -> Vec<String> {
    let yaml = &blocks("yaml")[0];
    let lines = yaml.lines().filter_map(|line| line.trim().strip_prefix("ansible.builtin.command: "));
    lines.map(|line| line.replace("{{ webhook_url }}", "\"$WEBHOOK_URL\"")).collect()
}

#[test]
fn every_command_of_the_playbook_runs() {
    let tasks = tasks();
    assert_eq!(tasks.len(), 4);
    let receiver = Receiver::start(expect_hmac("sha256-hex", "X-Signature", "a-signing-secret"));
    let home = Home::new();
    let env = [("WEBHOOK_URL", receiver.url.as_str()), ("WEBHOOK_SECRET", "a-signing-secret")];
    let play = |task: usize, code| sh(&home, &receiver, &tasks[task], &env).exits(code);
    assert_eq!(play(0, 7).json()["error"]["code"], "nothing-registered");
    play(1, 0);
    assert_eq!(play(3, 0).json()["delivery"]["outcome"], "delivered");
    play(0, 0);
    play(2, 0);
    play(3, 0);
    assert_eq!(receiver.requests().len(), 2);
}

#[test]
fn the_codes_are_those_of_the_help() {
    let section = section("From a script");
    for (code, meaning) in waypost::cli::args::EXIT_CODES.iter().filter(|(code, _)| code.len() < 3) {
        let cell = meaning.replace("for verify:", "for `verify`:").replace("for probe:", "for `probe`:");
        assert!(section.contains(&format!("| {code} | {cell}")), "{code} {cell}");
    }
}

#[test]
fn completions_and_manual_are_put_in_place() {
    let receiver = Receiver::start(Check::Nothing);
    let home = Home::new();
    sh(&home, &receiver, &blocks("sh")[1], &[]).exits(0);
    assert!(home.path().join(".local/share/man/man1/waypost.1").metadata().unwrap().len() > 1000);
}

#[test]
fn real_events_and_the_history_as_they_stand() {
    let receiver = Receiver::scripted(Check::Nothing, vec![Answer::status(200), Answer::status(410), Answer::status(200)]);
    let home = Home::new();
    home.waypost(&["register", "--url", &receiver.url, "--auth", "default"]).exits(0);
    std::fs::write(home.path().join("events.jsonl"), "{\"n\": 1}\n{\"n\": 2}\n{\"n\": 3}\n").unwrap();
    sh(&home, &receiver, &blocks_of("Real events", "sh")[0], &[]).exits(3);
    let kept = std::fs::read_to_string(home.path().join("undelivered.jsonl")).unwrap();
    assert_eq!(kept.lines().count(), 1, "{kept}");
    assert_eq!(history(&home).len(), 3);
    let out = sh(&home, &receiver, &blocks_of("History", "sh")[0], &[]).exits(0);
    assert_eq!(out.stderr, "No deliveries.\n");
}

/// The keys that "Keys" names for those places; every place begins with a row that has its name.
fn keys_of(places: &[&str]) -> Vec<String> {
    let section = section("Keys");
    let mut place = "";
    let mut out = Vec::new();
    for row in section.lines().filter(|line| line.starts_with('|')) {
        let mut cells = row.trim_matches('|').splitn(3, '|').map(str::trim);
        let name = cells.next().unwrap();
        place = if name.is_empty() { place } else { name };
        if places.contains(&place) {
            out.extend(cells.next().unwrap().split([' ', ',']).map(str::to_owned));
        }
    }
    assert!(places.iter().all(|place| section.contains(&format!("\n| {place} |"))), "{places:?}");
    out
}

#[test]
fn the_keys_are_those_of_the_help() {
    for binding in TABLE {
        for context in binding.contexts {
            let places: &[&str] = match context {
                Context::Main => &["everywhere", "destination"],
                Context::Deliveries => &["everywhere", "destination", "deliveries"],
                Context::Form => &["everywhere", "form", "text"],
                Context::Question | Context::Probe | Context::Help => &["everywhere"],
                Context::Test => &["everywhere", "test delivery"],
                Context::Prompt => &["everywhere", "text"],
                Context::Editor => &["everywhere", "body editor", "text"],
                Context::Snippet => &["everywhere", "receiver code"],
                Context::Verify => &["everywhere", "verify", "text"],
            };
            let named = keys_of(places);
            for key in binding.label.split(' ') {
                assert!(named.iter().any(|name| name == key), "{key} ({}) of {context:?} is not in the README", binding.help);
            }
        }
    }
}
