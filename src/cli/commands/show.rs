//! `waypost show`: the registered destination, secrets redacted.

use crate::cli::exit;
use crate::cli::failure::Failure;
use crate::cli::output::{self, Out, destination, rows};
use crate::domain::draft::Draft;
use crate::ops::{Problem, State, Waypost};
use crate::present;

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
            let notices = Draft::of(destination.settings()).notices();
            if out.json {
                return output::print_json(destination::json(&destination, &notices), exit::DONE);
            }
            out.say_notices(&notices);
            output::print(&rows::text(&present::destination::registered(&destination), out), exit::DONE)
        }
    }
}
