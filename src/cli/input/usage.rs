//! What clap finds wrong, on one line.

use std::ffi::OsString;

use clap::Command;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::cli::exit;
use crate::cli::failure::Failure;
use crate::cli::input::guess;
use crate::domain::auth;
use crate::domain::field::{BODY, Field, HEADERS, OF_DESTINATION};
use crate::domain::text::{ellipsis, visible};
use crate::domain::url::credential;

const SEE_HELP: &str = "For more information, try '--help'.";

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
    let (path, inner) = innermost(command, argv);
    let typed = match error.kind() {
        ErrorKind::InvalidSubcommand => text(error, ContextKind::InvalidSubcommand),
        ErrorKind::InvalidValue => text(error, ContextKind::InvalidValue),
        _ => arg,
    };
    let suggestion = guess::synonym(&path, typed).or_else(|| guess::suggestion(error, typed));
    let see_help = SEE_HELP.to_owned();
    let (message, fix) = match error.kind() {
        ErrorKind::UnknownArgument if !arg.starts_with('-') => stray(text(error, ContextKind::InvalidArg), &path, inner),
        ErrorKind::UnknownArgument => {
            // The id of an event may begin with a hyphen. Clap has a tip only where the command takes a value without an option.
            let is_value = error.get(ContextKind::Suggested).is_some();
            let as_value = || if is_value { format!("If it is a value, put -- before it. {see_help}") } else { see_help.clone() };
            (format!("There is no option {}.", visible(arg)), suggestion.unwrap_or_else(as_value))
        }
        ErrorKind::TooManyValues => (format!("{} takes no value.", visible(arg)), see_help),
        ErrorKind::InvalidSubcommand => {
            let known = || format!("Commands: {}. {see_help}", subcommands(inner));
            (format!("There is no command {}.", visible(&credential::shown_in(typed))), suggestion.unwrap_or_else(known))
        }
        ErrorKind::InvalidValue if suggestion.is_some() => (words(&error.to_string()).0, suggestion.unwrap_or_default()),
        _ => words(&error.to_string()),
    };
    Failure::Other { code: exit::USAGE, field: field(arg), message, fix }
}

/// An argument that the command has no place for. Where a secret is entered, it may be one, and is not repeated.
fn stray(typed: &str, path: &str, command: &Command) -> (String, String) {
    let has = |option| command.get_arguments().any(|arg| arg.get_long() == Some(option));
    let is_url = typed.starts_with("https://") || typed.starts_with("http://");
    let fix = if is_url && has("url") { "Did you mean --url?" } else { SEE_HELP };
    let takes_secret = path == "secret" || has("secret-stdin");
    if takes_secret {
        return ("Unexpected argument: every input has an option.".to_owned(), fix.to_owned());
    }
    let shown = ellipsis(&visible(&credential::shown_in(typed)), 60).into_owned();
    let Some(place) = command.get_positionals().last() else {
        return (format!("Unexpected argument {shown}: {path} takes none."), fix.to_owned());
    };
    let name = place.get_value_names().and_then(<[_]>::first).map_or("argument", |name| name.as_str());
    let fix = if has("lines") { "For many events, use a file with one event per line, and --lines." } else { fix };
    (format!("Unexpected argument {shown}: {path} takes one {name} at a time."), fix.to_owned())
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
    // Its tips are made into questions, or are too far from what was typed.
    let fix: Vec<&str> = paragraphs.filter(|text| !text.starts_with("Usage:") && !text.starts_with("tip: ")).collect();
    (sentence(message), fix.into_iter().map(sentence).collect::<Vec<_>>().join(" "))
}

/// The command that `argv` names, and how: `queue list`.
fn innermost<'a>(mut command: &'a Command, argv: &[OsString]) -> (String, &'a Command) {
    let mut names = Vec::new();
    for arg in argv {
        if let Some(inner) = command.find_subcommand(arg) {
            command = inner;
            names.push(inner.get_name());
        }
    }
    (names.join(" "), command)
}

/// The names of the commands that could be where an unknown one is.
fn subcommands(command: &Command) -> String {
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
