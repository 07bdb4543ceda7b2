//! Does the endpoint check? And: sending again.

use std::future::pending;
use std::sync::Mutex;
use waypost::domain::auth::{api_key, basic, bearer, default, hmac};

use waypost::domain::auth::AuthType;
use waypost::domain::delivery::Outcome;
use waypost::domain::draft::Draft;
use waypost::domain::event::{BuiltIn, Event};
use waypost::domain::signature::Format;
use waypost::ops::probe::{Case, Verdict};

use super::{Place, SECRET, Stopper, destination, with_draft};
use crate::support::check::{
    Check, expect_api_key_header, expect_api_key_query, expect_basic, expect_bearer, expect_hmac, expect_nothing, secret_for,
};
use crate::support::receiver::{Answer, DEADLINE, Receiver};

const WHSEC: &str = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

fn draft(auth_type: AuthType) -> Draft {
    Draft::new(auth_type)
        .with(hmac::HEADER_KEY, "X-Signature")
        .with(hmac::SIGNING_SECRET, WHSEC)
        .with(basic::USERNAME, "me")
        .with(basic::PASSWORD, "canary-password")
        .with(bearer::TOKEN, "canary-token")
        .with(api_key::KEY, "key")
        .with(api_key::VALUE, "canary-value")
}

fn checks() -> Vec<(Check, Draft)> {
    let mut checks = vec![
        (expect_basic("me", "canary-password"), draft(basic::SPEC)),
        (expect_bearer("canary-token"), draft(bearer::SPEC)),
        (expect_api_key_header("key", "canary-value"), draft(api_key::SPEC)),
        (
            expect_api_key_query("key", "canary-value"),
            draft(api_key::SPEC).with(api_key::ADD_TO, waypost::domain::auth::api_key::QUERY.name),
        ),
    ];
    checks.extend(Format::ALL.map(|format| {
        let secret = secret_for(format.name(), WHSEC);
        let draft = draft(hmac::SPEC)
            .with(hmac::FORMAT, format.name())
            .with(hmac::SIGNED_CONTENT, "v0:{timestamp}:{body}")
            .with(hmac::SIGNATURE_VALUE, "v0={signature}")
            .with(hmac::ALGORITHM, "sha512")
            .with(hmac::SIGNING_SECRET, &secret);
        (expect_hmac(format.name(), "x-signature", &secret), draft)
    }));
    checks
}

#[tokio::test]
async fn an_endpoint_that_checks_is_distinguished_from_one_that_does_not() {
    for (check, draft) in checks() {
        let place = Place::new();
        let receiver = Receiver::start(check);
        let to = with_draft(draft.clone(), &receiver.url, receiver.ca());
        let begun = Mutex::new(Vec::new());
        let report = place.waypost.probe(&to, |case| begun.lock().unwrap().push(case), pending()).await.unwrap();
        let verdicts: Vec<_> = report.probe().cases.iter().map(|row| (row.case, row.verdict)).collect();
        let cases = begun.into_inner().unwrap();
        // The receiver looks at the signature, not at the clock.
        let expected = |case| if case == Case::Stale { Verdict::Bad } else { Verdict::Good };
        assert_eq!(verdicts, cases.iter().map(|&case| (case, expected(case))).collect::<Vec<_>>(), "{draft:?}");
        assert_eq!((cases[0], cases.last(), report.probe().is_cut_short()), (Case::Unsigned, Some(&Case::Valid), false));
        // One entry, with its requests in it.
        let [recorded] = place.history().try_into().unwrap();
        assert_eq!((recorded.attempts.len(), recorded.event.as_str()), (cases.len(), "probe"));
        let outcomes: Vec<_> = recorded.probed().map(|(case, attempt)| (case.case, attempt.unwrap().outcome)).collect();
        assert_eq!(outcomes.iter().map(|(case, _)| *case).collect::<Vec<_>>(), cases);
        assert!(outcomes.iter().all(|(case, outcome)| *case == Case::Stale || *outcome == case.expected()), "{outcomes:?}");

        let credulous = Receiver::start(expect_nothing());
        let to = with_draft(draft, &credulous.url, credulous.ca());
        let report = place.waypost.probe(&to, |_| {}, pending()).await.unwrap();
        let findings: Vec<_> = report.probe().findings().map(|row| row.case).collect();
        assert_eq!(findings, cases[..cases.len() - 1]);
        let first = &report.probe().findings().next().unwrap().finding;
        assert!(first.starts_with("Your endpoint accepts unsigned requests") || first.contains("without credentials"), "{first}");
        let requests = credulous.requests();
        let unsigned = &requests[0];
        assert!(unsigned.values("authorization").is_empty() && unsigned.values("x-signature").is_empty());
        assert!(!String::from_utf8_lossy(&unsigned.raw).contains("canary") && unsigned.values("key").is_empty());
    }
}

#[tokio::test]
async fn the_tampered_body_is_json_under_the_signature_of_the_ping() {
    let place = Place::new();
    let receiver = Receiver::start(expect_nothing());
    let to = with_draft(draft(hmac::SPEC), &receiver.url, receiver.ca());
    place.waypost.probe(&to, |_| {}, pending()).await.unwrap();
    let [unsigned, wrong, tampered, right] = receiver.requests().try_into().unwrap();
    assert_eq!((&unsigned.body, &wrong.body, &right.body), (&right.body, &right.body, &BuiltIn::Ping.event().body));
    assert_eq!(tampered.header("x-signature"), right.header("x-signature"));
    assert_ne!(wrong.header("x-signature"), right.header("x-signature"));
    let json: serde_json::Value = serde_json::from_slice(&tampered.body).unwrap();
    assert_eq!((&json["tampered"], &json["topic"]), (&true.into(), &"ping".into()));
}

#[tokio::test]
async fn inconclusive_answers_are_not_called_good() {
    let place = Place::new();
    for (answers, verdicts) in [
        // Refuses everything.
        (vec![Answer::status(401)], [Verdict::Unclear, Verdict::Unclear, Verdict::Bad]),
        // Fails on what it should refuse.
        (
            vec![Answer::status(500), Answer::status(404), Answer::status(200)],
            [Verdict::Unclear, Verdict::Unclear, Verdict::Good],
        ),
        // It is too busy at the moment.
        (vec![Answer::status(401), Answer::status(401), Answer::status(429)], [Verdict::Unclear; 3]),
    ] {
        let receiver = Receiver::scripted(expect_nothing(), answers);
        let to = with_draft(draft(bearer::SPEC), &receiver.url, receiver.ca());
        let report = place.waypost.probe(&to, |_| {}, pending()).await.unwrap();
        assert_eq!(report.probe().cases.iter().map(|row| row.verdict).collect::<Vec<_>>(), verdicts, "{report:?}");
    }
    let busy = Receiver::scripted(expect_nothing(), vec![Answer::status(401), Answer::status(401), Answer::status(429)]);
    let to = with_draft(draft(bearer::SPEC), &busy.url, busy.ca());
    let report = place.waypost.probe(&to, |_| {}, pending()).await.unwrap();
    assert!(report.probe().finding().0.contains("did not accept the valid request this time (429)"), "{report:?}");
    assert!(report.probe().finding().1.text.starts_with("Probe again"), "{report:?}");
    let receiver = Receiver::start(expect_nothing());
    let to = with_draft(draft(default::SPEC), &receiver.url, receiver.ca());
    let report = place.waypost.probe(&to, |_| {}, pending()).await.unwrap();
    assert_eq!((report.probe().cases.len(), receiver.connections()), (0, 0), "nothing to check");
}

#[tokio::test]
async fn an_endpoint_that_is_not_there_is_asked_once() {
    let place = Place::new();
    let receiver = Receiver::scripted(expect_nothing(), vec![Answer::Close]);
    let to = with_draft(draft(bearer::SPEC), &receiver.url, receiver.ca());
    let report = place.waypost.probe(&to, |_| {}, pending()).await.unwrap();
    assert_eq!(
        (report.probe().cases.len(), report.probe().is_cut_short(), report.probe().cases[0].verdict),
        (1, true, Verdict::Unclear)
    );
    let stopper = Stopper::default();
    let report = place.waypost.probe(&to, |_| stopper.stop(), stopper.stopped()).await.unwrap();
    assert_eq!((report.delivery.outcome(), report.probe().is_cut_short()), (Outcome::Stopped, true));
}

#[tokio::test]
async fn a_delivery_is_sent_again_under_the_same_id_to_the_destination_of_now() {
    let place = Place::new();
    let before = Receiver::scripted(expect_hmac("hex", "x-signature", SECRET), vec![Answer::status(503)]);
    let event = Event { name: "order".into(), body: b"{\"n\":1} \n".to_vec() };
    let first = place.waypost.test(&destination(&before.url, before.ca()), &event, |_| {}, pending()).await.delivery;
    let now = Receiver::start(expect_bearer("canary-token"));
    let to = with_draft(draft(bearer::SPEC), &now.url, now.ca());
    let again = place.waypost.resend(&to, &first.id, |_| {}, pending()).await.unwrap().delivery;
    assert_eq!((again.outcome(), again.event.as_str()), (Outcome::Delivered, "order"));
    assert_eq!(again.id, first.id);
    let request = now.wait_for_request(DEADLINE);
    assert_eq!(request.header("webhook-id"), first.id);
    // Each has its row; the id names the newest.
    assert_eq!(place.waypost.delivery(&first.id).unwrap().at(), again.at());
    assert_eq!(place.waypost.newest(9).unwrap().total, 2);
    assert_eq!((request.body, before.requests().len()), (event.body, 1));

    let none = place.waypost.resend(&to, "msg_\u{202e}none", |_| {}, pending()).await.unwrap_err();
    assert!(none.what.contains("no delivery msg_\\u{202e}none"), "{none}");
    let long = Event { name: "long".into(), body: format!("\"{}\"", "x".repeat(70_000)).into_bytes() };
    let sent = place.waypost.test(&to, &long, |_| {}, pending()).await.delivery;
    let refused = place.waypost.resend(&to, &sent.id, |_| {}, pending()).await.unwrap_err();
    assert!(refused.why.contains("64 KiB"), "{refused}");
    assert_eq!(now.requests().len(), 2, "nothing was sent for those");
}
