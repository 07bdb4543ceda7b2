//! A row of the key table.

use crate::tui::action::Action;
use crate::tui::model::Model;
use crate::tui::msg::Press;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Context {
    Main,
    /// The list of deliveries on it.
    Deliveries,
    /// The line that narrows it.
    Filter,
    /// The details beside it.
    Details,
    /// The Register and Edit popup.
    Form,
    /// A question with two buttons.
    Question,
    Test,
    /// A line that asks for something.
    Prompt,
    /// The body in an editor of our own.
    Editor,
    /// The receiver's check as code.
    Snippet,
    /// What the receiver on this machine got.
    Receiver,
    /// Was a request made with the registered secret?
    Verify,
    /// Does the endpoint check credentials?
    Probe,
    /// Two deliveries beside each other.
    Compare,
    /// What waits to be delivered.
    Queue,
    /// Every action of where one is.
    Palette,
    Help,
}

/// Keys that belong together in the help.
pub struct Binding {
    pub contexts: &'static [Context],
    pub keys: &'static [(Press, Action)],
    /// How they are called on the screen.
    pub label: &'static str,
    /// A word or two for the footer; empty to stay out of it.
    pub short: &'static str,
    /// A line for the help.
    pub help: &'static str,
    pub when: fn(&Model) -> bool,
}

/// Keys that always do something.
pub(crate) const fn bind(
    contexts: &'static [Context],
    keys: &'static [(Press, Action)],
    label: &'static str,
    short: &'static str,
    help: &'static str,
) -> Binding {
    Binding { contexts, keys, label, short, help, when: |_| true }
}

impl Binding {
    pub(crate) const fn when(self, when: fn(&Model) -> bool) -> Self {
        Self { when, ..self }
    }
}
