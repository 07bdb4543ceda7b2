//! `listen`: two waypost of which one sends and the other receives, and what is out of the ordinary.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::schema;
use crate::support::ca::Ca;
use crate::support::common::{SECRET, refused, refused_with, register, registered};
use crate::support::receiver::DEADLINE;
use crate::support::{Home, Output, run};

/// A running `waypost listen`, ended when dropped.
struct Listening {
    child: Child,
    url: String,
    /// What it said at its start.
    said: String,
    stderr: BufReader<ChildStderr>,
    lines: Receiver<String>,
}

impl Listening {
    fn start(home: &Home, args: &[&str]) -> Self {
        let mut command = home.command(&[&["listen", "--addr", "127.0.0.1:0"], args].concat());
        Self::spawn(command.env("RUST_LOG", "trace"))
    }

    fn spawn(command: &mut Command) -> Self {
        Self::spawn_held(command, None)
    }

    /// Its lines are not read before something comes by `may_read`.
    fn spawn_held(command: &mut Command, may_read: Option<Receiver<()>>) -> Self {
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let mut said = String::new();
        // The line about trust is the last.
        while !said.contains("--ca-") {
            assert!(stderr.read_line(&mut said).unwrap() > 0, "it ended: {said}");
        }
        let url = format!("\n{said}").split("\nlistening on ").nth(1).unwrap().split(' ').next().unwrap().to_owned();
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            may_read.map(|held| held.recv());
            stdout.lines().map_while(Result::ok).for_each(|line| drop(sender.send(line)));
        });
        Self { child, url, said, stderr, lines }
    }

    #[track_caller]
    fn line(&self) -> String {
        self.lines.recv_timeout(DEADLINE).unwrap()
    }

    #[track_caller]
    fn json(&self) -> Value {
        serde_json::from_str(&self.line()).unwrap()
    }

    fn port(&self) -> u16 {
        self.url.rsplit(':').next().unwrap().split('/').next().unwrap().parse().unwrap()
    }

    /// Ends it by a signal: its code, and what it said on stderr after its start.
    fn end(mut self, signal: Signal) -> (Option<i32>, String) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
        let code = self.child.wait().unwrap().code();
        let mut rest = String::new();
        self.stderr.read_to_string(&mut rest).unwrap();
        (code, rest)
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Their lines of JSON, of some 650 bytes each, are a few more than the 64 KiB of a pipe hold.
const EVENTS: usize = 130;

const HMAC: [&str; 5] = ["--auth", "hmac", "--header-key", "X-Signature", "--secret-stdin"];

/// A home that sends to that receiver, whose CA it trusts by a file in the other home.
fn sender(receiver: &Home, listening: &Listening, args: &[&str], secret: &str) -> Home {
    let home = Home::new();
    let ca = receiver.path().join("ca.pem");
    register(&home, &listening.url, &[args, &["--ca-cert", ca.to_str().unwrap()]].concat(), secret);
    home
}

fn listening(args: &[&str]) -> (Home, Listening) {
    let home = registered();
    let listening = Listening::start(&home, &[&["--ca-out", "ca.pem"], args].concat());
    (home, listening)
}

#[test]
fn h109_listen_asks_for_a_client_certificate_and_says_whose_it_is() {
    let ca = Ca::named("Client CA");
    let home = registered();
    let clients = home.path().join("clients.pem");
    fs::write(&clients, ca.pem()).unwrap();
    refused_with(&home, &["listen", "--client-ca", "none.pem"], "", 2, None, "--client-ca");
    let listening = Listening::start(&home, &["--ca-out", "ca.pem", "--client-ca", clients.to_str().unwrap(), "--json"]);
    let other = sender(&home, &listening, &HMAC, SECRET);
    let reason = |line: &Value| line["reason"].as_str().unwrap().to_owned();
    let out = other.waypost(&["test"]).exits(4);
    assert!(out.stdout.contains("requires a client certificate"), "{}", out.stdout);
    assert!(reason(&listening.json()).contains("presented no client certificate"));
    let both = other.path().join("client.pem");
    for (ca, is_known) in [(&Ca::named("Other CA"), false), (&ca, true)] {
        fs::write(&both, ca.leaf_with(&["c"], |_| {}).pem()).unwrap();
        fs::set_permissions(&both, fs::Permissions::from_mode(0o600)).unwrap();
        other.waypost(&["edit", "--client-cert", both.to_str().unwrap()]).exits(0);
        let out = other.waypost(&["test"]).exits(if is_known { 0 } else { 4 });
        let line = listening.json();
        if is_known {
            assert!(line["client"]["subject"].as_str().unwrap().contains("waypost test leaf"), "{line}");
            assert_eq!(line["client"]["sha256"].as_str().unwrap().len(), 64);
        } else {
            assert!(reason(&line).contains("none of the CAs that are accepted issued it"), "{line}");
            assert!(out.stdout.contains("does not know the CA of the client certificate"), "{}", out.stdout);
        }
    }
}

#[test]
fn one_sends_and_the_other_receives() {
    let (home, listening) = listening(&[]);
    assert!(listening.said.contains("--ca-cert 'ca.pem'") && !listening.said.contains("warning"), "{}", listening.said);
    let other = sender(&home, &listening, &HMAC, SECRET);
    other.waypost(&["test"]).exits(0);
    let line = listening.line();
    for part in ["  accepted  200  POST /in  ", " bytes  msg_", "the signature in x-signature is valid"] {
        assert!(line.contains(part), "{line}");
    }
    // Trusted by the environment in place of the destination.
    other.waypost(&["edit", "--ca-cert", ""]).exits(0);
    let ca = home.path().join("ca.pem");
    other.run(&["test"], b"", &[("SSL_CERT_FILE", ca.to_str().unwrap())]).exits(0);
    assert!(listening.line().contains("accepted"));
    // Without either, the receiver knows why nothing comes.
    other.waypost(&["test"]).exits(4);
    let line = listening.line();
    assert!(line.contains("no request  from 127.0.0.1: the client does not trust"), "{line}");
    // What it printed of its CA at its start is what the sender was presented with.
    let printed = listening.said.split("SHA-256 of its CA: ").nth(1).unwrap().lines().next().unwrap();
    other.waypost(&["edit", "--trust-ca", printed]).exits(0);
    other.waypost(&["test"]).exits(0);
    assert!(listening.line().contains("accepted"));
    assert_eq!(listening.end(Signal::INT), (Some(130), String::new()));
}

#[test]
fn many_events_are_sent_and_each_is_received_and_checked() {
    let (receiver, listening) = listening(&["--json"]);
    let sender = sender(&receiver, &listening, &HMAC, SECRET);
    let events = (0..40).map(|number| format!("{{\"number\":{number}}}")).collect::<Vec<_>>().join("\n");
    sender.waypost_stdin(&["send", "--lines", "-"], events).exits(0);
    let mut ids = std::collections::HashSet::new();
    for _ in 0..40 {
        let line = listening.json();
        assert_eq!(line["accepted"], true, "{line}");
        assert!(ids.insert(line["id"].as_str().unwrap().to_owned()), "{line}");
    }
}

#[test]
fn a_mistake_of_the_sender_is_named() {
    let (home, listening) = listening(&["--json"]);
    let other = sender(&home, &listening, &HMAC, SECRET);
    other.waypost(&["test"]).exits(0);
    let seen = listening.json();
    assert_eq!((&seen["schema_version"], &seen["kind"], &seen["accepted"]), (&1.into(), &"request".into(), &true.into()));
    assert_eq!((&seen["fix"], &seen["mistakes"]), (&Value::Null, &Value::Null));

    other.waypost(&["edit", "--format", "base64"]).exits(0);
    let answer = other.waypost(&["test", "--json"]).exits(3).json();
    assert_eq!(answer["delivery"]["attempts"][0]["status"], 401);
    let seen = listening.json();
    assert_eq!((&seen["accepted"], &seen["status"]), (&false.into(), &401.into()));
    assert!(!seen["mistakes"].as_array().unwrap().is_empty(), "{seen}");
    assert!(seen["reason"].as_str().unwrap().contains("base64") && !seen["fix"].as_str().unwrap().is_empty(), "{seen}");

    // The registration is read again.
    home.waypost(&["edit", "--format", "base64"]).exits(0);
    other.waypost(&["test"]).exits(0);
    assert_eq!(listening.json()["accepted"], true);
    other.waypost_stdin(&["edit", "--secret-stdin"], format!("{SECRET} ")).exits(0);
    other.waypost(&["test"]).exits(3);
    assert_eq!(listening.json()["mistakes"], serde_json::json!(["secret"]));
    // With nothing to check by, nothing is accepted.
    home.waypost(&["remove", "--yes"]).exits(0);
    other.waypost(&["test"]).exits(3);
    let seen = listening.json();
    assert_eq!((&seen["accepted"], &seen["status"]), (&false.into(), &503.into()));
    assert_eq!(seen["reason"], "No destination is registered");
    assert_eq!(listening.end(Signal::TERM), (Some(143), String::new()));
}

#[test]
fn answered_requests_are_reported_before_it_ends() {
    let receiver = registered();
    let (read, may_read) = channel();
    let mut command = receiver.command(&["listen", "--addr", "127.0.0.1:0", "--ca-out", "ca.pem", "--json"]);
    let mut listening = Listening::spawn_held(&mut command, Some(may_read));
    let sender = sender(&receiver, &listening, &HMAC, SECRET);
    // More lines than a pipe holds, and fewer than have to wait for their answers: the last of them are still to be printed.
    sender.waypost_stdin(&["send", "--lines", "-"], "{}\n".repeat(EVENTS)).exits(0);
    kill_process(Pid::from_child(&listening.child), Signal::TERM).unwrap();
    read.send(()).unwrap();
    assert_eq!(listening.child.wait().unwrap().code(), Some(143));
    assert_eq!(listening.lines.iter().count(), EVENTS);
}

#[test]
fn c28_what_arrived_is_shown() {
    let (home, verbose) = listening(&["-v"]);
    sender(&home, &verbose, &HMAC, SECRET).waypost(&["test"]).exits(0);
    assert!(verbose.line().contains("  accepted  200  POST /in  "));
    let mut lines = vec![verbose.line()];
    while !lines.last().unwrap().trim_start().starts_with('{') {
        lines.push(verbose.line());
    }
    assert_eq!(lines[0], "    POST /in");
    for part in ["    host: localhost:", "    content-type: application/json", "    webhook-id: msg_", "    x-signature: "] {
        assert!(lines.iter().any(|line| line.starts_with(part)), "{part} in {lines:?}");
    }
    assert_eq!(lines[lines.len() - 2], "");
    assert!(!lines.concat().contains(SECRET));

    let (home, json) = listening(&["--json"]);
    let other = sender(&home, &json, &["--auth", "bearer", "--secret-stdin"], "another-token-0123456789");
    other.waypost(&["test"]).exits(3);
    let seen = json.json();
    schema::assert_valid("listen", &seen);
    assert_eq!((&seen["accepted"], &seen["body_truncated"]), (&false.into(), &false.into()));
    assert_eq!(seen["body"].as_str().unwrap().len() as u64, seen["body_bytes"].as_u64().unwrap());
    let headers = seen["headers"].as_array().unwrap();
    assert!(headers.contains(&serde_json::json!(["authorization", "Bearer ••••••••"])), "{headers:?}");
    assert!(!seen.to_string().contains("0123456789"));
    other.waypost(&["edit", "--ca-cert", ""]).exits(0);
    other.waypost(&["test"]).exits(4);
    schema::assert_valid("listen", &json.json());
}

#[test]
fn a_path_is_quoted_for_the_shell() {
    let home = registered();
    let listening = Listening::start(&home, &["--ca-out", "my ca's.pem"]);
    assert!(listening.said.contains(r"--ca-cert 'my ca'\''s.pem' "), "{}", listening.said);
}

#[test]
fn a_bad_endpoint_is_simulated() {
    let (home, listening) = listening(&["--respond", "418", "--delay", "0.2"]);
    let other = sender(&home, &listening, &HMAC, SECRET);
    let json = other.waypost(&["test", "--json"]).exits(3).json();
    let attempt = &json["delivery"]["attempts"][0];
    assert_eq!(attempt["status"], 418);
    assert!(attempt["duration_ms"].as_f64().unwrap() >= 200.0, "{attempt}");
    assert!(listening.line().contains("accepted  418"));

    let (home, listening) = self::listening(&["--fail-rate", "1", "--json"]);
    let other = sender(&home, &listening, &HMAC, SECRET);
    assert_eq!(other.waypost(&["test", "--json"]).exits(3).json()["delivery"]["attempts"][0]["status"], 503);
    let seen = listening.json();
    assert_eq!((&seen["accepted"], &seen["status"]), (&true.into(), &503.into()));
}

#[test]
fn every_auth_type_is_checked_and_nothing_shows_the_secret() {
    let key = |place| ["--auth", "api-key", "--key", "X-Key", "--add-to", place, "--secret-stdin"];
    let (header, query) = (key("header"), key("query"));
    let cases: [&[&str]; 5] = [
        &HMAC,
        &["--auth", "basic", "--username", "u", "--secret-stdin"],
        &["--auth", "bearer", "--secret-stdin"],
        &header,
        &query,
    ];
    for args in cases {
        for json in [false, true] {
            let home = Home::new();
            register(&home, "https://localhost/", args, SECRET);
            let more: &[&str] = if json { &["--ca-out", "ca.pem", "--json", "-v"] } else { &["--ca-out", "ca.pem", "-v"] };
            let listening = Listening::start(&home, more);
            let mut all = String::new();
            for (secret, code) in [(SECRET, 0), ("another-secret-of-some-length", 3)] {
                let other = sender(&home, &listening, args, secret);
                let out = other.waypost(&["test", "-v"]).exits(code);
                all.push_str(&out.stdout);
                all.push_str(&listening.line());
            }
            // The right secret at wrong places: the path, the name of a parameter, the id.
            let other = sender(&home, &listening, &["--auth", "default"], "");
            let url = format!("{}/{SECRET}?{SECRET}={SECRET}", listening.url);
            other.waypost(&["edit", "--url", &url]).exits(0);
            other.waypost(&["test"]).exits(3);
            all.push_str(&listening.line());
            all.push_str(&listening.said);
            all.push_str(&listening.end(Signal::INT).1);
            assert!(!all.contains(SECRET), "{args:?}: {all}");
        }
    }
}

#[test]
fn requests_that_are_too_large_or_invalid_are_reported() {
    let (home, listening) = listening(&[]);
    let other = sender(&home, &listening, &HMAC, SECRET);
    let large = format!("\"{}\"", "x".repeat(1024 * 1024));
    other.waypost_stdin(&["test", "--body", "-"], &large).exits(3);
    let line = listening.line();
    assert!(line.contains("rejected  413") && line.contains("more than 1048576 bytes"), "{line}");
    // Too large to be explained, so it gets the words of the check.
    other.waypost_stdin(&["edit", "--secret-stdin"], format!("{SECRET} ")).exits(0);
    other.waypost_stdin(&["test", "--body", "-"], format!("\"{}\"", "x".repeat(64 * 1024))).exits(3);
    let line = listening.line();
    assert!(line.contains("rejected  401") && !line.contains("nearly right"), "{line}");

    let mut plain = TcpStream::connect(("127.0.0.1", listening.port())).unwrap();
    plain.write_all(b"GET / HTTP/1.1\r\n\r\n").unwrap();
    let line = listening.line();
    assert!(line.contains("no request  from 127.0.0.1: the client did not speak TLS"), "{line}");
}

#[test]
fn a_flood_of_mistakes_is_explained_in_part() {
    let (home, listening) = listening(&["--json"]);
    let other = sender(&home, &listening, &HMAC, &format!("{SECRET} "));
    let many = std::thread::scope(|scope| {
        let all: Vec<_> = (0..40).map(|_| scope.spawn(|| other.waypost(&["test"]).exits(3))).collect();
        all.into_iter().map(|one| one.join().unwrap()).collect::<Vec<Output>>()
    });
    let explained = many.iter().filter(|_| listening.json()["mistakes"].is_array()).count();
    assert!((5..40).contains(&explained), "{explained}");
}

#[test]
fn it_ends_when_its_output_is_closed() {
    let home = registered();
    let mut command = home.command(&["listen", "--addr", "127.0.0.1:0"]);
    let (reader, writer) = std::io::pipe().unwrap();
    let mut child = command.stdin(Stdio::null()).stdout(writer).stderr(Stdio::piped()).spawn().unwrap();
    drop(command);
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut said = String::new();
    while !said.contains("--ca-") {
        assert!(stderr.read_line(&mut said).unwrap() > 0, "{said}");
    }
    drop(reader);
    assert_eq!(child.wait().unwrap().code(), Some(0));
    said.clear();
    stderr.read_to_string(&mut said).unwrap();
    assert_eq!(said, "");
}

#[test]
fn h53_a_full_device_ends_it() {
    let home = registered();
    let full = fs::File::options().write(true).open("/dev/full").unwrap();
    let mut command = home.command(&["listen", "--addr", "127.0.0.1:0", "--ca-out", "ca.pem"]);
    let mut child = command.stdin(Stdio::null()).stdout(full).stderr(Stdio::piped()).spawn().unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut said = String::new();
    while !said.contains("--ca-") {
        assert!(stderr.read_line(&mut said).unwrap() > 0, "{said}");
    }
    let port: u16 = said.split("localhost:").nth(1).unwrap().split('/').next().unwrap().parse().unwrap();
    drop(TcpStream::connect(("127.0.0.1", port)).unwrap());
    assert_eq!(child.wait().unwrap().code(), Some(5));
    stderr.read_to_string(&mut said).unwrap();
    assert!(said.contains("Cannot write to standard output"), "{said}");
}

#[test]
fn beyond_loopback_it_warns() {
    let home = registered();
    let mut command = home.command(&["listen", "--json", "--addr", "0.0.0.0:0"]);
    let listening = Listening::spawn(&mut command);
    assert!(listening.said.starts_with("warning: listening on 0.0.0.0:"), "{}", listening.said);
    assert!(listening.said.contains("--name HOST"), "{}", listening.said);
    let mut command = home.command(&["listen", "--addr", "[::ffff:0.0.0.0]:0", "--name", "hooks.example"]);
    let listening = Listening::spawn(&mut command);
    assert!(listening.said.contains("warning: ") && !listening.said.contains("--name"), "{}", listening.said);
    assert!(listening.url.starts_with("https://hooks.example:"), "{}", listening.url);
}

#[test]
fn what_cannot_be_is_refused() {
    let home = registered();
    for (flag, values) in [
        ("--addr", ["", "localhost", "127.0.0.1", "127.0.0.1:65536"]),
        ("--addr", [":1", "192.0.2.1:0", "https://127.0.0.1:1", "x:1"]),
        ("--name", ["", "a b", "a/b", "https://a"]),
        ("--respond", ["199", "600", "x", ""]),
        ("--delay", ["-1", "601", "NaN", "inf"]),
        ("--fail-rate", ["-0.1", "1.1", "NaN", "30%"]),
    ] {
        for value in values {
            refused_with(&home, &["listen", flag, value], "", 2, None, flag);
        }
    }
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    refused_with(&home, &["listen", "--addr", &taken.local_addr().unwrap().to_string()], "", 2, None, "in use");
    refused(&Home::new(), &["listen", "--addr", "127.0.0.1:0"], "", 7, None);

    fs::write(home.path().join("notes"), "mine").unwrap();
    std::os::unix::fs::symlink("elsewhere", home.path().join("link")).unwrap();
    for (path, code) in [("notes", 2), ("link", 2), ("absent/ca.pem", 5)] {
        refused_with(&home, &["listen", "--addr", "127.0.0.1:0", "--ca-out", path], "", code, None, path);
    }
    fs::remove_file(home.state_dir().join("key")).unwrap();
    home.waypost(&["listen", "--addr", "127.0.0.1:0"]).exits(6);
}

#[test]
#[ignore = "needs curl: apt-get install curl"]
fn curl_is_answered() {
    let home = Home::new();
    register(&home, "https://localhost/", &["--auth", "api-key", "--key", "X-Key", "--secret-stdin"], SECRET);
    let listening = Listening::start(&home, &["--ca-out", "ca.pem"]);
    let curl = |args: &[&str]| {
        let mut curl = Command::new("curl");
        curl.args(["-sS", "--max-time", "20", "-w", "%{http_code}"]).args(args).arg(&listening.url).current_dir(home.path());
        run(&mut curl, b"")
    };
    let key = format!("X-Key: {SECRET}");
    let good = curl(&["--cacert", "ca.pem", "-H", &key, "-d", "{}"]).exits(0);
    assert!(good.stdout.ends_with("200"), "{}", good.stdout);
    assert!(listening.line().contains("accepted  200  POST /in  2 bytes"));
    let wrong = curl(&["--cacert", "ca.pem", "-H", &format!("X-Api-Key: {SECRET}"), "-d", "{}"]).exits(0);
    assert!(wrong.stdout.ends_with("401"), "{}", wrong.stdout);
    assert!(listening.line().contains("x-api-key"));
    assert!(curl(&["--cacert", "ca.pem"]).exits(0).stdout.ends_with("405"));
    assert!(listening.line().contains("rejected  405  GET /in"));
    // 60: the certificate is not trusted.
    curl(&["-d", "{}"]).exits(60);
    assert!(listening.line().contains("the client does not trust"));
}
