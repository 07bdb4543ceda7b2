//! A row of the key table.

use crate::tui::action::Action;
use crate::tui::model::Model;
use crate::tui::msg::Press;

/// Where the keys go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Context {
    /// The destination screen.
    Main,
    /// The list of deliveries on it.
    Deliveries,
    /// The Register and Edit popup.
    Form,
    /// A question with two buttons.
    Question,
    /// The test delivery popup.
    Test,
    /// A line that asks for something.
    Prompt,
    /// The body in an editor of our own.
    Editor,
    /// The receiver's check as code.
    Snippet,
    /// Was a request made with our secret?
    Verify,
    /// Does the endpoint check?
    Probe,
    /// The keys themselves.
    Help,
}

/// Keys that belong together in help.
pub struct Binding {
    /// Where.
    pub contexts: &'static [Context],
    /// Which key does what.
    pub keys: &'static [(Press, Action)],
    /// How they are called on the screen.
    pub label: &'static str,
    /// A word or two for the footer; empty to stay out of it.
    pub short: &'static str,
    /// A line for the help.
    pub help: &'static str,
    /// When they do anything.
    pub when: fn(&Model) -> bool,
}
