//! `curl`: a delivery as a command.

use serde_json::json;

use crate::cli::exit;
use crate::cli::failure::Failure;
use crate::cli::output::{self, Measure, Out};
use crate::domain::curl::{command, secret_in_arguments};
use crate::domain::delivery::{Delivery, SentRequest};
use crate::domain::destination::Destination;
use crate::domain::event::BuiltIn;
use crate::domain::mask::Masked;
use crate::domain::request::{Request, Stamp};
use crate::ops::Waypost;
use crate::ops::probe::is_probe;

/// Prints the command that sends a delivery of the history to the destination of now, or a ping where no id is given.
///
/// # Errors
/// Nothing is registered, there is no such delivery, or its body was not kept whole.
pub fn curl(waypost: &Waypost, id: Option<&str>, reveal: bool, out: Out) -> Result<u8, Failure> {
    if reveal && out.json {
        return Err(Failure::usage("curl --reveal has no JSON form: secrets are redacted there.", "Leave --json out."));
    }
    let to = waypost.destination()?;
    let (id, body) = match id {
        None => {
            let event = BuiltIn::Ping.event();
            let request = waypost.preview(&to, &event);
            let id = request.header("webhook-id").map(Masked::masked).unwrap_or_default();
            (id, event.body)
        }
        Some(id) => {
            let delivery = waypost.delivery(id)?;
            let body = waypost.event_of(id)?.body;
            let note = if is_probe(&delivery.event) {
                Some("note: this delivery was a probe; the command is the correct request.")
            } else {
                has_changed(&to, &delivery).then_some(
                    "note: this delivery was made otherwise: the URL or the auth has changed since. The command is for those of now.",
                )
            };
            if let (Some(note), true) = (note, out.measure != Measure::Quiet) {
                output::complain(note);
            }
            (delivery.id, body)
        }
    };
    let text = command(to.settings(), &id, &body, reveal);
    if out.json {
        return output::print_json(&json!({ "schema_version": crate::cli::SCHEMA_VERSION, "command": text }), exit::DONE);
    }
    if out.measure != Measure::Quiet {
        if reveal && to.auth().secret().is_some() {
            output::complain("note: the secret stands in this command. Run it, and it is in the shell's history.");
        }
        if secret_in_arguments(to.settings(), &body) {
            output::complain(
                "note: while this command runs, the secret is an argument of a program: every user of this machine can read it \
                 in the list of processes.",
            );
        }
    }
    output::print(&format!("{text}\n"), exit::DONE)
}

/// Whether the destination of now would have made another request of it. Of secrets, only that of a signature shows.
fn has_changed(to: &Destination, delivery: &Delivery) -> bool {
    let Some(sent) = delivery.last().map(|attempt| &attempt.request) else { return false };
    let timestamp = header(sent, "webhook-timestamp").and_then(|time| time.parse().ok()).unwrap_or_default();
    let now = Request::build(to.settings(), &sent.body, &Stamp { id: delivery.id.clone(), timestamp });
    // Another waypost is no other destination.
    let matters = |name: &str| name != "user-agent";
    let of_now = now.headers.iter().map(|header| (&*header.name, header.value.masked()));
    let of_then = sent.headers.iter().map(|(name, value)| (name.as_str(), value.clone()));
    now.url.masked() != sent.url || !of_now.filter(|(name, _)| matters(name)).eq(of_then.filter(|(name, _)| matters(name)))
}

fn header<'a>(sent: &'a SentRequest, name: &str) -> Option<&'a str> {
    sent.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}
