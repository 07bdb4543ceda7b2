//! What the palette knows.

use crate::tui::widgets::text_field::TextField;

#[derive(Clone, Debug, PartialEq)]
pub struct Palette {
    /// What narrows it.
    pub input: TextField,
    /// The place of the selected action among those that are listed.
    pub selected: usize,
}

impl Default for Palette {
    fn default() -> Self {
        Self { input: TextField::new(""), selected: 0 }
    }
}
