//! `show`, `secret` and `remove`: what is registered, and taking it away.

use std::io::{self, IsTerminal as _};

use serde_json::json;
use zeroize::Zeroizing;

use crate::cli::exit;
use crate::cli::failure::Failure;
use crate::cli::input::prompt;
use crate::cli::output::destination;
use crate::cli::output::{self, Out};
use crate::domain::draft::Draft;
use crate::domain::field;
use crate::domain::text::visible;
use crate::ops::{self, Copied, Problem, State, Waypost};

/// Shows the destination.
///
/// # Errors
/// Nothing is registered, or it cannot be read; where only its secret cannot be opened, the rest is shown to people first.
pub fn show(waypost: &Waypost, out: Out) -> Result<u8, Failure> {
    match waypost.state() {
        State::Empty => Err(Problem::nothing_registered().into()),
        State::Unreadable(problem) => Err(problem.into()),
        State::Locked(draft, problem) => {
            if !out.json {
                output::print(&destination::locked_text(&draft, out), exit::SECRET)?;
            }
            Err(problem.into())
        }
        State::Open(destination) => {
            let notices = Draft::of(destination.settings()).notices();
            if out.json {
                return output::print_json(&destination::json(&destination, &notices), exit::DONE);
            }
            out.say_notices(&notices);
            output::print(&destination::text(&destination, out), exit::DONE)
        }
    }
}

/// Prints the secret, or copies it.
///
/// # Errors
/// There is none, or it cannot be opened, printed or copied.
pub fn secret(waypost: &Waypost, copy: bool, out: Out) -> Result<u8, Failure> {
    let destination = waypost.destination()?;
    let Some((field, secret)) = destination.auth().secret() else {
        return Err(Failure::usage("The auth type default has no secret.", "Choose another with waypost edit --auth."));
    };
    if out.json {
        return Err(Failure::usage("secret has no JSON form: secrets are redacted there.", "Leave --json out."));
    }
    if !copy {
        return output::print(&Zeroizing::new(format!("{}\n", secret.expose())), exit::DONE);
    }
    let to = match ops::copy(secret.expose())? {
        Copied::Tmux => "tmux, for its terminal",
        Copied::Terminal => "the terminal",
    };
    out.say(&format!("{} sent to {to}.", field.label));
    Ok(exit::DONE)
}

/// Removes the destination. Asks, unless `yes`.
///
/// # Errors
/// Nothing is registered, nobody can be asked, or it cannot be saved.
pub fn remove(waypost: &Waypost, yes: bool, out: Out) -> Result<u8, Failure> {
    let situation = waypost.situation();
    let url = match &situation.state {
        State::Empty => return Err(Problem::nothing_registered().into()),
        State::Unreadable(problem) => return Err(problem.clone().into()),
        State::Locked(draft, _) => draft.text(field::URL).to_owned(),
        State::Open(destination) => destination.url().as_str().to_owned(),
    };
    let mut over = None;
    if !yes {
        if !io::stdin().is_terminal() {
            return Err(Failure::usage(
                "remove asks first, and there is no terminal to ask on.",
                "Give --yes to remove the destination without being asked.",
            ));
        }
        if !prompt::confirm(&format!("Remove {} and its secret?", visible(&url)))? {
            if out.json {
                return output::print_json(
                    &json!({ "schema_version": crate::cli::SCHEMA_VERSION, "removed": false }),
                    exit::DONE,
                );
            }
            out.say("Nothing was removed.");
            return Ok(exit::DONE);
        }
        // What was asked about is what is removed, and nothing that came since.
        over = Some(situation.generation);
    }
    let removed = waypost.remove(over)?;
    let code = if removed.warning.is_some() { exit::DISK } else { exit::DONE };
    if out.json {
        let mut json = json!({ "schema_version": crate::cli::SCHEMA_VERSION, "removed": true, "destination": null });
        if let Some(warning) = &removed.warning {
            json["error"] = Failure::from(warning.clone()).error_json();
        }
        return output::print_json(&json, code);
    }
    out.say(&format!("Removed: {}", visible(&url)));
    if let Some(warning) = &removed.warning {
        Out::say_problem("error", warning);
    }
    Ok(code)
}
