//! How the focus moves through the form, and the cursor through the auth types.

use crate::domain::auth;
use crate::domain::field::{AUTH, Field, HEADERS, OPTIONAL, URL};
use crate::domain::problem::IS_REQUIRED;
use crate::tui::screens::form::focus::{Focus, FormButton};
use crate::tui::screens::form::state::Form;

impl Form {
    /// Everything that can have the focus, in order.
    #[must_use]
    pub fn stops(&self) -> Vec<Focus> {
        let mut stops: Vec<_> = [URL, AUTH].into_iter().map(Focus::Field).collect();
        if self.has_conventions() {
            stops.push(Focus::Convention);
        }
        for field in self.auth_type().fields.iter().filter(|field| self.inputs.applies(field)) {
            stops.push(Focus::Field(field));
            if field.is_secret() && self.can_keep_old() {
                stops.push(Focus::KeepOld);
            }
        }
        stops.push(Focus::More);
        if self.unfolded {
            stops.extend(self.header_stops());
            stops.extend(OPTIONAL.map(Focus::Field));
        }
        stops.extend(FormButton::ALL.map(Focus::Button));
        stops
    }

    /// Moves the focus by that many stops, wrapping at the ends.
    pub fn step(&mut self, by: isize) {
        let stops = self.stops();
        let next = (self.place(&stops).cast_signed() + by).rem_euclid(stops.len().cast_signed());
        self.go(stops[next.cast_unsigned()]);
    }

    /// Moves by an arrow: to the next option of the auth type, at its ends and elsewhere to the next stop. Returns whether
    /// anything moved.
    pub fn arrow(&mut self, by: isize) -> bool {
        if self.focus.is_group() {
            let next = self.option.checked_add_signed(by).filter(|&next| next < auth::ALL.len());
            if let Some(next) = next {
                self.option = next;
                return true;
            }
        }
        let stops = self.stops();
        let next = self.place(&stops).checked_add_signed(by).and_then(|next| stops.get(next).copied());
        next.is_some_and(|next| {
            self.go(next);
            true
        })
    }

    fn place(&self, stops: &[Focus]) -> usize {
        stops.iter().position(|&stop| stop == self.focus).unwrap_or(0)
    }

    /// Moves the focus there. A secret that was shown is hidden when the focus leaves it, and what was left is checked.
    pub fn go(&mut self, to: Focus) {
        if self.focus == to {
            return;
        }
        let from = std::mem::replace(&mut self.focus, to);
        self.revealed = None;
        self.comparing = false;
        if to.is_group() {
            self.option = self.inputs.chosen(AUTH);
        }
        self.close_header();
        if let Focus::Field(field) = from {
            self.review(field);
        }
    }

    /// Puts the cursor of the focused text at what is shown in that column of it.
    pub fn go_to_column(&mut self, column: usize) {
        let hidden = match self.focus {
            Focus::Field(field) => self.hidden(field),
            Focus::Header(at, _) => self.hidden_header(at),
            _ => return,
        };
        if let Some((_, input)) = self.focused_text() {
            input.go_to_column(column, &hidden);
        }
    }

    /// Chooses the auth type under the cursor. Returns whether another one was chosen.
    pub fn choose_auth(&mut self) -> bool {
        let chosen = self.inputs.choose_auth(auth::ALL[self.option]);
        if chosen {
            self.touched_choice(AUTH);
        }
        chosen
    }

    /// Unfolds the rarely used fields, and goes to the first; or folds them again.
    pub fn unfold(&mut self) {
        self.unfolded = !self.unfolded;
        if self.unfolded {
            self.step(1);
        }
    }

    /// Says what is wrong with a text that was left, as far as it depends on nothing that follows.
    fn review(&mut self, field: Field) {
        // What is registered was checked.
        let is_kept =
            self.is_edit() && self.is_pristine(field) && (self.is_unchanged(field) || !self.pristine.text(field).is_empty());
        if field.is_choice() || field == HEADERS || is_kept || self.error(field).is_some() || self.missing.contains(&field) {
            return;
        }
        let found = self.complete().check().err().into_iter().flatten().find(|error| error.field == Some(field));
        match found {
            Some(error) if error.what == IS_REQUIRED => self.missing.push(field),
            found => self.errors.extend(found),
        }
    }
}
