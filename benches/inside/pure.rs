//! Signing, building a request, checking a draft, explaining a signature.

use divan::{Bencher, black_box, counter::BytesCount};
use waypost::domain::auth::AuthType;
use waypost::domain::auth::{self, hmac};
use waypost::domain::destination::Settings;
use waypost::domain::event::BuiltIn;
use waypost::domain::request::Request;
use waypost::domain::secret::Secret;
use waypost::domain::signature::explain::explain;
use waypost::domain::signature::verify::Received;
use waypost::domain::signature::{Format, SigningSecret};

use crate::scenes;

#[divan::bench(args = [256, 2 * 1024, 64 * 1024, 1024 * 1024])]
fn sign(bencher: Bencher, bytes: usize) {
    let secret = SigningSecret::new(Secret::new("a signing secret for measuring"), Format::Hex).unwrap();
    let body = vec![b'x'; bytes];
    bencher.counter(BytesCount::new(bytes)).bench(|| secret.sign("msg_0", 0, black_box(&body)));
}

#[divan::bench(args = auth::ALL)]
fn build_request(bencher: Bencher, auth_type: AuthType) {
    let (settings, stamp) = (scenes::settings(auth_type), scenes::stamp());
    let body = BuiltIn::ClientSubmissionAuto.event().body;
    bencher.bench(|| Request::build(black_box(&settings), &body, &stamp, &settings.auth().credential()));
}

#[divan::bench(args = auth::ALL)]
fn check_draft(bencher: Bencher, auth_type: AuthType) {
    let draft = scenes::draft(auth_type);
    bencher.bench(|| black_box(&draft).check());
}

#[divan::bench(args = auth::ALL)]
fn notices_of_draft(bencher: Bencher, auth_type: AuthType) {
    let draft = scenes::draft(auth_type);
    bencher.bench(|| black_box(&draft).notices());
}

/// JSON of about `bytes` bytes, with values that other languages encode differently.
fn json(bytes: usize) -> Vec<u8> {
    let item = r#"{"name":"Åsa / \u00e9","sum":12.50,"ok":true}"#;
    let items = vec![item; bytes / (item.len() + 1)];
    format!("{{\"items\":[{}]}}", items.join(",")).into_bytes()
}

fn received(settings: &Settings, body: &[u8]) -> Vec<(String, String)> {
    let request = Request::build(settings, body, &scenes::stamp(), &settings.auth().credential());
    request.headers.iter().map(|header| (header.name.to_string(), header.value.exposed().expose().to_owned())).collect()
}

/// The worst case: a signature that no known mistake explains, so that all of them are tried.
#[divan::bench(args = [2 * 1024, 64 * 1024])]
fn explain_none_of_the_mistakes(bencher: Bencher, bytes: usize) {
    let settings = scenes::settings(hmac::SPEC);
    let body = json(bytes);
    let mut headers = received(&settings, &body);
    for (name, value) in &mut headers {
        if name == "x-signature" {
            *value = "0".repeat(64);
        }
    }
    let request = Received { method: "POST", target: "/in", headers: &headers, body: &body };
    bencher.bench(|| explain(&settings, black_box(&request), scenes::stamp().timestamp));
}

#[divan::bench(args = [2 * 1024, 64 * 1024])]
fn explain_valid(bencher: Bencher, bytes: usize) {
    let settings = scenes::settings(hmac::SPEC);
    let body = json(bytes);
    let headers = received(&settings, &body);
    let request = Received { method: "POST", target: "/in", headers: &headers, body: &body };
    bencher.bench(|| explain(&settings, black_box(&request), scenes::stamp().timestamp));
}
