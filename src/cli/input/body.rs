//! The body of an event, from a file, from standard input, or by the name of an event.

use std::io;
use std::path::Path;

use crate::cli::exit;
use crate::cli::failure::Failure;
use crate::cli::input::read::{self, Error, is_stdin};
use crate::domain::event::{BuiltIn, Event, check_json};
use crate::domain::field::BODY;
use crate::domain::problem::Problem;
use crate::domain::text::visible;
use crate::ops::{self, Waypost};

const MAX_BODY: usize = 16 * 1024 * 1024;

/// The whole of a file as one event; `-` is standard input.
pub fn event_in(path: &Path) -> Result<Event, Failure> {
    checked(Event { name: name_of(path), body: read(path)? })
}

/// A built-in event, or one of the user's own.
pub fn event_named(waypost: &Waypost, name: &str) -> Result<Event, Failure> {
    if let Some(built_in) = BuiltIn::from_name(name) {
        return Ok(built_in.event());
    }
    let own = waypost.own_events();
    let names = BuiltIn::ALL.map(BuiltIn::name).into_iter().chain(own.iter().map(|event| event.name.as_str()));
    let known = names.collect::<Vec<_>>().join(", ");
    let event = own.iter().find(|event| event.name == name).cloned().ok_or_else(|| Failure::Other {
        code: exit::USAGE,
        field: Some(BODY),
        message: format!("--event: there is no event \"{}\".", visible(name)),
        fix: format!("Use one of: {known}; or a file with --body."),
    })?;
    checked(event)
}

/// The name of an event from there: that of the file, without its directory, which would reveal too much about this machine.
pub fn name_of(path: &Path) -> String {
    if is_stdin(path) {
        return "stdin".to_owned();
    }
    path.file_name().map_or_else(|| "body".to_owned(), |name| name.to_string_lossy().into_owned())
}

/// The bytes of a file, or of standard input for `-`.
pub fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let bytes = if is_stdin(path) { read::stdin(MAX_BODY) } else { read::file(path, MAX_BODY) };
    bytes.map_err(|error| match error {
        Error::Unreadable(error) => unreadable(path, &error),
        Error::TooLong(most) => Failure::fields(vec![Problem::new(
            BODY,
            format!("{} has more than {most} bytes", shown(path)),
            "Endpoints refuse events of that size.",
            "Use a smaller one.",
        )]),
    })
}

/// A source that cannot be read.
pub fn unreadable(path: &Path, error: &io::Error) -> Failure {
    Failure::fields(vec![Problem::new(
        BODY,
        format!("{} cannot be read: {}", shown(path), ops::reason(error)),
        "",
        "Name a file with the JSON, or - for standard input.",
    )])
}

fn shown(path: &Path) -> String {
    if is_stdin(path) { "standard input".to_owned() } else { visible(&path.to_string_lossy()).into_owned() }
}

fn checked(event: Event) -> Result<Event, Failure> {
    match check_json(&event.body) {
        Ok(()) => Ok(event),
        Err(fault) => Err(Failure::fields(vec![Problem::new(
            BODY,
            format!("{} {fault}", visible(&event.name)),
            "Events are sent as application/json.",
            "Correct the JSON.",
        )])),
    }
}
