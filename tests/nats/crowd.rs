//! Several workers, and everything around them failing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::server::{Machine, Server, terminate};
use crate::support::check::expect_nothing;
use crate::support::common::wait_until;
use crate::support::receiver::{Answer, DEADLINE, RawRequest, Receiver};
use crate::support::run;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Mood {
    Up,
    /// 429, with that many seconds to wait.
    Busy(u32),
    /// 503.
    Down,
}

/// What an endpoint saw.
struct Seen {
    mood: Mood,
    accepted: BTreeMap<String, u32>,
    /// When it was asked in vain, and since when it is in this mood.
    in_vain: Vec<Instant>,
}

type Endpoint = Arc<Mutex<Seen>>;

/// An endpoint that takes a few milliseconds, as its mood is.
fn endpoint() -> (Receiver, Endpoint) {
    let seen = Arc::new(Mutex::new(Seen { mood: Mood::Up, accepted: BTreeMap::new(), in_vain: Vec::new() }));
    let of_answer = Arc::clone(&seen);
    let answer = move |request: &RawRequest| {
        std::thread::sleep(Duration::from_millis(5));
        let mut seen = of_answer.lock().unwrap();
        if seen.mood != Mood::Up {
            seen.in_vain.push(Instant::now());
        }
        match seen.mood {
            Mood::Up => {
                *seen.accepted.entry(request.header("webhook-id").to_owned()).or_default() += 1;
                Answer::status(200)
            }
            Mood::Busy(seconds) => Answer::status(429).header("Retry-After", &seconds.to_string()),
            Mood::Down => Answer::status(503),
        }
    };
    (Receiver::scripted(expect_nothing(), vec![Answer::of_request(answer)]), seen)
}

fn accepted(endpoint: &Endpoint) -> usize {
    endpoint.lock().unwrap().accepted.len()
}

/// Nothing is lost, and no more came twice than could be in flight.
fn all_came(endpoint: &Endpoint, ids: &BTreeSet<String>, most_twice: usize) {
    let seen = endpoint.lock().unwrap();
    let lost: Vec<_> = ids.iter().filter(|id| !seen.accepted.contains_key(*id)).collect();
    assert!(lost.is_empty(), "{} lost: {lost:?}", lost.len());
    assert_eq!(seen.accepted.len(), ids.len(), "only what was queued");
    let twice: usize = seen.accepted.values().map(|count| *count as usize - 1).sum();
    eprintln!("{twice} came twice");
    assert!(twice <= most_twice, "{twice} came again, and at most {most_twice} were in flight");
}

fn enqueue(machine: &Machine, events: usize) -> BTreeSet<String> {
    let lines = (0..events).map(|n| format!("{{\"n\":{n}}}\n")).collect::<Vec<_>>().concat();
    let output = run(&mut machine.command(&["enqueue", "--lines", "-"]), lines.as_bytes()).exits(0);
    output.stdout.lines().map(str::to_owned).collect()
}

const CONCURRENCY: usize = 4;

/// The number of events that are delivered within 250 ms, at three times 150 a second.
const LAST_MOMENTS: usize = 3 * 150 / 4;

#[test]
#[ignore = "needs nats-server: apt-get install nats-server"]
fn h154_three_workers_lose_nothing_whatever_is_killed() {
    const EVENTS: usize = 5000;
    let mut server = Server::start();
    let (receiver, seen) = endpoint();
    let machine = Machine::registering(&server.url(), &receiver);
    let ids = enqueue(&machine, EVENTS);
    assert_eq!(ids.len(), EVENTS);
    let concurrency = CONCURRENCY.to_string();
    let start = |name: &str| machine.relay(name, &["--concurrency", &concurrency, "--rate", "150/s"]);
    let names = ["one", "two", "three"];
    let mut relays: Vec<_> = names.map(&start).into();
    let mut kills = 0;
    let mut server_kills = 0;
    let mut last = Instant::now();
    while accepted(&seen) < EVENTS / 2 {
        std::thread::sleep(Duration::from_millis(20));
        if last.elapsed() >= Duration::from_secs(2) {
            last = Instant::now();
            let which = kills % names.len();
            relays[which].kill().unwrap();
            relays[which].wait().unwrap();
            relays[which] = start(names[which]);
            kills += 1;
        }
        if server_kills < 2 && accepted(&seen) > (server_kills + 1) * EVENTS / 8 {
            server.kill();
            server.restart();
            server_kills += 1;
        }
    }
    assert_eq!(server_kills, 2);
    // 429: one request for each second that it asks for, from all workers together, but for those that were under way.
    let asked = stays(&seen, Mood::Busy(1), Duration::from_secs(5));
    asked_once_in(&asked, Duration::from_secs(1), 3 * CONCURRENCY + 12);
    // Then an outage: they are quiet already, and what it asked for does not make them wait for longer now.
    let asked = stays(&seen, Mood::Down, Duration::from_secs(10));
    asked_once_in(&asked, Duration::from_secs(8), 1);
    seen.lock().unwrap().mood = Mood::Up;
    let before = accepted(&seen);
    // 10 s after the first probe that failed, or 20 s after the second, 20 % more or less.
    wait_until(Duration::from_secs(24) + DEADLINE, || accepted(&seen) > before);
    wait_until(3 * DEADLINE, || accepted(&seen) == EVENTS);
    machine.wait_for(|counts| counts == [0, 0, 0, 0]);
    for (name, relay) in names.iter().zip(relays) {
        assert_eq!(terminate(relay), Some(0), "{}", machine.log(name));
    }
    // Each kill of a relay can repeat what it had in flight or not answered for. A server that is killed has not stored yet what it
    // was told in the last moments, of which a worker that is not killed reminds it.
    all_came(&seen, &ids, kills * 2 * CONCURRENCY + server_kills * LAST_MOMENTS);
}

/// The endpoint is so for that time: when it began, and when it was asked in vain.
fn stays(seen: &Endpoint, mood: Mood, time: Duration) -> (Instant, Vec<Instant>) {
    {
        let mut seen = seen.lock().unwrap();
        seen.mood = mood;
        seen.in_vain.clear();
    }
    let begun = Instant::now();
    std::thread::sleep(time);
    (begun, std::mem::take(&mut seen.lock().unwrap().in_vain))
}

/// It was asked, and once the workers have noticed, all together ask it once in an interval.
#[track_caller]
fn asked_once_in((begun, in_vain): &(Instant, Vec<Instant>), interval: Duration, most_at_first: usize) {
    let noticed = *begun + Duration::from_millis(700);
    let (first, late): (Vec<Instant>, Vec<Instant>) = in_vain.iter().partition(|at| **at <= noticed);
    assert!(!in_vain.is_empty() && first.len() <= most_at_first, "{} in vain until they noticed", first.len());
    let gaps: Vec<Duration> = late.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(gaps.iter().all(|gap| *gap >= interval * 9 / 10), "asked again after {gaps:?}");
}

#[test]
#[ignore = "needs nats-server: apt-get install nats-server"]
fn h155_a_cluster_that_loses_a_server_loses_no_event() {
    const EVENTS: usize = 300;
    let mut servers = Server::cluster();
    let urls = servers.iter().map(Server::url).collect::<Vec<_>>().join(",");
    let (receiver, seen) = endpoint();
    let mut machine = Machine::new(&urls);
    machine.replicas = Some("3");
    // The cluster elects a leader first.
    let created = Instant::now();
    while machine.run(&["queue", "hold"]).code != Some(0) {
        assert!(created.elapsed() < DEADLINE, "the cluster does not come up");
    }
    machine.run(&["queue", "release"]).exits(0);
    machine.register(&receiver);
    let ids = enqueue(&machine, EVENTS);
    let relays = ["one", "two"].map(|name| (name, machine.relay(name, &["--rate", "60/s"])));
    wait_until(2 * DEADLINE, || accepted(&seen) > EVENTS / 6);
    servers[0].kill();
    wait_until(3 * DEADLINE, || accepted(&seen) == EVENTS);
    // A worker that ends waits ten seconds for the answers to what it has settled. The cluster may need longer to elect leaders.
    machine.wait_for(|counts| counts == [0, 0, 0, 0]);
    for (name, relay) in relays {
        assert_eq!(terminate(relay), Some(0), "{}", machine.log(name));
    }
    all_came(&seen, &ids, 2 * 2 * 8);
    // Of three servers one is left: no majority.
    servers[1].kill();
    let output = run(&mut machine.command(&["enqueue", "-"]), b"{}").exits(9);
    assert!(
        ["JetStream is not available now", "has no majority now", "did not answer in time", "is lost"]
            .iter()
            .any(|said| output.stderr.contains(said)),
        "{}",
        output.stderr
    );
}
