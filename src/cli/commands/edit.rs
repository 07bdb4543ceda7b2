//! `waypost edit`.

use std::path::PathBuf;

use clap::ValueHint;
use serde_json::Map;

use crate::cli::failure::Failure;
use crate::cli::input::fields::{Fields, Problems};
use crate::cli::input::import::{self, ImportFlags};
use crate::cli::input::{duration, secret, tls_files};
use crate::cli::output::{Out, clock, destination};
use crate::domain::destination::Settings;
use crate::domain::draft::Draft;
use crate::domain::field;
use crate::domain::import::Imported;
use crate::domain::rotation::{KeepOld, MAX_KEEP_OLD_S, not_replaced};
use crate::domain::url::credential;
use crate::ops::{Problem, State, Waypost};

const EXAMPLES: &str = "Examples:
  waypost edit --url https://hooks.example.com/v2
  waypost edit --generate-secret --keep-old 24h
  waypost edit --ca-cert ca.pem --timeout 30
  waypost edit --header 'X-Env: staging'";

#[derive(Debug, clap::Args)]
#[command(before_help = EXAMPLES, after_help = secret::DETAILS)]
pub struct Args {
    #[command(flatten)]
    fields: Fields,

    /// Take what a curl command has that makes a POST request; - is standard input. It is not executed; other options take precedence
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    from_curl: Option<PathBuf>,

    /// Sign with the old secret, too, for that long: at most 7d, such as 30m, 24h or 0 [default: 24h where the format can]
    #[arg(long, value_name = "DURATION", value_parser = keep_old, conflicts_with = "drop_old", allow_hyphen_values = true)]
    keep_old: Option<i64>,

    /// Stop signing with an old secret now
    #[arg(long)]
    drop_old: bool,

    /// Trust the CA with this fingerprint, which a delivery showed; compare it with the CA's own first
    #[arg(long, value_name = "SHA-256")]
    trust_ca: Option<String>,
}

fn keep_old(text: &str) -> Result<i64, String> {
    let seconds = duration::seconds(text)?;
    if seconds > MAX_KEEP_OLD_S { Err("it is more than 7 days".to_owned()) } else { Ok(seconds) }
}

/// How an old secret is given up.
const ENDING: &str = "waypost edit --drop-old stops signing with the old secret; with --keep-old 0 it is not kept at all.";

pub fn run(waypost: &Waypost, args: &Args, out: Out) -> Result<u8, Failure> {
    if let Some(fingerprint) = &args.trust_ca {
        if !args.fields.is_empty() || args.from_curl.is_some() || args.drop_old || args.keep_old.is_some() {
            return Err(Failure::usage(
                "--trust-ca does not go with other changes.",
                "Trust the CA first, then change the rest.",
            ));
        }
        let (_, generation) = waypost.state_and_generation();
        let saved = waypost.trust_ca(Some(generation), &waypost.attempt_that_presented(fingerprint)?)?;
        let verb = if saved.changed { "Saved" } else { "Unchanged" };
        return destination::print_saved(verb, &saved, &[], None, Map::new(), &clock::clock(waypost, out), out);
    }
    let fields = &args.fields;
    let mut locked = None;
    let (state, generation) = waypost.state_and_generation();
    let draft = match state {
        State::Empty => return Err(Problem::nothing_registered().into()),
        State::Unreadable(problem) => return Err(problem.into()),
        State::Locked(draft, problem) => {
            locked = Some(problem);
            *draft
        }
        State::Open(_) if fields.is_empty() && args.from_curl.is_none() && !args.drop_old && args.keep_old.is_none() => {
            return Err(Failure::usage(
                "Nothing to change.",
                "Use at least one option, such as --url URL; see waypost edit --help.",
            ));
        }
        State::Open(destination) => Draft::of(destination.settings()),
    };
    let imported = ImportFlags::curl(args.from_curl.clone()).read(fields)?;
    let with_imported = |mut draft: Draft| {
        if let Some(imported) = &imported {
            imported.fill(&mut draft);
        }
        draft
    };
    let draft = with_imported(draft);
    if let Some(imported) = &imported {
        import::say_not_taken(&imported.not_taken, out);
    }
    let about_client = match &imported {
        Some(_) => tls_files::check_imported_client(&draft, &fields.files).map_err(|error| Failure::fields(vec![error]))?,
        None => Vec::new(),
    };
    // Of a masked URL nothing can be kept.
    if let Some(problem) = locked.take_if(|_| fields.url.is_none() && credential::is_masked(draft.text(field::URL))) {
        return Err(problem.into());
    }
    let url = fields.url.clone().unwrap_or_else(|| draft.text(field::URL).to_owned());
    let mut given = secret::read(&fields.secret, &url, waypost)?;
    // Asked before the lock is taken, so that no other process waits for typing.
    if let Err(wrong) = fields.check(draft, given.as_ref()) {
        let Some(field) = wrong.to_ask else {
            let locked = locked.filter(|_| wrong.only_secrets);
            return Err(locked.map_or_else(|| wrong.into(), Failure::from));
        };
        given = secret::ask(field, &url)?;
        if given.is_none() {
            return Err(locked.map_or_else(|| wrong.into(), Failure::from));
        }
    }
    // A typed secret is for the destination that the prompt named.
    let over = given.as_ref().is_some_and(|given| given.asked).then_some(generation);
    let mut refused = None;
    let mut notices = Vec::new();
    let keep = match (args.drop_old, args.keep_old) {
        (true, _) => KeepOld::Drop,
        (false, Some(seconds)) => KeepOld::For(seconds),
        (false, None) => KeepOld::IfPossible,
    };
    let saved = waypost.edit(over, keep, |draft, locked| match fields.check(with_imported(draft.clone()), given.as_ref()) {
        Ok(checked) => {
            check_keep_old(args, given.is_some() || imported.is_some(), &checked.settings)?;
            notices = Draft::of(&checked.settings).new_notices(checked.notices, &draft);
            Ok(checked.settings)
        }
        // The secret became unreadable in the meantime: that is the problem, not the flags.
        Err(Problems { only_secrets: true, .. }) if let Some(locked) = locked => Err(locked),
        Err(wrong) => {
            // The operation reports one field; all of them are reported instead.
            let first = wrong.errors.first().cloned().map_or_else(Problem::nothing_registered, Problem::from);
            refused = Some(wrong);
            Err(first)
        }
    });
    match (saved, refused) {
        (Ok(mut saved), _) => {
            notices.extend(about_client);
            let verb = if saved.changed { "Saved" } else { "Unchanged" };
            let mut more = Map::new();
            if let Some(Imported { body, not_taken, .. }) = imported {
                more.insert("not_taken".to_owned(), import::listed(&not_taken));
                import::keep_event(waypost, body, &mut saved, &mut more, out);
            }
            let keeps = given.is_some() && saved.changed && saved.destination.auth().former_until().is_some();
            let code = destination::print_saved(verb, &saved, &notices, given.as_ref(), more, &clock::clock(waypost, out), out)?;
            if keeps {
                out.say(ENDING);
            }
            Ok(code)
        }
        (Err(_), Some(wrong)) => Err(wrong.into()),
        (Err(problem), None) => Err(problem.into()),
    }
}

/// The secret that is registered already may be entered again, so that a playbook can run twice; but one has to be entered.
fn check_keep_old(args: &Args, is_entered: bool, settings: &Settings) -> Result<(), Problem> {
    match (args.keep_old, settings.auth().secret()) {
        (Some(_), Some((field, _))) if !is_entered => Err(not_replaced(field)),
        _ => Ok(()),
    }
}
