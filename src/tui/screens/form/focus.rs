//! What can have the focus in the form.

use crate::domain::field::Field;

/// The buttons below the fields, in order.
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
    pub(crate) const ALL: [Self; 3] = [Self::Save, Self::SaveAndTest, Self::Cancel];
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Focus {
    Field(Field),
    /// The line that unfolds the rarely used fields.
    Advanced,
    Button(FormButton),
}

impl Focus {
    /// Whether it is a choice, which the arrows move through.
    pub(crate) const fn is_choice(self) -> bool {
        matches!(self, Self::Field(field) if field.is_choice())
    }
}
