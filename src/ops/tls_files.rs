//! The files that TLS with a destination needs, read once when they are registered, so that a mistake shows now and not at the first
//! delivery.

use std::path::{Path, PathBuf};

use jiff::Timestamp;

use crate::domain::delivery::{ClientFile, ClientFileFault};
use crate::domain::destination::Settings;
use crate::domain::field::{CA_CERT, CLIENT_CERT, CLIENT_KEY, Field, Notice};
use crate::domain::problem::Problem;
use crate::domain::text::{sentence, visible};
use crate::io::fs::file::{self, Links};
use crate::io::fs::{FileError, Operation};
use crate::io::http;

/// The absolute path of one of the [`TLS_FILES`](crate::domain::field::TLS_FILES). A CA file is read; those of a client certificate
/// only say something together, see [`client_certificate`].
///
/// # Errors
/// There is no such file, or it contains no certificate.
pub fn tls_file(field: Field, path: &Path) -> Result<PathBuf, Problem> {
    let error = |what: String, why: String| Problem::new(field, what, why, "Name a PEM file with the CA's certificate.");
    let unread = |unread: FileError| error(unread.what(), unread.why());
    let absolute = std::path::absolute(path).map_err(|error| unread(FileError::new(Operation::Find, path, error)))?;
    if field != CA_CERT {
        return Ok(absolute);
    }
    let pem = file::read(&absolute, Links::Follow, http::MAX_CA_BYTES).map_err(unread)?;
    match http::check_ca(&pem) {
        Ok(()) => Ok(absolute),
        Err(why) => Err(error(format!("{} cannot be used", visible(&path.to_string_lossy())), sentence(&why))),
    }
}

/// Checks the files of a client certificate; without a file of its own, the key is in that of the certificate.
///
/// # Errors
/// Which of them cannot be used, and why.
pub fn client_certificate(certificate: &Path, key: Option<&Path>) -> Result<Vec<Notice>, Problem> {
    let key = key.unwrap_or(certificate);
    let identity = http::read_client_certificate(certificate, key).map_err(|fault| unusable(&fault, certificate, key))?;
    let now = Timestamp::now();
    let date = |at: Timestamp| at.strftime("%Y-%m-%d %H:%M UTC");
    let expired = identity.shown.not_after.filter(|end| *end < now);
    let expired = expired.map(|end| format!("it expired at {}; a receiver that checks it refuses it", date(end)));
    let early = identity.shown.not_before.filter(|begin| now < *begin);
    let early = early.map(|begin| format!("it is not valid before {}; a receiver that checks it refuses it", date(begin)));
    Ok(expired.into_iter().chain(early).map(|text| Notice::new(CLIENT_CERT, text)).collect())
}

/// Checks all files of a destination.
///
/// # Errors
/// As [`tls_file`] and [`client_certificate`].
pub fn check_files(settings: &Settings) -> Result<Vec<Notice>, Problem> {
    if let Some(path) = settings.ca_cert() {
        tls_file(CA_CERT, path)?;
    }
    settings.file(CLIENT_CERT).map_or_else(|| Ok(Vec::new()), |path| client_certificate(path, settings.file(CLIENT_KEY)))
}

fn unusable(fault: &ClientFileFault, certificate: &Path, key: &Path) -> Problem {
    let path = match fault.file {
        ClientFile::Certificate => certificate,
        ClientFile::Key => key,
    };
    let what = format!("{} cannot be used", visible(&path.to_string_lossy()));
    Problem::new(fault.file.field(), what, sentence(&fault.clause()), fault.fix(path))
}
