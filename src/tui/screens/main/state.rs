//! What the destination screen knows.

use crate::ops::State;

/// A button on the destination screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MainButton {
    /// `[ Register ]`
    Register,
    /// `[ Send test ]`
    SendTest,
    /// `[ Edit ]`
    Edit,
    /// `[ Delete ]`
    Delete,
    /// `[ Reload ]`
    Reload,
}

impl MainButton {
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Register => "Register",
            Self::SendTest => "Send test",
            Self::Edit => "Edit",
            Self::Delete => "Delete",
            Self::Reload => "Reload",
        }
    }
}

/// What has the focus on the destination screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MainFocus {
    /// The button at that place.
    Button(usize),
    /// The delivery at that place, the newest being 0.
    Delivery(usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MainScreen {
    pub focus: MainFocus,
    /// The first line of the destination that is shown, where its box does not hold them all.
    pub scroll: usize,
}

/// The buttons for what is registered, in order.
#[must_use]
pub(crate) const fn buttons(state: &State) -> &'static [MainButton] {
    match state {
        State::Empty => &[MainButton::Register],
        State::Open(_) => &[MainButton::SendTest, MainButton::Edit, MainButton::Delete],
        State::Locked(..) => &[MainButton::Edit, MainButton::Delete, MainButton::Reload],
        State::Unreadable(_) => &[MainButton::Reload],
    }
}
