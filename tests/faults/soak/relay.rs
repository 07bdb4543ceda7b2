//! Row 147: a relay that runs for a long time while everything around it fails.
//!
//! During the first three tenths of the events, it is killed and stopped again and again. The relay that is started then runs to the end,
//! so that what it holds after hundreds of thousands of events can be compared with what it held before. The schedule is the same in each
//! run; the exact moment of a fault is not.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus, Stdio};
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use super::endpoint::{self, Shared, body, is_poison};
use super::producer::{Ends, Producer, backlog};
use super::{descriptors, memory};
use crate::support::Home;
use crate::support::ca::Ca;
use crate::support::common::{register, wait_until};

const CONCURRENCY: usize = 16;

/// The history, which is bounded at 64 MiB, and the events that wait. Of each there is one in a page of 8 KiB, which it half fills.
const fn most_of_database(events: usize) -> u64 {
    2 * 64 * 1024 * 1024 + backlog(events) as u64 * 8 * 1024 + 16 * 1024 * 1024
}

/// The WAL, which `enqueue` restarts at 64 MiB, or at twice that if it is being read at that moment.
const MOST_OF_WAL: u64 = 160 * 1024 * 1024;

/// The WAL once the writers have paused.
const LEFT_OF_WAL: u64 = 32 * 1024 * 1024;

/// How long something may take that does not depend on the number of events.
const PATIENCE: Duration = Duration::from_mins(2);

fn events() -> usize {
    std::env::var("WAYPOST_SOAK_EVENTS").ok().and_then(|events| events.parse().ok()).unwrap_or(20_000)
}

#[derive(Clone, Copy, Debug)]
enum Act {
    Kill,
    Stop,
    KillEnqueue,
    /// The endpoint is down until the gate has closed, or until a probe has failed as well.
    Down {
        with_probe: bool,
    },
    Edit,
}

/// What to do, and after how many accepted events.
fn schedule(events: usize) -> Vec<(usize, Act)> {
    // Of a million: sixty; of ten thousand: three.
    let many = (events / 16_000).clamp(3, 60);
    let mut acts = Vec::new();
    let mut add = |count: usize, from: usize, to: usize, act: &dyn Fn(usize) -> Act| {
        for at in 0..count {
            acts.push((events / 100 * from + events / 100 * (to - from) * (2 * at + 1) / (2 * count), act(at)));
        }
    };
    add(many, 1, 30, &|_| Act::Kill);
    add(many / 3, 1, 30, &|_| Act::Stop);
    add(many, 1, 97, &|_| Act::KillEnqueue);
    add(many / 3, 10, 95, &|at| Act::Down { with_probe: at % 5 == 4 });
    add(many, 2, 98, &|_| Act::Edit);
    acts.sort_by_key(|(at, _)| *at);
    acts
}

struct Sample {
    done: usize,
    memory: u64,
    descriptors: usize,
    database: u64,
    wal: u64,
}

struct Soak<'a> {
    home: &'a Home,
    shared: &'a Shared,
    relay: Child,
    kills: usize,
    stops: usize,
    edits: u64,
    phases: usize,
    samples: Vec<Sample>,
}

impl Drop for Soak<'_> {
    fn drop(&mut self) {
        // It must not outlive a failed test.
        let _ = self.relay.kill();
        let _ = self.relay.wait();
    }
}

fn start_relay(home: &Home) -> Child {
    let concurrency = CONCURRENCY.to_string();
    let mut command = home.command(&["relay", "-q", "--concurrency", &concurrency]);
    command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().unwrap()
}

fn size(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |metadata| metadata.len())
}

impl Soak<'_> {
    fn done(&self) -> usize {
        usize::try_from(self.shared.done.load(Ordering::SeqCst)).unwrap()
    }

    fn sample(&mut self) {
        let pid = self.relay.id();
        let wal = PathBuf::from(format!("{}-wal", self.home.database().display()));
        self.samples.push(Sample {
            done: self.done(),
            memory: memory(pid),
            descriptors: descriptors(pid),
            database: size(&self.home.database()),
            wal: size(&wal),
        });
    }

    fn act(&mut self, act: Act, producer: &Producer) {
        match act {
            Act::Kill => {
                self.relay.kill().unwrap();
                self.relay.wait().unwrap();
                self.kills += 1;
                self.relay = start_relay(self.home);
            }
            Act::Stop => {
                assert_eq!(self.stop().code(), Some(0));
                self.stops += 1;
                self.relay = start_relay(self.home);
            }
            Act::KillEnqueue => drop(producer.to_kill.fetch_add(1, Ordering::SeqCst)),
            Act::Down { with_probe } => {
                self.phases += 1;
                self.shared.is_down.store(true, Ordering::SeqCst);
                wait_until(PATIENCE, || self.queue()["gate"]["state"] == "closed");
                let turned_away = self.shared.turned_away.load(Ordering::SeqCst);
                wait_until(PATIENCE, || !with_probe || self.shared.turned_away.load(Ordering::SeqCst) > turned_away);
                self.shared.is_down.store(false, Ordering::SeqCst);
            }
            Act::Edit => {
                self.edits += 1;
                let header = format!("X-Edit: {}", self.edits);
                self.home.waypost(&["edit", "--header", &header]).exits(0);
                // What an operator looks at in the meantime.
                self.home.waypost(&["queue"]).exits(0);
                self.home.waypost(&["history", "--limit", "3"]).exits(0);
            }
        }
    }

    /// The highest of the samples between two percentages of the events.
    fn highest(&self, from: usize, to: usize, events: usize, of: impl Fn(&Sample) -> u64) -> u64 {
        let at = |percent: usize| events * percent / 100;
        let within = |sample: &&Sample| sample.done >= at(from) && sample.done <= at(to);
        self.samples.iter().filter(within).map(of).max().unwrap_or_else(|| panic!("no sample from {from} to {to}"))
    }

    fn stop(&mut self) -> ExitStatus {
        kill_process(Pid::from_raw(self.relay.id().cast_signed()).unwrap(), Signal::TERM).unwrap();
        self.relay.wait().unwrap()
    }

    fn report(&self, ends: &Ends, events: usize, took: Duration) {
        let arrivals = self.shared.arrivals.lock().unwrap();
        let twice: u32 = arrivals.of_event.iter().map(|arrived| arrived.accepted.saturating_sub(1)).sum();
        let mib = |bytes: u64| bytes / 1024 / 1024;
        println!("{events} events, {} MiB, in {} s", mib((events * body(0).len()) as u64), took.as_secs());
        println!(
            "relay: killed {} times, stopped {} times; destination edited {} times, down {} times",
            self.kills, self.stops, self.edits, self.phases
        );
        println!("enqueue: killed {} times; {} events came under a second id", ends.unsure.len(), arrivals.second.len());
        println!("accepted twice under one id: {twice}, of at most {}", self.kills * 2 * CONCURRENCY);
        println!("answers: {:?}", self.shared.answers.lock().unwrap());
        for tenth in 0..10 {
            let highest = |of: fn(&Sample) -> u64| self.highest(tenth * 10, tenth * 10 + 10, events, of);
            println!(
                "{:>3} %: {:>6} KiB, {:>3} descriptors, database {:>4} MiB, WAL {:>3} MiB",
                tenth * 10 + 10,
                highest(|sample| sample.memory),
                highest(|sample| sample.descriptors as u64),
                mib(highest(|sample| sample.database)),
                mib(highest(|sample| sample.wal)),
            );
        }
    }

    fn queue(&self) -> Value {
        self.home.waypost(&["queue", "--json"]).exits(0).json()
    }

    /// Makes everything due at once, until only dead letters are left.
    fn drain(&mut self) {
        let begun = Instant::now();
        loop {
            let counts = self.queue()["counts"].clone();
            let left = ["ready", "waiting", "in_flight"].map(|state| counts[state].as_u64().unwrap());
            if left == [0; 3] {
                return;
            }
            assert!(begun.elapsed() < PATIENCE, "left: {counts}");
            self.home.open_database().execute("UPDATE queue SET due_at = 0 WHERE dead IS NULL", []).unwrap();
            thread::sleep(Duration::from_millis(200));
        }
    }
}

#[test]
#[ignore = "takes a minute: cargo test --release --test faults soak:: -- --ignored --nocapture"]
fn h147_of_a_million_events_none_is_lost_and_nothing_grows() {
    let (events, begun) = (events(), Instant::now());
    let ca = Ca::new();
    let (endpoint, shared) = endpoint::start(&ca, events);
    let home = Home::new();
    let ca_file = ca.write(home.path());
    let args = ["--auth", "hmac", "--header-key", "X-Signature", "--secret-stdin", "--ca-cert", ca_file.to_str().unwrap()];
    register(&home, &endpoint.url, &args, "a-secret-of-some-length-for-the-soak");
    let relay = start_relay(&home);
    let mut soak = Soak { home: &home, shared: &shared, relay, kills: 0, stops: 0, edits: 0, phases: 0, samples: Vec::new() };
    let producer = Producer::default();
    thread::scope(|scope| {
        let producing = scope.spawn(|| producer.run(&home, &shared, events));
        let _over = producer.ends_with();
        let mut acts = schedule(events).into_iter().peekable();
        let mut progress = (0, Instant::now());
        while soak.done() < events {
            assert!(!producing.is_finished() || soak.done() + backlog(events) >= events, "the producer ended");
            assert_eq!(soak.relay.try_wait().unwrap(), None, "the relay ended");
            if let Some((_, act)) = acts.next_if(|(at, _)| *at <= soak.done()) {
                soak.act(act, &producer);
            }
            soak.sample();
            thread::sleep(Duration::from_millis(if events < 100_000 { 20 } else { 100 }));
            if progress.0 < soak.done() {
                progress = (soak.done(), Instant::now());
            } else if progress.1.elapsed() > PATIENCE {
                // Nothing is left that could still arrive, or nothing moves: what is missing is named below.
                assert!(producing.is_finished(), "{} of {events} arrived", soak.done());
                break;
            }
        }
    });
    soak.drain();
    let ends = producer.ends();
    soak.report(&ends, events, begun.elapsed());
    nothing_is_lost(&soak, &ends, events);
    nothing_grows(&soak, events);
    assert_eq!(soak.stop().code(), Some(0));
}

/// Compares, for each event, what the producer knows with what the endpoint counted.
fn nothing_is_lost(soak: &Soak, ends: &Ends, events: usize) {
    let arrivals = soak.shared.arrivals.lock().unwrap();
    assert_eq!(arrivals.wrong, Vec::<String>::new());
    let mut twice = 0;
    for (n, first) in arrivals.of_event.iter().enumerate() {
        let second = arrivals.second.get(&n);
        assert!(second.is_none() || ends.unsure.iter().any(|unsure| unsure.contains(&n)), "{n} has two ids");
        let of_answer = [Some(first), second].into_iter().flatten().find(|arrived| arrived.id == ends.answered[n]);
        let of_answer = of_answer.unwrap_or_else(|| panic!("{n} did not arrive under the id that enqueue printed"));
        if is_poison(n) {
            assert_eq!((of_answer.accepted, of_answer.refused >= 3), (0, true), "{n} was refused {} times", of_answer.refused);
            continue;
        }
        assert!(of_answer.accepted > 0, "{n} is lost");
        twice += [Some(first), second].into_iter().flatten().map(|arrived| arrived.accepted.saturating_sub(1)).sum::<u32>();
    }
    assert!(twice as usize <= soak.kills * 2 * CONCURRENCY, "{twice} came twice after {} kills", soak.kills);
    let poisons = (0..events).filter(|n| is_poison(*n));
    let refused = poisons.clone().count() + poisons.filter(|n| arrivals.second.contains_key(n)).count();
    assert_eq!(soak.queue()["counts"]["dead"], refused);
    assert_eq!(soak.shared.edit.load(Ordering::SeqCst), soak.edits, "the last edit counts");
    let whole: String = soak.home.open_database().query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(whole, "ok");
}

/// Compares the relay that ran for the last seven tenths at their beginning and at their end, and checks the size of the files.
fn nothing_grows(soak: &Soak, events: usize) {
    let memory = |from, to| soak.highest(from, to, events, |sample| sample.memory);
    assert!(memory(93, 100) <= memory(31, 38) + 4 * 1024, "KiB: {}, then {}", memory(31, 38), memory(93, 100));
    let descriptors = |from, to| soak.highest(from, to, events, |sample| sample.descriptors as u64);
    assert!(descriptors(93, 100) <= descriptors(31, 38) + 4, "{}, then {}", descriptors(31, 38), descriptors(93, 100));
    let database = soak.highest(0, 100, events, |sample| sample.database);
    let wal = soak.highest(0, 100, events, |sample| sample.wal);
    let most = most_of_database(events);
    assert!(database <= most && wal <= MOST_OF_WAL, "{database}, of {most}, and {wal}");
    let left = soak.samples.iter().filter(|sample| sample.done >= events * 93 / 100).map(|sample| sample.wal).min().unwrap();
    assert!(left <= LEFT_OF_WAL, "{left}");
}
