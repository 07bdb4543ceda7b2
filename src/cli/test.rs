//! `test`: one event, one attempt, and what came of it.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, IsTerminal as _, Read, Write as _};
use std::path::Path;

use serde::de::IgnoredAny;
use serde_json::json;

use super::args;
use super::exit;
use super::failure::Failure;
use super::fields::ca_cert;
use super::out::{self, Measure, Out};
use super::report;
use super::signals::Signals;
use crate::domain::destination::Destination;
use crate::domain::draft::Draft;
use crate::domain::event::{BuiltIn, Event};
use crate::domain::field::{Field, FieldError};
use crate::domain::text::visible;
use crate::ops::{self, Step, Tested, Waypost};

/// The most bytes that a body may have.
const MAX_BODY: u64 = 16 * 1024 * 1024;

/// Sends a test.
///
/// # Errors
/// An input is not valid, nothing is registered, or its secret cannot be opened. That the endpoint refuses, or is not reached, is
/// no error but told by the code.
pub fn test(waypost: &Waypost, args: &args::Test, out: Out) -> Result<u8, Failure> {
    let event = event(waypost, args)?;
    let destination = adjusted(waypost.destination()?, args)?;
    if args.dry_run {
        let request = waypost.rehearse(&destination, &event);
        if out.json {
            let json = json!({ "schema_version": super::SCHEMA_VERSION, "request": report::request_json(&request) });
            return out::print_json(&json, exit::DONE);
        }
        return out::print(&report::request_text(&request), exit::DONE);
    }
    let (tested, stopped_by) = send(waypost, &destination, &event, out)?;
    let code = exit::of_delivery(&tested.delivery, stopped_by);
    if let Some(problem) = &tested.unrecorded {
        Out::say_problem("not recorded", problem);
    }
    if out.json {
        let json = json!({ "schema_version": super::SCHEMA_VERSION, "delivery": ops::delivery_json(&tested.delivery) });
        return out::print_json(&json, code);
    }
    if out.measure == Measure::Quiet {
        if code != exit::DONE {
            out::complain(&format!("error: {}", report::line(&tested.delivery)));
        }
        return Ok(code);
    }
    out::print(&report::delivery_text(&tested.delivery, out), code)
}

fn send(waypost: &Waypost, to: &Destination, event: &Event, out: Out) -> Result<(Tested, Option<u8>), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::bug(format!("The runtime did not start: {error}.")))?;
    let stopped_by = Cell::new(None);
    let tested = runtime.block_on(async {
        let mut signals = Signals::catch()?;
        let stop = async { stopped_by.set(Some(signals.next().await)) };
        let progress = ProgressLine::new(to, out);
        Ok(waypost.test(to, event, |step| progress.show(&step), stop).await)
    });
    // Not by dropping it, which would wait for a lookup that the system's resolver does not give up.
    runtime.shutdown_background();
    let tested = tested.map_err(|error: io::Error| Failure::bug(format!("Signals cannot be caught: {error}.")))?;
    Ok((tested, stopped_by.get()))
}

/// The destination with this test's own timeout and CA.
fn adjusted(destination: Destination, args: &args::Test) -> Result<Destination, Failure> {
    if args.timeout.is_none() && args.ca_cert.is_none() {
        return Ok(destination);
    }
    let mut draft = Draft::of(destination.settings());
    let mut errors = Vec::new();
    if let Some(timeout) = &args.timeout {
        draft.timeout_s.clone_from(timeout);
    }
    if let Some(path) = &args.ca_cert {
        match ca_cert(path) {
            Ok(path) => draft.ca_cert = path,
            Err(error) => errors.push(error),
        }
    }
    match draft.check() {
        Ok(checked) if errors.is_empty() => {
            Ok(Destination::new(checked.settings, destination.created_at(), destination.updated_at()))
        }
        Ok(_) => Err(Failure::fields(errors)),
        Err(found) => {
            errors.extend(found);
            Err(Failure::fields(errors))
        }
    }
}

fn event(waypost: &Waypost, args: &args::Test) -> Result<Event, Failure> {
    let Some(path) = &args.body else {
        return named(waypost, args.event.as_deref().unwrap_or(BuiltIn::Ping.name()));
    };
    let (name, body) = if path.as_os_str() == "-" {
        ("stdin".to_owned(), read(io::stdin().lock(), "standard input")?)
    } else {
        let shown = visible(&path.to_string_lossy()).into_owned();
        let file = File::open(path).map_err(|error| unread(&shown, &error))?;
        (name_of(path), read(file, &shown)?)
    };
    match serde_json::from_slice::<IgnoredAny>(&body) {
        Ok(_) => Ok(Event { name, body }),
        Err(error) => Err(Failure::fields(vec![FieldError::new(
            Field::Body,
            format!("{name}:{}:{}: is not JSON", error.line(), error.column()),
            "Events are sent as application/json.",
            "Correct it there.",
        )])),
    }
}

/// The event of that name: a built-in one, or one of the user's own.
fn named(waypost: &Waypost, name: &str) -> Result<Event, Failure> {
    if let Some(built_in) = BuiltIn::from_name(name) {
        return Ok(built_in.event());
    }
    let own = waypost.own_events();
    let names = BuiltIn::ALL.map(BuiltIn::name).into_iter().chain(own.iter().map(|event| event.name.as_str()));
    let known = names.collect::<Vec<_>>().join(", ");
    own.iter().find(|event| event.name == name).cloned().ok_or_else(|| Failure::Other {
        code: exit::USAGE,
        field: Some(Field::Body),
        message: format!("--event: there is no event \"{name}\"."),
        fix: format!("Give one of: {known}; or a file by --body."),
    })
}

/// A file's own name: where it lies is nobody's business at the other end of a history.
fn name_of(path: &Path) -> String {
    path.file_name().map_or_else(|| "body".to_owned(), |name| name.to_string_lossy().into_owned())
}

fn read(source: impl Read, name: &str) -> Result<Vec<u8>, Failure> {
    let mut body = Vec::new();
    source.take(MAX_BODY + 1).read_to_end(&mut body).map_err(|error| unread(name, &error))?;
    if body.len() as u64 > MAX_BODY {
        return Err(Failure::fields(vec![FieldError::new(
            Field::Body,
            format!("{name} has more than {MAX_BODY} bytes"),
            "Endpoints refuse events of that size.",
            "Give a smaller one.",
        )]));
    }
    Ok(body)
}

fn unread(name: &str, error: &io::Error) -> Failure {
    let reason = ops::reason(error);
    Failure::fields(vec![FieldError::new(
        Field::Body,
        format!("{name} cannot be read"),
        format!("The system says: {reason}."),
        "Name a file with the JSON to send, or - for standard input.",
    )])
}

/// One line on stderr that says what goes on, and is gone when it is over.
struct ProgressLine {
    host: Option<String>,
}

impl ProgressLine {
    fn new(to: &Destination, out: Out) -> Self {
        let dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
        let shown = io::stderr().is_terminal() && !dumb && out.measure != Measure::Quiet;
        Self { host: shown.then(|| visible(&to.url().authority()).into_owned()) }
    }

    fn show(&self, step: &Step) {
        let (Some(host), Step::Began(phase)) = (&self.host, step) else { return };
        let _ = write!(io::stderr().lock(), "\r\x1b[K{host}: {} …", phase.label());
    }
}

impl Drop for ProgressLine {
    fn drop(&mut self) {
        if self.host.is_some() {
            let _ = write!(io::stderr().lock(), "\r\x1b[K");
        }
    }
}
