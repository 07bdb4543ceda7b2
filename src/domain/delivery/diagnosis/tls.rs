//! The diagnosis of a TLS failure.

use super::certificate::{self, alternative_name, by_ca, named};
use super::client_certificate;
use super::words::{because, date, host_and_port, name};
use crate::domain::delivery::{Diagnosis, TlsCause};
use crate::domain::destination::Settings;
use crate::domain::field;
use crate::domain::problem::{FieldChange, Fix};
use crate::domain::text::{listed, quoted};

pub(super) fn diagnose(to: &Settings, cause: &TlsCause) -> Diagnosis {
    let host = to.url().bare_host();
    let at = host_and_port(to);
    match cause {
        TlsCause::NotTls => Diagnosis::new(format!("{at} does not speak TLS; it seems to be plain HTTP."), other_port(to)),
        TlsCause::TooOld => Diagnosis::new(
            format!("{at} offers no safe version of TLS (1.2 or 1.3)."),
            "Enable TLS 1.2 or 1.3 on the receiver, or on the proxy in front of it.",
        ),
        TlsCause::UnknownIssuer(issuer) => unknown_issuer(to, issuer.as_deref()),
        TlsCause::UntrustedChain(issuer) => untrusted_chain(to, issuer.as_deref()),
        TlsCause::MissingIntermediate(issuer) => Diagnosis::new(
            format!("{at} sends its certificate without that of its issuer, {}.", named(issuer.as_deref())),
            "Make the receiver send the full chain (often a file named fullchain.pem).",
        ),
        TlsCause::SelfSigned => Diagnosis::new(
            format!("The certificate of {host} is self-signed: no CA issued it."),
            by_ca("Give the receiver one from a CA. If it is your own, set its file as the CA certificate."),
        ),
        TlsCause::OtherCaKey(issuer) => Diagnosis::new(
            format!(
                "The certificate of {host} names {} as its issuer, but was signed with another key than that of the CA known here.",
                named(issuer.as_deref())
            ),
            by_ca("The CA was probably made again under the same name: set its current file as the CA certificate."),
        ),
        TlsCause::CaUsedAsEndEntity => Diagnosis::new(
            format!("The certificate of {host} is self-signed and marked as a CA (CA:TRUE), which a server's must not be."),
            by_ca(
                "Issue a server certificate from it and set the CA's file as the CA certificate; or make it with \
                 openssl req -x509 -addext basicConstraints=critical,CA:FALSE.",
            ),
        ),
        TlsCause::WrongName(names) => wrong_name(host, names),
        TlsCause::NoSubjectAltName(common_name) => {
            let only = common_name.as_ref().map(|it| format!("; \"{}\" is in its subject (CN)", name(it))).unwrap_or_default();
            Diagnosis::new(
                format!(
                    "The certificate of {host} has no subjectAltName{only}. Clients no longer look for a name in the subject."
                ),
                format!("Issue it again with one: openssl req … -addext \"subjectAltName={}\".", alternative_name(host)),
            )
        }
        TlsCause::Certificate(member, fault) => certificate::diagnose(to, member, fault),
        TlsCause::NothingInCommon => Diagnosis::new(
            format!(
                "{at} found no TLS version, cipher, key exchange or certificate that both sides support, and ended the handshake."
            ),
            format!(
                "Check the receiver's certificate and TLS settings. waypost supports TLS 1.2 and 1.3, and {}.",
                certificate::KEYS
            ),
        ),
        TlsCause::NoHttp1 => Diagnosis::new(
            format!("No TLS connection to {at} could be made: the server does not speak HTTP/1.1."),
            "Enable HTTP/1.1 on the receiver, or on the proxy in front of it; waypost does not speak HTTP/2.",
        ),
        TlsCause::UnknownName => Diagnosis::new(
            format!("{at} ended the handshake: it has no site of the name {host} (SNI)."),
            by_url(
                "Check the host in the URL, or add that name to the configuration of the receiver, or of the proxy in front of it.",
            ),
        ),
        TlsCause::Expired(end, now) => {
            let at = end.map(|end| format!(" at {}", date(end))).unwrap_or_default();
            Diagnosis::new(
                format!("The certificate of {host} expired{at}; the clock here says {}.", date(*now)),
                "Renew the receiver's certificate, or correct this machine's clock.",
            )
        }
        TlsCause::NotYetValid(begin, now) => {
            let not = begin.map_or_else(|| "not valid yet".to_owned(), |begin| format!("not valid before {}", date(begin)));
            Diagnosis::new(
                format!("The certificate of {host} is {not}; the clock here says {}.", date(*now)),
                "Correct this machine's clock, or wait until the certificate is valid.",
            )
        }
        TlsCause::ClientCertificateWanted => client_certificate::wanted(to),
        TlsCause::ClientCertificateRefused(refusal) => client_certificate::refused(to, refusal),
        TlsCause::ClientFile(fault) => client_certificate::unusable(to, fault),
        TlsCause::NoCaStore(detail) => Diagnosis::new(
            format!("This machine has no CA certificates to check the endpoint with{}.", because(detail)),
            "Install the package ca-certificates, or set SSL_CERT_FILE to a file with them.",
        ),
        TlsCause::CaFile(detail) => {
            let file = to.ca_cert().map(|file| format!(" {}", name(&file.to_string_lossy()))).unwrap_or_default();
            Diagnosis::new(
                format!("The CA certificate{file} cannot be used{}.", because(detail)),
                by_ca("Set a PEM file with the certificate of the CA as the CA certificate."),
            )
        }
        TlsCause::Other(what) => Diagnosis::new(
            format!("No TLS connection to {at} could be made{}.", because(what)),
            "Check the TLS settings of the receiver, or of the proxy in front of it.",
        ),
    }
}

/// A fix by another URL.
fn by_url(text: &str) -> Fix {
    Fix::from(text).by_editing(field::URL)
}

/// A fix by another port. On 80 it is plain HTTP that is served, and HTTPS on the port that a URL without one means.
fn other_port(to: &Settings) -> Fix {
    let fix = by_url("Use the port on which the receiver serves HTTPS.");
    let url = to.url();
    if url.port() != 80 || url.has_credential() {
        return fix;
    }
    let before = url.expose();
    match before.replacen(&format!("{}:80", url.host()), url.host(), 1) {
        after if after == before => fix,
        after => fix.by_changing(vec![FieldChange::new(field::URL, before, after)]),
    }
}

fn wrong_name(host: &str, names: &[String]) -> Diagnosis {
    let listed = listed(names, 200);
    let why = match names.iter().find_map(|name| not_covered(host, name)) {
        Some(reason) => format!("The certificate is for {listed}, not for {host}: {reason}."),
        None => format!("The certificate is for {listed}, not for {host}."),
    };
    Diagnosis::new(why, by_url("Use a name that it is for in the URL, or give the receiver a certificate for this one."))
}

/// Why a name that looks as if it covers a host does not (RFC 9525 §6.3).
fn not_covered(host: &str, name: &str) -> Option<String> {
    let (host, name) = (host.trim_end_matches('.').to_ascii_lowercase(), name.to_ascii_lowercase());
    let shown = quoted(&name, 100);
    let similar = name.contains(&host) || name.contains('*');
    match name.strip_prefix("*.") {
        _ if name == host => Some(format!("{shown} is in it as a DNS name, and must be in it as an IP address")),
        _ if similar && name.ends_with('.') => Some(format!("{shown} ends with a dot, which a name in a certificate must not")),
        _ if similar && name.contains([':', '/', ' ']) => Some(format!("{shown} is not a DNS name")),
        Some(suffix) if suffix.contains('*') => Some(format!("{shown} has more than one *, so it is not a wildcard")),
        Some(suffix) if host == suffix => Some(format!("{shown} covers the names below {suffix}, not {suffix} itself")),
        Some(suffix) if !suffix.contains('.') && host.ends_with(&format!(".{suffix}")) => {
            Some(format!("a wildcard directly below a top-level name, as in {shown}, is not accepted"))
        }
        Some(suffix) if host.ends_with(&format!(".{suffix}")) => {
            Some(format!("the * in {shown} stands for one label, without dots"))
        }
        None if name == "*" => Some("a * alone is not accepted".to_owned()),
        None if name.contains('*') => Some(format!("in {shown} the * is not the whole first label, so it is not a wildcard")),
        _ => None,
    }
}

fn untrusted_chain(to: &Settings, issuer: Option<&str>) -> Diagnosis {
    let (host, issuer) = (to.url().bare_host(), named(issuer));
    match to.ca_cert() {
        None => Diagnosis::new(
            format!("The certificates that {host} sends lead to {issuer}, which this machine does not trust."),
            by_ca("If it is your own CA, set its certificate's file as the CA certificate."),
        ),
        Some(file) => Diagnosis::new(
            format!("The certificates that {host} sends lead to {issuer}, which is not in {}.", name(&file.to_string_lossy())),
            by_ca("Set the file of that CA as the CA certificate, or none for a public CA."),
        ),
    }
}

fn unknown_issuer(to: &Settings, issuer: Option<&str>) -> Diagnosis {
    let issuer = named(issuer);
    let (not_trusted, fix) = match to.ca_cert() {
        None => (
            "which this machine does not trust".to_owned(),
            format!("If {issuer} is your own CA, set its certificate's file as the CA certificate."),
        ),
        Some(file) => (
            format!("which is not in {}", name(&file.to_string_lossy())),
            "Set the file of the CA that issued it as the CA certificate, or none for a public CA.".to_owned(),
        ),
    };
    let why = format!(
        "The certificate of {} was issued by {issuer}, {not_trusted}. The receiver does not send the certificate of that issuer.",
        to.url().bare_host()
    );
    Diagnosis::new(why, by_ca(&format!("{fix} If it is an intermediate CA, make the receiver send its full chain.")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c10_each_name_that_nearly_covers_a_host_says_why_it_does_not() {
        for (host, name, reason) in [
            ("live.test", "*.test", "directly below a top-level name"),
            ("a.b.example.test", "*.example.test", "stands for one label"),
            ("example.test", "*.example.test", "not example.test itself"),
            ("foo.example.test", "f*.example.test", "not the whole first label"),
            ("foo.bar.example.test", "foo.*.example.test", "not the whole first label"),
            ("a.b.example.test", "*.*.example.test", "more than one *"),
            ("foo.example.test", "*", "a * alone"),
            ("foo.example.test", "*.example.test.", "ends with a dot"),
            ("foo.example.test", "foo.example.test.", "ends with a dot"),
            ("foo.example.test", "https://foo.example.test", "is not a DNS name"),
            ("foo.example.test", "foo.example.test:443", "is not a DNS name"),
            ("127.0.0.1", "127.0.0.1", "must be in it as an IP address"),
        ] {
            let why = not_covered(host, name).unwrap_or_default();
            assert!(why.contains(reason), "{host} {name}: {why}");
        }
        assert_eq!(not_covered("foo.example.test", "*.example.com"), None);
        assert_eq!(not_covered("foo.example.test", "other.test"), None);
        assert_eq!((alternative_name("::1"), alternative_name("h.test")), ("IP:::1".to_owned(), "DNS:h.test".to_owned()));
    }
}
