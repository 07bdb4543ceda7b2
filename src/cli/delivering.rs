//! What `test`, `send`, `resend` and `probe` share: a delivery under way, and how its end is told.

use std::cell::Cell;
use std::future::Future;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::Path;

use serde_json::{Value, json};

use crate::cli::exit;
use crate::cli::failure::Failure;
use crate::cli::input::fields::ca_cert;
use crate::cli::output::delivery;
use crate::cli::output::{self, Measure, Out};
use crate::cli::signals::Signals;
use crate::domain::delivery::Delivery;
use crate::domain::delivery::diagnosis;
use crate::domain::destination::Destination;
use crate::domain::draft::Draft;
use crate::domain::field;
use crate::domain::text::visible;
use crate::ops::{self, Problem, Step};

/// The destination with a timeout and a CA of this run's own.
///
/// # Errors
/// One of them is not valid.
pub fn adjusted(destination: Destination, timeout: Option<&str>, ca: Option<&Path>) -> Result<Destination, Failure> {
    if timeout.is_none() && ca.is_none() {
        return Ok(destination);
    }
    let mut draft = Draft::of(destination.settings());
    let mut errors = Vec::new();
    if let Some(timeout) = timeout {
        draft.set(field::TIMEOUT, timeout);
    }
    if let Some(path) = ca {
        match ca_cert(path) {
            Ok(path) => draft.set(field::CA_CERT, path),
            Err(error) => errors.push(error),
        }
    }
    match draft.check() {
        Ok(checked) if errors.is_empty() => {
            Ok(Destination::new(destination.id().clone(), checked.settings, destination.created_at(), destination.updated_at()))
        }
        Ok(_) => Err(Failure::fields(errors)),
        Err(found) => {
            errors.extend(found);
            Err(Failure::fields(errors))
        }
    }
}

/// Runs something that sends, in a runtime of its own.
///
/// # Errors
/// There is no runtime, or what `work` says.
pub fn run<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::bug(format!("The runtime did not start: {error}.")))?;
    let done = runtime.block_on(work);
    // Not by dropping it, which would wait for a lookup that the system's resolver does not give up.
    runtime.shutdown_background();
    done
}

/// Catches the signals that end a delivery in good order.
///
/// # Errors
/// The system does not let them be caught.
pub fn signals() -> Result<Signals, Failure> {
    Signals::catch().map_err(|error| Failure::bug(format!("Signals cannot be caught: {error}.")))
}

/// Tells what came of a delivery, and gives its exit code. `stopped` is that of the signal that ended it early, in an attempt
/// or between two.
///
/// # Errors
/// Standard output cannot be written.
pub fn tell(delivery: &Delivery, unrecorded: Option<&Problem>, stopped: Option<u8>, out: Out) -> Result<u8, Failure> {
    tell_with(delivery, unrecorded, stopped, None, out)
}

/// As [`tell`], with something else that there is to know.
///
/// # Errors
/// Standard output cannot be written.
pub fn tell_with(
    delivery: &Delivery,
    unrecorded: Option<&Problem>,
    stopped: Option<u8>,
    also: Option<&str>,
    out: Out,
) -> Result<u8, Failure> {
    let code = stopped.unwrap_or_else(|| exit::of_delivery(delivery, None));
    if let Some(problem) = unrecorded {
        Out::say_problem("not recorded", problem);
    }
    if out.json {
        let mut json = json(delivery);
        if let (Some(text), Some(notices)) = (also, json.get_mut("notices").and_then(Value::as_array_mut)) {
            notices.push(json!({ "field": null, "text": text }));
        }
        return output::print_json(&json, code);
    }
    if out.measure == Measure::Quiet {
        if code != exit::DONE {
            let also = also.map(|text| format!(" {text}")).unwrap_or_default();
            output::complain(&format!("error: {}{also}", delivery::line(delivery)));
        }
        return Ok(code);
    }
    for notice in notices(delivery) {
        out.say(&format!("note: {}", visible(&notice)));
    }
    if let Some(text) = also {
        out.say(text);
    }
    output::print(&delivery::delivery_text(delivery, out), code)
}

/// The object that `test` prints.
#[must_use]
pub fn json(delivery: &Delivery) -> Value {
    let notices: Vec<Value> = notices(delivery).into_iter().map(|text| json!({ "field": null, "text": text })).collect();
    json!({ "schema_version": crate::cli::SCHEMA_VERSION, "delivery": ops::delivery_json(delivery), "notices": notices })
}

/// What is worth knowing about a delivery that went as it should.
#[must_use]
pub fn notices(delivery: &Delivery) -> Vec<String> {
    delivery.last().map(diagnosis::notices).unwrap_or_default()
}

/// One line on stderr that says what goes on, and is gone when it is over.
pub struct ProgressLine {
    host: Option<String>,
    /// Whether something stands on it.
    dirty: Cell<bool>,
}

impl ProgressLine {
    /// Shown on a terminal only.
    #[must_use]
    pub fn new(to: &Destination, out: Out) -> Self {
        let host = has_line(out).then(|| visible(&to.url().authority()).into_owned());
        Self { host, dirty: Cell::new(false) }
    }

    /// Says which phase began.
    pub fn step(&self, step: &Step) {
        if let Step::Began(phase) = step {
            self.show(phase.label());
        }
    }

    /// Says what goes on.
    pub fn show(&self, what: &str) {
        if let Some(host) = &self.host {
            self.dirty.set(true);
            let _ = write!(io::stderr().lock(), "\r\x1b[K{host}: {what} …");
        }
    }

    /// Takes it off the screen.
    pub fn clear(&self) {
        if self.dirty.replace(false) {
            let _ = write!(io::stderr().lock(), "\r\x1b[K");
        }
    }
}

impl Drop for ProgressLine {
    fn drop(&mut self) {
        self.clear();
    }
}

/// Whether stderr has a line that can be written over.
#[must_use]
pub fn has_line(out: Out) -> bool {
    let dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
    io::stderr().is_terminal() && !dumb && out.measure != Measure::Quiet
}
