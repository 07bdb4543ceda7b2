//! How long the old secret stays valid when an edit replaces it.

use crate::domain::auth::hmac;
use crate::domain::rotation::{KeepOld, PERIODS, carries_two};
use crate::tui::screens::form::state::{Form, Purpose};
use crate::tui::widgets::text_field::TextField;

impl Form {
    /// Whether an edit replaces the secret of a format that can carry two signatures.
    #[must_use]
    pub fn can_keep_old(&self) -> bool {
        let Purpose::Edit { registered: Some(settings), .. } = &self.purpose else { return false };
        let is_replaced = || self.inputs.text(hmac::SIGNING_SECRET).map(TextField::text).is_some_and(|text| !text.is_empty());
        self.auth_type() == hmac::SPEC && carries_two(settings.auth(), self.inputs.choices()) && is_replaced()
    }

    /// What becomes of the old secret.
    #[must_use]
    pub fn keeps(&self) -> KeepOld {
        if self.can_keep_old() { KeepOld::For(PERIODS[self.keep_old].0) } else { KeepOld::IfPossible }
    }

    /// Moves the choice of the period, without wrapping. Returns whether it moved.
    pub(super) fn choose_period(&mut self, by: isize) -> bool {
        let next = self.keep_old.saturating_add_signed(by).min(PERIODS.len() - 1);
        std::mem::replace(&mut self.keep_old, next) != next
    }
}
