//! The body of an event, from a file, from standard input, or by an event's name.

use crate::domain::field;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::cli::exit;
use crate::cli::failure::Failure;
use crate::domain::event::{BuiltIn, Event, check_json};
use crate::domain::field::FieldError;
use crate::domain::text::visible;
use crate::ops::{self, Waypost};

/// The most bytes that a body may have.
const MAX_BODY: u64 = 16 * 1024 * 1024;

/// The whole of a file as one event; `-` is standard input.
///
/// # Errors
/// It cannot be read, is too long, or is not JSON.
pub fn event_in(path: &Path) -> Result<Event, Failure> {
    let name = name_of(path);
    let body = if is_stdin(path) {
        read(io::stdin().lock(), "standard input")?
    } else {
        let shown = visible(&path.to_string_lossy()).into_owned();
        read(File::open(path).map_err(|error| unread(&shown, &error))?, &shown)?
    };
    checked(Event { name, body })
}

/// The event of that name: a built-in one, or one of the user's own.
///
/// # Errors
/// There is none, or it is not JSON.
pub fn event_named(waypost: &Waypost, name: &str) -> Result<Event, Failure> {
    if let Some(built_in) = BuiltIn::from_name(name) {
        return Ok(built_in.event());
    }
    let own = waypost.own_events();
    let names = BuiltIn::ALL.map(BuiltIn::name).into_iter().chain(own.iter().map(|event| event.name.as_str()));
    let known = names.collect::<Vec<_>>().join(", ");
    let event = own.iter().find(|event| event.name == name).cloned().ok_or_else(|| Failure::Other {
        code: exit::USAGE,
        field: Some(field::BODY),
        message: format!("--event: there is no event \"{}\".", visible(name)),
        fix: format!("Give one of: {known}; or a file by --body."),
    })?;
    checked(event)
}

/// Whether that stands for standard input.
#[must_use]
pub fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// What an event from there is called: a file's own name. Where it lies is nobody's business at the other end of a history.
#[must_use]
pub fn name_of(path: &Path) -> String {
    if is_stdin(path) {
        return "stdin".to_owned();
    }
    path.file_name().map_or_else(|| "body".to_owned(), |name| name.to_string_lossy().into_owned())
}

/// A source that cannot be read.
#[must_use]
pub fn unread(name: &str, error: &io::Error) -> Failure {
    let reason = ops::reason(error);
    Failure::fields(vec![FieldError::new(
        field::BODY,
        format!("{name} cannot be read"),
        format!("The system says: {reason}."),
        "Name a file with the JSON to send, or - for standard input.",
    )])
}

fn checked(event: Event) -> Result<Event, Failure> {
    match check_json(&event.body) {
        Ok(()) => Ok(event),
        Err(fault) => Err(Failure::fields(vec![FieldError::new(
            field::BODY,
            format!("{} {fault}", visible(&event.name)),
            "Events are sent as application/json.",
            "Correct it there.",
        )])),
    }
}

fn read(source: impl Read, name: &str) -> Result<Vec<u8>, Failure> {
    let mut body = Vec::new();
    source.take(MAX_BODY + 1).read_to_end(&mut body).map_err(|error| unread(name, &error))?;
    if body.len() as u64 > MAX_BODY {
        return Err(Failure::fields(vec![FieldError::new(
            field::BODY,
            format!("{name} has more than {MAX_BODY} bytes"),
            "Endpoints refuse events of that size.",
            "Give a smaller one.",
        )]));
    }
    Ok(body)
}
