//! A curl command that is pasted into the URL: it fills in the form.

use zeroize::Zeroizing;

use crate::domain::field::{Notice, URL};
use crate::domain::import::{Imported, from_curl};
use crate::domain::text::capitalised;
use crate::tui::screens::form::paste::PastedCommand;
use crate::tui::screens::form::state::Form;

impl Form {
    /// Fills in what a curl command has. One that is not read leaves everything as it is, and says why.
    pub(super) fn paste_command(&mut self, text: &str) {
        let text = text.trim();
        let imported = match from_curl(text.strip_prefix("$ ").unwrap_or(text)) {
            Ok(imported) => imported,
            Err(refused) => {
                let why = format!(
                    "nothing was pasted: the curl command is not accepted. {}. {}",
                    capitalised(&refused.to_string()),
                    refused.fix
                );
                self.notes.retain(|note| note.field != URL);
                self.notes.push(Notice::new(URL, why.trim_end_matches('.')));
                return;
            }
        };
        self.take_command(imported);
    }

    fn take_command(&mut self, imported: Imported) {
        let mut draft = self.draft();
        imported.fill(&mut draft);
        self.inputs.choose_auth(draft.auth_type());
        for field in imported.fields() {
            self.inputs.set(field, draft.text(field));
        }
        self.inputs.set_headers(draft.headers());
        self.errors.clear();
        self.notes.clear();
        self.problem = None;
        self.examine();
        let not_taken = imported.not_taken.iter().map(|part| format!("{}: {}", part.what, part.why)).collect();
        self.pasted =
            Some(PastedCommand { taken: imported.taken().join(", "), not_taken, body: imported.body.map(Zeroizing::new) });
    }
}
