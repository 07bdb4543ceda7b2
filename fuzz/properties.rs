//! What holds for any bytes, one function for each parser that reads what comes from outside. Each panics where it does not hold.
//!
//! `cargo fuzz` looks for bytes that break one (with the nightly toolchain, in this folder); `tests/fuzz` gives it the bytes of
//! `fuzz/corpus` with every run of the tests.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::sync::LazyLock;
use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::strtime;
use serde_json::Value;
use waypost::domain::auth::{api_key, basic, bearer, hmac};
use waypost::domain::delivery::{Attempt, Response, pause_asked_by, record};
use waypost::domain::destination::Settings;
use waypost::domain::draft::Draft;
use waypost::domain::header::{HeaderKey, HeaderList};
use waypost::domain::redact::Redactor;
use waypost::domain::request::{Request, Stamp};
use waypost::domain::signature::explain::explain;
use waypost::domain::signature::verify::Received;
use waypost::domain::signature::{Format, verify};
use waypost::domain::url::EndpointUrl;
use waypost::domain::{config, field, import, json, shell};
use waypost::io::fs::paths::Paths;
use waypost::io::state::store::{Change, Loaded, StateError, Store};

/// A property by the name of its corpus.
pub type Property = (&'static str, fn(&[u8]));

pub const ALL: [Property; 10] = [
    ("config", config_json),
    ("curl", curl),
    ("header", header),
    ("json", json_text),
    ("record", record_of_the_history),
    ("redact", redact),
    ("retry_after", retry_after),
    ("state", state),
    ("url", url),
    ("verify", verify_and_explain),
];

const SECRET: &str = "Canary+/0123456789-sEcRet~tail";

/// `config.json`: what is wrong in it is reported with its place, and nothing of it is silently left out.
fn config_json(bytes: &[u8]) {
    let (read, troubles) = config::parse(bytes, |_| None);
    assert!(troubles.iter().all(|trouble| !trouble.place.is_empty() && !trouble.what.is_empty()), "{troubles:?}");
    if !serde_json::from_slice::<Value>(bytes).is_ok_and(|value| value.is_object()) {
        assert_eq!((read, troubles.len()), (config::Config::default(), 1));
    }
}

/// A curl command: any text is read or refused, and any body comes through a shell's quotes as it was.
fn curl(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(imported) = import::from_curl(text) {
        // What is not valid is found by the same rules as in the form.
        let _ = imported.draft.check();
    }
    if text.contains('\0') || serde_json::from_str::<serde::de::IgnoredAny>(text).is_err() {
        return;
    }
    let command = format!("curl --data-raw {} https://hooks.example.com/in", shell::quoted(bytes));
    // A text that a terminal would act on is quoted by a substitution, which is not run.
    if let Ok(imported) = import::from_curl(&command) {
        assert_eq!(imported.body.as_deref(), Some(bytes), "{command}");
    }
}

/// A header's name that is accepted is one for the HTTP library, and stays as it was entered.
fn header(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(key) = HeaderKey::parse(hmac::HEADER_KEY, text, &[]) {
        assert_eq!(key.as_str(), text);
        assert!(http::HeaderName::from_bytes(bytes).is_ok(), "{text:?}");
    }
}

/// The lexer loses no byte of any text; a text that is JSON for `serde_json` means the same when it is indented.
fn json_text(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    assert_eq!(json::tokens(text).map(|token| token.text).collect::<String>(), text);
    let theirs = serde_json::from_str::<Value>(text);
    if let Some(indented) = json::indented(text) {
        match (theirs, serde_json::from_str::<Value>(&indented)) {
            (Ok(before), Ok(after)) => assert_eq!(before, after, "{text:?}"),
            // Numbers beyond a double and halves of surrogate pairs: read here as they are written.
            (before, after) => assert_eq!(before.is_ok(), after.is_ok(), "{text:?}"),
        }
        assert_eq!(json::indented(&indented).as_deref(), Some(&*indented));
    } else if let Ok(value) = theirs {
        assert!(depth(&value) > 60, "{text:?} is JSON");
    }
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Object(members) => 1 + members.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

/// A row of the history: what is read of it is written, and read the same again.
fn record_of_the_history(bytes: &[u8]) {
    let Ok(value) = serde_json::from_slice::<Value>(bytes) else { return };
    if let Some(delivery) = record::from_json(&value) {
        let written = record::to_json(&delivery);
        let again = record::from_json(&written).expect("what was written is a record");
        assert_eq!(record::to_json(&again), written);
    }
}

fn settings_of(draft: Draft) -> Settings {
    draft.with(field::URL, "https://hooks.example.com/in").check().expect("it is valid").settings
}

/// An answer that repeats the secret after any bytes: it is masked, and what is masked stays as it is.
fn redact(bytes: &[u8]) {
    static REDACTOR: LazyLock<Redactor> =
        LazyLock::new(|| Redactor::new(&settings_of(Draft::new(bearer::SPEC).with(bearer::TOKEN, SECRET))));
    let middle = bytes.len() / 2;
    let answer = [&bytes[..middle], SECRET.as_bytes(), &bytes[middle..]].concat();
    for text in [bytes, &answer] {
        for masked in [REDACTOR.redact_bytes(text), REDACTOR.redact_cut(text)] {
            assert!(!holds_secret(&masked), "{:?}", String::from_utf8_lossy(&masked));
            assert_eq!(REDACTOR.redact_bytes(&masked), masked, "{:?}", String::from_utf8_lossy(&masked));
        }
    }
}

fn holds_secret(text: &[u8]) -> bool {
    text.windows(SECRET.len()).any(|window| window.eq_ignore_ascii_case(SECRET.as_bytes()))
}

/// `Retry-After`: the rest of any text is as good as none, and a date in each form of RFC 9110 §5.6.7 is the same moment.
fn retry_after(bytes: &[u8]) {
    static ATTEMPT: LazyLock<Attempt> = LazyLock::new(|| {
        let recorded = serde_json::from_str(include_str!("corpus/record/seed-00")).expect("it is JSON");
        record::from_json(&recorded).expect("it is a delivery").attempts.remove(0)
    });
    let now = Timestamp::from_second(1_700_000_000).expect("it is in range");
    let asked = |value: &str| {
        let mut attempt = ATTEMPT.clone();
        let headers = HeaderList::from([("retry-after", value)]);
        attempt.response =
            Some(Response { status: 503, reason: String::new(), headers, body: Vec::new(), truncated: false, cut: None });
        pause_asked_by(&attempt, now)
    };
    let text = String::from_utf8_lossy(bytes);
    let pause = asked(&text);
    assert_eq!(asked(&format!(" \t{text} ")), pause, "{text:?}");
    if let Ok(seconds) = text.parse::<u32>()
        && text.bytes().all(|byte| byte.is_ascii_digit())
    {
        assert_eq!(pause, Some(Duration::from_secs(seconds.into())));
    }
    if let Some((number, _)) = bytes.split_first_chunk::<4>() {
        // Within fifty years, so that a year of two digits means the same.
        let ahead = u32::from_le_bytes(*number) % 1_500_000_000;
        let at = jiff::tz::TimeZone::UTC.to_datetime(now + Duration::from_secs(ahead.into()));
        for form in ["%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"] {
            let date = strtime::format(form, at).expect("it has a date");
            assert_eq!(asked(&date), Some(Duration::from_secs(ahead.into())), "{date}");
        }
    }
}

/// A state file: loading writes nothing; a save goes through, or leaves the file as it is.
fn state(bytes: &[u8]) {
    static PLACE: LazyLock<(tempfile::TempDir, Paths)> = LazyLock::new(|| {
        let dir = tempfile::tempdir().expect("a directory");
        let paths = Paths { config_dir: dir.path().join("c"), state_dir: dir.path().join("s"), key_file_override: None };
        paths.create_config_dir().expect("a directory");
        (dir, paths)
    });
    let paths = &PLACE.1;
    let store = Store::in_file(paths.clone());
    let file = paths.destination_file();
    fs::write(&file, bytes).expect("the file is written");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).expect("the mode is set");
    let loaded = store.load();
    assert_eq!(fs::read(&file).expect("the file is there"), bytes);
    let saved = store.save(|_| Ok::<_, StateError>(Change::Remove));
    assert!(loaded.is_ok() || saved.is_err());
    match saved {
        Ok(_) => assert!(matches!(store.load(), Ok(Loaded::Empty { .. }))),
        Err(_) => assert_eq!(fs::read(&file).expect("the file is there"), bytes),
    }
}

/// A URL that is accepted is read again as the same one, and by the `url` crate as the same host, port and query.
fn url(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok(read) = EndpointUrl::parse(text) else { return };
    let again = EndpointUrl::parse(read.expose()).expect("it is one");
    assert_eq!(again.expose(), read.expose());
    let theirs = url::Url::parse(read.expose()).expect("it is a URL");
    assert_eq!(theirs.scheme(), "https");
    assert_eq!(theirs.host_str().map(str::to_lowercase), Some(read.host().to_lowercase()));
    assert_eq!(theirs.port_or_known_default(), Some(read.port()));
    assert_eq!(theirs.query(), read.query());
    assert!(theirs.username().is_empty() && theirs.password().is_none() && theirs.fragment().is_none());
    assert!(read.expose().bytes().all(|byte| byte.is_ascii_graphic()), "{:?}", read.expose());
    http::Uri::try_from(read.expose()).expect("it can be asked for");
}

/// A request in any state: the explanation does not contain the secret; and one that was made from the same body is accepted.
fn verify_and_explain(bytes: &[u8]) {
    static SETTINGS: LazyLock<Vec<Settings>> = LazyLock::new(|| {
        let signed = Format::ALL.into_iter().filter(|format| !format.name().starts_with("standard")).filter_map(|format| {
            let draft = Draft::new(hmac::SPEC).with(field::URL, "https://hooks.example.com/in");
            let draft = draft.with(hmac::HEADER_KEY, "X-Signature").with(hmac::FORMAT, format.name());
            draft.with(hmac::SIGNING_SECRET, SECRET).check().ok().map(|checked| checked.settings)
        });
        let others = [
            Draft::new(basic::SPEC).with(basic::USERNAME, "someone").with(basic::PASSWORD, SECRET),
            Draft::new(bearer::SPEC).with(bearer::TOKEN, SECRET),
            Draft::new(api_key::SPEC).with(api_key::KEY, "X-Api-Key").with(api_key::VALUE, SECRET),
        ];
        signed.chain(others.into_iter().map(settings_of)).collect()
    });
    const NOW: i64 = 1_700_000_000;
    // Lines of headers, an empty line, and the body; else a body alone.
    let (head, body) =
        bytes.windows(2).position(|two| two == b"\n\n").map_or((&b""[..], bytes), |at| (&bytes[..at], &bytes[at + 2..]));
    let head = String::from_utf8_lossy(head);
    let headers: Vec<_> = head
        .lines()
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
        .collect();
    for settings in &*SETTINGS {
        let received = Received { method: "POST", target: "/in", headers: &headers, body };
        let explanation = explain(settings, &received, NOW);
        // The sender has the secret already; the explanation must not repeat it.
        let said = format!("{explanation:?}");
        assert!(!holds_secret(said.as_bytes()), "{said}");

        let stamp = Stamp { id: "evt_1".into(), event: "ping".into(), timestamp: NOW };
        let request = Request::build(settings, body, &stamp, &settings.auth().credential());
        let sent: Vec<_> =
            request.headers.iter().map(|header| (header.name.to_string(), header.value.exposed().expose().to_owned())).collect();
        let received = Received { method: "POST", target: "/in", headers: &sent, body };
        let verdict = verify::check(settings, &received, NOW);
        assert!(verdict.is_accepted(), "{}", verdict.reason());
    }
}

/// Checks the property of that name.
pub fn check(name: &str, bytes: &[u8]) {
    let (_, property) = ALL.iter().find(|(it, _)| *it == name).expect("there is a property of that name");
    property(bytes);
}
