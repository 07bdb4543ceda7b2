//! What a server says of the client certificate, by the alert that ends the connection (RFC 8446 §6.2).
//!
//! In TLS 1.3 the client is done before the server has looked at its certificate, so such an alert comes while the request is
//! written, or instead of the answer.

use jiff::Timestamp;
use rustls::AlertDescription as Alert;

use super::trace::Observed;
use crate::domain::delivery::{ClientRefusal, RefusalReason, TlsCause};

/// `None` where the alert is about something else.
pub(super) fn cause(alert: Alert, observed: &Observed, now: Timestamp) -> Option<TlsCause> {
    let reason = match alert {
        Alert::UnknownCA => RefusalReason::UnknownCa,
        Alert::CertificateExpired => {
            RefusalReason::Expired(observed.client_certificate.as_ref().and_then(|client| client.not_after), now)
        }
        Alert::CertificateRevoked => RefusalReason::Revoked,
        Alert::UnsupportedCertificate => RefusalReason::Unsupported,
        Alert::BadCertificate => RefusalReason::Unnamed("bad_certificate"),
        Alert::CertificateUnknown => RefusalReason::Unnamed("certificate_unknown"),
        Alert::AccessDenied => RefusalReason::Unnamed("access_denied"),
        Alert::CertificateRequired => RefusalReason::Unnamed("certificate_required"),
        Alert::DecryptError => RefusalReason::Unnamed("decrypt_error"),
        Alert::HandshakeFailure => RefusalReason::Handshake,
        _ => return None,
    };
    if !observed.client_certificate_asked {
        return (alert == Alert::CertificateRequired).then_some(TlsCause::ClientCertificateWanted);
    }
    let Some(client) = &observed.client_certificate else { return Some(TlsCause::ClientCertificateWanted) };
    let reason = match (reason, client.not_before, client.not_after) {
        _ if !observed.client_certificate_presented => RefusalReason::KeyType,
        // Many servers say less than they know: then the dates say it.
        (RefusalReason::Unnamed(_) | RefusalReason::Handshake, _, Some(end)) if end < now => {
            RefusalReason::Expired(Some(end), now)
        }
        (RefusalReason::Unnamed(_) | RefusalReason::Handshake | RefusalReason::Expired(..), Some(begin), _) if now < begin => {
            RefusalReason::NotYetValid(begin, now)
        }
        (reason, ..) => reason,
    };
    Some(TlsCause::ClientCertificateRefused(ClientRefusal {
        reason,
        issuer: client.issuer.clone(),
        accepted: observed.client_cas.clone(),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::delivery::ClientCertificate;

    const ALL: [Alert; 10] = [
        Alert::UnknownCA,
        Alert::CertificateExpired,
        Alert::CertificateRevoked,
        Alert::UnsupportedCertificate,
        Alert::BadCertificate,
        Alert::CertificateUnknown,
        Alert::AccessDenied,
        Alert::CertificateRequired,
        Alert::DecryptError,
        Alert::HandshakeFailure,
    ];

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn asked() -> Observed {
        let mut observed = Observed::default();
        observed.client_certificate_asked = true;
        observed
    }

    fn reason(alert: Alert, client: &ClientCertificate, presented: bool) -> RefusalReason {
        let mut observed = asked();
        observed.client_certificate = Some(client.clone());
        observed.client_certificate_presented = presented;
        match cause(alert, &observed, at("2026-11-28T00:00:00Z")) {
            Some(TlsCause::ClientCertificateRefused(refusal)) => refusal.reason,
            other => panic!("{alert:?}: {other:?}"),
        }
    }

    #[test]
    fn h104_each_alert_is_about_the_certificate_only_if_it_was_asked_for() {
        let now = at("2026-11-28T00:00:00Z");
        let asked = asked();
        for alert in ALL {
            let unasked = cause(alert, &Observed::default(), now);
            assert_eq!(unasked.is_some(), alert == Alert::CertificateRequired, "{alert:?}");
            assert_eq!(cause(alert, &asked, now), Some(TlsCause::ClientCertificateWanted), "{alert:?}");
        }
        assert_eq!(cause(Alert::InternalError, &asked, now), None);
        let (begin, end) = (at("2026-01-01T00:00:00Z"), at("2027-01-01T00:00:00Z"));
        let good = ClientCertificate { not_before: Some(begin), not_after: Some(end), ..ClientCertificate::default() };
        assert_eq!(reason(Alert::UnknownCA, &good, true), RefusalReason::UnknownCa);
        assert_eq!(reason(Alert::CertificateRevoked, &good, true), RefusalReason::Revoked);
        assert_eq!(reason(Alert::BadCertificate, &good, true), RefusalReason::Unnamed("bad_certificate"));
        assert_eq!(reason(Alert::HandshakeFailure, &good, true), RefusalReason::Handshake);
        assert_eq!(reason(Alert::CertificateExpired, &good, true), RefusalReason::Expired(Some(end), now));
        assert_eq!(reason(Alert::HandshakeFailure, &good, false), RefusalReason::KeyType);
        // Many servers have one alert for all that is wrong.
        let expired = ClientCertificate { not_after: Some(at("2026-11-01T00:00:00Z")), ..good.clone() };
        assert_eq!(reason(Alert::BadCertificate, &expired, true), RefusalReason::Expired(expired.not_after, now));
        assert_eq!(reason(Alert::UnknownCA, &expired, true), RefusalReason::UnknownCa);
        let early = ClientCertificate { not_before: Some(at("2026-12-01T00:00:00Z")), ..good };
        assert_eq!(reason(Alert::CertificateExpired, &early, true), RefusalReason::NotYetValid(at("2026-12-01T00:00:00Z"), now));
    }
}
