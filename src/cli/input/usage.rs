//! What clap finds wrong, in our words. A text that stands where none belongs is not repeated: it may be a secret.

use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::cli::exit;
use crate::cli::failure::Failure;
use crate::domain::auth;
use crate::domain::field::{AUTH, BODY, CA_CERT, Field, TIMEOUT, URL};
use crate::domain::text::visible;

/// The failure that an error of clap stands for.
#[must_use]
pub fn of(error: &clap::Error) -> Failure {
    let arg = text(error, ContextKind::InvalidArg);
    // `--key <NAME>`, `--timeout=3`: the flag alone.
    let flag = arg.split([' ', '=']).next().unwrap_or_default().to_owned();
    // `<SHELL>` is a name of ours, too; anything else may be a text that was given.
    let named = flag.starts_with('-') || flag.starts_with('<');
    let flag = if named { visible(&flag).into_owned() } else { String::new() };
    let value = visible(&text(error, ContextKind::InvalidValue)).into_owned();
    let known = list(error, ContextKind::ValidValue);
    let help = "See --help.".to_owned();
    let (message, fix) = match error.kind() {
        ErrorKind::InvalidValue if value.is_empty() => (format!("{flag} needs a value."), one_of(&known, help)),
        ErrorKind::InvalidValue => (format!("{flag}: \"{value}\" is not known."), one_of(&known, help)),
        // The rule is one of ours, and says what is needed.
        ErrorKind::ValueValidation => {
            let rule = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
            (format!("{flag}: \"{value}\" cannot be taken: {rule}."), help)
        }
        ErrorKind::UnknownArgument if flag.is_empty() => {
            ("An argument stands where none belongs.".into(), "Every input has a flag; see --help.".into())
        }
        ErrorKind::UnknownArgument => {
            let near = text(error, ContextKind::SuggestedArg);
            let fix = if near.is_empty() { help } else { format!("Is {near} meant?") };
            (format!("There is no option {flag} here."), fix)
        }
        ErrorKind::InvalidSubcommand => {
            let name = visible(&text(error, ContextKind::InvalidSubcommand)).into_owned();
            (format!("There is no command \"{name}\"."), format!("Commands are {}.", crate::cli::command_names()))
        }
        ErrorKind::ArgumentConflict => {
            let other = list(error, ContextKind::PriorArg).join(", ");
            let other = if other.is_empty() { "another option".into() } else { other };
            (format!("{flag} does not go together with {other}."), "Give one of them.".into())
        }
        ErrorKind::MissingRequiredArgument => {
            let missing = list(error, ContextKind::InvalidArg).join(", ");
            (format!("{} is missing.", visible(&missing)), help)
        }
        ErrorKind::TooManyValues | ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues | ErrorKind::NoEquals => {
            (format!("{flag} takes one value."), help)
        }
        ErrorKind::InvalidUtf8 => ("An argument is not UTF-8 text.".into(), help),
        _ => (format!("{flag} cannot be read."), help),
    };
    Failure::Other { code: exit::USAGE, field: field(&flag), message, fix }
}

fn one_of(known: &[String], otherwise: String) -> String {
    if known.is_empty() { otherwise } else { format!("Give one of: {}.", known.join(", ")) }
}

fn field(flag: &str) -> Option<Field> {
    if ["--event", "--body"].contains(&flag) {
        return Some(BODY);
    }
    let of_auth = auth::ALL.into_iter().flat_map(|auth_type| auth_type.fields).copied();
    [URL, AUTH, CA_CERT, TIMEOUT].into_iter().chain(of_auth).find(|field| field.flag == Some(flag))
}

fn text(error: &clap::Error, kind: ContextKind) -> String {
    list(error, kind).into_iter().next().unwrap_or_default()
}

fn list(error: &clap::Error, kind: ContextKind) -> Vec<String> {
    match error.get(kind) {
        Some(ContextValue::String(text)) => vec![text.clone()],
        Some(ContextValue::Strings(texts)) => texts.clone(),
        _ => Vec::new(),
    }
}
