//! Whether the certificates of a chain are signed by the keys of those above them: the verifier reports a bad signature, and not
//! whose.

use rustls::crypto::WebPkiSupportedAlgorithms;
use rustls::pki_types::CertificateDer;
use webpki::EndEntityCert;
use x509_cert::der::asn1::BitStringRef;
use x509_cert::der::{Decode as _, Reader as _, SliceReader, Tag};

use super::certificate::Certificate;

/// A certificate whose signature is not by the key that it should be by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// Its place among the intermediates that the server sent; `None` for the leaf.
    pub intermediate: Option<usize>,
    /// Whether the server sent the certificate with the other key; else it is a CA's that is known here.
    pub issuer_sent: bool,
}

/// A certificate as it came, and what was read from it.
pub type Member<'a> = (&'a CertificateDer<'a>, &'a Certificate);

/// Follows a chain up from its leaf, to the first signature that is not by the key of a certificate with the issuer's name.
pub fn mismatch(leaf: Member<'_>, intermediates: &[Member<'_>], algorithms: &WebPkiSupportedAlgorithms) -> Mismatch {
    let (mut at, mut current) = (None, leaf);
    // Each step is to another one, unless the chain is a circle.
    for _ in 0..=intermediates.len() {
        let mut issuers = intermediates.iter().enumerate().filter(|(_, it)| Some(&it.1.subject) == current.1.issuer.as_ref());
        let Some(first) = issuers.clone().next() else { break };
        match issuers.find(|(_, it)| is_signed_by(current.0, it.0, algorithms) != Some(false)) {
            Some((index, _)) if Some(index) == at => break,
            Some((index, it)) => (at, current) = (Some(index), *it),
            None => return Mismatch { intermediate: at, issuer_sent: Some(first.0) != at },
        }
    }
    Mismatch { intermediate: at, issuer_sent: false }
}

/// Whether a certificate is signed by the key of another; `None` if that cannot be checked.
fn is_signed_by(
    certificate: &CertificateDer<'_>,
    issuer: &CertificateDer<'_>,
    algorithms: &WebPkiSupportedAlgorithms,
) -> Option<bool> {
    let issuer = EndEntityCert::try_from(issuer).ok()?;
    let (signed, algorithm, signature) = parts(certificate)?;
    let results = algorithms
        .all
        .iter()
        .filter(|it| *it.signature_alg_id() == *algorithm)
        .map(|it| issuer.verify_signature(*it, signed, signature))
        .filter(|result| matches!(result, Ok(()) | Err(webpki::Error::InvalidSignatureForPublicKey)));
    results.map(|result| result.is_ok()).reduce(|one, other| one || other)
}

/// What is signed, the algorithm's identifier without its tag, and the signature (RFC 5280 §4.1).
fn parts<'a>(certificate: &'a CertificateDer<'_>) -> Option<(&'a [u8], &'a [u8], &'a [u8])> {
    let mut reader = SliceReader::new(certificate).ok()?;
    let parts = reader.sequence(|reader| {
        let signed = reader.tlv_bytes()?;
        let algorithm = x509_cert::der::asn1::AnyRef::decode(reader)?;
        let signature = BitStringRef::decode(reader)?;
        Ok::<_, x509_cert::der::Error>((signed, algorithm, signature))
    });
    let (signed, algorithm, signature) = parts.ok()?;
    (x509_cert::der::Tagged::tag(&algorithm) == Tag::Sequence).then_some(())?;
    Some((signed, algorithm.value(), signature.raw_bytes()))
}
