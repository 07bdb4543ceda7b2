//! The client certificate of a destination: two PEM files, or one with both, read at each new connection.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::crypto::ring::sign::any_supported_type;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use sha2::{Digest as _, Sha256};
use x509_cert::der::{Decode as _, Encode as _, Reader as _, SliceReader};

use super::certificate::Certificate;
use super::roots::MAX_CA_BYTES;
use crate::domain::delivery::{Cause, CertificateFault, ClientCertificate, ClientFile, ClientFileFault, FileFault, TlsCause};
use crate::domain::destination::Settings;
use crate::domain::field::{CLIENT_CERT, CLIENT_KEY};
use crate::io::fs::access::Readers;
use crate::io::fs::file::{self, Links};
use crate::io::fs::{FileError, FileErrorKind};

/// A client certificate with its key, and what may be shown of it.
#[derive(Debug)]
pub struct ClientIdentity {
    pub(super) certified: Arc<CertifiedKey>,
    pub shown: ClientCertificate,
}

/// Where the files of a client certificate are.
#[derive(Clone, Debug)]
pub(super) struct ClientPaths {
    certificate: PathBuf,
    key: PathBuf,
}

impl ClientPaths {
    /// `None` where the destination has none.
    pub fn of(to: &Settings) -> Option<Self> {
        let certificate = to.file(CLIENT_CERT)?;
        let key = to.file(CLIENT_KEY).unwrap_or(certificate);
        Some(Self { certificate: certificate.to_owned(), key: key.to_owned() })
    }

    /// Reads them, on a thread where that may take its time.
    ///
    /// # Errors
    /// [`TlsCause::ClientFile`].
    pub async fn read(self) -> Result<Arc<ClientIdentity>, Cause> {
        let reading = tokio::task::spawn_blocking(move || read_client_certificate(&self.certificate, &self.key));
        match reading.await {
            Ok(Ok(identity)) => Ok(Arc::new(identity)),
            Ok(Err(fault)) => Err(Cause::Tls(TlsCause::ClientFile(fault))),
            Err(error) => Err(Cause::Other(error.to_string())),
        }
    }
}

/// Reads a certificate, those between it and its CA, and its key. The file of the key must be private.
///
/// # Errors
/// Which of the files cannot be used, and why.
pub fn read_client_certificate(certificate: &Path, key: &Path) -> Result<ClientIdentity, ClientFileFault> {
    let wrong = |fault| ClientFileFault::new(ClientFile::Certificate, fault);
    let pem = file::read(certificate, Links::Follow, MAX_CA_BYTES).map_err(|error| wrong(unreadable(&error)))?;
    let chain = chain(&pem).map_err(wrong)?;
    let wrong = |fault| ClientFileFault::new(ClientFile::Key, fault);
    let pem =
        file::read_private(key, Links::Follow, MAX_CA_BYTES, Readers::GroupIfGiven).map_err(|error| wrong(unreadable(&error)))?;
    let leaf = Certificate::read(&chain[0]);
    let key = private_key(&pem).map_err(wrong)?;
    let key = any_supported_type(&key).map_err(|_| wrong(FileFault::Unsupported(key_fault(&leaf))))?;
    let public_key = key.public_key().ok_or_else(|| wrong(FileFault::Unsupported(key_fault(&leaf))))?;
    // Not by `CertifiedKey::keys_match`: it reads no certificate of version 1, as openssl x509 -req makes, and servers accept.
    let matches = |certificate: &CertificateDer<'_>| key_of(certificate).is_some_and(|key| key == *public_key);
    if !matches(&chain[0]) {
        let in_chain = chain.iter().skip(1).any(matches);
        return Err(if in_chain {
            ClientFileFault::new(ClientFile::Certificate, FileFault::WrongOrder)
        } else {
            wrong(FileFault::OtherKey)
        });
    }
    let shown = describe(&chain[0]);
    Ok(ClientIdentity { certified: Arc::new(CertifiedKey::new(chain, key)), shown })
}

/// The public key in a certificate, in DER.
fn key_of(certificate: &CertificateDer<'_>) -> Option<Vec<u8>> {
    let read = x509_cert::Certificate::from_der(certificate).ok()?;
    read.tbs_certificate().subject_public_key_info().to_der().ok()
}

/// What is known of the certificate that a peer presented.
pub(crate) fn describe(certificate: &CertificateDer<'_>) -> ClientCertificate {
    let read = Certificate::read(certificate);
    ClientCertificate {
        subject: read.subject,
        issuer: read.issuer,
        sha256: fingerprint(certificate),
        not_before: read.not_before,
        not_after: read.not_after,
    }
}

/// SHA-256 of a certificate, in hex.
pub(super) fn fingerprint(certificate: &CertificateDer<'_>) -> String {
    Sha256::digest(certificate).iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

/// At least one certificate.
fn chain(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, FileFault> {
    not_pem(pem)?;
    let chain: Vec<_> = CertificateDer::pem_slice_iter(pem).collect::<Result<_, _>>().map_err(|_| FileFault::Malformed)?;
    if chain.is_empty() {
        return Err(FileFault::Absent(labels(pem)));
    }
    let readable = |der: &CertificateDer<'_>| x509_cert::Certificate::from_der(der).is_ok();
    if chain.iter().all(readable) { Ok(chain) } else { Err(FileFault::BadCertificate) }
}

fn private_key(pem: &[u8]) -> Result<PrivateKeyDer<'static>, FileFault> {
    not_pem(pem)?;
    let text = String::from_utf8_lossy(pem);
    // PKCS #8 has a label for it, the older forms a header (RFC 1421 §4.6.1.1).
    let encrypted = text.contains("-----BEGIN ENCRYPTED PRIVATE KEY-----") || text.contains("Proc-Type: 4,ENCRYPTED");
    match PrivateKeyDer::from_pem_slice(pem) {
        Ok(key) => Ok(key),
        Err(_) if encrypted => Err(FileFault::Encrypted),
        Err(rustls::pki_types::pem::Error::NoItemsFound) => Err(FileFault::Absent(labels(pem))),
        Err(_) => Err(FileFault::Malformed),
    }
}

/// Refuses what is not text: an empty file, and the binary forms, each of which begins with an ASN.1 SEQUENCE.
fn not_pem(bytes: &[u8]) -> Result<(), FileFault> {
    if bytes.trim_ascii().is_empty() {
        return Err(FileFault::Empty);
    }
    if bytes[0] != 0x30 {
        return Ok(());
    }
    // PFX begins with the version 3 (RFC 7292 §4), a key with 0 or 1, a certificate with another SEQUENCE.
    let Ok(mut reader) = SliceReader::new(bytes) else { return Ok(()) };
    let version = reader.sequence(|inner| {
        let version = u8::decode(inner);
        let rest = inner.remaining_len();
        inner.read_slice(rest)?;
        version
    });
    match version {
        Ok(3) => Err(FileFault::Pkcs12),
        _ => Err(FileFault::Der),
    }
}

/// The labels of its PEM blocks, each once, at most four.
fn labels(pem: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(pem);
    let mut labels: Vec<String> = Vec::new();
    for line in text.lines() {
        let label = line.trim().strip_prefix("-----BEGIN ").and_then(|rest| rest.strip_suffix("-----"));
        let Some(label) =
            label.filter(|label| label.len() <= 40 && label.bytes().all(|b| b == b' ' || b.is_ascii_alphanumeric()))
        else {
            continue;
        };
        if labels.len() < 4 && !labels.iter().any(|known| known == label) {
            labels.push(label.to_owned());
        }
    }
    labels
}

/// Why a key is not supported, as its certificate shows it.
fn key_fault(leaf: &Certificate) -> String {
    leaf.not_accepted
        .iter()
        .find_map(|fault| match fault {
            CertificateFault::RsaBits(bits) => Some(format!("RSA with {bits} bits")),
            CertificateFault::KeyType(name) => Some(name.clone()),
            _ => None,
        })
        .unwrap_or_default()
}

fn unreadable(error: &FileError) -> FileFault {
    let about_access = |kind: &FileErrorKind| {
        matches!(kind, FileErrorKind::OpenToOthers { .. } | FileErrorKind::OtherOwner { .. } | FileErrorKind::AccessList)
    };
    let fix = about_access(&error.kind).then(|| error.fix().text);
    let why = match &error.kind {
        FileErrorKind::OpenToOthers { mode, .. } => format!("others can read or change it (mode {mode:04o})"),
        other => other.to_string(),
    };
    FileFault::Unreadable(why, fix)
}
