//! Why an attempt got no status, as data.

use std::net::SocketAddr;

use jiff::Timestamp;

/// Why there is no status: the cause as data; [`super::diagnosis`] puts it in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The name server says that there is no such name.
    NoSuchName,
    /// No name server answered.
    NameServer(String),
    /// The name has an address that is never connected to; what that address is, in words.
    ForbiddenAddress(std::net::IpAddr, &'static str),
    /// Nothing listens there.
    ConnectionRefused(Option<SocketAddr>),
    /// The network has no way there.
    NoRoute(String),
    /// The other side cut the connection.
    Reset,
    /// The other side closed the connection without an answer.
    Closed,
    /// The total time was over; the limit in seconds.
    TimedOut(u16),
    /// The port does not speak TLS.
    NotTls,
    /// The server has no TLS version or cipher that is still safe.
    TlsTooOld,
    /// No trusted CA stands behind the certificate; its issuer as it names itself.
    UnknownIssuer(Option<String>),
    /// The certificate is its own issuer.
    SelfSigned,
    /// The server sends its own certificate without the one between it and the CA.
    MissingIntermediate(Option<String>),
    /// The certificate is of other names.
    WrongName(Vec<String>),
    /// It ended; when, and what the clock here says.
    Expired(Option<Timestamp>, Timestamp),
    /// It begins later; when, and what the clock here says.
    NotYetValid(Option<Timestamp>, Timestamp),
    /// It names a trusted CA as its issuer, but another key has signed it.
    OtherCaKey(Option<String>),
    /// A CA's certificate used as a server's, as `openssl req -x509` makes it.
    CaUsedAsEndEntity,
    /// The server wants a certificate from us.
    ClientCertificateWanted,
    /// Another fault of the handshake.
    Tls(String),
    /// This machine has no CA certificates.
    NoCaStore(String),
    /// The file with the destination's own CA cannot be used.
    CaFile(String),
    /// The proxy's address cannot be used.
    BadProxy(String),
    /// The proxy answered with that status, or could not be reached.
    Proxy(String),
    /// The answer is not HTTP, or broke its rules.
    NotHttp(String),
    /// Anything else, in the library's words.
    Other(String),
}
