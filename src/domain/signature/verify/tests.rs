//! Every auth type: what is sent is accepted, and each thing that can be wrong has its own words.

use super::*;
use crate::domain::auth::AuthType;
use crate::domain::auth::{self, api_key, basic, bearer, default, hmac, oauth2};
use crate::domain::credential::Credential;
use crate::domain::draft::Draft;
use crate::domain::field;
use crate::domain::mask::DOTS;
use crate::domain::request::Stamp;
use crate::domain::secret::Secret;
use crate::domain::signature::{Format, generated};
use crate::domain::token::{self, TokenClient, TokenRequest};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

const NOW: i64 = 1_790_000_000;
const SECRET: &str = "a-secret-of-some-length";

fn draft(auth_type: AuthType) -> Draft {
    Draft::new(auth_type)
        .with(field::URL, "https://h.example/in?a=1&b=%20+")
        .with(hmac::HEADER_KEY, "X-Signature")
        .with(hmac::SIGNING_SECRET, SECRET)
        .with(basic::USERNAME, "ann")
        .with(basic::PASSWORD, SECRET)
        .with(bearer::TOKEN, SECRET)
        .with(oauth2::TOKEN_URL, "https://auth.example.com/token")
        .with(oauth2::CLIENT_ID, "client")
        .with(oauth2::CLIENT_SECRET, SECRET)
        .with(api_key::KEY, "x-api-key")
        .with(api_key::VALUE, SECRET)
}

fn settings(draft: &Draft) -> Settings {
    draft.check().unwrap().settings
}

/// A request in parts, to be spoiled one at a time.
#[derive(Clone)]
struct Sent {
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

/// A token of the receiver in waypost.
fn issued(client: &TokenClient) -> Secret {
    let request = TokenRequest::new(client);
    let authorization = request.request().header("authorization").unwrap().exposed();
    let issued = token::issue(client, Some(authorization.expose()), &request.request().body, NOW, &[7; 8]);
    Secret::new(issued.body["access_token"].as_str().unwrap())
}

impl Sent {
    fn to(settings: &Settings) -> Self {
        let request = Request::build(
            settings,
            b"{\"a\":1}",
            &Stamp { id: "msg_1".into(), event: "ping".into(), timestamp: NOW },
            &settings.auth().credential(),
        );
        let request = match settings.auth().credential() {
            Credential::Token(client) => request.with_token(&issued(&client)),
            _ => request,
        };
        let url = url::Url::parse(request.url.exposed().expose()).unwrap();
        Self {
            method: "POST".into(),
            target: url[url::Position::BeforePath..].to_owned(),
            headers: request.headers.iter().map(|h| (h.name.to_string(), h.value.exposed().expose().to_owned())).collect(),
            body: request.body.to_vec(),
        }
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        self = self.without(name);
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(key, _)| key != name);
        self
    }

    fn check(&self, settings: &Settings) -> Verdict {
        self.check_at(settings, NOW)
    }

    fn check_at(&self, settings: &Settings, now: i64) -> Verdict {
        let received = Received { method: &self.method, target: &self.target, headers: &self.headers, body: &self.body };
        check(settings, &received, now)
    }

    fn why(&self, settings: &Settings) -> String {
        let verdict = self.check(settings);
        assert_eq!(verdict.is_accepted(), matches!(verdict, Verdict::Accepted { .. }));
        match verdict {
            Verdict::Rejected { why } => why,
            Verdict::Accepted { how } => panic!("accepted: {how}"),
        }
    }
}

fn every_settings() -> Vec<Settings> {
    let mut all: Vec<_> = auth::ALL.into_iter().map(|auth| settings(&draft(auth))).collect();
    for format in Format::ALL {
        let signing_secret = generated(format, b"0123456789abcdef0123456789abcdef");
        all.push(settings(&draft(hmac::SPEC).with(hmac::SIGNING_SECRET, signing_secret).with(hmac::FORMAT, format.name())));
    }
    let key = "api key+ä".to_owned();
    all.push(settings(
        &draft(api_key::SPEC).with(api_key::KEY, key).with(api_key::VALUE, "v &=+%ä").with(api_key::ADD_TO, api_key::QUERY.name),
    ));
    all
}

#[test]
fn what_is_sent_is_accepted_and_nothing_else_than_a_post_is() {
    for settings in every_settings() {
        let sent = Sent::to(&settings);
        assert!(sent.check(&settings).is_accepted(), "{settings:?}: {:?}", sent.check(&settings));
        let put = Sent { method: "PUT".into(), ..sent };
        assert_eq!(put.why(&settings), "the method is PUT; deliveries are sent by POST");
    }
}

#[test]
fn accepted_says_by_what() {
    let how = |auth| Sent::to(&settings(&draft(auth))).check(&settings(&draft(auth))).reason().to_owned();
    assert_eq!(how(default::SPEC), "nothing to check: no authentication is registered");
    assert_eq!(how(hmac::SPEC), "the signature in x-signature is valid");
    assert_eq!(how(basic::SPEC), "the user name and password are correct");
    assert_eq!(how(bearer::SPEC), "the token is correct");
    assert_eq!(how(api_key::SPEC), "the key in x-api-key is correct");
}

#[test]
fn no_reason_reveals_a_secret() {
    for settings in every_settings() {
        let right = Sent::to(&settings);
        let Some((_, secret)) = settings.auth().secret() else { continue };
        let signature = right.headers.iter().find(|(name, _)| name == "x-signature").map_or("no signature", |(_, v)| v.as_str());
        for wrong in [
            Sent { headers: Vec::new(), target: "/in".into(), ..right.clone() },
            Sent { body: b"other".to_vec(), ..right.clone() },
            right.clone().with("authorization", secret.expose()).with("x-signature", secret.expose()),
        ] {
            let why = format!("{:?}", wrong.check(&settings));
            assert!(!why.contains(secret.expose()) && !why.contains(signature), "{why}");
        }
    }
}

#[test]
fn wrong_signatures() {
    let plain = settings(&draft(hmac::SPEC));
    let sent = Sent::to(&plain);
    assert_eq!(sent.clone().without("x-signature").why(&plain), "the header x-signature is missing");
    let other = Sent { body: b"{\"a\":2}".to_vec(), ..sent.clone() };
    assert!(other.why(&plain).contains("does not match"));
    let twice = Sent { headers: [sent.headers.clone(), sent.headers.clone()].concat(), ..sent };
    assert!(twice.why(&plain).contains("more than once"));

    let github = settings(&draft(hmac::SPEC).with(hmac::FORMAT, Format::Sha256Hex.name()));
    assert!(Sent::to(&plain).why(&github).contains("sha256= and 64 hex digits"));

    let stripe = settings(&draft(hmac::SPEC).with(hmac::FORMAT, Format::Timestamped.name()));
    assert!(Sent::to(&stripe).check_at(&stripe, NOW + 300).is_accepted());
    assert!(Sent::to(&stripe).check_at(&stripe, NOW + 301).reason().contains("301 s off"));

    let signing_secret = Secret::new("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    let standard =
        settings(&draft(hmac::SPEC).with(hmac::FORMAT, Format::Standard.name()).with(hmac::SIGNING_SECRET, signing_secret));
    assert_eq!(Sent::to(&standard).without("webhook-id").why(&standard), "the header webhook-id is missing");
    assert_eq!(Sent::to(&standard).without("webhook-timestamp").why(&standard), "the header webhook-timestamp is missing");
    assert!(Sent::to(&standard).with("webhook-id", "msg_2").why(&standard).contains("does not match"));
    assert!(Sent::to(&standard).with("webhook-timestamp", "soon").why(&standard).contains("not a number"));
}

#[test]
fn wrong_basic_credentials() {
    let settings = settings(&draft(basic::SPEC));
    let given = |value: &str| Sent::to(&settings).with("authorization", value).why(&settings);
    let encoded = |pair: &[u8]| format!("Basic {}", STANDARD.encode(pair));
    assert_eq!(Sent::to(&settings).without("authorization").why(&settings), "the header authorization is missing");
    assert!(given("Bearer x").contains("does not begin with \"Basic \""));
    assert!(given("Basic").contains("nothing follows"));
    assert!(given("Basic ***").contains("not base64"));
    assert!(given(&encoded(b"ann")).contains("no colon"));
    assert!(given(&encoded(&[0xff, b':', b'x'])).contains("not UTF-8"));
    assert!(given(&encoded(b"ann:x")).starts_with("the password does not match"));
    assert!(given(&encoded(format!("bob:{SECRET}").as_bytes())).starts_with("the user name does not match"));
    assert!(given(&encoded(b"bob:x")).starts_with("neither the user name nor the password"));
    let right = encoded(format!("ann:{SECRET}").as_bytes()).replace("Basic", "bAsIc");
    assert!(Sent::to(&settings).with("authorization", &right).check(&settings).is_accepted());
}

#[test]
fn wrong_tokens_and_keys() {
    let bearer = settings(&draft(bearer::SPEC));
    let given = |value: &str| Sent::to(&bearer).with("authorization", value).why(&bearer);
    assert!(given(SECRET).contains("does not begin with \"Bearer \""));
    assert!(given("Bearer ").contains("nothing follows"));
    assert!(given("Bearer x").contains("does not match"));

    let header = settings(&draft(api_key::SPEC));
    assert_eq!(Sent::to(&header).without("x-api-key").why(&header), "the header x-api-key is missing");
    assert!(Sent::to(&header).with("x-api-key", "x").why(&header).contains("x-api-key does not match"));
}

#[test]
fn keys_in_the_query_are_read_decoded() {
    let draft =
        draft(api_key::SPEC).with(api_key::KEY, "my key").with(api_key::VALUE, "v&+").with(api_key::ADD_TO, api_key::QUERY.name);
    let settings = settings(&draft);
    let at = |target: &str| Sent { target: target.into(), ..Sent::to(&settings) };
    for right in ["/in?my%20key=v%26%2B", "/in?my+key=v%26%2b", "/in?a=1&m%79%20key=v%26%2B&b"] {
        assert!(at(right).check(&settings).is_accepted(), "{right}");
    }
    assert_eq!(at("/in").why(&settings), "the query has no parameter my key");
    assert_eq!(at("/in?My%20key=v%26%2B").why(&settings), "the query has no parameter my key");
    assert!(at("/in?my%20key=v&+").why(&settings).contains("does not match"));
    assert!(at("/in?my%20key=v%26%2B&my+key=x").why(&settings).contains("more than once"));
}

#[test]
fn a_target_is_shown_without_keys() {
    let draft =
        draft(api_key::SPEC).with(api_key::KEY, "my key").with(api_key::VALUE, "v&+").with(api_key::ADD_TO, api_key::QUERY.name);
    let keyed = settings(&draft.with(field::URL, "https://h.example.com/in?a=1&b"));
    let shown = |target| shown_target(Some(&keyed), target);
    assert_eq!(shown("/in?a=1&m%79+key=wrong&b&=c"), format!("/in?a=1&m%79+key={DOTS}&b&={DOTS}"));
    // A key under another name, or alone, is a key all the same.
    assert_eq!(shown("/in?a=2&apikey=secret&secret&d="), format!("/in?a={DOTS}&apikey={DOTS}&{DOTS}&d="));
    assert_eq!(shown("/in"), "/in");
    assert_eq!(shown_target(None, "/in?a=b"), format!("/in?a={DOTS}"));
    assert_eq!(shown_target(None, "/in\u{202e}?"), "/in\\u{202e}?");
}

#[test]
fn c28_a_header_is_shown_without_credentials() {
    let keyed = settings(&draft(api_key::SPEC).with(api_key::KEY, "X-Partner").with(api_key::VALUE, "v-0123456789"));
    let signed = settings(&draft(hmac::SPEC).with(hmac::HEADER_KEY, "X-Token").with(hmac::SIGNING_SECRET, "s3cret"));
    for (settings, name, value, expected) in [
        (None, "Authorization", "Bearer abc", format!("Bearer {DOTS}")),
        (None, "authorization", "basic dTpw", format!("basic {DOTS}")),
        (None, "authorization", "hunter2 and more", DOTS.to_owned()),
        (None, "authorization", "hunter2", DOTS.to_owned()),
        (None, "cookie", "a=b; c=d", DOTS.to_owned()),
        (None, "x-api-key", "k", DOTS.to_owned()),
        (None, "ocp-apim-subscription-key", "k", DOTS.to_owned()),
        (None, "x-gitlab-token", "k", DOTS.to_owned()),
        (None, "x-hub-signature-256", "sha256=ab", "sha256=ab".to_owned()),
        (None, "idempotency-key", "1", "1".to_owned()),
        (None, "content-type", "application/json", "application/json".to_owned()),
        (None, "x-partner", "v", "v".to_owned()),
        (Some(&keyed), "X-PARTNER", "wrong", DOTS.to_owned()),
        (Some(&signed), "x-token", "ab12", "ab12".to_owned()),
    ] {
        assert_eq!(shown_header(settings, name, value), expected, "{name}: {value}");
    }
}

#[test]
fn of_a_repeated_header_the_first_is_shown() {
    let headers = [("X-One", "a"), ("x-two", "b"), ("X-TWO", "c")].map(|(name, value)| (name.to_owned(), value.to_owned()));
    let received = Received { method: "POST", target: "/", headers: &headers, body: b"" };
    assert_eq!(["x-one", "X-Two", "x-three"].map(|name| received.header(name)), [Some("a"), Some("b"), None]);
}

#[test]
fn a35_a_value_of_very_many_signatures_costs_as_much_as_one_of_a_few() {
    let body = vec![b' '; 1024 * 1024];
    for format in [Format::Timestamped, Format::Standard, Format::StandardEd25519] {
        let seed = STANDARD.encode([7; 32]);
        let settings = settings(&draft(hmac::SPEC).with(hmac::FORMAT, format.name()).with(hmac::SIGNING_SECRET, &seed));
        let Credential::Signature { header, key, .. } = settings.auth().credential() else { panic!("it signs") };
        let right = key.sign("msg_1", NOW, &body);
        let (time, wrong, separator) = match format {
            Format::Timestamped => (format!("t={NOW},"), format!("v1={}", "0".repeat(64)), ","),
            Format::Standard => (String::new(), "v1,AAAA".to_owned(), " "),
            _ => (String::new(), format!("v1a,{}", STANDARD.encode([0; 64])), " "),
        };
        let is_accepted = |before: usize| {
            let value = time.clone() + &format!("{wrong}{separator}").repeat(before) + right.trim_start_matches(&time);
            let stamp = NOW.to_string();
            let headers = [(header.wire(), value), ("webhook-id".into(), "msg_1".into()), ("webhook-timestamp".into(), stamp)];
            let received = Received { method: "POST", target: "/in", headers: &headers, body: &body };
            check(&settings, &received, NOW).is_accepted()
        };
        assert!(is_accepted(0) && is_accepted(20), "{format:?}");
        // Checking each would take minutes: the right one, at the end, is not reached.
        assert!(!is_accepted(50_000), "{format:?}");
    }
}
