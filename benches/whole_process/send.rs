//! `send --lines`: events per second, alternating with a load generator if one is installed.

use std::fmt::Write as _;
use std::fs;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::delivery::{other, silent};
use super::peers::is_installed;
use super::process;
use super::stats::Sample;
use super::table::Table;
use super::world::World;

/// Concurrency and the number of events.
const LOADS: [(usize, usize); 2] = [(1, 20_000), (50, 100_000)];

const ROUNDS: usize = 5;

pub fn lines(world: &World, table: &mut Table) {
    // Every line differs, as in a script.
    for ((concurrency, count), least) in LOADS.into_iter().zip([0.8, 0.6]) {
        let file = world.full.path().join("events.jsonl");
        let mut events = String::new();
        for at in 0..count {
            writeln!(events, "{{\"number\":{at},\"text\":\"{}\"}}", "x".repeat(200)).unwrap();
        }
        fs::write(&file, events).unwrap();
        let (mut ours, mut memory, mut theirs) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            let mut send = world.full.command(&["send", "-q", "--lines", file.to_str().unwrap()]);
            send.args(["--concurrency", &concurrency.to_string()]);
            send.env("SSL_CERT_FILE", world.receiver.ca());
            let (took, peak) = run("waypost", silent(send));
            ours.push(rate(count, took));
            memory.push(peak);
            if is_installed("oha") {
                theirs.push(rate(count, run("oha", oha(world, concurrency, count)).0));
            }
        }
        // Round by round: what slows the machine down slows both down.
        let ratio: Vec<f64> = ours.iter().zip(&theirs).map(|(ours, theirs)| ours / theirs).collect();
        let ours = Sample::new(ours);
        if !theirs.is_empty() {
            let (theirs, ratio) = (Sample::new(theirs), Sample::new(ratio));
            table.at_least(
                &format!("send --lines / oha, events/s, {concurrency} at a time"),
                "",
                least,
                &ratio,
                &[("oha".into(), theirs)],
            );
        }
        table.known(&format!("send --lines, {concurrency} at a time, signed, history on"), &format!("{ours} events/s"));
        table.known(&format!("its peak resident memory, {count} events"), &format!("{} MiB", Sample::new(memory)));
    }
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

/// How long it ran, and its peak resident memory in MiB.
#[expect(clippy::cast_precision_loss, reason = "memory in kilobytes is far below 2^52")]
fn run(name: &str, mut command: Command) -> (Duration, f64) {
    let started = Instant::now();
    let mut child = command.spawn().unwrap();
    let mut peak = 0;
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            assert!(status.success(), "{name}: {status}");
            return (started.elapsed(), peak as f64 / 1024.0);
        }
        peak = process::most_memory(child.id()).unwrap_or(peak);
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of events are far below 2^52")]
fn rate(count: usize, took: Duration) -> f64 {
    count as f64 / took.as_secs_f64()
}

/// Whether this waypost has the command.
pub fn is_there(world: &World) -> bool {
    let mut help = world.full.command(&["send", "--help"]);
    help.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}
