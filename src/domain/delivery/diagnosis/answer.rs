//! What the text of an answer says about why it came: about a client certificate (mutual TLS).

use crate::domain::delivery::{Diagnosis, Response};
use crate::domain::text::{ellipsis, visible};

/// No answer of a server about a certificate is longer; an event that the receiver echoes is.
const READ: usize = 4096;

/// In lower case. That the server wants a client certificate and got none.
const WANTED: [&str; 9] = [
    "no required ssl certificate was sent", // nginx, 400 or 496
    "no required tls certificate was sent", // angie
    "ssl certificate required",             // nginx, 496
    "ssl client certificate required",      // Apache
    "client certificate required",          // IIS 403.7, Cloudflare
    "client certificate is required",       // API gateways
    "requires a client certificate",        // IIS 403.7, in its explanation
    "client certificate was not provided",  // Kong and others
    "no client certificate",                // proxies
];

/// In lower case. That the server does not accept a client certificate.
const NOT_ACCEPTED: [&str; 9] = [
    "the ssl certificate error",      // nginx, 400 or 495
    "client certificate has expired", // IIS 403.17
    "client certificate expired",
    "client certificate revoked", // IIS 403.13
    "client certificate has been revoked",
    "client certificate is untrusted", // IIS 403.16
    "client certificate is not trusted",
    "invalid client certificate",
    "client certificate verification failed",
];

/// The diagnosis of a refusal whose reason or text speaks of a client certificate.
pub(super) fn mutual_tls(response: &Response) -> Option<Diagnosis> {
    let body = String::from_utf8_lossy(&response.body[..response.body.len().min(READ)]);
    let by_status = matches!(response.status, 495 | 496).then_some("");
    let said = [response.reason.as_str(), &body].into_iter().find_map(sentence).or(by_status)?;
    let quoted = match said {
        "" => String::new(),
        said => format!(" Its answer says: \"{}\".", ellipsis(&visible(said), 100)),
    };
    Some(Diagnosis::new(
        format!("The endpoint, or the proxy in front of it, speaks of a client certificate (mutual TLS).{quoted}"),
        "waypost sends no client certificate: use a URL of the receiver that does not ask for one, or ask its operator for one.",
    ))
}

/// The words of `text` that are in a table, as they are written there.
fn sentence(text: &str) -> Option<&str> {
    // Of the same length as the text, so that the positions are the same.
    let lower = text.to_ascii_lowercase();
    WANTED.iter().chain(&NOT_ACCEPTED).find_map(|words| lower.find(words).and_then(|at| text.get(at..at + words.len())))
}
