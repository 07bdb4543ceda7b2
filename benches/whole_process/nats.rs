//! The queue that machines share on NATS: one, two and four relays; beside what people write for it, a program in Python with
//! nats-py and httpx (`nats_relay.py`).

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::delivery::{other, silent};
use super::peers::{has_python, is_installed};
use super::process;
use super::send::{events, rate, run};
use super::stats::Sample;
use super::support::Home;
use super::table::Table;
use super::world::World;

const ROUNDS: usize = 3;
const EVENTS: usize = 10_000;
/// Of all relays together.
const AT_ONCE: usize = 48;

const PEER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/whole_process/nats_relay.py");

/// A server with what it stores, ended when it is dropped.
struct Server {
    child: Child,
    url: String,
    _dir: tempfile::TempDir,
}

impl Server {
    fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let config = dir.path().join("nats.conf");
        let text = format!("listen: \"127.0.0.1:{port}\"\njetstream {{ store_dir: \"{}\" }}\n", dir.path().join("js").display());
        fs::write(&config, text).unwrap();
        let mut server = Command::new("nats-server");
        let child = silent_child(server.arg("-c").arg(config));
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            std::thread::sleep(Duration::from_millis(10));
        }
        Self { child, url: format!("nats://127.0.0.1:{port}"), _dir: dir }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn silent_child(command: &mut Command) -> Child {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

pub fn nats(world: &World, table: &mut Table) {
    if !is_installed("nats-server") {
        return;
    }
    let file = events(world, EVENTS);
    let (mut theirs, mut their_cpu) = (Vec::new(), Vec::new());
    let mut ours = [1, 2, 4].map(|relays| (relays, Vec::new(), Vec::new()));
    for _ in 0..ROUNDS {
        if has_python("nats, httpx") {
            let server = Server::start();
            run("python3", peer(world, &["publish", &server.url, &file]));
            let ca = world.receiver.ca().to_str().unwrap();
            let args = ["relay", &server.url, &EVENTS.to_string(), &world.receiver.url, ca, &AT_ONCE.to_string()];
            let ran = run("python3", peer(world, &args));
            theirs.push(ran.rate(EVENTS));
            their_cpu.push(ran.cpu_per_event(EVENTS));
        }
        for (relays, rates, cpu) in &mut ours {
            let (rate, each) = deliver(world, &file, *relays);
            rates.push(rate);
            cpu.push(each);
        }
    }
    let name = |unit: &str| format!("python3, nats-py, httpx, {unit}");
    let of = |values: &[f64], unit: &str| {
        if values.is_empty() { Vec::new() } else { vec![(name(unit), Sample::new(values.to_vec()))] }
    };
    for (relays, rates, cpu) in ours {
        let what = format!("relay on NATS, {relays} of them, {AT_ONCE} at a time in all");
        if relays == 1 && !theirs.is_empty() {
            let ratios = rates.iter().zip(&theirs).map(|(ours, theirs)| ours / theirs).collect();
            table.at_least("relay on NATS / python3, nats-py, httpx", "", 3.0, &Sample::new(ratios), &[]);
        }
        table.beside(&what, "events/s", &Sample::new(rates), &of(&theirs, "events/s"));
        table.beside(&format!("{what}: CPU"), "µs/event", &Sample::new(cpu), &of(&their_cpu, "µs/event"));
    }
}

/// Events per second until the queue is empty, and the CPU time of an event in microseconds.
#[expect(clippy::cast_precision_loss, reason = "counts of events are far below 2^52")]
fn deliver(world: &World, file: &str, relays: usize) -> (f64, f64) {
    let server = Server::start();
    let home = Home::new();
    let on_server = |args: &[&str]| {
        let mut command = home.command(args);
        command.env("WAYPOST_NATS", &server.url).env("SSL_CERT_FILE", world.receiver.ca());
        silent(command)
    };
    let register = ["register", "--url", &world.receiver.url, "--auth", "hmac", "--header-key", "X-Signature", "--secret-stdin"];
    super::support::run(&mut on_server(&register), b"a signing secret for measuring").exits(0);
    run("waypost", on_server(&["enqueue", "-q", "--lines", file]));
    let (cpu, started) = (process::cpu_of_children(), Instant::now());
    let concurrency = (AT_ONCE / relays).to_string();
    let all: Vec<Child> = (0..relays)
        .map(|number| {
            let mut relay = on_server(&["relay", "-q", "--once", "--concurrency", &concurrency]);
            relay.env("WAYPOST_STATE_DIR", home.path().join(format!("relay-{number}")));
            relay.env("WAYPOST_KEY_FILE", home.state_dir().join("key"));
            relay.spawn().unwrap()
        })
        .collect();
    for mut relay in all {
        assert!(relay.wait().unwrap().success());
    }
    let took = started.elapsed();
    let cpu = process::cpu_of_children().saturating_sub(cpu);
    (rate(EVENTS, took), cpu.as_secs_f64() * 1e6 / EVENTS as f64)
}

fn peer(world: &World, args: &[&str]) -> Command {
    let mut python = other("python3", world);
    python.arg(PEER).args(args);
    silent(python)
}
