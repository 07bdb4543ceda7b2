//! Sealing: a secret in the state file can be read only with this machine's key, and used only where it was sealed.
//!
//! XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03) under 32 random bytes; `v1:` and the base64 of nonce and ciphertext. The
//! associated data name the place: changing the URL in the file does not send the secret there.
//!
//! This protects against other users of the machine and a leaked copy of the config directory. It does not protect against root,
//! the user, or a stolen disk that also has the key.

use std::fmt;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chacha20poly1305::aead::{Aead as _, KeyInit as _, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use zeroize::{Zeroize as _, Zeroizing};

use crate::domain::problem::Fix;
use crate::domain::secret::Secret;
use crate::domain::signature::hex;
use crate::domain::text::sentence;
use crate::io::fs::access::{Chmod, Readers};
use crate::io::fs::atomic;
use crate::io::fs::file::{self, Links};
use crate::io::fs::lock::{self, Lock};
use crate::io::fs::paths::{KEY_FILE_VAR, Paths};
use crate::io::fs::{FileError, FileErrorKind, Operation, show};

const KEY_BYTES: usize = 32;
const NONCE_BYTES: usize = 24;
const PREFIX: &str = "v1:";
const CONTEXT: &str = "waypost/v1";
const MARK: &str = "waypost/mark/v1";

/// A secret cannot be opened or sealed. Contains nothing of the secret or the key.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// There is no key file. `named`: [`KEY_FILE_VAR`] names it, so waypost does not create it.
    #[error("the key {} is missing", show(.path))]
    KeyMissing { path: PathBuf, named: bool },
    /// The key file has another size than a key.
    #[error("the key {} is damaged", show(.path))]
    KeyLength { path: PathBuf, named: bool },
    /// The key file cannot be read.
    #[error("the key {0}")]
    KeyFile(FileError),
    /// There is no key file, and it cannot be created.
    #[error("the key {0}")]
    KeyNotCreated(FileError),
    /// Another key sealed it, or the file was edited.
    #[error("the secret cannot be opened")]
    WrongKeyOrPlace,
    /// Not a sealed text.
    #[error("the sealed secret is damaged")]
    Malformed,
    /// The file has no secret where its auth type needs one.
    #[error("the secret is missing")]
    Absent,
    /// There were no random bytes, or the secret is too long to seal; why.
    #[error("the secret cannot be sealed")]
    Seal(String),
}

impl VaultError {
    /// Why, a sentence.
    #[must_use]
    pub fn why(&self) -> String {
        match self {
            Self::KeyMissing { .. } => "The registered secret is sealed with it.".into(),
            Self::KeyLength { .. } => format!("A key has {KEY_BYTES} bytes."),
            Self::KeyFile(error) | Self::KeyNotCreated(error) => error.why(),
            Self::Seal(reason) => sentence(reason),
            Self::WrongKeyOrPlace => {
                "It was sealed with another key, or the URL, auth type, CA certificate or a header's name was edited in the file."
                    .into()
            }
            Self::Malformed => "It was edited or truncated in the file.".into(),
            Self::Absent => "The auth type was edited in the file, or the secret was removed.".into(),
        }
    }

    /// How to fix it, a sentence.
    #[must_use]
    pub fn fix(&self) -> Fix {
        self.fix_by("the secret")
    }

    /// The same, where `what` has to be entered again.
    #[must_use]
    pub fn fix_by(&self, what: &str) -> Fix {
        match self {
            Self::KeyMissing { path, named: true } => format!("Put it back, or correct {KEY_FILE_VAR} ({}).", show(path)).into(),
            Self::KeyMissing { named: false, .. } => format!("Put it back, or enter {what} again.").into(),
            Self::KeyLength { path, named: true } => {
                format!("Put {KEY_BYTES} random bytes into {}, then enter {what} again.", show(path)).into()
            }
            Self::KeyLength { path, named: false } => {
                format!("Put it back; or remove {}, then enter {what} again.", show(path)).into()
            }
            Self::KeyFile(error) => match error.kind {
                FileErrorKind::OpenToOthers { chmod: Chmod::ReadOnlyMount, mode } if mode & 0o026 == 0 => {
                    format!("{} Or set {KEY_FILE_VAR} to its path: then its group may read it.", error.fix()).into()
                }
                FileErrorKind::OpenToOthers { chmod: Chmod::NotOwner { .. }, mode } if mode & 0o026 == 0 => {
                    format!("Set {KEY_FILE_VAR} to its path: then its group may read it.").into()
                }
                _ => error.fix(),
            },
            Self::KeyNotCreated(error) => error.fix(),
            Self::WrongKeyOrPlace | Self::Malformed | Self::Absent => format!("Enter {what} again.").into(),
            Self::Seal(_) => "Try again.".into(),
        }
    }

    /// The same, where other machines open the same secret with the same key: sealed with a key of this machine alone, they could not.
    #[must_use]
    pub fn fix_where_shared(&self) -> Fix {
        match self {
            Self::KeyMissing { path, named: false } => {
                format!("Copy the key of the machine that registered it to {}, or set {KEY_FILE_VAR} to its path.", show(path)).into()
            }
            Self::KeyLength { path, .. } => format!("Copy the key of the machine that registered it to {}.", show(path)).into(),
            Self::WrongKeyOrPlace | Self::Malformed | Self::Absent => format!(
                "Use the key of the machine that registered it (set {KEY_FILE_VAR}), or remove the destination and register it again."
            )
            .into(),
            _ => self.fix(),
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

/// Where a secret may go, by the content of the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// A part of it may be a credential.
    pub url: Secret,
    pub auth_type: String,
    /// The values of the auth type's fields that decide where the secret goes, such as `header`.
    pub bound: Vec<String>,
    /// The paths of the files for TLS, each empty where there is none.
    pub files: Vec<String>,
    /// The secret's name in the file, such as `auth.token`.
    pub name: String,
}

impl Place {
    /// Each part after its length, so that no two places give the same bytes.
    fn associated_data(&self) -> Zeroizing<Vec<u8>> {
        let mut data = Zeroizing::new(Vec::new());
        let count = self.bound.len().to_string();
        let files = self.files.iter().map(String::as_str);
        let bound = self.bound.iter().map(String::as_str);
        let parts = [CONTEXT, &self.name, self.url.expose()].into_iter().chain(files).chain([self.auth_type.as_str(), &count]);
        for part in parts.chain(bound) {
            data.extend_from_slice(&(part.len() as u64).to_be_bytes());
            data.extend_from_slice(part.as_bytes());
        }
        data
    }
}

impl Key {
    /// Reads the key, and never creates one.
    ///
    /// # Errors
    /// [`VaultError`].
    pub fn read(paths: &Paths) -> Result<Self, VaultError> {
        let path = paths.key_file();
        let named = paths.key_file_override.is_some();
        // Ours is never a link; one that the user names may be, as in a mounted volume.
        let links = if named { Links::Follow } else { Links::Refuse };
        let readers = match named {
            _ if paths.key_is_credential() => Readers::Group,
            true => Readers::GroupIfGiven,
            false => Readers::Owner,
        };
        let bytes = file::read_private(&path, links, KEY_BYTES, readers).map_err(|error| match error.kind {
            _ if error.is_not_found() => VaultError::KeyMissing { path: path.clone(), named },
            FileErrorKind::TooLarge { .. } => VaultError::KeyLength { path: path.clone(), named },
            _ => VaultError::KeyFile(error),
        })?;
        let bytes: &[u8; KEY_BYTES] = bytes.as_slice().try_into().map_err(|_| VaultError::KeyLength { path, named })?;
        Ok(Self(Zeroizing::new(*bytes)))
    }

    /// Reads the key, or creates it when it is missing and no other is named. For the holder of the store's lock, where it has one.
    ///
    /// # Errors
    /// [`VaultError::KeyNotCreated`] when the disk or another waypost prevents it; any other when there is a key that cannot be
    /// used, or one is named that is missing.
    pub fn read_or_create(paths: &Paths) -> Result<Self, VaultError> {
        let path = paths.key_file();
        match Self::read(paths) {
            Err(VaultError::KeyMissing { named: false, .. }) => {}
            done => {
                if paths.key_file_override.is_none()
                    && let Ok(_lock) = Lock::acquire(&paths.state_lock_file(), Duration::ZERO)
                {
                    // A process that was killed while it created the key may have left a second copy of it. The next save tries
                    // again if this one cannot.
                    let _ = atomic::sweep(&path);
                }
                return done;
            }
        }
        paths.create_state_dir().map_err(VaultError::KeyNotCreated)?;
        let _lock = Lock::acquire(&paths.state_lock_file(), lock::WAIT).map_err(VaultError::KeyNotCreated)?;
        let not_created = |error: io::Error| VaultError::KeyNotCreated(FileError::new(Operation::Write, &path, error));
        atomic::sweep(&path).map_err(not_created)?;
        let mut bytes = Zeroizing::new([0; KEY_BYTES]);
        getrandom::fill(bytes.as_mut_slice()).map_err(|error| VaultError::Seal(error.to_string()))?;
        match atomic::create(&path, bytes.as_slice()) {
            Ok(()) => Ok(Self(bytes)),
            // Another waypost, with another config directory and so another store, was faster.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Self::read(paths),
            Err(error) => Err(not_created(error)),
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

    /// A mark of a secret, which differs when the secret does, and says nothing about it without the key: 16 hex digits.
    #[must_use]
    pub fn mark(&self, name: &str, secret: &str) -> String {
        // A key of any length is accepted.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&*self.0) else { return String::new() };
        // Each part after its length, and the first one says what it is for: the key also seals.
        for part in [MARK, name, secret] {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part.as_bytes());
        }
        hex(&mac.finalize().into_bytes()[..8])
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new((&*self.0).into())
    }
}

#[cfg(test)]
mod tests;
