//! `send`: real events, one or many, on the built binary.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Child, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::schema;
use crate::support::check::{expect_bearer, expect_hmac, expect_nothing};
use crate::support::common::{history, refused, refused_with, registered_at};
use crate::support::receiver::{Answer, DEADLINE, Receiver};
use crate::support::{Home, Output};

const TOKEN: &str = "canary-token-of-some-length";

fn at(receiver: &Receiver) -> Home {
    registered_at(receiver, &["--auth", "default"], "")
}

fn lines(count: usize) -> String {
    (1..=count).map(|n| format!("{{\"n\": {n}}}\n")).collect::<Vec<_>>().concat()
}

fn bodies(receiver: &Receiver) -> BTreeSet<String> {
    receiver.requests().into_iter().map(|request| String::from_utf8(request.body).unwrap()).collect()
}

fn start(home: &Home, args: &[&str]) -> Child {
    let mut command = home.command(args);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn signal(child: &Child, signal: Signal) {
    kill_process(Pid::from_raw(child.id().cast_signed()).unwrap(), signal).unwrap();
}

fn end(child: Child) -> Output {
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Output { stdout: text(output.stdout), stderr: text(output.stderr), code: output.status.code() }
}

/// Waits for that on its stderr, which is then still read on.
fn wait_for_line(child: &mut Child, part: &str) -> std::io::BufReader<std::process::ChildStderr> {
    use std::io::BufRead as _;
    let mut stderr = std::io::BufReader::new(child.stderr.take().unwrap());
    loop {
        let mut line = String::new();
        assert!(stderr.read_line(&mut line).unwrap() > 0, "it ended without {part:?}");
        if line.contains(part) {
            return stderr;
        }
    }
}

#[test]
fn one_event_is_tried_again_under_the_same_id() {
    let receiver = Receiver::scripted(expect_bearer(TOKEN), vec![Answer::status(503), Answer::Checked]);
    let home = registered_at(&receiver, &["--auth", "bearer", "--secret-stdin"], TOKEN);
    let body = "{\"a\" : [1,\n 2]}\n";
    fs::write(home.path().join("order.json"), body).unwrap();
    let out = home.waypost(&["send", "order.json", "-v"]).exits(0);
    assert!(out.stderr.contains("attempt 1: The endpoint answered 503. Retrying in "), "{}", out.stderr);
    assert!(out.stdout.starts_with("delivered  200") && out.stdout.contains("attempt 1: refused 503"), "{}", out.stdout);
    let requests = receiver.requests();
    assert!(requests.iter().all(|request| request.body == body.as_bytes() && request.verdict.is_ok()));
    assert_eq!((requests.len(), requests[0].header("webhook-id")), (2, requests[1].header("webhook-id")));
    assert_eq!(history(&home)[0]["attempts"].as_array().unwrap().len(), 2);
    assert_eq!(history(&home)[0]["event"], "order.json");
    assert!(!(out.stdout + &out.stderr).contains(TOKEN));
}

#[test]
fn one_event_from_standard_input_as_json() {
    let receiver = Receiver::scripted(expect_nothing(), vec![Answer::Checked, Answer::status(401), Answer::status(503)]);
    let home = at(&receiver);
    for (args, code, attempts) in [
        (["send", "-", "--json"].as_slice(), 0, 1),
        (&["send", "-", "--json"], 3, 1),
        (&["send", "-", "--json", "--retries", "1"], 3, 2),
    ] {
        let out = home.waypost_stdin(args, "{}").exits(code);
        schema::assert_valid("test", &out.json());
        assert_eq!(out.json()["delivery"]["attempts"].as_array().unwrap().len(), attempts);
        assert_eq!(out.json()["delivery"]["event"], "stdin");
        // Quiet without a terminal.
        assert_eq!(out.stderr, "");
    }
    let closed = registered_at(&receiver, &["--auth", "default"], "");
    closed.waypost(&["edit", "--url", "https://localhost:1/"]).exits(0);
    closed.waypost_stdin(&["send", "-", "--retries", "0"], "{}").exits(4);
    let out = home.run(&["send", "-"], b"{}", &[("HTTPS_PROXY", "http://[bad")]).exits(2);
    assert!(out.stdout.contains("HTTPS_PROXY"), "{}", out.stdout);
}

#[test]
fn what_is_no_event_is_not_sent() {
    let receiver = Receiver::start(expect_nothing());
    let home = at(&receiver);
    for (stdin, says) in
        [("{\n\"a\" 1}", "line 2, column 5"), ("", "is empty"), ("\u{feff}{}", "byte order mark"), ("{} {}", "is not JSON")]
    {
        refused_with(&home, &["send", "-"], stdin, 2, Some("body"), says);
    }
    let out = home.waypost_stdin(&["send", "-"], b"\"\xff\"").exits(2);
    assert!(out.stderr.contains("UTF-8 at byte 2"), "{}", out.stderr);
    refused(&home, &["send", "none.json"], "", 2, Some("body"));
    refused(&home, &["send", "--lines", "none.jsonl"], "", 2, Some("body"));
    refused(&home, &["send", "--lines", "."], "", 2, Some("body"));
    refused_with(&home, &["send"], "", 2, None, "<FILE>");
    refused_with(&home, &["send", "-", "--retries", "99"], "{}", 2, None, "from 0 to 20");
    refused_with(&home, &["send", "-", "--lines", "--concurrency", "0"], "{}", 2, None, "from 1 to 256");
    refused_with(&home, &["send", "-", "--failed", "x"], "{}", 2, None, "--lines");
    refused_with(&home, &["send", "-", "--rate", "5/s"], "{}", 2, None, "--lines");
    for rate in ["", "0/s", "-1/s", "NaN/s", "inf/m", "1e99/s", "5", "5/x", "\u{1b}[31m/s"] {
        refused_with(&home, &["send", "-", "--lines", "--rate", rate], "{}", 2, None, "Use the form N/s, N/m or N/h");
    }
    refused(&home, &["send", "-", "--timeout", "0"], "{}", 2, Some("timeout_s"));
    refused(&Home::new(), &["send", "-"], "{}", 7, None);
    refused(&Home::new(), &["send", "--lines", "-"], "{}", 7, None);
    assert_eq!(receiver.connections(), 0);
}

#[test]
fn h48_a_signal_between_two_attempts_ends_it() {
    for (sig, code) in [(Signal::INT, 130), (Signal::TERM, 143)] {
        let receiver = Receiver::scripted(expect_nothing(), vec![Answer::status(503).header("retry-after", "60")]);
        let home = at(&receiver);
        fs::write(home.path().join("e"), "{}").unwrap();
        let mut child = start(&home, &["send", "e", "-v"]);
        let _stderr = wait_for_line(&mut child, "Retrying in 60.0 s");
        signal(&child, sig);
        let out = end(child).exits(code);
        assert!(out.stdout.starts_with("refused  503"), "{}", out.stdout);
        assert_eq!(history(&home).len(), 1);
    }
    let receiver = Receiver::scripted(expect_nothing(), vec![Answer::status(503).header("retry-after", "60")]);
    let home = at(&receiver);
    fs::write(home.path().join("e"), "{}").unwrap();
    for (more, says) in [("-v", true), ("--json", false)] {
        let mut child = start(&home, &["send", "e", "--retries", "3", more]);
        let mut stderr = None;
        if says {
            stderr = Some(wait_for_line(&mut child, "Retrying in 60.0 s"));
        } else {
            receiver.wait_for_requests(2, DEADLINE);
        }
        signal(&child, Signal::INT);
        let out = end(child).exits(130);
        let expected = "Stopped: not retried (1 of 4 attempts).";
        match stderr {
            Some(mut stderr) => {
                let mut rest = String::new();
                std::io::Read::read_to_string(&mut stderr, &mut rest).unwrap();
                assert!(rest.contains(expected), "{rest}");
            }
            None => {
                schema::assert_valid("test", &out.json());
                let notices = out.json()["notices"].clone();
                assert!(notices.as_array().unwrap().iter().any(|notice| notice["text"] == expected), "{notices}");
            }
        }
    }
}

#[test]
fn h48_a_signal_in_flight_ends_it() {
    let receiver = Receiver::scripted(expect_nothing(), vec![Answer::Stall]);
    let home = at(&receiver);
    fs::write(home.path().join("e"), "{}").unwrap();
    let child = start(&home, &["send", "e", "--json"]);
    receiver.wait_for_request(DEADLINE);
    signal(&child, Signal::TERM);
    let out = end(child).exits(143);
    schema::assert_valid("test", &out.json());
    assert_eq!(out.json()["delivery"]["outcome"], "stopped");
    assert_eq!(history(&home)[0]["outcome"], "stopped");
}

#[test]
fn waits_are_shown_on_a_terminal() {
    let receiver = Receiver::scripted(expect_nothing(), vec![Answer::status(503), Answer::Checked]);
    let home = at(&receiver);
    fs::write(home.path().join("e"), "{}").unwrap();
    let mut pty = home.pty(&["send", "e"]).start();
    assert_eq!(pty.wait_exit().code, Some(0));
    assert!(pty.screen_text().contains("attempt 1: The endpoint answered 503."), "{}", pty.screen_text());
    assert!(!pty.screen_text().contains('…'), "{}", pty.screen_text());
    pty.assert_terminal_whole();
}

#[test]
fn many_are_delivered_over_few_connections() {
    let receiver = Receiver::start(expect_hmac("standard", "webhook-signature", "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3"));
    let args = ["--auth", "hmac", "--format", "standard", "--secret-stdin"];
    let home = registered_at(&receiver, &args, "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3");
    fs::write(home.path().join("events.jsonl"), lines(200)).unwrap();
    let out = home.waypost(&["send", "--lines", "events.jsonl", "--concurrency", "4", "--failed", "failed"]).exits(0);
    assert!(out.stderr.starts_with("200 lines: 200 delivered, 0 refused, 0 failed; 0 retries, "), "{}", out.stderr);
    assert_eq!((out.stderr.lines().count(), out.stdout.as_str()), (1, ""));
    assert!(!home.path().join("failed").exists());
    assert_eq!(receiver.connections(), 4);
    assert!(receiver.requests().iter().all(|request| request.verdict.is_ok()));
    assert_eq!(bodies(&receiver), lines(200).lines().map(str::to_owned).collect());
    assert_eq!(history(&home).len(), 200);

    let out = home.waypost_stdin(&["send", "--lines", "-", "--json"], lines(3)).exits(0);
    schema::assert_valid("send", &out.json());
    assert_eq!((&out.json()["delivered"], out.stderr.as_str()), (&3.into(), ""));
    assert_eq!(home.waypost_stdin(&["send", "--lines", "-", "-q"], "").exits(0).stderr, "");
}

#[test]
fn what_is_not_delivered_is_in_the_failed_file_and_can_be_sent_from_it() {
    let receiver = Receiver::scripted(
        expect_nothing(),
        vec![Answer::status(200), Answer::status(401), Answer::status(200), Answer::status(404), Answer::status(200)],
    );
    let home = at(&receiver);
    let input = "{\"n\": 1}\r\n\n{\"n\":  2}\nnot json\n{\"n\": 3}\n {\"n\": 4}\n\"\u{1b}\"";
    fs::write(home.path().join("in"), input).unwrap();
    let args = ["send", "--lines", "in", "--concurrency", "1", "--failed", "not delivered"];
    let out = home.waypost(&args).exits(3);
    assert!(out.stderr.starts_with("6 lines: 2 delivered, 2 refused, 0 failed, 2 invalid; 0 retries, "), "{}", out.stderr);
    for says in [
        "line 4: it is not JSON at column 2\n",
        "line 7: it is not JSON at column",
        "4 not delivered; they are in not delivered. To continue: waypost send --lines 'not delivered' --failed NEW\n",
    ] {
        assert!(out.stderr.contains(says), "{says:?} in {}", out.stderr);
    }
    let failed = home.path().join("not delivered");
    assert_eq!(fs::metadata(&failed).unwrap().permissions().mode() & 0o7777, 0o600);
    let kept = fs::read_to_string(&failed).unwrap();
    let sorted = |text: &str| text.lines().map(str::to_owned).collect::<BTreeSet<_>>();
    assert_eq!(sorted(&kept), sorted("{\"n\":  2}\nnot json\n {\"n\": 4}\n\"\u{1b}\"\n"));

    // It is not written over, and nothing is sent.
    let sent = receiver.requests().len();
    refused_with(&home, &args, "", 2, None, "is not empty");
    assert_eq!((receiver.requests().len(), fs::read_to_string(&failed).unwrap()), (sent, kept));
    // What is left of it is what is no JSON.
    let out = home.waypost(&["send", "--lines", "not delivered", "--failed", "rest", "--json"]).exits(2);
    schema::assert_valid("send", &out.json());
    let json = out.json();
    assert_eq!((&json["delivered"], &json["invalid"], &json["failed_file"]), (&2.into(), &2.into(), &"rest".into()));
    assert_eq!(json["invalid_lines"].as_array().unwrap().len(), 2);
    assert_eq!(sorted(&fs::read_to_string(home.path().join("rest")).unwrap()), sorted("not json\n\"\u{1b}\"\n"));
}

#[test]
fn without_a_failed_file_the_summary_says_where_they_are() {
    let receiver = Receiver::scripted(expect_nothing(), vec![Answer::status(200), Answer::status(401)]);
    let home = at(&receiver);
    let out = home.waypost_stdin(&["send", "--lines", "-", "--concurrency", "1"], lines(3)).exits(3);
    for says in ["2 not delivered. See waypost history;", "Use --failed FILE to keep undelivered lines."] {
        assert!(out.stderr.contains(says), "{says:?} in {}", out.stderr);
    }
    let id = history(&home)[1]["id"].as_str().unwrap().to_owned();
    assert_eq!(history(&home)[1]["event"], "stdin:2");
    home.waypost(&["resend", &id]).exits(3);
    assert_eq!(receiver.requests()[3].body, b"{\"n\": 2}");
    let out = home.waypost_stdin(&["send", "--lines", "-", "-q"], lines(1)).exits(3);
    assert!(out.stderr.starts_with("error: 1 line: 0 delivered, 1 refused"), "{}", out.stderr);
}

#[test]
fn failures_are_worse_than_refusals() {
    let receiver = Receiver::scripted(expect_nothing(), vec![Answer::status(401), Answer::Close]);
    let home = at(&receiver);
    let out = home.waypost_stdin(&["send", "--lines", "-", "--concurrency", "1", "--retries", "0", "--json"], lines(2)).exits(4);
    assert_eq!((&out.json()["refused"], &out.json()["failed"]), (&1.into(), &1.into()));
}

#[test]
fn nothing_can_be_sent_at_all() {
    let receiver = Receiver::start(expect_nothing());
    let home = at(&receiver);
    let args = ["send", "--lines", "-", "--failed", "f", "--json"];
    let out = home.run(&args, b"{}\n", &[("HTTPS_PROXY", "http://[bad")]).exits(2);
    schema::assert_valid("send", &out.json());
    assert!(out.json()["error"]["message"].as_str().unwrap().contains("HTTPS_PROXY"), "{}", out.stdout);
    let home = registered_at(&receiver, &["--auth", "default"], "");
    home.waypost(&["edit", "--ca-cert", ""]).exits(0);
    let none = home.path().join("none");
    let none = none.to_str().unwrap();
    let out = home.run(&args, b"{}\n", &[("SSL_CERT_FILE", none), ("SSL_CERT_DIR", none)]).exits(4);
    schema::assert_valid("send", &out.json());
    assert_eq!(out.json()["error"]["code"], "failed");
    assert!(out.json()["error"]["message"].as_str().unwrap().contains("CA"), "{}", out.stdout);
    assert!(!home.path().join("f").exists());
    assert_eq!(receiver.connections(), 0);
}

/// With an endpoint that answers only the first request, and lines that keep coming.
fn in_flight() -> (Receiver, Home, Child) {
    let receiver = Receiver::scripted(
        expect_nothing(),
        vec![Answer::status(200), Answer::status(200).after(Duration::from_millis(400)), Answer::Stall],
    );
    let home = at(&receiver);
    let args = ["send", "--lines", "-", "--concurrency", "1", "--failed", "failed", "--json"];
    let mut child = start(&home, &args);
    child.stdin.as_mut().unwrap().write_all(lines(50).as_bytes()).unwrap();
    (receiver, home, child)
}

#[test]
fn h48_the_first_signal_finishes_what_is_in_flight_and_keeps_the_rest() {
    let (receiver, home, mut child) = in_flight();
    receiver.wait_for_requests(2, DEADLINE);
    signal(&child, Signal::INT);
    // The rest of the input is kept, too: it comes to its end.
    drop(child.stdin.take());
    let out = end(child).exits(130);
    schema::assert_valid("send", &out.json());
    let json = out.json();
    assert_eq!((&json["delivered"], &json["unsent"], &json["stopped"]), (&2.into(), &48.into(), &0.into()), "{json}");
    let kept: BTreeSet<_> = fs::read_to_string(home.path().join("failed")).unwrap().lines().map(str::to_owned).collect();
    assert_eq!(kept, lines(50).lines().skip(2).map(str::to_owned).collect());
    assert_eq!(receiver.requests().len(), 2);
}

#[test]
fn h48_the_second_signal_ends_at_once() {
    let (receiver, home, child) = in_flight();
    receiver.wait_for_requests(3, DEADLINE);
    signal(&child, Signal::TERM);
    signal(&child, Signal::INT);
    // Its input stays open: nothing waits for it.
    let mut child = child;
    let input = child.stdin.take();
    let out = end(child);
    drop(input);
    // Two signals at once come in no order.
    assert!(matches!(out.code, Some(130 | 143)), "{out:?}");
    let json = out.json();
    assert_eq!((&json["delivered"], &json["stopped"]), (&2.into(), &1.into()), "{json}");
    assert_eq!(json["unread_from"].as_u64().unwrap() - 1, 3 + json["unsent"].as_u64().unwrap());
    let kept = fs::read_to_string(home.path().join("failed")).unwrap();
    assert_eq!(kept.lines().count() as u64, 1 + json["unsent"].as_u64().unwrap());
    assert_eq!(history(&home).last().unwrap()["outcome"], "stopped");
}

#[test]
fn how_to_go_on_where_the_input_was_left() {
    let receiver = Receiver::scripted(expect_nothing(), vec![Answer::status(200), Answer::Stall]);
    let home = at(&receiver);
    fs::write(home.path().join("in put"), lines(50)).unwrap();
    let child = start(&home, &["send", "--lines", "in put", "--concurrency", "1", "--timeout", "1"]);
    receiver.wait_for_requests(2, DEADLINE);
    signal(&child, Signal::INT);
    let out = end(child).exits(130);
    assert!(out.stderr.contains("Stopping: waiting for 1 in flight; the remaining lines are not sent."), "{}", out.stderr);
    assert!(out.stderr.contains("Nothing was sent from line 3 on. To continue: tail -n +3 'in put' | waypost send --lines -"));
}

#[test]
fn a_bar_on_a_terminal_and_nowhere_else() {
    let receiver = Receiver::scripted(expect_nothing(), vec![Answer::status(200).after(Duration::from_millis(30))]);
    let home = at(&receiver);
    fs::write(home.path().join("in"), lines(40)).unwrap();
    let mut pty = home.pty(&["send", "--lines", "in", "--concurrency", "2"]).start();
    assert_eq!(pty.wait_exit().code, Some(0));
    let raw = String::from_utf8_lossy(&pty.raw()).into_owned();
    assert!(raw.contains("] ") && raw.contains("%  ") && raw.contains(" in flight; ") && raw.contains("/s"), "{raw:?}");
    assert!(pty.screen_text().trim().starts_with("40 lines: 40 delivered"), "{}", pty.screen_text());
    assert!(!pty.screen_text().contains("in flight"), "{}", pty.screen_text());
    let mut quiet = home.pty(&["send", "--lines", "in", "-q"]).start();
    assert_eq!(quiet.wait_exit().code, Some(0));
    assert_eq!(quiet.raw(), b"");
}

/// The percentages on a screen that was drawn over and over.
fn percentages(raw: &str) -> Vec<u32> {
    raw.split('%').filter_map(|before| before.rsplit([' ', ']']).next()?.parse().ok()).collect()
}

#[test]
fn c18_the_bar_is_never_full_while_events_are_left() {
    let receiver = Receiver::scripted(expect_nothing(), vec![Answer::status(200).after(Duration::from_millis(2))]);
    let home = at(&receiver);
    fs::write(home.path().join("in"), lines(2000)).unwrap();
    let mut pty = home.pty(&["send", "--lines", "in", "--concurrency", "4"]).start();
    assert_eq!(pty.wait_exit().code, Some(0));
    let raw = String::from_utf8_lossy(&pty.raw()).into_owned();
    let seen = percentages(&raw);
    assert!(seen.len() > 3 && seen.is_sorted(), "{seen:?}");
    let full = seen.iter().filter(|percent| **percent == 100).count();
    assert!(full <= 1 && seen[0] < 50, "{seen:?}");
    assert!(raw.contains(" read; ") && raw.contains(" left"), "{raw:?}");
}

#[test]
fn c16_a_limit_with_retry_after_is_kept_by_the_whole_run() {
    for concurrency in ["1", "50"] {
        // Five in each second.
        let windows = Mutex::new(BTreeMap::<u64, (u32, u32)>::new());
        let began = Instant::now();
        let refusals = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&refusals);
        let receiver = Receiver::scripted(
            expect_nothing(),
            vec![Answer::chosen(move || {
                let mut windows = windows.lock().unwrap();
                let (accepted, refused) = windows.entry(began.elapsed().as_secs()).or_default();
                if *accepted < 5 {
                    *accepted += 1;
                    return Answer::status(200);
                }
                *refused += 1;
                counted.fetch_max(*refused, Ordering::SeqCst);
                Answer::status(429).header("retry-after", "1")
            })],
        );
        let home = at(&receiver);
        let out = home.waypost_stdin(&["send", "--lines", "-", "--concurrency", concurrency, "--json"], lines(18)).exits(0);
        schema::assert_valid("send", &out.json());
        assert_eq!((&out.json()["delivered"], &out.json()["gave_up"]), (&18.into(), &Value::Null), "{}", out.stdout);
        let most = refusals.load(Ordering::SeqCst);
        assert!(most <= 5, "{most} refused in a second with --concurrency {concurrency}");
    }
}

#[test]
fn c16_a_run_that_gives_up_says_so() {
    let receiver = Receiver::scripted(expect_nothing(), vec![Answer::status(200), Answer::status(410)]);
    let home = at(&receiver);
    fs::write(home.path().join("in"), lines(30)).unwrap();
    let out = home.waypost(&["send", "--lines", "in", "--concurrency", "1", "--failed", "rest"]).exits(3);
    assert!(out.stderr.starts_with("30 lines: 1 delivered, 1 refused, 0 failed, 28 not sent; "), "{}", out.stderr);
    assert!(out.stderr.contains("\nGave up: The endpoint is gone for good.\n"), "{}", out.stderr);
    assert!(out.stderr.contains("29 not delivered; they are in rest. To continue: "), "{}", out.stderr);
    assert_eq!(fs::read_to_string(home.path().join("rest")).unwrap().lines().count(), 29);

    let receiver = Receiver::scripted(expect_nothing(), vec![Answer::status(429).header("retry-after", "1")]);
    let home = at(&receiver);
    let args = ["send", "--lines", "-", "--retries", "1", "--concurrency", "1", "--json"];
    let out = home.waypost_stdin(&args, lines(30)).exits(3);
    schema::assert_valid("send", &out.json());
    assert_eq!(out.json()["gave_up"]["probes"], 1, "{}", out.stdout);
    assert_eq!((&out.json()["delivered"], receiver.requests().len()), (&0.into(), 2));
    let out = home.waypost_stdin(&["send", "--lines", "-", "--retries", "2", "-v"], lines(30)).exits(3);
    assert!(
        out.stderr.starts_with("Paused for 1 s: the endpoint asked for it. Then one event goes out as a probe.\n"),
        "{}",
        out.stderr
    );
    assert!(
        out.stderr.contains("\nGave up: the endpoint did not accept a probe 2 times in a row. The last time: "),
        "{}",
        out.stderr
    );
    assert!(out.stderr.contains("\nNothing was sent from line "), "{}", out.stderr);
}

#[test]
fn a_rate_spreads_the_events() {
    let receiver = Receiver::start(expect_nothing());
    let home = at(&receiver);
    let begun = Instant::now();
    home.waypost_stdin(&["send", "--lines", "-", "--rate", "600/m"], lines(9)).exits(0);
    assert!(begun.elapsed() >= Duration::from_millis(800), "{:?}", begun.elapsed());
    assert_eq!(receiver.requests().len(), 9);
}

#[test]
fn h21_no_secret_in_the_output_or_the_files_of_send_lines() {
    let receiver = Receiver::scripted(
        expect_bearer(TOKEN),
        vec![Answer::status(400).body(format!("you sent {TOKEN}")).header("x-echo", TOKEN)],
    );
    let home = registered_at(&receiver, &["--auth", "bearer", "--secret-stdin"], TOKEN);
    for args in [["send", "--lines", "-", "-v"].as_slice(), &["send", "--lines", "-", "--json"], &["send", "-", "-v"]] {
        let out = home.run(args, b"{}", &[("RUST_LOG", "trace")]).exits(3);
        assert!(!(out.stdout + &out.stderr).contains(TOKEN));
    }
    let id = history(&home)[0]["id"].as_str().unwrap().to_owned();
    for args in [["history"].as_slice(), &["history", "--json"], &["history", "show", &id], &["curl", &id], &["curl"]] {
        let out = home.waypost(args).exits(0);
        assert!(!(out.stdout + &out.stderr).contains(TOKEN), "{args:?}");
    }
    let database = fs::read(home.database()).unwrap();
    assert!(!database.windows(TOKEN.len()).any(|window| window == TOKEN.as_bytes()));
}

#[test]
fn lines_that_cannot_be_kept_are_named_and_sending_stops() {
    let receiver = Receiver::scripted(expect_nothing(), vec![Answer::status(401)]);
    let home = at(&receiver);
    fs::write(home.path().join("in"), lines(5000)).unwrap();
    // No file may grow, as on a full disk. The signal that comes of it must not end it.
    let script = "ulimit -c 0; ulimit -f 0; exec \"$0\" send --lines in --failed kept --concurrency 1 \"$@\"";
    for json in [true, false] {
        let base = home.command(&[]);
        let mut command = std::process::Command::new("sh");
        command.args(["-c", script, crate::support::WAYPOST]).args(json.then_some("--json")).current_dir(home.path()).env_clear();
        command.envs(base.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let out = crate::support::run(&mut command, b"").exits(5);
        if json {
            schema::assert_valid("send", &out.json());
            let json = out.json();
            assert_eq!((&json["error"]["code"], &json["lost"][0]["from"]), (&"disk".into(), &1.into()), "{json}");
            assert!(json["refused"].as_u64().unwrap() < 5000 && json["unread_from"].as_u64().unwrap() <= 5000, "{json}");
        } else {
            for says in ["not recorded: ", "error: --failed: kept cannot be written: ", "are not in it: 1"] {
                assert!(out.stderr.contains(says), "{says:?} in {}", out.stderr);
            }
        }
        assert!(!home.path().join("kept").exists());
    }
}

#[test]
fn what_fit_on_a_full_disk_is_whole_and_can_be_sent_again() {
    let receiver = Receiver::scripted(expect_nothing(), vec![Answer::status(422)]);
    let home = at(&receiver);
    fs::write(home.path().join("in"), lines(5000)).unwrap();
    let state = home.state_dir();
    // 512 or 1024 bytes: less than the lines, and less than the history.
    let script = "ulimit -f 1; exec \"$0\" send --lines in --failed kept --concurrency 1 --state-dir \"$1\"";
    let base = home.command(&[]);
    let mut command = std::process::Command::new("sh");
    command.args(["-c", script, crate::support::WAYPOST]).arg(&state).current_dir(home.path()).env_clear();
    command.envs(base.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let out = crate::support::run(&mut command, b"").exits(5);
    for says in [
        "not recorded: ",
        "error: --failed: kept cannot be written: ",
        "The lines before them are in kept. To continue: waypost ",
    ] {
        assert!(out.stderr.contains(says), "{says:?} in {}", out.stderr);
    }
    let go_on = format!("waypost --state-dir {} send --lines kept --failed NEW", state.display());
    assert!(out.stderr.contains(&go_on), "{go_on} in {}", out.stderr);
    let go_on = format!("| waypost --state-dir {} send --lines - --failed NEW", state.display());
    assert!(out.stderr.contains(&go_on), "{go_on} in {}", out.stderr);
    let kept = fs::read_to_string(home.path().join("kept")).unwrap();
    assert!(!kept.is_empty() && kept == lines(kept.lines().count()), "whole lines: {kept}");
    assert!(out.stderr.contains(&format!("are not in it: {}", kept.lines().count() + 1)), "{}", out.stderr);
}

#[test]
fn no_second_signal_is_held_up_by_a_line_without_an_end() {
    let receiver = Receiver::start(expect_nothing());
    let home = at(&receiver);
    let mut child = start(&home, &["send", "--lines", "-", "--failed", "f", "--json"]);
    let mut input = child.stdin.take().unwrap();
    // More than a pipe holds after the longest line: when this returns, all but the last of it is read.
    input.write_all(&vec![b'x'; 18_000_000]).unwrap();
    signal(&child, Signal::INT);
    signal(&child, Signal::TERM);
    let out = end(child);
    drop(input);
    assert!(matches!(out.code, Some(130 | 143)), "{out:?}");
    assert_eq!((&out.json()["unread_from"], &out.json()["invalid"]), (&1.into(), &0.into()), "{}", out.stdout);
    assert!(!home.path().join("f").exists());
}

#[test]
fn an_input_that_fails_is_reported() {
    let receiver = Receiver::start(expect_nothing());
    let home = at(&receiver);
    // Its first page is in no process.
    let out = home.waypost(&["send", "--lines", "/proc/self/mem"]).exits(5);
    assert!(out.stderr.contains("error: The input cannot be read from line 1 on: "), "{}", out.stderr);
    let out = home.waypost(&["send", "--lines", "/proc/self/mem", "--json"]).exits(5);
    schema::assert_valid("send", &out.json());
    assert_eq!((&out.json()["unread_from"], &out.json()["error"]["code"]), (&1.into(), &"disk".into()));
    assert_eq!(receiver.connections(), 0);
}
