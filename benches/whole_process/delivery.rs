//! One delivery as a process, alternating with other programs that post the same body to the same receiver.

use std::process::{Command, Stdio};
use std::time::Instant;

use super::peers::is_installed;
use super::stats::Sample;
use super::support::base_env;
use super::table::Table;
use super::world::World;

/// How many times each program runs.
const RUNS: usize = 61;

/// With the receiver's CA alone, and with the system's CAs as well.
pub fn one(world: &World, table: &mut Table) {
    let ca = world.receiver.ca().to_str().unwrap();
    let mut runners = vec![("waypost --ca-cert", waypost(world, Some(ca)))];
    if let Some(roots) = &world.roots {
        let roots = roots.to_str().unwrap();
        runners.push(("waypost, system roots", with_env(waypost(world, None), roots)));
        if is_installed("curl") {
            runners.push(("curl, system roots", with_env(curl(world), roots)));
        }
        if is_installed("xh") {
            runners.push(("xh", with_env(xh(world, roots), roots)));
        }
    }
    if is_installed("curl") {
        let mut own = curl(world);
        // Without --capath curl also reads the system's directory of certificates.
        own.args(["--cacert", ca, "--capath", "/nonexistent"]);
        runners.push(("curl --cacert", own));
    }
    let mut times = vec![Vec::new(); runners.len()];
    for run in 0..=RUNS {
        for ((name, command), times) in runners.iter_mut().zip(&mut times) {
            let started = Instant::now();
            let status = command.status().unwrap();
            let took = started.elapsed();
            assert!(status.success(), "{name}: {status}");
            // The first run of each warms the page cache.
            if run > 0 {
                times.push(took.as_secs_f64() * 1000.0);
            }
        }
    }
    let samples: Vec<(&str, Sample)> = runners.iter().map(|(name, _)| *name).zip(times.into_iter().map(Sample::new)).collect();
    for (name, sample) in &samples {
        table.known(&format!("one delivery as a process, 2 KiB: {name}"), &format!("{sample} ms"));
    }
    let median = |name: &str| samples.iter().find(|(other, _)| *other == name).map(|(_, sample)| sample.median());
    for (ours, theirs, most) in [
        ("waypost, system roots", "curl, system roots", 0.7),
        ("waypost --ca-cert", "curl, system roots", 0.4),
        ("waypost --ca-cert", "curl --cacert", 0.33),
    ] {
        if let (Some(our), Some(their)) = (median(ours), median(theirs)) {
            table.at_most(&format!("{ours} / {theirs}"), "", most, &Sample::new(vec![our / their]), &[]);
        }
    }
}

fn waypost(world: &World, ca: Option<&str>) -> Command {
    let mut command = world.full.command(&["test", "-q", "--body", world.body.to_str().unwrap()]);
    if let Some(ca) = ca {
        command.args(["--ca-cert", ca]);
    }
    silent(command)
}

fn curl(world: &World) -> Command {
    let mut command = other("curl", world);
    command.args(["--silent", "--fail", "--output", "/dev/null", "--header", "content-type: application/json", "--data-binary"]);
    command.arg(format!("@{}", world.body.display())).arg(&world.receiver.url);
    silent(command)
}

fn xh(world: &World, roots: &str) -> Command {
    let mut command = other("xh", world);
    command.args(["--verify", roots, "--quiet", "POST", &world.receiver.url]).arg(format!("@{}", world.body.display()));
    silent(command)
}

pub fn other(name: &str, world: &World) -> Command {
    let mut command = Command::new(name);
    command.env_clear().envs(base_env(world.full.path())).current_dir(world.full.path());
    command
}

pub fn silent(mut command: Command) -> Command {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

fn with_env(mut command: Command, roots: &str) -> Command {
    command.env("SSL_CERT_FILE", roots);
    command
}
