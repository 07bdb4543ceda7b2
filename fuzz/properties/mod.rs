//! Properties that hold for any bytes: one function for each parser of outside input. A function panics if its property does not hold.
//!
//! `cargo fuzz` looks for bytes that break one (with the nightly toolchain, in this folder); `tests/fuzz` gives it the bytes of
//! `fuzz/corpus` with every run of the tests.

mod answer;
mod database;
mod import;
mod json;
mod redact;
mod state;
mod text;
mod verify;

use waypost::domain::auth::bearer;
use waypost::domain::destination::Settings;
use waypost::domain::draft::Draft;
use waypost::domain::field;

/// A property by the name of its corpus.
pub type Property = (&'static str, fn(&[u8]));

pub const ALL: [Property; 13] = [
    ("answer", answer::kept),
    ("config", json::config),
    ("curl", import::curl),
    ("header", text::header),
    ("json", json::text),
    ("record", database::record),
    ("redact", redact::bytes),
    ("registration", import::registration),
    ("retry_after", text::retry_after),
    ("rows", database::rows),
    ("state", state::document),
    ("url", text::url),
    ("verify", verify::request),
];

/// Checks the property of that name.
pub fn check(name: &str, bytes: &[u8]) {
    let (_, property) = ALL.iter().find(|(it, _)| *it == name).expect("there is a property of that name");
    property(bytes);
}

const URL: &str = "https://hooks.example.com/in";

const SECRET: &str = "Canary+/0123456789-sEcRet~tail";

/// The bytes with the secret in the place of each 1. By chance alone, a fuzzer would never write the secret.
fn with_secret(bytes: &[u8], secret: &[u8]) -> Vec<u8> {
    bytes.split(|&byte| byte == 1).collect::<Vec<_>>().join(secret)
}

fn holds(text: &[u8], secret: &[u8]) -> bool {
    text.windows(secret.len()).any(|window| window.eq_ignore_ascii_case(secret))
}

fn holds_secret(text: &[u8]) -> bool {
    holds(text, SECRET.as_bytes())
}

fn settings(draft: Draft) -> Settings {
    draft.with(field::URL, URL).check().expect("it is valid").settings
}

fn with_bearer() -> Settings {
    settings(Draft::new(bearer::SPEC).with(bearer::TOKEN, SECRET))
}
