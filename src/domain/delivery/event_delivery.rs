//! A delivery: an event and its attempts.

use std::borrow::Cow;
use std::sync::Arc;

use jiff::Timestamp;

use super::attempt::Attempt;
use super::outcome::Outcome;
use super::probe::{Checked, Probe, Verdict};
use super::sent_with::SentWith;
use super::since::SinceLastDelivered;
use crate::domain::destination::{Destination, DestinationId};
use crate::domain::event::{BuiltIn, Event};

/// One event sent to the destination under one id; or a probe, which sends several requests to see what the destination refuses.
#[derive(Clone, Debug, PartialEq)]
pub struct Delivery {
    /// `webhook-id`; of a probe an id of its own.
    pub id: String,
    /// Where it was sent, as it was registered then.
    pub destination_id: DestinationId,
    /// [`Settings::fingerprint`](crate::domain::destination::Settings::fingerprint) of what it was sent with.
    pub settings_fingerprint: Arc<str>,
    /// What it was sent with, for a comparison.
    pub sent_with: Arc<SentWith>,
    pub event: String,
    /// At least one. Of a probe its requests.
    pub attempts: Vec<Attempt>,
    /// What a probe found.
    pub probe: Option<Probe>,
    /// Of one that was not delivered: what differs from the last that was.
    pub since_last_delivered: Option<SinceLastDelivered>,
}

impl Delivery {
    /// A delivery to that destination, before its first attempt.
    #[must_use]
    pub fn new(id: String, to: &Destination, event: String) -> Self {
        Self {
            id,
            destination_id: to.id().clone(),
            settings_fingerprint: Arc::clone(to.fingerprint()),
            sent_with: Arc::clone(to.sent_with()),
            event,
            attempts: Vec::new(),
            probe: None,
            since_last_delivered: None,
        }
    }

    /// How it ended: as its last attempt did. It says nothing about a probe, which has a verdict.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        self.attempts.last().map_or(Outcome::Stopped, |attempt| attempt.outcome)
    }

    #[must_use]
    pub fn last(&self) -> Option<&Attempt> {
        self.attempts.last()
    }

    /// Its event, to be sent again: of a probe the ping, as every delivery is sent.
    #[must_use]
    pub fn event_again(&self) -> Event {
        if self.probe.is_some() {
            return BuiltIn::Ping.event();
        }
        let body = self.last().map(|attempt| attempt.request.body.clone()).unwrap_or_default();
        Event { name: self.event.clone(), body }
    }

    /// The id under which its event is sent again: its own, by which a receiver recognises what it has; none of a probe, which was no
    /// event.
    #[must_use]
    pub fn id_again(&self) -> Option<String> {
        self.probe.is_none().then(|| self.id.clone())
    }

    /// Whether the whole event is there to be sent again.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.probe.is_some() || self.last().is_some_and(|attempt| attempt.request.is_whole())
    }

    /// When its last attempt began: the time under which it is listed.
    #[must_use]
    pub fn at(&self) -> Timestamp {
        self.last().map_or(Timestamp::UNIX_EPOCH, |attempt| attempt.started_at)
    }

    /// Whether it is to say what changed since the last that was delivered.
    #[must_use]
    pub fn is_failure(&self) -> bool {
        self.probe.is_none() && matches!(self.outcome(), Outcome::Refused | Outcome::Failed)
    }

    /// The cases of a probe with their requests. Of a record that had to be shortened the first requests may be missing.
    pub fn probed(&self) -> impl Iterator<Item = (&Checked, Option<&Attempt>)> {
        let cases = self.probe.iter().flat_map(|probe| &probe.cases);
        let missing = cases.clone().count().saturating_sub(self.attempts.len());
        cases.enumerate().map(move |(at, case)| (case, at.checked_sub(missing).and_then(|at| self.attempts.get(at))))
    }

    /// What a probe found, in a few words: `accepts unsigned requests`.
    #[must_use]
    pub fn verdict_in_words(&self) -> Option<Cow<'_, str>> {
        let probe = self.probe.as_ref()?;
        Some(match (probe.verdict(), probe.worst()) {
            (Verdict::Good, _) => "refuses what it should".into(),
            // The rest of the sentence says what follows from it.
            (Verdict::Bad, Some(worst)) => {
                let finding = worst.finding.strip_prefix("Your endpoint ").unwrap_or(&worst.finding);
                finding.split([':', '.']).next().unwrap_or(finding).into()
            }
            _ => match self.last().map(|last| (last.outcome, last.reason())) {
                Some((Outcome::Failed | Outcome::Stopped, reason)) => reason,
                _ => "shows nothing".into(),
            },
        })
    }
}
