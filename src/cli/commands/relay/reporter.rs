//! What a relay reports while it runs: to people, to scripts, to the service manager, to metrics and to the alert.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::cli::exit;
use crate::cli::failure::Failure;
use crate::cli::output::{self, Out, Verbosity, live};
use crate::domain::delivery::gate::{Gate, State};
use crate::domain::delivery::metrics::Metrics;
use crate::domain::delivery::outage::Outage;
use crate::domain::delivery::schedule::DeadReason;
use crate::domain::delivery::{Attempt, Delivery};
use crate::domain::text::visible;
use crate::ops::queue::Counts;
use crate::ops::relay::{GivenUp, Paused, Report, Settlement, Supervisor};

/// Reports what happened: the events that ended, on standard output for scripts, and what an operator has to know.
pub struct Reporter<'a> {
    out: Out,
    supervisor: Option<&'a Supervisor>,
    metrics: Arc<Mutex<Metrics>>,
    outage: watch::Sender<Option<Outage>>,
    was_open: bool,
    /// Why standard output could not be written.
    failure: Option<Failure>,
}

impl<'a> Reporter<'a> {
    pub const fn new(
        out: Out,
        supervisor: Option<&'a Supervisor>,
        metrics: Arc<Mutex<Metrics>>,
        outage: watch::Sender<Option<Outage>>,
    ) -> Self {
        Self { out, supervisor, metrics, outage, was_open: true, failure: None }
    }

    pub fn into_failure(self) -> Option<Failure> {
        self.failure
    }

    /// A line for people, which is also the state of the service.
    fn say(&self, text: &str) {
        self.out.say(text);
        self.status(text);
    }

    fn status(&self, text: &str) {
        if let Some(supervisor) = self.supervisor {
            supervisor.notify(&format!("STATUS={text}"));
        }
    }

    pub fn report(&mut self, report: Report) {
        let out = self.out;
        match report {
            Report::Started(url, counts) => {
                if let Some(supervisor) = self.supervisor {
                    supervisor.notify("READY=1");
                }
                self.say(&started(&url, counts));
            }
            Report::Slow => out.say(output::SLOW_QUEUE),
            Report::Gate(gate) => self.report_gate(&gate),
            Report::Settled(delivery, settlement) => {
                if settlement == Settlement::Ack {
                    self.outage(Outage::after_delivery);
                }
                self.count(&delivery, settlement);
                self.report_end(&delivery, settlement);
            }
            Report::Destination(url) => self.say(&format!("The destination was changed: delivering to {}.", visible(&url))),
            Report::NoDestination(problem) => {
                output::print_problem("nothing is delivered", &problem);
                self.status(&format!("Nothing is delivered: {}", visible(&problem.to_string())));
            }
            Report::GivenUp(event) => {
                self.metrics().ended(false, event.last.as_ref());
                self.report_given_up(&event);
            }
            Report::Unwritten(problem) => output::print_problem("not recorded; it will be tried again", &problem),
            Report::Unread(problem) => output::print_problem("the queue cannot be read; it will be tried again", &problem),
            Report::Works => out.say("The database can be used again."),
        }
    }

    fn metrics(&self) -> MutexGuard<'_, Metrics> {
        self.metrics.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn count(&self, delivery: &Delivery, settlement: Settlement) {
        let mut metrics = self.metrics();
        if let Some(last) = delivery.last() {
            metrics.attempted(last);
        }
        if matches!(settlement, Settlement::Ack | Settlement::Dead(_)) {
            metrics.ended(settlement == Settlement::Ack, delivery.last());
        }
    }

    fn print(&mut self, object: Value) {
        if let Err(failure) = output::print(&format!("{}\n", output::json::line(object)), exit::DONE) {
            self.failure.get_or_insert(failure);
        }
    }

    fn report_given_up(&mut self, GivenUp { id, event, tries, last }: &GivenUp) {
        if self.out.json {
            let (last, reason) = (last.as_ref(), Some(DeadReason::TooOld));
            self.print(ended(id, event, *tries as usize, last, reason));
        } else {
            self.out.say(&format!("{} {}: dead letter: too old", visible(id), visible(event)));
        }
    }

    fn report_end(&mut self, delivery: &Delivery, settlement: Settlement) {
        if self.out.json {
            let reason = match settlement {
                Settlement::Ack => None,
                Settlement::Dead(reason) => Some(reason),
                Settlement::Defer(_) | Settlement::Return => return,
            };
            self.print(ended(&delivery.id, &delivery.event, delivery.attempts.len(), delivery.last(), reason));
        } else if self.out.verbosity == Verbosity::Verbose || matches!(settlement, Settlement::Dead(_)) {
            self.out.say(&line(delivery, settlement));
        }
    }

    /// For the alert, which hears only of what makes a difference.
    fn outage(&self, change: impl FnOnce(Option<Outage>) -> Option<Outage>) {
        self.outage.send_if_modified(|outage| {
            let before = outage.clone();
            *outage = change(outage.take());
            *outage != before
        });
    }

    fn report_gate(&mut self, gate: &Gate) {
        self.outage(|outage| Outage::after_gate(outage, gate, Timestamp::now()));
        let text = match gate.state() {
            State::Open if self.was_open => return,
            State::Open => "The gate is open: events go out again.".to_owned(),
            // One event is on its way; what comes of it is said.
            State::Probing { .. } => return,
            State::Closed { until, why, .. } => live::pausing(Paused { until: *until, why: *why }, gate.failure()),
            State::Gone => "Paused: the destination answered 410 (gone). Check it, then run waypost queue release.".to_owned(),
            State::Held => "Paused by waypost queue hold, until waypost queue release.".to_owned(),
        };
        self.was_open = *gate.state() == State::Open;
        self.say(&text);
    }
}

/// `Delivering to https://hooks.example.com/in: 12 ready, 3 waiting, 1 dead.`
fn started(url: &str, counts: Counts) -> String {
    let Counts { ready, waiting, dead, .. } = counts;
    format!("Delivering to {}: {ready} ready, {waiting} waiting, {dead} dead.", visible(url))
}

/// An event that ended: delivered, or dead for that reason.
fn ended(id: &str, event: &str, attempts: usize, last: Option<&Attempt>, reason: Option<DeadReason>) -> Value {
    json!({
        "id": id,
        "event": event,
        "outcome": if reason.is_some() { "dead" } else { "delivered" },
        "status": last.and_then(Attempt::status),
        "attempts": attempts,
        "dead_reason": reason.map(DeadReason::name),
        "why": reason.and(last).map(|last| last.diagnosis.why.clone()),
    })
}

fn line(delivery: &Delivery, settlement: Settlement) -> String {
    let last = delivery.last();
    let why = last.map(|last| last.diagnosis.why.as_str()).unwrap_or_default();
    let status = last.and_then(Attempt::status).map(|status| format!(" {status}")).unwrap_or_default();
    let text = match settlement {
        Settlement::Ack => format!("delivered{status}"),
        Settlement::Defer(until) => format!("waits until {}: {why}", until.strftime("%H:%M:%S UTC")),
        Settlement::Dead(_) => format!("dead letter: {why}"),
        Settlement::Return => "stopped".to_owned(),
    };
    format!("{} {}: {}", visible(&delivery.id), visible(&delivery.event), visible(&text))
}
