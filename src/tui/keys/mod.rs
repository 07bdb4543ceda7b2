//! The keys, declared once: dispatch, the footer and the help come from this table.

mod table;
mod when;

use crate::tui::model::{MainFocus, Model, Popup};
use crate::tui::msg::Press;
use crate::tui::screens::other_side::state::ProbePopup;

pub use table::TABLE;
pub use when::has_deliveries;

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

/// What a key does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Ends the app.
    Quit,
    /// Stops a delivery, or ends the app.
    Interrupt,
    /// Gives the terminal back for a while.
    Suspend,
    /// Draws everything anew.
    Repaint,
    /// Shows the keys.
    Help,
    /// Back one level.
    Back,
    /// Presses the focused button, or opens what is focused.
    Press,
    /// The focus forward.
    Next,
    /// The focus back.
    Previous,
    /// A choice, a list or a text, up.
    Up,
    /// A choice, a list or a text, down.
    Down,
    /// A choice or the buttons, left.
    Left,
    /// A choice or the buttons, right.
    Right,
    /// A page up.
    PageUp,
    /// A page down.
    PageDown,
    /// To the beginning.
    Home,
    /// To the end.
    End,
    /// Opens the test delivery.
    SendTest,
    /// Opens the form over what is registered.
    Edit,
    /// Asks whether to delete.
    Delete,
    /// Saves the form.
    Submit,
    /// Generates a signing secret.
    Generate,
    /// Shows or hides a secret.
    Reveal,
    /// Moves the cursor.
    CursorLeft,
    /// Moves the cursor.
    CursorRight,
    /// Moves the cursor a word.
    WordLeft,
    /// Moves the cursor a word.
    WordRight,
    /// Erases a character.
    EraseBack,
    /// Erases a character.
    EraseForward,
    /// Erases a word.
    EraseWord,
    /// Erases to the beginning.
    EraseToStart,
    /// Erases to the end.
    EraseToEnd,
    /// Puts the first tab in front.
    TabOne,
    /// Puts the second tab in front.
    TabTwo,
    /// Puts the third tab in front.
    TabThree,
    /// Sends a past delivery again.
    Resend,
    /// Lists the deliveries of the next outcome only.
    Filter,
    /// Asks whether to clear the history.
    Clear,
    /// Edits the body.
    EditBody,
    /// Asks for a text to find.
    Find,
    /// To the next place where it is.
    FindNext,
    /// To the place before.
    FindPrevious,
    /// Asks for a file to write the body to.
    Write,
    /// Asks for a name to keep the body under.
    Keep,
    /// Copies what is under the tab.
    Copy,
    /// Copies the request as a curl command.
    CopyAsCurl,
    /// Shows the receiver's check as code.
    Snippet,
    /// Asks whether a request was made with our secret.
    Verify,
    /// Asks whether to see if the endpoint checks.
    Probe,
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

/// Where keys go now.
#[must_use]
pub fn context(model: &Model) -> Context {
    if model.help.is_some() { Context::Help } else { under_help(model) }
}

/// Where keys go when the help is closed: what the help is about.
#[must_use]
pub fn under_help(model: &Model) -> Context {
    match &model.popup {
        Some(Popup::Form(form)) if form.discard.is_some() => Context::Question,
        Some(Popup::Form(_)) => Context::Form,
        Some(Popup::Test(test)) if test.discard.is_some() => Context::Question,
        Some(Popup::Test(test)) if test.prompt.is_some() => Context::Prompt,
        Some(Popup::Test(test)) if test.editing.is_some() => Context::Editor,
        Some(Popup::Test(_)) => Context::Test,
        Some(Popup::Snippet(_)) => Context::Snippet,
        Some(Popup::Verify(_)) => Context::Verify,
        Some(Popup::Probe(ProbePopup::Asking(_))) => Context::Question,
        Some(Popup::Probe(_)) => Context::Probe,
        Some(Popup::Delete { .. } | Popup::Clear { .. } | Popup::Redirect { .. }) => Context::Question,
        None if matches!(model.focus, MainFocus::Delivery(_)) => Context::Deliveries,
        None => Context::Main,
    }
}

/// The bindings that do anything now, in the order of the table.
pub fn offered(model: &Model, context: Context) -> impl Iterator<Item = &'static Binding> {
    TABLE.iter().filter(move |binding| binding.contexts.contains(&context) && (binding.when)(model))
}

/// The bindings that the line of keys names: how each is called, and a word or two about it.
#[must_use]
pub fn named(model: &Model) -> Vec<(&'static str, &'static str)> {
    let mut named: Vec<(&str, &str)> = Vec::new();
    for binding in offered(model, context(model)) {
        // Of several bindings of one key the first is the one that counts.
        if !named.iter().any(|(label, _)| *label == binding.label) {
            named.push((binding.label, binding.short));
        }
    }
    named.retain(|(_, short)| !short.is_empty());
    named
}

/// What a key does now.
#[must_use]
pub fn action(model: &Model, press: Press) -> Option<Action> {
    offered(model, context(model))
        .find_map(|binding| binding.keys.iter().find(|(key, _)| *key == press).map(|&(_, action)| action))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::msg::Press as P;

    #[test]
    fn keys_that_terminals_keep_for_themselves_are_not_bound() {
        for binding in TABLE {
            for (press, _) in binding.keys {
                assert!(
                    !matches!(press, P::Ctrl('s' | 'q' | 'b' | 'a' | 'h' | 'i' | 'j' | 'm' | '\\' | ']') | P::Char('~')),
                    "{}",
                    binding.help
                );
            }
        }
    }

    #[test]
    fn every_binding_has_help() {
        for binding in TABLE {
            assert!(!binding.help.is_empty() && !binding.label.is_empty());
        }
    }
}
