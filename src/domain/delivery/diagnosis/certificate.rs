//! The diagnosis of a certificate that is not acceptable: which one of the chain, and why.

use std::net::IpAddr;

use super::words::{self, date};
use crate::domain::delivery::{CertificateFault, ChainMember, Diagnosis};
use crate::domain::destination::Settings;
use crate::domain::field;
use crate::domain::problem::Fix;

/// What keys are supported, in words.
pub(super) const KEYS: &str =
    "certificates with an RSA key of 2048 to 8192 bits, an ECDSA key on P-256 or P-384, or an Ed25519 key";

/// What signatures are supported, in words.
const SIGNATURES: &str = "RSA or RSA-PSS with SHA-256, SHA-384 or SHA-512, ECDSA with SHA-256 or SHA-384, and Ed25519";

pub(super) fn diagnose(to: &Settings, member: &ChainMember, fault: &CertificateFault) -> Diagnosis {
    let host = to.url().bare_host();
    let which = match member {
        ChainMember::Leaf => format!("The certificate of {host}"),
        ChainMember::Intermediate(subject) => {
            format!("The intermediate certificate \"{}\" that {host} sends", words::name(subject))
        }
        ChainMember::CaFile(subject) => format!("The CA certificate \"{}\" in your CA file", words::name(subject)),
        ChainMember::Unknown => format!("A certificate in the chain of {host}"),
    };
    let whose = if *member == ChainMember::Leaf { "the receiver's certificate" } else { "that certificate" };
    match fault {
        CertificateFault::RsaBits(bits) => {
            let size = if *bits < 2048 { "short" } else { "long" };
            Diagnosis::new(
                format!("{which} has an RSA key of {bits} bits, which is too {size}."),
                format!("Issue {whose} again. waypost accepts {KEYS}."),
            )
        }
        CertificateFault::KeyType(name) => Diagnosis::new(
            format!("{which} has a key of a type that is not supported: {}.", words::name(name)),
            format!("Issue {whose} again. waypost accepts {KEYS}."),
        ),
        CertificateFault::Signature(name) => Diagnosis::new(
            format!("{which} has a signature that is not accepted: {}.", words::name(name)),
            format!("Have its CA issue {whose} again. waypost accepts {SIGNATURES}."),
        ),
        CertificateFault::Version(version) => Diagnosis::new(
            format!("{which} is of X.509 version {version}; only version 3 is accepted."),
            format!("Issue {whose} again with extensions, such as a subjectAltName, which makes it version 3."),
        ),
        CertificateFault::Expired(end, now) => {
            let at = end.map(|end| format!(" at {}", date(end))).unwrap_or_default();
            Diagnosis::new(
                format!("{which} expired{at}; the clock here says {}. The endpoint's own certificate has not.", date(*now)),
                "Make the receiver send a current intermediate certificate, which its CA offers for download.",
            )
        }
        CertificateFault::NotYetValid(begin, now) => {
            let from = begin.map(|begin| format!(" before {}", date(begin))).unwrap_or_default();
            Diagnosis::new(
                format!("{which} is not valid{from}; the clock here says {}.", date(*now)),
                "Correct this machine's clock, or make the receiver send an intermediate certificate that is valid now.",
            )
        }
        CertificateFault::NotACa => Diagnosis::new(
            format!("{which} issued another one, but is not marked as a CA (basicConstraints CA:TRUE)."),
            "Have the receiver's certificate issued by a CA; make its chain from that CA's certificates.",
        ),
        CertificateFault::PathLength => Diagnosis::new(
            format!("{which} has a path length (basicConstraints pathlen) that does not allow as many CAs below it."),
            "Have the receiver's certificate issued by a CA that may issue it, or raise the path length of the CA above.",
        ),
        CertificateFault::NameConstraint => Diagnosis::new(
            format!("{which} may not issue the certificate of {host}: its nameConstraints do not allow a name in it."),
            "Have the certificate issued with no names but those that the CA may certify, or by another CA.",
        ),
        CertificateFault::Purpose => Diagnosis::new(
            format!("{which} is not meant for servers: its extendedKeyUsage lacks serverAuth."),
            format!("Issue {whose} again with extendedKeyUsage serverAuth, or without that extension."),
        ),
        CertificateFault::OtherKey { issuer, sent } => other_key(&which, host, issuer.as_deref(), *sent),
        CertificateFault::MarkedAsCa => Diagnosis::new(
            format!("{which} is marked as a CA (basicConstraints CA:TRUE), which a server's must not be."),
            format!("Issue {whose} again with basicConstraints CA:FALSE."),
        ),
        CertificateFault::NoHostNames => Diagnosis::new(
            format!("{which} has a subjectAltName without any DNS name or IP address."),
            format!("Issue it again with one: openssl req … -addext \"subjectAltName={}\".", alternative_name(host)),
        ),
        CertificateFault::TooDeep => Diagnosis::new(
            format!("{which} is below too many intermediate certificates; at most 6 are accepted."),
            "Have the receiver's certificate issued by a CA nearer to the root.",
        ),
        CertificateFault::Extension(id) => Diagnosis::new(
            match id {
                Some(id) => format!("{which} has a critical extension that is not supported: {}.", words::name(id)),
                None => format!("{which} has a critical extension that is not supported."),
            },
            "Have it issued without that extension, or with the extension marked as not critical.",
        ),
        CertificateFault::Other(word) => {
            let word = if word.is_empty() { String::new() } else { format!(" ({})", words::name(word)) };
            Diagnosis::new(
                format!("{which} is not acceptable{word}."),
                "Check the certificates that the receiver sends: openssl s_client -showcerts, then openssl x509 -text.",
            )
        }
    }
}

fn other_key(which: &str, host: &str, issuer: Option<&str>, sent: bool) -> Diagnosis {
    let issuer = named(issuer);
    if sent {
        Diagnosis::new(
            format!(
                "{which} names {issuer} as its issuer, but was signed with another key than that of the {issuer} that {host} sends."
            ),
            "Make the receiver send the intermediate certificate that matches its own; a CA can have several of the same name.",
        )
    } else {
        Diagnosis::new(
            format!("{which} names {issuer} as its issuer, but was signed with another key than that of the CA known here."),
            by_ca("The CA was probably made again under the same name: set its current file as the CA certificate."),
        )
    }
}

/// How openssl writes a host in a subjectAltName.
pub(super) fn alternative_name(host: &str) -> String {
    let kind = if host.parse::<IpAddr>().is_ok() { "IP" } else { "DNS" };
    format!("{kind}:{host}")
}

/// A fix by another CA certificate.
pub(super) fn by_ca(text: &str) -> Fix {
    Fix::from(text).by_editing(field::CA_CERT)
}

pub(super) fn named(issuer: Option<&str>) -> String {
    issuer.map_or_else(|| "an unnamed issuer".to_owned(), |issuer| format!("\"{}\"", words::name(issuer)))
}
