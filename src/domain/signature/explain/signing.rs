//! A signature that does not match: where it is, how it is written, and what was signed.

use std::cell::Cell;

use super::algorithm::Algorithm;
use super::body;
use super::coding;
use super::content::Extras;
use super::mistake::{Encoding, Mistake, Prefix};
use super::notation::{self, Value, encoding_of};
use super::search::{Hit, Search};
use crate::domain::header::HeaderKey;
use crate::domain::signature::verify::received::Received;
use crate::domain::signature::{Format, SigningAlgorithm, SigningScheme, SigningSecret, TOLERANCE_S, unix_seconds};

/// The most headers with something like a signature that are looked at.
const MAX_HEADERS: usize = 16;

/// A header with signatures in its value.
struct Sighting {
    /// In lower case.
    name: String,
    text: String,
    value: Value,
}

/// A value that belongs in one header, and the other header that it is in, if it is.
struct Sourced<'a> {
    value: &'a str,
    elsewhere: Option<String>,
}

/// The mistakes of a request whose signature was not accepted; empty when they are not known. What the secret does not explain,
/// the previous one may.
pub fn mistakes(
    key: &HeaderKey,
    secret: &SigningSecret,
    previous: Option<&SigningSecret>,
    received: &Received<'_>,
    now: i64,
) -> Vec<Mistake> {
    match (proved(key, secret, received, now), previous.map(|previous| proved(key, previous, received, now))) {
        (Ok(mistakes), _) if mistakes.is_empty() => {
            // The bytes are right and yet the value is not what the format says: something else is in it.
            vec![Mistake::Prefix(Prefix::Unknown)]
        }
        (Ok(mistakes), _) => mistakes,
        (Err(_), Some(Ok(mistakes))) => [Mistake::PreviousSecret].into_iter().chain(mistakes).collect(),
        (Err(hints), _) => hints,
    }
}

/// What is proved by a match.
///
/// # Errors
/// What can be said when nothing is.
fn proved(key: &HeaderKey, secret: &SigningSecret, received: &Received<'_>, now: i64) -> Result<Vec<Mistake>, Vec<Mistake>> {
    let name = key.wire();
    let scheme = secret.scheme();
    let has_header_stamp = scheme.signs_timestamp() && scheme.format() != Format::Timestamped;
    let sightings = sightings(&name, received);
    let id = sourced(received, "webhook-id", "id");
    let stamp = sourced(received, "webhook-timestamp", "timestamp");
    let in_value = sightings.iter().find_map(|sighting| sighting.value.timestamp.as_deref());
    let header_stamp = stamp.as_ref().map(|stamp| stamp.value);
    let timestamp = if has_header_stamp { header_stamp.or(in_value) } else { in_value.or(header_stamp) };
    let extras = Extras { id: id.as_ref().map(|id| id.value), timestamp };

    let place = |sighting: &Sighting| place(&name, &sighting.name, received);
    for sighting in &sightings {
        if let Some(other) = other_format(secret, sighting, extras, received.body) {
            return Ok(place(sighting).into_iter().chain([Mistake::Format(other)]).collect());
        }
    }
    let places: Vec<(usize, usize)> =
        sightings.iter().enumerate().flat_map(|(i, sighting)| (0..sighting.value.found.len()).map(move |j| (i, j))).collect();
    let tags = places.iter().map(|&(i, j)| sightings[i].value.found[j].tag.as_slice()).collect();
    let Some(Hit { tag, mistake }) = (Search { tags, secret, extras, body: received.body, hashed: Cell::default() }).run() else {
        let missing = missing(&name, scheme, received);
        let hint = unexplained(&name, scheme, &sightings, received).filter(|hint| missing.is_empty() || hint.is_absence());
        return Err(missing.into_iter().chain(hint).collect());
    };
    let sighting = &sightings[places[tag].0];
    let found = &sighting.value.found[places[tag].1];
    let mut all: Vec<Mistake> = place(sighting).into_iter().collect();
    if scheme.signs_id() {
        all.extend(moved("webhook-id", id.as_ref(), received));
    }
    if has_header_stamp {
        all.extend(moved("webhook-timestamp", stamp.as_ref(), received));
    }
    if let Some(prefix) = sighting.value.prefix(found, scheme)
        && !goes_with(prefix, mistake.as_ref())
    {
        all.push(Mistake::Prefix(prefix));
    }
    if found.encoding != encoding_of(scheme) {
        all.push(Mistake::Encoding(found.encoding));
    }
    all.extend(mistake);
    if scheme.signs_timestamp() {
        all.extend(timestamp.and_then(|text| off(text, now)));
    }
    Ok(all)
}

/// The registered header first.
fn sightings(name: &str, received: &Received<'_>) -> Vec<Sighting> {
    let is_registered = |key: &str| key.eq_ignore_ascii_case(name);
    let own = received.headers.iter().filter(|(key, _)| is_registered(key));
    let others = received.headers.iter().filter(|(key, _)| !is_registered(key));
    own.chain(others)
        .map(|(key, text)| Sighting { name: key.to_ascii_lowercase(), text: text.clone(), value: notation::read(text) })
        .filter(|sighting| !sighting.value.found.is_empty())
        .take(MAX_HEADERS)
        .collect()
}

fn place(name: &str, found: &str, received: &Received<'_>) -> Option<Mistake> {
    if found != name {
        return Some(Mistake::HeaderName { expected: name.to_owned(), found: found.to_owned() });
    }
    (count(received, name) > 1).then(|| Mistake::Repeated { name: name.to_owned() })
}

fn count(received: &Received<'_>, name: &str) -> usize {
    received.headers.iter().filter(|(key, _)| key.eq_ignore_ascii_case(name)).count()
}

/// The value of a header, or of one that is called alike: `svix-id` for `webhook-id`.
fn sourced<'a>(received: &Received<'a>, name: &str, last_word: &str) -> Option<Sourced<'a>> {
    let headers = received.headers;
    if let Some((_, value)) = headers.iter().find(|(key, value)| key.eq_ignore_ascii_case(name) && !value.is_empty()) {
        return Some(Sourced { value, elsewhere: None });
    }
    let alike = |key: &str| {
        let key = key.to_ascii_lowercase();
        key != name && key.strip_suffix(last_word).is_some_and(|rest| rest.ends_with(['-', '_']))
    };
    let (key, value) = headers.iter().find(|(key, value)| alike(key) && !value.is_empty())?;
    Some(Sourced { value, elsewhere: Some(key.to_ascii_lowercase()) })
}

fn moved(name: &str, source: Option<&Sourced<'_>>, received: &Received<'_>) -> Option<Mistake> {
    let source = source?;
    match &source.elsewhere {
        Some(found) => Some(Mistake::HeaderName { expected: name.to_owned(), found: found.clone() }),
        None => (count(received, name) > 1).then(|| Mistake::Repeated { name: name.to_owned() }),
    }
}

/// Another format that the value holds in. Formats that differ only in how the bytes are written are left to the encoding.
fn other_format(secret: &SigningSecret, sighting: &Sighting, extras: Extras<'_>, body: &[u8]) -> Option<Format> {
    let signs_body = |format| matches!(format, Format::Hex | Format::Base64 | Format::Sha256Hex);
    let registered = secret.format();
    Format::ALL
        .into_iter()
        .filter(|&format| format != registered && format != Format::Template && !(signs_body(format) && signs_body(registered)))
        .filter_map(|format| SigningSecret::new(secret.secret().clone(), SigningScheme::of(format)).ok())
        .find(|other| {
            let stamp =
                sighting.value.timestamp.as_deref().filter(|_| other.format() == Format::Timestamped).or(extras.timestamp);
            // Judged at its own time: how old it is has nothing to do with its format.
            let at = stamp.and_then(|stamp| stamp.parse().ok()).unwrap_or_default();
            other.verify(&sighting.text, extras.id, extras.timestamp, body, at).is_ok()
        })
        .map(|other| other.format())
}

/// What can be said of a request when no mistake is proved.
fn unexplained(name: &str, scheme: &SigningScheme, sightings: &[Sighting], received: &Received<'_>) -> Option<Mistake> {
    let length = || {
        let found = &sightings.iter().find(|sighting| sighting.name == name)?.value.found;
        // A word of 22 letters could be the base64 of 16 bytes.
        let first = found.iter().find(|found| found.tag.len() > 16 || found.encoding == Encoding::Hex)?;
        let algorithm = Algorithm::of_size(first.tag.len())?;
        let expected = match scheme.algorithm() {
            SigningAlgorithm::HmacSha256 => Algorithm::Sha256,
            // An ed25519 signature has as many bytes.
            SigningAlgorithm::HmacSha512 | SigningAlgorithm::Ed25519 => Algorithm::Sha512,
        };
        let is_expected = found.iter().any(|found| Algorithm::of_size(found.tag.len()) == Some(expected));
        (!is_expected).then_some(Mistake::HashLength(algorithm))
    };
    let announced = || coding::announced(received);
    body_missing(received).or_else(announced).or_else(length).or_else(|| body::replaced(received.body))
}

/// A body without anything in it: no delivery has one.
pub fn body_missing(received: &Received<'_>) -> Option<Mistake> {
    let bare = received.body.strip_prefix("\u{feff}".as_bytes()).unwrap_or(received.body);
    let announced = received.header("content-length").and_then(|text| text.trim().parse().ok()).filter(|&length| length > 0);
    bare.trim_ascii().is_empty().then_some(Mistake::BodyMissing { announced })
}

/// `sha1=` before a SHA-1 is a part of the same mistake.
fn goes_with(prefix: Prefix, mistake: Option<&Mistake>) -> bool {
    let (Prefix::Other(prefix), Some(Mistake::Algorithm(algorithm) | Mistake::PlainHash(algorithm, _))) = (prefix, mistake)
    else {
        return false;
    };
    prefix.strip_suffix(['=', ':']).is_some_and(|name| algorithm.label().replace('-', "").eq_ignore_ascii_case(name))
}

/// How far a timestamp is off, if it is too far.
fn off(text: &str, now: i64) -> Option<Mistake> {
    let Some(at) = unix_seconds(text) else { return Some(Mistake::TimestampForm) };
    let distance = |at: i64| at.saturating_sub(now).saturating_abs();
    if distance(at) <= TOLERANCE_S {
        None
    } else if distance(at / 1000) <= TOLERANCE_S {
        Some(Mistake::Milliseconds)
    } else {
        Some(Mistake::Stale(distance(at)))
    }
}

/// The first header that the check needs and that is not there.
fn missing(name: &str, scheme: &SigningScheme, received: &Received<'_>) -> Vec<Mistake> {
    let is_in_header = scheme.signs_timestamp() && scheme.format() != Format::Timestamped;
    [Some(name), scheme.signs_id().then_some("webhook-id"), is_in_header.then_some("webhook-timestamp")]
        .into_iter()
        .flatten()
        .find(|name| received.header(name).is_none_or(|value| value.trim().is_empty()))
        .map(|name| Mistake::HeaderMissing { name: name.to_owned() })
        .into_iter()
        .collect()
}
