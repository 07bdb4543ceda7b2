//! What is said in a demo beside the rest: what to do next, and what its receiver saw.

use std::time::Duration;

use tokio::sync::mpsc::UnboundedReceiver;

use super::questions::say;
use crate::domain::destination::Destination;
use crate::domain::outcome::{Delivery, Outcome};
use crate::ops::{State, Witness};
use crate::tui::guide::Guide;
use crate::tui::msg::Msg;

/// How long to wait for what the receiver makes of a request: it looks for the mistake, which can take a second.
const LOOKS: Duration = Duration::from_secs(3);

/// A demo under way.
pub struct InDemo {
    /// Of its receiver.
    pub url: String,
    seen: UnboundedReceiver<Msg>,
    guide: Guide,
}

impl InDemo {
    /// `seen` brings [`Msg::Witnessed`].
    pub fn new(url: &str, seen: UnboundedReceiver<Msg>) -> Self {
        Self { url: url.to_owned(), seen, guide: Guide::new(url) }
    }

    /// Says what to do next.
    pub fn guide(&mut self, state: &State) {
        self.guide.registered(state);
        say(&self.guide.spoken(state));
        say("");
    }

    /// What the receiver saw of a delivery that ended; `None` when it did not get there.
    pub async fn saw(&mut self, destination: &Destination, delivery: &Delivery) -> Option<Witness> {
        let outcome = delivery.outcome();
        self.guide.ended(outcome);
        if !matches!(outcome, Outcome::Delivered | Outcome::Refused) {
            return None;
        }
        self.guide.asked(destination);
        let saw = async {
            while let Some(msg) = self.seen.recv().await {
                match msg {
                    Msg::Witnessed(witness) if witness.id.as_deref() == Some(&delivery.id) => return Some(witness),
                    // Of a delivery that was stopped, after it had arrived.
                    _ => {}
                }
            }
            None
        };
        tokio::time::timeout(LOOKS, saw).await.ok().flatten()
    }
}
