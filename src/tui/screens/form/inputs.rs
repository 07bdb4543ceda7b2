//! What was typed and chosen in the form, for every field of every auth type: choosing another type loses nothing.

use crate::domain::auth::{self, AuthType};
use crate::domain::draft::Draft;
use crate::domain::field::{AUTH, Field, OPTIONAL, URL, Values};
use crate::domain::header::HeaderEntry;
use crate::tui::widgets::text_field::TextField;

#[derive(Clone, Debug, PartialEq)]
pub struct Inputs {
    auth_type: AuthType,
    choices: Values,
    texts: Vec<(Field, TextField)>,
    headers: Vec<HeaderInput>,
}

/// A header that is being entered.
#[derive(Clone, Debug, PartialEq)]
pub struct HeaderInput {
    pub name: TextField,
    pub value: TextField,
    pub is_secret: bool,
}

impl HeaderInput {
    fn new(header: &HeaderEntry) -> Self {
        Self { name: TextField::new(&header.name), value: TextField::new(header.value.expose()), is_secret: header.is_secret }
    }

    fn entry(&self) -> HeaderEntry {
        // What comes around a name or a value by copying is no part of it.
        HeaderEntry {
            name: self.name.text().trim().to_owned(),
            value: self.value.text().trim().into(),
            is_secret: self.is_secret,
        }
    }

    /// Whether nothing was entered.
    pub fn is_empty(&self) -> bool {
        self.name.text().trim().is_empty() && self.value.text().trim().is_empty()
    }

    fn is(&self, header: &HeaderEntry) -> bool {
        self.name.text().trim() == header.name
            && self.value.text().trim() == header.value.expose()
            && self.is_secret == header.is_secret
    }
}

/// The fields of all auth types.
fn of_auth() -> impl Iterator<Item = Field> {
    auth::ALL.into_iter().flat_map(|auth_type| auth_type.fields).copied()
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
            headers: draft.headers().iter().map(HeaderInput::new).collect(),
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
        draft.set_headers(self.headers.iter().filter(|header| !header.is_empty()).map(HeaderInput::entry).collect());
        draft
    }

    /// Whether anything differs from that draft. Copies no secret.
    pub fn differ_from(&self, draft: &Draft) -> bool {
        self.auth_type != draft.auth_type()
            || self.texts.iter().any(|(field, text)| text.text() != draft.text(field))
            || {
                let mut headers = self.headers.iter().filter(|header| !header.is_empty());
                let same = draft.headers().iter().all(|own| headers.next().is_some_and(|header| header.is(own)));
                !same || headers.next().is_some()
            }
            || of_auth().any(|field| field.is_choice() && self.choices.text(field) != draft.text(field))
    }

    /// The headers, in the order in which they are sent.
    pub fn headers(&self) -> &[HeaderInput] {
        &self.headers
    }

    pub const fn headers_mut(&mut self) -> &mut Vec<HeaderInput> {
        &mut self.headers
    }

    /// Adds a header with nothing in it. Returns its place in the list.
    pub fn add_header(&mut self) -> usize {
        self.headers.push(HeaderInput::new(&HeaderEntry::default()));
        self.headers.len() - 1
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
        let next = at.saturating_add_signed(by).min(field.options().len().saturating_sub(1));
        if next == at {
            return false;
        }
        self.choices.set(field, field.options()[next].name);
        true
    }

    /// Chooses that auth type. Returns whether another one was chosen.
    pub fn choose_auth(&mut self, auth_type: AuthType) -> bool {
        std::mem::replace(&mut self.auth_type, auth_type) != auth_type
    }

    /// Chooses that option of a field, or puts that text in.
    pub fn set(&mut self, field: Field, value: &str) {
        match self.text_mut(field) {
            Some(text) => *text = TextField::new(value),
            None if value.is_empty() || field.options().iter().any(|option| option.name == value) => {
                self.choices.set(field, value);
            }
            None => {}
        }
    }

    /// Puts other headers in place of all.
    pub fn set_headers(&mut self, headers: &[HeaderEntry]) {
        self.headers = headers.iter().map(HeaderInput::new).collect();
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
