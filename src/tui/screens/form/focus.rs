//! What can have the focus in the form.

use crate::domain::field::{AUTH, Field};

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

/// What of a header can have the focus: its line in the list, or, while it is open, one of its inputs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeaderPart {
    Line,
    Name,
    Value,
    /// Whether its value is a secret.
    Secret,
}

impl HeaderPart {
    pub(crate) const INPUTS: [Self; 3] = [Self::Name, Self::Value, Self::Secret];
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Focus {
    Field(Field),
    /// The choice of the service whose receivers are sent to.
    Convention,
    /// The choice of how long a replaced secret stays valid.
    KeepOld,
    /// A part of the header at that place of the list.
    Header(usize, HeaderPart),
    /// `[ Add a header ]`
    AddHeader,
    /// The line that unfolds the rarely used fields.
    More,
    Button(FormButton),
}

impl Focus {
    /// Whether it is a list of options, through which the arrows move a cursor.
    pub(crate) fn is_group(self) -> bool {
        self == Self::Field(AUTH)
    }

    /// Whether it is a choice of which one option is shown.
    pub(crate) fn is_choice(self) -> bool {
        match self {
            Self::Field(field) => field.is_choice() && !self.is_group(),
            Self::Convention | Self::KeepOld => true,
            Self::Header(_, part) => part == HeaderPart::Secret,
            Self::AddHeader | Self::More | Self::Button(_) => false,
        }
    }

    /// Whether text is typed into it.
    pub(crate) const fn is_text(self) -> bool {
        match self {
            Self::Field(field) => !field.is_choice(),
            Self::Header(_, part) => matches!(part, HeaderPart::Name | HeaderPart::Value),
            Self::Convention | Self::KeepOld | Self::AddHeader | Self::More | Self::Button(_) => false,
        }
    }
}
