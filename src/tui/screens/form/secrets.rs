//! The secrets in the form: hidden unless the user asks to see them, generated, and corrected if they look mangled.

use std::iter;
use std::ops::Range;

use crate::domain::field::{Field, HEADERS, Notice, URL};
use crate::domain::mangling::{self, Correction};
use crate::domain::secret::Secret;
use crate::domain::url::credential;
use crate::tui::msg::Id;
use crate::tui::screens::form::focus::{Focus, HeaderPart};
use crate::tui::screens::form::state::Form;
use crate::tui::widgets::text_field::TextField;

impl Form {
    /// The parts of the text of a field, in bytes, that are shown as dots.
    #[must_use]
    pub fn hidden(&self, field: Field) -> Vec<Range<usize>> {
        if self.revealed == Some(field) { Vec::new() } else { self.secret_parts(field) }
    }

    /// The parts that are hidden unless the user asks to see them.
    fn secret_parts(&self, field: Field) -> Vec<Range<usize>> {
        match self.inputs.text(field).map(TextField::text) {
            None | Some("") => Vec::new(),
            Some(text) if field.is_secret() => iter::once(0..text.len()).collect(),
            // Dots that stand for a part of the registered URL hide nothing.
            Some(text) => {
                field.credentials(text).into_iter().filter(|part| !credential::is_masked(&text[part.clone()])).collect()
            }
        }
    }

    /// The same for the value of a header that has the focus.
    pub(super) fn hidden_header(&self, at: usize) -> Vec<Range<usize>> {
        let is_hidden = self.focus == Focus::Header(at, HeaderPart::Value) && self.revealed != Some(HEADERS);
        let header = self.inputs.headers().get(at).filter(|header| is_hidden && header.is_secret);
        header.map(|header| 0..header.value.text().len()).into_iter().collect()
    }

    /// Whether a part of what was typed into a field that is no secret is hidden unless the user asks to see it.
    #[must_use]
    pub fn has_typed_credential(&self, field: Field) -> bool {
        !field.is_secret() && !self.secret_parts(field).is_empty()
    }

    /// The field to reveal: the one that has the focus if it hides anything, or the first secret of the auth type, or a URL with a
    /// credential in it.
    #[must_use]
    pub fn secret(&self) -> Option<Field> {
        match self.focus {
            Focus::Field(field) if field.is_secret() || self.has_typed_credential(field) => Some(field),
            Focus::Header(at, HeaderPart::Value) if self.inputs.headers().get(at).is_some_and(|header| header.is_secret) => {
                Some(HEADERS)
            }
            _ => self.auth_type().secret_fields().next().or_else(|| self.has_typed_credential(URL).then_some(URL)),
        }
    }

    /// Goes to the secret and shows it, or hides it again.
    pub fn reveal(&mut self) {
        if self.revealed.take().is_none()
            && let Some(secret) = self.secret()
        {
            if secret != HEADERS {
                self.go(Focus::Field(secret));
            }
            self.revealed = Some(secret);
        }
    }

    /// Fills in a generated secret, and shows it. Does nothing and returns false when the focus has moved on since it was
    /// asked for.
    pub fn generated(&mut self, secret: &Secret) -> bool {
        let Focus::Field(field) = self.focus else { return false };
        if !field.can_be_generated() || self.saving.is_some() {
            return false;
        }
        let Some(input) = self.inputs.text_mut(field) else { return false };
        *input = TextField::new(secret.expose());
        self.touched(field);
        self.generated = true;
        // The private key of a pair stays here, so nobody has to see it.
        let is_pair = self.draft().public_key().is_some();
        self.revealed = (!is_pair).then_some(field);
        true
    }

    /// What the receiver needs: a new secret, one that is shown, or the public key of a new pair.
    pub(super) fn to_copy(&self) -> Option<Secret> {
        let field = match self.focus {
            Focus::Field(field) => field,
            Focus::Header(at, HeaderPart::Value) if self.revealed == Some(HEADERS) => {
                let header =
                    self.inputs.headers().get(at).filter(|header| header.is_secret && !header.value.text().is_empty())?;
                return Some(Secret::new(header.value.text()));
            }
            _ => return None,
        };
        let is_new = self.generated && field.can_be_generated();
        if is_new && let Some(key) = self.draft().public_key() {
            return Some(Secret::new(key));
        }
        let text = self.inputs.text(field).filter(|_| is_new || (field.is_secret() && self.revealed == Some(field)))?.text();
        (!text.is_empty()).then(|| Secret::new(text))
    }

    /// The correction of what was entered into a secret field, if that looks mangled.
    pub(super) fn correction(&self, field: Field) -> Option<Correction> {
        let text = self.inputs.text(field).filter(|_| field.is_secret()).map(TextField::text);
        text.filter(|text| !text.is_empty()).and_then(mangling::correction)
    }

    /// Corrects the secret that has the focus. Returns whether anything in it looks mangled.
    pub(super) fn correct(&mut self) -> bool {
        let Focus::Field(field) = self.focus else { return false };
        let Some(Correction { was, secret }) = self.correction(field) else { return false };
        self.put(field, &secret, format!("corrected, since what was entered {was}; ^R shows it"));
        true
    }

    /// Puts in the registered secret, corrected, unless something was entered meanwhile.
    pub fn corrected(&mut self, id: Id, field: Field, correction: &Correction) -> bool {
        let is_waited_for = self.correcting.take_if(|waited| *waited == id).is_some() && self.saving.is_none();
        if !is_waited_for || !self.is_unchanged(field) {
            return false;
        }
        let Correction { was, secret } = correction;
        let is_dirty = self.is_dirty();
        self.put(field, secret, format!("corrected, since what is registered {was}; ^R shows it"));
        if !is_dirty {
            self.proposed = Some(self.draft());
        }
        true
    }

    fn put(&mut self, field: Field, secret: &Secret, note: String) {
        self.inputs.set(field, secret.expose());
        self.touched(field);
        self.notes.push(Notice::new(field, note));
    }
}
