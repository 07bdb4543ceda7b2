//! A test delivery: one event, one attempt.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::attempt::{Step, Try};
use super::id::new_id;
use super::waypost::Waypost;
use crate::domain::delivery::Delivery;
use crate::domain::destination::Destination;
use crate::domain::event::Event;
use crate::domain::problem::Problem;
use crate::domain::redact::Redactor;
use crate::domain::request::{Request, Stamp};

/// What is sent, and when it counts as delivered.
struct What<'a> {
    event: &'a Event,
    /// The `webhook-id` of a delivery that is sent again; else it gets a new one.
    id: Option<String>,
    /// What the answer must contain.
    expected: Option<&'a str>,
}

/// A test delivery that ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Tested {
    pub delivery: Delivery,
    /// Why it is not in the history, if it is not.
    pub unrecorded: Option<Problem>,
}

impl Waypost {
    /// Sends an event as a test, one attempt, and records it. `stop` ends it early.
    pub async fn test(&self, to: &Destination, event: &Event, step: impl Fn(Step), stop: impl Future<Output = ()>) -> Tested {
        self.run_test(to, What { event, id: None, expected: None }, step, |_| {}, stop).await
    }

    /// As [`Waypost::test`]; delivered only if the answer contains that text.
    pub async fn test_expecting(
        &self,
        to: &Destination,
        event: &Event,
        expected: Option<&str>,
        step: impl Fn(Step),
        stop: impl Future<Output = ()>,
    ) -> Tested {
        self.run_test(to, What { event, id: None, expected }, step, |_| {}, stop).await
    }

    /// As [`Waypost::test`], under the id of an earlier delivery if one is given. `report` gets the delivery before it is recorded,
    /// since the disk may be slower than the answer.
    pub async fn test_and_report(
        &self,
        to: &Destination,
        event: &Event,
        id: Option<String>,
        step: impl Fn(Step),
        report: impl FnOnce(&Delivery),
        stop: impl Future<Output = ()>,
    ) -> Tested {
        self.run_test(to, What { event, id, expected: None }, step, report, stop).await
    }

    async fn run_test(
        &self,
        to: &Destination,
        What { event, id, expected }: What<'_>,
        step: impl Fn(Step),
        report: impl FnOnce(&Delivery),
        stop: impl Future<Output = ()>,
    ) -> Tested {
        let started_at = Timestamp::now();
        let stamp = Stamp { id: id.unwrap_or_else(new_id), event: event.name.clone(), timestamp: started_at.as_second() };
        let mut in_flight = self.begin(stamp.id.clone(), to, &event.name);
        let settings = Arc::new(to.settings().clone());
        let request = Arc::new(Request::build(&settings, &event.body, &stamp, &to.auth().credential()));
        step(Step::Sending(Box::new((*request).clone())));
        let timeout = Duration::from_secs(to.timeout_s().into());
        self.attempt(&mut in_flight, Try { to: settings, request, started_at, timeout }, step, stop).await;
        if let (Some(expected), Some(attempt)) = (expected, in_flight.delivery_mut().attempts.last_mut()) {
            attempt.expect(&Redactor::new(to.settings()).redact(expected));
        }
        self.compare(&mut in_flight).await;
        let delivery = in_flight.delivery().clone();
        report(&delivery);
        let unrecorded = self.record(in_flight).await;
        Tested { delivery, unrecorded }
    }

    /// The request that a test would send now. Nothing is sent.
    #[must_use]
    pub fn preview(&self, to: &Destination, event: &Event) -> Request {
        let stamp = Stamp { id: new_id(), event: event.name.clone(), timestamp: Timestamp::now().as_second() };
        Request::build(to.settings(), &event.body, &stamp, &to.auth().credential())
    }
}
