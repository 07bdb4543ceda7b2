//! Where waypost keeps its files: two directories, each of which a flag or a variable can move.

use std::env;
use std::ffi::OsString;
use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use directories::ProjectDirs;

use super::atomic;
use crate::io::state::store::{Doing, StoreError};

/// Names the directory of `destination.json`.
pub const CONFIG_DIR_VAR: &str = "WAYPOST_CONFIG_DIR";
/// Names the directory of the key, the history and the log.
pub const STATE_DIR_VAR: &str = "WAYPOST_STATE_DIR";
/// Names a key file that is kept elsewhere, such as a systemd credential.
pub const KEY_FILE_VAR: &str = "WAYPOST_KEY_FILE";

/// The places of all files; every path is absolute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paths {
    /// Holds the destination and its lock.
    pub config_dir: PathBuf,
    /// Holds the key, the history and the log.
    pub state_dir: PathBuf,
    /// The key file that [`KEY_FILE_VAR`] names; never created.
    pub key_file_override: Option<PathBuf>,
}

impl Paths {
    /// Decides on the directories: a flag beats the variable beats the platform's own place. Touches no file.
    ///
    /// `env` looks up a variable; one that is set to nothing counts as not set. Relative paths are taken from the current
    /// directory.
    ///
    /// # Errors
    /// [`StoreError::NoHome`] when a directory is not given and the user has no home, [`StoreError::Io`] when the current
    /// directory is needed and gone.
    pub fn resolve(
        config_dir: Option<PathBuf>,
        state_dir: Option<PathBuf>,
        env: &dyn Fn(&str) -> Option<OsString>,
    ) -> Result<Self, StoreError> {
        let from_env = |name: &str| env(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let config_dir = config_dir.or_else(|| from_env(CONFIG_DIR_VAR));
        let state_dir = state_dir.or_else(|| from_env(STATE_DIR_VAR));
        let platform = ProjectDirs::from("", "", "waypost");
        let config_dir = match (config_dir, &platform) {
            (Some(dir), _) => dir,
            (None, Some(platform)) => platform.config_dir().to_owned(),
            (None, None) => return Err(StoreError::NoHome),
        };
        let state_dir = match (state_dir, &platform) {
            (Some(dir), _) => dir,
            // macOS has no directory for state.
            (None, Some(platform)) => platform.state_dir().unwrap_or_else(|| platform.data_local_dir()).to_owned(),
            (None, None) => return Err(StoreError::NoHome),
        };
        Ok(Self {
            config_dir: absolute(&config_dir)?,
            state_dir: absolute(&state_dir)?,
            key_file_override: from_env(KEY_FILE_VAR).as_deref().map(absolute).transpose()?,
        })
    }

    /// Like [`Paths::resolve`], with the variables of this process.
    ///
    /// # Errors
    /// As [`Paths::resolve`].
    pub fn from_process(config_dir: Option<PathBuf>, state_dir: Option<PathBuf>) -> Result<Self, StoreError> {
        Self::resolve(config_dir, state_dir, &|name| env::var_os(name))
    }

    /// The registered destination.
    #[must_use]
    pub fn destination_file(&self) -> PathBuf {
        self.config_dir.join("destination.json")
    }

    /// Where own events are.
    #[must_use]
    pub fn events_dir(&self) -> PathBuf {
        self.config_dir.join("events")
    }

    /// Held while the destination is saved.
    #[must_use]
    pub fn lock_file(&self) -> PathBuf {
        self.config_dir.join("destination.lock")
    }

    /// The key that secrets are sealed with.
    #[must_use]
    pub fn key_file(&self) -> PathBuf {
        self.key_file_override.clone().unwrap_or_else(|| self.state_dir.join("key"))
    }

    /// The history: one delivery a line.
    #[must_use]
    pub fn deliveries_file(&self) -> PathBuf {
        self.state_dir.join("deliveries.jsonl")
    }

    /// Held while the key is made or the history written: several config directories may share a state directory.
    #[must_use]
    pub fn state_lock_file(&self) -> PathBuf {
        self.state_dir.join("state.lock")
    }

    /// The log.
    #[must_use]
    pub fn log_file(&self) -> PathBuf {
        self.state_dir.join("waypost.log")
    }

    /// Makes the config directory, if it is not there.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn create_config_dir(&self) -> Result<(), StoreError> {
        create_private(&self.config_dir).map_err(|error| StoreError::io(Doing::CreateDir, &self.config_dir, &error))
    }

    /// Makes the state directory, if it is not there.
    ///
    /// # Errors
    /// [`StoreError::Io`].
    pub fn create_state_dir(&self) -> Result<(), StoreError> {
        create_private(&self.state_dir).map_err(|error| StoreError::io(Doing::CreateDir, &self.state_dir, &error))
    }
}

fn absolute(path: &Path) -> Result<PathBuf, StoreError> {
    std::path::absolute(path).map_err(|error| StoreError::io(Doing::Find, path, &error))
}

/// Makes a directory and those above it, 0700 from the first moment: a umask can only take bits away.
fn create_private(dir: &Path) -> io::Result<()> {
    if dir.is_dir() {
        return Ok(());
    }
    let missing: Vec<&Path> = dir.ancestors().take_while(|above| fs::symlink_metadata(above).is_err()).collect();
    DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
    for parent in missing.into_iter().filter_map(Path::parent) {
        // A power cut must not take the new directory with the file in it. One above ours need not be readable, though.
        if let Ok(parent) = File::open(parent) {
            atomic::sync_open_dir(&parent)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    fn none(_: &str) -> Option<OsString> {
        None
    }

    #[test]
    fn flag_beats_variable() {
        let env = |name: &str| match name {
            CONFIG_DIR_VAR => Some(OsString::from("/env/config")),
            STATE_DIR_VAR => Some(OsString::from("/env/state")),
            _ => None,
        };
        let paths = Paths::resolve(Some("/flag/config".into()), None, &env).unwrap();
        assert_eq!(paths.config_dir, Path::new("/flag/config"));
        assert_eq!(paths.state_dir, Path::new("/env/state"));
        assert_eq!(paths.destination_file(), Path::new("/flag/config/destination.json"));
        assert_eq!(paths.lock_file(), Path::new("/flag/config/destination.lock"));
        assert_eq!(paths.key_file(), Path::new("/env/state/key"));
        assert_eq!(paths.deliveries_file(), Path::new("/env/state/deliveries.jsonl"));
        assert_eq!(paths.log_file(), Path::new("/env/state/waypost.log"));
    }

    #[test]
    fn the_key_can_be_elsewhere() {
        let env = |name: &str| (name == KEY_FILE_VAR).then(|| OsString::from("/run/credentials/key"));
        let paths = Paths::resolve(Some("/c".into()), Some("/s".into()), &env).unwrap();
        assert_eq!(paths.key_file(), Path::new("/run/credentials/key"));
        let empty = |name: &str| (name == KEY_FILE_VAR).then(OsString::new);
        let paths = Paths::resolve(Some("/c".into()), Some("/s".into()), &empty).unwrap();
        assert_eq!(paths.key_file(), Path::new("/s/key"));
    }

    #[test]
    fn relative_is_from_here() {
        let paths = Paths::resolve(Some("a/b".into()), Some("s".into()), &none).unwrap();
        assert_eq!(paths.config_dir, env::current_dir().unwrap().join("a/b"));
        assert!(paths.state_dir.is_absolute());
    }

    #[test]
    fn directories_are_private_and_made_once() {
        let dir = tempfile::tempdir().unwrap();
        let paths = Paths::resolve(Some(dir.path().join("x/c")), Some(dir.path().join("y/z/s")), &none).unwrap();
        paths.create_config_dir().unwrap();
        paths.create_state_dir().unwrap();
        paths.create_state_dir().unwrap();
        for made in ["x", "x/c", "y", "y/z", "y/z/s"] {
            assert_eq!(fs::metadata(dir.path().join(made)).unwrap().permissions().mode() & 0o7777, 0o700, "{made}");
        }
    }

    #[test]
    fn a_file_in_the_way_is_an_error() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("x"), "").unwrap();
        let paths = Paths::resolve(Some(dir.path().join("x/c")), Some("/s".into()), &none).unwrap();
        assert!(matches!(paths.create_config_dir(), Err(StoreError::Io { .. })));
    }
}
