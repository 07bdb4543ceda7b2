//! `test`: one event, one attempt, and what came of it. `resend`: the same with an event that was sent before.

use std::cell::Cell;

use serde_json::json;

use crate::cli::args;
use crate::cli::delivering::{self, ProgressLine, adjusted};
use crate::cli::exit;
use crate::cli::failure::Failure;
use crate::cli::input::body;
use crate::cli::output::delivery;
use crate::cli::output::{self, Out};
use crate::domain::delivery::Outcome;
use crate::domain::event::BuiltIn;
use crate::domain::text::visible;
use crate::ops::Waypost;

/// Sends a test.
///
/// # Errors
/// An input is not valid, nothing is registered, or its secret cannot be opened. That the endpoint refuses, or is not reached, is
/// no error but told by the code.
pub fn test(waypost: &Waypost, args: &args::Test, out: Out) -> Result<u8, Failure> {
    let event = match &args.body {
        Some(path) => body::event_in(path)?,
        None => body::event_named(waypost, args.event.as_deref().unwrap_or(BuiltIn::Ping.name()))?,
    };
    let destination = adjusted(waypost.destination()?, args.timeout.as_deref(), args.ca_cert.as_deref())?;
    if args.dry_run {
        let request = waypost.preview(&destination, &event);
        if out.json {
            let json = json!({ "schema_version": crate::cli::SCHEMA_VERSION, "request": delivery::request_json(&request) });
            return output::print_json(&json, exit::DONE);
        }
        return output::print(&delivery::request_text(&request), exit::DONE);
    }
    let stopped_by = Cell::new(None);
    let tested = delivering::run(async {
        let mut signals = delivering::signals()?;
        let stop = async { stopped_by.set(Some(signals.next().await)) };
        let progress = ProgressLine::new(&destination, out);
        Ok(waypost.test(&destination, &event, |step| progress.step(&step), stop).await)
    })?;
    let stopped = stopped_by.get().filter(|_| tested.delivery.outcome() == Outcome::Stopped);
    delivering::tell(&tested.delivery, tested.unrecorded.as_ref(), stopped, out)
}

/// Sends the event of a delivery once more.
///
/// # Errors
/// As of [`test`]; and there is no such delivery, or its body was not kept whole.
pub fn resend(waypost: &Waypost, id: &str, out: Out) -> Result<u8, Failure> {
    let destination = waypost.destination()?;
    let stopped_by = Cell::new(None);
    let tested = delivering::run(async {
        let mut signals = delivering::signals()?;
        let stop = async { stopped_by.set(Some(signals.next().await)) };
        let progress = ProgressLine::new(&destination, out);
        Ok(waypost.resend(&destination, id, |step| progress.step(&step), stop).await?)
    })?;
    out.say(&format!("Sent again: the event and body of {}, as {}.", visible(id), visible(&tested.delivery.id)));
    let stopped = stopped_by.get().filter(|_| tested.delivery.outcome() == Outcome::Stopped);
    delivering::tell(&tested.delivery, tested.unrecorded.as_ref(), stopped, out)
}
