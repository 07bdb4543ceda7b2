//! The queue: adding events, delivering them, and what a relay costs that waits; beside what people do without it: a shell loop
//! of curl, and a program in Python with a table of events (`outbox.py`).

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::delivery::{other, silent};
use super::peers::{has_python, is_installed};
use super::process;
use super::send::{events, rate, run, waypost, waypost_alone};
use super::stats::Sample;
use super::support::Home;
use super::table::Table;
use super::world::{World, register};

const ROUNDS: usize = 3;

const OUTBOX: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/whole_process/outbox.py");

/// What it imports.
const MODULES: &str = "requests, sqlite3";

/// The number of lines that waypost commits together.
const GROUP: usize = 1024;

/// How long a relay that waits is observed.
const IDLE: Duration = Duration::from_secs(10);

pub fn queue(world: &World, table: &mut Table) {
    lines(world, table);
    one_by_one(world, table);
    relay(world, table);
    waiting(world, table);
}

fn lines(world: &World, table: &mut Table) {
    const EVENTS: usize = 50_000;
    let file = events(world, EVENTS);
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let home = Home::new();
        ours.push(run("waypost", silent(home.command(&["enqueue", "-q", "--lines", &file]))).rate(EVENTS));
        if has_python(MODULES) {
            theirs.push(run("python3", outbox(world, home.path(), "enqueue", &[&file, &GROUP.to_string()])).rate(EVENTS));
        }
    }
    let peers = peer("python3, sqlite3", theirs);
    table.at_least("enqueue --lines, on the disk", "events/s", 25_000.0, &Sample::new(ours), &peers);
}

/// A process for each event, from eight programs at once.
fn one_by_one(world: &World, table: &mut Table) {
    const PROGRAMS: usize = 8;
    const EACH: usize = 50;
    let body = world.body.to_str().unwrap();
    let one = events(world, 1);
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let home = Home::new();
        ours.push(at_once(PROGRAMS, EACH, || silent(home.command(&["enqueue", "-q", body]))));
        if has_python(MODULES) {
            theirs.push(at_once(PROGRAMS, EACH, || outbox(world, home.path(), "enqueue", &[&one, "1"])));
        }
    }
    let peers = peer("python3, sqlite3", theirs);
    table.at_least("enqueue, a process for each event, 8 at once", "events/s", 1_000.0, &Sample::new(ours), &peers);
}

/// Events per second of programs that run a command again and again.
fn at_once(programs: usize, each: usize, command: impl Fn() -> Command + Sync) -> f64 {
    let started = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..programs {
            scope.spawn(|| (0..each).for_each(|_| assert!(command().status().unwrap().success())));
        }
    });
    rate(programs * each, started.elapsed())
}

fn relay(world: &World, table: &mut Table) {
    const EVENTS: usize = 20_000;
    // Of those that send one after the other: it would take minutes.
    const FEW: usize = 200;
    const SOME: usize = 2_000;
    let (mut curls, mut pythons) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        if is_installed("curl") {
            let file = events(world, FEW);
            curls.push(run("sh", curl_loop(world, &file)).rate(FEW));
        }
        if has_python(MODULES) {
            let (home, file) = (Home::new(), events(world, SOME));
            run("python3", outbox(world, home.path(), "enqueue", &[&file, &GROUP.to_string()]));
            let ca = world.receiver.ca().to_str().unwrap();
            pythons.push(run("python3", outbox(world, home.path(), "relay", &[&world.receiver.url, ca])).rate(SOME));
        }
    }
    let peers: Vec<_> =
        peer("curl --retry in a loop", curls).into_iter().chain(peer("python3, requests, sqlite3", pythons)).collect();
    for concurrency in [1, 8, 50] {
        let file = events(world, EVENTS);
        let (mut rates, mut ratios) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            let send = run("waypost", waypost(world, &["send", "-q", "--lines", &file], concurrency)).rate(EVENTS);
            run("waypost", waypost_alone(world, &["enqueue", "-q", "--lines", &file]));
            let relay = run("waypost", waypost(world, &["relay", "-q", "--once"], concurrency)).rate(EVENTS);
            rates.push(relay);
            ratios.push(relay / send);
        }
        let name = format!("relay / send --lines, {concurrency} at a time");
        let ratio = Sample::new(ratios);
        if concurrency > 1 {
            table.at_least(&name, "", 0.7, &ratio, &[]);
        } else {
            // Here it writes each event before the next one goes out: a kill then sends two again at most.
            table.beside(&name, "", &ratio, &[]);
        }
        table.beside(&format!("relay, {concurrency} at a time"), "events/s", &Sample::new(rates), &peers);
    }
}

/// A relay that may send nothing, without events and with many.
#[expect(clippy::cast_precision_loss, reason = "memory in kilobytes is far below 2^52")]
fn waiting(world: &World, table: &mut Table) {
    const EVENTS: usize = 100_000;
    let home = Home::new();
    register(&home, &world.receiver);
    home.run(&["queue", "hold"], b"", &[]).exits(0);
    let mut memory = Vec::new();
    for count in [0, EVENTS] {
        if count > 0 {
            run("waypost", silent(home.command(&["enqueue", "-q", "--lines", &events(world, count)])));
        }
        let mut relay = home.command(&["relay"]);
        relay.env("SSL_CERT_FILE", world.receiver.ca()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut relay = relay.spawn().unwrap();
        let mut says = BufReader::new(relay.stderr.take().unwrap()).lines();
        // That it delivers, and that it is held.
        says.by_ref().take(2).for_each(|line| drop(line.unwrap()));
        std::thread::sleep(Duration::from_secs(1));
        let before = process::used(relay.id());
        std::thread::sleep(IDLE);
        let waits = process::used(relay.id()).waits - before.waits;
        memory.push(process::memory(relay.id()).0 as f64 / 1024.0);
        relay.kill().unwrap();
        relay.wait().unwrap();
        let name = format!("relay, held for 10 s, {count} events: wakeups");
        table.at_most(&name, "", 0.0, &Sample::new(vec![waits as f64]), &[]);
        table.known(
            &format!("its resident memory, {count} events"),
            &format!("{} MiB", Sample::new(vec![memory[memory.len() - 1]])),
        );
    }
    table.at_most("memory with 100,000 events / with none", "", 1.1, &Sample::new(vec![memory[1] / memory[0]]), &[]);
}

fn outbox(world: &World, home: &Path, command: &str, args: &[&str]) -> Command {
    let mut python = other("python3", world);
    python.arg(OUTBOX).arg(command).arg(home.join("outbox.db")).args(args);
    silent(python)
}

fn curl_loop(world: &World, file: &str) -> Command {
    let mut shell = other("sh", world);
    let each = r#"while IFS= read -r line; do
        curl --silent --fail --retry 3 --output /dev/null --cacert "$1" --header 'content-type: application/json' \
            --data-binary "$line" "$2" </dev/null || exit 1
    done <"$3""#;
    shell.args(["-c", each, "sh"]).arg(world.receiver.ca()).args([&world.receiver.url, file]);
    silent(shell)
}

fn peer(name: &str, rates: Vec<f64>) -> Vec<(String, Sample)> {
    if rates.is_empty() { Vec::new() } else { vec![(format!("{name}, events/s"), Sample::new(rates))] }
}
