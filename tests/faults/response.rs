//! Rows 39, 43 to 46: answers that are too long, too many, or not what they seem.

use std::fs;
use std::io::{Read as _, Write as _};
use std::process::Stdio;

use serde_json::json;

use super::endpoint::{Endpoint, attempt, attempt_of, text};
use crate::support::Home;
use crate::support::ca::Ca;
use crate::support::check::expect_nothing;
use crate::support::common::registered_at;
use crate::support::receiver::{Answer, Receiver};

const KEPT: usize = 16 * 1024;

/// Runs a test and gives its attempt and the most memory that it had in use, in KiB. It is looked at when the delivery is over
/// and half of what is printed about it is still to be written.
#[track_caller]
fn measured(home: &Home, code: i32) -> (serde_json::Value, u64) {
    let (mut reader, writer) = std::io::pipe().unwrap();
    rustix::pipe::fcntl_setpipe_size(&writer, 4096).unwrap();
    let mut child = home.command(&["test", "--json"]).stdin(Stdio::null()).stdout(writer).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdout = vec![0];
    reader.read_exact(&mut stdout).unwrap();
    let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("the peak of its memory");
    let peak = peak.trim().trim_end_matches(" kB").parse().unwrap();
    reader.read_to_end(&mut stdout).unwrap();
    assert!(stdout.len() > 8192, "it had ended already");
    let mut stderr = String::new();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    let out = crate::support::Output { stdout: String::from_utf8(stdout).unwrap(), stderr, code: child.wait().unwrap().code() };
    (attempt_of(&out.exits(code)), peak)
}

#[test]
fn h43_an_endless_body_is_cut() {
    for (status, code) in [(200, 0), (500, 3)] {
        let ca = Ca::new();
        let endpoint = Endpoint::tls(&ca, move |stream| {
            stream.read_exact(&mut [0])?;
            write!(stream, "HTTP/1.1 {status} Long\r\n\r\n")?;
            loop {
                stream.write_all(&[b'x'; 16 * 1024])?;
            }
        });
        let (attempt, peak) = measured(&endpoint.registered(Some(&ca), "10"), code);
        assert_eq!(attempt["response"]["truncated"], true);
        assert_eq!(attempt["response"]["body"].as_str().map(str::len), Some(KEPT));
        assert!(peak < 64 * 1024, "{peak} KiB");
    }
}

/// Zeros as one fixed Huffman block of deflate (RFC 1951 §3.2.6) in gzip: 13 bits make 258 of them.
fn bomb(matches: usize) -> Vec<u8> {
    let mut bits: Vec<bool> = vec![true, true, false];
    // The literal 0, then length 258 (code 285) at distance 1, most significant bit first.
    bits.extend([false, false, true, true, false, false, false, false]);
    for _ in 0..matches {
        bits.extend([true, true, false, false, false, true, false, true, false, false, false, false, false]);
    }
    bits.extend([false; 7]);
    let mut out = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3];
    out.extend(bits.chunks(8).map(|eight| eight.iter().enumerate().fold(0, |byte, (at, &bit)| byte | u8::from(bit) << at)));
    out
}

#[test]
fn h43_of_a_gzip_bomb_the_beginning_is_decoded() {
    let bomb = bomb(1_000_000);
    // What is printed is longer than the pipe, so that the program is still there to be measured.
    let padding = "x".repeat(4000);
    let answer = ["a", "b", "c"]
        .iter()
        .fold(Answer::status(200).header("content-encoding", "gzip"), |answer, name| answer.header(name, &padding));
    let answer = answer.body(&bomb);
    let receiver = Receiver::scripted(expect_nothing(), vec![answer]);
    let (attempt, peak) = measured(&registered_at(&receiver, &["--auth", "default"], ""), 0);
    let kept = attempt["response"]["body"]["base64"].as_str().expect("it is no text");
    // The beginning of what it says, compressed again.
    assert!(kept.len() < 2 * KEPT, "{} letters", kept.len());
    assert_eq!(attempt["response"]["truncated"], true);
    assert!(peak < 64 * 1024, "{peak} KiB");
}

#[test]
fn h43_a_body_cut_short_is_judged_by_its_status() {
    for (status, code) in [(204 - 4, 0), (400, 3)] {
        let raw = format!("HTTP/1.1 {status} Short\r\ncontent-length: 1000\r\n\r\nhalf");
        let receiver = Receiver::scripted(expect_nothing(), vec![Answer::Raw(raw.into_bytes())]);
        let attempt = attempt(&registered_at(&receiver, &["--auth", "default"], ""), &[], "", code);
        assert_eq!((&attempt["status"], &attempt["response"]["body"]), (&json!(status), &json!("half")));
        assert!(text(&attempt, "why").contains("ended early"), "{attempt}");
    }
}

#[test]
fn h44_many_headers_and_a_very_long_one() {
    let head = |headers: String| Answer::Raw(format!("HTTP/1.1 200 OK\r\n{headers}content-length: 0\r\n\r\n").into_bytes());
    let many = (0..200).map(|n| format!("x-{n}: {n}\r\n")).collect::<Vec<_>>().concat();
    let receiver = Receiver::scripted(expect_nothing(), vec![head(many)]);
    let taken = attempt(&registered_at(&receiver, &["--auth", "default"], ""), &[], "", 0);
    assert_eq!(taken["response"]["headers"].as_array().map(Vec::len), Some(201));

    let receiver = Receiver::scripted(expect_nothing(), vec![head(format!("x: {}\r\n", "x".repeat(2 << 20)))]);
    let home = registered_at(&receiver, &["--auth", "default"], "");
    let refused = attempt(&home, &[], "", 4);
    assert_eq!((text(&refused, "outcome"), text(&refused, "phase")), ("failed", "wait"));
    assert!(!text(&refused, "fix").is_empty(), "{refused}");
    let shown = home.waypost(&["test"]).exits(4).stdout;
    assert!(shown.len() < 4096 && shown.contains("Why"), "{shown}");
}

#[test]
fn h45_the_reason_and_the_head_are_escaped() {
    for (raw, code, shows) in [
        ("HTTP/1.1 400 No\u{202e}\u{200b}\u{9b}pe\r\ncontent-length: 0\r\n\r\n".as_bytes().to_vec(), 3, "400 "),
        (b"HTTP/1.1 400 \x1b]52;c;eA==\x07\r\ncontent-length: 0\r\n\r\n".to_vec(), 4, "Why"),
        (b"HTTP/1.1 400 No\r\nx-title: \x1b[31mred\r\ncontent-length: 0\r\n\r\n".to_vec(), 4, "Why"),
        (b"HTTP/1.1 301 No\r\nlocation: https://h.example/\x9b31m\xe2\x80\xae\r\ncontent-length: 0\r\n\r\n".to_vec(), 3, "Why"),
    ] {
        let receiver = Receiver::scripted(expect_nothing(), vec![Answer::Raw(raw)]);
        let home = registered_at(&receiver, &["--auth", "default"], "");
        let out = home.waypost(&["test", "-v"]).exits(code);
        assert!(out.stdout.contains(shows), "{}", out.stdout);
        for text in [&out.stdout, &out.stderr] {
            let raw = text.chars().find(|&c| c != '\n' && (c.is_control() || matches!(c, '\u{200b}' | '\u{202e}')));
            assert_eq!(raw, None, "{text:?}");
        }
    }
}

#[test]
fn h46_what_retry_after_says_is_shown_and_capped() {
    for (value, shows) in [
        ("30", "wait 30 s."),
        ("61", "wait 61 s; waypost waits at most 60 s"),
        ("99999999999999999999999", "waypost waits at most 60 s"),
        ("-5", "\"-5\" is neither a number of seconds nor a date"),
        ("soon", "\"soon\" is neither a number of seconds nor a date"),
        ("Fri, 31 Dec 2100 23:59:59 GMT", "until 2100-12-31 23:59:59 UTC; waypost waits at most 60 s"),
    ] {
        for status in [429, 503] {
            let receiver = Receiver::scripted(expect_nothing(), vec![Answer::status(status).header("retry-after", value)]);
            let home = registered_at(&receiver, &["--auth", "default"], "");
            let attempt = attempt(&home, &[], "", 3);
            assert!(text(&attempt, "why").contains(shows), "{value}: {attempt}");
            assert_eq!(receiver.connections(), 1, "a test is one attempt");
            let out = home.waypost_stdin(&["send", "-", "--retries", "0"], "{}").exits(3);
            let output = format!("{}{}", out.stdout, out.stderr);
            assert!(output.contains(shows), "{value}: {output}");
        }
    }
}

#[test]
fn h39_a_redirect_to_another_host_or_path_is_not_followed() {
    let other = Receiver::start(expect_nothing());
    let elsewhere = format!("https://127.0.0.1:{}/in", other.addr.port());
    for location in [elsewhere.as_str(), "/elsewhere", "//127.0.0.1/x", "http://localhost/in"] {
        for status in [301, 302, 303, 307, 308] {
            let receiver = Receiver::scripted(expect_nothing(), vec![Answer::status(status).header("location", location)]);
            let attempt = attempt(&registered_at(&receiver, &["--auth", "default"], ""), &[], "", 3);
            assert!(text(&attempt, "why").contains(&format!("{location} ({status}); redirect not followed")), "{attempt}");
            assert_eq!(receiver.requests().len(), 1);
        }
    }
    assert_eq!(other.connections(), 0);
}
