//! Trusting the CA that a server presented, after its fingerprint was read out.

use super::Session;
use super::questions::{Back, say};
use crate::cli::failure::Failure;
use crate::domain::delivery::Attempt;
use crate::domain::destination::Destination;
use crate::domain::text::visible;

impl Session<'_> {
    /// Asks, if a certificate was presented that could be trusted; the outcome had its subject, dates and fingerprint.
    pub(super) fn offer_trust(&mut self, destination: &Destination, attempt: &Attempt) -> Result<(), Failure> {
        if attempt.presented_ca().is_none() || !attempt.went_to(destination.settings()) {
            return Ok(());
        }
        let (_, generation) = self.waypost.state_and_generation();
        say("");
        say("Compare the SHA-256 with that of the CA before you trust it.");
        let title = format!("Trust this CA for {}", visible(&destination.url().authority()));
        let ways = ["Do not trust it", "Trust it"].map(str::to_owned);
        if self.questions.choose(&title, &ways, Some(0), Back::GoesBack)? != Some(1) {
            say("It is not trusted.");
            return Ok(());
        }
        let saved = self.waypost.trust_ca(Some(generation), attempt)?;
        self.saved("Trusted", &saved, None)
    }
}
