//! The contents of a certificate, as far as a diagnosis needs them.

use std::net::IpAddr;

use jiff::Timestamp;
use rustls::pki_types::CertificateDer;
use sha2::{Digest as _, Sha256};
use x509_cert::der::asn1::{ObjectIdentifier, UintRef};
use x509_cert::der::oid::db::rfc5280::{ID_AD_CA_ISSUERS, ID_KP_SERVER_AUTH};
use x509_cert::der::{Decode as _, Encode as _, Reader as _, SliceReader, TagMode, TagNumber};
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{AuthorityInfoAccessSyntax, BasicConstraints, ExtendedKeyUsage, NameConstraints, SubjectAltName};
use x509_cert::spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};

use crate::domain::delivery::CertificateFault;
use crate::domain::signature::hex;
use crate::domain::text::quoted;

/// The parts of a certificate that a diagnosis needs. Its texts come from outside, and are safe to show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "they are facts about a document, not states")]
pub struct Certificate {
    /// The DNS names and addresses in its subjectAltName.
    pub names: Vec<String>,
    pub subject: String,
    /// The common name in its subject, which is not a name to connect to any more.
    pub common_name: Option<String>,
    pub issuer: Option<String>,
    /// Of the whole certificate, in hex.
    pub sha256: Option<String>,
    pub not_before: Option<Timestamp>,
    pub not_after: Option<Timestamp>,
    /// Whether subject and issuer are the same.
    pub self_issued: bool,
    /// Whether it is marked as a CA's.
    pub is_ca: bool,
    /// Whether it may be a server's: it names no purpose (extendedKeyUsage), or that one.
    pub is_for_servers: bool,
    /// The first critical extension that the verifier does not know.
    pub unknown_critical: Option<String>,
    /// Whether it has a subjectAltName, with names of hosts or without.
    pub has_alternative_names: bool,
    /// How many intermediates may follow below it, where it limits them.
    pub path_length: Option<u8>,
    pub constrains_names: bool,
    /// Whether it contains the URL of its issuer's certificate, as those of public CAs do.
    pub names_issuer_url: bool,
    /// What TLS with ring does not accept about its version, its key or the signature on it.
    pub not_accepted: Vec<CertificateFault>,
}

impl Certificate {
    /// Reads a certificate. Parts that cannot be read stay empty: the verifier decides, this only describes.
    pub fn read(der: &CertificateDer<'_>) -> Self {
        let Ok(parsed) = x509_cert::Certificate::from_der(der) else { return Self::default() };
        let tbs = parsed.tbs_certificate();
        let validity = tbs.validity();
        let timestamp = |time: &x509_cert::time::Time| {
            i64::try_from(time.to_unix_duration().as_secs()).ok().and_then(|s| Timestamp::from_second(s).ok())
        };
        let alternative_names = tbs.get_extension::<SubjectAltName>().ok().flatten().map(|(_, names)| names.0);
        let unknown_critical =
            tbs.extensions().into_iter().flatten().find(|it| it.critical && !KNOWN.contains(&it.extn_id.to_string().as_str()));
        let (subject, issuer) = (tbs.subject().to_string(), tbs.issuer().to_string());
        let constraints = tbs.get_extension::<BasicConstraints>().ok().flatten().map(|(_, constraints)| constraints);
        let version = match tbs.version() {
            x509_cert::Version::V1 => Some(CertificateFault::Version(1)),
            x509_cert::Version::V2 => Some(CertificateFault::Version(2)),
            x509_cert::Version::V3 => None,
        };
        let faults = [version, key_fault(tbs.subject_public_key_info()), signature_fault(parsed.signature_algorithm())];
        Self {
            names: alternative_names.iter().flatten().filter_map(name).collect(),
            has_alternative_names: alternative_names.is_some(),
            is_for_servers: match tbs.get_extension::<ExtendedKeyUsage>() {
                Ok(Some((_, purposes))) => purposes.0.contains(&ID_KP_SERVER_AUTH),
                _ => true,
            },
            unknown_critical: unknown_critical.map(|it| it.extn_id.to_string()),
            common_name: common_name(&subject),
            subject: safe(&subject),
            issuer: (!issuer.is_empty()).then(|| safe(&issuer)),
            sha256: Some(hex(&Sha256::digest(der))),
            not_before: timestamp(&validity.not_before),
            not_after: timestamp(&validity.not_after),
            self_issued: subject == issuer,
            is_ca: constraints.as_ref().is_some_and(|constraints| constraints.ca),
            path_length: constraints.and_then(|constraints| constraints.path_len_constraint),
            constrains_names: matches!(tbs.get_extension::<NameConstraints>(), Ok(Some(_))),
            names_issuer_url: matches!(
                tbs.get_extension::<AuthorityInfoAccessSyntax>(),
                Ok(Some((_, access))) if access.0.iter().any(|access| access.access_method == ID_AD_CA_ISSUERS)
            ),
            not_accepted: faults.into_iter().flatten().collect(),
        }
    }
}

/// The extensions that the verifier knows: keyUsage, subjectAltName, basicConstraints, nameConstraints, cRLDistributionPoints
/// and extendedKeyUsage.
const KNOWN: [&str; 6] = ["2.5.29.15", "2.5.29.17", "2.5.29.19", "2.5.29.30", "2.5.29.31", "2.5.29.37"];

/// Why ring does not accept a key: RSA of 2048 to 8192 bits, ECDSA on P-256 or P-384 and Ed25519 are accepted.
fn key_fault(key: &SubjectPublicKeyInfoOwned) -> Option<CertificateFault> {
    let named = |name: &str| Some(CertificateFault::KeyType(name.to_owned()));
    match key.algorithm.oid.to_string().as_str() {
        "1.2.840.113549.1.1.1" => match rsa_bits(key.subject_public_key.raw_bytes())? {
            2048..=8192 => None,
            bits => Some(CertificateFault::RsaBits(bits)),
        },
        "1.2.840.10045.2.1" => {
            let curve = key.algorithm.parameters.as_ref().and_then(|curve| curve.decode_as::<ObjectIdentifier>().ok());
            match curve.map(|curve| curve.to_string()).as_deref() {
                None => named("ECDSA with its curve written out as parameters"),
                Some("1.3.132.0.33") => named("ECDSA on P-224"),
                Some("1.3.36.3.3.2.8.1.1.7") => named("ECDSA on brainpoolP256r1"),
                Some("1.2.156.10197.1.301") => named("SM2"),
                Some("1.2.840.10045.3.1.7" | "1.3.132.0.34") => None,
                Some("1.3.132.0.35") => named("ECDSA on P-521"),
                Some("1.3.132.0.10") => named("ECDSA on secp256k1"),
                _ => named("ECDSA on a curve other than P-256 and P-384"),
            }
        }
        "1.3.101.112" => None,
        "1.3.101.113" => named("Ed448"),
        "1.2.840.113549.1.1.10" => named("RSA-PSS"),
        "1.2.840.10040.4.1" => named("DSA"),
        "1.2.643.7.1.1.1.1" | "1.2.643.7.1.1.1.2" => named("GOST R 34.10-2012"),
        other => named(&format!("the algorithm {other}")),
    }
}

/// The size of an RSA modulus (RFC 8017 §A.1.1).
fn rsa_bits(key: &[u8]) -> Option<u32> {
    let mut reader = SliceReader::new(key).ok()?;
    let modulus = reader
        .sequence(|reader| {
            let modulus = UintRef::decode(reader)?.as_bytes();
            let bits = modulus.first().map_or(0, |first| modulus.len() * 8 - first.leading_zeros() as usize);
            // The exponent, which is of no interest, ends the sequence.
            UintRef::decode(reader)?;
            Ok::<_, x509_cert::der::Error>(bits)
        })
        .ok()?;
    u32::try_from(modulus).ok()
}

/// Why ring does not accept the algorithm of a signature.
fn signature_fault(algorithm: &AlgorithmIdentifierOwned) -> Option<CertificateFault> {
    let named = |name: &str| Some(CertificateFault::Signature(name.to_owned()));
    match algorithm.oid.to_string().as_str() {
        // RSA with SHA-256, 384, 512; ECDSA with SHA-256, 384; Ed25519.
        "1.2.840.113549.1.1.11" | "1.2.840.113549.1.1.12" | "1.2.840.113549.1.1.13" => None,
        "1.2.840.113549.1.1.10" => pss_fault(algorithm),
        "1.2.840.10045.4.3.2" | "1.2.840.10045.4.3.3" | "1.3.101.112" => None,
        "1.2.840.113549.1.1.2" => named("MD2 with RSA"),
        "1.2.840.113549.1.1.4" => named("MD5 with RSA"),
        "1.2.840.113549.1.1.5" => named("SHA-1 with RSA"),
        "1.2.840.113549.1.1.14" => named("SHA-224 with RSA"),
        "1.2.840.10045.4.1" => named("ECDSA with SHA-1"),
        "1.2.840.10045.4.3.1" => named("ECDSA with SHA-224"),
        "1.2.840.10045.4.3.4" => named("ECDSA with SHA-512"),
        "1.3.101.113" => named("Ed448"),
        "1.2.840.113549.1.1.15" => named("SHA-512/224 with RSA"),
        "1.2.840.113549.1.1.16" => named("SHA-512/256 with RSA"),
        "1.3.36.3.3.1.2" => named("RIPEMD-160 with RSA"),
        "1.2.840.10040.4.3" | "2.16.840.1.101.3.4.3.1" | "2.16.840.1.101.3.4.3.2" => named("DSA"),
        sha3 if sha3.starts_with("2.16.840.1.101.3.4.3.") => named("SHA-3"),
        "1.2.156.10197.1.501" => named("SM2 with SM3"),
        "1.2.643.7.1.1.3.2" | "1.2.643.7.1.1.3.3" => named("GOST R 34.10-2012"),
        other => named(&format!("the algorithm {other}")),
    }
}

/// Why ring does not accept the parameters of RSA-PSS (RFC 4055 §3.1): the salt must be as long as the hash.
fn pss_fault(algorithm: &AlgorithmIdentifierOwned) -> Option<CertificateFault> {
    let named = |name: &str| Some(CertificateFault::Signature(name.to_owned()));
    // Without parameters they are those of SHA-1.
    let Some(parameters) = &algorithm.parameters else { return named("RSA-PSS with SHA-1") };
    let parameters = parameters.to_der().ok().and_then(|der| pss_parameters(&der));
    match parameters.as_ref().map(|(hash, salt)| (hash.as_str(), *salt)) {
        Some(("2.16.840.1.101.3.4.2.1", 32) | ("2.16.840.1.101.3.4.2.2", 48) | ("2.16.840.1.101.3.4.2.3", 64)) => None,
        Some(("1.3.14.3.2.26", _)) => named("RSA-PSS with SHA-1"),
        Some(("2.16.840.1.101.3.4.2.1" | "2.16.840.1.101.3.4.2.2" | "2.16.840.1.101.3.4.2.3", salt)) => {
            named(&format!("RSA-PSS with a salt of {salt} bytes, which must be as long as the hash"))
        }
        _ => named("RSA-PSS with a hash function other than SHA-256, SHA-384 and SHA-512"),
    }
}

/// The hash function and the length of the salt.
fn pss_parameters(der: &[u8]) -> Option<(String, u8)> {
    let mut reader = SliceReader::new(der).ok()?;
    let parameters = reader.sequence(|reader| {
        let hash = reader.context_specific::<AlgorithmIdentifierOwned>(TagNumber(0), TagMode::Explicit)?;
        // The mask generation, always MGF1.
        reader.context_specific::<AlgorithmIdentifierOwned>(TagNumber(1), TagMode::Explicit)?;
        let salt = reader.context_specific::<u8>(TagNumber(2), TagMode::Explicit)?;
        // Whatever follows is of no interest.
        reader.read_slice(reader.remaining_len())?;
        Ok::<_, x509_cert::der::Error>((hash, salt))
    });
    let (hash, salt) = parameters.ok()?;
    // What is left out is SHA-1, and a salt as long as that.
    Some((hash.map_or_else(|| "1.3.14.3.2.26".to_owned(), |hash| hash.oid.to_string()), salt.unwrap_or(20)))
}

/// The common name in a subject as RFC 4514 writes it.
fn common_name(subject: &str) -> Option<String> {
    subject.split(',').find_map(|part| part.trim().strip_prefix("CN=")).map(safe)
}

fn name(name: &GeneralName) -> Option<String> {
    match name {
        GeneralName::DnsName(name) => Some(safe(name.as_str())),
        GeneralName::IpAddress(octets) => {
            let octets = octets.as_bytes();
            let v4 = <[u8; 4]>::try_from(octets).ok().map(IpAddr::from);
            v4.or_else(|| <[u8; 16]>::try_from(octets).ok().map(IpAddr::from)).map(|ip| ip.to_string())
        }
        _ => None,
    }
}

/// A distinguished name in DER as text, safe to show.
pub(super) fn subject(der: &[u8]) -> Option<String> {
    x509_cert::name::Name::from_der(der).ok().map(|name| safe(&name.to_string()))
}

fn safe(text: &str) -> String {
    quoted(text, 200).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c06_the_parameters_of_rsa_pss_are_read() {
        let sha256 = b"\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02\x01\x05\x00";
        let mgf = b"\x30\x1a\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x08";
        let identifier = |salt: u8| {
            let parameters = [&b"\x30\x34\xa0\x0f"[..], sha256, b"\xa1\x1c", mgf, sha256, b"\xa2\x03\x02\x01", &[salt]].concat();
            let pss = b"\x30\x41\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a";
            AlgorithmIdentifierOwned::from_der(&[&pss[..], &parameters].concat()).unwrap()
        };
        assert_eq!(signature_fault(&identifier(32)), None);
        let fault = |text: &str| Some(CertificateFault::Signature(text.to_owned()));
        let salted = fault("RSA-PSS with a salt of 20 bytes, which must be as long as the hash");
        assert_eq!(signature_fault(&identifier(20)), salted);
        let empty = AlgorithmIdentifierOwned::from_der(b"\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a\x30\x00").unwrap();
        assert_eq!(signature_fault(&empty), fault("RSA-PSS with SHA-1"));
    }
}
