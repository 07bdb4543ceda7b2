//! What the Register and Edit popup knows: inputs that follow the auth type, focus, errors and notes.

use std::cell::OnceCell;

use crate::domain::auth::AuthType;
use crate::domain::destination::Settings;
use crate::domain::draft::Draft;
use crate::domain::field::{AUTH, Field, HEADERS, Notice, OPTIONAL, URL};
use crate::domain::import::is_curl;
use crate::domain::rotation::DEFAULT_PERIOD;
use crate::domain::url::credential;
use crate::ops::{Problem, demo};
use crate::tui::msg::Id;
use crate::tui::screens::form::focus::Focus;
use crate::tui::screens::form::inputs::Inputs;
use crate::tui::screens::form::paste::{PastedCommand, cleaned};
use crate::tui::screens::test::state::TestPopup;
use crate::tui::widgets::text_field::{Refusal, TextField};

/// What the form is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// There is no destination yet.
    Register,
    Edit {
        /// Of the state file, when the form was opened.
        generation: u64,
        /// `None` when the secret has to be entered again.
        registered: Option<Box<Settings>>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Saving {
    /// Of the effect.
    pub id: Id,
    /// Whether a test delivery follows.
    pub then_test: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Form {
    pub purpose: Purpose,
    pub focus: Focus,
    /// The auth type that the cursor is on, while the focus is there.
    pub option: usize,
    /// What was typed and chosen.
    pub inputs: Inputs,
    /// Whether the rarely used fields are shown.
    pub unfolded: bool,
    /// Whether the formats are listed beside each other.
    pub comparing: bool,
    /// How long a replaced secret stays valid: its place among the periods.
    pub keep_old: usize,
    /// The header whose inputs are shown.
    pub open_header: Option<usize>,
    /// The secret field whose text is shown; for the value of a secret header, the list of them.
    pub revealed: Option<Field>,
    /// A secret was generated in this form, and has to be carried to the receiver.
    pub generated: bool,
    /// Shown below their fields since the last attempt to save.
    pub errors: Vec<Problem>,
    /// Fields that were left empty and need a value.
    pub missing: Vec<Field>,
    /// What was done to an input, or refused; shown below its field.
    pub notes: Vec<Notice>,
    /// What is worth knowing about the inputs. Made when it is first shown after a change: of thousands of keys that come at once,
    /// only the last is shown.
    examined: OnceCell<(Draft, Vec<Notice>)>,
    pub saving: Option<Saving>,
    /// The delivery that it is to fix: where it leads back to, and what a save sends again.
    pub fixes: Option<Box<TestPopup>>,
    /// What a pasted curl command brought.
    pub pasted: Option<PastedCommand>,
    /// What was entered before a service was chosen.
    pub own: Vec<(Field, String)>,
    /// The completion of a path that is waited for.
    pub completing: Option<Id>,
    /// The names that complete the path in that field, in words.
    pub candidates: Option<(Field, String)>,
    /// The corrected secret that is waited for.
    pub correcting: Option<Id>,
    /// What another waypost made of the registration while the form was open.
    pub followed: Option<String>,
    /// Why the last save failed.
    pub problem: Option<Problem>,
    pub(super) pristine: Draft,
    /// The same with the values that a fix proposed, which are no loss.
    pub(super) proposed: Option<Draft>,
    /// The notices about what is registered.
    known: Vec<Notice>,
}

impl Form {
    /// An empty form, with the URLs of the demo's receiver filled in where there is one.
    #[must_use]
    pub fn register(url: Option<&str>) -> Self {
        // A suggested URL was not typed and is no loss.
        Self::with(Purpose::Register, url.map(demo::suggested).unwrap_or_default())
    }

    /// A form with everything filled in but the secrets, which stay as they are when they are left empty.
    #[must_use]
    pub fn edit(generation: u64, registered: Option<Settings>, mut draft: Draft) -> Self {
        draft.forget_secrets();
        match &registered {
            // Left as it is, it is kept; like a secret, it is not in the app.
            Some(settings) => settings.masked_values().into_iter().for_each(|(field, _, shown)| draft.set(field, shown)),
            None => {
                for field in draft.fields().filter(|field| !field.is_secret()) {
                    if credential::is_masked(draft.text(field)) {
                        draft.set(field, "");
                    }
                }
            }
        }
        let locked = registered.is_none();
        let mut form = Self::with(Purpose::Edit { generation, registered: registered.map(Box::new) }, draft);
        form.unfolded = !form.pristine.headers().is_empty() || OPTIONAL.iter().any(|field| !form.pristine.text(field).is_empty());
        if locked
            && !form.pristine.text(URL).is_empty()
            && let Some(field) = form.auth_type().secret_fields().next()
        {
            form.go(Focus::Field(field));
        }
        form
    }

    fn with(purpose: Purpose, draft: Draft) -> Self {
        let mut form = Self {
            purpose,
            focus: Focus::Field(URL),
            option: 0,
            inputs: Inputs::new(&draft),
            unfolded: false,
            comparing: false,
            keep_old: DEFAULT_PERIOD,
            open_header: None,
            revealed: None,
            generated: false,
            errors: Vec::new(),
            notes: Vec::new(),
            examined: OnceCell::new(),
            missing: Vec::new(),
            saving: None,
            fixes: None,
            pasted: None,
            own: Vec::new(),
            completing: None,
            candidates: None,
            correcting: None,
            followed: None,
            problem: None,
            pristine: draft,
            proposed: None,
            known: Vec::new(),
        };
        if form.is_edit() {
            form.known = form.complete_url().notices();
        }
        form.examine();
        form
    }

    /// What was entered, as a draft.
    #[must_use]
    pub fn draft(&self) -> Draft {
        self.inputs.draft()
    }

    /// The draft with an untouched secret put in: what is checked and saved.
    #[must_use]
    pub fn complete(&self) -> Draft {
        match &self.purpose {
            Purpose::Edit { registered: Some(settings), .. } => self.draft().keeping(settings),
            Purpose::Edit { registered: None, .. } | Purpose::Register => self.draft(),
        }
    }

    /// The draft with the registered URL in place of its masked form.
    fn complete_url(&self) -> Draft {
        let mut draft = self.draft();
        if let Purpose::Edit { registered: Some(settings), .. } = &self.purpose {
            draft.keep_masked(settings);
        }
        draft
    }

    /// Whether a field is as it was when the form was opened.
    pub(super) fn is_pristine(&self, field: Field) -> bool {
        self.inputs.text(field).is_none_or(|input| input.text() == self.pristine.text(field))
    }

    /// Whether anything was typed or chosen that closing would lose.
    #[must_use]
    pub fn is_dirty(&self) -> bool {
        self.inputs.differ_from(&self.pristine) && self.proposed.as_ref().is_none_or(|proposed| self.inputs.differ_from(proposed))
    }

    /// Whether it changes a registered destination.
    #[must_use]
    pub const fn is_edit(&self) -> bool {
        matches!(self.purpose, Purpose::Edit { .. })
    }

    #[must_use]
    pub const fn auth_type(&self) -> AuthType {
        self.inputs.auth_type()
    }

    /// Whether that secret, left empty, stays as it is.
    #[must_use]
    pub fn is_unchanged(&self, field: Field) -> bool {
        let kept = match &self.purpose {
            Purpose::Edit { registered: Some(settings), .. } => settings.auth().auth_type().fields.contains(&field),
            Purpose::Edit { registered: None, .. } | Purpose::Register => false,
        };
        kept && field.is_secret() && self.inputs.text(field).is_some_and(|text| text.text().is_empty())
    }

    /// Whether the text of a field is the registered one with dots for its credential, which stays if it is left so.
    #[must_use]
    pub fn is_kept_masked(&self, field: Field) -> bool {
        let Purpose::Edit { registered: Some(settings), .. } = &self.purpose else { return false };
        let text = || self.inputs.text(field).map(TextField::text);
        settings.masked_values().iter().any(|(own, _, shown)| *own == field && text() == Some(shown))
    }

    /// The error below a field.
    #[must_use]
    pub fn error(&self, field: Field) -> Option<&Problem> {
        self.errors.iter().find(|error| error.field == Some(field))
    }

    /// The text field that has the focus.
    pub fn focused_text(&mut self) -> Option<(Field, &mut TextField)> {
        match self.focus {
            Focus::Field(field) => self.inputs.text_mut(field).map(|text| (field, text)),
            Focus::Header(..) => self.focused_header_text().map(|text| (HEADERS, text)),
            Focus::Convention | Focus::KeepOld | Focus::AddHeader | Focus::More | Focus::Button(_) => None,
        }
    }

    /// Moves the focused choice, without wrapping. Returns whether it moved.
    pub fn choose(&mut self, by: isize) -> bool {
        match self.focus {
            Focus::Field(field) if field != AUTH => {
                let moved = self.inputs.choose(field, by);
                if moved {
                    self.touched_choice(field);
                }
                moved
            }
            Focus::Convention => self.choose_convention(by),
            Focus::KeepOld => self.choose_period(by),
            _ => self.choose_secrecy(by),
        }
    }

    /// Errors that depend on the choice are gone with it; the next attempt to save finds what is left.
    pub(super) fn touched_choice(&mut self, choice: Field) {
        let beside = self.auth_type().fields;
        self.errors.retain(|error| {
            if choice == AUTH { error.field == Some(URL) } else { error.field.is_none_or(|field| !beside.contains(&field)) }
        });
        self.examine();
    }

    /// After a change of a text, its error and notes no longer hold.
    pub fn touched(&mut self, field: Field) {
        self.errors.retain(|error| error.field != Some(field));
        self.notes.retain(|note| note.field != field);
        self.missing.retain(|own| *own != field);
        self.candidates = None;
        self.problem = None;
        if field.can_be_generated() {
            self.generated = false;
        }
        self.examine();
    }

    pub(super) fn examine(&mut self) {
        self.examined.take();
    }

    /// What is worth knowing about the inputs.
    pub fn notices(&self) -> &[Notice] {
        &self.examined().1
    }

    /// What was entered, as a draft with the registered URL in place of its masked form; and the notices about it.
    pub(super) fn examined(&self) -> &(Draft, Vec<Notice>) {
        self.examined.get_or_init(|| {
            let draft = self.complete_url();
            let mut notices = draft.notices();
            // Those about what is registered were given when it was saved.
            notices.retain(|notice| !self.known.contains(notice) || !self.is_pristine(notice.field));
            (draft, notices)
        })
    }

    /// Puts a URL in, as if it had been typed.
    pub fn suggest_url(&mut self, url: &str) {
        if let Some(input) = self.inputs.text_mut(URL) {
            *input = TextField::new(url);
        }
        self.examine();
    }

    /// Pastes into the focused text field. A note below it says what was removed, or why nothing was pasted.
    pub fn paste(&mut self, text: &str) {
        if self.focus == Focus::Field(URL) && is_curl(text) {
            return self.paste_command(text);
        }
        let Some((field, input)) = self.focused_text() else { return };
        let (clean, note) = cleaned(field, text, input.text().is_empty());
        let result = input.paste(clean);
        self.touched(field);
        match result {
            Ok(()) => self.notes.extend(note.map(|note| Notice::new(field, note))),
            Err(Refusal(why)) => self.notes.push(Notice::new(field, why)),
        }
    }

    /// Shows the errors of an attempt to save, and goes to the first.
    pub fn refuse(&mut self, errors: Vec<Problem>) {
        if let Some(first) = errors.first().and_then(|error| error.field) {
            let is_under_more = |field: Field| field == HEADERS || OPTIONAL.contains(&field);
            self.unfolded |= errors.iter().any(|error| error.field.is_some_and(is_under_more));
            if first == HEADERS {
                self.open_wrong_header();
            } else {
                self.go(Focus::Field(first));
            }
        }
        self.errors = errors;
    }
}
