//! Why an attempt was not delivered, in a few words: for a row of a list. The diagnosis says more.

use super::cause::{Cause, TlsCause, TokenCause};
use super::outcome::Outcome;

/// The reason; empty where there is nothing to add to the status.
pub(super) const fn of(outcome: Outcome, status: Option<u16>, cause: Option<&Cause>) -> &'static str {
    match (outcome, status, cause) {
        (Outcome::Delivered, ..) => "",
        (Outcome::Stopped, ..) => "stopped",
        (_, Some(status), _) => of_status(status),
        (_, None, Some(cause)) => of_cause(cause),
        (_, None, None) => "no answer",
    }
}

const fn of_status(status: u16) -> &'static str {
    match status {
        // Its answer did not contain what was expected.
        200..=299 => "unexpected answer",
        300..=399 => "redirect",
        400 => "request refused",
        401 => "auth refused",
        403 => "not allowed",
        404 => "no such path",
        405 => "POST refused",
        407 => "proxy credentials",
        408 => "request timed out",
        410 => "endpoint has gone",
        411 => "length required",
        413 => "body too large",
        415 => "content type",
        421 => "wrong host",
        422 => "event refused",
        425 | 429 => "asks for a pause",
        500 => "endpoint failed",
        502 => "bad gateway",
        503 => "unavailable",
        504 => "proxy timed out",
        501 | 505..=599 => "server error",
        _ => "refused",
    }
}

const fn of_cause(cause: &Cause) -> &'static str {
    match cause {
        Cause::NoSuchName => "no such host",
        Cause::NameServer(_) => "no name server",
        Cause::ForbiddenAddress(..) => "forbidden address",
        Cause::ConnectionRefused(_) => "connection refused",
        Cause::NoRoute(_) => "no route",
        Cause::Reset => "connection reset",
        Cause::Closed => "closed by peer",
        Cause::TimedOut(_) => "timed out",
        Cause::Tls(cause) => of_tls(cause),
        Cause::BadProxy(_) => "proxy setting",
        Cause::Proxy(_) => "proxy unreachable",
        Cause::ProxyRefused(_) => "proxy refused",
        Cause::NotHttp(_) => "not HTTP",
        Cause::Token(TokenCause::NotReached(..)) => "no token",
        Cause::Token(TokenCause::Refused(..)) => "token refused",
        Cause::Other(_) => "connection failed",
    }
}

const fn of_tls(cause: &TlsCause) -> &'static str {
    match cause {
        TlsCause::NotTls => "not TLS",
        TlsCause::TooOld => "TLS too old",
        TlsCause::UnknownIssuer(_) | TlsCause::UntrustedChain(_) => "unknown CA",
        TlsCause::SelfSigned => "self-signed",
        TlsCause::MissingIntermediate(_) => "no intermediate",
        TlsCause::WrongName(_) => "cert of other host",
        TlsCause::NoSubjectAltName(_) => "cert without names",
        TlsCause::Certificate(..) => "cert not accepted",
        TlsCause::Expired(..) => "cert expired",
        TlsCause::NotYetValid(..) => "cert not yet valid",
        TlsCause::OtherCaKey(_) => "CA key differs",
        TlsCause::CaUsedAsEndEntity => "CA used as cert",
        TlsCause::NothingInCommon => "no TLS in common",
        TlsCause::NoHttp1 => "no HTTP/1.1",
        TlsCause::UnknownName => "no cert for host",
        TlsCause::ClientCertificateWanted => "client cert wanted",
        TlsCause::ClientCertificateRefused(_) => "client cert denied",
        TlsCause::ClientFile(_) => "client cert file",
        TlsCause::NoCaStore(_) => "no CAs here",
        TlsCause::CaFile(_) => "CA file unusable",
        TlsCause::Other(_) => "TLS failed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::delivery::retry::tests::fixtures::{answered, attempt, causes, failed};

    #[test]
    fn every_end_but_a_delivery_has_a_short_reason() {
        let (transient, lasting) = causes();
        let failures = transient.into_iter().chain(lasting).map(failed);
        let refusals = (300..600).map(|status| answered(status, None));
        for attempt in failures.chain(refusals).chain([attempt(Outcome::Stopped, None, None)]) {
            let reason = attempt.reason();
            assert!(!reason.is_empty() && reason.len() <= 19 && !reason.ends_with('.'), "{reason:?} of {attempt:?}");
        }
        assert_eq!(answered(204, None).reason(), "");
    }
}
