//! The state file, saved and loaded.

mod read;
mod save;
mod schema;
mod undo;
mod url;

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::*;
use crate::domain::auth::{AuthType, api_key, basic, bearer, hmac, oauth2};
use crate::domain::field;
use crate::domain::signature::Format;
pub(super) use crate::io::fs::{FileError, FileErrorKind};

/// Long enough for a hint, and found nowhere else.
pub(super) const CANARY: &str = "canary+5ecret/with~odd=chars-0123456789";
pub(super) const SECOND: &str = "another-canary-9876543210-zyxwvu";

pub(super) struct Home {
    pub(super) dir: tempfile::TempDir,
    pub(super) paths: Paths,
}

impl Home {
    pub(super) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let at = |name| dir.path().join(name);
        let paths = Paths { config_dir: at("config"), state_dir: at("state"), key_file_override: None };
        Self { dir, paths }
    }

    pub(super) fn store(&self) -> Store {
        Store::in_file(self.paths.clone())
    }

    /// With a state file that was written manually.
    pub(super) fn with_file(bytes: impl AsRef<[u8]>) -> Self {
        let home = Self::new();
        home.paths.create_config_dir().unwrap();
        home.write(bytes);
        home
    }

    pub(super) fn write(&self, bytes: impl AsRef<[u8]>) {
        fs::write(self.file(), bytes).unwrap();
        fs::set_permissions(self.file(), Permissions::from_mode(0o600)).unwrap();
    }

    pub(super) fn file(&self) -> std::path::PathBuf {
        self.paths.destination_file()
    }

    pub(super) fn text(&self) -> String {
        fs::read_to_string(self.file()).unwrap()
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.text()).unwrap()
    }

    pub(super) fn edit_by_hand(&self, change: impl FnOnce(&mut Value)) {
        let mut json = self.json();
        change(&mut json);
        self.write(json.to_string());
    }

    /// Saves, and gives the number of that save.
    pub(super) fn put(&self, draft: &Draft) -> u64 {
        let destination = destination(draft);
        let saved = self.store().save(|_| Ok::<_, StateError>(Change::Replace(Box::new(destination.clone())))).unwrap();
        assert!(saved.durable);
        saved.generation
    }

    /// As the first save there is.
    pub(super) fn put_anew(&self, draft: &Draft) {
        fs::remove_file(self.file()).unwrap();
        self.put(draft);
    }

    pub(super) fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.paths.config_dir).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

pub(super) fn destination(draft: &Draft) -> Destination {
    let at = |text: &str| text.parse().unwrap();
    Destination::new(
        DestinationId::new("dst_1"),
        draft.check().unwrap().settings,
        at("2026-11-23T09:12:00Z"),
        at("2026-11-24T10:00:01.5Z"),
    )
}

pub(super) fn draft(auth_type: AuthType) -> Draft {
    Draft::new(auth_type)
        .with(field::URL, "https://hooks.example.com/in?a=1")
        .with(hmac::HEADER_KEY, "X-Signature")
        .with(hmac::FORMAT, Format::Timestamped.name())
        .with(basic::USERNAME, "ann")
        .with(api_key::KEY, "X-Api-Key")
        .with(hmac::SIGNING_SECRET, CANARY)
        .with(basic::PASSWORD, CANARY)
        .with(bearer::TOKEN, CANARY)
        .with(oauth2::TOKEN_URL, "https://auth.example.com/token")
        .with(oauth2::CLIENT_ID, "client")
        .with(oauth2::CLIENT_SECRET, CANARY)
        .with(api_key::VALUE, CANARY)
}

pub(super) fn is_empty(home: &Home, after: u64) -> bool {
    matches!(home.store().load().unwrap(), Loaded::Empty { generation } if generation == after)
}

#[track_caller]
pub(super) fn assert_open(home: &Home, draft: &Draft, after: u64) {
    let loaded = home.store().load().unwrap();
    assert_eq!((loaded.destination(), loaded.generation()), (Some(&destination(draft)), after));
}

pub(super) fn is_too_large(result: &Result<(), StateError>) -> bool {
    matches!(result, Err(StateError::File(FileError { kind: FileErrorKind::TooLarge { limit: MAX_BYTES }, .. })))
}

pub(super) fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

/// A secret as it could be found in a file.
pub(super) fn forms(secret: &str) -> [String; 4] {
    let hex = secret.bytes().fold(String::new(), |hex, b| hex + &format!("{b:02x}"));
    [secret.to_owned(), STANDARD.encode(secret), hex.to_uppercase(), hex]
}

pub(super) fn assert_hidden(text: &str) {
    for secret in [CANARY, SECOND] {
        for form in forms(secret) {
            assert!(!text.contains(&form), "{text}");
        }
    }
}
