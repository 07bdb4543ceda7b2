//! `waypost stats`: how the deliveries went, in numbers.

use std::fmt::Write as _;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use unicode_width::UnicodeWidthStr as _;

use crate::cli::exit;
use crate::cli::failure::Failure;
use crate::cli::input::filter;
use crate::cli::output::{self, Out, Tone, clock, rows, terminal};
use crate::domain::delivery::stats::Stats;
use crate::domain::delivery::{Attempt, Delivery};
use crate::domain::text::{ellipsis, visible};
use crate::ops::Waypost;
use crate::present::clock::Clock;
use crate::present::summary::summary;
use crate::present::timing::duration;

const EXAMPLES: &str = "Examples:
  waypost stats
  waypost stats --since 24h
  waypost stats --since 2026-11-26 --json";

const DETAILS: &str = "Probes are not counted. The times are those of the last attempts that got an answer; what was stopped \
counts neither as a success nor against it. Slowest lists the three that took longest; waypost history show ID says in which \
phase. The history keeps the newest 10,000 deliveries, or 64 MiB.";

/// The columns of the longest bar.
const BAR: usize = 40;

#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES, after_help = DETAILS)]
pub struct Args {
    /// Count only deliveries since then: 30m, 24h, 7d, 21:03, 2026-11-26 or 2026-11-26T21:03
    #[arg(long, value_name = "T", allow_hyphen_values = true)]
    since: Option<String>,
}

pub fn run(waypost: &Waypost, args: &Args, out: Out) -> Result<u8, Failure> {
    let since = args.since.as_deref().map(|text| since(text, &clock::zone(waypost, out), out)).transpose()?.flatten();
    let stats = waypost.stats(since)?;
    let slowest = waypost.slowest(since)?;
    if out.json {
        return output::print_json(json(&stats, &slowest, since), exit::DONE);
    }
    if stats.total() == 0 {
        out.say("No deliveries.");
        return Ok(exit::DONE);
    }
    let text = text(&stats, out) + &named(&slowest, &clock::clock(waypost, out), out);
    output::print(&text, exit::DONE)
}

fn since(text: &str, zone: &TimeZone, out: Out) -> Result<Option<Timestamp>, Failure> {
    Ok(filter::parse(None, [("since", Some(text))], zone, "stats", out)?.since)
}

fn json(stats: &Stats, slowest: &[Delivery], since: Option<Timestamp>) -> Value {
    let histogram: Vec<_> = stats.histogram().iter().map(|it| json!({ "le_ms": it.le_ms, "count": it.count })).collect();
    json!({
        "since": since,
        "deliveries": {
            "delivered": stats.delivered,
            "refused": stats.refused,
            "failed": stats.failed,
            "stopped": stats.stopped,
        },
        "success_rate": stats.success_rate(),
        "latency_ms": {
            "p50": stats.percentile(50),
            "p95": stats.percentile(95),
            "p99": stats.percentile(99),
            "max": stats.max(),
        },
        "histogram": histogram,
        "slowest": slowest.iter().map(slow_json).collect::<Vec<_>>(),
    })
}

fn text(stats: &Stats, out: Out) -> String {
    let mut table = vec![("Deliveries", stats.total().to_string())];
    let counts =
        [("Delivered", stats.delivered), ("Refused", stats.refused), ("Failed", stats.failed), ("Stopped", stats.stopped)];
    table.extend(counts.into_iter().filter(|(_, count)| *count > 0).map(|(label, count)| (label, count.to_string())));
    table.extend(stats.success_rate().map(|rate| ("Success rate", percent(rate))));
    let times =
        [("p50", stats.percentile(50)), ("p95", stats.percentile(95)), ("p99", stats.percentile(99)), ("max", stats.max())];
    table.extend(times.into_iter().filter_map(|(label, ms)| Some((label, duration(ms?)))));
    let mut text = rows::table(&table, out);
    let buckets = stats.histogram();
    if buckets.is_empty() {
        return text;
    }
    let most = buckets.iter().map(|bucket| bucket.count).max().unwrap_or(1).max(1);
    let digits = most.to_string().len();
    let block = if terminal::is_ascii() { "#" } else { "█" };
    let _ = writeln!(text, "\n{}", out.paint("Time to the end of the answer", Tone::Label));
    for bucket in &buckets {
        // One that is not empty has a bar, however short.
        let columns = (bucket.count * BAR).div_ceil(most);
        let line = format!("{:>9}  {:>digits$}  {}", label(bucket.le_ms), bucket.count, block.repeat(columns));
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
}

fn slow_json(delivery: &Delivery) -> Value {
    let last = delivery.last();
    json!({
        "id": delivery.id,
        "event": delivery.event,
        "at": delivery.at().to_string(),
        "outcome": delivery.outcome().name(),
        "status": last.and_then(Attempt::status),
        "duration_ms": last.map_or(0.0, |last| last.duration_ms),
    })
}

/// The slowest, a line each: what to look at next.
fn named(slowest: &[Delivery], clock: &Clock, out: Out) -> String {
    let mut text = String::new();
    if !slowest.is_empty() {
        let _ = writeln!(text, "\n{}", out.paint("Slowest", Tone::Label));
    }
    let rows = slowest.iter().map(|delivery| {
        let row = summary(delivery);
        let event = ellipsis(&visible(&delivery.event), 40).into_owned();
        let id = visible(&delivery.id).into_owned();
        [clock.second(delivery.at()), format!("{:>7}", row.took), visible(&row.end).into_owned(), event, id]
    });
    let rows: Vec<_> = rows.collect();
    let widths: [usize; 5] = std::array::from_fn(|at| rows.iter().map(|row| row[at].width()).max().unwrap_or_default());
    for row in &rows {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell}{}", " ".repeat(width - cell.width())));
        let _ = writeln!(text, "{}", cells.collect::<Vec<_>>().join("  ").trim_end());
    }
    text
}

/// `≤ 50 ms`
fn label(le_ms: f64) -> String {
    let at_most = if terminal::is_ascii() { "<=" } else { "≤" };
    if le_ms < 1000.0 { format!("{at_most} {le_ms} ms") } else { format!("{at_most} {} s", le_ms / 1000.0) }
}

/// A rate is never rounded up to all.
fn percent(rate: f64) -> String {
    let percent = (rate * 1000.0).floor() / 10.0;
    format!("{percent} %")
}
