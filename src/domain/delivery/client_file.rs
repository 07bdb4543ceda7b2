//! What is wrong with the files of a client certificate, in words: for the one who registers them, and for an attempt that failed.

use std::path::Path;

use crate::domain::field::{CLIENT_CERT, CLIENT_KEY, Field};
use crate::domain::shell;

/// A file of a client certificate that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientFileFault {
    pub file: ClientFile,
    pub fault: FileFault,
}

/// Which of the two files. One file may be both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientFile {
    Certificate,
    Key,
}

/// Why it cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileFault {
    /// It cannot be read: why, a clause, and the fix where the system's files have one.
    Unreadable(String, Option<String>),
    /// It has no bytes.
    Empty,
    /// It is not PEM but the binary form.
    Der,
    /// It is a PKCS #12 container.
    Pkcs12,
    /// A part of it begins as PEM and is not.
    Malformed,
    /// What it contains instead: the labels of its PEM blocks.
    Absent(Vec<String>),
    /// The certificate cannot be read.
    BadCertificate,
    /// The key needs a passphrase.
    Encrypted,
    /// Why the key cannot be used; may be empty.
    Unsupported(String),
    /// The key belongs to another certificate.
    OtherKey,
    /// The key belongs to a certificate of the file that is not the first.
    WrongOrder,
}

impl ClientFile {
    #[must_use]
    pub const fn field(self) -> Field {
        match self {
            Self::Certificate => CLIENT_CERT,
            Self::Key => CLIENT_KEY,
        }
    }

    const fn wanted(self) -> &'static str {
        match self {
            Self::Certificate => "certificate (-----BEGIN CERTIFICATE-----)",
            Self::Key => "private key (-----BEGIN PRIVATE KEY-----)",
        }
    }
}

impl ClientFileFault {
    #[must_use]
    pub const fn new(file: ClientFile, fault: FileFault) -> Self {
        Self { file, fault }
    }

    /// Why, a clause.
    #[must_use]
    pub fn clause(&self) -> String {
        match &self.fault {
            FileFault::Unreadable(why, _) => why.clone(),
            FileFault::Empty => "it is empty".into(),
            FileFault::Der => "it is in binary form (DER), not PEM".into(),
            FileFault::Pkcs12 => "it is a PKCS #12 file, not PEM".into(),
            FileFault::Malformed => "it is not a well-formed PEM file".into(),
            FileFault::Absent(found) if found.is_empty() => format!("there is no {} in it", self.file.wanted()),
            FileFault::Absent(found) => format!("there is no {} in it, only {}", self.file.wanted(), found.join(", ")),
            FileFault::BadCertificate => "a certificate in it cannot be read".into(),
            FileFault::Encrypted => "the key is encrypted, and nobody is there to enter its passphrase".into(),
            FileFault::Unsupported(why) if why.is_empty() => "the key is of a kind that is not supported".into(),
            FileFault::Unsupported(why) => format!("the key is not supported: {why}"),
            FileFault::OtherKey => "the key is not that of the client certificate".into(),
            FileFault::WrongOrder => "the certificate that belongs to the key is not the first in it".into(),
        }
    }

    /// How to fix it, a sentence. A command names the file.
    #[must_use]
    pub fn fix(&self, path: &Path) -> String {
        let word = shell::word(path);
        match (&self.fault, self.file) {
            (FileFault::Unreadable(_, Some(fix)), _) => fix.clone(),
            (FileFault::Der, ClientFile::Certificate) => format!("Run: openssl x509 -inform der -in {word} -out client.pem"),
            (FileFault::Der, ClientFile::Key) => format!("Run: umask 077; openssl pkey -inform der -in {word} -out client.key"),
            (FileFault::Pkcs12, _) => format!("Run: umask 077; openssl pkcs12 -nodes -in {word} -out client.pem"),
            (FileFault::Encrypted, _) => {
                format!("Run: umask 077; openssl pkcs8 -topk8 -nocrypt -in {word} -out client.key")
            }
            (FileFault::Absent(found), ClientFile::Key) if found.iter().any(|label| label == OPENSSH) => {
                format!("Run: umask 077; cp {word} client.key && ssh-keygen -p -m PKCS8 -N '' -f client.key")
            }
            (FileFault::Unsupported(_), _) => {
                "Use an RSA key of 2048 to 8192 bits, an ECDSA key on P-256 or P-384, or an Ed25519 key.".into()
            }
            (FileFault::OtherKey, _) => "Name the key with which this certificate was requested.".into(),
            (FileFault::WrongOrder, _) => {
                "Put the client's own certificate first, then those of the CAs between it and the root.".into()
            }
            (_, ClientFile::Certificate) => {
                "Name a PEM file with the client's certificate, and those of the CAs between it and the root after it.".into()
            }
            (_, ClientFile::Key) => "Name a PEM file with the private key of the client certificate.".into(),
        }
    }

    /// The same with each text in it changed.
    pub(super) fn map_texts(self, change: &impl Fn(String) -> String) -> Self {
        let fault = match self.fault {
            FileFault::Unreadable(why, fix) => FileFault::Unreadable(change(why), fix.map(change)),
            FileFault::Absent(found) => FileFault::Absent(found.into_iter().map(change).collect()),
            FileFault::Unsupported(why) => FileFault::Unsupported(change(why)),
            same => same,
        };
        Self { fault, ..self }
    }
}

/// The label of a key as OpenSSH writes it.
const OPENSSH: &str = "OPENSSH PRIVATE KEY";
