//! Why an attempt got no status, as data. `diagnosis` puts it in words.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use jiff::Timestamp;

use super::client_file::ClientFileFault;
use super::outcome::{Outcome, Phase};
use crate::domain::token;

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
    /// The proxy could not be reached, or did not answer as a proxy does; what happened, a sentence.
    Proxy(String),
    /// The proxy answered that it does not connect to the endpoint.
    ProxyRefused(ProxyRefusal),
    /// The answer is not HTTP, or broke its rules.
    NotHttp(String),
    /// There is no token to authenticate with.
    Token(TokenCause),
    /// Anything else, in the library's words.
    Other(String),
}

/// Why there is no token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenCause {
    /// The token endpoint gave no answer: the phase in which that ended, and why.
    NotReached(Option<Phase>, Box<Cause>),
    /// It answered without a token, and asked for that pause, if it did.
    Refused(token::Refusal, Option<Duration>),
}

/// A proxy's answer to CONNECT that is not 2xx.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProxyRefusal {
    pub status: u16,
    /// The reason phrase as it wrote it, or else the standard one; may be empty.
    pub reason: String,
    /// The text of its page, on one line; empty without one.
    pub page: String,
    /// Where it redirects to.
    pub location: Option<String>,
    /// How it wants a client to log in (`proxy-authenticate`).
    pub challenge: Option<String>,
    /// Whether it was given a user name and a password.
    pub credentials: bool,
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
    /// The server sends a chain that ends below a CA that is not trusted: the issuer of its last certificate.
    UntrustedChain(Option<String>),
    /// The certificate is its own issuer.
    SelfSigned,
    /// The server sends its own certificate without the one between it and the CA.
    MissingIntermediate(Option<String>),
    /// The certificate is for these names.
    WrongName(Vec<String>),
    /// It has no subjectAltName; the common name in its subject, which does not count.
    NoSubjectAltName(Option<String>),
    /// A certificate of the chain is not acceptable.
    Certificate(ChainMember, CertificateFault),
    /// When it ended, and the time on this machine.
    Expired(Option<Timestamp>, Timestamp),
    /// When it begins, and the time on this machine.
    NotYetValid(Option<Timestamp>, Timestamp),
    /// It names a trusted CA as its issuer, but another key signed it.
    OtherCaKey(Option<String>),
    /// A CA's certificate, issued by itself, used as a server's, as `openssl req -x509` makes it.
    CaUsedAsEndEntity,
    /// The server found no version, cipher or certificate that both sides support.
    NothingInCommon,
    /// The server does not speak HTTP/1.1.
    NoHttp1,
    /// The server has no certificate for that name (SNI).
    UnknownName,
    /// The server asks for a client certificate, and none is set.
    ClientCertificateWanted,
    /// The server does not accept the client certificate.
    ClientCertificateRefused(ClientRefusal),
    /// A file of the client certificate cannot be used.
    ClientFile(ClientFileFault),
    /// This machine has no CA certificates.
    NoCaStore(String),
    /// The destination's own CA file cannot be used.
    CaFile(String),
    /// Another fault of the handshake.
    Other(String),
}

/// A server that does not accept the client certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientRefusal {
    pub reason: RefusalReason,
    /// Who issued the certificate.
    pub issuer: Option<String>,
    /// The CAs whose certificates the server says it accepts; none where it does not say.
    pub accepted: Vec<String>,
}

/// Why, as far as the server says it, or the certificate shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RefusalReason {
    /// It does not know the CA.
    UnknownCa,
    /// When the certificate ends, and the time on this machine.
    Expired(Option<Timestamp>, Timestamp),
    /// When the certificate begins, and the time on this machine.
    NotYetValid(Timestamp, Timestamp),
    Revoked,
    /// Certificates of this kind are not supported.
    Unsupported,
    /// It accepts no signature by this type of key, so it was given none.
    KeyType,
    /// It says no more than that; the name of the TLS alert.
    Unnamed(&'static str),
    /// It ended the handshake, maybe for that reason.
    Handshake,
}

/// Which certificate of a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChainMember {
    /// The endpoint's own.
    Leaf,
    /// Another one that the server sent, by its subject.
    Intermediate(String),
    /// One in the destination's CA file, by its subject.
    CaFile(String),
    /// Which one is not known.
    Unknown,
}

/// What is not acceptable about a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CertificateFault {
    /// The size of its RSA key in bits, which is not 2048 to 8192.
    RsaBits(u32),
    /// Its key is of that type, which is not supported.
    KeyType(String),
    /// It is signed with that algorithm, which is not supported.
    Signature(String),
    /// Its X.509 version, which is not 3.
    Version(u8),
    /// When it ended, and the time on this machine.
    Expired(Option<Timestamp>, Timestamp),
    /// When it begins, and the time on this machine.
    NotYetValid(Option<Timestamp>, Timestamp),
    /// It names that issuer, and was signed by another key: than that of the certificate that the server sends, or else of
    /// the CA known here.
    OtherKey { issuer: Option<String>, sent: bool },
    /// It is marked as a CA's, and used as a server's.
    MarkedAsCa,
    /// It has a subjectAltName without the name of any host.
    NoHostNames,
    /// It is below more intermediates than are accepted.
    TooDeep,
    /// It issued another one without being a CA's.
    NotACa,
    /// More intermediates follow than it allows.
    PathLength,
    /// It may not issue a certificate with those names.
    NameConstraint,
    /// It is not meant for servers (extendedKeyUsage).
    Purpose,
    /// It has a critical extension that is not supported; its identifier where it is known.
    Extension(Option<String>),
    /// The library's word for another fault.
    Other(String),
}

impl Cause {
    /// How an attempt ended that has this cause.
    #[must_use]
    pub const fn outcome(&self) -> Outcome {
        match self {
            Self::Token(TokenCause::Refused(..)) => Outcome::Refused,
            _ => Outcome::Failed,
        }
    }

    /// The same cause with each text in it changed. A peer may have written them, so they are masked before they are shown.
    #[must_use]
    pub fn map_texts(self, change: &impl Fn(String) -> String) -> Self {
        match self {
            Self::NameServer(text) => Self::NameServer(change(text)),
            Self::NoRoute(text) => Self::NoRoute(change(text)),
            Self::Tls(cause) => Self::Tls(cause.map_texts(change)),
            Self::BadProxy(text) => Self::BadProxy(change(text)),
            Self::Proxy(text) => Self::Proxy(change(text)),
            Self::ProxyRefused(refusal) => Self::ProxyRefused(ProxyRefusal {
                reason: change(refusal.reason),
                page: change(refusal.page),
                location: refusal.location.map(change),
                challenge: refusal.challenge.map(change),
                ..refusal
            }),
            Self::NotHttp(text) => Self::NotHttp(change(text)),
            Self::Token(TokenCause::NotReached(phase, cause)) => {
                Self::Token(TokenCause::NotReached(phase, Box::new(cause.map_texts(change))))
            }
            Self::Token(TokenCause::Refused(refusal, pause)) => {
                Self::Token(TokenCause::Refused(refusal.map_texts(change), pause))
            }
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
            Self::UntrustedChain(issuer) => Self::UntrustedChain(issuer.map(change)),
            Self::MissingIntermediate(issuer) => Self::MissingIntermediate(issuer.map(change)),
            Self::OtherCaKey(issuer) => Self::OtherCaKey(issuer.map(change)),
            Self::WrongName(names) => Self::WrongName(names.into_iter().map(change).collect()),
            Self::NoSubjectAltName(name) => Self::NoSubjectAltName(name.map(change)),
            Self::Certificate(member, fault) => {
                let member = match member {
                    ChainMember::Intermediate(subject) => ChainMember::Intermediate(change(subject)),
                    ChainMember::CaFile(subject) => ChainMember::CaFile(change(subject)),
                    same @ (ChainMember::Leaf | ChainMember::Unknown) => same,
                };
                let fault = match fault {
                    CertificateFault::OtherKey { issuer, sent } => {
                        CertificateFault::OtherKey { issuer: issuer.map(change), sent }
                    }
                    same => same,
                };
                Self::Certificate(member, fault)
            }
            Self::NoCaStore(text) => Self::NoCaStore(change(text)),
            Self::CaFile(text) => Self::CaFile(change(text)),
            Self::ClientFile(fault) => Self::ClientFile(fault.map_texts(change)),
            Self::ClientCertificateRefused(refusal) => Self::ClientCertificateRefused(ClientRefusal {
                issuer: refusal.issuer.map(change),
                accepted: refusal.accepted.into_iter().map(change).collect(),
                ..refusal
            }),
            Self::Other(text) => Self::Other(change(text)),
            same @ (Self::NotTls
            | Self::TooOld
            | Self::SelfSigned
            | Self::Expired(..)
            | Self::NotYetValid(..)
            | Self::CaUsedAsEndEntity
            | Self::NothingInCommon
            | Self::NoHttp1
            | Self::UnknownName
            | Self::ClientCertificateWanted) => same,
        }
    }
}
