//! The contents of a server's certificate.

use std::net::IpAddr;

use jiff::Timestamp;
use rustls::pki_types::CertificateDer;
use x509_cert::der::Decode as _;
use x509_cert::der::oid::db::rfc5280::ID_AD_CA_ISSUERS;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{AuthorityInfoAccessSyntax, BasicConstraints, SubjectAltName};

use crate::domain::text::{ellipsis, visible};

/// The parts of a certificate that a diagnosis needs. Its texts come from outside, and are safe to show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Certificate {
    /// The DNS names and addresses in its subjectAltName.
    pub names: Vec<String>,
    pub issuer: Option<String>,
    pub not_before: Option<Timestamp>,
    pub not_after: Option<Timestamp>,
    /// Whether subject and issuer are the same.
    pub self_issued: bool,
    /// Whether it is marked as a CA's.
    pub is_ca: bool,
    /// Whether it contains the URL of its issuer's certificate, as those of public CAs do.
    pub names_issuer_url: bool,
    /// How many other certificates the server sent with it.
    pub others: usize,
}

impl Certificate {
    /// Reads a certificate. Parts that cannot be read stay empty: the verifier decides, this only describes.
    pub fn read(der: &CertificateDer<'_>, others: usize) -> Self {
        let Ok(parsed) = x509_cert::Certificate::from_der(der) else { return Self { others, ..Self::default() } };
        let tbs = parsed.tbs_certificate();
        let validity = tbs.validity();
        let timestamp = |time: &x509_cert::time::Time| {
            i64::try_from(time.to_unix_duration().as_secs()).ok().and_then(|s| Timestamp::from_second(s).ok())
        };
        let names = match tbs.get_extension::<SubjectAltName>() {
            Ok(Some((_, names))) => names.0.iter().filter_map(name).collect(),
            _ => Vec::new(),
        };
        let issuer = tbs.issuer().to_string();
        Self {
            names,
            issuer: (!issuer.is_empty()).then(|| safe(&issuer)),
            not_before: timestamp(&validity.not_before),
            not_after: timestamp(&validity.not_after),
            self_issued: tbs.issuer() == tbs.subject(),
            is_ca: matches!(tbs.get_extension::<BasicConstraints>(), Ok(Some((_, constraints))) if constraints.ca),
            names_issuer_url: matches!(
                tbs.get_extension::<AuthorityInfoAccessSyntax>(),
                Ok(Some((_, access))) if access.0.iter().any(|access| access.access_method == ID_AD_CA_ISSUERS)
            ),
            others,
        }
    }
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
