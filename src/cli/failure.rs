//! Why a command could not do what was asked, as it is reported to people and to scripts.

use std::io;
use std::path::Path;

use serde_json::{Value, json};

use crate::cli::exit;
use crate::domain::delivery::{Cause, diagnosis};
use crate::domain::destination::Settings;
use crate::domain::field::Field;
use crate::domain::problem::{FieldChange, Fix, FixAction, ProblemKind, sentences};
use crate::domain::shell::word;
use crate::domain::text::{capitalised, sentence, visible};
use crate::ops::relay::NotStarted;
use crate::ops::{self, Limit, Problem};

/// Why a command ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Inputs that are not valid, all of them; at least one.
    Fields(Vec<Problem>),
    /// What the operation says.
    Problem(Box<Problem>),
    /// The arguments do not go together, or something else of the command line itself.
    Other {
        /// The exit code.
        code: u8,
        /// The input it is about.
        field: Option<Field>,
        /// What is wrong and why, as sentences.
        message: String,
        /// A sentence; may be empty.
        fix: String,
    },
}

impl Failure {
    /// Inputs that are not valid.
    pub const fn fields(errors: Vec<Problem>) -> Self {
        Self::Fields(errors)
    }

    /// A wrong command line: what and why as sentences, and how to fix it.
    pub fn usage(message: impl Into<String>, fix: impl Into<String>) -> Self {
        Self::Other { code: exit::USAGE, field: None, message: message.into(), fix: fix.into() }
    }

    /// Ended by a signal; its exit code.
    pub fn stopped(code: u8) -> Self {
        Self::Other { code, field: None, message: "Stopped; nothing was changed.".into(), fix: String::new() }
    }

    /// The system refused a thread or a file: a limit of this process, or of its user, is reached.
    pub fn limit(error: &io::Error) -> Self {
        let what = Limit::of(error).map_or("waypost cannot start", Limit::what);
        let message = format!("{what}. {}", sentence(&ops::reason(error)));
        Self::Other { code: exit::DISK, field: None, message, fix: Limit::fix_of(error).to_owned() }
    }

    /// The terminal cannot be used. That is a bug, unless a limit of the system keeps waypost from using it.
    pub fn terminal(what: &str, error: &io::Error) -> Self {
        match Limit::of(error) {
            Some(_) => Self::limit(error),
            None => Self::bug(format!("{what}: {error}.")),
        }
    }

    /// Nothing could be sent at all.
    fn not_started(to: &Settings, cause: &Cause) -> Self {
        let diagnosis = diagnosis::of_cause(to, None, cause);
        // As for a single delivery: an invalid proxy variable is invalid input.
        let code = if matches!(cause, Cause::BadProxy(_)) { exit::USAGE } else { exit::FAILED };
        Self::Other { code, field: None, fix: fix_text(&diagnosis.fix), message: diagnosis.why }
    }

    /// Something that cannot happen, happened.
    pub fn bug(what: impl Into<String>) -> Self {
        Self::Other { code: exit::BUG, field: None, message: what.into(), fix: "Please report it.".into() }
    }

    /// The exit code.
    pub fn code(&self) -> u8 {
        match self {
            Self::Fields(_) => exit::USAGE,
            Self::Problem(problem) => exit::for_problem(problem.kind),
            Self::Other { code, .. } => *code,
        }
    }

    /// For people: a line for each thing that is wrong.
    pub fn lines(&self) -> Vec<String> {
        match self {
            Self::Fields(errors) => errors.iter().map(|error| sentences(&[&message(error), &fix_text(&error.fix)])).collect(),
            Self::Problem(problem) => vec![sentences(&[&whole(problem), &fix_text(&problem.fix)])],
            Self::Other { message, fix, .. } => vec![sentences(&[message, fix])],
        }
        .into_iter()
        .map(|line| visible(&line).into_owned())
        .collect()
    }

    /// For scripts: the value of `error`.
    pub fn error_json(&self) -> Value {
        match self {
            Self::Fields(errors) => errors.first().map_or(Value::Null, of_field),
            Self::Problem(problem) => error(self.code(), &whole(problem), problem.field, &fix_text(&problem.fix)),
            Self::Other { code, field, message, fix } => error(*code, message, *field, fix),
        }
    }

    /// For scripts: the whole object. Where fields are wrong, `errors` has all of them, and `error` the first.
    pub fn json(&self) -> Value {
        let mut out = json!({ "error": self.error_json() });
        if let Self::Fields(errors) = self {
            out["errors"] = errors.iter().map(of_field).collect();
        }
        out
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self::Problem(Box::new(problem))
    }
}

impl From<NotStarted> for Failure {
    fn from(error: NotStarted) -> Self {
        match error {
            NotStarted::Problem(problem) => Self::Problem(problem),
            NotStarted::Cause(destination, cause) => Self::not_started(destination.settings(), &cause),
        }
    }
}

fn of_field(one: &Problem) -> Value {
    error(exit::USAGE, &message(one), one.field, &fix_text(&one.fix))
}

fn error(code: u8, message: &str, field: Option<Field>, fix: &str) -> Value {
    json!({
        "code": exit::name(code),
        "message": message,
        "field": field.map(|field| field.id),
        "fix": (!fix.is_empty()).then_some(fix),
    })
}

/// With the input that it is about, where what is wrong with that is all that it says.
fn whole(problem: &Problem) -> String {
    if problem.kind == ProblemKind::Usage { message(problem) } else { capitalised(&problem.message()) }
}

fn message(error: &Problem) -> String {
    let Some(field) = error.field else { return capitalised(&error.message()) };
    let name = match field.flag {
        Some(flag) => format!("{} ({flag})", field.label),
        None => field.label.to_owned(),
    };
    format!("{name}: {}", error.message())
}

/// The flags of `edit` for changes: ` --format hex`
fn edited(changes: &[FieldChange]) -> String {
    let flags = changes.iter().filter_map(|change| Some((change.field.flag?, word(Path::new(&change.after)))));
    flags.fold(String::new(), |text, (flag, value)| text + " " + flag + " " + &value)
}

/// A fix as it is done on the command line: its words and the flags that do it, or the command that does all of it.
pub fn fix_text(fix: &Fix) -> String {
    let how = match &fix.action {
        None => return fix.text.clone(),
        Some(FixAction::EditDestination { field, changes }) => match (field.flag, &changes[..]) {
            (Some(flag), []) => format!("Change it with waypost edit {flag}."),
            (None, []) => "Change it with waypost edit --secret-stdin.".to_owned(),
            (_, changes) => format!("Change it with: waypost edit{}", edited(changes)),
        },
        Some(FixAction::TrustCa) => "Trust it with waypost edit --trust-ca SHA-256.".to_owned(),
        Some(FixAction::Register) => return "Register one with waypost register.".to_owned(),
        Some(FixAction::EditOrRemove) => return "Use waypost edit, or waypost remove first.".to_owned(),
        Some(FixAction::SetDirectories) => "Use --config-dir and --state-dir.".to_owned(),
        Some(FixAction::ListenElsewhere) => "Name them with --addr; port 0 picks a free one.".to_owned(),
        Some(FixAction::ExpectText) => "To decide by the answer: waypost test --expect TEXT.".to_owned(),
    };
    format!("{} {how}", fix.text)
}
