//! `waypost relay`: delivers the queue, for as long as it runs.

#[cfg(feature = "nats")]
mod outbox;
mod reporter;

use std::cell::{Cell, RefCell};
use std::convert::Infallible;
use std::future::pending;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use crate::cli::exit;
use crate::cli::failure::Failure;
use crate::cli::globals::Globals;
use crate::cli::input::duration;
use crate::cli::input::number::number;
use crate::cli::input::rate::rate;
use crate::cli::output::{Out, clock};
use crate::cli::runtime;
use crate::cli::stops::Stops;
use crate::domain::delivery::gate::State;
use crate::domain::delivery::metrics::Metrics;
use crate::domain::delivery::outage::Outage;
use crate::ops::queue::{EventState, Filter};
use crate::ops::relay::{Alert, MetricsServer, RelayOptions, RelaySummary, Supervisor};
use crate::ops::{self, Waypost};
use reporter::Reporter;

const EXAMPLES: &str = "Examples:
  waypost relay
  waypost relay --once
  waypost relay --rate 5/s --concurrency 2";

const DETAILS: &str = "A failure of the destination (no answer, 401, 429, 5xx, ...) never ends an event: it waits, and one event goes \
out as a probe after 10 s, doubling to 5 min, or when Retry-After says. An event that the destination refuses itself (400, 413, 422, \
...) three times is a dead letter, and so is one that is older than --give-up-after: see waypost queue.

Events are delivered at least once, and in no particular order unless --ordered is given. Killed at any moment, it loses no event: what \
was in flight is sent again under the same webhook-id. An edit of the destination takes effect at once. The first SIGTERM or ^C waits \
for the events in flight, the second does not.

Exit codes: 0 after a signal; with --once 0 when nothing is left to deliver, else 4, else 3 if an event became a dead letter. 9: \
the NATS server cannot be used at the start. 75: another relay runs.";

#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES, after_help = DETAILS)]
pub struct Args {
    /// Deliver what is due, and end
    #[arg(long)]
    once: bool,

    /// Deliver nothing, but hand the queue of this machine over to the one on NATS; the other --nats options apply to it
    #[cfg(feature = "nats")]
    #[arg(long, value_name = "URL", conflicts_with_all = ["concurrency", "ordered", "rate", "metrics", "alert_command"])]
    to_nats: Option<String>,

    /// Maximum number of events in flight [default: 8, with --ordered 1]
    #[arg(long, value_name = "N", allow_negative_numbers = true, value_parser = number(1..=256))]
    concurrency: Option<u32>,

    /// Keep the order of enqueueing: an event that waits holds all after it
    #[arg(long)]
    ordered: bool,

    /// Maximum number of attempts per second, minute or hour, such as 5/s, 0.5/s, 30/m or 100/h
    #[arg(long, value_name = "N/s", allow_hyphen_values = true)]
    rate: Option<String>,

    /// Serve metrics for Prometheus on this address; a port alone is on 127.0.0.1
    #[arg(long, value_name = "ADDRESS:PORT", value_parser = metrics_address)]
    metrics: Option<SocketAddr>,

    // Without the quotation marks that rustdoc would want around the variable.
    #[arg(
        help = "Run this with sh -c once when nothing could be delivered for --alert-after, and once when deliveries go on; \
                WAYPOST_ALERT is closed or open",
        long,
        value_name = "COMMAND"
    )]
    alert_command: Option<String>,

    /// How long the gate has to be closed before the alert
    #[arg(long, value_name = "DURATION", value_parser = age, default_value = "15m", requires = "alert_command", allow_hyphen_values = true)]
    alert_after: Duration,

    /// Age at which an event becomes a dead letter: 1s or more, such as 24h or 7d
    #[arg(long, value_name = "DURATION", value_parser = age, default_value = "72h", allow_hyphen_values = true)]
    give_up_after: Duration,
}

fn age(text: &str) -> Result<Duration, String> {
    match duration::seconds(text)? {
        0 => Err("it is less than a second".to_owned()),
        seconds => Ok(Duration::from_secs(seconds.unsigned_abs())),
    }
}

fn metrics_address(text: &str) -> Result<SocketAddr, String> {
    let port = |port: &str| port.parse().map(|port| SocketAddr::from(([127, 0, 0, 1], port))).ok();
    let parsed = text.parse().ok().or_else(|| port(text.strip_prefix(':').unwrap_or(text)));
    parsed.ok_or_else(|| "use an address and a port, or a port, such as 127.0.0.1:9464 or 9464".to_owned())
}

pub fn run(globals: &Globals, args: &Args, out: Out) -> Result<u8, Failure> {
    #[cfg(feature = "nats")]
    if let Some(url) = &args.to_nats {
        return outbox::run(globals, url, args.once, out);
    }
    let waypost = &globals.waypost()?;
    if args.ordered && args.concurrency.is_some_and(|concurrency| concurrency > 1) {
        return Err(Failure::usage(
            "--ordered keeps one event in flight, and --concurrency asks for more.",
            "Leave one of them out, or use --concurrency 1.",
        ));
    }
    let how = RelayOptions {
        once: args.once,
        concurrency: args.concurrency.map_or(if args.ordered { 1 } else { 8 }, |concurrency| concurrency as usize),
        ordered: args.ordered,
        rate: args.rate.as_deref().map(rate).transpose()?,
        give_up_after: args.give_up_after,
    };
    let summary = runtime::run(deliver(waypost, &how, args, out))?;
    let next = if args.once && summary.left > 0 { next_due(waypost, out) } else { None };
    end(&summary, next.as_deref(), args.once, out)
}

async fn deliver(waypost: &Waypost, how: &RelayOptions, args: &Args, out: Out) -> Result<RelaySummary, Failure> {
    let stops = Stops::catch()?;
    let supervisor = Supervisor::from_env();
    let metrics = Arc::new(Mutex::new(Metrics::default()));
    let server = match args.metrics {
        Some(address) => Some(MetricsServer::bind(address).await.map_err(|error| unbound(address, &error))?),
        None => None,
    };
    if let Some(Ok(address)) = server.as_ref().map(MetricsServer::address) {
        out.say(&format!("Metrics on http://{address}/metrics."));
    }
    let (outage, outages) = watch::channel(None);
    let in_flight = Cell::new(0);
    let reporter = RefCell::new(Reporter::new(out, supervisor.as_ref(), Arc::clone(&metrics), outage));
    let report = |report| reporter.borrow_mut().report(report);
    let stop = async {
        stops.first.await;
        if let Some(supervisor) = &supervisor {
            supervisor.notify("STOPPING=1");
        }
        out.say(&format!("Stopping: waiting for {} in flight.", in_flight.get()));
    };
    let summary = tokio::select! {
        summary = waypost.relay(how, report, |now| in_flight.set(now), stop, stops.second) => summary,
        never = serve(server, waypost, metrics) => match never {},
        never = alive(supervisor.as_ref()) => match never {},
        never = alert(waypost, args, outages) => match never {},
    };
    let summary = summary?;
    match reporter.into_inner().into_failure() {
        Some(failure) => Err(failure),
        None => Ok(summary),
    }
}

/// Answers who collects metrics.
async fn serve(server: Option<MetricsServer>, waypost: &Waypost, metrics: Arc<Mutex<Metrics>>) -> Infallible {
    let Some(server) = server else { return pending().await };
    let waypost = waypost.clone();
    let text = move || {
        let gauges = waypost.gauges().unwrap_or_default();
        metrics.lock().unwrap_or_else(PoisonError::into_inner).text(&gauges, env!("CARGO_PKG_VERSION"))
    };
    server.serve(text).await
}

/// Tells the service manager that the runtime is not stuck, twice as often as it wants to hear it.
async fn alive(supervisor: Option<&Supervisor>) -> Infallible {
    let Some((supervisor, interval)) = supervisor.and_then(|supervisor| Some((supervisor, supervisor.watchdog?))) else {
        return pending().await;
    };
    loop {
        supervisor.notify("WATCHDOG=1");
        tokio::time::sleep(interval / 2).await;
    }
}

async fn alert(waypost: &Waypost, args: &Args, outages: watch::Receiver<Option<Outage>>) -> Infallible {
    let Some(command) = args.alert_command.clone() else { return pending().await };
    let destination = waypost.destination().map(|destination| destination.url().shown().clone()).unwrap_or_default();
    Alert { command, after: args.alert_after, destination }.watch(outages).await
}

fn unbound(address: SocketAddr, error: &std::io::Error) -> Failure {
    Failure::Other {
        code: exit::USAGE,
        field: None,
        message: format!("--metrics: {address} cannot be listened on: {}.", ops::reason(error)),
        fix: "Use another address or port.".to_owned(),
    }
}

/// When the next event is due, if the gate is open. Why it is closed was printed when it closed.
fn next_due(waypost: &Waypost, out: Out) -> Option<String> {
    let view = waypost.queue(Filter { state: Some(EventState::Waiting), skip: 0, limit: 1 }).ok()?;
    let due_at = view.events.first().filter(|_| *view.gate.gate.state() == State::Open)?.due_at?;
    Some(clock::clock(waypost, out).time(due_at))
}

fn end(summary: &RelaySummary, next: Option<&str>, once: bool, out: Out) -> Result<u8, Failure> {
    if let Some(problem) = &summary.broken {
        return Err(problem.clone().into());
    }
    let died = if summary.died > 0 { format!(", {} became dead letters", summary.died) } else { String::new() };
    let next = next.map(|at| format!(", the next due at {at}")).unwrap_or_default();
    out.say(&format!("{} delivered{died}; {} left in the queue{next}.", summary.delivered, summary.left));
    Ok(match summary {
        _ if !once => exit::DONE,
        RelaySummary { left: 1.., .. } => exit::FAILED,
        RelaySummary { died: 1.., .. } => exit::REFUSED,
        RelaySummary { .. } => exit::DONE,
    })
}
