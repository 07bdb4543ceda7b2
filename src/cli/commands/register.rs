//! `waypost register`.

use crate::cli::failure::Failure;
use crate::cli::input::fields::Fields;
use crate::cli::input::secret;
use crate::cli::output::{Out, destination};
use crate::domain::auth;
use crate::domain::draft::Draft;
use crate::domain::field;
use crate::ops::{Problem, State, Waypost};

#[derive(Debug, clap::Args)]
#[command(after_help = secret::DETAILS)]
pub struct Args {
    #[command(flatten)]
    fields: Fields,
}

pub fn run(waypost: &Waypost, args: &Args, out: Out) -> Result<u8, Failure> {
    let fields = &args.fields;
    if fields.auth_type().is_none() {
        return Err(Failure::fields(without_auth(fields)));
    }
    let url = fields.url.as_deref().unwrap_or_default();
    let mut given = secret::read(&fields.secret, url, waypost)?;
    let checked = match fields.check(Draft::default(), given.as_ref()) {
        Ok(checked) => checked,
        Err(wrong) => {
            let Some(field) = wrong.to_ask else { return Err(wrong.into()) };
            // Checked first, so that no secret is typed in vain.
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
    destination::print_saved("Registered", &saved, &checked.notices, given.as_ref(), out)
}

/// All errors when --auth is missing, which must not be guessed.
fn without_auth(fields: &Fields) -> Vec<Problem> {
    let draft = Draft::default().with(field::URL, fields.url.clone().unwrap_or_default());
    let mut errors = draft.check().err().unwrap_or_default();
    errors.push(Problem::new(
        field::AUTH,
        "is required",
        "waypost does not guess how to authenticate requests.",
        format!("Use --auth with one of: {}.", auth::ALL.map(|auth| auth.name).join(", ")),
    ));
    errors
}
