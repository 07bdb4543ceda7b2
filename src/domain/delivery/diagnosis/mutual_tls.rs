//! Mutual TLS: an answer that speaks of a client certificate, or has a status that means one. The diagnosis quotes it.

use super::phrases::{Said, Table};
use crate::domain::delivery::Diagnosis;
use crate::domain::destination::Settings;
use crate::domain::field::CLIENT_CERT;
use crate::domain::problem::Fix;

#[derive(Clone, Copy)]
enum Certificate {
    Expired,
    NotAccepted,
    Wanted,
}

static CERTIFICATES: Table<Certificate> = Table::new(&[
    (
        Certificate::Expired,
        &[
            "client certificate has expired", // IIS 403.17
            "client certificate is expired",
            "client certificate expired",
            "expired client certificate",
            "client cert expired",
            "client certificate is not yet valid",
        ],
    ),
    (
        Certificate::NotAccepted,
        &[
            "the ssl certificate error",           // nginx, 400 or 495
            "ssl certificate error",               // nginx, 495
            "tls certificate failed verification", // Kong
            "client cert validation failed",       // Google
            "client certificate revoked",          // IIS 403.13
            "client certificate has been revoked", // IIS 403.13
            "client certificate is untrusted",     // IIS 403.16
            "client certificate is not trusted",
            "client certificate not trusted",
            "client certificate is invalid",
            "client certificate invalid",
            "client certificate rejected",
            "invalid client certificate", // Azure, Traefik's plugins
            "untrusted client certificate",
            "client certificate verification failed",
            "client certificate validation failed",
            "client certificate authentication failed",
            "mutual tls authentication failed",
            "mtls authentication failed",
        ],
    ),
    (
        Certificate::Wanted,
        &[
            "no required ssl certificate was sent", // nginx, Cloudflare
            "no required tls certificate was sent", // Angie, Kong
            "ssl certificate required",             // nginx, 496
            "client certificate required",          // IIS 403.7, Apache, HAProxy
            "client certificate is required",
            "client certificate needed",
            "requires a client certificate", // IIS 403.7, in its explanation
            "requires client certificate",
            "client certificate was not provided",
            "client certificate not provided",
            "client certificate not presented",
            "client certificate was not presented",
            "client cert not provided", // Google
            "client certificate missing",
            "client certificate is missing",
            "client certificate not found",
            "missing client certificate", // AWS API Gateway
            "no client certificate presented",
            "no client certificate provided",
            "no client certificate sent",
            "no client certificate was",
            "no client certificate found",
            "no client certificate supplied",
            "no client cert",
            "alert certificate required", // Envoy and HAProxy, of what is behind them
            "tlsv1 alert certificate required",
            "tlsv13 alert certificate required",
            "mutual tls required",
            "mtls required",
            "requires mutual tls",
            "requires mtls",
        ],
    ),
]);

/// The diagnosis of a refusal that speaks of a client certificate, or has a status that means one.
pub(super) fn diagnose(to: &Settings, status: u16, said: &Said<'_>) -> Option<Diagnosis> {
    let (what, why) = match (said.find(&CERTIFICATES), status) {
        (Some((what, words)), _) => {
            let speaks = match what {
                Certificate::Expired => "an expired client certificate",
                Certificate::NotAccepted => "a client certificate that is not accepted",
                Certificate::Wanted => "a client certificate that it requires",
            };
            (what, format!("The answer speaks of {speaks} (mutual TLS): \"{}\".", words.trim_end_matches('.')))
        }
        (None, 495) => (
            Certificate::NotAccepted,
            "The status 495 is nginx's for a client certificate that is not accepted (mutual TLS).".into(),
        ),
        (None, 496) => {
            (Certificate::Wanted, "The status 496 is nginx's for a client certificate that is required (mutual TLS).".into())
        }
        (None, _) => return None,
    };
    // Whose certificate it is about depends on whether the destination has one.
    let fix = match (what, to.file(CLIENT_CERT).is_some()) {
        (Certificate::Expired, true) => {
            "Check when the client certificate ends, and have it renewed: it is read at each new connection."
        }
        (Certificate::Expired, false) => {
            "The destination has no client certificate: check that of the proxy on the way, or set one that is valid."
        }
        (Certificate::NotAccepted, true) => "Check that the receiver trusts the CA of the client certificate that is set.",
        (Certificate::NotAccepted, false) => {
            "The destination has no client certificate: check that of the proxy on the way, or set one that the receiver accepts."
        }
        (Certificate::Wanted, true) => {
            "A client certificate is set: check that the receiver asks for those of its CA, and that no proxy on the way ends TLS."
        }
        (Certificate::Wanted, false) => "Set the client certificate and its key that the receiver's operator issued.",
    };
    Some(Diagnosis::new(why, Fix::from(fix).by_editing(CLIENT_CERT)))
}
