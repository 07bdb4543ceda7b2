//! The contents of a certificate, as far as a diagnosis needs them.

use std::net::IpAddr;

use jiff::Timestamp;
use rustls::pki_types::CertificateDer;
use x509_cert::der::asn1::{ObjectIdentifier, UintRef};
use x509_cert::der::oid::db::rfc5280::ID_AD_CA_ISSUERS;
use x509_cert::der::{Decode as _, Reader as _, SliceReader};
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{AuthorityInfoAccessSyntax, BasicConstraints, NameConstraints, SubjectAltName};
use x509_cert::spki::SubjectPublicKeyInfoOwned;

use crate::domain::delivery::CertificateFault;
use crate::domain::text::{ellipsis, visible};

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
    pub not_before: Option<Timestamp>,
    pub not_after: Option<Timestamp>,
    /// Whether subject and issuer are the same.
    pub self_issued: bool,
    /// Whether it is marked as a CA's.
    pub is_ca: bool,
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
        let names = match tbs.get_extension::<SubjectAltName>() {
            Ok(Some((_, names))) => names.0.iter().filter_map(name).collect(),
            _ => Vec::new(),
        };
        let (subject, issuer) = (tbs.subject().to_string(), tbs.issuer().to_string());
        let constraints = tbs.get_extension::<BasicConstraints>().ok().flatten().map(|(_, constraints)| constraints);
        let version = match tbs.version() {
            x509_cert::Version::V1 => Some(CertificateFault::Version(1)),
            x509_cert::Version::V2 => Some(CertificateFault::Version(2)),
            x509_cert::Version::V3 => None,
        };
        let faults = [version, key_fault(tbs.subject_public_key_info()), signature_fault(&parsed.signature_algorithm().oid)];
        Self {
            names,
            common_name: common_name(&subject),
            subject: safe(&subject),
            issuer: (!issuer.is_empty()).then(|| safe(&issuer)),
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
fn signature_fault(algorithm: &ObjectIdentifier) -> Option<CertificateFault> {
    let named = |name: &str| Some(CertificateFault::Signature(name.to_owned()));
    match algorithm.to_string().as_str() {
        // RSA with SHA-256, 384, 512; RSA-PSS; ECDSA with SHA-256, 384; Ed25519.
        "1.2.840.113549.1.1.11" | "1.2.840.113549.1.1.12" | "1.2.840.113549.1.1.13" | "1.2.840.113549.1.1.10" => None,
        "1.2.840.10045.4.3.2" | "1.2.840.10045.4.3.3" | "1.3.101.112" => None,
        "1.2.840.113549.1.1.2" => named("MD2 with RSA"),
        "1.2.840.113549.1.1.4" => named("MD5 with RSA"),
        "1.2.840.113549.1.1.5" => named("SHA-1 with RSA"),
        "1.2.840.113549.1.1.14" => named("SHA-224 with RSA"),
        "1.2.840.10045.4.1" => named("ECDSA with SHA-1"),
        "1.2.840.10045.4.3.1" => named("ECDSA with SHA-224"),
        "1.2.840.10045.4.3.4" => named("ECDSA with SHA-512"),
        "1.3.101.113" => named("Ed448"),
        other => named(&format!("the algorithm {other}")),
    }
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

fn safe(text: &str) -> String {
    ellipsis(&visible(text), 200).into_owned()
}
