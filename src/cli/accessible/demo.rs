//! What a demo adds to the accessible mode: what to do next, and what its receiver saw.

use std::time::Duration;

use tokio::sync::mpsc::UnboundedReceiver;

use super::questions::say;
use super::spoken::spoken;
use crate::domain::delivery::{Delivery, Outcome};
use crate::ops::demo::Step;
use crate::ops::{State, Witness};

/// How long to wait for what the receiver makes of a request: it looks for the mistake, which can take a second.
const LOOKS: Duration = Duration::from_secs(3);

/// A demo under way.
pub struct InDemo {
    /// Of its receiver.
    pub url: String,
    seen: UnboundedReceiver<Witness>,
    step: Step,
}

impl InDemo {
    /// `url` is the receiver's; `seen` brings what it saw.
    pub fn new(url: &str, seen: UnboundedReceiver<Witness>) -> Self {
        Self { url: url.to_owned(), seen, step: Step::default() }
    }

    /// Says what to do next.
    pub fn guide(&mut self, state: &State) {
        // Of deliveries that were stopped after they had arrived, and of those whose mistake was looked for too long.
        while self.seen.try_recv().is_ok() {}
        self.step = self.step.registered(!matches!(state, State::Empty));
        let has_secret = matches!(state, State::Open(destination) if destination.auth().secret().is_some());
        say(&spoken(self.step, has_secret));
        say("");
    }

    /// What the receiver saw of a delivery that ended; `None` when it did not get there.
    pub async fn saw(&mut self, delivery: &Delivery) -> Option<Witness> {
        let outcome = delivery.outcome();
        self.step = self.step.ended(outcome);
        if !matches!(outcome, Outcome::Delivered | Outcome::Refused) {
            return None;
        }
        let saw = async {
            while let Some(witness) = self.seen.recv().await {
                if witness.id.as_deref() == Some(&delivery.id) {
                    return Some(witness);
                }
            }
            None
        };
        tokio::time::timeout(LOOKS, saw).await.ok().flatten()
    }
}
