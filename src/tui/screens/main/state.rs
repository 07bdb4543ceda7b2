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
    /// `[ Probe ]`
    Probe,
    /// `[ Verify ]`
    Verify,
    /// `[ Code ]`
    Code,
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
            Self::Probe => "Probe",
            Self::Verify => "Verify",
            Self::Code => "Code",
            Self::Delete => "Delete",
            Self::Reload => "Reload",
        }
    }

    /// The line of help.
    #[must_use]
    pub(crate) const fn help(self) -> &'static str {
        match self {
            Self::Register => "Enter the URL and the authentication.",
            Self::SendTest => "Send one event and see the response.",
            Self::Edit => "Change the URL or the authentication.",
            Self::Probe => "See whether forged requests are refused.",
            Self::Verify => "Check a request that a receiver got.",
            Self::Code => "Show the receiver's check as code.",
            Self::Delete => "Remove it and erase its secret.",
            Self::Reload => "Reload the file once it is fixed.",
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
    /// The details of that delivery, beside the list.
    Details(usize),
}

impl MainFocus {
    /// The delivery that is meant: the newest, until the focus is on another.
    #[must_use]
    pub const fn delivery(self) -> usize {
        match self {
            Self::Button(_) => 0,
            Self::Delivery(at) | Self::Details(at) => at,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MainScreen {
    pub focus: MainFocus,
    /// The first line of the destination that is shown, where its box does not hold them all.
    pub scroll: usize,
    /// The first delivery that is shown.
    pub top: usize,
    /// The first line of the details that is shown.
    pub details: usize,
}

impl Default for MainScreen {
    fn default() -> Self {
        Self { focus: MainFocus::Button(0), scroll: 0, top: 0, details: 0 }
    }
}

/// The buttons for what is registered, in order.
#[must_use]
pub(crate) const fn buttons(state: &State, readonly: bool) -> &'static [MainButton] {
    use MainButton as B;
    if readonly {
        return match state {
            State::Open(_) => &[B::Verify, B::Code],
            State::Empty | State::Locked(..) | State::Unreadable(_) => &[B::Reload],
        };
    }
    match state {
        State::Empty => &[B::Register],
        State::Open(_) => &[B::SendTest, B::Edit, B::Probe, B::Verify, B::Code, B::Delete],
        State::Locked(..) => &[B::Edit, B::Delete, B::Reload],
        State::Unreadable(_) => &[B::Reload],
    }
}
