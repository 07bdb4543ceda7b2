//! The list of headers, as questions: what there is, then what to do with it.

use super::questions::{Back, Questions, error, say};
use crate::cli::failure::Failure;
use crate::domain::draft::Draft;
use crate::domain::field::HEADERS;
use crate::domain::header::HeaderEntry;
use crate::domain::problem::Problem;
use crate::domain::text::visible;

/// What is done with the list.
#[derive(Clone, Debug)]
enum Choice {
    GoOn,
    Add,
    Change(String),
    Remove(String),
}

impl Choice {
    fn label(&self) -> String {
        match self {
            Self::GoOn => "Go on".to_owned(),
            Self::Add => "Add a header".to_owned(),
            Self::Change(name) => format!("Change {}", visible(name)),
            Self::Remove(name) => format!("Remove {}", visible(name)),
        }
    }
}

/// Asks until the list is as it should be. `None` when the person went back.
pub(super) fn ask(questions: &mut Questions, draft: &mut Draft) -> Result<Option<()>, Failure> {
    loop {
        let mut choices = vec![Choice::GoOn, Choice::Add];
        for header in draft.headers() {
            choices.extend([Choice::Change(header.name.clone()), Choice::Remove(header.name.clone())]);
        }
        let labels: Vec<String> = choices.iter().map(Choice::label).collect();
        let title = match draft.headers().len() {
            0 => format!("{} that each request carries, now none", HEADERS.label),
            count => format!("{} that each request carries, now {count}", HEADERS.label),
        };
        let Some(at) = questions.choose(&title, &labels, Some(0), Back::GoesBack)? else { return Ok(None) };
        match &choices[at] {
            Choice::GoOn => return Ok(Some(())),
            Choice::Add => {
                let question = format!("Header name ({}, such as {}): ", HEADERS.about, HEADERS.placeholder);
                let Some(name) = questions.line(&question)? else { return Ok(None) };
                if fill_in(questions, draft, name.trim())?.is_none() {
                    return Ok(None);
                }
            }
            Choice::Change(name) => {
                if fill_in(questions, draft, name)?.is_none() {
                    return Ok(None);
                }
            }
            Choice::Remove(name) => {
                draft.remove_header(name);
            }
        }
    }
}

/// Asks for the value of a header. One that is wrong is reported, and the list stays as it is.
fn fill_in(questions: &mut Questions, draft: &mut Draft, name: &str) -> Result<Option<()>, Failure> {
    let shown = visible(name).into_owned();
    let before = draft.headers().iter().find(|header| header.is_named(name)).cloned().unwrap_or_default();
    let choices = ["No: it is stored and shown as it is", "Yes: it is sealed and never shown"].map(str::to_owned);
    let title = format!("Is the value of {shown} a secret");
    let Some(at) = questions.choose(&title, &choices, Some(usize::from(before.is_secret)), Back::GoesBack)? else {
        return Ok(None);
    };
    let is_secret = at == 1;
    let keeps = is_secret == before.is_secret && !before.value.is_empty();
    let value = if is_secret {
        let keep = if keeps { ", Enter keeps the current one" } else { "" };
        questions.secret(&format!("Value of {shown} (not shown{keep}): "))?
    } else {
        let about = "{id}, {timestamp} and {event} are filled in";
        let question = if keeps {
            format!("Value of {shown}, now {}, Enter keeps it ({about}): ", visible(before.value.expose()))
        } else {
            format!("Value of {shown} ({about}): ")
        };
        questions.line(&question)?.map(Into::into)
    };
    let Some(value) = value else { return Ok(None) };
    let value = if value.is_empty() && keeps { before.value } else { value.expose().trim().into() };
    let with = draft.clone().with_header(HeaderEntry { name: name.to_owned(), value, is_secret });
    match wrong(&with) {
        Some(wrong) => error(&wrong.to_string()),
        None => {
            *draft = with;
            for notice in draft.notices().iter().filter(|notice| notice.field == HEADERS) {
                say(&format!("note: {}.", visible(&notice.to_string())));
            }
        }
    }
    Ok(Some(()))
}

fn wrong(draft: &Draft) -> Option<Problem> {
    draft.check().err()?.into_iter().find(|error| error.field == Some(HEADERS))
}
