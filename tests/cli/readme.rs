//! The commands in README.md and docs/ run as printed, and their tables agree with the program.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use crate::support::check::{Check, expect_bearer, expect_hmac};
use crate::support::common::history;
use crate::support::receiver::{Answer, Receiver};
use crate::support::{Home, Output, WAYPOST, run};
use waypost::tui::keys::{self, Context};

/// A page of the documentation, by its path in the repository.
fn page(name: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

/// The code blocks of that language in the section of that title, in order; in the whole page for an empty title.
fn blocks(name: &str, title: &str, language: &str) -> Vec<String> {
    let page = page(name);
    let section = match title {
        "" => &page[..],
        title => page.split(&format!("\n## {title}\n")).nth(1).unwrap().split("\n## ").next().unwrap(),
    };
    let code = section.split("```").skip(1).step_by(2);
    code.filter_map(|part| part.strip_prefix(&format!("{language}\n"))).map(str::to_owned).collect()
}

const SCRIPTING: &str = "docs/scripting.md";

/// A script in a home, with `waypost` in its path and the CA of a receiver trusted.
fn sh(home: &Home, receiver: &Receiver, script: &str, env: &[(&str, &str)]) -> Output {
    run(&mut shell(home, receiver, script, env), b"")
}

fn shell(home: &Home, receiver: &Receiver, script: &str, env: &[(&str, &str)]) -> Command {
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
    command
}

#[test]
fn the_shell_example_runs() {
    let script = &blocks(SCRIPTING, "In a shell", "sh")[0];
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

#[test]
fn the_five_commands_of_the_readme_run() {
    let receiver = Receiver::start(expect_bearer("a-token-of-some-length"));
    let home = Home::new();
    std::fs::write(home.path().join("order.json"), "{\"order\": 1}").unwrap();
    let script = &blocks("README.md", "Five commands", "sh")[0];
    assert_eq!(script.lines().count(), 5);
    let script = script.replace("https://hooks.example.com/in", &receiver.url);
    sh(&home, &receiver, &format!("set -e\n{script}"), &[("WEBHOOK_TOKEN", "a-token-of-some-length")]).exits(0);
    // The test, the event, and the probe's three: without credentials, with a wrong token, and with the right one.
    assert_eq!(receiver.requests().len(), 5);
    let queue = &blocks("README.md", "A durable queue", "sh")[0];
    sh(&home, &receiver, &format!("set -e\n{queue}"), &[]).exits(0);
    assert_eq!(receiver.requests().len(), 6);
}

#[test]
fn the_commands_of_the_receiver_page_run() {
    let home = Home::new();
    std::fs::write(home.path().join("secret"), "a-signing-secret").unwrap();
    std::fs::write(home.path().join("body.json"), "{\"order\": 1}").unwrap();
    let receiver = Receiver::start(Check::Nothing);
    let page = |title: &str| blocks("docs/receiver.md", title, "sh")[0].clone();
    let own = page("Receive on another machine");
    let (register, listen) = own.trim_end().split_once('\n').unwrap();
    sh(&home, &receiver, register, &[]).exits(0);
    sh(&home, &receiver, &page("Find the mistake in a signature"), &[]).exits(3);
    // On loopback: a test opens nothing to the network.
    let listen = format!("exec {}", listen.replace("0.0.0.0:8443", "127.0.0.1:0"));
    let mut child = shell(&home, &receiver, &listen, &[]).stderr(Stdio::piped()).spawn().unwrap();
    let mut said = BufReader::new(child.stderr.take().unwrap()).lines();
    assert!(said.any(|line| line.unwrap().contains("listening on https://backend.example:")), "it ended");
    assert!(home.path().join("ca.pem").exists());
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(143));
}

/// The commands of the playbook: its variables replaced by the shell's.
fn tasks() -> Vec<String> {
    let yaml = &blocks(SCRIPTING, "In an Ansible playbook", "yaml")[0];
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
    let page = page(SCRIPTING);
    for (code, meaning) in waypost::cli::exit::CODES.iter().filter(|(code, _)| code.len() < 3) {
        let cell = meaning.replace("for verify:", "for `verify`:").replace("for probe:", "for `probe`:");
        assert!(page.contains(&format!("| {code} | {cell}")), "{code} {cell}");
    }
}

#[test]
fn completions_and_manual_are_put_in_place() {
    let receiver = Receiver::start(Check::Nothing);
    let home = Home::new();
    sh(&home, &receiver, &blocks(SCRIPTING, "Completions and manual page", "sh")[0], &[]).exits(0);
    assert!(home.path().join(".local/share/man/man1/waypost.1").metadata().unwrap().len() > 1000);
}

#[test]
fn real_events_and_the_history() {
    let receiver = Receiver::scripted(Check::Nothing, vec![Answer::status(200), Answer::status(410), Answer::status(200)]);
    let home = Home::new();
    home.waypost(&["register", "--url", &receiver.url, "--auth", "default"]).exits(0);
    std::fs::write(home.path().join("events.jsonl"), "{\"n\": 1}\n{\"n\": 2}\n{\"n\": 3}\n").unwrap();
    sh(&home, &receiver, &blocks(SCRIPTING, "Sending events", "sh")[0], &[]).exits(3);
    let kept = std::fs::read_to_string(home.path().join("undelivered.jsonl")).unwrap();
    assert_eq!(kept.lines().count(), 1, "{kept}");
    assert_eq!(history(&home).len(), 3);
    let out = sh(&home, &receiver, &blocks(SCRIPTING, "History", "sh")[0], &[]).exits(0);
    assert_eq!(out.stderr, "No deliveries with the outcome failed.\n");
}

/// The keys that docs/keys.md names for those places; every place begins with a row that has its name.
fn keys_of(places: &[&str]) -> Vec<String> {
    let page = page("docs/keys.md");
    let mut place = "";
    let mut out = Vec::new();
    for row in page.lines().filter(|line| line.starts_with('|')) {
        let mut cells = row.trim_matches('|').splitn(3, '|').map(str::trim);
        let name = cells.next().unwrap();
        place = if name.is_empty() { place } else { name };
        if places.contains(&place) {
            out.extend(cells.next().unwrap().split([' ', ',']).map(str::to_owned));
        }
    }
    assert!(places.iter().all(|place| page.contains(&format!("\n| {place} |"))), "{places:?}");
    out
}

#[test]
fn the_keys_are_those_of_the_help() {
    for binding in keys::all() {
        for context in binding.contexts {
            let places: &[&str] = match context {
                Context::Main => &["everywhere", "destination"],
                Context::Deliveries | Context::Details => &["everywhere", "destination", "deliveries"],
                Context::Form => &["everywhere", "form", "text"],
                Context::Filter => &["everywhere", "deliveries", "text"],
                Context::Palette => &["everywhere", "text"],
                Context::Question | Context::Probe | Context::Help => &["everywhere"],
                Context::Test => &["everywhere", "test delivery"],
                Context::Prompt => &["everywhere", "text"],
                Context::Editor => &["everywhere", "body editor", "text"],
                Context::Compare => &["everywhere", "compare"],
                Context::Snippet => &["everywhere", "receiver code"],
                Context::Receiver => &["everywhere", "receiver", "deliveries"],
                Context::Queue => &["everywhere", "queue"],
                Context::Verify => &["everywhere", "verify", "text"],
            };
            let named = keys_of(places);
            for key in binding.label.split(' ') {
                assert!(named.iter().any(|name| name == key), "{key} ({}) of {context:?} is not in docs/keys.md", binding.help);
            }
        }
    }
}
