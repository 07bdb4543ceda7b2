//! Rows 37, 39, 40, 42, 45, 48, and what `test` is for.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use base64::Engine as _;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

use crate::schema;
use crate::support::ca::Ca;
use crate::support::check::{expect_api_key_header, expect_basic, expect_bearer, expect_hmac, expect_nothing};
use crate::support::common::{history, refused, registered, registered_at};
use crate::support::receiver::{Answer, DEADLINE, Receiver};
use crate::support::{Home, Output};

fn default_at(url: &str) -> Home {
    let home = Home::new();
    crate::support::common::register(&home, url, &["--auth", "default"], "");
    home
}

/// Runs a test that fails, and gives its phase and why.
#[track_caller]
fn failed(home: &Home, env: &[(&str, &str)]) -> (String, String) {
    let out = home.run(&["test", "--json"], b"", env).exits(4);
    schema::assert_valid("test", &out.json());
    let attempt = out.json()["delivery"]["attempts"][0].clone();
    assert_eq!((&attempt["outcome"], &attempt["status"]), (&json!("failed"), &json!(null)));
    let why = attempt["why"].as_str().unwrap().to_owned();
    assert!(!attempt["fix"].as_str().unwrap().is_empty(), "{attempt}");
    let plain = home.run(&["test"], b"", env).exits(4).stdout;
    assert!(plain.starts_with("failed") && plain.contains("Why") && plain.contains("Fix"), "{plain}");
    (attempt["phase"].as_str().unwrap_or_default().to_owned(), why)
}

#[test]
fn every_auth_type_is_delivered() {
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    for format in ["hex", "base64", "sha256-hex", "timestamped", "standard"] {
        let receiver = Receiver::start(expect_hmac(format, "X-Sig", secret));
        let home =
            registered_at(&receiver, &["--auth", "hmac", "--header-key", "X-Sig", "--format", format, "--secret-stdin"], secret);
        home.waypost(&["test"]).exits(0);
        receiver.wait_for_request(DEADLINE).verdict.unwrap();
    }
    let cases = [
        (expect_nothing(), ["--auth", "default"].as_slice()),
        (expect_basic("user", "a password"), &["--auth", "basic", "--username", "user", "--secret-stdin"]),
        (expect_bearer("a-token"), &["--auth", "bearer", "--secret-stdin"]),
        (expect_api_key_header("X-Key", "a-value"), &["--auth", "api-key", "--key", "X-Key", "--secret-stdin"]),
    ];
    for ((check, args), secret) in cases.into_iter().zip(["", "a password", "a-token", "a-value"]) {
        let receiver = Receiver::start(check);
        let home = registered_at(&receiver, args, secret);
        let out = home.waypost(&["test", "--json"]).exits(0);
        schema::assert_valid("test", &out.json());
        assert_eq!(out.json()["delivery"], history(&home)[0]);
        assert!(home.waypost(&["test"]).exits(0).stdout.starts_with("delivered  200"));
    }
}

#[test]
fn bodies_are_sent_byte_for_byte() {
    let receiver = Receiver::start(expect_nothing());
    let home = registered_at(&receiver, &["--auth", "default"], "");
    let body = "{\"a\" : 1,\r\n\t\"ä\":  [true]}\n\n";
    fs::write(home.path().join("event.json"), body).unwrap();
    let json = home.waypost(&["test", "--body", "event.json", "--json"]).exits(0).json();
    assert_eq!(json["delivery"]["event"], "event.json");
    let json = home.waypost_stdin(&["test", "--body", "-", "--json"], body).exits(0).json();
    assert_eq!(json["delivery"]["event"], "stdin");
    home.waypost(&["test", "--event", "client-submission-auto"]).exits(0);
    let requests = receiver.wait_for_requests(3, DEADLINE);
    assert_eq!((requests[0].body.as_slice(), requests[1].body.as_slice()), (body.as_bytes(), body.as_bytes()));
    assert!(String::from_utf8_lossy(&requests[2].body).contains("client-submission"));

    for (stdin, says) in [("{\"a\": 1", "line 1, column 7"), ("", "is empty"), ("nothing of JSON", "is not JSON")] {
        let text = refused(&home, &["test", "--body", "-"], stdin, 2, Some("body"));
        assert!(text.contains(says), "{text}");
    }
    refused(&home, &["test", "--body", "none.json"], "", 2, Some("body"));
    refused(&home, &["test", "--timeout", "0"], "", 2, Some("timeout_s"));
    refused(&home, &["test", "--ca-cert", "none.pem"], "", 2, Some("ca_cert"));
    assert_eq!(receiver.connections(), 3);
}

#[test]
fn own_events_are_sent_by_name() {
    let receiver = Receiver::start(expect_nothing());
    let home = registered_at(&receiver, &["--auth", "default"], "");
    fs::create_dir(home.config_dir().join("events")).unwrap();
    fs::write(home.config_dir().join("events/mine.json"), "{\"mine\": true}").unwrap();
    let json = home.waypost(&["test", "--event", "mine", "--json"]).exits(0).json();
    assert_eq!(json["delivery"]["event"], "mine");
    assert_eq!(receiver.wait_for_request(DEADLINE).body, b"{\"mine\": true}");
    let text = refused(&home, &["test", "--event", "other"], "", 2, Some("body"));
    assert!(text.contains("ping") && text.contains("mine"), "{text}");
    // By the same check as a body of any other origin.
    for (body, says) in
        [(&b"{\"a\":\n x}"[..], "bad is not JSON at line 2, column 2"), (b"\"\xff\"", "bad is not UTF-8 at byte 2")]
    {
        fs::write(home.config_dir().join("events/bad.json"), body).unwrap();
        for args in [["test", "--event", "bad"].as_slice(), &["test", "--event", "bad", "--dry-run"]] {
            let text = refused(&home, args, "", 2, Some("body"));
            assert!(text.contains(says), "{text}");
        }
    }
    assert_eq!(receiver.connections(), 1);
}

#[test]
fn a_dry_run_sends_nothing() {
    let receiver = Receiver::start(expect_bearer("a-token-of-some-length"));
    let home = registered_at(&receiver, &["--auth", "bearer", "--secret-stdin"], "a-token-of-some-length");
    let text = home.waypost(&["test", "--dry-run"]).exits(0).stdout;
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines[0], format!("POST {}", receiver.url));
    for line in ["content-type: application/json", "authorization: Bearer ••••••••"] {
        assert!(lines.contains(&line), "{text}");
    }
    let names: Vec<_> =
        lines[1..].iter().take_while(|line| !line.is_empty()).map(|line| line.split(':').next().unwrap()).collect();
    let json = home.waypost(&["test", "--dry-run", "--json"]).exits(0).json();
    schema::assert_valid("test", &json);
    assert_eq!(
        json["request"]["headers"].as_array().unwrap().iter().map(|pair| pair[0].as_str().unwrap()).collect::<Vec<_>>(),
        names
    );
    assert_eq!((receiver.connections(), history(&home).len()), (0, 0));
    home.waypost(&["test"]).exits(0);
    let sent: Vec<_> = receiver.wait_for_request(DEADLINE).headers.into_iter().map(|(name, _)| name).collect();
    assert_eq!(sent, names);
}

#[test]
fn a_ca_for_one_attempt() {
    let receiver = Receiver::start(expect_nothing());
    let home = default_at(&receiver.url);
    home.waypost(&["test"]).exits(4);
    home.waypost(&["test", "--ca-cert", receiver.ca().to_str().unwrap()]).exits(0);
    assert!(home.waypost(&["show", "--json"]).exits(0).json()["destination"].get("tls").is_none());
}

#[test]
fn h37_each_failure_has_its_own_message() {
    // It contains no names (RFC 6761 §6.4).
    let unknown = default_at("https://unknown.invalid/in");
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let closed = default_at(&format!("https://localhost:{}/", free.local_addr().unwrap().port()));
    drop(free);
    let resetting = listener(|mut stream| {
        // What is left unread at the close is answered with a reset.
        let _ = stream.read(&mut [0; 1]);
    });
    let reset = default_at(&format!("https://localhost:{resetting}/"));
    let proxy = listener(|mut stream| {
        let _ = stream.read(&mut [0; 4096]);
        let _ = stream.write_all(b"HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n");
    });
    let proxied = default_at("https://hooks.example.com/");
    let proxy = format!("http://127.0.0.1:{proxy}");

    let all = [
        (failed(&unknown, &[]), "dns"),
        (failed(&closed, &[]), "connect"),
        (failed(&reset, &[]), "tls"),
        (failed(&proxied, &[("HTTPS_PROXY", &proxy)]), "connect"),
    ];
    for ((phase, why), expected) in &all {
        assert_eq!(phase, expected, "{why}");
    }
    let mut texts: Vec<_> = all.iter().map(|((_, why), _)| why).collect();
    texts.sort();
    texts.dedup();
    assert_eq!(texts.len(), 4, "{texts:?}");
    assert!(all[3].0.1.contains("407"), "{}", all[3].0.1);
}

/// A server that does that with each connection; its port.
fn listener(serve: impl Fn(TcpStream) + Send + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || listener.incoming().flatten().for_each(serve));
    port
}

#[test]
fn h39_redirects_are_not_followed() {
    let other = Receiver::start(expect_nothing());
    for status in [301, 302, 303, 307, 308] {
        let receiver = Receiver::scripted(expect_nothing(), vec![Answer::status(status).header("location", &other.url)]);
        let home = registered_at(&receiver, &["--auth", "default"], "");
        let out = home.waypost(&["test"]).exits(3);
        assert!(out.stdout.starts_with("refused") && out.stdout.contains(&other.url), "{}", out.stdout);
        let json = home.waypost(&["test", "--json"]).exits(3).json();
        schema::assert_valid("test", &json);
        assert_eq!(json["delivery"]["attempts"][0]["status"], status);
        assert!(json["delivery"]["attempts"][0]["why"].as_str().unwrap().contains("redirect"), "{json}");
    }
    assert_eq!(other.connections(), 0);
}

#[test]
fn h40_proxies_are_asked_or_not() {
    let receiver = Receiver::start(expect_nothing());
    let home = registered_at(&receiver, &["--auth", "default"], "");
    let out = home.run(&["test"], b"", &[("HTTPS_PROXY", "http://[bad")]).exits(2);
    assert!(out.stdout.contains("HTTPS_PROXY"), "{}", out.stdout);
    assert_eq!(receiver.connections(), 0);
    home.run(&["test"], b"", &[("HTTPS_PROXY", "http://127.0.0.1:1"), ("NO_PROXY", "localhost")]).exits(0);
    assert_eq!(receiver.connections(), 1);
}

#[test]
fn h42_no_ca_store() {
    let receiver = Receiver::start(expect_nothing());
    let home = default_at(&receiver.url);
    let none = home.path().join("none");
    let none = none.to_str().unwrap();
    let out = home.run(&["test"], b"", &[("SSL_CERT_FILE", none), ("SSL_CERT_DIR", none)]).exits(4);
    assert!(out.stdout.contains("ca-certificates") && out.stdout.contains("SSL_CERT_FILE"), "{}", out.stdout);
    assert_eq!(receiver.connections(), 0);
}

#[test]
fn h45_what_comes_from_outside_is_escaped() {
    let answer =
        Answer::status(400).header("x-title", "\u{9b}31m\u{202e}txt").body("a\x1b]52;c;eA==\x07b\u{200b}c\r\nline two\n");
    let receiver = Receiver::scripted(expect_nothing(), vec![answer]);
    let home = registered_at(&receiver, &["--auth", "default"], "");
    let out = home.waypost(&["test", "-v"]).exits(3);
    for c in ['\x1b', '\x07', '\u{9b}', '\u{202e}', '\u{200b}', '\r'] {
        assert!(!out.stdout.contains(c), "{c:?} in {:?}", out.stdout);
    }
    assert!(out.stdout.contains("a\\x1b]52;c;eA==\\x07b\\u{200b}c\nline two\n"), "{}", out.stdout);
    let json = home.waypost(&["test", "--json"]).exits(3);
    for c in ['\x1b', '\x07', '\u{9b}', '\u{202e}', '\u{200b}', '\r'] {
        assert!(!json.stdout.contains(c), "{c:?} in {:?}", json.stdout);
    }
    assert!(json.stdout.contains("\\u009b31m\\u202etxt"), "{}", json.stdout);
    let response = &json.json()["delivery"]["attempts"][0]["response"];
    assert_eq!(response["body"], "a\x1b]52;c;eA==\x07b\u{200b}c\r\nline two\n");
    // Errors, too.
    let out = home.waypost(&["test", "--json", "--body", "\u{202e}\u{9b}x"]).exits(2);
    assert!(!out.stdout.contains(['\u{9b}', '\u{202e}']), "{:?}", out.stdout);
}

#[test]
fn must_not_12_a_notice_of_the_same_certificate_twice() {
    let ends = |days: i64| {
        let ca = Ca::new();
        let at = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(24 * days + 1);
        let (year, month, day) = (at.strftime("%Y").to_string(), at.strftime("%m").to_string(), at.strftime("%d").to_string());
        let leaf = ca.leaf_with(&["localhost"], |params| {
            params.not_after = rcgen::date_time_ymd(year.parse().unwrap(), month.parse().unwrap(), day.parse().unwrap());
        });
        Receiver::with_leaf(expect_nothing(), vec![Answer::status(200)], &ca, leaf)
    };
    let receiver = ends(10);
    let home = registered_at(&receiver, &["--auth", "default"], "");
    let out = home.waypost(&["test", "-v"]).exits(0);
    assert!(out.stderr.starts_with("note: The endpoint's certificate expires in "), "{}", out.stderr);
    for part in [
        "\nAddresses ",
        "\nTLS ",
        "TLS 1.3",
        "\nCertificate   for localhost\n",
        "\nIssued by ",
        "\nValid until ",
        " days from then\n",
    ] {
        assert!(out.stdout.contains(part), "{part:?} in {}", out.stdout);
    }
    let json = home.waypost(&["test", "--json"]).exits(0).json();
    schema::assert_valid("test", &json);
    // Once for each certificate.
    assert_eq!((&json["notices"], &json["delivery"]["attempts"][0]["tls"]["end_noticed"]), (&json!([]), &json!(true)));
    assert_eq!(home.waypost(&["test"]).exits(0).stderr, "");
    assert_eq!(home.waypost(&["test", "-q"]).exits(0).stderr, "");

    let receiver = ends(90);
    let home = registered_at(&receiver, &["--auth", "default"], "");
    assert_eq!(home.waypost(&["test"]).exits(0).stderr, "");
    assert_eq!(home.waypost(&["test", "--json"]).exits(0).json()["notices"], json!([]));
}

/// Runs a test against an endpoint that never answers, and stops it by that signal.
fn stopped_by(signal: Signal) -> (Home, Output) {
    let receiver = Receiver::scripted(expect_nothing(), vec![Answer::Stall]);
    let home = registered_at(&receiver, &["--auth", "default"], "");
    let mut command = home.command(&["test", "--json"]);
    command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    let child = command.spawn().unwrap();
    receiver.wait_for_request(DEADLINE);
    kill_process(Pid::from_raw(child.id().cast_signed()).unwrap(), signal).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (home, Output { stdout: text(output.stdout), stderr: text(output.stderr), code: output.status.code() })
}

#[test]
fn h48_a_signal_stops_a_delivery_and_it_is_recorded() {
    for (signal, code) in [(Signal::INT, 130), (Signal::TERM, 143), (Signal::HUP, 129)] {
        let (home, out) = stopped_by(signal);
        let out = out.exits(code);
        schema::assert_valid("test", &out.json());
        assert_eq!(out.json()["delivery"]["outcome"], "stopped");
        assert_eq!(history(&home)[0]["outcome"], "stopped");
    }
}

#[test]
fn a13_every_signal_that_ends_a_command_stops_the_delivery() {
    for (signal, code) in
        [(Signal::QUIT, 131), (Signal::USR1, 138), (Signal::USR2, 140), (Signal::ALARM, 142), (Signal::PROF, 155)]
    {
        let (home, out) = stopped_by(signal);
        assert_eq!(out.exits(code).json()["delivery"]["outcome"], "stopped");
        assert_eq!(history(&home)[0]["outcome"], "stopped");
    }
}

/// Standard output is a pipe that nobody reads, and that is full soon.
fn into_a_full_pipe(command: &mut std::process::Command) -> (std::process::Child, std::os::fd::OwnedFd) {
    let (reader, writer) = rustix::pipe::pipe().unwrap();
    rustix::pipe::fcntl_setpipe_size(&writer, 4096).unwrap();
    let child = command.stdin(std::process::Stdio::null()).stdout(writer).stderr(std::process::Stdio::null()).spawn().unwrap();
    (child, reader)
}

#[test]
fn a05_a_signal_ends_a_command_whose_output_nobody_reads() {
    let receiver = Receiver::scripted(expect_nothing(), vec![Answer::status(200).body("x".repeat(16 * 1024))]);
    for (signal, code) in [(Signal::TERM, 143), (Signal::INT, 130), (Signal::HUP, 129), (Signal::QUIT, 131)] {
        let home = registered_at(&receiver, &["--auth", "default"], "");
        let (mut child, reader) = into_a_full_pipe(&mut home.command(&["test", "--json"]));
        let deadline = std::time::Instant::now() + DEADLINE;
        while rustix::io::ioctl_fionread(&reader).unwrap() < 4096 {
            assert!(std::time::Instant::now() < deadline, "the pipe was not filled");
            std::thread::yield_now();
        }
        let begun = std::time::Instant::now();
        kill_process(Pid::from_child(&child), signal).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(code), "{signal:?}");
        assert!(begun.elapsed() < Duration::from_secs(2), "{signal:?}: it took {:?}", begun.elapsed());
        assert_eq!(history(&home)[0]["outcome"], "delivered");
    }
}

#[test]
fn an_ignored_signal_stays_ignored() {
    let slow = Answer::status(200).after(Duration::from_millis(500));
    let receiver = Receiver::scripted(expect_nothing(), vec![slow]);
    let home = registered_at(&receiver, &["--auth", "default"], "");
    let base = home.command(&[]);
    let mut command = std::process::Command::new("sh");
    command.args(["-c", "trap '' HUP; exec \"$0\" test --json", base.get_program().to_str().unwrap()]);
    command.env_clear().envs(base.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let child = command.stdout(std::process::Stdio::piped()).spawn().unwrap();
    receiver.wait_for_request(DEADLINE);
    kill_process(Pid::from_raw(child.id().cast_signed()).unwrap(), Signal::HUP).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn h32_what_cannot_be_recorded_is_sent_all_the_same() {
    let receiver = Receiver::start(expect_nothing());
    let home = registered_at(&receiver, &["--auth", "default"], "");
    fs::create_dir_all(home.database()).unwrap();
    let out = home.waypost(&["test"]).exits(0);
    assert!(out.stderr.starts_with("not recorded: "), "{}", out.stderr);
    let out = home.waypost(&["test", "--json", "-q"]).exits(0);
    assert!(out.stderr.starts_with("not recorded: "), "{}", out.stderr);
    assert_eq!(out.json()["delivery"]["outcome"], "delivered");
}

#[test]
fn a_timeout_from_the_command_line() {
    let receiver = Receiver::scripted(expect_nothing(), vec![Answer::status(200).after(Duration::from_secs(20))]);
    let home = registered_at(&receiver, &["--auth", "default"], "");
    let json = home.waypost(&["test", "--timeout", "1", "--json"]).exits(4).json();
    assert_eq!(json["delivery"]["attempts"][0]["phase"], "wait");
    assert_eq!(registered().waypost(&["edit", "--timeout", "120"]).exits(0).stdout, "");
}

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn c15_the_answer_decides_where_a_text_is_expected() {
    let long = format!("{}accepted", "x".repeat(20_000));
    let receiver = Receiver::scripted(
        expect_nothing(),
        vec![
            Answer::status(200).body("Hook rules were not satisfied."),
            Answer::status(200).body("Hook rules were not satisfied."),
            Answer::status(200).body("{\"state\":\"accepted\"}"),
            Answer::status(200).header("content-encoding", "gzip").body(gzip("It was accepted.")),
            Answer::status(200).body(long),
        ],
    );
    let home = registered_at(&receiver, &["--auth", "default"], "");
    let out = home.waypost(&["test", "--json"]).exits(0).json();
    schema::assert_valid("test", &out);
    assert!(out["notices"][0]["text"].as_str().unwrap().contains("reads like a refusal: \"Hook rules"), "{out}");
    let out = home.waypost(&["test", "--expect", "accepted", "--json"]).exits(3).json();
    schema::assert_valid("test", &out);
    assert_eq!((&out["delivery"]["outcome"], &out["delivery"]["attempts"][0]["status"]), (&json!("refused"), &json!(200)));
    let why = out["delivery"]["attempts"][0]["why"].as_str().unwrap().to_owned();
    assert_eq!(why, "The endpoint answered 200, but its answer does not contain the expected \"accepted\".");
    let shown = home.waypost(&["history", "show", out["delivery"]["id"].as_str().unwrap(), "--json"]).exits(0).json();
    assert_eq!(shown["delivery"]["attempts"][0]["why"], why);
    home.waypost_stdin(&["test", "--expect", "accepted", "--body", "-"], "{}").exits(0);
    let out = home.waypost(&["test", "--expect", "accepted"]).exits(0);
    assert!(out.stdout.contains("It was accepted.\n(decoded from gzip)"), "{}", out.stdout);
    let out = home.waypost(&["test", "--expect", "accepted"]).exits(3);
    assert!(out.stdout.contains("in its first 16 KiB, which is what is searched"), "{}", out.stdout);
    for empty in ["", "  "] {
        let text = refused(&home, &["test", "--expect", empty], "", 2, None);
        assert!(text.contains("--expect TEXT"), "{text}");
    }
}

#[test]
fn c13_an_answer_in_gzip_is_shown_as_text_and_masked() {
    let token = "canary-token-0123456789";
    let receiver = Receiver::scripted(
        expect_nothing(),
        vec![Answer::status(400).header("content-encoding", "gzip").body(gzip(&format!("invalid token {token}")))],
    );
    let home = registered_at(&receiver, &["--auth", "bearer", "--secret-stdin"], token);
    let out = home.waypost(&["test"]).exits(3).stdout;
    assert!(out.contains("speaks of the credentials: \"invalid token") && out.contains("(decoded from gzip)"), "{out}");
    assert!(!out.contains(token), "{out}");
    let json = home.waypost(&["test", "--json"]).exits(3).json();
    let body = &json["delivery"]["attempts"][0]["response"]["body"]["base64"];
    let body = base64::engine::general_purpose::STANDARD.decode(body.as_str().unwrap()).unwrap();
    let mut text = String::new();
    flate2::read::GzDecoder::new(&body[..]).read_to_string(&mut text).unwrap();
    assert!(text.starts_with("invalid token ") && !text.contains(token), "{text}");
}
