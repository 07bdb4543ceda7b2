//! `waypost register`.

use serde_json::Map;

use crate::cli::accessible;
use crate::cli::failure::Failure;
use crate::cli::input::fields::Fields;
use crate::cli::input::import::{self, ImportFlags};
use crate::cli::input::{prompt, secret, tls_files};
use crate::cli::output::{Out, clock, destination};
use crate::cli::runtime;
use crate::domain::auth;
use crate::domain::draft::Draft;
use crate::domain::field;
use crate::domain::import::Imported;
use crate::ops::{Problem, State, Waypost};

const EXAMPLES: &str = "Examples:
  waypost register
  waypost register --url https://example.com/in --auth bearer --secret-env TOKEN
  waypost register --url https://example.com/in --like github --generate-secret
  waypost register --from-curl command.txt";

#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES, after_help = secret::DETAILS)]
pub struct Args {
    #[command(flatten)]
    fields: Fields,

    #[command(flatten)]
    import: ImportFlags,
}

pub fn run(waypost: &Waypost, args: &Args, out: Out) -> Result<u8, Failure> {
    let fields = &args.fields;
    if fields.is_empty() && !args.import.is_given() && !out.json && prompt::has_terminal() {
        return ask_for_all(waypost);
    }
    let imported = args.import.read(fields)?;
    if fields.auth_type().is_none() && imported.is_none() {
        return Err(Failure::fields(without_auth(fields)));
    }
    let Imported { draft, body, not_taken } = imported.unwrap_or_default();
    import::say_not_taken(&not_taken, out);
    let url = fields.url.as_deref().unwrap_or_else(|| draft.text(field::URL)).to_owned();
    let about_client = tls_files::check_imported_client(&draft, &fields.files).map_err(|error| Failure::fields(vec![error]))?;
    let mut given = secret::read(&fields.secret, &url, waypost)?;
    let mut checked = match fields.check(draft.clone(), given.as_ref()) {
        Ok(checked) => checked,
        Err(wrong) => {
            let Some(field) = wrong.to_ask else { return Err(wrong.into()) };
            // Checked first, so that no secret is typed in vain.
            match waypost.state() {
                State::Empty => {}
                State::Unreadable(problem) => return Err(problem.into()),
                State::Open(_) | State::Locked(..) => return Err(Problem::already_registered().into()),
            }
            given = secret::ask(field, &url)?;
            if given.is_none() {
                return Err(wrong.into());
            }
            fields.check(draft, given.as_ref())?
        }
    };
    checked.notices.extend(about_client);
    let mut saved = waypost.register(checked.settings)?;
    let mut more = Map::new();
    if args.import.is_curl() {
        more.insert("not_taken".to_owned(), import::listed(&not_taken));
    }
    import::keep_event(waypost, body, &mut saved, &mut more, out);
    destination::print_saved("Registered", &saved, &checked.notices, given.as_ref(), more, &clock::clock(waypost, out), out)
}

/// Without any option, a person on a terminal is asked.
fn ask_for_all(waypost: &Waypost) -> Result<u8, Failure> {
    match waypost.state() {
        State::Empty => accessible::register(runtime::new()?, waypost),
        State::Unreadable(problem) => Err(problem.into()),
        State::Open(_) | State::Locked(..) => Err(Problem::already_registered().into()),
    }
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
