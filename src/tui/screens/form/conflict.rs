//! An edit that another waypost's edit came between: what was not touched follows the other one, what was typed stays, and the form
//! says what is different.

use crate::domain::auth;
use crate::domain::destination::Settings;
use crate::domain::draft::Draft;
use crate::domain::field::{AUTH, Field, HEADERS, Notice, OPTIONAL, URL};
use crate::domain::text::{ellipsis, visible};
use crate::tui::screens::form::state::{Form, Purpose};

impl Form {
    /// Whether it edits another generation of the state file.
    #[must_use]
    pub fn is_behind(&self, generation: u64) -> bool {
        matches!(self.purpose, Purpose::Edit { generation: own, .. } if own != generation) && self.saving.is_none()
    }

    /// Takes what another waypost made of the registration. From then on a save replaces that.
    pub fn follow(&mut self, generation: u64, registered: Option<Settings>, draft: Draft) {
        let fresh = Self::edit(generation, registered, draft);
        let mut changed: Vec<&'static str> = Vec::new();
        self.follow_auth_type(&fresh, &mut changed);
        let of_auth = auth::ALL.into_iter().flat_map(|auth_type| auth_type.fields).copied();
        for field in [URL].into_iter().chain(of_auth).chain(OPTIONAL) {
            let is_other =
                if field.is_secret() { self.has_other_secret(&fresh, field) } else { self.follow_field(&fresh, field) };
            if is_other {
                changed.push(field.label);
            }
        }
        if self.follow_headers(&fresh) {
            changed.push(HEADERS.label);
        }
        self.purpose = fresh.purpose;
        self.pristine = fresh.pristine;
        self.errors.clear();
        self.missing.clear();
        self.examine();
        let what = match changed.as_slice() {
            [] => "Another waypost saved the destination, with the same settings.".to_owned(),
            changed => format!("Another waypost changed the destination: {}.", changed.join(", ")),
        };
        self.problem = None;
        self.followed =
            Some(format!("{what} What you entered is kept; the rest is as it is registered now. Check it, then save."));
    }

    /// Takes that another waypost removed the destination. From then on a save registers it.
    pub fn outlive(&mut self) {
        self.purpose = Purpose::Register;
        self.pristine = Draft::default();
        self.problem = None;
        let text = "Another waypost removed the destination. What you entered is kept; its secret was erased. Enter it to register again.";
        self.followed = Some(text.to_owned());
        self.examine();
    }

    fn follow_auth_type(&mut self, fresh: &Self, changed: &mut Vec<&'static str>) {
        let (before, now) = (self.pristine.auth_type(), fresh.pristine.auth_type());
        if before == now {
            return;
        }
        changed.push(AUTH.label);
        if self.auth_type() == before {
            self.inputs.choose_auth(now);
        } else if self.auth_type() != now {
            self.kept(AUTH, now.label);
        }
    }

    /// Returns whether it was changed.
    fn follow_field(&mut self, fresh: &Self, field: Field) -> bool {
        let (before, now) = (self.pristine.text(field).to_owned(), fresh.pristine.text(field));
        if before == now {
            return false;
        }
        let entered = self.draft().text(field).to_owned();
        if entered == before {
            self.inputs.set(field, now);
        } else if entered != now {
            let shown = field.options().iter().find(|option| option.name == now).map_or(now, |option| option.label);
            self.kept(field, &field.shown(shown));
        }
        true
    }

    fn follow_headers(&mut self, fresh: &Self) -> bool {
        let (before, now) = (self.pristine.headers().to_vec(), fresh.pristine.headers());
        if before == now {
            return false;
        }
        let entered = self.draft().headers().to_vec();
        if entered == before {
            self.inputs.set_headers(now);
        } else if entered != now {
            let names: Vec<&str> = now.iter().map(|header| header.name.as_str()).collect();
            self.kept(HEADERS, &names.join(", "));
        }
        true
    }

    /// Whether both have a secret for the field, and not the same, as far as the app knows them.
    fn has_other_secret(&self, fresh: &Self, field: Field) -> bool {
        let known = |form: &Self| match &form.purpose {
            Purpose::Edit { registered: Some(settings), .. } => Some(settings.auth().values().secret(field).clone()),
            Purpose::Edit { registered: None, .. } | Purpose::Register => None,
        };
        known(self).zip(known(fresh)).is_some_and(|(before, now)| !before.is_empty() && !now.is_empty() && before != now)
    }

    fn kept(&mut self, field: Field, now: &str) {
        let now = if now.is_empty() { "nothing".to_owned() } else { ellipsis(&visible(now), 60).into_owned() };
        self.notes.retain(|note| note.field != field);
        self.notes.push(Notice::new(field, format!("another waypost made it {now}; what you entered is kept")));
    }
}
