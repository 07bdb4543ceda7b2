//! Ten thousand deliveries to an endpoint that fails at random, and two hundred saves at the same time: nothing is lost, and
//! nothing grows.

use std::io::{Read as _, Write as _};
use std::process;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use waypost::domain::auth::bearer;
use waypost::domain::field;
use waypost::domain::rotation::KeepOld;

use futures_util::StreamExt as _;
use waypost::domain::delivery::Outcome;
use waypost::domain::destination::Settings;
use waypost::domain::draft::Draft;
use waypost::domain::event::BuiltIn;
use waypost::io::fs::paths::Paths;
use waypost::ops::{ProblemKind, State, Waypost};

use super::{descriptors, memory};
use crate::endpoint::Endpoint;
use crate::support::ca::Ca;

const DELIVERIES: usize = 10_000;
const SAVES: usize = 200;
const AT_ONCE: usize = 8;

/// Numbers that look random and are the same in each run (Marsaglia, Xorshift RNGs, 2003).
fn next(state: &AtomicU64) -> u64 {
    let step = |mut x: u64| {
        x ^= x << 13;
        x ^= x >> 7;
        x ^ x << 17
    };
    step(state.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |x| Some(step(x))).unwrap())
}

fn settings(url: &str, ca: &str, timeout: usize, save: usize) -> Settings {
    let draft = Draft::new(bearer::SPEC).with(field::URL, url).with(field::CA_CERT, ca);
    draft
        .with(bearer::TOKEN, format!("a-token-of-some-length-{save}"))
        .with(field::TIMEOUT, timeout.to_string())
        .check()
        .unwrap()
        .settings
}

#[test]
#[ignore = "takes minutes: cargo test --test faults soak:: -- --ignored"]
fn ten_thousand_deliveries_lose_nothing_and_let_nothing_grow() {
    let ca = Ca::new();
    let random = Arc::new(AtomicU64::new(0x9E37_79B9_7F4A_7C15));
    let faults = Arc::clone(&random);
    let endpoint = Endpoint::tls(&ca, move |stream| {
        let fault = next(&faults) % 10;
        if fault == 0 {
            return Ok(());
        }
        stream.sock.set_read_timeout(Some(Duration::from_secs(20)))?;
        let mut request = Vec::new();
        while !request.windows(9).any(|nine| nine == b"waypost.\"") {
            let mut chunk = [0; 4096];
            match stream.read(&mut chunk)? {
                0 => return Ok(()),
                n => request.extend_from_slice(&chunk[..n]),
            }
        }
        match fault {
            1 => Ok(()),
            2 => stream.write_all(b"HTTP/1.1 20"),
            3 => stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf"),
            4 => stream.write_all(b"HTTP/1.1 503 No\r\nretry-after: 1\r\ncontent-length: 0\r\n\r\n"),
            5 => stream.write_all(&[b"HTTP/1.1 500 No\r\n\r\n".as_slice(), &vec![b'x'; 100_000]].concat()),
            _ => stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok"),
        }?;
        stream.conn.send_close_notify();
        stream.flush()
    });
    let dir = tempfile::tempdir().unwrap();
    let ca_file = ca.write(dir.path()).to_str().unwrap().to_owned();
    let paths = Paths { config_dir: dir.path().join("c"), state_dir: dir.path().join("s"), key_file_override: None };
    let waypost = Arc::new(Waypost::new(paths, None));
    let saved = waypost.register(settings(&endpoint.url, &ca_file, 20, SAVES)).unwrap();
    let event = BuiltIn::Ping.event();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();

    let outcomes = Mutex::new([0_usize; 4]);
    let deliver = |count: usize| {
        let (waypost, saved, event, outcomes) = (&waypost, &saved, &event, &outcomes);
        futures_util::stream::iter(0..count).for_each_concurrent(AT_ONCE, move |_| async move {
            let tested = waypost.test(&saved.destination, event, |_| {}, std::future::pending()).await;
            assert_eq!(tested.unrecorded, None);
            let at = match tested.delivery.outcome() {
                Outcome::Delivered => 0,
                Outcome::Refused => 1,
                Outcome::Failed => 2,
                Outcome::Stopped => 3,
            };
            outcomes.lock().unwrap()[at] += 1;
        })
    };
    // What is set up once is set up by now.
    runtime.block_on(deliver(DELIVERIES / 10));
    let before = (memory(process::id()), descriptors(process::id()));

    let saves = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        for at in 0..SAVES {
            let (waypost, saves, url, ca) = (&waypost, &saves, &endpoint.url, &ca_file);
            // Each of another token: one that changed nothing would be no save.
            scope.spawn(move || match waypost.edit(None, KeepOld::default(), |_, _| Ok(settings(url, ca, at % 100 + 1, at))) {
                Ok(saved) => {
                    assert_eq!(saved.warning, None);
                    saves.fetch_add(1, Ordering::SeqCst);
                }
                Err(problem) => assert_eq!(problem.kind, ProblemKind::Busy, "{problem}"),
            });
        }
        runtime.block_on(deliver(DELIVERIES - DELIVERIES / 10));
    });

    // A connection that was let go of is closed by a task that may still be at it.
    runtime.block_on(async {
        while runtime.metrics().num_alive_tasks() > 0 {
            tokio::task::yield_now().await;
        }
    });
    let after = (memory(process::id()), descriptors(process::id()));
    assert!(after.1 <= before.1 + AT_ONCE, "descriptors: {before:?}, then {after:?}");
    assert!(after.0 < before.0 + 32 * 1024, "KiB: {before:?}, then {after:?}");

    let outcomes = *outcomes.lock().unwrap();
    assert_eq!(outcomes.iter().sum::<usize>(), DELIVERIES);
    assert!(outcomes[0] > DELIVERIES / 3 && outcomes[1] > DELIVERIES / 10 && outcomes[2] > DELIVERIES / 10, "{outcomes:?}");
    assert_eq!(outcomes[3], 0);
    // No save that was reported is lost.
    let snapshot = waypost.snapshot();
    assert!(matches!(snapshot.state, State::Open(_)));
    assert_eq!(snapshot.generation, 1 + saves.load(Ordering::SeqCst) as u64);
    assert!(saves.load(Ordering::SeqCst) > 0);
    let listed = waypost.newest(DELIVERIES * 2).unwrap();
    assert_eq!((listed.deliveries.len(), listed.unreadable), (DELIVERIES, 0));
}
