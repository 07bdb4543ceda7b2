//! What is asked, and what follows when the answer is yes.

use crate::domain::delivery::Attempt;
use crate::domain::url::EndpointUrl;
use crate::tui::msg::Id;
use crate::tui::screens::watch::state::Proposal;
use crate::tui::widgets::confirm::Confirm;

/// A question that is shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    pub pending: Pending,
    pub confirm: Confirm,
    /// The effect that the answer started.
    pub running: Option<Id>,
}

/// What waits for the answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Pending {
    Delete,
    ClearHistory,
    Probe,
    /// Sending a test delivery again and again.
    Watch(Proposal),
    /// Sending a real event again.
    Resend,
    /// Trusting the CA that was presented at that attempt.
    TrustCa(Box<Attempt>),
    /// Deleting an event from the queue.
    DropQueued {
        id: String,
        event: String,
    },
    /// A redirect leads to another host.
    UseUrl(Box<EndpointUrl>),
    DiscardForm,
    DiscardBody(AfterBody),
}

/// What was asked for in the test popup when there was an edited body to lose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterBody {
    Close,
    Quit,
    SendTest,
    Edit,
    Delete,
    /// Another event, by that many places.
    Choose(isize),
}

impl Question {
    pub(crate) fn new(pending: Pending) -> Self {
        Self { pending, confirm: Confirm::default(), running: None }
    }

    /// Whether it is shown below the destination, not over a popup.
    #[must_use]
    pub(crate) const fn is_about_destination(&self) -> bool {
        !matches!(
            self.pending,
            Pending::DropQueued { .. } | Pending::DiscardForm | Pending::DiscardBody(_) | Pending::Resend | Pending::TrustCa(_)
        )
    }
}
