//! What was typed and chosen in the form, for every field of every auth type: choosing another type loses nothing.

use crate::domain::auth::{self, AuthType};
use crate::domain::draft::Draft;
use crate::domain::field::{AUTH, Field, OPTIONAL, URL, Values};
use crate::tui::widgets::text_field::TextField;

#[derive(Clone, Debug, PartialEq)]
pub struct Inputs {
    auth_type: AuthType,
    choices: Values,
    texts: Vec<(Field, TextField)>,
}

/// The fields of all auth types.
fn of_auth() -> impl Iterator<Item = Field> {
    auth::ALL.into_iter().flat_map(|auth_type| auth_type.fields).copied()
}

/// The labels of a choice's options.
pub fn options(field: Field) -> impl Iterator<Item = &'static str> {
    let types: &[AuthType] = if field == AUTH { &auth::ALL } else { &[] };
    types.iter().map(|auth_type| auth_type.label).chain(field.options().iter().map(|option| option.label))
}

impl Inputs {
    /// Inputs filled in with a draft.
    pub fn new(draft: &Draft) -> Self {
        let texts = [URL].into_iter().chain(of_auth()).chain(OPTIONAL).filter(|field| !field.is_choice());
        let mut choices = Values::default();
        for field in draft.auth_type().fields.iter().filter(|field| field.is_choice()) {
            choices.set(field, draft.text(field));
        }
        Self {
            auth_type: draft.auth_type(),
            choices,
            texts: texts.map(|field| (field, TextField::new(draft.text(field)))).collect(),
        }
    }

    /// What was entered, as a draft.
    pub fn draft(&self) -> Draft {
        let mut draft = Draft::new(self.auth_type);
        for (field, text) in &self.texts {
            draft.set(field, text.text());
        }
        for field in of_auth().filter(|field| field.is_choice()) {
            draft.set(field, self.choices.text(field));
        }
        draft
    }

    /// Whether anything differs from that draft. Copies no secret.
    pub fn differ_from(&self, draft: &Draft) -> bool {
        self.auth_type != draft.auth_type()
            || self.texts.iter().any(|(field, text)| text.text() != draft.text(field))
            || of_auth().any(|field| field.is_choice() && self.choices.text(field) != draft.text(field))
    }

    pub const fn auth_type(&self) -> AuthType {
        self.auth_type
    }

    /// The index of the chosen option.
    pub fn chosen(&self, field: Field) -> usize {
        if field == AUTH {
            auth::ALL.iter().position(|&auth_type| auth_type == self.auth_type).unwrap_or(0)
        } else {
            self.choices.choice(field)
        }
    }

    /// Moves a choice, without wrapping. Returns whether it moved.
    pub fn choose(&mut self, field: Field, by: isize) -> bool {
        let at = self.chosen(field);
        let next = at.saturating_add_signed(by).min(options(field).count().saturating_sub(1));
        if next == at {
            return false;
        }
        if field == AUTH {
            self.auth_type = auth::ALL[next];
        } else {
            self.choices.set(field, field.options()[next].name);
        }
        true
    }

    /// What is chosen.
    pub const fn choices(&self) -> &Values {
        &self.choices
    }

    /// Whether a field is shown: one that has no effect is not.
    pub fn applies(&self, field: Field) -> bool {
        field.applies(&self.choices)
    }

    /// The value that an empty field means.
    pub fn default(&self, field: Field) -> Option<&'static str> {
        (field.default)(&self.choices)
    }

    /// The text of a field, if it is not a choice.
    pub fn text(&self, field: Field) -> Option<&TextField> {
        self.texts.iter().find(|(own, _)| *own == field).map(|(_, text)| text)
    }

    pub fn text_mut(&mut self, field: Field) -> Option<&mut TextField> {
        self.texts.iter_mut().find(|(own, _)| *own == field).map(|(_, text)| text)
    }
}
