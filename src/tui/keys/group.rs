//! What kind of thing a key does: by that the help is in groups, and the palette lists what can be run.

use crate::tui::action::Action as A;

/// In the order of the help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// Does something, here.
    Action,
    /// Moves the focus, or what is shown.
    Moving,
    /// Edits a text.
    Text,
    /// Does the same everywhere.
    App,
}

impl Group {
    pub const ALL: [Self; 4] = [Self::Action, Self::Moving, Self::Text, Self::App];

    /// Its heading.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Action => "Actions",
            Self::Moving => "Moving around",
            Self::Text => "Text",
            Self::App => "Everywhere",
        }
    }
}

/// The group of an action.
#[must_use]
pub const fn group(action: A) -> Group {
    match action {
        A::Next
        | A::Previous
        | A::Up
        | A::Down
        | A::Left
        | A::Right
        | A::PageUp
        | A::PageDown
        | A::Home
        | A::End
        | A::Back
        | A::NewerDelivery
        | A::OlderDelivery
        | A::TabOne
        | A::TabTwo
        | A::TabThree => Group::Moving,
        A::CursorLeft
        | A::CursorRight
        | A::WordLeft
        | A::WordRight
        | A::EraseBack
        | A::EraseForward
        | A::EraseWord
        | A::EraseToStart
        | A::EraseToEnd => Group::Text,
        A::Quit | A::Interrupt | A::Suspend | A::Repaint | A::Help | A::Palette => Group::App,
        _ => Group::Action,
    }
}
