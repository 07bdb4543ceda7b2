//! `history --follow`: deliveries as they appear, whichever process makes them.

use std::future::Future;

use jiff::tz::TimeZone;
use serde_json::json;

use super::table::{Table, shown_ids};
use crate::cli::exit;
use crate::cli::failure::Failure;
use crate::cli::output::{self, Out, clock, json, terminal};
use crate::cli::runtime;
use crate::domain::delivery::Delivery;
use crate::domain::delivery::filter::Filter;
use crate::ops::{self, Position, Start, Watch, Waypost};

/// How many are read at once.
const AT_ONCE: usize = 200;

/// Prints what is recorded after `from`, until a signal.
pub fn follow(waypost: &Waypost, filter: &Filter, from: Position, zone: &TimeZone, out: Out) -> Result<u8, Failure> {
    let ((), signal) = runtime::run_until_signal(async |stop| print_all(waypost, filter, from, stop, zone, out).await)?;
    Ok(signal.unwrap_or(exit::DONE))
}

async fn print_all(
    waypost: &Waypost,
    filter: &Filter,
    mut from: Position,
    mut stop: impl Future<Output = ()> + Unpin,
    zone: &TimeZone,
    out: Out,
) -> Result<(), Failure> {
    let mut watch = waypost.watch();
    loop {
        // After the watch has begun: nothing is missed between the two.
        let end = waypost.end_of_history()?;
        if end < from {
            // The history was cleared, and begins anew.
            from = Position::default();
        }
        loop {
            let page = waypost.page(filter, Start::After(from), AT_ONCE)?;
            let Some(newest) = page.newest else { break };
            print(waypost, page.deliveries, zone, out)?;
            from = newest;
        }
        from = from.max(end);
        tokio::select! {
            () = &mut stop => return Ok(()),
            () = changed(&mut watch) => {}
        }
    }
}

async fn changed(watch: &mut Watch) {
    while !watch.changed().await.history {}
}

/// The oldest first.
fn print(waypost: &Waypost, mut deliveries: Vec<Delivery>, zone: &TimeZone, out: Out) -> Result<(), Failure> {
    deliveries.reverse();
    let text = if out.json {
        let lines: Vec<_> =
            deliveries.iter().map(|it| json::line(json!({ "delivery": ops::delivery_json(it) })) + "\n").collect();
        lines.concat()
    } else {
        let clock = clock::now_in(zone.clone());
        let width = terminal::width();
        let ids = shown_ids(waypost, &deliveries, width)?;
        Table { clock: &clock, width, out }.more(&deliveries, &ids)
    };
    output::print(&text, exit::DONE).map(drop)
}
