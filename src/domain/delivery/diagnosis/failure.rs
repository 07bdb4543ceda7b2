//! The words for a failure.

use super::{Diagnosis, date, host_and_port};
use crate::domain::delivery::{Cause, Phase};
use crate::domain::destination::Settings;
use crate::domain::field;
use crate::domain::problem::Fix;
use crate::domain::text::{ellipsis, visible};

const OWN_CA: &str = "If it is your own CA, enter its certificate's file as CA certificate.";

pub fn of(to: &Settings, phase: Option<Phase>, cause: &Cause) -> Diagnosis {
    let host = to.url().host();
    let at = host_and_port(to);
    match cause {
        Cause::NoSuchName => Diagnosis::new(
            format!("There is no address for the name {host}."),
            "Correct the host in the URL, or enter the name where this machine looks names up (DNS, /etc/hosts).",
        ),
        Cause::NameServer(detail) => Diagnosis::new(
            format!("No name server could say what {host} is{}.", because(detail)),
            "Check this machine's network and its name servers (/etc/resolv.conf).",
        ),
        Cause::ForbiddenAddress(ip, what) => Diagnosis::new(
            format!("{host} leads to {ip}, {what}; nothing was sent."),
            "Enter the endpoint's public name, or mend that name's addresses.",
        ),
        Cause::ConnectionRefused(address) => {
            let address = address.map(|address| address.to_string()).filter(|address| *address != at);
            Diagnosis::new(
                match address {
                    Some(address) => format!("Nothing listens at {at} ({address})."),
                    None => format!("Nothing listens at {at}."),
                },
                "Start the receiver, or correct the host or port in the URL.",
            )
        }
        Cause::NoRoute(detail) => Diagnosis::new(
            format!("This machine has no way to {at}{}.", because(detail)),
            "Check its network, its routes and the firewalls between.",
        ),
        Cause::Reset => Diagnosis::new(
            format!("{at} cut the connection {}.", moment(phase)),
            "Look into the receiver's log; a firewall or proxy between can do this, too.",
        ),
        Cause::Closed => Diagnosis::new(
            format!("{at} closed the connection {}.", moment(phase)),
            "Look into the receiver's log; it may have crashed, or not serve HTTPS on that port.",
        ),
        Cause::TimedOut(limit) => timed_out(to, phase, *limit),
        Cause::BadProxy(what) => Diagnosis::new(
            format!("The proxy cannot be used: {}", visible(what)),
            "Correct the variable, for example HTTPS_PROXY=http://proxy.example.com:3128, or unset it.",
        ),
        Cause::Proxy(what) => Diagnosis::new(
            format!("The proxy did not let the request through. {}", visible(what)),
            format!("Check HTTPS_PROXY or ALL_PROXY, or add {host} to NO_PROXY."),
        ),
        Cause::NotHttp(what) => Diagnosis::new(
            format!("The answer of {at} is not proper HTTP{}.", because(what)),
            "Check that a web server answers on that port, and look at the proxies between.",
        ),
        Cause::Other(what) => Diagnosis::new(
            format!("The request failed {}{}.", moment(phase), because(what)),
            "Send it again; if it stays so, look into the receiver's log.",
        ),
        of_tls => tls(to, of_tls),
    }
}

fn tls(to: &Settings, cause: &Cause) -> Diagnosis {
    let host = to.url().host();
    let at = host_and_port(to);
    match cause {
        Cause::NotTls => Diagnosis::new(
            format!("{at} does not speak TLS; it seems to be plain HTTP."),
            "Use the port on which the receiver serves HTTPS.",
        ),
        Cause::TlsTooOld => Diagnosis::new(
            format!("{at} offers no TLS that is still safe (1.2 or 1.3)."),
            "Let the receiver, or the proxy in front of it, offer TLS 1.2 or 1.3.",
        ),
        Cause::UnknownIssuer(issuer) => {
            let issuer = named(issuer.as_deref());
            let (not_trusted, fix) = match to.ca_cert() {
                None => ("which this machine does not trust".to_owned(), OWN_CA.to_owned()),
                Some(file) => (
                    format!("which is not in {}", visible(&file.to_string_lossy())),
                    "Enter the file of the CA that issued it as CA certificate, or none for a public CA.".to_owned(),
                ),
            };
            Diagnosis::new(format!("The certificate of {host} comes from {issuer}, {not_trusted}."), ca(fix))
        }
        Cause::MissingIntermediate(issuer) => Diagnosis::new(
            format!("{at} sends its certificate without the one of its issuer, {}.", named(issuer.as_deref())),
            "Let the receiver send the full chain (often a file named fullchain.pem).",
        ),
        Cause::SelfSigned => Diagnosis::new(
            format!("The certificate of {host} is self-signed: no CA stands behind it."),
            ca("Give the receiver one from a CA; if it is your own, enter its certificate's file as CA certificate."),
        ),
        Cause::OtherCaKey(issuer) => Diagnosis::new(
            format!(
                "The certificate of {host} names {} as its issuer, but was signed with another key than that CA's here.",
                named(issuer.as_deref())
            ),
            ca("The CA was probably made anew under the same name: enter its present file as CA certificate."),
        ),
        Cause::CaUsedAsEndEntity => Diagnosis::new(
            format!("The certificate of {host} is self-signed and marked as a CA's (CA:TRUE), which a server's must not be."),
            ca("Issue a server certificate from it and enter the CA's file as CA certificate; or make it with \
             openssl req -x509 -addext basicConstraints=critical,CA:FALSE."),
        ),
        Cause::WrongName(names) => {
            let names = match names.as_slice() {
                [] => "no name at all".to_owned(),
                names => ellipsis(&visible(&names.join(", ")), 200).into_owned(),
            };
            Diagnosis::new(
                format!("The certificate is for {names}, not for {host}."),
                "Use a name that it is for in the URL, or give the receiver a certificate for this one.",
            )
        }
        Cause::Expired(end, now) => Diagnosis::new(
            match end {
                Some(end) => {
                    format!("The certificate of {host} expired at {}; the clock here says {}.", date(*end), date(*now))
                }
                None => format!("The certificate of {host} expired; the clock here says {}.", date(*now)),
            },
            "Renew the receiver's certificate, or set this machine's clock right.",
        ),
        Cause::NotYetValid(begin, now) => Diagnosis::new(
            match begin {
                Some(begin) => {
                    format!("The certificate of {host} is not valid before {}; the clock here says {}.", date(*begin), date(*now))
                }
                None => format!("The certificate of {host} is not valid yet; the clock here says {}.", date(*now)),
            },
            "Set this machine's clock right, or wait until the certificate is valid.",
        ),
        Cause::ClientCertificateWanted => Diagnosis::new(
            format!("{at} wants a certificate from its clients (mutual TLS), which waypost does not send."),
            "Let the receiver take events without one, by one of the auth types.",
        ),
        Cause::NoCaStore(detail) => Diagnosis::new(
            format!("This machine has no CA certificates to check the endpoint with{}.", because(detail)),
            "Install the package ca-certificates, or set SSL_CERT_FILE to a file with them.",
        ),
        Cause::CaFile(detail) => Diagnosis::new(
            match to.ca_cert() {
                Some(file) => {
                    format!("The CA certificate {} cannot be used{}.", visible(&file.to_string_lossy()), because(detail))
                }
                None => format!("The CA certificate cannot be used{}.", because(detail)),
            },
            ca("Enter a PEM file with the certificate of the CA as CA certificate."),
        ),
        Cause::Tls(what) => Diagnosis::new(
            format!("No encrypted connection to {at} could be made{}.", because(what)),
            "Look at the TLS settings of the receiver, or of the proxy in front of it.",
        ),
        // Every other cause has its words in `of`.
        other => Diagnosis::new(format!("The request to {at} failed: {other:?}."), "Send it again."),
    }
}

/// A fix by another CA certificate.
fn ca(text: impl Into<Fix>) -> Fix {
    text.into().by_editing(field::CA_CERT)
}

fn timed_out(to: &Settings, phase: Option<Phase>, limit: u16) -> Diagnosis {
    let host = to.url().host();
    let at = host_and_port(to);
    match phase {
        None | Some(Phase::Dns) => Diagnosis::new(
            format!("No name server said within {limit} s what {host} is."),
            "Check this machine's network and its name servers (/etc/resolv.conf).",
        ),
        Some(Phase::Connect) => Diagnosis::new(
            format!("{at} did not answer within {limit} s; a firewall may drop the packets."),
            "Check that this machine may reach that port, and that the host in the URL is right.",
        ),
        Some(Phase::Tls) => Diagnosis::new(
            format!("{at} took the connection, but did not finish the TLS handshake within {limit} s."),
            "Check that the receiver serves HTTPS on that port, and is not overloaded.",
        ),
        Some(Phase::Write) => Diagnosis::new(
            format!("The endpoint did not read the whole request within {limit} s."),
            "Look at the receiver's load and the network between, or set a longer timeout.",
        ),
        Some(Phase::Wait | Phase::Read) => Diagnosis::new(
            format!("The endpoint took the request, but did not answer within {limit} s."),
            "Let the receiver answer first and work afterwards, or set a longer timeout.",
        ),
    }
}

/// When something happened, in words.
const fn moment(phase: Option<Phase>) -> &'static str {
    match phase {
        None | Some(Phase::Dns | Phase::Connect) => "while it was being made",
        Some(Phase::Tls) => "during the TLS handshake",
        Some(Phase::Write) => "while the request was sent",
        Some(Phase::Wait) => "without an answer",
        Some(Phase::Read) => "in the middle of the answer",
    }
}

fn because(detail: &str) -> String {
    let detail = detail.trim().trim_end_matches('.');
    if detail.is_empty() { String::new() } else { format!(": {}", ellipsis(&visible(detail), 200)) }
}

fn named(issuer: Option<&str>) -> String {
    issuer.map_or_else(|| "an unnamed issuer".to_owned(), |issuer| format!("\"{}\"", visible(issuer)))
}
