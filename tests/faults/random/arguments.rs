//! Random argument lists, made of the commands and options that `--help` itself lists.

use std::collections::BTreeMap;
use std::fs;
use std::time::Instant;

use super::{Random, SECRET, end};
use crate::support::common::register;
use crate::support::{Home, Output};

/// What would not end on its own, starts other programs, or prints a secret on request.
const LEFT_OUT: &[&str] = &["--follow", "--every", "--alert-command", "--metrics", "--reveal", "--to-nats"];

/// The commands that end, each with its options.
fn grammar(home: &Home) -> BTreeMap<Vec<String>, Vec<String>> {
    let mut grammar = BTreeMap::new();
    let mut open = vec![Vec::<String>::new()];
    while let Some(command) = open.pop() {
        let args: Vec<&str> = command.iter().map(String::as_str).chain(["--help"]).collect();
        let help = home.waypost(&args).exits(0).stdout;
        let listed = help.split("\nUsage:").nth(1).unwrap().split("\nOptions:").next().unwrap();
        for line in listed.lines().filter(|line| !line.starts_with("   ")) {
            let Some(name) = line.strip_prefix("  ").and_then(|line| line.split(' ').next()) else { continue };
            if name.starts_with(|c: char| c.is_ascii_lowercase()) && !["help", "listen", "demo", "secret"].contains(&name) {
                open.push(command.iter().cloned().chain([name.to_owned()]).collect());
            }
        }
        let options: Vec<_> = help
            .split_whitespace()
            .map(|word| word.trim_matches(|c: char| !c.is_ascii_alphanumeric() && c != '-'))
            .filter(|word| word.starts_with("--") && word.len() > 2 && !LEFT_OUT.contains(word) && !word.starts_with("--nats"))
            .map(ToOwned::to_owned)
            .collect();
        if !command.is_empty() {
            grammar.insert(command, options);
        }
    }
    grammar
}

fn value(random: &mut Random, home: &Home) -> String {
    let files = [".", "ca.pem", "event.json", "lines", "missing/file"];
    let file = home.path().join(random.of(&files)).to_str().unwrap().to_owned();
    let texts = [
        "",
        "-",
        "--",
        "0",
        "1",
        "-1",
        "99999999999999999999",
        "1e99",
        "5m",
        "7d",
        "last",
        "msg_",
        "all",
        "hex",
        "hmac",
        "bearer",
        "X-Signature",
        "X-A: b",
        "X-A=env:NO_SUCH",
        "https://127.0.0.1:1/in",
        "https://localhost/\u{e4}",
        "https://h.example/?token=abcdefgh",
        "outcome:refused",
        "since:yesterday",
        "\u{202e}\u{1b}[2J",
        "{{name}}",
        "delivered",
        "github",
        "ping",
        "python",
    ];
    match random.below(10) {
        0..3 => file,
        3 => "x".repeat(random.below(100_000)),
        _ => (*random.of(&texts)).to_owned(),
    }
}

fn stdin(random: &mut Random) -> Vec<u8> {
    match random.below(6) {
        0 => Vec::new(),
        1 => (0..random.below(2_000)).map(|_| u8::try_from(random.below(256)).unwrap()).collect(),
        2 => b"{\"a\":1}\n{\"b\":\n[]\n".to_vec(),
        3 => SECRET.as_bytes().to_vec(),
        4 => b"y\nn\ny\n".to_vec(),
        _ => b"{\"type\":\"order.created\",\"n\":1.0}".to_vec(),
    }
}

#[track_caller]
fn check(args: &[&str], out: &Output) {
    let said = format!("{}{}", out.stdout, out.stderr);
    let about = |what: &str| format!("{what}: waypost {args:?}\n{}", said.chars().take(2_000).collect::<String>());
    assert!(matches!(out.code, Some(0 | 2..=9 | 75)), "{}", about(&format!("it ended with {:?}", out.code)));
    assert!(!said.contains("panicked"), "{}", about("a panic"));
    assert!(!said.to_lowercase().contains(&SECRET.to_lowercase()), "{}", about("a secret"));
    assert!(!out.stderr.contains('\u{1b}'), "{}", about("a control character"));
    // These print what a program reads, and no object.
    let is_text = ["man", "completions", "snippet"].contains(&args[0]);
    if args.contains(&"--json") && !is_text && !args.contains(&"--help") && !args.contains(&"-h") {
        let mut objects = serde_json::Deserializer::from_str(&out.stdout).into_iter::<serde_json::Value>();
        assert!(objects.all(|object| object.is_ok()), "{}", about("output that is not JSON"));
    }
}

#[test]
#[ignore = "takes half a minute: cargo test --test faults random -- --ignored"]
fn h191_random_arguments() {
    let mut random = Random::of_this_run();
    let home = Home::new();
    let grammar = grammar(&home);
    assert!(grammar.len() > 20, "{:?}", grammar.keys());
    let commands: Vec<_> = grammar.keys().collect();
    fs::write(home.path().join("event.json"), "{\"a\":1}").unwrap();
    fs::write(home.path().join("lines"), "{\"a\":1}\nnot JSON\n{\"b\":2}\n").unwrap();
    crate::support::ca::Ca::new().write(home.path());
    // Nothing listens there.
    let args = ["--auth", "bearer", "--secret-stdin", "--timeout", "1"];
    let end = end();
    let (mut runs, mut codes) = (0, BTreeMap::<_, usize>::new());
    while Instant::now() < end {
        if runs % 200 == 0 && home.waypost(&["show"]).code == Some(7) {
            register(&home, "https://127.0.0.1:1/in", &args, SECRET);
        }
        let command = *random.of(&commands);
        let mut words = command.clone();
        if command[0] == "relay" {
            words.push("--once".into());
        }
        for _ in 0..random.below(5) {
            match random.below(3) {
                0 => words.push(value(&mut random, &home)),
                1 => words.push((*random.of(&grammar[command])).clone()),
                _ => {
                    words.push((*random.of(&grammar[command])).clone());
                    words.push(value(&mut random, &home));
                }
            }
        }
        if random.one_in(3) {
            words.push("--json".into());
        }
        let args: Vec<&str> = words.iter().map(String::as_str).collect();
        let out = home.waypost_stdin(&args, stdin(&mut random));
        check(&args, &out);
        *codes.entry(out.code).or_default() += 1;
        runs += 1;
    }
    println!("{runs} runs; exit codes {codes:?}");
    assert!(codes.len() > 1, "{codes:?}");
}
