//! `waypost curl`: a delivery as a curl command.

use clap_complete::ArgValueCompleter;
use serde_json::json;

use crate::cli::complete;
use crate::cli::exit;
use crate::cli::failure::Failure;
use crate::cli::output::{self, Out, Verbosity};
use crate::domain::curl::{command, secret_in_arguments};
use crate::domain::delivery::Delivery;
use crate::domain::destination::Destination;
use crate::domain::event::BuiltIn;
use crate::domain::mask::Masked;
use crate::domain::request::{Request, Stamp};
use crate::ops::Waypost;

const DETAILS: &str = "The command refers to the secret by a variable such as $WAYPOST_SECRET; set it in the shell that runs \
the command. A signature is computed when the command runs, with openssl.";

const SETTINGS_CHANGED: &str = "note: the settings have changed since this delivery. The command uses the current ones.";

const EXAMPLES: &str = "Examples:
  waypost curl
  waypost curl msg_2vZ8k1Qx";

#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES, after_help = DETAILS)]
pub struct Args {
    /// The id of the delivery, as shown by waypost history; without it, the command sends a ping
    #[arg(add = ArgValueCompleter::new(complete::ids))]
    id: Option<String>,

    /// Put the secret itself into the command
    #[arg(long)]
    reveal: bool,
}

pub fn run(waypost: &Waypost, args: &Args, out: Out) -> Result<u8, Failure> {
    let reveal = args.reveal;
    if reveal && out.json {
        return Err(Failure::usage("curl --reveal has no JSON form: JSON never contains secrets.", "Leave --json out."));
    }
    let to = waypost.destination()?;
    let (id, event) = match args.id.as_deref() {
        None => {
            let event = BuiltIn::Ping.event();
            let request = waypost.preview(&to, &event);
            let id = request.header("webhook-id").map(Masked::masked).unwrap_or_default();
            (id, event)
        }
        Some(id) => {
            let delivery = waypost.delivery(id)?;
            let event = waypost.event_of(id)?;
            let note = if delivery.probe.is_some() {
                Some("note: this delivery was a probe. The command is the valid request.")
            } else {
                has_changed(&to, &delivery)
                    .then_some("note: the URL or the auth has changed since this delivery. The command uses the current ones.")
                    .or_else(|| may_have_changed(&to, &delivery).then_some(SETTINGS_CHANGED))
            };
            if let (Some(note), true) = (note, out.verbosity != Verbosity::Quiet) {
                output::print_stderr(note);
            }
            (delivery.id, event)
        }
    };
    let text = command(to.settings(), &id, &event, reveal);
    if out.json {
        return output::print_json(json!({ "command": text }), exit::DONE);
    }
    if out.verbosity != Verbosity::Quiet {
        if reveal && to.settings().has_secret() {
            output::print_stderr("note: this command contains the secret; running it puts the secret into the shell's history.");
        }
        if secret_in_arguments(to.settings(), &event) {
            output::print_stderr(
                "note: while this command runs, every user of this machine can see the secret in the process list.",
            );
        }
    }
    output::print(&format!("{text}\n"), exit::DONE)
}

/// Whether the current destination would have made a different request. Masked values do not show a change of the secret; a
/// signature does.
fn has_changed(to: &Destination, delivery: &Delivery) -> bool {
    let Some(sent) = delivery.last().map(|attempt| &attempt.request) else { return false };
    let timestamp = sent.headers.get("webhook-timestamp").and_then(|time| time.parse().ok()).unwrap_or_default();
    let stamp = Stamp { id: delivery.id.clone(), event: delivery.event.clone(), timestamp };
    let current = Request::build(to.settings(), &sent.body, &stamp, &to.auth().credential());
    // Another version of waypost is not another destination.
    let matters = |name: &str| name != "user-agent";
    let current_headers = current.shown_headers();
    current.url.masked() != sent.url
        || !current_headers.iter().filter(|(name, _)| matters(name)).eq(sent.headers.iter().filter(|(name, _)| matters(name)))
}

/// Whether the URL may be another that looks the same.
fn may_have_changed(to: &Destination, delivery: &Delivery) -> bool {
    to.url().has_credential() && to.settings().fingerprint() != *delivery.settings_fingerprint
}
