//! What a key does.

/// What a key does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Ends the app.
    Quit,
    /// Stops a delivery, or ends the app.
    Interrupt,
    /// Gives the terminal back for a while.
    Suspend,
    /// Redraws everything.
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
