//! The diagnosis of a server that wants a client certificate, and has none that it accepts.

use std::path::Path;

use super::words::{date, host_and_port, name};
use crate::domain::delivery::{ClientFile, ClientFileFault, ClientRefusal, Diagnosis, RefusalReason};
use crate::domain::destination::Settings;
use crate::domain::field::{CLIENT_CERT, CLIENT_KEY};
use crate::domain::problem::Fix;
use crate::domain::text::listed;

/// The server asked for one, and none was given.
pub(super) fn wanted(to: &Settings) -> Diagnosis {
    Diagnosis::new(
        format!("{} requires a client certificate (mutual TLS), and none is set.", host_and_port(to)),
        Fix::from("Set the files of the client certificate and its key that the receiver's operator issued.")
            .by_editing(CLIENT_CERT),
    )
}

/// The server was given one, and ended the connection.
pub(super) fn refused(to: &Settings, refusal: &ClientRefusal) -> Diagnosis {
    let at = host_and_port(to);
    let issuer = refusal.issuer.as_ref().map_or_else(|| "an unnamed CA".to_owned(), |issuer| format!("\"{}\"", name(issuer)));
    let accepted = accepted(&refusal.accepted);
    let (why, fix) = match &refusal.reason {
        RefusalReason::UnknownCa => (
            format!("{at} does not know the CA of the client certificate, {issuer}.{accepted}"),
            "Set a client certificate of a CA that the receiver trusts; if a CA is between the two, add its certificate to the file.",
        ),
        RefusalReason::Unnamed(alert) => (
            format!("{at} does not accept the client certificate (TLS alert {alert}), which {issuer} issued.{accepted}"),
            "Check that the receiver trusts that CA and permits this certificate; its log says more.",
        ),
        RefusalReason::Handshake => (
            format!("{at} ended the TLS handshake after it was given the client certificate; it may not accept it.{accepted}"),
            "Check that the receiver trusts the CA of the client certificate; its log says more.",
        ),
        RefusalReason::Expired(Some(end), now) if end < now => (
            format!("The client certificate expired at {}; the clock here says {}. {at} refused it.", date(*end), date(*now)),
            "Renew the client certificate. Its files are read at each new connection.",
        ),
        RefusalReason::Expired(end, _) => {
            let end = end.map(|end| format!(", which by its own dates is valid until {}", date(end))).unwrap_or_default();
            (
                format!("{at} says that the client certificate has expired{end}."),
                "Check the certificates of the CAs in the file, and the receiver's clock.",
            )
        }
        RefusalReason::NotYetValid(begin, now) => (
            format!(
                "The client certificate is not valid before {}; the clock here says {}. {at} refused it.",
                date(*begin),
                date(*now)
            ),
            "Correct this machine's clock, or wait until the certificate is valid.",
        ),
        RefusalReason::Revoked => {
            (format!("{at} says that the client certificate was revoked."), "Set another client certificate.")
        }
        RefusalReason::Unsupported => (
            format!("{at} does not support client certificates of this kind."),
            "Check that it is issued for clients (extendedKeyUsage clientAuth), and that the receiver supports the type of its key.",
        ),
        RefusalReason::KeyType => (
            format!("{at} asks for a client certificate, but accepts no signature by the type of key that is set."),
            "Use another type of key: RSA with 2048 bits or more, or ECDSA on P-256.",
        ),
    };
    Diagnosis::new(why, Fix::from(fix).by_editing(CLIENT_CERT))
}

/// The files that are set cannot be used.
pub(super) fn unusable(to: &Settings, fault: &ClientFileFault) -> Diagnosis {
    let certificate = to.file(CLIENT_CERT);
    let (what, path) = match fault.file {
        ClientFile::Certificate => ("client certificate", certificate),
        ClientFile::Key => ("client key", to.file(CLIENT_KEY).or(certificate)),
    };
    let named = path.map(|path| format!(" {}", name(&path.to_string_lossy()))).unwrap_or_default();
    let why = format!("The {what}{named} cannot be used: {}.", fault.clause());
    Diagnosis::new(why, Fix::from(fault.fix(path.unwrap_or_else(|| Path::new("")))).by_editing(fault.file.field()))
}

/// The CAs that the server named.
fn accepted(names: &[String]) -> String {
    if names.is_empty() {
        return String::new();
    }
    let names: Vec<_> = names.iter().map(|it| format!("\"{}\"", name(it))).collect();
    format!(" It accepts those of {}.", listed(&names, 300))
}
