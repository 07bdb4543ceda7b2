//! The certificate of a server that nothing trusted issued, kept so that a person can trust it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use super::chain;
use super::client_certificate::fingerprint;
use super::trace::Observed;
use crate::domain::delivery::{Cause, PresentedCa, TlsCause};
use crate::domain::redact::Redactor;

/// A longer certificate is not kept, in bytes.
const MAX_BYTES: usize = 8 * 1024;

/// The certificate that could be trusted as a CA, where that is all that is missing.
pub(super) fn presented_ca(observed: &Observed, cause: Option<&Cause>, redactor: &Redactor) -> Option<PresentedCa> {
    let Some(Cause::Tls(TlsCause::SelfSigned | TlsCause::UntrustedChain(_))) = cause else { return None };
    let (certificate, der) = chain::topmost(observed)?;
    let issuer = certificate.issuer.as_ref().filter(|_| !certificate.self_issued);
    (der.len() <= MAX_BYTES).then(|| PresentedCa {
        subject: redactor.redact(&certificate.subject),
        issuer: issuer.map(|issuer| redactor.redact(issuer)),
        sha256: fingerprint(der),
        not_before: certificate.not_before,
        not_after: certificate.not_after,
        pem: pem(der),
    })
}

/// A certificate as RFC 7468 §5 has it.
fn pem(der: &[u8]) -> String {
    let base64 = STANDARD.encode(der);
    let mut pem = "-----BEGIN CERTIFICATE-----\n".to_owned();
    // Of ASCII, every place is between two characters.
    for at in (0..base64.len()).step_by(64) {
        pem.push_str(&base64[at..base64.len().min(at + 64)]);
        pem.push('\n');
    }
    pem + "-----END CERTIFICATE-----\n"
}

/// Whether its PEM is one certificate, the one of its fingerprint: a record may have been changed since a person read that.
#[must_use]
pub fn is_itself(ca: &PresentedCa) -> bool {
    let mut all = CertificateDer::pem_slice_iter(ca.pem.as_bytes());
    match (all.next(), all.next()) {
        (Some(Ok(der)), None) => fingerprint(&der) == ca.sha256,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_certificate_of_the_fingerprint_is_itself() {
        let der = CertificateDer::from(vec![7; 100]);
        let (subject, sha256, pem) = (String::new(), fingerprint(&der), pem(&der));
        let ca = PresentedCa { subject, issuer: None, sha256, not_before: None, not_after: None, pem };
        assert!(is_itself(&ca));
        assert!(ca.pem.lines().all(|line| line.len() <= 64));
        let other = self::pem(&CertificateDer::from(vec![8; 100]));
        for pem in [String::new(), other.clone(), format!("{}{other}", ca.pem), ca.pem.replace("-----END", "----")] {
            assert!(!is_itself(&PresentedCa { pem, ..ca.clone() }));
        }
    }
}
