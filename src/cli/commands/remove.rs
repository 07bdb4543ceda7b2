//! `waypost remove`: deletes the destination and its secret.

use serde_json::json;

use crate::cli::exit;
use crate::cli::failure::Failure;
use crate::cli::input::prompt;
use crate::cli::output::{self, Out};
use crate::domain::field;
use crate::domain::text::visible;
use crate::ops::{Problem, State, Waypost};

const EXAMPLES: &str = "Examples:
  waypost remove
  waypost remove --yes";

#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES)]
pub struct Args {
    /// Do not ask for confirmation
    #[arg(short, long)]
    yes: bool,
}

pub fn run(waypost: &Waypost, args: &Args, out: Out) -> Result<u8, Failure> {
    let (state, generation) = waypost.state_and_generation();
    let url = match state {
        State::Empty => return Err(Problem::nothing_registered().into()),
        State::Unreadable(problem) => return Err(problem.into()),
        State::Locked(draft, _) => field::URL.shown(draft.text(field::URL)).into_owned(),
        State::Open(destination) => destination.url().shown(),
    };
    let mut expected = None;
    if !args.yes {
        let question = format!("Remove {} and its secret?", visible(&url));
        if !prompt::confirm(&question, "remove asks for confirmation, and there is no terminal to ask on.")? {
            if out.json {
                return output::print_json(json!({ "removed": false }), exit::DONE);
            }
            out.say("Nothing was removed.");
            return Ok(exit::DONE);
        }
        // Only what the question named is removed.
        expected = Some(generation);
    }
    let removed = waypost.remove(expected)?;
    let code = if removed.warning.is_some() { exit::DISK } else { exit::DONE };
    if out.json {
        let mut json = json!({ "removed": true, "destination": null });
        if let Some(warning) = &removed.warning {
            json["error"] = Failure::from(warning.clone()).error_json();
        }
        return output::print_json(json, code);
    }
    out.say(&format!("Removed: {}", visible(&url)));
    if let Some(warning) = &removed.warning {
        output::print_problem("error", warning);
    }
    Ok(code)
}
