//! The file with the certificate of a receiver's CA, for senders to trust.

use std::fs::{self, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::Path;

use rustls::pki_types::{CertificateDer, pem::PemObject as _};
use x509_cert::Certificate;
use x509_cert::der::Decode as _;

use super::certificate::{CA_NAME, ENDING};
use crate::io::fs::atomic::create_temp;
use crate::io::fs::file::{self, Links};

/// A certificate is no secret, and the sender may be another user.
const PUBLIC: u32 = 0o644;

/// The most bytes that a file with one certificate has.
const MAX: usize = 64 * 1024;

/// Writes the certificate. A file that is there already is replaced only when it is one of a receiver's, and holds nothing
/// else; a symlink never is.
///
/// # Errors
/// `AlreadyExists` when something else is there, and what the system says.
pub fn write(path: &Path, pem: &str) -> io::Result<()> {
    match OpenOptions::new().write(true).create_new(true).mode(PUBLIC).open(path) {
        Ok(mut file) => file.write_all(pem.as_bytes()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && holds_ours(path) => replace(path, pem),
        Err(error) => Err(error),
    }
}

/// By a rename, which does not follow a symlink that somebody puts there meanwhile.
fn replace(path: &Path, pem: &str) -> io::Result<()> {
    let (temp, mut file) = create_temp(path)?;
    let written = file
        .write_all(pem.as_bytes())
        .and_then(|()| file.set_permissions(Permissions::from_mode(PUBLIC)))
        .and_then(|()| fs::rename(&temp, path));
    if written.is_err() {
        let _ = fs::remove_file(&temp);
    }
    written
}

fn holds_ours(path: &Path) -> bool {
    let Ok(bytes) = file::read(path, Links::Refuse, MAX) else { return false };
    if !is_one_certificate(&bytes) {
        return false;
    }
    let Ok(der) = CertificateDer::from_pem_slice(&bytes) else { return false };
    let Ok(certificate) = Certificate::from_der(&der) else { return false };
    let subject = certificate.tbs_certificate().subject().to_string();
    let ending = subject.strip_prefix("CN=").and_then(|name| name.strip_prefix(CA_NAME)).and_then(|rest| rest.strip_prefix(' '));
    ending.is_some_and(|ending| ending.len() == ENDING && ending.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

/// Whether this is the PEM of one certificate, with nothing before, between and after its lines.
fn is_one_certificate(bytes: &[u8]) -> bool {
    let text = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    let text = text.strip_suffix(b"\r").unwrap_or(text);
    let base64 = text
        .strip_prefix(b"-----BEGIN CERTIFICATE-----")
        .and_then(|rest| rest.strip_suffix(b"-----END CERTIFICATE-----"))
        .filter(|base64| base64.ends_with(b"\n"));
    base64.is_some_and(|base64| base64.iter().all(|byte| byte.is_ascii_alphanumeric() || b"+/=\r\n".contains(byte)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::receiver::certificate::make;

    fn pem() -> String {
        make("localhost", "2026-11-23T00:00:00Z".parse().unwrap()).unwrap().ca_pem
    }

    #[test]
    fn a_receivers_own_is_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("ca.pem");
        let (one, two) = (pem(), pem());
        for pem in [&one, &two] {
            write(&path, pem).unwrap();
            assert_eq!(&fs::read_to_string(&path).unwrap(), pem);
        }
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o644);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn a15_what_the_user_added_to_it_is_not_written_over() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("ca.pem");
        let own = pem();
        let middle = own.len() / 2;
        let other = rcgen::generate_simple_self_signed(["other.example".to_owned()]).unwrap().cert.pem();
        for text in [
            format!("{own}# used by the staging sender\n"),
            format!("{own}staging\n"),
            format!("{own}\n\n"),
            format!("{own} "),
            format!("{own}\0"),
            format!("{own}{other}"),
            format!("{other}{own}"),
            format!("\n{own}"),
            format!("\u{feff}{own}"),
            format!("{}# mine\n{}", &own[..middle], &own[middle..]),
            format!("{own}-----BEGIN PRIVATE KEY-----\n"),
            own.replace('\n', "\r\n") + "# mine\r\n",
            own.trim_end().to_owned() + "x",
        ] {
            fs::write(&path, &text).unwrap();
            assert_eq!(write(&path, &pem()).unwrap_err().kind(), io::ErrorKind::AlreadyExists, "{text}");
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
        // The ends of its lines are no text of the user's.
        for text in [own.replace('\n', "\r\n"), own.trim_end().to_owned()] {
            fs::write(&path, &text).unwrap();
            let new = pem();
            write(&path, &new).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), new);
        }
    }

    #[test]
    fn nothing_else_is_written_over() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("ca.pem");
        let other = rcgen::generate_simple_self_signed(["other.example".to_owned()]).unwrap().cert.pem();
        for text in [String::new(), "notes".into(), other, format!("{}{}", pem(), pem()), format!("# mine\n{}", pem())] {
            fs::write(&path, &text).unwrap();
            assert_eq!(write(&path, &pem()).unwrap_err().kind(), io::ErrorKind::AlreadyExists, "{text}");
            assert_eq!(fs::read_to_string(&path).unwrap(), text);
        }
        fs::write(&path, pem()).unwrap();
        let link = dir.path().join("link.pem");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        assert_eq!(write(&link, &pem()).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        std::os::unix::fs::symlink(dir.path().join("absent"), dir.path().join("dangling")).unwrap();
        assert_eq!(write(&dir.path().join("dangling"), &pem()).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        assert!(!dir.path().join("absent").exists());
    }
}
