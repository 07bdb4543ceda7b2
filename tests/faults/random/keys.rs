//! Random keys, pastes and sizes, and answers of a random kind.

use std::fs;
use std::io::{Read as _, Write as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use super::{Random, SECRET, end};
use crate::endpoint::Endpoint;
use crate::support::Home;
use crate::support::ca::Ca;
use crate::support::common::register;
use crate::support::pty::{Key, Pty};

/// How many steps one app is used for.
const STEPS: usize = 1_500;

/// Keys that mean something somewhere, those that are pressed most first. Not ^R, which shows a secret.
const KEYS: &[Key] = &[
    Key::Enter,
    Key::Down,
    Key::Tab,
    Key::Esc,
    Key::Up,
    Key::BackTab,
    Key::Left,
    Key::Right,
    Key::Char(' '),
    Key::PageDown,
    Key::PageUp,
    Key::Home,
    Key::End,
    Key::Backspace,
    Key::Delete,
    Key::Ctrl('o'),
    Key::Ctrl('t'),
    Key::Ctrl('g'),
    Key::Ctrl('e'),
    Key::Ctrl('u'),
    Key::Ctrl('w'),
    Key::Ctrl('k'),
    Key::Ctrl('l'),
    Key::Ctrl('v'),
    Key::Alt('x'),
];

const TEXTS: &[&str] = &[
    "https://hooks.example.com/in?token=abcdefghijklmnop",
    "curl -H 'Authorization: Bearer abc' -d '{\"a\":1}' https://hooks.example.com/in",
    "{\"a\":[1,2,{\"b\":\"\u{1f600}\"}]}",
    "X-Signature",
    "outcome:refused since:1h",
    "\u{202e}\u{200b}e\u{301}",
    "\x07\x00\x7f",
    "line\r\nline\nline\ttab",
    "/etc/ssl/certs/",
    "99999999999999999999",
];

/// Answers that are complete, cut off, late, endless, hostile; each connection gets the next one.
pub(super) fn endpoint(ca: &Ca, seed: u64) -> Endpoint {
    let state = AtomicU64::new(seed);
    Endpoint::tls(ca, move |stream| {
        let mut random = Random(state.fetch_add(1, Ordering::SeqCst));
        let mut request = [0; 8192];
        let _ = stream.read(&mut request)?;
        if random.one_in(4) {
            thread::sleep(Duration::from_millis(u64::try_from(random.below(3_000)).unwrap()));
        }
        let echo = format!("HTTP/1.1 401 {SECRET}\r\nx-echo: {SECRET}\r\ncontent-length: 40\r\n\r\n{SECRET}{:<10}", "");
        let garbage: Vec<u8> = (0..random.below(3_000)).map(|_| u8::try_from(random.below(256)).unwrap()).collect();
        let answer: &[u8] = match random.below(12) {
            0 => b"",
            1 => b"HTTP/1.1 20",
            2 => echo.as_bytes(),
            3 => b"HTTP/1.1 503 No\r\nretry-after: 1\r\ncontent-length: 0\r\n\r\n",
            4 => b"HTTP/1.1 500 \x1b[2J\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{\"a\":[1]}",
            5 => b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf",
            6 => &garbage,
            7 => &[b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n", garbage.as_slice()].concat(),
            8 => {
                stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n")?;
                // Until the program has enough of it.
                loop {
                    stream.write_all(&[b'['; 16 * 1024])?;
                }
            }
            _ => b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok",
        };
        stream.write_all(answer)?;
        stream.conn.send_close_notify();
        stream.flush()
    })
}

/// Stops the app as a shell does, checks that the terminal is restored for the shell, and continues it.
pub(super) fn suspend(app: &mut Pty) {
    app.signal(Signal::TSTP);
    if app.wait_stopped_or_ended() {
        resume(app);
    }
}

fn resume(app: &mut Pty) {
    app.assert_terminal_whole();
    app.signal(Signal::CONT);
    app.wait_raw_or_ended();
}

fn step(random: &mut Random, app: &mut Pty, with_palette: bool) {
    match random.below(40) {
        0 => {
            let (rows, columns) = (random.below(60), random.below(220));
            app.resize(u16::try_from(rows).unwrap().max(1), u16::try_from(columns).unwrap().max(1));
        }
        1 => app.paste(random.of::<&str>(TEXTS)),
        2 => app.type_text(random.of::<&str>(TEXTS)),
        3 => {
            // Bytes as a broken line sends them.
            let bytes: Vec<u8> = (0..random.below(12)).map(|_| u8::try_from(random.below(256)).unwrap()).collect();
            // ^C, ^Z and ^\ are signals of their own, ^R shows a secret, : and ^P lead to it. ^S may come when it is suspended already:
            // the terminal then shows nothing until ^Q.
            app.send(&bytes.into_iter().filter(|byte| !matches!(byte, 3 | 16 | 18 | 19 | 26 | 28 | b':')).collect::<Vec<_>>());
        }
        4 => match random.below(6) {
            0 => suspend(app),
            1 => app.signal(Signal::CONT),
            _ => app.signal(Signal::WINCH),
        },
        5..10 => {
            let letter = char::from(b'!' + u8::try_from(random.below(94)).unwrap());
            if letter != ':' || with_palette {
                app.key(Key::Char(letter));
            }
        }
        _ => {
            // The first ones more often.
            let at = random.below(KEYS.len()).min(random.below(KEYS.len()));
            app.key(KEYS[at]);
        }
    }
}

fn number(status: &str, name: &str) -> u64 {
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or("0");
    line.trim_start_matches(':').trim().trim_end_matches(" kB").parse().unwrap()
}

/// In KiB.
fn memory(app: &Pty) -> u64 {
    number(&fs::read_to_string(format!("/proc/{}/status", app.pid().as_raw_nonzero())).unwrap_or_default(), "VmRSS")
}

/// What its threads did: how often they were woken, and the CPU time that they took.
fn work(app: &Pty) -> (u64, Duration) {
    let tasks = fs::read_dir(format!("/proc/{}/task", app.pid().as_raw_nonzero())).into_iter().flatten().flatten();
    let status = tasks.map(|task| fs::read_to_string(task.path().join("status")).unwrap_or_default());
    (status.map(|status| number(&status, "voluntary_ctxt_switches")).sum(), app.cpu())
}

/// Nothing that must not be there is on the screen.
#[track_caller]
fn look(app: &mut Pty, with_palette: bool) {
    app.settle();
    let text = app.screen_text();
    assert!(!text.contains("panicked"), "{text}");
    assert!(with_palette || !text.to_lowercase().contains(&SECRET.to_lowercase()), "{text}");
}

/// Waits until the program does nothing any more.
#[track_caller]
pub(super) fn assert_idle(app: &Pty) {
    let deadline = Instant::now() + Duration::from_mins(1);
    let mut before = work(app);
    loop {
        // How long nothing has to happen, not how long it takes to happen.
        thread::sleep(Duration::from_millis(300));
        let now = work(app);
        if now == before || app.has_ended() {
            return;
        }
        before = now;
        assert!(Instant::now() < deadline, "it does not come to rest: {before:?}");
    }
}

/// Ends it in one of the ways in which a terminal program ends.
#[track_caller]
fn end_of(app: &mut Pty, random: &mut Random) {
    let (signal, code) = *random.of(&[(Signal::TERM, 143), (Signal::HUP, 129), (Signal::INT, 130), (Signal::QUIT, 131)]);
    let hangs_up = random.one_in(4);
    if hangs_up {
        app.hang_up();
    } else {
        app.signal(signal);
        // It stops a delivery that is in flight, or asks, and the next one ends the app.
        for _ in 0..2 {
            let deadline = Instant::now() + Duration::from_secs(5);
            while signal == Signal::INT && !app.has_ended() && Instant::now() < deadline {
                std::thread::yield_now();
            }
            if signal == Signal::INT && !app.has_ended() {
                app.signal(signal);
            }
        }
    }
    let exit = app.wait_exit();
    let code = if hangs_up { 129 } else { code };
    assert!(exit.code == Some(code) || exit.code == Some(0), "{exit:?} instead of {code}: {}", app.screen_text());
    if !hangs_up {
        app.assert_terminal_whole();
    }
}

#[test]
#[ignore = "takes half a minute: cargo test --test faults random -- --ignored"]
fn h190_random_keys() {
    let mut random = Random::of_this_run();
    let ca = Ca::new();
    let endpoint = endpoint(&ca, random.next());
    let end = end();
    let (mut apps, mut steps) = (0, 0);
    while Instant::now() < end {
        let home = Home::new();
        let ca_file = ca.write(home.path());
        if !random.one_in(4) {
            let args = ["--auth", "bearer", "--secret-stdin", "--timeout", "2", "--ca-cert", ca_file.to_str().unwrap()];
            register(&home, &endpoint.url, &args, SECRET);
        }
        // The palette offers to show the secret.
        let with_palette = random.one_in(2);
        let mut app = home.pty(&[]).env("EDITOR", "true").env("PAGER", "true").size(24, 80).start();
        app.wait_for(" Destination ");
        apps += 1;
        for _ in 0..STEPS {
            if app.has_ended() || Instant::now() > end {
                break;
            }
            step(&mut random, &mut app, with_palette);
            steps += 1;
            if app.is_stopped() {
                // The palette can suspend the app, too.
                resume(&mut app);
            }
            if steps % 50 == 0 {
                look(&mut app, with_palette);
            }
        }
        if !app.has_ended() {
            for _ in 0..8 {
                app.key(Key::Esc);
            }
        }
        if !app.has_ended() {
            assert_idle(&app);
            if app.is_stopped() {
                resume(&mut app);
                assert_idle(&app);
            }
            let memory = memory(&app);
            assert!(memory < 64 * 1024, "{memory} KiB");
            look(&mut app, with_palette);
        }
        if app.has_ended() {
            let exit = app.wait_exit();
            assert!(matches!(exit.code, Some(0 | 130 | 143)), "{exit:?}: {}", app.screen_text());
            app.assert_terminal_whole();
        } else {
            end_of(&mut app, &mut random);
        }
    }
    println!("{steps} steps in {apps} apps");
}
