//! The trusted CAs: the system's, or those of one PEM text.
//!
//! The files that the environment names are read here and not by the library, which would wait for a writer of a pipe for ever
//! and read a device without end.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use super::config::Trust;
use crate::domain::delivery::{Cause, TlsCause};
use crate::io::fs::file::{self, Links};
use crate::io::fs::show;

/// The largest file of CA certificates that is read, in bytes; a whole system's store has a quarter of a megabyte.
pub const MAX_CA_BYTES: usize = 4 * 1024 * 1024;

/// The most files of a directory that are read; a system's store has about 150.
const MAX_FILES: usize = 4096;

/// # Errors
/// [`TlsCause::NoCaStore`] or [`TlsCause::CaFile`] if there are none.
pub(super) fn read(trust: &Trust) -> Result<RootCertStore, Cause> {
    match trust {
        Trust::System => system(env::var_os("SSL_CERT_FILE").as_deref(), env::var_os("SSL_CERT_DIR").as_deref())
            .map_err(|why| Cause::Tls(TlsCause::NoCaStore(why))),
        Trust::Only(pem) => own(pem).map_err(|what| Cause::Tls(TlsCause::CaFile(what))),
    }
}

/// Checks that a PEM text contains the CAs for [`Trust::Only`].
///
/// # Errors
/// Why not, in words.
pub fn check_ca(pem: &[u8]) -> Result<(), String> {
    own(pem).map(drop)
}

fn own(pem: &[u8]) -> Result<RootCertStore, String> {
    let mut roots = RootCertStore::empty();
    for cert in CertificateDer::pem_slice_iter(pem) {
        let cert = cert.map_err(|_| "it is not a well-formed PEM file")?;
        roots.add(cert).map_err(|_| "a certificate in it cannot be read")?;
    }
    if roots.is_empty() {
        return Err("there is no certificate in it (-----BEGIN CERTIFICATE-----)".into());
    }
    Ok(roots)
}

/// The CAs of the named file and directories, or else those in the system's usual place.
fn system(file: Option<&OsStr>, dirs: Option<&OsStr>) -> Result<RootCertStore, String> {
    let file = file.filter(|file| !file.is_empty()).map(Path::new);
    let dirs: Vec<PathBuf> =
        dirs.map(|dirs| env::split_paths(dirs).filter(|dir| !dir.as_os_str().is_empty()).collect()).unwrap_or_default();
    let mut roots = RootCertStore::empty();
    if file.is_none() && dirs.is_empty() {
        let found = rustls_native_certs::load_native_certs();
        let (added, _) = roots.add_parsable_certificates(found.certs);
        let why = || found.errors.first().map(ToString::to_string).unwrap_or_default();
        return if added == 0 { Err(why()) } else { Ok(roots) };
    }
    // A file that is named and cannot be used is a mistake, whatever else there is.
    if let Some(file) = file {
        add_file(&mut roots, file).map_err(|why| format!("SSL_CERT_FILE is {}, and {why}", show(file)))?;
    }
    let mut why = None;
    for dir in &dirs {
        why = add_dir(&mut roots, dir).or(why);
    }
    if roots.is_empty() { Err(why.unwrap_or_default()) } else { Ok(roots) }
}

/// Adds what a file contains, and says why that is nothing.
fn add_file(roots: &mut RootCertStore, path: &Path) -> Result<(), String> {
    let pem = file::read(path, Links::Follow, MAX_CA_BYTES).map_err(|error| error.kind.to_string())?;
    let (added, _) = roots.add_parsable_certificates(CertificateDer::pem_slice_iter(&pem).flatten());
    if added == 0 { Err("there is no certificate in it".into()) } else { Ok(()) }
}

/// Adds what the files of a directory contain, and gives the last reason why one of them adds nothing.
fn add_dir(roots: &mut RootCertStore, dir: &Path) -> Option<String> {
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) => return Some(format!("SSL_CERT_DIR names {}: {}", show(dir), crate::io::fs::reason(&error))),
    };
    let mut why = Some(format!("SSL_CERT_DIR names {}, and no certificate is in it", show(dir)));
    for entry in entries.take(MAX_FILES).flatten() {
        let path = entry.path();
        if let Err(reason) = add_file(roots, &path) {
            let reason = format!("SSL_CERT_DIR names {}, and of {} in it: {reason}", show(dir), show(&path));
            tracing::warn!(why = %reason, "no CA certificate");
            why = Some(reason);
        }
    }
    why
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixListener;

    use super::*;

    fn pem() -> String {
        let mut params = rcgen::CertificateParams::new([]).unwrap();
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        params.self_signed(&rcgen::KeyPair::generate().unwrap()).unwrap().pem()
    }

    /// Everything that a name can stand for and that is not a file of certificates.
    fn impostors(dir: &Path) -> Vec<PathBuf> {
        let path = |name: &str| dir.join(name);
        rustix::fs::mknodat(rustix::fs::CWD, path("pipe"), rustix::fs::FileType::Fifo, 0o600.into(), 0).unwrap();
        drop(UnixListener::bind(path("socket")).unwrap());
        fs::create_dir(path("directory")).unwrap();
        fs::write(path("text"), "no certificate").unwrap();
        fs::File::create(path("huge")).unwrap().set_len(1 << 40).unwrap();
        std::os::unix::fs::symlink("pipe", path("link")).unwrap();
        let mut all: Vec<_> = ["pipe", "socket", "directory", "text", "huge", "link", "none"].map(path).into();
        all.push("/dev/zero".into());
        all
    }

    #[test]
    fn a06_what_is_not_a_file_of_certificates_is_named() {
        let dir = tempfile::tempdir().unwrap();
        for path in impostors(dir.path()) {
            let why = system(Some(path.as_os_str()), None).unwrap_err();
            assert!(why.contains("SSL_CERT_FILE") && why.contains(path.to_str().unwrap()), "{why}");
        }
        let good = tempfile::tempdir().unwrap();
        fs::write(good.path().join("ca.pem"), pem()).unwrap();
        assert_eq!(system(Some(good.path().join("ca.pem").as_os_str()), None).unwrap().len(), 1);
        // A named file counts, whatever the directories have.
        let pipe = dir.path().join("pipe");
        assert!(system(Some(pipe.as_os_str()), Some(good.path().as_os_str())).is_err());
    }

    #[test]
    fn a06_a_directory_with_anything_in_it_is_read_to_its_end() {
        let dir = tempfile::tempdir().unwrap();
        impostors(dir.path());
        let why = system(None, Some(dir.path().as_os_str())).unwrap_err();
        assert!(why.contains("SSL_CERT_DIR") && why.contains(dir.path().to_str().unwrap()), "{why}");
        let file = dir.path().join("text");
        assert!(system(None, Some(file.as_os_str())).unwrap_err().contains(file.to_str().unwrap()));
        fs::write(dir.path().join("ca.pem"), pem()).unwrap();
        assert_eq!(system(None, Some(dir.path().as_os_str())).unwrap().len(), 1);
        let both = env::join_paths([Path::new("/nowhere"), dir.path()]).unwrap();
        assert_eq!(system(None, Some(&both)).unwrap().len(), 1);
    }
}
