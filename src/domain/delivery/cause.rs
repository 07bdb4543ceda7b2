//! Why an attempt got no status, as data. `diagnosis` puts it in words.

use std::net::{IpAddr, SocketAddr};

use jiff::Timestamp;

/// Why an attempt got no status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The name server says that there is no such name.
    NoSuchName,
    /// No name server answered.
    NameServer(String),
    /// The name has an address that is never connected to, and what that address is, in words.
    ForbiddenAddress(IpAddr, &'static str),
    /// Nothing listens there.
    ConnectionRefused(Option<SocketAddr>),
    /// There is no route to the address.
    NoRoute(String),
    /// The peer reset the connection.
    Reset,
    /// The peer closed the connection without an answer.
    Closed,
    /// The total time was over; the limit in seconds.
    TimedOut(u16),
    /// TLS, or what it needs on this machine.
    Tls(TlsCause),
    /// The proxy's address cannot be used.
    BadProxy(String),
    /// The proxy answered with that status, or could not be reached.
    Proxy(String),
    /// The answer is not HTTP, or broke its rules.
    NotHttp(String),
    /// Anything else, in the library's words.
    Other(String),
}

/// Why there is no TLS connection. A person has to fix each of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TlsCause {
    /// The port does not speak TLS.
    NotTls,
    /// The server has no TLS version or cipher that is still safe.
    TooOld,
    /// No trusted CA issued the certificate; its issuer as the certificate names it.
    UnknownIssuer(Option<String>),
    /// The certificate is its own issuer.
    SelfSigned,
    /// The server sends its own certificate without the one between it and the CA.
    MissingIntermediate(Option<String>),
    /// The certificate is for these names.
    WrongName(Vec<String>),
    /// When it ended, and the time on this machine.
    Expired(Option<Timestamp>, Timestamp),
    /// When it begins, and the time on this machine.
    NotYetValid(Option<Timestamp>, Timestamp),
    /// It names a trusted CA as its issuer, but another key signed it.
    OtherCaKey(Option<String>),
    /// A CA's certificate used as a server's, as `openssl req -x509` makes it.
    CaUsedAsEndEntity,
    /// The server asks for a client certificate.
    ClientCertificateWanted,
    /// This machine has no CA certificates.
    NoCaStore(String),
    /// The destination's own CA file cannot be used.
    CaFile(String),
    /// Another fault of the handshake.
    Other(String),
}

impl Cause {
    /// The same cause with each text in it changed. A peer may have written them, so they are masked before they are shown.
    #[must_use]
    pub fn map_texts(self, change: &impl Fn(String) -> String) -> Self {
        match self {
            Self::NameServer(text) => Self::NameServer(change(text)),
            Self::NoRoute(text) => Self::NoRoute(change(text)),
            Self::Tls(cause) => Self::Tls(cause.map_texts(change)),
            Self::BadProxy(text) => Self::BadProxy(change(text)),
            Self::Proxy(text) => Self::Proxy(change(text)),
            Self::NotHttp(text) => Self::NotHttp(change(text)),
            Self::Other(text) => Self::Other(change(text)),
            same @ (Self::NoSuchName
            | Self::ForbiddenAddress(..)
            | Self::ConnectionRefused(_)
            | Self::Reset
            | Self::Closed
            | Self::TimedOut(_)) => same,
        }
    }
}

impl TlsCause {
    fn map_texts(self, change: &impl Fn(String) -> String) -> Self {
        match self {
            Self::UnknownIssuer(issuer) => Self::UnknownIssuer(issuer.map(change)),
            Self::MissingIntermediate(issuer) => Self::MissingIntermediate(issuer.map(change)),
            Self::OtherCaKey(issuer) => Self::OtherCaKey(issuer.map(change)),
            Self::WrongName(names) => Self::WrongName(names.into_iter().map(change).collect()),
            Self::NoCaStore(text) => Self::NoCaStore(change(text)),
            Self::CaFile(text) => Self::CaFile(change(text)),
            Self::Other(text) => Self::Other(change(text)),
            same @ (Self::NotTls
            | Self::TooOld
            | Self::SelfSigned
            | Self::Expired(..)
            | Self::NotYetValid(..)
            | Self::CaUsedAsEndEntity
            | Self::ClientCertificateWanted) => same,
        }
    }
}
