//! Random argument lists, made of the commands and options that `--help` itself lists.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::{Random, SECRET, end};
use crate::support::common::register;
use crate::support::{Home, Output, WAYPOST};

/// What would not end on its own, starts other programs, or prints a secret on request.
const LEFT_OUT: &[&str] = &["--follow", "--every", "--alert-command", "--metrics", "--reveal", "--to-nats"];

/// What a command takes: its options, each with the name of its value, the values that its help lists, and the names of those
/// without an option.
#[derive(Default)]
struct Grammar {
    options: Vec<(String, Option<String>)>,
    values: Vec<String>,
    positional: Vec<String>,
}

impl Grammar {
    fn of(help: &str) -> Self {
        let mut grammar = Self::default();
        for line in help.lines().map(str::trim).filter(|line| line.starts_with('-')) {
            let mut words = line.split([' ', ',']).filter(|word| !word.is_empty());
            let Some(option) = words.find(|word| word.starts_with("--") && word.len() > 2) else { continue };
            if !LEFT_OUT.contains(&option) && !option.starts_with("--nats") {
                let value = words.next().filter(|word| word.starts_with('<'));
                grammar.options.push((option.to_owned(), value.map(ToOwned::to_owned)));
            }
        }
        let usage = help.split("\nUsage:").nth(1).unwrap_or_default().lines().next().unwrap_or_default();
        let names = usage.split(' ').filter(|word| word.contains('<') || word.contains("]..."));
        grammar.positional = names.map(ToOwned::to_owned).collect();
        let lists = help.split("[possible values: ").skip(1).filter_map(|rest| rest.split(']').next());
        grammar.values = lists.flat_map(|list| list.split(',').map(|value| value.trim().to_owned())).collect();
        grammar
    }
}

/// The commands that end, each with what it takes.
fn grammar(home: &Home) -> BTreeMap<Vec<String>, Grammar> {
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
        if !command.is_empty() {
            grammar.insert(command, Grammar::of(&help));
        }
    }
    grammar
}

/// A variable with a value that it should not have, or none.
fn variable(random: &mut Random) -> (&'static str, Option<&'static str>) {
    let names = [
        "HOME",
        "PATH",
        "LANG",
        "LC_ALL",
        "TERM",
        "TZ",
        "COLUMNS",
        "TMPDIR",
        "NO_COLOR",
        "CLICOLOR_FORCE",
        "RUST_LOG",
        "RUST_BACKTRACE",
        "EDITOR",
        "PAGER",
        "HTTPS_PROXY",
        "NO_PROXY",
        "SSL_CERT_FILE",
        "SSL_CERT_DIR",
        "XDG_CONFIG_HOME",
        "XDG_STATE_HOME",
        "WAYPOST_CONFIG_DIR",
        "WAYPOST_STATE_DIR",
        "WAYPOST_KEY_FILE",
        "NOTIFY_SOCKET",
        "WATCHDOG_USEC",
        "TMUX",
    ];
    let values = [
        None,
        Some(""),
        Some("0"),
        Some("-1"),
        Some("99999999999999999999"),
        Some("relative/dir"),
        Some("/dev/null"),
        Some("/dev/full"),
        Some("/proc/self/mem"),
        Some("trace,waypost=[{"),
        Some("http://[bad"),
        Some("@\u{1b}[2J\u{202e}"),
    ];
    let (name, value) = (*random.of(&names), *random.of(&values));
    // Without a home, that of this user would be taken.
    if name == "HOME" && value.is_none_or(str::is_empty) { ("HOME", Some("/nonexistent")) } else { (name, value) }
}

/// The variables and the standard streams that a command is run with.
#[derive(Debug)]
struct Conditions {
    variables: Vec<(&'static str, Option<&'static str>)>,
    /// Standard input, output and error that are closed.
    closed: [bool; 3],
    /// Standard output is a disk that is full.
    full: bool,
}

impl Conditions {
    /// Most of the time as they should be.
    fn of(random: &mut Random) -> Self {
        let count = if random.one_in(3) { 1 + random.below(3) } else { 0 };
        let variables = (0..count).map(|_| variable(random)).collect();
        let closed = [(); 3].map(|()| random.one_in(12));
        Self { variables, closed, full: random.one_in(20) }
    }

    fn forces_colours(&self, args: &[&str]) -> bool {
        args.contains(&"always") || self.variables.iter().any(|(name, _)| *name == "CLICOLOR_FORCE")
    }

    /// Whether what is printed may be missing.
    const fn is_mute(&self) -> bool {
        self.closed[1] || self.closed[2] || self.full
    }
}

/// Waits for minutes between attempts, if it has to.
fn waits(args: &[&str]) -> bool {
    ["send", "resend", "relay"].contains(&args[0])
}

/// Runs it to its end, for which it has a minute. What may wait longer is interrupted sooner, twice at most.
fn run(home: &Home, args: &[&str], stdin: Vec<u8>, conditions: &Conditions) -> Output {
    let base = home.command(&[]);
    let mut script = "exec \"$0\" \"$@\"".to_owned();
    for (closed, how) in conditions.closed.iter().zip(["<&-", ">&-", "2>&-"]) {
        script.push_str(if *closed { how } else { "" });
        script.push(' ');
    }
    if conditions.full {
        script.push_str(">/dev/full");
    }
    let mut command = Command::new("/bin/sh");
    command.args(["-c", &script, WAYPOST]).args(args).current_dir(home.path()).env_clear();
    command.envs(base.get_envs().filter_map(|(name, value)| Some((name, value?))));
    for (name, value) in &conditions.variables {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let pid = Pid::from_raw(child.id().cast_signed()).unwrap();
    let mut pipe = child.stdin.take().unwrap();
    let feeder = thread::spawn(move || drop(pipe.write_all(&stdin)));
    let (ended, ends) = channel();
    let (mut signals, mut patience) = (vec![Signal::KILL], Duration::from_mins(1));
    if waits(args) {
        signals.extend([Signal::INT, Signal::INT]);
        patience = Duration::from_secs(10);
    }
    let watcher = thread::spawn(move || {
        while ends.recv_timeout(patience) == Err(RecvTimeoutError::Timeout) {
            let Some(signal) = signals.pop() else { break };
            kill_process(pid, signal).unwrap();
            patience = Duration::from_secs(20);
        }
        signals.is_empty()
    });
    let output = child.wait_with_output().unwrap();
    let _ = ended.send(());
    feeder.join().unwrap();
    assert!(!watcher.join().unwrap(), "it does not end: waypost {args:?} with {conditions:?}");
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Output { stdout: text(output.stdout), stderr: text(output.stderr), code: output.status.code() }
}

/// A value for that name in a help text; now and then of any kind.
fn value(random: &mut Random, home: &Home, grammar: &Grammar, name: &str) -> String {
    let of_kind: &[&str] = match name.trim_matches(['<', '>', '[', ']', '.']) {
        "FILE" | "PATH" => &["event.json", "lines", "ca.pem", "-", "new-file"],
        "N" | "SECONDS" => &["0", "1", "3", "20"],
        "N/s" => &["5/s", "0.5/s", "100/h"],
        "SIZE" => &["1KiB", "10MiB", "1GiB"],
        "T" | "DURATION" => &["1s", "5m", "24h", "7d", "2026-11-26", "21:03"],
        "URL" => &["https://127.0.0.1:1/in", "https://localhost:1/in?token=abcdefgh"],
        "ID" | "IDS" => &["last", "one", "msg_0"],
        "NAME: VALUE" => &["X-A: b", "X-Event: {event}"],
        "NAME=@FILE|NAME=env:VAR" => &["X-A=@lines", "X-A=env:HOME"],
        "NAME" | "HEADER" => &["ping", "X-Signature", "X-A", "two-words"],
        "TEXT" => &["ok", "outcome:failed", "status:5xx", "a word"],
        _ => &[],
    };
    match random.below(10) {
        0..6 if !of_kind.is_empty() => return (*random.of(of_kind)).to_owned(),
        0..8 if !grammar.values.is_empty() => return random.of(&grammar.values).clone(),
        _ => {}
    }
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
fn check(args: &[&str], out: &Output, conditions: &Conditions) {
    let said = format!("{}{}", out.stdout, out.stderr);
    let at =
        |what: &str| format!("{what}: waypost {args:?} with {conditions:?}\n{}", said.chars().take(2_000).collect::<String>());
    let by_itself = matches!(out.code, Some(0 | 2..=9 | 75));
    assert!(by_itself || waits(args) && out.code == Some(130), "{}", at(&format!("it ended with {:?}", out.code)));
    assert!(!said.contains("panicked"), "{}", at("a panic"));
    assert!(!said.to_lowercase().contains(&SECRET.to_lowercase()), "{}", at("a secret"));
    assert!(!out.stderr.contains('\u{1b}') || conditions.forces_colours(args), "{}", at("a control character"));
    assert!(!out.stderr.contains('\u{202e}'), "{}", at("a bidi override"));
    // These print what a program reads, and no object.
    let is_text = ["man", "completions", "snippet"].contains(&args[0]);
    let for_people = is_text || args.contains(&"--help") || args.contains(&"-h") || conditions.is_mute();
    if args.contains(&"--json") && !for_people {
        let mut objects = serde_json::Deserializer::from_str(&out.stdout).into_iter::<serde_json::Value>();
        assert!(objects.all(|object| object.is_ok()), "{}", at("output that is not JSON"));
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
        let (taken, mut words) = (&grammar[command], command.clone());
        if command[0] == "relay" {
            words.push("--once".into());
        }
        for name in &taken.positional {
            if !random.one_in(5) {
                words.push(value(&mut random, &home, taken, name));
            }
        }
        for _ in 0..random.below(4) {
            let (option, name) = random.of(&taken.options);
            words.push(option.clone());
            // Sometimes it is missing, or one too many.
            if name.is_some() != random.one_in(12) {
                words.push(value(&mut random, &home, taken, name.as_deref().unwrap_or_default()));
            }
        }
        if random.one_in(20) {
            words.push(value(&mut random, &home, taken, ""));
        }
        if random.one_in(3) {
            // Not at the end, where it may be the value of an option.
            words.insert(command.len(), "--json".into());
        }
        let args: Vec<&str> = words.iter().map(String::as_str).collect();
        let conditions = Conditions::of(&mut random);
        let out = run(&home, &args, stdin(&mut random), &conditions);
        check(&args, &out, &conditions);
        *codes.entry(out.code).or_default() += 1;
        runs += 1;
    }
    println!("{runs} runs; exit codes {codes:?}");
    assert!(codes.len() > 1, "{codes:?}");
}
