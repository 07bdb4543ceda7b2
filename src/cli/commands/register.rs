//! `register` and `edit`.

use crate::domain::auth::{self};
use crate::domain::field;
use serde_json::json;
use zeroize::Zeroizing;

use crate::cli::args::Fields;
use crate::cli::exit;
use crate::cli::failure::Failure;
use crate::cli::input::fields::Wrong;
use crate::cli::input::secret::{self, Given};
use crate::cli::output::destination;
use crate::cli::output::{self, Out};
use crate::domain::draft::Draft;
use crate::domain::field::{FieldError, Notice};
use crate::domain::text::visible;
use crate::ops::{Problem, Saved, State, Waypost};

/// Registers a destination.
///
/// # Errors
/// An input is not valid, there is a destination already, or it cannot be saved.
pub fn register(waypost: &Waypost, fields: &Fields, out: Out) -> Result<u8, Failure> {
    if fields.auth.is_none() {
        return Err(Failure::fields(without_auth(fields)));
    }
    let url = fields.url.as_deref().unwrap_or_default();
    let mut given = secret::read(&fields.secret, url, waypost)?;
    let checked = match fields.check(Draft::default(), given.as_ref()) {
        Ok(checked) => checked,
        Err(wrong) => {
            let Some(field) = wrong.to_ask else { return Err(wrong.into()) };
            // Nobody is to type a secret in vain.
            match waypost.state() {
                State::Empty => {}
                State::Unreadable(problem) => return Err(problem.into()),
                State::Open(_) | State::Locked(..) => return Err(Problem::already_registered().into()),
            }
            given = secret::ask(field, url)?;
            if given.is_none() {
                return Err(wrong.into());
            }
            fields.check(Draft::default(), given.as_ref())?
        }
    };
    let saved = waypost.register(checked.settings)?;
    tell("Registered", &saved, &checked.notices, given.as_ref(), out)
}

/// Changes what is registered.
///
/// # Errors
/// An input is not valid, nothing is registered, or it cannot be saved.
pub fn edit(waypost: &Waypost, fields: &Fields, out: Out) -> Result<u8, Failure> {
    let mut locked = None;
    let (state, generation) = waypost.state_and_generation();
    let draft = match state {
        State::Empty => return Err(Problem::nothing_registered().into()),
        State::Unreadable(problem) => return Err(problem.into()),
        State::Locked(draft, problem) => {
            locked = Some(problem);
            *draft
        }
        State::Open(_) if fields.is_empty() => {
            return Err(Failure::usage(
                "Nothing is to be changed.",
                "Name what is to change, such as --url URL; see waypost edit --help.",
            ));
        }
        State::Open(destination) => Draft::of(destination.settings()),
    };
    let url = fields.url.clone().unwrap_or_else(|| draft.text(field::URL).to_owned());
    let mut given = secret::read(&fields.secret, &url, waypost)?;
    // Asked before the lock is taken: others must not wait for somebody who types.
    if let Err(wrong) = fields.check(draft, given.as_ref()) {
        let Some(field) = wrong.to_ask else { return Err(wrong.into()) };
        given = secret::ask(field, &url)?;
        if given.is_none() {
            return Err(locked.map_or_else(|| wrong.into(), Failure::from));
        }
    }
    // Who typed a secret typed it for the destination that the question named.
    let over = given.as_ref().is_some_and(|given| given.asked).then_some(generation);
    let mut refused = None;
    let mut notices = Vec::new();
    let saved = waypost.revise(over, |draft, locked| match fields.check(draft, given.as_ref()) {
        Ok(checked) => {
            notices = checked.notices;
            Ok(checked.settings)
        }
        // Since it was looked at first, the secret can no longer be opened: that is what is wrong, not the flags.
        Err(Wrong { to_ask: Some(_), .. }) if let Some(locked) = locked => Err(locked),
        Err(wrong) => {
            // The operation can tell of one field; all of them are told instead.
            let first = wrong.errors.first().cloned().map_or_else(Problem::nothing_registered, Problem::from);
            refused = Some(wrong);
            Err(first)
        }
    });
    match (saved, refused) {
        (Ok(saved), _) => tell(if saved.changed { "Saved" } else { "Unchanged" }, &saved, &notices, given.as_ref(), out),
        (Err(_), Some(wrong)) => Err(wrong.into()),
        (Err(problem), None) => Err(problem.into()),
    }
}

/// Everything that is wrong when no auth type is named: which one is meant must not be guessed.
fn without_auth(fields: &Fields) -> Vec<FieldError> {
    let draft = Draft::default().with(field::URL, fields.url.clone().unwrap_or_default());
    let mut errors = draft.check().err().unwrap_or_default();
    errors.push(FieldError::new(
        field::AUTH,
        "is missing",
        "waypost does not guess how requests are authenticated.",
        format!("Give it by --auth: {}.", auth::ALL.map(|auth| auth.name).join(", ")),
    ));
    errors
}

fn tell(verb: &str, saved: &Saved, notices: &[Notice], given: Option<&Given>, out: Out) -> Result<u8, Failure> {
    let code = if saved.warning.is_some() { exit::DISK } else { exit::DONE };
    let generated = given.filter(|given| given.generated).map(|given| &given.secret);
    if out.json {
        let mut json = destination::json(&saved.destination, notices);
        if let Some(secret) = generated {
            json["generated_secret"] = json!(secret.expose());
        }
        if let Some(warning) = &saved.warning {
            json["error"] = Failure::from(warning.clone()).error_json();
        }
        return output::print_json(&json, code);
    }
    out.say_notices(notices);
    out.say(&format!("{verb}: {}", visible(saved.destination.url().as_str())));
    if let Some(warning) = &saved.warning {
        Out::say_problem("error", warning);
    }
    match generated {
        Some(secret) => {
            out.say("The receiver needs this signing secret:");
            output::print(&Zeroizing::new(format!("{}\n", secret.expose())), code)
        }
        None => Ok(code),
    }
}
