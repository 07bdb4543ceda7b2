//! The Register and Edit popup: fields that follow the auth type, focus, errors and notes. Pure.

use crate::domain::auth::{AddTo, AuthType};
use crate::domain::destination::Settings;
use crate::domain::draft::{Draft, without_bearer};
use crate::domain::field::{Field, FieldError, Notice};
use crate::domain::secret::Secret;
use crate::domain::signature::Format;
use crate::ops::Problem;
use crate::tui::widgets::text_field::{Refusal, TextField};

/// What the form is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// There is no destination yet.
    Register,
    /// There is one; its generation in the state file, and its settings where the secret can be opened.
    Edit {
        /// Of the state file, when the form was opened.
        generation: u64,
        /// `None` when the secret has to be entered again.
        registered: Option<Box<Settings>>,
    },
}

/// The buttons at the form's end, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormButton {
    /// `[ Register ]` or `[ Save ]`
    Save,
    /// `[ Register and test ]` or `[ Save and test ]`
    SaveAndTest,
    /// `[ Cancel ]`
    Cancel,
}

impl FormButton {
    /// In order.
    pub const ALL: [Self; 3] = [Self::Save, Self::SaveAndTest, Self::Cancel];
}

/// What has the focus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Focus {
    /// A field.
    Field(Field),
    /// The line that unfolds the rarely used fields.
    Advanced,
    /// A button.
    Button(FormButton),
}

impl Focus {
    /// Whether it is a choice, which the arrows move through.
    #[must_use]
    pub const fn is_choice(self) -> bool {
        matches!(self, Self::Field(Field::AuthType | Field::Format | Field::AddTo))
    }
}

/// The popup's state.
#[derive(Clone, Debug, PartialEq)]
pub struct Form {
    /// Register or edit.
    pub purpose: Purpose,
    /// What has the focus.
    pub focus: Focus,
    /// Shown under their fields since the last try to save.
    pub errors: Vec<FieldError>,
    /// What was done to an input, or refused, under its field.
    pub notes: Vec<Notice>,
    /// The secret field whose text is shown.
    pub revealed: Option<Field>,
    /// A secret was generated in this form, and has to be carried to the receiver.
    pub generated: bool,
    /// The id of the save under way, and whether a test follows.
    pub saving: Option<(u64, bool)>,
    /// Why the last save failed.
    pub problem: Option<Problem>,
    /// Whether the rarely used fields are shown.
    pub advanced: bool,
    auth_type: AuthType,
    format: Format,
    add_to: AddTo,
    texts: [TextField; 10],
    pristine: Draft,
}

/// The fields that are typed into, in the order of `Form::texts`.
const TEXTS: [Field; 10] = [
    Field::Url,
    Field::HeaderKey,
    Field::SigningSecret,
    Field::Username,
    Field::Password,
    Field::Token,
    Field::Key,
    Field::Value,
    Field::CaCert,
    Field::Timeout,
];

/// The fields behind the Advanced line.
pub const ADVANCED: [Field; 2] = [Field::CaCert, Field::Timeout];

impl Form {
    /// An empty form, with the URL filled in where one is suggested.
    #[must_use]
    pub fn register(url: Option<&str>) -> Self {
        let draft = Draft { url: url.unwrap_or_default().to_owned(), ..Draft::default() };
        let mut form = Self::with(Purpose::Register, &draft);
        // A suggested URL is not something that was typed and could be lost.
        form.pristine = form.draft();
        form
    }

    /// A form with everything filled in but the secret, which stays as it is when it is left empty.
    #[must_use]
    pub fn edit(generation: u64, registered: Option<Settings>, mut draft: Draft) -> Self {
        if let Some(secret) = draft.auth_type.secret_field().and_then(|field| draft.secret_mut(field)) {
            *secret = Secret::default();
        }
        let mut form = Self::with(Purpose::Edit { generation, registered: registered.map(Box::new) }, &draft);
        form.advanced = !draft.ca_cert.is_empty() || !draft.timeout_s.is_empty();
        if matches!(form.purpose, Purpose::Edit { registered: None, .. })
            && let Some(field) = draft.auth_type.secret_field()
        {
            form.go(Focus::Field(field));
        }
        form
    }

    fn with(purpose: Purpose, draft: &Draft) -> Self {
        let texts = TEXTS.map(|field| {
            TextField::new(match field {
                Field::HeaderKey => &draft.header_key,
                Field::SigningSecret => draft.signing_secret.expose(),
                Field::Username => &draft.username,
                Field::Password => draft.password.expose(),
                Field::Token => draft.token.expose(),
                Field::Key => &draft.key,
                Field::Value => draft.value.expose(),
                Field::CaCert => &draft.ca_cert,
                Field::Timeout => &draft.timeout_s,
                _ => &draft.url,
            })
        });
        Self {
            purpose,
            focus: Focus::Field(Field::Url),
            errors: Vec::new(),
            notes: Vec::new(),
            revealed: None,
            generated: false,
            saving: None,
            problem: None,
            advanced: false,
            auth_type: draft.auth_type,
            format: draft.format,
            add_to: draft.add_to,
            texts,
            pristine: draft.clone(),
        }
    }

    /// Puts a URL in, as if it had been typed.
    pub fn suggest_url(&mut self, url: &str) {
        if let Some(input) = self.text_mut(Field::Url) {
            *input = TextField::new(url);
        }
    }

    /// What is typed, as it stands.
    #[must_use]
    pub fn draft(&self) -> Draft {
        let text = |field| self.text(field).map(TextField::text).unwrap_or_default().to_owned();
        let secret = |field| Secret::new(text(field));
        Draft {
            url: text(Field::Url),
            auth_type: self.auth_type,
            header_key: text(Field::HeaderKey),
            signing_secret: secret(Field::SigningSecret),
            format: self.format,
            username: text(Field::Username),
            password: secret(Field::Password),
            token: secret(Field::Token),
            key: text(Field::Key),
            value: secret(Field::Value),
            add_to: self.add_to,
            ca_cert: text(Field::CaCert),
            timeout_s: text(Field::Timeout),
        }
    }

    /// The draft with an untouched secret put in: what is checked and saved.
    #[must_use]
    pub fn complete(&self) -> Draft {
        match &self.purpose {
            Purpose::Edit { registered: Some(settings), .. } => self.draft().keeping(settings),
            _ => self.draft(),
        }
    }

    /// Whether anything was typed or chosen that closing would lose.
    #[must_use]
    pub fn is_dirty(&self) -> bool {
        self.draft() != self.pristine
    }

    /// Whether it changes a registered destination.
    #[must_use]
    pub const fn is_edit(&self) -> bool {
        matches!(self.purpose, Purpose::Edit { .. })
    }

    /// Whether that secret, left empty, stays as it is.
    #[must_use]
    pub fn is_unchanged(&self, field: Field) -> bool {
        let kept = match &self.purpose {
            Purpose::Edit { registered: Some(settings), .. } => settings.auth().secret().map(|(field, _)| field),
            _ => None,
        };
        kept == Some(field) && self.text(field).is_some_and(|text| text.text().is_empty())
    }

    /// The fields on show, in order.
    #[must_use]
    pub fn fields(&self) -> Vec<Field> {
        let mut fields = vec![Field::Url, Field::AuthType];
        fields.extend(self.auth_type.fields());
        if self.advanced {
            fields.extend(ADVANCED);
        }
        fields
    }

    /// Everything that can have the focus, in order.
    #[must_use]
    pub fn stops(&self) -> Vec<Focus> {
        let mut stops: Vec<_> = [Field::Url, Field::AuthType].into_iter().map(Focus::Field).collect();
        stops.extend(self.auth_type.fields().iter().copied().map(Focus::Field));
        stops.push(Focus::Advanced);
        if self.advanced {
            stops.extend(ADVANCED.map(Focus::Field));
        }
        stops.extend(FormButton::ALL.map(Focus::Button));
        stops
    }

    /// The chosen auth type.
    #[must_use]
    pub const fn auth_type(&self) -> AuthType {
        self.auth_type
    }

    /// The chosen format.
    #[must_use]
    pub const fn format(&self) -> Format {
        self.format
    }

    /// The chosen place of an API key.
    #[must_use]
    pub const fn add_to(&self) -> AddTo {
        self.add_to
    }

    /// The text field of that name, if it is one.
    #[must_use]
    pub fn text(&self, field: Field) -> Option<&TextField> {
        TEXTS.iter().position(|&f| f == field).map(|at| &self.texts[at])
    }

    fn text_mut(&mut self, field: Field) -> Option<&mut TextField> {
        TEXTS.iter().position(|&f| f == field).map(|at| &mut self.texts[at])
    }

    /// The text field that has the focus.
    pub fn focused_text(&mut self) -> Option<(Field, &mut TextField)> {
        match self.focus {
            Focus::Field(field) => self.text_mut(field).map(|text| (field, text)),
            _ => None,
        }
    }

    /// The secret field of the chosen auth type: each has one at most.
    #[must_use]
    pub fn secret(&self) -> Option<Field> {
        self.auth_type().fields().iter().copied().find(|field| field.is_secret())
    }

    /// Shows the secret, and goes to it: it is shown only where one is. Hides it again.
    pub fn reveal(&mut self) {
        if self.revealed.take().is_none()
            && let Some(secret) = self.secret()
        {
            self.go(Focus::Field(secret));
            self.revealed = Some(secret);
        }
    }

    /// Moves the focus by so many stops, around the ends.
    pub fn step(&mut self, by: isize) {
        let stops = self.stops();
        let at = stops.iter().position(|&stop| stop == self.focus).unwrap_or(0);
        let count = stops.len().cast_signed();
        let next = (at.cast_signed() + by).rem_euclid(count).cast_unsigned();
        self.go(stops[next]);
    }

    /// Puts the focus there. A secret that was shown is hidden when the focus leaves it.
    pub fn go(&mut self, to: Focus) {
        if self.focus != to {
            self.focus = to;
            self.revealed = None;
        }
    }

    /// Moves a choice by one, without wrapping. Returns whether it moved.
    pub fn choose(&mut self, by: isize) -> bool {
        let moved = match self.focus {
            Focus::Field(Field::AuthType) => moved(&AuthType::ALL, &mut self.auth_type, by),
            Focus::Field(Field::Format) => moved(&Format::ALL, &mut self.format, by),
            Focus::Field(Field::AddTo) => moved(&AddTo::ALL, &mut self.add_to, by),
            _ => false,
        };
        if moved {
            self.touched_choice();
        }
        moved
    }

    /// Errors that hang on a choice are gone with it; the next try to save finds what is left.
    fn touched_choice(&mut self) {
        let Focus::Field(field) = self.focus else { return };
        match field {
            Field::AuthType => self.errors.retain(|error| error.field == Some(Field::Url)),
            Field::Format => self.errors.retain(|error| !matches!(error.field, Some(Field::SigningSecret | Field::HeaderKey))),
            _ => self.errors.retain(|error| !matches!(error.field, Some(Field::Key | Field::Value))),
        }
    }

    /// After a change of a text: its error and notes no longer hold.
    pub fn touched(&mut self, field: Field) {
        self.errors.retain(|error| error.field != Some(field));
        self.notes.retain(|note| note.field != field);
        self.problem = None;
        if field == Field::SigningSecret {
            self.generated = false;
        }
    }

    /// Pastes into the focused text field. Outer blanks of a URL, token, key or value are taken off, and "Bearer " of a
    /// token; a final line break of anything. Says so under the field.
    pub fn paste(&mut self, text: &str) {
        let Some((field, input)) = self.focused_text() else { return };
        let (clean, said) = cleaned(field, text, input.text().is_empty());
        let result = input.paste(clean);
        self.touched(field);
        match result {
            Ok(()) => self.notes.extend(said.map(|said| Notice::new(field, said))),
            Err(Refusal(why)) => self.notes.push(Notice::new(field, why)),
        }
    }

    /// Fills in a generated secret, and shows it. Returns false, and does nothing, when the focus has moved on since it was
    /// asked for.
    pub fn generated(&mut self, secret: &Secret) -> bool {
        if self.focus != Focus::Field(Field::SigningSecret) || self.saving.is_some() {
            return false;
        }
        let Some(input) = self.text_mut(Field::SigningSecret) else { return false };
        input.clear();
        *input = TextField::new(secret.expose());
        self.touched(Field::SigningSecret);
        self.generated = true;
        self.revealed = Some(Field::SigningSecret);
        true
    }

    /// Takes the errors of a try to save: shows them all and goes to the first.
    pub fn refuse(&mut self, errors: Vec<FieldError>) {
        if let Some(first) = errors.first().and_then(|error| error.field) {
            self.advanced |= errors.iter().any(|error| error.field.is_some_and(|field| ADVANCED.contains(&field)));
            self.go(Focus::Field(first));
        }
        self.errors = errors;
    }

    /// The error under a field.
    #[must_use]
    pub fn error(&self, field: Field) -> Option<&FieldError> {
        self.errors.iter().find(|error| error.field == Some(field))
    }
}

fn moved<T: Copy + PartialEq>(all: &[T], value: &mut T, by: isize) -> bool {
    let at = all.iter().position(|option| option == value).unwrap_or(0);
    let next = at.saturating_add_signed(by).min(all.len() - 1);
    *value = all[next];
    next != at
}

/// A pasted text as it goes into a field, and what is said of the change. "Bearer " is only taken off at the beginning of
/// an empty field: in the middle of a text it was meant.
fn cleaned(field: Field, text: &str, empty: bool) -> (&str, Option<String>) {
    let trims = !matches!(field, Field::Password | Field::SigningSecret | Field::Username);
    if !trims {
        let clean = text.strip_suffix("\r\n").or_else(|| text.strip_suffix(['\n', '\r'])).unwrap_or(text);
        let said = (clean.len() != text.len()).then(|| "the line break at the end of the paste was taken off".to_owned());
        return (clean, said);
    }
    let clean = text.trim();
    let blanks = clean.len() != text.len();
    let (clean, bearer) = if field == Field::Token && empty { without_bearer(clean) } else { (clean, false) };
    let said = match (blanks, bearer) {
        (false, false) => None,
        (true, false) => Some("blanks around the paste were taken off".to_owned()),
        (false, true) => Some("the leading \"Bearer \" was taken off; it is added when sending".to_owned()),
        (true, true) => Some("blanks and the leading \"Bearer \" were taken off; it is added when sending".to_owned()),
    };
    (clean, said)
}
