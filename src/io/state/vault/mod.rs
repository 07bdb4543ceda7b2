//! Sealing: a secret in the state file is readable only with this machine's key, and only where it was put.
//!
//! XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03) under 32 random bytes; `v1:` and the base64 of nonce and ciphertext. The
//! associated data name the place: whoever changes the URL in the file does not thereby send the secret there.
//!
//! This stops another user of the machine and a leaked copy of the config directory. It does not stop root, this same user,
//! or a stolen disk, unless the key is kept off it.

use std::fmt;
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use zeroize::{Zeroize as _, Zeroizing};

use super::store::{Doing, StoreError, reason, shell, show};
use crate::domain::secret::Secret;
use crate::io::fs::atomic;
use crate::io::fs::file::{Fault, Links, PRIVATE, open_regular, read_capped};
use crate::io::fs::lock::{self, Lock};
use crate::io::fs::paths::{KEY_FILE_VAR, Paths};

const KEY_BYTES: usize = 32;
const NONCE_BYTES: usize = 24;
const PREFIX: &str = "v1:";
const CONTEXT: &str = "waypost/v1";

/// Why a secret cannot be opened or sealed. Holds nothing of the secret or the key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}. {} {}", self.what(), self.why(), self.fix())]
pub enum VaultError {
    /// There is no key file.
    KeyMissing {
        /// Where it should be.
        path: PathBuf,
        /// Whether [`KEY_FILE_VAR`] names it, so that it is not ours to make.
        named: bool,
    },
    /// The key file has another size than a key.
    KeyLength {
        /// The file.
        path: PathBuf,
        /// Whether [`KEY_FILE_VAR`] names it.
        named: bool,
    },
    /// Others may read the key.
    KeyMode {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The key file cannot be read, or is no file.
    KeyUnreadable {
        /// The place.
        path: PathBuf,
        /// Why, in words.
        reason: String,
    },
    /// The key does not open it: another key, or the file was changed by hand.
    WrongKeyOrPlace,
    /// Not a sealed text.
    Malformed,
    /// The file has no secret where its auth type needs one.
    Absent,
    /// The system gave no random bytes, or the secret is too long to seal.
    Seal(String),
}

impl VaultError {
    /// What is wrong, without a full stop.
    #[must_use]
    pub fn what(&self) -> String {
        match self {
            Self::KeyMissing { path, .. } => format!("the key {} is missing", show(path)),
            Self::KeyLength { path, .. } => format!("the key {} is damaged", show(path)),
            Self::KeyMode { path, mode } => format!("the key {} can be read by others (mode {mode:04o})", show(path)),
            Self::KeyUnreadable { path, .. } => format!("the key {} cannot be read", show(path)),
            Self::WrongKeyOrPlace => "the secret cannot be opened".into(),
            Self::Malformed => "the sealed secret is damaged".into(),
            Self::Absent => "the secret is not there".into(),
            Self::Seal(_) => "the secret cannot be sealed".into(),
        }
    }

    /// Why, a sentence.
    #[must_use]
    pub fn why(&self) -> String {
        match self {
            Self::KeyMissing { .. } => "The registered secret is sealed with it.".into(),
            Self::KeyLength { .. } => format!("A key has {KEY_BYTES} bytes."),
            Self::KeyMode { .. } => "Whoever reads it can open the registered secret.".into(),
            Self::KeyUnreadable { reason, .. } | Self::Seal(reason) => format!("The system says: {reason}."),
            Self::WrongKeyOrPlace => {
                "It was sealed with another key, or the URL, auth type or CA certificate was changed by hand.".into()
            }
            Self::Malformed => "It was changed by hand, or cut.".into(),
            Self::Absent => "The auth type was changed by hand, or the secret was taken out.".into(),
        }
    }

    /// How to mend it, a sentence.
    #[must_use]
    pub fn fix(&self) -> String {
        match self {
            Self::KeyMissing { path, named: true } => format!("Put it back, or correct {KEY_FILE_VAR} ({}).", show(path)),
            Self::KeyMissing { named: false, .. } => "Put it back, or enter the secret again.".into(),
            Self::KeyLength { path, named: true } => {
                format!("Put {KEY_BYTES} random bytes into {}, then enter the secret again.", show(path))
            }
            Self::KeyLength { path, named: false } => {
                format!("Put it back; or remove {}, then enter the secret again.", show(path))
            }
            Self::KeyMode { path, .. } => format!("Run: chmod 600 {}", shell(path)),
            Self::KeyUnreadable { path, .. } => format!("Make {} a file that this user can read.", show(path)),
            Self::WrongKeyOrPlace | Self::Malformed | Self::Absent => "Enter the secret again.".into(),
            Self::Seal(_) => "Try again.".into(),
        }
    }
}

/// The machine's key; erased when dropped.
pub struct Key(Zeroizing<[u8; KEY_BYTES]>);

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(redacted)")
    }
}

/// The place that a secret belongs to, as it stands in the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// Where it is sent.
    pub url: String,
    /// The auth type's name.
    pub auth_type: String,
    /// `header` or `query`; empty for other auth types than Api Key.
    pub add_to: String,
    /// Who is trusted to be the endpoint; empty for the system's CAs.
    pub ca_cert: String,
    /// The secret's field.
    pub field: String,
}

impl Place {
    /// Every part behind its length, so that no two places give the same bytes.
    fn associated_data(&self) -> Vec<u8> {
        let mut data = Vec::new();
        for part in [CONTEXT, &self.url, &self.auth_type, &self.add_to, &self.ca_cert, &self.field] {
            data.extend_from_slice(&(part.len() as u64).to_be_bytes());
            data.extend_from_slice(part.as_bytes());
        }
        data
    }
}

impl Key {
    /// Reads the key. Never makes one.
    ///
    /// # Errors
    /// Why there is none to use.
    pub fn read(paths: &Paths) -> Result<Self, VaultError> {
        let path = paths.key_file();
        let named = paths.key_file_override.is_some();
        // Ours is never a link; one that the user names may be, as in a mounted volume.
        let links = if named { Links::Follow } else { Links::Refuse };
        let unreadable = |fault| match fault {
            Fault::Io(error) if error.kind() == io::ErrorKind::NotFound => VaultError::KeyMissing { path: path.clone(), named },
            Fault::Io(error) => VaultError::KeyUnreadable { path: path.clone(), reason: reason(&error) },
            Fault::NotAFile(found) => VaultError::KeyUnreadable { path: path.clone(), reason: format!("it is {found}") },
            Fault::TooLarge => VaultError::KeyLength { path: path.clone(), named },
        };
        let (mut file, metadata) = open_regular(&path, OpenOptions::new().read(true), links).map_err(unreadable)?;
        let mode = metadata.permissions().mode() & 0o7777;
        if mode & 0o044 != 0 && !crate::io::fs::only_for_us(&file) {
            return Err(VaultError::KeyMode { path, mode });
        }
        let bytes = read_capped(&mut file, &metadata, KEY_BYTES).map_err(unreadable)?;
        let bytes: &[u8; KEY_BYTES] =
            bytes.as_slice().try_into().map_err(|_| VaultError::KeyLength { path: path.clone(), named })?;
        Ok(Self(Zeroizing::new(*bytes)))
    }

    /// Reads the key, or makes it when it is missing and ours to make. For the holder of the store's lock.
    ///
    /// # Errors
    /// [`StoreError::Secret`] when there is a key that cannot be used, or one is named that is not there;
    /// [`StoreError::Io`] or [`StoreError::Busy`] when one cannot be made.
    pub fn read_or_create(paths: &Paths) -> Result<Self, StoreError> {
        let path = paths.key_file();
        match Self::read(paths) {
            Err(VaultError::KeyMissing { named: false, .. }) => {}
            done => {
                if paths.key_file_override.is_none()
                    && let Ok(_lock) = Lock::acquire(&paths.state_lock_file(), Duration::ZERO)
                {
                    // What a process that was killed while it made the key has left may be a second copy of it. The next
                    // save tries again if this one cannot.
                    let _ = atomic::sweep(&path);
                }
                return done.map_err(StoreError::Secret);
            }
        }
        paths.create_state_dir()?;
        let _lock = Lock::acquire(&paths.state_lock_file(), lock::WAIT)?;
        let written = |error: io::Error| StoreError::io(Doing::Write, &path, &error);
        atomic::sweep(&path).map_err(written)?;
        let mut bytes = Zeroizing::new([0; KEY_BYTES]);
        getrandom::fill(bytes.as_mut_slice()).map_err(|error| VaultError::Seal(error.to_string()))?;
        match write_new(&path, bytes.as_slice()) {
            Ok(()) => Ok(Self(bytes)),
            // Another waypost, with another config directory and so another store, was faster.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Self::read(paths).map_err(StoreError::Secret),
            Err(error) => Err(written(error)),
        }
    }

    /// Seals a secret for a place.
    ///
    /// # Errors
    /// [`VaultError::Seal`] when the system gives no random bytes.
    pub fn seal(&self, place: &Place, secret: &Secret) -> Result<String, VaultError> {
        let mut nonce = [0; NONCE_BYTES];
        getrandom::fill(&mut nonce).map_err(|error| VaultError::Seal(error.to_string()))?;
        let payload = Payload { msg: secret.expose().as_bytes(), aad: &place.associated_data() };
        let sealed =
            self.cipher().encrypt(&XNonce::from(nonce), payload).map_err(|_| VaultError::Seal("it is too long".into()))?;
        Ok(format!("{PREFIX}{}", STANDARD.encode([nonce.as_slice(), &sealed].concat())))
    }

    /// Opens what was sealed for that same place.
    ///
    /// # Errors
    /// [`VaultError::Malformed`], or [`VaultError::WrongKeyOrPlace`].
    pub fn open(&self, place: &Place, sealed: &str) -> Result<Secret, VaultError> {
        let sealed = sealed.strip_prefix(PREFIX).ok_or(VaultError::Malformed)?;
        let sealed = STANDARD.decode(sealed).map_err(|_| VaultError::Malformed)?;
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE_BYTES>().ok_or(VaultError::Malformed)?;
        let payload = Payload { msg: sealed, aad: &place.associated_data() };
        let opened = self.cipher().decrypt(&XNonce::from(*nonce), payload).map_err(|_| VaultError::WrongKeyOrPlace)?;
        String::from_utf8(opened).map(Secret::new).map_err(|error| {
            error.into_bytes().zeroize();
            VaultError::Malformed
        })
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new((&*self.0).into())
    }
}

/// Makes a file that was not there, whole from the first moment: a key cut short by a crash would lock the secret up.
fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let (temp, file) = atomic::create_temp(path)?;
    let made = fill(&file, bytes).and_then(|()| put(&temp, path, |from, to| fs::hard_link(from, to)));
    // What cannot be removed now, the next save sweeps.
    let _ = fs::remove_file(&temp);
    made?;
    atomic::sync_dir(path.parent().unwrap_or(Path::new("/")))
}

fn fill(mut file: &File, bytes: &[u8]) -> io::Result<()> {
    file.set_permissions(Permissions::from_mode(PRIVATE))?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Gives a file its name unless that is taken; `link`, the system's own, does both at once.
fn put(temp: &Path, path: &Path, link: impl FnOnce(&Path, &Path) -> io::Result<()>) -> io::Result<()> {
    match link(temp, path) {
        // Some file systems have no hard links (link(2): EPERM; others say ENOTSUP).
        Err(error) if matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::Unsupported) => {
            if fs::symlink_metadata(path).is_ok() {
                return Err(io::ErrorKind::AlreadyExists.into());
            }
            fs::rename(temp, path)
        }
        done => done,
    }
}

#[cfg(test)]
mod tests;
