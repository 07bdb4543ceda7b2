//! From a library's error to a cause: by what the error is, not by what it says, wherever it has a type.

use std::error::Error as StdError;
use std::io;
use std::time::Duration;

use jiff::Timestamp;
use rustls::{AlertDescription, InvalidMessage};

use super::chain;
use super::dns::ResolveError;
use super::refusal;
use super::trace::Observed;
use crate::domain::delivery::{Cause, Phase, TlsCause};
use crate::domain::text::{from_bytes, quoted};

/// Why an exchange ended early.
#[derive(Debug)]
pub enum ExchangeError {
    /// Its cause is known.
    Known(Cause),
    Resolve(ResolveError),
    /// While connecting, or in a handshake.
    Io(io::Error),
    Http(hyper::Error),
    /// The proxy answered that it does not connect to the endpoint; the trace has the answer.
    ProxyRefused,
}

impl From<Cause> for ExchangeError {
    fn from(cause: Cause) -> Self {
        Self::Known(cause)
    }
}

impl From<ResolveError> for ExchangeError {
    fn from(error: ResolveError) -> Self {
        Self::Resolve(error)
    }
}

impl From<io::Error> for ExchangeError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<hyper::Error> for ExchangeError {
    fn from(error: hyper::Error) -> Self {
        Self::Http(error)
    }
}

/// The cause of an error, given what was observed.
pub fn cause(error: ExchangeError, observed: &Observed, now: Timestamp) -> Cause {
    match error {
        ExchangeError::Known(cause) => cause,
        ExchangeError::Resolve(error) => of_error(&error, observed, now),
        ExchangeError::Io(error) => of_error(&error, observed, now),
        ExchangeError::Http(error) => of_error(&error, observed, now),
        // Where its answer was read, that is the cause.
        ExchangeError::ProxyRefused => Cause::Proxy("It did not connect to the endpoint.".into()),
    }
}

fn of_error(error: &(dyn StdError + 'static), observed: &Observed, now: Timestamp) -> Cause {
    let links = links(error);
    if is_at_proxy(observed) {
        return Cause::Proxy(of_proxy(&links, observed));
    }
    let cause = links.iter().rev().find_map(|link| of_link(*link, observed, now));
    match cause {
        // A server that asked for our certificate and then cut the line says by that what it misses (TLS 1.3 has no other way
        // before the request is written). It asks after it has agreed to a version and a cipher.
        Some(Cause::Reset | Cause::Closed | Cause::Tls(TlsCause::Other(_) | TlsCause::NothingInCommon))
            if observed.client_certificate_asked && observed.client_certificate.is_none() =>
        {
            Cause::Tls(TlsCause::ClientCertificateWanted)
        }
        Some(cause) => cause,
        None => Cause::Other(links.last().map_or_else(String::new, ToString::to_string)),
    }
}

/// An error and its sources, the innermost last. An [`io::Error`] hides the error that it wraps.
fn links<'a>(error: &'a (dyn StdError + 'static)) -> Vec<&'a (dyn StdError + 'static)> {
    let mut links = Vec::new();
    let mut next: Option<&'a (dyn StdError + 'static)> = Some(error);
    while let Some(error) = next {
        links.push(error);
        let inner = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = inner.map_or_else(|| error.source(), |inner| Some(inner as &(dyn StdError + 'static)));
    }
    links
}

fn of_link(error: &(dyn StdError + 'static), observed: &Observed, now: Timestamp) -> Option<Cause> {
    if let Some(error) = error.downcast_ref::<ResolveError>() {
        return Some(of_resolve(error));
    }
    if let Some(error) = error.downcast_ref::<rustls::Error>() {
        return Some(of_tls(error, observed, now));
    }
    if let Some(error) = error.downcast_ref::<hyper::Error>() {
        return of_http(error);
    }
    error.downcast_ref::<io::Error>().and_then(|error| of_io(error, observed))
}

fn of_resolve(error: &ResolveError) -> Cause {
    match error {
        ResolveError::Forbidden(ip, what) => Cause::ForbiddenAddress(*ip, what),
        ResolveError::NoAddress => Cause::NoSuchName,
        ResolveError::Failed(error) => {
            // getaddrinfo's codes come without a type; these are the texts of glibc, musl and the BSDs for "no such name".
            let text = error.to_string();
            let none = ["not known", "No address associated", "does not resolve", "nodename nor servname", "no data"];
            if error.kind() == io::ErrorKind::NotFound || none.iter().any(|part| text.contains(part)) {
                Cause::NoSuchName
            } else {
                Cause::NameServer(text.rsplit(": ").next().unwrap_or_default().to_owned())
            }
        }
    }
}

fn of_io(error: &io::Error, observed: &Observed) -> Option<Cause> {
    use io::ErrorKind as Kind;
    Some(match error.kind() {
        Kind::ConnectionRefused => Cause::ConnectionRefused(match observed.addresses.as_slice() {
            [one] => Some(*one),
            _ => None,
        }),
        Kind::ConnectionReset | Kind::ConnectionAborted | Kind::BrokenPipe => Cause::Reset,
        Kind::HostUnreachable | Kind::NetworkUnreachable | Kind::NetworkDown | Kind::AddrNotAvailable => {
            Cause::NoRoute(without_code(error))
        }
        Kind::UnexpectedEof => Cause::Closed,
        // The system's own limit for a connection, where it is shorter than ours.
        Kind::TimedOut => Cause::NoRoute("the connection timed out".into()),
        _ => return None,
    })
}

/// `No route to host (os error 113)` without its number.
pub(super) fn without_code(error: &io::Error) -> String {
    let text = error.to_string();
    text.split(" (os error").next().unwrap_or_default().to_owned()
}

fn of_http(error: &hyper::Error) -> Option<Cause> {
    if error.is_incomplete_message() || error.is_closed() || error.is_canceled() {
        return Some(Cause::Closed);
    }
    if error.is_parse_too_large() {
        return Some(Cause::NotHttp("its head is larger than waypost reads".into()));
    }
    if error.is_parse() || error.is_parse_status() {
        return Some(Cause::NotHttp(error.to_string()));
    }
    None
}

fn of_tls(error: &rustls::Error, observed: &Observed, now: Timestamp) -> Cause {
    use rustls::Error as Tls;
    if let Tls::AlertReceived(alert) = error
        && let Some(cause) = refusal::cause(*alert, observed, now)
    {
        return Cause::Tls(cause);
    }
    match error {
        Tls::InvalidCertificate(error) => Cause::Tls(chain::cause(error, observed, now)),
        Tls::InvalidMessage(InvalidMessage::UnknownProtocolVersion)
        | Tls::PeerIncompatible(_)
        | Tls::AlertReceived(AlertDescription::ProtocolVersion | AlertDescription::InsufficientSecurity) => {
            Cause::Tls(TlsCause::TooOld)
        }
        Tls::InvalidMessage(_) | Tls::PeerSentOversizedRecord => Cause::Tls(TlsCause::NotTls),
        Tls::AlertReceived(AlertDescription::UnrecognisedName) => Cause::Tls(TlsCause::UnknownName),
        Tls::AlertReceived(AlertDescription::HandshakeFailure) => Cause::Tls(TlsCause::NothingInCommon),
        Tls::AlertReceived(AlertDescription::NoApplicationProtocol) | Tls::NoApplicationProtocol => Cause::Tls(TlsCause::NoHttp1),
        other => Cause::Tls(TlsCause::Other(other.to_string())),
    }
}

/// What went wrong on the way to the proxy, or there: a sentence or two.
fn of_proxy(links: &[&(dyn StdError + 'static)], observed: &Observed) -> String {
    let heard = heard(observed);
    let ended = || match &heard {
        Some(began) => format!("It ended the connection in the middle of its answer, which began: {began}."),
        None => "It closed the connection without an answer.".to_owned(),
    };
    for link in links.iter().rev() {
        if let Some(error) = link.downcast_ref::<rustls::Error>() {
            return match error {
                rustls::Error::InvalidMessage(_) => {
                    "It does not speak TLS: its address begins with http://, not with https://.".to_owned()
                }
                _ => format!("TLS with it failed: {error}."),
            };
        }
        if let Some(ResolveError::NoAddress | ResolveError::Failed(_)) = link.downcast_ref::<ResolveError>() {
            return "Its name has no address.".into();
        }
        if let Some(error) = link.downcast_ref::<io::Error>()
            && error.get_ref().is_none()
        {
            return match error.kind() {
                io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe if heard.is_none() => {
                    "It reset the connection without an answer.".into()
                }
                io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe | io::ErrorKind::UnexpectedEof => ended(),
                _ => format!("It could not be reached: {}.", without_code(error)),
            };
        }
        if let Some(error) = link.downcast_ref::<hyper::Error>()
            && let Some(Cause::NotHttp(what)) = of_http(error)
        {
            // An alert is how a server says that it was not spoken to by TLS.
            return match (observed.proxy_heard.as_slice(), heard) {
                ([0x15, 3, ..], _) => "It speaks TLS: its address begins with https://, not with http://.".to_owned(),
                (_, Some(began)) if !error.is_parse_too_large() => {
                    format!("Its answer is not HTTP ({what}); there may be no proxy on that port. It began: {began}.")
                }
                _ => format!("Its answer is not HTTP ({what}); there may be no proxy on that port."),
            };
        }
    }
    ended()
}

/// The beginning of what a proxy wrote, quoted: its first line.
fn heard(observed: &Observed) -> Option<String> {
    let text = from_bytes(&observed.proxy_heard);
    let line = text.trim_start().lines().next()?;
    (!line.is_empty()).then(|| format!("\"{}\"", quoted(line, 80)))
}

/// The cause when the total time is over.
pub fn timeout_cause(limit: Duration, observed: &Observed) -> Cause {
    let seconds = u16::try_from(limit.as_millis().div_ceil(1000)).unwrap_or(u16::MAX);
    match heard(observed) {
        _ if !is_at_proxy(observed) => Cause::TimedOut(seconds),
        Some(began) => Cause::Proxy(format!("It did not end its answer within {seconds} s. It began: {began}.")),
        None => Cause::Proxy(format!("It did not answer within {seconds} s.")),
    }
}

/// Whether an attempt has come no further than to a proxy.
fn is_at_proxy(observed: &Observed) -> bool {
    observed.proxy.is_some() && observed.phase < Some(Phase::Tls)
}

#[cfg(test)]
mod tests {
    use super::super::trace::Trace;
    use super::*;

    fn resolving(text: &str) -> Cause {
        of_resolve(&ResolveError::Failed(io::Error::other(text.to_owned())))
    }

    #[test]
    fn a_name_that_is_none_and_a_server_that_is_silent_are_told_apart() {
        for text in [
            "failed to lookup address information: Name or service not known",
            "failed to lookup address information: No address associated with hostname",
            "failed to lookup address information: Name does not resolve",
            "failed to lookup address information: nodename nor servname provided, or not known",
        ] {
            assert_eq!(resolving(text), Cause::NoSuchName, "{text}");
        }
        assert_eq!(
            resolving("failed to lookup address information: Temporary failure in name resolution"),
            Cause::NameServer("Temporary failure in name resolution".into())
        );
    }

    #[test]
    fn the_systems_errors_are_read_by_kind() {
        let cause = |code: i32| of_io(&io::Error::from_raw_os_error(code), &Observed::default());
        // EHOSTUNREACH, ENETUNREACH, ECONNRESET, EPIPE, ECONNREFUSED, of Linux.
        if cfg!(target_os = "linux") {
            assert_eq!(cause(113), Some(Cause::NoRoute("No route to host".into())));
            assert_eq!(cause(101), Some(Cause::NoRoute("Network is unreachable".into())));
            assert_eq!((cause(104), cause(32)), (Some(Cause::Reset), Some(Cause::Reset)));
            assert_eq!(cause(111), Some(Cause::ConnectionRefused(None)));
        }
    }

    /// OpenSSL says it so in TLS 1.2.
    #[test]
    fn c14_a_handshake_ended_after_our_certificate_was_asked_for_wants_one() {
        let alert = || io::Error::other(rustls::Error::AlertReceived(AlertDescription::HandshakeFailure));
        for (asked, expected) in [(true, TlsCause::ClientCertificateWanted), (false, TlsCause::NothingInCommon)] {
            let trace = Trace::new(b"", None);
            trace.note(|observed| observed.client_certificate_asked = asked);
            assert_eq!(of_error(&alert(), &trace.observed(), Timestamp::UNIX_EPOCH), Cause::Tls(expected));
        }
    }

    #[test]
    fn an_error_inside_an_io_error_is_found() {
        let inner = io::Error::new(io::ErrorKind::InvalidData, rustls::Error::NoApplicationProtocol);
        let outer = io::Error::other(inner);
        let cause = of_error(&outer, &Observed::default(), Timestamp::UNIX_EPOCH);
        assert_eq!(cause, Cause::Tls(TlsCause::NoHttp1));
    }
}
