//! A password, token or API key that was not accepted: where it is and how it is written.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use zeroize::Zeroizing;

use super::mistake::{CredentialForm, Mistake, Scheme};
use crate::domain::mangling::{self, Mangling};
use crate::domain::secret::Secret;
use crate::domain::secret::same_bytes as same;
use crate::domain::signature::verify::received::Received;

/// A credential of fewer bytes is not looked for in other places: it would stand somewhere by chance.
const ELSEWHERE_FROM: usize = 6;

/// Schemes that may be named.
const SCHEMES: [&str; 11] =
    ["Basic", "Basic:", "Bearer", "Bearer:", "Token", "Token:", "ApiKey", "Api-Key", "Key", "Digest", "OAuth"];

const AUTHORIZATION: &str = "authorization";

type Bytes = Zeroizing<Vec<u8>>;

/// RFC 7617.
pub fn basic(username: &str, password: &Secret, received: &Received<'_>) -> Vec<Mistake> {
    let pair: Bytes = Zeroizing::new(format!("{username}:{}", password.expose()).into_bytes());
    let swapped: Bytes = Zeroizing::new(format!("{}:{username}", password.expose()).into_bytes());
    let judge = |given: &str| {
        for (coding, decoded) in codings(given) {
            for (wanted, is_swapped) in [(&pair, false), (&swapped, true)] {
                if let Some(Match(form)) = form(&decoded, wanted).or_else(|| each_of_pair(&decoded, wanted)) {
                    let swap = is_swapped.then_some(Mistake::Swapped);
                    // Encoded once it is as it should be, so that once more is twice.
                    let form =
                        form.map(|form| if form == CredentialForm::Base64Encoded { CredentialForm::Base64Twice } else { form });
                    let forms = [coding, form].into_iter().flatten().map(Mistake::Credential);
                    return Some(swap.into_iter().chain(forms).collect());
                }
            }
        }
        None
    };
    in_authorization("Basic", received, pair.len(), judge)
}

/// User name and password compared by themselves, either of them mangled.
fn each_of_pair(given: &[u8], wanted: &[u8]) -> Option<Match> {
    let parts = |pair: &[u8]| pair.iter().position(|&byte| byte == b':').map(|at| (pair[..at].to_vec(), pair[at + 1..].to_vec()));
    let (given, wanted) = (parts(given)?, parts(wanted)?);
    let [given_name, given_word, name, word] = [given.0, given.1, wanted.0, wanted.1].map(Zeroizing::new);
    let (Match(of_name), Match(of_word)) = (form(&given_name, &name)?, form(&given_word, &word)?);
    Some(Match(of_word.or(of_name)))
}

/// What a credential of Basic Auth may be, decoded: the right way first.
fn codings(given: &str) -> Vec<(Option<CredentialForm>, Bytes)> {
    let mut all: Vec<(Option<CredentialForm>, Bytes)> = Vec::new();
    if let Ok(once) = STANDARD.decode(given) {
        all.push((None, Zeroizing::new(once)));
    }
    let decoded = |form, bytes: Vec<u8>| (Some(form), Zeroizing::new(bytes));
    all.extend(STANDARD_NO_PAD.decode(given).ok().map(|bytes| decoded(CredentialForm::Base64Unpadded, bytes)));
    let url_safe = URL_SAFE.decode(given).or_else(|_| URL_SAFE_NO_PAD.decode(given));
    all.extend(url_safe.ok().map(|bytes| decoded(CredentialForm::Base64Url, bytes)));
    all.push(decoded(CredentialForm::Base64Missing, given.as_bytes().to_vec()));
    all
}

/// RFC 6750.
pub fn bearer(token: &Secret, received: &Received<'_>) -> Vec<Mistake> {
    let wanted = token.expose().as_bytes();
    let judge =
        |given: &str| form(given.as_bytes(), wanted).map(|Match(form)| form.into_iter().map(Mistake::Credential).collect());
    let found = in_authorization("Bearer", received, wanted.len(), judge);
    match found.as_slice() {
        [] | [Mistake::HeaderMissing { .. }] => in_query(None, wanted, received)
            .map(|(name, form)| [Mistake::InQuery { name }].into_iter().chain(form.map(Mistake::Credential)).collect())
            .unwrap_or(found),
        _ => found,
    }
}

/// An access token, of which nothing is known but where it belongs.
pub fn access_token(received: &Received<'_>) -> Vec<Mistake> {
    let given = received.header(AUTHORIZATION).unwrap_or_default();
    match schemes(given, Some("Bearer")).pop() {
        Some((Some(wrong), rest)) if !rest.is_empty() => vec![Mistake::Scheme(wrong)],
        _ => missing(AUTHORIZATION, received),
    }
}

/// Looks in `authorization`, then in every other header.
fn in_authorization(
    scheme: &'static str,
    received: &Received<'_>,
    length: usize,
    judge: impl Fn(&str) -> Option<Vec<Mistake>>,
) -> Vec<Mistake> {
    for (name, value) in places(AUTHORIZATION, received, length) {
        for (wrong, rest) in schemes(value, Some(scheme)) {
            if let Some(forms) = judge(rest) {
                let place = place(AUTHORIZATION, &name, received);
                return place.into_iter().chain(wrong.map(Mistake::Scheme)).chain(forms).collect();
            }
        }
    }
    missing(AUTHORIZATION, received)
}

/// An API key in a header; `key` in lower case.
pub fn key_in_header(key: &str, wanted: &[u8], received: &Received<'_>) -> Vec<Mistake> {
    if let Some((name, scheme, form)) = in_headers(key, wanted, received) {
        let all = place(key, &name, received).into_iter().chain(scheme.map(Mistake::Scheme));
        return all.chain(form.map(Mistake::Credential)).collect();
    }
    match in_query(None, wanted, received) {
        Some((name, form)) => [Mistake::InQuery { name }].into_iter().chain(form.map(Mistake::Credential)).collect(),
        None => missing(key, received),
    }
}

/// An API key in the query.
pub fn key_in_query(key: &str, wanted: &[u8], received: &Received<'_>) -> Vec<Mistake> {
    let query = query(received);
    if let Some((name, form)) = in_query(Some(key), wanted, received) {
        let other = (name != key).then(|| Mistake::Parameter { expected: key.to_owned(), found: name });
        let all: Vec<_> = other.into_iter().chain(form.map(Mistake::Credential)).collect();
        // Right, and yet not accepted: it is repeated.
        return if all.is_empty() { vec![Mistake::Repeated { name: key.to_owned() }] } else { all };
    }
    if let Some((name, scheme, form)) = in_headers("", wanted, received) {
        let all = [Mistake::InHeader { name }].into_iter().chain(scheme.map(Mistake::Scheme));
        return all.chain(form.map(Mistake::Credential)).collect();
    }
    let is_there = url::form_urlencoded::parse(query.as_bytes()).any(|(name, value)| name == key && !value.is_empty());
    if is_there { Vec::new() } else { vec![Mistake::ParameterMissing { name: key.to_owned() }] }
}

type InHeader = (String, Option<Scheme>, Option<CredentialForm>);

fn in_headers(key: &str, wanted: &[u8], received: &Received<'_>) -> Option<InHeader> {
    places(key, received, wanted.len()).find_map(|(name, value)| {
        // A key with a scheme of its own in it, of which only the rest came.
        let rest = wanted.iter().position(|&b| b == b' ').map(|at| &wanted[at + 1..]).filter(|rest| !rest.is_empty());
        if name == key && rest.is_some_and(|rest| same(value.as_bytes(), rest)) {
            return Some((name, Some(Scheme::Missing), None));
        }
        schemes(value, None).into_iter().find_map(|(scheme, rest)| {
            let Match(form) = form(rest.as_bytes(), wanted)?;
            Some((name.clone(), scheme, form))
        })
    })
}

/// The parameter that holds a credential, and how it is written there. The registered one comes first.
fn in_query(key: Option<&str>, wanted: &[u8], received: &Received<'_>) -> Option<(String, Option<CredentialForm>)> {
    let query = query(received);
    let mut at = 0;
    let mut found = Vec::new();
    for pair in query.split('&') {
        if let Some((name, value)) = url::form_urlencoded::parse(pair.as_bytes()).next() {
            // A value that was not encoded may hold an ampersand: it is compared with all that follows.
            let follows = pair.split_once('=').map(|(name, _)| &query.as_bytes()[at + name.len() + 1..]).unwrap_or_default();
            let raw = follows.len() >= wanted.len()
                && same(&follows[..wanted.len()], wanted)
                && matches!(follows.get(wanted.len()), None | Some(b'&'));
            let form = match form(value.as_bytes(), wanted) {
                None if raw => Some(Match(Some(CredentialForm::NotPercentEncoded))),
                form => form,
            };
            if let Some(Match(form)) = form {
                found.push((name.into_owned(), form));
            }
        }
        at += pair.len() + 1;
    }
    let own = found.iter().position(|(name, _)| Some(name.as_str()) == key);
    let elsewhere = (wanted.len() >= ELSEWHERE_FROM && !found.is_empty()).then_some(0);
    own.or(elsewhere).map(|index| found.swap_remove(index))
}

fn query<'a>(received: &Received<'a>) -> &'a str {
    received.target.split_once('?').map_or("", |(_, query)| query)
}

/// The named header first, then the others when the credential is long enough not to match by chance.
fn places<'a>(key: &str, received: &Received<'a>, length: usize) -> impl Iterator<Item = (String, &'a str)> {
    let is_own = |name: &str| name.eq_ignore_ascii_case(key);
    let own = received.headers.iter().filter(|(name, _)| is_own(name));
    let others = received.headers.iter().filter(|(name, _)| !is_own(name) && length >= ELSEWHERE_FROM);
    let all: Vec<_> = own.chain(others).map(|(name, value)| (name.to_ascii_lowercase(), value.as_str())).collect();
    all.into_iter()
}

fn place(key: &str, found: &str, received: &Received<'_>) -> Option<Mistake> {
    if found != key {
        return Some(Mistake::HeaderName { expected: key.to_owned(), found: found.to_owned() });
    }
    let count = received.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case(key)).count();
    (count > 1).then(|| Mistake::Repeated { name: key.to_owned() })
}

fn missing(key: &str, received: &Received<'_>) -> Vec<Mistake> {
    let is_there = received.header(key).is_some_and(|value| !value.trim().is_empty());
    if is_there { Vec::new() } else { vec![Mistake::HeaderMissing { name: key.to_owned() }] }
}

/// The ways to part a value into scheme and credential, with what is wrong about the scheme.
fn schemes<'a>(value: &'a str, wanted: Option<&str>) -> Vec<(Option<Scheme>, &'a str)> {
    let mut all = Vec::new();
    // For a key without a scheme, the whole value is the right way.
    all.push((wanted.map(|_| Scheme::Missing), value));
    let Some((word, rest)) = value.split_once(' ') else { return all };
    let rest = rest.trim_start_matches(' ');
    let Some(wanted) = wanted else {
        all.push((Some(named(word)), rest));
        return all;
    };
    if !word.eq_ignore_ascii_case(wanted) {
        all.push((Some(named(word)), rest));
        return all;
    }
    let mut bare = rest;
    while let Some((word, rest)) = bare.split_once(' ').filter(|(word, _)| word.eq_ignore_ascii_case(wanted)) {
        debug_assert!(!word.is_empty(), "a scheme has letters");
        bare = rest.trim_start_matches(' ');
    }
    all.push(if bare.len() == rest.len() { (None, rest) } else { (Some(Scheme::Doubled), bare) });
    all
}

fn named(word: &str) -> Scheme {
    SCHEMES.into_iter().find(|known| known.eq_ignore_ascii_case(word)).map_or(Scheme::Unknown, Scheme::Other)
}

/// What came is the credential: written as it should be, or how else.
struct Match(Option<CredentialForm>);

/// Whether what came is the credential.
fn form(given: &[u8], wanted: &[u8]) -> Option<Match> {
    let without_newline = given.strip_suffix(b"\n").map(|rest| rest.strip_suffix(b"\r").unwrap_or(rest));
    let is = |bytes: &[u8]| same(bytes, wanted);
    let of_both = || Some((std::str::from_utf8(given).ok()?, std::str::from_utf8(wanted).ok()?));
    if is(given) {
        Some(Match(None))
    } else if without_newline.is_some_and(is) {
        Some(Match(Some(CredentialForm::NewlineAdded)))
    } else if is(given.trim_ascii()) {
        Some(Match(Some(CredentialForm::SpaceAdded)))
    } else if wanted.trim_ascii() != wanted && same(given, wanted.trim_ascii()) {
        Some(Match(Some(CredentialForm::WhitespaceRemoved)))
    } else if let Some(form) = of_both().and_then(|(given, wanted)| mangled(given, wanted)) {
        Some(Match(Some(form)))
    } else {
        // What is short or no text is not taken for base64 above.
        let base64 = STANDARD.decode(given).ok().map(Zeroizing::new);
        base64.filter(|bytes| is(bytes.trim_ascii())).map(|_| Match(Some(CredentialForm::Base64Encoded)))
    }
}

/// What came is the credential mangled, or the registered one is. A scheme is a mistake of its own.
fn mangled(given: &str, wanted: &str) -> Option<CredentialForm> {
    let is = |text: &str, other: &str| [text, text.trim()].iter().any(|text| same(text.as_bytes(), other.as_bytes()));
    let found = |from: &str, to: &str| {
        let all = mangling::undone_deeply(from).into_iter();
        all.filter(|(mangling, _)| *mangling != Mangling::Scheme).find(|(_, text)| is(text, to)).map(|(mangling, _)| mangling)
    };
    let with = found(given, wanted).map(|mangling| match mangling {
        Mangling::PercentEncoded => CredentialForm::PercentEncoded,
        Mangling::Base64 => CredentialForm::Base64Encoded,
        mangling => CredentialForm::With(mangling),
    });
    with.or_else(|| found(wanted, given).map(CredentialForm::Without))
}
