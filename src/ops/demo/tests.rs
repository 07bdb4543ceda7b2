use super::*;
use crate::domain::auth::{AuthType, api_key, basic, bearer, default, hmac};
use crate::domain::draft::Draft;
use crate::domain::event::BuiltIn;
use crate::domain::field;
use crate::domain::rotation::KeepOld;

use crate::domain::signature::Format;

type Witnesses = tokio::sync::mpsc::UnboundedReceiver<Witness>;

async fn started() -> (Demo, Witnesses) {
    let (seen, witnesses) = tokio::sync::mpsc::unbounded_channel();
    (Demo::start(move |witness| seen.send(witness).unwrap()).await.unwrap(), witnesses)
}

fn draft(demo: &Demo, auth_type: AuthType) -> Draft {
    Draft::new(auth_type)
        .with(field::URL, demo.url())
        .with(hmac::HEADER_KEY, "X-Sig")
        .with(hmac::SIGNING_SECRET, "the-registered-secret")
        .with(basic::USERNAME, "Aladdin")
        .with(basic::PASSWORD, "open sesame and more")
        .with(bearer::TOKEN, "mF_9.B5f-4.1JqM0123456789")
        .with(api_key::KEY, "X-Api-Key")
        .with(api_key::VALUE, "k-0123456789-0123456789")
}

fn settings(draft: &Draft) -> Settings {
    draft.check().unwrap().settings
}

/// The status of a test delivery to what is registered, and what the receiver saw.
async fn test(waypost: &Waypost, witnesses: &mut Witnesses) -> (Option<u16>, Witness) {
    let to = waypost.destination().unwrap();
    let tested = waypost.test(&to, &BuiltIn::Ping.event(), |_| (), std::future::pending()).await;
    let witness = witnesses.recv().await.unwrap();
    assert_eq!(witness.id.as_ref(), Some(&tested.delivery.id));
    assert!(witness.text.ends_with('.') && !witness.text.contains(".."), "{}", witness.text);
    (tested.delivery.last().unwrap().response.as_ref().map(|response| response.status), witness)
}

#[tokio::test]
async fn a_check_that_fails_names_the_mistake() {
    let (demo, mut witnesses) = started().await;
    let with = |secret: &str| draft(&demo, hmac::SPEC).with(hmac::SIGNING_SECRET, secret);
    let waypost = demo.waypost();
    waypost.register(settings(&with("the-registered-secret"))).unwrap();
    for (secret, accepted, says) in [
        ("the-registered-secret", true, "and accepted it: the signature in x-sig is valid."),
        ("the-registered-secret\u{20}", false, "and rejected it: nearly right: "),
        ("another-secret", false, "and rejected it: the signature does not match"),
        ("the-registered-secret", true, "and accepted it: the signature in x-sig is valid."),
    ] {
        waypost.edit(None, KeepOld::default(), |_, _| Ok(settings(&with(secret)))).unwrap();
        let (status, witness) = test(&waypost, &mut witnesses).await;
        assert_eq!((status, witness.accepted), (Some(if accepted { 200 } else { 401 }), accepted), "{}", witness.text);
        assert!(witness.text.contains(says), "{}", witness.text);
        assert_eq!(witness.text.contains("It keeps the credentials that were registered first."), !accepted, "{}", witness.text);
    }
}

#[tokio::test]
async fn every_auth_type_can_be_refused_and_fixed() {
    for (auth_type, slip, status, says) in [
        (
            default::SPEC,
            (|draft| draft.set(field::URL, format!("{}x", draft.text(field::URL)))) as fn(&mut Draft),
            404,
            "/inx, 67 bytes: there is nothing at that path",
        ),
        (
            hmac::SPEC,
            |draft| draft.set(hmac::FORMAT, Format::Base64.name()),
            401,
            "the signature is written in base64, not in lower-case hex",
        ),
        (basic::SPEC, |draft| draft.set(basic::USERNAME, "Aladdinx"), 401, "the user name does not match"),
        (bearer::SPEC, |draft| draft.set(bearer::TOKEN, "another-token"), 401, "the token"),
        (api_key::SPEC, |draft| draft.set(api_key::ADD_TO, api_key::QUERY.name), 401, "the credential is in the query"),
    ] {
        let (demo, mut witnesses) = started().await;
        let waypost = demo.waypost();
        let right = draft(&demo, auth_type);
        let mut wrong = right.clone();
        slip(&mut wrong);
        waypost.register(settings(&right)).unwrap();
        for (draft, expected) in [(&right, 200), (&wrong, status), (&right, 200)] {
            waypost.edit(None, KeepOld::default(), |_, _| Ok(settings(draft))).unwrap();
            let (status, witness) = test(&waypost, &mut witnesses).await;
            assert_eq!((status, witness.accepted), (Some(expected), expected == 200), "{}", witness.text);
            assert!(expected == 200 || witness.text.contains(says), "{}", witness.text);
            assert!(!witness.text.contains("k-0123456789"), "{}", witness.text);
        }
    }
}

#[tokio::test]
async fn a_secret_that_came_since_is_masked_too() {
    let (demo, mut witnesses) = started().await;
    let waypost = demo.waypost();
    waypost.register(settings(&draft(&demo, api_key::SPEC))).unwrap();
    assert_eq!(test(&waypost, &mut witnesses).await.0, Some(200));
    let since = draft(&demo, api_key::SPEC).with(api_key::VALUE, "v-9876543210").with(api_key::ADD_TO, api_key::QUERY.name);
    waypost.edit(None, KeepOld::default(), |_, _| Ok(settings(&since))).unwrap();
    let (status, witness) = test(&waypost, &mut witnesses).await;
    assert!(status == Some(401) && !witness.text.contains("9876543210"), "{}", witness.text);
}

#[tokio::test]
async fn a_received_key_is_masked_whatever_is_registered_when_it_is_reported() {
    let (demo, _) = started().await;
    let waypost = demo.waypost();
    let registered = Registered { waypost: waypost.clone(), received: Mutex::default() };
    let with = |value: &str| draft(&demo, api_key::SPEC).with(api_key::VALUE, value).with(api_key::ADD_TO, api_key::QUERY.name);
    waypost.register(settings(&with("first-0123456789"))).unwrap();
    let first = waypost.destination().unwrap();
    for value in ["first-0123456789", "second-9876543210"] {
        waypost.edit(None, KeepOld::default(), |_, _| Ok(settings(&with(value)))).unwrap();
        assert_eq!(registered.given().as_ref(), Some(first.settings()));
    }
    waypost.edit(None, KeepOld::default(), |_, _| Ok(settings(&draft(&demo, bearer::SPEC)))).unwrap();
    let seen = RequestEvent {
        at: Timestamp::now(),
        method: "POST".into(),
        target: "/in?X-Api-Key=second-9876543210".into(),
        headers: Vec::new(),
        body: None,
        body_bytes: 67,
        webhook_id: None,
        client: None,
        verdict: Some(Verdict::Rejected { why: "the key is another".into() }),
        status: 401,
        rejected: None,
    };
    let witness = witness(seen, &registered.received());
    assert!(witness.text.starts_with("The receiver got POST /in?X-Api-Key=•"), "{}", witness.text);
    assert!(witness.text.ends_with("It keeps the credentials that were registered first."), "{}", witness.text);
    let all = format!("{witness:?}");
    assert!(!all.contains("9876543210") && !all.contains("0123456789"), "{all}");
}

#[tokio::test]
async fn a_deletion_lets_the_receiver_take_what_is_registered_next() {
    let (demo, _) = started().await;
    let waypost = demo.waypost();
    let registered = Registered { waypost: waypost.clone(), received: Mutex::default() };
    assert_eq!(registered.given(), None);
    let [first, next] = [bearer::SPEC, hmac::SPEC].map(|auth_type| settings(&draft(&demo, auth_type)));
    waypost.register(first.clone()).unwrap();
    assert_eq!(registered.given(), Some(first.clone()));
    waypost.edit(None, KeepOld::default(), |_, _| Ok(next.clone())).unwrap();
    assert_eq!(registered.given(), Some(first));
    assert!(registered.received().differs());
    waypost.remove(None).unwrap();
    assert_eq!(registered.given(), None);
    // The time of a registration is in seconds.
    let at = registered.received().given.unwrap().created_at();
    while waypost.register(next.clone()).unwrap().destination.created_at() == at {
        waypost.remove(None).unwrap();
    }
    assert_eq!(registered.given(), Some(next));
}
