//! HMAC-SHA256 over 64 KiB: by waypost, by ring, by openssl.

use std::hint::black_box;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use waypost::domain::secret::Secret;
use waypost::domain::signature::{Format, SigningSecret};

use super::peers::is_installed;
use super::process;
use super::stats::Sample;
use super::table::Table;
use super::world::World;

const BODY: usize = 64 * 1024;

/// How many times, and for how long, each is measured.
const ROUNDS: usize = 5;
const ROUND: Duration = Duration::from_secs(1);

pub fn throughput(_: &World, table: &mut Table) {
    let body = vec![b'x'; BODY];
    let secret = SigningSecret::new(Secret::new("a signing secret for measuring"), Format::Hex).unwrap();
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, b"a signing secret for measuring");
    let openssl = is_installed("openssl");
    let (mut ours, mut rings, mut openssls) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        ours.push(rate(|| _ = black_box(secret.sign("msg_0", 0, black_box(&body)))));
        rings.push(rate(|| _ = black_box(ring::hmac::sign(&key, black_box(&body)))));
        if openssl {
            openssls.extend(openssl_rate());
        }
    }
    let ours = Sample::new(ours);
    let mut others = vec![("ring".to_owned(), Sample::new(rings))];
    if !openssls.is_empty() {
        let openssl = Sample::new(openssls);
        let ratio = Sample::new(vec![ours.median() / openssl.median()]);
        others.push(("openssl".to_owned(), openssl));
        table.at_least("signing 64 KiB / openssl", "", 0.95, &ratio, &[]);
    }
    table.at_least("signing 64 KiB", "MB/s", 1000.0, &ours, &others);
}

/// Megabytes per second of CPU time, as `openssl speed` reports them: other work on the machine does not count.
fn rate(mut sign: impl FnMut()) -> f64 {
    let (started, cpu) = (Instant::now(), process::cpu_of_this_thread());
    let mut done = 0_u32;
    while started.elapsed() < ROUND {
        for _ in 0..64 {
            sign();
        }
        done += 64;
    }
    f64::from(done) * 65.536e-3 / process::cpu_of_this_thread().saturating_sub(cpu).as_secs_f64()
}

/// From the last line of `openssl speed`, which reports bytes per second of CPU time.
fn openssl_rate() -> Option<f64> {
    let args = ["speed", "-mr", "-seconds", "1", "-bytes", "65536", "-hmac", "sha256"];
    let output = Command::new("openssl").args(args).stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let line = text.lines().find(|line| line.starts_with("+F:"))?;
    line.rsplit(':').next()?.trim().parse::<f64>().ok().map(|bytes| bytes / 1e6)
}
