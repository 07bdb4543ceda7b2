//! One event, with its retries.

use std::future::pending;
use std::sync::Mutex;
use std::time::Duration;

use waypost::domain::delivery::retry::Policy;
use waypost::domain::delivery::{Cause, Outcome, TlsCause};
use waypost::domain::event::Event;
use waypost::ops::send::{Options, SendStep};

use super::{Place, SECRET, Stopper, destination};
use crate::support::ca::Ca;
use crate::support::check::expect_hmac;
use crate::support::receiver::{Answer, DEADLINE, Receiver};

fn event() -> Event {
    Event { name: "order".into(), body: br#"{"topic":"order","n":1}"#.to_vec() }
}

fn receiver(answers: Vec<Answer>) -> Receiver {
    Receiver::scripted(expect_hmac("hex", "x-signature", SECRET), answers)
}

#[tokio::test]
async fn tried_again_until_it_is_accepted() {
    let place = Place::new();
    let receiver =
        receiver(vec![Answer::status(500), Answer::Close, Answer::status(503).header("Retry-After", "7"), Answer::Checked]);
    let to = destination(&receiver.url, receiver.ca());
    let waits = Mutex::new(Vec::new());
    let step = |step| {
        if let SendStep::Waiting(attempt, wait) = step {
            waits.lock().unwrap().push((attempt, wait.why));
        }
    };
    let sent = place.waypost.send(&to, &event(), &place.options(), step, pending()).await;
    assert_eq!((sent.delivery.outcome(), sent.stopped, sent.unrecorded), (Outcome::Delivered, false, None));
    let outcomes: Vec<_> = sent.delivery.attempts.iter().map(|attempt| attempt.outcome).collect();
    assert_eq!(outcomes, [Outcome::Refused, Outcome::Failed, Outcome::Refused, Outcome::Delivered]);

    let requests = receiver.requests();
    assert_eq!(requests.len(), 4);
    for request in &requests {
        request.verdict.as_ref().unwrap();
        assert_eq!((request.header("webhook-id"), request.body.as_slice()), (sent.delivery.id.as_str(), &*event().body));
    }
    assert_eq!(receiver.connections(), 4, "each attempt proves the whole way");

    let within = |pause: Duration, seconds: f64| (pause.as_secs_f64() / seconds - 1.0).abs() <= 0.2;
    let pauses = place.pauses();
    assert!(within(pauses[0], 1.0) && within(pauses[1], 2.0) && pauses[2] == Duration::from_secs(7), "{pauses:?}");
    assert_eq!(
        waits.into_inner().unwrap(),
        [
            (1, "The endpoint answered 500.".to_owned()),
            (2, "There was no answer.".to_owned()),
            (3, "The endpoint answered 503. It asks to wait 7 s.".to_owned())
        ]
    );

    let [recorded] = place.history().try_into().unwrap();
    assert_eq!((recorded.id, recorded.attempts.len()), (sent.delivery.id, 4));
}

#[tokio::test]
async fn given_up_after_the_retries() {
    let place = Place::new();
    let receiver = receiver(vec![Answer::status(503)]);
    let to = destination(&receiver.url, receiver.ca());
    for (retries, attempts) in [(0, 1), (2, 3)] {
        let options = Options { policy: Policy { retries }, ..place.options() };
        let sent = place.waypost.send(&to, &event(), &options, |_| {}, pending()).await;
        assert_eq!((sent.delivery.outcome(), sent.delivery.attempts.len()), (Outcome::Refused, attempts));
    }
}

#[tokio::test]
async fn h41_a_tls_failure_is_not_retried() {
    let place = Place::new();
    let receiver = receiver(vec![Answer::status(400)]);
    let dir = tempfile::tempdir().unwrap();
    let (other, none) = (Ca::new().write(dir.path()), dir.path().join("none.pem"));
    let (event, options) = (event(), place.options());
    let mut causes = Vec::new();
    for ca in [receiver.ca(), &other, &none] {
        let to = destination(&receiver.url, ca);
        let sent = place.waypost.send(&to, &event, &options, |_| {}, pending()).await;
        assert_eq!(sent.delivery.attempts.len(), 1, "{sent:?}");
        causes.push(sent.delivery.attempts[0].cause.clone());
    }
    assert!(
        matches!(causes.as_slice(), [None, Some(Cause::Tls(TlsCause::OtherCaKey(_))), Some(Cause::Tls(TlsCause::CaFile(_)))]),
        "{causes:?}"
    );
    assert_eq!(place.pauses().len(), 0);
}

#[tokio::test]
async fn stopped_between_two_attempts_and_in_flight() {
    let place = Place::new();
    let receiver = receiver(vec![Answer::status(500), Answer::Stall]);
    let to = destination(&receiver.url, receiver.ca());
    let stopper = Stopper::default();
    let forever = Options { pause: std::sync::Arc::new(|_| Box::pin(pending())), ..Options::default() };
    let step = |step| {
        if let SendStep::Waiting(..) = step {
            stopper.stop();
        }
    };
    let sent = place.waypost.send(&to, &event(), &forever, step, stopper.stopped()).await;
    assert!(sent.stopped);
    assert_eq!((sent.delivery.outcome(), sent.delivery.attempts.len()), (Outcome::Refused, 1));

    let arrived = async {
        tokio::task::spawn_blocking(move || receiver.wait_for_requests(2, DEADLINE)).await.unwrap();
    };
    let sent = place.waypost.send(&to, &event(), &place.options(), |_| {}, arrived).await;
    assert!(sent.stopped);
    assert_eq!(sent.delivery.outcome(), Outcome::Stopped);
    assert_eq!(place.history().len(), 2);
}
