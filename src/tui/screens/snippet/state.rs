//! What the snippet popup knows.

use crate::domain::snippet::Lang;

/// The receiver's check as code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SnippetPopup {
    pub lang: Lang,
    /// The first line that is shown.
    pub scroll: usize,
}
