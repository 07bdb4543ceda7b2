//! What may be shown of a request that was received: it may carry credentials of any sender, right or wrong, or meant for another
//! receiver.

use crate::domain::credential::Credential;
use crate::domain::destination::Settings;
use crate::domain::mask::DOTS;
use crate::domain::text::visible;
use crate::domain::url::credential;

/// The target as it may be shown and kept. What looks like a credential in its path is masked. Of its parameters only those that stand in the registered URL keep their values:
/// any other may be a key, be it right, wrong, or sent where none belongs.
#[must_use]
pub fn shown_target(settings: Option<&Settings>, target: &str) -> String {
    let host = settings.map_or("", |to| to.url().host());
    let shown_path = |path: &str| {
        // Where a service has its secret in the path depends on the host.
        let url = format!("https://{host}{path}");
        credential::shown(&url)["https://".len() + host.len()..].to_owned()
    };
    let Some((path, query)) = target.split_once('?') else { return visible(&shown_path(target)).into_owned() };
    let path = shown_path(path);
    let registered = settings.map(|to| to.url().shown()).unwrap_or_default();
    let known: Vec<&str> = registered.split_once('?').unwrap_or_default().1.split('&').collect();
    let shown: Vec<_> = query
        .split('&')
        .map(|pair| match pair.split_once('=') {
            Some((name, value)) if !value.is_empty() && !known.contains(&pair) => format!("{name}={DOTS}"),
            None if !pair.is_empty() && !known.contains(&pair) => DOTS.to_owned(),
            _ => pair.to_owned(),
        })
        .collect();
    visible(&format!("{path}?{}", shown.join("&"))).into_owned()
}

/// Headers that carry credentials, by their names in lower case.
const CREDENTIALS: [&str; 7] =
    ["authorization", "proxy-authorization", "cookie", "set-cookie", "authentication", "x-auth", "x-authorization"];

/// Parts of the names of such headers, as services choose them: `X-Gitlab-Token`, `X-Amz-Security-Token`, `Api-Key`.
const CREDENTIAL_PARTS: [&str; 8] = ["token", "secret", "password", "passwd", "apikey", "credential", "session", "cookie"];

/// Schemes whose name says nothing of the credentials that follow it.
const SCHEMES: [&str; 8] = ["basic", "bearer", "digest", "negotiate", "apikey", "token", "hawk", "aws4-hmac-sha256"];

/// The value of a header as it may be shown: all of it, if its name is not that of a credential. A signature is none.
#[must_use]
pub fn shown_header(settings: Option<&Settings>, name: &str, value: &str) -> String {
    if value.is_empty() || !is_credential(settings, &name.to_ascii_lowercase()) {
        return value.to_owned();
    }
    match value.split_once(' ') {
        Some((scheme, _)) if SCHEMES.iter().any(|known| known.eq_ignore_ascii_case(scheme)) => format!("{scheme} {DOTS}"),
        _ => DOTS.to_owned(),
    }
}

fn is_credential(settings: Option<&Settings>, name: &str) -> bool {
    match settings.map(|to| to.auth().credential()) {
        Some(Credential::Signature { header, .. }) if header.as_str().eq_ignore_ascii_case(name) => return false,
        Some(Credential::Header { name: registered, .. }) if registered.eq_ignore_ascii_case(name) => return true,
        _ => {}
    }
    let key = (name == "key" || name.ends_with("-key")) && !name.ends_with("idempotency-key");
    key || CREDENTIALS.contains(&name) || CREDENTIAL_PARTS.iter().any(|part| name.contains(part))
}
