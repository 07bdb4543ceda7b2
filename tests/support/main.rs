//! The harness itself, tried on programs that every machine has: a harness that sees nothing would pass every test.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says what broke by failing")]

#[path = "mod.rs"]
mod support;

use std::io::{Read as _, Write as _};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use rustix::process::Signal;
use support::Home;
use support::ca::{Ca, Leaf};
use support::check::{self, Check};
use support::pty::{Command, Key};
use support::receiver::{Answer, DEADLINE, Receiver};

fn program(name: &str, args: &[&str], home: &Home) -> Command {
    Command::new(name, home.path()).args(args)
}

#[test]
fn keys_arrive_and_the_screen_is_seen() {
    let home = Home::new();
    let mut pty = program("cat", &[], &home).start();
    pty.type_text("hello");
    pty.key(Key::Enter);
    pty.wait_for("hello\nhello");
    pty.type_text("\x1b[2J\x1b[H");
    pty.key(Key::Enter);
    pty.gone("hello");
    pty.key(Key::Ctrl('d'));
    let exit = pty.wait_exit();
    assert_eq!((exit.code, exit.signal), (Some(0), None));
    assert!(String::from_utf8_lossy(&pty.raw()).starts_with("hello\r\nhello\r\n"));
    pty.assert_terminal_whole();
}

#[test]
fn the_environment_and_the_size_are_the_tests_own() {
    let home = Home::new();
    let mut pty = program("env", &[], &home).env("ONE", "1").start();
    pty.wait_exit();
    let names: Vec<_> = pty.screen_text().lines().filter_map(|line| Some(line.split_once('=')?.0.to_owned())).collect();
    for name in ["PATH", "HOME", "TERM", "LANG", "ONE"] {
        assert!(names.iter().any(|own| own == name), "{name} in {names:?}");
    }
    assert!(!names.iter().any(|name| name.starts_with("CARGO")), "{names:?}");
    let mut pty = program("stty", &["size"], &home).size(31, 97).start();
    pty.wait_for("31 97");
}

#[test]
fn a_resize_reaches_the_program() {
    let home = Home::new();
    let mut pty = program("sh", &["-c", "trap 'stty size' WINCH; echo ready; while read x; do :; done"], &home).start();
    pty.wait_for("ready");
    pty.resize(40, 100);
    // The shell runs its trap when the read it waits in has come back.
    pty.key(Key::Enter);
    pty.wait_for("40 100");
    pty.resize(0, 0);
}

#[test]
fn exit_codes_and_signals_are_distinguished() {
    let home = Home::new();
    let exit = program("sh", &["-c", "exit 7"], &home).start().wait_exit();
    assert_eq!((exit.code, exit.signal), (Some(7), None));
    let mut pty = program("cat", &[], &home).start();
    pty.signal(Signal::TERM);
    let exit = pty.wait_exit();
    assert_eq!((exit.code, exit.signal), (None, Some(15)));
    assert!(exit.cpu < Duration::from_secs(1));
}

#[test]
fn a_stop_is_seen_and_a_stopped_program_goes_on() {
    let home = Home::new();
    let mut pty = program("cat", &[], &home).start();
    pty.type_text("before\r");
    pty.wait_for("before\nbefore");
    pty.signal(Signal::STOP);
    pty.wait_stopped();
    pty.signal(Signal::CONT);
    pty.type_text("after\r");
    pty.wait_for("after\nafter");
}

#[test]
fn a_hang_up_ends_the_program_and_types_nothing() {
    let home = Home::new();
    let log = home.path().join("log");
    // The program outlives the signal, so it would get whatever was typed; in raw mode the end-of-file character is a byte.
    let script = "trap '' HUP; stty raw -echo; printf ready; cat > \"$1\"; exit 9";
    let mut pty = program("sh", &["-c", script, "sh", log.to_str().unwrap()], &home).start();
    pty.wait_for("ready");
    pty.hang_up();
    assert_eq!(pty.wait_exit().code, Some(9));
    assert_eq!(std::fs::read(&log).unwrap(), b"");

    let mut pty = program("cat", &[], &home).start();
    pty.type_text("x\r");
    pty.wait_for("x\nx");
    pty.hang_up();
    assert_eq!(pty.wait_exit().signal, Some(1));
}

#[test]
fn a_broken_terminal_is_noticed() {
    let home = Home::new();
    for (script, what) in [
        ("stty -echo", "ECHO"),
        ("stty -icanon", "ICANON"),
        ("stty -isig", "ISIG"),
        ("stty -opost", "OPOST"),
        ("printf '\\033[?1049h'", "alternate screen"),
        ("printf '\\033[?25l'", "cursor"),
        ("printf '\\033[?2004h'", "bracketed paste"),
        ("printf '\\033[?1000h'", "mouse"),
    ] {
        let mut pty = program("sh", &["-c", script], &home).start();
        pty.wait_exit();
        let noticed = catch_unwind(AssertUnwindSafe(|| pty.assert_terminal_whole())).unwrap_err();
        let text = noticed.downcast_ref::<String>().cloned().or_else(|| noticed.downcast_ref::<&str>().map(ToString::to_string));
        assert!(text.as_ref().is_some_and(|text| text.contains(what)), "{script}: {text:?}");
    }
    let mut pty = program("sh", &["-c", "stty raw -echo; printf '\\033[?1049h\\033[?25l'; cat"], &home).start();
    pty.wait_until(|screen| screen.alternate_screen() && screen.hide_cursor());
    assert!(pty.is_raw());
}

/// A client that is not the product's.
fn exchange(receiver: &Receiver, request: &[u8]) -> std::io::Result<String> {
    use rustls::pki_types::{CertificateDer, ServerName, pem::PemObject as _};
    let mut roots = rustls::RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(receiver.ca()).unwrap()).unwrap();
    let config = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let session = rustls::ClientConnection::new(Arc::new(config), ServerName::try_from("localhost").unwrap()).unwrap();
    let mut stream = rustls::StreamOwned::new(session, std::net::TcpStream::connect(receiver.addr)?);
    stream.write_all(request)?;
    stream.flush()?;
    let mut answer = Vec::new();
    let mut chunk = [0; 4096];
    loop {
        let n = stream.read(&mut chunk)?;
        answer.extend_from_slice(&chunk[..n]);
        let text = String::from_utf8_lossy(&answer).into_owned();
        let length = text.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok());
        let body = text.split_once("\r\n\r\n").map(|(_, body)| body.len());
        if n == 0 || body.is_some() && body == length {
            return Ok(text);
        }
    }
}

fn request(target: &str, extra: &str, body: &str) -> Vec<u8> {
    format!(
        "POST {target} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nuser-agent: waypost/0\r\n\
         webhook-id: msg_0123456789\r\nwebhook-timestamp: 1790000000\r\n{extra}content-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

#[test]
fn the_receiver_keeps_what_came_byte_for_byte() {
    let receiver = Receiver::start(check::expect_nothing());
    let sent = request("/in?a=1&b=%20+", "X-Y: z\r\n", "{\"a\": 1}");
    assert!(exchange(&receiver, &sent).unwrap().starts_with("HTTP/1.1 200 "));
    let came = receiver.wait_for_request(DEADLINE);
    assert_eq!((came.raw.as_slice(), came.method(), came.target()), (sent.as_slice(), "POST", "/in?a=1&b=%20+"));
    assert_eq!((came.header("x-y"), came.body.as_slice()), ("z", b"{\"a\": 1}".as_slice()));
    assert_eq!(came.headers[0].0, "Host");
    assert_eq!((receiver.connections(), receiver.requests().len()), (1, 1));
}

#[test]
fn the_receiver_distinguishes_right_from_wrong() {
    let mac = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    let secret = "It's a Secret to Everybody";
    let checks: Vec<(Check, &str, String, String)> = vec![
        (check::expect_hmac("hex", "X-Sig", secret), "/in", format!("x-sig: {mac}\r\n"), format!("x-sig: 0{}\r\n", &mac[1..])),
        (
            check::expect_hmac("sha256-hex", "X-Sig", secret),
            "/in",
            format!("x-sig: sha256={mac}\r\n"),
            format!("x-sig: {mac}\r\n"),
        ),
        (
            check::expect_basic("Aladdin", "open sesame"),
            "/in",
            "authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n".into(),
            "authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZR==\r\n".into(),
        ),
        (check::expect_bearer("abc"), "/in", "authorization: Bearer abc\r\n".into(), "authorization: Bearer abd\r\n".into()),
        (check::expect_api_key_header("X-Key", "v"), "/in", "x-key: v\r\n".into(), "x-key: v\r\nx-key: v\r\n".into()),
        (check::expect_api_key_query("my key", "v&"), "/in?my%20key=v%26", String::new(), "content-type: text/plain\r\n".into()),
        (check::expect_nothing(), "/in", String::new(), "webhook-id: msg_2222222222\r\n".into()),
    ];
    for (check, target, right, wrong) in checks {
        let receiver = Receiver::start(check.clone());
        let answer = exchange(&receiver, &request(target, &right, "Hello, World!")).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 "), "{check:?}: {answer}");
        let answer = exchange(&receiver, &request(target, &wrong, "Hello, World!")).unwrap();
        assert!(answer.starts_with("HTTP/1.1 401 ") && answer.contains("reason"), "{check:?}: {answer}");
    }
    let receiver = Receiver::start(check::expect_api_key_query("k", "v"));
    for target in ["/in", "/in?k=w", "/in?k=v&k=v"] {
        assert!(exchange(&receiver, &request(target, "", "")).unwrap().starts_with("HTTP/1.1 401 "), "{target}");
    }
}

#[test]
fn the_checks_own_arithmetic_is_right() {
    let mac = check::signature(
        "standard",
        "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD",
        "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk",
        "1649367553",
        br#"{"email":"test@example.com","username":"test_user"}"#,
    );
    assert_eq!(mac, "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=");
    // RFC 4648 §10.
    for (plain, coded) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE=")]
    {
        assert_eq!(check::base64(plain.as_bytes()), coded);
    }
}

#[test]
fn answers_follow_the_script() {
    let answers = vec![
        Answer::status(503).header("retry-after", "1").body("later"),
        Answer::Raw(b"HTTP/1.1 200 OK\r\nx: \x1b[31m\r\n\r\n".to_vec()),
        Answer::Close,
        Answer::With(Box::new(|stream| stream.write_all(b"mine"))),
        Answer::status(204).after(Duration::from_millis(1)).header("content-length", "0"),
    ];
    let receiver = Receiver::scripted(check::expect_nothing(), answers);
    let answer = || exchange(&receiver, &request("/in", "", "")).unwrap_or_default();
    let first = answer();
    assert!(first.starts_with("HTTP/1.1 503 ") && first.contains("retry-after: 1\r\n") && first.ends_with("later"), "{first}");
    assert!(answer().contains('\x1b'));
    assert_eq!(answer(), "");
    assert_eq!(answer(), "mine");
    assert!(answer().starts_with("HTTP/1.1 204 "));
    assert!(answer().starts_with("HTTP/1.1 204 "));
    assert_eq!(receiver.requests().len(), 6);
}

#[test]
fn certificates_from_a_test_ca() {
    let (ca, other) = (Ca::new(), Ca::named("another"));
    let names = ["localhost"];
    let expired = ca.leaf_with(&names, |params| params.not_after = rcgen::date_time_ymd(2020, 1, 1));
    for leaf in [expired, ca.leaf(&["other.example"]), other.leaf(&names), Leaf::self_signed(&names, true)] {
        let receiver = Receiver::with_leaf(check::expect_nothing(), vec![Answer::Checked], &ca, leaf);
        assert!(exchange(&receiver, &request("/in", "", "")).is_err());
        assert!(receiver.requests().is_empty());
    }
}
