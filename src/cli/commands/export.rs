//! `waypost export`: the registration as JSON without secrets.

use crate::cli::exit;
use crate::cli::failure::Failure;
use crate::cli::output::{self, Out};
use crate::domain::draft::Draft;
use crate::domain::import::exported;
use crate::ops::{Problem, State, Waypost};

pub const EXAMPLES: &str = "Examples:
  waypost export > destination.json";

pub fn run(waypost: &Waypost, out: Out) -> Result<u8, Failure> {
    let (draft, has_secret) = match waypost.state() {
        State::Empty => return Err(Problem::nothing_registered().into()),
        State::Unreadable(problem) => return Err(problem.into()),
        // No secret is needed.
        State::Locked(draft, _) => (*draft, true),
        State::Open(destination) => (Draft::of(destination.settings()), destination.settings().has_secret()),
    };
    if has_secret {
        out.say("note: secrets are left out; waypost register --from needs them again.");
    }
    output::print_json(exported(&draft), exit::DONE)
}
