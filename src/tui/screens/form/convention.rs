//! The choice of the service whose receivers are sent to. It fills in format, header key and headers, and remembers what was there
//! before; everything stays editable. Which one is chosen follows from what is entered.

use crate::domain::auth::hmac;
use crate::domain::convention::{ALL, Convention};
use crate::domain::draft::Draft;
use crate::domain::field::{Field, HEADERS};
use crate::tui::screens::form::state::Form;

impl Form {
    /// Whether there is such a choice for the auth type.
    #[must_use]
    pub fn has_conventions(&self) -> bool {
        self.auth_type() == hmac::SPEC
    }

    /// Moves the choice, without wrapping. Returns whether it moved.
    pub(super) fn choose_convention(&mut self, by: isize) -> bool {
        let at = place(&self.draft());
        let next = at.saturating_add_signed(by).min(ALL.len());
        if next == at {
            return false;
        }
        let mut draft = self.draft();
        if at == 0 {
            self.own = filled().map(|field| (field, draft.text(field).to_owned())).collect();
        }
        match next.checked_sub(1) {
            Some(chosen) => ALL[chosen].fill(&mut draft),
            None => {
                Convention::remove_headers(&mut draft);
                for field in filled() {
                    let own = self.own.iter().find(|(own, _)| *own == field).map_or("", |(_, text)| text.as_str());
                    draft.set(field, own);
                }
            }
        }
        for field in filled() {
            self.inputs.set(field, draft.text(field));
        }
        self.inputs.set_headers(draft.headers());
        self.touched(HEADERS);
        self.touched_choice(hmac::FORMAT);
        true
    }
}

/// The place of the service whose convention a draft follows; 0 is none.
pub(super) fn place(draft: &Draft) -> usize {
    Convention::of(draft).and_then(|chosen| ALL.iter().position(|own| *own == chosen)).map_or(0, |at| at + 1)
}

/// What a place in the choice is called.
pub(super) fn label(place: usize) -> &'static str {
    place.checked_sub(1).map_or("any", |at| ALL[at].label)
}

/// The fields that a convention fills in.
fn filled() -> impl Iterator<Item = Field> {
    hmac::SPEC.fields.iter().copied().filter(|field| !field.is_secret())
}
