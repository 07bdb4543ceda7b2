//! What a key does.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    Quit,
    /// Stops a delivery, or ends the app.
    Interrupt,
    /// Gives the terminal back for a while.
    Suspend,
    Repaint,
    Help,
    /// Lists every action of where one is.
    Palette,
    Back,
    /// Presses the focused button, or opens what is focused.
    Press,
    Next,
    Previous,
    /// A choice, a list or a text, up.
    Up,
    /// A choice, a list or a text, down.
    Down,
    /// A choice or the buttons, left.
    Left,
    /// A choice or the buttons, right.
    Right,
    PageUp,
    PageDown,
    Home,
    End,
    SendTest,
    /// Opens the form over what is registered.
    Edit,
    Delete,
    /// Takes back the last delete.
    Undo,
    /// Shows the delivery above in the list: a newer one.
    NewerDelivery,
    /// Shows the delivery below in the list: an older one.
    OlderDelivery,
    /// Does what a diagnosis proposes.
    Fix,
    Submit,
    /// Submits, and sends a test delivery to what was saved.
    SubmitAndTest,
    /// Chooses the option under the cursor.
    Choose,
    /// Puts the formats, or the marked deliveries, beside each other.
    Compare,
    /// Completes what is typed, or goes on where there is nothing to complete.
    Complete,
    Generate,
    /// Shows or hides a secret.
    Reveal,
    RemoveHeader,
    CursorLeft,
    CursorRight,
    /// Moves the cursor a word.
    WordLeft,
    /// Moves the cursor a word.
    WordRight,
    EraseBack,
    EraseForward,
    EraseWord,
    EraseToStart,
    EraseToEnd,
    /// Puts the first tab in front.
    TabOne,
    /// Puts the second tab in front.
    TabTwo,
    /// Puts the third tab in front.
    TabThree,
    /// Answers a question.
    Yes,
    No,
    /// Sends a past delivery again.
    Resend,
    /// Marks a delivery for a comparison, or removes the mark.
    Mark,
    /// Shows what is the same as well, or only what differs.
    ShowAll,
    /// Asks whether to clear the history.
    Clear,
    EditBody,
    /// Asks for a text to find.
    Find,
    /// To the next place where it is.
    FindNext,
    FindPrevious,
    /// Folds what is nested in JSON, or unfolds it.
    Fold,
    /// Shows the body in the pager.
    Page,
    /// Asks whether to send a test delivery again and again; stops that.
    Watch,
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
    /// Shows the queue.
    Queue,
    /// Makes an event of the queue ready to go out.
    Retry,
    /// Asks whether to delete an event from the queue.
    Drop,
    /// Closes the gate of the queue.
    Hold,
    /// Opens it.
    Release,
    /// Starts a receiver, or shows what it received.
    Listen,
    /// Asks whether a request was made with our secret.
    Verify,
    /// Asks whether to see if the endpoint checks.
    Probe,
}
