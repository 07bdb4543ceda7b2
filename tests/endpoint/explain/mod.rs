//! Which mistake it was: each one made on purpose is named, and nothing else is.

mod by_hand;
mod credentials;
mod pairs;
mod reported;
mod single;
mod tampering;

use waypost::domain::auth::AuthType;
use waypost::domain::auth::hmac;
use waypost::domain::destination::Settings;
use waypost::domain::draft::Draft;
use waypost::domain::field;
use waypost::domain::signature::Format;
use waypost::domain::signature::explain::{Explanation, Mistake, expected, explain};
use waypost::domain::signature::verify::Received;

pub(crate) const NOW: i64 = 1_790_000_000;
pub(crate) const TS: &str = "1790000000";
pub(crate) const ID: &str = "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk";
pub(crate) const SECRET: &str = "It's a Secret to Everybody";
/// Base64, and hex, too.
pub(crate) const CODED: &str = "5d1d0f4eab9b7b5fbb3ac9e3bb2a7b6f5d1d0f4eab9b7b5f";
pub(crate) const WHSEC: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
/// What follows `whsec_`, decoded.
pub(crate) const WHSEC_KEY: [u8; 24] = [
    0x0b, 0x61, 0x55, 0xb0, 0x14, 0x08, 0x86, 0xbb, 0x1c, 0x0a, 0x19, 0x50, 0x20, 0xc5, 0x7e, 0x6f, 0x9b, 0x12, 0x62, 0xca, 0x68,
    0x6f, 0xba, 0x03,
];

/// A request in parts.
#[derive(Clone, Debug)]
pub(crate) struct Req {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Req {
    /// With what every delivery has.
    pub(crate) fn new(body: impl AsRef<[u8]>) -> Self {
        let headers = [
            ("content-type", "application/json"),
            ("user-agent", "waypost/0.1.0"),
            ("webhook-id", ID),
            ("webhook-timestamp", TS),
            ("accept", "*/*"),
            ("host", "h.example"),
        ];
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        Self { method: "POST".into(), target: "/in".into(), headers, body: body.as_ref().to_vec() }
    }

    pub(crate) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(key, _)| key != name);
        self
    }

    pub(crate) fn instead(self, name: &str, value: impl Into<String>) -> Self {
        self.without(name).with(name, value)
    }

    pub(crate) fn to(mut self, target: &str) -> Self {
        target.clone_into(&mut self.target);
        self
    }

    pub(crate) fn received(&self) -> Received<'_> {
        Received { method: &self.method, target: &self.target, headers: &self.headers, body: &self.body }
    }

    pub(crate) fn explain(&self, settings: &Settings) -> Explanation {
        explain(settings, &self.received(), NOW)
    }
}

pub(crate) fn draft(auth_type: AuthType) -> Draft {
    Draft::new(auth_type).with(field::URL, "https://h.example/in").with(hmac::HEADER_KEY, "X-Signature")
}

pub(crate) fn hmac_of(format: Format, secret: &str) -> Settings {
    let secret = crate::support::check::secret_for(format.name(), secret);
    draft(hmac::SPEC).with(hmac::FORMAT, format.name()).with(hmac::SIGNING_SECRET, secret).check().unwrap().settings
}

/// A mistake made on purpose.
pub(crate) struct Case {
    pub(crate) what: &'static str,
    pub(crate) settings: Settings,
    pub(crate) request: Req,
    pub(crate) mistakes: Vec<Mistake>,
}

/// Each case is named as exactly its mistakes, in words that reveal no secret.
pub(crate) fn assert_named(cases: &[Case]) {
    let mut wrong = Vec::new();
    for case in cases {
        let found = case.request.explain(&case.settings);
        if found.mistakes != case.mistakes {
            wrong.push(format!("{}: {:?}, not {:?} ({})", case.what, found.mistakes, case.mistakes, found.reason));
        }
        assert!(!found.valid && !found.reason.is_empty() && !found.fix.is_empty(), "{}", case.what);
        assert_tells_nothing(case, &found);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn assert_tells_nothing(case: &Case, found: &Explanation) {
    let said = format!("{found:?}");
    let (_, secret) = case.settings.auth().secret().unwrap();
    assert!(!said.contains(secret.expose()), "{}: {said}", case.what);
    if let Some(value) = expected(&case.settings, &case.request.received()) {
        let value = value.expose().rsplit([',', '=']).find(|part| part.len() > 20).unwrap().to_owned();
        assert!(!said.contains(&value), "{}: {said}", case.what);
    }
}

#[test]
fn the_table_is_as_large_as_was_asked() {
    assert!(single::cases().len() + credentials::cases().len() >= 40);
    assert!(pairs::cases().len() >= 10);
}
