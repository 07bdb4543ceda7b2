//! `waypost show`: the registered destination, secrets redacted.

use crate::cli::exit;
use crate::cli::failure::Failure;
use crate::cli::output::{self, Out, clock, destination, rows};
use crate::ops::{Problem, State, Waypost};
use crate::present;

pub const EXAMPLES: &str = "Examples:
  waypost show
  waypost show --json";

pub fn run(waypost: &Waypost, out: Out) -> Result<u8, Failure> {
    match waypost.state() {
        State::Empty => Err(Problem::nothing_registered().into()),
        State::Unreadable(problem) => Err(problem.into()),
        State::Locked(draft, problem) => {
            if !out.json {
                output::print(&rows::text(&present::destination::settings(&draft), out), exit::SECRET)?;
            }
            Err(problem.into())
        }
        State::Open(destination) => {
            // The notices were given when it was saved.
            if out.json {
                return output::print_json(destination::json(&destination, &[]), exit::DONE);
            }
            output::print(
                &rows::text(&present::destination::registered(&destination, &clock::clock(waypost, out)), out),
                exit::DONE,
            )
        }
    }
}
