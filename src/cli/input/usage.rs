//! What clap finds wrong, on one line.

use std::ffi::OsString;

use clap::Command;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::cli::exit;
use crate::cli::failure::Failure;
use crate::domain::auth;
use crate::domain::field::{BODY, Field, HEADERS, OF_DESTINATION};
use crate::domain::text::visible;
use crate::domain::url::credential;

/// The failure for an error that `command` finds in `argv`: in the words of clap, except where those would repeat a text that may be
/// a secret.
pub fn failure(error: &clap::Error, command: &Command, argv: &[OsString]) -> Failure {
    // `--key <NAME>`, `--timeout=3`, or a text that was given.
    let arg = match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::String(text)) => text.as_str(),
        // Required arguments that are missing.
        Some(ContextValue::Strings(texts)) => texts.first().map_or("", String::as_str),
        _ => "",
    };
    let arg = arg.split([' ', '=']).next().unwrap_or_default();
    let see_help = "For more information, try '--help'.".to_owned();
    let suggestion = suggestion(error);
    let (message, fix) = match error.kind() {
        ErrorKind::UnknownArgument if !arg.starts_with('-') => {
            let is_url = arg.starts_with("https://") || arg.starts_with("http://");
            let meant = if is_url { "Did you mean --url?".to_owned() } else { see_help };
            ("Unexpected argument: every input has an option.".into(), meant)
        }
        ErrorKind::UnknownArgument => {
            // The id of an event may begin with a hyphen. Clap has a tip only where the command takes a value without an option.
            let is_value = error.get(ContextKind::Suggested).is_some();
            let as_value = || if is_value { format!("If it is a value, put -- before it. {see_help}") } else { see_help.clone() };
            (format!("There is no option {}.", visible(arg)), suggestion.unwrap_or_else(as_value))
        }
        ErrorKind::TooManyValues => (format!("{} takes no value.", visible(arg)), see_help),
        ErrorKind::InvalidSubcommand => {
            let name = text(error, ContextKind::InvalidSubcommand);
            let known = || format!("Commands: {}. {see_help}", subcommands(command, argv));
            (format!("There is no command {}.", visible(&credential::shown_in(name))), suggestion.unwrap_or_else(known))
        }
        ErrorKind::InvalidValue if suggestion.is_some() => (words(&error.to_string()).0, suggestion.unwrap_or_default()),
        _ => words(&error.to_string()),
    };
    Failure::Other { code: exit::USAGE, field: field(arg), message, fix }
}

/// What was probably meant, as a question: the best of clap's guesses is its last.
fn suggestion(error: &clap::Error) -> Option<String> {
    let kinds = [ContextKind::SuggestedSubcommand, ContextKind::SuggestedArg, ContextKind::SuggestedValue];
    let guess = kinds.into_iter().find_map(|kind| match error.get(kind)? {
        ContextValue::String(guess) => Some(guess.as_str()),
        ContextValue::Strings(guesses) => guesses.last().map(String::as_str),
        _ => None,
    })?;
    Some(format!("Did you mean {guess}?"))
}

fn text(error: &clap::Error, kind: ContextKind) -> &str {
    match error.get(kind) {
        Some(ContextValue::String(text)) => text,
        _ => "",
    }
}

/// Of clap's paragraphs, the first is the message. Then come tips, the usage, and where to find help.
fn words(rendered: &str) -> (String, String) {
    let rendered = visible_paragraphs(&credential::shown_in(rendered));
    let mut paragraphs = rendered.iter().map(String::as_str);
    let message = paragraphs.next().unwrap_or_default().trim_start_matches("error: ");
    let fix: Vec<&str> = paragraphs.filter(|text| !text.starts_with("Usage:")).collect();
    (sentence(message), fix.into_iter().map(sentence).collect::<Vec<_>>().join(" "))
}

/// The names of the commands that could be where an unknown one is.
fn subcommands(mut command: &Command, argv: &[OsString]) -> String {
    for arg in argv {
        command = command.find_subcommand(arg).unwrap_or(command);
    }
    let names: Vec<_> = command.get_subcommands().map(Command::get_name).filter(|name| *name != "help").collect();
    names.join(", ")
}

fn visible_paragraphs(text: &str) -> Vec<String> {
    text.split("\n\n")
        .map(|text| text.lines().map(|line| visible(line.trim()).into_owned()).collect::<Vec<_>>().join(" "))
        .collect()
}

fn sentence(text: &str) -> String {
    let text = text.trim_end_matches('.');
    let mut chars = text.chars();
    let first = chars.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}.", chars.as_str())
}

/// The field that an option sets.
fn field(flag: &str) -> Option<Field> {
    if ["--event", "--body"].contains(&flag) {
        return Some(BODY);
    }
    if ["--secret-header", "--remove-header", "--no-headers"].contains(&flag) {
        return Some(HEADERS);
    }
    let of_auth = auth::ALL.into_iter().flat_map(|auth_type| auth_type.fields).copied();
    OF_DESTINATION.into_iter().chain(of_auth).find(|field| field.flag == Some(flag))
}
