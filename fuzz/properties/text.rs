//! Short texts: a URL, a header, `Retry-After`.

use std::sync::LazyLock;
use std::time::{Duration, UNIX_EPOCH};

use jiff::Timestamp;
use jiff::fmt::strtime;
use waypost::domain::auth::hmac;
use waypost::domain::delivery::{Attempt, Response, pause_asked_by, record};
use waypost::domain::draft::Draft;
use waypost::domain::field;
use waypost::domain::header::{HeaderEntry, HeaderKey, HeaderList};
use waypost::domain::mask::DOTS;
use waypost::domain::redact::Redactor;
use waypost::domain::request::{Request, Stamp};
use waypost::domain::url::EndpointUrl;

use super::{URL, holds};

/// A URL that is accepted is read again as the same one, and the `url` crate reads the same host, port and query. A credential in it is not
/// shown, and is masked in an answer that repeats it.
pub fn url(bytes: &[u8]) {
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

    assert_eq!(read.masked().exposed().expose(), read.expose());
    let shown = read.shown();
    assert_eq!(shown.contains(DOTS), read.has_credential(), "{shown}");
    let Ok(checked) = Draft::default().with(field::URL, read.expose()).check() else { return };
    let redactor = Redactor::new(&checked.settings);
    let repeated = redactor.redact(&format!("no route for \"{}\"", read.expose()));
    for part in secret_parts(read.expose(), &shown) {
        // A short one is masked only where it is a word of its own.
        if part.len() >= 6 {
            assert!(!holds(repeated.as_bytes(), part.as_bytes()), "{part:?} in {repeated}");
        }
    }
}

/// The parts of a text where another one has dots.
fn secret_parts<'a>(text: &'a str, shown: &str) -> Vec<&'a str> {
    let plain: Vec<_> = shown.split(DOTS).collect();
    let mut parts = Vec::new();
    let mut rest = text.strip_prefix(plain[0]).expect("the beginning is shown");
    for (index, next) in plain.iter().enumerate().skip(1) {
        let is_last = index + 1 == plain.len();
        let at = if is_last { rest.len() - next.len() } else { rest.find(next).expect("it is shown") };
        assert!(rest[at..].starts_with(next), "{shown} is not of {text}");
        // Between two that touch, nothing says where one ends.
        if !next.is_empty() || is_last {
            parts.push(&rest[..at]);
        }
        rest = &rest[at + next.len()..];
    }
    parts
}

/// A header, as a name, a colon and a value: if it is accepted, the HTTP library accepts it, too; it is sent once and as it was entered, and
/// replaces no other header but `content-type` and `user-agent`.
pub fn header(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let (name, value) = text.split_once(':').unwrap_or((text, "1"));
    if let Ok(key) = HeaderKey::parse(hmac::HEADER_KEY, name, &[]) {
        assert_eq!(key.as_str(), name);
        assert!(http::HeaderName::from_bytes(name.as_bytes()).is_ok(), "{name:?}");
    }
    let stamp = Stamp { id: "evt_1".into(), event: "ping".into(), timestamp: 1_700_000_000 };
    let sent = |draft: Draft| {
        let settings = draft.with(field::URL, URL).check().ok()?.settings;
        let headers = Request::build(&settings, b"{}", &stamp, &settings.auth().credential()).headers;
        Some(headers.into_iter().map(|header| (header.name.to_string(), header.value)).collect::<Vec<_>>())
    };
    let usual = sent(Draft::default()).expect("it is valid");
    for header in [HeaderEntry::plain(name, value), HeaderEntry::secret(name, value)] {
        let Some(all) = sent(Draft::default().with_header(header.clone())) else { continue };
        for (name, value) in &all {
            assert!(http::HeaderName::from_bytes(name.as_bytes()).is_ok(), "{name:?}");
            let value = value.exposed();
            assert!(http::HeaderValue::from_str(value.expose()).is_ok(), "{:?}", value.expose());
            assert_eq!(value.expose().trim(), value.expose());
        }
        let named: Vec<_> = all.iter().filter(|(other, _)| other.eq_ignore_ascii_case(name)).collect();
        let [(_, found)] = named.as_slice() else { panic!("{named:?}") };
        if header.is_secret {
            assert_eq!((found.masked().as_str(), found.exposed().expose()), (DOTS, value));
        } else if !value.contains('{') {
            assert_eq!(found.as_plain(), Some(value));
        }
        for (other, value) in usual.iter().filter(|(other, _)| !other.eq_ignore_ascii_case(name)) {
            assert_eq!(all.iter().filter(|(it, _)| it == other).map(|(_, value)| value).collect::<Vec<_>>(), [value]);
        }
        let replaced = usual.iter().any(|(other, _)| other.eq_ignore_ascii_case(name));
        assert!(!replaced || header.is_named("content-type") || header.is_named("user-agent"), "{name:?}");
    }
}

/// `Retry-After`: whitespace around it does not matter, digits are seconds, and each form of date of RFC 9110 §5.6.7 is the same moment. A
/// date that the `httpdate` crate reads means the same here.
pub fn retry_after(bytes: &[u8]) {
    static ATTEMPT: LazyLock<Attempt> = LazyLock::new(|| {
        let recorded = serde_json::from_str(include_str!("../corpus/record/seed-00")).expect("it is JSON");
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
    let is_digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_digits {
        let seconds = text.parse::<u128>().map_or(u64::MAX, |seconds| seconds.try_into().unwrap_or(u64::MAX));
        assert_eq!(pause, Some(Duration::from_secs(seconds)));
    }
    // Both have the year 1970 as their limit, but for what has passed.
    if let (Some(pause), Ok(theirs)) = (pause, httpdate::parse_http_date(&text)) {
        let now = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
        assert_eq!(pause, theirs.duration_since(now).unwrap_or_default(), "{text:?}");
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
