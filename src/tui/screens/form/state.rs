//! The Register and Edit popup: fields that follow the auth type, focus, errors and notes. Pure.

use crate::domain::auth::{self, AuthType};
use crate::domain::destination::Settings;
use crate::domain::draft::Draft;
use crate::domain::field::{AUTH, CA_CERT, Field, FieldError, Notice, TIMEOUT, URL, Values};
use crate::domain::secret::Secret;
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
        matches!(self, Self::Field(field) if field.is_choice())
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
    choices: Values,
    texts: Vec<(Field, TextField)>,
    pristine: Draft,
    /// What is worth knowing about what is typed. Made anew at each change, not at each frame.
    notices: Vec<Notice>,
}

/// The fields behind the Advanced line.
pub const ADVANCED: [Field; 2] = [CA_CERT, TIMEOUT];

/// Every field that is typed into.
fn text_fields() -> impl Iterator<Item = Field> {
    let of_auth = auth::ALL.into_iter().flat_map(|auth_type| auth_type.fields).copied();
    [URL].into_iter().chain(of_auth).chain(ADVANCED).filter(|field| !field.is_choice())
}

impl Form {
    /// An empty form, with the URL filled in where one is suggested.
    #[must_use]
    pub fn register(url: Option<&str>) -> Self {
        // A suggested URL is not something that was typed and could be lost.
        Self::with(Purpose::Register, Draft::default().with(URL, url.unwrap_or_default()))
    }

    /// A form with everything filled in but the secrets, which stay as they are when they are left empty.
    #[must_use]
    pub fn edit(generation: u64, registered: Option<Settings>, mut draft: Draft) -> Self {
        draft.forget_secrets();
        let advanced = ADVANCED.iter().any(|field| !draft.text(field).is_empty());
        let secret = draft.auth_type().secret_fields().next();
        let mut form = Self::with(Purpose::Edit { generation, registered: registered.map(Box::new) }, draft);
        form.advanced = advanced;
        if matches!(form.purpose, Purpose::Edit { registered: None, .. })
            && let Some(field) = secret
        {
            form.go(Focus::Field(field));
        }
        form
    }

    fn with(purpose: Purpose, draft: Draft) -> Self {
        let mut form = Self {
            purpose,
            focus: Focus::Field(URL),
            errors: Vec::new(),
            notes: Vec::new(),
            revealed: None,
            generated: false,
            saving: None,
            problem: None,
            advanced: false,
            auth_type: draft.auth_type(),
            choices: Values::default(),
            texts: text_fields().map(|field| (field, TextField::new(draft.text(field)))).collect(),
            pristine: draft,
            notices: Vec::new(),
        };
        for field in form.auth_type.fields.iter().filter(|field| field.is_choice()) {
            form.choices.set(field, form.pristine.text(field));
        }
        form.examine();
        form
    }

    fn examine(&mut self) {
        self.notices = self.draft().notices();
    }

    /// Puts a URL in, as if it had been typed.
    pub fn suggest_url(&mut self, url: &str) {
        if let Some(input) = self.text_mut(URL) {
            *input = TextField::new(url);
        }
        self.examine();
    }

    /// What is typed, as it stands.
    #[must_use]
    pub fn draft(&self) -> Draft {
        let mut draft = Draft::new(self.auth_type);
        for (field, text) in &self.texts {
            draft.set(field, text.text());
        }
        for field in auth::ALL.into_iter().flat_map(|auth_type| auth_type.fields).filter(|field| field.is_choice()) {
            draft.set(field, self.choices.text(field));
        }
        draft
    }

    /// What is worth knowing about what is typed.
    #[must_use]
    pub fn notices(&self) -> &[Notice] {
        &self.notices
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
        self.auth_type != self.pristine.auth_type()
            || self.texts.iter().any(|(field, text)| text.text() != self.pristine.text(field))
            || auth::ALL
                .into_iter()
                .flat_map(|auth_type| auth_type.fields)
                .any(|field| field.is_choice() && self.choices.text(field) != self.pristine.text(field))
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
            Purpose::Edit { registered: Some(settings), .. } => settings.auth().auth_type().fields.contains(&field),
            Purpose::Edit { registered: None, .. } | Purpose::Register => false,
        };
        kept && field.is_secret() && self.text(field).is_some_and(|text| text.text().is_empty())
    }

    /// The fields on show, in order.
    #[must_use]
    pub fn fields(&self) -> Vec<Field> {
        let mut fields = vec![URL, AUTH];
        fields.extend(self.auth_type.fields);
        if self.advanced {
            fields.extend(ADVANCED);
        }
        fields
    }

    /// Everything that can have the focus, in order.
    #[must_use]
    pub fn stops(&self) -> Vec<Focus> {
        let mut stops: Vec<_> = [URL, AUTH].into_iter().map(Focus::Field).collect();
        stops.extend(self.auth_type.fields.iter().copied().map(Focus::Field));
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

    /// The options of a choice, by their labels.
    pub fn options(&self, field: Field) -> impl Iterator<Item = &'static str> {
        let types: &[AuthType] = if field == AUTH { &auth::ALL } else { &[] };
        types.iter().map(|auth_type| auth_type.label).chain(field.options().iter().map(|option| option.label))
    }

    /// The option that is chosen, by its place.
    #[must_use]
    pub fn chosen(&self, field: Field) -> usize {
        if field == AUTH {
            auth::ALL.iter().position(|&auth_type| auth_type == self.auth_type).unwrap_or(0)
        } else {
            self.choices.choice(field)
        }
    }

    /// The value that an empty field means.
    #[must_use]
    pub fn default(&self, field: Field) -> Option<&'static str> {
        (field.default)(&self.choices)
    }

    /// The text field of that name, if it is one.
    #[must_use]
    pub fn text(&self, field: Field) -> Option<&TextField> {
        self.texts.iter().find(|(own, _)| *own == field).map(|(_, text)| text)
    }

    fn text_mut(&mut self, field: Field) -> Option<&mut TextField> {
        self.texts.iter_mut().find(|(own, _)| *own == field).map(|(_, text)| text)
    }

    /// The text field that has the focus.
    pub fn focused_text(&mut self) -> Option<(Field, &mut TextField)> {
        match self.focus {
            Focus::Field(field) => self.text_mut(field).map(|text| (field, text)),
            _ => None,
        }
    }

    /// The secret field to reveal: the one that has the focus, or the first of the auth type.
    #[must_use]
    pub fn secret(&self) -> Option<Field> {
        match self.focus {
            Focus::Field(field) if field.is_secret() => Some(field),
            _ => self.auth_type.secret_fields().next(),
        }
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
        let Focus::Field(field) = self.focus else { return false };
        let at = self.chosen(field);
        let next = at.saturating_add_signed(by).min(self.options(field).count().saturating_sub(1));
        let moved = next != at;
        if moved && field == AUTH {
            self.auth_type = auth::ALL[next];
        } else if moved {
            self.choices.set(field, field.options()[next].name);
        }
        if moved {
            self.touched_choice();
        }
        moved
    }

    /// Errors that hang on a choice are gone with it; the next try to save finds what is left.
    fn touched_choice(&mut self) {
        let Focus::Field(field) = self.focus else { return };
        let chosen_with = self.auth_type.fields;
        self.errors.retain(|error| {
            if field == AUTH { error.field == Some(URL) } else { error.field.is_none_or(|field| !chosen_with.contains(&field)) }
        });
        self.examine();
    }

    /// After a change of a text: its error and notes no longer hold.
    pub fn touched(&mut self, field: Field) {
        self.errors.retain(|error| error.field != Some(field));
        self.notes.retain(|note| note.field != field);
        self.problem = None;
        if field.can_be_generated() {
            self.generated = false;
        }
        self.examine();
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
        let Focus::Field(field) = self.focus else { return false };
        if !field.can_be_generated() || self.saving.is_some() {
            return false;
        }
        let Some(input) = self.text_mut(field) else { return false };
        *input = TextField::new(secret.expose());
        self.touched(field);
        self.generated = true;
        self.revealed = Some(field);
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

/// A pasted text as it goes into a field, and what is said of the change. What does not belong to a value is only removed where
/// the field is empty: in the middle of a text it was meant.
fn cleaned(field: Field, text: &str, empty: bool) -> (&str, Option<String>) {
    if !field.trim {
        let clean = text.strip_suffix("\r\n").or_else(|| text.strip_suffix(['\n', '\r'])).unwrap_or(text);
        let said = (clean.len() != text.len()).then(|| "the line break at the end of the paste was removed".to_owned());
        return (clean, said);
    }
    let trimmed = text.trim();
    let spaces = (trimmed.len() != text.len()).then_some("whitespace around the paste was removed");
    let (clean, notice) = if empty { (field.clean)(trimmed) } else { (trimmed, None) };
    let said = spaces.into_iter().chain(notice).collect::<Vec<_>>().join(", and ");
    (clean, (!said.is_empty()).then_some(said))
}
