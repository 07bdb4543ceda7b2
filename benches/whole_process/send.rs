//! `send --lines`: events per second, alternating with a load generator if one is installed.

use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::delivery::{other, silent};
use super::peers::is_installed;
use super::process;
use super::stats::Sample;
use super::support::Home;
use super::table::Table;
use super::world::{World, register};

/// Concurrency, the number of events, and the least part of oha's rate.
const LOADS: [(usize, usize, f64); 2] = [(1, 20_000, 1.0), (50, 100_000, 1.0)];

const ROUNDS: usize = 5;

pub fn lines(world: &World, table: &mut Table) {
    for (concurrency, count, least) in LOADS {
        let file = events(world, count);
        let (mut ours, mut theirs, mut relays) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            ours.push(run("waypost", waypost(world, &["send", "-q", "--lines", &file], concurrency)));
            if is_installed("oha") {
                theirs.push(run("oha", oha(world, concurrency, count)));
            }
            if concurrency > 1 {
                run("waypost", waypost_alone(world, &["enqueue", "-q", "--lines", &file]));
                relays.push(run("waypost", waypost(world, &["relay", "-q", "--once"], concurrency)));
            }
        }
        let at_a_time = format!("{concurrency} at a time");
        let of = |runs: &[Ran], what: fn(&Ran, usize) -> f64| Sample::new(runs.iter().map(|ran| what(ran, count)).collect());
        // Round by round: what slows the machine down slows both down.
        let ratio = |some: &[Ran], others: &[Ran], what: fn(&Ran, usize) -> f64| {
            Sample::new(some.iter().zip(others).map(|(one, other)| what(one, count) / what(other, count)).collect())
        };
        if !theirs.is_empty() {
            let peers = [("oha, events/s".into(), of(&theirs, Ran::rate))];
            let name = format!("send --lines / oha, events/s, {at_a_time}");
            table.at_least(&name, "", least, &ratio(&ours, &theirs, Ran::rate), &peers);
            let peers = [("oha, µs".into(), of(&theirs, Ran::cpu_per_event))];
            let name = format!("CPU time per event / oha's, {at_a_time}");
            table.at_most(&name, "", 1.1, &ratio(&ours, &theirs, Ran::cpu_per_event), &peers);
        }
        if !relays.is_empty() {
            let name = format!("relay, a queue in SQLite / send --lines, {at_a_time}");
            table.at_least(&name, "", 0.7, &ratio(&relays, &ours, Ran::rate), &[]);
            table.known(&format!("relay, {at_a_time}"), &format!("{} events/s", of(&relays, Ran::rate)));
        }
        let name = format!("send --lines, {at_a_time}, signed, history on");
        table.known(&name, &format!("{} events/s", of(&ours, Ran::rate)));
        table.known(&format!("its CPU time, {at_a_time}"), &format!("{} µs/event", of(&ours, Ran::cpu_per_event)));
        table.known(&format!("its peak resident memory, {count} events"), &format!("{} MiB", of(&ours, |ran, _| ran.peak)));
    }
}

/// What more threads that send could give: several processes, each with a home and connections of its own, beside one with all of
/// the connections.
pub fn several(world: &World, table: &mut Table) {
    const EVENTS: usize = 40_000;
    const CONNECTIONS: usize = 48;
    let counts = [1, 2, 4];
    let homes: Vec<Home> = (0..4).map(|_| Home::new()).collect();
    for home in &homes {
        register(home, &world.receiver);
    }
    let mut rates = counts.map(|_| Vec::new());
    for _ in 0..ROUNDS {
        for (processes, rates) in counts.into_iter().zip(&mut rates) {
            let file = events(world, EVENTS / processes);
            let started = Instant::now();
            let running: Vec<_> = homes[..processes]
                .iter()
                .map(|home| {
                    let mut send = home.command(&["send", "-q", "--lines", &file]);
                    send.args(["--concurrency", &(CONNECTIONS / processes).to_string()]);
                    send.env("SSL_CERT_FILE", world.receiver.ca());
                    silent(send).spawn().unwrap()
                })
                .collect();
            for mut send in running {
                assert!(send.wait().unwrap().success());
            }
            rates.push(rate(EVENTS, started.elapsed()));
        }
    }
    for (processes, rates) in counts.into_iter().zip(rates) {
        let name = format!("send --lines by {processes} processes, {CONNECTIONS} at a time in all");
        table.known(&name, &format!("{} events/s", Sample::new(rates)));
    }
}

/// What a relay costs that gets an event now and then.
#[expect(clippy::cast_precision_loss, reason = "these nanoseconds are far below 2^52")]
pub fn at_rest(world: &World, table: &mut Table) {
    const EVENTS: u32 = 500;
    const EVERY: Duration = Duration::from_millis(10);
    let mut relay = waypost(world, &["relay", "-q"], 50).spawn().unwrap();
    let mut enqueue = waypost_alone(world, &["enqueue", "-q", "--lines", "-"]);
    let mut enqueue = enqueue.stdin(Stdio::piped()).spawn().unwrap();
    std::thread::sleep(Duration::from_secs(1));
    let (before, started) = (process::used(relay.id()).cpu_ns, Instant::now());
    let mut input = enqueue.stdin.take().unwrap();
    for number in 1..=EVENTS {
        writeln!(input, "{{\"number\":{number},\"text\":\"{}\"}}", "x".repeat(200)).unwrap();
        std::thread::sleep((EVERY * number).saturating_sub(started.elapsed()));
    }
    let part = (process::used(relay.id()).cpu_ns - before) as f64 / started.elapsed().as_nanos() as f64;
    drop(input);
    assert!(enqueue.wait().unwrap().success());
    relay.kill().unwrap();
    relay.wait().unwrap();
    table.at_most("relay, 100 events/s one by one: CPU", "% of a core", 2.0, &Sample::new(vec![part * 100.0]), &[]);
}

/// The path of a file of `count` lines, each different, as a script would write it.
pub fn events(world: &World, count: usize) -> String {
    let file = world.full.path().join("events.jsonl");
    let mut events = Vec::new();
    for at in 0..count {
        writeln!(events, "{{\"number\":{at},\"text\":\"{}\"}}", "x".repeat(200)).unwrap();
    }
    fs::write(&file, events).unwrap();
    file.to_str().unwrap().to_owned()
}

pub fn waypost(world: &World, args: &[&str], concurrency: usize) -> Command {
    let mut command = waypost_alone(world, args);
    command.args(["--concurrency", &concurrency.to_string()]);
    command
}

pub fn waypost_alone(world: &World, args: &[&str]) -> Command {
    let mut command = world.full.command(args);
    command.env("SSL_CERT_FILE", world.receiver.ca());
    silent(command)
}

fn oha(world: &World, concurrency: usize, count: usize) -> Command {
    let mut command = other("oha", world);
    command.args([
        "--no-tui",
        "--insecure",
        "-m",
        "POST",
        "-T",
        "application/json",
        "-d",
        &format!("{{\"text\":\"{}\"}}", "x".repeat(215)),
    ]);
    // The same headers with other values, so that the receiver reads as much.
    for (name, value) in [
        ("user-agent", "waypost/0.1.0"),
        ("webhook-id", "msg_00000000000000000000000000000000"),
        ("webhook-timestamp", "1700000000"),
        ("x-signature", &"0".repeat(64)),
    ] {
        command.args(["-H", &format!("{name}: {value}")]);
    }
    command.args(["-c", &concurrency.to_string(), "-n", &count.to_string(), &world.receiver.url]);
    silent(command)
}

/// What a run came to.
pub struct Ran {
    took: Duration,
    /// Of all its threads.
    cpu: Duration,
    /// Resident memory, in MiB.
    peak: f64,
}

impl Ran {
    pub fn rate(&self, count: usize) -> f64 {
        rate(count, self.took)
    }

    #[expect(clippy::cast_precision_loss, reason = "counts of events are far below 2^52")]
    pub fn cpu_per_event(&self, count: usize) -> f64 {
        self.cpu.as_secs_f64() * 1e6 / count as f64
    }
}

#[expect(clippy::cast_precision_loss, reason = "memory in kilobytes is far below 2^52")]
pub fn run(name: &str, mut command: Command) -> Ran {
    let (before, started) = (process::cpu_of_children(), Instant::now());
    let mut child = command.spawn().unwrap();
    let mut peak = 0;
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            let took = started.elapsed();
            assert!(status.success(), "{name}: {status}");
            return Ran { took, cpu: process::cpu_of_children().saturating_sub(before), peak: peak as f64 / 1024.0 };
        }
        peak = process::most_memory(child.id()).unwrap_or(peak);
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Events per second.
#[expect(clippy::cast_precision_loss, reason = "counts of events are far below 2^52")]
pub fn rate(count: usize, took: Duration) -> f64 {
    count as f64 / took.as_secs_f64()
}

/// Whether this waypost has the command.
pub fn is_there(world: &World) -> bool {
    let mut help = world.full.command(&["send", "--help"]);
    help.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}
