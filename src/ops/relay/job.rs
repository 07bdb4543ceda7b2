//! An event on its way, and what is kept of it in memory while it waits.

use std::slice;

use crate::domain::delivery::gate::Pass;
use crate::domain::delivery::retry::Budget;
use crate::domain::delivery::schedule::Progress;
use crate::domain::delivery::{Attempt, Delivery, Response};
use crate::domain::text::ellipsis;
use crate::io::db::history;
use crate::ops::in_flight::InFlight;

/// The most bytes of an answer's body, of its headers, and of each of its texts, that a waiting event keeps.
const ANSWER_KEPT: usize = 1024;

/// The most names of a certificate, and addresses of a host, that it keeps.
const NAMES_KEPT: usize = 20;

/// The most attempts that it keeps: one that meets a busy destination may be tried any number of times.
const ATTEMPTS_KEPT: usize = 32;

/// An event on its way.
pub struct Job<T> {
    pub item: T,
    pub delivery: InFlight,
    pub budget: Budget,
    pub progress: Progress,
    /// Of the attempt that is in flight, or was the last.
    pub pass: Pass,
}

impl<T: AsRef<[u8]>> Job<T> {
    /// Keeps no more of the attempts than is needed to tell what happened: a thousand events may wait, each with twenty answers.
    pub fn shed(&mut self) {
        let attempts = &mut self.delivery.delivery_mut().attempts;
        if attempts.len() > ATTEMPTS_KEPT {
            attempts.remove(0);
        }
        attempts.iter_mut().for_each(shed_answer);
        // The last one keeps the body, should this be all that is ever recorded.
        if let Some((_, earlier)) = attempts.split_last_mut() {
            for attempt in earlier {
                attempt.request.body = Vec::new();
            }
        }
    }

    /// The delivery to be recorded, with the bodies put back.
    pub fn finish(self) -> (T, Delivery) {
        let mut delivery = self.delivery.finish();
        let body = self.item.as_ref();
        for attempt in delivery.attempts.iter_mut().filter(|attempt| attempt.request.body.is_empty()) {
            attempt.request.body = body.to_vec();
            history::shorten_bodies(slice::from_mut(attempt));
        }
        (self.item, delivery)
    }
}

fn shed_answer(attempt: &mut Attempt) {
    if let Some(Response { reason, headers, body, truncated, .. }) = &mut attempt.response {
        shorten(reason);
        if body.len() > ANSWER_KEPT {
            body.truncate(ANSWER_KEPT);
            body.shrink_to_fit();
            *truncated = true;
        }
        let mut left = ANSWER_KEPT;
        let fits = |(name, value): &(&str, &str)| {
            let rest = left.checked_sub(name.len() + value.len());
            left = rest.unwrap_or(left);
            rest.is_some()
        };
        *headers = headers.iter().filter(fits).collect();
    }
    if let Some(tls) = &mut attempt.tls {
        tls.names.truncate(NAMES_KEPT);
        tls.names.shrink_to_fit();
    }
    attempt.addresses.truncate(NAMES_KEPT);
    shorten(&mut attempt.diagnosis.why);
}

fn shorten(text: &mut String) {
    if text.len() > ANSWER_KEPT {
        *text = ellipsis(text, ANSWER_KEPT).into_owned();
        text.shrink_to_fit();
    }
}
