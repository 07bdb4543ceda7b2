//! Where waypost stores its files: two directories, each of which a flag or a variable can move.

use std::env;
use std::ffi::OsString;
use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use directories::ProjectDirs;

use super::atomic;
use super::error::{FileError, Operation};
use crate::domain::problem::{Fix, FixAction};

/// Names the directory of `destination.json`.
pub const CONFIG_DIR_VAR: &str = "WAYPOST_CONFIG_DIR";
/// Names the directory of the key, the history and the log.
pub const STATE_DIR_VAR: &str = "WAYPOST_STATE_DIR";
/// Names a key file elsewhere, such as a systemd credential.
pub const KEY_FILE_VAR: &str = "WAYPOST_KEY_FILE";
/// Names the directory in which systemd puts the credentials of a service (systemd.exec(5)).
const CREDENTIALS_DIR_VAR: &str = "CREDENTIALS_DIRECTORY";

/// The name of the user's settings of the app, in the config directory.
pub const CONFIG_FILE: &str = "config.json";

/// Why it is unknown where the files are.
#[derive(Debug, thiserror::Error)]
pub enum PathsError {
    /// The user has no home directory, and no directory was named.
    #[error("there is no home directory")]
    NoHome,
    /// The current directory, which a relative path starts from, cannot be found.
    #[error(transparent)]
    NoCurrentDir(FileError),
}

impl PathsError {
    #[must_use]
    pub fn why(&self) -> String {
        match self {
            Self::NoHome => "waypost needs to know where its files are.".into(),
            Self::NoCurrentDir(error) => error.why(),
        }
    }

    #[must_use]
    pub fn fix(&self) -> Fix {
        match self {
            Self::NoHome => Fix::from("Set HOME, or name the directories.").by(FixAction::SetDirectories),
            Self::NoCurrentDir(_) => Fix::from("Name the directories by absolute paths.").by(FixAction::SetDirectories),
        }
    }
}

/// Where every file is; all paths are absolute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paths {
    /// Contains the destination and its lock.
    pub config_dir: PathBuf,
    /// Contains the key, the history, the log and a fetched token.
    pub state_dir: PathBuf,
    /// The key file that [`KEY_FILE_VAR`] names; never created.
    pub key_file_override: Option<PathBuf>,
}

impl Paths {
    /// Decides on the directories: a flag beats the variable, which beats the platform's default. Touches no file.
    ///
    /// `env` looks up a variable; an empty one counts as not set. Relative paths start from the current directory.
    ///
    /// # Errors
    /// [`PathsError`].
    pub fn resolve(
        config_dir: Option<PathBuf>,
        state_dir: Option<PathBuf>,
        env: &dyn Fn(&str) -> Option<OsString>,
    ) -> Result<Self, PathsError> {
        let from_env = |name: &str| env(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let config_dir = config_dir.or_else(|| from_env(CONFIG_DIR_VAR));
        let state_dir = state_dir.or_else(|| from_env(STATE_DIR_VAR));
        let platform = ProjectDirs::from("", "", "waypost");
        let config_dir = match (config_dir, &platform) {
            (Some(dir), _) => dir,
            (None, Some(platform)) => platform.config_dir().to_owned(),
            (None, None) => return Err(PathsError::NoHome),
        };
        let state_dir = match (state_dir, &platform) {
            (Some(dir), _) => dir,
            // macOS has no directory for state.
            (None, Some(platform)) => platform.state_dir().unwrap_or_else(|| platform.data_local_dir()).to_owned(),
            (None, None) => return Err(PathsError::NoHome),
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
    pub fn from_process(config_dir: Option<PathBuf>, state_dir: Option<PathBuf>) -> Result<Self, PathsError> {
        Self::resolve(config_dir, state_dir, &|name| env::var_os(name))
    }

    #[must_use]
    pub fn destination_file(&self) -> PathBuf {
        self.config_dir.join("destination.json")
    }

    /// How the app looks, written by the user.
    #[must_use]
    pub fn config_file(&self) -> PathBuf {
        self.config_dir.join(CONFIG_FILE)
    }

    /// The user's events.
    #[must_use]
    pub fn events_dir(&self) -> PathBuf {
        self.config_dir.join("events")
    }

    /// Locked while the destination is saved.
    #[must_use]
    pub fn lock_file(&self) -> PathBuf {
        self.config_dir.join("destination.lock")
    }

    /// The key that secrets are sealed with.
    #[must_use]
    pub fn key_file(&self) -> PathBuf {
        self.key_file_override.clone().unwrap_or_else(|| self.state_dir.join("key"))
    }

    /// Whether systemd passed the key file to this service.
    #[must_use]
    pub fn key_is_credential(&self) -> bool {
        let dir = env::var_os(CREDENTIALS_DIR_VAR).filter(|dir| !dir.is_empty());
        dir.zip(self.key_file_override.as_ref()).is_some_and(|(dir, key)| key.parent() == Some(Path::new(&dir)))
    }

    /// The database, which contains the history.
    #[must_use]
    pub fn database_file(&self) -> PathBuf {
        self.state_dir.join("waypost.db")
    }

    /// The token that was fetched last.
    #[must_use]
    pub fn token_file(&self) -> PathBuf {
        self.state_dir.join("token")
    }

    /// Locked while the key or the database is created: several config directories may share a state directory.
    #[must_use]
    pub fn state_lock_file(&self) -> PathBuf {
        self.state_dir.join("state.lock")
    }

    /// Locked while a relay runs.
    #[must_use]
    pub fn relay_lock_file(&self) -> PathBuf {
        self.state_dir.join("relay.lock")
    }

    #[must_use]
    pub fn log_file(&self) -> PathBuf {
        self.state_dir.join("waypost.log")
    }

    /// Creates the config directory, if there is none.
    ///
    /// # Errors
    /// [`FileError`].
    pub fn create_config_dir(&self) -> Result<(), FileError> {
        create_private(&self.config_dir)
    }

    /// Creates the state directory, if there is none.
    ///
    /// # Errors
    /// [`FileError`].
    pub fn create_state_dir(&self) -> Result<(), FileError> {
        create_private(&self.state_dir)
    }
}

fn absolute(path: &Path) -> Result<PathBuf, PathsError> {
    std::path::absolute(path).map_err(|error| PathsError::NoCurrentDir(FileError::new(Operation::Find, path, error)))
}

/// Creates a directory and those above it, 0700 from the start: a umask can only take bits away.
fn create_private(dir: &Path) -> Result<(), FileError> {
    create_synced(dir).map_err(|error| FileError::new(Operation::CreateDir, dir, error))
}

fn create_synced(dir: &Path) -> io::Result<()> {
    if dir.is_dir() {
        return Ok(());
    }
    let missing: Vec<&Path> = dir.ancestors().take_while(|above| fs::symlink_metadata(above).is_err()).collect();
    DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
    for parent in missing.into_iter().filter_map(Path::parent) {
        // Otherwise a power cut could lose the new directory with the file in it. A parent that is not readable is skipped.
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
        assert_eq!(paths.database_file(), Path::new("/env/state/waypost.db"));
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
        assert!(matches!(paths.create_config_dir(), Err(FileError { operation: Operation::CreateDir, .. })));
    }
}
