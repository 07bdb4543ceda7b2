//! Fields for the paths of files: `~` and relative paths are filled in when the focus leaves them, then the file is looked at; Tab
//! completes.

use crate::domain::field::{CLIENT_CERT, CLIENT_KEY, Field, Notice, TLS_FILES};
use crate::domain::path::{Completion, completed, expanded};
use crate::ops::Problem;
use crate::tui::effect::Effect;
use crate::tui::model::Environment;
use crate::tui::msg::Id;
use crate::tui::screens::form::focus::Focus;
use crate::tui::screens::form::state::Form;
use crate::tui::widgets::text_field::TextField;

/// The most names that are listed.
const LISTED: usize = 12;

impl Form {
    fn path(&self, field: Field) -> &str {
        self.inputs.text(field).map(TextField::text).unwrap_or_default()
    }

    /// Makes every path one from the root.
    pub(super) fn expand_paths(&mut self, environment: &Environment) {
        for field in TLS_FILES {
            let path = expanded(self.path(field).trim(), environment.home.as_deref(), &environment.directory);
            if path != self.path(field) {
                self.inputs.set(field, &path);
                self.touched(field);
            }
        }
    }

    /// Asks to look at the file of a field that was left.
    pub(super) fn check_file(&self, id: Id, field: Field) -> Option<Effect> {
        let given = |field: Field| Some(self.path(field).to_owned()).filter(|path| path.starts_with('/'));
        let asked = match field {
            field if field == CLIENT_KEY => given(CLIENT_CERT).is_some(),
            field if TLS_FILES.contains(&field) => given(field).is_some(),
            _ => false,
        };
        asked.then(|| Effect::CheckFile { id, field, files: TLS_FILES.map(given) })
    }

    /// Takes what a look at the file of a field found, where its path is still the one that was looked at.
    pub(super) fn checked_file(&mut self, field: Field, path: &str, result: Result<Vec<Notice>, Problem>) -> bool {
        if self.path(field) != path {
            return false;
        }
        match result {
            Ok(notices) => {
                let new = notices.into_iter().filter(|notice| !self.notes.contains(notice)).collect::<Vec<_>>();
                self.notes.extend(new);
            }
            // A key of its own may follow.
            Err(problem) if field == CLIENT_CERT && problem.field == Some(CLIENT_KEY) => return false,
            Err(problem) => {
                self.errors.retain(|error| error.field != problem.field);
                self.errors.push(problem);
            }
        }
        true
    }

    /// Asks for the names that complete the path that has the focus; `None` where there is nothing to complete.
    pub(super) fn complete_path(&mut self, id: Id, environment: &Environment) -> Option<Effect> {
        let Focus::Field(field) = self.focus else { return None };
        let text = self.path(field);
        if text.is_empty() || !TLS_FILES.contains(&field) {
            return None;
        }
        let path = expanded(text, environment.home.as_deref(), &environment.directory);
        // Of `~` and `..` the directory itself is meant.
        let effect = Effect::CompletePath { id, field, text: text.to_owned(), path };
        self.completing = Some(id);
        Some(effect)
    }

    /// Takes the names that a path can be completed with. Where they add nothing, Tab goes on.
    pub(super) fn completed_path(&mut self, id: Id, field: Field, text: &str, names: &[String]) -> bool {
        if self.completing.take_if(|waited| *waited == id).is_none()
            || self.focus != Focus::Field(field)
            || self.path(field) != text
        {
            return false;
        }
        let Completion { text: next, names } = completed(text, names);
        let listed = listed(&names);
        let known = self.candidates.as_ref().is_some_and(|(own, names)| *own == field && Some(names) == listed.as_ref());
        if next != text {
            self.inputs.set(field, &next);
            self.touched(field);
        } else if listed.is_none() || known {
            self.step(1);
            return true;
        }
        self.candidates = listed.map(|listed| (field, listed));
        true
    }
}

/// The names to choose from, in words.
fn listed(names: &[String]) -> Option<String> {
    let more = names.len().saturating_sub(LISTED);
    let shown = names.iter().take(LISTED).map(String::as_str).collect::<Vec<_>>().join("  ");
    match (names.is_empty(), more) {
        (true, _) => None,
        (false, 0) => Some(shown),
        (false, more) => Some(format!("{shown}  and {more} more")),
    }
}
