//! What waypost costs as a process, measured from outside: `cargo bench --bench whole_process`.
//!
//! Prints one table: each row with its target, what was measured (median, and the range in brackets), and the same for other
//! programs if they are installed. Everything runs on this machine, with temporary files, against the receiver of the tests;
//! what is compared runs alternately, so that a busy moment affects both.
//!
//! `cargo bench --bench whole_process -- WORD` measures only the groups whose name contains the word. With `--hold` it fails
//! when a row misses its target by more than a tenth. Use it for `memory` and `size`, which do not depend on how busy the machine is.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a program for developers")]
#![allow(clippy::print_stdout, reason = "the table is what it is for")]

mod delivery;
mod nats;
mod peers;
mod process;
mod queue;
mod screen;
mod send;
mod signing;
mod stats;
mod table;
mod terminal;
mod world;

#[path = "../../tests/support/mod.rs"]
mod support;

use table::Table;
use world::World;

/// A name, and what is measured under it.
type Group = (&'static str, fn(&World, &mut Table));

fn main() {
    // cargo passes `--bench`; arguments without a dash name groups.
    let (options, words): (Vec<String>, Vec<String>) = std::env::args().skip(1).partition(|word| word.starts_with('-'));
    let world = World::new();
    let mut table = Table::new();
    let groups: [Group; 10] = [
        ("first-frame", screen::first_frame),
        ("keys", screen::keys),
        ("memory", screen::memory),
        ("idle", screen::idle),
        ("size", process::binary_size),
        ("delivery", delivery::one),
        ("send", |world, table| {
            if send::is_there(world) {
                send::lines(world, table);
                send::at_rest(world, table);
                send::several(world, table);
            }
        }),
        ("queue", queue::queue),
        ("nats", nats::nats),
        ("signing", signing::throughput),
    ];
    let unknown = words.iter().find(|word| !groups.iter().any(|(name, _)| name.contains(word.as_str())));
    assert!(unknown.is_none(), "no group is named {unknown:?}");
    for (name, measure) in groups {
        if words.is_empty() || words.iter().any(|word| name.contains(word.as_str())) {
            eprintln!("measuring: {name}");
            measure(&world, &mut table);
        }
    }
    println!("{}\n", environment());
    print!("{table}");
    if options.iter().any(|option| option == "--hold") && !table.holds() {
        std::process::exit(1);
    }
}

/// The machine and its load: other work widens the ranges first, then moves the medians.
fn environment() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load: Vec<&str> = load.split(' ').take(2).collect();
    let date = jiff::Timestamp::now().strftime("%Y-%m-%d");
    format!("{date}, {cores} cores, load of the last 1 and 5 minutes: {}", load.join(" and "))
}
